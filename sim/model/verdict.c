/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Verdict: what an entry means for a request (P35; SPTE-1, SPTE-4, SPTE-5, SPTE-13, MS-2; P43), in both flavours. */
#include "internal.h"

static const uint64_t address_bits = 0x000ffffffffff000ull;

static bool is_leaf(uint64_t entry, unsigned int level)
{
	return level == 1 || (entry & CW_SPTE(PS));
}

static uint64_t page_mask(unsigned int level)
{
	return (UINT64_C(1) << (12 + 9 * (level - 1))) - 1;
}

/* A bit is set that may not be, or a page is where none may be. */
static bool malformed(const struct cw_model_format *f, uint64_t entry, unsigned int level)
{
	unsigned int ad_type = entry >> 52 & 3, memory_type = entry >> 3 & 7;

	if ((entry & address_bits) >> f->pa_bits)
		return true;
	if (is_leaf(entry, level) && (level > 3 || (entry & address_bits & page_mask(level))))
		return true;
	if (f->x86)
		return ad_type != 0;
	if (ad_type == 3)
		return true;
	if (!is_leaf(entry, level))
		return entry >> 3 & 15;
	return memory_type == 2 || memory_type == 3 || memory_type == 7;
}

static bool outside(const struct cw_model_format *f, uint64_t entry)
{
	return (entry & address_bits) >= f->table_bytes;
}

bool cw_model_entry_nonleaf(const struct cw_model_format *f, uint64_t entry, unsigned int level)
{
	return (entry & CW_SPTE(PRESENT)) && !is_leaf(entry, level) && !malformed(f, entry, level) &&
	       !outside(f, entry);
}

/* Generation of an MMIO entry: 8 low bits in 10:3, 11 high bits in 62:52. */
static uint32_t mmio_generation(uint64_t entry)
{
	return (uint32_t)(entry >> 3 & 0xff) | (uint32_t)(entry >> 52 & 0x7ff) << 8;
}

static bool is_mmio(const struct cw_model_format *f, uint64_t entry)
{
	const uint64_t x86 = CW_SPTE(X86_MMIO) | CW_SPTE(R);
	const uint64_t rwx_ve = CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(SUPPRESS_VE);

	return f->x86 ? (entry & x86) == x86 : (entry & rwx_ve) == (CW_SPTE(W) | CW_SPTE(X));
}

/* P12: the entry with all that the engine may change in it for the sake of this access. */
static uint64_t fixed_entry(const struct cw_model_format *f, uint64_t entry, unsigned int level, bool write)
{
	const uint64_t host = f->x86 ? CW_SPTE(X86_HOST_W) : CW_SPTE(HOST_W);
	const uint64_t mmu = f->x86 ? CW_SPTE(X86_MMU_W) : CW_SPTE(MMU_W);
	unsigned int ad_type = f->x86 ? 0 : entry >> 52 & 3;
	uint64_t e = entry;

	if (level != 1) /* seed 002: one mark stands for 4 KiB */
		return entry;
	if (f->fix && ad_type == 1 && !(entry & 7) && (entry & CW_SPTE(SAVED_R))) {
		e &= ~(CW_SPTE(SAVED_R) | CW_SPTE(SAVED_X));
		e |= CW_SPTE(R) | (entry & CW_SPTE(SAVED_X) ? CW_SPTE(X) : 0);
	}
	if (f->fix && write && (entry & host) && (entry & mmu))
		e |= CW_SPTE(W);
	if (f->ad && ad_type == 0)
		e |= f->x86 ? CW_SPTE(X86_A) : CW_SPTE(A);
	if ((f->ad || (f->log_mode == CW_LOG_DIRTYBIT && !f->shadow)) && ad_type == 0 && write)
		e |= f->x86 ? CW_SPTE(X86_D) : CW_SPTE(D);
	return e;
}

static bool needs_mark(const struct cw_model_format *f, uint64_t entry, uint64_t fixed, bool write)
{
	const uint64_t d = f->x86 ? CW_SPTE(X86_D) : CW_SPTE(D);
	uint64_t set = fixed & ~entry;

	switch (f->log_mode) {
	case CW_LOG_CAPTURE:
		return write;
	case CW_LOG_PROTECT:
		return set & CW_SPTE(W);
	case CW_LOG_DIRTYBIT:
		return set & (CW_SPTE(W) | d);
	default:
		return false;
	}
}

/* In DIRTYBIT a write is logged by D, which in a shadow context the host sets. */
static bool host_sets_d(const struct cw_model_format *f, uint64_t entry)
{
	if (!f->shadow || f->log_mode != CW_LOG_DIRTYBIT)
		return false;
	return f->x86 ? !(entry & CW_SPTE(X86_D)) : !(entry >> 52 & 3) && !(entry & CW_SPTE(D));
}

struct cw_model_verdict cw_model_judge(const struct cw_model_format *f, uint64_t entry, unsigned int level,
				       uint64_t addr, bool write, uint32_t mmio_gen, bool bus_error)
{
	struct cw_model_verdict v = {.verdict = CW_V_MISS, .reason = CW_RSN_NOT_PRESENT};
	uint64_t inside = page_mask(level), fixed;

	if (bus_error) {
		v.verdict = CW_V_ABORT;
		v.reason = CW_RSN_BUS_ERROR;
		return v;
	}
	if (!(entry & CW_SPTE(PRESENT))) {
		/* SPTE-4; an entry of another generation is a plain miss (MS-2) */
		if (is_mmio(f, entry) && mmio_generation(entry) == mmio_gen) {
			v.verdict = CW_V_MMIO;
			v.reason = CW_RSN_MMIO;
		}
		return v;
	}
	/* A walk stops at a table's entry only because something is wrong with it. */
	if (malformed(f, entry, level) || !is_leaf(entry, level)) {
		v.verdict = CW_V_ABORT;
		v.reason = malformed(f, entry, level) ? CW_RSN_BAD_ENTRY : CW_RSN_BAD_TABLE;
		return v;
	}
	fixed = fixed_entry(f, entry, level, write);
	if (!(fixed & CW_SPTE(R)))
		return v;
	if (write && (!(fixed & CW_SPTE(W)) || (level > 1 && f->log_mode >= CW_LOG_PROTECT) || host_sets_d(f, entry))) {
		uint64_t host = f->x86 ? CW_SPTE(X86_HOST_W) : CW_SPTE(HOST_W);
		uint64_t mmu = f->x86 ? CW_SPTE(X86_MMU_W) : CW_SPTE(MMU_W);
		bool tracked = (entry & (host | mmu | CW_SPTE(W))) == host;

		v.verdict = tracked ? CW_V_WRITE_TRACKED : CW_V_WRITE_PROTECTED;
		v.reason = CW_RSN_PROTECTED;
		return v;
	}
	v.verdict = fixed != entry ? CW_V_FIXED : CW_V_HIT;
	v.fixed = fixed;
	v.mark = needs_mark(f, entry, fixed, write);
	v.reason = CW_RSN_NONE;
	v.pa = (entry & address_bits & ~inside) | (addr & inside);
	return v;
}
