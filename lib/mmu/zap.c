/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Taking translations away. Order of every path: entries change (WRITE or XCHG), one INVALIDATE covers them before the
 * lock is dropped, a FLUSH without the lock, then tables are freed (I9). Whoever needs pages gone compares zap_seq with
 * flushed_seq, so that a change that another thread made but has not flushed is waited for too.
 */
#include "internal.h"

void cw_zap_init(struct cw_zap *z, struct cw_mmu *mmu, unsigned as_id)
{
	*z = (struct cw_zap){.mmu = mmu, .as_id = as_id};
}

void cw_zap_note(struct cw_zap *z, uint64_t gfn, uint64_t npages, bool nonleaf)
{
	if (z->start == z->end) {
		z->start = gfn;
		z->end = gfn + npages;
	} else {
		z->start = gfn < z->start ? gfn : z->start;
		z->end = gfn + npages > z->end ? gfn + npages : z->end;
	}
	z->nonleaf |= nonleaf;
	z->mmu->domain[z->as_id].zap_seq++;
}

void cw_zap_note_entry(struct cw_zap *z, struct cw_entry e, bool nonleaf)
{
	if (!cw_role_shadow(e.sp->role)) {
		cw_zap_note(z, cw_entry_gfn(e.sp, e.index), cw_level_pages(e.sp->role.level), nonleaf);
		return;
	}
	/* The page may stand below any root, at any address. */
	z->shadow = true;
	z->shadow_nonleaf |= nonleaf;
	z->mmu->domain[z->as_id].zap_seq++;
}

/*
 * Those of roots that were dropped, which were not accepted then. Their pages may be anywhere but among the roots: in
 * use below another one, or on their way out.
 */
static int invalidate_dropped(struct cw_mmu *mmu, unsigned as_id)
{
	struct cw_list *lists[] = {&mmu->active, &mmu->zapped, &mmu->domain[as_id].quarantine};
	int err = 0;

	for (unsigned i = 0; i < 3; i++) {
		cw_list_for(node, lists[i])
		{
			struct cw_mmu_page *sp = cw_list_entry(node, struct cw_mmu_page, node);
			int r;

			if (!sp->inval_lost || sp->role.smm != as_id)
				continue;
			r = mmu->ops->invalidate_root(mmu->priv, as_id, sp->table, false);
			sp->inval_lost = r != 0;
			err = err ? err : r;
		}
	}
	return err;
}

/* INVALIDATE of all roots of shadow contexts of an address space. */
static int invalidate_roots(struct cw_mmu *mmu, unsigned as_id, bool leaf_only)
{
	int err = 0;

	cw_list_for(node, &mmu->roots)
	{
		const struct cw_mmu_page *root = cw_list_entry(node, struct cw_mmu_page, node);

		if (cw_role_shadow(root->role) && root->role.smm == as_id) {
			int r = mmu->ops->invalidate_root(mmu->priv, as_id, root->table, leaf_only);

			err = err ? err : r;
		}
	}
	return err;
}

void cw_zap_post(struct cw_zap *z)
{
	struct cw_mmu *mmu = z->mmu;
	uint64_t gfn = z->start, npages = z->end - z->start;

	CW_ASSERT(cw_mutex_is_mine(&mmu->lock));
	/* From one entry of a root of level 5 on, say everything: the end may lie beyond the address width. */
	if (npages >= cw_level_pages(CW_LEVEL_MAX))
		gfn = npages = 0;
	if (z->start != z->end && mmu->ops->invalidate(mmu->priv, z->as_id, gfn, npages, !z->nonleaf))
		mmu->domain[z->as_id].inval_lost = true;
	if (z->shadow && invalidate_roots(mmu, z->as_id, !z->shadow_nonleaf))
		mmu->domain[z->as_id].inval_lost = true;
	z->start = z->end = 0;
	z->nonleaf = z->shadow = z->shadow_nonleaf = false;
}

void cw_zap_yield(struct cw_zap *z)
{
	struct cw_mmu *mmu = z->mmu;

	cw_zap_post(z);
	z->batch = 0;
	cw_mutex_unlock(&mmu->lock);
	if (mmu->ops->yield)
		mmu->ops->yield(mmu->priv);
	cw_mutex_relax(&mmu->lock);
	cw_mutex_lock(&mmu->lock);
}

