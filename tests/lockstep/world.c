/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The host's tables and pages. Table pages are mirrored: an entry's mirror is what it will hold when all commands that
 * have been submitted are done. Guest pages exist as owners of address ranges only; an initiator's DMA is a question
 * whether the page that it was granted still belongs to the address that it asked for (oracle (a), independent of the
 * monitor).
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const uint64_t np = UINT64_C(1) << 63; /* SPTE-2 */
static const unsigned int kind_shift[PAGE_KINDS] = {12, 21, 30};
static const unsigned int kind_count[PAGE_KINDS] = {NSMALL, NBIG, NHUGE};
static uint64_t kind_base[PAGE_KINDS]; /* as far up as addresses of this engine reach: kind_place() */
static uint64_t frames;

/* Contexts 0 to 7 are port 0's, 4 to 11 port 1's: domain 0 is known to the one only, domain 3 to the other (P20). */
/* Contexts 5, 6 and 10 are shadow ones of domain 1, 5 and 10 begin with one root. */
static const uint8_t first_space[NCONTEXT] = {0, 0, 1, 2, 1, 4, 5, 2, 3, 3, 4, 1};

unsigned int world_domain(const struct bench *b, unsigned int ctx)
{
	return b->ctx[ctx % NCONTEXT].space;
}

bool world_shadow(unsigned int domain)
{
	return domain >= NDOMAIN;
}

unsigned int world_owner(unsigned int domain)
{
	return world_shadow(domain) ? 1 : domain;
}

/* Numbers of domains in use: only the kind tells them apart. */
unsigned int world_turn(unsigned int domain)
{
	return domain > world_owner(NDOMAIN) ? domain - 1 : domain;
}

unsigned int world_root_id(unsigned int domain)
{
	return domain - NDOMAIN;
}

uint64_t world_page(uint64_t addr)
{
	return addr >> 12 & (BIT64(45) - 1);
}

uint64_t world_address(unsigned int domain, uint64_t page)
{
	return world_shadow(domain) ? (uint64_t)((int64_t)(page << 19) >> 7) : page << 12;
}

uint64_t world_table_addr(unsigned int index)
{
	return (uint64_t)(index + 16) << 12;
}

unsigned int world_table_index(uint64_t addr)
{
	return (unsigned int)(addr >> 12) - 16;
}

uint64_t world_page_pa(enum page_kind kind, unsigned int index)
{
	return kind_base[kind] + ((uint64_t)index << kind_shift[kind]);
}

struct page *world_page_at(struct bench *b, uint64_t pa, enum page_kind *kind, uint64_t *offset)
{
	for (int k = PAGE_KINDS - 1; k >= 0; k--) {
		uint64_t index;

		if (pa < kind_base[k])
			continue;
		index = (pa - kind_base[k]) >> kind_shift[k];
		if (index >= kind_count[k])
			return NULL;
		*kind = (enum page_kind)k;
		*offset = pa & ((UINT64_C(1) << kind_shift[k]) - 1);
		return &b->page[k][index];
	}
	return NULL;
}

unsigned int world_page_new(struct bench *b, enum page_kind kind, unsigned int domain, uint64_t gpa)
{
	gpa &= ~((UINT64_C(1) << kind_shift[kind]) - 1);
	/* In turn, so that a page stays poisoned for as long as can be. */
	for (unsigned int i = 0; i < kind_count[kind]; i++) {
		unsigned int n = b->page_next[kind]++ % kind_count[kind];
		struct page *p = &b->page[kind][n];

		if (p->state != PAGE_FREE && p->state != PAGE_POISONED)
			continue;
		*p = (struct page){.state = PAGE_LIVE,
				   .domain = (uint8_t)domain,
				   .serial = p->serial + 1,
				   .gpa = gpa,
				   .gfn = world_shadow(domain) ? log_random_gfn(b, kind) : gpa >> 12};
		return n;
	}
	return ~0u;
}

static bool table_free(const struct bench *b, unsigned int n)
{
	return b->table[n].state == PAGE_FREE || b->table[n].state == PAGE_POISONED;
}

