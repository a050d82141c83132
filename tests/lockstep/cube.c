/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Counts the cells of the cube. A command of the hot ring is under way from the cycle in which the engine begins with
 * it, not while it waits in its ring, to the one of its completion; a cold one from when it is the oldest that the
 * engine has read to when its completion is written. A request carries what it has met from its lookup to each of its
 * decisions.
 */
#include <string.h>

#include "cube.h"

void cube_open(struct cube *c)
{
	c->nlist = 0;
	memset(c->active, 0, sizeof(c->active));
	memset(c->req, 0, sizeof(c->req));
	memset(c->fetched, 0, sizeof(c->fetched));
}

static enum cube_command column(unsigned int opcode)
{
	switch (opcode) {
#define CUBE_CASE(name) \
	case CW_OP_##name: \
		return CUBE_##name;
		CUBE_COMMANDS(CUBE_CASE)
#undef CUBE_CASE
	default:
		return CUBE_NONE;
	}
}

/* Tags of shadow contexts have the highest bit set. */
static uint16_t tag_of(unsigned int space)
{
	if (!world_shadow(space))
		return (uint16_t)space;
	return (uint16_t)(1u << (CW_SPACE_W - 1) | world_root_id(space));
}

static unsigned int space_of(uint16_t tag)
{
	return tag >> (CW_SPACE_W - 1) ? NDOMAIN + (tag & 0xff) : tag;
}

/* ---- what a command acts on ---- */
/* Entries of a table page, or of its companion; false: of none. */
static bool lines(struct bench *b, struct cube_active *a, uint64_t addr)
{
	unsigned int n = world_table_index(addr & ~UINT64_C(4095));
	const struct table *t;

	if (addr < world_table_addr(0) || n >= NTABLE)
		return false;
	t = &b->table[n];
	if (t->level == COMPANION && n)
		t = &b->table[n - 1];
	if ((t->state != PAGE_LIVE && t->state != PAGE_DYING) || !t->level || t->level > 5)
		return false;
	a->on = ON_LINES;
	a->id = tag_of(t->domain);
	a->lo = t->base & (BIT64(9 * b->dom[t->domain].levels) - 1);
	a->shift = 9u * (t->level - 1u);
	return true;
}

static void bits(struct cube_active *a, unsigned int first, unsigned int n)
{
	for (unsigned int i = first; i < first + n && i < 512; i++)
		a->mask[i / 8] |= (uint8_t)(1u << i % 8);
}

static bool scope(struct cube_active *a, const struct cw_cmd *c)
{
	a->id = c->space;
	switch (c->scope) {
	case CW_SCOPE_DOMAIN:
		a->on = ON_DOMAIN;
		return true;
	case CW_SCOPE_ROOT:
		a->on = ON_SPACE;
		a->id |= 1u << (CW_SPACE_W - 1);
		return true;
	case CW_SCOPE_ALL:
		a->on = ON_ALL;
		return true;
	case CW_SCOPE_CTX:
		a->on = ON_CONTEXT;
		return true;
	case CW_SCOPE_PORT:
		a->on = ON_PORT;
		return true;
	default:
		return false;
	}
}

static bool invalidate(struct cube_active *a, const struct cw_cmd *c)
{
	scope(a, c);
	if (a->on == ON_ALL)
		return true;
	a->on = c->arg0 ? ON_PAGES : ON_SPACE;
	a->lo = c->addr >> 12;
	a->hi = a->lo + c->arg0 - 1;
	return true;
}

static bool resume(struct bench *b, struct cube_active *a, const struct cw_cmd *c)
{
	a->on = ON_PAGES;
	/* a stale one acts on nothing */
	if (!cw_model_record_line(b->model, (uint32_t)c->arg0, &a->id, &a->lo))
		return false;
	a->hi = a->lo;
	return true;
}

/* False: on nothing. */
static bool acts_on(struct bench *b, struct cube_active *a, const struct cw_cmd *c)
{
	switch (a->column) {
	case CUBE_LOAD:
	case CUBE_FILL:
		bits(a, 0, a->column == CUBE_FILL ? 512 : (unsigned int)c->arg1 / 8);
		return lines(b, a, c->addr);
	case CUBE_WRITE:
	case CUBE_XCHG:
	case CUBE_CMPXCHG:
		bits(a, c->addr >> 3 & 511, 1);
		return lines(b, a, c->addr);
	case CUBE_PROTECT:
		memcpy(a->mask, c->data, sizeof(a->mask));
		return lines(b, a, c->addr);
	case CUBE_INVALIDATE:
		return invalidate(a, c);
	case CUBE_RESUME:
		return resume(b, a, c);
	case CUBE_FLUSH:
	case CUBE_STOP:
	case CUBE_START:
	case CUBE_DRAIN:
		return scope(a, c);
	case CUBE_HARVEST:
	case CUBE_DOMAIN_SET:
	case CUBE_LOG_SET:
		a->on = ON_DOMAIN;
		a->id = c->space;
		return true;
	case CUBE_PORT_SET:
		a->on = ON_PORT;
		a->id = (uint16_t)c->addr;
		return true;
	case CUBE_NONE:
		return false;
	default:
		a->on = ON_CONTEXT;
		a->id = c->ctx;
		return true;
	}
}

