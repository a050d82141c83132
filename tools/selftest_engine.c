/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Steps that give the engine tables of their own and look at it through probes. */
#include <inttypes.h>
#include <string.h>

#include <catwalk/names.h>
#include <catwalk/spte.h>

#include "selftest.h"

#define PAGE 4096ull
#define LEVELS 4
#define GPA 0x7f8040201000ull /* entry 255, 1, 1, 1 of its tables */
#define PA 0x123456789000ull

static unsigned index_of(uint64_t gpa, unsigned level)
{
	return gpa >> (12 + 9 * (level - 1)) & 511;
}

static uint64_t entry_addr(const struct selftest *s, uint64_t gpa)
{
	return s->table[0] + index_of(gpa, 1) * 8;
}

static bool hot(struct selftest *s, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	if (cw_cmd(s->dev, CW_RING_HOT, cmd, cpl) == 0)
		return true;
	return selftest_fail(s, "%s", cw_last_error());
}

static bool cold(struct selftest *s, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	if (cw_cmd(s->dev, CW_RING_COLD, cmd, cpl) == 0)
		return true;
	return selftest_fail(s, "%s", cw_last_error());
}

bool selftest_rings(struct selftest *s)
{
	struct cw_cpl cpl;

	/* More than the ring is long, so that the phase turns (P41). */
	for (unsigned i = 0; i < 600; i++) {
		if (!hot(s, &(struct cw_cmd){.opcode = CW_OP_NOP}, &cpl))
			return false;
		if (cpl.opcode != CW_OP_NOP)
			return selftest_fail(s, "a completion names another command");
	}
	if (cw_cmd(s->dev, CW_RING_HOT, &(struct cw_cmd){.opcode = 0xff}, &cpl) == 0 || cpl.status != CW_ST_BAD_OPCODE)
		return selftest_fail(s, "an unknown opcode is not refused");
	return true;
}

bool selftest_firmware(struct selftest *s)
{
	struct cw_cpl cpl;

	if (!cold(s, &(struct cw_cmd){.opcode = CW_OP_SELFTEST}, &cpl))
		return false;
	if (cpl.value)
		return selftest_fail(s, "parts 0x%" PRIx64 " failed; see its log", cpl.value);
	return true;
}

bool selftest_update(struct selftest *s)
{
	const uint64_t a = 0x1122334455667788u, b = 0x99aabbccddeeff00u, c = 0x0123456789abcdefu;
	struct cw_cpl cpl;
	uint64_t at, seen;

	if (cw_table_alloc(s->dev, &s->table[0]))
		return selftest_fail(s, "%s", cw_last_error());
	at = s->table[0] + 24;
	if (!hot(s, &(struct cw_cmd){.opcode = CW_OP_WRITE, .addr = at, .arg0 = a}, &cpl) ||
	    !hot(s, &(struct cw_cmd){.opcode = CW_OP_XCHG, .addr = at, .arg0 = b}, &cpl))
		return false;
	if (cpl.value != a)
		return selftest_fail(s, "XCHG found 0x%" PRIx64 ", not what WRITE wrote", cpl.value);
	if (cw_cmd(s->dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_CMPXCHG, .addr = at, .arg0 = c, .arg1 = a},
		   &cpl) == 0 ||
	    cpl.status != CW_ST_MISMATCH || cpl.value != b)
		return selftest_fail(s, "CMPXCHG did not see a mismatch");
	if (!hot(s, &(struct cw_cmd){.opcode = CW_OP_CMPXCHG, .addr = at, .arg0 = c, .arg1 = b}, &cpl))
		return false;
	if (cw_table_read(s->dev, at, &seen, sizeof(seen)))
		return selftest_fail(s, "%s", cw_last_error());
	return seen == c || selftest_fail(s, "table memory holds 0x%" PRIx64, seen);
}

/* The tables on the way to GPA, by LOAD and FILL. */
bool selftest_load(struct selftest *s)
{
	uint64_t *entries, seen[512];
	struct cw_cpl cpl;

	if (cw_mem_alloc(s->dev, PAGE, &s->page))
		return selftest_fail(s, "%s", cw_last_error());
	entries = s->page.ptr;
	for (unsigned level = 1; level <= LEVELS; level++) {
		uint64_t *table = &s->table[level - 1];

		if (level > 1 && cw_table_alloc(s->dev, table))
			return selftest_fail(s, "%s", cw_last_error());
		if (level == 1) {
			if (!hot(s,
				 &(struct cw_cmd){.opcode = CW_OP_FILL, .addr = *table, .arg0 = CW_SPTE(SUPPRESS_VE)},
				 &cpl))
				return false;
			continue;
		}
		for (unsigned i = 0; i < 512; i++)
			entries[i] = CW_SPTE(SUPPRESS_VE);
		entries[index_of(GPA, level)] = table[-1] | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(PRESENT);
		if (!hot(s, &(struct cw_cmd){.opcode = CW_OP_LOAD, .addr = *table, .arg0 = s->page.bus, .arg1 = PAGE},
			 &cpl))
			return false;
		if (cw_table_read(s->dev, *table, seen, sizeof(seen)))
			return selftest_fail(s, "%s", cw_last_error());
		if (memcmp(seen, entries, sizeof(seen)) != 0)
			return selftest_fail(s, "LOAD of the table of level %u went wrong", level);
	}
	return true;
}

static bool probe(struct selftest *s, uint32_t ctx, uint64_t gpa, bool write, struct cw_probe_result *r)
{
	if (cw_probe(s->dev, ctx, write, &gpa, 1, r) == 0)
		return true;
	return selftest_fail(s, "%s", cw_last_error());
}

