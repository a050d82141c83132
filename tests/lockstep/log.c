/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The dirty log under traffic, and the second data oracle, which knows nothing of the monitor: a replica of the pages
 * of each domain that logs. A page's version goes up when an initiator's write ends; a report copies the page. After
 * the last report each copy is of the last version (P22 to P28). Leaves come when a write has faulted for want of them
 * (P27).
 */
#include <string.h>

#include "bench.h"

enum {
	LOG_BASE = 16 << 20, /* of the logs in table memory */
	LOG_STEP = 1 << 20,  /* per domain: directory, then leaves */
	LOG_LEAVES_AT = 1 << 18,
	NLEAF = 3, /* regions lie in three leaves; others beyond the directory */
};

static const uint16_t leaf_dir[NLEAF] = {0, 8, 56};
/* Regions that the directory covers; the others are LOG_MISSING for ever. */
static const uint64_t region[LOG_REGIONS] = {0, 3 * 512, UINT64_C(1) << 18, UINT64_C(7) << 18};

static uint64_t dir_addr(unsigned int domain)
{
	return LOG_BASE + (uint64_t)domain * LOG_STEP;
}

static uint64_t leaf_addr(unsigned int domain, unsigned int n)
{
	return dir_addr(domain) + LOG_LEAVES_AT + 4096 * (uint64_t)n;
}

bool log_area(uint64_t addr)
{
	return addr >= LOG_BASE && addr < LOG_BASE + (uint64_t)NDOMAIN * LOG_STEP;
}

/* The memory of the logs answers late: marks and harvests take their time. */
void log_slow(struct bench *b)
{
	static const uint16_t delay[4] = {300, 800, 1500, 3000};
	const struct cw_sim_inject rule = {.mem = CW_SIM_TABLE,
					   .lo = LOG_BASE,
					   .hi = LOG_BASE + NDOMAIN * LOG_STEP - 1,
					   .ops = CW_SIM_READ | CW_SIM_WRITE,
					   .delay = delay[b->seed / 2 % 4]};

	if (b->migration)
		cw_sim_inject(b->sim, &rule);
}

/*
 * How much longer than usual the DMA of this grant takes. A start, a stop or a harvest that does not wait for what was
 * granted before shows only if DMA outlasts it: LOG_SET takes the firmware some thousand cycles (P25, P28).
 */
unsigned int log_hold(struct bench *b, unsigned int domain)
{
	const struct log *l = &b->log[domain];

	if (!b->migration)
		return 0;
	if (l->changing)
		return rng_percent(&b->rng, 20) ? rng_below(&b->rng, 20000) : 0;
	/* few, or the harvest itself takes as long */
	return b->harvesting && b->harvest_domain == domain && rng_percent(&b->rng, 3) ? rng_below(&b->rng, 12000) : 0;
}

void log_open(struct bench *b)
{
	for (unsigned int d = 0; d < NDOMAIN; d++)
		b->log[d].leaves = 0;
	b->harvest = cw_sim_mem_alloc(b->sim, (size_t)LOG_ROOM * CW_LOG_REC_BYTES, 0, &b->harvest_bus);
	if (!b->harvest)
		bench_fail(b, "bench", "no host memory");
}

struct log_page *log_page_at(struct bench *b, unsigned int domain, uint64_t page)
{
	for (unsigned int n = 0; n < NLEAF; n++)
		for (unsigned int r = 0; r < LOG_REGIONS; r++)
			if (page >> 15 == leaf_dir[n] && page - region[r] < REGION_PAGES)
				return &b->log[domain].page[r][page - region[r]];
	return NULL;
}

uint64_t log_page_number(unsigned int r, unsigned int i)
{
	return region[r] + i;
}

/* ---- initiators ---- */
/* A page that a leaf of a shadow space may map: one that is compared, or larger and begins with such. */
uint64_t log_random_gfn(struct bench *b, enum page_kind kind)
{
	uint64_t first = region[rng_below(&b->rng, LOG_REGIONS)];

	if (kind == PAGE_HUGE)
		return first & ~(BIT64(18) - 1);
	return kind == PAGE_BIG ? first : first + rng_below(&b->rng, REGION_PAGES);
}

/* A write of a shadow context: 1 asked for, -1 ended. */
static void indirect(struct bench *b, unsigned int domain, int change)
{
	struct log *l = &b->log[world_owner(domain)];

	l->indirect += (unsigned int)change;
	l->indirect_active = cw_sim_cycle(b->sim);
}

