/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Engines of all sizes that `sim:` has, in one process at once (sim/rules.mk). Each has the sizes that were asked for,
 * translates right, and does what it does alone, cycle for cycle: what the others are and do changes nothing.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "lib/internal.h"
#include "sim/sim.h"
#include "tools/bench.h"

#include "check.h"

#define BASE "table-mem=random:4-60,host-mem=random:4-40,host-time=fixed:700,seed=%u"
#define GPA (3 * CW_GIB)
#define BYTES (2 * CW_MIB2)	/* of the first program */
#define ALL_BYTES (8 * CW_MIB2) /* of the slot, and of the second program: twice what the default TLB maps */
#define COUNT 3000u
#define TIMEOUT_NS 20000000000ull

/* Sizes as sim/rules.mk has them; the first is the default one. Two cards of one engine are among them. */
static const struct engine {
	const char *options;
	uint32_t slots, tlb_sets, tlb_ways, walk_cache;
} engines[] = {
	{"", CW_NSLOT, CW_TLB_SETS, CW_TLB_WAYS, CW_WC_ENTRIES},
	{",slots=2", 2, 4, 1, 1},
	{",slots=16", 16, CW_TLB_SETS, CW_TLB_WAYS, CW_WC_ENTRIES},
	{",slots=32", 32, CW_TLB_SETS, CW_TLB_WAYS, CW_WC_ENTRIES},
	{",tlb-sets=512", 32, 512, 4, 16},
	{",pa-bits=46", 2, 4, 1, 1},
	{",slots=8", CW_NSLOT, CW_TLB_SETS, CW_TLB_WAYS, CW_WC_ENTRIES},
};

enum { N = sizeof(engines) / sizeof(engines[0]) };

struct card {
	unsigned n;
	struct cw_dev *dev;
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	struct cw_mem mem;
	struct cw_tgen program, second;
	/* what must be the same alone and beside the others */
	struct cw_tgen_result got, mapped;	       /* the second: of pages that all have entries */
	uint64_t counters[CW_NCOUNTER], cycle, faults; /* of the second program */
	int error;
};

static struct card alone[N], together[N];

static int open_card(struct card *c, unsigned n)
{
	struct cw_vm_region r = {.gpa = GPA, .size = ALL_BYTES};
	char uri[200];
	int ret;

	memset(c, 0, sizeof(*c));
	c->n = n;
	snprintf(uri, sizeof(uri), "sim:" BASE "%s", 10 + n, engines[n].options);
	ret = cw_open(uri, &c->dev);
	if (ret)
		return ret;
	ret = cw_mem_alloc(c->dev, ALL_BYTES, &c->mem);
	r.ptr = c->mem.ptr;
	if (!ret)
		ret = cw_vm_create(c->dev, &(struct cw_vm_params){.address_bits = 40, .page_size = CW_PAGE_SIZE},
				   &c->vm);
	if (!ret)
		ret = cw_vm_set_memory(c->vm, &r);
	return ret ? ret : cw_ctx_create(c->vm, &(struct cw_ctx_params){.id = 1 + n}, &c->ctx);
}

static int start(struct card *c)
{
	c->program = (struct cw_tgen){.pattern = CW_TGEN_RANDOM,
				      .first_ctx = 1 + c->n,
				      .base = GPA,
				      .pages = BYTES / CW_PAGE_SIZE,
				      .count = COUNT,
				      .outstanding = 48,
				      .write_percent = 40,
				      .seed = 100 + c->n};
	return cw_tgen_start(c->dev, &c->program);
}

/* Some of the time, and now and then translations are taken away; the same calls alone and beside the others. */
static int slice(struct card *c, unsigned i)
{
	int ret = cw_service(c->dev, 3000 + 500 * (i % 5));

	if (ret < 0)
		return ret;
	return i % 4 == 3 ? cw_vm_invalidate(c->vm, 0, GPA + i * 16 * CW_PAGE_SIZE, 32 * CW_PAGE_SIZE) : 0;
}

enum { SLICES = 12 };

/*
 * What an engine does where the host has nothing to do: how many faults there are, and when, says little of its size.
 * First each page once, so that all have entries.
 */
static int run_mapped(struct card *c)
{
	struct cw_tgen touch, *t = &c->second;
	struct cw_tgen_result ignored;
	uint64_t before = 0, after = 0;
	int ret;

	*t = c->program;
	t->pages = ALL_BYTES / CW_PAGE_SIZE;
	touch = *t;
	touch.pattern = CW_TGEN_SEQUENTIAL;
	touch.count = touch.pages;
	touch.write_percent = 100;
	ret = cw_tgen_start(c->dev, &touch);
	if (!ret)
		ret = cw_tgen_wait(c->dev, TIMEOUT_NS, &ignored);
	if (!ret)
		ret = cw_counter_read(c->dev, "miss_to_host", &before);
	if (!ret)
		ret = cw_tgen_start(c->dev, t);
	if (!ret)
		ret = cw_tgen_wait(c->dev, TIMEOUT_NS, &c->mapped);
	if (!ret)
		ret = cw_counter_read(c->dev, "miss_to_host", &after);
	c->faults = after - before;
	return ret;
}

static int finish(struct card *c)
{
	int ret = cw_tgen_wait(c->dev, TIMEOUT_NS, &c->got);

	if (!ret)
		ret = run_mapped(c);
	return ret ? ret : cw_counters(c->dev, c->counters, &c->cycle);
}

static void check_sizes(const struct card *c)
{
	const struct engine *e = &engines[c->n];
	struct cw_info info;

	CHECK_EQ(cw_info(c->dev, &info), 0);
	CHECK_EQ(info.walk_slots, e->slots);
	CHECK_EQ(info.tlb_sets, e->tlb_sets);
	CHECK_EQ(info.tlb_ways, e->tlb_ways);
	CHECK_EQ(info.walk_cache_entries, e->walk_cache);
}

