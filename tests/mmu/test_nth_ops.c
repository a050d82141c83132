/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Every operation of the core by itself, with the n-th allocation failing, then the n-th command, then all from the
 * n-th command on, then the n-th access to guest memory, for every n that there is. After an error all structures are
 * valid, slots (nth_snap.h), log and contexts are as they were, and the same call succeeds; then its effect is there,
 * and whatever the engine can reach follows from slots and guest tables. What should not fail in one of these ways has
 * no n: that teardown allocates nothing is such a case.
 *
 * The headers say which operations there are: one that no entry names is an error.
 * Usage: [headers], from the project's directory
 */
#include <ctype.h>

#include "nth_mode.h"
#include "nth_slot.h"
#include "nth_snap.h"

#define HEADERS "lib/mmu/mmu.h", "lib/mmu/shadow.h", "lib/mmu/nested.h", "lib/mmu/gpt.h", "lib/mmu/role.h"

/* After most errors. */
static void unchanged(void)
{
	CHECK_EQ(w.vm.mmu.domain[0].log_mode, w.mode);
	CHECK_EQ(w.vm.mmu.domain[0].log_flags, w.flags);
	CHECK_EQ(w.vm.mmu.page_limit, w.limit);
	slots_agree();
}

/* --- taking away --- */

ACCESS(do_zap_range, cw_mmu_zap_range(&w.vm.mmu, 0, 90, 600))
ACCESS(do_zap_all, cw_mmu_zap_all(&w.vm.mmu))
ACCESS(do_flush, cw_mmu_flush(&w.vm.mmu))
ACCESS(do_limit, cw_mmu_set_page_limit(&w.vm.mmu, 64))

static void range_gone(void)
{
	not_alive(90, 600);
	nothing_waits();
}

static void all_gone(void)
{
	not_alive(0, 1024);
	not_alive(2200, 16);
	nothing_waits();
}

/* Something waits for a FLUSH. */
static void not_flushed(void)
{
	rec_fail(&w.vm.rec, REC_FLUSH, 1, -ETIMEDOUT);
	CHECK_EQ(do_zap_range(), -ETIMEDOUT);
}

static void many_tables(void)
{
	for (uint64_t i = 0; i < 70; i++)
		CHECK_EQ(fault(&w.vm.ctx, (4 + i) << 18, READ), CW_PF_EMULATE);
}

/* The limit holds from now on, and what is above it goes when it can. */
static void limit_failed(int64_t r)
{
	(void)r;
	slots_agree();
	CHECK_EQ(w.vm.mmu.page_limit, 64);
}

static void limited(void)
{
	CHECK(w.vm.mmu.nr_pages <= 64);
	CHECK_EQ(cw_mmu_set_page_limit(&w.vm.mmu, 0), 0);
}

static int64_t do_invalidate(void)
{
	int r = cw_mmu_invalidate_begin(&w.vm.mmu, 90 << 12, 690 << 12, true);

	if (!r) {
		not_alive(90, 600);
		CHECK_EQ(vm_fault(&w.vm, 100, READ), CW_PF_RETRY);
	}
	cw_mmu_invalidate_end(&w.vm.mmu, 90 << 12, 690 << 12);
	return r;
}

static void invalidated(void)
{
	maps(&w.vm.ctx, 100, 100, WRITE);
	CHECK_EQ(w.vm.mmu.inval_in_progress, 0);
}

/* Nothing is attached while the engine is lost. */
static void reset_engine(void)
{
	rec_reset(&w.vm.rec);
}

static int64_t do_engine_lost(void)
{
	return cw_mmu_engine_lost(&w.vm.mmu);
}

static void engine_back(void)
{
	rec_attach(&w.vm.rec, &w.vm.ctx);
	rec_attach(&w.vm.rec, &w.five);
	rec_attach(&w.vm.rec, &w.shadow);
	rec_attach(&w.vm.rec, &w.l2);
	all_gone();
	if (!w.mode)
		return;
	/* P43 */
	fresh_bitmaps();
	CHECK(pass_all() > 0);
	all_reported();
}

static int64_t do_validate(void)
{
	return cw_mmu_validate(&w.vm.mmu) ? -EIO : 0;
}

