/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty rings under traffic (P27): small ones, set anew while their context is away, read by hosts that are eager, wait
 * for the interrupt of the soft limit, or do nothing before a write is refused as LOG_FULL. Where every context has one
 * (RINGS_ALL) a second replica is copied by their entries alone, in the order of DL-7 and DL-8: what was collected when
 * a pass of the whole log began is copied when the pass is complete, and nothing else. What the host marks itself (P51)
 * and what is said to be dirty as a whole counts as collected.
 */
#include <string.h>

#include "bench.h"

enum {
	SOFT_DEADLINE =
		40000, /* cycles until the interrupt of a soft limit is at the host: the queue, on the slowest bus */
};

void dring_open(struct bench *b)
{
	static const uint8_t rings[4] = {RINGS_ALL, RINGS_NONE, RINGS_SOME, RINGS_ALL};

	b->rings = rings[b->seed % 4];
	for (unsigned int c = 0; c < NCONTEXT; c++)
		b->dring[c].habit = (uint8_t)rng_below(&b->rng, RING_HABITS);
}

/* The engine knows none any more; nothing of it may touch their memory. */
void dring_lost(struct bench *b)
{
	for (unsigned int c = 0; c < NCONTEXT; c++) {
		if (b->dring[c].log2)
			cw_sim_poison(b->sim, CW_SIM_HOST, b->dring[c].bus, 4096);
		b->dring[c] = (struct dring){.habit = b->dring[c].habit};
	}
	b->softs = b->soft_due = b->soft_extra = 0;
}

/* ---- setting ---- */
/* This context is about to be attached: with another ring, or the one that it had. */
bool dring_next_cold(struct bench *b, unsigned int ctx, struct cw_cmd *c)
{
	struct dring *r = &b->dring[ctx];

	if (b->rings == RINGS_NONE || (b->rings == RINGS_SOME && rng_percent(&b->rng, 40)))
		return false;
	*c = (struct cw_cmd){.opcode = CW_OP_DRING_SET, .ctx = (uint16_t)ctx};
	r->next_log2 = 0;
	r->setting = true; /* no consumer index is written any more */
	if (b->rings == RINGS_ALL || rng_percent(&b->rng, 80)) {
		r->next_log2 = (uint8_t)(CW_RING_LOG2_MIN + rng_below(&b->rng, 4));
		r->next = cw_sim_mem_alloc(b->sim, (size_t)CW_DRING_BYTES << r->next_log2, 0, &r->next_bus);
		if (!r->next) {
			bench_fail(b, "bench", "no host memory");
			return false;
		}
		c->arg0 = r->next_log2;
		c->addr = r->next_bus;
		c->arg1 = 1 + rng_below(&b->rng, (1u << r->next_log2) - CW_DRING_RESERVED);
	}
	return true;
}

/* P27: not while something of the context may be under way. */
bool dring_refused(struct bench *b, unsigned int ctx, struct cw_cmd *c)
{
	if (b->rings == RINGS_NONE || b->ctx[ctx].state != CTX_UP)
		return false;
	*c = (struct cw_cmd){.opcode = CW_OP_DRING_SET, .ctx = (uint16_t)ctx};
	return true;
}

static unsigned int owner(const struct bench *b, unsigned int ctx)
{
	return world_owner(world_domain(b, ctx));
}

/* The next entry, if it is in memory. */
static bool take(struct bench *b, unsigned int ctx)
{
	struct dring *r = &b->dring[ctx];
	struct cw_dring_entry e;
	struct log_page *p;

	memcpy(&e, r->entry + (r->seen & ((1u << r->log2) - 1)), sizeof(e));
	if ((e.gfn >> 63) == (r->seen >> r->log2 & 1))
		return false;
	if (e.ctx != ctx || e.pad0[0] || (e.gfn & ~(CW_DRING_PHASE | CW_DRING_GFN)))
		bench_fail(b, "dring-entry", "ctx %u: entry %u is of ctx %u, gfn 0x%llx", ctx, r->seen, e.ctx,
			   (unsigned long long)e.gfn);
	cw_model_dring_read(b->model, ctx, r->seen, e.domain, e.gfn & CW_DRING_GFN);
	p = log_page_at(b, owner(b, ctx), e.gfn & CW_DRING_GFN);
	if (p)
		p->ring_seen = true;
	r->seen++;
	b->ring_entries++;
	return true;
}

static void collect(struct bench *b, unsigned int ctx)
{
	while (b->dring[ctx].log2 && take(b, ctx))
		;
}

/*
 * What was lost to the bus comes never: its domain is dirty, and the host goes on behind it (P27). That may have been
 * said in a pass before; what stands behind the hole counts as ever. The phase of the hole is put right, or it would be
 * taken for an entry in the next lap.
 */
static void skip(struct bench *b, unsigned int ctx, uint32_t index)
{
	struct dring *r = &b->dring[ctx];

	if (!r->log2 || (int32_t)(index - r->seen) <= 0)
		return;
	while (r->seen != index) {
		if (take(b, ctx))
			continue;
		r->entry[r->seen & ((1u << r->log2) - 1)].gfn = r->seen >> r->log2 & 1 ? 0 : CW_DRING_PHASE;
		r->seen++;
	}
	cw_model_dring_skip(b->model, ctx, index);
	b->ring_skips++;
}

