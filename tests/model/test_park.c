/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Park, fault records and RESUME: each illegal step raises the failure of its rule. */
#include "feed.h"

/* A write to a read-only page is parked; the faulting entry is not filled; the RESUME must name this very parking. */
static void fault(unsigned int tag)
{
	look(tag, true, 1);
	go();
	alloc(tag, false, ROOT_LEVEL, ROOT);
	go();
	walk();
	res(tag, leaf(), 1, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED);
	SET(res_gen, 0);
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
	resume(0, CW_ST_OK);
	unpark(CW_V_ABORT);
	end("unpark-wrong");
}

static void resume_as_asked(void)
{
	begin();
	fault(1);
	fill(0);
	resume(0, CW_ST_OK);
	unpark(CW_V_ONES);
	answer(1, CW_V_ONES, 0);
	cw_model_check_quiet(m);
	end("");
}

/* P32: the index comes back with the next generation. */
static void used_again(unsigned int gen)
{
	begin();
	fault(1);
	fill(0);
	resume(0, CW_ST_OK);
	unpark(CW_V_ONES);
	answer(1, CW_V_ONES, 0);
	CHECK_EQ(failures, 0);
	CHECK_EQ(cw_model_park_uses(m, 1), 1);
	look(1, true, 1);
	go();
	alloc(1, false, 1, table_of(1));
	go();
	read_level(1, false);
	res(1, leaf(), 1, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED);
	SET(res_gen, gen);
	go();
}

static void next_generation(void)
{
	used_again(1);
	end("");
}

static void generation_stays(void)
{
	used_again(0);
	end("park-gen");
}

static void generation_skips_one(void)
{
	used_again(2);
	end("park-gen");
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
				   .parked_id = 1,
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

int main(void)
{
	RUN(faulting_entry_filled);
	RUN(stale_resume);
	RUN(resume_with_another_action);
	RUN(resume_as_asked);
	RUN(second_record_of_a_page);
	RUN(record_differs);
	RUN(next_generation, "P32");
	RUN(generation_stays, "P32");
	RUN(generation_skips_one, "P32");
	return CHECK_DONE("model-park");
}
