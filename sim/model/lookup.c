/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Lookup: the cycle in which a request takes its stamp (P4) and is granted, refused, or sent to wait for a walk. */
#include "internal.h"

typedef unsigned long long ull;

/* ---- tables of contexts, domains and ports ---- */
bool cw_model_stopped(const struct cw_model *m, unsigned int port, unsigned int ctx)
{
	return m->stop_ctx[ctx % CW_NCTX] || m->stop_dom[m->ctx[ctx % CW_NCTX].domain] || m->stop_port[port];
}

static void stop(struct cw_model *m, const uint32_t *vec)
{
	unsigned int id = (unsigned int)G(stop_id);
	bool on = G(stop_on);

	if (G(stop_scope) == CW_SCOPE_CTX && id < CW_NCTX)
		m->stop_ctx[id] = on;
	else if (G(stop_scope) == CW_SCOPE_PORT && id < CW_NPORT)
		m->stop_port[id] = on;
	else if (G(stop_scope) == CW_SCOPE_DOMAIN && id < CW_NDOM)
		m->stop_dom[id] = on;
	else
		cw_model_fail(m, "bad-event", "STOP of scope %llu number %u", (ull)G(stop_scope), id);
}

/*
 * A context in use gets another root (CTX_ROOT). Nothing of it may be under way but what is parked: a mark of a request
 * that was looked up with the old root could set the hint of an entry of the new one (P24, P31).
 */
static void root(struct cw_model *m, const uint32_t *vec)
{
	unsigned int ctx = (unsigned int)G(ctxw_idx) % CW_NCTX;
	const struct cw_model_ctx *c = &m->ctx[ctx];

	if (!c->valid || !G(ctxw_enable) || (c->root == G(ctxw_root) && c->space == G(ctxw_space)))
		return;
	cw_model_checked(m, 31);
	m->roots++;
	m->roots_parked += m->parked_of[ctx];
	for (unsigned int p = 0; p < CW_NPORT; p++)
		for (unsigned int t = 0; t < CW_NTAG && p != CW_PORT_HOST; t++) {
			const struct cw_model_req *r = &m->req[p][t];

			if (r->ctx == ctx && (r->state == CW_REQ_QUEUED || r->state == CW_REQ_WALK ||
					      r->state == CW_REQ_FIX || r->state == CW_REQ_GRANTED))
				cw_model_fail(m, "root-in-flight",
					      "ctx %u gets another root while port %u tag %u is in flight", ctx, p, t);
		}
}

void cw_model_tables(struct cw_model *m, const uint32_t *vec)
{
	if (G(ctxw_valid)) {
		root(m, vec);
		m->ctx[G(ctxw_idx) % CW_NCTX] = (struct cw_model_ctx){
			.valid = G(ctxw_enable),
			.level5 = G(ctxw_level5),
			.x86 = G(ctxw_flavour),
			.shadow = G(ctxw_shadow),
			.ad = G(ctxw_ad),
			.fix = G(ctxw_fix),
			.space = (uint16_t)G(ctxw_space),
			.domain = (uint16_t)(G(ctxw_domain) % CW_NDOM),
			.quota = (uint8_t)G(ctxw_quota),
			.walks = (uint8_t)G(ctxw_walks),
			.dirty = (uint16_t)G(ctxw_dirty),
			.root = G(ctxw_root),
		};
	}
	if (G(domw_valid)) {
		m->dom[G(domw_idx) % CW_NDOM] = (struct cw_model_dom){
			.mmio_gen = (uint32_t)G(domw_mmio_gen),
			.ports = (uint8_t)G(domw_ports),
			.log_mode = (uint8_t)G(domw_log_mode),
		};
	}
	if (G(ctxw_valid) && !G(ctxw_enable))
		m->stop_ctx[G(ctxw_idx) % CW_NCTX] = false;
	if (G(stop_valid))
		stop(m, vec);
	if (G(portw_valid)) {
		m->port[G(portw_idx) % CW_NPORT] = (struct cw_model_port){
			.enable = G(portw_enable),
			.first = (uint16_t)G(portw_first),
			.last = (uint16_t)G(portw_last),
		};
	}
}

