/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Prefetch: a fault that makes a 4 KiB leaf makes those of its neighbours too, the eight entries around it that begin
 * at a multiple of eight, where nothing stands and where that costs no wait. They go with the fault's own entry: in the
 * load of a table that is new, else by a WRITE each.
 *
 * A neighbour is in the slot of the fault, so that one look at slots, log and invalidations holds for all. Where W
 * tells what is written it gets none (P27): the fixer adds it, with the record. A page that a guest's table is shadowed
 * from is left alone, as is one whose rmap would need memory. Leaves are made with A: nothing here looks for pages that
 * were not used, and an entry without A would be no translation before the engine has set it.
 */
#include "internal.h"
#include "shadow.h"

/* True if this page is a guest's table that the fault begins to shadow. */
bool cw_path_shadows(const struct cw_path *p, uint64_t gfn)
{
	for (unsigned i = 0; i < p->nr; i++) {
		const struct cw_mmu_page *sp = p->step[i].child;

		if (sp && sp->gfn == gfn && sp->role.level > CW_LEVEL_4K && cw_role_has_gptes(sp->role))
			return true;
	}
	return false;
}

/* The rmap has a place for the page, and its chain is not too long. */
static bool rmap_ready(const struct cw_fault *f, uint64_t gfn)
{
	uint64_t rel = gfn - f->slot.base_gfn, of_fault = f->gfn - f->slot.base_gfn;
	struct cw_rmap_leaf *leaf = cw_rmap_lookup(f->slot.rmap, rel);
	struct cw_entry e;

	if (!leaf)
		return rel / CW_RMAP_LEAF_PAGES == of_fault / CW_RMAP_LEAF_PAGES;
	return !cw_rmap_head_get(&leaf->head[rel % CW_RMAP_LEAF_PAGES], CW_RMAP_RECYCLE - 1, &e);
}

/* One neighbour. False: the host has to be waited for, look no further. */
static bool add(struct cw_fault *f, struct cw_path *p, unsigned index, uint64_t gfn, bool writable)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_mmu_page *sp = p->at.sp;
	bool logged = f->slot.log && cw_log_exact(mmu->domain[f->ctx->as_id].log_mode);
	struct cw_leaf leaf = {.level = CW_LEVEL_4K, .grant_write = !logged, .protected = !writable};
	struct cw_hpage page;

	if (gfn - f->slot.base_gfn >= f->slot.npages || cw_inval_blocks(mmu, cw_memslot_hva(&f->slot, gfn), 1) ||
	    cw_track_is(mmu, f->ctx->as_id, gfn) || cw_path_shadows(p, gfn) || !rmap_ready(f, gfn))
		return true;
	if (mmu->ops->resolve_atomic(mmu->priv, &f->slot, gfn, &page))
		return false;
	CW_ASSERT(!(page.bus & ~CW_SPTE_ADDR_MASK));
	leaf.addr = page.bus;
	leaf.host_writable = page.writable && !(f->slot.flags & CW_MEM_READONLY);
	p->more_page[p->nr_more] = page;
	p->more[p->nr_more++] = (struct cw_step){
		.at = {sp, index},
		.spte = cw_spte_make_leaf(f->ctx->root->role, &leaf),
	};
	return true;
}

/* Its load takes them along, or the fault looks like one of a run: it has an entry at its side. */
static bool worth_it(const struct cw_path *p)
{
	const struct cw_mmu_page *sp = p->at.sp;
	unsigned i = p->at.index;

	return (p->nr > 1 && p->step[p->nr - 2].fresh) || (i && cw_spte_present(sp->spte[i - 1])) ||
	       (i + 1 < CW_SPTES && cw_spte_present(sp->spte[i + 1]));
}

static bool begin(const struct cw_fault *f, const struct cw_path *p, unsigned *first)
{
	const struct cw_mmu *mmu = f->ctx->mmu;
	const struct cw_mmu_page *sp = p->at.sp;

	if (mmu->params.prefetch_runs && !worth_it(p))
		return false;
	*first = p->at.index & ~(CW_PREFETCH - 1);
	/* P31: no companion entry changes before the FLUSH that follows a zap. */
	return mmu->ops->resolve_atomic && sp->role.level == CW_LEVEL_4K &&
	       !(cw_role_shadow(sp->role) && sp->zap_seq > mmu->domain[sp->role.smm].flushed_seq);
}

void cw_prefetch_direct(struct cw_fault *f, struct cw_path *p, bool writable)
{
	unsigned first;

	if (!begin(f, p, &first))
		return;
	for (unsigned i = first; i < first + CW_PREFETCH; i++) {
		if (i != p->at.index && p->at.sp->spte[i] == CW_SPTE_NONPRESENT &&
		    !add(f, p, i, f->gfn + i - p->at.index, writable))
			return;
	}
}

void cw_prefetch_shadow(struct cw_fault *f, struct cw_path *p)
{
	const struct cw_gpt *g = &f->ctx->shadow->gpt;
	uint64_t access = cw_shadow_access(&f->ctx->shadow->params);
	struct cw_mmu_page *sp = p->at.sp;
	unsigned first, size = cw_gpt_entry_size(g);
	uint8_t buf[8 * CW_PREFETCH];

	if (sp->role.direct) {
		/* Part of a large page of the guest, or a guest without paging: rights are the same all over it. */
		cw_prefetch_direct(f, p, sp->role.access & CW_ACC_W);
		return;
	}
	if (!begin(f, p, &first) ||
	    cw_ctx_read_atomic(f->ctx, (sp->gfn << CW_PAGE_SHIFT) + cw_gpte_offset(sp, first), buf, size * CW_PREFETCH))
		return;
	for (unsigned i = first; i < first + CW_PREFETCH; i++) {
		struct cw_gpte e;
		uint64_t gpte = 0;
		unsigned acc;

		cw_memcpy(&gpte, buf + size * (i - first), size);
		cw_gpt_decode(g, gpte, CW_LEVEL_4K, &e);
		acc = sp->role.access & e.access;
		/* An entry that no access went through yet has no A: a translation would spare the guest that bit. */
		if (i == p->at.index || sp->spte[i] != CW_SPTE_NONPRESENT || !e.present || e.bad ||
		    (cw_gpt_has_ad(g) && !e.accessed) || cw_gpt_forbidden(g, acc, access, 0, 0))
			continue;
		sp->trans[i] = e.gfn << 3 | acc;
		if (!add(f, p, i, e.gfn, cw_shadow_writable(g, acc, e.dirty, access)))
			return;
	}
}

void cw_prefetch_give_back(struct cw_mmu *mmu, struct cw_cache_set *cache)
{
	while (cache->nr_back)
		mmu->ops->release(mmu->priv, &cache->back[--cache->nr_back], false);
}
