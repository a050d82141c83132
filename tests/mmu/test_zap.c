/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Zapping, flushing, invalidation, and what happens when the engine does not answer. */
#include "../../lib/mmu/internal.h"
#include "vm.h"

#define HOST(h) (0x100000000ull + ((h) << 12))

/* A slot of n pages at 0x100 from host page 0, all mapped for writing. */
static void map_some(struct vm *vm, uint64_t n, uint32_t flags)
{
	vm_init(vm);
	CHECK_EQ(vm_slot(vm, 0, 0x100, n, 0, flags), 0);
	for (uint64_t i = 0; i < n; i++)
		CHECK_EQ(vm_fault(vm, 0x100 + i, WRITE), CW_PF_FIXED);
}

static void zap_range_takes_exactly_the_range(void)
{
	struct vm vm;

	map_some(&vm, 40, 0);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x108, 16), 0);
	for (uint64_t i = 0; i < 40; i++)
		CHECK_EQ(rec_bus_alive(&vm.rec, HOST(i)), i < 8 || i >= 24);
	CHECK_EQ(vm.mmu.stats.pages_4k, 24);
	CHECK_EQ(vm.rec.last_inval.gfn, 0x108);
	CHECK_EQ(vm.rec.last_inval.npages, 16);
	CHECK(vm.rec.last_inval.leaf_only);
	vm_check(&vm);
	/* Nothing there: nothing to say to the engine. */
	unsigned n = vm.rec.count[REC_FLUSH] + vm.rec.count[REC_INVALIDATE];
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x108, 16), 0);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 1, 0, 1ull << 36), 0);
	CHECK_EQ(vm.rec.count[REC_FLUSH] + vm.rec.count[REC_INVALIDATE], n);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 2, 0, 1), -EINVAL);
	vm_destroy(&vm);
}

/* Slots that touch, of which the first two end in the middle of 512 pages. */
static void zap_range_goes_on_in_the_next_slot(void)
{
	const uint64_t size[] = {10, 600, 20}, base = 0x100;
	struct vm vm;

	vm_init(&vm);
	for (uint64_t i = 0, at = 0; i < 3; at += size[i++])
		CHECK_EQ(vm_slot(&vm, (uint32_t)i, base + at, size[i], at, 0), 0);
	for (uint64_t i = 0; i < 630; i++)
		CHECK_EQ(vm_fault(&vm, base + i, WRITE), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, base + 5, 620), 0);
	for (uint64_t i = 0; i < 630; i++)
		CHECK_EQ(rec_bus_alive(&vm.rec, HOST(i)), i < 5 || i >= 625);
	vm_destroy(&vm);
}

static void p18_empty_tables_go_with_a_full_invalidate(void)
{
	struct vm vm;
	unsigned before;

	map_some(&vm, 40, 0);
	before = vm.rec.live_tables;
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0, 1ull << 36), 0);
	CHECK(!vm.rec.last_inval.leaf_only);
	CHECK_EQ(vm.mmu.stats.mmu_pages, 1);
	CHECK_EQ(vm.rec.live_tables, before - 3);
	vm_check(&vm);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	vm_destroy(&vm);
}

static void p12_exchange_only_where_the_engine_writes(void)
{
	struct cw_fault f = {.ctx = NULL};
	struct vm vm;

	vm_init(&vm);
	vm_log(&vm);
	memcpy(&f, &(struct cw_fault){.ctx = &vm.ctx, .gpa = 0x101000}, sizeof(f));
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED); /* W, A and D set: nothing left for the engine */
	CHECK_EQ(cw_mmu_fault(&vm.worker, &f), CW_PF_FIXED);
	/* The fixer lifted the protection of 0x101, unseen by the mirror. */
	rec_engine_sets(&vm.rec, f.entry_addr, REC_W | REC_D);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x100, 4), 0);
	CHECK_EQ(vm.rec.count[REC_ENTRY_XCHG], 1);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void zap_1_zap_all_keeps_roots(void)
{
	struct cw_mmu_ctx five, smm;
	struct vm vm;
	uint64_t root;

	map_some(&vm, 700, 0);
	root = vm.ctx.root_table;
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	vm_attach(&vm, &smm, 4, 1, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 1u << 16, 0x100, 8, 1000, 0), 0);
	CHECK_EQ(vm_fault_ctx(&vm, &smm, 0x101, READ), CW_PF_FIXED);
	CHECK_EQ(vm_fault_ctx(&vm, &five, 0x101, READ), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	CHECK_EQ(vm.mmu.stats.mmu_pages, 3);
	CHECK_EQ(vm.ctx.root->table, root);
	for (uint64_t i = 0; i < 1100; i++)
		CHECK(!rec_bus_alive(&vm.rec, HOST(i)));
	vm_check(&vm);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	vm_check(&vm);
	vm_detach(&vm, &five);
	vm_detach(&vm, &smm);
	vm_destroy(&vm);
}

