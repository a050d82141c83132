/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The slots of an address space in order of their host virtual addresses, so that an invalidation costs what it hits.
 * Slots may have host memory in common, so the index is a tree of intervals: each node knows the highest end below it.
 * It is balanced by priorities that nobody outside can choose (a treap); its depth, and that of the recursion here, is
 * a few times the logarithm of the number of slots.
 */
#include "internal.h"

static uint64_t end_of(const struct cw_memslot *s)
{
	return s->hva + (s->npages << CW_PAGE_SHIFT);
}

/* Slots of one address space differ in their first gfn. */
static bool before(const struct cw_memslot *a, const struct cw_memslot *b)
{
	return a->hva < b->hva || (a->hva == b->hva && a->base_gfn < b->base_gfn);
}

static uint64_t highest(const struct cw_memslot *s)
{
	return s ? s->hva_max : 0;
}

static void summarise(struct cw_memslot *s)
{
	uint64_t l = highest(s->hva_left), r = highest(s->hva_right), below = l > r ? l : r;

	s->hva_max = end_of(s) > below ? end_of(s) : below;
}

/* What of a tree comes before a slot goes to *left, what comes behind it to *right. */
static void split(struct cw_memslot *tree, const struct cw_memslot *at, struct cw_memslot **left,
		  struct cw_memslot **right)
{
	if (!tree) {
		*left = *right = NULL;
		return;
	}
	if (before(tree, at)) {
		*left = tree;
		split(tree->hva_right, at, &tree->hva_right, right);
	} else {
		*right = tree;
		split(tree->hva_left, at, left, &tree->hva_left);
	}
	summarise(tree);
}

static struct cw_memslot *merge(struct cw_memslot *left, struct cw_memslot *right)
{
	struct cw_memslot *top;

	if (!left || !right)
		return left ? left : right;
	top = left->hva_prio > right->hva_prio ? left : right;
	if (top == left)
		top->hva_right = merge(left->hva_right, right);
	else
		top->hva_left = merge(left, right->hva_left);
	summarise(top);
	return top;
}

static struct cw_memslot *insert(struct cw_memslot *tree, struct cw_memslot *slot)
{
	if (!tree || tree->hva_prio < slot->hva_prio) {
		split(tree, slot, &slot->hva_left, &slot->hva_right);
		tree = slot;
	} else if (before(slot, tree)) {
		tree->hva_left = insert(tree->hva_left, slot);
	} else {
		tree->hva_right = insert(tree->hva_right, slot);
	}
	summarise(tree);
	return tree;
}

static struct cw_memslot *erase(struct cw_memslot *tree, struct cw_memslot *slot)
{
	CW_ASSERT(tree);
	if (tree == slot)
		return merge(slot->hva_left, slot->hva_right);
	if (before(slot, tree))
		tree->hva_left = erase(tree->hva_left, slot);
	else
		tree->hva_right = erase(tree->hva_right, slot);
	summarise(tree);
	return tree;
}

void cw_hva_replace(struct cw_hva_index *index, struct cw_memslot *old, struct cw_memslot *new)
{
	/* The hva of an ALLONES slot means nothing. */
	if (old && !(old->flags & CW_MEM_ALLONES))
		index->root = erase(index->root, old);
	if (!new || (new->flags &CW_MEM_ALLONES))
		return;
	index->seed += 0x9e3779b97f4a7c15ull;
	new->hva_prio = (index->seed ^ index->seed >> 29) * 0xbf58476d1ce4e5b9ull;
	new->hva_left = new->hva_right = NULL;
	index->root = insert(index->root, new);
}

static struct cw_memslot *next(struct cw_memslot *tree, const struct cw_memslot *from, uint64_t start, uint64_t end)
{
	struct cw_memslot *found = NULL;

	if (!tree || tree->hva_max <= start)
		return NULL;
	if (from && !before(from, tree))
		return next(tree->hva_right, from, start, end);
	found = next(tree->hva_left, from, start, end);
	if (found || tree->hva >= end)
		return found;
	return end_of(tree) > start ? tree : next(tree->hva_right, from, start, end);
}

struct cw_memslot *cw_hva_next(const struct cw_hva_index *index, const struct cw_memslot *from, uint64_t start,
			       uint64_t end)
{
	return next(index->root, from, start, end);
}

/* Number of slots below, or -1. */
static int64_t count(const struct cw_memslot *tree, const struct cw_memslot *low, const struct cw_memslot *high)
{
	uint64_t max;
	int64_t l, r;

	if (!tree)
		return 0;
	max = highest(tree->hva_left) > highest(tree->hva_right) ? highest(tree->hva_left) : highest(tree->hva_right);
	max = end_of(tree) > max ? end_of(tree) : max;
	if ((low && !before(low, tree)) || (high && !before(tree, high)) || tree->hva_max != max)
		return -1;
	if ((tree->hva_left && tree->hva_left->hva_prio > tree->hva_prio) ||
	    (tree->hva_right && tree->hva_right->hva_prio > tree->hva_prio))
		return -1;
	l = count(tree->hva_left, low, tree);
	r = count(tree->hva_right, tree, high);
	return l < 0 || r < 0 ? -1 : l + r + 1;
}

const char *cw_hva_validate(const struct cw_hva_index *index, const struct cw_slot_set *set)
{
	int64_t nr = 0;

	cw_slots_for(slot, set)
	{
		struct cw_memslot at = {.hva = slot->hva, .base_gfn = slot->base_gfn - 1};

		if (slot->flags & CW_MEM_ALLONES)
			continue;
		/* gfn 0 has none before it: look from the beginning. */
		if (slot->base_gfn && cw_hva_next(index, &at, slot->hva, slot->hva + CW_PAGE_SIZE) != slot)
			return "a slot is not found by its host virtual address";
		nr++;
	}
	return count(index->root, NULL, NULL) == nr ? NULL : "the index of host virtual addresses is wrong";
}
