/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Walker: the walks in flight, what they read, what they make of it. A walk whose line an INVALIDATE has covered since
 * its start is stale: it may go on, but accepts no further request and fills nothing (P5, P18). A walk that has ended
 * may serve more requests until its slot is used again: its line is then a cached translation like any other.
 */
#include <string.h>

#include "internal.h"

typedef unsigned long long ull;

static const uint64_t table_bits = 0x000ffffffffff000ull;

static struct cw_model_walk *walk_of(struct cw_model *m, uint64_t slot, const char *where)
{
	if (slot >= m->config.nslot || !m->walk[slot].used) {
		cw_model_fail(m, "bad-slot", "%s: slot %llu is not in use", where, (ull)slot);
		return NULL;
	}
	return &m->walk[slot];
}

static unsigned int slot_of(const struct cw_model *m, const struct cw_model_walk *w)
{
	return (unsigned int)(w - m->walk);
}

/* Byte address of the entry that a walk for this page reads next. */
static uint64_t entry_addr(const struct cw_model_walk *w, uint64_t page)
{
	return w->table + 8 * (page >> (9 * (w->level - 1)) & 511);
}

unsigned int cw_model_busy_slots(const struct cw_model *m)
{
	unsigned int n = 0;

	for (unsigned int s = 0; s < m->config.nslot; s++)
		n += m->walk[s].used && !(m->walk[s].filled && !m->walk[s].waiters);
	return n;
}

bool cw_model_walks_over(const struct cw_model *m, unsigned int ctx, unsigned int grace)
{
	unsigned int n = m->queued_of[ctx], quota = m->ctx[ctx].walks;

	for (unsigned int s = 0; s < m->config.nslot && quota; s++) {
		const struct cw_model_walk *w = &m->walk[s];

		n += w->used && w->ctx == ctx && (!w->filled || w->waiters || (grace && m->cycle - w->active <= grace));
	}
	return quota && n >= quota;
}

bool cw_model_slots_short(const struct cw_model *m)
{
	return cw_model_busy_slots(m) * 2 >= m->config.nslot;
}

/* Before a slot becomes idle: that takes the engine some cycles more. */
void cw_model_slots_seen(struct cw_model *m)
{
	if (cw_model_slots_short(m))
		m->slots_short = m->cycle;
}

/* ---- start and merge ---- */
static void start(struct cw_model *m, const struct cw_model_req *r, unsigned int port, const uint32_t *vec)
{
	uint64_t slot = G(alloc_slot), page = cw_model_page_number(r->addr), table = G(alloc_table);
	unsigned int level = (unsigned int)G(alloc_level), root_level = r->level5 ? 5 : 4;
	struct cw_model_walk *w;

	if (slot >= m->config.nslot) {
		cw_model_fail(m, "bad-slot", "slot %llu does not exist", (ull)slot);
		return;
	}
	w = &m->walk[slot];
	/* An empty poisoned slot is left without a word; any other ends by its fill. */
	if (w->used && (!w->ended || w->waiters || !w->filled))
		cw_model_fail(m, "request-lost", "slot %llu starts anew while its walk is under way (%u requests)",
			      (ull)slot, w->waiters);
	memset(w, 0, sizeof(*w));
	w->used = true;
	w->counted = true;
	w->port = (uint8_t)port;
	w->epoch = (uint8_t)G(alloc_epoch);
	w->space = r->space;
	w->domain = r->domain;
	w->ctx = r->ctx % CW_NCTX;
	w->x86 = r->x86;
	w->page = page;
	w->level = (uint8_t)level;
	w->table = table;
	w->born = ++m->order;
	w->waiters = 1;
	w->comp = cw_model_needs_gfn(r, port);
	/* P18: what waits for a slot is in flight too; the order of a detach needs it (P33). */
	w->inv_any = r->inv_any;
	w->stale = r->inv_here;
	for (unsigned int l = 1; l < CW_MODEL_LEVELS; l++)
		w->stale_at[l] = r->inv_here;
	cw_model_checked(m, 5);
	if (w->epoch != m->epoch[port].bit)
		cw_model_fail(m, "stamp-wrong", "slot %llu: walk counted in epoch %u, the port's epoch is %u (P5)",
			      (ull)slot, w->epoch, m->epoch[port].bit);
	cw_model_stamp(m, port, w->epoch);
	cw_model_count(m, CW_CTR_WALKS);
	if (level == root_level && table == r->root)
		return;
	cw_model_count(m, CW_CTR_WC_HITS);
	if (level < 1 || level >= root_level || !cw_model_wc_has(m, r->space, level, page, table))
		cw_model_fail(
			m, "stale-walk-cache",
			"space %u addr 0x%llx: walk starts at table 0x%llx level %u, which is not cached any more",
			r->space, (ull)r->addr, (ull)table, level);
}

