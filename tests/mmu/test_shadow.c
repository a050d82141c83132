/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts under random operations, against the guest's tables as they were (I10): every value that a word of
 * guest memory ever had is kept with its time, and a translation that the engine could use must be what a processor by
 * the book (refwalk.c) makes of some values since the last invalidation that covers it, as the slots now are.
 * Arguments: seed, operations.
 */
#include "../../lib/mmu/shadow.h"
#include "random_gpte.h"
#include "refwalk.h"
#include "vm.h"

#include <stdlib.h>

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

static unsigned nr_ops = 1000;
static unsigned kinds[NCTX] = {CW_GUEST_VIRT, CW_GUEST_VIRT, CW_GUEST_VIRT};
static struct vm vm;
static struct cw_mmu_worker other;
static struct cw_mmu_ops ops;
static uint64_t mem[GUEST_PAGES * 512]; /* by hva */
static struct word *hist;		/* of table pages */
static struct sctx sctx[NCTX];
static uint64_t now, seed, ops_done, va[NVA], checked_leaves, checked_w, guest_faults, fixed;
static bool four_byte;	      /* most guests of a run have tables of this kind */
static bool have_data = true; /* the slot of the data pages */

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

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
};

static bool choose(void *arg, uint64_t gpa, unsigned size, uint64_t *e)
{
	struct choice *c = arg;
	struct word *h;
	unsigned first, unique = 0, n = c->nr++;
	uint64_t seen[HIST];

	c->radix[n] = 1;

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

static bool possible(const struct sctx *s, uint64_t addr, uint64_t since, bool write, uint64_t bus)
{
	struct choice c = {.since = since};
	struct ref_access a = {.addr = addr, .write = write, .user = !s->params.supervisor};

	for (;;) {
		struct ref_result r;
		unsigned i;

		c.nr = 0;
		r = ref_walk(&s->mode, choose, &c, s->regs.root & ~0xfffull, s->pdpte, &a);
		if (!r.fault && bus_of(r.gpa) == bus && (!write || r.dirty))
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

static bool check_va(struct sctx *s, unsigned i)
{
	uint64_t since = s->page[i] > s->all ? s->page[i] : s->all, addr = va[i] & ~0xfffull, bus, e;
	unsigned level;

	if (!canonical(s, addr))
		return true;
	e = rec_walk(&vm.rec, &s->ctx, addr >> 12, &level);
	if (!(e & REC_PRESENT))
		return true;
	bus = (e & REC_ADDR) + (addr & ((1ull << (12 + 9 * (level - 1))) - 1) & ~0xfffull);
	checked_leaves++;
	if (!CHECK(possible(s, addr, since, false, bus))) {
		printf("  I10: ctx %u va %" PRIx64 " entry %" PRIx64 " level %u\n", (unsigned)(s - sctx), addr, e,
		       level);
		return false;
	}
	if (!(e & REC_W))
		return true;
	checked_w++;
	if (!CHECK(possible(s, addr, since, true, bus))) {
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

/* --- operations --- */

static void random_mode(struct sctx *s)
{
	struct ref_mode *m = &s->mode;

	*m = (struct ref_mode){.kind = s->params.kind == CW_GUEST_EPT ? REF_EPT :
				       s->params.kind == CW_GUEST_NPT ? REF_NPT :
									REF_VIRT,
			       .phys = 48};
	m->pg = m->kind != REF_VIRT || rnd() % 12 > 0;
	m->wp = rnd() & 1;
	m->pse = rnd() & 1;
	m->pae = (rnd() % 12 > 0) != four_byte;
	m->lma = m->pg && m->pae && rnd() % 4 > 0;
	m->la57 = rnd() % 3 == 0;
	m->smep = rnd() & 1;
	m->smap = rnd() & 1;
	m->nx = rnd() & 1;
	m->ept_levels = 4 + rnd() % 2;
	m->ept_ad = rnd() & 1;
	s->regs = (struct cw_guest_regs){
		.cr0 = (m->pg ? CW_CR0_PG : 0) | (m->wp ? CW_CR0_WP : 0),
		.cr4 = (m->pse ? CW_CR4_PSE : 0) | (m->pae ? CW_CR4_PAE : 0) | (m->la57 ? CW_CR4_LA57 : 0) |
		       (m->smep ? CW_CR4_SMEP : 0) | (m->smap ? CW_CR4_SMAP : 0),
		.efer = (m->lma ? CW_EFER_LMA : 0) | (m->nx ? CW_EFER_NX : 0),
		.root = (1 + rnd() % 4) << 12,
	};
	if (m->kind == REF_EPT)
		s->regs.root |= (m->ept_levels - 1) << 3 | (m->ept_ad ? CW_EPTP_AD : 0);
	/* PDPTEs that a processor loads. */
	for (unsigned i = 0; i < 4 && m->kind != REF_EPT && m->pg && m->pae && !m->lma; i++)
		poke(s->regs.root >> 12 & 0xff, 8, i, (rnd() % TABLES) << 12 | (rnd() % 4 > 0));
}

/* A guest loads PDPTEs that its processor takes: what the core refuses, no processor loads. */
static bool load(struct sctx *s, bool keep)
{
	struct cw_guest_regs regs = s->regs;
	struct ref_mode mode = s->mode;
	uint64_t before = now, table = s->ctx.root_table;
	unsigned level = s->ctx.level;
	int r;

	rec_detach(&vm.rec, &s->ctx);
	if (!keep || rnd() % 2)
		random_mode(s);
	else
		s->regs.root = (s->regs.root & 0xfff) | (1 + rnd() % 4) << 12;
	r = cw_ctx_load(&s->ctx, &s->regs, keep);
	if (r == -EINVAL || r == -EFAULT) {
		s->regs = regs;
		s->mode = mode;
		rec_attach(&vm.rec, &s->ctx);
		CHECK(s->ctx.root_table == table && s->ctx.level == level);
		return true;
	}
	CHECK(r == 0 || r == 1);
	CHECK_EQ(r, s->ctx.root_table != table || s->ctx.level != level);
	rec_attach(&vm.rec, &s->ctx);
	memcpy(s->pdpte, s->ctx.shadow->pdpte, sizeof(s->pdpte));
	if (!keep) {
		s->all = before;
		memset(s->page, 0, sizeof(s->page));
	}
	return true;
}

static void attach(struct sctx *s, unsigned kind)
{
	int r = -1;

	memset(s, 0, sizeof(*s));
	s->params = (struct cw_shadow_params){.level = 4 + rnd() % 2, .kind = kind, .supervisor = rnd() & 1};
	if (kind != CW_GUEST_VIRT)
		s->params.supervisor = false;
	s->params.flavour = CW_FLAVOUR_EPT;
	if (kind == CW_GUEST_NPT || (kind == CW_GUEST_VIRT && rnd() % 2))
		s->params.flavour = CW_FLAVOUR_X86;
	while (r < 0) {
		random_mode(s);
		r = cw_shadow_ctx_create(&vm.mmu, &s->ctx, &s->params, &s->regs);
	}
	s->all = now;
	memcpy(s->pdpte, s->ctx.shadow->pdpte, sizeof(s->pdpte));
	rec_attach(&vm.rec, &s->ctx);
	s->live = true;
}

static void detach(struct sctx *s)
{
	rec_detach(&vm.rec, &s->ctx);
	s->live = false;
	cw_mmu_ctx_destroy(&s->ctx);
}

static void write_gpte(void)
{
	const struct sctx *s = &sctx[rnd() % NCTX];
	unsigned size = s->mode.kind != REF_EPT && !s->mode.pae ? 4 : 8;
	unsigned page = rnd() % TABLES, index = random_index(rnd, size);

	uint64_t e = 0;

	memcpy(&e, (char *)mem + ((uint64_t)page << 12) + size * index, size);
	/* Mostly another page, else other rights or bits of the same. */
	e = rnd() % 3 ? random_gpte(rnd, size, s->mode.kind == REF_EPT, TABLES, GUEST_PAGES) :
			e ^ 1ull << (1 + rnd() % (size == 8 ? 9 : 6));
	poke(page, size, index, e);
	if (rnd() % 3 == 0)
		CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, ((uint64_t)page << 12) + size * index, rnd() % 8 ? size : 3),
			 0);
}

/* While a fault is under way the guest changes its tables and invalidates: what the fault has walked is void then. */
static bool disturbed;
static bool in_flush;

static void disturb(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	struct sctx *s = &sctx[rnd() % NCTX];
	uint64_t before;

	(void)r;
	(void)slot;
	(void)gfn;
	if (in_flush || rnd() % 4 || !s->live)
		return;
	disturbed = true;
	for (unsigned i = 0; i < 8; i++)
		write_gpte();
	if (rnd() % 3 == 0) {
		load(s, rnd() & 1);
		return;
	}
	before = now;
	if (!cw_mmu_ctx_invalidate(&s->ctx, 0, 0))
		s->all = before;
}

static void fault(void)
{
	struct sctx *s = &sctx[rnd() % NCTX];
	uint64_t addr = va[rnd() % NVA];
	bool write = rnd() & 1;
	struct ref_access a = {.addr = addr, .write = write, .user = !s->params.supervisor};
	struct choice c = {.since = now};
	struct ref_result ref;
	int r = CW_PF_RETRY;

	disturbed = false;
	ref = ref_walk(&s->mode, choose, &c, s->regs.root & ~0xfffull, s->pdpte, &a);
	for (unsigned i = 0; i < 12 && r == CW_PF_RETRY; i++) {
		struct cw_fault f = {.ctx = &s->ctx, .gpa = addr, .write = write};

		r = cw_mmu_fault(&vm.worker, &f);
		if (disturbed)
			return;
		if (r == CW_PF_GUEST) {
			guest_faults++;
			CHECK(ref.fault && !ref.beyond);
			CHECK_EQ(f.guest_error, ref.code);
		} else if (r == CW_PF_FIXED || r == CW_PF_SPURIOUS) {
			unsigned level;
			uint64_t e = rec_walk(&vm.rec, &s->ctx, addr >> 12, &level);

			fixed++;
			CHECK(e & REC_PRESENT);
			CHECK(!write || (e & REC_W));
			if (r == CW_PF_FIXED)
				CHECK(!ref.fault && f.guest_gpa == ref.gpa);
		} else if (r == CW_PF_EMULATE) {
			CHECK(!ref.fault && !bus_of(ref.gpa));
		} else if (r == CW_PF_WRITE_PROTECTED) {
			CHECK(write && !ref.fault && ref.gpa >> 12 < TABLES);
		} else if (r == -EFAULT) {
			CHECK(ref.beyond);
		} else {
			CHECK_EQ(r, CW_PF_RETRY);
		}
	}
	CHECK(r != CW_PF_RETRY);
}

/* Faults of other threads, while a FLUSH is waited for: what was taken away may not come back as another page (P31). */
static void meanwhile(struct recorder *r)
{
	(void)r;
	if (in_flush || rnd() % 2)
		return;
	in_flush = true;
	for (unsigned i = 0; i < 6; i++) {
		struct sctx *s = &sctx[rnd() % NCTX];
		struct cw_fault f = {.ctx = &s->ctx, .gpa = va[rnd() % NVA], .write = rnd() & 1};

		if (s->live)
			cw_mmu_fault(&other, &f);
	}
	in_flush = false;
}

static void invalidate(void)
{
	struct sctx *s = &sctx[rnd() % NCTX];
	unsigned i = rnd() % NVA;
	uint64_t before = now;

	if (rnd() % 2) {
		CHECK_EQ(cw_mmu_ctx_invalidate(&s->ctx, 0, 0), 0);
		s->all = before;
		return;
	}
	CHECK_EQ(cw_mmu_ctx_invalidate(&s->ctx, va[i] & ~0xfffull, 1), 0);
	for (unsigned j = 0; j < NVA; j++)
		if (va[j] >> 12 == va[i] >> 12)
			s->page[j] = before;
}

static void direct(void)
{
	uint64_t gfn = rnd() % GUEST_PAGES;
	int r = vm_fault(&vm, gfn, rnd() & 1);

	CHECK(r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_RETRY || r == CW_PF_EMULATE ||
	      r == CW_PF_WRITE_PROTECTED);
}

static void slots(void)
{
	have_data = !have_data;
	CHECK_EQ(vm_slot(&vm, 1, TABLES, have_data ? GUEST_PAGES - TABLES : 0, TABLES, 0), 0);
}

/* Histories may forget only what is older than all invalidations. */
static void refresh(void)
{
	for (unsigned c = 0; c < NCTX; c++) {
		uint64_t before = now;

		CHECK_EQ(cw_mmu_ctx_invalidate(&sctx[c].ctx, 0, 0), 0);
		sctx[c].all = before;
	}
}

static unsigned last_what;

static void one(void)
{
	unsigned what = rnd() % 100;

	last_what = what;
	if (++ops_done % 16 == 0)
		refresh();
	if (what < 25)
		write_gpte();
	else if (what < 75)
		fault();
	else if (what < 84)
		invalidate();
	else if (what < 90)
		load(&sctx[rnd() % NCTX], rnd() & 1);
	else if (what < 94)
		direct();
	else if (what < 96)
		slots();
	else if (what < 97)
		CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	else if (what < 98)
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, rnd() % GUEST_PAGES, rnd() % 64), 0);
	else if (what < 99) {
		struct sctx *s = &sctx[rnd() % NCTX];
		unsigned kind = s->params.kind;

		detach(s);
		attach(s, kind);
	} else {
		uint64_t start = (rnd() % GUEST_PAGES) << 12;

		CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, start, start + (4 << 12), true), 0);
		cw_mmu_invalidate_end(&vm.mmu, start, start + (4 << 12));
	}
}

