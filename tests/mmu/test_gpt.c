/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Walks of guest tables against a processor by the book (refwalk.c). Exhaustive over the flags of a leaf and of the
 * entry above it, times access and control bits, in every mode; then tables of random entries.
 */
#include "../../lib/mmu/gpt.h"

#include "mem.h"
#include "refwalk.h"

static uint64_t race_gpa, race; /* another processor changes this word before the next exchange */
static int gone_after;		/* cmpxchg fails with -EAGAIN at this one; 0: never */

static int exchange(void *priv, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size)
{
	if (gone_after && !--gone_after)
		return -EAGAIN;
	if (race_gpa) {
		memcpy((char *)mem + race_gpa, &race, size);
		race_gpa = 0;
	}
	return mem_cmpxchg(priv, gpa, old, new, size);
}

static const struct cw_gpt_mem ops = {.read = mem_read, .cmpxchg = exchange};

static bool ref_mem(void *arg, uint64_t gpa, unsigned size, uint64_t *e)
{
	(void)arg;
	if (gpa + size > sizeof(mem))
		return false;
	memcpy(e, (char *)mem + gpa, size);
	return true;
}

static struct cw_guest_regs regs_of(const struct ref_mode *m)
{
	return (struct cw_guest_regs){
		.cr0 = (m->pg ? CW_CR0_PG : 0) | (m->wp ? CW_CR0_WP : 0),
		.cr4 = (m->pse ? CW_CR4_PSE : 0) | (m->pae ? CW_CR4_PAE : 0) | (m->la57 ? CW_CR4_LA57 : 0) |
		       (m->smep ? CW_CR4_SMEP : 0) | (m->smap ? CW_CR4_SMAP : 0) | (m->pke ? CW_CR4_PKE : 0),
		.efer = (m->lma ? CW_EFER_LMA : 0) | (m->nx ? CW_EFER_NX : 0),
		.root = m->kind == REF_EPT ? (m->ept_levels - 1) << 3 | (m->ept_ad ? CW_EPTP_AD : 0) : 0,
		.execonly = m->execonly,
	};
}

static void set_mode(struct cw_gpt *g, const struct ref_mode *m)
{
	static const enum cw_guest_kind kind[] = {CW_GUEST_VIRT, CW_GUEST_EPT, CW_GUEST_NPT};
	struct cw_guest_regs regs = regs_of(m);

	cw_gpt_set(g, kind[m->kind], cw_role_cpu(kind[m->kind], &regs, 0), m->phys);
}

static uint64_t access_of(const struct ref_mode *m, const struct ref_access *a)
{
	bool u = m->kind == REF_EPT ? !a->write && !a->fetch : a->user;

	return (a->write ? CW_PFEC_W : 0) | (u ? CW_PFEC_U : 0) | (a->fetch ? CW_PFEC_FETCH : 0) |
	       (a->ac ? CW_PFEC_RSVD : 0);
}

/* One access by both; true if they agree. Leaves memory as the core's walk left it. */
static bool agree(const struct cw_gpt *g, const struct ref_mode *m, uint64_t root, const uint64_t *pdpte,
		  const struct ref_access *a)
{
	struct cw_gpt_walk w = {
		.addr = a->addr, .access = access_of(m, a), .root = root, .pdpte = pdpte, .pkru = a->pkru};
	struct ref_result ref = ref_walk(m, ref_mem, NULL, root, pdpte, a);
	int r = cw_gpt_walk(g, &ops, &w);
	bool ok = CHECK_EQ(r, ref.fault);

	if (ref.fault)
		return ok && (ref.beyond || CHECK_EQ(w.error, ref.code));
	ok = ok && CHECK_EQ(w.gfn, ref.gpa >> 12);
	for (unsigned i = 0; i < ref.n && ok; i++) {
		uint64_t now = 0, sets = 0;

		memcpy(&now, (char *)mem + ref.entry_gpa[i], cw_gpt_entry_size(g));
		/* One entry may serve two levels. */
		for (unsigned j = 0; j < ref.n; j++)
			sets |= ref.entry_gpa[j] == ref.entry_gpa[i] ? ref.sets[j] : 0;
		ok = CHECK_EQ(now, ref.entry[i] | (rom[ref.entry_gpa[i] >> 12] ? 0 : sets));
	}
	/* T-RL-06: what is clean and was read gives no right to write. */
	if (ok && !a->write && !ref.dirty && ref.n)
		ok = CHECK(!(w.acc[w.level] & CW_ACC_W));
	return ok;
}

/* --- exhaustive --- */

struct shape {
	const char *name;
	struct ref_mode m;
	unsigned levels, leaf;
};

