/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "engine.h"

#define R 1ull
#define HOST_BUS 0x100000000ull

uint64_t eng_rnd(struct engine *e, uint64_t n)
{
	if (e->random)
		return e->random(n);
	e->rng ^= e->rng << 13;
	e->rng ^= e->rng >> 7;
	e->rng ^= e->rng << 17;
	return e->rng % n;
}

/* --- entries, by the context's flavour --- */

static bool x86(const struct engine *e, unsigned ctx)
{
	return e->ctx[ctx]->flavour == CW_FLAVOUR_X86;
}

static uint64_t mmu_w(const struct engine *e, unsigned ctx)
{
	return x86(e, ctx) ? 1ull << 10 : 1ull << 58;
}

static uint64_t dirty_bit(const struct engine *e, unsigned ctx)
{
	return x86(e, ctx) ? 1ull << 6 : 1ull << 9;
}

static bool ad_enabled(const struct engine *e, unsigned ctx, uint64_t entry)
{
	return x86(e, ctx) || !(entry & 3ull << 52);
}

/* --- lookup --- */

static int find_copy(struct engine *e, unsigned ctx, uint64_t gfn)
{
	unsigned from = (unsigned)eng_rnd(e, ENG_TLB);

	for (unsigned i = 0; i < ENG_TLB; i++) {
		const struct eng_copy *c = &e->tlb[(from + i) % ENG_TLB];

		/* Tagged by domain: contexts of one format share it. */
		if (c->valid && e->ctx[c->ctx]->as_id == e->ctx[ctx]->as_id && x86(e, c->ctx) == x86(e, ctx) &&
		    gfn >= c->gfn && gfn - c->gfn < 1ull << 9 * (c->level - 1))
			return (int)((from + i) % ENG_TLB);
	}
	return -1;
}

static void walk(struct engine *e, struct eng_req *q)
{
	q->copy = -1;
	q->poisoned = false;
	q->entry = rec_walk_at(&e->rec, e->ctx[q->ctx], q->gfn, &q->level, &q->entry_addr);
}

static void lookup(struct engine *e, struct eng_req *q)
{
	unsigned d = e->ctx[q->ctx]->as_id;
	const struct eng_copy *c;

	q->state = ENG_LOOKED;
	q->stamp = ++e->tick;
	q->mode = e->dom[d].mode;
	q->log_epoch = e->dom[d].log_epoch;
	q->copy = eng_rnd(e, 8) ? find_copy(e, q->ctx, q->gfn) : -1;
	if (q->copy < 0) {
		walk(e, q);
		return;
	}
	c = &e->tlb[q->copy];
	q->entry = c->entry;
	q->entry_addr = c->entry_addr;
	q->level = c->level;
	q->poisoned = false;
	e->hits++;
	/* The hint is looked at in the cycle of the lookup. */
	if (q->mode == CW_LOG_CAPTURE && c->hint && q->level == 1 &&
	    (c->hint == q->log_epoch || e->broken == ENG_HINT_STAYS))
		q->copy = -2;
}

static void fill(struct engine *e, struct eng_req *q)
{
	unsigned i = (unsigned)eng_rnd(e, ENG_TLB);

	if (q->copy != -1 || q->poisoned)
		return;
	e->tlb[i] = (struct eng_copy){.valid = true,
				      .ctx = q->ctx,
				      .level = q->level,
				      .gfn = q->gfn & ~((1ull << 9 * (q->level - 1)) - 1),
				      .entry = q->entry,
				      .entry_addr = q->entry_addr};
	/* Hints are written by acceptance of a mark only, through the copy that the request knows. */
	q->copy = (int)i;
}

static void park(struct eng_req *q, bool log_missing)
{
	q->state = ENG_PARKED;
	q->log_missing = log_missing;
	q->stamp = 0;
}

/* --- the steps of a request --- */

