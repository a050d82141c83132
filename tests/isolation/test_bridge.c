/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Isolation from what is behind the AXI bridge (P20, P37, P38, I8): a context there that floods, that only faults, or
 * that never takes its answers leaves their fair share to a stream port, and to another context of the bridge; and all
 * FLUSHes complete. With --mutant the engine is broken, and the run passes if that is found.
 */
#include "world.h"

enum { BRIDGE_OPEN = 64 };

/* The initiator of context c has IDs 8 * c .. 8 * c + 7. */
static struct side {
	bool on, faults;
	unsigned ids;
	unsigned write_percent;
	unsigned outstanding, open, next_id;
	uint64_t seed, done, errors;
} side[2];

static unsigned turn;

static void bridge_send(unsigned c)
{
	struct side *s = &side[c];
	struct cw_sim_burst *u = cw_sim_bridge_new(sim);

	if (!u)
		return;
	s->seed = s->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	u->ctx = (uint16_t)c;
	u->id = (uint8_t)(8 * c + s->next_id++ % (s->ids ? s->ids : 8));
	u->write = (s->seed >> 50) % 100 < s->write_percent;
	u->addr = s->faults ? NOWHERE + (s->seed >> 40) * CW_PAGE_SIZE :
			      (s->seed >> 33) % (PAGES / STEP) * STEP * CW_PAGE_SIZE;
	if (u->write)
		u->strb[0] = ~UINT64_C(0);
	cw_sim_bridge_send(sim, u);
	s->open++;
}

static void each_bridge_cycle(void *priv)
{
	struct cw_sim_burst *u;

	each_cycle(priv);
	while ((u = cw_sim_bridge_done(sim))) {
		struct side *s = &side[u->ctx];

		s->open--;
		s->done += !u->resp;
		s->errors += u->resp != 0;
		cw_sim_bridge_free(sim, u);
	}
	/* What joins the initiators in front of the bridge lets them have their turns. */
	for (unsigned i = 0; i < 2 && cw_sim_bridge_queued(sim) < 2; i++) {
		turn ^= 1;
		if (side[turn].on && side[turn].open < side[turn].outstanding)
			bridge_send(turn);
	}
}

static void bridge_begin(unsigned c, unsigned outstanding, bool faults, unsigned write_percent)
{
	side[c] = (struct side){.on = true,
				.faults = faults,
				.write_percent = write_percent,
				.outstanding = outstanding,
				.seed = 41 + c};
}

static void bridge_quiet(void)
{
	side[0].on = side[1].on = false;
	CHECK_EQ(cw_sim_bridge_stall(sim, 0, 0, 0), 0);
	quiet();
	for (unsigned i = 0; i < 400 && cw_sim_bridge_open(sim); i++) {
		CHECK(cw_service(dev, 1000) >= 0);
		run(500);
	}
	CHECK_EQ(cw_sim_bridge_open(sim), 0);
}

/* What port 0 gets beside the bridge, and FLUSHes of both domains meanwhile: that of the bridge's waits for no host and
 * no initiator (P37). */
static bool port_beside_the_bridge(const char *what, unsigned parties)
{
	uint64_t longest[2] = {0, 0};
	bool ok;

	begin(0, 0, 16, false, false);
	ok = fair(measure(what), parties);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t c = flush(i % 2, 0);

		longest[i % 2] = c > longest[i % 2] ? c : longest[i % 2];
	}
	printf("  a FLUSH takes %llu cycles, %llu that of the bridge's domain\n", (unsigned long long)longest[0],
	       (unsigned long long)longest[1]);
	CHECK(longest[0] < TIMEOUT / 4 && longest[1] < TIMEOUT / 4);
	CHECK_EQ(reg(CW_REG_FENCED), 0);
	return ok;
}

static void beside_a_flood_on_the_bridge(void)
{
	bridge_begin(1, BRIDGE_OPEN, false, 50);
	CHECK(port_beside_the_bridge("beside a flood on the bridge", 2));
	CHECK(side[1].done > 100);
	bridge_quiet();
}

/* It may park 8; the other bursts ask again and again. */
static void beside_faults_on_the_bridge(void)
{
	const struct cw_ctx_limits few = {.parked = 8}, none = {0};
	uint64_t refused = counter("park_quota"), before;

	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &few), 0);
	bridge_begin(1, BRIDGE_OPEN, true, 50);
	CHECK(port_beside_the_bridge("beside faults on the bridge", 2));
	CHECK(counter("park_quota") > refused);
	/* a fault of the other one has room at once */
	port[0].on = false;
	run(2000);
	before = counter("miss_to_host");
	begin(0, 0, 1, true, false);
	run(5000);
	CHECK_EQ(counter("miss_to_host"), before + 1);
	CHECK_EQ(port[0].later, 0);
	bridge_quiet();
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &none), 0);
}

