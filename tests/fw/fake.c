// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* The firmware's mailbox access, answered by a model. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

struct cw_region *fake_region(struct fake *f)
{
	return (struct cw_region *)f;
}

static struct fake *of(struct cw_region *r)
{
	return (struct fake *)r;
}

void fake_init(struct fake *f)
{
	memset(f, 0, sizeof(*f));
	f->cycle = 0xfffff000; /* the low word wraps while a test runs */
	f->beat = f->cycle;
	f->table_size = 1 << 20;
	f->flush_timeout = 100000;
	f->flush_cycles = 500;
}

void fake_trail_clear(struct fake *f)
{
	memset(f->trail, 0, sizeof(f->trail));
	f->trail_len = 0;
}

static void trail(struct fake *f, char c)
{
	if (f->trail_len + 1 < sizeof(f->trail))
		f->trail[f->trail_len++] = c;
}

void fake_command(struct fake *f, const struct cw_cmd *cmd)
{
	memcpy(&f->word[CW_MBOX_CMD], cmd, sizeof(*cmd));
	f->cmd_held = true;
}

static uint32_t events(struct fake *f)
{
	uint32_t e = 0;

	if (f->hot_sent && !f->hot_deaf && !f->hot_mute && f->cycle >= f->hot_due) {
		f->hot_sent = false;
		f->hot_done = true;
		f->word[CW_MBOX_HOT_RESULT] = f->hot_result | (f->word[CW_MBOX_HOT_CMD] & 0xffff0000u);
		if (f->wrong_id)
			f->word[CW_MBOX_HOT_RESULT] ^= 1u << 16;
		if ((f->word[CW_MBOX_HOT_CMD] & 0xff) == CW_OP_FLUSH)
			trail(f, f->hot_result == CW_ST_OK ? 'F' : 'f');
	}
	e |= f->cmd_held ? CW_MBOX_EVENT_CMD : 0;
	e |= f->hot_done ? CW_MBOX_EVENT_HOT_DONE : 0;
	e |= f->cycle >= f->abort_due ? CW_MBOX_EVENT_ABORT_IDLE : 0;
	e |= f->cpl_waits && f->cpl_hangs ? 0 : CW_MBOX_EVENT_CPL_READY;
	e |= f->hot_sent && f->hot_deaf ? 0 : CW_MBOX_EVENT_HOT_READY;
	e |= f->log_hangs ? 0 : CW_MBOX_EVENT_LOG_IDLE;
	e |= f->dring_hangs ? 0 : CW_MBOX_EVENT_DRING_IDLE;
	e |= f->cycle >= f->snap_due ? CW_MBOX_EVENT_SNAP_READY : 0;
	return e;
}

/* The engine takes a hot command: what the firmware sends must be well formed, or the test ends here. */
static void hot_go(struct fake *f)
{
	struct cw_cmd cmd = {0};
	uint64_t cycles = 20;

	if (f->hot_sent && f->hot_deaf)
		return;
	memcpy(&cmd, &f->word[CW_MBOX_HOT_CMD], CW_MBOX_HOT_WORDS * sizeof(uint32_t));
	f->hot_sent = true;
	f->hot_done = false;
	f->hot_result = f->hot_status;
	if (cmd.flags || cmd.leaf_only || cmd.addr || cmd.arg0 || cmd.arg1)
		abort();
	if (cmd.scope != CW_SCOPE_DOMAIN || cmd.space >= CW_NDOM)
		if (cmd.opcode != CW_OP_INVALIDATE || cmd.scope != CW_SCOPE_ROOT)
			abort();
	switch (cmd.opcode) {
	case CW_OP_NOP:
		trail(f, 'N');
		break;
	case CW_OP_INVALIDATE:
		f->inv_scope = cmd.scope;
		f->inv_space = cmd.space;
		trail(f, 'I');
		break;
	case CW_OP_FLUSH:
		f->hot_result = f->flush_busy ? (uint8_t)CW_ST_BUSY : f->flush_status;
		cycles = f->flush_busy ? 20 : f->flush_cycles;
		f->flush_busy -= f->flush_busy ? 1 : 0;
		break;
	default:
		abort();
	}
	f->hot_due = f->cycle + cycles;
}

static void ctx_commit(struct fake *f, uint32_t n)
{
	uint32_t cfg = f->word[CW_MBOX_CTX_CFG];

	if (n >= CW_NCTX)
		abort();
	f->ctx[n].valid = cfg & CW_MBOX_CFG_VALID;
	f->ctx[n].level5 = cfg & CW_MBOX_CFG_LEVEL5;
	f->ctx[n].flavour = cfg & CW_MBOX_CFG_FLAVOUR;
	f->ctx[n].shadow = cfg & CW_MBOX_CFG_SHADOW;
	f->ctx[n].ad = cfg & CW_MBOX_CFG_AD;
	f->ctx[n].fix = cfg & CW_MBOX_CFG_FIX;
	f->ctx[n].domain = cfg >> CW_MBOX_CFG_DOMAIN_LSB & 0xff;
	f->ctx[n].space = cfg >> CW_MBOX_CFG_SPACE_LSB;
	f->ctx[n].gen = f->word[CW_MBOX_CTX_GEN] & 0xffff;
	f->ctx[n].quota = f->word[CW_MBOX_CTX_GEN] >> CW_MBOX_GEN_QUOTA_LSB;
	f->ctx[n].walks = f->word[CW_MBOX_CTX_LIMITS] >> CW_MBOX_LIMITS_WALKS_LSB & 0xff;
	f->ctx[n].dirty = f->word[CW_MBOX_CTX_LIMITS] & 0xffff;
	f->ctx[n].bursts = f->word[CW_MBOX_CTX_LIMITS] >> CW_MBOX_LIMITS_BURSTS_LSB;
	f->ctx[n].root = (uint64_t)f->word[CW_MBOX_CTX_ROOT_HI] << 32 | f->word[CW_MBOX_CTX_ROOT_LO];
	trail(f, f->ctx[n].valid ? 'C' : 'c');
}