static const struct nth_op zap_ops[] = {
	{"cw_mmu_zap_range", "", "c", 0, 0, NULL, do_zap_range, NULL, range_gone},
	{"cw_mmu_zap_range", "logged", "c", CW_LOG_PROTECT, 0, NULL, do_zap_range, NULL, range_gone},
	{"cw_mmu_zap_all", "", "c", 0, 0, NULL, do_zap_all, NULL, all_gone},
	{"cw_mmu_set_page_limit", "", "c", 0, 0, many_tables, do_limit, limit_failed, limited},
	{"cw_mmu_flush", "", "c", 0, 0, not_flushed, do_flush, NULL, nothing_waits},
	{"cw_mmu_invalidate_begin", "", "c", 0, 0, NULL, do_invalidate, NULL, invalidated},
	{"cw_mmu_invalidate_end", "", "c", CW_LOG_PROTECT, 0, NULL, do_invalidate, NULL, invalidated},
	{"cw_mmu_engine_lost", "", "c", 0, 0, reset_engine, do_engine_lost, NULL, engine_back},
	{"cw_mmu_engine_lost", "logged", "c", CW_LOG_PROTECT, 0, reset_engine, do_engine_lost, NULL, engine_back},
	{"cw_mmu_validate", "", "", 0, 0, NULL, do_validate, NULL, NULL},
};

/* --- shadow contexts --- */

static int64_t do_shadow_create(void)
{
	const struct cw_shadow_params p = {.level = 5, .kind = CW_GUEST_VIRT, .supervisor = true};
	const struct cw_guest_regs regs = nth_regs(1);

	return cw_shadow_ctx_create(&w.vm.mmu, &w.extra, &p, &regs);
}

static void shadow_works(void)
{
	rec_attach(&w.vm.rec, &w.extra);
	maps(&w.extra, 2, 102, WRITE);
	vm_detach(&w.vm, &w.extra);
}

#define NX_VA 33u /* an entry that is reserved where EFER.NX is clear */

static int64_t load(uint64_t root, bool nx, bool keep)
{
	struct cw_guest_regs regs = nth_regs(root);
	int r;

	regs.efer &= nx ? ~0ull : ~CW_EFER_NX;
	/* The engine leaves the root whatever comes of it. */
	rec_detach(&w.vm.rec, &w.shadow);
	r = cw_ctx_load(&w.shadow, &regs, keep);
	rec_attach(&w.vm.rec, &w.shadow);
	return r;
}

ACCESS(load_new, load(6, true, false))
ACCESS(load_kept, load(6, true, true))
ACCESS(load_same, load(1, true, false))
ACCESS(load_mode, load(1, false, false))

/* The mode goes with the root: if that is the old one, what is reserved in the new one is not. */
static uint64_t root_before;

static void nx_entry(void)
{
	gm_set(4, NX_VA, 133ull << 12 | G_DONE | G_NX);
	root_before = w.shadow.root_table;
}

static void load_mode_failed(int64_t r)
{
	int f = nth_fault(&w.vm.worker, &w.shadow, NX_VA, READ);

	(void)r;
	unchanged();
	if (w.shadow.root_table == root_before)
		CHECK(f == CW_PF_FIXED || f == CW_PF_SPURIOUS);
	else
		CHECK_EQ(f, CW_PF_GUEST);
}

static void loaded(void)
{
	maps(&w.shadow, 4, 104, WRITE);
	CHECK_EQ(load(1, true, false) >= 0, true);
	maps(&w.shadow, 4, 104, READ);
}

/* More roots than are kept: the oldest goes. */
static void many_roots(void)
{
	for (unsigned i = 0; i < 4; i++) {
		gm_set(20 + i, 0, 2 << 12 | G_RWU | G_A);
		CHECK(load(20 + i, true, true) >= 0);
		maps(&w.shadow, 4, 104, READ);
	}
}

static int64_t do_forget(void)
{
	cw_ctx_forget_roles(&w.shadow);
	return load(1, true, true);
}

/* The guest has changed an entry. */
static void entry_changed(void)
{
	gm_set(4, 0, 0);
	gm_set(4, 3, 110ull << 12 | G_DONE);
}

