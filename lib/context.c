/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int pick_number(struct cw_dev *dev, uint32_t *id)
{
	if (*id != CW_CTX_ANY) {
		if (*id >= dev->info.contexts)
			return cw_error(-EINVAL, "contexts end at %u", dev->info.contexts - 1);
		return dev->ctx[*id] ? cw_error(-EEXIST, "context %u is in use", *id) : 0;
	}
	for (*id = 0; *id < dev->info.contexts; (*id)++) {
		if (!dev->ctx[*id])
			return 0;
	}
	return cw_error(-ENOSPC, "all %u contexts are in use", dev->info.contexts);
}

int cw_ctx_attach(struct cw_ctx *ctx)
{
	struct cw_vm *vm = ctx->vm;
	bool shadow = ctx->params.kind != CW_CTX_DIRECT;
	struct cw_cmd cmd = {.opcode = CW_OP_CTX_ATTACH,
			     .space = (uint16_t)vm->domain[ctx->mmu.as_id],
			     .addr = ctx->mmu.root_table,
			     .ctx = (uint16_t)ctx->id,
			     .level = (uint8_t)ctx->mmu.level,
			     .flavour = ctx->mmu.flavour == CW_FLAVOUR_X86,
			     .enables = shadow ? 0 : CW_CMD_ENABLE_AD | CW_CMD_ENABLE_FIX,
			     .kind = shadow};
	struct cw_cpl cpl;
	int err = 0, id = -1;

	cw_lock(vm->dev);
	err = cw_limits_arg(&ctx->limits, &cmd.arg0);
	/* First the id: what is changed before it has one is not invalidated, and is over with the NOP. */
	if (!err && shadow) {
		id = cw_root_get_locked(vm, ctx->mmu.root_table);
		err = id < 0 ? id : 0;
		cmd.arg1 = id < 0 ? 0 : (uint64_t)id;
	}
	/* The root's LOAD is a hot command, the attach a cold one: nothing orders them but its completion. */
	if (!err)
		err = cw_exec_locked(vm->dev, &vm->dev->hot, &(struct cw_cmd){.opcode = CW_OP_NOP}, &cpl);
	if (!err && vm->failed)
		err = cw_error(-EIO, "the root table could not be loaded");
	if (!err)
		err = cw_dring_attach_locked(ctx);
	if (!err)
		err = cw_exec_locked(vm->dev, &vm->dev->cold, &cmd, &cpl);
	if (err)
		cw_root_put_locked(vm->dev, id);
	ctx->root_id = err ? -1 : id;
	ctx->attached = !err;
	cw_unlock(vm->dev);
	return err;
}

static int create(struct cw_vm *vm, struct cw_ctx *ctx)
{
	const struct cw_ctx_params *params = &ctx->params;
	struct cw_mmu_ctx_params mp = {.as_id = params->space,
				       .level = params->level,
				       .flavour = params->flavour == CW_CTX_LEGACY ? CW_FLAVOUR_X86 : CW_FLAVOUR_EPT};
	int err = pick_number(vm->dev, &ctx->id);

	if (!err)
		err = cw_domain_get(vm, params->space);
	if (err)
		return err;
	if (params->kind != CW_CTX_DIRECT) {
		err = cw_shadow_create(ctx);
	} else {
		err = cw_mmu_ctx_create(&vm->mmu, &ctx->mmu, &mp);
		if (err)
			cw_error(err, "cannot make a root table: %s", strerror(-err));
	}
	if (err)
		return err;
	err = cw_dring_create(ctx);
	if (!err)
		err = cw_ctx_attach(ctx);
	if (err) {
		cw_dring_destroy(ctx);
		cw_mmu_ctx_destroy(&ctx->mmu);
		return err;
	}
	vm->dev->ctx[ctx->id] = ctx;
	vm->contexts++;
	return 0;
}

int cw_ctx_create(struct cw_vm *vm, const struct cw_ctx_params *params, struct cw_ctx **out)
{
	struct cw_ctx_params p = {.id = CW_CTX_ANY};
	struct cw_ctx *ctx;
	uint64_t limits;
	int err;

	if (!vm || !out)
		return cw_error(-EINVAL, "no VM or no place for the handle");
	if (params)
		p = *params;
	if (p.kind > CW_CTX_NESTED_NPT)
		return cw_error(-EINVAL, "no such kind of context");
	if (p.kind == CW_CTX_DIRECT && !p.level)
		p.level = 4;
	if (p.kind == CW_CTX_DIRECT && p.level != 4 && p.level != 5)
		return cw_error(-EINVAL, "a context has 4 or 5 levels, not %u", p.level);
	if (p.flavour != CW_CTX_EPT && p.flavour != CW_CTX_LEGACY)
		return cw_error(-EINVAL, "no such flavour of table entries");
	if (p.space >= CW_AS_MAX)
		return cw_error(-EINVAL, "address space %u does not exist", p.space);
	err = cw_limits_arg(&p.limits, &limits);
	if (!err)
		err = cw_dring_check(&p);
	if (err)
		return err;
	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return cw_error(-ENOMEM, "no memory");
	ctx->vm = vm;
	ctx->params = p;
	ctx->limits = p.limits;
	ctx->id = p.id;
	ctx->root_id = ctx->doubt_id = -1;
	cw_ticket_lock(&vm->dev->service);
	err = create(vm, ctx);
	cw_ticket_unlock(&vm->dev->service);
	if (err)
		free(ctx);
	else
		*out = ctx;
	return err;
}

uint32_t cw_ctx_id(const struct cw_ctx *ctx)
{
	return ctx->id;
}

/* Requests of the context end with ABORT; when it returns 0 none is under way. */
int cw_ctx_detach(struct cw_ctx *ctx)
{
	const struct cw_cmd cmd = {.opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)ctx->id};
	struct cw_vm *vm = ctx->vm;
	struct cw_cpl cpl;
	int err = 0;

	cw_lock(vm->dev);
	if (ctx->attached)
		err = cw_exec_locked(vm->dev, &vm->dev->cold, &cmd, &cpl);
	if (!err && ctx->attached) {
		cw_roots_put_locked(ctx);
		ctx->attached = false;
	}
	cw_unlock(vm->dev);
	if (!err) {
		ctx->ring.nwaiting = 0;
		cw_events_drop_ctx(vm->dev, ctx->id);
	}
	return err;
}

int cw_ctx_remove(struct cw_ctx *ctx, bool force)
{
	struct cw_vm *vm = ctx->vm;
	int err = cw_ctx_detach(ctx);

	if (err && !force)
		return err;
	cw_events_drop_ctx(vm->dev, ctx->id);
	cw_dring_destroy(ctx);
	cw_mmu_ctx_destroy(&ctx->mmu);
	vm->dev->ctx[ctx->id] = NULL;
	vm->contexts--;
	free(ctx);
	return err;
}

int cw_ctx_destroy(struct cw_ctx *ctx)
{
	struct cw_dev *dev;
	int err;

	if (!ctx)
		return 0;
	dev = ctx->vm->dev;
	cw_ticket_lock(&dev->service);
	err = cw_ctx_remove(ctx, false);
	cw_ticket_unlock(&dev->service);
	return err;
}
