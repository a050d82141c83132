/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Roles: computed as mmu-spec 1.3 and 1.4 say, over all registers; and how many there are. Bits are spelled out. */
#include "../../lib/mmu/role.h"

#include "../unit/check.h"

#define LEVEL(w) ((w)&7)
#define SUPERVISOR (1u << 3)
#define X86 (1u << 4)
#define DIRECT (1u << 7)
#define ACCESS (7u << 8)
#define NX (1u << 12)
#define WP (1u << 13)
#define SMEP_ANDNOT_WP (1u << 14)
#define SMAP (1u << 15)
#define AD_DISABLED (1u << 16)
#define GUEST_MODE (1u << 17)
#define GROOT(n) ((unsigned)(n) << 18)
#define PSE (1u << 20)
#define SMM (1u << 24)
#define ROLE_BITS 21

/* The inputs of T-RL-01. */
enum { I_PG, I_WP, I_PSE, I_PAE, I_LA57, I_SMEP, I_SMAP, I_PKE, I_NX, I_LMA, I_SMM, I_L2, I_MAX };

static bool in(unsigned combo, unsigned input)
{
	return combo >> input & 1;
}

/* A CPU is never in long mode without paging and PAE. */
static bool combo_legal(unsigned c)
{
	return !in(c, I_LMA) || (in(c, I_PG) && in(c, I_PAE));
}

static struct cw_guest_regs regs_of(unsigned c)
{
	return (struct cw_guest_regs){
		.cr0 = (uint64_t)in(c, I_PG) << 31 | (uint64_t)in(c, I_WP) << 16,
		.cr4 = (uint64_t)in(c, I_PSE) << 4 | (uint64_t)in(c, I_PAE) << 5 | (uint64_t)in(c, I_LA57) << 12 |
		       (uint64_t)in(c, I_SMEP) << 20 | (uint64_t)in(c, I_SMAP) << 21 | (uint64_t)in(c, I_PKE) << 22,
		.efer = (uint64_t)in(c, I_LMA) << 10 | (uint64_t)in(c, I_NX) << 11,
	};
}

static unsigned guest_level(unsigned c)
{
	if (!in(c, I_PG))
		return 0;
	if (in(c, I_LMA))
		return in(c, I_LA57) ? 5 : 4;
	return in(c, I_PAE) ? 3 : 2;
}

/* The row of the table in 1.3: low word, then high word. */
static uint64_t cpu_row(unsigned c)
{
	uint32_t base = ACCESS | (in(c, I_SMM) ? SMM : 0) | (in(c, I_L2) ? GUEST_MODE : 0), ext = 1;
	static const unsigned groot[] = {0, 0, 3, 2, 1, 0};

	if (!in(c, I_PG))
		return (uint64_t)ext << 32 | base | DIRECT;
	base |= guest_level(c) | GROOT(groot[guest_level(c)]);
	base |= in(c, I_NX) ? NX : 0;
	base |= in(c, I_WP) ? WP : 0;
	base |= in(c, I_SMEP) && !in(c, I_WP) ? SMEP_ANDNOT_WP : 0;
	base |= in(c, I_SMAP) && !in(c, I_WP) ? SMAP : 0;
	ext |= (uint32_t)in(c, I_PSE) << 2 | (uint32_t)in(c, I_SMAP) << 4 | (uint32_t)in(c, I_SMEP) << 5;
	if (in(c, I_LMA)) {
		ext |= (uint32_t)in(c, I_LA57) << 6 | 1u << 7;
		ext |= in(c, I_L2) ? 0 : (uint32_t)in(c, I_PKE) << 3;
	}
	return (uint64_t)ext << 32 | base;
}

/* L2 means NPT: its registers are those of the L1 host, which has paging on (ROLE-5). */
static enum cw_guest_kind kind_of(unsigned c)
{
	return in(c, I_L2) ? CW_GUEST_NPT : CW_GUEST_VIRT;
}

