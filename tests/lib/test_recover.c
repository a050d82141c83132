/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A VM whose table changes fail, and its way back: cw_vm_recover() (P43). Bus errors of table memory are injected; what
 * must come of the requests afterwards is known from where the memory lies.
 */
#define PAGES 256u
#define OUTSTANDING 8
#include "two_vms.h"

/* Table writes fail from now on; count 0: all. */
static void break_writes(uint64_t count)
{
	const struct cw_sim_inject rule = {
		.mem = CW_SIM_TABLE, .hi = UINT64_MAX, .ops = CW_SIM_WRITE, .resp = 2, .count = count};

	CHECK_EQ(cw_sim_inject(sim, &rule), 0);
}

/* A page is touched for the first time while its entry cannot be written: the VM is broken, the request waits. */
static struct cw_tgen break_vm(uint64_t count)
{
	struct cw_tgen t = program(0, 100, 20, 20);

	traffic(0, 0, 1);
	break_writes(count);
	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	for (unsigned i = 0; i < 50; i++)
		CHECK(cw_service(dev, 10000) >= 0);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, CW_PAGE_SIZE), -EIO);
	return t;
}

static void a_broken_vm_comes_back(void)
{
	two_vms(URI);
	traffic(0, 0, 64);
	traffic(1, 0, 64);
	break_vm(1);
	CHECK_EQ(cw_vm_recover(vm[0]), 0);
	/* Those that waited have ended with ABORT, or were granted before or after. */
	CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
	CHECK_EQ(res.done + res.errors, 20);
	CHECK(res.errors > 0);
	traffic(0, 0, PAGES);
	traffic(1, 0, PAGES);
	CHECK_EQ(cw_vm_invalidate(vm[0], 0, GPA, PAGES * CW_PAGE_SIZE), 0);
	traffic(0, 0, PAGES);
	tear_down();
}

static void the_other_vm_goes_on(void)
{
	two_vms(URI);
	traffic(1, 0, 64);
	break_vm(1);
	CHECK_EQ(cw_tgen_stop(dev), 0);
	CHECK_EQ(cw_vm_recover(vm[0]), 0);
	CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
	CHECK_EQ(cw_vm_invalidate(vm[1], 0, GPA, CW_PAGE_SIZE), 0);
	traffic(1, 0, 64);
	tear_down();
}

/* Table memory goes on failing: an error, and again; and then the way is open. */
static void it_can_be_tried_again(void)
{
	two_vms(URI);
	traffic(0, 0, 64);
	break_vm(0);
	for (unsigned i = 0; i < 3; i++)
		CHECK(cw_vm_recover(vm[0]) < 0);
	cw_sim_inject_clear(sim);
	CHECK_EQ(cw_vm_recover(vm[0]), 0);
	CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
	traffic(0, 0, PAGES);
	tear_down();
}

/* A context whose VM is broken, even in the middle of its way back, can be destroyed. */
static void a_broken_vm_can_be_destroyed(void)
{
	two_vms(URI);
	break_vm(0);
	CHECK(cw_vm_recover(vm[0]) < 0);
	cw_sim_inject_clear(sim);
	CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
	CHECK_EQ(cw_ctx_destroy(ctx[0]), 0);
	CHECK_EQ(cw_vm_destroy(vm[0]), 0);
	traffic(1, 0, PAGES);
	tear_down();
}

/* Once, and then what is written again; in the other VM nothing but that. */
static void everything_logged_is_dirty(void)
{
	static const unsigned modes[] = {CW_LOG_CAPTURE, CW_LOG_PROTECT, CW_LOG_DIRTYBIT};

	for (unsigned i = 0; i < 3; i++) {
		two_vms(URI);
		for (unsigned v = 0; v < 2; v++) {
			CHECK_EQ(cw_vm_log_start(vm[v], 0, modes[i], 0), 0);
			traffic(v, 0, 64);
			CHECK_EQ(dirty(v), 64);
		}
		traffic(1, 7, 9);
		break_vm(1);
		CHECK_EQ(cw_vm_recover(vm[0]), 0);
		CHECK_EQ(cw_tgen_wait(dev, WAIT_NS, &res), 0);
		CHECK_EQ(dirty(0), PAGES);
		CHECK_EQ(dirty(1), 9);
		CHECK_EQ(dirty(0), 0);
		traffic(0, 30, 5);
		CHECK_EQ(dirty(0), 5);
		tear_down();
	}
}

static void a_good_vm_may_be_recovered(void)
{
	two_vms(URI);
	CHECK_EQ(cw_vm_recover(NULL), -EINVAL);
	traffic(0, 0, 64);
	CHECK_EQ(cw_vm_recover(vm[0]), 0);
	traffic(0, 0, 64);
	tear_down();
}

int main(void)
{
	RUN(a_broken_vm_comes_back, "P43");
	RUN(the_other_vm_goes_on, "P43");
	RUN(it_can_be_tried_again, "P43");
	RUN(a_broken_vm_can_be_destroyed, "P43");
	RUN(everything_logged_is_dirty, "P43");
	RUN(a_good_vm_may_be_recovered);
	return CHECK_DONE("lib-recover");
}
