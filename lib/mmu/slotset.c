/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * One set of the slots of an address space: an ordered index, a hash of hints, and a table in front of both.
 *
 * The order is kept in two steps, an array of leaves of up to 128 slots each, so that a change moves one leaf and not
 * all slots, and a search is two short branchless ones.
 *
 * A hint says which slot a chunk of guest memory belongs to, at least in part. Each slot chooses the smallest size of
 * chunks of which it touches no more than CHUNKS_MAX, and gives a hint for each that less than SHARED others have. A
 * hint is only believed if the slot holds the page; what it cannot answer is searched, so hints may be missing, and the
 * cost of a slot does not grow with its size.
 *
 * Eight chunks in a row have their places in one line of the cache, so that guest memory without holes fills the lines
 * that it uses, and few are used. What finds its place taken goes to the same place of the next line, PROBES - 1 times,
 * or stays away.
 *
 * Where guest memory begins, and as far as slots that use the smallest chunks are dense there, a plain table by chunk
 * is asked first: it costs the fewest instructions, so that the processor has the most lookups under way. It holds one
 * slot for a chunk, whichever came first, and may miss any; who is not there is found as above.
 */
#include "internal.h"

#define CHUNKS_MAX 129u /* 128 aligned ones, or so many and a half at both ends */
#define CHUNK_BITS_MIN 9u
#define SHARED 2u
#define PROBES 8u
#define LINE 8u /* hints in a line of the cache */
#define LINE_BYTES (LINE * sizeof(uint64_t))
#define LEAF_MAX CW_SLOT_LEAF_MAX
#define DIRECT_MIN 1024u /* chunks in the table however few slots there are */
#define DIRECT_PER_HINT 2u

static const uint8_t chunk_shift[CW_SLOT_CHUNK_SIZES] = {9, 15, 21, 27}; /* 2 MiB, 128 MiB, 8 GiB, 512 GiB */

/* --- hints --- */

/*
 * A hint is a word: the slot, aligned to 16 and sign-extended from at most 58 bits, in 63:10; the size of chunk in 9:8;
 * the low bits of the chunk's number in 7:0, which are enough as a slot has no more than CHUNKS_MAX in a row.
 */
static uint64_t make_hint(const struct cw_memslot *slot, uint64_t chunk, unsigned size)
{
	CW_ASSERT(((uintptr_t)slot & 15) == 0);
	return (uint64_t)(uintptr_t)slot << 6 | (uint64_t)size << 8 | (chunk & 255);
}

static struct cw_memslot *hint_slot(uint64_t hint)
{
	return (struct cw_memslot *)(uintptr_t)((uint64_t)((int64_t)hint >> 6) & ~15ull);
}

static unsigned hint_size(uint64_t hint)
{
	return hint >> 8 & 3;
}

static uint64_t chunk_place(uint64_t chunk, unsigned size, unsigned bits)
{
	/* Multiples of this number spread numbers in a row evenly; a size begins a quarter of the table away. */
	uint64_t line = (chunk / LINE + ((uint64_t)size << 62)) * 0x9e3779b97f4a7c15ull;

	/* Slots that begin at multiples of many chunks shall not all have the same place of their lines. */
	return (line >> (64 - bits)) ^ (chunk & (LINE - 1));
}

static uint64_t hint_chunk(uint64_t hint)
{
	uint64_t first = hint_slot(hint)->base_gfn >> chunk_shift[hint_size(hint)];

	return first + ((hint - first) & 255);
}

static uint64_t hint_home(uint64_t hint, unsigned bits)
{
	return chunk_place(hint_chunk(hint), hint_size(hint), bits);
}

static unsigned chunk_size(const struct cw_memslot *slot)
{
	uint64_t last = slot->base_gfn + slot->npages - 1;
	unsigned size = 0;

	while (size + 1 < CW_SLOT_CHUNK_SIZES &&
	       (last >> chunk_shift[size]) - (slot->base_gfn >> chunk_shift[size]) >= CHUNKS_MAX)
		size++;
	return size;
}

static uint64_t probe(uint64_t place, unsigned n, unsigned bits)
{
	return (place + n * LINE) & ((1ull << bits) - 1);
}

