/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Shadow contexts and slots: what becomes of DMA to guest tables, read-only slots, the SMM space. */
#include "guestmem.h"

static struct vm vm;

static void begin(bool refuse)
{
	struct cw_mmu_params p = {.address_bits = 48, .refuse_table_writes = refuse};

	gm_begin(&vm, &p);
	gm_ops.resolve_atomic = NULL;
}

static int fault(struct cw_mmu_ctx *ctx, uint64_t addr, bool write)
{
	int r = CW_PF_RETRY;

	for (unsigned i = 0; i < 4 && r == CW_PF_RETRY; i++)
		r = gm_fault(&vm, ctx, addr, write, NULL);
	return r;
}

static void dma_to_guest_tables(void)
{
	for (unsigned refuse = 0; refuse < 2; refuse++) {
		const struct cw_mmu_stats *st = &vm.mmu.stats;
		struct cw_mmu_ctx ctx;

		begin(refuse);
		gm_tables();
		CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
		gm_set(4, 0, 100 << 12 | G_DONE);
		gm_attach(&vm, &ctx, true);
		CHECK_EQ(fault(&ctx, 0, WRITE), CW_PF_FIXED);
		/* A table above level 1: forgotten, and the write tried again; or refused, and nothing is touched. */
		CHECK_EQ(vm_fault(&vm, 2, WRITE), refuse ? CW_PF_WRITE_PROTECTED : CW_PF_RETRY);
		CHECK_EQ(st->wt_denied, refuse);
		CHECK_EQ(st->wt_unprotected, !refuse);
		CHECK_EQ(!(vm_leaf(&vm, &ctx, 0) & REC_PRESENT), !refuse);
		CHECK_EQ(vm_fault(&vm, 2, WRITE), refuse ? CW_PF_WRITE_PROTECTED : CW_PF_FIXED);
		/* Reads are nobody's business, and a root in use stays one. */
		CHECK_EQ(vm_fault(&vm, 3, READ), CW_PF_FIXED);
		CHECK_EQ(vm_fault(&vm, 1, WRITE), CW_PF_WRITE_PROTECTED);
		CHECK_EQ(st->pf_write_protected, st->wt_denied);
		vm_check(&vm);
		vm_detach(&vm, &ctx);
		vm_destroy(&vm);
	}
}

static void ms_7_read_only_slot(void)
{
	struct cw_mmu_ctx ctx;

	begin(false);
	gm_tables();
	CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 512, 64, 512, CW_MEM_READONLY), 0);
	gm_set(4, 0, 520ull << 12 | G_DONE);
	gm_attach(&vm, &ctx, true);
	CHECK_EQ(fault(&ctx, 0, WRITE), CW_PF_EMULATE);
	CHECK_EQ(fault(&ctx, 0, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &ctx, 0) & REC_ADDR, vm.rec.host_bus[520]);
	/* SPTE-5: 000 */
	CHECK(!(vm_leaf(&vm, &ctx, 0) & (REC_W | REC_MMU_W | 1ull << 57)));
	CHECK_EQ(fault(&ctx, 0, WRITE), CW_PF_EMULATE);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static void spte_6_host_mapping_becomes_writable(void)
{
	struct cw_mmu_ctx ctx;

	begin(false);
	gm_tables();
	CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
	vm.rec.host_ro[100] = true;
	gm_set(4, 0, 100 << 12 | G_DONE);
	gm_attach(&vm, &ctx, true);
	CHECK_EQ(fault(&ctx, 0, READ), CW_PF_FIXED);
	CHECK(!(vm_leaf(&vm, &ctx, 0) & (REC_W | REC_MMU_W | 1ull << 57)));
	CHECK_EQ(fault(&ctx, 0, WRITE), -EFAULT);
	/* The host says nothing; the entry goes, and comes back with all three bits. */
	vm.rec.host_ro[100] = false;
	CHECK_EQ(fault(&ctx, 0, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &ctx, 0) & (REC_W | REC_MMU_W | 1ull << 57), REC_W | REC_MMU_W | 1ull << 57);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static void ms_12_tables_and_data_of_the_own_space(void)
{
	struct cw_shadow_params p = {.as_id = 1, .level = 4, .kind = CW_GUEST_VIRT};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA | CW_EFER_NX, .root = 1 << 12};
	struct cw_mmu_ctx normal, smm;

	begin(false);
	gm_tables();
	gm_set(4, 0, 100 << 12 | G_DONE);
	/* The same gfns in SMM are other memory, with other tables. */
	for (unsigned i = 1; i < 4; i++)
		gm_set(512 + i, 0, (i + 1ull) << 12 | G_RWU | G_A);
	gm_set(512 + 4, 0, 101 << 12 | G_DONE);
	CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1 << 16, 0, 512, 512, 0), 0);
	gm_attach(&vm, &normal, true);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &smm, &p, &regs), 0);
	rec_attach(&vm.rec, &smm);
	CHECK_EQ(fault(&normal, 0, WRITE), CW_PF_FIXED);
	CHECK_EQ(fault(&smm, 0, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &normal, 0) & REC_ADDR, vm.rec.host_bus[100]);
	CHECK_EQ(vm_leaf(&vm, &smm, 0) & REC_ADDR, vm.rec.host_bus[512 + 101]);
	/* A write to a table of the one space says nothing of the other. */
	CHECK_EQ(vm_fault(&vm, 2, WRITE), CW_PF_RETRY);
	CHECK(!(vm_leaf(&vm, &normal, 0) & REC_PRESENT));
	CHECK(vm_leaf(&vm, &smm, 0) & REC_PRESENT);
	vm_check(&vm);
	vm_detach(&vm, &smm);
	vm_detach(&vm, &normal);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(dma_to_guest_tables);
	RUN(ms_7_read_only_slot, "MS-7 SPTE-5");
	RUN(spte_6_host_mapping_becomes_writable, "SPTE-6");
	RUN(ms_12_tables_and_data_of_the_own_space, "MS-9 MS-12");
	return CHECK_DONE("mmu_policy");
}
