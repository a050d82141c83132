/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Linked into the command of the suite selftest-mutants: the environment says which mutant its engine is. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/sim.h"

__attribute__((constructor)) static void choose(void)
{
	const char *name = getenv("CATWALK_MUTANT");

	if (name && cw_sim_set_mutant(name)) {
		fprintf(stderr, "no mutant %s\n", name);
		exit(99);
	}
}
