/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * protocol-trace PAGE LOGDIR SUITE[=FILE,FILE…]…
 *
 * Which rule of the protocol is held by which assertion that ran and passed? PAGE is docs/protocol.md: a table with one
 * row per rule, whose last column names suites in backticks or says why there is none ("not built yet: …", "not tested:
 * …"). LOGDIR/SUITE.log is what a suite printed; an assertion is a line
 *
 *	passed: TEXT (P4 P18)
 *
 * and counts only if the suite as a whole passed and its log is not older than its FILEs. A rule is a gap if it has no
 * row; if its row names a suite that has no assertion of it; if nothing but the model has one, for that shows that the
 * rule is right, not that it is obeyed; and if it has neither assertion nor reason. Exit status 1 if there is a gap.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RULES = 52, SUITES = 256, LINE = 4096, REASON = 12 };

struct suite {
	char name[64];
	const char *why_not;	    /* NULL: its assertions count */
	unsigned int passed[RULES]; /* assertions by rule */
};

struct row {
	bool there, reason;
	char tested[LINE]; /* the last column */
};

static struct suite suites[SUITES];
static unsigned int nsuite;
static struct row rows[RULES];
static unsigned int gaps;

static void gap(unsigned int rule, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void gap(unsigned int rule, const char *fmt, ...)
{
	va_list ap;

	printf("GAP P%u: ", rule);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	gaps++;
}

static bool wanted(unsigned int rule)
{
	return (rule >= 1 && rule <= 44) || rule == 51;
}

/* "| P4 | … | … | tested |" */
static bool read_page(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[LINE];
	unsigned int rule;

	if (!f) {
		fprintf(stderr, "protocol-trace: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), f)) {
		char *end = strrchr(line, '|'), *last, *why;

		if (sscanf(line, "| P%u |", &rule) != 1 || rule >= RULES || !end)
			continue;
		*end = '\0';
		last = strrchr(line, '|');
		if (!last)
			continue;
		if (rows[rule].there)
			gap(rule, "has two rows");
		rows[rule].there = true;
		snprintf(rows[rule].tested, sizeof(rows[rule].tested), "%s", last + 1);
		why = strstr(last, "not built yet: ");
		if (!why)
			why = strstr(last, "not tested: ");
		rows[rule].reason = why && strlen(strchr(why, ':') + 1) > REASON;
	}
	fclose(f);
	return true;
}

/* Rules in the parenthesis at the end of an assertion. */
static void read_assertion(struct suite *s, const char *line)
{
	const char *p = strstr(line, ")\n") ? strrchr(line, '(') : NULL;

	for (p = p ? p + 1 : ""; *p == 'P'; p += strspn(p, " ,")) {
		char *end;
		unsigned long rule = strtoul(p + 1, &end, 10);

		if (end == p + 1 || rule >= RULES)
			return;
		s->passed[rule]++;
		p = end;
	}
}

static bool older(const char *path, const char *files)
{
	char list[LINE], *save = NULL;
	struct stat log, file;

	snprintf(list, sizeof(list), "%s", files);
	if (stat(path, &log))
		return true;
	for (char *f = strtok_r(list, ",", &save); f; f = strtok_r(NULL, ",", &save)) {
		if (!stat(f, &file) &&
		    (file.st_mtim.tv_sec > log.st_mtim.tv_sec ||
		     (file.st_mtim.tv_sec == log.st_mtim.tv_sec && file.st_mtim.tv_nsec > log.st_mtim.tv_nsec)))
			return true;
	}
	return false;
}

/* The runner's own word on a suite, if it ran there: it knows of exit status and timeouts. */
static bool result_failed(const char *dir, const char *name)
{
	char path[LINE];
	unsigned int passed, failed = 0;
	FILE *f;
	bool bad;

	snprintf(path, sizeof(path), "%s/%s.result", dir, name);
	f = fopen(path, "r");
	if (!f)
		return false;
	bad = fscanf(f, "%u %u", &passed, &failed) != 2 || failed;
	fclose(f);
	return bad;
}

static void read_suite(const char *dir, const char *arg)
{
	const char *files = strchr(arg, '=');
	int length = files ? (int)(files - arg) : (int)strlen(arg);
	char path[LINE], line[LINE], count[128] = "";
	struct suite *s = &suites[nsuite++];
	unsigned int passed, failed;
	FILE *f;

	snprintf(s->name, sizeof(s->name), "%.*s", length, arg);
	snprintf(path, sizeof(path), "%s/%s.log", dir, s->name);
	f = fopen(path, "r");
	if (!f) {
		s->why_not = "did not run";
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "passed: ", 8))
			read_assertion(s, line);
		if (!strncmp(line, s->name, strlen(s->name)) && line[strlen(s->name)] == ':')
			snprintf(count, sizeof(count), "%.100s", line + strlen(s->name));
	}
	fclose(f);
	if (sscanf(count, ": %u passed, %u failed", &passed, &failed) != 2)
		s->why_not = "printed no count";
	else if (failed || !passed || result_failed(dir, s->name))
		s->why_not = "failed";
	else if (files && older(path, files + 1))
		s->why_not = "ran before its last change";
	if (s->why_not)
		memset(s->passed, 0, sizeof(s->passed));
}

