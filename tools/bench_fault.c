/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Scenarios of faults that the user answers: their records carry the cycle in which they were made. The faulting pages
 * lie in no slot, so the host answers them with an event each time.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "bench.h"

#define PAGE 4096ull
#define HIT_CYCLES 4u /* from request to answer of a TLB hit, see tlb-hit */

/* A VM of its own with events, a slot of `pages` that ends at `end`, and context 0. */
static int event_vm(struct bench *b, uint64_t end, uint64_t pages, struct cw_vm **vm, struct cw_ctx **ctx)
{
	const struct cw_vm_params params = {
		.address_bits = 52, .page_size = PAGE, .events = true, .event_timeout_ns = BENCH_STILL_NS};
	struct cw_vm_region region = {.gpa = end - pages * PAGE, .size = pages * PAGE, .ptr = b->mem.ptr};
	struct cw_ctx_params cp = {.level = (unsigned)b->p->levels, .id = (uint32_t)b->p->contexts};
	int err = cw_vm_create(b->dev, &params, vm);

	if (b->p->contexts >= b->info.contexts)
		cp.id = CW_CTX_ANY; /* fails, and says so */
	if (!err)
		err = cw_vm_set_memory(*vm, &region);
	return err ? err : cw_ctx_create(*vm, &cp, ctx);
}

/*
 * The request that faults is the last one of a row of TLB hits, one per cycle. A snapshot of the counters in the middle
 * of the row says how many were answered in which cycle, hence when the last one was accepted; the fault record says
 * when it was made. The row ends where tables of all levels but the root end, so that its own walks leave nothing in
 * the walk cache that the last one could use.
 */
int bench_fault_report(struct bench *b, struct bench_result *r)
{
	const uint64_t end = b->p->levels == 5 ? 1ull << 48 : 1ull << 39;
	const uint32_t hits = 1023;
	uint64_t seen[CW_NCOUNTER], begin[CW_NCOUNTER], cycle, tries = 0;
	struct cw_tgen warm, row;
	struct cw_tgen_result got;
	struct cw_vm *vm = NULL;
	struct cw_ctx *ctx = NULL;
	int err = event_vm(b, end, hits, &vm, &ctx);

	if (err)
		return err;
	warm = bench_program(b, CW_TGEN_SEQUENTIAL, hits);
	warm.first_ctx = cw_ctx_id(ctx);
	warm.contexts = 1;
	warm.base = end - hits * PAGE;
	warm.pages = hits;
	row = warm;
	row.count = row.pages = hits + 1;
	b->gpa = warm.base;
	err = bench_counters_begin(b, r);
	while (r->lat.n < 4 * b->p->iterations && !err) {
		struct cw_event ev = {0};
		uint64_t answered;

		bench_progress(b, r, r->lat.n, 4 * b->p->iterations);
		if (tries++ > 16 * b->p->iterations) {
			bench_complain(r, 1, "no snapshot was taken while the row of hits was under way");
			break;
		}
		err = bench_forget(b);
		for (unsigned lap = 0; lap < 2 && !err; lap++)
			err = bench_tgen(b, &warm, r, NULL);
		if (!err)
			err = cw_counters(b->dev, begin, NULL);
		if (!err)
			err = cw_tgen_start(b->dev, &row);
		/* The generator clears its histogram first; then the row takes as long. Earlier and later in turn. */
		if (!err)
			err = cw_run(b->dev, (uint64_t)(CW_HIST_BUCKETS + hits * (1 + tries % 4) / 4) * 1000000 /
						     b->info.clock_khz);
		if (!err)
			err = cw_counters(b->dev, seen, &cycle);
		if (!err)
			err = cw_event_poll(b->dev, &ev, BENCH_STILL_NS);
		if (err < 0)
			break;
		if (!err || ev.gpa != end || ev.vm != vm)
			bench_complain(r, 1, "no event for 0x%" PRIx64 ", but for 0x%" PRIx64, end, ev.gpa);
		err = cw_event_answer(b->dev, ev.id, CW_ANSWER_EMULATED, NULL, 0);
		if (!err)
			err = bench_wait(b, &got);
		if (err)
			break;
		if (got.done != hits || got.errors != 1)
			bench_complain(r, 1, "%u grants and %u others, but must be %u and 1", got.done, got.errors,
				       hits);
		answered = seen[CW_CTR_GRANTS] - begin[CW_CTR_GRANTS];
		/* The first time the tables are not there yet. */
		if (tries > 1 && answered > 64 && answered < hits)
			bench_hist_add(&r->lat, ev.timestamp - (cycle + (hits - answered) - HIT_CYCLES), 1);
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_EMULATED, tries);
	cw_ctx_destroy(ctx);
	cw_vm_destroy(vm);
	return err;
}

static int by_time(const void *a, const void *b)
{
	const struct cw_event *x = a, *y = b;

	return x->timestamp < y->timestamp ? -1 : x->timestamp > y->timestamp;
}

/* As many requests as a context may have parked, each to another page that is in no slot. */
int bench_fault_storm(struct bench *b, struct bench_result *r)
{
	const uint64_t at = 1ull << 39;
	/* More would get RETRY_LATER until others are answered (P38). */
	const uint32_t tags = 1u << b->info.tag_bits, most = tags < CW_PARK_QUOTA ? tags : CW_PARK_QUOTA;
	struct cw_event *ev = calloc(most, sizeof(*ev));
	struct cw_tgen_result got;
	struct cw_vm *vm = NULL;
	struct cw_ctx *ctx = NULL;
	struct cw_tgen t;
	int err = ev ? event_vm(b, at, 1, &vm, &ctx) : -1;

	if (!err)
		err = bench_counters_begin(b, r);
	/* The first round makes the tables. */
	for (uint64_t i = 0; i <= b->p->iterations && !err; i++) {
		uint64_t seen = 0;

		bench_progress(b, r, i, b->p->iterations + 1);
		t = bench_program(b, CW_TGEN_SEQUENTIAL, most);
		t.first_ctx = cw_ctx_id(ctx);
		t.contexts = 1;
		t.base = at;
		t.pages = most;
		err = cw_tgen_start(b->dev, &t);
		for (uint32_t k = 0; k < most && !err; k++) {
			err = cw_event_poll(b->dev, &ev[k], BENCH_STILL_NS);
			if (err == 1) {
				err = 0;
				seen |= 1ull << ((ev[k].gpa - at) / PAGE % 64);
			} else if (!err) {
				bench_complain(r, 1, "%u of %u events came", k, most);
				break;
			}
		}
		if (most <= 64 && seen != (most == 64 ? ~0ull : (1ull << most) - 1))
			bench_complain(r, 1, "an event is missing, or came twice");
		for (uint32_t k = 0; k < most && !err; k++)
			err = cw_event_answer(b->dev, ev[k].id, CW_ANSWER_ONES, NULL, 0);
		if (!err)
			err = bench_wait(b, &got);
		if (err)
			break;
		if (got.errors != most || got.done)
			bench_complain(r, 1, "%u requests ended without a grant, but must be %u", got.errors, most);
		if (!i)
			continue;
		qsort(ev, most, sizeof(*ev), by_time);
		for (uint32_t k = 1; k < most; k++)
			bench_hist_add(&r->lat, ev[k].timestamp - ev[k - 1].timestamp, 1);
		r->cycles += ev[most - 1].timestamp - ev[0].timestamp;
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_ONES, most * (b->p->iterations + 1));
	cw_ctx_destroy(ctx);
	cw_vm_destroy(vm);
	free(ev);
	return err;
}
