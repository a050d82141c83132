// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* The firmware's commands against a model of the mailbox. */
#include <stdlib.h>

#include "commands.h"

static unsigned port_set(unsigned port, unsigned first, unsigned last)
{
	struct cw_cmd cmd = {.opcode = CW_OP_PORT_SET, .addr = port, .ctx = (uint16_t)first, .space = (uint16_t)last};

	return run(&cmd);
}

/* ---- boot ---- */

static void boot_clears_tables_and_reports_ready(void)
{
	unsigned c = 0, d = 0, p = 0;

	fake_init(&fake);
	memset(&fw, 0, sizeof(fw));
	for (unsigned i = 0; i < CW_NCTX; i++)
		fake.ctx[i].valid = true;
	memset(fake.port_on, 1, sizeof(fake.port_on));
	memset(fake.dom_ports, 0xff, sizeof(fake.dom_ports));
	cw_fw_init(&fw, fake_region(&fake), log_text);
	CHECK(!(fake.word[CW_MBOX_STATUS] & CW_MBOX_STATUS_READY));
	cw_fw_boot(&fw);
	for (unsigned i = 0; i < CW_NCTX; i++)
		c += fake.ctx[i].valid;
	for (unsigned i = 0; i < CW_NDOM; i++)
		d += fake.dom_ports[i] != 0;
	for (unsigned i = 0; i < CW_NPORT; i++)
		p += fake.port_on[i];
	CHECK_EQ(c + d + p, 0);
	CHECK_EQ(fake.word[CW_MBOX_STATUS], CW_MBOX_STATUS_READY);
	CHECK_EQ(fake.word[CW_MBOX_VERSION], 0x00010000);
}

static void self_test_names_the_part(void)
{
	struct cw_cmd cmd = {.opcode = CW_OP_SELFTEST};

	boot();
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.cpl_value, 0);
	fake.scratch_stuck = true;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.cpl_value, CW_SELFTEST_MAILBOX);
	fake.scratch_stuck = false;
	fake.hot_status = CW_ST_BUS_ERROR;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.cpl_value, CW_SELFTEST_HOT);
	fake.hot_status = CW_ST_OK;
	fake.clock_stands = true;
	CHECK_EQ(cw_selftest(&fw), CW_SELFTEST_CLOCK);
}

static void boot_with_a_failed_self_test_is_ready_and_says_so(void)
{
	fake_init(&fake);
	memset(&fw, 0, sizeof(fw));
	fake.scratch_stuck = true;
	cw_fw_init(&fw, fake_region(&fake), log_text);
	cw_fw_boot(&fw);
	CHECK_EQ(fake.word[CW_MBOX_STATUS], CW_MBOX_STATUS_READY | CW_MBOX_STATUS_TEST_FAILED);
}

/* ---- checks of commands ---- */

static void unknown_and_hot_opcodes_are_refused(void)
{
	boot();
	for (unsigned op = 0; op < 256; op++) {
		struct cw_cmd cmd = {.opcode = (uint8_t)op};
		bool cold = op >= CW_OP_CTX_ATTACH && op <= CW_OP_CTX_LIMITS;

		run(&cmd);
		CHECK((fake.cpl_status == CW_ST_BAD_OPCODE) == !cold);
		CHECK((fake.cpl_field == CW_FIELD_OPCODE) == !cold);
	}
}

