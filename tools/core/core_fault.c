/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Faults and changes of slots: times that have a bar of their own. */
#include <malloc.h>
#include <sys/mman.h>

#include "core.h"

#define GIB_PAGES 262144u

static void must(int ok)
{
	if (!ok) {
		fprintf(stderr, "catwalk: an operation of the core failed\n");
		exit(1);
	}
}

/* One fault; ahead: behind it the worker gets memory for the next, as the library does when it has answered. */
static uint64_t fault(struct core_vm *vm, uint64_t gfn, double *refill, bool ahead)
{
	struct cw_fault f = {.ctx = &vm->ctx, .gpa = gfn << CW_PAGE_SHIFT, .write = true};
	uint64_t begin = core_ns(), end;

	must(cw_mmu_fault(&vm->worker, &f) == CW_PF_FIXED);
	end = core_ns();
	if (ahead)
		must(!cw_mmu_worker_refill(&vm->worker));
	if (refill)
		*refill = (double)(core_ns() - end);
	return end - begin;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, unsigned n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

/* What the kernel takes for a page that the process touches first: the least that a table of new memory can take. */
static double first_touch(void)
{
	enum { N = 4000 };
	double *t = core_alloc(N, sizeof(*t)), ns;
	volatile char *p = mmap(NULL, N * CW_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		core_wrong("no memory");
	for (unsigned i = 0; i < N; i++) {
		uint64_t begin = core_ns();

		p[i * CW_PAGE_SIZE] = 1;
		t[i] = (double)(core_ns() - begin);
	}
	ns = median(t, N);
	munmap((void *)p, N * CW_PAGE_SIZE);
	free(t);
	return ns;
}

void core_faults(void)
{
	enum { N = 20000, FRESH = 200 };
	static struct core_vm vm;
	double *warm = core_alloc(N, sizeof(*warm)), *tables = core_alloc(N, sizeof(*tables)), fresh[FRESH];
	double *cold = core_alloc(N, sizeof(*cold)), *refill = core_alloc(N, sizeof(*refill));
	double *alone = core_alloc(N, sizeof(*alone));

	core_vm_init(&vm);
	must(!core_slot(&vm, 0, 0, 1ull << 28, 0));
	/* Memory fresh from the kernel, then memory that was tables before. */
	for (unsigned i = 0; i < N; i++)
		cold[i] = (double)fault(&vm, (uint64_t)i << 9, &refill[i], true);
	must(!cw_mmu_zap_all(&vm.mmu) && !cw_mmu_flush(&vm.mmu));
	for (unsigned i = 0; i < N; i++)
		tables[i] = (double)fault(&vm, (uint64_t)i << 9, NULL, true);
	/* The same again, where a fault gets its memory itself. */
	must(!cw_mmu_zap_all(&vm.mmu) && !cw_mmu_flush(&vm.mmu));
	for (unsigned i = 0; i < N; i++)
		alone[i] = (double)fault(&vm, (uint64_t)i << 9, NULL, false);
	for (unsigned i = 0; i < N; i++)
		warm[i] = (double)fault(&vm, ((uint64_t)i % 500 << 9) + 1 + i / 500, NULL, true);
	for (unsigned i = 0; i < FRESH; i++) {
		uint64_t gfn = (uint64_t)(1 + i) << 28;

		must(!core_slot(&vm, 1, gfn, 1ull << 28, 0));
		fresh[i] = (double)fault(&vm, gfn + 12345, NULL, true);
		must(!core_slot(&vm, 1, 0, 0, 0));
	}
	core_limit("slow-path fault, tables there", "ns", median(warm, N), 300);
	core_limit("slow-path fault, one table made", "ns", median(tables, N), 1000);
	core_limit("slow-path fault, one table made, that gets its memory itself", "ns", median(alone, N), 1000);
	core_baseline("first touch of a page by the kernel", "ns", first_touch(), 1112);
	core_baseline("refill behind such a fault, of memory never used", "ns", median(refill, N), 0);
	core_limit("slow-path fault, one table made, of memory never used", "ns", median(cold, N), 1000);
	core_limit("slow-path fault, the first in a fresh slot of 1 TiB", "ns", median(fresh, FRESH), 1000);
	free(cold);
	free(refill);
	free(alone);
	free(warm);
	free(tables);
	core_vm_destroy(&vm);
}

/* One of many slots, in the middle of them. */
static void updates_among(unsigned n)
{
	enum { RUNS = 101 };
	static const char *const what[] = {"create", "flags", "move", "delete"};
	static struct core_vm vm;
	double t[4][RUNS];
	uint64_t rng = n;
	char text[80];

	core_vm_init(&vm);
	must(!cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, 0));
	for (unsigned i = 1; i < n; i++)
		must(!core_slot(&vm, i, (uint64_t)i * 2048, 512, 0));
	for (unsigned k = 0; k < RUNS; k++) {
		uint64_t gfn = core_random(&rng) % n * 2048 + 512, at[5];

		at[0] = core_ns();
		must(!core_slot(&vm, 32763, gfn, 512, 0));
		at[1] = core_ns();
		must(!core_slot(&vm, 32763, gfn, 512, CW_MEM_LOG_DIRTY));
		at[2] = core_ns();
		must(!cw_mmu_set_memslot(&vm.mmu, &(struct cw_memslot_region){.slot = 32763,
									      .gpa = (gfn + 600) << 12,
									      .size = 512 << 12,
									      .hva = (gfn + 0x1000) << 12,
									      .flags = CW_MEM_LOG_DIRTY}));
		at[3] = core_ns();
		must(!core_slot(&vm, 32763, 0, 0, 0));
		at[4] = core_ns();
		for (unsigned i = 0; i < 4; i++)
			t[i][k] = (double)(at[i + 1] - at[i]);
	}
	for (unsigned i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "memslot %s, %u slots", what[i], n);
		core_limit(text, "ns", median(t[i], RUNS), 5000);
	}
	core_vm_destroy(&vm);
}

