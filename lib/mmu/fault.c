/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The slow path, top to bottom: look (under the lock), top up caches and resolve the page (without it), map (under it).
 * What was seen in the first look is checked again in the second: slot, and invalidations (ZAP-8).
 *
 * Mapping builds the missing tables aside, loads them bottom-up and links them with one WRITE, so that the engine sees
 * the old state or the new one. All commands are posted.
 */
#include "internal.h"

/* --- look --- */

bool cw_mmio_current(const struct cw_mmu *mmu, struct cw_entry e, unsigned as_id)
{
	uint64_t gen = mmu->space[as_id].generation;
	uint64_t spte = e.sp->spte[e.index];

	if (!cw_entry_is_mmio(e))
		return false;
	cw_trace(mmu, check_mmio_spte, cw_spte_mmio_gfn(cw_spte_format(e.sp->role), spte), cw_spte_mmio_gen(spte), gen);
	/* MS-2 */
	return !(gen & CW_GEN_IN_PROGRESS) && cw_spte_mmio_gen(spte) == (gen & CW_MMIO_GEN_MASK);
}

/* P23: where W or D tells what is written, no write passes a leaf above 4 KiB. */
static bool allows(const struct cw_fault *f, struct cw_entry e)
{
	uint64_t spte = e.sp->spte[e.index];

	if (!cw_spte_present(spte) || !cw_spte_allows(cw_spte_format(e.sp->role), spte, f->write))
		return false;
	return !f->write || e.sp->role.level == CW_LEVEL_4K ||
	       !cw_log_exact(f->ctx->mmu->domain[f->ctx->as_id].log_mode);
}

static void found(struct cw_fault *f, struct cw_entry e)
{
	f->spte = e.sp->spte[e.index];
	f->level = e.sp->role.level;
	f->entry_addr = cw_entry_addr(e.sp, e.index);
}

/* What can be said from slot and mirror alone. */
static int look(struct cw_fault *f, bool *mmio_hit)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_memslot *slot = cw_slots_find_last(mmu, f->ctx->as_id, &f->ctx->last, f->gfn);
	struct cw_entry e;

	f->have_slot = slot != NULL;
	if (slot)
		f->slot = *slot;
	f->inval_seq = mmu->inval_seq;

	e = cw_page_walk(f->ctx->root, f->gfn);
	if (!slot) {
		if (cw_mmio_current(mmu, e, f->ctx->as_id)) {
			*mmio_hit = true;
			found(f, e);
			return CW_PF_EMULATE;
		}
		return CW_PF_CONTINUE;
	}
	if (slot->flags & CW_MEM_INVALID)
		return CW_PF_RETRY; /* MS-5 */
	if (slot->flags & CW_MEM_ALLONES)
		return f->write ? CW_PF_EMULATE : CW_PF_ONES; /* MS-13, MS-14: no entry of any kind */
	if (f->write && (slot->flags & CW_MEM_READONLY))
		return CW_PF_EMULATE; /* MS-7 */
	if (cw_inval_blocks(mmu, cw_memslot_hva(slot, f->gfn), 1))
		return CW_PF_RETRY;
	if (allows(f, e) && !mmu->xchg_timeouts) {
		found(f, e);
		return CW_PF_SPURIOUS;
	}
	return CW_PF_CONTINUE;
}

/* --- map --- */

/*
 * Finds or makes the tables down to the leaf's place: at `level`, at a leaf that is there already, or below tables that
 * stand where a leaf of that level would go. Changes no page but fresh ones.
 */
static void build_path(struct cw_fault *f, struct cw_path *p, unsigned level, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_mmu_page *sp = f->ctx->root;

	*p = (struct cw_path){.nr = 0};
	for (;;) {
		unsigned index = cw_level_index(f->gfn, sp->role.level);
		uint64_t spte = sp->spte[index];
		union cw_role role = cw_role_child(sp->role);
		struct cw_step *s;

		p->at = (struct cw_entry){sp, index};
		if (cw_spte_present(spte)) {
			if (cw_spte_is_leaf(spte, sp->role.level))
				return;
			if (sp->role.level <= level && !sp->child[index]->nr_present)
				p->empty = p->at;
			sp = sp->child[index];
			continue;
		}
		if (sp->role.level <= level)
			return;
		s = &p->step[p->nr++];
		s->at = p->at;
		s->child = cw_page_find(mmu, cw_table_gfn(f->gfn, role.level), role);
		s->fresh = !s->child;
		if (s->fresh)
			s->child = cw_page_new(mmu, cw_table_gfn(f->gfn, role.level), role, cache);
		s->spte = cw_spte_make_table(sp->role, s->child->table);
		sp = s->child;
	}
}

