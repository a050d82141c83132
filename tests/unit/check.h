/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A small harness. A test is a function that checks; what is counted are tests, not checks:
 *
 *	static void pops_in_order(void)
 *	{
 *		if (!CHECK(q != NULL))
 *			return;
 *		CHECK_EQ(pop(q), 1);
 *	}
 *
 *	int main(void)
 *	{
 *		RUN(pops_in_order);
 *		return CHECK_DONE("queue");
 *	}
 *
 * A test that stands for rules of the protocol has them in its name (retries_keep_order_p8) or as a second argument,
 * RUN(pops_in_order, "P15 ROLE-3"). It says so when it has passed, for make protocol-trace and make spec-trace:
 *
 *	passed: pops_in_order (P15 ROLE-3)
 *
 * CHECK, CHECK_EQ and CHECK_STR give true if the check held, so that a test can stop where going on makes no sense.
 * Include it in one file of a program only.
 */
#ifndef CW_CHECK_H
#define CW_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CHECK_UNUSED __attribute__((unused))

static unsigned check_passed, check_failed;
static unsigned check_bad;  /* of the test that runs */
static unsigned check_made; /* by the test that runs */
static const char *check_test = "(outside of a test)";

/* Says where, unless the test has said enough already. */
CHECK_UNUSED static bool check_fail(const char *file, int line)
{
	if (check_bad++ >= 20)
		return false;
	printf("%s:%d: %s: ", file, line, check_test);
	return true;
}

CHECK_UNUSED static bool check_true(bool ok, const char *text, const char *file, int line)
{
	check_made++;
	if (!ok && check_fail(file, line))
		printf("not so: %s\n", text);
	return ok;
}

CHECK_UNUSED static bool check_eq(uint64_t a, uint64_t b, const char *atext, const char *btext, const char *file,
				  int line)
{
	check_made++;
	if (a != b && check_fail(file, line))
		printf("%s is %" PRId64 " (0x%" PRIx64 "), not %s: %" PRId64 " (0x%" PRIx64 ")\n", atext, (int64_t)a, a,
		       btext, (int64_t)b, b);
	return a == b;
}

CHECK_UNUSED static bool check_str(const char *a, const char *b, const char *atext, const char *file, int line)
{
	bool ok = a && b ? strcmp(a, b) == 0 : a == b;

	check_made++;
	if (!ok && check_fail(file, line))
		printf("%s is \"%s\", not \"%s\"\n", atext, a ? a : "(null)", b ? b : "(null)");
	return ok;
}

/* Put the rules of a test's name, p8 between underscores or at an end, and those given, into `to`. */
CHECK_UNUSED static void check_rules(char *to, size_t size, const char *name, const char *given)
{
	size_t n = 0;

	to[0] = '\0';
	for (const char *s = name; s && *s; s = strchr(s, '_') ? strchr(s, '_') + 1 : NULL) {
		size_t digits = *s == 'p' ? strspn(s + 1, "0123456789") : 0;

		if (digits && (s[1 + digits] == '_' || !s[1 + digits]) && n + digits + 3 < size)
			n += (size_t)snprintf(to + n, size - n, "%sP%.*s", n ? " " : "", (int)digits, s + 1);
	}
	if (given)
		snprintf(to + n, size - n, "%s%s", n ? " " : "", given);
}

CHECK_UNUSED static void check_run(void (*test)(void), const char *name, const char *given)
{
	char rules[512];

	check_test = name;
	check_bad = check_made = 0;
	test();
	if (check_bad) {
		printf("FAILED %s: %u checks\n", name, check_bad);
		check_failed++;
	} else {
		check_passed++;
		check_rules(rules, sizeof(rules), name, given);
		if (rules[0] && check_made)
			printf("passed: %s (%s)\n", name, rules);
	}
	check_test = "(outside of a test)";
	check_bad = 0;
	fflush(stdout);
}

/* A check that failed outside of RUN() counts as a failed test. */
CHECK_UNUSED static int check_done(const char *name)
{
	if (check_bad)
		check_failed++;
	printf("%s: %u passed, %u failed\n", name, check_passed, check_failed);
	fflush(stdout);
	return check_failed || !check_passed;
}

#define CHECK(cond) check_true((cond), #cond, __FILE__, __LINE__)
/* Integers of any type, compared as 64-bit values: -1 and 0xffffffffu differ. */
#define CHECK_EQ(a, b) check_eq((uint64_t)(a), (uint64_t)(b), #a, #b, __FILE__, __LINE__)
#define CHECK_STR(a, b) check_str((a), (b), #a, __FILE__, __LINE__)
#define RUN(...) CHECK_RUN(__VA_ARGS__, NULL, NULL)
#define CHECK_RUN(test, rules, ...) check_run((test), #test, (rules))
#define CHECK_DONE(name) check_done(name)

#endif