static void gibibyte_mapped(void)
{
	enum { RUNS = 21 };
	static struct core_vm vm;
	double flags[RUNS], enable[RUNS], protect[RUNS];
	uint64_t *map = core_alloc(GIB_PAGES / 64, sizeof(*map)), begin;
	struct cw_memslot *slot;

	core_vm_init(&vm);
	must(!core_slot(&vm, 0, 0, GIB_PAGES, 0));
	must(!cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, 0));
	for (uint64_t gfn = 0; gfn < GIB_PAGES; gfn++)
		fault(&vm, gfn, NULL, true);
	for (unsigned k = 0; k < RUNS; k++) {
		begin = core_ns();
		must(!core_slot(&vm, 0, 0, GIB_PAGES, CW_MEM_LOG_DIRTY));
		flags[k] = (double)(core_ns() - begin);
		must(!core_slot(&vm, 0, 0, GIB_PAGES, 0));
	}
	core_limit("memslot flags, 1 GiB mapped, CAPTURE", "ns", median(flags, RUNS), 5000);
	must(!core_slot(&vm, 0, 0, GIB_PAGES, CW_MEM_LOG_DIRTY));
	slot = cw_slots_by_id(&vm.mmu, 0, 0);
	for (unsigned k = 0; k < RUNS; k++) {
		begin = core_ns();
		must(!cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, 0));
		enable[k] = (double)(core_ns() - begin) / GIB_PAGES;
		/* All of it is dirty again, as if the engine had fixed every page. */
		cw_log_set_all(slot->log);
		begin = core_ns();
		must(cw_mmu_log_get(&vm.mmu, 0, map) == GIB_PAGES);
		protect[k] = (double)(core_ns() - begin) / GIB_PAGES;
		must(!cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, 0));
	}
	core_limit("enabling PROTECT, per mapped page", "ns", median(enable, RUNS), 12);
	core_limit("re-protect, per page", "ns", median(protect, RUNS), 10);
	free(map);
	core_vm_destroy(&vm);
}

static void tebibyte(void)
{
	enum { RUNS = 21 };
	static struct core_vm vm;
	double t[RUNS], memory = 0;

	core_vm_init(&vm);
	must(!core_slot(&vm, 1, 1ull << 30, 1, 0));
	for (unsigned k = 0; k < RUNS; k++) {
		struct mallinfo2 before = mallinfo2(), after;
		uint64_t begin = core_ns();

		must(!core_slot(&vm, 0, 333, 1ull << 28, 0));
		t[k] = (double)(core_ns() - begin);
		after = mallinfo2();
		memory = ((double)after.uordblks + (double)after.hblkhd - (double)before.uordblks -
			  (double)before.hblkhd) /
			 1024;
		must(!core_slot(&vm, 0, 0, 0, 0));
	}
	core_limit("slot of 1 TiB, create", "ns", median(t, RUNS), 10e6);
	core_limit("slot of 1 TiB, memory before anything is mapped", "KiB", memory, 64);
	core_vm_destroy(&vm);
}

void core_updates(void)
{
	updates_among(1);
	updates_among(1000);
	updates_among(32000);
	gibibyte_mapped();
	tebibyte();
}
