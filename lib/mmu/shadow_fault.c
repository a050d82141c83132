/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The slow path of shadow contexts, top to bottom: look (under the lock), walk the guest's tables and set A and D
 * (without it, a piece at a time under it), look at the slot, resolve, map (under it). If the context was loaded or
 * invalidated since the walk began, the walk is void: so every translation is younger than the invalidations that
 * completed before it was made.
 */
#include "internal.h"
#include "shadow.h"

/* What the first look took along. */
struct walk {
	struct cw_gpt gpt;
	struct cw_gpt_walk w;
	uint64_t pdpte[4];
	uint64_t epoch, guest_epoch, root_gfn;
	uint64_t access; /* of a read */
	unsigned level;	 /* of the guest's leaf: of what is the same all over it */
	bool writable;	 /* by the guest's tables, as they stand now */
	unsigned acc[CW_LEVEL_MAX + 1];
};

/* --- look --- */

static bool allows(const struct cw_fault *f, struct cw_entry e)
{
	uint64_t spte = e.sp->spte[e.index];

	if (!cw_spte_present(spte) || !cw_spte_is_leaf(spte, e.sp->role.level) ||
	    !cw_spte_allows(cw_spte_format(e.sp->role), spte, f->write))
		return false;
	/* P23 */
	return !f->write || e.sp->role.level == CW_LEVEL_4K ||
	       !cw_log_exact(f->ctx->mmu->domain[f->ctx->as_id].log_mode);
}

static void found(struct cw_fault *f, struct cw_entry e)
{
	f->spte = e.sp->spte[e.index];
	f->level = e.sp->role.level;
	f->entry_addr = cw_entry_addr(e.sp, e.index);
}

/* Whether an MMIO entry allows writes: EPT has no bit for that, so the host keeps it beside the gfn. */
static bool mmio_writable(struct cw_entry e)
{
	return (e.sp->trans ? e.sp->trans[e.index] : e.sp->role.access) & CW_ACC_W;
}

/*
 * SPTE-4: what the guest's tables gave is no memory. Its invalidations take the entry away, and slot updates make it
 * stale; the slots are looked at all the same, as the generation wraps (MS-3).
 */
static bool answers_mmio(struct cw_fault *f, struct cw_entry e)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	uint64_t gfn;

	if (!cw_mmio_current(mmu, e, f->ctx->as_id) || (f->write && !mmio_writable(e)))
		return false;
	gfn = cw_spte_mmio_gfn(cw_spte_format(e.sp->role), e.sp->spte[e.index]);
	if (cw_slots_find_last(mmu, f->ctx->as_id, &f->ctx->last, gfn))
		return false;
	f->gfn = gfn;
	f->have_slot = false;
	f->guest_gpa = gfn << CW_PAGE_SHIFT | (f->gpa & (CW_PAGE_SIZE - 1));
	found(f, e);
	return true;
}

static int look(struct cw_fault *f, struct walk *k)
{
	const struct cw_shadow *s = f->ctx->shadow;
	struct cw_entry e;

	k->gpt = s->gpt;
	k->epoch = s->epoch;
	k->guest_epoch = f->ctx->mmu->guest_epoch;
	k->root_gfn = f->ctx->root->gfn;
	k->access = cw_shadow_access(&s->params);
	cw_memcpy(k->pdpte, s->pdpte, sizeof(k->pdpte));
	k->w = (struct cw_gpt_walk){.addr = f->gpa, .root = s->regs.root, .pdpte = k->pdpte};
	/* Keys guard what programs do by instructions; a DMA has no PKRU. In EPT a write is not a read as well. */
	k->w.access = (f->write && s->params.kind == CW_GUEST_EPT ? 0 : k->access) | (f->write ? CW_PFEC_W : 0);
	if (s->root_role.invalid)
		return CW_PF_RETRY;
	if (!cw_gpt_canonical(&s->gpt, f->gpa))
		return -EFAULT; /* P2 */
	e = cw_page_walk(f->ctx->root, f->gpa >> CW_PAGE_SHIFT);
	if (allows(f, e) && (!f->ctx->mmu->xchg_timeouts || f->log_missing)) {
		found(f, e);
		f->gfn = cw_entry_gfn(e.sp, e.index) +
			 (f->gpa >> CW_PAGE_SHIFT & (cw_level_pages(e.sp->role.level) - 1));
		return CW_PF_SPURIOUS;
	}
	return answers_mmio(f, e) ? CW_PF_EMULATE : CW_PF_CONTINUE;
}

