/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Commands of the dirty log, against a device that only keeps a record of them: order, fields, errors. */
#include <errno.h>
#include <stdlib.h>

#include "fake.h"

#include "check.h"

#define GPA 0x100000ull
#define PAGES 256u
#define ALL_OPS (1u << CW_OP_HARVEST | 1u << CW_OP_PROTECT | 1u << CW_OP_STOP | 1u << CW_OP_DRAIN | 1u << CW_OP_START)

static struct fake *f;
static struct cw_dev *dev;
static struct cw_vm *vm;
static struct cw_ctx *ctx;
static struct cw_mem mem;
static uint64_t map[PAGES / 64];

static void set_up(uint32_t ops)
{
	f = fake_new();
	f->regs[CW_REG_CAP_HOT_OPS / 4] = ops;
	CHECK_EQ(cw_open_transport(&fake_transport, f, "fake:", &dev), 0);
	CHECK_EQ(cw_mem_alloc(dev, PAGES * 4096, &mem), 0);
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 40}, &vm), 0);
	CHECK_EQ(cw_vm_set_memory(vm,
				  &(struct cw_vm_region){
					  .flags = CW_MEM_LOG_DIRTY, .gpa = GPA, .size = PAGES * 4096, .ptr = mem.ptr}),
		 0);
	memset(map, 0, sizeof(map));
}

static void attach(void)
{
	CHECK_EQ(cw_ctx_create(vm, NULL, &ctx), 0);
	f->nlog = 0;
}

/* Index in the log of the n-th command of an opcode, or nlog. */
static unsigned find(unsigned opcode, unsigned n)
{
	unsigned i;

	for (i = 0; i < f->nlog; i++)
		if (f->log[i].opcode == opcode && !n--)
			break;
	return i;
}

static int64_t get(void)
{
	return cw_vm_log_get(vm, 0, map);
}

static void what_the_device_lacks_is_refused(void)
{
	set_up(0);
	attach();
	for (unsigned m = CW_LOG_CAPTURE; m <= CW_LOG_DIRTYBIT; m++)
		CHECK_EQ(cw_vm_log_start(vm, 0, m, 0), -EOPNOTSUPP);
	CHECK_EQ(cw_vm_stop(vm, 0), -EOPNOTSUPP);
	CHECK_EQ(cw_vm_drain(vm, 0, NULL), -EOPNOTSUPP);
	CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 0);
	cw_close(dev);
	set_up(1u << CW_OP_HARVEST);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_PROTECT, 0), -EOPNOTSUPP);
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_DIRTYBIT, 0), -EOPNOTSUPP);
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	cw_close(dev);
}

static void a_start_empties_the_directory_first(void)
{
	const struct cw_cmd *set;
	unsigned at;

	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	at = find(CW_OP_LOG_SET, 0);
	if (!CHECK(at < f->nlog))
		return;
	set = &f->log[at];
	/* 2^40 bytes are 2^13 leaves, in 32 pages. */
	CHECK_EQ(set->arg0, CW_LOG_CAPTURE);
	CHECK_EQ(set->arg1, 8192);
	CHECK(set->addr && set->addr % 4096 == 0);
	CHECK_EQ(fake_count(f, CW_OP_FILL), 32);
	for (unsigned i = 0; i < 32; i++) {
		CHECK(find(CW_OP_FILL, i) < at);
		CHECK_EQ(f->log[find(CW_OP_FILL, i)].addr, set->addr + i * 4096);
		CHECK_EQ(f->log[find(CW_OP_FILL, i)].arg0, 0);
	}
	/* Hot and cold commands are ordered by a completion only. */
	CHECK(find(CW_OP_NOP, 0) < at && find(CW_OP_NOP, 0) > find(CW_OP_FILL, 31));
	f->nlog = 0;
	/* Another mode: the same directory, with what is in it. */
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_PROTECT, 0), 0);
	CHECK_EQ(fake_count(f, CW_OP_FILL), 0);
	CHECK_EQ(f->log[find(CW_OP_LOG_SET, 0)].arg0, CW_LOG_PROTECT);
	f->nlog = 0;
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	at = find(CW_OP_LOG_SET, 0);
	CHECK(at < f->nlog && !f->log[at].arg0 && !f->log[at].addr && !f->log[at].arg1);
	cw_close(dev);
}

