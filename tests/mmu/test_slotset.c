/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A set of slots against a plain array, in layouts that strain its parts: slots of a page side by side, slots of any
 * size and alignment, aligned ones, a few huge ones among small ones, chunks that two slots share.
 * Arguments: seed, changes per layout.
 */
#include <stdlib.h>

#include "../../lib/mmu/internal.h"
#include "vm.h"

#define MAX 3000u

static struct vm vm;
static struct cw_slot_set set;
static struct cw_memslot *model[MAX]; /* in any order */
static unsigned nr;
static uint64_t rng, seed = 1;
static unsigned changes = 1600;

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

struct layout {
	const char *name;
	unsigned slots;
	uint64_t span, align, max_pages;
	unsigned huge_one_in; /* 0: none; up to 2^31 - 1 pages */
};

static const struct layout layouts[] = {
	{"pages side by side", 1500, 1600, 1, 1, 0},
	{"small, any alignment", 1500, 60000, 1, 40, 0},
	{"2 MiB aligned", 1500, 1ull << 21, 512, 1024, 0},
	{"any size and alignment", 1500, 1ull << 24, 1, 9000, 0},
	{"128 MiB and more", 300, 1ull << 30, 7, 1u << 20, 0},
	{"far apart", 700, 1ull << 40, 1, 600, 0},
	{"huge among small", 900, 1ull << 38, 1, 700, 50},
	{"three", 3, 2048, 1, 700, 0},
	{"one chunk of eight", 1500, 1ull << 24, 4096, 400, 0},
};

static struct cw_memslot *model_find(uint64_t gfn)
{
	for (unsigned i = 0; i < nr; i++)
		if (gfn >= model[i]->base_gfn && gfn - model[i]->base_gfn < model[i]->npages)
			return model[i];
	return NULL;
}

static struct cw_memslot *model_from(uint64_t gfn)
{
	struct cw_memslot *best = NULL;

	for (unsigned i = 0; i < nr; i++)
		if (model[i]->base_gfn + model[i]->npages > gfn && (!best || model[i]->base_gfn < best->base_gfn))
			best = model[i];
	return best;
}

static bool look(uint64_t gfn)
{
	return CHECK(cw_slots_find(&set, gfn) == model_find(gfn)) && CHECK(cw_slots_from(&set, gfn) == model_from(gfn));
}

/* Around the edges of some slots, and anywhere. */
static bool compare(const struct layout *l)
{
	for (unsigned i = 0; i < 6; i++) {
		const struct cw_memslot *s = nr ? model[rnd(nr)] : NULL;

		if (s && (!look(s->base_gfn) || !look(s->base_gfn - 1) || !look(s->base_gfn + s->npages) ||
			  !look(s->base_gfn + s->npages - 1) || !look(s->base_gfn + rnd(s->npages))))
			return false;
		if (!look(rnd(l->span)))
			return false;
	}
	return true;
}

static struct cw_memslot *new_slot(const struct layout *l)
{
	struct cw_memslot *s = calloc(1, sizeof(*s));
	struct cw_memslot *next;

	s->base_gfn = rnd(l->span) / l->align * l->align;
	s->npages = 1 + rnd(l->max_pages);
	if (l->huge_one_in && rnd(l->huge_one_in) == 0)
		s->npages = 1 + rnd(1ull << (20 + rnd(11)));
	if (l->align > 1 && l->max_pages > l->align)
		s->npages = (s->npages + l->align - 1) / l->align * l->align;
	next = model_from(s->base_gfn);
	if (next && next->base_gfn <= s->base_gfn) {
		free(s);
		return NULL;
	}
	if (next && s->npages > next->base_gfn - s->base_gfn)
		s->npages = next->base_gfn - s->base_gfn;
	return s;
}

static void add(const struct layout *l)
{
	struct cw_memslot *s = nr < l->slots ? new_slot(l) : NULL;

	if (!s)
		return;
	CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
	cw_slots_replace(&set, NULL, s);
	model[nr++] = s;
}

