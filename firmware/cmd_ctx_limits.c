// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * CTX_LIMITS: ctx, arg0 = what the context may take of what all share (P38): 7:0 parked requests, 15:8 walks, 22:16
 * bursts in the bridge, bit 23 what is above them waits, 47:32 marks in a period. They hold for what comes later: what
 * is parked, walks or is in the bridge already stays.
 */
#include "fw.h"

bool cw_limits_fit(uint64_t arg0)
{
	uint64_t bursts = arg0 >> CW_LIMIT_BURSTS_LSB & 0xffff;

	/* To wait above no number of bursts of its own means nothing. */
	return arg0 >> (CW_LIMIT_DIRTY_LSB + 16) == 0 && (arg0 & 0xff) <= CW_NPARK &&
	       (arg0 >> CW_LIMIT_WALKS_LSB & 0xff) <= 1u << CW_SLOT_W && bursts <= 0xff &&
	       (bursts & 0x7f) <= 2u << CW_BRIDGE_SLOT_W && bursts != CW_LIMIT_BURSTS_WAIT;
}

void cw_limits_take(struct cw_fw_ctx *c, uint64_t arg0)
{
	c->park_quota = arg0 & 0xff ? (uint8_t)arg0 : CW_PARK_QUOTA;
	c->walk_quota = (uint8_t)(arg0 >> CW_LIMIT_WALKS_LSB);
	c->burst_quota = (uint8_t)(arg0 >> CW_LIMIT_BURSTS_LSB);
	c->dirty_budget = (uint16_t)(arg0 >> CW_LIMIT_DIRTY_LSB);
}

struct cw_result cw_cmd_ctx_limits(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	struct cw_fw_ctx *c = &fw->ctx[cmd->ctx % CW_NCTX];

	if (cmd->ctx >= CW_NCTX)
		return cw_bad(CW_FIELD_CTX);
	if (!cw_limits_fit(cmd->arg0))
		return cw_bad(CW_FIELD_ARG0);
	if (c->state != CW_CTX_ATTACHED)
		return cw_fail(CW_ST_NO_CONTEXT);

	cw_limits_take(c, cmd->arg0);
	cw_table_ctx(fw, cmd->ctx, true);
	cw_fw_log(fw, "ctx %u limits %X", (uint32_t)cmd->ctx, cmd->arg0);
	return cw_ok();
}
