/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts from several threads: faults of two contexts, while a guest changes its tables, traps some of its
 * writes and invalidates, and others update slots, harvest the log and take host pages away. After each invalidation of
 * everything, a page that the guest had unmapped before it must not be reachable through that context.
 * Usage: [operations of each changing thread]
 */
#include <stdlib.h>

#include "../../lib/mmu/nested.h"
#include "../../lib/mmu/shadow.h"
#include "threads.h"

#define PAGES 128u
#define PML4 1u
#define PDPT 2u
#define PD 3u
#define PT 4u
#define ROOT_B 5u  /* a second address space, the tables of which stay: PDPT, PD and PT follow */
#define PT_P 9u	   /* below the first root, of the thread that loads alone */
#define EPT 10u	   /* of an L2 guest, which is mapped to itself; two tables follow */
#define EPT_RO 13u /* the same, read-only */
#define DATA 16u
#define NVA 64u
#define DATA_B 80u
#define NB 32u	  /* pages of the second address space */
#define VA_P 512u /* what PT_P maps */
#define NP 8u
#define VA_NX (VA_P + NP)   /* an entry that is reserved where EFER.NX is clear */
#define VA_MMIO (VA_NX + 1) /* where no slot is */
#define GPTE 0x67ull
#define FAULT_THREADS 2u

static struct vm vm;
static struct cw_mmu_ops ops;
static struct cw_mmu_ctx ctx[FAULT_THREADS], l2;
static uint64_t mem[PAGES * 512]; /* atomic */
static unsigned operations = 2000, absent, loads, switched, l2_walks;
static int stop;
static pthread_barrier_t all_here;

/* Entries of 8 bytes are all that is read here. */
static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	uint64_t v = __atomic_load_n(&mem[hva / 8], __ATOMIC_RELAXED);

	(void)priv;
	if (len != 8 || hva % 8)
		return -EFAULT;
	memcpy(buf, &v, 8);
	return 0;
}

static int host_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	(void)priv;
	(void)size;
	return !__atomic_compare_exchange_n(&mem[hva / 8], old, new, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static int harvest(void *priv, unsigned domain, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits), void *arg)
{
	(void)priv;
	(void)domain;
	(void)line;
	(void)arg;
	return 0;
}

static void set(uint64_t gfn, unsigned index, uint64_t e)
{
	__atomic_store_n(&mem[gfn * 512 + index], e, __ATOMIC_RELAXED);
}

static void *fault_thread(void *arg)
{
	struct cw_mmu_ctx *c = arg;
	uint64_t rng = 0x1234567 + (uint64_t)(c - ctx);
	struct cw_mmu_worker w;

	THREAD_CHECK(!cw_mmu_worker_init(&w, &vm.mmu));
	pthread_barrier_wait(&all_here);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint64_t page = next(&rng) % 4 ? next(&rng) % NVA : VA_P + next(&rng) % (NP + 2);
		struct cw_fault f = {.ctx = c, .gpa = page << 12, .write = next(&rng) & 1};
		int r = cw_mmu_fault(&w, &f);

		THREAD_CHECK(r > 0);
		if (next(&rng) % 16 == 0)
			sched_yield();
	}
	cw_mmu_worker_destroy(&w);
	return NULL;
}

/* A guest of the first context, whose tables the other one has as well. */
static void *guest_thread(void *arg)
{
	uint64_t rng = 99;

	(void)arg;
	pthread_barrier_wait(&all_here);
	for (unsigned n = 0; n < operations; n++) {
		sched_yield();
		unsigned i = (unsigned)(next(&rng) % NVA), level;
		uint64_t gone = __atomic_load_n(&mem[PT * 512 + i], __ATOMIC_RELAXED);
		uint64_t e;

		set(PT, i, 0);
		if (next(&rng) % 3 == 0)
			THREAD_CHECK(!cw_mmu_guest_write(&vm.mmu, 0, (PT << 12) + 8 * i, 8));
		if (next(&rng) % 8 == 0)
			THREAD_CHECK(!cw_mmu_guest_write(&vm.mmu, 0, PD << 12, next(&rng) % 2 ? 8 : 3));
		THREAD_CHECK(!cw_mmu_ctx_invalidate(&ctx[0], (uint64_t)i << 12, next(&rng) % 2));
		e = rec_walk(&vm.rec, &ctx[0], i, &level);
		THREAD_CHECK(!(e & REC_PRESENT));
		absent += !!gone;
		/* Other rights and another page come back. */
		set(PT, i, (DATA + next(&rng) % 64) << 12 | (GPTE & ~(next(&rng) % 4 ? 0 : 2ull)));
	}
	return NULL;
}

