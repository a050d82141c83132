/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Inside of a simulated card; users see sim.h. */
#ifndef CW_SIM_CARD_H
#define CW_SIM_CARD_H
#include "axi_mem.h"
#include "bridge.h"
#include "hostmem.h"
#include "pcie.h"
#include "poison.h"
#include "port.h"
#include "sim.h"
#include "tablemem.h"
#include <catwalk/contract.h>

#define CW_SIM_NINJECT 16
#define CW_SIM_RESET_CYCLES 8

struct cw_sim_rule {
	struct cw_sim_inject r;
	uint64_t seen;
};

/* Pins that the card's surroundings drive, but for the buses. No padding: it is compared as a whole. */
struct cw_sim_out {
	uint64_t rel_tag;
	uint8_t req_valid, req_fresh, ans_ready, rel_valid, quiet, rst_n, trace_on, mon_on;
};

struct cw_sim {
	/* every cycle */
	uint64_t cycle;
	const struct cw_engine *engine;
	void *model;
	struct cw_axi_mem *axi[3];    /* by enum cw_sim_mem */
	struct cw_axi_master pins[2]; /* of table and host memory */
	struct cw_sim_out out;
	struct cw_pcie pcie;
	struct cw_port port[CW_NPORT_STREAM];
	struct cw_bridge bridge;
	unsigned reset_left;
	bool resets; /* a port is in reset */
	bool stepping;
	bool trace_on;
	void (*hook)(void *priv);
	void *hook_priv;
	void (*mon)(void *priv, uint64_t cycle, const uint32_t *vec);
	void *mon_priv;

	/* now and then */
	struct cw_hostmem host;
	struct cw_tablemem table;
	struct cw_poison poison[2];
	struct cw_sim_rule rule[CW_SIM_NINJECT];
	unsigned nrule;
	uint8_t (*guest_read)(void *priv, uint64_t bus, uint8_t *line); /* NULL: host memory */
	uint8_t (*guest_write)(void *priv, uint64_t bus, const uint8_t *piece, uint8_t strb);
	void *guest_priv;
	uint64_t inject_hits, poison_hits, errors;
	void (*observe)(void *priv, const struct cw_sim_axi *ev);
	void *observe_priv;
	uint64_t trace_start;
	const char *trace_file; /* NULL: none */
	char *trace_copy;
	char *firmware; /* NULL: none */
	int firmware_fd;
	bool mutant_taken; /* the engine has asked which mutant it is */
	char error_text[512];
};

/* A rule of the run is broken: count, keep the first descriptions. */
void cw_sim_fail(struct cw_sim *sim, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The engine says how much table memory it knows; the configuration may have asked for less. */
void cw_sim_table_size(struct cw_sim *sim, uint64_t bytes);

/* mutant.c */
bool cw_mutant_wanted(void);
const char *cw_dpi_mutant(unsigned long long ctx); /* called only by engines that have mutants */

/* trace.c */
int cw_trace_open(struct cw_sim *sim); /* -EBUSY, -EOPNOTSUPP */
void cw_trace_ever_on(void);	       /* after the model is made, before its first evaluation */
void cw_trace_close(struct cw_sim *sim);
void cw_trace_time(const struct cw_sim *sim, unsigned half);

#endif
