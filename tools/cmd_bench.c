/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "bench.h"

static void usage(FILE *out)
{
	fputs("usage: catwalk bench fault-latency [OPTION...]\n"
	      "       catwalk bench core [--only GROUP] [--json]\n\n"
	      "Measure the time from request to grant, from a TLB hit to a fault that the host handles. Every answer is\n"
	      "checked.\n\n"
	      "  --device URI      the device (default sim:)\n"
	      "  --scenario LIST   names with commas between them, or the option several times (default: all):\n",
	      out);
	for (const struct bench_scenario *s = bench_scenarios; s->name; s++)
		fprintf(out, "                      %-15s%s\n", s->name, s->doc);
	fputs("  --table-mem NAME  sim: table memory: ideal:N, ddr4, hbm, pcie, random:MIN-MAX (default ddr4)\n"
	      "  --host-mem NAME   sim: the same for host memory (default pcie)\n"
	      "  --host-time MODE  sim: time that handling a batch of faults takes: measured, or fixed:NS (default measured)\n"
	      "  --contexts N      contexts used in turn (default 1)\n"
	      "  --bytes SIZE      guest memory, at least 4M (default 64M)\n"
	      "  --span SIZE       guest addresses of scenarios with tables of their own, at least 4M (default 1G)\n"
	      "  --levels N        of the tables: 4 or 5 (default 4)\n"
	      "  --page-size SIZE  of those tables: 4k, 2m or 1g (default 4k)\n"
	      "  --write-percent N of requests that write (default 100)\n"
	      "  --log MODE        dirty log of the domain: capture, protect, dirtybit or off (default: off, and capture\n"
	      "                    where the scenario is about it); without --scenario: all that know this mode\n"
	      "  --seed N          of everything random (default 1)\n"
	      "  --iterations N    repetitions of each scenario's measurement (default 16)\n"
	      "  --json            as one JSON object\n"
	      "  --output FILE     write there instead of to the standard output\n"
	      "  --trace FILE      sim: waveform (FST) of the last scenario\n\n"
	      "With the same seed and --host-time fixed:NS, two runs give the same figures.\n",
	      out);
}

static int bad_scenario(const char *name)
{
	tool_fail(TOOL_USAGE, "unknown scenario '%s'; the scenarios are:", name);
	for (const struct bench_scenario *s = bench_scenarios; s->name; s++)
		fprintf(stderr, "  %-15s%s\n", s->name, s->doc);
	return TOOL_USAGE;
}

struct choice {
	const struct bench_scenario *list[BENCH_SCENARIOS];
	size_t n;
};

static int choose(struct choice *c, char *names)
{
	char *save = NULL;

	for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		const struct bench_scenario *s = bench_scenarios;

		while (s->name && strcmp(s->name, name) != 0)
			s++;
		if (!s->name)
			return bad_scenario(name);
		if (c->n == BENCH_SCENARIOS)
			return tool_fail(TOOL_USAGE, "at most %d scenarios", BENCH_SCENARIOS);
		c->list[c->n++] = s;
	}
	return c->n ? TOOL_OK : bad_scenario("");
}

static bool page_size(const char *text, unsigned *level)
{
	static const char *const sizes[] = {"4k", "2m", "1g"};

	for (unsigned i = 0; i < 3; i++) {
		if (strcasecmp(text, sizes[i]) == 0) {
			*level = i + 1;
			return true;
		}
	}
	tool_fail(TOOL_USAGE, "--page-size must be 4k, 2m or 1g, not '%s'", text);
	return false;
}

static bool log_mode(const char *text, struct bench_params *p)
{
	for (unsigned mode = CW_LOG_OFF; mode <= CW_LOG_DIRTYBIT; mode++) {
		if (strcmp(text, bench_log_names[mode]) == 0) {
			p->log = mode;
			p->log_given = true;
			return true;
		}
	}
	tool_fail(TOOL_USAGE, "--log must be capture, protect, dirtybit or off, not '%s'", text);
	return false;
}

/* Scenarios and mode of the log go together. */
static int log_applies(const struct bench_params *p, const struct choice *c)
{
	for (size_t i = 0; i < c->n && p->log_given; i++) {
		const struct bench_scenario *s = c->list[i];

		if (!(s->log >> p->log & 1)) {
			tool_fail(TOOL_USAGE, "--log %s does not apply to %s; it applies to:", bench_log_names[p->log],
				  s->name);
			for (s = bench_scenarios; s->name; s++) {
				if (s->log >> p->log & 1)
					fprintf(stderr, "  %s\n", s->name);
			}
			return TOOL_USAGE;
		}
		/* P23: such a write goes to the host, and these tables have none. */
		if (s->tables && p->log >= CW_LOG_PROTECT && p->page_level > 1)
			return tool_fail(TOOL_USAGE, "--log %s needs --page-size 4k in %s", bench_log_names[p->log],
					 s->name);
	}
	return TOOL_OK;
}

