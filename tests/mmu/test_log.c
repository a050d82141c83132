/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The dirty log against an engine that takes every liberty (engine.h). The oracle is a replica: what a pass reports is
 * copied after it; after STOP, DRAIN and the last pass the replica equals guest memory, in all modes, with changes of
 * mode, zaps, moves and failures in between. Each way to break the engine must be found.
 * Usage: [seed [operations]]
 */
#include "../../lib/mmu/internal.h"
#include "eng_vm.h"

#define NSLOT 4u
#define HOST_PAGES 4096u
#define MAX_PAGES 1536u
#define NCTX ENG_VM_CTX

struct replica {
	unsigned as_id;
	uint64_t gfn, n, hpage;
	bool logs;
	uint64_t copy[MAX_PAGES];
};

static struct engine eng;
static struct cw_mmu mmu;
static struct cw_mmu_worker worker[2]; /* the second for what happens inside of an operation */
static bool inside;
static struct cw_mmu_ctx ctx[NCTX];
static const struct eng_vm vm = {&eng, &mmu, worker, sizeof(worker) / sizeof(worker[0]), ctx, NCTX};
static struct replica rep[NSLOT];
static unsigned mode[2], log_flags;
static bool reads_only, failures;
static enum { NO_RINGS, RINGS, RINGS_READ_FIRST } rings; /* resets: right, and by a caller who reads too early */
static unsigned long reported, differences, faults, passes, errors, resets;
static uint64_t seed = 1;
static unsigned long operations = 20000;

static uint64_t rnd(uint64_t n)
{
	return eng_rnd(&eng, n);
}

static int slot(unsigned i, uint64_t npages)
{
	const struct replica *s = &rep[i];

	return cw_mmu_set_memslot(&mmu, &(struct cw_memslot_region){.slot = s->as_id << 16 | i,
								    .flags = s->logs ? CW_MEM_LOG_DIRTY : 0,
								    .gpa = s->gfn << 12,
								    .size = npages << 12,
								    .hva = s->hpage << 12});
}

static void copy_all(struct replica *s)
{
	memcpy(s->copy, &eng.memory[s->hpage], s->n * sizeof(uint64_t));
}

static void copy_space(unsigned as_id)
{
	for (unsigned i = 0; i < NSLOT; i++)
		if (rep[i].as_id == as_id)
			copy_all(&rep[i]);
}

static void start(unsigned as_id, unsigned m, unsigned flags)
{
	int r = cw_mmu_log_start(&mmu, as_id, m, flags);

	if (r < 0) {
		CHECK(failures && (r == -EIO || r == -ETIMEDOUT || r == -ENOMEM));
		errors++;
	}
	/* An error of log_set() leaves the mode as it was; any other error leaves everything dirty. */
	if (!mode[as_id] && mmu.domain[as_id].log_mode)
		copy_space(as_id);
	mode[as_id] = mmu.domain[as_id].log_mode;
	CHECK(r || mode[as_id] == m);
}

/* One pass over a slot, and what a caller does with it. */
static bool get(unsigned i)
{
	struct replica *s = &rep[i];
	uint64_t map[MAX_PAGES / 64] = {0};
	int64_t r = cw_mmu_log_get(&mmu, s->as_id << 16 | i, map), n = 0;

	passes++;
	if (!mode[s->as_id] || !s->logs) {
		CHECK_EQ(r, -ENOENT);
		return true;
	}
	if (r < 0) {
		CHECK(failures && (r == -EIO || r == -ETIMEDOUT || r == -ENOMEM));
		errors++;
		copy_all(s);
		return false;
	}
	if (log_flags & CW_LOG_MANUAL) {
		uint64_t first = rnd(2) ? 0 : rnd(s->n / 64) * 64, len = s->n - first;

		if (rnd(2))
			len &= ~63ull;
		/* Clear first, then copy. */
		r = cw_mmu_log_clear(&mmu, s->as_id << 16 | i, first, len, map + first / 64);
		if (r < 0) {
			CHECK(failures);
			copy_all(s);
			return false;
		}
		for (uint64_t p = 0; p < s->n; p++)
			if (p < first || p >= first + len)
				map[p / 64] &= ~(1ull << p % 64);
	}
	for (uint64_t p = 0; p < s->n; p++) {
		if (!(map[p / 64] >> p % 64 & 1))
			continue;
		n++;
		s->copy[p] = eng.memory[s->hpage + p];
	}
	for (uint64_t p = s->n; p < MAX_PAGES; p++)
		CHECK(!(map[p / 64] >> p % 64 & 1));
	CHECK_EQ(r, n);
	reported += (unsigned long)n;
	return true;
}

