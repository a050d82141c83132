/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A small VM in which any operation of the core can be made to fail at any allocation, command or access to guest
 * memory: slots of all kinds, direct and shadow contexts, one for an L2 guest. Beside it stands what the test itself
 * knows: slots, the guest's tables, pages that were written. What the engine can reach must follow from these alone.
 */
#ifndef CW_TEST_NTH_WORLD_H
#define CW_TEST_NTH_WORLD_H

#include "guestmem.h"

#include "../../lib/mmu/nested.h"

#define NIDS 8u
#define NGFN 1024u     /* logged pages are below */
#define LARGE 512u     /* slot 2: one page of 2 MiB */
#define MMIO_VA 40u    /* pages of the shadow context that are outside of slots */
#define LARGE_VA 1536u /* and the first of a large one that nothing maps yet */
#define LARGE_NEW 0x4200ull
#define EPT_ROOT 10u

/* BY_COMMANDS: the n-th one and all that follow. */
enum nth_kind { BY_ALLOC, BY_COMMAND, BY_COMMANDS, BY_MEMORY, NKINDS };

static struct {
	struct vm vm;
	struct cw_mmu_ctx five, shadow, l2, extra;
	struct cw_mmu_worker worker, fresh; /* fresh: which has nothing yet */
	struct cw_gpa_cache cache;
	struct {
		uint64_t gfn, npages, hpage; /* npages 0: no such slot */
		uint32_t flags;
	} slot[CW_AS_MAX][NIDS];
	bool written[NGFN];	     /* since they were reported last */
	uint64_t log[NGFN / 512][8]; /* the engine's */
	unsigned mem_calls, mem_fail;
	uint64_t away;	      /* host page + 1 that resolve() must bring in first */
	unsigned mode, flags; /* of the log, when the operation began */
	uint64_t limit;
} w;

/* --- guest memory and the engine's log --- */

static int mem_op(uint64_t hva)
{
	if (++w.mem_calls == w.mem_fail)
		return -EIO;
	return w.away == (hva >> 12) + 1 ? -EAGAIN : 0;
}

static int nth_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	int r = mem_op(hva);

	return r ? r : mem_read(priv, hva, buf, len);
}

static int nth_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	int r = mem_op(hva);

	return r ? r : mem_write(priv, hva, buf, len);
}

static int nth_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	int r = mem_op(hva);

	return r ? r : mem_cmpxchg(priv, hva, old, new, size);
}

static int nth_resolve(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	int r = rec_ops.resolve(priv, slot, gfn, write, out);

	if (!r && w.away == (cw_memslot_hva(slot, gfn) >> 12) + 1)
		w.away = 0;
	return r;
}

/* What a harvest that fails has read is lost. */
static int nth_harvest(void *priv, unsigned domain, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits),
		       void *arg)
{
	int r = rec_ops.harvest(priv, domain, line, arg);
	uint64_t bits[NGFN / 512][8];

	memcpy(bits, w.log, sizeof(bits));
	if (domain == 0)
		memset(w.log, 0, sizeof(w.log));
	for (unsigned i = 0; !r && domain == 0 && i < NGFN / 512; i++)
		line(arg, i * 512, bits[i]);
	return r;
}

/* --- slots --- */

static int set_slot(uint32_t id, uint64_t gfn, uint64_t npages, uint64_t hpage, uint32_t flags)
{
	int r = vm_slot(&w.vm, id, gfn, npages, hpage, flags);

	if (!r) {
		w.slot[id >> 16][id & 0xffff].gfn = gfn;
		w.slot[id >> 16][id & 0xffff].npages = npages;
		w.slot[id >> 16][id & 0xffff].hpage = hpage;
		w.slot[id >> 16][id & 0xffff].flags = flags;
	}
	return r;
}

/* Id of the slot of a gfn, or -1. */
static int slot_of(unsigned as_id, uint64_t gfn)
{
	for (unsigned id = 0; id < NIDS; id++)
		if (gfn - w.slot[as_id][id].gfn < w.slot[as_id][id].npages)
			return (int)id;
	return -1;
}

