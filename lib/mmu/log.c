/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty logging. The engine's log of a domain is harvested into the bitmaps of its slots, where the host's own marks
 * stand too (P51); a pass takes bits out of a bitmap and, in PROTECT and DIRTYBIT, takes W or D away from these pages
 * under the same lock, and reports them after INVALIDATE and FLUSH (P22, DL-10). Until then they are in `taken`, and
 * they go back into the bitmap if anything fails: what was not reported is dirty still, and will be protected again.
 */
#include "internal.h"

#define WORDS(npages) (((npages) + 63) / 64)
#define BATCH_LINES 4096u /* lines of a bitmap moved */
#define LOOK_AHEAD 32u
#define COUNT_LINES 16u

void cw_log_all_dirty(struct cw_mmu *mmu, unsigned as_id)
{
	CW_ASSERT(cw_mutex_is_mine(&mmu->lock));
	if (!mmu->domain[as_id].log_mode)
		return;
	cw_slots_for(slot, cw_slots_active(mmu, as_id))
	{
		if (slot->log)
			cw_log_set_all(slot->log);
	}
}

/* --- protection --- */

/* Bits of a page's entries that let writes pass without a record. */
static uint64_t record_bits(const struct cw_mmu *mmu, const struct cw_mmu_page *sp)
{
	const struct cw_spte_format *fmt = cw_spte_format(sp->role);

	if (mmu->domain[sp->role.smm].log_mode == CW_LOG_DIRTYBIT && !sp->role.ad_disabled)
		return fmt->dirty;
	return CW_SPTE(W);
}

static int protect_page(struct cw_zap *z, struct cw_mmu_page *sp, const uint64_t *mask)
{
	struct cw_mmu *mmu = z->mmu;
	uint64_t need[8] = {0}, bits = record_bits(mmu, sp), mmu_w = cw_spte_format(sp->role)->mmu_w;
	unsigned first = CW_SPTES, last = 0;
	int r;

	for (unsigned w = 0; w < 8; w++) {
		for (uint64_t left = mask[w]; left; left &= left - 1) {
			unsigned i = w * 64 + (unsigned)__builtin_ctzll(left);

			/* W=0 in the mirror proves nothing: the engine may have fixed it. */
			if (!cw_spte_present(sp->spte[i]) || !(sp->spte[i] & mmu_w))
				continue;
			need[w] |= 1ull << i % 64;
			first = first < i ? first : i;
			last = i;
		}
	}
	if (first > last)
		return 0;
	r = mmu->ops->protect(mmu->priv, sp->table, need, sp->role.x86,
			      mmu->domain[z->as_id].log_mode == CW_LOG_DIRTYBIT);
	if (r)
		return r;
	for (unsigned w = first / 64; w <= last / 64; w++) {
		for (; need[w]; need[w] &= need[w] - 1)
			sp->spte[w * 64 + (unsigned)__builtin_ctzll(need[w])] &= ~bits;
	}
	cw_zap_note(z, sp->gfn + first, last - first + 1, false);
	return 0;
}

/* A large leaf becomes read-only, so that reads still hit; the fault of a write drops it. */
static int protect_large(struct cw_zap *z, struct cw_entry e)
{
	uint64_t spte = e.sp->spte[e.index];
	int r;

	if (!(spte & CW_SPTE(W)))
		return 0;
	/* Made with A, and with D where it has W: the engine has nothing to change in it. */
	CW_ASSERT(!cw_spte_volatile(cw_spte_format(e.sp->role), spte));
	r = z->mmu->ops->entry_write(z->mmu->priv, cw_entry_addr(e.sp, e.index), spte & ~CW_SPTE(W));
	if (r)
		return r;
	e.sp->spte[e.index] = spte & ~CW_SPTE(W);
	cw_zap_note_entry(z, e, false);
	return 0;
}