#define LONG .pg = 1, .pae = 1, .lma = 1, .phys = 46
static const struct shape shapes[] = {
	{"32-bit", {.pg = 1, .phys = 40}, 2, 1},
	{"32-bit PSE", {.pg = 1, .pse = 1, .phys = 40}, 2, 1},
	{"32-bit 4M", {.pg = 1, .pse = 1, .phys = 40}, 2, 2},
	{"PAE", {.pg = 1, .pae = 1, .phys = 46}, 3, 1},
	{"PAE 2M", {.pg = 1, .pae = 1, .phys = 46}, 3, 2},
	{"4-level", {LONG}, 4, 1},
	{"4-level 2M", {LONG}, 4, 2},
	{"4-level 1G", {LONG}, 4, 3},
	{"5-level", {LONG, .la57 = 1}, 5, 1},
	{"5-level 1G", {LONG, .la57 = 1}, 5, 3},
	{"NPT", {LONG, .kind = REF_NPT}, 4, 1},
	{"NPT 2M", {LONG, .kind = REF_NPT}, 4, 2},
	{"NPT 32-bit", {.pg = 1, .kind = REF_NPT, .phys = 40}, 2, 1},
};

static uint64_t pdpte[4];
static uint64_t entry_at[6]; /* gpa of the entry of each level on the way to the tested address */

/* Tables in pages 0, 1, 2 … from the root down, for one address; every entry with all rights. */
static void build(const struct shape *s, uint64_t addr, unsigned ept)
{
	unsigned size = !ept && s->levels == 2 ? 4 : 8, bits = size == 4 ? 10 : 9, page = 0;

	memset(mem, 0, sizeof(mem));
	memset(entry_at, 0, sizeof(entry_at));
	for (unsigned level = s->levels; level >= s->leaf; level--, page++) {
		uint64_t e = (uint64_t)(page + 1) << 12 | (ept ? 7 : 7 | 1 << 5);

		if (!ept && s->levels == 3 && level == 3) {
			pdpte[addr >> 30] = (uint64_t)(page + 1) << 12 | 1;
			continue;
		}
		entry_at[level] = ((uint64_t)page << 12) + size * ((addr >> (12 + bits * (level - 1))) % (1u << bits));
		memcpy((char *)mem + entry_at[level], &e, size);
	}
}

static void put(unsigned size, uint64_t gpa, uint64_t e)
{
	memcpy((char *)mem + gpa, &e, size);
}

/* bits: which of `flags` are set. */
static uint64_t pick(const uint64_t *flags, unsigned n, unsigned bits)
{
	uint64_t e = 0;

	for (unsigned i = 0; i < n; i++)
		e |= bits >> i & 1 ? flags[i] : 0;
	return e;
}

static unsigned long walks;

static void exhaust(const struct shape *s)
{
	/* P W U A D NX and a reserved address bit; the one above has no D. */
	static const uint64_t leaf_flags[] = {1, 2, 4, 1 << 5, 1 << 6, 1ull << 63, 1ull << 50};
	static const uint64_t upper_flags[] = {1, 2, 4, 1 << 5, 1ull << 63, 1ull << 50};
	bool four = s->levels == 2, has_upper = s->leaf < s->levels && !(s->levels == 3 && s->leaf == 2);
	uint64_t addr = 0x40203000, root = 0, page = s->leaf == 1 ? 0x30000000 : s->leaf == 2 ? 0x30000000 : 0x40000000;
	unsigned size = four ? 4 : 8;
	struct cw_gpt g = {.kind = 0};

	build(s, addr, false);
	for (unsigned cpu = 0; cpu < 16; cpu++) {
		struct ref_mode m = s->m;

		m.wp = cpu & 1;
		m.nx = cpu & 2;
		m.smep = cpu & 4;
		m.smap = cpu & 8;
		set_mode(&g, &m);
		for (unsigned acc = 0; acc < 8; acc++) {
			struct ref_access a = {
				.addr = addr + 0x123, .write = acc & 1, .user = acc & 2, .fetch = acc & 4};

			/* No access writes and fetches; all of NPT are a user's. */
			if ((a.write && a.fetch) || (m.kind == REF_NPT && !a.user))
				continue;
			for (unsigned up = 0; up < (has_upper ? 64u : 1u); up++) {
				uint64_t upper = pick(upper_flags, 6, up);

				/* A 4-byte entry has neither NX nor such an address bit. */
				if (four && upper >> 32)
					continue;
				for (unsigned lf = 0; lf < 128; lf++) {
					uint64_t leaf = pick(leaf_flags, 7, lf);

					if (four && leaf >> 32)
						continue;
					if (has_upper)
						put(size, entry_at[s->leaf + 1],
						    (uint64_t)(s->levels - s->leaf) << 12 | upper);
					put(size, entry_at[s->leaf], page | leaf | (s->leaf > 1 ? 1 << 7 : 0));
					walks++;
					if (!agree(&g, &m, root, pdpte, &a)) {
						printf("  %s cpu %x acc %x upper %x leaf %x\n", s->name, cpu, acc, up,
						       lf);
						return;
					}
				}
			}
		}
	}
}

