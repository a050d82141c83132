/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Special cases of shadow paging, step by step (T-RL-06): one page under two large entries of unlike rights, D bits of
 * read-only pages that a kernel writes with CR0.WP = 0, and CR0.WP itself. What needs fetches is left out: DMA has
 * none.
 */
#include "guestmem.h"

#define LARGE 512ull /* pages 512 to 1023 of the guest: one large page */
#define A_VA 0x200000ull
#define B_VA 0x400000ull
#define SMALL_VA 0x600000ull

static struct vm vm;
static struct cw_mmu_ctx ctx;

/* Entries 1 and 2 of the page directory map the large page, entry 3 a table. level: of the host's pieces. */
static void begin(uint64_t a, uint64_t b, unsigned level)
{
	struct cw_mmu_params p = {.address_bits = 48};

	gm_begin(&vm, &p);
	CHECK_EQ(vm_slot(&vm, 0, 0, MEM_PAGES, 0, 0), 0);
	vm_host_level(&vm, LARGE, 512, level);
	gm_tables();
	gm_set(3, 1, LARGE << 12 | G_PS | a);
	gm_set(3, 2, LARGE << 12 | G_PS | b);
	gm_set(3, 3, 5 << 12 | G_RWU | G_A);
}

static void end(void)
{
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

/* A context of the guest's kernel. */
static struct cw_guest_regs kernel(bool wp)
{
	return (struct cw_guest_regs){
		.cr0 = CW_CR0_PG | (wp ? CW_CR0_WP : 0),
		.cr4 = CW_CR4_PAE,
		.efer = CW_EFER_LMA | CW_EFER_NX,
		.root = 1 << 12,
	};
}

static void attach_kernel(bool wp)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT, .supervisor = true};
	struct cw_guest_regs regs = kernel(wp);

	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx, &p, &regs), 0);
	rec_attach(&vm.rec, &ctx);
}

static void load_kernel(bool wp)
{
	struct cw_guest_regs regs = kernel(wp);

	/* The engine gets another root, or the same. */
	rec_detach(&vm.rec, &ctx);
	CHECK(cw_ctx_load(&ctx, &regs, true) >= 0);
	rec_attach(&vm.rec, &ctx);
}

static int fault(uint64_t addr, bool write, uint64_t *error)
{
	int r = CW_PF_RETRY;

	for (unsigned i = 0; i < 4 && r == CW_PF_RETRY; i++)
		r = gm_fault(&vm, &ctx, addr, write, error);
	return r;
}

/* True if the engine's tables let an access pass, to the page that the guest's name. */
static bool passes(uint64_t addr, uint64_t page, bool write)
{
	unsigned level;
	uint64_t e = rec_walk(&vm.rec, &ctx, addr >> 12, &level), bus;

	if (!(e & REC_PRESENT) || (write && !(e & REC_W)))
		return false;
	CHECK_EQ(vm_level(&vm, &ctx, addr >> 12, &bus), level);
	CHECK_EQ(bus, vm.rec.host_bus[page]);
	return true;
}

/* corrupt_hugepage_trigger */
static void one_large_page_read_only_and_writable(void)
{
	for (unsigned level = 1; level <= 2; level++) {
		uint64_t error = 0;

		begin(G_P | G_U, G_RWU, level);
		gm_attach(&vm, &ctx, true);
		CHECK_EQ(fault(A_VA + 0x3000, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(fault(B_VA + 0x3000, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(fault(B_VA + 0x3000, WRITE, NULL), CW_PF_FIXED);
		CHECK(passes(B_VA + 0x3000, LARGE + 3, WRITE));
		CHECK(passes(A_VA + 0x3000, LARGE + 3, READ));
		CHECK(!passes(A_VA + 0x3000, LARGE + 3, WRITE));
		CHECK_EQ(fault(A_VA + 0x3000, WRITE, &error), CW_PF_GUEST);
		CHECK_EQ(error, CW_PFEC_P | CW_PFEC_W | CW_PFEC_U);
		CHECK(!passes(A_VA + 0x3000, LARGE + 3, WRITE));
		/* D of what was written, and of that alone. */
		CHECK_EQ(gm_get(3, 1) & (G_A | G_D), G_A);
		CHECK_EQ(gm_get(3, 2) & (G_A | G_D), G_A | G_D);
		end();
	}
}

/* check_large_pte_dirty_for_nowp */
static void each_large_entry_gets_its_own_d(void)
{
	for (unsigned level = 1; level <= 2; level++) {
		begin(G_P, G_P, level);
		attach_kernel(false);
		CHECK_EQ(fault(A_VA, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(gm_get(3, 1) & (G_A | G_D), G_A);
		CHECK(!passes(A_VA, LARGE, WRITE));
		CHECK_EQ(fault(B_VA, WRITE, NULL), CW_PF_FIXED);
		CHECK_EQ(gm_get(3, 2) & (G_A | G_D), G_A | G_D);
		/* The same page is written already, but not through A. */
		CHECK_EQ(gm_get(3, 1) & (G_A | G_D), G_A);
		CHECK(!passes(A_VA, LARGE, WRITE));
		CHECK_EQ(fault(A_VA, WRITE, NULL), CW_PF_FIXED);
		CHECK_EQ(gm_get(3, 1) & (G_A | G_D), G_A | G_D);
		CHECK(passes(A_VA, LARGE, WRITE));
		end();
	}
}

/* check_toggle_cr0_wp: pages that were made under one value serve no access under the other. */
static void cr0_wp_is_obeyed_at_once(void)
{
	static const uint64_t va[] = {A_VA, SMALL_VA};
	static const uint64_t page[] = {LARGE, 100};

	for (unsigned i = 0; i < 2; i++) {
		uint64_t error = 0;
		unsigned built;

		begin(G_P | G_A | G_D, G_P, 2);
		gm_set(5, 0, 100 << 12 | G_P | G_A | G_D);
		attach_kernel(true);
		for (unsigned round = 0; round < 3; round++) {
			CHECK_EQ(fault(va[i], WRITE, &error), CW_PF_GUEST);
			CHECK_EQ(error, CW_PFEC_P | CW_PFEC_W);
			CHECK(fault(va[i], READ, NULL) > 0);
			CHECK(passes(va[i], page[i], READ) && !passes(va[i], page[i], WRITE));
			/* ROLE-17: rights are computed anew, and the roots of both are kept. */
			built = vm.mmu.stats.mmu_perm_built;
			load_kernel(false);
			CHECK_EQ(vm.mmu.stats.mmu_perm_built, built + 1);
			CHECK(fault(va[i], WRITE, NULL) == (round ? CW_PF_SPURIOUS : CW_PF_FIXED));
			CHECK(passes(va[i], page[i], WRITE));
			load_kernel(true);
		}
		/* 1, 2, 1 …: two roots were made, all other loads found one of them. */
		CHECK_EQ(vm.mmu.stats.mmu_root_made, 2);
		CHECK_EQ(vm.mmu.stats.mmu_root_cached, 5);
		end();
	}
}

int main(void)
{
	RUN(one_large_page_read_only_and_writable, "T-RL-06");
	RUN(each_large_entry_gets_its_own_d, "T-RL-06");
	RUN(cr0_wp_is_obeyed_at_once, "T-RL-06 ROLE-17");
	return CHECK_DONE("mmu_special");
}
