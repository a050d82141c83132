/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Resets of ports under traffic (P21): of initiators on stream ports, which may have accesses under way for a while, of
 * the traffic generator, and of the bridge. What becomes of an initiator is in ports.c and bridge.c.
 */
#include "bench.h"

static void ask(struct bench *b, unsigned int port)
{
	if (port < CW_NPORT_STREAM && rng_percent(&b->rng, 60)) {
		b->port[port].busy = true;
		cw_sim_port_busy(b->sim, port, true);
		cw_model_port_busy(b->model, port, true);
	}
	if (port == CW_PORT_TGEN)
		b->tgen_at = cw_sim_cycle(b->sim) + 4000;
}

void reset_cycle(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);
	uint32_t ports = 0;

	if (b->tgen_at && now >= b->tgen_at && !cw_model_port_in_reset(b->model, CW_PORT_TGEN)) {
		if (!b->quiet)
			cw_sim_reg_write(b->sim, CW_REG_TGEN_CTRL, 1);
		b->tgen_at = 0;
	}
	if (b->quiet || now < b->next_reset)
		return;
	if (b->next_reset)
		for (unsigned int p = 0; p < CW_NPORT; p++)
			if (p != CW_PORT_HOST && rng_percent(&b->rng, 35) && !cw_model_port_in_reset(b->model, p) &&
			    !(p < CW_NPORT_STREAM && (b->port[p].busy || b->port[p].in_reset)))
				ports |= 1u << p;
	for (unsigned int p = 0; p < CW_NPORT; p++)
		if (ports >> p & 1)
			ask(b, p);
	if (ports)
		cw_sim_reg_write(b->sim, CW_REG_PORT_RESET, ports);
	b->reset_asked |= ports != 0;
	b->next_reset = now + 5000 + rng_below(&b->rng, 20000);
}