/* --- the guest's tables --- */

static int guest_read(void *priv, uint64_t gpa, void *buf, size_t len)
{
	return cw_ctx_read(priv, gpa, buf, len);
}

static int guest_cmpxchg(void *priv, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size)
{
	struct cw_mmu_ctx *ctx = priv;
	uint64_t was, dirty;
	int r;

	was = *old;
	r = cw_ctx_cmpxchg(ctx, gpa, old, new, size);
	/* EPT has its own bits; an L2 guest's tables below it have not (nested.c). */
	dirty = CW_SPTE(X86_D) | (ctx->shadow->params.kind == CW_GUEST_EPT ? CW_SPTE(D) : 0);
	if (!r && ((was ^ new) & ~dirty))
		cw_trace(ctx->mmu, kvm_mmu_set_accessed_bit, gpa, was, new);
	if (!r && ((was ^ new) & dirty))
		cw_trace(ctx->mmu, kvm_mmu_set_dirty_bit, gpa, was, new);
	return r;
}

struct cw_gpt_mem cw_shadow_mem(struct cw_mmu_ctx *ctx)
{
	return (struct cw_gpt_mem){.read = guest_read, .cmpxchg = guest_cmpxchg, .priv = ctx};
}

/* 0: k says what the guest's tables give. */
static int walk_guest(struct cw_fault *f, struct walk *k)
{
	struct cw_gpt_mem mem = cw_shadow_mem(f->ctx);
	unsigned top = k->gpt.role.base.level;
	struct cw_gpte e;
	int r;

	cw_trace(f->ctx->mmu, kvm_mmu_pagetable_walk, f->gpa, k->w.access, k->w.root);
	r = cw_gpt_walk(&k->gpt, &mem, &k->w);
	for (unsigned l = top; !r && l && l >= k->w.level; l--)
		cw_trace(f->ctx->mmu, kvm_mmu_paging_element, k->w.gpte[l], l, k->w.gpte_gpa[l]);
	if (r == 1) {
		cw_trace(f->ctx->mmu, kvm_mmu_walker_error, f->gpa, k->w.error, k->w.fault_level);
		f->guest_error = k->w.error;
		return CW_PF_GUEST;
	}
	if (r)
		return r == -EAGAIN ? CW_PF_RETRY : r;
	f->gfn = k->w.gfn;
	f->guest_gpa = k->w.gfn << CW_PAGE_SHIFT | (f->gpa & (CW_PAGE_SIZE - 1));
	if (!top) {
		k->level = CW_LEVEL_LEAF_MAX;
		k->writable = true;
		return CW_PF_CONTINUE;
	}
	/* The walk's rights, without what it made of D. */
	cw_gpt_decode(&k->gpt, k->w.gpte[k->w.level], k->w.level, &e);
	k->level = k->w.level;
	for (unsigned l = top; l > k->w.level; l--)
		k->acc[l] = k->w.acc[l];
	k->acc[k->w.level] = (k->w.level < top ? k->w.acc[k->w.level + 1] : CW_ACC_ALL) & e.access;
	k->writable = cw_shadow_writable(&k->gpt, k->acc[k->w.level], e.dirty, k->access);
	/* A write through a read-only table leaves D clear, and is allowed all the same. */
	k->writable |= f->write;
	return CW_PF_CONTINUE;
}

/* --- map --- */

