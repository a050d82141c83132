/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The host: changes entries under traffic in the right order (change, INVALIDATE, FLUSH, then reuse), answers faults, and
 * now and then attaches, detaches and rebuilds whole domains. What it expects of a completion it knows from its mirror.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const uint64_t np = UINT64_C(1) << 63;

/* ---- commands ---- */
static struct submitted *hot(struct bench *b, const struct cw_cmd *cmd)
{
	struct cw_cmd c = *cmd;

	if (rng_percent(&b->rng, 3))
		c.flags = CW_CMD_BARRIER;
	return ring_submit(b, &b->hot, &c);
}

/* Change one entry by one of the three commands; the mirror says what was there. */
static void change(struct bench *b, uint64_t addr, uint64_t value)
{
	uint64_t *mirror = world_mirror(b, addr);
	struct cw_cmd c = { .addr = addr, .arg0 = value };
	struct submitted *s;

	switch (rng_below(&b->rng, 3)) {
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
	s = hot(b, &c);
	s->check_value = true;
	s->value = *mirror;
	*mirror = value;
}

/* A compare that must fail: nothing may change. */
static void change_in_vain(struct bench *b, uint64_t addr)
{
	struct cw_cmd c = { .opcode = CW_OP_CMPXCHG, .addr = addr, .arg0 = rng_next(&b->rng) };
	uint64_t there = *world_mirror(b, addr);
	struct submitted *s;

	c.arg1 = there ^ UINT64_C(1) << rng_below(&b->rng, 64);
	s = hot(b, &c);
	s->status = CW_ST_MISMATCH;
	s->check_value = true;
	s->value = there;
}

static void invalidate(struct bench *b, unsigned int domain, uint64_t page, uint64_t pages, bool leaf)
{
	struct cw_cmd c = { .opcode = CW_OP_INVALIDATE, .space = (uint16_t)domain };

	if (rng_percent(&b->rng, 2)) {
		c.scope = CW_SCOPE_ALL;
		c.space = 0;
	} else if (!rng_percent(&b->rng, 4)) {
		c.addr = page << 12;
		c.arg0 = pages;
		c.leaf_only = leaf && rng_percent(&b->rng, 50);
	}
	hot(b, &c);
}

static void flush_now(struct bench *b, unsigned int domain, struct job *job)
{
	struct cw_cmd c = { .opcode = CW_OP_FLUSH, .space = (uint16_t)domain };
	struct submitted *s;

	if (rng_percent(&b->rng, 5)) {
		c.scope = CW_SCOPE_ALL;
		c.space = 0;
	}
	s = hot(b, &c);
	s->job = job;
}

static struct job *job_new(struct bench *b, enum job_kind kind, unsigned int domain)
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

static void job_done(struct bench *b, struct job *j)
{
	if (j->kind == JOB_FREE_PAGES) {
		world_kill(b, j, PAGE_POISONED);
	} else if (j->kind == JOB_READ_ONLY) {
		struct page *p = &b->page[j->page_kind[0]][j->page[0]];

		/* unless it was made writable again meanwhile, or is on its way out */
		if (p->state == PAGE_LIVE && p->gpa == j->gpa && j->serial == p->serial)
			p->read_only = true;
	}
	b->dom[j->domain].jobs--;
	b->jobs--;
	free(j);
}

/* ---- what a table may hold ---- */
static uint64_t random_leaf(struct bench *b, unsigned int domain, uint64_t page, enum page_kind kind)
{
	static const uint8_t rights[20] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4 };
	unsigned int index = world_page_new(b, kind, domain, page << 12);

	return index == ~0u ? np : world_leaf(b, kind, index, rights[rng_below(&b->rng, 20)]);
}

static uint64_t random_entry(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int r = rng_below(&b->rng, 100);

	if (r < 12)
		return np;
	if (r < 14)
		return 0;
	if (r < 22)
		return world_mmio(page, b->dom[domain].mmio_gen + (rng_percent(&b->rng, 30) ? 2 : 0));
	return random_leaf(b, domain, page, PAGE_SMALL);
}