static void *slot_thread(void *arg)
{
	uint64_t rng = 7, map[2];
	bool there = false;

	(void)arg;
	pthread_barrier_wait(&all_here);
	for (unsigned n = 0; n < operations; n++) {
		sched_yield();
		uint64_t page = DATA + next(&rng) % 64;

		switch (next(&rng) % 5) {
		case 0:
			there = !there;
			THREAD_CHECK(!vm_slot(&vm, 1, 0x1000, there ? 16 : 0, DATA, 0));
			break;
		case 1:
			THREAD_CHECK(cw_mmu_log_get(&vm.mmu, 0, map) >= 0);
			break;
		case 2:
			THREAD_CHECK(!cw_mmu_zap_all(&vm.mmu));
			break;
		default:
			THREAD_CHECK(!cw_mmu_invalidate_begin(&vm.mmu, page << 12, (page + 1) << 12, true));
			sched_yield();
			cw_mmu_invalidate_end(&vm.mmu, page << 12, (page + 1) << 12);
		}
	}
	return NULL;
}

/* Registers of the second context. */
static struct cw_guest_regs regs_of(bool b, bool nx, bool wp)
{
	return (struct cw_guest_regs){
		.cr0 = CW_CR0_PG | (wp ? CW_CR0_WP : 0),
		.cr4 = CW_CR4_PAE,
		.efer = CW_EFER_LMA | (nx ? CW_EFER_NX : 0),
		.root = (b ? ROOT_B : PML4) << 12,
	};
}

/* The engine leaves the root before it may be another one. 1: it is. */
static int load(struct cw_mmu_ctx *c, const struct cw_guest_regs *regs, bool keep, bool forget)
{
	uint64_t old = c->root_table;
	unsigned level = c->level;
	int r;

	rec_detach(&vm.rec, c);
	if (forget)
		cw_ctx_forget_roles(c);
	r = cw_ctx_load(c, regs, keep);
	THREAD_CHECK(r == (c->root_table != old) && c->level == level);
	rec_attach(&vm.rec, c);
	loads++;
	return r;
}

static bool is_mapped(uint64_t page, uint64_t *to)
{
	unsigned level;
	uint64_t e = rec_walk(&vm.rec, &ctx[1], page, &level);

	*to = e & REC_ADDR;
	return e & REC_PRESENT;
}

/*
 * Other roots and modes for the second context, and roots for that of the L2 guest. What is gone from the tables before
 * a load that keeps nothing is in no root any more, also not in one that is loaded later (I10, ROLE-14); no page of the
 * other address space, and none that the mode forbids, is ever there.
 */
