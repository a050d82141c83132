/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * All operations of the core at once: faults and faults ahead of time in several contexts, slots that come, move and
 * go, host pages that move, accessors, log modes and passes of all kinds, zaps, the page limit, contexts that come and
 * go, and an engine that is lost now and then. The recorder watches each step. Of what is gone nothing may be alive,
 * and accessors must read the byte of a page that some slot gave there. Usage: [operations of each changing thread]
 */
#include "threads.h"

#define FAULT_THREADS 2u
#define NSLOT 4u
#define SLOT_PAGES 64u
#define HOST_PAGES (NSLOT * SLOT_PAGES)
#define BASE 0x1f0ull

static struct vm vm;
static struct cw_mmu_ctx five;
static struct cw_mmu_ops ops;
static unsigned operations = 1000, lost, reads, passes;
static int stop;

/* Page p of the host is full of p; accessors write what is there. */
static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	memset(buf, (int)(hva >> 12), len);
	return 0;
}

static int host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	(void)priv;
	(void)hva;
	(void)buf;
	(void)len;
	return 0;
}

static bool is_stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static void *fault_thread(void *arg)
{
	uint64_t rng = 0x1234567 + (uintptr_t)arg;
	struct cw_mmu_worker w;

	THREAD_CHECK(!cw_mmu_worker_init(&w, &vm.mmu));
	while (!is_stopped()) {
		uint64_t gfn = BASE + next(&rng) % (2 * HOST_PAGES), gpa = gfn << 12, size = 8 << 12;
		struct cw_mmu_ctx *ctx = next(&rng) & 1 ? &five : &vm.ctx;
		struct cw_fault f = {.ctx = ctx, .gpa = gpa, .write = next(&rng) & 1};
		int r;

		switch (next(&rng) % 8) {
		case 0:
			r = cw_mmu_prefault(&w, ctx, &gpa, &size, f.write);
			THREAD_CHECK(gpa + size == (gfn + 8) << 12);
			THREAD_CHECK(!r || ((r == -ENOENT || r == -EAGAIN || r == -ENOSPC) && size == 8 << 12));
			break;
		case 1:
			THREAD_CHECK(!cw_mmu_worker_refill(&w));
			break;
		default:
			r = cw_mmu_fault(&w, &f);
			THREAD_CHECK(r == CW_PF_RETRY || r == CW_PF_FIXED || r == CW_PF_SPURIOUS ||
				     r == CW_PF_EMULATE || r == -ENOSPC);
		}
		if (next(&rng) % 32 == 0)
			cw_relax();
	}
	cw_mmu_worker_destroy(&w);
	return NULL;
}

static void *access_thread(void *arg)
{
	uint64_t rng = 0x7654321;
	struct cw_gpa_cache c;

	(void)arg;
	THREAD_CHECK(!cw_gpa_cache_init(&c, &vm.mmu, 0, BASE << 12, 2 * HOST_PAGES << 12));
	while (!is_stopped()) {
		uint64_t page = next(&rng) % (2 * HOST_PAGES), gpa = (BASE + page) << 12 | next(&rng) % 4000;
		uint8_t buf[96];
		struct cw_memslot s;
		int r = -EFAULT;

		memset(buf, 0, sizeof(buf));
		switch (next(&rng) % 7) {
		case 0:
			r = cw_mmu_read(&vm.mmu, 0, gpa, buf, sizeof(buf));
			break;
		case 1:
			r = cw_ctx_read(&five, gpa, buf, sizeof(buf));
			break;
		case 2:
			r = cw_gpa_cache_read(&c, gpa - (BASE << 12), buf, sizeof(buf));
			break;
		case 3:
			THREAD_CHECK(cw_mmu_write(&vm.mmu, 0, gpa, buf, sizeof(buf)) <= 0);
			break;
		case 4:
			THREAD_CHECK(cw_ctx_write(&five, gpa, buf, sizeof(buf)) <= 0);
			break;
		case 5:
			THREAD_CHECK(cw_gpa_cache_write(&c, gpa - (BASE << 12), buf, sizeof(buf)) <= 0);
			break;
		default:
			if (!cw_mmu_get_memslot(&vm.mmu, 0, BASE + page, &s))
				THREAD_CHECK(s.npages == SLOT_PAGES && BASE + page - s.base_gfn < SLOT_PAGES);
		}
		THREAD_CHECK(r == 0 || r == -EFAULT || r == -EAGAIN);
		/* Slots begin at multiples of their size, on both sides. */
		if (!r) {
			THREAD_CHECK(buf[0] % SLOT_PAGES == page % SLOT_PAGES);
			reads++;
		}
		if (next(&rng) % 32 == 0)
			cw_relax();
	}
	return NULL;
}

