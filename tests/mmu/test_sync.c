/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What the guest's invalidations find (ZAP-12): one cause at a time, at each level, and what must not be lost by it. */
#include "guestmem.h"

#define LARGE 0x200000ull /* va of a large page of the guest, over small ones of the host */
#define DATA 512ull

static struct cw_mmu_ctx ctx, other;

/* va 0: page DATA by tables 1, 2, 3, 4; LARGE: pages DATA .. by an entry of table 3. */
static void begin(struct vm *vm)
{
	const struct cw_mmu_params params = {.address_bits = 48};

	gm_begin(vm, &params);
	gm_ops.resolve_atomic = NULL;
	gm_tables();
	CHECK_EQ(vm_slot(vm, 0, 0, 64, 0, 0), 0);
	CHECK_EQ(vm_slot(vm, 1, DATA, 1024, DATA, 0), 0);
	gm_set(4, 0, DATA << 12 | G_DONE);
	gm_set(3, 1, DATA << 12 | G_PS | G_DONE);
	gm_attach(vm, &ctx, false);
}

static void end(struct vm *vm)
{
	vm_check(vm);
	vm_detach(vm, &ctx);
	vm_destroy(vm);
}

enum after { GONE, READ_ONLY, KEPT };

struct change {
	unsigned page, index; /* of the entry */
	uint64_t flip;	      /* bits of it */
	enum after after;
};

static const struct change small[] = {
	{4, 0, G_P, GONE},	  {4, 0, G_A, GONE},	    {4, 0, G_U, GONE},	   {4, 0, 1 << 12, GONE},
	{4, 0, 1ull << 51, GONE}, /* reserved */
	{4, 0, G_NX, GONE},	  /* reserved without EFER.NX */
	{4, 0, G_D, READ_ONLY},	  {4, 0, G_W, READ_ONLY},   {4, 0, 1 << 9, KEPT},  {3, 0, G_P, GONE},
	{3, 0, G_A, GONE},	  {3, 0, G_U, GONE},	    {3, 0, G_W, GONE}, /* another page by its role */
	{3, 0, 1 << 12, GONE},	  {3, 0, 1ull << 51, GONE}, {3, 0, G_PS, GONE},	   {3, 0, 1 << 9, KEPT},
	{2, 0, G_P, GONE},	  {2, 0, G_W, GONE},	    {2, 0, 1 << 13, GONE}, {1, 0, G_P, GONE},
	{1, 0, G_W, GONE},	  {1, 0, 1 << 12, GONE},    {1, 0, G_PS, GONE}, /* reserved at level 4 */
};

static const struct change large[] = {
	{3, 1, G_P, GONE},  {3, 1, G_A, GONE},	   {3, 1, G_U, GONE},	  {3, 1, G_D, GONE},
	{3, 1, G_W, GONE},  {3, 1, 1 << 13, GONE}, {3, 1, 3 << 21, GONE}, {3, 1, 1ull << 51, GONE},
	{3, 1, G_PS, GONE}, {3, 1, 1 << 9, KEPT},
};

/* The page of va is written, the entry changes, and the guest invalidates that page alone. */
static void one(const struct change *c, uint64_t va, uint64_t page)
{
	struct vm vm;
	uint64_t bus = 0;

	begin(&vm);
	CHECK_EQ(gm_fault(&vm, &ctx, va, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &ctx, va >> 12, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[page]);
	CHECK(vm_leaf(&vm, &ctx, va >> 12) & REC_W);
	gm_set(c->page, c->index, gm_get(c->page, c->index) ^ c->flip);
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, va, 1), 0);
	CHECK_EQ(vm_level(&vm, &ctx, va >> 12, &bus), c->after == GONE ? 0 : 1);
	if (c->after != GONE)
		CHECK_EQ(!(vm_leaf(&vm, &ctx, va >> 12) & REC_W), c->after == READ_ONLY);
	/* It has waited, too. */
	CHECK_EQ(rec_bus_alive(&vm.rec, vm.rec.host_bus[page]), c->after != GONE);
	if (check_bad)
		printf("  entry %u of page %u, bits %llx\n", c->index, c->page, (unsigned long long)c->flip);
	end(&vm);
}

