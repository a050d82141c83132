/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "shadow_io.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"

#define TAGS 8u
#define BURSTS 6u
#define TABLE_BYTES (3ull << 19)
#define BIG (4ull << 20)
#define FIRST_CTX 8u

struct sio sio;

/* Failures are counted for the test that runs. */
static bool ok(bool is, const char *what, int line)
{
	if (!is) {
		printf("%s:%d: not so: %s\n", __FILE__, line, what);
		sio.bad++;
	}
	return is;
}
#define OK(is) ok((is), #is, __LINE__)

struct access {
	enum { IDLE, ASKED, GRANTED } state;
	struct sio_page *page;
	uint64_t off, pa, until;
	bool write;
};

struct burst {
	struct cw_sim_burst *b;
	struct sio_page *page;
	uint64_t off;
	unsigned len, seen;
};

static struct access access_of[2][TAGS];
static struct burst burst_of[BURSTS];
static uint64_t rng, counter;
static bool closing;

void sio_seed(uint64_t seed)
{
	rng = seed * 0x9e3779b97f4a7c15 | 1;
}

uint64_t sio_rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

/* ---- places ---- */

static void *model_at(uint64_t gpa)
{
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		if (gpa - sio.ram.gpa[s] < sio.ram.size[s])
			return sio.model[s] + (gpa - sio.ram.gpa[s]);
	}
	return NULL;
}

static uint64_t gpa_of(uint64_t bus)
{
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		if (bus - sio.mem[s].bus < sio.ram.size[s])
			return sio.ram.gpa[s] + (bus - sio.mem[s].bus);
	}
	return UINT64_MAX;
}

/* True if the page may lead there now. */
static bool allowed(const struct sio_page *v, unsigned may, uint64_t off, uint64_t gpa)
{
	for (unsigned c = 0; c < v->candidates; c++) {
		if (may >> c & 1 && v->gpa[c] + off == gpa)
			return true;
	}
	return false;
}

static uint64_t random_offset(const struct sio_page *v, unsigned align, unsigned len)
{
	uint64_t page = v->level == 1 ? 0 : sio_rnd(6) * 0x4b;

	return page << 12 | sio_rnd((4096 - len) / align + 1) * align;
}

static struct sio_page *page_of(struct sio_space *s, uint64_t va)
{
	for (unsigned i = 0; i < SIO_PAGES; i++) {
		if (va - s->page[i].va < guest_page_size(&s->g, s->page[i].level))
			return &s->page[i];
	}
	return NULL;
}

static void ask_write(struct sio_page *v, uint64_t off)
{
	v->asked[(off >> 12) / 64] |= 1ull << (off >> 12) % 64;
}

/* ---- stream ports ---- */

static void end_access(unsigned port, unsigned tag, struct access *a)
{
	uint64_t gpa = gpa_of(a->pa), data = ++counter * 0x9e3779b97f4a7c15;
	struct sio_page *v = a->page;

	/* I1, I10: what was taken away is over when the invalidation has returned. */
	if (!OK(allowed(v, v->may, a->off, gpa)))
		printf("  port %u: va %" PRIx64 " leads to gpa %" PRIx64 ", may %x\n", port, v->va + a->off, gpa,
		       v->may);
	else if (a->write)
		memcpy(model_at(gpa), &data, 8);
	OK((cw_sim_dma(sio.sim, a->pa, &data, 8, a->write)) == 0);
	if (gpa != UINT64_MAX)
		OK(memcmp(model_at(gpa), &data, 8) == 0);
	v->written |= a->write;
	v->read |= !a->write;
	if (a->write)
		sio.writes++;
	else
		sio.reads++;
	if (cw_sim_port_release(sio.sim, port, (uint8_t)tag) == 0)
		a->state = IDLE;
}

