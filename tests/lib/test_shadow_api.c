/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Shadow contexts on the simulated card, case by case: registers, addresses beyond the guest's width, modes, events. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"
#include "tools/bench.h"

#include "check.h"
#include "guest.h"

#define URI "sim:table-mem=ideal:6,host-mem=ideal:6,host-time=fixed:0"
#define TABLES 0x10000000ull
#define DATA 0x20000000ull
#define VA 0x40201000ull /* in all modes */
#define CTX 5u
#define RWU (GUEST_P | GUEST_W | GUEST_U)

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct cw_vm *vm;
static struct cw_ctx *ctx;
static struct cw_mem mem[2];
static struct guest_ram ram;
static struct guest g;
static struct cw_sim_ans last;
static struct cw_event event;

static enum cw_ctx_flavour flavour; /* of begin() */

static void begin(enum guest_paging paging, struct cw_vm_params params)
{
	struct cw_ctx_params p = {.id = CTX, .kind = CW_CTX_VIRTUAL, .flavour = flavour};

	params.address_bits = 40;
	ram = (struct guest_ram){.gpa = {TABLES, DATA}, .size = {1 << 20, 1 << 20}, .next_table = TABLES};
	ram.table_end = TABLES + ram.size[0];
	CHECK_EQ(cw_vm_create(dev, &params, &vm), 0);
	for (unsigned s = 0; s < 2; s++) {
		struct cw_vm_region r = {.slot = s, .gpa = ram.gpa[s], .size = ram.size[s]};

		CHECK_EQ(cw_mem_alloc(dev, r.size, &mem[s]), 0);
		r.ptr = ram.ptr[s] = mem[s].ptr;
		CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	}
	guest_init(&g, &ram, paging);
	guest_set(&g, guest_entry(&g, VA, 1), DATA | RWU);
	p.guest = guest_state(&g);
	if (!CHECK_EQ(cw_ctx_create(vm, &p, &ctx), 0)) {
		printf("  %s\n", cw_last_error());
		exit(1);
	}
	CHECK_EQ(cw_port_set(dev, 0, CTX, CTX), 0);
}

