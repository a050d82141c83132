/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Shadow pages of one small guest, step by step: what is tracked, what writes to tables do, very many mappings. */
#include "../../lib/mmu/internal.h"
#include "../../lib/mmu/shadow.h"
#include "vm.h"

#define GUEST_PAGES 64u
#define PML4 1u /* gfns */
#define PDPT 2u
#define PD 3u
#define PT 4u /* and those behind it */
#define DATA 16u
#define GPTE 0x67ull /* present, W, U, A, D */
#define HOST_W (1ull << 57)

static uint64_t mem[GUEST_PAGES * 512];
static struct cw_mmu_ops ops;
static struct cw_mmu_ctx shadow;
static struct vm vm;

static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	memcpy(buf, (char *)mem + hva, len);
	return 0;
}

static int host_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	(void)priv;
	(void)old;
	memcpy((char *)mem + hva, &new, size);
	return 0;
}

static void begin(void)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT, .flavour = CW_FLAVOUR_EPT};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = PML4 << 12};

	memset(mem, 0, sizeof(mem));
	mem[PML4 * 512] = PDPT << 12 | GPTE;
	mem[PDPT * 512] = PD << 12 | GPTE;
	for (uint64_t t = 0; t < 8; t++)
		mem[PD * 512 + t] = (PT + t) << 12 | GPTE;
	for (uint64_t i = 0; i < 32; i++)
		mem[PT * 512 + i] = (DATA + i) << 12 | GPTE;
	vm_init(&vm);
	ops = rec_ops;
	ops.host_read = host_read;
	ops.host_cmpxchg = host_cmpxchg;
	vm.mmu.ops = &ops;
	CHECK_EQ(vm_slot(&vm, 0, 0, GUEST_PAGES, 0, 0), 0);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &shadow, &p, &regs), 0);
	rec_attach(&vm.rec, &shadow);
}

static void end(void)
{
	vm_check(&vm);
	vm_detach(&vm, &shadow);
	vm_destroy(&vm);
}

static int use(uint64_t page, bool write)
{
	return vm_fault_ctx(&vm, &shadow, page, write);
}

static bool mapped(uint64_t page)
{
	unsigned level;

	return rec_walk(&vm.rec, &shadow, page, &level) & REC_PRESENT;
}

static int guest_writes(uint64_t gfn, unsigned index, size_t len)
{
	return cw_mmu_guest_write(&vm.mmu, 0, (gfn << 12) + 8 * index, len);
}

static void misses_make_pages_and_tables_are_tracked(void)
{
	uint64_t misses, pages;

	begin();
	misses = vm.mmu.stats.mmu_cache_miss;
	pages = vm.mmu.stats.mmu_pages;
	CHECK(cw_track_is(&vm.mmu, 0, PML4) && !cw_track_is(&vm.mmu, 0, PDPT) && !cw_track_is(&vm.mmu, 0, PD));
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.mmu_cache_miss, misses + 3);
	CHECK_EQ(vm.mmu.stats.mmu_pages, pages + 3);
	CHECK_EQ(vm.mmu.stats.mmu_shadowed, 4);
	CHECK(cw_track_is(&vm.mmu, 0, PDPT) && cw_track_is(&vm.mmu, 0, PD));
	/* Level 1 is not. */
	CHECK(!cw_track_is(&vm.mmu, 0, PT) && !cw_track_is(&vm.mmu, 0, DATA));
	/* The newest page is the first of the list, of this generation. */
	mem[(PT + 1) * 512] = (DATA + 9) << 12 | GPTE;
	CHECK_EQ(use(512, READ), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.mmu_cache_miss, misses + 4);
	CHECK_EQ(cw_list_entry(vm.mmu.active.next, struct cw_mmu_page, node)->gfn, PT + 1);
	CHECK_EQ(cw_list_entry(vm.mmu.active.next, struct cw_mmu_page, node)->gen, vm.mmu.valid_gen);
	/* Found again, nothing is made. */
	CHECK_EQ(use(1, READ), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.mmu_cache_miss, misses + 4);
	end();
}

static void writes_flood_a_table(void)
{
	begin();
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ(guest_writes(PD, 9, 8), 0);
	CHECK(mapped(0) && !vm.mmu.stats.mmu_flooded);
	CHECK_EQ(guest_writes(PD, 9, 8), 0);
	CHECK(!mapped(0) && vm.mmu.stats.mmu_flooded == 1);
	/* A walk in between, and the count begins again. */
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ(guest_writes(PD, 9, 8), 0);
	CHECK_EQ(use(1, READ), CW_PF_FIXED);
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ(guest_writes(PD, 9, 8), 0);
	CHECK(mapped(0) && mapped(1) && vm.mmu.stats.mmu_flooded == 1);
	CHECK_EQ(guest_writes(PD, 9, 8), 0);
	CHECK(!mapped(0) && vm.mmu.stats.mmu_flooded == 2);
	CHECK_EQ(vm.mmu.stats.mmu_pte_write, 8);
	end();
}