static void zap_12_each_cause(void)
{
	for (unsigned i = 0; i < sizeof(small) / sizeof(small[0]) && !check_bad; i++)
		one(&small[i], 0, DATA);
	for (unsigned i = 0; i < sizeof(large) / sizeof(large[0]) && !check_bad; i++)
		one(&large[i], LARGE + 0x5000, DATA + 5);
}

/* --- ranges --- */

/* The last page of one table and the first of the next, and one beyond the range. */
static void zap_12_a_range_over_tables(void)
{
	static const uint64_t page[] = {0x1fe, 0x1ff, 0x400, 0x401};
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	gm_set(3, 2, 5 << 12 | G_RWU | G_A);
	for (unsigned i = 0; i < 4; i++) {
		gm_set(i < 2 ? 4 : 5, page[i] & 511, (DATA + i) << 12 | G_DONE);
		CHECK_EQ(gm_fault(&vm, &ctx, page[i] << 12, READ, NULL), CW_PF_FIXED);
		gm_set(i < 2 ? 4 : 5, page[i] & 511, 0);
	}
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, page[1] << 12, page[2] - page[1] + 1), 0);
	CHECK_EQ(vm_level(&vm, &ctx, page[0], &bus), 1);
	CHECK_EQ(vm_level(&vm, &ctx, page[1], &bus), 0);
	CHECK_EQ(vm_level(&vm, &ctx, page[2], &bus), 0);
	CHECK_EQ(vm_level(&vm, &ctx, page[3], &bus), 1);
	/* More pages than there are addresses: all. */
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, page[3] << 12, ~0ull >> 12), 0);
	CHECK_EQ(vm_level(&vm, &ctx, page[0], &bus), 0);
	CHECK_EQ(vm_level(&vm, &ctx, page[3], &bus), 0);
	end(&vm);
}

/* --- 4-byte tables --- */

static void set4(unsigned page, unsigned index, uint32_t v)
{
	((uint32_t *)mem)[page * 1024 + index] = v;
}

/* Both halves of a page of 4 MiB, and small pages, in each quarter of the root. */
static void zap_12_quadrants(void)
{
	const struct cw_guest_regs regs = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PSE, .root = 1 << 12};
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};

	for (unsigned quarter = 0; quarter < 4; quarter++) {
		/* A small page by the upper half of its table, then 4 MiB. */
		unsigned pde = quarter * 256 + 7;
		uint64_t va[] = {(uint64_t)pde << 22 | 777 << 12, (uint64_t)(pde + 1) << 22 | 3 << 12,
				 (uint64_t)(pde + 1) << 22 | 515 << 12};
		uint64_t bus;
		struct vm vm;

		begin(&vm);
		CHECK_EQ(vm_slot(&vm, 2, 2048, 1024, 2048, 0), 0);
		CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &regs), 0);
		rec_attach(&vm.rec, &other);
		set4(1, pde, 6 << 12 | G_RWU | G_A);
		set4(6, 777, (DATA + 9) << 12 | G_DONE);
		set4(1, pde + 1, 2048 << 12 | G_PS | G_DONE);
		for (unsigned i = 0; i < 3; i++)
			CHECK_EQ(gm_fault(&vm, &other, va[i], READ, NULL), CW_PF_FIXED);
		/* All of it holds. */
		CHECK_EQ(cw_mmu_ctx_invalidate(&other, 0, 0), 0);
		for (unsigned i = 0; i < 3; i++) {
			CHECK_EQ(vm_level(&vm, &other, va[i] >> 12, &bus), 1);
			CHECK_EQ(bus, vm.rec.host_bus[i == 0 ? DATA + 9 : i == 1 ? 2048 + 3 : 2048 + 515]);
		}
		set4(6, 777, (DATA + 10) << 12 | G_DONE);
		set4(1, pde + 1, DATA << 12 | G_PS | G_DONE);
		CHECK_EQ(cw_mmu_ctx_invalidate(&other, 0, 0), 0);
		for (unsigned i = 0; i < 3; i++)
			CHECK_EQ(vm_level(&vm, &other, va[i] >> 12, &bus), 0);
		vm_check(&vm);
		vm_detach(&vm, &other);
		end(&vm);
	}
}

/* --- roots that come back --- */

