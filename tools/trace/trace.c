/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * protocol-trace [-s] PAGE LOGDIR SUITE[=FILE,FILE…]…
 *
 * Which rule is held by which assertion that ran and passed? PAGE is docs/protocol.md or, with -s, docs/mmu-rules.md,
 *the rules and scenarios of the MMU core: a table with one row per rule, whose last column names suites in backticks or
 *says why there is none ("not built yet: …", "not tested: …"; with -s only "does not apply: …"). With -s a rule of the
 * protocol or an invariant in that column, outside of backticks, stands for the row's own: what holds P12 holds the
 *row, and there must be something; and "open: …" is a gap that is known. LOGDIR/SUITE.log is what a suite printed; an
 * assertion is a line
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

enum { RULES = 256, SUITES = 256, LINE = 4096, REASON = 12, ID = 12 };

struct suite {
	char name[64];
	const char *why_not;	    /* NULL: its assertions count */
	unsigned int passed[RULES]; /* assertions by rule */
};

struct rule {
	char id[ID];
	bool wanted; /* has a row in the page */
	bool there, reason, open;
	char tested[LINE]; /* the last column */
};

static struct suite suites[SUITES];
static unsigned int nsuite;
static struct rule rules[RULES];
static unsigned int nrule;
static unsigned int gaps;
static bool spec;