static void copy_named(unsigned as_id, const struct cw_log_page *page, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct replica *s = &rep[page[i].slot & 0xffff];

		if (s->as_id == as_id && page[i].page < s->n)
			s->copy[page[i].page] = eng.memory[s->hpage + page[i].page];
	}
}

/*
 * The pages of some entries of dirty rings: dirty ones, as the engine's log has all that rings name, and others, once
 * or more often. They are read after the reset, and nothing else is (DL-7, DL-8).
 */
static void reset(unsigned as_id)
{
	struct cw_log_page page[64];
	size_t n = rnd(65);
	int r;

	for (size_t i = 0; i < n; i++) {
		unsigned k = (unsigned)rnd(NSLOT);

		page[i] = i && rnd(2) ? page[i - 1] : (struct cw_log_page){.slot = rep[k].as_id << 16 | k};
		k = page[i].slot & 0xffff;
		page[i].page = rnd(16) == 0 ? rnd(2 * MAX_PAGES) : rnd(3) * (rep[k].n / 3) + rnd(5);
	}
	if (rings == RINGS_READ_FIRST)
		copy_named(as_id, page, n);
	r = cw_mmu_log_reset(&mmu, as_id, page, n);
	passes++;
	if (!mode[as_id]) {
		CHECK_EQ(r, -ENOENT);
		return;
	}
	/* Nothing is lost by an error: what was taken goes back. */
	if (r < 0) {
		CHECK(failures && (r == -EIO || r == -ETIMEDOUT || r == -ENOMEM));
		errors++;
		return;
	}
	if (rings == RINGS)
		copy_named(as_id, page, n);
	resets++;
}

static void handle_fault(void)
{
	struct eng_req *q = eng_parked(&eng);
	int r;

	if (!q)
		return;
	faults++;
	{
		struct cw_fault f = {
			.ctx = &ctx[q->ctx], .gpa = q->gfn << 12, .write = q->write, .log_missing = q->log_missing};

		r = cw_mmu_fault(&worker[inside], &f);
	}
	if (r < 0) {
		CHECK(failures && (r == -EIO || r == -ETIMEDOUT || r == -ENOMEM));
		errors++;
	}
	if (r != CW_PF_FIXED && r != CW_PF_SPURIOUS && r != CW_PF_RETRY && r >= 0)
		CHECK_EQ(r, CW_PF_EMULATE);
	eng_resume(&eng, q, r > 0 && r != CW_PF_EMULATE);
}

static void request(void)
{
	unsigned c = (unsigned)rnd(NCTX);
	const struct replica *s;

	do
		s = &rep[rnd(NSLOT)];
	while (s->as_id != ctx[c].as_id);
	/* Few pages, so that each is met in many states. */
	eng_request(&eng, c, s->gfn + (rnd(8) ? rnd(3) * (s->n / 3) + rnd(5) : rnd(s->n)), !reads_only && rnd(3));
}

static void host(void)
{
	if (inside)
		return;
	inside = true;
	handle_fault();
	inside = false;
}

