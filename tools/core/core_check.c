/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Whether the baselines are what they should be. Each has a figure, the best that was reached on a quiet machine of the
 * kind that Catwalk is built on. One that takes a quarter more was slowed down, by what was done to it or by others on
 * the machine, and a ratio to it flatters. One that is faster only makes the bars harder.
 *
 * On a machine of another kind figures mean nothing by themselves, but baselines still keep their ratios to each other
 * more or less: then the middle one tells what the machine is worth.
 */
#include "core.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double core_slowest(const double *ns, const double *figure, unsigned n)
{
	double slowest = 0;

	for (unsigned i = 0; i < n; i++) {
		double fastest = ns[i];

		if (!(figure[i] > 0))
			continue;
		for (unsigned k = 0; k < n; k++) {
			if (figure[k] >= figure[i] && figure[k] <= figure[i] && ns[k] < fastest)
				fastest = ns[k];
		}
		if (fastest / figure[i] > slowest)
			slowest = fastest / figure[i];
	}
	return slowest;
}

unsigned core_judge_bases(const struct core_base *base, unsigned n, bool other_machine, FILE *err)
{
	double ratio[CORE_ROWS], machine = 1;
	unsigned wrong = 0, known = 0;

	CW_ASSERT(n <= CORE_ROWS);
	for (unsigned i = 0; i < n; i++) {
		if (base[i].figure > 0)
			ratio[known++] = base[i].value / base[i].figure;
	}
	if (other_machine && known) {
		qsort(ratio, known, sizeof(*ratio), by_value);
		machine = ratio[known / 2];
	}
	for (unsigned i = 0; i < n; i++) {
		double expected = base[i].figure * machine;

		if (!(base[i].figure > 0) || base[i].value <= CORE_SLOWER * expected)
			continue;
		fprintf(err, "catwalk: the baseline '%s' took %.1f %s, %.2f of the %.1f %s that it should\n",
			base[i].name, base[i].value, base[i].unit, base[i].value / expected, expected, base[i].unit);
		wrong++;
	}
	if (wrong)
		fprintf(err,
			"catwalk: %u of %u baselines are more than 25 %% too slow: the ratios of this run prove nothing.%s\n",
			wrong, known,
			other_machine ? "" : " Is the machine idle? Is it of another kind (--other-machine)?");
	return wrong;
}

struct core_load core_load_between(const struct core_load *from, const struct core_load *to)
{
	return (struct core_load){
		.seconds = to->seconds - from->seconds,
		.own = to->own - from->own,
		.busy = to->busy - from->busy,
		.stolen = to->stolen - from->stolen,
		.processors = to->processors,
		.switches = to->switches - from->switches,
	};
}

double core_load_others(const struct core_load *l)
{
	double others = l->seconds > 0 ? (l->busy - l->own) / l->seconds : 0;

	/* What this program had is counted in other units than what all had. */
	return others > 0 ? others : 0;
}

void core_load_say(const struct core_load *l, FILE *err)
{
	double others = core_load_others(l), stolen = l->seconds > 0 ? l->stolen / l->seconds : 0;

	fprintf(err,
		"catwalk: in these %.0f s other programs had %.2f of %u processors, the hypervisor took %.2f, and %ld times"
		" this program had to wait.%s\n",
		l->seconds, others, l->processors, stolen, l->switches,
		others + stolen > CORE_BUSY ? " The machine was busy." : " The machine was idle but for it.");
}
