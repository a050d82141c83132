/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Scenarios of the engine alone, over tables of their own (bench_tables). No request may need the host. */
#include <inttypes.h>

#include "bench.h"

#define PAGE 4096ull
#define LINE_PAGES 8u /* whose entries one read brings */
#define HOT_PAGES 64u

/* Random or sequential: other pages in each round, so that little is in the TLB. */
static int rounds(struct bench *b, struct bench_result *r, enum cw_tgen_pattern pattern, uint32_t count)
{
	const uint64_t all = b->p->iterations * count;
	struct cw_tgen t = bench_program(b, pattern, count);
	uint64_t first = 0;
	int err;

	if (pattern == CW_TGEN_SEQUENTIAL && t.pages > count)
		t.pages = count;
	err = bench_forget(b);
	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		bench_progress(b, r, i, b->p->iterations);
		t.seed = b->p->seed + i;
		t.base = b->gpa + first;
		err = bench_tgen(b, &t, r, r);
		first += t.pages * PAGE;
		if (first + t.pages * PAGE > b->p->span)
			first = 0;
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_GRANTS, all);
	bench_expect(r, CW_CTR_MISS_TO_HOST, 0);
	bench_expect_between(r, CW_CTR_WALKS, 1, all);
	snprintf(r->note, sizeof(r->note),
		 "%.1f %% TLB hits, %.1f %% merged; per 1000 requests %.1f walks, %.1f reads of tables",
		 100.0 * (double)r->counters[CW_CTR_TLB_HITS] / (double)all,
		 100.0 * (double)r->counters[CW_CTR_MERGES] / (double)all,
		 1000.0 * (double)r->counters[CW_CTR_WALKS] / (double)all,
		 1000.0 * (double)r->counters[CW_CTR_WALK_READS] / (double)all);
	return err;
}

int bench_random(struct bench *b, struct bench_result *r)
{
	return rounds(b, r, CW_TGEN_RANDOM, 4096);
}

int bench_sequential(struct bench *b, struct bench_result *r)
{
	return rounds(b, r, CW_TGEN_SEQUENTIAL, 8192);
}

/* A program over pages that it brings into the TLB. */
int bench_hot_pages(struct bench *b, struct bench_result *r, struct cw_tgen *t)
{
	struct cw_tgen warm = bench_program(b, CW_TGEN_SEQUENTIAL, HOT_PAGES);
	int err;

	*t = warm;
	t->pages = HOT_PAGES;
	warm.pages = HOT_PAGES;
	/* One that only reads leaves no hint (P24), and in the other modes no W or D. */
	if (b->log.mode)
		warm.write_percent = 100;
	err = bench_tgen(b, &warm, r, NULL);
	/* Requests that attach to a walk fill nothing more: a second lap, until all hit; with marks one more. */
	for (unsigned lap = 0; lap < (b->log.mode ? 2 : 1) && !err; lap++)
		err = bench_tgen(b, &warm, r, NULL);
	return err;
}

/*
 * Misses are made by probes (P7): they are walks like any other, and the generator's histogram holds hits alone. Their
 * pages are of other sets than the hot ones, so that their fills push none out.
 */
int bench_hit_under_miss(struct bench *b, struct bench_result *r)
{
	const uint64_t count = 20000, sets = b->info.tlb_sets, hot = HOT_PAGES / LINE_PAGES;
	const uint64_t lines = b->p->span / PAGE / LINE_PAGES, step = (1ull << 9 * (b->p->page_level - 1)) + 1;
	/* One that found no free slot would not wait. */
	const unsigned batch = b->info.walk_slots < CW_NPROBE ? b->info.walk_slots : CW_NPROBE;
	uint64_t gpa[CW_NPROBE], line = hot, misses = 0;
	struct cw_probe_result got[CW_NPROBE];
	static struct bench_result alone;
	const bool marks_all = b->p->log == CW_LOG_CAPTURE && b->p->page_level > 1;
	struct cw_tgen t;
	int err = bench_counters_begin(b, r);

	alone = (struct bench_result){.name = r->name};
	for (uint64_t i = 0; i <= b->p->iterations && !err; i++) {
		bench_progress(b, r, i, b->p->iterations + 1);
		for (unsigned k = 0; k < batch; k++) {
			/* Another page each time, and mostly another table. */
			line = (line + 64 * step) % lines;
			if (line % sets < hot)
				line = (line + hot) % lines;
			gpa[k] = b->gpa + line * LINE_PAGES * PAGE;
		}
		err = bench_forget(b);
		if (!err)
			err = bench_hot_pages(b, r, &t);
		t.count = (uint32_t)count;
		if (!err)
			err = cw_tgen_start(b->dev, &t);
		if (!err && i)
			err = bench_under_way(b);
		/* The first round has no misses. */
		if (!err && i)
			err = cw_probe(b->dev, 0, false, gpa, batch, got);
		for (unsigned k = 0; k < batch && i && !err; k++) {
			if (got[k].verdict != CW_V_HIT || got[k].pa != gpa[k] - b->gpa + b->bus)
				bench_complain(r, 1, "a probe of 0x%" PRIx64 " found 0x%" PRIx64, gpa[k], got[k].pa);
			misses += got[k].level != 0;
		}
		if (!err)
			err = bench_tgen_end(b, &t, r, i ? r : &alone);
	}
	if (!err)
		err = bench_counters_end(b, r);
	/* A large page has no hint (P24): each of its writes is marked. */
	bench_expect_between(r, CW_CTR_TLB_HITS, marks_all ? 0 : count * (b->p->iterations + 1),
			     (count + (b->log.mode ? 3 : 2) * HOT_PAGES) * (b->p->iterations + 1));
	if (!misses)
		bench_complain(r, 1, "no probe missed");
	snprintf(r->note, sizeof(r->note), "%" PRIu64 " misses; without them the latest hit takes %" PRIu64 " cycles",
		 misses, alone.lat.max);
	return err;
}

