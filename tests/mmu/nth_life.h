/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Operations that fail: life of the MMU, of contexts and workers; faults. */
#ifndef CW_TEST_NTH_LIFE_H
#define CW_TEST_NTH_LIFE_H

#include "nth_log.h"

/* --- life --- */

static struct cw_mmu other;

static int64_t do_init(void)
{
	return cw_mmu_init(&other, &rec_ops, &w.vm.rec, &(struct cw_mmu_params){.address_bits = 48});
}

static void inited(void)
{
	CHECK(!cw_mmu_validate(&other));
	CHECK_EQ(cw_mmu_destroy(&other), 0);
}

/* With tables of all kinds. What it could not free it says; the world ends without it. */
static int64_t do_destroy(void)
{
	unsigned kept;

	alloc_watch(NULL);
	for (unsigned i = 0; i < 4; i++) {
		struct cw_mmu_ctx *ctx[] = {&w.l2, &w.shadow, &w.five, &w.vm.ctx};

		rec_detach(&w.vm.rec, ctx[i]);
		cw_mmu_ctx_destroy(ctx[i]);
	}
	cw_mmu_worker_destroy(&w.vm.worker);
	cw_mmu_worker_destroy(&w.fresh);
	kept = cw_mmu_destroy(&w.vm.mmu);
	CHECK_EQ(w.vm.rec.live_tables, kept);
	return 0;
}

static void destroyed(void)
{
	nth_disarm(BY_ALLOC, 1);
	CHECK(!w.vm.rec.violation[0]);
	rec_destroy(&w.vm.rec);
	nth_begin(0, 0);
}

static int64_t do_ctx_create(void)
{
	const struct cw_mmu_ctx_params p = {.level = 5, .flavour = CW_FLAVOUR_X86};

	return cw_mmu_ctx_create(&w.vm.mmu, &w.extra, &p);
}

static void ctx_works(void)
{
	rec_attach(&w.vm.rec, &w.extra);
	maps(&w.extra, 70, 70, WRITE);
	maps(&w.extra, 600, 600, READ);
	vm_detach(&w.vm, &w.extra);
}

static void extra_ctx(void)
{
	CHECK_EQ(do_ctx_create(), 0);
	rec_attach(&w.vm.rec, &w.extra);
	maps(&w.extra, 70, 70, WRITE);
	rec_detach(&w.vm.rec, &w.extra);
}

static int64_t do_ctx_destroy(void)
{
	cw_mmu_ctx_destroy(&w.extra);
	return 0;
}

/* A FLUSH that failed is not told; the next one frees what waited. */
static void nothing_waits(void)
{
	CHECK_EQ(cw_mmu_flush(&w.vm.mmu), 0);
	for (unsigned d = 0; d < CW_AS_MAX; d++)
		CHECK(cw_list_empty(&w.vm.mmu.domain[d].quarantine));
}

static int64_t do_worker_init(void)
{
	return cw_mmu_worker_init(&w.worker, &w.vm.mmu);
}

static void worker_works(void)
{
	CHECK(nth_fault(&w.worker, &w.vm.ctx, 80, WRITE) == CW_PF_FIXED);
	cw_mmu_worker_destroy(&w.worker);
}

static void extra_worker(void)
{
	CHECK_EQ(do_worker_init(), 0);
	CHECK_EQ(nth_fault(&w.worker, &w.shadow, 7, READ), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_worker_refill(&w.worker), 0);
}

static int64_t do_worker_destroy(void)
{
	cw_mmu_worker_destroy(&w.worker);
	return 0;
}

static void used_worker(void)
{
	CHECK_EQ(do_worker_init(), 0);
	CHECK_EQ(nth_fault(&w.worker, &w.vm.ctx, 9ull << 18, READ), CW_PF_EMULATE);
	CHECK_EQ(nth_fault(&w.worker, &w.shadow, 1024, READ), CW_PF_FIXED);
}

static int64_t do_refill(void)
{
	return cw_mmu_worker_refill(&w.worker);
}

