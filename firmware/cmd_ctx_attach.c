// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* CTX_ATTACH: ctx, space = domain, addr = root table, level, flavour, kind, enables, arg0 = park quota. Completion:
 * value = the new generation. */
#include "fw.h"

static uint64_t table_size(struct cw_fw *fw)
{
	return (uint64_t)cw_read32(fw->mbox, CW_MBOX_TABLE_SIZE_HI) << 32 | cw_read32(fw->mbox, CW_MBOX_TABLE_SIZE_LO);
}

/* The contexts of a domain share cached entries (P1), so they must read them alike. */
static bool flavour_differs(const struct cw_fw *fw, const struct cw_cmd *cmd)
{
	for (unsigned c = 0; c < CW_NCTX; c++)
		if (fw->ctx[c].state != CW_CTX_FREE && fw->ctx[c].domain == cmd->space &&
		    fw->ctx[c].flavour != cmd->flavour)
			return true;
	return false;
}

struct cw_result cw_cmd_ctx_attach(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	struct cw_result res = cw_ok();
	struct cw_fw_ctx *c;

	if (cmd->ctx >= CW_NCTX)
		return cw_bad(CW_FIELD_CTX);
	if (cmd->space >= CW_NDOM)
		return cw_bad(CW_FIELD_SPACE);
	if (cmd->addr % 4096 || cmd->addr >= table_size(fw))
		return cw_bad(CW_FIELD_ADDR);
	if (cmd->arg0 > CW_NPARK)
		return cw_bad(CW_FIELD_ARG0);
	if (cmd->level != 4 && cmd->level != 5)
		return cw_bad(CW_FIELD_LEVEL);
	if (cmd->flavour > 1 || cmd->kind || flavour_differs(fw, cmd))
		return cw_bad(CW_FIELD_KIND);
	if (cmd->enables & ~(CW_CMD_ENABLE_AD | CW_CMD_ENABLE_FIX))
		return cw_bad(CW_FIELD_ENABLES);

	c = &fw->ctx[cmd->ctx];
	if (c->state != CW_CTX_FREE)
		return cw_fail(CW_ST_IN_USE);

	c->state = CW_CTX_ATTACHED;
	c->domain = (uint8_t)cmd->space;
	c->flavour = cmd->flavour;
	c->enables = cmd->enables;
	c->park_quota = cmd->arg0 ? (uint8_t)cmd->arg0 : CW_PARK_QUOTA;
	c->gen++;
	/* The domain knows its ports before the first request can be granted. */
	cw_owner_grow(fw);
	cw_table_ctx(fw, cmd->ctx, true, cmd->level == 5, cmd->addr);
	cw_fw_log(fw, "attach ctx %u domain %u root %X level %u gen %u", (uint32_t)cmd->ctx, (uint32_t)cmd->space,
		  cmd->addr, (uint32_t)cmd->level, (uint32_t)c->gen);
	res.value = c->gen;
	return res;
}
