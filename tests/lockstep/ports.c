/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Initiators on the stream ports. Each has phases of its own pattern and pace; a grant is held for a while, its DMA is
 * checked when it is granted and again just before it is released, and now and then the initiator misbehaves.
 */
#include "bench.h"

enum pattern { PAT_HOT, PAT_RANDOM, PAT_SEQUENTIAL, PAT_LINE, PAT_ONE_PAGE, PATTERNS };

enum { REST = 600 };   /* cycles in which a release that was sent has certainly been taken */
enum { SWEEPS = 256 }; /* cycles from one sweep of a port in reset to the next (cw_reset) */

/* In turn contexts 0 to 7 and 4 to 11 (host_attach_all). */
unsigned int ports_first(unsigned int port)
{
	return port % 2 * 4;
}

static uint16_t pick_context(struct bench *b, const struct port *p)
{
	return (uint16_t)(ports_first((unsigned int)(p - b->port)) + rng_below(&b->rng, 8));
}

static void new_phase(struct bench *b, struct port *p, uint64_t now)
{
	static const uint8_t rates[6] = {3, 8, 15, 30, 60, 100}, few[6] = {1, 1, 2, 3, 5, 8},
			     many[6] = {8, 15, 30, 60, 100, 100};
	static const uint16_t holds[5] = {1, 20, 60, 200, 1000}, short_holds[5] = {1, 20, 60, 100, 400},
			      slow[5] = {20, 200, 1000, 2000, 3000};

	p->pattern = rng_below(&b->rng, PATTERNS);
	p->phase_end = now + 200 + rng_below(&b->rng, 3000);
	p->rate = (b->migration ? few : b->aims ? many : rates)[rng_below(&b->rng, 6)];
	p->hold_max = (b->migration ? slow : b->aims ? short_holds : holds)[rng_below(&b->rng, 5)];
	p->write_percent = b->reads ? 0 : b->migration ? 60 : rng_below(&b->rng, 3) * 40;
	p->focus = rng_below(&b->rng, REGION_PAGES);
	p->seq_region = rng_below(&b->rng, b->migration ? LOG_REGIONS : NREGION);
	p->focus_ctx = pick_context(b, p);
}

static uint64_t pick_address(struct bench *b, struct port *p, unsigned int domain)
{
	const struct domain *d = &b->dom[domain];
	unsigned int region = p->seq_region, page = p->focus;

	switch (p->pattern) {
	case PAT_HOT:
		page = (page & ~7u) + (rng_percent(&b->rng, 80) ? rng_below(&b->rng, 4) : rng_below(&b->rng, 8));
		break;
	case PAT_RANDOM:
		region = rng_below(&b->rng, NREGION);
		page = rng_below(&b->rng, REGION_PAGES);
		break;
	case PAT_SEQUENTIAL:
		page = p->seq_page++ / 3 % REGION_PAGES;
		break;
	case PAT_LINE:
		page = (p->seq_page++ / 12 * 8 + rng_below(&b->rng, 8)) % REGION_PAGES;
		break;
	default:
		break;
	}
	return world_address(domain, d->region[region] + page);
}

/* Things that must be refused, each for its own reason (P2, P3, P6), and walks that must fail. */
static void spoil(struct bench *b, struct cw_sim_req *r)
{
	switch (rng_below(&b->rng, 6)) {
	case 0:
		r->ctx = (uint16_t)(rng_percent(&b->rng, 50) ? rng_next(&b->rng) : rng_below(&b->rng, 70));
		break;
	case 1:
		r->addr |= BIT64(48 + rng_below(&b->rng, 16));
		break;
	case 2:
		r->addr |= 4095;
		r->len_m1 = (uint16_t)(1 + rng_below(&b->rng, 4095));
		break;
	case 3: /* the root's entries that are wrong on purpose */
		r->addr = (200 + rng_below(&b->rng, 4)) * BIT64(b->dom[world_domain(b, r->ctx)].levels == 5 ? 48 : 39);
		if (world_shadow(world_domain(b, r->ctx)) && rng_percent(&b->rng, 50))
			r->addr =
				NO_COMPANION * BIT64(b->dom[world_domain(b, r->ctx)].levels == 5 ? 48 : 39) + BIT64(30);
		break;
	case 4:
		r->addr = rng_next(&b->rng) << 12 & (BIT64(57) - 1);
		break;
	default:
		r->addr ^= BIT64(12 + rng_below(&b->rng, 36));
		/* not to where a table leads to itself, next to the barren ones: what is there is no page */
		if (b->aims && r->addr >> (b->dom[world_domain(b, r->ctx)].levels == 5 ? 48 : 39) == NO_COMPANION)
			r->addr = 0;
	}
}

