/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Random operations against an independent model: arrays of slots and of host pages. After each operation every
 * translation of every context is compared, through the recorder's table memory, with what the model says. Other
 * operations are done at yield points and between the two looks of a fault.
 */
#include "stream.h"
#include "vm.h"

#define NSLOT 8u
#define NHOST 96u      /* host pages of small slots */
#define BIG_HOST 1024u /* first host page of big slots: four blocks of 2 MiB, each a large page or pieces */
#define BIG_BLOCKS 4u
#define BIG_PAGES 512u
#define NCTX 4u

static const uint64_t bases[] = {0, 0x1f0, 0x3fff0, 0x7fffff0, 0x123456780};
#define NBASE (sizeof(bases) / sizeof(bases[0]))
#define SPAN 40u
static const uint64_t big_bases[] = {0x10000, 0x3fe00};
#define BIG_MAX (2 * BIG_PAGES)

struct model_slot {
	bool used, busy;
	uint64_t gfn, n, hpage;
	uint32_t flags;
	uint64_t marks[BIG_MAX / 64];
	uint64_t failed_at; /* flushes that had failed when it began to log */
};

static struct vm vm;
static struct cw_mmu_worker worker2; /* for what happens inside a fault */
static struct model_slot slot[2][NSLOT];
static struct cw_mmu_ctx ctx[NCTX];
static bool attached[NCTX], logging[2];
static const struct cw_mmu_ctx_params ctx_params[NCTX] = {
	{.level = 4},
	{.level = 5},
	{.level = 4, .flavour = CW_FLAVOUR_X86},
	{.level = 4, .as_id = 1, .ad_disabled = true},
};
static uint64_t next_bus = 0x200000000;
static unsigned options;
static unsigned long op_nr, large_seen, no_memory;
static unsigned faults_running, in_progress; /* faults within faults, invalidations */

#include "model_slots.h"

static uint64_t rnd(uint64_t n)
{
	return stream_rnd(n);
}

/* An allocation was made to fail: nothing was done. */
static bool out_of_memory(int64_t r)
{
	if (r != -ENOMEM || !(options & STREAM_ALLOC_FAILS))
		return false;
	no_memory++;
	return true;
}

static uint64_t random_gfn(void)
{
	return bases[rnd(NBASE)] + rnd(SPAN);
}

static bool logs(unsigned as_id, const struct model_slot *s)
{
	return logging[as_id] && (s->flags & CW_MEM_LOG_DIRTY);
}

/* Mostly one that a slot has. */
static uint64_t random_target(unsigned as_id)
{
	const struct model_slot *s = &slot[as_id][rnd(NSLOT)];

	if (!s->used || !rnd(4))
		return random_gfn();
	/* Few pages of a big slot, so that they are met again. */
	return s->gfn + (s->n > SPAN && rnd(8) ? rnd(4) * (s->n / 4) + rnd(2) : rnd(s->n));
}

static bool entry_allows(uint64_t e, bool write)
{
	return (e & REC_PRESENT) && (e & 1) && (!write || (e & REC_W));
}

static int do_fault(struct cw_fault *f)
{
	int r;

	faults_running++;
	r = cw_mmu_fault(faults_running > 1 ? &worker2 : &vm.worker, f);
	faults_running--;
	return r;
}

/* --- checks --- */

