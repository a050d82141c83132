/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Steps that use the engine as a VMM does: a VM, faults, events; requests come from the traffic generator. */
#include <errno.h>
#include <inttypes.h>

#include <catwalk/names.h>

#include "bench.h"
#include "selftest.h"

#define PAGE 4096ull

#define PAGES 64u
#define GPA_RAM 0x40000000ull
#define GPA_ONES 0x50000000ull
#define GPA_MMIO 0x60000000ull
#define TIMEOUT_NS SELFTEST_TIMEOUT_NS

static struct cw_tgen_result result;

static struct cw_tgen program(const struct selftest *s, uint64_t base, uint32_t pages, uint32_t percent)
{
	return (struct cw_tgen){.pattern = CW_TGEN_SEQUENTIAL,
				.first_ctx = cw_ctx_id(s->ctx),
				.base = base,
				.pages = pages,
				.count = pages,
				.outstanding = 8,
				.write_percent = percent};
}

static bool run(struct selftest *s, const struct cw_tgen *t)
{
	if (cw_tgen_start(s->dev, t) == 0 && cw_tgen_wait(s->dev, TIMEOUT_NS, &result) == 0)
		return true;
	return selftest_fail(s, "%s", cw_last_error());
}

static bool run_ram(struct selftest *s, const struct cw_tgen *t)
{
	if (!run(s, t))
		return false;
	if (result.errors || result.done != t->count)
		return selftest_fail(s, "%u of %u requests were granted", result.done, t->count);
	return result.sum == bench_sum(t, GPA_RAM, s->mem.bus) || selftest_fail(s, "an answer has a wrong address");
}

bool selftest_faults(struct selftest *s)
{
	const struct cw_vm_params params = {.events = true, .event_timeout_ns = 10 * TIMEOUT_NS};
	struct cw_vm_region ram = {.slot = 0, .gpa = GPA_RAM, .size = PAGES * PAGE};
	struct cw_vm_region ones = {.slot = 1, .flags = CW_MEM_ALLONES, .gpa = GPA_ONES, .size = PAGE};
	struct cw_tgen t;

	if (cw_mem_alloc(s->dev, PAGES * PAGE, &s->mem) || cw_vm_create(s->dev, &params, &s->vm))
		return selftest_fail(s, "%s", cw_last_error());
	ram.ptr = ones.ptr = s->mem.ptr;
	if (cw_vm_set_memory(s->vm, &ram) || cw_vm_set_memory(s->vm, &ones) || cw_ctx_create(s->vm, NULL, &s->ctx))
		return selftest_fail(s, "%s", cw_last_error());
	t = program(s, GPA_RAM, PAGES, 50);
	return run_ram(s, &t);
}

bool selftest_tlb(struct selftest *s)
{
	uint64_t before[CW_NCOUNTER], after[CW_NCOUNTER];
	struct cw_info info;
	struct cw_tgen t;
	uint32_t pages;

	if (cw_info(s->dev, &info))
		return selftest_fail(s, "%s", cw_last_error());
	/* Pages side by side fill one set after the other. */
	pages = info.tlb_sets * info.tlb_ways * info.tlb_line;
	pages = pages < PAGES ? pages : PAGES;
	t = program(s, GPA_RAM, pages, 50);
	t.count = 2 * pages;
	/* Once more to bring all of them in; then no walk may be needed. */
	if (!run_ram(s, &t))
		return false;
	if (cw_counters(s->dev, before, NULL) || !run_ram(s, &t) || cw_counters(s->dev, after, NULL))
		return selftest_fail(s, "%s", s->why[0] ? s->why : cw_last_error());
	if (after[CW_CTR_TLB_HITS] - before[CW_CTR_TLB_HITS] != t.count || after[CW_CTR_WALKS] != before[CW_CTR_WALKS])
		return selftest_fail(s, "%" PRIu64 " hits and %" PRIu64 " walks in %u requests to cached pages",
				     after[CW_CTR_TLB_HITS] - before[CW_CTR_TLB_HITS],
				     after[CW_CTR_WALKS] - before[CW_CTR_WALKS], t.count);
	return true;
}

static bool counted(struct selftest *s, const char *counter, uint64_t before, uint64_t want)
{
	uint64_t now;

	if (cw_counter_read(s->dev, counter, &now))
		return selftest_fail(s, "%s", cw_last_error());
	if (now - before != want)
		return selftest_fail(s, "%" PRIu64 " answers %s, but must be %" PRIu64, now - before, counter, want);
	return true;
}

bool selftest_ones(struct selftest *s)
{
	struct cw_tgen t = program(s, GPA_ONES, 1, 0);
	uint64_t before;

	if (cw_counter_read(s->dev, "ones", &before))
		return selftest_fail(s, "%s", cw_last_error());
	return run(s, &t) && counted(s, "ones", before, 1);
}

