/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The path between host and card: register accesses and window accesses go out on two paths that do not wait for each
 * other (P41), interrupts come back. Each path keeps its own order; every crossing takes path_min .. path_max cycles.
 */
#ifndef CW_SIM_PCIE_H
#define CW_SIM_PCIE_H
#include "rng.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cw_post {
	uint64_t due, addr;
	uint32_t value;
	uint8_t len;
	bool read;
	uint8_t data[64]; /* window writes */
};

/* Ring that grows; head is the oldest. */
struct cw_postq {
	struct cw_post *e;
	size_t head, n, room;
	uint64_t last; /* arrival of the newest */
};

/* AXI4-Lite pins, engine's side sampled, host's side driven. */
struct cw_lite_out {
	uint8_t awready, wready, bvalid, arready, rvalid;
	uint32_t rdata;
};

struct cw_lite_in {
	uint8_t awvalid, wvalid, bready, arvalid, rready;
	uint16_t awaddr, araddr;
	uint32_t wdata;
};

struct cw_pcie {
	struct cw_rng rng;
	uint32_t path_min, path_max;
	struct cw_postq reg, win;
	struct cw_lite_in lite;
	bool busy;	/* an access stands at the pins */
	bool read_done; /* answer of the last read has left the card, arrives at read_due */
	uint32_t read_value;
	uint64_t read_due;
	uint32_t irq; /* arrived at the host */
	struct {
		uint64_t due;
		uint32_t vectors;
	} irq_way[64];
	unsigned irq_head, irq_n;
	int (*window)(void *priv, uint64_t addr, const void *buf, size_t len); /* a window write arrives */
	void *priv;
};

void cw_pcie_init(struct cw_pcie *p, uint32_t path_min, uint32_t path_max, uint64_t seed);
void cw_pcie_exit(struct cw_pcie *p);
void cw_pcie_reset(struct cw_pcie *p); /* what is on the way to the card is lost */
int cw_pcie_reg(struct cw_pcie *p, uint64_t now, bool read, uint32_t offset, uint32_t value);
int cw_pcie_window(struct cw_pcie *p, uint64_t now, uint64_t addr, const void *buf, size_t len);
uint64_t cw_pcie_way(struct cw_pcie *p); /* draw the time of one crossing */
void cw_pcie_tick_slow(struct cw_pcie *p, const struct cw_lite_out *pins, uint32_t irq, uint64_t now);

/* End of cycle `now`. */
static inline void cw_pcie_tick(struct cw_pcie *p, const struct cw_lite_out *pins, uint32_t irq, uint64_t now)
{
	if (p->busy || p->reg.n || p->win.n || p->irq_n || irq)
		cw_pcie_tick_slow(p, pins, irq, now);
}

#endif
