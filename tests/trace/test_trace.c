/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* protocol-trace, with and without -s, must find every kind of gap, and none where there is none. The argument is the
 * program. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static const char *program;
static char dir[] = "/tmp/catwalk-trace-XXXXXX";
static char out[65536];
static bool spec;

static char *path(const char *name)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s/%s", dir, name);
	return text;
}

static void put(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(const char *name, const char *fmt, ...)
{
	FILE *f = fopen(path(name), "w");
	va_list ap;

	if (!f)
		exit(2);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fclose(f);
}

/* A page in which all is well but for one rule: its last column is `cell`; NULL: it has no row. */
static void page(unsigned int odd, const char *cell)
{
	FILE *f = fopen(path("page"), "w");

	if (!f)
		exit(2);
	fprintf(f, "| rule | what | tested |\n|---|---|---|\n");
	for (unsigned int r = 1; r <= 51; r++) {
		if (r > 44 && r < 51)
			continue;
		if (r != odd)
			fprintf(f, "| P%u | words | `all` |\n", r);
		else if (cell)
			fprintf(f, "| P%u | words | %s |\n", r, cell);
	}
	fclose(f);
}

/* The suite `all` has an assertion of every rule but one, two of them in one line. */
static void suite(unsigned int without, unsigned int failed)
{
	FILE *f = fopen(path("all.log"), "w");

	if (!f)
		exit(2);
	for (unsigned int r = 1; r <= 51; r++) {
		if (r == without)
			continue;
		if (r == 7)
			fprintf(f, "passed: two at once (that is, both) (P7 P8)\n");
		else if (r != 8)
			fprintf(f, "passed: something (P%u)\n", r);
	}
	fprintf(f, "all: %u passed, %u failed\n", 51 - failed, failed);
	fclose(f);
}

static int trace(const char *a, const char *b)
{
	int fd[2], status = 0;
	ssize_t got;
	size_t n = 0;
	pid_t pid;

	if (pipe(fd))
		exit(2);
	pid = fork();
	if (pid == 0) {
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		close(fd[0]);
		if (spec)
			execl(program, program, "-s", path("page"), dir, a, b, (char *)NULL);
		else
			execl(program, program, path("page"), dir, a, b, (char *)NULL);
		_exit(127);
	}
	close(fd[1]);
	while (n < sizeof(out) - 1 && (got = read(fd[0], out + n, sizeof(out) - 1 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(fd[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Exactly one gap, said in these words. */
static void one_gap(const char *words)
{
	if (!CHECK_EQ(trace("all", "model"), 1) || !CHECK(strstr(out, words) != NULL) ||
	    !CHECK(strstr(out, "45 rules, 1 gaps") != NULL))
		printf("%s", out);
}

static void good(void)
{
	suite(0, 0);
	put("model.log", "passed: a search (P3)\nmodel: 1 passed, 0 failed\n");
	page(0, NULL);
	if (!CHECK_EQ(trace("all", "model"), 0))
		printf("%s", out);
	CHECK(strstr(out, "45 rules, 0 gaps") != NULL);
	CHECK(strstr(out, "P3      1      1  all:1 model:1\n") != NULL);
	CHECK(strstr(out, "P8      1      0  all:1\n") != NULL);
}

static void a_row_is_missing(void)
{
	page(20, NULL);
	one_gap("GAP P20: has no row");
}

static void a_reason_is_enough_and_must_be_one(void)
{
	suite(31, 0);
	page(31, "not built yet: there is nothing of it");
	CHECK_EQ(trace("all", "model"), 0);
	page(31, "not tested: nothing that a program can look at");
	CHECK_EQ(trace("all", "model"), 0);
	page(31, "not built yet: soon");
	one_gap("GAP P31: no assertion");
	page(31, "words and words and words");
	one_gap("GAP P31: no assertion");
	suite(0, 0);
}

static void a_named_suite_must_have_it(void)
{
	page(5, "`all`, `model`");
	one_gap("GAP P5: the page names the suite model, which has no assertion of it");
	page(5, "`all`, `nobody`");
	one_gap("GAP P5: the page names the suite nobody, which does not exist");
	suite(5, 0);
	page(5, "`all`. The rest: not built yet: for reasons that are plain");
	one_gap("GAP P5: the page names the suite all, which has no assertion of it");
	suite(0, 0);
}

static void the_model_alone_is_not_enough(void)
{
	suite(3, 0);
	page(3, "`model`");
	one_gap("GAP P3: only the model");
	page(3, "`model`. not built yet: the engine has nothing of it");
	CHECK_EQ(trace("all", "model"), 0);
	suite(0, 0);
}

static void what_failed_or_did_not_end_does_not_count(void)
{
	page(0, NULL);
	suite(0, 1);
	CHECK_EQ(trace("all", "model"), 1);
	CHECK(strstr(out, "which failed") != NULL && strstr(out, "45 rules, 90 gaps") != NULL);
	put("all.log", "passed: before it died (P1)\n");
	CHECK_EQ(trace("all", "model"), 1);
	CHECK(strstr(out, "printed no count") != NULL);
	suite(0, 0);
	put("all.result", "51 1\n"); /* the runner saw its exit status */
	CHECK_EQ(trace("all", "model"), 1);
	CHECK(strstr(out, "which failed") != NULL);
	unlink(path("all.result"));
	unlink(path("all.log"));
	CHECK_EQ(trace("all", "model"), 1);
	CHECK(strstr(out, "did not run") != NULL);
	suite(0, 0);
}

static void what_is_old_does_not_count(void)
{
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	char arg[300];

	page(0, NULL);
	put("program", "new\n");
	snprintf(arg, sizeof(arg), "all=/nowhere,%s", path("program"));
	utimensat(AT_FDCWD, path("program"), old, 0);
	CHECK_EQ(trace(arg, "model"), 0);
	put("program", "new\n");
	utimensat(AT_FDCWD, path("all.log"), old, 0);
	CHECK_EQ(trace(arg, "model"), 1);
	CHECK(strstr(out, "ran before its last change") != NULL);
	suite(0, 0);
}

static void only_such_lines_count(void)
{
	suite(9, 0);
	page(0, NULL);
	put("model.log", "not passed: (P9)\n passed: indented (P9)\npassed: without rules P9\npassed: words (P9\n"
			 "PASS something (P9)\nmodel: 1 passed, 0 failed\n");
	CHECK_EQ(trace("all", "model"), 1);
	CHECK(strstr(out, "P9      0      0") != NULL);
	suite(0, 0);
}

/* --- rules of the MMU core --- */

/* All ids; the row of one has another cell, or is not there. */
static void spec_page(const char *odd, const char *cell)
{
	static const char *const family[] = {"ROLE-", "SPTE-", "FPF-", "DL-", "MS-", "ZAP-", "ST-"};
	static const char *const scenario[] = {
		"T-DL-01", "T-DL-05", "T-DL-06", "T-DL-09", "T-DL-10", "T-DL-11", "T-DL-12", "T-FP-01",
		"T-FP-02", "T-FP-03", "T-FP-05", "T-FP-06", "T-FP-07", "T-FP-10", "T-MS-02", "T-MS-03",
		"T-MS-04", "T-MS-05", "T-MS-06", "T-MS-07", "T-MS-08", "T-MS-10", "T-MS-12", "T-MS-13",
		"T-MS-14", "T-RL-01", "T-RL-04", "T-RL-05", "T-RL-06", "T-RL-07", "T-RL-08", "T-RL-09",
		"T-ZP-01", "T-ZP-02", "T-ZP-03", "T-ZP-04", "T-ZP-05", "T-ZP-06", "T-ZP-08"};
	static const unsigned int n[] = {21, 18, 9, 11, 17, 12, 4};
	FILE *p = fopen(path("page"), "w"), *log = fopen(path("all.log"), "w");
	char id[16];

	if (!p || !log)
		exit(2);
	for (unsigned int i = 0; i < 7 + 39; i++) {
		for (unsigned int k = 1; k <= (i < 7 ? n[i] : 1); k++) {
			if (i < 7)
				snprintf(id, sizeof(id), "%s%u", family[i], k);
			else
				snprintf(id, sizeof(id), "%s", scenario[i - 7]);
			if (strcmp(id, odd)) {
				fprintf(p, "| %s | words | `all` |\n", id);
				fprintf(log, "passed: something (%s)\n", id);
			} else if (cell) {
				fprintf(p, "| %s | words | %s |\n", id, cell);
			}
		}
	}
	fprintf(log, "passed: of the protocol (P12)\nall: 131 passed, 0 failed\n");
	fclose(p);
	fclose(log);
}

static void spec_gap(const char *words)
{
	int want = words != NULL;

	if (!CHECK_EQ(trace("all", "model"), want) || (words && !CHECK(strstr(out, words) != NULL)) ||
	    !CHECK(strstr(out, words ? "131 rules, 1 gaps" : "131 rules, 0 gaps") != NULL))
		printf("%s", out);
}

static void rules_of_the_core(void)
{
	spec = true;
	put("model.log", "model: 1 passed, 0 failed\n");
	spec_page("", NULL);
	spec_gap(NULL);
	spec_page("DL-7", NULL);
	spec_gap("GAP DL-7: has no row");
	spec_page("T-ZP-08", NULL);
	spec_gap("GAP T-ZP-08: has no row");
	spec_page("MS-17", "words, and no more");
	spec_gap("GAP MS-17: no assertion");
	spec_page("MS-17", "does not apply: there is nothing of that kind");
	spec_gap(NULL);
	spec_page("MS-17", "not tested: there is nothing of that kind");
	spec_gap("GAP MS-17: no assertion");
	spec_page("ST-4", "open: histogram; does not apply: never mind, it is open");
	spec_gap("GAP ST-4: open: histogram");
	spec_page("SPTE-15", "`all` by P12");
	spec_gap(NULL);
	spec_page("SPTE-15", "by P13");
	CHECK_EQ(trace("all", "model"), 1);
	CHECK(strstr(out, "names P13, of which no assertion") != NULL);
	spec_page("SPTE-15", "`all`");
	CHECK_EQ(trace("all", "model"), 1);
	CHECK(strstr(out, "the suite all, which has no assertion") != NULL);
	spec = false;
}

int main(int argc, char **argv)
{
	if (argc != 2 || !mkdtemp(dir)) {
		fprintf(stderr, "usage: %s PROGRAM\n", argv[0]);
		return 2;
	}
	program = argv[1];
	RUN(good);
	RUN(a_row_is_missing);
	RUN(a_reason_is_enough_and_must_be_one);
	RUN(a_named_suite_must_have_it);
	RUN(the_model_alone_is_not_enough);
	RUN(what_failed_or_did_not_end_does_not_count);
	RUN(what_is_old_does_not_count);
	RUN(only_such_lines_count);
	RUN(rules_of_the_core);
	for (unsigned int i = 0; i < 4; i++)
		unlink(path(i == 0 ? "page" : i == 1 ? "all.log" : i == 2 ? "model.log" : "program"));
	rmdir(dir);
	return CHECK_DONE("trace");
}
