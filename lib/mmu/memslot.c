/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Memslots. An update runs under slots_lock: the generation is marked as in progress, the inactive set is changed, the
 * sets are swapped under mmu->lock, the other set follows, the generation is raised (MS-1). Readers hold mmu->lock for
 * one lookup and copy what they need, so nobody holds a slot when the update frees it.
 */
#include "internal.h"

#define USER_FLAGS (CW_MEM_LOG_DIRTY | CW_MEM_READONLY | CW_MEM_ALLONES)
/* Flags that only a new slot can get. */
#define FIXED_FLAGS (CW_MEM_READONLY | CW_MEM_ALLONES)

struct cw_memslot *cw_slots_find_last(struct cw_mmu *mmu, unsigned as_id, struct cw_slot_last *last, uint64_t gfn)
{
	const struct cw_slot_set *set = cw_slots_active(mmu, as_id);
	uint64_t gen = mmu->space[as_id].generation;
	struct cw_memslot *slot;

	/* A change of slots ends with another generation; between swap and that nothing is remembered. */
	if (last && last->set == set && last->generation == gen && gfn - last->slot->base_gfn < last->slot->npages)
		return last->slot;
	slot = cw_slots_find(set, gfn);
	if (last && slot && !(gen & CW_GEN_IN_PROGRESS))
		*last = (struct cw_slot_last){set, slot, gen};
	return slot;
}

static int reserve(struct cw_mmu *mmu, unsigned as_id, unsigned id)
{
	struct cw_slot_space *space = &mmu->space[as_id];
	struct cw_memslot **by_id;
	unsigned cap;
	int r;

	r = cw_slots_reserve(mmu, &space->set[0]);
	if (!r)
		r = cw_slots_reserve(mmu, &space->set[1]);
	if (r || id < space->by_id_cap)
		return r;
	for (cap = 16; cap <= id; cap *= 2)
		;
	by_id = cw_zalloc(cap * sizeof(*by_id));
	if (!by_id)
		return -ENOMEM;
	if (space->by_id)
		cw_memcpy(by_id, space->by_id, space->by_id_cap * sizeof(*by_id));
	cw_free(space->by_id);
	space->by_id = by_id;
	space->by_id_cap = cap;
	return 0;
}

struct cw_memslot *cw_slots_by_id(struct cw_mmu *mmu, unsigned as_id, unsigned id)
{
	return id < mmu->space[as_id].by_id_cap ? mmu->space[as_id].by_id[id] : NULL;
}

/* One swap: old leaves, new comes, either may be NULL. Both sets have room for new. Afterwards old is in no set. */
static void replace(struct cw_mmu *mmu, unsigned as_id, struct cw_memslot *old, struct cw_memslot *new)
{
	struct cw_slot_space *space = &mmu->space[as_id];
	struct cw_memslot *some = new ? new : old;
	uint64_t gen;

	cw_mutex_lock(&mmu->lock);
	space->generation |= CW_GEN_IN_PROGRESS;
	cw_mutex_unlock(&mmu->lock);

	cw_slots_replace(&space->set[!space->active], old, new);

	cw_mutex_lock(&mmu->lock);
	space->active = !space->active;
	cw_hva_replace(&space->by_hva, old, new);
	cw_mutex_unlock(&mmu->lock);

	cw_slots_replace(&space->set[!space->active], old, new);
	space->by_id[some->id] = new;

	cw_mutex_lock(&mmu->lock);
	/* Spaces step through disjoint numbers, so that no MMIO entry is ever valid in the other one (MS-11). */
	gen = (space->generation & ~CW_GEN_IN_PROGRESS) + CW_AS_MAX;
	space->generation = gen;
	cw_mutex_unlock(&mmu->lock);

	if (mmu->ops->mmio_generation)
		mmu->ops->mmio_generation(mmu->priv, as_id, (uint32_t)(gen & CW_MMIO_GEN_MASK));
}

/*
 * MS-3: the number in MMIO entries wrapped, so that entries of the last lap look current. They are zapped, at the next
 * update if the engine does not take commands now: the host looks at slots first, so that such an entry costs time
 * only.
 */
static void check_wrap(struct cw_mmu *mmu, unsigned as_id, uint64_t before)
{
	if ((mmu->space[as_id].generation & CW_MMIO_GEN_MASK) < (before & CW_MMIO_GEN_MASK))
		mmu->wrap_pending = true;
	if (mmu->wrap_pending)
		mmu->wrap_pending = cw_zap_all_locked(mmu) != 0;
}