static void role_2_cpu_role_of_all_registers(void)
{
	unsigned n = 0;

	for (unsigned c = 0; c < 1u << I_MAX; c++) {
		struct cw_guest_regs regs = regs_of(c);

		if (!combo_legal(c))
			continue;
		n++;
		if (!CHECK_EQ(cw_role_cpu(kind_of(c), &regs, in(c, I_SMM)).as_u64, cpu_row(c)))
			printf("  combination %x\n", c);
	}
	/* Of 2^12 the eighth with long mode needs two more bits. */
	CHECK_EQ(n, 2048 + 512);
}

/* What does not count in a mode must not change the role, so that nothing is done when it toggles. */
static void role_2_and_role_16_bits_without_effect(void)
{
	for (unsigned c = 0; c < 1u << I_MAX; c++) {
		static const unsigned lma_only[] = {I_PKE, I_LA57};
		struct cw_guest_regs a = regs_of(c);

		if (!combo_legal(c))
			continue;
		for (unsigned i = 0; i < 2 && !in(c, I_LMA); i++) {
			struct cw_guest_regs b = regs_of(c ^ 1u << lma_only[i]);

			CHECK_EQ(cw_role_cpu(kind_of(c), &a, 0).as_u64, cw_role_cpu(kind_of(c), &b, 0).as_u64);
		}
		for (unsigned i = 0; i < I_LMA && !in(c, I_PG); i++) {
			struct cw_guest_regs b = regs_of((c ^ 1u << i) & ~1u);

			CHECK_EQ(cw_role_cpu(kind_of(c), &a, 0).as_u64, cw_role_cpu(kind_of(c), &b, 0).as_u64);
		}
	}
}

static void role_3_direct_root_knows_no_cpu(void)
{
	for (unsigned c = 0; c < 1u << I_MAX; c++) {
		struct cw_guest_regs regs = regs_of(c);
		union cw_cpu_role cpu = cw_role_cpu(kind_of(c), &regs, in(c, I_SMM));
		uint32_t want = 4 | DIRECT | ACCESS | NX | WP | (in(c, I_SMM) ? SMM : 0) |
				(in(c, I_L2) ? GUEST_MODE : 0);

		if (!combo_legal(c))
			continue;
		CHECK_EQ(cw_role_root(CW_GUEST_DIRECT, cpu, 4, CW_FLAVOUR_EPT, false, false).word, want);
		CHECK_EQ(cw_role_root(CW_GUEST_DIRECT, cpu, 5, CW_FLAVOUR_X86, false, false).word, (want | X86) + 1);
		CHECK_EQ(cw_role_root(CW_GUEST_DIRECT, cpu, 5, CW_FLAVOUR_EPT, true, false).word,
			 (want | AD_DISABLED) + 1);
	}
}

/* The row of the table in 1.4, with what docs/mmu.md says of NX, PSE and SMAP. */
static uint32_t root_row(unsigned c, unsigned level, bool x86, bool supervisor)
{
	static const unsigned groot_of_4[] = {0, 0, 3, 2, 0}, groot_of_5[] = {0, 0, 3, 2, 1, 0};
	uint32_t word = level | ACCESS | (x86 ? X86 : 0) | (in(c, I_SMM) ? SMM : 0);

	if (!in(c, I_PG))
		return word | DIRECT | NX;
	word |= in(c, I_L2) ? GUEST_MODE : 0;
	word |= GROOT(level == 4 ? groot_of_4[guest_level(c)] : groot_of_5[guest_level(c)]);
	word |= in(c, I_NX) ? NX : 0;
	word |= in(c, I_WP) ? WP : 0;
	word |= in(c, I_SMEP) && !in(c, I_WP) ? SMEP_ANDNOT_WP : 0;
	word |= guest_level(c) == 2 && in(c, I_PSE) ? PSE : 0;
	if (supervisor && !in(c, I_L2))
		return word | SUPERVISOR | (in(c, I_SMAP) ? SMAP : 0);
	return word | (in(c, I_SMAP) && !in(c, I_WP) ? SMAP : 0);
}