static void writes_of_entries_and_odd_ones(void)
{
	begin();
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(use(i, READ), CW_PF_FIXED);
	/* Tables of level 1 are written often, and one entry goes at a time. */
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(guest_writes(PT, 3, 8), 0);
	CHECK(mapped(0) && mapped(1) && mapped(2) && !mapped(3));
	/* One byte where an entry begins is a write of that entry. */
	CHECK_EQ(guest_writes(PT, 2, 1), 0);
	CHECK(mapped(0) && mapped(1) && !mapped(2));
	CHECK_EQ(vm.mmu.stats.mmu_flooded, 0);
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, (PT << 12) + 8 * 9, 3), 0);
	CHECK(!mapped(0) && !mapped(1) && vm.mmu.stats.mmu_flooded == 1);
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, (PT << 12) + 8 * 9 + 4, 8), 0); /* across two entries */
	CHECK(!mapped(0) && vm.mmu.stats.mmu_flooded == 2);
	end();
}

/* A table that stands below two entries goes from both. */
static void a_table_with_two_parents_is_forgotten(void)
{
	begin();
	mem[PD * 512 + 1] = PT << 12 | GPTE;
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	use(512, READ);
	CHECK(mapped(0) && mapped(512));
	CHECK_EQ(vm.mmu.stats.mmu_shadowed, 4);
	CHECK_EQ(guest_writes(PT, 9, 3), 0);
	CHECK(!mapped(0) && !mapped(512));
	CHECK_EQ(vm.mmu.stats.mmu_shadowed, 3);
	end();
}

/* 100: host-writable, and neither mmu-W nor W, for what is a guest's table. */
static void a_tracked_page_is_not_made_writable(void)
{
	uint64_t e;

	begin();
	CHECK_EQ(vm_fault(&vm, PD, WRITE), CW_PF_FIXED);
	CHECK(vm_leaf(&vm, &vm.ctx, PD) & REC_W);
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	e = vm_leaf(&vm, &vm.ctx, PD);
	CHECK((e & REC_PRESENT) && (e & HOST_W) && !(e & (REC_W | REC_MMU_W)));
	vm.mmu.params.refuse_table_writes = true;
	CHECK_EQ(vm_fault(&vm, PD, WRITE), CW_PF_WRITE_PROTECTED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, PD), e);
	CHECK_EQ(vm.mmu.stats.wt_denied, 1);
	CHECK(mapped(0));
	vm.mmu.params.refuse_table_writes = false;
	/* The other policy: the table is forgotten, then it may be written. */
	CHECK_EQ(vm_fault(&vm, PD, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm.mmu.stats.wt_unprotected, 1);
	CHECK(!mapped(0));
	CHECK_EQ(vm_fault(&vm, PD, WRITE), CW_PF_FIXED);
	CHECK(vm_leaf(&vm, &vm.ctx, PD) & REC_W);
	end();
}

/* Of all contexts that map the page, and of the engine's copies. */
static void tables_are_writable_nowhere(void)
{
	struct cw_mmu_ctx other;

	begin();
	vm_attach(&vm, &other, 4, 0, CW_FLAVOUR_X86);
	CHECK_EQ(vm_fault(&vm, PD, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault_ctx(&vm, &other, PD, WRITE), CW_PF_FIXED);
	CHECK(vm_leaf(&vm, &vm.ctx, PD) & vm_leaf(&vm, &other, PD) & REC_W);
	vm.rec.last_inval.npages = 0;
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	CHECK(!((vm_leaf(&vm, &vm.ctx, PD) | vm_leaf(&vm, &other, PD)) & REC_W));
	CHECK(vm.rec.last_inval.gfn <= PD && vm.rec.last_inval.gfn + vm.rec.last_inval.npages > PD);
	vm_check(&vm);
	vm_detach(&vm, &other);
	end();
}

/* A guest's table is one in its own address space; elsewhere the same gfn is data, and writes there are no news. */
static void tables_are_tracked_in_their_own_space(void)
{
	struct cw_mmu_ctx other;
	uint64_t bus;

	begin();
	CHECK_EQ(vm_slot(&vm, 1 << 16, 0, GUEST_PAGES, 64, 0), 0);
	vm_attach(&vm, &other, 4, 1, CW_FLAVOUR_EPT);
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	CHECK(cw_track_is(&vm.mmu, 0, PD) && cw_track_any(&vm.mmu, 0, PD, 1));
	CHECK(!cw_track_is(&vm.mmu, 1, PD) && !cw_track_any(&vm.mmu, 1, 0, GUEST_PAGES));
	/* Nor is a page beside one. */
	CHECK(!cw_track_any(&vm.mmu, 0, PD + 1, 9) && !cw_track_any(&vm.mmu, 0, 0, PML4));
	CHECK_EQ(vm_fault_ctx(&vm, &other, PD, WRITE), CW_PF_FIXED);
	CHECK(vm_leaf(&vm, &other, PD) & REC_W);
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 1, PML4 << 12, 4 * 4096), 0);
	CHECK(mapped(0));
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 1, 0, GUEST_PAGES), 0);
	CHECK(mapped(0) && !vm_level(&vm, &other, PD, &bus));
	CHECK_EQ(vm.mmu.stats.mmu_flooded + vm.mmu.stats.mmu_pde_zapped, 0);
	vm_check(&vm);
	vm_detach(&vm, &other);
	end();
}

