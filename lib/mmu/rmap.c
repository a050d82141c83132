/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Reverse map: from a page of a slot to the entries that map it. */
#include "internal.h"

#define HEAD_DESC 1ull /* val is a descriptor */

/*
 * An entry packed in 64 bits: bit 0 clear, index in 9:1, page in the rest. A page is aligned to 16, and addresses are
 * sign-extended from at most 58 bits, so that an arithmetic shift gets the pointer back.
 */
static uint64_t pack(struct cw_entry e)
{
	CW_ASSERT(((uintptr_t)e.sp & 15) == 0);
	return (uint64_t)(uintptr_t)e.sp << 6 | (uint64_t)e.index << 1;
}

static struct cw_entry unpack(uint64_t val)
{
	struct cw_entry e = {
		.sp = (struct cw_mmu_page *)(uintptr_t)((uint64_t)((int64_t)val >> 6) & ~15ull),
		.index = (val >> 1) & 511,
	};

	return e;
}

static struct cw_rmap_desc *head_desc(const struct cw_rmap_head *head)
{
	return (struct cw_rmap_desc *)(uintptr_t)(head->val & ~HEAD_DESC);
}

unsigned cw_rmap_head_add(struct cw_rmap_head *head, struct cw_entry e, struct cw_cache_set *cache)
{
	struct cw_rmap_desc *desc;

	if (!head->val) {
		head->val = pack(e);
		return 1;
	}
	desc = head_desc(head);
	if (!(head->val & HEAD_DESC)) {
		desc = cw_cache_take(&cache->desc);
		desc->entry[desc->nr++] = head->val;
	} else if (desc->nr == CW_RMAP_DESC_ENTRIES) {
		desc = cw_cache_take(&cache->desc);
		desc->next = head_desc(head);
		desc->behind = desc->next->behind + CW_RMAP_DESC_ENTRIES;
	}
	desc->entry[desc->nr++] = pack(e);
	head->val = (uintptr_t)desc | HEAD_DESC;
	return desc->behind + desc->nr;
}

void cw_rmap_head_del(struct cw_rmap_head *head, struct cw_entry e)
{
	struct cw_rmap_desc *first, *desc;
	uint64_t val = pack(e);

	if (!(head->val & HEAD_DESC)) {
		CW_ASSERT(head->val == val);
		head->val = 0;
		return;
	}
	first = head_desc(head);
	for (desc = first; desc; desc = desc->next) {
		for (unsigned i = 0; i < desc->nr; i++) {
			if (desc->entry[i] != val)
				continue;
			/* Only the first descriptor is ever partly filled: fill the hole from it. */
			desc->entry[i] = first->entry[--first->nr];
			if (!first->nr) {
				head->val = first->next ? (uintptr_t)first->next | HEAD_DESC : 0;
				cw_free(first);
			}
			return;
		}
	}
	CW_ASSERT(!"entry not in its rmap");
}

bool cw_rmap_head_get(const struct cw_rmap_head *head, unsigned n, struct cw_entry *out)
{
	if (!(head->val & HEAD_DESC)) {
		if (!head->val || n)
			return false;
		*out = unpack(head->val);
		return true;
	}
	for (struct cw_rmap_desc *desc = head_desc(head); desc; desc = desc->next) {
		if (n < desc->nr) {
			*out = unpack(desc->entry[n]);
			return true;
		}
		n -= desc->nr;
	}
	return false;
}

struct cw_rmap *cw_rmap_create(uint64_t npages)
{
	struct cw_rmap *rmap = cw_zalloc(sizeof(*rmap));

	if (!rmap)
		return NULL;
	rmap->npages = npages;
	while (npages > 1ull << (9 * (rmap->inner_levels + 1)))
		rmap->inner_levels++;
	return rmap;
}

static void destroy_node(void *node, unsigned levels)
{
	if (!node)
		return;
	if (levels) {
		for (unsigned i = 0; i < 512; i++)
			destroy_node(((void **)node)[i], levels - 1);
	} else {
		struct cw_rmap_leaf *leaf = node;

		CW_ASSERT(!leaf->nr_mapped);
		cw_free(leaf->head);
	}
	cw_free(node);
}

