/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts from several threads: faults of two contexts, while a guest changes its tables, traps some of its
 * writes and invalidates, and others update slots, harvest the log and take host pages away. After each invalidation of
 * everything, a page that the guest had unmapped before it must not be reachable through that context.
 * Usage: [operations of each changing thread]
 */
#include <stdlib.h>

#include "../../lib/mmu/shadow.h"
#include "threads.h"

#define PAGES 128u
#define PML4 1u
#define PDPT 2u
#define PD 3u
#define PT 4u
#define DATA 16u
#define NVA 64u
#define GPTE 0x67ull
#define FAULT_THREADS 2u

static struct vm vm;
static struct cw_mmu_ops ops;
static struct cw_mmu_ctx ctx[FAULT_THREADS];
static uint64_t mem[PAGES * 512]; /* atomic */
static unsigned operations = 2000, absent;
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
		struct cw_fault f = {.ctx = c, .gpa = next(&rng) % NVA << 12, .write = next(&rng) & 1};
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

static void begin(void)
{
	struct cw_shadow_params p = {.level = 4, .kind = CW_GUEST_VIRT, .flavour = CW_FLAVOUR_EPT};
	struct cw_guest_regs regs = {
		.cr0 = CW_CR0_PG | CW_CR0_WP, .cr4 = CW_CR4_PAE, .efer = CW_EFER_LMA, .root = PML4 << 12};

	set(PML4, 0, PDPT << 12 | GPTE);
	set(PDPT, 0, PD << 12 | GPTE);
	set(PD, 0, PT << 12 | GPTE);
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

int main(int argc, char **argv)
{
	if (argc > 1)
		operations = (unsigned)strtoul(argv[1], NULL, 0);
	RUN(faults_against_guest_slots_and_log, "I10 ZAP-12");
	return CHECK_DONE(strstr(argv[0], "tsan") ? "mmu_tsan_shadow" : "mmu_threads_shadow");
}
