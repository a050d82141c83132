/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Slots, host pages and their bytes as a model of their own has them, and accessors against it (world_writes.c, which
 * alone includes this).
 */
#ifndef CW_TEST_WRITES_H
#define CW_TEST_WRITES_H

#include "../../lib/mmu/internal.h"
#include "eng_vm.h"
#include "stream.h"

#define NSLOT 3u /* of each space */
#define NCTX ENG_VM_CTX
#define NCACHE 4u
#define SMALL 48u     /* host pages of a small slot; no two slots share any, as marks are of gfns */
#define BIG_HOST 512u /* host pages of the one big slot: a large page or pieces */
#define BIG 512u
#define HOST_PAGES 1024u /* each has two places on the bus */
#define HOST_BUS 0x100000000ull
#define NEVER (1ull << 63) /* a copy that equals nothing: the next pass must report the page */
#define SPAN_MAX 9000u

struct model_slot {
	bool used;
	uint64_t gfn, n, hpage;
	uint32_t flags;
	uint64_t copy[BIG];
};

static struct engine eng;
static struct cw_mmu mmu;
static struct cw_mmu_worker worker[3];
static struct cw_mmu_ctx ctx[NCTX];
static const struct eng_vm vm = {&eng, &mmu, worker, sizeof(worker) / sizeof(worker[0]), ctx, NCTX};
static struct cw_mmu_ops ops;
static struct model_slot slot[2][NSLOT];
static struct cw_gpa_cache cache[NCACHE];
static unsigned mode[2], log_flags[2];
static uint8_t bytes[HOST_PAGES][CW_PAGE_SIZE], want[HOST_PAGES][CW_PAGE_SIZE];
static bool away[HOST_PAGES];		/* not in memory: an accessor has to ask for it */
static uint64_t frozen[2 * HOST_PAGES]; /* what may not be written any more, by place on the bus */
static unsigned options, faulting, in_progress, depth;
static uint64_t inval_first, inval_n; /* the only one in progress */
static bool accessing, failing, alloc_armed;
static bool several; /* invalidations: what is blocked is their union, until the last has ended */
static unsigned hooks_of_access, alloc_at;
static unsigned long accesses, crossing, reported, faults, errors, looks, moved, no_memory;

/* A slot that is being created, deleted or moved: either of two places may be seen. */
static struct {
	bool on;
	unsigned as_id;
	uint64_t gfn[2], n;
} busy;

#include "model_slots.h"

static uint64_t rnd(uint64_t n)
{
	return stream_rnd(n);
}

static uint64_t bus_page(uint64_t hpage)
{
	return (eng.rec.host_bus[hpage] - HOST_BUS) >> 12;
}

/* An error that an injected failure may have caused. */
static bool excused(int64_t r)
{
	if (r >= 0 || !failing || (r != -ENOMEM && r != -EIO && r != -ETIMEDOUT))
		return false;
	errors++;
	no_memory += r == -ENOMEM;
	return true;
}

/* --- model --- */

static bool is_busy(unsigned as_id, uint64_t gfn)
{
	return busy.on && busy.as_id == as_id && (gfn - busy.gfn[0] < busy.n || gfn - busy.gfn[1] < busy.n);
}

static uint64_t random_gfn(void)
{
	static const uint64_t base[] = {0x10, 0x1f0, 0x3e8, 0x6f8};

	return base[rnd(4)] + rnd(24);
}

/* Mostly a page that a slot has, and few of each, so that they are met again. */
static uint64_t random_target(unsigned as_id)
{
	const struct model_slot *s = &slot[as_id][rnd(NSLOT)];

	if (!s->used || !rnd(12))
		return random_gfn();
	return s->gfn + (rnd(4) ? rnd(3) * (s->n / 3) + rnd(2) : rnd(s->n)) % s->n;
}

static bool logs(unsigned as_id, const struct model_slot *s)
{
	return s->used && mode[as_id] && (s->flags & CW_MEM_LOG_DIRTY);
}

static void copy_all(struct model_slot *s)
{
	for (uint64_t p = 0; p < s->n; p++)
		s->copy[p] = eng.memory[bus_page(s->hpage + p)];
}

/* The next pass must report all of it. */
static void copy_nothing(struct model_slot *s)
{
	for (uint64_t p = 0; p < s->n; p++)
		s->copy[p] = NEVER;
}

static void each_copy(unsigned as_id, void (*fn)(struct model_slot *s))
{
	for (unsigned i = 0; i < NSLOT; i++)
		if (slot[as_id][i].used)
			fn(&slot[as_id][i]);
}

/* --- checks --- */