/*
 * Old value of an exchange against the mirror: P12 lists the only bits that may differ. But one that timed out may have
 * been executed: then the entry is gone, or allows no writing any more (track.c).
 */
static bool old_value_ok(const struct cw_mmu *mmu, const struct cw_mmu_page *sp, uint64_t mirror, uint64_t old)
{
	const struct cw_spte_format *fmt = cw_spte_format(sp->role);
	uint64_t may = cw_spte_engine_bits(fmt, mirror) | (mmu->xchg_timeouts ? CW_SPTE(W) | fmt->mmu_w : 0);

	return (mmu->xchg_timeouts && old == CW_SPTE_NONPRESENT) || !((old ^ mirror) & ~may);
}

/* Makes a present leaf of the engine's non-present. */
static int clear_leaf(struct cw_mmu *mmu, struct cw_entry e)
{
	uint64_t mirror = e.sp->spte[e.index], old;
	int r;

	if (!cw_page_live(mmu, e.sp))
		return 0;
	if (!cw_spte_volatile(cw_spte_format(e.sp->role), mirror))
		return mmu->ops->entry_write(mmu->priv, cw_entry_addr(e.sp, e.index), CW_SPTE_NONPRESENT);
	r = mmu->ops->entry_xchg(mmu->priv, cw_entry_addr(e.sp, e.index), CW_SPTE_NONPRESENT, &old);
	if (r == -ETIMEDOUT)
		mmu->xchg_timeouts++;
	if (!r)
		CW_ASSERT(old_value_ok(mmu, e.sp, mirror, old));
	return r;
}

/* Host side of a leaf that is gone. */
static void forget_leaf(struct cw_mmu *mmu, struct cw_entry e)
{
	uint64_t gfn = cw_entry_gfn(e.sp, e.index);
	struct cw_memslot *slot = cw_slots_find(cw_slots_active(mmu, e.sp->role.smm), gfn);

	CW_ASSERT(slot);
	cw_rmap_del(slot->rmap, gfn - slot->base_gfn, e);
	e.sp->spte[e.index] = CW_SPTE_NONPRESENT;
	e.sp->nr_present--;
	cw_stat_add(cw_stat_leaves(mmu, e.sp->role.level), -1ull);
}

static void forget_table(struct cw_entry e)
{
	cw_rmap_head_del(&e.sp->child[e.index]->parents, e);
	e.sp->child[e.index] = NULL;
	e.sp->spte[e.index] = CW_SPTE_NONPRESENT;
	e.sp->nr_present--;
}

int cw_zap_table(struct cw_zap *z, struct cw_entry e)
{
	struct cw_mmu *mmu = z->mmu;

	if (cw_page_live(mmu, e.sp)) {
		/* A non-leaf entry is created with A set: the engine has nothing to change in it. */
		int r = mmu->ops->entry_write(mmu->priv, cw_entry_addr(e.sp, e.index), CW_SPTE_NONPRESENT);

		if (r)
			return r;
		cw_zap_note_entry(z, e, true);
		e.sp->zap_seq = mmu->domain[z->as_id].zap_seq;
	}
	forget_table(e);
	return 0;
}

/* Takes away tables that hold nothing any more, upwards. An error leaves them linked and empty, which is no harm. */
static void free_empty(struct cw_zap *z, struct cw_mmu_page *sp)
{
	struct cw_entry parent;

	while (!sp->nr_present && !sp->root_count && sp != z->keep && cw_page_live(z->mmu, sp)) {
		if (!cw_rmap_head_get(&sp->parents, 0, &parent))
			break;
		if (cw_zap_table(z, parent))
			return;
		if (!sp->parents.val)
			cw_page_detach(z->mmu, sp);
		sp = parent.sp;
	}
}

int cw_zap_renew(struct cw_fault *f, struct cw_entry e)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	int r = mmu->ops->entry_write(mmu->priv, cw_entry_addr(e.sp, e.index), e.sp->spte[e.index]);

	return r ? r : CW_PF_FIXED;
}

