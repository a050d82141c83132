/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Resets of ports (P21): nothing is granted, what is under way ends, and grants are taken back when the initiator has
 * no access under way any more. When a reset is over nothing of its port is left.
 */
#include "internal.h"

void cw_model_port_busy(struct cw_model *m, unsigned int port, bool busy)
{
	m->busy = (uint8_t)((m->busy & ~(1u << port)) | (unsigned int)busy << port);
}

void cw_model_port_forgets(struct cw_model *m, unsigned int port)
{
	m->head[port] = m->tail[port];
}

bool cw_model_port_in_reset(const struct cw_model *m, unsigned int port)
{
	return cw_model_resetting(m, port);
}

uint64_t cw_model_port_resets(const struct cw_model *m, uint64_t *taken_back)
{
	*taken_back = m->taken_back;
	return m->resets;
}

static void over(struct cw_model *m, unsigned int port)
{
	unsigned int walks[2] = {0, 0};

	cw_model_checked(m, 21);
	m->resets++;
	for (unsigned int t = 0; t < CW_NTAG; t++) {
		struct cw_model_req *r = &m->req[port][t];

		/* answers went nowhere */
		if (r->state != CW_REQ_FREE && r->state != CW_REQ_ENDED)
			cw_model_fail(m, "reset-left", "port %u tag %u addr 0x%llx outlives the reset of its port",
				      port, t, (unsigned long long)r->addr);
		r->state = CW_REQ_FREE;
		r->to_answer = false;
		r->bad_tag = 0;
	}
	/* walks go on by themselves (P5) */
	for (unsigned int s = 0; s < CW_MODEL_SLOTS; s++)
		if (m->walk[s].used && m->walk[s].counted && m->walk[s].port == port)
			walks[m->walk[s].epoch]++;
	for (unsigned int e = 0; e < 2; e++)
		if (m->epoch[port].count[e] != walks[e])
			cw_model_fail(m, "reset-left", "port %u epoch %u: %u stamps outlive the reset of the port",
				      port, e, m->epoch[port].count[e] - walks[e]);
}

void cw_model_resets(struct cw_model *m, const uint32_t *vec)
{
	uint8_t now = (uint8_t)G(reset_ports), ends = (uint8_t)(m->in_reset & ~now);

	for (unsigned int p = 0; p < CW_NPORT && ends; p++)
		if (ends >> p & 1)
			over(m, p);
	m->in_reset = now;
}
