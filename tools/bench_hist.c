/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "bench.h"

void bench_hist_add(struct bench_hist *h, uint64_t latency, uint64_t n)
{
	if (!n)
		return;
	if (!h->n || latency < h->min)
		h->min = latency;
	if (latency > h->max)
		h->max = latency;
	h->n += n;
	h->sum += latency * n;
	h->bucket[latency < BENCH_BUCKETS ? latency : BENCH_BUCKETS - 1] += (uint32_t)n;
}

/* Of a wide bucket only the limits are known: take the upper one, but nothing beyond the extremes. */
void bench_hist_merge(struct bench_hist *h, const struct cw_tgen_result *r, unsigned shift)
{
	uint64_t sum = h->sum + r->lat_sum, min = h->min, max = h->max, n = h->n;

	if (!r->done)
		return;
	for (unsigned i = 0; i < CW_HIST_BUCKETS; i++) {
		uint64_t latency = ((uint64_t)(i + 1) << shift) - 1;

		if (i == CW_HIST_BUCKETS - 1 || latency > r->lat_max)
			latency = r->lat_max;
		if (latency < r->lat_min)
			latency = r->lat_min;
		bench_hist_add(h, latency, r->histogram[i]);
	}
	h->sum = sum;
	h->min = !n || r->lat_min < min ? r->lat_min : min;
	h->max = !n || r->lat_max > max ? r->lat_max : max;
}

uint64_t bench_hist_at(const struct bench_hist *h, unsigned permille)
{
	uint64_t want = (h->n * permille + 999) / 1000, seen = 0;

	for (uint64_t i = 0; i < BENCH_BUCKETS - 1; i++) {
		seen += h->bucket[i];
		if (seen >= want && seen)
			return i;
	}
	return h->max;
}

double bench_hist_mean(const struct bench_hist *h)
{
	return h->n ? (double)h->sum / (double)h->n : 0;
}
