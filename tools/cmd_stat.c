/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const char *const usage =
	"usage: catwalk stat [--device URI] [--interval TIME] [--count N] [--counters LIST] [--unit UNIT]\n"
	"                    [--load NAME] [--json]\n\n"
	"Show what a device does: one line per interval, with the change of its counters.\n\n"
	"  --device URI     the device (default sim:)\n"
	"  --interval TIME  of device time, with unit ns, us, ms or s (default 1s; 1ms for sim:)\n"
	"  --count N        lines; 0: until interrupted (default 0)\n"
	"  --counters LIST  what to show, with commas between; all: every counter\n"
	"  --unit UNIT      second: events a second; kcycle: per 1000 cycles; count: as counted (default second)\n"
	"  --load NAME      let the traffic generator work meanwhile; needed for sim:, where nobody else does:\n"
	"                     tlb-hit     a few pages again and again\n"
	"                     sequential  64 MiB, page by page\n"
	"                     random      64 MiB, at random\n"
	"  --json           one JSON object per line: all counters, as counted\n";

static const struct load {
	const char *name;
	enum cw_tgen_pattern pattern;
	uint32_t pages;
} loads[] = {
	{"tlb-hit", CW_TGEN_SEQUENTIAL, 64},
	{"sequential", CW_TGEN_SEQUENTIAL, 16384},
	{"random", CW_TGEN_RANDOM, 16384},
};

enum unit { UNIT_SECOND, UNIT_KCYCLE, UNIT_COUNT, NUNIT };
static const char *const units[NUNIT] = {"second", "kcycle", "count"};

#define GUEST (UINT64_C(1) << 32)
#define LOAD_BYTES (UINT64_C(64) << 20)
#define SHOWN_BY_DEFAULT "requests,tlb_hits,walks,merges,grants,miss_to_host,resumes,retry_later,aborts,flush_cmds"

struct stat_params {
	const char *device;
	const struct load *load;
	uint64_t interval_ns, count;
	enum unit unit;
	bool json, shown[CW_NCOUNTER];
};

struct stat {
	const struct stat_params *p;
	struct cw_dev *dev;
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	struct cw_mem mem;
	struct cw_tgen program;
	double hz;
	uint64_t cycle, values[CW_NCOUNTER]; /* of the snapshot before */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static int begin(struct stat *s)
{
	struct cw_vm_region region = {.gpa = GUEST, .size = LOAD_BYTES};
	struct cw_info info;
	int err = cw_info(s->dev, &info);

	if (err)
		return err;
	s->hz = info.clock_khz * 1000.0;
	if (s->p->load) {
		err = cw_mem_alloc(s->dev, LOAD_BYTES, &s->mem);
		if (!err)
			err = cw_vm_create(s->dev, NULL, &s->vm);
		region.ptr = s->mem.ptr;
		if (!err)
			err = cw_vm_set_memory(s->vm, &region);
		if (!err)
			err = cw_ctx_create(s->vm, NULL, &s->ctx);
		if (!err) {
			s->program = (struct cw_tgen){.pattern = s->p->load->pattern,
						      .first_ctx = cw_ctx_id(s->ctx),
						      .base = GUEST,
						      .pages = s->p->load->pages,
						      .stride = 1,
						      .count = UINT32_MAX,
						      .outstanding = 1u << info.tag_bits,
						      .write_percent = 50};
			err = cw_tgen_start(s->dev, &s->program);
		}
	}
	return err ? err : cw_counters(s->dev, s->values, &s->cycle);
}

/* Let an interval pass; the faults of a load are handled meanwhile. */
static int pass(struct stat *s)
{
	uint64_t end = s->cycle + (uint64_t)((double)s->p->interval_ns * 1e-9 * s->hz), now = s->cycle;
	int n;

	if (!s->p->load)
		return cw_run(s->dev, s->p->interval_ns);
	while (now < end && !interrupted) {
		n = cw_service(s->dev, (uint64_t)((double)(end - now) / s->hz * 1e9) + 1);
		if (n >= 0)
			n = cw_cycles(s->dev, &now);
		if (n < 0)
			return n;
	}
	return 0;
}

/* At most 10 columns: a rate of millions is read as such. */
static void number(enum unit unit, uint64_t events, double seconds, uint64_t cycles)
{
	double v = unit == UNIT_SECOND ? (double)events / seconds : (double)events * 1000 / (double)cycles;

	if (unit == UNIT_COUNT)
		printf(" %12" PRIu64, events);
	else if (unit == UNIT_SECOND && v >= 1e6)
		printf(" %11.2fM", v * 1e-6);
	else if (unit == UNIT_SECOND && v >= 1e3)
		printf(" %11.2fK", v * 1e-3);
	else
		printf(" %12.2f", v);
}

static void header(const struct stat_params *p)
{
	printf("%12s", "seconds");
	for (unsigned i = 0; i < CW_NCOUNTER; i++)
		if (p->shown[i])
			printf(" %12s", cw_counter_label(i));
	putchar('\n');
}

static void line(struct stat *s, const uint64_t *values, uint64_t cycle)
{
	double seconds = (double)(cycle - s->cycle) / s->hz;
	json_t *o, *all;

	if (!s->p->json) {
		printf("%12.6f", (double)cycle / s->hz);
		for (unsigned i = 0; i < CW_NCOUNTER; i++)
			if (s->p->shown[i])
				number(s->p->unit, values[i] - s->values[i], seconds, cycle - s->cycle);
	} else {
		all = json_object();
		for (unsigned i = 0; i < CW_NCOUNTER; i++)
			json_object_set_new(all, cw_counter_label(i),
					    json_integer((json_int_t)(values[i] - s->values[i])));
		o = json_pack("{s:I, s:I, s:f, s:o}", "cycle", (json_int_t)cycle, "cycles",
			      (json_int_t)(cycle - s->cycle), "seconds", seconds, "counters", all);
		json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(10));
		json_decref(o);
	}
	putchar('\n');
}