/* Puts a hint where a search for its chunk will meet it. False if there is no room, or the chunk has enough of them. */
static bool hint_put(uint64_t *table, unsigned bits, uint64_t hint)
{
	uint64_t home = hint_home(hint, bits);
	unsigned others = 0;

	for (unsigned n = 0; n < PROBES; n++) {
		uint64_t *at = &table[probe(home, n, bits)];

		if (!*at) {
			*at = hint;
			return true;
		}
		others += hint_size(*at) == hint_size(hint) && hint_chunk(*at) == hint_chunk(hint);
		if (others == SHARED)
			break;
	}
	return false;
}

/* No more than half of the places: reservations leave room, but a slot that goes may find some that it did not have. */
static void hints_add(struct cw_slot_set *set, struct cw_memslot *slot)
{
	unsigned size = chunk_size(slot);
	uint64_t last = (slot->base_gfn + slot->npages - 1) >> chunk_shift[size];

	for (uint64_t c = slot->base_gfn >> chunk_shift[size]; c <= last; c++) {
		if (set->nr_chunks == 1ull << (set->chunk_bits - 1))
			return;
		if (!hint_put(set->chunk, set->chunk_bits, make_hint(slot, c, size)))
			continue;
		set->nr_chunks++;
		set->nr_of_size[size]++;
	}
}

/* Takes one out; those behind it that would not be found any more move up, which ends where one is free. */
static void hint_delete(struct cw_slot_set *set, uint64_t hole)
{
	uint64_t lines = (1ull << set->chunk_bits) / LINE, i = hole;

	for (uint64_t n = 1; n < lines; n++) {
		uint64_t home;

		i = probe(i, 1, set->chunk_bits);
		if (!set->chunk[i])
			break;
		home = hint_home(set->chunk[i], set->chunk_bits);
		if (((i - home) / LINE & (lines - 1)) < ((i - hole) / LINE & (lines - 1)))
			continue;
		set->chunk[hole] = set->chunk[i];
		hole = i;
	}
	set->chunk[hole] = 0;
}

static void hints_remove(struct cw_slot_set *set, const struct cw_memslot *slot)
{
	unsigned size = chunk_size(slot);
	uint64_t last = (slot->base_gfn + slot->npages - 1) >> chunk_shift[size];

	for (uint64_t c = slot->base_gfn >> chunk_shift[size]; c <= last; c++) {
		uint64_t home = chunk_place(c, size, set->chunk_bits);

		for (unsigned n = 0; n < PROBES; n++) {
			uint64_t i = probe(home, n, set->chunk_bits);

			if (!set->chunk[i])
				break;
			if (set->chunk[i] != make_hint(slot, c, size))
				continue;
			hint_delete(set, i);
			set->nr_chunks--;
			set->nr_of_size[size]--;
			break;
		}
	}
}

static bool holds(const struct cw_memslot *slot, uint64_t gfn)
{
	return gfn - slot->base_gfn < slot->npages;
}

/* The slot of a page, if a hint knows it. What is not of this chunk, but looks so, does not hold the page. */
static inline struct cw_memslot *ask_hints(const struct cw_slot_set *set, uint64_t gfn, unsigned size)
{
	uint64_t chunk = gfn >> chunk_shift[size], tag = (uint64_t)size << 8 | (chunk & 255);
	uint64_t home = chunk_place(chunk, size, set->chunk_bits);

	for (unsigned n = 0; n < PROBES; n++) {
		uint64_t hint = set->chunk[probe(home, n, set->chunk_bits)];

		if (!hint)
			break;
		if ((hint & 1023) == tag && holds(hint_slot(hint), gfn))
			return hint_slot(hint);
	}
	return NULL;
}

/* --- the table --- */

static uint64_t slot_chunk(const struct cw_memslot *slot, uint64_t rel)
{
	return (slot->base_gfn + rel) >> chunk_shift[0];
}

static void direct_add(struct cw_memslot **direct, uint64_t n, struct cw_memslot *slot)
{
	if (chunk_size(slot))
		return;
	for (uint64_t c = slot_chunk(slot, 0); c < n && c <= slot_chunk(slot, slot->npages - 1); c++) {
		if (!direct[c])
			direct[c] = slot;
	}
}

