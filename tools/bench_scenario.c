/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The scenarios. Each has a device of its own and checks all answers: the generator's checksum against one that is
 * computed here from the sequence and the place of the memory, and the counters against what the scenario must cause.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <catwalk/regs.h>
#include <catwalk/spte.h>

#include "bench.h"

#define PAGE 4096ull
#define REGION_PAGES 512u /* of one table of the lowest level */
#define LINE_PAGES 8u	  /* whose entries one read brings */

/* ---- checks ---- */

void bench_complain(struct bench_result *r, uint64_t errors, const char *fmt, ...)
{
	va_list ap;

	if (!r->complaint[0]) {
		va_start(ap, fmt);
		vsnprintf(r->complaint, sizeof(r->complaint), fmt, ap);
		va_end(ap);
	}
	r->errors += errors;
}

void bench_expect_between(struct bench_result *r, unsigned counter, uint64_t min, uint64_t max)
{
	uint64_t v = r->counters[counter];

	if (v < min || v > max)
		bench_complain(r, 1, "counter %s is %" PRIu64 ", but must be %" PRIu64 " .. %" PRIu64,
			       cw_counter_label(counter), v, min, max);
}

void bench_expect(struct bench_result *r, unsigned counter, uint64_t value)
{
	bench_expect_between(r, counter, value, value);
}

/* ---- pieces ---- */

void bench_progress(const struct bench *b, const struct bench_result *r, uint64_t done, uint64_t all)
{
	if (b->p->progress)
		fprintf(stderr, "\r%-16s%3" PRIu64 "%%", r->name, done * 100 / all);
}

/* Run a program and check its answers; what it measured goes into r if that is given. */
int bench_tgen(struct bench *b, const struct cw_tgen *t, struct bench_result *r, struct bench_result *measure)
{
	int err = cw_tgen_start(b->dev, t);

	return err ? err : bench_tgen_end(b, t, r, measure);
}

/* A program that was started makes requests: the generator clears its histogram first. */
int bench_under_way(struct bench *b)
{
	const uint64_t slice = (uint64_t)CW_HIST_BUCKETS * 1000000 / b->info.clock_khz;
	uint32_t done = 0;
	int err = 0;

	for (uint64_t waited = 0; waited < BENCH_STILL_NS && !err && !done; waited += slice) {
		err = cw_run(b->dev, slice);
		if (!err)
			err = cw_reg_read(b->dev, CW_REG_TGEN_DONE, &done);
	}
	return err ? err : done ? 0 : -ETIMEDOUT;
}

/*
 * A run may be long, but not stand still: as long as requests end the wait goes on. One that does not end for STILL_NS
 * of device time is an error, not a benchmark that never comes back.
 */
int bench_wait(struct bench *b, struct cw_tgen_result *got)
{
	uint32_t before = 0, done = 0, errors = 0;
	int err;

	while ((err = cw_tgen_wait(b->dev, BENCH_STILL_NS, got)) == -ETIMEDOUT) {
		err = cw_reg_read(b->dev, CW_REG_TGEN_DONE, &done);
		if (!err)
			err = cw_reg_read(b->dev, CW_REG_TGEN_ERRORS, &errors);
		if (err)
			return err;
		/* The library has said what still runs. */
		if (done + errors == before)
			return -ETIMEDOUT;
		before = done + errors;
	}
	return err;
}

int bench_tgen_end(struct bench *b, const struct cw_tgen *t, struct bench_result *r, struct bench_result *measure)
{
	static _Thread_local struct cw_tgen_result got;
	int err = bench_wait(b, &got);

	if (err)
		return err;
	bench_log_ran(b, t);
	if (got.errors || got.done != t->count)
		bench_complain(r, t->count - got.done, "%u of %u requests were granted, %u refused", got.done, t->count,
			       got.errors);
	else if (got.sum != bench_sum(t, b->gpa, b->bus))
		bench_complain(r, 1, "the checksum of the answers is 0x%016" PRIx64 ", but must be 0x%016" PRIx64,
			       got.sum, bench_sum(t, b->gpa, b->bus));
	if (measure) {
		bench_hist_merge(&measure->lat, &got, t->hist_shift);
		measure->cycles += got.cycles;
	}
	return 0;
}