static bool event(struct selftest *s, const char *counter, enum cw_answer answer, bool write)
{
	struct cw_tgen t = program(s, GPA_MMIO, 1, write ? 100 : 0);
	const bool data = answer == CW_ANSWER_EMULATED;
	uint64_t before;
	struct cw_event ev;
	int n;

	if (cw_counter_read(s->dev, counter, &before) || cw_tgen_start(s->dev, &t))
		return selftest_fail(s, "%s", cw_last_error());
	n = cw_event_poll(s->dev, &ev, TIMEOUT_NS);
	if (n <= 0)
		return selftest_fail(s, "%s", n ? cw_last_error() : "no event came");
	if (ev.gpa != GPA_MMIO || ev.write != write || ev.cause != CW_EVENT_MMIO || ev.vm != s->vm)
		return selftest_fail(s, "the event is not the one that was caused: address 0x%" PRIx64, ev.gpa);
	if (cw_event_answer(s->dev, ev.id, answer, data ? "catwalk" : NULL, data ? 8 : 0) ||
	    cw_tgen_wait(s->dev, TIMEOUT_NS, &result))
		return selftest_fail(s, "%s", cw_last_error());
	return counted(s, counter, before, 1);
}

bool selftest_events(struct selftest *s)
{
	return event(s, "emulated", CW_ANSWER_EMULATED, false);
}

bool selftest_aborts(struct selftest *s)
{
	return event(s, "aborts", CW_ANSWER_ABORT, true);
}

/* While the context is stopped, requests get RETRY_LATER; the generator comes back until START (P30). */
bool selftest_stop(struct selftest *s)
{
	struct cw_tgen t = program(s, GPA_RAM, 1, 0);
	struct cw_cmd cmd = {.opcode = CW_OP_DRAIN, .scope = CW_SCOPE_CTX, .space = (uint16_t)cw_ctx_id(s->ctx)};
	struct cw_cpl cpl = {0};

	if (cw_cmd(s->dev, CW_RING_HOT, &cmd, &cpl) == 0 || cpl.status != CW_ST_NOT_STOPPED)
		return selftest_fail(s, "DRAIN without STOP ended with status %u", cpl.status);
	cmd.opcode = CW_OP_STOP;
	if (cw_cmd(s->dev, CW_RING_HOT, &cmd, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	cmd.opcode = CW_OP_DRAIN;
	if (cw_cmd(s->dev, CW_RING_HOT, &cmd, &cpl) || cw_tgen_start(s->dev, &t))
		return selftest_fail(s, "%s", cw_last_error());
	if (cpl.value)
		return selftest_fail(s, "DRAIN counts %" PRIu64 " parked requests, but there are none", cpl.value);
	if (cw_tgen_wait(s->dev, TIMEOUT_NS / 100, &result) != -ETIMEDOUT)
		return selftest_fail(s, "a request was answered in spite of STOP");
	cmd.opcode = CW_OP_START;
	if (cw_cmd(s->dev, CW_RING_HOT, &cmd, NULL) || cw_tgen_wait(s->dev, TIMEOUT_NS, &result))
		return selftest_fail(s, "%s", cw_last_error());
	return (result.done == 1 && result.retries) ||
	       selftest_fail(s, "%u grants after %u refusals, but must be 1 after some", result.done, result.retries);
}

/* A slot that is taken away is away, all of it. */
bool selftest_unmap(struct selftest *s)
{
	const struct cw_vm_region gone = {.slot = 0};
	struct cw_probe_result r[PAGES];
	uint64_t gpa[PAGES];

	for (unsigned i = 0; i < PAGES; i++)
		gpa[i] = GPA_RAM + i * PAGE;
	for (unsigned k = 0; k < 2; k++) {
		if ((k && cw_vm_set_memory(s->vm, &gone)) || cw_probe(s->dev, cw_ctx_id(s->ctx), false, gpa, PAGES, r))
			return selftest_fail(s, "%s", cw_last_error());
		for (unsigned i = 0; i < PAGES; i++)
			if (r[i].verdict != (k ? CW_V_MISS : CW_V_HIT))
				return selftest_fail(s, "page %u, %s: %s", i,
						     k ? "after the slot was deleted" : "mapped",
						     cw_verdict_name(r[i].verdict));
	}
	return true;
}

/* Every request that was looked up has ended in one answer (P9, I11). */
bool selftest_counters(struct selftest *s)
{
	uint64_t c[CW_NCOUNTER], answers;

	if (cw_counters(s->dev, c, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	answers = c[CW_CTR_GRANTS] + c[CW_CTR_ABORTS] + c[CW_CTR_ONES] + c[CW_CTR_EMULATED] + c[CW_CTR_RETRY_LATER];
	if (c[CW_CTR_REQUESTS] != answers)
		return selftest_fail(s, "%" PRIu64 " requests, %" PRIu64 " answers", c[CW_CTR_REQUESTS], answers);
	if (c[CW_CTR_GRANTS] != c[CW_CTR_RELEASES] || c[CW_CTR_BAD_RELEASES] || c[CW_CTR_TABLE_ERRORS] ||
	    c[CW_CTR_HOST_ERRORS] != s->host_errors)
		return selftest_fail(s, "%" PRIu64 " grants, %" PRIu64 " releases, bus errors: %" PRIu64,
				     c[CW_CTR_GRANTS], c[CW_CTR_RELEASES],
				     c[CW_CTR_TABLE_ERRORS] + c[CW_CTR_HOST_ERRORS]);
	return true;
}
