/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The dirty log under a benchmark: --log for the scenarios that write, and scenarios of marks and harvests. What was
 * written is known from the programs of the generator; each harvest must report these pages and no others.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define PAGE 4096ull
#define LINE_PAGES 512u /* pages of a line of the log */
#define LEAF_SHIFT 15u	/* log2 of the pages of a leaf */
#define LEAF_LINES 64u	/* lines of a leaf */
#define DIR_ENTRIES_OF_PAGE (PAGE / sizeof(struct cw_log_dir))

const char *const bench_log_names[] = {"off", "capture", "protect", "dirtybit"};

enum { HARVEST_MORE = 1 << 0, HARVEST_ALL = 1 << 1 }; /* of a completion's info */

static uint16_t domain(const struct bench *b)
{
	return (uint16_t)(b->info.domains - 1);
}

/* ---- what was written ---- */

void bench_log_wrote(struct bench *b, uint64_t gpa, uint64_t pages)
{
	uint64_t first = gpa / PAGE - b->log.gfn;

	if (!b->log.mode)
		return;
	for (uint64_t p = first; p < first + pages && p < b->log.pages; p++)
		b->log.written[p / 64] |= 1ull << p % 64;
}

static void wrote_page(void *arg, uint64_t gpa)
{
	bench_log_wrote(arg, gpa, 1);
}

void bench_log_ran(struct bench *b, const struct cw_tgen *t)
{
	if (b->log.mode)
		bench_writes(t, wrote_page, b);
}

/* Compare with `written`, and forget it. */
static void compare(struct bench *b, struct bench_result *r, const uint64_t *reported)
{
	uint64_t lost = 0, spurious = 0, one = 0;

	for (uint64_t w = 0; w < (b->log.pages + 63) / 64; w++) {
		const uint64_t differ = b->log.written[w] ^ reported[w];

		if (differ)
			one = (b->log.gfn + w * 64 + (unsigned)__builtin_ctzll(differ)) * PAGE;
		lost += (unsigned)__builtin_popcountll(b->log.written[w] & ~reported[w]);
		spurious += (unsigned)__builtin_popcountll(reported[w] & ~b->log.written[w]);
		b->log.written[w] = 0;
	}
	if (lost || spurious)
		bench_complain(r, lost + spurious,
			       "the log misses %" PRIu64 " pages that were written and has %" PRIu64
			       " others, for instance 0x%" PRIx64,
			       lost, spurious, one);
}

/* ---- a log of the benchmark's own, for a domain without the MMU core ---- */

/* Adjacent pages of table memory. Those that lie in the way of a run are kept. */
static int table_run(struct bench *b, uint64_t pages, uint64_t *addr)
{
	uint64_t next = 0, at;

	for (uint64_t run = 0, tries = 0; run < pages; run++) {
		int err = cw_table_alloc(b->dev, &at);

		if (!err && tries++ > 16 * pages)
			err = -ENOMEM;
		if (err)
			return err;
		if (at != next) {
			*addr = at;
			run = 0;
		}
		next = at + PAGE;
	}
	return 0;
}

static int hot(const struct bench *b, const struct cw_cmd *cmd)
{
	return cw_cmd(b->dev, CW_RING_HOT, cmd, NULL);
}

int bench_log_mode(struct bench *b, unsigned mode)
{
	struct cw_cmd set = {.opcode = CW_OP_LOG_SET, .space = domain(b), .arg0 = mode};
	int err = 0;

	/* The engine has written summaries there. */
	for (uint64_t at = 0; mode && !b->log.mode && at < b->log.image.size && !err; at += PAGE)
		err = hot(b, &(struct cw_cmd){.opcode = CW_OP_LOAD,
					      .addr = b->log.dir + at,
					      .arg0 = b->log.image.bus + at,
					      .arg1 = PAGE});
	if (mode) {
		set.addr = b->log.dir;
		set.arg1 = b->log.entries;
	}
	if (!err)
		err = cw_cmd(b->dev, CW_RING_COLD, &set, NULL);
	if (!err)
		b->log.mode = mode;
	return err;
}

