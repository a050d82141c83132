/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Allocations that fail, and those under the lock of the core, which must not be. */
#include "recorder.h"

static unsigned alloc_count, alloc_fail_at;
static struct recorder *alloc_rec;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	unsigned nr = __atomic_add_fetch(&alloc_count, 1, __ATOMIC_RELAXED);

	if (alloc_rec && alloc_rec->mmu && cw_mutex_is_mine(&alloc_rec->mmu->lock))
		rec_violate(alloc_rec, "allocation under the lock");
	if (alloc_fail_at && nr == alloc_fail_at)
		return NULL;
	return __real_calloc(n, size);
}

void alloc_fail(unsigned n)
{
	alloc_count = 0;
	alloc_fail_at = n;
}

unsigned alloc_calls(void)
{
	return alloc_count;
}

void alloc_watch(struct recorder *r)
{
	alloc_rec = r;
}