static void dom_commit(struct fake *f, uint32_t n)
{
	if (n >= CW_NDOM)
		abort();
	f->dom_gen[n] = f->word[CW_MBOX_DOM_MMIO_GEN];
	f->dom_ports[n] = f->word[CW_MBOX_DOM_PORTS];
	f->dom_log[n] = f->word[CW_MBOX_DOM_LOG];
	trail(f, 'd');
}

/* L: another directory, l: none, e: new log epoch, D: everything dirty. */
static void log_commit(struct fake *f, uint32_t value)
{
	uint32_t n = value & 0xff;

	if (n >= CW_NDOM)
		abort();
	if (value & CW_MBOX_LOG_DIRECTORY) {
		f->log_root[n] = (uint64_t)f->word[CW_MBOX_LOG_ROOT_HI] << 32 | f->word[CW_MBOX_LOG_ROOT_LO];
		f->log_size[n] = f->word[CW_MBOX_LOG_SIZE];
		trail(f, f->log_size[n] ? 'L' : 'l');
	}
	if (value & CW_MBOX_LOG_FLIP)
		trail(f, 'e');
	if (value & CW_MBOX_LOG_ALL_DIRTY)
		trail(f, 'D');
}

static void dring_commit(struct fake *f, uint32_t value)
{
	uint32_t n = value & 0xffff;

	if (n >= CW_NCTX || f->ctx[n].valid)
		abort();
	f->dring[n].log2 = value >> CW_MBOX_DRING_LOG2_LSB;
	f->dring[n].base = (uint64_t)f->word[CW_MBOX_DRING_BASE_HI] << 32 | f->word[CW_MBOX_DRING_BASE_LO];
	f->dring[n].limit = f->word[CW_MBOX_DRING_LIMIT];
	trail(f, 'r');
}

static void port_commit(struct fake *f, uint32_t value)
{
	uint32_t n = value & 0xff;

	if (n >= CW_NPORT)
		abort();
	f->port_on[n] = value & CW_MBOX_PORT_ENABLE;
	f->port_range[n] = f->word[CW_MBOX_PORT_RANGE];
	trail(f, 'p');
}

static void silence(struct fake *f)
{
	if (f->cycle - f->beat > f->silence)
		f->silence = f->cycle - f->beat;
}

static void cpl_done(struct fake *f, uint32_t value)
{
	if (!f->cmd_held)
		abort();
	f->cmd_held = false;
	f->cpl_waits = true;
	silence(f);
	f->cpl_status = value & 0xff;
	f->cpl_field = value >> 8 & 0xff;
	f->cpl_value = (uint64_t)f->word[CW_MBOX_CPL_VALUE_HI] << 32 | f->word[CW_MBOX_CPL_VALUE_LO];
	trail(f, 'E');
}

uint32_t cw_read32(struct cw_region *r, uint32_t word)
{
	struct fake *f = of(r);

	if (word >= 128)
		abort();
	f->cycle += f->clock_stands ? 0 : 7;
	switch (word) {
	case CW_MBOX_EVENT:
		return events(f);
	case CW_MBOX_CYCLE_LO:
		return (uint32_t)f->cycle;
	case CW_MBOX_CYCLE_HI:
		return (uint32_t)(f->cycle >> 32);
	case CW_MBOX_TABLE_SIZE_LO:
		return (uint32_t)f->table_size;
	case CW_MBOX_TABLE_SIZE_HI:
		return (uint32_t)(f->table_size >> 32);
	case CW_MBOX_FLUSH_TIMEOUT:
		return f->flush_timeout;
	default:
		return f->word[word];
	}
}

void cw_write32(struct cw_region *r, uint32_t word, uint32_t value)
{
	struct fake *f = of(r);

	if (word >= 128)
		abort();
	f->cycle += 7;
	f->word[word] = value;
	switch (word) {
	case CW_MBOX_SLEEP:
		f->sleeps++;
		if (!(events(f) & value))
			f->cycle = (f->cycle | 4095) + 1;
		break;
	case CW_MBOX_HEARTBEAT:
		f->heartbeats++;
		silence(f);
		f->beat = f->cycle;
		break;
	case CW_MBOX_SCRATCH:
		f->word[word] = f->scratch_stuck ? 0 : value;
		break;
	case CW_MBOX_SNAP:
		f->word[CW_MBOX_SNAP_CYCLE_LO] = (uint32_t)f->cycle;
		f->word[CW_MBOX_SNAP_CYCLE_HI] = (uint32_t)(f->cycle >> 32);
		f->snap_due = f->snap_hangs ? UINT64_MAX : f->cycle + 70;
		trail(f, 'S');
		break;
	case CW_MBOX_CTX_COMMIT:
		ctx_commit(f, value);
		break;
	case CW_MBOX_LOG_COMMIT:
		log_commit(f, value);
		break;
	case CW_MBOX_DRING_COMMIT:
		dring_commit(f, value);
		break;
	case CW_MBOX_DOM_COMMIT:
		dom_commit(f, value);
		break;
	case CW_MBOX_PORT_COMMIT:
		port_commit(f, value);
		break;
	case CW_MBOX_CTX_ABORT:
		f->abort_due = f->abort_hangs ? UINT64_MAX : f->cycle + 300;
		trail(f, 'A');
		break;
	case CW_MBOX_CPL_DONE:
		cpl_done(f, value);
		break;
	case CW_MBOX_HOT_GO:
		hot_go(f);
		break;
	default:
		break;
	}
}
