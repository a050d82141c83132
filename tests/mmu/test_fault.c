/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The slow path: result and entry for every kind of slot, and what happens between its two looks. */
#include "../../lib/mmu/internal.h"
#include "vm.h"

/* Bits of an EPT leaf besides its address: present, R X, write-back, ignore PAT, A; then W and D; then 57, 58, 63. */
#define LEAF_RW 0x8600000000000b77ull
#define LEAF_LOG 0x8600000000000975ull
#define LEAF_RO 0x8000000000000975ull
#define HOST(h) (0x100000000ull + ((h) << 12))

static void fixed_then_spurious(void)
{
	struct vm vm;
	unsigned waits;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 64, 32, 0), 0);
	waits = vm.rec.count[REC_FLUSH] + vm.rec.count[REC_ENTRY_XCHG];
	CHECK_EQ(vm_fault(&vm, 0x105, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x105), LEAF_RW | HOST(37ull));
	CHECK_EQ(vm_fault(&vm, 0x105, WRITE), CW_PF_SPURIOUS);
	CHECK_EQ(vm.mmu.stats.pf_spurious, 1);
	CHECK_EQ(vm.mmu.stats.pf_fixed, 1);
	CHECK_EQ(vm_fault(&vm, 0x106, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x106), LEAF_RW | HOST(38ull));
	/* The hot path waits for nothing. */
	CHECK_EQ(vm.rec.count[REC_FLUSH] + vm.rec.count[REC_ENTRY_XCHG], waits);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void p14_new_tables_are_linked_by_one_write(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 64, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x105, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.rec.count[REC_TABLE_LOAD], 1 + 3); /* the root came first */
	CHECK_EQ(vm.rec.count[REC_ENTRY_WRITE], 1);
	CHECK_EQ(vm_fault(&vm, 0x106, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.rec.count[REC_TABLE_LOAD], 4);
	CHECK_EQ(vm.rec.count[REC_ENTRY_WRITE], 2);
	vm_destroy(&vm);
}

static void p2_addresses_beyond_the_level(void)
{
	struct cw_mmu_ctx five;
	struct vm vm;

	vm_init(&vm);
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 1ull << 36, READ), -EFAULT);
	CHECK_EQ(vm_fault(&vm, (1ull << 36) - 1, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 1ull << 36, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 1ull << 45, READ), -EFAULT);
	CHECK_EQ(vm.mmu.stats.pf_error, 2);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

static void spte_4_mmio_generation(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_fault(&vm, 0xfee00, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0xfee00), 0xfee00006);
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 1);
	CHECK_EQ(vm.mmu.stats.pf_taken, 1);
	/* ST-1: answered by the entry: an exit, no fault. */
	CHECK_EQ(vm_fault(&vm, 0xfee00, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm.mmu.stats.pf_taken, 1);
	CHECK_EQ(vm.mmu.stats.pf_emulate, 1);
	CHECK_EQ(vm.mmu.stats.mmio_exits, 1);
	/* MS-2: a slot elsewhere makes it stale, the next fault makes it new. */
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 1, 0, 0), 0);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0xfee00), 0xfee00006);
	CHECK_EQ(vm_fault(&vm, 0xfee00, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0xfee00), 0xfee00016);
	CHECK_EQ(vm.mmu.stats.pf_taken, 2);
	/* A slot at the place itself: MM to leaf. */
	CHECK_EQ(vm_slot(&vm, 1, 0xfee00, 1, 5, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0xfee00, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0xfee00), LEAF_RW | HOST(5ull));
	CHECK_EQ(vm.mmu.stats.pages_4k, 1);
	vm_destroy(&vm);
}

static void ms_1_update_in_progress(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_fault(&vm, 0x900, READ), CW_PF_EMULATE);
	vm.mmu.space[0].generation |= CW_GEN_IN_PROGRESS;
	/* The entry is not trusted, and one made now has the old number. */
	CHECK_EQ(vm_fault(&vm, 0x900, READ), CW_PF_EMULATE);
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	CHECK_EQ(vm_fault(&vm, 0x901, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x901), 0x901006);
	vm.mmu.space[0].generation = 2;
	CHECK_EQ(vm_fault(&vm, 0x901, READ), CW_PF_EMULATE);
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x901), 0x901016);
	vm_destroy(&vm);
}

