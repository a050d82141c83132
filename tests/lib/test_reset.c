/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Resets of a port and of the engine (P21, P43): what is outstanding is absorbed first, in bounded time, and everything
 * works again afterwards. What must come of requests is known from where the memory lies.
 */
#define PAGES 256u
#define OUTSTANDING 32
#include "two_vms.h"

#define TIMEOUT 3000u
#define NS(cycles) ((uint64_t)(cycles)*1000000 / CW_CLOCK_KHZ)

enum { TABLE = 1 << 16, HOST = 1 << 17, LATE = 1 << 18 };

static void set_up(const char *uri)
{
	two_vms(uri);
	CHECK_EQ(cw_port_set(dev, CW_PORT_STREAM0, 0, 0), 0);
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 0, 1), 0);
	CHECK_EQ(cw_reg_write(dev, CW_REG_FLUSH_TIMEOUT, TIMEOUT), 0);
}

/* A burst through the bridge: its response within so many cycles; 9: none. */
static unsigned burst(bool write, uint64_t addr, uint8_t with, unsigned cycles)
{
	uint64_t until = cw_sim_cycle(sim) + cycles;
	struct cw_sim_burst *u = cw_sim_bridge_new(sim);
	unsigned resp = 9;

	u->addr = addr;
	u->id = write;
	u->write = write;
	u->strb[0] = ~UINT64_C(0);
	memset(u->data, with, 64);
	cw_sim_bridge_send(sim, u);
	u = NULL;
	while (!u && cw_sim_cycle(sim) < until) {
		CHECK(cw_service(dev, 400) >= 0);
		u = cw_sim_bridge_done(sim);
	}
	if (u) {
		resp = u->resp;
		for (unsigned i = 0; i < 64 && !write && !resp; i++)
			CHECK_EQ(u->data[i], with);
		cw_sim_bridge_free(sim, u);
	}
	return resp;
}

static void slow(enum cw_sim_mem where, unsigned ops, uint64_t count, uint64_t delay)
{
	const struct cw_sim_inject rule = {
		.mem = where, .hi = UINT64_MAX, .ops = (uint8_t)ops, .count = count, .delay = delay};

	CHECK_EQ(cw_sim_inject(sim, &rule), 0);
}

/* ---- stream port 0, by hand ---- */

static void ask(unsigned tag, unsigned page)
{
	const struct cw_sim_req r = {.addr = GPA + page * CW_PAGE_SIZE, .tag = (uint8_t)tag, .write = true};

	CHECK_EQ(cw_sim_port_request(sim, 0, &r), 0);
}

/* Verdict of the next answer, and where; 99: none comes. */
static unsigned answer(uint64_t *pa, uint8_t *reason)
{
	struct cw_sim_ans a;

	for (unsigned i = 0; i < 200; i++) {
		CHECK(cw_service(dev, 200) >= 0);
		if (cw_sim_port_answer(sim, 0, &a)) {
			if (pa)
				*pa = a.pa;
			if (reason)
				*reason = a.reason;
			return a.verdict;
		}
	}
	return 99;
}

static bool granted(unsigned verdict)
{
	return verdict == CW_V_HIT || verdict == CW_V_FIXED;
}

/* Tag 1 and 2 hold grants of pages 1 and 2. */
static void hold_grants(void)
{
	uint64_t pa = 0;

	for (unsigned i = 1; i <= 2; i++) {
		ask(i, i);
		CHECK(granted(answer(&pa, NULL)));
		CHECK_EQ(pa, mem[0].bus + i * CW_PAGE_SIZE);
	}
}

static bool grants_again(void)
{
	uint64_t pa = 0;

	for (unsigned i = 1; i <= 2; i++) {
		ask(i, i + 4);
		if (!CHECK(granted(answer(&pa, NULL))) || !CHECK_EQ(pa, mem[0].bus + (i + 4) * CW_PAGE_SIZE))
			return false;
		cw_sim_port_release(sim, 0, (uint8_t)i);
	}
	return true;
}

/* ---- ports ---- */

static void a_port_that_never_releases_is_reset(void)
{
	set_up(URI);
	traffic(0, 0, PAGES);
	hold_grants();
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), -ETIMEDOUT);
	CHECK_EQ(reg(CW_REG_FENCED), 1);
	traffic(1, 0, PAGES);
	CHECK_EQ(cw_port_reset(dev, 0), 0);
	CHECK_EQ(reg(CW_REG_PORTS_IN_RESET), 0);
	CHECK_EQ(reg(CW_REG_FENCED), 0);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), 0);
	grants_again();
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, PAGES * CW_PAGE_SIZE), 0);
	traffic(0, 0, PAGES);
	tear_down();
}

