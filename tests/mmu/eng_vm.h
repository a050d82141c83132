/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* An MMU on an engine that logs, with workers and contexts: begin and end. */
#ifndef CW_TEST_ENG_VM_H
#define CW_TEST_ENG_VM_H

#include "../unit/check.h"
#include "engine.h"

struct eng_vm {
	struct engine *eng;
	struct cw_mmu *mmu;
	struct cw_mmu_worker *worker;
	unsigned nr_worker;
	struct cw_mmu_ctx *ctx;
	unsigned nr_ctx;
};

/* Two widths, the two flavours, without A/D, and the other address space. */
#define ENG_VM_CTX 5u
CHECK_UNUSED static const struct cw_mmu_ctx_params eng_vm_ctx[ENG_VM_CTX] = {
	{.level = 4},
	{.level = 5},
	{.level = 4, .flavour = CW_FLAVOUR_X86},
	{.level = 4, .ad_disabled = true},
	{.level = 4, .as_id = 1},
};

/* Behind eng_init(). */
static inline void eng_vm_begin(const struct eng_vm *v, const struct cw_mmu_ops *ops,
				const struct cw_mmu_ctx_params *params)
{
	CHECK_EQ(cw_mmu_init(v->mmu, ops, v->eng, &(struct cw_mmu_params){.address_bits = 48}), 0);
	for (unsigned i = 0; i < v->nr_worker; i++)
		CHECK_EQ(cw_mmu_worker_init(&v->worker[i], v->mmu), 0);
	for (unsigned i = 0; i < v->nr_ctx; i++) {
		CHECK_EQ(cw_mmu_ctx_create(v->mmu, &v->ctx[i], &params[i]), 0);
		eng_attach(v->eng, i, &v->ctx[i]);
	}
}

/* The engine itself stays. */
static inline void eng_vm_end(const struct eng_vm *v)
{
	for (unsigned i = 0; i < v->nr_ctx; i++) {
		rec_detach(&v->eng->rec, &v->ctx[i]);
		cw_mmu_ctx_destroy(&v->ctx[i]);
	}
	for (unsigned i = 0; i < v->nr_worker; i++)
		cw_mmu_worker_destroy(&v->worker[i]);
	CHECK_EQ(cw_mmu_destroy(v->mmu), 0);
}

#endif
