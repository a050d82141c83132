/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * What operations cost, in commands to the engine and calls of the embedder, which are the same on any machine; times
 * are printed beside (those with a bar are in "catwalk bench core"). The embedder here takes every command and counts
 * it. T-DL-10: populate, enable, dirty, get, clear, disable. T-MS-06: map, unmap, move and access, with few slots and
 * many.
 */
#include <time.h>

#include "../../lib/mmu/mmu.h"
#include "../unit/check.h"
#include "recorder.h"

struct counts {
	uint64_t load, write, xchg, invalidate, flush, protect, resolve;
};

static struct cw_mmu mmu;
static struct cw_mmu_worker worker;
static struct counts now;
static uint64_t next_table;
static unsigned host_level;
static uint64_t touched; /* host pages that accessors read or wrote */

static int op_table_alloc(void *priv, uint64_t *addr)
{
	(void)priv;
	*addr = REC_TABLE_BASE + (next_table++ << 12);
	return 0;
}

static void op_table_free(void *priv, uint64_t addr)
{
	(void)priv;
	(void)addr;
}

static int op_load(void *priv, uint64_t addr, const uint64_t *entries)
{
	(void)priv;
	(void)addr;
	(void)entries;
	now.load++;
	return 0;
}

static int op_write(void *priv, uint64_t addr, uint64_t value)
{
	(void)priv;
	(void)addr;
	(void)value;
	now.write++;
	return 0;
}

/* As if the engine had changed nothing: what is exchanged then is never W or D of a page that it fixed. */
static int op_xchg(void *priv, uint64_t addr, uint64_t value, uint64_t *old)
{
	(void)priv;
	(void)addr;
	(void)value;
	*old = REC_NONPRESENT;
	now.xchg++;
	return -EIO;
}

static int op_invalidate(void *priv, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only)
{
	(void)priv;
	(void)domain;
	(void)gfn;
	(void)npages;
	(void)leaf_only;
	now.invalidate++;
	return 0;
}

static int op_flush(void *priv, unsigned domain)
{
	(void)priv;
	(void)domain;
	now.flush++;
	return 0;
}

static int op_log_set(void *priv, unsigned domain, unsigned mode)
{
	(void)priv;
	(void)domain;
	(void)mode;
	return 0;
}

static int op_protect(void *priv, uint64_t table, const uint64_t *mask, unsigned flavour, bool dirty)
{
	(void)priv;
	(void)table;
	(void)mask;
	(void)flavour;
	(void)dirty;
	now.protect++;
	return 0;
}

static int op_harvest(void *priv, unsigned domain, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits),
		      void *arg)
{
	(void)priv;
	(void)domain;
	(void)line;
	(void)arg;
	return 0;
}

static int op_host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	(void)hva;
	memset(buf, 1, len);
	touched++;
	return 0;
}

static int op_host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	(void)priv;
	(void)hva;
	(void)buf;
	(void)len;
	touched++;
	return 0;
}

static int op_resolve(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	(void)priv;
	(void)write;
	now.resolve++;
	*out = (struct cw_hpage){.bus = cw_memslot_hva(slot, gfn), .writable = true, .level = host_level};
	return 0;
}

static void op_release(void *priv, const struct cw_hpage *page, bool mapped)
{
	(void)priv;
	(void)page;
	(void)mapped;
}

static const struct cw_mmu_ops ops = {
	.table_alloc = op_table_alloc,
	.table_free = op_table_free,
	.table_load = op_load,
	.entry_write = op_write,
	.entry_xchg = op_xchg,
	.invalidate = op_invalidate,
	.flush = op_flush,
	.log_set = op_log_set,
	.protect = op_protect,
	.harvest = op_harvest,
	.host_read = op_host_read,
	.host_write = op_host_write,
	.resolve = op_resolve,
	.release = op_release,
};

static void begin(unsigned level)
{
	next_table = touched = 0;
	host_level = level;
	CHECK_EQ(cw_mmu_init(&mmu, &ops, NULL, &(struct cw_mmu_params){.address_bits = 48}), 0);
	CHECK_EQ(cw_mmu_worker_init(&worker, &mmu), 0);
}

