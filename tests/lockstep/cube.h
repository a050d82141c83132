/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Coverage: what became of requests while which command was under way on their very line. A cell is {verdict, level,
 * flavour, log mode, way, command}; docs/testing.md says what each of them means. cube.c counts, cube_report.c tells
 * and judges, cube.def says why a cell may be empty.
 */
#ifndef CW_LOCKSTEP_CUBE_H
#define CW_LOCKSTEP_CUBE_H

#include "bench.h"

enum { CUBE_VERDICTS = 10, CUBE_LEVELS = 6, CUBE_FLAVOURS = 2, CUBE_MODES = CW_LOG_DIRTYBIT + 1 };

/* CW_OP_x that act on a line; the last one, CUBE_NONE, stands for no command. NOP and STATS act on none. */
/* clang-format off */
#define CUBE_COMMANDS(X) \
	X(LOAD) X(FILL) X(WRITE) X(XCHG) X(CMPXCHG) X(PROTECT) X(INVALIDATE) X(FLUSH) X(HARVEST) X(RESUME) X(STOP) \
	X(START) X(DRAIN) X(CTX_ATTACH) X(CTX_DETACH) X(CTX_ROOT) X(CTX_LIMITS) X(DOMAIN_SET) X(PORT_SET) \
	X(LOG_SET) X(DRING_SET)
/* clang-format on */

enum cube_command {
#define CUBE_ENUM(name) CUBE_##name,
	CUBE_COMMANDS(CUBE_ENUM)
#undef CUBE_ENUM
		CUBE_NONE,
	CUBE_COLUMNS
};

/* A command under way, and what it acts on. */
struct cube_active {
	bool used;
	enum cube_command column;
	enum { ON_LINES, ON_PAGES, ON_SPACE, ON_ALL, ON_DOMAIN, ON_CONTEXT, ON_PORT } on;
	uint16_t id;	 /* of what is named in `on`; LINES, PAGES: space */
	uint64_t lo, hi; /* page numbers */
	unsigned int shift;
	uint8_t mask[64]; /* LINES: of entries from lo on, each of 2^shift pages */
};

struct cube_request {
	bool open;
	uint32_t met; /* bit per column */
	struct cw_model_decision d;
	uint64_t page; /* of the bits that its space translates */
};

struct cube {
	uint64_t n[CUBE_VERDICTS][CUBE_LEVELS][CUBE_FLAVOURS][CUBE_MODES][CW_MODEL_WAYS][CUBE_COLUMNS];
	uint64_t decided;
	struct cube_active active[NHOT + NCOLD]; /* by place in their ring, hot ones first */
	uint8_t list[NHOT + NCOLD];		 /* those in use */
	unsigned int nlist;
	struct cube_request req[CW_NPORT][CW_NTAG];
	bool fetched[NCOLD], over[NCOLD]; /* of cold commands: the engine has read it, and has written its completion */
};

/* cube.c. A seed begins; the events of a cycle before and after the model has seen them; the bus of host memory. */
void cube_open(struct cube *c);
void cube_before(struct bench *b, const uint32_t *vec);
void cube_after(struct bench *b, const uint32_t *vec);
void cube_bus(struct bench *b, const struct cw_sim_axi *ev);
void cube_looked(void *priv, const struct cw_model_decision *d);
void cube_decided(void *priv, const struct cw_model_decision *d);

/*
 * cube_report.c. True: it is as it should be, as far as it is judged. `file`: gets every cell, or NULL.
 */
enum cube_judge {
	CUBE_MET,  /* of what cannot be met */
	CUBE_LONG, /* and of what is empty */
	CUBE_ALL   /* and of rules that explain nothing: in a longer run what is rare may be met */
};

bool cube_report(const struct cube *c, enum cube_judge judge, const char *file);

#endif
