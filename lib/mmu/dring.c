/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty rings, the core's part. The engine's log has every page that a ring names, so a ring is a shorter way to what
 * the bitmaps know, and a reset is a pass over the pages that the caller names: their bits leave the bitmap and, in
 * PROTECT and DIRTYBIT, W or D leaves their entries, under the same lock; then INVALIDATE and FLUSH. In CAPTURE the
 * harvest alone arms them again. What is read after it is complete (DL-7). What no ring names stays in the bitmap.
 */
#include "internal.h"

/* A region of 512 pages, whose entries stand in one table: what is to be taken of it. */
struct region {
	struct cw_memslot *slot;
	uint64_t first;
	uint64_t mask[8];
};

static struct cw_memslot *slot_of(struct cw_mmu *mmu, unsigned as_id, const struct cw_log_page *page)
{
	struct cw_memslot *slot = page->slot >> 16 == as_id ? cw_slots_by_id(mmu, as_id, page->slot & 0xffff) : NULL;

	/* The slot may have gone, or have become smaller, since the entry was read. */
	return slot && slot->log && page->page < slot->npages ? slot : NULL;
}

/* Out of one bitmap. False: it was not in. */
static bool leave(struct cw_dirty_map *map, uint64_t rel)
{
	const uint64_t *line = &map->word[rel / 64 & ~(uint64_t)(CW_DIRTY_LINE - 1)];
	uint64_t bit = 1ull << rel % 64, any = 0;

	if (!(map->word[rel / 64] & bit))
		return false;
	map->word[rel / 64] &= ~bit;
	for (unsigned i = 0; i < CW_DIRTY_LINE; i++)
		any |= line[i];
	if (!any)
		cw_dirty_line_empty(map, rel / 64);
	return true;
}

/* Only what is really dirty, as nothing else can be written without a record. */
static int take(struct cw_zap *z, struct region *r, bool exact)
{
	uint64_t some = 0;
	int err = 0;

	for (unsigned w = 0; w < 8; w++) {
		for (uint64_t left = r->mask[w]; left; left &= left - 1) {
			uint64_t bit = left & ~(left - 1);
			uint64_t rel = r->first + w * 64 + (unsigned)__builtin_ctzll(left) - r->slot->base_gfn;

			if (!leave(&r->slot->log->dirty, rel))
				r->mask[w] &= ~bit;
			else if (exact)
				cw_dirty_or(&r->slot->log->taken, rel / 64, 1ull << rel % 64);
		}
		some |= r->mask[w];
	}
	if (some && exact)
		err = cw_log_protect_region(z, r->slot, r->first, r->mask);
	*r = (struct region){0};
	return err;
}

static int take_all(struct cw_zap *z, const struct cw_log_page *pages, size_t n, bool exact)
{
	struct region r = {0};
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		struct cw_memslot *slot = slot_of(z->mmu, z->as_id, &pages[i]);
		uint64_t gfn = slot ? slot->base_gfn + pages[i].page : 0, first = cw_table_gfn(gfn, CW_LEVEL_4K);

		if (!slot)
			continue;
		if (r.slot && (r.slot != slot || r.first != first))
			err = take(z, &r, exact);
		r.slot = slot;
		r.first = first;
		r.mask[gfn % CW_SPTES / 64] |= 1ull << gfn % 64;
		if (z->batch >= CW_DIRTY_BATCH)
			cw_zap_yield(z);
	}
	return r.slot && !err ? take(z, &r, exact) : err;
}

/* What was taken is over; or it goes back, is dirty still, and will be protected again. */
static void give(struct cw_mmu *mmu, unsigned as_id, const struct cw_log_page *pages, size_t n, bool back)
{
	cw_mutex_lock(&mmu->lock);
	for (size_t i = 0; i < n; i++) {
		struct cw_memslot *slot = slot_of(mmu, as_id, &pages[i]);

		if (slot && leave(&slot->log->taken, pages[i].page) && back)
			cw_log_mark(slot, slot->base_gfn + pages[i].page);
	}
	cw_mutex_unlock(&mmu->lock);
}

int cw_mmu_log_place(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, struct cw_log_page *page)
{
	struct cw_memslot *slot;
	int r = -ENOENT;

	if (as_id >= CW_AS_MAX)
		return -ENOENT;
	cw_mutex_lock(&mmu->slots_lock);
	slot = cw_slots_find(cw_slots_active(mmu, as_id), gfn);
	if (slot && slot->log && mmu->domain[as_id].log_mode) {
		*page = (struct cw_log_page){.slot = as_id << 16 | slot->id, .page = gfn - slot->base_gfn};
		r = 0;
	}
	cw_mutex_unlock(&mmu->slots_lock);
	return r;
}

int cw_mmu_log_reset(struct cw_mmu *mmu, unsigned as_id, const struct cw_log_page *pages, size_t n)
{
	struct cw_zap z;
	bool exact;
	int r;

	if (as_id >= CW_AS_MAX)
		return -EINVAL;
	cw_mutex_lock(&mmu->slots_lock);
	if (!mmu->domain[as_id].log_mode) {
		cw_mutex_unlock(&mmu->slots_lock);
		return -ENOENT;
	}
	r = cw_log_sync(mmu, as_id);
	if (!r) {
		exact = cw_log_exact(mmu->domain[as_id].log_mode);
		cw_mutex_lock(&mmu->lock);
		cw_zap_init(&z, mmu, as_id);
		r = take_all(&z, pages, n, exact);
		cw_zap_post(&z);
		cw_mutex_unlock(&mmu->lock);
		if (!r && exact)
			r = cw_zap_flush(mmu, as_id);
		if (exact)
			give(mmu, as_id, pages, n, r != 0);
	}
	cw_mutex_unlock(&mmu->slots_lock);
	return r;
}
