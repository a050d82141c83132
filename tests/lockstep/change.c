/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Changes of reachable entries under traffic, in the right order: change, INVALIDATE, FLUSH, then reuse. New tables are
 * filled by command before they are linked.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const uint64_t np = UINT64_C(1) << 63;

/* ---- commands ---- */
struct submitted *host_hot(struct bench *b, const struct cw_cmd *cmd)
{
	struct cw_cmd c = *cmd;

	if (rng_percent(&b->rng, b->aims ? 1 : 3))
		c.flags = CW_CMD_BARRIER;
	return ring_submit(b, &b->hot, &c);
}

/* Change one entry by one of the three commands; the mirror says what was there. */
static void write_entry(struct bench *b, uint64_t addr, uint64_t value)
{
	uint64_t *mirror = world_mirror(b, addr);
	const struct table *t = world_table_at(b, addr);
	bool fixable = world_fixable(t, *mirror);
	struct cw_cmd c = {.addr = addr, .arg0 = value};
	struct submitted *s;

	/* What the engine may change cannot be compared with the mirror; XCHG tells what was there. */
	switch (rng_below(&b->rng, fixable ? 2 : 3)) {
	case 0:
		c.opcode = CW_OP_WRITE;
		break;
	case 1:
		c.opcode = CW_OP_XCHG;
		break;
	default:
		c.opcode = CW_OP_CMPXCHG;
		c.arg1 = *mirror;
	}
	s = host_hot(b, &c);
	s->check_value = true;
	s->value = *mirror;
	s->fixable = fixable;
	s->x86 = t->x86;
	*mirror = value;
}

static void change(struct bench *b, uint64_t addr, uint64_t value)
{
	const struct table *t = world_table_at(b, addr);

	write_entry(b, addr, value);
	if (t->level == 1)
		log_made(b, t->domain, t->base + (addr >> 3 & 511), value);
}

void host_rewrite(struct bench *b, uint64_t addr, uint64_t value)
{
	write_entry(b, addr, value);
}

/* A compare that succeeds unless the engine was there first; nothing changes either way. */
static void change_perhaps(struct bench *b, uint64_t addr)
{
	const struct table *t = world_table_at(b, addr);
	uint64_t there = *world_mirror(b, addr);
	struct cw_cmd c = {.opcode = CW_OP_CMPXCHG, .addr = addr, .arg0 = there, .arg1 = there};
	struct submitted *s = host_hot(b, &c);

	s->check_value = true;
	s->value = there;
	s->fixable = s->either = world_fixable(t, there);
	s->x86 = t->x86;
}

/* A compare that must fail: nothing may change. */
static void change_in_vain(struct bench *b, uint64_t addr)
{
	struct cw_cmd c = {.opcode = CW_OP_CMPXCHG, .addr = addr, .arg0 = rng_next(&b->rng)};
	const struct table *t = world_table_at(b, addr);
	uint64_t there = *world_mirror(b, addr);
	struct submitted *s;

	/* in a bit that is the host's alone */
	c.arg1 = there ^ UINT64_C(1) << (12 + rng_below(&b->rng, 40));
	s = host_hot(b, &c);
	s->fixable = world_fixable(t, there);
	s->x86 = t->x86;
	s->status = CW_ST_MISMATCH;
	s->check_value = true;
	s->value = there;
}

void host_invalidate(struct bench *b, unsigned int domain, uint64_t page, uint64_t pages, bool leaf)
{
	struct cw_cmd c = {.opcode = CW_OP_INVALIDATE, .space = (uint16_t)domain};

	if (world_shadow(domain)) {
		c.scope = CW_SCOPE_ROOT;
		c.space = (uint16_t)world_root_id(domain);
	}

	if (rng_percent(&b->rng, 2)) {
		c.scope = CW_SCOPE_ALL;
		c.space = 0;
	} else if (!rng_percent(&b->rng, 4)) {
		c.addr = page << 12;
		c.arg0 = pages;
		/* P18: what else has changed the hint must not hide; it may come with any change */
		c.leaf_only = leaf ? rng_percent(&b->rng, 50) : b->hot.producer % 2;
	}
	host_hot(b, &c);
}

void host_flush(struct bench *b, unsigned int domain, struct job *job)
{
	struct cw_cmd c = {.opcode = CW_OP_FLUSH, .space = (uint16_t)world_owner(domain)};
	struct submitted *s;

	if (world_shadow(domain) && rng_percent(&b->rng, 50)) {
		c.scope = CW_SCOPE_ROOT;
		c.arg1 = c.space;
		c.space = (uint16_t)world_root_id(domain);
	}

	if (rng_percent(&b->rng, 5)) {
		c.scope = CW_SCOPE_ALL;
		c.space = 0;
		c.arg1 = 0;
	}
	s = host_hot(b, &c);
	s->job = job;
}

