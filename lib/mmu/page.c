/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Shadow pages: links between tables, and the way from reachable to free. */
#include "internal.h"

struct cw_mmu_page *cw_page_find_pae(struct cw_mmu *mmu, uint64_t gfn, union cw_role role, const uint64_t *pdpte)
{
	struct cw_mmu_page *sp;
	uint64_t pos = 0;

	while ((sp = cw_page_next_of_gfn(mmu, gfn, &pos))) {
		bool same = sp->role.word == role.word && cw_page_live(mmu, sp);

		for (unsigned i = 0; same && i < 4; i++)
			same = sp->pdpte[i] == pdpte[i];
		if (same)
			return sp;
	}
	return NULL;
}

struct cw_mmu_page *cw_page_new(struct cw_mmu *mmu, uint64_t gfn, union cw_role role, struct cw_cache_set *cache)
{
	struct cw_mmu_page *sp = cw_cache_take(&cache->page);

	cw_list_init(&sp->node);
	cw_list_init(&sp->shadow_node);
	sp->gfn = gfn;
	sp->role = role;
	sp->gen = mmu->valid_gen;
	sp->table = cw_page_paired(sp) ? cw_cache_take_pair(cache) : cw_cache_take_table(cache);
	sp->spte = cw_cache_take(&cache->mirror);
	if (role.level > 1)
		sp->child = cw_cache_take(&cache->block);
	if (cw_role_has_gptes(role) && role.level <= CW_LEVEL_LEAF_MAX)
		sp->trans = cw_cache_take(&cache->block);
	return sp;
}

void cw_page_insert(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	cw_hash_add(mmu, sp);
	cw_list_add(&mmu->active, &sp->node);
	mmu->nr_shadow += cw_role_shadow(sp->role);
	if (cw_role_has_gptes(sp->role)) {
		cw_list_add(&mmu->shadowed, &sp->shadow_node);
		cw_stat_add(&mmu->stats.mmu_shadowed, 1);
	}
	cw_stat_add(&mmu->stats.mmu_pages, 1);
	cw_stat_add(&mmu->stats.mmu_cache_miss, 1);
}

void cw_page_free_host(struct cw_mmu_page *sp)
{
	CW_ASSERT(!sp->parents.val);
	cw_free(sp->spte);
	cw_free(sp->child);
	cw_free(sp->trans);
	cw_free(sp);
}

void cw_page_free_table(struct cw_mmu *mmu, const struct cw_mmu_page *sp)
{
	mmu->ops->table_free(mmu->priv, sp->table);
	if (cw_page_paired(sp))
		mmu->ops->table_free(mmu->priv, sp->table | CW_COMPANION);
}

void cw_page_discard(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	cw_page_free_table(mmu, sp);
	cw_page_free_host(sp);
}

struct cw_entry cw_page_walk(struct cw_mmu_page *root, uint64_t gfn)
{
	struct cw_entry e = {.sp = root};

	for (;;) {
		e.index = cw_level_index(gfn, e.sp->role.level);
		if (!cw_spte_present(e.sp->spte[e.index]) || cw_spte_is_leaf(e.sp->spte[e.index], e.sp->role.level))
			return e;
		e.sp = e.sp->child[e.index];
	}
}

void cw_page_link(struct cw_entry parent, uint64_t spte, struct cw_mmu_page *child, struct cw_cache_set *cache)
{
	parent.sp->spte[parent.index] = spte;
	parent.sp->child[parent.index] = child;
	parent.sp->nr_present++;
	cw_rmap_head_add(&child->parents, parent, cache);
}

void cw_page_detach(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	CW_ASSERT(!sp->root_count && !sp->parents.val && !sp->role.invalid);
	cw_trace(mmu, kvm_mmu_prepare_zap_page, sp->gfn, sp->role.word, sp->root_count);
	cw_hash_del(mmu, sp);
	cw_list_del(&sp->node);
	mmu->nr_shadow -= cw_role_shadow(sp->role);
	if (!cw_list_empty(&sp->shadow_node)) {
		cw_list_del(&sp->shadow_node);
		cw_stat_add(&mmu->stats.mmu_shadowed, -1ull);
	}
	sp->role.invalid = 1;
	cw_list_add_tail(&mmu->zapped, &sp->node);
	cw_stat_add(&mmu->stats.mmu_pages, -1ull);
	cw_stat_add(&mmu->stats.mmu_shadow_zapped, 1);
}

void cw_page_reap(struct cw_mmu *mmu, struct cw_mmu_domain *dom)
{
	while (!cw_list_empty(&dom->quarantine)) {
		struct cw_mmu_page *sp = cw_list_entry(dom->quarantine.next, struct cw_mmu_page, node);

		if (sp->zap_seq > dom->flushed_seq)
			return;
		cw_list_del(&sp->node);
		cw_page_free_table(mmu, sp);
		cw_page_free_host(sp);
	}
}