static void check_translation(const struct cw_mmu_ctx *c, uint64_t gfn)
{
	const struct model_slot *s = model_find(c->as_id, gfn);
	unsigned level;
	uint64_t e = rec_walk(&vm.rec, c, gfn, &level);

	if (e & REC_PRESENT) {
		uint64_t page;

		if (!CHECK(s && !(s->flags & CW_MEM_ALLONES)))
			return;
		page = s->hpage + gfn - s->gfn;
		CHECK(level == 1 || (level == 2 && vm.rec.host_level[page] == 2));
		large_seen += level == 2;
		CHECK_EQ((e & REC_ADDR) + (level == 2 ? gfn % BIG_PAGES << 12 : 0), vm.rec.host_bus[page]);
		CHECK(!(e & REC_W) || (!(s->flags & CW_MEM_READONLY) && !vm.rec.host_ro[page]));
		return;
	}
	if (e == REC_NONPRESENT)
		return;
	/* MMIO: the gfn is right, and if the number is current there is no slot. */
	CHECK_EQ(level, 1);
	if (c->flavour == CW_FLAVOUR_X86)
		CHECK_EQ(e & 0x000ffffffffff807, 0x0008000000000007 | gfn << 12);
	else
		CHECK_EQ(e & 0x800ffffffffff807, 6 | gfn << 12);
	if (((e >> 3 & 0xff) | (e >> 52 & 0x7ff) << 8) == vm.rec.mmio_gen[c->as_id])
		CHECK(!s);
}

static void check_everything(void)
{
	for (unsigned i = 0; i < NCTX; i++)
		for (unsigned b = 0; attached[i] && b < NBASE; b++)
			for (uint64_t g = 0; g < SPAN; g++)
				check_translation(&ctx[i], bases[b] + g);
	for (unsigned i = 0; i < NCTX; i++)
		for (unsigned j = 0; attached[i] && j < NSLOT; j++) {
			const struct model_slot *s = &slot[ctx[i].as_id][j];

			for (uint64_t g = rnd(40); s->used && s->n > SPAN && g < s->n; g += 37)
				check_translation(&ctx[i], s->gfn + g);
		}
	vm_check(&vm);
}

/* --- operations --- */

static void op_fault(void)
{
	unsigned i = (unsigned)rnd(NCTX), resolves = vm.rec.count[REC_RESOLVE];
	struct cw_mmu_ctx *c = &ctx[i];
	uint64_t gfn = random_target(c->as_id), before, after;
	bool write = rnd(2), nested = false;
	struct model_slot *s;
	unsigned level, level_before;
	int r;

	if (!attached[i])
		return;
	s = model_find(c->as_id, gfn);
	before = rec_walk(&vm.rec, c, gfn, &level_before);
	{
		struct cw_fault f = {.ctx = c, .gpa = gfn << 12, .write = write};
		unsigned long op = op_nr;

		r = do_fault(&f);
		/* An empty table is in the way of a large leaf once. */
		if (r == CW_PF_RETRY && s && s->n > SPAN && op == op_nr && !in_progress)
			r = do_fault(&f);
		nested = op != op_nr || in_progress;
	}
	/* A fault waits for a FLUSH where tables had to give way. */
	if (out_of_memory(r) || (r == -ETIMEDOUT && vm.mmu.page_limit))
		return;
	after = rec_walk(&vm.rec, c, gfn, &level);
	if (s && s->busy) {
		CHECK(r == CW_PF_RETRY || r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_EMULATE ||
		      r == CW_PF_ONES || r == -EFAULT);
	} else if (!s) {
		CHECK_EQ(r, CW_PF_EMULATE);
		CHECK(!(after & REC_PRESENT));
	} else if (s->flags & CW_MEM_ALLONES) {
		CHECK_EQ(r, write ? CW_PF_EMULATE : CW_PF_ONES);
		CHECK_EQ(before, after);
	} else if (write && (s->flags & CW_MEM_READONLY)) {
		CHECK_EQ(r, CW_PF_EMULATE);
		CHECK_EQ(before, after);
	} else if (nested) {
		CHECK(r == CW_PF_RETRY || r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == -EFAULT);
	} else if (entry_allows(before, write) && !(write && logging[c->as_id] && level_before == 2)) {
		/* The engine may have fixed what the mirror does not know. */
		CHECK(r == CW_PF_SPURIOUS || (r == CW_PF_FIXED && write));
	} else if (write && vm.rec.host_ro[s->hpage + gfn - s->gfn]) {
		CHECK_EQ(r, -EFAULT);
		CHECK_EQ(vm.rec.count[REC_RESOLVE], resolves + 1);
	} else {
		CHECK_EQ(r, CW_PF_FIXED);
	}
	if (r == CW_PF_FIXED || r == CW_PF_SPURIOUS)
		CHECK(nested || entry_allows(after, write));
	/* P51 and P27: marked if and only if the host made it writable; a read does not, in a logged slot. */
	if (s && r == CW_PF_FIXED && logs(c->as_id, s) && write)
		s->marks[(gfn - s->gfn) / 64] |= 1ull << (gfn - s->gfn) % 64;
	/* A missing upper link may lead to a leaf that another context wrote. */
	if (s && r == CW_PF_FIXED && logs(c->as_id, s) && !write && !nested && level_before == 1)
		CHECK(!(after & REC_W));
}