static void table_take(struct bench *b, unsigned int n, unsigned int domain, unsigned int level)
{
	struct table *t = &b->table[n];

	if (t->state == PAGE_POISONED)
		cw_sim_unpoison(b->sim, CW_SIM_TABLE, world_table_addr(n), 4096);
	t->state = PAGE_LIVE;
	t->domain = (uint8_t)domain;
	t->level = (uint8_t)level;
	t->x86 = b->dom[domain].x86;
	t->indirect = world_shadow(domain);
	t->base = 0;
	for (unsigned int e = 0; e < 512; e++)
		t->v[e] = np;
}

static void poke(struct bench *b, unsigned int n)
{
	const struct table *t = &b->table[n];

	cw_sim_table_poke(b->sim, world_table_addr(n), t->v, sizeof(t->v));
	for (unsigned int i = 0; i < 512; i++)
		cw_model_table_set(b->model, world_table_addr(n) + 8 * i, t->v[i]);
}

unsigned int world_table_new(struct bench *b, unsigned int domain, unsigned int level)
{
	bool pair = world_shadow(domain) && level <= 3; /* P31 */

	for (unsigned int i = 0; i < NTABLE; i++) {
		unsigned int n = b->table_next++ % NTABLE;

		if (!table_free(b, n) || (pair && (n % 2 || !table_free(b, n + 1))))
			continue;
		table_take(b, n, domain, level);
		if (pair)
			table_take(b, n + 1, domain, COMPANION);
		return n;
	}
	return NTABLE;
}

struct table *world_table_at(struct bench *b, uint64_t entry_addr)
{
	return &b->table[world_table_index(entry_addr)];
}

uint64_t *world_mirror(struct bench *b, uint64_t entry_addr)
{
	return &world_table_at(b, entry_addr)->v[entry_addr >> 3 & 511];
}

/* Leads to one of the table pages; what leads elsewhere is there to end a walk. */
static bool is_table(uint64_t entry, unsigned int level)
{
	return (entry & CW_SPTE(PRESENT)) && level > 1 && !(entry & CW_SPTE(PS)) &&
	       world_table_index(world_frame(entry)) < NTABLE;
}

static bool canonical(uint64_t page, unsigned int levels)
{
	uint64_t top = page >> (9 * levels - 1);

	return !top || top == BIT64(46 - 9 * levels) - 1;
}

uint64_t world_entry(struct bench *b, unsigned int domain, uint64_t page, unsigned int level)
{
	const struct domain *d = &b->dom[domain];
	uint64_t table = world_table_addr(d->root);

	if (world_shadow(domain) ? !canonical(page, d->levels) : page >> (9 * d->levels))
		return 0;
	for (unsigned int l = d->levels;; l--) {
		uint64_t at = table + 8 * (page >> (9 * (l - 1)) & 511);

		if (l == level)
			return at;
		if (!is_table(*world_mirror(b, at), l))
			return 0;
		table = world_frame(*world_mirror(b, at));
	}
}

/* All pages and tables lie below the bits that an entry may not have. */
uint64_t world_frame(uint64_t entry)
{
	return entry & frames;
}

uint64_t world_host_w(const struct domain *d)
{
	return d->x86 ? CW_SPTE(X86_HOST_W) : CW_SPTE(HOST_W);
}

uint64_t world_mmu_w(const struct domain *d)
{
	return d->x86 ? CW_SPTE(X86_MMU_W) : CW_SPTE(MMU_W);
}

uint64_t world_malformed(struct bench *b, unsigned int domain, uint64_t entry, unsigned int level)
{
	static const uint8_t memory_type[3] = {2, 3, 7};
	bool leaf = level == 1 || (entry & CW_SPTE(PS));

	if (b->pa_bits < 52 && rng_percent(&b->rng, 30))
		return entry | BIT64(b->pa_bits + rng_below(&b->rng, 52 - b->pa_bits));
	if (leaf && level > 1 && rng_percent(&b->rng, 30))
		return entry | BIT64(12 + rng_below(&b->rng, 9 * (level - 1)));
	if (b->dom[domain].x86)
		return entry | BIT64(52 + rng_below(&b->rng, 2));
	if (rng_percent(&b->rng, 30))
		return entry | CW_SPTE(AD_DISABLED) | CW_SPTE(AD_WRPROT);
	if (leaf)
		return entry | (uint64_t)memory_type[rng_below(&b->rng, 3)] << 3;
	return entry | BIT64(3 + rng_below(&b->rng, 4));
}