/* Gives back the fresh tables that the engine does not have. */
void cw_path_drop(struct cw_mmu *mmu, struct cw_path *p)
{
	for (unsigned i = 0; i + p->done < p->nr; i++) {
		if (p->step[i].fresh)
			cw_page_discard(mmu, p->step[i].child);
	}
}

/* Host side of a step that the engine has now. */
static void commit_step(struct cw_fault *f, struct cw_step *s, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	uint64_t *mirror = &s->at.sp->spte[s->at.index], gfn;
	bool was_present = cw_spte_present(*mirror);

	if (s->child) {
		if (s->fresh)
			cw_page_insert(mmu, s->child);
		cw_trace(mmu, kvm_mmu_get_page, s->child->gfn, s->child->role.word, s->fresh);
		*mirror = CW_SPTE_NONPRESENT;
		cw_page_link(s->at, s->spte, s->child, cache);
		return;
	}
	s->at.sp->nr_mmio -= cw_entry_is_mmio(s->at);
	*mirror = s->spte;
	gfn = cw_entry_gfn(s->at.sp, s->at.index);
	if (!cw_spte_present(s->spte)) {
		s->at.sp->nr_mmio++;
		cw_stat_add(&mmu->stats.pf_mmio_spte_created, 1);
		cw_trace(mmu, mark_mmio_spte, cw_entry_addr(s->at.sp, s->at.index), gfn, cw_spte_mmio_gen(s->spte));
		return;
	}
	cw_trace(mmu, kvm_mmu_set_spte, s->at.sp->role.level, gfn, s->spte);
	if (!was_present) {
		s->at.sp->nr_present++;
		cw_stat_peak(&mmu->stats.max_mmu_rmap_size,
			     cw_rmap_add(f->slot.rmap, gfn - f->slot.base_gfn, s->at, cache));
		cw_stat_add(cw_stat_leaves(mmu, s->at.sp->role.level), 1);
	}
}

bool cw_path_settled(const struct cw_mmu *mmu, const struct cw_path *p)
{
	for (unsigned i = 0; i < p->nr; i++) {
		const struct cw_mmu_page *sp = p->step[i].at.sp;

		if (cw_role_shadow(sp->role) && !cw_spte_present(sp->spte[p->step[i].at.index]) &&
		    sp->zap_seq > mmu->domain[sp->role.smm].flushed_seq)
			return false;
	}
	return true;
}

/* P31: the gfn of a leaf stands in the companion before the engine can see the leaf. */
static int write_companion(struct cw_mmu *mmu, const struct cw_step *s)
{
	if (s->child || !cw_spte_present(s->spte) || !cw_page_paired(s->at.sp) ||
	    cw_spte_present(s->at.sp->spte[s->at.index]))
		return 0;
	return mmu->ops->entry_write(mmu->priv, cw_entry_addr(s->at.sp, s->at.index) | CW_COMPANION,
				     cw_entry_gfn(s->at.sp, s->at.index) << CW_PAGE_SHIFT);
}

/* The same for the neighbours; one that cannot get it, and those behind it, come to nothing. */
static void write_companions(struct cw_mmu *mmu, struct cw_path *p, struct cw_cache_set *cache)
{
	unsigned n = 0;

	while (n < p->nr_more && !write_companion(mmu, &p->more[n]))
		n++;
	while (p->nr_more > n)
		cache->back[cache->nr_back++] = p->more_page[--p->nr_more];
}

/* Neighbours go with the load of a page that is new: they stand in its mirror for that time. */
static void show_more(struct cw_path *p, bool show)
{
	for (unsigned i = 0; i < p->nr_more; i++)
		p->more[i].at.sp->spte[p->more[i].at.index] = show ? p->more[i].spte : CW_SPTE_NONPRESENT;
}

