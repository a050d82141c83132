/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts end to end on the simulated card: initiators at stream ports and behind the bridge use guest-virtual
 * addresses of guests of every paging mode, while the guest remaps, invalidates and loads CR3, and the host takes
 * translations away. What an initiator reaches must be what the guest's tables gave since the last invalidation (I1,
 * I10), by a walk of the test's own; all of memory is compared byte for byte with a model in the end.
 * Usage: [seed [rounds]]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"
#include "shadow_io.h"

#define URI "sim:table-mem=random:4-60,host-mem=ideal:8,host-time=fixed:0,seed=%" PRIu64

static unsigned rounds = 40;
static uint64_t seed = 1;

static const char *const names[GUEST_NPAGING] = {"32-bit", "32-bit, PSE", "PAE", "4 levels", "5 levels"};

/* ---- the guest at work ---- */

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
	return upper;
}

static void invalidate(struct sio_space *s, struct sio_page *v)
{
	for (unsigned c = 0; c < s->contexts; c++)
		CHECK_EQ(cw_ctx_invalidate(s->ctx[c], v->va, guest_page_size(&s->g, v->level)), 0);
	v->may = 1u << v->now;
}

static void all_is_new(struct sio_space *s)
{
	for (unsigned i = 0; i < SIO_PAGES; i++)
		s->page[i].may = 1u << s->page[i].now;
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
	for (unsigned c = 0; c < s->contexts; c++) {
		if (!CHECK_EQ(cw_ctx_set_guest(s->ctx[c], &state, keep ? CW_GUEST_KEEP : 0), 0))
			printf("  %s\n", cw_last_error());
	}
	if (!keep)
		all_is_new(s);
}

static void work(struct sio_space *s)
{
	struct sio_page *v = &s->page[sio_rnd(SIO_PAGES)];
	uint64_t entry;

	switch (sio_rnd(12)) {
	case 0:
		CHECK_EQ(cw_vm_invalidate(sio.vm, 0, v->gpa[0], guest_page_size(&s->g, v->level)), 0);
		return;
	case 1:
		load_cr3(s, false);
		return;
	case 2:
		load_cr3(s, true);
		return;
	case 3:
		entry = remap(s, v);
		CHECK_EQ(cw_vm_guest_write(sio.vm, 0, entry, guest_entry_size(&s->g)), 0);
		v->may = 1u << v->now;
		return;
	case 4:
		/* Seen late, if at all: with what comes next, or never. */
		remap(s, v);
		return;
	case 5:
		for (unsigned i = 0; i < 4; i++)
			remap(s, &s->page[sio_rnd(SIO_PAGES)]);
		CHECK_EQ(cw_vm_invalidate_guest(sio.vm, 0), 0);
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

static bool traffic(uint64_t from, enum guest_paging a, enum guest_paging b, bool busy_guest)
{
	sio_seed(from);
	if (!sio_set_up(a, b, 0))
		return false;
	for (unsigned i = 0; i < rounds && !check_bad; i++) {
		sio_run(2000 + sio_rnd(4000));
		if (busy_guest)
			work(&sio.space[sio_rnd(2)]);
	}
	sio_finish();
	CHECK_EQ(sio.bad, 0);
	printf("# %s and %s%s: %lu reads, %lu writes, bridge %lu reads, %lu writes; %lu faults of the guest, %lu aborts\n",
	       names[a], names[b], busy_guest ? ", remapped" : "", sio.reads, sio.writes, sio.bursts_read,
	       sio.bursts_written, sio.guest_faults, sio.aborts);
	CHECK(sio.reads > 50 && sio.writes > 50 && sio.bursts_read > 5 && sio.bursts_written > 5);
	CHECK(!busy_guest || sio.guest_faults);
	if (check_bad)
		printf("# seed %" PRIu64 "\n", from);
	sio_tear_down();
	CHECK_EQ(sio.bad, 0);
	return !check_bad;
}

static void every_mode_of_paging(void)
{
	for (unsigned p = 0; p < GUEST_NPAGING; p++) {
		if (!traffic(seed + p, p, (p + 1) % GUEST_NPAGING, false))
			return;
	}
}

static void the_guest_remaps_and_invalidates(void)
{
	for (unsigned p = 0; p < GUEST_NPAGING; p++) {
		if (!traffic(seed + 10 + p, p, (p + 2) % GUEST_NPAGING, true))
			return;
	}
}

int main(int argc, char **argv)
{
	char uri[128];

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		rounds = (unsigned)strtoul(argv[2], NULL, 0);
	snprintf(uri, sizeof(uri), URI, seed);
	if (!sio_open(uri))
		return 1;
	RUN(every_mode_of_paging, "I10 P1 P2 P31");
	RUN(the_guest_remaps_and_invalidates, "I1 I10 P18 P19 P31 P32");
	sio_close();
	return CHECK_DONE("lib-shadow");
}