/* Pages of one table of level 1: mask bit n is page first + n. */
int cw_log_protect_region(struct cw_zap *z, const struct cw_memslot *slot, uint64_t first, const uint64_t *mask)
{
	static const struct {
		enum cw_flavour flavour;
		bool ad_disabled;
	} kind[] = {{CW_FLAVOUR_EPT, false}, {CW_FLAVOUR_EPT, true}, {CW_FLAVOUR_X86, false}};
	struct cw_entry e;
	int r = 0;

	for (unsigned i = 0; i < 3 && !r; i++) {
		struct cw_mmu_page *sp =
			cw_page_find(z->mmu, first,
				     cw_role_direct_root(CW_LEVEL_4K, kind[i].flavour, kind[i].ad_disabled, z->as_id));

		if (sp)
			r = protect_page(z, sp, mask);
	}
	for (unsigned level = 2; level <= CW_LEVEL_LEAF_MAX && !r; level++) {
		uint64_t gfn = cw_table_gfn(first, level - 1), rel = gfn - slot->base_gfn;
		struct cw_rmap_leaf *leaf = gfn < slot->base_gfn ? NULL : cw_rmap_lookup(slot->rmap, rel);

		for (unsigned n = 0; leaf && !r; n++) {
			if (!cw_rmap_head_get(&leaf->head[rel % CW_RMAP_LEAF_PAGES], n, &e))
				break;
			if (e.sp->role.level == level && cw_page_live(z->mmu, e.sp))
				r = protect_large(z, e);
		}
	}
	if (!r)
		r = cw_track_log_protect(z, slot, first, mask);
	z->batch++;
	return r;
}

/* Everything of a slot (P28). Yields. */
static int protect_slot(struct cw_zap *z, const struct cw_memslot *slot)
{
	uint64_t rel = 0;
	int r = 0;

	while (!r && slot->rmap && cw_rmap_next(slot->rmap, &rel)) {
		uint64_t first = cw_table_gfn(slot->base_gfn + rel, CW_LEVEL_4K), mask[8] = {0};

		for (unsigned i = 0; i < CW_SPTES; i++) {
			if (first + i >= slot->base_gfn && first + i < slot->base_gfn + slot->npages)
				mask[i / 64] |= 1ull << i % 64;
		}
		r = cw_log_protect_region(z, slot, first, mask);
		rel = first + CW_SPTES - slot->base_gfn;
		if (z->batch >= CW_DIRTY_BATCH)
			cw_zap_yield(z);
	}
	return r;
}

/* The bits of words w .. w + n - 1 of `taken`. */
static int protect_taken(struct cw_zap *z, const struct cw_memslot *slot, uint64_t w, unsigned n)
{
	uint64_t mask[8] = {0}, region = ~0ull;
	int r = 0;

	for (; n && !r; n--, w++) {
		uint64_t word = slot->base_gfn + w * 64, all = slot->log->taken.word[w];

		/* All 64 pages in one region: as a word. */
		if (all && word % 64 == 0 && (region == ~0ull || region == cw_table_gfn(word, CW_LEVEL_4K))) {
			region = cw_table_gfn(word, CW_LEVEL_4K);
			mask[word % CW_SPTES / 64] |= all;
			continue;
		}
		for (uint64_t bits = all; bits && !r; bits &= bits - 1) {
			uint64_t gfn = slot->base_gfn + w * 64 + (unsigned)__builtin_ctzll(bits);

			if (cw_table_gfn(gfn, CW_LEVEL_4K) != region) {
				if (region != ~0ull)
					r = cw_log_protect_region(z, slot, region, mask);
				for (unsigned i = 0; i < 8; i++)
					mask[i] = 0;
				region = cw_table_gfn(gfn, CW_LEVEL_4K);
			}
			mask[gfn % CW_SPTES / 64] |= 1ull << gfn % 64;
		}
	}
	if (region != ~0ull && !r)
		r = cw_log_protect_region(z, slot, region, mask);
	return r;
}

static bool exact(const struct cw_mmu *mmu, unsigned as_id)
{
	return cw_log_exact(mmu->domain[as_id].log_mode);
}

static bool split_all(void *arg, uint64_t rel, uint64_t n)
{
	(void)arg;
	(void)rel;
	(void)n;
	return true;
}

