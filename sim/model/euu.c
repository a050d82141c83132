/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Entry-update unit and table memory. An entry has one acknowledged value and, between a write's acceptance by the bus
 * and its B, a second one: a read under way in that time may see either (P11). A read whose address is accepted after
 * B sees the new value.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { EUU_ID = 62 };

static struct cw_model_page *page_of(struct cw_model *m, uint64_t addr)
{
	uint64_t base = addr & ~UINT64_C(4095);
	struct cw_model_page **at = &m->pages[(base >> 12) % CW_MODEL_HASH];
	struct cw_model_page *p;

	for (p = *at; p; p = p->next)
		if (p->addr == base)
			return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->addr = base;
	p->next = *at;
	*at = p;
	return p;
}

static uint64_t *entry_of(struct cw_model *m, uint64_t addr)
{
	return &page_of(m, addr)->v[addr >> 3 & 511];
}

void cw_model_table_set(struct cw_model *m, uint64_t addr, uint64_t value)
{
	*entry_of(m, addr) = value;
}

uint64_t cw_model_table_get(struct cw_model *m, uint64_t addr)
{
	return *entry_of(m, addr);
}

static void candidate(struct cw_model *m, struct cw_model_read *r, unsigned int i, uint64_t value)
{
	if (cw_model_read_may_be(r, i, value))
		return;
	if (r->n[i] == CW_MODEL_CANDIDATES) {
		cw_model_fail(m, "model-limit", "too many changes of one entry during one read");
		return;
	}
	r->v[i][r->n[i]++] = value;
}

static void offer(struct cw_model *m, struct cw_model_read *r, const struct cw_model_pending *p)
{
	if (p->addr != r->addr)
		return;
	for (unsigned int i = 0; i < 8; i++)
		if (p->entries >> i & 1)
			candidate(m, r, i, p->data[i]);
}

bool cw_model_read_may_be(const struct cw_model_read *r, unsigned int i, uint64_t value)
{
	for (unsigned int j = 0; j < r->n[i]; j++)
		if (r->v[i][j] == value)
			return true;
	return false;
}

void cw_model_read_begin(struct cw_model *m, struct cw_model_read *r, uint64_t addr)
{
	const uint64_t *now = entry_of(m, addr);

	memset(r, 0, sizeof(*r));
	r->busy = true;
	r->addr = addr;
	for (unsigned int i = 0; i < 8; i++)
		candidate(m, r, i, now[i]);
	for (unsigned int i = 0; i < m->npending; i++)
		offer(m, r, &m->pending[i]);
}

void cw_model_table_write(struct cw_model *m, unsigned int id, uint64_t addr, const uint64_t data[8], uint64_t strobes,
			  bool last)
{
	struct cw_model_pending *p;

	if (m->npending == CW_MODEL_PENDING) {
		cw_model_fail(m, "model-limit", "too many table writes under way");
		return;
	}
	/* P43: what was announced before goes out and changes nothing. */
	if (m->engine_in_reset && last && strobes)
		cw_model_fail(m, "reset-write", "write to 0x%llx with strobes 0x%llx while the engine is in reset",
			      (unsigned long long)addr, (unsigned long long)strobes);
	m->engine_resets.writes += m->engine_in_reset && !m->met_write;
	m->met_write |= m->engine_in_reset;
	p = &m->pending[m->npending++];
	memset(p, 0, sizeof(*p));
	p->addr = addr & ~UINT64_C(63);
	p->id = (uint8_t)id;
	p->last = last;
	for (unsigned int i = 0; i < 8; i++) {
		unsigned int bytes = strobes >> (8 * i) & 0xff;

		if (!bytes)
			continue;
		/* Entries are read by others while they change: only whole ones are ever written (SPTE-12). */
		if (bytes != 0xff)
			cw_model_fail(m, "torn-write", "write to 0x%llx with strobes 0x%llx", (unsigned long long)addr,
				      (unsigned long long)strobes);
		p->entries |= (uint8_t)(1u << i);
		p->data[i] = data[i];
	}
	for (unsigned int s = 0; s < CW_MODEL_SLOTS; s++)
		if (m->walk[s].read.busy)
			offer(m, &m->walk[s].read, p);
}

static void answered(struct cw_model *m, unsigned int id, bool lost)
{
	unsigned int kept = 0;
	bool open = true;

	/* The oldest burst of this id takes effect; the others stay, in their order. */
	for (unsigned int i = 0; i < m->npending; i++) {
		const struct cw_model_pending *p = &m->pending[i];

		if (open && p->id == id) {
			uint64_t *v = entry_of(m, p->addr);

			if (id == EUU_ID) {
				m->euu_lost = lost;
				m->euu_old = cw_model_table_get(m, m->euu_addr);
				memcpy(m->euu_line, v, sizeof(m->euu_line));
			}
			for (unsigned int j = 0; j < 8; j++)
				if ((p->entries >> j & 1) && !lost)
					v[j] = p->data[j];
			open = !p->last;
		} else {
			m->pending[kept++] = *p;
		}
	}
	if (kept == m->npending)
		cw_model_fail(m, "ack-unknown", "write id %u acknowledged without a write", id);
	m->npending = kept;
}

void cw_model_table_ack(struct cw_model *m, unsigned int id)
{
	answered(m, id, false);
}

void cw_model_table_lost(struct cw_model *m, unsigned int id)
{
	answered(m, id, true);
}

unsigned int cw_model_unacked(const struct cw_model *m)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->npending; i++)
		n += !m->pending[i].fix;
	return n;
}