uint64_t world_leaf(struct bench *b, unsigned int domain, enum page_kind kind, unsigned int index, unsigned int rights)
{
	const struct domain *d = &b->dom[domain];
	uint64_t e = world_page_pa(kind, index) | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(X);

	e |= d->x86 ? CW_SPTE(X86_A) : CW_SPTE(A);
	if (kind != PAGE_SMALL)
		e |= CW_SPTE(PS);
	switch (rights) { /* SPTE-5: the four triples; and one that may not be read */
	case 0:
		return e | CW_SPTE(W) | world_host_w(d) | world_mmu_w(d) | (d->x86 ? CW_SPTE(X86_D) : CW_SPTE(D));
	case 1:
		return e | world_host_w(d) | world_mmu_w(d);
	case 2:
		return e | world_host_w(d);
	case 3:
		return e;
	default:
		return e & ~CW_SPTE(R);
	}
}

bool world_fixable(const struct table *t, uint64_t entry)
{
	const uint64_t grant = t->x86 ? CW_SPTE(X86_HOST_W) | CW_SPTE(X86_MMU_W) : CW_SPTE(HOST_W) | CW_SPTE(MMU_W);
	const uint64_t ad = t->x86 ? CW_SPTE(X86_A) | CW_SPTE(X86_D) : CW_SPTE(A) | CW_SPTE(D);
	unsigned int type = t->x86 ? 0 : entry >> 52 & 3;

	/* FPF-4 */
	if (t->indirect || t->level > 1 || !(entry & CW_SPTE(PRESENT)))
		return false;
	return (!(entry & CW_SPTE(W)) && (entry & grant) == grant) || (type == 0 && (entry & ad) != ad) ||
	       (type == 1 && !(entry & 7));
}

uint64_t world_mmio(const struct domain *d, uint64_t page, uint32_t gen)
{
	uint64_t e = (page << 12 & UINT64_C(0x0007fffffffff000)) | CW_SPTE(W) | CW_SPTE(X);

	e |= (uint64_t)(gen & 0xff) << 3 | (uint64_t)(gen >> 8 & 0x7ff) << 52;
	return e | (d->x86 ? CW_SPTE(X86_MMIO) | CW_SPTE(R) : 0);
}

bool world_known(struct bench *b, uint64_t entry, unsigned int level)
{
	enum page_kind kind;
	uint64_t offset;

	if (is_table(entry, level))
		return (entry & UINT64_C(0x000ffffffffff000)) == world_frame(entry);
	return world_page_at(b, world_frame(entry), &kind, &offset) != NULL;
}

void world_collect(struct bench *b, uint64_t entry, unsigned int level, struct job *job)
{
	enum page_kind kind;
	unsigned int n;
	uint64_t offset;

	if (!(entry & CW_SPTE(PRESENT)))
		return;
	if (!is_table(entry, level)) {
		struct page *p = world_page_at(b, world_frame(entry), &kind, &offset);

		/* nor does one that leads out of table memory, wherever that is */
		if (!p || (level > 1 && !(entry & CW_SPTE(PS))))
			return;
		job->page_kind[job->npage] = (uint8_t)kind;
		job->page[job->npage++] = (uint16_t)(p - b->page[kind]);
		return;
	}
	if (!world_known(b, entry, level))
		return;
	n = world_table_index(world_frame(entry));
	job->table[job->ntable++] = (uint16_t)n;
	if (b->table[n].indirect && b->table[n].level <= 3)
		job->table[job->ntable++] = (uint16_t)(n + 1);
	for (unsigned int i = 0; i < 512; i++)
		world_collect(b, b->table[n].v[i], level - 1, job);
}

void world_kill(struct bench *b, const struct job *job, enum page_state state)
{
	for (unsigned int i = 0; i < job->npage; i++)
		b->page[job->page_kind[i]][job->page[i]].state = state;
	for (unsigned int i = 0; i < job->ntable; i++) {
		b->table[job->table[i]].state = state;
		if (state == PAGE_POISONED)
			cw_sim_poison(b->sim, CW_SIM_TABLE, world_table_addr(job->table[i]), 4096);
	}
}

