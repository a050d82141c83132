/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Eager splitting (DL-2, DL-5): a large leaf that is about to be protected gives way to a table of smaller ones, so
 * that a write to one page costs no fault for the others. The table is made aside, loaded, and linked in place of the
 * leaf by one WRITE. An address gives the same page with the same rights before and after, so there is nothing to
 * invalidate; the protection that follows does what it does to all small leaves. What cannot be had is left as it is:
 * the fault of a write then drops the leaf.
 */
#include "internal.h"

/* Objects beyond what a cache holds: rmap nodes and descriptors for 512 entries. */
struct spare {
	void *obj[CW_SPTES + 8];
	unsigned nr;
};

struct split {
	struct cw_zap z;
	const struct cw_memslot *slot;
	struct cw_cache_set cache;
	struct spare block, leaf, desc;
};

/* What one split takes. */
struct need {
	unsigned block, leaf, desc;
};

static bool top_up(struct spare *s, unsigned want, size_t size)
{
	while (s->nr < want) {
		void *p = cw_zalloc(size);

		if (!p)
			return false;
		s->obj[s->nr++] = p;
	}
	return true;
}

static void drain(struct spare *s)
{
	while (s->nr)
		cw_free(s->obj[--s->nr]);
}

static void move(struct spare *from, struct cw_cache *to, unsigned want)
{
	while (to->nr < want && from->nr)
		to->obj[to->nr++] = from->obj[--from->nr];
}

static uint64_t rel_of(const struct split *s, struct cw_entry e, unsigned i)
{
	return cw_entry_gfn(e.sp, e.index) + i * cw_level_pages(e.sp->role.level - 1) - s->slot->base_gfn;
}

static struct need needs(const struct split *s, struct cw_entry e)
{
	struct need n = {0};
	uint64_t last = ~0ull;

	for (unsigned i = 0; i < CW_SPTES; i++) {
		uint64_t rel = rel_of(s, e, i), node = rel / CW_RMAP_LEAF_PAGES;
		struct cw_rmap_leaf *leaf = cw_rmap_lookup(s->slot->rmap, rel);

		n.desc += leaf && leaf->head[rel % CW_RMAP_LEAF_PAGES].val;
		n.leaf += !leaf && node != last;
		last = node;
	}
	/* Heads of a node each; inner nodes: new roots, one way down, and as many again where a range crosses. */
	n.block = n.leaf ? n.leaf + 3 * s->slot->rmap->inner_levels : 0;
	return n;
}

/* Objects for the next split, without the lock. */
static bool prepare(struct split *s, struct need n)
{
	struct cw_mmu *mmu = s->z.mmu;

	if (cw_cache_topup(mmu, &s->cache))
		return false;
	return top_up(&s->block, n.block, CW_PAGE_SIZE) && top_up(&s->leaf, n.leaf, sizeof(struct cw_rmap_leaf)) &&
	       top_up(&s->desc, n.desc, sizeof(struct cw_rmap_desc));
}

static bool enough(const struct split *s, struct need n)
{
	return s->cache.nr_table && s->cache.page.nr && s->cache.mirror.nr && s->cache.block.nr &&
	       s->block.nr >= n.block && s->leaf.nr >= n.leaf && s->desc.nr >= n.desc;
}

/* Entry i of the new table. */
static uint64_t part(struct cw_entry e, unsigned i)
{
	unsigned level = e.sp->role.level - 1;
	uint64_t spte = e.sp->spte[e.index] + (i * cw_level_pages(level) << CW_PAGE_SHIFT);

	return level > CW_LEVEL_4K ? spte : spte & ~CW_SPTE(PS);
}

