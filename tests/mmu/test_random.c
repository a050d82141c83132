/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Random streams of operations (stream.h) on direct contexts, with and without allocations that fail, and with an
 * invalidation at every yield point. A stream that fails is shrunk, printed, and run again aloud.
 * Usage: [seed [operations]] | replay HEX | corpus DIRECTORY
 */
#include <stdlib.h>

#include "../unit/check.h"
#include "stream.h"

static const char *program;
static uint64_t seed = 1;
static unsigned operations = 8000;

static void streams(unsigned options, unsigned n)
{
	for (unsigned i = 0; i < n; i++, seed++) {
		struct stream s;

		stream_draw(&s, seed, options, operations);
		if (!CHECK(stream_test(&direct_world, program, &s)))
			printf("# seed %" PRIu64 ", options %u\n", seed, options);
		free(s.byte);
	}
}

static void random_operations(void)
{
	streams(0, 4);
}

static void allocations_fail(void)
{
	streams(STREAM_ALLOC_FAILS, 2);
}

static void invalidations_at_every_yield_point(void)
{
	streams(STREAM_YIELDS, 2);
}

/* What these tests are worth: without INVALIDATE they fail, and what is printed is short. */
static void a_broken_embedder_is_found_and_shrunk(void)
{
	for (uint64_t i = 1; i <= 3; i++) {
		struct stream s;
		unsigned at;

		stream_draw(&s, i, STREAM_BROKEN, 1000);
		CHECK(!stream_run(&direct_world, &s, true, 0, &at));
		stream_shrink(&direct_world, &s, 100);
		printf("# shrunk to %u operations\n", stream_ops(&s));
		/* A slot, a fault, and what takes the page away. */
		CHECK(stream_ops(&s) >= 2 && stream_ops(&s) <= 4);
		CHECK(!stream_run(&direct_world, &s, true, 0, &at));
		s.byte[1] = 0;
		CHECK(stream_run(&direct_world, &s, true, 0, &at));
		free(s.byte);
	}
}

int main(int argc, char **argv)
{
	int status;

	program = argv[0];
	if (stream_command(&direct_world, argc, argv, &status))
		return status;
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		operations = (unsigned)strtoul(argv[2], NULL, 0);
	RUN(random_operations, "ZAP-7 ZAP-8 MS-4 SPTE-2 SPTE-6 ST-3");
	RUN(allocations_fail, "MS-16");
	RUN(invalidations_at_every_yield_point, "ZAP-7 ZAP-8");
	RUN(a_broken_embedder_is_found_and_shrunk);
	return CHECK_DONE("mmu_random");
}