int cw_zap_leaf(struct cw_zap *z, struct cw_entry e)
{
	bool live = cw_page_live(z->mmu, e.sp);
	int r = clear_leaf(z->mmu, e);

	if (r)
		return r;
	if (live) {
		cw_zap_note_entry(z, e, false);
		e.sp->zap_seq = z->mmu->domain[z->as_id].zap_seq;
	}
	forget_leaf(z->mmu, e);
	z->batch++;
	if (z->free_empty && live)
		free_empty(z, e.sp);
	return 0;
}

/* No MMIO entry is ever cached: a request that met it asks the host, so there is nothing to invalidate. */
int cw_zap_mmio(struct cw_zap *z, struct cw_entry e)
{
	struct cw_mmu *mmu = z->mmu;
	int r = 0;

	if (cw_page_live(mmu, e.sp))
		r = mmu->ops->entry_write(mmu->priv, cw_entry_addr(e.sp, e.index), CW_SPTE_NONPRESENT);
	if (r)
		return r;
	e.sp->spte[e.index] = CW_SPTE_NONPRESENT;
	e.sp->nr_mmio--;
	return 0;
}

/* A child that nothing points to any more goes the same way, unless it is a root. */
static void drop_orphan(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	if (!sp->parents.val && !sp->root_count && !sp->role.invalid)
		cw_page_detach(mmu, sp);
}

void cw_zap_drain(struct cw_zap *z)
{
	struct cw_mmu *mmu = z->mmu;

	while (!cw_list_empty(&mmu->zapped)) {
		struct cw_mmu_page *sp = cw_list_entry(mmu->zapped.next, struct cw_mmu_page, node);
		struct cw_mmu_domain *dom = cw_page_domain(mmu, sp);

		cw_list_del(&sp->node);
		for (unsigned i = 0; sp->nr_present && i < CW_SPTES; i++) {
			struct cw_entry e = {sp, i};

			if (!cw_spte_present(sp->spte[i]))
				continue;
			if (cw_spte_is_leaf(sp->spte[i], sp->role.level)) {
				forget_leaf(mmu, e);
			} else {
				struct cw_mmu_page *child = sp->child[i];

				forget_table(e);
				drop_orphan(mmu, child);
			}
		}
		sp->zap_seq = dom->zap_seq;
		cw_list_add_tail(&dom->quarantine, &sp->node);
		if (++z->batch >= CW_ZAP_BATCH_PAGES)
			cw_zap_yield(z);
	}
}

/* First entry of the slot that maps gfn by a leaf which begins before gfn. */
bool cw_zap_find_spanning(const struct cw_memslot *slot, uint64_t gfn, struct cw_entry *out)
{
	for (unsigned level = 2; slot && slot->rmap && level <= CW_LEVEL_LEAF_MAX; level++) {
		uint64_t first = cw_table_gfn(gfn, level - 1);
		struct cw_rmap_leaf *leaf;

		if (first == gfn || first < slot->base_gfn)
			continue;
		leaf = cw_rmap_lookup(slot->rmap, first - slot->base_gfn);
		for (unsigned n = 0; leaf; n++) {
			if (!cw_rmap_head_get(&leaf->head[(first - slot->base_gfn) % CW_RMAP_LEAF_PAGES], n, out))
				break;
			if (out->sp->role.level >= level)
				return true;
		}
	}
	return false;
}