/* As long as its accesses may land its pages are not given back: this is what the fence is for. */
static void no_grant_is_taken_back_before_the_initiator_is_quiet(void)
{
	uint64_t begin;

	set_up(URI);
	hold_grants();
	cw_sim_port_busy(sim, 0, true);
	begin = cw_sim_cycle(sim);
	CHECK_EQ(cw_port_reset(dev, 0), -ETIMEDOUT);
	CHECK(cw_sim_cycle(sim) - begin < TIMEOUT + 2000);
	CHECK(cw_sim_port_in_reset(sim, 0));
	CHECK_EQ(reg(CW_REG_NEEDS_FLR), 1);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA + CW_PAGE_SIZE, CW_PAGE_SIZE), -ETIMEDOUT);
	/* The other VM, and other ports of this one. */
	traffic(1, 0, PAGES);
	CHECK_EQ(cw_vm_invalidate(vm[1], 0, GPA, CW_PAGE_SIZE), 0);
	cw_sim_port_busy(sim, 0, false);
	CHECK_EQ(cw_run(dev, NS(300)), 0);
	CHECK_EQ(reg(CW_REG_PORTS_IN_RESET), 0);
	CHECK_EQ(reg(CW_REG_NEEDS_FLR), 0);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA + CW_PAGE_SIZE, CW_PAGE_SIZE), 0);
	CHECK(!cw_sim_port_in_reset(sim, 0));
	grants_again();
	tear_down();
}

/* Requests that wait for table memory, and those that are parked, one of them by others, too. */
static void requests_under_way_end_with_the_port(void)
{
	const struct cw_tgen t = program(0, 0, PAGES, 8);

	set_up(URI);
	CHECK_EQ(cw_port_set(dev, 1, 0, 0), 0);
	for (unsigned i = 0; i < 8; i++)
		ask(i, i);
	/* The same pages, so that they join the records. */
	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	cw_sim_step(sim, 2000);
	slow(CW_SIM_TABLE, CW_SIM_READ, 4, 1000);
	for (unsigned i = 8; i < 12; i++)
		ask(i, 100 + 8 * i);
	cw_sim_step(sim, 200);
	CHECK_EQ(cw_port_reset(dev, 0), 0);
	CHECK_EQ(reg(CW_REG_PORTS_IN_RESET), 0);
	/* No answer of before, and all tags are free. */
	CHECK_EQ(answer(NULL, NULL), 99);
	for (unsigned i = 0; i < 12; i++)
		ask(i, i);
	for (unsigned i = 0; i < 12; i++)
		CHECK_EQ(answer(NULL, NULL), CW_V_HIT);
	for (unsigned i = 0; i < 12; i++)
		cw_sim_port_release(sim, 0, (uint8_t)i);
	/* The traffic generator has waited for the same pages and gets them. */
	CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
	CHECK_EQ(res.done, 8);
	CHECK_EQ(res.sum, bench_sum(&t, GPA, mem[0].bus));
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, PAGES * CW_PAGE_SIZE), 0);
	tear_down();
}

/* What was parked and is held by a STOP ends, too. */
static void a_stopped_port_can_be_reset(void)
{
	set_up(URI);
	ask(0, 0);
	cw_sim_step(sim, 1000);
	CHECK_EQ(cw_vm_stop(vm[0], 0), 0);
	CHECK(cw_service(dev, 10000) >= 0);
	CHECK_EQ(cw_run(dev, 4000), 0);
	CHECK_EQ(cw_port_reset(dev, 0), 0);
	CHECK_EQ(cw_vm_start(vm[0], 0), 0);
	CHECK_EQ(answer(NULL, NULL), 99);
	grants_again();
	tear_down();
}

/* The bridge: memory has the last word. */
static void the_bridge_is_reset_when_memory_has_answered(void)
{
	uint64_t begin;

	for (unsigned write = 0; write < 2; write++) {
		set_up(URI);
		CHECK_EQ(burst(true, GPA, 0x11, 20000), 0);
		slow(CW_SIM_GUEST, write ? CW_SIM_WRITE : CW_SIM_READ, 1, 2000);
		begin = cw_sim_cycle(sim);
		CHECK_EQ(burst(write, GPA, 0x22, 200), 9);
		CHECK_EQ(cw_port_reset(dev, CW_PORT_BRIDGE), 0);
		CHECK(cw_sim_cycle(sim) - begin >= 2000);
		CHECK(cw_sim_cycle(sim) - begin < 2000 + 1000);
		CHECK_EQ(cw_sim_bridge_open(sim), 0);
		CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, PAGES * CW_PAGE_SIZE), 0);
		CHECK_EQ(burst(true, GPA + 64, 0x33, 20000), 0);
		CHECK_EQ(burst(false, GPA + 64, 0x33, 20000), 0);
		CHECK_EQ(burst(false, GPA, write ? 0x22 : 0x11, 20000), 0);
		tear_down();
	}
}