/* As MS-4 does it: an INVALID copy, then what comes; or back. Two changes on one reservation. */
static void replace(const struct layout *l, bool grow)
{
	unsigned i = (unsigned)rnd(nr), what = grow ? (unsigned)rnd(3) : 2;
	struct cw_memslot *old = model[i], *gone = malloc(sizeof(*gone)), *next = NULL;

	*gone = *old;
	gone->flags |= CW_MEM_INVALID;
	CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
	cw_slots_replace(&set, old, gone);
	model[i] = gone;
	CHECK(cw_slots_find(&set, old->base_gfn) == gone);
	if (what == 0) {
		next = old;
	} else {
		model[i] = model[--nr];
		next = what == 1 ? new_slot(l) : NULL;
		if (next)
			model[nr++] = next;
		free(old);
	}
	cw_slots_replace(&set, gone, next);
	if (what == 0)
		model[i] = next;
	free(gone);
}

static void run_layout(const struct layout *l)
{
	unsigned most = 0;
	uint64_t hints = 0;

	memset(&set, 0, sizeof(set));
	nr = 0;
	for (unsigned n = 0; n < changes && !check_bad; n++) {
		/* Grow, then shrink, and again. */
		bool grow = n / (changes / 4) % 2 == 0;

		for (unsigned k = 0; k < 4; k++) {
			if (rnd(4) < (grow ? 3 : 1) || !nr)
				add(l);
			else
				replace(l, grow);
		}
		most = nr > most ? nr : most;
		hints = set.nr_chunks > hints ? set.nr_chunks : hints;
		if (!compare(l))
			break;
		if (n % 64 == 0) {
			const char *what = cw_slots_validate(&set);

			if (!CHECK(!what))
				printf("%s\n", what);
		}
	}
	if (check_bad)
		printf("# seed %" PRIu64 ", layout %s\n", seed, l->name);
	CHECK(most > l->slots / 4);
	printf("# %s: %u slots, %" PRIu64 " hints in %u places\n", l->name, most, hints, 1u << set.chunk_bits);
	while (nr && !check_bad) {
		unsigned i = (unsigned)rnd(nr);

		cw_slots_replace(&set, model[i], NULL);
		free(model[i]);
		model[i] = model[--nr];
		if (nr % 16 == 0) {
			CHECK(!cw_slots_validate(&set));
			compare(l);
		}
	}
	CHECK_EQ(set.nr_leaves, 0);
	CHECK_EQ(set.nr_chunks, 0);
	cw_slots_free(&set);
}

static void all_layouts(void)
{
	rng = seed * 0x9e3779b97f4a7c15ull | 1;
	vm_init(&vm);
	alloc_watch(NULL);
	for (unsigned i = 0; i < sizeof(layouts) / sizeof(layouts[0]) && !check_bad; i++)
		run_layout(&layouts[i]);
	vm_destroy(&vm);
}

/* The number of hints does not grow with the size. */
static void hints_are_few(void)
{
	vm_init(&vm);
	for (unsigned shift = 0; shift < 31; shift++) {
		struct cw_memslot slot = {.base_gfn = 12345, .npages = (1ull << shift) + 77};
		uint64_t chunks;

		memset(&set, 0, sizeof(set));
		CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
		cw_slots_replace(&set, NULL, &slot);
		chunks = set.nr_chunks;
		CHECK(chunks >= 1 && chunks <= 129);
		/* Each page of it is found by a hint: the order is not asked. */
		set.nr = 0;
		for (unsigned i = 0; i < 100; i++)
			CHECK(cw_slots_find(&set, slot.base_gfn + slot.npages * i / 100) == &slot);
		CHECK(!cw_slots_find(&set, slot.base_gfn - 1) && !cw_slots_find(&set, slot.base_gfn + slot.npages));
		set.nr = 1;
		cw_slots_replace(&set, &slot, NULL);
		cw_slots_free(&set);
	}
	vm_destroy(&vm);
}

