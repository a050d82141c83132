/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty bitmap of a slot, in two levels: a summary has a bit per line of 8 words (512 pages), set before any bit of the
 * line is. What is empty costs a 512th of its size to look at, and a set bit one more store.
 */
#include "internal.h"

#define LINES(npages) (((npages) + 511) / 512)

static int map_alloc(struct cw_dirty_map *map, uint64_t npages)
{
	/* Whole lines, so that a line is never cut. */
	map->word = cw_zalloc(LINES(npages) * CW_DIRTY_LINE * sizeof(uint64_t));
	map->line = cw_zalloc((LINES(npages) + 63) / 64 * sizeof(uint64_t));
	return map->word && map->line ? 0 : -ENOMEM;
}

static void map_free(struct cw_dirty_map *map)
{
	cw_free(map->word);
	cw_free(map->line);
}

struct cw_slot_log *cw_log_create(const struct cw_mmu *mmu, unsigned as_id, uint64_t npages)
{
	const struct cw_mmu_domain *dom = &mmu->domain[as_id];
	struct cw_slot_log *log = cw_zalloc(sizeof(*log));

	if (!log)
		return NULL;
	log->npages = npages;
	if (map_alloc(&log->dirty, npages) || map_alloc(&log->taken, npages)) {
		cw_log_destroy(log);
		return NULL;
	}
	if (dom->log_mode && (dom->log_flags & CW_LOG_INITIALLY_SET))
		cw_log_set_all(log);
	return log;
}

void cw_log_destroy(struct cw_slot_log *log)
{
	if (!log)
		return;
	map_free(&log->dirty);
	map_free(&log->taken);
	cw_free(log);
}

void cw_log_set_all(struct cw_slot_log *log)
{
	uint64_t words = log->npages / 64, lines = LINES(log->npages);

	for (uint64_t w = 0; w < words; w++)
		log->dirty.word[w] = ~0ull;
	if (log->npages % 64)
		log->dirty.word[words] = (1ull << log->npages % 64) - 1;
	for (uint64_t l = 0; l < lines; l++)
		log->dirty.line[l / 64] |= 1ull << l % 64;
}

void cw_log_clear_all(struct cw_slot_log *log)
{
	uint64_t words = LINES(log->npages) * CW_DIRTY_LINE;

	for (uint64_t w = 0; (w = cw_dirty_next(&log->dirty, w, words)) < words; w += CW_DIRTY_LINE) {
		for (unsigned i = 0; i < CW_DIRTY_LINE; i++)
			log->dirty.word[w + i] = 0;
		cw_dirty_line_empty(&log->dirty, w);
	}
}

void cw_log_mark(const struct cw_memslot *slot, uint64_t gfn)
{
	uint64_t rel = gfn - slot->base_gfn;

	CW_ASSERT(rel < slot->log->npages);
	cw_dirty_or(&slot->log->dirty, rel / 64, 1ull << rel % 64);
}

void cw_log_mark_word(const struct cw_memslot *slot, uint64_t gfn, uint64_t bits)
{
	uint64_t rel = gfn - slot->base_gfn;

	CW_ASSERT(rel % 64 == 0 && rel + 64 <= slot->log->npages);
	cw_dirty_or(&slot->log->dirty, rel / 64, bits);
}

uint64_t cw_dirty_next(const struct cw_dirty_map *map, uint64_t w, uint64_t end)
{
	uint64_t line = w / CW_DIRTY_LINE, lines = (end + CW_DIRTY_LINE - 1) / CW_DIRTY_LINE;

	while (line < lines) {
		uint64_t bits = map->line[line / 64] >> line % 64;

		if (bits) {
			line += (unsigned)__builtin_ctzll(bits);
			/* A range may begin in the middle of a line, and end in one. */
			if (line * CW_DIRTY_LINE > w)
				w = line * CW_DIRTY_LINE;
			return w < end ? w : end;
		}
		line = (line | 63) + 1;
	}
	return end;
}

const char *cw_log_validate(const struct cw_slot_log *log)
{
	for (uint64_t w = 0; w < LINES(log->npages) * CW_DIRTY_LINE; w++) {
		uint64_t line = w / CW_DIRTY_LINE, beyond = 0;

		if (w >= log->npages / 64)
			beyond = w == log->npages / 64 ? ~0ull << log->npages % 64 : ~0ull;
		if (log->dirty.word[w] & beyond)
			return "a page beyond the slot is dirty";
		if (log->dirty.word[w] && !(log->dirty.line[line / 64] >> line % 64 & 1))
			return "a dirty page is in no summary";
		if (log->taken.word[w] || (log->taken.line[line / 64] >> line % 64 & 1))
			return "a pass has left something behind";
	}
	return NULL;
}