static void op_host_page(void)
{
	uint64_t first = rnd(NHOST), n = 1 + rnd(8), block = BIG_HOST + rnd(BIG_BLOCKS) * BIG_PAGES, what = rnd(8);
	bool may_block = rnd(8) != 0, ro = rnd(4) == 0;
	static uint64_t old_of[8][BIG_PAGES];
	uint64_t *old = old_of[in_progress];
	int r;

	if (what < 2)
		first = block + rnd(BIG_PAGES);
	if (what < 2 && first + n > block + BIG_PAGES)
		n = block + BIG_PAGES - first;
	if (what >= 2 && first + n > NHOST)
		n = NHOST - first;
	if (what == 2) { /* one piece again */
		first = block;
		n = BIG_PAGES;
	}
	r = cw_mmu_invalidate_begin(&vm.mmu, first << 12, (first + n) << 12, may_block);
	if (r == -EAGAIN && !may_block)
		return;
	if (r == -ETIMEDOUT)
		r = cw_mmu_flush(&vm.mmu);
	CHECK_EQ(r, 0);
	in_progress++;
	for (uint64_t i = 0; i < n; i++) {
		old[i] = vm.rec.host_bus[first + i];
		if (n < BIG_PAGES || i % 32 == 0)
			CHECK(!rec_bus_alive(&vm.rec, old[i]));
	}
	/* A fault meanwhile must not map any of them. */
	if (faults_running < 2 && rnd(2))
		for (unsigned i = 0; i < 4; i++) {
			unsigned c = (unsigned)rnd(NCTX);
			struct cw_fault f = {.ctx = &ctx[c], .gpa = random_target(ctx[c].as_id) << 12};

			int e = attached[c] ? do_fault(&f) : 1;

			CHECK(e > 0 || out_of_memory(e) || (e == -ETIMEDOUT && vm.mmu.page_limit));
		}
	for (uint64_t i = 0; i < n; i++) {
		if (n < BIG_PAGES || i % 32 == 0)
			CHECK(!rec_bus_alive(&vm.rec, old[i]));
		if (n == BIG_PAGES && !i)
			next_bus += -next_bus & (BIG_PAGES * 4096 - 1);
		vm.rec.host_bus[first + i] = next_bus;
		next_bus += 4096;
		vm.rec.host_ro[first + i] = n == BIG_PAGES ? ro : rnd(4) == 0;
	}
	if (n == BIG_PAGES)
		vm_host_level(&vm, first, n, 2);
	else if (what < 2)
		vm_host_level(&vm, block, BIG_PAGES, 1);
	in_progress--;
	cw_mmu_invalidate_end(&vm.mmu, first << 12, (first + n) << 12);
}

