/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * STOP, DRAIN, START of domains, contexts and ports under traffic (P30). Two pauses at most, which may overlap. From
 * the end of its DRAIN to its START nothing of a scope may be granted or held. In that time a shadow context may get
 * another root (P31); what is parked then is looked up with the new one.
 */
#include "bench.h"

enum { TRIES = 12 }; /* of a DRAIN */

static bool covers(const struct bench *b, const struct pause *p, unsigned int port, unsigned int ctx)
{
	return p->id == (p->scope == CW_SCOPE_PORT ? port :
			 p->scope == CW_SCOPE_CTX  ? ctx :
						     world_owner(world_domain(b, ctx)));
}

/* A detach undoes the STOP of its context. */
static bool lasts(const struct bench *b, const struct pause *p)
{
	return p->scope != CW_SCOPE_CTX || b->ctx[p->id].times_down == p->times_down;
}

static struct submitted *command(struct bench *b, struct pause *p, unsigned int opcode)
{
	struct cw_cmd c = {.opcode = (uint8_t)opcode, .scope = (uint8_t)p->scope, .space = (uint16_t)p->id};
	struct submitted *s = host_hot(b, &c);

	s->pause = p;
	return s;
}

static bool stopped_already(const struct bench *b, const struct pause *p)
{
	for (unsigned int i = 0; i < NPAUSE; i++) {
		const struct pause *o = &b->pause[i];

		if (o->state != PAUSE_NONE &&
		    (o->scope == p->scope ? o->id == p->id : p->scope == CW_SCOPE_CTX && o->scope == CW_SCOPE_DOMAIN))
			return true;
	}
	return false;
}

static unsigned int random_shadow(struct bench *b)
{
	unsigned int c = rng_below(&b->rng, NCONTEXT);

	while (!world_shadow(world_domain(b, c)))
		c = (c + 1) % NCONTEXT;
	return c;
}

static void begin(struct bench *b, struct pause *p)
{
	static const uint8_t scopes[3] = {CW_SCOPE_DOMAIN, CW_SCOPE_CTX, CW_SCOPE_PORT};
	static const uint8_t limits[3] = {NDOMAIN, NCONTEXT, CW_NPORT};
	unsigned int kind = rng_below(&b->rng, 3);

	p->scope = scopes[kind];
	p->id = rng_below(&b->rng, limits[kind]);
	if (rng_percent(&b->rng, 40)) {
		p->scope = CW_SCOPE_CTX;
		p->id = random_shadow(b);
	}
	p->tries = 0;
	p->root = NCONTEXT;
	if (p->scope == CW_SCOPE_CTX && world_shadow(world_domain(b, p->id)))
		p->root = p->id;
	else if (p->scope == CW_SCOPE_DOMAIN && p->id == world_owner(NDOMAIN))
		p->root = random_shadow(b);
	if (stopped_already(b, p) || (p->scope == CW_SCOPE_PORT && p->id == CW_PORT_HOST) ||
	    (p->scope == CW_SCOPE_CTX && b->ctx[p->id].state != CTX_UP))
		return;
	p->times_down = p->scope == CW_SCOPE_CTX ? b->ctx[p->id].times_down : 0;
	if (rng_percent(&b->rng, 20))
		command(b, p, CW_OP_DRAIN)->status = CW_ST_NOT_STOPPED;
	command(b, p, CW_OP_STOP);
	command(b, p, CW_OP_DRAIN)->drains = true;
	p->state = PAUSE_DRAINS;
}

/* True: START has to wait for its end, or for its turn. */
static bool root(struct bench *b, struct pause *p)
{
	if (p->state == PAUSE_ROOT && !b->root_again)
		return true;
	if (p->root == NCONTEXT || (p->state != PAUSE_ROOT && (b->quiet || !lasts(b, p))))
		return false;
	if (b->open || (b->root_again && p->state != PAUSE_ROOT))
		return true;
	if (!host_root(b, p->root, p->state == PAUSE_ROOT))
		return false;
	p->state = PAUSE_ROOT;
	return true;
}

void pause_root_done(struct bench *b, const struct cw_cpl *cpl)
{
	b->root_again = cpl->status != CW_ST_OK;
	if (b->root_again)
		return;
	b->roots++;
	b->dom[b->root_from].contexts--;
	for (unsigned int i = 0; i < NPAUSE; i++) {
		if (b->pause[i].state != PAUSE_ROOT)
			continue;
		b->pause[i].state = PAUSE_DRAINED;
		b->pause[i].root = NCONTEXT;
	}
}

