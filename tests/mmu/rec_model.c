/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What the recorder's engine may know. Under recorder.lock. */
#include "rec_model.h"

#include <stdarg.h>

void rec_violate(struct recorder *r, const char *fmt, ...)
{
	va_list ap;

	if (r->violation[0])
		return;
	va_start(ap, fmt);
	vsnprintf(r->violation, sizeof(r->violation), fmt, ap);
	va_end(ap);
	fprintf(stderr, "recorder: %s\n", r->violation);
}

/* --- the model --- */

struct rec_table *rec_table_at(struct recorder *r, uint64_t addr)
{
	uint64_t i = (addr - REC_TABLE_BASE) >> 12;

	return addr >= REC_TABLE_BASE && i < r->nr_table ? &r->table[i] : NULL;
}

bool rec_is_link(uint64_t entry)
{
	return (entry & REC_PRESENT) && (entry & REC_ADDR) >= REC_TABLE_BASE;
}

static struct rec_cached *cached_get(struct recorder *r, unsigned domain, uint64_t gfn, uint64_t bus, uint64_t npages,
				     uint64_t to)
{
	struct rec_cached **head = &r->bucket[gfn % 1024], *c;

	for (c = *head; c; c = c->next)
		if (c->domain == domain && c->gfn == gfn && c->bus == bus && c->npages == npages && c->to == to)
			return c;
	c = malloc(sizeof(*c));
	*c = (struct rec_cached){.next = *head, .domain = domain, .gfn = gfn, .bus = bus, .npages = npages, .to = to};
	*head = c;
	return c;
}

/* P31: of a leaf that a walk of a shadow context can reach. */
static uint64_t companion_gfn(struct recorder *r, const struct rec_table *t, unsigned i)
{
	const struct rec_table *c = t + 1;
	uint64_t gfn;

	if (t + 1 == r->table + r->nr_table || !c->companion || c->state != TABLE_LOADED) {
		rec_violate(r, "P31: a table of a shadow context has no companion");
		return 0;
	}
	gfn = c->entry[i] >> 12 & 0x1fffffffffffull;
	if (r->identity && (gfn >= r->nr_host || r->host_bus[gfn] != (t->entry[i] & REC_ADDR)))
		rec_violate(r, "P31: the companion of a leaf names gfn %llx", (unsigned long long)gfn);
	return gfn;
}

static void mark(struct recorder *r, uint64_t addr, unsigned level, unsigned domain, uint64_t gfn);

/* An entry of a reachable table. */
void rec_mark_entry(struct recorder *r, struct rec_table *t, unsigned i)
{
	uint64_t stride = 1ull << (9 * (t->level - 1));
	uint64_t e = t->entry[i];
	struct rec_cached *c;

	if (!(e & REC_PRESENT))
		return;
	if (t->level > 1 && !((e & REC_PS) && t->level <= 3)) {
		if (!rec_is_link(e))
			rec_violate(r, "entry %llx of level %u is no table", (unsigned long long)e, t->level);
		else
			mark(r, e & REC_ADDR, t->level - 1, t->domain, t->gfn + i * stride);
		return;
	}
	if (rec_is_link(e))
		rec_violate(r, "a leaf points into table memory");
	if ((e & REC_ADDR) >> 12 & (stride - 1))
		rec_violate(r, "a large leaf is not aligned");
	c = cached_get(r, t->domain, t->gfn + i * stride, e & REC_ADDR, stride,
		       t->domain >= 2 ? companion_gfn(r, t, i) : 0);
	c->reachable = true;
	c->dropped = 0;
}

static void mark(struct recorder *r, uint64_t addr, unsigned level, unsigned domain, uint64_t gfn)
{
	struct rec_table *t = rec_table_at(r, addr);

	if (!t || t->state != TABLE_LOADED) {
		rec_violate(r, "a reachable entry points to %llx, which is not loaded", (unsigned long long)addr);
		return;
	}
	t->reachable = true;
	t->reach |= 1ull << domain;
	t->cached[domain] = true;
	t->dropped[domain] = 0;
	t->shadow |= domain >= 2;
	if (domain >= 2)
		t->space = r->tag[domain].domain;
	t->level = level;
	t->domain = domain;
	t->gfn = gfn;
	t->npages = 1ull << (9 * level);
	for (unsigned i = 0; i < 512; i++)
		rec_mark_entry(r, t, i);
}

/*
 * P31: where a translation may still be in use, none of another gfn may be reachable: a mark for the old one could set
 * the hint of the new one. c is reachable no more.
 */
