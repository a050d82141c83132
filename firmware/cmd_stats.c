// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* STATS: latch all counters into the snapshot registers. Completion: value = cycle of the snapshot. */
#include "fw.h"

enum { SNAP_CYCLES = 1 << 16 }; /* a snapshot takes two laps over the counters */

struct cw_result cw_cmd_stats(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	struct cw_result res = cw_ok();

	(void)cmd;
	cw_write32(fw->mbox, CW_MBOX_SNAP, 0);
	if (!cw_fw_wait(fw, CW_MBOX_EVENT_SNAP_READY, SNAP_CYCLES)) {
		cw_fw_log(fw, "the snapshot does not end");
		return cw_fail(CW_ST_FW_FAULT);
	}
	res.value = (uint64_t)cw_read32(fw->mbox, CW_MBOX_SNAP_CYCLE_HI) << 32 |
		    cw_read32(fw->mbox, CW_MBOX_SNAP_CYCLE_LO);
	return res;
}
