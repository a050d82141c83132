/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Guest memory as the host and the engine access it, and the dirty log, under random operations. The engine is the one
 * of engine.h, which uses cached translations in every way it may. Two oracles: what each accessor must read, write or
 * answer, by a model of slots and bytes of its own (P50, P51); and a replica of each slot that logs, copied by what
 * passes report, which equals memory after STOP, DRAIN and the last pass (I2, I3). Beside them: nothing writes a page
 * that no slot gives for writing, or that the host has taken away (I1).
 */
#include "writes.h"

/* --- the engine --- */

static void op_request(void)
{
	unsigned c = (unsigned)rnd(NCTX);

	eng_request(&eng, c, random_target(ctx[c].as_id), rnd(3));
}

static void op_fault(void)
{
	unsigned as_id;
	const struct model_slot *s;
	struct eng_req *q;
	bool in_flux;
	int r;

	if (faulting == 3)
		return;
	q = eng_parked(&eng);
	if (!q)
		return;
	faults++;
	as_id = ctx[q->ctx].as_id;
	{
		struct cw_fault f = {
			.ctx = &ctx[q->ctx], .gpa = q->gfn << 12, .write = q->write, .log_missing = q->log_missing};

		in_flux = is_busy(as_id, q->gfn);
		r = cw_mmu_fault(&worker[faulting++], &f);
		faulting--;
	}
	s = model_find(as_id, q->gfn);
	if (in_flux)
		CHECK(r > 0 || excused(r));
	else if (excused(r))
		;
	else if (q->log_missing)
		CHECK(r > 0);
	else if (!s)
		CHECK_EQ(r, CW_PF_EMULATE);
	else if (s->flags & CW_MEM_ALLONES)
		CHECK_EQ(r, q->write ? CW_PF_EMULATE : CW_PF_ONES);
	else if (q->write && (s->flags & CW_MEM_READONLY))
		CHECK_EQ(r, CW_PF_EMULATE);
	else
		CHECK(r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_RETRY);
	eng_resume(&eng, q, r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_RETRY);
}

/* --- the host --- */

static void move_page(uint64_t page, uint64_t side)
{
	uint64_t from = bus_page(page), to = page + side * HOST_PAGES;

	if (from == to)
		return;
	eng.memory[to] = eng.memory[from];
	frozen[from] = frozen[to] = eng.memory[from];
	eng.rec.host_bus[page] = HOST_BUS + (to << 12);
	moved++;
}

/* The engine wants a page that the host is about to move. */
static void request_host_page(uint64_t page)
{
	for (unsigned c = 0; c < NCTX; c++)
		for (unsigned i = 0; i < NSLOT; i++) {
			const struct model_slot *s = &slot[ctx[c].as_id][i];

			if (!s->used || page - s->hpage >= s->n || rnd(3))
				continue;
			eng_request(&eng, c, s->gfn + page - s->hpage, rnd(2));
			eng_run(&eng);
		}
}

/* One that is in progress while the operation goes on in which it began. */
static struct {
	bool on, swap;
	uint64_t first, n, side;
	int r;
} open_inval;

static void end_inval(uint64_t first, uint64_t n, uint64_t side, bool swap, int r)
{
	for (uint64_t i = first; i < first + n && !r; i++) {
		move_page(i, side);
		away[i] = swap;
	}
	/* A block that lies in one piece may be one leaf. */
	for (uint64_t i = BIG_HOST; !r && first >= BIG_HOST && i < BIG_HOST + BIG; i++)
		eng.rec.host_level[i] = n == BIG ? 2 : 1;
	in_progress--;
	several &= in_progress != 0;
	cw_mmu_invalidate_end(&mmu, first << 12, (first + n) << 12);
}

/* The host takes pages away, and puts them elsewhere, or nowhere for the time being. */
static void op_host_page(void)
{
	uint64_t first = rnd(2 * NSLOT) * SMALL + rnd(20), n = 1 + rnd(8), what = rnd(6), side = rnd(2);
	bool may_block = rnd(8) != 0, swap = !rnd(3);
	int r;

	if (in_progress > 2)
		return;
	if (what < 2)
		first = BIG_HOST + rnd(BIG - 8);
	if (what == 2) {
		first = BIG_HOST;
		n = BIG;
	}
	/* From here on its pages are blocked, while begin waits for the engine too. */
	if (!in_progress++) {
		inval_first = first;
		inval_n = n;
	} else {
		several = true;
	}
	r = cw_mmu_invalidate_begin(&mmu, first << 12, (first + n) << 12, may_block);
	if (r == -EAGAIN && !may_block) {
		in_progress--;
		several &= in_progress != 0;
		return;
	}
	CHECK(r == 0 || excused(r));
	for (uint64_t k = rnd(3); k; k--) {
		request_host_page(first + rnd(n));
		if (rnd(2))
			op_access();
		else
			op_fault();
	}
	if (depth && !accessing && !open_inval.on && rnd(2)) {
		open_inval.on = true;
		open_inval.first = first;
		open_inval.n = n;
		open_inval.side = side;
		open_inval.swap = swap;
		open_inval.r = r;
		return;
	}
	end_inval(first, n, side, swap, r);
}