int cw_log_enable(struct cw_mmu *mmu, const struct cw_memslot *slot)
{
	unsigned as_id = slot->as_id;
	struct cw_zap z;
	int r;

	if (!slot->log || !exact(mmu, as_id) || (mmu->domain[as_id].log_flags & CW_LOG_INITIALLY_SET) ||
	    (slot->flags & CW_MEM_READONLY))
		return 0;
	if (mmu->domain[as_id].log_flags & CW_LOG_SPLIT)
		cw_split_slot(mmu, slot, 0, slot->npages, split_all, NULL); /* DL-2 */
	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, as_id);
	r = protect_slot(&z, slot);
	cw_zap_post(&z);
	cw_mutex_unlock(&mmu->lock);
	if (!r)
		r = cw_zap_flush(mmu, as_id);
	if (r) {
		/* Nothing of the slot can be trusted: the first pass protects and reports all of it. */
		cw_mutex_lock(&mmu->lock);
		cw_log_set_all(slot->log);
		cw_mutex_unlock(&mmu->lock);
	}
	return r;
}

/* --- passes --- */

struct merge {
	struct cw_mmu *mmu;
	unsigned as_id;
};

/* One line of the engine's log: 512 pages. */
static void merge_line(void *arg, uint64_t gfn, const uint64_t *bits)
{
	const struct merge *m = arg;
	struct cw_memslot *slot = NULL;

	cw_mutex_lock(&m->mmu->lock);
	for (unsigned w = 0; w < CW_DIRTY_LINE; w++, gfn += 64) {
		for (uint64_t left = bits[w]; left; left &= left - 1) {
			uint64_t page = gfn + (unsigned)__builtin_ctzll(left);

			if (!slot || page - slot->base_gfn >= slot->npages)
				slot = cw_slots_find(cw_slots_active(m->mmu, m->as_id), page);
			if (!slot || !slot->log)
				continue;
			/* All 64 pages in one word of the slot. */
			if (gfn >= slot->base_gfn && (gfn - slot->base_gfn) % 64 == 0 &&
			    gfn + 64 <= slot->base_gfn + slot->npages) {
				cw_log_mark_word(slot, gfn, left);
				break;
			}
			cw_log_mark(slot, page);
		}
	}
	cw_mutex_unlock(&m->mmu->lock);
}

int cw_log_sync(struct cw_mmu *mmu, unsigned as_id)
{
	struct merge m = {mmu, as_id};
	int r = mmu->domain[as_id].log_mode ? mmu->ops->harvest(mmu->priv, as_id, merge_line, &m) : 0;

	if (r) {
		cw_mutex_lock(&mmu->lock);
		cw_log_all_dirty(mmu, as_id);
		cw_mutex_unlock(&mmu->lock);
	}
	return r < 0 ? r : 0;
}

/* A pass over words first .. end - 1 of a slot's bitmap. */
struct pass {
	struct cw_mmu *mmu;
	const struct cw_memslot *slot;
	uint64_t first, end;
	const uint64_t *only; /* bit 0 is the first page; NULL: all */
	uint64_t *bitmap;     /* the same; NULL if `only` is there: nobody wants to know */
	int64_t pages;
};

static void report(struct pass *p, uint64_t w, uint64_t bits)
{
	p->pages += __builtin_popcountll(bits);
	if (p->bitmap)
		cw_atomic_or(&p->bitmap[w - p->first], bits);
}

static uint64_t line_end(const struct pass *p, uint64_t w)
{
	uint64_t next = (w | (CW_DIRTY_LINE - 1)) + 1;

	return next < p->end ? next : p->end;
}

static void summarise(struct cw_dirty_map *map, uint64_t w)
{
	const uint64_t *word = &map->word[w & ~(uint64_t)(CW_DIRTY_LINE - 1)];
	uint64_t any = 0;

	for (unsigned i = 0; i < CW_DIRTY_LINE; i++)
		any |= word[i];
	if (!any)
		cw_dirty_line_empty(map, w);
}

