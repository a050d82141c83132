/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Entries, roles and the hash: the vectors of the specification, spelled out. */
#include "../../lib/mmu/internal.h"
#include "../unit/check.h"

static union cw_role role(enum cw_flavour flavour, bool ad_disabled)
{
	return cw_role_direct_root(4, flavour, ad_disabled, 0);
}

static void hash_vectors(void)
{
	CHECK_EQ(cw_hash_gfn(0x0, 12), 0);
	CHECK_EQ(cw_hash_gfn(0x1, 12), 1564);
	CHECK_EQ(cw_hash_gfn(0x100, 12), 3208);
	CHECK_EQ(cw_hash_gfn(0xfee00, 12), 1199);
	CHECK_EQ(cw_hash_gfn(0x100000, 12), 1606);
}

static void spte_4_mmio_vectors(void)
{
	static const struct {
		uint64_t gen, ept, x86;
	} v[] = {
		{0, 0x00000000fee00006, 0x00080000fee00007},	   {2, 0x00000000fee00016, 0x00080000fee00017},
		{0xff, 0x00000000fee007fe, 0x00080000fee007ff},	   {0x100, 0x00100000fee00006, 0x00180000fee00007},
		{0x1ff, 0x00100000fee007fe, 0x00180000fee007ff},   {0x7fffe, 0x7ff00000fee007f6, 0x7ff80000fee007f7},
		{0x7ffff, 0x7ff00000fee007fe, 0x7ff80000fee007ff},
	};

	for (unsigned i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		for (unsigned flavour = 0; flavour < 2; flavour++) {
			union cw_role r = role(flavour, false);
			uint64_t want = flavour ? v[i].x86 : v[i].ept;

			CHECK_EQ(cw_spte_make_mmio(r, 0xfee00, v[i].gen, true), want);
			/* Bits of the generation above 18, and the mark of an update, stay out of the entry. */
			CHECK_EQ(cw_spte_make_mmio(r, 0xfee00, v[i].gen | CW_GEN_IN_PROGRESS | 1ull << 19, true), want);
			CHECK(cw_spte_is_mmio(cw_spte_format(r), want));
			CHECK_EQ(cw_spte_mmio_gfn(cw_spte_format(r), want), 0xfee00);
			CHECK_EQ(cw_spte_mmio_gen(want), v[i].gen);
			CHECK(!cw_spte_present(want));
		}
	}
	for (unsigned flavour = 0; flavour < 2; flavour++) {
		const struct cw_spte_format *fmt = cw_spte_format(role(flavour, false));
		uint64_t top = (1ull << fmt->mmio_gfn_bits) - 1;

		CHECK(!cw_spte_is_mmio(fmt, CW_SPTE_NONPRESENT));
		CHECK_EQ(cw_spte_mmio_gfn(fmt, cw_spte_make_mmio(role(flavour, false), top, 0x7ffff, true)), top);
	}
}

static void spte_leaf_vectors(void)
{
	struct cw_leaf rw = {.addr = 0x12345000, .host_writable = true, .grant_write = true};
	struct cw_leaf log = {.addr = 0x12345000, .host_writable = true};
	struct cw_leaf ro = {.addr = 0x12345000, .grant_write = true};

	CHECK_EQ(cw_spte_make_leaf(role(CW_FLAVOUR_EPT, false), &rw), 0x8600000012345b77);
	CHECK_EQ(cw_spte_make_leaf(role(CW_FLAVOUR_EPT, true), &rw), 0x8610000012345b77);
	CHECK_EQ(cw_spte_make_leaf(role(CW_FLAVOUR_X86, false), &rw), 0x0000000012345e67);
	/* D only comes with W: the vectors of a protected page without their D. */
	CHECK_EQ(cw_spte_make_leaf(role(CW_FLAVOUR_EPT, false), &log), 0x8600000012345b75 & ~(1ull << 9));
	CHECK_EQ(cw_spte_make_leaf(role(CW_FLAVOUR_X86, false), &log), 0x0000000012345e65 & ~(1ull << 6));
	CHECK_EQ(cw_spte_make_leaf(role(CW_FLAVOUR_EPT, false), &ro), 0x8000000012345975);
	CHECK_EQ(cw_spte_make_leaf(role(CW_FLAVOUR_X86, false), &ro), 0x0000000012345825);
}

static void spte_7_tables_always_allow_all(void)
{
	CHECK_EQ(cw_spte_make_table(role(CW_FLAVOUR_EPT, false), 0xabcde000), 0x00000000abcde907);
	CHECK_EQ(cw_spte_make_table(role(CW_FLAVOUR_EPT, true), 0xabcde000), 0x00100000abcde807);
	CHECK_EQ(cw_spte_make_table(role(CW_FLAVOUR_X86, false), 0xabcde000), 0x00000000abcde827);
}

