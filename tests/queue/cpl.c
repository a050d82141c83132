/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* A completion as the host's compiler lays it out, for the bench of cw_cpl_rec. */
#include <string.h>

#include <catwalk/ring.h>

void tb_cpl(const unsigned long long *v, unsigned char *bytes);

/* v: the fields in the order of ring.def. bytes: the record, without a phase. */
void tb_cpl(const unsigned long long *v, unsigned char *bytes)
{
	const struct cw_cpl c = {
		.value = v[0],
		.info = v[1],
		.index = (uint32_t)v[2],
		.id = (uint16_t)v[3],
		.opcode = (uint8_t)v[4],
		.status = (uint8_t)v[5],
		.field = (uint8_t)v[6],
	};

	memcpy(bytes, &c, sizeof(c));
}
