/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What is refused, and what seldom happens: arguments, long operations that yield, pages in the way of tables. */
#include "guestmem.h"

#include "../../lib/mmu/nested.h"

static const struct cw_mmu_params params = {.address_bits = 48};

static void arguments_are_refused(void)
{
	const struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12};
	const struct {
		struct cw_shadow_params p;
		int err;
	} shadow[] = {
		{{.as_id = CW_AS_MAX, .level = 4, .kind = CW_GUEST_VIRT}, -EINVAL},
		{{.level = 3, .kind = CW_GUEST_VIRT}, -EINVAL},
		{{.level = 4, .kind = CW_GUEST_NPT + 1}, -EINVAL},
		{{.level = 4, .kind = CW_GUEST_DIRECT}, -EINVAL},
		{{.level = 4, .kind = CW_GUEST_EPT, .flavour = CW_FLAVOUR_X86}, -EINVAL},
		{{.level = 4, .kind = CW_GUEST_EPT, .as_id = 1}, -EINVAL},
		{{.level = 4, .kind = CW_GUEST_NPT}, -EINVAL},
	};
	struct cw_mmu_params bad = params;
	struct cw_memslot slot;
	struct cw_mmu_ctx ctx;
	struct cw_mmu mmu;
	uint64_t map[8];
	struct vm vm;

	gm_begin(&vm, &params);
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	bad.max_level = 4;
	CHECK_EQ(cw_mmu_init(&mmu, &gm_ops, &vm.rec, &bad), -EINVAL);
	bad = params;
	bad.guest_phys_bits = 53;
	CHECK_EQ(cw_mmu_init(&mmu, &gm_ops, &vm.rec, &bad), -EINVAL);
	bad.guest_phys_bits = 31;
	CHECK_EQ(cw_mmu_init(&mmu, &gm_ops, &vm.rec, &bad), -EINVAL);
	for (unsigned i = 0; i < sizeof(shadow) / sizeof(shadow[0]); i++)
		CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx, &shadow[i].p, &regs), shadow[i].err);
	gm_ops.host_cmpxchg = NULL;
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx, &(struct cw_shadow_params){.level = 4, .kind = CW_GUEST_VIRT},
				      &regs),
		 -EOPNOTSUPP);
	gm_ops.host_cmpxchg = mem_cmpxchg;
	CHECK_EQ(cw_mmu_ctx_invalidate(&vm.ctx, 0, 0), -EINVAL);
	CHECK_EQ(cw_ctx_load(&vm.ctx, &regs, false), -EINVAL);
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, CW_AS_MAX, 0, 8), -EINVAL);
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, ~7ull, 16), -EINVAL);
	CHECK_EQ(cw_mmu_get_memslot(&vm.mmu, CW_AS_MAX, 0, &slot), -ENOENT);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, CW_AS_MAX << 16, map), -EINVAL);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, CW_AS_MAX << 16, 0, 64, map), -EINVAL);
	CHECK_EQ(cw_mmu_log_reset(&vm.mmu, CW_AS_MAX, NULL, 0), -EINVAL);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, CW_LOG_INITIALLY_SET), -EINVAL);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 1u << 3), -EINVAL);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_OFF, 0), -EINVAL);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, CW_AS_MAX, CW_LOG_PROTECT, 0), -EINVAL);
	CHECK_EQ(cw_mmu_log_stop(&vm.mmu, CW_AS_MAX), -EINVAL);
	gm_ops.protect = NULL;
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 0), -EOPNOTSUPP);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, 0), 0);
	CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
	gm_ops.harvest = NULL;
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, 0), -EOPNOTSUPP);
	vm_destroy(&vm);
}

/* --- faults of shadow contexts --- */

static struct cw_mmu_ctx ctx;

static void begin_guest(struct vm *vm, unsigned max_level)
{
	struct cw_mmu_params p = {.address_bits = 48, .max_level = max_level};

	gm_begin(vm, &p);
	gm_ops.resolve_atomic = NULL;
	gm_tables();
	vm_host_level(vm, 512, 512, 2);
	CHECK_EQ(vm_slot(vm, 0, 0, 64, 0, 0), 0);
	CHECK_EQ(vm_slot(vm, 1, 512, 512, 512, 0), 0);
	CHECK_EQ(vm_slot(vm, 2, 0x2000, 64, 0, CW_MEM_ALLONES), 0);
	gm_set(4, 0, 5 << 12 | G_DONE);
	gm_set(4, 1, 0x2001ull << 12 | G_DONE);
	gm_set(3, 1, 512ull << 12 | G_PS | G_DONE);
	gm_attach(vm, &ctx, false);
}