void log_ask(struct bench *b, struct tag *t)
{
	t->page = NULL;
	if (!t->write)
		return;
	if (world_shadow(t->domain))
		indirect(b, t->domain, 1);
	else
		t->page = log_page_at(b, t->domain, t->addr >> 12);
	if (t->page)
		t->page->open++;
}

/* What page a write of a shadow context goes to: the host knows what it has mapped there (P31). */
void log_grant(struct bench *b, struct tag *t)
{
	enum page_kind kind;
	uint64_t offset;
	const struct page *p = world_page_at(b, t->pa, &kind, &offset);

	if (!t->write || !world_shadow(t->domain) || !p)
		return;
	t->page = log_page_at(b, world_owner(t->domain), p->gfn + (offset >> 12));
	if (t->page)
		t->page->open++;
}

/* The request has ended, `landed`: with its data written. */
void log_end(struct bench *b, struct tag *t, bool landed)
{
	if (t->write && world_shadow(t->domain))
		indirect(b, t->domain, -1);
	if (!t->page)
		return;
	t->page->active = cw_sim_cycle(b->sim);
	t->page->version += landed;
	t->page->open--;
}

/* A burst of the bridge was sent (1) or answered (-1); its data lands when the bridge writes them. */
void log_burst(struct bench *b, unsigned int domain, uint64_t addr, int change)
{
	struct log_page *p;

	if (world_shadow(domain)) {
		indirect(b, domain, change);
		return;
	}
	p = log_page_at(b, domain, addr >> 12);
	if (!p)
		return;
	p->active = cw_sim_cycle(b->sim);
	p->open += (unsigned int)change;
}

void log_landed(struct bench *b, const struct page *page, uint64_t addr)
{
	struct log_page *p = log_page_at(b, world_owner(page->domain), page->gfn + ((addr - page->gpa) >> 12));

	if (!p)
		return;
	p->active = cw_sim_cycle(b->sim);
	p->version++;
}

/* ---- LOG_SET ---- */
/* Nothing of the engine looks at a log that is stopped: it is cleared as through the window. */
static void clear(struct bench *b, unsigned int domain)
{
	static const uint8_t zero[LOG_LEAVES_AT + 4096 * NLEAF];

	cw_sim_table_poke(b->sim, dir_addr(domain), zero, sizeof(zero));
	for (unsigned int n = 0; n < NLEAF; n++)
		cw_model_table_set(b->model, dir_addr(domain) + CW_LOG_DIR_BYTES * (uint64_t)leaf_dir[n], 0);
	b->log[domain].leaves = 0;
}

/* One run in four knows CAPTURE only, and one hardly. What shadow contexts write is marked in CAPTURE alone (P31). */
static uint8_t pick_mode(struct bench *b, unsigned int domain)
{
	static const uint8_t one[3] = {CW_LOG_CAPTURE, CW_LOG_PROTECT, CW_LOG_DIRTYBIT};
	unsigned int capture = b->seed % 4 == 1 ? 100 : b->seed % 4 == 2 ? 60 : 20;

	if (b->migration && domain != world_owner(NDOMAIN))
		return one[b->seed % 3];
	/* the modes in turn, so that some seeds have them all, in both flavours (world_build()) */
	if (b->aims && domain != world_owner(NDOMAIN))
		return one[(b->seed + world_turn(domain) + b->log[domain].turn++) % 3];
	if (rng_percent(&b->rng, capture) || domain == world_owner(NDOMAIN))
		return CW_LOG_CAPTURE;
	return rng_percent(&b->rng, 50) ? CW_LOG_PROTECT : CW_LOG_DIRTYBIT;
}

bool log_next_cold(struct bench *b, unsigned int domain, struct cw_cmd *c)
{
	unsigned int stay; /* per cent */
	struct log *l;

	for (unsigned int d = 0; d < NDOMAIN; d++)
		if (b->log[d].again)
			domain = d;
	l = &b->log[domain];
	/* logs live long in every second run */
	stay = b->migration ? (b->seed / 3 % 2 ? 0 : 90) : b->aims ? 30 : b->seed % 2 ? 75 : 20;
	if (l->on && !l->again && rng_percent(&b->rng, stay))
		return false;
	if (l->step != LOG_REST || (l->changing && !l->again) || l->failing)
		return false;
	/* a directory is given up only when no command of its log is under way */
	if ((b->harvesting && b->harvest_domain == domain) || l->commands)
		return false;
	*c = (struct cw_cmd){.opcode = CW_OP_LOG_SET, .space = (uint16_t)domain};
	if (!l->again)
		l->want = l->on && rng_percent(&b->rng, b->migration ? 100 : 35) ? CW_LOG_OFF : pick_mode(b, domain);
	if (l->want) {
		if (!l->again && !l->held)
			clear(b, domain);
		if (!l->held)
			l->size = rng_percent(&b->rng, 50) ? 64 : CW_LOG_DIR;
		c->arg0 = l->want;
		c->addr = dir_addr(domain);
		c->arg1 = l->size;
	}
	l->held = true;
	l->changing = true;
	return true;
}