static void begin(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	ops = rec_ops;
	ops.host_read = host_read;
	ops.host_write = host_write;
	ops.host_cmpxchg = host_cmpxchg;
	memset(mem, 0, sizeof(mem));
	memset(hist, 0, sizeof(*hist) * TABLES * 512);
	now = 0;
	have_data = true;
	rec_init(&vm.rec, &vm.mmu, GUEST_PAGES);
	for (unsigned i = 0; i < GUEST_PAGES; i++)
		vm.rec.host_level[i] = rnd() % 2 + 1;
	CHECK_EQ(cw_mmu_init(&vm.mmu, &ops, &vm.rec, &p), 0);
	CHECK_EQ(cw_mmu_worker_init(&vm.worker, &vm.mmu), 0);
	CHECK_EQ(cw_mmu_worker_init(&other, &vm.mmu), 0);
	alloc_fail(0);
	alloc_watch(&vm.rec);
	vm.rec.resolve_hook = disturb;
	vm.rec.identity = true;
	vm.rec.flush_hook = meanwhile;
	vm_attach(&vm, &vm.ctx, 4, 0, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 0, 0, TABLES, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, TABLES, GUEST_PAGES - TABLES, TABLES, 0), 0);
	/* Addresses whose indices are those that tables use, in halves, quarters and parts of 4-byte tables. */
	for (unsigned i = 0; i < NVA; i++) {
		va[i] = 0;
		for (unsigned l = 0; l < 5; l++)
			va[i] |= (uint64_t)(rnd() % 3 ? rnd() % 3 : random_index(rnd, 8)) << (12 + 9 * l);
		if (i % 2)
			va[i] &= 0xffffffff;
		else if (i % 4 == 0)
			va[i] = (uint64_t)((int64_t)(va[i] << 16) >> 16);
		va[i] |= rnd() & 0xff8;
	}
	for (unsigned page = 0; page < TABLES; page++) {
		for (unsigned i = 0; i < 40; i++) {
			unsigned size = four_byte ? 4 : 8;

			poke(page, size, random_index(rnd, size),
			     random_gpte(rnd, size, kinds[0] == CW_GUEST_EPT, TABLES, GUEST_PAGES));
		}
	}
}

