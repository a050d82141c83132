/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Prefetch of neighbours: a window of eight aligned entries (mmu-spec 0), by the rules of MS-8, P27, SPTE-18, ZAP-7. */
#include "guestmem.h"

static struct vm vm;
static unsigned marked; /* releases with mapped */
static unsigned dropped;

static void count_release(void *priv, const struct cw_hpage *page, bool mapped)
{
	*(mapped ? &marked : &dropped) += 1;
	rec_ops.release(priv, page, mapped);
}

static void begin(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	gm_begin(&vm, &p);
	gm_ops.release = count_release;
	marked = dropped = 0;
}

/* Pages first .. first + n - 1 that are mapped by 4 KiB leaves in a context, bit 0 for the first. */
static uint64_t mapped(struct cw_mmu_ctx *ctx, uint64_t first, unsigned n)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < n; i++)
		bits |= (uint64_t) !!(vm_leaf(&vm, ctx, first + i) & REC_PRESENT) << i;
	return bits;
}

static void window_of_eight_aligned_entries(void)
{
	unsigned writes, loads;

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	writes = vm.rec.count[REC_ENTRY_WRITE];
	loads = vm.rec.count[REC_TABLE_LOAD];
	CHECK_EQ(vm_fault(&vm, 13, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 32), 0xff00);
	/* A new table takes its eight entries along: one load each for levels 3, 2 and 1, and one link. */
	CHECK_EQ(vm.rec.count[REC_ENTRY_WRITE], writes + 1);
	CHECK_EQ(vm.rec.count[REC_TABLE_LOAD], loads + 3);
	CHECK_EQ(vm.mmu.stats.pf_prefetched, 7);
	CHECK_EQ(vm.mmu.stats.pages_4k, 8);
	/* In a table that stands they go by a WRITE each, and where something stands there is none. */
	CHECK_EQ(vm_fault(&vm, 16, WRITE), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 32), 0xffff00);
	CHECK_EQ(vm.rec.count[REC_ENTRY_WRITE], writes + 9);
	for (uint64_t i = 8; i < 24; i++) {
		CHECK_EQ(vm_leaf(&vm, &vm.ctx, i) & REC_ADDR, vm.rec.host_bus[i]);
		CHECK_EQ(vm_fault(&vm, i, WRITE), CW_PF_SPURIOUS);
	}
	/* SPTE-18: each page that has an entry was said to be mapped. */
	CHECK_EQ(marked, 16);
	CHECK_EQ(dropped, 0);
	vm_check(&vm);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 10, 1), 0);
	CHECK_EQ(vm_fault(&vm, 10, READ), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.pf_prefetched, 14);
	vm_destroy(&vm);
}

/* An embedder for which a WRITE is dear: neighbours where they are free, and where faults come in a row. */
static void only_where_faults_come_in_a_row(void)
{
	unsigned writes;

	begin();
	vm.mmu.params.prefetch_runs = true;
	CHECK_EQ(vm_slot(&vm, 0, 0, 128, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 13, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 64), 0xff00);
	writes = vm.rec.count[REC_ENTRY_WRITE];
	/* Alone in a table that stands. */
	CHECK_EQ(vm_fault(&vm, 35, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 64), 0x80000ff00);
	CHECK_EQ(vm.rec.count[REC_ENTRY_WRITE], writes + 1);
	/* Upwards, downwards. */
	CHECK_EQ(vm_fault(&vm, 36, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 64), 0xff0000ff00);
	CHECK_EQ(vm_fault(&vm, 7, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 64), 0xff0000ffff);
	CHECK_EQ(vm_fault(&vm, 47, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 64), 0x80ff0000ffff);
	CHECK_EQ(vm_fault(&vm, 48, WRITE), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 64), 0xff80ff0000ffff);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void never_across_slots(void)
{
	begin();
	/* Neighbours are other slots of the same backing, a hole, and one that is read-only. */
	CHECK_EQ(vm_slot(&vm, 0, 0x102, 3, 2, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 0x105, 1, 5, 0), 0);
	CHECK_EQ(vm_slot(&vm, 2, 0x106, 1, 6, CW_MEM_READONLY), 0);
	CHECK_EQ(vm_fault(&vm, 0x103, WRITE), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0x100, 8), 0x1c);
	CHECK_EQ(vm_fault(&vm, 0x106, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0x100, 8), 0x5c);
	CHECK_EQ(vm_slot(&vm, 3, 0x200, 8, 0x20, CW_MEM_READONLY), 0);
	CHECK_EQ(vm_fault(&vm, 0x203, READ), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0x200, 8), 0xff);
	/* MS-7 */
	for (uint64_t i = 0; i < 8; i++)
		CHECK(!(vm_leaf(&vm, &vm.ctx, 0x200 + i) & (REC_W | REC_MMU_W | 1ull << 57)));
	vm_check(&vm);
	vm_destroy(&vm);
}