static bool canonical(uint64_t addr, unsigned int bits)
{
	return (uint64_t)((int64_t)(addr << (64 - bits)) >> (64 - bits)) == addr;
}

/* The checks of a lookup; the first that fails names the reason. */
static unsigned int must_refuse(const struct cw_model *m, const struct cw_model_request *q, bool retry)
{
	const struct cw_model_port *p = &m->port[q->port];
	const struct cw_model_req *r = &m->req[q->port][q->tag];
	const struct cw_model_ctx *c = &m->ctx[q->ctx % CW_NCTX];

	/* P6: the older request keeps the tag. Probes cannot repeat a tag. */
	if (!retry && q->port != CW_PORT_HOST && r->state != CW_REQ_FREE && r->state != CW_REQ_ENDED)
		return CW_RSN_BAD_TAG;
	/* P21 */
	if (cw_model_resetting(m, q->port))
		return CW_RSN_RESET;
	/* P3 */
	if (q->ctx >= CW_NCTX || !p->enable || q->ctx < p->first || q->ctx > p->last || !c->valid)
		return retry ? CW_RSN_DETACHED : CW_RSN_BAD_CONTEXT;
	/* P2: 48 or 57 bits */
	if (c->shadow ? !canonical(q->addr, c->level5 ? 57 : 48) : q->addr >> (c->level5 ? 57 : 48))
		return CW_RSN_BAD_ADDRESS;
	/* P6 */
	if ((q->addr & 4095) + q->len_m1 > 4095)
		return CW_RSN_BAD_LENGTH;
	if (q->port == CW_PORT_HOST)
		return CW_RSN_NONE; /* probes are not held */
	/* P21 */
	if (m->epoch[q->port].fenced)
		return CW_RSN_FENCED;
	/* P30: a parked request stays where it is */
	if (cw_model_stopped(m, q->port, q->ctx))
		return CW_RSN_STOPPED;
	return CW_RSN_NONE;
}

static void take_from_queue(struct cw_model *m, const struct cw_model_request *seen)
{
	unsigned int p = seen->port;
	const struct cw_model_request *want;

	if (m->head[p] == m->tail[p]) {
		cw_model_fail(m, "lookup-invented", "port %u tag %u: lookup of a request that nobody made", p,
			      seen->tag);
		return;
	}
	want = &m->queue[p][m->head[p]++ % CW_MODEL_QUEUE];
	if (want->tag != seen->tag || want->ctx != seen->ctx || want->addr != seen->addr ||
	    want->len_m1 != seen->len_m1 || want->write != seen->write)
		cw_model_fail(m, "lookup-differs",
			      "port %u: tag %u ctx %u addr 0x%llx looked up, expected tag %u ctx %u addr 0x%llx", p,
			      seen->tag, seen->ctx, (ull)seen->addr, want->tag, want->ctx, (ull)want->addr);
}

void cw_model_end(struct cw_model *m, struct cw_model_req *r, unsigned int port, unsigned int verdict,
		  unsigned int reason, uint64_t pa)
{
	bool grant = verdict == CW_V_HIT || verdict == CW_V_FIXED;

	r->verdict = (uint8_t)verdict;
	r->reason = (uint8_t)reason;
	r->pa = pa;
	r->has_data = false;
	if (port == CW_PORT_HOST) {
		r->state = CW_REQ_FREE;
		return;
	}
	/* The traffic generator's pins are inside: its answers are not seen here. */
	r->to_answer = port < CW_NPORT_STREAM;
	r->state = grant ? CW_REQ_GRANTED : r->to_answer ? CW_REQ_ENDED : CW_REQ_FREE;
	switch (verdict) {
	case CW_V_HIT:
	case CW_V_FIXED:
		cw_model_count(m, CW_CTR_GRANTS);
		break;
	case CW_V_ABORT:
		cw_model_count(m, CW_CTR_ABORTS);
		break;
	case CW_V_ONES:
		cw_model_count(m, CW_CTR_ONES);
		break;
	case CW_V_EMULATED:
		cw_model_count(m, CW_CTR_EMULATED);
		break;
	case CW_V_RETRY_LATER:
		cw_model_count(m, CW_CTR_RETRY_LATER);
		break;
	default:
		cw_model_fail(m, "verdict-wrong", "port %u: %s is no answer (P9)", port, cw_verdict_name(verdict));
	}
}

