/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Fixer: the changes that P12 allows, and the order of P22; each illegal step raises the failure of its rule. */
#include "feed.h"

enum { TAG = 3 };

static uint64_t logged(void)
{
	return leaf() | CW_SPTE(HOST_W) | CW_SPTE(MMU_W);
}

/* A write waits for the fixer, in a domain with this log mode. */
static void taken(unsigned int mode)
{
	begin();
	cw_model_table_set(m, entry_at(1), logged());
	SET(ctxw_valid, 1);
	SET(ctxw_idx, CTX);
	SET(ctxw_enable, 1);
	SET(ctxw_fix, 1);
	SET(ctxw_space, SPACE);
	SET(ctxw_domain, 1);
	SET(ctxw_root, ROOT);
	SET(domw_valid, 1);
	SET(domw_idx, 1);
	SET(domw_log_mode, mode);
	go();
	look(TAG, true, 1);
	go();
	alloc(TAG, false, ROOT_LEVEL, ROOT);
	go();
	walk();
	res(TAG, logged(), 3, CW_V_FIXED, CW_RSN_NONE);
	SET(res_mark, mode != CW_LOG_OFF);
	go();
}

static void write_bus(uint64_t value)
{
	const uint64_t data[8] = {[5] = value};

	cw_model_table_write(m, 62, entry_at(1) & ~63u, data, 0xffull << 40, true);
	SET(euu_w_valid, 1);
	SET(euu_w_fix, 1);
	SET(euu_w_addr, entry_at(1));
	SET(euu_w_value, value);
	go();
	cw_model_table_ack(m, 62);
}

static void done(uint64_t old, bool mismatch)
{
	SET(euu_b_valid, 1);
	SET(euu_b_fix, 1);
	SET(euu_b_tag, TAG);
	SET(euu_b_addr, entry_at(1));
	SET(euu_b_old, old);
	SET(euu_b_mismatch, mismatch);
	go();
}

static void swap(uint64_t value)
{
	write_bus(value);
	done(logged(), false);
}

static void log_answer(bool mark, unsigned int status)
{
	SET(log_valid, 1);
	SET(log_mark, mark);
	SET(log_tag, TAG);
	SET(log_status, status);
	SET(log_gfn, page_addr >> 12);
	go();
}

static void back(uint64_t entry, unsigned int outcome, unsigned int verdict, unsigned int reason)
{
	res(TAG, entry, outcome, verdict, reason);
	SET(res_fixer, 1);
	go();
}

static void fixed_and_released(void)
{
	taken(CW_LOG_PROTECT);
	log_answer(false, 0);
	swap(logged() | CW_SPTE(W));
	log_answer(true, 0);
	back(logged() | CW_SPTE(W), 0, CW_V_FIXED, CW_RSN_NONE);
	answer(TAG, CW_V_FIXED, frame);
	release(TAG, true);
	end("");
}

static void without_a_log(void)
{
	taken(CW_LOG_OFF);
	swap(logged() | CW_SPTE(W));
	back(logged() | CW_SPTE(W), 0, CW_V_FIXED, CW_RSN_NONE);
	answer(TAG, CW_V_FIXED, frame);
	release(TAG, true);
	end("");
}

static void mark_before_swap_p22(void)
{
	taken(CW_LOG_PROTECT);
	log_answer(false, 0);
	log_answer(true, 0);
	end("mark-before-swap");
}

static void swap_without_room_p22(void)
{
	taken(CW_LOG_PROTECT);
	swap(logged() | CW_SPTE(W));
	end("swap-unprepared");
}

static void grant_before_mark_p22(void)
{
	taken(CW_LOG_PROTECT);
	log_answer(false, 0);
	swap(logged() | CW_SPTE(W));
	back(logged() | CW_SPTE(W), 0, CW_V_FIXED, CW_RSN_NONE);
	end("fix-early");
}

static void refused_after_swap_p22(void)
{
	taken(CW_LOG_PROTECT);
	log_answer(false, 0);
	swap(logged() | CW_SPTE(W));
	log_answer(true, 1);
	end("mark-lost");
}

static void no_leaf_parks_p27(void)
{
	taken(CW_LOG_PROTECT);
	log_answer(false, 1);
	back(logged(), 1, CW_V_WRITE_PROTECTED, CW_RSN_LOG_MISSING);
	end("");
}

static void no_leaf_does_not_grant_p27(void)
{
	taken(CW_LOG_PROTECT);
	log_answer(false, 1);
	back(logged(), 0, CW_V_HIT, CW_RSN_NONE);
	end("verdict-wrong");
}

static void found_value_is_what_memory_holds_p10(void)
{
	taken(CW_LOG_OFF);
	done(logged() | CW_SPTE(A), true); /* memory holds the old value still */
	end("blind-swap");
}

static void lost_race_judges_what_is_there_p10(void)
{
	taken(CW_LOG_OFF);
	cw_model_table_set(m, entry_at(1), leaf());
	done(leaf(), true);
	back(leaf(), 1, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED);
	end("");
}

