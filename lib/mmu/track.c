/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Writes to guest tables that are shadowed. What a CPU of the guest writes is not seen here, so every shadow page may
 * be behind its table until the guest asks for an invalidation; tracking makes nothing correct that would not be. It
 * serves two ends: a write that is seen takes effect at once, and a table that is written like plain memory is one no
 * more and gives up its shadow.
 *
 * Tables above level 1 are tracked: no entry allows writing them. Those of level 1 are not, they change too often.
 * Whether a page is tracked is asked of the role hash, where all shadow pages of a gfn stand in one bucket, so there is
 * no count per page that could overflow.
 */
#include "internal.h"
#include "shadow.h"

#define FLOOD_WRITES 3u

static bool tracked(const struct cw_mmu *mmu, const struct cw_mmu_page *sp, unsigned as_id)
{
	return cw_role_has_gptes(sp->role) && sp->role.level > CW_LEVEL_4K && sp->role.smm == as_id &&
	       cw_page_live(mmu, sp);
}

bool cw_track_is(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn)
{
	struct cw_mmu_page *sp;
	uint64_t pos = 0;

	if (cw_list_empty(&mmu->shadowed))
		return false;
	while ((sp = cw_page_next_of_gfn(mmu, gfn, &pos))) {
		if (tracked(mmu, sp, as_id))
			return true;
	}
	return false;
}

bool cw_track_any(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, uint64_t npages)
{
	cw_list_for(node, &mmu->shadowed)
	{
		struct cw_mmu_page *sp = cw_list_entry(node, struct cw_mmu_page, shadow_node);

		if (sp->gfn - gfn < npages && tracked(mmu, sp, as_id))
			return true;
	}
	return false;
}

/* Takes bits of a present leaf away that allow or may come to allow writing. */
static int take_write(struct cw_zap *z, struct cw_entry e, uint64_t bits)
{
	struct cw_mmu *mmu = z->mmu;
	uint64_t old, spte = e.sp->spte[e.index], less = spte & ~bits;
	int r = 0;

	if (less == spte)
		return 0;
	if (cw_page_live(mmu, e.sp)) {
		/* The engine may set W in the meantime where mmu-W is set (P12). */
		if (cw_spte_volatile(cw_spte_format(e.sp->role), spte))
			r = mmu->ops->entry_xchg(mmu->priv, cw_entry_addr(e.sp, e.index), less, &old);
		else
			r = mmu->ops->entry_write(mmu->priv, cw_entry_addr(e.sp, e.index), less);
		if (r == -ETIMEDOUT)
			mmu->xchg_timeouts++;
		if (r)
			return r;
		cw_zap_note_entry(z, e, false);
	}
	e.sp->spte[e.index] = less;
	return 0;
}

int cw_track_take_write(struct cw_zap *z, struct cw_entry e)
{
	return take_write(z, e, CW_SPTE(W) | cw_spte_format(e.sp->role)->mmu_w);
}

int cw_track_protect(struct cw_zap *z, uint64_t gfn)
{
	struct cw_memslot *slot = cw_slots_find(cw_slots_active(z->mmu, z->as_id), gfn);
	struct cw_rmap_leaf *leaf;
	struct cw_entry e;
	int r = 0;

	if (!slot || !slot->rmap)
		return 0;
	/* A large leaf gives way: the rest of its pages stay writable by smaller ones. */
	while (!r && cw_zap_find_spanning(slot, gfn, &e))
		r = cw_zap_leaf(z, e);
	leaf = cw_rmap_lookup(slot->rmap, gfn - slot->base_gfn);
	for (unsigned n = 0; leaf && !r;) {
		if (!cw_rmap_head_get(&leaf->head[(gfn - slot->base_gfn) % CW_RMAP_LEAF_PAGES], n, &e))
			break;
		if (e.sp->role.level > CW_LEVEL_4K) {
			r = cw_zap_leaf(z, e);
			n = 0;
		} else {
			r = cw_track_take_write(z, e);
			n++;
		}
	}
	return r;
}