static void zap_all_that_fails_half_way(void)
{
	struct vm vm;

	map_some(&vm, 8, 0);
	for (uint64_t i = 1; i < 6; i++)
		CHECK_EQ(vm_fault(&vm, i << 27, READ), CW_PF_EMULATE);
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 2, -EIO);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), -EIO);
	vm_check(&vm);
	/* The page is unlinked but valid: the next fault links it again. */
	CHECK_EQ(vm_fault(&vm, 0x101, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm.mmu.stats.pages_4k, 8);
	vm_check(&vm);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK_EQ(vm.mmu.stats.mmu_pages, 1);
	vm_destroy(&vm);
}

static void p21_tables_wait_for_a_flush_that_works(void)
{
	struct vm vm;
	unsigned before;

	map_some(&vm, 8, 0);
	before = vm.rec.live_tables;
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), -ETIMEDOUT);
	CHECK_EQ(vm.rec.live_tables, before);
	CHECK(rec_bus_alive(&vm.rec, HOST(0ull)));
	vm_check(&vm);
	/* Nothing new to zap, but the old FLUSH is still owed. */
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK_EQ(vm.rec.live_tables, before - 3);
	CHECK(!rec_bus_alive(&vm.rec, HOST(0ull)));
	CHECK_EQ(vm.mmu.stats.flush_failed, 1);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void zap_9_the_flush_of_another_is_waited_for(void)
{
	struct vm vm;

	map_some(&vm, 8, 0);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x102, 1), -ETIMEDOUT);
	/* The entry is gone already; the invalidation finds nothing to zap and must flush all the same. */
	CHECK(rec_bus_alive(&vm.rec, HOST(2ull)));
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x2000, 0x3000, true), 0);
	CHECK(!rec_bus_alive(&vm.rec, HOST(2ull)));
	cw_mmu_invalidate_end(&vm.mmu, 0x2000, 0x3000);
	vm_destroy(&vm);
}

static void flushes_are_counted_as_asked_and_as_done(void)
{
	const struct cw_mmu_stats *st;
	uint64_t asked, done;
	unsigned sent;
	struct vm vm;

	map_some(&vm, 8, 0);
	st = &vm.mmu.stats;
	asked = st->remote_tlb_flush_requests;
	done = st->remote_tlb_flush;
	sent = vm.rec.count[REC_FLUSH];
	/* Nothing to wait for: asked, not done. */
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK(st->remote_tlb_flush_requests > asked);
	CHECK_EQ(st->remote_tlb_flush, done);
	CHECK_EQ(vm.rec.count[REC_FLUSH], sent);
	asked = st->remote_tlb_flush_requests;
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x100, 2), 0);
	CHECK_EQ(st->remote_tlb_flush_requests, asked + 1);
	CHECK_EQ(st->remote_tlb_flush, done + 1);
	CHECK_EQ(vm.rec.count[REC_FLUSH], sent + 1);
	/* One that fails is not done. */
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x102, 2), -ETIMEDOUT);
	CHECK_EQ(st->remote_tlb_flush_requests, asked + 2);
	CHECK_EQ(st->remote_tlb_flush, done + 1);
	CHECK_EQ(st->flush_failed, 1);
	vm_destroy(&vm);
}

