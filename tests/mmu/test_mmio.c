/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * MMIO entries in shadow contexts, case by case, in both flavours: what they say, whom they answer, and what ends them:
 * slots by the generation, the guest by its invalidations. The guest has four levels.
 */
#include "../../lib/mmu/shadow.h"
#include "../../lib/mmu/spte.h"
#include "mem.h"
#include "vm.h"

#define VA 0x7f8040201000ull /* entries 255, 1, 1, 1 */
#define RW 0x67ull	     /* P, W, U, A, D */
#define D 0x40ull
#define PS 0x80ull
#define HOLE 0xfee00ull /* gfn */

static struct vm vm;
static struct cw_mmu_ops ops;
static struct cw_mmu_ctx ctx;
static uint64_t guest_reads;
static unsigned flavour;

static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	guest_reads++;
	return mem_read(priv, hva, buf, len);
}

/* Tables of the guest at pages 1 (root), 2, 3 and 4; an entry of a level for VA. */
static uint64_t *gpte(unsigned level)
{
	return &mem[(5 - level) * 512 + (VA >> (12 + 9 * (level - 1)) & 511)];
}

static void begin(void)
{
	const struct cw_mmu_params p = {.address_bits = 52};
	const struct cw_shadow_params sp = {.level = 4, .kind = CW_GUEST_VIRT, .flavour = flavour};
	const struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12};

	memset(mem, 0, sizeof(mem));
	for (unsigned level = 4; level > 1; level--)
		*gpte(level) = (uint64_t)(6 - level) << 12 | RW;
	*gpte(1) = HOLE << 12 | RW;
	ops = rec_ops;
	ops.host_read = host_read;
	ops.host_write = mem_write;
	ops.host_cmpxchg = mem_cmpxchg;
	vm_init_ops(&vm, &ops, &p, MEM_PAGES);
	CHECK_EQ(vm_slot(&vm, 0, 0, 32, 0, 0), 0);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx, &sp, &regs), 0);
	rec_attach(&vm.rec, &ctx);
}

static void end(void)
{
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static void in_both(void (*test)(void))
{
	for (flavour = 0; flavour < 2; flavour++)
		test();
}

static struct cw_fault f_last;

static int fault(uint64_t va, bool write)
{
	struct cw_fault f = {.ctx = &ctx, .gpa = va, .write = write};
	int r = cw_mmu_fault(&vm.worker, &f);

	memcpy(&f_last, &f, sizeof(f));
	return r;
}

/* What is emulated is at this address of the guest. */
static bool emulated(uint64_t va, bool write, uint64_t gpa)
{
	return CHECK_EQ(fault(va, write), CW_PF_EMULATE) && CHECK_EQ(f_last.guest_gpa, gpa) &&
	       CHECK_EQ(f_last.gfn, gpa >> 12) && CHECK(!f_last.have_slot);
}

static uint64_t entry(uint64_t va)
{
	unsigned level;
	uint64_t e = rec_walk(&vm.rec, &ctx, va >> 12, &level);

	return level == 1 ? e : 0;
}

/* Appendix A of what an entry of generation 2 says, and without W. */
static uint64_t vector(void)
{
	return flavour ? 0x00080000fee00017 : 0x00000000fee00016;
}

static uint64_t vector_ro(void)
{
	return flavour ? 0x00080000fee00015 : 0x00000000fee00016;
}

static void an_entry_answers(void)
{
	uint64_t reads, taken;

	begin();
	CHECK(emulated(VA + 0x123, READ, HOLE << 12 | 0x123));
	CHECK_EQ(entry(VA), vector());
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 1);
	CHECK_EQ(vm.mmu.stats.pf_emulate, 1);
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	/* ST-1: an exit, no fault; and the guest's tables are left alone. */
	reads = guest_reads;
	taken = vm.mmu.stats.pf_taken;
	CHECK(emulated(VA + 0xff8, WRITE, HOLE << 12 | 0xff8));
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(guest_reads, reads);
	CHECK_EQ(vm.mmu.stats.mmio_exits, 2);
	CHECK_EQ(vm.mmu.stats.pf_taken, taken);
	CHECK_EQ(vm.mmu.stats.pf_emulate, 1);
	CHECK_EQ(f_last.spte, vector());
	CHECK_EQ(f_last.level, 1);
	end();
}

