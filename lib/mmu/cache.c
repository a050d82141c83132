/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Object caches: what one translation may need is allocated before the lock is taken (MS-16). */
#include "internal.h"

static int topup(struct cw_cache *c, unsigned want, size_t size)
{
	while (c->nr < want) {
		void *p = cw_zalloc(size);

		if (!p)
			return -ENOMEM;
		c->obj[c->nr++] = p;
	}
	return 0;
}

static int topup_hash(struct cw_cache_set *c)
{
	if (!c->want_bits)
		return 0;
	cw_free(c->hash);
	c->hash = cw_hash_alloc(c->want_bits);
	c->hash_bits = c->want_bits;
	if (!c->hash && c->need_bigger)
		return -ENOMEM;
	/* Else failure only makes searches longer. */
	c->want_bits = 0;
	return 0;
}

int cw_cache_topup(struct cw_mmu *mmu, struct cw_cache_set *c)
{
	CW_STATIC_ASSERT(CW_NEED_BLOCK <= CW_CACHE_MAX, "the largest need fits a cache");
	int r = topup(&c->page, CW_NEED_PAGE, sizeof(struct cw_mmu_page));

	if (!r)
		r = topup(&c->block, CW_NEED_BLOCK, CW_PAGE_SIZE);
	if (!r)
		r = topup(&c->rmap_leaf, CW_NEED_RMAP_LEAF, sizeof(struct cw_rmap_leaf));
	if (!r)
		r = topup(&c->desc, CW_NEED_DESC, sizeof(struct cw_rmap_desc));
	while (!r && c->nr_table < CW_NEED_PAGE) {
		r = mmu->ops->table_alloc(mmu->priv, &c->table[c->nr_table]);
		if (!r)
			c->nr_table++;
	}
	if (!r)
		r = topup_hash(c);
	return r;
}

int cw_cache_topup_pairs(struct cw_mmu *mmu, struct cw_cache_set *c)
{
	int r = 0;

	while (!r && c->nr_pair < CW_NEED_PAIR) {
		r = mmu->ops->pair_alloc(mmu->priv, &c->pair[c->nr_pair]);
		if (!r)
			c->nr_pair++;
	}
	return r;
}

static void drain(struct cw_cache *c)
{
	while (c->nr)
		cw_free(c->obj[--c->nr]);
}

void cw_cache_drain(struct cw_mmu *mmu, struct cw_cache_set *c)
{
	drain(&c->page);
	drain(&c->block);
	drain(&c->rmap_leaf);
	drain(&c->desc);
	while (c->nr_table)
		mmu->ops->table_free(mmu->priv, c->table[--c->nr_table]);
	while (c->nr_pair) {
		uint64_t table = c->pair[--c->nr_pair];

		mmu->ops->table_free(mmu->priv, table);
		mmu->ops->table_free(mmu->priv, table | CW_COMPANION);
	}
	cw_free(c->hash);
	c->hash = NULL;
}

void *cw_cache_take(struct cw_cache *c)
{
	CW_ASSERT(c->nr);
	return c->obj[--c->nr];
}

uint64_t cw_cache_take_table(struct cw_cache_set *c)
{
	CW_ASSERT(c->nr_table);
	return c->table[--c->nr_table];
}

uint64_t cw_cache_take_pair(struct cw_cache_set *c)
{
	CW_ASSERT(c->nr_pair);
	return c->pair[--c->nr_pair];
}
