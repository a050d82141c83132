/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow pages by (gfn, role): open addressing, about half full at most. The key is one word, so that a lookup touches
 * no page but the one that it finds, and pages of an obsolete generation are other keys (ROLE-18). Keys and pages stand
 * apart: who waits for a page waits for its pointer alone, which in half the space is more often in a cache.
 *
 * The home of a page depends on its gfn alone. Where its home is taken, a page stands in another place of the same line
 * of keys, or in the next line that has one. But if there are pages of a home, one of them stands there: one of another
 * home gives way. And a bit for each home says whether there are others of it, elsewhere. So a search in vain seldom
 * looks further than where it begins.
 */
#include "internal.h"

#define LINE CW_HASH_LINE

static uint64_t page_key(const struct cw_mmu_page *sp)
{
	CW_ASSERT(!(sp->role.word & ~(CW_KEY_ROLE | 1u << 24)) && !(sp->gfn >> (64 - CW_KEY_GFN_SHIFT)));
	return cw_hash_key(sp->gfn, sp->role, sp->gen);
}

void *cw_hash_alloc(unsigned bits)
{
	uint64_t size = 1ull << bits;

	/* Keys begin with a line of the cache. */
	return cw_zalloc_table(size * (sizeof(uint64_t) + sizeof(void *)) + size / 8 + LINE * sizeof(uint64_t));
}

void cw_hash_set(struct cw_mmu *mmu, void *hash, unsigned bits)
{
	uint64_t line = LINE * sizeof(uint64_t);

	mmu->hash = hash;
	mmu->hash_key = (uint64_t *)(((uintptr_t)hash + line - 1) & ~(uintptr_t)(line - 1));
	mmu->hash_page = (struct cw_mmu_page **)(mmu->hash_key + (1ull << bits));
	mmu->hash_more = (uint64_t *)(mmu->hash_page + (1ull << bits));
	mmu->hash_bits = bits;
}

static uint64_t hash_mask(const struct cw_mmu *mmu)
{
	return (1ull << mmu->hash_bits) - 1;
}

static uint64_t home_of(const struct cw_mmu *mmu, uint64_t key)
{
	return cw_hash_gfn(key >> CW_KEY_GFN_SHIFT, mmu->hash_bits);
}

/* Places that a search from there looks at before this one. */
static uint64_t way(const struct cw_mmu *mmu, uint64_t home, uint64_t place)
{
	return ((place / LINE - home / LINE) * LINE & hash_mask(mmu)) + (place - home) % LINE;
}

static void put_at(struct cw_mmu *mmu, uint64_t place, uint64_t key, struct cw_mmu_page *sp)
{
	mmu->hash_key[place] = key;
	mmu->hash_page[place] = sp;
}

static void set_more(struct cw_mmu *mmu, uint64_t home, bool more)
{
	mmu->hash_more[home / 64] &= ~(1ull << home % 64);
	mmu->hash_more[home / 64] |= (uint64_t)more << home % 64;
}

/* Into the first free place that a search looks at. Number of pages of other gfns before it. */
static uint64_t put_elsewhere(struct cw_mmu *mmu, uint64_t key, struct cw_mmu_page *sp)
{
	uint64_t home = home_of(mmu, key), place = home, others = 0;

	for (uint64_t n = 1; mmu->hash_key[place]; n++) {
		others += (mmu->hash_key[place] ^ key) >> CW_KEY_GFN_SHIFT != 0;
		place = cw_hash_place(mmu, home, n);
	}
	put_at(mmu, place, key, sp);
	return others;
}

/* Number of pages of other gfns that a search for it meets in vain. */
static uint64_t put(struct cw_mmu *mmu, uint64_t key, struct cw_mmu_page *sp)
{
	uint64_t home = home_of(mmu, key), there = mmu->hash_key[home];
	struct cw_mmu_page *other = mmu->hash_page[home];

	if (there && home_of(mmu, there) == home) {
		set_more(mmu, home, true);
		return put_elsewhere(mmu, key, sp);
	}
	put_at(mmu, home, key, sp);
	if (there)
		put_elsewhere(mmu, there, other);
	return there != 0;
}

/* Pages above which a bigger one is wanted: half as many as places, and those of one more translation. */
static uint64_t comfortable(uint64_t size)
{
	return size / 2 + size / 16;
}

int cw_hash_room(struct cw_mmu *mmu, struct cw_cache_set *cache)
{
	uint64_t size = 1ull << mmu->hash_bits, want = mmu->nr_pages + CW_NEED_PAGE, *key = mmu->hash_key;
	struct cw_mmu_page **page = mmu->hash_page;
	void *old = mmu->hash;

	cache->need_bigger = false;
	if (want <= comfortable(size))
		return 0;
	if (!cache->hash || cache->hash_bits <= mmu->hash_bits) {
		/* Slower, until there is memory for more; but the last eighth stays free, where searches end. */
		cache->want_bits = mmu->hash_bits + 1;
		cache->need_bigger = want > size - size / 8;
		return cache->need_bigger ? CW_PF_RETRY : 0;
	}
	cw_hash_set(mmu, cache->hash, cache->hash_bits);
	for (uint64_t i = 0; i < size; i++) {
		if (key[i])
			put(mmu, key[i], page[i]);
	}
	cache->hash = NULL;
	cw_free(old);
	return 0;
}