static uint64_t bus_of(unsigned as_id, uint64_t gfn)
{
	int id = slot_of(as_id, gfn);

	return w.vm.rec.host_bus[w.slot[as_id][id].hpage + gfn - w.slot[as_id][id].gfn];
}

/* Places where a slot is, was, or may come to be. */
static const uint64_t places[] = {0, 63, 64, 511, 512, 1023, 1024, 0x2000, 0x203f, 0x3000, 0x4000, 0x4200, 0x5000};
#define NPLACES (sizeof(places) / sizeof(places[0]))

static void slots_agree(void)
{
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++)
		for (unsigned i = 0; i < NPLACES; i++) {
			int id = slot_of(as_id, places[i]);
			struct cw_memslot s;

			CHECK_EQ(cw_mmu_get_memslot(&w.vm.mmu, as_id, places[i], &s), id < 0 ? -ENOENT : 0);
			if (id < 0)
				continue;
			CHECK_EQ(s.id, id);
			CHECK_EQ(s.base_gfn, w.slot[as_id][id].gfn);
			CHECK_EQ(s.npages, w.slot[as_id][id].npages);
			CHECK_EQ(s.hva, w.slot[as_id][id].hpage << 12);
			CHECK_EQ(s.flags, w.slot[as_id][id].flags);
		}
}

/* --- translations --- */

/* Page of a program's address, by the guest's tables as they stand. */
static bool guest_maps(uint64_t page, uint64_t *gfn)
{
	uint64_t table = 1;

	for (unsigned level = 4; level; level--) {
		uint64_t e = gm_get((unsigned)table, page >> 9 * (level - 1) & 511), to = (e & REC_ADDR) >> 12;

		if (!(e & G_P))
			return false;
		if (level == 2 && (e & G_PS)) {
			*gfn = to + (page & 511);
			return true;
		}
		table = to;
	}
	*gfn = table;
	return true;
}

/* One entry that a walk ends at. */
static void entry_agrees(struct cw_mmu_ctx *ctx, uint64_t page, uint64_t gfn)
{
	uint64_t bus, e;
	unsigned level;
	int id;

	if (!vm_level(&w.vm, ctx, page, &bus))
		return;
	id = slot_of(ctx->as_id, gfn);
	if (!CHECK(id >= 0))
		return;
	CHECK(!(w.slot[ctx->as_id][id].flags & CW_MEM_ALLONES));
	CHECK_EQ(bus, bus_of(ctx->as_id, gfn));
	e = rec_walk(&w.vm.rec, ctx, page, &level);
	CHECK(!(e & REC_W) || !(w.slot[ctx->as_id][id].flags & CW_MEM_READONLY));
}

static void translations_agree(void)
{
	for (uint64_t gfn = 0; gfn < NGFN; gfn++) {
		entry_agrees(&w.vm.ctx, gfn, gfn);
		entry_agrees(&w.five, gfn, gfn);
	}
	for (unsigned i = 0; i < NPLACES; i++) {
		entry_agrees(&w.vm.ctx, places[i], places[i]);
		entry_agrees(&w.five, places[i], places[i]);
	}
	for (uint64_t page = 0; page < NGFN; page++) {
		uint64_t gfn, bus;

		/* I10: nothing in these tables changes without an invalidation. */
		if (guest_maps(page, &gfn))
			entry_agrees(&w.shadow, page, gfn);
		else
			CHECK_EQ(vm_level(&w.vm, &w.shadow, page, &bus), 0);
	}
}

/* A request has written a page. Where W tells, the host that made it writable has marked it; else the engine does. */
static void wrote(struct cw_mmu_ctx *ctx, uint64_t page, uint64_t gfn)
{
	unsigned mode = w.vm.mmu.domain[ctx->as_id].log_mode, level;
	int id = slot_of(ctx->as_id, gfn);
	uint64_t addr;

	if (ctx->as_id || id < 0 || gfn >= NGFN || !mode || !(w.slot[0][id].flags & CW_MEM_LOG_DIRTY))
		return;
	w.written[gfn] = true;
	if (mode == CW_LOG_PROTECT ||
	    (mode == CW_LOG_DIRTYBIT && (rec_walk_at(&w.vm.rec, ctx, page, &level, &addr) & REC_D)))
		return;
	if (mode == CW_LOG_DIRTYBIT)
		rec_engine_sets(&w.vm.rec, addr, REC_D);
	w.log[gfn / 512][gfn % 512 / 64] |= 1ull << gfn % 64;
}

