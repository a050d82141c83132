/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * mutants LOCKSTEP [NAME...]: every mutant of sim/mutants.def that has "mutants" among its suites, or those that are
 * named, must be found by the lock-step run, by a check that knows what is wrong, within a bounded number of requests;
 * and the same engine without a mutant must pass the same run.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEEDS "12"	/* the first failure ends a run */
#define DATA_SEEDS "24" /* a page must be used just when it should not be: that takes longer */
#define DATA_REQUESTS "60000"
#define REQUESTS "30000"

enum { DEADLINE = 240 };

static const struct {
	const char *name;
	const char *suites; /* "oracle": the oracles beside the model find it too */
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
	{"fewer-protected", "P22"},   {"no-invalidate", "P22"}, {"report-before-flush", "P22"},
	{"start-unprotected", "P28"}, {"no-host-mark", "P51"},
};

enum { NHOST = sizeof(hosts) / sizeof(hosts[0]) };

struct finding {
	char kind[64];	 /* what it was found by, "" if by nothing */
	char last[1024]; /* last line of its output */
};

/* Run one engine. Its exit status, or -1 if it was killed. */
static int run(const char *path, const char *name, const char *host, bool data, struct finding *f)
{
	char line[1024];
	char *argv[16] = {(char *)path,
			  "--mutant",
			  (char *)name,
			  "--host",
			  (char *)host,
			  "--seed",
			  "1",
			  "--seeds",
			  data ? DATA_SEEDS : SEEDS,
			  "--requests",
			  data ? DATA_REQUESTS : REQUESTS,
			  "--no-cover",
			  "--stop"};
	unsigned int argc = 13;
	int out[2], status;
	FILE *from;
	pid_t pid;

	f->kind[0] = f->last[0] = '\0';
	if (data)
		argv[argc++] = "--oracle";
	/* Bits flip in these, so that errors are counted. */
	if (!strncmp(name, "PARITY_", 7))
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
		alarm(DEADLINE);
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

static bool found(const char *path, unsigned int m, bool data)
{
	static const char *const seen = "dma-poison dma-owner dma-protected dma-wild sim completion-value "
					"completion-wrong drain-held stop-grant log-lost";
	struct finding f;
	int status = run(path, mutants[m].name, "right", data, &f);
	bool ok = status > 0 && has_word(data ? seen : mutants[m].kinds, f.kind);

	printf("%-26s %s%s%s\n", mutants[m].name,
	       ok ? "found by " : "NOT FOUND as expected: ", f.kind[0] ? f.kind : f.last,
	       data ? ", without the model" : "");
	if (ok)
		printf("passed: %s found by %s%s (%s)\n", mutants[m].name, f.kind, data ? ", without the model" : "",
		       mutants[m].rules);
	return ok;
}

static bool host_found(const char *path, unsigned int h)
{
	struct finding f;
	bool ok = run(path, "none", hosts[h][0], true, &f) > 0 && !strcmp(f.kind, "log-lost");

	printf("%-26s %s%s\n", hosts[h][0], ok ? "found by " : "NOT FOUND as expected: ", f.kind[0] ? f.kind : f.last);
	if (ok)
		printf("passed: a host with %s found by %s (%s)\n", hosts[h][0], f.kind, hosts[h][1]);
	return ok;
}

static bool asked_for(unsigned int m, int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], mutants[m].name))
			return true;
	return argc == 2 && has_word(mutants[m].suites, "mutants");
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0;
	struct finding f;
	int status;

	if (argc < 2) {
		fprintf(stderr, "mutants: the first argument is the lock-step run of the engine with all mutants\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = run(argv[1], "none", "right", false, &f);
	printf("%-26s %s\n", "none", !status ? "passes" : f.kind[0] ? f.kind : f.last);
	*(status ? &failed : &passed) += 1;
	for (unsigned int m = 0; m < NMUTANT; m++) {
		if (!asked_for(m, argc, argv))
			continue;
		*(found(argv[1], m, false) ? &passed : &failed) += 1;
		if (has_word(mutants[m].suites, "oracle"))
			*(found(argv[1], m, true) ? &passed : &failed) += 1;
	}
	for (unsigned int h = 0; h < NHOST && argc == 2; h++)
		*(host_found(argv[1], h) ? &passed : &failed) += 1;
	printf("mutants: %u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
