/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The command as a user meets it: exit codes, messages, JSON. The argument is the program. */
#include <jansson.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define TEXT 65536

static const char *program;
static char out[TEXT], err[TEXT];

static void take(int fd, char *to)
{
	size_t n = 0;
	ssize_t got;

	while (n < TEXT - 1 && (got = read(fd, to + n, TEXT - 1 - n)) > 0)
		n += (size_t)got;
	to[n] = '\0';
	close(fd);
}

/* Run `catwalk ARGS`, split at blanks; exit code, or -1 if it died. */
static int run(const char *args)
{
	char *argv[32] = {(char *)program}, *copy = strdup(args), *save = NULL;
	int po[2], pe[2], status = 0, n = 1;
	pid_t pid;

	for (char *a = strtok_r(copy, " ", &save); a && n < 31; a = strtok_r(NULL, " ", &save))
		argv[n++] = a;
	if (pipe(po) || pipe(pe))
		exit(1);
	pid = fork();
	if (pid == 0) {
		dup2(po[1], 1);
		dup2(pe[1], 2);
		close(po[0]);
		close(pe[0]);
		alarm(250);
		execv(program, argv);
		_exit(127);
	}
	close(po[1]);
	close(pe[1]);
	/* What it says on stderr fits a pipe; read stdout first. */
	take(po[0], out);
	take(pe[0], err);
	waitpid(pid, &status, 0);
	free(copy);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Must be refused as a usage error, with all of `words` (separated by blanks) on stderr and nothing on stdout. */
static void refused(const char *args, const char *words)
{
	char *copy = strdup(words), *save = NULL;
	bool ok = CHECK_EQ(run(args), 2);

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		ok &= CHECK(strstr(err, w) != NULL);
	ok &= CHECK_STR(out, "");
	if (!ok)
		printf("  catwalk %s: %s\n", args, err);
	free(copy);
}

static void commands(void)
{
	CHECK_EQ(run(""), 2);
	refused("fly", "info bench selftest stat fwlog");
	CHECK_EQ(run("--version"), 0);
	CHECK(strncmp(out, "catwalk ", 8) == 0);
}

static void help_is_for_all(void)
{
	static const char *const list[] = {
		"--help",	   "info --help", "bench --help", "bench fault-latency --help", "bench core --help",
		"selftest --help", "stat --help", "fwlog --help"};

	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		CHECK_EQ(run(list[i]), 0);
		CHECK(strncmp(out, "usage: catwalk", 14) == 0);
		CHECK_STR(err, "");
	}
}

static void wrong_options(void)
{
	refused("info --colour", "--colour");
	refused("info extra", "extra");
	refused("info --device", "--device");
	refused("info --device usb:", "sim:");
	refused("info --device sim:x=1", "table-mem= host-mem= seed= host-time= trace= slots= pa-bits=");
	refused("selftest --device sim:table-mem=x", "ideal:N ddr4 hbm pcie");
	refused("selftest now", "now");
	refused("bench", "fault-latency");
	refused("bench speed", "fault-latency");
	refused("bench fault-latency more", "more");
	refused("bench fault-latency --what", "--what");
	refused("bench core more", "more");
	refused("bench core --only pies", "slots pages faults log updates");
	refused("fwlog more", "more");
	refused("fwlog --timeout 1s", "--follow");
	refused("stat more", "more");
	refused("stat --what", "--what");
}

#define ALL_SCENARIOS \
	"tlb-hit walk-cold walk-cached wp-fix random sequential hit-under-miss invalidate flush capture-mark " \
	"harvest-idle harvest-dirty first-touch fault-report fault-storm bridge-write bridge-read"

