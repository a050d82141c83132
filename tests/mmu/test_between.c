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

/* --- faults in flight --- */

static const struct cw_mmu_params params = {.address_bits = 48};
static void (*what)(struct vm *vm);

static void while_resolved(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	(void)slot;
	(void)gfn;
	r->resolve_hook = NULL;
	what(r->hook_priv);
}

static void meanwhile(struct vm *vm, void (*then)(struct vm *vm))
{
	what = then;
	vm->rec.hook_priv = vm;
	vm->rec.resolve_hook = while_resolved;
}

/* Tables in slot 0, data in slot 1 from page 512 on: addresses 0 and 0x200000 lead to pages 512 and 513. */
static void begin_guest(struct vm *vm)
{
	gm_begin(vm, &params);
	gm_ops.resolve_atomic = NULL;
	gm_tables();
	CHECK_EQ(vm_slot(vm, 0, 0, 64, 0, 0), 0);
	CHECK_EQ(vm_slot(vm, 1, 512, 64, 512, CW_MEM_LOG_DIRTY), 0);
	gm_set(4, 0, 512 << 12 | G_DONE);
	gm_attach(vm, &ctx, false);
}

static void end_guest(struct vm *vm)
{
	vm_check(vm);
	vm_detach(vm, &ctx);
	vm_destroy(vm);
}

static void tables_go(struct vm *vm)
{
	CHECK_EQ(vm_slot(vm, 0, 0, 0, 0, 0), 0);
}

/* The tables that were walked go with their slot: no shadow of them may be made after that. */
static void zap_3_the_tables_go_during_a_fault(void)
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm);
	meanwhile(&vm, tables_go);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_GUEST);
	end_guest(&vm);
}

/* The guest's tables go with their slot, and with them what they led to. */
static void zap_3_tables_go_with_their_slot(void)
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_FIXED);
	tables_go(&vm);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[512]));
	end_guest(&vm);
}

static void entry_changes(struct vm *vm)
{
	gm_set(4, 0, 513 << 12 | G_DONE);
	CHECK_EQ(cw_mmu_guest_write(&vm->mmu, 0, 4 << 12, 8), 0);
}

/* A write that is seen takes effect at once, for faults that have walked before it too. */
static void zap_5_a_trapped_write_during_a_fault(void)
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm);
	meanwhile(&vm, entry_changes);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[513]);
	end_guest(&vm);
}

static void range_goes(struct vm *vm)
{
	vm->rec.host_bus[512] = 0x200000000ull;
	CHECK_EQ(cw_mmu_zap_range(&vm->mmu, 0, 512, 1), 0);
}

static void all_goes(struct vm *vm)
{
	vm->rec.host_bus[512] = 0x200000000ull;
	CHECK_EQ(cw_mmu_zap_all(&vm->mmu), 0);
}

/* What was resolved before a zap is not mapped after it, as if the root were obsolete. */
static void zapped_during_a_fault(void (*zap)(struct vm *vm))
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm);
	meanwhile(&vm, zap);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
	CHECK_EQ(bus, 0x200000000ull);
	end_guest(&vm);
	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 1, 512, 64, 512, 0), 0);
	meanwhile(&vm, zap);
	CHECK_EQ(vm_fault(&vm, 512, READ), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 512, READ), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &vm.ctx, 512, &bus), 1);
	CHECK_EQ(bus, 0x200000000ull);
	vm_destroy(&vm);
}

static void zap_3_a_zap_during_a_fault(void)
{
	zapped_during_a_fault(range_goes);
	zapped_during_a_fault(all_goes);
}

/* --- pages of shadow contexts that have outlived them --- */

/* A zap that failed half way leaves tables without parents, the last context goes, and a pass of the log comes. */
static void dl_10_orphans_of_shadow_contexts_are_protected(void)
{
	static const unsigned modes[] = {CW_LOG_PROTECT, CW_LOG_DIRTYBIT};

	for (unsigned m = 0; m < 2; m++) {
		struct vm vm;

		begin_guest(&vm);
		gm_set(1, 1, 5 << 12 | G_RWU | G_A);
		gm_set(5, 0, 6 << 12 | G_RWU | G_A);
		gm_set(6, 0, 7 << 12 | G_RWU | G_A);
		gm_set(7, 0, 513 << 12 | G_DONE);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_FIXED);
		CHECK_EQ(gm_fault(&vm, &ctx, 1ull << 39, WRITE, NULL), CW_PF_FIXED);
		rec_fail(&vm.rec, REC_ENTRY_WRITE, 2, -EIO);
		CHECK_EQ(cw_mmu_zap_all(&vm.mmu), -EIO);
		vm_check(&vm);
		vm_detach(&vm, &ctx);
		CHECK(vm.mmu.stats.pages_4k);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, modes[m], 0), 0);
		vm_check(&vm);
		gm_attach(&vm, &ctx, false);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		CHECK(vm_leaf(&vm, &ctx, 0) && !(vm_leaf(&vm, &ctx, 0) & REC_W));
		end_guest(&vm);
	}
}