/* A fault as it is handled for a request, which walks again. */
static int nth_fault(struct cw_mmu_worker *worker, struct cw_mmu_ctx *ctx, uint64_t page, bool write)
{
	int r = CW_PF_RETRY;

	for (unsigned i = 0; i < 8 && r == CW_PF_RETRY; i++) {
		struct cw_fault f = {.ctx = ctx, .gpa = page << 12 | 0x18, .write = write};

		r = cw_mmu_fault(worker, &f);
	}
	if (write && (r == CW_PF_FIXED || r == CW_PF_SPURIOUS)) {
		uint64_t gfn = page;

		if (ctx != &w.shadow || guest_maps(page, &gfn))
			wrote(ctx, page, gfn);
	}
	return r;
}

static void maps(struct cw_mmu_ctx *ctx, uint64_t page, uint64_t gfn, bool write)
{
	uint64_t bus = 0;
	int r = nth_fault(&w.vm.worker, ctx, page, write);

	CHECK(r == CW_PF_FIXED || r == CW_PF_SPURIOUS);
	CHECK(vm_level(&w.vm, ctx, page, &bus));
	CHECK_EQ(bus, bus_of(ctx->as_id, gfn));
}

/* All kinds of contexts find what slots and tables give. */
static void all_works(void)
{
	if (slot_of(0, 70) == 1)
		maps(&w.vm.ctx, 70, 70, WRITE);
	if (slot_of(0, 600) == 2)
		maps(&w.five, 600, 600, WRITE);
	if (slot_of(0, 104) == 1 && slot_of(0, 0) == 0)
		maps(&w.shadow, 4, 104, WRITE);
}

/* --- life --- */

/* Tables as gm_tables() has them, a second root, and EPT tables that map an L2 guest to itself. */
static void nth_tables(void)
{
	gm_tables();
	for (unsigned i = 0; i < 32; i++)
		gm_set(4, i, (100ull + i) << 12 | G_DONE);
	gm_set(4, MMIO_VA, 0x5000ull << 12 | G_DONE);
	gm_set(4, MMIO_VA + 1, 0x5001ull << 12 | G_DONE);
	gm_set(3, 1, (uint64_t)LARGE << 12 | G_PS | G_DONE);
	gm_set(3, 2, 5 << 12 | G_RWU | G_A);
	gm_set(3, 3, LARGE_NEW << 12 | G_PS | G_DONE);
	gm_set(5, 0, 140 << 12 | G_DONE);
	gm_set(6, 0, 2 << 12 | G_RWU | G_A);
	gm_set(EPT_ROOT, 0, (EPT_ROOT + 1) << 12 | 7);
	gm_set(EPT_ROOT + 1, 0, (EPT_ROOT + 2) << 12 | 7);
	gm_set(EPT_ROOT + 2, 0, 7 | 6 << 3 | 1 << 7);
}

static struct cw_guest_regs nth_regs(uint64_t root)
{
	return (struct cw_guest_regs){
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA | CW_EFER_NX, .root = root << 12};
}

