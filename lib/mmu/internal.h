/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What the files of the core share. Everything here runs under mmu->lock unless it says otherwise. */
#ifndef CW_MMU_INTERNAL_H
#define CW_MMU_INTERNAL_H

#include "mmu.h"
#include "spte.h"

/* --- rmap: which entries map a gfn; a large leaf stands at its first page only --- */

/* One entry of one shadow page. */
struct cw_entry {
	struct cw_mmu_page *sp;
	unsigned index;
};

/* The entries that point to one thing: none, one packed in place, or a chain of descriptors. */
struct cw_rmap_head {
	uint64_t val;
};

#define CW_RMAP_DESC_ENTRIES 6
struct cw_rmap_desc {
	struct cw_rmap_desc *next;
	uint32_t nr;
	uint32_t behind; /* entries in those that follow, which are full */
	uint64_t entry[CW_RMAP_DESC_ENTRIES];
};

#define CW_RMAP_LEAF_PAGES 512u
/* Heads of 512 pages of a slot. */
struct cw_rmap_leaf {
	struct cw_rmap_head *head; /* 512 */
	unsigned nr_mapped;	   /* heads that are not empty */
};

/*
 * Radix tree over the pages of a slot. It grows where pages are mapped: the root spans no more than what is mapped asks
 * for, so that a large slot of which little is used has few nodes.
 */
struct cw_rmap {
	unsigned inner_levels; /* 0..3: as many as it can get */
	unsigned levels;       /* above the leaves, now */
	void *root;	       /* leaf, or block of 512 pointers; NULL: nothing was ever mapped */
	uint64_t base;	       /* first page that the root spans */
	uint64_t npages;
};

/* --- object caches --- */

/* Most of each kind that one translation can use (MS-16): tables for levels 4..1 below a root of level 5. */
enum {
	CW_NEED_PAGE = 4,
	CW_NEED_PAIR = 3, /* of them, in a shadow context: levels 3..1 */
	/* Child arrays, gfns; of the rmap: new roots, inner levels below, heads. */
	CW_NEED_BLOCK = 3 + 3 + 3 + 2 + 1,
	CW_NEED_RMAP_LEAF = 1,
	CW_NEED_DESC = 8 + 4, /* rmaps of the leaf and its neighbours, parents of each level */
	CW_REFILL = 2,	      /* translations that a refill is enough for */
	CW_CACHE_MAX = 24,
};

#define CW_PREFETCH 8u	      /* entries that a fault may make, its own included */
#define CW_RMAP_RECYCLE 1000u /* mappings of one page, above which all go */

struct cw_cache {
	unsigned nr;
	void *obj[CW_CACHE_MAX];
};

struct cw_cache_set {
	struct cw_cache page, block, rmap_leaf, desc;
	struct cw_cache mirror; /* blocks of entries that are not present */
	unsigned nr_table;
	uint64_t table[CW_NEED_PAGE];
	unsigned nr_pair;
	uint64_t pair[CW_NEED_PAIR];
	bool pairs; /* shadow contexts use it */
	void *hash; /* bigger hash, or NULL */
	unsigned hash_bits;
	unsigned want_bits; /* size to allocate at the next top-up, 0: none */
	bool need_bigger;   /* it is no use going on without */
	unsigned nr_back;   /* pages that were resolved for a prefetch which came to nothing */
	struct cw_hpage back[CW_PREFETCH - 1];
};

/* Without mmu->lock. 0 or an error; what it got stays in the caches. Waits for a FLUSH if table memory is used up. */
int cw_cache_topup(struct cw_mmu *mmu, struct cw_cache_set *c);
/* What a shadow context needs besides. */
int cw_cache_topup_pairs(struct cw_mmu *mmu, struct cw_cache_set *c);
void cw_cache_drain(struct cw_mmu *mmu, struct cw_cache_set *c);
/* Asserts that the cache is not empty (MS-16). */
void *cw_cache_take(struct cw_cache *c);
uint64_t cw_cache_take_table(struct cw_cache_set *c);
uint64_t cw_cache_take_pair(struct cw_cache_set *c);

