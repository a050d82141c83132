/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* How roles are computed, and which there are. */
#include "role.h"

/* What of groot makes a difference at this level. */
static unsigned groot_at(unsigned groot, unsigned level)
{
	if (groot == CW_GROOT_4 && level < 5)
		return CW_GROOT_ABOVE;
	if (groot == CW_GROOT_PAE && level < 3)
		return CW_GROOT_ABOVE;
	return groot;
}

static union cw_cpu_role cpu_ept(const struct cw_guest_regs *regs)
{
	union cw_cpu_role cpu = {.as_u64 = 0};

	/* ROLE-4: from zero. EPT consumes neither CR0 nor CR4 nor EFER, and there is none for SMM. */
	cpu.base.level = (regs->root >> 3 & 7) + 1;
	cpu.base.groot = cpu.base.level == 4 ? CW_GROOT_4 : CW_GROOT_ABOVE;
	cpu.base.access = CW_ACC_ALL;
	cpu.base.ad_disabled = !(regs->root & CW_EPTP_AD);
	cpu.base.guest_mode = 1;
	cpu.ext.execonly = regs->execonly;
	cpu.ext.valid = 1;
	return cpu;
}

union cw_cpu_role cw_role_cpu(enum cw_guest_kind kind, const struct cw_guest_regs *regs, unsigned as_id)
{
	union cw_cpu_role cpu = {.as_u64 = 0};
	bool lma = regs->efer & CW_EFER_LMA, wp = regs->cr0 & CW_CR0_WP;
	bool smep = regs->cr4 & CW_CR4_SMEP, smap = regs->cr4 & CW_CR4_SMAP;

	if (kind == CW_GUEST_EPT)
		return cpu_ept(regs);
	cpu.base.access = CW_ACC_ALL;
	cpu.base.smm = as_id;
	cpu.base.guest_mode = kind == CW_GUEST_NPT;
	cpu.ext.valid = 1;
	if (!(regs->cr0 & CW_CR0_PG)) {
		cpu.base.direct = 1;
		return cpu;
	}
	if (lma)
		cpu.base.level = regs->cr4 & CW_CR4_LA57 ? 5 : 4;
	else
		cpu.base.level = regs->cr4 & CW_CR4_PAE ? 3 : 2;
	cpu.base.groot = 5 - cpu.base.level;
	cpu.base.efer_nx = !!(regs->efer & CW_EFER_NX);
	cpu.base.cr0_wp = wp;
	cpu.base.smep_andnot_wp = smep && !wp;
	cpu.base.smap = smap && !wp;
	cpu.ext.cr4_smep = smep;
	cpu.ext.cr4_smap = smap;
	cpu.ext.cr4_pse = !!(regs->cr4 & CW_CR4_PSE);
	cpu.ext.efer_lma = lma;
	/* Outside of long mode these bits mean nothing, so that toggling them changes no role. */
	cpu.ext.cr4_pke = lma && (regs->cr4 & CW_CR4_PKE) && kind != CW_GUEST_NPT;
	cpu.ext.cr4_la57 = lma && (regs->cr4 & CW_CR4_LA57);
	return cpu;
}

union cw_role cw_role_root(enum cw_guest_kind kind, union cw_cpu_role cpu, unsigned level, enum cw_flavour flavour,
			   bool ad_disabled, bool supervisor)
{
	union cw_role role = {.word = 0};

	role.level = level;
	role.access = CW_ACC_ALL;
	role.x86 = flavour == CW_FLAVOUR_X86;
	role.smm = cpu.base.smm;
	role.ad_disabled = ad_disabled;
	if (kind == CW_GUEST_DIRECT) {
		role.direct = 1;
		role.efer_nx = 1;
		role.cr0_wp = 1;
		role.guest_mode = cpu.base.guest_mode;
		return role;
	}
	if (cpu.base.direct) {
		role.direct = 1;
		role.efer_nx = 1;
		return role;
	}
	role.groot = groot_at(cpu.base.groot, level);
	role.guest_mode = cpu.base.guest_mode;
	if (kind == CW_GUEST_EPT) {
		role.ad_disabled = cpu.base.ad_disabled;
		return role;
	}
	role.efer_nx = cpu.base.efer_nx;
	role.cr0_wp = cpu.base.cr0_wp;
	role.smep_andnot_wp = cpu.base.smep_andnot_wp;
	role.cr4_pse = cpu.base.groot == CW_GROOT_32 && cpu.ext.cr4_pse;
	/* A CPU checks SMAP again at each access, the engine does not: for supervisor requests tables differ by it. */
	role.supervisor = supervisor && kind == CW_GUEST_VIRT;
	role.smap = role.supervisor ? cpu.ext.cr4_smap : cpu.base.smap;
	return role;
}

