/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Leaves of 2 MiB and 1 GiB: where they are made, and what takes them away (MS-6, P49). */
#include "../../lib/mmu/internal.h"
#include "vm.h"

#define M2 512ull	  /* pages of a 2 MiB leaf */
#define G1 (512ull * 512) /* of a 1 GiB leaf */

static struct vm vm;

/* Level of the leaf of a gfn, which must map that host page. */
static unsigned level_at(struct cw_mmu_ctx *ctx, uint64_t gfn, uint64_t hpage)
{
	uint64_t bus = 0;
	unsigned level = vm_level(&vm, ctx, gfn, &bus);

	if (level)
		CHECK_EQ(bus, vm.rec.host_bus[hpage]);
	return level;
}

static void one_fault_maps_two_megabytes(void)
{
	vm_init(&vm);
	vm_host_level(&vm, 0, 4 * M2, 2);
	CHECK_EQ(vm_slot(&vm, 0, M2, 2 * M2, M2, 0), 0);
	CHECK_EQ(vm_fault(&vm, M2 + 77, READ), CW_PF_FIXED);
	for (uint64_t i = 0; i < M2; i++)
		CHECK_EQ(level_at(&vm.ctx, M2 + i, M2 + i), 2);
	CHECK_EQ(vm_fault(&vm, M2, WRITE), CW_PF_SPURIOUS);
	CHECK_EQ(level_at(&vm.ctx, 2 * M2, 2 * M2), 0);
	CHECK_EQ(vm_fault(&vm, 3 * M2 - 1, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.pages_2m, 2);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	/* Nothing below level 2 was made. */
	CHECK_EQ(vm.mmu.stats.mmu_pages, 3);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void vector_of_a_large_leaf(void)
{
	struct cw_mmu_ctx x86;
	unsigned level;

	vm_init(&vm);
	vm_attach(&vm, &x86, 5, 0, CW_FLAVOUR_X86);
	vm_host_level(&vm, 0, 4 * M2, 2);
	CHECK_EQ(vm_slot(&vm, 0, 0, 4 * M2, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 5, READ), CW_PF_FIXED);
	CHECK_EQ(rec_walk(&vm.rec, &vm.ctx, 5, &level), 0x8600000100000b77 | 1ull << 7);
	CHECK_EQ(vm_fault_ctx(&vm, &x86, 5, READ), CW_PF_FIXED);
	CHECK_EQ(rec_walk(&vm.rec, &x86, 5, &level), 0x0000000100000e67 | 1ull << 7);
	CHECK_EQ(level, 2);
	vm_check(&vm);
	vm_detach(&vm, &x86);
	vm_destroy(&vm);
}

static void one_fault_maps_a_gigabyte(void)
{
	struct cw_mmu_ctx five;

	vm_init_pages(&vm, 3 * G1);
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	vm_host_level(&vm, 0, 3 * G1, 3);
	CHECK_EQ(vm_slot(&vm, 0, G1 - 3, G1 + 6, G1 - 3, 0), 0);
	CHECK_EQ(vm_fault(&vm, G1 + 12345, WRITE), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, G1, G1), 3);
	CHECK_EQ(level_at(&vm.ctx, 2 * G1 - 1, 2 * G1 - 1), 3);
	/* Head and tail of the slot do not fill theirs. */
	CHECK_EQ(vm_fault(&vm, G1 - 1, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 2 * G1 + 2, WRITE), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, G1 - 1, G1 - 1), 1);
	CHECK_EQ(level_at(&vm.ctx, 2 * G1 + 2, 2 * G1 + 2), 1);
	CHECK_EQ(vm.mmu.stats.pages_1g, 1);
	/* The other root shares the tables below its own. */
	CHECK_EQ(vm_fault_ctx(&vm, &five, G1 + 1, WRITE), CW_PF_FIXED);
	CHECK_EQ(level_at(&five, G1 + 1, G1 + 1), 3);
	CHECK_EQ(vm.mmu.stats.pages_1g, 1);
	/* A page in the middle takes the whole leaf along. */
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, (G1 + 777) << 12, (G1 + 778) << 12, false), -EAGAIN);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, (G1 + 777) << 12, (G1 + 778) << 12, true), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[G1 + 777]));
	CHECK_EQ(vm.mmu.stats.pages_1g, 0);
	/* Meanwhile the rest is mapped by leaves that keep clear of it. */
	CHECK_EQ(vm_fault(&vm, G1 + 777, READ), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, G1 + 778, READ), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, G1 + 5000, READ), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, G1 + 778, G1 + 778), 1);
	CHECK_EQ(level_at(&vm.ctx, G1 + 5000, G1 + 5000), 2);
	cw_mmu_invalidate_end(&vm.mmu, (G1 + 777) << 12, (G1 + 778) << 12);
	vm_check(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	CHECK_EQ(vm.mmu.stats.pages_2m, 0);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

static void host_and_parameters_set_the_limit(void)
{
	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0, 2 * M2, 0, 0), 0);
	/* The host says 4 KiB. */
	CHECK_EQ(vm_fault(&vm, 1, READ), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, 1, 1), 1);
	/* The host could, but tables with entries are there: they stay until they are zapped. */
	vm_host_level(&vm, 0, 2 * M2, 3);
	CHECK_EQ(vm_fault(&vm, 2, READ), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, 2, 2), 1);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0, M2), 0);
	CHECK_EQ(vm_fault(&vm, 2, READ), CW_PF_FIXED);
	/* A gigabyte does not fit the slot. */
	CHECK_EQ(level_at(&vm.ctx, 2, 2), 2);
	vm.mmu.params.max_level = 1;
	CHECK_EQ(vm_fault(&vm, M2, READ), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, M2, M2), 1);
	vm.mmu.params.max_level = 3;
	vm_destroy(&vm);
}