int cw_track_log_protect(struct cw_zap *z, const struct cw_memslot *slot, uint64_t first, const uint64_t *mask)
{
	struct cw_entry e;
	int r = 0;

	if (!z->mmu->nr_shadow)
		return 0;
	for (unsigned i = 0; i < CW_SPTES && !r; i++) {
		struct cw_rmap_leaf *leaf;

		if (!(mask[i / 64] >> i % 64 & 1) || first + i - slot->base_gfn >= slot->npages)
			continue;
		leaf = cw_rmap_lookup(slot->rmap, first + i - slot->base_gfn);
		for (unsigned n = 0; leaf && !r; n++) {
			if (!cw_rmap_head_get(&leaf->head[(first + i - slot->base_gfn) % CW_RMAP_LEAF_PAGES], n, &e))
				break;
			/* The fixer is off in shadow contexts (FPF-4): W comes back by a fault only, which marks. */
			if (cw_role_shadow(e.sp->role) && e.sp->role.level == CW_LEVEL_4K)
				r = take_write(z, e, CW_SPTE(W));
		}
	}
	return r;
}

/* Takes one entry away, and what it led to if nothing else does. */
static int zap_entry(struct cw_zap *z, struct cw_mmu_page *sp, unsigned index)
{
	struct cw_entry e = {sp, index};
	struct cw_mmu_page *child;
	int r;

	if (cw_entry_is_mmio(e))
		return cw_zap_mmio(z, e);
	if (!cw_spte_present(sp->spte[index]))
		return 0;
	if (cw_spte_is_leaf(sp->spte[index], sp->role.level))
		return cw_zap_leaf(z, e);
	child = sp->child[index];
	r = cw_zap_table(z, e);
	if (!r && !child->parents.val && !child->root_count)
		cw_page_detach(z->mmu, child);
	return r;
}

int cw_track_zap_entry(struct cw_zap *z, struct cw_mmu_page *sp, unsigned index)
{
	return zap_entry(z, sp, index);
}

/* Forgets a page; a root keeps its table, without entries. */
static int zap_page(struct cw_zap *z, struct cw_mmu_page *sp)
{
	struct cw_entry parent;
	int r = 0;

	if (sp->root_count) {
		for (unsigned i = 0; i < CW_SPTES && sp->nr_present && !r; i++)
			r = zap_entry(z, sp, i);
		return r;
	}
	while (!r && cw_rmap_head_get(&sp->parents, 0, &parent))
		r = cw_zap_table(z, parent);
	if (!r)
		cw_page_detach(z->mmu, sp);
	return r;
}

/* The n-th live page with guest entries at a gfn. */
static struct cw_mmu_page *page_at(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, unsigned n)
{
	struct cw_mmu_page *sp;
	uint64_t pos = 0;

	while ((sp = cw_page_next_of_gfn(mmu, gfn, &pos))) {
		if (sp->role.smm == as_id && cw_role_has_gptes(sp->role) && cw_page_live(mmu, sp) && !n--)
			return sp;
	}
	return NULL;
}

int cw_track_dma_write(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn)
{
	struct cw_mmu_page *sp;
	struct cw_zap z;
	unsigned n = 0;
	int r = 0;

	if (mmu->params.refuse_table_writes) {
		cw_stat_add(&mmu->stats.wt_denied, 1);
		return CW_PF_WRITE_PROTECTED;
	}
	cw_zap_init(&z, mmu, as_id);
	while (!r && (sp = page_at(mmu, as_id, gfn, n))) {
		/* A root stays: it would be written to all the same, and is no table of the kind that is forgotten. */
		if (sp->root_count && sp->role.level > CW_LEVEL_4K) {
			cw_stat_add(&mmu->stats.wt_denied, 1);
			r = CW_PF_WRITE_PROTECTED;
			break;
		}
		r = zap_page(&z, sp);
	}
	if (!r)
		cw_stat_add(&mmu->stats.wt_unprotected, 1);
	cw_zap_post(&z);
	cw_zap_drain(&z);
	return r ? r : CW_PF_RETRY;
}

