// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/*
 * Ownership: a port owns a context if its range is enabled and holds the context. A FLUSH of a domain flips exactly
 * the ports that own contexts of it (P20), so the engine's mask must never miss one that can still hold a grant.
 */
#include "fw.h"

struct want {
	uint32_t ports[CW_NDOM];
};

/* A context that is being detached counts: its grants are what the FLUSH waits for. */
static struct want wanted(const struct cw_fw *fw)
{
	struct want want = {0};

	for (unsigned c = 0; c < CW_NCTX; c++) {
		if (fw->ctx[c].state == CW_CTX_FREE)
			continue;
		for (unsigned p = 0; p < CW_NPORT; p++) {
			const struct cw_fw_port *port = &fw->port[p];

			if (port->enable && port->first <= c && c <= port->last)
				want.ports[fw->ctx[c].domain] |= 1u << p;
		}
	}
	return want;
}

static void set(struct cw_fw *fw, unsigned domain, uint32_t ports)
{
	if (fw->dom[domain].ports == ports)
		return;
	fw->dom[domain].ports = ports;
	cw_table_domain(fw, domain);
}

void cw_owner_grow(struct cw_fw *fw)
{
	const struct want want = wanted(fw);

	for (unsigned d = 0; d < CW_NDOM; d++)
		set(fw, d, fw->dom[d].ports | want.ports[d]);
}

void cw_owner_flushed(struct cw_fw *fw, unsigned domain)
{
	set(fw, domain, wanted(fw).ports[domain]);
}

struct cw_result cw_owner_shrink(struct cw_fw *fw)
{
	const struct want want = wanted(fw);

	for (unsigned d = 0; d < CW_NDOM; d++) {
		struct cw_result res;

		if (fw->dom[d].ports == want.ports[d])
			continue;
		res = cw_hot_flush_domain(fw, d);
		if (res.status != CW_ST_OK)
			return res;
		set(fw, d, want.ports[d]);
	}
	return cw_ok();
}
