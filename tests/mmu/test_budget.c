/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The page budget (ZAP-4, T-ZP-05): what gives way, what never does, and that nothing else is lost by it. */
#include "guestmem.h"

#define LIMIT 64u
#define OVER 3u	 /* a translation is begun with one page left, and may take four */
#define SPARE 7u /* table pages and pairs in the caches of a worker: four, and three times two */
#define M2 512ull

static struct vm vm;

static void begin(uint64_t limit)
{
	struct cw_mmu_params p = {.address_bits = 48, .page_limit = limit};

	gm_begin(&vm, &p);
	gm_ops.resolve_atomic = NULL;
	CHECK_EQ(vm_slot(&vm, 0, 0, VM_HOST_PAGES, 0, 0), 0);
}

/* The n-th table of level 1: every 2 MiB of a slot in steps of 1 GiB, so that upper tables come and go as well. */
static uint64_t gfn_of(unsigned n)
{
	return (1ull << 20) + n % 16 * (1ull << 18) + n / 16 * M2;
}

static int fault(struct cw_mmu_ctx *ctx, uint64_t gfn, bool write)
{
	int r = CW_PF_RETRY;

	for (unsigned i = 0; i < 4 && r == CW_PF_RETRY; i++)
		r = vm_fault_ctx(&vm, ctx, gfn, write);
	return r;
}

static bool mapped(struct cw_mmu_ctx *ctx, uint64_t gfn, uint64_t hpage)
{
	uint64_t bus = 0;

	if (!vm_level(&vm, ctx, gfn, &bus))
		return false;
	CHECK_EQ(bus, vm.rec.host_bus[hpage]);
	return true;
}

/* 16 slots of 1 GiB's worth of addresses, whose pages are the first of the host again and again. */
static void slots_for_many_tables(void)
{
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQ(vm_slot(&vm, 1 + i, gfn_of(i), VM_HOST_PAGES, 0, 0), 0);
}