static void end(void)
{
	CHECK_EQ(cw_ctx_destroy(ctx), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	for (unsigned s = 0; s < 2; s++)
		CHECK_EQ(cw_mem_free(dev, &mem[s]), 0);
	CHECK_EQ(cw_sim_errors(sim), 0);
}

static void ask(uint64_t va, bool write)
{
	const struct cw_sim_req q = {.addr = va, .ctx = CTX, .len_m1 = 7, .tag = 1, .write = write};

	CHECK_EQ(cw_sim_port_request(sim, 0, &q), 0);
}

/* The answer to ask(): its verdict. A grant is released. */
static unsigned answered(void)
{
	for (unsigned i = 0; i < 200; i++) {
		CHECK(cw_service(dev, 500) >= 0);
		if (cw_sim_port_answer(sim, 0, &last) != 1)
			continue;
		if (last.verdict == CW_V_HIT || last.verdict == CW_V_FIXED)
			CHECK_EQ(cw_sim_port_release(sim, 0, 1), 0);
		return last.verdict == CW_V_FIXED ? CW_V_HIT : last.verdict;
	}
	return ~0u;
}

static unsigned access(uint64_t va, bool write)
{
	ask(va, write);
	return answered();
}

/* The access is granted, and leads to a guest-physical address. */
static bool reaches(uint64_t va, bool write, uint64_t gpa)
{
	uint64_t bus = gpa >= DATA ? mem[1].bus + (gpa - DATA) : mem[0].bus + (gpa - TABLES);

	return CHECK_EQ(access(va, write), CW_V_HIT) && CHECK_EQ(last.pa, bus);
}

static bool has_event(uint64_t va, bool write, enum cw_event_cause cause)
{
	ask(va, write);
	if (!CHECK_EQ(cw_event_poll(dev, &event, 200000), 1))
		return false;
	CHECK_EQ(event.cause, cause);
	CHECK_EQ(event.addr, va);
	CHECK_EQ(event.ctx, CTX);
	return CHECK_EQ(event.write, write);
}

static void answer(enum cw_answer a, unsigned verdict)
{
	CHECK_EQ(cw_event_answer(dev, event.id, a, NULL, 0), 0);
	CHECK_EQ(answered(), verdict);
}

static uint64_t stat(const char *name)
{
	uint64_t v = 0;

	CHECK_EQ(cw_vm_stat(vm, name, &v), 0);
	return v;
}

/* ---- registers ---- */

static void bad_registers_are_named(void)
{
	static const struct {
		struct cw_guest_state s;
		int err;
		const char *says;
	} bad[] = {
		{{.cr0 = 1ull << 32}, -EINVAL, "CR0"},
		{{.cr4 = 1 << 15}, -EINVAL, "CR4 0x8000 has reserved bits: 0x8000"},
		{{.efer = 2}, -EINVAL, "EFER"},
		{{.cr0 = 1ull << 31}, -EINVAL, "PG without PE"},
		{{.efer = 0x500}, -EINVAL, "CR0 has no PG"},
		{{.cr0 = 0x80000001, .efer = 0x500}, -EINVAL, "CR4 has no PAE"},
		{{.cr0 = 0x80000001, .cr4 = 0x20, .efer = 0x400}, -EINVAL, "EFER.LME"},
		{{.cr0 = 0x80000001, .cr4 = 0x20, .efer = 0x100}, -EINVAL, "EFER.LME"},
		{{.cr0 = 0x80000001, .cr4 = 0x20, .efer = 0x500, .cr3 = 1ull << 40}, -EINVAL, "40 address bits"},
		{{.cr0 = 0x80000001, .cr3 = 1ull << 32}, -EINVAL, "32 bits"},
		{{.cr0 = 0x80000001, .cr3 = 0x5000}, -EFAULT, "in no slot"},
		{{.cr0 = 0x80000001, .cr4 = 0x20, .efer = 0x500, .cr3 = 0x5000}, -EFAULT, "in no slot"},
		{{.cr0 = 0x80000001, .cr3 = TABLES, .execonly = true}, -EINVAL, "EPT"},
		/* A page of data, all ones. */
		{{.cr0 = 0x80000001, .cr4 = 0x20, .cr3 = DATA + 0x1000}, -EINVAL, "PDPTEs"},
	};
	struct cw_ctx *other;

	begin(GUEST_L4, (struct cw_vm_params){0});
	memset(ram.ptr[1] + 0x1000, 0xff, 4096);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct cw_ctx_params p = {.id = CW_CTX_ANY, .kind = CW_CTX_VIRTUAL, .guest = bad[i].s};

		CHECK_EQ(cw_ctx_set_guest(ctx, &bad[i].s, 0), bad[i].err);
		if (!CHECK(strstr(cw_last_error(), bad[i].says)))
			printf("  %u: %s\n", i, cw_last_error());
		CHECK_EQ(cw_ctx_create(vm, &p, &other), bad[i].err);
		CHECK(strstr(cw_last_error(), bad[i].says));
	}
	/* None of that has changed anything. */
	reaches(VA + 0x10, true, DATA + 0x10);
	end();
}

static int create(struct cw_ctx_params p)
{
	struct cw_ctx *other;
	int err;

	p.id = CW_CTX_ANY;
	err = cw_ctx_create(vm, &p, &other);
	return err ? err : cw_ctx_destroy(other);
}