/* A new table page of `level` for this page's region, filled by command; NTABLE if there is none. */
static unsigned int new_table(struct bench *b, unsigned int domain, uint64_t page, unsigned int level)
{
	unsigned int n = world_table_new(b, domain, level);
	unsigned int entries = 512;
	struct cw_cmd c = { .opcode = CW_OP_LOAD };
	uint64_t *from;

	if (n == NTABLE)
		return n;
	if (level == 1) {
		uint64_t base = page & ~UINT64_C(511);

		for (unsigned int i = 0; i < REGION_PAGES; i++)
			b->table[n].v[i] = random_entry(b, domain, base + i);
		entries = rng_percent(&b->rng, 60) ? REGION_PAGES : 512;
	} else {
		entries = rng_percent(&b->rng, 60) ? 0 : 512;
	}
	if (entries < 512) {
		struct cw_cmd fill = { .opcode = CW_OP_FILL, .addr = world_table_addr(n), .arg0 = np };

		hot(b, &fill);
	}
	if (entries) {
		unsigned int at = (b->hot.producer % NHOT) * 4096;

		from = (uint64_t *)(b->buffer + at);
		memcpy(from, b->table[n].v, 8 * entries);
		c.addr = world_table_addr(n);
		c.arg0 = b->buffer_bus + at;
		c.arg1 = 8 * entries;
		hot(b, &c);
	}
	return n;
}

static uint64_t link_entry(unsigned int table)
{
	return world_table_addr(table) | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(A);
}

/* Make one more level of the way to this page present. False: it is all there, or no room. */
static bool extend(struct bench *b, unsigned int domain, uint64_t page)
{
	for (unsigned int level = b->dom[domain].levels; level; level--) {
		uint64_t at = world_entry(b, domain, page, level), value = np;
		unsigned int n;

		if (!at)
			return false;
		if (*world_mirror(b, at) & CW_SPTE(PRESENT))
			continue;
		if (level == 1) {
			value = random_leaf(b, domain, page, PAGE_SMALL);
		} else if (level == 2 && rng_percent(&b->rng, 20)) {
			value = random_leaf(b, domain, page & ~UINT64_C(511), PAGE_BIG);
		} else if (level == 3 && rng_percent(&b->rng, 10)) {
			value = random_leaf(b, domain, page & ~UINT64_C(0x3ffff), PAGE_HUGE);
		} else {
			n = new_table(b, domain, page, level - 1);
			if (n != NTABLE)
				value = link_entry(n);
		}
		if (value == np)
			return false;
		change(b, at, value);
		return true;
	}
	return false;
}

/* ---- changes ---- */
static uint64_t pick_page(struct bench *b, unsigned int domain)
{
	return b->dom[domain].region[rng_below(&b->rng, NREGION)] + rng_below(&b->rng, REGION_PAGES);
}

static void after_change(struct bench *b, unsigned int domain, uint64_t page, unsigned int level, struct job *job)
{
	uint64_t pages = UINT64_C(1) << (9 * (level - 1));

	invalidate(b, domain, page & ~(pages - 1), pages, level == 1);
	flush_now(b, domain, job);
}

/* Take an entry away, or put another page in its place; what it led to dies with the FLUSH. */
static void job_zap(struct bench *b, unsigned int domain, uint64_t page, unsigned int level, bool remap)
{
	uint64_t at = world_entry(b, domain, page, level), old;
	struct job *j;

	if (!at)
		return;
	old = *world_mirror(b, at);
	if (!(old & CW_SPTE(PRESENT)) || !world_known(b, old, level))
		return;
	j = job_new(b, JOB_FREE_PAGES, domain);
	world_collect(b, old, level, j);
	world_kill(b, j, PAGE_DYING);
	if (remap && level == 1)
		change(b, at, random_entry(b, domain, page));
	else
		change(b, at, rng_percent(&b->rng, 70) ? np : 0);
	after_change(b, domain, page, level, j);
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

	return world_page_at(b, entry & UINT64_C(0x000ffffffffff000), kind, &offset);
}

