// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * CTX_DETACH: ctx. In the order of P33: disable, INVALIDATE, ABORT, FLUSH, complete. With NOT_FLUSHED the context is
 * off but not free: the host repeats the command, which runs all steps again.
 */
#include "fw.h"

enum { ABORT_CYCLES = 1 << 20 }; /* the engine's walk over its park takes far less */

static struct cw_result detach(struct cw_fw *fw, unsigned ctx)
{
	struct cw_fw_ctx *c = &fw->ctx[ctx];
	struct cw_result res;

	c->state = CW_CTX_DETACHING;
	cw_table_ctx(fw, ctx, false);

	/* Other contexts of the domain or root share its cached translations; they only have to walk again. */
	res = cw_hot_invalidate_space(fw, c->space);
	if (res.status != CW_ST_OK)
		return res;

	cw_write32(fw->mbox, CW_MBOX_CTX_ABORT, ctx);
	if (!cw_fw_wait(fw, CW_MBOX_EVENT_ABORT_IDLE, ABORT_CYCLES)) {
		cw_fw_log(fw, "ctx %u: ABORT does not end", (uint32_t)ctx);
		return cw_fail(CW_ST_FW_FAULT);
	}

	res = cw_hot_flush_domain(fw, c->domain);
	if (res.status != CW_ST_OK)
		return res;

	c->state = CW_CTX_FREE;
	return cw_ok();
}

struct cw_result cw_cmd_ctx_detach(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	struct cw_result res;

	if (cmd->ctx >= CW_NCTX)
		return cw_bad(CW_FIELD_CTX);
	if (fw->ctx[cmd->ctx].state == CW_CTX_FREE)
		return cw_fail(CW_ST_NO_CONTEXT);

	res = detach(fw, cmd->ctx);
	cw_fw_log(fw, "detach ctx %u status %u", (uint32_t)cmd->ctx, (uint32_t)res.status);
	if (res.status == CW_ST_OK)
		cw_owner_flushed(fw, fw->ctx[cmd->ctx].domain);
	return res;
}