static const struct cw_guest_regs roots[2] = {
	{.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 1 << 12},
	{.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = 7 << 12},
};

static void load(struct vm *vm, unsigned root, bool keep)
{
	int r;

	rec_detach(&vm->rec, &ctx);
	r = cw_ctx_load(&ctx, &roots[root], keep);
	CHECK(r == 0 || r == 1);
	rec_attach(&vm->rec, &ctx);
}

/* What was invalidated while another root was in use: all of it, by a page, or by a load that keeps nothing. */
static void role_14_previous_roots_are_compared(void)
{
	for (unsigned how = 0; how < 4; how++) {
		struct vm vm;
		uint64_t bus;

		begin(&vm);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		load(&vm, 1, true);
		gm_set(4, 0, 0);
		if (how == 1)
			CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 0), 0);
		if (how == 2)
			CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 1), 0);
		if (how == 3)
			load(&vm, 1, false);
		load(&vm, 0, true);
		CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), how ? 0 : 1);
		/* A load that keeps nothing compares the root in use. */
		load(&vm, 0, false);
		CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
		CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[DATA]));
		end(&vm);
	}
}

/* A root that another context has made and filled is compared by who takes it up. */
static void role_20_roots_of_others_are_compared(void)
{
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	gm_set(4, 0, 0);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &roots[0]), 0);
	rec_attach(&vm.rec, &other);
	CHECK_EQ(other.root_table, ctx.root_table);
	CHECK_EQ(vm_level(&vm, &other, 0, &bus), 0);
	/* The same by a load that keeps what was translated under it: nothing was, by this context. */
	rec_detach(&vm.rec, &other);
	CHECK_EQ(cw_ctx_load(&other, &roots[1], true), 1);
	gm_set(4, 0, DATA << 12 | G_DONE);
	cw_mmu_ctx_destroy(&other);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &roots[1]), 0);
	gm_set(4, 0, 0);
	CHECK_EQ(cw_ctx_load(&other, &roots[0], true), 1);
	rec_attach(&vm.rec, &other);
	CHECK_EQ(vm_level(&vm, &other, 0, &bus), 0);
	vm_detach(&vm, &other);
	end(&vm);
}

/* --- faults under way --- */

static void (*meanwhile)(struct vm *vm);

static void while_resolved(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	(void)slot;
	(void)gfn;
	r->resolve_hook = NULL;
	meanwhile(r->hook_priv);
}

static void another_root(struct vm *vm)
{
	load(vm, 1, true);
}

static void invalidated(struct vm *vm)
{
	gm_set(4, 0, (DATA + 1) << 12 | G_DONE);
	(void)vm;
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 1), 0);
}

static void invalidated_by_other(struct vm *vm)
{
	gm_set(4, 0, (DATA + 1) << 12 | G_DONE);
	(void)vm;
	CHECK_EQ(cw_mmu_ctx_invalidate(&other, 0, 1), 0);
}

static void loaded_by_other(struct vm *vm)
{
	gm_set(4, 0, (DATA + 1) << 12 | G_DONE);
	(void)vm;
	CHECK_EQ(cw_ctx_load(&other, &roots[0], false), 0);
}

/* I10: what was walked before is not mapped after, by this context or below a root that it shares with another. */
static void i10_walks_that_are_void(void)
{
	void (*const what[])(struct vm * vm) = {another_root, invalidated, invalidated_by_other, loaded_by_other};
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};

	for (unsigned i = 0; i < 4; i++) {
		struct vm vm;
		uint64_t bus;

		begin(&vm);
		CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &roots[0]), 0);
		rec_attach(&vm.rec, &other);
		meanwhile = what[i];
		vm.rec.hook_priv = &vm;
		vm.rec.resolve_hook = while_resolved;
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
		CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), i ? CW_PF_FIXED : CW_PF_GUEST);
		if (i) {
			CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
			CHECK_EQ(bus, vm.rec.host_bus[DATA + 1]);
		}
		vm_detach(&vm, &other);
		end(&vm);
	}
}

/* --- modes --- */

/* ROLE-12: what is no part of a root's role, and yet of the mode. An entry that allows only execution is none, or is.
 */