/* Host side of the neighbours, each after its WRITE if the page is not new. An error ends it: the fault is well. */
static void publish_more(struct cw_fault *f, struct cw_path *p, bool loaded, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	unsigned i;

	for (i = 0; i < p->nr_more; i++) {
		struct cw_step *s = &p->more[i];

		if (!loaded && mmu->ops->entry_write(mmu->priv, cw_entry_addr(s->at.sp, s->at.index), s->spte))
			break;
		commit_step(f, s, cache);
		mmu->ops->release(mmu->priv, &p->more_page[i], true);
		cw_stat_add(&mmu->stats.pf_prefetched, 1);
	}
	for (; i < p->nr_more; i++)
		cache->back[cache->nr_back++] = p->more_page[i];
}

/*
 * Publishes the steps, bottom-up: entries of fresh pages are loaded with the page; an entry of a page that the engine
 * may reach already is written, after all below it. On an error the steps above are dropped; what is done is
 * consistent.
 */
int cw_path_publish(struct cw_fault *f, struct cw_path *p, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	bool loaded = p->nr > 1 && p->step[p->nr - 2].fresh;
	int r = p->nr ? write_companion(mmu, &p->step[p->nr - 1]) : 0;

	CW_ASSERT(cw_path_settled(mmu, p));
	if (!r)
		write_companions(mmu, p, cache);
	for (unsigned i = p->nr; i > 0 && !r; i--) {
		struct cw_step *s = &p->step[i - 1];
		bool parent_fresh = i > 1 && p->step[i - 2].fresh;
		unsigned last;

		if (parent_fresh) {
			/* The parent is private: set the entry, load the page; the link above will publish both. */
			uint64_t old = s->at.sp->spte[s->at.index];

			s->at.sp->spte[s->at.index] = s->spte;
			if (i == p->nr)
				show_more(p, true);
			r = mmu->ops->table_load(mmu->priv, s->at.sp->table, s->at.sp->spte);
			s->at.sp->spte[s->at.index] = old;
			if (i == p->nr)
				show_more(p, false);
			continue;
		}
		r = mmu->ops->entry_write(mmu->priv, cw_entry_addr(s->at.sp, s->at.index), s->spte);
		if (r)
			break;
		for (last = p->nr - p->done; last >= i; last--)
			commit_step(f, &p->step[last - 1], cache);
		if (!p->done)
			publish_more(f, p, loaded, cache);
		p->done = p->nr - i + 1;
	}
	if (r)
		cw_path_drop(mmu, p);
	for (unsigned i = 0; r && !p->done && i < p->nr_more; i++)
		cache->back[cache->nr_back++] = p->more_page[i];
	return r;
}

/* Takes away what stands at an entry, so that the next try finds the place free. */
int cw_path_clear(struct cw_fault *f, struct cw_entry e)
{
	struct cw_mmu_page *child = e.sp->role.level > CW_LEVEL_4K ? e.sp->child[e.index] : NULL;
	struct cw_zap z;
	int r;

	cw_zap_init(&z, f->ctx->mmu, f->ctx->as_id);
	r = child ? cw_zap_table(&z, e) : cw_zap_leaf(&z, e);
	if (!r && child && !child->parents.val && !child->root_count)
		cw_page_detach(z.mmu, child);
	cw_zap_post(&z);
	/* May drop the lock: the caller must not rely on what it saw after a table. */
	if (child)
		cw_zap_drain(&z);
	return r ? r : CW_PF_RETRY;
}

/* Publishes the path and, unless the leaf is there already, its entry. */
static int map_entry(struct cw_fault *f, struct cw_path *p, bool leaf, uint64_t spte, struct cw_cache_set *cache)
{
	int r;

	if (leaf) {
		p->step[p->nr++] = (struct cw_step){.at = p->at, .spte = spte};
		if (cw_spte_present(spte))
			cw_prefetch_direct(f, p, true);
	}
	r = cw_path_publish(f, p, cache);
	if (r)
		return r;
	found(f, p->at);
	return CW_PF_FIXED;
}

