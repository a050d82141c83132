/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The verdict function of the reference model against a table that is written out here. */
#include <catwalk/contract.h>
#include <catwalk/spte.h>

#include "check.h"
#include "sim/model/model.h"

static const uint64_t frame = 0x123456000;
static const struct cw_model_format ept = {.pa_bits = 46, .table_bytes = 1 << 28};
static const struct cw_model_format x86 = {.x86 = true, .pa_bits = 46, .table_bytes = 1 << 28};

static void verdicts(void)
{
	const uint64_t p = CW_SPTE(PRESENT), rd = CW_SPTE(R), w = CW_SPTE(W), x = CW_SPTE(X), ps = CW_SPTE(PS);
	const uint64_t host = CW_SPTE(HOST_W), mmu = CW_SPTE(MMU_W), ve = CW_SPTE(SUPPRESS_VE);
	const struct {
		uint64_t entry;
		unsigned int level;
		bool write;
		uint32_t gen;
		unsigned int verdict, reason;
		uint64_t pa;
	} row[] = {
		{0, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{ve, 1, true, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{rd | w | x | frame, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{p | rd | frame, 1, false, 0, CW_V_HIT, CW_RSN_NONE, 0x123456abc},
		{p | rd | w | frame, 1, true, 0, CW_V_HIT, CW_RSN_NONE, 0x123456abc},
		{p | rd | frame, 1, true, 0, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED, 0},
		{p | rd | host | frame, 1, true, 0, CW_V_WRITE_TRACKED, CW_RSN_PROTECTED, 0},
		{p | rd | host | mmu | frame, 1, true, 0, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED, 0},
		{p | w | x | frame, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		/* large leaves take more of the address */
		{p | rd | ps | 0x40200000, 2, false, 0, CW_V_HIT, CW_RSN_NONE, 0x40345abc},
		{p | rd | ps | 0x80000000, 3, false, 0, CW_V_HIT, CW_RSN_NONE, 0xb2345abc},
		{p | rd | ps, 4, false, 0, CW_V_ABORT, CW_RSN_BAD_ENTRY, 0},
		{p | rd | ps, 5, false, 0, CW_V_ABORT, CW_RSN_BAD_ENTRY, 0},
		/* MMIO entries of the specification's table: generation, EPT value */
		{0x00000000fee00006, 1, false, 0, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee00016, 1, true, 2, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee007fe, 1, false, 0xff, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00100000fee00006, 1, false, 0x100, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00100000fee007fe, 1, false, 0x1ff, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x7ff00000fee007f6, 1, false, 0x7fffe, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee00016, 1, false, 4, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{0x80000000fee00006, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct cw_model_verdict v =
			cw_model_judge(&ept, row[i].entry, row[i].level, 0x32345abc, row[i].write, row[i].gen, false);

		CHECK_EQ(v.verdict, row[i].verdict);
		CHECK_EQ(v.reason, row[i].reason);
		if (v.verdict == CW_V_HIT)
			CHECK_EQ(v.pa, row[i].pa);
	}
	CHECK_EQ(cw_model_judge(&ept, p | rd, 1, 0, false, 0, true).reason, CW_RSN_BUS_ERROR);
	CHECK(cw_model_entry_nonleaf(&ept, p, 2));
	CHECK(!cw_model_entry_nonleaf(&ept, p, 1));
	CHECK(!cw_model_entry_nonleaf(&ept, p | ps, 2));
	CHECK(!cw_model_entry_nonleaf(&ept, rd | w | x, 3));
}

static void legacy(void)
{
	const uint64_t p = CW_SPTE(PRESENT) | 1, w = 2, host = 1 << 9, mmu = 1 << 10;
	const struct {
		uint64_t entry;
		bool write;
		uint32_t gen;
		unsigned int verdict;
	} row[] = {
		{p | frame, false, 0, CW_V_HIT},
		{p | w | host | mmu | frame, true, 0, CW_V_HIT},
		{p | UINT64_C(1) << 63 | frame, false, 0, CW_V_HIT}, /* NX */
		{p | frame, true, 0, CW_V_WRITE_PROTECTED},
		{p | host | mmu | frame, true, 0, CW_V_WRITE_PROTECTED},
		{p | host | frame, true, 0, CW_V_WRITE_TRACKED},
		{p | CW_SPTE(HOST_W) | frame, true, 0, CW_V_WRITE_PROTECTED}, /* bits of the other flavour */
		{CW_SPTE(PRESENT) | w | frame, false, 0, CW_V_MISS},
		{UINT64_C(1) << 63, false, 0, CW_V_MISS},
		/* values of the specification's table */
		{0x0000000012345e67, true, 0, CW_V_HIT},
		{0x0000000012345e65, true, 0, CW_V_WRITE_PROTECTED},
		{0x00080000fee00007, false, 0, CW_V_MMIO},
		{0x00080000fee00017, true, 2, CW_V_MMIO},
		{0x00080000fee007ff, false, 0xff, CW_V_MMIO},
		{0x00180000fee00007, false, 0x100, CW_V_MMIO},
		{0x7ff80000fee007f7, false, 0x7fffe, CW_V_MMIO},
		{0x7ff80000fee007f7, false, 0x7fffd, CW_V_MISS},
		{0x00000000fee00006, false, 0, CW_V_MISS}, /* an EPT one */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct cw_model_verdict v =
			cw_model_judge(&x86, row[i].entry, 1, 0x345abc, row[i].write, row[i].gen, false);

		CHECK_EQ(v.verdict, row[i].verdict);
		CHECK(v.verdict != CW_V_HIT || v.pa == ((row[i].entry & 0xffffffffff000) | 0xabc));
	}
}

/* P43: each reserved bit by itself, on an entry that is fine without it. */
static void reserved_bits(void)
{
	const uint64_t p = CW_SPTE(PRESENT) | CW_SPTE(R), ps = CW_SPTE(PS);

	for (unsigned int flavour = 0; flavour < 2; flavour++) {
		const struct cw_model_format *f = flavour ? &x86 : &ept;

		for (unsigned int level = 1; level <= 5; level++) {
			for (unsigned int leaf = level == 1; leaf < 2; leaf++) {
				uint64_t fine = p | (leaf ? (level > 1 ? ps : 0) : 0x100000);
				bool no_page = leaf && level > 3;

				for (unsigned int bit = 3; bit < 63; bit++) {
					bool low = leaf && level > 1 && bit >= 12 && bit < 12 + 9 * (level - 1);
					bool bad = no_page || low || (bit >= 46 && bit < 52) ||
						   (flavour && (bit == 52 || bit == 53)) ||
						   (!flavour && (leaf ? bit == 4 : bit >= 3 && bit < 7));
					bool out = !leaf && bit >= 28 && bit < 46;
					struct cw_model_verdict v =
						cw_model_judge(f, fine | UINT64_C(1) << bit, level, 0, false, 0, false);

					/* a table's page-size bit makes another entry of it, bit 11 is set anyway */
					if ((!leaf && bit == 7) || bit == 11)
						continue;
					if (!leaf)
						CHECK_EQ(cw_model_entry_nonleaf(f, fine | UINT64_C(1) << bit, level),
							 !bad && !out);
					CHECK_EQ(v.verdict, bad || !leaf ? CW_V_ABORT : CW_V_HIT);
					if (bad || out)
						CHECK_EQ(v.reason, bad ? CW_RSN_BAD_ENTRY : CW_RSN_BAD_TABLE);
				}
			}
		}
	}
	/* EPT: memory types 2, 3, 7 and A/D type 3 are none */
	for (unsigned int type = 0; type < 8; type++) {
		struct cw_model_verdict v = cw_model_judge(&ept, p | type << 3, 1, 0, false, 0, false);

		CHECK_EQ(v.verdict, type == 2 || type == 3 || type == 7 ? CW_V_ABORT : CW_V_HIT);
	}
	for (uint64_t type = 0; type < 4; type++) {
		struct cw_model_verdict v = cw_model_judge(&ept, p | type << 52, 1, 0, false, 0, false);

		CHECK_EQ(v.verdict, type == 3 ? CW_V_ABORT : CW_V_HIT);
	}
}

/* P12, P23: what the engine changes itself, per enable and log mode; `now` is what the entry becomes, 0: not FIXED. */
static void fixes(void)
{
	const uint64_t p = CW_SPTE(PRESENT) | frame, rd = CW_SPTE(R), w = CW_SPTE(W), x = CW_SPTE(X);
	const uint64_t both = CW_SPTE(HOST_W) | CW_SPTE(MMU_W), a = CW_SPTE(A), d = CW_SPTE(D);
	const uint64_t off = CW_SPTE(AD_DISABLED), sr = CW_SPTE(SAVED_R), sx = CW_SPTE(SAVED_X), ps = CW_SPTE(PS);
	const uint64_t both86 = CW_SPTE(X86_HOST_W) | CW_SPTE(X86_MMU_W), a86 = CW_SPTE(X86_A), d86 = CW_SPTE(X86_D);
	enum { AD = 1, FIX = 2, OFF = CW_LOG_OFF, CAP = CW_LOG_CAPTURE, PRO = CW_LOG_PROTECT, DIR = CW_LOG_DIRTYBIT };
	const struct {
		bool x86;
		unsigned int enables, mode, level;
		uint64_t entry;
		bool write;
		unsigned int verdict;
		uint64_t now;
		bool mark;
	} row[] = {
		{false, FIX, OFF, 1, p | rd | both, true, CW_V_FIXED, p | rd | both | w, false},
		{false, FIX, OFF, 1, p | rd | both, false, CW_V_HIT, 0, false},
		{false, 0, OFF, 1, p | rd | both, true, CW_V_WRITE_PROTECTED, 0, false},
		{false, AD, OFF, 1, p | rd | both, true, CW_V_WRITE_PROTECTED, 0, false},
		{false, FIX, OFF, 1, p | rd | CW_SPTE(HOST_W), true, CW_V_WRITE_TRACKED, 0, false},
		{false, FIX, OFF, 1, p | rd | CW_SPTE(MMU_W), true, CW_V_WRITE_PROTECTED, 0, false},
		{false, FIX, OFF, 2, (p | rd | both | ps) & ~0x1ff000ull, true, CW_V_WRITE_PROTECTED, 0, false},
		{false, AD, OFF, 1, p | rd, false, CW_V_FIXED, p | rd | a, false},
		{false, AD, OFF, 1, p | rd | w | both, true, CW_V_FIXED, p | rd | w | both | a | d, false},
		{false, AD, OFF, 1, p | rd | w | both | a | d, true, CW_V_HIT, 0, false},
		{false, AD, OFF, 1, p | rd | off, false, CW_V_HIT, 0, false},
		{false, AD, OFF, 1, p | rd | CW_SPTE(AD_WRPROT), false, CW_V_HIT, 0, false},
		{false, AD | FIX, OFF, 1, p | rd | both, true, CW_V_FIXED, p | rd | both | w | a | d, false},
		{false, FIX, OFF, 1, p | off | sr | sx, false, CW_V_FIXED, p | off | rd | x, false},
		{false, FIX, OFF, 1, p | off | sr | both, true, CW_V_FIXED, p | off | rd | both | w, false},
		{false, FIX, OFF, 1, p | off | sr, true, CW_V_WRITE_PROTECTED, 0, false},
		{false, FIX, OFF, 1, p | off | sx, false, CW_V_MISS, 0, false},
		{false, 0, OFF, 1, p | off | sr | sx, false, CW_V_MISS, 0, false},
		{false, FIX, OFF, 1, p | sr | sx, false, CW_V_MISS, 0, false},
		{true, FIX, OFF, 1, p | rd | both86, true, CW_V_FIXED, p | rd | both86 | w, false},
		{true, AD, OFF, 1, p | rd | w | both86, true, CW_V_FIXED, p | rd | w | both86 | a86 | d86, false},
		/* the log */
		{false, FIX, CAP, 1, p | rd | both, true, CW_V_FIXED, p | rd | both | w, true},
		{false, 0, CAP, 1, p | rd | w | both, true, CW_V_HIT, 0, true},
		{false, 0, CAP, 1, p | rd | w | both, false, CW_V_HIT, 0, false},
		{false, 0, CAP, 2, (p | rd | w | both | ps) & ~0x1ff000ull, true, CW_V_HIT, 0, true},
		{false, FIX, PRO, 1, p | rd | both, true, CW_V_FIXED, p | rd | both | w, true},
		{false, FIX, PRO, 1, p | rd | w | both, true, CW_V_HIT, 0, false},
		{false, AD, PRO, 1, p | rd | w | both, true, CW_V_FIXED, p | rd | w | both | a | d, false},
		{false, FIX, PRO, 2, (p | rd | w | both | ps) & ~0x1ff000ull, true, CW_V_WRITE_PROTECTED, 0, false},
		{false, FIX, PRO, 2, (p | rd | w | both | ps) & ~0x1ff000ull, false, CW_V_HIT, 0, false},
		{false, 0, DIR, 1, p | rd | w | both, true, CW_V_FIXED, p | rd | w | both | d, true},
		{false, 0, DIR, 1, p | rd | w | both | d, true, CW_V_HIT, 0, false},
		{false, FIX, DIR, 1, p | rd | both | off, true, CW_V_FIXED, p | rd | both | off | w, true},
		{false, 0, DIR, 3, (p | rd | w | both | ps | d) & ~0x3ffff000ull, true, CW_V_WRITE_PROTECTED, 0, false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct cw_model_format f = row[i].x86 ? x86 : ept;
		struct cw_model_verdict v;

		f.ad = row[i].enables & AD;
		f.fix = row[i].enables & FIX;
		f.log_mode = (uint8_t)row[i].mode;
		v = cw_model_judge(&f, row[i].entry, row[i].level, 0xabc, row[i].write, 0, false);
		CHECK_EQ(v.verdict, row[i].verdict);
		CHECK_EQ(v.mark, row[i].mark);
		if (row[i].now)
			CHECK_EQ(v.fixed, row[i].now);
	}
}

/*
 * Entries of the specification's appendix that only a fixer meets: frozen, and access-tracked with its restored forms.
 * A with type "disabled" is no bit of the engine's (P12), so it stays as it is.
 */
static void frozen_and_access_tracked(void)
{
	const uint64_t frozen = 0x80000000000005a0, tracked = 0x8750000012345a70, a = 1 << 8;
	struct cw_model_format f = ept;

	for (unsigned int i = 0; i < 8; i++) {
		struct cw_model_format any = i & 1 ? x86 : ept;
		struct cw_model_verdict v;

		any.fix = any.ad = i & 2;
		v = cw_model_judge(&any, frozen, 1, 0, i & 4, 0, false);
		CHECK_EQ(v.verdict, CW_V_MISS);
		CHECK_EQ(v.reason, CW_RSN_NOT_PRESENT);
	}
	for (unsigned int write = 0; write < 2; write++) {
		uint64_t restored = write ? 0x8610000012345b77 : 0x8610000012345b75;
		struct cw_model_verdict v;

		f.fix = true;
		v = cw_model_judge(&f, tracked, 1, 0x123, write, 0, false);
		CHECK_EQ(v.verdict, CW_V_FIXED);
		CHECK_EQ(v.fixed, restored & ~a);
		CHECK_EQ(v.pa, 0x12345123);
		CHECK(cw_model_fix_legal(false, tracked, restored & ~a));
		/* What comes out needs no fix but W, once. */
		v = cw_model_judge(&f, v.fixed, 1, 0x123, true, 0, false);
		CHECK_EQ(v.verdict, write ? CW_V_HIT : CW_V_FIXED);
		f.fix = false;
		CHECK_EQ(cw_model_judge(&f, tracked, 1, 0x123, write, 0, false).verdict, CW_V_MISS);
	}
}

int main(void)
{
	RUN(verdicts);
	RUN(legacy);
	RUN(reserved_bits);
	RUN(fixes);
	RUN(frozen_and_access_tracked, "P12 T-FP-05");
	return CHECK_DONE("model-verdict");
}
