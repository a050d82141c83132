/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "gpt.h"

#define BIT(n) (1ull << (n))
#define BITS(hi, lo) ((~0ull >> (63 - (hi))) & (~0ull << (lo)))

#define GPTE_P BIT(0)
#define GPTE_W BIT(1)
#define GPTE_U BIT(2)
#define GPTE_A BIT(5)
#define GPTE_D BIT(6)
#define GPTE_PS BIT(7)
#define GPTE_NX BIT(63)
#define EPT_RWX 7u
#define EPT_A BIT(8)
#define EPT_D BIT(9)
#define ADDR_MASK BITS(51, 12)

#define WALK_TRIES 16u
#define KEY_VALID BIT(31)

static bool is_ept(const struct cw_gpt *g)
{
	return g->kind == CW_GUEST_EPT;
}

static bool is_32(const struct cw_gpt *g)
{
	return g->role.base.groot == CW_GROOT_32;
}

/* --- mode --- */

/* Rights that are missing for an access, as a predicate over one combination of both. */
static bool lacks(const struct cw_gpt *g, uint64_t access, unsigned acc)
{
	bool write = access & CW_PFEC_W, user = access & CW_PFEC_U, fetch = access & CW_PFEC_FETCH;
	bool page_u = acc & CW_ACC_U;

	if (fetch && !(acc & CW_ACC_X))
		return true;
	if (user && !page_u)
		return true;
	if (is_ept(g))
		return write && !(acc & CW_ACC_W);
	if (write && !(acc & CW_ACC_W) && (user || g->role.base.cr0_wp))
		return true;
	if (user || !page_u)
		return false;
	if (fetch)
		return g->role.ext.cr4_smep;
	return g->role.ext.cr4_smap && !(access & CW_PFEC_RSVD);
}

static void make_perm(struct cw_gpt *g)
{
	for (unsigned i = 0; i < 16; i++) {
		g->perm[i] = 0;
		for (unsigned acc = 0; acc < 8; acc++)
			g->perm[i] |= (uint8_t)(lacks(g, (uint64_t)i << 1, acc) << acc);
	}
}

/* Protection keys guard data of user pages; supervisor writes obey WD only with CR0.WP. */
static void make_pkey(struct cw_gpt *g)
{
	for (unsigned i = 0; i < 16; i++) {
		uint64_t access = (uint64_t)i << 1;
		bool wd = (access & CW_PFEC_W) && ((access & CW_PFEC_U) || g->role.base.cr0_wp);

		g->pkey[i] = 0;
		if (g->role.ext.cr4_pke && !(access & CW_PFEC_FETCH))
			g->pkey[i] = (uint8_t)(1 | wd << 1);
	}
}

static void make_rsvd_ept(struct cw_gpt *g, uint64_t high)
{
	for (unsigned level = 1; level <= CW_LEVEL_MAX; level++) {
		g->rsvd[0][level] = high | (level == 1 ? 0 : level <= 3 ? BITS(6, 3) : BITS(7, 3));
		g->rsvd[1][level] = level == 1 ? high :
				    level <= 3 ? high | BITS(12 + 9 * (level - 1) - 1, 12) :
						 high | BITS(7, 3);
	}
}

static void make_rsvd_32(struct cw_gpt *g)
{
	unsigned m = g->phys_bits < 40 ? g->phys_bits : 40;

	for (unsigned level = 1; level <= CW_LEVEL_MAX; level++)
		g->rsvd[0][level] = g->rsvd[1][level] = 0;
	/* PSE-36: bits 39:32 of a large page stand in 20:13. */
	if (g->role.ext.cr4_pse)
		g->rsvd[1][2] = BITS(21, m - 19);
}

static void make_rsvd(struct cw_gpt *g)
{
	uint64_t high = g->phys_bits < 52 ? BITS(51, g->phys_bits) : 0;

	if (is_32(g)) {
		make_rsvd_32(g);
		return;
	}
	if (is_ept(g)) {
		make_rsvd_ept(g, high);
		return;
	}
	if (!g->role.base.efer_nx)
		high |= GPTE_NX;
	if (g->role.base.level == 3)
		high |= BITS(62, 52);
	for (unsigned level = 1; level <= CW_LEVEL_MAX; level++) {
		g->rsvd[0][level] = high;
		g->rsvd[1][level] = level == 1 ? high :
				    level <= 3 ? high | BITS(12 + 9 * (level - 1) - 1, 13) :
						 high | GPTE_PS;
	}
}