static void direct_remove(struct cw_memslot **direct, uint64_t n, const struct cw_memslot *slot)
{
	if (chunk_size(slot))
		return;
	for (uint64_t c = slot_chunk(slot, 0); c < n && c <= slot_chunk(slot, slot->npages - 1); c++) {
		if (direct[c] == slot)
			direct[c] = NULL;
	}
}

/* --- the order --- */

/* Index of the last of n > 0 sorted keys that is <= gfn, or 0. */
static unsigned search(const uint64_t *key, unsigned n, uint64_t gfn)
{
	const uint64_t *base = key;

	while (n > 1) {
		unsigned half = n / 2;

		/* No branch to mispredict: the compiler makes a conditional move of it. */
		base = base[half] <= gfn ? base + half : base;
		n -= half;
	}
	return (unsigned)(base - key);
}

struct place {
	unsigned leaf, index;
};

/* Where the last slot with base_gfn <= gfn stands; false if there is none: then the very first place, if any. */
static bool floor_of(const struct cw_slot_set *set, uint64_t gfn, struct place *p)
{
	*p = (struct place){0, 0};
	if (!set->nr)
		return false;
	p->leaf = search(set->first, set->nr_leaves, gfn);
	p->index = search(set->leaf[p->leaf]->key, set->leaf[p->leaf]->nr, gfn);
	return set->leaf[p->leaf]->key[p->index] <= gfn;
}

/* What the table does not answer. */
static __attribute__((noinline)) struct cw_memslot *find_on(const struct cw_slot_set *set, uint64_t gfn)
{
	struct cw_memslot *slot;
	struct place p;

	for (unsigned size = 0; size < CW_SLOT_CHUNK_SIZES; size++) {
		slot = set->nr_of_size[size] ? ask_hints(set, gfn, size) : NULL;
		if (slot)
			return slot;
	}
	if (!floor_of(set, gfn, &p))
		return NULL;
	slot = set->leaf[p.leaf]->slot[p.index];
	return holds(slot, gfn) ? slot : NULL;
}

struct cw_memslot *cw_slots_find(const struct cw_slot_set *set, uint64_t gfn)
{
	uint64_t chunk = gfn >> chunk_shift[0];

	if (chunk < set->nr_direct) {
		struct cw_memslot *slot = set->direct[chunk];

		if (slot && holds(slot, gfn))
			return slot;
	}
	return find_on(set, gfn);
}

struct cw_memslot *cw_slots_from(const struct cw_slot_set *set, uint64_t gfn)
{
	struct place p;

	if (floor_of(set, gfn, &p) && !holds(set->leaf[p.leaf]->slot[p.index], gfn) &&
	    ++p.index == set->leaf[p.leaf]->nr) {
		p.leaf++;
		p.index = 0;
	}
	return p.leaf < set->nr_leaves ? set->leaf[p.leaf]->slot[p.index] : NULL;
}

static void leaf_open(struct cw_slot_leaf *leaf, unsigned at, unsigned by)
{
	cw_memmove(&leaf->key[at + by], &leaf->key[at], (leaf->nr - at) * sizeof(leaf->key[0]));
	cw_memmove(&leaf->slot[at + by], &leaf->slot[at], (leaf->nr - at) * sizeof(leaf->slot[0]));
	leaf->nr += by;
}

static void leaf_copy(struct cw_slot_leaf *to, unsigned at, const struct cw_slot_leaf *from, unsigned first, unsigned n)
{
	cw_memcpy(&to->key[at], &from->key[first], n * sizeof(to->key[0]));
	cw_memcpy(&to->slot[at], &from->slot[first], n * sizeof(to->slot[0]));
}

static void index_open(struct cw_slot_set *set, unsigned at, struct cw_slot_leaf *leaf)
{
	unsigned after = set->nr_leaves - at;

	CW_ASSERT(set->nr_leaves < set->cap_leaves);
	cw_memmove(&set->first[at + 1], &set->first[at], after * sizeof(set->first[0]));
	cw_memmove(&set->leaf[at + 1], &set->leaf[at], after * sizeof(set->leaf[0]));
	set->leaf[at] = leaf;
	set->nr_leaves++;
}

