/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Limits of a context (P38): going beyond them, and refusing without need, raises the failure of the rule. */
#include "feed.h"

/* The context once more, with a quota of walks. */
static void begin_with(unsigned int walks)
{
	begin();
	SET(ctxw_valid, 1);
	SET(ctxw_idx, CTX);
	SET(ctxw_enable, 1);
	SET(ctxw_space, SPACE);
	SET(ctxw_domain, 1);
	SET(ctxw_quota, 2);
	SET(ctxw_walks, walks);
	SET(ctxw_root, ROOT);
	go();
}

/* A request of tag 1 has its walk; one of tag 2 is looked up. */
static void second(unsigned int walks, unsigned int outcome)
{
	begin_with(walks);
	look(1, false, 1);
	alloc(1, false, ROOT_LEVEL, ROOT);
	go();
	look(2, false, outcome);
}

static void one_walk_more_p38(void)
{
	second(1, 1);
	go();
	alloc(2, false, ROOT_LEVEL, ROOT);
	SET(alloc_slot, SLOT ^ 1);
	go();
	end("walk-quota");
}

static void as_many_as_the_quota_p38(void)
{
	second(2, 1);
	go();
	CHECK_EQ(failures, 0);
	alloc(2, false, ROOT_LEVEL, ROOT);
	SET(alloc_slot, SLOT ^ 1);
	go();
	end("");
}

static void joins_in_its_lookup_cycle_p38(void)
{
	second(1, 1);
	alloc(2, true, 0, 0);
	go();
	end("");
}

static void waits_and_joins_later_p38(void)
{
	second(1, 1);
	go();
	CHECK_EQ(failures, 0);
	alloc(2, true, 0, 0);
	go();
	end("walk-quota");
}

static void refused(unsigned int walks, const char *expected)
{
	second(walks, 3);
	SET(look_verdict, CW_V_RETRY_LATER);
	SET(look_reason, CW_RSN_NO_ROOM);
	go();
	end(expected);
}

static void refused_at_its_quota_p38(void)
{
	refused(1, "");
}

static void refused_below_its_quota_p38(void)
{
	refused(2, "refused-wrong");
	refused(0, "refused-wrong");
}

int main(void)
{
	RUN(one_walk_more_p38);
	RUN(as_many_as_the_quota_p38);
	RUN(joins_in_its_lookup_cycle_p38);
	RUN(waits_and_joins_later_p38);
	RUN(refused_at_its_quota_p38);
	RUN(refused_below_its_quota_p38);
	return CHECK_DONE("model-limits");
}
