/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "../../lib/mmu/shadow.h"
#include "vm.h"

static struct vm vm;
static struct cw_mmu_ops ops;

/* Guest memory is all zeros. */
static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	(void)hva;
	memset(buf, 0, len);
	return 0;
}

static int host_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	(void)priv;
	(void)hva;
	(void)old;
	(void)new;
	(void)size;
	return -EFAULT;
}

static void begin(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	ops = rec_ops;
	ops.host_read = host_read;
	ops.host_cmpxchg = host_cmpxchg;
	vm_init_ops(&vm, &ops, &p, VM_HOST_PAGES);
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, 0), 0);
}

/* Loads of one context: what is computed, what is kept, and that the page directory always follows. */
static void loads_skip_what_is_unchanged(void)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT, .flavour = CW_FLAVOUR_EPT};
	struct cw_guest_regs regs = {.cr0 = CW_CR0_PG, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12};
	const struct cw_mmu_stats *st = &vm.mmu.stats;
	struct cw_mmu_ctx ctx;
	uint64_t table[6];

	begin();
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx, &p, &regs), 0);
	CHECK(st->mmu_init == 1 && st->mmu_perm_built == 1 && st->mmu_root_made == 1);
	table[1] = ctx.root_table;
	CHECK_EQ(cw_ctx_load(&ctx, &regs, true), 0);
	CHECK(st->mmu_init == 1 && st->mmu_init_skipped == 1 && st->mmu_root_kept == 1);
	/* Another page directory, the mode unchanged; the three previous ones are found again, the fourth is not. */
	for (unsigned i = 2; i <= 5; i++) {
		regs.root = (uint64_t)i << 12;
		CHECK_EQ(cw_ctx_load(&ctx, &regs, true), 1);
		table[i] = ctx.root_table;
	}
	CHECK(st->mmu_init == 1 && st->mmu_init_skipped == 5 && st->mmu_root_made == 5 && !st->mmu_root_cached);
	regs.root = 2 << 12;
	CHECK_EQ(cw_ctx_load(&ctx, &regs, true), 1);
	CHECK(ctx.root_table == table[2] && st->mmu_root_cached == 1);
	regs.root = 1 << 12;
	CHECK_EQ(cw_ctx_load(&ctx, &regs, true), 1);
	CHECK(ctx.root_table != table[1] && st->mmu_root_made == 6);
	/* Keys of page faults do not depend on the number of levels. */
	regs.cr4 |= CW_CR4_LA57;
	CHECK_EQ(cw_ctx_load(&ctx, &regs, false), 1);
	CHECK(ctx.level == 5 && st->mmu_init == 2 && st->mmu_perm_built == 1);
	regs.cr0 |= CW_CR0_WP;
	CHECK_EQ(cw_ctx_load(&ctx, &regs, false), 1);
	CHECK(st->mmu_init == 3 && st->mmu_perm_built == 2);
	/* CPUID changed: nothing may be taken as computed. */
	cw_ctx_forget_roles(&ctx);
	CHECK_EQ(cw_ctx_load(&ctx, &regs, false), 0);
	CHECK(st->mmu_init == 4 && st->mmu_perm_built == 3);
	/* No such modes. */
	regs.efer = CW_EFER_LMA;
	regs.cr4 = 0;
	CHECK_EQ(cw_ctx_load(&ctx, &regs, false), -EINVAL);
	cw_mmu_ctx_destroy(&ctx);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(loads_skip_what_is_unchanged, "ROLE-12 ROLE-13 ROLE-14 ROLE-15");
	return CHECK_DONE("mmu_load");
}