static bool big_is_used(const struct model_slot *but)
{
	for (unsigned i = 0; i < 2 * NSLOT; i++) {
		const struct model_slot *s = &slot[i / NSLOT][i % NSLOT];

		if (s != but && s->used && s->n > SMALL)
			return true;
	}
	return false;
}

static void close_inval(void)
{
	if (open_inval.on)
		end_inval(open_inval.first, open_inval.n, open_inval.side, open_inval.swap, open_inval.r);
	open_inval.on = false;
}

static void random_slot(struct model_slot *s, unsigned as_id, unsigned id)
{
	static const uint32_t flag_sets[] = {0, CW_MEM_READONLY, CW_MEM_ALLONES, CW_MEM_READONLY | CW_MEM_LOG_DIRTY};
	uint64_t off = rnd(4) ? 0 : rnd(8);

	s->used = true;
	s->flags = rnd(3) ? CW_MEM_LOG_DIRTY : flag_sets[rnd(4)];
	s->gfn = random_gfn();
	s->n = 1 + rnd(32);
	s->hpage = (as_id * NSLOT + id) * SMALL + rnd(16);
	if (!rnd(3) && !big_is_used(s)) {
		s->gfn = (rnd(2) ? 0x800 : 0xc00) + off;
		s->n = BIG - off;
		s->hpage = BIG_HOST + off;
	}
}

static void op_slot(void)
{
	unsigned as_id = (unsigned)rnd(2), id = (unsigned)rnd(NSLOT);
	static struct model_slot new;
	struct model_slot *s = &slot[as_id][id];
	uint64_t what = rnd(4);
	bool gone = false;
	int r, expect = 0;

	new = *s;
	if (!s->used) {
		random_slot(&new, as_id, id);
	} else if (what == 0) {
		gone = true;
	} else if (what == 1) {
		new.gfn = s->n > SMALL ? s->gfn ^ 0x400 : random_gfn();
	} else if (!(s->flags & CW_MEM_ALLONES)) {
		new.flags ^= CW_MEM_LOG_DIRTY;
	}
	if (!gone && (!s->used || new.gfn != s->gfn) && model_overlaps(as_id, s, new.gfn, new.n))
		expect = -EEXIST;
	busy.on = gone || !s->used || new.gfn != s->gfn;
	busy.as_id = as_id;
	busy.gfn[0] = s->used ? s->gfn : new.gfn;
	busy.gfn[1] = new.gfn;
	busy.n = new.n;
	r = cw_mmu_set_memslot(&mmu, &(struct cw_memslot_region){.slot = as_id << 16 | id,
								 .flags = new.flags,
								 .gpa = new.gfn << 12,
								 .size = gone ? 0 : new.n << 12,
								 .hva = new.hpage << 12});
	busy.on = false;
	if (excused(r))
		return;
	CHECK_EQ(r, expect);
	if (r)
		return;
	if (gone) {
		for (uint64_t p = 0; p < s->n; p++)
			frozen[bus_page(s->hpage + p)] = eng.memory[bus_page(s->hpage + p)];
		s->used = false;
		return;
	}
	/* What the log knows goes with a slot; what it did not know is copied now, or all dirty at first (DL-1). */
	memcpy(new.copy, s->copy, sizeof(new.copy));
	if (!s->used || !(s->flags & CW_MEM_LOG_DIRTY)) {
		if (log_flags[as_id] & CW_LOG_INITIALLY_SET)
			copy_nothing(&new);
		else
			copy_all(&new);
	}
	*s = new;
}

static void op_zap(void)
{
	unsigned as_id = (unsigned)rnd(2);
	int r = rnd(4) ? cw_mmu_zap_range(&mmu, as_id, random_target(as_id), 1 + rnd(64)) : cw_mmu_zap_all(&mmu);

	CHECK(r == 0 || excused(r));
}

/* --- the log --- */

