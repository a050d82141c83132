/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Reference model of the engine. It is fed with what the engine did, in the engine's own order (the monitor,
 * sim/mon.def, and the writes that table memory took), and judges whether each step was legal and each value right. It
 * never predicts when something happens. docs/testing.md says which rule each check stands for.
 */
#ifndef CW_MODEL_H
#define CW_MODEL_H

#include <stdbool.h>
#include <stdint.h>

struct cw_model;

enum { CW_MODEL_RULES = 52 }; /* numbers of the protocol's rules, from 1 */
enum { CW_MODEL_UNKNOWN = -1, CW_MODEL_EVERY_DOMAIN = -2 };

/* How a request came by the entry it was judged by: from the TLB, by a walk of its own, by one of another; NONE: it was
 * refused before. */
enum cw_model_way { CW_MODEL_HIT, CW_MODEL_MISS, CW_MODEL_MERGE, CW_MODEL_NONE, CW_MODEL_WAYS };

struct cw_model_decision {
	unsigned int port, tag;
	uint16_t ctx, domain, space; /* space: the tag of its translations */
	uint64_t page;		     /* number */
	bool x86;		     /* flavour of its context */
	uint8_t log_mode;	     /* of its stamp */
	uint8_t verdict, level;	     /* decided: level of the entry, 0: refused at its lookup */
	enum cw_model_way way;
};

struct cw_model_ops {
	/* A rule is broken. `kind` is a short stable word, `text` says what and where. The model goes on as if all were
	 * well. */
	void (*fail)(void *priv, const char *kind, const char *text);
	/* May the engine read this line of table memory now (I9)? NULL: always. */
	bool (*table_ok)(void *priv, uint64_t addr);
	/* May there be no room for another fault record in this cycle (P16)? NULL: never full. */
	bool (*fault_ring_full)(void *priv);
	/* Domain of the FLUSH at this index of the hot ring, or one of the two below. NULL: never known. */
	int (*flush_domain)(void *priv, uint32_t index);
	/* A request has taken its stamp; what became of it, each time that this is decided: in the lookup cycle, at its
	 * walk, as it comes back from the fixer, by a RESUME. Not of probes, nor of requests that name no line of a
	 * context in use. NULL: nobody wants to know. */
	void (*looked)(void *priv, const struct cw_model_decision *d);
	void (*decided)(void *priv, const struct cw_model_decision *d);
	/* The RESUME that the engine executes ends what is parked in this use of this index. NULL: nobody wants to
	 * know. */
	void (*resumed)(void *priv, unsigned int index, uint64_t use);
	void *priv;
};

struct cw_model_config {
	unsigned int nslot;	   /* walk slots */
	uint32_t flush_timeout;	   /* cycles (P21) */
	unsigned int dirty_period; /* log2 of the cycles of a period of dirty budgets (P38) */
	unsigned int pa_bits;	   /* of an address in an entry */
	uint64_t table_bytes;	   /* size of the window of table memory */
};

/* One request or probe, as the initiator named it. */
struct cw_model_request {
	unsigned int port, tag;
	uint16_t ctx;
	uint64_t addr;
	uint16_t len_m1;
	bool write;
};

struct cw_model_answer {
	unsigned int port, tag;
	uint8_t verdict, reason;
	uint64_t pa;
	const uint64_t *data; /* 64 bytes of an answer EMULATED, else NULL */
};

struct cw_model_fault {
	uint64_t addr, entry, entry_addr;
	uint32_t parked_id;
	uint16_t ctx, domain, len;
	uint8_t port, tag, access, verdict, reason, level;
};

/* NULL if memory is short. */
struct cw_model *cw_model_create(const struct cw_model_config *config, const struct cw_model_ops *ops);
void cw_model_destroy(struct cw_model *m);

/* All events of one cycle. `vec`: the monitor vector. Cycles must not go back. */
void cw_model_cycle(struct cw_model *m, uint64_t cycle, const uint32_t *vec);
/* Call now and then while nothing happens: the deadlines of flips and closes are checked here too. */
void cw_model_idle(struct cw_model *m, uint64_t cycle);

/* Table memory: `id` is the AXI write id. A beat was accepted; a burst was acknowledged (B); content set before
 * traffic. */
void cw_model_table_write(struct cw_model *m, unsigned int id, uint64_t addr, const uint64_t data[8], uint64_t strobes,
			  bool last);
void cw_model_table_ack(struct cw_model *m, unsigned int id);
/* The answer was an error: nothing of the burst was written. */
void cw_model_table_lost(struct cw_model *m, unsigned int id);
void cw_model_table_set(struct cw_model *m, uint64_t addr, uint64_t value);
uint64_t cw_model_table_get(struct cw_model *m, uint64_t addr); /* acknowledged value */