/* ---- to whoever counts ---- */
static struct cw_model_decision decision(const struct cw_model *m, const struct cw_model_req *r)
{
	size_t n = (size_t)(r - &m->req[0][0]);

	return (struct cw_model_decision){
		.port = (unsigned int)(n / CW_NTAG),
		.tag = (unsigned int)(n % CW_NTAG),
		.ctx = r->ctx,
		.domain = r->domain,
		.space = r->space,
		.page = cw_model_page_number(r->addr),
		.x86 = r->x86,
		.log_mode = r->log_mode,
		.level = r->level,
		.way = (enum cw_model_way)r->way,
	};
}

static void looked(const struct cw_model *m, const struct cw_model_req *r)
{
	const struct cw_model_decision d = decision(m, r);

	if (m->ops.looked && d.port != CW_PORT_HOST)
		m->ops.looked(m->ops.priv, &d);
}

void cw_model_decided(const struct cw_model *m, const struct cw_model_req *r, unsigned int verdict)
{
	struct cw_model_decision d = decision(m, r);

	d.verdict = (uint8_t)verdict;
	if (m->ops.decided && d.port != CW_PORT_HOST)
		m->ops.decided(m->ops.priv, &d);
}

static void look_hit(struct cw_model *m, const struct cw_model_request *q, const uint32_t *vec, struct cw_model_req *r)
{
	uint64_t entry = G(look_entry), pa = G(look_pa);
	unsigned int level = (unsigned int)G(look_level);
	const struct cw_model_format format = cw_model_rules(m, r);
	/* no generation is needed: only present entries are cached */
	struct cw_model_verdict v = cw_model_judge(&format, entry, level, q->addr, q->write, 0, false);

	cw_model_checked(m, 18);
	cw_model_checked(m, 35);
	if (!cw_model_tlb_has(m, r->space, level, cw_model_page_number(q->addr), entry))
		cw_model_fail(m, "stale-hit",
			      "port %u tag %u space %u addr 0x%llx: entry 0x%llx level %u is not cached any more",
			      q->port, q->tag, r->space, (ull)q->addr, (ull)entry, level);
	if (v.mark && q->port != CW_PORT_HOST && !cw_model_log_hinted(m, r))
		cw_model_fail(m, "hint-stale",
			      "port %u tag %u domain %u addr 0x%llx: granted without a mark of this log epoch (P24)",
			      q->port, q->tag, r->domain, (ull)q->addr);
	if (v.verdict != G(look_verdict) || v.verdict != CW_V_HIT || v.pa != pa)
		cw_model_fail(
			m, "verdict-wrong",
			"port %u tag %u addr 0x%llx entry 0x%llx: %s pa 0x%llx from the TLB, expected %s pa 0x%llx",
			q->port, q->tag, (ull)q->addr, (ull)entry, cw_verdict_name((unsigned int)G(look_verdict)),
			(ull)pa, cw_verdict_name(v.verdict), (ull)v.pa);
	if (q->port != CW_PORT_HOST) {
		cw_model_stamp(m, q->port, r->epoch);
		cw_model_count(m, CW_CTR_TLB_HITS);
	}
	r->way = CW_MODEL_HIT;
	r->level = (uint8_t)level;
	cw_model_decided(m, r, CW_V_HIT);
	cw_model_end(m, r, q->port, CW_V_HIT, CW_RSN_NONE, pa);
}