/* Take W away (and with it maybe mmu-W): after the FLUSH no write may land any more. */
static void job_protect(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int level = leaf_level(b, domain, page);
	enum page_kind kind = PAGE_SMALL;
	struct page *p;
	struct job *j;
	uint64_t at, e;

	if (!level)
		return;
	at = world_entry(b, domain, page, level);
	e = *world_mirror(b, at);
	p = page_of_leaf(b, e, &kind);
	if (!(e & CW_SPTE(W)) || !p)
		return;
	j = job_new(b, JOB_READ_ONLY, domain);
	j->npage = 1;
	j->page_kind[0] = (uint8_t)kind;
	j->page[0] = (uint16_t)(p - b->page[kind]);
	j->gpa = p->gpa;
	j->serial = ++p->serial;
	change(b, at, e & ~(CW_SPTE(W) | (rng_percent(&b->rng, 40) ? CW_SPTE(MMU_W) : 0)));
	after_change(b, domain, page, level, j);
}

/* Give rights back: needs no INVALIDATE. */
static bool unprotect(struct bench *b, unsigned int domain, uint64_t page)
{
	unsigned int level = leaf_level(b, domain, page);
	enum page_kind kind = PAGE_SMALL;
	struct page *p;
	uint64_t at, e, rw = CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(HOST_W) | CW_SPTE(MMU_W);

	if (!level)
		return false;
	at = world_entry(b, domain, page, level);
	e = *world_mirror(b, at);
	p = page_of_leaf(b, e, &kind);
	if (!p || (e & rw) == rw)
		return false;
	p->read_only = false;
	p->serial++;
	change(b, at, e | rw);
	return true;
}

static void random_job(struct bench *b)
{
	unsigned int domain = rng_below(&b->rng, NDOMAIN), r = rng_below(&b->rng, 100);
	uint64_t page = pick_page(b, domain);

	if (!b->dom[domain].alive || b->down_domain == domain || ring_room(&b->hot) < 32)
		return;
	if (b->jobs >= 7)
		r = 60 + r * 35 / 100; /* no more FLUSHes for now */
	if (r < 30)
		job_zap(b, domain, page, 1, false);
	else if (r < 45)
		job_zap(b, domain, page, 1, true);
	else if (r < 60)
		job_protect(b, domain, page);
	else if (r < 68)
		unprotect(b, domain, page);
	else if (r < 78)
		extend(b, domain, page);
	else if (r < 84 && b->jobs < 7)
		job_zap(b, domain, page, 2, false);
	else if (r < 86 && b->jobs < 7)
		job_zap(b, domain, page, 3, false);
	else if (r < 93) {
		uint64_t at = world_entry(b, domain, page, 1);

		if (at)
			change_in_vain(b, at);
	} else if (r < 95) {
		struct cw_cmd c = { .opcode = CW_OP_NOP };

		hot(b, &c);
	} else {
		/* what is dropped for no reason is only walked again */
		invalidate(b, domain, page, 1 + rng_below(&b->rng, 1024), true);
		if (b->jobs < 7 && rng_percent(&b->rng, 50))
			flush_now(b, domain, NULL);
	}
}

/* ---- faults ---- */
void host_fault(struct bench *b, const struct cw_fault_record *f)
{
	const struct cw_model_fault mf = {
		.addr = f->addr, .entry = f->entry, .entry_addr = f->entry_addr, .parked_id = f->parked_id, .ctx = f->ctx,
		.domain = f->domain, .len = f->len, .port = f->port, .tag = f->tag, .access = f->access,
		.verdict = f->verdict, .reason = f->reason, .level = f->level,
	};

	cw_model_fault(b->model, &mf);
	bench_verdict(b, f->verdict);
	if (f->ctx >= NCONTEXT) {
		bench_fail(b, "fault-record", "fault of context %u, which was never attached", f->ctx);
		return;
	}
	b->pf[b->npf++] = (struct pending_fault){
		.f = *f,
		.due = cw_sim_cycle(b->sim) + rng_below(&b->rng, rng_percent(&b->rng, 5) ? 4000 : 200),
		.late = f->ctx_gen != b->ctx[f->ctx].gen,
		.times_down = b->ctx[f->ctx].times_down,
	};
}

static void resume(struct bench *b, uint32_t id, unsigned int action, unsigned int status, unsigned int ctx,
		   unsigned int times_down, bool late)
{
	struct cw_cmd c = { .opcode = CW_OP_RESUME, .arg0 = id, .arg1 = action };
	struct submitted *s;

	for (unsigned int i = 0; i < sizeof(c.data); i++)
		c.data[i] = (uint8_t)rng_next(&b->rng);
	if (action == CW_RESUME_EMULATED && status == CW_ST_OK) {
		uint64_t data[8];

		memcpy(data, c.data, sizeof(data));
		cw_model_resume_data(b->model, cw_parked_index(id), cw_parked_gen(id), data);
	}
	s = hot(b, &c);
	s->status = (uint8_t)status;
	s->ctx = ctx;
	s->times_down = times_down;
	s->late = late;
}

