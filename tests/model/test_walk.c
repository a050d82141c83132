/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Lookups, walks, fills, table memory: a legal sequence raises nothing, each illegal step the failure of its rule. */
#include "feed.h"

static void legal_run(void)
{
	begin();
	start_walk(3);
	look(4, false, 1);
	alloc(4, true, 0, 0);
	go();
	walk();
	res(3, leaf(), 0, CW_V_HIT, 0);
	go();
	res(4, leaf(), 0, CW_V_HIT, 0);
	go();
	fill(0x20);
	answer(3, CW_V_HIT, frame);
	answer(4, CW_V_HIT, frame);
	flush(9);
	flip(9);
	release(3, true);
	release(4, true);
	close_flip(9);
	fdone();
	/* now in the other epoch: a hit */
	look(5, false, 0);
	SET(look_epoch, 1);
	SET(look_verdict, CW_V_HIT);
	SET(look_entry, leaf());
	SET(look_level, 1);
	SET(look_pa, frame);
	go();
	answer(5, CW_V_HIT, frame);
	release(5, true);
	release(5, false);
	cw_model_check_quiet(m);
	CHECK_EQ(failures, 0);
	end("");
}

static void merge_after_invalidate(void)
{
	begin();
	start_walk(1);
	inv(0, 7);
	look(2, false, 1);
	alloc(2, true, 0, 0);
	go();
	end("merge-poisoned");
}

static void merge_beside_invalidate(void)
{
	begin();
	start_walk(1);
	inv(8, 9); /* another line */
	look(2, false, 1);
	alloc(2, true, 0, 0);
	go();
	end("");
}

static void merge_of_another_line(void)
{
	const struct cw_model_request q = {0, 2, CTX, 0x9000, 0, false};

	begin();
	start_walk(1);
	cw_model_request(m, &q);
	SET(look_valid, 1);
	SET(look_ctx, CTX);
	SET(look_addr, 0x9000);
	SET(look_tag, 2);
	SET(look_outcome, 1);
	alloc(2, true, 0, 0);
	go();
	end("merge-wrong");
}

static void fill_after_invalidate(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	inv(4, 5);
	fill(0x20);
	end("fill-stale-page");
}

static void neighbour_after_invalidate(void)
{
	begin();
	cw_model_table_set(m, entry_at(1) - 8, leaf());
	start_walk(1);
	for (unsigned int level = ROOT_LEVEL; level > 1; level--)
		read_level(level, true);
	ar(1);
	r(1, leaf(), false);
	set_at(MON_r_line, 4, leaf());
	go();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	inv(4, 4);
	fill(0x10);
	end("fill-stale-neighbour");
}

static void walk_cache_after_invalidate(void)
{
	begin();
	start_walk(1);
	read_level(4, true);
	inv(0x1000, 0x1000); /* below the entry of level 3, not below that of level 2 */
	read_level(3, true);
	end("fill-stale-wc");
}

static void walk_cache_beside_invalidate(void)
{
	begin();
	start_walk(1);
	read_level(4, true);
	read_level(3, true);
	inv(0x1000, 0x1000);
	read_level(2, true);
	end("");
}

static void start_from_dropped_walk_cache(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	fill(0x20);
	look(2, false, 1);
	inv(0, 0);
	alloc(2, false, 1, table_of(1));
	go();
	end("stale-walk-cache");
}

/* A request that waits for a slot is in flight as well (P18, P33). */
static void queued_over_whole_invalidate(void)
{
	begin();
	look(1, false, 1);
	go();
	SET(inv_whole, 1);
	inv(0, 0);
	alloc(1, false, ROOT_LEVEL, ROOT);
	go();
	for (unsigned int level = ROOT_LEVEL; level; level--)
		read_level(level, false);
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	fill(0x20);
	end("fill-stale-page");
}

static void hit_after_invalidate(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	fill(0x20);
	hit(2);
	CHECK_EQ(failures, 0);
	inv(5, 5);
	hit(3);
	end("stale-hit");
}

/* ---- a 2 MiB page ---- */
static const uint64_t large_frame = 0x123400000;

static uint64_t large_leaf(void)
{
	return large_frame | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(PS);
}

static void walk_to_large(unsigned int tag)
{
	cw_model_table_set(m, entry_at(2), large_leaf());
	start_walk(tag);
	read_level(4, true);
	read_level(3, true);
	ar(2);
	r(2, large_leaf(), false);
	SET(r_last, 1);
	go();
}

static void fill_of_large(void)
{
	SET(fill_large, 1);
	fill(0);
}

static void hit_large(unsigned int tag)
{
	look(tag, false, 0);
	SET(look_verdict, CW_V_HIT);
	SET(look_entry, large_leaf());
	SET(look_level, 2);
	SET(look_pa, large_frame | page_addr);
	go();
}

