/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Steps of the VM of selftest_loop.c: its dirty log, and bursts of the NIC queue through the bridge. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "selftest.h"

#define PAGE 4096ull

/* ---- dirty log ---- */

#define LOG_SLOT 2
#define LOG_GPA 0x70000000ull
/* Each page that is written is alone in its line of the TLB: a fill would clear the hints of the others (P24). */
enum { LOG_PAGES = 176, LOG_STEP = 9, LOG_WRITES = 19 };

/* stride 1: all pages are read; else `count` pages, from the first one on, are written. */
static struct cw_tgen log_program(const struct cw_ctx *ctx, uint32_t count, uint32_t stride)
{
	return (struct cw_tgen){.pattern = CW_TGEN_STRIDE,
				.first_ctx = cw_ctx_id(ctx),
				.base = LOG_GPA,
				.pages = LOG_PAGES,
				.stride = stride,
				.count = count,
				.outstanding = 4,
				.write_percent = stride == 1 ? 0 : 100};
}

static bool access_pages(struct selftest *s, uint32_t count, uint32_t stride)
{
	static struct cw_tgen_result r;
	const struct cw_tgen t = log_program(s->ctx, count, stride);

	if (!selftest_tgen(s, &t, &r))
		return false;
	if (r.errors || r.done != count)
		return selftest_fail(s, "%u of %u requests were granted", r.done, count);
	return r.sum == bench_sum(&t, LOG_GPA, s->log_mem.bus) || selftest_fail(s, "an answer has a wrong address");
}

/* The first `count` pages that access_pages() writes are dirty, and no other. */
static bool reported(struct selftest *s, uint32_t count, const char *when)
{
	uint64_t got[(LOG_PAGES + 63) / 64] = {0}, want[(LOG_PAGES + 63) / 64] = {0};
	int64_t n = cw_vm_log_get(s->vm, LOG_SLOT, got);

	if (n < 0)
		return selftest_fail(s, "%s", cw_last_error());
	for (uint32_t i = 0; i < count; i++)
		want[i * LOG_STEP / 64] |= 1ull << i * LOG_STEP % 64;
	if (n != count || memcmp(got, want, sizeof(want)) != 0)
		return selftest_fail(s,
				     "%s: %" PRId64 " pages dirty, 0x%016" PRIx64 " %08" PRIx64
				     ", but must be 0x%016" PRIx64 " %08" PRIx64,
				     when, n, got[0], got[1], want[0], want[1]);
	return true;
}

static bool log_mode(struct selftest *s, unsigned mode)
{
	const struct cw_vm_region slot = {.slot = LOG_SLOT,
					  .flags = CW_MEM_LOG_DIRTY,
					  .gpa = LOG_GPA,
					  .size = LOG_PAGES * PAGE,
					  .ptr = s->log_mem.ptr},
				  gone = {.slot = LOG_SLOT};

	/* What was written before is not reported, but will be again if it is written again. */
	if (cw_vm_set_memory(s->vm, &slot))
		return selftest_fail(s, "%s", cw_last_error());
	if (!access_pages(s, LOG_WRITES, LOG_STEP))
		return false;
	if (cw_vm_log_start(s->vm, 0, mode, 0))
		return selftest_fail(s, "%s", cw_last_error());
	if (!access_pages(s, LOG_PAGES, 1) || !reported(s, 0, "after reads") ||
	    !access_pages(s, LOG_WRITES, LOG_STEP) || !reported(s, LOG_WRITES, "after writes") ||
	    !reported(s, 0, "once more") || !access_pages(s, 3, LOG_STEP) || !access_pages(s, 3, LOG_STEP) ||
	    !reported(s, 3, "after other writes"))
		return false;
	if (cw_vm_log_stop(s->vm, 0) || cw_vm_set_memory(s->vm, &gone))
		return selftest_fail(s, "%s", cw_last_error());
	return true;
}

bool selftest_log_capture(struct selftest *s)
{
	if (cw_mem_alloc(s->dev, LOG_PAGES * PAGE, &s->log_mem))
		return selftest_fail(s, "%s", cw_last_error());
	return log_mode(s, CW_LOG_CAPTURE);
}

bool selftest_log_protect(struct selftest *s)
{
	return log_mode(s, CW_LOG_PROTECT);
}