/* Tell the write of this cycle, which the bus has shown already, for one of the fixer. */
void cw_model_euu_whose(struct cw_model *m, const uint32_t *vec)
{
	if (!G(euu_w_valid) || !G(euu_w_fix))
		return;
	for (unsigned int i = m->npending; i; i--) {
		if (m->pending[i - 1].id == EUU_ID) {
			m->pending[i - 1].fix = true;
			return;
		}
	}
}

static bool pending_at(const struct cw_model *m, uint64_t addr, bool line)
{
	for (unsigned int i = 0; i < m->npending; i++)
		if (m->pending[i].addr == (addr & ~UINT64_C(63)) &&
		    (line || (m->pending[i].entries >> (addr >> 3 & 7) & 1)))
			return true;
	return false;
}

/* P13: what PROTECT makes of an entry of its mask. */
static uint64_t protected_entry(uint64_t e, bool d, bool x86)
{
	if (!(e & CW_SPTE(PRESENT)) || (e & CW_SPTE(PS)))
		return e;
	if (d && x86)
		return e & ~CW_SPTE(X86_D);
	if (d && !(e >> 52 & 3))
		return e & ~CW_SPTE(D);
	return e & ~CW_SPTE(W);
}

static void protect_line(struct cw_model *m, const uint32_t *vec)
{
	uint64_t line = G(euu_b_addr);
	unsigned int changed = 0;

	for (unsigned int i = 0; i < 8; i++) {
		uint64_t now = cw_model_table_get(m, line + 8 * i), old = m->euu_wrote ? m->euu_line[i] : now;
		uint64_t want = G(euu_b_mask) >> i & 1 ? protected_entry(old, G(euu_b_d), G(euu_b_x86)) : old;

		changed |= (unsigned int)(want != old) << i;
		if (now != want)
			cw_model_fail(m, "protect-wrong", "entry 0x%llx: 0x%llx became 0x%llx, expected 0x%llx (P13)",
				      (unsigned long long)(line + 8 * i), (unsigned long long)old,
				      (unsigned long long)now, (unsigned long long)want);
	}
	if (changed)
		cw_model_checked(m, 13);
	if (changed != G(euu_b_changed))
		cw_model_fail(m, "protect-wrong", "line 0x%llx: says it changed 0x%02x, expected 0x%02x (P13)",
			      (unsigned long long)line, (unsigned int)G(euu_b_changed), changed);
	if (changed)
		cw_model_count(m, CW_CTR_ENTRY_UPDATES);
}

void cw_model_euu(struct cw_model *m, const uint32_t *vec)
{
	uint64_t addr = G(euu_b_addr), old;

	if (G(euu_w_valid)) {
		/* Changes follow each other, and LOAD and FILL are done before a later one (P11, P14). */
		for (unsigned int i = 0; i < m->npending; i++)
			if (m->pending[i].id != EUU_ID && !G(euu_w_fix))
				cw_model_fail(m, "load-before-ack",
					      "entry 0x%llx written while a LOAD is unacknowledged",
					      (unsigned long long)G(euu_w_addr));
		cw_model_checked(m, 14);
		if (m->euu_wrote)
			cw_model_fail(m, "euu-overlap", "a change before the end of the one before");
		m->euu_addr = G(euu_w_addr);
		m->euu_value = G(euu_w_value);
		m->euu_wrote = true;
	}
	if (!G(euu_b_valid))
		return;
	cw_model_checked(m, 10);
	cw_model_checked(m, 11);
	if (m->euu_wrote && m->euu_lost) {
		cw_model_checked(m, 43);
		if (!G(euu_b_error))
			cw_model_fail(m, "error-ignored",
				      "entry 0x%llx: its write has met a bus error and counts as done",
				      (unsigned long long)addr);
	}
	m->euu_lost = false;
	if (pending_at(m, addr, G(euu_b_protect)))
		cw_model_fail(m, "complete-before-ack", "entry 0x%llx: the change counts as done before its B",
			      (unsigned long long)addr);
	if (G(euu_b_protect) && !G(euu_b_error)) {
		protect_line(m, vec);
		m->euu_wrote = false;
		return;
	}
	old = m->euu_wrote ? m->euu_old : cw_model_table_get(m, addr);
	if (G(euu_b_error)) {
		cw_model_count(m, CW_CTR_TABLE_ERRORS);
	} else if (G(euu_b_old) != old) {
		cw_model_fail(m, "blind-swap", "entry 0x%llx: says it found 0x%llx, memory held 0x%llx",
			      (unsigned long long)addr, (unsigned long long)G(euu_b_old), (unsigned long long)old);
	}
	if (G(euu_b_mismatch)) {
		if (!G(euu_b_fix))
			cw_model_count(m, CW_CTR_CAS_MISMATCH);
		if (m->euu_wrote)
			cw_model_fail(m, "blind-swap", "entry 0x%llx written although it differed",
				      (unsigned long long)addr);
	} else if (!G(euu_b_error)) {
		if (!G(euu_b_fix))
			cw_model_count(m, CW_CTR_ENTRY_UPDATES);
		if (!m->euu_wrote)
			cw_model_fail(m, "euu-no-write", "entry 0x%llx: done without a write",
				      (unsigned long long)addr);
	}
	if (G(euu_b_fix))
		cw_model_fix_swap(m, vec);
	m->euu_wrote = false;
}

void cw_model_pages_free(struct cw_model *m)
{
	for (unsigned int i = 0; i < CW_MODEL_HASH; i++) {
		while (m->pages[i]) {
			struct cw_model_page *p = m->pages[i];

			m->pages[i] = p->next;
			free(p);
		}
	}
}