static void wrong_values_list_the_right_ones(void)
{
	refused("bench fault-latency --scenario fly", ALL_SCENARIOS);
	refused("bench fault-latency --scenario tlb-hit,fly", ALL_SCENARIOS);
	refused("bench fault-latency --scenario ,", ALL_SCENARIOS);
	refused("bench fault-latency --table-mem ddr9", "ideal:N ddr4 hbm pcie");
	refused("bench fault-latency --host-mem x", "ideal:N ddr4 hbm pcie");
	refused("bench fault-latency --host-time slow", "measured fixed:NS");
	refused("bench fault-latency --contexts 0", "1 64");
	refused("bench fault-latency --contexts 65", "1 64");
	refused("bench fault-latency --contexts x", "1 64");
	refused("bench fault-latency --bytes 1M", "--bytes");
	refused("bench fault-latency --bytes 4Q", "--bytes");
	refused("bench fault-latency --span 1M", "--span");
	refused("bench fault-latency --span 8M --page-size 1g", "--span --page-size");
	refused("bench fault-latency --levels 3", "--levels 4 5");
	refused("bench fault-latency --levels 6", "--levels 4 5");
	refused("bench fault-latency --page-size 8k", "4k 2m 1g");
	refused("bench fault-latency --write-percent 101", "--write-percent 0 100");
	refused("bench fault-latency --log full", "capture protect dirtybit off full");
	refused("bench fault-latency --log capture --scenario random,flush",
		"flush capture apply tlb-hit random bridge-write");
	refused("bench fault-latency --log off --scenario harvest-idle", "harvest-idle off apply");
	refused("bench fault-latency --log protect --scenario capture-mark", "capture-mark protect apply");
	refused("bench fault-latency --log protect --page-size 2m --scenario random", "random protect 4k");
	refused("bench fault-latency --seed -1", "--seed");
	refused("bench fault-latency --iterations 0", "--iterations");
	refused("fwlog --follow --timeout 3", "--timeout us ms");
	refused("stat --interval 0s", "--interval 1us 3600s");
	refused("stat --interval 99999999999999999999s", "--interval");
	refused("stat --count x", "--count");
	refused("stat --counters grants,fly", "fly requests tlb_hits");
	refused("stat --counters ,", "requests tlb_hits");
	refused("stat --unit furlong", "second kcycle count");
	refused("stat --load fly", "tlb-hit sequential random");
}

static void unwritable_output_is_a_failure(void)
{
	CHECK_EQ(run("bench fault-latency --scenario tlb-hit --iterations 1 --output /nonexistent/x"), 1);
	CHECK(strstr(err, "/nonexistent/x") != NULL);
}

static void info_as_text_and_json(void)
{
	json_t *o;

	CHECK_EQ(run("info"), 0);
	CHECK(strstr(out, "250.000 MHz") != NULL);
	CHECK_EQ(run("info --json --device sim:seed=3"), 0);
	o = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	CHECK(o != NULL);
	CHECK_STR(json_string_value(json_object_get(o, "device")), "sim:seed=3");
	CHECK_EQ(json_integer_value(json_object_get(o, "contexts")), 64);
	json_decref(o);
}

/* Sizes of the engine: the device has those that were asked for, and works with them. */
static void engine_of(const char *options, int slots, int tlb_lines)
{
	char args[200];
	json_t *o;

	snprintf(args, sizeof(args), "info --json --device sim:%s", options);
	CHECK_EQ(run(args), 0);
	o = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	CHECK_EQ(json_integer_value(json_object_get(o, "walk_slots")), slots);
	CHECK_EQ(json_integer_value(json_object_get(o, "tlb_sets")) *
			 json_integer_value(json_object_get(o, "tlb_ways")),
		 tlb_lines);
	json_decref(o);
	snprintf(args, sizeof(args), "selftest --device sim:table-mem=ideal:5,host-mem=ideal:5%s%s",
		 *options ? "," : "", options);
	CHECK_EQ(run(args), 0);
}

