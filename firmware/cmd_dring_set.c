// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * DRING_SET: ctx, arg0 = log2 of the entries (0: no ring), addr = bus address, arg1 = soft limit. The context is not
 * attached, so nothing that it does can fall between the old ring and the new one (P27).
 */
#include "fw.h"

enum { DRING_CYCLES = 1 << 20 }; /* entries of the old ring that are on their way */

struct cw_result cw_cmd_dring_set(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	if (cmd->ctx >= CW_NCTX)
		return cw_bad(CW_FIELD_CTX);
	if (cmd->arg0 && (cmd->arg0 < CW_RING_LOG2_MIN || cmd->arg0 > CW_RING_LOG2_MAX))
		return cw_bad(CW_FIELD_ARG0);
	if (cmd->addr % 4096 || (!cmd->arg0 && cmd->addr))
		return cw_bad(CW_FIELD_ADDR);
	if (cmd->arg0 ? !cmd->arg1 || cmd->arg1 > (1u << cmd->arg0) - CW_DRING_RESERVED : cmd->arg1 != 0)
		return cw_bad(CW_FIELD_ARG1);
	if (fw->ctx[cmd->ctx].state != CW_CTX_FREE)
		return cw_fail(CW_ST_IN_USE);

	cw_write32(fw->mbox, CW_MBOX_DRING_BASE_LO, (uint32_t)cmd->addr);
	cw_write32(fw->mbox, CW_MBOX_DRING_BASE_HI, (uint32_t)(cmd->addr >> 32));
	cw_write32(fw->mbox, CW_MBOX_DRING_LIMIT, (uint32_t)cmd->arg1);
	cw_write32(fw->mbox, CW_MBOX_DRING_COMMIT, cmd->ctx | (uint32_t)cmd->arg0 << CW_MBOX_DRING_LOG2_LSB);
	if (!cw_fw_wait(fw, CW_MBOX_EVENT_DRING_IDLE, DRING_CYCLES)) {
		cw_fw_log(fw, "ctx %u: dirty ring does not come to rest", (uint32_t)cmd->ctx);
		return cw_fail(CW_ST_FW_FAULT);
	}
	cw_fw_log(fw, "ctx %u dirty ring of 2^%u entries", (uint32_t)cmd->ctx, (uint32_t)cmd->arg0);
	return cw_ok();
}
