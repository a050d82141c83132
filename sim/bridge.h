/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The initiator in front of the AXI4 bridge: bursts in any number of IDs, their beats, and what is answered. */
#ifndef CW_SIM_BRIDGE_H
#define CW_SIM_BRIDGE_H
#include "rng.h"
#include "sim.h"

#define CW_BRIDGE_IDS 16

/* First in, first out; each burst is in each of them once at most. */
struct cw_burstq {
	uint8_t e[CW_SIM_BRIDGE_QUEUE];
	unsigned head, n;
};

/* Pins of the bridge's slave, sampled, and driven. */
struct cw_bridge_out {
	uint8_t awready, wready, bvalid, bid, bresp, arready, rvalid, rid, rresp, rlast;
};

struct cw_bridge_in {
	uint8_t awvalid, wvalid, wlast, wfresh, bready, arvalid, rready;
	const struct cw_sim_burst *aw, *ar;
	uint64_t wstrb;
	const uint8_t *wdata;
};

struct cw_bridge {
	struct cw_rng rng;
	struct cw_sim_burst burst[CW_SIM_BRIDGE_QUEUE];
	struct cw_burstq unused, done, aw, w, ar;
	struct cw_burstq wait[2][CW_BRIDGE_IDS]; /* by write and id: answers come in this order */
	unsigned beat[CW_BRIDGE_IDS], wbeat;
	unsigned open, stall_addr, stall_data, stall_ans;
	bool in_reset; /* its port is */
	uint8_t rdata[64];
	struct cw_bridge_in pins;
};

void cw_bridge_init(struct cw_bridge *b, uint64_t seed);
void cw_bridge_exit(struct cw_bridge *b);
void cw_bridge_reset(struct cw_bridge *b); /* what is under way is forgotten */
/* End of cycle `now`. A sentence if the bridge broke a rule, or NULL. */
const char *cw_bridge_tick(struct cw_bridge *b, const struct cw_bridge_out *o, uint64_t now);

#endif
