/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "rec_model.h"

/* --- operations --- */

/* Counts, checks the lock rule and says whether this call fails. Returns with r->lock held. */
static int enter(struct recorder *r, enum rec_op op, int under_lock)
{
	pthread_mutex_lock(&r->lock);
	r->count[op]++;
	if (r->mmu && under_lock >= 0 && cw_mutex_is_mine(&r->mmu->lock) != under_lock)
		rec_violate(r, "operation %d: lock rule broken", op);
	if (r->fail_any && op != REC_RELEASE && op != REC_TABLE_FREE && op != REC_YIELD && op != REC_MMIO_GENERATION &&
	    !--r->fail_any) {
		r->any_failed = true;
		r->fail_any = r->fail_on;
		return op == REC_TABLE_ALLOC ? -ENOMEM : op == REC_FLUSH ? -ETIMEDOUT : -EIO;
	}
	if (r->fail_at[op] && !--r->fail_at[op])
		return r->fail_with[op];
	return 0;
}

static int leave(struct recorder *r, int err)
{
	pthread_mutex_unlock(&r->lock);
	return err;
}

static uint64_t table_new(struct recorder *r, enum table_state state)
{
	if (r->nr_table == r->cap_table) {
		r->cap_table = r->cap_table ? 2 * r->cap_table : 64;
		r->table = realloc(r->table, r->cap_table * sizeof(*r->table));
	}
	r->table[r->nr_table] = (struct rec_table){.state = state};
	r->live_tables += state != TABLE_FREED;
	return REC_TABLE_BASE + ((uint64_t)r->nr_table++ << 12);
}

static int rec_table_alloc(void *priv, uint64_t *addr)
{
	struct recorder *r = priv;
	int err = enter(r, REC_TABLE_ALLOC, 0);

	if (!err && r->table_limit && r->live_tables >= r->table_limit)
		err = -ENOMEM;
	if (!err)
		*addr = table_new(r, TABLE_ALLOCATED);
	return leave(r, err);
}

/* The companion is filled, the table is not. */
static int rec_pair_alloc(void *priv, uint64_t *addr)
{
	struct recorder *r = priv;
	int err = enter(r, REC_TABLE_ALLOC, 0);

	if (!err && r->table_limit && r->live_tables + 1 >= r->table_limit)
		err = -ENOMEM;
	if (err)
		return leave(r, err);
	if (r->nr_table % 2)
		table_new(r, TABLE_FREED);
	*addr = table_new(r, TABLE_ALLOCATED);
	table_new(r, TABLE_LOADED);
	r->table[r->nr_table - 1].companion = true;
	return leave(r, 0);
}

static void rec_table_free(void *priv, uint64_t addr)
{
	struct recorder *r = priv;
	struct rec_table *t;

	enter(r, REC_TABLE_FREE, -1);
	t = rec_table_at(r, addr);
	if (!t || t->state == TABLE_FREED) {
		rec_violate(r, "free of %llx, which is not allocated", (unsigned long long)addr);
	} else {
		if (r->stale)
			rec_snapshot(r);
		if (t->reachable)
			rec_violate(r, "I9: %llx freed while reachable", (unsigned long long)addr);
		if (t->companion && (t[-1].reachable || rec_is_cached(t - 1)))
			rec_violate(r, "I9, P31: companion %llx freed before its table", (unsigned long long)addr);
		if (rec_is_cached(t))
			rec_violate(r, "I9: %llx freed before INVALIDATE and FLUSH", (unsigned long long)addr);
		t->state = TABLE_FREED;
		r->live_tables--;
	}
	leave(r, 0);
}

static int rec_table_load(void *priv, uint64_t addr, const uint64_t *entries)
{
	struct recorder *r = priv;
	int err = enter(r, REC_TABLE_LOAD, 1);
	struct rec_table *t = rec_table_at(r, addr);

	if (err)
		return leave(r, err);
	if (!t || t->state == TABLE_FREED) {
		rec_violate(r, "load of a page that is not allocated");
		return leave(r, 0);
	}
	if (r->stale)
		rec_snapshot(r);
	if (t->reachable || rec_is_cached(t))
		rec_violate(r, "P14: load of a reachable page");
	memcpy(t->entry, entries, sizeof(t->entry));
	t->state = TABLE_LOADED;
	for (unsigned i = 0; i < 512; i++) {
		struct rec_table *to;

		if (!entries[i])
			rec_violate(r, "SPTE-2: a table entry of zero");
		if (!rec_is_link(entries[i]))
			continue;
		to = rec_table_at(r, entries[i] & REC_ADDR);
		if (!to || to->state != TABLE_LOADED)
			rec_violate(r, "P14: load of a link to a page that is not loaded");
	}
	return leave(r, 0);
}

