/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow page by (gfn, role): hits that do not depend on each other, hits of which each names the next, and misses.
 * Baselines: chains with at least as many buckets as pages, and open addressing of 16 bytes at most half full.
 */
#include "core.h"

#define LOOKUPS (1u << 16)
#define RUNS 9u

struct page {
	struct page *next;
	uint64_t gfn, role, table, more[12];
};

struct pages {
	struct core_vm vm;
	unsigned n, bits; /* places of the open hash; the chains have half as many or more */
	struct page *page, **bucket;
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
		uint64_t at = 0; \
\
		for (unsigned i = 0; i < LOOKUPS; i++) \
			at = (find_##which(p, p->hit[at])->table * 31 + i) % LOOKUPS; \
		return at; \
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

static void fill(struct pages *p)
{
	struct cw_cache_set cache = {.nr_table = 0};
	uint64_t mask, rng = 3;

	for (p->bits = 1; 1u << p->bits < 2 * p->n; p->bits++)
		;
	mask = (1ull << p->bits) - 1;
	p->page = core_alloc(p->n, sizeof(*p->page));
	p->bucket = core_alloc(1ull << (p->bits - 1), sizeof(*p->bucket));
	p->open = core_alloc(1ull << p->bits, sizeof(*p->open));
	p->sp = core_alloc(p->n, sizeof(*p->sp));
	p->hit = core_alloc(LOOKUPS, sizeof(*p->hit));
	p->miss = core_alloc(LOOKUPS, sizeof(*p->miss));
	core_vm_init(&p->vm);
	p->role = cw_role_direct_root(5, CW_FLAVOUR_EPT, false, 0);
	p->role.level = CW_LEVEL_4K;
	for (unsigned i = 0; i < p->n; i++) {
		/* Page tables of so much memory, made in random order. */
		uint64_t gfn = (uint64_t)((i * 2654435761ull) % p->n + 1) << 9, at = hash(gfn, p->bits);
		struct page *page = &p->page[i];

		page->gfn = page->table = gfn;
		page->role = p->role.word;
		page->next = p->bucket[hash(gfn, p->bits - 1)];
		p->bucket[hash(gfn, p->bits - 1)] = page;
		while (p->open[at].key)
			at = (at + 1) & mask;
		p->open[at] = (struct open){gfn << 24 | (p->role.word & 0xffffff), page};
		p->sp[i].gfn = gfn;
		p->sp[i].table = gfn;
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
	for (unsigned i = 0; i < LOOKUPS; i++) {
		p->hit[i] = (1 + core_random(&rng) % p->n) << 9;
		p->miss[i] = (1 + p->n + core_random(&rng) % p->n) << 9;
	}
}

static void size(unsigned n)
{
	static const struct {
		const char *name;
		core_work chain, open, core;
	} kind[] = {
		{"hit", hit_chain, hit_open, hit_core},
		{"dependent hit", dependent_chain, dependent_open, dependent_core},
		{"miss", miss_chain, miss_open, miss_core},
	};
	struct pages *p = core_alloc(1, sizeof(*p));
	char text[80];
	double ns[3];

	p->n = n;
	fill(p);
	for (unsigned k = 0; k < 3; k++) {
		if (kind[k].chain(p) != kind[k].core(p) || kind[k].open(p) != kind[k].core(p)) {
			fprintf(stderr, "catwalk: the lookups disagree\n");
			exit(1);
		}
		core_interleave((const core_work[]){kind[k].chain, kind[k].open, kind[k].core},
				(void *const[]){p, p, p}, 3, RUNS, NULL, ns);
		snprintf(text, sizeof(text), "shadow page, %s, %u pages", kind[k].name, n);
		core_ratio(text, "ns", ns[2] / LOOKUPS, (ns[0] < ns[1] ? ns[0] : ns[1]) / LOOKUPS, 1.1);
	}
	for (unsigned i = 0; i < n; i++)
		cw_hash_del(&p->vm.mmu, &p->sp[i]);
	core_vm_destroy(&p->vm);
	free(p->page);
	free(p->bucket);
	free(p->open);
	free(p->sp);
	free(p->hit);
	free(p->miss);
	free(p);
}

void core_pages(void)
{
	size(1000);
	size(16384);
	size(262144);
	size(1048576);
}