struct cw_rmap *cw_rmap_create(uint64_t npages);
/* All heads must be empty. Without mmu->lock. */
void cw_rmap_destroy(struct cw_rmap *rmap);
/* Leaf of a page, or NULL. With a cache: created if missing. */
struct cw_rmap_leaf *cw_rmap_lookup(const struct cw_rmap *rmap, uint64_t rel);
struct cw_rmap_leaf *cw_rmap_get(struct cw_rmap *rmap, uint64_t rel, struct cw_cache_set *cache);
/* First leaf that holds a page >= *rel; sets *rel to its first page that is >= the old *rel. NULL: no more. */
struct cw_rmap_leaf *cw_rmap_next(const struct cw_rmap *rmap, uint64_t *rel);

/* Number of entries after it. */
unsigned cw_rmap_head_add(struct cw_rmap_head *head, struct cw_entry e, struct cw_cache_set *cache);
/* The entry must be there. */
void cw_rmap_head_del(struct cw_rmap_head *head, struct cw_entry e);
/* The n-th entry; false if there are not so many. Any change renumbers. */
bool cw_rmap_head_get(const struct cw_rmap_head *head, unsigned n, struct cw_entry *out);

/* The same on a page of a slot, with the leaf's count kept. */
unsigned cw_rmap_add(struct cw_rmap *rmap, uint64_t rel, struct cw_entry e, struct cw_cache_set *cache);
void cw_rmap_del(struct cw_rmap *rmap, uint64_t rel, struct cw_entry e);

/* --- shadow pages --- */

/* A table page, its mirror and its place among the others. */
struct cw_mmu_page {
	struct cw_list node; /* active, roots, zapped or a quarantine */
	uint64_t gfn;	     /* first gfn that it spans */
	union cw_role role;
	unsigned gen;	      /* of mmu->valid_gen */
	bool hashed;	      /* in mmu->hash; not once detached */
	bool inval_lost;      /* was a root, and the INVALIDATE of that tag is still owed */
	bool doomed;	      /* with guest entries: the write that is being handled takes all of it away */
	unsigned root_count;  /* contexts */
	unsigned nr_present;  /* present entries, MMIO ones excluded */
	unsigned nr_mmio;     /* MMIO entries */
	unsigned write_flood; /* with guest entries: writes since the last walk through it */
	uint64_t table;	      /* engine-visible address */
	uint64_t zap_seq; /* the last change that took something out of it; in quarantine: that a FLUSH must cover */
	uint64_t *spte;	  /* mirror, 512 entries; behind the engine's by P12 only */
	struct cw_mmu_page **child; /* level > 1: the page that each present entry points to; NULL for leaves */
	struct cw_rmap_head parents;

	uint64_t *trans;	    /* with guest entries, levels 1..3: gfn << 3 | access of each entry */
	uint64_t pdpte[4];	    /* at and in front of PDPTEs: what they are; part of the key */
	struct cw_list shadow_node; /* with guest entries: mmu->shadowed */
};

static inline uint64_t cw_entry_addr(const struct cw_mmu_page *sp, unsigned index)
{
	return sp->table + 8 * index;
}

/* P31: a page of a shadow context that may hold leaves; behind it stands its companion. */
static inline bool cw_page_paired(const struct cw_mmu_page *sp)
{
	return cw_role_shadow(sp->role) && sp->role.level <= CW_LEVEL_LEAF_MAX;
}

static inline uint64_t cw_entry_gfn(const struct cw_mmu_page *sp, unsigned index)
{
	if (sp->trans)
		return sp->trans[index] >> 3;
	return sp->gfn + index * cw_level_pages(sp->role.level);
}

static inline bool cw_entry_is_mmio(struct cw_entry e)
{
	return cw_spte_is_mmio(cw_spte_format(e.sp->role), e.sp->spte[e.index]);
}

/* It is one of the slots as they are now (MS-2). */
bool cw_mmio_current(const struct cw_mmu *mmu, struct cw_entry e, unsigned as_id);

/* False once the engine cannot reach the page by a walk that starts now: its entries need no command then. */
static inline bool cw_page_live(const struct cw_mmu *mmu, const struct cw_mmu_page *sp)
{
	return !sp->role.invalid && sp->gen == mmu->valid_gen;
}

/* The counter of leaves of a level. */
static inline uint64_t *cw_stat_leaves(struct cw_mmu *mmu, unsigned level)
{
	return level == 3 ? &mmu->stats.pages_1g : level == 2 ? &mmu->stats.pages_2m : &mmu->stats.pages_4k;
}

static inline struct cw_mmu_domain *cw_page_domain(struct cw_mmu *mmu, const struct cw_mmu_page *sp)
{
	return &mmu->domain[sp->role.smm];
}

