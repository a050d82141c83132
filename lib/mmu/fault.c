/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The slow path, top to bottom: look (under the lock), top up caches and resolve the page (without it), map (under it).
 * What was seen in the first look is checked again in the second: slot, and invalidations (ZAP-8).
 *
 * Mapping builds the missing tables aside, loads them bottom-up and links them with one WRITE, so that the engine sees
 * the old state or the new one. All commands are posted.
 */
#include "internal.h"

/* --- look --- */

/* Deepest entry of the mirror on the way to gfn; its level is 1 or it is not present. */
static struct cw_entry walk(struct cw_mmu_page *root, uint64_t gfn)
{
	struct cw_entry e = {.sp = root};

	for (;;) {
		e.index = cw_level_index(gfn, e.sp->role.level);
		if (e.sp->role.level == CW_LEVEL_4K || !cw_spte_present(e.sp->spte[e.index]))
			return e;
		e.sp = e.sp->child[e.index];
	}
}

static bool mmio_current(const struct cw_mmu *mmu, struct cw_entry e, unsigned as_id)
{
	uint64_t gen = mmu->space[as_id].generation;
	uint64_t spte = e.sp->spte[e.index];

	/* MS-2 */
	return cw_spte_is_mmio(cw_spte_format(e.sp->role), spte) && !(gen & CW_GEN_IN_PROGRESS) &&
	       cw_spte_mmio_gen(spte) == (gen & CW_MMIO_GEN_MASK);
}

static void found(struct cw_fault *f, struct cw_entry e)
{
	f->spte = e.sp->spte[e.index];
	f->entry_addr = cw_entry_addr(e.sp, e.index);
}

/* What can be said from slot and mirror alone. */
static int look(struct cw_fault *f, bool *mmio_hit)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_memslot *slot = cw_slots_find(cw_slots_active(mmu, f->ctx->as_id), f->gfn);
	struct cw_entry e;

	f->have_slot = slot != NULL;
	if (slot)
		f->slot = *slot;
	f->inval_seq = mmu->inval_seq;

	e = walk(f->ctx->root, f->gfn);
	if (!slot) {
		if (mmio_current(mmu, e, f->ctx->as_id)) {
			*mmio_hit = true;
			found(f, e);
			return CW_PF_EMULATE;
		}
		return CW_PF_CONTINUE;
	}
	if (slot->flags & CW_MEM_INVALID)
		return CW_PF_RETRY; /* MS-5 */
	if (slot->flags & CW_MEM_ALLONES)
		return f->write ? CW_PF_EMULATE : CW_PF_ONES; /* MS-13, MS-14: no entry of any kind */
	if (f->write && (slot->flags & CW_MEM_READONLY))
		return CW_PF_EMULATE; /* MS-7 */
	if (cw_inval_blocks(mmu, cw_memslot_hva(slot, f->gfn)))
		return CW_PF_RETRY;
	if (cw_spte_present(e.sp->spte[e.index]) &&
	    cw_spte_allows(cw_spte_format(e.sp->role), e.sp->spte[e.index], f->write)) {
		found(f, e);
		return CW_PF_SPURIOUS;
	}
	return CW_PF_CONTINUE;
}

/* --- map --- */

/* One missing link on the way down, or the leaf (child NULL). */
struct step {
	struct cw_entry at;
	struct cw_mmu_page *child;
	uint64_t spte;
	bool fresh; /* child was made by this fault: not loaded, in no hash */
};

struct path {
	struct step step[CW_LEVEL_MAX];
	unsigned nr;
	unsigned done; /* steps from the bottom that the engine has */
};

/* Finds or makes the tables down to level 1 and returns the leaf's place. Changes no page but fresh ones. */
static struct cw_entry build_path(struct cw_fault *f, struct path *p, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_mmu_page *sp = f->ctx->root;

	p->nr = p->done = 0;
	while (sp->role.level > CW_LEVEL_4K) {
		unsigned index = cw_level_index(f->gfn, sp->role.level);
		union cw_role role = cw_role_child(sp->role);
		struct step *s;

		if (cw_spte_present(sp->spte[index])) {
			sp = sp->child[index];
			continue;
		}
		s = &p->step[p->nr++];
		s->at = (struct cw_entry){sp, index};
		s->child = cw_page_find(mmu, cw_table_gfn(f->gfn, role.level), role);
		s->fresh = !s->child;
		if (s->fresh)
			s->child = cw_page_new(mmu, cw_table_gfn(f->gfn, role.level), role, cache);
		s->spte = cw_spte_make_table(sp->role, s->child->table);
		sp = s->child;
	}
	return (struct cw_entry){sp, cw_level_index(f->gfn, CW_LEVEL_4K)};
}