/* What the pass wants of the line of word w leaves the bitmap, into `taken` or straight to the caller. */
static void take_line(struct pass *p, uint64_t w, bool straight)
{
	struct cw_slot_log *log = p->slot->log;

	for (uint64_t i = w, end = line_end(p, w); i < end; i++) {
		uint64_t bits = log->dirty.word[i] & (p->only ? p->only[i - p->first] : ~0ull);

		if (!bits)
			continue;
		log->dirty.word[i] &= ~bits;
		if (straight)
			report(p, i, bits);
		else
			cw_dirty_or(&log->taken, i, bits);
	}
	summarise(&log->dirty, w);
}

/* Lines of two bitmaps that are in no cache are asked for before they are needed, and counted some at a time. */
struct ahead {
	uint64_t w[LOOK_AHEAD];
	unsigned in, out;
	unsigned nr_bits;
	uint64_t bits[COUNT_LINES * CW_DIRTY_LINE];
};

static void count_ahead(struct pass *p, struct ahead *a)
{
	p->pages += cw_count_bits(a->bits, a->nr_bits);
	a->nr_bits = 0;
}

/* A whole line, by word or in pairs of words; which have something is found out without a branch for each. */
static void take_whole_line(struct pass *p, struct ahead *a, uint64_t w)
{
	uint64_t *word = &p->slot->log->dirty.word[w], *to = p->bitmap + w, *bits = &a->bits[a->nr_bits];
	unsigned some = 0, more;
	bool pairs;

	cw_memcpy(bits, word, CW_DIRTY_LINE * sizeof(*bits));
	for (unsigned i = 0; i < CW_DIRTY_LINE; i++)
		word[i] = 0;
	for (unsigned i = 0; i < CW_DIRTY_LINE; i++)
		some |= (unsigned)(bits[i] != 0) << i;
	/* One or two words cost less by themselves. The caller's bitmap may begin and end in the middle of a pair. */
	more = some & (some - 1);
	pairs = (more & (more - 1)) && (uintptr_t)to % 16 == 0 && w + CW_DIRTY_LINE <= p->end;
	if (pairs)
		some = (some | some >> 1) & 0x55;
	for (; some; some &= some - 1) {
		unsigned i = (unsigned)__builtin_ctz(some);

		if (pairs)
			cw_atomic_or_pair(&to[i], bits[i], bits[i + 1]);
		else
			cw_atomic_or(&to[i], bits[i]);
	}
	a->nr_bits += CW_DIRTY_LINE;
	if (a->nr_bits == COUNT_LINES * CW_DIRTY_LINE)
		count_ahead(p, a);
}

static void take_ahead(struct pass *p, struct ahead *a, unsigned left)
{
	while (a->in - a->out > left)
		take_whole_line(p, a, a->w[a->out++ % LOOK_AHEAD]);
}

/* The lines of word i of the summary; their number. */
static unsigned take_lines(struct pass *p, struct ahead *a, uint64_t i)
{
	struct cw_dirty_map *map = &p->slot->log->dirty;
	unsigned n = 0;

	for (uint64_t lines = map->line[i]; lines; lines &= lines - 1, n++) {
		uint64_t w = (i * 64 + (unsigned)__builtin_ctzll(lines)) * CW_DIRTY_LINE;

		cw_prefetch(&map->word[w]);
		/* Which may lie anywhere. */
		cw_prefetch(&p->bitmap[w]);
		cw_prefetch(&p->bitmap[w + CW_DIRTY_LINE - 1]);
		a->w[a->in++ % LOOK_AHEAD] = w;
		take_ahead(p, a, LOOK_AHEAD - 1);
	}
	cw_dirty_empty(map, i, ~0ull);
	return n;
}