static void judge(struct engine *e, struct eng_req *q)
{
	bool exact = q->mode == CW_LOG_PROTECT || q->mode == CW_LOG_DIRTYBIT, hinted = q->copy == -2;
	uint64_t d_bit = dirty_bit(e, q->ctx);
	unsigned d = e->ctx[q->ctx]->as_id;

	q->set = 0;
	q->marks = q->write && q->mode == CW_LOG_CAPTURE && !hinted;
	if (q->write && (q->entry & REC_PRESENT) && (q->entry & R)) {
		if (!e->no_fix && !(q->entry & REC_W) && (q->entry & mmu_w(e, q->ctx)) && q->level == 1)
			q->set = REC_W;
		if (ad_enabled(e, q->ctx, q->entry) && !(q->entry & d_bit) && ((q->entry | q->set) & REC_W) &&
		    (q->mode == CW_LOG_DIRTYBIT || e->d_with_w || eng_rnd(e, 2)))
			q->set |= d_bit;
	}
	/* A copy that does not do is as good as none. */
	if (q->copy >= 0 && (q->set || (q->write && !(q->entry & REC_W)))) {
		walk(e, q);
		return;
	}
	if (!(q->entry & REC_PRESENT) || !(q->entry & R) || (q->write && !((q->entry | q->set) & REC_W)) ||
	    (q->write && exact && q->level > 1)) {
		park(q, false);
		return;
	}
	q->marks |= exact && q->set && ((q->set & REC_W) || q->mode == CW_LOG_DIRTYBIT);
	if (q->marks && !e->dom[d].leaf[q->gfn / ENG_LEAF_PAGES]) {
		e->missing++;
		park(q, true);
		return;
	}
	if (!q->set)
		fill(e, q);
	q->state = q->set ? ENG_SWAP : q->marks ? ENG_MARK : ENG_GRANTED;
	if (e->broken == ENG_MARK_FIRST && q->set && q->marks) {
		e->dom[d].log[q->gfn / 64] |= 1ull << q->gfn % 64;
		q->marks = false;
	}
}

static void step(struct engine *e, struct eng_req *q)
{
	unsigned d;
	uint64_t bus;

	if (q->state == ENG_FREE || q->state == ENG_PARKED)
		return;
	d = e->ctx[q->ctx]->as_id;
	switch (q->state) {
	case ENG_LOOKED:
		judge(e, q);
		break;
	case ENG_SWAP:
		if (rec_swap(&e->rec, q->entry_addr, q->entry, q->entry | q->set)) {
			e->fixes++;
			q->entry |= q->set;
			q->state = q->marks ? ENG_MARK : ENG_GRANTED;
			if (eng_rnd(e, 2))
				fill(e, q);
		} else {
			e->lost_races++;
			q->state = ENG_LOOKED;
			walk(e, q);
		}
		break;
	case ENG_MARK:
		e->dom[d].log[q->gfn / 64] |= 1ull << q->gfn % 64;
		e->marks++;
		/* The hint of the request's own epoch, if the entry is still the same. */
		if (q->mode == CW_LOG_CAPTURE && q->copy >= 0 && q->level == 1) {
			struct eng_copy *c = &e->tlb[q->copy];

			if (c->valid && c->gfn == q->gfn && c->entry == q->entry && c->entry_addr == q->entry_addr)
				c->hint = q->log_epoch;
		}
		q->state = ENG_GRANTED;
		break;
	case ENG_GRANTED:
		bus = (q->entry & REC_ADDR) + ((q->gfn & ((1ull << 9 * (q->level - 1)) - 1)) << 12);
		if (q->write)
			__atomic_fetch_add(&e->memory[(bus - HOST_BUS) >> 12], 1, __ATOMIC_RELAXED);
		if (eng_rnd(e, 2))
			break;
		e->grants++;
		q->state = ENG_FREE;
		break;
	default:
		break;
	}
}

void eng_run(struct engine *e)
{
	if (e->traffic && eng_rnd(e, 3) == 0)
		e->traffic();
	for (uint64_t n = eng_rnd(e, 6); n; n--) {
		struct eng_req *q = &e->req[eng_rnd(e, ENG_REQS)];

		step(e, q);
	}
}

/* Until no request of the domain (2: of any) has a stamp of `tick` or before. */
static void wait_older(struct engine *e, unsigned d, uint64_t tick)
{
	for (;;) {
		bool any = false;

		for (unsigned i = 0; i < ENG_REQS; i++) {
			struct eng_req *q = &e->req[i];

			if (q->state == ENG_FREE || q->state == ENG_PARKED || q->stamp > tick ||
			    (d < 2 && e->ctx[q->ctx]->as_id != d))
				continue;
			any = true;
			if (eng_rnd(e, 2))
				step(e, q);
		}
		if (!any)
			return;
	}
}

/* --- commands --- */

static struct engine *begin(void *priv)
{
	struct engine *e = priv;

