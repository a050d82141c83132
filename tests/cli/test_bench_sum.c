/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The benchmark's own arithmetic: the generator's sequence and checksum, and the histogram. */
#include <stdlib.h>

#include "check.h"
#include "tools/bench.h"

/* xorshift64 with shifts 13, 7, 17 from state 1, known values. */
static void random_pages_follow_xorshift64(void)
{
	static const uint64_t states[] = {0x40822041, 0x100041060c011441, 0x9b1e842f6e862629};
	struct cw_tgen t = {.pattern = CW_TGEN_RANDOM, .pages = 1u << 28, .seed = 1};

	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(bench_page(&t, i), (states[i] >> 32) >> 4);
	t.seed = 0;
	CHECK_EQ(bench_page(&t, 2), (states[2] >> 32) >> 4);
}

static void sequences_wrap(void)
{
	struct cw_tgen t = {.pattern = CW_TGEN_SEQUENTIAL, .pages = 3};
	static const uint32_t seq[] = {0, 1, 2, 0, 1}, stride[] = {0, 5, 3, 1, 6, 4, 2, 0};

	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(bench_page(&t, i), seq[i]);
	t.pattern = CW_TGEN_STRIDE;
	t.pages = 7;
	t.stride = 5;
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(bench_page(&t, i), stride[i]);
}

/* By hand: two requests, at 0x1000 and 0x2000, that lie at 0x10000001000 and 0x10000002000. */
static void sum_is_that_of_the_register(void)
{
	struct cw_tgen t = {.pattern = CW_TGEN_SEQUENTIAL, .pages = 2, .count = 2, .base = 0x1000};
	const uint64_t a = 0x1000 ^ 0x0200000020000000u, b = 0x2000 ^ 0x0200000040000000u;

	CHECK_EQ(bench_sum(&t, 0x1000, 0x10000001000), (a + b) * 0x9e3779b97f4a7c15u);
	/* Another place of the memory gives another sum. */
	CHECK(bench_sum(&t, 0x1000, 0x10000002000) != (a + b) * 0x9e3779b97f4a7c15u);
}

static void percentiles(void)
{
	struct bench_hist *h = calloc(1, sizeof(*h));

	for (unsigned v = 1; v <= 1000; v++)
		bench_hist_add(h, v, 1);
	CHECK_EQ(bench_hist_at(h, 500), 500);
	CHECK_EQ(bench_hist_at(h, 990), 990);
	CHECK_EQ(bench_hist_at(h, 999), 999);
	CHECK_EQ(bench_hist_at(h, 1000), 1000);
	CHECK_EQ(h->min, 1);
	CHECK_EQ(h->max, 1000);
	CHECK(bench_hist_mean(h) > 500.4 && bench_hist_mean(h) < 500.6);
	bench_hist_add(h, 1 << 30, 1);
	CHECK_EQ(bench_hist_at(h, 1000), 1 << 30);
	free(h);
}

/* Wide buckets count with their upper limit, extremes and sum are exact. */
static void merged_histograms(void)
{
	struct bench_hist *h = calloc(1, sizeof(*h));
	struct cw_tgen_result *r = calloc(1, sizeof(*r));

	r->done = 3;
	r->lat_min = 17;
	r->lat_max = 9000;
	r->lat_sum = 17 + 30 + 9000;
	r->histogram[2] = 1;
	r->histogram[3] = 1;
	r->histogram[CW_HIST_BUCKETS - 1] = 1;
	bench_hist_merge(h, r, 3);
	CHECK_EQ(h->n, 3);
	CHECK_EQ(h->min, 17);
	CHECK_EQ(h->max, 9000);
	CHECK_EQ(h->sum, 9047);
	CHECK_EQ(bench_hist_at(h, 333), 23);
	CHECK_EQ(bench_hist_at(h, 600), 31);
	CHECK_EQ(bench_hist_at(h, 1000), 9000);
	free(r);
	free(h);
}

int main(void)
{
	RUN(random_pages_follow_xorshift64);
	RUN(sequences_wrap);
	RUN(sum_is_that_of_the_register);
	RUN(percentiles);
	RUN(merged_histograms);
	return CHECK_DONE("bench-sum");
}
