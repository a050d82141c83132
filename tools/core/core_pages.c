/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow page by (gfn, role): hits that do not depend on each other, hits of which each names the next, and misses.
 * Baselines: chains with at least as many buckets as pages, and open addressing of 16 bytes at most half full. The
 * pages are those of guest tables anywhere in memory, or the page tables of a piece of memory without holes, whose gfns
 * a multiplicative hash spreads evenly.
 */
#include <sys/mman.h>

#include "core.h"

#define LOOKUPS (1u << 16)
#define RUNS 15u

struct page {
	struct page *next;
	uint64_t gfn, role, table, more[12];
};

struct pages {
	struct core_vm vm;
	bool anywhere;
	unsigned n, bits; /* places of the open hash; the chains have half as many or more */
	struct page *page, *other,
		**bucket; /* pages in chains; and those of the open hash: one work warms no other's */
	struct open {
		uint64_t key;
		struct page *page;
	} * open;
	struct cw_mmu_page *sp;
	union cw_role role;
	uint64_t *hit, *miss;
};

static uint64_t hash(uint64_t gfn, unsigned bits)
{
	return gfn * 0x61c8864680b583ebull >> (64 - bits);
}

/* The i-th gfn, 36 bits; no two are the same. */
static uint64_t gfn_of(const struct pages *p, uint64_t i)
{
	const uint64_t mask = (1ull << 36) - 1;
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15ull & mask;

	return p->anywhere ? ((x ^ x >> 17) * 0xbf58476d1ce4e5b9ull & mask) : (i + 1) << 9;
}

/* Number of the page that is made i-th. */
static unsigned number(unsigned n, unsigned i)
{
	return (unsigned)((i * 2654435761ull) % n);
}

static inline struct page *find_chain(const struct pages *p, uint64_t gfn)
{
	struct page *page = p->bucket[hash(gfn, p->bits - 1)];

	while (page && (page->gfn != gfn || page->role != p->role.word))
		page = page->next;
	return page;
}

static inline struct page *find_open(const struct pages *p, uint64_t gfn)
{
	uint64_t mask = (1ull << p->bits) - 1, key = gfn << 24 | (p->role.word & 0xffffff);

	for (uint64_t i = hash(gfn, p->bits);; i = (i + 1) & mask) {
		if (p->open[i].key == key)
			return p->open[i].page;
		if (!p->open[i].key)
			return NULL;
	}
}

static inline struct cw_mmu_page *find_core(struct pages *p, uint64_t gfn)
{
	return cw_page_find(&p->vm.mmu, gfn, p->role);
}

#define WORKS(which) \
	static uint64_t hit_##which(void *arg) \
	{ \
		struct pages *p = arg; \
		uint64_t sum = 0; \
\
		for (unsigned i = 0; i < LOOKUPS; i++) \
			sum += find_##which(p, p->hit[i]) != NULL; \
		return sum; \
	} \
	/* The page that is found names the next. */ \
	static uint64_t dependent_##which(void *arg) \
	{ \
		struct pages *p = arg; \
		uint64_t gfn = p->hit[0]; \
\
		for (unsigned i = 0; i < LOOKUPS; i++) \
			gfn = find_##which(p, gfn)->table; \
		return gfn; \
	} \
	static uint64_t miss_##which(void *arg) \
	{ \
		struct pages *p = arg; \
		uint64_t sum = 0; \
\
		for (unsigned i = 0; i < LOOKUPS; i++) \
			sum += find_##which(p, p->miss[i]) == NULL; \
		return sum; \
	}
WORKS(chain)
WORKS(open)
WORKS(core)

