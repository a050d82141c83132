/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Look-ups in the slots of a model, slot[2][NSLOT] of struct model_slot, which whoever includes this has. */
#ifndef CW_TEST_MODEL_SLOTS_H
#define CW_TEST_MODEL_SLOTS_H

static struct model_slot *model_find(unsigned as_id, uint64_t gfn)
{
	for (unsigned i = 0; i < NSLOT; i++) {
		struct model_slot *s = &slot[as_id][i];

		if (s->used && gfn >= s->gfn && gfn - s->gfn < s->n)
			return s;
	}
	return NULL;
}

/* Another slot than self has one of these gfns. */
static bool model_overlaps(unsigned as_id, const struct model_slot *self, uint64_t gfn, uint64_t n)
{
	for (unsigned i = 0; i < NSLOT; i++) {
		const struct model_slot *s = &slot[as_id][i];

		if (s != self && s->used && gfn < s->gfn + s->n && s->gfn < gfn + n)
			return true;
	}
	return false;
}

#endif
