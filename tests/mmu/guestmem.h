/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A VM on the recorder whose first host pages are memory, for guests with page tables: gfn n of slot 0 is host page n.
 * Entries are spelled out by hand from the manuals.
 */
#ifndef CW_TEST_GUESTMEM_H
#define CW_TEST_GUESTMEM_H

#include "../../lib/mmu/internal.h"
#include "../../lib/mmu/shadow.h"
#include "vm.h"

#define GM_PAGES 1024u
#define G_P 1ull
#define G_W 2ull
#define G_U 4ull
#define G_A 0x20ull
#define G_D 0x40ull
#define G_PS 0x80ull
#define G_NX (1ull << 63)
#define G_RWU (G_P | G_W | G_U)
#define G_DONE (G_RWU | G_A | G_D)

static uint64_t gm[GM_PAGES * 512];
static struct cw_mmu_ops gm_ops;

static int gm_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	if (hva + len > sizeof(gm))
		return -EFAULT;
	memcpy(buf, (char *)gm + hva, len);
	return 0;
}

static int gm_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	(void)priv;
	if (hva + len > sizeof(gm))
		return -EFAULT;
	memcpy((char *)gm + hva, buf, len);
	return 0;
}

static int gm_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	uint64_t v = 0;

	memcpy(&v, (char *)gm + hva, size);
	if (v != *old) {
		*old = v;
		return 1;
	}
	return gm_write(priv, hva, &new, size);
}

/* Entry `index` of a table of 8-byte entries at a page. */
CHECK_UNUSED static void gm_set(unsigned page, unsigned index, uint64_t v)
{
	gm[page * 512 + index] = v;
}

CHECK_UNUSED static uint64_t gm_get(unsigned page, unsigned index)
{
	return gm[page * 512 + index];
}

static void gm_begin(struct vm *vm, const struct cw_mmu_params *params)
{
	memset(gm, 0, sizeof(gm));
	gm_ops = rec_ops;
	gm_ops.host_read = gm_read;
	gm_ops.host_write = gm_write;
	gm_ops.host_cmpxchg = gm_cmpxchg;
	gm_ops.resolve_atomic = rec_resolve_atomic;
	rec_init(&vm->rec, &vm->mmu, VM_HOST_PAGES);
	CHECK_EQ(cw_mmu_init(&vm->mmu, &gm_ops, &vm->rec, params), 0);
	CHECK_EQ(cw_mmu_worker_init(&vm->worker, &vm->mmu), 0);
	alloc_fail(0);
	alloc_watch(&vm->rec);
	vm_attach(vm, &vm->ctx, 4, 0, CW_FLAVOUR_EPT);
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
