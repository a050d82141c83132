/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts and their roots. A load computes the roles, rebuilds what depends on them only if they changed
 * (ROLE-12), and then switches the page directory (ROLE-14): to the root in use, one of the previous ones, one of
 * another context, or a new one. A root is a shadow page as any other; one that is shared or comes back is compared
 * with the guest's tables first, unless nothing was invalidated since it was in use.
 */
#include "internal.h"
#include "shadow.h"

/* What names a root. */
struct want {
	union cw_role role;
	uint64_t gfn;
	uint64_t pdpte[4];
};

static bool is_want(const struct cw_mmu_page *sp, const struct want *w)
{
	bool same = sp && sp->role.word == w->role.word && sp->gfn == w->gfn;

	for (unsigned i = 0; same && i < 4; i++)
		same = sp->pdpte[i] == w->pdpte[i];
	return same;
}

/* --- modes --- */

bool cw_guest_regs_legal(enum cw_guest_kind kind, const struct cw_guest_regs *r)
{
	unsigned walk = (r->root >> 3 & 7) + 1;

	if (kind == CW_GUEST_EPT)
		return walk == 4 || walk == 5;
	/* ROLE-5: tables of NPT are always in use. */
	if (!(r->cr0 & CW_CR0_PG))
		return kind == CW_GUEST_VIRT && !(r->efer & CW_EFER_LMA);
	return !(r->efer & CW_EFER_LMA) || (r->cr4 & CW_CR4_PAE);
}

/* PDPTEs are read once, as a CPU loads them with CR3. */
static int read_pdptes(struct cw_mmu_ctx *ctx, union cw_cpu_role cpu, uint64_t root, uint64_t *pdpte)
{
	uint64_t mask = ~0ull << ctx->mmu->params.guest_phys_bits | 0x1e6;
	int r;

	for (unsigned i = 0; i < 4; i++)
		pdpte[i] = 0;
	if (cpu.base.level != 3)
		return 0;
	r = cw_ctx_read(ctx, root & 0xffffffe0, pdpte, 4 * sizeof(*pdpte));
	for (unsigned i = 0; i < 4 && !r; i++) {
		if ((pdpte[i] & 1) && (pdpte[i] & mask))
			r = -EINVAL;
		if (!(pdpte[i] & 1))
			pdpte[i] = 0;
		pdpte[i] &= CW_SPTE_ADDR_MASK | 1;
	}
	return r;
}

static uint64_t root_gfn(enum cw_guest_kind kind, union cw_cpu_role cpu, uint64_t root)
{
	/* A guest without paging has one address space. */
	if (!cpu.base.level)
		return 0;
	root &= kind == CW_GUEST_EPT || cpu.base.level > 3 ? CW_SPTE_ADDR_MASK : 0xfffff000;
	return root >> CW_PAGE_SHIFT;
}

/* ROLE-12. */
static void set_mode(struct cw_mmu_ctx *ctx, union cw_cpu_role cpu, union cw_role role)
{
	struct cw_shadow *s = ctx->shadow;
	struct cw_mmu_stats *stats = &ctx->mmu->stats;
	unsigned made;

	if (s->gpt.role.as_u64 == cpu.as_u64 && s->root_role.word == role.word) {
		cw_stat_add(&stats->mmu_init_skipped, 1);
		return;
	}
	made = cw_gpt_set(&s->gpt, s->params.kind, cpu, ctx->mmu->params.guest_phys_bits);
	s->root_role = role;
	cw_stat_add(&stats->mmu_init, 1);
	if (made & CW_GPT_PERM)
		cw_stat_add(&stats->mmu_perm_built, 1);
}

/* --- roots --- */

static void root_get(struct cw_mmu *mmu, struct cw_mmu_page *sp)
{
	if (!sp->root_count++) {
		cw_list_del(&sp->node);
		cw_list_add(&mmu->roots, &sp->node);
	}
}

/* The engine must not walk from it any more, except for requests that a FLUSH waits for. */
static void root_put(struct cw_zap *z, struct cw_mmu_page *sp)
{
	struct cw_mmu *mmu = z->mmu;

	if (!sp || sp->root_count > 1) {
		if (sp)
			sp->root_count--;
		return;
	}
	sp->inval_lost = mmu->ops->invalidate_root(mmu->priv, sp->role.smm, sp->table, false) != 0;
	mmu->domain[sp->role.smm].inval_lost |= sp->inval_lost;
	mmu->domain[sp->role.smm].zap_seq++;
	sp->root_count = 0;
	cw_list_del(&sp->node);
	cw_list_add(&mmu->active, &sp->node);
	if (!sp->parents.val)
		cw_page_detach(mmu, sp);
}