/* The page that is made i-th names the number next[i]: all in one cycle, of chance. */
static uint32_t *one_cycle(unsigned n)
{
	uint32_t *order = core_alloc(n, sizeof(*order)), *next = core_alloc(n, sizeof(*next)), *made;
	uint64_t rng = 5;

	made = core_alloc(n, sizeof(*made));
	for (unsigned i = 0; i < n; i++) {
		order[i] = i;
		made[number(n, i)] = i;
	}
	for (unsigned i = n; i > 1; i--) {
		unsigned j = (unsigned)(core_random(&rng) % i);
		uint32_t t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
	for (unsigned i = 0; i < n; i++)
		next[made[order[i]]] = order[(i + 1) % n];
	free(order);
	free(made);
	return next;
}

/* A table as the core gets it, touched. */
static void *table(uint64_t n, size_t size)
{
	void *t = cw_zalloc_table(n * size);

	if (!t)
		core_wrong("no memory");
	return memset(t, 0, n * size);
}

/*
 * The structures of all pages of a VM, in large pages: a kernel has them in its linear map. A lookup that waits for the
 * TLB too would hide what the hashes differ in.
 */
static void *structures(uint64_t n, size_t size)
{
	size_t bytes = (n * size + CW_LARGE_PAGE - 1) & ~(CW_LARGE_PAGE - 1);
	void *p = aligned_alloc(CW_LARGE_PAGE, bytes);

	if (!p)
		core_wrong("no memory");
	madvise(p, bytes, MADV_HUGEPAGE);
	return memset(p, 0, bytes);
}

static void fill(struct pages *p)
{
	struct cw_cache_set cache = {.nr_table = 0};
	uint64_t mask, rng = 3;
	uint32_t *next = one_cycle(p->n);

	for (p->bits = 1; 1u << p->bits < 2 * p->n; p->bits++)
		;
	mask = (1ull << p->bits) - 1;
	p->page = structures(p->n, sizeof(*p->page));
	p->other = structures(p->n, sizeof(*p->other));
	p->bucket = table(1ull << (p->bits - 1), sizeof(*p->bucket));
	p->open = table(1ull << p->bits, sizeof(*p->open));
	p->sp = structures(p->n, sizeof(*p->sp));
	p->hit = core_alloc(LOOKUPS, sizeof(*p->hit));
	p->miss = core_alloc(LOOKUPS, sizeof(*p->miss));
	core_vm_init(&p->vm);
	p->role = cw_role_direct_root(5, CW_FLAVOUR_EPT, false, 0);
	p->role.level = CW_LEVEL_4K;
	for (unsigned i = 0; i < p->n; i++) {
		/* Made in random order. */
		uint64_t gfn = gfn_of(p, number(p->n, i)), at = hash(gfn, p->bits);
		struct page *page = &p->page[i], *other = &p->other[i];

		page->gfn = gfn;
		page->table = gfn_of(p, next[i]);
		page->role = p->role.word;
		*other = *page;
		page->next = p->bucket[hash(gfn, p->bits - 1)];
		p->bucket[hash(gfn, p->bits - 1)] = page;
		while (p->open[at].key)
			at = (at + 1) & mask;
		p->open[at] = (struct open){gfn << 24 | (p->role.word & 0xffffff), other};
		p->sp[i].gfn = gfn;
		p->sp[i].table = page->table;
		p->sp[i].role = p->role;
		p->sp[i].gen = p->vm.mmu.valid_gen;
		cw_hash_room(&p->vm.mmu, &cache);
		if (cache.want_bits) {
			cache.hash = cw_hash_alloc(cache.want_bits);
			cache.hash_bits = cache.want_bits;
			cache.want_bits = 0;
			cw_hash_room(&p->vm.mmu, &cache);
		}
		cw_hash_add(&p->vm.mmu, &p->sp[i]);
	}
	free(next);
	for (unsigned i = 0; i < LOOKUPS; i++) {
		p->hit[i] = gfn_of(p, core_random(&rng) % p->n);
		p->miss[i] = gfn_of(p, p->n + core_random(&rng) % p->n);
	}
}

/* The figures of peers for pages anywhere, chains and open addressing; 0: none. */
static const struct {
	unsigned n;
	double chain[3], open[3];
} sizes[] = {
	{1000, {0, 0, 0}, {5.7, 12, 12}},
	{16384, {6.9, 21, 10}, {6.8, 30, 14}},
	{262144, {25, 245, 28}, {8.3, 253, 23}},
	{1048576, {33, 344, 34}, {24, 301, 35}},
};

static void size(unsigned s, bool anywhere)
{
	static const struct {
		const char *name;
		core_work chain, open, core;
	} kind[] = {
		{"hit", hit_chain, hit_open, hit_core},
		{"dependent hit", dependent_chain, dependent_open, dependent_core},
		{"miss", miss_chain, miss_open, miss_core},
	};
	unsigned n = sizes[s].n;
	struct pages *p = core_alloc(1, sizeof(*p));
	char text[80];
	double ns[3];

	p->n = n;
	p->anywhere = anywhere;
	fill(p);
	for (unsigned k = 0; k < 3; k++) {
		const double figure[] = {sizes[s].chain[k] * LOOKUPS, sizes[s].open[k] * LOOKUPS, 0};

		if (kind[k].chain(p) != kind[k].core(p) || kind[k].open(p) != kind[k].core(p))
			core_wrong("lookups of shadow pages disagree");
		snprintf(text, sizeof(text), "shadow page, %s, %u %s", kind[k].name, n,
			 anywhere ? "anywhere" : "in a row");
		core_compared(text, LOOKUPS);
		core_interleave((const core_work[]){kind[k].chain, kind[k].open, kind[k].core},
				(void *const[]){p, p, p}, 3, RUNS, NULL, anywhere ? figure : NULL, ns);
		if (anywhere && sizes[s].chain[k] > 0) {
			snprintf(text, sizeof(text), "shadow page, %s, %u pages, chains", kind[k].name, n);
			core_baseline(text, "ns", ns[0] / LOOKUPS, sizes[s].chain[k]);
		}
		if (anywhere) {
			snprintf(text, sizeof(text), "shadow page, %s, %u pages, open addressing", kind[k].name, n);
			core_baseline(text, "ns", ns[1] / LOOKUPS, sizes[s].open[k]);
		}
		snprintf(text, sizeof(text), "shadow page, %s, %u %s", kind[k].name, n,
			 anywhere ? "anywhere" : "in a row");
		core_ratio(text, "ns", ns[2] / LOOKUPS, (ns[0] < ns[1] ? ns[0] : ns[1]) / LOOKUPS, 1.1);
	}
	for (unsigned i = 0; i < n; i++)
		cw_hash_del(&p->vm.mmu, &p->sp[i]);
	core_vm_destroy(&p->vm);
	free(p->page);
	free(p->other);
	free(p->bucket);
	free(p->open);
	free(p->sp);
	free(p->hit);
	free(p->miss);
	free(p);
}

void core_pages(void)
{
	for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size(s, true);
		size(s, false);
	}
}