/* Every byte that an opcode does not use must be zero (P17): tried one bit at a time over the whole command. */
static void every_unused_bit_is_refused(void)
{
	static const struct {
		struct cw_cmd cmd;
		uint8_t ctx, space, addr, arg0, shape, arg1;
	} all[] = {
		{{.opcode = CW_OP_CTX_ATTACH, .level = 4}, 1, 1, 1, 1, 1, 0},
		{{.opcode = CW_OP_CTX_DETACH}, 1, 0, 0, 0, 0, 0},
		{{.opcode = CW_OP_CTX_LIMITS}, 1, 0, 0, 1, 0, 0},
		{{.opcode = CW_OP_CTX_ROOT, .level = 4}, 1, 0, 1, 0, 1, 0},
		{{.opcode = CW_OP_DOMAIN_SET}, 0, 1, 0, 1, 0, 0},
		{{.opcode = CW_OP_PORT_SET}, 1, 1, 1, 0, 0, 0},
		{{.opcode = CW_OP_LOG_SET}, 0, 1, 1, 1, 0, 1},
		{{.opcode = CW_OP_DRING_SET}, 1, 0, 1, 1, 0, 1},
		{{.opcode = CW_OP_STATS}, 0, 0, 0, 0, 0, 0},
		{{.opcode = CW_OP_SELFTEST}, 0, 0, 0, 0, 0, 0},
	};

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (unsigned bit = 0; bit < 8 * CW_CMD_BYTES; bit++) {
			unsigned byte = bit / 8, want = CW_FIELD_RESERVED;
			struct cw_cmd cmd = all[i].cmd;
			bool used;

			used = byte == 0 || byte == 2 || byte == 3 || bit == 8 || (all[i].space && byte / 2 == 2) ||
			       (all[i].addr && byte / 8 == 1) || (all[i].arg0 && byte / 8 == 2) ||
			       (all[i].arg1 && byte / 8 == 3) || (all[i].ctx && byte / 2 == 48) ||
			       (all[i].shape && byte >= 98 && byte <= 101);
			if (used)
				continue;
			if (byte == 1)
				want = CW_FIELD_FLAGS;
			((uint8_t *)&cmd)[byte] ^= (uint8_t)(1u << bit % 8);
			boot();
			CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
			CHECK_EQ(fake.cpl_field, want);
			CHECK_STR(fake.trail, "E");
		}
	}
}

static void barrier_is_accepted(void)
{
	struct cw_cmd cmd = {.opcode = CW_OP_STATS, .flags = CW_CMD_BARRIER};

	boot();
	CHECK_EQ(run(&cmd), CW_ST_OK);
}

static void attach_checks_every_field(void)
{
	static const struct {
		unsigned ctx, domain, level;
		uint64_t root;
		uint8_t flavour, kind, enables;
		unsigned field;
	} bad[] = {
		{CW_NCTX, 0, 4, 0, 0, 0, 0, CW_FIELD_CTX},     {0xffff, 0, 4, 0, 0, 0, 0, CW_FIELD_CTX},
		{0, CW_NDOM, 4, 0, 0, 0, 0, CW_FIELD_SPACE},   {0, 0xffff, 4, 0, 0, 0, 0, CW_FIELD_SPACE},
		{0, 0, 4, 0x800, 0, 0, 0, CW_FIELD_ADDR},      {0, 0, 4, 1 << 20, 0, 0, 0, CW_FIELD_ADDR},
		{0, 0, 4, 1ull << 63, 0, 0, 0, CW_FIELD_ADDR}, {0, 0, 3, 0, 0, 0, 0, CW_FIELD_LEVEL},
		{0, 0, 6, 0, 0, 0, 0, CW_FIELD_LEVEL},	       {0, 0, 0, 0, 0, 0, 0, CW_FIELD_LEVEL},
		{0, 0, 4, 0, 2, 0, 0, CW_FIELD_KIND},	       {0, 0, 4, 0, 0, 2, 0, CW_FIELD_KIND},
		{0, 0, 4, 0, 0, 0xff, 0, CW_FIELD_KIND},       {0, 0, 4, (1 << 20) + 8, 0, 0, 0, CW_FIELD_ADDR},
		{0, 0, 4, 0, 0, 0, 4, CW_FIELD_ENABLES},       {0, 0, 4, 0, 0, 0, 0x80, CW_FIELD_ENABLES},
	};

	boot();
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cw_cmd cmd = attach_cmd(bad[i].ctx, bad[i].domain, bad[i].root, bad[i].level);

		cmd.flavour = bad[i].flavour;
		cmd.kind = bad[i].kind;
		cmd.enables = bad[i].enables;
		CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
		CHECK_EQ(fake.cpl_field, bad[i].field);
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		struct cw_cmd cmd = attach_cmd(0, 0, 0, 4);

		/* more than there is of parked requests, of walks, of bursts */
		cmd.arg0 = bit < 8 ? CW_NPARK : bit < 16 ? 32 << CW_LIMIT_WALKS_LSB : bit < 23 ? 64 << 16 : 0;
		if (bit >= CW_LIMIT_DIRTY_LSB && bit < CW_LIMIT_DIRTY_LSB + 16)
			continue;
		cmd.arg0 += UINT64_C(1) << bit;
		CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
		CHECK_EQ(fake.cpl_field, CW_FIELD_ARG0);
	}
	for (unsigned bit = CW_SPACE_W - 1; bit < 64; bit++) {
		struct cw_cmd cmd = attach_cmd(0, 0, 0, 4);

		cmd.kind = 1;
		cmd.arg1 = UINT64_C(1) << bit;
		CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
		CHECK_EQ(fake.cpl_field, CW_FIELD_ARG1);
	}
	CHECK_EQ(strspn(fake.trail, "E"), fake.trail_len);
}

