/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Steps that give the engine tables of their own and look at it through probes. */
#include <inttypes.h>
#include <string.h>

#include <catwalk/names.h>
#include <catwalk/spte.h>

#include "selftest_raw.h"

unsigned selftest_index(uint64_t gpa, unsigned level)
{
	return gpa >> (12 + 9 * (level - 1)) & 511;
}

bool selftest_hot(struct selftest *s, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	if (cw_cmd(s->dev, CW_RING_HOT, cmd, cpl) == 0)
		return true;
	return selftest_fail(s, "%s", cw_last_error());
}

bool selftest_cold(struct selftest *s, const struct cw_cmd *cmd, struct cw_cpl *cpl)
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
		if (!selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_NOP}, &cpl))
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

	if (!selftest_cold(s, &(struct cw_cmd){.opcode = CW_OP_SELFTEST}, &cpl))
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
	if (!selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_WRITE, .addr = at, .arg0 = a}, &cpl) ||
	    !selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_XCHG, .addr = at, .arg0 = b}, &cpl))
		return false;
	if (cpl.value != a)
		return selftest_fail(s, "XCHG found 0x%" PRIx64 ", not what WRITE wrote", cpl.value);
	if (cw_cmd(s->dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_CMPXCHG, .addr = at, .arg0 = c, .arg1 = a},
		   &cpl) == 0 ||
	    cpl.status != CW_ST_MISMATCH || cpl.value != b)
		return selftest_fail(s, "CMPXCHG did not see a mismatch");
	if (!selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_CMPXCHG, .addr = at, .arg0 = c, .arg1 = b}, &cpl))
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
			if (!selftest_hot(s,
					  &(struct cw_cmd){
						  .opcode = CW_OP_FILL, .addr = *table, .arg0 = CW_SPTE(SUPPRESS_VE)},
					  &cpl))
				return false;
			continue;
		}
		for (unsigned i = 0; i < 512; i++)
			entries[i] = CW_SPTE(SUPPRESS_VE);
		entries[selftest_index(GPA, level)] = table[-1] | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) |
						      CW_SPTE(PRESENT);
		if (!selftest_hot(
			    s,
			    &(struct cw_cmd){.opcode = CW_OP_LOAD, .addr = *table, .arg0 = s->page.bus, .arg1 = PAGE},
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

/* The entry for GPA in the table of this level. */
bool selftest_set_entry(struct selftest *s, unsigned level, uint64_t value)
{
	const uint64_t at = s->table[level - 1] + selftest_index(GPA, level) * 8;
	struct cw_cpl cpl;

	return selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_WRITE, .addr = at, .arg0 = value}, &cpl) &&
	       selftest_hot(s,
			    &(struct cw_cmd){.opcode = CW_OP_INVALIDATE,
					     .space = (uint16_t)s->raw_domain,
					     .addr = GPA & ~(PAGE - 1),
					     .arg0 = 1},
			    &cpl) &&
	       selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_FLUSH, .space = (uint16_t)s->raw_domain}, &cpl);
}

static bool set_leaf(struct selftest *s, uint64_t value)
{
	return selftest_set_entry(s, 1, value);
}

bool selftest_walker(struct selftest *s)
{
	struct cw_probe_result r;
	struct cw_cpl cpl;

	s->raw_ctx = s->info.contexts - 1;
	s->raw_domain = s->info.domains - 1;
	if (!selftest_cold(s, &(struct cw_cmd){.opcode = CW_OP_DOMAIN_SET, .space = (uint16_t)s->raw_domain}, &cpl) ||
	    !selftest_cold(s,
			   &(struct cw_cmd){.opcode = CW_OP_CTX_ATTACH,
					    .ctx = (uint16_t)s->raw_ctx,
					    .space = (uint16_t)s->raw_domain,
					    .addr = s->table[3],
					    .level = LEVELS},
			   &cpl) ||
	    !set_leaf(s, PA | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PRESENT)) || !probe(s, s->raw_ctx, GPA, true, &r))
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
		if (!set_leaf(s, list[i].entry) || !probe(s, s->raw_ctx, GPA, list[i].write, &r))
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

static bool finds(struct selftest *s, uint32_t ctx, bool write, uint64_t pa, const char *what)
{
	struct cw_probe_result r;

	if (!probe(s, ctx, GPA + 0x123, write, &r))
		return false;
	if (r.verdict != CW_V_HIT || r.pa != pa)
		return selftest_fail(s, "%s: %s, address 0x%" PRIx64 ", not 0x%" PRIx64, what,
				     cw_verdict_name(r.verdict), r.pa, pa);
	return true;
}

uint64_t selftest_to_table(const struct selftest *s, unsigned level)
{
	return s->table[level - 1] | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(PRESENT);
}

