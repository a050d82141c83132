/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Isolation (P20, P38, I8), measured in engine cycles: what a context gets beside others that flood, that only fault,
 * or that never release. Fair share: what it gets alone, but no more than its part of what the engine can do at most.
 * With
 * --must-fail the run is of a broken engine, and passes if some share is too small.
 */
#include "world.h"

static void beside_a_flood(void)
{
	begin(0, 0, 16, false, false);
	begin(1, 1, CW_NTAG, false, false);
	CHECK(fair(measure("beside a flood"), 2));
	quiet();
}

static void beside_one_that_only_faults(void)
{
	uint64_t refused = counter("park_quota"), before;

	begin(0, 0, 16, false, false);
	begin(1, 1, CW_NTAG, true, false);
	CHECK(fair(measure("beside one that only faults"), 2));
	CHECK(counter("park_quota") > refused);
	/* It has its quota of the park; there is room for a fault of others. */
	port[0].on = false;
	run(2000);
	before = counter("miss_to_host");
	begin(0, 0, 1, true, false);
	run(5000);
	CHECK_EQ(counter("miss_to_host"), before + 1);
	CHECK_EQ(port[0].later, 0);
	quiet();
}

static void beside_both(void)
{
	generator();
	begin(0, 0, 16, false, false);
	begin(1, 1, CW_NTAG, true, false);
	CHECK(fair(measure("beside a flood and faults"), 3));
	quiet();
}

/* Context 1 floods on two ports: turns of the ports alone would leave a third. Its quota is half of the slots. */
static void beside_one_that_walks_on_two_ports(void)
{
	const struct cw_ctx_limits half = {.walks = CW_NSLOT / 2}, none = {0};
	uint64_t refused = counter("walk_quota");

	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &half), 0);
	generator();
	begin(0, 0, 16, false, false);
	begin(1, 1, CW_NTAG, false, false);
	CHECK(fair(measure("beside one that walks on two ports"), 2));
	/* Nothing that the other one does is refused, and it has what its quota gives it. */
	CHECK(counter("walk_quota") > refused);
	CHECK_EQ(port[0].later, 0);
	CHECK(port[1].grants > 0);
	quiet();
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &none), 0);
}

static void beside_one_that_never_releases(void)
{
	uint64_t before, beside = 0;

	begin(0, 0, 16, false, false);
	run(WARM);
	before = flush(0, 0);
	begin(1, 1, CW_NTAG, false, true);
	run(WARM);
	CHECK_EQ(port[1].grants, CW_NTAG);
	CHECK(fair(measure("beside one that never releases"), 1));
	for (unsigned i = 0; i < 20; i++) {
		uint64_t c = flush(0, 0);

		beside = c > beside ? c : beside;
	}
	printf("  a FLUSH takes %llu cycles, %llu alone\n", (unsigned long long)beside, (unsigned long long)before);
	CHECK(beside < TIMEOUT / 4);
	/* Its own FLUSH gives up and fences the port, and so again, until the grants are released (P21). */
	CHECK_EQ(reg(CW_REG_FENCED), 0);
	for (unsigned i = 0; i < 2; i++) {
		CHECK(flush(1, -ETIMEDOUT) >= TIMEOUT);
		CHECK_EQ(reg(CW_REG_FENCED), 2);
		CHECK(reg(CW_REG_STATUS) >> 7 & 1);
		run(100);
		CHECK_EQ(reg(CW_REG_HOLDER + 4) & ~UINT32_C(0xff0000), UINT32_C(1) << 31 | 1); /* context 1 */
		CHECK_EQ(reg(CW_REG_HOLDER), 0);
	}
	port[1].held[5] = port[1].busy[5] = false;
	port[1].open--;
	cw_sim_port_release(sim, 1, 5);
	run(2000);
	CHECK(port[1].fenced > 0);
	flush(0, 0);
	quiet();
	CHECK_EQ(reg(CW_REG_HOLDER + 4), 0);
	CHECK_EQ(reg(CW_REG_FENCED), 0);
	flush(1, 0);
	begin(1, 1, 1, false, false);
	run(1000);
	CHECK(port[1].grants > 0);
	quiet();
}

static void tests(void)
{
	RUN(beside_a_flood, "P38");
	RUN(beside_one_that_only_faults, "P38");
	RUN(beside_both, "P38");
	RUN(beside_one_that_walks_on_two_ports, "P38");
	RUN(beside_one_that_never_releases, "P20 P21");
}

int main(int argc, char **argv)
{
	return isolation_main(argc, argv, "isolation", each_cycle, tests);
}
