/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow pages by (gfn, role, generation): open addressing, at most half full. The key is one word, so that a lookup
 * touches no page but the one that it finds, and pages of an obsolete generation are other keys (ROLE-18). The place
 * depends on the gfn alone: all pages of a gfn stand in one run.
 */
#include "internal.h"

static uint64_t page_key(const struct cw_mmu_page *sp)
{
	CW_ASSERT(!(sp->role.word & ~(CW_KEY_ROLE | 1u << 24)) && !(sp->gfn >> (64 - CW_KEY_GFN_SHIFT)));
	return cw_hash_key(sp->gfn, sp->role, sp->gen);
}

struct cw_hash_slot *cw_hash_alloc(unsigned bits)
{
	return cw_zalloc(sizeof(struct cw_hash_slot) << bits);
}

static uint64_t hash_mask(const struct cw_mmu *mmu)
{
	return (1ull << mmu->hash_bits) - 1;
}

static void put(struct cw_mmu *mmu, struct cw_hash_slot what)
{
	uint64_t i = cw_hash_gfn(what.key >> CW_KEY_GFN_SHIFT, mmu->hash_bits);

	while (mmu->hash[i].key)
		i = (i + 1) & hash_mask(mmu);
	mmu->hash[i] = what;
}

int cw_hash_room(struct cw_mmu *mmu, struct cw_cache_set *cache)
{
	uint64_t size = 1ull << mmu->hash_bits, want = mmu->nr_pages + CW_NEED_PAGE;
	struct cw_hash_slot *old = mmu->hash;

	cache->need_bigger = false;
	if (want <= size / 2)
		return 0;
	if (!cache->hash || cache->hash_bits <= mmu->hash_bits) {
		/* Slower, until there is memory for more; but the last eighth stays free, where runs end. */
		cache->want_bits = mmu->hash_bits + 1;
		cache->need_bigger = want > size - size / 8;
		return cache->need_bigger ? CW_PF_RETRY : 0;
	}
	mmu->hash = cache->hash;
	mmu->hash_bits = cache->hash_bits;
	for (uint64_t i = 0; i < size; i++) {
		if (old[i].key)
			put(mmu, old[i]);
	}
	cache->hash = NULL;
	cw_free(old);
	return 0;
}

struct cw_mmu_page *cw_page_find_on(struct cw_mmu *mmu, uint64_t key, uint64_t place)
{
	uint64_t mask = hash_mask(mmu), collisions = 0;

	for (; mmu->hash[place].key; place = (place + 1) & mask) {
		if (mmu->hash[place].key == key)
			return mmu->hash[place].sp;
		collisions += mmu->hash[place].key >> CW_KEY_GFN_SHIFT != key >> CW_KEY_GFN_SHIFT;
	}
	if (collisions > mmu->stats.max_mmu_page_hash_collisions)
		mmu->stats.max_mmu_page_hash_collisions = collisions;
	return NULL;
}

struct cw_mmu_page *cw_page_next_of_gfn(const struct cw_mmu *mmu, uint64_t gfn, uint64_t *pos)
{
	uint64_t mask = hash_mask(mmu), home = cw_hash_gfn(gfn, mmu->hash_bits);

	for (;;) {
		const struct cw_hash_slot *s = &mmu->hash[(home + *pos) & mask];

		if (!s->key)
			return NULL;
		++*pos;
		if (s->key >> CW_KEY_GFN_SHIFT == gfn)
			return s->sp;
	}
}

void cw_hash_add(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	CW_ASSERT(mmu->nr_pages < hash_mask(mmu));
	put(mmu, (struct cw_hash_slot){page_key(sp), sp});
	sp->hashed = true;
	mmu->nr_pages++;
}

void cw_hash_del(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	uint64_t mask = hash_mask(mmu), hole = cw_hash_gfn(sp->gfn, mmu->hash_bits);

	CW_ASSERT(sp->hashed);
	while (mmu->hash[hole].sp != sp)
		hole = (hole + 1) & mask;
	/* What stands behind it and could not be found any more moves up. */
	for (uint64_t i = (hole + 1) & mask; mmu->hash[i].key; i = (i + 1) & mask) {
		uint64_t home = cw_hash_gfn(mmu->hash[i].key >> CW_KEY_GFN_SHIFT, mmu->hash_bits);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		mmu->hash[hole] = mmu->hash[i];
		hole = i;
	}
	mmu->hash[hole] = (struct cw_hash_slot){0, NULL};
	sp->hashed = false;
	mmu->nr_pages--;
}

/* Part of the key of pages that have them; 0 in others. */
static bool same_pdptes(const struct cw_mmu_page *a, const struct cw_mmu_page *b)
{
	for (unsigned i = 0; i < 4; i++) {
		if (a->pdpte[i] != b->pdpte[i])
			return false;
	}
	return true;
}

const char *cw_hash_validate(struct cw_mmu *mmu)
{
	uint64_t pages = 0;

	for (uint64_t i = 0; i <= hash_mask(mmu); i++) {
		struct cw_mmu_page *sp = mmu->hash[i].sp;
		uint64_t pos = 0, found = 0;

		if (!mmu->hash[i].key)
			continue;
		if (mmu->hash[i].key != page_key(sp) || !sp->hashed || sp->role.invalid)
			return "a page stands in the hash under another key";
		/* Exactly one page of a key, found from its gfn. */
		for (struct cw_mmu_page *o; (o = cw_page_next_of_gfn(mmu, sp->gfn, &pos));)
			found += page_key(o) == page_key(sp) && same_pdptes(o, sp);
		if (found != 1)
			return "a page is not in the run of its gfn, or is there twice";
		pages++;
	}
	return pages == mmu->nr_pages ? NULL : "the number of pages in the hash";
}