static const struct suite *suite_of(const char *name, size_t length)
{
	for (unsigned int i = 0; i < nsuite; i++)
		if (strlen(suites[i].name) == length && !memcmp(suites[i].name, name, length))
			return &suites[i];
	return NULL;
}

/* Each suite that the row names has what the row says. Gives the number of suites named. */
static unsigned int check_row(unsigned int rule)
{
	unsigned int named = 0;

	for (const char *p = strchr(rows[rule].tested, '`'); p; p = strchr(p, '`')) {
		const char *end = strchr(p + 1, '`');
		const struct suite *s;

		if (!end)
			break;
		s = suite_of(p + 1, (size_t)(end - p - 1));
		named++;
		if (!s)
			gap(rule, "the page names the suite %.*s, which does not exist", (int)(end - p - 1), p + 1);
		else if (!s->passed[rule])
			gap(rule, "the page names the suite %s, which %s", s->name,
			    s->why_not ? s->why_not : "has no assertion of it");
		p = end + 1;
	}
	return named;
}

static void check_rule(unsigned int rule)
{
	unsigned int real = 0, model = 0;
	char who[LINE] = "";
	size_t n = 0;

	for (unsigned int i = 0; i < nsuite; i++) {
		unsigned int c = suites[i].passed[rule];

		if (!c)
			continue;
		*(strcmp(suites[i].name, "model") ? &real : &model) += c;
		if (n < sizeof(who) - 80)
			n += (size_t)snprintf(who + n, sizeof(who) - n, " %s:%u", suites[i].name, c);
	}
	printf("P%-3u %4u %6u %s%s\n", rule, real, model, rows[rule].reason ? " (in part)" : "", who);
	if (!rows[rule].there) {
		gap(rule, "has no row in the page");
		return;
	}
	check_row(rule);
	if (!real && !rows[rule].reason)
		gap(rule, model ? "only the model holds it, and the page gives no reason" :
				  "no assertion of it ran and passed, and the page gives no reason");
}

int main(int argc, char **argv)
{
	unsigned int rules = 0;

	if (argc < 4 || argc - 3 > SUITES) {
		fprintf(stderr, "usage: protocol-trace PAGE LOGDIR SUITE[=FILE,FILE...]...\n");
		return 2;
	}
	if (!read_page(argv[1]))
		return 2;
	for (int i = 3; i < argc; i++)
		read_suite(argv[2], argv[i]);
	printf("rule passed model  suites\n");
	for (unsigned int rule = 1; rule < RULES; rule++) {
		if (!wanted(rule))
			continue;
		rules++;
		check_rule(rule);
	}
	for (unsigned int i = 0; i < nsuite; i++)
		if (suites[i].why_not)
			printf("not counted: %s %s\n", suites[i].name, suites[i].why_not);
	printf("protocol-trace: %u rules, %u gaps\n", rules, gaps);
	return gaps ? 1 : 0;
}