struct cw_tgen bench_program(const struct bench *b, enum cw_tgen_pattern pattern, uint32_t count)
{
	return (struct cw_tgen){
		.pattern = pattern,
		.contexts = (uint32_t)b->p->contexts,
		.first_ctx = b->ctx[0] ? cw_ctx_id(b->ctx[0]) : 0,
		.base = b->gpa,
		.pages = (uint32_t)((b->ctx[0] ? b->p->bytes : b->p->span) / PAGE),
		.stride = 1,
		.count = count,
		.outstanding = 1u << b->info.tag_bits,
		.write_percent = (uint32_t)b->p->write_percent,
		.seed = b->p->seed,
	};
}

/* Drop every cached translation and table address, and wait until that is over. */
int bench_forget(struct bench *b)
{
	int err =
		cw_cmd(b->dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_INVALIDATE, .scope = CW_SCOPE_ALL}, NULL);

	return err ? err :
		     cw_cmd(b->dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_FLUSH, .scope = CW_SCOPE_ALL}, NULL);
}

int bench_counters_begin(struct bench *b, struct bench_result *r)
{
	return cw_counters(b->dev, r->counters, NULL);
}

int bench_counters_end(struct bench *b, struct bench_result *r)
{
	uint64_t now[CW_NCOUNTER];
	int err = cw_counters(b->dev, now, NULL);

	for (unsigned i = 0; i < CW_NCOUNTER && !err; i++)
		r->counters[i] = now[i] - r->counters[i];
	return err;
}

/* ---- scenarios ---- */

/* A few pages, over and over, as many requests under way as there are tags. */
static int tlb_hit(struct bench *b, struct bench_result *r)
{
	struct cw_tgen t = bench_program(b, CW_TGEN_SEQUENTIAL, 64), warm = t;
	int err;

	t.pages = warm.pages = 64;
	if (b->log.mode)
		warm.write_percent = 100;
	t.count = 20000;
	err = bench_tgen(b, &warm, r, NULL);
	/* The first lap made the entries, the second one brings them into the TLB. With marks one more. */
	for (unsigned lap = 0; lap < (b->log.mode ? 2 : 1) && !err; lap++)
		err = bench_tgen(b, &warm, r, NULL);
	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		bench_progress(b, r, i, b->p->iterations);
		err = bench_tgen(b, &t, r, r);
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_TLB_HITS, t.count * b->p->iterations);
	bench_expect(r, CW_CTR_WALKS, 0);
	bench_expect(r, CW_CTR_GRANTS, t.count * b->p->iterations);
	return err;
}

/* One request at a time to a mapped page, after everything was forgotten: all levels are read. */
static int walk_cold(struct bench *b, struct bench_result *r)
{
	const uint32_t samples = 32;
	struct cw_tgen map = bench_program(b, CW_TGEN_RANDOM, (uint32_t)(samples * b->p->iterations)), one = map;
	int err;

	/* The leaf of the log is there when it is measured (P27). */
	if (b->log.mode)
		map.write_percent = 100;
	err = bench_tgen(b, &map, r, NULL);
	one.pages = one.count = one.outstanding = 1;
	if (!err)
		err = bench_counters_begin(b, r);
	for (uint32_t i = 0; i < map.count && !err; i++) {
		bench_progress(b, r, i, map.count);
		one.base = b->gpa + bench_page(&map, i) * PAGE;
		one.first_ctx = map.first_ctx + i % map.contexts;
		one.contexts = 1;
		err = bench_forget(b);
		if (!err)
			err = bench_tgen(b, &one, r, r);
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_TLB_HITS, 0);
	bench_expect(r, CW_CTR_WALKS, map.count);
	bench_expect(r, CW_CTR_WC_HITS, 0);
	bench_expect(r, CW_CTR_WALK_READS, (uint64_t)map.count * b->p->levels);
	return err;
}

/*
 * One request at a time to lines that the TLB has not, while the address of their table is cached. The measured lines
 * are those between the first one of a region of 2 MiB and the last one of the next; those two warm the walk cache, and
 * no line is visited twice before everything is forgotten again.
 */
