/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Verdict: what an entry means for a request (P35; SPTE-1, SPTE-4, SPTE-5, SPTE-13, MS-2), EPT flavour. */
#include "internal.h"

static const uint64_t address_bits = 0x000ffffffffff000ull;

bool cw_model_entry_nonleaf(uint64_t entry, unsigned int level)
{
	return (entry & CW_SPTE(PRESENT)) && level > 1 && !(entry & CW_SPTE(PS));
}

/* Generation of an MMIO entry: 8 low bits in 10:3, 11 high bits in 62:52. */
static uint32_t mmio_generation(uint64_t entry)
{
	return (uint32_t)(entry >> 3 & 0xff) | (uint32_t)(entry >> 52 & 0x7ff) << 8;
}

struct cw_model_verdict cw_model_judge(uint64_t entry, unsigned int level, uint64_t addr, bool write, uint32_t mmio_gen,
				       bool bus_error)
{
	const uint64_t rwx_ve = CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(SUPPRESS_VE);
	struct cw_model_verdict v = {CW_V_MISS, CW_RSN_NOT_PRESENT, 0};
	uint64_t inside;

	if (bus_error) {
		v.verdict = CW_V_ABORT;
		v.reason = CW_RSN_BUS_ERROR;
		return v;
	}
	if (!(entry & CW_SPTE(PRESENT))) {
		/* SPTE-4; an entry of another generation is a plain miss (MS-2) */
		if ((entry & rwx_ve) == (CW_SPTE(W) | CW_SPTE(X)) && mmio_generation(entry) == mmio_gen) {
			v.verdict = CW_V_MMIO;
			v.reason = CW_RSN_MMIO;
		}
		return v;
	}
	/* Leaves: every entry of level 1, and those of levels 2 and 3 with the page-size bit. */
	if (level > 3 || (level > 1 && !(entry & CW_SPTE(PS)))) {
		v.verdict = CW_V_ABORT;
		v.reason = CW_RSN_BAD_ENTRY;
		return v;
	}
	if (!(entry & CW_SPTE(R)))
		return v;
	if (write && !(entry & CW_SPTE(W))) {
		bool tracked = (entry & CW_SPTE(HOST_W)) && !(entry & CW_SPTE(MMU_W));

		v.verdict = tracked ? CW_V_WRITE_TRACKED : CW_V_WRITE_PROTECTED;
		v.reason = CW_RSN_PROTECTED;
		return v;
	}
	inside = (UINT64_C(1) << (12 + 9 * (level - 1))) - 1;
	v.verdict = CW_V_HIT;
	v.reason = CW_RSN_NONE;
	v.pa = (entry & address_bits & ~inside) | (addr & inside);
	return v;
}
