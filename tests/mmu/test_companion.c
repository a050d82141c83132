/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Companions of shadow tables (P31), case by case: what they name for leaves of each size, and that nothing comes in
 * the place of what was taken away before a FLUSH. The guest has four levels; gfns are host pages.
 */
#define MEM_PAGES 2048u

#include "../../lib/mmu/internal.h"
#include "../../lib/mmu/shadow.h"
#include "mem.h"
#include "vm.h"

#define VA 0x7f8040201000ull /* entries 255, 1, 1, 1 */
#define P 0x1ull
#define RW 0x63ull /* P, W, A, D */
#define US 0x4ull
#define PS 0x80ull

static struct vm vm;
static struct cw_mmu_ops ops;
static struct cw_mmu_ctx ctx;
static uint64_t provided, provided_gfn;

static int log_provide(void *priv, unsigned domain, uint64_t gfn)
{
	provided++;
	provided_gfn = gfn;
	return rec_ops.log_provide(priv, domain, gfn);
}

/* Tables of the guest at pages 1 (root), 2, 3 and 4; an entry of a level for VA. */
static void gpte(unsigned level, uint64_t value)
{
	mem[(5 - level) * 512 + (VA >> (12 + 9 * (level - 1)) & 511)] = value;
}

static void begin(void)
{
	const struct cw_mmu_params p = {.address_bits = 48};
	const struct cw_shadow_params sp = {.level = 4, .kind = CW_GUEST_VIRT};
	const struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12};

	memset(mem, 0, sizeof(mem));
	provided = 0;
	for (unsigned level = 4; level > 1; level--)
		gpte(level, (uint64_t)(6 - level) << 12 | RW | US);
	ops = rec_ops;
	ops.host_read = mem_read;
	ops.host_write = mem_write;
	ops.host_cmpxchg = mem_cmpxchg;
	ops.log_provide = log_provide;
	vm_init_ops(&vm, &ops, &p, MEM_PAGES);
	vm.rec.identity = true;
	vm_host_level(&vm, 0, MEM_PAGES, 2);
	CHECK_EQ(vm_slot(&vm, 0, 0, MEM_PAGES, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx, &sp, &regs), 0);
	rec_attach(&vm.rec, &ctx);
}

static void end(void)
{
	vm.rec.flush_hook = NULL;
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static int fault(uint64_t va, bool write)
{
	struct cw_fault f = {.ctx = &ctx, .gpa = va, .write = write};

	return cw_mmu_fault(&vm.worker, &f);
}

/* The gfn that the engine marks for a write to va; *level: of the leaf. */
static uint64_t marked(uint64_t va, unsigned *level)
{
	uint64_t at, e = rec_walk_at(&vm.rec, &ctx, va >> 12, level, &at);

	CHECK(e & REC_PRESENT);
	return (rec_entry(&vm.rec, at | 0x1000) >> 12) + (va >> 12 & ((1ull << 9 * (*level - 1)) - 1));
}

static void small_leaves(void)
{
	unsigned level;

	begin();
	gpte(1, 0x123ull << 12 | RW | US);
	CHECK_EQ(fault(VA + 0x77, WRITE), CW_PF_FIXED);
	CHECK_EQ(marked(VA, &level), 0x123);
	CHECK_EQ(level, 1);
	/* The first write after a read changes rights only. */
	mem[4 * 512 + 2] = 0x124ull << 12 | RW | US;
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 0), 0);
	CHECK_EQ(fault(VA + 0x1000, READ), CW_PF_FIXED);
	CHECK_EQ(fault(VA + 0x1000, WRITE), CW_PF_FIXED);
	CHECK_EQ(marked(VA + 0x1000, &level), 0x124);
	vm_check(&vm);
	end();
}