/* The page that must stand behind an entry on the way, as the guest's tables were walked. */
struct below {
	union cw_role role;
	uint64_t gfn;
	const uint64_t *pdpte;
};

static const uint64_t no_pdpte[4];

static struct below below(const struct cw_fault *f, const struct walk *k, const struct cw_mmu_page *sp, unsigned index)
{
	unsigned level = sp->role.level, guest = k->gpt.role.base.level;
	struct below b = {.pdpte = no_pdpte};

	if (sp->role.direct) {
		b.role = cw_role_child(sp->role);
		b.gfn = cw_table_gfn(f->gfn, level - 1);
	} else if (level > guest) {
		b.role = cw_role_indirect_child(sp->role, index, CW_ACC_ALL);
		b.gfn = k->root_gfn;
		if (b.role.groot == CW_GROOT_PAE)
			b.pdpte = k->pdpte;
	} else if (level > k->level) {
		b.role = cw_role_indirect_child(sp->role, index, k->acc[level]);
		b.gfn = k->w.gpte_gpa[level - 1] >> CW_PAGE_SHIFT;
	} else {
		b.role = cw_role_split_child(sp->role, k->writable);
		b.gfn = cw_table_gfn(f->gfn, level - 1);
	}
	return b;
}

static bool is_below(const struct cw_mmu_page *sp, const struct below *b)
{
	bool same = sp->role.word == b->role.word && sp->gfn == b->gfn;

	for (unsigned i = 0; same && i < 4; i++)
		same = sp->pdpte[i] == b->pdpte[i];
	return same;
}

/*
 * Finds or makes the pages down to the leaf's place at `level`, or below tables of small pages that stand there.
 * 0; 1: `at` is in the way and must go first; or an error.
 */
static int build_path(struct cw_zap *z, struct cw_fault *f, const struct walk *k, struct cw_path *p, unsigned level,
		      struct cw_cache_set *cache)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_mmu_page *sp = f->ctx->root;
	int r = 0;

	*p = (struct cw_path){.nr = 0};
	while (!r) {
		unsigned index = cw_level_index(f->gpa >> CW_PAGE_SHIFT, sp->role.level);
		uint64_t spte = sp->spte[index];
		struct cw_step *s;
		struct below b;

		sp->write_flood = 0;
		p->at = (struct cw_entry){sp, index};
		if (!cw_spte_present(spte) && sp->role.level <= level)
			return 0;
		if (sp->role.level == CW_LEVEL_4K)
			return 0;
		if (cw_spte_present(spte) && cw_spte_is_leaf(spte, sp->role.level))
			return sp->role.level > level;
		b = below(f, k, sp, index);
		if (cw_spte_present(spte)) {
			if (!is_below(sp->child[index], &b))
				return 1;
			sp = sp->child[index];
			continue;
		}
		s = &p->step[p->nr++];
		s->at = p->at;
		s->child = cw_page_find_pae(mmu, b.gfn, b.role, b.pdpte);
		s->fresh = !s->child;
		if (s->fresh) {
			s->child = cw_page_new(mmu, b.gfn, b.role, cache);
			cw_memcpy(s->child->pdpte, b.pdpte, sizeof(s->child->pdpte));
		} else {
			/* ROLE-20: it may be behind by what this context has invalidated. */
			r = cw_sync_pages(z, f->ctx, s->child, 0, cw_level_pages(b.role.level + 1) - 1);
		}
		if (s->fresh && b.role.level > CW_LEVEL_4K && cw_role_has_gptes(b.role))
			r = cw_track_protect(z, b.gfn);
		s->spte = cw_spte_make_table(sp->role, s->child->table);
		if (sp->trans)
			sp->trans[index] = b.gfn << 3 | (b.role.direct ? 0 : b.role.access);
		sp = s->child;
	}
	return r;
}