int cw_track_zap_range(struct cw_zap *z, uint64_t start, uint64_t end)
{
	struct cw_list *node = z->mmu->shadowed.next;
	int r = 0;

	while (node != &z->mmu->shadowed && !r) {
		struct cw_mmu_page *sp = cw_list_entry(node, struct cw_mmu_page, shadow_node);
		bool hit = sp->role.smm == z->as_id && sp->gfn >= start && sp->gfn < end && cw_page_live(z->mmu, sp);

		/* Zapping may take others of the list away: begin again, behind roots, which stay in it. */
		if (hit && (!sp->root_count || sp->nr_present)) {
			r = zap_page(z, sp);
			node = z->mmu->shadowed.next;
		} else {
			node = node->next;
		}
	}
	return r;
}

/* --- writes that are trapped --- */

/* ZAP-5: a write that is no write of one entry. */
static bool odd(const struct cw_mmu_page *sp, unsigned at, size_t len)
{
	unsigned size = sp->role.groot == CW_GROOT_32 ? 4 : 8;

	if (len == 1 && !(at & (size - 1)))
		return false;
	return len < 4 || ((at ^ (at + len - 1)) & ~(size_t)(size - 1));
}

static bool floods(struct cw_mmu_page *sp)
{
	return sp->role.level > CW_LEVEL_4K && ++sp->write_flood >= FLOOD_WRITES;
}

/* Entries of a shadow page for the guest entry at byte `at`: first and number; other quadrants have none. */
static unsigned entries_of(const struct cw_mmu_page *sp, unsigned at, unsigned *first)
{
	unsigned n = at / 4;

	if (sp->role.groot != CW_GROOT_32) {
		*first = at / 8;
		return 1;
	}
	if (sp->role.level == CW_LEVEL_4K) {
		*first = n % 512;
		return n / 512 == sp->role.quadrant;
	}
	/* One entry of 4 MiB is two of 2 MiB. */
	*first = n % 256 * 2;
	return n / 256 == sp->role.quadrant ? 2 : 0;
}

/* What the write means for each page of the gfn is said first, by the pages as they are. */
static void judge_write(struct cw_zap *z, uint64_t gfn, unsigned at, size_t len)
{
	struct cw_mmu_page *sp;

	for (unsigned n = 0; (sp = page_at(z->mmu, z->as_id, gfn, n)); n++) {
		sp->doomed = floods(sp);
		sp->doomed |= odd(sp, at, len);
	}
}

static int written(struct cw_zap *z, uint64_t gfn, unsigned at, size_t len)
{
	struct cw_mmu *mmu = z->mmu;
	struct cw_mmu_page *sp;
	unsigned n = 0, first, count;
	int r = 0;

	judge_write(z, gfn, at, len);
	while (!r && (sp = page_at(mmu, z->as_id, gfn, n))) {
		uint64_t before = mmu->nr_pages;

		if (sp->doomed) {
			cw_stat_add(&mmu->stats.mmu_flooded, 1);
			sp->doomed = false; /* a root stays, without entries */
			r = zap_page(z, sp);
		} else {
			count = entries_of(sp, at, &first);
			for (unsigned i = 0; i < count && !r; i++) {
				if (sp->role.level > CW_LEVEL_4K && cw_spte_present(sp->spte[first + i]))
					cw_stat_add(&mmu->stats.mmu_pde_zapped, 1);
				r = zap_entry(z, sp, first + i);
			}
		}
		/* A table that maps itself has pages of the same gfn below: begin anew, what is done stays so. */
		n = mmu->nr_pages == before ? n + 1 : 0;
	}
	return r;
}

int cw_mmu_guest_write(struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, size_t len)
{
	struct cw_zap z;
	int r = 0, f;

	if (as_id >= CW_AS_MAX || gpa + len < gpa)
		return -EINVAL;
	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, as_id);
	mmu->guest_epoch++; /* for faults that have walked before it, too */
	cw_stat_add(&mmu->stats.mmu_pte_write, 1);
	while (len && !r) {
		unsigned at = gpa & (CW_PAGE_SIZE - 1);
		size_t n = len < CW_PAGE_SIZE - at ? len : (size_t)(CW_PAGE_SIZE - at);

		r = written(&z, gpa >> CW_PAGE_SHIFT, at, n);
		gpa += n;
		len -= n;
	}
	cw_zap_post(&z);
	cw_zap_drain(&z);
	cw_mutex_unlock(&mmu->lock);
	f = cw_zap_flush(mmu, as_id);
	return r ? r : f;
}