static void renew_pages(struct bench *b, struct log *l)
{
	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			struct log_page *p = &l->page[r][i];

			p->host_mark = p->reported = p->ring_seen = p->ring_due = false;
			p->mark_at = 0;
			if (b->broken == BROKEN_RESET)
				continue;
			p->copied = p->ring_copied = p->version;
		}
	}
}

/* A start that was under way is none, a stop is one; a mode that was on its way holds when the log begins anew. */
void log_lost(struct bench *b)
{
	for (unsigned int d = 0; d < NDOMAIN; d++) {
		struct log *l = &b->log[d];

		l->on = l->on && l->want;
		l->want = l->mode = l->guard = l->on ? l->want : CW_LOG_OFF;
		l->held = l->again = l->changing = l->all_due = l->failing = l->doubt = l->more = l->host_left = false;
		l->whole = l->all = l->unwaited = l->all_again = false;
		l->step = LOG_REST;
		l->commands = l->records = l->leaves = 0;
		l->ring_before = 0;
		/* nothing of the old log is reported any more */
		l->covered = cw_sim_cycle(b->sim);
		renew_pages(b, l);
	}
}

bool log_renew(struct bench *b, unsigned int domain, struct cw_cmd *c)
{
	struct log *l = &b->log[domain];

	if (!l->on)
		return false;
	clear(b, domain);
	l->size = rng_percent(&b->rng, 50) ? 64 : CW_LOG_DIR;
	l->held = l->changing = true;
	*c = (struct cw_cmd){.opcode = CW_OP_LOG_SET,
			     .space = (uint16_t)domain,
			     .arg0 = l->want,
			     .addr = dir_addr(domain),
			     .arg1 = l->size};
	return true;
}

void log_set_done(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	struct log *l = &b->log[s->cmd.space];

	/* The mode holds from the first LOG_SET on, even if that one gave up. */
	if (!l->again)
		b->log_set_at[s->cmd.space] = s->cycle;
	l->again = cpl->status != CW_ST_OK;
	if (l->again) {
		/* The new mode holds all the same: without one nothing is marked from now on. */
		l->on &= l->want != CW_LOG_OFF;
		return;
	}
	if (l->want == CW_LOG_OFF) {
		l->on = l->held = l->changing = false;
		l->guard = l->mode = CW_LOG_OFF;
		l->all_due = l->doubt = false;
		return;
	}
	/* P28: a change reports everything once, if the mode is another one. */
	l->all_due |= l->on && l->mode != l->want;
	if (!l->on || l->mode != l->want)
		log_guard(b, s->cmd.space, l->want);
	else
		l->changing = false;
}

/* Nothing that was granted before can write unmarked any more. */
void log_started(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	b->log_starts[l->want]++;
	l->changing = false;
	l->mode = l->want;
	l->more = l->host_left = false;
	if (l->on)
		return;
	l->on = true;
	/* P28: the caller copies everything after a start. */
	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			l->page[r][i].copied = l->page[r][i].version;
			l->page[r][i].ring_copied = l->page[r][i].version;
			l->page[r][i].reported = false;
		}
	}
	l->covered = b->log_set_at[domain];
	l->ring_before = 0;
}

/* ---- LOG_MISSING ---- */
/* The leaf of this page, if it may have one: enabled by command before the RESUME that follows. */
bool log_missing(struct bench *b, unsigned int domain, uint64_t page)
{
	struct log *l = &b->log[domain];

	for (unsigned int n = 0; n < NLEAF; n++) {
		struct cw_cmd c = {.opcode = CW_OP_WRITE,
				   .addr = dir_addr(domain) + CW_LOG_DIR_BYTES * (uint64_t)leaf_dir[n],
				   .arg0 = leaf_addr(domain, n) | BIT64(CW_LOG_ENABLED)};

		if (page >> 15 != leaf_dir[n])
			continue;
		/* Of a log that has ended, or twice: the retry will tell. */
		if (l->held && l->want && !(l->leaves >> n & 1)) {
			l->leaves |= (uint8_t)(1u << n);
			l->commands++;
			host_hot(b, &c);
		}
		return true;
	}
	return false;
}

