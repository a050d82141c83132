/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty rings: one per context, in host memory, the context's alone (DL-9). An entry is free, then dirty (the engine
 * has written it), then harvested (the caller has got its page), and free again by a reset, which takes exactly what
 * was harvested (DL-8). Writes that find no room are parked, and tried again after a reset. The bitmaps know all that
 * rings name, so an entry that is lost or thrown away costs nothing but the hint. All under dev->service.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static uint32_t size_of(const struct cw_ctx *ctx)
{
	return 1u << ctx->ring.log2;
}

static struct cw_dring_entry *entry_of(const struct cw_ctx *ctx, uint32_t index)
{
	return &ctx->ring.entry[index & (size_of(ctx) - 1)];
}

static bool is_there(const struct cw_ctx *ctx, uint32_t index)
{
	uint64_t gfn = __atomic_load_n(&entry_of(ctx, index)->gfn, __ATOMIC_ACQUIRE);

	return gfn >> 63 != (index >> ctx->ring.log2 & 1);
}

static uint32_t register_of(const struct cw_ctx *ctx, uint32_t reg)
{
	return reg + ctx->id * CW_REG_DRING_DOORBELL_STRIDE;
}

/* ---- life ---- */

int cw_dring_check(const struct cw_ctx_params *p)
{
	uint32_t n = p->dirty_ring;

	if (!n && !p->dirty_ring_soft)
		return 0;
	if (n < 1u << CW_RING_LOG2_MIN || n > 1u << CW_RING_LOG2_MAX || n & (n - 1))
		return cw_error(-EINVAL, "a dirty ring has a power of two of entries, %u to %u", 1u << CW_RING_LOG2_MIN,
				1u << CW_RING_LOG2_MAX);
	if (p->dirty_ring_soft > n - CW_DRING_RESERVED)
		return cw_error(-EINVAL, "the soft limit of a dirty ring of %u entries is %u at most", n,
				n - CW_DRING_RESERVED);
	return 0;
}

int cw_dring_create(struct cw_ctx *ctx)
{
	struct cw_dev *dev = ctx->vm->dev;
	struct cw_dring *r = &ctx->ring;
	uint32_t n = ctx->params.dirty_ring;

	if (!n)
		return 0;
	r->page = calloc(n, sizeof(*r->page));
	if (!r->page)
		return cw_error(-ENOMEM, "no memory");
	cw_lock(dev);
	r->entry = cw_dma_alloc_locked(dev, n * sizeof(*r->entry), &r->bus);
	cw_unlock(dev);
	if (!r->entry) {
		free(r->page);
		r->page = NULL;
		return cw_error(-ENOMEM, "no memory for a dirty ring");
	}
	r->log2 = (unsigned)__builtin_ctz(n);
	return 0;
}

static int set_locked(struct cw_ctx *ctx, bool on)
{
	uint32_t n = size_of(ctx), soft = ctx->params.dirty_ring_soft;
	struct cw_cmd cmd = {.opcode = CW_OP_DRING_SET, .ctx = (uint16_t)ctx->id};
	struct cw_cpl cpl;

	if (on) {
		cmd.arg0 = ctx->ring.log2;
		cmd.addr = ctx->ring.bus;
		cmd.arg1 = soft ? soft : n / 2;
	}
	return cw_exec_locked(ctx->vm->dev, &ctx->vm->dev->cold, &cmd, &cpl);
}

int cw_dring_attach_locked(struct cw_ctx *ctx)
{
	struct cw_dring *r = &ctx->ring;
	int err;

	if (!r->log2)
		return 0;
	err = set_locked(ctx, false); /* entries of before are in memory then, and no more come */
	if (err)
		return err;
	memset(r->entry, 0, size_of(ctx) * sizeof(*r->entry));
	r->got = r->freed = r->sure = 0;
	r->nwaiting = 0;
	return set_locked(ctx, true);
}

void cw_dring_destroy(struct cw_ctx *ctx)
{
	struct cw_dev *dev = ctx->vm->dev;
	struct cw_dring *r = &ctx->ring;

	if (!r->log2)
		return;
	cw_lock(dev);
	if (!set_locked(ctx, false))
		cw_dma_free_locked(dev, r->entry);
	cw_unlock(dev);
	free(r->page);
	*r = (struct cw_dring){0};
}

/* ---- harvest ---- */

/* Up to the next entry that is there; what was lost stays a hole no longer, or it would be taken for an entry later. */
static bool next(struct cw_ctx *ctx)
{
	struct cw_dring *r = &ctx->ring;

	for (; !is_there(ctx, r->got); r->got++) {
		struct cw_dring_entry *e = entry_of(ctx, r->got);

		if ((int32_t)(r->sure - r->got) <= 0)
			return false;
		e->gfn = r->got >> r->log2 & 1 ? 0 : CW_DRING_PHASE;
		r->page[r->got & (size_of(ctx) - 1)].slot = CW_DRING_NO_SLOT;
		r->lost++;
	}
	return true;
}