/* STOP, DRAIN, last passes: nothing may be different. */
static void final(void)
{
	eng_stop_and_drain(&eng);
	for (unsigned i = 0; i < NSLOT; i++) {
		struct replica *s = &rep[i];
		unsigned flags = log_flags;

		log_flags = 0;
		if (flags && mode[s->as_id] && s->logs) {
			/* Manual: everything is cleared in one go. */
			uint64_t map[MAX_PAGES / 64] = {0};

			if (cw_mmu_log_get(&mmu, s->as_id << 16 | i, map) < 0 ||
			    cw_mmu_log_clear(&mmu, s->as_id << 16 | i, 0, s->n, map) < 0) {
				copy_all(s);
			} else {
				for (uint64_t p = 0; p < s->n; p++)
					if (map[p / 64] >> p % 64 & 1)
						s->copy[p] = eng.memory[s->hpage + p];
			}
		} else {
			get(i);
		}
		log_flags = flags;
		for (uint64_t p = 0; mode[s->as_id] && s->logs && p < s->n; p++)
			differences += s->copy[p] != eng.memory[s->hpage + p];
	}
	eng_start(&eng);
}

static void change(void)
{
	unsigned as_id = (unsigned)rnd(2), i = (unsigned)rnd(NSLOT), m;
	struct replica *s = &rep[i];
	uint64_t old;

	switch (rnd(8)) {
	case 0:
		m = 1 + (unsigned)rnd(3);
		start(as_id, m, log_flags | (rnd(2) ? CW_LOG_SPLIT : 0));
		/* Before the next writes hide what was missed. */
		final();
		break;
	case 1:
		if (cw_mmu_log_stop(&mmu, as_id) == 0)
			mode[as_id] = 0;
		else
			CHECK(failures);
		break;
	case 2:
		s->logs = !s->logs;
		CHECK_EQ(slot(i, s->n), 0);
		copy_all(s);
		break;
	case 3:
		old = s->gfn;
		s->gfn ^= 0x1000;
		if (slot(i, s->n)) {
			CHECK(failures);
			s->gfn = old;
		}
		break;
	case 4:
		CHECK(cw_mmu_zap_all(&mmu) == 0 || failures);
		break;
	default:
		CHECK(cw_mmu_zap_range(&mmu, as_id, s->gfn + rnd(s->n), 1 + rnd(64)) == 0 || failures);
	}
}

/* Stop, start, and look at once: what an older request writes must not be missed. */
static void change_modes(void)
{
	unsigned as_id = (unsigned)rnd(2);

	CHECK_EQ(cw_mmu_log_stop(&mmu, as_id), 0);
	mode[as_id] = 0;
	start(as_id, 1 + (unsigned)rnd(3), 0);
	final();
}

static void host_invalidates(void)
{
	const struct replica *s = &rep[rnd(NSLOT)];
	uint64_t start_at = (s->hpage + rnd(s->n)) << 12;
	int r = cw_mmu_invalidate_begin(&mmu, start_at, start_at + 4096, true);

	CHECK(r == 0 || failures);
	cw_mmu_invalidate_end(&mmu, start_at, start_at + 4096);
}

static void host_writes(void)
{
	const struct replica *s = &rep[rnd(NSLOT)];
	char text[8] = "";

	CHECK_EQ(cw_mmu_write(&mmu, s->as_id, (s->gfn + rnd(s->n)) << 12 | 8, text, 8), 0);
}

static void check(void)
{
	const char *what = cw_mmu_validate(&mmu);

	if (what)
		printf("validate: %s\n", what);
	CHECK(!what);
	CHECK(!eng.rec.violation[0]);
}