static void arguments(void)
{
	struct cw_guest_state s, eptp = {.cr3 = TABLES | 3 << 3 | 6};
	struct cw_ctx *direct;

	begin(GUEST_L4, (struct cw_vm_params){0});
	s = guest_state(&g);
	CHECK_EQ(create((struct cw_ctx_params){.kind = 9, .guest = s}), -EINVAL);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_VIRTUAL, .guest = s, .level = 4}), -EINVAL);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_VIRTUAL, .guest = s, .space = 1}), -EFAULT);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_NPT, .guest = s}), -EINVAL);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_NPT, .flavour = CW_CTX_LEGACY, .guest = s}), 0);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_NPT, .flavour = CW_CTX_LEGACY}), -EINVAL);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_EPT, .guest = eptp}), 0);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_EPT, .guest = s}), -EINVAL);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_EPT, .supervisor = true, .guest = eptp}), -EINVAL);
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_EPT, .flavour = CW_CTX_LEGACY, .guest = eptp}),
		 -EINVAL);
	for (unsigned bits = 7; bits < 12; bits++) {
		eptp.cr3 ^= 1ull << bits;
		CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_EPT, .guest = eptp}), -EINVAL);
		eptp.cr3 ^= 1ull << bits;
	}
	eptp.cr3 ^= 1 << 3; /* walks of 3 levels */
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_EPT, .guest = eptp}), -EINVAL);
	eptp.cr3 ^= 1 << 3 | 1; /* memory type 7 */
	CHECK_EQ(create((struct cw_ctx_params){.kind = CW_CTX_NESTED_EPT, .guest = eptp}), -EINVAL);

	CHECK_EQ(cw_ctx_create(vm, NULL, &direct), 0);
	CHECK_EQ(cw_ctx_set_guest(direct, &s, 0), -EINVAL);
	CHECK_EQ(cw_ctx_invalidate(direct, 0, 0), -EINVAL);
	CHECK_EQ(cw_ctx_destroy(direct), 0);
	CHECK_EQ(cw_ctx_set_guest(NULL, &s, 0), -EINVAL);
	CHECK_EQ(cw_ctx_set_guest(ctx, NULL, 0), -EINVAL);
	CHECK_EQ(cw_ctx_set_guest(ctx, &s, 2), -EINVAL);
	CHECK_EQ(cw_ctx_invalidate(NULL, 0, 0), -EINVAL);
	CHECK_EQ(cw_ctx_invalidate(ctx, UINT64_MAX, 2), -EINVAL);
	CHECK_EQ(cw_ctx_invalidate(ctx, UINT64_MAX - 4095, 4096), 0);
	CHECK_EQ(cw_vm_invalidate_guest(NULL, 0), -EINVAL);
	CHECK_EQ(cw_vm_invalidate_guest(vm, 2), -EINVAL);
	CHECK_EQ(cw_vm_invalidate_guest(vm, 1), 0);
	CHECK_EQ(cw_vm_guest_write(NULL, 0, 0, 8), -EINVAL);
	CHECK_EQ(cw_vm_guest_write(vm, 2, 0, 8), -EINVAL);
	CHECK_EQ(cw_vm_guest_write(vm, 0, UINT64_MAX, 8), -EINVAL);
	end();
}

/* ---- P2 ---- */

static void addresses_beyond_the_guests_width(void)
{
	for (unsigned p = 0; p < GUEST_NPAGING; p++) {
		unsigned bits = p < GUEST_L4 ? 32 : p == GUEST_L4 ? 48 : 57;

		begin(p, (struct cw_vm_params){.events = true});
		if (!reaches(VA, true, DATA))
			printf("  paging %u\n", p);
		/* Each bit above alone, and all of them: the page itself is in the TLB. */
		for (unsigned b = p < GUEST_L4 ? 32 : bits - 1; b < 64; b++) {
			if (b >= bits || p < GUEST_L4)
				CHECK_EQ(access(VA | 1ull << b, false), CW_V_ABORT);
		}
		CHECK_EQ(access(VA | ~0ull << bits, false), CW_V_ABORT);
		/* The other half is another page, of those that have one. */
		if (p >= GUEST_L4) {
			uint64_t high = VA | ~0ull << (bits - 1);

			guest_set(&g, guest_entry(&g, high, 1), (DATA + 0x3000) | RWU);
			reaches(high, true, DATA + 0x3000);
			CHECK_EQ(access(high & ~(~0ull << bits), false), CW_V_ABORT);
		}
		reaches(VA, true, DATA);
		CHECK_EQ(cw_events_unanswered(dev), 0);
		end();
	}
	begin(GUEST_L4, (struct cw_vm_params){.events = true});
	CHECK_EQ(cw_ctx_set_guest(ctx, &(struct cw_guest_state){.cr0 = 1}, 0), 0);
	reaches(DATA + 0x123, true, DATA + 0x123);
	CHECK_EQ(access((DATA + 0x123) | 1ull << 32, false), CW_V_ABORT);
	end();
}

/* ---- modes ---- */

