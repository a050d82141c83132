/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Large leaves that are split before they are protected (DL-2, DL-5), and where they are while slots log and after. */
#include "../../lib/mmu/internal.h"
#include "vm.h"

#define M2 512ull
#define G1 (512ull * 512)
#define BLOCKS 4u /* large pages of each slot */
#define INIT (CW_LOG_MANUAL | CW_LOG_INITIALLY_SET)

static struct vm vm;
static struct cw_mmu_ctx other;

static void begin(uint64_t pages, unsigned level)
{
	vm_init_pages(&vm, pages);
	vm_host_level(&vm, 0, pages, level);
	vm_attach(&vm, &other, 5, 0, CW_FLAVOUR_X86);
}

static void end(void)
{
	vm_check(&vm);
	vm_detach(&vm, &other);
	vm_destroy(&vm);
}

static struct cw_mmu_ctx *context(unsigned i)
{
	return i ? &other : &vm.ctx;
}

/* The entry that a walk ends at; it must give that host page. */
static uint64_t entry(struct cw_mmu_ctx *ctx, uint64_t gfn, uint64_t hpage, unsigned *level)
{
	uint64_t e = rec_walk(&vm.rec, ctx, gfn, level), bus = 0;

	CHECK_EQ(vm_level(&vm, ctx, gfn, &bus), *level);
	CHECK_EQ(bus, vm.rec.host_bus[hpage]);
	return e;
}

/* --- T-DL-06: two slots of large pages, two contexts of unlike entries --- */

static const uint64_t base_of[2] = {M2, 64 * M2};

static void touch(bool write)
{
	for (unsigned c = 0; c < 2; c++)
		for (unsigned s = 0; s < 2; s++)
			for (uint64_t p = 0; p < BLOCKS * M2; p += write ? 1 : M2) {
				int r = CW_PF_RETRY;

				for (unsigned i = 0; i < 3 && r == CW_PF_RETRY; i++)
					r = vm_fault_ctx(&vm, context(c), base_of[s] + p, write);
				CHECK(r == CW_PF_FIXED || r == CW_PF_SPURIOUS);
			}
}

static void two_slots(void)
{
	begin(2 * BLOCKS * M2, 2);
	for (unsigned s = 0; s < 2; s++)
		CHECK_EQ(vm_slot(&vm, s, base_of[s], BLOCKS * M2, s * BLOCKS * M2, CW_MEM_LOG_DIRTY), 0);
	touch(READ);
	/* Populated: all of it large. */
	CHECK_EQ(vm.mmu.stats.pages_2m, 4 * BLOCKS);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
}

static void stop_and_touch(void)
{
	CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
	touch(READ);
	CHECK_EQ(vm.mmu.stats.pages_2m, 4 * BLOCKS);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	vm_check(&vm);
}

static void large_leaves_while_logging_and_after(void)
{
	static const unsigned modes[] = {CW_LOG_PROTECT, CW_LOG_DIRTYBIT};

	for (unsigned m = 0; m < 2; m++) {
		uint64_t map[BLOCKS * M2 / 64] = {0};

		two_slots();
		/* Automatic, splitting: no large leaf is left, nothing is missing, nothing is dirty. */
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, modes[m], CW_LOG_SPLIT), 0);
		CHECK_EQ(vm.mmu.stats.pages_2m, 0);
		CHECK_EQ(vm.mmu.stats.pages_4k, 4 * BLOCKS * M2);
		CHECK_EQ(vm.mmu.stats.mmu_split, 4 * BLOCKS);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 0);
		vm_check(&vm);
		stop_and_touch();
		/* Without splitting they stay, read-only, until they are written (mail 002). */
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, modes[m], 0), 0);
		CHECK_EQ(vm.mmu.stats.pages_2m, 4 * BLOCKS);
		touch(WRITE);
		CHECK_EQ(vm.mmu.stats.pages_2m, 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), BLOCKS * M2);
		stop_and_touch();
		/* Manual, initially set: nothing changes before the first clear. */
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, modes[m], INIT | CW_LOG_SPLIT), 0);
		CHECK_EQ(vm.mmu.stats.pages_2m, 4 * BLOCKS);
		CHECK_EQ(vm.mmu.stats.pages_4k, 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), BLOCKS * M2);
		CHECK_EQ(vm.mmu.stats.pages_2m, 4 * BLOCKS);
		for (unsigned s = 0; s < 2; s++)
			CHECK_EQ(cw_mmu_log_clear(&vm.mmu, s, 0, BLOCKS * M2, map), BLOCKS * M2);
		CHECK_EQ(vm.mmu.stats.pages_2m, 0);
		CHECK_EQ(vm.mmu.stats.pages_4k, 4 * BLOCKS * M2);
		stop_and_touch();
		end();
	}
}