static void role_12_the_mode_changes_and_the_root_does_not(void)
{
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_EPT};
	struct cw_guest_regs regs = {.root = 1 << 12 | 3 << 3, .execonly = true};
	struct vm vm;
	uint64_t error;

	begin(&vm);
	gm_set(1, 0, 2 << 12 | 7);
	gm_set(2, 0, 3 << 12 | 7);
	gm_set(3, 0, 4 << 12 | 7);
	gm_set(4, 0, DATA << 12 | 6 << 3 | 4);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &regs), 0);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQ(gm_fault(&vm, &other, 0, READ, &error), CW_PF_GUEST);
		CHECK_EQ(error, regs.execonly ? CW_PFEC_P | CW_PFEC_U : CW_PFEC_RSVD);
		regs.execonly = !regs.execonly;
		CHECK_EQ(cw_ctx_load(&other, &regs, true), 0);
	}
	cw_mmu_ctx_destroy(&other);
	end(&vm);
}

/* --- PDPTEs --- */

static int load_pae(struct vm *vm, uint64_t cr3, bool keep)
{
	const struct cw_guest_regs regs = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .root = cr3};
	int r;

	rec_detach(&vm->rec, &ctx);
	r = cw_ctx_load(&ctx, &regs, keep);
	rec_attach(&vm->rec, &ctx);
	return r;
}

static void pdptes_are_registers(void)
{
	static const unsigned reserved[] = {1, 2, 5, 6, 7, 8, 48, 51, 52, 63};
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};
	struct cw_guest_regs regs = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .root = 1 << 12 | 0x20};
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	/* At 32 bytes into the page; the second one says nothing, whatever its bits are. */
	gm_set(1, 0, 0);
	gm_set(1, 4, 3 << 12 | 1);
	gm_set(1, 5, ~1ull);
	gm_set(5, 0, 6 << 12 | G_RWU | G_A);
	gm_set(6, 0, (DATA + 1) << 12 | G_DONE);
	CHECK_EQ(load_pae(&vm, 1 << 12 | 0x20, false), 1);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(gm_fault(&vm, &ctx, 1 << 30, READ, NULL), CW_PF_GUEST);
	for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		gm_set(1, 4, 3 << 12 | 1 | 1ull << reserved[i]);
		CHECK_EQ(load_pae(&vm, 1 << 12 | 0x20, false), -EINVAL);
	}
	/* They count as they were loaded, until the next load. */
	gm_set(1, 4, 5 << 12 | 1);
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0, 0), 0);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[DATA]);
	/* The same root with others is another one, for another context too. */
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &regs), 0);
	rec_attach(&vm.rec, &other);
	CHECK(other.root_table != ctx.root_table);
	CHECK_EQ(gm_fault(&vm, &other, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &other, 0, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[DATA + 1]);
	CHECK_EQ(load_pae(&vm, 1 << 12 | 0x20, true), 1);
	CHECK_EQ(other.root_table, ctx.root_table);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[DATA + 1]);
	vm_detach(&vm, &other);
	end(&vm);
}

