/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Commands that the engine did not take, or of which nobody knows whether it did: what the host says afterwards must
 * hold whichever it was, and must end in entries that work.
 */
#include "guestmem.h"

#define BASE 0x100ull

/* A page that was read while W tells what is written: the engine may set W, so it takes an exchange (110). */
static void begin_logged(struct vm *vm)
{
	struct cw_mmu_params p = {.address_bits = 48};

	gm_begin(vm, &p);
	vm_log(vm);
	CHECK_EQ(vm_slot(vm, 0, 0, 64, 0, 0), 0);
	CHECK_EQ(vm_slot(vm, 1, BASE, 64, 64, CW_MEM_LOG_DIRTY), 0);
	/* Prefetch would say more than this wants to see. */
	vm->rec.host_away = 64 + 2;
	CHECK_EQ(vm_fault(vm, BASE, READ), CW_PF_FIXED);
}

/* The fault of a request, which walks again after it: what it finds must be an entry. */
static void works(struct vm *vm, struct cw_mmu_ctx *ctx, uint64_t gfn, bool write, uint64_t page)
{
	uint64_t bus = 0;
	int r = CW_PF_RETRY;

	for (unsigned i = 0; i < 4 && r == CW_PF_RETRY; i++)
		r = vm_fault_ctx(vm, ctx, gfn, write);
	CHECK(r == CW_PF_FIXED || r == CW_PF_SPURIOUS);
	CHECK_EQ(vm_level(vm, ctx, gfn, &bus), 1);
	CHECK_EQ(bus, vm->rec.host_bus[page]);
	if (write)
		CHECK(vm_leaf(vm, ctx, gfn) & REC_W);
}

static void a_fault_after_an_exchange_that_may_have_been_executed(void)
{
	for (int lies = 0; lies < 2; lies++) {
		struct vm vm;

		begin_logged(&vm);
		vm.rec.xchg_lies = lies;
		rec_fail(&vm.rec, REC_ENTRY_XCHG, 1, -ETIMEDOUT);
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, BASE, 1), -ETIMEDOUT);
		vm_check(&vm);
		works(&vm, &vm.ctx, BASE, READ, 64);
		works(&vm, &vm.ctx, BASE, WRITE, 64);
		vm_check(&vm);
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, BASE, 1), 0);
		CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[64]));
		vm_destroy(&vm);
	}
}

/* A page becomes a guest's table while its mapping takes an exchange. */
static void p12_a_protection_that_may_have_been_executed(void)
{
	for (int lies = 0; lies < 2; lies++) {
		struct cw_mmu_ctx ctx;
		struct vm vm;

		begin_logged(&vm);
		/* The table of level 2 stands in the page. */
		gm_set(1, 0, 2 << 12 | G_RWU | G_A);
		gm_set(2, 0, BASE << 12 | G_RWU | G_A);
		gm_set(64, 0, 4 << 12 | G_RWU | G_A);
		gm_set(4, 0, 5 << 12 | G_DONE);
		gm_attach(&vm, &ctx, false);
		vm.rec.xchg_lies = lies;
		rec_fail(&vm.rec, REC_ENTRY_XCHG, 1, -ETIMEDOUT);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), -ETIMEDOUT);
		vm_check(&vm);
		/* What is there now is known only as far as this exchange tells. */
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, BASE, 1), 0);
		CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[64]));
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		vm_check(&vm);
		vm_detach(&vm, &ctx);
		vm_destroy(&vm);
	}
}

/* The same where a page loses W because the guest's entry has lost D. */
static void p12_a_comparison_that_may_have_been_executed(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	for (int lies = 0; lies < 2; lies++) {
		struct cw_mmu_ctx ctx;
		struct vm vm;

		gm_begin(&vm, &p);
		gm_ops.resolve_atomic = NULL;
		vm_log(&vm);
		CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, CW_MEM_LOG_DIRTY), 0);
		gm_tables();
		gm_set(4, 0, 5 << 12 | G_DONE);
		gm_attach(&vm, &ctx, false);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		gm_set(4, 0, 5 << 12 | G_RWU | G_A);
		vm.rec.xchg_lies = lies;
		rec_fail(&vm.rec, REC_ENTRY_XCHG, 1, -ETIMEDOUT);
		CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 1), -ETIMEDOUT);
		vm_check(&vm);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		CHECK(vm_leaf(&vm, &ctx, 0) & REC_PRESENT);
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 5, 1), 0);
		CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[5]));
		vm_check(&vm);
		vm_detach(&vm, &ctx);
		vm_destroy(&vm);
	}
}