static void end(void)
{
	cw_mmu_worker_destroy(&worker);
	CHECK_EQ(cw_mmu_destroy(&mmu), 0);
}

static double ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int slot(unsigned id, uint64_t gfn, uint64_t npages, uint64_t hpage, uint32_t flags)
{
	return cw_mmu_set_memslot(
		&mmu, &(struct cw_memslot_region){
			      .slot = id, .gpa = gfn << 12, .size = npages << 12, .hva = hpage << 12, .flags = flags});
}

static int fault(struct cw_mmu_ctx *ctx, uint64_t gfn, bool write)
{
	struct cw_fault f = {.ctx = ctx, .gpa = gfn << 12, .write = write};
	int r = CW_PF_RETRY;

	for (unsigned i = 0; i < 3 && r == CW_PF_RETRY; i++)
		r = cw_mmu_fault(&worker, &f);
	return r;
}

/* --- T-DL-10 --- */

#define CONTEXTS 2u
#define SLOTS 4u
#define SLOT_PAGES 4096u /* 16 MiB each */
#define TABLES (SLOT_PAGES / 512)
#define ITERATIONS 3u

struct perf {
	unsigned mode, flags, write_percent;
	bool large;
};

static struct cw_mmu_ctx ctx[CONTEXTS];
static uint64_t bitmap[SLOT_PAGES / 64];

/* One of each kind of entries, so that each has tables of its own. */
static void attach(void)
{
	static const struct cw_mmu_ctx_params p[CONTEXTS] = {{.level = 4}, {.level = 4, .flavour = CW_FLAVOUR_X86}};

	for (unsigned c = 0; c < CONTEXTS; c++)
		CHECK_EQ(cw_mmu_ctx_create(&mmu, &ctx[c], &p[c]), 0);
}

static uint64_t base(unsigned s)
{
	return (1 + 2ull * s) * SLOT_PAGES;
}

/* Every page by every context; one in so many by a write. Number of writes for each slot. */
static uint64_t touch_all(unsigned write_percent)
{
	uint64_t writes = 0;

	for (unsigned s = 0; s < SLOTS; s++)
		for (uint64_t p = 0; p < SLOT_PAGES; p++) {
			bool write = p * 61 % 100 < write_percent;

			writes += write && !s;
			for (unsigned c = 0; c < CONTEXTS; c++)
				CHECK(fault(&ctx[c], base(s) + p, write) >= CW_PF_FIXED);
		}
	return writes;
}

