/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Roles. A page role, 32 bits, says together with the gfn whether a shadow page can be reused; what makes two pages
 * different pages stands in it, and the guest's mode as KVM keeps it (mmu-spec 1.4). A cpu role, 64 bits, is the paging
 * mode of a guest: a word of the same shape and an extension with what only walks of guest tables need. Once computed
 * they are the only source: nobody looks at registers again.
 *
 * Fields stand where KVM's words have them, so that traces compare; docs/mmu.md says why each is needed.
 */
#ifndef CW_MMU_ROLE_H
#define CW_MMU_ROLE_H

#include "env.h"

#define CW_ACC_X 1u
#define CW_ACC_W 2u
#define CW_ACC_U 4u /* user; in guest EPT tables: readable */
#define CW_ACC_ALL 7u

#define CW_LEVEL_4K 1u
#define CW_LEVEL_LEAF_MAX 3u /* 1 GiB */
#define CW_LEVEL_MAX 5u

enum cw_flavour { CW_FLAVOUR_EPT, CW_FLAVOUR_X86 };

/*
 * What stands behind an indirect page: the guest's root level, where the page differs by it. Pages of level n are the
 * same for all guests whose root is above, so only those at or over the root's level have a value, and those of 4-byte
 * tables, which are different everywhere.
 */
enum cw_groot {
	CW_GROOT_ABOVE, /* of a larger level than this page, or of the same and neither of the below */
	CW_GROOT_4,	/* pages of level 5 in front of a root of level 4 */
	CW_GROOT_PAE,	/* pages of levels 3 to 5: the four PDPTEs, and in front of them */
	CW_GROOT_32,	/* all pages of 4-byte tables, and in front of them */
};

union cw_role {
	uint32_t word;
	struct {
		uint32_t level : 3;	 /* 1..5; a root has 4 or 5. Of a cpu role: the guest's root, 0 without */
		uint32_t supervisor : 1; /* indirect: requests are supervisor accesses; the engine checks no U */
		uint32_t x86 : 1;	 /* entry flavour: 0 EPT, 1 legacy/NPT */
		uint32_t quadrant : 2;	 /* part of a 4-byte table: 1 of 4 at level 2, 1 of 2 at level 1 */
		uint32_t direct : 1;	 /* no guest table behind the page */
		uint32_t access : 3;	 /* CW_ACC_* inherited from above */
		uint32_t invalid : 1;	 /* zapped: unreachable, never matched again */
		uint32_t efer_nx : 1;	 /* bit 63 of 8-byte entries is no reserved bit */
		uint32_t cr0_wp : 1;	 /* supervisor writes obey W; direct: set in pages of direct contexts only */
		uint32_t smep_andnot_wp : 1; /* SMEP and not WP */
		uint32_t smap : 1;	     /* SMAP, and not WP unless supervisor */
		uint32_t ad_disabled : 1;    /* entries carry A/D type "disabled"; EPT flavour only */
		uint32_t guest_mode : 1;     /* of an L2 address space */
		uint32_t groot : 2;	     /* enum cw_groot; 0 in direct pages */
		uint32_t cr4_pse : 1;	     /* 4-byte tables above level 1: PS means a large page */
		uint32_t : 3;
		uint32_t smm : 8; /* address space; a byte load extracts it */
	};
};

CW_STATIC_ASSERT(sizeof(union cw_role) == 4, "a role is one word");

union cw_ext_role {
	uint32_t word;
	struct {
		uint32_t valid : 1; /* an all-zero role is never one that was computed (ROLE-13) */
		uint32_t execonly : 1;
		uint32_t cr4_pse : 1;
		uint32_t cr4_pke : 1;
		uint32_t cr4_smap : 1;
		uint32_t cr4_smep : 1;
		uint32_t cr4_la57 : 1;
		uint32_t efer_lma : 1;
	};
};

union cw_cpu_role {
	uint64_t as_u64;
	struct {
		union cw_role base;
		union cw_ext_role ext;
	};
};

