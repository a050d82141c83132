/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Walks of an L2 guest's own tables through those of L1, against two processors by the book (refwalk.c), the one in the
 * memory of the other: result, fault, and every bit of memory afterwards. Then cases with the numbers of the manuals.
 */
#include "../../lib/mmu/nested.h"
#include "../../lib/mmu/shadow.h"
#include "mem.h"
#include "refwalk.h"
#include "vm.h"

#include <stdlib.h>

#define L1_TABLES 24u /* pages 0 ..: of L1; behind them memory of L2 */
#define L2_PAGES 80u  /* that L1 may map; some of them to no memory */

static uint64_t book[MEM_PAGES * 512];
static uint64_t state = 1;

static uint64_t rnd(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

static const struct cw_gpt_mem ops = {.read = mem_read, .cmpxchg = mem_cmpxchg};

/* --- the book --- */

struct two {
	struct ref_mode l1, l2;
	uint64_t l1_root, l2_root, l1_pdpte[4], l2_pdpte[4];
	struct ref_access a;

	bool nested; /* a fault of L1's tables */
	uint64_t code, fault_gpa;
};

static bool book_read(void *arg, uint64_t gpa, unsigned size, uint64_t *e)
{
	(void)arg;
	if (gpa + size > sizeof(book))
		return false;
	memcpy(e, (char *)book + gpa, size);
	return true;
}

static void book_set(uint64_t gpa, unsigned size, uint64_t bits)
{
	uint64_t e = 0;

	if (rom[gpa >> 12])
		return;
	memcpy(&e, (char *)book + gpa, size);
	e |= bits;
	memcpy((char *)book + gpa, &e, size);
}

static unsigned size_of(const struct ref_mode *m)
{
	return m->kind != REF_EPT && !m->pae ? 4 : 8;
}

/* One access to the memory of L2. SDM 29.3.3.2 and table 28-7, note 1; APM 15.25.6. */
static bool nested(struct two *t, uint64_t gpa, bool table, struct ref_access a, uint64_t *out)
{
	bool ept = t->l1.kind == REF_EPT, also_read = false;
	struct ref_result r;

	if (!ept)
		a.user = true;
	if (table && (!ept || t->l1.ept_ad || a.write)) {
		a.write = true;
		also_read = ept;
	}
	a.addr = gpa;
	r = ref_walk(&t->l1, book_read, NULL, t->l1_root, t->l1_pdpte, &a);
	if (!r.fault) {
		for (unsigned i = 0; i < r.n; i++)
			book_set(r.entry_gpa[i], size_of(&t->l1), r.sets[i]);
		*out = r.gpa;
		return true;
	}
	t->nested = true;
	t->fault_gpa = gpa;
	t->code = r.code;
	/* An address wider than the tables: nothing is there. */
	if (r.beyond)
		t->code = (uint64_t)a.write << 1 | (ept ? (!a.write && !a.fetch) << 2 : 4);
	if (r.beyond && a.fetch && (ept || t->l1.smep || (t->l1.nx && t->l1.pae)))
		t->code |= 16;
	t->code &= ~(1ull << 32);
	if (ept && t->code == 8)
		return false; /* a misconfiguration */
	t->code |= (also_read ? 4 : 0) | (table ? 1ull << 33 : 1ull << 32);
	return false;
}

static bool l2_read(void *arg, uint64_t gpa, unsigned size, uint64_t *e)
{
	struct two *t = arg;
	uint64_t at;

	return nested(t, gpa, true, (struct ref_access){0}, &at) && book_read(NULL, at, size, e);
}

/* enum cw_l2_result */
static int by_the_book(struct two *t, struct ref_result *r, uint64_t *gpa)
{
	uint64_t at;

	*r = ref_walk(&t->l2, l2_read, t, t->l2_root, t->l2_pdpte, &t->a);
	if (t->nested)
		return CW_L2_NESTED;
	if (r->fault)
		return CW_L2_FAULT;
	if (!nested(t, r->gpa, false, t->a, gpa))
		return CW_L2_NESTED;
	for (unsigned i = 0; i < r->n; i++) {
		if ((r->entry[i] & r->sets[i]) == r->sets[i])
			continue;
		if (!nested(t, r->entry_gpa[i], true, (struct ref_access){.write = true}, &at))
			return CW_L2_NESTED;
		book_set(at, size_of(&t->l2), r->sets[i]);
	}
	return CW_L2_OK;
}

/* --- random tables --- */

static struct cw_guest_regs regs_of(const struct ref_mode *m, uint64_t root)
{
	return (struct cw_guest_regs){
		.cr0 = (m->pg ? CW_CR0_PG : 0) | (m->wp ? CW_CR0_WP : 0),
		.cr4 = (m->pse ? CW_CR4_PSE : 0) | (m->pae ? CW_CR4_PAE : 0) | (m->la57 ? CW_CR4_LA57 : 0) |
		       (m->smep ? CW_CR4_SMEP : 0) | (m->smap ? CW_CR4_SMAP : 0) | (m->pke ? CW_CR4_PKE : 0),
		.efer = (m->lma ? CW_EFER_LMA : 0) | (m->nx ? CW_EFER_NX : 0),
		.root = m->kind == REF_EPT ? root | (m->ept_levels - 1) << 3 | (m->ept_ad ? CW_EPTP_AD : 0) : root,
		.execonly = m->execonly,
	};
}

static void random_paging(struct ref_mode *m, enum ref_kind kind)
{
	*m = (struct ref_mode){.kind = kind, .phys = 40};
	m->pg = kind != REF_VIRT || rnd(12) > 0;
	m->wp = rnd(2);
	m->pse = rnd(2);
	m->pae = rnd(4) > 0;
	m->lma = m->pg && m->pae && rnd(3) > 0;
	m->la57 = rnd(2);
	m->smep = rnd(2);
	m->smap = kind == REF_VIRT && rnd(3) == 0;
	m->pke = kind == REF_VIRT && rnd(2);
	m->nx = rnd(2);
	m->ept_levels = 4 + (unsigned)rnd(2);
	m->ept_ad = rnd(2);
	m->execonly = rnd(2);
}

static void put(uint64_t gpa, unsigned size, uint64_t e)
{
	memcpy((char *)mem + gpa, &e, size);
}

static unsigned levels_of(const struct ref_mode *m)
{
	return m->kind == REF_EPT ? m->ept_levels : m->lma ? (m->la57 ? 5 : 4) : m->pae ? 3 : 2;
}

/* All rights; one time in `odds` something is amiss. */
static uint64_t flags(const struct ref_mode *m, unsigned odds)
{
	bool ept = m->kind == REF_EPT;
	uint64_t e = 7 | (ept ? rnd(4) << 8 : rnd(4) << 5);

	if (!rnd(odds))
		e ^= 1ull << rnd(3);
	if (!rnd(8 * odds) && size_of(m) == 8)
		e |= 1ull << (rnd(2) ? 45 : 63);
	return e;
}

/* Tables of L1 for the pages of L2: a chain, and leaves that lead to any page behind the tables, or to none. */
static void make_l1(struct two *t)
{
	const struct ref_mode *m = &t->l1;
	unsigned size = size_of(m), levels = levels_of(m), page = 1;

	t->l1_root = 0;
	for (unsigned l = levels; l > 1; l--, page++) {
		uint64_t e = (uint64_t)page << 12 | flags(m, 40);

		if (l == 3 && levels == 3)
			t->l1_pdpte[0] = (uint64_t)page << 12 | 1;
		else if (l == 2 && rnd(8) == 0 && (size == 8 || m->pse))
			/* A large page: frames are what they are. */
			put((uint64_t)(page - 1) << 12, size, 0x80 | flags(m, 12));
		else
			put((uint64_t)(page - 1) << 12, size, e);
	}
	for (unsigned i = 0; i < L2_PAGES; i++) {
		uint64_t to = rnd(30) ? L1_TABLES + rnd(MEM_PAGES - L1_TABLES) : MEM_PAGES + rnd(9);
		uint64_t e = to << 12 | flags(m, 12) | (m->kind == REF_EPT ? 6 << 3 : 0);

		put((uint64_t)(page - 1) << 12 | size * i, size, rnd(20) ? e : 0);
	}
}

static const unsigned indices[] = {0, 1, 2, 256, 511};

static uint64_t random_frame(void)
{
	return L1_TABLES + rnd(L2_PAGES + 2 - L1_TABLES);
}

static void make_l2(struct two *t)
{
	const struct ref_mode *m = &t->l2;
	unsigned size = size_of(m);

	for (unsigned page = L1_TABLES; page < MEM_PAGES; page++) {
		for (unsigned i = 0; i < 5; i++) {
			uint64_t e = random_frame() << 12 | flags(m, 12);

			if (rnd(10) == 0)
				e = (e & 0xfff) | 0x80 | (rnd(2) ? 0 : 1ull << 30);
			if (size == 8 && m->pke)
				e |= rnd(16) << 59;
			put((uint64_t)page << 12 | size * indices[i], size, e);
		}
	}
	t->l2_root = random_frame() << 12;
	for (unsigned i = 0; i < 4; i++)
		t->l2_pdpte[i] = random_frame() << 12 | 1;
}

static uint64_t random_addr(const struct ref_mode *m)
{
	unsigned bits = size_of(m) == 4 ? 10 : 9, levels = levels_of(m);
	uint64_t va = rnd(512) * 8;

	if (!m->pg)
		return rnd(L2_PAGES) << 12 | va;
	for (unsigned l = 0; l < levels; l++)
		va |= (uint64_t)(l == 2 && levels == 3 ? rnd(4) : indices[rnd(5)]) << (12 + bits * l);
	if (levels >= 4)
		va = (uint64_t)((int64_t)(va << (52 - 9 * levels)) >> (52 - 9 * levels));
	return va;
}

/* How often something happened, by kind of L1. */
static unsigned long done[2][3], of_tables[2], set_in_l2[2];

static void one(struct two *t, const struct cw_gpt *l1, const struct cw_gpt *l2)
{
	const struct cw_l1_tables tables = {l1, t->l1_root, t->l1_pdpte};
	unsigned ept = t->l1.kind == REF_EPT;
	struct cw_l2_walk w = {.regs = regs_of(&t->l2, t->l2_root)};
	struct ref_result ref;
	uint64_t gpa = 0;
	int r, want;

	t->a = (struct ref_access){.addr = random_addr(&t->l2), .user = rnd(2), .ac = rnd(4) == 0};
	t->a.pkru = (uint32_t)(rnd(4) ? 0 : rnd(1ull << 32));
	t->a.write = rnd(2);
	t->a.fetch = !t->a.write && rnd(4) == 0;
	t->nested = false;
	w.addr = t->a.addr;
	w.pkru = t->a.pkru;
	w.access = (t->a.write ? CW_PFEC_W : 0) | (t->a.user ? CW_PFEC_U : 0) | (t->a.ac ? CW_PFEC_RSVD : 0) |
		   (t->a.fetch ? CW_PFEC_FETCH : 0);
	memcpy(w.pdpte, t->l2_pdpte, sizeof(w.pdpte));
	memcpy(book, mem, sizeof(book));
	want = by_the_book(t, &ref, &gpa);
	r = cw_nested_walk(l2, &tables, &ops, &w);
	CHECK_EQ(r, want);
	if (want == CW_L2_OK) {
		CHECK_EQ(w.gpa, gpa);
		CHECK_EQ(w.l2_gpa, ref.gpa);
		for (unsigned i = 0; i < ref.n; i++)
			set_in_l2[ept] += (ref.entry[i] & ref.sets[i]) != ref.sets[i];
	} else if (want == CW_L2_FAULT) {
		CHECK(ref.beyond || w.error == ref.code);
	} else {
		CHECK_EQ(w.error, t->code);
		CHECK_EQ(w.fault_gpa, t->fault_gpa);
		of_tables[ept] += t->code >> 33 & 1;
	}
	CHECK(!memcmp(mem, book, sizeof(mem)));
	done[ept][want]++;
}

static unsigned rounds = 4000;

static void both_dimensions_by_the_book(void)
{
	for (unsigned i = 0; i < rounds && !check_bad; i++) {
		struct cw_gpt l1 = {.phys_bits = 0}, l2 = {.phys_bits = 0};
		struct cw_guest_regs r1, r2;
		struct two t = {.l1_root = 0};
		uint64_t from = state;

		memset(mem, 0, sizeof(mem));
		random_paging(&t.l1, i % 2 ? REF_EPT : REF_NPT);
		random_paging(&t.l2, REF_VIRT);
		make_l1(&t);
		make_l2(&t);
		for (unsigned p = 0; p < MEM_PAGES; p++)
			rom[p] = rnd(20) == 0;
		r1 = regs_of(&t.l1, t.l1_root);
		r2 = regs_of(&t.l2, t.l2_root);
		cw_gpt_set(&l1, i % 2 ? CW_GUEST_EPT : CW_GUEST_NPT,
			   cw_role_cpu(i % 2 ? CW_GUEST_EPT : CW_GUEST_NPT, &r1, 0), 40);
		cw_gpt_set(&l2, CW_GUEST_VIRT, cw_role_cpu(CW_GUEST_VIRT, &r2, 0), 40);
		for (unsigned k = 0; k < 25 && !check_bad; k++)
			one(&t, &l1, &l2);
		if (check_bad)
			printf("  round %u, state 0x%llx\n", i, (unsigned long long)from);
	}
	for (unsigned e = 0; e < 2; e++) {
		printf("# %s: %lu went through, %lu faults of L2, %lu of L1's tables, %lu of these for tables of L2; "
		       "%lu entries of L2 changed\n",
		       e ? "EPT" : "NPT", done[e][CW_L2_OK], done[e][CW_L2_FAULT], done[e][CW_L2_NESTED], of_tables[e],
		       set_in_l2[e]);
		for (unsigned k = 0; k < 3; k++)
			CHECK(done[e][k] > rounds / 4);
		CHECK(of_tables[e] > rounds / 4 && of_tables[e] < done[e][CW_L2_NESTED] && set_in_l2[e] > rounds / 4);
	}
}

/* --- cases: a VM whose L1 has tables at pages 1 to 4, and maps page n of L2 to n + 16; L2's tables are 0 to 3 --- */

#define L2_VA 0x40201008ull /* entries 0, 1, 1, 1 */

static struct vm vm;
static struct cw_mmu_ops vm_ops;
static struct cw_mmu_ctx ctx;

static uint64_t *l1_leaf(unsigned l2_page)
{
	return &mem[4 * 512 + l2_page];
}

static uint64_t *l2_entry(unsigned level)
{
	return &mem[(16 + 4 - level) * 512 + (L2_VA >> (12 + 9 * (level - 1)) & 511)];
}

static void begin(enum cw_guest_kind kind, bool ad)
{
	const struct cw_mmu_params p = {.address_bits = 48};
	struct cw_shadow_params sp = {.level = 4, .kind = kind};
	struct cw_guest_regs regs = {.root = 1 << 12 | 3 << 3 | (ad ? CW_EPTP_AD : 0)};
	bool ept = kind == CW_GUEST_EPT;

	memset(mem, 0, sizeof(mem));
	memset(rom, 0, sizeof(rom));
	for (unsigned l = 1; l < 4; l++)
		mem[l * 512] = (uint64_t)(l + 1) << 12 | 7;
	for (unsigned i = 0; i < 32; i++)
		*l1_leaf(i) = (uint64_t)(16 + i) << 12 | 7 | (ept ? 6 << 3 : 0);
	for (unsigned level = 4; level > 1; level--)
		*l2_entry(level) = (uint64_t)(5 - level) << 12 | 7;
	*l2_entry(1) = 9ull << 12 | 7;
	if (!ept) {
		sp.flavour = CW_FLAVOUR_X86;
		regs = (struct cw_guest_regs){
			.cr0 = CW_CR0_PG, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA | CW_EFER_NX, .root = 1 << 12};
	}
	vm_ops = rec_ops;
	vm_ops.host_read = mem_read;
	vm_ops.host_write = mem_write;
	vm_ops.host_cmpxchg = mem_cmpxchg;
	vm_init_ops(&vm, &vm_ops, &p, MEM_PAGES);
	CHECK_EQ(vm_slot(&vm, 0, 0, MEM_PAGES, 0, 0), 0);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx, &sp, &regs), 0);
	rec_attach(&vm.rec, &ctx);
}

