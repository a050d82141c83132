/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts: guest-virtual addresses through tables of a guest that is made here, before and after the guest
 * remaps them; and in CAPTURE the log by guest-physical page (P31).
 */
#include <inttypes.h>
#include <string.h>

#include <catwalk/names.h>

#include "bench.h"
#include "selftest.h"

#define PAGE 4096ull
#define PAGES 32u
#define GPA 0x70000000ull
#define VA 0xffff800000400000ull /* entries 256, 0, 2, 0 of its tables */
#define TABLES 4u		 /* pages in front of the data */
#define PWUA 0x27ull		 /* present, writable, user, accessed */
#define TIMEOUT_NS 100000000ull

struct guest {
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	struct cw_mem mem;
};

static uint64_t *table(const struct guest *g, unsigned level)
{
	return (uint64_t *)((char *)g->mem.ptr + (4 - level) * PAGE);
}

/* The data: PAGES pages behind the tables, or the PAGES behind those. */
static uint64_t data_of(unsigned half)
{
	return (TABLES + half * PAGES) * PAGE;
}

static void map(const struct guest *g, unsigned half)
{
	table(g, 4)[256] = (GPA + PAGE) | PWUA;
	table(g, 3)[0] = (GPA + 2 * PAGE) | PWUA;
	table(g, 2)[2] = (GPA + 3 * PAGE) | PWUA;
	for (unsigned i = 0; i < PAGES; i++)
		table(g, 1)[i] = (GPA + data_of(half) + i * PAGE) | PWUA;
}

static struct cw_tgen program(const struct guest *g, unsigned half)
{
	return (struct cw_tgen){.pattern = CW_TGEN_RANDOM,
				.first_ctx = cw_ctx_id(g->ctx),
				.base = VA,
				.pages = PAGES,
				.count = 8 * PAGES,
				.outstanding = 8,
				.write_percent = 50,
				.seed = 3 + half};
}

static bool traffic(struct selftest *s, const struct guest *g, unsigned half)
{
	const struct cw_tgen t = program(g, half);
	struct cw_tgen_result r;

	if (cw_tgen_start(s->dev, &t) || cw_tgen_wait(s->dev, TIMEOUT_NS, &r))
		return selftest_fail(s, "%s", cw_last_error());
	if (r.errors || r.done != t.count)
		return selftest_fail(s, "%u of %u requests were granted", r.done, t.count);
	return r.sum == bench_sum(&t, VA, g->mem.bus + data_of(half)) ||
	       selftest_fail(s, "an answer does not lead where the guest's tables do");
}

static void written(void *arg, uint64_t va)
{
	*(uint64_t *)arg |= UINT64_C(1) << (va - VA) / PAGE;
}

/*
 * A second round faults no more, so that the host marks nothing: the log names the pages of the companion entries, and
 * exactly those that were written.
 */
static bool marks_alone(struct selftest *s, const struct guest *g)
{
	const struct cw_tgen t = program(g, 1);
	uint64_t map[2] = {0}, want = 0, have;

	if (!traffic(s, g, 1) || cw_vm_log_get(g->vm, 0, map) < 0)
		return selftest_fail(s, "%s", s->why[0] ? s->why : cw_last_error());
	bench_writes(&t, written, &want);
	have = map[0] >> (TABLES + PAGES) | map[1] << (64 - TABLES - PAGES);
	return (have == want && !(map[0] >> TABLES & ((UINT64_C(1) << PAGES) - 1))) ||
	       selftest_fail(s, "the log names pages 0x%" PRIx64 ", of 0x%" PRIx64 " that were written", have, want);
}

/* What was written is in the log by guest-physical page, and no other page of data is. */
static bool log_names_pages(struct selftest *s, const struct guest *g)
{
	uint64_t map[2] = {0}, data, page = VA;
	struct cw_probe_result r;

	if (!(s->info.hot_ops & 1u << CW_OP_HARVEST))
		return true;
	if (cw_vm_log_start(g->vm, 0, CW_LOG_CAPTURE, 0) || !traffic(s, g, 1) || cw_vm_log_get(g->vm, 0, map) < 0)
		return selftest_fail(s, "%s", s->why[0] ? s->why : cw_last_error());
	data = map[0] >> TABLES & ((UINT64_C(1) << PAGES) - 1);
	if (data)
		return selftest_fail(s, "the log names pages that were not written: 0x%" PRIx64, data);
	data = map[0] >> (TABLES + PAGES) | map[1] << (64 - TABLES - PAGES);
	if (__builtin_popcountll(data) < (int)PAGES / 2)
		return selftest_fail(s, "the log names %d of the pages that were written", __builtin_popcountll(data));
	if (!marks_alone(s, g))
		return false;
	if (cw_vm_log_stop(g->vm, 0) || cw_probe(s->dev, cw_ctx_id(g->ctx), false, &page, 1, &r))
		return selftest_fail(s, "%s", cw_last_error());
	page ^= UINT64_C(1) << 47;
	if (r.verdict != CW_V_HIT || cw_probe(s->dev, cw_ctx_id(g->ctx), false, &page, 1, &r))
		return selftest_fail(s, "a mapped page: %s", cw_verdict_name(r.verdict));
	return (r.verdict == CW_V_ABORT && r.reason == CW_RSN_BAD_ADDRESS) ||
	       selftest_fail(s, "an address that is not canonical: %s", cw_verdict_name(r.verdict));
}

static bool run(struct selftest *s, struct guest *g)
{
	struct cw_vm_region ram = {.flags = CW_MEM_LOG_DIRTY, .gpa = GPA, .size = data_of(2)};
	/* Long mode with 4 levels. */
	const struct cw_ctx_params p = {.id = CW_CTX_ANY,
					.kind = CW_CTX_VIRTUAL,
					.guest = {.cr0 = 0x80010001, .cr4 = 0x20, .efer = 0x500, .cr3 = GPA}};

	if (cw_mem_alloc(s->dev, ram.size, &g->mem) || cw_vm_create(s->dev, NULL, &g->vm))
		return selftest_fail(s, "%s", cw_last_error());
	ram.ptr = g->mem.ptr;
	map(g, 0);
	if (cw_vm_set_memory(g->vm, &ram) || cw_ctx_create(g->vm, &p, &g->ctx))
		return selftest_fail(s, "%s", cw_last_error());
	if (!traffic(s, g, 0))
		return false;
	map(g, 1);
	if (cw_ctx_invalidate(g->ctx, VA, PAGES * PAGE))
		return selftest_fail(s, "%s", cw_last_error());
	return traffic(s, g, 1) && log_names_pages(s, g);
}

bool selftest_shadow(struct selftest *s)
{
	struct guest g = {0};
	bool ok = run(s, &g);

	if (g.ctx && cw_ctx_destroy(g.ctx))
		return selftest_fail(s, "%s", s->why[0] ? s->why : cw_last_error());
	if (g.vm)
		cw_vm_destroy(g.vm);
	if (g.mem.ptr)
		cw_mem_free(s->dev, &g.mem);
	return ok;
}
