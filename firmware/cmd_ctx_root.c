// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * CTX_ROOT: ctx, addr = root table, level, kind = 1, arg1 = root id. Another root for a shadow context that is
 * attached, as when a guest loads CR3: domain, flavour, generation, quota and what is parked stay. The host has
 * stopped and drained the context: the mark of a request that was looked up with the old root must not find the new
 * tag (P24, P31).
 */
#include "fw.h"

static bool differs(const struct cw_fw *fw, const struct cw_cmd *cmd, uint16_t space)
{
	const struct cw_fw_ctx *own = &fw->ctx[cmd->ctx];

	for (unsigned i = 0; i < CW_NCTX; i++) {
		const struct cw_fw_ctx *c = &fw->ctx[i];

		if (c != own && c->state != CW_CTX_FREE && c->space == space &&
		    (c->flavour != own->flavour || c->domain != own->domain || c->root != cmd->addr ||
		     c->level != cmd->level))
			return true;
	}
	return false;
}

struct cw_result cw_cmd_ctx_root(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	uint16_t space = (uint16_t)(CW_FW_SHADOW | cmd->arg1), old;
	struct cw_fw_ctx *c = &fw->ctx[cmd->ctx % CW_NCTX];
	struct cw_result res;

	if (cmd->ctx >= CW_NCTX)
		return cw_bad(CW_FIELD_CTX);
	if (cmd->addr % 4096 || cmd->addr >= cw_table_size(fw))
		return cw_bad(CW_FIELD_ADDR);
	if (cmd->level != 4 && cmd->level != 5)
		return cw_bad(CW_FIELD_LEVEL);
	if (cmd->kind != 1 || cmd->flavour)
		return cw_bad(CW_FIELD_KIND);
	if (cmd->enables)
		return cw_bad(CW_FIELD_ENABLES);
	if (cmd->arg1 >= CW_FW_SHADOW)
		return cw_bad(CW_FIELD_ARG1);
	if (c->state != CW_CTX_ATTACHED)
		return cw_fail(CW_ST_NO_CONTEXT);
	if (!(c->space & CW_FW_SHADOW))
		return cw_bad(CW_FIELD_KIND);
	if (differs(fw, cmd, space) || (c->space == space && (c->root != cmd->addr || c->level != cmd->level)))
		return cw_bad(CW_FIELD_ARG1);

	old = c->space;
	c->root = cmd->addr;
	c->level = cmd->level;
	c->space = space;
	cw_table_ctx(fw, cmd->ctx, true);
	cw_fw_log(fw, "ctx %u root %X level %u", (uint32_t)cmd->ctx, (uint32_t)cmd->addr, (uint32_t)cmd->level);
	/* The old id may stand for another root from now on. */
	res = cw_hot_invalidate_space(fw, old);
	return res.status == CW_ST_OK ? cw_hot_flush_domain(fw, c->domain) : res;
}
