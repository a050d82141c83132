/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Guest memory that keeps every value its words ever had, and the oracle that asks of them what a shadow context may
 * translate (world_shadow.c, which alone includes this).
 */
#ifndef CW_TEST_HISTORY_H
#define CW_TEST_HISTORY_H

#include "../../lib/mmu/shadow.h"
#include "refwalk.h"
#include "vm.h"

#define GUEST_PAGES 512u /* gfns 0 ..; the first are tables */
#define TABLES 24u
#define NCTX 3u
#define NVA 40u
#define HIST 48u

struct word {
	unsigned nr;
	uint64_t time[HIST], value[HIST];
};

/* A context and what it was last told. */
struct sctx {
	struct cw_mmu_ctx ctx;
	struct ref_mode mode;
	struct cw_shadow_params params;
	struct cw_guest_regs regs;
	uint64_t pdpte[4];
	uint64_t all;	    /* time of the last invalidation of everything */
	uint64_t page[NVA]; /* the same for one address */
	bool live;
};

static struct vm vm;
static uint64_t mem[GUEST_PAGES * 512]; /* by hva */
static struct word hist[TABLES * 512];	/* of table pages */
static struct sctx sctx[NCTX];
static uint64_t now, va[NVA], checked_leaves, checked_w, checked_mmio;
static bool have_data = true; /* the slot of the data pages */

/* --- guest memory with a memory --- */

static void record(uint64_t w)
{
	struct word *h = &hist[w];

	if (w >= TABLES * 512 || (h->nr && h->value[h->nr - 1] == mem[w]))
		return;
	if (h->nr == HIST) {
		/* Only what is older than every invalidation may be forgotten: the caller sees to that. */
		memmove(h->time, h->time + 1, (HIST - 1) * sizeof(h->time[0]));
		memmove(h->value, h->value + 1, (HIST - 1) * sizeof(h->value[0]));
		h->nr--;
	}
	h->time[h->nr] = ++now;
	h->value[h->nr++] = mem[w];
}

static int host_ok(uint64_t hva, size_t len)
{
	return hva + len > sizeof(mem) ? -EFAULT : 0;
}

static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	if (host_ok(hva, len))
		return -EFAULT;
	memcpy(buf, (char *)mem + hva, len);
	return 0;
}

static int host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	(void)priv;
	if (host_ok(hva, len))
		return -EFAULT;
	memcpy((char *)mem + hva, buf, len);
	for (uint64_t w = hva / 8; w <= (hva + len - 1) / 8; w++)
		record(w);
	return 0;
}

static int host_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	uint64_t v = 0;

	memcpy(&v, (char *)mem + hva, size);
	if (v != *old) {
		*old = v;
		return 1;
	}
	return host_write(priv, hva, &new, size);
}

static void poke(unsigned page, unsigned size, unsigned index, uint64_t v)
{
	host_write(NULL, ((uint64_t)page << 12) + size * index, &v, size);
}

/* --- the oracle --- */

/* One choice among the values that each word read on the way had since `since`. */
struct choice {
	uint64_t since;
	unsigned nr, digit[8], radix[8];
	uint64_t gpa[8]; /* what was read */
};

static bool choose(void *arg, uint64_t gpa, unsigned size, uint64_t *e)
{
	struct choice *c = arg;
	struct word *h;
	unsigned first, unique = 0, n = c->nr++;
	uint64_t seen[HIST];

	c->radix[n] = 1;
	c->gpa[n] = gpa;

	if (gpa / 8 >= TABLES * 512) {
		if (gpa + size > sizeof(mem))
			return false;
		/* Data is not written in this test: it is all zeros, no entry. */
		memcpy(e, (char *)mem + gpa, size);
		return true;
	}
	h = &hist[gpa / 8];
	for (first = h->nr; first > 1 && h->time[first - 1] > c->since; first--)
		;
	first = first ? first - 1 : 0;
	/* Each value once, the newest first. */
	for (unsigned k = h->nr; k > first; k--) {
		uint64_t v = size == 8 ? h->value[k - 1] : (uint32_t)(h->value[k - 1] >> (gpa & 4) * 8);
		unsigned l;

		for (l = 0; l < unique && seen[l] != v; l++)
			;
		if (l == unique)
			seen[unique++] = v;
	}
	c->radix[n] = unique ? unique : 1;
	*e = unique ? seen[c->digit[n]] : 0;
	return true;
}

