/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * What passes report, exactly: marks of the engine and of the host against a plain array of pages, with slots whose
 * bases and lengths lie anywhere between words, lines and regions. Arguments: seed, operations.
 */
#include <stdlib.h>

#include "../../lib/mmu/internal.h"
#include "vm.h"

#define SPAN 6000u
#define NSLOT 3u
#define WORDS (SPAN / 64 + 2)

static struct vm vm;
static struct cw_mmu_ops ops;
static uint64_t engine[(SPAN + 511) / 512 * 8]; /* the engine's log */
static bool dirty[SPAN];			/* the model: not reported yet */
static struct {
	uint64_t gfn, n;
} slot[NSLOT];
static uint64_t rng, seed = 1;
static unsigned operations = 3000;
static int harvest_says;

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

static int harvest(void *priv, unsigned domain, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits), void *arg)
{
	(void)priv;
	(void)domain;
	for (uint64_t gfn = 0; gfn < SPAN; gfn += 512) {
		uint64_t *bits = &engine[gfn / 64], any = 0;

		for (unsigned i = 0; i < 8; i++)
			any |= bits[i];
		if (any)
			line(arg, gfn, bits);
		memset(bits, 0, 64);
	}
	return harvest_says;
}

static int host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	(void)priv;
	(void)hva;
	(void)buf;
	(void)len;
	return 0;
}

static void mark(uint64_t gfn, bool by_host)
{
	if (by_host)
		cw_mmu_write(&vm.mmu, 0, gfn << 12, "", 1);
	else
		engine[gfn / 64] |= 1ull << gfn % 64;
	dirty[gfn] = true;
}

static void some_marks(void)
{
	uint64_t gfn = rnd(SPAN), n = rnd(4) ? 1 : 1 + rnd(900);

	for (uint64_t i = gfn; i < gfn + n && i < SPAN; i++)
		mark(i, rnd(2));
}

/* Compares what was reported of pages first .. first + n - 1 of a slot. */
static void compare(unsigned s, uint64_t first, uint64_t n, const uint64_t *map, int64_t reported, bool forget)
{
	int64_t pages = 0;

	for (uint64_t i = 0; i < n; i++) {
		bool *d = &dirty[slot[s].gfn + first + i];

		if (!CHECK_EQ(map[i / 64] >> i % 64 & 1, *d))
			printf("# seed %" PRIu64 " slot %u page %" PRIu64 "\n", seed, s, first + i);
		pages += *d;
		*d = *d && !forget;
	}
	for (uint64_t i = n; i < WORDS * 64; i++)
		CHECK(!(map[i / 64] >> i % 64 & 1));
	CHECK_EQ(reported, pages);
}

static void clear_some(unsigned s)
{
	uint64_t map[WORDS] = {0}, only[WORDS], words = (slot[s].n + 63) / 64;
	uint64_t first = rnd(words), n = 1 + rnd(words - first);
	uint64_t pages = first + n == words ? slot[s].n - first * 64 : n * 64;
	int64_t want = 0, r = cw_mmu_log_get(&vm.mmu, s, map);

	compare(s, 0, slot[s].n, map, r, false);
	for (uint64_t w = 0; w < WORDS; w++)
		only[w] = rnd(3) ? ~0ull : rnd(~0ull);
	for (uint64_t i = 0; i < pages; i++) {
		bool *d = &dirty[slot[s].gfn + first * 64 + i];

		if (*d && (only[i / 64] >> i % 64 & 1)) {
			*d = false;
			want++;
		}
	}
	CHECK_EQ(cw_mmu_log_clear(&vm.mmu, s, first * 64, pages, only), want);
}

static void open_vm(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	ops = rec_ops;
	ops.harvest = harvest;
	ops.host_write = host_write;
	rec_init(&vm.rec, &vm.mmu, VM_HOST_PAGES);
	CHECK_EQ(cw_mmu_init(&vm.mmu, &ops, &vm.rec, &p), 0);
	CHECK_EQ(cw_mmu_worker_init(&vm.worker, &vm.mmu), 0);
	vm_attach(&vm, &vm.ctx, 4, 0, CW_FLAVOUR_EPT);
	memset(engine, 0, sizeof(engine));
	memset(dirty, 0, sizeof(dirty));
}

