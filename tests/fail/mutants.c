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
#define REQUESTS "30000"

enum { KINDS = 6, DEADLINE = 240 };

static const struct {
	const char *name;
	const char *kinds[KINDS]; /* any of them is a right finding */
} mutants[] = {
	{"STAMP_AT_GRANT", {"stamp-changed", "close-early", "flush-old-request"}},
	{"MERGE_POISONED", {"merge-poisoned"}},
	{"FILL_AFTER_INV_PAGE", {"fill-stale-page"}},
	{"FILL_AFTER_INV_NEIGHBOUR", {"fill-stale-neighbour"}},
	{"FILL_AFTER_INV_WC", {"fill-stale-wc"}},
	{"INVALIDATE_BEFORE_ACK", {"invalidate-before-ack"}},
	{"COMPLETE_BEFORE_ACK", {"complete-before-ack"}},
	{"SECOND_FLIP_EARLY", {"second-flip"}},
	{"JOIN_OPEN_FLIP", {"flush-early", "flip-late", "flush-old-request"}},
	{"LOOKUP_SLOT_GAP", {"stale-walk-cache"}},
	{"UNCOUNTED_ORPHAN", {"close-early", "flush-old-walk"}},
	{"BLIND_SWAP", {"blind-swap", "completion-wrong", "table-content"}},
	{"STALE_RESUME", {"stale-resume"}},
	{"FILL_FAULTING", {"fill-faulting"}},
	{"WRONG_DOMAIN_TAG", {"merge-wrong", "stale-hit", "stale-walk-cache", "dma-owner"}},
	{"LOAD_BEFORE_ACK", {"load-before-ack", "invalidate-before-ack", "flush-before-ack", "read-value"}},
	{"LOST_MERGE", {"request-lost", "hang", "result-unknown"}},
	{"RECORD_BEFORE_DATA", {"completion-wrong", "completion-value", "fault-record"}},
	{"GLOBAL_EPOCH", {"stamp-wrong"}},
};

enum { NMUTANT = sizeof(mutants) / sizeof(mutants[0]) };

/* Run one engine; `kind` gets what it was found by, "" if by nothing. Its exit status, or -1 if it was killed. */
static int run(const char *dir, const char *name, char *kind, size_t size, char *last, size_t last_size)
{
	char path[512], line[1024];
	int out[2], status;
	FILE *from;
	pid_t pid;

	kind[0] = last[0] = '\0';
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
		execl(path, name, "--seed", "1", "--seeds", SEEDS, "--requests", REQUESTS, "--no-cover", "--stop",
		      NULL);
		_exit(127);
	}
	close(out[1]);
	from = fdopen(out[0], "r");
	while (from && fgets(line, sizeof(line), from)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(last, last_size, "%s", line);
		if (!kind[0] && !strncmp(line, "FAIL kind: ", 11))
			snprintf(kind, size, "%s", line + 11);
	}
	if (from)
		fclose(from);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static bool expected(unsigned int m, const char *kind)
{
	for (unsigned int i = 0; i < KINDS && mutants[m].kinds[i]; i++)
		if (!strcmp(mutants[m].kinds[i], kind))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0;
	char kind[64], last[1024];
	int status;

	if (argc != 2) {
		fprintf(stderr, "mutants: one argument, the directory of the broken engines\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	status = run(argv[1], "none", kind, sizeof(kind), last, sizeof(last));
	printf("%-26s %s\n", "none", status ? kind[0] ? kind : last : "passes");
	*(status ? &failed : &passed) += 1;
	for (unsigned int m = 0; m < NMUTANT; m++) {
		bool found;

		status = run(argv[1], mutants[m].name, kind, sizeof(kind), last, sizeof(last));
		found = status > 0 && expected(m, kind);
		printf("%-26s %s%s\n", mutants[m].name,
		       found ? "found by " : "NOT FOUND as expected: ", kind[0] ? kind : last);
		*(found ? &passed : &failed) += 1;
	}
	printf("mutants: %u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