static void answer_fault(struct bench *b, const struct pending_fault *p)
{
	unsigned int domain = p->f.ctx % NDOMAIN, action = CW_RESUME_RETRY, r = rng_below(&b->rng, 100);
	uint64_t page = p->f.addr >> 12;

	if (p->f.verdict == CW_V_MMIO && r < 70)
		action = r < 45 ? CW_RESUME_EMULATED : CW_RESUME_ONES;
	else if (r < 4)
		action = CW_RESUME_ABORT;
	else if (r < 7)
		action = CW_RESUME_ONES;
	else if (r < 12)
		action = CW_RESUME_EMULATED;
	else if (r < 92 && b->dom[domain].alive && b->down_domain != domain) {
		/* Repair what it met; a retry alone may fault again. */
		if (!(p->f.access == CW_ACCESS_WRITE && unprotect(b, domain, page)))
			while (ring_room(&b->hot) > 16 && extend(b, domain, page))
				;
		if (p->f.access == CW_ACCESS_READ && p->f.verdict == CW_V_MISS)
			unprotect(b, domain, page);
	} else if (r < 96) {
		action = CW_RESUME_ABORT;
	}
	resume(b, p->f.parked_id, action, CW_ST_OK, p->f.ctx, p->times_down, p->late);
	/* EMULATED may be answered BUSY, and is then sent again */
	if (action != CW_RESUME_EMULATED)
		b->old_ids[b->nold++ % 64] = p->f.parked_id;
}

static void answer_faults(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);

	for (unsigned int i = 0; i < b->npf; i++) {
		struct pending_fault p = b->pf[i];

		if (p.due > now || ring_room(&b->hot) < 24)
			continue;
		b->pf[i--] = b->pf[--b->npf];
		answer_fault(b, &p);
		/* P32: an id whose RESUME was sent before is stale, however soon its index is used again. */
		if (b->nold && rng_percent(&b->rng, 15)) {
			unsigned int n = b->nold < 64 ? b->nold : 64;
			uint32_t id = b->old_ids[rng_below(&b->rng, n)];

			if (rng_percent(&b->rng, 10))
				id = 64 + rng_below(&b->rng, 60000);
			resume(b, id, rng_below(&b->rng, 4), CW_ST_UNKNOWN_ID, NCONTEXT, 0, false);
		}
		return;
	}
}

/* ---- cold commands ---- */
static struct submitted *cold(struct bench *b, const struct cw_cmd *cmd)
{
	b->open = true;
	return ring_submit(b, &b->cold, cmd);
}

static void attach(struct bench *b, unsigned int ctx)
{
	const struct domain *d = &b->dom[ctx % NDOMAIN];
	struct cw_cmd c = { .opcode = CW_OP_CTX_ATTACH, .ctx = (uint16_t)ctx, .space = (uint16_t)(ctx % NDOMAIN),
			    .addr = world_table_addr(d->root), .level = d->levels };

	b->ctx[ctx].state = CTX_GOING_UP;
	b->dom[ctx % NDOMAIN].contexts++;
	cold(b, &c);
}

static void detach(struct bench *b, unsigned int ctx)
{
	struct cw_cmd c = { .opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)ctx };

	b->ctx[ctx].state = CTX_GOING_DOWN;
	b->ctx[ctx].times_down++;
	cold(b, &c);
}

static void set_domain(struct bench *b, unsigned int domain)
{
	struct cw_cmd c = { .opcode = CW_OP_DOMAIN_SET, .space = (uint16_t)domain, .arg0 = b->dom[domain].mmio_gen };

	cold(b, &c);
}

void host_attach_all(struct bench *b)
{
	/* Port 3 probes everything (P7); the two stream ports share half of their contexts. */
	static const uint8_t range[CW_NPORT][2] = { { 0, 7 }, { 4, 11 }, { 0, 11 }, { 0, 63 } };

	for (unsigned int p = 0; p < CW_NPORT; p++) {
		struct cw_cmd c = { .opcode = CW_OP_PORT_SET, .addr = p, .ctx = range[p][0], .space = range[p][1] };

		cold(b, &c);
	}
	for (unsigned int d = 0; d < NDOMAIN; d++)
		set_domain(b, d);
}