static void run(uint64_t from)
{
	seed = from * 0x9e3779b97f4a7c15ull + 1;
	four_byte = kinds[0] != CW_GUEST_EPT && from % 3 == 0;
	begin();
	for (unsigned c = 0; c < NCTX; c++)
		attach(&sctx[c], kinds[c]);
	for (unsigned i = 0; i < nr_ops; i++) {
		one();
		vm_check(&vm);
		check_all();
		if (check_bad) {
			printf("  seed %" PRIu64 ", operation %u (%u)\n", from, i, last_what);
			return;
		}
	}
	for (unsigned c = 0; c < NCTX; c++)
		detach(&sctx[c]);
	cw_mmu_worker_destroy(&other);
	vm_destroy(&vm);
}

static uint64_t first_seed = 1;

static void translations_are_of_guest_tables(void)
{
	for (uint64_t s = first_seed; s < first_seed + 4 && !check_bad; s++)
		run(s);
}

static void translations_of_nested_guests(void)
{
	kinds[0] = kinds[1] = kinds[2] = CW_GUEST_EPT;
	run(first_seed + 100);
	kinds[0] = kinds[1] = CW_GUEST_NPT;
	kinds[2] = CW_GUEST_VIRT;
	if (!check_bad)
		run(first_seed + 200);
}

