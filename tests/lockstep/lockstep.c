/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * lockstep [--seed N] [--seeds N] [--requests N] [--trace FILE] [--name NAME] [--no-cover] [--stop] [--oracle]
 *          [--flips] [--reads] [--migration] [--aim] [--long]
 *          [--host NAME] [--mutant NAME] [--cube FILE]
 *
 * Runs the engine in lock step with the reference model under random traffic and random commands, once per seed. Fails
 * if a check fails, if a cell of the cube (cube.h) is empty and cube.def does not say why, or if one is met that it
 * says cannot be. A failure names its kind, its seed and how to replay it; --stop ends the run with it. With --oracle
 * the model may say what it likes: only the oracles beside it count. --flips: parity errors must have been counted.
 * --reads: nobody writes, and no page may be reported as dirty (P27).
 * --migration: long logs of one mode, DMA that takes its time, few changes of tables, so that what the log has lost is
 * not mended by chance.
 * --aim: commands and requests meet on one line (aim.c). Then the whole cube is judged, else only what cannot be met;
 * --long: what is rare may be met.
 * --host: one that does the passes of the log wrong, and must be found (names: see hosts[]).
 * --cube: every cell, with its hits or the reason why it has none.
 * --mutant: plant this fault (sim/mutants.def) in an engine that was built with -DCW_MUTANTS.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "cube.h"

struct options {
	uint64_t seed, seeds, requests;
	const char *trace, *name, *mutant, *host, *cube;
	bool cover, stop, oracle, flips, reads, migration, aim, longer;
};

static int number(const char *option, const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (errno || *end || end == text) {
		fprintf(stderr, "lockstep: %s needs a number, not '%s'\n", option, text);
		return -1;
	}
	return 0;
}

static int set_mutant(const char *name)
{
	const char *known;

	if (!cw_sim_set_mutant(name))
		return 0;
	fprintf(stderr, "lockstep: --mutant '%s' is none of:", name);
	for (unsigned int n = 0; (known = cw_sim_mutant_name(n)); n++)
		fprintf(stderr, " %s", known);
	fprintf(stderr, "\n");
	return -1;
}

static int parse(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		uint64_t *n = !strcmp(a, "--seed")     ? &o->seed :
			      !strcmp(a, "--seeds")    ? &o->seeds :
			      !strcmp(a, "--requests") ? &o->requests :
							 NULL;
		const char **s = !strcmp(a, "--trace")	? &o->trace :
				 !strcmp(a, "--name")	? &o->name :
				 !strcmp(a, "--mutant") ? &o->mutant :
				 !strcmp(a, "--host")	? &o->host :
				 !strcmp(a, "--cube")	? &o->cube :
							  NULL;

		if (!strcmp(a, "--oracle")) {
			o->oracle = true;
			continue;
		}
		if (!strcmp(a, "--stop")) {
			o->stop = true;
			continue;
		}
		if (!strcmp(a, "--flips")) {
			o->flips = true;
			continue;
		}
		if (!strcmp(a, "--migration")) {
			o->migration = true;
			continue;
		}
		if (!strcmp(a, "--long")) {
			o->longer = true;
			continue;
		}
		if (!strcmp(a, "--aim")) {
			o->aim = true;
			continue;
		}
		if (!strcmp(a, "--reads")) {
			o->reads = true;
			continue;
		}
		if (!strcmp(a, "--no-cover")) {
			o->cover = false;
			continue;
		}
		if ((!n && !s) || i + 1 == argc) {
			fprintf(stderr, "lockstep: %s '%s'\n", n || s ? "no value after" : "unknown option", a);
			return -1;
		}
		i++;
		if (n && number(a, argv[i], n))
			return -1;
		if (s)
			*s = argv[i];
	}
	return set_mutant(o->mutant);
}

static const char *const hosts[] = {
	[BROKEN_NOT] = "right",
	[BROKEN_PROTECT] = "fewer-protected",
	[BROKEN_INVALIDATE] = "no-invalidate",
	[BROKEN_REPORT] = "report-before-flush",
	[BROKEN_START] = "start-unprotected",
	[BROKEN_MARK] = "no-host-mark",
	[BROKEN_LATE_MARK] = "late-host-mark",
	[BROKEN_EARLY_MARK] = "early-host-mark",
	[BROKEN_RESET] = "reset-copies-nothing",
};