static void mmio_gfn_that_no_entry_can_hold(void)
{
	struct cw_mmu_ctx five, x86;
	struct vm vm;

	vm_init(&vm);
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	vm_attach(&vm, &x86, 5, 0, CW_FLAVOUR_X86);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 1ull << 40, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &five, 1ull << 40), 0);
	CHECK_EQ(vm_fault_ctx(&vm, &five, (1ull << 40) - 1, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &five, (1ull << 40) - 1), 0x000ffffffffff006);
	CHECK_EQ(vm_fault_ctx(&vm, &x86, 1ull << 39, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &x86, 1ull << 39), 0);
	CHECK_EQ(vm_fault_ctx(&vm, &x86, (1ull << 39) - 1, READ), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &x86, (1ull << 39) - 1), 0x000ffffffffff007);
	vm_check(&vm);
	vm_detach(&vm, &five);
	vm_detach(&vm, &x86);
	vm_destroy(&vm);
}

static void ms_7_readonly_slot(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, CW_MEM_READONLY), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), 0); /* no MMIO entry */
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 0);
	CHECK_EQ(vm_fault(&vm, 0x101, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), LEAF_RO | HOST(1ull));
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), LEAF_RO | HOST(1ull));
	vm_destroy(&vm);
}

static void ms_13_14_allones_slot_makes_no_entry(void)
{
	unsigned loads, writes;
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, CW_MEM_ALLONES), 0);
	loads = vm.rec.count[REC_TABLE_LOAD];
	writes = vm.rec.count[REC_ENTRY_WRITE];
	for (uint64_t gfn = 0x100; gfn < 0x104; gfn++) {
		CHECK_EQ(vm_fault(&vm, gfn, READ), CW_PF_ONES);
		CHECK_EQ(vm_fault(&vm, gfn, WRITE), CW_PF_EMULATE);
		CHECK_EQ(vm_fault(&vm, gfn, READ), CW_PF_ONES);
	}
	CHECK_EQ(vm.rec.count[REC_TABLE_LOAD], loads);
	CHECK_EQ(vm.rec.count[REC_ENTRY_WRITE], writes);
	CHECK_EQ(vm.rec.count[REC_RESOLVE], 0);
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 0);
	CHECK_EQ(vm.mmu.stats.pf_ones, 8);
	vm_destroy(&vm);
}

static void host_mapping_read_only(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, 0), 0);
	vm.rec.host_ro[2] = true;
	CHECK_EQ(vm_fault(&vm, 0x102, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x102), LEAF_RO | HOST(2ull));
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), -EFAULT);
	/* The same if resolve() only tells that the page is not writable. */
	vm.rec.resolve_lax = true;
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), -EFAULT);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x102), LEAF_RO | HOST(2ull));
	/* It becomes writable: host-W does not change in place, which the recorder watches (SPTE-6). */
	vm.rec.host_ro[2] = false;
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x102), LEAF_RW | HOST(2ull));
	CHECK_EQ(vm.mmu.stats.pages_4k, 1);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void p27_reads_of_a_logged_slot_grant_no_write(void)
{
	struct cw_fault f = {.ctx = NULL};
	struct vm vm;

	vm_init(&vm);
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), LEAF_LOG | HOST(1ull));
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), LEAF_RW | HOST(1ull));
	/* The engine fixed it first: writing the same bits again does no harm. */
	CHECK_EQ(vm_fault(&vm, 0x102, READ), CW_PF_FIXED);
	memcpy(&f, &(struct cw_fault){.ctx = &vm.ctx, .gpa = 0x102000, .write = WRITE}, sizeof(f));
	CHECK_EQ(cw_mmu_fault(&vm.worker, &f), CW_PF_FIXED);
	CHECK_EQ(rec_entry(&vm.rec, f.entry_addr), LEAF_RW | HOST(2ull));
	CHECK_EQ(f.spte, LEAF_RW | HOST(2ull));
	vm_check(&vm);
	vm_destroy(&vm);
}

static void change_of_page_without_invalidation(void)
{
	struct vm vm;

	vm_init(&vm);
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, READ), CW_PF_FIXED);
	vm.rec.host_bus[1] = 0x5000;
	/* Never from one page to another: zap, flush, and walk again. */
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), REC_NONPRESENT);
	CHECK(!rec_bus_alive(&vm.rec, HOST(1ull)));
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), LEAF_RW | 0x5000);
	vm_check(&vm);
	vm_destroy(&vm);
}

/* --- between the looks --- */