int bench_log_own(struct bench *b, unsigned mode, uint64_t gpa, uint64_t bytes)
{
	const uint64_t first = gpa / PAGE >> LEAF_SHIFT, last = (gpa + bytes - 1) / PAGE >> LEAF_SHIFT;
	struct bench_log *log = &b->log;
	struct cw_log_dir *entry;
	int err;

	log->gfn = gpa / PAGE;
	log->pages = bytes / PAGE;
	log->entries = CW_LOG_DIR;
	log->leaves = last - first + 1;
	/* A record per line, and one more: an end of the room ends a harvest only if something is left. */
	log->room = (uint32_t)(log->leaves * LEAF_LINES + 1);
	log->written = calloc(log->pages / 64 + 1, sizeof(uint64_t));
	log->reported = calloc(log->pages / 64 + 1, sizeof(uint64_t));
	if (!log->written || !log->reported)
		return -ENOMEM;
	err = cw_mem_alloc(b->dev, log->entries * sizeof(*entry), &log->image);
	if (!err)
		err = cw_mem_alloc(b->dev, log->room * sizeof(struct cw_log_record), &log->records);
	if (!err)
		err = table_run(b, log->entries / DIR_ENTRIES_OF_PAGE, &log->dir);
	for (uint64_t i = first; i <= last && !err; i++) {
		uint64_t leaf;

		entry = (struct cw_log_dir *)log->image.ptr + i;
		err = cw_table_alloc(b->dev, &leaf);
		if (!err)
			err = hot(b, &(struct cw_cmd){.opcode = CW_OP_FILL, .addr = leaf});
		if (!err)
			entry->leaf = leaf | 1u << CW_LOG_ENABLED;
	}
	return err ? err : bench_log_mode(b, mode);
}

/* Its time is from before the doorbell until the completion was seen. */
int bench_harvest(struct bench *b, struct bench_result *r, uint64_t *lines, uint64_t *cycles)
{
	struct bench_log *log = &b->log;
	const struct cw_log_record *rec = log->records.ptr;
	const struct cw_cmd cmd = {.opcode = CW_OP_HARVEST,
				   .space = domain(b),
				   .arg0 = log->records.bus,
				   .arg1 = (uint64_t)log->room << 32};
	uint64_t begin, end;
	struct cw_cpl cpl = {0};
	int err = cw_cycles(b->dev, &begin);

	if (!err)
		err = cw_cmd(b->dev, CW_RING_HOT, &cmd, &cpl);
	if (!err)
		err = cw_cycles(b->dev, &end);
	if (err)
		return err;
	if (cpl.value > log->room || (cpl.info & (HARVEST_MORE | HARVEST_ALL)))
		bench_complain(r, 1, "a HARVEST has %" PRIu64 " records with room for %u, and info 0x%" PRIx64,
			       cpl.value, log->room, cpl.info);
	memset(log->reported, 0, (log->pages / 64 + 1) * sizeof(uint64_t));
	for (uint64_t i = 0; i < cpl.value && i < log->room; i++) {
		for (uint64_t bit = 0; bit < LINE_PAGES; bit++) {
			const uint64_t page = rec[i].index * LINE_PAGES + bit - log->gfn;

			if (!(rec[i].line[bit / 64] >> bit % 64 & 1))
				continue;
			if (page >= log->pages)
				bench_complain(r, 1, "the log has a page outside of the range: gfn 0x%" PRIx64,
					       page + log->gfn);
			else
				log->reported[page / 64] |= 1ull << page % 64;
		}
	}
	compare(b, r, log->reported);
	if (lines)
		*lines = cpl.value;
	if (cycles)
		*cycles = end - begin;
	return 0;
}

/* ---- the log of a VM ---- */

int bench_log_vm(struct bench *b, unsigned mode)
{
	struct bench_log *log = &b->log;
	int err;

	log->gfn = b->gpa / PAGE;
	log->pages = b->p->bytes / PAGE;
	log->written = calloc(log->pages / 64 + 1, sizeof(uint64_t));
	log->reported = calloc(log->pages / 64 + 1, sizeof(uint64_t));
	if (!log->written || !log->reported)
		return -ENOMEM;
	err = cw_vm_log_start(b->vm, 0, mode, 0);
	if (!err)
		log->mode = mode;
	return err;
}

