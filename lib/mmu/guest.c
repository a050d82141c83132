/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Guest memory as the host reads and writes it. There is one loop over the pieces of an access and one way to do a
 * piece; all accessors, with a context or without, cached or not, sleeping or atomic, are these two with other
 * arguments. A piece lies in one page, so an access across pages takes each page as its own slot gives it (MS-17).
 *
 * Memory is touched under mmu->lock only: it cannot be taken away meanwhile (a delete and an invalidation need the
 * lock), and a write and its mark are one step for a pass (P51). The sleeping accessors take the lock for each piece
 * and let go of it to bring in a page that is not there; the atomic ones run under a lock that the caller has, and give
 * up instead (P50).
 */
#include "internal.h"

#define BRING_IN_TRIES 16u

struct access {
	struct cw_mmu *mmu;
	unsigned as_id;
	struct cw_slot_last *last; /* of the context, or NULL */
	uint64_t gpa;
	uint8_t *buf; /* read into, or written from */
	size_t len;
	bool write;
	uint64_t *old, new; /* compare-and-exchange, of 4 or 8 bytes; NULL: none */
};

static uint64_t slot_hva(const struct cw_memslot *slot, uint64_t gpa)
{
	return cw_memslot_hva(slot, gpa >> CW_PAGE_SHIFT) + (gpa & (CW_PAGE_SIZE - 1));
}

/* What a slot says before its memory is looked at: 0, or an error. A slot that is being deleted or moved is gone. */
static int slot_allows(const struct cw_mmu *mmu, const struct cw_memslot *slot, uint64_t gpa, bool write)
{
	if (!slot || (slot->flags & CW_MEM_INVALID))
		return -EFAULT;
	if (write && (slot->flags & (CW_MEM_READONLY | CW_MEM_ALLONES)))
		return -EROFS;
	if (!(slot->flags & CW_MEM_ALLONES) && cw_inval_blocks(mmu, slot_hva(slot, gpa) & ~(CW_PAGE_SIZE - 1), 1))
		return -EAGAIN;
	return 0;
}

/* The next n bytes, which lie in one page of `slot`. */
static int access_slot(const struct access *a, const struct cw_memslot *slot, size_t n)
{
	struct cw_mmu *mmu = a->mmu;
	int r = slot_allows(mmu, slot, a->gpa, a->write);

	CW_ASSERT(cw_mutex_is_mine(&mmu->lock));
	if (r)
		return r;
	if (slot->flags & CW_MEM_ALLONES) {
		for (size_t i = 0; i < n; i++)
			a->buf[i] = 0xff; /* MS-14 */
		return 0;
	}
	if (!a->write)
		return mmu->ops->host_read(mmu->priv, slot_hva(slot, a->gpa), a->buf, n);
	if (a->old)
		r = mmu->ops->host_cmpxchg(mmu->priv, slot_hva(slot, a->gpa), a->old, a->new, (unsigned)n);
	else
		r = mmu->ops->host_write(mmu->priv, slot_hva(slot, a->gpa), a->buf, n);
	if (!r && slot->log)
		cw_log_mark(slot, a->gpa >> CW_PAGE_SHIFT);
	return r;
}

static int access_atomic(const struct access *a, size_t n)
{
	return access_slot(a, cw_slots_find_last(a->mmu, a->as_id, a->last, a->gpa >> CW_PAGE_SHIFT), n);
}

/* The page of a slot is not in memory: bring it in, without the lock. */
static int bring_in(const struct access *a, const struct cw_memslot *slot)
{
	struct cw_hpage page;
	int r = a->mmu->ops->resolve(a->mmu->priv, slot, a->gpa >> CW_PAGE_SHIFT, a->write, &page);

	if (!r)
		a->mmu->ops->release(a->mmu->priv, &page, false);
	return r;
}

static int access_sleeping(const struct access *a, size_t n)
{
	struct cw_mmu *mmu = a->mmu;
	int r = -EAGAIN;

	for (unsigned i = 0; i < BRING_IN_TRIES && r == -EAGAIN; i++) {
		const struct cw_memslot *slot;
		struct cw_memslot copy;
		bool blocked;

		cw_mutex_lock(&mmu->lock);
		slot = cw_slots_find_last(mmu, a->as_id, a->last, a->gpa >> CW_PAGE_SHIFT);
		r = access_slot(a, slot, n);
		blocked = r == -EAGAIN && slot_allows(mmu, slot, a->gpa, a->write);
		if (r == -EAGAIN)
			copy = *slot;
		cw_mutex_unlock(&mmu->lock);
		/* Who takes pages away may be waiting for this thread: say so instead of waiting for the end. */
		if (blocked)
			return -EAGAIN;
		if (r == -EAGAIN) {
			int e = bring_in(a, &copy);

			if (e)
				return e;
		}
	}
	return r;
}

