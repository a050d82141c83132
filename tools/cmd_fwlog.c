/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const char *const usage =
	"usage: catwalk fwlog [--device URI] [--follow] [--timeout TIME] [--json]\n\n"
	"Print the log of the firmware, oldest line first, with the device's time in seconds.\n\n"
	"  --device URI    the device (default sim:)\n"
	"  --follow        wait for more lines, until the timeout\n"
	"  --timeout TIME  end of --follow by this clock, with unit us, ms or s (default 10s)\n"
	"  --json          as one JSON object, at the end\n";

#define POLL_NS 1000000 /* of device time, between looks */

struct fwlog {
	struct cw_dev *dev;
	double hz;
	uint64_t pos;
	uint64_t lost; /* bytes that were overwritten before they were read */
	bool skip;     /* the rest of a line whose beginning was lost */
	char line[1024];
	size_t len;
	json_t *lines; /* NULL: print */
};

/* `[cycle, hex] text`, as the firmware writes it. */
static void line_end(struct fwlog *l)
{
	char *end = NULL;
	uint64_t cycle;

	l->line[l->len] = '\0';
	l->len = 0;
	if (l->skip) {
		l->skip = false;
		return;
	}
	cycle = l->line[0] == '[' ? strtoull(l->line + 1, &end, 16) : 0;
	if (!end || end == l->line + 1 || strncmp(end, "] ", 2))
		end = NULL;
	if (l->lines)
		json_array_append_new(l->lines, json_pack("{s:o, s:s}", "cycle",
							  end ? json_integer((json_int_t)cycle) : json_null(), "text",
							  end ? end + 2 : l->line));
	else if (end)
		printf("[%12.6f] %s\n", (double)cycle / l->hz, end + 2);
	else
		printf("%s\n", l->line);
}

/* All that there is now: 0 or an error. */
static int drain(struct fwlog *l)
{
	char text[512];
	ssize_t n;

	do {
		uint64_t from = l->pos;

		n = cw_fwlog_read(l->dev, &l->pos, text, sizeof(text));
		if (n < 0)
			return (int)n;
		if (l->pos - from > (uint64_t)n) {
			l->lost += l->pos - from - (uint64_t)n;
			l->skip = true;
			l->len = 0;
		}
		for (ssize_t i = 0; i < n; i++) {
			if (text[i] == '\n')
				line_end(l);
			else if (l->len < sizeof(l->line) - 1)
				l->line[l->len++] = text[i];
		}
	} while (n > 0);
	fflush(stdout);
	return 0;
}

static int run(const char *device, bool follow, uint64_t timeout_ns, bool json)
{
	double deadline = tool_clock() + (double)timeout_ns * 1e-9;
	struct fwlog l = {.lines = json ? json_array() : NULL};
	struct cw_info info;
	int err = cw_open(device, &l.dev);

	if (err) {
		json_decref(l.lines);
		return tool_fail(err == -EINVAL ? TOOL_USAGE : TOOL_FAILED, "%s: %s", device, cw_last_error());
	}
	err = cw_info(l.dev, &info);
	l.hz = err ? 1 : info.clock_khz * 1000.0;
	if (!err)
		err = drain(&l);
	while (!err && follow && tool_clock() < deadline) {
		err = cw_run(l.dev, POLL_NS);
		if (!err)
			err = drain(&l);
	}
	if (err)
		tool_fail(TOOL_FAILED, "%s: %s", device, cw_last_error());
	else if (l.lost)
		fprintf(stderr, "catwalk: the oldest %" PRIu64 " bytes of the log were overwritten\n", l.lost);
	if (json && !err) {
		json_t *o = json_pack("{s:s, s:s, s:f, s:I, s:O}", "version", cw_version(), "device", info.device,
				      "clock_mhz", info.clock_khz / 1000.0, "lost_bytes", (json_int_t)l.lost, "lines",
				      l.lines);

		json_dumpf(o, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
		putchar('\n');
		json_decref(o);
	}
	json_decref(l.lines);
	cw_close(l.dev);
	return err ? TOOL_FAILED : TOOL_OK;
}

int cmd_fwlog(int argc, char **argv)
{
	static const struct option options[] = {
		{"device", required_argument, NULL, 'd'},  {"follow", no_argument, NULL, 'f'},
		{"timeout", required_argument, NULL, 't'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},	   {NULL, 0, NULL, 0},
	};
	bool follow = false, json = false, limited = false;
	uint64_t timeout_ns = UINT64_C(10000000000);
	const char *device = "sim:";
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			device = optarg;
			break;
		case 'f':
			follow = true;
			break;
		case 't':
			limited = true;
			if (!tool_time("--timeout", optarg, 1000, UINT64_C(86400000000000), &timeout_ns))
				return TOOL_USAGE;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return TOOL_OK;
		default:
			return tool_bad_option("fwlog", argv);
		}
	}
	if (tool_no_operands("fwlog", argc, argv))
		return TOOL_USAGE;
	if (limited && !follow)
		return tool_fail(TOOL_USAGE, "--timeout goes with --follow; see catwalk fwlog --help");
	return run(device, follow, timeout_ns, json);
}