static int run(const struct stat_params *p)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct stat s = {.p = p};
	uint64_t values[CW_NCOUNTER], cycle;
	int err = cw_open(p->device, &s.dev);

	if (err)
		return tool_fail(err == -EINVAL ? TOOL_USAGE : TOOL_FAILED, "%s: %s", p->device, cw_last_error());
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	err = begin(&s);
	if (!err && !p->json)
		header(p);
	for (uint64_t n = 0; !err && !interrupted && (!p->count || n < p->count); n++) {
		err = pass(&s);
		if (!err)
			err = cw_counters(s.dev, values, &cycle);
		if (err || cycle == s.cycle)
			break;
		line(&s, values, cycle);
		/* Nobody reads any more: nothing is left to do. */
		if (fflush(stdout) != 0)
			break;
		memcpy(s.values, values, sizeof(values));
		s.cycle = cycle;
	}
	if (err)
		tool_fail(TOOL_FAILED, "%s: %s", p->device, cw_last_error());
	if (p->load && !err)
		cw_tgen_stop(s.dev);
	cw_close(s.dev);
	return err ? TOOL_FAILED : TOOL_OK;
}

static bool choose_counters(struct stat_params *p, const char *list)
{
	char *copy = strdup(list), *save = NULL;
	bool ok = copy != NULL, any = false;

	memset(p->shown, 0, sizeof(p->shown));
	for (char *w = ok ? strtok_r(copy, ",", &save) : NULL; w && ok; w = strtok_r(NULL, ",", &save)) {
		bool known = false;

		for (unsigned i = 0; i < CW_NCOUNTER; i++) {
			if (!strcmp(w, "all") || !strcmp(w, cw_counter_label(i)))
				known = p->shown[i] = true;
		}
		any |= known;
		ok = known;
	}
	free(copy);
	if (ok && any)
		return true;
	tool_fail(TOOL_USAGE, "--counters '%s': the counters are:", list);
	for (unsigned i = 0; i < CW_NCOUNTER; i++)
		fprintf(stderr, "  %s\n", cw_counter_label(i));
	return false;
}

static bool choose_unit(struct stat_params *p, const char *text)
{
	for (p->unit = 0; p->unit < NUNIT; p->unit++)
		if (!strcmp(text, units[p->unit]))
			return true;
	tool_fail(TOOL_USAGE, "--unit is '%s', but must be one of: second kcycle count", text);
	return false;
}

static bool choose_load(struct stat_params *p, const char *text)
{
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		p->load = &loads[i];
		if (!strcmp(text, p->load->name))
			return true;
	}
	tool_fail(TOOL_USAGE, "--load is '%s', but must be one of: tlb-hit sequential random", text);
	return false;
}

int cmd_stat(int argc, char **argv)
{
	static const struct option options[] = {
		{"device", required_argument, NULL, 'd'},
		{"interval", required_argument, NULL, 'i'},
		{"count", required_argument, NULL, 'n'},
		{"counters", required_argument, NULL, 'c'},
		{"unit", required_argument, NULL, 'u'},
		{"load", required_argument, NULL, 'l'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct stat_params p = {.device = "sim:"};
	bool ok = choose_counters(&p, SHOWN_BY_DEFAULT);
	int opt;

	while (ok && (opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			p.device = optarg;
			break;
		case 'i':
			ok = tool_time("--interval", optarg, 1000, UINT64_C(3600000000000), &p.interval_ns);
			break;
		case 'n':
			ok = tool_number("--count", optarg, 0, UINT32_MAX, &p.count);
			break;
		case 'c':
			ok = choose_counters(&p, optarg);
			break;
		case 'u':
			ok = choose_unit(&p, optarg);
			break;
		case 'l':
			ok = choose_load(&p, optarg);
			break;
		case 'j':
			p.json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return TOOL_OK;
		default:
			return tool_bad_option("stat", argv);
		}
	}
	if (!ok || tool_no_operands("stat", argc, argv))
		return TOOL_USAGE;
	/* A second of simulated time is minutes of the user's. */
	if (!p.interval_ns)
		p.interval_ns = strncmp(p.device, "sim:", 4) ? 1000000000 : 1000000;
	return run(&p);
}
