/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The AXI4 memory model: axi_mem.h has the contract. */
#include "axi_mem.h"
#include <stdlib.h>
#include <string.h>

#define NRD 256 /* reads under way; the engine cannot have more ids than that */
#define NWR 256
#define NAHEAD 128 /* data beats that came before their address */
#define NBANK 32
#define WHEEL 1024
#define NONE 0xffff

enum rd_state { RD_SAMPLE, RD_DUE };

struct rd {
	uint64_t addr, due;
	uint16_t next;
	uint8_t id, len, beat, resp;
	enum rd_state state;
	uint8_t line[CW_AXI_BEAT]; /* of a single beat */
};

/* start .. end: cycles in which the pieces become visible; due: first cycle in which bvalid may stand */
struct wr {
	uint64_t addr, start, end, due, wait;
	uint32_t pieces, shown;
	uint8_t id, len, got, resp;
	uint8_t *data;
	uint64_t strb[CW_AXI_BURST];
};

struct beat {
	uint8_t data[CW_AXI_BEAT];
	uint64_t strb;
	bool last;
};

struct list {
	uint16_t head, tail;
};

struct bank {
	uint64_t free, row;
	bool open;
};

struct cw_axi_mem {
	struct cw_axi_face f; /* first: cw_axi_tick() looks at it */
	struct cw_axi_cfg cfg;
	struct cw_axi_store store;
	enum cw_sim_mem mem;
	struct cw_rng rng;

	struct rd rd[NRD];
	uint32_t nrd;
	uint16_t rd_free, cur; /* cur: burst whose beat stands at the pins or comes next */
	struct list wheel[WHEEL], ready;
	uint64_t rd_last[256], r_next16;

	struct wr wr[NWR];
	uint32_t nwr, nopen, nfull; /* all; waiting for data, in order of address; data complete, in that order */
	uint16_t wr_free[NWR], open[NWR], full[NWR];
	uint16_t bcur;
	uint64_t wr_last[256], w_next16;
	struct beat ahead[NAHEAD];
	uint32_t ahead_head, ahead_n;

	struct bank bank[NBANK];
	uint64_t refreshed;
	struct cw_axi_master was; /* pins of the last cycle that were valid and not taken */
};

struct cw_axi_store *cw_axi_store(struct cw_axi_mem *m)
{
	return &m->store;
}

static void observe(struct cw_axi_mem *m, enum cw_sim_axi_kind kind, uint8_t id, uint8_t resp, unsigned beats,
		    uint64_t addr, const uint8_t *data, const uint64_t *strb)
{
	struct cw_sim_axi ev = {.mem = m->mem,
				.kind = kind,
				.id = id,
				.resp = resp,
				.beats = (uint16_t)beats,
				.addr = addr,
				.data = data,
				.strb = strb};

	if (m->store.observe)
		m->store.observe(m->store.priv, &ev);
}

/* ---- time: banks, refresh, jitter ---- */

/* When an access that could begin at `now` begins, and how it finds the row: 0 hit, 1 closed, 2 miss. */
static unsigned bank_access(struct cw_axi_mem *m, uint64_t addr, uint64_t now, uint64_t *begin)
{
	const struct cw_axi_cfg *c = &m->cfg;
	uint64_t row = addr >> 17, start = now;
	struct bank *b;
	unsigned how;

	*begin = now;
	if (!c->banks)
		return 0;
	b = &m->bank[((addr >> 8) ^ row) & (c->banks - 1)];
	if (b->free > start)
		start = b->free;
	if (c->refresh_every) {
		if (start % c->refresh_every < c->refresh_len)
			start += c->refresh_len - start % c->refresh_every;
		if (start / c->refresh_every != m->refreshed) {
			m->refreshed = start / c->refresh_every;
			for (unsigned i = 0; i < c->banks; i++)
				m->bank[i].open = false;
		}
	}
	how = !b->open ? 1 : b->row != row ? 2 : 0;
	b->free = start + (how == 0 ? c->busy_hit : how == 1 ? c->busy_closed : c->busy_miss);
	b->row = row;
	b->open = true;
	*begin = start;
	return how;
}

