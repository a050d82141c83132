// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* Start and main loop of the firmware, without what only the target has. */
#include <string.h>

#include "fw.h"

enum { CPL_CYCLES = 1 << 20 }; /* a place in the ring is reserved: only the bus can delay a completion (P16) */

void cw_fw_init(struct cw_fw *fw, struct cw_region *mbox, char *log)
{
	fw->mbox = mbox;
	fw->log.text = log;
	for (unsigned p = 0; p < CW_NPORT; p++)
		cw_table_port(fw, p);
	cw_table_clear(fw);
}

void cw_fw_boot(struct cw_fw *fw)
{
	uint32_t failed;

	cw_write32(fw->mbox, CW_MBOX_VERSION, CW_FW_VERSION);
	cw_write32(fw->mbox, CW_MBOX_HEARTBEAT, 0);
	cw_fw_log(fw, "catwalk firmware %u.%u", CW_FW_VERSION >> 16, CW_FW_VERSION & 0xffff);
	failed = cw_selftest(fw);
	if (failed)
		cw_fw_log(fw, "self test: failed parts %x", failed);
	cw_write32(fw->mbox, CW_MBOX_STATUS, CW_MBOX_STATUS_READY | (failed ? CW_MBOX_STATUS_TEST_FAILED : 0));
}

static void complete(struct cw_fw *fw, const struct cw_result *res)
{
	cw_write32(fw->mbox, CW_MBOX_CPL_VALUE_LO, (uint32_t)res->value);
	cw_write32(fw->mbox, CW_MBOX_CPL_VALUE_HI, (uint32_t)(res->value >> 32));
	cw_write32(fw->mbox, CW_MBOX_CPL_INFO_LO, (uint32_t)res->info);
	cw_write32(fw->mbox, CW_MBOX_CPL_INFO_HI, (uint32_t)(res->info >> 32));
	cw_write32(fw->mbox, CW_MBOX_CPL_DONE, (uint32_t)res->field << 8 | res->status);
	/* The words above are the record until the ring has taken it. */
	if (!cw_fw_wait(fw, CW_MBOX_EVENT_CPL_READY, CPL_CYCLES))
		cw_fw_log(fw, "the completion ring takes nothing");
}

void cw_fw_turn(struct cw_fw *fw)
{
	uint32_t words[CW_MBOX_CMD_WORDS];
	struct cw_result res;
	struct cw_cmd cmd;

	cw_write32(fw->mbox, CW_MBOX_HEARTBEAT, 0);
	cw_write32(fw->mbox, CW_MBOX_SLEEP, CW_MBOX_EVENT_CMD);
	if (!(cw_read32(fw->mbox, CW_MBOX_EVENT) & CW_MBOX_EVENT_CMD))
		return;
	for (unsigned i = 0; i < CW_MBOX_CMD_WORDS; i++)
		words[i] = cw_read32(fw->mbox, CW_MBOX_CMD + i);
	memcpy(&cmd, words, sizeof(cmd));
	res = cw_cmd_execute(fw, &cmd);
	if (res.status != CW_ST_OK)
		cw_fw_log(fw, "command %x id %x: status %u field %u", (uint32_t)cmd.opcode, (uint32_t)cmd.id,
			  (uint32_t)res.status, (uint32_t)res.field);
	complete(fw, &res);
}