static void end_guest(struct vm *vm)
{
	vm_check(vm);
	vm_detach(vm, &ctx);
	vm_destroy(vm);
}

static void ms_14_all_ones_by_a_programs_address(void)
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm, 0);
	CHECK_EQ(gm_fault(&vm, &ctx, 1 << 12, READ, NULL), CW_PF_ONES);
	CHECK_EQ(gm_fault(&vm, &ctx, 1 << 12, WRITE, NULL), CW_PF_EMULATE);
	CHECK_EQ(vm_level(&vm, &ctx, 1, &bus), 0);
	end_guest(&vm);
}

/* Until the next load nothing is known of the mode. */
static void role_15_faults_wait_for_a_load(void)
{
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12};
	struct vm vm;

	begin_guest(&vm, 0);
	cw_ctx_forget_roles(&ctx);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
	CHECK_EQ(cw_ctx_load(&ctx, &regs, true), 0);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	end_guest(&vm);
}

static void a_host_page_that_may_not_be_written(void)
{
	struct vm vm;

	begin_guest(&vm, 0);
	vm.rec.host_ro[5] = vm.rec.resolve_lax = true;
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), -EFAULT);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	end_guest(&vm);
}

static void no_leaf_above_the_limit(void)
{
	struct vm vm;
	uint64_t bus;

	for (unsigned max = 1; max <= 2; max++) {
		begin_guest(&vm, max);
		CHECK_EQ(gm_fault(&vm, &ctx, 0x205000, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(vm_level(&vm, &ctx, 0x205, &bus), max);
		CHECK_EQ(bus, vm.rec.host_bus[512 + 5]);
		end_guest(&vm);
	}
}

/* The slot goes while the page is looked up: once it is gone, once it is another one. */
static uint64_t slot_then;

static void hook_slot(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	struct vm *vm = r->hook_priv;

	(void)slot;
	(void)gfn;
	r->resolve_hook = NULL;
	CHECK_EQ(vm_slot(vm, 1, 0, 0, 0, 0), 0);
	if (slot_then)
		CHECK_EQ(vm_slot(vm, 1, 512, 512, slot_then, 0), 0);
}

static void ms_5_the_slot_changes_during_a_fault(void)
{
	struct vm vm;
	uint64_t bus;

	for (slot_then = 0; slot_then <= 1024; slot_then += 1024) {
		begin_guest(&vm, 0);
		vm.rec.hook_priv = &vm;
		vm.rec.resolve_hook = hook_slot;
		CHECK_EQ(gm_fault(&vm, &ctx, 0x205000, READ, NULL), CW_PF_RETRY);
		CHECK_EQ(vm_level(&vm, &ctx, 0x205, &bus), 0);
		CHECK_EQ(gm_fault(&vm, &ctx, 0x205000, READ, NULL), slot_then ? CW_PF_FIXED : CW_PF_EMULATE);
		if (slot_then) {
			CHECK(vm_level(&vm, &ctx, 0x205, &bus));
			CHECK_EQ(bus, vm.rec.host_bus[1024 + 5]);
		}
		end_guest(&vm);
	}
}

/* A page under a large leaf becomes a guest's table: the first page of the leaf, and one inside. */
static void large_leaves_give_way_to_tables(void)
{
	for (unsigned table = 512; table <= 515; table += 3) {
		struct vm vm;
		uint64_t bus;

		begin_guest(&vm, 0);
		CHECK_EQ(vm_fault(&vm, 600, WRITE), CW_PF_FIXED);
		CHECK_EQ(vm_level(&vm, &vm.ctx, table, &bus), 2);
		gm_set(1, 1, (uint64_t)table << 12 | G_RWU | G_A);
		gm_set(table, 0, 3 << 12 | G_RWU | G_A);
		CHECK_EQ(gm_fault(&vm, &ctx, 1ull << 39, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(vm_level(&vm, &vm.ctx, table, &bus), 0);
		CHECK_EQ(vm_fault(&vm, table, READ), CW_PF_FIXED);
		CHECK_EQ(vm_level(&vm, &vm.ctx, table, &bus), 1);
		CHECK(!(vm_leaf(&vm, &vm.ctx, table) & REC_W));
		CHECK_EQ(vm_fault(&vm, 600, WRITE), CW_PF_FIXED);
		end_guest(&vm);
	}
}

/* The guest maps its tables by a large page, as kernels do: what the fault itself begins to shadow counts too. */
static void tables_under_the_large_page_of_the_fault(void)
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm, 0);
	gm_set(1, 2, 513ull << 12 | G_RWU | G_A);
	gm_set(513, 0, 514ull << 12 | G_RWU | G_A);
	gm_set(514, 0, 512ull << 12 | G_PS | G_DONE);
	for (unsigned page = 520; page >= 513; page -= 7) {
		CHECK_EQ(gm_fault(&vm, &ctx, (2ull << 39) + ((page - 512) << 12), READ, NULL), CW_PF_FIXED);
		vm_check(&vm);
		CHECK_EQ(vm_level(&vm, &ctx, (2u << 27) + page - 512, &bus), 1);
		CHECK_EQ(bus, vm.rec.host_bus[page]);
		CHECK(page == 520 || !(vm_leaf(&vm, &ctx, (2u << 27) + page - 512) & REC_W));
	}
	end_guest(&vm);
}

/* A page that a shadow context maps, alone, stands before those that a table of small leaves could give up. */
static void small_leaves_end_with_the_log_beside_those_of_guests(void)
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm, 0);
	gm_set(4, 0, 512ull << 12 | G_DONE);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 0), 0);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 514, WRITE), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
	CHECK_EQ(vm_level(&vm, &vm.ctx, 514, &bus), 0);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
	CHECK_EQ(vm_fault(&vm, 514, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &vm.ctx, 514, &bus), 2);
	end_guest(&vm);
}

