/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The one AXI4 memory behind both memory buses of the engine: 64-byte beats, INCR bursts of up to 64 beats that do
 * not cross 4 KiB.
 *
 * Order: reads of one id answer in order, reads of different ids as they become ready. A read takes its data at a
 * random moment between the acceptance of its address and its answer; a write becomes visible at a random moment
 * between its last data beat and its acknowledgement, in ascending pieces of 8 bytes, so that a read beside an
 * unacknowledged write sees the old value, the new one, or a torn record (P11, P41). After the acknowledgement
 * everyone sees the new value. Writes to the same place become visible in the order in which their data came.
 */
#ifndef CW_SIM_AXI_MEM_H
#define CW_SIM_AXI_MEM_H
#include "rng.h"
#include "sim.h"

#define CW_AXI_BEAT 64
#define CW_AXI_BURST 64 /* beats */

/* How fast a memory is; all times in engine cycles. Built by cw_axi_preset(). */
struct cw_axi_cfg {
	uint32_t rd_hit, rd_closed, rd_miss; /* address taken to data valid, by the state of the bank's row */
	uint32_t rd_jitter;		     /* plus 0 .. this */
	uint32_t wr_hit, wr_closed, wr_miss; /* last data taken to acknowledgement valid */
	uint32_t wr_jitter;
	uint32_t busy_hit, busy_closed, busy_miss; /* bank not available for the next access */
	uint32_t banks;				   /* power of two; 0: no banks, always "hit" */
	uint32_t refresh_every, refresh_len;	   /* 0: none */
	uint32_t rd_beat16, wr_beat16;		   /* sixteenths of a cycle per beat; 16: a beat per cycle */
	uint32_t rd_max, wr_max;		   /* bursts accepted and not yet answered */
	uint32_t stall;				   /* percent of cycles with ready or valid held back */
	uint32_t interleave;			   /* percent of beats after which another id's burst goes on */
	uint32_t path_min, path_max;		   /* one way between host and card; host memory only */
};

/* Parse a preset; on failure -EINVAL and a sentence in err. */
int cw_axi_preset(const char *spec, struct cw_axi_cfg *cfg, char *err, size_t err_len);

/* Pins driven by the engine, sampled at the end of a cycle. Data go to face.wdata and wstrb when wvalid && wready. */
struct cw_axi_master {
	uint64_t araddr, awaddr;
	uint8_t arvalid, arid, arlen, rready;
	uint8_t awvalid, awid, awlen, wvalid, wlast, bready;
};

/* Pins driven by the memory, for the next cycle. */
struct cw_axi_slave {
	uint8_t arready, rvalid, rid, rresp, rlast;
	uint8_t awready, wready, bvalid, bid, bresp;
	uint8_t rfresh; /* rdata differs from that of the last cycle */
	uint8_t rdata[CW_AXI_BEAT];
};

/* What stands behind the bus. resp 0 or 3 (nothing there). */
struct cw_axi_store {
	uint8_t (*read)(void *priv, uint64_t addr, uint8_t *line);
	uint8_t (*write)(void *priv, uint64_t addr, const uint8_t *piece, uint8_t strb); /* 8 bytes, aligned */
	void (*error)(void *priv, const char *what, uint64_t addr);
	/* Extra delay and response for a burst; NULL if nothing is injected. */
	uint8_t (*inject)(void *priv, unsigned op, uint8_t id, uint64_t addr, uint64_t len, uint64_t *delay);
	void (*observe)(void *priv, const struct cw_sim_axi *ev); /* NULL: nobody looks */
	void *priv;
};

struct cw_axi_mem;

struct cw_axi_mem *cw_axi_new(const struct cw_axi_cfg *cfg, const struct cw_axi_store *store, enum cw_sim_mem mem,
			      uint64_t seed);
void cw_axi_free(struct cw_axi_mem *m);
void cw_axi_reset(struct cw_axi_mem *m); /* forget what is under way; writes not yet visible are lost */
struct cw_axi_store *cw_axi_store(struct cw_axi_mem *m);

/* The part that the caller looks at every cycle; first member of struct cw_axi_mem. */
struct cw_axi_face {
	struct cw_axi_slave s;
	uint8_t wdata[CW_AXI_BEAT];
	uint64_t wstrb;
	uint64_t work; /* bursts, data and answers under way */
};

void cw_axi_tick_slow(struct cw_axi_mem *m, const struct cw_axi_master *p, uint64_t now);

/* End of cycle `now`: take the engine's pins, decide those of cycle now + 1. An idle memory costs a test. */
static inline void cw_axi_tick(struct cw_axi_mem *m, const struct cw_axi_master *p, uint64_t now)
{
	struct cw_axi_face *f = (struct cw_axi_face *)m;

	f->s.rfresh = 0;
	if (f->work | p->arvalid | p->awvalid | p->wvalid)
		cw_axi_tick_slow(m, p, now);
}

#endif
