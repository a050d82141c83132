/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * What makes the core fast, in counts: commands, allocations, hints and pages of memory that are touched, with right
 * answers. Times are measured by catwalk bench core, of which the judgement over its baselines is tested here.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../../tools/core/core.h"
#include "vm.h"

static struct vm vm;
static uint64_t rng = 88172645463325252ull;

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

/* --- T-DL-10 --- */

static void forget_counts(void)
{
	memset(vm.rec.count, 0, sizeof(vm.rec.count));
}

static unsigned count(enum rec_op op)
{
	return vm.rec.count[op];
}

static char *guard_begin, *guard_end;
static unsigned touched;

static void touch(int sig, siginfo_t *info, void *context)
{
	char *at = (char *)((uintptr_t)info->si_addr & ~4095ull);

	(void)context;
	if (at < guard_begin || at >= guard_end) {
		signal(sig, SIG_DFL);
		return;
	}
	touched++;
	mprotect(at, 4096, PROT_READ | PROT_WRITE);
}

/* A pass touches memory of the bitmap where something is dirty, and nowhere else; of 1 TiB. */
static void passes_touch_what_is_dirty(void)
{
	const uint64_t npages = 1ull << 28;
	struct sigaction old, sa = {.sa_sigaction = touch, .sa_flags = SA_SIGINFO};
	uint64_t *map = calloc(npages / 64, 8);
	struct cw_slot_log *log;

	vm_init(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0, npages, 0, CW_MEM_LOG_DIRTY), 0);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_CAPTURE, 0), 0);
	log = cw_slots_by_id(&vm.mmu, 0, 0)->log;
	guard_begin = (char *)(((uintptr_t)log->dirty.word + 4095) & ~4095ull);
	guard_end = (char *)((uintptr_t)(log->dirty.word + npages / 64) & ~4095ull);
	CHECK_EQ(sigaction(SIGSEGV, &sa, &old), 0);
	for (unsigned n = 0; n < 300 && !check_bad; n = n ? n * 4 : 1) {
		uint64_t at[300];

		/* Each in a page of the bitmap of its own: 32768 pages of the guest. */
		for (unsigned i = 0; i < n; i++) {
			at[i] = (2 + (uint64_t)i * 27) * 32768 + rnd(32768 - 4096);
			cw_mutex_lock(&vm.mmu.lock);
			cw_log_mark(cw_slots_by_id(&vm.mmu, 0, 0), at[i]);
			cw_mutex_unlock(&vm.mmu.lock);
		}
		touched = 0;
		CHECK_EQ(mprotect(guard_begin, (size_t)(guard_end - guard_begin), PROT_NONE), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), n);
		CHECK_EQ(mprotect(guard_begin, (size_t)(guard_end - guard_begin), PROT_READ | PROT_WRITE), 0);
		CHECK(touched >= n / 2 && touched <= n);
		for (unsigned i = 0; i < n; i++)
			CHECK(map[at[i] / 64] >> at[i] % 64 & 1);
	}
	/* And the summaries of what is empty are two cache lines and a word for each 8 GiB. */
	CHECK_EQ(cw_dirty_next_lines(&log->dirty, 0, npages / 32768), npages / 32768);
	sigaction(SIGSEGV, &old, NULL);
	free(map);
	vm_destroy(&vm);
}

/* --- T-MS-06 --- */

#define WINDOW 512u

struct cost {
	unsigned writes, invalidates, flushes, allocs;
};

static struct cost cost_since(void)
{
	struct cost c = {count(REC_ENTRY_WRITE) + count(REC_ENTRY_XCHG) + count(REC_TABLE_LOAD), count(REC_INVALIDATE),
			 count(REC_FLUSH), alloc_calls()};

	forget_counts();
	alloc_fail(0);
	return c;
}

static void same_cost(struct cost a, struct cost b)
{
	CHECK_EQ(a.writes, b.writes);
	CHECK_EQ(a.invalidates, b.invalidates);
	CHECK_EQ(a.flushes, b.flushes);
	CHECK_EQ(a.allocs, b.allocs);
}

enum { MAP, UNMAP, CREATE, MOVE_ACTIVE, MOVE_INACTIVE, FLAGS, DELETE, CHUNKS, COSTS };