int cw_zap_gfns(struct cw_zap *z, uint64_t start, uint64_t end)
{
	struct cw_mmu *mmu = z->mmu;
	struct cw_entry spanning;
	uint64_t gfn = start;

	while (start < end &&
	       cw_zap_find_spanning(cw_slots_find(cw_slots_active(mmu, z->as_id), start), start, &spanning)) {
		int r = cw_zap_leaf(z, spanning);

		if (r)
			return r;
	}
	while (gfn < end) {
		struct cw_memslot *slot = cw_slots_from(cw_slots_active(mmu, z->as_id), gfn);
		struct cw_rmap_leaf *leaf;
		struct cw_entry e;
		uint64_t rel;

		if (!slot || slot->base_gfn >= end)
			break;
		rel = gfn > slot->base_gfn ? gfn - slot->base_gfn : 0;
		leaf = slot->rmap ? cw_rmap_next(slot->rmap, &rel) : NULL;
		if (!leaf) {
			gfn = slot->base_gfn + slot->npages;
			continue;
		}
		for (unsigned i = rel % CW_RMAP_LEAF_PAGES; i < CW_RMAP_LEAF_PAGES; i++, rel++) {
			if (!leaf->nr_mapped) {
				rel += CW_RMAP_LEAF_PAGES - i;
				break;
			}
			if (slot->base_gfn + rel >= end)
				return 0;
			while (cw_rmap_head_get(&leaf->head[i], 0, &e)) {
				int r = cw_zap_leaf(z, e);

				if (r)
					return r;
			}
		}
		/* Slots and rmap may be others after this: go on by gfn. The slot may end before its last leaf does. */
		gfn = slot->base_gfn + (rel < slot->npages ? rel : slot->npages);
		if (z->batch >= CW_ZAP_BATCH_LEAVES)
			cw_zap_yield(z);
	}
	return 0;
}

bool cw_zap_any_mapped(const struct cw_memslot *slot, uint64_t start, uint64_t end)
{
	uint64_t rel = start - slot->base_gfn, last = end - slot->base_gfn;
	struct cw_rmap_leaf *leaf;
	struct cw_entry e;

	if (cw_zap_find_spanning(slot, start, &e))
		return true;
	while (slot->rmap && (leaf = cw_rmap_next(slot->rmap, &rel)) && rel < last) {
		for (unsigned i = rel % CW_RMAP_LEAF_PAGES; i < CW_RMAP_LEAF_PAGES && rel < last; i++, rel++) {
			if (leaf->head[i].val)
				return true;
		}
	}
	return false;
}

int cw_zap_flush(struct cw_mmu *mmu, unsigned as_id)
{
	struct cw_mmu_domain *dom = &mmu->domain[as_id];
	uint64_t target;
	int r = 0;

	cw_stat_add(&mmu->stats.remote_tlb_flush_requests, 1);
	cw_mutex_lock(&mmu->lock);
	target = dom->zap_seq;
	if (dom->flushed_seq == target) {
		cw_page_reap(mmu, dom);
		cw_mutex_unlock(&mmu->lock);
		return 0;
	}
	if (dom->inval_lost)
		r = mmu->ops->invalidate(mmu->priv, as_id, 0, 0, false);
	if (dom->inval_lost && !r)
		r = invalidate_roots(mmu, as_id, false);
	if (dom->inval_lost && !r)
		r = invalidate_dropped(mmu, as_id);
	if (!r)
		dom->inval_lost = false;
	cw_mutex_unlock(&mmu->lock);
	if (!r)
		r = mmu->ops->flush(mmu->priv, as_id);
	if (r) {
		cw_stat_add(&mmu->stats.flush_failed, 1);
		return r;
	}
	cw_mutex_lock(&mmu->lock);
	/* Another flush, or a reset, may have got further meanwhile. */
	if (dom->flushed_seq < target)
		dom->flushed_seq = target;
	cw_page_reap(mmu, dom);
	cw_mutex_unlock(&mmu->lock);
	cw_stat_add(&mmu->stats.remote_tlb_flush, 1);
	return 0;
}

int cw_mmu_flush(struct cw_mmu *mmu)
{
	int err = 0;

	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		int r = cw_zap_flush(mmu, as_id);

		err = err ? err : r;
	}
	return err;
}

bool cw_zap_reclaim(struct cw_mmu *mmu)
{
	bool some = false;

	cw_mutex_lock(&mmu->lock);
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++)
		some |= !cw_list_empty(&mmu->domain[as_id].quarantine);
	cw_mutex_unlock(&mmu->lock);
	return some && !cw_mmu_flush(mmu);
}