/* P31: by command, and after the FLUSH that follows the zap of the entry. */
static void set_companion(struct recorder *r, struct rec_table *t, unsigned i, uint64_t value)
{
	const struct rec_table *of = t - 1;
	bool same = t->entry[i] == value;

	if (r->stale)
		rec_snapshot(r);
	if (value & 4095)
		rec_violate(r, "P31: a companion entry is no address of a page");
	if (!same && of->reachable && (of->entry[i] & REC_PRESENT))
		rec_violate(r, "P31: the companion of a present entry changed");
	if (!same && of->zapped[i] && r->flushed[of->space] <= of->zapped[i])
		rec_violate(r, "P31: a companion entry changed before the FLUSH that follows the zap");
	t->entry[i] = value;
}

/* By flavour, which bit 63 tells of leaves: set in EPT, and never in x86, where it would be NX. */
static uint64_t host_w(uint64_t leaf)
{
	return leaf & REC_NONPRESENT ? 1ull << 57 : 1ull << 9;
}

/* A large leaf gives way to a table that is loaded and gives the same pages, none of them with more rights. */
static bool is_split(struct recorder *r, uint64_t was, uint64_t value)
{
	struct rec_table *t = rec_table_at(r, value & REC_ADDR);
	uint64_t first = t ? t->entry[0] & REC_ADDR : 0, step = t ? (t->entry[1] & REC_ADDR) - first : 0;

	if (!(was & REC_PS) || (value & REC_PS) || !t || t->state != TABLE_LOADED || first != (was & REC_ADDR) ||
	    (step != 4096 && step != 512 * 4096))
		return false;
	for (unsigned i = 0; i < 512; i++) {
		uint64_t more = t->entry[i] & ~was & (REC_W | REC_MMU_W | host_w(was));

		if (!(t->entry[i] & REC_PRESENT) || (t->entry[i] & REC_ADDR) != first + i * step || more ||
		    !(t->entry[i] & REC_PS) != (step == 4096))
			return false;
	}
	return true;
}

static void set_entry(struct recorder *r, uint64_t addr, uint64_t value, uint64_t *old)
{
	struct rec_table *t = rec_table_at(r, addr & ~4095ull);
	bool split = false;
	uint64_t was;

	if (!t || t->state != TABLE_LOADED || (addr & 7)) {
		rec_violate(r, "write to an entry of a page that is not loaded");
		return;
	}
	if (t->companion) {
		set_companion(r, t, (addr & 4095) / 8, value);
		return;
	}
	was = t->entry[(addr & 4095) / 8];
	if (old)
		*old = was;
	else if ((was & REC_PRESENT) && !(value & REC_PRESENT) && (was & REC_MMU_W) && !(was & (REC_W | REC_PS)))
		rec_violate(r, "P12: blind write over an entry that the engine may fix");
	if ((was & REC_PRESENT) && (value & REC_PRESENT) && ((was ^ value) & (REC_ADDR | REC_PS)))
		split = is_split(r, was, value);
	if ((was & REC_PRESENT) && (value & REC_PRESENT) && ((was ^ value) & (REC_ADDR | REC_PS)) && !split)
		rec_violate(r, "an entry changed from one page to another");
	if ((was & value & REC_PRESENT) && !((was ^ value) & REC_PS) && ((was ^ value) & host_w(was)))
		rec_violate(r, "SPTE-6: host-writable changed in a present entry");
	if ((was & REC_PRESENT) && !(value & REC_PRESENT))
		t->zapped[(addr & 4095) / 8] = ++r->tick;
	t->entry[(addr & 4095) / 8] = value;
	/* Taking away makes the snapshot stale; adding is followed at once, as nothing may be missed. */
	if (!(value & REC_PRESENT))
		r->stale |= (was & REC_PRESENT) != 0;
	else if (r->stale || t->shadow || split)
		rec_snapshot(r);
	else if (t->reachable)
		rec_mark_entry(r, t, (addr & 4095) / 8);
}