static void permissions_exhaustive(void)
{
	for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		exhaust(&shapes[i]);
	printf("%lu walks\n", walks);
	CHECK(walks > 500000);
}

static void ept_permissions_exhaustive(void)
{
	/* R W X A D, a reserved address bit, a memory type that does not exist. */
	static const uint64_t leaf_flags[] = {1, 2, 4, 1 << 8, 1 << 9, 1ull << 50, 2 << 3};
	static const uint64_t upper_flags[] = {1, 2, 4, 1 << 8, 1ull << 50, 1 << 3};
	struct cw_gpt g = {.kind = 0};

	for (unsigned v = 0; v < 2 * 3 * 4; v++) {
		struct ref_mode m = {.kind = REF_EPT, .ept_levels = 4 + v % 2, .phys = 46};
		struct shape s = {"EPT", m, m.ept_levels, 1 + v / 2 % 3};
		uint64_t addr = 0x40203000;

		m.ept_ad = v / 6 & 1;
		m.execonly = v / 6 & 2;
		build(&s, addr, true);
		set_mode(&g, &m);
		for (unsigned acc = 0; acc < 3; acc++) {
			struct ref_access a = {.addr = addr, .write = acc == 1, .fetch = acc == 2};

			for (unsigned up = 0; up < 64; up++) {
				for (unsigned lf = 0; lf < 128; lf++) {
					put(8, entry_at[s.leaf + 1],
					    (uint64_t)(s.levels - s.leaf) << 12 | pick(upper_flags, 6, up));
					put(8, entry_at[s.leaf],
					    0x40000000 | pick(leaf_flags, 7, lf) | (s.leaf > 1 ? 1 << 7 : 0));
					if (!agree(&g, &m, 0, NULL, &a)) {
						printf("  variant %u acc %u upper %x leaf %x\n", v, acc, up, lf);
						return;
					}
				}
			}
		}
	}
}

static void protection_keys_exhaustive(void)
{
	struct shape s = {"PKE", {LONG, .nx = 1}, 4, 1};
	struct cw_gpt g = {.kind = 0};

	build(&s, 0x5000, false);
	for (unsigned v = 0; v < 1 << 11; v++) {
		struct ref_mode m = s.m;
		struct ref_access a = {.addr = 0x5000, .write = v & 1, .user = v & 2, .fetch = v & 4, .ac = v & 1024};

		m.wp = v & 8;
		m.pke = v & 16;
		m.smap = v & 512;
		a.pkru = (v >> 5 & 3) << 2 * 9;
		if (a.write && a.fetch)
			continue;
		put(8, entry_at[1], 0x20000000ull | 1 | (v & 128 ? 2 : 0) | (v & 256 ? 4 : 0) | 9ull << 59);
		set_mode(&g, &m);
		CHECK(agree(&g, &m, 0, NULL, &a));
	}
}

static void reserved_bits_of_every_level(void)
{
	static const unsigned phys[] = {32, 36, 39, 40, 46, 52};
	struct cw_gpt g = {.kind = 0};

	for (unsigned v = 0; v < 6 * 7 * 2; v++) {
		struct ref_mode m = {.phys = phys[v % 6], .pg = 1, .nx = v / 42};
		unsigned shape = v / 6 % 7, levels;

		m.pse = shape == 1;
		m.pae = shape >= 2;
		m.lma = shape == 3 || shape == 4;
		m.la57 = shape == 4;
		m.kind = shape >= 5 ? REF_EPT : REF_VIRT;
		m.ept_levels = shape - 1;
		levels = shape < 2 ? 2 : shape == 2 ? 2 : shape == 3 ? 4 : shape == 4 ? 5 : m.ept_levels;
		set_mode(&g, &m);
		for (unsigned level = 1; level <= levels; level++) {
			for (unsigned ps = 0; ps < 2; ps++) {
				for (unsigned bit = 8; bit < (shape < 2 ? 32 : 64); bit++) {
					/* Present, readable; write-back as the memory type of a leaf of EPT. */
					bool leaf = level == 1 || (ps && level <= 3);
					uint64_t e = 1 | (uint64_t)ps << 7 | (shape >= 5 && leaf ? 6 << 3 : 0);
					bool want = ref_reserved(&m, level, ps, bit) ||
						    (ps && ref_reserved(&m, level, ps, 7));
					struct cw_gpte d;

					cw_gpt_decode(&g, e | 1ull << bit, level, &d);
					if (!CHECK_EQ(d.bad, want))
						printf("  shape %u phys %u level %u ps %u bit %u\n", shape, m.phys,
						       level, ps, bit);
				}
			}
		}
	}
}