#define CW_HASH_BITS_MIN 6u
#define CW_HASH_LINE 8u /* keys in a line of the cache */
void *cw_hash_alloc(unsigned bits);
/* An empty one, in place of what is there. */
void cw_hash_set(struct cw_mmu *mmu, void *hash, unsigned bits);
/*
 * Room for the pages of one translation, under the lock and before any is made: puts the cache's bigger hash in place
 * if there is one and it is time, else asks the next top-up for one. 0, or CW_PF_RETRY: top up first.
 */
int cw_hash_room(struct cw_mmu *mmu, struct cw_cache_set *cache);
void cw_hash_add(struct cw_mmu *mmu, struct cw_mmu_page *sp);
void cw_hash_del(struct cw_mmu *mmu, struct cw_mmu_page *sp);
/* Pages of a gfn, obsolete ones included: begin with *pos = 0; NULL ends. A change of the hash: begin anew. */
struct cw_mmu_page *cw_page_next_of_gfn(const struct cw_mmu *mmu, uint64_t gfn, uint64_t *pos);
const char *cw_hash_validate(struct cw_mmu *mmu);

/*
 * Key of a page in the hash. Bits 21:0 of a role stand in it as they are, the address space in 22, the generation in
 * 23, the gfn above. Never 0: each page has a level.
 */
#define CW_KEY_ROLE 0x3fffffu
#define CW_KEY_GFN_SHIFT 24
static inline uint64_t cw_hash_key(uint64_t gfn, union cw_role role, unsigned gen)
{
	return gfn << CW_KEY_GFN_SHIFT | (uint64_t)gen << 23 | (uint64_t)role.smm << 22 | (role.word & CW_KEY_ROLE);
}

/* Multiplicative: consecutive gfns of any stride spread over all places. */
static inline uint64_t cw_hash_gfn(uint64_t gfn, unsigned bits)
{
	return gfn * 0x61C8864680B583EBull >> (64 - bits);
}

/* Pages of this home stand elsewhere, behind one that stands there. */
static inline bool cw_hash_more(const struct cw_mmu *mmu, uint64_t home)
{
	return mmu->hash_more[home / 64] >> home % 64 & 1;
}

/* Where a search looks after n places: round the line of keys in which the home is, and so in the lines behind it. */
static inline uint64_t cw_hash_place(const struct cw_mmu *mmu, uint64_t home, uint64_t n)
{
	uint64_t line = (home / CW_HASH_LINE + n / CW_HASH_LINE) * CW_HASH_LINE & ((1ull << mmu->hash_bits) - 1);

	return line + (home + n) % CW_HASH_LINE;
}

/* The one page of the current generation, or NULL. Mostly the first place says it. */
static inline struct cw_mmu_page *cw_page_find(const struct cw_mmu *mmu, uint64_t gfn, union cw_role role)
{
	uint64_t key = cw_hash_key(gfn, role, mmu->valid_gen), home = cw_hash_gfn(gfn, mmu->hash_bits), place = home;

	if (mmu->hash_key[home] == key)
		return mmu->hash_page[home];
	if (!cw_hash_more(mmu, home))
		return NULL;
	for (uint64_t n = 1; mmu->hash_key[place]; n++) {
		place = cw_hash_place(mmu, home, n);
		if (mmu->hash_key[place] == key)
			return mmu->hash_page[place];
	}
	return NULL;
}

/* The same with PDPTEs, which are part of the key where the role has them. */
struct cw_mmu_page *cw_page_find_pae(struct cw_mmu *mmu, uint64_t gfn, union cw_role role, const uint64_t *pdpte);
/* A page with empty entries, known to nobody yet. */
struct cw_mmu_page *cw_page_new(struct cw_mmu *mmu, uint64_t gfn, union cw_role role, struct cw_cache_set *cache);
/* Into the hash and the active list. */
void cw_page_insert(struct cw_mmu *mmu, struct cw_mmu_page *sp);
/* Frees all but the table. The page must be in no list. */
void cw_page_free_host(struct cw_mmu_page *sp);
/* Gives back the table and its companion. With or without mmu->lock. */
void cw_page_free_table(struct cw_mmu *mmu, const struct cw_mmu_page *sp);
/* Frees a page that the engine never reached. With or without mmu->lock. */
void cw_page_discard(struct cw_mmu *mmu, struct cw_mmu_page *sp);
/* Deepest entry of the mirror on the way to gfn: a leaf, or not present. */
struct cw_entry cw_page_walk(struct cw_mmu_page *root, uint64_t gfn);
/* Records in parent and child that an entry points to the child. */
void cw_page_link(struct cw_entry parent, uint64_t spte, struct cw_mmu_page *child, struct cw_cache_set *cache);
/* Takes the page out of hash and lists, into mmu->zapped. It must have no parents and be no root. */
void cw_page_detach(struct cw_mmu *mmu, struct cw_mmu_page *sp);
/* Frees those in quarantine that a FLUSH covers. */
void cw_page_reap(struct cw_mmu *mmu, struct cw_mmu_domain *dom);

