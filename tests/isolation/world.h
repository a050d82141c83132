/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Two VMs with a context each, initiators on stream ports, what each may get of the engine, how long a FLUSH takes. */
#ifndef CW_TEST_ISOLATION_WORLD_H
#define CW_TEST_ISOLATION_WORLD_H

#include <errno.h>
#include <stdlib.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"

#define URI "sim:table-mem=ideal:50,host-mem=ideal:50,host-time=fixed:0"

enum {
	/*
	 * Pages of each VM, of which one in STEP is used: lines of few sets of the TLB, more tables than the walk cache
	 * holds. What a context gets must depend on who else walks, not on what is cached when it is alone.
	 */
	PAGES = 131072,
	STEP = 64,
	JUMP = STEP * 331, /* from one request of the generator to the next */
	WARM = 5000,	   /* cycles before the count begins */
	MEASURE = 60000,
	TIMEOUT = 20000, /* FLUSH_TIMEOUT */
	PERCENT = 90,	 /* of the fair share */
};

enum { NOWHERE = 1 << 30 }; /* an address in no slot */

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct {
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	struct cw_mem mem;
} guest[2]; /* context 0 is the one to be protected, context 1 the one that misbehaves */

struct initiator {
	bool on, hold, faults, writes;
	uint16_t ctx;
	unsigned outstanding, open;
	uint64_t seed;
	bool busy[CW_NTAG], held[CW_NTAG];
	bool again[CW_NTAG]; /* was answered RETRY_LATER: the same address is asked for again */
	uint64_t addr[CW_NTAG];
	uint64_t grants, later, fenced, other;
};

static struct initiator port[CW_NPORT_STREAM];

CHECK_UNUSED static uint64_t address(struct initiator *in)
{
	in->seed = in->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	if (in->faults)
		return NOWHERE + (in->seed >> 40) * CW_PAGE_SIZE;
	return (in->seed >> 33) % (PAGES / STEP) * STEP * CW_PAGE_SIZE;
}

CHECK_UNUSED static void initiate(unsigned p)
{
	struct initiator *in = &port[p];
	struct cw_sim_ans a;

	while (cw_sim_port_answer(sim, p, &a)) {
		bool grant = a.verdict == CW_V_HIT || a.verdict == CW_V_FIXED;

		in->grants += grant;
		in->later += a.verdict == CW_V_RETRY_LATER;
		in->fenced += a.verdict == CW_V_RETRY_LATER && a.reason == CW_RSN_FENCED;
		in->other += !grant && a.verdict != CW_V_RETRY_LATER;
		if (grant && in->hold) {
			in->held[a.tag] = true;
			continue;
		}
		if (grant)
			cw_sim_port_release(sim, p, a.tag);
		in->again[a.tag] = a.verdict == CW_V_RETRY_LATER;
		in->busy[a.tag] = false;
		in->open--;
	}
	for (unsigned t = 0; t < CW_NTAG && in->on && in->open < in->outstanding && cw_sim_port_queued(sim, p) < 2;
	     t++) {
		struct cw_sim_req r = {.ctx = in->ctx, .tag = (uint8_t)t};

		/* the release of a tag is on its way for some cycles */
		if (in->busy[t])
			continue;
		if (!in->again[t])
			in->addr[t] = address(in);
		in->again[t] = true;
		r.addr = in->addr[t];
		r.write = in->writes;
		if (cw_sim_port_request(sim, p, &r))
			continue;
		in->busy[t] = true;
		in->open++;
	}
}

CHECK_UNUSED static void each_cycle(void *priv)
{
	(void)priv;
	for (unsigned p = 0; p < CW_NPORT_STREAM; p++)
		initiate(p);
}

CHECK_UNUSED static void run(uint64_t cycles)
{
	cw_sim_step(sim, cycles);
}

CHECK_UNUSED static void begin(unsigned p, unsigned ctx, unsigned outstanding, bool faults, bool hold)
{
	port[p].on = true;
	port[p].ctx = (uint16_t)ctx;
	port[p].outstanding = outstanding;
	port[p].faults = faults;
	port[p].hold = hold;
	port[p].seed = 17 + p;
	memset(port[p].again, 0, sizeof(port[p].again));
	port[p].grants = port[p].later = port[p].fenced = port[p].other = 0;
}

/* Faults that are parked end by their answer: ABORT, as nobody wants the events of these VMs. */
CHECK_UNUSED static void quiet(void)
{
	for (unsigned p = 0; p < CW_NPORT_STREAM; p++) {
		port[p].on = false;
		for (unsigned t = 0; t < CW_NTAG; t++) {
			if (port[p].held[t]) {
				cw_sim_port_release(sim, p, (uint8_t)t);
				port[p].held[t] = port[p].busy[t] = false;
				port[p].open--;
			}
		}
	}
	cw_tgen_stop(dev);
	for (unsigned i = 0; i < 200 && (port[0].open || port[1].open); i++) {
		CHECK(cw_service(dev, 1000) >= 0);
		run(500);
	}
	CHECK_EQ(port[0].open + port[1].open, 0);
	CHECK_EQ(cw_sim_errors(sim), 0);
	run(2000);
}