static void run_mode(unsigned mode, unsigned flags)
{
	static const uint64_t odd[] = {0, 1, 63, 64, 100, 448, 511};

	open_vm();
	for (unsigned s = 0; s < NSLOT; s++) {
		slot[s].gfn = s * 2000 + odd[rnd(7)];
		slot[s].n = 1 + (rnd(2) ? rnd(1400) : 512 * (1 + rnd(2)) + odd[rnd(7)]);
		CHECK_EQ(vm_slot(&vm, s, slot[s].gfn, slot[s].n, 0, CW_MEM_LOG_DIRTY), 0);
	}
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, flags), 0);
	for (unsigned i = 0; i < operations && !check_bad; i++) {
		unsigned s = (unsigned)rnd(NSLOT), odd_word = (unsigned)rnd(2);
		/* Words in pairs, or across pairs. */
		_Alignas(16) uint64_t room[WORDS + 1] = {0};
		uint64_t *map = room + odd_word;

		if (rnd(5)) {
			some_marks();
		} else if (flags & CW_LOG_MANUAL) {
			clear_some(s);
		} else {
			int64_t r = cw_mmu_log_get(&vm.mmu, s, map);

			compare(s, 0, slot[s].n, map, r, true);
			CHECK(!odd_word || !room[0]);
		}
		/* Marks outside of slots are nobody's. */
		for (uint64_t gfn = 0; gfn < SPAN; gfn++) {
			bool in = false;

			for (unsigned k = 0; k < NSLOT; k++)
				in |= gfn - slot[k].gfn < slot[k].n;
			dirty[gfn] = dirty[gfn] && in;
		}
		if (i % 64 == 0)
			vm_check(&vm);
	}
	vm_destroy(&vm);
}

static void dl_3_passes_report_exactly_what_is_dirty(void)
{
	rng = seed * 0x9e3779b97f4a7c15ull | 1;
	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT; mode++) {
		run_mode(mode, 0);
		run_mode(mode, CW_LOG_MANUAL);
	}
}

#define MANY (5u * 1024 * 1024 + 7) /* pages: three words of the upper summary; and an odd number of words */
#define MANY_WORDS ((MANY + 63) / 64)

/* Marks far apart and side by side, so that all summaries have work; in CAPTURE more than one batch of lines. */
static void mark_far(uint64_t *want)
{
	uint64_t n = rnd(4) ? rnd(50) : 20000;

	for (uint64_t i = 0; i <= n; i++) {
		uint64_t page = i < n ? rnd(MANY) : MANY - 1, run = rnd(30) ? 1 : 1 + rnd(3000);

		for (uint64_t k = page; k < page + run && k < MANY; k++) {
			cw_mutex_lock(&vm.mmu.lock);
			cw_log_mark(cw_slots_by_id(&vm.mmu, 0, 0), k);
			cw_mutex_unlock(&vm.mmu.lock);
			want[k / 64] |= 1ull << k % 64;
		}
	}
}

static unsigned yields;

/* Wherever the lock is dropped the summaries hold. */
static void validate_log(void *priv)
{
	(void)priv;
	cw_mutex_lock(&vm.mmu.lock);
	/* What PROTECT and DIRTYBIT have taken so far is elsewhere, so only what is dirty is looked at. */
	CHECK(!cw_dirty_validate(&cw_slots_by_id(&vm.mmu, 0, 0)->log->dirty, MANY));
	cw_mutex_unlock(&vm.mmu.lock);
	yields++;
}

static void dl_3_large_slots(void)
{
	uint64_t *want = calloc(MANY_WORDS + 1, 8);
	struct cw_slot_log *log;

	rng = seed * 0x9e3779b97f4a7c15ull | 1;
	open_vm();
	ops.yield = validate_log;
	yields = 0;
	CHECK_EQ(vm_slot(&vm, 0, 0, MANY, 0, CW_MEM_LOG_DIRTY), 0);
	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT && !check_bad; mode++) {
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		for (unsigned i = 0; i < 12 && !check_bad; i++) {
			/* Not a word more than there must be. */
			uint64_t *room = calloc(MANY_WORDS + i % 2, 8), *map = room + i % 2, pages = 0, wrong = 0;

			mark_far(want);
			CHECK(!cw_log_validate(cw_slots_by_id(&vm.mmu, 0, 0)->log));
			/* What the caller has set stays, where something comes and beside it. */
			for (uint64_t w = 0; w < MANY_WORDS; w++) {
				map[w] = want[w] | want[w ^ 1] ? 1ull << (w + i) % 64 : 0;
				pages += (uint64_t)__builtin_popcountll(want[w]);
			}
			CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), pages);
			for (uint64_t w = 0; w < MANY_WORDS; w++)
				wrong += map[w] != (want[w] | (want[w] | want[w ^ 1] ? 1ull << (w + i) % 64 : 0));
			CHECK_EQ(wrong, 0);
			CHECK(i % 2 == 0 || !room[0]);
			memset(want, 0, MANY_WORDS * 8);
			free(room);
			log = cw_slots_by_id(&vm.mmu, 0, 0)->log;
			CHECK(!cw_log_validate(log));
			/* What is empty costs nothing: the summaries say that it is. */
			CHECK_EQ(cw_dirty_next(&log->dirty, 0, MANY_WORDS), MANY_WORDS);
		}
		CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
	}
	CHECK(yields > 3);
	vm_check(&vm);
	vm_destroy(&vm);
	free(want);
}