static void end(void)
{
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static struct cw_l2_walk last;

static int l2(uint64_t access)
{
	last = (struct cw_l2_walk){
		.regs = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA | CW_EFER_NX},
		.addr = L2_VA,
		.access = access};
	return cw_ctx_l2_walk(&ctx, &last);
}

static bool nested_fault(uint64_t access, uint64_t error, uint64_t gpa)
{
	return CHECK_EQ(l2(access), CW_L2_NESTED) && CHECK_EQ(last.error, error) && CHECK_EQ(last.fault_gpa, gpa);
}

#define W_ CW_PFEC_W
#define U_ CW_PFEC_U
#define FETCH_ CW_PFEC_FETCH

/* Error codes of AMD's nested page faults, as the unit tests of hypervisors have them. */
static void npt_codes(void)
{
	begin(CW_GUEST_NPT, true);
	CHECK_EQ(l2(U_ | W_), CW_L2_OK);
	CHECK_EQ(last.l2_gpa, 0x9008);
	CHECK_EQ(last.gpa, 0x19008);
	CHECK_EQ(*l2_entry(1), 9ull << 12 | 0x67);
	CHECK_EQ(*l2_entry(4), 1ull << 12 | 0x27);
	CHECK_EQ(*l1_leaf(9), 25ull << 12 | 0x67);
	/* A supervisor's access is a user's in the nested tables, and reads of L2's tables are writes. */
	*l1_leaf(9) &= ~1ull;
	nested_fault(0, 0x100000004, 0x9008);
	*l1_leaf(9) |= 1;
	*l1_leaf(9) &= ~4ull;
	nested_fault(0, 0x100000005, 0x9008);
	*l1_leaf(9) |= 4;
	*l1_leaf(9) &= ~2ull;
	CHECK_EQ(l2(U_), CW_L2_OK);
	nested_fault(W_, 0x100000007, 0x9008);
	*l1_leaf(9) |= 1ull << 63;
	nested_fault(FETCH_, 0x100000015, 0x9008);
	*l1_leaf(9) &= ~(1ull << 63);
	*l1_leaf(9) |= 1ull << 50; /* reserved */
	nested_fault(0, 0x10000000d, 0x9008);
	*l1_leaf(0) &= ~2ull;
	nested_fault(0, 0x200000007, 0);
	*l1_leaf(0) |= 2;
	*l1_leaf(3) |= 1ull << 50;
	nested_fault(0, 0x20000000f, 0x3000 + 8);
	*l1_leaf(3) = 0;
	nested_fault(0, 0x200000006, 0x3000 + 8);
	end();
}

