/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Hand-made events for the reference model, and a small world in which they happen. A test begins with begin(), feeds
 * events, and ends with end(KIND): the first failure that the model must have raised, "" for none.
 */
#ifndef CW_TESTS_MODEL_FEED_H
#define CW_TESTS_MODEL_FEED_H

#include <catwalk/contract.h>
#include <catwalk/spte.h>

#include "check.h"
#include "sim/model/model.h"
#include "sim/mon.h"

static struct cw_model *m;
static char kind[64];
static unsigned int failures;
static uint64_t now;
static uint32_t vec[CW_MON_WORDS];
static bool table_freed;

CHECK_UNUSED static void fail(void *priv, const char *k, const char *text)
{
	(void)priv;
	(void)text;
	if (!failures++)
		snprintf(kind, sizeof(kind), "%s", k);
}

CHECK_UNUSED static bool table_ok(void *priv, uint64_t addr)
{
	(void)priv;
	(void)addr;
	return !table_freed;
}

CHECK_UNUSED static void set_at(enum cw_mon_field name, unsigned int at, uint64_t value)
{
	unsigned int lsb = (name & 0xffff) + 64 * at, width = (unsigned int)name >> 16;

	for (unsigned int i = 0; i < width && i < 64; i++)
		if (value >> i & 1)
			vec[(lsb + i) / 32] |= 1u << (lsb + i) % 32;
}

#define SET(field, value) set_at(MON_##field, 0, (uint64_t)(value))

CHECK_UNUSED static void go(void)
{
	cw_model_cycle(m, ++now, vec);
	memset(vec, 0, sizeof(vec));
}

/* ---- a small world: context 1 of domain 1, four levels, root at 0x10000 ---- */
enum { ROOT = 0x10000, CTX = 1, SPACE = 1, ROOT_LEVEL = 4, SLOT = 2 };

static const uint64_t page_addr = 0x5000; /* page 5: entry 5 of line 0 of each table */
static const uint64_t frame = 0x123456000;

CHECK_UNUSED static uint64_t table_of(unsigned int level)
{
	return ROOT + 0x1000u * (ROOT_LEVEL - level);
}

CHECK_UNUSED static uint64_t entry_at(unsigned int level)
{
	return table_of(level) + (level == 1 ? 8 * 5 : 0);
}

CHECK_UNUSED static uint64_t leaf(void)
{
	return frame | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(X);
}

static struct cw_model_decision last_decision;

static void decided(void *priv, const struct cw_model_decision *d)
{
	(void)priv;
	last_decision = *d;
}

CHECK_UNUSED static void begin(void)
{
	const struct cw_model_ops ops = {.fail = fail, .table_ok = table_ok, .decided = decided};
	const struct cw_model_config config = {.nslot = 8, .flush_timeout = 1000};

	m = cw_model_create(&config, &ops);
	failures = 0;
	kind[0] = '\0';
	now = 100;
	table_freed = false;
	memset(vec, 0, sizeof(vec));
	for (unsigned int level = ROOT_LEVEL; level > 1; level--)
		cw_model_table_set(m, entry_at(level), table_of(level - 1) | CW_SPTE(PRESENT) | CW_SPTE(R));
	cw_model_table_set(m, entry_at(1), leaf());
	SET(ctxw_valid, 1);
	SET(ctxw_idx, CTX);
	SET(ctxw_enable, 1);
	SET(ctxw_space, SPACE);
	SET(ctxw_domain, 1);
	SET(ctxw_quota, 2);
	SET(ctxw_root, ROOT);
	SET(portw_valid, 1);
	SET(portw_enable, 1);
	SET(portw_first, 0);
	SET(portw_last, 3);
	go();
}

CHECK_UNUSED static void end(const char *expected)
{
	CHECK_STR(kind, expected);
	cw_model_destroy(m);
}

