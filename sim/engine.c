/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "engine.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <catwalk/contract.h>

enum {
#define CW_SIM_SIZE(param, option) N_##param,
#include "sizes.def"
#undef CW_SIM_SIZE
	N_SIZES
};

static const struct {
	const char *option;
	size_t at;
	uint32_t def;
} size_of[N_SIZES] = {
#define CW_SIM_SIZE(param, option) {option, offsetof(struct cw_sim_sizes, param), CW_##param},
#include "sizes.def"
#undef CW_SIM_SIZE
};

static uint32_t *size_at(struct cw_sim_sizes *s, unsigned int n)
{
	return (uint32_t *)((char *)s + size_of[n].at);
}

static uint32_t built(const struct cw_engine *e, unsigned int n)
{
	struct cw_sim_sizes s = e->sizes;
	uint32_t size = *size_at(&s, n);

	return size ? size : size_of[n].def;
}

const struct cw_engine *cw_engine_find(const struct cw_sim_sizes *sizes)
{
	struct cw_sim_sizes want = *sizes;

	for (const struct cw_engine *e = cw_engines; e->create; e++) {
		bool same = true;

		for (unsigned int n = 0; n < N_SIZES; n++)
			same &= !*size_at(&want, n) || *size_at(&want, n) == built(e, n);
		if (same)
			return e;
	}
	return NULL;
}

uint32_t *cw_sim_size(struct cw_sim_sizes *sizes, const char *option)
{
	for (unsigned int n = 0; n < N_SIZES; n++) {
		if (strcmp(option, size_of[n].option) == 0)
			return size_at(sizes, n);
	}
	return NULL;
}

const char *cw_sim_size_option(unsigned int n)
{
	return n < N_SIZES ? size_of[n].option : NULL;
}

void cw_sim_engines(char *buf, size_t size)
{
	size_t used = 0;

	*buf = '\0';
	for (const struct cw_engine *e = cw_engines; e->create; e++) {
		const char *sep = e == cw_engines ? "" : "; ";

		for (unsigned int n = 0; n < N_SIZES && used < size; n++) {
			/* The first one in full, of the others what differs. */
			if (e != cw_engines && built(e, n) == built(cw_engines, n))
				continue;
			used += (size_t)snprintf(buf + used, size - used, "%s%s=%u", sep, size_of[n].option,
						 built(e, n));
			sep = ",";
		}
	}
}
