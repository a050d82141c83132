/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Epochs: what is in flight per port and epoch, flips, and the FLUSHes that wait for them (P20). Beside the counts
 * stands the meaning of FLUSH itself: when it completes, nothing older than its acceptance is left (P19).
 */
#include "internal.h"

typedef unsigned long long ull;

static const uint64_t never = ~UINT64_C(0);

void cw_model_stamp(struct cw_model *m, unsigned int port, bool bit)
{
	m->epoch[port].count[bit]++;
}

void cw_model_unstamp(struct cw_model *m, unsigned int port, bool bit, const char *who)
{
	if (!m->epoch[port].count[bit]) {
		cw_model_fail(m, "count-wrong", "port %u epoch %u: %s gives back a count that nobody holds", port, bit,
			      who);
		return;
	}
	m->epoch[port].count[bit]--;
}

/* ---- what a DRAIN names (P30) ---- */
static bool stopped(const struct cw_model *m, const struct cw_model_flush *f)
{
	unsigned int domain = f->scope == CW_SCOPE_CTX ? m->ctx[f->id % CW_NCTX].domain : f->id % CW_NDOM;

	if (f->scope == CW_SCOPE_PORT)
		return m->stop_port[f->id % CW_NPORT];
	return m->stop_dom[domain] || (f->scope == CW_SCOPE_CTX && m->stop_ctx[f->id % CW_NCTX]);
}

static bool in_scope(const struct cw_model_flush *f, unsigned int port, const struct cw_model_req *r)
{
	return f->id == (f->scope == CW_SCOPE_PORT ? port : f->scope == CW_SCOPE_CTX ? r->ctx : r->domain);
}

/* When it completes and START has not come in between, nothing of the scope holds a stamp, whatever the counts say. */
static void drained(struct cw_model *m, const struct cw_model_flush *f, unsigned int parked)
{
	unsigned int count = 0;
	uint64_t changed = f->scope == CW_SCOPE_CTX ? m->park_changed[f->id % CW_NCTX] : 0;

	for (unsigned int p = 0; p < CW_NPORT; p++) {
		if (p == CW_PORT_HOST)
			continue;
		for (unsigned int t = 0; t < CW_NTAG; t++) {
			const struct cw_model_req *r = &m->req[p][t];

			if (!in_scope(f, p, r))
				continue;
			if (m->park_changed[r->ctx % CW_NCTX] > changed)
				changed = m->park_changed[r->ctx % CW_NCTX];
			count += r->state == CW_REQ_PARKED || r->state == CW_REQ_RETRY;
			if ((r->state == CW_REQ_QUEUED || r->state == CW_REQ_WALK || r->state == CW_REQ_FIX ||
			     r->state == CW_REQ_GRANTED) &&
			    stopped(m, f) && r->born < f->born)
				cw_model_fail(
					m, "drain-early",
					"DRAIN %u of scope %u number %u completes, but port %u tag %u is in flight",
					f->index, f->scope, f->id, p, t);
		}
	}
	if (stopped(m, f))
		cw_model_checked(m, 30);
	if (stopped(m, f) && m->cycle - changed > CW_MODEL_COUNTING && count != parked)
		cw_model_fail(m, "drain-wrong", "DRAIN %u: %u requests are parked, %u said (P30)", f->index, count,
			      parked);
}

static void accept(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_flush *f = NULL;

	for (unsigned int i = 0; i < CW_NFLUSH && !f; i++)
		if (!m->flush[i].used)
			f = &m->flush[i];
	cw_model_count(m, CW_CTR_FLUSH_CMDS);
	if (!f) {
		cw_model_fail(m, "flush-wrong", "FLUSH %llu: more than %u are open", (ull)G(flush_index), CW_NFLUSH);
		return;
	}
	*f = (struct cw_model_flush){
		.used = true,
		.cold = G(flush_cold),
		.index = (uint32_t)G(flush_index),
		.ports = (uint8_t)G(flush_ports),
		.born = ++m->order,
		.cycle = m->cycle,
		.drain = G(flush_drain),
		.scope = (uint8_t)G(flush_scope),
		.id = (uint16_t)G(flush_id),
		.domain = CW_MODEL_UNKNOWN,
	};
	if (f->drain && !stopped(m, f))
		cw_model_fail(m, "drain-wrong", "DRAIN %u of scope %u number %u, which is not stopped (P30)", f->index,
			      f->scope, f->id);
	if (!f->cold && !f->drain && m->ops.flush_domain)
		f->domain = m->ops.flush_domain(m->ops.priv, f->index);
	for (unsigned int p = 0; p < CW_NPORT; p++)
		f->need[p] = f->ports >> p & 1 ? CW_FLUSH_WANTS : CW_FLUSH_NONE;
	cw_model_checked(m, 11);
	/* P11: nothing may be on its way to table memory any more; a harvest is no barrier for changes. */
	if (!G(flush_harvest) && cw_model_unacked(m))
		cw_model_fail(m, "flush-before-ack", "FLUSH %u accepted while %u table writes are unacknowledged",
			      f->index, cw_model_unacked(m));
	if (f->domain == CW_MODEL_EVERY_DOMAIN && f->ports != (1u << CW_NPORT) - 1)
		cw_model_fail(m, "flush-wrong", "FLUSH %u of everything flips ports 0x%x only (P20)", f->index,
			      f->ports);
	if (!(f->ports >> CW_PORT_HOST & 1))
		cw_model_fail(m, "flush-wrong",
			      "FLUSH %u does not flip the host-submission port, whose walks count there", f->index);
	m->open_flushes++;
}