static void ring_bell(struct bench *b, unsigned int ctx, uint32_t value)
{
	cw_sim_reg_write(b->sim, CW_REG_DRING_DOORBELL + ctx * CW_REG_DRING_DOORBELL_STRIDE, value);
}

/* Give back what was read, or a part of it; and now and then what was not. */
static void consume(struct bench *b, unsigned int ctx)
{
	struct dring *r = &b->dring[ctx];
	uint32_t n = r->seen - r->bell;

	if (!r->log2 || r->setting)
		return;
	if (rng_percent(&b->rng, 4))
		ring_bell(b, ctx,
			  rng_percent(&b->rng, 50) ? r->bell + (1u << r->log2) + 1 + rng_below(&b->rng, 100) :
						     r->bell - 1 - rng_below(&b->rng, 100));
	if (!n)
		return;
	r->bell += rng_percent(&b->rng, 30) ? 1 + rng_below(&b->rng, n) : n;
	ring_bell(b, ctx, r->bell);
}

void dring_set_done(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	unsigned int ctx = s->cmd.ctx;
	struct dring *r = &b->dring[ctx];

	if (cpl->status != CW_ST_OK)
		return;
	/* The entries of the old one are all there; nothing comes into it any more. */
	collect(b, ctx);
	cw_model_dring_told(b->model, ctx);
	if (r->log2 && r->seen != r->made_before && !b->log[owner(b, ctx)].doubt)
		bench_fail(b, "dring-lost", "ctx %u: %u entries in the old ring, %u were made (P27)", ctx, r->seen,
			   r->made_before);
	if (r->log2)
		cw_sim_poison(b->sim, CW_SIM_HOST, r->bus, 4096);
	r->log2 = r->next_log2;
	r->entry = r->next;
	r->bus = r->next_bus;
	r->seen = r->bell = r->soft_last = r->nsoft = 0;
	/* A bus that is slower for this ring than for everything else. */
	if (r->log2 && rng_percent(&b->rng, 30)) {
		const struct cw_sim_inject slow = {.mem = CW_SIM_HOST,
						   .lo = r->bus,
						   .hi = r->bus + ((uint64_t)CW_DRING_BYTES << r->log2) - 1,
						   .ops = CW_SIM_WRITE,
						   .delay = 200 + rng_below(&b->rng, 2000)};

		cw_sim_inject(b->sim, &slow);
	}
	r->setting = false;
	b->ring_sets++;
}

/* ---- passes ---- */
/* A pass of the whole log begins: what is collected up to here may be copied at its end (DL-8). */
void dring_pass_begin(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	for (unsigned int c = 0; c < NCONTEXT; c++)
		if (owner(b, c) == domain)
			collect(b, c);
	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			l->page[r][i].ring_due |= l->page[r][i].ring_seen;
			l->page[r][i].ring_seen = false;
		}
	}
}

void dring_all(struct bench *b, unsigned int domain)
{
	for (unsigned int r = 0; r < LOG_REGIONS; r++)
		for (unsigned int i = 0; i < REGION_PAGES; i++)
			b->log[domain].page[r][i].ring_due = true;
}

/* A HARVEST is complete: the entries of the marks before its flip are in memory. */
void dring_harvested(struct bench *b, unsigned int domain)
{
	for (unsigned int c = 0; c < NCONTEXT; c++) {
		const struct dring *r = &b->dring[c];
		uint32_t made = cw_model_dring_at_flip(b->model, c);

		if (owner(b, c) != domain || !r->log2 || r->setting)
			continue;
		collect(b, c);
		if ((int32_t)(made - r->seen) <= 0)
			continue;
		if (!b->log[domain].doubt)
			bench_fail(b, "dring-lost",
				   "ctx %u: %u entries in memory, %u were made before the harvest (P25)", c, r->seen,
				   made);
		skip(b, c, made);
	}
}

/* The pass is complete, its writes are over: copy, and only then is anything compared. */
void dring_pass_end(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			struct log_page *p = &l->page[r][i];

			if (p->ring_due)
				p->ring_copied = p->version;
			p->ring_due = false;
			/* What ended before the pass before this one was in memory when this one began. */
			if (b->rings != RINGS_ALL || b->broken != BROKEN_NOT || p->open || p->active >= l->ring_before)
				continue;
			b->ring_compared += p->version != 0;
			if (p->ring_copied != p->version)
				bench_fail(b, "dring-lost", "domain %u gfn 0x%llx: written, and in no dirty ring (P27)",
					   domain, (unsigned long long)log_page_number(r, i));
		}
	}
	l->ring_before = l->began;
}

/* After the last pass: everything that is in memory. */
void dring_last(struct bench *b, unsigned int domain)
{
	for (unsigned int i = 0; i < 2; i++) {
		dring_pass_begin(b, domain);
		dring_pass_end(b, domain);
		b->log[domain].ring_before = cw_sim_cycle(b->sim);
	}
}