/* ---- HARVEST ---- */
static void log_harvest(struct bench *b, unsigned int domain)
{
	struct cw_cmd c = {.opcode = CW_OP_HARVEST, .space = (uint16_t)domain, .arg0 = b->harvest_bus};
	uint64_t room = 1 + rng_below(&b->rng, LOG_ROOM);
	struct log *l = &b->log[domain];

	if (l->more)
		c.addr = l->next;
	else if (rng_percent(&b->rng, 30))
		c.addr = (uint64_t)leaf_dir[rng_below(&b->rng, NLEAF)] << 27;
	if (rng_percent(&b->rng, 20))
		c.arg1 = 1 + rng_below(&b->rng, 60);
	/* Only a harvest of everything, in one piece or more, tells what may be reported after it, and what must. */
	l->whole = (l->more ? l->whole : !c.addr) && !c.arg1;
	if (!l->more) {
		l->began = cw_sim_cycle(b->sim);
		dring_pass_begin(b, domain);
	}
	c.arg1 |= room << 32;
	b->harvest_domain = domain;
	b->harvesting = true;
	l->commands++;
	host_hot(b, &c);
}

static void report(struct bench *b, unsigned int domain, uint64_t gfn)
{
	struct log *l = &b->log[domain];
	struct log_page *p = log_page_at(b, domain, gfn);

	b->reported++;
	if (b->reads && !l->doubt)
		bench_fail(b, "log-read", "domain %u gfn 0x%llx: reported, but there are only reads (P27)", domain,
			   (unsigned long long)gfn);
	if (!p)
		return;
	/* The traffic generator writes to the first region; its pins are inside. */
	if (!l->doubt && !p->open && p->active < l->covered && p >= &l->page[1][0] && !l->indirect &&
	    l->indirect_active < l->covered)
		bench_fail(b, "log-spurious", "domain %u gfn 0x%llx: reported, but nobody has written it since", domain,
			   (unsigned long long)gfn);
	p->reported = true;
}

void log_harvest_done(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	unsigned int domain = s->cmd.space;
	struct log *l = &b->log[domain];
	const struct cw_log_record *rec = (const struct cw_log_record *)b->harvest;
	bool all = cpl->info >> 1 & 1;

	b->harvesting = false;
	l->commands--;
	b->harvests++;
	if (cpl->value > s->cmd.arg1 >> 32) {
		bench_fail(b, "log-overrun", "%llu records where %llu have room", (unsigned long long)cpl->value,
			   (unsigned long long)(s->cmd.arg1 >> 32));
		return;
	}
	for (unsigned int i = 0; i < cpl->value; i++)
		for (unsigned int n = 0; n < 512; n++)
			if (rec[i].line[n / 64] >> n % 64 & 1)
				report(b, domain, rec[i].index * 512 + n);
	l->more = cpl->info & 1;
	l->next = cpl->info & ~UINT64_C(0x7ffffff);
	if (l->whole && !l->more)
		l->covered = l->began;
	if (all && !l->all_due && !l->doubt)
		bench_fail(b, "log-all", "domain %u: everything is dirty, for no reason (P27, P28)", domain);
	if (all)
		dring_all(b, domain);
	dring_harvested(b, domain);
	if (all)
		l->all_due = false;
	b->all_dirty += all;
	l->unwaited = cpl->status != CW_ST_OK;
	log_pass_begin(b, domain, rec, (unsigned int)cpl->value, all);
}

/* Copy what a pass has reported. */
void log_copy(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			struct log_page *p = &l->page[r][i];

			if (!p->reported && !l->all && !l->all_again)
				continue;
			p->copied = p->version;
			p->reported = false;
		}
	}
	l->all = l->all_again = false;
}

/* After a report of everything only what was written since it began may differ. */
static void check_whole(struct bench *b, unsigned int domain)
{
	for (unsigned int r = 0; r < LOG_REGIONS; r++) {
		for (unsigned int i = 0; i < REGION_PAGES; i++) {
			const struct log_page *p = &b->log[domain].page[r][i];

			if (p->open || p->active >= b->log[domain].began)
				continue;
			b->compared += p->version != 0;
			if (p->copied != p->version)
				bench_fail(b, "log-lost", "domain %u gfn 0x%llx: written, and in no report (P22, P25)",
					   domain, (unsigned long long)(region[r] + i));
		}
	}
}

