/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What a host may do wrong to the simulated card, and how the card shows it (P15, P16, P17, P40, P43). */
#include <errno.h>
#include <stdlib.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"

#define URI "sim:table-mem=ideal:4,host-mem=ideal:4,host-time=fixed:0"

enum { STATUS_RING_ERROR = 1 << 6 };

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct cw_vm *vm;
static struct cw_ctx *ctx[2];
static struct cw_mem mem;

static void begin(void)
{
	struct cw_vm_region r = {.size = 1 << 20};

	CHECK_EQ(cw_open(URI, &dev), 0);
	sim = cw_dev_sim(dev);
	CHECK_EQ(cw_mem_alloc(dev, r.size, &mem), 0);
	r.ptr = mem.ptr;
	CHECK_EQ(cw_vm_create(dev, NULL, &vm), 0);
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ(cw_ctx_create(vm, &(struct cw_ctx_params){.id = i}, &ctx[i]), 0);
	CHECK_EQ(cw_port_set(dev, 0, 0, 1), 0);
}

static uint64_t counter(const char *name)
{
	uint64_t v = 0;

	CHECK_EQ(cw_counter_read(dev, name, &v), 0);
	return v;
}

static uint32_t reg(uint32_t offset)
{
	uint32_t v = 0;

	CHECK_EQ(cw_reg_read(dev, offset, &v), 0);
	return v;
}

/* P16: a consumer index that cannot be is ignored and told; the ring goes on. */
static void bad_doorbells_are_told(void)
{
	static const uint32_t bells[] = {CW_REG_HOT_CPL_DOORBELL, CW_REG_COLD_CPL_DOORBELL, CW_REG_FAULT_DOORBELL,
					 CW_REG_HOT_CMD_DOORBELL, CW_REG_COLD_CMD_DOORBELL};

	begin();
	CHECK_EQ(reg(CW_REG_STATUS) & STATUS_RING_ERROR, 0);
	for (unsigned i = 0; i < sizeof(bells) / sizeof(bells[0]); i++) {
		uint32_t old = reg(bells[i]);

		CHECK_EQ(counter("ring_errors"), i);
		CHECK_EQ(cw_reg_write(dev, bells[i], old + 100000), 0);
		CHECK_EQ(cw_reg_write(dev, bells[i], old), 0);
		CHECK_EQ(counter("ring_errors"), i + 1);
		CHECK(reg(CW_REG_STATUS) & STATUS_RING_ERROR);
	}
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP}, NULL), 0);
	CHECK_EQ(cw_cmd(dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_STATS}, NULL), 0);
	cw_close(dev);
}

/* P15, P40: completions of the host that cannot leave do not keep the firmware's commands waiting. */
static void firmware_works_without_bus_mastering(void)
{
	const struct cw_sim_req r = {.addr = 0x5000, .ctx = 0, .tag = 3};
	int flush[CW_NFLUSH], nop[3], detach;
	struct cw_sim_ans a = {.verdict = CW_V_ABORT};
	uint32_t head;

	begin();
	CHECK_EQ(cw_sim_port_request(sim, 0, &r), 0);
	for (unsigned i = 0; i < 100 && !cw_sim_port_answer(sim, 0, &a); i++)
		CHECK(cw_service(dev, 1000) >= 0);
	CHECK_EQ(a.verdict, CW_V_HIT);
	for (unsigned i = 0; i < CW_NFLUSH; i++) {
		flush[i] = cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_FLUSH});
		CHECK(flush[i] > 0);
	}
	cw_sim_step(sim, 3000);
	detach = cw_cmd_submit(dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = 1});
	CHECK(detach > 0);
	cw_sim_step(sim, 300);
	head = reg(CW_REG_FWLOG_HEAD);
	for (unsigned i = 0; i < 3; i++)
		nop[i] = cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP});
	cw_sim_step(sim, 50);
	CHECK_EQ(cw_reg_write(dev, CW_REG_CONTROL, 0), 0);
	cw_sim_port_release(sim, 0, 3);
	cw_sim_step(sim, 60000);
	/* The last step of a detach is its line in the log. */
	CHECK(reg(CW_REG_FWLOG_HEAD) != head);
	CHECK_EQ(cw_reg_write(dev, CW_REG_CONTROL, 1), 0);
	for (unsigned i = 0; i < CW_NFLUSH; i++)
		CHECK_EQ(cw_cmd_wait(dev, flush[i], NULL, 1000000), 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(cw_cmd_wait(dev, nop[i], NULL, 1000000), 0);
	CHECK_EQ(cw_cmd_wait(dev, detach, NULL, 1000000), 0);
	CHECK_EQ(cw_sim_errors(sim), 0);
	cw_close(dev);
}

int main(void)
{
	RUN(bad_doorbells_are_told);
	RUN(firmware_works_without_bus_mastering);
	return CHECK_DONE("lib-errors");
}