void cw_rmap_destroy(struct cw_rmap *rmap)
{
	if (!rmap)
		return;
	destroy_node(rmap->root, rmap->levels);
	cw_free(rmap);
}

static bool spans(const struct cw_rmap *rmap, uint64_t rel)
{
	return rmap->root && rel >= rmap->base && rel - rmap->base < (uint64_t)CW_RMAP_LEAF_PAGES << (9 * rmap->levels);
}

/* New roots above, until there is one that spans the page too; the first is a leaf. */
static void grow_to(struct cw_rmap *rmap, uint64_t rel, struct cw_cache_set *cache)
{
	if (!rmap->root) {
		rmap->base = rel & ~(uint64_t)(CW_RMAP_LEAF_PAGES - 1);
		return;
	}
	while (!spans(rmap, rel)) {
		void **root = cw_cache_take(&cache->block);

		rmap->levels++;
		CW_ASSERT(rmap->levels <= rmap->inner_levels);
		root[(rmap->base >> (9 * rmap->levels)) & 511] = rmap->root;
		rmap->root = root;
		rmap->base &= ~(((uint64_t)CW_RMAP_LEAF_PAGES << (9 * rmap->levels)) - 1);
	}
}

struct cw_rmap_leaf *cw_rmap_get(struct cw_rmap *rmap, uint64_t rel, struct cw_cache_set *cache)
{
	void **at = &rmap->root;

	CW_ASSERT(rel < rmap->npages);
	if (!spans(rmap, rel)) {
		if (!cache)
			return NULL;
		grow_to(rmap, rel, cache);
	}
	for (unsigned l = rmap->levels; l; l--) {
		if (!*at) {
			if (!cache)
				return NULL;
			*at = cw_cache_take(&cache->block);
		}
		at = &((void **)*at)[(rel >> (9 * l)) & 511];
	}
	if (!*at && cache) {
		struct cw_rmap_leaf *leaf = cw_cache_take(&cache->rmap_leaf);

		leaf->head = cw_cache_take(&cache->block);
		*at = leaf;
	}
	return *at;
}

struct cw_rmap_leaf *cw_rmap_lookup(const struct cw_rmap *rmap, uint64_t rel)
{
	return cw_rmap_get((struct cw_rmap *)rmap, rel, NULL);
}

static struct cw_rmap_leaf *next_node(void *node, unsigned levels, uint64_t *rel)
{
	uint64_t span = 1ull << (9 * levels);

	if (!levels || !node)
		return node;
	for (unsigned i = (*rel >> (9 * levels)) & 511; i < 512; i++) {
		uint64_t next = (*rel & ~(span - 1)) + span;
		struct cw_rmap_leaf *leaf = next_node(((void **)node)[i], levels - 1, rel);

		if (leaf)
			return leaf;
		*rel = next;
	}
	return NULL;
}

struct cw_rmap_leaf *cw_rmap_next(const struct cw_rmap *rmap, uint64_t *rel)
{
	if (!rmap->root || *rel >= rmap->npages)
		return NULL;
	if (*rel < rmap->base)
		*rel = rmap->base;
	return spans(rmap, *rel) ? next_node(rmap->root, rmap->levels, rel) : NULL;
}

unsigned cw_rmap_add(struct cw_rmap *rmap, uint64_t rel, struct cw_entry e, struct cw_cache_set *cache)
{
	struct cw_rmap_leaf *leaf = cw_rmap_get(rmap, rel, cache);
	struct cw_rmap_head *head = &leaf->head[rel % CW_RMAP_LEAF_PAGES];

	if (!head->val)
		leaf->nr_mapped++;
	return cw_rmap_head_add(head, e, cache);
}

void cw_rmap_del(struct cw_rmap *rmap, uint64_t rel, struct cw_entry e)
{
	struct cw_rmap_leaf *leaf = cw_rmap_lookup(rmap, rel);
	struct cw_rmap_head *head;

	CW_ASSERT(leaf);
	head = &leaf->head[rel % CW_RMAP_LEAF_PAGES];
	cw_rmap_head_del(head, e);
	if (!head->val)
		leaf->nr_mapped--;
}
