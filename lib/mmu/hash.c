/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow pages by (gfn, role): open addressing, about half full at most. The key is one word, so that a lookup touches
 * no page but the one that it finds, and pages of an obsolete generation are other keys (ROLE-18). The place depends on
 * the gfn alone: all pages of a gfn stand in one run. A bit for each place says whether anything went by on its way to
 * a place behind, so that a search in vain seldom looks further than where it began.
 */
#include "internal.h"

static uint64_t page_key(const struct cw_mmu_page *sp)
{
	CW_ASSERT(!(sp->role.word & ~(CW_KEY_ROLE | 1u << 24)) && !(sp->gfn >> (64 - CW_KEY_GFN_SHIFT)));
	return cw_hash_key(sp->gfn, sp->role, sp->gen);
}

struct cw_hash_slot *cw_hash_alloc(unsigned bits)
{
	return cw_zalloc((sizeof(struct cw_hash_slot) << bits) + ((1ull << bits) + 7) / 8);
}

void cw_hash_set(struct cw_mmu *mmu, struct cw_hash_slot *hash, unsigned bits)
{
	mmu->hash = hash;
	mmu->hash_bits = bits;
	mmu->hash_passed = (uint64_t *)(hash + (1ull << bits));
}

static uint64_t hash_mask(const struct cw_mmu *mmu)
{
	return (1ull << mmu->hash_bits) - 1;
}

static uint64_t key_home(const struct cw_mmu *mmu, uint64_t key)
{
	return cw_hash_gfn(key >> CW_KEY_GFN_SHIFT, mmu->hash_bits);
}

static void set_passed(struct cw_mmu *mmu, uint64_t place, bool passed)
{
	mmu->hash_passed[place / 64] &= ~(1ull << place % 64);
	mmu->hash_passed[place / 64] |= (uint64_t)passed << place % 64;
}

/* Number of pages of other gfns in front of it. */
static uint64_t put(struct cw_mmu *mmu, struct cw_hash_slot what)
{
	uint64_t i = key_home(mmu, what.key), collisions = 0;

	for (; mmu->hash[i].key; i = (i + 1) & hash_mask(mmu)) {
		collisions += (mmu->hash[i].key ^ what.key) >> CW_KEY_GFN_SHIFT != 0;
		set_passed(mmu, i, true);
	}
	mmu->hash[i] = what;
	return collisions;
}

/* Pages above which a bigger one is wanted: half as many as places, and those of one more translation. */
static uint64_t comfortable(uint64_t size)
{
	return size / 2 + size / 16;
}

int cw_hash_room(struct cw_mmu *mmu, struct cw_cache_set *cache)
{
	uint64_t size = 1ull << mmu->hash_bits, want = mmu->nr_pages + CW_NEED_PAGE;
	struct cw_hash_slot *old = mmu->hash;

	cache->need_bigger = false;
	if (want <= comfortable(size))
		return 0;
	if (!cache->hash || cache->hash_bits <= mmu->hash_bits) {
		/* Slower, until there is memory for more; but the last eighth stays free, where runs end. */
		cache->want_bits = mmu->hash_bits + 1;
		cache->need_bigger = want > size - size / 8;
		return cache->need_bigger ? CW_PF_RETRY : 0;
	}
	cw_hash_set(mmu, cache->hash, cache->hash_bits);
	for (uint64_t i = 0; i < size; i++) {
		if (old[i].key)
			put(mmu, old[i]);
	}
	cache->hash = NULL;
	cw_free(old);
	return 0;
}

struct cw_mmu_page *cw_page_next_of_gfn(const struct cw_mmu *mmu, uint64_t gfn, uint64_t *pos)
{
	uint64_t mask = hash_mask(mmu), home = cw_hash_gfn(gfn, mmu->hash_bits);

	while (!*pos || cw_hash_passed(mmu, (home + *pos - 1) & mask)) {
		const struct cw_hash_slot *s = &mmu->hash[(home + *pos) & mask];

		++*pos;
		if (s->key && s->key >> CW_KEY_GFN_SHIFT == gfn)
			return s->sp;
	}
	return NULL;
}

void cw_hash_add(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	uint64_t collisions;

	CW_ASSERT(mmu->nr_pages < hash_mask(mmu));
	/* ROLE-19: the search for the page, in vain, has met as many. Counted here, so that searches only read. */
	collisions = put(mmu, (struct cw_hash_slot){page_key(sp), sp});
	if (collisions > mmu->stats.max_mmu_page_hash_collisions)
		mmu->stats.max_mmu_page_hash_collisions = collisions;
	sp->hashed = true;
	mmu->nr_pages++;
}

/* The bits of places first .. end - 1 of one run, which ends there: from behind, by the homes of what was seen. */
static void mark_passed(struct cw_mmu *mmu, uint64_t first, uint64_t end)
{
	uint64_t mask = hash_mask(mmu), reach = 0;

	/* reach: so many places from here on to the front have a page behind them that went by. */
	for (uint64_t i = end; i != first;) {
		uint64_t far;

		i = (i - 1) & mask;
		set_passed(mmu, i, reach != 0);
		reach -= reach != 0;
		far = mmu->hash[i].key ? (i - key_home(mmu, mmu->hash[i].key)) & mask : 0;
		reach = reach > far ? reach : far;
	}
}

void cw_hash_del(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	uint64_t mask = hash_mask(mmu), home = cw_hash_gfn(sp->gfn, mmu->hash_bits), hole = home, i;

	CW_ASSERT(sp->hashed);
	while (mmu->hash[hole].sp != sp)
		hole = (hole + 1) & mask;
	/* What stands behind it and could not be found any more moves up. */
	for (i = (hole + 1) & mask; mmu->hash[i].key; i = (i + 1) & mask) {
		if (((i - key_home(mmu, mmu->hash[i].key)) & mask) < ((i - hole) & mask))
			continue;
		mmu->hash[hole] = mmu->hash[i];
		hole = i;
	}
	mmu->hash[hole] = (struct cw_hash_slot){0, NULL};
	mark_passed(mmu, home, i);
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

/* A page behind this place has its home here or in front. */
static bool is_passed(const struct cw_mmu *mmu, uint64_t place)
{
	uint64_t mask = hash_mask(mmu);

	for (uint64_t n = 1; n <= mask && mmu->hash[(place + n) & mask].key; n++) {
		uint64_t i = (place + n) & mask;

		if (((i - key_home(mmu, mmu->hash[i].key)) & mask) >= n)
			return true;
	}
	return false;
}

const char *cw_hash_validate(struct cw_mmu *mmu)
{
	uint64_t pages = 0;

	for (uint64_t i = 0; i <= hash_mask(mmu); i++) {
		struct cw_mmu_page *sp = mmu->hash[i].sp;
		uint64_t pos = 0, found = 0;

		if (cw_hash_passed(mmu, i) != is_passed(mmu, i))
			return "what a place of the hash says of those behind it";
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
