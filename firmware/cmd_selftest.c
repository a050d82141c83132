// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* SELFTEST, also run at boot. Completion: value = bits CW_SELFTEST_x of the parts that failed. */
#include "fw.h"

enum { RAM_WORDS = 32 };

static const uint32_t patterns[] = {0x00000000, 0xffffffff, 0x55aa33cc, 0xaa55cc33};

static bool ram_ok(void)
{
	static volatile uint32_t area[RAM_WORDS];
	bool ok = true;

	/* Each word its own value, so that a stuck address line shows; then the complement, for stuck bits. */
	for (unsigned i = 0; i < RAM_WORDS; i++)
		area[i] = i * 0x01010101u;
	for (unsigned i = 0; i < RAM_WORDS; i++) {
		ok = ok && area[i] == i * 0x01010101u;
		area[i] = ~(i * 0x01010101u);
	}
	for (unsigned i = 0; i < RAM_WORDS; i++)
		ok = ok && area[i] == ~(i * 0x01010101u);
	return ok;
}

static bool mailbox_ok(struct cw_fw *fw)
{
	bool ok = true;

	for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		cw_write32(fw->mbox, CW_MBOX_SCRATCH, patterns[i]);
		ok = ok && cw_read32(fw->mbox, CW_MBOX_SCRATCH) == patterns[i];
	}
	return ok;
}

static bool clock_ok(struct cw_fw *fw)
{
	uint64_t begin = cw_fw_cycle(fw);

	return cw_fw_cycle(fw) > begin;
}

uint32_t cw_selftest(struct cw_fw *fw)
{
	uint32_t failed = 0;

	failed |= ram_ok() ? 0 : CW_SELFTEST_RAM;
	failed |= mailbox_ok(fw) ? 0 : CW_SELFTEST_MAILBOX;
	failed |= clock_ok(fw) ? 0 : CW_SELFTEST_CLOCK;
	/* A clock that stands still would make every deadline endless. */
	if (!(failed & CW_SELFTEST_CLOCK))
		failed |= cw_hot_nop(fw).status == CW_ST_OK ? 0 : CW_SELFTEST_HOT;
	return failed;
}

struct cw_result cw_cmd_selftest(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	struct cw_result res = cw_ok();

	(void)cmd;
	res.value = cw_selftest(fw);
	cw_fw_log(fw, "self test: failed parts %X", res.value);
	return res;
}
