/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Commands and requests that meet on one line: for a while the initiators go to a line of entries, and the host gives
 * one command after the other that acts on it, at all levels of the way there. What it writes is what is there already,
 * what it loads nothing leads to; INVALIDATE, FLUSH, STOP, START and DRAIN change nothing for good. The line is one
 * that is in use, or a barren one: where walks end without a page, or at one that is read-only, at a level that is
 * chosen (world_barren()).
 */
#include <string.h>

#include "bench.h"

enum { ROOM = 40 /* of the hot ring, that stays for the others */ };

static bool usable(const struct bench *b, unsigned int space)
{
	return b->dom[space].alive && b->down_domain != space;
}

static void choose(struct bench *b, struct aim *a, uint64_t now)
{
	const struct domain *d;

	a->space = rng_below(&b->rng, NSPACE);
	/* half of the spaces are of the domain that knows CAPTURE only */
	if (b->log[world_owner(a->space)].want < CW_LOG_PROTECT && rng_percent(&b->rng, 60))
		a->space = rng_below(&b->rng, NDOMAIN);
	a->left = 0;
	a->on = false;
	a->until = now + 100 + rng_below(&b->rng, 400);
	if (!usable(b, a->space) || rng_percent(&b->rng, 5))
		return;
	d = &b->dom[a->space];
	a->on = true;
	a->until = now + 400 + rng_below(&b->rng, 2000);
	a->left = 30 + rng_below(&b->rng, 60);
	a->next = now;
	a->barren = rng_percent(&b->rng, 45);
	a->level = rng_percent(&b->rng, 25) ? d->levels : 1 + rng_below(&b->rng, d->levels);
	a->entry = rng_below(&b->rng, 8);
	a->page = d->region[rng_below(&b->rng, NREGION)] + (rng_below(&b->rng, REGION_PAGES) & ~7u);
}

/* Rather the same one: only then do requests share a walk (P5). */
static unsigned int barren_entry(struct bench *b)
{
	return rng_percent(&b->rng, 70) ? b->aim.entry : rng_below(&b->rng, 8);
}

/* The page that a request goes to, if it is to go there. */
bool aim_page(struct bench *b, unsigned int space, uint64_t *page)
{
	const struct aim *a = &b->aim;

	if (!a->on || a->space != space || !rng_percent(&b->rng, 90))
		return false;
	*page = a->page + rng_below(&b->rng, rng_percent(&b->rng, 50) ? 2 : 8);
	if (a->barren)
		*page = world_barren(b, space, a->level, barren_entry(b), rng_below(&b->rng, 8));
	return true;
}

/* ---- commands ---- */
/* The entry of this level for the page, or the nearest above that there is. */
static uint64_t entry(struct bench *b, unsigned int space, uint64_t page, unsigned int level)
{
	uint64_t at = 0;

	while (!at && level <= b->dom[space].levels)
		at = world_entry(b, space, page, level++);
	return at;
}

static void rewrite(struct bench *b, const struct aim *a, uint64_t at, uint64_t page)
{
	const struct domain *d = &b->dom[a->space];
	uint64_t value = *world_mirror(b, at);

	if (a->barren && !(value & CW_SPTE(PRESENT)) && rng_percent(&b->rng, 60))
		value = rng_percent(&b->rng, 35) ? BIT64(63) :
						   world_mmio(d, page, b->dom[world_owner(a->space)].mmio_gen);
	host_rewrite(b, at, value);
}

static void protect(struct bench *b, unsigned int space, uint64_t page)
{
	uint64_t at = entry(b, space, page, 1);
	uint8_t mask[64] = {0};

	if (!at)
		return;
	mask[(at >> 3 & 511) / 8] = (uint8_t)(1 + rng_below(&b->rng, 255));
	host_protect(b, at & ~UINT64_C(4095), mask, rng_percent(&b->rng, 50));
}

/* A table that nothing leads to, as one of a level and place at which it might be (P14). */
static void load(struct bench *b, unsigned int space, uint64_t page)
{
	unsigned int level = 1 + rng_below(&b->rng, b->dom[space].levels - 1u), n = b->aim.table;
	struct cw_cmd c = {.opcode = CW_OP_FILL, .addr = world_table_addr(n), .arg0 = UINT64_C(1) << 63};
	struct table *t = &b->table[n];

	/* one at a time: what it stands for holds until then */
	if ((int32_t)(b->hot.oldest - b->aim.loaded) < 0)
		return;
	t->domain = (uint8_t)space;
	t->level = (uint8_t)level;
	t->x86 = b->dom[space].x86;
	t->indirect = true; /* the fixer never gets there */
	t->base = page & ~(BIT64(9 * level) - 1);
	for (unsigned int i = 0; i < 512; i++)
		t->v[i] = c.arg0;
	if (rng_percent(&b->rng, 50)) {
		unsigned int at = (b->hot.producer % NHOT) * 4096;

		for (unsigned int i = 0; i < 512; i++)
			t->v[i] = BIT64(63) | rng_below(&b->rng, 256) << 3;
		memcpy(b->buffer + at, t->v, sizeof(t->v));
		c.opcode = CW_OP_LOAD;
		c.arg0 = b->buffer_bus + at;
		c.arg1 = sizeof(t->v);
	}
	host_hot(b, &c);
	b->aim.loaded = b->hot.producer;
}

static void command(struct bench *b, struct aim *a)
{
	unsigned int levels = b->dom[a->space].levels, r = rng_below(&b->rng, 100);
	uint64_t page = a->page + rng_below(&b->rng, 8), at;

	if (a->barren)
		page = world_barren(b, a->space, a->level, barren_entry(b), rng_below(&b->rng, 8));
	if (r < 34) {
		at = entry(b, a->space, page,
			   rng_percent(&b->rng, 50) ? (a->barren ? a->level : 1) : 1 + rng_below(&b->rng, levels));
		if (at)
			rewrite(b, a, at, page);
	} else if (r < 44) {
		protect(b, a->space, page);
	} else if (r < 52) {
		host_invalidate(b, a->space, page & ~UINT64_C(7), 8, true);
	} else if (r < 57) {
		if (b->jobs < 6)
			host_flush(b, a->space, NULL);
	} else if (r < 75) {
		pause_brief(b, a->space, rng_percent(&b->rng, 30));
	} else if (r < 94) {
		load(b, a->space, page);
	} else if (!a->barren) {
		host_job_at(b, a->space, page);
	}
}

void aim_cycle(struct bench *b)
{
	struct aim *a = &b->aim;
	uint64_t now = cw_sim_cycle(b->sim);

	a->on &= !b->quiet;
	if (!b->aims || b->quiet || (b->calm && 2 * b->requests > b->goal) || now < b->hush)
		return;
	if (now >= a->until || (a->on && !usable(b, a->space)))
		choose(b, a, now);
	if (!a->left || now < a->next || ring_room(&b->hot) < ROOM)
		return;
	a->left--;
	a->next = now + rng_below(&b->rng, 25);
	command(b, a);
}
