/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Memslots: validation, kinds of change, generations, lookup. */
#include "../../lib/mmu/internal.h"
#include "vm.h"

#include <time.h>

static uint64_t gen(struct vm *vm, unsigned as_id)
{
	return vm->mmu.space[as_id].generation;
}

static int set(struct vm *vm, uint32_t slot, uint64_t gpa, uint64_t size, uint64_t hva, uint32_t flags)
{
	struct cw_memslot_region r = {.slot = slot, .flags = flags, .gpa = gpa, .size = size, .hva = hva};

	return cw_mmu_set_memslot(&vm->mmu, &r);
}

static void validation_rows(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(set(&vm, 0, 0, 0x1001, 0, 0), -EINVAL); /* alignment: size, gpa, hva */
	CHECK_EQ(set(&vm, 0, 0x800, 0x1000, 0, 0), -EINVAL);
	CHECK_EQ(set(&vm, 0, 0, 0x1000, 8, 0), -EINVAL);
	CHECK_EQ(set(&vm, 0, 0xfffffffffffff000, 0x2000, 0, 0), -EINVAL); /* wraps */
	CHECK_EQ(set(&vm, 0, 0, 0x2000, 0xfffffffffffff000, 0), -EINVAL);
	CHECK_EQ(set(&vm, 2u << 16, 0, 0x1000, 0, 0), -EINVAL); /* address space, id */
	CHECK_EQ(set(&vm, 32764, 0, 0x1000, 0, 0), -EINVAL);
	CHECK_EQ(set(&vm, 0xffff, 0, 0x1000, 0, 0), -EINVAL);
	CHECK_EQ(set(&vm, 0, 0, 0x80000000ull << 12, 0, 0), -EINVAL); /* 2^31 pages */
	CHECK_EQ(set(&vm, 0, 0, (1ull << 48) + 0x1000, 0, 0), -EINVAL);
	CHECK_EQ(set(&vm, 0, 1ull << 48, 0x1000, 0, 0), -EINVAL); /* beyond the address width */
	CHECK_EQ(set(&vm, 0, (1ull << 48) - 0x1000, 0x2000, 0, 0), -EINVAL);
	CHECK_EQ(set(&vm, 0, 0, 0, 0, 0), -EINVAL); /* delete of nothing */
	CHECK_EQ(set(&vm, 5, 0, 0, 0, 0), -EINVAL);
	CHECK_EQ(gen(&vm, 0), 0);
	CHECK_EQ(gen(&vm, 1), 1);
	/* The edges that are right. */
	CHECK_EQ(set(&vm, 32763, (1ull << 48) - 0x1000, 0x1000, 0, 0), 0);
	CHECK_EQ(set(&vm, 0, 0, 0x7fffffffull << 12, 0, 0), 0);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void t_ms_04_flag_matrix(void)
{
	struct vm vm;

	vm_init(&vm);
	for (unsigned bit = 0; bit < 32; bit++) {
		bool known = bit == 0 || bit == 1 || bit == 3;

		CHECK_EQ(vm_slot(&vm, 0, 0, 1, 0, 1u << bit), known ? 0 : -EINVAL);
		if (known)
			CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	}
	CHECK_EQ(vm_slot(&vm, 0, 0, 1, 0, CW_MEM_LOG_DIRTY | CW_MEM_READONLY), 0);
	CHECK_EQ(vm_slot(&vm, 1, 8, 1, 0, CW_MEM_ALLONES | CW_MEM_LOG_DIRTY), -EINVAL);
	CHECK_EQ(vm_slot(&vm, 1, 8, 1, 0, CW_MEM_ALLONES | CW_MEM_READONLY), -EINVAL);
	vm_destroy(&vm);
}

static void changes_that_are_refused(void)
{
	struct vm vm;
	uint64_t g;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 0x200, 16, 0, CW_MEM_READONLY), 0);
	CHECK_EQ(vm_slot(&vm, 2, 0x300, 16, 0, CW_MEM_ALLONES), 0);
	g = gen(&vm, 0);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 17, 0, 0), -EINVAL);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 1, 0), -EINVAL);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, CW_MEM_READONLY), -EINVAL);
	CHECK_EQ(vm_slot(&vm, 1, 0x200, 16, 0, 0), -EINVAL);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, CW_MEM_ALLONES), -EINVAL);
	CHECK_EQ(vm_slot(&vm, 2, 0x300, 16, 0, 0), -EINVAL);
	/* CREATE and MOVE onto another slot: by its first page, its last page, around it. */
	CHECK_EQ(vm_slot(&vm, 3, 0xf1, 16, 0, 0), -EEXIST);
	CHECK_EQ(vm_slot(&vm, 3, 0x10f, 16, 0, 0), -EEXIST);
	CHECK_EQ(vm_slot(&vm, 3, 0x80, 0x200, 0, 0), -EEXIST);
	CHECK_EQ(vm_slot(&vm, 3, 0x105, 1, 0, 0), -EEXIST);
	CHECK_EQ(vm_slot(&vm, 0, 0x1f8, 16, 0, 0), -EEXIST);
	CHECK_EQ(gen(&vm, 0), g);
	/* Neighbours, a move onto itself, and the other space are no overlap (MS-9). */
	CHECK_EQ(vm_slot(&vm, 3, 0xf0, 16, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 4, 0x110, 16, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 4, 0x118, 16, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1u << 16, 0x100, 16, 64, 0), 0);
	vm_destroy(&vm);
}