/*
 * P5, P38: a request is refused only if the wait list was full, or its context had its quota of walks, a moment ago. A
 * probe holds no stamp, so it may not wait for a slot either (P7); requests that wait go before it, and a slot that is
 * about to become free is no free slot.
 */
static bool no_room(struct cw_model *m, const struct cw_model_request *q)
{
	unsigned int port = q->port;

	if (m->waiting >= CW_NWAIT || (m->waits_full && m->cycle - m->waits_full <= CW_MODEL_GRACE))
		return true;
	if (cw_model_walks_over(m, q->ctx % CW_NCTX, CW_MODEL_GRACE)) {
		cw_model_checked(m, 38);
		return true;
	}
	return port == CW_PORT_HOST && (m->waiting || cw_model_slots_short(m) ||
					(m->slots_short && m->cycle - m->slots_short <= CW_MODEL_GRACE));
}

static void look_refused(struct cw_model *m, const struct cw_model_request *q, const uint32_t *vec,
			 struct cw_model_req *r, unsigned int want)
{
	unsigned int verdict = (unsigned int)G(look_verdict), reason = (unsigned int)G(look_reason);
	bool legal;

	if (want == CW_RSN_NONE)
		legal = verdict == CW_V_RETRY_LATER &&
			((reason == CW_RSN_NO_ROOM && no_room(m, q)) ||
			 (reason == CW_RSN_BUDGET && q->port != CW_PORT_HOST && cw_model_budget_over(m, r)));
	else if (want == CW_RSN_STOPPED || want == CW_RSN_FENCED)
		legal = verdict == CW_V_RETRY_LATER && reason == want;
	else
		legal = verdict == CW_V_ABORT && reason == want;
	if (want == CW_RSN_BAD_ADDRESS)
		cw_model_checked(m, 2);
	if (want == CW_RSN_BAD_CONTEXT)
		cw_model_checked(m, 3);
	if (want == CW_RSN_STOPPED)
		cw_model_checked(m, 30);
	if (want == CW_RSN_FENCED || want == CW_RSN_RESET)
		cw_model_checked(m, 21);
	if (want == CW_RSN_BAD_LENGTH || want == CW_RSN_BAD_TAG)
		cw_model_checked(m, 6);
	if (!legal)
		cw_model_fail(m, "refused-wrong",
			      "port %u tag %u ctx %u addr 0x%llx: %s/%s, expected %s (%u slots busy, %u waiting)",
			      q->port, q->tag, q->ctx, (ull)q->addr, cw_verdict_name(verdict), cw_reason_name(reason),
			      cw_reason_name(want), cw_model_busy_slots(m), m->waiting);
	if (reason == CW_RSN_BAD_TAG) {
		r->bad_tag += q->port < CW_NPORT_STREAM;
		cw_model_count(m, CW_CTR_ABORTS);
		return;
	}
	if (want != CW_RSN_BAD_CONTEXT && want != CW_RSN_DETACHED && want != CW_RSN_BAD_ADDRESS)
		cw_model_decided(m, r, verdict);
	cw_model_end(m, r, q->port, verdict, reason, 0);
}

/* Where the request came from: the pins, a parked fault, the probe registers. */
static void look_source(struct cw_model *m, const struct cw_model_request *q, const struct cw_model_req *r,
			const uint32_t *vec)
{
	if (G(look_retry)) {
		cw_model_count(m, CW_CTR_RETRIES);
		if (r->state != CW_REQ_RETRY || r->park != G(look_park) || r->addr != q->addr || r->write != q->write ||
		    r->ctx != q->ctx || r->len_m1 != q->len_m1)
			cw_model_fail(m, "retry-wrong",
				      "port %u tag %u addr 0x%llx: no parked request of this kind left the park",
				      q->port, q->tag, (ull)q->addr);
		else
			cw_model_park_left(m, r);
	} else if (q->port == CW_PORT_HOST) {
		cw_model_count(m, CW_CTR_PROBES);
		if (r->state != CW_REQ_FREE)
			cw_model_fail(m, "probe-twice", "probe tag %u is under way already", q->tag);
	} else {
		cw_model_count(m, CW_CTR_REQUESTS);
		if (q->port < CW_NPORT_STREAM)
			take_from_queue(m, q);
	}
}