static uint64_t rd_due(struct cw_axi_mem *m, uint64_t addr, uint64_t now)
{
	const struct cw_axi_cfg *c = &m->cfg;
	uint64_t begin;
	unsigned how = bank_access(m, addr, now, &begin);

	return begin +
	       (how == 0 ? c->rd_hit :
		how == 1 ? c->rd_closed :
			   c->rd_miss) +
	       (c->rd_jitter ? cw_rng_below(&m->rng, c->rd_jitter + 1) : 0);
}

static uint64_t wr_due(struct cw_axi_mem *m, uint64_t addr, uint64_t now)
{
	const struct cw_axi_cfg *c = &m->cfg;
	uint64_t begin;
	unsigned how = bank_access(m, addr, now, &begin);

	return begin +
	       (how == 0 ? c->wr_hit :
		how == 1 ? c->wr_closed :
			   c->wr_miss) +
	       (c->wr_jitter ? cw_rng_below(&m->rng, c->wr_jitter + 1) : 0);
}

/* ---- reads ---- */

static void push(struct cw_axi_mem *m, struct list *l, uint16_t i)
{
	m->rd[i].next = NONE;
	if (l->head == NONE)
		l->head = i;
	else
		m->rd[l->tail].next = i;
	l->tail = i;
}

static void push_front(struct cw_axi_mem *m, struct list *l, uint16_t i)
{
	m->rd[i].next = l->head;
	if (l->head == NONE)
		l->tail = i;
	l->head = i;
}

static uint16_t pop(struct cw_axi_mem *m, struct list *l)
{
	uint16_t i = l->head;

	if (i != NONE)
		l->head = m->rd[i].next;
	return i;
}

static void fetch(struct cw_axi_mem *m, struct rd *r, uint64_t addr, uint8_t *line)
{
	uint8_t resp = m->store.read(m->store.priv, addr, line);

	if (resp > r->resp)
		r->resp = resp;
	if (r->resp)
		memset(line, 0xbd, CW_AXI_BEAT);
}

static void take_ar(struct cw_axi_mem *m, const struct cw_axi_master *p, uint64_t now)
{
	uint64_t bytes = (p->arlen + 1ull) * CW_AXI_BEAT, delay = 0, sample;
	uint16_t i = m->rd_free;
	struct rd *r = &m->rd[i];

	if (p->arlen >= CW_AXI_BURST || (p->araddr & (CW_AXI_BEAT - 1)) || (p->araddr & 4095) + bytes > 4096)
		m->store.error(m->store.priv, "read burst unaligned, too long or across 4 KiB", p->araddr);
	m->rd_free = r->next;
	m->nrd++;
	r->addr = p->araddr;
	r->id = p->arid;
	r->len = p->arlen;
	r->beat = 0;
	r->resp = 0;
	if (m->store.inject)
		r->resp = m->store.inject(m->store.priv, CW_SIM_READ, r->id, r->addr, bytes, &delay);
	r->due = rd_due(m, r->addr, now) + delay;
	if (r->due <= m->rd_last[r->id])
		r->due = m->rd_last[r->id] + 1;
	m->rd_last[r->id] = r->due;
	observe(m, CW_SIM_AR, r->id, 0, r->len + 1u, r->addr, NULL, NULL);
	/* A burst takes its data beat by beat when they go out; a single beat at a moment of its own. */
	sample = r->due - 1;
	r->state = RD_DUE;
	if (!r->len) {
		sample = now + cw_rng_below(&m->rng, r->due - now);
		r->state = RD_SAMPLE;
	}
	push(m, &m->wheel[sample % WHEEL], i);
}

/* Take the data of single beats whose moment has come, and move reads that are due to the ready list. */
static void turn_wheel(struct cw_axi_mem *m, uint64_t now)
{
	struct list *l = &m->wheel[now % WHEEL];
	uint16_t i = l->head;

	l->head = NONE;
	while (i != NONE) {
		struct rd *r = &m->rd[i];
		uint16_t next = r->next;

		if (r->state == RD_SAMPLE) {
			fetch(m, r, r->addr, r->line);
			observe(m, CW_SIM_R, r->id, r->resp, 1, r->addr, r->line, NULL);
			r->state = RD_DUE;
		}
		if (r->due - 1 > now)
			/* More than a turn away: it comes by here again. */
			push(m, &m->wheel[(r->due - 1) % WHEEL], i);
		else
			push(m, &m->ready, i);
		i = next;
	}
}