static void nth_begin(unsigned mode, unsigned flags)
{
	struct cw_mmu_params p = {.address_bits = 48};
	struct cw_shadow_params sp = {.level = 4, .kind = CW_GUEST_EPT};
	struct cw_guest_regs regs = {.root = EPT_ROOT << 12 | 3 << 3 | 6};

	memset(&w, 0, sizeof(w));
	gm_begin(&w.vm, &p);
	gm_ops.host_read = nth_read;
	gm_ops.host_write = nth_write;
	gm_ops.host_cmpxchg = nth_cmpxchg;
	gm_ops.resolve = nth_resolve;
	gm_ops.harvest = nth_harvest;
	gm_ops.resolve_atomic = NULL;
	vm_host_level(&w.vm, LARGE, 1536, 2);
	nth_tables();
	CHECK_EQ(set_slot(0, 0, 64, 0, 0), 0);
	CHECK_EQ(set_slot(1, 64, 512 - 64, 64, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(set_slot(2, LARGE, 512, LARGE, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(set_slot(3, 0x2000, 64, 0, CW_MEM_ALLONES), 0);
	CHECK_EQ(set_slot(4, 0x3000, 16, 2200, CW_MEM_READONLY), 0);
	CHECK_EQ(set_slot(6, LARGE_NEW, 512, 1024, 0), 0);
	CHECK_EQ(set_slot(7, 0x4400, 512, 1536, 0), 0);
	CHECK_EQ(set_slot(1u << 16, 0, 64, 2048, 0), 0);
	vm_attach(&w.vm, &w.five, 5, 0, CW_FLAVOUR_EPT);
	gm_attach(&w.vm, &w.shadow, true);
	CHECK_EQ(cw_shadow_ctx_create(&w.vm.mmu, &w.l2, &sp, &regs), 0);
	rec_attach(&w.vm.rec, &w.l2);
	/* Small leaves and large ones, written and read, in each kind of context. */
	maps(&w.vm.ctx, 100, 100, WRITE);
	maps(&w.vm.ctx, 120, 120, READ);
	maps(&w.vm.ctx, 600, 600, WRITE);
	maps(&w.vm.ctx, 0x4403, 0x4403, READ);
	maps(&w.five, 100, 100, WRITE);
	maps(&w.vm.ctx, 0x3000, 0x3000, READ);
	maps(&w.shadow, 0, 100, WRITE);
	maps(&w.shadow, 3, 103, READ);
	maps(&w.shadow, 512 + 5, LARGE + 5, READ);
	CHECK_EQ(nth_fault(&w.vm.worker, &w.shadow, MMIO_VA, READ), CW_PF_EMULATE);
	CHECK_EQ(cw_mmu_worker_init(&w.fresh, &w.vm.mmu), 0);
	if (!mode)
		return;
	CHECK_EQ(cw_mmu_log_start(&w.vm.mmu, 0, mode, flags), 0);
	maps(&w.vm.ctx, 101, 101, WRITE);
	maps(&w.vm.ctx, 700, 700, WRITE);
	maps(&w.shadow, 2, 102, WRITE);
	maps(&w.five, 130, 130, READ);
}

static void nth_end(void)
{
	cw_mmu_worker_destroy(&w.fresh);
	vm_detach(&w.vm, &w.l2);
	vm_detach(&w.vm, &w.shadow);
	vm_detach(&w.vm, &w.five);
	vm_destroy(&w.vm);
}

/* --- failures --- */

static void nth_arm(enum nth_kind kind, unsigned n)
{
	w.mode = w.vm.mmu.domain[0].log_mode;
	w.flags = w.vm.mmu.domain[0].log_flags;
	w.limit = w.vm.mmu.page_limit;
	alloc_fail(kind == BY_ALLOC ? n : 0);
	w.vm.rec.fail_any = kind == BY_COMMAND || kind == BY_COMMANDS ? n : 0;
	w.vm.rec.fail_on = kind == BY_COMMANDS;
	w.vm.rec.any_failed = false;
	w.mem_calls = 0;
	w.mem_fail = kind == BY_MEMORY ? n : 0;
}

/* Ends it; whether there was an n-th one. */
static bool nth_disarm(enum nth_kind kind, unsigned n)
{
	bool was = kind == BY_ALLOC ? alloc_calls() >= n : kind == BY_MEMORY ? w.mem_calls >= n : w.vm.rec.any_failed;

	alloc_fail(0);
	w.vm.rec.fail_any = 0;
	w.vm.rec.fail_on = false;
	w.mem_fail = 0;
	return was;
}

#endif
