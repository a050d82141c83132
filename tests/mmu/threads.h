/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What suites with several threads share: checks that any thread may make, random numbers of its own, and the host. */
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

/* The engine can reach the host's page. */
static inline bool page_alive(struct vm *vm, uint64_t page)
{
	uint64_t bus;

	pthread_mutex_lock(&vm->rec.lock);
	bus = vm->rec.host_bus[page];
	pthread_mutex_unlock(&vm->rec.lock);
	return rec_bus_alive(&vm->rec, bus);
}

/*
 * The host puts another bus page behind its page. -EAGAIN: it may not wait. Bus pages are never used twice, so that
 * whoever maps the new one before the end has used the old answer.
 */
static inline int exchange_page(struct vm *vm, uint64_t page, unsigned n, bool may_block)
{
	uint64_t bus = 0x300000000ull + ((uint64_t)n << 12);
	int r = cw_mmu_invalidate_begin(&vm->mmu, page << 12, (page + 1) << 12, may_block);

	if (r)
		return r;
	THREAD_CHECK(!page_alive(vm, page));
	pthread_mutex_lock(&vm->rec.lock);
	vm->rec.host_bus[page] = bus;
	pthread_mutex_unlock(&vm->rec.lock);
	sched_yield();
	THREAD_CHECK(!rec_bus_alive(&vm->rec, bus));
	cw_mmu_invalidate_end(&vm->mmu, page << 12, (page + 1) << 12);
	return 0;
}

#endif
