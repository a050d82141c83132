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
	uint64_t contexts, bytes, seed, iterations, levels, write_percent, span;
	unsigned log;	     /* CW_LOG_x */
	bool log_given;	     /* else each scenario has its own default */
	unsigned page_level; /* of a leaf: 1 for 4 KiB, 2 for 2 MiB, 3 for 1 GiB */
	bool json, progress;
};

/* Latencies, by value up to a limit; exact extremes and sum. */
#define BENCH_BUCKETS 65536

struct bench_hist {
	uint64_t n, sum, min, max;
	uint32_t bucket[BENCH_BUCKETS]; /* the last one holds all above */
};

struct bench_result {
	const char *name, *timed; /* see bench_scenario */
	struct bench_hist lat;	  /* cycles */
	uint64_t cycles;	  /* of the measured requests, first accepted to last answered */
	uint64_t errors;	  /* wrong or missing answers, implausible counters */
	uint64_t counters[CW_NCOUNTER];
	char complaint[256]; /* about the first error */
	char note[240];	     /* what else was seen, for people */
};

/* The dirty log of the device, see bench_log.c. */
struct bench_log {
	unsigned mode;		       /* CW_LOG_x, as it is now */
	uint64_t gfn, pages;	       /* what it may know of */
	uint64_t *written, *reported;  /* a bit per page */
	uint64_t dir, entries, leaves; /* of a log without the MMU core, else 0 */
	uint32_t room;
	struct cw_mem image, records;
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
	uint64_t bus; /* where gpa lies */
	struct bench_log log;

	/* bench_tables.c */
	uint64_t *table; /* addresses */
	size_t tables, tables_max;
};

extern const char *const bench_log_names[]; /* of CW_LOG_x, as --log takes them */

/* Modes of the log that a scenario knows. */
#define BENCH_LOG(mode) (1u << CW_LOG_##mode)
#define BENCH_LOG_ALL (BENCH_LOG(OFF) | BENCH_LOG(CAPTURE) | BENCH_LOG(PROTECT) | BENCH_LOG(DIRTYBIT))

struct bench_scenario {
	const char *name, *doc;
	unsigned log;	   /* modes; the lowest one is its default */
	bool tables;	   /* has tables of its own over --span instead of a VM with memory */
	const char *timed; /* what is timed; NULL: from request to grant */
	int (*run)(struct bench *b, struct bench_result *r);
};

#define BENCH_SCENARIOS 32 /* at most */

extern const struct bench_scenario bench_scenarios[];

/* bench_scenario.c: the scenario on a device of its own. 0, or -errno with cw_last_error(). */
int bench_run(const struct bench_params *p, const char *uri, const struct bench_scenario *s, struct bench_result *r,
	      struct cw_info *info, uint64_t *sim_cycles);

/* bench_scenario.c, for scenarios: the first complaint is kept, all errors are counted. */
void bench_complain(struct bench_result *r, uint64_t errors, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void bench_expect(struct bench_result *r, unsigned counter, uint64_t value);
void bench_expect_between(struct bench_result *r, unsigned counter, uint64_t min, uint64_t max);
void bench_progress(const struct bench *b, const struct bench_result *r, uint64_t done, uint64_t all);
/* A program of the traffic generator over the memory. */
struct cw_tgen bench_program(const struct bench *b, enum cw_tgen_pattern pattern, uint32_t count);
/* Run it and check its answers; what it measured goes into `measure` if that is given. */
int bench_tgen(struct bench *b, const struct cw_tgen *t, struct bench_result *r, struct bench_result *measure);
/* Device time in which something must happen: 5 million cycles. */
#define BENCH_STILL_NS 20000000ull
/* After cw_tgen_start(): wait until requests end. */
int bench_under_way(struct bench *b);
/* Wait for a program; -ETIMEDOUT if no request ends for that time. */
int bench_wait(struct bench *b, struct cw_tgen_result *got);
/* Wait for one that was started, then the same. */
int bench_tgen_end(struct bench *b, const struct cw_tgen *t, struct bench_result *r, struct bench_result *measure);
/* Drop every cached translation and table address, and wait until that is over. */
int bench_forget(struct bench *b);
/* Counters of what lies between. */
int bench_counters_begin(struct bench *b, struct bench_result *r);
int bench_counters_end(struct bench *b, struct bench_result *r);

/*
 * bench_tables.c: contexts with tables of the benchmark's own, without the MMU core, so that a large range is there at
 * once. Page i of --span lies at bus + i * 4 KiB; nothing need be behind it, for the generator moves no data.
 */
int bench_tables(struct bench *b);
void bench_tables_free(struct bench *b);

/* bench_engine.c */
int bench_random(struct bench *b, struct bench_result *r);
int bench_sequential(struct bench *b, struct bench_result *r);
int bench_hit_under_miss(struct bench *b, struct bench_result *r);
int bench_invalidate(struct bench *b, struct bench_result *r);
int bench_flush(struct bench *b, struct bench_result *r);

/* A program over pages that it brings into the TLB, with their hints if the domain logs. */
int bench_hot_pages(struct bench *b, struct bench_result *r, struct cw_tgen *t);

/*
 * bench_log.c: the log of the domain of bench_tables() or of the VM. Until bench_log_end(), which harvests and
 * compares, every page that is written must be told.
 */
int bench_log_own(struct bench *b, unsigned mode, uint64_t gpa, uint64_t bytes);
int bench_log_vm(struct bench *b, unsigned mode);
int bench_log_end(struct bench *b, struct bench_result *r);
void bench_log_free(struct bench *b);
void bench_log_wrote(struct bench *b, uint64_t gpa, uint64_t pages);
void bench_log_ran(struct bench *b, const struct cw_tgen *t);
/* Of a log of the benchmark's own: change its mode; harvest it and compare. */
int bench_log_mode(struct bench *b, unsigned mode);
int bench_harvest(struct bench *b, struct bench_result *r, uint64_t *lines, uint64_t *cycles);
int bench_capture_mark(struct bench *b, struct bench_result *r);
int bench_harvest_idle(struct bench *b, struct bench_result *r);
int bench_harvest_dirty(struct bench *b, struct bench_result *r);

/* bench_fault.c */
int bench_fault_report(struct bench *b, struct bench_result *r);
int bench_fault_storm(struct bench *b, struct bench_result *r);

/* bench_bridge.c */
int bench_bridge_write(struct bench *b, struct bench_result *r);
int bench_bridge_read(struct bench *b, struct bench_result *r);

/* bench_sum.c: what TGEN_SUM must be when page i of the range lies at bus + (gpa - gpa0). */
uint64_t bench_sum(const struct cw_tgen *t, uint64_t gpa0, uint64_t bus0);
/* Page of the range that request i names. */
uint32_t bench_page(const struct cw_tgen *t, uint32_t i);
/* Page of each request that writes, in order. */
void bench_writes(const struct cw_tgen *t, void (*page)(void *arg, uint64_t gpa), void *arg);

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
	struct bench_result *results[BENCH_SCENARIOS];
	size_t n;
};

void bench_report_text(const struct bench_report *rep, FILE *out);
int bench_report_json(const struct bench_report *rep, FILE *out);

#endif
