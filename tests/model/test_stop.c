/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* STOP, DRAIN and fences: each illegal step raises the failure of its rule (P21, P30). */
#include "feed.h"

static void stop(unsigned int scope, unsigned int id, bool on)
{
	SET(stop_valid, 1);
	SET(stop_on, on);
	SET(stop_scope, scope);
	SET(stop_id, id);
	go();
}

static void refused(unsigned int tag, bool epoch, unsigned int reason)
{
	look(tag, true, 3);
	SET(look_epoch, epoch);
	SET(look_verdict, CW_V_RETRY_LATER);
	SET(look_reason, reason);
	go();
}

static void drain(unsigned int scope, unsigned int id)
{
	SET(flush_drain, 1);
	SET(flush_scope, scope);
	SET(flush_id, id);
	flush(9);
}

static void fault(unsigned int tag)
{
	start_walk(tag);
	walk();
	res(tag, leaf(), 0, CW_V_HIT, 0);
	go();
	answer(tag, CW_V_HIT, frame);
	fill(0x20);
	look(tag + 1, true, 1);
	go();
	alloc(tag + 1, false, 1, table_of(1));
	go();
	read_level(1, false);
	res(tag + 1, leaf(), 1, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED);
	go();
	fill(0);
}

static void stopped_request_is_refused(void)
{
	static const unsigned int scope[3][2] = {{CW_SCOPE_DOMAIN, 1}, {CW_SCOPE_CTX, CTX}, {CW_SCOPE_PORT, 0}};

	for (unsigned int i = 0; i < 3; i++) {
		begin();
		stop(scope[i][0], scope[i][1], true);
		refused(1, false, CW_RSN_STOPPED);
		stop(scope[i][0], scope[i][1], false);
		CHECK_EQ(failures, 0);
		refused(2, false, CW_RSN_STOPPED);
		end("refused-wrong");
		begin();
		stop(scope[i][0], scope[i][1], true);
		look(1, false, 1);
		go();
		end("not-refused");
		begin();
		stop(scope[i][0], scope[i][1] + 1, true);
		refused(1, false, CW_RSN_STOPPED);
		end("refused-wrong");
	}
}

static void parked_request_leaves(void)
{
	begin();
	fault(1);
	stop(CW_SCOPE_DOMAIN, 1, true);
	SET(resume_valid, 1);
	SET(resume_index, 2);
	SET(resume_action, CW_RESUME_RETRY);
	go();
	SET(unpark_valid, 1);
	SET(unpark_park, 2);
	SET(unpark_tag, 2);
	SET(unpark_retry, 1);
	go();
	CHECK_EQ(failures, 0);
	look(2, true, 1);
	SET(look_retry, 1);
	SET(look_park, 2);
	go();
	end("stop-leak");
}

static void drain_done(unsigned int parked)
{
	close_flip(9);
	SET(fdone_parked, parked);
	fdone();
}

static void drain_counts_the_parked(void)
{
	for (unsigned int parked = 0; parked < 3; parked++) {
		begin();
		fault(1);
		release(1, true);
		stop(CW_SCOPE_DOMAIN, 1, true);
		drain(CW_SCOPE_DOMAIN, 1);
		flip(9);
		now += 200; /* what is counted may change for a while */
		drain_done(parked);
		end(parked == 1 ? "" : "drain-wrong");
	}
}

/*
 * What waits for a START leaves the park when its port is in reset, while a DRAIN counts: either number is right then,
 * but not later.
 */
static void drain_beside_a_reset_of_the_port(void)
{
	for (unsigned int i = 0; i < 4; i++) {
		begin();
		fault(1);
		release(1, true);
		stop(CW_SCOPE_CTX, CTX, true);
		SET(resume_valid, 1);
		SET(resume_index, 2);
		SET(resume_action, CW_RESUME_RETRY);
		go();
		SET(unpark_valid, 1);
		SET(unpark_park, 2);
		SET(unpark_tag, 2);
		SET(unpark_retry, 1);
		go();
		drain(CW_SCOPE_CTX, CTX);
		flip(9);
		close_flip(9);
		now += 200;
		SET(reset_ports, 1);
		go();
		SET(reset_ports, 1);
		look(2, true, 3);
		SET(look_retry, 1);
		SET(look_park, 2);
		SET(look_verdict, CW_V_ABORT);
		SET(look_reason, CW_RSN_RESET);
		SET(look_epoch, 1);
		go();
		now += i < 2 ? 5 : 200;
		SET(reset_ports, 1);
		SET(fdone_parked, i % 2);
		fdone();
		end(i == 3 ? "drain-wrong" : "");
	}
}

static void drain_with_a_grant_held(void)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	answer(1, CW_V_HIT, frame);
	fill(0x20);
	stop(CW_SCOPE_CTX, CTX, true);
	drain(CW_SCOPE_CTX, CTX);
	fdone();
	end("flush-early");
}

static void drain_without_stop(void)
{
	begin();
	drain(CW_SCOPE_DOMAIN, 1);
	end("drain-wrong");
}

/* A FLUSH that gives up while a grant is held fences the port, until the release. */
static void give_up(bool fences)
{
	begin();
	start_walk(1);
	walk();
	res(1, leaf(), 0, CW_V_HIT, 0);
	go();
	answer(1, CW_V_HIT, frame);
	fill(0x20);
	flush(9);
	flip(9);
	close_flip(8);
	now += 2000;
	SET(fdone_status, CW_ST_NOT_FLUSHED);
	SET(fdone_fenced, fences);
	fdone();
}

static void fenced_port_is_refused(void)
{
	give_up(true);
	refused(2, true, CW_RSN_FENCED);
	release(1, true);
	close_flip(1);
	CHECK_EQ(failures, 0);
	refused(3, true, CW_RSN_FENCED);
	end("refused-wrong");
	give_up(true);
	look(2, true, 1);
	SET(look_epoch, 1);
	go();
	end("not-refused");
}

static void port_not_fenced(void)
{
	give_up(false);
	end("fence-wrong");
}

static void fence_takes_the_counts(void)
{
	give_up(true);
	close_flip(1);
	end("close-early");
}

int main(void)
{
	RUN(stopped_request_is_refused);
	RUN(parked_request_leaves);
	RUN(drain_counts_the_parked);
	RUN(drain_beside_a_reset_of_the_port);
	RUN(drain_with_a_grant_held);
	RUN(drain_without_stop);
	RUN(fenced_port_is_refused);
	RUN(port_not_fenced);
	RUN(fence_takes_the_counts);
	return CHECK_DONE("model-stop");
}