static void enables_reach_the_table(void)
{
	boot();
	for (unsigned e = 0; e < 4; e++) {
		struct cw_cmd cmd = attach_cmd(e, 1, 0x1000, 4);

		cmd.enables = (uint8_t)e;
		CHECK_EQ(run(&cmd), CW_ST_OK);
		CHECK_EQ(fake.ctx[e].ad, (e & CW_CMD_ENABLE_AD) != 0);
		CHECK_EQ(fake.ctx[e].fix, (e & CW_CMD_ENABLE_FIX) != 0);
	}
}

static uint8_t log_set(unsigned int domain, uint64_t mode, uint64_t addr, uint64_t entries)
{
	struct cw_cmd cmd = {
		.opcode = CW_OP_LOG_SET, .space = (uint16_t)domain, .arg0 = mode, .addr = addr, .arg1 = entries};

	fake_trail_clear(&fake);
	return run(&cmd);
}

static void log_set_checks_every_field(void)
{
	const struct {
		unsigned int domain;
		uint64_t mode, addr, entries;
		uint8_t field;
	} bad[] = {
		{CW_NDOM, 1, 0x10000, 64, CW_FIELD_SPACE},
		{1, 4, 0x10000, 64, CW_FIELD_ARG0},
		{1, 1, 0x10000, 0, CW_FIELD_ARG1},
		{1, 1, 0x10000, CW_LOG_DIR + 1, CW_FIELD_ARG1},
		{1, 1, 0x10010, 64, CW_FIELD_ADDR},
		{1, 1, UINT64_C(1) << 40, 64, CW_FIELD_ADDR},
		{1, 1, (1 << 20) - 4096, 257, CW_FIELD_ADDR},
		{1, 0, 0x10000, 0, CW_FIELD_ADDR},
		{1, 0, 0, 64, CW_FIELD_ARG1},
	};

	boot();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(log_set(bad[i].domain, bad[i].mode, bad[i].addr, bad[i].entries), CW_ST_BAD_FIELD);
		CHECK_EQ(fake.cpl_field, bad[i].field);
		CHECK_EQ(strspn(fake.trail, "E"), fake.trail_len);
	}
}