/* Its initiator announced data and keeps it. */
static void a_bridge_without_its_data_is_reset(void)
{
	set_up(URI);
	CHECK_EQ(cw_sim_bridge_stall(sim, 0, 99, 0), 0);
	burst(true, GPA, 0x44, 60);
	CHECK_EQ(cw_port_reset(dev, CW_PORT_BRIDGE), 0);
	CHECK_EQ(cw_sim_bridge_stall(sim, 0, 0, 0), 0);
	CHECK_EQ(burst(true, GPA, 0x55, 20000), 0);
	CHECK_EQ(burst(false, GPA, 0x55, 20000), 0);
	tear_down();
}

static void the_traffic_generator_is_reset(void)
{
	struct cw_tgen t = program(0, 0, PAGES, 1000000);

	set_up(URI);
	traffic(1, 0, PAGES);
	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	CHECK_EQ(cw_run(dev, 4000), 0);
	CHECK_EQ(cw_port_reset(dev, CW_PORT_TGEN), 0);
	CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
	CHECK_EQ(res.done, 0);
	traffic(0, 0, PAGES);
	CHECK_EQ(cw_port_reset(dev, CW_PORT_HOST), -EINVAL);
	CHECK_EQ(cw_port_reset(dev, CW_NPORT), -EINVAL);
	CHECK_EQ(cw_port_reset(NULL, 0), -EINVAL);
	tear_down();
}

/* P40: nor does the bridge touch memory without bus mastering; what is under way to it ends first. */
static void the_bridge_waits_for_bus_mastering(void)
{
	set_up(URI);
	CHECK_EQ(burst(true, GPA, 0x11, 20000), 0);
	CHECK_EQ(cw_reg_write(dev, CW_REG_CONTROL, 0), 0);
	CHECK_EQ(cw_run(dev, NS(100)), 0);
	CHECK_EQ(reg(CW_REG_BRIDGE_STATUS), 1);
	CHECK_EQ(burst(true, GPA, 0x22, 2000), 2);
	CHECK_EQ(burst(false, GPA, 0x11, 2000), 2);
	for (unsigned i = 0; i < 64; i++)
		CHECK_EQ(((uint8_t *)mem[0].ptr)[i], 0x11);
	CHECK_EQ(cw_reg_write(dev, CW_REG_CONTROL, 1), 0);
	CHECK_EQ(cw_run(dev, NS(100)), 0);
	CHECK_EQ(burst(false, GPA, 0x11, 20000), 0);
	CHECK_EQ(burst(true, GPA, 0x33, 20000), 0);
	tear_down();
}

/* ---- the engine ---- */

static void a_reset_makes_everything_anew(void)
{
	static const unsigned modes[] = {CW_LOG_CAPTURE, CW_LOG_PROTECT, CW_LOG_DIRTYBIT};
	struct cw_tgen t = program(0, 0, PAGES, 100000);

	for (unsigned m = 0; m < 3; m++) {
		uint64_t id = 0;

		set_up(m ? URI : "sim:host-time=fixed:0");
		CHECK_EQ(cw_vm_log_start(vm[0], 0, modes[m], 0), 0);
		traffic(0, 0, PAGES);
		traffic(1, 0, PAGES);
		CHECK_EQ(dirty(0), PAGES);
		CHECK_EQ(dirty(0), 0);
		CHECK_EQ(cw_tgen_start(dev, &t), 0);
		CHECK_EQ(cw_run(dev, 1000 * m), 0);
		CHECK_EQ(cw_dev_reset(dev, 0), 0);
		CHECK_EQ(reg(CW_REG_RESET_STATUS), 1 << 16);
		CHECK_EQ(reg(CW_REG_NEEDS_FLR), 0);
		CHECK_EQ(dirty(0), PAGES);
		CHECK_EQ(dirty(0), 0);
		traffic(0, 0, PAGES);
		CHECK_EQ(dirty(0), PAGES);
		traffic(1, 0, PAGES);
		CHECK_EQ(cw_counter_read(dev, "fences", &id), 0);
		CHECK_EQ(id, 0);
		/* Ranges of ports as they were set. */
		grants_again();
		CHECK_EQ(burst(true, GPA, 0x66, 20000), 0);
		CHECK_EQ(burst(false, GPA, 0x66, 20000), 0);
		CHECK_EQ(cw_ctx_destroy(ctx[0]), 0);
		CHECK_EQ(cw_vm_destroy(vm[0]), 0);
		tear_down();
	}
}