/* Gives back the fresh tables that the engine does not have. */
static void drop_path(struct cw_mmu *mmu, struct path *p)
{
	for (unsigned i = 0; i + p->done < p->nr; i++) {
		if (p->step[i].fresh)
			cw_page_discard(mmu, p->step[i].child);
	}
}

/* Host side of a step that the engine has now. */
static void commit_step(struct cw_fault *f, struct step *s, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	uint64_t *mirror = &s->at.sp->spte[s->at.index];
	bool was_present = cw_spte_present(*mirror);

	if (s->child) {
		if (s->fresh)
			cw_page_insert(mmu, s->child);
		*mirror = CW_SPTE_NONPRESENT;
		cw_page_link(s->at, s->spte, s->child, cache);
		return;
	}
	*mirror = s->spte;
	if (!cw_spte_present(s->spte)) {
		cw_stat_add(&mmu->stats.pf_mmio_spte_created, 1);
	} else if (!was_present) {
		uint64_t rel = f->gfn - f->slot.base_gfn;

		s->at.sp->nr_present++;
		cw_rmap_add(f->slot.rmap, rel, s->at, cache);
		cw_stat_add(&mmu->stats.pages_4k, 1);
	}
}

/*
 * Publishes the steps, bottom-up: entries of fresh pages are loaded with the page; an entry of a page that the engine
 * may reach already is written, after all below it. On an error the steps above are dropped; what is done is
 * consistent.
 */
static int publish(struct cw_fault *f, struct path *p, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	int r = 0;

	for (unsigned i = p->nr; i > 0 && !r; i--) {
		struct step *s = &p->step[i - 1];
		bool parent_fresh = i > 1 && p->step[i - 2].fresh;
		unsigned last;

		if (parent_fresh) {
			/* The parent is private: set the entry, load the page; the link above will publish both. */
			uint64_t old = s->at.sp->spte[s->at.index];

			s->at.sp->spte[s->at.index] = s->spte;
			r = mmu->ops->table_load(mmu->priv, s->at.sp->table, s->at.sp->spte);
			s->at.sp->spte[s->at.index] = old;
			continue;
		}
		r = mmu->ops->entry_write(mmu->priv, cw_entry_addr(s->at.sp, s->at.index), s->spte);
		if (r)
			break;
		for (last = p->nr - p->done; last >= i; last--)
			commit_step(f, &p->step[last - 1], cache);
		p->done = p->nr - i + 1;
	}
	if (r)
		drop_path(mmu, p);
	return r;
}

/* The host page changed without an invalidation: take the old one away before anything else is said about it. */
static int replace_page(struct cw_fault *f, struct cw_entry e, bool *flush)
{
	struct cw_zap z;
	int r;

	cw_zap_init(&z, f->ctx->mmu, f->ctx->as_id);
	r = cw_zap_leaf(&z, e);
	cw_zap_post(&z);
	*flush = true;
	return r ? r : CW_PF_RETRY;
}

static int map_leaf(struct cw_fault *f, uint64_t spte, struct cw_cache_set *cache, bool *flush)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	const struct cw_spte_format *fmt = cw_spte_format(f->ctx->root->role);
	struct cw_entry at;
	struct path p;
	uint64_t old;
	bool mark;
	int r;

	at = build_path(f, &p, cache);
	old = at.sp->spte[at.index];
	if (cw_spte_present(old) && cw_spte_addr(old) != cw_spte_addr(spte)) {
		drop_path(mmu, &p);
		return replace_page(f, at, flush);
	}
	if (!cw_spte_present(old) || !cw_spte_allows(fmt, old, f->write)) {
		p.step[p.nr++] = (struct step){.at = at, .spte = spte};
	} else if (!p.nr) {
		found(f, at);
		return CW_PF_SPURIOUS;
	}
	/* Else links alone are missing, above a table that was found by its role. */
	/* P51: mark before the engine can see W, under the lock that a pass takes. */
	mark = cw_spte_present(spte) && cw_spte_allows(fmt, spte, true) && (f->slot.flags & CW_MEM_LOG_DIRTY);
	if (mark) {
		cw_rmap_get(f->slot.rmap, f->gfn - f->slot.base_gfn, cache);
		cw_rmap_mark(f->slot.rmap, f->gfn - f->slot.base_gfn);
	}
	r = publish(f, &p, cache);
	if (r)
		return r;
	cw_hash_grow(mmu, cache);
	found(f, at);
	return CW_PF_FIXED;
}