/* Does it act on the line of this request: on the 64 bytes of entries that it is translated by, at any level? */
static bool same_line(const struct cube_active *a, const struct cube_request *r)
{
	uint64_t line = r->d.page >> 3;

	switch (a->on) {
	case ON_LINES:
		return r->d.space == a->id && r->page >= a->lo && (r->page - a->lo) >> a->shift < 512 &&
		       a->mask[((r->page - a->lo) >> a->shift) / 8];
	case ON_PAGES:
		return r->d.space == a->id && line >= a->lo >> 3 && line <= a->hi >> 3;
	case ON_SPACE:
		return r->d.space == a->id;
	case ON_DOMAIN:
		return r->d.domain == a->id;
	case ON_CONTEXT:
		return r->d.ctx == a->id;
	case ON_PORT:
		return r->d.port == a->id;
	default:
		return true;
	}
}

/* ---- commands begin and end ---- */
static void begin(struct bench *b, unsigned int n, const struct submitted *s)
{
	struct cube *c = b->cube;
	struct cube_active *a = &c->active[n];

	if (a->used || !s->used)
		return;
	*a = (struct cube_active){.column = column(s->cmd.opcode)};
	if (!acts_on(b, a, &s->cmd))
		return;
	a->used = true;
	c->list[c->nlist++] = (uint8_t)n;
	for (unsigned int p = 0; p < CW_NPORT; p++)
		for (unsigned int t = 0; t < CW_NTAG; t++)
			if (c->req[p][t].open && same_line(a, &c->req[p][t]))
				c->req[p][t].met |= 1u << a->column;
}

static void end(struct cube *c, unsigned int n)
{
	if (!c->active[n].used)
		return;
	c->active[n].used = false;
	for (unsigned int i = 0; i < c->nlist; i++)
		if (c->list[i] == n)
			c->list[i--] = c->list[--c->nlist];
}

void cube_before(struct bench *b, const uint32_t *vec)
{
	unsigned int n = cw_mon_get(vec, MON_cmd_index) % NHOT;

	if (cw_mon_get(vec, MON_engine_reset))
		cube_open(b->cube); /* nothing of before is under way */
	else if (cw_mon_get(vec, MON_cmd_take))
		begin(b, n, &b->hot_slot[n]);
}

void cube_after(struct bench *b, const uint32_t *vec)
{
	if (cw_mon_get(vec, MON_cmd_done) && !cw_mon_get(vec, MON_engine_reset))
		end(b->cube, cw_mon_get(vec, MON_cmd_done_index) % NHOT);
}

/* The firmware executes one at a time. */
static void next_cold(struct bench *b)
{
	unsigned int n = b->cold.oldest % NCOLD;

	for (uint32_t i = b->cold.oldest; i != b->cold.producer; i++) {
		n = i % NCOLD;
		if (!b->cold_slot[n].done && !b->cube->over[n])
			break;
	}
	if (b->cube->fetched[n])
		begin(b, NHOT + n, &b->cold_slot[n]);
}

void cube_bus(struct bench *b, const struct cw_sim_axi *ev)
{
	uint64_t cmd = (ev->addr - b->cold.cmd_bus) / CW_CMD_BYTES, cpl = (ev->addr - b->cold.cpl_bus) / CW_CPL_BYTES;

	if (ev->kind == CW_SIM_R && cmd < NCOLD) {
		b->cube->fetched[cmd] = true;
		b->cube->over[cmd] = false;
		next_cold(b);
	} else if (ev->kind == CW_SIM_W && cpl < NCOLD) {
		end(b->cube, NHOT + (unsigned int)cpl);
		b->cube->fetched[cpl] = false;
		b->cube->over[cpl] = true;
		next_cold(b);
	}
}

/* ---- requests ---- */
void cube_looked(void *priv, const struct cw_model_decision *d)
{
	struct bench *b = priv;
	struct cube *c = b->cube;
	struct cube_request *r = &c->req[d->port][d->tag];
	unsigned int space = space_of(d->space);

	*r = (struct cube_request){.open = true, .d = *d};
	r->page = d->page;
	if (space < NSPACE)
		r->page &= BIT64(9 * b->dom[space].levels) - 1;
	for (unsigned int i = 0; i < c->nlist; i++)
		if (same_line(&c->active[c->list[i]], r))
			r->met |= 1u << c->active[c->list[i]].column;
}

void cube_decided(void *priv, const struct cw_model_decision *d)
{
	struct bench *b = priv;
	struct cube *c = b->cube;
	struct cube_request *r = &c->req[d->port][d->tag];
	uint64_t *n;

	if (!r->open || d->verdict >= CUBE_VERDICTS || d->level >= CUBE_LEVELS || d->log_mode >= CUBE_MODES)
		return;
	n = c->n[d->verdict][d->level][d->x86][d->log_mode][d->way];
	c->decided++;
	if (!r->met)
		n[CUBE_NONE]++;
	for (unsigned int i = 0; i < CUBE_NONE; i++)
		n[i] += r->met >> i & 1;
	/* what is parked meets more until its answer */
	r->open = d->verdict == CW_V_MISS || d->verdict == CW_V_MMIO || d->verdict == CW_V_WRITE_PROTECTED ||
		  d->verdict == CW_V_WRITE_TRACKED;
}