/* L2's tables behind entries of EPT that allow reading only: whether that does depends on A and D of both. */
static void ept_and_tables_of_l2(void)
{
	for (unsigned ad = 0; ad < 2; ad++) {
		begin(CW_GUEST_EPT, ad);
		CHECK_EQ(l2(U_), CW_L2_OK);
		CHECK_EQ(last.gpa, 0x19008);
		CHECK_EQ(*l1_leaf(3) & 0x300, ad ? 0x300 : 0); /* written, or no such bits */
		CHECK_EQ(*l1_leaf(9) & 0x300, ad ? 0x100 : 0);
		*l1_leaf(3) &= ~2ull;
		if (ad) {
			/* With A/D all accesses to tables are writes. */
			nested_fault(U_, 0x200000007, 0x3008);
		} else {
			/* Without, a write comes only where a bit is to be set. */
			CHECK_EQ(l2(U_), CW_L2_OK);
			nested_fault(U_ | W_, 0x200000007, 0x3008);
			CHECK(!(*l2_entry(1) & 0x40));
			*l2_entry(1) &= ~0x20ull;
			nested_fault(U_, 0x200000007, 0x3008);
		}
		*l1_leaf(3) |= 2;
		CHECK_EQ(l2(U_ | W_), CW_L2_OK);
		CHECK_EQ(*l2_entry(1) & 0x60, 0x60);
		/* The page itself: L2's bits are not set for what does not happen. */
		*l2_entry(1) &= ~0x60ull;
		*l1_leaf(9) &= ~7ull;
		nested_fault(U_, 0x100000004, 0x9008);
		nested_fault(W_, 0x100000002, 0x9008);
		CHECK_EQ(*l2_entry(1) & 0x60, 0);
		*l1_leaf(9) |= 1;
		CHECK_EQ(l2(U_), CW_L2_OK);
		nested_fault(W_, 0x100000003, 0x9008);
		nested_fault(FETCH_, 0x100000011, 0x9008);
		/* W without R says nothing of the access. */
		*l1_leaf(9) ^= 3;
		nested_fault(W_, 8, 0x9008);
		*l1_leaf(0) ^= 1;
		nested_fault(W_, 8, 0);
		end();
	}
}

