/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Guest page tables: what an entry says, what an access may do, and the walk. Without paging, 32-bit with and without
 * PSE, PAE, 4 and 5 levels, EPT and NPT of an L1 guest. Needs a cpu role and a way to reach guest memory, nothing else.
 */
#ifndef CW_MMU_GPT_H
#define CW_MMU_GPT_H

#include "role.h"

/* Error code of a page fault; accesses use W, U and FETCH of it. For EPT, U stands for a read. */
#define CW_PFEC_P (1ull << 0)
#define CW_PFEC_W (1ull << 1)
#define CW_PFEC_U (1ull << 2)
#define CW_PFEC_RSVD (1ull << 3) /* in an access: SMAP is suspended (EFLAGS.AC) */
#define CW_PFEC_FETCH (1ull << 4)
#define CW_PFEC_PK (1ull << 5)
#define CW_PFEC_FINAL (1ull << 32) /* NPT: of the translation itself, not of a walk of the L2 guest's tables */
#define CW_PFEC_PAGE (1ull << 33)  /* of a walk of them */

/* Which tables of struct cw_gpt a change of mode has rebuilt. */
#define CW_GPT_PERM (1u << 0)
#define CW_GPT_PKEY (1u << 1)
#define CW_GPT_RSVD (1u << 2)

/* A paging mode, ready for use. Zeroed before the first cw_gpt_set(). */
struct cw_gpt {
	union cw_cpu_role role;
	enum cw_guest_kind kind;
	unsigned phys_bits; /* MAXPHYADDR of the guest */

	/* What the tables were made from: they are rebuilt only when that changes. */
	uint32_t perm_key, pkey_key;
	uint64_t rsvd_key;
	uint8_t perm[16]; /* by access >> 1: bit n is set if access rights n do not suffice */
	uint8_t pkey[16]; /* by access >> 1, for user pages: bits of PKRU that forbid it, 1 AD, 2 WD */
	uint64_t rsvd[2][CW_LEVEL_MAX + 1]; /* by bit 7 and level */
};

/* One entry. */
struct cw_gpte {
	bool present;
	bool bad;  /* reserved bits, or an EPT misconfiguration */
	bool leaf; /* else it points to a table */
	bool accessed, dirty;
	unsigned access; /* CW_ACC_* of this entry alone */
	unsigned pkey;
	uint64_t gfn; /* of the table, or the first of the page */
};

struct cw_gpt_walk;

/* Guest memory. 0; -EFAULT and -EROFS: none there, or read-only; anything else ends the walk. */
struct cw_gpt_mem {
	int (*read)(void *priv, uint64_t gpa, void *buf, size_t len);
	int (*cmpxchg)(void *priv, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size); /* 1: it was not *old */
	/* The access may go to w->gfn, as far as these tables are concerned; A and D come after this. Likewise; may be
	 * NULL. */
	int (*page)(void *priv, const struct cw_gpt_walk *w);
	void *priv;
};

struct cw_gpt_walk {
	/* Set by the caller. */
	uint64_t addr;
	uint64_t access; /* CW_PFEC_W, U, RSVD, FETCH */
	uint64_t root;	 /* CR3, nCR3 or EPTP */
	const uint64_t *pdpte;
	uint32_t pkru;

	/* Of a walk that went through, by level from the root's down to `level`; PDPTEs included. */
	unsigned level; /* of the leaf; 0 without paging */
	uint64_t gpte_gpa[CW_LEVEL_MAX + 1];
	uint64_t gpte[CW_LEVEL_MAX + 1];
	unsigned
		acc[CW_LEVEL_MAX + 1]; /* of entries from the root to this one; the leaf's: W only if it is dirty now */
	uint64_t gfn;		       /* of the 4 KiB page */

	/* Of a fault. */
	uint64_t error;
	unsigned fault_level;
};

/* Prepares for a mode; CW_GPT_* of what was rebuilt. */
unsigned cw_gpt_set(struct cw_gpt *g, enum cw_guest_kind kind, union cw_cpu_role role, unsigned phys_bits);

/* True if the guest's entries have A and D bits that count. */
static inline bool cw_gpt_has_ad(const struct cw_gpt *g)
{
	return g->kind != CW_GUEST_EPT || !g->role.base.ad_disabled;
}

static inline unsigned cw_gpt_entry_size(const struct cw_gpt *g)
{
	return g->role.base.groot == CW_GROOT_32 ? 4 : 8;
}

/* Significant bits of addresses; more than that is sign (cw_gpt_sign()) or zero. */
unsigned cw_gpt_addr_bits(const struct cw_gpt *g);
/* False: such an address has no translation, whatever the tables say. */
bool cw_gpt_canonical(const struct cw_gpt *g, uint64_t addr);

void cw_gpt_decode(const struct cw_gpt *g, uint64_t gpte, unsigned level, struct cw_gpte *out);
/* 0, or P with PK if that alone is why. */
uint64_t cw_gpt_forbidden(const struct cw_gpt *g, unsigned acc, uint64_t access, uint32_t pkru, unsigned pkey);

/*
 * Walks, checks, and sets A and D by compare-and-exchange (P50). 0; 1: the guest's tables do not allow it, error is
 * what its hardware would report; -EAGAIN: the tables did not hold still, or what the memory's operations said.
 */
int cw_gpt_walk(const struct cw_gpt *g, const struct cw_gpt_mem *mem, struct cw_gpt_walk *w);

#endif