static ssize_t get(struct cw_ctx *ctx, struct cw_dirty_page *pages, size_t n)
{
	struct cw_dring *r = &ctx->ring;
	size_t done = 0;

	while (done < n && r->got - r->freed < size_of(ctx) && next(ctx)) {
		struct cw_log_page *page = &r->page[r->got & (size_of(ctx) - 1)];
		uint64_t gfn = entry_of(ctx, r->got)->gfn & CW_DRING_GFN;

		/* Its slot may be gone: then nobody asks for it (4.7). */
		if (cw_mmu_log_place(&ctx->vm->mmu, ctx->params.space, gfn, page))
			page->slot = CW_DRING_NO_SLOT;
		else
			pages[done++] = (struct cw_dirty_page){.slot = page->slot, .ctx = ctx->id, .page = page->page};
		r->got++;
	}
	return (ssize_t)done;
}

static int bad_ring(const struct cw_ctx *ctx)
{
	return ctx && ctx->ring.log2 ? 0 : cw_error(-EINVAL, "no context, or it has no dirty ring");
}

ssize_t cw_ctx_ring_get(struct cw_ctx *ctx, struct cw_dirty_page *pages, size_t n)
{
	ssize_t r = bad_ring(ctx);

	if (r || (!pages && n))
		return r ? r : cw_error(-EINVAL, "no place for pages");
	cw_ticket_lock(&ctx->vm->dev->service);
	r = get(ctx, pages, n);
	cw_ticket_unlock(&ctx->vm->dev->service);
	return r;
}

/* ---- reset ---- */

static void let_go(struct cw_ctx *ctx)
{
	struct cw_dring *r = &ctx->ring;

	for (unsigned i = 0; i < r->nwaiting; i++)
		cw_resume(ctx->vm->dev, r->waiting[i], CW_RESUME_RETRY, NULL, 0);
	r->nwaiting = 0;
}

/* Entries below `end` are free; those who wait for room try again. */
static int give_back(struct cw_ctx *ctx, uint32_t end)
{
	struct cw_dev *dev = ctx->vm->dev;
	struct cw_dring *r = &ctx->ring;
	int err = 0;

	if (end != r->freed) {
		cw_lock(dev);
		err = cw_write_locked(dev, register_of(ctx, CW_REG_DRING_DOORBELL), end);
		cw_unlock(dev);
	}
	if (err)
		return err;
	r->freed = end;
	/* The doorbell is a register write as the one that announces the RESUMEs, and before it. */
	let_go(ctx);
	cw_lock(dev);
	cw_kick_locked(dev);
	cw_unlock(dev);
	return 0;
}

static struct cw_ctx *ring_of(const struct cw_vm *vm, unsigned space, unsigned id)
{
	struct cw_ctx *ctx = vm->dev->ctx[id];

	return ctx && ctx->vm == vm && ctx->params.space == space && ctx->ring.log2 && ctx->attached ? ctx : NULL;
}

/* What the engine had given to the bus before a HARVEST is in memory after it, or lost. */
static int read_sure(struct cw_ctx *ctx, uint32_t *index)
{
	int err;

	cw_lock(ctx->vm->dev);
	err = cw_read_locked(ctx->vm->dev, register_of(ctx, CW_REG_DRING_INDEX), index);
	cw_unlock(ctx->vm->dev);
	return err;
}

static int64_t reset(struct cw_vm *vm, unsigned space)
{
	uint32_t sure[CW_NCTX], count = 0;
	struct cw_log_page *pages;
	struct cw_ctx *ctx;
	size_t n = 0;
	int err = 0;

	for (unsigned i = 0; i < CW_NCTX && !err; i++) {
		ctx = ring_of(vm, space, i);
		n += ctx ? ctx->ring.got - ctx->ring.freed : 0;
		if (ctx)
			err = read_sure(ctx, &sure[i]);
	}
	if (err)
		return err;
	pages = calloc(n + 1, sizeof(*pages));
	if (!pages)
		return cw_error(-ENOMEM, "no memory");
	n = 0;
	for (unsigned i = 0; i < CW_NCTX; i++) {
		ctx = ring_of(vm, space, i);
		for (uint32_t k = ctx ? ctx->ring.freed : 0; ctx && k != ctx->ring.got; k++, count++) {
			const struct cw_log_page *page = &ctx->ring.page[k & (size_of(ctx) - 1)];

			if (page->slot != CW_DRING_NO_SLOT)
				pages[n++] = *page;
		}
	}
	err = cw_mmu_log_reset(&vm->mmu, space, pages, n);
	for (unsigned i = 0; i < CW_NCTX && !err; i++) {
		ctx = ring_of(vm, space, i);
		if (!ctx)
			continue;
		ctx->ring.sure = sure[i];
		err = give_back(ctx, ctx->ring.got);
	}
	free(pages);
	if (err == -ENOENT)
		return cw_error(err, "the address space does not log");
	return err ? cw_error(err, "the reset failed, all pages are dirty still: %s", strerror(-err)) : (int64_t)count;
}