/* The words of T-RL-09, with a faulting entry of each kind. */
static void error_codes_of_npt(void)
{
	static const struct {
		uint64_t entry;
		bool write, fetch;
		uint64_t code;
	} row[] = {
		{0, false, false, 0x100000004},
		{0x5, true, false, 0x100000007},
		{0x3, false, false, 0x100000005},
		{0x7 | 1ull << 63, false, true, 0x100000015},
		{0x7 | 1ull << 50, false, false, 0x10000000d},
		{0x7 | 1ull << 50, true, false, 0x10000000f},
	};
	struct shape s = {"NPT", {LONG, .nx = 1, .wp = 1, .kind = REF_NPT}, 4, 1};
	struct cw_gpt g = {.kind = 0};

	build(&s, 0x5000, false);
	set_mode(&g, &s.m);
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct cw_gpt_walk w = {.addr = 0x5000,
					.access = CW_PFEC_U | (row[i].write ? CW_PFEC_W : 0) |
						  (row[i].fetch ? CW_PFEC_FETCH : 0)};

		put(8, entry_at[1], 0x20000000 | row[i].entry);
		CHECK_EQ(cw_gpt_walk(&g, &ops, &w), 1);
		CHECK_EQ(w.error, row[i].code);
		CHECK_EQ(w.fault_level, 1);
	}
}

/* --- A and D --- */

static void lost_race_walks_again_p50(void)
{
	struct shape s = {"4-level", {LONG, .nx = 1}, 4, 1};
	struct cw_gpt_walk w = {.addr = 0x5000, .access = CW_PFEC_U};
	struct cw_gpt g = {.kind = 0};

	build(&s, 0x5000, false);
	set_mode(&g, &s.m);
	/* Another page appears between read and exchange: the walk must give that one, and mark it. */
	put(8, entry_at[1], 0x20000007);
	race_gpa = entry_at[1];
	race = 0x30000007;
	CHECK_EQ(cw_gpt_walk(&g, &ops, &w), 0);
	CHECK_EQ(w.gfn, 0x30000);
	CHECK_EQ(mem[entry_at[1] / 8], 0x30000027);
	/* The page goes in between: a fault, and no bit is set in what stands there now. */
	put(8, entry_at[1], 0x20000007);
	race_gpa = entry_at[1];
	race = 0x30000006;
	CHECK_EQ(cw_gpt_walk(&g, &ops, &w), 1);
	CHECK_EQ(w.error, 4);
	CHECK_EQ(mem[entry_at[1] / 8], 0x30000006);
	/* Memory that is being taken away ends the walk. */
	put(8, entry_at[1], 0x20000007);
	gone_after = 1;
	CHECK_EQ(cw_gpt_walk(&g, &ops, &w), -EAGAIN);
	gone_after = 0;
}

static void read_only_tables_keep_their_bits(void)
{
	struct shape s = {"4-level", {LONG, .nx = 1}, 4, 1};
	struct cw_gpt g = {.kind = 0};
	struct ref_access a = {.addr = 0x5000, .user = true};

	build(&s, 0x5000, false);
	set_mode(&g, &s.m);
	rom[entry_at[1] >> 12] = true;
	for (unsigned i = 0; i < 4; i++) {
		a.write = i & 1;
		put(8, entry_at[1], 0x20000007);
		CHECK(agree(&g, &s.m, 0, NULL, &a));
		CHECK_EQ(mem[entry_at[1] / 8], 0x20000007);
	}
	rom[entry_at[1] >> 12] = false;
}

/* --- what is rebuilt --- */

static void role_12_tables_are_rebuilt_when_inputs_change(void)
{
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG, .cr4 = CW_CR4_PAE | CW_CR4_SMEP, .efer = CW_EFER_LMA | CW_EFER_NX};
	struct cw_gpt g = {.kind = 0};
	const unsigned all = CW_GPT_PERM | CW_GPT_PKEY | CW_GPT_RSVD;