/* P28: directory, mode, epochs; everything dirty after a change only; the directory goes when nothing can mark. */
static void log_set_keeps_the_order(void)
{
	boot();
	CHECK_EQ(log_set(2, CW_LOG_CAPTURE, 0x10000, 64), CW_ST_OK);
	CHECK(!strncmp(fake.trail, "LdeF", 4));
	CHECK_EQ(fake.dom_log[2], CW_LOG_CAPTURE);
	CHECK_EQ(fake.log_root[2], 0x10000);
	CHECK_EQ(fake.log_size[2], 64);
	CHECK_EQ(log_set(2, CW_LOG_PROTECT, 0x11000, 64), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_ADDR);
	CHECK_EQ(log_set(2, CW_LOG_PROTECT, 0x10000, 32), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_ARG1);
	CHECK_EQ(log_set(2, CW_LOG_PROTECT, 0x10000, 64), CW_ST_OK);
	CHECK(!strncmp(fake.trail, "deDF", 4));
	CHECK_EQ(log_set(2, CW_LOG_PROTECT, 0x10000, 64), CW_ST_OK);
	CHECK(!strncmp(fake.trail, "deF", 3));
	fake.flush_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(log_set(2, CW_LOG_OFF, 0, 0), CW_ST_NOT_FLUSHED);
	CHECK_EQ(fake.dom_log[2], CW_LOG_OFF);
	CHECK_EQ(fake.log_size[2], 64);
	fake.flush_status = CW_ST_OK;
	CHECK_EQ(log_set(2, CW_LOG_OFF, 0, 0), CW_ST_OK);
	CHECK(!strncmp(fake.trail, "deFl", 4));
	CHECK_EQ(fake.log_size[2], 0);
	CHECK_EQ(log_set(2, CW_LOG_CAPTURE, 0x20000, CW_LOG_DIR), CW_ST_OK);
	CHECK_EQ(fake.log_root[2], 0x20000);
}

static void log_set_gives_up_in_the_end(void)
{
	boot();
	fake.log_hangs = true;
	CHECK_EQ(log_set(2, CW_LOG_CAPTURE, 0x10000, 64), CW_ST_FW_FAULT);
}

static uint8_t dring_set(unsigned int ctx, uint64_t log2, uint64_t addr, uint64_t limit)
{
	struct cw_cmd cmd = {
		.opcode = CW_OP_DRING_SET, .ctx = (uint16_t)ctx, .arg0 = log2, .addr = addr, .arg1 = limit};

	fake_trail_clear(&fake);
	return run(&cmd);
}

static void dring_set_checks_every_field(void)
{
	const struct {
		unsigned int ctx;
		uint64_t log2, addr, limit;
		uint8_t field;
	} bad[] = {
		{CW_NCTX, 4, 0x10000, 8, CW_FIELD_CTX},
		{1, CW_RING_LOG2_MIN - 1, 0x10000, 8, CW_FIELD_ARG0},
		{1, CW_RING_LOG2_MAX + 1, 0x10000, 8, CW_FIELD_ARG0},
		{1, UINT64_C(1) << 32 | 4, 0x10000, 8, CW_FIELD_ARG0},
		{1, 4, 0x10800, 8, CW_FIELD_ADDR},
		{1, 0, 0x10000, 0, CW_FIELD_ADDR},
		{1, 4, 0x10000, 0, CW_FIELD_ARG1},
		{1, 4, 0x10000, 9, CW_FIELD_ARG1},
		{1, 16, 0x10000, 65529, CW_FIELD_ARG1},
		{1, 0, 0, 1, CW_FIELD_ARG1},
	};

	boot();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(dring_set(bad[i].ctx, bad[i].log2, bad[i].addr, bad[i].limit), CW_ST_BAD_FIELD);
		CHECK_EQ(fake.cpl_field, bad[i].field);
		CHECK_EQ(strspn(fake.trail, "E"), fake.trail_len);
	}
}

