/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Operations that fail: memslots, and guest memory as the host reads and writes it. */
#ifndef CW_TEST_NTH_SLOT_H
#define CW_TEST_NTH_SLOT_H

#include "nth_life.h"

/* --- slots --- */

#define SET(name, ...) \
	static int64_t name(void) \
	{ \
		return set_slot(__VA_ARGS__); \
	}
SET(create, 5, 0x4000, 16, 2100, 0)
SET(create_logged, 5, 0x4000, 16, 2100, CW_MEM_LOG_DIRTY)
SET(create_ones, 5, 0x4000, 16, 0, CW_MEM_ALLONES)
SET(create_smm, 1u << 16 | 2, 64, 16, 2100, 0)
SET(delete_plain, 4, 0, 0, 0, 0)
SET(delete_logged, 2, 0, 0, 0, 0)
SET(delete_tables, 0, 0, 0, 0, 0)
SET(move_plain, 4, 0x4000, 16, 2200, CW_MEM_READONLY)
SET(move_logged, 1, 0x4000, 512 - 64, 64, CW_MEM_LOG_DIRTY)
SET(log_off, 1, 64, 512 - 64, 64, 0)

/* One with a high id: the table of ids grows. */
static int64_t create_high(void)
{
	return vm_slot(&w.vm, 300, 0x4000, 16, 2100, 0);
}

static void high_done(void)
{
	CHECK_EQ(vm_fault(&w.vm, 0x4001, WRITE), CW_PF_FIXED);
	CHECK_EQ(vm_slot(&w.vm, 300, 0, 0, 0, 0), 0);
}

static void created(void)
{
	if (!(w.slot[0][5].flags & CW_MEM_ALLONES) && w.slot[0][5].npages)
		maps(&w.vm.ctx, 0x4001, 0x4001, WRITE);
	slots_agree();
}

static void not_alive(uint64_t hpage, uint64_t n)
{
	for (uint64_t i = hpage; i < hpage + n; i++)
		CHECK(!rec_bus_alive(&w.vm.rec, w.vm.rec.host_bus[i]));
}

static void plain_gone(void)
{
	slots_agree();
	not_alive(2200, 16);
}

static void logged_gone(void)
{
	slots_agree();
	not_alive(LARGE, 512);
	CHECK_EQ(fault(&w.vm.ctx, 600, READ), CW_PF_EMULATE);
}

/* The guest's tables are gone with it, and come back. */
static void tables_gone(void)
{
	uint64_t bus;

	slots_agree();
	CHECK_EQ(vm_level(&w.vm, &w.shadow, 0, &bus), 0);
	CHECK_EQ(set_slot(0, 0, 64, 0, 0), 0);
	maps(&w.shadow, 0, 100, READ);
}

/* Its marks go with it, those that the engine holds included. */
static void logged_moved(void)
{
	slots_agree();
	fresh_bitmaps();
	if (!w.mode)
		return;
	CHECK(pass_all() >= 0);
	CHECK(got[1][(101 - 64) / 64] >> (101 - 64) % 64 & 1);
	memset(w.written, 0, sizeof(w.written));
	CHECK_EQ(fault(&w.vm.ctx, 0x4001, WRITE), CW_PF_FIXED);
}

static void no_log(void)
{
	CHECK_EQ(log_off(), 0);
	maps(&w.vm.ctx, 140, 140, WRITE);
	maps(&w.five, 141, 141, READ);
	memset(w.written, 0, sizeof(w.written));
}

static int64_t log_on(void)
{
	return set_slot(1, 64, 512 - 64, 64, CW_MEM_LOG_DIRTY);
}

static void log_is_on(void)
{
	slots_agree();
	maps(&w.vm.ctx, 140, 140, WRITE);
	nothing_lost();
}

static int64_t do_get_slot(void)
{
	slots_agree();
	return 0;
}

/* --- guest memory --- */

static uint8_t bytes[8192];

/* Across a page, the second half of which is not in memory. */
static void page_away(void)
{
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (unsigned i = 0; i < 1024; i++)
		mem[150 * 512 + i] = 0x0101010101010101ull * (i & 127);
	w.away = 151 + 1;
	CHECK_EQ(cw_gpa_cache_init(&w.cache, &w.vm.mmu, 0, 150 << 12, 8192), 0);
}