int64_t cw_vm_ring_reset(struct cw_vm *vm, unsigned space)
{
	int64_t r;

	if (!vm || space >= CW_AS_MAX)
		return cw_error(-EINVAL, "no VM, or no such address space");
	cw_ticket_lock(&vm->dev->service);
	r = reset(vm, space);
	cw_ticket_unlock(&vm->dev->service);
	return r;
}

/* ---- full ---- */

/* A write of this context has found no room. It waits for a reset, unless there was one meanwhile. */
void cw_dring_full(struct cw_ctx *ctx, uint32_t parked_id)
{
	struct cw_dev *dev = ctx->vm->dev;
	struct cw_dring *r = &ctx->ring;
	uint32_t index;

	if (!r->log2 || !ctx->vm->log[ctx->params.space].mode || r->nwaiting == CW_NPARK || read_sure(ctx, &index) ||
	    size_of(ctx) - (index - r->freed) >= CW_DRING_RESERVED) {
		cw_resume(dev, parked_id, CW_RESUME_RETRY, NULL, 0);
		return;
	}
	if (!r->nwaiting) {
		cw_lock(dev);
		r->deadline = cw_deadline_locked(dev, ctx->vm->params.event_timeout_ns);
		cw_unlock(dev);
	}
	r->waiting[r->nwaiting++] = parked_id;
}

/*
 * Nothing waits for ever: where nobody resets in the time that events have, the entries are thrown away. Their pages
 * are in the bitmap.
 */
void cw_drings_expire(struct cw_dev *dev)
{
	for (unsigned i = 0; i < CW_NCTX; i++) {
		struct cw_ctx *ctx = dev->ctx[i];
		uint32_t index;
		bool over;

		if (!ctx || !ctx->ring.nwaiting)
			continue;
		cw_lock(dev);
		over = cw_expired_locked(dev, ctx->ring.deadline);
		cw_unlock(dev);
		if (!over || read_sure(ctx, &index))
			continue;
		/* Those that are harvested already are free with the next reset that counts them, or now. */
		ctx->ring.dropped += index - ctx->ring.freed;
		for (uint32_t k = ctx->ring.got; k != index; k++)
			entry_of(ctx, k)->gfn = k >> ctx->ring.log2 & 1 ? 0 : CW_DRING_PHASE;
		ctx->ring.got = index;
		give_back(ctx, index);
	}
}

/* The log of an address space has stopped: nobody needs room. */
void cw_drings_stopped(struct cw_vm *vm, unsigned space)
{
	cw_ticket_lock(&vm->dev->service);
	for (unsigned i = 0; i < CW_NCTX; i++) {
		struct cw_ctx *ctx = ring_of(vm, space, i);

		if (ctx)
			let_go(ctx);
	}
	cw_lock(vm->dev);
	cw_kick_locked(vm->dev);
	cw_unlock(vm->dev);
	cw_ticket_unlock(&vm->dev->service);
}

/* ---- state ---- */

static int state(struct cw_ctx *ctx, struct cw_ring_state *s)
{
	const struct cw_dring *r = &ctx->ring;
	uint64_t soft = 0;
	uint32_t index;
	int err = read_sure(ctx, &index);

	if (err)
		return err;
	cw_lock(ctx->vm->dev);
	err = cw_read64_locked(ctx->vm->dev, CW_REG_DRING_SOFT, &soft);
	cw_unlock(ctx->vm->dev);
	*s = (struct cw_ring_state){.entries = size_of(ctx),
				    .dirty = index - r->got,
				    .harvested = r->got - r->freed,
				    .soft_full = soft >> ctx->id & 1,
				    .waiting = r->nwaiting,
				    .lost = r->lost,
				    .dropped = r->dropped};
	return err;
}

int cw_ctx_ring_state(struct cw_ctx *ctx, struct cw_ring_state *s)
{
	int err = bad_ring(ctx);

	if (err || !s)
		return err ? err : cw_error(-EINVAL, "no place for the state");
	cw_ticket_lock(&ctx->vm->dev->service);
	err = state(ctx, s);
	cw_ticket_unlock(&ctx->vm->dev->service);
	return err;
}

static int is_full(struct cw_dev *dev, void *priv, int handled)
{
	struct cw_ring_state s;
	int err = state(priv, &s);

	(void)dev;
	(void)handled;
	return err ? err : s.soft_full || s.waiting;
}

int cw_ctx_ring_wait(struct cw_ctx *ctx, uint64_t timeout_ns)
{
	int err = bad_ring(ctx);

	return err ? err : cw_service_until(ctx->vm->dev, timeout_ns, is_full, ctx);
}
