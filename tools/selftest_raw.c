/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* More steps with tables of their own; their requests are those of the traffic generator and of the NIC queue. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <catwalk/regs.h>
#include <catwalk/spte.h>

#include "bench.h"
#include "selftest_raw.h"

#define NOWHERE (1ull << 45) /* a bus address that nobody has, within the 46 bits of the smallest engine */

static struct cw_tgen_result result;

bool selftest_tgen(struct selftest *s, const struct cw_tgen *t, struct cw_tgen_result *r)
{
	if (cw_tgen_start(s->dev, t) || cw_tgen_wait(s->dev, SELFTEST_TIMEOUT_NS, r))
		return selftest_fail(s, "%s", cw_last_error());
	return true;
}

bool selftest_moved(struct selftest *s, const uint64_t *before, unsigned counter, uint64_t by)
{
	uint64_t now[CW_NCOUNTER];

	if (cw_counters(s->dev, now, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	if (now[counter] - before[counter] != by)
		return selftest_fail(s, "counter %s moved by %" PRIu64 ", but must by %" PRIu64,
				     cw_counter_label(counter), now[counter] - before[counter], by);
	return true;
}

/* Requests that must all be granted; page i of the range at pa + i pages. */
static bool granted(struct selftest *s, const struct cw_tgen *t, uint64_t pa)
{
	if (!selftest_tgen(s, t, &result))
		return false;
	if (result.errors || result.done != t->count)
		return selftest_fail(s, "%u of %u requests were granted", result.done, t->count);
	return result.sum == bench_sum(t, t->base, pa) || selftest_fail(s, "an answer has a wrong address");
}

static bool fill(struct selftest *s, uint64_t table, uint64_t pattern)
{
	struct cw_cpl cpl;

	return selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_FILL, .addr = table, .arg0 = pattern}, &cpl);
}

static bool write_entry(struct selftest *s, uint64_t at, uint64_t value)
{
	struct cw_cpl cpl;

	return selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_WRITE, .addr = at, .arg0 = value}, &cpl);
}

/* Of everything that the tables say. */
static bool drop_all(struct selftest *s)
{
	struct cw_cpl cpl;

	return selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_INVALIDATE, .space = (uint16_t)s->raw_domain}, &cpl) &&
	       selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_FLUSH, .space = (uint16_t)s->raw_domain}, &cpl);
}

/* Entry i of the leaf table leads to PA + i pages. */
static bool fill_leaf_table(struct selftest *s)
{
	uint64_t *entries = s->page.ptr;
	struct cw_cpl cpl;

	for (unsigned i = 0; i < 512; i++)
		entries[i] = (PA + i * PAGE) | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PRESENT);
	return selftest_hot(
		       s,
		       &(struct cw_cmd){.opcode = CW_OP_LOAD, .addr = s->table[0], .arg0 = s->page.bus, .arg1 = PAGE},
		       &cpl) &&
	       drop_all(s);
}