static void a_context_goes_through_all_modes(void)
{
	struct guest of[GUEST_NPAGING];

	begin(GUEST_L4, (struct cw_vm_params){0});
	for (unsigned p = 0; p < GUEST_NPAGING; p++) {
		guest_init(&of[p], &ram, p);
		guest_set(&of[p], guest_entry(&of[p], VA, 1), (DATA + 0x10000 + p * 0x1000) | RWU);
	}
	for (unsigned i = 0; i < 20; i++) {
		unsigned p = i * 3 % GUEST_NPAGING;
		struct cw_guest_state s = guest_state(&of[p]);

		if (!CHECK_EQ(cw_ctx_set_guest(ctx, &s, i % 4 ? 0 : CW_GUEST_KEEP), 0))
			printf("  %s\n", cw_last_error());
		reaches(VA + 8, i & 1, DATA + 0x10008 + p * 0x1000);
		CHECK_EQ(cw_ctx_set_guest(ctx, &(struct cw_guest_state){.cr0 = 1}, 0), 0);
		reaches(DATA + 0x55, true, DATA + 0x55);
	}
	end();
}

/* L2 guests: their addresses have no sign, and are as wide as the L1 hypervisor's tables. */
static void nested_guests(void)
{
	const uint64_t high = 0xffff80000000ull | VA; /* bit 47: nothing special */

	begin(GUEST_L4, (struct cw_vm_params){.events = true});
	for (unsigned ept = 0; ept < 2; ept++) {
		struct cw_ctx_params p = {.id = CTX, .kind = ept ? CW_CTX_NESTED_EPT : CW_CTX_NESTED_NPT};
		uint64_t table[5];

		CHECK_EQ(cw_ctx_destroy(ctx), 0);
		/* Tables of 4 levels: EPT has R, W and X where others have P, W and U. */
		for (unsigned l = 4; l; l--) {
			uint64_t at;

			table[l] = guest_table(&ram);
			if (l == 4)
				continue;
			at = table[l + 1] + 8 * (high >> (12 + 9 * l) & 511);
			guest_set(&g, at, table[l] | 7);
		}
		guest_set(&g, table[1] + 8 * (high >> 12 & 511), (DATA + 0x4000) | 7 | (ept ? 6 << 3 : 0));
		p.flavour = ept ? CW_CTX_EPT : CW_CTX_LEGACY;
		p.guest.cr3 = table[4] | (ept ? 3 << 3 | 6 : 0);
		if (!ept)
			p.guest =
				(struct cw_guest_state){.cr0 = 0x80000001, .cr4 = 0x20, .efer = 0x500, .cr3 = table[4]};
		if (!CHECK_EQ(cw_ctx_create(vm, &p, &ctx), 0))
			printf("  %s\n", cw_last_error());
		reaches(high + 0x18, true, DATA + 0x4018);
		CHECK_EQ(access(high | ~0ull << 48, false), CW_V_ABORT);
		for (unsigned b = 48; b < 64; b++)
			CHECK_EQ(access(high | 1ull << b, false), CW_V_ABORT);
		if (has_event(high + 0x1000, true, CW_EVENT_GUEST_FAULT)) {
			/* NPT: of the final address, by a user. EPT: a write to what is not there. */
			CHECK_EQ(event.error_code, ept ? 2 : 6 | 1ull << 32);
			answer(CW_ANSWER_ABORT, CW_V_ABORT);
		}
	}
	end();
}

/* A request that waits for a fault lives through a CR3 load, and uses the new tables. */
static void a_fault_waits_through_a_load(void)
{
	struct cw_guest_state s;
	struct guest other;

	begin(GUEST_L4, (struct cw_vm_params){.events = true});
	guest_init(&other, &ram, GUEST_L4);
	guest_set(&other, guest_entry(&other, VA + 0x1000, 1), (DATA + 0x7000) | RWU);
	s = guest_state(&other);
	if (has_event(VA + 0x1000, true, CW_EVENT_GUEST_FAULT)) {
		CHECK_EQ(event.error_code, 6);
		CHECK_EQ(event.gpa, 0);
		CHECK_EQ(cw_ctx_set_guest(ctx, &s, 0), 0);
		answer(CW_ANSWER_RETRY, CW_V_HIT);
		CHECK_EQ(last.pa, mem[1].bus + 0x7000);
	}
	end();
}

