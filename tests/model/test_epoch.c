/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Stamps, counts, flips and FLUSH, and the pins: each illegal step raises the failure of its rule. */
#include "feed.h"

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

int main(void)
{
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
	return CHECK_DONE("model-epoch");
}
