/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The reference model alone, fed with hand-made events: a legal sequence raises nothing, and each illegal step raises
 * the kind of failure that stands for its rule. Expected verdicts come from a table written out here.
 */
#include <catwalk/contract.h>
#include <catwalk/spte.h>

#include "check.h"
#include "sim/model/model.h"
#include "sim/mon.h"

static struct cw_model *m;
static char kind[64];
static unsigned int failures;
static uint64_t now;
static uint32_t vec[CW_MON_WORDS];
static bool table_freed;

static void fail(void *priv, const char *k, const char *text)
{
	(void)priv;
	(void)text;
	if (!failures++)
		snprintf(kind, sizeof(kind), "%s", k);
}

static bool table_ok(void *priv, uint64_t addr)
{
	(void)priv;
	(void)addr;
	return !table_freed;
}

static void set_at(enum cw_mon_field name, unsigned int at, uint64_t value)
{
	unsigned int lsb = (name & 0xffff) + 64 * at, width = (unsigned int)name >> 16;

	for (unsigned int i = 0; i < width && i < 64; i++)
		if (value >> i & 1)
			vec[(lsb + i) / 32] |= 1u << (lsb + i) % 32;
}

#define SET(field, value) set_at(MON_##field, 0, (uint64_t)(value))

static void go(void)
{
	cw_model_cycle(m, ++now, vec);
	memset(vec, 0, sizeof(vec));
}

/* ---- a small world: context 1 of domain 1, four levels, root at 0x10000 ---- */
enum { ROOT = 0x10000, CTX = 1, SPACE = 1, ROOT_LEVEL = 4, SLOT = 2 };

static const uint64_t page_addr = 0x5000; /* page 5: entry 5 of line 0 of each table */
static const uint64_t frame = 0x123456000;

static uint64_t table_of(unsigned int level)
{
	return ROOT + 0x1000u * (ROOT_LEVEL - level);
}

static uint64_t entry_at(unsigned int level)
{
	return table_of(level) + (level == 1 ? 8 * 5 : 0);
}

static uint64_t leaf(void)
{
	return frame | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(X);
}

static void begin(void)
{
	const struct cw_model_ops ops = {.fail = fail, .table_ok = table_ok};
	const struct cw_model_config config = {.nslot = 8, .flush_timeout = 1000};

	m = cw_model_create(&config, &ops);
	failures = 0;
	kind[0] = '\0';
	now = 100;
	table_freed = false;
	memset(vec, 0, sizeof(vec));
	for (unsigned int level = ROOT_LEVEL; level > 1; level--)
		cw_model_table_set(m, entry_at(level), table_of(level - 1) | CW_SPTE(PRESENT) | CW_SPTE(R));
	cw_model_table_set(m, entry_at(1), leaf());
	SET(ctxw_valid, 1);
	SET(ctxw_idx, CTX);
	SET(ctxw_enable, 1);
	SET(ctxw_space, SPACE);
	SET(ctxw_domain, 1);
	SET(ctxw_root, ROOT);
	SET(portw_valid, 1);
	SET(portw_enable, 1);
	SET(portw_first, 0);
	SET(portw_last, 3);
	go();
}

static void end(const char *expected)
{
	CHECK_STR(kind, expected);
	cw_model_destroy(m);
}

static void look(unsigned int tag, bool write, unsigned int outcome)
{
	const struct cw_model_request r = {0, tag, CTX, page_addr, 63, write};

	cw_model_request(m, &r);
	SET(look_valid, 1);
	SET(look_ctx, CTX);
	SET(look_addr, page_addr);
	SET(look_len_m1, 63);
	SET(look_write, write);
	SET(look_tag, tag);
	SET(look_outcome, outcome);
}

static void alloc(unsigned int tag, bool attach, unsigned int level, uint64_t table)
{
	SET(alloc_valid, 1);
	SET(alloc_tag, tag);
	SET(alloc_attach, attach);
	SET(alloc_slot, SLOT);
	SET(alloc_level, level);
	SET(alloc_table, table);
}

static void ar(unsigned int level)
{
	SET(ar_valid, 1);
	SET(ar_slot, SLOT);
	SET(ar_addr, entry_at(level) & ~63u);
	go();
}