/* Everything of a slot, in whole lines: those words of the last line that the slot does not have are never dirty. */
static void take_all(struct pass *p, struct cw_zap *z)
{
	const struct cw_dirty_map *map = &p->slot->log->dirty;
	uint64_t end = (p->end + 64 * CW_DIRTY_LINE - 1) / (64 * CW_DIRTY_LINE);
	struct ahead a;

	a.in = a.out = a.nr_bits = 0;
	CW_ASSERT(p->bitmap && !p->first && p->end == WORDS(p->slot->npages));
	for (uint64_t i = 0; (i = cw_dirty_next_lines(map, i, end)) < end; i++) {
		z->batch += take_lines(p, &a, i);
		if (z->batch < BATCH_LINES)
			continue;
		take_ahead(p, &a, 0);
		cw_zap_yield(z);
	}
	take_ahead(p, &a, 0);
	count_ahead(p, &a);
}

/* What the caller names, of the words that it names. */
static void take_some(struct pass *p, struct cw_zap *z)
{
	const struct cw_dirty_map *map = &p->slot->log->dirty;

	for (uint64_t w = p->first; (w = cw_dirty_next(map, w, p->end)) < p->end; w = line_end(p, w)) {
		take_line(p, w, true);
		if (++z->batch >= BATCH_LINES)
			cw_zap_yield(z);
	}
}

/* CAPTURE: harvest() has waited for the older grants, there is nothing to protect and nothing that can fail. */
static void pass_straight(struct pass *p)
{
	struct cw_zap z;

	cw_mutex_lock(&p->mmu->lock);
	cw_zap_init(&z, p->mmu, p->slot->as_id);
	if (p->only)
		take_some(p, &z);
	else
		take_all(p, &z);
	cw_mutex_unlock(&p->mmu->lock);
}

/* PROTECT and DIRTYBIT: into `taken`, and protection. */
static int take(struct pass *p)
{
	struct cw_slot_log *log = p->slot->log;
	struct cw_zap z;
	int r = 0;

	cw_mutex_lock(&p->mmu->lock);
	cw_zap_init(&z, p->mmu, p->slot->as_id);
	for (uint64_t w = p->first; !r && (w = cw_dirty_next(&log->dirty, w, p->end)) < p->end; w = line_end(p, w)) {
		take_line(p, w, false);
		r = protect_taken(&z, p->slot, w, (unsigned)(line_end(p, w) - w));
		if (z.batch >= CW_DIRTY_BATCH)
			cw_zap_yield(&z);
	}
	cw_zap_post(&z);
	cw_mutex_unlock(&p->mmu->lock);
	return r;
}

/* What was taken goes to the caller, or back: then it is dirty still, and will be protected again. */
static void give(struct pass *p, bool back)
{
	struct cw_slot_log *log = p->slot->log;

	for (uint64_t w = p->first; (w = cw_dirty_next(&log->taken, w, p->end)) < p->end; w = line_end(p, w)) {
		if (back)
			cw_mutex_lock(&p->mmu->lock);
		for (uint64_t i = w; i < line_end(p, w); i++) {
			if (!log->taken.word[i])
				continue;
			if (back)
				cw_dirty_or(&log->dirty, i, log->taken.word[i]);
			else
				report(p, i, log->taken.word[i]);
			log->taken.word[i] = 0;
		}
		cw_dirty_line_empty(&log->taken, w);
		if (back)
			cw_mutex_unlock(&p->mmu->lock);
	}
}

/* DL-5: what of a large leaf is about to be protected? */
static bool split_dirty(void *arg, uint64_t rel, uint64_t n)
{
	const struct pass *p = arg;
	uint64_t end = (rel + n + 63) / 64, w = rel / 64 > p->first ? rel / 64 : p->first;

	for (end = end < p->end ? end : p->end; (w = cw_dirty_next(&p->slot->log->dirty, w, end)) < end; w++) {
		uint64_t bits = p->slot->log->dirty.word[w] & (p->only ? p->only[w - p->first] : ~0ull);

		if (w * 64 < rel)
			bits &= ~0ull << rel % 64;
		if (w * 64 + 64 > rel + n)
			bits &= ~(~0ull << (rel + n) % 64);
		if (bits)
			return true;
	}
	return false;
}