static void set_up(enum eng_broken broken)
{
	differences = reported = faults = passes = errors = resets = 0;
	mode[0] = mode[1] = 0;
	eng_init(&eng, &mmu, HOST_PAGES, seed);
	eng.broken = broken;
	eng_vm_begin(&vm, &eng_ops, eng_vm_ctx);
	/* Ends of no tables and words; a slot that large leaves fill; one that they fill in part; one in SMM. */
	rep[0] = (struct replica){.gfn = 0x1f3, .n = 77, .hpage = 13};
	rep[1] = (struct replica){.gfn = 0x400, .n = 1024, .hpage = 512};
	rep[2] = (struct replica){.gfn = 0x87d, .n = 1003, .hpage = 0x77d + 512};
	rep[3] = (struct replica){.gfn = 0x3f0, .n = 528, .hpage = 0xdf0, .as_id = 1};
	for (unsigned i = 512; i < HOST_PAGES; i++)
		eng.rec.host_level[i] = 2;
	for (unsigned i = 0; i < NSLOT; i++) {
		rep[i].logs = true;
		CHECK_EQ(slot(i, rep[i].n), 0);
	}
	eng.traffic = request;
	eng.host = host;
}

static void tear_down(void)
{
	eng.rec.fail_any = 0;
	eng.host = NULL;
	eng.traffic = NULL;
	eng_stop_and_drain(&eng);
	eng_vm_end(&vm);
	eng_destroy(&eng);
}

/* changes: of a thousand operations. */
static void run(unsigned long n, unsigned changes)
{
	for (unsigned long op = 0; op < n; op++) {
		uint64_t what = rnd(1000);

		if (failures && !eng.rec.fail_any && rnd(200) == 0)
			eng.rec.fail_any = 1 + (unsigned)rnd(12);
		if (what < 450)
			request();
		else if (what < 700)
			eng_run(&eng);
		else if (what < 950)
			handle_fault();
		else if (what < 975 && rings && rnd(4))
			reset((unsigned)rnd(2));
		else if (what < 975)
			get((unsigned)rnd(NSLOT));
		else if (what < 980 && !reads_only)
			host_writes();
		else if (what < 985)
			host_invalidates();
		else if (what < 987)
			final();
		else if (what < 987 + changes)
			eng.broken ? change_modes() : change();
		if (op % 256 == 0)
			check();
	}
	eng.rec.fail_any = 0;
	final();
	check();
}

static void print(const char *name)
{
	printf("# %s: %lu writes and reads, %lu fixes, %lu lost races, %lu marks, %lu log leaves missing, %lu faults, "
	       "%lu passes with %lu errors, %lu pages reported\n",
	       name, eng.grants, eng.fixes, eng.lost_races, eng.marks, eng.missing, faults, passes, errors, reported);
}

static void one_mode(unsigned m, unsigned flags)
{
	set_up(ENG_OK);
	log_flags = flags;
	start(0, m, flags);
	start(1, m, flags);
	run(operations, 0);
	CHECK_EQ(differences, 0);
	print(m == CW_LOG_CAPTURE ? "capture" : m == CW_LOG_PROTECT ? "protect" : "dirtybit");
	CHECK(reported > operations / 100);
	CHECK(eng.grants > operations / 20);
	/* Large leaves are kept by CAPTURE alone. */
	CHECK_EQ(mmu.stats.pages_2m != 0, m == CW_LOG_CAPTURE);
	log_flags = 0;
	tear_down();
}

static void capture(void)
{
	one_mode(CW_LOG_CAPTURE, 0);
}

static void protect(void)
{
	one_mode(CW_LOG_PROTECT, 0);
}

static void dirtybit(void)
{
	one_mode(CW_LOG_DIRTYBIT, 0);
}

static void manual(void)
{
	for (unsigned m = CW_LOG_CAPTURE; m <= CW_LOG_DIRTYBIT; m++)
		one_mode(m, CW_LOG_MANUAL);
}

