/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * P17: a malformed command completes with an error that names the field, changes nothing and stops nothing. Every
 * field of every opcode, on the simulated card.
 */
#include <errno.h>
#include <string.h>

#include <catwalk.h>
#include <catwalk/names.h>

#include "check.h"

static struct cw_dev *dev;
static uint64_t page; /* of table memory, ours */
static struct cw_mem host;

static void refused(enum cw_ring_id ring, const struct cw_cmd *cmd, unsigned status, unsigned field)
{
	struct cw_cpl cpl = {0};

	cw_cmd(dev, ring, cmd, &cpl);
	if (!CHECK_EQ(cpl.status, status) | !CHECK_EQ(cpl.field, field))
		printf("  %s: addr 0x%" PRIx64 ": %s, field %s\n", cw_opcode_name(cmd->opcode), cmd->addr,
		       cw_status_name(cpl.status), cw_cmdfield_name(cpl.field));
	CHECK_EQ(cpl.opcode, cmd->opcode);
}

static void hot(const struct cw_cmd *cmd, unsigned field)
{
	refused(CW_RING_HOT, cmd, CW_ST_BAD_FIELD, field);
}

static void cold(const struct cw_cmd *cmd, unsigned field)
{
	refused(CW_RING_COLD, cmd, CW_ST_BAD_FIELD, field);
}

static void opcodes(void)
{
	unsigned ring_of[256], built_of[256];

	memset(ring_of, 0xff, sizeof(ring_of));
#define HOT CW_RING_HOT
#define COLD CW_RING_COLD
#define CW_OPCODE(name, code, ring, built, doc) ring_of[code] = ring, built_of[code] = built;
#include <catwalk/opcode.def>
#undef CW_OPCODE
#undef HOT
#undef COLD
	for (unsigned op = 0; op < 256; op++) {
		struct cw_cmd cmd = {.opcode = (uint8_t)op};

		for (enum cw_ring_id ring = CW_RING_HOT; ring <= CW_RING_COLD; ring++) {
			if (ring_of[op] != ring)
				refused(ring, &cmd, CW_ST_BAD_OPCODE, CW_FIELD_OPCODE);
			else if (!built_of[op])
				refused(ring, &cmd, CW_ST_UNSUPPORTED, CW_FIELD_OPCODE);
		}
	}
}

static void unknown_flags(void)
{
	for (unsigned bit = 1; bit < 8; bit++) {
		hot(&(struct cw_cmd){.opcode = CW_OP_NOP, .flags = (uint8_t)(1 << bit)}, CW_FIELD_FLAGS);
		cold(&(struct cw_cmd){.opcode = CW_OP_STATS, .flags = (uint8_t)(1 << bit)}, CW_FIELD_FLAGS);
	}
}

static void reserved_bytes(void)
{
	for (unsigned i = 0; i < sizeof(((struct cw_cmd *)0)->pad0); i++) {
		struct cw_cmd cmd = {.opcode = CW_OP_NOP};

		cmd.pad0[i] = 0x80;
		hot(&cmd, CW_FIELD_RESERVED);
		cmd.opcode = CW_OP_STATS;
		cold(&cmd, CW_FIELD_RESERVED);
	}
}

static void entries(void)
{
	static const uint8_t ops[] = {CW_OP_WRITE, CW_OP_XCHG, CW_OP_CMPXCHG};

	for (unsigned i = 0; i < 3; i++) {
		for (unsigned off = 1; off < 8; off++)
			hot(&(struct cw_cmd){.opcode = ops[i], .addr = page + off}, CW_FIELD_ADDR);
		hot(&(struct cw_cmd){.opcode = ops[i], .addr = 256 << 20}, CW_FIELD_ADDR);
		hot(&(struct cw_cmd){.opcode = ops[i], .addr = UINT64_MAX - 7}, CW_FIELD_ADDR);
	}
}

