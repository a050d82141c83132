/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* A table for people, an object for programs. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "bench.h"

static double per_kcycle(const struct bench_result *r)
{
	return r->cycles ? (double)r->lat.n * 1000.0 / (double)r->cycles : 0;
}

void bench_report_text(const struct bench_report *rep, FILE *out)
{
	const struct cw_info *i = &rep->info;
	double ns = 1e6 / i->clock_khz;

	fprintf(out, "device %s, %.0f MHz, %u walk slots, TLB of %u entries, walk cache of %u per level\n", rep->uri,
		i->clock_khz / 1000.0, i->walk_slots, i->tlb_sets * i->tlb_ways * i->tlb_line, i->walk_cache_entries);
	fprintf(out, "cycles from request to grant, unless said otherwise below\n\n");
	fprintf(out, "%-15s%9s%8s%8s%8s%8s%8s%9s%11s%8s\n", "scenario", "requests", "min", "p50", "p90", "p99", "p99.9",
		"max", "per kcycle", "errors");
	for (size_t k = 0; k < rep->n; k++) {
		const struct bench_result *r = rep->results[k];
		const struct bench_hist *h = &r->lat;

		fprintf(out,
			"%-15s%9" PRIu64 "%8" PRIu64 "%8" PRIu64 "%8" PRIu64 "%8" PRIu64 "%8" PRIu64 "%9" PRIu64
			"%11.1f%8" PRIu64 "\n",
			r->name, h->n, h->min, bench_hist_at(h, 500), bench_hist_at(h, 900), bench_hist_at(h, 990),
			bench_hist_at(h, 999), h->max, per_kcycle(r), r->errors);
		fprintf(out, "%-15s%9s%8.0f%8.0f%8.0f%8.0f%8.0f%9.0f\n", "", "ns", (double)h->min * ns,
			(double)bench_hist_at(h, 500) * ns, (double)bench_hist_at(h, 900) * ns,
			(double)bench_hist_at(h, 990) * ns, (double)bench_hist_at(h, 999) * ns, (double)h->max * ns);
	}
	fputc('\n', out);
	for (size_t k = 0; k < rep->n; k++) {
		const struct bench_result *r = rep->results[k];

		if (r->timed)
			fprintf(out, "%s: %s\n", r->name, r->timed);
		if (r->note[0])
			fprintf(out, "%s: %s\n", r->name, r->note);
	}
	if (rep->cycles_per_second > 0)
		fprintf(out, "simulated at %.2f million cycles a second\n", rep->cycles_per_second / 1e6);
	for (size_t k = 0; k < rep->n; k++) {
		if (rep->results[k]->errors)
			fprintf(out, "%s: WRONG: %s\n", rep->results[k]->name, rep->results[k]->complaint);
	}
}

static json_t *scenario_json(const struct bench_result *r)
{
	const struct bench_hist *h = &r->lat;
	json_t *counters = json_object();

	for (unsigned i = 0; i < CW_NCOUNTER; i++)
		json_object_set_new(counters, cw_counter_label(i), json_integer((json_int_t)r->counters[i]));
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:I, s:o}", "name", r->name,
			 "requests", (json_int_t)h->n, "unit", "cycles", "timed",
			 r->timed ? r->timed : "from request to grant", "note", r->note, "min", (json_int_t)h->min,
			 "p50", (json_int_t)bench_hist_at(h, 500), "p90", (json_int_t)bench_hist_at(h, 900), "p99",
			 (json_int_t)bench_hist_at(h, 990), "p999", (json_int_t)bench_hist_at(h, 999), "max",
			 (json_int_t)h->max, "mean", bench_hist_mean(h), "per_kcycle", per_kcycle(r), "errors",
			 (json_int_t)r->errors, "counters", counters);
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

int bench_report_json(const struct bench_report *rep, FILE *out)
{
	const struct bench_params *p = rep->p;
	const struct cw_info *i = &rep->info;
	json_t *scenarios = json_array(), *parameters, *o;
	int err;

	for (size_t k = 0; k < rep->n; k++)
		json_array_append_new(scenarios, scenario_json(rep->results[k]));
	parameters = json_pack(
		"{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:s}", "host_mem",
		text_or_null(p->host_mem), "host_time", text_or_null(p->host_time), "contexts", (json_int_t)p->contexts,
		"bytes", (json_int_t)p->bytes, "iterations", (json_int_t)p->iterations, "span", (json_int_t)p->span,
		"levels", (json_int_t)p->levels, "page_size", (json_int_t)4096 << 9 * (p->page_level - 1),
		"write_percent", (json_int_t)p->write_percent, "walk_slots", (int)i->walk_slots, "tlb_sets",
		(int)i->tlb_sets, "tlb_ways", (int)i->tlb_ways, "walk_cache_entries", (int)i->walk_cache_entries,
		"waiting", (int)i->waiting, "park_entries", (int)i->park_entries, "uri", rep->uri, "log",
		p->log_given ? bench_log_names[p->log] : "default");
	o = json_pack("{s:s, s:s, s:f, s:o, s:I, s:o, s:f, s:o}", "version", cw_version(), "device", p->device,
		      "clock_mhz", i->clock_khz / 1000.0, "table_mem", text_or_null(p->table_mem), "seed",
		      (json_int_t)p->seed, "parameters", parameters, "sim_cycles_per_second", rep->cycles_per_second,
		      "scenarios", scenarios);
	if (!o)
		return -ENOMEM;
	err = json_dumpf(o, out, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
	json_decref(o);
	return err || fputc('\n', out) == EOF ? -EIO : 0;
}