struct job *host_job(struct bench *b, enum job_kind kind, unsigned int domain)
{
	struct job *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	j->kind = kind;
	j->domain = domain;
	b->dom[domain].jobs++;
	b->jobs++;
	return j;
}

void host_job_done(struct bench *b, struct job *j)
{
	if (j->kind == JOB_FREE_PAGES) {
		world_kill(b, j, PAGE_POISONED);
	} else if (j->kind == JOB_READ_ONLY) {
		struct page *p = &b->page[j->page_kind[0]][j->page[0]];

		/* unless it was made writable again meanwhile, or is on its way out */
		if (p->state == PAGE_LIVE && p->gpa == j->gpa && j->serial == p->serial)
			p->read_only = true;
	} else if (j->kind == JOB_LOG) {
		log_flushed(b, j->domain);
	}
	b->dom[j->domain].jobs--;
	b->jobs--;
	free(j);
}

/* ---- what a table may hold ---- */
/* The entry with A or D clear, or of another A/D type, or access-tracked: R and X set aside, W gone (SPTE-5). */
static uint64_t world_unused(struct bench *b, unsigned int domain, uint64_t e)
{
	bool x86 = b->dom[domain].x86;

	if (rng_percent(&b->rng, 60))
		e &= ~(x86 ? CW_SPTE(X86_A) : CW_SPTE(A));
	if (rng_percent(&b->rng, 60))
		e &= ~(x86 ? CW_SPTE(X86_D) : CW_SPTE(D));
	if (x86 || rng_percent(&b->rng, 60))
		return e;
	if (rng_percent(&b->rng, 20))
		return e | CW_SPTE(AD_WRPROT);
	e |= CW_SPTE(AD_DISABLED);
	if (rng_percent(&b->rng, 20))
		return e;
	if (e & CW_SPTE(R))
		e |= CW_SPTE(SAVED_R);
	if (rng_percent(&b->rng, 70))
		e |= CW_SPTE(SAVED_X);
	return e & ~(CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X));
}

static uint64_t random_leaf(struct bench *b, unsigned int domain, uint64_t page, enum page_kind kind)
{
	static const uint8_t rights[24] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 2, 2, 2, 3};
	unsigned int index = world_page_new(b, kind, domain, page << 12);
	uint64_t e;

	if (index == ~0u)
		return np;
	e = world_leaf(b, domain, kind, index, rights[rng_below(&b->rng, b->migration ? 15 : b->aims ? 24 : 20)]);
	if (rng_percent(&b->rng, b->migration ? 10 : 40))
		e = world_unused(b, domain, e);
	return !rng_below(&b->rng, 200) ? world_malformed(b, domain, e, kind + 1u) : e;
}

static uint64_t random_entry(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int r = rng_below(&b->rng, 100);

	if (b->migration)
		return random_leaf(b, domain, page, PAGE_SMALL);
	if (r < 12)
		return np;
	if (r < 14)
		return 0;
	if (r < 22)
		return world_mmio(&b->dom[domain], page,
				  b->dom[world_owner(domain)].mmio_gen + (rng_percent(&b->rng, 30) ? 2 : 0));
	return random_leaf(b, domain, page, PAGE_SMALL);
}

/* P31: of a leaf, its gfn; the rest of the entry, and that of any other, is nobody's. */
static uint64_t companion_of(struct bench *b, uint64_t entry, unsigned int level)
{
	uint64_t rest = (rng_next(&b->rng) & 0xfff) | (rng_next(&b->rng) & 0x7f) << 57, offset;
	enum page_kind kind;
	const struct page *p = world_page_at(b, world_frame(entry), &kind, &offset);

	if (!(entry & CW_SPTE(PRESENT)) || (level > 1 && !(entry & CW_SPTE(PS))) || !p)
		return rest | np;
	return p->gfn << 12 | rest;
}

/* The first entries of a table page that nothing leads to yet (P14). */
static void load_table(struct bench *b, unsigned int n, unsigned int entries)
{
	unsigned int at = (b->hot.producer % NHOT) * 4096;
	struct cw_cmd fill = {.opcode = CW_OP_FILL, .addr = world_table_addr(n), .arg0 = np};
	struct cw_cmd load = {.opcode = CW_OP_LOAD, .addr = world_table_addr(n), .arg1 = 8 * entries};

	if (entries < 512) {
		host_hot(b, &fill);
		at = (b->hot.producer % NHOT) * 4096;
	}
	if (!entries)
		return;
	memcpy(b->buffer + at, b->table[n].v, 8 * entries);
	load.arg0 = b->buffer_bus + at;
	host_hot(b, &load);
}