/* Takes and reports; number of pages or an error. */
static int64_t pass(struct cw_mmu *mmu, const struct cw_memslot *slot, uint64_t first, uint64_t n, const uint64_t *only,
		    uint64_t *bitmap)
{
	struct pass p = {mmu, slot, first, first + n, only, bitmap, 0};
	unsigned flags = mmu->domain[slot->as_id].log_flags;
	int r;

	if (!exact(mmu, slot->as_id)) {
		pass_straight(&p);
		return p.pages;
	}
	if ((flags & CW_LOG_SPLIT) && (flags & CW_LOG_INITIALLY_SET))
		cw_split_slot(mmu, slot, first * 64, (first + n) * 64, split_dirty, &p);
	r = take(&p);
	if (!r)
		r = cw_zap_flush(mmu, slot->as_id);
	give(&p, r != 0);
	return r ? r : p.pages;
}

/* Manual mode: what is dirty, which stays so until it is cleared (DL-4). */
static int64_t copy(struct cw_mmu *mmu, const struct cw_memslot *slot, uint64_t *bitmap)
{
	struct pass p = {mmu, slot, 0, WORDS(slot->npages), NULL, bitmap, 0};
	const struct cw_dirty_map *map = &slot->log->dirty;

	cw_mutex_lock(&mmu->lock);
	for (uint64_t w = 0; (w = cw_dirty_next(map, w, p.end)) < p.end; w = line_end(&p, w)) {
		for (uint64_t i = w; i < line_end(&p, w); i++) {
			if (map->word[i])
				report(&p, i, map->word[i]);
		}
	}
	cw_mutex_unlock(&mmu->lock);
	return p.pages;
}

/* Under slots_lock: the slot if it logs, or NULL. */
static struct cw_memslot *logging_slot(struct cw_mmu *mmu, uint32_t slot_id)
{
	struct cw_memslot *slot = cw_slots_by_id(mmu, slot_id >> 16, slot_id & 0xffff);

	return slot && slot->log && mmu->domain[slot_id >> 16].log_mode ? slot : NULL;
}

int64_t cw_mmu_log_get(struct cw_mmu *mmu, uint32_t slot_id, uint64_t *bitmap)
{
	unsigned as_id = slot_id >> 16;
	struct cw_memslot *slot;
	int64_t r = -ENOENT;

	if (as_id >= CW_AS_MAX)
		return -EINVAL;
	cw_mutex_lock(&mmu->slots_lock);
	slot = logging_slot(mmu, slot_id);
	if (slot)
		r = cw_log_sync(mmu, as_id);
	if (!r && (mmu->domain[as_id].log_flags & CW_LOG_MANUAL))
		r = copy(mmu, slot, bitmap);
	else if (!r)
		r = pass(mmu, slot, 0, WORDS(slot->npages), NULL, bitmap);
	cw_mutex_unlock(&mmu->slots_lock);
	return r;
}

int64_t cw_mmu_log_clear(struct cw_mmu *mmu, uint32_t slot_id, uint64_t first, uint64_t npages, const uint64_t *bitmap)
{
	struct cw_memslot *slot;
	int64_t r = -ENOENT;

	if (slot_id >> 16 >= CW_AS_MAX)
		return -EINVAL;
	cw_mutex_lock(&mmu->slots_lock);
	slot = logging_slot(mmu, slot_id);
	if (slot && (first % 64 || first > slot->npages || npages > slot->npages - first ||
		     (npages % 64 && first + npages != slot->npages)))
		r = -EINVAL;
	else if (slot)
		r = pass(mmu, slot, first / 64, WORDS(npages), bitmap, NULL);
	cw_mutex_unlock(&mmu->slots_lock);
	return r;
}

/* --- modes --- */

/* Calls fn for every slot of an address space; the first error. Under slots_lock. */
static int each_slot(struct cw_mmu *mmu, unsigned as_id, int (*fn)(struct cw_mmu *mmu, const struct cw_memslot *slot))
{
	int err = 0;

	cw_slots_for(slot, cw_slots_active(mmu, as_id))
	{
		int r = fn(mmu, slot);

		err = err ? err : r;
	}
	return err;
}

