/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A VM on the recorder whose first host pages are memory, for guests with page tables: gfn n of slot 0 is host page n.
 * Entries are spelled out by hand from the manuals.
 */
#ifndef CW_TEST_GUESTMEM_H
#define CW_TEST_GUESTMEM_H

#define MEM_PAGES 1024u

#include "../../lib/mmu/internal.h"
#include "../../lib/mmu/shadow.h"
#include "mem.h"
#include "vm.h"

#define G_P 1ull
#define G_W 2ull
#define G_U 4ull
#define G_A 0x20ull
#define G_D 0x40ull
#define G_PS 0x80ull
#define G_NX (1ull << 63)
#define G_RWU (G_P | G_W | G_U)
#define G_DONE (G_RWU | G_A | G_D)

static struct cw_mmu_ops gm_ops;

/* Entry `index` of a table of 8-byte entries at a page. */
CHECK_UNUSED static void gm_set(unsigned page, unsigned index, uint64_t v)
{
	mem[page * 512 + index] = v;
}

CHECK_UNUSED static uint64_t gm_get(unsigned page, unsigned index)
{
	return mem[page * 512 + index];
}

static void gm_begin(struct vm *vm, const struct cw_mmu_params *params)
{
	memset(mem, 0, sizeof(mem));
	gm_ops = rec_ops;
	gm_ops.host_read = mem_read;
	gm_ops.host_write = mem_write;
	gm_ops.host_cmpxchg = mem_cmpxchg;
	gm_ops.resolve_atomic = rec_resolve_atomic;
	vm_init_ops(vm, &gm_ops, params, VM_HOST_PAGES);
}

/* A program's context under 4 levels, the root at page 1. nx: EFER.NX. */
CHECK_UNUSED static void gm_attach(struct vm *vm, struct cw_mmu_ctx *ctx, bool nx)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP,
		.cr4 = CW_CR4_PAE,
		.efer = CW_EFER_LMA | (nx ? CW_EFER_NX : 0),
		.root = 1 << 12,
	};

	CHECK_EQ(cw_shadow_ctx_create(&vm->mmu, ctx, &p, &regs), 0);
	rec_attach(&vm->rec, ctx);
}

/* Tables at pages 1, 2 and 3 that lead to one of level 1 at page 4, for addresses below 2 MiB. */
CHECK_UNUSED static void gm_tables(void)
{
	gm_set(1, 0, 2 << 12 | G_RWU | G_A);
	gm_set(2, 0, 3 << 12 | G_RWU | G_A);
	gm_set(3, 0, 4 << 12 | G_RWU | G_A);
}

/* One fault of a shadow context. */
CHECK_UNUSED static int gm_fault(struct vm *vm, struct cw_mmu_ctx *ctx, uint64_t addr, bool write, uint64_t *error)
{
	struct cw_fault f = {.ctx = ctx, .gpa = addr, .write = write};
	int r = cw_mmu_fault(&vm->worker, &f);

	if (error)
		*error = f.guest_error;
	return r;
}

#endif