static void ms_1_generations(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0); /* CREATE: one swap */
	CHECK_EQ(gen(&vm, 0), 2);
	CHECK_EQ(vm.rec.mmio_gen[0], 2);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0); /* the same again: none */
	CHECK_EQ(gen(&vm, 0), 2);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, CW_MEM_LOG_DIRTY), 0); /* FLAGS_ONLY: one */
	CHECK_EQ(gen(&vm, 0), 4);
	CHECK_EQ(vm_slot(&vm, 0, 0x200, 16, 0, CW_MEM_LOG_DIRTY), 0); /* MOVE: two */
	CHECK_EQ(gen(&vm, 0), 8);
	CHECK_EQ(vm_slot(&vm, 0, 0x300, 16, 0, 0), 0); /* gfn and flags: a MOVE */
	CHECK_EQ(gen(&vm, 0), 12);
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0); /* DELETE: two */
	CHECK_EQ(gen(&vm, 0), 16);
	CHECK_EQ(vm.rec.mmio_gen[0], 16);
	/* MS-11: the other space counts in odd numbers. */
	CHECK_EQ(gen(&vm, 1), 1);
	CHECK_EQ(vm_slot(&vm, 1u << 16, 0x100, 16, 0, 0), 0);
	CHECK_EQ(gen(&vm, 1), 3);
	CHECK_EQ(vm.rec.mmio_gen[1], 3);
	vm_destroy(&vm);
}

static void ms_3_wrap_zaps_everything(void)
{
	struct vm vm;
	uint64_t zapped;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x900, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x900), 0x900016);
	/* One lap later the same number comes up again: 0x80000 + 0x7fffe, and two swaps of the delete. */
	vm.mmu.space[0].generation = 0xffffe;
	zapped = vm.mmu.stats.mmu_shadow_zapped;
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	CHECK_EQ(gen(&vm, 0), 0x100002);
	CHECK(vm.mmu.stats.mmu_shadow_zapped > zapped);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x900), 0);
	vm_check(&vm);
	/* No wrap, no zap. */
	CHECK_EQ(vm_fault(&vm, 0x900, READ), CW_PF_EMULATE);
	zapped = vm.mmu.stats.mmu_shadow_zapped;
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	CHECK_EQ(vm.mmu.stats.mmu_shadow_zapped, zapped);
	vm_destroy(&vm);
}

static void ms_3_wrap_is_tried_again(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_fault(&vm, 0x900, READ), CW_PF_EMULATE);
	vm.mmu.space[0].generation = 0x7fffe;
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 1, -EIO);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	CHECK(vm_leaf(&vm, &vm.ctx, 0x900) != 0);
	CHECK_EQ(vm_slot(&vm, 1, 0x200, 16, 0, 0), 0);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x900), 0);
	vm_destroy(&vm);
}

static void ms_4_delete_unmaps_before_it_returns(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 1024, 0, 0), 0);
	for (uint64_t gfn = 0x100; gfn < 0x500; gfn += 7)
		CHECK_EQ(vm_fault(&vm, gfn, WRITE), CW_PF_FIXED);
	CHECK(rec_bus_alive(&vm.rec, vm.rec.host_bus[7]));
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	for (uint64_t h = 0; h < 1024; h++)
		CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[h]));
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	/* Tables that were left empty are gone too: root, and what the caches of the worker hold. */
	CHECK_EQ(vm.mmu.stats.mmu_pages, 1);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_EMULATE);
	vm_destroy(&vm);
}

