/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The guest at work: what it does with its tables while initiators use them. */
#include <stdio.h>
#include <string.h>

#include "shadow_io.h"

static void done(int err, const char *what)
{
	if (err) {
		printf("%s: %d: %s\n", what, err, cw_last_error());
		sio.bad++;
	}
}
#define DONE(call) done(call, #call)

/* The guest writes an entry of v's tables. */
static uint64_t remap(struct sio_space *s, struct sio_page *v)
{
	uint64_t entry = guest_entry(&s->g, v->va, v->level);

	v->now = v->now == SIO_NONE || sio_rnd(6) ? (unsigned)sio_rnd(v->candidates) : SIO_NONE;
	v->came = false;
	v->may |= 1u << v->now;
	guest_set(&s->g, entry, v->now == SIO_NONE ? 0 : guest_leaf(&s->g, v->level, v->gpa[v->now], v->bits));
	return entry;
}

/* Another table in the place of the one that maps v, with another page in it. */
static uint64_t move_table(struct sio_space *s, struct sio_page *v)
{
	uint64_t leaf, upper, table;

	if (v->level != 1 || s->g.ram->next_table + 4096 > s->g.ram->table_end)
		return remap(s, v);
	leaf = guest_entry(&s->g, v->va, 1);
	upper = guest_entry(&s->g, v->va, 2);
	table = guest_table(s->g.ram);
	memcpy(guest_at(s->g.ram, table), guest_at(s->g.ram, leaf & ~UINT64_C(4095)), 4096);
	v->now = (unsigned)sio_rnd(v->candidates);
	v->may |= 1u << v->now;
	guest_set(&s->g, table | (leaf & 4095), guest_leaf(&s->g, 1, v->gpa[v->now], v->bits));
	guest_set(&s->g, upper, table | GUEST_P | GUEST_W | GUEST_U);
	for (unsigned i = 0; i < SIO_PAGES; i++)
		s->page[i].moved |= guest_entry(&s->g, s->page[i].va, 2) == upper;
	return upper;
}

static void is_new(struct sio_page *v)
{
	v->may = 1u << v->now;
	v->moved = false;
}

static void invalidate(struct sio_space *s, struct sio_page *v)
{
	for (unsigned c = 0; c < s->contexts; c++)
		DONE(cw_ctx_invalidate(s->ctx[c], v->va, guest_page_size(&s->g, v->level)));
	is_new(v);
}

static void all_is_new(struct sio_space *s)
{
	for (unsigned i = 0; i < SIO_PAGES; i++)
		is_new(&s->page[i]);
}

/* The guest copies its root table and loads CR3. */
static void load_cr3(struct sio_space *s, bool keep)
{
	struct cw_guest_state state;

	if (s->g.ram->next_table + 4096 <= s->g.ram->table_end && sio_rnd(2)) {
		uint64_t root = guest_table(s->g.ram);

		memcpy(guest_at(s->g.ram, root), guest_at(s->g.ram, s->g.cr3), 4096);
		s->g.cr3 = root;
	}
	state = guest_state(&s->g);
	for (unsigned c = 0; c < s->contexts; c++)
		DONE(cw_ctx_set_guest(s->ctx[c], &state, keep ? CW_GUEST_KEEP : 0));
	if (!keep)
		all_is_new(s);
}

void sio_work(struct sio_space *s)
{
	struct sio_page *v = &s->page[sio_rnd(SIO_PAGES)];
	uint64_t entry;

	switch (sio_rnd(12)) {
	case 0:
		DONE(cw_vm_invalidate(sio.vm, 0, v->gpa[0], guest_page_size(&s->g, v->level)));
		return;
	case 1:
		load_cr3(s, false);
		return;
	case 2:
		load_cr3(s, true);
		return;
	case 3:
		entry = remap(s, v);
		DONE(cw_vm_guest_write(sio.vm, 0, entry, guest_entry_size(&s->g)));
		/* Of the table that it has now: what an older one gave stays until an invalidation. */
		if (!v->moved)
			is_new(v);
		return;
	case 4:
		/* Seen late, if at all: with what comes next, or never. */
		remap(s, v);
		return;
	case 5:
		for (unsigned i = 0; i < 4; i++)
			remap(s, &s->page[sio_rnd(SIO_PAGES)]);
		DONE(cw_vm_invalidate_guest(sio.vm, 0));
		all_is_new(&sio.space[0]);
		all_is_new(&sio.space[1]);
		return;
	case 6:
	case 7:
		move_table(s, v);
		break;
	default:
		remap(s, v);
	}
	invalidate(s, v);
}