static void accessed_and_dirty_are_the_guests(void)
{
	for (unsigned p = 0; p < GUEST_NPAGING; p++) {
		begin(p, (struct cw_vm_params){0});
		reaches(VA, false, DATA);
		CHECK_EQ(guest_get(&g, guest_entry(&g, VA, 1)) & (GUEST_A | GUEST_D), GUEST_A);
		CHECK(guest_get(&g, guest_entry(&g, VA, 2)) & GUEST_A);
		reaches(VA, true, DATA);
		CHECK_EQ(guest_get(&g, guest_entry(&g, VA, 1)) & (GUEST_A | GUEST_D), GUEST_A | GUEST_D);
		end();
	}
}

/* ---- events ---- */

static void rights_of_the_guest(void)
{
	begin(GUEST_PAE, (struct cw_vm_params){.events = true});
	guest_set(&g, guest_entry(&g, VA + 0x1000, 1), DATA | GUEST_P | GUEST_U);
	guest_set(&g, guest_entry(&g, VA + 0x2000, 1), DATA | GUEST_P | GUEST_W);
	guest_set(&g, guest_entry(&g, VA + 0x3000, 1), DATA | RWU | 1ull << 45);
	reaches(VA + 0x1000, false, DATA);
	if (has_event(VA + 0x1000, true, CW_EVENT_GUEST_FAULT)) {
		CHECK_EQ(event.error_code, 7);
		answer(CW_ANSWER_ABORT, CW_V_ABORT);
	}
	if (has_event(VA + 0x2000, false, CW_EVENT_GUEST_FAULT)) {
		CHECK_EQ(event.error_code, 5);
		answer(CW_ANSWER_ABORT, CW_V_ABORT);
	}
	if (has_event(VA + 0x3000, false, CW_EVENT_GUEST_FAULT)) {
		CHECK_EQ(event.error_code, 13);
		answer(CW_ANSWER_ABORT, CW_V_ABORT);
	}
	CHECK_EQ(stat("pf_guest"), 3);
	end();
}

static void memory_that_is_emulated(void)
{
	struct cw_vm_region ones = {.slot = 7, .flags = CW_MEM_ALLONES, .gpa = 0x50000000, .size = 0x1000};

	begin(GUEST_L4, (struct cw_vm_params){.events = true});
	CHECK_EQ(cw_vm_set_memory(vm, &ones), 0);
	guest_set(&g, guest_entry(&g, VA + 0x1000, 1), 0xfee00000ull | RWU);
	guest_set(&g, guest_entry(&g, VA + 0x2000, 1), 0x50000000ull | RWU);
	if (has_event(VA + 0x1230, false, CW_EVENT_MMIO)) {
		CHECK_EQ(event.gpa, 0xfee00230);
		CHECK_EQ(cw_event_answer(dev, event.id, CW_ANSWER_EMULATED, "catwalk", 8), 0);
		CHECK_EQ(answered(), CW_V_EMULATED);
		CHECK(memcmp(last.data, "catwalk", 8) == 0);
	}
	CHECK_EQ(access(VA + 0x2000, false), CW_V_ONES);
	if (has_event(VA + 0x2000, true, CW_EVENT_ALLONES)) {
		CHECK_EQ(event.gpa, 0x50000000);
		answer(CW_ANSWER_ABORT, CW_V_ABORT);
	}
	end();
}

static unsigned probed(uint64_t va)
{
	struct cw_probe_result p = {.verdict = 0xff};

	CHECK_EQ(cw_probe(dev, CTX, false, &va, 1, &p), 0);
	return p.verdict;
}

static bool is_emulated(uint64_t va, bool write, uint64_t gpa)
{
	if (!has_event(va, write, CW_EVENT_MMIO) || !CHECK_EQ(event.gpa, gpa))
		return false;
	answer(CW_ANSWER_EMULATED, CW_V_EMULATED);
	return true;
}

