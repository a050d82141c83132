/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A device around which things fail: host memory that does not give commands or take completions and records, a dead
 * firmware, rings that nobody empties (P15, P16, P43). Each has a name of its own, ends in bounded time, leaves the
 * rest alive, and has a way back. What must come of requests is known from where the memory lies.
 */
#define PAGES 512u
#define OUTSTANDING 8
#include "two_vms.h"

#define CYCLES(ns) ((ns)*CW_CLOCK_KHZ / 1000000)
#define BOUND (3 * CW_HEALTH_NS) /* for an error that the device tells */

enum { HOT_READ = 1, HOT_CPL = 2, COLD_READ = 4, COLD_CPL = 8, RECORD = 16 };

static uint64_t counter(const char *name)
{
	uint64_t v = 0;

	CHECK_EQ(cw_counter_read(dev, name, &v), 0);
	return v;
}

static void set_up(void)
{
	two_vms(URI);
	CHECK_EQ(cw_port_set(dev, CW_PORT_STREAM0, 0, 0), 0);
	CHECK_EQ(cw_port_set(dev, CW_PORT_STREAM0 + 1, 0, 1), 0);
}

static void ask(unsigned port, unsigned c, unsigned tag, unsigned page)
{
	const struct cw_sim_req r = {
		.addr = GPA + page * CW_PAGE_SIZE, .ctx = (uint16_t)c, .tag = (uint8_t)tag, .write = true};

	CHECK_EQ(cw_sim_port_request(sim, port, &r), 0);
}

/* Without the host: a page that the TLB has. */
static void hit(unsigned c, unsigned page)
{
	struct cw_sim_ans a = {.verdict = 99};

	ask(1, c, 0, page);
	for (unsigned i = 0; i < 200 && !cw_sim_port_answer(sim, 1, &a); i++)
		cw_sim_step(sim, 1);
	CHECK_EQ(a.verdict, CW_V_HIT);
	CHECK_EQ(a.pa, mem[c].bus + page * CW_PAGE_SIZE);
	cw_sim_port_release(sim, 1, 0);
	cw_sim_step(sim, 4);
}

static void break_host(unsigned op, uint64_t bus, uint64_t size, uint8_t resp, uint64_t count)
{
	const struct cw_sim_inject rule = {
		.mem = CW_SIM_HOST, .lo = bus, .hi = bus + size - 1, .ops = (uint8_t)op, .resp = resp, .count = count};

	CHECK_EQ(cw_sim_inject(sim, &rule), 0);
}

static void all_is_well(void)
{
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ(dirty(i), PAGES);
		traffic(i, 0, PAGES);
		CHECK_EQ(dirty(i), PAGES);
		CHECK_EQ(dirty(i), 0);
	}
	CHECK_EQ(reg(CW_REG_RING_FAULTS), 0);
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP}, NULL), 0);
	CHECK_EQ(cw_cmd(dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_STATS}, NULL), 0);
}

static void begin_logs(void)
{
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ(cw_vm_log_start(vm[i], 0, CW_LOG_CAPTURE, 0), 0);
		traffic(i, 0, 64);
		CHECK_EQ(dirty(i), 64);
		traffic(i, 0, 64);
	}
}

/* ---- command rings, completions ---- */

