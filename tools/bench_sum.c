/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The traffic generator's sequence in software, from its definition, so that its checksum proves that every request was
 * made and answered with the right address.
 */
#include "bench.h"

struct sequence {
	uint64_t state;
	uint32_t page, i;
};

static uint64_t xorshift64(uint64_t x)
{
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static struct sequence begin(const struct cw_tgen *t)
{
	return (struct sequence){.state = t->seed ? t->seed : 1};
}

/* Page of the next request. */
static uint32_t next(const struct cw_tgen *t, struct sequence *s)
{
	uint32_t page = s->page;

	s->state = xorshift64(s->state);
	switch (t->pattern) {
	case CW_TGEN_SEQUENTIAL:
		s->page = page + 1 == t->pages ? 0 : page + 1;
		break;
	case CW_TGEN_RANDOM:
		page = (uint32_t)((s->state >> 32) * t->pages >> 32);
		break;
	case CW_TGEN_STRIDE:
		s->page = (uint32_t)(((uint64_t)page + t->stride) % t->pages);
		break;
	}
	s->i++;
	return page;
}

uint64_t bench_sum(const struct cw_tgen *t, uint64_t gpa0, uint64_t bus0)
{
	struct sequence s = begin(t);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		uint64_t gpa = t->base + (uint64_t)next(t, &s) * 4096, pa = gpa - gpa0 + bus0;

		sum += (gpa ^ (pa << 17 | pa >> 47)) * 0x9e3779b97f4a7c15u;
	}
	return sum;
}

uint32_t bench_page(const struct cw_tgen *t, uint32_t i)
{
	struct sequence s = begin(t);
	uint32_t page = 0;

	for (uint32_t k = 0; k <= i; k++)
		page = next(t, &s);
	return page;
}

void bench_writes(const struct cw_tgen *t, void (*page)(void *arg, uint64_t gpa), void *arg)
{
	struct sequence s = begin(t);

	for (uint32_t i = 0; i < t->count; i++) {
		const uint64_t gpa = t->base + (uint64_t)next(t, &s) * 4096;

		if (((s.state & 0xffff) * 100) >> 16 < t->write_percent)
			page(arg, gpa);
	}
}