static void hook_invalidate(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	uint64_t hva = cw_memslot_hva(slot, gfn);

	r->resolve_hook = NULL;
	CHECK_EQ(cw_mmu_invalidate_begin(r->mmu, hva, hva + 4096, true), 0);
	if (r->hook_priv)
		return; /* left open */
	cw_mmu_invalidate_end(r->mmu, hva, hva + 4096);
}

static unsigned released[2]; /* by whether an entry was made */
static bool under_lock;
static struct cw_mmu *release_mmu;

static void watch_release(void *priv, const struct cw_hpage *page, bool is_mapped)
{
	released[is_mapped]++;
	under_lock = cw_mutex_is_mine(&release_mmu->lock);
	rec_ops.release(priv, page, is_mapped);
}

/* The host page is told once per fault, under the lock if an entry was made; a fault to be tried again leaves it. */
static void host_pages_are_told(void)
{
	struct cw_mmu_ops ops = rec_ops;
	struct vm vm;

	vm_init(&vm);
	memset(released, 0, sizeof(released));
	ops.release = watch_release;
	vm.mmu.ops = &ops;
	release_mmu = &vm.mmu;
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, READ), CW_PF_FIXED);
	CHECK(released[true] == 1 && !released[false] && under_lock);
	/* A read-only entry of a page that the host may write counts as well: it may become writable unseen. */
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm_fault(&vm, 0x102, READ), CW_PF_FIXED);
	CHECK(!(vm_leaf(&vm, &vm.ctx, 0x102) & REC_W));
	CHECK(released[true] == 2 && !released[false] && under_lock);
	/* What the mirror answers asks for no page. */
	CHECK_EQ(vm_fault(&vm, 0x102, READ), CW_PF_SPURIOUS);
	CHECK(released[true] == 2 && !released[false]);
	vm.rec.resolve_hook = hook_invalidate;
	vm.rec.hook_priv = NULL;
	CHECK_EQ(vm_fault(&vm, 0x103, READ), CW_PF_RETRY);
	CHECK(released[true] == 2 && released[false] == 1);
	vm.mmu.ops = &rec_ops;
	vm_destroy(&vm);
}

static void hook_invalidate_other(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	uint64_t hva = cw_memslot_hva(slot, gfn) + 4096;

	r->resolve_hook = NULL;
	CHECK_EQ(cw_mmu_invalidate_begin(r->mmu, hva, hva + 4096, true), 0);
	if (!r->hook_priv)
		cw_mmu_invalidate_end(r->mmu, hva, hva + 4096);
}

static void t_zp_04_invalidate_between_lookup_and_map(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	/* Over already: the number tells. */
	vm.rec.resolve_hook = hook_invalidate;
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	/* Still going on: the range tells. */
	vm.rec.resolve_hook = hook_invalidate;
	vm.rec.hook_priv = &vm;
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_RETRY);
	/* Another page is free to come meanwhile. */
	CHECK_EQ(vm_fault(&vm, 0x103, WRITE), CW_PF_FIXED);
	cw_mmu_invalidate_end(&vm.mmu, 0x2000, 0x3000);
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_FIXED);
	/* An invalidation of another page: allowed while it lasts, RETRY once after its end. */
	vm.rec.resolve_hook = hook_invalidate_other;
	CHECK_EQ(vm_fault(&vm, 0x104, WRITE), CW_PF_FIXED);
	cw_mmu_invalidate_end(&vm.mmu, 0x5000, 0x6000);
	vm.rec.resolve_hook = hook_invalidate_other;
	vm.rec.hook_priv = NULL;
	CHECK_EQ(vm_fault(&vm, 0x106, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x106, WRITE), CW_PF_FIXED);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void zap_7_ranges_in_progress_unite(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 64, 0, 0), 0);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x1000, 0x2000, true), 0);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x5000, 0x5001, true), 0);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x103, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x105, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x106, WRITE), CW_PF_FIXED);
	cw_mmu_invalidate_end(&vm.mmu, 0x1000, 0x2000);
	CHECK_EQ(vm_fault(&vm, 0x105, WRITE), CW_PF_RETRY);
	cw_mmu_invalidate_end(&vm.mmu, 0x5000, 0x5001);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 0x105, WRITE), CW_PF_FIXED);
	/* One inside the other, and one that begins earlier. */
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x10000, 0x14000, true), 0);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x11000, 0x12000, true), 0);
	CHECK_EQ(vm_fault(&vm, 0x113, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x110, WRITE), CW_PF_RETRY);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0xe000, 0xf000, true), 0);
	CHECK_EQ(vm_fault(&vm, 0x113, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x10e, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x10d, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 0x114, WRITE), CW_PF_FIXED);
	for (unsigned i = 0; i < 3; i++)
		cw_mmu_invalidate_end(&vm.mmu, 0, 0);
	CHECK_EQ(vm_fault(&vm, 0x113, WRITE), CW_PF_FIXED);
	vm_destroy(&vm);
}