/* --- zaps --- */

/* A table that has lost its parent to a zap that failed half way, and then its last entry. */
static void an_orphan_becomes_empty(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 8, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 1ull << 27, 8, 8, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 1ull << 27, WRITE), CW_PF_FIXED);
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 2, -EIO);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), -EIO);
	vm_check(&vm);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x100, 8), 0);
	vm_check(&vm);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[0]));
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	vm_destroy(&vm);
}

/* --- long passes --- */

#define REGIONS 520u

static unsigned yields;

static void count_yields(struct recorder *r)
{
	(void)r;
	yields++;
}

/* Page 7 of each region of 512 in a slot of many. */
static void begin_regions(struct vm *vm, unsigned mode, unsigned flags)
{
	vm_init_pages(vm, REGIONS * 512);
	vm->rec.yield_hook = count_yields;
	CHECK_EQ(vm_slot(vm, 0, 512, REGIONS * 512, 0, CW_MEM_LOG_DIRTY), 0);
	for (uint64_t i = 1; i <= REGIONS; i++)
		CHECK_EQ(vm_fault(vm, i * 512 + 7, WRITE), CW_PF_FIXED);
	yields = 0;
	CHECK_EQ(cw_mmu_log_start(&vm->mmu, 0, mode, flags), 0);
}

static void starts_and_resets_yield(void)
{
	static uint64_t map[REGIONS * 8];
	static struct cw_log_page pages[REGIONS];
	struct vm vm;

	begin_regions(&vm, CW_LOG_PROTECT, 0);
	CHECK(yields > 0);
	for (uint64_t i = 1; i <= REGIONS; i++) {
		CHECK(!(vm_leaf(&vm, &vm.ctx, i * 512 + 7) & REC_W));
		CHECK_EQ(vm_fault(&vm, i * 512 + 7, WRITE), CW_PF_FIXED);
		CHECK_EQ(cw_mmu_log_place(&vm.mmu, 0, i * 512 + 7, &pages[i - 1]), 0);
	}
	yields = 0;
	CHECK_EQ(cw_mmu_log_reset(&vm.mmu, 0, pages, REGIONS), 0);
	CHECK(yields > 0);
	for (uint64_t i = 1; i <= REGIONS; i++)
		CHECK(!(vm_leaf(&vm, &vm.ctx, i * 512 + 7) & REC_W));
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 0);
	vm_destroy(&vm);
}

/* Nothing gives way, as memory is not aligned like the guest's: looking at it takes long all the same. */
static void a_stop_yields(void)
{
	struct vm vm;

	vm_init_pages(&vm, REGIONS * 512 + 1);
	vm.rec.yield_hook = count_yields;
	CHECK_EQ(vm_slot(&vm, 0, 512, REGIONS * 512, 1, 0), 0);
	for (uint64_t i = 1; i <= REGIONS; i++)
		CHECK_EQ(vm_fault(&vm, i * 512 + 7, WRITE), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 0), 0);
	yields = 0;
	CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
	CHECK(yields > 0);
	CHECK_EQ(vm.mmu.stats.pages_4k, REGIONS);
	vm_destroy(&vm);
}

