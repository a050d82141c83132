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

static int topup_mirrors(struct cw_cache *c, unsigned want)
{
	while (c->nr < want) {
		uint64_t *spte = cw_zalloc(CW_PAGE_SIZE);

		if (!spte)
			return -ENOMEM;
		for (unsigned i = 0; i < CW_SPTES; i++)
			spte[i] = CW_SPTE_NONPRESENT;
		c->obj[c->nr++] = spte;
	}
	return 0;
}

/* What so many translations may need, but for tables. */
static int topup_objects(struct cw_cache_set *c, unsigned times)
{
	CW_STATIC_ASSERT(CW_REFILL * CW_NEED_BLOCK <= CW_CACHE_MAX && CW_REFILL * CW_NEED_DESC <= CW_CACHE_MAX,
			 "the largest need fits a cache");
	int r = topup(&c->page, times * CW_NEED_PAGE, sizeof(struct cw_mmu_page));

	if (!r)
		r = topup_mirrors(&c->mirror, times * CW_NEED_PAGE);
	if (!r)
		r = topup(&c->block, times * CW_NEED_BLOCK, CW_PAGE_SIZE);
	if (!r)
		r = topup(&c->rmap_leaf, times * CW_NEED_RMAP_LEAF, sizeof(struct cw_rmap_leaf));
	if (!r)
		r = topup(&c->desc, times * CW_NEED_DESC, sizeof(struct cw_rmap_desc));
	return r;
}

/* A table or a pair. Tables that wait for a FLUSH come back by one. */
static int get_table(struct cw_mmu *mmu, int (*alloc)(void *priv, uint64_t *addr), uint64_t *addr)
{
	int r = alloc(mmu->priv, addr);

	return r == -ENOMEM && cw_zap_reclaim(mmu) ? alloc(mmu->priv, addr) : r;
}

int cw_cache_topup(struct cw_mmu *mmu, struct cw_cache_set *c)
{
	int r = topup_objects(c, 1);

	while (!r && c->nr_table < CW_NEED_PAGE) {
		r = get_table(mmu, mmu->ops->table_alloc, &c->table[c->nr_table]);
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

	c->pairs = true;
	while (!r && c->nr_pair < CW_NEED_PAIR) {
		r = get_table(mmu, mmu->ops->pair_alloc, &c->pair[c->nr_pair]);
		if (!r)
			c->nr_pair++;
	}
	return r;
}

int cw_mmu_worker_refill(struct cw_mmu_worker *w)
{
	struct cw_cache_set *c = w->cache;
	unsigned touched = c->block.nr;
	int r = cw_cache_topup(w->mmu, c);

	if (!r && c->pairs)
		r = cw_cache_topup_pairs(w->mmu, c);
	if (!r)
		r = topup_objects(c, CW_REFILL);
	/* Mirrors are written already. */
	for (; touched < c->block.nr; touched++)
		cw_touch(c->block.obj[touched], CW_PAGE_SIZE);
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
	drain(&c->mirror);
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