static void attach(struct cw_model *m, const struct cw_model_req *r, unsigned int port, const uint32_t *vec)
{
	struct cw_model_walk *w = walk_of(m, G(alloc_slot), "merge");
	uint64_t page = cw_model_page_number(r->addr);

	cw_model_count(m, CW_CTR_MERGES);
	if (!w)
		return;
	if (w->space != r->space || w->page >> 3 != page >> 3)
		cw_model_fail(m, "merge-wrong", "space %u page 0x%llx attached to a walk of space %u page 0x%llx",
			      r->space, (ull)page, w->space, (ull)w->page);
	if (cw_model_needs_gfn(r, port) && !w->comp)
		cw_model_fail(m, "merge-wrong", "page 0x%llx attached to slot %u, which reads no companion (P24, P31)",
			      (ull)page, slot_of(m, w));
	cw_model_checked(m, 5);
	/* A leaf above level 1 is an upper entry too (P18). */
	if (w->stale || (w->ended && w->stale_at[w->level]))
		cw_model_fail(m, "merge-poisoned",
			      "page 0x%llx attached to slot %u, which an INVALIDATE has covered (P5)", (ull)page,
			      slot_of(m, w));
	w->waiters++;
}

void cw_model_alloc(struct cw_model *m, const uint32_t *vec)
{
	unsigned int port = (unsigned int)G(alloc_port), tag = (unsigned int)G(alloc_tag);
	struct cw_model_req *r = cw_model_req_of(m, port, tag, "walk");

	if (r->state != CW_REQ_QUEUED) {
		cw_model_fail(m, "alloc-unknown", "port %u tag %u does not wait for a walk", port, tag);
		return;
	}
	r->state = CW_REQ_WALK;
	r->slot = (uint8_t)G(alloc_slot);
	r->attached = G(alloc_attach);
	m->queued_of[r->ctx % CW_NCTX] -= r->limited;
	if (r->limited)
		cw_model_checked(m, 38);
	if (r->over && (!r->attached || r->cycle != m->cycle))
		cw_model_fail(m, "walk-quota", "port %u tag %u ctx %u: more than %u walks (P38)", port, tag, r->ctx,
			      m->ctx[r->ctx % CW_NCTX].walks);
	if (r->attached)
		attach(m, r, port, vec);
	else
		start(m, r, port, vec);
}

static void inv_queued(struct cw_model *m, bool all, uint16_t space)
{
	for (unsigned int p = 0; p < CW_NPORT; p++) {
		for (unsigned int t = 0; t < CW_NTAG; t++) {
			struct cw_model_req *r = &m->req[p][t];

			if (r->state != CW_REQ_QUEUED)
				continue;
			r->inv_any = true;
			r->inv_here |= all || r->space == space;
		}
	}
}

void cw_model_walk_inv(struct cw_model *m, bool all, bool whole, uint16_t space, uint64_t lo, uint64_t hi)
{
	if (all || whole)
		inv_queued(m, all, space);
	for (unsigned int s = 0; s < m->config.nslot; s++) {
		struct cw_model_walk *w = &m->walk[s];

		if (!w->used || (!all && w->space != space))
			continue;
		w->inv_any = true;
		if (all || whole || (w->page >> 3 >= lo >> 3 && w->page >> 3 <= hi >> 3))
			w->stale = true;
		for (unsigned int level = 1; level < CW_MODEL_LEVELS; level++) {
			unsigned int shift = 9 * (level - 1);

			if (all || whole || (w->page >> shift >= lo >> shift && w->page >> shift <= hi >> shift))
				w->stale_at[level] = true;
		}
	}
}