static void check_exchange(struct recorder *r, const struct rec_cached *c)
{
	for (unsigned b = 0; b < 1024; b++)
		for (const struct rec_cached *d = r->bucket[b]; d; d = d->next)
			if (d->reachable && d->domain == c->domain && d->gfn < c->gfn + c->npages &&
			    c->gfn < d->gfn + d->npages && d->to - d->gfn != c->to - c->gfn)
				rec_violate(r, "P31: page %llx leads to gfn %llx, and may still lead to %llx",
					    (unsigned long long)d->gfn, (unsigned long long)d->to,
					    (unsigned long long)c->to);
}

/* What the engine could see now. */
void rec_snapshot(struct recorder *r)
{
	r->stale = false;
	for (unsigned i = 0; i < r->nr_table; i++)
		r->table[i].reachable = r->table[i].shadow = false, r->table[i].reach = 0;
	for (unsigned b = 0; b < 1024; b++)
		for (struct rec_cached *c = r->bucket[b]; c; c = c->next)
			c->reachable = false;
	for (unsigned i = 0; i < r->nr_root; i++)
		mark(r, r->root[i].addr, r->root[i].level, r->root[i].tag, 0);
	for (unsigned b = 0; b < 1024; b++)
		for (const struct rec_cached *c = r->bucket[b]; c; c = c->next)
			if (c->domain >= 2 && !c->reachable)
				check_exchange(r, c);
}

void rec_model_invalidate(struct recorder *r, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only)
{
	uint64_t end = npages ? gfn + npages : ~0ull;

	if (r->stale)
		rec_snapshot(r);
	r->tick++;
	for (unsigned i = 0; !leaf_only && i < r->nr_table; i++) {
		struct rec_table *t = &r->table[i];

		if (t->cached[domain] && !(t->reach >> domain & 1) && !t->dropped[domain] &&
		    (domain >= 2 || (t->gfn < end && t->gfn + t->npages > gfn)))
			t->dropped[domain] = r->tick;
	}
	for (unsigned b = 0; b < 1024; b++)
		for (struct rec_cached *c = r->bucket[b]; c; c = c->next)
			if (c->domain == domain && !c->reachable && c->gfn + c->npages > gfn && c->gfn < end &&
			    !c->dropped)
				c->dropped = r->tick;
}

/* A FLUSH that began at `tick` is complete. */
void rec_model_flushed(struct recorder *r, unsigned domain, uint64_t tick)
{
	if (r->stale)
		rec_snapshot(r);
	for (unsigned i = 0; i < r->nr_table; i++) {
		struct rec_table *t = &r->table[i];

		if (t->cached[domain] && !(t->reach >> domain & 1) && t->dropped[domain] &&
		    t->dropped[domain] <= tick) {
			t->cached[domain] = false;
			t->dropped[domain] = 0;
		}
	}
	for (unsigned b = 0; b < 1024; b++) {
		struct rec_cached **at = &r->bucket[b], *c;

		while ((c = *at)) {
			if (c->domain == domain && !c->reachable && c->dropped && c->dropped <= tick) {
				*at = c->next;
				free(c);
			} else {
				at = &c->next;
			}
		}
	}
}

/* Tag of a root: its domain, or one of its own for shadow contexts. A tag is used again when nothing has it any more.
 */
unsigned rec_tag_of(struct recorder *r, uint64_t root, unsigned domain)
{
	unsigned unused = 0;

	for (unsigned t = 2; t < REC_TAGS; t++) {
		if (r->tag[t].root == root)
			return t;
	}
	for (unsigned t = 2; t < REC_TAGS && !unused; t++) {
		bool used = false;

		for (unsigned i = 0; i < r->nr_table && !used; i++)
			used = r->table[i].cached[t];
		for (unsigned b = 0; b < 1024 && !used; b++)
			for (struct rec_cached *c = r->bucket[b]; c; c = c->next)
				used |= c->domain == t;
		for (unsigned i = 0; i < r->nr_root; i++)
			used |= r->root[i].tag == t;
		unused = used ? 0 : t;
	}
	if (!unused)
		rec_violate(r, "no tag left");
	r->tag[unused].root = root;
	r->tag[unused].domain = domain;
	return unused;
}

bool rec_is_cached(const struct rec_table *t)
{
	for (unsigned i = 0; i < REC_TAGS; i++)
		if (t->cached[i])
			return true;
	return false;
}
