/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * One pass of the dirty log, of one domain at a time. In CAPTURE the completion of HARVEST is the report (P25). In
 * PROTECT and DIRTYBIT the host goes on: PROTECT what was harvested and what it has marked itself, INVALIDATE, FLUSH,
 * and only then the report (P22). A log starts in these modes, or changes into them, by the same steps over all tables
 * (P28).
 */
#include <string.h>

#include "bench.h"

enum { ROOM = 48 }; /* of the hot ring: all commands of a pass */

static bool guards(unsigned int mode)
{
	return mode == CW_LOG_PROTECT || mode == CW_LOG_DIRTYBIT;
}

/* The page of an entry that the host makes writable so that no mark comes of it: it must mark it itself (P51). */
static struct log_page *unmarked(struct bench *b, unsigned int domain, uint64_t page, uint64_t entry)
{
	struct log *l = &b->log[world_owner(domain)];
	struct log_page *p = log_page_at(b, world_owner(domain), page);
	bool x86 = b->dom[domain].x86;

	/* the log of shadow spaces is in CAPTURE, which needs no mark of the host */
	if (!p || world_shadow(domain) || !(entry & CW_SPTE(PRESENT)) || !(entry & CW_SPTE(W)) || !guards(l->guard))
		return NULL;
	/* D clear says it all where the entry has a D */
	if (l->guard == CW_LOG_DIRTYBIT &&
	    (x86 ? !(entry & CW_SPTE(X86_D)) : !(entry >> 52 & 3) && !(entry & CW_SPTE(D))))
		return NULL;
	return p;
}

enum { HOST_AWAY = 4000, HOST_AWAY_MORE = 30000 }; /* cycles between mark and write of a host that has no lock */

void log_made(struct bench *b, unsigned int domain, uint64_t page, uint64_t entry)
{
	struct log_page *p = unmarked(b, domain, page, entry);

	if (!p || b->marked || b->broken == BROKEN_MARK)
		return;
	b->host_marks++;
	if (b->broken == BROKEN_LATE_MARK)
		p->mark_at = cw_sim_cycle(b->sim) + HOST_AWAY + rng_below(&b->rng, HOST_AWAY_MORE);
	else
		p->host_mark = true;
}

bool log_early(struct bench *b, unsigned int domain, uint64_t page, uint64_t entry)
{
	struct log_page *p = unmarked(b, domain, page, entry);

	if (b->broken != BROKEN_EARLY_MARK || !p || b->marked)
		return false;
	if (p->mark_at)
		return true;
	b->host_marks++;
	p->host_mark = true;
	p->mark_at = cw_sim_cycle(b->sim) + HOST_AWAY + rng_below(&b->rng, HOST_AWAY_MORE);
	return true;
}

/* ---- PROTECT ---- */
static void protect_table(struct bench *b, unsigned int domain, unsigned int n, const uint8_t *mask)
{
	host_protect(b, world_table_addr(n), mask, b->log[domain].guard == CW_LOG_DIRTYBIT);
}

static void finish(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];
	struct cw_cmd c = {.opcode = CW_OP_INVALIDATE, .space = (uint16_t)domain};

	if (b->broken != BROKEN_INVALIDATE)
		host_hot(b, &c);
	l->step = LOG_FLUSHES;
	if (b->broken == BROKEN_REPORT) /* before the FLUSH, and copied then */
		log_copy(b, domain);
	host_flush(b, domain, host_job(b, JOB_LOG, domain));
}

/* All tables of the domain, some at a time. */
static void protect_all(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];
	uint8_t mask[64];

	memset(mask, 0xff, sizeof(mask));
	for (; l->cursor < NTABLE && ring_room(&b->hot) > ROOM; l->cursor++) {
		const struct table *t = &b->table[l->cursor];

		if (t->state == PAGE_LIVE && t->level == 1 && t->domain == domain)
			protect_table(b, domain, l->cursor, mask);
	}
	if (l->cursor < NTABLE)
		return;
	finish(b, domain);
}

static void protect_one(struct bench *b, unsigned int domain, uint64_t page)
{
	uint64_t at = world_entry(b, domain, page, 1);
	uint8_t mask[64] = {0};

	if (!at)
		return;
	mask[page % 512 / 8] = (uint8_t)(1u << page % 8);
	protect_table(b, domain, world_table_index(at), mask);
}