static void gap(const char *id, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void gap(const char *id, const char *fmt, ...)
{
	va_list ap;

	printf("GAP %s: ", id);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	gaps++;
}

static void add_rule(bool wanted, const char *family, unsigned int number)
{
	rules[nrule].wanted = wanted;
	snprintf(rules[nrule++].id, ID, "%s%0*u", family, family[1] == '-' ? 2 : 1, number);
}

/* Every rule of the pages, and those that may stand for one. */
static void list_rules(void)
{
	static const struct {
		const char *family;
		unsigned int n;
	} families[] = {{"ROLE-", 21}, {"SPTE-", 18}, {"FPF-", 9}, {"DL-", 11}, {"MS-", 17}, {"ZAP-", 12}, {"ST-", 4}};
	static const struct {
		const char *family;
		unsigned int number[16];
	} scenarios[] = {
		{"T-DL-", {1, 5, 6, 9, 10, 11, 12}},
		{"T-FP-", {1, 2, 3, 5, 6, 7, 10}},
		{"T-MS-", {2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14}},
		{"T-RL-", {1, 4, 5, 6, 7, 8, 9}},
		{"T-ZP-", {1, 2, 3, 4, 5, 6, 8}},
	};

	for (unsigned int n = 1; n <= 51; n++)
		add_rule(!spec && (n <= 44 || n == 51), "P", n);
	for (unsigned int n = 1; n <= 12; n++)
		add_rule(false, "I", n);
	for (unsigned int i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		for (unsigned int n = 1; n <= families[i].n; n++)
			add_rule(spec, families[i].family, n);
	for (unsigned int i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		for (unsigned int n = 0; scenarios[i].number[n]; n++)
			add_rule(spec, scenarios[i].family, scenarios[i].number[n]);
}

static struct rule *find_rule(const char *id, size_t length)
{
	for (unsigned int i = 0; i < nrule; i++)
		if (strlen(rules[i].id) == length && !memcmp(rules[i].id, id, length))
			return &rules[i];
	return NULL;
}

/* Characters of the rule at p, or 0. */
static size_t id_length(const char *p)
{
	size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"), digits = strspn(p + n, "0123456789");

	return n && digits && n + digits < ID ? n + digits : 0;
}

/* "| P4 | … | … | tested |" */
static bool read_page(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[LINE];

	if (!f) {
		fprintf(stderr, "protocol-trace: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), f)) {
		char *end = strrchr(line, '|'), *last, *why = NULL;
		size_t length = strncmp(line, "| ", 2) ? 0 : id_length(line + 2);
		struct rule *r;

		if (!length || strncmp(line + 2 + length, " |", 2) || end < line + length + 5)
			continue;
		r = find_rule(line + 2, length);
		*end = '\0';
		last = strrchr(line, '|');
		if (!r) {
			line[2 + length] = '\0';
			gap(line + 2, "has a row, but is no rule");
			continue;
		}
		if (r->there)
			gap(r->id, "has two rows");
		r->there = true;
		snprintf(r->tested, sizeof(r->tested), "%s", last + 1);
		if (spec)
			why = strstr(last, "does not apply: ");
		else if (!(why = strstr(last, "not built yet: ")))
			why = strstr(last, "not tested: ");
		r->reason = why && strlen(strchr(why, ':') + 1) > REASON;
		r->open = spec && strstr(last, "open: ");
	}
	fclose(f);
	return true;
}

/* Rules in the parenthesis at the end of an assertion. */
static void read_assertion(struct suite *s, const char *line)
{
	const char *p = strstr(line, ")\n") ? strrchr(line, '(') : NULL;
	size_t length;

	for (p = p ? p + 1 : ""; (length = id_length(p)); p += strspn(p, " ,")) {
		struct rule *r = find_rule(p, length);

		if (r)
			s->passed[r - rules]++;
		p += length;
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

/* Assertions of a rule, but for those of the model; and where they are. */
static unsigned int count(const struct rule *r, unsigned int *model, char *who, size_t size)
{
	unsigned int real = 0;
	size_t n = strlen(who);

	for (unsigned int i = 0; i < nsuite; i++) {
		unsigned int c = suites[i].passed[r - rules];

		if (!c)
			continue;
		*(strcmp(suites[i].name, "model") ? &real : model) += c;
		if (n < size - 80)
			n += (size_t)snprintf(who + n, size - n, " %s:%u", suites[i].name, c);
	}
	return real;
}

/* Each suite that the row names has what the row says, of the rule or of what stands for it. */
static void check_suites(const struct rule *r, struct rule *const *stands, unsigned int nstands)
{
	for (const char *p = strchr(r->tested, '`'); p; p = strchr(p, '`')) {
		const char *end = strchr(p + 1, '`');
		const struct suite *s;
		unsigned int has;

		if (!end)
			break;
		s = suite_of(p + 1, (size_t)(end - p - 1));
		has = s ? s->passed[r - rules] : 0;
		for (unsigned int i = 0; s && i < nstands; i++)
			has += s->passed[stands[i] - rules];
		if (!s)
			gap(r->id, "the page names the suite %.*s, which does not exist", (int)(end - p - 1), p + 1);
		else if (!has)
			gap(r->id, "the page names the suite %s, which %s", s->name,
			    s->why_not ? s->why_not : "has no assertion of it");
		p = end + 1;
	}
}

/* The rules of the protocol that a row says to be the same. */
static unsigned int what_stands(const struct rule *r, struct rule **stands, unsigned int max)
{
	unsigned int n = 0;
	bool quoted = false;

	for (const char *p = r->tested; spec && *p && n < max; p++) {
		size_t length = id_length(p);

		if (*p == '`')
			quoted = !quoted;
		if (quoted || (*p != 'P' && *p != 'I') || (p > r->tested && !strchr(" ,;.(", p[-1])) || !length)
			continue;
		stands[n] = find_rule(p, length);
		if (!stands[n])
			gap(r->id, "its row names %.*s, which does not exist", (int)length, p);
		else
			n++;
		p += length - 1;
	}
	return n;
}

static void check_rule(const struct rule *r)
{
	struct rule *stands[16];
	unsigned int nstands = what_stands(r, stands, 16), real, model = 0;
	char who[LINE] = "";

	real = count(r, &model, who, sizeof(who));
	for (unsigned int i = 0; i < nstands; i++) {
		unsigned int more = count(stands[i], &model, who, sizeof(who));

		if (!more)
			gap(r->id, "its row names %s, of which no assertion ran and passed", stands[i]->id);
		real += more;
	}
	printf(spec ? "%-7s %4u %6u %s%s\n" : "%-4s %4u %6u %s%s\n", r->id, real, model, r->reason ? " (in part)" : "",
	       who);
	if (!r->there) {
		gap(r->id, "has no row in the page");
		return;
	}
	check_suites(r, stands, nstands);
	if (r->open)
		gap(r->id, "%s", strstr(r->tested, "open: "));
	else if (!real && !r->reason)
		gap(r->id, model ? "only the model holds it, and the page gives no reason" :
				   "no assertion of it ran and passed, and the page gives no reason");
}

int main(int argc, char **argv)
{
	unsigned int wanted = 0;

	spec = argc > 1 && !strcmp(argv[1], "-s");
	argc -= spec;
	argv += spec;
	if (argc < 4 || argc - 3 > SUITES) {
		fprintf(stderr, "usage: protocol-trace [-s] PAGE LOGDIR SUITE[=FILE,FILE...]...\n");
		return 2;
	}
	list_rules();
	if (!read_page(argv[1]))
		return 2;
	for (int i = 3; i < argc; i++)
		read_suite(argv[2], argv[i]);
	printf("rule passed model  suites\n");
	for (unsigned int i = 0; i < nrule; i++) {
		if (!rules[i].wanted)
			continue;
		wanted++;
		check_rule(&rules[i]);
	}
	for (unsigned int i = 0; i < nsuite; i++)
		if (suites[i].why_not)
			printf("not counted: %s %s\n", suites[i].name, suites[i].why_not);
	printf("%s: %u rules, %u gaps\n", spec ? "spec-trace" : "protocol-trace", wanted, gaps);
	return gaps ? 1 : 0;
}
