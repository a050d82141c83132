/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * mutants LOCKSTEP [NAME...]: every mutant of sim/mutants.def that has "mutants" among its suites, or those that are
 * named, must be found by the lock-step run, by a check that knows what is wrong, within a bounded number of requests;
 * and the same engine without a mutant must pass the same run.
 * mutants --log LOCKSTEP [NAME...]: the same of "mutants-log" and of broken hosts: by the replicas of the dirty log
 * alone, in runs made for it (--migration).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SEEDS = 12,
	DATA_SEEDS =
		24, /* a page must be used just when it should not be, cycles must be met (--aim): that takes longer */
	LOG_SEEDS = 60, /* one in three of them is in CAPTURE */
	DEADLINE = 240, /* of processor time, however busy the machine */
};

#define DATA_REQUESTS "60000"
#define REQUESTS "30000"
#define LOG_REQUESTS "40000"

enum how { BY_MODEL, BY_DATA, BY_REPLICA };

static const struct {
	const char *name;
	const char *suites; /* "oracle": the oracles beside the model find it too; "aim": in runs with --aim */
	const char *rules;  /* of the protocol, that it breaks */
	const char *kinds;  /* any of them is a right finding */
} mutants[] = {
#define CW_MUTANT(name, suites, rules, kinds, what) {#name, suites, rules, kinds},
#include "sim/mutants.def"
#undef CW_MUTANT
};

enum { NMUTANT = sizeof(mutants) / sizeof(mutants[0]) };

/* Hosts that do a pass of the dirty log wrong: the replica alone must find them. */
static const char *const hosts[][2] = {
	{"fewer-protected", "P22"},   {"no-invalidate", "P22"},	       {"report-before-flush", "P22"},
	{"start-unprotected", "P28"}, {"no-host-mark", "P51"},	       {"late-host-mark", "P51"},
	{"early-host-mark", "P51"},   {"reset-copies-nothing", "P43"},
};

enum { NHOST = sizeof(hosts) / sizeof(hosts[0]) };

struct finding {
	char kind[64];	 /* what it was found by, "" if by nothing */
	char last[1024]; /* last line of its output */
	unsigned int seed;
};

/* Bits flip in these, so that errors are counted; by the model they are found sooner than by the data. */
static bool flips(const char *name)
{
	return !strncmp(name, "PARITY_", 7);
}

/* Run one engine, with seeds from `seed` to `last` until one finds it. Its exit status, or -1 if it was killed. */
static int run(const char *path, const char *name, const char *host, bool aim, enum how how, unsigned int seed,
	       unsigned int last, struct finding *f)
{
	char line[1024], first[12], seeds[12];
	char *argv[20] = {(char *)path,
			  "--mutant",
			  (char *)name,
			  "--host",
			  (char *)host,
			  "--seed",
			  first,
			  "--seeds",
			  seeds,
			  "--no-cover",
			  "--stop",
			  "--requests",
			  how == BY_MODEL ? REQUESTS :
			  how == BY_DATA  ? DATA_REQUESTS :
					    LOG_REQUESTS};
	unsigned int argc = 13;
	int out[2], status;
	FILE *from;
	pid_t pid;

	snprintf(first, sizeof(first), "%u", seed);
	snprintf(seeds, sizeof(seeds), "%u", last - seed + 1);
	*f = (struct finding){.seed = last};
	if (how != BY_MODEL && !flips(name))
		argv[argc++] = "--oracle";
	if (how == BY_REPLICA)
		argv[argc++] = "--migration";
	if (aim)
		argv[argc++] = "--aim";
	if (flips(name))
		argv[argc++] = "--flips";
	if (pipe(out))
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		dup2(out[1], 1);
		dup2(out[1], 2);
		close(out[0]);
		close(out[1]);
		setrlimit(RLIMIT_CPU, &(struct rlimit){DEADLINE, DEADLINE});
		execv(path, argv);
		_exit(127);
	}
	close(out[1]);
	from = fdopen(out[0], "r");
	while (from && fgets(line, sizeof(line), from)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(f->last, sizeof(f->last), "%s", line);
		if (!f->kind[0] && !strncmp(line, "FAIL kind: ", 11))
			snprintf(f->kind, sizeof(f->kind), "%.60s", line + 11);
		sscanf(line, " replay: lockstep --seed %u", &f->seed);
	}
	if (from)
		fclose(from);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	if (!len)
		return false;
	for (const char *w = words; (w = strstr(w, word)); w += len)
		if ((w == words || w[-1] == ' ') && (w[len] == ' ' || !w[len]))
			return true;
	return false;
}

