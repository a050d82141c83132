/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * One scenario that uses every operation of the core, repeated with the n-th allocation failing, then with the n-th
 * call of the embedder failing, for every n that occurs. After each step all structures are valid and no rule of the
 * recorder is broken; at the end everything is given back.
 */
#include "guestmem.h"

struct run {
	struct vm vm;
	struct cw_mmu_ctx five, x86, shadow;
	bool have_five, have_x86, have_shadow;
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
		if (!CHECK(result == -ENOMEM || result == -EIO || result == -ETIMEDOUT))
			printf("# step %u: %d\n", r->step, (int)result);
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

/* --- the same for shadow contexts --- */

static int guest_fault(struct run *r, uint64_t addr, bool write)
{
	int e = CW_PF_RETRY;

	for (unsigned i = 0; i < 6 && e == CW_PF_RETRY; i++)
		e = gm_fault(&r->vm, &r->shadow, addr, write, NULL);
	/* A page that the scenario took away for want of memory is emulated. */
	CHECK(e < 0 || e == CW_PF_FIXED || e == CW_PF_SPURIOUS || e == CW_PF_EMULATE || e == CW_PF_RETRY ||
	      e == CW_PF_GUEST || e == CW_PF_WRITE_PROTECTED);
	return e;
}

static void load(struct run *r, uint64_t root, bool wp)
{
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | (wp ? CW_CR0_WP : 0),
		.cr4 = CW_CR4_PAE,
		.efer = CW_EFER_LMA | CW_EFER_NX,
		.root = root << 12,
	};

	/* The engine leaves the old root whatever comes of it, as the library does after an error. */
	rec_detach(&r->vm.rec, &r->shadow);
	ok(r, cw_ctx_load(&r->shadow, &regs, !(root & 1)));
	rec_attach(&r->vm.rec, &r->shadow);
}

/* Tables as gm_tables() has them, and others of a second root; small pages, a large one, and one that is a table. */
static void guest(void)
{
	gm_tables();
	for (unsigned i = 0; i < 64; i++)
		gm_set(4, i, (100ull + i) << 12 | G_DONE);
	gm_set(4, 64, 3 << 12 | G_DONE);
	gm_set(3, 1, 512ull << 12 | G_PS | G_DONE);
	for (unsigned t = 0; t < 6; t++) {
		gm_set(3, 2 + t, (20ull + t) << 12 | G_RWU | G_A);
		gm_set(20 + t, 1, (200ull + t) << 12 | G_DONE);
	}
	gm_set(6, 0, 2 << 12 | G_RWU | G_A);
}