/* A table of the guest that the walk has met, and that this fault will shadow if none has, is among these pages. */
static bool met_table(const struct walk *k, uint64_t first, uint64_t pages)
{
	unsigned top = k->gpt.role.base.level;

	/* PDPTEs are in no memory. */
	for (unsigned level = k->w.level; level && level <= (top == 3 ? 2 : top); level++) {
		if (level > CW_LEVEL_4K && (k->w.gpte_gpa[level] >> CW_PAGE_SHIFT) - first < pages)
			return true;
	}
	return false;
}

static unsigned choose_level(const struct cw_fault *f, const struct walk *k)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	unsigned level = f->page.level < k->level ? f->page.level : k->level;

	if (cw_log_exact(mmu->domain[f->ctx->as_id].log_mode))
		return CW_LEVEL_4K;
	if (level > mmu->params.max_level)
		level = mmu->params.max_level;
	for (; level > CW_LEVEL_4K; level--) {
		uint64_t pages = cw_level_pages(level), first = f->gfn & ~(pages - 1);

		if (first >= f->slot.base_gfn && first + pages <= f->slot.base_gfn + f->slot.npages &&
		    !((f->gfn ^ f->page.bus >> CW_PAGE_SHIFT) & (pages - 1)) &&
		    /* Addresses must be aligned alike, too: those of a guest's page are. */
		    !((f->gfn ^ f->gpa >> CW_PAGE_SHIFT) & (pages - 1)) &&
		    !cw_inval_blocks(mmu, cw_memslot_hva(&f->slot, first), pages) && !met_table(k, first, pages) &&
		    !cw_track_any(mmu, f->ctx->as_id, first, pages))
			return level;
	}
	return CW_LEVEL_4K;
}

/* One page mapped at very many addresses: searching its chain costs more than faults do. */
static int recycle(struct cw_zap *z, struct cw_fault *f)
{
	struct cw_rmap_leaf *leaf = cw_rmap_lookup(f->slot.rmap, f->gfn - f->slot.base_gfn);
	struct cw_rmap_head *head = leaf ? &leaf->head[(f->gfn - f->slot.base_gfn) % CW_RMAP_LEAF_PAGES] : NULL;
	struct cw_entry e;
	int r = 0;

	if (!head || !cw_rmap_head_get(head, CW_RMAP_RECYCLE - 1, &e))
		return 0;
	cw_stat_add(&z->mmu->stats.mmu_recycled_rmap, 1);
	while (!r && cw_rmap_head_get(head, 0, &e))
		r = cw_zap_leaf(z, e);
	return r;
}

/*
 * What the host knows of an entry that is about to be made. Where an MMIO entry stands, whose page is not fresh then,
 * it is as it was if that comes to nothing; else what it says does not matter.
 */
struct old_trans {
	uint64_t *at, value;
};

static struct old_trans set_trans(struct cw_entry e, uint64_t value)
{
	struct old_trans old = {.at = NULL};

	if (!e.sp->trans)
		return old;
	if (cw_entry_is_mmio(e))
		old = (struct old_trans){&e.sp->trans[e.index], e.sp->trans[e.index]};
	e.sp->trans[e.index] = value;
	return old;
}

static void put_back_trans(const struct old_trans *old)
{
	if (old->at)
		*old->at = old->value;
}

/* Publishes a way with its entry, unless something at one of its places has to be flushed first. old: of the entry. */
static int publish(struct cw_fault *f, struct cw_path *p, const struct old_trans *old, bool prefetch,
		   struct cw_cache_set *cache, bool *flush)
{
	int r = CW_PF_RETRY;

	if (cw_path_settled(f->ctx->mmu, p)) {
		if (prefetch)
			cw_prefetch_shadow(f, p);
		r = cw_path_publish(f, p, cache);
	} else {
		cw_path_drop(f->ctx->mmu, p);
		*flush = true;
	}
	if (r && !p->done)
		put_back_trans(old);
	if (!r)
		found(f, p->at);
	return r;
}