static void check_memory(void)
{
	static bool owned[2 * HOST_PAGES];

	memset(owned, 0, sizeof(owned));
	for (unsigned i = 0; i < 2 * NSLOT; i++) {
		const struct model_slot *s = &slot[i / NSLOT][i % NSLOT];

		for (uint64_t p = 0; s->used && !(s->flags & (CW_MEM_READONLY | CW_MEM_ALLONES)) && p < s->n; p++)
			owned[bus_page(s->hpage + p)] = true;
	}
	for (uint64_t b = 0; b < 2 * HOST_PAGES; b++) {
		if (owned[b])
			frozen[b] = eng.memory[b];
		else if (!CHECK_EQ(eng.memory[b], frozen[b]))
			printf("  memory-lost: page %" PRIx64 " of the bus was written\n", b);
	}
}

static void check_all(void)
{
	const char *what = cw_mmu_validate(&mmu);

	if (what)
		printf("  validate: %s\n", what);
	CHECK(!what);
	if (!CHECK(!eng.rec.violation[0]))
		printf("  recorder: %s\n", eng.rec.violation);
	CHECK_EQ(eng.rec.pages_held, 0);
	check_memory();
}

/* --- host memory --- */

static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	if (!CHECK(hva >> 12 < HOST_PAGES && hva % 4096 + len <= 4096))
		return -EFAULT;
	if (away[hva >> 12])
		return -EAGAIN;
	memcpy(buf, &bytes[hva >> 12][hva % 4096], len);
	return 0;
}

static int host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	(void)priv;
	if (!CHECK(hva >> 12 < HOST_PAGES && hva % 4096 + len <= 4096))
		return -EFAULT;
	if (away[hva >> 12])
		return -EAGAIN;
	eng_run(&eng);
	memcpy(&bytes[hva >> 12][hva % 4096], buf, len);
	eng.memory[bus_page(hva >> 12)]++;
	eng_run(&eng);
	return 0;
}

static int host_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	uint64_t v = 0;
	int r = host_read(priv, hva, &v, size);

	if (r)
		return r;
	if (v != *old) {
		*old = v;
		return 1;
	}
	return host_write(priv, hva, &new, size);
}

static int resolve(void *priv, const struct cw_memslot *s, uint64_t gfn, bool write, struct cw_hpage *out)
{
	away[(cw_memslot_hva(s, gfn) >> 12) % HOST_PAGES] = false;
	return eng_ops.resolve(priv, s, gfn, write, out);
}

/* --- accessors --- */

/* What the next bytes, which lie in one page, must come to: 0 and their slot, or an error. */
static int piece(unsigned as_id, uint64_t gpa, bool write, bool atomic, const struct model_slot **s)
{
	uint64_t page;

	*s = model_find(as_id, gpa >> 12);
	if (!*s)
		return -EFAULT;
	if (write && ((*s)->flags & (CW_MEM_READONLY | CW_MEM_ALLONES)))
		return -EROFS;
	if ((*s)->flags & CW_MEM_ALLONES)
		return 0;
	page = (*s)->hpage + (gpa >> 12) - (*s)->gfn;
	if ((in_progress && page - inval_first < inval_n) || (atomic && away[page]))
		return -EAGAIN;
	return 0;
}

enum way { SPACE, CONTEXT, CACHED, ATOMIC, WAYS };

struct access {
	enum way way;
	bool write;
	unsigned as_id, ctx, cache;
	uint64_t gpa;
	size_t len;
};

static int do_access(const struct access *a, uint8_t *buf)
{
	size_t offset = (size_t)(a->gpa - cache[a->cache].gpa);
	int r;

	switch (a->way) {
	case SPACE:
		return a->write ? cw_mmu_write(&mmu, a->as_id, a->gpa, buf, a->len) :
				  cw_mmu_read(&mmu, a->as_id, a->gpa, buf, a->len);
	case CONTEXT:
		return a->write ? cw_ctx_write(&ctx[a->ctx], a->gpa, buf, a->len) :
				  cw_ctx_read(&ctx[a->ctx], a->gpa, buf, a->len);
	case CACHED:
		return a->write ? cw_gpa_cache_write(&cache[a->cache], offset, buf, a->len) :
				  cw_gpa_cache_read(&cache[a->cache], offset, buf, a->len);
	default:
		cw_mutex_lock(&mmu.lock);
		r = a->write ? cw_ctx_write_atomic(&ctx[a->ctx], a->gpa, buf, a->len) :
			       cw_ctx_read_atomic(&ctx[a->ctx], a->gpa, buf, a->len);
		cw_mutex_unlock(&mmu.lock);
		return r;
	}
}

static size_t random_len(void)
{
	return 1 + (size_t)(rnd(8) ? rnd(24) : rnd(SPAN_MAX));
}