static void next_r(struct cw_axi_mem *m, uint64_t now)
{
	struct cw_axi_slave *s = &m->f.s;
	struct rd *r;

	if (m->cur == NONE) {
		m->cur = pop(m, &m->ready);
	} else if (m->ready.head != NONE && m->rd[m->ready.head].id != m->rd[m->cur].id && !s->rvalid &&
		   cw_rng_percent(&m->rng, m->cfg.interleave)) {
		uint16_t other = pop(m, &m->ready);

		push_front(m, &m->ready, m->cur);
		m->cur = other;
	}
	if (m->cur == NONE || (now + 1) * 16 < m->r_next16 || cw_rng_percent(&m->rng, m->cfg.stall))
		return;
	/* Keep what is left of a cycle, so that 20/16 means four beats in five cycles. */
	if (m->r_next16 + 15 < (now + 1) * 16)
		m->r_next16 = (now + 1) * 16 - 15;
	m->r_next16 += m->cfg.rd_beat16;
	r = &m->rd[m->cur];
	if (r->len) {
		uint64_t addr = r->addr + (uint64_t)r->beat * CW_AXI_BEAT;

		fetch(m, r, addr, s->rdata);
		observe(m, CW_SIM_R, r->id, r->resp, 1, addr, s->rdata, NULL);
	} else {
		memcpy(s->rdata, r->line, CW_AXI_BEAT);
	}
	s->rvalid = s->rfresh = 1;
	s->rid = r->id;
	s->rresp = r->resp;
	s->rlast = r->beat == r->len;
}

static void taken_r(struct cw_axi_mem *m)
{
	struct rd *r = &m->rd[m->cur];

	m->f.s.rvalid = 0;
	if (r->beat++ < r->len)
		return;
	r->next = m->rd_free;
	m->rd_free = m->cur;
	m->nrd--;
	m->cur = NONE;
}

/* ---- writes ---- */

static void take_aw(struct cw_axi_mem *m, const struct cw_axi_master *p)
{
	uint64_t bytes = (p->awlen + 1ull) * CW_AXI_BEAT;
	uint16_t i = m->wr_free[NWR - 1 - m->nwr];
	struct wr *w = &m->wr[i];

	if (p->awlen >= CW_AXI_BURST || (p->awaddr & (CW_AXI_BEAT - 1)) || (p->awaddr & 4095) + bytes > 4096)
		m->store.error(m->store.priv, "write burst unaligned, too long or across 4 KiB", p->awaddr);
	m->nwr++;
	w->addr = p->awaddr;
	w->id = p->awid;
	w->len = p->awlen < CW_AXI_BURST ? p->awlen : CW_AXI_BURST - 1;
	w->got = 0;
	w->resp = 0;
	w->shown = 0;
	w->pieces = (w->len + 1u) * 8;
	w->wait = 0;
	if (m->store.inject)
		w->resp = m->store.inject(m->store.priv, CW_SIM_WRITE, w->id, w->addr, bytes, &w->wait);
	m->open[m->nopen++] = i;
}

/* All data of the oldest open write are here: choose when it becomes visible and when it is acknowledged. */
static void complete(struct cw_axi_mem *m, uint64_t now)
{
	uint16_t i = m->open[0];
	struct wr *w = &m->wr[i];
	uint64_t bytes = (w->len + 1ull) * CW_AXI_BEAT;

	m->nopen--;
	memmove(m->open, m->open + 1, m->nopen * sizeof(m->open[0]));
	w->due = wr_due(m, w->addr, now) + w->wait;
	if (w->due <= m->wr_last[w->id])
		w->due = m->wr_last[w->id] + 1;
	w->start = now + cw_rng_below(&m->rng, w->due - now);
	w->end = w->start + cw_rng_below(&m->rng, w->due - w->start);
	for (uint32_t k = 0; k < m->nfull; k++) {
		const struct wr *o = &m->wr[m->full[k]];

		if (o->shown == o->pieces || o->addr >= w->addr + bytes ||
		    w->addr >= o->addr + (o->len + 1ull) * CW_AXI_BEAT)
			continue;
		if (w->start < o->end)
			w->start = o->end;
	}
	if (w->end < w->start)
		w->end = w->start;
	if (w->due <= w->end)
		w->due = w->end + 1;
	m->wr_last[w->id] = w->due;
	m->full[m->nfull++] = i;
	observe(m, CW_SIM_W, w->id, w->resp, w->len + 1u, w->addr, w->data, w->strb);
}

