// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * Cold commands: the checks that all share, and the choice of the function. A malformed command is completed with the
 * field that is wrong and changes nothing (P17). Order of the checks: opcode, flags, everything that the opcode does
 * not use (must be zero), then the command's own fields in the order of its function.
 */
#include <stddef.h>
#include <string.h>

#include "fw.h"

/* Fields that a command may set beside opcode, flags and id. */
enum {
	USE_SPACE = 1 << 0,
	USE_ADDR = 1 << 1,
	USE_ARG0 = 1 << 2,
	USE_CTX = 1 << 3,
	USE_ARG1 = 1 << 5,
	USE_SHAPE = 1 << 4, /* level, flavour, kind, enables */
	USE_ROOT = 1 << 6,  /* arg1, of kind 1 */
};

struct command {
	uint8_t opcode;
	uint8_t use;
	struct cw_result (*run)(struct cw_fw *fw, const struct cw_cmd *cmd);
};

static const struct command commands[] = {
	{CW_OP_CTX_ATTACH, USE_SPACE | USE_ADDR | USE_ARG0 | USE_CTX | USE_SHAPE | USE_ROOT, cw_cmd_ctx_attach},
	{CW_OP_CTX_DETACH, USE_CTX, cw_cmd_ctx_detach},
	{CW_OP_CTX_LIMITS, USE_ARG0 | USE_CTX, cw_cmd_ctx_limits},
	{CW_OP_CTX_ROOT, USE_ADDR | USE_CTX | USE_SHAPE | USE_ROOT, cw_cmd_ctx_root},
	{CW_OP_DOMAIN_SET, USE_SPACE | USE_ARG0, cw_cmd_domain_set},
	{CW_OP_PORT_SET, USE_SPACE | USE_ADDR | USE_CTX, cw_cmd_port_set},
	{CW_OP_LOG_SET, USE_SPACE | USE_ADDR | USE_ARG0 | USE_ARG1, cw_cmd_log_set},
	{CW_OP_DRING_SET, USE_ADDR | USE_ARG0 | USE_CTX | USE_ARG1, cw_cmd_dring_set},
	{CW_OP_STATS, 0, cw_cmd_stats},
	{CW_OP_SELFTEST, 0, cw_cmd_selftest},
};

static bool rest_is_zero(const struct cw_cmd *cmd, unsigned use)
{
	struct cw_cmd rest = *cmd;
	uint32_t words[sizeof(rest) / 4];
	uint32_t any = 0;

	rest.opcode = 0;
	rest.flags = 0;
	rest.id = 0;
	if (use & USE_SPACE)
		rest.space = 0;
	if (use & USE_ADDR)
		rest.addr = 0;
	if (use & USE_ARG0)
		rest.arg0 = 0;
	if ((use & USE_ARG1) || ((use & USE_ROOT) && cmd->kind == 1))
		rest.arg1 = 0;
	if (use & USE_CTX)
		rest.ctx = 0;
	if (use & USE_SHAPE) {
		rest.level = 0;
		rest.flavour = 0;
		rest.kind = 0;
		rest.enables = 0;
	}
	memcpy(words, &rest, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / 4; i++)
		any |= words[i];
	return !any;
}

struct cw_result cw_cmd_execute(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *c = &commands[i];

		if (c->opcode != cmd->opcode)
			continue;
		/* BARRIER asks for nothing more: cold commands run one after the other, each to its end. */
		if (cmd->flags & ~CW_CMD_BARRIER)
			return cw_bad(CW_FIELD_FLAGS);
		if (!rest_is_zero(cmd, c->use))
			return cw_bad(CW_FIELD_RESERVED);
		return c->run(fw, cmd);
	}
	return (struct cw_result){.status = CW_ST_BAD_OPCODE, .field = CW_FIELD_OPCODE};
}