/* The next faults allocate nothing. */
static void refilled(void)
{
	alloc_fail(1);
	CHECK_EQ(nth_fault(&w.worker, &w.vm.ctx, 0x3008, READ), CW_PF_FIXED);
	CHECK_EQ(nth_fault(&w.worker, &w.shadow, 9, WRITE), CW_PF_FIXED);
	CHECK_EQ(alloc_calls(), 0);
	alloc_fail(0);
	cw_mmu_worker_destroy(&w.worker);
}

/* --- faults --- */

static int64_t fault(struct cw_mmu_ctx *ctx, uint64_t page, bool write)
{
	return nth_fault(&w.fresh, ctx, page, write);
}

/* A fault that makes tables; in which page, and what must come of it. */
#define FAULTS(X) \
	X(read, &w.vm.ctx, 0, READ) \
	X(write, &w.five, 20, WRITE) \
	X(far, &w.vm.ctx, 0x3004, READ) \
	X(large, &w.five, LARGE_NEW + 8, WRITE) \
	X(logged, &w.vm.ctx, 140, WRITE) \
	X(logged_again, &w.vm.ctx, 120, WRITE) \
	X(drop_large, &w.vm.ctx, 0x4405, WRITE) \
	X(shadow_read, &w.shadow, 6, READ) \
	X(shadow_write, &w.shadow, 3, WRITE) \
	X(shadow_large, &w.shadow, LARGE_VA + 6, WRITE)
#define FAULT(name, ctx, page, write) \
	static int64_t fault_##name(void) \
	{ \
		return fault(ctx, page, write); \
	} \
	static void fault_##name##_done(void) \
	{ \
		uint64_t gfn = page; \
\
		if ((ctx) == &w.shadow) \
			CHECK(guest_maps(page, &gfn)); \
		maps(ctx, page, gfn, write); \
		if (w.mode) \
			nothing_lost(); \
	}
FAULTS(FAULT)
#undef FAULT

static int64_t fault_mmio(void)
{
	return fault(&w.vm.ctx, 0x5003, WRITE);
}

static int64_t fault_shadow_mmio(void)
{
	return fault(&w.shadow, MMIO_VA + 1, WRITE);
}

/* An answer by the entry that was made, or without one: the same. */
static void mmio_done(void)
{
	CHECK_EQ(fault(&w.vm.ctx, 0x5003, WRITE), CW_PF_EMULATE);
	CHECK_EQ(fault(&w.shadow, MMIO_VA, WRITE), CW_PF_EMULATE);
}

/* A DMA write to a guest's table, which is forgotten. */
static int64_t fault_table(void)
{
	return fault(&w.vm.ctx, 3, WRITE);
}

static void table_done(void)
{
	maps(&w.vm.ctx, 3, 3, WRITE);
	maps(&w.shadow, 1, 101, READ);
}

static int64_t fault_log_missing(void)
{
	struct cw_fault f = {.ctx = &w.vm.ctx, .gpa = 101 << 12, .write = true, .log_missing = true};

	return cw_mmu_fault(&w.fresh, &f);
}

static void log_missing_done(void)
{
	CHECK_EQ(w.vm.rec.count[REC_LOG_PROVIDE] > 0, true);
}

/* Neighbours come along. */
static void with_prefetch(void)
{
	gm_ops.resolve_atomic = rec_resolve_atomic;
}

static void budget(void)
{
	for (uint64_t i = 0; i < 60; i++)
		CHECK_EQ(fault(&w.vm.ctx, (4 + i) << 18, READ), CW_PF_EMULATE);
	CHECK_EQ(cw_mmu_set_page_limit(&w.vm.mmu, 64), 0);
	/* Up to the limit. */
	for (uint64_t i = 0; i < 60 && w.vm.mmu.nr_pages + 5 <= 64; i++)
		CHECK_EQ(fault(&w.vm.ctx, (100 + i) << 18, READ), CW_PF_EMULATE);
}

static int64_t fault_budget(void)
{
	return fault(&w.five, 0x3002, READ);
}

static void budget_done(void)
{
	maps(&w.five, 0x3002, 0x3002, READ);
	CHECK(w.vm.mmu.nr_pages <= 64 + 3);
	CHECK(w.vm.mmu.stats.mmu_recycled > 0);
}