static void slot_made_while_its_pages_are_invalidated(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0, 0x10000, true), 0);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 64, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x10f, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x110, WRITE), CW_PF_FIXED);
	cw_mmu_invalidate_end(&vm.mmu, 0, 0x10000);
	CHECK_EQ(vm_fault(&vm, 0x10f, WRITE), CW_PF_FIXED);
	vm_destroy(&vm);
}

static void hook_delete(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	struct cw_memslot_region reg = {.slot = slot->id};

	(void)gfn;
	r->resolve_hook = NULL;
	CHECK_EQ(cw_mmu_set_memslot(r->mmu, &reg), 0);
}

static void hook_replace(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	struct cw_memslot_region reg = {.slot = 9, .gpa = slot->base_gfn << 12, .size = slot->npages << 12};

	reg.hva = slot->hva + *(uint64_t *)r->hook_priv;
	hook_delete(r, slot, gfn);
	CHECK_EQ(cw_mmu_set_memslot(r->mmu, &reg), 0);
}

static void hook_log(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	struct cw_memslot_region reg = {
		.slot = slot->id,
		.gpa = slot->base_gfn << 12,
		.size = slot->npages << 12,
		.hva = slot->hva,
		.flags = CW_MEM_LOG_DIRTY,
	};

	(void)gfn;
	r->resolve_hook = NULL;
	CHECK_EQ(cw_mmu_set_memslot(r->mmu, &reg), 0);
}

static void slot_changes_between_lookup_and_map(void)
{
	uint64_t shift = 0;
	struct vm vm;

	vm_init(&vm);
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	vm.rec.resolve_hook = hook_delete;
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), 0);

	/* Another slot with the same backing is as good, with another one it is not. */
	vm.rec.hook_priv = &shift;
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	vm.rec.resolve_hook = hook_replace;
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_slot(&vm, 9, 0, 0, 0, 0), 0);
	shift = 4096;
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	vm.rec.resolve_hook = hook_replace;
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x101), LEAF_RW | HOST(2ull));

	/* Logging began: an entry by the old flags would be writable and in no log. */
	vm.rec.resolve_hook = hook_log;
	CHECK_EQ(vm_fault(&vm, 0x102, READ), CW_PF_RETRY);
	CHECK_EQ(vm_fault(&vm, 0x102, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x102), LEAF_LOG | HOST(3ull));
	vm_check(&vm);
	vm_destroy(&vm);
}

static struct vm *yield_vm;
static int yield_result;

static void hook_fault_in_delete(struct recorder *r)
{
	r->yield_hook = NULL;
	yield_result = vm_fault(yield_vm, 0x101, WRITE);
}

static void ms_5_fault_on_an_invalid_slot(void)
{
	struct vm vm;

	vm_init(&vm);
	yield_vm = &vm;
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 2048, 0, 0), 0);
	for (unsigned i = 0; i < 2048; i++)
		CHECK_EQ(vm_fault(&vm, 0x100 + i, WRITE), CW_PF_FIXED);
	vm.rec.yield_hook = hook_fault_in_delete;
	yield_result = -1;
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	CHECK_EQ(yield_result, CW_PF_RETRY);
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 0);
	vm_destroy(&vm);
}

