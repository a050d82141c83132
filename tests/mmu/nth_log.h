/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Operations of the dirty log that fail. Whatever does: a page that was written since it was reported last, or that can
 * be written without another mark, is reported next (I2, I3), and what a pass has reported can not (DL-10).
 */
#ifndef CW_TEST_NTH_LOG_H
#define CW_TEST_NTH_LOG_H

#include "nth_op.h"

static uint64_t got[NIDS][8]; /* by slot */
static uint64_t want[NIDS][8];

static uint64_t base_of(unsigned id)
{
	return w.slot[0][id].gfn;
}

static bool is_reported(uint64_t gfn)
{
	int id = slot_of(0, gfn);

	return id >= 0 && (got[id][(gfn - base_of((unsigned)id)) / 64] >> (gfn - base_of((unsigned)id)) % 64 & 1);
}

static bool logs(uint64_t gfn)
{
	int id = slot_of(0, gfn);

	return id >= 0 && (w.slot[0][id].flags & CW_MEM_LOG_DIRTY);
}

/* The engine lets a write to this page pass without a mark. Large leaves do not (P23). */
static bool passes_unmarked(struct cw_mmu_ctx *ctx, uint64_t page)
{
	unsigned level, mode = w.vm.mmu.domain[0].log_mode;
	uint64_t e = rec_walk(&w.vm.rec, ctx, page, &level);

	return cw_log_exact(mode) && level == 1 && (e & REC_PRESENT) && (e & REC_W) &&
	       (mode == CW_LOG_PROTECT || (e & REC_D));
}

static bool any_unmarked(uint64_t gfn)
{
	bool any = passes_unmarked(&w.vm.ctx, gfn) || passes_unmarked(&w.five, gfn);
	uint64_t to;

	/* The programs' pages of 4 KiB stand at 100 and up. */
	for (uint64_t page = 0; page < 64; page++)
		any |= guest_maps(page, &to) && to == gfn && passes_unmarked(&w.shadow, page);
	return any;
}

