/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Limits of contexts: CTX_ATTACH, CTX_LIMITS. */
#include "commands.h"

static void limits_reach_the_table_p38(void)
{
	/* more than there is, bits of no meaning, waiting above nothing */
	static const uint64_t bad[] = {CW_NPARK + 1,
				       33 << CW_LIMIT_WALKS_LSB,
				       0x41 << CW_LIMIT_BURSTS_LSB,
				       0xc1 << CW_LIMIT_BURSTS_LSB,
				       CW_LIMIT_BURSTS_WAIT << CW_LIMIT_BURSTS_LSB,
				       1 << 24,
				       UINT64_C(1) << 31,
				       UINT64_C(1) << 48,
				       UINT64_C(1) << 63};
	struct cw_cmd cmd = attach_cmd(9, 3, 0x5000, 5);

	boot();
	CHECK_EQ(attach(7, 3), CW_ST_OK);
	CHECK_EQ(fake.ctx[7].quota, CW_PARK_QUOTA);
	CHECK_EQ(fake.ctx[7].walks, 0);
	cmd.arg0 = 64 | 32 << CW_LIMIT_WALKS_LSB | 0xc0 << CW_LIMIT_BURSTS_LSB | UINT64_C(0xfedc) << CW_LIMIT_DIRTY_LSB;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.ctx[9].quota, 64);
	CHECK_EQ(fake.ctx[9].walks, 32);
	CHECK_EQ(fake.ctx[9].bursts, 0xc0);
	CHECK_EQ(fake.ctx[9].dirty, 0xfedc);
	cmd = (struct cw_cmd){
		.opcode = CW_OP_CTX_LIMITS, .ctx = 9, .arg0 = 5 << CW_LIMIT_WALKS_LSB | 7 << CW_LIMIT_BURSTS_LSB};
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.ctx[9].quota, CW_PARK_QUOTA);
	CHECK_EQ(fake.ctx[9].walks, 5);
	CHECK_EQ(fake.ctx[9].bursts, 7);
	CHECK_EQ(fake.ctx[9].dirty, 0);
	/* the rest of the entry is as it was */
	CHECK(fake.ctx[9].valid && fake.ctx[9].level5 && fake.ctx[9].root == 0x5000);
	CHECK(fake.ctx[9].domain == 3 && fake.ctx[9].space == 3 && fake.ctx[9].gen == 1);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cmd.arg0 = bad[i];
		CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
		CHECK_EQ(fake.cpl_field, CW_FIELD_ARG0);
	}
	cmd.arg0 = 0;
	cmd.ctx = CW_NCTX;
	CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_CTX);
	cmd.ctx = 8;
	CHECK_EQ(run(&cmd), CW_ST_NO_CONTEXT);
	CHECK_EQ(fake.ctx[9].walks, 5);
	CHECK_EQ(detach(9), CW_ST_OK);
	cmd.ctx = 9;
	CHECK_EQ(run(&cmd), CW_ST_NO_CONTEXT);
}

int main(void)
{
	RUN(limits_reach_the_table_p38);
	return CHECK_DONE("fw-limits");
}