/* ---- reads ---- */
void cw_model_ar(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_walk *w = walk_of(m, G(ar_slot), "read address");
	uint64_t addr = G(ar_addr), want;

	if (!w)
		return;
	want = entry_addr(w, w->page) & ~UINT64_C(63);
	if (w->second)
		want |= CW_COMPANION;
	cw_model_count(m, CW_CTR_WALK_READS);
	if (w->read.busy || w->ended)
		cw_model_fail(m, "read-wrong", "slot %u reads 0x%llx %s", slot_of(m, w), (ull)addr,
			      w->ended ? "although its walk has ended" : "before its last read has come back");
	if (addr != want)
		cw_model_fail(m, "read-wrong", "slot %u level %u reads 0x%llx, the line is at 0x%llx", slot_of(m, w),
			      w->level, (ull)addr, (ull)want);
	if (m->ops.table_ok && !m->ops.table_ok(m->ops.priv, addr))
		cw_model_fail(m, "table-poison", "slot %u reads 0x%llx, a table page that has been freed (I9)",
			      slot_of(m, w), (ull)addr);
	cw_model_read_begin(m, &w->read, addr);
}

static void read_values(struct cw_model *m, struct cw_model_walk *w, const uint32_t *vec)
{
	unsigned int index = w->level == 1 ? 0 : (unsigned int)(entry_addr(w, w->page) >> 3 & 7);
	uint64_t *line = w->second ? w->gfns : w->line;
	bool error = w->second ? w->comp_error : w->error;

	for (unsigned int i = 0; i < 8; i++) {
		line[i] = cw_mon_get_word(vec, MON_r_line, i);
		if (!error && !cw_model_read_may_be(&w->read, i, line[i]))
			cw_model_fail(m, "read-value",
				      "slot %u level %u: 0x%llx read as 0x%llx, which memory did not hold (P11)",
				      slot_of(m, w), w->level, (ull)(w->read.addr + 8 * i), (ull)line[i]);
	}
	if (!w->second)
		w->entry = line[index];
	if (G(r_entry) != line[index])
		cw_model_fail(m, "read-value", "slot %u level %u: entry 0x%llx taken, 0x%llx is in the line",
			      slot_of(m, w), w->level, (ull)G(r_entry), (ull)line[index]);
}

/* P31: after a leaf, or a line of them of which one is present, that of its companion. */
static bool companion_follows(const struct cw_model *m, const struct cw_model_walk *w)
{
	const struct cw_model_format format = cw_model_format(m, w->x86);
	uint64_t present = 0;

	if (!w->comp || w->second || w->error)
		return false;
	for (unsigned int i = 0; i < 8; i++)
		present |= w->line[i] & CW_SPTE(PRESENT);
	if (w->level == 1)
		return present;
	/* a leaf, well-formed: the verdict on it is no error, whatever it allows */
	return (w->entry & CW_SPTE(PRESENT)) && (w->entry & CW_SPTE(PS)) &&
	       cw_model_judge(&format, w->entry, w->level, 0, false, 0, false).verdict != CW_V_ABORT;
}

void cw_model_r(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_walk *w = walk_of(m, G(r_slot), "read data");
	struct cw_model_format format;
	bool down, more;

	if (!w)
		return;
	if (!w->read.busy || G(r_level) != w->level)
		cw_model_fail(m, "read-wrong", "slot %u: data of level %llu, which was not asked for", slot_of(m, w),
			      (ull)G(r_level));
	w->read.busy = false;
	if (w->second)
		w->comp_error = G(r_error);
	else
		w->error = G(r_error);
	read_values(m, w, vec);
	if (G(r_error))
		cw_model_count(m, CW_CTR_TABLE_ERRORS);
	format = cw_model_format(m, w->x86);
	down = !w->second && !w->error && cw_model_entry_nonleaf(&format, w->entry, w->level);
	more = down || companion_follows(m, w);
	if (more == (bool)G(r_last))
		cw_model_fail(m, "walk-wrong", "slot %u level %u entry 0x%llx: the walk %s here", slot_of(m, w),
			      w->level, (ull)w->entry, more ? "does not end" : "ends");
	if (G(r_wcfill)) {
		if (!down)
			cw_model_fail(m, "fill-faulting", "level %u entry 0x%llx into the walk cache (I7)", w->level,
				      (ull)w->entry);
		if (w->stale_at[w->level])
			cw_model_fail(m, "fill-stale-wc", "slot %u level %u: walk cache filled after INVALIDATE (P18)",
				      slot_of(m, w), w->level);
		cw_model_wc_fill(m, w->space, w->level - 1u, w->page, w->entry & table_bits);
	}
	if (down) {
		w->level--;
		w->table = w->entry & table_bits;
		return;
	}
	if (more) {
		w->second = true;
		return;
	}
	w->ended = true;
	if (w->counted)
		cw_model_unstamp(m, w->port, w->epoch, "walk");
	w->counted = false;
}