static void host_says_when_it_would_sleep(void)
{
	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	vm.rec.host_away = 4 + 1;
	vm.rec.host_ro[1] = true;
	CHECK_EQ(vm_fault(&vm, 2, READ), CW_PF_FIXED);
	/* It ends the search: what lies behind would have to be asked for, too. */
	CHECK_EQ(mapped(&vm.ctx, 0, 8), 0x0f);
	/* SPTE-6: each page by its own host mapping. */
	CHECK(!(vm_leaf(&vm, &vm.ctx, 1) & (REC_W | REC_MMU_W)));
	CHECK(vm_leaf(&vm, &vm.ctx, 3) & REC_W);
	CHECK_EQ(vm.rec.count[REC_RESOLVE], 1);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void p27_no_write_where_w_tells_what_is_written(void)
{
	uint64_t bits[1] = {0};

	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT; mode++) {
		bool exact = mode != CW_LOG_CAPTURE;

		begin();
		CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, 1, 64, 64, 64, 0), 0);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		CHECK_EQ(vm_fault(&vm, 2, WRITE), CW_PF_FIXED);
		CHECK_EQ(mapped(&vm.ctx, 0, 8), 0xff);
		for (uint64_t i = 0; i < 8; i++) {
			uint64_t e = vm_leaf(&vm, &vm.ctx, i);

			CHECK_EQ(!(e & REC_W), exact && i != 2);
			CHECK(e & REC_MMU_W);
		}
		/* Only the page that was written is reported: the fixer adds W to the others, with a record. */
		bits[0] = 0;
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, bits), exact ? 1 : 0);
		CHECK_EQ(bits[0], exact ? 4 : 0);
		/* A slot that does not log has nothing to be careful of. */
		CHECK_EQ(vm_fault(&vm, 64, READ), CW_PF_FIXED);
		CHECK(vm_leaf(&vm, &vm.ctx, 65) & REC_W);
		vm_check(&vm);
		CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
		vm_destroy(&vm);
	}
}

static void zap_7_nothing_that_is_being_taken_away(void)
{
	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 4 << 12, 6 << 12, true), 0);
	CHECK_EQ(vm_fault(&vm, 2, WRITE), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 8), 0xcf);
	cw_mmu_invalidate_end(&vm.mmu, 4 << 12, 6 << 12);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void failures_give_all_pages_back(void)
{
	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	/* The load of the new table, then one WRITE among the neighbours: the fault is well without them. */
	rec_fail(&vm.rec, REC_TABLE_LOAD, 1, -EIO);
	CHECK_EQ(vm_fault(&vm, 2, WRITE), -EIO);
	CHECK_EQ(dropped, 8);
	vm_check(&vm);
	CHECK_EQ(vm_fault(&vm, 2, WRITE), CW_PF_FIXED);
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 4, -EIO);
	CHECK_EQ(vm_fault(&vm, 8, WRITE), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 8, 8), 0x07);
	CHECK_EQ(dropped, 8 + 5);
	vm_check(&vm);
	vm_destroy(&vm);
}

/* --- shadow contexts --- */

static void shadow_by_what_the_guest_has(void)
{
	struct cw_mmu_ctx ctx;
	uint64_t error;

	begin();
	gm_tables();
	CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 512, 64, 512, 0), 0);
	gm_set(4, 0, 100 << 12 | G_DONE);
	gm_set(4, 1, 130 << 12 | G_DONE);		 /* elsewhere */
	gm_set(4, 2, 101 << 12 | G_RWU | G_A);		 /* clean: no W before D is set */
	gm_set(4, 3, 102 << 12 | G_RWU);		 /* not accessed */
	gm_set(4, 4, 103 << 12 | G_P | G_W | G_A | G_D); /* the kernel's */
	gm_set(4, 5, 104 << 12 | G_DONE | G_NX);	 /* reserved without EFER.NX */
	gm_set(4, 6, 520ull << 12 | G_DONE);		 /* in another slot */
	gm_set(4, 7, 105 << 12 | G_P | G_U | G_A | G_D); /* read-only */
	gm_set(4, 8, 106 << 12 | G_DONE);		 /* beyond the window */
	gm_attach(&vm, &ctx, false);
	CHECK_EQ(gm_fault(&vm, &ctx, 0x0123, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0, 16), 0x87);
	CHECK_EQ(vm_leaf(&vm, &ctx, 1) & REC_ADDR, vm.rec.host_bus[130]);
	CHECK_EQ(vm_leaf(&vm, &ctx, 7) & REC_ADDR, vm.rec.host_bus[105]);
	CHECK(vm_leaf(&vm, &ctx, 1) & REC_W);
	CHECK(!(vm_leaf(&vm, &ctx, 2) & (REC_W | REC_MMU_W)));
	CHECK(!(vm_leaf(&vm, &ctx, 7) & (REC_W | REC_MMU_W)));
	/* What was not asked for leaves no trace in the guest. */
	CHECK_EQ(gm_get(4, 3), 102 << 12 | G_RWU);
	/* T-RL-06, check_pfec_on_prefetch_pte: it must still report what is reserved. */
	CHECK_EQ(gm_fault(&vm, &ctx, 0x5123, READ, &error), CW_PF_GUEST);
	CHECK_EQ(error, CW_PFEC_P | CW_PFEC_RSVD | CW_PFEC_U);
	CHECK_EQ(gm_fault(&vm, &ctx, 0x4123, READ, &error), CW_PF_GUEST);
	CHECK_EQ(error, CW_PFEC_P | CW_PFEC_U);
	/* I10: an invalidation takes back what the guest took back. */
	gm_set(4, 1, 0);
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0x1000, 1), 0);
	CHECK_EQ(mapped(&ctx, 0, 16), 0x85);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