/* The line as memory holds it, but for the entry that is asked for. */
static void r(unsigned int level, uint64_t entry, bool wcfill)
{
	SET(r_valid, 1);
	SET(r_slot, SLOT);
	SET(r_level, level);
	SET(r_wcfill, wcfill);
	SET(r_last, level == 1);
	SET(r_entry, level == 1 ? 0 : entry);
	set_at(MON_r_line, level == 1 ? 5 : 0, entry);
}

static void read_level(unsigned int level, bool wcfill)
{
	ar(level);
	r(level, cw_model_table_get(m, entry_at(level)), wcfill);
	go();
}

static void walk(void)
{
	for (unsigned int level = ROOT_LEVEL; level; level--)
		read_level(level, level > 1);
}

static void res(unsigned int tag, uint64_t entry, unsigned int outcome, unsigned int verdict, unsigned int reason)
{
	SET(res_valid, 1);
	SET(res_slot, SLOT);
	SET(res_tag, tag);
	SET(res_outcome, outcome);
	SET(res_verdict, verdict);
	SET(res_reason, reason);
	SET(res_entry, entry);
	SET(res_pa, frame);
	SET(res_park, tag);
}

static void fill(unsigned int mask)
{
	SET(fill_valid, 1);
	SET(fill_slot, SLOT);
	SET(fill_mask, mask);
	go();
}

static void inv(uint64_t lo, uint64_t hi)
{
	SET(inv_valid, 1);
	SET(inv_space, SPACE);
	SET(inv_lo, lo);
	SET(inv_hi, hi);
	go();
}

static void release(unsigned int tag, bool known)
{
	SET(rel_valid, 1);
	SET(rel_known, known);
	SET(rel_tag0, tag);
	go();
}

static void answer(unsigned int tag, unsigned int verdict, uint64_t pa)
{
	const struct cw_model_answer a = {0, tag, (uint8_t)verdict, 0, pa, NULL};

	cw_model_answer(m, &a);
}

static void start_walk(unsigned int tag)
{
	look(tag, false, 1);
	go();
	alloc(tag, false, ROOT_LEVEL, ROOT);
	go();
}

static void flush(unsigned int ports)
{
	SET(flush_valid, 1);
	SET(flush_index, 7);
	SET(flush_ports, ports);
	go();
}

static void flip(unsigned int ports)
{
	SET(flip_ports, ports);
	go();
}

static void close_flip(unsigned int ports)
{
	SET(close_ports, ports);
	go();
}

static void fdone(void)
{
	SET(fdone_valid, 1);
	SET(fdone_index, 7);
	go();
}

static void hit(unsigned int tag)
{
	look(tag, false, 0);
	SET(look_verdict, CW_V_HIT);
	SET(look_entry, leaf());
	SET(look_pa, frame);
	go();
}

/* ---- a whole life, without a fault ---- */
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
	SET(look_pa, frame);
	go();
	answer(5, CW_V_HIT, frame);
	release(5, true);
	release(5, false);
	cw_model_check_quiet(m);
	CHECK_EQ(failures, 0);
	end("");
}

/* ---- one broken rule each ---- */
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

static void close_with_a_grant_held(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	fill(0x20);
	flush(9);
	flip(9);
	close_flip(1);
	end("close-early");
}

static void close_with_a_walk_reading(void)
{
	begin();
	SET(portw_valid, 1);
	SET(portw_idx, CW_PORT_HOST);
	SET(portw_enable, 1);
	SET(portw_last, 63);
	SET(look_valid, 1);
	SET(look_port, CW_PORT_HOST);
	SET(look_ctx, CTX);
	SET(look_addr, page_addr);
	SET(look_outcome, 1);
	alloc(0, false, ROOT_LEVEL, ROOT);
	SET(alloc_port, CW_PORT_HOST);
	go();
	flush(8);
	flip(8);
	close_flip(8);
	end("close-early");
}

static void second_flip(void)
{
	begin();
	flush(9);
	flip(9);
	flush(9);
	flip(9);
	end("second-flip");
}

static void join_open_flip(void)
{
	begin();
	flush(9);
	flip(9);
	SET(flush_valid, 1);
	SET(flush_index, 8);
	SET(flush_ports, 9);
	go();
	close_flip(9);
	fdone();
	CHECK_EQ(failures, 0);
	SET(fdone_valid, 1);
	SET(fdone_index, 8);
	go();
	end("flush-early");
}

static void flip_never_closes(void)
{
	begin();
	flush(9);
	flip(9);
	cw_model_idle(m, now + 10);
	CHECK_EQ(failures, 0);
	cw_model_idle(m, now + 200);
	end("flip-late");
}