static int64_t do_prefault(void)
{
	uint64_t gpa = 200 << 12, size = 24 << 12;

	while (size) {
		uint64_t was = gpa, left = size;
		int r = cw_mmu_prefault(&w.fresh, &w.vm.ctx, &gpa, &size, WRITE);

		CHECK_EQ(gpa + size, was + left);
		CHECK_EQ(r != 0, gpa == was);
		if (r)
			return r;
	}
	return 0;
}

static void prefaulted(void)
{
	uint64_t bus;

	for (uint64_t gfn = 200; gfn < 224; gfn++) {
		CHECK(vm_leaf(&w.vm, &w.vm.ctx, gfn) & REC_W);
		CHECK(vm_level(&w.vm, &w.vm.ctx, gfn, &bus));
		w.written[gfn] = true;
	}
	if (w.mode)
		nothing_lost();
}

static const struct nth_op life_ops[] = {
	{"cw_mmu_init", "", "a", 0, 0, NULL, do_init, NULL, inited},
	{"cw_mmu_destroy", "", "c", 0, 0, NULL, do_destroy, NULL, destroyed},
	{"cw_mmu_ctx_create", "", "ac", 0, 0, NULL, do_ctx_create, NULL, ctx_works},
	{"cw_mmu_ctx_destroy", "", "c", 0, 0, extra_ctx, do_ctx_destroy, NULL, nothing_waits},
	{"cw_mmu_worker_init", "", "a", 0, 0, NULL, do_worker_init, NULL, worker_works},
	{"cw_mmu_worker_destroy", "", "", 0, 0, extra_worker, do_worker_destroy, NULL, NULL},
	{"cw_mmu_worker_refill", "", "ac", 0, 0, used_worker, do_refill, NULL, refilled},
	{"cw_mmu_fault", "read", "ac", 0, 0, NULL, fault_read, NULL, fault_read_done},
	{"cw_mmu_fault", "write, prefetch", "ac", 0, 0, with_prefetch, fault_write, NULL, fault_write_done},
	{"cw_mmu_fault", "far", "ac", 0, 0, NULL, fault_far, NULL, fault_far_done},
	{"cw_mmu_fault", "large", "ac", 0, 0, NULL, fault_large, NULL, fault_large_done},
	{"cw_mmu_fault", "logged", "ac", CW_LOG_PROTECT, 0, NULL, fault_logged, NULL, fault_logged_done},
	{"cw_mmu_fault", "fixed", "ac", CW_LOG_PROTECT, 0, NULL, fault_logged_again, NULL, fault_logged_again_done},
	{"cw_mmu_fault", "a large leaf", "ac", CW_LOG_DIRTYBIT, 0, NULL, fault_drop_large, NULL, fault_drop_large_done},
	{"cw_mmu_fault", "shadow read, prefetch", "acm", 0, 0, with_prefetch, fault_shadow_read, NULL,
	 fault_shadow_read_done},
	{"cw_mmu_fault", "shadow write", "acm", CW_LOG_PROTECT, 0, NULL, fault_shadow_write, NULL,
	 fault_shadow_write_done},
	{"cw_mmu_fault", "shadow large", "acm", 0, 0, NULL, fault_shadow_large, NULL, fault_shadow_large_done},
	{"cw_mmu_fault", "mmio", "ac", 0, 0, NULL, fault_mmio, NULL, mmio_done},
	{"cw_mmu_fault", "shadow mmio", "acm", 0, 0, NULL, fault_shadow_mmio, NULL, mmio_done},
	{"cw_mmu_fault", "a guest's table", "ac", 0, 0, NULL, fault_table, NULL, table_done},
	{"cw_mmu_fault", "log missing", "c", CW_LOG_PROTECT, 0, NULL, fault_log_missing, NULL, log_missing_done},
	{"cw_mmu_fault", "budget", "ac", 0, 0, budget, fault_budget, NULL, budget_done},
	{"cw_mmu_prefault", "", "ac", 0, 0, NULL, do_prefault, NULL, prefaulted},
	{"cw_mmu_prefault", "logged", "ac", CW_LOG_PROTECT, 0, NULL, do_prefault, NULL, prefaulted},
};

#endif