/*
 * The next seed whose run can show it: hints and their epochs there are in CAPTURE only, what hosts do wrong elsewhere,
 * and the summaries of the log (P26, P29) in all modes.
 */
static unsigned int next_seed(enum how how, bool host, const char *rules, unsigned int seed)
{
	while (how == BY_REPLICA && !has_word(rules, "P26") && !has_word(rules, "P29") && (seed % 3 == 0) == host)
		seed++;
	return seed;
}

/*
 * Found by FINDINGS seeds, each time by one of these kinds. Of the runs for the log each seed is one of its own: what
 * shows as another kind there is said, counts for nothing, and the next seed is tried.
 */
static bool found(const char *path, const char *name, const char *host, bool aim, const char *rules, const char *kinds,
		  enum how how)
{
	const char *const ways[] = {"", ", without the model", flips(name) ? ", by the model" : ", by a replica"};
	static const unsigned int limits[] = {SEEDS, DATA_SEEDS, LOG_SEEDS}, findings[] = {1, 1, 2};
	bool is_host = strcmp(host, "right") != 0;
	const char *what = is_host ? host : name;
	unsigned int n = 0, seed, last;
	unsigned int most = aim ? DATA_SEEDS : limits[how];
	char seeds[64] = "", kind[sizeof(((struct finding *)0)->kind)] = "";
	struct finding f = {0};

	for (seed = next_seed(how, is_host, rules, 1); n < findings[how] && seed <= most;
	     seed = next_seed(how, is_host, rules, f.seed + 1)) {
		int status;

		last = how == BY_REPLICA ? seed : most;
		status = run(path, name, host, aim, how, seed, last, &f);
		if (!status)
			continue;
		if (status < 0 || !has_word(kinds, f.kind)) {
			if (status < 0 || how != BY_REPLICA)
				break;
			printf("%-26s seed %u: %s, which does not count\n", what, f.seed, f.kind);
			continue;
		}
		memcpy(kind, f.kind, sizeof(kind));
		snprintf(seeds + strlen(seeds), sizeof(seeds) - strlen(seeds), " %u", f.seed);
		n++;
	}
	printf("%-26s %s%s%s, seeds%s\n", what, n == findings[how] ? "found by " : "NOT FOUND as expected: ",
	       n == findings[how] ? kind :
	       f.kind[0]	  ? f.kind :
				    f.last,
	       ways[how], seeds);
	if (n == findings[how])
		printf("passed: %s found by %s%s (%s)\n", what, kind, ways[how], rules);
	return n == findings[how];
}

static bool asked_for(unsigned int m, const char *suite, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], mutants[m].name))
			return true;
	return argc == 1 && has_word(mutants[m].suites, suite);
}

int main(int argc, char **argv)
{
	static const char *const seen = "dma-poison dma-owner dma-protected dma-wild sim completion-value "
					"completion-wrong drain-held stop-grant log-lost";
	static const char *const lost = "log-lost dring-lost";
	bool log = argc > 1 && !strcmp(argv[1], "--log");
	const char *suite = log ? "mutants-log" : "mutants";
	unsigned int passed = 0, failed = 0;
	struct finding f;
	int status;

	argc -= 1 + log;
	argv += 1 + log;
	if (argc < 1) {
		fprintf(stderr, "mutants: the first argument is the lock-step run of the engine with all mutants\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = run(argv[0], "none", "right", false, log ? BY_REPLICA : BY_MODEL, 1, SEEDS, &f);
	printf("%-26s %s\n", "none", !status ? "passes" : f.kind[0] ? f.kind : f.last);
	*(status ? &failed : &passed) += 1;
	for (unsigned int m = 0; m < NMUTANT; m++) {
		const char *name = mutants[m].name, *rules = mutants[m].rules, *suites = mutants[m].suites;
		bool aim = has_word(suites, "aim");

		if (!asked_for(m, suite, argc, argv))
			continue;
		if (log || has_word(suites, "mutants"))
			*(found(argv[0], name, "right", aim && !log, rules,
				log && !flips(name) ? lost : mutants[m].kinds, log ? BY_REPLICA : BY_MODEL) ?
				  &passed :
				  &failed) += 1;
		if (!log && has_word(suites, "oracle"))
			*(found(argv[0], name, "right", aim, rules, seen, BY_DATA) ? &passed : &failed) += 1;
	}
	for (unsigned int h = 0; h < NHOST && log && argc == 1; h++)
		*(found(argv[0], "none", hosts[h][0], false, hosts[h][1], lost, BY_REPLICA) ? &passed : &failed) += 1;
	printf("%s: %u passed, %u failed\n", suite, passed, failed);
	return failed ? 1 : 0;
}