static void engine_sizes(void)
{
	engine_of("slots=8", 8, 256);
	engine_of("slots=16", 16, 256);
	engine_of("slots=32", 32, 256);
	engine_of("slots=32,tlb-sets=512", 32, 2048);
	engine_of("tlb-ways=1", 2, 4);
	engine_of("pa-bits=46,slots=2", 2, 4);
	refused("info --device sim:slots=5", "slots=8,tlb-sets=128 slots=2,tlb-sets=4 slots=16; slots=32,tlb-sets=512");
	refused("info --device sim:slots=16,tlb-sets=512", "slots=16;");
	refused("info --device sim:slots=0", "slots");
	refused("info --device sim:slots=4294967304", "slots");
	refused("info --device sim:slots=-8", "slots");
	CHECK_EQ(run("info --device sim:slots=32,trace=/nonexistent/x"), 1);
	CHECK(strstr(err, "trace: only") != NULL);
}

/* The object has these keys, and no others. */
static void keys(const json_t *o, const char *names)
{
	char *copy = strdup(names), *save = NULL;
	size_t n = 0;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save), n++) {
		if (!CHECK(json_object_get(o, w) != NULL))
			printf("  no key %s\n", w);
	}
	CHECK_EQ(json_object_size(o), n);
	free(copy);
}

#define BENCH "bench fault-latency --json --host-time fixed:1500 --seed 5 --iterations 1"

static void bench_json_is_exact(void)
{
	static const char *const names[] = {
		"tlb-hit",	  "walk-cold",	  "walk-cached", "wp-fix",	 "random",	 "sequential",
		"hit-under-miss", "invalidate",	  "flush",	 "capture-mark", "harvest-idle", "harvest-dirty",
		"first-touch",	  "fault-report", "fault-storm", "bridge-write", "bridge-read"};
	json_t *o, *list, *s;

	CHECK_EQ(run(BENCH), 0);
	CHECK_STR(err, "");
	o = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	if (!CHECK(o != NULL))
		return;
	keys(o, "version device clock_mhz table_mem seed parameters sim_cycles_per_second scenarios");
	CHECK_EQ(json_integer_value(json_object_get(o, "seed")), 5);
	CHECK_STR(json_string_value(json_object_get(o, "table_mem")), "ddr4");
	list = json_object_get(o, "scenarios");
	CHECK_EQ(json_array_size(list), sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < json_array_size(list); i++) {
		static const char *const order[] = {"min", "p50", "p90", "p99", "p999", "max"};

		s = json_array_get(list, i);
		keys(s, "name requests unit timed note min p50 p90 p99 p999 max mean per_kcycle errors counters");
		CHECK_STR(json_string_value(json_object_get(s, "name")), names[i]);
		CHECK_STR(json_string_value(json_object_get(s, "unit")), "cycles");
		CHECK_EQ(json_integer_value(json_object_get(s, "errors")), 0);
		CHECK(json_integer_value(json_object_get(s, "requests")) > 0);
		CHECK(json_integer_value(json_object_get(s, "min")) > 0);
		for (unsigned k = 1; k < 6; k++)
			CHECK(json_integer_value(json_object_get(s, order[k - 1])) <=
			      json_integer_value(json_object_get(s, order[k])));
		CHECK(json_is_integer(json_object_get(json_object_get(s, "counters"), "tlb_hits")));
	}
	json_decref(o);
}

/* Host memory so fast that commands are over before the generator has cleared its histogram: they must wait for it. */
static void commands_meet_traffic(void)
{
	json_t *o, *list;

	CHECK_EQ(run(BENCH " --host-mem ideal:4 --scenario invalidate,hit-under-miss"), 0);
	o = json_loads(out, 0, NULL);
	list = json_object_get(o, "scenarios");
	CHECK_EQ(json_array_size(list), 2);
	for (size_t i = 0; i < json_array_size(list); i++)
		CHECK(json_integer_value(json_object_get(json_array_get(list, i), "requests")) > 500);
	json_decref(o);
}