static void op_slot(void)
{
	static const uint32_t flag_sets[] = {0, 0, CW_MEM_LOG_DIRTY, CW_MEM_READONLY, CW_MEM_ALLONES};
	unsigned as_id = rnd(3) == 0, id = (unsigned)rnd(NSLOT);
	struct model_slot *s = &slot[as_id][id], want;
	int r, expect = 0;

	want = *s;
	want.used = true;
	if (!s->used) {
		want = (struct model_slot){
			.used = true, .gfn = random_gfn(), .n = 1 + rnd(24), .hpage = rnd(NHOST - 24)};
		want.flags = flag_sets[rnd(5)];
		if (rnd(3) == 0) {
			uint64_t off = rnd(4) ? 0 : rnd(SPAN);

			want.gfn = big_bases[rnd(2)] + off;
			want.n = BIG_PAGES + rnd(2) * (BIG_PAGES - SPAN);
			want.hpage = BIG_HOST + rnd(3) * BIG_PAGES + (rnd(4) ? off : rnd(SPAN));
		}
	} else if (rnd(3) == 0) {
		want.n = 0;
		want.used = false;
	} else {
		if (rnd(2))
			want.gfn = s->n > SPAN ? s->gfn ^ BIG_PAGES * 8 : random_gfn();
		if (rnd(2))
			want.flags ^= CW_MEM_LOG_DIRTY;
		if (rnd(8) == 0)
			want.n++;
	}
	if (want.n) {
		if ((want.flags & CW_MEM_ALLONES) && want.flags != CW_MEM_ALLONES)
			expect = -EINVAL;
		else if (s->used && want.n != s->n)
			expect = -EINVAL;
		else if ((!s->used || want.gfn != s->gfn) && model_overlaps(as_id, s, want.gfn, want.n))
			expect = -EEXIST;
	}
	if (!(s->flags & CW_MEM_LOG_DIRTY))
		want.failed_at = vm.mmu.stats.flush_failed;
	s->busy = true;
	r = vm_slot(&vm, as_id << 16 | id, want.gfn, want.n, want.hpage, want.flags);
	s->busy = false;
	if (out_of_memory(r))
		return;
	if (r == -ETIMEDOUT && (!want.used || want.gfn != s->gfn) && s->used)
		return; /* as it was: asked for by op_flush_fails */
	CHECK_EQ(r, expect);
	if (expect)
		return;
	if (!want.used || !(want.flags & CW_MEM_LOG_DIRTY))
		memset(want.marks, 0, sizeof(want.marks));
	else
		memcpy(want.marks, s->marks, sizeof(want.marks));
	*s = want;
}

static void op_log(void)
{
	unsigned as_id = (unsigned)rnd(2);
	int r;

	if (logging[as_id]) {
		r = cw_mmu_log_stop(&vm.mmu, as_id);
		logging[as_id] = out_of_memory(r);
	} else {
		uint64_t failed = vm.mmu.stats.flush_failed;

		for (unsigned i = 0; i < NSLOT; i++) {
			memset(slot[as_id][i].marks, 0, sizeof(slot[as_id][i].marks));
			slot[as_id][i].failed_at = failed;
		}
		logging[as_id] = true;
		r = cw_mmu_log_start(&vm.mmu, as_id, CW_LOG_PROTECT, 0);
		if (out_of_memory(r))
			logging[as_id] = vm.mmu.domain[as_id].log_mode;
	}
	CHECK(r == 0 || r == -ETIMEDOUT || r == -ENOMEM);
}

static void op_marks(void)
{
	unsigned as_id = (unsigned)rnd(2), id = (unsigned)rnd(NSLOT);
	struct model_slot *s = &slot[as_id][id];
	uint64_t map[BIG_MAX / 64] = {0}, before[BIG_MAX / 64];
	unsigned long op = op_nr;
	bool exact = s->failed_at == vm.mmu.stats.flush_failed;
	int64_t r, marks = 0;

	memcpy(before, s->marks, sizeof(before));
	s->busy = true;
	r = cw_mmu_log_get(&vm.mmu, as_id << 16 | id, map);
	s->busy = false;
	if (!s->used || !logs(as_id, s)) {
		CHECK_EQ(r, -ENOENT);
		return;
	}
	if (r == -ETIMEDOUT || out_of_memory(r))
		return;
	for (unsigned i = 0; i < BIG_MAX / 64; i++) {
		marks += __builtin_popcountll(map[i]);
		/* A flush that failed once made all of it dirty. */
		CHECK(!(before[i] & ~map[i]));
		CHECK(!exact || !(map[i] & ~s->marks[i]));
	}
	memset(s->marks, 0, sizeof(s->marks));
	CHECK_EQ(r, marks);
	/* A write while the pass ran may be in this report, or in the next. */
	s->failed_at = op == op_nr ? vm.mmu.stats.flush_failed : ~0ull;
}