static int map_leaf(struct cw_zap *z, struct cw_fault *f, const struct walk *k, struct cw_cache_set *cache, bool *flush)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	bool logged = f->slot.log && cw_log_exact(mmu->domain[f->ctx->as_id].log_mode);
	struct old_trans old_trans = {.at = NULL};
	struct cw_leaf leaf = {.level = 1};
	struct cw_path p;
	uint64_t old;
	bool own, made;
	unsigned level;
	int r;

	level = choose_level(f, k);
	cw_trace(mmu, kvm_mmu_spte_requested, f->gpa, f->gfn, level);
	r = build_path(z, f, k, &p, level, cache);
	if (r) {
		cw_path_drop(mmu, &p);
		*flush = true;
		cw_zap_post(z); /* the lock may go */
		return r < 0 ? r : cw_path_clear(f, p.at);
	}
	old = p.at.sp->spte[p.at.index];
	leaf.level = p.at.sp->role.level;
	leaf.addr = f->page.bus - ((f->gfn & (cw_level_pages(leaf.level) - 1)) << CW_PAGE_SHIFT);
	leaf.host_writable = f->page.writable && !(f->slot.flags & CW_MEM_READONLY);
	if (cw_spte_present(old) &&
	    (cw_spte_addr(old) != leaf.addr ||
	     /* SPTE-6 */
	     (!allows(f, p.at) && leaf.host_writable != !!(old & cw_spte_format(p.at.sp->role)->host_w)) ||
	     cw_entry_gfn(p.at.sp, p.at.index) != (f->gfn & ~(cw_level_pages(leaf.level) - 1)))) {
		cw_path_drop(mmu, &p);
		*flush = true;
		cw_zap_post(z);
		return cw_path_clear(f, p.at);
	}
	own = cw_path_shadows(&p, f->gfn);
	if (own && f->write) {
		/* A write that would change the very tables by which it is made can be retried for ever. */
		cw_path_drop(mmu, &p);
		cw_stat_add(&mmu->stats.wt_denied, 1);
		return CW_PF_WRITE_PROTECTED;
	}
	leaf.grant_write = f->write || !logged;
	leaf.protected = !k->writable || own || cw_track_is(mmu, f->ctx->as_id, f->gfn);
	if (logged && leaf.host_writable && leaf.grant_write && !leaf.protected)
		cw_log_mark(&f->slot, f->gfn);
	made = !cw_spte_present(old) || !allows(f, p.at);
	if (made) {
		old_trans = set_trans(p.at, (f->gfn & ~(cw_level_pages(leaf.level) - 1)) << 3 |
						    (k->acc[leaf.level] & CW_ACC_ALL));
		p.step[p.nr++] = (struct cw_step){.at = p.at, .spte = cw_spte_make_leaf(f->ctx->root->role, &leaf)};
	} else if (!p.nr) {
		found(f, p.at);
		return mmu->xchg_timeouts ? cw_zap_renew(f, p.at) : CW_PF_SPURIOUS;
	}
	r = publish(f, &p, &old_trans, made, cache, flush);
	return r ? r : CW_PF_FIXED;
}

/* The way to an MMIO entry, and the entry. Leaves of the same place go first, as another page's would. */
static int map_mmio(struct cw_zap *z, struct cw_fault *f, const struct walk *k, struct cw_cache_set *cache, bool *flush)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct old_trans old;
	struct cw_path p;
	int r;

	r = build_path(z, f, k, &p, CW_LEVEL_4K, cache);
	if (r || cw_spte_present(p.at.sp->spte[p.at.index])) {
		cw_path_drop(mmu, &p);
		*flush = true;
		cw_zap_post(z);
		return r < 0 ? r : cw_path_clear(f, p.at);
	}
	old = set_trans(p.at,
			f->gfn << 3 | (k->acc[CW_LEVEL_4K] & (k->writable ? CW_ACC_ALL : CW_ACC_ALL & ~CW_ACC_W)));
	/* While an update is in progress this is the old number: the entry is stale once it is over (MS-1). */
	p.step[p.nr++] = (struct cw_step){
		.at = p.at,
		.spte = cw_spte_make_mmio(f->ctx->root->role, f->gfn, mmu->space[f->ctx->as_id].generation,
					  k->writable),
	};
	r = publish(f, &p, &old, false, cache, flush);
	return r ? r : CW_PF_EMULATE;
}