#define SET() cw_gpt_set(&g, CW_GUEST_VIRT, cw_role_cpu(CW_GUEST_VIRT, &regs, 0), 46)
	CHECK_EQ(SET(), all);
	CHECK_EQ(SET(), 0);
	regs.cr0 |= CW_CR0_WP;
	CHECK_EQ(SET(), CW_GPT_PERM | CW_GPT_PKEY);
	regs.cr4 |= CW_CR4_PKE;
	CHECK_EQ(SET(), CW_GPT_PKEY);
	regs.cr4 |= CW_CR4_LA57;
	CHECK_EQ(SET(), CW_GPT_RSVD);
	regs.efer &= ~CW_EFER_NX;
	CHECK_EQ(SET(), CW_GPT_RSVD);
	regs.cr4 ^= CW_CR4_SMAP;
	CHECK_EQ(SET(), CW_GPT_PERM);
	regs.cr4 ^= CW_CR4_SMEP;
	CHECK_EQ(SET(), CW_GPT_PERM);
#undef SET
}

/* --- random --- */

static uint64_t seed = 1;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Mostly sane entries that point into the memory. */
static uint64_t random_entry(bool ept)
{
	uint64_t e = (rnd() % (MEM_PAGES + 4)) << 12 | (ept ? 7 : 7 | 1 << 5);

	if (rnd() % 8 == 0)
		e ^= 1ull << rnd() % 3;
	if (rnd() % 8 == 0)
		e ^= 1 << 7 | (e & 0x1ff000);
	if (rnd() % 16 == 0)
		e ^= 1ull << rnd() % 64;
	return e;
}

static void random_tables_of_all_modes(void)
{
	unsigned long faults = 0, good = 0;

	for (unsigned round = 0; round < 300; round++) {
		struct ref_mode m = {.kind = rnd() % 3, .pg = rnd() % 16 > 0, .wp = rnd() & 1, .pse = rnd() & 1};
		struct cw_gpt g = {.kind = 0};

		m.pae = rnd() & 1;
		m.lma = m.pg && m.pae && (rnd() & 1);
		m.la57 = rnd() & 1;
		m.smep = rnd() & 1;
		m.smap = rnd() & 1;
		m.nx = rnd() % 4 > 0;
		m.pke = rnd() & 1;
		m.ept_levels = 4 + rnd() % 2;
		m.ept_ad = rnd() & 1;
		m.execonly = rnd() & 1;
		m.phys = 36 + rnd() % 17;
		if (m.kind == REF_NPT)
			m.pg = true;
		for (unsigned i = 0; i < MEM_PAGES * 512; i++) {
			mem[i] = random_entry(m.kind == REF_EPT);
			if (!m.pae && m.kind != REF_EPT)
				mem[i] = (uint32_t)random_entry(false) | random_entry(false) << 32;
		}
		for (unsigned i = 0; i < 4; i++)
			pdpte[i] = (rnd() % MEM_PAGES) << 12 | (rnd() % 8 > 0);
		set_mode(&g, &m);
		for (unsigned i = 0; i < 500; i++) {
			struct ref_access a = {.addr = rnd(), .pkru = (uint32_t)rnd(), .ac = rnd() & 1};
			uint64_t root = (rnd() % MEM_PAGES) << 12;

			a.addr = rnd() % 4 ? a.addr & 0xffffffff : rnd() % 2 ? a.addr & ((1ull << 48) - 1) : a.addr;
			a.write = rnd() & 1;
			a.fetch = !a.write && (rnd() & 1);
			a.user = m.kind == REF_NPT || (rnd() & 1);
			if (!agree(&g, &m, root, pdpte, &a)) {
				printf("  round %u access %u\n", round, i);
				return;
			}
			if (ref_walk(&m, ref_mem, NULL, root, pdpte, &a).fault)
				faults++;
			else
				good++;
		}
	}
	printf("%lu walks went through, %lu faulted\n", good, faults);
	CHECK(good > 15000 && faults > 15000);
}

int main(void)
{
	RUN(permissions_exhaustive, "T-RL-05");
	RUN(ept_permissions_exhaustive, "T-RL-08");
	RUN(protection_keys_exhaustive, "T-RL-05");
	RUN(reserved_bits_of_every_level, "T-MS-10");
	RUN(error_codes_of_npt, "T-RL-09");
	RUN(lost_race_walks_again_p50);
	RUN(read_only_tables_keep_their_bits);
	RUN(role_12_tables_are_rebuilt_when_inputs_change, "ROLE-12 ROLE-17");
	RUN(random_tables_of_all_modes);
	return CHECK_DONE("mmu_gpt");
}