/* The gfn that the companion of a leaf has. */
static uint64_t companion(struct cw_mmu_ctx *ctx, uint64_t page)
{
	unsigned level;
	uint64_t addr;

	rec_walk_at(&vm.rec, ctx, page, &level, &addr);
	CHECK_EQ(level, 1);
	return rec_entry(&vm.rec, addr | CW_COMPANION) >> 12;
}

static void p31_companions_of_neighbours(void)
{
	struct cw_mmu_ctx ctx;

	begin();
	gm_tables();
	CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
	for (unsigned i = 0; i < 8; i++)
		gm_set(4, i, (100ull + 3 * i) << 12 | G_RWU | G_A);
	gm_attach(&vm, &ctx, true);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0, 16), 0xff);
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(companion(&ctx, i), 100 + 3 * i);
	/* Another page stands there now, and the FLUSH failed: until one has completed the companion stays. */
	gm_set(4, 5, 200ull << 12 | G_RWU | G_A);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0x5000, 1), -ETIMEDOUT);
	CHECK_EQ(gm_fault(&vm, &ctx, 0x2000, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0, 16), 0xdf);
	CHECK_EQ(companion(&ctx, 5), 115);
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK_EQ(gm_fault(&vm, &ctx, 0x3000, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0, 16), 0xff);
	CHECK_EQ(companion(&ctx, 5), 200);
	/* One whose companion cannot be written comes to nothing, as do those behind it. */
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 100, 101), 0);
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 3, -EIO);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0, 16), 0x03);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static void shadow_leaves_tracked_tables_alone(void)
{
	struct cw_mmu_ctx ctx;

	begin();
	gm_tables();
	CHECK_EQ(vm_slot(&vm, 0, 0, 512, 0, 0), 0);
	for (unsigned i = 0; i < 8; i++)
		gm_set(4, i, (uint64_t)i << 12 | G_DONE);
	gm_attach(&vm, &ctx, true);
	/* Pages 1 to 3 are tables above level 1, which this very fault begins to shadow; 4 is one of level 1. */
	CHECK_EQ(gm_fault(&vm, &ctx, 0x6000, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0, 8), 0xf1);
	/* A direct context has the same pages to keep from. */
	CHECK_EQ(vm_fault(&vm, 6, WRITE), CW_PF_FIXED);
	CHECK_EQ(mapped(&vm.ctx, 0, 8), 0xf1);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static void shadow_parts_of_large_pages(void)
{
	struct cw_mmu_ctx ctx;

	begin();
	gm_tables();
	CHECK_EQ(vm_slot(&vm, 0, 0, 1024, 0, 0), 0);
	gm_set(3, 1, 512ull << 12 | G_PS | G_DONE);
	gm_set(3, 2, 512ull << 12 | G_PS | G_P | G_U | G_A | G_D);
	gm_attach(&vm, &ctx, true);
	CHECK_EQ(gm_fault(&vm, &ctx, 0x205000, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0x200, 16), 0xff);
	CHECK_EQ(vm_leaf(&vm, &ctx, 0x200) & REC_ADDR, vm.rec.host_bus[512]);
	CHECK(vm_leaf(&vm, &ctx, 0x200) & REC_W);
	/* The same page by a read-only entry: neighbours have no more rights than the page asked for. */
	CHECK_EQ(gm_fault(&vm, &ctx, 0x405000, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(mapped(&ctx, 0x400, 16), 0xff);
	for (unsigned i = 0; i < 8; i++)
		CHECK(!(vm_leaf(&vm, &ctx, 0x400 + i) & (REC_W | REC_MMU_W)));
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(window_of_eight_aligned_entries, "SPTE-18");
	RUN(only_where_faults_come_in_a_row);
	RUN(never_across_slots, "MS-7");
	RUN(host_says_when_it_would_sleep, "P50 SPTE-6");
	RUN(p27_no_write_where_w_tells_what_is_written, "MS-8");
	RUN(zap_7_nothing_that_is_being_taken_away, "ZAP-7");
	RUN(failures_give_all_pages_back, "I9");
	RUN(shadow_by_what_the_guest_has, "I10 T-RL-06");
	RUN(p31_companions_of_neighbours);
	RUN(shadow_leaves_tracked_tables_alone);
	RUN(shadow_parts_of_large_pages);
	return CHECK_DONE("mmu_prefetch");
}