/* The pins of stream ports, in the order of each port. */
void cw_model_request(struct cw_model *m, const struct cw_model_request *r);
void cw_model_answer(struct cw_model *m, const struct cw_model_answer *a);
void cw_model_resume_data(struct cw_model *m, uint16_t index, uint16_t gen, const uint64_t data[8]);

/* Host memory has answered the write of this record with an error; records so far, and requests that ended with them.
 */
void cw_model_record_lost(struct cw_model *m, uint32_t parked_id);
uint64_t cw_model_records_lost(const struct cw_model *m, uint64_t *requests);
/* Space and page number of an open fault record. False: there is none of this id. */
bool cw_model_record_line(const struct cw_model *m, uint32_t parked_id, uint16_t *space, uint64_t *page);
/* How many uses of this index are over: with 2^CW_PARK_GEN_W of them its generations begin again (P32). */
uint64_t cw_model_park_uses(const struct cw_model *m, unsigned int index);
/* A fault record arrived in the ring: is it what the engine parked? Returns which use of its index it is of, from 0. */
uint64_t cw_model_fault(struct cw_model *m, const struct cw_model_fault *f);

/* Dirty rings: entries that marks have made, and those of before the present log epoch of the domain. */
uint32_t cw_model_dring_made(const struct cw_model *m, unsigned int ctx);
uint32_t cw_model_dring_at_flip(const struct cw_model *m, unsigned int ctx);
uint32_t cw_model_dring_at_soft(const struct cw_model *m, unsigned int ctx); /* up to the last soft limit */
/* The host has read this entry; it goes on at this one, as those before are lost. */
void cw_model_dring_read(struct cw_model *m, unsigned int ctx, uint32_t index, uint16_t domain, uint64_t gfn);
void cw_model_dring_skip(struct cw_model *m, unsigned int ctx, uint32_t index);
/* It knows that the ring is another one, and reads that from now on. */
void cw_model_dring_told(struct cw_model *m, unsigned int ctx);

/*
 * Resets of ports (P21). The initiator has accesses under way, so that nothing may be taken back; it has forgotten what
 * it had asked for, as the reset is over. How many ports were reset, and what became of their grants.
 */
void cw_model_port_busy(struct cw_model *m, unsigned int port, bool busy);
void cw_model_port_forgets(struct cw_model *m, unsigned int port);
bool cw_model_port_in_reset(const struct cw_model *m, unsigned int port);
uint64_t cw_model_port_resets(const struct cw_model *m, uint64_t *taken_back);

/*
 * Resets of the engine (P43): how many are over, and of those that have begun how many met requests under way, grants
 * whose accesses were not over, walks that read, parked requests, and table writes that were not acknowledged.
 */
struct cw_model_engine_resets {
	uint64_t over, requests, grants, walks, parked, writes;
};
struct cw_model_engine_resets cw_model_engine_resets(const struct cw_model *m);

/* Contexts in use that have got another root, and requests of them that were parked then. */
uint64_t cw_model_roots(const struct cw_model *m, uint64_t *parked);

/* Nothing may be under way: no walk, no request without its end, no count, no open FLUSH. */
void cw_model_check_quiet(struct cw_model *m);
/* What the counters must show; false: the model does not count this one. */
bool cw_model_counter(const struct cw_model *m, unsigned int counter, uint64_t *value);

/* How often a rule was checked. */
uint64_t cw_model_checks(const struct cw_model *m, unsigned int rule);

/* What the initiator of this tag may think: for stimulus that must not disturb a request. */
bool cw_model_tag_free(const struct cw_model *m, unsigned int port, unsigned int tag);
unsigned int cw_model_parked(const struct cw_model *m);
unsigned int cw_model_busy_slots(const struct cw_model *m);

/* The verdict function on its own (P35). */
struct cw_model_format {
	bool x86; /* legacy/NPT, else EPT */
	unsigned int pa_bits;
	uint64_t table_bytes;
	bool ad, fix;	  /* enables of the context (P12) */
	bool shadow;	  /* its kind */
	uint8_t log_mode; /* of the stamp */
};
struct cw_model_verdict {
	uint8_t verdict, reason;
	uint64_t pa;
	bool mark;	/* HIT, FIXED: the write must be in the log first */
	uint64_t fixed; /* FIXED: what the entry becomes */
};
struct cw_model_verdict cw_model_judge(const struct cw_model_format *f, uint64_t entry, unsigned int level,
				       uint64_t addr, bool write, uint32_t mmio_gen, bool bus_error);
/* Is this a change that the engine may make on its own in an entry of a 4 KiB page (P12)? */
bool cw_model_fix_legal(bool x86, uint64_t old, uint64_t new);
/* A present entry with nothing wrong in it that leads to another table. */
bool cw_model_entry_nonleaf(const struct cw_model_format *f, uint64_t entry, unsigned int level);

#endif
