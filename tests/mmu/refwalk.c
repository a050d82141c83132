/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "refwalk.h"

#include <string.h>

enum paging { P32, PPAE, P4, P5, PEPT };

struct state {
	const struct ref_mode *m;
	const struct ref_access *a;
	ref_read read;
	void *arg;
	enum paging paging;
	bool r, w, u, x; /* so far */
	struct ref_result res;
};

static enum paging paging_of(const struct ref_mode *m)
{
	if (m->kind == REF_EPT)
		return PEPT;
	if (m->lma)
		return m->la57 ? P5 : P4;
	return m->pae ? PPAE : P32;
}

static bool between(unsigned bit, unsigned low, unsigned high)
{
	return bit >= low && bit <= high;
}

bool ref_reserved(const struct ref_mode *m, unsigned level, bool ps, unsigned bit)
{
	enum paging p = paging_of(m);
	unsigned m36 = m->phys < 40 ? m->phys : 40;

	if (p == P32) {
		/* Table 4-4: 21:(M-19) of a 4 MiB page, the bits of an address wider than M included. */
		return level == 2 && ps && m->pse && between(bit, m36 - 19, 21);
	}
	if (between(bit, m->phys, 51))
		return true;
	if (p == PEPT) {
		/* Tables 29-1 to 29-6. */
		if (level >= 4)
			return between(bit, 3, 7);
		if (level == 1)
			return false;
		if (!ps)
			return between(bit, 3, 6);
		return between(bit, 12, level == 2 ? 20 : 29);
	}
	if (bit == 63)
		return !m->nx;
	/* Tables 4-9 to 4-11: PAE has no ignored bits above the address. */
	if (p == PPAE && between(bit, 52, 62))
		return true;
	if (level == 1)
		return false;
	/* Tables 4-14 to 4-18. */
	if (level >= 4)
		return bit == 7;
	return ps && between(bit, 13, level == 2 ? 20 : 29);
}

static bool any_reserved(const struct state *s, uint64_t entry, unsigned level)
{
	for (unsigned bit = 0; bit < 64; bit++)
		if ((entry >> bit & 1) && ref_reserved(s->m, level, entry >> 7 & 1, bit))
			return true;
	return false;
}

static void fault(struct state *s, bool present, bool rsvd, bool pk)
{
	const struct ref_mode *m = s->m;

	s->res.fault = true;
	if (s->paging == PEPT && rsvd) {
		s->res.code = 1 << 3;
		return;
	}
	s->res.code = (uint64_t)present | (uint64_t)s->a->write << 1 | (uint64_t)rsvd << 3 | (uint64_t)pk << 5;
	if (s->paging == PEPT) {
		s->res.code |= (uint64_t)(!s->a->write && !s->a->fetch) << 2 | (uint64_t)s->a->fetch << 4;
		return;
	}
	s->res.code |= (uint64_t)s->a->user << 2;
	/* 4.7: the I/D flag is set if SMEP is on, or NXE with PAE. */
	if (s->a->fetch && (m->smep || (m->nx && m->pae)))
		s->res.code |= 1 << 4;
	if (m->kind == REF_NPT)
		s->res.code |= 1ull << 32;
}

/* 29.3.3.1 */
static bool ept_misconfig(const struct state *s, uint64_t e, bool leaf)
{
	bool r = e & 1, w = e & 2, x = e & 4;
	unsigned type = (unsigned)(e >> 3) & 7;

	if (w && !r)
		return true;
	if (x && !r && !s->m->execonly)
		return true;
	return leaf && type != 0 && type != 1 && type != 4 && type != 5 && type != 6;
}

/* 4.6.1 and 4.6.2: may this access use a page with the rights of the path? */
static void check(struct state *s, uint64_t leaf)
{
	const struct ref_mode *m = s->m;
	const struct ref_access *a = s->a;
	bool ok;

	if (s->paging == PEPT) {
		ok = a->write ? s->w : a->fetch ? s->x : s->r;
	} else if (a->user) {
		ok = s->u && (a->write ? s->w : a->fetch ? s->x : true);
	} else if (a->fetch) {
		ok = s->x && !(s->u && m->smep);
	} else if (s->u && m->smap && !a->ac) {
		ok = false;
	} else {
		ok = !a->write || s->w || !m->wp;
	}
	if (!ok) {
		fault(s, true, false, false);
		return;
	}
	if (s->paging != PEPT && m->pke && m->lma && m->kind == REF_VIRT && s->u && !a->fetch) {
		unsigned key = (unsigned)(leaf >> 59) & 15;
		bool ad = a->pkru >> (2 * key) & 1, wd = a->pkru >> (2 * key + 1) & 1;

		if (ad || (a->write && wd && (a->user || m->wp)))
			fault(s, true, false, true);
	}
}