static int walk_cached(struct bench *b, struct bench_result *r)
{
	const uint32_t lines = 2 * REGION_PAGES / LINE_PAGES - 2;
	struct cw_tgen t = bench_program(b, CW_TGEN_STRIDE, lines), warm = bench_program(b, CW_TGEN_STRIDE, 2), map;
	int err;

	warm.outstanding = t.outstanding = 1;
	warm.pages = 2 * REGION_PAGES;
	warm.stride = 2 * REGION_PAGES - 1;
	map = warm;
	map.pattern = CW_TGEN_SEQUENTIAL;
	map.count = map.pages;
	if (b->log.mode)
		map.write_percent = 100;
	map.outstanding = 1u << b->info.tag_bits;
	t.base += LINE_PAGES * PAGE;
	t.pages = lines * LINE_PAGES;
	/* Prime to their number: all lines once, in an order that jumps. */
	t.stride = 55 * LINE_PAGES;
	err = bench_tgen(b, &map, r, NULL);
	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		bench_progress(b, r, i, b->p->iterations);
		err = bench_forget(b);
		if (!err)
			err = bench_tgen(b, &warm, r, NULL);
		if (!err)
			err = bench_tgen(b, &t, r, r);
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_TLB_HITS, 0);
	bench_expect(r, CW_CTR_WALKS, (lines + 2) * b->p->iterations);
	/* The second of the warming walks finds the tables above the lowest one. */
	bench_expect(r, CW_CTR_WC_HITS, (lines + 1) * b->p->iterations);
	bench_expect(r, CW_CTR_WALK_READS, (lines + b->p->levels + 2) * b->p->iterations);
	return err;
}

static int hot(struct bench *b, const struct cw_cmd *cmd)
{
	return cw_cmd(b->dev, CW_RING_HOT, cmd, NULL);
}

/*
 * A context of its own for the fixer: 512 pages of the memory through one table of level 1, write-protected but for
 * the host (mmu-W). `leaf` is the address of that table.
 */
static int protected_pages(struct bench *b, uint32_t ctx, uint64_t *leaf)
{
	const uint16_t domain = (uint16_t)(b->info.domains - 1);
	const uint64_t link = CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X);
	uint64_t table = 0, below = 0;
	struct cw_mem mem;
	int err = cw_mem_alloc(b->dev, PAGE, &mem);

	for (unsigned level = 1; level <= b->p->levels && !err; level++, below = table) {
		uint64_t *e = mem.ptr;

		for (unsigned i = 0; i < REGION_PAGES; i++)
			e[i] = level > 1 ? CW_SPTE(SUPPRESS_VE) :
					   (b->mem.bus + i * PAGE) | CW_SPTE(PRESENT) | CW_SPTE(R) | CW_SPTE(X) |
						   CW_SPTE(A) | CW_SPTE(HOST_W) | CW_SPTE(MMU_W);
		if (level > 1)
			e[b->gpa >> (12 + 9 * (level - 1)) & 511] = below | link;
		err = cw_table_alloc(b->dev, &table);
		if (!err)
			err = hot(b,
				  &(struct cw_cmd){.opcode = CW_OP_LOAD, .addr = table, .arg0 = mem.bus, .arg1 = PAGE});
		if (level == 1)
			*leaf = table;
	}
	if (!err)
		err = cw_cmd(b->dev, CW_RING_COLD,
			     &(struct cw_cmd){.opcode = CW_OP_CTX_ATTACH,
					      .ctx = (uint16_t)ctx,
					      .space = domain,
					      .addr = table,
					      .level = b->p->levels,
					      .enables = CW_CMD_ENABLE_FIX},
			     NULL);
	return err;
}

/* One write at a time to write-protected pages, their table's address cached: the fixer gives W, the host sleeps. */
static int wp_fix(struct bench *b, struct bench_result *r)
{
	struct cw_tgen t = bench_program(b, CW_TGEN_STRIDE, REGION_PAGES), warm;
	struct cw_cmd protect = {.opcode = CW_OP_PROTECT};
	int err;

	t.first_ctx = b->info.contexts - 1;
	t.write_percent = 100;
	t.contexts = t.outstanding = 1;
	t.pages = REGION_PAGES;
	t.stride = 55; /* prime to the pages */
	warm = t;
	warm.count = 1;
	warm.write_percent = 0;
	memset(protect.data, 0xff, sizeof(protect.data));
	err = protected_pages(b, t.first_ctx, &protect.addr);
	if (!err && b->p->log)
		err = bench_log_own(b, b->p->log, b->gpa, REGION_PAGES * PAGE);
	if (!err)
		err = bench_counters_begin(b, r);
	for (uint64_t i = 0; i < b->p->iterations && !err; i++) {
		bench_progress(b, r, i, b->p->iterations);
		err = hot(b, &protect);
		if (!err)
			err = bench_forget(b);
		if (!err)
			err = bench_tgen(b, &warm, r, NULL);
		if (!err)
			err = bench_tgen(b, &t, r, r);
	}
	if (!err)
		err = bench_counters_end(b, r);
	bench_expect(r, CW_CTR_FIXED_W, t.count * b->p->iterations);
	bench_expect(r, CW_CTR_FIX_LOST_RACE, 0);
	bench_expect(r, CW_CTR_MISS_TO_HOST, 0);
	bench_expect(r, CW_CTR_TLB_HITS, 0);
	/* The first write may find the walk of the read before it. */
	bench_expect_between(r, CW_CTR_WALKS, t.count * b->p->iterations, (t.count + 1) * b->p->iterations);
	bench_expect_between(r, CW_CTR_WALK_READS, (t.count + b->p->levels - 1) * b->p->iterations,
			     (t.count + b->p->levels) * b->p->iterations);
	return err;
}