/* The loop. `piece` does the next n bytes. */
static int each_piece(struct access *a, int (*piece)(const struct access *a, size_t n))
{
	const struct cw_mmu_ops *ops = a->mmu->ops;
	int r = 0;

	if (a->as_id >= CW_AS_MAX || a->gpa + a->len < a->gpa)
		return -EINVAL;
	if (a->write ? !ops->host_write : !ops->host_read)
		return -EOPNOTSUPP;
	while (a->len && !r) {
		size_t room = (size_t)(CW_PAGE_SIZE - (a->gpa & (CW_PAGE_SIZE - 1))), n = a->len < room ? a->len : room;

		r = piece(a, n);
		a->gpa += n;
		a->buf += n;
		a->len -= n;
	}
	return r;
}

/* `buf` is only read if write. */
static struct access make(struct cw_mmu *mmu, unsigned as_id, struct cw_slot_last *last, uint64_t gpa, const void *buf,
			  size_t len, bool write)
{
	return (struct access){mmu, as_id, last, gpa, (uint8_t *)(uintptr_t)buf, len, write, NULL, 0};
}

int cw_mmu_read(struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, void *buf, size_t len)
{
	struct access a = make(mmu, as_id, NULL, gpa, buf, len, false);

	return each_piece(&a, access_sleeping);
}

int cw_mmu_write(struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, const void *buf, size_t len)
{
	struct access a = make(mmu, as_id, NULL, gpa, buf, len, true);

	return each_piece(&a, access_sleeping);
}

int cw_ctx_read(struct cw_mmu_ctx *ctx, uint64_t gpa, void *buf, size_t len)
{
	struct access a = make(ctx->mmu, ctx->as_id, &ctx->last, gpa, buf, len, false);

	return each_piece(&a, access_sleeping);
}

int cw_ctx_write(struct cw_mmu_ctx *ctx, uint64_t gpa, const void *buf, size_t len)
{
	struct access a = make(ctx->mmu, ctx->as_id, &ctx->last, gpa, buf, len, true);

	return each_piece(&a, access_sleeping);
}

int cw_ctx_read_atomic(struct cw_mmu_ctx *ctx, uint64_t gpa, void *buf, size_t len)
{
	struct access a = make(ctx->mmu, ctx->as_id, &ctx->last, gpa, buf, len, false);

	return each_piece(&a, access_atomic);
}

int cw_ctx_write_atomic(struct cw_mmu_ctx *ctx, uint64_t gpa, const void *buf, size_t len)
{
	struct access a = make(ctx->mmu, ctx->as_id, &ctx->last, gpa, buf, len, true);

	return each_piece(&a, access_atomic);
}

/* One piece by itself. */
static int exchange(struct cw_mmu_ctx *ctx, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size,
		    int (*piece)(const struct access *a, size_t n))
{
	struct access a = make(ctx->mmu, ctx->as_id, &ctx->last, gpa, NULL, size, true);

	CW_ASSERT((size == 4 || size == 8) && !(gpa & (size - 1)));
	if (!ctx->mmu->ops->host_cmpxchg)
		return -EOPNOTSUPP;
	a.old = old;
	a.new = new;
	return piece(&a, size);
}

int cw_ctx_cmpxchg(struct cw_mmu_ctx *ctx, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size)
{
	return exchange(ctx, gpa, old, new, size, access_sleeping);
}

int cw_ctx_cmpxchg_atomic(struct cw_mmu_ctx *ctx, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size)
{
	return exchange(ctx, gpa, old, new, size, access_atomic);
}

/* --- cached: the way from gpa to slot is remembered --- */

int cw_gpa_cache_init(struct cw_gpa_cache *c, struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, size_t len)
{
	if (as_id >= CW_AS_MAX || !len || gpa + len < gpa)
		return -EINVAL;
	*c = (struct cw_gpa_cache){.mmu = mmu, .as_id = as_id, .gpa = gpa, .len = len};
	return 0;
}

static int access_cached(struct cw_gpa_cache *c, size_t offset, const void *buf, size_t len, bool write)
{
	struct access a = make(c->mmu, c->as_id, &c->last, c->gpa + offset, buf, len, write);

	if (offset > c->len || len > c->len - offset)
		return -EINVAL;
	return each_piece(&a, access_sleeping);
}

int cw_gpa_cache_read(struct cw_gpa_cache *c, size_t offset, void *buf, size_t len)
{
	return access_cached(c, offset, buf, len, false);
}

int cw_gpa_cache_write(struct cw_gpa_cache *c, size_t offset, const void *buf, size_t len)
{
	return access_cached(c, offset, buf, len, true);
}