/* --- zapping --- */

/* What one holder of the lock took away, for one INVALIDATE before the lock goes. */
struct cw_zap {
	struct cw_mmu *mmu;
	unsigned as_id;
	uint64_t start, end; /* gfns; empty if equal */
	bool nonleaf;
	bool shadow, shadow_nonleaf; /* something of shadow contexts was taken away: roots, not gfns, are their tags */
	unsigned batch;		     /* entries or pages handled since the last yield */
	bool free_empty;	     /* also take away tables that lost their last entry */
	const struct cw_mmu_page *keep; /* but not this one */
};

#define CW_ZAP_BATCH_PAGES 10u
#define CW_ZAP_BATCH_LEAVES 512u

void cw_zap_init(struct cw_zap *z, struct cw_mmu *mmu, unsigned as_id);
/* A translation of these pages was taken away; nonleaf: an entry above a leaf changed. */
void cw_zap_note(struct cw_zap *z, uint64_t gfn, uint64_t npages, bool nonleaf);
/* The same for what one entry spans, of whichever kind its page is. */
void cw_zap_note_entry(struct cw_zap *z, struct cw_entry e, bool nonleaf);
/* Posts the INVALIDATE that is due. Must come before the lock is dropped. */
void cw_zap_post(struct cw_zap *z);
/* Posts, drops the lock, lets others run, takes the lock again. */
void cw_zap_yield(struct cw_zap *z);
/* Takes a present leaf of any level away. On error the entry is as it was. */
int cw_zap_leaf(struct cw_zap *z, struct cw_entry e);
/*
 * Says once more what an entry is, where an exchange that timed out may have changed it: CW_PF_FIXED, or an error.
 */
int cw_zap_renew(struct cw_fault *f, struct cw_entry e);
/* Takes an MMIO entry away. Likewise. */
int cw_zap_mmio(struct cw_zap *z, struct cw_entry e);
/* Makes a present non-leaf entry of a live page non-present; the child may be left without parents. */
int cw_zap_table(struct cw_zap *z, struct cw_entry e);
/* Takes a table away that is no root, and those above that have nothing else. On an error it may keep some parents. */
int cw_zap_page(struct cw_zap *z, struct cw_mmu_page *sp);
/* Tears down what is in mmu->zapped. Sends no command and cannot fail. */
void cw_zap_drain(struct cw_zap *z);
/* Leaves that touch gfns start .. end - 1. Yields. */
int cw_zap_gfns(struct cw_zap *z, uint64_t start, uint64_t end);
/* Without mmu->lock. */
int cw_zap_flush(struct cw_mmu *mmu, unsigned as_id);
/* Gets tables back that wait for a FLUSH; false: none, or the FLUSH failed. Likewise. */
bool cw_zap_reclaim(struct cw_mmu *mmu);
/* Under slots_lock, without mmu->lock. */
int cw_zap_all_locked(struct cw_mmu *mmu);
/* Without mmu->lock. No roots are left: tears all pages down into quarantine. */
void cw_zap_everything(struct cw_mmu *mmu);
/* True if an entry maps a page of the range. */
bool cw_zap_any_mapped(const struct cw_memslot *slot, uint64_t start, uint64_t end);

/* Tables of 4 KiB leaves that a 2 MiB leaf could replace: taken away, so that faults decide anew. Yields, waits. */
void cw_zap_collapse(struct cw_mmu *mmu, const struct cw_memslot *slot);

/* --- splitting large leaves (split.c) --- */