/* Summaries that do not say what is there are found. */
static void broken_summaries_are_found(void)
{
	struct cw_dirty_map *map;
	struct cw_slot_log *log;

	open_vm();
	CHECK_EQ(vm_slot(&vm, 0, 0, MANY, 0, CW_MEM_LOG_DIRTY), 0);
	log = cw_slots_by_id(&vm.mmu, 0, 0)->log;
	map = &log->dirty;
	map->word[70000] = 1;
	CHECK(cw_log_validate(log));
	map->line[70000 / 512] |= 1ull << 70000 / 8 % 64;
	CHECK(cw_log_validate(log));
	map->top[70000 / 32768] |= 1ull << 70000 / 512 % 64;
	CHECK(!cw_log_validate(log));
	map->top[0] |= 1;
	CHECK(cw_log_validate(log));
	map->top[0] &= ~1ull;
	CHECK(!cw_log_validate(log));
	map->top[2] |= 1ull << 40;
	CHECK(cw_log_validate(log));
	map->top[2] &= ~(1ull << 40);
	cw_log_clear_all(log);
	CHECK(!cw_log_validate(log) && !map->top[2] && !map->word[70000]);
	vm_destroy(&vm);
}

/*
 * The engine has lost track of what was written, or nobody knows: all that logs in its domain is dirty, and nothing
 * else. An error is one of the pass or of the reset too, which take nothing then.
 */
static void p27_what_the_engine_has_lost_is_dirty(void)
{
	static const int says[] = {1, -EIO};
	const struct cw_log_page page = {.slot = 0, .page = 5};

	for (unsigned i = 0; i < 12; i++) {
		bool reset = i & 1;
		int how = says[i / 2 % 2];
		uint64_t map[2] = {0};

		open_vm();
		CHECK_EQ(vm_slot(&vm, 0, 7, 100, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, 1, 1000, 3, 0, 0), 0);
		CHECK_EQ(vm_slot(&vm, 2, 2000, 70, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, 1 << 16, 7, 100, 0, CW_MEM_LOG_DIRTY), 0);
		for (unsigned as_id = 0; as_id < 2; as_id++)
			CHECK_EQ(cw_mmu_log_start(&vm.mmu, as_id, 1 + i / 4, 0), 0);
		harvest_says = how;
		if (reset)
			CHECK_EQ(cw_mmu_log_reset(&vm.mmu, 0, &page, 1), how < 0 ? how : 0);
		else
			CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), how < 0 ? how : 100);
		harvest_says = 0;
		/* What is reported is read after it, and so is what was reset. */
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), how < 0 ? 100 : reset ? 99 : 0);
		CHECK_EQ(map[0], how > 0 && reset ? ~(1ull << 5) : ~0ull);
		CHECK_EQ(map[1], (1ull << 36) - 1);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 2, map), 70);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 1 << 16, map), 0);
		vm_check(&vm);
		vm_destroy(&vm);
	}
}

#define TABLES_PAGES 700u

/* Writes to the page pass without a record. */
static bool silent(uint64_t gfn, unsigned mode)
{
	return vm_leaf(&vm, &vm.ctx, gfn) & (mode == CW_LOG_PROTECT ? REC_W : REC_D);
}

/* Faults of writes to some pages, one in `few`; their number. */
static unsigned write_some(uint64_t gfn, unsigned few, bool *written, struct cw_log_page *page)
{
	unsigned n = 0;

	for (uint64_t i = 0; i < TABLES_PAGES; i++) {
		written[i] = !rnd(few);
		if (!written[i])
			continue;
		CHECK_EQ(vm_fault(&vm, gfn + i, WRITE), CW_PF_FIXED);
		page[n++].page = i;
	}
	return n;
}