/* --- guest memory that is there, but not to be written without more --- */

static uint64_t brought_in; /* hva + 1 */

static int shy_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	return brought_in == (hva & ~0xfffull) + 1 ? mem_cmpxchg(priv, hva, old, new, size) : -EAGAIN;
}

static int bring_in(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	int r = rec_ops.resolve(priv, slot, gfn, write, out);

	if (!r && write)
		brought_in = cw_memslot_hva(slot, gfn) + 1;
	return r;
}

/* A and D of a guest's table: who sets them may sleep, and sees to it that the page can be written. */
static void p_50_a_table_is_brought_in_for_its_bits(void)
{
	struct vm vm;

	begin_guest(&vm);
	gm_set(4, 0, 512 << 12 | G_RWU);
	gm_ops.host_cmpxchg = shy_cmpxchg;
	gm_ops.resolve = bring_in;
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(gm_get(4, 0), 512 << 12 | G_DONE);
	end_guest(&vm);
}

/* --- what is taken away while a FLUSH is waited for --- */

static void zap_more(struct recorder *r)
{
	struct vm *vm = r->hook_priv;

	r->flush_hook = NULL;
	rec_fail(r, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_zap_range(&vm->mmu, 0, GIB512, 1), -ETIMEDOUT);
}

/* A FLUSH covers what was taken away before it began, and no more. */
static void i9_a_flush_covers_what_was_before_it(void)
{
	struct vm vm;

	vm_init(&vm);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ(vm_slot(&vm, i, i * GIB512, 1, i, 0), 0);
		CHECK_EQ(vm_fault(&vm, i * GIB512, WRITE), CW_PF_FIXED);
	}
	vm.rec.hook_priv = &vm;
	vm.rec.flush_hook = zap_more;
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0, 1), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[0]));
	CHECK(rec_bus_alive(&vm.rec, vm.rec.host_bus[1]));
	vm_check(&vm);
	/* Three tables of the second page wait. */
	CHECK_EQ(vm.rec.live_tables, vm.mmu.stats.mmu_pages + vm.worker.cache->nr_table + 3);
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[1]));
	CHECK_EQ(vm.rec.live_tables, vm.mmu.stats.mmu_pages + vm.worker.cache->nr_table);
	vm_destroy(&vm);
}

/* --- INVALIDATEs that were not accepted --- */

/* Those of roots are said again before the FLUSH. */
static void i9_lost_invalidations_of_roots(void)
{
	struct vm vm;

	begin_guest(&vm);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_FIXED);
	rec_fail(&vm.rec, REC_INVALIDATE, 1, -EIO);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 512, 1), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[512]));
	end_guest(&vm);
}

/* Where pages are taken away by the host, nobody looks for one again. */
static void zap_7_nothing_is_resolved_that_goes_away(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0, 8, 0, 0), 0);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x1000, 0x2000, true), 0);
	CHECK_EQ(vm_fault(&vm, 1, READ), CW_PF_RETRY);
	CHECK_EQ(vm.rec.count[REC_RESOLVE], 0);
	CHECK_EQ(vm_fault(&vm, 2, READ), CW_PF_FIXED);
	cw_mmu_invalidate_end(&vm.mmu, 0x1000, 0x2000);
	CHECK_EQ(vm_fault(&vm, 1, READ), CW_PF_FIXED);
	vm_destroy(&vm);
}

/* --- obsolete pages --- */

#define NR_TABLES 24u

static int load_result;