void pause_cycle(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);

	for (unsigned int i = 0; i < NPAUSE; i++) {
		struct pause *p = &b->pause[i];

		if (ring_room(&b->hot) < 32)
			return;
		if (p->state == PAUSE_NONE && !b->quiet && now >= p->until) {
			p->until = now + (b->migration ? 40000 : 500) + rng_below(&b->rng, 6000);
			begin(b, p);
		} else if (p->state == PAUSE_AGAIN && p->tries == TRIES) {
			/* with slow memory, and a host in a hurry, for ever (P21) */
			command(b, p, CW_OP_START);
			p->state = PAUSE_NONE;
			p->until = now + 500 + rng_below(&b->rng, 6000);
		} else if (p->state == PAUSE_AGAIN) {
			command(b, p, CW_OP_DRAIN)->drains = true;
			p->state = PAUSE_DRAINS;
		} else if (p->state >= PAUSE_DRAINED && root(b, p)) {
			continue;
		} else if (p->state == PAUSE_DRAINED && (b->quiet || now >= p->until)) {
			command(b, p, CW_OP_START);
			p->state = PAUSE_NONE;
			p->until = now + 500 + rng_below(&b->rng, 6000);
		}
	}
}

bool pause_status_ok(const struct bench *b, const struct submitted *s, unsigned int status)
{
	if (status == CW_ST_NOT_STOPPED)
		return !lasts(b, s->pause) || s->pause->times_down % 2;
	return status == CW_ST_BUSY || (b->hasty && status == CW_ST_NOT_FLUSHED);
}

void pause_complete(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	struct pause *p = s->pause;

	if (!s->drains)
		return;
	p->until = cw_sim_cycle(b->sim) + rng_below(&b->rng, 800);
	if (cpl->status == CW_ST_BUSY || cpl->status == CW_ST_NOT_FLUSHED) {
		p->state = PAUSE_AGAIN;
		p->tries++;
		return;
	}
	p->state = PAUSE_DRAINED;
	b->drained++;
	b->drained_parked += cpl->value;
	if (cpl->status != CW_ST_OK || !lasts(b, p))
		return;
	for (unsigned int i = 0; i < CW_NPORT_STREAM; i++)
		for (unsigned int t = 0; t < CW_NTAG; t++)
			if (b->port[i].tag[t].state == TAG_HELD && covers(b, p, i, b->port[i].tag[t].ctx))
				bench_fail(b, "drain-held", "DRAIN of scope %u number %u: port %u tag %u is held",
					   p->scope, p->id, i, t);
}

void pause_grant(struct bench *b, unsigned int port, unsigned int ctx)
{
	for (unsigned int i = 0; i < NPAUSE; i++) {
		const struct pause *p = &b->pause[i];

		if (p->state >= PAUSE_DRAINED && lasts(b, p) && covers(b, p, port, ctx))
			bench_fail(b, "stop-grant", "port %u ctx %u: a grant, though scope %u number %u is drained",
				   port, ctx, p->scope, p->id);
	}
}

static void brief_command(struct bench *b, const struct pause *p, unsigned int opcode)
{
	struct pause *kept = &b->brief[b->hot.producer % NHOT];

	*kept = *p;
	command(b, kept, opcode);
}

void pause_brief(struct bench *b, unsigned int space, bool drain)
{
	static const uint8_t scopes[3] = {CW_SCOPE_DOMAIN, CW_SCOPE_CTX, CW_SCOPE_PORT};
	struct pause brief = {0}, *p = &brief;

	p->scope = scopes[rng_below(&b->rng, 3)];
	p->id = p->scope == CW_SCOPE_DOMAIN ? world_owner(space) : rng_below(&b->rng, 4);
	if (p->scope == CW_SCOPE_PORT && p->id == CW_PORT_HOST)
		p->id = CW_PORT_BRIDGE;
	if (p->scope == CW_SCOPE_CTX) {
		p->id = rng_below(&b->rng, NCONTEXT);
		for (unsigned int i = 0; i < NCONTEXT && world_domain(b, p->id) != space; i++)
			p->id = (p->id + 1) % NCONTEXT;
		p->times_down = b->ctx[p->id].times_down;
	}
	for (unsigned int i = 0; i < NPAUSE; i++)
		if (b->pause[i].state != PAUSE_NONE && b->pause[i].scope == p->scope && b->pause[i].id == p->id)
			return;
	if (p->scope == CW_SCOPE_CTX && b->ctx[p->id].state != CTX_UP)
		return;
	if (drain || rng_percent(&b->rng, 50))
		brief_command(b, p, CW_OP_STOP);
	if (drain)
		brief_command(b, p, CW_OP_DRAIN);
	brief_command(b, p, CW_OP_START);
}