/* ---- results ---- */
/* Where the entry was found that a request is judged by. */
struct place {
	uint64_t entry, addr;
	unsigned int level;
	bool error;
};

/* A request leaves its walk. */
static bool from_walk(struct cw_model *m, struct cw_model_walk *w, struct cw_model_req *r, const uint32_t *vec,
		      struct place *at)
{
	uint64_t page = cw_model_page_number(r->addr);

	if (r->state != CW_REQ_WALK || r->slot != G(res_slot)) {
		cw_model_fail(m, "result-unknown", "port %llu tag %llu does not wait for slot %u", (ull)G(res_port),
			      (ull)G(res_tag), slot_of(m, w));
		return false;
	}
	if (!w->ended)
		cw_model_fail(m, "result-early", "slot %u has not read its last entry", slot_of(m, w));
	if (m->waiting >= CW_NWAIT)
		m->waits_full = m->cycle;
	cw_model_slots_seen(m);
	w->active = m->cycle;
	w->waiters--;
	m->waiting--;
	w->asked |= (uint8_t)(1u << (page & 7));
	at->level = w->level;
	at->addr = entry_addr(w, page);
	at->error = w->error || (cw_model_needs_gfn(r, (unsigned int)G(res_port)) && w->comp_error);
	at->entry = at->error ? 0 : w->level == 1 ? w->line[page & 7] : w->entry;
	r->gfn = page;
	/* P31: the gfn of the entry, and the page in it */
	if (cw_model_needs_gfn(r, (unsigned int)G(res_port))) {
		uint64_t inside = (UINT64_C(1) << (9 * (w->level - 1))) - 1;

		r->gfn = (cw_model_page_number(w->gfns[at->addr >> 3 & 7]) & ~inside) | (page & inside);
	}
	return true;
}

static void answered(struct cw_model *m, struct cw_model_req *r, const uint32_t *vec, const struct cw_model_verdict *v)
{
	unsigned int port = (unsigned int)G(res_port), tag = (unsigned int)G(res_tag);
	unsigned int verdict = (unsigned int)G(res_verdict), reason = (unsigned int)G(res_reason);
	bool grant = v->verdict == CW_V_HIT || v->verdict == CW_V_FIXED;

	if (G(res_outcome) != 0 || verdict != v->verdict || reason != v->reason || (grant && G(res_pa) != v->pa))
		cw_model_fail(
			m, "verdict-wrong",
			"port %u tag %u addr 0x%llx entry 0x%llx: outcome %llu %s/%s pa 0x%llx, expected %s/%s pa 0x%llx",
			port, tag, (ull)r->addr, (ull)G(res_entry), (ull)G(res_outcome), cw_verdict_name(verdict),
			cw_reason_name(reason), (ull)G(res_pa), cw_verdict_name(v->verdict), cw_reason_name(v->reason),
			(ull)v->pa);
	if (port != CW_PORT_HOST && !grant) {
		cw_model_fix_end(m, r);
		cw_model_unstamp(m, port, r->epoch, "result");
	}
	cw_model_decided(m, r, v->verdict);
	cw_model_end(m, r, port, v->verdict, v->reason, v->pa);
}

