/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty bitmap of a slot, in three levels: a summary has a bit per line of 8 words (512 pages), set before any bit of
 * the line is, and a summary of that one a bit per word of it. What is empty costs next to nothing to look at, and a
 * set bit one more store.
 */
#include "internal.h"

#define LINES(npages) (((npages) + 511) / 512)
#define LINE_BYTES (CW_DIRTY_LINE * sizeof(uint64_t))
#define LINE_WORDS(npages) ((LINES(npages) + 63) / 64)

static int map_alloc(struct cw_dirty_map *map, uint64_t npages)
{
	/* Whole lines, so that a line is never cut. */
	map->mem = cw_zalloc(LINES(npages) * LINE_BYTES + LINE_BYTES);
	map->word = (uint64_t *)(((uintptr_t)map->mem + LINE_BYTES - 1) & ~(LINE_BYTES - 1));
	map->line = cw_zalloc(LINE_WORDS(npages) * sizeof(uint64_t));
	map->top = cw_zalloc((LINE_WORDS(npages) + 63) / 64 * sizeof(uint64_t));
	return map->mem && map->line && map->top ? 0 : -ENOMEM;
}

static void map_free(struct cw_dirty_map *map)
{
	cw_free(map->mem);
	cw_free(map->line);
	cw_free(map->top);
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
	for (uint64_t i = 0; i < LINE_WORDS(log->npages); i++)
		log->dirty.top[i / 64] |= 1ull << i % 64;
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

uint64_t cw_dirty_next_lines(const struct cw_dirty_map *map, uint64_t i, uint64_t end)
{
	while (i < end && !map->line[i]) {
		uint64_t bits = map->top[i / 64] >> i % 64;

		i = bits ? i + (unsigned)__builtin_ctzll(bits) : (i | 63) + 1;
	}
	return i < end ? i : end;
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
		line = cw_dirty_next_lines(map, line / 64 + 1, (lines + 63) / 64) * 64;
	}
	return end;
}

const char *cw_dirty_validate(const struct cw_dirty_map *map, uint64_t npages)
{
	for (uint64_t w = 0; w < LINES(npages) * CW_DIRTY_LINE; w++) {
		uint64_t line = w / CW_DIRTY_LINE, beyond = 0;

		if (w >= npages / 64)
			beyond = w == npages / 64 ? ~0ull << npages % 64 : ~0ull;
		if (map->word[w] & beyond)
			return "a page beyond the slot is dirty";
		if (map->word[w] && !(map->line[line / 64] >> line % 64 & 1))
			return "a dirty page is in no summary";
	}
	if (LINES(npages) % 64 && map->line[LINE_WORDS(npages) - 1] >> LINES(npages) % 64)
		return "a line beyond the slot is in the summary";
	for (uint64_t i = 0; i < (LINE_WORDS(npages) + 63) / 64 * 64; i++) {
		bool any = i < LINE_WORDS(npages) && map->line[i];

		if ((map->top[i / 64] >> i % 64 & 1) != any)
			return "the upper summary does not say what the lower one has";
	}
	return NULL;
}

const char *cw_log_validate(const struct cw_slot_log *log)
{
	const char *what = cw_dirty_validate(&log->dirty, log->npages);

	if (!what)
		what = cw_dirty_validate(&log->taken, log->npages);
	if (!what &&
	    cw_dirty_next(&log->taken, 0, LINES(log->npages) * CW_DIRTY_LINE) < LINES(log->npages) * CW_DIRTY_LINE)
		what = "a pass has left something behind";
	return what;
}
