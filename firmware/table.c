// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* The engine's context, domain and port tables, written from the firmware's state. */
#include "fw.h"

enum { LOG_CYCLES = 1 << 26 };

void cw_table_ctx(struct cw_fw *fw, unsigned ctx, bool valid)
{
	const struct cw_fw_ctx *c = &fw->ctx[ctx];
	uint32_t cfg = (uint32_t)c->domain << CW_MBOX_CFG_DOMAIN_LSB;

	cfg |= (uint32_t)c->space << CW_MBOX_CFG_SPACE_LSB;
	cfg |= c->space & CW_FW_SHADOW ? CW_MBOX_CFG_SHADOW : 0;
	cfg |= valid ? CW_MBOX_CFG_VALID : 0;
	cfg |= c->level == 5 ? CW_MBOX_CFG_LEVEL5 : 0;
	cfg |= c->flavour ? CW_MBOX_CFG_FLAVOUR : 0;
	cfg |= c->enables & CW_CMD_ENABLE_AD ? CW_MBOX_CFG_AD : 0;
	cfg |= c->enables & CW_CMD_ENABLE_FIX ? CW_MBOX_CFG_FIX : 0;
	cw_write32(fw->mbox, CW_MBOX_CTX_CFG, cfg);
	cw_write32(fw->mbox, CW_MBOX_CTX_ROOT_LO, (uint32_t)c->root);
	cw_write32(fw->mbox, CW_MBOX_CTX_ROOT_HI, (uint32_t)(c->root >> 32));
	cw_write32(fw->mbox, CW_MBOX_CTX_GEN, c->gen | (uint32_t)c->park_quota << CW_MBOX_GEN_QUOTA_LSB);
	cw_write32(fw->mbox, CW_MBOX_CTX_LIMITS,
		   c->dirty_budget | (uint32_t)c->walk_quota << CW_MBOX_LIMITS_WALKS_LSB |
			   (uint32_t)c->burst_quota << CW_MBOX_LIMITS_BURSTS_LSB);
	cw_write32(fw->mbox, CW_MBOX_CTX_COMMIT, ctx);
}

void cw_table_domain(struct cw_fw *fw, unsigned domain)
{
	cw_write32(fw->mbox, CW_MBOX_DOM_MMIO_GEN, fw->dom[domain].mmio_gen);
	cw_write32(fw->mbox, CW_MBOX_DOM_PORTS, fw->dom[domain].ports);
	cw_write32(fw->mbox, CW_MBOX_DOM_LOG, fw->dom[domain].log_mode);
	cw_write32(fw->mbox, CW_MBOX_DOM_COMMIT, domain);
}

bool cw_table_log(struct cw_fw *fw, unsigned domain, uint32_t what)
{
	const struct cw_fw_domain *d = &fw->dom[domain];

	cw_write32(fw->mbox, CW_MBOX_LOG_ROOT_LO, (uint32_t)d->log_root);
	cw_write32(fw->mbox, CW_MBOX_LOG_ROOT_HI, (uint32_t)(d->log_root >> 32));
	cw_write32(fw->mbox, CW_MBOX_LOG_SIZE, d->log_size);
	cw_write32(fw->mbox, CW_MBOX_LOG_COMMIT, domain | what);
	/* A harvest under way ends first: bounded by its range. */
	return cw_fw_wait(fw, CW_MBOX_EVENT_LOG_IDLE, LOG_CYCLES);
}

void cw_table_port(struct cw_fw *fw, unsigned port)
{
	const struct cw_fw_port *p = &fw->port[port];

	cw_write32(fw->mbox, CW_MBOX_PORT_RANGE, (uint32_t)p->last << 16 | p->first);
	cw_write32(fw->mbox, CW_MBOX_PORT_COMMIT, port | (p->enable ? CW_MBOX_PORT_ENABLE : 0));
}

uint64_t cw_table_size(struct cw_fw *fw)
{
	return (uint64_t)cw_read32(fw->mbox, CW_MBOX_TABLE_SIZE_HI) << 32 | cw_read32(fw->mbox, CW_MBOX_TABLE_SIZE_LO);
}

void cw_table_clear(struct cw_fw *fw)
{
	/* The words of an entry stay as they are from one commit to the next. */
	cw_table_ctx(fw, 0, false);
	for (unsigned c = 1; c < CW_NCTX; c++)
		cw_write32(fw->mbox, CW_MBOX_CTX_COMMIT, c);
	cw_table_domain(fw, 0);
	for (unsigned d = 1; d < CW_NDOM; d++)
		cw_write32(fw->mbox, CW_MBOX_DOM_COMMIT, d);
}