/* The host has to act: the stamp is given up, whatever comes (P8). */
static void to_host(struct cw_model *m, struct cw_model_req *r, const uint32_t *vec, const struct cw_model_verdict *v,
		    const struct place *at)
{
	unsigned int port = (unsigned int)G(res_port), tag = (unsigned int)G(res_tag);
	unsigned int verdict = (unsigned int)G(res_verdict), reason = (unsigned int)G(res_reason);
	struct cw_model_fault f = {
		.addr = r->addr,
		.entry = at->entry,
		.entry_addr = at->addr,
		.ctx = r->ctx,
		.domain = r->domain,
		.len = (uint16_t)(r->len_m1 + 1),
		.port = (uint8_t)port,
		.tag = (uint8_t)tag,
		.access = r->write ? CW_ACCESS_WRITE : CW_ACCESS_READ,
		.verdict = v->verdict,
		.reason = v->reason,
		.level = (uint8_t)at->level,
	};

	cw_model_fix_end(m, r);
	cw_model_unstamp(m, port, r->epoch, "result");
	if (G(res_outcome) == 0) {
		if (verdict != CW_V_RETRY_LATER || reason != CW_RSN_NO_ROOM || cw_model_park_room(m, r, vec))
			cw_model_fail(
				m, "verdict-wrong",
				"port %u tag %u addr 0x%llx: answered %s/%s, expected to be parked as %s (%u parked)",
				port, tag, (ull)r->addr, cw_verdict_name(verdict), cw_reason_name(reason),
				cw_verdict_name(v->verdict), cw_model_parked(m));
		cw_model_decided(m, r, CW_V_RETRY_LATER);
		cw_model_end(m, r, port, CW_V_RETRY_LATER, CW_RSN_NO_ROOM, 0);
		return;
	}
	if (G(res_outcome) == 3 || verdict != v->verdict || reason != v->reason)
		cw_model_fail(m, "verdict-wrong",
			      "port %u tag %u addr 0x%llx entry 0x%llx: outcome %llu, %s/%s, expected %s/%s", port, tag,
			      (ull)r->addr, (ull)at->entry, (ull)G(res_outcome), cw_verdict_name(verdict),
			      cw_reason_name(reason), cw_verdict_name(v->verdict), cw_reason_name(v->reason));
	cw_model_decided(m, r, v->verdict);
	cw_model_park(m, r, vec, &f);
}

/* What comes after the verdict on the entry: the context may be gone, the log or the races may have been in the way. */
static void overrule(struct cw_model *m, const struct cw_model_req *r, struct cw_model_verdict *v)
{
	const struct cw_model_fix *f = &r->fix;

	if (!m->ctx[r->ctx % CW_NCTX].valid) /* P33: the context went away while the request waited */
		*v = (struct cw_model_verdict){.verdict = CW_V_ABORT, .reason = CW_RSN_DETACHED};
	else if (f->log_status) /* P27 */
		*v = (struct cw_model_verdict){.verdict = CW_V_WRITE_PROTECTED,
					       .reason = f->log_status == 1 ? CW_RSN_LOG_MISSING : CW_RSN_LOG_FULL};
	else if (v->verdict == CW_V_FIXED && f->tries >= CW_FIX_TRIES) {
		cw_model_count(m, CW_CTR_LIVELOCK);
		*v = (struct cw_model_verdict){.verdict = CW_V_ABORT, .reason = CW_RSN_LIVELOCK};
	}
}

