/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A pass over 1 TiB: read and clear into the caller's bitmap. Baselines: a flat bitmap that is copied, as KVM does, or
 * of which zeros are skipped, whichever is faster; and one with a summary bit for each 512 pages, whose lines are asked
 * for before they are needed or are not, whichever is faster. They exchange words that are not zero. The core ORs into
 * the caller's bitmap by atomics, they need not.
 */
#include "core.h"

#define PAGES (1ull << 28)
#define WORDS (PAGES / 64)
#define MANY 32u
#define FEW (PAGES / 1000) /* so many pages are marked one by one, in the order of chance */

enum { FLAT, COPY, TWO, AHEAD, CORE, KINDS };

struct bitmaps {
	struct core_vm vm;
	struct cw_memslot *slot;
	uint64_t *flat, *word, *line; /* the baselines */
	uint64_t *out, *want;	      /* want: what is dirty */
	uint64_t *page, nr_pages;     /* the same as a list, if it is short */
};

struct work {
	struct bitmaps *b;
	unsigned kind, times;
};

static uint64_t read_flat(void *arg)
{
	struct bitmaps *b = ((struct work *)arg)->b;

	for (uint64_t w = 0; w < WORDS; w++) {
		if (b->flat[w])
			b->out[w] |= __atomic_exchange_n(&b->flat[w], 0, __ATOMIC_SEQ_CST);
	}
	return b->out[0];
}

static uint64_t copy_flat(void *arg)
{
	struct bitmaps *b = ((struct work *)arg)->b;

	for (uint64_t w = 0; w < WORDS; w++)
		b->out[w] = b->flat[w] ? __atomic_exchange_n(&b->flat[w], 0, __ATOMIC_SEQ_CST) : 0;
	return b->out[0];
}

/* The lines of one word of the summary. */
static void read_lines(struct bitmaps *b, uint64_t first, uint64_t lines)
{
	for (; lines; lines &= lines - 1) {
		uint64_t w = (first + (unsigned)__builtin_ctzll(lines)) * 8;

		for (uint64_t i = w; i < w + 8; i++) {
			if (b->word[i])
				b->out[i] |= __atomic_exchange_n(&b->word[i], 0, __ATOMIC_SEQ_CST);
		}
	}
}

static uint64_t read_two(void *arg)
{
	struct bitmaps *b = ((struct work *)arg)->b;

	for (uint64_t s = 0; s < WORDS / 512; s++) {
		if (b->line[s])
			read_lines(b, s * 64, __atomic_exchange_n(&b->line[s], 0, __ATOMIC_SEQ_CST));
	}
	return b->out[0];
}

static uint64_t read_ahead(void *arg)
{
	struct bitmaps *b = ((struct work *)arg)->b;

	for (uint64_t s = 0; s < WORDS / 512; s++) {
		uint64_t lines;

		if (!b->line[s])
			continue;
		lines = __atomic_exchange_n(&b->line[s], 0, __ATOMIC_SEQ_CST);
		for (uint64_t l = lines; l; l &= l - 1) {
			uint64_t w = (s * 64 + (unsigned)__builtin_ctzll(l)) * 8;

			__builtin_prefetch(&b->word[w], 1);
			__builtin_prefetch(&b->out[w], 1);
		}
		read_lines(b, s * 64, lines);
	}
	return b->out[0];
}

static uint64_t read_core(void *arg)
{
	struct bitmaps *b = ((struct work *)arg)->b;

	return (uint64_t)cw_mmu_log_get(&b->vm.mmu, 0, b->out);
}

static const core_work read[KINDS] = {read_flat, copy_flat, read_two, read_ahead, read_core};

static uint64_t passes(void *arg)
{
	const struct work *k = arg;
	uint64_t sum = 0;

	for (unsigned i = 0; i < k->times; i++)
		sum += read[k->kind](arg);
	return sum;
}

static void mark(const struct work *k, uint64_t w, uint64_t bits)
{
	struct bitmaps *b = k->b;

	if (k->kind == FLAT || k->kind == COPY) {
		b->flat[w] |= bits;
	} else if (k->kind == TWO || k->kind == AHEAD) {
		b->word[w] |= bits;
		b->line[w / 512] |= 1ull << w / 8 % 64;
	} else {
		cw_log_mark_word(b->slot, w * 64, bits);
	}
}

static void refill(void *arg)
{
	const struct work *k = arg;
	struct bitmaps *b = k->b;

	for (uint64_t i = 0; i < b->nr_pages; i++)
		mark(k, b->page[i] / 64, 1ull << b->page[i] % 64);
	for (uint64_t w = 0; !b->nr_pages && k->times == 1 && w < WORDS; w++) {
		if (b->want[w])
			mark(k, w, b->want[w]);
	}
}