static void flip(struct cw_model *m, unsigned int port)
{
	struct cw_model_epoch *e = &m->epoch[port];
	bool wanted = false;

	cw_model_checked(m, 20);
	if (e->open)
		cw_model_fail(m, "second-flip", "port %u flips while a flip is open (P20)", port);
	for (unsigned int i = 0; i < CW_NFLUSH; i++) {
		struct cw_model_flush *f = &m->flush[i];

		/* P20: it opens after the arrival, so not in the same cycle. */
		if (f->used && f->cycle < m->cycle && f->need[port] == CW_FLUSH_WANTS) {
			f->need[port] = CW_FLUSH_WAITS;
			wanted = true;
		}
	}
	if (!wanted)
		cw_model_fail(m, "flip-unwanted", "port %u flips and no FLUSH asked for it", port);
	e->bit = !e->bit;
	e->open = true;
	e->idle_since = never;
	e->want_since = never;
}

static void close_flip(struct cw_model *m, unsigned int port)
{
	struct cw_model_epoch *e = &m->epoch[port];

	if (!e->open)
		cw_model_fail(m, "close-wrong", "port %u closes a flip that is not open", port);
	cw_model_checked(m, 20);
	if (e->count[!e->bit])
		cw_model_fail(m, "close-early",
			      "port %u closes its flip, %u of the old epoch are still in flight (P19)", port,
			      e->count[!e->bit]);
	for (unsigned int i = 0; i < CW_NFLUSH; i++)
		if (m->flush[i].used && m->flush[i].need[port] == CW_FLUSH_WAITS)
			m->flush[i].need[port] = CW_FLUSH_NONE;
	e->open = false;
	e->fenced = false;
	e->idle_since = never;
}

static bool covers(const struct cw_model_flush *f, unsigned int port, unsigned int domain)
{
	return (f->ports >> port & 1) || f->domain == CW_MODEL_EVERY_DOMAIN ||
	       (f->domain >= 0 && (unsigned int)f->domain == domain);
}

/* P19, whatever the counters say: no grant, no waiting request and no reading walk may be older than the FLUSH. */
static void nothing_older(struct cw_model *m, const struct cw_model_flush *f)
{
	for (unsigned int p = 0; p < CW_NPORT; p++) {
		if (p == CW_PORT_HOST)
			continue;
		for (unsigned int t = 0; t < CW_NTAG; t++) {
			const struct cw_model_req *r = &m->req[p][t];
			bool holds = r->state == CW_REQ_QUEUED || r->state == CW_REQ_WALK || r->state == CW_REQ_FIX ||
				     r->state == CW_REQ_GRANTED;

			if (holds && r->born < f->born && covers(f, p, r->domain))
				cw_model_fail(
					m, "flush-old-request",
					"FLUSH %u completes, but port %u tag %u addr 0x%llx is older and in flight",
					f->index, p, t, (ull)r->addr);
		}
	}
	for (unsigned int s = 0; s < m->config.nslot; s++) {
		const struct cw_model_walk *w = &m->walk[s];

		if (w->used && !w->ended && w->born < f->born && covers(f, w->port, w->domain))
			cw_model_fail(m, "flush-old-walk",
				      "FLUSH %u completes, but the walk of slot %u is older and reads", f->index, s);
	}
}

/*
 * P33: a FLUSH that the firmware asks for ends a detach. Nothing may be cached then for a space that has lost its last
 * context: its tables are free, and the next owner of the space would find what they said.
 */
