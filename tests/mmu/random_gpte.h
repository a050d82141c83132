/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Random entries of guest tables. */
#ifndef CW_TEST_RANDOM_GPTE_H
#define CW_TEST_RANDOM_GPTE_H

#include <stdbool.h>
#include <stdint.h>

/* The entries of a table that the addresses in use meet. */
static inline unsigned random_index(uint64_t (*rnd)(void), unsigned size)
{
	static const unsigned of8[] = {0, 1, 2, 3, 511, 256}, of4[] = {0, 1, 2, 256, 257, 511, 512, 513, 768, 1023};

	return size == 8 ? of8[rnd() % 6] : of4[rnd() % 10];
}

/* The first `tables` of `pages` pages are more often meant than the others. */
static inline uint64_t random_gpte(uint64_t (*rnd)(void), unsigned size, bool ept, unsigned tables, unsigned pages)
{
	uint64_t page = rnd() % 8 ? rnd() % tables : tables + rnd() % (pages - tables), e;

	e = page << 12 | (ept ? 7 : 7 | (rnd() % 8 > 0) << 5 | (rnd() & 1) << 6);
	if (ept)
		e |= (rnd() % 4 ? 3 : rnd() & 3) << 8 | (rnd() % 20 ? 0 : 6 << 3);
	if (rnd() % 10 == 0)
		e ^= 1ull << rnd() % 3;
	if (rnd() % 12 == 0)
		e = (e | 1 << 7) & ~0x1ff000ull;
	if (rnd() % 40 == 0)
		e |= 1ull << (size == 8 ? 63 : 21);
	return e;
}

#endif
