/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Checks of every structure, for tests. Each returns NULL or the first thing that is wrong. */
#include "internal.h"

#define CHECK(cond) \
	do { \
		if (!(cond)) \
			return #cond; \
	} while (0)

struct totals {
	uint64_t pages, rmap_entries, leaves[CW_LEVEL_LEAF_MAX + 1];
};

static const char *check_set(const struct cw_slot_set *set, unsigned as_id)
{
	const char *what = cw_slots_validate(set);

	if (what)
		return what;
	cw_slots_for(slot, set)
	{
		CHECK(slot->as_id == as_id);
		CHECK(slot->npages && slot->npages <= CW_MEM_MAX_PAGES);
		CHECK(!slot->rmap == !!(slot->flags & CW_MEM_ALLONES));
		CHECK(!slot->log == !(slot->flags & CW_MEM_LOG_DIRTY));
		CHECK(!slot->log || slot->log->npages == slot->npages);
		if (slot->log && cw_log_validate(slot->log))
			return cw_log_validate(slot->log);
		CHECK(!slot->rmap || slot->rmap->npages == slot->npages);
	}
	return NULL;
}

static const char *check_slots(struct cw_mmu *mmu, unsigned as_id)
{
	const struct cw_slot_space *space = &mmu->space[as_id];
	const struct cw_slot_set *a = &space->set[0], *b = &space->set[1];
	const char *what = check_set(a, as_id);
	unsigned ids = 0;

	if (!what)
		what = check_set(b, as_id);
	if (what)
		return what;
	CHECK((space->generation & (CW_AS_MAX - 1)) == as_id);
	/* Outside of an update both sets are the same. */
	CHECK(a->nr == b->nr);
	cw_slots_for(slot, a)
	{
		CHECK(cw_slots_find(b, slot->base_gfn) == slot);
		CHECK(slot->id < space->by_id_cap && space->by_id[slot->id] == slot);
	}
	for (unsigned i = 0; i < space->by_id_cap; i++)
		ids += space->by_id[i] != NULL;
	CHECK(ids == a->nr);
	return cw_hva_validate(&space->by_hva, cw_slots_active(mmu, as_id));
}

static const char *check_rmap(const struct cw_memslot *slot, struct totals *t)
{
	struct cw_rmap_leaf *leaf;

	for (uint64_t rel = 0; slot->rmap && (leaf = cw_rmap_next(slot->rmap, &rel));) {
		unsigned mapped = 0;

		CHECK(rel % CW_RMAP_LEAF_PAGES == 0);
		for (unsigned i = 0; i < CW_RMAP_LEAF_PAGES; i++, rel++) {
			struct cw_entry e, other;

			mapped += leaf->head[i].val != 0;
			for (unsigned n = 0; cw_rmap_head_get(&leaf->head[i], n, &e); n++) {
				CHECK(e.sp->role.smm == slot->as_id);
				CHECK(cw_spte_present(e.sp->spte[e.index]));
				CHECK(cw_spte_is_leaf(e.sp->spte[e.index], e.sp->role.level));
				CHECK(cw_entry_gfn(e.sp, e.index) == slot->base_gfn + rel);
				for (unsigned m = 0; m < n; m++) {
					CHECK(cw_rmap_head_get(&leaf->head[i], m, &other));
					CHECK(other.sp != e.sp || other.index != e.index);
				}
				t->rmap_entries++;
			}
		}
		CHECK(mapped == leaf->nr_mapped);
	}
	return NULL;
}