static void answer(unsigned port, const struct cw_sim_ans *ans, uint64_t now)
{
	struct access *a = &access_of[port][ans->tag];

	a->state = IDLE;
	a->until = now + 50;
	if (ans->verdict == CW_V_HIT || ans->verdict == CW_V_FIXED) {
		a->state = GRANTED;
		a->pa = ans->pa;
		a->until = now + sio_rnd(sio_rnd(8) ? 20 : 600);
	} else if (ans->verdict == CW_V_RETRY_LATER) {
		sio.refused++;
	} else if (!OK(ans->verdict == CW_V_ABORT && a->page->aborted[a->write])) {
		printf("  port %u: va %" PRIx64 " verdict %u reason %u\n", port, a->page->va + a->off, ans->verdict,
		       ans->reason);
	} else {
		sio.aborts++;
	}
}

static void ask(unsigned port, unsigned tag, struct access *a)
{
	struct sio_space *s = &sio.space[port];
	struct sio_page *v = &s->page[sio_rnd(SIO_PAGES)];
	struct cw_sim_req q = {.ctx = (uint16_t)cw_ctx_id(s->ctx[0]), .len_m1 = 7, .tag = (uint8_t)tag};

	if (v->bridge)
		return;
	*a = (struct access){.page = v, .off = random_offset(v, 8, 8), .write = sio_rnd(100) < sio.write_percent};
	q.addr = v->va + a->off;
	q.write = a->write;
	if (a->write)
		ask_write(v, a->off);
	if (cw_sim_port_request(sio.sim, port, &q) == 0)
		a->state = ASKED;
}

static void stream_port(unsigned port)
{
	uint64_t now = cw_sim_cycle(sio.sim);
	unsigned tag = (unsigned)sio_rnd(TAGS);
	struct access *a = &access_of[port][tag];
	struct cw_sim_ans ans;

	while (cw_sim_port_answer(sio.sim, port, &ans) == 1)
		answer(port, &ans, now);
	if (a->state == ASKED || now < a->until)
		return;
	if (a->state == GRANTED)
		end_access(port, tag, a);
	else if (!closing && sio_rnd(16) == 0)
		ask(port, tag, a);
}

/* ---- bridge ---- */

static void burst_send(struct burst *u)
{
	struct sio_space *s = &sio.space[0];
	struct sio_page *v = &s->page[sio_rnd(SIO_PAGES)];
	struct cw_sim_burst *b;
	uint64_t first;

	if (!v->bridge || v->busy)
		return;
	b = cw_sim_bridge_new(sio.sim);
	if (!b)
		return;
	u->b = b;
	u->page = v;
	u->len = 16 + (unsigned)sio_rnd(400);
	u->off = random_offset(v, 1, u->len);
	u->seen = v->may;
	v->busy = true;
	b->addr = v->va + u->off;
	b->cookie = (uint32_t)(u - burst_of);
	b->ctx = (uint16_t)cw_ctx_id(s->ctx[1]);
	b->id = (uint8_t)sio_rnd(8);
	b->size = 6;
	b->burst = 1;
	b->write = sio_rnd(100) < sio.write_percent;
	b->lock = false;
	b->bad_last = -1;
	first = b->addr & ~UINT64_C(63);
	b->len = (uint8_t)((b->addr + u->len - 1 - first) >> 6);
	memset(b->strb, 0, 256 * sizeof(*b->strb));
	for (unsigned i = 0; i < u->len && b->write; i++) {
		uint64_t at = b->addr + i - first;

		b->data[at] = (uint8_t)(i < 8 ? ++counter >> 8 * i : sio_rnd(256));
		b->strb[at / 64] |= UINT64_C(1) << at % 64;
	}
	if (b->write)
		ask_write(v, u->off);
	cw_sim_bridge_send(sio.sim, b);
}

/* Where the burst went, by its data: candidate, or SIO_NONE. */
static unsigned burst_place(const struct burst *u)
{
	const uint8_t *data = u->b->data + u->b->addr % 64;

	for (unsigned c = 0; c < u->page->candidates; c++) {
		uint64_t gpa = u->page->gpa[c] + u->off;

		if (u->seen >> c & 1 &&
		    memcmp(u->b->write ? guest_at(&sio.ram, gpa) : model_at(gpa), data, u->len) == 0)
			return c;
	}
	return SIO_NONE;
}