/* Every answer was right, and nothing of the simulation has complained. */
static void check_traffic(const struct card *c)
{
	CHECK_EQ(c->got.done, COUNT);
	CHECK_EQ(c->got.errors, 0);
	CHECK_EQ(c->got.sum, bench_sum(&c->program, GPA, c->mem.bus));
	CHECK_EQ(c->mapped.done, COUNT);
	CHECK_EQ(c->mapped.errors, 0);
	CHECK_EQ(c->mapped.sum, bench_sum(&c->second, GPA, c->mem.bus));
	CHECK_EQ(c->faults, 0);
	CHECK_EQ(cw_sim_errors(cw_dev_sim(c->dev)), 0);
}

static void check_same(const struct card *a, const struct card *b)
{
	CHECK_EQ(memcmp(&a->got, &b->got, sizeof(a->got)), 0);
	CHECK_EQ(memcmp(&a->mapped, &b->mapped, sizeof(a->mapped)), 0);
	CHECK_EQ(memcmp(a->counters, b->counters, sizeof(a->counters)), 0);
	CHECK_EQ(a->cycle, b->cycle);
	if (check_bad)
		printf("  engine \"%s\"\n", engines[a->n].options);
}

static void *work(void *arg)
{
	struct card *c = arg;

	if (!c->error)
		c->error = start(c);
	for (unsigned i = 0; i < SLICES && !c->error; i++)
		c->error = slice(c, i);
	if (!c->error)
		c->error = finish(c);
	return NULL;
}

static void each_alone(void)
{
	for (unsigned n = 0; n < N; n++) {
		struct card *c = &alone[n];

		if (!CHECK_EQ(open_card(c, n), 0)) {
			printf("  \"%s\": %s\n", engines[n].options, cw_last_error());
			return;
		}
		check_sizes(c);
		work(c);
		CHECK_EQ(c->error, 0);
		check_traffic(c);
		cw_close(c->dev);
		if (check_bad)
			return;
	}
	for (unsigned n = 0; n < N; n++)
		printf("# engine \"%s\": %u cycles, then %u without a fault\n", engines[n].options, alone[n].got.cycles,
		       alone[n].mapped.cycles);
	/* What tells them apart, in time. */
	CHECK(alone[1].mapped.cycles > alone[0].mapped.cycles && alone[0].mapped.cycles > alone[2].mapped.cycles &&
	      alone[2].mapped.cycles > alone[3].mapped.cycles && alone[3].mapped.cycles > alone[4].mapped.cycles);
	CHECK(alone[1].counters[CW_CTR_TLB_HITS] < alone[4].counters[CW_CTR_TLB_HITS]);
}

static bool open_all(void)
{
	for (unsigned n = 0; n < N; n++)
		if (!CHECK_EQ(open_card(&together[n], n), 0)) {
			printf("  \"%s\": %s\n", engines[n].options, cw_last_error());
			return false;
		}
	for (unsigned n = 0; n < N; n++)
		check_sizes(&together[n]);
	return true;
}

static void compare_all(void)
{
	for (unsigned n = 0; n < N; n++) {
		CHECK_EQ(together[n].error, 0);
		check_traffic(&together[n]);
		check_same(&alone[n], &together[n]);
	}
}

static void all_in_turns(void)
{
	if (!open_all())
		return;
	for (unsigned n = 0; n < N; n++)
		CHECK_EQ(start(&together[n]), 0);
	for (unsigned i = 0; i < SLICES; i++)
		for (unsigned n = 0; n < N; n++)
			CHECK_EQ(slice(&together[(n + i) % N], i), 0);
	for (unsigned n = N; n--;)
		CHECK_EQ(finish(&together[n]), 0);
	compare_all();
	for (unsigned n = 0; n < N; n++)
		cw_close(together[n].dev);
}

/* Calls on different devices do not disturb each other: a thread for each. */
static void all_in_threads(void)
{
	pthread_t t[N];

	if (!open_all())
		return;
	for (unsigned n = 0; n < N; n++)
		if (!CHECK_EQ(pthread_create(&t[n], NULL, work, &together[n]), 0))
			exit(1);
	for (unsigned n = 0; n < N; n++)
		pthread_join(t[n], NULL);
	compare_all();
	for (unsigned n = 0; n < N; n++)
		cw_close(together[n].dev);
}

/* A close leaves the others as they are. */
static void closed_in_any_order(void)
{
	static const unsigned order[N] = {3, 0, 6, 1, 5, 2, 4};

	if (!open_all())
		return;
	for (unsigned k = 0; k < N; k++) {
		work(&together[order[k]]);
		CHECK_EQ(together[order[k]].error, 0);
		check_traffic(&together[order[k]]);
		check_same(&alone[order[k]], &together[order[k]]);
		cw_close(together[order[k]].dev);
	}
}

/* What was not built is refused, and the message says what was. */
static void no_such_engine(void)
{
	struct cw_dev *dev = NULL;

	CHECK_EQ(cw_open("sim:slots=3", &dev), -EINVAL);
	CHECK(strstr(cw_last_error(), "slots=32") != NULL);
	CHECK_EQ(cw_open("sim:slots=2,tlb-sets=512", &dev), -EINVAL);
	CHECK(!dev);
}

int main(void)
{
	RUN(each_alone);
	RUN(all_in_turns);
	RUN(all_in_threads);
	RUN(closed_in_any_order);
	RUN(no_such_engine);
	return CHECK_DONE("lib-engines");
}