static const char *check_leaf(struct cw_mmu *mmu, const struct cw_mmu_page *sp, unsigned i)
{
	const struct cw_spte_format *fmt = cw_spte_format(sp->role);
	uint64_t gfn = cw_entry_gfn(sp, i), spte = sp->spte[i];
	const struct cw_memslot *slot = cw_slots_find(cw_slots_active(mmu, sp->role.smm), gfn);
	unsigned mode = mmu->domain[sp->role.smm].log_mode;

	if (!cw_spte_present(spte)) {
		if (spte != CW_SPTE_NONPRESENT) {
			CHECK(cw_spte_is_mmio(fmt, spte));
			CHECK(cw_spte_mmio_gfn(fmt, spte) == gfn);
		}
		return NULL;
	}
	CHECK(slot && slot->rmap);
	/* Nothing that is allowed to write maps a tracked table. */
	if (cw_page_live(mmu, sp) && cw_track_any(mmu, sp->role.smm, gfn, cw_level_pages(sp->role.level)))
		CHECK(!(spte & (CW_SPTE(W) | fmt->mmu_w)));
	CHECK(sp->role.level <= mmu->params.max_level && !(spte & CW_SPTE(PS)) == (sp->role.level == CW_LEVEL_4K));
	/* MS-6: a large leaf lies inside its slot, and its pages are aligned on the bus. */
	CHECK(gfn + cw_level_pages(sp->role.level) <= slot->base_gfn + slot->npages);
	CHECK(!(cw_spte_addr(spte) >> CW_PAGE_SHIFT & (cw_level_pages(sp->role.level) - 1)));
	CHECK(cw_spte_writable_triple_ok(fmt, spte));			  /* SPTE-5 */
	CHECK(!(slot->flags & CW_MEM_READONLY) || !(spte & fmt->host_w)); /* MS-7 */
	CHECK(!cw_spte_is_mmio(fmt, spte));
	/* DL-10: what may be written without a record is known as dirty. */
	if (slot->log && cw_log_exact(mode) && cw_page_live(mmu, sp) && (spte & CW_SPTE(W)) &&
	    (mode == CW_LOG_PROTECT || sp->role.ad_disabled || (spte & fmt->dirty)))
		CHECK(slot->log->dirty.word[(gfn - slot->base_gfn) / 64] >> (gfn - slot->base_gfn) % 64 & 1);
	return NULL;
}

static const char *check_table(const struct cw_mmu_page *sp, unsigned i)
{
	struct cw_entry e;
	bool linked = false;

	if (!cw_spte_present(sp->spte[i])) {
		CHECK(!sp->child[i]);
		CHECK(sp->spte[i] == CW_SPTE_NONPRESENT);
		return NULL;
	}
	CHECK(sp->child[i]);
	CHECK(sp->spte[i] == cw_spte_make_table(sp->role, sp->child[i]->table));
	CHECK(cw_role_has_gptes(sp->role) ?
		      sp->role.level > CW_LEVEL_LEAF_MAX || sp->child[i]->gfn == cw_entry_gfn(sp, i) :
	      sp->role.direct		 ? sp->child[i]->gfn == cw_entry_gfn(sp, i) :
	      cw_role_expanded(sp->role) ? sp->child[i]->gfn == sp->gfn :
					   true);
	CHECK(cw_role_shadow(sp->role) == cw_role_shadow(sp->child[i]->role));
	CHECK(sp->child[i]->role.level + 1 == sp->role.level && sp->child[i]->role.smm == sp->role.smm);
	CHECK(!sp->child[i]->role.invalid);
	for (unsigned n = 0; cw_rmap_head_get(&sp->child[i]->parents, n, &e); n++)
		linked |= e.sp == sp && e.index == i;
	CHECK(linked);
	return NULL;
}

static const char *check_page(struct cw_mmu *mmu, const struct cw_mmu_page *sp, struct totals *t)
{
	unsigned present = 0, mmio = 0;
	struct cw_entry e;

	CHECK(!sp->role.direct || sp->gfn == cw_table_gfn(sp->gfn, sp->role.level));
	CHECK(!sp->trans == !(cw_role_has_gptes(sp->role) && sp->role.level <= CW_LEVEL_LEAF_MAX)); /* ROLE-9 */
	CHECK(cw_role_has_gptes(sp->role) == !cw_list_empty(&sp->shadow_node));
	CHECK(sp->role.invalid || cw_role_legal(sp->role));
	CHECK(!cw_page_paired(sp) || !(sp->table & CW_COMPANION)); /* P31 */
	CHECK(sp->zap_seq <= mmu->domain[sp->role.smm].zap_seq);
	for (unsigned i = 0; i < CW_SPTES; i++) {
		bool is_present = cw_spte_present(sp->spte[i]);
		bool table = sp->role.level > CW_LEVEL_4K && !(is_present && (sp->spte[i] & CW_SPTE(PS)));
		const char *what = table ? check_table(sp, i) : check_leaf(mmu, sp, i);

		if (what)
			return what;
		present += is_present;
		mmio += cw_spte_is_mmio(cw_spte_format(sp->role), sp->spte[i]);
		if (is_present && !table)
			t->leaves[sp->role.level]++;
	}
	CHECK(present == sp->nr_present && mmio == sp->nr_mmio);
	for (unsigned n = 0; cw_rmap_head_get(&sp->parents, n, &e); n++)
		CHECK(e.sp->child[e.index] == sp);
	return NULL;
}