/* Grants of port 0 in MEASURE cycles. */
CHECK_UNUSED static uint64_t measure(const char *what)
{
	run(WARM);
	port[0].grants = port[1].grants = port[0].later = port[1].later = 0;
	run(MEASURE);
	printf("%-34s %6llu grants (%llu RETRY_LATER), port 1: %llu (%llu)\n", what, (unsigned long long)port[0].grants,
	       (unsigned long long)port[0].later, (unsigned long long)port[1].grants,
	       (unsigned long long)port[1].later);
	return port[0].grants;
}

CHECK_UNUSED static uint64_t alone(unsigned outstanding)
{
	uint64_t n;
	char what[40];

	begin(0, 0, outstanding, false, false);
	snprintf(what, sizeof(what), "alone, %u outstanding", outstanding);
	n = measure(what);
	quiet();
	return n;
}

static uint64_t at_most, demand; /* of the engine, and of 16 requests at a time */

CHECK_UNUSED static bool fair(uint64_t got, unsigned parties)
{
	uint64_t share = demand < at_most / parties ? demand : at_most / parties;

	printf("  %llu of %llu: %llu %%\n", (unsigned long long)got, (unsigned long long)share,
	       (unsigned long long)(share ? got * 100 / share : 0));
	return share && got * 100 >= share * PERCENT;
}

CHECK_UNUSED static uint64_t counter(const char *name)
{
	uint64_t v = 0;

	CHECK_EQ(cw_counter_read(dev, name, &v), 0);
	return v;
}

/* Cycles of a FLUSH of what nobody uses; 0: it failed. */
CHECK_UNUSED static uint64_t flush(unsigned g, int want)
{
	uint64_t start = cw_sim_cycle(sim);

	CHECK_EQ(cw_cmd(dev, CW_RING_HOT,
			&(struct cw_cmd){.opcode = CW_OP_FLUSH, .space = (uint16_t)guest[g].vm->domain[0]}, NULL),
		 want);
	return cw_sim_cycle(sim) - start;
}

CHECK_UNUSED static uint32_t reg(uint32_t offset)
{
	uint32_t v = 0;

	CHECK_EQ(cw_reg_read(dev, offset, &v), 0);
	return v;
}

/* The generator floods, as context 1. */
CHECK_UNUSED static void generator(void)
{
	struct cw_tgen t = {.pattern = CW_TGEN_STRIDE,
			    .first_ctx = 1,
			    .pages = PAGES,
			    .stride = JUMP,
			    .count = UINT32_MAX,
			    .outstanding = CW_NTAG,
			    .seed = 5};

	CHECK_EQ(cw_tgen_start(dev, &t), 0);
}

CHECK_UNUSED static void map_all(unsigned g)
{
	struct cw_tgen t = {.pattern = CW_TGEN_STRIDE,
			    .first_ctx = g,
			    .pages = PAGES,
			    .stride = STEP,
			    .count = PAGES / STEP,
			    .outstanding = 32,
			    .seed = 1};
	struct cw_tgen_result *r = calloc(1, sizeof(*r));

	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	CHECK_EQ(cw_tgen_wait(dev, 10000000000, r), 0);
	CHECK_EQ(r->done, PAGES / STEP);
	free(r);
}

CHECK_UNUSED static bool set_up(void (*hook)(void *priv))
{
	if (!CHECK_EQ(cw_open(URI, &dev), 0))
		return false;
	sim = cw_dev_sim(dev);
	for (unsigned g = 0; g < 2; g++) {
		struct cw_vm_region r = {.size = (uint64_t)PAGES * CW_PAGE_SIZE};

		CHECK_EQ(cw_mem_alloc(dev, r.size, &guest[g].mem), 0);
		r.ptr = guest[g].mem.ptr;
		CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.page_size = CW_PAGE_SIZE}, &guest[g].vm), 0);
		CHECK_EQ(cw_vm_set_memory(guest[g].vm, &r), 0);
		CHECK_EQ(cw_ctx_create(guest[g].vm, &(struct cw_ctx_params){.id = g}, &guest[g].ctx), 0);
		map_all(g);
		CHECK_EQ(cw_port_set(dev, g, g, g), 0);
	}
	/* the generator leaves context 0 alone, so that its FLUSHes need not wait for it */
	CHECK_EQ(cw_port_set(dev, CW_PORT_TGEN, 1, 1), 0);
	CHECK_EQ(cw_reg_write(dev, CW_REG_FLUSH_TIMEOUT, TIMEOUT), 0);
	cw_sim_set_hook(sim, hook, NULL);
	return true;
}

/*
 * Runs the tests of a suite; with --mutant NAME SUITE, with an engine that has it: then one of them must fail.
 */
static int isolation_main(int argc, char **argv, const char *name, void (*each)(void *priv), void (*tests)(void))
{
	bool must_fail = argc == 4 && !strcmp(argv[1], "--mutant");

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (must_fail)
		CHECK_EQ(cw_sim_set_mutant(argv[2]), 0);
	if (set_up(each)) {
		at_most = alone(CW_NTAG);
		demand = alone(16);
		tests();
		cw_close(dev);
	}
	if (must_fail) {
		printf("%s: %u passed, %u failed\n", argv[3], check_failed != 0, check_failed == 0);
		return !check_failed;
	}
	return CHECK_DONE(name);
}

#endif
