/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* One stream port, the initiator's side: three queues and the pins between them and the engine. */
#ifndef CW_SIM_PORT_H
#define CW_SIM_PORT_H
#include "rng.h"
#include "sim.h"

#define CW_PORT_QUEUE 1024

struct cw_port {
	struct cw_rng rng;
	struct cw_sim_req req[CW_PORT_QUEUE];
	struct cw_sim_ans ans[CW_PORT_QUEUE];
	uint8_t rel[CW_PORT_QUEUE];
	uint32_t req_head, req_n, ans_head, ans_n, rel_head, rel_n;
	unsigned stall_req, stall_ans, stall_rel;
	uint64_t req_cycle[256];
	bool req_valid, req_fresh, ans_ready, rel_valid; /* pins */
	bool ans_was;					 /* an answer stood and was not taken */
	bool in_reset;					 /* its port is */
	bool busy;					 /* and it does not confirm that its accesses are over */
};

void cw_port_init(struct cw_port *p, uint64_t seed, unsigned number);
void cw_port_forget(struct cw_port *p); /* the engine forgets; queued requests and answers are dropped */
/* An answer taken in this cycle; its data follow by the returned pointer. */
struct cw_sim_ans *cw_port_take(struct cw_port *p, uint64_t now);
void cw_port_sample(struct cw_port *p, bool req_ready, bool rel_ready, uint64_t now);
void cw_port_drive(struct cw_port *p);
/* The port's reset as the engine says it; true: the initiator is quiet. */
bool cw_port_hear(struct cw_port *p, bool reset);

static inline const struct cw_sim_req *cw_port_req(const struct cw_port *p)
{
	return &p->req[p->req_head];
}

#endif