void world_dma(struct bench *b, uint64_t pa, unsigned int domain, uint64_t addr, bool write, const char *when)
{
	enum page_kind kind = PAGE_SMALL;
	uint64_t offset = 0;
	const struct page *p = world_page_at(b, pa, &kind, &offset);

	b->dma++;
	if (!p || p->state == PAGE_FREE)
		bench_fail(b, "dma-wild", "%s: addr 0x%llx was granted 0x%llx, where no page is", when,
			   (unsigned long long)addr, (unsigned long long)pa);
	else if (p->state == PAGE_POISONED)
		bench_fail(b, "dma-poison", "%s: DMA for domain %u addr 0x%llx to page 0x%llx, freed after a FLUSH",
			   when, domain, (unsigned long long)addr, (unsigned long long)pa);
	else if (p->domain != domain || p->gpa + offset != (addr & (BIT64(57) - 1)))
		bench_fail(b, "dma-owner", "%s: DMA for domain %u addr 0x%llx to 0x%llx, of domain %u addr 0x%llx",
			   when, domain, (unsigned long long)addr, (unsigned long long)pa, p->domain,
			   (unsigned long long)(p->gpa + offset));
	else if (write && p->read_only)
		bench_fail(b, "dma-protected",
			   "%s: write for domain %u addr 0x%llx to page 0x%llx, protected before a FLUSH", when, domain,
			   (unsigned long long)addr, (unsigned long long)pa);
}

static void fail_companion(struct bench *b, unsigned int domain)
{
	const uint64_t addr = world_table_addr(NTABLE + 2 * domain) | CW_COMPANION;
	const struct cw_sim_inject rule = {
		.mem = CW_SIM_TABLE, .lo = addr, .hi = addr + 4095, .ops = CW_SIM_READ, .resp = 2};

	cw_sim_inject(b->sim, &rule);
}

/* After cw_sim_inject_clear(): what errs for the whole run. */
void world_inject(struct bench *b)
{
	for (unsigned int d = 0; d < NSPACE; d++)
		if (b->no_companion >> d & 1)
			fail_companion(b, d);
	log_slow(b);
}

enum { EUU_ID = 62, HUSH = 2000 };

/* Commands that read an entry, from when they are written into the ring. */
static bool entry_commands(const struct bench *b)
{
	return bench_under_way(b, CW_OP_WRITE) || bench_under_way(b, CW_OP_XCHG) || bench_under_way(b, CW_OP_CMPXCHG) ||
	       bench_under_way(b, CW_OP_PROTECT);
}

/*
 * P43: reads of walks fail, or poisoned data comes, which is the same on AXI4; whoever waited for them ends with
 * BUS_ERROR and nothing of the line is cached, as the model sees to. Reads and writes of the fixer fail only while
 * no command is there that would go the same way, so the host gives none for a while.
 */
void world_errors(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);
	struct cw_sim_inject rule = {.mem = CW_SIM_TABLE,
				     .lo = world_table_addr(0),
				     .hi = world_table_addr(NTABLE) - 1,
				     .ids = BIT64(1 << CW_SLOT_W) - 1,
				     .ops = CW_SIM_READ,
				     .resp = (uint8_t)(2 + now % 2),
				     .skip = now % 8,
				     .count = 1 + now % 3};

	if (!b->walk_errors)
		return;
	if (now >= b->next_walk_error) {
		b->next_walk_error = now + 200 + rng_below(&b->rng, 4000);
		cw_sim_inject_clear(b->sim);
		world_inject(b);
		b->fix_fails = false;
		b->fix_due = !b->quiet && rng_percent(&b->rng, 50);
		b->hush = b->fix_due ? now + HUSH : 0;
		if (!b->quiet && !b->fix_due)
			cw_sim_inject(b->sim, &rule);
	} else if (b->fix_due && b->fix_fails != !entry_commands(b)) {
		b->fix_fails = !b->fix_fails;
		cw_sim_inject_clear(b->sim);
		world_inject(b);
		rule.ids = BIT64(EUU_ID);
		rule.skip = 0;
		rule.ops = CW_SIM_READ | CW_SIM_WRITE;
		if (b->fix_fails)
			cw_sim_inject(b->sim, &rule);
	}
}

/*
 * A table page beside the others, as one of level 4 and of level 3, whose companion answers with an error; its leaf may
 * not be read, and nothing is written through it, as no mark can be made (P27, P43).
 */
