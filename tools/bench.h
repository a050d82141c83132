/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The benchmark: scenarios, what they measure, and how it is shown. */
#ifndef CW_BENCH_H
#define CW_BENCH_H

#include <stdio.h>

#include "tool.h"

struct bench_params {
	const char *device;				      /* URI as given */
	const char *table_mem, *host_mem, *host_time, *trace; /* NULL: as the URI or its default says */
	const char *output;
	uint64_t contexts, bytes, seed, iterations;
	bool json, progress;
};

/* Latencies, by value up to a limit; exact extremes and sum. */
#define BENCH_BUCKETS 65536

struct bench_hist {
	uint64_t n, sum, min, max;
	uint32_t bucket[BENCH_BUCKETS]; /* the last one holds all above */
};

struct bench_result {
	const char *name;
	struct bench_hist lat; /* cycles */
	uint64_t cycles;       /* of the measured requests, first accepted to last answered */
	uint64_t errors;       /* wrong or missing answers, implausible counters */
	uint64_t counters[CW_NCOUNTER];
	char complaint[256]; /* about the first error */
};

/* A device set up for a scenario. */
struct bench {
	const struct bench_params *p;
	struct cw_dev *dev;
	struct cw_info info;
	struct cw_vm *vm;
	struct cw_ctx *ctx[CW_NCTX];
	struct cw_mem mem;
	uint64_t gpa; /* of the memory */
};

struct bench_scenario {
	const char *name, *doc;
	int (*run)(struct bench *b, struct bench_result *r);
};

extern const struct bench_scenario bench_scenarios[];

/* bench_scenario.c: the scenario on a device of its own. 0, or -errno with cw_last_error(). */
int bench_run(const struct bench_params *p, const char *uri, const struct bench_scenario *s, struct bench_result *r,
	      struct cw_info *info, uint64_t *sim_cycles);

/* bench_sum.c: what TGEN_SUM must be when page i of the range lies at bus + (gpa - gpa0). */
uint64_t bench_sum(const struct cw_tgen *t, uint64_t gpa0, uint64_t bus0);
/* Page of the range that request i names. */
uint32_t bench_page(const struct cw_tgen *t, uint32_t i);

/* bench_hist.c */
void bench_hist_add(struct bench_hist *h, uint64_t latency, uint64_t n);
void bench_hist_merge(struct bench_hist *h, const struct cw_tgen_result *r, unsigned shift);
/* Smallest latency that is not exceeded by `permille` of 1000 requests. */
uint64_t bench_hist_at(const struct bench_hist *h, unsigned permille);
double bench_hist_mean(const struct bench_hist *h);

/* bench_report.c */
struct bench_report {
	const struct bench_params *p;
	const char *uri;
	struct cw_info info;
	double cycles_per_second; /* 0: not a simulation */
	struct bench_result *results[16];
	size_t n;
};

void bench_report_text(const struct bench_report *rep, FILE *out);
int bench_report_json(const struct bench_report *rep, FILE *out);

#endif