/* Pages rel .. rel + n - 1 of the slot are to be mapped by small leaves. Under mmu->lock. */
typedef bool (*cw_split_wanted)(void *arg, uint64_t rel, uint64_t n);
/*
 * Large leaves of direct contexts that touch pages first .. end - 1 of a slot that logs give way to small ones where
 * that is wanted and possible. Under slots_lock, without mmu->lock.
 */
void cw_split_slot(struct cw_mmu *mmu, const struct cw_memslot *slot, uint64_t first, uint64_t end,
		   cw_split_wanted wanted, void *arg);

/* --- page budget (budget.c) --- */

/* A limit that is not too small to work with. */
uint64_t cw_budget_limit(uint64_t limit);
int cw_budget_slow(struct cw_mmu *mmu, const struct cw_mmu_ctx *ctx, uint64_t gfn, bool *took);

/*
 * Room for the pages of one translation of a context (NULL: of a new root), under the lock, which it may drop. took:
 * something was taken away and invalidated, and the caller has to flush both spaces, without the lock. 0, -ENOSPC, or
 * what an operation said.
 */
static inline int cw_budget(struct cw_mmu *mmu, const struct cw_mmu_ctx *ctx, uint64_t gfn, bool *took)
{
	/* A translation takes at most four, and one is left. */
	return !mmu->page_limit || mmu->nr_pages + 5 <= mmu->page_limit ? 0 : cw_budget_slow(mmu, ctx, gfn, took);
}

/* --- dirty log --- */

#define CW_DIRTY_LINE 8u /* words */

struct cw_dirty_map {
	void *mem;	/* what `word` stands in */
	uint64_t *word; /* bit per page, whole lines, which are lines of the cache */
	uint64_t *line; /* bit per line: some of it may be set */
	uint64_t *top;	/* bit per word of `line`: it is not 0 */
};

/* Dirty bitmap of a slot. */
struct cw_slot_log {
	uint64_t npages;
	struct cw_dirty_map dirty; /* written or made writable since it was taken; mmu->lock */
	struct cw_dirty_map taken; /* of the pass under way, empty between passes; slots_lock */
};

/* One that other lines share is mostly set already. */
static inline void cw_dirty_or(struct cw_dirty_map *map, uint64_t w, uint64_t bits)
{
	uint64_t line = w / CW_DIRTY_LINE;

	if (!map->line[line / 64])
		map->top[line / 4096] |= 1ull << line / 64 % 64;
	map->line[line / 64] |= 1ull << line % 64;
	map->word[w] |= bits;
}

/* Lines of a word of `line` have become empty. */
static inline void cw_dirty_empty(struct cw_dirty_map *map, uint64_t i, uint64_t lines)
{
	map->line[i] &= ~lines;
	if (!map->line[i])
		map->top[i / 64] &= ~(1ull << i % 64);
}

/* The line of a word has become empty. */
static inline void cw_dirty_line_empty(struct cw_dirty_map *map, uint64_t w)
{
	cw_dirty_empty(map, w / CW_DIRTY_LINE / 64, 1ull << w / CW_DIRTY_LINE % 64);
}

/* First word of `line` from i on, and before end, that is not 0; or end. */
uint64_t cw_dirty_next_lines(const struct cw_dirty_map *map, uint64_t i, uint64_t end);

/* First word from w on, and before end, that stands in a line which may have something; or end. */
uint64_t cw_dirty_next(const struct cw_dirty_map *map, uint64_t w, uint64_t end);

/* W or D of 4 KiB leaves tells what is written: a page that the host makes writable is marked, and only a write may. */
static inline bool cw_log_exact(unsigned mode)
{
	return mode == CW_LOG_PROTECT || mode == CW_LOG_DIRTYBIT;
}

struct cw_slot_log *cw_log_create(const struct cw_mmu *mmu, unsigned as_id, uint64_t npages);
void cw_log_destroy(struct cw_slot_log *log);
void cw_log_set_all(struct cw_slot_log *log);
void cw_log_clear_all(struct cw_slot_log *log);
/* The summaries of a map, and that no page beyond the slot is set. */
const char *cw_dirty_validate(const struct cw_dirty_map *map, uint64_t npages);
const char *cw_log_validate(const struct cw_slot_log *log);
/* P51: a page became writable, or the host wrote it. */
void cw_log_mark(const struct cw_memslot *slot, uint64_t gfn);
/* 64 pages at once, as one word of the bitmap. */
void cw_log_mark_word(const struct cw_memslot *slot, uint64_t gfn, uint64_t bits);
/* Everything that is logged in an address space. */
void cw_log_all_dirty(struct cw_mmu *mmu, unsigned as_id);
/* Takes the engine's log of an address space into the bitmaps. Under slots_lock, without mmu->lock. 0, or an error:
 * everything is dirty. */
