/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Scenarios of parallel faults (mmu-spec 8.5). T-ZP-02: host pages that somebody has to bring first, asked for by
 * several threads at once. T-ZP-03: all threads create mappings, update them, and adjust them to small pages and back,
 * stage by stage. Usage: [rounds]
 */
#include "threads.h"

#define THREADS 4u
#define M2 512ull

static struct vm vm;
static struct cw_mmu_ops ops;
static struct cw_mmu_ctx five;
static unsigned rounds = 4;

/* --- T-ZP-02 --- */

#define DEMAND_PAGES 2048u

enum page_state { AWAY, ASKED_FOR, THERE };

static pthread_mutex_t pages_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t asked = PTHREAD_COND_INITIALIZER, brought = PTHREAD_COND_INITIALIZER;
static enum page_state page[DEMAND_PAGES];
static unsigned queue[DEMAND_PAGES], nr_asked, nr_brought, asked_again;
static bool wait_for_page, no_more;

/*
 * A page that is away is asked for once, whoever comes second finds it under way; then either waits for it (a page that
 * is brought under the caller) or says so (the request is tried again).
 */
static int demand(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	uint64_t i = cw_memslot_hva(slot, gfn) >> 12;
	int r = 0;

	pthread_mutex_lock(&pages_lock);
	if (page[i] == AWAY) {
		page[i] = ASKED_FOR;
		queue[nr_asked++ % DEMAND_PAGES] = (unsigned)i;
		pthread_cond_signal(&asked);
	} else if (page[i] == ASKED_FOR) {
		asked_again++;
	}
	while (wait_for_page && page[i] != THERE)
		pthread_cond_wait(&brought, &pages_lock);
	if (page[i] != THERE)
		r = -EAGAIN;
	pthread_mutex_unlock(&pages_lock);
	return r ? r : rec_ops.resolve(priv, slot, gfn, write, out);
}

static void *bring_thread(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&pages_lock);
	while (!no_more || nr_brought != nr_asked) {
		if (nr_brought == nr_asked) {
			pthread_cond_wait(&asked, &pages_lock);
			continue;
		}
		page[queue[nr_brought++ % DEMAND_PAGES]] = THERE;
		pthread_cond_broadcast(&brought);
		pthread_mutex_unlock(&pages_lock);
		sched_yield();
		pthread_mutex_lock(&pages_lock);
	}
	pthread_mutex_unlock(&pages_lock);
	return NULL;
}

/* Every page once, in an order of the thread's own, so that threads meet. */
static void *demand_thread(void *arg)
{
	uint64_t step = 2 * (uintptr_t)arg + 1;
	struct cw_mmu_worker w;

	THREAD_CHECK(!cw_mmu_worker_init(&w, &vm.mmu));
	for (uint64_t n = 0; n < DEMAND_PAGES; n++) {
		uint64_t gfn = 0x1f0 + n * step % DEMAND_PAGES;
		struct cw_mmu_ctx *c = (uintptr_t)arg & 1 ? &five : &vm.ctx;
		int r = CW_PF_RETRY;

		while (r == CW_PF_RETRY) {
			struct cw_fault f = {.ctx = c, .gpa = gfn << 12, .write = n & 1};

			r = cw_mmu_fault(&w, &f);
			if (r == CW_PF_RETRY)
				sched_yield();
		}
		THREAD_CHECK(r == CW_PF_FIXED || r == CW_PF_SPURIOUS);
	}
	cw_mmu_worker_destroy(&w);
	return NULL;
}

