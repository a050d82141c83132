/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * selftest-mutants CATWALK [NAME...]: `catwalk selftest` with an engine that holds all mutants. Without one it passes;
 * with each that breaks a block it must fail, and by the name of that block; and there is one for every block.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE "sim:table-mem=ideal:5,host-mem=ideal:5,host-time=fixed:100"
enum { DEADLINE = 120 };

static const struct {
	const char *name, *suites, *rules, *kinds;
} mutants[] = {
#define CW_MUTANT(name, suites, rules, kinds, what) {#name, suites, rules, kinds},
#include "sim/mutants.def"
#undef CW_MUTANT
};

enum { NMUTANT = sizeof(mutants) / sizeof(mutants[0]) };

/* Mutants of other suites that also break a block. */
static const char *const others[][2] = {
	{"BLIND_SWAP", "entry-update unit"}, {"RESERVED_IGNORED", "broken tables"},
	{"TABLE_ANYWHERE", "broken tables"}, {"AT_KEEP_SAVED", "fixer"},
	{"LOST_SUMMARY_CONT", "harvest"},    {"HARVEST_CLEAR_NO_ROOM", "harvest"},
	{"DRING_WRAP", "dirty ring"},	     {"DRING_FULL_DROPS", "dirty ring"},
};

static const char *program;
static json_t *blocks; /* of the self test */
static bool *covered;
static unsigned passed, failed;

static bool judge(bool ok)
{
	*(ok ? &passed : &failed) += 1;
	return ok;
}

/* The report of the self test, or NULL. */
static json_t *run(const char *mutant)
{
	char command[512];
	json_t *report;
	FILE *from;

	snprintf(command, sizeof(command), "CATWALK_MUTANT=%s timeout %d %s selftest --json --device %s 2>/dev/null",
		 mutant, DEADLINE, program, DEVICE);
	from = popen(command, "r");
	if (!from)
		return NULL;
	report = json_loadf(from, JSON_DISABLE_EOF_CHECK, NULL);
	pclose(from);
	return report;
}

static void breaks(const char *mutant, const char *block, const char *rules)
{
	json_t *report = run(mutant);
	const char *named = json_string_value(json_object_get(report, "failed"));
	const char *reason = json_string_value(json_object_get(report, "reason"));

	if (judge(named && !strcmp(named, block))) {
		printf("passed: %s: the self test names '%s': %s (%s)\n", mutant, block, reason, rules);
		for (size_t i = 0; i < json_array_size(blocks); i++)
			covered[i] |= !strcmp(json_string_value(json_array_get(blocks, i)), block);
	} else {
		printf("%s: must name '%s', but: %s: %s\n", mutant, block, named ? named : "no report",
		       reason ? reason : "");
	}
	json_decref(report);
}

static bool asked_for(const char *mutant, int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], mutant))
			return true;
	return argc == 2;
}

int main(int argc, char **argv)
{
	json_t *report;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2) {
		fprintf(stderr, "selftest-mutants: the first argument is the command with all mutants\n");
		return 2;
	}
	program = argv[1];
	report = run("none");
	if (!judge(json_is_true(json_object_get(report, "ok"))))
		printf("it fails without a mutant\n");
	blocks = json_object_get(report, "passed");
	covered = calloc(json_array_size(blocks) + 1, sizeof(*covered));
	for (unsigned m = 0; m < NMUTANT && covered; m++)
		if (strstr(mutants[m].suites, "selftest-mutants") && asked_for(mutants[m].name, argc, argv))
			breaks(mutants[m].name, mutants[m].kinds, mutants[m].rules);
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]) && covered; i++)
		if (asked_for(others[i][0], argc, argv))
			breaks(others[i][0], others[i][1], "");
	for (size_t i = 0; i < json_array_size(blocks) && covered && argc == 2; i++)
		if (!judge(covered[i]))
			printf("no mutant breaks '%s'\n", json_string_value(json_array_get(blocks, i)));
	free(covered);
	json_decref(report);
	printf("selftest-mutants: %u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