static void bench_repeats_bit_for_bit(void)
{
	json_t *a, *b;

	CHECK_EQ(run(BENCH " --scenario first-touch,walk-cached"), 0);
	a = json_loads(out, 0, NULL);
	CHECK_EQ(run(BENCH " --scenario first-touch --scenario walk-cached"), 0);
	b = json_loads(out, 0, NULL);
	CHECK(a && b && json_equal(json_object_get(a, "scenarios"), json_object_get(b, "scenarios")));
	json_decref(a);
	json_decref(b);
}

/* The command itself compares what the log has with what was written. */
static void bench_logs(void)
{
	static const char *const modes[] = {"off", "capture", "protect", "dirtybit"};

	for (unsigned i = 0; i < 4; i++) {
		static const char scenarios[] = "tlb-hit,walk-cold,wp-fix,random,first-touch,bridge-write";
		char args[256];
		json_t *o, *list;

		snprintf(args, sizeof(args), BENCH " --span 4M --write-percent 70 --scenario %s --log %s", scenarios,
			 modes[i]);
		if (!CHECK_EQ(run(args), 0)) {
			printf("  %s", err);
			continue;
		}
		o = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
		list = json_object_get(o, "scenarios");
		CHECK_STR(json_string_value(json_object_get(json_object_get(o, "parameters"), "log")), modes[i]);
		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *s = json_array_get(list, k), *c = json_object_get(s, "counters");
			const char *name = json_string_value(json_object_get(s, "name"));

			CHECK_EQ(json_integer_value(json_object_get(s, "errors")), 0);
			/* These have neither tables nor pages that were written before. */
			if (!strcmp(name, "wp-fix") || !strcmp(name, "random"))
				CHECK_EQ(json_integer_value(json_object_get(c, "log_marks")) > 0, i > 0);
		}
		json_decref(o);
	}
}

static void memory_presets_matter(void)
{
	json_int_t p50[2];

	for (unsigned i = 0; i < 2; i++) {
		json_t *o;

		CHECK_EQ(run(i ? BENCH " --scenario walk-cold --table-mem ideal:100" :
				 BENCH " --scenario walk-cold --table-mem ideal:10"),
			 0);
		o = json_loads(out, 0, NULL);
		p50[i] = json_integer_value(json_object_get(json_array_get(json_object_get(o, "scenarios"), 0), "p50"));
		json_decref(o);
	}
	/* Four reads of 90 cycles more each. */
	CHECK_EQ(p50[1] - p50[0], 360);
}

static json_int_t p50_of(const char *args)
{
	json_int_t v = 0;
	json_t *o;

	if (CHECK_EQ(run(args), 0)) {
		o = json_loads(out, 0, NULL);
		v = json_integer_value(json_object_get(json_array_get(json_object_get(o, "scenarios"), 0), "p50"));
		json_decref(o);
	}
	return v;
}

/* A level more is a read more, and a large page one or two less; reads are as good as writes. */
static void shape_of_tables_matters(void)
{
	const char *const cold = BENCH " --table-mem ideal:100 --scenario fault-report";
	char args[256];
	json_int_t four;

	snprintf(args, sizeof(args), "%s --levels 4", cold);
	four = p50_of(args);
	CHECK(four > 4 * 100 && four < 5 * 100);
	snprintf(args, sizeof(args), "%s --levels 5", cold);
	CHECK_EQ(p50_of(args) - four, p50_of(BENCH " --table-mem ideal:100 --scenario walk-cold --levels 5") -
					      p50_of(BENCH " --table-mem ideal:100 --scenario walk-cold"));
	CHECK_EQ(run(BENCH " --scenario random,sequential --span 1G --page-size 2m --levels 5 --write-percent 0"), 0);
	CHECK_EQ(run(BENCH " --scenario random,sequential --span 4G --page-size 1g --contexts 2"), 0);
}

static void bench_table_is_for_people(void)
{
	CHECK_EQ(run("bench fault-latency --scenario tlb-hit --iterations 1 --contexts 3"), 0);
	CHECK(strstr(out, "p99.9") != NULL);
	CHECK(strstr(out, "tlb-hit") != NULL);
	CHECK(strstr(out, "million cycles a second") != NULL);
	CHECK_STR(err, "");
}