static uint64_t bus_of(uint64_t gpa)
{
	uint64_t gfn = gpa >> 12;

	if (gfn >= GUEST_PAGES || (gfn >= TABLES && !have_data))
		return 0;
	return vm.rec.host_bus[gfn];
}

/* The tables have led to this bus address, or to this guest-physical one where no memory is (bus 0). */
static bool possible(const struct sctx *s, uint64_t addr, uint64_t since, bool write, uint64_t bus, uint64_t gpa)
{
	struct choice c = {.since = since};
	struct ref_access a = {.addr = addr, .write = write, .user = !s->params.supervisor};

	for (;;) {
		struct ref_result r;
		unsigned i;

		c.nr = 0;
		r = ref_walk(&s->mode, choose, &c, s->regs.root & ~0xfffull, s->pdpte, &a);
		if (!r.fault && bus_of(r.gpa) == bus && (bus || r.gpa == gpa) && (!write || r.dirty))
			return true;
		/* The last read changes first: what is read after a choice depends on it. */
		for (i = c.nr; i && ++c.digit[i - 1] == c.radix[i - 1]; i--)
			c.digit[i - 1] = 0;
		if (!i)
			return false;
	}
}

static bool canonical(const struct sctx *s, uint64_t addr)
{
	struct ref_access a = {.addr = addr};
	struct choice c = {.since = now};

	return !ref_walk(&s->mode, choose, &c, 0, s->pdpte, &a).beyond;
}

static uint64_t since_of(const struct sctx *s, unsigned i)
{
	return s->page[i] > s->all ? s->page[i] : s->all;
}

/* SPTE-4, of an entry of the slots as they are: what the host answers by it. */
static bool check_mmio(const struct sctx *s, unsigned i, uint64_t e)
{
	bool x86 = s->params.flavour == CW_FLAVOUR_X86;
	uint64_t gen = (e >> 3 & 0xff) | (e >> 52 & 0x7ff) << 8, gpa = e & REC_ADDR;

	if (x86 ? (e & (1ull << 51 | 1)) != (1ull << 51 | 1) : (e & (1ull << 63 | 7)) != 6)
		return true;
	if (gen != vm.rec.mmio_gen[0])
		return true;
	checked_mmio++;
	gpa &= x86 ? ~(1ull << 51) : ~0ull;
	if (CHECK(possible(s, va[i] & ~0xfffull, since_of(s, i), x86 && (e & REC_W), 0, gpa)))
		return true;
	printf("  I10, MMIO: ctx %u va %" PRIx64 " entry %" PRIx64 "\n", (unsigned)(s - sctx), va[i], e);
	return false;
}

static bool check_va(struct sctx *s, unsigned i)
{
	uint64_t since = since_of(s, i), addr = va[i] & ~0xfffull, bus, e;
	unsigned level;

	if (!canonical(s, addr))
		return true;
	e = rec_walk(&vm.rec, &s->ctx, addr >> 12, &level);
	if (!(e & REC_PRESENT))
		return check_mmio(s, i, e);
	bus = (e & REC_ADDR) + (addr & ((1ull << (12 + 9 * (level - 1))) - 1) & ~0xfffull);
	checked_leaves++;
	if (!CHECK(possible(s, addr, since, false, bus, 0))) {
		printf("  I10: ctx %u va %" PRIx64 " entry %" PRIx64 " level %u\n", (unsigned)(s - sctx), addr, e,
		       level);
		return false;
	}
	if (!(e & REC_W))
		return true;
	checked_w++;
	if (!CHECK(possible(s, addr, since, true, bus, 0))) {
		printf("  I10, W: ctx %u va %" PRIx64 " entry %" PRIx64 "\n", (unsigned)(s - sctx), addr, e);
		return false;
	}
	return true;
}

static bool check_all(void)
{
	for (unsigned c = 0; c < NCTX; c++)
		for (unsigned i = 0; sctx[c].live && i < NVA; i++)
			if (!check_va(&sctx[c], i))
				return false;
	return true;
}

#endif
