/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What a context may take of what all contexts share (P38): as parameters of it, and changed while it runs. */
#include <errno.h>

#include "internal.h"

int cw_limits_arg(const struct cw_ctx_limits *limits, uint64_t *arg)
{
	if (limits->parked > CW_NPARK)
		return cw_error(-EINVAL, "%u requests can be parked, not %u", CW_NPARK, limits->parked);
	if (limits->walks > 1u << CW_SLOT_W)
		return cw_error(-EINVAL, "an engine has %u walk slots at most, not %u", 1u << CW_SLOT_W, limits->walks);
	if (limits->bursts > 2u << CW_BRIDGE_SLOT_W)
		return cw_error(-EINVAL, "%u bursts can be in the bridge, not %u", 2u << CW_BRIDGE_SLOT_W,
				limits->bursts);
	if (limits->bursts_wait && !limits->bursts)
		return cw_error(-EINVAL, "bursts wait above a number of bursts, and none is given");
	if (limits->dirty > UINT16_MAX)
		return cw_error(-EINVAL, "a dirty budget has 16 bits, and %u is too much", limits->dirty);
	*arg = (uint64_t)limits->dirty << CW_LIMIT_DIRTY_LSB | limits->parked |
	       (uint64_t)limits->walks << CW_LIMIT_WALKS_LSB |
	       (uint64_t)(limits->bursts | (limits->bursts_wait ? CW_LIMIT_BURSTS_WAIT : 0)) << CW_LIMIT_BURSTS_LSB;
	return 0;
}

int cw_ctx_set_limits(struct cw_ctx *ctx, const struct cw_ctx_limits *limits)
{
	struct cw_cmd cmd = {.opcode = CW_OP_CTX_LIMITS};
	struct cw_cpl cpl;
	int err;

	if (!ctx || !limits)
		return cw_error(-EINVAL, "no context or no limits");
	err = cw_limits_arg(limits, &cmd.arg0);
	if (err)
		return err;
	cmd.ctx = (uint16_t)ctx->id;
	cw_lock(ctx->vm->dev);
	if (ctx->attached)
		err = cw_exec_locked(ctx->vm->dev, &ctx->vm->dev->cold, &cmd, &cpl);
	if (!err)
		ctx->limits = *limits;
	cw_unlock(ctx->vm->dev);
	return err;
}
