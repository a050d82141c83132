/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A pass over 1 TiB: read and clear into the caller's bitmap. Baselines: a flat bitmap, as KVM reads it, and one with a
 * summary bit for each 512 pages; both exchange words that are not zero.
 */
#include "core.h"

#define PAGES (1ull << 28)
#define WORDS (PAGES / 64)

struct bitmaps {
	struct core_vm vm;
	struct cw_memslot *slot;
	uint64_t *flat, *word, *line; /* the baselines */
	uint64_t *out;
	unsigned kind;
};

static uint64_t read_flat(void *arg)
{
	struct bitmaps *b = arg;

	for (uint64_t w = 0; w < WORDS; w++) {
		if (b->flat[w])
			b->out[w] |= __atomic_exchange_n(&b->flat[w], 0, __ATOMIC_SEQ_CST);
	}
	return b->out[0];
}

static uint64_t read_two(void *arg)
{
	struct bitmaps *b = arg;

	for (uint64_t s = 0; s < WORDS / 512; s++) {
		uint64_t lines = b->line[s] ? __atomic_exchange_n(&b->line[s], 0, __ATOMIC_SEQ_CST) : 0;

		for (; lines; lines &= lines - 1) {
			uint64_t w = (s * 64 + (unsigned)__builtin_ctzll(lines)) * 8;

			for (uint64_t i = w; i < w + 8; i++) {
				if (b->word[i])
					b->out[i] |= __atomic_exchange_n(&b->word[i], 0, __ATOMIC_SEQ_CST);
			}
		}
	}
	return b->out[0];
}

static uint64_t read_core(void *arg)
{
	struct bitmaps *b = arg;

	return (uint64_t)cw_mmu_log_get(&b->vm.mmu, 0, b->out);
}

static void mark(struct bitmaps *b, uint64_t page)
{
	b->flat[page / 64] |= 1ull << page % 64;
	b->word[page / 64] |= 1ull << page % 64;
	b->line[page / 32768] |= 1ull << page / 512 % 64;
	cw_log_mark(b->slot, page);
}

static const struct {
	const char *name;
	uint64_t pages, run;
} density[] = {
	{"nothing", 0, 1},	    {"0.001 %", PAGES / 100000, 1},    {"0.01 %", PAGES / 10000, 1},
	{"0.1 %", PAGES / 1000, 1}, {"1 % at random", PAGES / 100, 1}, {"1 % in runs of 2 MiB", PAGES / 100, 512},
	{"10 %", PAGES / 10, 1},
};

/* All have the same pages dirty. */
static void refill(void *arg)
{
	struct bitmaps *b = arg;
	uint64_t rng = 99 + b->kind, run = density[b->kind].run;

	/* Whatever an earlier turn has left, in any of the three. */
	for (uint64_t i = 0; i < density[b->kind].pages / run; i++) {
		uint64_t page = core_random(&rng) % (PAGES / run) * run;

		for (uint64_t k = 0; k < run; k++)
			mark(b, page + k);
	}
}

void core_log(void)
{
	static struct bitmaps b;
	char text[80];
	double ns[3];

	core_vm_init(&b.vm);
	b.flat = core_alloc(WORDS, 8);
	b.word = core_alloc(WORDS, 8);
	b.line = core_alloc(WORDS / 512, 8);
	b.out = core_alloc(WORDS, 8);
	/* Memory that was touched: nobody measures the first faults of the kernel. */
	memset(b.flat, 0, WORDS * 8);
	memset(b.word, 0, WORDS * 8);
	memset(b.out, 0, WORDS * 8);
	if (core_slot(&b.vm, 0, 0, PAGES, CW_MEM_LOG_DIRTY) || cw_mmu_log_start(&b.vm.mmu, 0, CW_LOG_CAPTURE, 0))
		exit(1);
	b.slot = cw_slots_by_id(&b.vm.mmu, 0, 0);
	for (b.kind = 0; b.kind < sizeof(density) / sizeof(density[0]); b.kind++) {
		core_interleave((const core_work[]){read_flat, read_two, read_core}, (void *const[]){&b, &b, &b}, 3,
				b.kind < 3 ? 9 : 3, refill, ns);
		snprintf(text, sizeof(text), "harvest to the caller's bitmap, 1 TiB, %s", density[b.kind].name);
		if (!b.kind)
			core_limit(text, "us", ns[2] / 1000, 10);
		core_ratio(text, "us", ns[2] / 1000, (ns[0] < ns[1] ? ns[0] : ns[1]) / 1000, 1.1);
	}
	free(b.flat);
	free(b.word);
	free(b.line);
	free(b.out);
	core_vm_destroy(&b.vm);
}
