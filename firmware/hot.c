// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* Hot commands that the firmware has executed by the engine, one at a time. */
#include <string.h>

#include "fw.h"

/*
 * A hot command may stand behind open FLUSHes of the ring, each of which ends within FLUSH_TIMEOUT, and behind bus
 * accesses. This covers them with room to spare; past it the engine counts as broken.
 */
static uint64_t deadline(struct cw_fw *fw)
{
	return (uint64_t)cw_read32(fw->mbox, CW_MBOX_FLUSH_TIMEOUT) * (2 * CW_NFLUSH) + (1u << 20);
}

static struct cw_result broken(struct cw_fw *fw, const struct cw_cmd *cmd, const char *what)
{
	cw_fw_log(fw, "hot command %x: %s", (uint32_t)cmd->opcode, what);
	return cw_fail(CW_ST_FW_FAULT);
}

static struct cw_result execute(struct cw_fw *fw, struct cw_cmd *cmd)
{
	uint32_t words[CW_MBOX_HOT_WORDS];
	uint64_t limit = deadline(fw);
	struct cw_result res;
	uint32_t result;

	/* A number of its own for each command, so that a completion that comes too late is not taken for this one. */
	cmd->id = ++fw->hot_id;
	memcpy(words, cmd, sizeof(words));
	if (!cw_fw_wait(fw, CW_MBOX_EVENT_HOT_READY, limit))
		return broken(fw, cmd, "the one before it was never taken");
	for (unsigned i = 0; i < CW_MBOX_HOT_WORDS; i++)
		cw_write32(fw->mbox, CW_MBOX_HOT_CMD + i, words[i]);
	cw_write32(fw->mbox, CW_MBOX_HOT_GO, 0);
	if (!cw_fw_wait(fw, CW_MBOX_EVENT_HOT_DONE, limit))
		return broken(fw, cmd, "no completion");
	result = cw_read32(fw->mbox, CW_MBOX_HOT_RESULT);
	if (result >> 16 != cmd->id)
		return broken(fw, cmd, "completion of another one");
	res = cw_fail((enum cw_status)(result & 0xff));
	res.value = (uint64_t)cw_read32(fw->mbox, CW_MBOX_HOT_VALUE_HI) << 32 |
		    cw_read32(fw->mbox, CW_MBOX_HOT_VALUE_LO);
	if (res.status == CW_ST_BAD_FIELD || res.status == CW_ST_BAD_OPCODE || res.status == CW_ST_UNSUPPORTED)
		return broken(fw, cmd, "refused by the engine"); /* the fault is ours, not the host's */
	return res;
}

struct cw_result cw_hot_nop(struct cw_fw *fw)
{
	struct cw_cmd cmd = {.opcode = CW_OP_NOP};

	return execute(fw, &cmd);
}

struct cw_result cw_hot_invalidate_space(struct cw_fw *fw, unsigned space)
{
	struct cw_cmd cmd = {.opcode = CW_OP_INVALIDATE,
			     .scope = space & CW_FW_SHADOW ? CW_SCOPE_ROOT : CW_SCOPE_DOMAIN,
			     .space = (uint16_t)(space & ~CW_FW_SHADOW)};

	return execute(fw, &cmd);
}

/* After BUSY, which comes too soon for the wait before it to give a heartbeat. */
static bool again(struct cw_fw *fw, uint64_t begin)
{
	cw_write32(fw->mbox, CW_MBOX_HEARTBEAT, 0);
	return cw_fw_cycle(fw) - begin < deadline(fw);
}

struct cw_result cw_hot_flush_domain(struct cw_fw *fw, unsigned domain)
{
	struct cw_result res;
	uint64_t begin = cw_fw_cycle(fw);

	/* BUSY: all places for FLUSHes are taken by the host's; each of them ends in bounded time. */
	do {
		struct cw_cmd cmd = {.opcode = CW_OP_FLUSH, .scope = CW_SCOPE_DOMAIN, .space = (uint16_t)domain};

		res = execute(fw, &cmd);
	} while (res.status == CW_ST_BUSY && again(fw, begin));
	if (res.status == CW_ST_BUSY) /* that would say that nothing was changed */
		res.status = CW_ST_NOT_FLUSHED;
	return res;
}