/* One domain's last context has gone: everything of it may be used again at once (P33). */
static void tear_down(struct bench *b, unsigned int domain)
{
	struct domain *d = &b->dom[domain];
	struct job *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	world_collect(b, link_entry(d->root), d->levels + 1u, j);
	world_kill(b, j, PAGE_POISONED);
	free(j);
	d->alive = d->fenced = false;
	world_build(b, domain);
	b->down_domain = NDOMAIN;
}

static void next_cold(struct bench *b)
{
	unsigned int ctx = rng_below(&b->rng, NCONTEXT), r = rng_below(&b->rng, 100);

	if (b->down_domain < NDOMAIN) {
		struct domain *d = &b->dom[b->down_domain];

		for (unsigned int c = b->down_domain; c < NCONTEXT; c += NDOMAIN) {
			if (b->ctx[c].state == CTX_UP) {
				detach(b, c);
				return;
			}
		}
		if (d->contexts || d->jobs)
			return;
		/* changes that need no FLUSH may still be on their way */
		if (!d->fenced) {
			d->fenced = true;
			d->fence = b->hot.producer;
		}
		if ((int32_t)(b->hot.oldest - d->fence) >= 0)
			tear_down(b, b->down_domain);
		return;
	}
	for (unsigned int c = 0; c < NCONTEXT; c++) {
		if (b->ctx[c].state == CTX_DOWN && (rng_percent(&b->rng, 70) || b->starting)) {
			attach(b, c);
			return;
		}
	}
	if (r < 12 && b->ctx[ctx].state == CTX_UP && !b->quiet) {
		detach(b, ctx);
	} else if (r < 17 && !b->quiet) {
		b->down_domain = ctx % NDOMAIN;
	} else if (r < 60) {
		b->dom[ctx % NDOMAIN].mmio_gen = (b->dom[ctx % NDOMAIN].mmio_gen + 2) & 0x7ffff;
		set_domain(b, ctx % NDOMAIN);
	} else {
		struct cw_cmd c = { .opcode = r < 95 ? CW_OP_STATS : CW_OP_NOP };
		struct submitted *s = cold(b, &c);

		s->status = r < 95 ? CW_ST_OK : CW_ST_BAD_OPCODE;
	}
}

/* ---- completions ---- */
static void cold_complete(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	struct context *c = &b->ctx[s->cmd.ctx % NCONTEXT];

	b->open = b->cold.producer - b->cold.oldest > 1;
	if (s->cmd.opcode == CW_OP_CTX_ATTACH) {
		c->state = CTX_UP;
		c->gen = (uint16_t)cpl->value;
	} else if (s->cmd.opcode == CW_OP_CTX_DETACH) {
		c->state = CTX_DOWN;
		c->times_down++;
		b->dom[s->cmd.ctx % NDOMAIN].contexts--;
	}
}

static bool status_ok(const struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	if (cpl->status == s->status)
		return true;
	if (s->cmd.opcode == CW_OP_RESUME && s->status == CW_ST_OK) {
		/* its context has gone since, or the data of another EMULATED still waits for its answer */
		if (cpl->status == CW_ST_UNKNOWN_ID)
			return s->late || s->times_down % 2 || b->ctx[s->ctx].times_down != s->times_down;
		return cpl->status == CW_ST_BUSY && s->cmd.arg1 == CW_RESUME_EMULATED;
	}
	return s->cmd.opcode == CW_OP_FLUSH && cpl->status == CW_ST_BUSY;
}

static void check_barrier(struct bench *b, const struct submitted *s, uint32_t index)
{
	if (!(s->cmd.flags & CW_CMD_BARRIER))
		return;
	/* P15: when a command with BARRIER is done, no earlier FLUSH may be left. */
	for (uint32_t i = b->hot.oldest; i != index; i++) {
		const struct submitted *o = &b->hot_slot[i % NHOT];

		if (o->used && !o->done && o->cmd.opcode == CW_OP_FLUSH)
			bench_fail(b, "barrier", "index %u completes with BARRIER before FLUSH %u", index, i);
	}
}