static void read_done(void)
{
	CHECK(!memcmp(bytes, (const char *)mem + (150 << 12) + 3000, 2000));
}

static void write_done(void)
{
	for (unsigned i = 0; i < 2000; i++)
		CHECK_EQ(((const uint8_t *)mem)[(150 << 12) + 3000 + i], (uint8_t)(i * 7));
	w.written[150] = w.written[151] = true;
	if (w.mode)
		nothing_lost();
}

#define AT ((150ull << 12) + 3000)
#define ACCESS(name, ...) \
	static int64_t name(void) \
	{ \
		return __VA_ARGS__; \
	}
ACCESS(do_read, cw_mmu_read(&w.vm.mmu, 0, AT, bytes, 2000))
ACCESS(do_write, cw_mmu_write(&w.vm.mmu, 0, AT, bytes, 2000))
ACCESS(do_ctx_read, cw_ctx_read(&w.five, AT, bytes, 2000))
ACCESS(do_ctx_write, cw_ctx_write(&w.five, AT, bytes, 2000))
ACCESS(do_cache_read, cw_gpa_cache_read(&w.cache, 3000, bytes, 2000))
ACCESS(do_cache_write, cw_gpa_cache_write(&w.cache, 3000, bytes, 2000))
ACCESS(do_cache_init, cw_gpa_cache_init(&w.cache, &w.vm.mmu, 0, 150 << 12, 8192))

static const struct nth_op slot_ops[] = {
	{"cw_mmu_set_memslot", "create", "a", 0, 0, NULL, create, NULL, created},
	{"cw_mmu_set_memslot", "create logged", "a", CW_LOG_PROTECT, 0, NULL, create_logged, NULL, created},
	{"cw_mmu_set_memslot", "create ALLONES", "a", 0, 0, NULL, create_ones, NULL, created},
	{"cw_mmu_set_memslot", "create in SMM", "a", 0, 0, NULL, create_smm, NULL, created},
	{"cw_mmu_set_memslot", "create a high id", "a", 0, 0, NULL, create_high, NULL, high_done},
	{"cw_mmu_set_memslot", "delete", "ac", 0, 0, NULL, delete_plain, NULL, plain_gone},
	{"cw_mmu_set_memslot", "delete logged", "ac", CW_LOG_PROTECT, 0, NULL, delete_logged, NULL, logged_gone},
	{"cw_mmu_set_memslot", "delete tables", "ac", 0, 0, NULL, delete_tables, NULL, tables_gone},
	{"cw_mmu_set_memslot", "move", "ac", 0, 0, NULL, move_plain, NULL, plain_gone},
	{"cw_mmu_set_memslot", "move in PROTECT", "ac", CW_LOG_PROTECT, 0, NULL, move_logged, NULL, logged_moved},
	{"cw_mmu_set_memslot", "move in CAPTURE", "ac", CW_LOG_CAPTURE, 0, NULL, move_logged, NULL, logged_moved},
	{"cw_mmu_set_memslot", "log on", "ac", CW_LOG_PROTECT, 0, no_log, log_on, NULL, log_is_on},
	{"cw_mmu_set_memslot", "log on, split", "ac", CW_LOG_PROTECT, CW_LOG_SPLIT, no_log, log_on, NULL, log_is_on},
	{"cw_mmu_set_memslot", "log off", "a", CW_LOG_PROTECT, 0, NULL, log_off, NULL, created},
	{"cw_mmu_get_memslot", "", "", 0, 0, NULL, do_get_slot, NULL, NULL},
	{"cw_mmu_read", "", "cm", 0, 0, page_away, do_read, NULL, read_done},
	{"cw_mmu_write", "", "cm", CW_LOG_PROTECT, 0, page_away, do_write, NULL, write_done},
	{"cw_ctx_read", "", "cm", 0, 0, page_away, do_ctx_read, NULL, read_done},
	{"cw_ctx_write", "", "cm", CW_LOG_CAPTURE, 0, page_away, do_ctx_write, NULL, write_done},
	{"cw_gpa_cache_init", "", "", 0, 0, NULL, do_cache_init, NULL, NULL},
	{"cw_gpa_cache_read", "", "cm", 0, 0, page_away, do_cache_read, NULL, read_done},
	{"cw_gpa_cache_write", "", "cm", CW_LOG_DIRTYBIT, 0, page_away, do_cache_write, NULL, write_done},
};

#endif