/* Among n slots of 2 MiB, side by side but for one place: a window is made there, mapped, moved, unmapped. */
static void among(unsigned n, struct cost *cost)
{
	const uint64_t base = (uint64_t)(n / 2) * 1024, aside = (1ull << 34) + 7 * 512;
	struct cw_slot_set *set;
	unsigned wrong = 0;

	vm_init(&vm);
	for (unsigned i = 0; i < n; i++)
		CHECK_EQ(vm_slot(&vm, i, i == n / 2 ? 1ull << 35 : (uint64_t)i * 1024, 512, 0, 0), 0);
	/* Twice, so that what grows now and then has grown. */
	for (unsigned k = 0; k < 2; k++) {
		cost_since();
		CHECK_EQ(vm_slot(&vm, n, base, WINDOW, 1024, 0), 0);
		cost[CREATE] = cost_since();
		CHECK_EQ(vm_slot(&vm, n, aside, WINDOW, 1024, 0), 0);
		cost[MOVE_INACTIVE] = cost_since();
		CHECK_EQ(vm_slot(&vm, n, base, WINDOW, 1024, 0), 0);
		cost_since();
		for (unsigned i = 0; i < WINDOW; i++)
			CHECK_EQ(vm_fault(&vm, base + i, WRITE), CW_PF_FIXED);
		cost[MAP] = cost_since();
		CHECK_EQ(vm_slot(&vm, n, base, WINDOW, 1024, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, n, base, WINDOW, 1024, 0), 0);
		cost[FLAGS] = cost_since();
		CHECK_EQ(vm_slot(&vm, n, aside, WINDOW, 1024, 0), 0);
		cost[MOVE_ACTIVE] = cost_since();
		/* MMIO inside of the window that moved away, and nowhere else. */
		for (unsigned i = 0; i < WINDOW; i += 37)
			CHECK_EQ(vm_fault(&vm, base + i, WRITE), CW_PF_EMULATE);
		CHECK_EQ(vm_fault(&vm, base - 1024, WRITE), CW_PF_FIXED);
		CHECK_EQ(vm_fault(&vm, aside, WRITE), CW_PF_FIXED);
		CHECK_EQ(vm_slot(&vm, n, base, WINDOW, 1024, 0), 0);
		for (unsigned i = 0; i < WINDOW; i++)
			CHECK_EQ(vm_fault(&vm, base + i, WRITE), CW_PF_FIXED);
		cost_since();
		for (unsigned i = 0; i < WINDOW; i += 128)
			CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, base + i, 128), 0);
		cost[CHUNKS] = cost_since();
		for (unsigned i = 0; i < WINDOW; i++)
			CHECK_EQ(vm_fault(&vm, base + i, WRITE), CW_PF_FIXED);
		cost_since();
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, base, WINDOW), 0);
		cost[UNMAP] = cost_since();
		CHECK_EQ(vm_slot(&vm, n, 0, 0, 0, 0), 0);
		cost[DELETE] = cost_since();
		CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	}
	set = cw_slots_active(&vm.mmu, 0);
	/* A lookup asks the order for none of them: each has its hint, and that is all there is. */
	CHECK_EQ(set->nr_of_size[0], n);
	CHECK_EQ(set->nr_chunks, n);
	for (unsigned i = 0; i < n; i++) {
		const struct cw_memslot *s =
			cw_slots_find(set, i == n / 2 ? 1ull << 35 : (uint64_t)i * 1024 + rnd(512));

		wrong += !s || s->id != i;
	}
	CHECK_EQ(wrong, 0);
	CHECK_EQ(vm_slot(&vm, n, base, WINDOW, 1024, 0), 0);
	CHECK_EQ(vm_slot(&vm, n, 0, 0, 0, 0), 0);
	vm_destroy(&vm);
}

static void updates_cost_the_same_among_any_number(void)
{
	struct cost few[COSTS], many[COSTS];

	among(509, few);
	among(32763, many);
	for (unsigned i = 0; i < COSTS; i++)
		same_cost(few[i], many[i]);
	CHECK_EQ(many[CREATE].writes + many[CREATE].invalidates + many[CREATE].flushes, 0);
	/* CAPTURE and no log: flags change no entry. */
	CHECK_EQ(many[FLAGS].writes + many[FLAGS].invalidates + many[FLAGS].flushes, 0);
	CHECK(many[MOVE_INACTIVE].flushes <= 1 && many[MOVE_INACTIVE].writes == 0);
	CHECK(many[UNMAP].flushes == 1 && many[CHUNKS].flushes == 4);
	CHECK_EQ(many[MAP].flushes, 0);
}

/* --- what bench core says about its baselines --- */

static char said[4096];

static unsigned judge(const double *value, unsigned n, bool other)
{
	static const char *const name[] = {"one", "two", "three", "four", "five"};
	struct core_base base[5];
	FILE *f = fmemopen(said, sizeof(said), "w");
	unsigned wrong;

	memset(said, 0, sizeof(said));
	for (unsigned i = 0; i < n; i++) {
		base[i] = (struct core_base){.unit = "ns", .value = value[i], .figure = 10 * (i + 1)};
		snprintf(base[i].name, sizeof(base[i].name), "%s", name[i]);
	}
	wrong = core_judge_bases(base, n, other, f);
	fclose(f);
	return wrong;
}