bool selftest_log_dirtybit(struct selftest *s)
{
	return log_mode(s, CW_LOG_DIRTYBIT);
}

/* What the ring names, up to now; each page once. */
static bool take_ring(struct selftest *s, struct cw_ctx *ctx, uint8_t *seen, uint32_t *named)
{
	struct cw_dirty_page page[LOG_WRITES];
	ssize_t n = cw_ctx_ring_get(ctx, page, LOG_WRITES);
	int64_t r = n < 0 ? n : cw_vm_ring_reset(s->vm, 0);

	if (r < 0)
		return selftest_fail(s, "%s", cw_last_error());
	if (r != n)
		return selftest_fail(s, "%zd pages were harvested, %" PRId64 " entries reset", n, r);
	for (ssize_t i = 0; i < n; i++, ++*named) {
		uint64_t k = page[i].page / LOG_STEP;

		if (page[i].slot != LOG_SLOT || page[i].ctx != cw_ctx_id(ctx) || page[i].page % LOG_STEP ||
		    k >= LOG_WRITES || seen[k]++)
			return selftest_fail(s, "the ring names page 0x%" PRIx64 " of slot %u, not written, or again",
					     page[i].page, page[i].slot);
	}
	return true;
}

/* More writes than a ring has room for: they wait for resets, and all are named (P27). */
static bool ring_of(struct selftest *s, struct cw_ctx *ctx)
{
	const struct cw_tgen t = log_program(ctx, LOG_WRITES, LOG_STEP);
	static struct cw_tgen_result r;
	uint64_t before[CW_NCOUNTER];
	uint8_t seen[LOG_WRITES] = {0};
	struct cw_ring_state state = {0};
	uint32_t named = 0;

	if (!selftest_tgen(s, &t, &r))
		return false;
	if (cw_vm_log_start(s->vm, 0, CW_LOG_CAPTURE, 0) || cw_counters(s->dev, before, NULL) ||
	    cw_tgen_start(s->dev, &t))
		return selftest_fail(s, "%s", cw_last_error());
	for (unsigned i = 0; i < 100 && !state.waiting; i++)
		if (cw_service(s->dev, 10000) < 0 || cw_ctx_ring_state(ctx, &state))
			return selftest_fail(s, "%s", cw_last_error());
	if (!state.soft_full || !state.waiting)
		return selftest_fail(s, "%u pages are written, %u entries made, but the ring is not full", LOG_WRITES,
				     state.dirty);
	for (unsigned i = 0; i < 2 * LOG_WRITES && named < LOG_WRITES; i++) {
		if (!take_ring(s, ctx, seen, &named))
			return false;
		if (named < LOG_WRITES && cw_ctx_ring_wait(ctx, 20000) < 0)
			return selftest_fail(s, "%s", cw_last_error());
	}
	if (named != LOG_WRITES)
		return selftest_fail(s, "%u of %u written pages were named", named, LOG_WRITES);
	if (cw_tgen_wait(s->dev, SELFTEST_TIMEOUT_NS, &r))
		return selftest_fail(s, "%s", cw_last_error());
	if (r.errors || r.done != LOG_WRITES)
		return selftest_fail(s, "%u of %u requests were granted", r.done, LOG_WRITES);
	return selftest_moved(s, before, CW_CTR_DRING_ENTRIES, LOG_WRITES) && reported(s, 0, "after the last reset");
}

bool selftest_dirty_ring(struct selftest *s)
{
	const struct cw_vm_region slot = {.slot = LOG_SLOT,
					  .flags = CW_MEM_LOG_DIRTY,
					  .gpa = LOG_GPA,
					  .size = LOG_PAGES * PAGE,
					  .ptr = s->log_mem.ptr},
				  gone = {.slot = LOG_SLOT};
	const struct cw_ctx_params p = {.id = CW_CTX_ANY, .dirty_ring = 16, .dirty_ring_soft = 4};
	struct cw_ctx *ctx;
	bool ok;

	if (cw_vm_set_memory(s->vm, &slot) || cw_ctx_create(s->vm, &p, &ctx))
		return selftest_fail(s, "%s", cw_last_error());
	ok = ring_of(s, ctx);
	if (ok && (cw_vm_log_stop(s->vm, 0) || cw_ctx_destroy(ctx) || cw_vm_set_memory(s->vm, &gone)))
		ok = selftest_fail(s, "%s", cw_last_error());
	return ok;
}

