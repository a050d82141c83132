/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The verdict function of the reference model against a table that is written out here. */
#include <catwalk/contract.h>
#include <catwalk/spte.h>

#include "check.h"
#include "sim/model/model.h"

static const uint64_t frame = 0x123456000;

static void verdicts(void)
{
	const uint64_t p = CW_SPTE(PRESENT), rd = CW_SPTE(R), w = CW_SPTE(W), x = CW_SPTE(X), ps = CW_SPTE(PS);
	const uint64_t host = CW_SPTE(HOST_W), mmu = CW_SPTE(MMU_W), ve = CW_SPTE(SUPPRESS_VE);
	const struct {
		uint64_t entry;
		unsigned int level;
		bool write;
		uint32_t gen;
		unsigned int verdict, reason;
		uint64_t pa;
	} row[] = {
		{0, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{ve, 1, true, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{rd | w | x | frame, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{p | rd | frame, 1, false, 0, CW_V_HIT, CW_RSN_NONE, 0x123456abc},
		{p | rd | w | frame, 1, true, 0, CW_V_HIT, CW_RSN_NONE, 0x123456abc},
		{p | rd | frame, 1, true, 0, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED, 0},
		{p | rd | host | frame, 1, true, 0, CW_V_WRITE_TRACKED, CW_RSN_PROTECTED, 0},
		{p | rd | host | mmu | frame, 1, true, 0, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED, 0},
		{p | w | x | frame, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		/* large leaves take more of the address; bits of the offset in the entry do not count */
		{p | rd | ps | 0x40200000, 2, false, 0, CW_V_HIT, CW_RSN_NONE, 0x40345abc},
		{p | rd | ps | 0x80000000, 3, false, 0, CW_V_HIT, CW_RSN_NONE, 0xb2345abc},
		{p | rd | ps | 0x40201000, 2, false, 0, CW_V_HIT, CW_RSN_NONE, 0x40345abc},
		{p | rd | ps, 4, false, 0, CW_V_ABORT, CW_RSN_BAD_ENTRY, 0},
		{p | rd | ps, 5, false, 0, CW_V_ABORT, CW_RSN_BAD_ENTRY, 0},
		/* MMIO entries of the specification's table: generation, EPT value */
		{0x00000000fee00006, 1, false, 0, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee00016, 1, true, 2, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee007fe, 1, false, 0xff, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00100000fee00006, 1, false, 0x100, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00100000fee007fe, 1, false, 0x1ff, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x7ff00000fee007f6, 1, false, 0x7fffe, CW_V_MMIO, CW_RSN_MMIO, 0},
		{0x00000000fee00016, 1, false, 4, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
		{0x80000000fee00006, 1, false, 0, CW_V_MISS, CW_RSN_NOT_PRESENT, 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct cw_model_verdict v =
			cw_model_judge(row[i].entry, row[i].level, 0x32345abc, row[i].write, row[i].gen, false);

		CHECK_EQ(v.verdict, row[i].verdict);
		CHECK_EQ(v.reason, row[i].reason);
		if (v.verdict == CW_V_HIT)
			CHECK_EQ(v.pa, row[i].pa);
	}
	CHECK_EQ(cw_model_judge(p | rd, 1, 0, false, 0, true).reason, CW_RSN_BUS_ERROR);
	CHECK(cw_model_entry_nonleaf(p, 2));
	CHECK(!cw_model_entry_nonleaf(p, 1));
	CHECK(!cw_model_entry_nonleaf(p | ps, 2));
	CHECK(!cw_model_entry_nonleaf(rd | w | x, 3));
}

int main(void)
{
	RUN(verdicts);
	return CHECK_DONE("model-verdict");
}