static void dirty_log(const struct perf *p)
{
	bool manual = p->flags & CW_LOG_MANUAL, exact = p->mode != CW_LOG_CAPTURE;
	double t[6] = {0}, at;
	uint64_t writes;

	begin(p->large ? 2 : 1);
	attach();
	for (unsigned s = 0; s < SLOTS; s++)
		CHECK_EQ(slot(s, base(s), SLOT_PAGES, base(s), CW_MEM_LOG_DIRTY), 0);
	now = (struct counts){0};
	at = ms();
	touch_all(0);
	t[0] = ms() - at;
	/* One WRITE for a leaf, or for the way to it; each page of small leaves once, else each 512. */
	CHECK_EQ(now.write, CONTEXTS * SLOTS * (p->large ? TABLES : SLOT_PAGES));
	CHECK_EQ(now.resolve, now.write);
	CHECK_EQ(now.flush + now.invalidate + now.xchg, 0);
	now = (struct counts){0};
	at = ms();
	CHECK_EQ(cw_mmu_log_start(&mmu, 0, p->mode, p->flags), 0);
	t[1] = ms() - at;
	if (!exact || (p->flags & CW_LOG_INITIALLY_SET)) {
		CHECK_EQ(now.write + now.protect + now.invalidate + now.flush + now.load, 0);
	} else {
		/* One command for each table of small leaves, one for each large one; one FLUSH for each slot. */
		CHECK_EQ(now.protect, p->large ? 0 : CONTEXTS * SLOTS * TABLES);
		CHECK_EQ(now.write, p->large ? CONTEXTS * SLOTS * TABLES : 0);
		CHECK_EQ(now.flush, SLOTS);
	}
	for (unsigned i = 0; i < ITERATIONS; i++) {
		at = ms();
		writes = touch_all(p->write_percent);
		t[2] += ms() - at;
		for (unsigned s = 0; s < SLOTS; s++) {
			int64_t n;

			memset(bitmap, 0, sizeof(bitmap));
			now = (struct counts){0};
			at = ms();
			n = cw_mmu_log_get(&mmu, s, bitmap);
			t[3] += ms() - at;
			/* Marks of CAPTURE are the engine's, and this one makes none. */
			CHECK_EQ(n, (p->flags & CW_LOG_INITIALLY_SET) && !i ? SLOT_PAGES : exact ? (int64_t)writes : 0);
			if (manual) {
				CHECK_EQ(now.protect + now.write + now.invalidate + now.flush, 0);
				at = ms();
				CHECK_EQ(cw_mmu_log_clear(&mmu, s, 0, SLOT_PAGES, bitmap), n);
				t[4] += ms() - at;
			}
			/* One command for each table that had dirty pages, one INVALIDATE and one FLUSH. */
			CHECK(now.protect <= CONTEXTS * TABLES && now.write <= CONTEXTS * TABLES);
			CHECK_EQ(now.xchg + now.resolve + now.load, 0);
			CHECK_EQ(now.invalidate, now.flush);
			CHECK(now.flush <= 1);
			CHECK_EQ(now.flush, exact && n);
		}
	}
	/* Nothing was written since: nothing to do. */
	now = (struct counts){0};
	CHECK_EQ(cw_mmu_log_get(&mmu, 0, bitmap), 0);
	CHECK_EQ(now.protect + now.write + now.invalidate + now.flush, 0);
	now = (struct counts){0};
	at = ms();
	CHECK_EQ(cw_mmu_log_stop(&mmu, 0), 0);
	t[5] = ms() - at;
	/* Each table that could be a large leaf goes by its link, and the two above when nothing is left in them. */
	CHECK_EQ(now.write, exact ? CONTEXTS * (SLOTS * TABLES + 2) : 0);
	CHECK_EQ(now.protect + now.load + now.resolve, 0);
	CHECK(now.flush <= SLOTS);
	printf("# mode %u, flags %u, %u %% writes, %s: populate %.2f ms, enable %.2f, dirty %.2f, get %.2f, clear %.2f, "
	       "disable %.2f\n",
	       p->mode, p->flags, p->write_percent, p->large ? "large" : "small", t[0], t[1], t[2] / ITERATIONS,
	       t[3] / ITERATIONS, t[4] / ITERATIONS, t[5]);
	for (unsigned c = 0; c < CONTEXTS; c++)
		cw_mmu_ctx_destroy(&ctx[c]);
	end();
}