/* Whatever is outstanding: the reset waits for it, and nothing of it shows later. */
static void late_answers_are_absorbed(void)
{
	static const struct {
		enum cw_sim_mem mem;
		unsigned ops;
	} cases[] = {{CW_SIM_TABLE, CW_SIM_READ},
		     {CW_SIM_TABLE, CW_SIM_WRITE},
		     {CW_SIM_HOST, CW_SIM_READ},
		     {CW_SIM_HOST, CW_SIM_WRITE},
		     {CW_SIM_GUEST, CW_SIM_READ | CW_SIM_WRITE}};

	for (unsigned c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct cw_tgen t = program(0, 0, PAGES, 1000);
		uint64_t begin, hits, end;
		int cmd;

		set_up(URI);
		if (cases[c].mem == CW_SIM_GUEST)
			traffic(0, 0, PAGES);
		traffic(1, 0, PAGES);
		CHECK_EQ(cw_vm_log_start(vm[1], 0, CW_LOG_CAPTURE, 0), 0);
		CHECK_EQ(cw_reg_write(dev, CW_REG_FLUSH_TIMEOUT, 20000), 0);
		slow(cases[c].mem, cases[c].ops, 0, 8000);
		hits = cw_sim_inject_hits(sim);
		/* New pages: faults, LOADs, completions; and marks. */
		CHECK_EQ(cw_tgen_start(dev, &t), 0);
		for (unsigned i = 0; i < 20; i++)
			CHECK(cw_service(dev, 200) >= 0);
		burst(c & 1, GPA, 0x77, 50);
		cmd = cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP});
		cw_sim_step(sim, 50);
		CHECK(cw_sim_inject_hits(sim) > hits);
		begin = cw_sim_cycle(sim);
		CHECK_EQ(cw_dev_reset(dev, 0), 0);
		end = cw_sim_cycle(sim);
		cw_sim_inject_clear(sim);
		CHECK(end - begin > 1000);
		CHECK_EQ(cw_cmd_wait(dev, cmd, NULL, 1000), -EIO);
		CHECK_EQ(cw_cmd_wait(dev, cmd, NULL, 1000), -ENOENT);
		traffic(0, 0, PAGES);
		traffic(1, 0, PAGES);
		CHECK_EQ(dirty(1), PAGES);
		CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, PAGES * CW_PAGE_SIZE), 0);
		traffic(0, 0, PAGES);
		tear_down();
	}
}

/* Pages that traffic(0, 0, PAGES) has brought into the TLB last: no table memory, no host. */
static void grants_from_the_tlb(void)
{
	struct cw_sim_ans a = {0};

	ask(3, PAGES - 1);
	for (unsigned i = 0; i < 100 && !cw_sim_port_answer(sim, 0, &a); i++)
		cw_sim_step(sim, 1);
	CHECK_EQ(a.verdict, CW_V_HIT);
	CHECK_EQ(a.pa, mem[0].bus + (PAGES - 1) * CW_PAGE_SIZE);
}