static void lost_invalidate_is_made_good(void)
{
	struct vm vm;

	map_some(&vm, 8, 0);
	rec_fail(&vm.rec, REC_INVALIDATE, 1, -EIO);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x100, 8), 0);
	for (uint64_t i = 0; i < 8; i++)
		CHECK(!rec_bus_alive(&vm.rec, HOST(i)));
	CHECK_EQ(vm.rec.last_inval.npages, 0);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void exchange_that_times_out(void)
{
	for (int lies = 0; lies < 2; lies++) {
		struct vm vm;

		vm_init(&vm);
		vm_log(&vm);
		CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_fault(&vm, 0x101, READ), CW_PF_FIXED);
		vm.rec.xchg_lies = lies;
		rec_fail(&vm.rec, REC_ENTRY_XCHG, 1, -ETIMEDOUT);
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x101, 1), -ETIMEDOUT);
		vm_check(&vm);
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x101, 1), 0);
		CHECK(!rec_bus_alive(&vm.rec, HOST(1ull)));
		vm_check(&vm);
		vm_destroy(&vm);
	}
}

static void engine_lost(struct cw_mmu *mmu, struct vm *vm)
{
	rec_reset(&vm->rec);
	CHECK_EQ(cw_mmu_engine_lost(mmu), 0);
	rec_attach(&vm->rec, &vm->ctx);
}

static void p45_reset_after_a_dead_engine(void)
{
	struct vm vm;
	unsigned before;

	map_some(&vm, 600, 0);
	before = vm.rec.live_tables;
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0, 4096 * 600, true), -ETIMEDOUT);
	engine_lost(&vm.mmu, &vm);
	cw_mmu_invalidate_end(&vm.mmu, 0, 4096 * 600);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	CHECK_EQ(vm.mmu.stats.mmu_pages, 1);
	CHECK_EQ(vm.rec.live_tables, before - 4);
	for (uint64_t i = 0; i < 600; i++)
		CHECK(!rec_bus_alive(&vm.rec, HOST(i)));
	vm_check(&vm);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	vm_destroy(&vm);
}

static void reset_with_writes_that_failed(void)
{
	struct vm vm;

	map_some(&vm, 8, 0);
	rec_fail(&vm.rec, REC_ENTRY_WRITE, 1, -ENODEV);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x100, 8), -ENODEV);
	vm_check(&vm);
	engine_lost(&vm.mmu, &vm);
	vm_check(&vm);
	rec_reset(&vm.rec);
	rec_fail(&vm.rec, REC_TABLE_LOAD, 1, -ENODEV);
	CHECK_EQ(cw_mmu_engine_lost(&vm.mmu), -ENODEV);
	engine_lost(&vm.mmu, &vm);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	vm_destroy(&vm);
}

static void destroy_tells_what_it_could_not_free(void)
{
	struct vm vm;

	map_some(&vm, 8, 0);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	vm_detach(&vm, &vm.ctx);
	cw_mmu_worker_destroy(&vm.worker);
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_destroy(&vm.mmu), 4);
	CHECK_EQ(vm.rec.live_tables, 4);
	CHECK(!vm.rec.violation[0]);
	alloc_watch(NULL);
	rec_destroy(&vm.rec);
}

static void p47_begin_that_may_not_block(void)
{
	unsigned flushes;
	struct vm vm;

	map_some(&vm, 8, 0);
	flushes = vm.rec.count[REC_FLUSH];
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x7000, 0x8000, false), -EAGAIN);
	CHECK_EQ(vm.mmu.inval_in_progress, 0);
	/* Pages that nothing maps need no engine. */
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x8000, 0x9000, false), 0);
	cw_mmu_invalidate_end(&vm.mmu, 0x8000, 0x9000);
	CHECK_EQ(vm.rec.count[REC_FLUSH], flushes);
	/* Unless a FLUSH is owed. */
	rec_fail(&vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x107, 1), -ETIMEDOUT);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x7000, 0x8000, false), -EAGAIN);
	CHECK_EQ(cw_mmu_flush(&vm.mmu), 0);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x7000, 0x8000, false), 0);
	cw_mmu_invalidate_end(&vm.mmu, 0x7000, 0x8000);
	vm_destroy(&vm);
}