static uint64_t no_companion(struct bench *b, unsigned int domain)
{
	const uint64_t addr = world_table_addr(NTABLE + 2 * domain);
	const uint64_t v[2] = {addr | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X),
			       CW_SPTE(PRESENT) | CW_SPTE(PS) | CW_SPTE(W)};

	cw_sim_table_poke(b->sim, addr, v, sizeof(v));
	cw_model_table_set(b->model, addr, v[0]);
	cw_model_table_set(b->model, addr + 8, v[1]);
	if (!(b->no_companion >> domain & 1))
		fail_companion(b, domain);
	b->no_companion |= (uint8_t)(1u << domain);
	return addr;
}

enum { BARREN = 205 }; /* entry of the root that leads there */

uint64_t world_barren(const struct bench *b, unsigned int space, unsigned int level, unsigned int n, unsigned int page)
{
	unsigned int levels = b->dom[space].levels;
	uint64_t root =
		(level == levels ? BARREN / 8 * 8 + (n == BARREN % 8 || n == NO_COMPANION % 8 ? 7 : n) : BARREN);

	if (level == levels)
		return root << (9 * (levels - 1)) | page;
	return root << (9 * (levels - 1)) |
	       (uint64_t)(level == 1 ? n :
			  n	     ? n :
				       7)
		       << (9 * (level - 1)) |
	       (level == 1 ? 0 : page);
}

bool world_is_barren(const struct bench *b, unsigned int space, uint64_t page)
{
	return b->aims && page >> (9 * (b->dom[space].levels - 1) + 3) == BARREN / 8;
}

/*
 * Read-only, and so for good: nobody repairs anything here. Of 1 GiB pages there are few. No gfn of a shadow space
 * matters, as no write gets here (P31).
 */
static uint64_t barren_leaf(struct bench *b, unsigned int domain, unsigned int level, uint64_t base, unsigned int n)
{
	enum page_kind kind = (enum page_kind)(level - 1);
	unsigned int index;

	if (level > 3 || (level == 3 && (n == 4) == domain % 2))
		return np;
	index = world_page_new(b, kind, domain, (base + ((uint64_t)n << (9 * (level - 1)))) << 12);
	return index == ~0u ? np : world_leaf(b, domain, kind, index, n == 4 ? 2 : 3);
}

/* One table of each level: its first entry leads to the next, the others to nothing, or to pages that cannot be
 * written. */
static void build_barren(struct bench *b, unsigned int domain, struct table *root)
{
	const uint64_t link = CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X);
	struct domain *d = &b->dom[domain];
	uint64_t *from = &root->v[BARREN];

	root->v[BARREN + 1] = world_mmio(d, 0, b->dom[world_owner(domain)].mmio_gen);
	for (unsigned int level = 1; level < d->levels; level++)
		b->barren[domain][level] = d->root;
	for (unsigned int level = d->levels - 1u; level; level--) {
		unsigned int n = world_table_new(b, domain, level);
		struct table *t = &b->table[n];

		if (n == NTABLE)
			return;
		t->base = (uint64_t)BARREN << (9 * (d->levels - 1));
		*from = link | world_table_addr(n);
		for (unsigned int i = 1; i < 8; i++) {
			uint64_t wrong = world_malformed(b, domain, link | world_table_addr(NTABLE), level);

			t->v[i] = i == 1	   ? wrong :
				  i == 3	   ? world_mmio(d, i, b->dom[world_owner(domain)].mmio_gen) :
				  i == 2 || i == 4 ? barren_leaf(b, domain, level, t->base, i) :
						     np;
		}
		from = &t->v[0];
		b->barren[domain][level] = (uint16_t)n;
	}
}