static void selftest_passes(void)
{
	json_t *o;

	CHECK_EQ(run("selftest --device sim:table-mem=ideal:5,host-mem=ideal:5"), 0);
	CHECK(strstr(out, "FAILED") == NULL);
	CHECK_EQ(run("selftest --json --device sim:table-mem=ideal:5,host-mem=ideal:5"), 0);
	o = json_loads(out, 0, NULL);
	CHECK(json_is_true(json_object_get(o, "ok")));
	json_decref(o);
}

/* Firmware that does nothing: the watchdog finds out, and the block is named. */
static void selftest_names_what_fails(void)
{
	char path[] = "/tmp/catwalk-test-XXXXXX", args[128];
	static const char loop[] = "@00000000\n6F 00 00 00\n";
	int fd = mkstemp(path);
	json_t *o;

	CHECK(fd >= 0 && write(fd, loop, sizeof(loop) - 1) == sizeof(loop) - 1);
	close(fd);
	snprintf(args, sizeof(args), "selftest --json --device sim:firmware=%s", path);
	CHECK_EQ(run(args), 1);
	o = json_loads(out, 0, NULL);
	CHECK(json_is_false(json_object_get(o, "ok")));
	CHECK_STR(json_string_value(json_object_get(o, "failed")), "start");
	CHECK(strstr(err, "firmware") != NULL);
	json_decref(o);
	unlink(path);
}

static void fwlog_shows_the_boot(void)
{
	json_int_t before = 0;
	json_t *o, *line, *lines;
	size_t i;

	CHECK_EQ(run("fwlog"), 0);
	CHECK(out[0] == '[' && strstr(out, "] catwalk firmware ") != NULL);
	CHECK_STR(err, "");
	CHECK_EQ(run("fwlog --json --follow --timeout 200ms"), 0);
	o = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	if (!CHECK(o != NULL))
		return;
	keys(o, "version device clock_mhz lost_bytes lines");
	CHECK_EQ(json_integer_value(json_object_get(o, "lost_bytes")), 0);
	lines = json_object_get(o, "lines");
	CHECK(json_array_size(lines) > 0);
	json_array_foreach(lines, i, line)
	{
		json_int_t cycle = json_integer_value(json_object_get(line, "cycle"));

		keys(line, "cycle text");
		CHECK(cycle > before);
		before = cycle;
	}
	CHECK(strncmp(json_string_value(json_object_get(json_array_get(lines, 0), "text")), "catwalk firmware ", 17) ==
	      0);
	json_decref(o);
}

static json_int_t counter(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(o, "counters"), name));
}

static void stat_counts_a_load(void)
{
	char *save = NULL;
	unsigned n = 0;

	CHECK_EQ(run("stat --json --count 4 --interval 100us --load tlb-hit"), 0);
	CHECK_STR(err, "");
	for (char *l = strtok_r(out, "\n", &save); l; l = strtok_r(NULL, "\n", &save), n++) {
		json_t *o = json_loads(l, JSON_REJECT_DUPLICATES, NULL);
		json_int_t cycles = json_integer_value(json_object_get(o, "cycles"));

		if (!CHECK(o != NULL))
			return;
		keys(o, "cycle cycles seconds counters");
		CHECK(cycles >= 25000);
		CHECK(json_real_value(json_object_get(o, "seconds")) * 250e6 - (double)cycles < 1);
		/* A hit per cycle once all pages are there. */
		if (n == 3) {
			CHECK(counter(o, "requests") > cycles * 99 / 100 && counter(o, "requests") <= cycles);
			CHECK(counter(o, "grants") > cycles * 99 / 100 && counter(o, "walks") == 0);
		}
		json_decref(o);
	}
	CHECK_EQ(n, 4);
}

