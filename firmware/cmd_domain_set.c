// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* DOMAIN_SET: space = domain, arg0 = MMIO generation (19 bits). */
#include "fw.h"

enum { MMIO_GEN_BITS = 19 };

struct cw_result cw_cmd_domain_set(struct cw_fw *fw, const struct cw_cmd *cmd)
{
	if (cmd->space >= CW_NDOM)
		return cw_bad(CW_FIELD_SPACE);
	if (cmd->arg0 >> MMIO_GEN_BITS)
		return cw_bad(CW_FIELD_ARG0);

	fw->dom[cmd->space].mmio_gen = (uint32_t)cmd->arg0;
	cw_table_domain(fw, cmd->space);
	return cw_ok();
}