static void lost_race_does_not_grant_p10(void)
{
	taken(CW_LOG_OFF);
	cw_model_table_set(m, entry_at(1), leaf());
	done(leaf(), true);
	back(leaf(), 0, CW_V_HIT, CW_RSN_NONE);
	end("verdict-wrong");
}

static void swap_of_a_changed_entry_p10(void)
{
	taken(CW_LOG_OFF);
	cw_model_table_set(m, entry_at(1), leaf());
	write_bus(logged() | CW_SPTE(W));
	done(logged(), false);
	end("blind-swap");
}

static void more_than_asked_p12(void)
{
	taken(CW_LOG_OFF);
	swap(logged() | CW_SPTE(W) | CW_SPTE(D));
	end("fix-wrong");
}

static void livelock_ends(void)
{
	taken(CW_LOG_OFF);
	for (unsigned int i = 0; i < CW_FIX_TRIES; i++) {
		uint64_t there = logged() | (uint64_t)i << 59; /* bits of the host's own */

		cw_model_table_set(m, entry_at(1), there);
		done(there, true);
		if (i + 1 < CW_FIX_TRIES)
			back(there, 3, CW_V_FIXED, CW_RSN_NONE);
	}
	CHECK_EQ(failures, 0);
	back(logged() | (uint64_t)(CW_FIX_TRIES - 1) << 59, 0, CW_V_ABORT, CW_RSN_LIVELOCK);
	end("");
}

/* P12, bit by bit: from this entry only these bits may move, and only up; saved bits go all at once. */
static void legal(void)
{
	const uint64_t p = CW_SPTE(PRESENT), host = CW_SPTE(HOST_W), mmu = CW_SPTE(MMU_W), r = CW_SPTE(R),
		       x = CW_SPTE(X);
	const uint64_t off = CW_SPTE(AD_DISABLED), sr = CW_SPTE(SAVED_R), sx = CW_SPTE(SAVED_X);
	const struct {
		bool x86;
		uint64_t old, up; /* bits that may be set, each alone */
	} row[] = {
		{false, p | r, CW_SPTE(A) | CW_SPTE(D)},
		{false, p | r | host, CW_SPTE(A) | CW_SPTE(D)},
		{false, p | r | mmu, CW_SPTE(A) | CW_SPTE(D)},
		{false, p | r | host | mmu, CW_SPTE(A) | CW_SPTE(D) | CW_SPTE(W)},
		{false, p | r | host | mmu | off, CW_SPTE(W)},
		{false, p | r | CW_SPTE(AD_WRPROT), 0},
		{false, r | host | mmu, 0},
		{true, p | r, CW_SPTE(X86_A) | CW_SPTE(X86_D)},
		{true, p | r | CW_SPTE(X86_HOST_W), CW_SPTE(X86_A) | CW_SPTE(X86_D)},
		{true, p | r | CW_SPTE(X86_HOST_W) | CW_SPTE(X86_MMU_W), CW_SPTE(X86_A) | CW_SPTE(X86_D) | CW_SPTE(W)},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			uint64_t flip = UINT64_C(1) << bit;
			bool may = (row[i].up & flip) && !(row[i].old & flip);

			CHECK_EQ(cw_model_fix_legal(row[i].x86, row[i].old, row[i].old ^ flip), may);
		}
	}
	CHECK(cw_model_fix_legal(false, p | off | sr | sx, p | off | r | x));
	CHECK(cw_model_fix_legal(false, p | off | sr, p | off | r));
	CHECK(cw_model_fix_legal(false, p | off | sr | host | mmu, p | off | r | host | mmu | CW_SPTE(W)));
	CHECK(!cw_model_fix_legal(false, p | off | sr | host, p | off | r | host | CW_SPTE(W)));
	CHECK(!cw_model_fix_legal(false, p | off | sr | sx, p | off | r));
	CHECK(!cw_model_fix_legal(false, p | off | sr | sx, p | off | r | sx));
	CHECK(!cw_model_fix_legal(false, p | off | sr, p | off | r | x));
	CHECK(!cw_model_fix_legal(false, p | off | sr | sx, p | off | r | x | sr));
	CHECK(!cw_model_fix_legal(false, p | sr | sx, p | r | x));
	CHECK(!cw_model_fix_legal(true, p | off | sr | sx, p | off | r | x));
}

int main(void)
{
	RUN(fixed_and_released);
	RUN(without_a_log);
	RUN(mark_before_swap_p22);
	RUN(swap_without_room_p22);
	RUN(grant_before_mark_p22);
	RUN(refused_after_swap_p22);
	RUN(no_leaf_parks_p27);
	RUN(no_leaf_does_not_grant_p27);
	RUN(found_value_is_what_memory_holds_p10);
	RUN(lost_race_judges_what_is_there_p10);
	RUN(lost_race_does_not_grant_p10);
	RUN(swap_of_a_changed_entry_p10);
	RUN(more_than_asked_p12);
	RUN(livelock_ends);
	RUN(legal);
	return CHECK_DONE("model-fix");
}