static void large_leaves_and_their_parts(void)
{
	unsigned level;

	begin();
	gpte(2, 0x400ull << 12 | RW | US | PS);
	CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
	CHECK_EQ(marked(VA, &level), 0x401);
	CHECK_EQ(level, 2);
	vm_check(&vm);
	/* Parts of a guest's large page stand in direct tables, which have companions as well. */
	vm_host_level(&vm, 0x400, 512, 1);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x400, 512), 0);
	CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
	CHECK_EQ(marked(VA, &level), 0x401);
	CHECK_EQ(level, 1);
	vm_check(&vm);
	end();
}

/* Another thread's fault, while the guest's invalidation waits for its FLUSH. */
static unsigned in_time;

static void refault(struct recorder *r)
{
	unsigned level;
	uint64_t at;

	r->flush_hook = NULL;
	/* It waits for a FLUSH of its own, and asks to be tried again. */
	CHECK_EQ(fault(VA, WRITE), CW_PF_RETRY);
	CHECK(!(rec_walk_at(r, &ctx, VA >> 12, &level, &at) & REC_PRESENT));
	CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
	in_time++;
}

static void nothing_comes_before_the_flush(void)
{
	unsigned level;

	begin();
	for (unsigned l = 1; l <= 4; l++) {
		in_time = 0;
		gpte(1, 0x123ull << 12 | RW | US);
		gpte(l, (l == 1 ? 0x123ull : 6 - l) << 12 | RW | US);
		CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
		/* Another page, and at each level in turn another table on the way to it. */
		memcpy(&mem[16 * 512], &mem[(6 - l) * 512], 4096);
		if (l > 1)
			gpte(l, 16ull << 12 | RW | US);
		else
			gpte(1, 0x321ull << 12 | RW | US);
		if (l == 2)
			mem[16 * 512 + 1] = 0x321ull << 12 | RW | US;
		vm.rec.flush_hook = refault;
		CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, VA, 1), 0);
		CHECK_EQ(in_time, 1);
		CHECK_EQ(marked(VA, &level), l <= 2 ? 0x321 : 0x123);
		vm_check(&vm);
		gpte(l, l == 1 ? 0 : (6 - l) << 12 | RW | US);
		CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 0), 0);
		if (check_bad)
			printf("  level %u\n", l);
	}
	end();
}

/* The leaf that the log lacks is that of the page which the entry maps, whatever the guest's tables say by now. */
static void a_missing_log_leaf_is_of_the_entry(void)
{
	struct cw_fault f = {.ctx = &ctx, .gpa = VA, .write = true, .log_missing = true};

	begin();
	gpte(1, 0x123ull << 12 | RW | US);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, 0), 0);
	CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
	gpte(1, 0x7ffull << 12 | RW | US);
	CHECK_EQ(cw_mmu_fault(&vm.worker, &f), CW_PF_FIXED);
	CHECK_EQ(provided, 1);
	CHECK_EQ(provided_gfn, 0x123);
	end();
}

/* Where the worker serves shadow contexts, a refill gets pairs too, and only there. */
static void a_refill_has_pairs(void)
{
	const struct cw_cache_set *cache;

	begin();
	cache = vm.worker.cache;
	gpte(1, 0x123ull << 12 | RW | US);
	CHECK_EQ(cw_mmu_worker_refill(&vm.worker), 0);
	CHECK_EQ(cache->nr_pair, 0);
	CHECK_EQ(fault(VA, WRITE), CW_PF_FIXED);
	CHECK(cache->nr_pair < CW_NEED_PAIR);
	CHECK_EQ(cw_mmu_worker_refill(&vm.worker), 0);
	CHECK_EQ(cache->nr_pair, CW_NEED_PAIR);
	end();
}

int main(void)
{
	RUN(small_leaves, "P31");
	RUN(large_leaves_and_their_parts, "P31 P49");
	RUN(nothing_comes_before_the_flush, "P31");
	RUN(a_missing_log_leaf_is_of_the_entry, "P27 P31");
	RUN(a_refill_has_pairs);
	return CHECK_DONE("mmu_companion");
}