static void shadow_scenario(struct run *r)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA | CW_EFER_NX, .root = 1 << 12};
	struct vm *vm = &r->vm;
	uint64_t map[8] = {0};

	guest();
	ok(r, vm_slot(vm, 0, 0, 64, 0, 0));
	ok(r, vm_slot(vm, 1, 64, 512 - 64, 64, CW_MEM_LOG_DIRTY));
	ok(r, vm_slot(vm, 2, 512, 512, 512, CW_MEM_LOG_DIRTY));
	r->have_shadow = ok(r, cw_shadow_ctx_create(&vm->mmu, &r->shadow, &p, &regs));
	if (!r->have_shadow)
		return;
	rec_attach(&vm->rec, &r->shadow);
	for (unsigned i = 0; i < 8; i++)
		ok(r, guest_fault(r, (uint64_t)i * 8 << 12, i & 1));
	ok(r, guest_fault(r, 0x200000 + 0x5000, WRITE));
	/* The log, over pages that shadow and direct entries map. */
	fault_some(r, &vm->ctx, 100, 4);
	for (unsigned m = CW_LOG_PROTECT; m <= CW_LOG_DIRTYBIT; m++) {
		ok(r, cw_mmu_log_start(&vm->mmu, 0, m, 0));
		for (unsigned i = 0; i < 4; i++)
			ok(r, guest_fault(r, (uint64_t)i * 3 << 12, WRITE));
		ok(r, guest_fault(r, 0x200000 + 0x6000, WRITE));
		for (unsigned id = 1; id <= 2; id++)
			if (id < vm->mmu.space[0].by_id_cap && vm->mmu.space[0].by_id[id] &&
			    vm->mmu.space[0].by_id[id]->log)
				ok_log(r, cw_mmu_log_get(&vm->mmu, id, map));
	}
	ok(r, cw_mmu_log_stop(&vm->mmu, 0));
	/* Slots that hold tables and pages of the guest: flags, move and back, delete and anew. */
	ok(r, vm_slot(vm, 1, 64, 512 - 64, 64, 0));
	ok(r, vm_slot(vm, 2, 2048, 512, 512, CW_MEM_LOG_DIRTY));
	ok(r, guest_fault(r, 0x200000 + 0x7000, READ));
	ok(r, vm_slot(vm, 2, 512, 512, 512, CW_MEM_LOG_DIRTY));
	ok(r, guest_fault(r, 0x200000 + 0x7000, READ));
	if (vm->mmu.space[0].by_id_cap && vm->mmu.space[0].by_id[0]) {
		ok(r, vm_slot(vm, 0, 0, 0, 0, 0));
		ok(r, vm_slot(vm, 0, 0, 64, 0, 0));
	}
	/* Writes of the guest and of DMA to its tables, invalidations of guest and host, other roots and modes. */
	for (unsigned t = 0; t < 6; t++)
		ok(r, guest_fault(r, ((2ull + t) << 21) + 0x1000, WRITE));
	gm_set(4, 8, 90 << 12 | G_DONE);
	ok(r, cw_mmu_guest_write(&vm->mmu, 0, (4 << 12) + 8 * 8, 8));
	ok(r, cw_mmu_guest_write(&vm->mmu, 0, (3 << 12) + 2, 3));
	ok(r, guest_fault(r, 8 << 12, WRITE));
	fault_some(r, &vm->ctx, 3, 2);
	gm_set(4, 16, 0);
	ok(r, cw_mmu_ctx_invalidate(&r->shadow, 16 << 12, 1));
	ok(r, cw_mmu_ctx_invalidate(&r->shadow, 0, 0));
	invalidate(r, 100, 9);
	load(r, 6, true);
	ok(r, guest_fault(r, 24 << 12, WRITE));
	load(r, 1, false);
	ok(r, guest_fault(r, 24 << 12, WRITE));
	ok(r, cw_mmu_set_page_limit(&vm->mmu, 64));
	ok(r, cw_mmu_zap_range(&vm->mmu, 0, 100, 30));
	ok(r, guest_fault(r, 8 << 12, WRITE));
	ok(r, cw_mmu_zap_all(&vm->mmu));
	ok(r, guest_fault(r, 8 << 12, WRITE));
	ok(r, cw_mmu_flush(&vm->mmu));
}

static bool run_shadow(unsigned nth_alloc, unsigned nth_op, unsigned *errors)
{
	struct cw_mmu_params p = {.address_bits = 48};
	struct run r = {.have_shadow = false};
	bool reached;

	gm_begin(&r.vm, &p);
	vm_host_level(&r.vm, 512, 512, 2);
	alloc_fail(nth_alloc);
	r.vm.rec.fail_any = nth_op;
	shadow_scenario(&r);
	reached = nth_op ? !r.vm.rec.fail_any : alloc_calls() >= nth_alloc;
	*errors += r.injected;
	alloc_fail(0);
	r.vm.rec.fail_any = 0;

	/* Afterwards it works: what the tables say now is what the engine gets. */
	vm_check(&r.vm);
	CHECK_EQ(cw_mmu_zap_all(&r.vm.mmu), 0);
	if (r.have_shadow) {
		uint64_t bus = 0;

		if (r.vm.mmu.space[0].by_id_cap > 1 && r.vm.mmu.space[0].by_id[0] && r.vm.mmu.space[0].by_id[1]) {
			CHECK_EQ(cw_mmu_ctx_invalidate(&r.shadow, 0, 0), 0);
			CHECK(guest_fault(&r, 9 << 12, WRITE) >= CW_PF_FIXED);
			CHECK_EQ(vm_level(&r.vm, &r.shadow, 9, &bus), 1);
			CHECK_EQ(bus, r.vm.rec.host_bus[109]);
		}
		vm_detach(&r.vm, &r.shadow);
	}
	vm_destroy(&r.vm);
	return reached;
}

