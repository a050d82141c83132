/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Random streams of operations (stream.h) on guest memory: accessors, the engine's writes, the log in its three modes,
 * passes and dirty rings (world_writes.c).
 * Usage: [seed [operations]] | replay HEX | corpus DIRECTORY | mutant
 */
#include <stdlib.h>

#include "../unit/check.h"
#include "engine.h"
#include "stream.h"

static const char *program;
static uint64_t seed = 1;
static unsigned operations = 3000;

static void streams(unsigned options, unsigned n)
{
	for (unsigned i = 0; i < n; i++, seed++) {
		struct stream s;

		stream_draw(&s, seed, options, operations);
		if (!CHECK(stream_test(&writes_world, program, &s)))
			printf("# seed %" PRIu64 ", options %u\n", seed, options);
		free(s.byte);
	}
}

static void accessors_and_the_log(void)
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

/* Some stream finds it, and a few operations are enough. */
static void found(unsigned options, unsigned most)
{
	struct stream s;
	unsigned at, n = 0;

	for (uint64_t i = 1; i <= 100; i++) {
		stream_draw(&s, i, options, 1500);
		if (!stream_run(&writes_world, &s, true, 0, &at))
			break;
		free(s.byte);
		n++;
	}
	if (!CHECK(n < 100))
		return;
	stream_shrink(&writes_world, &s, 60);
	printf("# options %x: found by stream %u, shrunk to %u operations\n", options, n + 1, stream_ops(&s));
	CHECK(stream_ops(&s) && stream_ops(&s) <= most);
	CHECK(!stream_run(&writes_world, &s, true, 0, &at));
	s.byte[1] = 0;
	/* A right engine passes it. */
	CHECK(stream_run(&writes_world, &s, false, 0, &at));
	free(s.byte);
}

static void a_broken_embedder_is_found_and_shrunk(void)
{
	found(STREAM_BROKEN, 20);
}

static void broken_engines_are_found_and_shrunk(void)
{
	for (unsigned b = 1; b < ENG_NBROKEN; b++)
		found(b * STREAM_ENGINE_ONE, 1000);
}

int main(int argc, char **argv)
{
	int status;

	program = argv[0];
	if (stream_command(&writes_world, argc, argv, &status))
		return status;
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		operations = (unsigned)strtoul(argv[2], NULL, 0);
	RUN(accessors_and_the_log, "P25 P30 P50 P51 MS-9 MS-14 MS-17 DL-1 DL-3 DL-4 DL-7 DL-10");
	RUN(allocations_fail, "MS-16");
	RUN(invalidations_at_every_yield_point, "ZAP-7 ZAP-8");
	RUN(a_broken_embedder_is_found_and_shrunk);
	RUN(broken_engines_are_found_and_shrunk, "DL-11");
	return CHECK_DONE("mmu_writes");
}