/*
 * docs/isolation.md: of a context that only faults, with many bursts of few IDs, every burst above its quota is
 * refused, and yet holds its slot: AXI4 lets nothing be answered before the parked one of its ID. So it takes the whole
 * bridge for as long as its host lets it, and nothing but the bridge.
 */
static void beside_a_bridge_that_is_full_of_parked_bursts(void)
{
	const struct cw_ctx_limits few = {.bursts = 4, .parked = 4}, none = {0};
	uint64_t refused = counter("bridge_quota"), done;

	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &few), 0);
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 0, 1), 0);
	bridge_begin(1, 2 * BRIDGE_OPEN, true, 50);
	side[1].ids = 2;
	run(WARM);
	CHECK(counter("bridge_quota") > refused + BRIDGE_OPEN / 2);
	CHECK_EQ(side[1].done + side[1].errors, 0);
	/* another context of this bridge waits */
	bridge_begin(0, 4, false, 0);
	CHECK(port_beside_the_bridge("beside a bridge that is full", 1));
	done = side[0].done;
	CHECK_EQ(done, 0);
	CHECK_EQ(side[1].done + side[1].errors, 0);
	CHECK(cw_sim_bridge_queued(sim) > 0);
	/* until the faults are answered, and there is no new one */
	side[1].on = false;
	for (unsigned i = 0; i < 400 && (side[1].open || side[0].done < 50); i++) {
		CHECK(cw_service(dev, 1000) >= 0);
		run(500);
	}
	CHECK_EQ(side[1].open, 0);
	CHECK(side[0].done >= 50);
	CHECK_EQ(side[0].errors, 0);
	bridge_quiet();
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &none), 0);
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 1, 1), 0);
}

static void beside_a_bridge_that_takes_no_answers(void)
{
	bridge_begin(1, BRIDGE_OPEN, false, 50);
	CHECK_EQ(cw_sim_bridge_stall(sim, 0, 0, 100), 0);
	CHECK(port_beside_the_bridge("beside one that takes no answers", 1));
	CHECK_EQ(side[1].done, 0);
	bridge_quiet();
	CHECK(side[1].done >= BRIDGE_OPEN);
}

/* Bursts of context 0 that were answered OKAY in MEASURE cycles. */
static uint64_t bridge_measure(const char *what)
{
	run(WARM);
	side[0].done = side[1].done = side[1].errors = 0;
	run(MEASURE);
	printf("%-34s %6llu bursts, the other context %llu, %llu refused\n", what, (unsigned long long)side[0].done,
	       (unsigned long long)side[1].done, (unsigned long long)side[1].errors);
	CHECK_EQ(side[0].errors, 0);
	return side[0].done;
}

static uint64_t bridge_alone(unsigned outstanding)
{
	uint64_t n;
	char what[40];

	bridge_begin(0, outstanding, false, 0);
	snprintf(what, sizeof(what), "alone on the bridge, %u open", outstanding);
	n = bridge_measure(what);
	bridge_quiet();
	return n;
}

/* Two contexts of one bridge, of which one has all the bursts open that it can. */
static void two_contexts_of_the_bridge(void)
{
	const struct cw_ctx_limits quota = {.bursts = 8}, none = {0};
	uint64_t refused = counter("bridge_quota"), got;

	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 0, 1), 0);
	at_most = bridge_alone(BRIDGE_OPEN);
	demand = bridge_alone(8);
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &quota), 0);
	bridge_begin(0, 8, false, 0);
	bridge_begin(1, BRIDGE_OPEN, false, 0);
	got = bridge_measure("beside a flood of the same bridge");
	CHECK(fair(got, 2));
	CHECK(counter("bridge_quota") > refused);
	CHECK(side[1].done > 100);
	CHECK(flush(0, 0) < TIMEOUT / 4);
	bridge_quiet();
	CHECK_EQ(cw_ctx_set_limits(guest[1].ctx, &none), 0);
}

static void tests(void)
{
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 1, 1), 0);
	RUN(beside_a_flood_on_the_bridge, "P38");
	RUN(beside_faults_on_the_bridge, "P37 P38");
	RUN(beside_a_bridge_that_takes_no_answers, "P20 P37");
	RUN(beside_a_bridge_that_is_full_of_parked_bursts, "P8 P20 P37 P38");
	RUN(two_contexts_of_the_bridge, "P38");
}

int main(int argc, char **argv)
{
	return isolation_main(argc, argv, "isolation-bridge", each_bridge_cycle, tests);
}
