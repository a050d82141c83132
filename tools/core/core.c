/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* catwalk bench core: rows, and how they are shown. */
#include <getopt.h>
#include <jansson.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../tool.h"
#include "core.h"

static struct core_bar rows[CORE_ROWS];
static unsigned nr_rows;
static struct core_base bases[CORE_ROWS];
static unsigned nr_bases;
bool core_answers_only;
static volatile uint64_t sink;
static unsigned attempts = 5;
#define PAUSE_US 100000u

uint64_t core_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* What this thread had of the processor: without the time in which another one had it. */
static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct core_load core_load_now(void)
{
	struct core_load l = {.seconds = (double)core_ns() / 1e9};
	double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
	unsigned long long t[8] = {0}; /* user, nice, system, idle, iowait, irq, softirq, steal */
	struct timespec own;
	struct rusage used;
	FILE *f = fopen("/proc/stat", "r");

	if (f && fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5],
			&t[6], &t[7]) == 8) {
		l.busy = (double)(t[0] + t[1] + t[2] + t[5] + t[6]) * tick;
		l.stolen = (double)t[7] * tick;
	}
	if (f)
		fclose(f);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	l.own = (double)own.tv_sec + (double)own.tv_nsec / 1e9;
	getrusage(RUSAGE_SELF, &used);
	l.switches = used.ru_nivcsw;
	l.processors = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	return l;
}

uint64_t core_random(uint64_t *s)
{
	*s += 0x9e3779b97f4a7c15ull;
	return (*s ^ *s >> 31) * 0xbf58476d1ce4e5b9ull >> 16;
}