static void slow_baselines_are_found(void)
{
	CHECK_EQ(judge((const double[]){10, 20, 30, 40, 50}, 5, false), 0);
	CHECK(!said[0]);
	/* Up to a quarter more, and anything less. */
	CHECK_EQ(judge((const double[]){12.5, 25, 3, 40, 1}, 5, false), 0);
	CHECK(!said[0]);
	CHECK_EQ(judge((const double[]){12.6, 20, 30, 50.1, 50}, 5, false), 2);
	CHECK(strstr(said, "'one' took 12.6 ns, 1.26 of the 10.0 ns") && strstr(said, "'four'") &&
	      !strstr(said, "'two'"));
	CHECK(strstr(said, "2 of 5 baselines") && strstr(said, "25 %"));
	/* Another machine: all are slower, or faster, by the same. */
	CHECK_EQ(judge((const double[]){30, 60, 90, 120, 150}, 5, false), 5);
	CHECK_EQ(judge((const double[]){30, 60, 90, 120, 150}, 5, true), 0);
	CHECK_EQ(judge((const double[]){30, 60, 90, 155, 150}, 5, true), 1);
	CHECK(strstr(said, "'four'") && !strstr(said, "--other-machine"));
	CHECK_EQ(judge((const double[]){5, 10, 15, 20, 32}, 5, true), 1);
	CHECK(strstr(said, "'five'"));
	CHECK_EQ(judge((const double[]){99}, 1, true), 0);
	CHECK_EQ(judge((const double[]){10, 20, 30, 40, 999}, 4, false), 0);
	CHECK_EQ(judge(NULL, 0, true), 0);
}

/* What decides whether a row is measured anew: the slowest baseline, of alternatives the fastest. */
static void the_slowest_baseline_decides(void)
{
	const double figure[] = {100, 100, 0, 400}, good[] = {900, 120, 9000, 440}, bad[] = {300, 150, 1, 440};
	const double none[] = {0, 0, 0, 0};

	CHECK_EQ((unsigned)(100 * core_slowest(good, figure, 4) + 0.5), 120);
	CHECK_EQ((unsigned)(100 * core_slowest(bad, figure, 4) + 0.5), 150);
	CHECK_EQ((unsigned)(100 * core_slowest(good, figure + 3, 1) + 0.5), 225);
	CHECK_EQ((unsigned)(100 * core_slowest(good, none, 4) + 0.5), 0);
}

/* Says what others did meanwhile; nothing that this program did itself, nor what was before. */
static void a_busy_machine_is_named(void)
{
	const struct core_load from = {
		.seconds = 100, .own = 5, .busy = 90, .stolen = 1, .processors = 2, .switches = 7};
	struct core_load to = {.seconds = 120, .own = 25, .busy = 128, .stolen = 2, .processors = 2, .switches = 40}, l;
	FILE *f = fmemopen(said, sizeof(said), "w");

	l = core_load_between(&from, &to);
	core_load_say(&l, f);
	fclose(f);
	CHECK(strstr(said,
		     "in these 20 s other programs had 0.90 of 2 processors, the hypervisor took 0.05, and 33 times"));
	CHECK(strstr(said, "The machine was busy."));
	/* This program alone, by two clocks that differ a little. */
	to = (struct core_load){.seconds = 120, .own = 25, .busy = 109.99, .stolen = 1, .processors = 2, .switches = 9};
	l = core_load_between(&from, &to);
	CHECK_EQ(core_load_others(&l) > 0, 0);
	f = fmemopen(said, sizeof(said), "w");
	core_load_say(&l, f);
	fclose(f);
	CHECK(strstr(said, "had 0.00 of 2") && strstr(said, "2 times") && strstr(said, "idle but for it"));
	CHECK(!strstr(said, "busy"));
	/* Stolen time alone is enough. */
	to.stolen = 3;
	l = core_load_between(&from, &to);
	f = fmemopen(said, sizeof(said), "w");
	core_load_say(&l, f);
	fclose(f);
	CHECK(strstr(said, "took 0.10") && strstr(said, "busy"));
}

int main(void)
{
	RUN(passes_touch_what_is_dirty, "T-DL-10");
	RUN(updates_cost_the_same_among_any_number, "T-MS-06");
	RUN(slow_baselines_are_found);
	RUN(the_slowest_baseline_decides);
	RUN(a_busy_machine_is_named);
	return CHECK_DONE("mmu_bench");
}