/* More lines of the bitmap than are taken in one go. */
static void clears_in_capture_yield(void)
{
	const uint64_t npages = 4097 * 512;
	uint64_t *map = calloc(npages / 64, 8), left = 0;
	struct vm vm;

	if (!CHECK(map != NULL))
		return;
	memset(map, 0xff, npages / 8);
	vm_init(&vm);
	vm.rec.yield_hook = count_yields;
	CHECK_EQ(vm_slot(&vm, 0, 512, npages, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET), 0);
	yields = 0;
	map[100] = 0;
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 0, 0, npages, map), npages - 64);
	CHECK(yields > 0);
	memset(map, 0, npages / 8);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 64);
	for (uint64_t i = 0; i < npages / 64; i++)
		left += map[i] != 0;
	CHECK_EQ(left, 1);
	CHECK_EQ(map[100], ~0ull);
	free(map);
	vm_destroy(&vm);
}

/* --- roots --- */

/* Roots alone fill the hash, which has to grow for one; or they fill the budget, of which no root gives way. */
static void as_many_roots_as_there_is_room_for(void)
{
	static struct cw_mmu_ctx many[80];

	for (unsigned limit = 0; limit <= 64; limit += 64) {
		struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};
		struct cw_guest_regs regs = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA};
		unsigned n = 0;
		struct vm vm;
		int r = 0;

		gm_begin(&vm, &params);
		CHECK_EQ(vm_slot(&vm, 0, 0, 128, 0, 0), 0);
		CHECK_EQ(cw_mmu_set_page_limit(&vm.mmu, limit), 0);
		while (!r && n < 80) {
			regs.root = (n + 1) << 12;
			r = cw_shadow_ctx_create(&vm.mmu, &many[n], &p, &regs);
			n += !r;
		}
		CHECK_EQ(r, limit ? -ENOSPC : 0);
		CHECK(limit ? n >= 59 && n <= 64 : n == 80);
		CHECK_EQ(vm.mmu.nr_pages, n + 1);
		vm_check(&vm);
		/* One that goes makes room. */
		if (limit) {
			cw_mmu_ctx_destroy(&many[--n]);
			CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &many[n++], &p, &regs), 0);
		}
		while (n)
			cw_mmu_ctx_destroy(&many[--n]);
		vm_destroy(&vm);
	}
}

static int no_flush(void *priv, unsigned domain)
{
	(void)priv;
	(void)domain;
	return -ETIMEDOUT;
}

/* Companions are pages of table memory, too. */
static void what_is_kept_is_counted_in_pages(void)
{
	struct vm vm;
	unsigned kept;

	begin_guest(&vm, 0);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	gm_ops.flush = no_flush;
	vm_detach(&vm, &ctx);
	vm_detach(&vm, &vm.ctx);
	cw_mmu_worker_destroy(&vm.worker);
	kept = cw_mmu_destroy(&vm.mmu);
	CHECK(kept > 3);
	CHECK_EQ(kept, vm.rec.live_tables);
	CHECK(!vm.rec.violation[0]);
	alloc_watch(NULL);
	rec_destroy(&vm.rec);
}

int main(void)
{
	RUN(arguments_are_refused);
	RUN(ms_14_all_ones_by_a_programs_address, "MS-14");
	RUN(role_15_faults_wait_for_a_load, "ROLE-15");
	RUN(a_host_page_that_may_not_be_written);
	RUN(no_leaf_above_the_limit);
	RUN(ms_5_the_slot_changes_during_a_fault, "MS-5");
	RUN(large_leaves_give_way_to_tables, "ROLE-21");
	RUN(tables_under_the_large_page_of_the_fault, "ROLE-21");
	RUN(small_leaves_end_with_the_log_beside_those_of_guests, "T-DL-06");
	RUN(as_many_roots_as_there_is_room_for, "ZAP-4");
	RUN(what_is_kept_is_counted_in_pages, "P21");
	RUN(an_orphan_becomes_empty, "ZAP-1");
	RUN(starts_and_resets_yield);
	RUN(a_stop_yields);
	RUN(clears_in_capture_yield);
	return CHECK_DONE("mmu_rare");
}
