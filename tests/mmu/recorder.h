/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Recorder: the operations of the core on simulated table memory, with a pessimistic model of the engine. Whatever was
 * reachable once stays cached until an INVALIDATE covers it while it is not reachable and a FLUSH that was started
 * later completes. Every operation is checked against that model; the first violation is kept as text. Entry bits are
 * spelled out here on purpose: the expected values must not come from the code under test.
 */
#ifndef CW_TEST_RECORDER_H
#define CW_TEST_RECORDER_H

#include "../../lib/mmu/mmu.h"

#define REC_TABLE_BASE 0x700000000000ull /* table addresses; bus addresses are below */
#define REC_TAGS 34			 /* the domains, then roots of shadow contexts */
#define REC_PRESENT (1ull << 11)
#define REC_W (1ull << 1)
#define REC_PS (1ull << 7)
#define REC_D (1ull << 9)
#define REC_MMU_W (1ull << 58)
#define REC_NONPRESENT (1ull << 63)
#define REC_ADDR 0x000ffffffffff000ull

enum rec_op {
	REC_TABLE_ALLOC,
	REC_TABLE_FREE,
	REC_TABLE_LOAD,
	REC_ENTRY_WRITE,
	REC_ENTRY_XCHG,
	REC_INVALIDATE,
	REC_FLUSH,
	REC_LOG_SET,
	REC_PROTECT,
	REC_HARVEST,
	REC_LOG_PROVIDE,
	REC_MMIO_GENERATION,
	REC_RESOLVE,
	REC_RESOLVE_ATOMIC,
	REC_RELEASE,
	REC_YIELD,
	REC_NOP
};

struct rec_table;
struct rec_cached;

struct recorder {
	struct cw_mmu *mmu; /* to check which locks are held */
	pthread_mutex_t lock;
	struct rec_table *table;
	unsigned nr_table, cap_table;
	unsigned live_tables; /* allocated, not freed */
	unsigned table_limit; /* table_alloc fails above it; 0: none */
	struct {
		uint64_t addr;
		unsigned level, tag;
	} root[32];
	unsigned nr_root;
	struct {
		uint64_t root;
		unsigned domain;
	} tag[REC_TAGS];
	struct rec_cached *bucket[1024];
	uint64_t tick;	     /* order of INVALIDATEs and FLUSHes */
	uint64_t flushed[2]; /* tick at which the last FLUSH of a domain that is complete began */
	bool identity;	     /* slots map gfns to the host pages of the same number: companions are compared */
	bool stale;	     /* something became unreachable since the last snapshot */

	unsigned count[REC_NOP];
	unsigned fail_at[REC_NOP]; /* n > 0: the n-th call from now fails */
	int fail_with[REC_NOP];
	bool xchg_lies;	   /* a failing exchange is executed all the same */
	bool resolve_lax;  /* a write to a read-only host page is no error of resolve() */
	unsigned fail_any; /* n > 0: the n-th call of any failing operation fails */
	bool fail_on;	   /* and all that follow */
	bool any_failed;   /* by fail_any */
	uint32_t mmio_gen[2];
	struct {
		unsigned domain;
		uint64_t gfn, npages;
		bool leaf_only;
	} last_inval;
	unsigned pages_held; /* resolved, not released */

	/* Host memory: pages from hva 0. */
	uint64_t *host_bus;
	bool *host_ro;
	unsigned *host_level; /* largest leaf that may map it */
	uint64_t nr_host;
	uint64_t host_away; /* page + 1 that a prefetch would have to wait for; 0: none */
	void (*resolve_hook)(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn);
	void (*yield_hook)(struct recorder *r);
	void (*flush_hook)(struct recorder *r); /* FLUSH waits for what it waits for */
	void *hook_priv;

	char violation[256]; /* empty: none */
};

extern const struct cw_mmu_ops rec_ops; /* without prefetch */
int rec_resolve_atomic(void *priv, const struct cw_memslot *slot, uint64_t gfn, struct cw_hpage *out);
/* invalidate() of an embedder that forgets it (STREAM_BROKEN): must be found. */
int rec_drop_invalidate(void *priv, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only);

void rec_init(struct recorder *r, struct cw_mmu *mmu, uint64_t host_pages);
void rec_destroy(struct recorder *r);

/* The engine attaches and detaches a context. */
void rec_attach(struct recorder *r, const struct cw_mmu_ctx *ctx);
void rec_detach(struct recorder *r, const struct cw_mmu_ctx *ctx);
/* The card was reset: nothing is attached, nothing is cached. */
void rec_reset(struct recorder *r);

/* Entry that a walk for gfn ends at; *level is its level. */
uint64_t rec_walk(struct recorder *r, const struct cw_mmu_ctx *ctx, uint64_t gfn, unsigned *level);
/* The same, with the address of the entry. */
uint64_t rec_walk_at(struct recorder *r, const struct cw_mmu_ctx *ctx, uint64_t gfn, unsigned *level, uint64_t *addr);
/* The engine's compare-and-swap of an entry; true if it succeeded. */
bool rec_swap(struct recorder *r, uint64_t entry_addr, uint64_t from, uint64_t to);
/* Current value of an entry. */
uint64_t rec_entry(struct recorder *r, uint64_t entry_addr);
/* The engine sets bits of an entry on its own (P12). */
void rec_engine_sets(struct recorder *r, uint64_t entry_addr, uint64_t bits);
/* True if a translation to this bus page may still be cached or is reachable. */
bool rec_bus_alive(struct recorder *r, uint64_t bus);

/* Makes the n-th call of an operation from now fail. */
void rec_fail(struct recorder *r, enum rec_op op, unsigned n, int err);

/* Keeps the first violation as text. */
void rec_violate(struct recorder *r, const char *fmt, ...);

/* Allocation failures: the n-th cw_zalloc() from now fails (0: none). Returns how many calls there were since. */
void alloc_fail(unsigned n);
unsigned alloc_calls(void);
/* Allocations made under mmu->lock of this MMU are violations (NULL: off). */
void alloc_watch(struct recorder *r);

#endif
