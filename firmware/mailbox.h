/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Words and bits of the mailbox as C constants: CW_MBOX_x, and CW_MBOX_x as masks for bits. */
#ifndef CW_FW_MAILBOX_H
#define CW_FW_MAILBOX_H

#define CW_MBOX(name, word, access, doc) CW_MBOX_##name = (word),
#define CW_MBOX_BIT(name, bit, doc) CW_MBOX_##name = 1 << (bit),
enum cw_mbox {
#include "mailbox.def"
};
#undef CW_MBOX
#undef CW_MBOX_BIT

enum {
	CW_MBOX_CMD_WORDS = 32,
	CW_MBOX_HOT_WORDS = 8,

	/* CTX_CFG */
	CW_MBOX_CFG_VALID = 1 << 0,
	CW_MBOX_CFG_LEVEL5 = 1 << 1,
	CW_MBOX_CFG_FLAVOUR = 1 << 2,
	CW_MBOX_CFG_SHADOW = 1 << 3,
	CW_MBOX_CFG_AD = 1 << 4,
	CW_MBOX_CFG_FIX = 1 << 5,
	CW_MBOX_CFG_DOMAIN_LSB = 8,
	CW_MBOX_CFG_SPACE_LSB = 16,

	CW_MBOX_GEN_QUOTA_LSB = 16,    /* CTX_GEN */
	CW_MBOX_LIMITS_WALKS_LSB = 16, /* CTX_LIMITS */
	CW_MBOX_LIMITS_BURSTS_LSB = 24,

	CW_MBOX_DRING_LOG2_LSB = 16, /* DRING_COMMIT */

	/* LOG_COMMIT */
	CW_MBOX_LOG_DIRECTORY = 1 << 8,
	CW_MBOX_LOG_FLIP = 1 << 9,
	CW_MBOX_LOG_ALL_DIRTY = 1 << 10,
};

#define CW_MBOX_PORT_ENABLE (1u << 31) /* PORT_COMMIT */

#endif
