/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Large table entries end to end: slots over contiguous memory, translated by the simulated engine. */
#include <errno.h>
#include <stdlib.h>

#include "lib/internal.h"
#include "sim/sim.h"
#include "tools/bench.h"

#include "check.h"

#define URI "sim:table-mem=ideal:4,host-mem=ideal:4,host-time=fixed:0"
#define GPA (5 * CW_GIB)

static struct cw_dev *dev;
static struct cw_vm *vm;
static struct cw_ctx *ctx;
static struct cw_mem mem;

static uint64_t stat(const char *name)
{
	uint64_t v = 0;

	CHECK_EQ(cw_vm_stat(vm, name, &v), 0);
	return v;
}

static bool set_up(uint64_t page_size, unsigned level, uint64_t size)
{
	struct cw_vm_region r = {.gpa = GPA, .size = size};

	if (!CHECK_EQ(cw_mem_alloc(dev, size, &mem), 0))
		return false;
	r.ptr = mem.ptr;
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.page_size = page_size}, &vm), 0);
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	return CHECK_EQ(cw_ctx_create(vm, &(struct cw_ctx_params){.level = level, .id = 1}, &ctx), 0);
}

static void tear_down(void)
{
	CHECK_EQ(cw_ctx_destroy(ctx), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	CHECK_EQ(cw_mem_free(dev, &mem), 0);
}

/* Random accesses all over the range; the sum says that every address was right. */
static void traffic(uint64_t offset, uint32_t pages, uint32_t count)
{
	struct cw_tgen t = {.pattern = CW_TGEN_RANDOM,
			    .first_ctx = 1,
			    .base = GPA + offset,
			    .pages = pages,
			    .count = count,
			    .outstanding = 16,
			    .write_percent = 50,
			    .seed = 11};
	struct cw_tgen_result *r = calloc(1, sizeof(*r));

	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	CHECK_EQ(cw_tgen_wait(dev, 10000000000, r), 0);
	CHECK_EQ(r->done, count);
	CHECK_EQ(r->errors, 0);
	CHECK_EQ(r->sum, bench_sum(&t, GPA, mem.bus));
	free(r);
}

/* Every probed address is translated right, at the level that is wanted. */
static void probes(uint64_t step, uint8_t level)
{
	struct cw_probe_result p;

	for (uint64_t off = 0; off < mem.size; off += step) {
		uint64_t gpa = GPA + off;

		CHECK_EQ(cw_probe(dev, 1, true, &gpa, 1, &p), 0);
		CHECK_EQ(p.verdict, CW_V_HIT);
		CHECK_EQ(p.pa, mem.bus + off);
		/* 1: answered by the TLB, which does not say what it holds. */
		CHECK(p.level == 1 || p.level == level);
	}
}

static void gigabytes(unsigned level)
{
	if (!set_up(0, level, 2 * CW_GIB))
		return;
	traffic(0, 2 << 18, 500);
	CHECK_EQ(stat("pages_1g"), 2);
	CHECK_EQ(stat("pages_2m") + stat("pages_4k"), 0);
	probes(CW_GIB / 16 + CW_PAGE_SIZE, 3);
	/* One page is enough to take a gigabyte away. */
	CHECK_EQ(cw_vm_invalidate(vm, 0, GPA + CW_GIB + 12345, 1), 0);
	CHECK_EQ(stat("pages_1g"), 1);
	traffic(0, 2 << 18, 500);
	CHECK_EQ(stat("pages_1g"), 2);
	tear_down();
}

static void gigabytes_under_four_levels(void)
{
	gigabytes(4);
}

static void gigabytes_under_five_levels(void)
{
	gigabytes(5);
}

static void two_megabytes(void)
{
	uint64_t faults;

	if (!set_up(CW_MIB2, 4, 16 * CW_MIB2))
		return;
	traffic(0, 16 * 512, 2000);
	CHECK_EQ(stat("pages_2m"), 16);
	CHECK_EQ(stat("pages_4k"), 0);
	probes(CW_MIB2 / 8 + CW_PAGE_SIZE, 2);
	faults = stat("pf_taken");
	traffic(0, 16 * 512, 2000);
	CHECK_EQ(stat("pf_taken"), faults);
	CHECK_EQ(cw_vm_invalidate(vm, 0, GPA + 3 * CW_MIB2 - 1, 2), 0);
	CHECK_EQ(stat("pages_2m"), 14);
	tear_down();
}

/* A slot whose ends are not aligned has small pages there. */
static void ends_of_a_slot(void)
{
	struct cw_vm_region r = {.gpa = GPA, .size = 4 * CW_MIB2};

	if (!set_up(0, 4, 4 * CW_MIB2))
		return;
	CHECK_EQ(cw_vm_set_memory(vm, &(struct cw_vm_region){.slot = 0}), 0);
	r.gpa = GPA + CW_PAGE_SIZE;
	r.ptr = (uint8_t *)mem.ptr + CW_PAGE_SIZE;
	r.size = 4 * CW_MIB2 - 2 * CW_PAGE_SIZE;
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	traffic(CW_PAGE_SIZE, 4 * 512 - 2, 4000);
	CHECK_EQ(stat("pages_2m"), 2);
	CHECK(stat("pages_4k") > 512);
	tear_down();
}

static void only_small_ones_on_demand(void)
{
	if (!set_up(CW_PAGE_SIZE, 4, CW_MIB2))
		return;
	traffic(0, 512, 3000);
	CHECK_EQ(stat("pages_2m"), 0);
	CHECK(stat("pages_4k") > 400);
	tear_down();
}

static uint64_t counter(const char *name)
{
	uint64_t v = 0;

	CHECK_EQ(cw_counter_read(dev, name, &v), 0);
	return v;
}

/* One access to each of so many pages. */
static void sweep(uint32_t pages, unsigned write_percent)
{
	struct cw_tgen t = {.pattern = CW_TGEN_SEQUENTIAL,
			    .first_ctx = 1,
			    .base = GPA,
			    .pages = pages,
			    .count = pages,
			    .outstanding = 4,
			    .write_percent = write_percent};
	struct cw_tgen_result *r = calloc(1, sizeof(*r));

	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	CHECK_EQ(cw_tgen_wait(dev, 10000000000, r), 0);
	CHECK_EQ(r->done, pages);
	CHECK_EQ(r->errors, 0);
	free(r);
}

/* FPF-6: each fix is counted once, by the engine, and is no fault of the host's; what needs none is counted nowhere. */
static void fixes_are_counted(void)
{
	const uint32_t n = 64;
	uint64_t fixed, marks, faults, records, host;

	if (!set_up(CW_PAGE_SIZE, 4, n * CW_PAGE_SIZE))
		return;
	CHECK_EQ(cw_vm_set_memory(vm,
				  &(struct cw_vm_region){
					  .gpa = GPA, .size = mem.size, .ptr = mem.ptr, .flags = CW_MEM_LOG_DIRTY}),
		 0);
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_PROTECT, 0), 0);
	sweep(n, 0);
	/* The first write asks for a leaf of the log. */
	sweep(1, 100);
	for (unsigned round = 0; round < 2; round++) {
		fixed = counter("fixed_w");
		marks = counter("log_marks");
		records = counter("miss_to_host");
		faults = stat("pf_taken");
		host = stat("pf_fixed");
		sweep(n, 100);
		CHECK_EQ(counter("fixed_w") - fixed, round ? 0 : n - 1);
		CHECK_EQ(counter("log_marks") - marks, round ? 0 : n - 1);
		CHECK_EQ(counter("miss_to_host"), records);
		CHECK_EQ(stat("pf_taken"), faults);
		CHECK_EQ(stat("pf_fixed"), host);
	}
	CHECK_EQ(counter("fix_lost_race"), 0);
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	tear_down();
}