static void *slot_thread(void *arg)
{
	bool present[NSLOT] = {false};
	uint64_t rng = 99;

	(void)arg;
	for (unsigned n = 0; n < operations; n++) {
		unsigned id = next(&rng) % NSLOT;
		uint32_t flags = next(&rng) & 1 ? CW_MEM_LOG_DIRTY : 0;
		uint64_t gfn = BASE + (2 * id + next(&rng) % 2) * SLOT_PAGES;

		present[id] = !present[id] || next(&rng) % 3;
		/* Created, moved, logged or not any more; or deleted. */
		THREAD_CHECK(
			!vm_slot(&vm, id, gfn, present[id] ? SLOT_PAGES : 0, id * SLOT_PAGES, present[id] ? flags : 0));
		for (unsigned i = 0; !present[id] && i < SLOT_PAGES; i++)
			THREAD_CHECK(!page_alive(&vm, id * SLOT_PAGES + i));
		sched_yield();
	}
	return NULL;
}

static void *host_thread(void *arg)
{
	uint64_t rng = 7;

	(void)arg;
	for (unsigned n = 0; n < operations; n++)
		THREAD_CHECK(!exchange_page(&vm, next(&rng) % HOST_PAGES, n, true));
	return NULL;
}

/* -ENOENT: the slot does not log, or is not there, or nothing logs. */
static void *log_thread(void *arg)
{
	uint64_t rng = 0x55aa, map[1];
	struct cw_log_page pages[4];
	int64_t r;

	(void)arg;
	for (unsigned n = 0; n < operations; n++) {
		uint32_t slot = (uint32_t)(next(&rng) % NSLOT);

		for (unsigned i = 0; i < 4; i++)
			if (cw_mmu_log_place(&vm.mmu, 0, BASE + next(&rng) % (2 * HOST_PAGES), &pages[i]))
				pages[i].slot = NSLOT;
		map[0] = ~0ull;
		switch (next(&rng) % 8) {
		case 0:
			r = cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE + (unsigned)(next(&rng) % 3),
					     next(&rng) % 2 ? CW_LOG_MANUAL | CW_LOG_SPLIT : 0);
			break;
		case 1:
			r = cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET);
			break;
		case 2:
			r = next(&rng) % 4 ? 0 : cw_mmu_log_stop(&vm.mmu, 0);
			break;
		case 3:
		case 4:
			r = cw_mmu_log_clear(&vm.mmu, slot, 0, SLOT_PAGES, map);
			break;
		case 5:
			r = cw_mmu_log_reset(&vm.mmu, 0, pages, 4);
			break;
		default:
			r = cw_mmu_log_get(&vm.mmu, slot, map);
			passes += r >= 0;
		}
		THREAD_CHECK(r >= 0 || r == -ENOENT);
		sched_yield();
	}
	return NULL;
}

static void lose_engine(struct cw_mmu_ctx *mine)
{
	rec_reset(&vm.rec);
	THREAD_CHECK(!cw_mmu_engine_lost(&vm.mmu));
	rec_attach(&vm.rec, &vm.ctx);
	rec_attach(&vm.rec, &five);
	if (mine)
		rec_attach(&vm.rec, mine);
	lost++;
}