/* Takes away everything of an INVALID slot, tables that end up empty included. */
static int unmap_slot(struct cw_mmu *mmu, const struct cw_memslot *slot)
{
	struct cw_zap z;
	int r, f;

	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, slot->as_id);
	z.free_empty = true;
	mmu->guest_epoch++; /* who has walked tables in it must do so again */
	r = cw_zap_gfns(&z, slot->base_gfn, slot->base_gfn + slot->npages);
	/* Tables of the guest in the slot are gone too. */
	if (!r)
		r = cw_track_zap_range(&z, slot->base_gfn, slot->base_gfn + slot->npages);
	cw_zap_post(&z);
	cw_zap_drain(&z);
	cw_mutex_unlock(&mmu->lock);
	f = cw_zap_flush(mmu, slot->as_id);
	return r ? r : f;
}

static struct cw_memslot *copy_slot(const struct cw_memslot *from)
{
	struct cw_memslot *slot = cw_zalloc(sizeof(*slot));

	if (slot)
		*slot = *from;
	return slot;
}

/* MS-4. On error the slot is what it was, with a higher generation. */
static int delete_or_move(struct cw_mmu *mmu, struct cw_memslot *old, struct cw_memslot *new)
{
	struct cw_memslot *gone = copy_slot(old);
	unsigned as_id = old->as_id;
	int r;

	if (!gone)
		return -ENOMEM;
	gone->flags |= CW_MEM_INVALID;
	replace(mmu, as_id, old, gone);
	r = unmap_slot(mmu, gone);
	if (r) {
		replace(mmu, as_id, gone, old);
		cw_free(gone);
		return r;
	}
	/* What the engine logged at the old place must be taken while the slot is there. */
	if (new &&new->log)
		cw_log_sync(mmu, as_id);
	if (new)
		new->rmap = gone->rmap; /* empty, and as long */
	replace(mmu, as_id, gone, new);
	if (!new)
		cw_rmap_destroy(gone->rmap);
	if (!new || new->log != gone->log)
		cw_log_destroy(gone->log);
	cw_free(gone);
	cw_free(old);
	return 0;
}

static int change_flags(struct cw_mmu *mmu, struct cw_memslot *old, struct cw_memslot *new)
{
	new->rmap = old->rmap;
	replace(mmu, old->as_id, old, new);
	/* An error leaves all of it dirty: the first pass says so, or reports and protects it. */
	if (new->log && !old->log)
		cw_log_enable(mmu, new);
	if (!new->log)
		cw_log_destroy(old->log);
	cw_free(old);
	return 0;
}

static int create(struct cw_mmu *mmu, struct cw_memslot *new)
{
	/* Nothing is ever mapped in an ALLONES slot (MS-14). */
	if (!(new->flags &CW_MEM_ALLONES)) {
		new->rmap = cw_rmap_create(new->npages);
		if (!new->rmap)
			return -ENOMEM;
	}
	replace(mmu, new->as_id, NULL, new);
	return 0;
}

static bool overlaps(struct cw_mmu *mmu, const struct cw_memslot *new, const struct cw_memslot *old)
{
	const struct cw_slot_set *set = cw_slots_active(mmu, new->as_id);
	uint64_t gfn = new->base_gfn, end = gfn + new->npages;

	while (gfn < end) {
		struct cw_memslot *slot = cw_slots_from(set, gfn);

		if (!slot || slot->base_gfn >= end)
			return false;
		if (slot != old)
			return true;
		gfn = slot->base_gfn + slot->npages;
	}
	return false;
}

/* The checks of mmu-spec 5.3 that need no look at existing slots. */
static int check_region(const struct cw_mmu *mmu, const struct cw_memslot_region *r)
{
	uint64_t mask = CW_PAGE_SIZE - 1;

	if ((r->slot >> 16) >= CW_AS_MAX || (r->slot & 0xffff) >= CW_MEM_USER_SLOTS)
		return -EINVAL;
	if (r->flags & ~USER_FLAGS)
		return -EINVAL;
	/* An ALLONES slot has nothing to log, and is read-only by what it is (MS-13). */
	if ((r->flags & CW_MEM_ALLONES) && r->flags != CW_MEM_ALLONES)
		return -EINVAL;
	if ((r->size | r->gpa | r->hva) & mask)
		return -EINVAL;
	if (r->gpa + r->size < r->gpa || r->hva + r->size < r->hva)
		return -EINVAL;
	if (r->size >> CW_PAGE_SHIFT > CW_MEM_MAX_PAGES)
		return -EINVAL;
	if (r->size && (r->gpa + r->size - 1) >> mmu->params.address_bits)
		return -EINVAL;
	return 0;
}

