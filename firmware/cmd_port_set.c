// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * PORT_SET: addr = port, ctx = first context, space = last context (P3). first > last: the port owns no context.
 * Domains learn of the port before its range grows, and forget it only after a FLUSH when it shrinks; with NOT_FLUSHED
 * the new range holds and the host repeats the command.
 */
#include "fw.h"

struct cw_result cw_cmd_port_set(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	struct cw_fw_port *port;
	struct cw_result res;

	if (cmd->ctx >= CW_NCTX)
		return cw_bad(CW_FIELD_CTX);
	if (cmd->space >= CW_NCTX)
		return cw_bad(CW_FIELD_SPACE);
	if (cmd->addr >= CW_NPORT)
		return cw_bad(CW_FIELD_ADDR);

	port = &fw->port[cmd->addr];
	port->first = cmd->ctx;
	port->last = cmd->space;
	port->enable = port->first <= port->last;
	cw_owner_grow(fw);
	cw_table_port(fw, (unsigned)cmd->addr);
	res = cw_owner_shrink(fw);
	cw_fw_log(fw, "port %u contexts %u..%u status %u", (uint32_t)cmd->addr, (uint32_t)cmd->ctx,
		  (uint32_t)cmd->space, (uint32_t)res.status);
	return res;
}