/* No memory, then a slot, then none again, once around the generations that entries hold (MS-3). */
static void a_slot_comes_where_was_none(void)
{
	const uint64_t hole = 0xfee00000, page = VA + 0x1000;
	struct cw_mem more;

	begin(GUEST_L4, (struct cw_vm_params){.events = true});
	CHECK_EQ(cw_mem_alloc(dev, 4096, &more), 0);
	guest_set(&g, guest_entry(&g, page, 1), hole | RWU);
	for (unsigned i = 0; i < 6; i++) {
		struct cw_vm_region r = {.slot = 3, .gpa = hole, .size = 4096, .ptr = more.ptr};
		uint64_t exits;

		is_emulated(page + 0x230, true, hole + 0x230);
		exits = stat("mmio_exits");
		/* The engine knows it now, and the host walks the guest's tables no more. */
		CHECK_EQ(probed(page), CW_V_MMIO);
		is_emulated(page + 0x18, i & 1, hole + 0x18);
		CHECK_EQ(stat("mmio_exits"), exits + 1);
		if (i == 3)
			vm->mmu.space[0].generation = 0x80000 - 4;
		CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
		CHECK_EQ(probed(page), CW_V_MISS);
		CHECK_EQ(access(page + 8, true), CW_V_HIT);
		CHECK_EQ(last.pa, more.bus + 8);
		r.size = 0;
		CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
		if (i == 3)
			CHECK(vm->mmu.space[0].generation < 0x80010 && vm->mmu.space[0].generation >= 0x80000);
	}
	/* The guest maps memory there instead, and the other way round. */
	is_emulated(page, true, hole);
	guest_set(&g, guest_entry(&g, page, 1), (DATA + 0x5000) | RWU);
	is_emulated(page, true, hole);
	CHECK_EQ(cw_ctx_invalidate(ctx, page, 4096), 0);
	reaches(page + 0x88, true, DATA + 0x5088);
	guest_set(&g, guest_entry(&g, page, 1), (hole + 0x3000) | RWU);
	CHECK_EQ(cw_ctx_invalidate(ctx, page, 4096), 0);
	is_emulated(page + 0x40, false, hole + 0x3040);
	reaches(VA, true, DATA);
	end();
	CHECK_EQ(cw_mem_free(dev, &more), 0);
}

static void a_slot_comes_where_was_none_in_both_flavours(void)
{
	for (flavour = CW_CTX_EPT; flavour <= CW_CTX_LEGACY; flavour++)
		a_slot_comes_where_was_none();
	flavour = CW_CTX_EPT;
}

/* A DMA write to a table of the guest: forgotten and done, or an event. */
static void writes_to_tables(void)
{
	for (unsigned refuse = 0; refuse < 2; refuse++) {
		uint64_t upper, entry;

		begin(GUEST_L4, (struct cw_vm_params){.events = true, .refuse_table_writes = refuse});
		upper = guest_entry(&g, VA, 3) & ~4095ull;
		guest_set(&g, guest_entry(&g, 1ull << 39, 1), upper | RWU);
		guest_set(&g, guest_entry(&g, (1ull << 39) + 0x1000, 1), g.cr3 | RWU);
		reaches(VA, true, DATA);
		reaches(1ull << 39, false, upper);
		if (!refuse) {
			reaches((1ull << 39) + 8, true, upper + 8);
			CHECK_EQ(stat("wt_unprotected"), 1);
			CHECK_EQ(stat("wt_denied"), 0);
		} else if (has_event((1ull << 39) + 8, true, CW_EVENT_TABLE_WRITE)) {
			CHECK_EQ(event.gpa, upper + 8);
			answer(CW_ANSWER_ABORT, CW_V_ABORT);
			CHECK_EQ(stat("wt_denied"), 1);
		}
		reaches(VA, true, DATA);
		/* A root in use. The user emulates: the entry that leads to VA goes. */
		entry = 0;
		if (has_event((1ull << 39) + 0x1000, true, CW_EVENT_TABLE_WRITE)) {
			CHECK_EQ(event.gpa, g.cr3);
			CHECK_EQ(cw_vm_write(vm, 0, event.gpa, &entry, 8), 0);
			CHECK_EQ(cw_vm_guest_write(vm, 0, event.gpa, 8), 0);
			answer(CW_ANSWER_EMULATED, CW_V_EMULATED);
		}
		if (has_event(VA, true, CW_EVENT_GUEST_FAULT))
			answer(CW_ANSWER_ABORT, CW_V_ABORT);
		end();
	}
}