static void zap_7_all_slots_of_the_range(void)
{
	struct cw_mmu_ctx smm;
	struct vm vm;

	map_some(&vm, 64, 0);
	vm_attach(&vm, &smm, 4, 1, CW_FLAVOUR_EPT);
	/* The same pages a second time, and in the other space; and ALLONES, whose hva means nothing. */
	CHECK_EQ(vm_slot(&vm, 1, 0x1000, 64, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 2, 0x2000, 64, 0, CW_MEM_ALLONES), 0);
	CHECK_EQ(vm_slot(&vm, 1u << 16, 0x100, 64, 32, 0), 0);
	for (uint64_t i = 0; i < 64; i++) {
		CHECK_EQ(vm_fault(&vm, 0x1000 + i, WRITE), CW_PF_FIXED);
		CHECK_EQ(vm_fault_ctx(&vm, &smm, 0x100 + i, WRITE), CW_PF_FIXED);
	}
	/* Not aligned: pages 35..37. */
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 0x23800, 0x25001, true), 0);
	for (uint64_t i = 0; i < 96; i++)
		CHECK_EQ(rec_bus_alive(&vm.rec, HOST(i)), i < 35 || i > 37);
	CHECK_EQ(vm.mmu.stats.pages_4k, 3 * 61);
	cw_mmu_invalidate_end(&vm.mmu, 0x23800, 0x25001);
	vm_check(&vm);
	vm_detach(&vm, &smm);
	vm_destroy(&vm);
}

static unsigned yields;
static struct vm *yield_vm;

/* Maps again what was zapped, and zaps what comes next. */
static void hook_disturb(struct recorder *r)
{
	static bool inside;
	uint64_t hva = (uint64_t)(100 + yields) << 12;

	yields++;
	if (inside)
		return;
	inside = true;
	r->yield_hook = NULL;
	CHECK(vm_fault(yield_vm, 0x100 + yields, WRITE) > 0);
	CHECK_EQ(cw_mmu_invalidate_begin(r->mmu, hva, hva + 8192, true), 0);
	cw_mmu_invalidate_end(r->mmu, hva, hva + 8192);
	r->yield_hook = hook_disturb;
	inside = false;
}

static void zap_1_yields_every_ten_tables(void)
{
	struct vm vm;

	vm_init(&vm);
	yield_vm = &vm;
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 2048, 0, 0), 0);
	for (uint64_t i = 0; i < 64; i++)
		CHECK_EQ(vm_fault(&vm, (2 + i) << 18, READ), CW_PF_EMULATE);
	for (uint64_t i = 0; i < 2048; i++)
		CHECK_EQ(vm_fault(&vm, 0x100 + i, WRITE), CW_PF_FIXED);
	CHECK(vm.mmu.nr_pages > 100);
	yields = 0;
	vm.rec.yield_hook = hook_disturb;
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK(yields >= 10);
	vm_check(&vm);
	/* And in the batches of a range. */
	for (uint64_t i = 0; i < 2048; i++)
		CHECK(vm_fault(&vm, 0x100 + i, WRITE) > 0);
	yields = 0;
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0x100, 2048), 0);
	CHECK(yields >= 3);
	vm.rec.yield_hook = NULL;
	vm_check(&vm);
	vm_destroy(&vm);
}

static unsigned commands(const struct recorder *r)
{
	return r->count[REC_ENTRY_WRITE] + r->count[REC_ENTRY_XCHG] + r->count[REC_PROTECT];
}

#define SLOT_ABOVE (100ull << 18) /* of what the tables are torn down last */
static uint64_t kept_gfn;