int bench_log_end(struct bench *b, struct bench_result *r)
{
	struct bench_log *log = &b->log;

	/* The second time nothing is left. */
	for (unsigned i = 0; i < 2 && log->mode; i++) {
		int64_t n;

		if (log->dir) {
			int err = bench_harvest(b, r, NULL, NULL);

			if (err)
				return err;
			continue;
		}
		memset(log->reported, 0, (log->pages / 64 + 1) * sizeof(uint64_t));
		n = cw_vm_log_get(b->vm, 0, log->reported);
		if (n < 0)
			return (int)n;
		compare(b, r, log->reported);
	}
	return log->mode && log->dir ? bench_log_mode(b, CW_LOG_OFF) : 0;
}

void bench_log_free(struct bench *b)
{
	free(b->log.written);
	free(b->log.reported);
}

/* ---- scenarios ---- */

static double per_kcycle(uint64_t n, uint64_t cycles)
{
	return cycles ? 1000.0 * (double)n / (double)cycles : 0;
}

/* Cycles of the same programs with the log in a mode: hits, and random pages. */
static int load(struct bench *b, struct bench_result *r, unsigned mode, struct bench_result sum[2])
{
	struct cw_tgen t;
	int err = b->log.mode == mode ? 0 : bench_log_mode(b, mode);

	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		err = bench_hot_pages(b, r, &t);
		t.write_percent = 100;
		t.count = 20000;
		if (!err)
			err = bench_tgen(b, &t, r, &sum[0]);
		t = bench_program(b, CW_TGEN_RANDOM, 4096);
		t.seed = b->p->seed + i;
		t.write_percent = 100;
		if (!err)
			err = bench_forget(b);
		if (!err)
			err = bench_tgen(b, &t, r, &sum[1]);
		/* With the log off nothing was written that it should know of. */
		if (!err && mode)
			err = bench_harvest(b, r, NULL, NULL);
		bench_progress(b, r, i + (mode ? 0 : b->p->iterations), 2 * b->p->iterations);
	}
	return err;
}

/* The first write of a log epoch to pages that the TLB has; and what the log costs beside other loads. */
int bench_capture_mark(struct bench *b, struct bench_result *r)
{
	static struct bench_result on[2], off[2];
	uint64_t marks, all = 0;
	struct cw_tgen t;
	int err = bench_hot_pages(b, r, &t);

	memset(on, 0, sizeof(on));
	memset(off, 0, sizeof(off));
	t.outstanding = 1;
	t.write_percent = 100;
	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		/* Clears the hints (P24). */
		err = bench_harvest(b, r, NULL, NULL);
		if (!err)
			err = bench_tgen(b, &t, r, r);
		all += t.count;
	}
	if (!err)
		err = bench_counters_end(b, r);
	marks = r->counters[CW_CTR_LOG_MARKS];
	bench_expect(r, CW_CTR_LOG_MARKS, all);
	bench_expect(r, CW_CTR_TLB_HITS, 0);
	bench_expect(r, CW_CTR_GRANTS, all);
	if (!err)
		err = bench_harvest(b, r, NULL, NULL);
	if (!err)
		err = load(b, r, CW_LOG_CAPTURE, on);
	if (!err)
		err = load(b, r, CW_LOG_OFF, off);
	snprintf(r->note, sizeof(r->note),
		 "%" PRIu64
		 " marks; writes per 1000 cycles with the log, and without: TLB hits %.1f, %.1f (%.1f %%); random "
		 "pages %.1f, %.1f (%.1f %%)",
		 marks, per_kcycle(on[0].lat.n, on[0].cycles), per_kcycle(off[0].lat.n, off[0].cycles),
		 100.0 * (double)off[0].cycles / (double)(on[0].cycles ? on[0].cycles : 1),
		 per_kcycle(on[1].lat.n, on[1].cycles), per_kcycle(off[1].lat.n, off[1].cycles),
		 100.0 * (double)off[1].cycles / (double)(on[1].cycles ? on[1].cycles : 1));
	return err;
}