static void bus_must_be_aligned_as_the_guest(void)
{
	vm_init(&vm);
	vm_host_level(&vm, 0, 8 * M2, 2);
	CHECK_EQ(vm_slot(&vm, 0, M2, 2 * M2, M2 + 1, 0), 0);
	CHECK_EQ(vm_fault(&vm, M2 + 3, READ), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, M2 + 3, M2 + 4), 1);
	vm_destroy(&vm);
}

static void empty_table_gives_way(void)
{
	unsigned freed;

	vm_init(&vm);
	freed = vm.rec.count[REC_TABLE_FREE];
	vm_host_level(&vm, 0, 2 * M2, 2);
	/* An MMIO entry makes a table; the slot that comes later may be mapped large all the same. */
	CHECK_EQ(vm_fault(&vm, 3, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_slot(&vm, 0, 0, M2, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 4, READ), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 4, READ), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, 3, 3), 2);
	vm_check(&vm);
	/* The table waits for a FLUSH. */
	CHECK_EQ(vm.rec.count[REC_TABLE_FREE], freed);
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK_EQ(vm.rec.count[REC_TABLE_FREE], freed + 1);
	vm_destroy(&vm);
}

static void ranges_that_end_inside_take_it_whole(void)
{
	vm_init(&vm);
	vm_host_level(&vm, 0, 4 * M2, 2);
	CHECK_EQ(vm_slot(&vm, 0, 0, 4 * M2, 0, 0), 0);
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(vm_fault(&vm, i * M2, WRITE), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, M2 + 511, 2), 0);
	CHECK_EQ(level_at(&vm.ctx, 0, 0), 2);
	CHECK_EQ(level_at(&vm.ctx, M2, M2), 0);
	CHECK_EQ(level_at(&vm.ctx, 2 * M2, 2 * M2), 0);
	CHECK_EQ(level_at(&vm.ctx, 3 * M2, 3 * M2), 2);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[M2]));
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[3 * M2 - 1]));
	CHECK(rec_bus_alive(&vm.rec, vm.rec.host_bus[3 * M2]));
	vm_check(&vm);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK_EQ(vm.mmu.stats.pages_2m, 0);
	vm_destroy(&vm);
}

static void changed_host_page_takes_the_leaf_first(void)
{
	vm_init(&vm);
	vm_host_level(&vm, 0, 2 * M2, 2);
	vm.rec.host_ro[7] = true;
	CHECK_EQ(vm_slot(&vm, 0, 0, M2, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 7, READ), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, 7, 7), 2);
	/* It is another page now, and writable, with no word about it. */
	vm.rec.host_bus[7] = 0x7000;
	vm.rec.host_ro[7] = false;
	vm.rec.host_level[7] = 1;
	CHECK_EQ(vm_fault(&vm, 7, WRITE), CW_PF_RETRY);
	CHECK(!rec_bus_alive(&vm.rec, 0x100000000));
	CHECK_EQ(vm_fault(&vm, 7, WRITE), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, 7, 7), 1);
	vm_destroy(&vm);
}

static void move_takes_large_leaves_along(void)
{
	vm_init(&vm);
	vm_host_level(&vm, 0, 4 * M2, 2);
	CHECK_EQ(vm_slot(&vm, 0, 0, 2 * M2, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, M2, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_slot(&vm, 0, 4 * M2, 2 * M2, 0, 0), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[M2]));
	CHECK_EQ(vm_fault(&vm, 5 * M2, WRITE), CW_PF_FIXED);
	CHECK_EQ(level_at(&vm.ctx, 5 * M2 + 9, M2 + 9), 2);
	vm_check(&vm);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(one_fault_maps_two_megabytes, "ST-3");
	RUN(vector_of_a_large_leaf);
	RUN(one_fault_maps_a_gigabyte, "MS-6 ST-3");
	RUN(host_and_parameters_set_the_limit);
	RUN(bus_must_be_aligned_as_the_guest, "MS-6");
	RUN(empty_table_gives_way);
	RUN(ranges_that_end_inside_take_it_whole);
	RUN(changed_host_page_takes_the_leaf_first);
	RUN(move_takes_large_leaves_along);
	return CHECK_DONE("mmu_large");
}