static int rec_entry_write(void *priv, uint64_t addr, uint64_t value)
{
	struct recorder *r = priv;
	int err = enter(r, REC_ENTRY_WRITE, 1);

	if (!err)
		set_entry(r, addr, value, NULL);
	return leave(r, err);
}

static int rec_entry_xchg(void *priv, uint64_t addr, uint64_t value, uint64_t *old)
{
	struct recorder *r = priv;
	int err = enter(r, REC_ENTRY_XCHG, 1);

	if (!err || r->xchg_lies)
		set_entry(r, addr, value, old);
	if (err)
		*old = 0x5a5a5a5a5a5a5a5aull;
	return leave(r, err);
}

static int rec_invalidate(void *priv, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only)
{
	struct recorder *r = priv;
	int err = enter(r, REC_INVALIDATE, 1);

	if (err)
		return leave(r, err);
	r->last_inval.domain = domain;
	r->last_inval.gfn = gfn;
	r->last_inval.npages = npages;
	r->last_inval.leaf_only = leaf_only;
	rec_model_invalidate(r, domain, gfn, npages, leaf_only);
	return leave(r, 0);
}

static int rec_invalidate_root(void *priv, unsigned domain, uint64_t root, bool leaf_only)
{
	struct recorder *r = priv;
	int err = enter(r, REC_INVALIDATE, 1);

	if (err)
		return leave(r, err);
	rec_model_invalidate(r, rec_tag_of(r, root, domain), 0, 0, leaf_only);
	return leave(r, 0);
}

static int rec_flush(void *priv, unsigned domain)
{
	struct recorder *r = priv;
	int err = enter(r, REC_FLUSH, 0);
	uint64_t tick = r->tick;

	leave(r, 0);
	if (err)
		return err;
	cw_relax();
	if (r->flush_hook)
		r->flush_hook(r);
	pthread_mutex_lock(&r->lock);
	rec_model_flushed(r, domain, tick);
	for (unsigned t = 2; t < REC_TAGS; t++)
		if (r->tag[t].domain == domain)
			rec_model_flushed(r, t, tick);
	/* Of two at a time, the one that began first may end last. */
	if (tick > r->flushed[domain])
		r->flushed[domain] = tick;
	return leave(r, 0);
}

static int rec_log_set(void *priv, unsigned domain, unsigned mode)
{
	struct recorder *r = priv;

	(void)domain;
	(void)mode;
	return leave(r, enter(r, REC_LOG_SET, 0));
}

/* P13: entries without bit 11 and, in a table of level 1, none other than 4 KiB leaves. */
static int rec_protect(void *priv, uint64_t table, const uint64_t *mask, unsigned flavour, bool dirty)
{
	struct recorder *r = priv;
	int err = enter(r, REC_PROTECT, 1);
	struct rec_table *t = rec_table_at(r, table);

	if (err)
		return leave(r, err);
	if (!t || t->state != TABLE_LOADED || (t->reachable && t->level != 1))
		rec_violate(r, "PROTECT of a page that is no table of 4 KiB leaves");
	for (unsigned i = 0; t && i < 512; i++) {
		bool ad = flavour || !(t->entry[i] & 3ull << 52);

		if ((mask[i / 64] >> i % 64 & 1) && (t->entry[i] & REC_PRESENT))
			t->entry[i] &= ~(!dirty || !ad ? REC_W : flavour ? 1ull << 6 : REC_D);
	}
	return leave(r, 0);
}

/* Nothing was written. */
static int rec_harvest(void *priv, unsigned domain, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits),
		       void *arg)
{
	struct recorder *r = priv;

	(void)domain;
	(void)line;
	(void)arg;
	return leave(r, enter(r, REC_HARVEST, 0));
}

static int rec_log_provide(void *priv, unsigned domain, uint64_t gfn)
{
	struct recorder *r = priv;

	(void)domain;
	(void)gfn;
	return leave(r, enter(r, REC_LOG_PROVIDE, 0));
}