/* For people: the same pages one after the other, of which a fault maps those of a window. */
static int in_a_row(struct bench *b, struct bench_result *r)
{
	static struct bench_result row;
	struct cw_tgen t = bench_program(b, CW_TGEN_SEQUENTIAL, 1024);
	uint64_t faults = 0, after = 0;
	int err = cw_vm_invalidate(b->vm, 0, b->gpa, b->p->bytes);

	row = (struct bench_result){.name = r->name};
	t.pages = t.count;
	t.outstanding = 1;
	if (!err)
		err = cw_counter_read(b->dev, "miss_to_host", &faults);
	if (!err)
		err = bench_tgen(b, &t, r, &row);
	if (!err)
		err = cw_counter_read(b->dev, "miss_to_host", &after);
	if (err)
		return err;
	faults = after - faults;
	if (faults != t.count / LINE_PAGES && !b->p->log)
		bench_complain(r, 1, "%u pages in a row took %" PRIu64 " faults, not %u", t.count, faults,
			       t.count / LINE_PAGES);
	snprintf(r->note, sizeof(r->note), "%u pages in a row: %" PRIu64 " faults, %.1f cycles a page on the mean",
		 t.count, faults, (double)row.lat.sum / (double)(row.lat.n ? row.lat.n : 1));
	return 0;
}

/*
 * Pages that were never mapped, one at a time, through the whole loop: fault record, host, commands, retry. A fault
 * makes the entries of its neighbours too, so each page is of a window of its own.
 */
static int first_touch(struct bench *b, struct bench_result *r)
{
	const uint32_t windows = (uint32_t)(b->p->bytes / PAGE / LINE_PAGES);
	uint64_t want = 64 * b->p->iterations, most;
	struct cw_tgen t = bench_program(b, CW_TGEN_STRIDE, (uint32_t)(want < windows ? want : windows));
	int err = bench_counters_begin(b, r);

	t.outstanding = 1;
	/* In the middle: at the edge it would be beside the last entry of the window before. */
	t.base += LINE_PAGES / 2 * PAGE;
	/* Odd, hence prime to a number of windows that is a power of two: none twice. Far, hence new tables now and
	 * then. */
	t.stride = windows / 7 | 1;
	t.pages = 1u << (31 - __builtin_clz(windows));
	t.stride %= t.pages;
	if (t.count > t.pages)
		t.count = t.pages;
	t.stride *= LINE_PAGES;
	t.pages *= LINE_PAGES;
	t.hist_shift = 3;
	if (!err)
		err = bench_tgen(b, &t, r, r);
	if (!err)
		err = bench_counters_end(b, r);
	/* With a log also those that miss its leaves (P27). */
	most = t.count + (b->p->log ? (b->p->bytes >> 27) + 2 : 0);
	bench_expect_between(r, CW_CTR_MISS_TO_HOST, t.count, most);
	bench_expect_between(r, CW_CTR_RETRIES, t.count, most);
	bench_expect_between(r, CW_CTR_RESUMES, t.count, most);
	bench_expect(r, CW_CTR_GRANTS, t.count);
	return err ? err : in_a_row(b, r);
}

