// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* Entry of the target: the state, the log at the end of RAM, and the loop that never ends. */
#include "fw.h"

enum { LOG_START = CW_FW_RAM_BYTES - CW_FW_LOG_BYTES }; /* the stack ends where the log begins */

extern struct cw_region cw_mailbox; /* link.ld */

static struct cw_fw fw;

int main(void)
{
	/* A symbol for start.S and link.ld, which cannot read params.def. */
	__asm__ volatile(".globl cw_stack_end\n\t.set cw_stack_end, %0" : : "i"(LOG_START));

	cw_fw_init(&fw, &cw_mailbox, (char *)LOG_START);
	cw_fw_boot(&fw);
	for (;;)
		cw_fw_turn(&fw);
}