static void rec_mmio_generation(void *priv, unsigned domain, uint32_t gen)
{
	struct recorder *r = priv;

	enter(r, REC_MMIO_GENERATION, 0);
	r->mmio_gen[domain] = gen;
	leave(r, 0);
}

static int rec_resolve(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	struct recorder *r = priv;
	int err = enter(r, REC_RESOLVE, 0);
	uint64_t page = cw_memslot_hva(slot, gfn) >> 12;

	if (!err && (gfn < slot->base_gfn || gfn - slot->base_gfn >= slot->npages))
		rec_violate(r, "resolve of a gfn outside of its slot");
	if (!err && (page >= r->nr_host || (write && r->host_ro[page] && !r->resolve_lax)))
		err = -EFAULT;
	if (err)
		return leave(r, err);
	out->bus = r->host_bus[page];
	out->writable = !r->host_ro[page];
	out->level = r->host_level[page];
	out->cookie = r;
	r->pages_held++;
	leave(r, 0);
	if (r->resolve_hook)
		r->resolve_hook(r, slot, gfn);
	return 0;
}

int rec_resolve_atomic(void *priv, const struct cw_memslot *slot, uint64_t gfn, struct cw_hpage *out)
{
	struct recorder *r = priv;
	int err = enter(r, REC_RESOLVE_ATOMIC, 1);
	uint64_t page = cw_memslot_hva(slot, gfn) >> 12;

	if (!err && (gfn < slot->base_gfn || gfn - slot->base_gfn >= slot->npages))
		rec_violate(r, "resolve of a gfn outside of its slot");
	if (!err && (page >= r->nr_host || r->host_away == page + 1))
		err = -EAGAIN;
	if (err)
		return leave(r, err);
	*out = (struct cw_hpage){.bus = r->host_bus[page], .writable = !r->host_ro[page], .cookie = r};
	r->pages_held++;
	return leave(r, 0);
}

static void rec_release(void *priv, const struct cw_hpage *page, bool mapped)
{
	struct recorder *r = priv;

	enter(r, REC_RELEASE, mapped);
	if (page->cookie != r)
		rec_violate(r, "release of a page that was not resolved");
	r->pages_held--;
	leave(r, 0);
}

static void rec_yield(void *priv)
{
	struct recorder *r = priv;

	leave(r, enter(r, REC_YIELD, 0));
	if (r->yield_hook)
		r->yield_hook(r);
}

const struct cw_mmu_ops rec_ops = {
	.table_alloc = rec_table_alloc,
	.pair_alloc = rec_pair_alloc,
	.table_free = rec_table_free,
	.table_load = rec_table_load,
	.entry_write = rec_entry_write,
	.entry_xchg = rec_entry_xchg,
	.invalidate = rec_invalidate,
	.invalidate_root = rec_invalidate_root,
	.flush = rec_flush,
	.log_set = rec_log_set,
	.protect = rec_protect,
	.harvest = rec_harvest,
	.log_provide = rec_log_provide,
	.mmio_generation = rec_mmio_generation,
	.resolve = rec_resolve,
	.release = rec_release,
	.yield = rec_yield,
};

/* --- for tests --- */

void rec_init(struct recorder *r, struct cw_mmu *mmu, uint64_t host_pages)
{
	memset(r, 0, sizeof(*r));
	pthread_mutex_init(&r->lock, NULL);
	r->mmu = mmu;
	r->nr_host = host_pages;
	r->host_bus = malloc(host_pages * sizeof(*r->host_bus));
	r->host_ro = malloc(host_pages * sizeof(*r->host_ro));
	r->host_level = malloc(host_pages * sizeof(*r->host_level));
	for (uint64_t i = 0; i < host_pages; i++) {
		r->host_bus[i] = 0x100000000ull + (i << 12);
		r->host_ro[i] = false;
		r->host_level[i] = 1;
	}
}

void rec_destroy(struct recorder *r)
{
	for (unsigned b = 0; b < 1024; b++) {
		while (r->bucket[b]) {
			struct rec_cached *c = r->bucket[b];

			r->bucket[b] = c->next;
			free(c);
		}
	}
	free(r->table);
	free(r->host_bus);
	free(r->host_ro);
	free(r->host_level);
	pthread_mutex_destroy(&r->lock);
}

