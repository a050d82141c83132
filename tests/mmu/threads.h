/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What suites with several threads share: checks that any thread may make, and random numbers of a thread's own. */
#ifndef CW_TEST_MMU_THREADS_H
#define CW_TEST_MMU_THREADS_H

#include "vm.h"

static unsigned bad; /* failed checks: counted by atomics */

#define THREAD_CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			__atomic_add_fetch(&bad, 1, __ATOMIC_RELAXED); \
		} \
	} while (0)

static uint64_t next(uint64_t *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng;
}

#endif
