// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* The register table for the bench of cw_regs, so that conformance is tested against regs.def itself. */
#include <catwalk/regs.h>

int tb_reg(int i, unsigned *offset, unsigned *bits, unsigned *access, unsigned *count, unsigned *stride,
	   unsigned long long *reset);
int tb_reg_exists(unsigned offset);

/* Entry `i`; 0 past the end. */
int tb_reg(int i, unsigned *offset, unsigned *bits, unsigned *access, unsigned *count, unsigned *stride,
	   unsigned long long *reset)
{
	const struct cw_reg_info *r;

	if (i < 0 || (size_t)i >= CW_NREG)
		return 0;
	r = &cw_reg_table[i];
	*offset = r->offset;
	*bits = r->bits;
	*access = r->access;
	*count = r->count;
	*stride = r->stride;
	*reset = r->reset;
	return 1;
}

int tb_reg_exists(unsigned offset)
{
	return cw_reg_exists(offset);
}