/* P13 */
static void protect(void)
{
	const uint64_t bad[] = {page + 8, page + 64, 256 << 20, UINT64_MAX - 4095};

	for (unsigned i = 0; i < 4; i++)
		hot(&(struct cw_cmd){.opcode = CW_OP_PROTECT, .addr = bad[i]}, CW_FIELD_ADDR);
	hot(&(struct cw_cmd){.opcode = CW_OP_PROTECT, .addr = page, .arg0 = 1}, CW_FIELD_ARG0);
	hot(&(struct cw_cmd){.opcode = CW_OP_PROTECT, .addr = page, .arg1 = 4}, CW_FIELD_ARG1);
	hot(&(struct cw_cmd){.opcode = CW_OP_PROTECT, .addr = page, .arg1 = 1ull << 63}, CW_FIELD_ARG1);
	hot(&(struct cw_cmd){.opcode = CW_OP_PROTECT, .addr = page, .enables = 1}, CW_FIELD_RESERVED);
}

static void load_and_fill(void)
{
	const struct cw_cmd ok = {.opcode = CW_OP_LOAD, .addr = page, .arg0 = host.bus, .arg1 = 4096};
	struct cw_cmd c;

#define BAD(member, value, name) \
	c = ok; \
	c.member = value; \
	hot(&c, CW_FIELD_##name)
	BAD(addr, page + 8, ADDR);
	BAD(addr, page + 64, ADDR);
	BAD(addr, 256 << 20, ADDR);
	BAD(arg0, host.bus + 8, ARG0);
	BAD(arg0, host.bus + 64, ARG0);
	BAD(arg1, 0, ARG1);
	BAD(arg1, 63, ARG1);
	BAD(arg1, 4160, ARG1);
	BAD(arg1, 1ull << 40, ARG1);
#undef BAD
	hot(&(struct cw_cmd){.opcode = CW_OP_FILL, .addr = page + 64}, CW_FIELD_ADDR);
	hot(&(struct cw_cmd){.opcode = CW_OP_FILL, .addr = 256 << 20}, CW_FIELD_ADDR);
}

static void invalidate_and_flush(void)
{
	static const uint8_t ops[] = {CW_OP_INVALIDATE, CW_OP_FLUSH};

	for (unsigned i = 0; i < 2; i++) {
		hot(&(struct cw_cmd){.opcode = ops[i], .scope = 3}, CW_FIELD_SCOPE);
		hot(&(struct cw_cmd){.opcode = ops[i], .scope = 0xff}, CW_FIELD_SCOPE);
		hot(&(struct cw_cmd){.opcode = ops[i], .space = CW_NDOM}, CW_FIELD_SPACE);
		hot(&(struct cw_cmd){.opcode = ops[i], .scope = 1, .space = 1 << (CW_SPACE_W - 1)}, CW_FIELD_SPACE);
	}
	hot(&(struct cw_cmd){.opcode = CW_OP_INVALIDATE, .addr = 0x800, .arg0 = 1}, CW_FIELD_ADDR);
	hot(&(struct cw_cmd){.opcode = CW_OP_INVALIDATE, .addr = 1ull << 57, .arg0 = 1}, CW_FIELD_ADDR);
	hot(&(struct cw_cmd){.opcode = CW_OP_INVALIDATE, .addr = 4096, .arg0 = 1ull << 45}, CW_FIELD_ARG0);
	hot(&(struct cw_cmd){.opcode = CW_OP_INVALIDATE, .addr = 4096, .arg0 = UINT64_MAX}, CW_FIELD_ARG0);
	hot(&(struct cw_cmd){.opcode = CW_OP_FLUSH, .scope = 1, .arg1 = CW_NDOM}, CW_FIELD_ARG1);
}

static void resume(void)
{
	hot(&(struct cw_cmd){.opcode = CW_OP_RESUME, .arg0 = 1ull << 32}, CW_FIELD_ARG0);
	hot(&(struct cw_cmd){.opcode = CW_OP_RESUME, .arg1 = 4}, CW_FIELD_ARG1);
	/* P32 */
	refused(CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_RESUME}, CW_ST_UNKNOWN_ID, CW_FIELD_NONE);
	refused(CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_RESUME, .arg0 = 0xffff}, CW_ST_UNKNOWN_ID, CW_FIELD_NONE);
	refused(CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_RESUME, .arg0 = CW_NPARK}, CW_ST_UNKNOWN_ID,
		CW_FIELD_NONE);
}