static void send(struct bench *b, unsigned int port, const struct cw_sim_req *r)
{
	const struct cw_model_request q = {port, r->tag, r->ctx, r->addr, r->len_m1, r->write};

	if (cw_sim_port_request(b->sim, port, r)) {
		bench_fail(b, "bench", "request not taken");
		return;
	}
	cw_model_request(b->model, &q);
	b->requests++;
}

/* To the line where the host gives its commands, through a context that gets there. */
static void aimed(struct bench *b, unsigned int port, struct cw_sim_req *r)
{
	unsigned int ctx, first = ports_first(port);
	uint64_t page;

	if (!b->aim.on || !rng_percent(&b->rng, 85))
		return;
	ctx = first + rng_below(&b->rng, 8);
	for (unsigned int i = 0; i < 8 && world_domain(b, ctx) != b->aim.space; i++)
		ctx = first + (ctx + 1 - first) % 8;
	if (!aim_page(b, world_domain(b, ctx), &page))
		return;
	r->ctx = (uint16_t)ctx;
	r->addr = world_address(world_domain(b, ctx), page) | (r->addr & 4095);
}

static void ask(struct bench *b, unsigned int port, struct port *p)
{
	unsigned int tag = rng_below(&b->rng, CW_NTAG);
	struct cw_sim_req r = {0};
	struct tag *t;

	while (p->tag[tag].state != TAG_IDLE)
		tag = (tag + 1) % CW_NTAG;
	t = &p->tag[tag];
	r.tag = (uint8_t)tag;
	r.ctx = (uint16_t)(rng_percent(&b->rng, 70) ? p->focus_ctx : pick_context(b, p));
	r.addr = pick_address(b, p, world_domain(b, r.ctx)) + rng_below(&b->rng, 4096);
	r.len_m1 = (uint16_t)rng_below(&b->rng, 4096 - (unsigned int)(r.addr & 4095));
	/* EMULATED has data for 64 bytes (P34). */
	if (rng_percent(&b->rng, 50))
		r.len_m1 %= 64;
	r.write = rng_percent(&b->rng, p->write_percent);
	aimed(b, port, &r);
	p->last_domain = world_domain(b, r.ctx);
	p->last_page = world_page(r.addr);
	if (rng_percent(&b->rng, 2))
		spoil(b, &r);
	t->state = TAG_ASKED;
	t->ctx = r.ctx;
	t->addr = r.addr;
	t->write = r.write;
	t->domain = (uint8_t)(world_domain(b, r.ctx));
	t->since = cw_sim_cycle(b->sim);
	log_ask(b, t);
	p->idle--;
	send(b, port, &r);
}

static void granted(struct bench *b, unsigned int port, struct port *p, struct tag *t, uint64_t pa)
{
	unsigned int hold = 1 + rng_below(&b->rng, p->hold_max) + log_hold(b, world_owner(t->domain));

	t->state = TAG_HELD;
	t->pa = pa;
	/* By the root that its context has now: it gets another one only while nothing of it is granted (P31). */
	t->domain = (uint8_t)world_domain(b, t->ctx);
	log_grant(b, t);
	pause_grant(b, port, t->ctx);
	t->until = cw_sim_cycle(b->sim) + hold;
	world_dma(b, t->pa, t->domain, t->addr, t->write, "at the grant");
	/* A second request with the tag of a grant that is held: refused, the grant stays (P6). */
	if (rng_percent(&b->rng, 1)) {
		struct cw_sim_req r = {.addr = t->addr, .ctx = t->ctx, .tag = (uint8_t)(t - p->tag)};

		t->dup = true;
		send(b, port, &r);
	}
}

static void answer(struct bench *b, unsigned int port, struct port *p, const struct cw_sim_ans *a)
{
	struct cw_model_answer ma = {port, a->tag, a->verdict, a->reason, a->pa, NULL};
	struct tag *t = &p->tag[a->tag];
	uint64_t data[8];

	__builtin_memcpy(data, a->data, sizeof(data));
	ma.data = data;
	cw_model_answer(b->model, &ma);
	b->answers++;
	if (t->dup && a->verdict == CW_V_ABORT && a->reason == CW_RSN_BAD_TAG) {
		t->dup = false;
		return;
	}
	if (t->state != TAG_ASKED) {
		bench_fail(b, "answer-twice", "port %u tag %u: an answer that nobody waits for", port, a->tag);
		return;
	}
	if (a->verdict == CW_V_HIT || a->verdict == CW_V_FIXED) {
		granted(b, port, p, t, a->pa);
		return;
	}
	if (a->verdict == CW_V_RETRY_LATER && b->aims)
		p->wait = cw_sim_cycle(b->sim) + rng_below(&b->rng, 128);
	log_end(b, t, false);
	t->state = TAG_IDLE;
	p->idle++;
}