void log_report(struct bench *b, unsigned int domain)
{
	struct log *l = &b->log[domain];

	/* P21: pages of a report that could not be waited for are copied with the next one. */
	if (l->unwaited && l->guard == CW_LOG_CAPTURE)
		l->all_again |= l->all;
	else
		log_copy(b, domain);
	if (l->whole && !l->more && !l->host_left && !l->unwaited) {
		check_whole(b, domain);
		dring_pass_end(b, domain);
	}
}

void log_write_done(struct bench *b, const struct submitted *s)
{
	if (log_area(s->cmd.addr))
		b->log[(s->cmd.addr - LOG_BASE) / LOG_STEP].commands--;
}

/*
 * P27: reads and writes of leaves fail for a while. What a failed bus has left behind may be reported later, so that
 * from then on nothing is said to be reported for no reason.
 */
static void fail_bus(struct bench *b)
{
	unsigned int domain = rng_below(&b->rng, NDOMAIN);
	uint64_t now = cw_sim_cycle(b->sim);
	struct cw_sim_inject rule = {.mem = CW_SIM_TABLE,
				     .lo = leaf_addr(domain, 0),
				     .hi = leaf_addr(domain, NLEAF) - 1,
				     .ops = (uint8_t)(1 + rng_below(&b->rng, 3)),
				     .resp = 2,
				     .skip = rng_below(&b->rng, 4),
				     .count = 1 + rng_below(&b->rng, 3)};

	if (!b->errors || now < b->next_error)
		return;
	b->next_error = now + 500 + rng_below(&b->rng, 10000);
	cw_sim_inject_clear(b->sim);
	world_inject(b);
	for (unsigned int d = 0; d < NDOMAIN; d++)
		b->log[d].failing = false;
	if (b->quiet || !b->log[domain].on || b->log[domain].changing)
		return;
	if (rng_percent(&b->rng, 40))
		dring_fail_bus(b, domain, &rule);
	b->log[domain].failing = b->log[domain].doubt = true;
	cw_sim_inject(b->sim, &rule);
}

void log_cycle(struct bench *b)
{
	unsigned int domain = rng_below(&b->rng, NDOMAIN);

	if (cw_sim_cycle(b->sim) >= b->hush)
		log_pass_cycle(b);
	fail_bus(b);
	if (b->quiet || b->harvesting || cw_sim_cycle(b->sim) < b->next_harvest || ring_room(&b->hot) < 8)
		return;
	/* while a harvest is under way no log begins or ends */
	b->next_harvest = cw_sim_cycle(b->sim) + rng_below(&b->rng, b->migration && b->seed / 3 % 2 ? 5000 : 1000);
	if (b->log[domain].on && !b->log[domain].changing && b->log[domain].step == LOG_REST)
		log_harvest(b, domain);
}

/* The last pass: everything is at rest. True while there is something to do. */
bool log_last_pass(struct bench *b)
{
	if (b->harvesting || !log_idle(b))
		return true;
	for (unsigned int d = 0; d < NDOMAIN; d++) {
		struct log *l = &b->log[d];

		if (!l->on || l->changing || l->finished)
			continue;
		if (!l->last) { /* the first leaf again, whatever was under way */
			l->more = false;
			l->last = true;
		} else if (!l->more && !l->host_left) {
			l->finished = true;
			continue;
		}
		struct cw_cmd c = {.opcode = CW_OP_HARVEST,
				   .space = (uint16_t)d,
				   .addr = l->more ? l->next : 0,
				   .arg0 = b->harvest_bus,
				   .arg1 = (uint64_t)LOG_ROOM << 32};

		l->whole |= !l->more;
		if (!l->more) {
			l->began = cw_sim_cycle(b->sim);
			dring_pass_begin(b, d);
		}
		b->harvest_domain = d;
		b->harvesting = true;
		l->commands++;
		host_hot(b, &c);
		return true;
	}
	return false;
}

void log_compare(struct bench *b)
{
	for (unsigned int d = 0; d < NDOMAIN; d++)
		if (b->log[d].on && !b->failed)
			dring_last(b, d);
	for (unsigned int d = 0; d < NDOMAIN; d++)
		for (unsigned int r = 0; r < LOG_REGIONS && b->log[d].on; r++)
			for (unsigned int i = 0; i < REGION_PAGES; i++) {
				const struct log_page *p = &b->log[d].page[r][i];

				b->compared += p->version != 0;
				if (p->copied != p->version)
					bench_fail(b, "log-lost",
						   "domain %u gfn 0x%llx: written after its last report (P22, P25)", d,
						   (unsigned long long)(region[r] + i));
			}
}
