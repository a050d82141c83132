/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Resets of ports (P21): nothing is granted, what is under way ends, and grants are taken back when the initiator has
 * no access under way any more. When a reset is over nothing of its port is left. Resets of the engine (P43): what it
 * knew is gone, but not table memory, nor what is on its way there.
 */
#include <stdlib.h>
#include <string.h>

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

/* ---- the engine ---- */
struct cw_model_engine_resets cw_model_engine_resets(const struct cw_model *m)
{
	return m->engine_resets;
}

static void met(struct cw_model *m)
{
	struct cw_model_engine_resets *r = &m->engine_resets;
	unsigned int requests = 0, grants = 0, walks = 0;

	for (unsigned int p = 0; p < CW_NPORT; p++)
		for (unsigned int t = 0; t < CW_NTAG; t++) {
			enum cw_model_state s = m->req[p][t].state;

			requests += s == CW_REQ_QUEUED || s == CW_REQ_WALK || s == CW_REQ_FIX || s == CW_REQ_RETRY;
			grants += s == CW_REQ_GRANTED && (m->busy >> p & 1);
		}
	for (unsigned int s = 0; s < CW_MODEL_SLOTS; s++)
		walks += m->walk[s].used && m->walk[s].read.busy;
	r->requests += requests != 0;
	r->grants += grants != 0;
	r->walks += walks != 0;
	r->parked += m->parked != 0;
	m->met_write = m->npending != 0;
	r->writes += m->met_write;
}

/*
 * Whatever was cached, granted, parked, logged or counted: who meets it later meets what is not there. What stays is
 * memory, the state of the initiators, and what this run has seen so far.
 */
static void forget(struct cw_model *m)
{
	struct cw_model *fresh = cw_model_create(&m->config, &m->ops);

	if (!fresh)
		abort();
	cw_model_tlb_free(m);
	cw_model_log_free(m);
	cw_model_dring_free(m);
	fresh->cycle = m->cycle;
	fresh->order = m->order;
	memcpy(fresh->pages, m->pages, sizeof(m->pages));
	memcpy(fresh->pending, m->pending, sizeof(m->pending));
	fresh->npending = m->npending;
	fresh->busy = m->busy;
	fresh->engine_resets = m->engine_resets;
	fresh->met_write = m->met_write;
	fresh->resets = m->resets;
	fresh->taken_back = m->taken_back;
	fresh->roots = m->roots;
	fresh->roots_parked = m->roots_parked;
	fresh->lost_records = m->lost_records;
	fresh->lost_requests = m->lost_requests;
	memcpy(fresh->checks, m->checks, sizeof(m->checks));
	*m = *fresh;
	free(fresh);
}

/* Everything that was under way outside has ended before the engine works again. */
static void engine_over(struct cw_model *m)
{
	enum { BEFORE = 2 };

	cw_model_checked(m, 43);
	m->engine_resets.over++;
	if (m->npending)
		cw_model_fail(m, "reset-early", "the reset of the engine is over, %u table writes are not acknowledged",
			      m->npending);
	if (m->busy)
		cw_model_fail(m, "reset-early",
			      "the reset of the engine is over, initiators 0x%02x are not quiet (P21)", m->busy);
	m->began = m->counts_from = m->cycle - BEFORE;
}

bool cw_model_engine(struct cw_model *m, const uint32_t *vec)
{
	bool now = G(engine_reset);

	if (now && !m->engine_in_reset) {
		met(m);
		forget(m);
	}
	if (now)
		m->in_reset = (uint8_t)G(reset_ports);
	else if (m->engine_in_reset)
		m->in_reset = 0;
	if (!now && m->engine_in_reset)
		engine_over(m);
	m->engine_in_reset = now;
	return now;
}