static void spte_2_nonpresent_is_bit_63(void)
{
	const uint64_t frozen = 0x80000000000005a0, tracked = 0x8750000012345a70;

	CHECK_EQ(CW_SPTE_NONPRESENT, 1ull << 63);
	for (unsigned flavour = 0; flavour < 2; flavour++) {
		const struct cw_spte_format *fmt = cw_spte_format(role(flavour, false));

		/* A frozen entry is neither present nor MMIO, whoever meets one. */
		CHECK(!cw_spte_present(frozen) && !cw_spte_is_mmio(fmt, frozen));
	}
	/* An access-tracked one is present and allows nothing, and is no MMIO entry. */
	CHECK(cw_spte_present(tracked) && !cw_spte_is_mmio(cw_spte_format(role(CW_FLAVOUR_EPT, true)), tracked));
	CHECK(!cw_spte_allows(cw_spte_format(role(CW_FLAVOUR_EPT, true)), tracked, false));
	CHECK_EQ(cw_spte_addr(tracked), 0x12345000);
}

static void spte_5_triples(void)
{
	for (unsigned flavour = 0; flavour < 2; flavour++) {
		const struct cw_spte_format *fmt = cw_spte_format(role(flavour, false));
		uint64_t host_w = flavour ? 1ull << 9 : 1ull << 57, mmu_w = flavour ? 1ull << 10 : 1ull << 58;

		for (unsigned t = 0; t < 8; t++) {
			uint64_t spte = (t & 4 ? host_w : 0) | (t & 2 ? mmu_w : 0) | (t & 1 ? 2 : 0);

			CHECK_EQ(cw_spte_writable_triple_ok(fmt, spte), t == 7 || t == 6 || t == 4 || t == 0);
		}
	}
}

static void p12_engine_bits(void)
{
	const struct cw_spte_format *ept = cw_spte_format(role(CW_FLAVOUR_EPT, false));

	/* 111 with A and D: nothing left to change. 110: W, and D in its wake. Read-only backing: nothing. */
	CHECK_EQ(cw_spte_engine_bits(ept, 0x8600000012345b77), 0);
	CHECK_EQ(cw_spte_engine_bits(ept, 0x8600000012345975), 0x202);
	CHECK_EQ(cw_spte_engine_bits(ept, 0x8600000012345875), 0x302);
	CHECK_EQ(cw_spte_engine_bits(ept, 0x8000000012345975), 0);
	/* A/D disabled: W alone. */
	CHECK_EQ(cw_spte_engine_bits(ept, 0x8610000012345975), 0x2);
	CHECK(!cw_spte_volatile(ept, 0x8600000012345b77));
	CHECK(cw_spte_volatile(ept, 0x8600000012345975));
}

static void spte_13_access(void)
{
	for (unsigned flavour = 0; flavour < 2; flavour++) {
		const struct cw_spte_format *fmt = cw_spte_format(role(flavour, false));

		CHECK(!cw_spte_allows(fmt, 0, false));
		CHECK(cw_spte_allows(fmt, 1, false));
		CHECK(!cw_spte_allows(fmt, 1, true));
		CHECK(cw_spte_allows(fmt, 3, true));
		CHECK(!cw_spte_allows(fmt, 2, true));
	}
}

static void levels(void)
{
	CHECK_EQ(cw_level_pages(1), 1);
	CHECK_EQ(cw_level_pages(3), 262144);
	CHECK_EQ(cw_level_index(0x123456789abc, 1), 0xbc);
	CHECK_EQ(cw_level_index(0x123456789abc, 2), 0x4d);
	CHECK_EQ(cw_table_gfn(0x12345678, 1), 0x12345600);
	CHECK_EQ(cw_table_gfn(0x12345678, 2), 0x12340000);
}

int main(void)
{
	RUN(hash_vectors);
	RUN(spte_4_mmio_vectors, "SPTE-4");
	RUN(spte_leaf_vectors, "SPTE-1");
	RUN(spte_7_tables_always_allow_all, "SPTE-7");
	RUN(spte_2_nonpresent_is_bit_63, "SPTE-2");
	RUN(spte_5_triples, "SPTE-5");
	RUN(p12_engine_bits, "SPTE-9");
	RUN(spte_13_access, "SPTE-13");
	RUN(levels);
	return CHECK_DONE("mmu_spte");
}