/* One walk brings eight neighbours and serves who asks meanwhile (P5); the next ones begin below the root. */
bool selftest_walk_cache(struct selftest *s)
{
	const uint64_t gpa = GPA & ~(8 * PAGE - 1);
	struct cw_tgen t = {.pattern = CW_TGEN_SEQUENTIAL,
			    .first_ctx = s->raw_ctx,
			    .base = gpa,
			    .pages = 8,
			    .count = 8,
			    .outstanding = 8};
	uint64_t before[CW_NCOUNTER], now[CW_NCOUNTER];

	if (!fill_leaf_table(s))
		return false;
	if (cw_counters(s->dev, before, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	if (!granted(s, &t, PA) || !selftest_moved(s, before, CW_CTR_WALKS, 1))
		return false;
	if (cw_counters(s->dev, now, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	if (now[CW_CTR_MERGES] == before[CW_CTR_MERGES])
		return selftest_fail(s, "no request joined the walk of its line");
	t = (struct cw_tgen){.pattern = CW_TGEN_STRIDE,
			     .first_ctx = s->raw_ctx,
			     .base = gpa + 8 * PAGE,
			     .pages = 8 * 8,
			     .stride = 8,
			     .count = 8,
			     .outstanding = 1};
	return granted(s, &t, PA + 8 * PAGE) && selftest_moved(s, now, CW_CTR_WALKS, 8) &&
	       selftest_moved(s, now, CW_CTR_WC_HITS, 8) && selftest_moved(s, now, CW_CTR_WALK_READS, 8);
}

static struct cw_cmd attach(const struct selftest *s)
{
	return (struct cw_cmd){.opcode = CW_OP_CTX_ATTACH,
			       .ctx = (uint16_t)(s->raw_ctx - 1),
			       .space = (uint16_t)s->raw_domain,
			       .addr = s->table[3],
			       .level = LEVELS,
			       .enables = CW_CMD_ENABLE_AD | CW_CMD_ENABLE_FIX};
}

static bool detach(struct selftest *s)
{
	struct cw_cpl cpl;

	return selftest_cold(s, &(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)(s->raw_ctx - 1)}, &cpl);
}

static bool entries_are(struct selftest *s, const uint64_t *want, const char *after)
{
	uint64_t seen[3];

	if (cw_table_read(s->dev, s->table[0] + 8ull * selftest_index(GPA, 1), seen, sizeof(seen)))
		return selftest_fail(s, "%s", cw_last_error());
	for (unsigned i = 0; i < 3; i++)
		if (seen[i] != want[i])
			return selftest_fail(s, "after %s entry %u is 0x%016" PRIx64 ", but must be 0x%016" PRIx64,
					     after, i, seen[i], want[i]);
	return true;
}

/* W where mmu-W and host-W are set, A, D, and what an access-tracked entry has saved; nothing else (P12). */
bool selftest_fixer(struct selftest *s)
{
	const uint64_t at = s->table[0] + 8ull * selftest_index(GPA, 1), p = CW_SPTE(PRESENT);
	const uint64_t tracked = (PA + 2 * PAGE) | CW_SPTE(AD_DISABLED) | p;
	uint64_t e[3] = {PA | CW_SPTE(R) | CW_SPTE(HOST_W) | CW_SPTE(MMU_W) | p,
			 (PA + PAGE) | CW_SPTE(R) | CW_SPTE(W) | p, tracked | CW_SPTE(SAVED_R) | CW_SPTE(SAVED_X)};
	struct cw_tgen t = {.pattern = CW_TGEN_SEQUENTIAL,
			    .first_ctx = s->raw_ctx - 1,
			    .base = GPA,
			    .pages = 3,
			    .count = 3,
			    .outstanding = 1};
	const struct cw_cmd cmd = attach(s);
	uint64_t before[CW_NCOUNTER];
	struct cw_cpl cpl;

	if (!selftest_cold(s, &cmd, &cpl))
		return false;
	for (unsigned i = 0; i < 3; i++)
		if (!write_entry(s, at + 8 * i, e[i]))
			return false;
	if (!drop_all(s))
		return false;
	if (cw_counters(s->dev, before, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	e[0] |= CW_SPTE(A);
	e[1] |= CW_SPTE(A);
	e[2] = tracked | CW_SPTE(R) | CW_SPTE(X);
	if (!granted(s, &t, PA) || !entries_are(s, e, "reads"))
		return false;
	t.count = 2;
	t.write_percent = 100;
	e[0] |= CW_SPTE(W) | CW_SPTE(D);
	e[1] |= CW_SPTE(D);
	return granted(s, &t, PA) && entries_are(s, e, "writes") && selftest_moved(s, before, CW_CTR_FIXED_A, 2) &&
	       selftest_moved(s, before, CW_CTR_FIXED_D, 2) && selftest_moved(s, before, CW_CTR_FIXED_W, 1) &&
	       selftest_moved(s, before, CW_CTR_FIXED_AT, 1) && detach(s);
}

/* A FLUSH waits for the grants before it: in vain while one is held, and then in time (P19, P21). */
bool selftest_epochs(struct selftest *s)
{
	const struct cw_cmd flush = {.opcode = CW_OP_FLUSH, .space = (uint16_t)s->raw_domain};
	const struct cw_tgen t = {.pattern = CW_TGEN_SEQUENTIAL,
				  .first_ctx = s->raw_ctx,
				  .base = GPA,
				  .pages = 1,
				  .count = 1u << 16,
				  .outstanding = 1,
				  .release_delay = 255};
	uint32_t timeout, fenced;
	bool late = false;
	struct cw_cpl cpl;

	if (!fill_leaf_table(s))
		return false;
	if (cw_reg_read(s->dev, CW_REG_FLUSH_TIMEOUT, &timeout) || cw_reg_write(s->dev, CW_REG_FLUSH_TIMEOUT, 100))
		return selftest_fail(s, "%s", cw_last_error());
	if (!selftest_hot(s, &flush, &cpl))
		return false;
	if (cw_tgen_start(s->dev, &t))
		return selftest_fail(s, "%s", cw_last_error());
	/* A request holds its grant for nearly all of its time. */
	for (unsigned i = 0; i < 64 && !late; i++) {
		if (cw_cmd(s->dev, CW_RING_HOT, &flush, &cpl) && cpl.status != CW_ST_NOT_FLUSHED)
			return selftest_fail(s, "%s", cw_last_error());
		late = cpl.status == CW_ST_NOT_FLUSHED;
	}
	if (cw_reg_write(s->dev, CW_REG_FLUSH_TIMEOUT, timeout))
		return selftest_fail(s, "%s", cw_last_error());
	if (!late)
		return selftest_fail(s, "no FLUSH waited for the grants that were held");
	if (!selftest_hot(s, &flush, &cpl))
		return false;
	if (cw_tgen_stop(s->dev) || cw_tgen_wait(s->dev, SELFTEST_TIMEOUT_NS, &result) ||
	    cw_reg_read(s->dev, CW_REG_FENCED, &fenced))
		return selftest_fail(s, "%s", cw_last_error());
	if (fenced || result.errors)
		return selftest_fail(s, "ports 0x%x are fenced, %u requests failed, after all grants were released",
				     fenced, result.errors);
	return selftest_hot(s, &flush, &cpl);
}

/* ---- harvest ---- */

enum { LINES = 70, ROOM = 24, LOG_LEAF = 8 };
#define LOG_GPA 0x40000000ull /* what root entry 0 makes of GPA, from its level 2 up: leaves 8 and 9 of the log */
#define LOG_STEP 513u	      /* pages: another line each time, and another bit of it */

static bool take_records(struct selftest *s, uint64_t *seen, unsigned *n, bool *more, uint64_t *next)
{
	const struct cw_cmd cmd = {.opcode = CW_OP_HARVEST,
				   .space = (uint16_t)s->raw_domain,
				   .addr = *next,
				   .arg0 = s->page.bus,
				   .arg1 = (uint64_t)ROOM << 32};
	const struct cw_log_record *r = s->page.ptr;
	struct cw_cpl cpl;

	if (!selftest_hot(s, &cmd, &cpl))
		return false;
	if (cpl.value > ROOM || cpl.info & 2)
		return selftest_fail(s, "%" PRIu64 " records, info 0x%" PRIx64, cpl.value, cpl.info);
	for (unsigned i = 0; i < cpl.value; i++) {
		const uint64_t k = r[i].index - LOG_GPA / PAGE / 512, page = k * LOG_STEP - k * 512;
		uint64_t want[8] = {0};

		if (k >= LINES || seen[k])
			return selftest_fail(s, "a record of line %" PRIu64 ", not written, or reported before",
					     r[i].index);
		want[page / 64] = 1ull << page % 64;
		if (memcmp(want, r[i].line, sizeof(want)) != 0)
			return selftest_fail(s, "line %" PRIu64 " of the log does not tell what was written",
					     r[i].index);
		seen[k] = 1;
		++*n;
	}
	*more = cpl.info & 1;
	*next = cpl.info & ~((1ull << 27) - 1);
	return true;
}

static bool harvest_all(struct selftest *s, unsigned want)
{
	uint64_t seen[LINES] = {0}, next = LOG_GPA;
	unsigned n = 0, parts = 0;
	bool more;

	do {
		if (!take_records(s, seen, &n, &more, &next))
			return false;
		parts++;
	} while (more && parts <= LINES);
	if (n != want)
		return selftest_fail(s, "%u lines of the log were reported, %u were written", n, want);
	return !want || parts >= (LINES + ROOM - 1) / ROOM ||
	       selftest_fail(s, "%u records came in %u parts of %u", n, parts, ROOM);
}

/* Marks of one page in each of 70 lines of two leaves, taken in parts (P26, P29). */
static bool marks(struct selftest *s, uint64_t dir, const uint64_t *leaf)
{
	const struct cw_tgen t = {.pattern = CW_TGEN_STRIDE,
				  .first_ctx = s->raw_ctx - 1,
				  .base = LOG_GPA,
				  .pages = LINES * LOG_STEP,
				  .stride = LOG_STEP,
				  .count = LINES,
				  .outstanding = 4,
				  .write_percent = 100};
	struct cw_cmd set = {.opcode = CW_OP_LOG_SET,
			     .space = (uint16_t)s->raw_domain,
			     .addr = dir,
			     .arg0 = CW_LOG_CAPTURE,
			     .arg1 = LOG_LEAF + 2};
	const uint64_t pa = 0x300000000000ull;
	const struct cw_cmd cmd = attach(s);
	uint64_t before[CW_NCOUNTER];
	struct cw_cpl cpl;

	if (!fill(s, dir, 0))
		return false;
	for (unsigned i = 0; i < 2; i++)
		if (!fill(s, leaf[i], 0) ||
		    !write_entry(s, dir + (LOG_LEAF + i) * sizeof(struct cw_log_dir), leaf[i] | 1u << CW_LOG_ENABLED))
			return false;
	if (!write_entry(s, s->table[3], selftest_to_table(s, 3)) ||
	    !selftest_set_entry(s, 3, pa | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PS) | CW_SPTE(PRESENT)) || !drop_all(s) ||
	    !selftest_cold(s, &cmd, &cpl) || !selftest_cold(s, &set, &cpl))
		return false;
	if (cw_counters(s->dev, before, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	if (!granted(s, &t, pa) || !selftest_moved(s, before, CW_CTR_LOG_MARKS, LINES) || !harvest_all(s, LINES) ||
	    !harvest_all(s, 0))
		return false;
	set = (struct cw_cmd){.opcode = CW_OP_LOG_SET, .space = (uint16_t)s->raw_domain};
	return selftest_cold(s, &set, &cpl) && selftest_set_entry(s, 3, selftest_to_table(s, 2)) &&
	       write_entry(s, s->table[3], CW_SPTE(SUPPRESS_VE)) && drop_all(s) && detach(s);
}

bool selftest_harvest(struct selftest *s)
{
	uint64_t page[3] = {0};
	bool ok = true;

	for (unsigned i = 0; i < 3; i++)
		if (ok && cw_table_alloc(s->dev, &page[i]))
			ok = selftest_fail(s, "%s", cw_last_error());
	ok = ok && marks(s, page[2], page);
	for (unsigned i = 0; i < 3; i++)
		if (ok)
			cw_table_free(s->dev, page[i]);
	return ok;
}

/* ---- errors made on purpose ---- */

/* Guest memory that nobody has, between two packets to memory that is there: one fails, the others do not. */
static bool bridge_error(struct selftest *s)
{
	const struct cw_nic nic = {.ctx = s->raw_ctx, .ring_log2 = 5, .ring = GPA, .seed = 1};
	struct cw_nic_result r;
	uint64_t before[CW_NCOUNTER], *there = (uint64_t *)((char *)s->page.ptr + PAGE / 2);

	memset(s->page.ptr, 0, PAGE);
	for (uint32_t n = 0; n < 3; n++)
		cw_nic_desc(s->page.ptr, 5, n, n == 1 ? GPA + PAGE : GPA + PAGE / 2 + 64 * n, 64, true);
	if (cw_counters(s->dev, before, NULL) || cw_port_set(s->dev, CW_PORT_BRIDGE, s->raw_ctx, s->raw_ctx) ||
	    cw_nic_start(s->dev, &nic) || cw_nic_post(s->dev, 3) || cw_nic_wait(s->dev, SELFTEST_TIMEOUT_NS, &r) ||
	    cw_nic_stop(s->dev) || cw_port_set(s->dev, CW_PORT_BRIDGE, 1, 0))
		return selftest_fail(s, "%s", cw_last_error());
	if (r.packets != 3 || r.errors != 1)
		return selftest_fail(s, "%u of 3 packets to guest memory, %u of them failed, but must 1", r.packets,
				     r.errors);
	if (there[0] != cw_nic_word(1, 0, GPA + PAGE / 2) || there[16] != cw_nic_word(1, 2, GPA + PAGE / 2 + 128))
		return selftest_fail(s, "packets beside one that failed are not in memory");
	return selftest_moved(s, before, CW_CTR_BRIDGE_BUS_ERRORS, 1);
}

/* Addresses that nobody has: of a LOAD, and of guest memory behind the bridge (P43). */
bool selftest_injection(struct selftest *s)
{
	struct cw_cmd load = {.opcode = CW_OP_LOAD, .addr = s->table[4], .arg0 = NOWHERE, .arg1 = PAGE};
	uint64_t before[CW_NCOUNTER], now[CW_NCOUNTER], entries[2];
	struct cw_cpl cpl = {0};

	if (cw_counters(s->dev, before, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	if (cw_cmd(s->dev, CW_RING_HOT, &load, &cpl) == 0 || cpl.status != CW_ST_BUS_ERROR)
		return selftest_fail(s, "LOAD from nowhere ended with status %u", cpl.status);
	if (cw_counters(s->dev, now, NULL))
		return selftest_fail(s, "%s", cw_last_error());
	if (now[CW_CTR_HOST_ERRORS] == before[CW_CTR_HOST_ERRORS])
		return selftest_fail(s, "the error was not counted");
	s->host_errors += now[CW_CTR_HOST_ERRORS] - before[CW_CTR_HOST_ERRORS];
	load.arg0 = s->page.bus;
	if (!selftest_hot(s, &load, &cpl))
		return false;
	entries[0] = s->page.bus | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PRESENT);
	entries[1] = NOWHERE | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PRESENT);
	for (unsigned i = 0; i < 2; i++)
		if (!write_entry(s, s->table[0] + 8ull * (selftest_index(GPA, 1) + i), entries[i]))
			return false;
	return drop_all(s) && bridge_error(s) && fill_leaf_table(s);
}
