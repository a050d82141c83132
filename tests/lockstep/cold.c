/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Cold commands: contexts come and go, MMIO generations change, whole domains are torn down and built anew. */
#include <stdlib.h>

#include "bench.h"

static struct submitted *cold(struct bench *b, const struct cw_cmd *cmd)
{
	b->open = true;
	return ring_submit(b, &b->cold, cmd);
}

/* P38: in half of the cases the engine's own limits, else small ones, so that they are felt. */
static uint64_t limits(struct bench *b)
{
	uint64_t parked = rng_percent(&b->rng, 50) ? 0 : 1 + rng_below(&b->rng, CW_NPARK < 10 ? CW_NPARK : 10);
	uint64_t walks = rng_percent(&b->rng, 60) ? 0 : 1 + rng_below(&b->rng, 5);

	uint64_t bursts = rng_percent(&b->rng, 60) ? 0 : 1 + rng_below(&b->rng, 12);

	uint64_t dirty = rng_percent(&b->rng, 60) ? 0 : 1 + rng_below(&b->rng, 8);

	if (bursts && rng_percent(&b->rng, 30))
		bursts |= CW_LIMIT_BURSTS_WAIT;
	return parked | walks << CW_LIMIT_WALKS_LSB | bursts << CW_LIMIT_BURSTS_LSB | dirty << CW_LIMIT_DIRTY_LSB;
}

static void set_limits(struct bench *b, unsigned int ctx)
{
	struct cw_cmd c = {.opcode = CW_OP_CTX_LIMITS, .ctx = (uint16_t)ctx, .arg0 = limits(b)};

	cold(b, &c);
}

static void attach(struct bench *b, unsigned int ctx)
{
	unsigned int domain = world_domain(b, ctx);
	const struct domain *d = &b->dom[domain];
	struct cw_cmd c = {.opcode = CW_OP_CTX_ATTACH,
			   .ctx = (uint16_t)ctx,
			   .space = (uint16_t)world_owner(domain),
			   .addr = world_table_addr(d->root),
			   .arg0 = limits(b),
			   .level = d->levels,
			   .arg1 = world_shadow(domain) ? world_root_id(domain) : 0,
			   .kind = world_shadow(domain),
			   .flavour = d->x86,
			   .enables = (uint8_t)rng_below(&b->rng, 4)};
	struct cw_cmd ring;

	if (dring_next_cold(b, ctx, &ring)) {
		b->dring[ctx].made_before = cw_model_dring_made(b->model, ctx);
		cold(b, &ring);
	}
	b->ctx[ctx].state = CTX_GOING_UP;
	b->dom[world_domain(b, ctx)].contexts++;
	cold(b, &c);
}

static void detach_again(struct bench *b, unsigned int ctx)
{
	struct cw_cmd c = {.opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)ctx};

	b->ctx[ctx].state = CTX_GOING_DOWN;
	cold(b, &c);
}

static void detach(struct bench *b, unsigned int ctx)
{
	b->ctx[ctx].times_down++;
	detach_again(b, ctx);
}

bool host_root(struct bench *b, unsigned int ctx, bool again)
{
	unsigned int from = world_domain(b, ctx), to = NDOMAIN;
	struct cw_cmd c = {.opcode = CW_OP_CTX_ROOT, .ctx = (uint16_t)ctx, .kind = 1};

	while (to < NSPACE && (to == from || world_owner(to) != world_owner(from)))
		to++;
	if (again)
		to = from;
	else if (to == NSPACE || b->ctx[ctx].state != CTX_UP || !b->dom[to].alive || b->down_domain == to ||
		 b->dom[to].x86 != b->dom[from].x86)
		return false;
	if (!again) {
		b->root_from = from;
		b->ctx[ctx].space = (uint8_t)to;
		b->dom[to].contexts++;
		bridge_root(b, ctx);
	}
	c.addr = world_table_addr(b->dom[to].root);
	c.level = b->dom[to].levels;
	c.arg1 = world_root_id(to);
	cold(b, &c);
	return true;
}

/* P3, P20: a port loses and gains contexts under traffic; repeated until the FLUSH of what it lost has succeeded. */
static void set_port(struct bench *b)
{
	enum { OWNERS = CW_NPORT - 1 }; /* all but the one of the probes, which is the last but one */
	unsigned int n = rng_below(&b->rng, OWNERS), width, first;
	struct cw_cmd c = {.opcode = CW_OP_PORT_SET};

	while (b->range_again && n + (n >= CW_PORT_HOST) != b->range_port)
		n = (n + 1) % OWNERS;
	n += n >= CW_PORT_HOST;
	width = n == CW_PORT_TGEN ? 2 : 4;
	first = n == CW_PORT_BRIDGE ? 2 : n == CW_PORT_TGEN ? 0 : ports_first(n);
	c.addr = n;
	c.ctx = (uint16_t)(first + rng_below(&b->rng, width));
	c.space = (uint16_t)(first + width + rng_below(&b->rng, width));
	b->range_port = (unsigned int)c.addr;
	b->range_again = false;
	cold(b, &c);
}

static void set_domain(struct bench *b, unsigned int domain)
{
	struct cw_cmd c = {.opcode = CW_OP_DOMAIN_SET, .space = (uint16_t)domain, .arg0 = b->dom[domain].mmio_gen};

	cold(b, &c);
}