/* Pages of the generation that is over stand in the hash still. */
static void load_and_fault(struct recorder *r)
{
	struct vm *vm = r->hook_priv;
	struct cw_guest_regs regs = ctx.shadow->regs;

	r->yield_hook = NULL;
	rec_detach(r, &ctx);
	regs.root = 2 << 12;
	load_result = cw_ctx_load(&ctx, &regs, true);
	regs.root = 1 << 12;
	CHECK_EQ(cw_ctx_load(&ctx, &regs, true), 1);
	rec_attach(r, &ctx);
	/* P31: not before a FLUSH, which it does. */
	CHECK_EQ(gm_fault(vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
	for (unsigned i = 0; i < NR_TABLES; i++)
		CHECK_EQ(gm_fault(vm, &ctx, i * 0x200000ull, READ, NULL), CW_PF_FIXED);
}

/* A zap of all yields while it tears down: what it has made obsolete is found by nobody. */
static void role_18_obsolete_pages_are_not_found(void)
{
	struct vm vm;
	uint64_t bus;

	begin_guest(&vm);
	for (unsigned i = 0; i < NR_TABLES; i++) {
		gm_set(3, i, (uint64_t)(4 + i) << 12 | G_RWU | G_A);
		gm_set(4 + i, 0, 512 << 12 | G_DONE);
		CHECK_EQ(gm_fault(&vm, &ctx, i * 0x200000ull, READ, NULL), CW_PF_FIXED);
	}
	vm.rec.hook_priv = &vm;
	vm.rec.yield_hook = load_and_fault;
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK(!vm.rec.yield_hook);
	CHECK_EQ(load_result, 1);
	vm_check(&vm);
	for (unsigned i = 0; i < NR_TABLES; i++) {
		CHECK_EQ(vm_level(&vm, &ctx, i * 512, &bus), 1);
		CHECK_EQ(bus, vm.rec.host_bus[512]);
	}
	end_guest(&vm);
}

/* Roots of the other address space too. */
static void i9_shadow_roots_of_smm(void)
{
	const struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12};
	struct cw_mmu_ctx smm;
	struct vm vm;

	begin_guest(&vm);
	CHECK_EQ(vm_slot(&vm, 1 << 16, 0, 1024, 0, 0), 0);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &smm,
				      &(struct cw_shadow_params){.as_id = 1, .level = 4, .kind = CW_GUEST_VIRT}, &regs),
		 0);
	rec_attach(&vm.rec, &smm);
	CHECK_EQ(gm_fault(&vm, &smm, 0, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 512, 1), 0);
	CHECK(rec_bus_alive(&vm.rec, vm.rec.host_bus[512]));
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 1, 512, 1), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[512]));
	CHECK_EQ(gm_fault(&vm, &smm, 0, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 512 << 12, 513 << 12, true), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[512]));
	cw_mmu_invalidate_end(&vm.mmu, 512 << 12, 513 << 12);
	vm_detach(&vm, &smm);
	end_guest(&vm);
}

/* A root, which is taken away by one change, is freed by no FLUSH that began before it; and its INVALIDATE is for all.
 */
static void drop_root(struct recorder *r)
{
	r->flush_hook = NULL;
	rec_fail(r, REC_FLUSH, 1, -ETIMEDOUT);
	vm_detach(r->hook_priv, &ctx5);
	CHECK_EQ(r->last_inval.npages, 0);
}

static void i9_roots_wait_for_a_flush(void)
{
	struct vm vm;
	unsigned tables;

	vm_init(&vm);
	vm_attach(&vm, &ctx5, 5, 0, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 0, 0, 8, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0, WRITE), CW_PF_FIXED);
	vm.rec.hook_priv = &vm;
	vm.rec.flush_hook = drop_root;
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0, 1), 0);
	tables = vm.rec.live_tables;
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK_EQ(vm.rec.live_tables, tables - 1);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(ms_16_tables_are_found_below_new_ones, "MS-16");
	RUN(zap_3_the_tables_go_during_a_fault, "I10");
	RUN(zap_3_tables_go_with_their_slot, "ZAP-3");
	RUN(zap_5_a_trapped_write_during_a_fault, "ZAP-5 ZAP-6");
	RUN(zap_3_a_zap_during_a_fault, "ZAP-3 ZAP-8");
	RUN(dl_10_orphans_of_shadow_contexts_are_protected, "DL-10 I2");
	RUN(i9_a_flush_covers_what_was_before_it, "I9");
	RUN(i9_lost_invalidations_of_roots, "I9");
	RUN(zap_7_nothing_is_resolved_that_goes_away, "ZAP-7 ZAP-8");
	RUN(role_18_obsolete_pages_are_not_found, "ROLE-18 ZAP-1");
	RUN(i9_shadow_roots_of_smm, "I9 ZAP-9");
	RUN(i9_roots_wait_for_a_flush, "I9");
	RUN(p_50_a_table_is_brought_in_for_its_bits, "P50");
	return CHECK_DONE("mmu_between");
}