static int map_mmio(struct cw_fault *f, struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	union cw_role role = f->ctx->root->role;
	uint64_t spte;
	struct cw_path p;
	int r;

	/* No entry can hold such a gfn. */
	if (f->gfn >> cw_spte_format(role)->mmio_gfn_bits)
		return CW_PF_EMULATE;
	/* While an update is in progress this is the old number: the entry is stale once it is over (MS-1). */
	spte = cw_spte_make_mmio(role, f->gfn, mmu->space[f->ctx->as_id].generation, true);
	build_path(f, &p, CW_LEVEL_4K, cache);
	CW_ASSERT(!cw_spte_present(p.at.sp->spte[p.at.index]));
	r = map_entry(f, &p, true, spte, cache);
	return r < 0 ? r : CW_PF_EMULATE;
}

/*
 * The largest leaf that slot, host and log allow (MS-6, P49): where W or D tells what is written, one bit cannot stand
 * for 512 pages (P23).
 */
static unsigned choose_level(const struct cw_fault *f)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	unsigned level = f->page.level < mmu->params.max_level ? f->page.level : mmu->params.max_level;

	if (cw_log_exact(mmu->domain[f->ctx->as_id].log_mode))
		return CW_LEVEL_4K;
	for (; level > CW_LEVEL_4K; level--) {
		uint64_t pages = cw_level_pages(level), first = f->gfn & ~(pages - 1);

		if (first >= f->slot.base_gfn && first + pages <= f->slot.base_gfn + f->slot.npages &&
		    !((f->gfn ^ f->page.bus >> CW_PAGE_SHIFT) & (pages - 1)) &&
		    !cw_inval_blocks(mmu, cw_memslot_hva(&f->slot, first), pages) &&
		    !cw_track_any(mmu, f->ctx->as_id, first, pages))
			return level;
	}
	return CW_LEVEL_4K;
}

static int map_page(struct cw_fault *f, struct cw_cache_set *cache, bool *flush)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	bool logged = f->slot.log && cw_log_exact(mmu->domain[f->ctx->as_id].log_mode);
	uint64_t host_w = cw_spte_format(f->ctx->root->role)->host_w;
	unsigned level = choose_level(f);
	struct cw_leaf leaf;
	uint64_t old;
	struct cw_path p;
	bool present, allowed;
	int r;

	leaf.protected = cw_track_is(mmu, f->ctx->as_id, f->gfn);
	if (leaf.protected && f->write)
		return cw_track_dma_write(mmu, f->ctx->as_id, f->gfn);
	cw_trace(mmu, kvm_mmu_spte_requested, f->gpa, f->gfn, level);
	build_path(f, &p, level, cache);
	old = p.at.sp->spte[p.at.index];
	present = cw_spte_present(old);
	leaf.level = p.at.sp->role.level;
	leaf.addr = f->page.bus - ((f->gfn & (cw_level_pages(leaf.level) - 1)) << CW_PAGE_SHIFT);
	leaf.host_writable = f->page.writable && !(f->slot.flags & CW_MEM_READONLY);
	if (present && cw_spte_addr(old) != leaf.addr) {
		/* The host page changed without an invalidation: nothing is said about it before the old one is gone.
		 */
		cw_path_drop(mmu, &p);
		*flush = true;
		return cw_path_clear(f, p.at);
	}
	if (!present && p.empty.sp) {
		cw_path_drop(mmu, &p);
		return cw_path_clear(f, p.empty);
	}
	allowed = allows(f, p.at);
	if (allowed && !p.nr) {
		found(f, p.at);
		return mmu->xchg_timeouts ? cw_zap_renew(f, p.at) : CW_PF_SPURIOUS;
	}
	/* If it is allowed, links alone are missing, above a table that was found by its role. */
	if (present && !allowed && (leaf.level > level || leaf.host_writable != !!(old & host_w))) {
		/*
		 * A large entry is in the way of the one page that may be written: dropped only now. Likewise one that
		 * was made while the host mapping was read-only: host-W stays as it was made (SPTE-6).
		 */
		cw_path_drop(mmu, &p);
		r = cw_path_clear(f, p.at);
		/* A new way would be made out of objects that the dropped one has used up (MS-16). */
		if (r < 0 || p.nr)
			return r;
		return map_page(f, cache, flush);
	}
	/* P27: where W tells what is written, a read grants no W, so that a run of reads reports no page. */
	leaf.grant_write = f->write || !logged;
	/* P51: mark before the engine can see W, under the lock that a pass takes. */
	if (logged && leaf.host_writable && leaf.grant_write && !leaf.protected)
		cw_log_mark(&f->slot, f->gfn);
	return map_entry(f, &p, !allowed, cw_spte_make_leaf(f->ctx->root->role, &leaf), cache);
}