/* What goes with a slot is what stands in it: neither the table before its pages, nor the one behind them. */
static void tables_beside_a_slot_stay(void)
{
	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 0, 0, PT, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, PT, 1, PT, 0), 0);
	CHECK_EQ(vm_slot(&vm, 2, PT + 1, GUEST_PAGES - PT - 1, PT + 1, 0), 0);
	mem[(PT + 1) * 512] = (DATA + 9) << 12 | GPTE;
	CHECK_EQ(use(0, READ), CW_PF_FIXED);
	CHECK_EQ(use(512, READ), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.mmu_shadowed, 5);
	CHECK_EQ(vm_slot(&vm, 1, 0, 0, 0, 0), 0);
	CHECK(!mapped(0) && mapped(512));
	CHECK_EQ(vm.mmu.stats.mmu_shadowed, 4);
	CHECK(cw_track_is(&vm.mmu, 0, PD));
	end();
}

static void one_page_at_very_many_addresses(void)
{
	unsigned retries = 0;

	begin();
	for (unsigned i = 0; i < 5 * 512; i++)
		mem[PT * 512 + i] = DATA << 12 | GPTE;
	for (unsigned i = 0; i < 5 * 512; i++) {
		int r = use(i, i & 1);

		/* All are taken away and flushed before the next one comes. */
		if (r == CW_PF_RETRY) {
			retries++;
			CHECK_EQ(vm.mmu.stats.pages_4k, 0);
			r = use(i, i & 1);
		}
		CHECK_EQ(r, CW_PF_FIXED);
		CHECK(mapped(i));
		CHECK(vm.mmu.stats.pages_4k <= 1000);
		if (i == 999)
			CHECK_EQ(vm.mmu.stats.mmu_recycled_rmap, 0);
	}
	CHECK_EQ(vm.mmu.stats.mmu_recycled_rmap, 2);
	CHECK_EQ(retries, 2);
	CHECK_EQ(vm.mmu.stats.pages_4k, 5 * 512 - 2 * 1000);
	end();
}

/*
 * ZAP-5 says every page of the gfn. A table that maps itself has several of one context, each below another, so that
 * what the write takes away from one may take others along, of which some were looked at already.
 */
static void a_write_to_a_table_that_maps_itself(void)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT, .flavour = CW_FLAVOUR_EPT, .supervisor = true};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = PML4 << 12};
	const uint64_t at[2] = {1ull << 27 | 1ull << 18 | 1ull << 9 | 1, 1ull << 27}, to[2] = {PML4, PT};
	uint64_t bus;
	struct cw_mmu_ctx kernel;

	for (unsigned from = 0; from < 2; from++) {
		struct cw_mmu_ctx *c[2] = {&shadow, &kernel};

		begin();
		mem[PML4 * 512 + 1] = PML4 << 12 | GPTE;
		CHECK_EQ(vm_fault_ctx(&vm, c[0], at[0], READ), CW_PF_FIXED);
		/* A root of another role at the same gfn, behind all pages of the first; below it other tables. */
		CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &kernel, &p, &regs), 0);
		rec_attach(&vm.rec, &kernel);
		CHECK_EQ(vm_fault_ctx(&vm, c[1], at[1], READ), CW_PF_FIXED);
		for (unsigned i = 0; i < 2; i++) {
			CHECK_EQ(vm_level(&vm, c[i], at[i], &bus), 1);
			CHECK_EQ(bus, vm.rec.host_bus[to[i]]);
		}
		mem[PML4 * 512 + 1] = 0;
		/* In the second round as a write that takes whole pages. */
		CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, (PML4 << 12) + 8 + from, 8), 0);
		for (unsigned i = 0; i < 2; i++)
			CHECK_EQ(vm_level(&vm, c[i], at[i], &bus), 0);
		vm_check(&vm);
		vm_detach(&vm, &kernel);
		end();
	}
}

int main(void)
{
	RUN(misses_make_pages_and_tables_are_tracked, "ROLE-21");
	RUN(writes_flood_a_table, "ZAP-5 T-ZP-06");
	RUN(writes_of_entries_and_odd_ones, "ZAP-5 T-ZP-06");
	RUN(a_write_to_a_table_that_maps_itself, "ZAP-5");
	RUN(a_table_with_two_parents_is_forgotten, "ZAP-5");
	RUN(a_tracked_page_is_not_made_writable, "T-FP-03");
	RUN(tables_are_writable_nowhere, "ROLE-21");
	RUN(tables_are_tracked_in_their_own_space, "MS-9");
	RUN(tables_beside_a_slot_stay, "ZAP-3");
	RUN(one_page_at_very_many_addresses, "T-RL-07");
	return CHECK_DONE("mmu_track");
}