/* --- every allocation and every operation fails once --- */

static void nth_fails(unsigned n, bool allocation)
{
	struct sctx *s = &sctx[0];
	unsigned failing = 0;

	seed = 7;
	four_byte = false;
	begin();
	vm.rec.resolve_hook = NULL;
	vm.rec.flush_hook = NULL;
	for (unsigned c = 0; c < NCTX; c++)
		attach(&sctx[c], CW_GUEST_VIRT);
	detach(s);
	seed = 77 + n % 5;
	if (allocation)
		alloc_fail(n);
	else
		vm.rec.fail_any = n;
	memset(s, 0, sizeof(*s));
	s->params = (struct cw_shadow_params){.level = 5, .kind = CW_GUEST_VIRT, .flavour = CW_FLAVOUR_EPT};
	do {
		random_mode(s);
	} while (cw_shadow_ctx_create(&vm.mmu, &s->ctx, &s->params, &s->regs) && ++failing < 50);
	s->all = now;
	memcpy(s->pdpte, s->ctx.shadow->pdpte, sizeof(s->pdpte));
	rec_attach(&vm.rec, &s->ctx);
	s->live = true;
	for (unsigned round = 0; round < 3; round++) {
		uint64_t before = now;
		int r;

		for (unsigned i = 0; i < NVA; i++) {
			struct cw_fault f = {.ctx = &sctx[i % NCTX].ctx, .gpa = va[i], .write = i & 1};

			cw_mmu_fault(&vm.worker, &f);
			vm_check(&vm);
		}
		poke(1 + round, 8, round % 3, random_gpte(rnd, 8, false, TABLES, GUEST_PAGES));
		cw_mmu_guest_write(&vm.mmu, 0, (uint64_t)(1 + round) << 12, 8);
		before = now;
		if (!cw_mmu_ctx_invalidate(&s->ctx, 0, 0))
			s->all = before;
		check_all();
		rec_detach(&vm.rec, &s->ctx);
		do {
			before = now;
			random_mode(s);
			r = cw_ctx_load(&s->ctx, &s->regs, false);
		} while (r < 0);
		rec_attach(&vm.rec, &s->ctx);
		s->all = before;
		memcpy(s->pdpte, s->ctx.shadow->pdpte, sizeof(s->pdpte));
		vm_check(&vm);
		check_all();
	}
	alloc_fail(0);
	vm.rec.fail_any = 0;
	for (unsigned c = 0; c < NCTX; c++)
		detach(&sctx[c]);
	cw_mmu_worker_destroy(&other);
	vm_destroy(&vm);
}

static void any_failure_leaves_all_consistent(void)
{
	kinds[0] = kinds[1] = kinds[2] = CW_GUEST_VIRT;
	for (unsigned n = 1; n < 120 && !check_bad; n += 1) {
		nth_fails(n, true);
		nth_fails(n, false);
		if (check_bad)
			printf("  n %u\n", n);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		nr_ops = (unsigned)strtoul(argv[2], NULL, 0);
	hist = calloc(TABLES * 512, sizeof(*hist));
	RUN(translations_are_of_guest_tables, "I10 P31 ROLE-6 ROLE-9 ROLE-20 ZAP-5 ZAP-12");
	RUN(translations_of_nested_guests, "I10 ROLE-4 ROLE-5");
	RUN(any_failure_leaves_all_consistent, "I9 I10 MS-16");
	printf("%" PRIu64 " leaves compared, %" PRIu64 " of them writable; %" PRIu64 " faults repaired, %" PRIu64
	       " left to the guest\n",
	       checked_leaves, checked_w, fixed, guest_faults);
	CHECK(checked_leaves && checked_w && guest_faults);
	free(hist);
	return CHECK_DONE("mmu_shadow");
}