/* ---- LOG_FULL ---- */
/* The host that was slow makes room; now and then it only tries again. */
void dring_full(struct bench *b, unsigned int ctx)
{
	struct dring *r = &b->dring[ctx];
	uint64_t now = cw_sim_cycle(b->sim);

	b->ring_full++;
	if (rng_percent(&b->rng, 10) && !b->quiet)
		return;
	collect(b, ctx);
	if (b->log[owner(b, ctx)].doubt && r->seen == r->bell) {
		/* lost, or only late: nobody will say so who has not waited */
		if (!r->missed || r->missed_at != r->seen)
			r->missed = now;
		r->missed_at = r->seen;
		if (now - r->missed > SOFT_DEADLINE)
			skip(b, ctx, cw_model_dring_made(b->model, ctx));
	}
	consume(b, ctx);
}

/* ---- errors ---- */
void dring_fail_bus(struct bench *b, unsigned int domain, struct cw_sim_inject *rule)
{
	unsigned int c = rng_below(&b->rng, NCONTEXT);
	const struct dring *r = &b->dring[c];

	if (owner(b, c) != domain || !r->log2)
		return;
	rule->mem = CW_SIM_HOST;
	rule->lo = r->bus;
	rule->hi = r->bus + ((uint64_t)CW_DRING_BYTES << r->log2) - 1;
	rule->ops = CW_SIM_WRITE;
	b->ring_errors++;
}

/* ---- each cycle ---- */
/* The interrupt comes when the entry that reached the limit is in memory (P41). */
static void irq_came(struct bench *b)
{
	unsigned int news = 0, there = 0;

	for (unsigned int c = 0; c < NCONTEXT; c++) {
		struct dring *r = &b->dring[c];
		unsigned int told = 0;

		if (!r->log2 || r->setting || !r->nsoft)
			continue;
		collect(b, c);
		news++;
		/* two limits of one context may have an interrupt each, too */
		while (told < r->nsoft && (int32_t)(r->seen - r->soft[told]) >= 0)
			told++;
		if (!told)
			continue;
		there += told;
		r->nsoft -= told;
		memmove(r->soft, r->soft + told, r->nsoft * sizeof(r->soft[0]));
		r->soft_since = cw_sim_cycle(b->sim);
	}
	/* those that are told with another one have interrupts of their own, which may come later */
	if (there > 1)
		b->soft_extra = cw_sim_cycle(b->sim) + SOFT_DEADLINE;
	if (news && !there && !b->errors && cw_sim_cycle(b->sim) >= b->soft_extra)
		bench_fail(b, "dring-soft", "an interrupt before the entry that reached the soft limit (P41)");
}

/* Every crossing of a soft limit interrupts (P27). */
static void check_irq(struct bench *b, bool irq)
{
	uint64_t now = cw_sim_cycle(b->sim), softs = 0;

	cw_model_counter(b->model, CW_CTR_DRING_SOFT, &softs);
	for (unsigned int c = 0; softs != b->softs && c < NCONTEXT; c++) {
		struct dring *r = &b->dring[c];
		uint32_t at = cw_model_dring_at_soft(b->model, c);

		if (at == r->soft_last)
			continue;
		r->soft_last = at;
		if (!r->nsoft)
			r->soft_since = now;
		if (r->nsoft == RING_SOFTS)
			bench_fail(b, "bench", "ctx %u: too many soft limits whose interrupt is due", c);
		else
			r->soft[r->nsoft++] = at;
	}
	if (irq)
		b->soft_due = 0;
	if (softs != b->softs && !b->soft_due)
		b->soft_due = now + SOFT_DEADLINE;
	b->softs = softs;
	if (b->soft_due && now > b->soft_due)
		bench_fail(b, "dring-soft", "no interrupt %u cycles after a soft limit was reached", SOFT_DEADLINE);
	/* and for each context: its limit waits for one that was before it, and then for its own entry */
	for (unsigned int c = 0; c < NCONTEXT && !b->errors; c++) {
		const struct dring *r = &b->dring[c];

		if (r->nsoft && r->log2 && !r->setting && now - r->soft_since > 2 * SOFT_DEADLINE)
			bench_fail(b, "dring-soft", "ctx %u: no interrupt %u cycles after its soft limit was reached",
				   c, 2 * SOFT_DEADLINE);
	}
}

void dring_cycle(struct bench *b, bool irq)
{
	unsigned int c = rng_below(&b->rng, NCONTEXT);

	if (b->rings == RINGS_NONE)
		return;
	check_irq(b, irq);
	if (irq)
		irq_came(b);
	for (unsigned int i = 0; irq && i < NCONTEXT; i++) {
		if (b->dring[i].habit == RING_BY_IRQ || rng_percent(&b->rng, 20)) {
			collect(b, i);
			consume(b, i);
		}
	}
	if ((b->dring[c].habit == RING_EAGER || b->quiet) && rng_percent(&b->rng, 5)) {
		collect(b, c);
		consume(b, c);
	}
}