static void stat_is_for_people(void)
{
	CHECK_EQ(run("stat --count 2 --interval 20us --counters grants,probes --unit count"), 0);
	CHECK(strncmp(out, "     seconds       grants       probes\n", 39) == 0);
	CHECK(strstr(out, "            0            0\n") != NULL);
	CHECK_EQ(run("stat --count 1 --interval 20us --load random --unit kcycle"), 0);
	CHECK(strstr(out, "miss_to_host") != NULL);
}

/* Rows agree with themselves and with the exit status; figures of a sanitized program mean nothing. */
static void bench_core(void)
{
	int code = run("bench core --only faults --json");
	json_t *o = json_loads(out, JSON_REJECT_DUPLICATES, NULL), *list = json_object_get(o, "bars"), *b;
	json_t *bases = json_object_get(o, "baselines"), *machine = json_object_get(o, "machine");
	bool missed = false;
	size_t i;

	CHECK(json_array_size(list) == 5);
	json_array_foreach(list, i, b)
	{
		double value = json_number_value(json_object_get(b, "value"));
		double bar = json_number_value(json_object_get(b, "bar"));

		CHECK(json_is_string(json_object_get(b, "name")) && json_is_string(json_object_get(b, "unit")));
		CHECK(json_is_null(json_object_get(b, "baseline")) && json_is_null(json_object_get(b, "ratio")));
		CHECK(value > 0 && bar > 0);
		CHECK_EQ(json_is_true(json_object_get(b, "pass")), value <= bar);
		missed |= value > bar;
	}
	/* Nor does a run count whose baseline is a quarter slower than its figure. */
	CHECK_EQ(json_array_size(bases), 2);
	json_array_foreach(bases, i, b)
	{
		double value = json_number_value(json_object_get(b, "value"));
		double figure = json_number_value(json_object_get(b, "figure"));

		/* What is only shown has no figure. */
		CHECK(value > 0 && (i ? json_is_null(json_object_get(b, "figure")) : figure > 0));
		missed |= i == 0 && value > 1.25 * figure;
	}
	CHECK_EQ(code, missed);
	CHECK(json_number_value(json_object_get(machine, "seconds")) > 0);
	CHECK_EQ(json_integer_value(json_object_get(machine, "processors")), sysconf(_SC_NPROCESSORS_ONLN));
	CHECK(json_number_value(json_object_get(machine, "others")) >= 0);
	json_decref(o);
}

/* What is timed is right first: lookups among as many slots as there may be, and passes over 1 TiB. */
static void bench_core_answers(void)
{
	CHECK_EQ(run("bench core --answers --only slots"), 0);
	CHECK(strstr(out, "any alignment, 32764 slots") && strstr(out, "2 MiB aligned, 32764 slots"));
	CHECK(strstr(out, " 131072 answers as they must be"));
	CHECK_EQ(run("bench core --answers --only log"), 0);
	CHECK(strstr(out, "pass over 1 TiB, nothing") && strstr(out, "pass over 1 TiB, 10 %"));
	CHECK(strstr(out, " 268435456 answers as they must be") && !strstr(out, "MISSED"));
	refused("bench core --answers --only pies", "slots pages faults log updates");
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s PROGRAM\n", argv[0]);
		return 2;
	}
	program = argv[1];
	RUN(commands);
	RUN(help_is_for_all);
	RUN(wrong_options);
	RUN(bench_core);
	RUN(bench_core_answers, "T-MS-06 T-DL-10");
	RUN(wrong_values_list_the_right_ones);
	RUN(unwritable_output_is_a_failure);
	RUN(info_as_text_and_json);
	RUN(engine_sizes);
	RUN(bench_json_is_exact);
	RUN(commands_meet_traffic);
	RUN(bench_repeats_bit_for_bit);
	RUN(bench_logs);
	RUN(memory_presets_matter);
	RUN(shape_of_tables_matters);
	RUN(bench_table_is_for_people);
	RUN(selftest_passes);
	RUN(selftest_names_what_fails);
	RUN(fwlog_shows_the_boot);
	RUN(stat_counts_a_load);
	RUN(stat_is_for_people);
	return CHECK_DONE("cli");
}
