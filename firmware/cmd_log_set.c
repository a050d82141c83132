// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * LOG_SET: space = domain, arg0 = mode, addr = log directory, arg1 = its entries. The order is P28's: the mode changes,
 * hints fall, grant epochs flip, and what was granted under the old mode is waited for. A change of mode while logging
 * makes everything dirty once; a start does not. Stop gives the directory up when nothing can mark any more. With
 * NOT_FLUSHED the new mode holds, and the host repeats the command.
 */
#include "fw.h"

static uint64_t table_size(struct cw_fw *fw)
{
	return (uint64_t)cw_read32(fw->mbox, CW_MBOX_TABLE_SIZE_HI) << 32 | cw_read32(fw->mbox, CW_MBOX_TABLE_SIZE_LO);
}

static enum cw_cmdfield bad_field(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	const struct cw_fw_domain *d;

	if (cmd->space >= CW_NDOM)
		return CW_FIELD_SPACE;
	if (cmd->arg0 > CW_LOG_DIRTYBIT)
		return CW_FIELD_ARG0;
	d = &fw->dom[cmd->space];
	if (cmd->arg0 == CW_LOG_OFF)
		return cmd->addr ? CW_FIELD_ADDR : cmd->arg1 ? CW_FIELD_ARG1 : CW_FIELD_NONE;
	if (cmd->arg1 == 0 || cmd->arg1 > CW_LOG_DIR)
		return CW_FIELD_ARG1;
	if (cmd->addr & 0xfff || cmd->addr >= table_size(fw) ||
	    cmd->arg1 * CW_LOG_DIR_BYTES > table_size(fw) - cmd->addr)
		return CW_FIELD_ADDR;
	/* The directory of a log stays until the log is stopped to the end. */
	if (d->log_size && cmd->addr != d->log_root)
		return CW_FIELD_ADDR;
	if (d->log_size && cmd->arg1 != d->log_size)
		return CW_FIELD_ARG1;
	return CW_FIELD_NONE;
}

static struct cw_result stuck(struct cw_fw *fw)
{
	cw_fw_log(fw, "dirty log does not answer");
	return cw_fail(CW_ST_FW_FAULT);
}

struct cw_result cw_cmd_log_set(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	enum cw_cmdfield field = bad_field(fw, cmd);
	struct cw_fw_domain *d;
	struct cw_result res;
	uint8_t mode = (uint8_t)cmd->arg0;
	bool change;

	if (field != CW_FIELD_NONE)
		return cw_bad(field);
	d = &fw->dom[cmd->space];
	change = mode && d->log_mode && d->log_mode != mode;
	if (mode && !d->log_size) {
		d->log_root = cmd->addr;
		d->log_size = (uint16_t)cmd->arg1;
		if (!cw_table_log(fw, cmd->space, CW_MBOX_LOG_DIRECTORY))
			return stuck(fw);
	}
	d->log_mode = mode;
	cw_table_domain(fw, cmd->space);
	if (!cw_table_log(fw, cmd->space, CW_MBOX_LOG_FLIP | (change ? CW_MBOX_LOG_ALL_DIRTY : 0)))
		return stuck(fw);
	res = cw_hot_flush_domain(fw, cmd->space);
	if (res.status == CW_ST_OK && !mode && d->log_size) {
		d->log_root = 0;
		d->log_size = 0;
		if (!cw_table_log(fw, cmd->space, CW_MBOX_LOG_DIRECTORY))
			return stuck(fw);
	}
	cw_fw_log(fw, "domain %u log mode %u status %u", (uint32_t)cmd->space, (uint32_t)mode, (uint32_t)res.status);
	return res;
}