static void wrong_stamp(void)
{
	begin();
	look(1, false, 1);
	SET(look_epoch, 1);
	go();
	end("stamp-wrong");
}

static void stamp_changes(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	SET(res_epoch, 1);
	go();
	end("stamp-changed");
}

static void request_never_answered(void)
{
	begin();
	start_walk(1);
	walk();
	fill(0x20);
	cw_model_check_quiet(m);
	end("request-lost");
}

static void answered_twice(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	answer(1, CW_V_HIT, frame);
	answer(1, CW_V_HIT, frame);
	end("answer-twice");
}

static void wrong_address_at_the_pins(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	answer(1, CW_V_HIT, frame + 0x1000);
	end("answer-wrong");
}

static void refused_for_nothing(void)
{
	begin();
	look(1, false, 3);
	SET(look_verdict, CW_V_RETRY_LATER);
	SET(look_reason, CW_RSN_NO_ROOM);
	go();
	end("refused-wrong");
}

static void foreign_context_not_refused(void)
{
	begin();
	SET(portw_valid, 1);
	SET(portw_enable, 1);
	SET(portw_first, 2);
	SET(portw_last, 3);
	go();
	look(1, false, 1);
	go();
	end("not-refused");
}

static void unknown_release_taken(void)
{
	begin();
	release(1, true);
	end("release-wrong");
}

/* A write to a read-only page is parked; the faulting entry is not filled; the RESUME must name this very parking. */
static void fault(unsigned int tag)
{
	look(tag, true, 1);
	go();
	alloc(tag, false, ROOT_LEVEL, ROOT);
	go();
	walk();
	res(tag, leaf(), 1, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED);
	SET(res_gen, 4);
	go();
}

static void faulting_entry_filled(void)
{
	begin();
	fault(1);
	CHECK_EQ(failures, 0);
	fill(0x20);
	end("fill-faulting");
}

static void resume(unsigned int gen, unsigned int status)
{
	SET(resume_valid, 1);
	SET(resume_index, 1);
	SET(resume_gen, gen);
	SET(resume_action, CW_RESUME_ONES);
	SET(resume_status, status);
	go();
}

static void unpark(unsigned int verdict)
{
	SET(unpark_valid, 1);
	SET(unpark_park, 1);
	SET(unpark_tag, 1);
	SET(unpark_verdict, verdict);
	go();
}

static void stale_resume(void)
{
	begin();
	fault(1);
	resume(3, CW_ST_UNKNOWN_ID);
	CHECK_EQ(failures, 0);
	resume(3, CW_ST_OK);
	end("stale-resume");
}

static void resume_with_another_action(void)
{
	begin();
	fault(1);
	fill(0);
	resume(4, CW_ST_OK);
	unpark(CW_V_ABORT);
	end("unpark-wrong");
}

static void resume_as_asked(void)
{
	begin();
	fault(1);
	fill(0);
	resume(4, CW_ST_OK);
	unpark(CW_V_ONES);
	answer(1, CW_V_ONES, 0);
	cw_model_check_quiet(m);
	end("");
}

static void second_record_of_a_page(void)
{
	begin();
	fault(1);
	fill(0);
	look(2, true, 1);
	go();
	alloc(2, false, 1, table_of(1));
	go();
	read_level(1, false);
	res(2, leaf(), 1, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED);
	SET(res_gen, 1);
	go();
	end("park-wrong");
}

static void record_differs(void)
{
	struct cw_model_fault f = {.addr = page_addr,
				   .entry = leaf(),
				   .entry_addr = entry_at(1),
				   .parked_id = 1 | 4 << 16,
				   .ctx = CTX,
				   .domain = 1,
				   .len = 64,
				   .tag = 1,
				   .access = CW_ACCESS_WRITE,
				   .verdict = CW_V_WRITE_PROTECTED,
				   .reason = CW_RSN_PROTECTED,
				   .level = 1};

	begin();
	fault(1);
	cw_model_fault(m, &f);
	CHECK_EQ(failures, 0);
	cw_model_fault(m, &f); /* the same once more */
	end("fault-record");
	begin();
	fault(1);
	f.len = 63;
	cw_model_fault(m, &f);
	end("fault-record");
}