/* In the middle of a zap of everything: tables of the old generation stand in the list still, with their leaves. */
static void hook_obsolete(struct recorder *r)
{
	struct cw_mmu *mmu = r->mmu;
	unsigned before = commands(r), loads = r->count[REC_TABLE_LOAD];
	struct cw_mmu_page *old, *new;
	union cw_role role;
	uint64_t table;
	unsigned level;

	r->yield_hook = NULL;
	CHECK(!cw_list_empty(&mmu->active));
	/* The oldest go first: what stands at the head was made last. */
	old = cw_list_entry(mmu->active.next, struct cw_mmu_page, node);
	CHECK(old->gen != mmu->valid_gen && old->nr_present && !old->role.invalid);
	CHECK_EQ(old->role.level, 1);
	CHECK(!cw_page_find(mmu, old->gfn, old->role));
	kept_gfn = old->gfn + 5;
	role = old->role;
	table = old->table;
	/* Nothing reaches it: its entries go without a command. */
	CHECK_EQ(cw_mmu_zap_range(mmu, 0, kept_gfn, 1), 0);
	CHECK_EQ(commands(r), before);
	/* And a fault does not use it. */
	CHECK_EQ(vm_fault(yield_vm, kept_gfn, WRITE), CW_PF_FIXED);
	CHECK_EQ(r->count[REC_TABLE_LOAD], loads + 3);
	rec_walk(r, &yield_vm->ctx, kept_gfn, &level);
	CHECK_EQ(level, 1);
	new = cw_page_find(mmu, kept_gfn - 5, role);
	CHECK(new &&new->table != table);
}

