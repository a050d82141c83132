/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The AXI4 bridge with the sample NIC queue in front of it: packets of 64 bytes, one burst each, are what the scenario
 * times; packets of a page, one long burst each, alone and in both directions at once, are in its note. Every byte is
 * checked: what was written by this program, what was read by the queue.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define PAGE 4096u
#define RING_LOG2 12u
#define PACKETS (1u << 20) /* offset of the first one in the memory; the ring is at its begin */
#define HEAD (PACKETS - 8)
#define LONG 512u   /* packets of a page */
#define SHORT 4000u /* packets of a line */

enum direction { READ, WRITE, BOTH };

static bool writes(enum direction dir, uint32_t n)
{
	return dir == WRITE || (dir == BOTH && n % 2);
}

static uint64_t *word_of(const struct bench *b, uint32_t n, uint32_t len, uint32_t at)
{
	return (uint64_t *)((char *)b->mem.ptr + PACKETS + (size_t)n * len + at);
}

static uint64_t content(const struct bench *b, uint32_t n, uint32_t len, uint32_t at)
{
	return cw_nic_word(b->p->seed, n, b->gpa + PACKETS + (uint64_t)n * len + at);
}

/* Packets one behind the other. */
static int round_of(struct bench *b, struct bench_result *r, enum direction dir, uint32_t packets, uint32_t len,
		    struct cw_nic_result *res)
{
	const struct cw_nic nic = {.ctx = cw_ctx_id(b->ctx[0]),
				   .ring_log2 = RING_LOG2,
				   .ring = b->gpa,
				   .head = b->gpa + HEAD,
				   .seed = b->p->seed};
	uint64_t wrong = 0;
	int err;

	for (uint32_t n = 0; n < packets; n++) {
		cw_nic_desc(b->mem.ptr, RING_LOG2, n, b->gpa + PACKETS + (uint64_t)n * len, len, writes(dir, n));
		for (uint32_t at = 0; at < len; at += 8)
			*word_of(b, n, len, at) = writes(dir, n) ? 0 : content(b, n, len, at);
	}
	err = cw_nic_start(b->dev, &nic);
	if (!err)
		err = cw_nic_post(b->dev, packets);
	if (!err)
		err = cw_nic_wait(b->dev, 5 * BENCH_STILL_NS, res);
	if (!err)
		err = cw_nic_stop(b->dev);
	if (err)
		return err;
	bench_log_wrote(b, nic.head, 1);
	for (uint32_t n = 0; n < packets; n++) {
		if (writes(dir, n))
			bench_log_wrote(b, b->gpa + PACKETS + (uint64_t)n * len, 1);
	}
	for (uint32_t n = 0; n < packets; n++)
		for (uint32_t at = 0; at < len; at += 8)
			wrong += *word_of(b, n, len, at) != content(b, n, len, at);
	if (wrong)
		bench_complain(r, wrong, "%" PRIu64 " words of packets are wrong in memory", wrong);
	if (res->halted || res->packets != packets || res->errors || res->bad_bytes)
		bench_complain(r, 1, "%u of %u packets, %u failed, %u bytes read wrong", res->packets, packets,
			       res->errors, res->bad_bytes);
	return 0;
}

static double per_kcycle(uint64_t n, uint64_t cycles)
{
	return cycles ? 1000.0 * (double)n / (double)cycles : 0;
}

static int bridge(struct bench *b, struct bench_result *r, enum direction dir)
{
	struct cw_nic_result *res = malloc(sizeof(*res));
	uint64_t bursts = 0, cycles[2] = {0}, beats[2] = {0}, other = 0, all = 0;
	int err = res ? cw_port_set(b->dev, CW_PORT_BRIDGE, 0, b->info.contexts - 1) : -12;

	/* The first lap makes the entries and brings them into the TLB. */
	for (unsigned i = 0; i < 4 && !err; i++)
		err = round_of(b, r, WRITE, i % 2 ? SHORT : LONG, i % 2 ? 64 : PAGE, res);
	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		bench_progress(b, r, i, b->p->iterations);
		err = round_of(b, r, dir, SHORT, 64, res);
		for (unsigned k = 0; k < CW_HIST_BUCKETS && !err; k++)
			bench_hist_add(&r->lat, k, res->histogram[k]);
		r->cycles += res->cycles;
		bursts += res->bursts;
		all += res->bursts;
		if (!err)
			err = round_of(b, r, dir, LONG, PAGE, res);
		cycles[0] += res->cycles;
		beats[0] += dir == WRITE ? res->wbeats : res->rbeats;
		all += res->bursts;
		if (!err)
			err = round_of(b, r, BOTH, LONG, PAGE, res);
		cycles[1] += res->cycles;
		beats[1] += res->wbeats;
		other += res->rbeats;
		all += res->bursts;
	}
	free(res);
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_GRANTS, all);
	bench_expect(r, CW_CTR_BRIDGE_REFUSED, 0);
	bench_expect(r, CW_CTR_BRIDGE_BUS_ERRORS, 0);
	bench_expect(r, CW_CTR_BRIDGE_MALFORMED, 0);
	snprintf(
		r->note, sizeof(r->note),
		"per 1000 cycles %.1f bursts of a line; of a page %.1f beats, in both directions %.1f written and %.1f read",
		per_kcycle(bursts, r->cycles), per_kcycle(beats[0], cycles[0]), per_kcycle(beats[1], cycles[1]),
		per_kcycle(other, cycles[1]));
	return err;
}

int bench_bridge_write(struct bench *b, struct bench_result *r)
{
	return bridge(b, r, WRITE);
}

int bench_bridge_read(struct bench *b, struct bench_result *r)
{
	return bridge(b, r, READ);
}