/* P27: between two rings of a context nothing of it can be under way. */
static void dring_set_wants_a_context_that_is_not_attached(void)
{
	boot();
	CHECK_EQ(dring_set(3, 16, UINT64_C(0x1234567000), 65528), CW_ST_OK);
	CHECK_STR(fake.trail, "rE");
	CHECK_EQ(fake.dring[3].log2, 16);
	CHECK_EQ(fake.dring[3].base, UINT64_C(0x1234567000));
	CHECK_EQ(fake.dring[3].limit, 65528);
	CHECK_EQ(attach(3, 1), CW_ST_OK);
	CHECK_EQ(dring_set(3, 4, 0x10000, 8), CW_ST_IN_USE);
	CHECK_STR(fake.trail, "E");
	fake.flush_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(detach(3), CW_ST_NOT_FLUSHED);
	CHECK_EQ(dring_set(3, 4, 0x10000, 8), CW_ST_IN_USE);
	fake.flush_status = CW_ST_OK;
	CHECK_EQ(detach(3), CW_ST_OK);
	CHECK_EQ(dring_set(3, 4, 0x10000, 8), CW_ST_OK);
	CHECK_EQ(fake.dring[3].log2, 4);
	CHECK_EQ(dring_set(3, 0, 0, 0), CW_ST_OK);
	CHECK_EQ(fake.dring[3].log2, 0);
	fake.dring_hangs = true;
	CHECK_EQ(dring_set(3, 4, 0x10000, 8), CW_ST_FW_FAULT);
}

static void domain_set_checks_every_field(void)
{
	struct cw_cmd cmd = {.opcode = CW_OP_DOMAIN_SET, .space = CW_NDOM};

	boot();
	CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_SPACE);
	cmd.space = CW_NDOM - 1;
	cmd.arg0 = 1 << 19;
	CHECK_EQ(run(&cmd), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_ARG0);
	cmd.arg0 = (1 << 19) - 1;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.dom_gen[CW_NDOM - 1], 0x7ffff);
}

static void port_set_checks_every_field(void)
{
	boot();
	CHECK_EQ(port_set(CW_NPORT, 0, 1), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_ADDR);
	CHECK_EQ(port_set(0, CW_NCTX, 1), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_CTX);
	CHECK_EQ(port_set(0, 0, CW_NCTX), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_SPACE);
	CHECK_STR(fake.trail, "EEE");
}

/* ---- contexts ---- */

static void attach_fills_the_table_p1_p32(void)
{
	struct cw_cmd cmd = attach_cmd(63, 15, 0xff000, 5);

	boot();
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.cpl_value, 1);
	CHECK(fake.ctx[63].valid && fake.ctx[63].level5);
	CHECK_EQ(fake.ctx[63].domain, 15);
	CHECK_EQ(fake.ctx[63].space, 15);
	CHECK_EQ(fake.ctx[63].root, 0xff000);
	CHECK_EQ(fake.ctx[63].gen, 1);
	CHECK_EQ(fake.ctx[63].quota, CW_PARK_QUOTA);
	CHECK_EQ(attach(63, 15), CW_ST_IN_USE);
}

/* What is cached for a domain is shared by its contexts (P1): one flavour, until the last of them is gone. */
static void one_flavour_per_domain_p1(void)
{
	struct cw_cmd cmd = attach_cmd(6, 2, 0x3000, 5);
	struct cw_cmd other = attach_cmd(7, 2, 0x3000, 5);

	boot();
	cmd.flavour = 1;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.ctx[6].flavour, 1);
	CHECK_EQ(run(&other), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_KIND);
	other.space = 3;
	CHECK_EQ(run(&other), CW_ST_OK);
	CHECK_EQ(fake.ctx[7].flavour, 0);
	CHECK_EQ(detach(6), CW_ST_OK);
	cmd.flavour = 0;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK_EQ(fake.ctx[6].flavour, 0);
}

static void each_attach_raises_the_generation_p32(void)
{
	boot();
	for (unsigned i = 1; i < 70000; i += i < 5 ? 1 : 13999) {
		fw.ctx[4].gen = (uint16_t)(i - 1);
		CHECK_EQ(attach(4, 1), CW_ST_OK);
		CHECK_EQ(fake.ctx[4].gen, i & 0xffff);
		CHECK_EQ(detach(4), CW_ST_OK);
	}
}