static unsigned refused; /* INVALIDATEs of roots that the engine does not take, from now on */

static int refuse_root(void *priv, unsigned domain, uint64_t root, bool leaf_only)
{
	if (refused) {
		refused--;
		return -EIO;
	}
	return rec_ops.invalidate_root(priv, domain, root, leaf_only);
}

/* The tables of a root that is dropped wait until its own INVALIDATE has been accepted, whatever else was. */
static void i9_the_invalidate_of_a_dropped_root_is_lost(void)
{
	struct cw_mmu_params p = {.address_bits = 48};
	struct cw_mmu_ctx ctx;
	struct vm vm;

	gm_begin(&vm, &p);
	gm_ops.invalidate_root = refuse_root;
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	gm_tables();
	gm_set(4, 0, 5 << 12 | G_DONE);
	/* The second time it is refused again when it is repeated. */
	for (unsigned times = 1; times <= 2; times++) {
		gm_attach(&vm, &ctx, false);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_FIXED);
		rec_detach(&vm.rec, &ctx);
		refused = times;
		cw_mmu_ctx_destroy(&ctx);
		CHECK_EQ(refused, 0);
		CHECK_EQ(rec_bus_alive(&vm.rec, vm.rec.host_bus[5]), times == 2);
		vm_check(&vm);
		CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
		CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[5]));
		vm_check(&vm);
	}
	vm_destroy(&vm);
}

/* A root that stands below another one is no root any more, and still a table. */
static void the_invalidate_of_a_root_that_stays_as_a_table_is_lost(void)
{
	struct cw_mmu_params p = {.address_bits = 48};
	struct cw_shadow_params sp = {.level = 5, .kind = CW_GUEST_VIRT};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12};
	struct cw_mmu_ctx ctx, five;
	struct vm vm;

	gm_begin(&vm, &p);
	gm_ops.invalidate_root = refuse_root;
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	gm_tables();
	gm_set(4, 0, 5 << 12 | G_DONE);
	gm_attach(&vm, &ctx, false);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &five, &sp, &regs), 0);
	rec_attach(&vm.rec, &five);
	CHECK_EQ(gm_fault(&vm, &five, 0, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_SPURIOUS);
	rec_detach(&vm.rec, &ctx);
	refused = 1;
	cw_mmu_ctx_destroy(&ctx);
	vm_check(&vm);
	vm_detach(&vm, &five);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[5]));
	vm_destroy(&vm);
}

/* P43: marks that the engine had taken are gone with it, and entries that are made anew may be written. */
static void p43_everything_is_dirty_after_a_reset(void)
{
	static const unsigned modes[] = {CW_LOG_CAPTURE, CW_LOG_PROTECT, CW_LOG_DIRTYBIT};

	for (unsigned m = 0; m < 3; m++) {
		struct cw_mmu_params p = {.address_bits = 48};
		uint64_t map = 0;
		struct vm vm;

		gm_begin(&vm, &p);
		CHECK_EQ(vm_slot(&vm, 1, BASE, 64, 64, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, 1 << 16, BASE, 64, 64, CW_MEM_LOG_DIRTY), 0);
		for (unsigned as_id = 0; as_id < 2; as_id++) {
			CHECK_EQ(cw_mmu_log_start(&vm.mmu, as_id, modes[m], 0), 0);
			CHECK_EQ(cw_mmu_log_get(&vm.mmu, as_id << 16 | 1, &map), as_id ? -ENOENT : 0);
		}
		rec_reset(&vm.rec);
		CHECK_EQ(cw_mmu_engine_lost(&vm.mmu), 0);
		rec_attach(&vm.rec, &vm.ctx);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 1, &map), 64);
		CHECK_EQ(map, ~0ull);
		map = 0;
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 1 << 16, &map), 64);
		CHECK_EQ(map, ~0ull);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 1, &map), 0);
		vm_destroy(&vm);
	}
}

int main(void)
{
	RUN(a_fault_after_an_exchange_that_may_have_been_executed, "P12");
	RUN(p12_a_protection_that_may_have_been_executed);
	RUN(p12_a_comparison_that_may_have_been_executed);
	RUN(i9_the_invalidate_of_a_dropped_root_is_lost, "I9");
	RUN(the_invalidate_of_a_root_that_stays_as_a_table_is_lost, "I9");
	RUN(p43_everything_is_dirty_after_a_reset, "P43 I2");
	return CHECK_DONE("mmu_lost");
}