/* --- DL-5 --- */

/* A slot whose words of the bitmap cross regions of 2 MiB: pages of three large leaves. */
#define ODD_BASE (M2 - 32)
#define ODD_PAGES (32 + 3 * M2)
#define ODD_WORD 8u /* pages 480 .. 511 of the first large leaf, 0 .. 31 of the second */

static void odd_slot(unsigned mode, unsigned flags)
{
	begin(VM_HOST_PAGES, 2);
	CHECK_EQ(vm_slot(&vm, 5, ODD_BASE, ODD_PAGES, ODD_BASE, CW_MEM_LOG_DIRTY), 0);
	for (unsigned c = 0; c < 2; c++)
		for (unsigned b = 1; b <= 3; b++)
			CHECK_EQ(vm_fault_ctx(&vm, context(c), b * M2 + 9, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.pages_2m, 6);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, flags), 0);
}

/* Writes to the page pass without a record. */
static bool silent(unsigned c, uint64_t gfn, unsigned mode)
{
	unsigned level;
	uint64_t e = entry(context(c), gfn, gfn, &level), dirty = c ? 1ull << 6 : REC_D;

	return level == 1 && (e & REC_W) && (mode == CW_LOG_PROTECT || (e & dirty));
}

static void clear_splits_what_its_words_touch(void)
{
	for (unsigned mode = CW_LOG_PROTECT; mode <= CW_LOG_DIRTYBIT; mode++) {
		uint64_t bits[1] = {~0ull}, map[ODD_PAGES / 64 + 1] = {0};
		unsigned level, flushes;

		odd_slot(mode, INIT | CW_LOG_SPLIT);
		flushes = vm.rec.count[REC_FLUSH];
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, ODD_WORD * 64, 64, bits), 64);
		CHECK(vm.rec.count[REC_FLUSH] > flushes);
		CHECK_EQ(vm.mmu.stats.pages_2m, 2);
		CHECK_EQ(vm.mmu.stats.pages_4k, 4 * M2);
		/* What was cleared is recorded again; the other pages of both leaves go on as they were, and are dirty.
		 */
		for (unsigned c = 0; c < 2; c++) {
			for (uint64_t gfn = M2; gfn < 3 * M2; gfn++) {
				uint64_t rel = gfn - ODD_BASE;

				CHECK_EQ(silent(c, gfn, mode), rel / 64 != ODD_WORD);
			}
			entry(context(c), 3 * M2, 3 * M2, &level);
			CHECK_EQ(level, 2);
		}
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 5, map), ODD_PAGES - 64);
		/* A write by the host's fault is marked; where D tells, W is there, and the engine does it. */
		CHECK_EQ(vm_fault(&vm, 2 * M2 + 3, WRITE), mode == CW_LOG_PROTECT ? CW_PF_FIXED : CW_PF_SPURIOUS);
		memset(map, 0, sizeof(map));
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 5, map), ODD_PAGES - (mode == CW_LOG_PROTECT ? 63 : 64));
		/* The last leaf, by one page of it. */
		bits[0] = 2;
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, 24 * 64, 32, bits), 1);
		CHECK_EQ(vm.mmu.stats.pages_2m, 0);
		CHECK(!silent(0, ODD_BASE + 24 * 64 + 1, mode) && silent(0, ODD_BASE + 24 * 64 + 2, mode));
		end();
	}
}

/* Bits that are not set in the log split nothing, and nothing is split where nobody asked for it. */
static void no_more_than_that(void)
{
	uint64_t bits[1] = {0}, map[ODD_PAGES / 64 + 1] = {0};
	unsigned flushes;

	odd_slot(CW_LOG_PROTECT, INIT | CW_LOG_SPLIT);
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, ODD_WORD * 64, 64, bits), 0);
	CHECK_EQ(vm.mmu.stats.pages_2m, 6);
	bits[0] = 0xffffffff; /* of the first leaf only */
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, ODD_WORD * 64, 64, bits), 32);
	CHECK_EQ(vm.mmu.stats.pages_2m, 4);
	end();
	odd_slot(CW_LOG_PROTECT, INIT);
	bits[0] = ~0ull;
	vm.rec.last_inval.npages = 0;
	flushes = vm.rec.count[REC_FLUSH];
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, ODD_WORD * 64, 64, bits), 64);
	/* P22: copies that allow writing go before the pass ends. */
	CHECK(vm.rec.last_inval.gfn <= M2 && vm.rec.last_inval.gfn + vm.rec.last_inval.npages >= 3 * M2);
	CHECK(vm.rec.count[REC_FLUSH] > flushes);
	CHECK_EQ(vm.mmu.stats.pages_2m, 6);
	CHECK_EQ(vm.mmu.stats.mmu_split, 0);
	/* Both leaves that the word touches are read-only instead. */
	for (unsigned b = 1; b <= 3; b++) {
		unsigned level;

		CHECK_EQ(!(entry(&vm.ctx, b * M2, b * M2, &level) & REC_W), b < 3);
		CHECK_EQ(level, 2);
	}
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 5, map), ODD_PAGES - 64);
	end();
}