CHECK_UNUSED static void look(unsigned int tag, bool write, unsigned int outcome)
{
	const struct cw_model_request r = {0, tag, CTX, page_addr, 63, write};

	cw_model_request(m, &r);
	SET(look_valid, 1);
	SET(look_ctx, CTX);
	SET(look_addr, page_addr);
	SET(look_len_m1, 63);
	SET(look_write, write);
	SET(look_tag, tag);
	SET(look_outcome, outcome);
}

CHECK_UNUSED static void alloc(unsigned int tag, bool attach, unsigned int level, uint64_t table)
{
	SET(alloc_valid, 1);
	SET(alloc_tag, tag);
	SET(alloc_attach, attach);
	SET(alloc_slot, SLOT);
	SET(alloc_level, level);
	SET(alloc_table, table);
}

CHECK_UNUSED static void ar(unsigned int level)
{
	SET(ar_valid, 1);
	SET(ar_slot, SLOT);
	SET(ar_addr, entry_at(level) & ~63u);
	go();
}

/* The line as memory holds it, but for the entry that is asked for. */
CHECK_UNUSED static void r(unsigned int level, uint64_t entry, bool wcfill)
{
	SET(r_valid, 1);
	SET(r_slot, SLOT);
	SET(r_level, level);
	SET(r_wcfill, wcfill);
	SET(r_last, level == 1);
	SET(r_entry, level == 1 ? 0 : entry);
	set_at(MON_r_line, level == 1 ? 5 : 0, entry);
}

CHECK_UNUSED static void read_level(unsigned int level, bool wcfill)
{
	ar(level);
	r(level, cw_model_table_get(m, entry_at(level)), wcfill);
	go();
}

CHECK_UNUSED static void walk(void)
{
	for (unsigned int level = ROOT_LEVEL; level; level--)
		read_level(level, level > 1);
}

CHECK_UNUSED static void res(unsigned int tag, uint64_t entry, unsigned int outcome, unsigned int verdict,
			     unsigned int reason)
{
	SET(res_valid, 1);
	SET(res_slot, SLOT);
	SET(res_tag, tag);
	SET(res_outcome, outcome);
	SET(res_verdict, verdict);
	SET(res_reason, reason);
	SET(res_entry, entry);
	SET(res_pa, frame);
	SET(res_park, tag);
}

CHECK_UNUSED static void fill(unsigned int mask)
{
	SET(fill_valid, 1);
	SET(fill_slot, SLOT);
	SET(fill_mask, mask);
	go();
}

CHECK_UNUSED static void inv(uint64_t lo, uint64_t hi)
{
	SET(inv_valid, 1);
	SET(inv_space, SPACE);
	SET(inv_lo, lo);
	SET(inv_hi, hi);
	go();
}

CHECK_UNUSED static void release(unsigned int tag, bool known)
{
	SET(rel_valid, 1);
	SET(rel_known, known);
	SET(rel_tag, tag);
	go();
}

CHECK_UNUSED static void answer(unsigned int tag, unsigned int verdict, uint64_t pa)
{
	const struct cw_model_answer a = {0, tag, (uint8_t)verdict, 0, pa, NULL};

	cw_model_answer(m, &a);
}

CHECK_UNUSED static void start_walk(unsigned int tag)
{
	look(tag, false, 1);
	go();
	alloc(tag, false, ROOT_LEVEL, ROOT);
	go();
}

CHECK_UNUSED static void flush(unsigned int ports)
{
	SET(flush_valid, 1);
	SET(flush_index, 7);
	SET(flush_ports, ports);
	go();
}

CHECK_UNUSED static void flip(unsigned int ports)
{
	SET(flip_ports, ports);
	go();
}

CHECK_UNUSED static void close_flip(unsigned int ports)
{
	SET(close_ports, ports);
	go();
}

CHECK_UNUSED static void fdone(void)
{
	SET(fdone_valid, 1);
	SET(fdone_index, 7);
	go();
}

CHECK_UNUSED static void hit(unsigned int tag)
{
	look(tag, false, 0);
	SET(look_verdict, CW_V_HIT);
	SET(look_entry, leaf());
	SET(look_level, 1);
	SET(look_pa, frame);
	go();
}

#endif