/*
 * Another context may have invalidated since, and have pages in common with this one: then an entry that was right to
 * be made for this context alone would come too late for the other one. It is right for all if the tables say it now.
 */
static bool walk_holds(const struct cw_fault *f, const struct walk *k)
{
	unsigned size = cw_gpt_entry_size(&k->gpt), top = k->gpt.role.base.level;

	if (k->epoch != f->ctx->shadow->epoch)
		return false;
	if (k->guest_epoch == f->ctx->mmu->guest_epoch)
		return true;
	for (unsigned level = top == 3 ? 2 : top; level && level >= k->w.level; level--) {
		uint64_t gpte = 0;

		if (cw_ctx_read_atomic(f->ctx, k->w.gpte_gpa[level], &gpte, size) || gpte != k->w.gpte[level])
			return false;
	}
	return true;
}

/* Second look, then the entry. */
static int map(struct cw_fault *f, const struct walk *k, struct cw_cache_set *cache, bool *flush)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_memslot *slot = cw_slots_find(cw_slots_active(mmu, f->ctx->as_id), f->gfn);
	struct cw_zap z;
	int r;

	if (!walk_holds(f, k))
		return CW_PF_RETRY;
	if (!slot && !f->have_slot) {
		cw_zap_init(&z, mmu, f->ctx->as_id);
		r = map_mmio(&z, f, k, cache, flush);
		cw_zap_post(&z);
		cw_zap_drain(&z);
		return r;
	}
	if (!slot || !f->have_slot || slot->flags != f->slot.flags ||
	    cw_memslot_hva(slot, f->gfn) != cw_memslot_hva(&f->slot, f->gfn))
		return CW_PF_RETRY;
	if (f->inval_seq != mmu->inval_seq || cw_inval_blocks(mmu, cw_memslot_hva(slot, f->gfn), 1))
		return CW_PF_RETRY;
	f->slot = *slot;
	if (f->write && !f->page.writable)
		return -EFAULT;
	if (f->write && cw_track_is(mmu, f->ctx->as_id, f->gfn))
		return cw_track_dma_write(mmu, f->ctx->as_id, f->gfn);
	cw_zap_init(&z, mmu, f->ctx->as_id);
	r = recycle(&z, f);
	if (!r)
		r = map_leaf(&z, f, k, cache, flush);
	cw_zap_post(&z);
	cw_zap_drain(&z);
	return r;
}

/* --- the whole --- */

static int slot_says(struct cw_fault *f)
{
	struct cw_mmu *mmu = f->ctx->mmu;
	struct cw_memslot *slot = cw_slots_find(cw_slots_active(mmu, f->ctx->as_id), f->gfn);

	f->have_slot = slot != NULL;
	f->inval_seq = mmu->inval_seq;
	if (!slot)
		return CW_PF_CONTINUE;
	f->slot = *slot;
	if (slot->flags & CW_MEM_INVALID)
		return CW_PF_RETRY;
	if (slot->flags & CW_MEM_ALLONES)
		return f->write ? CW_PF_EMULATE : CW_PF_ONES;
	if (f->write && (slot->flags & CW_MEM_READONLY))
		return CW_PF_EMULATE;
	return cw_inval_blocks(mmu, cw_memslot_hva(slot, f->gfn), 1) ? CW_PF_RETRY : CW_PF_CONTINUE;
}