int cw_mmu_zap_range(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, uint64_t npages)
{
	struct cw_zap z;
	int r, f;

	if (as_id >= CW_AS_MAX || npages > (1ull << 52) || gfn > (1ull << 52))
		return -EINVAL;
	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, as_id);
	z.free_empty = true;
	mmu->inval_seq++; /* what was resolved before is not mapped after */
	r = cw_zap_gfns(&z, gfn, gfn + npages);
	cw_zap_post(&z);
	cw_zap_drain(&z);
	cw_mutex_unlock(&mmu->lock);
	f = cw_zap_flush(mmu, as_id);
	return r ? r : f;
}

/* Clears all entries of the roots; on an error those cleared stay so, and the rest is untouched. */
static int unlink_roots(struct cw_mmu *mmu, struct cw_zap *z)
{
	cw_list_for(node, &mmu->roots)
	{
		struct cw_mmu_page *root = cw_list_entry(node, struct cw_mmu_page, node);

		for (unsigned i = 0; root->nr_present && i < CW_SPTES; i++) {
			int r = cw_spte_present(root->spte[i]) ?
					cw_zap_table(&z[root->role.smm], (struct cw_entry){root, i}) :
					0;

			if (r)
				return r;
		}
	}
	return 0;
}

static void toggle_generation(struct cw_mmu *mmu)
{
	mmu->valid_gen ^= 1;
	cw_list_for(node, &mmu->roots)
	{
		struct cw_mmu_page *root = cw_list_entry(node, struct cw_mmu_page, node);

		/* Roots live on: under the key of the new generation. */
		cw_hash_del(mmu, root);
		root->gen = mmu->valid_gen;
		cw_hash_add(mmu, root);
	}
}

/* Detaches what is obsolete, oldest first; the first page of the current generation ends it. */
static void drain_obsolete(struct cw_mmu *mmu, struct cw_zap *z)
{
	while (!cw_list_empty(&mmu->active)) {
		struct cw_mmu_page *sp = cw_list_entry(mmu->active.prev, struct cw_mmu_page, node);
		struct cw_entry parent;

		if (cw_page_live(mmu, sp))
			break;
		while (cw_rmap_head_get(&sp->parents, 0, &parent)) {
			CW_ASSERT(!cw_page_live(mmu, parent.sp));
			forget_table(parent);
		}
		cw_page_detach(mmu, sp);
		cw_zap_drain(z);
	}
}

int cw_zap_all_locked(struct cw_mmu *mmu)
{
	struct cw_zap z[CW_AS_MAX];
	int r;

	CW_ASSERT(cw_mutex_is_mine(&mmu->slots_lock));
	cw_mutex_lock(&mmu->lock);
	for (unsigned i = 0; i < CW_AS_MAX; i++)
		cw_zap_init(&z[i], mmu, i);
	/* Faults that have begun begin again, as if their root were obsolete (ZAP-3). */
	mmu->inval_seq++;
	mmu->guest_epoch++;
	cw_trace(mmu, kvm_mmu_zap_all_fast, mmu->valid_gen, mmu->nr_pages, 0);
	r = unlink_roots(mmu, z);
	if (!r)
		toggle_generation(mmu);
	for (unsigned i = 0; i < CW_AS_MAX; i++)
		cw_zap_post(&z[i]);
	/* After an error pages without parents stay valid: a fault finds them by role, or the next zap does. */
	if (!r)
		drain_obsolete(mmu, &z[0]);
	cw_mutex_unlock(&mmu->lock);
	return r;
}

int cw_mmu_zap_all(struct cw_mmu *mmu)
{
	int r, f;

	cw_mutex_lock(&mmu->slots_lock);
	r = cw_zap_all_locked(mmu);
	cw_mutex_unlock(&mmu->slots_lock);
	f = cw_mmu_flush(mmu);
	return r ? r : f;
}