static void step(struct state *s, uint64_t table, unsigned level)
{
	bool four = s->paging == P32;
	unsigned size = four ? 4 : 8, shift = 12 + (four ? 10 : 9) * (level - 1);
	uint64_t at = table + size * ((s->a->addr >> shift) % (four ? 1024 : 512)), e = 0;
	bool leaf, present, has_ad = s->paging != PEPT || s->m->ept_ad;
	uint64_t abit = s->paging == PEPT ? 1 << 8 : 1 << 5, dbit = s->paging == PEPT ? 1 << 9 : 1 << 6;

	if (!s->read(s->arg, at, size, &e)) {
		fault(s, false, false, false);
		return;
	}
	present = s->paging == PEPT ? e & 7 : e & 1;
	if (!present) {
		fault(s, false, false, false);
		return;
	}
	leaf = level == 1 || ((e >> 7 & 1) && level <= 3 && (!four || s->m->pse));
	if (any_reserved(s, e, level) || (s->paging == PEPT && ept_misconfig(s, e, leaf))) {
		fault(s, true, true, false);
		return;
	}
	s->res.entry_gpa[s->res.n] = at;
	s->res.entry[s->res.n] = e;
	s->res.sets[s->res.n] = has_ad ? abit : 0;
	s->res.n++;
	s->w &= e >> 1 & 1;
	if (s->paging == PEPT) {
		s->r &= e & 1;
		s->x &= e >> 2 & 1;
	} else {
		s->u &= e >> 2 & 1;
		s->x &= four || !(e >> 63);
	}
	if (!leaf) {
		step(s, e & (four ? 0xfffff000u : 0xffffffffff000ull), level - 1);
		return;
	}
	s->res.page_bits = shift;
	s->res.dirty = !has_ad || (e & dbit);
	if (s->a->write && has_ad)
		s->res.sets[s->res.n - 1] |= dbit;
	s->res.gpa = s->a->addr & ((1ull << shift) - 1);
	if (four && level == 2)
		s->res.gpa |= (e & 0xffc00000u) | (e >> 13 & 0xff) << 32;
	else
		s->res.gpa |= e & (four ? 0xfffff000u : 0xffffffffff000ull) & ~((1ull << shift) - 1);
	check(s, e);
}

struct ref_result ref_walk(const struct ref_mode *m, ref_read read, void *arg, uint64_t root, const uint64_t *pdpte,
			   const struct ref_access *a)
{
	struct state s = {.m = m, .a = a, .read = read, .arg = arg, .r = true, .w = true, .u = true, .x = true};
	unsigned levels, bits;

	s.paging = paging_of(m);
	if (m->kind == REF_VIRT && !m->pg) {
		s.res.fault = s.res.beyond = a->addr >> 32;
		s.res.gpa = a->addr;
		s.res.dirty = true;
		s.res.page_bits = 32;
		return s.res;
	}
	levels = s.paging == P32 ? 2 : s.paging == PPAE ? 3 : s.paging == P4 ? 4 : s.paging == P5 ? 5 : m->ept_levels;
	bits = levels < 4 ? 32 : 12 + 9 * levels;
	if (m->kind == REF_VIRT && levels >= 4) {
		uint64_t top = a->addr >> (bits - 1);

		if (top && top != ~0ull >> (bits - 1)) {
			s.res.fault = s.res.beyond = true;
			return s.res;
		}
	} else if (a->addr >> bits) {
		s.res.fault = s.res.beyond = true;
		return s.res;
	}
	if (s.paging == PPAE) {
		uint64_t e = pdpte[a->addr >> 30];

		if (e & 1)
			step(&s, e & 0xffffffffff000ull, 2);
		else
			fault(&s, false, false, false);
		return s.res;
	}
	step(&s, root & (s.paging == P32 ? 0xfffff000u : 0xffffffffff000ull), levels);
	return s.res;
}
