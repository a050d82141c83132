/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty budgets (P8, P38): a context that writes all over its memory while it is logged dirties so many pages in a
 * period and no more, exactly; who has to wait holds no stamp, takes nothing from others, and is served in the end.
 * With --mutant the engine is broken, and the run passes if that is found.
 */
#include "world.h"

enum { LOG2 = 14, PERIOD = 1 << LOG2, PERIODS = 4, BUDGET = 16 };

/* Marks in some whole periods, from the middle of one to the middle of another. */
static uint64_t marks_of_periods(void)
{
	uint64_t before;

	run(PERIOD - cw_sim_cycle(sim) % PERIOD + PERIOD / 2);
	before = counter("log_marks");
	run((uint64_t)PERIODS * PERIOD - (cw_sim_cycle(sim) - PERIOD / 2) % PERIOD);
	return counter("log_marks") - before;
}

/* Leaves of the log come by faults: they are there before anything is measured. */
static void log_starts(void)
{
	CHECK_EQ(cw_vm_log_start(guest[1].vm, 0, CW_LOG_CAPTURE, 0), 0);
	port[1].writes = true;
	begin(1, 1, 4, false, false);
	for (unsigned i = 0; i < 100; i++) {
		run(200);
		CHECK(cw_service(dev, 1000) >= 0);
	}
	CHECK(port[1].grants > 100);
	quiet();
	CHECK_EQ(cw_reg_write(dev, CW_REG_DIRTY_PERIOD, LOG2), 0);
}

static void budget_is_kept_exactly(void)
{
	const struct cw_ctx_limits limits = {.dirty = BUDGET, .walks = CW_NSLOT / 2}, none = {0};
	uint64_t longest = 0, delayed = counter("dirty_budget"), n;

	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &limits), 0);
	begin(0, 0, 16, false, false);
	begin(1, 1, CW_NTAG, false, false);
	n = marks_of_periods();
	printf("%llu marks in %u periods with a budget of %u\n", (unsigned long long)n, PERIODS, BUDGET);
	CHECK_EQ(n, PERIODS * BUDGET);
	CHECK(counter("dirty_budget") > delayed);
	/* Who waits holds nothing: neither its own FLUSHes nor other contexts notice (P8). */
	for (unsigned i = 0; i < 20; i++) {
		uint64_t c = flush(1, 0);

		longest = c > longest ? c : longest;
	}
	printf("  a FLUSH of its domain takes %llu cycles\n", (unsigned long long)longest);
	CHECK(longest < TIMEOUT / 4);
	CHECK(fair(measure("beside one without budget"), 1));
	CHECK_EQ(port[0].later, 0);
	CHECK_EQ(port[1].other, 0);
	/* Reads cost nothing. */
	quiet();
	port[1].writes = false;
	delayed = counter("dirty_budget");
	begin(1, 1, CW_NSLOT / 2, false, false);
	run(2 * PERIOD);
	CHECK(port[1].grants > 10 * BUDGET);
	CHECK_EQ(port[1].later, 0);
	CHECK_EQ(counter("dirty_budget"), delayed);
	quiet();
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &none), 0);
	port[1].writes = true;
	begin(1, 1, CW_NTAG, false, false);
	CHECK(marks_of_periods() > 10 * PERIODS * BUDGET);
	CHECK_EQ(counter("dirty_budget"), delayed);
	quiet();
}

/* Behind the bridge a burst waits for its budget, whatever BRIDGE_RETRY says of other refusals. */
static void bursts_wait_for_their_budget(void)
{
	const struct cw_ctx_limits limits = {.dirty = 4}, none = {0};
	struct cw_sim_burst *u;
	unsigned ok = 0, errors = 0;
	uint64_t start = cw_sim_cycle(sim);

	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 1, 1), 0);
	CHECK_EQ(cw_reg_write(dev, CW_REG_BRIDGE_RETRY, 2 << 16 | 50), 0);
	CHECK_EQ(cw_vm_log_stop(guest[1].vm, 0), 0);
	CHECK_EQ(cw_vm_log_start(guest[1].vm, 0, CW_LOG_CAPTURE, 0), 0);
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &limits), 0);
	for (unsigned i = 0; i < 20; i++) {
		u = cw_sim_bridge_new(sim);
		u->ctx = 1;
		u->id = (uint8_t)(i % 16);
		u->write = true;
		u->addr = (uint64_t)i * STEP * CW_PAGE_SIZE;
		u->strb[0] = ~UINT64_C(0);
		cw_sim_bridge_send(sim, u);
	}
	for (unsigned i = 0; i < 1000 && cw_sim_bridge_open(sim); i++) {
		CHECK(cw_service(dev, 1000) >= 0);
		run(200);
	}
	while ((u = cw_sim_bridge_done(sim))) {
		*(u->resp ? &errors : &ok) += 1;
		cw_sim_bridge_free(sim, u);
	}
	CHECK_EQ(ok, 20);
	CHECK_EQ(errors, 0);
	CHECK(cw_sim_cycle(sim) - start > 3 * PERIOD);
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &none), 0);
}

static void tests(void)
{
	log_starts();
	RUN(budget_is_kept_exactly, "P8 P38");
	RUN(bursts_wait_for_their_budget, "P38");
}

int main(int argc, char **argv)
{
	return isolation_main(argc, argv, "isolation-budget", each_cycle, tests);
}