static void release(struct bench *b, unsigned int port, struct port *p, struct tag *t, uint64_t now)
{
	uint8_t tag = (uint8_t)(t - p->tag);

	world_dma(b, t->pa, t->domain, t->addr, t->write, "at the release");
	log_end(b, t, true);
	cw_sim_port_release(b->sim, port, tag);
	t->state = TAG_IDLE;
	/* A release too many is ignored and counted (P6); the tag rests until it has surely been taken. */
	if (rng_percent(&b->rng, 1)) {
		cw_sim_port_release(b->sim, port, tag);
		t->state = TAG_REST;
		t->until = now + REST;
		return;
	}
	/* the tag is the initiator's own again only when the release has been taken */
	t->state = TAG_REST;
	t->until = now + 2;
}

/*
 * P21: what was asked for is forgotten, though the engine may mark it until the reset is over; what was granted is used
 * until its accesses are over.
 */
static void begin_reset(struct bench *b, struct port *p, uint64_t now)
{
	p->in_reset = true;
	p->quiet_at = now + rng_below(&b->rng, 4000);
	if (p->by_sweep)
		p->quiet_at =
			(now + 3 * SWEEPS + rng_below(&b->rng, 1024)) / SWEEPS * SWEEPS - 44 - rng_below(&b->rng, 5);
	p->by_sweep = false;
	for (unsigned int i = 0; i < CW_NTAG; i++) {
		p->tag[i].dropped = p->tag[i].state == TAG_ASKED;
		if (p->tag[i].state != TAG_HELD)
			p->tag[i].state = TAG_REST;
	}
}

static void end_accesses(struct bench *b, struct port *p)
{
	for (unsigned int i = 0; i < CW_NTAG; i++) {
		struct tag *t = &p->tag[i];

		if (t->state != TAG_HELD)
			continue;
		if (p->busy)
			world_dma(b, t->pa, t->domain, t->addr, t->write, "in a reset");
		log_end(b, t, true);
		t->state = TAG_REST;
	}
}

static bool in_reset(struct bench *b, unsigned int port, struct port *p, uint64_t now)
{
	bool reset = cw_sim_port_in_reset(b->sim, port);

	if (reset && !p->in_reset)
		begin_reset(b, p, now);
	if (reset && (now >= p->quiet_at || !p->busy)) {
		end_accesses(b, p);
		cw_sim_port_busy(b->sim, port, false);
		cw_model_port_busy(b->model, port, false);
		p->busy = false;
	}
	if (!reset && p->in_reset) {
		p->in_reset = false;
		p->idle = CW_NTAG;
		for (unsigned int i = 0; i < CW_NTAG; i++) {
			if (p->tag[i].dropped)
				log_end(b, &p->tag[i], false);
			p->tag[i] = (struct tag){.state = TAG_IDLE};
		}
		cw_model_port_forgets(b->model, port);
	}
	return reset;
}

static void port_cycle(struct bench *b, unsigned int port)
{
	struct port *p = &b->port[port];
	uint64_t now = cw_sim_cycle(b->sim);
	struct cw_sim_ans a;

	if (in_reset(b, port, p, now))
		return;
	while (cw_sim_port_answer(b->sim, port, &a))
		answer(b, port, p, &a);
	if (now >= p->phase_end) {
		new_phase(b, p, now);
		cw_sim_port_stall(b->sim, port, 0, rng_percent(&b->rng, 50) ? 0 : rng_below(&b->rng, 80), 0);
	}
	if (p->idle < CW_NTAG) {
		for (unsigned int i = 0; i < CW_NTAG; i++) {
			struct tag *t = &p->tag[i];

			if (t->state == TAG_HELD && now >= t->until && !t->dup) {
				release(b, port, p, t, now);
			} else if (t->state == TAG_REST && now >= t->until &&
				   (cw_model_tag_free(b->model, port, i) || b->failed)) {
				t->state = TAG_IDLE;
				p->idle++;
			}
		}
	}
	if (!b->quiet && p->idle && now >= p->wait && cw_sim_port_queued(b->sim, port) < 4 &&
	    rng_percent(&b->rng, p->rate))
		ask(b, port, p);
}

void ports_open(struct bench *b)
{
	for (unsigned int i = 0; i < CW_NPORT_STREAM; i++)
		b->port[i].idle = CW_NTAG;
}

void ports_cycle(struct bench *b)
{
	for (unsigned int i = 0; i < CW_NPORT_STREAM; i++)
		port_cycle(b, i);
}

void ports_hurry(struct bench *b, uint64_t until)
{
	for (unsigned int i = 0; i < CW_NPORT_STREAM; i++) {
		b->port[i].pattern = PAT_RANDOM;
		b->port[i].rate = 100;
		b->port[i].hold_max = 1000;
		b->port[i].phase_end = until;
	}
}

bool ports_idle(const struct bench *b)
{
	for (unsigned int i = 0; i < CW_NPORT_STREAM; i++)
		if (b->port[i].idle < CW_NTAG || b->port[i].in_reset || b->port[i].busy)
			return false;
	return true;
}