/* A load that fails leaves mode, registers and PDPTEs as they were. */
static void a_load_fails(void)
{
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	gm_set(8, 0, 3 << 12 | 1);
	CHECK_EQ(load_pae(&vm, 8 << 12, false), 1);
	rec_fail(&vm.rec, REC_TABLE_LOAD, 1, -EIO);
	rec_detach(&vm.rec, &ctx);
	CHECK_EQ(cw_ctx_load(&ctx, &roots[1], false), -EIO);
	rec_attach(&vm.rec, &ctx);
	CHECK_EQ(gm_fault(&vm, &ctx, LARGE + 0x3000, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &ctx, (LARGE >> 12) + 3, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[DATA + 3]);
	end(&vm);
}

/* --- what is tracked --- */

/* A page that may be written becomes a root. */
static void role_21_a_root_is_tracked(void)
{
	struct vm vm;

	begin(&vm);
	CHECK_EQ(vm_fault(&vm, 7, WRITE), CW_PF_FIXED);
	CHECK(vm_leaf(&vm, &vm.ctx, 7) & REC_W);
	load(&vm, 1, false);
	CHECK(!(vm_leaf(&vm, &vm.ctx, 7) & (REC_W | REC_MMU_W)));
	CHECK_EQ(vm_fault(&vm, 7, WRITE), CW_PF_WRITE_PROTECTED);
	vm_check(&vm);
	end(&vm);
}

static void trapped(struct vm *vm)
{
	CHECK_EQ(cw_mmu_guest_write(&vm->mmu, 0, (1 << 12) + 8, 8), 0);
}

/* ZAP-5: a root that comes into use again begins to count anew. */
static void zap_5_a_root_switch_ends_a_flood(void)
{
	struct vm vm;

	begin(&vm);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	trapped(&vm);
	trapped(&vm);
	load(&vm, 0, true);
	trapped(&vm);
	trapped(&vm);
	CHECK_EQ(vm.mmu.stats.mmu_flooded, 0);
	trapped(&vm);
	CHECK_EQ(vm.mmu.stats.mmu_flooded, 1);
	end(&vm);
}

static void forgotten(struct vm *vm)
{
	(void)vm;
	cw_ctx_forget_roles(&ctx);
}

/* ROLE-15: what was walked under a mode that is no more is void. */
static void role_15_forgotten_during_a_fault(void)
{
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	meanwhile = forgotten;
	vm.rec.hook_priv = &vm;
	vm.rec.resolve_hook = while_resolved;
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_RETRY);
	load(&vm, 0, true);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	end(&vm);
}

/* --- what a fault meets on its way --- */

/* ROLE-20: a table that another context has filled, and that this one has never had below its root. */
static void role_20_tables_of_others_are_compared(void)
{
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	gm_set(7, 0, 2 << 12 | G_RWU | G_A);
	gm_set(4, 1, (DATA + 2) << 12 | G_DONE);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &roots[1]), 0);
	rec_attach(&vm.rec, &other);
	gm_set(4, 0, (DATA + 1) << 12 | G_DONE);
	CHECK_EQ(cw_mmu_ctx_invalidate(&other, 0, 0), 0);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
	for (unsigned i = 0; i < 3 && !vm_level(&vm, &other, 1, &bus); i++)
		gm_fault(&vm, &other, 1 << 12, READ, NULL);
	CHECK_EQ(vm_level(&vm, &other, 1, &bus), 1);
	CHECK_EQ(bus, vm.rec.host_bus[DATA + 2]);
	CHECK_EQ(vm_level(&vm, &other, 0, &bus), 0);
	vm_detach(&vm, &other);
	end(&vm);
}

/* An entry without W stands where a write leads to another page: of the guest's, or of the host's. */
static void another_page_behind_the_entry(void)
{
	for (unsigned host = 0; host < 2; host++) {
		struct vm vm;
		uint64_t bus;

		begin(&vm);
		/* The same host pages once more. */
		CHECK_EQ(vm_slot(&vm, 2, 2048, 64, DATA, 0), 0);
		gm_set(4, 0, DATA << 12 | G_RWU | G_A);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		if (host)
			vm.rec.host_bus[DATA] = 0x200000000ull;
		else
			gm_set(4, 0, 2048ull << 12 | G_RWU | G_A);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_RETRY);
		vm_check(&vm);
		CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
		CHECK(!rec_bus_alive(&vm.rec, 0x100000000ull + (DATA << 12)));
		CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_FIXED);
		CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
		CHECK_EQ(bus, vm.rec.host_bus[DATA]);
		CHECK(vm_leaf(&vm, &ctx, 0) & REC_W);
		end(&vm);
	}
}

/* Tables in a READONLY slot: D stays clear there, and a write is allowed all the same. */
static void tables_that_cannot_be_written(void)
{
	struct vm vm;

	begin(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 0, 0, 64, 0, CW_MEM_READONLY), 0);
	gm_set(4, 0, DATA << 12 | G_RWU);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(gm_get(4, 0), DATA << 12 | G_RWU);
	CHECK(vm_leaf(&vm, &ctx, 0) & REC_W);
	end(&vm);
}

/* A table of level 2 or 3, by the very way that it is part of: read without W; a write is refused. */
static void a_table_by_its_own_way(void)
{
	for (unsigned table = 2; table <= 3; table++) {
		struct vm vm;

		begin(&vm);
		gm_set(4, 0, (uint64_t)table << 12 | G_DONE);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_WRITE_PROTECTED);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		CHECK(vm_leaf(&vm, &ctx, 0) && !(vm_leaf(&vm, &ctx, 0) & (REC_W | REC_MMU_W)));
		vm_check(&vm);
		end(&vm);
	}
}