/* Silence: told in bounded time, with a name of its own; no reset before the answer, but one of the function. */
static void silent(enum cw_sim_mem where, uint32_t bit, const char *name, unsigned flags)
{
	struct cw_cpl cpl;
	uint64_t begin;

	set_up(URI);
	traffic(0, 0, PAGES);
	traffic(1, 0, PAGES);
	CHECK_EQ(reg(CW_REG_NEEDS_FLR), 0);
	slow(where, CW_SIM_READ | CW_SIM_WRITE, flags ? 0 : 1, 150000);
	begin = cw_sim_cycle(sim);
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_FILL, .addr = 0x10000}, &cpl), -EIO);
	CHECK(cw_sim_cycle(sim) - begin < CW_BUS_SILENCE + 2 * CW_HEALTH_NS * CW_CLOCK_KHZ / 1000000);
	CHECK(strstr(cw_last_error(), name) != NULL);
	CHECK_EQ(reg(CW_REG_NEEDS_FLR), bit);
	CHECK_EQ(cw_service(dev, 100), -EIO);
	CHECK(strstr(cw_last_error(), name) != NULL);
	/* What needs neither host nor table memory goes on. */
	grants_from_the_tlb();
	begin = cw_sim_cycle(sim);
	CHECK_EQ(cw_dev_reset(dev, 0), -ETIMEDOUT);
	CHECK(cw_sim_cycle(sim) - begin < TIMEOUT + 2000);
	CHECK_EQ(reg(CW_REG_RESET_STATUS), 3);
	CHECK_EQ(reg(CW_REG_NEEDS_FLR) & LATE, LATE);
	CHECK_EQ(cw_dev_reset(dev, 0), -ETIMEDOUT);
	if (flags) {
		cw_sim_inject_clear(sim);
		CHECK_EQ(cw_dev_reset(dev, flags), 0);
		CHECK_EQ(reg(CW_REG_RESET_STATUS), 0);
	} else {
		CHECK_EQ(cw_run(dev, NS(160000)), 0);
		CHECK_EQ(reg(CW_REG_RESET_STATUS), 1 << 16);
		CHECK_EQ(cw_dev_reset(dev, 0), 0);
		CHECK_EQ(reg(CW_REG_RESET_STATUS), 2 << 16);
	}
	CHECK_EQ(reg(CW_REG_NEEDS_FLR), 0);
	traffic(0, 0, PAGES);
	traffic(1, 0, PAGES);
	grants_again();
	tear_down();
}

static void table_memory_that_does_not_answer(void)
{
	silent(CW_SIM_TABLE, TABLE, "table memory", 0);
	silent(CW_SIM_TABLE, TABLE, "table memory", CW_RESET_FUNCTION);
}

static void host_memory_that_does_not_answer(void)
{
	silent(CW_SIM_HOST, HOST, "host memory", 0);
	silent(CW_SIM_HOST, HOST, "host memory", CW_RESET_FUNCTION);
}

static void guest_memory_that_does_not_answer(void)
{
	set_up(URI);
	CHECK_EQ(burst(true, GPA, 1, 20000), 0);
	slow(CW_SIM_GUEST, CW_SIM_READ, 1, 60000);
	CHECK_EQ(burst(false, GPA, 1, 200), 9);
	CHECK_EQ(cw_dev_reset(dev, 0), -ETIMEDOUT);
	CHECK_EQ(reg(CW_REG_NEEDS_FLR) & LATE, LATE);
	CHECK_EQ(cw_run(dev, NS(61000)), 0);
	CHECK_EQ(cw_dev_reset(dev, 0), 0);
	CHECK_EQ(burst(false, GPA, 1, 20000), 0);
	traffic(0, 0, PAGES);
	tear_down();
}

/* A reset asks the initiators, too. */
static void a_reset_waits_for_the_initiators(void)
{
	set_up(URI);
	hold_grants();
	cw_sim_port_busy(sim, 0, true);
	CHECK_EQ(cw_dev_reset(dev, 0), -ETIMEDOUT);
	CHECK_EQ(cw_dev_reset(dev, 0), -ETIMEDOUT);
	CHECK(cw_sim_port_in_reset(sim, 0));
	cw_sim_port_busy(sim, 0, false);
	CHECK_EQ(cw_dev_reset(dev, 0), 0);
	CHECK(!cw_sim_port_in_reset(sim, 0));
	grants_again();
	traffic(0, 0, PAGES);
	CHECK_EQ(cw_dev_reset(dev, 2), -EINVAL);
	CHECK_EQ(cw_dev_reset(NULL, 0), -EINVAL);
	tear_down();
}

int main(void)
{
	/* Which test has failed is to be seen even if a broken engine keeps a later one from its end. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	RUN(late_answers_are_absorbed, "P43");
	RUN(a_port_that_never_releases_is_reset, "P21");
	RUN(no_grant_is_taken_back_before_the_initiator_is_quiet, "P21");
	RUN(requests_under_way_end_with_the_port, "P9 P21 P32");
	RUN(a_stopped_port_can_be_reset, "P21 P30");
	RUN(the_bridge_is_reset_when_memory_has_answered, "P21 P37");
	RUN(a_bridge_without_its_data_is_reset, "P21");
	RUN(the_traffic_generator_is_reset, "P21");
	RUN(the_bridge_waits_for_bus_mastering, "P40");
	RUN(a_reset_makes_everything_anew, "P43");
	RUN(table_memory_that_does_not_answer, "P43");
	RUN(host_memory_that_does_not_answer, "P43");
	RUN(guest_memory_that_does_not_answer, "P21 P43");
	RUN(a_reset_waits_for_the_initiators, "P43");
	return CHECK_DONE("lib-reset");
}