/* In whichever tables the pages of a line of the bitmap stand: what was reported, or reset, is recorded again. */
static void p22_what_was_reported_is_recorded_again(void)
{
	static const uint64_t base[] = {64, 448, 100, 511, 512};
	static const unsigned few[] = {1, 1, 3, 3, 90, 90};

	rng = seed * 0x9e3779b97f4a7c15ull | 1;
	for (unsigned i = 0; i < 10; i++) {
		unsigned mode = i & 1 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT;
		struct cw_log_page page[TABLES_PAGES] = {0};
		bool written[TABLES_PAGES];
		uint64_t gfn = base[i / 2];

		open_vm();
		CHECK_EQ(vm_slot(&vm, 0, gfn, TABLES_PAGES, 0, CW_MEM_LOG_DIRTY), 0);
		write_some(gfn, 1, written, page);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		for (unsigned k = 0; k < 6; k++) {
			uint64_t map[TABLES_PAGES / 64 + 1] = {0};
			unsigned n, still = 0, wrong = 0;

			for (uint64_t p = 0; p < TABLES_PAGES; p++)
				still += silent(gfn + p, mode);
			CHECK_EQ(still, 0);
			CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, gfn, TABLES_PAGES), 0);
			n = write_some(gfn, few[k], written, page);
			for (uint64_t p = 0; p < TABLES_PAGES; p++)
				still += silent(gfn + p, mode);
			CHECK_EQ(still, n);
			if (k & 1)
				CHECK_EQ(cw_mmu_log_reset(&vm.mmu, 0, page, n), 0);
			CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), k & 1 ? 0 : n);
			for (uint64_t p = 0; p < TABLES_PAGES; p++)
				wrong += (map[p / 64] >> p % 64 & 1) != (written[p] && !(k & 1));
			CHECK_EQ(wrong, 0);
		}
		vm_destroy(&vm);
	}
}

/* A reset fails at one of its tables, or where it waits: no page that it names is forgotten, whatever came after it. */
static void p22_a_reset_that_fails_forgets_nothing(void)
{
	const struct cw_log_page page[] = {{.page = 5}, {.page = 600}, {.page = 1200}, {.page = 1800}};

	for (unsigned i = 0; i < 10; i++) {
		unsigned mode = i & 1 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT, nth = i / 2 + 1;
		int err = nth <= 4 ? -EIO : -ETIMEDOUT;
		uint64_t map[32] = {0};

		open_vm();
		CHECK_EQ(vm_slot(&vm, 0, 0, 2048, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		for (unsigned k = 0; k < 4; k++)
			CHECK_EQ(vm_fault(&vm, page[k].page, WRITE), CW_PF_FIXED);
		rec_fail(&vm.rec, nth <= 4 ? REC_PROTECT : REC_FLUSH, nth <= 4 ? nth : 1, err);
		CHECK_EQ(cw_mmu_log_reset(&vm.mmu, 0, page, 4), err);
		vm_check(&vm);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 4);
		for (unsigned k = 0; k < 4; k++) {
			CHECK(map[page[k].page / 64] >> page[k].page % 64 & 1);
			CHECK(!silent(page[k].page, mode));
		}
		/* Pages that are not dirty are recorded already: there is nothing to do for them. */
		nth = vm.rec.count[REC_PROTECT];
		CHECK_EQ(cw_mmu_log_reset(&vm.mmu, 0, page, 4), 0);
		CHECK_EQ(vm.rec.count[REC_PROTECT], nth);
		vm_destroy(&vm);
	}
}

/* A slot that begins to log is dirty where nothing is protected at once: what may be written already, too. */
static void dl_1_slots_that_begin_to_log_are_dirty(void)
{
	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT; mode++) {
		uint64_t map[4] = {0};

		open_vm();
		CHECK_EQ(vm_slot(&vm, 0, 7, 100, 0, 0), 0);
		CHECK_EQ(vm_fault(&vm, 9, WRITE), CW_PF_FIXED);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET), 0);
		CHECK_EQ(vm_slot(&vm, 0, 7, 100, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 100);
		CHECK_EQ(vm_slot(&vm, 1, 1000, 70, 200, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 1, map), 70);
		vm_destroy(&vm);
	}
}