/* What nobody may write has nothing to record: its large leaves stay. */
static void a_read_only_slot_is_left_alone(void)
{
	for (unsigned mode = CW_LOG_PROTECT; mode <= CW_LOG_DIRTYBIT; mode++) {
		begin(VM_HOST_PAGES, 2);
		CHECK_EQ(vm_slot(&vm, 5, M2, M2, M2, CW_MEM_LOG_DIRTY | CW_MEM_READONLY), 0);
		for (unsigned c = 0; c < 2; c++)
			CHECK_EQ(vm_fault_ctx(&vm, context(c), M2 + 9, READ), CW_PF_FIXED);
		CHECK_EQ(vm.mmu.stats.pages_2m, 2);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, CW_LOG_SPLIT), 0);
		CHECK_EQ(vm.mmu.stats.pages_2m, 2);
		CHECK_EQ(vm.mmu.stats.mmu_split, 0);
		end();
	}
}

/* A leaf of 1 GiB becomes 512 of 2 MiB, and one of these a table of pages. */
static void a_gigabyte_by_two_steps(void)
{
	uint64_t bits[1] = {1};
	unsigned level;

	begin(2 * G1, 3);
	CHECK_EQ(vm_slot(&vm, 0, G1 - 5, G1 + 9, G1 - 5, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm_fault(&vm, G1 + 77, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.pages_1g, 1);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, INIT | CW_LOG_SPLIT), 0);
	/* Page 64 * 100 of the slot: in the 13th region of the gigabyte. */
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 0, 64 * 100, 64, bits), 1);
	CHECK_EQ(vm.mmu.stats.pages_1g, 0);
	CHECK_EQ(vm.mmu.stats.pages_2m, 511);
	CHECK_EQ(vm.mmu.stats.pages_4k, 512);
	CHECK(!silent(0, G1 - 5 + 6400, CW_LOG_PROTECT) && silent(0, G1 - 5 + 6401, CW_LOG_PROTECT));
	entry(&vm.ctx, G1, G1, &level);
	CHECK_EQ(level, 2);
	entry(&vm.ctx, 2 * G1 - 1, 2 * G1 - 1, &level);
	CHECK_EQ(level, 2);
	end();
}

/* Whatever cannot be had: the leaf stays, read-only, and the pass is as right as without splitting. */
static void without_memory_they_stay(void)
{
	unsigned split = 0;

	for (unsigned n = 1; n < 80; n++) {
		uint64_t bits[1] = {~0ull}, map[ODD_PAGES / 64 + 1] = {0};

		odd_slot(CW_LOG_PROTECT, INIT | CW_LOG_SPLIT);
		if (n % 4 == 0)
			rec_fail(&vm.rec, REC_TABLE_ALLOC, n / 4, -ENOMEM);
		else
			alloc_fail(n);
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, ODD_WORD * 64, 64, bits), 64);
		alloc_fail(0);
		vm.rec.fail_at[REC_TABLE_ALLOC] = 0;
		split += vm.mmu.stats.mmu_split == 4;
		for (unsigned c = 0; c < 2; c++)
			for (uint64_t rel = ODD_WORD * 64; rel < ODD_WORD * 64 + 64; rel++) {
				unsigned level;

				CHECK(!(entry(context(c), ODD_BASE + rel, ODD_BASE + rel, &level) & REC_W));
			}
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 5, map), ODD_PAGES - 64);
		end();
	}
	CHECK(split < 79);
	/* No table gives way for a split. */
	odd_slot(CW_LOG_PROTECT, INIT | CW_LOG_SPLIT);
	vm.mmu.page_limit = vm.mmu.nr_pages + 4;
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, 0, ODD_PAGES, (uint64_t[ODD_PAGES / 64 + 1]){[ODD_WORD] = 1}), 1);
	CHECK_EQ(vm.mmu.stats.mmu_split + vm.mmu.stats.mmu_recycled, 0);
	end();
}