static void large(uint64_t inv_before_fill, uint64_t inv_after, const char *expected)
{
	begin();
	walk_to_large(1);
	SET(res_valid, 1);
	SET(res_slot, SLOT);
	SET(res_tag, 1);
	SET(res_entry, large_leaf());
	SET(res_pa, large_frame | page_addr);
	go();
	CHECK_EQ(last_decision.level, 2);
	CHECK_EQ(last_decision.way, CW_MODEL_MISS);
	if (inv_before_fill)
		inv(inv_before_fill, inv_before_fill);
	fill_of_large();
	if (inv_after)
		inv(inv_after, inv_after);
	hit_large(2);
	CHECK_EQ(last_decision.verdict, CW_V_HIT);
	CHECK_EQ(last_decision.level, 2);
	CHECK_EQ(last_decision.way, CW_MODEL_HIT);
	end(expected);
}

/* P18: any page of it counts, and none beside it. */
static void large_pages(void)
{
	large(0, 0, "");
	large(0, 0x1ff, "stale-hit");
	large(0, 0x200, "");
	large(0x100, 0, "fill-stale-large");
	large(0x200, 0, "");
}

static void merge_with_large(uint64_t page, const char *expected)
{
	begin();
	walk_to_large(1);
	inv(page, page);
	look(2, false, 1);
	alloc(2, true, 0, 0);
	go();
	end(expected);
}

static void merges_with_large(void)
{
	merge_with_large(0x1ff, "merge-poisoned");
	merge_with_large(0x200, "");
}

static void fill_of_large_that_faulted(void)
{
	begin();
	cw_model_table_set(m, entry_at(2), large_leaf());
	look(1, true, 1);
	go();
	alloc(1, false, ROOT_LEVEL, ROOT);
	go();
	read_level(4, true);
	read_level(3, true);
	ar(2);
	r(2, large_leaf(), false);
	SET(r_last, 1);
	go();
	res(1, large_leaf(), 1, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED);
	go();
	fill_of_large();
	end("fill-faulting");
}

static void fill_of_small_as_large(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	fill_of_large();
	end("fill-faulting");
}

static void invalidate_before_ack(void)
{
	const uint64_t line[8] = {0};

	begin();
	cw_model_table_write(m, 62, entry_at(1) & ~63u, line, 0xffull << 40, true);
	inv(5, 5);
	end("invalidate-before-ack");
}

static void complete_before_ack(void)
{
	const uint64_t line[8] = {0};

	begin();
	SET(euu_w_valid, 1);
	SET(euu_w_addr, entry_at(1));
	go();
	cw_model_table_write(m, 62, entry_at(1) & ~63u, line, 0xffull << 40, true);
	SET(euu_b_valid, 1);
	SET(euu_b_addr, entry_at(1));
	SET(euu_b_old, leaf());
	go();
	end("complete-before-ack");
}

static void swap_finds_another_value(void)
{
	const uint64_t line[8] = {0};

	begin();
	SET(euu_w_valid, 1);
	SET(euu_w_addr, entry_at(1));
	go();
	cw_model_table_write(m, 62, entry_at(1) & ~63u, line, 0xffull << 40, true);
	cw_model_table_ack(m, 62);
	SET(euu_b_valid, 1);
	SET(euu_b_addr, entry_at(1));
	SET(euu_b_old, leaf() | CW_SPTE(W));
	go();
	end("blind-swap");
}

/* A read beside a write may see either value; a read after its acknowledgement only the new one (P11). */
static void read_old_or_new(uint64_t seen, bool acked, const char *expected)
{
	const uint64_t line[8] = {[5] = 0x77};

	begin();
	start_walk(1);
	for (unsigned int level = ROOT_LEVEL; level > 1; level--)
		read_level(level, true);
	cw_model_table_write(m, 62, entry_at(1) & ~63u, line, 0xffull << 40, true);
	if (acked)
		cw_model_table_ack(m, 62);
	ar(1);
	r(1, seen, false);
	go();
	end(expected);
}

static void read_values(void)
{
	read_old_or_new(leaf(), false, "");
	read_old_or_new(0x77, false, "");
	read_old_or_new(0x77, true, "");
	read_old_or_new(leaf(), true, "read-value");
	read_old_or_new(0x78, false, "read-value");
}

static void read_of_a_freed_table(void)
{
	begin();
	start_walk(1);
	table_freed = true;
	ar(4);
	end("table-poison");
}

static void read_elsewhere(void)
{
	begin();
	start_walk(1);
	SET(ar_valid, 1);
	SET(ar_slot, SLOT);
	SET(ar_addr, ROOT + 64);
	go();
	end("read-wrong");
}

int main(void)
{
	RUN(legal_run);
	RUN(merge_after_invalidate);
	RUN(merge_beside_invalidate);
	RUN(merge_of_another_line);
	RUN(fill_after_invalidate);
	RUN(neighbour_after_invalidate);
	RUN(walk_cache_after_invalidate);
	RUN(walk_cache_beside_invalidate);
	RUN(start_from_dropped_walk_cache);
	RUN(queued_over_whole_invalidate);
	RUN(hit_after_invalidate);
	RUN(large_pages);
	RUN(merges_with_large);
	RUN(fill_of_large_that_faulted);
	RUN(fill_of_small_as_large);
	RUN(invalidate_before_ack);
	RUN(complete_before_ack);
	RUN(swap_finds_another_value);
	RUN(read_values);
	RUN(read_of_a_freed_table);
	RUN(read_elsewhere);
	return CHECK_DONE("model-walk");
}
