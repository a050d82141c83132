/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "port.h"
#include <string.h>

void cw_port_init(struct cw_port *p, uint64_t seed, unsigned number)
{
	memset(p, 0, sizeof(*p));
	cw_rng_init(&p->rng, seed, 200 + number);
}

void cw_port_forget(struct cw_port *p)
{
	p->req_head = p->req_n = p->ans_head = p->ans_n = p->rel_head = p->rel_n = 0;
	p->req_valid = p->req_fresh = p->ans_ready = p->rel_valid = p->ans_was = false;
}

struct cw_sim_ans *cw_port_take(struct cw_port *p, uint64_t now)
{
	/* ans_ready fell in time, so there is room. */
	struct cw_sim_ans *a = &p->ans[(p->ans_head + p->ans_n++) % CW_PORT_QUEUE];

	a->cycle = now;
	return a;
}

void cw_port_sample(struct cw_port *p, bool req_ready, bool rel_ready, uint64_t now)
{
	if (p->req_valid && req_ready) {
		p->req_cycle[cw_port_req(p)->tag] = now;
		p->req_head = (p->req_head + 1) % CW_PORT_QUEUE;
		p->req_n--;
		p->req_valid = false;
	}
	if (p->rel_valid && rel_ready) {
		p->rel_head = (p->rel_head + 1) % CW_PORT_QUEUE;
		p->rel_n--;
		p->rel_valid = false;
	}
}

bool cw_port_hear(struct cw_port *p, bool reset)
{
	if (reset && !p->in_reset)
		cw_port_forget(p);
	p->in_reset = reset;
	return reset && !p->busy;
}

void cw_port_drive(struct cw_port *p)
{
	if (p->in_reset)
		return;
	p->req_fresh = false;
	if (!p->req_valid && p->req_n && !cw_rng_percent(&p->rng, p->stall_req))
		p->req_valid = p->req_fresh = true;
	if (!p->rel_valid && p->rel_n && !cw_rng_percent(&p->rng, p->stall_rel))
		p->rel_valid = true;
	p->ans_ready = p->ans_n < CW_PORT_QUEUE - 1 && !cw_rng_percent(&p->rng, p->stall_ans);
}