/* Makes the root, known to nobody yet but the hash. */
static int make_root(struct cw_zap *z, const struct want *w, struct cw_cache_set *cache, struct cw_mmu_page **out)
{
	struct cw_mmu *mmu = z->mmu;
	struct cw_mmu_page *sp = cw_page_new(mmu, w->gfn, w->role, cache);
	int r;

	for (unsigned i = 0; i < 4; i++)
		sp->pdpte[i] = w->pdpte[i];
	r = mmu->ops->table_load(mmu->priv, sp->table, sp->spte);
	if (!r && cw_role_has_gptes(w->role))
		r = cw_track_protect(z, w->gfn);
	if (r) {
		cw_page_discard(mmu, sp);
		return r;
	}
	cw_page_insert(mmu, sp);
	*out = sp;
	return 0;
}

/* Takes a previous root that is wanted out of the cache; *keep: nothing was invalidated since it was in use. */
static struct cw_mmu_page *prev_take(struct cw_shadow *s, const struct want *w, bool *keep)
{
	for (unsigned i = 0; i < CW_PREV_ROOTS; i++) {
		struct cw_mmu_page *sp = s->prev[i].sp;

		if (!is_want(sp, w))
			continue;
		*keep = s->prev[i].inval_seq == s->inval_seq;
		for (; i + 1 < CW_PREV_ROOTS; i++)
			s->prev[i] = s->prev[i + 1];
		s->prev[i].sp = NULL;
		return sp;
	}
	return NULL;
}

static void prev_add(struct cw_zap *z, struct cw_shadow *s, struct cw_mmu_page *sp)
{
	root_put(z, s->prev[CW_PREV_ROOTS - 1].sp);
	for (unsigned i = CW_PREV_ROOTS - 1; i; i--)
		s->prev[i] = s->prev[i - 1];
	s->prev[0] = (struct cw_prev_root){sp, s->inval_seq};
}

/* Switches to the wanted root. The old one becomes a previous one. */
static int switch_root(struct cw_zap *z, struct cw_mmu_ctx *ctx, const struct want *w, bool keep,
		       struct cw_cache_set *cache)
{
	struct cw_shadow *s = ctx->shadow;
	struct cw_mmu_stats *stats = &z->mmu->stats;
	struct cw_mmu_page *sp = ctx->root;
	bool in_time = true;
	int r = 0;

	if (is_want(sp, w)) {
		cw_stat_add(&stats->mmu_root_kept, 1);
	} else {
		sp = prev_take(s, w, &in_time);
		if (sp) {
			cw_stat_add(&stats->mmu_root_cached, 1);
		} else {
			cw_stat_add(&stats->mmu_root_made, 1);
			sp = cw_page_find_pae(z->mmu, w->gfn, w->role, w->pdpte);
			in_time = !sp;
			if (!sp)
				r = make_root(z, w, cache, &sp);
			if (r)
				return r;
			root_get(z->mmu, sp);
		}
		if (ctx->root)
			prev_add(z, s, ctx->root);
		ctx->root = sp;
	}
	sp->write_flood = 0;
	if (!keep)
		s->inval_seq++;
	/* What this finds wrong is taken away; what it cannot take away is an error, and the caller says so. */
	if (!keep || !in_time)
		r = cw_sync_pages(z, ctx, sp, 0, cw_level_pages(sp->role.level + 1) - 1);
	return r;
}

/* Objects for a root, room in the hash, and the lock; or an error, without it. */
static int lock_with_room(struct cw_mmu *mmu, struct cw_cache_set *cache, bool *took)
{
	int r;

	do {
		r = cw_cache_topup(mmu, cache);
		if (r)
			return r;
		cw_mutex_lock(&mmu->lock);
		r = cw_budget(mmu, NULL, 0, took);
		if (!r)
			r = cw_hash_room(mmu, cache);
		if (r)
			cw_mutex_unlock(&mmu->lock);
	} while (r == CW_PF_RETRY);
	return r;
}