static void t_zp_05_touch_more_tables_than_there_may_be(void)
{
	uint64_t root, recycled = 0;
	unsigned there = 0;

	begin(LIMIT);
	slots_for_many_tables();
	root = vm.ctx.root_table;
	for (unsigned n = 0; n < 128; n++) {
		uint64_t gfn = gfn_of(n) + n % 7;

		CHECK_EQ(fault(&vm.ctx, gfn, n & 1), CW_PF_FIXED);
		CHECK(mapped(&vm.ctx, gfn, n / 16 * M2 + n % 7));
		CHECK(vm.mmu.nr_pages <= LIMIT + OVER);
		/* What gave way was flushed, and is back: nothing waits in quarantine. */
		CHECK(vm.rec.live_tables <= LIMIT + OVER + SPARE);
		/* Five are free before a fault; if not, there are 25 when it begins. */
		if (vm.mmu.stats.mmu_recycled != recycled)
			CHECK(vm.mmu.nr_pages <= LIMIT - 25 + 4 && vm.mmu.stats.mmu_recycled - recycled >= 20);
		recycled = vm.mmu.stats.mmu_recycled;
		if (n % 16 == 0)
			vm_check(&vm);
	}
	CHECK(recycled > 60);
	/* The newest are there, the oldest are gone; whatever is there is right. */
	for (unsigned n = 0; n < 128; n++) {
		bool is = mapped(&vm.ctx, gfn_of(n) + n % 7, n / 16 * M2 + n % 7);

		there += is;
		CHECK(n < 64 ? !is : true);
		CHECK(n < 108 ? true : is);
	}
	CHECK(there >= 20 && there < LIMIT);
	CHECK(vm.ctx.root_table == root && vm.mmu.nr_pages <= LIMIT);
	/* They come back. */
	for (unsigned n = 0; n < 128; n++)
		CHECK(fault(&vm.ctx, gfn_of(n) + n % 7, WRITE) > 0);
	CHECK_EQ(vm.mmu.stats.pf_error, 0);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void the_table_of_the_fault_stays(void)
{
	unsigned loads, level;
	uint64_t addr, at;

	begin(LIMIT);
	slots_for_many_tables();
	/* The oldest table of all. */
	CHECK_EQ(fault(&vm.ctx, gfn_of(0), WRITE), CW_PF_FIXED);
	rec_walk_at(&vm.rec, &vm.ctx, gfn_of(0), &level, &addr);
	for (unsigned n = 1; vm.mmu.nr_pages + 5 <= LIMIT; n++)
		CHECK_EQ(fault(&vm.ctx, gfn_of(n), WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.mmu_recycled, 0);
	loads = vm.rec.count[REC_TABLE_LOAD];
	CHECK_EQ(fault(&vm.ctx, gfn_of(0) + 1, WRITE), CW_PF_FIXED);
	CHECK(vm.mmu.stats.mmu_recycled >= 20);
	/* It is the same table, with what it had. */
	CHECK_EQ(vm.rec.count[REC_TABLE_LOAD], loads);
	CHECK(mapped(&vm.ctx, gfn_of(0), 0) && mapped(&vm.ctx, gfn_of(0) + 1, 1));
	rec_walk_at(&vm.rec, &vm.ctx, gfn_of(0), &level, &at);
	CHECK_EQ(at, addr);
	/* The next oldest went in its place. */
	CHECK(!mapped(&vm.ctx, gfn_of(1), 0) && !mapped(&vm.ctx, gfn_of(2), 0));
	vm_check(&vm);
	vm_destroy(&vm);
}

static void a_lower_limit_holds_at_once(void)
{
	begin(0);
	slots_for_many_tables();
	for (unsigned n = 0; n < 112; n++)
		CHECK_EQ(fault(&vm.ctx, gfn_of(n), WRITE), CW_PF_FIXED);
	CHECK(vm.mmu.nr_pages > 112 && !vm.mmu.stats.mmu_recycled);
	CHECK_EQ(cw_mmu_set_page_limit(&vm.mmu, 100), 0);
	CHECK_EQ(vm.mmu.nr_pages, 100);
	/* 64 is the least. */
	CHECK_EQ(cw_mmu_set_page_limit(&vm.mmu, 5), 0);
	CHECK_EQ(vm.mmu.nr_pages, LIMIT);
	CHECK(vm.rec.live_tables <= LIMIT + SPARE);
	CHECK(mapped(&vm.ctx, gfn_of(111), 6 * M2));
	vm_check(&vm);
	/* A higher one gives room. */
	CHECK_EQ(cw_mmu_set_page_limit(&vm.mmu, 0), 0);
	for (unsigned n = 0; n < 112; n++)
		CHECK(fault(&vm.ctx, gfn_of(n), WRITE) > 0);
	CHECK(vm.mmu.nr_pages > 112);
	vm_check(&vm);
	vm_destroy(&vm);
}

/* Roots do not give way: where they alone are too many, there is no room. */
static void no_room_beside_roots(void)
{
	struct cw_mmu_ctx_params p = {.level = 5};
	struct cw_mmu_ctx five;

	begin(0);
	vm.mmu.page_limit = 1;
	CHECK_EQ(fault(&vm.ctx, 7, WRITE), -ENOSPC);
	CHECK_EQ(cw_mmu_ctx_create(&vm.mmu, &five, &p), -ENOSPC);
	CHECK_EQ(vm.mmu.nr_pages, 1);
	/* Outside of slots no entry is needed. */
	CHECK_EQ(fault(&vm.ctx, 1ull << 30, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm.mmu.nr_pages, 1);
	vm.mmu.page_limit = 2;
	CHECK_EQ(cw_mmu_ctx_create(&vm.mmu, &five, &p), 0);
	CHECK_EQ(fault(&vm.ctx, 7, WRITE), -ENOSPC);
	vm.mmu.page_limit = 0;
	CHECK_EQ(fault(&vm.ctx, 7, WRITE), CW_PF_FIXED);
	vm_check(&vm);
	cw_mmu_ctx_destroy(&five);
	vm_destroy(&vm);
}

static void an_engine_that_fails(void)
{
	begin(LIMIT);
	slots_for_many_tables();
	for (unsigned n = 0; vm.mmu.nr_pages + 5 <= LIMIT; n++)
		CHECK_EQ(fault(&vm.ctx, gfn_of(n), WRITE), CW_PF_FIXED);
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 4, -EIO);
	CHECK_EQ(fault(&vm.ctx, gfn_of(100), WRITE), -EIO);
	vm_check(&vm);
	/* The FLUSH fails: tables wait (P21), and the fault says so. */
	for (unsigned n = 0; vm.mmu.nr_pages + 5 <= LIMIT; n++)
		CHECK(fault(&vm.ctx, gfn_of(60 + n), WRITE) > 0);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(fault(&vm.ctx, gfn_of(101), WRITE), -ETIMEDOUT);
	CHECK(vm.rec.live_tables >= vm.mmu.nr_pages + 20);
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK(vm.rec.live_tables <= LIMIT + SPARE);
	vm_check(&vm);
	vm_destroy(&vm);
}

/* A guest of 120 tables of its own, and a direct context of the other address space. */
static void shadow_pages_and_both_spaces(void)
{
	struct cw_mmu_ctx ctx, smm;
	unsigned gone = 0;

	begin(LIMIT);
	CHECK_EQ(vm_slot(&vm, 1u << 16, 0, VM_HOST_PAGES, 0, 0), 0);
	gm_tables();
	for (unsigned t = 0; t < 120; t++) {
		gm_set(3, t, (10ull + t) << 12 | G_RWU | G_A);
		gm_set(10 + t, 3, (200ull + t) << 12 | G_DONE);
	}
	gm_attach(&vm, &ctx, true);
	vm_attach(&vm, &smm, 4, 1, CW_FLAVOUR_EPT);
	for (unsigned t = 0; t < 120; t++) {
		uint64_t addr = (uint64_t)t << 21 | 3 << 12;
		int r = CW_PF_RETRY;

		for (unsigned i = 0; i < 4 && r == CW_PF_RETRY; i++)
			r = gm_fault(&vm, &ctx, addr, WRITE, NULL);
		CHECK_EQ(r, CW_PF_FIXED);
		CHECK(mapped(&ctx, addr >> 12, 200 + t));
		if (t % 15 == 0)
			CHECK(fault(&smm, t * 32, WRITE) > 0);
		CHECK(vm.mmu.nr_pages <= LIMIT + OVER);
		CHECK(vm.rec.live_tables <= 2 * (LIMIT + OVER) + SPARE);
	}
	for (unsigned t = 0; t < 120; t++)
		gone += !mapped(&ctx, ((uint64_t)t << 9) + 3, 200 + t);
	CHECK(gone >= 120 - LIMIT && gone <= 100);
	vm_check(&vm);
	vm_detach(&vm, &smm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(t_zp_05_touch_more_tables_than_there_may_be, "ZAP-4 T-ZP-05");
	RUN(the_table_of_the_fault_stays, "ZAP-4");
	RUN(a_lower_limit_holds_at_once, "ZAP-4");
	RUN(no_room_beside_roots, "ZAP-4 T-ZP-05");
	RUN(an_engine_that_fails, "I9 P21");
	RUN(shadow_pages_and_both_spaces, "ZAP-4 I9");
	return CHECK_DONE("mmu_budget");
}
