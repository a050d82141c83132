/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "fake.h"

#include <catwalk/hash.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t *reg(struct fake *f, uint32_t offset)
{
	return &f->regs[offset / 4];
}

static uint64_t reg64(struct fake *f, uint32_t offset)
{
	return (uint64_t)*reg(f, offset + 4) << 32 | *reg(f, offset);
}

struct fake *fake_new(void)
{
	struct fake *f = calloc(1, sizeof(*f));

	*reg(f, CW_REG_ID) = CW_ID_MAGIC;
	*reg(f, CW_REG_VERSION) = CW_VERSION_MAJOR << 16 | CW_VERSION_MINOR;
	*reg(f, CW_REG_BUILD_HASH) = cw_contract_hash();
	*reg(f, CW_REG_STATUS) = 1;
	*reg(f, CW_REG_CAP_PORTS) = CW_NPORT_STREAM | CW_NPORT << 8 | CW_PORT_TGEN << 16 | CW_TAG_W << 24;
	*reg(f, CW_REG_CAP_CONTEXTS) = CW_NCTX | CW_NDOM << 16;
	*reg(f, CW_REG_CAP_PARK) = CW_NPARK | CW_NFLUSH << 16;
	*reg(f, CW_REG_CAP_CLOCK) = CW_CLOCK_KHZ;
	*reg(f, CW_REG_CAP_TABLE_SIZE) = 64 << 20;
	return f;
}

static void complete(struct fake *f, unsigned ring, uint32_t index, const struct cw_cmd *cmd)
{
	uint32_t group = ring ? CW_REG_COLD_CPL_BASE : CW_REG_HOT_CPL_BASE;
	uint32_t log2 = *reg(f, ring ? CW_REG_COLD_CPL_CTRL : CW_REG_HOT_CPL_CTRL) & 31;
	uint32_t at = f->cpl_index[ring]++;
	struct cw_cpl *cpl = (struct cw_cpl *)(uintptr_t)reg64(f, group) + (at & ((1u << log2) - 1));

	*cpl = (struct cw_cpl){.index = index, .id = cmd->id, .opcode = cmd->opcode, .phase = !(at >> log2 & 1)};
	if (cmd->opcode == CW_OP_RESUME && f->busy_resumes) {
		f->busy_resumes--;
		cpl->status = CW_ST_BUSY;
	}
	if (f->fail_opcode && cmd->opcode == f->fail_opcode)
		cpl->status = f->fail_status;
	if (f->on_complete)
		f->on_complete(f, cmd, cpl);
	if (f->stray) {
		f->stray = false;
		cpl->id ^= 0x4000;
	}
}

static void work(struct fake *f, unsigned ring)
{
	uint32_t group = ring ? CW_REG_COLD_CMD_BASE : CW_REG_HOT_CMD_BASE;
	uint32_t log2 = *reg(f, ring ? CW_REG_COLD_CMD_CTRL : CW_REG_HOT_CMD_CTRL) & 31;
	uint32_t doorbell = *reg(f, ring ? CW_REG_COLD_CMD_DOORBELL : CW_REG_HOT_CMD_DOORBELL);
	uint32_t cpl = ring ? CW_REG_COLD_CPL_DOORBELL : CW_REG_HOT_CPL_DOORBELL;
	const struct cw_cmd *base = (const struct cw_cmd *)(uintptr_t)reg64(f, group);

	if (!base || f->silent || f->now < f->silent_until)
		return;
	if (doorbell - f->index[ring] > 1u << log2)
		f->overrun = true;
	/* P16: fetch only what has a place for its completion. */
	while (f->index[ring] != doorbell && f->cpl_index[ring] + (ring ? 0 : f->nheld) - *reg(f, cpl) < 1u << log2) {
		uint32_t index = f->index[ring]++;
		const struct cw_cmd *cmd = &base[index & ((1u << log2) - 1)];

		if (f->nlog < FAKE_LOG)
			f->log[f->nlog++] = *cmd;
		if (!ring && f->hold) {
			f->held_index[f->nheld] = index;
			f->held[f->nheld++] = *cmd;
			if (f->nheld < f->hold)
				continue;
			while (f->nheld) {
				f->nheld--;
				complete(f, 0, f->held_index[f->nheld], &f->held[f->nheld]);
			}
		} else {
			complete(f, ring, index, cmd);
		}
	}
}

static void t_close(void *t)
{
	free(t);
}

unsigned fake_fail_access;

static int access_fails(void)
{
	if (fake_fail_access > 1)
		fake_fail_access--;
	return fake_fail_access == 1 ? cw_error(-EIO, "the device cannot be reached") : 0;
}

static int t_read(void *t, uint32_t offset, uint32_t *value)
{
	struct fake *f = t;

	if (access_fails())
		return -EIO;
	f->now += 100;
	*value = *reg(f, offset);
	return 0;
}

static int t_write(void *t, uint32_t offset, uint32_t value)
{
	struct fake *f = t;

	if (access_fails())
		return -EIO;
	*reg(f, offset) = value;
	f->doorbells += offset == CW_REG_HOT_CMD_DOORBELL;
	return 0;
}

static void *t_alloc(void *t, size_t size, size_t align, uint64_t *bus)
{
	struct fake *f = t;
	void *p = NULL;

	if (posix_memalign(&p, align, (size + align - 1) / align * align))
		return NULL;
	memset(p, 0, size);
	*bus = (uintptr_t)p;
	f->blocks++;
	return p;
}

static void t_free(void *t, uint64_t bus)
{
	struct fake *f = t;

	f->blocks--;
	free((void *)(uintptr_t)bus);
}

static int t_table(void *t, uint64_t addr, void *buf, size_t len)
{
	(void)t;
	(void)addr;
	memset(buf, 0, len);
	return 0;
}

static int t_table_write(void *t, uint64_t addr, const void *buf, size_t len)
{
	(void)t;
	(void)addr;
	(void)buf;
	(void)len;
	return 0;
}

static uint64_t t_now(void *t)
{
	return ((struct fake *)t)->now;
}

static void t_wait(void *t, uint64_t ns)
{
	struct fake *f = t;

	f->now += ns < 1000 ? ns : 1000;
	work(f, 0);
	work(f, 1);
}

static void t_host(void *t)
{
	(void)t;
}

const struct cw_transport fake_transport = {
	.scheme = "fake",
	.close = t_close,
	.reg_read = t_read,
	.reg_write = t_write,
	.mem_alloc = t_alloc,
	.mem_free = t_free,
	.table_read = t_table,
	.table_write = t_table_write,
	.now = t_now,
	.wait = t_wait,
	.host_begin = t_host,
	.host_end = t_host,
};

void fake_fault(struct fake *f, struct cw_fault_record rec)
{
	uint32_t log2 = *reg(f, CW_REG_FAULT_CTRL) & 31, at = f->fault_index++;
	struct cw_fault_record *base = (struct cw_fault_record *)(uintptr_t)reg64(f, CW_REG_FAULT_BASE);

	rec.phase = !(at >> log2 & 1);
	base[at & ((1u << log2) - 1)] = rec;
}

unsigned fake_count(const struct fake *f, unsigned opcode)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->nlog; i++)
		n += f->log[i].opcode == opcode;
	return n;
}