union cw_role cw_role_indirect_child(union cw_role parent, unsigned index, unsigned access)
{
	union cw_role role = parent;

	role.level--;
	role.access = access;
	role.groot = groot_at(parent.groot, role.level);
	role.quadrant = 0;
	if (role.groot == CW_GROOT_32 && role.level <= 2)
		role.quadrant = role.level == 2 ? index & 3 : index & 1;
	if (role.level == CW_LEVEL_4K)
		role.cr4_pse = 0;
	return role;
}

union cw_role cw_role_split_child(union cw_role parent, bool writable)
{
	union cw_role role = {.word = 0};

	role.level = parent.level - 1;
	role.direct = 1;
	role.access = writable ? CW_ACC_ALL : CW_ACC_ALL & ~CW_ACC_W;
	role.efer_nx = 1;
	role.x86 = parent.x86;
	role.ad_disabled = parent.ad_disabled;
	role.smm = parent.smm;
	return role;
}

static bool direct_legal(union cw_role role)
{
	if (role.quadrant || role.groot || role.supervisor || role.smep_andnot_wp || role.smap || role.cr4_pse)
		return false;
	if (!role.efer_nx)
		return false;
	if (role.cr0_wp)
		return role.access == CW_ACC_ALL;
	if (role.guest_mode || (role.access | CW_ACC_W) != CW_ACC_ALL)
		return false;
	/* Large pages of a guest have level 3 at most, their parts one less. Above, there is no paging. */
	return role.level < CW_LEVEL_LEAF_MAX ? !(role.ad_disabled && role.smm) :
						role.access == CW_ACC_ALL && !role.ad_disabled;
}

/* Bits of a 4-byte table, and those in front of one. */
static bool groot_legal(union cw_role role)
{
	if (role.groot != groot_at(role.groot, role.level))
		return false;
	if (role.groot != CW_GROOT_32)
		return !role.quadrant && !role.cr4_pse;
	if (role.level == CW_LEVEL_4K)
		return role.quadrant <= 1 && !role.cr4_pse;
	return role.level == 2 || !role.quadrant;
}

bool cw_role_legal(union cw_role role)
{
	if (role.level < 1 || role.level > CW_LEVEL_MAX || role.smm > 1 || role.invalid)
		return false;
	/* Bits 52 and 53 must be zero in legacy entries: A/D is always on there. */
	if (role.x86 && role.ad_disabled)
		return false;
	if (role.direct)
		return direct_legal(role);
	if (!groot_legal(role))
		return false;
	/* Nothing is inherited from above the guest's root; PDPTEs have neither W nor U. */
	if (!cw_role_has_gptes(role) && role.access != CW_ACC_ALL)
		return false;
	if ((role.level == CW_LEVEL_MAX || (role.groot == CW_GROOT_32 && role.level == 2)) && role.access != CW_ACC_ALL)
		return false;
	if (role.guest_mode && !role.x86)
		return !role.efer_nx && !role.cr0_wp && !role.smep_andnot_wp && !role.smap && !role.supervisor &&
		       role.groot <= CW_GROOT_4 && !role.smm;
	if (role.ad_disabled || (role.guest_mode && role.supervisor))
		return false;
	return !(role.cr0_wp && (role.smep_andnot_wp || (role.smap && !role.supervisor)));
}