static void a_log_waits_for_its_domain(void)
{
	set_up(ALL_OPS);
	f->nlog = 0;
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_DIRTYBIT, 0), 0);
	CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 0);
	CHECK_EQ(get(), 0);
	CHECK_EQ(cw_ctx_create(vm, NULL, &ctx), 0);
	CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 1);
	CHECK(find(CW_OP_LOG_SET, 0) < find(CW_OP_CTX_ATTACH, 0));
	CHECK_EQ(f->log[find(CW_OP_CTX_ATTACH, 0)].enables, CW_CMD_ENABLE_AD | CW_CMD_ENABLE_FIX);
	/* The VM does not go before its log. */
	f->nlog = 0;
	CHECK_EQ(cw_ctx_destroy(ctx), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 1);
	CHECK_EQ(f->log[find(CW_OP_LOG_SET, 0)].arg0, 0);
	cw_close(dev);
}

static unsigned parts, part;

/* Each part has one record more than the one before; the last one is the third. */
static void harvest_in_parts(struct fake *fake, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	struct cw_log_record *rec = (struct cw_log_record *)(uintptr_t)cmd->arg0;

	(void)fake;
	if (cmd->opcode != CW_OP_HARVEST)
		return;
	CHECK_EQ(cmd->arg0 % 128, 0);
	CHECK(cmd->arg1 >> 32 >= 16);
	CHECK_EQ(cmd->addr, (uint64_t)part << 27);
	part++;
	for (unsigned i = 0; i < part; i++) {
		memset(&rec[i], 0, sizeof(rec[i]));
		rec[i].index = i ? 1000 + i : 0; /* but the first: outside of the slot */
		rec[i].line[4 + part % 4] = 1ull << part;
	}
	cpl->value = part;
	if (part < parts)
		cpl->info = 1 | (uint64_t)part << 27;
}

static void a_harvest_goes_on_where_it_says(void)
{
	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	f->on_complete = harvest_in_parts;
	part = 0;
	parts = 3;
	map[1] = 8;
	CHECK_EQ(get(), 3);
	CHECK_EQ(part, 3);
	/* gfn 256 + 64 k + n is page 64 k + n of the slot. */
	CHECK_EQ(map[0], 0);
	CHECK_EQ(map[1], 8 | 1 << 1);
	CHECK_EQ(map[2], 1 << 2);
	CHECK_EQ(map[3], 1 << 3);
	cw_close(dev);
}

static void harvest_lost(struct fake *fake, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	(void)fake;
	if (cmd->opcode == CW_OP_HARVEST)
		cpl->info = 2;
}

static void a_log_that_lost_track_reports_everything(void)
{
	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	CHECK_EQ(get(), 0);
	f->on_complete = harvest_lost;
	CHECK_EQ(get(), PAGES);
	f->on_complete = NULL;
	CHECK_EQ(get(), 0);
	/* A harvest that fails: an error now, and everything next time. */
	f->fail_opcode = CW_OP_HARVEST;
	f->fail_status = CW_ST_BUS_ERROR;
	CHECK_EQ(get(), -EIO);
	f->fail_opcode = 0;
	CHECK_EQ(get(), PAGES);
	CHECK_EQ(get(), 0);
	cw_close(dev);
}

static void harvest_too_many(struct fake *fake, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	(void)fake;
	if (cmd->opcode == CW_OP_HARVEST)
		cpl->value = 100000;
}

static void more_records_than_room_are_an_error(void)
{
	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	f->on_complete = harvest_too_many;
	CHECK_EQ(get(), -EIO);
	cw_close(dev);
}

static void fault(uint64_t gpa, uint8_t reason)
{
	static uint32_t id = 0x10000;

	fake_fault(f, (struct cw_fault_record){.addr = gpa,
					       .parked_id = id++,
					       .ctx = (uint16_t)cw_ctx_id(ctx),
					       .len = 8,
					       .access = CW_ACCESS_WRITE,
					       .verdict = CW_V_MISS,
					       .reason = reason});
	CHECK_EQ(cw_service(dev, 1000), 1);
	cw_run(dev, 10000);
}

