/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Invalidation by the host's memory manager (ZAP-7, ZAP-8). Ranges are kept by host virtual address, not by gfn: a slot
 * that appears while a range is in progress is covered at once, so a memslot update need not wait for invalidations to
 * end, and no lock of theirs is held across anything that faults (P46, P47).
 */
#include "internal.h"

bool cw_inval_blocks(const struct cw_mmu *mmu, uint64_t hva, uint64_t npages)
{
	return mmu->inval_in_progress && hva < mmu->inval_end && hva + (npages << CW_PAGE_SHIFT) > mmu->inval_start;
}

/* Range of gfns of a slot that has host pages in start .. end. */
static void clip(const struct cw_memslot *slot, uint64_t start, uint64_t end, uint64_t *gfn, uint64_t *gfn_end)
{
	uint64_t hva_end = slot->hva + (slot->npages << CW_PAGE_SHIFT);

	start = start > slot->hva ? start : slot->hva;
	end = end < hva_end ? end : hva_end;
	*gfn = slot->base_gfn + ((start - slot->hva) >> CW_PAGE_SHIFT);
	*gfn_end = slot->base_gfn + ((end - slot->hva + CW_PAGE_SIZE - 1) >> CW_PAGE_SHIFT);
}

/* True if the engine must be waited for before pages of the range can go. */
static bool would_wait(struct cw_mmu *mmu, uint64_t start, uint64_t end)
{
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		struct cw_memslot *slot = NULL;
		uint64_t gfn, gfn_end;

		while ((slot = cw_hva_next(&mmu->space[as_id].by_hva, slot, start, end))) {
			clip(slot, start, end, &gfn, &gfn_end);
			if (mmu->domain[as_id].flushed_seq != mmu->domain[as_id].zap_seq ||
			    cw_zap_any_mapped(slot, gfn, gfn_end))
				return true;
		}
	}
	return false;
}

/* Yields. Slots may come and go meanwhile: new ones are blocked by the range, old ones are zapped by who removes them.
 * One that moves past the cursor is new in this sense. */
static int zap_space(struct cw_zap *z, uint64_t start, uint64_t end)
{
	struct cw_hva_index *index = &z->mmu->space[z->as_id].by_hva;
	struct cw_memslot *slot = cw_hva_next(index, NULL, start, end), at;
	uint64_t gfn, gfn_end;
	int err = 0;

	for (; slot; slot = cw_hva_next(index, &at, start, end)) {
		int r;

		at = *slot;
		clip(slot, start, end, &gfn, &gfn_end);
		r = cw_zap_gfns(z, gfn, gfn_end);
		err = err ? err : r;
	}
	return err;
}

static void add_range(struct cw_mmu *mmu, uint64_t start, uint64_t end)
{
	if (!mmu->inval_in_progress++) {
		mmu->inval_start = start;
		mmu->inval_end = end;
		return;
	}
	mmu->inval_start = start < mmu->inval_start ? start : mmu->inval_start;
	mmu->inval_end = end > mmu->inval_end ? end : mmu->inval_end;
}

int cw_mmu_invalidate_begin(struct cw_mmu *mmu, uint64_t start, uint64_t end, bool may_block)
{
	int err = 0;

	if (may_block)
		cw_mutex_lock(&mmu->lock);
	else if (!cw_mutex_trylock(&mmu->lock))
		return -EAGAIN;
	if (!may_block && would_wait(mmu, start, end)) {
		cw_mutex_unlock(&mmu->lock);
		return -EAGAIN;
	}
	add_range(mmu, start, end);
	cw_trace(mmu, kvm_unmap_hva_range, start, end, may_block);
	for (unsigned as_id = 0; may_block && as_id < CW_AS_MAX; as_id++) {
		struct cw_zap z;
		int r;

		cw_zap_init(&z, mmu, as_id);
		r = zap_space(&z, start, end);
		cw_zap_post(&z);
		err = err ? err : r;
	}
	cw_mutex_unlock(&mmu->lock);
	if (may_block) {
		int r = cw_mmu_flush(mmu);

		err = err ? err : r;
	}
	return err;
}

void cw_mmu_invalidate_end(struct cw_mmu *mmu, uint64_t start, uint64_t end)
{
	(void)start;
	(void)end;
	cw_mutex_lock(&mmu->lock);
	CW_ASSERT(mmu->inval_in_progress);
	/* Faults that resolved before this must resolve again: the lock orders both. */
	mmu->inval_seq++;
	mmu->inval_in_progress--;
	cw_mutex_unlock(&mmu->lock);
}