CW_STATIC_ASSERT(sizeof(union cw_cpu_role) == 8, "a cpu role is two words");

/* What a context translates for. */
enum cw_guest_kind {
	CW_GUEST_DIRECT, /* guest-physical addresses */
	CW_GUEST_VIRT,	 /* addresses of a process or of the guest's kernel */
	CW_GUEST_EPT,	 /* guest-physical addresses of an L2 guest; EPT flavour */
	CW_GUEST_NPT,	 /* the same; legacy flavour */
};

#define CW_CR0_WP (1ull << 16)
#define CW_CR0_PG (1ull << 31)
#define CW_CR4_PSE (1ull << 4)
#define CW_CR4_PAE (1ull << 5)
#define CW_CR4_LA57 (1ull << 12)
#define CW_CR4_SMEP (1ull << 20)
#define CW_CR4_SMAP (1ull << 21)
#define CW_CR4_PKE (1ull << 22)
#define CW_EFER_LMA (1ull << 10)
#define CW_EFER_NX (1ull << 11)
#define CW_EPTP_AD (1ull << 6)

/* The guest's registers, as far as paging reads them. For NPT: those of its L1 host. */
struct cw_guest_regs {
	uint64_t cr0, cr4, efer;
	uint64_t root; /* CR3, nCR3 or EPTP (walk length in 5:3, A/D in 6) */
	bool execonly; /* EPT: entries may be executable only */
};

/* The guest's paging mode (ROLE-2). */
union cw_cpu_role cw_role_cpu(enum cw_guest_kind kind, const struct cw_guest_regs *regs, unsigned as_id);

/* The root of a context of this level, 4 or 5, not below the guest's (mmu-spec 1.4). */
union cw_role cw_role_root(enum cw_guest_kind kind, union cw_cpu_role cpu, unsigned level, enum cw_flavour flavour,
			   bool ad_disabled, bool supervisor);

/* The page behind entry `index` of an indirect page, if it is indirect too. access: inherited from above and entry. */
union cw_role cw_role_indirect_child(union cw_role parent, unsigned index, unsigned access);

/* Part of a large page of the guest, mapped by smaller entries: what it gives depends on address and W alone. */
union cw_role cw_role_split_child(union cw_role parent, bool writable);

/* True if a page may have this role. */
bool cw_role_legal(union cw_role role);

/* Role of a root that serves an address space directly (ROLE-3: nothing of the guest's CPU state is in it). */
static inline union cw_role cw_role_direct_root(unsigned level, enum cw_flavour flavour, bool ad_disabled,
						unsigned as_id)
{
	union cw_cpu_role cpu = {.base = {.smm = as_id}};

	return cw_role_root(CW_GUEST_DIRECT, cpu, level, flavour, ad_disabled, false);
}

static inline union cw_role cw_role_child(union cw_role parent)
{
	parent.level--;
	return parent;
}

/* Level of the guest's root, for a page that is not direct: no page at or below that level is expanded. */
static inline unsigned cw_role_guest_level(union cw_role role)
{
	return role.groot == CW_GROOT_ABOVE ? CW_LEVEL_MAX : 5u - role.groot;
}

/* The page is in front of the guest's root: it has one way down per table below, no guest entries. */
static inline bool cw_role_expanded(union cw_role role)
{
	return !role.direct && role.level > cw_role_guest_level(role);
}

/* PDPTEs are registers, loaded with CR3, not memory. */
static inline bool cw_role_pae_root(union cw_role role)
{
	return !role.direct && role.groot == CW_GROOT_PAE && role.level == 3;
}

/* The one predicate for "entries of a guest table in memory stand behind it". */
static inline bool cw_role_has_gptes(union cw_role role)
{
	return !role.direct && !cw_role_expanded(role) && !cw_role_pae_root(role);
}

/* Of a shadow context, direct parts of large guest pages and guests without paging included. */
static inline bool cw_role_shadow(union cw_role role)
{
	return !role.direct || !role.cr0_wp;
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
