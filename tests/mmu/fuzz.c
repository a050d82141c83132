/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The fuzzer's way into streams of operations (stream.h). CATWALK_FUZZ_BROKEN in the environment: all must be found. */
#include <stdlib.h>
#include <string.h>

#include "stream.h"

#define OPS_MAX 160u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t copy[STREAM_HEAD + OPS_MAX * STREAM_OP];
	static int broken = -1;
	static const struct world *const world[] = {&direct_world, &shadow_world, &writes_world};
	struct stream s = {copy, size < sizeof(copy) ? size : sizeof(copy)};
	unsigned at;

	if (broken < 0)
		broken = getenv("CATWALK_FUZZ_BROKEN") != NULL;
	if (size < STREAM_HEAD)
		return 0;
	memcpy(copy, data, s.len);
	copy[1] = broken ? STREAM_BROKEN : copy[1] & (STREAM_ALLOC_FAILS | STREAM_YIELDS);
	if (!stream_run_here(world[copy[0] % 3], &s, 0, &at))
		abort();
	return 0;
}
