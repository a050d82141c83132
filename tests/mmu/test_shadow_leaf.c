/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Faults of shadow contexts: what a leaf may span, and slots that go. */
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

/* MS-6, P49: no larger than the guest's page, the slot, what the host takes away, and what is tracked. */
static void ms_6_what_a_large_leaf_may_span(void)
{
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT};
	struct cw_guest_regs regs = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA};

	for (unsigned i = 0; i < 5; i++) {
		struct vm vm;
		uint64_t bus;

		begin(&vm);
		vm_host_level(&vm, DATA, 512, 2);
		if (i == 1) {
			CHECK_EQ(vm_slot(&vm, 1, 0, 0, 0, 0), 0);
			CHECK_EQ(vm_slot(&vm, 1, DATA, 511, DATA, 0), 0);
		}
		if (i == 2) {
			CHECK_EQ(vm_slot(&vm, 1, 0, 0, 0, 0), 0);
			CHECK_EQ(vm_slot(&vm, 1, DATA + 1, 1000, DATA + 1, 0), 0);
		}
		if (i == 3)
			CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, (DATA + 7) << 12, (DATA + 8) << 12, true), 0);
		if (i == 4) {
			regs.root = (DATA + 9) << 12;
			CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &other, &p, &regs), 0);
		}
		CHECK_EQ(gm_fault(&vm, &ctx, LARGE + 0x3000, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(vm_level(&vm, &ctx, (LARGE >> 12) + 3, &bus), i ? 1 : 2);
		CHECK_EQ(bus, vm.rec.host_bus[DATA + 3]);
		if (i == 0) {
			CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
			CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 1);
		}
		vm_check(&vm);
		if (i == 3)
			cw_mmu_invalidate_end(&vm.mmu, (DATA + 7) << 12, (DATA + 8) << 12);
		if (i == 4)
			cw_mmu_ctx_destroy(&other);
		end(&vm);
	}
}

static int fault_meanwhile;

static void fault_on_it(struct recorder *r)
{
	r->flush_hook = NULL;
	fault_meanwhile = gm_fault(r->hook_priv, &ctx, LARGE, READ, NULL);
}

/* MS-5: a slot that is being deleted. */
static void ms_5_a_slot_that_goes(void)
{
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	/* Its neighbour stays, and the tables with it: nothing else keeps the other fault away. */
	gm_set(4, 1, 5 << 12 | G_DONE);
	CHECK_EQ(gm_fault(&vm, &ctx, 1 << 12, READ, NULL), CW_PF_FIXED);
	CHECK_EQ(gm_fault(&vm, &ctx, 0, READ, NULL), CW_PF_FIXED);
	vm.rec.hook_priv = &vm;
	vm.rec.flush_hook = fault_on_it;
	CHECK_EQ(vm_slot(&vm, 1, 0, 0, 0, 0), 0);
	CHECK_EQ(fault_meanwhile, CW_PF_RETRY);
	CHECK_EQ(vm_level(&vm, &ctx, 0, &bus), 0);
	CHECK_EQ(vm_level(&vm, &ctx, LARGE >> 12, &bus), 0);
	CHECK(!rec_bus_alive(&vm.rec, vm.rec.host_bus[DATA]));
	end(&vm);
}

/* P23: a large leaf that may be written, when W begins to tell what is: a write does not pass it any more. */
static void p23_a_write_gives_up_a_large_leaf(void)
{
	struct vm vm;
	uint64_t bus;

	begin(&vm);
	CHECK_EQ(vm_slot(&vm, 1, 0, 0, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, DATA, 1024, DATA, CW_MEM_LOG_DIRTY), 0);
	vm_host_level(&vm, DATA, 512, 2);
	CHECK_EQ(gm_fault(&vm, &ctx, LARGE, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &ctx, LARGE >> 12, &bus), 2);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET), 0);
	CHECK_EQ(vm_level(&vm, &ctx, LARGE >> 12, &bus), 2);
	CHECK_EQ(gm_fault(&vm, &ctx, LARGE, READ, NULL), CW_PF_SPURIOUS);
	CHECK_EQ(gm_fault(&vm, &ctx, LARGE, WRITE, NULL), CW_PF_RETRY);
	CHECK_EQ(gm_fault(&vm, &ctx, LARGE, WRITE, NULL), CW_PF_FIXED);
	CHECK_EQ(vm_level(&vm, &ctx, LARGE >> 12, &bus), 1);
	CHECK(vm_leaf(&vm, &ctx, LARGE >> 12) & REC_W);
	end(&vm);
}

/* P2: by the guest's width, whatever that of its root is. */
static void p2_addresses_beyond_the_guest(void)
{
	const struct cw_guest_regs pae = {.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .root = 8 << 12};
	struct vm vm;

	begin(&vm);
	CHECK_EQ(gm_fault(&vm, &ctx, 1ull << 47, READ, NULL), -EFAULT);
	CHECK_EQ(gm_fault(&vm, &ctx, ~0ull << 48, READ, NULL), -EFAULT);
	CHECK_EQ(gm_fault(&vm, &ctx, ~0ull << 47, READ, NULL), CW_PF_GUEST);
	rec_detach(&vm.rec, &ctx);
	CHECK_EQ(cw_ctx_load(&ctx, &pae, false), 1);
	rec_attach(&vm.rec, &ctx);
	CHECK_EQ(gm_fault(&vm, &ctx, 1ull << 32, READ, NULL), -EFAULT);
	CHECK_EQ(gm_fault(&vm, &ctx, 0xfffff000, READ, NULL), CW_PF_GUEST);
	end(&vm);
}

int main(void)
{
	RUN(ms_6_what_a_large_leaf_may_span, "MS-6 P49");
	RUN(ms_5_a_slot_that_goes, "MS-5 I1");
	RUN(p23_a_write_gives_up_a_large_leaf, "P23 DL-1");
	RUN(p2_addresses_beyond_the_guest, "P2");
	return CHECK_DONE("mmu_shadow_leaf");
}