static void rights_are_the_guests(void)
{
	begin();
	/* Clean: a read says nothing of writes, the first of which sets D. */
	*gpte(1) &= ~D;
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(entry(VA), vector_ro());
	CHECK(!(*gpte(1) & D));
	CHECK(emulated(VA, WRITE, HOLE << 12));
	CHECK(*gpte(1) & D);
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	CHECK_EQ(entry(VA), vector());
	CHECK(emulated(VA, WRITE, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 1);
	/* D is taken away: what may be written no more is not, after the invalidation. */
	*gpte(1) &= ~D;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), 0);
	CHECK(emulated(VA, WRITE, HOLE << 12));
	CHECK(*gpte(1) & D);
	CHECK_EQ(vm.mmu.stats.mmio_exits, 1);
	/* Read-only: the entry answers reads, and the guest's tables refuse a write. */
	*gpte(1) &= ~2ull;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), 0);
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 2);
	CHECK_EQ(fault(VA, WRITE), CW_PF_GUEST);
	CHECK_EQ(f_last.guest_error, 7);
	end();
}

/* The companion of a leaf in the place of an MMIO entry names its gfn before the engine can see it. */
static void a_slot_comes_and_goes(void)
{
	unsigned level;
	uint64_t at;

	begin();
	CHECK(emulated(VA, WRITE, HOLE << 12));
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQ(vm_slot(&vm, 1, HOLE, 4, 40 + i, 0), 0);
		CHECK_EQ(entry(VA) & ~0x7ffull & REC_PRESENT, 0);
		CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
		CHECK(entry(VA) & REC_PRESENT);
		CHECK_EQ(entry(VA) & REC_ADDR, vm.rec.host_bus[40 + i]);
		rec_walk_at(&vm.rec, &ctx, VA >> 12, &level, &at);
		CHECK_EQ(rec_entry(&vm.rec, at | 0x1000), HOLE << 12);
		CHECK_EQ(vm_slot(&vm, 1, 0, 0, 0, 0), 0);
		CHECK(emulated(VA, WRITE, HOLE << 12));
		CHECK(emulated(VA, READ, HOLE << 12));
		vm_check(&vm);
	}
	/* One elsewhere makes it stale, the next access makes it new. */
	at = entry(VA);
	CHECK_EQ(vm_slot(&vm, 1, 0x1000, 1, 40, 0), 0);
	CHECK_EQ(entry(VA), at);
	level = (unsigned)vm.mmu.stats.mmio_exits;
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.mmio_exits, level);
	CHECK(entry(VA) != at);
	CHECK_EQ(cw_spte_mmio_gen(entry(VA)), vm.rec.mmio_gen[0]);
	end();
}

static void the_guest_remaps(void)
{
	unsigned level;
	uint64_t at;

	begin();
	CHECK(emulated(VA, READ, HOLE << 12));
	/* The tables change, nobody says so: as a TLB would have it. */
	*gpte(1) = 0xfeb0ull << 12 | RW;
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), 0);
	CHECK_EQ(entry(VA), REC_NONPRESENT);
	CHECK(emulated(VA + 8, READ, 0xfeb0008));
	/* A page beside it is not meant, and one that is borne out stays. */
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA + 0x1000, 1), 0);
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 0), 0);
	CHECK(entry(VA) != REC_NONPRESENT);
	/* To memory and back: as for any other page, a FLUSH comes between (P31). */
	*gpte(1) = 20ull << 12 | RW;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), 0);
	CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
	rec_walk_at(&vm.rec, &ctx, VA >> 12, &level, &at);
	CHECK_EQ(rec_entry(&vm.rec, at | 0x1000), 20ull << 12);
	*gpte(1) = HOLE << 12 | RW;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 0), 0);
	CHECK(emulated(VA, READ, HOLE << 12));
	/* Another table above. */
	mem[16 * 512 + 1] = 0xfec0ull << 12 | RW;
	*gpte(2) = 16ull << 12 | RW;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), 0);
	CHECK(emulated(VA, WRITE, 0xfec0000));
	/* A write that is trapped takes it away at once. */
	mem[16 * 512 + 1] = 0xfed0ull << 12 | RW;
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, (16 << 12) + 8, 8), 0);
	CHECK(emulated(VA, WRITE, 0xfed0000));
	end();
}