static void broken_ring(enum cw_ring_id which, bool completion, uint8_t resp)
{
	const struct cw_cmd cmd = {.opcode = which == CW_RING_HOT ? CW_OP_NOP : CW_OP_STATS};
	struct cw_ring *ring;
	uint64_t begin, before;
	struct cw_cpl cpl;

	set_up();
	begin_logs();
	CHECK_EQ(reg(CW_REG_RING_FAULTS), 0);
	before = counter("host_errors");
	ring = which == CW_RING_HOT ? &dev->hot : &dev->cold;
	if (completion)
		break_host(CW_SIM_WRITE, ring->cpl_bus, sizeof(struct cw_cpl) << ring->log2, resp, 1);
	else
		break_host(CW_SIM_READ, ring->cmd_bus, sizeof(struct cw_cmd) << ring->log2, resp, 1);
	begin = cw_sim_cycle(sim);
	CHECK_EQ(cw_cmd(dev, which, &cmd, &cpl), -EIO);
	CHECK(cw_sim_cycle(sim) - begin < CYCLES(BOUND));
	CHECK(strstr(cw_last_error(), completion ? "did not take a completion" : "could not read its command ring") !=
	      NULL);
	CHECK_EQ(reg(CW_REG_RING_FAULTS), (unsigned)(completion ? HOT_CPL : HOT_READ)
						  << (which == CW_RING_HOT ? 0 : 2));
	/* A command has two beats. */
	CHECK_EQ(counter("host_errors"), before + (completion ? 1 : 2));
	/* Every later call says so at once. */
	begin = cw_sim_cycle(sim);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), -EIO);
	CHECK_EQ(cw_service(dev, 1000), -EIO);
	CHECK_EQ(cw_cmd_submit(dev, which, &cmd), -EIO);
	CHECK(cw_sim_cycle(sim) - begin < CYCLES(CW_HEALTH_NS));
	/* Requests that need no host go on. */
	hit(0, 63);
	hit(1, 63);
	CHECK_EQ(cw_dev_reset(dev, 0), 0);
	all_is_well();
	tear_down();
}

static void command_rings_that_cannot_be_read(void)
{
	broken_ring(CW_RING_HOT, false, 2);
	broken_ring(CW_RING_COLD, false, 3);
}

static void completions_that_are_lost(void)
{
	broken_ring(CW_RING_HOT, true, 3);
	broken_ring(CW_RING_COLD, true, 2);
}

/* ---- fault records ---- */

static unsigned verdict(unsigned port, uint8_t *reason)
{
	struct cw_sim_ans a = {.verdict = 99};

	for (unsigned i = 0; i < 200 && !cw_sim_port_answer(sim, port, &a); i++)
		CHECK(cw_service(dev, 200) >= 0);
	*reason = a.reason;
	return a.verdict;
}

/* I6: the requests of a lost record end, all others are served; more than two laps, so that no hole looks like a
 * record. */
static void fault_records_that_are_lost(void)
{
	const unsigned laps = 9u << (CW_FAULT_LOG2 - 2);
	uint64_t size = sizeof(struct cw_fault_record) << CW_FAULT_LOG2;
	unsigned lost = 0;
	uint8_t reason;

	set_up();
	CHECK_EQ(cw_vm_log_start(vm[0], 0, CW_LOG_CAPTURE, 0), 0);
	for (unsigned i = 0; i < laps; i++) {
		const bool breaks = i % 17 == 3;
		/* Of eight neighbours one: a fault maps the others too. */
		const unsigned page = i % (PAGES / 8) * 8 + i / (PAGES / 8);
		uint64_t before = dev->faults.lost;

		if (breaks)
			break_host(CW_SIM_WRITE, dev->faults.bus, size, i & 1 ? 2 : 3, 1);
		/* A page that is not there: all have gone again. */
		ask(0, 0, 1, page);
		ask(1, 0, 2, page);
		for (unsigned port = 0; port < 2; port++) {
			unsigned v = verdict(port, &reason);

			CHECK_EQ(v, breaks ? CW_V_ABORT : CW_V_HIT);
			CHECK_EQ(reason, breaks ? CW_RSN_BUS_ERROR : CW_RSN_NONE);
			if (v == CW_V_HIT)
				cw_sim_port_release(sim, port, (uint8_t)(port + 1));
		}
		cw_sim_inject_clear(sim);
		if (breaks) {
			CHECK_EQ(reg(CW_REG_RING_FAULTS), RECORD);
			ask(1, 0, 2, page);
			/* What came behind the hole is found when the library looks for it. */
			for (unsigned n = 0; n < 20 && dev->faults.lost == before; n++)
				CHECK(cw_service(dev, CW_FAULTS_LOOK_NS / 4) >= 0);
			CHECK_EQ(dev->faults.lost, ++lost);
			CHECK_EQ(verdict(1, &reason), CW_V_HIT);
			cw_sim_port_release(sim, 1, 2);
		}
		if (i % 8 == 7)
			CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, PAGES * CW_PAGE_SIZE), 0);
	}
	/* Each page was granted to a write in the end. */
	CHECK_EQ(dirty(0), laps);
	traffic(1, 0, PAGES);
	tear_down();
}