void *core_alloc(size_t n, size_t size)
{
	size_t bytes = (n * size + 4095) & ~(size_t)4095;
	void *p = aligned_alloc(4096, bytes ? bytes : 4096);

	if (!p)
		core_wrong("no memory");
	/* Touched: nobody measures the first faults of the kernel. */
	return memset(p, 0, bytes ? bytes : 4096);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void interleave(const core_work *work, void *const *arg, unsigned n, unsigned runs, void (*prepare)(void *arg),
		       double *ns)
{
	double *t = core_alloc((size_t)n * runs, sizeof(*t));

	for (unsigned r = 0; r < runs; r++) {
		for (unsigned i = 0; i < n; i++) {
			uint64_t begin;

			if (prepare)
				prepare(arg[i]);
			begin = cpu_ns();
			sink += work[i](arg[i]);
			t[i * runs + r] = (double)(cpu_ns() - begin);
		}
	}
	for (unsigned i = 0; i < n; i++) {
		qsort(&t[i * runs], runs, sizeof(*t), by_value);
		ns[i] = t[i * runs + runs / 2];
	}
	free(t);
}

void core_interleave(const core_work *work, void *const *arg, unsigned n, unsigned runs, void (*prepare)(void *arg),
		     const double *figure, double *ns)
{
	double slowest = 0, now[CORE_WORKS];

	CW_ASSERT(n <= CORE_WORKS);
	for (unsigned i = 0; i < n; i++)
		ns[i] = 0;
	for (unsigned k = 0; k < attempts && !core_answers_only; k++) {
		double s;

		/* What disturbs may be over then. */
		if (k)
			usleep(PAUSE_US << k);
		interleave(work, arg, n, runs, prepare, now);
		s = figure ? core_slowest(now, figure, n) : 0;
		if (!k || s < slowest) {
			memcpy(ns, now, n * sizeof(*ns));
			slowest = s;
		}
		if (slowest <= CORE_SLOWER)
			return;
	}
}

void core_wrong(const char *what)
{
	fprintf(stderr, "catwalk: %s\n", what);
	exit(TOOL_FAILED);
}

void core_compared(const char *what, uint64_t n)
{
	if (core_answers_only)
		printf("%-40s %10llu answers as they must be\n", what, (unsigned long long)n);
}

void core_baseline(const char *name, const char *unit, double value, double figure)
{
	struct core_base *b;

	if (core_answers_only)
		return;
	b = &bases[nr_bases++];
	CW_ASSERT(nr_bases <= CORE_ROWS);
	snprintf(b->name, sizeof(b->name), "%s", name);
	b->unit = unit;
	b->value = value;
	b->figure = figure;
}

static void keep(const char *name, const char *unit, double value, double baseline, double bar, bool pass)
{
	struct core_bar *b;

	if (core_answers_only)
		return;
	b = &rows[nr_rows++];
	CW_ASSERT(nr_rows <= CORE_ROWS);
	snprintf(b->name, sizeof(b->name), "%s", name);
	b->unit = unit;
	b->value = value;
	b->baseline = baseline;
	b->bar = bar;
	b->pass = pass;
}

void core_ratio(const char *name, const char *unit, double value, double baseline, double bar)
{
	keep(name, unit, value, baseline, bar, value <= bar * baseline);
}

void core_limit(const char *name, const char *unit, double value, double bar)
{
	keep(name, unit, value, 0, bar, value <= bar);
}

static void show(FILE *out)
{
	fprintf(out, "%-62s%5s%12s%12s%8s%12s\n", "", "unit", "value", "baseline", "ratio", "bar");
	for (unsigned i = 0; i < nr_rows; i++) {
		const struct core_bar *b = &rows[i];

		fprintf(out, "%-62s%5s%12.1f", b->name, b->unit, b->value);
		if (b->baseline > 0)
			fprintf(out, "%12.1f%8.3f%12.3f", b->baseline, b->value / b->baseline, b->bar);
		else
			fprintf(out, "%12s%8s%12.0f", "-", "-", b->bar);
		fprintf(out, "  %s\n", b->pass ? "met" : "MISSED");
	}
}

static void show_bases(FILE *out)
{
	fprintf(out, "\n%-62s%5s%12s%12s%8s\n", "baselines", "unit", "value", "figure", "ratio");
	for (unsigned i = 0; i < nr_bases; i++)
		if (bases[i].figure > 0)
			fprintf(out, "%-62s%5s%12.1f%12.1f%8.2f\n", bases[i].name, bases[i].unit, bases[i].value,
				bases[i].figure, bases[i].value / bases[i].figure);
		else
			fprintf(out, "%-62s%5s%12.1f%12s%8s\n", bases[i].name, bases[i].unit, bases[i].value, "-", "-");
}

static int show_json(FILE *out, const struct core_load *load)
{
	json_t *bars = json_array(), *baselines = json_array(), *o;
	int err;

	for (unsigned i = 0; i < nr_rows; i++) {
		const struct core_bar *b = &rows[i];
		bool ratio = b->baseline > 0;

		json_array_append_new(bars, json_pack("{s:s, s:s, s:f, s:o, s:o, s:f, s:b}", "name", b->name, "unit",
						      b->unit, "value", b->value, "baseline",
						      ratio ? json_real(b->baseline) : json_null(), "ratio",
						      ratio ? json_real(b->value / b->baseline) : json_null(), "bar",
						      b->bar, "pass", b->pass));
	}
	for (unsigned i = 0; i < nr_bases; i++)
		json_array_append_new(baselines,
				      json_pack("{s:s, s:s, s:f, s:o}", "name", bases[i].name, "unit", bases[i].unit,
						"value", bases[i].value, "figure",
						bases[i].figure > 0 ? json_real(bases[i].figure) : json_null()));
	o = json_pack("{s:s, s:{s:f, s:i, s:f, s:f, s:I}, s:o, s:o}", "version", cw_version(), "machine", "seconds",
		      load->seconds, "processors", (int)load->processors, "others", core_load_others(load), "stolen",
		      load->stolen, "switches", (json_int_t)load->switches, "bars", bars, "baselines", baselines);
	err = !o || json_dumpf(o, out, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) || fputc('\n', out) == EOF;
	json_decref(o);
	return err ? tool_fail(TOOL_FAILED, "cannot write the report") : TOOL_OK;
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
	{"slots", core_slots}, {"pages", core_pages},	  {"faults", core_faults},
	{"log", core_log},     {"updates", core_updates},
};

int cmd_bench_core(int argc, char **argv)
{
	enum { JSON = 1, ONLY, ANSWERS, OTHER, HELP };
	static const struct option options[] = {
		{"json", no_argument, NULL, JSON},	 {"only", required_argument, NULL, ONLY},
		{"answers", no_argument, NULL, ANSWERS}, {"other-machine", no_argument, NULL, OTHER},
		{"help", no_argument, NULL, HELP},	 {NULL, 0, NULL, 0},
	};
	const char *only = NULL;
	bool json = false, any = false, missed = false, other = false;
	struct core_load begin = core_load_now(), load;
	int opt, code;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case JSON:
			json = true;
			break;
		case ONLY:
			only = optarg;
			break;
		case ANSWERS:
			core_answers_only = true;
			break;
		case OTHER:
			other = true;
			attempts = 1;
			break;
		case HELP:
			puts("usage: catwalk bench core [--only GROUP] [--json] [--other-machine]\n"
			     "       catwalk bench core --answers [--only GROUP]\n\n"
			     "Measure the host's MMU core alone, each figure beside a plain baseline of the same work in the\n"
			     "same run, and say which bars are met. Exit status 1 if one is missed, or if a baseline is more\n"
			     "than 25 % slower than it is known to be: then no ratio of the run means anything, and it says\n"
			     "how busy the machine was.\n\n"
			     "  --only GROUP     slots, pages, faults, log or updates\n"
			     "  --json           as one JSON object\n"
			     "  --other-machine  judge baselines by each other: the machine is not of the kind of the figures\n"
			     "  --answers        time nothing: compare the answers of core and baselines");
			return TOOL_OK;
		default:
			return tool_bad_option("bench core", argv);
		}
	}
	optind++;
	if (tool_no_operands("bench core", argc, argv))
		return TOOL_USAGE;
	for (unsigned i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (only && strcmp(only, groups[i].name) != 0)
			continue;
		groups[i].run();
		any = true;
	}
	if (!any)
		return tool_fail(TOOL_USAGE, "--only must be slots, pages, faults, log or updates, not '%s'", only);
	if (core_answers_only)
		return TOOL_OK;
	load = core_load_now();
	load = core_load_between(&begin, &load);
	code = json ? show_json(stdout, &load) : (show(stdout), show_bases(stdout), TOOL_OK);
	for (unsigned i = 0; i < nr_rows; i++)
		missed = missed || !rows[i].pass;
	fflush(stdout);
	if (core_judge_bases(bases, nr_bases, other, stderr)) {
		core_load_say(&load, stderr);
		missed = true;
	}
	return code ? code : missed ? TOOL_FAILED : TOOL_OK;
}
