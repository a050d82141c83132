/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The hash of shadow pages against a plain array: keys, full lines, holes, growth, and what happens without memory. */
#include <stdlib.h>

#include "../../lib/mmu/internal.h"
#include "vm.h"

#define MAX 700u

static struct vm vm;
static struct cw_mmu_page *page[MAX];
static unsigned nr;
static uint64_t rng;

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

static union cw_role role_of(unsigned i)
{
	return cw_role_direct_root(4 + (i & 1), i & 2 ? CW_FLAVOUR_X86 : CW_FLAVOUR_EPT, false, i >> 2 & 1);
}

static struct cw_mmu_page *model_find(uint64_t gfn, union cw_role role, unsigned gen)
{
	for (unsigned i = 0; i < nr; i++)
		if (page[i]->gfn == gfn && page[i]->role.word == role.word && page[i]->gen == gen)
			return page[i];
	return NULL;
}

/* Few gfns, so that there are many pages of one; of any size, so that those of several meet. */
static uint64_t some_gfn(void)
{
	return rnd(2) ? rnd(40) << 9 : rnd(60) * 0x987654321ull & 0xffffffffffull;
}

/* late: only when it must, as if there had been no memory before. */
static void grow(struct cw_cache_set *cache, bool late)
{
	int r;

	do {
		alloc_fail(late && !cache->need_bigger);
		CHECK_EQ(cw_cache_topup(&vm.mmu, cache), 0);
		alloc_fail(0);
		cw_mutex_lock(&vm.mmu.lock);
		r = cw_hash_room(&vm.mmu, cache);
		cw_mutex_unlock(&vm.mmu.lock);
	} while (r == CW_PF_RETRY);
	CHECK_EQ(r, 0);
}

static void step(struct cw_cache_set *cache, bool more, bool late)
{
	uint64_t gfn = some_gfn(), pos = 0, seen = 0, want = 0;
	union cw_role role = role_of((unsigned)rnd(8));
	unsigned gen = (unsigned)rnd(2);

	if (rnd(4) < (more ? 3 : 1) && nr < MAX && !model_find(gfn, role, gen)) {
		struct cw_mmu_page *sp = calloc(1, sizeof(*sp));

		grow(cache, late);
		sp->gfn = gfn;
		sp->role = role;
		sp->gen = gen;
		cw_hash_add(&vm.mmu, sp);
		page[nr++] = sp;
	} else if (nr) {
		unsigned i = (unsigned)rnd(nr);

		cw_hash_del(&vm.mmu, page[i]);
		CHECK(!page[i]->hashed);
		free(page[i]);
		page[i] = page[--nr];
	}
	/* ROLE-18: those of the other generation are not found. */
	gfn = nr && rnd(4) ? page[rnd(nr)]->gfn : some_gfn();
	role = nr && rnd(4) ? page[rnd(nr)]->role : role_of((unsigned)rnd(8));
	vm.mmu.valid_gen = (unsigned)rnd(2);
	CHECK(cw_page_find(&vm.mmu, gfn, role) == model_find(gfn, role, vm.mmu.valid_gen));
	for (struct cw_mmu_page *sp; (sp = cw_page_next_of_gfn(&vm.mmu, gfn, &pos));) {
		CHECK_EQ(sp->gfn, gfn);
		seen++;
	}
	for (unsigned i = 0; i < nr; i++)
		want += page[i]->gfn == gfn;
	CHECK_EQ(seen, want);
}

static void find_among_many(bool late)
{
	struct cw_cache_set cache = {.nr_table = 0};
	unsigned gen, fullest = 0;

	vm_init(&vm);
	gen = vm.mmu.valid_gen;
	rng = 88172645463325252ull;
	cw_hash_del(&vm.mmu, vm.ctx.root); /* only the test's pages */
	grow(&cache, false);
	for (unsigned n = 0; n < 12000 && !check_bad; n++) {
		step(&cache, n / 3000 % 2 == 0, late);
		if (n % 16 == 0)
			CHECK(!cw_hash_validate(&vm.mmu));
		fullest = fullest > nr * 16 >> vm.mmu.hash_bits ? fullest : nr * 16 >> vm.mmu.hash_bits;
	}
	CHECK(vm.mmu.hash_bits >= 8);
	CHECK(late ? fullest >= 13 : fullest <= 9); /* sixteenths */
	while (nr) {
		cw_hash_del(&vm.mmu, page[--nr]);
		free(page[nr]);
	}
	CHECK_EQ(vm.mmu.nr_pages, 0);
	vm.mmu.valid_gen = gen;
	cw_hash_add(&vm.mmu, vm.ctx.root);
	cw_cache_drain(&vm.mmu, &cache);
	vm_destroy(&vm);
}