/* The engine fixes a random entry: W where mmu-W is set, D with it. */
static void op_engine(void)
{
	for (unsigned i = 0; i < 20; i++) {
		unsigned c = (unsigned)rnd(NCTX), level;
		uint64_t gfn = random_target(ctx[c].as_id), e;
		uint64_t mmu_w = ctx[c].flavour == CW_FLAVOUR_X86 ? 1ull << 10 : 1ull << 58;
		struct cw_fault f = {.ctx = &ctx[c], .gpa = gfn << 12};

		if (!attached[c])
			continue;
		e = rec_walk(&vm.rec, &ctx[c], gfn, &level);
		if (!(e & REC_PRESENT) || level > 1 || !(e & mmu_w) || (e & REC_W))
			continue;
		/* A read of what is present is SPURIOUS and tells the entry's address. */
		if (do_fault(&f) == CW_PF_SPURIOUS)
			rec_engine_sets(&vm.rec, f.entry_addr, REC_W);
		return;
	}
}

/* Nothing of the range is there; other operations, which could have made it anew, run at yields. */
static void range_is_gone(unsigned as_id, uint64_t gfn, uint64_t n)
{
	for (unsigned i = 0; i < NCTX; i++) {
		unsigned level;

		if (!attached[i] || ctx[i].as_id != as_id)
			continue;
		for (uint64_t g = gfn; g < gfn + n && !check_bad; g++)
			CHECK(!(rec_walk(&vm.rec, &ctx[i], g, &level) & REC_PRESENT));
	}
}

static void op_zap(void)
{
	unsigned as_id = (unsigned)rnd(2), yields = vm.rec.count[REC_YIELD];
	uint64_t gfn = random_gfn(), n = 1 + rnd(600);
	bool all = rnd(6) == 0;
	int r = all ? cw_mmu_zap_all(&vm.mmu) : cw_mmu_zap_range(&vm.mmu, as_id, gfn, n);

	CHECK(r == 0 || r == -ETIMEDOUT);
	if (!all && !r && vm.rec.count[REC_YIELD] == yields)
		range_is_gone(as_id, gfn, n);
}

static void op_context(void)
{
	unsigned i = (unsigned)rnd(NCTX);

	if (attached[i]) {
		attached[i] = false;
		vm_detach(&vm, &ctx[i]);
	} else {
		int r = cw_mmu_ctx_create(&vm.mmu, &ctx[i], &ctx_params[i]);

		if (out_of_memory(r))
			return;
		CHECK_EQ(r, 0);
		rec_attach(&vm.rec, &ctx[i]);
		attached[i] = true;
	}
}

static void op_flush_fails(void)
{
	rec_fail(&vm.rec, REC_FLUSH, 1 + (unsigned)rnd(3), -ETIMEDOUT);
	if (rnd(2))
		cw_mmu_flush(&vm.mmu);
}

/* The next allocations, of tables or of the host's own. */
static void op_alloc_fails(void)
{
	if (!(options & STREAM_ALLOC_FAILS))
		return;
	if (rnd(2))
		alloc_fail(1 + (unsigned)rnd(12));
	else
		rec_fail(&vm.rec, REC_TABLE_ALLOC, 1 + (unsigned)rnd(4), -ENOMEM);
}

static void op_reset(void)
{
	rec_reset(&vm.rec);
	CHECK_EQ(cw_mmu_engine_lost(&vm.mmu), 0);
	/* Everything that is logged is dirty. */
	for (unsigned i = 0; i < 2 * NSLOT; i++)
		slot[i / NSLOT][i % NSLOT].failed_at = ~0ull;
	for (unsigned i = 0; i < NCTX; i++)
		if (attached[i])
			rec_attach(&vm.rec, &ctx[i]);
	rec_attach(&vm.rec, &vm.ctx);
}