void host_attach_all(struct bench *b)
{
	/* PORT_HOST probes everything (P7); neighbours among the stream ports share a third of the contexts, and no
	 * port owns all domains. */
	static const uint8_t other[3][2] = {{0, 3}, {0, 63}, {2, 9}};

	for (unsigned int p = 0; p < CW_NPORT; p++) {
		bool stream = p < CW_NPORT_STREAM;
		unsigned int first = stream ? ports_first(p) : other[p - CW_NPORT_STREAM][0];
		unsigned int last = stream ? first + 7 : other[p - CW_NPORT_STREAM][1];
		struct cw_cmd c = {
			.opcode = CW_OP_PORT_SET, .addr = p, .ctx = (uint16_t)first, .space = (uint16_t)last};

		cold(b, &c);
	}
	for (unsigned int d = 0; d < NDOMAIN; d++)
		set_domain(b, d);
	for (unsigned int d = 0; d < NDOMAIN; d++) {
		struct cw_cmd c;

		if (log_renew(b, d, &c) || (rng_percent(&b->rng, 60) && log_next_cold(b, d, &c)))
			cold(b, &c);
	}
}

/* One domain's last context has gone: everything of it may be used again at once (P33). */
static void tear_down(struct bench *b, unsigned int domain)
{
	struct domain *d = &b->dom[domain];
	struct job *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	world_collect(b, host_link_entry(d->root), d->levels + 1u, j);
	world_kill(b, j, PAGE_POISONED);
	free(j);
	d->alive = d->fenced = false;
	world_build(b, domain);
	b->down_domain = NSPACE;
}

void host_next_cold(struct bench *b)
{
	unsigned int ctx = rng_below(&b->rng, NCONTEXT), r = rng_below(&b->rng, 100);

	if (b->aim.on && rng_percent(&b->rng, 60))
		for (unsigned int i = 0; i < NCONTEXT && world_domain(b, ctx) != b->aim.space; i++)
			ctx = (ctx + 1) % NCONTEXT;
	/* A detach whose FLUSH gave up is not over: it must be asked for again. */
	for (unsigned int c = 0; c < NCONTEXT; c++) {
		if (b->ctx[c].state == CTX_STUCK) {
			detach_again(b, c);
			return;
		}
	}
	if (b->down_domain < NSPACE) {
		struct domain *d = &b->dom[b->down_domain];

		for (unsigned int c = 0; c < NCONTEXT; c++) {
			if (world_domain(b, c) == b->down_domain && b->ctx[c].state == CTX_UP) {
				detach(b, c);
				return;
			}
		}
		if (d->contexts || d->jobs)
			return;
		/* changes that need no FLUSH may still be on their way */
		if (!d->fenced) {
			d->fenced = true;
			d->fence = b->hot.producer;
		}
		if ((int32_t)(b->hot.oldest - d->fence) >= 0)
			tear_down(b, b->down_domain);
		return;
	}
	if (log_again(b) || (!b->quiet && rng_percent(&b->rng, 40))) {
		struct cw_cmd c;

		if (log_next_cold(b, rng_below(&b->rng, NDOMAIN), &c)) {
			cold(b, &c);
			return;
		}
	}
	for (unsigned int c = 0; c < NCONTEXT; c++) {
		if (b->ctx[c].state == CTX_DOWN && (rng_percent(&b->rng, 70) || b->starting)) {
			attach(b, c);
			return;
		}
	}
	if (b->migration && r < 20)
		r += 60;
	if (b->aims && r >= 60 && r < 90) /* few of those that act on nothing */
		r = r < 80 ? 30 : 45 + r % 16;
	if (r < 12 && b->ctx[ctx].state == CTX_UP && !b->quiet) {
		detach(b, ctx);
	} else if (r < 20 && !b->quiet) {
		b->down_domain = world_domain(b, ctx);
	} else if (r < 30 || b->range_again) {
		set_port(b);
	} else if (r < 45 && b->ctx[ctx].state == CTX_UP) {
		set_limits(b, ctx);
	} else if (r < 60) {
		unsigned int domain = world_owner(world_domain(b, ctx));

		b->dom[domain].mmio_gen = (b->dom[domain].mmio_gen + 2) & 0x7ffff;
		set_domain(b, domain);
	} else {
		struct cw_cmd c = {.opcode = r < 95 ? CW_OP_STATS : CW_OP_NOP};
		bool set = r < 66 && dring_refused(b, ctx, &c);
		struct submitted *s = cold(b, &c);

		s->status = set ? CW_ST_IN_USE : r < 95 ? CW_ST_OK : CW_ST_BAD_OPCODE;
	}
}

void host_cold_complete(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	struct context *c = &b->ctx[s->cmd.ctx % NCONTEXT];

	b->open = b->cold.producer - b->cold.oldest > 1;
	if (s->cmd.opcode == CW_OP_LOG_SET) {
		log_set_done(b, s, cpl);
	} else if (s->cmd.opcode == CW_OP_DRING_SET) {
		dring_set_done(b, s, cpl);
	} else if (s->cmd.opcode == CW_OP_CTX_ROOT) {
		pause_root_done(b, cpl);
	} else if (s->cmd.opcode == CW_OP_CTX_ATTACH) {
		c->state = CTX_UP;
		c->gen = (uint16_t)cpl->value;
	} else if (s->cmd.opcode == CW_OP_PORT_SET) {
		b->range_again = cpl->status != CW_ST_OK;
	} else if (s->cmd.opcode == CW_OP_CTX_DETACH && cpl->status != CW_ST_OK) {
		c->state = CTX_STUCK;
	} else if (s->cmd.opcode == CW_OP_CTX_DETACH) {
		c->state = CTX_DOWN;
		c->times_down++;
		b->dom[world_domain(b, s->cmd.ctx)].contexts--;
	}
}