static void op_start(void)
{
	static const unsigned flag_sets[] = {0,
					     0,
					     CW_LOG_SPLIT,
					     CW_LOG_MANUAL,
					     CW_LOG_MANUAL | CW_LOG_INITIALLY_SET,
					     CW_LOG_MANUAL | CW_LOG_INITIALLY_SET | CW_LOG_SPLIT};
	unsigned as_id = (unsigned)rnd(2), m = 1 + (unsigned)rnd(3), flags = flag_sets[rnd(6)], old = mode[as_id];
	int r = cw_mmu_log_start(&mmu, as_id, m, flags);

	CHECK(r == 0 || excused(r));
	mode[as_id] = mmu.domain[as_id].log_mode;
	CHECK(r ? mode[as_id] == old || mode[as_id] == m : mode[as_id] == m);
	if (!r || mode[as_id] != old)
		log_flags[as_id] = flags;
	if (!mode[as_id])
		log_flags[as_id] = 0;
	/* A change of what tells writes reports everything once, as does an error; a start reports nothing. */
	if (mode[as_id] == old && (r || old == m))
		return;
	if ((flags & CW_LOG_INITIALLY_SET && !old) || ((old || r) && cw_log_exact(m)))
		each_copy(as_id, copy_nothing);
	else if (!old)
		each_copy(as_id, copy_all);
}

static void op_stop(void)
{
	unsigned as_id = (unsigned)rnd(2);
	int r = cw_mmu_log_stop(&mmu, as_id);

	CHECK(r == 0 || excused(r));
	if (!r)
		mode[as_id] = log_flags[as_id] = 0;
}

static void take(struct model_slot *s, const uint64_t *map, uint64_t first, uint64_t n)
{
	for (uint64_t p = first; p < first + n; p++) {
		if (!(map[p / 64] >> p % 64 & 1))
			continue;
		s->copy[p] = eng.memory[bus_page(s->hpage + p)];
		reported++;
	}
}

/* One pass over a slot, and what a caller does with it. whole: of a manual log too. */
static void pass(unsigned as_id, unsigned id, bool whole)
{
	struct model_slot *s = &slot[as_id][id];
	uint64_t map[BIG / 64] = {0}, first = 0, n = s->n;
	int64_t r = cw_mmu_log_get(&mmu, as_id << 16 | id, map), bits = 0;

	if (!logs(as_id, s)) {
		CHECK_EQ(r, -ENOENT);
		return;
	}
	if (excused(r)) {
		copy_all(s);
		return;
	}
	for (uint64_t p = 0; p < BIG; p++) {
		bits += map[p / 64] >> p % 64 & 1;
		CHECK(p < s->n || !(map[p / 64] >> p % 64 & 1));
	}
	CHECK_EQ(r, bits);
	if (log_flags[as_id] & CW_LOG_MANUAL) {
		if (!whole && rnd(2)) {
			first = rnd(s->n / 64 + 1) * 64;
			n = rnd(2) ? s->n - first : (s->n - first) & ~63ull;
		}
		r = n ? cw_mmu_log_clear(&mmu, as_id << 16 | id, first, n, map + first / 64) : 0;
		if (excused(r)) {
			copy_all(s);
			return;
		}
		CHECK(r >= 0);
	}
	take(s, map, first, n);
}

/* A page that was written since it was copied, mostly. */
static uint64_t random_dirty(const struct model_slot *s)
{
	uint64_t from = rnd(s->n), p = from;

	while (s->copy[p] == eng.memory[bus_page(s->hpage + p)]) {
		p = (p + 1) % s->n;
		if (p == from)
			break;
	}
	return p;
}

/* Entries of dirty rings: what they name is read after the reset, and nothing else (DL-7, DL-8). */
static void op_ring(void)
{
	unsigned as_id = (unsigned)rnd(2);
	struct cw_log_page page[16];
	size_t n = (size_t)rnd(17);
	int r;

	for (size_t i = 0; i < n; i++) {
		unsigned id = (unsigned)rnd(NSLOT);
		const struct model_slot *s = &slot[as_id][id];

		page[i] = (struct cw_log_page){.slot = as_id << 16 | id,
					       .page = s->used && rnd(8) ? random_dirty(s) : rnd(2 * BIG)};
	}
	r = cw_mmu_log_reset(&mmu, as_id, page, n);
	if (!mode[as_id]) {
		CHECK_EQ(r, -ENOENT);
		return;
	}
	CHECK(r == 0 || excused(r));
	for (size_t i = 0; i < n && !r; i++) {
		struct model_slot *s = &slot[as_id][page[i].slot & 0xffff];

		if (s->used && page[i].page < s->n)
			s->copy[page[i].page] = eng.memory[bus_page(s->hpage + page[i].page)];
	}
}