static void dirty_log_performance(void)
{
	const unsigned init = CW_LOG_MANUAL | CW_LOG_INITIALLY_SET;
	const struct perf runs[] = {
		{CW_LOG_CAPTURE, 0, 100, true},	   {CW_LOG_PROTECT, 0, 100, false},
		{CW_LOG_PROTECT, 0, 20, true},	   {CW_LOG_PROTECT, CW_LOG_MANUAL, 100, false},
		{CW_LOG_PROTECT, init, 100, true}, {CW_LOG_PROTECT, init, 20, false},
	};

	for (unsigned i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		dirty_log(&runs[i]);
}

/* --- T-MS-06 --- */

#define LOOPS 101u

/* Slots of n pages in a row; what is done to the middle of them costs the same however many there are. */
static void memslots(unsigned nr, struct counts *cost, double *us)
{
	enum { MAP, UNMAP, CHUNKS, MOVE, RW, KINDS };
	const uint64_t n = 512, first = 1024, away = first + 40000ull * 512;
	struct counts sum[KINDS] = {{0}};
	double t[KINDS] = {0}, at;

	begin(1);
	attach();
	for (unsigned i = 0; i < nr; i++)
		if (!CHECK_EQ(slot(i, first + i * n, n, first + i * n, 0), 0))
			break;
	for (unsigned k = 0; k < LOOPS; k++) {
		uint64_t id = (k * 7919ull + nr / 2) % nr, gfn = first + id * n, old = touched;
		uint64_t data = 0;

		now = (struct counts){0};
		at = ms();
		for (uint64_t p = 0; p < n; p++)
			CHECK_EQ(fault(&ctx[0], gfn + p, true), CW_PF_FIXED);
		t[MAP] += ms() - at;
		CHECK_EQ(now.write, n);
		sum[MAP].write += now.write;

		/* The host takes all of it away, then, mapped again, in pieces. */
		for (unsigned chunks = 1; chunks <= 8; chunks *= 8) {
			now = (struct counts){0};
			at = ms();
			for (unsigned c = 0; c < chunks; c++) {
				uint64_t hva = (gfn + c * (n / chunks)) << 12;

				CHECK_EQ(cw_mmu_invalidate_begin(&mmu, hva, hva + (n / chunks << 12), true), 0);
				cw_mmu_invalidate_end(&mmu, hva, hva + (n / chunks << 12));
			}
			t[chunks == 1 ? UNMAP : CHUNKS] += ms() - at;
			/* A WRITE for each leaf; one INVALIDATE and one FLUSH for each piece. */
			CHECK_EQ(now.write, n);
			CHECK_EQ(now.invalidate, chunks);
			CHECK_EQ(now.flush, chunks);
			sum[chunks == 1 ? UNMAP : CHUNKS].write += now.write;
			sum[chunks == 1 ? UNMAP : CHUNKS].flush += now.flush;
			for (uint64_t p = 0; p < n; p++)
				CHECK_EQ(fault(&ctx[0], gfn + p, true), CW_PF_FIXED);
		}

		/* Away and back: mapped at first, then not. What stood there is emulated meanwhile. */
		now = (struct counts){0};
		at = ms();
		CHECK_EQ(slot((unsigned)id, away, n, gfn, 0), 0);
		CHECK(now.write >= n && now.flush == 1);
		CHECK_EQ(fault(&ctx[0], gfn + 5, true), CW_PF_EMULATE);
		CHECK_EQ(slot((unsigned)id, gfn, n, gfn, 0), 0);
		t[MOVE] += ms() - at;
		sum[MOVE].write += now.write;
		sum[MOVE].flush += now.flush;

		at = ms();
		for (uint64_t p = 0; p < n; p++) {
			CHECK_EQ(cw_mmu_write(&mmu, 0, (gfn + p) << 12 | 8, &data, 8), 0);
			CHECK_EQ(cw_mmu_read(&mmu, 0, (gfn + p) << 12 | 8, &data, 8), 0);
		}
		t[RW] += ms() - at;
		CHECK_EQ(data, 0x0101010101010101);
		CHECK_EQ(touched, old + 2 * n);
		if (check_bad)
			break;
	}
	for (unsigned k = 0; k < KINDS; k++) {
		cost[k] = sum[k];
		us[k] = t[k] * 1000 / LOOPS;
	}
	for (unsigned c = 0; c < CONTEXTS; c++)
		cw_mmu_ctx_destroy(&ctx[c]);
	end();
}

static void memslot_performance(void)
{
	static const char *const name[] = {"map", "unmap", "unmap in 8 pieces", "move and back", "read and write"};
	struct counts few[5], many[5];
	double us_few[5], us_many[5];

	memslots(509, few, us_few);
	memslots(CW_MEM_USER_SLOTS, many, us_many);
	for (unsigned k = 0; k < 5; k++) {
		printf("# 2 MiB, %s: %.1f us with 509 slots, %.1f us with %u\n", name[k], us_few[k], us_many[k],
		       CW_MEM_USER_SLOTS);
		/* Tables above that become empty go too: how many depends on what else is mapped. */
		CHECK(many[k].write <= few[k].write + 2 * LOOPS && few[k].write <= many[k].write + 2 * LOOPS);
		CHECK_EQ(many[k].flush, few[k].flush);
	}
}

int main(void)
{
	RUN(dirty_log_performance, "T-DL-10");
	RUN(memslot_performance, "T-MS-06");
	return CHECK_DONE("mmu_perf");
}