static void ms_4_failed_delete_reverts(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), -ETIMEDOUT);
	vm_check(&vm);
	/* The slot serves again; the old translation may still be in use. */
	CHECK(rec_bus_alive(&vm.rec, vm.rec.host_bus[1]));
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[1]));
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[2]));
	vm_destroy(&vm);
}

static void ms_4_move_takes_translations_and_keeps_marks(void)
{
	struct vm vm;
	uint64_t map[1] = {0};

	vm_init(&vm);
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm_fault(&vm, 0x103, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_slot(&vm, 0, 0x108, 16, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[3]));
	CHECK_EQ(vm_fault(&vm, 0x103, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_fault(&vm, 0x10b, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x10b) & REC_ADDR, vm.rec.host_bus[3]);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 1);
	CHECK_EQ(map[0], 1 << 3);
	vm_destroy(&vm);
}

static void lookup_against_a_linear_search(void)
{
	struct vm vm;
	struct {
		uint64_t gfn, n;
	} s[200];
	unsigned nr = 0;
	uint64_t gfn = 3;

	vm_init(&vm);
	for (unsigned i = 0; i < 200; i++) {
		s[nr].gfn = gfn;
		s[nr].n = 1 + (i * 7) % 5;
		gfn += s[nr].n + (i % 3);
		nr++;
	}
	/* In an order that inserts everywhere. */
	for (unsigned i = 0; i < nr; i++) {
		unsigned j = (i * 73) % nr;

		CHECK_EQ(vm_slot(&vm, j, s[j].gfn, s[j].n, 0, 0), 0);
	}
	vm_check(&vm);
	for (unsigned i = 0; i < nr; i += 3)
		CHECK_EQ(vm_slot(&vm, i, 0, 0, 0, 0), 0);
	for (uint64_t g = 0; g < gfn + 10; g++) {
		struct cw_memslot slot;
		int want = -1;

		for (unsigned i = 0; i < nr; i++)
			if (i % 3 && g >= s[i].gfn && g < s[i].gfn + s[i].n)
				want = (int)i;
		CHECK_EQ(cw_mmu_get_memslot(&vm.mmu, 0, g, &slot), want < 0 ? -ENOENT : 0);
		if (want >= 0)
			CHECK_EQ(slot.id, want);
	}
	vm_destroy(&vm);
}

static void t_ms_05_all_user_slots(void)
{
	struct vm vm;

	vm_init(&vm);
	for (unsigned i = 0; i < 32764; i++) {
		if (vm_slot(&vm, i, 2 * i, 1, i % VM_HOST_PAGES, 0)) {
			CHECK(!"slot refused");
			break;
		}
	}
	CHECK_EQ(vm_slot(&vm, 32764, 2 * 32764, 1, 0, 0), -EINVAL);
	CHECK_EQ(vm_slot(&vm, 1u << 16 | 32763, 0, 1, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 2 * 32763, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 2 * 32763 - 1, WRITE), CW_PF_EMULATE);
	vm_destroy(&vm);
}

static void a_fresh_slot_costs_nothing(void)
{
	struct timespec a, b;
	struct vm vm;
	unsigned calls, small;

	vm_init(&vm);
	/* The first slot of a space makes its sets. */
	CHECK_EQ(vm_slot(&vm, 1, 1ull << 30, 1, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 3, 3ull << 30, 1, 0, 0), 0);
	alloc_fail(0);
	CHECK_EQ(vm_slot(&vm, 2, 2ull << 30, 1, 0, 0), 0);
	small = alloc_calls();
	alloc_fail(0);
	clock_gettime(CLOCK_MONOTONIC, &a);
	CHECK_EQ(vm_slot(&vm, 0, 0, 1ull << 28, 0, 0), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	calls = alloc_calls();
	CHECK(calls < 10 && calls == small);
	CHECK((b.tv_sec - a.tv_sec) * 1000000000ll + b.tv_nsec - a.tv_nsec < 10000000);
	vm_destroy(&vm);
}

static void p51_marks_are_taken_once(void)
{
	struct vm vm;
	uint64_t map[32] = {0};

	vm_init(&vm);
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 7, 0x100, 1100, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), 0);
	CHECK_EQ(vm_fault(&vm, 0x100 + 0, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 0x100 + 70, READ), CW_PF_FIXED); /* P27: a read grants no W and marks nothing */
	CHECK_EQ(vm_fault(&vm, 0x100 + 600, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 0x100 + 1099, WRITE), CW_PF_FIXED);
	vm_check(&vm);
	map[1] = 1; /* ORed into what is there */
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), 3);
	CHECK_EQ(map[0], 1);
	CHECK_EQ(map[1], 1);
	CHECK_EQ(map[600 / 64], 1ull << 600 % 64);
	CHECK_EQ(map[1099 / 64], 1ull << 1099 % 64);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), 0);
	/* DL-6: the next write faults again, and is marked again. */
	CHECK(!(vm_leaf(&vm, &vm.ctx, 0x100) & REC_W));
	CHECK_EQ(vm_fault(&vm, 0x100 + 0, WRITE), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), 1);
	/* Bad arguments. */
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 8, map), -ENOENT);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 2u << 16, map), -EINVAL);
	/* Marks do not outlive the flag. */
	CHECK_EQ(vm_fault(&vm, 0x105, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_slot(&vm, 7, 0x100, 1100, 0, 0), 0);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), -ENOENT);
	CHECK_EQ(vm_slot(&vm, 7, 0x100, 1100, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), 0);
	CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), -ENOENT);
	vm_destroy(&vm);
}