static int resolve_and_map(struct cw_mmu_worker *w, struct cw_fault *f, const struct walk *k)
{
	struct cw_mmu *mmu = w->mmu;
	bool flush = false, recycled = false, mapped;
	int r = cw_cache_topup(mmu, w->cache);

	if (!r)
		r = cw_cache_topup_pairs(mmu, w->cache);
	if (r)
		return r;
	if (f->have_slot)
		r = mmu->ops->resolve(mmu->priv, &f->slot, f->gfn, f->write, &f->page);
	if (r)
		return r == -EAGAIN ? CW_PF_RETRY : r;
	cw_mutex_lock(&mmu->lock);
	r = cw_budget(mmu, f->ctx, f->gpa >> CW_PAGE_SHIFT, &recycled);
	if (!r)
		r = cw_hash_room(mmu, w->cache);
	if (!r)
		r = map(f, k, w->cache, &flush);
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

/* No memory there: the user answers. An entry only spares the next access the walk, so this goes on without one. */
static int emulate(struct cw_mmu_worker *w, struct cw_fault *f, const struct walk *k)
{
	/* The flavour is all that counts of a role here; a load may change the rest just now. */
	const union cw_role role = {.x86 = f->ctx->flavour};
	int r;

	if (f->gfn >> cw_spte_format(role)->mmio_gfn_bits)
		return CW_PF_EMULATE; /* no entry can hold such a gfn */
	r = resolve_and_map(w, f, k);
	return r == -ENOMEM || r == -ENOSPC ? CW_PF_EMULATE : r;
}

static int handle(struct cw_mmu_worker *w, struct cw_fault *f, bool *mmio_hit)
{
	struct cw_mmu *mmu = w->mmu;
	struct walk k;
	int r;

	cw_mutex_lock(&mmu->lock);
	r = look(f, &k);
	cw_mutex_unlock(&mmu->lock);
	if (r == CW_PF_SPURIOUS && f->log_missing) {
		/* Of the page that the entry maps: the tables may say another one by now. */
		r = mmu->ops->log_provide ? mmu->ops->log_provide(mmu->priv, f->ctx->as_id, f->gfn) : -EOPNOTSUPP;
		return r ? r : CW_PF_FIXED;
	}
	*mmio_hit = r == CW_PF_EMULATE;
	if (r == CW_PF_CONTINUE)
		r = walk_guest(f, &k);
	if (r != CW_PF_CONTINUE)
		return r;
	cw_mutex_lock(&mmu->lock);
	r = slot_says(f);
	cw_mutex_unlock(&mmu->lock);
	if (r != CW_PF_CONTINUE)
		return r;
	return f->have_slot ? resolve_and_map(w, f, &k) : emulate(w, f, &k);
}

int cw_shadow_fault(struct cw_mmu_worker *w, struct cw_fault *f)
{
	struct cw_mmu_stats *stats = &w->mmu->stats;
	bool mmio_hit = false;
	int r;

	f->level = 0;
	f->spte = f->entry_addr = f->guest_error = f->guest_gpa = 0;
	r = handle(w, f, &mmio_hit);
	/* ST-1: what an MMIO entry answers counts as an exit, not as a fault. */
	if (mmio_hit) {
		cw_stat_add(&stats->mmio_exits, 1);
		cw_trace(w->mmu, handle_mmio_page_fault, f->gpa, f->gfn, f->write);
		return r;
	}
	cw_stat_add(&stats->pf_taken, 1);
	cw_stat_add(r == CW_PF_RETRY	       ? &stats->pf_retry :
		    r == CW_PF_FIXED	       ? &stats->pf_fixed :
		    r == CW_PF_SPURIOUS	       ? &stats->pf_spurious :
		    r == CW_PF_EMULATE	       ? &stats->pf_emulate :
		    r == CW_PF_ONES	       ? &stats->pf_ones :
		    r == CW_PF_GUEST	       ? &stats->pf_guest :
		    r == CW_PF_WRITE_PROTECTED ? &stats->pf_write_protected :
						 &stats->pf_error,
		    1);
	return r;
}