static void cold_commands(void)
{
	const struct cw_cmd attach = {.opcode = CW_OP_CTX_ATTACH, .addr = page, .level = 4};
	struct cw_cmd c;

#define BAD(member, value, name) \
	c = attach; \
	c.member = value; \
	cold(&c, CW_FIELD_##name)
	BAD(ctx, CW_NCTX, CTX);
	BAD(ctx, 0xffff, CTX);
	BAD(space, CW_NDOM, SPACE);
	BAD(addr, page + 8, ADDR);
	BAD(addr, 256 << 20, ADDR);
	BAD(level, 3, LEVEL);
	BAD(level, 6, LEVEL);
	BAD(flavour, 2, KIND);
	BAD(kind, 2, KIND);
	BAD(enables, 4, ENABLES);
#undef BAD
	cold(&(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = CW_NCTX}, CW_FIELD_CTX);
	cold(&(struct cw_cmd){.opcode = CW_OP_CTX_LIMITS, .ctx = CW_NCTX}, CW_FIELD_CTX);
	cold(&(struct cw_cmd){.opcode = CW_OP_CTX_LIMITS, .ctx = 3, .arg0 = CW_NPARK + 1}, CW_FIELD_ARG0);
	refused(CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_CTX_LIMITS, .ctx = 3}, CW_ST_NO_CONTEXT, CW_FIELD_NONE);
	refused(CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = 3}, CW_ST_NO_CONTEXT, CW_FIELD_NONE);
	cold(&(struct cw_cmd){.opcode = CW_OP_DOMAIN_SET, .space = CW_NDOM}, CW_FIELD_SPACE);
	cold(&(struct cw_cmd){.opcode = CW_OP_DOMAIN_SET, .arg0 = 1 << 19}, CW_FIELD_ARG0);
	cold(&(struct cw_cmd){.opcode = CW_OP_PORT_SET, .ctx = CW_NCTX}, CW_FIELD_CTX);
	cold(&(struct cw_cmd){.opcode = CW_OP_PORT_SET, .space = CW_NCTX}, CW_FIELD_SPACE);
	cold(&(struct cw_cmd){.opcode = CW_OP_PORT_SET, .addr = CW_NPORT}, CW_FIELD_ADDR);
	cold(&(struct cw_cmd){.opcode = CW_OP_PORT_SET, .addr = 1ull << 32}, CW_FIELD_ADDR);
}

/* After all of that the table page is as it was, and commands work. */
static void nothing_changed(void)
{
	uint64_t seen[512];
	struct cw_cpl cpl;
	unsigned bad = 0;

	CHECK_EQ(cw_table_read(dev, page, seen, sizeof(seen)), 0);
	for (unsigned i = 0; i < 512; i++)
		bad += seen[i] != 0x5a5a5a5a00000000;
	CHECK_EQ(bad, 0);
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_XCHG, .addr = page, .arg0 = 1}, &cpl), 0);
	CHECK_EQ(cpl.value, 0x5a5a5a5a00000000);
	CHECK_EQ(cw_cmd(dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_SELFTEST}, &cpl), 0);
	CHECK_EQ(cpl.value, 0);
}

int main(void)
{
	if (cw_open("sim:table-mem=ideal:4,host-mem=ideal:4", &dev) || cw_table_alloc(dev, &page) ||
	    cw_mem_alloc(dev, 8192, &host) ||
	    cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_FILL, .addr = page, .arg0 = 0x5a5a5a5a00000000},
		   NULL)) {
		printf("cannot start: %s\n", cw_last_error());
		return 1;
	}
	RUN(opcodes, "P17");
	RUN(unknown_flags, "P17");
	RUN(reserved_bytes, "P17");
	RUN(entries, "P17");
	RUN(protect, "P17");
	RUN(load_and_fill, "P17");
	RUN(invalidate_and_flush, "P17");
	RUN(resume, "P17");
	RUN(cold_commands, "P17");
	RUN(nothing_changed, "P17");
	cw_close(dev);
	return CHECK_DONE("lib-malformed");
}
