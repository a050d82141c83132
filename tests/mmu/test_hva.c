/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The index of slots by host virtual address against a plain array: the same slots in the same order, for any range and
 * from any place on, with host memory that slots have in common, under changes.
 * Arguments: seed, changes per layout.
 */
#include <stdlib.h>

#include "../../lib/mmu/internal.h"
#include "vm.h"

#define MAX 600u

static struct cw_hva_index index_;
static struct cw_memslot slot[MAX];
static bool there[MAX];
static uint64_t rng, seed = 1;
static unsigned changes = 4000;

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

/* Slot i ends where it ends by pages; ALLONES ones have no host memory. */
static bool touches(const struct cw_memslot *s, uint64_t start, uint64_t end)
{
	return !(s->flags & CW_MEM_ALLONES) && s->hva < end && s->hva + s->npages * 4096 > start;
}

static bool later(const struct cw_memslot *a, uint64_t hva, uint64_t gfn)
{
	return a->hva > hva || (a->hva == hva && a->base_gfn > gfn);
}

/* The first that touches the range behind a place, by looking at all. */
static struct cw_memslot *plain_next(const struct cw_memslot *from, uint64_t start, uint64_t end)
{
	struct cw_memslot *best = NULL;

	for (unsigned i = 0; i < MAX; i++) {
		struct cw_memslot *s = &slot[i];

		if (!there[i] || !touches(s, start, end) || (from && !later(s, from->hva, from->base_gfn)))
			continue;
		if (!best || later(best, s->hva, s->base_gfn))
			best = s;
	}
	return best;
}

static void compare(uint64_t span)
{
	uint64_t start = rnd(span) * 4096, end = start + (1 + rnd(rnd(2) ? 4 : span)) * 4096;
	struct cw_memslot *s = NULL, at;
	unsigned n = 0;

	if (rnd(4) == 0)
		start += 1 + rnd(4095);
	if (end <= start)
		end = start + 1;
	do {
		struct cw_memslot *want = plain_next(s, start, end);

		/* A copy is as good as the slot, which may have gone. */
		at = s ? *s : (struct cw_memslot){0};
		if (!CHECK(cw_hva_next(&index_, s ? &at : NULL, start, end) == want))
			return;
		s = want;
	} while (s && ++n < 40);
}

/* span: host pages in all. most: pages of a slot. */
static void layout(const char *name, unsigned slots, uint64_t span, uint64_t most)
{
	uint64_t hits = 0;
	unsigned nr = 0;

	index_ = (struct cw_hva_index){NULL, 0};
	memset(there, 0, sizeof(there));
	rng = seed * 0x9e3779b97f4a7c15ull | 1;
	for (unsigned k = 0; k < changes && !check_bad; k++) {
		unsigned i = (unsigned)rnd(slots);
		struct cw_memslot *old = there[i] ? &slot[i] : NULL, keep;

		/* As updates do: a copy takes the place of a slot, a slot goes, another comes. */
		if (old && rnd(3) == 0) {
			unsigned j = (unsigned)rnd(slots);

			if (there[j])
				continue;
			slot[j] = *old;
			slot[j].flags ^= rnd(2) ? CW_MEM_INVALID : 0;
			slot[j].base_gfn = 1 + (uint64_t)j * 4096;
			cw_hva_replace(&index_, old, &slot[j]);
			there[i] = false;
			there[j] = true;
		} else if (old) {
			cw_hva_replace(&index_, old, NULL);
			there[i] = false;
			nr--;
		} else {
			slot[i] = (struct cw_memslot){.base_gfn = 1 + (uint64_t)i * 4096,
						      .npages = 1 + rnd(rnd(8) ? 8 : most),
						      .hva = rnd(span) * 4096,
						      .flags = rnd(16) ? 0 : CW_MEM_ALLONES};
			cw_hva_replace(&index_, NULL, &slot[i]);
			there[i] = true;
			nr++;
		}
		keep = (struct cw_memslot){0};
		hits += cw_hva_next(&index_, &keep, 0, span * 4096) != NULL;
		compare(span);
	}
	CHECK(hits > changes / 2);
	printf("# %s: %u slots at the end\n", name, nr);
}

static void as_a_plain_array(void)
{
	layout("side by side", 500, 4000, 8);
	layout("one upon the other", 500, 40, 60);
	layout("few", 3, 30, 20);
	layout("huge among small", MAX, 1u << 20, 1u << 20);
}

/* Cost follows what is hit: steps are not seen from outside, depth is, in any order of addresses. */
static unsigned depth(const struct cw_memslot *s)
{
	unsigned l = s ? depth(s->hva_left) : 0, r = s ? depth(s->hva_right) : 0;

	return s ? 1 + (l > r ? l : r) : 0;
}

static void it_stays_flat(void)
{
	enum { N = 32764 };
	struct cw_memslot *many = calloc(N, sizeof(*many));

	for (unsigned order = 0; order < 3; order++) {
		index_ = (struct cw_hva_index){NULL, 0};
		for (uint64_t i = 0; i < N; i++) {
			uint64_t at = order == 0 ? i : order == 1 ? N - 1 - i : i * 7919 % N;

			many[at] = (struct cw_memslot){.base_gfn = at, .npages = 1, .hva = at * 4096};
			cw_hva_replace(&index_, NULL, &many[at]);
		}
		printf("# order %u: depth %u\n", order, depth(index_.root));
		CHECK(depth(index_.root) >= 15 && depth(index_.root) < 64);
		for (uint64_t i = 0; i < N; i += 2)
			cw_hva_replace(&index_, &many[i], NULL);
		CHECK(depth(index_.root) < 64);
		CHECK(cw_hva_next(&index_, NULL, 4096 * 100, 4096 * 102) == &many[101]);
	}
	free(many);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		changes = (unsigned)strtoul(argv[2], NULL, 0);
	RUN(as_a_plain_array, "ZAP-7");
	RUN(it_stays_flat, "ZAP-7");
	return CHECK_DONE("mmu_hva");
}