/* What may happen while a slot update holds its lock. */
static void disturb(void)
{
	op_nr++;
	if ((options & STREAM_YIELDS) || rnd(3) == 0)
		op_host_page();
	else
		op_fault();
}

static void yield_hook(struct recorder *r)
{
	(void)r;
	if (faults_running < 2 && in_progress < 3 && ((options & STREAM_YIELDS) || rnd(2)))
		disturb();
}

static void resolve_hook(struct recorder *r, const struct cw_memslot *s, uint64_t gfn)
{
	(void)r;
	(void)s;
	(void)gfn;
	if (faults_running < 2 && in_progress < 3 && rnd(6) == 0)
		disturb();
}

static void begin(unsigned opts, unsigned variant)
{
	options = opts;
	check_bad = 0;
	op_nr = large_seen = no_memory = 0;
	next_bus = 0x200000000;
	faults_running = in_progress = 0;
	memset(attached, 0, sizeof(attached));
	memset(logging, 0, sizeof(logging));
	memset(slot, 0, sizeof(slot));
	vm_init(&vm);
	CHECK_EQ(cw_mmu_worker_init(&worker2, &vm.mmu), 0);
	/* A page budget in a quarter of the runs: always room beside the roots, never for all tables (ZAP-4). */
	vm.mmu.page_limit = variant % 4 == 3 && !(opts & STREAM_BROKEN) ? 16 : 0;
	vm_host_level(&vm, BIG_HOST, BIG_BLOCKS * BIG_PAGES, 2);
	vm.rec.yield_hook = yield_hook;
	vm.rec.resolve_hook = resolve_hook;
}

static void step(void)
{
	static struct cw_mmu_ops broken;
	uint64_t what = rnd(100);

	if (options & STREAM_BROKEN) {
		broken = rec_ops;
		broken.invalidate = rec_drop_invalidate;
		vm.mmu.ops = &broken;
	}
	if (what < 50)
		op_fault();
	else if (what < 62)
		op_slot();
	else if (what < 74)
		op_host_page();
	else if (what < 81)
		op_engine();
	else if (what < 82)
		op_alloc_fails();
	else if (what < 87)
		op_zap();
	else if (what < 92)
		op_marks();
	else if (what < 93)
		op_log();
	else if (what < 96)
		op_context();
	else if (what < 99)
		op_flush_fails();
	else if (rnd(4) == 0)
		op_reset();
	if (op_nr++ % 4 == 0 || check_bad)
		check_everything();
}

static void end(unsigned expect)
{
	unsigned long fixed = vm.mmu.stats.pf_fixed, zapped = vm.mmu.stats.mmu_shadow_zapped;

	vm.mmu.ops = &rec_ops;
	alloc_fail(0);
	vm.rec.fail_at[REC_FLUSH] = vm.rec.fail_at[REC_TABLE_ALLOC] = 0;
	vm.rec.yield_hook = NULL;
	vm.rec.resolve_hook = NULL;
	if (!check_bad)
		check_everything();
	if (expect) {
		printf("# %lu fixed, %lu tables zapped, %lu large leaves seen, %lu times without memory, %lu recycled\n",
		       fixed, zapped, large_seen, no_memory, (unsigned long)vm.mmu.stats.mmu_recycled);
		CHECK(!vm.mmu.page_limit || vm.mmu.stats.mmu_recycled > expect / 100);
		CHECK(large_seen > expect / 200);
		CHECK(fixed > expect / 20 && zapped > expect / 40);
		CHECK(!(options & STREAM_ALLOC_FAILS) || no_memory > expect / 400);
	}
	for (unsigned i = 0; i < NCTX; i++)
		if (attached[i])
			vm_detach(&vm, &ctx[i]);
	cw_mmu_worker_destroy(&worker2);
	vm_destroy(&vm);
}

static unsigned bad(void)
{
	return check_bad;
}

const struct world direct_world = {"direct", 0, begin, step, end, bad};