static uint64_t random_gpa(unsigned as_id)
{
	return random_target(as_id) << 12 | (rnd(2) ? 4095 - rnd(16) : rnd(4096));
}

static struct access random_access(void)
{
	struct access a = {.way = (enum way)rnd(WAYS), .write = rnd(2), .cache = (unsigned)rnd(NCACHE)};
	struct cw_gpa_cache *c = &cache[a.cache];

	a.ctx = (unsigned)rnd(NCTX);
	a.as_id = a.way == SPACE ? (unsigned)rnd(2) : ctx[a.ctx].as_id;
	if (a.way != CACHED) {
		a.gpa = random_gpa(a.as_id);
		a.len = random_len();
		return a;
	}
	if (!rnd(6)) {
		unsigned as_id = (unsigned)rnd(2);

		CHECK_EQ(cw_gpa_cache_init(c, &mmu, as_id, random_gpa(as_id), random_len()), 0);
	}
	/* Outlives slots, generations and what the host does. */
	a.as_id = c->as_id;
	a.gpa = c->gpa + rnd(c->len);
	a.len = 1 + (size_t)rnd(c->gpa + c->len - a.gpa);
	return a;
}

static bool touches_busy(const struct access *a)
{
	for (uint64_t gfn = a->gpa >> 12; gfn <= (a->gpa + a->len - 1) >> 12; gfn++)
		if (is_busy(a->as_id, gfn))
			return true;
	return false;
}

static void op_access(void)
{
	static uint8_t buf[SPAN_MAX + 64];
	struct access a;
	bool unsure;
	size_t done = 0, n = 0;
	int r, e = 0;

	/* Nobody writes any more after STOP. */
	if (accessing || eng.stopped)
		return;
	a = random_access();
	unsure = touches_busy(&a) || several;
	a.write &= !unsure;
	memset(buf, (int)(1 + accesses % 250), a.len);
	accessing = true;
	hooks_of_access = 0;
	r = do_access(&a, buf);
	accessing = false;
	accesses++;
	crossing += a.gpa >> 12 != (a.gpa + a.len - 1) >> 12;
	if (unsure) {
		CHECK(r == 0 || r == -EFAULT || r == -EAGAIN);
		return;
	}
	for (; done < a.len; done += n) {
		uint64_t gpa = a.gpa + done, room = 4096 - gpa % 4096;
		const struct model_slot *s;
		uint64_t page;
		uint8_t *model;

		n = a.len - done < room ? a.len - done : (size_t)room;
		e = piece(a.as_id, gpa, a.write, a.way == ATOMIC, &s);
		if (e)
			break;
		page = s->hpage + (gpa >> 12) - s->gfn;
		model = &want[page][gpa % 4096];
		if (s->flags & CW_MEM_ALLONES) {
			for (size_t i = 0; i < n; i++)
				if (!CHECK_EQ(buf[done + i], 0xff))
					printf("  accessor: way %d\n", a.way);
		} else if (a.write) {
			memcpy(model, buf + done, n);
			CHECK(!memcmp(bytes[page], want[page], 4096));
		} else if (!CHECK(!memcmp(model, buf + done, n))) {
			printf("  accessor: way %d reads something else\n", a.way);
		}
	}
	if (!CHECK_EQ(r, e))
		printf("  accessor: way %d, write %d, space %u, gpa %" PRIx64 ", %zu bytes\n", a.way, a.write, a.as_id,
		       a.gpa, a.len);
}

static void op_cmpxchg(void)
{
	unsigned c = (unsigned)rnd(NCTX), size = rnd(2) ? 8 : 4;
	uint64_t gpa = random_gpa(ctx[c].as_id) & ~7ull, old = 0, was = 0, new = rnd(1u << 24);
	const struct model_slot *s;
	uint8_t *model = NULL;
	int r, e;

	if (accessing || is_busy(ctx[c].as_id, gpa >> 12) || several)
		return;
	e = piece(ctx[c].as_id, gpa, true, true, &s);
	if (!e) {
		model = &want[s->hpage + (gpa >> 12) - s->gfn][gpa % 4096];
		memcpy(&was, model, size);
		old = rnd(4) ? was : was ^ 1;
		e = old != was;
	}
	cw_mutex_lock(&mmu.lock);
	r = cw_ctx_cmpxchg_atomic(&ctx[c], gpa, &old, new, size);
	cw_mutex_unlock(&mmu.lock);
	if (!CHECK_EQ(r, e))
		printf("  accessor: compare and exchange\n");
	if (r == 1)
		CHECK_EQ(old, was);
	if (!e)
		memcpy(model, &new, size);
	accesses++;
}

#endif
