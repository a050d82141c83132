/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Guest memory that stops answering behind the bridge (P21, P43): everything ends in bounded time and with a name of
 * its own, the other VM goes on, counts fall by nothing but what really ended.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <catwalk/regs.h>

#include "lib/internal.h"
#include "sim/sim.h"
#include "tools/bench.h"

#include "check.h"

#define URI "sim:table-mem=ideal:4,host-mem=ideal:4,host-time=fixed:0"
#define GPA CW_GIB
#define PAGES 64u
#define TIMEOUT 3000u /* FLUSH_TIMEOUT, cycles */
#define SILENCE 60000u
#define BRIDGE (1u << CW_PORT_BRIDGE)
#define NS(cycles) ((uint64_t)(cycles)*1000000 / CW_CLOCK_KHZ)

enum { STATUS_FENCED = 1 << 7, STATUS_NEEDS_FLR = 1 << 8 };

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct cw_mem mem[2];
static struct cw_vm *vm[2];

static uint32_t reg(uint32_t offset)
{
	uint32_t v = 0;

	CHECK_EQ(cw_reg_read(dev, offset, &v), 0);
	return v;
}

/* VM 0 and its context 0 behind the bridge, VM 1 and context 1 for the traffic generator. */
static void set_up(void)
{
	struct cw_ctx *ctx;

	CHECK_EQ(cw_open(URI, &dev), 0);
	sim = cw_transport_sim_handle(dev->t);
	for (unsigned i = 0; i < 2; i++) {
		struct cw_vm_region r = {.gpa = GPA, .size = PAGES * CW_PAGE_SIZE};

		CHECK_EQ(cw_mem_alloc(dev, r.size, &mem[i]), 0);
		r.ptr = mem[i].ptr;
		CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.page_size = CW_PAGE_SIZE}, &vm[i]), 0);
		CHECK_EQ(cw_vm_set_memory(vm[i], &r), 0);
		CHECK_EQ(cw_ctx_create(vm[i], &(struct cw_ctx_params){.id = i}, &ctx), 0);
	}
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 0, 0), 0);
	CHECK_EQ(cw_reg_write(dev, CW_REG_FLUSH_TIMEOUT, TIMEOUT), 0);
	for (unsigned i = 0; i < mem[0].size; i++)
		((uint8_t *)mem[0].ptr)[i] = (uint8_t)(i * 3 ^ i >> 8);
}

static void send(bool write, uint64_t addr)
{
	struct cw_sim_burst *u = cw_sim_bridge_new(sim);

	u->addr = addr;
	u->ctx = 0;
	u->id = write;
	u->size = 6;
	u->len = 0;
	u->burst = 1;
	u->write = write;
	u->lock = false;
	u->bad_last = -1;
	u->strb[0] = ~UINT64_C(0);
	memset(u->data, 0x5a, 64);
	cw_sim_bridge_send(sim, u);
}

/* Response of the next burst that is answered within so many cycles; 9: none. */
static unsigned response(unsigned cycles)
{
	uint64_t until = cw_sim_cycle(sim) + cycles;
	struct cw_sim_burst *u = NULL;
	unsigned resp = 9;

	while (!u && cw_sim_cycle(sim) < until) {
		CHECK(cw_service(dev, 400) >= 0);
		u = cw_sim_bridge_done(sim);
	}
	if (u) {
		resp = u->resp;
		if (!u->write && !resp)
			CHECK_EQ(memcmp(u->data, (char *)mem[0].ptr + (u->addr - GPA), 64), 0);
		cw_sim_bridge_free(sim, u);
	}
	return resp;
}

static void traffic(void)
{
	static struct cw_tgen_result res;
	struct cw_tgen t = {.first_ctx = 1,
			    .base = GPA,
			    .pages = PAGES,
			    .count = 1000,
			    .outstanding = 16,
			    .write_percent = 50,
			    .seed = 1};

	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	CHECK_EQ(cw_tgen_wait(dev, 10000000, &res), 0);
	CHECK_EQ(res.done, 1000);
	CHECK_EQ(res.sum, bench_sum(&t, GPA, mem[1].bus));
}