/* ---- firmware ---- */

static void a_dead_firmware(void)
{
	struct cw_ctx *more = NULL;
	struct cw_info info;
	uint64_t begin;

	set_up();
	begin_logs();
	/* No heartbeat is soon enough. */
	CHECK_EQ(cw_reg_write(dev, CW_REG_FW_WATCHDOG, 1), 0);
	CHECK_EQ(cw_run(dev, 1000), 0);
	CHECK_EQ(cw_info(dev, &info), 0);
	CHECK_EQ(info.status & CW_STATUS_FW_DEAD, CW_STATUS_FW_DEAD);
	begin = cw_sim_cycle(sim);
	CHECK_EQ(cw_ctx_create(vm[0], NULL, &more), -EIO);
	CHECK(strstr(cw_last_error(), "FW_FAULT") != NULL);
	CHECK_EQ(cw_port_set(dev, 0, 0, 1), -EIO);
	CHECK_EQ(cw_vm_log_stop(vm[0], 0), -EIO);
	CHECK_EQ(cw_vm_recover(vm[1]), -EIO);
	CHECK_EQ(cw_ctx_destroy(ctx[1]), -EIO);
	CHECK_EQ(cw_cmd(dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_STATS}, NULL), -EIO);
	CHECK(strstr(cw_last_error(), "FW_FAULT") != NULL);
	CHECK(cw_sim_cycle(sim) - begin < 6 * 2000);
	/* Everything else works: faults, hot commands, passes of the log. */
	hit(0, 63);
	traffic(0, 64, PAGES - 64);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, PAGES * CW_PAGE_SIZE), 0);
	traffic(0, 0, PAGES);
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_FLUSH}, NULL), 0);
	CHECK_EQ(dirty(0), PAGES);
	CHECK_EQ(cw_dev_reset(dev, 0), 0);
	CHECK_EQ(cw_info(dev, &info), 0);
	CHECK_EQ(info.status & (CW_STATUS_FW_DEAD | CW_STATUS_FW_READY), CW_STATUS_FW_READY);
	all_is_well();
	CHECK_EQ(cw_ctx_create(vm[0], NULL, &more), 0);
	CHECK_EQ(cw_ctx_destroy(more), 0);
	tear_down();
}

/* It dies over a command: that one ends, too. */
static void a_firmware_that_dies_at_work(void)
{
	struct cw_cpl cpl;
	int cmd;

	set_up();
	ask(1, 0, 1, 0);
	for (unsigned i = 0; i < 20; i++)
		CHECK(cw_service(dev, 200) >= 0);
	/* Its FLUSH waits for the grant. */
	cmd = cw_cmd_submit(dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = 0});
	CHECK(cmd > 0);
	CHECK_EQ(cw_run(dev, 20000), 0);
	CHECK_EQ(cw_cmd_wait(dev, cmd, &cpl, 1000), -ETIMEDOUT);
	CHECK_EQ(cw_reg_write(dev, CW_REG_FW_WATCHDOG, 1), 0);
	CHECK_EQ(cw_cmd_wait(dev, cmd, &cpl, 100000), 0);
	CHECK_EQ(cpl.status, CW_ST_FW_FAULT);
	traffic(1, 0, PAGES);
	CHECK_EQ(cw_dev_reset(dev, 0), 0);
	traffic(0, 0, PAGES);
	tear_down();
}

/* ---- rings that nobody empties ---- */