/* Pages one after another: one fault makes the entries of eight. */
static void neighbours_come_with_a_fault(void)
{
	if (!set_up(CW_PAGE_SIZE, 4, 64 * CW_PAGE_SIZE))
		return;
	sweep(64, 50);
	CHECK_EQ(stat("pages_4k"), 64);
	CHECK_EQ(stat("pf_prefetched"), 56);
	CHECK_EQ(stat("pf_fixed"), 8);
	/* Right ones, too. */
	traffic(0, 64, 500);
	CHECK_EQ(stat("pf_fixed"), 8);
	tear_down();
}

/* ST-4: faults by latency, as many as there were. */
static void fault_latencies(void)
{
	uint64_t h[CW_FAULT_BUCKETS], sum = 0;

	if (!set_up(CW_PAGE_SIZE, 4, 64 * CW_PAGE_SIZE))
		return;
	sweep(64, 50);
	CHECK_EQ(cw_vm_fault_latency(NULL, h), -EINVAL);
	CHECK_EQ(cw_vm_fault_latency(vm, h), 0);
	for (unsigned i = 0; i < CW_FAULT_BUCKETS; i++)
		sum += h[i];
	CHECK_EQ(sum, stat("pf_taken"));
	/* No fault takes less than 16 ns or more than a second. */
	for (unsigned i = 0; i < CW_FAULT_BUCKETS; i++)
		CHECK(!h[i] || (i >= 4 && i < 30));
	tear_down();
}

int main(void)
{
	if (cw_open(URI, &dev)) {
		printf("cannot open: %s\n", cw_last_error());
		return 1;
	}
	RUN(gigabytes_under_four_levels);
	RUN(gigabytes_under_five_levels);
	RUN(two_megabytes);
	RUN(ends_of_a_slot);
	RUN(only_small_ones_on_demand);
	RUN(fixes_are_counted, "FPF-6");
	RUN(neighbours_come_with_a_fault, "MS-8");
	RUN(fault_latencies, "ST-4");
	cw_close(dev);
	return CHECK_DONE("lib-large");
}