static void a_missing_leaf_is_zeroed_enabled_and_resumed(void)
{
	unsigned fill, enable;

	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	fault(GPA, CW_RSN_NOT_PRESENT);
	f->nlog = 0;
	fault(GPA, CW_RSN_LOG_MISSING);
	fill = find(CW_OP_FILL, 0);
	enable = find(CW_OP_WRITE, 0);
	CHECK(fill < enable && enable < find(CW_OP_RESUME, 0) && find(CW_OP_RESUME, 0) < f->nlog);
	CHECK_EQ(f->log[enable].arg0, f->log[fill].addr | 1u << CW_LOG_ENABLED);
	CHECK_EQ(f->log[find(CW_OP_RESUME, 0)].arg1, CW_RESUME_RETRY);
	/* The same leaf again: it is there. */
	f->nlog = 0;
	fault(GPA + 4096, CW_RSN_LOG_MISSING);
	CHECK_EQ(fake_count(f, CW_OP_FILL), 0);
	CHECK_EQ(fake_count(f, CW_OP_RESUME), 1);
	cw_close(dev);
}

/* P22: HARVEST, PROTECT, INVALIDATE, FLUSH. */
static void a_pass_keeps_its_order(void)
{
	unsigned protect;

	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_DIRTYBIT, 0), 0);
	fault(GPA + 5 * 4096, CW_RSN_NOT_PRESENT);
	f->nlog = 0;
	CHECK_EQ(get(), 1);
	CHECK_EQ(map[0], 1 << 5);
	protect = find(CW_OP_PROTECT, 0);
	CHECK(find(CW_OP_HARVEST, 0) < protect && protect < find(CW_OP_INVALIDATE, 0));
	CHECK(find(CW_OP_INVALIDATE, 0) < find(CW_OP_FLUSH, 0) && find(CW_OP_FLUSH, 0) < f->nlog);
	CHECK_EQ(fake_count(f, CW_OP_PROTECT), 1);
	CHECK_EQ(f->log[protect].arg1, 1);
	/* gfn 261 is entry 261 of its table. */
	for (unsigned i = 0; i < 64; i++)
		CHECK_EQ(f->log[protect].data[i], i == 261 / 8 ? 1 << 261 % 8 : 0);
	/* Nothing was written: nothing to protect. */
	f->nlog = 0;
	CHECK_EQ(get(), 0);
	CHECK_EQ(fake_count(f, CW_OP_PROTECT) + fake_count(f, CW_OP_FLUSH), 0);
	cw_close(dev);
}

static void a_mode_that_does_not_come_in_time_is_taken_back(void)
{
	unsigned n;

	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	f->nlog = 0;
	f->fail_opcode = CW_OP_LOG_SET;
	f->fail_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_PROTECT, 0), -ETIMEDOUT);
	n = fake_count(f, CW_OP_LOG_SET);
	CHECK_EQ(n, 2);
	CHECK_EQ(f->log[find(CW_OP_LOG_SET, 0)].arg0, CW_LOG_PROTECT);
	CHECK_EQ(f->log[find(CW_OP_LOG_SET, 1)].arg0, CW_LOG_CAPTURE);
	f->fail_opcode = 0;
	CHECK_EQ(get(), 0);
	cw_close(dev);
}

/* The engine may still mark in the leaves of a log that did not start in time (I9). */
static void a_start_that_failed_is_given_up_first(void)
{
	unsigned leaf;

	set_up(ALL_OPS);
	attach();
	f->fail_opcode = CW_OP_LOG_SET;
	f->fail_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), -ETIMEDOUT);
	CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 2);
	CHECK_EQ(f->log[find(CW_OP_LOG_SET, 1)].arg0, CW_LOG_OFF);
	/* A write that has missed its leaf meanwhile. */
	f->nlog = 0;
	fault(GPA, CW_RSN_LOG_MISSING);
	leaf = find(CW_OP_FILL, 0);
	if (!CHECK(leaf < f->nlog))
		return;
	for (unsigned i = 0; i < 2; i++) {
		f->nlog = 0;
		CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_PROTECT, 0), -ETIMEDOUT);
		CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 1);
		CHECK_EQ(f->log[find(CW_OP_LOG_SET, 0)].arg0, CW_LOG_OFF);
		CHECK_EQ(fake_count(f, CW_OP_FILL), 0);
	}
	/* Nor is the leaf anybody else's. */
	fault(GPA, CW_RSN_LOG_MISSING);
	CHECK_EQ(fake_count(f, CW_OP_FILL), 0);
	f->fail_opcode = 0;
	f->nlog = 0;
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 2);
	CHECK_EQ(f->log[find(CW_OP_LOG_SET, 0)].arg0, CW_LOG_OFF);
	CHECK(find(CW_OP_LOG_SET, 0) < find(CW_OP_FILL, 0));
	CHECK(find(CW_OP_FILL, 31) < find(CW_OP_LOG_SET, 1));
	/* Once it is given up, that is not said again. */
	f->nlog = 0;
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 2);
	cw_close(dev);
}