static void take_beat(struct cw_axi_mem *m, const uint8_t *data, uint64_t strb, bool last, uint64_t now)
{
	struct wr *w = &m->wr[m->open[0]];

	if (!w->data)
		w->data = malloc(CW_AXI_BURST * CW_AXI_BEAT);
	if (!w->data)
		abort();
	memcpy(w->data + w->got * CW_AXI_BEAT, data, CW_AXI_BEAT);
	w->strb[w->got] = strb;
	if (last != (w->got == w->len))
		m->store.error(m->store.priv, "WLAST does not agree with AWLEN", w->addr);
	if (w->got++ == w->len)
		complete(m, now);
}

static void take_w(struct cw_axi_mem *m, const struct cw_axi_master *p, bool beat, uint64_t now)
{
	if (beat && m->nopen && !m->ahead_n) {
		take_beat(m, m->f.wdata, m->f.wstrb, p->wlast, now);
		return;
	}
	if (beat) {
		struct beat *b = &m->ahead[(m->ahead_head + m->ahead_n++) % NAHEAD];

		memcpy(b->data, m->f.wdata, CW_AXI_BEAT);
		b->strb = m->f.wstrb;
		b->last = p->wlast;
	}
	while (m->nopen && m->ahead_n) {
		struct beat *b = &m->ahead[m->ahead_head];

		m->ahead_head = (m->ahead_head + 1) % NAHEAD;
		m->ahead_n--;
		take_beat(m, b->data, b->strb, b->last, now);
	}
}

/* Let the pieces whose time has come become visible, oldest write first. */
static void show(struct cw_axi_mem *m, uint64_t now)
{
	for (uint32_t k = 0; k < m->nfull; k++) {
		struct wr *w = &m->wr[m->full[k]];
		uint32_t until = w->pieces;

		if (w->shown == w->pieces || now < w->start)
			continue;
		if (now < w->end)
			until = (uint32_t)((now - w->start + 1) * w->pieces / (w->end - w->start + 1));
		for (; w->shown < until; w->shown++) {
			uint8_t strb = (uint8_t)(w->strb[w->shown / 8] >> (w->shown % 8 * 8));
			uint8_t resp = 0;

			if (strb && !w->resp)
				resp = m->store.write(m->store.priv, w->addr + w->shown * 8ull, w->data + w->shown * 8,
						      strb);
			if (resp > w->resp)
				w->resp = resp;
		}
		if (w->shown == w->pieces)
			observe(m, CW_SIM_V, w->id, w->resp, w->len + 1u, w->addr, w->data, w->strb);
	}
}

static void next_b(struct cw_axi_mem *m, uint64_t now)
{
	struct cw_axi_slave *s = &m->f.s;
	uint32_t best = m->nfull;

	for (uint32_t k = 0; k < m->nfull; k++) {
		uint64_t due = m->wr[m->full[k]].due;

		if (due <= now + 1 && (best == m->nfull || due < m->wr[m->full[best]].due))
			best = k;
	}
	if (best == m->nfull || cw_rng_percent(&m->rng, m->cfg.stall))
		return;
	m->bcur = m->full[best];
	m->nfull--;
	memmove(m->full + best, m->full + best + 1, (m->nfull - best) * sizeof(m->full[0]));
	s->bvalid = 1;
	s->bid = m->wr[m->bcur].id;
	s->bresp = m->wr[m->bcur].resp;
}

static void taken_b(struct cw_axi_mem *m)
{
	struct wr *w = &m->wr[m->bcur];

	observe(m, CW_SIM_B, w->id, w->resp, w->len + 1u, w->addr, NULL, NULL);
	m->f.s.bvalid = 0;
	m->wr_free[NWR - m->nwr] = m->bcur;
	m->nwr--;
}

/* ---- all of it ---- */