unsigned cw_gpt_set(struct cw_gpt *g, enum cw_guest_kind kind, union cw_cpu_role role, unsigned phys_bits)
{
	uint32_t wp = role.base.cr0_wp, ept = kind == CW_GUEST_EPT;
	uint32_t perm = KEY_VALID | wp | ept << 1 | (uint32_t)role.ext.cr4_smep << 2 | (uint32_t)role.ext.cr4_smap << 3;
	uint32_t pkey = KEY_VALID | wp | (uint32_t)role.ext.cr4_pke << 1;
	uint64_t rsvd = KEY_VALID | role.base.level | (uint64_t)role.base.groot << 3 | (uint64_t)ept << 5 |
			(uint64_t)role.base.efer_nx << 6 | (uint64_t)role.ext.cr4_pse << 7 | (uint64_t)phys_bits << 8;
	unsigned made = 0;

	g->kind = kind;
	g->role = role;
	g->phys_bits = phys_bits;
	if (g->perm_key != perm) {
		g->perm_key = perm;
		make_perm(g);
		made |= CW_GPT_PERM;
	}
	if (g->pkey_key != pkey) {
		g->pkey_key = pkey;
		make_pkey(g);
		made |= CW_GPT_PKEY;
	}
	if (g->rsvd_key != rsvd) {
		g->rsvd_key = rsvd;
		make_rsvd(g);
		made |= CW_GPT_RSVD;
	}
	return made;
}

/* Guest-physical addresses of an L2 guest are zero-extended, those of programs sign-extended. */
static bool is_signed(const struct cw_gpt *g)
{
	return g->kind == CW_GUEST_VIRT && g->role.base.level >= 4;
}

unsigned cw_gpt_addr_bits(const struct cw_gpt *g)
{
	return g->role.base.level < 4 ? 32 : 12 + 9 * g->role.base.level;
}

bool cw_gpt_canonical(const struct cw_gpt *g, uint64_t addr)
{
	unsigned bits = cw_gpt_addr_bits(g);

	if (is_signed(g))
		return (uint64_t)((int64_t)(addr << (64 - bits)) >> (64 - bits)) == addr;
	return !(addr >> bits);
}

/* --- one entry --- */

static bool ept_misconfigured(const struct cw_gpt *g, uint64_t gpte, bool leaf)
{
	unsigned rwx = gpte & EPT_RWX, type = gpte >> 3 & 7;

	if ((rwx & 2) && !(rwx & 1))
		return true;
	if (rwx == 4 && !g->role.ext.execonly)
		return true;
	return leaf && (type == 2 || type == 3 || type == 7);
}

void cw_gpt_decode(const struct cw_gpt *g, uint64_t gpte, unsigned level, struct cw_gpte *out)
{
	bool ps = gpte & GPTE_PS;

	*out = (struct cw_gpte){.leaf = level == 1 || (ps && level <= 3)};
	out->gfn = (gpte & ADDR_MASK) >> 12;
	if (is_32(g)) {
		out->leaf = level == 1 || (ps && g->role.ext.cr4_pse);
		out->gfn = (gpte & BITS(31, 12)) >> 12;
		if (out->leaf && level == 2)
			out->gfn = (gpte & BITS(31, 22)) >> 12 | (gpte & BITS(20, 13)) << 7;
	} else if (out->leaf) {
		out->gfn &= ~(cw_level_pages(level) - 1);
	}
	if (is_ept(g)) {
		out->present = gpte & EPT_RWX;
		out->access = (gpte & 4 ? CW_ACC_X : 0) | (gpte & 2 ? CW_ACC_W : 0) | (gpte & 1 ? CW_ACC_U : 0);
		out->accessed = gpte & EPT_A;
		out->dirty = gpte & EPT_D;
	} else {
		out->present = gpte & GPTE_P;
		out->access = (!is_32(g) && (gpte & GPTE_NX) ? 0 : CW_ACC_X) | (gpte & GPTE_W ? CW_ACC_W : 0) |
			      (gpte & GPTE_U ? CW_ACC_U : 0);
		out->accessed = gpte & GPTE_A;
		out->dirty = gpte & GPTE_D;
		out->pkey = gpte >> 59 & 15;
	}
	out->bad = out->present &&
		   ((gpte & g->rsvd[ps][level]) || (is_ept(g) && ept_misconfigured(g, gpte, out->leaf)));
}

uint64_t cw_gpt_forbidden(const struct cw_gpt *g, unsigned acc, uint64_t access, uint32_t pkru, unsigned pkey)
{
	unsigned i = (access & (CW_PFEC_W | CW_PFEC_U | CW_PFEC_RSVD | CW_PFEC_FETCH)) >> 1;

	if (g->perm[i] >> acc & 1)
		return CW_PFEC_P;
	if ((acc & CW_ACC_U) && (pkru >> 2 * pkey & g->pkey[i]))
		return CW_PFEC_P | CW_PFEC_PK;
	return 0;
}

/* --- the walk --- */