/* Chunks of 2 MiB, the first of eight, whose hints all want one place of a table of 2^10. */
static uint64_t next_chunk_at(uint64_t chunk, uint64_t place)
{
	do
		chunk += 8;
	while (chunk / 8 * 0x9e3779b97f4a7c15ull >> 54 != place);
	return chunk;
}

/* 16 hints of which a larger table does not have all: they are missing, and nothing else changes. */
static void hints_without_a_place(void)
{
	enum { CROWD = 16, MORE = 128 };
	struct cw_memslot *s = calloc(CROWD + MORE, sizeof(*s));
	uint64_t chunk[2] = {0, 0}, before = 0;

	vm_init(&vm);
	memset(&set, 0, sizeof(set));
	for (unsigned i = 0; i < CROWD + MORE && !check_bad; i++) {
		/* Two places that are neighbours in 2^10, but not in 2^9. */
		if (i < CROWD)
			chunk[i % 2] = next_chunk_at(chunk[i % 2], 240 + 8 * (i % 2));
		s[i] = (struct cw_memslot){.base_gfn = i < CROWD ? chunk[i % 2] * 512 : (1ull << 40) + i * 512,
					   .npages = 99};
		CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
		cw_slots_replace(&set, NULL, &s[i]);
		CHECK(!cw_slots_validate(&set));
		if (set.chunk_bits == 9)
			before = set.nr_chunks;
	}
	CHECK_EQ(set.chunk_bits, 10);
	CHECK(before >= CROWD && set.nr_chunks < CROWD + MORE);
	for (unsigned i = 0; i < CROWD + MORE; i++)
		CHECK(cw_slots_find(&set, s[i].base_gfn + 98) == &s[i]);
	for (unsigned i = 0; i < CROWD + MORE; i++) {
		cw_slots_replace(&set, &s[i], NULL);
		CHECK(!cw_slots_validate(&set));
	}
	CHECK_EQ(set.nr_chunks, 0);
	cw_slots_free(&set);
	free(s);
	vm_destroy(&vm);
}

/* Slots of 2 MiB side by side are in the table, which is no larger than they and their like ask for. */
static void what_is_dense_is_in_the_table(void)
{
	enum { DENSE = 2000, FAR = 200 };
	struct cw_memslot *s = calloc(DENSE + FAR, sizeof(*s));
	uint64_t covered, hints[CW_SLOT_CHUNK_SIZES], none[CW_SLOT_CHUNK_SIZES] = {0};

	vm_init(&vm);
	memset(&set, 0, sizeof(set));
	for (unsigned i = 0; i < DENSE + FAR && !check_bad; i++) {
		s[i] = (struct cw_memslot){.base_gfn = (i < DENSE ? i : (uint64_t)i << 20) * 512, .npages = 512};
		CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
		CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
		CHECK(set.nr_direct <= 2 * (1024 + 2 * set.nr_chunks));
		cw_slots_replace(&set, NULL, &s[i]);
	}
	CHECK(!cw_slots_validate(&set));
	covered = set.nr_direct;
	CHECK(covered >= DENSE);
	/* Without hints and order there is only the table. */
	memcpy(hints, set.nr_of_size, sizeof(hints));
	memcpy(set.nr_of_size, none, sizeof(none));
	set.nr = 0;
	for (unsigned i = 0; i < DENSE + FAR; i++) {
		CHECK(cw_slots_find(&set, s[i].base_gfn) == (i < DENSE ? &s[i] : NULL));
		CHECK(cw_slots_find(&set, s[i].base_gfn + 511) == (i < DENSE ? &s[i] : NULL));
	}
	memcpy(set.nr_of_size, hints, sizeof(hints));
	set.nr = DENSE + FAR;
	/* What is gone is not in it. */
	for (unsigned i = 0; i < DENSE + FAR; i++) {
		cw_slots_replace(&set, &s[i], NULL);
		CHECK(!cw_slots_find(&set, s[i].base_gfn));
		CHECK(i % 100 || !cw_slots_validate(&set));
	}
	cw_slots_free(&set);
	free(s);
	vm_destroy(&vm);
}