static void role_18_find(void)
{
	find_among_many(false);
}

static void role_18_find_in_a_full_one(void)
{
	find_among_many(true);
}

/* It asks for more in time; without memory it goes on, but never until it is full. */
static void without_memory_for_a_bigger_one(void)
{
	struct cw_cache_set cache = {.nr_table = 0};
	struct cw_mmu_page *sp = calloc(64, sizeof(*sp));
	unsigned n = 0;
	int r = 0;

	vm_init(&vm);
	CHECK_EQ(cw_cache_topup(&vm.mmu, &cache), 0);
	while (n < 64 && !r) {
		sp[n].gfn = n + 1; /* the root has 0 */
		sp[n].role = role_of(0);
		cw_hash_add(&vm.mmu, &sp[n]);
		n++;
		alloc_fail(1);
		r = cw_cache_topup(&vm.mmu, &cache);
		alloc_fail(0);
		cw_mutex_lock(&vm.mmu.lock);
		if (!r && cw_hash_room(&vm.mmu, &cache) == CW_PF_RETRY)
			r = CW_PF_RETRY;
		cw_mutex_unlock(&vm.mmu.lock);
	}
	CHECK_EQ(r, CW_PF_RETRY);
	CHECK_EQ(vm.mmu.hash_bits, 6);
	CHECK_EQ(vm.mmu.nr_pages, 64 - 8 - 4 + 1);
	alloc_fail(1);
	CHECK_EQ(cw_cache_topup(&vm.mmu, &cache), -ENOMEM);
	alloc_fail(0);
	grow(&cache, false);
	CHECK_EQ(vm.mmu.hash_bits, 7);
	CHECK(!cw_hash_validate(&vm.mmu));
	while (n)
		cw_hash_del(&vm.mmu, &sp[--n]);
	free(sp);
	cw_cache_drain(&vm.mmu, &cache);
	vm_destroy(&vm);
}

/* Where a search for a gfn begins, by the numbers of the specification. */
static unsigned home(uint64_t gfn, unsigned bits)
{
	return (unsigned)(gfn * 0x61C8864680B583EBull >> (64 - bits));
}

/* The peak is the number of pages of other gfns that the search for a new one met in vain. */
static void role_19_collisions_are_counted(void)
{
	uint64_t *peak = &vm.mmu.stats.max_mmu_page_hash_collisions, gfn[5], next = 1;
	struct cw_mmu_page *sp = calloc(8, sizeof(*sp));

	vm_init(&vm);
	CHECK_EQ(vm.mmu.hash_bits, 6);
	for (unsigned i = 0; i < 5; i++) {
		while (home(next, 6) != 40)
			next++;
		gfn[i] = next++;
	}
	/* Three gfns, the first with three roles, and all have one home. */
	for (unsigned i = 0; i < 5; i++) {
		sp[i].gfn = gfn[i < 3 ? 0 : i - 2];
		sp[i].role = role_of(i < 3 ? i : 0);
		cw_hash_add(&vm.mmu, &sp[i]);
	}
	*peak = 0;
	/* One that is there is no collision, however far it stands; nor are pages of the same gfn. */
	CHECK(cw_page_find(&vm.mmu, gfn[2], role_of(0)) == &sp[4]);
	CHECK_EQ(*peak, 0);
	for (unsigned i = 5; i < 8; i++) {
		static const struct {
			unsigned gfn, role, peak;
		} more[] = {{0, 4, 2}, {3, 0, 6}, {1, 1, 6}};

		sp[i].gfn = gfn[more[i - 5].gfn];
		sp[i].role = role_of(more[i - 5].role);
		CHECK(!cw_page_find(&vm.mmu, sp[i].gfn, sp[i].role));
		cw_hash_add(&vm.mmu, &sp[i]);
		CHECK_EQ(*peak, more[i - 5].peak);
	}
	for (unsigned i = 0; i < 8; i++)
		cw_hash_del(&vm.mmu, &sp[i]);
	free(sp);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(role_18_find, "ROLE-18");
	RUN(role_18_find_in_a_full_one, "ROLE-18");
	RUN(role_19_collisions_are_counted, "ROLE-19");
	RUN(without_memory_for_a_bigger_one);
	return CHECK_DONE("mmu_hash");
}