static void zap_3_what_is_obsolete(void)
{
	struct vm vm;

	vm_init(&vm);
	yield_vm = &vm;
	CHECK_EQ(vm_slot(&vm, 0, SLOT_ABOVE, 512, 0, 0), 0);
	for (uint64_t i = 0; i < 64; i++)
		CHECK_EQ(vm_fault(&vm, (2 + i) << 18, READ), CW_PF_EMULATE);
	for (uint64_t i = 0; i < 512; i++)
		CHECK_EQ(vm_fault(&vm, SLOT_ABOVE + i, WRITE), CW_PF_FIXED);
	vm.rec.yield_hook = hook_obsolete;
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	CHECK(!vm.rec.yield_hook);
	/* What was made meanwhile is of the new generation, where the zap ends. */
	for (uint64_t i = 0; i < 512; i++)
		CHECK_EQ(!!(vm_leaf(&vm, &vm.ctx, SLOT_ABOVE + i) & REC_PRESENT), SLOT_ABOVE + i == kept_gfn);
	CHECK_EQ(vm.mmu.stats.pages_4k, 1);
	CHECK_EQ(vm.mmu.nr_pages, 4);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void rmap_of_many_entries(void)
{
	struct cw_rmap *rmap = cw_rmap_create(1ull << 30);
	struct cw_cache_set cache = {.nr_table = 0};
	struct cw_mmu_page *sp = cw_zalloc(sizeof(*sp));
	struct cw_entry e;
	uint64_t rel;

	CHECK_EQ(rmap->inner_levels, 3);
	/* 20 entries of one gfn: three descriptors; then they go from the middle. */
	for (unsigned i = 0; i < 20; i++) {
		while (cache.desc.nr < 1)
			cache.desc.obj[cache.desc.nr++] = cw_zalloc(sizeof(struct cw_rmap_desc));
		while (cache.block.nr < 4)
			cache.block.obj[cache.block.nr++] = cw_zalloc(4096);
		if (!cache.rmap_leaf.nr)
			cache.rmap_leaf.obj[cache.rmap_leaf.nr++] = cw_zalloc(sizeof(struct cw_rmap_leaf));
		cw_rmap_add(rmap, 0x23456789, (struct cw_entry){sp, i * 7}, &cache);
	}
	rel = 0;
	CHECK(cw_rmap_next(rmap, &rel) != NULL);
	CHECK_EQ(rel, 0x23456600);
	rel = 0x23456700;
	CHECK(cw_rmap_next(rmap, &rel) != NULL);
	CHECK_EQ(rel, 0x23456700);
	rel = 0x23456800;
	CHECK(cw_rmap_next(rmap, &rel) == NULL);
	for (unsigned i = 0; i < 20; i++) {
		unsigned index = (i * 3 % 20) * 7, n = 0;

		cw_rmap_del(rmap, 0x23456789, (struct cw_entry){sp, index});
		while (cw_rmap_head_get(&cw_rmap_lookup(rmap, 0x23456789)->head[0x189], n, &e)) {
			CHECK(e.sp == sp && e.index != index);
			n++;
		}
		CHECK_EQ(n, 19 - i);
	}
	CHECK_EQ(cw_rmap_lookup(rmap, 0x23456789)->nr_mapped, 0);
	while (cache.block.nr)
		cw_free(cache.block.obj[--cache.block.nr]);
	while (cache.desc.nr)
		cw_free(cache.desc.obj[--cache.desc.nr]);
	while (cache.rmap_leaf.nr)
		cw_free(cache.rmap_leaf.obj[--cache.rmap_leaf.nr]);
	cw_rmap_destroy(rmap);
	cw_free(sp);
}

static void fill_up(struct cw_cache_set *cache)
{
	while (cache->block.nr < CW_NEED_BLOCK)
		cache->block.obj[cache->block.nr++] = cw_zalloc(CW_PAGE_SIZE);
	if (!cache->rmap_leaf.nr)
		cache->rmap_leaf.obj[cache->rmap_leaf.nr++] = cw_zalloc(sizeof(struct cw_rmap_leaf));
}

/* Leaves that are there, in order, from each of some places on; against a list. */
static void compare_leaves(const struct cw_rmap *rmap, const uint64_t *first, unsigned n, uint64_t from)
{
	uint64_t rel = from, best;

	for (;;) {
		struct cw_rmap_leaf *leaf = cw_rmap_next(rmap, &rel);

		best = ~0ull;
		for (unsigned i = 0; i < n; i++)
			if (first[i] + 512 > from && first[i] < best)
				best = first[i];
		if (!CHECK_EQ(leaf != NULL, best != ~0ull) || !leaf)
			return;
		CHECK_EQ(rel, best < from ? from : best);
		CHECK(leaf == cw_rmap_lookup(rmap, rel));
		from = rel = best + 512;
	}
}

/*
 * The rmap of a slot of 2^31 - 1 pages grows as far as what is mapped lies apart: one block for all pages of a leaf,
 * never more in one step than a cache has for it (MS-16).
 */
static void ms_16_rmap_grows_upwards(void)
{
	static const uint64_t lone[] = {0, 511, 512, 123456789, 0x7ffffffeull};
	struct cw_cache_set cache = {.nr_table = 0};
	struct cw_mmu_page *sp = cw_zalloc(sizeof(*sp));
	uint64_t rng = 12345, first[60];

	for (unsigned i = 0; i < 5; i++) {
		struct cw_rmap *rmap = cw_rmap_create(CW_MEM_MAX_PAGES);

		CHECK(!cw_rmap_lookup(rmap, lone[i]));
		fill_up(&cache);
		CHECK(cw_rmap_get(rmap, lone[i], &cache) == cw_rmap_lookup(rmap, lone[i]));
		CHECK_EQ(cache.block.nr, CW_NEED_BLOCK - 1);
		first[0] = lone[i] & ~511ull;
		compare_leaves(rmap, first, 1, 0);
		compare_leaves(rmap, first, 1, lone[i]);
		compare_leaves(rmap, first, 1, first[0] + 512);
		cw_rmap_destroy(rmap);
	}
	for (unsigned run = 0; run < 200 && !check_bad; run++) {
		struct cw_rmap *rmap = cw_rmap_create(CW_MEM_MAX_PAGES);
		unsigned n = 0, most = 0;

		for (unsigned k = 0; k < 60; k++) {
			uint64_t rel, shift = run % 4 * 9;
			bool known = false;

			rng = rng * 6364136223846793005ull + 1442695040888963407ull;
			rel = (rng >> 33 >> shift) + (run % 8 > 3 ? 1000000 : 0);
			rel = rel < CW_MEM_MAX_PAGES ? rel : CW_MEM_MAX_PAGES - 1;
			for (unsigned i = 0; i < n; i++)
				known |= first[i] == (rel & ~511ull);
			CHECK_EQ(cw_rmap_lookup(rmap, rel) != NULL, known);
			fill_up(&cache);
			cw_rmap_add(rmap, rel, (struct cw_entry){sp, k}, &cache);
			most = CW_NEED_BLOCK - cache.block.nr > most ? CW_NEED_BLOCK - cache.block.nr : most;
			CHECK(!known || cache.block.nr == CW_NEED_BLOCK);
			if (!known)
				first[n++] = rel & ~511ull;
			cw_rmap_del(rmap, rel, (struct cw_entry){sp, k});
			compare_leaves(rmap, first, n, rng >> 40);
			compare_leaves(rmap, first, n, 0);
		}
		CHECK(most <= 3 + 2 + 1);
		for (unsigned i = 0; i < n; i++)
			CHECK(cw_rmap_lookup(rmap, first[i]) && cw_rmap_lookup(rmap, first[i])->nr_mapped == 0);
		cw_rmap_destroy(rmap);
	}
	while (cache.block.nr)
		cw_free(cache.block.obj[--cache.block.nr]);
	while (cache.rmap_leaf.nr)
		cw_free(cache.rmap_leaf.obj[--cache.rmap_leaf.nr]);
	cw_free(sp);
}

static int any_page(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	(void)priv;
	(void)slot;
	(void)write;
	*out = (struct cw_hpage){.bus = (gfn & 0xfffff) << 12, .writable = true};
	return 0;
}

static void no_release(void *priv, const struct cw_hpage *page, bool mapped)
{
	(void)priv;
	(void)page;
	(void)mapped;
}

/*
 * The fault of a direct context that takes most: tables of four levels with three arrays of children, beside another
 * entry of the root of level 5; three new roots of the rmap, two inner nodes and heads.
 */
static void ms_16_the_fault_that_takes_most(void)
{
	static struct vm vm;
	struct cw_mmu_params p = {.address_bits = 52};
	struct cw_mmu_ops ops = rec_ops;
	const uint64_t base = (1ull << 36) - 1000;

	ops.resolve = any_page;
	ops.release = no_release;
	rec_init(&vm.rec, &vm.mmu, VM_HOST_PAGES);
	CHECK_EQ(cw_mmu_init(&vm.mmu, &ops, &vm.rec, &p), 0);
	CHECK_EQ(cw_mmu_worker_init(&vm.worker, &vm.mmu), 0);
	vm_attach(&vm, &vm.ctx, 5, 0, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 0, base, CW_MEM_MAX_PAGES, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, base, WRITE), CW_PF_FIXED);
	alloc_watch(&vm.rec);
	CHECK_EQ(vm_fault(&vm, base + (1ull << 30), WRITE), CW_PF_FIXED);
	alloc_watch(NULL);
	CHECK_EQ(CW_NEED_PAGE - vm.worker.cache->mirror.nr, 4);
	CHECK_EQ(CW_NEED_BLOCK - vm.worker.cache->block.nr, 3 + 3 + 2 + 1);
	CHECK_EQ(vm_leaf(&vm, &vm.ctx, base) & REC_PRESENT, REC_PRESENT);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, base + 512, CW_MEM_MAX_PAGES - 512), 0);
	CHECK_EQ(vm.mmu.stats.pages_4k, 1);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(ms_16_the_fault_that_takes_most);
	RUN(ms_16_rmap_grows_upwards, "MS-16");
	RUN(zap_range_takes_exactly_the_range);
	RUN(zap_range_goes_on_in_the_next_slot);
	RUN(p18_empty_tables_go_with_a_full_invalidate);
	RUN(p12_exchange_only_where_the_engine_writes, "SPTE-9");
	RUN(zap_1_zap_all_keeps_roots, "ZAP-1 ZAP-2");
	RUN(zap_all_that_fails_half_way);
	RUN(p21_tables_wait_for_a_flush_that_works, "SPTE-14 ZAP-9");
	RUN(zap_9_the_flush_of_another_is_waited_for, "ZAP-9");
	RUN(flushes_are_counted_as_asked_and_as_done, "ST-2");
	RUN(lost_invalidate_is_made_good);
	RUN(exchange_that_times_out);
	RUN(p45_reset_after_a_dead_engine);
	RUN(reset_with_writes_that_failed);
	RUN(destroy_tells_what_it_could_not_free);
	RUN(p47_begin_that_may_not_block);
	RUN(zap_7_all_slots_of_the_range, "ZAP-7");
	RUN(zap_1_yields_every_ten_tables, "ZAP-1");
	RUN(zap_3_what_is_obsolete, "ZAP-3");
	RUN(rmap_of_many_entries);
	return CHECK_DONE("mmu_zap");
}
