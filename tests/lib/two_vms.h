/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Two VMs with a context and a slot each, for tests of what goes wrong: one meets it, the other must not notice. What
 * must come of requests is known from where the memory lies. Before the include: PAGES of a slot, OUTSTANDING requests.
 */
#ifndef CW_TESTS_TWO_VMS_H
#define CW_TESTS_TWO_VMS_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"
#include "tools/bench.h"

#include "check.h"

#define URI "sim:table-mem=ideal:4,host-mem=ideal:4,host-time=fixed:0"
#define GPA CW_GIB
#define WAIT_NS 4000000ull

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct cw_mem mem[2];
static struct cw_vm *vm[2];
static struct cw_ctx *ctx[2];
static struct cw_tgen_result res;

CHECK_UNUSED static uint32_t reg(uint32_t offset)
{
	uint32_t v = 0;

	CHECK_EQ(cw_reg_read(dev, offset, &v), 0);
	return v;
}

static void two_vms(const char *uri)
{
	CHECK_EQ(cw_open(uri, &dev), 0);
	sim = cw_transport_sim_handle(dev->t);
	for (unsigned i = 0; i < 2; i++) {
		struct cw_vm_region r = {.gpa = GPA, .size = PAGES * CW_PAGE_SIZE, .flags = CW_MEM_LOG_DIRTY};

		CHECK_EQ(cw_mem_alloc(dev, r.size, &mem[i]), 0);
		r.ptr = mem[i].ptr;
		CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.page_size = CW_PAGE_SIZE}, &vm[i]), 0);
		CHECK_EQ(cw_vm_set_memory(vm[i], &r), 0);
		CHECK_EQ(cw_ctx_create(vm[i], &(struct cw_ctx_params){.id = i}, &ctx[i]), 0);
	}
}

static void tear_down(void)
{
	CHECK_EQ(dev->tr->check(dev->t), 0);
	cw_close(dev);
}

/* Writes to [first, first + pages), in turn; `count` of them. */
static struct cw_tgen program(unsigned which, uint32_t first, uint32_t pages, uint32_t count)
{
	return (struct cw_tgen){.pattern = CW_TGEN_SEQUENTIAL,
				.first_ctx = which,
				.base = GPA + first * CW_PAGE_SIZE,
				.pages = pages,
				.count = count,
				.outstanding = OUTSTANDING,
				.write_percent = 100,
				.seed = 3};
}

/* Every page is granted, at its place. */
static void traffic(unsigned which, uint32_t first, uint32_t pages)
{
	struct cw_tgen t = program(which, first, pages, pages);

	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
	CHECK_EQ(res.done, pages);
	CHECK_EQ(res.errors, 0);
	CHECK_EQ(res.sum, bench_sum(&t, GPA, mem[which].bus));
}

/* How many pages the log of a VM has; it forgets them. */
static unsigned dirty(unsigned which)
{
	uint64_t bitmap[PAGES / 64] = {0};
	unsigned n = 0;

	CHECK_EQ(cw_vm_stop(vm[which], 0), 0);
	CHECK_EQ(cw_vm_drain(vm[which], 0, NULL), 0);
	CHECK(cw_vm_log_get(vm[which], 0, bitmap) >= 0);
	CHECK_EQ(cw_vm_start(vm[which], 0), 0);
	for (unsigned i = 0; i < PAGES; i++)
		n += bitmap[i / 64] >> i % 64 & 1;
	return n;
}

#endif