static int64_t do_invalidate_guest(void)
{
	return cw_mmu_ctx_invalidate(&w.shadow, 0, 0);
}

/* Until it has succeeded, older translations may be alive. */
static void invalidate_failed(int64_t r)
{
	(void)r;
	slots_agree();
}

static void entry_gone(void)
{
	uint64_t bus;

	CHECK_EQ(vm_level(&w.vm, &w.shadow, 0, &bus), 0);
	maps(&w.shadow, 3, 110, WRITE);
}

static int64_t do_guest_write(void)
{
	return cw_mmu_guest_write(&w.vm.mmu, 0, 4 << 12, 8 * 4);
}

static void written_through(void)
{
	entry_gone();
	/* An odd write to a table above it. */
	CHECK_EQ(cw_mmu_guest_write(&w.vm.mmu, 0, (3 << 12) + 2, 3), 0);
	maps(&w.shadow, 4, 104, WRITE);
}

static int64_t do_l2_walk(void)
{
	struct cw_l2_walk k = {.regs = nth_regs(1), .addr = 5 << 12 | 7, .access = CW_PFEC_U};
	int r = cw_ctx_l2_walk(&w.l2, &k);

	if (r < 0)
		return r;
	CHECK_EQ(r, CW_L2_OK);
	CHECK_EQ(k.gpa, 105 << 12 | 7);
	return r;
}

static const struct nth_op shadow_ops[] = {
	{"cw_shadow_ctx_create", "", "ac", 0, 0, NULL, do_shadow_create, NULL, shadow_works},
	{"cw_ctx_load", "another root", "ac", 0, 0, NULL, load_new, NULL, loaded},
	{"cw_ctx_load", "another root, kept", "ac", 0, 0, many_roots, load_kept, NULL, loaded},
	{"cw_ctx_load", "the same root", "acm", 0, 0, NULL, load_same, NULL, loaded},
	{"cw_ctx_load", "another mode", "ac", 0, 0, nx_entry, load_mode, load_mode_failed, loaded},
	{"cw_ctx_forget_roles", "", "ac", 0, 0, NULL, do_forget, NULL, loaded},
	{"cw_mmu_ctx_invalidate", "", "cm", 0, 0, entry_changed, do_invalidate_guest, invalidate_failed, entry_gone},
	{"cw_mmu_guest_write", "", "c", 0, 0, entry_changed, do_guest_write, invalidate_failed, written_through},
	{"cw_ctx_l2_walk", "", "m", 0, 0, NULL, do_l2_walk, NULL, NULL},
	{"cw_nested_walk", "by the former", "m", 0, 0, NULL, do_l2_walk, NULL, NULL},
};

/* --- sweeps --- */

/* The operation with its n-th allocation, command or access failing. Whether there was an n-th one. */
static bool fail_one(const struct nth_op *op, enum nth_kind kind, unsigned n, unsigned *errors)
{
	bool reached;
	int64_t r;

	op_nth = n;
	nth_begin(op->mode, op->flags);
	if (op->before)
		op->before();
	snap_take();
	nth_arm(kind, n);
	r = op->call();
	reached = nth_disarm(kind, n);
	op_failed = r < 0;
	if (r < 0) {
		CHECK(n && (r == -ENOMEM || r == -EIO || r == -ETIMEDOUT));
		vm_check(&w.vm);
		snap_compare(w.mode && !strcmp(op->name, "cw_mmu_set_memslot"));
		if (op->failed)
			op->failed(r);
		else
			unchanged();
		++*errors;
		CHECK(op->call() >= 0);
	}
	if (op->after)
		op->after();
	vm_check(&w.vm);
	translations_agree();
	all_works();
	nth_end();
	if (check_bad)
		printf("# %s (%s): %s %u failed, %lld\n", op->name, op->what,
		       kind == BY_ALLOC	   ? "allocation" :
		       kind == BY_COMMAND  ? "command" :
		       kind == BY_COMMANDS ? "command and what follows" :
					     "access",
		       n, (long long)r);
	return reached;
}

