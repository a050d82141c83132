/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * TLB and walk cache: everything that was filled and not invalidated since. The engine may forget at any time, so this
 * is what it may hold, not what it holds. Two fills of one page may differ while a change has not been invalidated yet:
 * both stay until then.
 */
#include <stdlib.h>

#include "internal.h"

static unsigned int bucket(uint16_t space, unsigned int level, uint64_t key)
{
	uint64_t h = (key * 31 + level) * 0x9e3779b97f4a7c15ull + space * 0xc2b2ae3d27d4eb4full;

	return (unsigned int)(h >> 40) % CW_MODEL_HASH;
}

static bool has(const struct cw_model *m, uint16_t space, unsigned int level, uint64_t key, uint64_t value)
{
	const struct cw_model_cached *c = m->cached[bucket(space, level, key)];

	for (; c; c = c->next)
		if (c->space == space && c->level == level && c->key == key && c->value == value)
			return true;
	return false;
}

static void add(struct cw_model *m, uint16_t space, unsigned int level, uint64_t key, uint64_t value)
{
	struct cw_model_cached **at = &m->cached[bucket(space, level, key)];
	struct cw_model_cached *c;

	if (has(m, space, level, key, value))
		return;
	c = malloc(sizeof(*c));
	if (!c)
		abort();
	*c = (struct cw_model_cached){*at, space, (uint8_t)level, key, value};
	*at = c;
}

static unsigned int key_shift(unsigned int level)
{
	return 9 * (level % CW_MODEL_LARGE - 1);
}

static unsigned int tlb_level(unsigned int level)
{
	return level == 1 ? 1 : CW_MODEL_LARGE + level;
}

void cw_model_tlb_fill(struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t entry)
{
	add(m, space, tlb_level(level), page >> key_shift(level), entry);
}

bool cw_model_tlb_has(const struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t entry)
{
	return level >= 1 && level <= 3 && has(m, space, tlb_level(level), page >> key_shift(level), entry);
}

void cw_model_wc_fill(struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t table)
{
	add(m, space, level + 1, page >> key_shift(level + 1), table);
}

bool cw_model_wc_has(const struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t table)
{
	return has(m, space, level + 1, page >> key_shift(level + 1), table);
}

static void drop_key(struct cw_model *m, uint16_t space, unsigned int level, uint64_t key)
{
	struct cw_model_cached **at = &m->cached[bucket(space, level, key)];

	while (*at) {
		struct cw_model_cached *c = *at;

		if (c->space == space && c->level == level && c->key == key) {
			*at = c->next;
			free(c);
		} else {
			at = &c->next;
		}
	}
}

static void drop_short(struct cw_model *m, uint16_t space, unsigned int level, uint64_t lo, uint64_t hi)
{
	for (uint64_t k = lo >> key_shift(level); k <= hi >> key_shift(level); k++)
		drop_key(m, space, level, k);
}

static void drop_range(struct cw_model *m, bool all, bool whole, uint16_t space, uint64_t lo, uint64_t hi)
{
	for (unsigned int i = 0; i < CW_MODEL_HASH; i++) {
		struct cw_model_cached **at = &m->cached[i];

		while (*at) {
			struct cw_model_cached *c = *at;
			unsigned int shift = key_shift(c->level);
			bool in = whole || all || (c->key >= lo >> shift && c->key <= hi >> shift);

			if (in && (all || c->space == space)) {
				*at = c->next;
				free(c);
			} else {
				at = &c->next;
			}
		}
	}
}

void cw_model_inv(struct cw_model *m, const uint32_t *vec)
{
	bool all = G(inv_all), whole = G(inv_whole);
	uint16_t space = (uint16_t)G(inv_space);
	uint64_t lo = G(inv_lo), hi = G(inv_hi);

	cw_model_checked(m, 18);
	/* P18: it may not overtake an entry change that memory has not acknowledged. */
	if (cw_model_unacked(m))
		cw_model_fail(m, "invalidate-before-ack",
			      "INVALIDATE in effect while %u table writes are unacknowledged", cw_model_unacked(m));
	cw_model_count(m, CW_CTR_INVALIDATES);
	if (!all && !whole && hi - lo < 16) {
		for (unsigned int level = 1; level <= CW_MODEL_LEVELS; level++)
			drop_short(m, space, level, lo, hi);
		for (unsigned int level = 2; level <= 3; level++)
			drop_short(m, space, tlb_level(level), lo, hi);
	} else {
		drop_range(m, all, whole, space, lo, hi);
	}
	cw_model_walk_inv(m, all, whole, space, lo, hi);
	cw_model_log_inv(m, all, whole, space, lo, hi);
}

void cw_model_tlb_free(struct cw_model *m)
{
	drop_range(m, true, true, 0, 0, 0);
}

static bool owned(const struct cw_model *m, uint16_t space)
{
	for (unsigned int c = 0; c < CW_NCTX; c++)
		if (m->ctx[c].valid && m->ctx[c].space == space)
			return true;
	return false;
}

bool cw_model_tlb_orphans(const struct cw_model *m, uint16_t *space)
{
	for (unsigned int i = 0; i < CW_MODEL_HASH; i++) {
		for (const struct cw_model_cached *c = m->cached[i]; c; c = c->next) {
			if (!owned(m, c->space)) {
				*space = c->space;
				return true;
			}
		}
	}
	return false;
}