static void index_close(struct cw_slot_set *set, unsigned at)
{
	unsigned after = --set->nr_leaves - at;
	struct cw_slot_leaf *leaf = set->leaf[at];

	cw_memmove(&set->first[at], &set->first[at + 1], after * sizeof(set->first[0]));
	cw_memmove(&set->leaf[at], &set->leaf[at + 1], after * sizeof(set->leaf[0]));
	leaf->nr = 0;
	if (!set->spare[0])
		set->spare[0] = leaf;
	else if (!set->spare[1])
		set->spare[1] = leaf;
	else
		cw_free(leaf);
}

/* A leaf out of what cw_slots_reserve() has put by. */
static struct cw_slot_leaf *take_spare(struct cw_slot_set *set)
{
	unsigned i = set->spare[0] ? 0 : 1;
	struct cw_slot_leaf *leaf = set->spare[i];

	CW_ASSERT(leaf);
	set->spare[i] = NULL;
	return leaf;
}

static void order_add(struct cw_slot_set *set, struct cw_memslot *slot)
{
	struct cw_slot_leaf *leaf;
	struct place p;

	if (!set->nr_leaves)
		index_open(set, 0, take_spare(set));
	if (floor_of(set, slot->base_gfn, &p))
		p.index++;
	leaf = set->leaf[p.leaf];
	if (leaf->nr == LEAF_MAX) {
		/* At an end of the order leaves are filled up: slots often come in order. */
		unsigned keep = p.index == LEAF_MAX && p.leaf + 1 == set->nr_leaves ? LEAF_MAX : LEAF_MAX / 2;
		struct cw_slot_leaf *right = take_spare(set);

		leaf_copy(right, 0, leaf, keep, LEAF_MAX - keep);
		right->nr = LEAF_MAX - keep;
		leaf->nr = keep;
		index_open(set, p.leaf + 1, right);
		set->first[p.leaf + 1] = right->key[0];
		if (p.index > keep || keep == LEAF_MAX) {
			p.leaf++;
			p.index -= keep;
			leaf = right;
		}
	}
	leaf_open(leaf, p.index, 1);
	leaf->key[p.index] = slot->base_gfn;
	leaf->slot[p.index] = slot;
	set->first[p.leaf] = leaf->key[0];
	set->nr++;
}

static void merge(struct cw_slot_set *set, unsigned left)
{
	struct cw_slot_leaf *a = set->leaf[left], *b = set->leaf[left + 1];

	if (a->nr + b->nr > LEAF_MAX / 2)
		return;
	leaf_copy(a, a->nr, b, 0, b->nr);
	a->nr += b->nr;
	set->first[left] = a->key[0];
	index_close(set, left + 1);
}

static void order_remove(struct cw_slot_set *set, const struct cw_memslot *slot)
{
	struct cw_slot_leaf *leaf;
	struct place p;

	CW_ASSERT(floor_of(set, slot->base_gfn, &p));
	leaf = set->leaf[p.leaf];
	CW_ASSERT(leaf->slot[p.index] == slot);
	cw_memmove(&leaf->key[p.index], &leaf->key[p.index + 1], (leaf->nr - p.index - 1) * sizeof(leaf->key[0]));
	cw_memmove(&leaf->slot[p.index], &leaf->slot[p.index + 1], (leaf->nr - p.index - 1) * sizeof(leaf->slot[0]));
	leaf->nr--;
	set->nr--;
	if (!leaf->nr) {
		index_close(set, p.leaf);
		return;
	}
	set->first[p.leaf] = leaf->key[0];
	if (p.leaf + 1 < set->nr_leaves)
		merge(set, p.leaf);
	if (p.leaf)
		merge(set, p.leaf - 1);
}

/* --- the whole --- */

void cw_slots_replace(struct cw_slot_set *set, struct cw_memslot *old, struct cw_memslot *new)
{
	if (old) {
		order_remove(set, old);
		hints_remove(set, old);
		direct_remove(set->direct, set->nr_direct, old);
	}
	if (new) {
		order_add(set, new);
		hints_add(set, new);
		direct_add(set->direct, set->nr_direct, new);
	}
}