/* The leaf of an access that only the guest's tables as they are now allow is another page's: it goes first. */
static void a_leaf_gives_way(void)
{
	begin();
	*gpte(1) = 20ull << 12 | (RW & ~D);
	CHECK_EQ(fault(VA, READ), CW_PF_FIXED);
	*gpte(1) = HOLE << 12 | RW;
	CHECK_EQ(fault(VA, WRITE), CW_PF_RETRY);
	CHECK(!(entry(VA) & REC_PRESENT));
	CHECK(emulated(VA, WRITE, HOLE << 12));
	end();
}

static void parts_of_a_large_page(void)
{
	begin();
	*gpte(2) = (0x40000ull << 12) | RW | PS;
	CHECK(emulated(VA, READ, 0x40001000));
	CHECK(emulated(VA + 0x1000, WRITE, 0x40002000));
	CHECK(emulated(VA + 0x1000, WRITE, 0x40002000));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 1);
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 2);
	/* Clean: the table of parts allows no writes, and another one comes in its place. */
	*gpte(2) = (0x40200ull << 12) | (RW & ~D) | PS;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 0), 0);
	CHECK(emulated(VA, READ, 0x40201000));
	CHECK_EQ(fault(VA, WRITE), CW_PF_RETRY);
	CHECK(emulated(VA, WRITE, 0x40201000));
	CHECK(*gpte(2) & D);
	CHECK(emulated(VA, WRITE, 0x40201000));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 2);
	end();
}

static void an_update_is_in_progress(void)
{
	uint64_t made;

	begin();
	CHECK(emulated(VA, READ, HOLE << 12));
	vm.mmu.space[0].generation |= CW_GEN_IN_PROGRESS;
	made = vm.mmu.stats.pf_mmio_spte_created;
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, made + 1);
	CHECK_EQ(entry(VA), vector()); /* the old number */
	vm.mmu.space[0].generation = 4;
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	vm.mmu.space[0].generation = 2;
	end();
}

static void a_lap_of_generations(void)
{
	begin();
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(entry(VA), vector());
	/* The swaps of a delete lead to the same number again: the entry is gone by then. */
	vm.mmu.space[0].generation = 0x80000 - 2;
	CHECK_EQ(vm_slot(&vm, 1, HOLE + 9, 1, 40, 0), 0);
	CHECK_EQ(vm.rec.mmio_gen[0], 0);
	CHECK_EQ(entry(VA), 0);			/* its table as well */
	CHECK_EQ(fault(VA, READ), CW_PF_RETRY); /* P31: first a FLUSH */
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	/* The engine does not take the zap: an entry that looks current is not believed where memory is by now. */
	vm.mmu.space[0].generation = 0x80000 - 2;
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 1, -EIO);
	CHECK_EQ(vm_slot(&vm, 2, HOLE, 1, 41, 0), 0);
	CHECK_EQ(cw_spte_mmio_gen(entry(VA)), vm.rec.mmio_gen[0]);
	CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
	CHECK_EQ(entry(VA) & REC_ADDR, vm.rec.host_bus[41]);
	end();
}

