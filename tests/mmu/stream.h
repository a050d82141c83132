/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Streams of operations. Bytes decide everything: four of a head, then 16 for each operation, so that one stream serves
 * random tests, which draw the bytes, and the fuzzer, which makes them. What an operation does depends on its own bytes
 * and on what is there; so any operation may be left out, and a stream that fails is shrunk to the operations that it
 * takes.
 */
#ifndef CW_TEST_STREAM_H
#define CW_TEST_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_HEAD 4u
#define STREAM_OP 16u

#define STREAM_ALLOC_FAILS (1u << 0) /* allocations fail now and then */
#define STREAM_YIELDS (1u << 1)	     /* an invalidation at every yield point */
#define STREAM_BROKEN (1u << 2)	     /* the embedder drops every INVALIDATE: must be found */
#define STREAM_ENGINE_ONE (1u << 4)
#define STREAM_ENGINE (7u * STREAM_ENGINE_ONE) /* an engine that breaks a rule (engine.h), for writes_world */

/* What operations work on: one VM with its oracle. */
struct world {
	const char *name;
	unsigned number; /* byte 0 of its streams, for the fuzzer */
	void (*begin)(unsigned options, unsigned variant);
	void (*step)(void);
	/* Checks and ends. expect: so many operations must have done so much. */
	void (*end)(unsigned expect);
	unsigned (*bad)(void); /* checks that failed since begin() */
};

extern const struct world direct_world, shadow_world, writes_world;

/* One decision: below n. */
uint64_t stream_rnd(uint64_t n);
/* The next decisions come from an operation's bytes, and from what they hash to when they are used up. */
void stream_take(const uint8_t *op);

struct stream {
	uint8_t *byte;
	size_t len;
};

static inline unsigned stream_ops(const struct stream *s)
{
	return s->len < STREAM_HEAD ? 0 : (unsigned)((s->len - STREAM_HEAD) / STREAM_OP);
}

/* Runs it here. True if all checks held; *at: the last operation that was begun. */
bool stream_run_here(const struct world *w, const struct stream *s, unsigned expect, volatile unsigned *at);

/* --- stream_shrink.c --- */

/* Head and operations drawn from a seed. The caller frees s->byte. */
void stream_draw(struct stream *s, uint64_t seed, unsigned options, unsigned ops);
/* Runs it in a process of its own, so that a crash is a failure like any other. */
bool stream_run(const struct world *w, const struct stream *s, bool quiet, unsigned expect, unsigned *at);
/* Leaves out what can be left out of one that fails, for at most so many seconds of processor time. */
void stream_shrink(const struct world *w, struct stream *s, unsigned seconds);
/* Runs, and if it fails shrinks, prints what is left and runs that aloud. */
bool stream_test(const struct world *w, const char *program, struct stream *s);
/*
 * The arguments "replay HEX", "corpus DIRECTORY" and "mutant" of a suite: *status if there was one of them. "mutant":
 * the core has a fault; some stream must find it.
 */
bool stream_command(const struct world *w, int argc, char **argv, int *status);

#endif
