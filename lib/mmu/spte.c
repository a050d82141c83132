/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "spte.h"

#define BIT(n) (1ull << (n))

/* W is bit 1 in both flavours. */
#define SPTE_W CW_SPTE(W)

const struct cw_spte_format cw_spte_formats[2] = {
	[CW_FLAVOUR_EPT] =
		{
			.present = CW_SPTE(R),
			.user = 0,
			.exec = CW_SPTE(X),
			.accessed = CW_SPTE(A),
			.dirty = CW_SPTE(D),
			.host_w = CW_SPTE(HOST_W),
			.mmu_w = CW_SPTE(MMU_W),
			.leaf = CW_SPTE(SUPPRESS_VE) | CW_SPTE(IPAT) | 6ull << 3, /* write-back */
			.ad_disabled = CW_SPTE(AD_DISABLED),
			/* Writable and executable but not readable: a misconfiguration no leaf can be. */
			.mmio_value = CW_SPTE(W) | CW_SPTE(X),
			.mmio_mask = CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(SUPPRESS_VE),
			.mmio_gfn_bits = 40,
		},
	[CW_FLAVOUR_X86] =
		{
			.present = BIT(0),
			.user = BIT(2),
			.exec = 0, /* bit 63 is NX: execution is allowed by leaving it clear */
			.accessed = CW_SPTE(X86_A),
			.dirty = CW_SPTE(X86_D),
			.host_w = CW_SPTE(X86_HOST_W),
			.mmu_w = CW_SPTE(X86_MMU_W),
			.leaf = 0,
			.ad_disabled = 0,
			.mmio_value = CW_SPTE(X86_MMIO) | BIT(0),
			.mmio_mask = CW_SPTE(X86_MMIO) | BIT(0),
			.mmio_gfn_bits = 39, /* bit 51 is the mark */
		},
};

bool cw_spte_allows(const struct cw_spte_format *fmt, uint64_t spte, bool write)
{
	return (spte & fmt->present) && (!write || (spte & SPTE_W));
}

uint64_t cw_spte_engine_bits(const struct cw_spte_format *fmt, uint64_t mirror)
{
	uint64_t bits = 0;

	/* W is fixed in 4 KiB leaves only; those have no page-size bit. */
	if ((mirror & fmt->mmu_w) && !(mirror & (SPTE_W | CW_SPTE(PS))))
		bits |= SPTE_W;
	if (!(mirror & fmt->ad_disabled)) {
		if (!(mirror & fmt->accessed))
			bits |= fmt->accessed;
		/* W may come first and D in its wake, both unseen. */
		if (!(mirror & fmt->dirty) && ((mirror | bits) & SPTE_W))
			bits |= fmt->dirty;
	}
	return bits;
}

bool cw_spte_volatile(const struct cw_spte_format *fmt, uint64_t spte)
{
	return cw_spte_engine_bits(fmt, spte) != 0;
}

uint64_t cw_spte_make_table(union cw_role role, uint64_t table)
{
	const struct cw_spte_format *fmt = cw_spte_format(role);
	uint64_t spte = CW_SPTE(PRESENT) | table | fmt->present | SPTE_W | fmt->user | fmt->exec;

	return spte | (role.ad_disabled ? fmt->ad_disabled : fmt->accessed);
}

uint64_t cw_spte_make_leaf(union cw_role role, const struct cw_leaf *leaf)
{
	const struct cw_spte_format *fmt = cw_spte_format(role);
	uint64_t spte = CW_SPTE(PRESENT) | fmt->leaf | fmt->present | leaf->addr;

	if (leaf->level > CW_LEVEL_4K)
		spte |= CW_SPTE(PS);
	if (role.ad_disabled)
		spte |= fmt->ad_disabled;
	spte |= fmt->accessed | fmt->exec | fmt->user;
	if (leaf->host_writable) {
		spte |= fmt->host_w | (leaf->protected ? 0 : fmt->mmu_w);
		if (leaf->grant_write && !leaf->protected)
			spte |= SPTE_W | fmt->dirty;
	}
	return spte;
}

uint64_t cw_spte_make_mmio(union cw_role role, uint64_t gfn, uint64_t generation, bool writable)
{
	const struct cw_spte_format *fmt = cw_spte_format(role);
	uint64_t gen = generation & CW_MMIO_GEN_MASK;
	uint64_t spte = fmt->mmio_value | (writable ? SPTE_W : 0) | fmt->user;

	return spte | gfn << 12 | (gen & 0xff) << 3 | (gen >> 8) << 52;
}

bool cw_spte_is_mmio(const struct cw_spte_format *fmt, uint64_t spte)
{
	return !cw_spte_present(spte) && (spte & fmt->mmio_mask) == fmt->mmio_value;
}

uint64_t cw_spte_mmio_gfn(const struct cw_spte_format *fmt, uint64_t spte)
{
	return (spte & ~fmt->mmio_value & CW_SPTE_ADDR_MASK) >> 12;
}

uint64_t cw_spte_mmio_gen(uint64_t spte)
{
	return (spte >> 3 & 0xff) | (spte >> 52 & 0x7ff) << 8;
}

bool cw_spte_writable_triple_ok(const struct cw_spte_format *fmt, uint64_t spte)
{
	bool host_w = spte & fmt->host_w, mmu_w = spte & fmt->mmu_w, w = spte & SPTE_W;

	return (!w || mmu_w) && (!mmu_w || host_w);
}