/* A new table page of `level` for this page's region, filled by command; NTABLE if there is none. */
static unsigned int new_table(struct bench *b, unsigned int domain, uint64_t page, unsigned int level)
{
	unsigned int n = world_table_new(b, domain, level);
	unsigned int entries = 512;

	if (n == NTABLE)
		return n;
	b->table[n].base = page & ~(BIT64(9 * level) - 1);
	if (level == 1) {
		uint64_t base = b->table[n].base;

		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			b->table[n].v[i] = random_entry(b, domain, base + i);
			log_made(b, domain, base + i, b->table[n].v[i]);
		}
		entries = rng_percent(&b->rng, 60) ? REGION_PAGES : 512;
	} else {
		entries = rng_percent(&b->rng, 60) ? 0 : 512;
	}
	load_table(b, n, entries);
	if (world_shadow(domain) && level <= 3) {
		for (unsigned int i = 0; i < entries; i++)
			b->table[n + 1].v[i] = companion_of(b, b->table[n].v[i], level);
		load_table(b, n + 1, entries);
	}
	return n;
}

/* They keep table memory busy for a while. */
uint64_t host_fill(struct bench *b)
{
	uint64_t first = 0;

	for (unsigned int i = 0; i < 16 && ring_room(&b->hot) > 4; i++) {
		unsigned int n = world_table_new(b, 0, 2);

		if (n == NTABLE)
			break;
		load_table(b, n, 0);
		first = first ? first : world_table_addr(n);
	}
	return first;
}

/* The same in both flavours but for A, which means nothing here. */
uint64_t host_link_entry(unsigned int table)
{
	return world_table_addr(table) | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(A);
}

/* Make one more level of the way to this page present. False: it is all there, or no room. */
bool host_extend(struct bench *b, unsigned int domain, uint64_t page)
{
	bool small = b->log[world_owner(domain)].want >= CW_LOG_PROTECT && rng_percent(&b->rng, b->aims ? 55 : 90);

	/* P31: what an entry leads to becomes another gfn only after the FLUSH that followed its zap */
	if (world_shadow(domain) && b->dom[domain].jobs)
		return false;
	for (unsigned int level = b->dom[domain].levels; level; level--) {
		uint64_t at = world_entry(b, domain, page, level), value = np;
		unsigned int n;

		if (!at)
			return false;
		if (*world_mirror(b, at) & CW_SPTE(PRESENT))
			continue;
		if (level == 1) {
			value = random_leaf(b, domain, page, PAGE_SMALL);
		} else if (level == 2 && !small && rng_percent(&b->rng, 40)) {
			value = random_leaf(b, domain, page & ~UINT64_C(511), PAGE_BIG);
		} else if (level == 3 && !small && rng_percent(&b->rng, 25)) {
			value = random_leaf(b, domain, page & ~UINT64_C(0x3ffff), PAGE_HUGE);
		} else {
			n = new_table(b, domain, page, level - 1);
			if (n != NTABLE)
				value = host_link_entry(n);
			if (n != NTABLE && level < 4 && !rng_below(&b->rng, 200))
				value = world_malformed(b, domain, value, level);
		}
		if (value == np)
			return false;
		if (world_shadow(domain) && (level == 1 || (level <= 3 && (value & CW_SPTE(PS)))))
			change(b, at | CW_COMPANION, companion_of(b, value, level));
		change(b, at, value);
		return true;
	}
	return false;
}

/* ---- changes ---- */
uint64_t host_pick_page(struct bench *b, unsigned int domain)
{
	const struct port *p = &b->port[rng_below(&b->rng, CW_NPORT_STREAM)];

	/* Rather where an initiator is just now, so that change and walk meet. */
	if (p->last_domain == domain && !world_is_barren(b, domain, p->last_page) && rng_percent(&b->rng, 60))
		return p->last_page;
	return b->dom[domain].region[rng_below(&b->rng, NREGION)] + rng_below(&b->rng, REGION_PAGES);
}

static void after_change(struct bench *b, unsigned int domain, uint64_t page, unsigned int level, bool leaf,
			 struct job *job)
{
	uint64_t pages = UINT64_C(1) << (9 * (level - 1));