void host_complete(struct bench *b, struct ring *r, struct submitted *s, const struct cw_cpl *cpl)
{
	if (!status_ok(b, s, cpl))
		bench_fail(b, "completion-wrong", "%s addr 0x%llx arg0 0x%llx: %s field %u, expected %s",
			   cw_opcode_name(s->cmd.opcode), (unsigned long long)s->cmd.addr,
			   (unsigned long long)s->cmd.arg0, cw_status_name(cpl->status), cpl->field,
			   cw_status_name(s->status));
	if (s->check_value && cpl->value != s->value)
		bench_fail(b, "completion-value", "%s addr 0x%llx: found 0x%llx, the host had put 0x%llx there",
			   cw_opcode_name(s->cmd.opcode), (unsigned long long)s->cmd.addr,
			   (unsigned long long)cpl->value, (unsigned long long)s->value);
	if (r == &b->cold) {
		cold_complete(b, s, cpl);
		return;
	}
	check_barrier(b, s, cpl->index);
	if (s->cmd.opcode == CW_OP_FLUSH && cpl->status == CW_ST_BUSY) {
		if (s->job)
			b->again[b->nagain++] = s->job;
	} else if (s->job) {
		job_done(b, s->job);
	}
	if (s->cmd.opcode == CW_OP_RESUME && cpl->status == CW_ST_BUSY)
		b->busy[b->nbusy++ % 64] = *s;
}

/* ---- each cycle ---- */
static void try_again(struct bench *b)
{
	if (b->nagain && ring_room(&b->hot) > 8) {
		struct job *j = b->again[--b->nagain];

		flush_now(b, j->domain, j);
	}
	if (b->nbusy && ring_room(&b->hot) > 8) {
		const struct submitted s = b->busy[--b->nbusy];

		resume(b, (uint32_t)s.cmd.arg0, CW_RESUME_RETRY, CW_ST_OK, s.ctx, s.times_down, s.late);
		b->old_ids[b->nold++ % 64] = (uint32_t)s.cmd.arg0;
	}
}

static void probe(struct bench *b)
{
	unsigned int tag = rng_below(&b->rng, CW_NPROBE), ctx = rng_below(&b->rng, NCONTEXT);
	uint64_t page = pick_page(b, ctx % NDOMAIN);

	if (b->probe_busy[tag] > cw_sim_cycle(b->sim) || !cw_model_tag_free(b->model, CW_PORT_HOST, tag))
		return;
	/* two probes that pass each other on the way would be one too many for the tag */
	b->probe_busy[tag] = cw_sim_cycle(b->sim) + 600;
	cw_sim_reg_write(b->sim, CW_REG_PROBE_ADDR, (uint32_t)(page << 12));
	cw_sim_reg_write(b->sim, CW_REG_PROBE_ADDR + 4, (uint32_t)(page >> 20));
	cw_sim_reg_write(b->sim, CW_REG_PROBE_CMD, ctx | tag << 16 | (rng_percent(&b->rng, 30) ? 1u << 24 : 0));
}

void host_cycle(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);

	answer_faults(b);
	try_again(b);
	if (!b->quiet && now >= b->next_job) {
		random_job(b);
		b->next_job = now + rng_below(&b->rng, rng_percent(&b->rng, 5) ? 1000 : 50);
	}
	if (!b->quiet && now >= b->next_probe) {
		probe(b);
		b->next_probe = now + rng_below(&b->rng, 160);
	}
	if (!b->open && now >= b->next_cold && (!b->quiet || b->starting || b->down_domain < NDOMAIN)) {
		next_cold(b);
		b->next_cold = now + (b->starting ? 0 : rng_below(&b->rng, 3000));
	}
	if (rng_percent(&b->rng, 20))
		rings_doorbell(b);
}

bool host_idle(const struct bench *b)
{
	return !b->npf && !b->nagain && !b->nbusy && !b->jobs && !b->open && rings_idle(b);
}

void host_close(struct bench *b)
{
	/* jobs of a run that was broken off */
	for (unsigned int i = 0; i < NHOT; i++)
		if (b->hot_slot[i].used && !b->hot_slot[i].done)
			free(b->hot_slot[i].job);
	for (unsigned int i = 0; i < b->nagain; i++)
		free(b->again[i]);
}
