/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts under random operations, against the guest's tables as they were (I10): every value that a word of
 * guest memory ever had is kept with its time, and a translation that the engine could use must be what a processor by
 * the book (refwalk.c) makes of some values since the last invalidation that covers it, as the slots now are.
 */
#include <stdlib.h>

#include "history.h"
#include "random_gpte.h"
#include "stream.h"

static unsigned options;
static unsigned kinds[NCTX] = {CW_GUEST_VIRT, CW_GUEST_VIRT, CW_GUEST_VIRT};
static struct cw_mmu_ops ops;
static struct cw_mmu_worker other;
static uint64_t ops_done, no_memory, yields, guest_faults, fixed;
static bool four_byte; /* most guests of a run have tables of this kind */

static uint64_t rnd(void)
{
	return stream_rnd(4096);
}

/* An allocation was made to fail: nothing was done. */
static bool out_of_memory(int r)
{
	if (r != -ENOMEM || !(options & STREAM_ALLOC_FAILS))
		return false;
	no_memory++;
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
	bool again = false;
	int r;

	rec_detach(&vm.rec, &s->ctx);
	if (!keep || rnd() % 2)
		random_mode(s);
	else
		s->regs.root = (s->regs.root & 0xfff) | (1 + rnd() % 4) << 12;
	r = cw_ctx_load(&s->ctx, &s->regs, keep);
	while (out_of_memory(r)) {
		again = true;
		r = cw_ctx_load(&s->ctx, &s->regs, keep);
	}
	if (r == -EINVAL || r == -EFAULT) {
		s->regs = regs;
		s->mode = mode;
		rec_attach(&vm.rec, &s->ctx);
		CHECK(s->ctx.root_table == table && s->ctx.level == level);
		return true;
	}
	CHECK(r == 0 || r == 1);
	if (!again)
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

/* The guest's CPU writes an entry, and now and then that is trapped. */
static void write_entry(uint64_t gpa, unsigned size, uint64_t e)
{
	poke((unsigned)(gpa >> 12), size, (unsigned)(gpa & 0xfff) / size, e);
	if (rnd() % 3 == 0)
		CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, gpa, rnd() % 8 ? size : 3), 0);
}

static unsigned entry_size(const struct sctx *s)
{
	return s->mode.kind != REF_EPT && !s->mode.pae ? 4 : 8;
}

/* Some entry, mostly another page, else other rights or bits of the same. */
static void write_gpte(void)
{
	const struct sctx *s = &sctx[rnd() % NCTX];
	unsigned size = entry_size(s);
	uint64_t e = 0, gpa = (rnd() % TABLES) << 12 | size * random_index(rnd, size);

	memcpy(&e, (char *)mem + gpa, size);
	e = rnd() % 3 ? random_gpte(rnd, size, s->mode.kind == REF_EPT, TABLES, GUEST_PAGES) :
			e ^ 1ull << (1 + rnd() % (size == 8 ? 9 : 6));
	write_entry(gpa, size, e);
}

static struct ref_result walk(const struct sctx *s, uint64_t addr, struct choice *c)
{
	struct ref_access a = {.addr = addr, .user = !s->params.supervisor};

	*c = (struct choice){.since = now};
	return ref_walk(&s->mode, choose, c, s->regs.root & ~0xfffull, s->pdpte, &a);
}

/* One bit of an entry that an address in use goes through: rights, A, D or presence. */
static void change_gpte(void)
{
	static const unsigned virt[] = {0, 1, 1, 2, 5, 6, 6, 12}, ept[] = {0, 1, 1, 2, 8, 9, 9, 12};
	const struct sctx *s = &sctx[rnd() % NCTX];
	unsigned size = entry_size(s), bit = (s->mode.kind == REF_EPT ? ept : virt)[rnd() % 8];
	struct choice c;
	uint64_t e = 0, gpa;

	walk(s, va[rnd() % NVA], &c);
	if (!c.nr)
		return;
	gpa = c.gpa[rnd() % 2 ? c.nr - 1 : rnd() % c.nr];
	if (gpa >= TABLES << 12)
		return;
	memcpy(&e, (char *)mem + gpa, size);
	write_entry(gpa, size, e ^ 1ull << bit);
}

/* What was mapped last is used soon. */
static unsigned mapped_ctx, mapped_va;