/* What a record names, and in the lines that the replica knows what the host has marked. */
static void protect_record(struct bench *b, unsigned int domain, const struct cw_log_record *rec)
{
	uint64_t at = world_entry(b, domain, rec->index * 512, 1);
	uint8_t mask[64];

	memcpy(mask, rec->line, sizeof(mask));
	if (b->broken == BROKEN_PROTECT)
		for (unsigned int i = 0; i < 512; i += 3)
			mask[i / 8] &= (uint8_t) ~(1u << i % 8);
	if (at)
		protect_table(b, domain, world_table_index(at), mask);
}

static void protect_pass(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];
	unsigned int marks = 0;

	if (ring_room(&b->hot) < ROOM)
		return;
	for (unsigned int i = 0; i < l->records; i++)
		protect_record(b, domain, &l->record[i]);
	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			struct log_page *p = &l->page[r][i];

			/* the rest stays for the next pass */
			if (!p->host_mark || marks == ROOM / 2)
				continue;
			p->host_mark = false;
			p->reported = true;
			p->ring_due = true;
			marks++;
			protect_one(b, domain, log_page_number(r, i));
		}
	}
	l->host_left = marks == ROOM / 2;
	finish(b, domain);
}

/* ---- steps ---- */
/* Marks from here on are kept: the page may be in a table that was protected before. */
static void begin_all(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	for (unsigned int r = 0; r < LOG_REGIONS; r++)
		for (unsigned int i = 0; i < REGION_PAGES; i++)
			l->page[r][i].host_mark = false;
	l->cursor = 0;
	l->step = LOG_PROTECTS_ALL;
}

void log_pass_begin(struct bench *b, unsigned int domain, const struct cw_log_record *rec, unsigned int n, bool all)
{
	struct log *l = &b->log[domain];

	memcpy(l->record, rec, n * sizeof(*rec));
	l->records = n;
	l->all = all;
	if (!guards(l->guard)) {
		log_report(b, domain);
		return;
	}
	if (all)
		begin_all(b, domain);
	else
		l->step = LOG_PROTECTS;
}

/* LOG_SET has completed: the mode of the log is new. */
void log_guard(struct bench *b, unsigned int domain, unsigned int mode)
{
	struct log *l = &b->log[domain];

	l->guard = (uint8_t)mode;
	if (guards(mode) && b->broken != BROKEN_START)
		begin_all(b, domain);
	else
		log_started(b, domain);
}

/* The FLUSH of a pass, or of a start, has completed. */
void log_flushed(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	l->step = LOG_REST;
	if (l->changing)
		log_started(b, domain);
	else
		log_report(b, domain);
}

/* Of the two, mark and write, the one that comes too late. */
static void late(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			struct log_page *p = &l->page[r][i];

			if (!p->mark_at || p->mark_at > cw_sim_cycle(b->sim))
				continue;
			if (b->broken == BROKEN_EARLY_MARK && ring_room(&b->hot) < ROOM)
				return;
			p->mark_at = 0;
			p->host_mark |= b->broken == BROKEN_LATE_MARK;
			if (b->broken == BROKEN_LATE_MARK)
				continue;
			b->marked = true;
			host_unprotect(b, domain, log_page_number(r, i));
			b->marked = false;
		}
	}
}

void log_pass_cycle(struct bench *b)
{
	for (unsigned int d = 0; d < NDOMAIN && (b->broken == BROKEN_LATE_MARK || b->broken == BROKEN_EARLY_MARK); d++)
		late(b, d);
	for (unsigned int d = 0; d < NDOMAIN; d++) {
		struct log *l = &b->log[d];

		if (l->step == LOG_PROTECTS_ALL)
			protect_all(b, d);
		else if (l->step == LOG_PROTECTS)
			protect_pass(b, d);
	}
}

/* A LOG_SET must be repeated. */
bool log_again(const struct bench *b)
{
	for (unsigned int d = 0; d < NDOMAIN; d++)
		if (b->log[d].again)
			return true;
	return false;
}

bool log_idle(const struct bench *b)
{
	for (unsigned int d = 0; d < NDOMAIN; d++)
		if (b->log[d].step != LOG_REST)
			return false;
	return !log_again(b);
}
