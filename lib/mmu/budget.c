/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Page budget (ZAP-4). Before a fault maps anything, shadow pages are taken away until enough may be made: tables with
 * no tables below, the oldest first; those above go when they have become empty. Roots stay, and so does the table in
 * which the fault is about to work. What it takes away it forgets on the host's side without an allocation; table
 * memory comes back with the FLUSH that follows (I9).
 */
#include "internal.h"

#define LIMIT_MIN 64u
#define FREE_MIN 5u /* more than one translation takes */
#define FREE_WANTED 25u

CW_STATIC_ASSERT(CW_NEED_PAGE < FREE_MIN, "the budget for one translation holds what it takes");

uint64_t cw_budget_limit(uint64_t limit)
{
	return limit && limit < LIMIT_MIN ? LIMIT_MIN : limit;
}

static bool has_tables(const struct cw_mmu_page *sp)
{
	for (unsigned i = 0; sp->child && sp->nr_present && i < CW_SPTES; i++) {
		if (sp->child[i])
			return true;
	}
	return false;
}

static struct cw_mmu_page *oldest(struct cw_mmu *mmu, const struct cw_mmu_page *keep)
{
	for (struct cw_list *node = mmu->active.prev; node != &mmu->active; node = node->prev) {
		struct cw_mmu_page *sp = cw_list_entry(node, struct cw_mmu_page, node);

		if (sp != keep && !has_tables(sp))
			return sp;
	}
	return NULL;
}

/* One batch: what it took away is invalidated and torn down. May drop the lock at its end. */
static int recycle_some(struct cw_mmu *mmu, const struct cw_mmu_page *keep, uint64_t goal, bool *none)
{
	struct cw_zap z[CW_AS_MAX];
	int r = 0;

	for (unsigned i = 0; i < CW_AS_MAX; i++) {
		cw_zap_init(&z[i], mmu, i);
		z[i].keep = keep;
	}
	for (unsigned n = 0; n < CW_ZAP_BATCH_PAGES && mmu->nr_pages > goal && !r; n++) {
		uint64_t before = mmu->nr_pages;
		struct cw_mmu_page *sp = oldest(mmu, keep);

		*none = !sp;
		if (!sp)
			break;
		r = cw_zap_page(&z[sp->role.smm], sp);
		cw_stat_add(&mmu->stats.mmu_recycled, before - mmu->nr_pages);
	}
	for (unsigned i = 0; i < CW_AS_MAX; i++)
		cw_zap_post(&z[i]);
	cw_zap_drain(&z[0]);
	return r;
}

static int recycle(struct cw_mmu *mmu, const struct cw_mmu_ctx *ctx, uint64_t gfn, uint64_t goal)
{
	bool none = false;
	int r = 0;

	while (mmu->nr_pages > goal && !none && !r)
		r = recycle_some(mmu, ctx && ctx->root ? cw_page_walk(ctx->root, gfn).sp : NULL, goal, &none);
	return r;
}

int cw_budget_slow(struct cw_mmu *mmu, const struct cw_mmu_ctx *ctx, uint64_t gfn, bool *took)
{
	uint64_t limit = mmu->page_limit;
	int r;

	*took = true;
	r = recycle(mmu, ctx, gfn, limit > FREE_WANTED ? limit - FREE_WANTED : 0);
	return r ? r : mmu->nr_pages >= limit ? -ENOSPC : 0;
}

int cw_mmu_set_page_limit(struct cw_mmu *mmu, uint64_t limit)
{
	int r = 0, f;

	cw_mutex_lock(&mmu->lock);
	mmu->page_limit = cw_budget_limit(limit);
	if (mmu->page_limit)
		r = recycle(mmu, NULL, 0, mmu->page_limit);
	cw_mutex_unlock(&mmu->lock);
	f = cw_mmu_flush(mmu);
	return r ? r : f;
}