static void burst_done(struct burst *u)
{
	struct sio_page *v = u->page;
	unsigned c;

	v->busy = false;
	if (u->b->resp) {
		if (!OK(v->aborted[u->b->write]))
			printf("  bridge: va %" PRIx64 " response %u\n", u->b->addr, u->b->resp);
		sio.aborts++;
	} else {
		c = burst_place(u);
		if (!OK(c != SIO_NONE))
			printf("  bridge: %s of va %" PRIx64 " is at none of its pages (%x)\n",
			       u->b->write ? "write" : "read", u->b->addr, u->seen);
		else if (u->b->write)
			memcpy(model_at(v->gpa[c] + u->off), u->b->data + u->b->addr % 64, u->len);
		v->written |= u->b->write;
		v->read |= !u->b->write;
		if (u->b->write)
			sio.bursts_written++;
		else
			sio.bursts_read++;
	}
	cw_sim_bridge_free(sio.sim, u->b);
	u->b = NULL;
}

static void bridge(void)
{
	struct burst *u = &burst_of[sio_rnd(BURSTS)];
	struct cw_sim_burst *b;

	for (unsigned i = 0; i < BURSTS; i++) {
		if (burst_of[i].b)
			burst_of[i].seen |= burst_of[i].page->may;
	}
	while ((b = cw_sim_bridge_done(sio.sim)))
		burst_done(&burst_of[b->cookie]);
	if (!closing && !u->b && sio_rnd(60) == 0)
		burst_send(u);
}

static void initiators(void *priv)
{
	(void)priv;
	stream_port(0);
	stream_port(1);
	bridge();
}

/* ---- faults of the guest ---- */

static void guest_fault(const struct cw_event *ev)
{
	struct sio_space *s = &sio.space[ev->ctx == cw_ctx_id(sio.space[1].ctx[0])];
	struct sio_page *v = page_of(s, ev->addr);
	struct guest_walk w = guest_walk(&s->g, ev->addr, ev->write);
	uint64_t absent = (ev->write ? 2u : 0) | (s->g.supervisor ? 0 : 4u);

	if (!OK(v && ev->cause == CW_EVENT_GUEST_FAULT)) {
		printf("  event %u at %" PRIx64 "\n", ev->cause, ev->addr);
		exit(1);
	}
	if (v->came && (w.ok || w.error & 1) && ev->error_code == absent) {
		/* Another one that waited for the page. */
		OK(cw_event_answer(sio.dev, ev->id, CW_ANSWER_RETRY, NULL, 0) == 0);
		return;
	}
	if (!OK(!w.ok && ev->error_code == w.error))
		printf("  va %" PRIx64 " error code %" PRIx64 ", not %" PRIx64 "\n", ev->addr, ev->error_code, w.error);
	sio.guest_faults++;
	/* The guest's handler brings the page in, or kills the program. */
	if (v->now == SIO_NONE && sio_rnd(3)) {
		v->now = (unsigned)sio_rnd(v->candidates);
		v->may |= 1u << v->now;
		v->came = true;
		guest_set(&s->g, guest_entry(&s->g, v->va, v->level),
			  guest_leaf(&s->g, v->level, v->gpa[v->now], v->bits));
		OK(cw_event_answer(sio.dev, ev->id, CW_ANSWER_RETRY, NULL, 0) == 0);
		return;
	}
	v->aborted[ev->write] = true;
	OK(cw_event_answer(sio.dev, ev->id, CW_ANSWER_ABORT, NULL, 0) == 0);
}

