/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The slots as the core keeps them, in both sets of both address spaces and by id: whatever operation says an error
 * must leave the very same ones, with their rmaps and bitmaps, in which what was dirty is so still. Only the
 * generation may have moved on (MS-4): nothing hangs on its number but MMIO entries, which lose by that.
 */
#ifndef CW_TEST_NTH_SNAP_H
#define CW_TEST_NTH_SNAP_H

#include "nth_world.h"

#define SNAP_SLOTS 16u
#define SNAP_WORDS (CW_SPTES / 64) /* no slot of this world that logs has more than 512 pages */

static struct {
	unsigned nr;
	struct snap_slot {
		const struct cw_memslot *at;
		struct cw_memslot was;
		uint64_t dirty[SNAP_WORDS];
	} slot[SNAP_SLOTS];
	uint64_t generation;
} snap[CW_AS_MAX];

static bool snap_same(const struct cw_memslot *a, const struct cw_memslot *b)
{
	return a->base_gfn == b->base_gfn && a->npages == b->npages && a->hva == b->hva && a->flags == b->flags &&
	       a->id == b->id && a->as_id == b->as_id && a->rmap == b->rmap && a->log == b->log;
}

static void snap_take(void)
{
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		snap[as_id].nr = 0;
		snap[as_id].generation = w.vm.mmu.space[as_id].generation;
		cw_slots_for(s, cw_slots_active(&w.vm.mmu, as_id))
		{
			struct snap_slot *to = &snap[as_id].slot[snap[as_id].nr++];

			CHECK(snap[as_id].nr <= SNAP_SLOTS && (!s->log || s->npages <= CW_SPTES));
			to->at = s;
			to->was = *s;
			for (unsigned i = 0; s->log && i < (s->npages + 63) / 64; i++)
				to->dirty[i] = s->log->dirty.word[i];
		}
	}
}

/* bitmaps: nothing was reported meanwhile. */
static void snap_compare(bool bitmaps)
{
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		const struct cw_slot_space *space = &w.vm.mmu.space[as_id];
		unsigned ids = 0;

		for (unsigned set = 0; set < 2; set++) {
			unsigned n = 0;

			cw_slots_for(s, &space->set[set])
			{
				const struct snap_slot *is = &snap[as_id].slot[n++];

				if (!CHECK(n <= snap[as_id].nr) || !CHECK(s == is->at) ||
				    !CHECK(snap_same(s, &is->was)))
					return;
				CHECK(space->by_id[s->id] == s);
				for (unsigned i = 0; bitmaps && s->log && i < (s->npages + 63) / 64; i++)
					CHECK(!(is->dirty[i] & ~s->log->dirty.word[i]));
			}
			CHECK_EQ(n, snap[as_id].nr);
		}
		for (unsigned id = 0; id < space->by_id_cap; id++)
			ids += space->by_id[id] != NULL;
		CHECK_EQ(ids, snap[as_id].nr);
		/* No update is under way, and none was undone in part: each counts. */
		CHECK(space->generation >= snap[as_id].generation && !(space->generation & CW_GEN_IN_PROGRESS));
	}
}

#endif