/* Every line of the log, as good as surely, or one line of each leaf. */
static int make_dirty(struct bench *b, struct bench_result *r, uint64_t round, bool all)
{
	struct cw_tgen t = bench_program(b, all ? CW_TGEN_RANDOM : CW_TGEN_STRIDE, 0);

	t.write_percent = 100;
	t.seed = b->p->seed + round;
	if (all) {
		t.count = (uint32_t)(8 * b->log.leaves * LEAF_LINES);
	} else {
		const uint64_t leaf = 1u << LEAF_SHIFT, most = b->log.pages < leaf ? b->log.pages : leaf;

		t.base += (round * 12289 + b->p->seed) % most * PAGE;
		t.pages = (uint32_t)(b->log.pages - (t.base - b->gpa) / PAGE);
		t.stride = (uint32_t)leaf;
		t.count = (uint32_t)((t.pages + leaf - 1) / leaf);
	}
	return bench_tgen(b, &t, r, NULL);
}

/* What a command costs that does nothing. */
static int nop_cycles(struct bench *b, uint64_t *cycles)
{
	uint64_t begin, end;
	int err = cw_cycles(b->dev, &begin);

	if (!err)
		err = hot(b, &(struct cw_cmd){.opcode = CW_OP_NOP});
	if (!err)
		err = cw_cycles(b->dev, &end);
	*cycles = err ? 0 : end - begin;
	return err;
}

int bench_harvest_idle(struct bench *b, struct bench_result *r)
{
	uint64_t nop = 0, lines = 0, most = 0, cycles, late = 0;
	int err = nop_cycles(b, &nop);

	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < 2 * b->p->iterations && !err; i++) {
		bench_progress(b, r, i, 2 * b->p->iterations);
		/* Every second time right after a heavy pass. */
		if (i % 2) {
			err = make_dirty(b, r, i, true);
			if (!err)
				err = bench_harvest(b, r, &most, NULL);
			if (!err && !most)
				bench_complain(r, 1, "the heavy pass found nothing");
		}
		if (!err)
			err = bench_harvest(b, r, &lines, &cycles);
		if (err)
			break;
		if (lines)
			bench_complain(r, 1, "%" PRIu64 " lines although nothing was written", lines);
		bench_hist_add(&r->lat, cycles, 1);
		if (i % 2 && cycles > late)
			late = cycles;
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_HARVESTS, 3 * b->p->iterations);
	snprintf(r->note, sizeof(r->note),
		 "%" PRIu64 " leaves of 128 MiB; right after a pass with %" PRIu64 " lines at most %" PRIu64
		 " cycles; a NOP takes %" PRIu64,
		 b->log.entries, most, late, nop);
	return err;
}

int bench_harvest_dirty(struct bench *b, struct bench_result *r)
{
	uint64_t idle, lines[2] = {0}, cycles[2] = {0}, n, c;
	double per_line, per_leaf;
	int err = bench_harvest(b, r, NULL, &idle);

	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < 2 * b->p->iterations && !err; i++) {
		bench_progress(b, r, i, 2 * b->p->iterations);
		err = make_dirty(b, r, i, i % 2 == 0);
		if (!err)
			err = bench_harvest(b, r, &n, &c);
		if (err)
			break;
		if (i % 2 && n != b->log.leaves)
			bench_complain(r, 1, "%" PRIu64 " lines, but one of each of %" PRIu64 " leaves was written", n,
				       b->log.leaves);
		lines[i % 2] += n;
		cycles[i % 2] += c - (c > idle ? idle : c);
		if (i % 2 == 0)
			bench_hist_add(&r->lat, c, 1);
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_HARVESTS, 2 * b->p->iterations);
	if (lines[0] <= lines[1] || !lines[1])
		bench_complain(r, 1, "%" PRIu64 " lines in the heavy passes, %" PRIu64 " in the light ones", lines[0],
			       lines[1]);
	/* Both have the same leaves. */
	per_line = lines[0] > lines[1] ? ((double)cycles[0] - (double)cycles[1]) / (double)(lines[0] - lines[1]) : 0;
	per_leaf = lines[1] ? (double)cycles[1] / (double)lines[1] - per_line : 0;
	snprintf(r->note, sizeof(r->note),
		 "%.0f lines in %" PRIu64
		 " leaves; %.2f cycles per dirty line and %.1f per dirty leaf beyond the %" PRIu64
		 " with nothing dirty",
		 (double)lines[0] / (double)b->p->iterations, b->log.leaves, per_line, per_leaf, idle);
	return err;
}