void sio_run(uint64_t ns)
{
	struct cw_event ev;
	int n = 1;

	for (uint64_t left = ns; left && n >= 0;) {
		uint64_t slice = left < 1000 ? left : 1000;

		n = cw_event_poll(sio.dev, &ev, slice);
		if (n > 0)
			guest_fault(&ev);
		else
			left -= slice;
	}
	/* The tables change behind this: what they caused so far is answered. */
	while (n >= 0 && (n = cw_event_poll(sio.dev, &ev, 0)) > 0)
		guest_fault(&ev);
	if (!OK(n >= 0)) {
		printf("  %s\n", cw_last_error());
		exit(1);
	}
}

/* ---- life ---- */

bool sio_open(const char *uri)
{
	if (cw_open(uri, &sio.dev)) {
		printf("cannot open: %s\n", cw_last_error());
		return false;
	}
	sio.sim = cw_dev_sim(sio.dev);
	return true;
}

void sio_close(void)
{
	cw_close(sio.dev);
}

static uint64_t random_va(enum guest_paging p)
{
	static const unsigned some[] = {0, 1, 2, 255, 256, 511};
	uint64_t va = sio_rnd(512) << 12;

	if (p == GUEST_32 || p == GUEST_32_PSE)
		return va | sio_rnd(1024) % (sio_rnd(2) ? 1024 : 3) << 22 | sio_rnd(2) << 21;
	va |= (uint64_t)some[sio_rnd(6)] << 21;
	if (p == GUEST_PAE)
		return va | sio_rnd(4) << 30;
	va |= (uint64_t)some[sio_rnd(6)] << 30 | (uint64_t)some[sio_rnd(6)] << 39;
	if (p == GUEST_L4)
		return (uint64_t)((int64_t)(va << 16) >> 16);
	va |= (uint64_t)some[sio_rnd(6)] << 48;
	return (uint64_t)((int64_t)(va << 7) >> 7);
}

static bool overlaps(const struct sio_space *s, unsigned i)
{
	uint64_t va = s->page[i].va, size = guest_page_size(&s->g, s->page[i].level);

	for (unsigned j = 0; j < i; j++) {
		if (s->page[j].va < va + size && va < s->page[j].va + guest_page_size(&s->g, s->page[j].level))
			return true;
	}
	return false;
}

static void make_page(struct sio_space *s, unsigned n, unsigned i)
{
	struct sio_page *v = &s->page[i];
	bool big = i >= SIO_PAGES - 2 && s->g.paging != GUEST_32;

	*v = (struct sio_page){.level = big ? 2 : 1,
			       .candidates = big ? 2 : SIO_CANDIDATES,
			       .bits = GUEST_P | GUEST_U | (i == 0 ? 0 : GUEST_W),
			       .bridge = n == 0 && i % 2};
	do {
		v->va = random_va(s->g.paging);
		if (big && s->g.paging == GUEST_32_PSE)
			v->va = (100 + sio_rnd(900)) << 22;
		else if (big)
			v->va = (v->va & ~UINT64_C(0x3fffffff)) | (uint64_t)(100 + i) << 21;
	} while (overlaps(s, i));
	for (unsigned c = 0; c < v->candidates; c++) {
		unsigned k = (n * SIO_PAGES + i) * SIO_CANDIDATES + c;

		if (big)
			v->gpa[c] = sio.ram.gpa[1] + 2 * BIG + ((n * 2 + i % 2) * 2 + c) * BIG;
		else
			v->gpa[c] = k % 2 ? sio.ram.gpa[1] + k * 0xd000ull : sio.ram.gpa[0] + TABLE_BYTES + k * 4096ull;
	}
	v->now = (unsigned)sio_rnd(v->candidates);
	v->may = 1u << v->now;
	guest_set(&s->g, guest_entry(&s->g, v->va, v->level), guest_leaf(&s->g, v->level, v->gpa[v->now], v->bits));
}