/* The second probe of each may come from the TLB. */
bool selftest_page_sizes(struct selftest *s)
{
	static const char *const names[] = {"4 KiB", "2 MiB", "1 GiB"};

	for (unsigned level = 1; level <= 3; level++) {
		const uint64_t size = PAGE << 9 * (level - 1), frame = 0x0000300000000000u;

		if (!selftest_set_entry(s, level,
					frame | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PRESENT) |
						(level > 1 ? CW_SPTE(PS) : 0)))
			return false;
		for (unsigned k = 0; k < 2; k++)
			if (!finds(s, s->raw_ctx, k, frame | ((GPA + 0x123) & (size - 1)), names[level - 1]))
				return false;
		if (level > 1 && !selftest_set_entry(s, level, selftest_to_table(s, level - 1)))
			return false;
	}
	return true;
}

/* The same tables below a root of five levels, and as tables of the legacy flavour. */
bool selftest_roots(struct selftest *s)
{
	const uint64_t frame = 0x0000123456789000u;
	struct cw_cmd attach = {.opcode = CW_OP_CTX_ATTACH,
				.ctx = (uint16_t)(s->raw_ctx - 1),
				.space = (uint16_t)s->raw_domain,
				.level = 5};
	const struct cw_cmd detach = {.opcode = CW_OP_CTX_DETACH, .ctx = attach.ctx};
	struct cw_cpl cpl;

	if (cw_table_alloc(s->dev, &s->table[4]))
		return selftest_fail(s, "%s", cw_last_error());
	attach.addr = s->table[4];
	if (!set_leaf(s, frame | CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(PRESENT)) ||
	    !selftest_hot(s, &(struct cw_cmd){.opcode = CW_OP_FILL, .addr = s->table[4], .arg0 = CW_SPTE(SUPPRESS_VE)},
			  &cpl) ||
	    !selftest_set_entry(s, 5, selftest_to_table(s, 4)) || !selftest_cold(s, &attach, &cpl) ||
	    !finds(s, attach.ctx, true, frame + 0x123, "5 levels") || !selftest_cold(s, &detach, &cpl))
		return false;
	attach.addr = s->table[3];
	attach.level = LEVELS;
	/* The contexts of a domain have one flavour. */
	attach.flavour = 1;
	attach.space--;
	return selftest_cold(s, &attach, &cpl) && finds(s, attach.ctx, true, frame + 0x123, "legacy flavour") &&
	       selftest_cold(s, &detach, &cpl);
}

/* Entries that no table may hold end the request, with a reason each (P43). */
bool selftest_broken_tables(struct selftest *s)
{
	const struct {
		unsigned level;
		uint64_t entry;
		uint8_t reason;
	} list[] = {
		{2, (s->info.table_bytes & ~(PAGE - 1)) | (selftest_to_table(s, 1) & (PAGE - 1)), CW_RSN_BAD_TABLE},
		{4, selftest_to_table(s, 3) | CW_SPTE(PS), CW_RSN_BAD_ENTRY},
		{2, PA | CW_SPTE(R) | CW_SPTE(PS) | CW_SPTE(PRESENT), CW_RSN_BAD_ENTRY}, /* not aligned to 2 MiB */
	};
	struct cw_probe_result r;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (!selftest_set_entry(s, list[i].level, list[i].entry) || !probe(s, s->raw_ctx, GPA, false, &r))
			return false;
		if (r.verdict != CW_V_ABORT || r.reason != list[i].reason)
			return selftest_fail(s, "entry 0x%016" PRIx64 " of level %u: %s, %s, but must be ABORT, %s",
					     list[i].entry, list[i].level, cw_verdict_name(r.verdict),
					     cw_reason_name(r.reason), cw_reason_name(list[i].reason));
		if (!selftest_set_entry(s, list[i].level, selftest_to_table(s, list[i].level - 1)))
			return false;
	}
	return true;
}

/* Many times another address, so that an entry kept anywhere would show. */
bool selftest_invalidate(struct selftest *s)
{
	struct cw_probe_result r;

	for (unsigned i = 0; i < 32; i++) {
		uint64_t pa = PA + i * PAGE;

		if (!set_leaf(s, pa | CW_SPTE(R) | CW_SPTE(PRESENT)))
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

	if (!selftest_cold(s, &(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)s->raw_ctx}, &cpl) ||
	    !probe(s, s->raw_ctx, GPA, false, &r))
		return false;
	if (r.verdict != CW_V_ABORT || r.reason != CW_RSN_BAD_CONTEXT)
		return selftest_fail(s, "a detached context still translates: %s", cw_verdict_name(r.verdict));
	for (unsigned i = 0; i < sizeof(s->table) / sizeof(s->table[0]); i++)
		cw_table_free(s->dev, s->table[i]);
	return cw_mem_free(s->dev, &s->page) == 0 || selftest_fail(s, "%s", cw_last_error());
}