static void nothing_cached(struct cw_model *m)
{
	uint16_t space;

	cw_model_checked(m, 33);
	if (cw_model_tlb_orphans(m, &space))
		cw_model_fail(m, "detach-cached", "space %u has no context left, but may still be cached", space);
}

static void done(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_flush *f = NULL;
	bool ready = true;

	for (unsigned int i = 0; i < CW_NFLUSH && !f; i++)
		if (m->flush[i].used && m->flush[i].index == G(fdone_index) && m->flush[i].cold == (bool)G(fdone_cold))
			f = &m->flush[i];
	if (!f) {
		cw_model_fail(m, "flush-wrong", "FLUSH %llu completes and was not open", (ull)G(fdone_index));
		return;
	}
	for (unsigned int p = 0; p < CW_NPORT; p++)
		ready &= f->need[p] == CW_FLUSH_NONE;
	for (unsigned int p = 0; p < CW_NPORT; p++) {
		/* a flip of this very cycle is not late */
		bool fence = G(fdone_status) == CW_ST_NOT_FLUSHED && f->need[p] != CW_FLUSH_NONE && m->epoch[p].open &&
			     !(G(flip_ports) >> p & 1);

		if (fence)
			cw_model_checked(m, 21);
		if ((bool)(G(fdone_fenced) >> p & 1) != fence)
			cw_model_fail(m, "fence-wrong", "FLUSH %u: port %u %s (P21)", f->index, p,
				      fence ? "is not fenced" : "is fenced, its epoch has ended");
		m->epoch[p].fenced |= fence;
		m->counter[CW_CTR_FENCES] += fence;
	}
	if (G(fdone_status) == CW_ST_NOT_FLUSHED) {
		cw_model_count(m, CW_CTR_NOT_FLUSHED);
		cw_model_checked(m, 21);
		if (m->cycle - f->cycle < m->config.flush_timeout)
			cw_model_fail(m, "flush-wrong", "FLUSH %u gives up after %llu cycles", f->index,
				      (ull)(m->cycle - f->cycle));
	} else if (G(fdone_status) != CW_ST_OK) {
		cw_model_fail(m, "flush-wrong", "FLUSH %u: %s", f->index,
			      cw_status_name((unsigned int)G(fdone_status)));
	} else if (!ready) {
		cw_model_fail(m, "flush-early", "FLUSH %u completes before its ports have flipped and closed (P20)",
			      f->index);
	} else if (f->drain) {
		drained(m, f, (unsigned int)G(fdone_parked));
	} else {
		cw_model_checked(m, 19);
		nothing_older(m, f);
		if (f->cold)
			nothing_cached(m);
	}
	f->used = false;
	m->open_flushes--;
}

static void deadline(struct cw_model *m, bool due, uint64_t *since, unsigned int port, const char *what)
{
	if (!due) {
		*since = never;
		return;
	}
	if (*since == never)
		*since = m->cycle;
	if (m->cycle - *since > CW_MODEL_DEADLINE) {
		cw_model_fail(m, "flip-late", "port %u: %s is due for %u cycles", port, what, CW_MODEL_DEADLINE);
		*since = m->cycle;
	}
}

void cw_model_deadlines(struct cw_model *m)
{
	if (m->parked && m->cycle % 256 == 0)
		cw_model_park_deadlines(m);
	for (unsigned int p = 0; p < CW_NPORT; p++) {
		struct cw_model_epoch *e = &m->epoch[p];
		bool wanted = false;

		for (unsigned int i = 0; i < CW_NFLUSH; i++)
			wanted |= m->flush[i].used && m->flush[i].need[p] == CW_FLUSH_WANTS;
		deadline(m, e->open && !e->count[!e->bit], &e->idle_since, p, "the end of a flip");
		deadline(m, wanted && !e->open, &e->want_since, p, "a flip");
	}
}

void cw_model_flushes(struct cw_model *m, const uint32_t *vec)
{
	uint64_t flips = G(flip_ports), closes = G(close_ports);

	if (G(flush_valid))
		accept(m, vec);
	/* With both in one cycle the close is that of the flip before. */
	for (unsigned int p = 0; p < CW_NPORT; p++)
		if (closes >> p & 1)
			close_flip(m, p);
	for (unsigned int p = 0; p < CW_NPORT; p++)
		if (flips >> p & 1)
			flip(m, p);
	if (G(fdone_valid))
		done(m, vec);
}
