/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The random numbers of the simulation: one stream per component, so that what one draws never shifts another. */
#ifndef CW_SIM_RNG_H
#define CW_SIM_RNG_H
#include <stdint.h>

struct cw_rng {
	uint64_t s;
};

static inline uint64_t cw_rng_next(struct cw_rng *r)
{
	r->s ^= r->s << 13;
	r->s ^= r->s >> 7;
	r->s ^= r->s << 17;
	return r->s * 0x2545f4914f6cdd1dull;
}

/* Mix seed and component number, so that neighbouring seeds have nothing in common. */
static inline void cw_rng_init(struct cw_rng *r, uint64_t seed, uint64_t component)
{
	uint64_t z = seed + (component + 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	r->s = (z ^ (z >> 31)) | 1;
}

/* 0 .. n - 1; n < 2^32, 0 gives 0 */
static inline uint64_t cw_rng_below(struct cw_rng *r, uint64_t n)
{
	return ((cw_rng_next(r) >> 32) * n) >> 32;
}

static inline uint64_t cw_rng_range(struct cw_rng *r, uint64_t lo, uint64_t hi)
{
	return lo + cw_rng_below(r, hi - lo + 1);
}

/* True in `percent` of the calls; draws nothing for 0. */
static inline int cw_rng_percent(struct cw_rng *r, unsigned percent)
{
	return percent && cw_rng_below(r, 100) < percent;
}

#endif
