/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Faults from several threads while others change slots, zap, and move host pages. The recorder checks every step; each
 * slot is deleted with the check that none of its pages is alive, and host pages are moved only between begin and end.
 * Then writes and their faults against log passes, with a replica as the oracle: after the last pass it equals memory.
 * Usage: [operations of each changing thread]
 */
#include "threads.h"

#define FAULT_THREADS 3u
#define NSLOT 4u
#define SLOT_PAGES 64u
#define HOST_PAGES (NSLOT * SLOT_PAGES)

static struct vm vm;
static struct cw_mmu_ctx five;
static unsigned operations = 3000;
static int stop;

static void *fault_thread(void *arg)
{
	uint64_t rng = 0x1234567 + (uintptr_t)arg, n = 0;
	struct cw_mmu_worker w;

	THREAD_CHECK(!cw_mmu_worker_init(&w, &vm.mmu));
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint64_t gfn = 0x1f0 + next(&rng) % (2 * HOST_PAGES);
		struct cw_fault f = {
			.ctx = next(&rng) & 1 ? &five : &vm.ctx, .gpa = gfn << 12, .write = next(&rng) & 1};
		int r = cw_mmu_fault(&w, &f);

		THREAD_CHECK(r == CW_PF_RETRY || r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_EMULATE);
		if (++n % 64 == 0)
			cw_relax();
	}
	cw_mmu_worker_destroy(&w);
	return NULL;
}

static int set_slot(unsigned id, bool present, uint64_t gfn)
{
	return vm_slot(&vm, id, gfn, present ? SLOT_PAGES : 0, id * SLOT_PAGES, id & 1 ? CW_MEM_LOG_DIRTY : 0);
}

static void *slot_thread(void *arg)
{
	uint64_t rng = 99, gfn[NSLOT] = {0};
	bool present[NSLOT] = {false};
	uint64_t map[1];

	(void)arg;
	for (unsigned n = 0; n < operations; n++) {
		unsigned id = next(&rng) % NSLOT;

		if (!present[id] || next(&rng) % 3 == 0) {
			gfn[id] = 0x1f0 + (2 * id + next(&rng) % 2) * SLOT_PAGES;
			THREAD_CHECK(!set_slot(id, true, gfn[id]));
			present[id] = true;
		} else if (next(&rng) % 4 == 0) {
			THREAD_CHECK(!cw_mmu_zap_all(&vm.mmu));
		} else if (id & 1 && next(&rng) % 2) {
			THREAD_CHECK(cw_mmu_log_get(&vm.mmu, id, map) >= 0);
		} else {
			THREAD_CHECK(!set_slot(id, false, 0));
			present[id] = false;
			for (unsigned i = 0; i < SLOT_PAGES; i++)
				THREAD_CHECK(!page_alive(&vm, id * SLOT_PAGES + i));
		}
		sched_yield();
	}
	return NULL;
}

static void *host_thread(void *arg)
{
	uint64_t rng = 7;

	(void)arg;
	for (unsigned n = 0; n < 2 * operations; n++) {
		uint64_t page = next(&rng) % HOST_PAGES;
		bool may_block = next(&rng) % 4 != 0;
		int r = exchange_page(&vm, page, n, may_block);

		THREAD_CHECK(!r || (r == -EAGAIN && !may_block));
	}
	return NULL;
}