/* L2's tables change between walk and exchange, for ever or once. */
static unsigned races;

static int racing_cmpxchg(void *priv, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size)
{
	if (races) {
		races--;
		*old ^= 1ull << 60;
		return 1;
	}
	return mem_cmpxchg(priv, gpa, old, new, size);
}

static int broken_cmpxchg(void *priv, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size)
{
	(void)priv;
	(void)gpa;
	(void)old;
	(void)new;
	(void)size;
	return -EIO;
}

static void what_else_may_come(void)
{
	const struct cw_guest_regs l1 = {.root = 1 << 12 | 3 << 3};

	begin(CW_GUEST_EPT, false);
	vm_ops.host_cmpxchg = racing_cmpxchg;
	races = 1;
	CHECK_EQ(l2(U_ | W_), CW_L2_OK);
	CHECK_EQ(*l2_entry(1) & 0x60, 0x60);
	*l2_entry(1) &= ~0x60ull;
	races = 1000;
	CHECK_EQ(l2(U_ | W_), -EAGAIN);
	vm_ops.host_cmpxchg = broken_cmpxchg;
	CHECK_EQ(l2(U_ | W_), -EIO);
	vm_ops.host_cmpxchg = mem_cmpxchg;
	/* Rights of L2 are L2's; a table that is in no memory is no table. */
	*l2_entry(1) &= ~2ull;
	CHECK_EQ(l2(U_ | W_), CW_L2_FAULT);
	CHECK_EQ(last.error, 7);
	CHECK_EQ(last.fault_level, 1);
	*l1_leaf(3) += 1ull << 40;
	CHECK_EQ(l2(U_), CW_L2_FAULT);
	CHECK_EQ(last.error, 4);
	*l1_leaf(3) -= 1ull << 40;
	/* ROLE-12, ROLE-15: the mode of L2 is that of the registers, whatever was computed before. */
	last.regs.cr0 = 1;
	last.regs.efer = 0;
	last.addr = 0x9123;
	CHECK_EQ(cw_ctx_l2_walk(&ctx, &last), CW_L2_OK);
	CHECK_EQ(last.gpa, 0x19123);
	CHECK_EQ(l2(U_), CW_L2_OK);
	cw_ctx_forget_roles(&ctx);
	CHECK(!ctx.shadow->l2.role.ext.valid);
	CHECK_EQ(cw_ctx_load(&ctx, &l1, false) < 0, false);
	CHECK_EQ(l2(U_), CW_L2_OK);
	CHECK_EQ(last.gpa, 0x19008);
	/* No such mode, no such context. */
	last.regs.efer = CW_EFER_LMA;
	last.regs.cr4 = 0;
	CHECK_EQ(cw_ctx_l2_walk(&ctx, &last), -EINVAL);
	last.regs.efer = 0;
	CHECK_EQ(cw_ctx_l2_walk(&vm.ctx, &last), -EINVAL);
	end();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		state = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15 | 1;
	if (argc > 2)
		rounds = (unsigned)strtoul(argv[2], NULL, 0);
	RUN(both_dimensions_by_the_book, "T-RL-08 T-RL-09");
	RUN(npt_codes, "T-RL-09");
	RUN(ept_and_tables_of_l2, "T-RL-08");
	RUN(what_else_may_come, "ROLE-12 ROLE-15 P50");
	return CHECK_DONE("mmu_nested");
}