/* A valid that was not taken must stand unchanged (AXI4 A3.2.1). */
static void check_stable(struct cw_axi_mem *m, const struct cw_axi_master *p)
{
	const struct cw_axi_master *q = &m->was;

	if (q->arvalid && (!p->arvalid || p->araddr != q->araddr || p->arid != q->arid || p->arlen != q->arlen))
		m->store.error(m->store.priv, "read address changed before it was taken", q->araddr);
	if (q->awvalid && (!p->awvalid || p->awaddr != q->awaddr || p->awid != q->awid || p->awlen != q->awlen))
		m->store.error(m->store.priv, "write address changed before it was taken", q->awaddr);
	if (q->wvalid && (!p->wvalid || p->wlast != q->wlast))
		m->store.error(m->store.priv, "write data withdrawn before it was taken", 0);
}

void cw_axi_tick_slow(struct cw_axi_mem *m, const struct cw_axi_master *p, uint64_t now)
{
	struct cw_axi_slave *s = &m->f.s;
	bool beat = p->wvalid && s->wready;

	check_stable(m, p);
	m->was = *p;
	m->was.arvalid = p->arvalid && !s->arready;
	m->was.awvalid = p->awvalid && !s->awready;
	m->was.wvalid = p->wvalid && !s->wready;
	if (s->rvalid && p->rready)
		taken_r(m);
	if (s->bvalid && p->bready)
		taken_b(m);
	if (p->arvalid && s->arready)
		take_ar(m, p, now);
	if (p->awvalid && s->awready)
		take_aw(m, p);
	if (beat) {
		if (m->w_next16 + 15 < now * 16)
			m->w_next16 = now * 16 - 15;
		m->w_next16 += m->cfg.wr_beat16;
	}
	if (beat || m->ahead_n)
		take_w(m, p, beat, now);
	if (m->nfull)
		show(m, now);
	if (m->nrd)
		turn_wheel(m, now);
	if (!s->rvalid)
		next_r(m, now);
	if (!s->bvalid && m->nfull)
		next_b(m, now);
	s->arready = m->nrd < m->cfg.rd_max && !cw_rng_percent(&m->rng, m->cfg.stall);
	s->awready = m->nwr < m->cfg.wr_max && !cw_rng_percent(&m->rng, m->cfg.stall);
	s->wready = m->ahead_n < NAHEAD && (now + 1) * 16 >= m->w_next16 && !cw_rng_percent(&m->rng, m->cfg.stall);
	m->f.work = m->nrd + m->nwr + m->ahead_n + m->was.arvalid + m->was.awvalid + m->was.wvalid;
}

void cw_axi_reset(struct cw_axi_mem *m)
{
	m->nrd = m->nwr = m->nopen = m->nfull = m->ahead_head = m->ahead_n = 0;
	m->cur = m->bcur = NONE;
	m->ready.head = NONE;
	m->rd_free = 0;
	for (unsigned i = 0; i < NRD; i++)
		m->rd[i].next = i + 1 < NRD ? (uint16_t)(i + 1) : NONE;
	for (unsigned i = 0; i < NWR; i++)
		m->wr_free[i] = (uint16_t)(NWR - 1 - i);
	for (unsigned i = 0; i < WHEEL; i++)
		m->wheel[i].head = NONE;
	memset(&m->was, 0, sizeof(m->was));
	memset(&m->f.s, 0, sizeof(m->f.s));
	m->f.s.arready = m->f.s.awready = m->f.s.wready = 1;
	m->f.work = 0;
}

struct cw_axi_mem *cw_axi_new(const struct cw_axi_cfg *cfg, const struct cw_axi_store *store, enum cw_sim_mem mem,
			      uint64_t seed)
{
	struct cw_axi_mem *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->cfg = *cfg;
	if (m->cfg.rd_max > NRD)
		m->cfg.rd_max = NRD;
	if (m->cfg.wr_max > NWR)
		m->cfg.wr_max = NWR;
	if (m->cfg.banks > NBANK)
		m->cfg.banks = NBANK;
	m->store = *store;
	m->mem = mem;
	cw_rng_init(&m->rng, seed, mem);
	cw_axi_reset(m);
	return m;
}

void cw_axi_free(struct cw_axi_mem *m)
{
	if (!m)
		return;
	for (unsigned i = 0; i < NWR; i++)
		free(m->wr[i].data);
	free(m);
}