void cw_model_res(struct cw_model *m, const uint32_t *vec)
{
	unsigned int port = (unsigned int)G(res_port), tag = (unsigned int)G(res_tag);
	struct cw_model_walk *w = G(res_fixer) ? NULL : walk_of(m, G(res_slot), "result");
	struct cw_model_req *r = cw_model_req_of(m, port, tag, "result");
	const struct cw_model_format rules = cw_model_rules(m, r);
	struct place at = {0, r->fix.addr, r->fix.level, r->fix.error};
	struct cw_model_verdict v;

	if (G(res_fixer) ? !cw_model_fix_back(m, r, &at.entry) : !w || !from_walk(m, w, r, vec, &at))
		return;
	cw_model_checked(m, 4);
	cw_model_checked(m, 35);
	if (port != CW_PORT_HOST && G(res_epoch) != r->epoch)
		cw_model_fail(m, "stamp-changed", "port %u tag %u: stamp %u at the lookup, %u now (P4)", port, tag,
			      r->epoch, (unsigned int)G(res_epoch));
	if (G(res_entry) != at.entry)
		cw_model_fail(m, "result-entry", "port %u tag %u: judged 0x%llx, 0x%llx was found", port, tag,
			      (ull)G(res_entry), (ull)at.entry);
	v = cw_model_judge(&rules, at.entry, at.level, r->addr, r->write, m->dom[r->domain].mmio_gen, at.error);
	/* I7: what one of its requests could not use is not filled. */
	if (w && v.verdict != CW_V_HIT)
		w->faulted |= (uint8_t)(1u << (cw_model_page_number(r->addr) & 7));
	overrule(m, r, &v);
	if (w) {
		r->way = r->attached ? CW_MODEL_MERGE : CW_MODEL_MISS;
		r->level = (uint8_t)at.level;
	}
	if (port != CW_PORT_HOST && (v.verdict == CW_V_FIXED || (v.mark && !r->fix.marked))) {
		bool poor = G(res_outcome) == 0 && G(res_verdict) == CW_V_RETRY_LATER && G(res_reason) == CW_RSN_BUDGET;

		if (v.mark && cw_model_budget_broke(m, r, poor)) {
			v = (struct cw_model_verdict){.verdict = CW_V_RETRY_LATER, .reason = CW_RSN_BUDGET};
			answered(m, r, vec, &v);
			return;
		}
		if (G(res_outcome) != 3)
			cw_model_fail(m, "not-fixed", "port %u tag %u addr 0x%llx entry 0x%llx: expected to be fixed",
				      port, tag, (ull)r->addr, (ull)at.entry);
		cw_model_fix_take(m, r, vec, &v, at.entry, at.addr);
		r->fix.level = (uint8_t)at.level;
		return;
	}
	cw_model_budget_end(m, r);
	if (v.verdict == CW_V_HIT && r->fix.swapped)
		v.verdict = CW_V_FIXED;
	if (port == CW_PORT_HOST || v.verdict == CW_V_HIT || v.verdict == CW_V_FIXED || v.verdict == CW_V_ABORT)
		answered(m, r, vec, &v);
	else
		to_host(m, r, vec, &v, &at);
}

/* ---- fill ---- */
static void fill_large(struct cw_model *m, struct cw_model_walk *w)
{
	const struct cw_model_format format = cw_model_format(m, w->x86);
	bool fine = cw_model_judge(&format, w->entry, w->level, 0, false, 0, w->error).verdict != CW_V_ABORT;

	if (w->stale_at[w->level])
		cw_model_fail(m, "fill-stale-large", "slot %u page 0x%llx level %u: filled after INVALIDATE (P18)",
			      slot_of(m, w), (ull)w->page, w->level);
	if (w->level < 2 || w->level > 3 || !(w->entry & CW_SPTE(PRESENT)) || !fine || w->faulted)
		cw_model_fail(m, "fill-faulting", "slot %u: 0x%llx level %u is no large leaf, or faulted (I7)",
			      slot_of(m, w), (ull)w->entry, w->level);
	cw_model_tlb_fill(m, w->space, w->level, w->page, w->entry);
}

void cw_model_fill(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_walk *w = walk_of(m, G(fill_slot), "fill");
	unsigned int mask = (unsigned int)G(fill_mask);
	bool large = G(fill_large);

	if (!w)
		return;
	if (!w->ended || w->filled)
		cw_model_fail(m, "fill-early", "slot %u fills %s", slot_of(m, w),
			      w->filled ? "again" : "before its last entry is read");
	cw_model_slots_seen(m);
	w->active = m->cycle;
	w->filled = true;
	if (w->inv_any && !mask && !large)
		cw_model_count(m, CW_CTR_FILLS_REFUSED);
	if (!mask && !large)
		return;
	cw_model_count(m, CW_CTR_FILLS);
	if (large)
		fill_large(m, w);
	if (!mask)
		return;
	cw_model_checked(m, 18);
	if (w->stale)
		cw_model_fail(m, mask & w->asked ? "fill-stale-page" : "fill-stale-neighbour",
			      "slot %u page 0x%llx mask 0x%02x: filled after INVALIDATE (P18)", slot_of(m, w),
			      (ull)w->page, mask);
	for (unsigned int i = 0; i < 8; i++) {
		if (!(mask >> i & 1))
			continue;
		if (w->error || w->level != 1 || !(w->line[i] & CW_SPTE(PRESENT)) || (w->faulted >> i & 1))
			cw_model_fail(m, "fill-faulting",
				      "slot %u: entry %u, 0x%llx level %u, is no present 4 KiB leaf, or faulted (I7)",
				      slot_of(m, w), i, (ull)w->line[i], w->level);
		cw_model_tlb_fill(m, w->space, 1, (w->page & ~UINT64_C(7)) | i, w->line[i]);
	}
}