/* Writes never reach a READONLY slot: they mark nothing, and logging it has nothing to protect. */
static void a_readonly_slot_that_logs(void)
{
	uint64_t map[1] = {0};
	unsigned flushes;
	struct vm vm;

	vm_init(&vm);
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, CW_MEM_READONLY), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, READ), CW_PF_FIXED);
	flushes = vm.rec.count[REC_FLUSH];
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, CW_MEM_READONLY | CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm.rec.count[REC_FLUSH], flushes);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm_fault(&vm, 0x102, READ), CW_PF_FIXED);
	CHECK(!(vm_leaf(&vm, &vm.ctx, 0x102) & (REC_W | REC_MMU_W)));
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 0);
	CHECK_EQ(map[0], 0);
	vm_destroy(&vm);
}

/* T-DL-05: what clear accepts. */
static void dl_5_clear(void)
{
	struct vm vm;
	uint64_t map[18], ones[18];

	vm_init(&vm);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, CW_LOG_INITIALLY_SET), -EINVAL);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET), 0);
	CHECK_EQ(vm_slot(&vm, 7, 0x100, 1100, 0, CW_MEM_LOG_DIRTY), 0);
	memset(map, 0, sizeof(map));
	memset(ones, 0xff, sizeof(ones));
	/* DL-1, DL-4: all set, and copied only. */
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), 1100);
	CHECK_EQ(map[0], ~0ull);
	CHECK_EQ(map[17], (1ull << 12) - 1);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 7, map), 1100);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 1, 64, ones), -EINVAL);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 0, 63, ones), -EINVAL);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 1152, 0, ones), -EINVAL);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 64, 1100, ones), -EINVAL);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 8, 0, 64, ones), -ENOENT);
	/* The odd tail of the slot; bits beyond it are ignored, clean pages are not touched. */
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 1088, 12, ones), 12);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 1088, 12, ones), 0);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	ones[0] = 2;
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 0, 64, ones), 1);
	CHECK(vm_leaf(&vm, &vm.ctx, 0x100) & REC_W);
	ones[0] = 1;
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 7, 0, 64, ones), 1);
	CHECK(!(vm_leaf(&vm, &vm.ctx, 0x100) & REC_W));
	vm_check(&vm);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(validation_rows);
	RUN(t_ms_04_flag_matrix, "T-MS-04");
	RUN(changes_that_are_refused, "MS-9 T-MS-05");
	RUN(ms_1_generations, "MS-1 MS-4 MS-11");
	RUN(ms_3_wrap_zaps_everything, "MS-3");
	RUN(ms_3_wrap_is_tried_again, "MS-3");
	RUN(ms_4_delete_unmaps_before_it_returns, "MS-4 T-ZP-08");
	RUN(ms_4_failed_delete_reverts, "MS-4");
	RUN(ms_4_move_takes_translations_and_keeps_marks, "MS-4");
	RUN(lookup_against_a_linear_search);
	RUN(t_ms_05_all_user_slots, "T-MS-05");
	RUN(a_fresh_slot_costs_nothing);
	RUN(p51_marks_are_taken_once, "DL-6 SPTE-8 SPTE-11");
	RUN(a_readonly_slot_that_logs, "T-DL-11");
	RUN(dl_5_clear, "DL-1 DL-4 T-DL-05");
	return CHECK_DONE("mmu_memslot");
}