static void detach_keeps_the_order_of_p33(void)
{
	boot();
	CHECK_EQ(port_set(1, 0, 9), CW_ST_OK);
	CHECK_EQ(attach(9, 3), CW_ST_OK);
	fake_trail_clear(&fake);
	CHECK_EQ(detach(9), CW_ST_OK);
	CHECK_STR(fake.trail, "cIAFdE");
	CHECK(!fake.ctx[9].valid);
	CHECK_EQ(fake.dom_ports[3], 0);
	CHECK_EQ(detach(9), CW_ST_NO_CONTEXT);
	CHECK_EQ(detach(CW_NCTX), CW_ST_BAD_FIELD);
	CHECK_EQ(fake.cpl_field, CW_FIELD_CTX);
}

static void detach_that_is_not_flushed_can_be_repeated_p21(void)
{
	boot();
	CHECK_EQ(port_set(0, 0, 5), CW_ST_OK);
	CHECK_EQ(attach(5, 2), CW_ST_OK);
	fake.flush_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(detach(5), CW_ST_NOT_FLUSHED);
	CHECK(!fake.ctx[5].valid);
	CHECK_EQ(fake.dom_ports[2], 1);
	CHECK_EQ(attach(5, 2), CW_ST_IN_USE);
	fake.flush_status = CW_ST_OK;
	fake_trail_clear(&fake);
	CHECK_EQ(detach(5), CW_ST_OK);
	CHECK_STR(fake.trail, "cIAFdE");
	CHECK_EQ(attach(5, 2), CW_ST_OK);
}

static void detach_waits_out_busy_and_keeps_the_heartbeat(void)
{
	unsigned before;

	boot();
	CHECK_EQ(attach(1, 1), CW_ST_OK);
	fake.flush_busy = 3;
	fake.flush_cycles = 90000;
	before = fake.heartbeats;
	fake_trail_clear(&fake);
	CHECK_EQ(detach(1), CW_ST_OK);
	CHECK_STR(fake.trail, "cIAfffFE");
	CHECK(fake.heartbeats - before > 20);
}

static void every_wait_has_a_deadline(void)
{
	boot();
	CHECK_EQ(attach(1, 1), CW_ST_OK);
	fake.hot_mute = true;
	CHECK_EQ(detach(1), CW_ST_FW_FAULT);
	boot();
	CHECK_EQ(attach(1, 1), CW_ST_OK);
	fake.hot_deaf = true;
	CHECK_EQ(detach(1), CW_ST_FW_FAULT);
	CHECK_EQ(detach(1), CW_ST_FW_FAULT);
	boot();
	CHECK_EQ(attach(1, 1), CW_ST_OK);
	fake.abort_hangs = true;
	CHECK_EQ(detach(1), CW_ST_FW_FAULT);
	boot();
	fake.flush_busy = ~0u;
	CHECK_EQ(attach(1, 1), CW_ST_OK);
	fake.silence = 0;
	CHECK_EQ(detach(1), CW_ST_NOT_FLUSHED);
	CHECK(fake.silence < 10000); /* FLUSH_TIMEOUT says how long that may take, FW_WATCHDOG does not */
	boot();
	fake.snap_hangs = true;
	CHECK_EQ(run(&(struct cw_cmd){.opcode = CW_OP_STATS}), CW_ST_FW_FAULT);
	boot();
	fake.cpl_hangs = true;
	CHECK_EQ(attach(1, 1), CW_ST_OK);
}

static void hot_errors_are_not_the_hosts(void)
{
	boot();
	CHECK_EQ(attach(1, 1), CW_ST_OK);
	fake.hot_status = CW_ST_BAD_FIELD;
	CHECK_EQ(detach(1), CW_ST_FW_FAULT);
	fake.hot_status = CW_ST_OK;
	fake.wrong_id = true;
	CHECK_EQ(detach(1), CW_ST_FW_FAULT);
	fake.wrong_id = false;
	CHECK_EQ(detach(1), CW_ST_OK);
}

/* ---- ports ---- */

