// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* Time, and waiting with a deadline and a heartbeat. */
#include "fw.h"

uint64_t cw_fw_cycle(struct cw_fw *fw)
{
	uint32_t hi = cw_read32(fw->mbox, CW_MBOX_CYCLE_HI);

	/* The low word may wrap between the two reads; a second try cannot meet that again for 2^32 cycles. */
	for (unsigned i = 0; i < 2; i++) {
		uint32_t lo = cw_read32(fw->mbox, CW_MBOX_CYCLE_LO);
		uint32_t again = cw_read32(fw->mbox, CW_MBOX_CYCLE_HI);

		if (again == hi)
			return (uint64_t)hi << 32 | lo;
		hi = again;
	}
	return (uint64_t)hi << 32;
}

bool cw_fw_wait(struct cw_fw *fw, uint32_t events, uint64_t cycles)
{
	uint64_t begin = cw_fw_cycle(fw);

	for (;;) {
		if (cw_read32(fw->mbox, CW_MBOX_EVENT) & events)
			return true;
		if (cw_fw_cycle(fw) - begin > cycles)
			return false;
		cw_write32(fw->mbox, CW_MBOX_HEARTBEAT, 0);
		cw_write32(fw->mbox, CW_MBOX_SLEEP, events);
	}
}
