/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "master.h"
#include <stdlib.h>
#include <string.h>

static uint8_t store_read(void *priv, uint64_t addr, uint8_t *line)
{
	struct master *m = priv;

	if (addr + 64 > M_BYTES)
		return 3;
	memcpy(line, m->bytes + addr, 64);
	return 0;
}

static uint8_t store_write(void *priv, uint64_t addr, const uint8_t *piece, uint8_t strb)
{
	struct master *m = priv;

	if (addr + 8 > M_BYTES)
		return 3;
	for (unsigned i = 0; i < 8; i++)
		if (strb >> i & 1)
			m->bytes[addr + i] = piece[i];
	return 0;
}

static void store_error(void *priv, const char *what, uint64_t addr)
{
	struct master *m = priv;

	(void)what;
	(void)addr;
	m->errors++;
}

static uint8_t store_inject(void *priv, unsigned op, uint8_t id, uint64_t addr, uint64_t len, uint64_t *delay)
{
	struct master *m = priv;

	(void)op;
	(void)id;
	if (m->inject_addr < addr || m->inject_addr >= addr + len)
		return 0;
	*delay += m->inject_delay;
	return m->inject_resp;
}

struct master *m_open(const char *preset, enum cw_sim_mem mem, uint64_t seed)
{
	struct master *m = calloc(1, sizeof(*m));
	struct cw_axi_store store = {
		.read = store_read, .write = store_write, .error = store_error, .inject = store_inject, .priv = m};
	struct cw_axi_cfg cfg;
	char err[200];

	if (!m || cw_axi_preset(preset, &cfg, err, sizeof(err)))
		abort();
	m->mem = cw_axi_new(&cfg, &store, mem, seed);
	m->inject_addr = UINT64_MAX;
	m->now = 10;
	m->pins.rready = m->pins.bready = 1;
	return m;
}

void m_close(struct master *m)
{
	cw_axi_free(m->mem);
	free(m);
}

void m_read(struct master *m, uint64_t addr, unsigned beats, uint8_t id)
{
	m->ar[(m->ar_head + m->ar_n++) % M_QUEUE] = (struct m_ar){addr, id, (uint8_t)beats};
}

void m_write(struct master *m, uint64_t addr, unsigned beats, uint8_t id, uint64_t word, uint64_t strb)
{
	m->aw[(m->aw_head + m->aw_n++) % M_QUEUE] = (struct m_aw){addr, id, (uint8_t)beats};
	for (unsigned i = 0; i < beats; i++) {
		struct m_w *w = &m->w[(m->w_head + m->w_n++) % M_QUEUE];

		for (unsigned k = 0; k < 8; k++)
			memcpy(w->data + 8 * k, &word, 8);
		w->strb = strb;
		w->last = i + 1 == beats;
	}
}

/* Pins of this cycle: from the queues. */
static void drive(struct master *m)
{
	struct cw_axi_master *p = &m->pins;

	p->arvalid = m->ar_n > 0;
	if (p->arvalid) {
		p->araddr = m->ar[m->ar_head].addr;
		p->arid = m->ar[m->ar_head].id;
		p->arlen = (uint8_t)(m->ar[m->ar_head].beats - 1);
	}
	p->awvalid = m->aw_n > 0 && !m->hold_aw;
	if (p->awvalid) {
		p->awaddr = m->aw[m->aw_head].addr;
		p->awid = m->aw[m->aw_head].id;
		p->awlen = (uint8_t)(m->aw[m->aw_head].beats - 1);
	}
	if (m->hold_aw)
		m->hold_aw--;
	p->wvalid = m->w_n > 0;
	if (p->wvalid)
		p->wlast = m->w[m->w_head].last;
}

void m_step(struct master *m)
{
	struct cw_axi_face *f = (struct cw_axi_face *)m->mem;
	const struct cw_axi_slave *s = &f->s;
	bool ar, aw, w;

	drive(m);
	ar = m->pins.arvalid && s->arready;
	aw = m->pins.awvalid && s->awready;
	w = m->pins.wvalid && s->wready;
	if (s->rvalid && m->pins.rready) {
		struct m_r *r = &m->r[m->n_r++ % M_LOG];

		r->cycle = m->now;
		r->id = s->rid;
		r->resp = s->rresp;
		r->last = s->rlast;
		memcpy(r->data, s->rdata, 64);
	}
	if (s->bvalid && m->pins.bready)
		m->b[m->n_b++ % M_LOG] = (struct m_b){m->now, s->bid, s->bresp};
	if (ar)
		m->ar_cycle[m->n_ar++ % M_LOG] = m->now;
	if (w) {
		memcpy(f->wdata, m->w[m->w_head].data, 64);
		f->wstrb = m->w[m->w_head].strb;
		if (m->pins.wlast)
			m->w_cycle[m->n_w++ % M_LOG] = m->now;
	}
	cw_axi_tick(m->mem, &m->pins, m->now++);
	if (ar) {
		m->ar_head = (m->ar_head + 1) % M_QUEUE;
		m->ar_n--;
	}
	if (aw) {
		m->aw_head = (m->aw_head + 1) % M_QUEUE;
		m->aw_n--;
	}
	if (w) {
		m->w_head = (m->w_head + 1) % M_QUEUE;
		m->w_n--;
	}
}

bool m_drain(struct master *m)
{
	for (unsigned i = 0; i < 100000; i++) {
		if (!m->ar_n && !m->aw_n && !m->w_n && !((struct cw_axi_face *)m->mem)->work)
			return true;
		m_step(m);
	}
	return false;
}

uint64_t m_word(const uint8_t *p, unsigned i)
{
	uint64_t v;

	memcpy(&v, p + 8 * i, 8);
	return v;
}