/* Second look, then the entry. */
static int map(struct cw_fault *f, struct cw_cache_set *cache, bool *flush)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_memslot *slot = cw_slots_find_last(mmu, f->ctx->as_id, &f->ctx->last, f->gfn);

	CW_ASSERT(cw_page_live(mmu, f->ctx->root));
	if (!slot && !f->have_slot)
		return map_mmio(f, cache);
	/* Another slot of the same backing and kind is as good. */
	if (!slot || !f->have_slot || slot->flags != f->slot.flags ||
	    cw_memslot_hva(slot, f->gfn) != cw_memslot_hva(&f->slot, f->gfn))
		return CW_PF_RETRY;
	if (f->inval_seq != mmu->inval_seq || cw_inval_blocks(mmu, cw_memslot_hva(slot, f->gfn), 1))
		return CW_PF_RETRY;
	f->slot = *slot;
	if (f->write && !f->page.writable)
		return -EFAULT; /* only the host mapping is read-only: an error for the user to see */
	return map_page(f, cache, flush);
}

/* --- the whole --- */

static int count(struct cw_mmu *mmu, int r)
{
	uint64_t *stat = r == CW_PF_RETRY	    ? &mmu->stats.pf_retry :
			 r == CW_PF_FIXED	    ? &mmu->stats.pf_fixed :
			 r == CW_PF_SPURIOUS	    ? &mmu->stats.pf_spurious :
			 r == CW_PF_EMULATE	    ? &mmu->stats.pf_emulate :
			 r == CW_PF_ONES	    ? &mmu->stats.pf_ones :
			 r == CW_PF_WRITE_PROTECTED ? &mmu->stats.pf_write_protected :
						      &mmu->stats.pf_error;

	cw_stat_add(stat, 1);
	return r;
}

static int resolve_and_map(struct cw_mmu_worker *w, struct cw_fault *f)
{
	struct cw_mmu *mmu = w->mmu;
	bool flush = false, recycled = false, mapped;
	int r;

	r = cw_cache_topup(mmu, w->cache);
	if (r)
		return r;
	if (f->have_slot) {
		r = mmu->ops->resolve(mmu->priv, &f->slot, f->gfn, f->write, &f->page);
		if (r)
			return r == -EAGAIN ? CW_PF_RETRY : r;
		CW_ASSERT(!(f->page.bus & ~CW_SPTE_ADDR_MASK));
	}
	cw_mutex_lock(&mmu->lock);
	r = cw_budget(mmu, f->ctx, f->gfn, &recycled);
	if (!r)
		r = cw_hash_room(mmu, w->cache);
	if (!r)
		r = map(f, w->cache, &flush);
	mapped = r == CW_PF_FIXED || r == CW_PF_SPURIOUS;
	if (f->have_slot && mapped)
		mmu->ops->release(mmu->priv, &f->page, true);
	cw_mutex_unlock(&mmu->lock);
	if (f->have_slot && !mapped)
		mmu->ops->release(mmu->priv, &f->page, false);
	cw_prefetch_give_back(mmu, w->cache);
	if (flush || recycled) {
		int e = recycled ? cw_mmu_flush(mmu) : cw_zap_flush(mmu, f->ctx->as_id);

		r = r < 0 || !e ? r : e;
	}
	return r;
}