static void demand_paging(unsigned threads, bool wait)
{
	pthread_t fault[THREADS], bring;
	uint64_t fixed = 0;

	memset(page, 0, sizeof(page));
	nr_asked = nr_brought = asked_again = 0;
	no_more = false;
	wait_for_page = wait;
	vm_init(&vm);
	ops = rec_ops;
	ops.resolve = demand;
	vm.mmu.ops = &ops;
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	CHECK_EQ(vm_slot(&vm, 0, 0x1f0, DEMAND_PAGES, 0, 0), 0);
	CHECK_EQ(pthread_create(&bring, NULL, bring_thread, NULL), 0);
	for (uintptr_t i = 0; i < threads; i++)
		CHECK_EQ(pthread_create(&fault[i], NULL, demand_thread, (void *)i), 0);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(fault[i], NULL);
	pthread_mutex_lock(&pages_lock);
	no_more = true;
	pthread_cond_signal(&asked);
	pthread_mutex_unlock(&pages_lock);
	pthread_join(bring, NULL);
	CHECK_EQ(bad, 0);
	/* Each page was brought once, and is where it belongs. */
	CHECK_EQ(nr_brought, DEMAND_PAGES);
	for (uint64_t i = 0; i < DEMAND_PAGES; i++)
		for (unsigned c = 0; c < (threads > 1 ? 2 : 1); c++)
			CHECK_EQ(vm_leaf(&vm, c ? &five : &vm.ctx, 0x1f0 + i) & (REC_ADDR | REC_PRESENT),
				 vm.rec.host_bus[i] | REC_PRESENT);
	CHECK_EQ(vm.mmu.stats.pages_4k, DEMAND_PAGES);
	fixed = vm.mmu.stats.pf_fixed;
	CHECK(fixed >= DEMAND_PAGES);
	printf("# %u threads, %s: %" PRIu64 " faults, %" PRIu64 " to be tried again, %u found the page on its way\n",
	       threads, wait ? "waiting" : "trying again", vm.mmu.stats.pf_taken, vm.mmu.stats.pf_retry, asked_again);
	CHECK_EQ(!vm.mmu.stats.pf_retry, wait);
	vm_check(&vm);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

static void pages_on_demand(void)
{
	for (unsigned threads = 1; threads <= THREADS; threads *= 2)
		for (unsigned wait = 0; wait < 2; wait++)
			demand_paging(threads, wait);
}

/* --- T-ZP-03 --- */

#define BLOCKS 6u
#define STAGE_PAGES (BLOCKS * M2)
#define UPDATES (20 * BLOCKS)

enum stage { CREATE, UPDATE, SMALL, LARGE, STAGES };

static pthread_barrier_t gate;
static uint64_t retries;

static bool updating; /* pages of the host change */

static bool still_updating(void)
{
	sched_yield();
	return __atomic_load_n(&updating, __ATOMIC_ACQUIRE);
}

static void *stage_thread(void *arg)
{
	uint64_t rng = 0x5eed + (uintptr_t)arg;
	struct cw_mmu_worker w;

	THREAD_CHECK(!cw_mmu_worker_init(&w, &vm.mmu));
	for (unsigned n = 0; n < rounds * STAGES; n++) {
		enum stage stage = n % STAGES;

		pthread_barrier_wait(&gate);
		/* Create and the last one: one access to each block, by whoever is first. Else every page is written.
		 */
		for (uint64_t p = 0; p < STAGE_PAGES || (stage == UPDATE && still_updating());
		     p += stage == CREATE || stage == LARGE ? M2 / 2 : 1) {
			uint64_t at = stage == UPDATE || stage == SMALL ? next(&rng) % STAGE_PAGES : p;
			struct cw_mmu_ctx *c = next(&rng) & 1 ? &five : &vm.ctx;
			int r = CW_PF_RETRY;

			while (r == CW_PF_RETRY) {
				struct cw_fault f = {
					.ctx = c, .gpa = (M2 + at) << 12, .write = stage == UPDATE || stage == SMALL};

				r = cw_mmu_fault(&w, &f);
				if (r == CW_PF_RETRY)
					__atomic_add_fetch(&retries, 1, __ATOMIC_RELAXED);
			}
			THREAD_CHECK(r == CW_PF_FIXED || r == CW_PF_SPURIOUS);
		}
		pthread_barrier_wait(&gate);
	}
	cw_mmu_worker_destroy(&w);
	return NULL;
}

static unsigned ended[BLOCKS];		    /* invalidations of a block that are over */
static unsigned overtaken, waiting[BLOCKS]; /* faults */

/*
 * Long enough for the host to change its mind between resolving a page and mapping it (ZAP-8): some faults let a whole
 * invalidation of their page begin and end meanwhile.
 */
static void dawdle(struct recorder *r, const struct cw_memslot *slot, uint64_t gfn)
{
	unsigned block = (unsigned)(gfn / M2 - 1) % BLOCKS;
	unsigned *count = &ended[block], before = __atomic_load_n(count, __ATOMIC_ACQUIRE);

	(void)r;
	(void)slot;
	for (uint64_t i = 0; i < gfn % 4; i++)
		sched_yield();
	__atomic_add_fetch(&waiting[block], 1, __ATOMIC_RELEASE);
	while (gfn % 2 == 0 && still_updating()) {
		if (__atomic_load_n(count, __ATOMIC_ACQUIRE) != before) {
			__atomic_add_fetch(&overtaken, 1, __ATOMIC_RELAXED);
			break;
		}
		sched_yield();
	}
	__atomic_sub_fetch(&waiting[block], 1, __ATOMIC_RELEASE);
}

static void all_mapped(unsigned level, bool writable)
{
	for (uint64_t i = 0; i < STAGE_PAGES; i++) {
		unsigned l;
		uint64_t bus = 0, e = rec_walk(&vm.rec, &vm.ctx, M2 + i, &l);

		CHECK_EQ(vm_level(&vm, &vm.ctx, M2 + i, &bus), level);
		CHECK_EQ(bus, vm.rec.host_bus[M2 + i]);
		CHECK(!writable || (e & REC_W));
	}
}

static void stages_with_parallel_faults(void)
{
	pthread_t thread[THREADS];
	static uint64_t map[STAGE_PAGES / 64];
	uint64_t next_bus = 0x400000000;

	retries = overtaken = 0;
	vm_init(&vm);
	vm.rec.resolve_hook = dawdle;
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	vm_host_level(&vm, 0, VM_HOST_PAGES, 2);
	pthread_barrier_init(&gate, NULL, THREADS + 1);
	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, stage_thread, (void *)i), 0);
	for (unsigned n = 0; n < rounds; n++) {
		/* Create: nothing is there, all threads come at once. */
		CHECK_EQ(vm_slot(&vm, 0, M2, STAGE_PAGES, M2, CW_MEM_LOG_DIRTY), 0);
		pthread_barrier_wait(&gate);
		pthread_barrier_wait(&gate);
		CHECK_EQ(vm.mmu.stats.pages_2m, BLOCKS);
		CHECK_EQ(vm.mmu.stats.pages_4k, 0);
		all_mapped(2, false);
		/* Update: the host takes the pages away and they are others, while all threads write. */
		__atomic_store_n(&updating, true, __ATOMIC_RELEASE);
		pthread_barrier_wait(&gate);
		for (unsigned k = 0; k < UPDATES; k++) {
			uint64_t first = (1 + k % BLOCKS) * M2;

			/* Mostly there is somebody to overtake. */
			for (unsigned tries = 0;
			     tries < 500 && !__atomic_load_n(&waiting[k % BLOCKS], __ATOMIC_ACQUIRE); tries++)
				sched_yield();
			CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, first << 12, (first + M2) << 12, true), 0);
			pthread_mutex_lock(&vm.rec.lock);
			/* Bus pages are never used twice. */
			for (uint64_t i = first; i < first + M2; i++)
				vm.rec.host_bus[i] = next_bus + ((i - first) << 12);
			next_bus += M2 << 12;
			pthread_mutex_unlock(&vm.rec.lock);
			cw_mmu_invalidate_end(&vm.mmu, first << 12, (first + M2) << 12);
			__atomic_add_fetch(&ended[k % BLOCKS], 1, __ATOMIC_RELEASE);
			sched_yield();
		}
		__atomic_store_n(&updating, false, __ATOMIC_RELEASE);
		pthread_barrier_wait(&gate);
		for (uint64_t i = 0; i < STAGE_PAGES; i++) {
			uint64_t bus = vm.rec.host_bus[M2 + i];

			vm_level(&vm, &vm.ctx, M2 + i, &bus);
			CHECK_EQ(bus, vm.rec.host_bus[M2 + i]);
		}
		/* Adjust: the log starts while they write, and large leaves give way. */
		pthread_barrier_wait(&gate);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, n & 1 ? CW_LOG_SPLIT : 0), 0);
		CHECK(cw_mmu_log_get(&vm.mmu, 0, map) >= 0);
		pthread_barrier_wait(&gate);
		for (uint64_t i = 0; i < STAGE_PAGES; i++)
			CHECK(vm_fault(&vm, M2 + i, WRITE) >= CW_PF_FIXED);
		all_mapped(1, true);
		CHECK_EQ(vm.mmu.stats.pages_2m, 0);
		CHECK_EQ(vm.mmu.stats.pages_4k, STAGE_PAGES);
		/* And back: small leaves go, the next touch makes large ones. */
		CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
		pthread_barrier_wait(&gate);
		pthread_barrier_wait(&gate);
		CHECK_EQ(vm.mmu.stats.pages_2m, BLOCKS);
		CHECK_EQ(vm.mmu.stats.pages_4k, 0);
		all_mapped(2, false);
		vm_check(&vm);
		CHECK_EQ(vm_slot(&vm, 0, 0, 0, 0, 0), 0);
		CHECK_EQ(vm.mmu.stats.pages_2m, 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&gate);
	CHECK_EQ(bad, 0);
	printf("# %u rounds of %u stages: %" PRIu64 " faults, %" PRIu64 " tried again, %u overtaken\n", rounds, STAGES,
	       vm.mmu.stats.pf_taken, retries, overtaken);
	CHECK(overtaken >= rounds);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = (unsigned)strtoul(argv[1], NULL, 0);
	RUN(pages_on_demand, "T-ZP-02");
	RUN(stages_with_parallel_faults, "T-ZP-03");
	return CHECK_DONE(strstr(argv[0], "tsan") ? "mmu_tsan_stages" : "mmu_stages");
}