static bool set_entry(struct selftest *s, uint64_t value)
{
	struct cw_cpl cpl;

	return hot(s, &(struct cw_cmd){.opcode = CW_OP_WRITE, .addr = entry_addr(s, GPA), .arg0 = value}, &cpl) &&
	       hot(s,
		   &(struct cw_cmd){.opcode = CW_OP_INVALIDATE,
				    .space = (uint16_t)s->raw_domain,
				    .addr = GPA & ~(PAGE - 1),
				    .arg0 = 1},
		   &cpl) &&
	       hot(s, &(struct cw_cmd){.opcode = CW_OP_FLUSH, .space = (uint16_t)s->raw_domain}, &cpl);
}

bool selftest_walker(struct selftest *s)
{
	struct cw_probe_result r;
	struct cw_cpl cpl;

	s->raw_ctx = s->info.contexts - 1;
	s->raw_domain = s->info.domains - 1;
	if (!cold(s, &(struct cw_cmd){.opcode = CW_OP_DOMAIN_SET, .space = (uint16_t)s->raw_domain}, &cpl) ||
	    !cold(s,
		  &(struct cw_cmd){.opcode = CW_OP_CTX_ATTACH,
				   .ctx = (uint16_t)s->raw_ctx,
				   .space = (uint16_t)s->raw_domain,
				   .addr = s->table[3],
				   .level = LEVELS},
		  &cpl) ||
	    !set_entry(s, PA | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PRESENT)) || !probe(s, s->raw_ctx, GPA, true, &r))
		return false;
	if (r.verdict != CW_V_HIT || r.pa != PA)
		return selftest_fail(s, "probe: %s, address 0x%" PRIx64, cw_verdict_name(r.verdict), r.pa);
	return true;
}

bool selftest_verdicts(struct selftest *s)
{
	const uint64_t leaf = PA | CW_SPTE(R) | CW_SPTE(PRESENT);
	const struct {
		uint64_t entry;
		bool write;
		uint8_t verdict, reason;
	} list[] = {
		{leaf, false, CW_V_HIT, CW_RSN_NONE},
		{leaf, true, CW_V_WRITE_PROTECTED, CW_RSN_PROTECTED},
		{leaf | CW_SPTE(HOST_W), true, CW_V_WRITE_TRACKED, CW_RSN_PROTECTED},
		{CW_SPTE(SUPPRESS_VE), false, CW_V_MISS, CW_RSN_NOT_PRESENT},
		/* Generation 0, which DOMAIN_SET has set (SPTE-4). */
		{CW_SPTE(W) | CW_SPTE(X) | (GPA & ~(PAGE - 1)), false, CW_V_MMIO, CW_RSN_MMIO},
	};
	struct cw_probe_result r;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (!set_entry(s, list[i].entry) || !probe(s, s->raw_ctx, GPA, list[i].write, &r))
			return false;
		if (r.verdict != list[i].verdict || r.reason != list[i].reason)
			return selftest_fail(s, "entry 0x%016" PRIx64 ": %s, %s, but must be %s, %s", list[i].entry,
					     cw_verdict_name(r.verdict), cw_reason_name(r.reason),
					     cw_verdict_name(list[i].verdict), cw_reason_name(list[i].reason));
	}
	if (!probe(s, s->raw_ctx, 1ull << 48, false, &r))
		return false;
	if (r.verdict != CW_V_ABORT || r.reason != CW_RSN_BAD_ADDRESS)
		return selftest_fail(s, "an address beyond 4 levels: %s", cw_verdict_name(r.verdict));
	if (!probe(s, s->raw_ctx - 1, GPA, false, &r))
		return false;
	if (r.verdict != CW_V_ABORT || r.reason != CW_RSN_BAD_CONTEXT)
		return selftest_fail(s, "a context that does not exist: %s", cw_verdict_name(r.verdict));
	return true;
}

/* Many times another address, so that an entry kept anywhere would show. */
bool selftest_invalidate(struct selftest *s)
{
	struct cw_probe_result r;

	for (unsigned i = 0; i < 32; i++) {
		uint64_t pa = PA + i * PAGE;

		if (!set_entry(s, pa | CW_SPTE(R) | CW_SPTE(PRESENT)))
			return false;
		/* The second one may come from the TLB. */
		for (unsigned k = 0; k < 2; k++) {
			if (!probe(s, s->raw_ctx, GPA, false, &r))
				return false;
			if (r.verdict != CW_V_HIT || r.pa != pa)
				return selftest_fail(
					s, "after INVALIDATE and FLUSH: %s, address 0x%" PRIx64 ", not 0x%" PRIx64,
					cw_verdict_name(r.verdict), r.pa, pa);
		}
	}
	return true;
}

bool selftest_detach(struct selftest *s)
{
	struct cw_probe_result r;
	struct cw_cpl cpl;

	if (!cold(s, &(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)s->raw_ctx}, &cpl) ||
	    !probe(s, s->raw_ctx, GPA, false, &r))
		return false;
	if (r.verdict != CW_V_ABORT || r.reason != CW_RSN_BAD_CONTEXT)
		return selftest_fail(s, "a detached context still translates: %s", cw_verdict_name(r.verdict));
	for (unsigned i = 0; i < LEVELS; i++)
		cw_table_free(s->dev, s->table[i]);
	return cw_mem_free(s->dev, &s->page) == 0 || selftest_fail(s, "%s", cw_last_error());
}