	/* P18: any page of a large leaf stands for all of it. */
	if (leaf && level > 1 && rng_percent(&b->rng, 50))
		host_invalidate(b, domain, (page & ~(pages - 1)) + rng_next(&b->rng) % pages, 1, leaf);
	else
		host_invalidate(b, domain, page & ~(pages - 1), pages, leaf);
	host_flush(b, domain, job);
}

/* In place of a leaf only one of the same gfn may come (P31). */
static uint64_t same_gfn(struct bench *b, uint64_t entry, uint64_t old)
{
	enum page_kind kind;
	uint64_t offset;
	const struct page *was = world_page_at(b, world_frame(old), &kind, &offset);
	struct page *is = world_page_at(b, world_frame(entry), &kind, &offset);

	if (is && was && (entry & CW_SPTE(PRESENT)) && world_shadow(is->domain))
		is->gfn = was->gfn;
	return entry;
}

/* Take an entry away, or put another page in its place; what it led to dies with the FLUSH. */
static void job_zap(struct bench *b, unsigned int domain, uint64_t page, unsigned int level, bool remap)
{
	uint64_t at = world_entry(b, domain, page, level), old;
	struct job *j;
	bool leaf;

	if (!at)
		return;
	old = *world_mirror(b, at);
	leaf = level == 1 || (old & CW_SPTE(PS));
	if (!(old & CW_SPTE(PRESENT)) || !world_known(b, old, level))
		return;
	j = host_job(b, JOB_FREE_PAGES, domain);
	world_collect(b, old, level, j);
	world_kill(b, j, PAGE_DYING);
	if (remap && level == 1)
		change(b, at, same_gfn(b, random_entry(b, domain, page), old));
	else if (remap && leaf)
		change(b, at, same_gfn(b, random_leaf(b, domain, page, (enum page_kind)(level - 1)), old));
	else
		change(b, at, rng_percent(&b->rng, 70) ? np : 0);
	after_change(b, domain, page, level, leaf, j);
}

static unsigned int leaf_level(struct bench *b, unsigned int domain, uint64_t page)
{
	for (unsigned int level = b->dom[domain].levels; level; level--) {
		uint64_t at = world_entry(b, domain, page, level), e;

		if (!at)
			return 0;
		e = *world_mirror(b, at);
		if ((e & CW_SPTE(PRESENT)) && world_known(b, e, level) && (level == 1 || e & CW_SPTE(PS)))
			return level;
	}
	return 0;
}

static struct page *page_of_leaf(struct bench *b, uint64_t entry, enum page_kind *kind)
{
	uint64_t offset;

	return world_page_at(b, world_frame(entry), kind, &offset);
}

/* Take W away (and with it maybe mmu-W): after the FLUSH no write may land any more. */
static void job_protect(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int level = leaf_level(b, domain, page);
	enum page_kind kind = PAGE_SMALL;
	struct page *p;
	struct job *j;
	uint64_t at, e, rights;
	bool again;

	if (!level)
		return;
	at = world_entry(b, domain, page, level);
	e = *world_mirror(b, at);
	p = page_of_leaf(b, e, &kind);
	rights = CW_SPTE(W) | (rng_percent(&b->rng, 50) ? world_mmu_w(&b->dom[domain]) : 0);
	if (!(e & rights) || !p)
		return;
	/* Where mmu-W is left the fixer may give W again. */
	again = level == 1 && !world_shadow(domain) && (e & ~rights & world_mmu_w(&b->dom[domain]));
	j = host_job(b, again ? JOB_NONE : JOB_READ_ONLY, domain);
	j->npage = 1;
	j->page_kind[0] = (uint8_t)kind;
	j->page[0] = (uint16_t)(p - b->page[kind]);
	j->gpa = p->gpa;
	j->serial = ++p->serial;
	change(b, at, e & ~rights);
	after_change(b, domain, page, level, true, j);
}

/*
 * P13: W, or D, of many entries of a table page at once. What the fixer may have set meanwhile is not known here, so
 * neither is exactly which lines change.
 */
struct submitted *host_protect(struct bench *b, uint64_t table, const uint8_t *mask, bool d)
{
	const struct table *t = world_table_at(b, table);
	struct cw_cmd c = {.opcode = CW_OP_PROTECT, .addr = table, .arg1 = d | (t->x86 ? 2 : 0)};
	uint64_t must = 0, may = 0, *v = world_mirror(b, table);
	struct submitted *s;