/* STOP, DRAIN, last passes: replica and memory are the same. */
static void op_look(void)
{
	eng_stop_and_drain(&eng);
	for (unsigned k = 0; k < 2 * NSLOT; k++) {
		unsigned as_id = k / NSLOT;
		struct model_slot *s = &slot[as_id][k % NSLOT];

		pass(as_id, k % NSLOT, true);
		for (uint64_t p = 0; logs(as_id, s) && p < s->n; p++)
			if (!CHECK_EQ(s->copy[p], eng.memory[bus_page(s->hpage + p)]))
				printf("  log-lost: space %u, slot %u, page %" PRIu64 ", mode %u, flags %u\n", as_id,
				       k % NSLOT, p, mode[as_id], log_flags[as_id]);
	}
	if (!CHECK(!memcmp(bytes, want, sizeof(bytes))))
		printf("  accessor: something else was written\n");
	eng_start(&eng);
	looks++;
}

/* --- failures --- */

static void op_fails(void)
{
	static const enum rec_op op[] = {
		REC_FLUSH,	 REC_FLUSH,	  REC_PROTECT,	  REC_HARVEST,	  REC_LOG_SET,
		REC_TABLE_ALLOC, REC_ENTRY_WRITE, REC_TABLE_LOAD, REC_INVALIDATE, REC_LOG_PROVIDE,
	};
	enum rec_op which = op[rnd(10)];

	failing = true;
	if ((options & STREAM_ALLOC_FAILS) && rnd(2)) {
		alloc_at = 1 + (unsigned)rnd(12);
		alloc_armed = true;
		alloc_fail(alloc_at);
		return;
	}
	rec_fail(&eng.rec, which, 1 + (unsigned)rnd(4),
		 which == REC_FLUSH	  ? -ETIMEDOUT :
		 which == REC_TABLE_ALLOC ? -ENOMEM :
					    -EIO);
}

static bool failure_is_near(void)
{
	bool any;

	alloc_armed &= alloc_calls() < alloc_at;
	any = alloc_armed;
	for (unsigned i = 0; i < REC_NOP; i++)
		any |= eng.rec.fail_at[i] != 0;
	return any;
}

/* The card was reset. Everything that is logged is dirty. */
static void op_reset(void)
{
	memset(eng.rec.fail_at, 0, sizeof(eng.rec.fail_at));
	for (unsigned i = 0; i < ENG_REQS; i++)
		eng.req[i].state = ENG_FREE, eng.req[i].taken = false;
	memset(eng.tlb, 0, sizeof(eng.tlb));
	eng.stopped = true;
	rec_reset(&eng.rec);
	CHECK_EQ(cw_mmu_engine_lost(&mmu), 0);
	for (unsigned d = 0; d < 2; d++) {
		memset(eng.dom[d].log, 0, sizeof(eng.dom[d].log));
		memset(eng.dom[d].leaf, 0, sizeof(eng.dom[d].leaf));
		eng.dom[d].mode = mode[d];
		eng.dom[d].log_epoch++;
		each_copy(d, copy_nothing);
	}
	for (unsigned i = 0; i < NCTX; i++)
		rec_attach(&eng.rec, &ctx[i]);
	eng_start(&eng);
}

/* --- what happens inside of an operation --- */

static void disturb(void)
{
	/* An access that waits for one invalidation would have to wait for the union of both. */
	if (depth == 2 || (accessing && (in_progress || ++hooks_of_access > 4)))
		return;
	depth++;
	if ((options & STREAM_YIELDS) || !rnd(3))
		op_host_page();
	else if (rnd(2))
		op_access();
	else
		op_fault();
	depth--;
}

static void yield_hook(struct recorder *r)
{
	(void)r;
	if ((options & STREAM_YIELDS) || rnd(2))
		disturb();
}

static void resolve_hook(struct recorder *r, const struct cw_memslot *s, uint64_t gfn)
{
	(void)r;
	(void)s;
	(void)gfn;
	if (!rnd(6))
		disturb();
}

/* --- a stream --- */