/* A domain's root, with entries that are wrong on purpose, written where nothing can reach it yet. */
void world_build(struct bench *b, unsigned int domain)
{
	struct domain *d = &b->dom[domain];
	const uint64_t table = CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X);
	unsigned int root;
	struct table *t;
	bool first, x86;

	first = !d->levels;
	d->levels = rng_percent(&b->rng, b->aims ? 50 : 40) ? 5 : 4;
	x86 = first ? (b->seed / 3 + world_turn(domain)) % 2 : !d->x86;
	d->x86 = rng_percent(&b->rng, b->aims ? 50 : 40);
	if (b->aims && !world_shadow(domain) && domain != world_owner(NDOMAIN))
		d->x86 = x86; /* as pick_mode() of the log: all of them */
	/* CTX_ROOT keeps the flavour: in most cases the roots of a domain are alike */
	if (domain == NSPACE - 1 ? rng_percent(&b->rng, 80) : domain == NDOMAIN && b->dom[NSPACE - 1].alive)
		d->x86 = b->dom[domain == NDOMAIN ? NSPACE - 1 : NDOMAIN].x86;
	/* The same addresses in all domains: only the tag tells them apart. */
	d->region[0] = 0;
	d->region[1] = 3 * 512;
	d->region[2] = UINT64_C(1) << 18;
	d->region[3] = UINT64_C(5) << 27;
	d->region[4] = d->levels == 5 ? UINT64_C(3) << 36 : UINT64_C(7) << 18;
	if (world_shadow(domain)) /* the upper half */
		d->region[4] = BIT64(45) - BIT64(18);
	root = world_table_new(b, domain, d->levels);

	if (root == NTABLE) {
		bench_fail(b, "bench", "no table page for a root");
		return;
	}
	t = &b->table[root];
	d->root = (uint16_t)root;
	d->alive = true;
	/*
	 * A page size where none may be, a table outside of the window, one where no memory answers, a reserved bit.
	 * None leads to a page that is anybody's table: who frees this root would free that one too.
	 */
	t->v[200] = table | CW_SPTE(PS) | UINT64_C(1) << 30;
	t->v[201] = table | UINT64_C(1) << 40;
	t->v[202] = table | 2 * TABLE_BYTES;
	t->v[203] = world_malformed(b, domain, table | world_table_addr(NTABLE), d->levels);
	if (world_shadow(domain))
		t->v[NO_COMPANION] = table | no_companion(b, domain);
	if (b->aims)
		build_barren(b, domain, t);
	poke(b, root);
	for (unsigned int level = 1; b->aims && level < d->levels; level++) {
		poke(b, b->barren[domain][level]);
		if (world_shadow(domain) && level <= 3 && b->barren[domain][level] != root)
			poke(b, b->barren[domain][level] + 1u);
	}
}

/* One that nothing ever leads to. */
static void aim_table(struct bench *b)
{
	if (!b->aims)
		return;
	b->aim = (struct aim){.table = NTABLE - 1};
	table_take(b, NTABLE - 1, 0, 1);
	poke(b, NTABLE - 1);
}

static void kind_place(const struct bench *b)
{
	bool wide = b->pa_bits >= 46;
	unsigned int bits = wide ? 46 : b->pa_bits;

	kind_base[PAGE_SMALL] = BIT64(wide ? 36 : bits - 4);
	kind_base[PAGE_BIG] = BIT64(wide ? 40 : bits - 3);
	kind_base[PAGE_HUGE] = BIT64(wide ? 44 : bits - 1);
	frames = BIT64(bits) - 4096;
}

void world_open(struct bench *b)
{
	kind_place(b);
	b->table = calloc(NTABLE, sizeof(*b->table));
	for (unsigned int k = 0; k < PAGE_KINDS; k++)
		b->page[k] = calloc(kind_count[k], sizeof(struct page));
	for (unsigned int c = 0; c < NCONTEXT; c++)
		b->ctx[c].space = first_space[c];
	aim_table(b);
	for (unsigned int i = 0; i < NSPACE; i++) {
		struct domain *d = &b->dom[i];

		d->mmio_gen = 2 * rng_below(&b->rng, 1 << 18);
		world_build(b, i);
	}
}

void world_lost(struct bench *b)
{
	for (unsigned int k = 0; k < PAGE_KINDS; k++)
		for (unsigned int i = 0; i < kind_count[k]; i++)
			if (b->page[k][i].state != PAGE_FREE)
				b->page[k][i].state = PAGE_POISONED;
	for (unsigned int t = 0; t < NTABLE; t++) {
		if (b->table[t].state != PAGE_LIVE && b->table[t].state != PAGE_DYING)
			continue;
		b->table[t].state = PAGE_POISONED;
		cw_sim_poison(b->sim, CW_SIM_TABLE, world_table_addr(t), 4096);
	}
	for (unsigned int i = 0; i < NSPACE; i++) {
		struct domain *d = &b->dom[i];

		d->alive = d->fenced = false;
		d->jobs = d->contexts = 0;
	}
	aim_table(b);
	for (unsigned int i = 0; i < NSPACE; i++)
		world_build(b, i);
}

void world_close(struct bench *b)
{
	free(b->table);
	for (unsigned int k = 0; k < PAGE_KINDS; k++)
		free(b->page[k]);
}