void cw_model_look(struct cw_model *m, const uint32_t *vec)
{
	const struct cw_model_request q = {
		.port = (unsigned int)G(look_port),
		.tag = (unsigned int)G(look_tag),
		.ctx = (uint16_t)G(look_ctx),
		.addr = G(look_addr),
		.len_m1 = (uint16_t)G(look_len_m1),
		.write = G(look_write),
	};
	struct cw_model_req *r = cw_model_req_of(m, q.port, q.tag, "lookup");
	const struct cw_model_ctx *c = &m->ctx[q.ctx % CW_NCTX];
	unsigned int outcome = (unsigned int)G(look_outcome), want;

	if (q.port >= CW_NPORT || q.tag >= CW_NTAG)
		return;
	look_source(m, &q, r, vec);
	want = must_refuse(m, &q, G(look_retry));
	if (want == CW_RSN_STOPPED && G(look_retry))
		cw_model_fail(m, "stop-leak", "port %u tag %u ctx %u: left the park while it is stopped (P30)", q.port,
			      q.tag, q.ctx);
	if (want == CW_RSN_BAD_TAG && outcome == 3) {
		look_refused(m, &q, vec, r, want);
		return;
	}
	if (want != CW_RSN_NONE && outcome != 3)
		cw_model_fail(m, "not-refused", "port %u tag %u ctx %u addr 0x%llx len %u: must be refused, %s", q.port,
			      q.tag, q.ctx, (ull)q.addr, q.len_m1 + 1u, cw_reason_name(want));
	cw_model_checked(m, 4);
	if (G(look_epoch) != m->epoch[q.port].bit)
		cw_model_fail(m, "stamp-wrong", "port %u tag %u: stamp %u, the port's epoch is %u (P4)", q.port, q.tag,
			      (unsigned int)G(look_epoch), m->epoch[q.port].bit);
	r->write = q.write;
	r->ctx = q.ctx;
	r->addr = q.addr;
	r->len_m1 = q.len_m1;
	r->epoch = G(look_epoch);
	r->domain = c->domain;
	r->log_mode = m->dom[c->domain].log_mode;
	r->space = c->space;
	r->root = c->root;
	r->level5 = c->level5;
	r->x86 = c->x86;
	r->shadow = c->shadow;
	r->gfn = cw_model_page_number(q.addr);
	r->born = ++m->order;
	r->cycle = m->cycle;
	r->inv_any = r->inv_here = false;
	r->fix = (struct cw_model_fix){0};
	r->way = CW_MODEL_NONE;
	r->level = 0;
	if (want != CW_RSN_BAD_CONTEXT && want != CW_RSN_DETACHED && want != CW_RSN_BAD_ADDRESS)
		looked(m, r);
	switch (outcome) {
	case 0:
		look_hit(m, &q, vec, r);
		break;
	case 1:
		r->state = CW_REQ_QUEUED;
		r->limited = c->walks;
		r->over = cw_model_walks_over(m, q.ctx % CW_NCTX, 0);
		m->queued_of[q.ctx % CW_NCTX] += r->limited;
		if (q.port != CW_PORT_HOST)
			cw_model_stamp(m, q.port, r->epoch);
		if (++m->waiting >= CW_NWAIT)
			m->waits_full = m->cycle;
		break;
	case 3:
		look_refused(m, &q, vec, r, want);
		break;
	default:
		cw_model_fail(m, "bad-event", "lookup outcome %u", outcome);
	}
}
