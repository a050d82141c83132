/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The self test: steps, each named after the block that it tries. The engine steps (selftest_engine.c, selftest_raw.c)
 * own a context, a domain and tables that the library does not manage; the others (selftest_loop.c, selftest_vm.c) use
 * the library's.
 */
#ifndef CW_SELFTEST_H
#define CW_SELFTEST_H

#include "tool.h"

struct selftest {
	struct cw_dev *dev;
	struct cw_info info;

	/* selftest_engine.c */
	uint32_t raw_ctx, raw_domain;
	uint64_t table[5]; /* addresses, [0] is the leaf table, [3] the root of 4 levels, [4] that of 5 */
	struct cw_mem page;
	uint64_t host_errors; /* that were made on purpose */

	/* selftest_loop.c */
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	struct cw_mem mem, log_mem, nic_mem;

	char why[256]; /* of a failure */
};

/* Sets why, gives false back. */
bool selftest_fail(struct selftest *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define SELFTEST_TIMEOUT_NS 100000000ull

/* Run the traffic generator to its end. */
bool selftest_tgen(struct selftest *s, const struct cw_tgen *t, struct cw_tgen_result *r);
/* A counter has moved by so much since `before`. */
bool selftest_moved(struct selftest *s, const uint64_t *before, unsigned counter, uint64_t by);

struct selftest_step {
	const char *block, *what;
	bool (*run)(struct selftest *s);
};

bool selftest_rings(struct selftest *s);
bool selftest_firmware(struct selftest *s);
bool selftest_update(struct selftest *s);
bool selftest_load(struct selftest *s);
bool selftest_walker(struct selftest *s);
bool selftest_verdicts(struct selftest *s);
bool selftest_page_sizes(struct selftest *s);
bool selftest_roots(struct selftest *s);
bool selftest_broken_tables(struct selftest *s);
bool selftest_invalidate(struct selftest *s);
bool selftest_walk_cache(struct selftest *s);
bool selftest_fixer(struct selftest *s);
bool selftest_harvest(struct selftest *s);
bool selftest_epochs(struct selftest *s);
bool selftest_injection(struct selftest *s);
bool selftest_detach(struct selftest *s);

bool selftest_faults(struct selftest *s);
bool selftest_tlb(struct selftest *s);
bool selftest_ones(struct selftest *s);
bool selftest_events(struct selftest *s);
bool selftest_aborts(struct selftest *s);
bool selftest_stop(struct selftest *s);
bool selftest_shadow(struct selftest *s);
bool selftest_log_capture(struct selftest *s);
bool selftest_log_protect(struct selftest *s);
bool selftest_log_dirtybit(struct selftest *s);
bool selftest_dirty_ring(struct selftest *s);
bool selftest_port_ranges(struct selftest *s);
bool selftest_bridge(struct selftest *s);
bool selftest_bridge_events(struct selftest *s);
bool selftest_unmap(struct selftest *s);
bool selftest_counters(struct selftest *s);

#endif