int cw_mmu_engine_lost(struct cw_mmu *mmu)
{
	struct cw_zap z;
	int err = 0;

	cw_mutex_lock(&mmu->slots_lock);
	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, 0);
	cw_list_for(node, &mmu->roots)
	{
		struct cw_mmu_page *root = cw_list_entry(node, struct cw_mmu_page, node);
		int r;

		for (unsigned i = 0; root->nr_present && i < CW_SPTES; i++) {
			if (cw_spte_present(root->spte[i]))
				forget_table((struct cw_entry){root, i});
		}
		r = mmu->ops->table_load(mmu->priv, root->table, root->spte);
		err = err ? err : r;
	}
	toggle_generation(mmu);
	mmu->xchg_timeouts = 0;
	for (unsigned i = 0; i < CW_AS_MAX; i++) {
		mmu->domain[i].flushed_seq = mmu->domain[i].zap_seq;
		mmu->domain[i].inval_lost = false;
		cw_log_all_dirty(mmu, i);
	}
	drain_obsolete(mmu, &z);
	for (unsigned i = 0; i < CW_AS_MAX; i++)
		cw_page_reap(mmu, &mmu->domain[i]);
	cw_mutex_unlock(&mmu->lock);
	cw_mutex_unlock(&mmu->slots_lock);
	return err;
}

/* True if all leaves of a table map one block that is aligned as the guest: a 2 MiB leaf could do the same. */
static bool could_be_large(const struct cw_mmu_page *sp, const struct cw_memslot *slot)
{
	uint64_t block = ~0ull;

	if (sp->gfn < slot->base_gfn || sp->gfn + CW_SPTES > slot->base_gfn + slot->npages)
		return false;
	for (unsigned i = 0; i < CW_SPTES; i++) {
		uint64_t pfn = cw_spte_addr(sp->spte[i]) >> CW_PAGE_SHIFT;

		if (!cw_spte_present(sp->spte[i]))
			continue;
		if (pfn % CW_SPTES != i || (block != ~0ull && pfn - i != block))
			return false;
		block = pfn - i;
	}
	return block != ~0ull;
}

int cw_zap_page(struct cw_zap *z, struct cw_mmu_page *sp)
{
	struct cw_entry parent;

	while (cw_rmap_head_get(&sp->parents, 0, &parent)) {
		int r = cw_zap_table(z, parent);

		if (r)
			return r;
		free_empty(z, parent.sp);
	}
	cw_page_detach(z->mmu, sp);
	return 0;
}

void cw_zap_collapse(struct cw_mmu *mmu, const struct cw_memslot *slot)
{
	unsigned as_id = slot->as_id;
	struct cw_rmap_leaf *leaf;
	struct cw_zap z;
	int r = 0;

	if (mmu->params.max_level == CW_LEVEL_4K || !slot->rmap)
		return;
	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, as_id);
	for (uint64_t rel = 0; !r && (leaf = cw_rmap_next(slot->rmap, &rel));) {
		uint64_t next = (rel | (CW_RMAP_LEAF_PAGES - 1)) + 1;

		while (!r && rel < next && rel < slot->npages) {
			struct cw_rmap_head *head = &leaf->head[rel % CW_RMAP_LEAF_PAGES];
			struct cw_entry e;
			bool small = false;
			unsigned n = 0;

			/* Pages of one table have neighbours in the rmap: look at the first and go on behind it. */
			while (!r && cw_rmap_head_get(head, n, &e)) {
				bool table = e.sp->role.level == CW_LEVEL_4K && e.sp->role.direct &&
					     cw_page_live(mmu, e.sp);

				if (table && could_be_large(e.sp, slot)) {
					r = cw_zap_page(&z, e.sp);
					cw_zap_drain(&z);
					n = 0;
				} else {
					small |= table;
					n++;
				}
			}
			rel = small ? cw_table_gfn(slot->base_gfn + rel, CW_LEVEL_4K) + CW_SPTES - slot->base_gfn :
				      rel + 1;
		}
		rel = rel < next ? next : rel;
		if (++z.batch >= CW_ZAP_BATCH_LEAVES)
			cw_zap_yield(&z);
	}
	cw_zap_post(&z);
	cw_mutex_unlock(&mmu->lock);
	/* Best effort: whatever is left serves as well, and tables wait for the next FLUSH. */
	cw_zap_flush(mmu, as_id);
}

void cw_zap_everything(struct cw_mmu *mmu)
{
	struct cw_zap z;

	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, 0);
	toggle_generation(mmu);
	drain_obsolete(mmu, &z);
	cw_mutex_unlock(&mmu->lock);
}
