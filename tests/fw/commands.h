/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* One firmware on one model of the mailbox, and the commands that every suite of it gives. */
#ifndef CW_TEST_FW_COMMANDS_H
#define CW_TEST_FW_COMMANDS_H

#include "fake.h"
#include "tests/unit/check.h"

static struct fake fake;
static struct cw_fw fw;
static char log_text[CW_FW_LOG_BYTES];

static void boot(void)
{
	fake_init(&fake);
	memset(&fw, 0, sizeof(fw));
	memset(log_text, 0, sizeof(log_text));
	cw_fw_init(&fw, fake_region(&fake), log_text);
	cw_fw_boot(&fw);
	fake_trail_clear(&fake);
}

/* Runs one command to its completion and gives its status. */
static unsigned run(const struct cw_cmd *cmd)
{
	fake_command(&fake, cmd);
	for (unsigned i = 0; i < 4 && fake.cmd_held; i++)
		cw_fw_turn(&fw);
	if (!CHECK(!fake.cmd_held))
		return ~0u;
	fake.cpl_waits = false;
	return fake.cpl_status;
}

static struct cw_cmd attach_cmd(unsigned ctx, unsigned domain, uint64_t root, unsigned level)
{
	return (struct cw_cmd){.opcode = CW_OP_CTX_ATTACH,
			       .id = 7,
			       .ctx = (uint16_t)ctx,
			       .space = (uint16_t)domain,
			       .addr = root,
			       .level = (uint8_t)level};
}

static unsigned attach(unsigned ctx, unsigned domain)
{
	struct cw_cmd cmd = attach_cmd(ctx, domain, 0x3000, 4);

	return run(&cmd);
}

static unsigned detach(unsigned ctx)
{
	struct cw_cmd cmd = {.opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)ctx};

	return run(&cmd);
}

#endif
