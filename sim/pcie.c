/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "pcie.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void cw_pcie_init(struct cw_pcie *p, uint32_t path_min, uint32_t path_max, uint64_t seed)
{
	memset(p, 0, sizeof(*p));
	p->path_min = path_min;
	p->path_max = path_max;
	cw_rng_init(&p->rng, seed, 100);
}

void cw_pcie_exit(struct cw_pcie *p)
{
	free(p->reg.e);
	free(p->win.e);
}

void cw_pcie_reset(struct cw_pcie *p)
{
	p->reg.n = p->win.n = 0;
	p->busy = false;
	p->read_done = false;
	memset(&p->lite, 0, sizeof(p->lite));
}

uint64_t cw_pcie_way(struct cw_pcie *p)
{
	return cw_rng_range(&p->rng, p->path_min, p->path_max);
}

static struct cw_post *head(struct cw_postq *q)
{
	return &q->e[q->head];
}

static void drop_head(struct cw_postq *q)
{
	q->head = (q->head + 1) % q->room;
	q->n--;
}

/* A new entry at the end, arriving after the one before it. NULL: no memory. */
static struct cw_post *append(struct cw_pcie *p, struct cw_postq *q, uint64_t now)
{
	struct cw_post *e;
	uint64_t due = now + cw_pcie_way(p);

	if (q->n == q->room) {
		size_t room = q->room ? q->room * 2 : 64;

		e = malloc(room * sizeof(*e));
		if (!e)
			return NULL;
		for (size_t i = 0; i < q->n; i++)
			e[i] = q->e[(q->head + i) % q->room];
		free(q->e);
		q->e = e;
		q->head = 0;
		q->room = room;
	}
	e = &q->e[(q->head + q->n++) % q->room];
	if (due < q->last)
		due = q->last;
	q->last = due;
	e->due = due;
	return e;
}

int cw_pcie_reg(struct cw_pcie *p, uint64_t now, bool read, uint32_t offset, uint32_t value)
{
	struct cw_post *e = append(p, &p->reg, now);

	if (!e)
		return -ENOMEM;
	e->read = read;
	e->addr = offset;
	e->value = value;
	if (read)
		p->read_done = false;
	return 0;
}

int cw_pcie_window(struct cw_pcie *p, uint64_t now, uint64_t addr, const void *buf, size_t len)
{
	const uint8_t *in = buf;

	/* A write-combining buffer sends at most a line at a time, and never across one. */
	while (len) {
		size_t n = 64 - addr % 64;
		struct cw_post *e = append(p, &p->win, now);

		if (!e)
			return -ENOMEM;
		if (n > len)
			n = len;
		e->read = false;
		e->addr = addr;
		e->len = (uint8_t)n;
		memcpy(e->data, in, n);
		addr += n;
		in += n;
		len -= n;
	}
	return 0;
}

static void drive_lite(struct cw_pcie *p, const struct cw_lite_out *pins, uint64_t now)
{
	struct cw_lite_in *l = &p->lite;

	if (l->awvalid && pins->awready)
		l->awvalid = 0;
	if (l->wvalid && pins->wready)
		l->wvalid = 0;
	if (l->arvalid && pins->arready)
		l->arvalid = 0;
	if (l->bready && pins->bvalid) {
		l->bready = 0;
		p->busy = false;
	}
	if (l->rready && pins->rvalid) {
		l->rready = 0;
		p->busy = false;
		p->read_value = pins->rdata;
		p->read_due = now + cw_pcie_way(p);
		p->read_done = true;
	}
	if (p->busy || !p->reg.n || head(&p->reg)->due > now + 1)
		return;
	p->busy = true;
	if (head(&p->reg)->read) {
		l->arvalid = l->rready = 1;
		l->araddr = (uint16_t)head(&p->reg)->addr;
	} else {
		l->awvalid = l->wvalid = l->bready = 1;
		l->awaddr = (uint16_t)head(&p->reg)->addr;
		l->wdata = head(&p->reg)->value;
	}
	drop_head(&p->reg);
}

static void send_irq(struct cw_pcie *p, uint32_t vectors, uint64_t now)
{
	uint64_t due = now + cw_pcie_way(p);
	unsigned newest = (p->irq_head + p->irq_n - 1) % 64;

	/* Messages keep their order; when the way is full, ride with the newest one. */
	if (p->irq_n && due < p->irq_way[newest].due)
		due = p->irq_way[newest].due;
	if (p->irq_n == 64) {
		p->irq_way[newest].vectors |= vectors;
		return;
	}
	newest = (p->irq_head + p->irq_n++) % 64;
	p->irq_way[newest].due = due;
	p->irq_way[newest].vectors = vectors;
}

void cw_pcie_tick_slow(struct cw_pcie *p, const struct cw_lite_out *pins, uint32_t irq, uint64_t now)
{
	if (p->busy || p->reg.n)
		drive_lite(p, pins, now);
	while (p->win.n && head(&p->win)->due <= now) {
		struct cw_post *e = head(&p->win);

		p->window(p->priv, e->addr, e->data, e->len);
		drop_head(&p->win);
	}
	if (irq)
		send_irq(p, irq, now);
	while (p->irq_n && p->irq_way[p->irq_head].due <= now) {
		p->irq |= p->irq_way[p->irq_head].vectors;
		p->irq_head = (p->irq_head + 1) % 64;
		p->irq_n--;
	}
}
