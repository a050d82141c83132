/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* catwalk: the command. */
#include <errno.h>
#include <inttypes.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"

const struct tool_command tool_commands[] = {
	{"info", "show what a device is and can do", cmd_info},
	{"bench", "measure latencies, from a TLB hit to a fault that the host handles", cmd_bench},
	{"selftest", "try every block of a device", cmd_selftest},
	{"stat", "show what a device does, one line per interval", cmd_stat},
	{"fwlog", "print the log of the firmware", cmd_fwlog},
	{NULL, NULL, NULL},
};

int tool_fail(int code, const char *fmt, ...)
{
	va_list ap;

	fputs("catwalk: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

int tool_bad_option(const char *command, char **argv)
{
	const char *what = optind > 1 ? argv[optind - 1] : "";

	if (optopt && strncmp(what, "--", 2) == 0)
		return tool_fail(TOOL_USAGE, "option '%s' needs a value, or takes none; see catwalk %s --help", what,
				 command);
	return tool_fail(TOOL_USAGE, "unknown option '%s'; see catwalk %s --help", what, command);
}

int tool_no_operands(const char *command, int argc, char **argv)
{
	if (optind < argc)
		return tool_fail(TOOL_USAGE, "'%s' is too much; see catwalk %s --help", argv[optind], command);
	return TOOL_OK;
}

static bool parse(const char *option, const char *text, bool size, uint64_t min, uint64_t max, uint64_t *value)
{
	static const char suffixes[] = "KMGT";
	char *end = NULL;
	unsigned shift = 0;
	const char *s;

	errno = 0;
	*value = *text >= '0' && *text <= '9' ? strtoull(text, &end, 0) : 0;
	if (size && end && *end && (s = strchr(suffixes, *end))) {
		shift = 10 * (unsigned)(s - suffixes + 1);
		end++;
	}
	if (!end || *end || errno || *value > UINT64_MAX >> shift || *value << shift < min || *value << shift > max) {
		tool_fail(TOOL_USAGE, "%s is '%s', but must be %" PRIu64 " .. %" PRIu64 "%s", option, text, min, max,
			  size ? " (suffixes K, M, G, T)" : "");
		return false;
	}
	*value <<= shift;
	return true;
}

bool tool_number(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	return parse(option, text, false, min, max, value);
}

bool tool_size(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	return parse(option, text, true, min, max, value);
}

bool tool_time(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
	char *end = NULL;

	errno = 0;
	*ns = *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;
	for (size_t i = 0; end && !errno && i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcmp(end, units[i].name) && *ns >= (min + units[i].ns - 1) / units[i].ns &&
		    *ns <= max / units[i].ns) {
			*ns *= units[i].ns;
			return true;
		}
	}
	tool_fail(TOOL_USAGE, "%s is '%s', but must be %" PRIu64 "us .. %" PRIu64 "s, with unit ns, us, ms or s",
		  option, text, min / 1000, max / 1000000000);
	return false;
}

double tool_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void help(FILE *out)
{
	fputs("usage: catwalk COMMAND [OPTION...]\n\n"
	      "Drive a Catwalk card, or its simulation.\n\n"
	      "Commands:\n",
	      out);
	for (const struct tool_command *c = tool_commands; c->name; c++)
		fprintf(out, "  %-10s%s\n", c->name, c->summary);
	fputs("\n"
	      "  --help     this text; catwalk COMMAND --help tells more\n"
	      "  --version  the version\n\n"
	      "Exit status: 0 done, 1 it failed, 2 the command line is wrong.\n",
	      out);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return TOOL_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return TOOL_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("catwalk %s\n", cw_version());
		return TOOL_OK;
	}
	for (const struct tool_command *c = tool_commands; c->name; c++) {
		if (strcmp(argv[1], c->name) == 0) {
			int code;

			opterr = 0;
			code = c->run(argc - 1, argv + 1);
			if (fflush(stdout) != 0 || ferror(stdout))
				return tool_fail(TOOL_FAILED, "cannot write to the standard output");
			return code;
		}
	}
	tool_fail(TOOL_USAGE, "unknown command '%s'; the commands are:", argv[1]);
	for (const struct tool_command *c = tool_commands; c->name; c++)
		fprintf(stderr, "  %s\n", c->name);
	return TOOL_USAGE;
}