/* ---- bridge ---- */

#define NIC_SLOT 3
#define NIC_GPA 0x80000000ull
#define NIC_HEAD (NIC_GPA + PAGE)
#define NIC_PACKETS (2 * PAGE)
enum { RING_LOG2 = 5, NIC_PAGES = 24 };

#define SEED 0x8f1bbcdc62c1d6a5u

static uint64_t seed = SEED; /* of the packets */

struct packet {
	uint64_t gpa;
	uint32_t len;
	bool write;
};

static bool queue(struct selftest *s, const struct packet *p, unsigned n)
{
	const struct cw_nic nic = {
		.ctx = cw_ctx_id(s->ctx), .ring_log2 = RING_LOG2, .ring = NIC_GPA, .head = NIC_HEAD, .seed = seed};

	for (unsigned i = 0; i < n; i++)
		cw_nic_desc(s->nic_mem.ptr, RING_LOG2, i, p[i].gpa, p[i].len, p[i].write);
	if (cw_nic_start(s->dev, &nic) || cw_nic_post(s->dev, n))
		return selftest_fail(s, "%s", cw_last_error());
	return true;
}

static bool over(struct selftest *s, unsigned n, unsigned errors, unsigned bad, const char *what)
{
	static struct cw_nic_result r;
	uint64_t head;

	if (cw_nic_wait(s->dev, SELFTEST_TIMEOUT_NS, &r) || cw_nic_stop(s->dev))
		return selftest_fail(s, "%s", cw_last_error());
	memcpy(&head, (char *)s->nic_mem.ptr + PAGE, sizeof(head));
	if (r.halted || r.packets != n || r.errors != errors || r.bad_bytes != bad)
		return selftest_fail(s, "%s: %u of %u packets, %u failed, %u bytes read wrong", what, r.packets, n,
				     r.errors, r.bad_bytes);
	return head == ((uint64_t)errors << 32 | n) ||
	       selftest_fail(s, "%s: the queue wrote 0x%" PRIx64 " as its head", what, head);
}

static uint8_t byte_of(unsigned n, uint64_t gpa)
{
	return (uint8_t)(cw_nic_word(seed, n, gpa & ~7ull) >> 8 * (gpa & 7));
}

/* A queue whose port may not name its context cannot even read its ring (P3). */
bool selftest_port_ranges(struct selftest *s)
{
	const uint64_t refused_ns = 1000000; /* it is refused at once */
	static struct cw_nic_result r;
	const struct cw_nic nic = {
		.ctx = cw_ctx_id(s->ctx), .ring_log2 = RING_LOG2, .ring = LOG_GPA, .head = LOG_GPA, .seed = seed};
	uint64_t before[CW_NCOUNTER];

	if (cw_counters(s->dev, before, NULL) || cw_port_set(s->dev, CW_PORT_BRIDGE, 1, 0))
		return selftest_fail(s, "%s", cw_last_error());
	if (cw_nic_start(s->dev, &nic) || cw_nic_post(s->dev, 1) || cw_nic_wait(s->dev, refused_ns, &r) ||
	    cw_nic_stop(s->dev))
		return selftest_fail(s, "%s", cw_last_error());
	if (!r.halted || r.packets)
		return selftest_fail(s, "a queue works through a context that is not in the range of its port");
	return selftest_moved(s, before, CW_CTR_MISS_TO_HOST, 0);
}