/* Puts a table in the place of a leaf; all objects are there. */
static int split_leaf(struct split *s, struct cw_entry e)
{
	struct cw_mmu *mmu = s->z.mmu;
	unsigned level = e.sp->role.level;
	uint64_t gfn = cw_entry_gfn(e.sp, e.index), link;
	struct cw_mmu_page *sp = cw_page_new(mmu, gfn, cw_role_child(e.sp->role), &s->cache);
	int r;

	/* Made with A, and with D where it has W: the engine has nothing to change in it. */
	CW_ASSERT(!cw_spte_volatile(cw_spte_format(e.sp->role), e.sp->spte[e.index]));
	for (unsigned i = 0; i < CW_SPTES; i++)
		sp->spte[i] = part(e, i);
	link = cw_spte_make_table(e.sp->role, sp->table);
	r = mmu->ops->table_load(mmu->priv, sp->table, sp->spte);
	if (!r)
		r = mmu->ops->entry_write(mmu->priv, cw_entry_addr(e.sp, e.index), link);
	cw_trace(mmu, kvm_mmu_split_huge_page, gfn, level, (uint64_t)(int64_t)r);
	if (r) {
		cw_page_discard(mmu, sp);
		return r;
	}
	cw_rmap_del(s->slot->rmap, gfn - s->slot->base_gfn, e);
	e.sp->nr_present--;
	cw_stat_add(cw_stat_leaves(mmu, level), -1ull);
	cw_page_insert(mmu, sp);
	cw_page_link(e, link, sp, &s->cache);
	for (unsigned i = 0; i < CW_SPTES; i++) {
		move(&s->block, &s->cache.block, 5);
		move(&s->leaf, &s->cache.rmap_leaf, 1);
		move(&s->desc, &s->cache.desc, 1);
		cw_rmap_add(s->slot->rmap, rel_of(s, e, i), (struct cw_entry){sp, i}, &s->cache);
	}
	sp->nr_present = CW_SPTES;
	cw_stat_add(cw_stat_leaves(mmu, level - 1), CW_SPTES);
	cw_stat_add(&mmu->stats.mmu_split, 1);
	return 0;
}

/* A leaf of a direct context that begins at this page and is larger than a page. */
static bool large_at(const struct split *s, uint64_t rel, struct cw_entry *out)
{
	struct cw_rmap_leaf *leaf = cw_rmap_lookup(s->slot->rmap, rel);

	for (unsigned n = 0; leaf; n++) {
		if (!cw_rmap_head_get(&leaf->head[rel % CW_RMAP_LEAF_PAGES], n, out))
			break;
		/* Parts in shadow contexts would need companions, and a FLUSH before (P31). */
		if (out->sp->role.level > CW_LEVEL_4K && cw_page_live(s->z.mmu, out->sp) &&
		    !cw_role_shadow(out->sp->role) &&
		    !cw_page_find(s->z.mmu, cw_entry_gfn(out->sp, out->index), cw_role_child(out->sp->role)))
			return true;
	}
	return false;
}

/* Splits what begins at a page, down to pages where they are wanted. False: no more. */
static bool split_at(struct split *s, uint64_t rel, cw_split_wanted wanted, void *arg)
{
	struct cw_mmu *mmu = s->z.mmu;
	struct cw_entry e;

	while (large_at(s, rel, &e) && wanted(arg, rel, cw_level_pages(e.sp->role.level))) {
		struct need n = needs(s, e);

		/* No table gives way for this. */
		if (mmu->page_limit && mmu->nr_pages + 5 > mmu->page_limit)
			return false;
		if (enough(s, n) && !cw_hash_room(mmu, &s->cache)) {
			if (split_leaf(s, e))
				return false;
			continue;
		}
		cw_mutex_unlock(&mmu->lock);
		if (!prepare(s, n)) {
			cw_mutex_lock(&mmu->lock);
			return false;
		}
		cw_relax();
		cw_mutex_lock(&mmu->lock);
	}
	return true;
}

void cw_split_slot(struct cw_mmu *mmu, const struct cw_memslot *slot, uint64_t first, uint64_t end,
		   cw_split_wanted wanted, void *arg)
{
	struct split *s = cw_zalloc(sizeof(*s));
	/* The leaf that holds the first page may begin before it. */
	uint64_t rel = first > cw_level_pages(CW_LEVEL_LEAF_MAX) ? first - cw_level_pages(CW_LEVEL_LEAF_MAX) : 0;

	if (!s)
		return;
	s->slot = slot;
	end = end < slot->npages ? end : slot->npages;
	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&s->z, mmu, slot->as_id);
	while (slot->rmap && cw_rmap_next(slot->rmap, &rel) && rel < end) {
		uint64_t at = cw_table_gfn(slot->base_gfn + rel + CW_SPTES - 1, CW_LEVEL_4K) - slot->base_gfn;

		/* The only page among the next 512 where a large leaf may begin. */
		if (at < end && !split_at(s, at, wanted, arg))
			break;
		rel = at + 1;
		if (++s->z.batch >= CW_ZAP_BATCH_LEAVES)
			cw_zap_yield(&s->z);
	}
	cw_mutex_unlock(&mmu->lock);
	cw_cache_drain(mmu, &s->cache);
	drain(&s->block);
	drain(&s->leaf);
	drain(&s->desc);
	cw_free(s);
}
