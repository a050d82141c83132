// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * CTX_ATTACH: ctx, space = domain, addr = root table, level, flavour, kind, enables, arg0 = limits, as
 * cmd_ctx_limits.c has them, arg1 = root id of a shadow context. Completion: value = the new generation.
 */
#include "fw.h"

static uint16_t space_of(const struct cw_cmd *cmd)
{
	return (uint16_t)(cmd->kind ? CW_FW_SHADOW | cmd->arg1 : cmd->space);
}

/*
 * Contexts of one space share cached entries (P1), so they must read them alike: the direct ones of a domain by
 * flavour; those of a root id also by domain, as a hint stands for a mark in the log of one domain (P24), by root and
 * by level.
 */
static enum cw_cmdfield differs(const struct cw_fw *fw, const struct cw_cmd *cmd)
{
	for (unsigned i = 0; i < CW_NCTX; i++) {
		const struct cw_fw_ctx *c = &fw->ctx[i];

		if (c->state == CW_CTX_FREE || c->space != space_of(cmd))
			continue;
		if (c->flavour != cmd->flavour)
			return CW_FIELD_KIND;
		if (cmd->kind && (c->domain != cmd->space || c->root != cmd->addr || c->level != cmd->level))
			return CW_FIELD_ARG1;
	}
	return CW_FIELD_NONE;
}

struct cw_result cw_cmd_ctx_attach(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	struct cw_result res = cw_ok();
	struct cw_fw_ctx *c;

	if (cmd->ctx >= CW_NCTX)
		return cw_bad(CW_FIELD_CTX);
	if (cmd->space >= CW_NDOM)
		return cw_bad(CW_FIELD_SPACE);
	if (cmd->addr % 4096 || cmd->addr >= cw_table_size(fw))
		return cw_bad(CW_FIELD_ADDR);
	if (!cw_limits_fit(cmd->arg0))
		return cw_bad(CW_FIELD_ARG0);
	if (cmd->level != 4 && cmd->level != 5)
		return cw_bad(CW_FIELD_LEVEL);
	if (cmd->flavour > 1 || cmd->kind > 1)
		return cw_bad(CW_FIELD_KIND);
	if (cmd->arg1 >= CW_FW_SHADOW)
		return cw_bad(CW_FIELD_ARG1);
	if (differs(fw, cmd) != CW_FIELD_NONE)
		return cw_bad(differs(fw, cmd));
	if (cmd->enables & ~(CW_CMD_ENABLE_AD | CW_CMD_ENABLE_FIX))
		return cw_bad(CW_FIELD_ENABLES);

	c = &fw->ctx[cmd->ctx];
	if (c->state != CW_CTX_FREE)
		return cw_fail(CW_ST_IN_USE);

	c->state = CW_CTX_ATTACHED;
	c->domain = (uint8_t)cmd->space;
	c->flavour = cmd->flavour;
	c->level = cmd->level;
	c->root = cmd->addr;
	c->space = space_of(cmd);
	c->enables = cmd->enables;
	cw_limits_take(c, cmd->arg0);
	c->gen++;
	/* The domain knows its ports before the first request can be granted. */
	cw_owner_grow(fw);
	cw_table_ctx(fw, cmd->ctx, true);
	cw_fw_log(fw, "attach ctx %u domain %u root %X level %u gen %u", (uint32_t)cmd->ctx, (uint32_t)cmd->space,
		  cmd->addr, (uint32_t)cmd->level, (uint32_t)c->gen);
	res.value = c->gen;
	return res;
}
