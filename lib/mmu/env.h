/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Environment of the MMU core in user land. This is all that the core takes from outside besides struct cw_mmu_ops;
 * a port supplies a header of the same names. Allocations may fail; nothing else here can.
 */
#ifndef CW_MMU_ENV_H
#define CW_MMU_ENV_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CW_STATIC_ASSERT(cond, text) _Static_assert(cond, text)

/* A broken invariant of the core: going on could let a device write into a page that is not its own. */
#ifdef CW_COVER /* coverage is counted without what cannot happen */
#define CW_ASSERT(cond) ((void)(cond))
#else
#define CW_ASSERT(cond) \
	do { \
		if (!(cond)) \
			cw_env_fatal(__FILE__, __LINE__, #cond); \
	} while (0)
#endif

static inline _Noreturn void cw_env_fatal(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: invariant violated: %s\n", file, line, what);
	abort();
}

/* Zeroed memory, aligned to 16 bytes; NULL if there is none. Any size: a port picks the allocator by it. */
static inline void *cw_zalloc(size_t size)
{
	return calloc(1, size);
}

#define CW_LARGE_PAGE ((size_t)2 << 20)

/*
 * The same for a table in which lookups go anywhere: a large one in large pages, if the host gives them, so that a
 * lookup does not wait for the TLB too.
 */
static inline void *cw_zalloc_table(size_t size)
{
	char *p = cw_zalloc(size);

#ifdef MADV_HUGEPAGE
	if (p && size >= 2 * CW_LARGE_PAGE) {
		size_t skip = -(uintptr_t)p & (CW_LARGE_PAGE - 1);

		madvise(p + skip, (size - skip) & ~(CW_LARGE_PAGE - 1), MADV_HUGEPAGE);
	}
#endif
	return p;
}

/* Memory that may have been promised only is there from now on: whoever uses it waits for nobody. At most a page. */
static inline void cw_touch(void *p, size_t size)
{
	((volatile char *)p)[0] = 0;
	((volatile char *)p)[size - 1] = 0;
}

static inline void cw_free(void *p)
{
	free(p);
}

static inline void cw_memcpy(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
}

static inline void cw_memmove(void *to, const void *from, size_t size)
{
	memmove(to, from, size);
}

/* A sleeping lock that knows its owner, so that functions can assert that they run under it. */
struct cw_mutex {
	pthread_mutex_t m;
	unsigned waiting; /* threads that wait for it; atomic */
	uintptr_t owner;  /* 0: none; atomic, as any thread may compare it with itself */
};

static inline void cw_mutex_init(struct cw_mutex *l)
{
	pthread_mutex_init(&l->m, NULL);
	l->owner = 0;
	l->waiting = 0;
}

static inline void cw_mutex_destroy(struct cw_mutex *l)
{
	pthread_mutex_destroy(&l->m);
}

static inline void cw_mutex_lock(struct cw_mutex *l)
{
	if (pthread_mutex_trylock(&l->m)) {
		__atomic_fetch_add(&l->waiting, 1, __ATOMIC_RELAXED);
		pthread_mutex_lock(&l->m);
		__atomic_fetch_sub(&l->waiting, 1, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&l->owner, (uintptr_t)pthread_self(), __ATOMIC_RELAXED);
}

static inline bool cw_mutex_trylock(struct cw_mutex *l)
{
	if (pthread_mutex_trylock(&l->m))
		return false;
	__atomic_store_n(&l->owner, (uintptr_t)pthread_self(), __ATOMIC_RELAXED);
	return true;
}

static inline void cw_mutex_unlock(struct cw_mutex *l)
{
	__atomic_store_n(&l->owner, 0, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&l->m);
}

static inline bool cw_mutex_is_mine(const struct cw_mutex *l)
{
	return __atomic_load_n(&l->owner, __ATOMIC_RELAXED) == (uintptr_t)pthread_self();
}

/* Counters only: relaxed, so that a reader sees single values whole, not a coherent set. */
static inline void cw_stat_add(uint64_t *p, uint64_t v)
{
	__atomic_fetch_add(p, v, __ATOMIC_RELAXED);
}

static inline uint64_t cw_stat_read(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

/* The largest value seen; under a lock. */
static inline void cw_stat_peak(uint64_t *p, uint64_t v)
{
	if (v > *p)
		__atomic_store_n(p, v, __ATOMIC_RELAXED);
}

/*
 * A trace point of CW_MMU_TRACES with its three values, any lock held. A port with trace points of its own puts them
 * here; this one asks the embedder.
 */
#define cw_trace(mmu, point, a, b, c) \
	do { \
		if ((mmu)->ops->trace) \
			(mmu)->ops->trace((mmu)->priv, CW_TRACE_##point, (a), (b), (c)); \
	} while (0)

/* Bits into a word that other threads change too. */
static inline void cw_atomic_or(uint64_t *p, uint64_t bits)
{
	__atomic_fetch_or(p, bits, __ATOMIC_RELAXED);
}

/* The same for two words from a multiple of 16 on, at the price of one: every x86 that runs guests has the instruction.
 */
static inline void cw_atomic_or_pair(uint64_t *p, uint64_t first, uint64_t second)
{
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
	uint64_t a = __atomic_load_n(&p[0], __ATOMIC_RELAXED), d = __atomic_load_n(&p[1], __ATOMIC_RELAXED);
	bool same;

	do {
		__asm__ volatile("lock cmpxchg16b %1"
				 : "=@ccz"(same), "+m"(*(struct { uint64_t w[2]; } *)p), "+a"(a), "+d"(d)
				 : "b"(a | first), "c"(d | second));
	} while (!same);
#else
	cw_atomic_or(&p[0], first);
	cw_atomic_or(&p[1], second);
#endif
}

/* Bits that are set in a few words. */
#if defined(__x86_64__)
__attribute__((target("popcnt"), noinline, unused)) static unsigned cw_count_fast(const uint64_t *word, unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += (unsigned)__builtin_popcountll(word[i]);
	return sum;
}
#endif

static inline unsigned cw_count_bits(const uint64_t *word, unsigned n)
{
	unsigned sum = 0;

#if defined(__x86_64__)
	if (__builtin_cpu_supports("popcnt"))
		return cw_count_fast(word, n);
#endif
	for (unsigned i = 0; i < n; i++)
		sum += (unsigned)__builtin_popcountll(word[i]);
	return sum;
}

/* The cache line will be written soon. */
static inline void cw_prefetch(const void *p)
{
	__builtin_prefetch(p, 1);
}

/* Called between batches, with no lock held. */
static inline void cw_relax(void)
{
	sched_yield();
}

/* The same where a lock was dropped for that: a system call only if somebody wants it. */
static inline void cw_mutex_relax(const struct cw_mutex *l)
{
	if (__atomic_load_n(&l->waiting, __ATOMIC_RELAXED))
		cw_relax();
}

#endif