/* The figures of peers, of the flat bitmap and of the one in two levels. */
static const struct {
	const char *name;
	uint64_t pages, run;
	double figure[2];
} density[] = {
	{"nothing", 0, 1, {1206, 2.2}},
	{"0.001 %", PAGES / 100000, 1, {1262, 62}},
	{"0.01 %", PAGES / 10000, 1, {1506, 981}},
	{"0.1 %", PAGES / 1000, 1, {3285, 5470}},
	{"1 % at random", PAGES / 100, 1, {21564, 23759}},
	{"1 % in runs of 2 MiB", PAGES / 100, 512, {2089, 1372}},
	{"10 %", PAGES / 10, 1, {38257, 40202}},
};

static void choose(struct bitmaps *b, unsigned d)
{
	uint64_t rng = 99 + d, run = density[d].run, n = density[d].pages / run;

	memset(b->want, 0, WORDS * 8);
	b->nr_pages = run == 1 && n <= FEW ? n : 0;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t page = core_random(&rng) % (PAGES / run) * run;

		for (uint64_t k = page; k < page + run; k++)
			b->want[k / 64] |= 1ull << k % 64;
		if (b->nr_pages)
			b->page[i] = page;
	}
}

/* All must find what is dirty, once. */
static void judge(struct bitmaps *b, struct work *work)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		bool same = true;

		refill(&work[kind]);
		for (unsigned again = 0; again < 2 && same; again++) {
			memset(b->out, 0, WORDS * 8);
			read[kind](&work[kind]);
			for (uint64_t w = 0; w < WORDS && same; w++)
				same = b->out[w] == (again ? 0 : b->want[w]);
		}
		if (!same)
			core_wrong("a pass did not report what is dirty");
	}
	memcpy(b->out, b->want, WORDS * 8);
}

void core_log(void)
{
	static const core_work works[KINDS] = {passes, passes, passes, passes, passes};
	static struct bitmaps b;
	struct work work[KINDS] = {{&b, FLAT, 1}, {&b, COPY, 1}, {&b, TWO, 1}, {&b, AHEAD, 1}, {&b, CORE, 1}};
	void *const arg[KINDS] = {&work[0], &work[1], &work[2], &work[3], &work[4]};
	char text[80], base[96];
	double ns[KINDS], figure[KINDS];

	core_vm_init(&b.vm);
	b.flat = core_alloc(WORDS, 8);
	b.word = core_alloc(WORDS, 8);
	b.line = core_alloc(WORDS / 512, 8);
	b.out = core_alloc(WORDS, 8);
	b.want = core_alloc(WORDS, 8);
	b.page = core_alloc(FEW, 8);
	if (core_slot(&b.vm, 0, 0, PAGES, CW_MEM_LOG_DIRTY) || cw_mmu_log_start(&b.vm.mmu, 0, CW_LOG_CAPTURE, 0))
		core_wrong("no slot that logs");
	b.slot = cw_slots_by_id(&b.vm.mmu, 0, 0);
	for (unsigned d = 0; d < sizeof(density) / sizeof(density[0]); d++) {
		choose(&b, d);
		judge(&b, work);
		snprintf(text, sizeof(text), "pass over 1 TiB, %s", density[d].name);
		core_compared(text, PAGES);
		/* One that finds nothing is too short for the clock. */
		for (unsigned kind = 0; kind < KINDS; kind++)
			work[kind].times = density[d].pages ? 1 : MANY;
		for (unsigned kind = 0; kind < KINDS; kind++)
			figure[kind] = kind == CORE ? 0 : density[d].figure[kind >= TWO] * 1000 * work[kind].times;
		core_interleave(works, arg, KINDS, d < 4 ? 15 : 5, refill, figure, ns);
		for (unsigned kind = 0; kind < KINDS; kind++)
			ns[kind] /= work[kind].times;
		ns[FLAT] = ns[FLAT] < ns[COPY] ? ns[FLAT] : ns[COPY];
		ns[TWO] = ns[TWO] < ns[AHEAD] ? ns[TWO] : ns[AHEAD];
		snprintf(text, sizeof(text), "harvest to the caller's bitmap, 1 TiB, %s", density[d].name);
		snprintf(base, sizeof(base), "bitmap of 1 TiB, flat, %s", density[d].name);
		core_baseline(base, "us", ns[FLAT] / 1000, density[d].figure[0]);
		snprintf(base, sizeof(base), "bitmap of 1 TiB, in two levels, %s", density[d].name);
		core_baseline(base, "us", ns[TWO] / 1000, density[d].figure[1]);
		if (!density[d].pages)
			core_limit(text, "us", ns[CORE] / 1000, 10);
		core_ratio(text, "us", ns[CORE] / 1000, (ns[FLAT] < ns[TWO] ? ns[FLAT] : ns[TWO]) / 1000, 1.1);
	}
	free(b.flat);
	free(b.word);
	free(b.line);
	free(b.out);
	free(b.want);
	free(b.page);
	core_vm_destroy(&b.vm);
}
