/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Page role: 32 bits that say, together with the gfn, whether a shadow page can be reused. A field stands here only if
 * two pages that differ in it must not be one page; tests/mmu counts the legal words (ROLE-1).
 */
#ifndef CW_MMU_ROLE_H
#define CW_MMU_ROLE_H

#include "env.h"

#define CW_ACC_X 1u
#define CW_ACC_W 2u
#define CW_ACC_U 4u
#define CW_ACC_ALL 7u

#define CW_LEVEL_4K 1u
#define CW_LEVEL_LEAF_MAX 3u /* 1 GiB */
#define CW_LEVEL_MAX 5u

enum cw_flavour { CW_FLAVOUR_EPT, CW_FLAVOUR_X86 };

union cw_role {
	uint32_t word;
	struct {
		uint32_t level : 3;	  /* 1..5; a root has 4 or 5 */
		uint32_t direct : 1;	  /* no guest table behind the page */
		uint32_t access : 3;	  /* CW_ACC_* inherited from above; all for direct pages */
		uint32_t invalid : 1;	  /* zapped: unreachable, never matched again */
		uint32_t ad_disabled : 1; /* entries carry A/D type "disabled"; EPT flavour only */
		uint32_t x86 : 1;	  /* entry flavour: 0 EPT, 1 legacy/NPT */
		uint32_t : 14;
		uint32_t smm : 8; /* address space; a byte load extracts it */
	};
};

CW_STATIC_ASSERT(sizeof(union cw_role) == 4, "a role is one word");

/* Role of a root that serves an address space directly (ROLE-3: nothing of the guest's CPU state is in it). */
static inline union cw_role cw_role_direct_root(unsigned level, enum cw_flavour flavour, bool ad_disabled,
						unsigned as_id)
{
	union cw_role role = {.word = 0};

	role.level = level;
	role.direct = 1;
	role.access = CW_ACC_ALL;
	role.ad_disabled = ad_disabled;
	role.x86 = flavour == CW_FLAVOUR_X86;
	role.smm = as_id;
	return role;
}

static inline union cw_role cw_role_child(union cw_role parent)
{
	parent.level--;
	return parent;
}

/* True if a page may have this role. */
static inline bool cw_role_legal(union cw_role role)
{
	if (role.level < 1 || role.level > CW_LEVEL_MAX || role.smm > 1 || role.invalid)
		return false;
	if (!role.direct || role.access != CW_ACC_ALL)
		return false;
	/* Bits 52 and 53 must be zero in legacy entries: A/D is always on there. */
	return !(role.x86 && role.ad_disabled);
}

static inline unsigned cw_level_shift(unsigned level)
{
	return 9 * (level - 1);
}

/* Pages of 4 KiB that one entry of a table of this level spans. */
static inline uint64_t cw_level_pages(unsigned level)
{
	return 1ull << cw_level_shift(level);
}

static inline unsigned cw_level_index(uint64_t gfn, unsigned level)
{
	return (gfn >> cw_level_shift(level)) & 511;
}

/* First gfn that a table of this level around gfn spans. */
static inline uint64_t cw_table_gfn(uint64_t gfn, unsigned level)
{
	return gfn & ~(cw_level_pages(level + 1) - 1);
}

#endif