const struct bench_scenario bench_scenarios[] = {
	{"tlb-hit", "a few pages again and again, all tags busy", BENCH_LOG_ALL, false, NULL, tlb_hit},
	{"walk-cold", "nothing cached: a read per level, one request at a time", BENCH_LOG_ALL, false, NULL, walk_cold},
	{"walk-cached", "TLB miss, table address cached: one read, one request at a time", BENCH_LOG_ALL, false, NULL,
	 walk_cached},
	{"wp-fix", "write to a write-protected page that the fixer may open; one request at a time", BENCH_LOG_ALL,
	 false, NULL, wp_fix},
	{"random", "random pages of --span, all tags busy", BENCH_LOG_ALL, true, NULL, bench_random},
	{"sequential", "pages of --span one after the other, all tags busy", BENCH_LOG_ALL, true, NULL,
	 bench_sequential},
	{"hit-under-miss", "TLB hits while probes miss", BENCH_LOG_ALL, true, NULL, bench_hit_under_miss},
	{"invalidate", "TLB hits while other pages are invalidated", BENCH_LOG_ALL, true, NULL, bench_invalidate},
	{"flush", "FLUSH with nothing in flight", BENCH_LOG(OFF), true, "cycles that it is open", bench_flush},
	{"capture-mark", "first write of a log epoch to a page in the TLB; one request at a time", BENCH_LOG(CAPTURE),
	 true, NULL, bench_capture_mark},
	{"harvest-idle", "HARVEST of a log of 1 TiB with nothing dirty", BENCH_LOG(CAPTURE), true,
	 "from before the doorbell until the host has seen the completion", bench_harvest_idle},
	{"harvest-dirty", "HARVEST after writes to all of --span", BENCH_LOG(CAPTURE), true,
	 "from before the doorbell until the host has seen the completion", bench_harvest_dirty},
	{"first-touch", "page not mapped: fault, host, commands, retry; one request at a time", BENCH_LOG_ALL, false,
	 NULL, first_touch},
	{"fault-report", "nothing of the walk cached, an event for the user", BENCH_LOG(OFF), false,
	 "from request to fault record", bench_fault_report},
	{"fault-storm", "every request faults", BENCH_LOG(OFF), false, "from one fault record to the next",
	 bench_fault_storm},
	{"bridge-write", "packets of 64 bytes through the AXI4 bridge to mapped pages", BENCH_LOG_ALL, false,
	 "from a packet's address to its answer", bench_bridge_write},
	{"bridge-read", "the same, read", BENCH_LOG(OFF), false, "from a packet's address to its answer",
	 bench_bridge_read},
	{0},
};

/* ---- set-up ---- */

static int set_up(struct bench *b, bool own_log)
{
	struct cw_vm_region region = {.size = b->p->bytes};
	const struct cw_vm_params vp = {.page_size = PAGE};
	struct cw_ctx_params cp = {.level = (unsigned)b->p->levels};
	int err = cw_mem_alloc(b->dev, b->p->bytes, &b->mem);
	if (!err)
		err = cw_vm_create(b->dev, &vp, &b->vm);
	if (err)
		return err;
	/* Not at 0, so that guest and bus addresses cannot be mistaken for each other. */
	region.gpa = b->gpa = 1ull << 32;
	b->bus = b->mem.bus;
	region.ptr = b->mem.ptr;
	region.flags = b->p->log && !own_log ? CW_MEM_LOG_DIRTY : 0;
	err = cw_vm_set_memory(b->vm, &region);
	if (!err && b->p->log && !own_log)
		err = bench_log_vm(b, b->p->log);
	for (unsigned i = 0; i < b->p->contexts && !err; i++) {
		cp.id = i;
		err = cw_ctx_create(b->vm, &cp, &b->ctx[i]);
	}
	return err;
}

int bench_run(const struct bench_params *p, const char *uri, const struct bench_scenario *s, struct bench_result *r,
	      struct cw_info *info, uint64_t *sim_cycles)
{
	struct bench_params own = *p;
	struct bench b = {.p = &own};
	int err = cw_open(uri, &b.dev);

	if (err)
		return err;
	memset(r, 0, sizeof(*r));
	r->name = s->name;
	r->timed = s->timed;
	bench_progress(&b, r, 0, 1);
	if (!own.log_given)
		own.log = (unsigned)__builtin_ctz(s->log);
	err = cw_info(b.dev, &b.info);
	if (!err)
		err = s->tables ? bench_tables(&b) : set_up(&b, s->run == wp_fix);
	if (!err && s->tables && own.log)
		err = bench_log_own(&b, own.log, b.gpa, own.span);
	if (!err)
		err = s->run(&b, r);
	if (!err && !r->lat.n && !r->errors)
		bench_complain(r, 1, "nothing was measured");
	if (!err)
		err = bench_log_end(&b, r);
	if (!err)
		err = cw_cycles(b.dev, sim_cycles);
	*info = b.info;
	bench_tables_free(&b);
	bench_log_free(&b);
	cw_close(b.dev);
	return err;
}