static unsigned table_pages_in_use(void)
{
	unsigned n = 0;

	for (uint64_t i = 0; i < dev->table_pages / 64; i++)
		n += (unsigned)__builtin_popcountll(dev->table_map[i]);
	return n;
}

/* The same where the VM goes: its pages stay with an engine that does not let go of them. */
static void a_start_that_failed_outlives_its_vm(void)
{
	unsigned left[2];

	for (unsigned released = 0; released < 2; released++) {
		set_up(ALL_OPS);
		attach();
		f->fail_opcode = CW_OP_LOG_SET;
		f->fail_status = CW_ST_NOT_FLUSHED;
		CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), -ETIMEDOUT);
		CHECK_EQ(cw_ctx_destroy(ctx), 0);
		if (released)
			f->fail_opcode = 0;
		f->nlog = 0;
		CHECK_EQ(cw_vm_destroy(vm), 0);
		CHECK_EQ(fake_count(f, CW_OP_LOG_SET), 1);
		CHECK_EQ(f->log[find(CW_OP_LOG_SET, 0)].arg0, CW_LOG_OFF);
		left[released] = table_pages_in_use();
		cw_close(dev);
	}
	/* 8192 entries of 16 bytes. */
	CHECK_EQ(left[0] - left[1], 32);
}

static void stop_names_the_domain(void)
{
	uint32_t parked = 99;

	set_up(ALL_OPS);
	CHECK_EQ(cw_vm_stop(vm, 0), -ENOENT);
	attach();
	CHECK_EQ(cw_vm_stop(vm, 0), 0);
	CHECK_EQ(cw_vm_drain(vm, 0, &parked), 0);
	CHECK_EQ(parked, 0);
	CHECK_EQ(cw_vm_start(vm, 0), 0);
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQ(f->log[i].opcode, i == 0 ? CW_OP_STOP : i == 1 ? CW_OP_DRAIN : CW_OP_START);
		CHECK_EQ(f->log[i].scope, CW_SCOPE_DOMAIN);
		CHECK_EQ(f->log[i].space, vm->domain[0]);
	}
	cw_close(dev);
}

static void guest_memory_is_written_and_marked(void)
{
	const char text[] = "over the edge of a page";
	char back[sizeof(text)];

	set_up(ALL_OPS);
	attach();
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	CHECK_EQ(cw_vm_write(vm, 0, GPA + 3 * 4096 - 8, text, sizeof(text)), 0);
	CHECK(!memcmp((char *)mem.ptr + 3 * 4096 - 8, text, sizeof(text)));
	CHECK_EQ(cw_vm_read(vm, 0, GPA + 3 * 4096 - 8, back, sizeof(text)), 0);
	CHECK(!memcmp(back, text, sizeof(text)));
	CHECK_EQ(cw_vm_read(vm, 0, GPA + PAGES * 4096 - 4, back, 8), -EFAULT);
	CHECK_EQ(cw_vm_read(vm, 2, GPA, back, 8), -EINVAL);
	CHECK_EQ(get(), 2);
	CHECK_EQ(map[0], 3 << 2);
	CHECK_EQ(cw_vm_write(vm, 0, GPA + PAGES * 4096 - 4, text, 8), -EFAULT);
	CHECK_EQ(cw_vm_write(vm, 1, GPA, text, 8), -EFAULT);
	cw_close(dev);
}

int main(void)
{
	RUN(what_the_device_lacks_is_refused);
	RUN(a_start_empties_the_directory_first);
	RUN(a_log_waits_for_its_domain);
	RUN(a_harvest_goes_on_where_it_says);
	RUN(a_log_that_lost_track_reports_everything);
	RUN(more_records_than_room_are_an_error);
	RUN(a_missing_leaf_is_zeroed_enabled_and_resumed);
	RUN(a_pass_keeps_its_order);
	RUN(a_mode_that_does_not_come_in_time_is_taken_back);
	RUN(a_start_that_failed_is_given_up_first);
	RUN(a_start_that_failed_outlives_its_vm);
	RUN(stop_names_the_domain);
	RUN(guest_memory_is_written_and_marked);
	return CHECK_DONE("lib-log-cmd");
}