static void port_enters_the_mask_before_the_range_grows_p20(void)
{
	boot();
	CHECK_EQ(attach(8, 4), CW_ST_OK);
	fake_trail_clear(&fake);
	CHECK_EQ(port_set(2, 8, 8), CW_ST_OK);
	CHECK_STR(fake.trail, "dpE");
	CHECK_EQ(fake.dom_ports[4], 4);
	CHECK(fake.port_on[2]);
	CHECK_EQ(fake.port_range[2], 8 << 16 | 8);
}

static void port_leaves_the_mask_after_a_flush_p20(void)
{
	boot();
	CHECK_EQ(attach(8, 4), CW_ST_OK);
	CHECK_EQ(port_set(2, 0, 63), CW_ST_OK);
	fake_trail_clear(&fake);
	fake.flush_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(port_set(2, 1, 0), CW_ST_NOT_FLUSHED);
	CHECK_STR(fake.trail, "pfE");
	CHECK(!fake.port_on[2]);
	CHECK_EQ(fake.dom_ports[4], 4);
	fake.flush_status = CW_ST_OK;
	fake_trail_clear(&fake);
	CHECK_EQ(port_set(2, 1, 0), CW_ST_OK);
	CHECK_STR(fake.trail, "pFdE");
	CHECK_EQ(fake.dom_ports[4], 0);
}

/* The masks against a plain count over all contexts and ports, after every command of a random run. */
static void masks_are_right_after_any_commands(void)
{
	struct {
		bool on;
		unsigned first, last;
	} port[CW_NPORT] = {0};
	int domain_of[CW_NCTX];

	boot();
	srand(1);
	memset(domain_of, 0xff, sizeof(domain_of));
	for (unsigned n = 0; n < 3000; n++) {
		unsigned ctx = (unsigned)rand() % CW_NCTX, what = (unsigned)rand() % 8;
		unsigned fail = (unsigned)rand() % 10 == 0, status;

		fake.flush_status = fail ? CW_ST_NOT_FLUSHED : CW_ST_OK;
		if (what < 4) {
			unsigned d = (unsigned)rand() % CW_NDOM;

			status = attach(ctx, d);
			CHECK_EQ(status, domain_of[ctx] >= 0 ? CW_ST_IN_USE : CW_ST_OK);
			if (status == CW_ST_OK)
				domain_of[ctx] = (int)d;
		} else if (what < 7) {
			status = detach(ctx);
			if (domain_of[ctx] < 0)
				CHECK_EQ(status, CW_ST_NO_CONTEXT);
			else
				CHECK_EQ(status, fail ? CW_ST_NOT_FLUSHED : CW_ST_OK);
			if (status == CW_ST_OK)
				domain_of[ctx] = -1;
		} else {
			unsigned p = (unsigned)rand() % CW_NPORT, a = (unsigned)rand() % CW_NCTX;

			status = port_set(p, a, ctx);
			CHECK(status == CW_ST_OK || (fail && status == CW_ST_NOT_FLUSHED));
			port[p].on = a <= ctx;
			port[p].first = a;
			port[p].last = ctx;
		}
		/* A mask may be too wide after a FLUSH that failed, never too narrow. */
		for (unsigned d = 0; d < CW_NDOM; d++) {
			uint32_t want = 0;

			for (unsigned c = 0; c < CW_NCTX; c++) {
				for (unsigned p = 0; p < CW_NPORT && domain_of[c] == (int)d; p++)
					want |= port[p].on && port[p].first <= c && c <= port[p].last ? 1u << p : 0;
			}
			CHECK_EQ(want & ~fake.dom_ports[d], 0);
			if (what == 7 && status == CW_ST_OK)
				CHECK_EQ(fake.dom_ports[d], want);
		}
		fake_trail_clear(&fake);
	}
}

/* ---- the rest ---- */

