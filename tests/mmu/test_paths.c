/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * T-DL-12: the same random trace of accesses twice, once with the fixer and once with every first write handled by the
 * host's slow path. Each pass of the log reports the pages that were written since the last one, and table memory ends
 * the same.
 */
#include "../../lib/mmu/mmu.h"
#include "../unit/check.h"
#include "engine.h"

#define PAGES 1536u
#define BASE 0x3f0ull
#define ACCESSES 6000u
#define PASSES 60u
#define NCTX 2u /* entries of unlike formats: the TLB is shared by the others of a domain */

struct outcome {
	uint64_t map[PASSES][PAGES / 64];
	uint64_t entry[NCTX][PAGES];
	unsigned level[NCTX][PAGES];
	unsigned long faults, fixes, reported;
};

static struct engine eng;
static struct cw_mmu mmu;
static struct cw_mmu_worker worker;
static struct cw_mmu_ctx ctx[NCTX];
static uint64_t rng;
static uint64_t written[PAGES / 64]; /* since the last pass: what it must report, and nothing else */

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 8) % n;
}

/* One request, to its end. */
static void access_page(struct outcome *out, unsigned c, uint64_t gfn, bool write)
{
	bool busy = true;

	eng_request(&eng, c, gfn, write);
	for (unsigned n = 0; busy && CHECK(n < 10000); n++) {
		struct eng_req *q = eng_parked(&eng);

		if (q) {
			struct cw_fault f = {
				.ctx = &ctx[c], .gpa = gfn << 12, .write = write, .log_missing = q->log_missing};

			out->faults++;
			CHECK(cw_mmu_fault(&worker, &f) > 0);
			eng_resume(&eng, q, true);
		}
		eng_run(&eng);
		busy = false;
		for (unsigned i = 0; i < ENG_REQS; i++)
			busy |= eng.req[i].state != ENG_FREE;
	}
}

static void trace(struct outcome *out, uint64_t seed, unsigned mode, bool fixer)
{
	static const struct cw_mmu_ctx_params params[NCTX] = {{.level = 4}, {.level = 5, .flavour = CW_FLAVOUR_X86}};
	struct cw_mmu_ops ops = eng_ops;
	unsigned pass = 0;

	/* Neighbours come with a fault, and not with a fix. */
	ops.resolve_atomic = NULL;
	memset(out, 0, sizeof(*out));
	rng = seed * 0x9e3779b97f4a7c15ull | 1;
	eng_init(&eng, &mmu, 4096, seed);
	for (uint64_t p = 2 * 512; p < 4 * 512; p++)
		eng.rec.host_level[p] = 2;
	eng.no_fix = !fixer;
	eng.d_with_w = true;
	CHECK_EQ(cw_mmu_init(&mmu, &ops, &eng, &(struct cw_mmu_params){.address_bits = 48}), 0);
	CHECK_EQ(cw_mmu_worker_init(&worker, &mmu), 0);
	for (unsigned c = 0; c < NCTX; c++) {
		CHECK_EQ(cw_mmu_ctx_create(&mmu, &ctx[c], &params[c]), 0);
		eng_attach(&eng, c, &ctx[c]);
	}
	CHECK_EQ(cw_mmu_set_memslot(&mmu, &(struct cw_memslot_region){.gpa = BASE << 12,
								      .size = PAGES << 12,
								      .hva = BASE << 12,
								      .flags = CW_MEM_LOG_DIRTY}),
		 0);
	/* Large leaves, that the start of the log makes read-only and writes take away (3.4). */
	for (unsigned i = 0; i < 100; i++)
		access_page(out, (unsigned)rnd(NCTX), BASE + rnd(PAGES), rnd(3) == 0);
	CHECK(mmu.stats.pages_2m >= NCTX);
	out->faults = 0;
	CHECK_EQ(cw_mmu_log_start(&mmu, 0, mode, 0), 0);
	memset(written, 0, sizeof(written));
	for (unsigned i = 0; i < ACCESSES && !check_bad; i++) {
		/* Few pages often, so that each is written after reads, after passes, and again. */
		uint64_t page = rnd(4) ? rnd(40) * 37 : rnd(PAGES);
		unsigned c = (unsigned)rnd(NCTX);
		bool write = rnd(3) == 0;

		access_page(out, c, BASE + page, write);
		written[page / 64] |= (uint64_t)write << page % 64;
		if (i % (ACCESSES / PASSES) == ACCESSES / PASSES - 1) {
			int64_t n = cw_mmu_log_get(&mmu, 0, out->map[pass]);

			CHECK(n >= 0);
			CHECK(!memcmp(out->map[pass++], written, sizeof(written)));
			memset(written, 0, sizeof(written));
			out->reported += (unsigned long)n;
		}
		if (rnd(500) == 0)
			CHECK_EQ(cw_mmu_zap_range(&mmu, 0, BASE + rnd(PAGES), 64), 0);
	}
	for (unsigned c = 0; c < NCTX; c++)
		for (unsigned p = 0; p < PAGES; p++) {
			uint64_t e = rec_walk(&eng.rec, &ctx[c], BASE + p, &out->level[c][p]);

			/* Tables may stand at other addresses. */
			out->entry[c][p] = out->level[c][p] == 1 ? e : e & ~REC_ADDR;
		}
	out->fixes = eng.fixes;
	CHECK(!eng.rec.violation[0] && !cw_mmu_validate(&mmu));
	eng_stop_and_drain(&eng);
	for (unsigned c = 0; c < NCTX; c++) {
		rec_detach(&eng.rec, &ctx[c]);
		cw_mmu_ctx_destroy(&ctx[c]);
	}
	cw_mmu_worker_destroy(&worker);
	CHECK_EQ(cw_mmu_destroy(&mmu), 0);
	eng_destroy(&eng);
}

static void fast_and_slow_path_agree(void)
{
	static struct outcome fast, slow;

	for (uint64_t seed = 1; seed <= 3; seed++)
		for (unsigned mode = CW_LOG_PROTECT; mode <= CW_LOG_DIRTYBIT; mode++) {
			trace(&fast, seed, mode, true);
			trace(&slow, seed, mode, false);
			printf("# %s: %lu pages reported; %lu faults and %lu fixes, or %lu faults and %lu fixes\n",
			       mode == CW_LOG_PROTECT ? "protect" : "dirtybit", fast.reported, fast.faults, fast.fixes,
			       slow.faults, slow.fixes);
			/* Where D tells, the engine sets it in either case; W of a page that was read is the host's. */
			CHECK(fast.reported > 500 && fast.fixes > 300);
			CHECK(slow.faults > fast.faults + (mode == CW_LOG_PROTECT ? 300 : 100));
			if (mode == CW_LOG_PROTECT)
				CHECK_EQ(slow.fixes, 0);
			CHECK(!memcmp(fast.map, slow.map, sizeof(fast.map)));
			CHECK(!memcmp(fast.level, slow.level, sizeof(fast.level)));
			for (unsigned c = 0; c < NCTX; c++)
				for (unsigned p = 0; p < PAGES && !check_bad; p++)
					if (!CHECK_EQ(fast.entry[c][p], slow.entry[c][p]))
						printf("# context %u, page %u, level %u\n", c, p, fast.level[c][p]);
		}
}

int main(void)
{
	RUN(fast_and_slow_path_agree, "T-DL-12");
	return CHECK_DONE("mmu_paths");
}