static void role_5_shadow_root_of_all_registers(void)
{
	for (unsigned c = 0; c < 1u << I_MAX; c++) {
		struct cw_guest_regs regs = regs_of(c);
		union cw_cpu_role cpu = cw_role_cpu(kind_of(c), &regs, in(c, I_SMM));

		if (!combo_legal(c) || (in(c, I_L2) && !in(c, I_PG)))
			continue;
		for (unsigned level = guest_level(c) == 5 ? 5 : 4; level <= 5; level++) {
			for (unsigned v = 0; v < 4; v++) {
				bool x86 = in(c, I_L2) || (v & 1), sup = v & 2;
				union cw_role r = cw_role_root(kind_of(c), cpu, level, x86, false, sup);

				if (!CHECK_EQ(r.word, root_row(c, level, x86, sup)))
					printf("  combination %x level %u\n", c, level);
				CHECK(cw_role_legal(r));
			}
		}
	}
}

static void role_4_shadow_ept_is_built_from_zero(void)
{
	for (unsigned c = 0; c < 1u << I_MAX; c++) {
		for (unsigned v = 0; v < 8; v++) {
			struct cw_guest_regs regs = regs_of(c);
			unsigned walk = v & 1 ? 5 : 4;
			uint32_t want = ACCESS | GUEST_MODE | (v & 2 ? 0 : AD_DISABLED);
			union cw_cpu_role cpu;

			regs.root = 0x12345000 | (walk - 1) << 3 | (v & 2 ? 1u << 6 : 0);
			regs.execonly = v & 4;
			cpu = cw_role_cpu(CW_GUEST_EPT, &regs, in(c, I_SMM));
			CHECK_EQ(cpu.base.word, want | walk | GROOT(walk == 4));
			CHECK_EQ(cpu.ext.word, 1u | (v & 4 ? 2u : 0));
			CHECK_EQ(cw_role_root(CW_GUEST_EPT, cpu, 5, CW_FLAVOUR_EPT, false, true).word,
				 want | 5 | GROOT(walk == 4));
			if (walk == 4)
				CHECK_EQ(cw_role_root(CW_GUEST_EPT, cpu, 4, CW_FLAVOUR_EPT, false, true).word,
					 want | 4);
		}
	}
}

/* The words of appendix A; the flavour bit is ours. */
static void role_words_of_appendix_a(void)
{
	struct cw_guest_regs regs = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA | CW_EFER_NX};
	union cw_cpu_role cpu = {.as_u64 = 0};

	CHECK_EQ(cw_role_direct_root(4, CW_FLAVOUR_EPT, false, 0).word, 0x3784);
	CHECK_EQ(cw_role_direct_root(4, CW_FLAVOUR_EPT, false, 1).word, 0x01003784);
	cpu.base.guest_mode = 1;
	CHECK_EQ(cw_role_root(CW_GUEST_DIRECT, cpu, 4, CW_FLAVOUR_EPT, false, false).word, 0x23784);
	cpu = cw_role_cpu(CW_GUEST_EPT, &(struct cw_guest_regs){.root = 3 << 3}, 0);
	CHECK_EQ(cw_role_root(CW_GUEST_EPT, cpu, 4, CW_FLAVOUR_EPT, false, false).word, 0x30704);
	cpu = cw_role_cpu(CW_GUEST_NPT, &regs, 0);
	CHECK_EQ(cw_role_root(CW_GUEST_NPT, cpu, 5, CW_FLAVOUR_X86, false, false).word & ~X86, 0x63705);
}

/* --- all roles --- */

static uint8_t seen[2][(1u << ROLE_BITS) / 8];

static bool is_seen(union cw_role r)
{
	return seen[r.smm][(r.word & ((1u << ROLE_BITS) - 1)) / 8] >> r.word % 8 & 1;
}

/* All pages that can stand below this one. */
static void reach(union cw_role r)
{
	union cw_role split;

	if (is_seen(r))
		return;
	CHECK(!(r.word & 0xffffff & ~((1u << ROLE_BITS) - 1)));
	seen[r.smm][(r.word & ((1u << ROLE_BITS) - 1)) / 8] |= (uint8_t)(1u << r.word % 8);
	if (r.level == 1)
		return;
	if (r.direct) {
		reach(cw_role_child(r));
		return;
	}
	for (unsigned index = 0; index < 4; index++) {
		for (unsigned acc = 0; acc < 8; acc++) {
			/* Above the guest's root and at PDPTEs there is nothing to inherit. */
			if (!cw_role_has_gptes(r) && acc != CW_ACC_ALL)
				continue;
			reach(cw_role_indirect_child(r, index, r.access & acc));
		}
	}
	if (!cw_role_has_gptes(r) || r.level > 3)
		return;
	for (unsigned w = 0; w < 2; w++) {
		split = cw_role_split_child(r, w);
		reach(split);
	}
}