void rec_attach(struct recorder *r, const struct cw_mmu_ctx *ctx)
{
	pthread_mutex_lock(&r->lock);
	r->root[r->nr_root].addr = ctx->root_table;
	r->root[r->nr_root].level = ctx->level;
	r->root[r->nr_root].tag = ctx->shadow ? rec_tag_of(r, ctx->root_table, ctx->as_id) : ctx->as_id;
	r->nr_root++;
	rec_snapshot(r);
	pthread_mutex_unlock(&r->lock);
}

void rec_detach(struct recorder *r, const struct cw_mmu_ctx *ctx)
{
	pthread_mutex_lock(&r->lock);
	for (unsigned i = 0; i < r->nr_root; i++) {
		if (r->root[i].addr == ctx->root_table && r->root[i].level == ctx->level) {
			r->root[i] = r->root[--r->nr_root];
			break;
		}
	}
	rec_snapshot(r);
	pthread_mutex_unlock(&r->lock);
}

void rec_reset(struct recorder *r)
{
	pthread_mutex_lock(&r->lock);
	r->nr_root = 0;
	rec_snapshot(r);
	for (unsigned d = 0; d < REC_TAGS; d++) {
		r->tick++;
		rec_model_invalidate(r, d, 0, 0, false);
		rec_model_flushed(r, d, r->tick);
	}
	r->flushed[0] = r->flushed[1] = r->tick;
	pthread_mutex_unlock(&r->lock);
}

uint64_t rec_walk_at(struct recorder *r, const struct cw_mmu_ctx *ctx, uint64_t gfn, unsigned *level, uint64_t *at)
{
	uint64_t addr = ctx->root_table, e = 0;

	pthread_mutex_lock(&r->lock);
	for (unsigned l = ctx->level; l; l--) {
		struct rec_table *t = rec_table_at(r, addr);

		*level = l;
		*at = addr + 8 * ((gfn >> (9 * (l - 1))) & 511);
		e = t->entry[(gfn >> (9 * (l - 1))) & 511];
		if (!(e & REC_PRESENT) || ((e & REC_PS) && l <= 3))
			break;
		addr = e & REC_ADDR;
	}
	pthread_mutex_unlock(&r->lock);
	return e;
}

uint64_t rec_walk(struct recorder *r, const struct cw_mmu_ctx *ctx, uint64_t gfn, unsigned *level)
{
	uint64_t addr;

	return rec_walk_at(r, ctx, gfn, level, &addr);
}

bool rec_swap(struct recorder *r, uint64_t entry_addr, uint64_t from, uint64_t to)
{
	uint64_t *e;
	bool same;

	pthread_mutex_lock(&r->lock);
	e = &rec_table_at(r, entry_addr & ~4095ull)->entry[(entry_addr & 4095) / 8];
	same = *e == from;
	if (same)
		*e = to;
	pthread_mutex_unlock(&r->lock);
	return same;
}

uint64_t rec_entry(struct recorder *r, uint64_t entry_addr)
{
	struct rec_table *t = rec_table_at(r, entry_addr & ~4095ull);

	return t ? t->entry[(entry_addr & 4095) / 8] : 0;
}

void rec_engine_sets(struct recorder *r, uint64_t entry_addr, uint64_t bits)
{
	pthread_mutex_lock(&r->lock);
	rec_table_at(r, entry_addr & ~4095ull)->entry[(entry_addr & 4095) / 8] |= bits;
	pthread_mutex_unlock(&r->lock);
}

bool rec_bus_alive(struct recorder *r, uint64_t bus)
{
	bool alive = false;

	pthread_mutex_lock(&r->lock);
	for (unsigned b = 0; b < 1024; b++)
		for (struct rec_cached *c = r->bucket[b]; c; c = c->next)
			alive |= bus - c->bus < c->npages << 12;
	pthread_mutex_unlock(&r->lock);
	return alive;
}

void rec_fail(struct recorder *r, enum rec_op op, unsigned n, int err)
{
	r->fail_at[op] = n;
	r->fail_with[op] = err;
}

int rec_drop_invalidate(void *priv, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only)
{
	(void)priv;
	(void)domain;
	(void)gfn;
	(void)npages;
	(void)leaf_only;
	return 0;
}