	eng_run(e);
	return e;
}

static int end(struct engine *e, int r)
{
	eng_run(e);
	return r;
}

/* The same, around an operation that is called without the lock of the core. */
static struct engine *begin_slow(void *priv)
{
	struct engine *e = begin(priv);

	if (e->host && (e->host_early || eng_rnd(e, 4) == 0))
		e->host();
	eng_run(e);
	return e;
}

static int end_slow(struct engine *e, int r)
{
	if (e->host && !e->host_early && eng_rnd(e, 4) == 0)
		e->host();
	return end(e, r);
}

static int op_load(void *priv, uint64_t addr, const uint64_t *entries)
{
	struct engine *e = begin(priv);

	return end(e, rec_ops.table_load(e, addr, entries));
}

static int op_write(void *priv, uint64_t addr, uint64_t value)
{
	struct engine *e = begin(priv);

	return end(e, rec_ops.entry_write(e, addr, value));
}

static int op_xchg(void *priv, uint64_t addr, uint64_t value, uint64_t *old)
{
	struct engine *e = begin(priv);

	return end(e, rec_ops.entry_xchg(e, addr, value, old));
}

static int op_protect(void *priv, uint64_t table, const uint64_t *mask, unsigned flavour, bool dirty)
{
	struct engine *e = begin(priv);
	uint64_t bits[8];

	memcpy(bits, mask, sizeof(bits));
	if (e->broken == ENG_PROTECT_MISSES && eng_rnd(e, 4) == 0) {
		unsigned i = (unsigned)eng_rnd(e, 8);

		bits[i] &= bits[i] - 1;
	}
	return end(e, rec_ops.protect(e, table, bits, flavour, dirty));
}

static void drop_copies(struct engine *e, unsigned d, uint64_t gfn, uint64_t npages)
{
	for (unsigned i = 0; i < ENG_TLB; i++) {
		struct eng_copy *c = &e->tlb[i];

		if (c->valid && e->ctx[c->ctx]->as_id == d &&
		    (!npages || (c->gfn < gfn + npages && c->gfn + (1ull << 9 * (c->level - 1)) > gfn)))
			c->valid = false;
	}
}

static int op_invalidate(void *priv, unsigned d, uint64_t gfn, uint64_t npages, bool leaf_only)
{
	struct engine *e = begin(priv);
	int r = rec_ops.invalidate(e, d, gfn, npages, leaf_only);

	if (!r && e->broken != ENG_INVALIDATE_LATE)
		drop_copies(e, d, gfn, npages);
	for (unsigned i = 0; !r && i < ENG_REQS; i++)
		e->req[i].poisoned = true;
	return end(e, r);
}

static int op_flush(void *priv, unsigned d)
{
	struct engine *e = begin_slow(priv);

	if (e->broken != ENG_FLUSH_EARLY)
		wait_older(e, d, e->tick);
	if (e->broken == ENG_INVALIDATE_LATE && eng_rnd(e, 4) == 0)
		drop_copies(e, d, 0, 0);
	return end_slow(e, rec_ops.flush(e, d));
}

static int op_log_set(void *priv, unsigned d, unsigned mode)
{
	struct engine *e = begin_slow(priv);
	int r = rec_ops.log_set(e, d, mode);

	if (r)
		return end_slow(e, r);
	e->dom[d].mode = mode;
	e->dom[d].log_epoch++;
	if (e->broken != ENG_SET_NO_WAIT)
		wait_older(e, d, e->tick);
	/* Logs are made when they are needed; what an earlier one held is not lost. */
	if (!mode)
		memset(e->dom[d].leaf, 0, sizeof(e->dom[d].leaf));
	return end_slow(e, 0);
}

static int op_harvest(void *priv, unsigned d, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits), void *arg)
{
	struct engine *e = begin_slow(priv);
	static uint64_t taken[ENG_GFNS / 64]; /* one thread runs passes */
	int r = rec_ops.harvest(e, d, line, arg);

	for (unsigned w = 0; w < ENG_GFNS / 64; w += 8) {
		memcpy(&taken[w], &e->dom[d].log[w], 64);
		memset(&e->dom[d].log[w], 0, 64);
		if (eng_rnd(e, 4) == 0)
			eng_run(e);
	}
	if (e->dom[d].mode == CW_LOG_CAPTURE) {
		e->dom[d].log_epoch++;
		wait_older(e, d, e->tick);
	}
	for (unsigned w = 0; !r && w < ENG_GFNS / 64; w += 8) {
		static const uint64_t zero[8];

		if (!memcmp(&taken[w], zero, 64) || (e->broken == ENG_HARVEST_DROPS && eng_rnd(e, 8) == 0))
			continue;
		line(arg, w * 64, &taken[w]);
		eng_run(e);
	}
	return end_slow(e, r);
}

