/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Roles, and the tables of the guest (role.h, gpt.h). But for the walk, which reads and writes guest memory, they
 * compute: no allocation, no command, no access, so there is nothing of them that could fail. That is what the sweep
 * wants of them; what they compute mmu_role and mmu_gpt test.
 */
#ifndef CW_TEST_NTH_MODE_H
#define CW_TEST_NTH_MODE_H

#include "nth_op.h"

/* Four levels with NX, WP and PAE, as the shadow context has it. */
static union cw_cpu_role nth_cpu(void)
{
	const struct cw_guest_regs regs = nth_regs(1);

	return cw_role_cpu(CW_GUEST_VIRT, &regs, 0);
}

static int64_t do_role_cpu(void)
{
	union cw_cpu_role cpu = nth_cpu();

	CHECK(cpu.ext.valid && cpu.ext.efer_lma && cpu.base.cr0_wp && cpu.base.efer_nx);
	return cpu.base.level;
}

static int64_t do_role_root(void)
{
	union cw_role root = cw_role_root(CW_GUEST_VIRT, nth_cpu(), 5, CW_FLAVOUR_EPT, false, false);

	CHECK_EQ(root.level, 5);
	CHECK(cw_role_legal(root) && cw_role_expanded(root));
	return 0;
}

static int64_t do_role_children(void)
{
	union cw_role root = cw_role_root(CW_GUEST_VIRT, nth_cpu(), 4, CW_FLAVOUR_EPT, false, false);
	union cw_role child = cw_role_indirect_child(root, 7, CW_ACC_U), part = cw_role_split_child(child, true);

	CHECK_EQ(child.level, 3);
	CHECK_EQ(child.access, CW_ACC_U);
	CHECK_EQ(part.level, 2);
	CHECK(part.direct && cw_role_legal(child) && cw_role_legal(part));
	child.level = 6;
	CHECK(!cw_role_legal(child));
	return 0;
}

static int64_t do_gpt_set(void)
{
	struct cw_gpt g = {.phys_bits = 0};

	CHECK(cw_gpt_set(&g, CW_GUEST_VIRT, nth_cpu(), 48) & CW_GPT_PERM);
	CHECK_EQ(cw_gpt_set(&g, CW_GUEST_VIRT, nth_cpu(), 48), 0);
	return 0;
}

static int64_t do_gpt_address(void)
{
	const struct cw_gpt *g = &w.shadow.shadow->gpt;

	CHECK_EQ(cw_gpt_addr_bits(g), 48);
	CHECK(cw_gpt_canonical(g, 0x7fffffffffff) && cw_gpt_canonical(g, 0xffff800000000000));
	CHECK(!cw_gpt_canonical(g, 0x800000000000));
	return 0;
}

static int64_t do_gpt_entry(void)
{
	const struct cw_gpt *g = &w.shadow.shadow->gpt;
	struct cw_gpte e;

	cw_gpt_decode(g, 100 << 12 | G_P | G_U | G_A, 1, &e);
	CHECK(e.present && e.leaf && e.accessed && !e.dirty && !e.bad);
	CHECK_EQ(e.gfn, 100);
	CHECK_EQ(cw_gpt_forbidden(g, e.access, CW_PFEC_U, 0, 0), 0);
	CHECK_EQ(cw_gpt_forbidden(g, e.access, CW_PFEC_U | CW_PFEC_W, 0, 0), CW_PFEC_P);
	return 0;
}

/* One that nobody has used. */
static void fresh_entry(void)
{
	gm_set(4, 5, 105 << 12 | G_RWU);
}

static int64_t do_gpt_walk(void)
{
	const struct cw_gpt_mem memory = cw_shadow_mem(&w.shadow);
	struct cw_gpt_walk walk = {.addr = 5 << 12, .access = CW_PFEC_U | CW_PFEC_W, .root = 1 << 12};
	int r = cw_gpt_walk(&w.shadow.shadow->gpt, &memory, &walk);

	if (!r)
		CHECK_EQ(walk.gfn, 105);
	return r;
}

static void walked(void)
{
	CHECK_EQ(gm_get(4, 5), 105 << 12 | G_DONE);
}

static const struct nth_op mode_ops[] = {
	{"cw_role_cpu", "", "", 0, 0, NULL, do_role_cpu, NULL, NULL},
	{"cw_role_root", "", "", 0, 0, NULL, do_role_root, NULL, NULL},
	{"cw_role_indirect_child", "", "", 0, 0, NULL, do_role_children, NULL, NULL},
	{"cw_role_split_child", "", "", 0, 0, NULL, do_role_children, NULL, NULL},
	{"cw_role_legal", "", "", 0, 0, NULL, do_role_children, NULL, NULL},
	{"cw_gpt_set", "", "", 0, 0, NULL, do_gpt_set, NULL, NULL},
	{"cw_gpt_addr_bits", "", "", 0, 0, NULL, do_gpt_address, NULL, NULL},
	{"cw_gpt_canonical", "", "", 0, 0, NULL, do_gpt_address, NULL, NULL},
	{"cw_gpt_decode", "", "", 0, 0, NULL, do_gpt_entry, NULL, NULL},
	{"cw_gpt_forbidden", "", "", 0, 0, NULL, do_gpt_entry, NULL, NULL},
	{"cw_gpt_walk", "", "m", 0, 0, fresh_entry, do_gpt_walk, NULL, walked},
};

#endif