int cw_log_sync(struct cw_mmu *mmu, unsigned as_id);

#define CW_DIRTY_BATCH 64u /* tables changed between two yields */

/* Protects pages of one table of level 1 (mask bit n is page first + n), whatever of them the slot has. */
int cw_log_protect_region(struct cw_zap *z, const struct cw_memslot *slot, uint64_t first, const uint64_t *mask);
/* Writes to a slot are recorded from now on. Under slots_lock, without mmu->lock. On an error all of it is dirty. */
int cw_log_enable(struct cw_mmu *mmu, const struct cw_memslot *slot);

/* --- the way down to an entry, for faults --- */

/* One missing link on the way down, or the leaf (child NULL). */
struct cw_step {
	struct cw_entry at;
	struct cw_mmu_page *child;
	uint64_t spte;
	bool fresh; /* child was made by this fault: not loaded, in no hash */
};

struct cw_path {
	struct cw_step step[CW_LEVEL_MAX];
	unsigned nr;
	unsigned done; /* steps from the bottom that the engine has */

	struct cw_entry at;    /* place of the leaf, of the wanted level or where one is or fits */
	struct cw_entry empty; /* table without entries that keeps a larger leaf away; sp NULL: none */

	unsigned nr_more; /* neighbours of the leaf, in its page (prefetch.c) */
	struct cw_step more[CW_PREFETCH - 1];
	struct cw_hpage more_page[CW_PREFETCH - 1];
};

/*
 * Publishes the steps, bottom-up: entries of fresh pages are loaded with the page; an entry of a page that the engine
 * may reach already is written, after all below it. On an error the steps above are dropped; what is done is
 * consistent.
 */
int cw_path_publish(struct cw_fault *f, struct cw_path *p, struct cw_cache_set *cache);
/*
 * P31: false if a step of a shadow context would put something where something was taken away, and no FLUSH covers that
 * yet: a mark that is under way could set the hint of the new entry, and an older walk read the new companion.
 */
bool cw_path_settled(const struct cw_mmu *mmu, const struct cw_path *p);
/* Gives back the fresh tables that the engine does not have. */
void cw_path_drop(struct cw_mmu *mmu, struct cw_path *p);
/* Takes away what stands at an entry, so that the next try finds the place free: CW_PF_RETRY, or an error. May drop the
 * lock. */
int cw_path_clear(struct cw_fault *f, struct cw_entry e);

/* Adds neighbours of the leaf that is about to be published to a path. writable: the guest's rights allow it. */
void cw_prefetch_direct(struct cw_fault *f, struct cw_path *p, bool writable);
void cw_prefetch_shadow(struct cw_fault *f, struct cw_path *p);
/* Releases what came to nothing. Without mmu->lock. */
void cw_prefetch_give_back(struct cw_mmu *mmu, struct cw_cache_set *cache);
/* True if the pages of a path will shadow a guest's table above level 1 at this gfn. */
bool cw_path_shadows(const struct cw_path *p, uint64_t gfn);

/* --- shadow contexts --- */

/* A fault of one (shadow_fault.c). Without mmu->lock. */
int cw_shadow_fault(struct cw_mmu_worker *w, struct cw_fault *f);
/* Without mmu->lock. */
void cw_shadow_destroy(struct cw_mmu_ctx *ctx);

/* True if a guest table above level 1 is shadowed there: nothing may write it by a translation. */
bool cw_track_is(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn);
/* The same for any of these pages. */
bool cw_track_any(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, uint64_t npages);
/* Takes W and mmu-W from a present leaf. */
int cw_track_take_write(struct cw_zap *z, struct cw_entry e);
/* Takes W and mmu-W from all that maps a page. */
int cw_track_protect(struct cw_zap *z, uint64_t gfn);
/* A DMA write met a tracked page: forgets the tables, or refuses. CW_PF_RETRY, CW_PF_WRITE_PROTECTED, or an error. */
int cw_track_dma_write(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn);
/* Takes W from the entries of shadow contexts that map the pages of `mask`, which begin at gfn first. */
int cw_track_log_protect(struct cw_zap *z, const struct cw_memslot *slot, uint64_t first, const uint64_t *mask);
/* Takes one entry away, and what it led to if nothing else does. */
int cw_track_zap_entry(struct cw_zap *z, struct cw_mmu_page *sp, unsigned index);
/* Forgets the tables in a range of gfns. */
int cw_track_zap_range(struct cw_zap *z, uint64_t start, uint64_t end);
/* First entry of the slot that maps gfn by a leaf which begins before gfn. */
bool cw_zap_find_spanning(const struct cw_memslot *slot, uint64_t gfn, struct cw_entry *out);

