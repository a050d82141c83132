/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * mutants DIR: every broken engine in DIR must be found by the lock-step run, by a check that knows what is wrong,
 * within a bounded number of requests; and DIR/none, which is not broken, must pass the same run.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEEDS "4"
#define DATA_SEEDS "24" /* a page must be used just when it should not be: that takes longer */
#define DATA_REQUESTS "60000"
#define REQUESTS "30000"

enum { KINDS = 6, DEADLINE = 240 };

static const struct {
	const char *name;
	bool data;		  /* the oracles beside the model find it too */
	const char *kinds[KINDS]; /* any of them is a right finding */
	const char *rules;	  /* of the protocol, that it breaks */
} mutants[] = {
	{"STAMP_AT_GRANT", false, {"stamp-changed", "close-early", "flush-old-request"}, "P4"},
	{"MERGE_POISONED", true, {"merge-poisoned"}, "P5"},
	{"FILL_AFTER_INV_PAGE", false, {"fill-stale-page"}, "P18"},
	{"FILL_AFTER_INV_NEIGHBOUR", false, {"fill-stale-neighbour"}, "P18"},
	{"FILL_AFTER_INV_WC", false, {"fill-stale-wc"}, "P18"},
	{"INVALIDATE_BEFORE_ACK", false, {"invalidate-before-ack"}, "P11 P18"},
	{"COMPLETE_BEFORE_ACK", false, {"complete-before-ack"}, "P11"},
	{"SECOND_FLIP_EARLY", true, {"second-flip"}, "P20"},
	{"JOIN_OPEN_FLIP", true, {"flush-early", "flip-late", "flush-old-request"}, "P19 P20"},
	{"LOOKUP_SLOT_GAP", false, {"stale-walk-cache"}, "P18"},
	{"UNCOUNTED_ORPHAN", false, {"close-early", "flush-old-walk"}, "P5 P19"},
	{"BLIND_SWAP", false, {"blind-swap", "completion-wrong", "table-content"}, "P10"},
	{"STALE_RESUME", false, {"stale-resume"}, "P32"},
	{"FILL_FAULTING", false, {"fill-faulting"}, "P35"},
	{"WRONG_DOMAIN_TAG", true, {"merge-wrong", "stale-hit", "stale-walk-cache", "dma-owner"}, "P1"},
	{"LOAD_BEFORE_ACK",
	 false,
	 {"load-before-ack", "invalidate-before-ack", "flush-before-ack", "read-value"},
	 "P14"},
	{"LOST_MERGE", false, {"request-lost", "hang", "result-unknown"}, "P9"},
	{"RECORD_BEFORE_DATA", false, {"completion-wrong", "completion-value", "fault-record"}, "P41"},
	{"QUEUE_AFTER_INV",
	 false,
	 {"fill-stale-page", "fill-stale-neighbour", "fill-stale-wc", "detach-cached", "merge-poisoned"},
	 "P18 P33"},
	{"STOP_LEAKS_RETRY", true, {"stop-leak", "stop-grant"}, "P30"},
	{"DRAIN_EARLY", false, {"flush-early", "drain-early", "drain-held"}, "P30"},
	{"NO_PARK_QUOTA", false, {"park-quota"}, "P38"},
	{"FENCE_CLEARS", false, {"close-early", "flush-old-request"}, "P21"},
	{"RELEASE_AT_ISSUE", false, {"dma-poison", "dma-protected"}, "P37"},
	{"BURST_CROSS", false, {"bridge-malformed", "dma-owner", "dma-wild"}, "P36"},
	{"GLOBAL_EPOCH", true, {"stamp-wrong", "close-early"}, "P20"},
	{"BLIND_FIX", false, {"blind-swap"}, "P10"},
	{"FIX_LARGE", false, {"verdict-wrong", "not-fixed"}, "P12"},
	{"FIX_HOST_RO", false, {"verdict-wrong", "fix-illegal"}, "P12"},
	{"AT_KEEP_SAVED", false, {"fix-wrong"}, "P12"},
	{"PROTECT_ON_MMIO", false, {"protect-wrong", "completion-value"}, "P13"},
	{"RESERVED_IGNORED", false, {"walk-wrong", "verdict-wrong"}, "P43"},
	{"LARGE_INV_CONTAIN", true, {"stale-hit"}, "P18"},
	{"FILL_AFTER_INV_LARGE", false, {"fill-stale-large"}, "P18"},
	{"PARITY_IGNORED", false, {"stale-hit"}, "P43"},
	{"PARITY_SWEEP", false, {"stale-hit"}, "P43"},
	{"TABLE_ANYWHERE", false, {"walk-wrong"}, "P43"},
};

enum { NMUTANT = sizeof(mutants) / sizeof(mutants[0]) };

struct finding {
	char kind[64];	 /* what it was found by, "" if by nothing */
	char last[1024]; /* last line of its output */
};

/* Run one engine. Its exit status, or -1 if it was killed. */
static int run(const char *dir, const char *name, bool data, struct finding *f)
{
	char path[512], line[1024];
	char *const argv[] = {path,
			      "--seed",
			      "1",
			      "--seeds",
			      data ? DATA_SEEDS : SEEDS,
			      "--requests",
			      data ? DATA_REQUESTS : REQUESTS,
			      "--no-cover",
			      "--stop",
			      data ? "--oracle" : NULL,
			      NULL};
	int out[2], status;
	FILE *from;
	pid_t pid;

	f->kind[0] = f->last[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, name);
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

static bool listed(const char *const *kinds, size_t n, const char *kind)
{
	for (size_t i = 0; i < n && kinds[i]; i++)
		if (!strcmp(kinds[i], kind))
			return true;
	return false;
}

static bool found(const char *dir, unsigned int m, bool data)
{
	static const char *const seen[] = {"dma-poison",       "dma-owner",	   "dma-protected", "dma-wild",	 "sim",
					   "completion-value", "completion-wrong", "drain-held",    "stop-grant"};
	struct finding f;
	int status = run(dir, mutants[m].name, data, &f);
	bool ok = status > 0 && (data ? listed(seen, sizeof(seen) / sizeof(seen[0]), f.kind) :
					listed(mutants[m].kinds, KINDS, f.kind));

	printf("%-26s %s%s%s\n", mutants[m].name,
	       ok ? "found by " : "NOT FOUND as expected: ", f.kind[0] ? f.kind : f.last,
	       data ? ", without the model" : "");
	if (ok && mutants[m].rules)
		printf("passed: %s found by %s%s (%s)\n", mutants[m].name, f.kind, data ? ", without the model" : "",
		       mutants[m].rules);
	return ok;
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0;
	struct finding f;
	int status;

	if (argc != 2) {
		fprintf(stderr, "mutants: one argument, the directory of the broken engines\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = run(argv[1], "none", false, &f);
	printf("%-26s %s\n", "none", !status ? "passes" : f.kind[0] ? f.kind : f.last);
	*(status ? &failed : &passed) += 1;
	for (unsigned int m = 0; m < NMUTANT; m++) {
		*(found(argv[1], m, false) ? &passed : &failed) += 1;
		if (mutants[m].data)
			*(found(argv[1], m, true) ? &passed : &failed) += 1;
	}
	printf("mutants: %u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