/* The entry is there to spare work: what it would take is not worth an error. */
static void no_entry_is_no_error(void)
{
	begin();
	alloc_fail(1);
	CHECK(emulated(VA, READ, HOLE << 12));
	alloc_fail(0);
	rec_fail(&vm.rec, REC_TABLE_ALLOC, 1, -ENOMEM);
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 0);
	/* Other errors say that the engine is not well. */
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 1, -EIO);
	CHECK_EQ(fault(VA, READ), -EIO);
	vm_check(&vm);
	CHECK(emulated(VA, READ, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, 1);
	/* An entry whose renewal fails, or whose leaf does, is what it was. */
	CHECK_EQ(vm_slot(&vm, 1, 0x1000, 1, 40, 0), 0);
	*gpte(1) = 0xfeb0ull << 12 | RW;
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 1, -EIO);
	CHECK_EQ(fault(VA, READ), -EIO);
	CHECK_EQ(entry(VA), vector());
	vm_check(&vm);
	*gpte(1) = 20ull << 12 | RW;
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 2, -EIO);
	CHECK_EQ(fault(VA, READ), -EIO);
	CHECK_EQ(entry(VA), vector());
	vm_check(&vm);
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 1, -EIO);
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), -EIO);
	CHECK_EQ(entry(VA), vector());
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), 0);
	CHECK_EQ(entry(VA), REC_NONPRESENT);
	CHECK_EQ(fault(VA, READ), CW_PF_FIXED);
	end();
}

/* 39 bits beside the mark in the legacy flavour, 40 in EPT. */
static void gfns_that_no_entry_can_hold(void)
{
	begin();
	*gpte(1) = 1ull << 51 | RW;
	CHECK(emulated(VA, READ, 1ull << 51));
	CHECK_EQ(vm.mmu.stats.pf_mmio_spte_created, !flavour);
	CHECK(emulated(VA, READ, 1ull << 51));
	CHECK_EQ(vm.mmu.stats.mmio_exits, !flavour);
	end();
}

/* The guest invalidates while the fault is between its walk and its entry: the walk is void. */
static void remap_in_between(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	(void)slot;
	(void)gfn;
	r->resolve_hook = NULL;
	*gpte(1) = HOLE << 12 | RW;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 0), 0);
}

static void a_walk_that_was_overtaken(void)
{
	begin();
	*gpte(1) = 20ull << 12 | RW;
	vm.rec.resolve_hook = remap_in_between;
	CHECK_EQ(fault(VA, WRITE), CW_PF_RETRY);
	CHECK(emulated(VA, WRITE, HOLE << 12));
	CHECK_EQ(vm.mmu.stats.mmio_exits, 0);
	end();
}

#define IN_BOTH(name) \
	static void name##_(void) \
	{ \
		in_both(name); \
	}

IN_BOTH(an_entry_answers)
IN_BOTH(rights_are_the_guests)
IN_BOTH(a_slot_comes_and_goes)
IN_BOTH(the_guest_remaps)
IN_BOTH(a_leaf_gives_way)
IN_BOTH(parts_of_a_large_page)
IN_BOTH(an_update_is_in_progress)
IN_BOTH(a_lap_of_generations)
IN_BOTH(no_entry_is_no_error)
IN_BOTH(gfns_that_no_entry_can_hold)
IN_BOTH(a_walk_that_was_overtaken)

int main(void)
{
	RUN(an_entry_answers_, "SPTE-4 ST-1");
	RUN(rights_are_the_guests_, "SPTE-4 I10");
	RUN(a_slot_comes_and_goes_, "MS-2 P31");
	RUN(the_guest_remaps_, "I10 P31 ZAP-12");
	RUN(a_leaf_gives_way_, "P31");
	RUN(parts_of_a_large_page_, "SPTE-4 I10");
	RUN(an_update_is_in_progress_, "MS-1");
	RUN(a_lap_of_generations_, "MS-3");
	RUN(no_entry_is_no_error_, "MS-16");
	RUN(gfns_that_no_entry_can_hold_, "SPTE-4");
	RUN(a_walk_that_was_overtaken_, "I10");
	return CHECK_DONE("mmu_mmio");
}