static void stats_gives_the_cycle_of_the_snapshot(void)
{
	struct cw_cmd cmd = {.opcode = CW_OP_STATS};

	boot();
	fake.cycle = 0x123456789a;
	CHECK_EQ(run(&cmd), CW_ST_OK);
	CHECK(fake.cpl_value > 0x123456789a && fake.cpl_value < 0x123456789a + 10000);
	CHECK_STR(fake.trail, "SE");
}

static void cycle_is_whole_when_the_low_word_wraps(void)
{
	boot();
	for (unsigned i = 0; i < 100; i++) {
		uint64_t before, got;

		fake.cycle = 0x1fffffff0ull - 60 + i;
		before = fake.cycle;
		got = cw_fw_cycle(&fw);
		CHECK(got >= before && got <= fake.cycle);
	}
}

static void log_formats_and_wraps(void)
{
	boot();
	fw.log.head = 0;
	fake.cycle = 0x10;
	cw_fw_log(&fw, "u %u x %x X %X s %s", (uint32_t)4294967295u, (uint32_t)0xbeef, (uint64_t)0x123456789abcdef0,
		  "text");
	CHECK(log_text[0] == '[');
	CHECK_STR(strchr(log_text, ' '), " u 4294967295 x beef X 123456789abcdef0 s text\n");
	fw.log.head = 0;
	cw_fw_log(&fw, "%u %x %X", (uint32_t)0, (uint32_t)0, (uint64_t)0x100000000);
	CHECK(strstr(log_text, "] 0 0 100000000\n"));
	CHECK_EQ(fake.word[CW_MBOX_LOG_HEAD], fw.log.head);
	for (unsigned i = 0; i < 1000; i++)
		cw_fw_log(&fw, "a line to go round the ring with");
	CHECK(fw.log.head > 4 * CW_FW_LOG_BYTES);
}

static void idle_sleeps_with_a_heartbeat(void)
{
	unsigned beats, sleeps;

	boot();
	beats = fake.heartbeats;
	sleeps = fake.sleeps;
	for (unsigned i = 0; i < 10; i++)
		cw_fw_turn(&fw);
	CHECK_EQ(fake.heartbeats - beats, 10);
	CHECK_EQ(fake.sleeps - sleeps, 10);
	CHECK_STR(fake.trail, "");
}

int main(void)
{
	RUN(boot_clears_tables_and_reports_ready);
	RUN(self_test_names_the_part);
	RUN(boot_with_a_failed_self_test_is_ready_and_says_so);
	RUN(unknown_and_hot_opcodes_are_refused);
	RUN(every_unused_bit_is_refused, "P17");
	RUN(barrier_is_accepted);
	RUN(attach_checks_every_field, "P17");
	RUN(enables_reach_the_table);
	RUN(log_set_checks_every_field, "P17");
	RUN(log_set_keeps_the_order, "P28");
	RUN(log_set_gives_up_in_the_end, "P28");
	RUN(dring_set_checks_every_field, "P17");
	RUN(dring_set_wants_a_context_that_is_not_attached, "P27");
	RUN(domain_set_checks_every_field, "P17");
	RUN(port_set_checks_every_field, "P17");
	RUN(attach_fills_the_table_p1_p32);
	RUN(one_flavour_per_domain_p1);
	RUN(each_attach_raises_the_generation_p32);
	RUN(detach_keeps_the_order_of_p33);
	RUN(detach_that_is_not_flushed_can_be_repeated_p21);
	RUN(detach_waits_out_busy_and_keeps_the_heartbeat);
	RUN(every_wait_has_a_deadline);
	RUN(hot_errors_are_not_the_hosts);
	RUN(port_enters_the_mask_before_the_range_grows_p20);
	RUN(port_leaves_the_mask_after_a_flush_p20);
	RUN(masks_are_right_after_any_commands);
	RUN(stats_gives_the_cycle_of_the_snapshot);
	RUN(cycle_is_whole_when_the_low_word_wraps);
	RUN(log_formats_and_wraps);
	RUN(idle_sleeps_with_a_heartbeat);
	return CHECK_DONE("fw");
}
