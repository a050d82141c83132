/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The Verilated engines of this build. Sizes are parameters of the RTL, so each set of them is an engine of its own;
 * which ones there are stands in sim/rules.mk, and the table is made of that.
 */
#ifndef CW_SIM_ENGINE_H
#define CW_SIM_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "sim.h"

struct cw_engine {
	struct cw_sim_sizes sizes; /* 0: the default of include/catwalk/params.def */
	/* made by Verilator's --lib-create */
	void *(*create)(const char *scope);
	long long (*combo_update)(void *model, const uint32_t *ctx);
	long long (*seq_update)(void *model, unsigned char clk);
	void (*final)(void *model);
};

/* The default one first; it alone can write a trace. Ends with create == NULL. */
extern const struct cw_engine cw_engines[];

#define CW_ENGINE_DECL(name) \
	extern void *name##_protectlib_create(const char *scope); \
	extern long long name##_protectlib_combo_update(void *model, const uint32_t *ctx); \
	extern long long name##_protectlib_seq_update(void *model, unsigned char clk); \
	extern void name##_protectlib_final(void *model)

/* clang-format off */
#define CW_ENGINE(name, ...)                                                                        \
	{                                                                                           \
		{__VA_ARGS__}, name##_protectlib_create, name##_protectlib_combo_update,            \
		name##_protectlib_seq_update, name##_protectlib_final                               \
	}
/* clang-format on */

/* The first engine with these sizes (0: any), or NULL. */
const struct cw_engine *cw_engine_find(const struct cw_sim_sizes *sizes);

#endif