/* The guest maps an address, from the top down. */
static void map_va(void)
{
	const struct sctx *s = &sctx[mapped_ctx = (unsigned)(rnd() % NCTX)];
	unsigned size = entry_size(s);
	uint64_t addr = va[mapped_va = (unsigned)(rnd() % NVA)];
	struct choice c;

	for (unsigned i = 0; i < 6; i++) {
		if (!walk(s, addr, &c).fault || !c.nr || c.gpa[c.nr - 1] >= TABLES << 12)
			return;
		write_entry(c.gpa[c.nr - 1], size,
			    random_gpte(rnd, size, s->mode.kind == REF_EPT, TABLES, GUEST_PAGES));
	}
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

/* At a yield point: one context's all, whatever the core is about to do. */
static void invalidate_now(struct recorder *r)
{
	struct sctx *s = &sctx[rnd() % NCTX];
	static bool inside;
	uint64_t before = now;

	(void)r;
	if (inside || in_flush || !s->live)
		return;
	inside = disturbed = true;
	if (!cw_mmu_ctx_invalidate(&s->ctx, 0, 0))
		s->all = before;
	yields++;
	inside = false;
}

static void fault(void)
{
	bool again = rnd() & 1, write = rnd() & 1;
	struct sctx *s = &sctx[again ? mapped_ctx : rnd() % NCTX];
	unsigned at = again ? mapped_va : (unsigned)(rnd() % NVA);
	uint64_t addr = va[at];
	struct ref_access a = {.addr = addr, .write = write, .user = !s->params.supervisor};
	struct choice c = {.since = now};
	struct ref_result ref;
	int r = CW_PF_RETRY;

	disturbed = false;
	ref = ref_walk(&s->mode, choose, &c, s->regs.root & ~0xfffull, s->pdpte, &a);
	for (unsigned i = 0; i < 12 && r == CW_PF_RETRY; i++) {
		struct cw_fault f = {.ctx = &s->ctx, .gpa = addr, .write = write};

		r = cw_mmu_fault(&vm.worker, &f);
		if (disturbed || out_of_memory(r))
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
			CHECK(!bus_of(f.guest_gpa) && possible(s, addr, since_of(s, at), write, 0, f.guest_gpa));
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
	uint64_t recycled;

	(void)r;
	if (in_flush || rnd() % 2)
		return;
	in_flush = true;
	recycled = vm.mmu.stats.mmu_recycled;
	for (unsigned i = 0; i < 6; i++) {
		struct sctx *s = &sctx[rnd() % NCTX];
		struct cw_fault f = {.ctx = &s->ctx, .gpa = va[rnd() % NVA], .write = rnd() & 1};
		int ret = s->live ? cw_mmu_fault(&other, &f) : CW_PF_SPURIOUS;

		disturbed |= vm.mmu.page_limit && (ret == CW_PF_FIXED || ret == CW_PF_RETRY);
	}
	/*
	 * With a page budget the fault that waits may have made its entry before; they may have taken it: by the
	 * budget, for a table in their way, or because they have begun to track one of the guest.
	 */
	disturbed |= vm.mmu.stats.mmu_recycled != recycled;
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

	CHECK(out_of_memory(r) || r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_RETRY || r == CW_PF_EMULATE ||
	      r == CW_PF_WRITE_PROTECTED);
}

static void slots(void)
{
	int r = vm_slot(&vm, 1, TABLES, have_data ? 0 : GUEST_PAGES - TABLES, TABLES, 0);

	if (out_of_memory(r))
		return;
	CHECK_EQ(r, 0);
	have_data = !have_data;
}

/* The next allocations, of tables or of the host's own. */
static void memory_is_short(void)
{
	if (!(options & STREAM_ALLOC_FAILS))
		return;
	if (rnd() & 1)
		alloc_fail(1 + (unsigned)(rnd() % 12));
	else
		rec_fail(&vm.rec, REC_TABLE_ALLOC, 1 + (unsigned)(rnd() % 4), -ENOMEM);
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

static void one(void)
{
	unsigned what = rnd() % 100;

	if (++ops_done % 16 == 0)
		refresh();
	if (what < 8)
		write_gpte();
	else if (what < 18)
		change_gpte();
	else if (what < 25)
		map_va();
	else if (what < 73)
		fault();
	else if (what < 75)
		memory_is_short();
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

/* An embedder that forgets something. */
static int drop_root(void *priv, unsigned domain, uint64_t root_table, bool leaf_only)
{
	return rec_drop_invalidate(priv, domain, root_table, 0, leaf_only);
}

static void begin(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	ops = rec_ops;
	ops.resolve_atomic = rec_resolve_atomic;
	ops.host_read = host_read;
	ops.host_write = host_write;
	ops.host_cmpxchg = host_cmpxchg;
	memset(mem, 0, sizeof(mem));
	for (unsigned w = 0; w < TABLES * 512; w++)
		hist[w].nr = 0;
	now = 0;
	have_data = true;
	vm_init_ops(&vm, &ops, &p, GUEST_PAGES);
	for (unsigned i = 0; i < GUEST_PAGES; i++)
		vm.rec.host_level[i] = rnd() % 2 + 1;
	CHECK_EQ(cw_mmu_worker_init(&other, &vm.mmu), 0);
	vm.rec.resolve_hook = disturb;
	vm.rec.identity = true;
	vm.rec.flush_hook = meanwhile;
	vm.rec.yield_hook = options & STREAM_YIELDS ? invalidate_now : NULL;
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

static void begin_stream(unsigned opts, unsigned variant)
{
	static const unsigned of[4][NCTX] = {
		{CW_GUEST_VIRT, CW_GUEST_VIRT, CW_GUEST_VIRT},
		{CW_GUEST_VIRT, CW_GUEST_VIRT, CW_GUEST_VIRT},
		{CW_GUEST_EPT, CW_GUEST_EPT, CW_GUEST_EPT},
		{CW_GUEST_NPT, CW_GUEST_NPT, CW_GUEST_VIRT},
	};

	options = opts;
	check_bad = 0;
	mapped_ctx = mapped_va = 0;
	ops_done = no_memory = yields = checked_leaves = checked_w = checked_mmio = guest_faults = fixed = 0;
	memcpy(kinds, of[variant % 4], sizeof(kinds));
	four_byte = kinds[0] != CW_GUEST_EPT && variant % 3 == 0;
	begin();
	/* Four roots for each context and one more stay; the rest has to make do (ZAP-4). */
	vm.mmu.page_limit = variant / 4 % 4 == 3 ? 4 * NCTX + 1 + 7 : 0;
	for (unsigned c = 0; c < NCTX; c++)
		attach(&sctx[c], kinds[c]);
}

static void step(void)
{
	if (options & STREAM_BROKEN) {
		ops.invalidate = rec_drop_invalidate;
		ops.invalidate_root = drop_root;
	}
	one();
	vm_check(&vm);
	check_all();
}

static void end(unsigned expect)
{
	ops.invalidate = rec_ops.invalidate;
	ops.invalidate_root = rec_ops.invalidate_root;
	alloc_fail(0);
	vm.rec.fail_at[REC_TABLE_ALLOC] = 0;
	vm.rec.yield_hook = NULL;
	vm.rec.resolve_hook = NULL;
	vm.rec.flush_hook = NULL;
	if (!check_bad)
		check_all();
	if (expect) {
		printf("# %" PRIu64 " leaves compared, %" PRIu64 " of them writable, %" PRIu64 " of no memory; %" PRIu64
		       " faults repaired, %" PRIu64 " left to the guest; %" PRIu64 " times without memory, %" PRIu64
		       " yields, %" PRIu64 " recycled\n",
		       checked_leaves, checked_w, checked_mmio, fixed, guest_faults, no_memory, yields,
		       vm.mmu.stats.mmu_recycled);
		CHECK(!vm.mmu.page_limit || vm.mmu.stats.mmu_recycled);
		CHECK(checked_mmio && vm.mmu.stats.mmio_exits);
		CHECK(checked_leaves > expect / 8 && checked_w && guest_faults && fixed > expect / 100);
		CHECK(!(options & STREAM_ALLOC_FAILS) || no_memory);
		CHECK(!(options & STREAM_YIELDS) || yields);
	}
	for (unsigned c = 0; c < NCTX; c++)
		detach(&sctx[c]);
	cw_mmu_worker_destroy(&other);
	vm_destroy(&vm);
}

static unsigned bad(void)
{
	return check_bad;
}

const struct world shadow_world = {"shadow", 1, begin_stream, step, end, bad};