static void *load_thread(void *arg)
{
	bool gone[NP] = {false}, sure[NP] = {false};
	uint64_t rng = 0xabcdef, to;

	(void)arg;
	pthread_barrier_wait(&all_here);
	for (unsigned n = 0; n < operations; n++) {
		bool b = next(&rng) & 1, nx = next(&rng) & 1, keep = next(&rng) % 3, wp = next(&rng) % 4;
		const struct cw_guest_regs regs = regs_of(b, nx, wp);
		const struct cw_guest_regs ept = {.root = (next(&rng) & 1 ? EPT : EPT_RO) << 12 | 3 << 3 | 6};
		unsigned i = (unsigned)(next(&rng) % NP);

		set(PT_P, i, 0);
		gone[i] = true;
		switched += load(&ctx[1], &regs, keep, next(&rng) % 8 == 0) > 0;
		for (unsigned p = 0; p < NP; p++) {
			sure[p] |= gone[p] && !keep;
			THREAD_CHECK(!(b || sure[p]) || !is_mapped(VA_P + p, &to));
		}
		for (unsigned p = 0; p < NB && b; p++)
			THREAD_CHECK(!is_mapped(p, &to) || to == vm.rec.host_bus[DATA_B + p]);
		THREAD_CHECK((nx && !b) || !is_mapped(VA_NX, &to));
		/* The same again changes nothing, with new roles or without. */
		THREAD_CHECK(!load(&ctx[1], &regs, true, next(&rng) % 4 == 0));
		if (next(&rng) % 2) {
			i = (unsigned)(next(&rng) % NP);
			gone[i] = sure[i] = false;
			set(PT_P, i, (DATA + next(&rng) % 64) << 12 | GPTE);
		}
		if (next(&rng) % 4 == 0)
			load(&l2, &ept, next(&rng) & 1, next(&rng) & 1);
		sched_yield();
	}
	return NULL;
}

/* Walks of an L2 guest whose tables are those of both address spaces, while L1 makes its memory read-only and back. */
static void *l2_thread(void *arg)
{
	uint64_t rng = 0x1357;

	(void)arg;
	pthread_barrier_wait(&all_here);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		bool b = next(&rng) & 1, write = next(&rng) & 1;
		uint64_t i = next(&rng) % NB, page;
		struct cw_l2_walk k = {
			.regs = regs_of(b, next(&rng) & 1, true),
			.addr = i << 12 | 0x123,
			.access = CW_PFEC_U | (write ? CW_PFEC_W : 0),
		};
		int r = cw_ctx_l2_walk(&l2, &k);

		page = k.gpa >> 12;
		switch (r) {
		case CW_L2_OK:
			THREAD_CHECK(k.gpa == k.l2_gpa && (k.gpa & 4095) == 0x123);
			THREAD_CHECK(b ? page == DATA_B + i : page >= DATA && page < DATA + 64);
			l2_walks++;
			break;
		case CW_L2_NESTED:
			THREAD_CHECK(write && k.fault_gpa >> 12 != 0 && (k.error & CW_PFEC_W));
			break;
		case CW_L2_FAULT:
			/* The first guest has taken the page away, or the right to write. */
			THREAD_CHECK(!b && (k.error & CW_PFEC_U) && (write || !(k.error & CW_PFEC_P)));
			break;
		default:
			THREAD_CHECK(r == -EAGAIN && !b);
		}
		if (next(&rng) % 16 == 0)
			sched_yield();
	}
	return NULL;
}

static void begin(void)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT, .flavour = CW_FLAVOUR_EPT};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = PML4 << 12};

	set(PML4, 0, PDPT << 12 | GPTE);
	set(PDPT, 0, PD << 12 | GPTE);
	set(PD, 0, PT << 12 | GPTE);
	set(PD, 1, PT_P << 12 | GPTE);
	for (unsigned i = 0; i < 3; i++) {
		set(ROOT_B + i, 0, (ROOT_B + 1ull + i) << 12 | GPTE);
		set(EPT + i, 0, i < 2 ? (EPT + 1ull + i) << 12 | 7 : 7 | 6 << 3 | 1 << 7);
		set(EPT_RO + i, 0, i < 2 ? (EPT_RO + 1ull + i) << 12 | 7 : 1 | 6 << 3 | 1 << 7);
	}
	for (unsigned i = 0; i < NB; i++)
		set(ROOT_B + 3, i, (DATA_B + i) << 12 | GPTE);
	for (unsigned i = 0; i < NP; i++)
		set(PT_P, i, (DATA + i) << 12 | GPTE);
	set(PT_P, NP, (DATA + NP) << 12 | GPTE | 1ull << 63);
	set(PT_P, NP + 1, 0x9000ull << 12 | GPTE);
	for (unsigned i = 0; i < NVA; i++)
		set(PT, i, (DATA + i) << 12 | GPTE);
	vm_init(&vm);
	ops = rec_ops;
	ops.host_read = host_read;
	ops.host_cmpxchg = host_cmpxchg;
	ops.harvest = harvest;
	vm.mmu.ops = &ops;
	CHECK_EQ(vm_slot(&vm, 0, 0, PAGES, 0, CW_MEM_LOG_DIRTY), 0);
	vm_log(&vm);
	for (unsigned c = 0; c < FAULT_THREADS; c++) {
		CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &ctx[c], &p, &regs), 0);
		rec_attach(&vm.rec, &ctx[c]);
		/* The second has a root of its own, of five levels, in front of the same tables. */
		p.level = 5;
	}
}