/* No memory for the table: no error, and the same answers. */
static void no_memory_for_the_table(void)
{
	struct cw_memslot s = {.base_gfn = 512, .npages = 700}, more = {.base_gfn = 99 * 512, .npages = 1};

	vm_init(&vm);
	memset(&set, 0, sizeof(set));
	CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
	cw_slots_replace(&set, NULL, &s);
	alloc_fail(1);
	CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
	alloc_fail(0);
	CHECK_EQ(set.nr_direct, 0);
	CHECK(cw_slots_find(&set, 1211) == &s && !cw_slots_find(&set, 1212) && !cw_slots_find(&set, 511));
	CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), 0);
	CHECK_EQ(set.nr_direct, 4);
	cw_slots_replace(&set, NULL, &more);
	CHECK(!cw_slots_validate(&set));
	CHECK(cw_slots_find(&set, 99 * 512) == &more && cw_slots_find(&set, 1211) == &s);
	cw_slots_free(&set);
	vm_destroy(&vm);
}

/*
 * A slot that goes is replaced by an INVALID copy first (MS-4), which may find places that the slot itself found taken;
 * a delete reserves nothing, and must not need to.
 */
static void a_delete_while_half_of_the_places_are_taken(void)
{
	enum { FULL = 256, X = 129 };
	const struct cw_slot_set *sets;
	uint64_t base = 1ull << 20;

	vm_init(&vm);
	sets = vm.mmu.space[0].set;
	/* Three in one chunk, of which the third has no hint; then the first goes. */
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(vm_slot(&vm, i, i, 1, i, 0), 0);
	CHECK_EQ(sets[0].nr_chunks, 2);
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	for (unsigned i = 0; i < FULL - X - 1; i++)
		CHECK_EQ(vm_slot(&vm, 10 + i, (64 + i) * 512, 1, i, 0), 0);
	/* One that has all of its hints, wherever that is. */
	while (CHECK(base < 1ull << 34) && CHECK_EQ(vm_slot(&vm, 3, base, X * 512, 0, 0), 0) &&
	       (sets[0].nr_chunks < FULL || sets[1].nr_chunks < FULL)) {
		CHECK_EQ(vm_slot(&vm, 3, 0, 0, 0, 0), 0);
		base += 512;
	}
	CHECK_EQ(sets[0].chunk_bits, 9);
	vm_check(&vm);
	CHECK_EQ(vm_slot(&vm, 2, 0, 0, 0, 0), 0);
	CHECK_EQ(cw_mmu_get_memslot(&vm.mmu, 0, 2, &(struct cw_memslot){0}), -ENOENT);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void reservations_fail_cleanly(void)
{
	vm_init(&vm);
	memset(&set, 0, sizeof(set));
	for (unsigned n = 1; n <= 5; n++) {
		alloc_fail(n);
		CHECK_EQ(cw_slots_reserve(&vm.mmu, &set), -ENOMEM);
		alloc_fail(0);
		cw_slots_free(&set);
		memset(&set, 0, sizeof(set));
	}
	vm_destroy(&vm);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		changes = (unsigned)strtoul(argv[2], NULL, 0);
	for (unsigned i = 0; i < 2; i++, seed++)
		RUN(all_layouts);
	RUN(hints_are_few);
	RUN(hints_without_a_place);
	RUN(what_is_dense_is_in_the_table);
	RUN(no_memory_for_the_table);
	RUN(a_delete_while_half_of_the_places_are_taken, "MS-4");
	RUN(reservations_fail_cleanly);
	return CHECK_DONE("mmu_slotset");
}
