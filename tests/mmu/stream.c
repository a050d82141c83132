/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "stream.h"

static const uint8_t *next_byte, *end_byte;
static uint64_t state;

void stream_take(const uint8_t *op)
{
	next_byte = op;
	end_byte = op + STREAM_OP;
	state = 0xcbf29ce484222325ull;
	for (unsigned i = 0; i < STREAM_OP; i++)
		state = (state ^ op[i]) * 0x100000001b3ull;
	state |= 1;
}

static uint64_t hashed(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 8;
}

uint64_t stream_rnd(uint64_t n)
{
	unsigned bytes = n <= 16 ? 1 : n <= 4096 ? 2 : n <= 1u << 24 ? 4 : 8;
	uint64_t v = 0;

	if (end_byte - next_byte < (ptrdiff_t)bytes)
		return hashed() % n;
	while (bytes--)
		v = v << 8 | *next_byte++;
	return v % n;
}

bool stream_run_here(const struct world *w, const struct stream *s, unsigned expect, volatile unsigned *at)
{
	uint8_t begin[STREAM_OP] = {0};
	unsigned ops = stream_ops(s);

	if (s->len < STREAM_HEAD)
		return true;
	for (unsigned i = 0; i < STREAM_HEAD; i++)
		begin[i] = s->byte[i];
	*at = 0;
	stream_take(begin);
	w->begin(s->byte[1], s->byte[2]);
	for (unsigned i = 0; i < ops && !w->bad(); i++) {
		*at = i;
		stream_take(s->byte + STREAM_HEAD + i * STREAM_OP);
		w->step();
	}
	w->end(expect);
	return !w->bad();
}
