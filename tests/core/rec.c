/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* A fault record as the host's compiler lays it out, for the bench of cw_fault_rec. */
#include <string.h>

#include <catwalk/ring.h>

void tb_fault(const unsigned long long *v, unsigned char *bytes);

/* v: the fields in the order of ring.def. bytes: the record, without a phase. */
void tb_fault(const unsigned long long *v, unsigned char *bytes)
{
	const struct cw_fault_record f = {
		.addr = v[0],
		.entry = v[1],
		.entry_addr = v[2],
		.timestamp = v[3],
		.parked_id = (uint32_t)v[4],
		.ctx = (uint16_t)v[5],
		.ctx_gen = (uint16_t)v[6],
		.domain = (uint16_t)v[7],
		.len = (uint16_t)v[8],
		.port = (uint8_t)v[9],
		.tag = (uint8_t)v[10],
		.access = (uint8_t)v[11],
		.verdict = (uint8_t)v[12],
		.reason = (uint8_t)v[13],
		.level = (uint8_t)v[14],
	};

	memcpy(bytes, &f, sizeof(f));
}