static int op_log_provide(void *priv, unsigned d, uint64_t gfn)
{
	struct engine *e = begin(priv);
	int r = rec_ops.log_provide(e, d, gfn);

	if (!r)
		e->dom[d].leaf[gfn / ENG_LEAF_PAGES] = true;
	return end(e, r);
}

static int op_host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	struct engine *e = begin(priv);

	(void)buf;
	(void)len;
	e->memory[hva >> 12]++;
	return end(e, 0);
}

static int op_table_alloc(void *priv, uint64_t *addr)
{
	return rec_ops.table_alloc(priv, addr);
}

static void op_table_free(void *priv, uint64_t addr)
{
	rec_ops.table_free(priv, addr);
}

static int op_resolve(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	struct engine *e = begin_slow(priv);

	return end_slow(e, rec_ops.resolve(e, slot, gfn, write, out));
}

static int op_resolve_atomic(void *priv, const struct cw_memslot *slot, uint64_t gfn, struct cw_hpage *out)
{
	return rec_resolve_atomic(priv, slot, gfn, out);
}

static void op_release(void *priv, const struct cw_hpage *page, bool mapped)
{
	rec_ops.release(priv, page, mapped);
}

static void op_yield(void *priv)
{
	rec_ops.yield(begin_slow(priv));
}

const struct cw_mmu_ops eng_ops = {
	.table_alloc = op_table_alloc,
	.table_free = op_table_free,
	.table_load = op_load,
	.entry_write = op_write,
	.entry_xchg = op_xchg,
	.invalidate = op_invalidate,
	.flush = op_flush,
	.log_set = op_log_set,
	.protect = op_protect,
	.harvest = op_harvest,
	.log_provide = op_log_provide,
	.host_write = op_host_write,
	.resolve = op_resolve,
	.resolve_atomic = op_resolve_atomic,
	.release = op_release,
	.yield = op_yield,
};

/* --- for tests --- */

void eng_init(struct engine *e, struct cw_mmu *mmu, uint64_t host_pages, uint64_t seed)
{
	memset(e, 0, sizeof(*e));
	rec_init(&e->rec, mmu, host_pages);
	e->memory = calloc(host_pages, sizeof(*e->memory));
	e->rng = seed * 0x9e3779b97f4a7c15ull | 1;
	e->dom[0].log_epoch = e->dom[1].log_epoch = 1;
}

void eng_destroy(struct engine *e)
{
	free(e->memory);
	rec_destroy(&e->rec);
}

void eng_attach(struct engine *e, unsigned i, const struct cw_mmu_ctx *ctx)
{
	e->ctx[i] = ctx;
	rec_attach(&e->rec, ctx);
}

void eng_request(struct engine *e, unsigned ctx, uint64_t gfn, bool write)
{
	for (unsigned i = 0; i < ENG_REQS && !e->stopped; i++) {
		struct eng_req *q = &e->req[i];

		if (q->state != ENG_FREE)
			continue;
		*q = (struct eng_req){.ctx = ctx, .gfn = gfn, .write = write};
		lookup(e, q);
		return;
	}
}

struct eng_req *eng_parked(struct engine *e)
{
	unsigned from = (unsigned)eng_rnd(e, ENG_REQS);

	for (unsigned i = 0; i < ENG_REQS; i++) {
		struct eng_req *q = &e->req[(from + i) % ENG_REQS];

		if (q->state == ENG_PARKED && !q->taken) {
			q->taken = true;
			return q;
		}
	}
	return NULL;
}

void eng_resume(struct engine *e, struct eng_req *q, bool retry)
{
	q->taken = false;
	if (!retry)
		q->state = ENG_FREE;
	else if (!e->stopped)
		lookup(e, q);
}

void eng_stop_and_drain(struct engine *e)
{
	e->stopped = true;
	wait_older(e, 2, e->tick);
}

void eng_start(struct engine *e)
{
	e->stopped = false;
}