/* Options of the command become options of the URI; they are of `sim:` only. */
static int make_uri(const struct bench_params *p, bool last, char *uri, size_t size)
{
	const struct {
		const char *key, *option, *value;
	} list[] = {
		{"table-mem", "--table-mem", p->table_mem},
		{"host-mem", "--host-mem", p->host_mem},
		{"host-time", "--host-time", p->host_time},
		{"trace", "--trace", p->trace},
	};
	size_t len = (size_t)snprintf(uri, size, "%s", p->device);
	bool sim = strncmp(p->device, "sim:", 4) == 0;

	if (sim && !strstr(p->device, "seed=") && len < size)
		len += (size_t)snprintf(uri + len, size - len, "%sseed=%" PRIu64, p->device[4] ? "," : "", p->seed);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (!list[i].value)
			continue;
		if (!sim)
			return tool_fail(TOOL_USAGE, "%s is for sim: devices", list[i].option);
		if (list[i].value == p->trace && !last)
			continue;
		if (len < size)
			len += (size_t)snprintf(uri + len, size - len, ",%s=%s", list[i].key, list[i].value);
	}
	return len < size ? TOOL_OK : tool_fail(TOOL_USAGE, "the device's URI is too long");
}

/* What a `sim:` device will use, for the report: option, else URI, else default of cw_open(). */
static const char *effective(const struct bench_params *p, const char *key, const char *option, const char *other,
			     char *buf, size_t size)
{
	const char *s = strncmp(p->device, "sim:", 4) == 0 ? p->device + 4 : NULL;

	if (option || !s)
		return option;
	for (; *s; s += strcspn(s, ","), s += *s == ',') {
		if (strncmp(s, key, strlen(key)) == 0 && s[strlen(key)] == '=') {
			s += strlen(key) + 1;
			snprintf(buf, size, "%.*s", (int)strcspn(s, ","), s);
			return buf;
		}
	}
	return other;
}

static int report(const struct bench_report *rep)
{
	const struct bench_params *p = rep->p;
	FILE *out = stdout;
	int err = 0;

	if (p->output) {
		out = fopen(p->output, "w");
		if (!out)
			return tool_fail(TOOL_FAILED, "%s: %s", p->output, strerror(errno));
	}
	if (p->json)
		err = bench_report_json(rep, out);
	else
		bench_report_text(rep, out);
	if (fflush(out) != 0 || ferror(out))
		err = -EIO;
	if (p->output && fclose(out) != 0)
		err = -EIO;
	return err ? tool_fail(TOOL_FAILED, "cannot write the report: %s", strerror(-err)) : TOOL_OK;
}

static int run_all(const struct bench_params *p, const struct choice *c)
{
	struct bench_report rep = {.p = p};
	uint64_t cycles = 0, total = 0;
	double begin = tool_clock();
	bool wrong = false;
	int code = TOOL_OK;
	char uri[2048];

	for (size_t i = 0; i < c->n && !code; i++) {
		struct bench_result *r = malloc(sizeof(*r));
		int err = r ? 0 : -ENOMEM;

		rep.results[rep.n] = r;
		code = make_uri(p, i + 1 == c->n, uri, sizeof(uri));
		if (!code && !err)
			err = bench_run(p, uri, c->list[i], r, &rep.info, &cycles);
		if (p->progress)
			fputs("\r                    \r", stderr);
		if (!code && err) {
			code = tool_fail(err == -EINVAL ? TOOL_USAGE : TOOL_FAILED, "%s: %s", c->list[i]->name,
					 r ? cw_last_error() : "no memory");
		}
		if (code) {
			free(r);
			break;
		}
		rep.n++;
		total += cycles;
		wrong = wrong || r->errors;
	}
	if (!code) {
		rep.uri = uri;
		if (strncmp(p->device, "sim:", 4) == 0)
			rep.cycles_per_second = (double)total / (tool_clock() - begin);
		code = report(&rep);
	}
	for (size_t i = 0; i < rep.n; i++) {
		if (!code && rep.results[i]->errors)
			tool_fail(TOOL_FAILED, "%s: wrong: %s", rep.results[i]->name, rep.results[i]->complaint);
		free(rep.results[i]);
	}
	return code ? code : wrong ? TOOL_FAILED : TOOL_OK;
}