/* The host looks at no completion: no command more is fetched than there are places, none is lost. */
static void a_completion_ring_that_nobody_empties(void)
{
	const unsigned n = 1u << CW_HOT_LOG2;
	int cmd[1 << CW_HOT_LOG2];
	struct cw_cpl cpl;
	uint32_t fetched;

	set_up();
	traffic(0, 0, 64);
	for (unsigned lap = 0; lap < 3; lap++) {
		uint32_t tail = dev->hot.cpl_acked, next = dev->hot.cpl_next;

		cw_lock(dev);
		for (unsigned i = 0; i < n; i++)
			cmd[i] = cw_post_locked(dev, &dev->hot, &(struct cw_cmd){.opcode = CW_OP_NOP}, NULL, true) + 1;
		cw_kick_locked(dev);
		cw_unlock(dev);
		cw_sim_step(sim, 100000);
		fetched = reg(CW_REG_HOT_CMD_INDEX);
		CHECK(fetched - tail <= n);
		CHECK(fetched - next <= n);
		CHECK_EQ(reg(CW_REG_HOT_CPL_INDEX) - tail, n);
		/* Requests and cold commands go on meanwhile. */
		hit(0, 63);
		CHECK_EQ(cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP}), -EAGAIN);
		for (unsigned i = 0; i < n; i++) {
			CHECK(cmd[i] > 0);
			CHECK_EQ(cw_cmd_wait(dev, cmd[i], &cpl, 1000000), 0);
			CHECK_EQ(cpl.status, CW_ST_OK);
		}
	}
	CHECK_EQ(counter("ring_errors"), 0);
	traffic(0, 64, 64);
	tear_down();
}

/* Faults that nobody handles: what has no place is told to come again, others go on, and all are served in the end. */
static void a_fault_ring_that_nobody_empties(void)
{
	const unsigned n = 1u << CW_FAULT_LOG2;
	unsigned asked = 0, later = 0, served = 0;
	uint32_t first;
	struct cw_sim_ans a;

	set_up();
	traffic(1, 0, 8);
	first = reg(CW_REG_FAULT_INDEX);
	while (asked < n + CW_NPARK) {
		/* A detach ends what is parked, but not the records. */
		for (unsigned i = 0; i < CW_NPARK / 2; i++)
			ask(0, 0, i, asked++ % PAGES);
		cw_sim_step(sim, 3000);
		CHECK_EQ(cw_ctx_detach(ctx[0]), 0);
		CHECK_EQ(cw_ctx_attach(ctx[0]), 0);
		for (unsigned i = 0; i < CW_NPARK / 2; i++) {
			if (!CHECK_EQ(cw_sim_port_answer(sim, 0, &a), 1))
				break;
			later += a.verdict == CW_V_RETRY_LATER;
			if (a.verdict == CW_V_RETRY_LATER)
				CHECK_EQ(a.reason, CW_RSN_NO_ROOM);
			else
				CHECK_EQ(a.reason, CW_RSN_DETACHED);
		}
		CHECK_EQ(cw_sim_port_answer(sim, 0, &a), 0);
		hit(1, 7);
	}
	CHECK_EQ(reg(CW_REG_FAULT_INDEX) - first, n);
	CHECK_EQ(later, asked - n);
	/* Now somebody looks. */
	for (unsigned i = 0; i < CW_NPARK / 2; i++)
		ask(0, 0, i, i);
	for (unsigned i = 0; i < 2000 && served < CW_NPARK / 2; i++) {
		CHECK(cw_service(dev, 1000) >= 0);
		while (cw_sim_port_answer(sim, 0, &a)) {
			if (a.verdict == CW_V_RETRY_LATER) {
				ask(0, 0, a.tag, a.tag);
				continue;
			}
			CHECK_EQ(a.verdict, CW_V_HIT);
			CHECK_EQ(a.pa, mem[0].bus + a.tag * CW_PAGE_SIZE);
			cw_sim_port_release(sim, 0, a.tag);
			served++;
		}
	}
	CHECK_EQ(served, CW_NPARK / 2);
	CHECK_EQ(counter("ring_errors"), 0);
	traffic(0, 0, PAGES);
	tear_down();
}

int main(void)
{
	/* Which test has failed is to be seen even if a broken engine keeps a later one from its end. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	RUN(fault_records_that_are_lost, "I6 P16 P43");
	RUN(command_rings_that_cannot_be_read, "P43");
	RUN(completions_that_are_lost, "P43");
	RUN(a_dead_firmware, "P43");
	RUN(a_firmware_that_dies_at_work, "P43");
	RUN(a_completion_ring_that_nobody_empties, "P16 P43");
	RUN(a_fault_ring_that_nobody_empties, "I6 P16 P43");
	return CHECK_DONE("lib-faulty");
}
