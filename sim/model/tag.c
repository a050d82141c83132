/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Tags: what the pins of the stream ports show must be what the engine decided inside (P6, P9, I6). */
#include <string.h>

#include "internal.h"

struct cw_model_req *cw_model_req_of(struct cw_model *m, uint64_t port, uint64_t tag, const char *where)
{
	if (port >= CW_NPORT || tag >= CW_NTAG) {
		cw_model_fail(m, "bad-event", "%s: port %llu tag %llu", where, (unsigned long long)port,
			      (unsigned long long)tag);
		return &m->req[0][0];
	}
	return &m->req[port][tag];
}

bool cw_model_tag_free(const struct cw_model *m, unsigned int port, unsigned int tag)
{
	const struct cw_model_req *r = &m->req[port][tag];

	return !r->to_answer && !r->bad_tag && (r->state == CW_REQ_FREE || r->state == CW_REQ_ENDED);
}

void cw_model_request(struct cw_model *m, const struct cw_model_request *r)
{
	unsigned int p = r->port;

	if (m->tail[p] - m->head[p] == CW_MODEL_QUEUE) {
		cw_model_fail(m, "model-limit", "port %u: too many requests before their lookup", p);
		return;
	}
	m->queue[p][m->tail[p]++ % CW_MODEL_QUEUE] = *r;
}

static bool same_data(const struct cw_model_req *r, const struct cw_model_answer *a)
{
	return !r->has_data || (a->data && !memcmp(r->data, a->data, sizeof(r->data)));
}

void cw_model_answer(struct cw_model *m, const struct cw_model_answer *a)
{
	struct cw_model_req *r = cw_model_req_of(m, a->port, a->tag, "answer");
	bool grant = a->verdict == CW_V_HIT || a->verdict == CW_V_FIXED;

	if (a->verdict == CW_V_ABORT && a->reason == CW_RSN_BAD_TAG) {
		if (!r->bad_tag)
			cw_model_fail(m, "answer-twice", "port %u tag %u: BAD_TAG, but the tag was not in use", a->port,
				      a->tag);
		else
			r->bad_tag--;
		return;
	}
	if (!r->to_answer) {
		cw_model_fail(m, "answer-twice", "port %u tag %u: %s, but no answer is due", a->port, a->tag,
			      cw_verdict_name(a->verdict));
		return;
	}
	cw_model_checked(m, 9);
	if (a->verdict == CW_V_EMULATED)
		cw_model_checked(m, 34);
	r->to_answer = false;
	if (r->state != CW_REQ_ENDED && r->state != CW_REQ_GRANTED)
		cw_model_fail(m, "answer-early", "port %u tag %u: %s while its request is still under way", a->port,
			      a->tag, cw_verdict_name(a->verdict));
	else if (a->verdict != r->verdict || a->reason != r->reason)
		cw_model_fail(m, "answer-wrong", "port %u tag %u: %s/%s at the pins, %s/%s inside", a->port, a->tag,
			      cw_verdict_name(a->verdict), cw_reason_name(a->reason), cw_verdict_name(r->verdict),
			      cw_reason_name(r->reason));
	else if (grant && a->pa != r->pa)
		cw_model_fail(m, "answer-wrong", "port %u tag %u: address 0x%llx at the pins, 0x%llx inside", a->port,
			      a->tag, (unsigned long long)a->pa, (unsigned long long)r->pa);
	else if (a->verdict == CW_V_EMULATED && !same_data(r, a))
		cw_model_fail(m, "answer-data", "port %u tag %u: EMULATED with other data than the RESUME carried",
			      a->port, a->tag);
	if (r->state == CW_REQ_ENDED)
		r->state = CW_REQ_FREE;
}

static void release(struct cw_model *m, unsigned int port, unsigned int tag, bool known)
{
	struct cw_model_req *r = cw_model_req_of(m, port, tag, "release");
	bool back = cw_model_resetting(m, port), granted = r->state == CW_REQ_GRANTED && (!r->to_answer || back);

	cw_model_count(m, known ? CW_CTR_RELEASES : CW_CTR_BAD_RELEASES);
	cw_model_checked(m, 6);
	if (granted != known) {
		cw_model_fail(m, "release-wrong", "port %u tag %u: release taken as %s", port, tag,
			      known ? "known" : "unknown");
		return;
	}
	if (!known)
		return;
	/* P21: its accesses may still land */
	if (back && m->busy >> port & 1)
		cw_model_fail(m, "reset-early", "port %u tag %u: taken back while its initiator is not quiet", port,
			      tag);
	m->taken_back += back;
	r->to_answer &= !back;
	cw_model_fix_end(m, r);
	cw_model_unstamp(m, port, r->epoch, "release");
	r->state = CW_REQ_FREE;
}

void cw_model_releases(struct cw_model *m, const uint32_t *vec)
{
	uint64_t valid = G(rel_valid), known = G(rel_known), tags = G(rel_tag);

	for (unsigned int p = 0; p < CW_NPORT; p++)
		if (valid >> p & 1)
			release(m, p, (unsigned int)(tags >> 8 * p & 0xff), known >> p & 1);
}