/* A pass over both slots that log, into `got`. */
static int64_t pass_all(void)
{
	int64_t n = 0;

	for (unsigned id = 1; id <= 2; id++) {
		int64_t r = cw_mmu_log_get(&w.vm.mmu, id, got[id]);

		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

static void fresh_bitmaps(void)
{
	memset(got, 0, sizeof(got));
}

static void all_reported(void)
{
	for (uint64_t gfn = 64; gfn < NGFN && !check_bad; gfn++)
		CHECK(is_reported(gfn));
}

static void written_reported(void)
{
	for (uint64_t gfn = 0; gfn < NGFN; gfn++)
		CHECK(!w.written[gfn] || !logs(gfn) || is_reported(gfn));
}

/* After a pass that took what it reports. */
static void armed_again(void)
{
	for (uint64_t gfn = 64; gfn < NGFN && !check_bad; gfn++)
		CHECK(!any_unmarked(gfn));
}

/* The next pass: nothing that was written, or could be, is missing. */
static void nothing_lost(void)
{
	bool unmarked[NGFN];

	fresh_bitmaps();
	for (uint64_t gfn = 64; gfn < NGFN; gfn++)
		unmarked[gfn] = any_unmarked(gfn);
	CHECK(pass_all() >= 0);
	written_reported();
	for (uint64_t gfn = 64; gfn < NGFN; gfn++)
		CHECK(!unmarked[gfn] || !logs(gfn) || is_reported(gfn));
	if (!(w.vm.mmu.domain[0].log_flags & CW_LOG_MANUAL))
		armed_again();
	memset(w.written, 0, sizeof(w.written));
}

/* --- start and stop --- */

static unsigned to_mode, to_flags;

static int64_t do_start(void)
{
	return cw_mmu_log_start(&w.vm.mmu, 0, to_mode, to_flags);
}

/* Either nothing has changed, or all of it is dirty. */
static void start_failed(int64_t r)
{
	(void)r;
	slots_agree();
	if (w.vm.mmu.domain[0].log_mode == w.mode) {
		CHECK_EQ(w.vm.mmu.domain[0].log_flags, w.flags);
		return;
	}
	CHECK_EQ(w.vm.mmu.domain[0].log_mode, to_mode);
	fresh_bitmaps();
	CHECK(pass_all() >= 0);
	all_reported();
}

static void started(void)
{
	CHECK_EQ(w.vm.mmu.domain[0].log_mode, to_mode);
	CHECK_EQ(w.vm.mmu.domain[0].log_flags, to_flags);
	/* What a start protects is not dirty; from here on what is written is. */
	maps(&w.vm.ctx, 111, 111, WRITE);
	nothing_lost();
}

/* A change into PROTECT or DIRTYBIT reports everything once (P28), and not only after an error. */
static void changed_to_exact(void)
{
	fresh_bitmaps();
	CHECK(pass_all() >= 0);
	if (!op_failed)
		all_reported();
	armed_again();
	memset(w.written, 0, sizeof(w.written));
	started();
}

#define STARTS(X) \
	X(capture, CW_LOG_CAPTURE, 0) \
	X(protect, CW_LOG_PROTECT, 0) \
	X(dirtybit, CW_LOG_DIRTYBIT, 0) \
	X(manual, CW_LOG_PROTECT, CW_LOG_MANUAL) \
	X(split, CW_LOG_PROTECT, CW_LOG_SPLIT) \
	X(initially_set, CW_LOG_PROTECT, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET) \
	X(split_later, CW_LOG_DIRTYBIT, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET | CW_LOG_SPLIT)
#define START(name, m, f) \
	static void to_##name(void) \
	{ \
		to_mode = m; \
		to_flags = f; \
	}
STARTS(START)
#undef START

static int64_t do_stop(void)
{
	return cw_mmu_log_stop(&w.vm.mmu, 0);
}

static void stopped(void)
{
	CHECK_EQ(w.vm.mmu.domain[0].log_mode, CW_LOG_OFF);
	CHECK_EQ(cw_mmu_log_get(&w.vm.mmu, 1, got[1]), -ENOENT);
	maps(&w.vm.ctx, 710, 710, WRITE);
}

/* --- passes --- */

static void pass_done(void)
{
	written_reported();
	if (!(w.flags & CW_LOG_MANUAL))
		armed_again();
	memset(w.written, 0, sizeof(w.written));
	maps(&w.vm.ctx, 104, 104, WRITE);
	nothing_lost();
}

static void copy_first(void)
{
	fresh_bitmaps();
	CHECK(pass_all() > 0);
	written_reported();
	memcpy(want, got, sizeof(want));
}

static int64_t do_clear(void)
{
	int64_t n = 0;

	for (unsigned id = 1; id <= 2; id++) {
		int64_t r = cw_mmu_log_clear(&w.vm.mmu, id, 0, w.slot[0][id].npages, want[id]);

		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

/* What was to be forgotten is dirty still: both slots again, as one of the two may have been cleared before. */
static void clear_failed(int64_t r)
{
	(void)r;
	fresh_bitmaps();
	CHECK(pass_all() > 0);
	for (uint64_t gfn = 64; gfn < NGFN && !check_bad; gfn++)
		CHECK(!any_unmarked(gfn) || is_reported(gfn));
}

static void cleared(void)
{
	armed_again();
	fresh_bitmaps();
	CHECK_EQ(pass_all(), 0);
	memset(w.written, 0, sizeof(w.written));
	maps(&w.vm.ctx, 103, 103, WRITE);
	maps(&w.shadow, 5, 105, WRITE);
	nothing_lost();
}

/* Some pages in the middle of the large one. */
static void want_some(void)
{
	memset(want, 0, sizeof(want));
	want[0][0] = ~0ull;
}

static int64_t do_clear_some(void)
{
	return cw_mmu_log_clear(&w.vm.mmu, 2, 128, 64, want[0]);
}

static void cleared_some(void)
{
	fresh_bitmaps();
	CHECK(pass_all() > 0);
	for (uint64_t gfn = 64; gfn < NGFN && !check_bad; gfn++)
		CHECK_EQ(is_reported(gfn), gfn < LARGE + 128 || gfn >= LARGE + 192);
	memset(w.written, 0, sizeof(w.written));
	maps(&w.vm.ctx, LARGE + 130, LARGE + 130, WRITE);
	nothing_lost();
}

/* --- rings --- */

static struct cw_log_page ring[4];

static void ring_pages(void)
{
	CHECK_EQ(cw_mmu_log_place(&w.vm.mmu, 0, 101, &ring[0]), 0);
	CHECK_EQ(cw_mmu_log_place(&w.vm.mmu, 0, 700, &ring[1]), 0);
	ring[2] = (struct cw_log_page){.slot = 7, .page = 0};	 /* none of that id */
	ring[3] = (struct cw_log_page){.slot = 1, .page = 4096}; /* beyond it */
}

static int64_t do_reset(void)
{
	return cw_mmu_log_reset(&w.vm.mmu, 0, ring, 4);
}

/* They are dirty still. Every other time a pass says so, and leaves nothing to reset. */
static void reset_failed(int64_t r)
{
	(void)r;
	if (op_nth % 2)
		return;
	nothing_lost();
	CHECK(is_reported(101) && is_reported(700));
}

static void reset_done(void)
{
	CHECK(!any_unmarked(101) && !any_unmarked(700));
	w.written[101] = w.written[700] = false;
	nothing_lost();
	CHECK(!is_reported(101) && !is_reported(700));
	maps(&w.vm.ctx, 101, 101, WRITE);
	nothing_lost();
}

static int64_t do_place(void)
{
	struct cw_log_page page = {.slot = 77};

	if (cw_mmu_log_place(&w.vm.mmu, 0, 700, &page))
		return -EIO;
	CHECK_EQ(page.slot, 2);
	CHECK_EQ(page.page, 700 - LARGE);
	CHECK_EQ(cw_mmu_log_place(&w.vm.mmu, 0, 1, &page), -ENOENT);
	CHECK_EQ(cw_mmu_log_place(&w.vm.mmu, 0, 0x5000, &page), -ENOENT);
	CHECK_EQ(cw_mmu_log_place(&w.vm.mmu, 1, 700, &page), -ENOENT);
	CHECK_EQ(cw_mmu_log_place(&w.vm.mmu, CW_AS_MAX, 700, &page), -ENOENT);
	return 0;
}

#define MANUAL CW_LOG_MANUAL
#define INIT (CW_LOG_MANUAL | CW_LOG_INITIALLY_SET)

static const struct nth_op log_ops[] = {
	{"cw_mmu_log_start", "capture", "c", 0, 0, to_capture, do_start, start_failed, started},
	{"cw_mmu_log_start", "protect", "c", 0, 0, to_protect, do_start, start_failed, started},
	{"cw_mmu_log_start", "dirtybit", "c", 0, 0, to_dirtybit, do_start, start_failed, started},
	{"cw_mmu_log_start", "manual", "c", 0, 0, to_manual, do_start, start_failed, started},
	{"cw_mmu_log_start", "split", "ac", 0, 0, to_split, do_start, start_failed, started},
	{"cw_mmu_log_start", "initially set", "c", 0, 0, to_initially_set, do_start, start_failed, started},
	{"cw_mmu_log_start", "split later", "c", 0, 0, to_split_later, do_start, start_failed, started},
	{"cw_mmu_log_start", "capture to protect", "c", CW_LOG_CAPTURE, 0, to_protect, do_start, start_failed,
	 changed_to_exact},
	{"cw_mmu_log_start", "capture to split", "ac", CW_LOG_CAPTURE, 0, to_split, do_start, start_failed,
	 changed_to_exact},
	{"cw_mmu_log_start", "protect to dirtybit", "c", CW_LOG_PROTECT, 0, to_dirtybit, do_start, start_failed,
	 changed_to_exact},
	{"cw_mmu_log_start", "dirtybit to protect", "c", CW_LOG_DIRTYBIT, 0, to_protect, do_start, start_failed,
	 changed_to_exact},
	{"cw_mmu_log_start", "protect to capture", "c", CW_LOG_PROTECT, 0, to_capture, do_start, start_failed, started},
	{"cw_mmu_log_stop", "capture", "c", CW_LOG_CAPTURE, 0, NULL, do_stop, NULL, stopped},
	{"cw_mmu_log_stop", "protect", "c", CW_LOG_PROTECT, 0, NULL, do_stop, NULL, stopped},
	{"cw_mmu_log_stop", "split", "c", CW_LOG_DIRTYBIT, CW_LOG_SPLIT, NULL, do_stop, NULL, stopped},
	{"cw_mmu_log_get", "capture", "c", CW_LOG_CAPTURE, 0, fresh_bitmaps, pass_all, NULL, pass_done},
	{"cw_mmu_log_get", "protect", "c", CW_LOG_PROTECT, 0, fresh_bitmaps, pass_all, NULL, pass_done},
	{"cw_mmu_log_get", "dirtybit", "c", CW_LOG_DIRTYBIT, 0, fresh_bitmaps, pass_all, NULL, pass_done},
	{"cw_mmu_log_get", "split", "c", CW_LOG_PROTECT, CW_LOG_SPLIT, fresh_bitmaps, pass_all, NULL, pass_done},
	{"cw_mmu_log_get", "manual", "c", CW_LOG_PROTECT, MANUAL, fresh_bitmaps, pass_all, NULL, pass_done},
	{"cw_mmu_log_get", "capture, manual", "c", CW_LOG_CAPTURE, MANUAL, fresh_bitmaps, pass_all, NULL, pass_done},
	{"cw_mmu_log_clear", "capture", "", CW_LOG_CAPTURE, MANUAL, copy_first, do_clear, clear_failed, cleared},
	{"cw_mmu_log_clear", "protect", "c", CW_LOG_PROTECT, MANUAL, copy_first, do_clear, clear_failed, cleared},
	{"cw_mmu_log_clear", "dirtybit", "c", CW_LOG_DIRTYBIT, MANUAL, copy_first, do_clear, clear_failed, cleared},
	{"cw_mmu_log_clear", "initially set", "c", CW_LOG_PROTECT, INIT, copy_first, do_clear, clear_failed, cleared},
	{"cw_mmu_log_clear", "initially set, some", "c", CW_LOG_PROTECT, INIT, want_some, do_clear_some, clear_failed,
	 cleared_some},
	{"cw_mmu_log_clear", "split", "ac", CW_LOG_DIRTYBIT, INIT | CW_LOG_SPLIT, want_some, do_clear_some,
	 clear_failed, cleared_some},
	{"cw_mmu_log_place", "", "", CW_LOG_PROTECT, 0, NULL, do_place, NULL, NULL},
	{"cw_mmu_log_reset", "capture", "c", CW_LOG_CAPTURE, 0, ring_pages, do_reset, reset_failed, reset_done},
	{"cw_mmu_log_reset", "protect", "c", CW_LOG_PROTECT, 0, ring_pages, do_reset, reset_failed, reset_done},
	{"cw_mmu_log_reset", "dirtybit", "c", CW_LOG_DIRTYBIT, 0, ring_pages, do_reset, reset_failed, reset_done},
};

#endif
