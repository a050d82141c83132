/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Benchmark of the MMU core alone: what needs no engine, each beside a plain baseline of the same work in the same run.
 */
#ifndef CW_CORE_H
#define CW_CORE_H

#include <stdio.h>

#include "../../lib/mmu/internal.h"

struct core_bar {
	char name[80];
	const char *unit;
	double value, baseline; /* baseline 0: the bar is for the value itself */
	double bar;		/* of value / baseline, or of value */
	bool pass;
};

#define CORE_ROWS 96u
#define CORE_WORKS 8u /* measured in turn */

/* What a baseline took, and what it is known to take on a quiet machine. */
struct core_base {
	char name[96];
	const char *unit;
	double value, figure; /* 0: none is known, it is shown only */
};

#define CORE_SLOWER 1.25 /* of its figure: a baseline that takes more proves nothing */

/*
 * How slow the slowest baseline is, of its figure; 0: there is none. Works of the same figure are alternatives, of
 * which the fastest counts; figure 0: no baseline (core_check.c).
 */
double core_slowest(const double *ns, const double *figure, unsigned n);
/* Number of baselines that are too slow to compare with; says so (core_check.c). */
unsigned core_judge_bases(const struct core_base *base, unsigned n, bool other_machine, FILE *err);

/* What the machine did: at one time since it was started, or between two. */
struct core_load {
	double seconds, own, busy,
		stolen; /* seconds: of the clock; of processors, by this program, all, the hypervisor */
	unsigned processors;
	long switches; /* this program was made to wait so often */
};

#define CORE_BUSY 0.05 /* of a processor, that others have: more disturbs */

struct core_load core_load_now(void);
struct core_load core_load_between(const struct core_load *from, const struct core_load *to); /* core_check.c */
/* Processors that others had, on average. */
double core_load_others(const struct core_load *l);
void core_load_say(const struct core_load *l, FILE *err);

/* Nothing is timed and no row is kept: only answers are compared. */
extern bool core_answers_only;
/* So many answers were compared with those of a baseline, and are the same. */
void core_compared(const char *what, uint64_t n);

/* Timed work; what it returns is kept, so that the compiler cannot leave the work out. */
typedef uint64_t (*core_work)(void *arg);

uint64_t core_ns(void);
uint64_t core_random(uint64_t *state);
/*
 * Run each work `runs` times, in turn; ns[i] is the median of work i. prepare(arg) runs before each, untimed. figure
 * (may be NULL): what the works that are baselines are known to take, in ns. Where others disturb the machine all is
 * measured anew, some times, after a pause; what counts is when the baselines were fastest, whatever the core took
 * then.
 */
void core_interleave(const core_work *work, void *const *arg, unsigned n, unsigned runs, void (*prepare)(void *arg),
		     const double *figure, double *ns);

/* Keeps what a baseline took, and the figure for it. */
void core_baseline(const char *name, const char *unit, double value, double figure);
/* An answer or a refusal that must not be: ends the run. */
_Noreturn void core_wrong(const char *what);
/* Both keep a row. */
void core_ratio(const char *name, const char *unit, double value, double baseline, double bar);
void core_limit(const char *name, const char *unit, double value, double bar);
/* Zeroed and aligned to pages; the benchmark fails if memory is short. */
void *core_alloc(size_t n, size_t size);

/* An embedder that does nothing but count, and knows where host pages are. */
struct core_vm {
	struct cw_mmu mmu;
	struct cw_mmu_ctx ctx;
	struct cw_mmu_worker worker;
	uint64_t next_table, commands;
};

void core_vm_init(struct core_vm *vm);
void core_vm_destroy(struct core_vm *vm);
int core_slot(struct core_vm *vm, uint32_t id, uint64_t gfn, uint64_t npages, uint32_t flags);

void core_slots(void);
void core_pages(void);
void core_updates(void);
void core_faults(void);
void core_log(void);

#endif