static const char *check_hash(struct cw_mmu *mmu, struct totals *t)
{
	const char *what = cw_hash_validate(mmu);

	for (uint64_t i = 0; !what && i < 1ull << mmu->hash_bits; i++) {
		struct cw_mmu_page *sp = mmu->hash_page[i];

		if (!mmu->hash_key[i])
			continue;
		what = check_page(mmu, sp, t);
		CHECK(!cw_list_empty(&sp->node));
		/* Exactly one valid page of a key. */
		CHECK(!cw_page_live(mmu, sp) || cw_page_find_pae(mmu, sp->gfn, sp->role, sp->pdpte) == sp);
		t->pages++;
	}
	if (what)
		return what;
	CHECK(t->pages == mmu->nr_pages && t->pages == mmu->stats.mmu_pages);
	return NULL;
}

static const char *check_lists(struct cw_mmu *mmu)
{
	uint64_t listed = 0;
	bool obsolete = false;

	cw_list_for(node, &mmu->roots)
	{
		struct cw_mmu_page *sp = cw_list_entry(node, struct cw_mmu_page, node);

		CHECK(sp->root_count && cw_page_live(mmu, sp) && sp->role.level >= 4);
		listed++;
	}
	cw_list_for(node, &mmu->active)
	{
		struct cw_mmu_page *sp = cw_list_entry(node, struct cw_mmu_page, node);

		CHECK(!sp->root_count);
		/* The obsolete stand at the end (ZAP-1). */
		CHECK(!obsolete || sp->gen != mmu->valid_gen);
		obsolete = sp->gen != mmu->valid_gen;
		listed++;
	}
	CHECK(listed == mmu->nr_pages);
	CHECK(cw_list_empty(&mmu->zapped));
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		const struct cw_mmu_domain *dom = &mmu->domain[as_id];
		uint64_t seq = dom->flushed_seq;

		CHECK(dom->flushed_seq <= dom->zap_seq);
		cw_list_for(node, &dom->quarantine)
		{
			struct cw_mmu_page *sp = cw_list_entry(node, struct cw_mmu_page, node);

			CHECK(sp->role.invalid && sp->role.smm == as_id);
			CHECK(!sp->nr_present && !sp->parents.val && !sp->hashed);
			CHECK(sp->zap_seq >= seq && sp->zap_seq <= dom->zap_seq);
			seq = sp->zap_seq;
		}
	}
	return NULL;
}

static const char *check_all(struct cw_mmu *mmu)
{
	struct totals t = {.pages = 0};
	const char *what = NULL;

	for (unsigned as_id = 0; as_id < CW_AS_MAX && !what; as_id++)
		what = check_slots(mmu, as_id);
	if (!what)
		what = check_hash(mmu, &t);
	if (!what)
		what = check_lists(mmu);
	for (unsigned as_id = 0; as_id < CW_AS_MAX; as_id++) {
		cw_slots_for(slot, cw_slots_active(mmu, as_id))
		{
			if (!what)
				what = check_rmap(slot, &t);
		}
	}
	if (what)
		return what;
	/* Each rmap entry is a present leaf, none twice: equal numbers make it all of them (ST-3). */
	CHECK(t.rmap_entries == t.leaves[1] + t.leaves[2] + t.leaves[3]);
	for (unsigned level = 1; level <= CW_LEVEL_LEAF_MAX; level++)
		CHECK(t.leaves[level] == *cw_stat_leaves(mmu, level));
	return NULL;
}

const char *cw_mmu_validate(struct cw_mmu *mmu)
{
	const char *what;

	cw_mutex_lock(&mmu->lock);
	what = check_all(mmu);
	cw_mutex_unlock(&mmu->lock);
	return what;
}