/* One packet behind the other, with gaps that nobody may touch. */
bool selftest_bridge(struct selftest *s)
{
	static const uint32_t lens[] = {1, 8, 63, 64, 65, 200, 1024, 4095, 4096, 5000, 8192};
	enum { N = 2 * sizeof(lens) / sizeof(lens[0]) };
	const struct cw_vm_region slot = {.slot = NIC_SLOT, .gpa = NIC_GPA, .size = NIC_PAGES * PAGE};
	struct cw_vm_region region = slot;
	struct packet p[N];
	uint64_t at = NIC_PACKETS;
	uint8_t *want, *got;
	bool ok;

	if (cw_mem_alloc(s->dev, NIC_PAGES * PAGE, &s->nic_mem))
		return selftest_fail(s, "%s", cw_last_error());
	region.ptr = s->nic_mem.ptr;
	if (cw_vm_set_memory(s->vm, &region) ||
	    cw_port_set(s->dev, CW_PORT_BRIDGE, cw_ctx_id(s->ctx), cw_ctx_id(s->ctx)))
		return selftest_fail(s, "%s", cw_last_error());
	want = calloc(NIC_PAGES, PAGE);
	got = s->nic_mem.ptr;
	if (!want)
		return selftest_fail(s, "no memory");
	for (unsigned i = 0; i < N; i++) {
		p[i] = (struct packet){.gpa = NIC_GPA + at, .len = lens[i / 2], .write = i % 2};
		for (uint32_t k = 0; k < p[i].len; k++)
			want[at + k] = byte_of(i, NIC_GPA + at + k);
		if (!p[i].write)
			memcpy(got + at, want + at, p[i].len);
		at += p[i].len + 13;
	}
	ok = queue(s, p, N) && over(s, N, 0, 0, "packets");
	if (ok && memcmp(want + NIC_PACKETS, got + NIC_PACKETS, NIC_PAGES * PAGE - NIC_PACKETS) != 0)
		ok = selftest_fail(s, "a byte of guest memory is not what the packets make of it");
	free(want);
	return ok;
}

#define MMIO_GPA 0xa0000000ull
#define ONES_GPA 0x50000000ull

static bool event_of(struct selftest *s, bool write, struct cw_event *ev)
{
	int n = cw_event_poll(s->dev, ev, SELFTEST_TIMEOUT_NS);

	if (n <= 0)
		return selftest_fail(s, "%s", n ? cw_last_error() : "no event came");
	if (ev->vm != s->vm || ev->gpa != MMIO_GPA || ev->write != write || ev->cause != CW_EVENT_MMIO)
		return selftest_fail(s, "the event is not the one that was caused: address 0x%" PRIx64, ev->gpa);
	return true;
}

static bool answer(struct selftest *s, const struct cw_event *ev, enum cw_answer a, const void *data, size_t len)
{
	return cw_event_answer(s->dev, ev->id, a, data, len) == 0 || selftest_fail(s, "%s", cw_last_error());
}

/* Emulated memory gives and takes data; ONES reads 0xff; ABORT is an error of that packet alone. */
bool selftest_bridge_events(struct selftest *s)
{
	const struct packet read = {MMIO_GPA, 64, false}, write = {MMIO_GPA, 64, true}, ones = {ONES_GPA, 64, false};
	uint64_t data[8];
	struct cw_event ev;
	unsigned wrong = 0;
	bool ok;

	for (unsigned i = 0; i < 8; i++)
		data[i] = cw_nic_word(seed, 0, MMIO_GPA + 8 * i);
	if (!queue(s, &read, 1) || !event_of(s, false, &ev) || !answer(s, &ev, CW_ANSWER_EMULATED, data, 64) ||
	    !over(s, 1, 0, 0, "an emulated read"))
		return false;
	if (!queue(s, &write, 1) || !event_of(s, true, &ev))
		return false;
	if (ev.written != UINT64_MAX || memcmp(ev.data, data, sizeof(data)) != 0)
		return selftest_fail(s, "the event of a write does not have its data");
	if (!answer(s, &ev, CW_ANSWER_EMULATED, NULL, 0) || !over(s, 1, 0, 0, "an emulated write"))
		return false;
	if (!queue(s, &read, 1) || !event_of(s, false, &ev) || !answer(s, &ev, CW_ANSWER_ABORT, NULL, 0) ||
	    !over(s, 1, 1, 0, "an aborted read"))
		return false;
	/* So that the queue takes most of the bytes for right. */
	seed = UINT64_MAX;
	for (unsigned i = 0; i < 64; i++)
		wrong += byte_of(0, ONES_GPA + i) != 0xff;
	ok = queue(s, &ones, 1) && over(s, 1, 0, wrong, "a read of all ones");
	seed = SEED;
	return ok && (cw_port_set(s->dev, CW_PORT_BRIDGE, 1, 0) == 0 || selftest_fail(s, "%s", cw_last_error()));
}