static int handle(struct cw_mmu_worker *w, struct cw_fault *f)
{
	struct cw_mmu *mmu = w->mmu;
	bool mmio_hit = false;
	int r;

	if (f->ctx->shadow)
		return cw_shadow_fault(w, f);
	f->gfn = f->gpa >> CW_PAGE_SHIFT;
	f->spte = f->entry_addr = f->level = 0;
	if (f->gfn >> (9 * f->ctx->level)) {
		cw_stat_add(&mmu->stats.pf_taken, 1);
		return count(mmu, -EFAULT); /* P2 */
	}
	cw_mutex_lock(&mmu->lock);
	r = look(f, &mmio_hit);
	cw_mutex_unlock(&mmu->lock);
	/* ST-1: what an MMIO entry answers counts as an exit, not as a fault. */
	if (mmio_hit) {
		cw_stat_add(&mmu->stats.mmio_exits, 1);
		cw_trace(mmu, handle_mmio_page_fault, f->gpa, f->gfn, f->write);
		return r;
	}
	cw_stat_add(&mmu->stats.pf_taken, 1);
	if (f->log_missing && (r == CW_PF_CONTINUE || r == CW_PF_SPURIOUS)) {
		/* For any page: where a domain logs, "no leaf" never means "need not be logged". */
		r = mmu->ops->log_provide ? mmu->ops->log_provide(mmu->priv, f->ctx->as_id, f->gfn) : -EOPNOTSUPP;
		return count(mmu, r ? r : CW_PF_FIXED);
	}
	if (r == CW_PF_CONTINUE)
		r = resolve_and_map(w, f);
	/* Nothing is there: the user answers. An entry only spares a look at the slots, so this goes without one. */
	if (!f->have_slot && (r == -ENOMEM || r == -ENOSPC))
		r = CW_PF_EMULATE;
	return count(mmu, r);
}

/* Bucket n of the histogram: 2^n .. 2^(n+1) - 1 ns; the first has 0 too, the last all that is longer. */
static unsigned bucket(uint64_t ns)
{
	unsigned n = 63u - (unsigned)__builtin_clzll(ns | 1);

	return n < CW_PF_NS_BUCKETS ? n : CW_PF_NS_BUCKETS - 1;
}

int cw_mmu_fault(struct cw_mmu_worker *w, struct cw_fault *f)
{
	struct cw_mmu *mmu = w->mmu;
	uint64_t begin = mmu->ops->clock_ns ? mmu->ops->clock_ns(mmu->priv) : 0;
	int r;

	CW_ASSERT(f->ctx->mmu == mmu);
	r = handle(w, f);
	cw_trace(mmu, kvm_page_fault, f->gpa, f->write, (uint64_t)(int64_t)r);
	if (mmu->ops->clock_ns)
		cw_stat_add(&mmu->pf_ns[bucket(mmu->ops->clock_ns(mmu->priv) - begin)], 1);
	return r;
}

/* --- ahead of time --- */

#define PREFAULT_TRIES 16u

/* One leaf. 0, -EAGAIN, -ENOENT, or another error; *next: the first byte behind it. */
static int prefault_one(struct cw_mmu_worker *w, struct cw_mmu_ctx *ctx, uint64_t gpa, bool write, uint64_t *next)
{
	int r = CW_PF_RETRY;

	for (unsigned i = 0; i < PREFAULT_TRIES && r == CW_PF_RETRY; i++) {
		struct cw_fault f = {.ctx = ctx, .gpa = gpa, .write = write};

		r = cw_mmu_fault(w, &f);
		/* A leaf of whatever size is mapped in one go. */
		*next = (gpa | (CW_PAGE_SIZE * cw_level_pages(f.level ? f.level : CW_LEVEL_4K) - 1)) + 1;
	}
	if (r < 0)
		return r;
	if (r == CW_PF_RETRY)
		return -EAGAIN;
	/* A guest's table that may not be written can be read all the same: there is an entry, or will be. */
	return r == CW_PF_FIXED || r == CW_PF_SPURIOUS || r == CW_PF_WRITE_PROTECTED ? 0 : -ENOENT;
}

int cw_mmu_prefault(struct cw_mmu_worker *w, struct cw_mmu_ctx *ctx, uint64_t *gpa, uint64_t *size, bool write)
{
	uint64_t start = *gpa;
	int r = 0;

	if (((*gpa | *size) & (CW_PAGE_SIZE - 1)) || !*size || *gpa + *size < *gpa)
		return -EINVAL;
	if (ctx->shadow)
		return -EOPNOTSUPP;
	while (*size && !r) {
		uint64_t next, n;

		r = prefault_one(w, ctx, *gpa, write, &next);
		if (r)
			break;
		n = next - *gpa < *size ? next - *gpa : *size;
		*gpa += n;
		*size -= n;
	}
	return *gpa != start ? 0 : r;
}