static void *zap_thread(void *arg)
{
	const struct cw_mmu_ctx_params p = {.level = 4, .flavour = CW_FLAVOUR_X86};
	uint64_t rng = 0x777;
	struct cw_mmu_worker w;

	(void)arg;
	THREAD_CHECK(!cw_mmu_worker_init(&w, &vm.mmu));
	for (unsigned n = 0; n < operations / 4; n++) {
		struct cw_mmu_ctx ctx;
		int r = cw_mmu_ctx_create(&vm.mmu, &ctx, &p);

		THREAD_CHECK(!r || r == -ENOSPC);
		if (r)
			continue;
		rec_attach(&vm.rec, &ctx);
		for (unsigned i = 0; i < 4; i++) {
			struct cw_fault f = {
				.ctx = &ctx, .gpa = (BASE + next(&rng) % HOST_PAGES) << 12, .write = i & 1};

			r = cw_mmu_fault(&w, &f);
			THREAD_CHECK(r > 0 || r == -ENOSPC);
		}
		switch (next(&rng) % 6) {
		case 0:
			THREAD_CHECK(!cw_mmu_zap_all(&vm.mmu));
			break;
		case 1:
			THREAD_CHECK(!cw_mmu_zap_range(&vm.mmu, 0, BASE + next(&rng) % HOST_PAGES, 100));
			break;
		case 2:
			THREAD_CHECK(!cw_mmu_set_page_limit(&vm.mmu, next(&rng) % 2 * 64));
			break;
		case 3:
			THREAD_CHECK(!cw_mmu_flush(&vm.mmu));
			break;
		case 4:
			lose_engine(&ctx);
			break;
		default:
			break;
		}
		rec_detach(&vm.rec, &ctx);
		cw_mmu_ctx_destroy(&ctx);
	}
	cw_mmu_worker_destroy(&w);
	return NULL;
}

static void every_operation_at_once(void)
{
	static void *(*const changing[])(void *) = {slot_thread, host_thread, log_thread, zap_thread};
	const struct cw_mmu_params p = {.address_bits = 48};
	pthread_t fault[FAULT_THREADS], access, change[4];

	ops = rec_ops;
	ops.host_read = host_read;
	ops.host_write = host_write;
	vm_init_ops(&vm, &ops, &p, VM_HOST_PAGES);
	vm_attach(&vm, &five, 5, 0, CW_FLAVOUR_EPT);
	for (uintptr_t i = 0; i < FAULT_THREADS; i++)
		CHECK_EQ(pthread_create(&fault[i], NULL, fault_thread, (void *)i), 0);
	CHECK_EQ(pthread_create(&access, NULL, access_thread, NULL), 0);
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&change[i], NULL, changing[i], NULL), 0);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(change[i], NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(access, NULL);
	for (unsigned i = 0; i < FAULT_THREADS; i++)
		pthread_join(fault[i], NULL);
	CHECK_EQ(bad, 0);
	vm_check(&vm);
	for (uint64_t gfn = BASE; gfn < BASE + 2 * HOST_PAGES; gfn++) {
		struct cw_memslot slot;
		uint64_t e = vm_leaf(&vm, &vm.ctx, gfn);

		if ((e & REC_PRESENT) && CHECK_EQ(cw_mmu_get_memslot(&vm.mmu, 0, gfn, &slot), 0))
			CHECK_EQ(e & REC_ADDR, vm.rec.host_bus[cw_memslot_hva(&slot, gfn) >> 12]);
	}
	printf("# %" PRIu64 " faults, %u reads, %u passes, engine lost %u times\n", vm.mmu.stats.pf_taken, reads,
	       passes, lost);
	CHECK(vm.mmu.stats.pf_fixed > 0 && reads > 0 && passes > 0 && lost > 0);
	vm_detach(&vm, &five);
	vm_destroy(&vm);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		operations = (unsigned)strtoul(argv[1], NULL, 0);
	RUN(every_operation_at_once, "ZAP-8 P45 P50");
	return CHECK_DONE(strstr(argv[0], "tsan") ? "mmu_tsan_all" : "mmu_threads_all");
}