/* One page at a time, none of the hot ones, as fast as the ring takes them. */
int bench_invalidate(struct bench *b, struct bench_result *r)
{
	enum { BATCH = 128 };
	/* Behind the page, however large, that holds the hot ones. */
	const uint64_t large = 1ull << 9 * (b->p->page_level - 1), pages = b->p->span / PAGE;
	const uint64_t first = large > HOT_PAGES ? large : HOT_PAGES;
	uint64_t state = b->p->seed | 1, done = 0;
	struct cw_tgen_result got;
	int handle[BATCH];
	struct cw_tgen t;
	int err = bench_hot_pages(b, r, &t);

	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		bench_progress(b, r, i, b->p->iterations);
		t.count = UINT32_MAX;
		err = cw_tgen_start(b->dev, &t);
		if (!err)
			err = bench_under_way(b);
		for (unsigned k = 0; k < BATCH && !err; k++) {
			struct cw_cmd cmd = {
				.opcode = CW_OP_INVALIDATE, .space = (uint16_t)(b->info.domains - 1), .arg0 = 1};

			state = state * 6364136223846793005u + 1442695040888963407u;
			cmd.addr = b->gpa + (first + (state >> 32) * pages / (1ull << 32)) * PAGE;
			handle[k] = cw_cmd_submit(b->dev, CW_RING_HOT, &cmd);
			err = handle[k] < 0 ? handle[k] : 0;
		}
		for (unsigned k = 0; k < BATCH && !err; k++)
			err = cw_cmd_wait(b->dev, handle[k], NULL, BENCH_STILL_NS);
		if (!err)
			err = cw_tgen_stop(b->dev);
		if (!err)
			err = bench_wait(b, &got);
		if (err)
			break;
		t.count = got.done;
		bench_log_ran(b, &t);
		if (got.errors || got.sum != bench_sum(&t, b->gpa, b->bus))
			bench_complain(r, 1, "%u errors, or a wrong address among %u answers", got.errors, got.done);
		bench_hist_merge(&r->lat, &got, t.hist_shift);
		r->cycles += got.cycles;
		done += got.done;
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_INVALIDATES, BATCH * b->p->iterations);
	if (b->p->log != CW_LOG_CAPTURE || b->p->page_level == 1) {
		bench_expect(r, CW_CTR_TLB_HITS, done);
		bench_expect(r, CW_CTR_WALKS, 0);
	}
	snprintf(r->note, sizeof(r->note), "one INVALIDATE per %.0f requests",
		 (double)done / (double)(BATCH * b->p->iterations));
	return err;
}

int bench_flush(struct bench *b, struct bench_result *r)
{
	const uint64_t samples = 4 * b->p->iterations;
	uint64_t before[CW_NCOUNTER], after[CW_NCOUNTER];
	int err = bench_counters_begin(b, r);

	for (uint64_t i = 0; i < samples && !err; i++) {
		bench_progress(b, r, i, samples);
		err = cw_counters(b->dev, before, NULL);
		if (!err)
			err = cw_cmd(b->dev, CW_RING_HOT,
				     &(struct cw_cmd){.opcode = CW_OP_FLUSH, .space = (uint16_t)(b->info.domains - 1)},
				     NULL);
		if (!err)
			err = cw_counters(b->dev, after, NULL);
		if (!err)
			bench_hist_add(&r->lat, after[CW_CTR_FLUSH_WAIT_CYCLES] - before[CW_CTR_FLUSH_WAIT_CYCLES], 1);
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_FLUSH_CMDS, samples);
	bench_expect(r, CW_CTR_NOT_FLUSHED, 0);
	return err;
}