	memcpy(c.data, mask, sizeof(c.data));
	for (unsigned int i = 0; i < 512; i++) {
		uint64_t e = v[i], bit = CW_SPTE(W);

		if (!(mask[i / 8] >> i % 8 & 1) || !(e & CW_SPTE(PRESENT)) || (e & CW_SPTE(PS)))
			continue;
		if (d && t->x86)
			bit = CW_SPTE(X86_D);
		else if (d && !(e >> 52 & 3))
			bit = CW_SPTE(D);
		if (e & bit)
			must |= BIT64(i / 8);
		if ((e & bit) || world_fixable(t, e))
			may |= BIT64(i / 8);
		v[i] = e & ~bit;
	}
	s = host_hot(b, &c);
	s->must = must;
	s->may = may;
	return s;
}

static void job_protect_page(struct bench *b, unsigned int domain, uint64_t page)
{
	uint64_t at = world_entry(b, domain, page, 1);
	uint8_t mask[64] = {0};

	if (!at)
		return;
	for (unsigned int i = 0; i < 512; i++)
		/* most where traffic is, and where it is not whole lines are left out */
		if (rng_percent(&b->rng, i < REGION_PAGES ? 40 : 1))
			mask[i / 8] |= (uint8_t)(1u << i % 8);
	host_protect(b, at & ~UINT64_C(4095), mask, rng_percent(&b->rng, 50));
	after_change(b, domain, page, 2, false, host_job(b, JOB_NONE, domain));
}

/* P23: in PROTECT and DIRTYBIT nobody writes through a large leaf. */
bool host_split(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int level = leaf_level(b, domain, page);

	if (level < 2 || b->jobs >= 7)
		return false;
	job_zap(b, domain, page, level, false);
	return true;
}

/* Give rights back: needs no INVALIDATE. */
bool host_unprotect(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int level = leaf_level(b, domain, page);
	enum page_kind kind = PAGE_SMALL;
	struct page *p;
	uint64_t at, e, rw = CW_SPTE(R) | CW_SPTE(W) | world_host_w(&b->dom[domain]) | world_mmu_w(&b->dom[domain]);

	if (!level)
		return false;
	at = world_entry(b, domain, page, level);
	e = *world_mirror(b, at);
	p = page_of_leaf(b, e, &kind);
	if (!p || (e & rw) == rw)
		return false;
	if (level == 1 && log_early(b, domain, page, e | rw))
		return true;
	p->read_only = false;
	p->serial++;
	change(b, at, e | rw);
	return true;
}

void host_job_at(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int r = rng_below(&b->rng, 100), leaf = leaf_level(b, domain, page);

	if (b->jobs >= 6 || ring_room(&b->hot) < 32)
		return;
	leaf = leaf ? leaf : 1;
	if (r < 35)
		job_zap(b, domain, page, leaf, r < 20);
	else if (r < 60)
		job_protect(b, domain, page);
	else if (r < 75)
		host_unprotect(b, domain, page);
	else
		host_extend(b, domain, page);
}

void host_random_job(struct bench *b)
{
	unsigned int domain = rng_below(&b->rng, NSPACE), r = rng_below(&b->rng, 100), leaf;
	uint64_t page;

	if (rng_percent(&b->rng, 60))
		domain = b->port[rng_below(&b->rng, CW_NPORT_STREAM)].last_domain;
	page = host_pick_page(b, domain);
	if (!b->dom[domain].alive || b->down_domain == domain || ring_room(&b->hot) < 32)
		return;
	if (b->jobs >= 7)
		r = 60 + r * 35 / 100; /* no more FLUSHes for now */
	leaf = leaf_level(b, domain, page);
	leaf = leaf ? leaf : 1;
	if (r < 30)
		job_zap(b, domain, page, leaf, false);
	else if (r < 45)
		job_zap(b, domain, page, leaf, true);
	else if (r < 57)
		job_protect(b, domain, page);
	else if (r < 60)
		job_protect_page(b, domain, page);
	else if (r < 68)
		host_unprotect(b, domain, page);
	else if (r < 74)
		host_extend(b, domain, page);
	else if (r < 84 && b->jobs < 7)
		job_zap(b, domain, page, 2, false);
	else if (r < 87 && b->jobs < 7)
		job_zap(b, domain, page, 3, false);
	else if (r < 93) {
		uint64_t at = world_entry(b, domain, page, 1);

		if (at && rng_percent(&b->rng, 50))
			change_perhaps(b, at);
		else if (at)
			change_in_vain(b, at);
	} else if (r < 95) {
		struct cw_cmd c = {.opcode = CW_OP_NOP};

		host_hot(b, &c);
	} else {
		/* what is dropped for no reason is only walked again */
		host_invalidate(b, domain, page, 1 + rng_below(&b->rng, 1024), true);
		if (b->jobs < 7 && rng_percent(&b->rng, 50))
			host_flush(b, domain, NULL);
	}
}
