/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Mapping ahead of time (T-MS-13; mmu-spec 7.1): progress, its end, and what it leaves behind. */
#include "guestmem.h"

#define M2 512ull

static struct vm vm;
static uint64_t gpa, size;

static void begin(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	gm_begin(&vm, &p);
	gm_ops.resolve_atomic = NULL;
}

/* In pages. */
static int prefault(uint64_t gfn, uint64_t npages, bool write)
{
	gpa = gfn << 12;
	size = npages << 12;
	return cw_mmu_prefault(&vm.worker, &vm.ctx, &gpa, &size, write);
}

static bool mapped(uint64_t gfn, uint64_t hpage, bool write)
{
	unsigned level;
	uint64_t bus = 0, e = rec_walk(&vm.rec, &vm.ctx, gfn, &level);

	if (!vm_level(&vm, &vm.ctx, gfn, &bus))
		return false;
	CHECK_EQ(bus, vm.rec.host_bus[hpage]);
	return !write || (e & REC_W);
}

/* A slot of 2 MiB and a page. */
static void t_ms_13_a_slot_and_its_end(void)
{
	for (unsigned level = 1; level <= 2; level++) {
		begin();
		vm_host_level(&vm, 0, 2 * M2, level);
		CHECK_EQ(vm_slot(&vm, 0, M2, M2 + 1, M2, 0), 0);
		CHECK_EQ(prefault(M2, M2, READ), 0);
		CHECK_EQ(size, 0);
		CHECK_EQ(gpa, 2 * M2 << 12);
		for (uint64_t i = 0; i < M2; i++)
			CHECK(mapped(M2 + i, M2 + i, READ));
		CHECK(!mapped(2 * M2, 2 * M2, READ));
		CHECK_EQ(vm.mmu.stats.pf_taken, level == 1 ? M2 : 1);
		/* The last page of the slot and one behind: half of it is success, the rest is not there. */
		CHECK_EQ(prefault(2 * M2, 2, READ), 0);
		CHECK_EQ(size, 4096);
		CHECK_EQ(cw_mmu_prefault(&vm.worker, &vm.ctx, &gpa, &size, READ), -ENOENT);
		CHECK_EQ(size, 4096);
		CHECK_EQ(gpa, (2 * M2 + 1) << 12);
		CHECK(mapped(2 * M2, 2 * M2, READ));
		/* Beyond it: nothing is consumed. */
		CHECK_EQ(prefault(3 * M2, M2, READ), -ENOENT);
		CHECK_EQ(size, M2 << 12);
		CHECK_EQ(gpa, 3 * M2 << 12);
		/* What is there already counts as done. */
		CHECK_EQ(prefault(M2 + 3, M2 - 3, WRITE), 0);
		CHECK_EQ(size, 0);
		vm_check(&vm);
		/* No fault of a device is left to be taken. */
		for (uint64_t i = 0; i <= M2; i++)
			CHECK_EQ(vm_fault(&vm, M2 + i, WRITE), CW_PF_SPURIOUS);
		vm_destroy(&vm);
	}
}

static void what_cannot_be_mapped(void)
{
	struct cw_mmu_ctx shadow;

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0, 16, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 16, 4, 16, CW_MEM_READONLY), 0);
	CHECK_EQ(vm_slot(&vm, 2, 20, 4, 0, CW_MEM_ALLONES), 0);
	CHECK_EQ(prefault(14, 4, WRITE), 0);
	CHECK_EQ(size, 2 << 12);
	CHECK_EQ(prefault(16, 4, WRITE), -ENOENT);
	CHECK_EQ(prefault(16, 4, READ), 0);
	CHECK_EQ(size, 0);
	CHECK_EQ(prefault(20, 1, READ), -ENOENT);
	CHECK(mapped(17, 17, READ) && !mapped(17, 17, WRITE) && !mapped(20, 20, READ));
	gpa = 0x100;
	size = 4096;
	CHECK_EQ(cw_mmu_prefault(&vm.worker, &vm.ctx, &gpa, &size, READ), -EINVAL);
	CHECK_EQ(prefault(0, 0, READ), -EINVAL);
	/* Beyond the context's width. */
	CHECK_EQ(prefault(1ull << 36, 1, READ), -EFAULT);
	/* The host takes the page away just now; afterwards it is there. */
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 3 << 12, 4 << 12, true), 0);
	CHECK_EQ(prefault(2, 2, WRITE), 0);
	CHECK_EQ(size, 4096);
	CHECK_EQ(cw_mmu_prefault(&vm.worker, &vm.ctx, &gpa, &size, WRITE), -EAGAIN);
	CHECK_EQ(size, 4096);
	cw_mmu_invalidate_end(&vm.mmu, 3 << 12, 4 << 12);
	CHECK_EQ(cw_mmu_prefault(&vm.worker, &vm.ctx, &gpa, &size, WRITE), 0);
	CHECK(mapped(3, 3, WRITE));
	rec_fail(&vm.rec, REC_RESOLVE, 2, -EFAULT);
	CHECK_EQ(prefault(8, 4, READ), 0);
	CHECK_EQ(size, 3 << 12);
	gm_tables();
	gm_attach(&vm, &shadow, true);
	gpa = 0;
	size = 4096;
	CHECK_EQ(cw_mmu_prefault(&vm.worker, &shadow, &gpa, &size, READ), -EOPNOTSUPP);
	CHECK_EQ(size, 4096);
	vm_check(&vm);
	vm_detach(&vm, &shadow);
	vm_destroy(&vm);
}

/* P51: where W tells what is written, mapping for writes marks, as it must; for reads it does not (P27). */
static void in_a_slot_that_logs(void)
{
	for (unsigned write = 0; write < 2; write++) {
		uint64_t map[1] = {0};

		begin();
		CHECK_EQ(vm_slot(&vm, 0, 0, 16, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 0), 0);
		CHECK_EQ(prefault(3, 5, write), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), write ? 5 : 0);
		CHECK_EQ(map[0], write ? 0xf8 : 0);
		vm_check(&vm);
		vm_destroy(&vm);
	}
}

int main(void)
{
	RUN(t_ms_13_a_slot_and_its_end, "T-MS-13");
	RUN(what_cannot_be_mapped, "T-MS-13");
	RUN(in_a_slot_that_logs, "P27 P51");
	return CHECK_DONE("mmu_prefault");
}
