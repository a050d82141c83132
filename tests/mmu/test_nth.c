/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * One scenario that uses every operation of the core, repeated with the n-th allocation failing, then with the n-th
 * call of the embedder failing, for every n that occurs. After each step all structures are valid and no rule of the
 * recorder is broken; at the end everything is given back.
 */
#include "../../lib/mmu/internal.h"
#include "vm.h"

struct run {
	struct vm vm;
	struct cw_mmu_ctx five, x86;
	bool have_five, have_x86;
	bool injected; /* an error was seen */
	unsigned step;
};

static bool ok(struct run *r, int64_t result)
{
	/* All structures where something failed, and now and then. */
	if (result < 0 || ++r->step % 16 == 0)
		vm_check(&r->vm);
	/* Only errors that a failure may cause. */
	if (result < 0) {
		CHECK(result == -ENOMEM || result == -EIO || result == -ETIMEDOUT);
		r->injected = true;
	}
	return result >= 0;
}

static void fault_some(struct run *r, struct cw_mmu_ctx *ctx, uint64_t gfn, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ok(r, vm_fault_ctx(&r->vm, ctx, gfn + i * 3, i & 1));
}

static void invalidate(struct run *r, uint64_t page, uint64_t n)
{
	int e = cw_mmu_invalidate_begin(&r->vm.mmu, page << 12, (page + n) << 12, true);

	if (ok(r, e)) {
		for (uint64_t i = page; i < page + n; i++)
			CHECK(!rec_bus_alive(&r->vm.rec, r->vm.rec.host_bus[i]));
	}
	cw_mmu_invalidate_end(&r->vm.mmu, page << 12, (page + n) << 12);
}

/* A slot that does not log because its domain could not be started is no error here. */
static void ok_log(struct run *r, int64_t result)
{
	if (result != -ENOENT || r->vm.mmu.domain[0].log_mode)
		ok(r, result);
}

static void scenario(struct run *r)
{
	struct cw_mmu_ctx_params p = {.level = 5};
	struct vm *vm = &r->vm;
	uint64_t map[16] = {0};

	ok(r, cw_mmu_log_start(&vm->mmu, 0, CW_LOG_PROTECT, 0));
	ok(r, vm_slot(vm, 0, 0x100, 1024, 0, 0));
	ok(r, vm_slot(vm, 1, 0x1000, 64, 0, CW_MEM_LOG_DIRTY));
	ok(r, vm_slot(vm, 2, 0x2000, 64, 0, CW_MEM_ALLONES));
	for (unsigned i = 3; i < 20; i++)
		ok(r, vm_slot(vm, i, 0x10000 * i, 4, 2000, i & 1 ? CW_MEM_READONLY : 0));
	r->have_five = ok(r, cw_mmu_ctx_create(&vm->mmu, &r->five, &p));
	if (r->have_five)
		rec_attach(&vm->rec, &r->five);
	p = (struct cw_mmu_ctx_params){.level = 4, .flavour = CW_FLAVOUR_X86};
	r->have_x86 = ok(r, cw_mmu_ctx_create(&vm->mmu, &r->x86, &p));
	if (r->have_x86)
		rec_attach(&vm->rec, &r->x86);

	fault_some(r, &vm->ctx, 0x100, 8);
	fault_some(r, &vm->ctx, 0x1000, 8);
	fault_some(r, &vm->ctx, 0x2000, 2);
	for (unsigned i = 3; i < 20; i++)
		fault_some(r, &vm->ctx, 0x10000 * i, 2);
	/* Enough tables for the hash to grow. */
	for (uint64_t i = 0; i < 70; i++)
		ok(r, vm_fault(vm, (4 + i) << 18, READ));
	/* The oldest give way, at once and by a fault. */
	ok(r, cw_mmu_set_page_limit(&vm->mmu, 70));
	for (uint64_t i = 0; i < 8; i++)
		ok(r, vm_fault(vm, (100 + i) << 18, READ));
	ok(r, cw_mmu_set_page_limit(&vm->mmu, 0));
	if (r->have_five)
		fault_some(r, &r->five, 0x102, 4);
	if (r->have_x86)
		fault_some(r, &r->x86, 0x100, 4);
	invalidate(r, 0, 5);
	ok(r, vm_slot(vm, 1, 0x1000, 64, 0, 0));
	ok(r, vm_slot(vm, 1, 0x1100, 64, 0, CW_MEM_LOG_DIRTY));
	fault_some(r, &vm->ctx, 0x1100, 4);
	if (vm->mmu.space[0].by_id_cap > 1 && vm->mmu.space[0].by_id[1] &&
	    (vm->mmu.space[0].by_id[1]->flags & CW_MEM_LOG_DIRTY))
		ok_log(r, cw_mmu_log_get(&vm->mmu, 1, map));
	ok(r, cw_mmu_log_start(&vm->mmu, 0, CW_LOG_DIRTYBIT, 0));
	ok(r, cw_mmu_log_stop(&vm->mmu, 0));
	ok(r, cw_mmu_zap_range(&vm->mmu, 0, 0x100, 6));
	ok(r, cw_mmu_zap_all(&vm->mmu));
	fault_some(r, &vm->ctx, 0x100, 3);
	for (unsigned i = 3; i < 20; i++)
		if (i < vm->mmu.space[0].by_id_cap && vm->mmu.space[0].by_id[i])
			ok(r, vm_slot(vm, i, 0, 0, 0, 0));
	ok(r, cw_mmu_flush(&vm->mmu));
}

