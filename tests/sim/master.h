/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* A master at the pins of one AXI memory model, for its tests: queues of bursts to send, a log of what came back. */
#ifndef CW_TEST_MASTER_H
#define CW_TEST_MASTER_H
#include "sim/axi_mem.h"

#define M_LOG 4096
#define M_QUEUE 512
#define M_BYTES (1u << 20)

struct m_ar {
	uint64_t addr;
	uint8_t id, beats;
};

struct m_aw {
	uint64_t addr;
	uint8_t id, beats;
};

struct m_w {
	uint8_t data[64];
	uint64_t strb;
	bool last;
};

struct m_r { /* one beat */
	uint64_t cycle;
	uint8_t id, resp, last;
	uint8_t data[64];
};

struct m_b {
	uint64_t cycle;
	uint8_t id, resp;
};

struct master {
	struct cw_axi_mem *mem;
	struct cw_axi_master pins;
	uint64_t now;
	struct m_ar ar[M_QUEUE];
	struct m_aw aw[M_QUEUE];
	struct m_w w[M_QUEUE];
	unsigned ar_head, ar_n, aw_head, aw_n, w_head, w_n;
	unsigned hold_aw;			  /* cycles in which aw is held back, so that data comes first */
	uint64_t ar_cycle[M_LOG], w_cycle[M_LOG]; /* acceptance of each read address and each last data beat */
	struct m_r r[M_LOG];
	struct m_b b[M_LOG];
	unsigned n_ar, n_w, n_r, n_b;
	unsigned errors;
	uint8_t bytes[M_BYTES];
	/* injection */
	uint8_t inject_resp;
	uint64_t inject_delay, inject_addr;
};

struct master *m_open(const char *preset, enum cw_sim_mem mem, uint64_t seed);
void m_close(struct master *m);
void m_read(struct master *m, uint64_t addr, unsigned beats, uint8_t id);
/* Every 8-byte word of the burst becomes `word`. */
void m_write(struct master *m, uint64_t addr, unsigned beats, uint8_t id, uint64_t word, uint64_t strb);
void m_step(struct master *m);
/* Step until nothing is under way: true; or 100000 cycles. */
bool m_drain(struct master *m);
uint64_t m_word(const uint8_t *p, unsigned i);

#endif
