/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Life of a VM's MMU, of contexts and of workers. */
#include "internal.h"

int cw_mmu_init(struct cw_mmu *mmu, const struct cw_mmu_ops *ops, void *priv, const struct cw_mmu_params *params)
{
	void *hash;

	if (params->address_bits < 32 || params->address_bits > 52)
		return -EINVAL;
	if (params->max_level > CW_LEVEL_LEAF_MAX)
		return -EINVAL;
	if (!ops->table_alloc || !ops->table_free || !ops->table_load || !ops->entry_write || !ops->entry_xchg ||
	    !ops->invalidate || !ops->flush || !ops->resolve || !ops->release)
		return -EINVAL;
	*mmu = (struct cw_mmu){
		.ops = ops,
		.priv = priv,
		.params = *params,
		.page_limit = cw_budget_limit(params->page_limit),
	};
	if (!mmu->params.guest_phys_bits)
		mmu->params.guest_phys_bits = params->address_bits;
	if (mmu->params.guest_phys_bits < 32 || mmu->params.guest_phys_bits > 52)
		return -EINVAL;
	if (!mmu->params.max_level)
		mmu->params.max_level = CW_LEVEL_LEAF_MAX;
	hash = cw_hash_alloc(CW_HASH_BITS_MIN);
	if (!hash)
		return -ENOMEM;
	cw_hash_set(mmu, hash, CW_HASH_BITS_MIN);
	cw_mutex_init(&mmu->slots_lock);
	cw_mutex_init(&mmu->lock);
	cw_list_init(&mmu->active);
	cw_list_init(&mmu->roots);
	cw_list_init(&mmu->zapped);
	cw_list_init(&mmu->shadowed);
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		mmu->space[as_id].generation = as_id; /* MS-11: even numbers and odd ones */
		cw_list_init(&mmu->domain[as_id].quarantine);
	}
	return 0;
}

unsigned cw_mmu_destroy(struct cw_mmu *mmu)
{
	unsigned kept = 0;

	CW_ASSERT(cw_list_empty(&mmu->roots) && !mmu->inval_in_progress);
	cw_zap_everything(mmu);
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		struct cw_list *quarantine = &mmu->domain[as_id].quarantine;

		cw_zap_flush(mmu, as_id);
		while (!cw_list_empty(quarantine)) {
			struct cw_mmu_page *sp = cw_list_entry(quarantine->next, struct cw_mmu_page, node);

			cw_list_del(&sp->node);
			kept += cw_page_paired(sp) ? 2 : 1;
			cw_page_free_host(sp);
		}
	}
	cw_slots_destroy(mmu);
	cw_free(mmu->hash);
	cw_mutex_destroy(&mmu->lock);
	cw_mutex_destroy(&mmu->slots_lock);
	return kept;
}

static int get_root(struct cw_mmu *mmu, union cw_role role, struct cw_cache_set *cache, struct cw_mmu_page **out)
{
	struct cw_mmu_page *sp = cw_page_find(mmu, 0, role);

	if (!sp) {
		int r;

		sp = cw_page_new(mmu, 0, role, cache);
		r = mmu->ops->table_load(mmu->priv, sp->table, sp->spte);
		if (r) {
			cw_page_discard(mmu, sp);
			return r;
		}
		cw_page_insert(mmu, sp);
	}
	if (!sp->root_count++) {
		cw_list_del(&sp->node);
		cw_list_add(&mmu->roots, &sp->node);
	}
	*out = sp;
	return 0;
}

int cw_mmu_ctx_create(struct cw_mmu *mmu, struct cw_mmu_ctx *ctx, const struct cw_mmu_ctx_params *params)
{
	struct cw_cache_set cache = {.nr_table = 0};
	struct cw_mmu_page *root = NULL;
	union cw_role role;
	bool took = false;
	int r;

	if (params->as_id >= CW_AS_MAX || (params->level != 4 && params->level != 5))
		return -EINVAL;
	role = cw_role_direct_root(params->level, params->flavour, params->ad_disabled, params->as_id);
	if (!cw_role_legal(role))
		return -EINVAL;
	do {
		r = cw_cache_topup(mmu, &cache);
		if (r)
			break;
		cw_mutex_lock(&mmu->lock);
		r = cw_budget(mmu, NULL, 0, &took);
		if (!r)
			r = cw_hash_room(mmu, &cache);
		if (!r)
			r = get_root(mmu, role, &cache, &root);
		cw_mutex_unlock(&mmu->lock);
	} while (r == CW_PF_RETRY);
	cw_cache_drain(mmu, &cache);
	/* If this fails, what gave way waits for the next FLUSH. */
	if (took)
		cw_mmu_flush(mmu);
	if (r)
		return r;
	*ctx = (struct cw_mmu_ctx){
		.mmu = mmu,
		.as_id = params->as_id,
		.root = root,
		.root_table = root->table,
		.level = params->level,
		.flavour = params->flavour,
	};
	return 0;
}

void cw_mmu_ctx_destroy(struct cw_mmu_ctx *ctx)
{
	struct cw_mmu *mmu = ctx->mmu;
	struct cw_mmu_page *root = ctx->root;
	struct cw_zap z;

	if (ctx->shadow) {
		cw_shadow_destroy(ctx);
		return;
	}
	cw_mutex_lock(&mmu->lock);
	if (!--root->root_count) {
		cw_list_del(&root->node);
		cw_list_add(&mmu->active, &root->node);
		/* A root of level 4 may also be a table below one of level 5. */
		if (!root->parents.val) {
			cw_zap_init(&z, mmu, ctx->as_id);
			cw_zap_note(&z, 0, cw_level_pages(root->role.level + 1), true);
			cw_page_detach(mmu, root);
			cw_zap_post(&z);
			cw_zap_drain(&z);
		}
	}
	cw_mutex_unlock(&mmu->lock);
	cw_zap_flush(mmu, ctx->as_id);
	ctx->root = NULL;
}

int cw_mmu_worker_init(struct cw_mmu_worker *w, struct cw_mmu *mmu)
{
	w->mmu = mmu;
	w->cache = cw_zalloc(sizeof(*w->cache));
	return w->cache ? 0 : -ENOMEM;
}

void cw_mmu_worker_destroy(struct cw_mmu_worker *w)
{
	cw_cache_drain(w->mmu, w->cache);
	cw_free(w->cache);
	w->cache = NULL;
}