/* The scenario with the n-th allocation or operation failing (0: none). Returns whether there was an n-th one. */
static bool run(unsigned nth_alloc, unsigned nth_op, unsigned *errors)
{
	struct run r = {.have_five = false};
	bool reached;

	vm_init(&r.vm);
	alloc_fail(nth_alloc);
	r.vm.rec.fail_any = nth_op;
	scenario(&r);
	reached = nth_op ? !r.vm.rec.fail_any : alloc_calls() >= nth_alloc;
	*errors += r.injected;
	alloc_fail(0);
	r.vm.rec.fail_any = 0;

	/* Afterwards it works. */
	vm_check(&r.vm);
	CHECK_EQ(cw_mmu_zap_all(&r.vm.mmu), 0);
	CHECK_EQ(vm_slot(&r.vm, 60, 0x900000, 4, 0, 0), 0);
	CHECK_EQ(vm_fault(&r.vm, 0x900000, WRITE), CW_PF_FIXED);
	if (r.have_x86) {
		CHECK_EQ(vm_fault_ctx(&r.vm, &r.x86, 0x900000, WRITE), CW_PF_FIXED);
		vm_detach(&r.vm, &r.x86);
	}
	if (r.have_five)
		vm_detach(&r.vm, &r.five);
	vm_destroy(&r.vm);
	return reached;
}

static unsigned sweep(bool ops)
{
	unsigned n = 1, seen = 0;

	/* Some failures cost only speed and leave no error: go on past them, end where nothing is called any more. */
	while (n < 5000 && !check_bad && run(ops ? 0 : n, ops ? n : 0, &seen))
		n++;
	CHECK(n < 5000);
	printf("# %s: %u failures injected, %u seen as errors\n", ops ? "operations" : "allocations", n - 1, seen);
	return seen;
}

static void every_allocation_fails_once(void)
{
	CHECK(sweep(false) > 100);
}

static void every_operation_fails_once(void)
{
	CHECK(sweep(true) > 100);
}

static void without_failures_there_is_no_error(void)
{
	unsigned errors = 0;

	run(0, 0, &errors);
	CHECK_EQ(errors, 0);
}

static void init_fails_cleanly(void)
{
	struct cw_mmu_params p = {.address_bits = 48};
	struct cw_mmu_ops ops = rec_ops;
	struct cw_mmu mmu;

	alloc_fail(1);
	CHECK_EQ(cw_mmu_init(&mmu, &rec_ops, NULL, &p), -ENOMEM);
	alloc_fail(0);
	ops.flush = NULL;
	CHECK_EQ(cw_mmu_init(&mmu, &ops, NULL, &p), -EINVAL);
	p.address_bits = 53;
	CHECK_EQ(cw_mmu_init(&mmu, &rec_ops, NULL, &p), -EINVAL);
	p.address_bits = 31;
	CHECK_EQ(cw_mmu_init(&mmu, &rec_ops, NULL, &p), -EINVAL);
}

static void ms_16_table_memory_runs_out(void)
{
	struct vm vm;
	int r = 0;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0, 1ull << 20, 0, 0), 0);
	vm.rec.table_limit = 20;
	for (uint64_t i = 0; i < 100 && r >= 0; i++)
		r = vm_fault(&vm, (4 + i) << 18, READ);
	CHECK_EQ(r, -ENOMEM);
	vm_check(&vm);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK_EQ(vm_fault(&vm, 4 << 18, READ), CW_PF_EMULATE);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(without_failures_there_is_no_error);
	RUN(init_fails_cleanly);
	RUN(ms_16_table_memory_runs_out, "MS-16");
	RUN(every_allocation_fails_once, "MS-16");
	RUN(every_operation_fails_once);
	return CHECK_DONE("mmu_nth");
}
