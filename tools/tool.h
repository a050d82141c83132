/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What the commands of `catwalk` share. */
#ifndef CW_TOOL_H
#define CW_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <catwalk.h>

/* Exit codes. */
enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };

struct tool_command {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
};

extern const struct tool_command tool_commands[];

int cmd_info(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_bench_core(int argc, char **argv);
int cmd_selftest(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_fwlog(int argc, char **argv);

/* "catwalk: …" on stderr; gives `code` back. */
int tool_fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An option that getopt did not like. */
int tool_bad_option(const char *command, char **argv);
/* Operands are errors: no command takes any but bench. */
int tool_no_operands(const char *command, int argc, char **argv);

/* Numbers with an optional suffix K, M, G or T (sizes), min..max; false after a message that names option and limits.
 */
bool tool_number(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *value);
bool tool_size(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *value);
/* A time with unit ns, us, ms or s, in ns. */
bool tool_time(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *ns);

/* Wall clock, seconds. */
double tool_clock(void);

#endif