int cmd_bench(int argc, char **argv)
{
	enum {
		DEVICE = 1,
		SCENARIO,
		TABLE_MEM,
		HOST_MEM,
		HOST_TIME,
		CONTEXTS,
		BYTES,
		SPAN,
		LEVELS,
		PAGE_SIZE,
		WRITE_PERCENT,
		LOG,
		SEED,
		ITERATIONS,
		JSON,
		OUTPUT,
		TRACE,
		HELP
	};
	static const struct option options[] = {
		{"device", required_argument, NULL, DEVICE},
		{"scenario", required_argument, NULL, SCENARIO},
		{"table-mem", required_argument, NULL, TABLE_MEM},
		{"host-mem", required_argument, NULL, HOST_MEM},
		{"host-time", required_argument, NULL, HOST_TIME},
		{"contexts", required_argument, NULL, CONTEXTS},
		{"bytes", required_argument, NULL, BYTES},
		{"span", required_argument, NULL, SPAN},
		{"levels", required_argument, NULL, LEVELS},
		{"page-size", required_argument, NULL, PAGE_SIZE},
		{"write-percent", required_argument, NULL, WRITE_PERCENT},
		{"log", required_argument, NULL, LOG},
		{"seed", required_argument, NULL, SEED},
		{"iterations", required_argument, NULL, ITERATIONS},
		{"json", no_argument, NULL, JSON},
		{"output", required_argument, NULL, OUTPUT},
		{"trace", required_argument, NULL, TRACE},
		{"help", no_argument, NULL, HELP},
		{NULL, 0, NULL, 0},
	};
	struct bench_params p = {
		.device = "sim:",
		.contexts = 1,
		.bytes = 64u << 20,
		.span = 1ull << 30,
		.seed = 1,
		.iterations = 16,
		.levels = 4,
		.page_level = 1,
		.write_percent = 100,
	};
	char table_mem[64], host_mem[64], host_time[64];
	struct choice c = {.n = 0};
	bool ok = true;
	int opt;

	if (argc > 1 && strcmp(argv[1], "core") == 0)
		return cmd_bench_core(argc, argv);
	while (ok && (opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case DEVICE:
			p.device = optarg;
			break;
		case SCENARIO:
			ok = choose(&c, optarg) == TOOL_OK;
			break;
		case TABLE_MEM:
			p.table_mem = optarg;
			break;
		case HOST_MEM:
			p.host_mem = optarg;
			break;
		case HOST_TIME:
			p.host_time = optarg;
			break;
		case CONTEXTS:
			ok = tool_number("--contexts", optarg, 1, CW_NCTX, &p.contexts);
			break;
		case BYTES:
			ok = tool_size("--bytes", optarg, 4u << 20, 1ull << 38, &p.bytes);
			break;
		case SPAN:
			ok = tool_size("--span", optarg, 4u << 20, 1ull << 38, &p.span);
			break;
		case LEVELS:
			ok = tool_number("--levels", optarg, 4, 5, &p.levels);
			break;
		case PAGE_SIZE:
			ok = page_size(optarg, &p.page_level);
			break;
		case WRITE_PERCENT:
			ok = tool_number("--write-percent", optarg, 0, 100, &p.write_percent);
			break;
		case LOG:
			ok = log_mode(optarg, &p);
			break;
		case SEED:
			ok = tool_number("--seed", optarg, 0, INT64_MAX, &p.seed);
			break;
		case ITERATIONS:
			ok = tool_number("--iterations", optarg, 1, 100000, &p.iterations);
			break;
		case JSON:
			p.json = true;
			break;
		case OUTPUT:
			p.output = optarg;
			break;
		case TRACE:
			p.trace = optarg;
			break;
		case HELP:
			usage(stdout);
			return TOOL_OK;
		default:
			return tool_bad_option("bench", argv);
		}
	}
	if (!ok)
		return TOOL_USAGE;
	if (optind >= argc || strcmp(argv[optind], "fault-latency") != 0)
		return tool_fail(TOOL_USAGE, "unknown benchmark '%s'; the benchmarks are: fault-latency, core",
				 optind < argc ? argv[optind] : "");
	optind++;
	if (tool_no_operands("bench", argc, argv))
		return TOOL_USAGE;
	p.bytes &= ~UINT64_C(4095);
	p.span &= ~((UINT64_C(4096) << 9 * (p.page_level - 1)) - 1);
	if (!p.span)
		return tool_fail(TOOL_USAGE, "--span is smaller than a page of --page-size");
	p.table_mem = effective(&p, "table-mem", p.table_mem, "ddr4", table_mem, sizeof(table_mem));
	p.host_mem = effective(&p, "host-mem", p.host_mem, "pcie", host_mem, sizeof(host_mem));
	p.host_time = effective(&p, "host-time", p.host_time, "measured", host_time, sizeof(host_time));
	p.progress = isatty(STDERR_FILENO);
	if (!c.n) {
		for (const struct bench_scenario *s = bench_scenarios; s->name; s++) {
			if (!p.log_given || (s->log >> p.log & 1))
				c.list[c.n++] = s;
		}
	}
	if (log_applies(&p, &c))
		return TOOL_USAGE;
	return run_all(&p, &c);
}