/* Nobody answers: an access that the guest forbids, and a write to its tables, are not done as if. */
static void unanswered_ones_abort(void)
{
	const struct cw_vm_params params = {.unanswered = CW_DEFAULT_DROP, .refuse_table_writes = true};
	uint64_t before;

	begin(GUEST_L5, params);
	before = cw_events_unanswered(dev);
	guest_set(&g, guest_entry(&g, VA + 0x1000, 1), g.cr3 | RWU);
	guest_set(&g, guest_entry(&g, VA + 0x2000, 1), 0xfee00000ull | RWU);
	CHECK_EQ(access(VA + 0x3000, false), CW_V_ABORT);
	CHECK_EQ(access(VA + 0x1000, true), CW_V_ABORT);
	CHECK_EQ(access(VA + 0x2000, true), CW_V_EMULATED);
	CHECK_EQ(cw_events_unanswered(dev), before + 3);
	end();
}

/* Faults in one thread, the guest in another. */
static int stop;

static void *serve(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		if (cw_service(dev, 2000) < 0)
			return "an error";
	}
	return NULL;
}

static void threads(void)
{
	const struct cw_tgen t = {.pattern = CW_TGEN_RANDOM,
				  .first_ctx = CTX,
				  .base = VA,
				  .pages = 64,
				  .count = 20000,
				  .outstanding = 8,
				  .write_percent = 50,
				  .seed = 5};
	struct cw_tgen_result r = {0};
	struct cw_guest_state s;
	pthread_t thread;
	void *says = NULL;

	begin(GUEST_L4, (struct cw_vm_params){0});
	for (unsigned i = 0; i < t.pages; i++)
		guest_set(&g, guest_entry(&g, VA + i * 4096ull, 1), (DATA + i * 4096ull) | RWU);
	s = guest_state(&g);
	stop = 0;
	CHECK_EQ(pthread_create(&thread, NULL, serve, NULL), 0);
	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	for (unsigned i = 0; i < 120; i++) {
		switch (i % 5) {
		case 0:
			CHECK_EQ(cw_ctx_invalidate(ctx, VA, 65536), 0);
			break;
		case 1:
			CHECK_EQ(cw_ctx_set_guest(ctx, &s, 0), 0);
			break;
		case 2:
			CHECK_EQ(cw_vm_invalidate(vm, 0, DATA, 65536), 0);
			break;
		case 3:
			CHECK_EQ(cw_vm_guest_write(vm, 0, guest_entry(&g, VA + i * 512ull, 1), 8), 0);
			break;
		default:
			/* The same tables below another root. */
			if (i % 2)
				memcpy(guest_at(&ram, g.cr3 = guest_table(&ram)), guest_at(&ram, s.cr3), 4096);
			s.cr3 = g.cr3;
			CHECK_EQ(cw_ctx_set_guest(ctx, &s, i % 3 ? 0 : CW_GUEST_KEEP), 0);
		}
	}
	CHECK_EQ(cw_tgen_wait(dev, 1000000000, &r), 0);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	CHECK_EQ(pthread_join(thread, &says), 0);
	CHECK(!says);
	CHECK_EQ(r.done, t.count);
	CHECK_EQ(r.errors, 0);
	CHECK_EQ(r.sum, bench_sum(&t, VA, mem[1].bus));
	end();
}

/* After the loss of its tables a VM begins anew, shadow contexts as well. */
static void recovery(void)
{
	begin(GUEST_L4, (struct cw_vm_params){0});
	for (unsigned i = 0; i < 3; i++) {
		reaches(VA, true, DATA);
		CHECK_EQ(cw_vm_recover(vm), 0);
	}
	reaches(VA, false, DATA);
	end();
}

int main(void)
{
	if (cw_open(URI, &dev)) {
		printf("cannot open: %s\n", cw_last_error());
		return 1;
	}
	sim = cw_dev_sim(dev);
	RUN(bad_registers_are_named);
	RUN(arguments);
	RUN(addresses_beyond_the_guests_width, "P2");
	RUN(a_context_goes_through_all_modes, "P1 P31");
	RUN(nested_guests, "P2 I10");
	RUN(a_fault_waits_through_a_load, "P31 P32");
	RUN(accessed_and_dirty_are_the_guests, "P50");
	RUN(rights_of_the_guest, "I10");
	RUN(memory_that_is_emulated, "P34");
	RUN(a_slot_comes_where_was_none_in_both_flavours, "MS-2 MS-3 P31");
	RUN(writes_to_tables);
	RUN(unanswered_ones_abort, "P34");
	RUN(threads, "I6 I10");
	RUN(recovery, "P43");
	cw_close(dev);
	return CHECK_DONE("lib-shadow-api");
}