/* Large leaves that are there when the log starts, and are split then, or by the passes. */
static void splitting(void)
{
	static const unsigned flags[] = {CW_LOG_SPLIT, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET | CW_LOG_SPLIT};

	for (unsigned k = 0; k < 4; k++) {
		set_up(ENG_OK);
		run(operations / 20, 0);
		CHECK(mmu.stats.pages_2m);
		log_flags = flags[k / 2];
		start(0, k % 2 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT, log_flags);
		start(1, k % 2 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT, log_flags);
		/* A pass before writes have dropped them all. */
		for (unsigned i = 0; i < NSLOT; i++)
			get(i);
		run(operations / 2, 0);
		CHECK_EQ(differences, 0);
		CHECK(mmu.stats.mmu_split && !mmu.stats.pages_2m);
		print(k / 2 ? "split by passes" : "split at the start");
		log_flags = 0;
		tear_down();
	}
}

static void everything_changes(void)
{
	set_up(ENG_OK);
	run(2 * operations, 10);
	CHECK_EQ(differences, 0);
	print("changes");
	tear_down();
}

static void everything_fails(void)
{
	set_up(ENG_OK);
	failures = true;
	run(2 * operations, 10);
	failures = false;
	CHECK_EQ(differences, 0);
	CHECK(errors > operations / 2000);
	print("failures");
	tear_down();
}

static unsigned seen;

/* A fault while LOG_SET is on its way: the engine may still tell writes by W, so the host must not grant it. */
static void read_fault(void)
{
	struct cw_fault f = {.ctx = &ctx[0], .gpa = (rep[0].gfn + 9) << 12};
	unsigned level;

	eng.host = NULL;
	CHECK_EQ(cw_mmu_fault(&worker[1], &f), CW_PF_FIXED);
	CHECK(!(rec_walk(&eng.rec, &ctx[0], rep[0].gfn + 9, &level) & REC_W));
	seen++;
}

static void out_of_protect_the_core_changes_last(void)
{
	seen = 0;
	for (unsigned i = 0; i < 8; i++) {
		set_up(ENG_OK);
		eng.traffic = NULL;
		eng.host = NULL;
		seed++;
		start(0, CW_LOG_PROTECT, 0);
		eng.host = read_fault;
		eng.host_early = true;
		start(0, CW_LOG_CAPTURE, 0);
		tear_down();
	}
	seed -= 8;
	CHECK(seen > 0);
}

/* The other way round: as soon as the engine may tell writes by W, from no log and from another one. */
static void into_protect_the_core_changes_first(void)
{
	seen = 0;
	for (unsigned i = 0; i < 4; i++) {
		set_up(ENG_OK);
		eng.traffic = NULL;
		eng.host = NULL;
		if (i & 1)
			start(0, CW_LOG_CAPTURE, 0);
		eng.host = read_fault;
		eng.host_early = true;
		start(0, i & 2 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT, 0);
		CHECK_EQ(seen, i + 1);
		tear_down();
	}
}

/* An error in protecting one slot, or in waiting for that: the new mode is on, and every slot is dirty. */
static void a_start_that_fails_leaves_everything_dirty(void)
{
	static const struct {
		enum rec_op op;
		int err;
	} fail[] = {{REC_PROTECT, -EIO}, {REC_FLUSH, -ETIMEDOUT}};
	uint64_t map[MAX_PAGES / 64];

	for (unsigned k = 0; k < 4; k++) {
		unsigned m = k & 1 ? CW_LOG_DIRTYBIT : CW_LOG_PROTECT;

		set_up(ENG_OK);
		eng.traffic = NULL;
		eng.host = NULL;
		for (unsigned i = 0; i < 3; i++) {
			struct cw_fault f = {.ctx = &ctx[0], .gpa = rep[i].gfn << 12, .write = true};

			CHECK_EQ(cw_mmu_fault(&worker[0], &f), CW_PF_FIXED);
		}
		rec_fail(&eng.rec, fail[k / 2].op, 1, fail[k / 2].err);
		CHECK_EQ(cw_mmu_log_start(&mmu, 0, m, 0), fail[k / 2].err);
		CHECK_EQ(mmu.domain[0].log_mode, m);
		for (unsigned i = 0; i < 3; i++) {
			memset(map, 0, sizeof(map));
			CHECK_EQ(cw_mmu_log_get(&mmu, i, map), rep[i].n);
			memset(map, 0, sizeof(map));
			CHECK_EQ(cw_mmu_log_get(&mmu, i, map), 0);
		}
		tear_down();
	}
}