static void sweep(const struct nth_op *op)
{
	unsigned errors = 0, points = 0;

	for (enum nth_kind kind = 0; kind < NKINDS && !check_bad; kind++) {
		unsigned n = 1;

		while (n < 1000 && !check_bad && fail_one(op, kind, n, &errors))
			n++;
		CHECK(n < 1000);
		if (!CHECK_EQ(n > 1, strchr(op->fails, "accm"[kind]) != NULL))
			printf("# %s (%s) fails by %c at %u points\n", op->name, op->what, "accm"[kind], n - 1);
		points += n - 1;
	}
	printf("# %s%s%s: %u points of failure, %u errors\n", op->name, op->what[0] ? ", " : "", op->what, points,
	       errors);
}

static const struct {
	const struct nth_op *op;
	unsigned nr;
} tables[] = {
#define TABLE(t) \
	{ \
		t, sizeof(t) / sizeof(t[0]) \
	}
	TABLE(life_ops), TABLE(slot_ops), TABLE(zap_ops), TABLE(shadow_ops), TABLE(log_ops), TABLE(mode_ops),
#undef TABLE
};
#define NTABLES (sizeof(tables) / sizeof(tables[0]))

static void sweep_table(const struct nth_op *table)
{
	for (unsigned t = 0; t < NTABLES; t++)
		for (unsigned i = 0; tables[t].op == table && i < tables[t].nr && !check_bad; i++)
			sweep(&table[i]);
}

static void life_and_faults_fail_everywhere(void)
{
	sweep_table(life_ops);
}

static void slots_and_accessors_fail_everywhere(void)
{
	sweep_table(slot_ops);
}

static void what_takes_away_fails_everywhere(void)
{
	sweep_table(zap_ops);
}

static void shadow_contexts_fail_everywhere(void)
{
	sweep_table(shadow_ops);
}

static void modes_and_walks_fail_nowhere_else(void)
{
	sweep_table(mode_ops);
}

static void the_dirty_log_fails_everywhere(void)
{
	sweep_table(log_ops);
}

/* --- which operations there are --- */

static const char *const default_headers[] = {HEADERS, NULL};
static const char *const *headers = default_headers;

static bool is_named(const char *name)
{
	bool found = false;

	for (unsigned t = 0; t < NTABLES; t++)
		for (unsigned i = 0; i < tables[t].nr; i++)
			found |= !strcmp(tables[t].op[i].name, name);
	return found;
}

/* The function that a line declares at its beginning, up to what is "of the core"; those inline are none. */
static bool declares(char *line, char **name)
{
	char *open = strchr(line, '(');

	if (!open || !isalpha((unsigned char)line[0]) || !strncmp(line, "static", 6) || !strncmp(line, "typedef", 7))
		return false;
	*open = '\0';
	*name = strstr(line, "cw_");
	/* The last word: what stands before it is the type. */
	for (char *next = *name; next; next = strstr(next + 1, "cw_"))
		*name = next;
	return *name && !strpbrk(*name, " *;{");
}

static void every_operation_of_the_headers_is_here(void)
{
	unsigned found = 0;
	char line[512], *name;

	for (const char *const *h = headers; *h; h++) {
		FILE *f = fopen(*h, "r");

		if (!CHECK(f != NULL))
			return;
		while (fgets(line, sizeof(line), f) && !strstr(line, "--- of the core ---")) {
			if (!declares(line, &name))
				continue;
			found++;
			if (!CHECK(is_named(name)))
				printf("# %s is in no sweep\n", name);
		}
		fclose(f);
	}
	printf("# %u operations\n", found);
	CHECK(found >= 50);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		headers = (const char *const *)&argv[1];
	RUN(every_operation_of_the_headers_is_here);
	RUN(life_and_faults_fail_everywhere, "MS-16");
	RUN(slots_and_accessors_fail_everywhere, "MS-4 P50");
	RUN(what_takes_away_fails_everywhere, "I9 P45");
	RUN(shadow_contexts_fail_everywhere, "I10");
	RUN(modes_and_walks_fail_nowhere_else);
	RUN(the_dirty_log_fails_everywhere, "I2 I3 DL-10");
	return CHECK_DONE("mmu_nth_ops");
}