static void resolve_errors_pass(void)
{
	struct vm vm;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, VM_HOST_PAGES - 2, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x103, READ), -EFAULT);
	rec_fail(&vm.rec, REC_RESOLVE, 1, -EAGAIN);
	CHECK_EQ(vm_fault(&vm, 0x100, READ), CW_PF_RETRY);
	rec_fail(&vm.rec, REC_RESOLVE, 1, -EINTR);
	CHECK_EQ(vm_fault(&vm, 0x100, READ), -EINTR);
	CHECK_EQ(vm_fault(&vm, 0x100, READ), CW_PF_FIXED);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void ms_9_spaces_are_apart(void)
{
	struct cw_mmu_ctx smm;
	struct vm vm;

	vm_init(&vm);
	vm_attach(&vm, &smm, 4, 1, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1u << 16, 0x102, 4, 64, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault_ctx(&vm, &smm, 0x102, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault(&vm, 0x105, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm_fault_ctx(&vm, &smm, 0x101, WRITE), CW_PF_EMULATE);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x102), LEAF_RW | HOST(2ull));
	CHECK_EQ(vm_leaf(&vm, &smm, 0x102), LEAF_RW | HOST(64ull));
	/* MS-11: numbers of the two spaces never meet. */
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x105), 0x105016);
	CHECK_EQ(vm_leaf(&vm, &smm, 0x101), 0x10101e);
	vm_check(&vm);
	vm_detach(&vm, &smm);
	vm_destroy(&vm);
}

static void x86_flavour(void)
{
	struct cw_mmu_ctx x86;
	struct vm vm;

	vm_init(&vm);
	vm_log(&vm);
	vm_attach(&vm, &x86, 4, 0, CW_FLAVOUR_X86);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm_fault_ctx(&vm, &x86, 0x101, READ), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &x86, 0x101), 0xe25 | HOST(1ull));
	CHECK_EQ(vm_fault_ctx(&vm, &x86, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_leaf(&vm, &x86, 0x101), 0xe67 | HOST(1ull));
	/* Both flavours map the same page: two entries of one gfn. */
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.pages_4k, 2);
	vm_check(&vm);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x101, 1), 0);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	CHECK(!rec_bus_alive(&vm.rec, HOST(1ull)));
	vm_detach(&vm, &x86);
	vm_destroy(&vm);
}

static void contexts_of_one_role_share_a_root(void)
{
	struct cw_mmu_ctx a, b, bad;
	struct vm vm;

	vm_init(&vm);
	vm_attach(&vm, &a, 4, 0, CW_FLAVOUR_EPT);
	CHECK_EQ(a.root_table, vm.ctx.root_table);
	/* A table of level 4 serves as a root and below a root of level 5. */
	vm_attach(&vm, &b, 5, 0, CW_FLAVOUR_EPT);
	CHECK(b.root_table != a.root_table);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, 0), 0);
	CHECK_EQ(vm_fault_ctx(&vm, &b, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_fault_ctx(&vm, &a, 0x101, WRITE), CW_PF_SPURIOUS);
	CHECK_EQ(vm.mmu.stats.mmu_pages, 2 + 3);
	vm_check(&vm);
	vm_detach(&vm, &a);
	vm_detach(&vm, &b);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_SPURIOUS);
	CHECK_EQ(cw_mmu_ctx_create(&vm.mmu, &bad, &(struct cw_mmu_ctx_params){.level = 3}), -EINVAL);
	CHECK_EQ(cw_mmu_ctx_create(&vm.mmu, &bad, &(struct cw_mmu_ctx_params){.level = 4, .as_id = 2}), -EINVAL);
	CHECK_EQ(cw_mmu_ctx_create(
			 &vm.mmu, &bad,
			 &(struct cw_mmu_ctx_params){.level = 4, .flavour = CW_FLAVOUR_X86, .ad_disabled = true}),
		 -EINVAL);
	vm_destroy(&vm);
}

static void root_of_level_4_below_level_5_outlives_its_contexts(void)
{
	struct cw_mmu_ctx four, five;
	uint64_t table;
	struct vm vm;

	vm_init(&vm);
	vm_attach(&vm, &four, 4, 1, CW_FLAVOUR_EPT);
	vm_attach(&vm, &five, 5, 1, CW_FLAVOUR_EPT);
	table = four.root_table;
	CHECK_EQ(vm_slot(&vm, 1u << 16, 0x100, 4, 0, 0), 0);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 0x101, WRITE), CW_PF_FIXED);
	vm_detach(&vm, &four);
	vm_check(&vm);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 0x101, WRITE), CW_PF_SPURIOUS);
	vm_attach(&vm, &four, 4, 1, CW_FLAVOUR_EPT);
	CHECK_EQ(four.root_table, table);
	CHECK_EQ(vm_fault_ctx(&vm, &four, 0x101, WRITE), CW_PF_SPURIOUS);
	vm_detach(&vm, &five);
	vm_check(&vm);
	CHECK_EQ(vm_fault_ctx(&vm, &four, 0x101, WRITE), CW_PF_SPURIOUS);
	vm_detach(&vm, &four);
	vm_destroy(&vm);
}