static void faults(uint64_t page_limit)
{
	pthread_t fault[FAULT_THREADS], slots, host;
	unsigned checked = 0;

	stop = 0;
	vm_init(&vm);
	vm_log(&vm);
	vm.mmu.page_limit = page_limit;
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	for (uintptr_t i = 0; i < FAULT_THREADS; i++)
		CHECK_EQ(pthread_create(&fault[i], NULL, fault_thread, (void *)i), 0);
	CHECK_EQ(pthread_create(&slots, NULL, slot_thread, NULL), 0);
	CHECK_EQ(pthread_create(&host, NULL, host_thread, NULL), 0);
	pthread_join(slots, NULL);
	pthread_join(host, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < FAULT_THREADS; i++)
		pthread_join(fault[i], NULL);
	CHECK_EQ(bad, 0);
	vm_check(&vm);
	for (uint64_t gfn = 0x1f0; gfn < 0x1f0 + 2 * HOST_PAGES; gfn++) {
		struct cw_memslot slot;
		uint64_t e = vm_leaf(&vm, &vm.ctx, gfn);

		if (!(e & REC_PRESENT))
			continue;
		if (!CHECK_EQ(cw_mmu_get_memslot(&vm.mmu, 0, gfn, &slot), 0))
			break;
		CHECK_EQ(e & REC_ADDR, vm.rec.host_bus[cw_memslot_hva(&slot, gfn) >> 12]);
		checked++;
	}
	printf("# %u translations, %" PRIu64 " faults, %" PRIu64 " to be tried again\n", checked, vm.mmu.stats.pf_taken,
	       vm.mmu.stats.pf_retry);
	CHECK_EQ(!vm.mmu.stats.mmu_recycled, !page_limit);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

static void faults_against_slots_and_invalidations(void)
{
	faults(0);
}

/* Two roots, and room for hardly more than one way down. */
static void the_same_with_a_page_budget(void)
{
	operations /= 4;
	faults(8);
	operations *= 4;
}

/* --- passes --- */

#define LOG_PAGES 700u

static pthread_rwlock_t in_flight =
	PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP; /* held to read by accesses, as stamps are */
static uint64_t memory[LOG_PAGES], replica[LOG_PAGES];	   /* memory: atomic */
static uint64_t writes;

static void wait_for_accesses(struct recorder *r)
{
	(void)r;
	pthread_rwlock_wrlock(&in_flight);
	pthread_rwlock_unlock(&in_flight);
}

/* A device that walks, writes some time after that, and faults where it may not write. */
static void *write_thread(void *arg)
{
	uint64_t rng = 0x7654321 + (uintptr_t)arg;
	struct cw_mmu_worker w;

	THREAD_CHECK(!cw_mmu_worker_init(&w, &vm.mmu));
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint64_t page = next(&rng) % (next(&rng) % 4 ? 20 : LOG_PAGES);
		struct cw_mmu_ctx *c = next(&rng) & 1 ? &five : &vm.ctx;
		bool writable;
		unsigned level;

		pthread_rwlock_rdlock(&in_flight);
		writable = rec_walk(&vm.rec, c, 0x1f0 + page, &level) & REC_W && level == 1;
		if (next(&rng) % 4 == 0)
			sched_yield();
		if (writable) {
			__atomic_add_fetch(&memory[page], 1, __ATOMIC_RELAXED);
			__atomic_add_fetch(&writes, 1, __ATOMIC_RELAXED);
		}
		pthread_rwlock_unlock(&in_flight);
		if (!writable) {
			struct cw_fault f = {.ctx = c, .gpa = (0x1f0 + page) << 12, .write = true};

			THREAD_CHECK(cw_mmu_fault(&w, &f) > 0);
		}
	}
	cw_mmu_worker_destroy(&w);
	return NULL;
}

static unsigned one_pass(void)
{
	uint64_t map[(LOG_PAGES + 63) / 64] = {0};
	int64_t r = cw_mmu_log_get(&vm.mmu, 0, map);

	CHECK(r >= 0);
	for (unsigned p = 0; p < LOG_PAGES; p++)
		if (map[p / 64] >> p % 64 & 1)
			replica[p] = __atomic_load_n(&memory[p], __ATOMIC_RELAXED);
	return r < 0 ? 0 : (unsigned)r;
}

static void passes_against_writes(void)
{
	pthread_t thread[FAULT_THREADS];
	unsigned reported = 0, differ = 0;

	stop = 0;
	vm_init(&vm);
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	vm.rec.flush_hook = wait_for_accesses;
	CHECK_EQ(vm_slot(&vm, 0, 0x1f0, LOG_PAGES, 0, CW_MEM_LOG_DIRTY), 0);
	vm_log(&vm);
	for (uintptr_t i = 0; i < FAULT_THREADS; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, write_thread, (void *)i), 0);
	for (unsigned n = 0; n < operations / 4; n++) {
		reported += one_pass();
		if (n % 64 == 63) {
			/* Into the same kind of mode: everything is protected again, and reported once. */
			CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, n % 128 == 63 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT, 0), 0);
			CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 0), 0);
		}
		sched_yield();
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < FAULT_THREADS; i++)
		pthread_join(thread[i], NULL);
	reported += one_pass();
	CHECK_EQ(bad, 0);
	for (unsigned p = 0; p < LOG_PAGES; p++)
		differ += replica[p] != memory[p];
	CHECK_EQ(differ, 0);
	CHECK(writes > operations / 4);
	printf("# %u pages reported, %" PRIu64 " writes, %" PRIu64 " faults\n", reported, writes,
	       vm.mmu.stats.pf_taken);
	vm_check(&vm);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		operations = (unsigned)strtoul(argv[1], NULL, 0);
	RUN(faults_against_slots_and_invalidations, "ZAP-8 T-MS-07");
	RUN(the_same_with_a_page_budget, "ZAP-4");
	RUN(passes_against_writes);
	return CHECK_DONE(strstr(argv[0], "tsan") ? "mmu_tsan" : "mmu_threads");
}