static void begin(unsigned opts, unsigned variant)
{
	options = opts;
	check_bad = 0;
	faulting = in_progress = depth = 0;
	accessing = failing = alloc_armed = several = false;
	accesses = crossing = reported = faults = errors = looks = moved = no_memory = 0;
	memset(slot, 0, sizeof(slot));
	memset(mode, 0, sizeof(mode));
	memset(log_flags, 0, sizeof(log_flags));
	memset(bytes, 0, sizeof(bytes));
	memset(want, 0, sizeof(want));
	memset(away, 0, sizeof(away));
	memset(frozen, 0, sizeof(frozen));
	memset(&busy, 0, sizeof(busy));
	open_inval.on = false;
	eng_init(&eng, &mmu, HOST_PAGES, 1);
	free(eng.memory);
	eng.memory = calloc(2 * HOST_PAGES, sizeof(*eng.memory));
	eng.random = rnd;
	eng.broken = (enum eng_broken)((opts & STREAM_ENGINE) / STREAM_ENGINE_ONE);
	for (unsigned i = BIG_HOST; i < HOST_PAGES; i++)
		eng.rec.host_level[i] = 2;
	ops = eng_ops;
	ops.host_read = host_read;
	ops.host_write = host_write;
	ops.host_cmpxchg = host_cmpxchg;
	ops.resolve = resolve;
	if (opts & STREAM_BROKEN)
		ops.invalidate = rec_drop_invalidate;
	alloc_fail(0);
	eng_vm_begin(&vm, &ops, eng_vm_ctx);
	for (unsigned i = 0; i < NCACHE; i++)
		CHECK_EQ(cw_gpa_cache_init(&cache[i], &mmu, i % 2, 0x1f4ff8 + i * 0x1000, 40 + 4096 * (i / 2)), 0);
	alloc_watch(&eng.rec);
	eng.rec.yield_hook = yield_hook;
	eng.rec.resolve_hook = resolve_hook;
	eng.host = disturb;
	/* In half of the runs new requests come at any time, in the others only where they are asked for. */
	eng.traffic = variant & 1 ? op_request : NULL;
	for (unsigned d = 0; d < 2; d++) {
		mode[d] = variant >> 1 & 3;
		if (mode[d])
			CHECK_EQ(cw_mmu_log_start(&mmu, d, mode[d], 0), 0);
	}
}

static void step(void)
{
	uint64_t what = rnd(100);

	failing = failure_is_near();
	for (uint64_t k = rnd(4); k; k--)
		op_request();
	if (what < 18)
		op_request();
	else if (what < 26)
		eng_run(&eng);
	else if (what < 48)
		op_fault();
	else if (what < 62)
		op_access();
	else if (what < 65)
		op_cmpxchg();
	else if (what < 74)
		op_slot();
	else if (what < 80)
		op_host_page();
	else if (what < 81 || (what < 82 && rnd(2)))
		op_start();
	else if (what < 82)
		op_stop();
	else if (what < 90)
		pass((unsigned)rnd(2), (unsigned)rnd(NSLOT), false);
	else if (what < 93)
		op_ring();
	else if (what < 96)
		op_look();
	else if (what < 98)
		op_zap();
	else if (what < 99 || rnd(4))
		op_fails();
	else
		op_reset();
	for (uint64_t k = rnd(6); k; k--) {
		eng_run(&eng);
		if (k & 1)
			op_fault();
	}
	close_inval();
	check_all();
}

static void end(unsigned expect)
{
	close_inval();
	alloc_fail(0);
	memset(eng.rec.fail_at, 0, sizeof(eng.rec.fail_at));
	failing = false;
	eng.host = NULL;
	eng.traffic = NULL;
	eng.rec.yield_hook = NULL;
	eng.rec.resolve_hook = NULL;
	if (!check_bad) {
		op_look();
		check_all();
	}
	if (expect) {
		printf("# %lu accesses, %lu across pages; %lu writes and reads of the engine, %lu marks, %lu hits, "
		       "%lu faults; %lu pages reported, %lu looks, %lu pages moved, %lu errors, %lu times without memory\n",
		       accesses, crossing, eng.grants, eng.marks, eng.hits, faults, reported, looks, moved, errors,
		       no_memory);
		CHECK(accesses > expect / 10 && crossing > expect / 50);
		CHECK(eng.grants > expect / 10 && eng.marks > expect / 150 && eng.hits > expect / 50);
		CHECK(reported > expect / 50 && looks > expect / 60 && moved > expect / 100);
		CHECK(errors && (!(options & STREAM_ALLOC_FAILS) || no_memory));
	}
	eng_stop_and_drain(&eng);
	ops.invalidate = eng_ops.invalidate;
	CHECK_EQ(cw_mmu_zap_all(&mmu), 0);
	eng_vm_end(&vm);
	alloc_watch(NULL);
	CHECK_EQ(eng.rec.live_tables, 0);
	CHECK(!eng.rec.violation[0]);
	eng_destroy(&eng);
}

static unsigned bad(void)
{
	return check_bad;
}

const struct world writes_world = {"writes", 2, begin, step, end, bad};