/* --- sweeps --- */

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

static unsigned sweep(bool (*scene)(unsigned nth_alloc, unsigned nth_op, unsigned *errors), bool ops)
{
	unsigned n = 1, seen = 0;

	/* Some failures cost only speed and leave no error: go on past them, end where nothing is called any more. */
	while (n < 5000 && !check_bad && scene(ops ? 0 : n, ops ? n : 0, &seen))
		n++;
	CHECK(n < 5000);
	printf("# %s: %u failures injected, %u seen as errors\n", ops ? "operations" : "allocations", n - 1, seen);
	return seen;
}

static void every_allocation_fails_once(void)
{
	CHECK(sweep(run, false) > 100);
}

static void every_operation_fails_once(void)
{
	CHECK(sweep(run, true) > 100);
}

static void every_allocation_of_shadow_contexts_fails_once(void)
{
	CHECK(sweep(run_shadow, false) > 50);
}

static void every_operation_of_shadow_contexts_fails_once(void)
{
	CHECK(sweep(run_shadow, true) > 100);
}

static void without_failures_there_is_no_error(void)
{
	unsigned errors = 0;

	run(0, 0, &errors);
	CHECK_EQ(errors, 0);
	run_shadow(0, 0, &errors);
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
	for (unsigned i = 0; i < 100; i++)
		CHECK_EQ(vm_slot(&vm, i, (4ull + i) << 18, 1, i, 0), 0);
	vm.rec.table_limit = 20;
	for (uint64_t i = 0; i < 100 && r >= 0; i++)
		r = vm_fault(&vm, (4 + i) << 18, READ);
	CHECK_EQ(r, -ENOMEM);
	vm_check(&vm);
	/* Where no memory is, none is needed. */
	CHECK_EQ(vm_fault(&vm, 200ull << 18, READ), CW_PF_EMULATE);
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 0);
	/* What waits for a FLUSH is got back by the fault that needs it, if that succeeds (I9). */
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), -ETIMEDOUT);
	CHECK(vm.rec.live_tables > 16);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(vm_fault(&vm, 4 << 18, READ), -ENOMEM);
	vm_check(&vm);
	CHECK_EQ(vm_fault(&vm, 4 << 18, READ), CW_PF_FIXED);
	CHECK(vm.rec.live_tables < 16);
	CHECK_EQ(vm_fault(&vm, 200ull << 18, READ), CW_PF_EMULATE);
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 1);
	vm_destroy(&vm);
}

/* The same in a shadow context, whose tables have companions. */
static void ms_16_pairs_run_out(void)
{
	struct cw_mmu_params p = {.address_bits = 48};
	struct cw_mmu_ctx ctx;
	struct vm vm;
	int r = 0;

	gm_begin(&vm, &p);
	guest();
	CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
	gm_attach(&vm, &ctx, true);
	vm.rec.table_limit = 24;
	for (uint64_t t = 0; t < 6 && r >= 0; t++)
		r = gm_fault(&vm, &ctx, (2 + t) << 21 | 0x1000, READ, NULL);
	CHECK_EQ(r, -ENOMEM);
	vm_check(&vm);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), -ETIMEDOUT);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), -ENOMEM);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(without_failures_there_is_no_error);
	RUN(init_fails_cleanly);
	RUN(ms_16_table_memory_runs_out, "MS-16 I9");
	RUN(ms_16_pairs_run_out, "MS-16 I9");
	RUN(every_allocation_fails_once, "MS-16");
	RUN(every_operation_fails_once);
	RUN(every_allocation_of_shadow_contexts_fails_once, "MS-16");
	RUN(every_operation_of_shadow_contexts_fails_once, "I10");
	return CHECK_DONE("mmu_nth");
}
