/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "selftest.h"

static const char *const usage =
	"usage: catwalk selftest [--device URI] [--json]\n\n"
	"Try every block of a device: rings, firmware, tables, walks, fixer, dirty log, epochs, errors,\n"
	"faults, events, STOP, the bridge.\n"
	"Stops at the first block that fails, and names it. The device must not be in use.\n\n"
	"  --device URI  the device (default sim:)\n"
	"  --json        as one JSON object\n";

static const struct selftest_step steps[] = {
	{"command rings", "commands and completions, several laps; an unknown opcode", selftest_rings},
	{"firmware", "its own self test", selftest_firmware},
	{"entry-update unit", "WRITE, XCHG, CMPXCHG", selftest_update},
	{"loader", "FILL and LOAD", selftest_load},
	{"walker", "a walk of four levels", selftest_walker},
	{"invalidation", "INVALIDATE and FLUSH after changes of an entry", selftest_invalidate},
	{"verdicts", "each kind of entry; bad address, bad context", selftest_verdicts},
	{"page sizes", "leaves of 4 KiB, 2 MiB, 1 GiB", selftest_page_sizes},
	{"roots", "5 levels; the legacy flavour", selftest_roots},
	{"broken tables", "entries that end a request", selftest_broken_tables},
	{"walk cache", "neighbours, joined walks, walks from below the root", selftest_walk_cache},
	{"fixer", "W, A, D, access tracking", selftest_fixer},
	{"harvest", "marks of 70 lines, taken in parts", selftest_harvest},
	{"epochs", "FLUSH while a grant is held, fence and its end", selftest_epochs},
	{"bus errors", "host and guest addresses that nobody has", selftest_injection},
	{"contexts", "detach", selftest_detach},
	{"fault loop", "pages that come by faults, addresses checked", selftest_faults},
	{"TLB", "pages that must be cached", selftest_tlb},
	{"ONES", "a slot that reads as all ones", selftest_ones},
	{"events", "an access outside of all slots, answered here", selftest_events},
	{"aborts", "an event that is answered by ABORT", selftest_aborts},
	{"STOP and DRAIN", "requests wait for START", selftest_stop},
	{"unmapping", "a slot that is deleted", selftest_unmap},
	{"log CAPTURE", "writes are reported, reads are not", selftest_log_capture},
	{"log PROTECT", "the same", selftest_log_protect},
	{"log DIRTYBIT", "the same", selftest_log_dirtybit},
	{"shadow contexts", "guest-virtual addresses, remapped; the log by page", selftest_shadow},
	{"dirty ring", "one that fills up names each page that was written", selftest_dirty_ring},
	{"port ranges", "a context that the bridge may not name", selftest_port_ranges},
	{"bridge", "packets of 1 to 8192 bytes, each byte compared", selftest_bridge},
	{"bridge events", "ONES, ABORT, EMULATED as bursts see them", selftest_bridge_events},
	{"counters", "one answer per request, one release per grant", selftest_counters},
};

#define NSTEPS (sizeof(steps) / sizeof(steps[0]))

bool selftest_fail(struct selftest *s, const char *fmt, ...)
{
	char text[sizeof(s->why)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(s->why, sizeof(s->why), "%s", text);
	return false;
}

static void report_json(const char *device, size_t done, bool ok, const char *block, const char *why)
{
	json_t *passed = json_array(), *o;

	for (size_t i = 0; i < done; i++)
		json_array_append_new(passed, json_string(steps[i].block));
	o = json_pack("{s:s, s:s, s:b, s:o, s:o, s:o}", "version", cw_version(), "device", device, "ok", ok, "passed",
		      passed, "failed", ok ? json_null() : json_string(block), "reason",
		      ok ? json_null() : json_string(why));
	json_dumpf(o, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(o);
}

static int run(const char *device, bool json)
{
	struct selftest s = {0};
	const char *failed = NULL;
	size_t i = 0;
	int err = cw_open(device, &s.dev);

	if (err == -EINVAL)
		return tool_fail(TOOL_USAGE, "%s: %s", device, cw_last_error());
	if (err || cw_info(s.dev, &s.info)) {
		failed = "start";
		selftest_fail(&s, "%s", cw_last_error());
	}
	for (; !failed && i < NSTEPS; i++) {
		if (!json) {
			printf("%-18s%-56s", steps[i].block, steps[i].what);
			fflush(stdout);
		}
		if (!steps[i].run(&s)) {
			failed = steps[i].block;
			break;
		}
		if (!json)
			puts("ok");
	}
	if (json)
		report_json(device, i, !failed, failed, s.why);
	else if (failed)
		puts("FAILED");
	if (failed)
		tool_fail(TOOL_FAILED, "%s: %s", failed, s.why);
	cw_close(s.dev);
	return failed ? TOOL_FAILED : TOOL_OK;
}

int cmd_selftest(int argc, char **argv)
{
	static const struct option options[] = {
		{"device", required_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *device = "sim:";
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			device = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return TOOL_OK;
		default:
			return tool_bad_option("selftest", argv);
		}
	}
	if (tool_no_operands("selftest", argc, argv))
		return TOOL_USAGE;
	return run(device, json);
}