/* Two slots that log share a table with one that does not: each by itself. */
static void slots_that_share_a_table(void)
{
	const struct cw_log_page page[] = {{.slot = 0, .page = 5}, {.slot = 1, .page = 5}, {.slot = 0, .page = 6}};
	const uint64_t gfn[] = {5, 105, 6, 310};

	for (unsigned mode = CW_LOG_PROTECT; mode <= CW_LOG_DIRTYBIT; mode++) {
		uint64_t map[4] = {0};
		unsigned flushes;

		open_vm();
		CHECK_EQ(vm_slot(&vm, 0, 0, 100, 0, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, 1, 100, 192, 100, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, 2, 300, 100, 300, 0), 0);
		for (unsigned k = 0; k < 4; k++)
			CHECK_EQ(vm_fault(&vm, gfn[k], WRITE), CW_PF_FIXED);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		for (unsigned k = 0; k < 4; k++)
			CHECK_EQ(silent(gfn[k], mode), k == 3);
		CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0, 300), 0);
		for (unsigned k = 0; k < 3; k++)
			CHECK_EQ(vm_fault(&vm, gfn[k], WRITE), CW_PF_FIXED);
		flushes = vm.rec.count[REC_FLUSH];
		CHECK_EQ(cw_mmu_log_reset(&vm.mmu, 0, page, 3), 0);
		CHECK(vm.rec.count[REC_FLUSH] > flushes);
		for (unsigned k = 0; k < 4; k++)
			CHECK_EQ(silent(gfn[k], mode), k == 3);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 1, map), 0);
		/* Nothing at the end of a slot is a range like others. */
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 1, 192, 0, map), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 2, map), -ENOENT);
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 2, 0, 64, map), -ENOENT);
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 1, 1, 64, map), -EINVAL);
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 1, 128, 128, map), -EINVAL);
		CHECK_EQ(cw_mmu_log_clear(&vm.mmu, 1, 0, 65, map), -EINVAL);
		vm_destroy(&vm);
	}
}

/* Only a change of the mode has everything to protect and to report: a start in the mode that is on is about flags. */
static void p28_a_start_in_the_mode_that_is_on_is_about_flags(void)
{
	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT; mode++) {
		struct cw_log_page page;
		uint64_t map[32] = {0};
		unsigned sets;

		open_vm();
		CHECK_EQ(vm_slot(&vm, 0, 7, 2000, 0, CW_MEM_LOG_DIRTY), 0);
		/* DL-8: while nothing logs an entry of a ring means nothing. */
		CHECK_EQ(cw_mmu_log_place(&vm.mmu, 0, 9, &page), -ENOENT);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		CHECK_EQ(cw_mmu_log_place(&vm.mmu, 0, 9, &page), 0);
		CHECK_EQ(page.page, 2);
		sets = vm.rec.count[REC_LOG_SET];
		CHECK(sets > 0);
		mark(9, true);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, CW_LOG_MANUAL), 0);
		for (unsigned i = 0; i < 2; i++)
			CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 1);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 1);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 0);
		CHECK_EQ(vm.rec.count[REC_LOG_SET], sets);
		/* A start reports nothing: not what was before the stop either. */
		for (uint64_t gfn = 9; gfn < 2000; gfn += 500)
			mark(gfn, true);
		CHECK_EQ(cw_mmu_log_stop(&vm.mmu, 0), 0);
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 0);
		vm_destroy(&vm);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		operations = (unsigned)strtoul(argv[2], NULL, 0);
	for (unsigned i = 0; i < 2; i++, seed++)
		RUN(dl_3_passes_report_exactly_what_is_dirty, "DL-3 DL-4 MS-10");
	RUN(dl_3_large_slots, "DL-3");
	RUN(broken_summaries_are_found);
	RUN(p22_what_was_reported_is_recorded_again, "P22 P28 DL-7");
	RUN(p22_a_reset_that_fails_forgets_nothing, "P22 DL-8 I2");
	RUN(dl_1_slots_that_begin_to_log_are_dirty, "DL-1 I2");
	RUN(slots_that_share_a_table, "P22 P28 DL-7");
	RUN(p28_a_start_in_the_mode_that_is_on_is_about_flags, "P28 DL-4 DL-8");
	RUN(p27_what_the_engine_has_lost_is_dirty, "P27 I2");
	return CHECK_DONE("mmu_dirty");
}