static int change(struct cw_mmu *mmu, struct cw_memslot *old, struct cw_memslot *new)
{
	int err;

	if (old && (old->npages != new->npages || old->hva != new->hva || ((old->flags ^ new->flags) & FIXED_FLAGS)))
		return -EINVAL;
	if ((!old || old->base_gfn != new->base_gfn) && overlaps(mmu, new, old))
		return -EEXIST;
	err = reserve(mmu, new->as_id, new->id);
	if (err)
		return err;
	/* The bitmap goes with the slot as long as it has the flag. */
	if (new->flags & CW_MEM_LOG_DIRTY) {
		new->log = old && old->log ? old->log : cw_log_create(mmu, new->as_id, new->npages);
		if (!new->log)
			return -ENOMEM;
	}
	err = !old			     ? create(mmu, new) :
	      old->base_gfn != new->base_gfn ? delete_or_move(mmu, old, new) :
					       change_flags(mmu, old, new);
	if (err && new->log && (!old || old->log != new->log))
		cw_log_destroy(new->log);
	return err;
}

static int set_locked(struct cw_mmu *mmu, const struct cw_memslot_region *r)
{
	unsigned as_id = r->slot >> 16, id = r->slot & 0xffff;
	struct cw_memslot *old = cw_slots_by_id(mmu, as_id, id), *new;
	int err;

	if (!r->size)
		return old ? delete_or_move(mmu, old, NULL) : -EINVAL;
	if (old && old->npages == r->size >> CW_PAGE_SHIFT && old->hva == r->hva && old->flags == r->flags &&
	    old->base_gfn == r->gpa >> CW_PAGE_SHIFT)
		return 0;
	new = cw_zalloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = (struct cw_memslot){
		.base_gfn = r->gpa >> CW_PAGE_SHIFT,
		.npages = r->size >> CW_PAGE_SHIFT,
		.hva = r->hva,
		.flags = r->flags,
		.id = (uint16_t)id,
		.as_id = (uint16_t)as_id,
	};
	err = change(mmu, old, new);
	if (err)
		cw_free(new);
	return err;
}

int cw_mmu_set_memslot(struct cw_mmu *mmu, const struct cw_memslot_region *r)
{
	int err = check_region(mmu, r);
	uint64_t before;

	if (err)
		return err;
	cw_mutex_lock(&mmu->slots_lock);
	before = mmu->space[r->slot >> 16].generation;
	err = set_locked(mmu, r);
	check_wrap(mmu, r->slot >> 16, before);
	cw_mutex_unlock(&mmu->slots_lock);
	return err;
}

int cw_mmu_get_memslot(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, struct cw_memslot *out)
{
	struct cw_memslot *slot;
	int r = -ENOENT;

	if (as_id >= CW_AS_MAX)
		return -ENOENT;
	cw_mutex_lock(&mmu->lock);
	slot = cw_slots_find(cw_slots_active(mmu, as_id), gfn);
	if (slot && !(slot->flags & CW_MEM_INVALID)) {
		*out = *slot;
		out->rmap = NULL;
		out->log = NULL;
		out->hva_left = out->hva_right = NULL;
		r = 0;
	}
	cw_mutex_unlock(&mmu->lock);
	return r;
}

void cw_slots_destroy(struct cw_mmu *mmu)
{
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		struct cw_slot_space *space = &mmu->space[as_id];

		cw_slots_for(slot, cw_slots_active(mmu, as_id))
		{
			cw_rmap_destroy(slot->rmap);
			cw_log_destroy(slot->log);
		}
		for (unsigned id = 0; id < space->by_id_cap; id++)
			cw_free(space->by_id[id]);
		cw_slots_free(&space->set[0]);
		cw_slots_free(&space->set[1]);
		cw_free(space->by_id);
	}
}