struct cw_mmu_page *cw_page_next_of_gfn(const struct cw_mmu *mmu, uint64_t gfn, uint64_t *pos)
{
	uint64_t home = cw_hash_gfn(gfn, mmu->hash_bits);

	while (!*pos || cw_hash_more(mmu, home)) {
		uint64_t place = cw_hash_place(mmu, home, *pos), key = mmu->hash_key[place];

		if (!key)
			return NULL;
		++*pos;
		if (key >> CW_KEY_GFN_SHIFT == gfn)
			return mmu->hash_page[place];
	}
	return NULL;
}

void cw_hash_add(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	uint64_t collisions;

	CW_ASSERT(mmu->nr_pages < hash_mask(mmu));
	/* ROLE-19: counted here, so that searches only read. */
	collisions = put(mmu, page_key(sp), sp);
	if (collisions > mmu->stats.max_mmu_page_hash_collisions)
		mmu->stats.max_mmu_page_hash_collisions = collisions;
	sp->hashed = true;
	mmu->nr_pages++;
}

/* Where the page of this home is that a search meets last; the home itself if it is alone, or if there is none. */
static uint64_t last_of(const struct cw_mmu *mmu, uint64_t home)
{
	uint64_t last = home, place = home;

	for (uint64_t n = 1; mmu->hash_key[place]; n++) {
		if (home_of(mmu, mmu->hash_key[place]) == home)
			last = place;
		place = cw_hash_place(mmu, home, n);
	}
	return last;
}

/* The place in this line of a page that a search would not meet any more, for it ends at the hole; or the hole. */
static uint64_t cut_off(const struct cw_mmu *mmu, uint64_t line, uint64_t hole, bool *full)
{
	*full = true;
	for (uint64_t i = line; i < line + LINE; i++) {
		uint64_t key = mmu->hash_key[i], home = home_of(mmu, key);

		if (key && way(mmu, home, hole) < way(mmu, home, i))
			return i;
		*full = *full && (key || i == hole);
	}
	return hole;
}

/* Frees a place, whose page stands elsewhere or goes; nobody has its home there. */
static void free_place(struct cw_mmu *mmu, uint64_t hole)
{
	uint64_t line = hole - hole % LINE;
	bool full = true;

	put_at(mmu, hole, 0, NULL);
	/* Who came by on the way through lines that were full moves up, and leaves a hole in turn. */
	while (full) {
		uint64_t from = cut_off(mmu, line, hole, &full);

		if (from != hole) {
			put_at(mmu, hole, mmu->hash_key[from], mmu->hash_page[from]);
			put_at(mmu, from, 0, NULL);
			hole = from;
			line = hole - hole % LINE;
			full = true;
		} else {
			line = (line + LINE) & hash_mask(mmu);
		}
	}
}

void cw_hash_del(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	uint64_t home = cw_hash_gfn(sp->gfn, mmu->hash_bits), place = home, last;

	CW_ASSERT(sp->hashed);
	for (uint64_t n = 1; mmu->hash_page[place] != sp; n++)
		place = cw_hash_place(mmu, home, n);
	last = last_of(mmu, home);
	put_at(mmu, place, mmu->hash_key[last], mmu->hash_page[last]);
	free_place(mmu, last);
	set_more(mmu, home, last_of(mmu, home) != home);
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
		const struct cw_mmu_page *sp = mmu->hash_page[i];
		uint64_t pos = 0, found = 0, home;

		if (cw_hash_more(mmu, i) != (last_of(mmu, i) != i))
			return "what a home says of the pages that have it";
		if (!mmu->hash_key[i])
			continue;
		if (mmu->hash_key[i] != page_key(sp) || !sp->hashed || sp->role.invalid)
			return "a page stands in the hash under another key";
		home = home_of(mmu, mmu->hash_key[i]);
		if (!mmu->hash_key[home] || home_of(mmu, mmu->hash_key[home]) != home)
			return "no page of a home stands there";
		/* Exactly one page of a key, found from its gfn. */
		for (struct cw_mmu_page *o; (o = cw_page_next_of_gfn(mmu, sp->gfn, &pos));)
			found += page_key(o) == page_key(sp) && same_pdptes(o, sp);
		if (found != 1)
			return "a page is not where a search for its gfn comes by, or is there twice";
		pages++;
	}
	return pages == mmu->nr_pages ? NULL : "the number of pages in the hash";
}