/* ---- verdicts, written out ---- */
static void verdicts(void)
{
	const uint64_t p = CW_SPTE(PRESENT), rd = CW_SPTE(R), w = CW_SPTE(W), x = CW_SPTE(X), ps = CW_SPTE(PS);
	const uint64_t host = CW_SPTE(HOST_W), mmu = CW_SPTE(MMU_W), ve = CW_SPTE(SUPPRESS_VE);
	const struct {
		uint64_t entry;
		unsigned int level;
		bool write;
		uint32_t gen;
		unsigned int verdict, reason;
		uint64_t pa;
	} row[] = {
		{0, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{ve, 1, true, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{rd | w | x | frame, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{p | rd | frame, 1, false, 0, CW_V_HIT, CW_RSN_NONE, 0x123456abc},
		{p | rd | w | frame, 1, true, 0, CW_V_HIT, CW_RSN_NONE, 0x123456abc},
		{p | rd | frame, 1, true, 0, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED, 0},
		{p | rd | host | frame, 1, true, 0, CW_V_WRITE_TRACKED, CW_RSN_PROTECTED, 0},
		{p | rd | host | mmu | frame, 1, true, 0, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED, 0},
		{p | w | x | frame, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		/* large leaves take more of the address; bits of the offset in the entry do not count */
		{p | rd | ps | 0x40200000, 2, false, 0, CW_V_HIT, CW_RSN_NONE, 0x40345abc},
		{p | rd | ps | 0x80000000, 3, false, 0, CW_V_HIT, CW_RSN_NONE, 0xb2345abc},
		{p | rd | ps | 0x40201000, 2, false, 0, CW_V_HIT, CW_RSN_NONE, 0x40345abc},
		{p | rd | ps, 4, false, 0, CW_V_ABORT, CW_RSN_BAD_ENTRY, 0},
		{p | rd | ps, 5, false, 0, CW_V_ABORT, CW_RSN_BAD_ENTRY, 0},
		/* MMIO entries of the specification's table: generation, EPT value */
		{0x00000000fee00006, 1, false, 0, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee00016, 1, true, 2, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee007fe, 1, false, 0xff, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00100000fee00006, 1, false, 0x100, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00100000fee007fe, 1, false, 0x1ff, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x7ff00000fee007f6, 1, false, 0x7fffe, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee00016, 1, false, 4, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{0x80000000fee00006, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct cw_model_verdict v =
			cw_model_judge(row[i].entry, row[i].level, 0x32345abc, row[i].write, row[i].gen, false);

		CHECK_EQ(v.verdict, row[i].verdict);
		CHECK_EQ(v.reason, row[i].reason);
		if (v.verdict == CW_V_HIT)
			CHECK_EQ(v.pa, row[i].pa);
	}
	CHECK_EQ(cw_model_judge(p | rd, 1, 0, false, 0, true).reason, CW_RSN_BUS_ERROR);
	CHECK(cw_model_entry_nonleaf(p, 2));
	CHECK(!cw_model_entry_nonleaf(p, 1));
	CHECK(!cw_model_entry_nonleaf(p | ps, 2));
	CHECK(!cw_model_entry_nonleaf(rd | w | x, 3));
}

int main(void)
{
	RUN(verdicts);
	RUN(legal_run);
	RUN(merge_after_invalidate);
	RUN(merge_beside_invalidate);
	RUN(merge_of_another_line);
	RUN(fill_after_invalidate);
	RUN(neighbour_after_invalidate);
	RUN(walk_cache_after_invalidate);
	RUN(walk_cache_beside_invalidate);
	RUN(start_from_dropped_walk_cache);
	RUN(hit_after_invalidate);
	RUN(invalidate_before_ack);
	RUN(complete_before_ack);
	RUN(swap_finds_another_value);
	RUN(read_values);
	RUN(read_of_a_freed_table);
	RUN(read_elsewhere);
	RUN(close_with_a_grant_held);
	RUN(close_with_a_walk_reading);
	RUN(second_flip);
	RUN(join_open_flip);
	RUN(flip_never_closes);
	RUN(wrong_stamp);
	RUN(stamp_changes);
	RUN(request_never_answered);
	RUN(answered_twice);
	RUN(wrong_address_at_the_pins);
	RUN(refused_for_nothing);
	RUN(foreign_context_not_refused);
	RUN(unknown_release_taken);
	RUN(faulting_entry_filled);
	RUN(stale_resume);
	RUN(resume_with_another_action);
	RUN(resume_as_asked);
	RUN(second_record_of_a_page);
	RUN(record_differs);
	return CHECK_DONE("model");
}
