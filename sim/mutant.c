/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The mutant that engines built with -DCW_MUTANTS take on when they are opened. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "card.h"

static const char *const names[] = {
	"none",
#define CW_MUTANT(name, suites, rules, kinds, what) #name,
#include "mutants.def"
#undef CW_MUTANT
};

static const char *chosen = "none";

int cw_sim_set_mutant(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			chosen = names[i];
			return 0;
		}
	}
	return -EINVAL;
}

const char *cw_sim_mutant_name(unsigned int n)
{
	return n < sizeof(names) / sizeof(names[0]) ? names[n] : NULL;
}

bool cw_mutant_wanted(void)
{
	return chosen != names[0];
}

const char *cw_dpi_mutant(unsigned long long ctx)
{
	((struct cw_sim *)(uintptr_t)ctx)->mutant_taken = true;
	return chosen;
}
