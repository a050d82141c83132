/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Table entries: bits by flavour (SPTE-1), how leaves are built, what the engine may change behind our back (P12). */
#ifndef CW_MMU_SPTE_H
#define CW_MMU_SPTE_H

#include <catwalk/spte.h>

#include "role.h"

#define CW_SPTE_ADDR_MASK 0x000ffffffffff000ull
#define CW_SPTES 512u

/* SPTE-2: what a table is filled with. The same in both flavours. */
#define CW_SPTE_NONPRESENT CW_SPTE(SUPPRESS_VE)

/* Bits 18:0 of a memslot generation that an MMIO entry can hold: 8 low bits in 10:3, 11 high ones in 62:52 (SPTE-4). */
#define CW_MMIO_GEN_MASK 0x7ffffull

/* The masks of a flavour, chosen by the role (SPTE-1). */
struct cw_spte_format {
	uint64_t present;    /* hardware-present bit that a read needs (SPTE-13) */
	uint64_t user, exec; /* what access U and X add */
	uint64_t accessed, dirty;
	uint64_t host_w, mmu_w; /* host-writable, mmu-writable (SPTE-5) */
	uint64_t leaf;		/* memory type and what else every leaf has */
	uint64_t ad_disabled;
	uint64_t mmio_value, mmio_mask;
	unsigned mmio_gfn_bits;
};

extern const struct cw_spte_format cw_spte_formats[2];

static inline const struct cw_spte_format *cw_spte_format(union cw_role role)
{
	return &cw_spte_formats[role.x86];
}

/* The one present test: bit 11, which MMIO and frozen entries lack. */
static inline bool cw_spte_present(uint64_t spte)
{
	return spte & CW_SPTE(PRESENT);
}

/* True if a present entry of a table of this level maps memory. */
static inline bool cw_spte_is_leaf(uint64_t spte, unsigned level)
{
	return level == CW_LEVEL_4K || (spte & CW_SPTE(PS));
}

static inline uint64_t cw_spte_addr(uint64_t spte)
{
	return spte & CW_SPTE_ADDR_MASK;
}

/* What a present leaf allows (SPTE-13). */
bool cw_spte_allows(const struct cw_spte_format *fmt, uint64_t spte, bool write);

/* True if the engine may change a present leaf on its own, so that replacing it takes an exchange (P12, SPTE-9). */
bool cw_spte_volatile(const struct cw_spte_format *fmt, uint64_t spte);

/* The bits in which the engine's value may be ahead of `mirror`, and only from 0 to 1. */
uint64_t cw_spte_engine_bits(const struct cw_spte_format *fmt, uint64_t mirror);

/* Non-leaf entry (SPTE-7). */
uint64_t cw_spte_make_table(union cw_role role, uint64_t table);

struct cw_leaf {
	uint64_t addr;	    /* bus address of the page, aligned to its size */
	unsigned level;	    /* 1..CW_LEVEL_LEAF_MAX */
	bool host_writable; /* the host mapping and the slot allow writing */
	bool grant_write;   /* W may be set now; else mmu-W alone, for the fixer */
	bool protected;	    /* by a guest's table, or because it is one: neither W nor mmu-W */
};

/* A leaf by the rules of mmu-spec 2.2: W with D, mmu-W wherever W could be granted later. */
uint64_t cw_spte_make_leaf(union cw_role role, const struct cw_leaf *leaf);

/* MMIO entries (SPTE-4). The gfn must be below 2^mmio_gfn_bits. The legacy flavour says whether writes are allowed. */
uint64_t cw_spte_make_mmio(union cw_role role, uint64_t gfn, uint64_t generation, bool writable);
bool cw_spte_is_mmio(const struct cw_spte_format *fmt, uint64_t spte);
uint64_t cw_spte_mmio_gfn(const struct cw_spte_format *fmt, uint64_t spte);
uint64_t cw_spte_mmio_gen(uint64_t spte);

/* SPTE-5: only 111, 110, 100 and 000 of (host-W, mmu-W, W). */
bool cw_spte_writable_triple_ok(const struct cw_spte_format *fmt, uint64_t spte);

#endif