static void becomes_readonly(struct vm *vm)
{
	CHECK_EQ(vm_slot(vm, 1, 0, 0, 0, 0), 0);
	CHECK_EQ(vm_slot(vm, 1, DATA, 1024, DATA, CW_MEM_READONLY), 0);
}

static void goes_away(struct vm *vm)
{
	CHECK_EQ(cw_mmu_invalidate_begin(&vm->mmu, DATA << 12, (DATA + 1) << 12, true), 0);
}

/* MS-7, ZAP-8: slot and host page, too, are what they are at the end. */
static void zap_8_slot_and_page_change_during_a_fault(void)
{
	struct vm vm;
	uint64_t bus;

	for (unsigned i = 0; i < 2; i++) {
		begin(&vm);
		meanwhile = i ? goes_away : becomes_readonly;
		vm.rec.hook_priv = &vm;
		vm.rec.resolve_hook = while_resolved;
		CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_RETRY);
		CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), i ? CW_PF_RETRY : CW_PF_EMULATE);
		if (i)
			cw_mmu_invalidate_end(&vm.mmu, DATA << 12, (DATA + 1) << 12);
		CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(!(vm_leaf(&vm, &ctx, 0) & (REC_W | REC_MMU_W)), !i);
		end(&vm);
	}
}

/* P23: where W or D tells what is written, there is no large leaf; else there is. */
static void p23_small_leaves_while_w_tells(void)
{
	for (unsigned mode = CW_LOG_OFF; mode <= CW_LOG_DIRTYBIT; mode++) {
		bool exact = mode == CW_LOG_PROTECT || mode == CW_LOG_DIRTYBIT;
		struct vm vm;
		uint64_t bus;

		begin(&vm);
		vm_host_level(&vm, DATA, 512, 2);
		if (mode != CW_LOG_OFF)
			CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		CHECK_EQ(gm_fault(&vm, &ctx, LARGE, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(vm_level(&vm, &ctx, LARGE >> 12, &bus), exact ? 1 : 2);
		end(&vm);
	}
}

/* A root is no table that is forgotten for a DMA. */
static void a_write_to_the_root_in_use(void)
{
	struct vm vm;

	begin(&vm);
	gm_set(4, 0, 1 << 12 | G_DONE);
	CHECK_EQ(gm_fault(&vm, &ctx, LARGE, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_WRITE_PROTECTED);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, WRITE, NULL), CW_PF_WRITE_PROTECTED);
	CHECK_EQ(vm.mmu.stats.wt_denied, 2);
	end(&vm);
}

int main(void)
{
	RUN(zap_12_each_cause, "ZAP-12 I10");
	RUN(zap_12_a_range_over_tables, "ZAP-12 I10");
	RUN(zap_12_quadrants, "ZAP-12");
	RUN(role_14_previous_roots_are_compared, "ROLE-14 I10");
	RUN(role_20_roots_of_others_are_compared, "ROLE-20 I10");
	RUN(i10_walks_that_are_void, "I10");
	RUN(role_12_the_mode_changes_and_the_root_does_not, "ROLE-12");
	RUN(pdptes_are_registers, "ROLE-12 I10");
	RUN(a_load_fails);
	RUN(role_21_a_root_is_tracked, "ROLE-21");
	RUN(zap_5_a_root_switch_ends_a_flood, "ZAP-5");
	RUN(role_15_forgotten_during_a_fault, "ROLE-15");
	RUN(role_20_tables_of_others_are_compared, "ROLE-20 I10");
	RUN(another_page_behind_the_entry, "P31 I1");
	RUN(tables_that_cannot_be_written, "P50");
	RUN(a_table_by_its_own_way, "ROLE-21");
	RUN(zap_8_slot_and_page_change_during_a_fault, "ZAP-8 MS-7");
	RUN(p23_small_leaves_while_w_tells, "P23");
	RUN(a_write_to_the_root_in_use, "ROLE-21");
	return CHECK_DONE("mmu_sync");
}