static void an_engine_that_fails(void)
{
	for (unsigned n = 1; n <= 12; n++) {
		uint64_t bits[1] = {~0ull}, map[ODD_PAGES / 64 + 1] = {0};
		int64_t r;

		odd_slot(CW_LOG_DIRTYBIT, INIT | CW_LOG_SPLIT);
		vm.rec.fail_any = n + 4 * 4; /* past the allocation of tables */
		r = cw_mmu_log_clear(&vm.mmu, 5, ODD_WORD * 64, 64, bits);
		vm.rec.fail_any = 0;
		CHECK(r == 64 || r == -EIO || r == -ETIMEDOUT);
		vm_check(&vm);
		/* What was not reported is dirty still. */
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 5, map), r < 0 ? ODD_PAGES : ODD_PAGES - 64);
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 5, ODD_WORD * 64, 64, bits), r < 0 ? 64 : 0);
		for (uint64_t rel = ODD_WORD * 64; rel < ODD_WORD * 64 + 64; rel++)
			CHECK(!silent(0, ODD_BASE + rel, CW_LOG_DIRTYBIT));
		end();
	}
}

/* --- what others do meanwhile: at yields, and where the lock is dropped for memory --- */

#define YB 640ull    /* blocks in which something is mapped, one table each: more than a batch has */
#define YLARGE 16ull /* each so many-th is a large page */
#define YPAGES (YB * M2)
#define YBASE (3 * M2)

static struct cw_mmu_ops ops;
static uint64_t written[YPAGES / 64], reported[YPAGES / 64], rng, new_bus;
static unsigned depth, at_yields, at_allocs, protects, exchanged;

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 8) % n;
}

static bool bit(const uint64_t *map, uint64_t page)
{
	return map[page / 64] >> page % 64 & 1;
}

/* A page of a block, more often of a large one. */
static uint64_t some_page(void)
{
	return (rnd(2) ? rnd(YB / YLARGE) * YLARGE : rnd(YB)) * M2 + rnd(M2);
}

static void fault_at(uint64_t page, bool write, bool away)
{
	int r = vm_fault_ctx(&vm, context((unsigned)rnd(2)), YBASE + page, write);

	CHECK(away ? r == CW_PF_RETRY : r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_RETRY);
	if (write && r == CW_PF_FIXED)
		written[page / 64] |= 1ull << page % 64;
}

/* The host moves a large page, or half of one, which can be none any more, or some pages (ZAP-7). */
static void exchange(void)
{
	uint64_t at = some_page() / M2 * M2, large = vm.rec.host_level[at] == 2, n = large && rnd(2) ? M2 : M2 / 2;
	uint64_t first = at + (n < M2 ? rnd(2) * n : 0), old[2];

	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, first << 12, (first + n) << 12, true), 0);
	old[0] = vm.rec.host_bus[first];
	old[1] = vm.rec.host_bus[first + n - 1];
	for (unsigned i = 0; i < 2; i++)
		CHECK(!rec_bus_alive(&vm.rec, old[i]));
	fault_at(first + rnd(n), rnd(2), true);
	for (uint64_t i = first; i < first + n; i++, new_bus += 4096)
		vm.rec.host_bus[i] = new_bus;
	vm_host_level(&vm, at, M2, n == M2 ? 2 : 1);
	new_bus += -new_bus & (M2 * 4096 - 1);
	cw_mmu_invalidate_end(&vm.mmu, first << 12, (first + n) << 12);
	exchanged++;
}

/* Under slots_lock, so that slots and modes stay; whatever else another thread may do. */
static void disturb(unsigned times)
{
	if (depth++)
		goto out;
	for (unsigned n = 0; n < times; n++) {
		switch (rnd(5)) {
		case 0:
			exchange();
			break;
		case 1:
			CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, YBASE + some_page(), 1 + rnd(700)), 0);
			break;
		case 2:
			CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
			break;
		default:
			for (unsigned k = 0; k < 8; k++)
				fault_at(some_page(), rnd(2), false);
		}
	}
	CHECK(!vm.rec.violation[0]);
out:
	depth--;
}

/* Before the first PROTECT it is split.c that yields. */
static void yield_hook(struct recorder *r)
{
	at_yields += !depth && r->count[REC_PROTECT] == protects;
	disturb(12);
}

static int alloc_hook(void *priv, uint64_t *addr)
{
	if (!depth && !rnd(4)) {
		at_allocs++;
		disturb(1);
	}
	return rec_ops.table_alloc(priv, addr);
}