/* What the guest's hardware would report. found: P, RSVD, PK. */
static int fail(const struct cw_gpt *g, struct cw_gpt_walk *w, unsigned level, uint64_t found)
{
	w->fault_level = level;
	w->error = found | (w->access & (CW_PFEC_W | CW_PFEC_U));
	if (is_ept(g)) {
		/* A misconfiguration says nothing of the access. */
		w->error = found & CW_PFEC_RSVD ? CW_PFEC_RSVD : w->error | (w->access & CW_PFEC_FETCH);
		return 1;
	}
	if ((g->role.base.efer_nx && !is_32(g)) || g->role.ext.cr4_smep)
		w->error |= w->access & CW_PFEC_FETCH;
	if (g->kind == CW_GUEST_NPT)
		w->error |= CW_PFEC_FINAL;
	return 1;
}

static int set_bits(const struct cw_gpt_mem *mem, struct cw_gpt_walk *w, unsigned level, uint64_t bits, unsigned size)
{
	uint64_t old = w->gpte[level];
	int r;

	if ((old & bits) == bits)
		return 0;
	r = mem->cmpxchg(mem->priv, w->gpte_gpa[level], &old, old | bits, size);
	if (r == -EROFS)
		return 0; /* in read-only memory the bits stay as they are */
	if (!r)
		w->gpte[level] |= bits;
	return r;
}

/* A of all entries that were used, D of the leaf of a write. 1: an entry changed meanwhile. */
static int set_accessed_dirty(const struct cw_gpt *g, const struct cw_gpt_mem *mem, struct cw_gpt_walk *w, unsigned top)
{
	uint64_t a = is_ept(g) ? EPT_A : GPTE_A, d = is_ept(g) ? EPT_D : GPTE_D;
	int r = 0;

	for (unsigned level = top; level >= w->level && !r; level--) {
		bool dirty = level == w->level && (w->access & CW_PFEC_W);

		r = set_bits(mem, w, level, dirty ? a | d : a, cw_gpt_entry_size(g));
	}
	/* Clean and only read: the first write must come here again. */
	if (!r && !(w->access & CW_PFEC_W) && !(w->gpte[w->level] & d))
		w->acc[w->level] &= ~CW_ACC_W;
	return r;
}

/* 0, 1 (fault) or an error; 2: again. */
static int walk_once(const struct cw_gpt *g, const struct cw_gpt_mem *mem, struct cw_gpt_walk *w)
{
	unsigned size = cw_gpt_entry_size(g), bits = size == 4 ? 10 : 9, level = g->role.base.level, top = level;
	uint64_t table = w->root & (is_32(g) ? BITS(31, 12) : ADDR_MASK), forbidden;
	unsigned acc = CW_ACC_ALL;
	struct cw_gpte e;
	int r;

	if (level == 3) {
		unsigned i = w->addr >> 30 & 3;

		/* Registers: no rights, no A. */
		if (!(w->pdpte[i] & GPTE_P))
			return fail(g, w, level, 0);
		w->gpte[3] = w->pdpte[i];
		w->gpte_gpa[3] = 0;
		w->acc[3] = acc;
		table = w->pdpte[i] & ADDR_MASK;
		top = level = 2;
	}
	for (;; level--) {
		uint64_t gpte = 0;

		w->gpte_gpa[level] = table + size * (w->addr >> (12 + bits * (level - 1)) & (BIT(bits) - 1));
		r = mem->read(mem->priv, w->gpte_gpa[level], &gpte, size);
		if (r)
			return r == -EFAULT ? fail(g, w, level, 0) : r;
		w->gpte[level] = gpte;
		cw_gpt_decode(g, gpte, level, &e);
		if (!e.present)
			return fail(g, w, level, 0);
		if (e.bad)
			return fail(g, w, level, CW_PFEC_P | CW_PFEC_RSVD);
		acc &= e.access;
		w->acc[level] = acc;
		if (e.leaf)
			break;
		table = e.gfn << 12;
	}
	w->level = level;
	w->gfn = e.gfn + (w->addr >> 12 & (BIT(bits * (level - 1)) - 1));
	forbidden = cw_gpt_forbidden(g, acc, w->access, w->pkru, e.pkey);
	if (forbidden)
		return fail(g, w, level, forbidden);
	r = mem->page ? mem->page(mem->priv, w) : 0;
	if (r)
		return r;
	if (!cw_gpt_has_ad(g))
		return 0;
	r = set_accessed_dirty(g, mem, w, top);
	return r == 1 ? 2 : r;
}

int cw_gpt_walk(const struct cw_gpt *g, const struct cw_gpt_mem *mem, struct cw_gpt_walk *w)
{
	int r = 2;

	if (!cw_gpt_canonical(g, w->addr))
		return fail(g, w, 0, 0);
	if (!g->role.base.level) {
		w->level = 0;
		w->gfn = w->addr >> 12;
		w->acc[0] = CW_ACC_ALL;
		return mem->page ? mem->page(mem->priv, w) : 0;
	}
	for (unsigned i = 0; i < WALK_TRIES && r == 2; i++)
		r = walk_once(g, mem, w);
	return r == 2 ? -EAGAIN : r;
}