static int map_mmio(struct cw_fault *f, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	union cw_role role = f->ctx->root->role;
	bool flush = false;
	int r;

	/* No entry can hold such a gfn. */
	if (f->gfn >> cw_spte_format(role)->mmio_gfn_bits)
		return CW_PF_EMULATE;
	/* While an update is in progress this is the old number: the entry is stale once it is over (MS-1). */
	r = map_leaf(f, cw_spte_make_mmio(role, f->gfn, mmu->space[f->ctx->as_id].generation), cache, &flush);
	CW_ASSERT(!flush);
	return r < 0 ? r : CW_PF_EMULATE;
}

/* Second look, then the entry. */
static int map(struct cw_fault *f, struct cw_cache_set *cache, bool *flush)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_memslot *slot = cw_slots_find(cw_slots_active(mmu, f->ctx->as_id), f->gfn);
	union cw_role role = f->ctx->root->role;
	struct cw_leaf leaf;

	CW_ASSERT(cw_page_live(mmu, f->ctx->root));
	if (!slot && !f->have_slot)
		return map_mmio(f, cache);
	/* Another slot of the same backing and kind is as good. */
	if (!slot || !f->have_slot || slot->flags != f->slot.flags ||
	    cw_memslot_hva(slot, f->gfn) != cw_memslot_hva(&f->slot, f->gfn))
		return CW_PF_RETRY;
	if (f->inval_seq != mmu->inval_seq || cw_inval_blocks(mmu, cw_memslot_hva(slot, f->gfn)))
		return CW_PF_RETRY;
	f->slot = *slot;
	if (f->write && !f->page.writable)
		return -EFAULT; /* only the host mapping is read-only: an error for the user to see */

	leaf.addr = f->page.bus;
	leaf.host_writable = f->page.writable && !(slot->flags & CW_MEM_READONLY);
	/* P27: in a logged slot a read grants no W, so that a run of reads reports no page. */
	leaf.grant_write = f->write || !(slot->flags & CW_MEM_LOG_DIRTY);
	return map_leaf(f, cw_spte_make_leaf(role, &leaf), cache, flush);
}

/* --- the whole --- */

static int count(struct cw_mmu *mmu, int r)
{
	uint64_t *stat = r == CW_PF_RETRY    ? &mmu->stats.pf_retry :
			 r == CW_PF_FIXED    ? &mmu->stats.pf_fixed :
			 r == CW_PF_SPURIOUS ? &mmu->stats.pf_spurious :
			 r == CW_PF_EMULATE  ? &mmu->stats.pf_emulate :
			 r == CW_PF_ONES     ? &mmu->stats.pf_ones :
					       &mmu->stats.pf_error;

	cw_stat_add(stat, 1);
	return r;
}

static int resolve_and_map(struct cw_mmu_worker *w, struct cw_fault *f)
{
	struct cw_mmu *mmu = w->mmu;
	bool flush = false, mapped;
	int r;

	r = cw_cache_topup(mmu, w->cache);
	if (r)
		return r;
	if (f->have_slot) {
		r = mmu->ops->resolve(mmu->priv, &f->slot, f->gfn, f->write, &f->page);
		if (r)
			return r == -EAGAIN ? CW_PF_RETRY : r;
		CW_ASSERT(!(f->page.bus & ~CW_SPTE_ADDR_MASK));
	}
	cw_mutex_lock(&mmu->lock);
	r = map(f, w->cache, &flush);
	mapped = r == CW_PF_FIXED || r == CW_PF_SPURIOUS;
	if (f->have_slot && mapped)
		mmu->ops->release(mmu->priv, &f->page, true);
	cw_mutex_unlock(&mmu->lock);
	if (f->have_slot && !mapped)
		mmu->ops->release(mmu->priv, &f->page, false);
	if (flush) {
		int e = cw_zap_flush(mmu, f->ctx->as_id);

		r = r < 0 || !e ? r : e;
	}
	return r;
}

int cw_mmu_fault(struct cw_mmu_worker *w, struct cw_fault *f)
{
	struct cw_mmu *mmu = w->mmu;
	bool mmio_hit = false;
	int r;

	CW_ASSERT(f->ctx->mmu == mmu);
	f->gfn = f->gpa >> CW_PAGE_SHIFT;
	f->spte = f->entry_addr = 0;
	if (f->gfn >> (9 * f->ctx->level)) {
		cw_stat_add(&mmu->stats.pf_taken, 1);
		return count(mmu, -EFAULT); /* P2 */
	}
	cw_mutex_lock(&mmu->lock);
	r = look(f, &mmio_hit);
	cw_mutex_unlock(&mmu->lock);
	/* ST-1: what an MMIO entry answers counts as an exit, not as a fault. */
	if (mmio_hit) {
		cw_stat_add(&mmu->stats.mmio_exits, 1);
		return r;
	}
	cw_stat_add(&mmu->stats.pf_taken, 1);
	if (r == CW_PF_CONTINUE)
		r = resolve_and_map(w, f);
	return count(mmu, r);
}