static int reserve_leaves(struct cw_mmu *mmu, struct cw_slot_set *set)
{
	unsigned cap = set->cap_leaves ? 2 * set->cap_leaves : 8;
	struct cw_slot_leaf **leaf, **old_leaf = set->leaf;
	uint64_t *first, *old_first = set->first;

	if (set->nr_leaves + 2 <= set->cap_leaves)
		return 0;
	first = cw_zalloc(cap * sizeof(*first));
	leaf = cw_zalloc(cap * sizeof(*leaf));
	if (!first || !leaf) {
		cw_free(first);
		cw_free(leaf);
		return -ENOMEM;
	}
	if (old_first) {
		cw_memcpy(first, old_first, set->nr_leaves * sizeof(*first));
		cw_memcpy(leaf, old_leaf, set->nr_leaves * sizeof(*leaf));
	}
	cw_mutex_lock(&mmu->lock);
	set->first = first;
	set->leaf = leaf;
	set->cap_leaves = cap;
	cw_mutex_unlock(&mmu->lock);
	cw_free(old_first);
	cw_free(old_leaf);
	return 0;
}

static int reserve_chunks(struct cw_mmu *mmu, struct cw_slot_set *set)
{
	unsigned bits = set->chunk_bits ? set->chunk_bits + 1 : CHUNK_BITS_MIN;
	uint64_t *chunk, *old = set->chunk, lost[CW_SLOT_CHUNK_SIZES] = {0};
	void *mem, *old_mem = set->chunk_mem;

	if (set->chunk && 2 * (set->nr_chunks + CHUNKS_MAX) <= 1ull << set->chunk_bits)
		return 0;
	mem = cw_zalloc((sizeof(*chunk) << bits) + LINE_BYTES);
	if (!mem)
		return -ENOMEM;
	chunk = (uint64_t *)(((uintptr_t)mem + LINE_BYTES - 1) & ~(LINE_BYTES - 1));
	for (uint64_t i = 0; old && i < 1ull << set->chunk_bits; i++) {
		/* There may be no room for one in the new table: then it is missing from now on. */
		if (old[i] && !hint_put(chunk, bits, old[i]))
			lost[hint_size(old[i])]++;
	}
	cw_mutex_lock(&mmu->lock);
	set->chunk = chunk;
	set->chunk_mem = mem;
	set->chunk_bits = bits;
	for (unsigned s = 0; s < CW_SLOT_CHUNK_SIZES; s++) {
		set->nr_chunks -= lost[s];
		set->nr_of_size[s] -= lost[s];
	}
	cw_mutex_unlock(&mmu->lock);
	cw_free(old_mem);
	return 0;
}

/* A table that covers what is dense. Without memory for a larger one lookups take longer, no more. */
static void reserve_direct(struct cw_mmu *mmu, struct cw_slot_set *set)
{
	uint64_t limit = DIRECT_MIN + DIRECT_PER_HINT * set->nr_of_size[0], n = set->nr_direct ? set->nr_direct : 1,
		 end;
	struct cw_memslot **direct, **old = set->direct;
	const struct cw_slot_leaf *leaf;

	if (!set->nr)
		return;
	leaf = set->leaf[set->nr_leaves - 1];
	end = slot_chunk(leaf->slot[leaf->nr - 1], leaf->slot[leaf->nr - 1]->npages - 1) + 1;
	end = end < limit ? end : limit;
	if (end <= set->nr_direct)
		return;
	while (n < end)
		n *= 2;
	direct = cw_zalloc(n * sizeof(*direct));
	if (!direct)
		return;
	cw_slots_for(slot, set) direct_add(direct, n, slot);
	cw_mutex_lock(&mmu->lock);
	set->direct = direct;
	set->nr_direct = n;
	cw_mutex_unlock(&mmu->lock);
	cw_free(old);
}

int cw_slots_reserve(struct cw_mmu *mmu, struct cw_slot_set *set)
{
	int r = reserve_leaves(mmu, set);

	if (!r)
		r = reserve_chunks(mmu, set);
	if (!r)
		reserve_direct(mmu, set);
	for (unsigned i = 0; i < 2 && !r; i++) {
		if (!set->spare[i])
			set->spare[i] = cw_zalloc(sizeof(*set->spare[i]));
		r = set->spare[i] ? 0 : -ENOMEM;
	}
	return r;
}