static void silent(unsigned op)
{
	const struct cw_sim_inject rule = {
		.mem = CW_SIM_GUEST, .hi = UINT64_MAX, .ops = (uint8_t)op, .count = 1, .delay = SILENCE};
	const bool write = op == CW_SIM_WRITE;
	uint64_t begin;

	set_up();
	send(false, GPA);
	CHECK_EQ(response(20000), 0);
	send(true, GPA + 64);
	CHECK_EQ(response(20000), 0);
	traffic();
	CHECK_EQ(cw_sim_inject(sim, &rule), 0);
	send(write, GPA + 64);
	CHECK_EQ(response(500), 9);
	begin = cw_sim_cycle(sim);
	/* The host keeps the page. */
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), -ETIMEDOUT);
	CHECK(cw_sim_cycle(sim) - begin < TIMEOUT + 2000);
	CHECK_EQ(reg(CW_REG_FENCED), BRIDGE);
	CHECK_EQ(reg(CW_REG_BRIDGE_STATUS) & 1, 0);
	CHECK_EQ(reg(CW_REG_STATUS) & (STATUS_FENCED | STATUS_NEEDS_FLR), STATUS_FENCED);
	/* Others of the port end at once, with an error; the other VM gets all it wants, FLUSH included. */
	send(!write, GPA + 128);
	CHECK_EQ(response(2000), 2);
	traffic();
	CHECK_EQ(cw_vm_invalidate(vm[1], 0, GPA, CW_PAGE_SIZE), 0);
	CHECK_EQ(cw_run(dev, NS(TIMEOUT)), 0);
	CHECK_EQ(reg(CW_REG_NEEDS_FLR), BRIDGE);
	CHECK_EQ(reg(CW_REG_STATUS) & (STATUS_FENCED | STATUS_NEEDS_FLR), STATUS_FENCED | STATUS_NEEDS_FLR);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), -ETIMEDOUT);
	traffic();
	/* It answers after all: what was under way is absorbed, and only then all is as before. */
	CHECK_EQ(response(2 * SILENCE), 0);
	CHECK_EQ(cw_run(dev, NS(100)), 0);
	CHECK_EQ(reg(CW_REG_FENCED), 0);
	CHECK_EQ(reg(CW_REG_NEEDS_FLR), 0);
	CHECK_EQ(reg(CW_REG_STATUS) & (STATUS_FENCED | STATUS_NEEDS_FLR), 0);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), 0);
	send(false, GPA + 64);
	CHECK_EQ(response(20000), 0);
	CHECK_EQ(dev->tr->check(dev->t), 0);
	cw_close(dev);
}

static void a_read_is_never_answered(void)
{
	silent(CW_SIM_READ);
}

static void a_write_is_never_answered(void)
{
	silent(CW_SIM_WRITE);
}

/* Errors of guest memory: SLVERR to the initiator that asked, counted, and nothing else. */
static void errors_of_guest_memory_stay_alone(void)
{
	uint64_t before, after;

	set_up();
	send(false, GPA);
	CHECK_EQ(response(20000), 0);
	for (unsigned i = 0; i < 4; i++) {
		const struct cw_sim_inject rule = {.mem = CW_SIM_GUEST,
						   .hi = UINT64_MAX,
						   .ops = CW_SIM_READ | CW_SIM_WRITE,
						   .resp = i & 1 ? 3 : 2,
						   .count = 1};

		CHECK_EQ(cw_counter_read(dev, "bridge_bus_errors", &before), 0);
		CHECK_EQ(cw_sim_inject(sim, &rule), 0);
		send(i & 2, GPA + 256);
		CHECK_EQ(response(20000), 2);
		cw_sim_inject_clear(sim);
		CHECK_EQ(cw_counter_read(dev, "bridge_bus_errors", &after), 0);
		CHECK_EQ(after - before, 1);
		send(i & 2, GPA + 256);
		CHECK_EQ(response(20000), 0);
	}
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), 0);
	CHECK_EQ(reg(CW_REG_STATUS) & (STATUS_FENCED | STATUS_NEEDS_FLR), 0);
	traffic();
	cw_close(dev);
}

int main(void)
{
	RUN(a_read_is_never_answered, "P21 P43");
	RUN(a_write_is_never_answered, "P21 P43");
	RUN(errors_of_guest_memory_stay_alone, "P43");
	return CHECK_DONE("bridge-fence");
}