static void upper_link_fails_after_the_lower_one(void)
{
	struct cw_mmu_ctx five;
	struct vm vm;

	vm_init(&vm);
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, 0), 0);
	/* New tables go below the root of level 4 first; then the root of level 5 is linked to that. */
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 2, -EIO);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 0x101, WRITE), -EIO);
	vm_check(&vm);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_SPURIOUS);
	CHECK_EQ(vm_leaf(&vm, &five, 0x101), 0);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.pages_4k, 1);
	vm_check(&vm);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

/* Behind a refill a fault allocates nothing, whatever tables it makes; without memory it comes to no harm. */
static void a_refill_spares_the_fault_its_allocations(void)
{
	const uint64_t at[] = {5, 1ull << 30, 1ull << 33};
	struct vm vm;

	vm_init(&vm);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(vm_slot(&vm, i, at[i], 64, 0, 0), 0);
	CHECK_EQ(cw_mmu_worker_refill(&vm.worker), 0);
	alloc_fail(0);
	CHECK_EQ(vm_fault(&vm, at[0], WRITE), CW_PF_FIXED);
	CHECK_EQ(alloc_calls(), 0);
	/* That this counts: a worker without cannot. */
	cw_mmu_worker_destroy(&vm.worker);
	CHECK_EQ(cw_mmu_worker_init(&vm.worker, &vm.mmu), 0);
	alloc_fail(0);
	CHECK_EQ(vm_fault(&vm, at[1], WRITE), CW_PF_FIXED);
	CHECK(alloc_calls() > 10);
	for (unsigned n = 1; n <= 3; n++) {
		alloc_fail(n);
		CHECK_EQ(cw_mmu_worker_refill(&vm.worker), -ENOMEM);
	}
	alloc_fail(0);
	CHECK_EQ(vm_fault(&vm, at[2], WRITE), CW_PF_FIXED);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void the_hash_grows(void)
{
	struct vm vm;

	vm_init(&vm);
	for (uint64_t i = 0; i < 300; i++)
		CHECK_EQ(vm_fault(&vm, (1ull << 27) + (i << 9), READ), CW_PF_EMULATE);
	CHECK(vm.mmu.nr_pages > 300);
	/* At most half full, and not much larger than that. */
	CHECK(2 * vm.mmu.nr_pages <= 1ull << vm.mmu.hash_bits);
	CHECK(8 * vm.mmu.nr_pages > 1ull << vm.mmu.hash_bits);
	vm_check(&vm);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(fixed_then_spurious, "T-FP-02");
	RUN(p14_new_tables_are_linked_by_one_write);
	RUN(p2_addresses_beyond_the_level);
	RUN(spte_4_mmio_generation, "SPTE-4 MS-2 ST-1");
	RUN(ms_1_update_in_progress, "MS-1 MS-2");
	RUN(mmio_gfn_that_no_entry_can_hold, "SPTE-4");
	RUN(ms_7_readonly_slot, "MS-7 T-FP-03");
	RUN(ms_13_14_allones_slot_makes_no_entry, "MS-13 MS-14 MS-15");
	RUN(host_mapping_read_only, "T-MS-12 SPTE-6");
	RUN(p27_reads_of_a_logged_slot_grant_no_write);
	RUN(host_pages_are_told, "SPTE-18");
	RUN(change_of_page_without_invalidation);
	RUN(t_zp_04_invalidate_between_lookup_and_map, "ZAP-7 ZAP-8 T-ZP-04");
	RUN(zap_7_ranges_in_progress_unite, "ZAP-7");
	RUN(slot_made_while_its_pages_are_invalidated);
	RUN(slot_changes_between_lookup_and_map);
	RUN(ms_5_fault_on_an_invalid_slot, "MS-5");
	RUN(resolve_errors_pass);
	RUN(ms_9_spaces_are_apart, "MS-9 MS-11");
	RUN(x86_flavour, "SPTE-1");
	RUN(contexts_of_one_role_share_a_root);
	RUN(root_of_level_4_below_level_5_outlives_its_contexts);
	RUN(upper_link_fails_after_the_lower_one);
	RUN(a_refill_spares_the_fault_its_allocations);
	RUN(the_hash_grows);
	return CHECK_DONE("mmu_fault");
}