static int begin_clean(struct cw_mmu *mmu, const struct cw_memslot *slot)
{
	if (!slot->log)
		return 0;
	cw_mutex_lock(&mmu->lock);
	if (mmu->domain[slot->as_id].log_flags & CW_LOG_INITIALLY_SET)
		cw_log_set_all(slot->log);
	else
		cw_log_clear_all(slot->log);
	cw_mutex_unlock(&mmu->lock);
	return 0;
}

static void set_mode(struct cw_mmu *mmu, unsigned as_id, unsigned mode, unsigned flags)
{
	cw_mutex_lock(&mmu->lock);
	mmu->domain[as_id].log_mode = mode;
	mmu->domain[as_id].log_flags = flags;
	cw_mutex_unlock(&mmu->lock);
}

/*
 * The order of P28. Faults must leave marks, and make no entry that lets writes pass without, as soon as the engine
 * needs that, and as long: into PROTECT and DIRTYBIT the core changes first, out of them last.
 */
static int change_mode(struct cw_mmu *mmu, unsigned as_id, unsigned mode, unsigned flags)
{
	unsigned old = mmu->domain[as_id].log_mode, old_flags = mmu->domain[as_id].log_flags;
	int r;

	if (!old) {
		set_mode(mmu, as_id, old, flags);
		each_slot(mmu, as_id, begin_clean);
	}
	if (cw_log_exact(mode))
		set_mode(mmu, as_id, mode, flags);
	r = mmu->ops->log_set(mmu->priv, as_id, mode);
	if (r) {
		set_mode(mmu, as_id, old, old_flags);
		return r;
	}
	set_mode(mmu, as_id, mode, flags);
	if (!cw_log_exact(mode))
		return 0;
	r = each_slot(mmu, as_id, cw_log_enable);
	if (old || r) {
		/* Writes between flip and protection left no mark; what an error has spared is not worth knowing. */
		cw_mutex_lock(&mmu->lock);
		cw_log_all_dirty(mmu, as_id);
		cw_mutex_unlock(&mmu->lock);
	}
	return r;
}

int cw_mmu_log_start(struct cw_mmu *mmu, unsigned as_id, unsigned mode, unsigned flags)
{
	const struct cw_mmu_domain *dom;
	int r = 0;

	if (as_id >= CW_AS_MAX || mode == CW_LOG_OFF || mode > CW_LOG_DIRTYBIT ||
	    (flags & ~(CW_LOG_MANUAL | CW_LOG_INITIALLY_SET | CW_LOG_SPLIT)))
		return -EINVAL;
	if ((flags & CW_LOG_INITIALLY_SET) && !(flags & CW_LOG_MANUAL))
		return -EINVAL;
	if (!mmu->ops->log_set || !mmu->ops->harvest || (cw_log_exact(mode) && !mmu->ops->protect))
		return -EOPNOTSUPP;
	dom = &mmu->domain[as_id];
	cw_mutex_lock(&mmu->slots_lock);
	if (dom->log_mode != mode)
		r = change_mode(mmu, as_id, mode, flags);
	else
		set_mode(mmu, as_id, mode, flags);
	cw_mutex_unlock(&mmu->slots_lock);
	return r;
}

static int collapse(struct cw_mmu *mmu, const struct cw_memslot *slot)
{
	cw_zap_collapse(mmu, slot);
	return 0;
}

int cw_mmu_log_stop(struct cw_mmu *mmu, unsigned as_id)
{
	unsigned old;
	int r = 0;

	if (as_id >= CW_AS_MAX)
		return -EINVAL;
	cw_mutex_lock(&mmu->slots_lock);
	old = mmu->domain[as_id].log_mode;
	if (old)
		r = change_mode(mmu, as_id, CW_LOG_OFF, 0);
	if (!r && cw_log_exact(old))
		each_slot(mmu, as_id, collapse);
	cw_mutex_unlock(&mmu->slots_lock);
	return r;
}