void cw_slots_free(struct cw_slot_set *set)
{
	for (unsigned i = 0; i < set->nr_leaves; i++)
		cw_free(set->leaf[i]);
	cw_free(set->leaf);
	cw_free(set->first);
	cw_free(set->spare[0]);
	cw_free(set->spare[1]);
	cw_free(set->chunk_mem);
	cw_free(set->direct);
}

#define CHECK(cond) \
	do { \
		if (!(cond)) \
			return #cond; \
	} while (0)

/* A search for the chunk of a hint meets it, behind no more of the chunk than there may be. */
static bool hint_reached(const struct cw_slot_set *set, uint64_t i)
{
	uint64_t home = hint_home(set->chunk[i], set->chunk_bits);
	unsigned others = 0;

	for (unsigned n = 0; n < PROBES; n++) {
		uint64_t at = probe(home, n, set->chunk_bits), hint = set->chunk[at];

		if (!hint || others == SHARED)
			break;
		if (at == i)
			return true;
		others += hint_size(hint) == hint_size(set->chunk[i]) && hint_chunk(hint) == hint_chunk(set->chunk[i]);
	}
	return false;
}

static const char *direct_validate(const struct cw_slot_set *set)
{
	for (uint64_t c = 0; c < set->nr_direct; c++) {
		const struct cw_memslot *slot = set->direct[c];

		if (!slot)
			continue;
		CHECK(cw_slots_from(set, slot->base_gfn) == slot && !chunk_size(slot));
		CHECK(slot_chunk(slot, 0) <= c && c <= slot_chunk(slot, slot->npages - 1));
	}
	cw_slots_for(slot, set)
	{
		/* No other slot can stand for a chunk that is all this one's. */
		for (uint64_t c = slot_chunk(slot, 511); c < slot_chunk(slot, slot->npages) && !chunk_size(slot); c++)
			CHECK(c >= set->nr_direct || set->direct[c] == slot);
	}
	return NULL;
}

const char *cw_slots_validate(const struct cw_slot_set *set)
{
	uint64_t end = 0, of_size[CW_SLOT_CHUNK_SIZES] = {0}, chunks = 0;
	unsigned nr = 0;

	for (unsigned l = 0; l < set->nr_leaves; l++) {
		const struct cw_slot_leaf *leaf = set->leaf[l];

		CHECK(leaf->nr && leaf->nr <= LEAF_MAX && set->first[l] == leaf->key[0]);
		/* Neighbours are more than half a leaf, so that leaves are as many as slots need. */
		CHECK(!l || set->leaf[l - 1]->nr + leaf->nr > LEAF_MAX / 2);
		for (unsigned i = 0; i < leaf->nr; i++) {
			const struct cw_memslot *slot = leaf->slot[i];

			CHECK(slot->base_gfn == leaf->key[i] && slot->base_gfn >= end);
			end = slot->base_gfn + slot->npages;
			/* By hint and by search, first page and last. */
			CHECK(cw_slots_find(set, slot->base_gfn) == slot && cw_slots_find(set, end - 1) == slot);
			nr++;
		}
	}
	CHECK(nr == set->nr && set->nr_leaves <= set->cap_leaves);
	for (uint64_t i = 0; set->chunk && i < 1ull << set->chunk_bits; i++) {
		uint64_t hint = set->chunk[i];
		const struct cw_memslot *slot = hint_slot(hint);

		if (!hint)
			continue;
		CHECK(hint_reached(set, i));
		CHECK(chunk_size(slot) == hint_size(hint) && cw_slots_find(set, slot->base_gfn) == slot);
		CHECK(hint_chunk(hint) <= (slot->base_gfn + slot->npages - 1) >> chunk_shift[hint_size(hint)]);
		of_size[hint_size(hint)]++;
		chunks++;
	}
	CHECK(chunks == set->nr_chunks && 2 * chunks <= 1ull << set->chunk_bits);
	for (unsigned s = 0; s < CW_SLOT_CHUNK_SIZES; s++)
		CHECK(of_size[s] == set->nr_of_size[s]);
	return direct_validate(set);
}