int cw_ctx_load(struct cw_mmu_ctx *ctx, const struct cw_guest_regs *regs, bool keep)
{
	struct cw_cache_set cache = {.nr_table = 0};
	struct cw_shadow *s = ctx->shadow;
	struct cw_mmu *mmu = ctx->mmu;
	uint64_t table = ctx->root_table;
	unsigned level, old_level = ctx->level;
	union cw_cpu_role cpu;
	struct cw_shadow before;
	bool took = false;
	struct want w;
	struct cw_zap z;
	int r, f;

	if (!s || !cw_guest_regs_legal(s->params.kind, regs))
		return -EINVAL;
	cpu = cw_role_cpu(s->params.kind, regs, ctx->as_id);
	level = cpu.base.level > s->params.level ? cpu.base.level : s->params.level;
	w.role = cw_role_root(s->params.kind, cpu, level, ctx->flavour, false, s->params.supervisor);
	w.gfn = root_gfn(s->params.kind, cpu, regs->root);
	r = read_pdptes(ctx, cpu, regs->root, w.pdpte);
	if (!r)
		r = lock_with_room(mmu, &cache, &took);
	if (r) {
		cw_cache_drain(mmu, &cache);
		return r;
	}
	cw_zap_init(&z, mmu, ctx->as_id);
	before = *s;
	s->epoch++;
	mmu->guest_epoch++;
	set_mode(ctx, cpu, w.role);
	s->regs = *regs;
	cw_memcpy(s->pdpte, w.pdpte, sizeof(s->pdpte));
	r = switch_root(&z, ctx, &w, keep, &cache);
	if (ctx->root && is_want(ctx->root, &w)) {
		ctx->root_table = ctx->root->table;
		ctx->level = level;
	} else {
		/* No root: the mode goes with the old one. */
		s->gpt = before.gpt;
		s->root_role = before.root_role;
		s->regs = before.regs;
		cw_memcpy(s->pdpte, before.pdpte, sizeof(s->pdpte));
	}
	cw_zap_post(&z);
	cw_zap_drain(&z);
	cw_mutex_unlock(&mmu->lock);
	cw_cache_drain(mmu, &cache);
	f = took ? cw_mmu_flush(mmu) : keep ? 0 : cw_zap_flush(mmu, ctx->as_id);
	r = r ? r : f;
	return r ? r : ctx->root_table != table || ctx->level != old_level;
}

void cw_ctx_forget_roles(struct cw_mmu_ctx *ctx)
{
	cw_mutex_lock(&ctx->mmu->lock);
	ctx->shadow->root_role.invalid = 1;
	ctx->shadow->gpt.role.ext.valid = 0;
	ctx->shadow->gpt.perm_key = ctx->shadow->gpt.pkey_key = 0;
	ctx->shadow->gpt.rsvd_key = 0;
	ctx->shadow->l2 = (struct cw_gpt){.kind = CW_GUEST_VIRT};
	ctx->shadow->epoch++;
	cw_mutex_unlock(&ctx->mmu->lock);
}

/* --- life --- */

int cw_shadow_ctx_create(struct cw_mmu *mmu, struct cw_mmu_ctx *ctx, const struct cw_shadow_params *params,
			 const struct cw_guest_regs *regs)
{
	struct cw_shadow *s;
	int r;

	if (params->as_id >= CW_AS_MAX || (params->level != 4 && params->level != 5) || params->kind > CW_GUEST_NPT ||
	    params->kind == CW_GUEST_DIRECT)
		return -EINVAL;
	if ((params->kind == CW_GUEST_EPT && (params->flavour != CW_FLAVOUR_EPT || params->as_id)) ||
	    (params->kind == CW_GUEST_NPT && params->flavour != CW_FLAVOUR_X86))
		return -EINVAL;
	if (!mmu->ops->invalidate_root || !mmu->ops->pair_alloc || !mmu->ops->host_read || !mmu->ops->host_cmpxchg)
		return -EOPNOTSUPP;
	s = cw_zalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->params = *params;
	*ctx = (struct cw_mmu_ctx){
		.mmu = mmu,
		.as_id = params->as_id,
		.level = params->level,
		.flavour = params->flavour,
		.shadow = s,
	};
	r = cw_ctx_load(ctx, regs, false);
	if (r < 0) {
		cw_shadow_destroy(ctx);
		return r;
	}
	return 0;
}

void cw_shadow_destroy(struct cw_mmu_ctx *ctx)
{
	struct cw_shadow *s = ctx->shadow;
	struct cw_mmu *mmu = ctx->mmu;
	struct cw_zap z;

	cw_mutex_lock(&mmu->lock);
	cw_zap_init(&z, mmu, ctx->as_id);
	root_put(&z, ctx->root);
	for (unsigned i = 0; i < CW_PREV_ROOTS; i++)
		root_put(&z, s->prev[i].sp);
	cw_zap_post(&z);
	cw_zap_drain(&z);
	cw_mutex_unlock(&mmu->lock);
	cw_zap_flush(mmu, ctx->as_id);
	ctx->root = NULL;
	ctx->shadow = NULL;
	cw_free(s);
}