static void faults_against_guest_slots_and_log(void)
{
	pthread_t fault[FAULT_THREADS], guest, slots;

	begin();
	pthread_barrier_init(&all_here, NULL, FAULT_THREADS + 2);
	for (unsigned c = 0; c < FAULT_THREADS; c++)
		CHECK_EQ(pthread_create(&fault[c], NULL, fault_thread, &ctx[c]), 0);
	CHECK_EQ(pthread_create(&guest, NULL, guest_thread, NULL), 0);
	CHECK_EQ(pthread_create(&slots, NULL, slot_thread, NULL), 0);
	pthread_join(guest, NULL);
	pthread_join(slots, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (unsigned c = 0; c < FAULT_THREADS; c++)
		pthread_join(fault[c], NULL);
	CHECK_EQ(bad, 0);
	CHECK(absent > operations / 2);
	CHECK(vm.mmu.stats.pf_fixed > operations / 10);
	printf("# %" PRIu64 " faults, %" PRIu64 " repaired, %" PRIu64 " left to the guest, %" PRIu64
	       " entries dropped\n",
	       vm.mmu.stats.pf_taken, vm.mmu.stats.pf_fixed, vm.mmu.stats.pf_guest, vm.mmu.stats.mmu_sync_dropped);
	for (unsigned c = 0; c < FAULT_THREADS; c++)
		vm_detach(&vm, &ctx[c]);
	vm_destroy(&vm);
}

static void loads_and_walks_of_l2_against_all_that(void)
{
	const struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_EPT};
	const struct cw_guest_regs ept = {.root = EPT << 12 | 3 << 3 | 6};
	pthread_t fault[FAULT_THREADS + 1], walk, change[3];
	void *(*const changing[])(void *) = {guest_thread, slot_thread, load_thread};

	operations /= 2;
	begin();
	stop = 0;
	absent = 0;
	CHECK_EQ(cw_shadow_ctx_create(&vm.mmu, &l2, &p, &ept), 0);
	rec_attach(&vm.rec, &l2);
	pthread_barrier_init(&all_here, NULL, FAULT_THREADS + 1 + 1 + 3);
	for (unsigned c = 0; c <= FAULT_THREADS; c++)
		CHECK_EQ(pthread_create(&fault[c], NULL, fault_thread, c < FAULT_THREADS ? &ctx[c] : &l2), 0);
	CHECK_EQ(pthread_create(&walk, NULL, l2_thread, NULL), 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&change[i], NULL, changing[i], NULL), 0);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(change[i], NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(walk, NULL);
	for (unsigned c = 0; c <= FAULT_THREADS; c++)
		pthread_join(fault[c], NULL);
	CHECK_EQ(bad, 0);
	CHECK(absent > operations / 4 && switched > operations / 2 && l2_walks > 100);
	printf("# %u loads, %u to another root, %" PRIu64 " modes computed; %u walks of L2 went through\n", loads,
	       switched, vm.mmu.stats.mmu_init, l2_walks);
	vm_detach(&vm, &l2);
	for (unsigned c = 0; c < FAULT_THREADS; c++)
		vm_detach(&vm, &ctx[c]);
	vm_destroy(&vm);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		operations = (unsigned)strtoul(argv[1], NULL, 0);
	RUN(faults_against_guest_slots_and_log, "I10 ZAP-12");
	RUN(loads_and_walks_of_l2_against_all_that, "I10 ROLE-14 ROLE-15");
	return CHECK_DONE(strstr(argv[0], "tsan") ? "mmu_tsan_shadow" : "mmu_threads_shadow");
}