static bool make_space(unsigned n, enum guest_paging paging)
{
	struct sio_space *s = &sio.space[n];

	*s = (struct sio_space){.contexts = n ? 1 : 2};
	guest_init(&s->g, &sio.ram, paging);
	s->g.supervisor = sio_rnd(4) == 0;
	s->g.wp = sio_rnd(2);
	for (unsigned i = 0; i < SIO_PAGES; i++)
		make_page(s, n, i);
	for (unsigned c = 0; c < s->contexts; c++) {
		const struct cw_ctx_params p = {.id = FIRST_CTX + 2 * n + c,
						.kind = CW_CTX_VIRTUAL,
						.flavour = n ? CW_CTX_LEGACY : CW_CTX_EPT,
						.supervisor = s->g.supervisor,
						.guest = guest_state(&s->g)};

		if (!OK((cw_ctx_create(sio.vm, &p, &s->ctx[c])) == 0)) {
			printf("  %s\n", cw_last_error());
			return false;
		}
		OK((cw_port_set(sio.dev, c ? CW_PORT_BRIDGE : n, p.id, p.id)) == 0);
	}
	return true;
}

bool sio_set_up(enum guest_paging a, enum guest_paging b, uint32_t slot_flags)
{
	const struct cw_vm_params params = {.address_bits = 40, .events = true, .event_timeout_ns = UINT64_C(1) << 40};

	memset(access_of, 0, sizeof(access_of));
	closing = false;
	sio.ram = (struct guest_ram){.gpa = {0x10000000, 0xc0000000}, .size = {BIG, 10 * BIG}};
	sio.ram.next_table = sio.ram.gpa[0];
	sio.ram.table_end = sio.ram.gpa[0] + TABLE_BYTES;
	sio.write_percent = 50;
	sio.reads = sio.writes = sio.bursts_read = sio.bursts_written = sio.refused = sio.guest_faults = sio.aborts = 0;
	sio.bad = 0;
	OK((cw_vm_create(sio.dev, &params, &sio.vm)) == 0);
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		struct cw_vm_region r = {
			.slot = s, .flags = slot_flags, .gpa = sio.ram.gpa[s], .size = sio.ram.size[s]};

		OK((cw_mem_alloc(sio.dev, r.size, &sio.mem[s])) == 0);
		r.ptr = sio.ram.ptr[s] = sio.mem[s].ptr;
		sio.model[s] = malloc(r.size);
		for (uint64_t i = 0; i < r.size / 8; i++)
			((uint64_t *)r.ptr)[i] = i * 0x9e3779b97f4a7c15 + s;
		memcpy(sio.model[s], r.ptr, r.size);
		OK((cw_vm_set_memory(sio.vm, &r)) == 0);
	}
	if (!make_space(0, a) || !make_space(1, b))
		return false;
	cw_sim_set_hook(sio.sim, initiators, NULL);
	return true;
}

static bool idle(void)
{
	bool any = false;

	for (unsigned t = 0; t < TAGS; t++)
		any |= access_of[0][t].state != IDLE || access_of[1][t].state != IDLE;
	for (unsigned i = 0; i < BURSTS; i++)
		any |= burst_of[i].b != NULL;
	return !any;
}

void sio_finish(void)
{
	closing = true;
	for (unsigned i = 0; i < 200 && !idle(); i++)
		sio_run(2000);
	OK(idle());
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		uint64_t from = s ? 0 : TABLE_BYTES;

		OK(memcmp(sio.model[s] + from, sio.ram.ptr[s] + from, sio.ram.size[s] - from) == 0);
	}
}

void sio_tear_down(void)
{
	cw_sim_set_hook(sio.sim, NULL, NULL);
	for (unsigned n = 0; n < 2; n++) {
		for (unsigned c = 0; c < sio.space[n].contexts; c++)
			OK((cw_ctx_destroy(sio.space[n].ctx[c])) == 0);
	}
	OK((cw_vm_destroy(sio.vm)) == 0);
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		OK((cw_mem_free(sio.dev, &sio.mem[s])) == 0);
		free(sio.model[s]);
	}
	if (!OK((cw_sim_errors(sio.sim)) == 0))
		printf("  %s\n", cw_sim_error_text(sio.sim));
}