static void reach_all(void)
{
	for (unsigned smm = 0; smm < 2; smm++) {
		for (unsigned v = 0; v < 4; v++) {
			union cw_cpu_role cpu = {.as_u64 = 0};

			cpu.base.smm = smm;
			cpu.base.guest_mode = v & 1;
			reach(cw_role_root(CW_GUEST_DIRECT, cpu, 5, CW_FLAVOUR_EPT, v & 2, false));
			reach(cw_role_root(CW_GUEST_DIRECT, cpu, 5, CW_FLAVOUR_X86, false, false));
		}
	}
	for (unsigned c = 0; c < 1u << I_MAX; c++) {
		struct cw_guest_regs regs = regs_of(c);
		union cw_cpu_role cpu = cw_role_cpu(kind_of(c), &regs, in(c, I_SMM));

		if (!combo_legal(c) || (in(c, I_L2) && !in(c, I_PG)))
			continue;
		for (unsigned level = guest_level(c) == 5 ? 5 : 4; level <= 5; level++) {
			for (unsigned v = 0; v < 4; v++)
				reach(cw_role_root(kind_of(c), cpu, level, in(c, I_L2) || (v & 1), false, v & 2));
		}
	}
	for (unsigned v = 0; v < 4; v++) {
		struct cw_guest_regs regs = {.root = (v & 1 ? 4 : 3) << 3 | (v & 2 ? 1 << 6 : 0)};
		union cw_cpu_role cpu = cw_role_cpu(CW_GUEST_EPT, &regs, 0);

		reach(cw_role_root(CW_GUEST_EPT, cpu, 5, CW_FLAVOUR_EPT, false, false));
		if (!(v & 1))
			reach(cw_role_root(CW_GUEST_EPT, cpu, 4, CW_FLAVOUR_EPT, false, false));
	}
}

static void role_1_and_role_11_all_legal_roles_counted(void)
{
	/*
	 * Pages of guest tables above level 1, whose number per gfn KVM's 16-bit counter limits. Privilege with WP,
	 * SMEP and SMAP: a user has 1 + 4 combinations, a supervisor 2 + 4. Access from above: 8 at levels 2 to 4, one
	 * at a root.
	 */
	unsigned user = 5, any = 5 + 6, inherit = 3 * 8 + 1;
	unsigned virt = inherit * 2 * any * 2 * 2, virt32 = 4 * 2 * any * 2 * 2 * 2;
	unsigned ept = inherit * 2, npt = inherit * 2 * user * 2, npt32 = 4 * 2 * user * 2 * 2;
	unsigned upper = 0, legal = 0;

	reach_all();
	for (uint32_t smm = 0; smm < 256; smm++) {
		/* Bits 21 to 23 are spare, there are two address spaces. */
		for (uint32_t low = 0; low < (smm < 2 ? 1u << (ROLE_BITS + 1) : 4096); low++) {
			union cw_role r = {.word = smm << 24 | low};
			bool is = cw_role_legal(r);

			if (low >> ROLE_BITS || smm > 1) {
				if (is && low >> ROLE_BITS)
					continue;
				CHECK(!is);
				continue;
			}
			/* Legal is what can come about, no more and no less. */
			if (is != is_seen(r) && !CHECK_EQ(is, is_seen(r)))
				printf("  role %x\n", r.word);
			legal += is;
			upper += is && r.level > 1 && cw_role_has_gptes(r);
			if (is && r.quadrant)
				CHECK(r.groot == CW_GROOT_32 && !r.direct);
		}
	}
	CHECK_EQ(virt + virt32 + ept + npt + npt32, 3614);
	CHECK_EQ(upper, 3614);
	CHECK(upper < 1u << 12);
	printf("%u legal roles, %u of them write-tracked\n", legal, upper);
}