/* DL-7, DL-8: what a reset names is armed again and may be read after it; the bitmap has the rest. */
static void ring_resets(void)
{
	static const char *const name[] = {"", "capture", "protect", "dirtybit"};

	for (unsigned m = CW_LOG_CAPTURE; m <= CW_LOG_DIRTYBIT; m++) {
		rings = RINGS;
		set_up(ENG_OK);
		start(0, m, 0);
		start(1, m, 0);
		run(operations, 0);
		CHECK_EQ(differences, 0);
		CHECK(resets > operations / 100);
		print(name[m]);
		tear_down();
		rings = NO_RINGS;
	}
}

static void ring_resets_while_everything_changes(void)
{
	rings = RINGS;
	everything_changes();
	everything_fails();
	rings = NO_RINGS;
}

/* DL-7: who reads before the reset misses writes, in every mode. */
static void reading_before_the_reset_is_found(void)
{
	for (unsigned m = CW_LOG_CAPTURE; m <= CW_LOG_DIRTYBIT; m++) {
		rings = RINGS_READ_FIRST;
		set_up(ENG_OK);
		start(0, m, 0);
		start(1, m, 0);
		run(operations, 0);
		CHECK(differences);
		tear_down();
		rings = NO_RINGS;
	}
}

/* P27: reads report nothing. */
static void reads(void)
{
	reads_only = true;
	for (unsigned m = CW_LOG_CAPTURE; m <= CW_LOG_DIRTYBIT; m++) {
		set_up(ENG_OK);
		start(0, m, 0);
		start(1, m, 0);
		run(operations / 4, 0);
		CHECK_EQ(reported, 0);
		CHECK(eng.grants > operations / 80);
		tear_down();
	}
	reads_only = false;
}

/* The oracle finds an engine that breaks a rule, whatever it is. */
static void broken_engines_are_found(void)
{
	static const char *const name[] = {"",		 "INVALIDATE late", "FLUSH early",   "mark first",
					   "hint stays", "PROTECT misses",  "HARVEST drops", "mode without wait"};

	for (unsigned b = 1; b < ENG_NBROKEN; b++) {
		unsigned long n = 0;

		for (unsigned m = CW_LOG_CAPTURE; m <= CW_LOG_DIRTYBIT; m++) {
			set_up((enum eng_broken)b);
			start(0, m, 0);
			start(1, m, 0);
			/* Modes change all the time where that is what is broken. */
			run(b == ENG_SET_NO_WAIT ? 4 * operations : operations / 2, b == ENG_SET_NO_WAIT ? 13 : 0);
			n += differences;
			tear_down();
		}
		printf("# %s: %lu pages differ\n", name[b], n);
		CHECK(n);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		operations = strtoul(argv[2], NULL, 0);
	RUN(capture, "P25 P30 T-DL-01");
	RUN(protect, "P22 P30 P51 DL-3 T-DL-01");
	RUN(dirtybit, "P22 P30 P51 DL-3 T-DL-01");
	RUN(manual, "DL-4");
	RUN(splitting, "DL-5 DL-10");
	RUN(everything_changes, "P28 DL-2 DL-10");
	RUN(everything_fails);
	RUN(out_of_protect_the_core_changes_last);
	RUN(into_protect_the_core_changes_first, "P28 P27");
	RUN(a_start_that_fails_leaves_everything_dirty, "P28 DL-2");
	RUN(ring_resets, "P22 DL-7 DL-8");
	RUN(ring_resets_while_everything_changes, "P28 DL-8");
	RUN(reading_before_the_reset_is_found, "DL-7");
	RUN(reads, "P27");
	RUN(broken_engines_are_found, "DL-11");
	return CHECK_DONE("mmu_log");
}
