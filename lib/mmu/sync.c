/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Synchronising shadow pages with the guest's tables. All levels are compared, as tables of all levels may have been
 * written unseen. Rights are only taken away: what the guest has allowed since comes by a fault.
 */
#include "internal.h"
#include "shadow.h"

uint64_t cw_shadow_access(const struct cw_shadow_params *p)
{
	return p->kind == CW_GUEST_EPT || !p->supervisor ? CW_PFEC_U : 0;
}

bool cw_shadow_writable(const struct cw_gpt *g, unsigned acc, bool dirty, uint64_t access)
{
	/* In EPT a write is no read, but no entry allows writing alone. */
	return (dirty || !cw_gpt_has_ad(g)) && !cw_gpt_forbidden(g, acc, access | CW_PFEC_W, 0, 0);
}

unsigned cw_gpte_offset(const struct cw_mmu_page *sp, unsigned i)
{
	if (sp->role.groot != CW_GROOT_32)
		return 8 * i;
	return sp->role.level == CW_LEVEL_4K ? 4 * (512 * sp->role.quadrant + i) :
					       4 * (256 * sp->role.quadrant + i / 2);
}

/* True if an entry may stay, if need be without W. */
static bool borne_out(const struct cw_mmu_ctx *ctx, const struct cw_mmu_page *sp, unsigned i, uint64_t gpte,
		      bool *writable)
{
	const struct cw_gpt *g = &ctx->shadow->gpt;
	uint64_t access = cw_shadow_access(&ctx->shadow->params);
	const struct cw_mmu_page *child = sp->role.level > CW_LEVEL_4K ? sp->child[i] : NULL;
	struct cw_gpte e;
	unsigned acc;

	cw_gpt_decode(g, gpte, sp->role.level, &e);
	if (!e.present || e.bad || (cw_gpt_has_ad(g) && !e.accessed))
		return false;
	acc = sp->role.access & e.access;
	if (!e.leaf)
		return child && !child->role.direct && child->gfn == e.gfn &&
		       child->role.word == cw_role_indirect_child(sp->role, i, acc).word;
	if (cw_gpt_forbidden(g, acc, access, 0, 0))
		return false;
	*writable = cw_shadow_writable(g, acc, e.dirty, access);
	if (sp->role.groot == CW_GROOT_32 && sp->role.level == 2)
		e.gfn += (i & 1) * cw_level_pages(2);
	if (child) {
		/* What stands above level 2 of a part covers more than this entry's page: compare by what it covers. */
		return child->role.direct && child->gfn == e.gfn &&
		       child->role.word == cw_role_split_child(sp->role, *writable).word;
	}
	return e.gfn == cw_entry_gfn(sp, i);
}

static int sync_entry(struct cw_zap *z, struct cw_mmu_ctx *ctx, struct cw_mmu_page *sp, unsigned i)
{
	unsigned size = cw_gpt_entry_size(&ctx->shadow->gpt);
	bool writable = false;
	uint64_t gpte = 0;

	if (cw_ctx_read_atomic(ctx, (sp->gfn << CW_PAGE_SHIFT) + cw_gpte_offset(sp, i), &gpte, size) ||
	    !borne_out(ctx, sp, i, gpte, &writable)) {
		cw_stat_add(&z->mmu->stats.mmu_sync_dropped, 1);
		return cw_track_zap_entry(z, sp, i);
	}
	if (!writable && cw_spte_is_leaf(sp->spte[i], sp->role.level))
		return cw_track_take_write(z, (struct cw_entry){sp, i});
	return 0;
}

/* An MMIO entry stays if it says no more than the guest's does. */
static int sync_mmio(struct cw_zap *z, struct cw_mmu_ctx *ctx, struct cw_mmu_page *sp, unsigned i)
{
	unsigned size = cw_gpt_entry_size(&ctx->shadow->gpt);
	bool writable = false;
	uint64_t gpte = 0;

	if (!cw_ctx_read_atomic(ctx, (sp->gfn << CW_PAGE_SHIFT) + cw_gpte_offset(sp, i), &gpte, size) &&
	    borne_out(ctx, sp, i, gpte, &writable) && (writable || !(sp->trans[i] & CW_ACC_W)))
		return 0;
	cw_stat_add(&z->mmu->stats.mmu_sync_dropped, 1);
	return cw_zap_mmio(z, (struct cw_entry){sp, i});
}

int cw_sync_pages(struct cw_zap *z, struct cw_mmu_ctx *ctx, struct cw_mmu_page *sp, uint64_t first, uint64_t last)
{
	uint64_t span = cw_level_pages(sp->role.level);
	bool gptes = cw_role_has_gptes(sp->role);
	int r = 0;

	/* Below a direct page there is nothing of the guest's. */
	if (sp->role.direct)
		return 0;
	if (gptes) {
		cw_stat_add(&z->mmu->stats.mmu_sync, 1);
		cw_trace(z->mmu, kvm_mmu_sync_page, sp->gfn, sp->role.word, 0);
	}
	for (uint64_t i = first / span; i <= last / span && i < CW_SPTES && (sp->nr_present || sp->nr_mmio) && !r;
	     i++) {
		if (!cw_spte_present(sp->spte[i])) {
			if (gptes && cw_entry_is_mmio((struct cw_entry){sp, (unsigned)i}))
				r = sync_mmio(z, ctx, sp, (unsigned)i);
			continue;
		}
		if (gptes)
			r = sync_entry(z, ctx, sp, (unsigned)i);
		if (!r && cw_spte_present(sp->spte[i]) && !cw_spte_is_leaf(sp->spte[i], sp->role.level))
			r = cw_sync_pages(z, ctx, sp->child[i], i == first / span ? first % span : 0,
					  i == last / span ? last % span : span - 1);
	}
	return r;
}

int cw_mmu_ctx_invalidate(struct cw_mmu_ctx *ctx, uint64_t addr, uint64_t npages)
{
	struct cw_shadow *s = ctx->shadow;
	struct cw_mmu *mmu = ctx->mmu;
	uint64_t first, last;
	struct cw_zap z;
	int r, f;

	if (!s)
		return -EINVAL;
	cw_mutex_lock(&mmu->lock);
	cw_stat_add(&mmu->stats.invlpg, 1);
	s->epoch++;
	mmu->guest_epoch++;
	first = addr >> CW_PAGE_SHIFT & (cw_level_pages(ctx->level + 1) - 1);
	last = first + npages - 1;
	if (!npages || last < first || last >= cw_level_pages(ctx->level + 1)) {
		first = 0;
		last = cw_level_pages(ctx->level + 1) - 1;
	}
	/* Previous roots are compared when they come into use again. */
	s->inval_seq++;
	cw_zap_init(&z, mmu, ctx->as_id);
	r = cw_sync_pages(&z, ctx, ctx->root, first, last);
	cw_zap_post(&z);
	cw_zap_drain(&z);
	cw_mutex_unlock(&mmu->lock);
	f = cw_zap_flush(mmu, ctx->as_id);
	return r ? r : f;
}