static void role_7_and_role_8_predicates(void)
{
	for (unsigned guest = 2; guest <= 5; guest++) {
		for (unsigned level = 1; level <= 5; level++) {
			union cw_role r = {.level = level, .access = 7};

			r.groot = guest == 5 || (guest == 4 && level < 5) || (guest == 3 && level < 3) ? 0 : 5 - guest;
			CHECK_EQ(cw_role_expanded(r), level > guest);
			CHECK_EQ(cw_role_pae_root(r), guest == 3 && level == 3);
			CHECK_EQ(cw_role_has_gptes(r), level <= guest && !(guest == 3 && level == 3));
			CHECK(cw_role_shadow(r));
			/* Direct pages carry nothing of a guest's level. */
			r.direct = 1;
			CHECK(!cw_role_expanded(r) && !cw_role_pae_root(r) && !cw_role_has_gptes(r));
			CHECK_EQ(cw_role_legal(r), false);
		}
	}
}

/* A level-3 page of a 4-level guest and a PAE root of the same gfn are two pages; so are all tables in front of roots.
 */
static void role_10_levels_never_meet(void)
{
	for (unsigned level = 3; level <= 5; level++) {
		union cw_role role[4];
		unsigned n = 0;

		for (unsigned guest = 2; guest <= 5; guest++) {
			struct cw_guest_regs regs = {
				.cr0 = CW_CR0_PG,
				.cr4 = (guest > 2 ? CW_CR4_PAE : 0) | (guest == 5 ? CW_CR4_LA57 : 0),
				.efer = guest > 3 ? CW_EFER_LMA : 0,
			};
			union cw_role r = cw_role_root(CW_GUEST_VIRT, cw_role_cpu(CW_GUEST_VIRT, &regs, 0), 5,
						       CW_FLAVOUR_EPT, false, false);

			while (r.level > level)
				r = cw_role_indirect_child(r, 0, CW_ACC_ALL);
			role[n++] = r;
		}
		/* Tables of 4- and 5-level guests below their roots are the same tables. */
		for (unsigned a = 0; a < n; a++) {
			for (unsigned b = 0; b < a; b++)
				CHECK_EQ(role[a].word == role[b].word, a == 3 && b == 2 && level < 5);
		}
	}
}

static void quadrants_of_4_byte_tables(void)
{
	struct cw_guest_regs regs = {.cr0 = CW_CR0_PG, .cr4 = CW_CR4_PSE};
	union cw_role r =
		cw_role_root(CW_GUEST_VIRT, cw_role_cpu(CW_GUEST_VIRT, &regs, 0), 5, CW_FLAVOUR_EPT, false, false);

	while (r.level > 3) {
		CHECK_EQ(r.quadrant, 0);
		r = cw_role_indirect_child(r, 0, CW_ACC_ALL);
	}
	CHECK_EQ(r.quadrant, 0);
	for (unsigned q = 0; q < 4; q++) {
		union cw_role pd = cw_role_indirect_child(r, q, CW_ACC_ALL);

		CHECK_EQ(pd.quadrant, q);
		for (unsigned i = 0; i < 512; i++)
			CHECK_EQ(cw_role_indirect_child(pd, i, CW_ACC_U).quadrant, i & 1);
		CHECK(pd.cr4_pse && !cw_role_indirect_child(pd, 0, CW_ACC_U).cr4_pse);
		CHECK_EQ(cw_role_split_child(pd, true).quadrant, 0);
	}
}

int main(void)
{
	RUN(role_2_cpu_role_of_all_registers, "ROLE-2");
	RUN(role_2_and_role_16_bits_without_effect, "ROLE-2 ROLE-16");
	RUN(role_3_direct_root_knows_no_cpu, "ROLE-3");
	RUN(role_5_shadow_root_of_all_registers, "ROLE-5 T-RL-01");
	RUN(role_4_shadow_ept_is_built_from_zero, "ROLE-4");
	RUN(role_words_of_appendix_a);
	RUN(role_1_and_role_11_all_legal_roles_counted, "ROLE-1 ROLE-11 T-RL-04");
	RUN(role_7_and_role_8_predicates, "ROLE-7 ROLE-8");
	RUN(role_10_levels_never_meet, "ROLE-10");
	RUN(quadrants_of_4_byte_tables, "ROLE-11");
	return CHECK_DONE("mmu_role");
}