/* --- memslots --- */

static inline struct cw_slot_set *cw_slots_active(struct cw_mmu *mmu, unsigned as_id)
{
	return &mmu->space[as_id].set[mmu->space[as_id].active];
}

/* Slot of a gfn (INVALID ones included) or NULL. */
struct cw_memslot *cw_slots_find(const struct cw_slot_set *set, uint64_t gfn);
/* The same in the active set, tried first where the last lookup ended (last may be NULL). Under mmu->lock. */
struct cw_memslot *cw_slots_find_last(struct cw_mmu *mmu, unsigned as_id, struct cw_slot_last *last, uint64_t gfn);
/* First slot that holds a gfn >= gfn, or NULL. */
struct cw_memslot *cw_slots_from(const struct cw_slot_set *set, uint64_t gfn);
/* All slots in order. The body may not change the set. */
#define cw_slots_for(slot, set) \
	for (struct cw_memslot *slot = cw_slots_from(set, 0); slot; \
	     slot = cw_slots_from(set, slot->base_gfn + slot->npages))
/* Memory for what one update does: two cw_slots_replace(), that make the set larger by a slot. Under slots_lock,
 * without mmu->lock. 0 or -ENOMEM. */
int cw_slots_reserve(struct cw_mmu *mmu, struct cw_slot_set *set);
/* old leaves the set, new comes; either may be NULL. Nobody else may read the set. */
void cw_slots_replace(struct cw_slot_set *set, struct cw_memslot *old, struct cw_memslot *new);
void cw_slots_free(struct cw_slot_set *set);
const char *cw_slots_validate(const struct cw_slot_set *set);

/* --- slots by host virtual address (hva.c), under mmu->lock --- */

/* old leaves the index, new comes; either may be NULL. */
void cw_hva_replace(struct cw_hva_index *index, struct cw_memslot *old, struct cw_memslot *new);
/*
 * The first slot behind `from` (only hva and base_gfn of it count; NULL: of all), in order of hva and base_gfn, that
 * has host pages in start .. end. ALLONES slots have none.
 */
struct cw_memslot *cw_hva_next(const struct cw_hva_index *index, const struct cw_memslot *from, uint64_t start,
			       uint64_t end);
const char *cw_hva_validate(const struct cw_hva_index *index, const struct cw_slot_set *set);

/* Slot of an id or NULL. Under slots_lock. */
struct cw_memslot *cw_slots_by_id(struct cw_mmu *mmu, unsigned as_id, unsigned id);
void cw_slots_destroy(struct cw_mmu *mmu);

/* --- guest memory, under mmu->lock (P50) --- */

/* As cw_ctx_read() and cw_ctx_write(); -EAGAIN also if a page is not in memory. Whoever must not wait zaps (ZAP-12). */
int cw_ctx_read_atomic(struct cw_mmu_ctx *ctx, uint64_t gpa, void *buf, size_t len);
int cw_ctx_write_atomic(struct cw_mmu_ctx *ctx, uint64_t gpa, const void *buf, size_t len);
/*
 * Compare-and-exchange of 4 or 8 aligned bytes, for A and D bits of guest tables; marks the log. 0; 1: it was not *old,
 * which is now what it was; else as cw_ctx_write_atomic(): -EROFS means that the bits are not to be updated.
 */
int cw_ctx_cmpxchg_atomic(struct cw_mmu_ctx *ctx, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size);
/* The same without the lock: brings the page in, to be written. */
int cw_ctx_cmpxchg(struct cw_mmu_ctx *ctx, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size);

/* --- invalidation --- */

/* True if pages from hva on may not be mapped now, whatever resolve() said. */
bool cw_inval_blocks(const struct cw_mmu *mmu, uint64_t hva, uint64_t npages);

#endif