static enum broken broken_host(const char *name)
{
	for (unsigned int i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (!strcmp(hosts[i], name))
			return (enum broken)i;
	fprintf(stderr, "lockstep: no host '%s'\n", name);
	exit(2);
}

static uint64_t gave_up(const struct bench *b)
{
	uint64_t n = 0;

	if (b->model)
		cw_model_counter(b->model, CW_CTR_NOT_FLUSHED, &n);
	return n;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What the log's own oracle has seen over all seeds. */
struct tally {
	uint64_t walks, fixes, pages, harvests, starts, marks, all, ring_pages, ring_full, roots, roots_parked, lost,
		lost_requests, resets, taken_back;
	struct cw_model_engine_resets engine;
	uint64_t kept;
};

static void engine_tally(struct cw_model_engine_resets *t, struct cw_model_engine_resets n)
{
	t->over += n.over;
	t->requests += n.requests;
	t->grants += n.grants;
	t->walks += n.walks;
	t->parked += n.parked;
	t->writes += n.writes;
}

static void log_tally(struct tally *t, const struct bench *b)
{
	uint64_t parked = 0;

	t->pages += b->compared;
	t->harvests += b->harvests;
	t->starts += b->log_starts[CW_LOG_PROTECT] + b->log_starts[CW_LOG_DIRTYBIT];
	t->marks += b->host_marks;
	t->all += b->all_dirty;
	t->walks += b->walks_failed;
	t->fixes += b->fixes_failed;
	t->kept += b->kept;
	t->ring_pages += b->ring_compared;
	t->ring_full += b->ring_full;
	if (b->model) {
		t->roots += cw_model_roots(b->model, &parked);
		t->roots_parked += parked;
		t->lost += cw_model_records_lost(b->model, &parked);
		t->lost_requests += parked;
		t->resets += cw_model_port_resets(b->model, &parked);
		t->taken_back += parked;
		engine_tally(&t->engine, cw_model_engine_resets(b->model));
	}
}

/* What must have happened at all in a run that counts for coverage. */
static unsigned int floors(const struct tally *t)
{
	const struct {
		uint64_t n;
		const char *what;
	} floor[] = {
		{t->roots, "other roots of shadow contexts in use"},
		{t->fixes, "reads and writes of the fixer that met a bus error"},
		{t->lost, "fault records that host memory did not take"},
		{t->resets, "resets of ports"},
		{t->taken_back, "grants that were taken back in resets of ports"},
		{t->roots_parked, "requests that were parked when their context got another root"},
		{t->engine.over, "resets of the engine"},
		{t->engine.requests, "of them with requests under way"},
		{t->engine.walks, "of them with walks that read"},
		{t->engine.parked, "of them with parked requests"},
		{t->engine.grants, "of them with grants whose accesses were not over"},
		{t->engine.writes, "of them with table writes on their way"},
		{t->kept, "entries that they have left as they were"},
	};
	unsigned int missing = 0;

	for (size_t i = 0; i < sizeof(floor) / sizeof(floor[0]); i++) {
		printf("%10llu %s\n", (unsigned long long)floor[i].n, floor[i].what);
		missing += !floor[i].n;
	}
	return missing;
}

static void log_passed(const struct tally *t, bool reads)
{
	if (reads && t->harvests)
		printf("passed: %llu harvests of a run of reads report no page (P27)\n",
		       (unsigned long long)t->harvests);
	if (t->pages)
		printf("passed: %llu pages as in the replica after %llu harvests (P22 P24 P25 P26 P29)\n",
		       (unsigned long long)t->pages, (unsigned long long)t->harvests);
	if (t->starts && t->pages)
		printf("passed: %llu starts and changes of PROTECT and DIRTYBIT lose no page (P23 P28)\n",
		       (unsigned long long)t->starts);
	if (t->marks && t->pages)
		printf("passed: %llu marks of the host (P51)\n", (unsigned long long)t->marks);
	if (t->ring_pages && t->ring_full)
		printf("passed: %llu pages as in the replica that dirty rings alone have filled, after %llu times full (P22 P25 P27)\n",
		       (unsigned long long)t->ring_pages, (unsigned long long)t->ring_full);
	if (t->walks)
		printf("passed: %llu reads of walks and %llu swaps of the fixer that failed (P43)\n",
		       (unsigned long long)t->walks, (unsigned long long)t->fixes);
	if (t->roots && t->roots_parked)
		printf("passed: %llu times another root under traffic, with %llu requests parked (P24 P31)\n",
		       (unsigned long long)t->roots, (unsigned long long)t->roots_parked);
	if (t->lost)
		printf("passed: %llu fault records that host memory did not take, with %llu requests (P9 P43)\n",
		       (unsigned long long)t->lost, (unsigned long long)t->lost_requests);
	if (t->resets && t->taken_back)
		printf("passed: %llu resets of ports under traffic, with %llu grants taken back (P21)\n",
		       (unsigned long long)t->resets, (unsigned long long)t->taken_back);
	if (t->engine.over && t->engine.requests && t->engine.writes && t->engine.grants)
		printf("passed: %llu resets of the engine under traffic, nothing of before was seen again (P21 P43)\n",
		       (unsigned long long)t->engine.over);
	if (t->all && t->pages)
		printf("passed: %llu times everything was dirty (P27)\n", (unsigned long long)t->all);
}

int main(int argc, char **argv)
{
	struct options o = {.seed = 1,
			    .seeds = 1,
			    .requests = 50000,
			    .name = "lockstep",
			    .mutant = "none",
			    .host = "right",
			    .cover = true};
	static uint64_t checks[CW_MODEL_RULES];
	static struct cube cube;
	unsigned int passed = 0, failed = 0;
	struct tally log = {0};
	struct bench *b;

	if (parse(argc, argv, &o))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	b = calloc(1, sizeof(*b));
	if (!b)
		return 2;
	for (uint64_t seed = o.seed; seed < o.seed + o.seeds; seed++) {
		double start = seconds();

		if (!bench_open(b, seed, o.requests, o.trace, o.oracle, o.aim, &cube)) {
			b->flips = o.flips;
			b->reads = o.reads;
			b->migration = o.migration;
			b->errors &= !o.migration; /* they make everything dirty, and hide what was lost otherwise */
			b->broken = broken_host(o.host);
			bench_run(b);
		}
		if (b->failed) {
			failed++;
			printf("FAIL kind: %s\n     %s\n     replay: lockstep --seed %llu --requests %llu\n", b->kind,
			       b->text, (unsigned long long)seed, (unsigned long long)o.requests);
		} else {
			passed++;
		}
		printf("seed %llu: %llu requests, %llu cycles, %u hot commands, %llu DMA checks, %llu FLUSHes gave up, "
		       "%llu DRAINs with %llu parked, %llu bursts, %llu refused, digest %016llx, %.1f s\n",
		       (unsigned long long)seed, (unsigned long long)b->requests,
		       b->sim ? (unsigned long long)cw_sim_cycle(b->sim) : 0, b->hot.consumer,
		       (unsigned long long)b->dma, (unsigned long long)gave_up(b), (unsigned long long)b->drained,
		       (unsigned long long)b->drained_parked, (unsigned long long)b->bridge_answers[0],
		       (unsigned long long)b->bridge_answers[1], (unsigned long long)b->digest, seconds() - start);
		printf("         log: %u starts of CAPTURE, %u of PROTECT, %u of DIRTYBIT, %u harvests, %u pages reported, %u marks of "
		       "the host, %llu bus errors, %u times everything, %llu pages compared\n",
		       b->log_starts[CW_LOG_CAPTURE], b->log_starts[CW_LOG_PROTECT], b->log_starts[CW_LOG_DIRTYBIT],
		       b->harvests, b->reported, b->host_marks, (unsigned long long)b->bus_errors, b->all_dirty,
		       (unsigned long long)b->compared);
		printf("         rings: %llu set, %llu entries, %llu full, %llu soft limits, %llu bus errors, %llu skipped, %llu pages compared\n",
		       (unsigned long long)b->ring_sets, (unsigned long long)b->ring_entries,
		       (unsigned long long)b->ring_full, (unsigned long long)b->softs,
		       (unsigned long long)b->ring_errors, (unsigned long long)b->ring_skips,
		       (unsigned long long)b->ring_compared);
		log_tally(&log, b);
		for (unsigned int r = 0; r < CW_MODEL_RULES && b->model; r++)
			checks[r] += cw_model_checks(b->model, r);
		bench_close(b);
		if (failed && o.stop)
			break;
	}
	/* What cannot be met was not, whatever the run is for. */
	if (!failed && !o.oracle &&
	    !cube_report(&cube,
			 !o.cover || !o.aim ? CUBE_MET :
			 o.longer	    ? CUBE_LONG :
					      CUBE_ALL,
			 o.cube))
		failed++;
	if (o.cover) {
		unsigned int missing = floors(&log);

		if (missing)
			printf("FAIL kind: coverage\n     %u of what is above was never met\n", missing);
		failed += missing != 0;
		passed += !missing;
	}
	/* What a run with a failure has checked counts for nothing. */
	for (unsigned int r = 0; r < CW_MODEL_RULES; r++)
		if (checks[r] && !failed && !o.oracle)
			printf("passed: %llu checks in lock step (P%u)\n", (unsigned long long)checks[r], r);
	if (!failed)
		log_passed(&log, o.reads);
	free(b);
	printf("%s: %u passed, %u failed\n", o.name, passed, failed);
	return failed ? 1 : 0;
}