/* All that the engine can reach is what slot and host say, and nothing that may be written in silence is clean. */
static void judge(unsigned mode, const uint64_t *dirty)
{
	for (unsigned c = 0; c < 2; c++)
		for (uint64_t page = 0; page < YPAGES && !check_bad; page++) {
			unsigned level;
			uint64_t e = rec_walk(&vm.rec, context(c), YBASE + page, &level), d = c ? 1ull << 6 : REC_D;
			uint64_t more = level == 2 ? (YBASE + page) % M2 << 12 : 0;

			if (!(e & REC_PRESENT))
				continue;
			CHECK_EQ((e & REC_ADDR) + more, vm.rec.host_bus[page]);
			if ((e & REC_W) && (level > 1 || mode == CW_LOG_PROTECT || (e & d)))
				CHECK(bit(dirty, page));
		}
}

static void begin_disturbed(void)
{
	const struct cw_mmu_params p = {.address_bits = 48};

	ops = rec_ops;
	ops.table_alloc = alloc_hook;
	depth = 1;
	new_bus = 0x300000000000ull;
	memset(written, 0, sizeof(written));
	vm_init_ops(&vm, &ops, &p, YPAGES);
	for (uint64_t b = 0; b < YB; b += YLARGE)
		vm_host_level(&vm, b * M2, M2, 2);
	vm_attach(&vm, &other, 5, 0, CW_FLAVOUR_X86);
	CHECK_EQ(vm_slot(&vm, 7, YBASE, YPAGES, 0, CW_MEM_LOG_DIRTY), 0);
	for (uint64_t b = 0; b < YB; b++)
		for (unsigned c = 0; c < (b % 64 ? 1 : 2); c++)
			CHECK_EQ(vm_fault_ctx(&vm, context(c), YBASE + b * M2 + rnd(M2), WRITE), CW_PF_FIXED);
	CHECK(vm.mmu.stats.pages_2m > YB / YLARGE);
	vm.rec.yield_hook = yield_hook;
}

static void others_while_a_slot_is_split(void)
{
	at_yields = at_allocs = exchanged = 0;
	for (unsigned run = 0; run < 4 && !check_bad; run++) {
		unsigned mode = run & 1 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT;
		bool later = run & 2;

		rng = 0x9e3779b97f4a7c15ull * (run + 1);
		begin_disturbed();
		memset(reported, 0, sizeof(reported));
		protects = vm.rec.count[REC_PROTECT];
		depth = later;
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, (later ? INIT : 0) | CW_LOG_SPLIT), 0);
		depth = 0;
		if (later) {
			/* DL-5: all of it is cleared, what is written meanwhile is dirty again. */
			memset(reported, -1, sizeof(reported));
			CHECK(cw_mmu_log_clear(&vm.mmu, 7, 0, YPAGES, reported) >= (int64_t)YPAGES);
			memset(reported, 0, sizeof(reported));
		}
		depth = 1;
		CHECK(vm.mmu.stats.mmu_split > 10);
		vm_check(&vm);
		/* What is dirty is what faults of writes have marked, no more. */
		CHECK(cw_mmu_log_get(&vm.mmu, 7, reported) > 0);
		for (uint64_t page = 0; page < YPAGES; page++)
			CHECK(!bit(reported, page) || bit(written, page));
		if (later) {
			judge(mode, reported);
			memset(written, -1, sizeof(written));
			CHECK(cw_mmu_log_clear(&vm.mmu, 7, 0, YPAGES, written) > 0);
		}
		/* A pass has taken it: nothing is silent any more. */
		memset(reported, 0, sizeof(reported));
		judge(mode, reported);
		end();
	}
	printf("# disturbed at %u yields and %u allocations, %u times by the host\n", at_yields, at_allocs, exchanged);
	CHECK(at_yields >= 4 && at_allocs > 30 && exchanged > 60);
}

int main(void)
{
	RUN(large_leaves_while_logging_and_after, "DL-2 T-DL-06");
	RUN(clear_splits_what_its_words_touch, "DL-5");
	RUN(no_more_than_that, "DL-5 P22");
	RUN(a_read_only_slot_is_left_alone, "T-DL-11");
	RUN(a_gigabyte_by_two_steps, "DL-5");
	RUN(without_memory_they_stay, "DL-10");
	RUN(an_engine_that_fails, "DL-10");
	RUN(others_while_a_slot_is_split, "DL-2 DL-5 DL-10 ZAP-7");
	return CHECK_DONE("mmu_split");
}
