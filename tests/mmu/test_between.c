/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What others do between two steps of one operation: while a page is resolved, while a long teardown yields. */
#include "guestmem.h"

static struct cw_mmu_ctx ctx, ctx5;

/* --- a table that is found below tables that are gone --- */

#define GIB512 (1ull << 27) /* pages that one entry of level 4 spans */
#define NR_SLOTS 5u

static int found_result;

/* Tables of level 1 that are about to be orphaned are found by a new root; their entries do not suffice. */
static void find_them(struct recorder *r)
{
	struct vm *vm = r->hook_priv;

	r->yield_hook = NULL;
	vm_attach(vm, &ctx5, 5, 0, CW_FLAVOUR_X86);
	found_result = vm_fault_ctx(vm, &ctx5, (NR_SLOTS - 1) * GIB512, WRITE);
}

static void ms_16_tables_are_found_below_new_ones(void)
{
	struct vm vm;
	uint64_t bus;

	vm_init(&vm);
	vm_attach(&vm, &ctx, 5, 0, CW_FLAVOUR_X86);
	for (unsigned i = 0; i < NR_SLOTS; i++) {
		vm.rec.host_ro[i] = true;
		CHECK_EQ(vm_slot(&vm, i, i * GIB512, 1, i, 0), 0);
		CHECK_EQ(vm_fault_ctx(&vm, &ctx, i * GIB512, READ), CW_PF_FIXED);
		vm.rec.host_ro[i] = false;
	}
	vm.rec.hook_priv = &vm;
	vm.rec.yield_hook = find_them;
	vm_detach(&vm, &ctx);
	CHECK(!vm.rec.yield_hook);
	CHECK_EQ(found_result, CW_PF_RETRY);
	vm_check(&vm);
	CHECK_EQ(vm_fault_ctx(&vm, &ctx5, (NR_SLOTS - 1) * GIB512, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &ctx5, (NR_SLOTS - 1) * GIB512, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[NR_SLOTS - 1]);
	vm_check(&vm);
	vm_detach(&vm, &ctx5);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(ms_16_tables_are_found_below_new_ones, "MS-16");
	return CHECK_DONE("mmu_between");
}
