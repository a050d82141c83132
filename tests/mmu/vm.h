/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* One VM on the recorder, in units of pages. */
#ifndef CW_TEST_VM_H
#define CW_TEST_VM_H

#include "../unit/check.h"
#include "recorder.h"

#define VM_HOST_PAGES 4096u

struct vm {
	struct cw_mmu mmu;
	struct recorder rec;
	struct cw_mmu_worker worker;
	struct cw_mmu_ctx ctx; /* level 4, EPT, space 0 */
};

static inline void vm_check(struct vm *vm)
{
	const char *what = cw_mmu_validate(&vm->mmu);

	if (what)
		fprintf(stderr, "validate: %s\n", what);
	CHECK(!what);
	CHECK(!vm->rec.violation[0]);
	CHECK_EQ(vm->rec.pages_held, 0);
}

static inline void vm_attach(struct vm *vm, struct cw_mmu_ctx *ctx, unsigned level, unsigned as_id,
			     enum cw_flavour flavour)
{
	struct cw_mmu_ctx_params p = {.as_id = as_id, .level = level, .flavour = flavour};

	CHECK_EQ(cw_mmu_ctx_create(&vm->mmu, ctx, &p), 0);
	rec_attach(&vm->rec, ctx);
}

static inline void vm_detach(struct vm *vm, struct cw_mmu_ctx *ctx)
{
	rec_detach(&vm->rec, ctx);
	cw_mmu_ctx_destroy(ctx);
}

/* With operations of the test's own, which are those of the recorder but for some. */
static inline void vm_init_ops(struct vm *vm, const struct cw_mmu_ops *ops, const struct cw_mmu_params *params,
			       uint64_t host_pages)
{
	rec_init(&vm->rec, &vm->mmu, host_pages);
	CHECK_EQ(cw_mmu_init(&vm->mmu, ops, &vm->rec, params), 0);
	CHECK_EQ(cw_mmu_worker_init(&vm->worker, &vm->mmu), 0);
	alloc_fail(0);
	alloc_watch(&vm->rec);
	vm_attach(vm, &vm->ctx, 4, 0, CW_FLAVOUR_EPT);
}

static inline void vm_init_pages(struct vm *vm, uint64_t host_pages)
{
	struct cw_mmu_params p = {.address_bits = 48};

	vm_init_ops(vm, &rec_ops, &p, host_pages);
}

static inline void vm_init(struct vm *vm)
{
	vm_init_pages(vm, VM_HOST_PAGES);
}

/* Host pages first .. first + n - 1 may be mapped by leaves of this level. */
static inline void vm_host_level(struct vm *vm, uint64_t first, uint64_t n, unsigned level)
{
	for (uint64_t i = first; i < first + n; i++)
		vm->rec.host_level[i] = level;
}

/* Both address spaces log, W tells what is written. */
static inline void vm_log(struct vm *vm)
{
	CHECK_EQ(cw_mmu_log_start(&vm->mmu, 0, CW_LOG_PROTECT, 0), 0);
	CHECK_EQ(cw_mmu_log_start(&vm->mmu, 1, CW_LOG_PROTECT, 0), 0);
}

/* Ends the VM; nothing may be left. */
static inline void vm_destroy(struct vm *vm)
{
	vm_check(vm);
	vm_detach(vm, &vm->ctx);
	CHECK_EQ(vm->mmu.stats.mmu_pages, 0);
	cw_mmu_worker_destroy(&vm->worker);
	CHECK_EQ(cw_mmu_destroy(&vm->mmu), 0);
	alloc_watch(NULL);
	CHECK_EQ(vm->rec.live_tables, 0);
	CHECK(!vm->rec.violation[0]);
	rec_destroy(&vm->rec);
}

/* Slot `id` (address space in 31:16) of npages at gfn, backed from host page hpage. npages 0 deletes. */
static inline int vm_slot(struct vm *vm, uint32_t id, uint64_t gfn, uint64_t npages, uint64_t hpage, uint32_t flags)
{
	struct cw_memslot_region r = {
		.slot = id,
		.flags = flags,
		.gpa = gfn << 12,
		.size = npages << 12,
		.hva = hpage << 12,
	};

	return cw_mmu_set_memslot(&vm->mmu, &r);
}

static inline int vm_fault_ctx(struct vm *vm, struct cw_mmu_ctx *ctx, uint64_t gfn, bool write)
{
	struct cw_fault f = {.ctx = ctx, .gpa = gfn << 12 | 0x123, .write = write};

	return cw_mmu_fault(&vm->worker, &f);
}

static inline int vm_fault(struct vm *vm, uint64_t gfn, bool write)
{
	return vm_fault_ctx(vm, &vm->ctx, gfn, write);
}

/* Entry at level 1 for a gfn, or 0 if a table is missing. */
static inline uint64_t vm_leaf(struct vm *vm, struct cw_mmu_ctx *ctx, uint64_t gfn)
{
	unsigned level;
	uint64_t e = rec_walk(&vm->rec, ctx, gfn, &level);

	return level == 1 ? e : 0;
}

/* Level of the leaf that maps a gfn; 0: none. *bus: what it maps the gfn to. */
static inline unsigned vm_level(struct vm *vm, struct cw_mmu_ctx *ctx, uint64_t gfn, uint64_t *bus)
{
	unsigned level;
	uint64_t e = rec_walk(&vm->rec, ctx, gfn, &level);

	if (!(e & REC_PRESENT))
		return 0;
	*bus = (e & REC_ADDR) + ((gfn & ((1ull << 9 * (level - 1)) - 1)) << 12);
	return level;
}

#define READ false
#define WRITE true

#endif
