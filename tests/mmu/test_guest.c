/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Guest memory as the host reads and writes it: spaces, kinds of slots, pieces, sleeping, caches, the log. */
#include "../../lib/mmu/internal.h"
#include "vm.h"

#define BYTES (VM_HOST_PAGES << 12)
#define SMM 1u << 16

static struct vm vm;
static struct cw_mmu_ctx smm;
static struct cw_mmu_ops ops;
static uint8_t bytes[BYTES];	     /* host memory: hva is the index */
static bool absent[VM_HOST_PAGES];   /* must be brought in by resolve() */
static bool hopeless[VM_HOST_PAGES]; /* goes away again at once */
static unsigned resolves, lock_missing;

static int host_page(uint64_t hva, size_t len)
{
	if (!cw_mutex_is_mine(&vm.mmu.lock))
		lock_missing++;
	if (hva >= BYTES || (hva & 4095) + len > 4096)
		return -EFAULT;
	return absent[hva >> 12] ? -EAGAIN : 0;
}

static int host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	int r = host_page(hva, len);

	(void)priv;
	if (!r)
		memcpy(buf, &bytes[hva], len);
	return r;
}

static int host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	int r = host_page(hva, len);

	(void)priv;
	if (!r)
		memcpy(&bytes[hva], buf, len);
	return r;
}

static int host_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	int r = host_page(hva, size);
	uint64_t now = 0;

	(void)priv;
	if (r)
		return r;
	memcpy(&now, &bytes[hva], size);
	if (now != *old) {
		*old = now;
		return 1;
	}
	memcpy(&bytes[hva], &new, size);
	return 0;
}

static int resolve(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	uint64_t page = cw_memslot_hva(slot, gfn) >> 12;

	resolves++;
	absent[page] = hopeless[page];
	return rec_ops.resolve(priv, slot, gfn, write, out);
}

static void begin(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	ops = rec_ops;
	ops.host_read = host_read;
	ops.host_write = host_write;
	ops.host_cmpxchg = host_cmpxchg;
	ops.resolve = resolve;
	vm_init_ops(&vm, &ops, &p, VM_HOST_PAGES);
	vm_attach(&vm, &smm, 4, 1, CW_FLAVOUR_EPT);
	for (uint64_t i = 0; i < BYTES; i++)
		bytes[i] = (uint8_t)(i * 31 + (i >> 12) * 7);
	memset(absent, 0, sizeof(absent));
	memset(hopeless, 0, sizeof(hopeless));
	resolves = lock_missing = 0;
}

static void end(void)
{
	CHECK_EQ(lock_missing, 0);
	vm_detach(&vm, &smm);
	vm_destroy(&vm);
}

static bool is_ones(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0xff)
			return false;
	return true;
}

/* MS-9, MS-12, mail 004: each space gives its own memory; the context says which. */
static void ms_9_spaces_and_contexts(void)
{
	uint8_t buf[64];

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 16, 0, 0), 0);
	CHECK_EQ(vm_slot(&vm, SMM | 0, 0x100, 16, 32, 0), 0);
	CHECK_EQ(vm_slot(&vm, SMM | 1, 0x200, 16, 64, 0), 0); /* SMRAM alone */
	CHECK_EQ(cw_mmu_read(&vm.mmu, 0, 0x100040, buf, 64), 0);
	CHECK_EQ(memcmp(buf, &bytes[0x40], 64), 0);
	CHECK_EQ(cw_mmu_read(&vm.mmu, 1, 0x100040, buf, 64), 0);
	CHECK_EQ(memcmp(buf, &bytes[(32 << 12) + 0x40], 64), 0);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x100040, buf, 64), 0);
	CHECK_EQ(memcmp(buf, &bytes[0x40], 64), 0);
	CHECK_EQ(cw_ctx_read(&smm, 0x100040, buf, 64), 0);
	CHECK_EQ(memcmp(buf, &bytes[(32 << 12) + 0x40], 64), 0);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x200000, buf, 8), -EFAULT);
	CHECK_EQ(cw_ctx_write(&vm.ctx, 0x200000, buf, 8), -EFAULT);
	CHECK_EQ(vm_fault(&vm, 0x200, READ), CW_PF_EMULATE);
	CHECK_EQ(cw_ctx_write(&smm, 0x200ff8, "smramram", 8), 0);
	CHECK_EQ(memcmp(&bytes[(64 << 12) + 0xff8], "smramram", 8), 0);
	CHECK_EQ(cw_mmu_read(&vm.mmu, 2, 0x100000, buf, 8), -EINVAL);
	CHECK_EQ(cw_mmu_read(&vm.mmu, 0, ~0ull - 3, buf, 8), -EINVAL);
	end();
}

/* MS-14, MS-17, mail 000: any length from any offset, each page as its slot says. */
static void ms_17_pieces_of_ram_and_hole(void)
{
	static uint8_t buf[4 * 4096], want[4 * 4096];

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 1, 5, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 0x101, 1, 0, CW_MEM_ALLONES), 0);
	CHECK_EQ(vm_slot(&vm, 2, 0x102, 1, 3, CW_MEM_READONLY), 0);
	CHECK_EQ(vm_slot(&vm, 3, 0x103, 1, 9, 0), 0);
	memcpy(want, &bytes[5 << 12], 4096);
	memset(want + 4096, 0xff, 4096);
	memcpy(want + 2 * 4096, &bytes[3 << 12], 4096);
	memcpy(want + 3 * 4096, &bytes[9 << 12], 4096);
	for (size_t at = 0; at < sizeof(buf); at += 509) {
		for (size_t n = 1; at + n <= sizeof(buf); n += n < 9 ? 1 : 1021) {
			memset(buf, 0xa5, sizeof(buf));
			if (!CHECK_EQ(cw_ctx_read(&vm.ctx, 0x100000 + at, buf, n), 0) ||
			    !CHECK_EQ(memcmp(buf, want + at, n), 0))
				break;
			CHECK(n == sizeof(buf) || buf[n] == 0xa5);
		}
	}
	/* Each offset of 8 bytes across both edges of the hole. */
	for (size_t at = 4096 - 8; at <= 4096; at++) {
		CHECK_EQ(cw_mmu_read(&vm.mmu, 0, 0x100000 + at, buf, 8), 0);
		CHECK_EQ(memcmp(buf, want + at, 8), 0);
		CHECK_EQ(cw_mmu_read(&vm.mmu, 0, 0x101000 + at, buf, 8), 0);
		CHECK_EQ(memcmp(buf, want + 4096 + at, 8), 0);
	}
	CHECK(is_ones(want + 4096, 4096));
	/* Behind the last slot: the pieces before are done. */
	memset(buf, 0, 16);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x104000 - 8, buf, 16), -EFAULT);
	CHECK_EQ(memcmp(buf, want + 4 * 4096 - 8, 8), 0);
	/* Nothing of that made an entry, or asked the embedder for a page. */
	CHECK_EQ(resolves, 0);
	CHECK_EQ(vm.mmu.stats.pages_4k, 0);
	end();
}

/* MS-13: ALLONES is written like READONLY: not. */
static void ms_13_writes(void)
{
	uint64_t old = 0;

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 1, 5, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 0x101, 1, 0, CW_MEM_ALLONES), 0);
	CHECK_EQ(vm_slot(&vm, 2, 0x102, 1, 3, CW_MEM_READONLY), 0);
	memset(&bytes[5 << 12], 1, 4096);
	memset(&bytes[3 << 12], 2, 4096);
	memset(&bytes[0], 3, 4096);
	CHECK_EQ(cw_mmu_write(&vm.mmu, 0, 0x101000, "x", 1), -EROFS);
	CHECK_EQ(cw_mmu_write(&vm.mmu, 0, 0x102000, "x", 1), -EROFS);
	CHECK_EQ(cw_mmu_write(&vm.mmu, 0, 0x101000 - 4, "abcdefgh", 8), -EROFS);
	CHECK_EQ(memcmp(&bytes[(6 << 12) - 4], "abcd", 4), 0);
	CHECK_EQ(bytes[3 << 12], 2);
	CHECK_EQ(bytes[0], 3);
	CHECK_EQ(bytes[6 << 12], (uint8_t)((6 << 12) * 31 + 6 * 7)); /* the host page behind is another's */
	cw_mutex_lock(&vm.mmu.lock);
	CHECK_EQ(cw_ctx_cmpxchg_atomic(&vm.ctx, 0x101000, &old, 1, 8), -EROFS);
	CHECK_EQ(cw_ctx_cmpxchg_atomic(&vm.ctx, 0x102000, &old, 1, 8), -EROFS);
	CHECK_EQ(cw_ctx_cmpxchg_atomic(&vm.ctx, 0x103000, &old, 1, 8), -EFAULT);
	cw_mutex_unlock(&vm.mmu.lock);
	end();
}

static void p50_compare_and_exchange(void)
{
	uint64_t old = 0x1111111111111111ull, map[1] = {0};

	begin();
	vm_log(&vm);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 2, 5, CW_MEM_LOG_DIRTY), 0);
	memset(&bytes[5 << 12], 0x11, 8192);
	cw_mutex_lock(&vm.mmu.lock);
	CHECK_EQ(cw_ctx_cmpxchg_atomic(&vm.ctx, 0x100010, &old, 0x1111111111111131ull, 8), 0);
	/* A lost race says what is there, and marks nothing. */
	old = 0x1111111111111110ull;
	CHECK_EQ(cw_ctx_cmpxchg_atomic(&vm.ctx, 0x101010, &old, 5, 8), 1);
	CHECK_EQ(old, 0x1111111111111111ull);
	old = 0x11111111;
	CHECK_EQ(cw_ctx_cmpxchg_atomic(&vm.ctx, 0x100014, &old, 0x22222222, 4), 0);
	cw_mutex_unlock(&vm.mmu.lock);
	CHECK_EQ(bytes[(5 << 12) + 0x10], 0x31);
	CHECK_EQ(bytes[(5 << 12) + 0x14], 0x22);
	CHECK_EQ(bytes[(5 << 12) + 0x18], 0x11);
	CHECK_EQ(bytes[(6 << 12) + 0x10], 0x11);
	CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 1);
	CHECK_EQ(map[0], 1);
	end();
}

/* The sleeping accessors bring a page in, without the lock; the atomic ones give up at once. */
static void p50_sleeping_and_atomic(void)
{
	uint8_t buf[16];

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 8, 5, 0), 0);
	absent[6] = absent[7] = true;
	cw_mutex_lock(&vm.mmu.lock);
	CHECK_EQ(cw_ctx_read_atomic(&vm.ctx, 0x101000 - 8, buf, 16), -EAGAIN);
	CHECK_EQ(memcmp(buf, &bytes[(6 << 12) - 8], 8), 0);
	CHECK_EQ(cw_ctx_write_atomic(&vm.ctx, 0x101000, buf, 1), -EAGAIN);
	CHECK_EQ(cw_ctx_read_atomic(&vm.ctx, 0x100000, buf, 16), 0);
	cw_mutex_unlock(&vm.mmu.lock);
	CHECK_EQ(resolves, 0);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x102000 - 8, buf, 16), 0);
	CHECK_EQ(resolves, 2);
	CHECK_EQ(memcmp(buf, &bytes[(7 << 12) - 8], 16), 0);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x102000 - 8, buf, 16), 0);
	CHECK_EQ(resolves, 2);
	/* One that goes away at once, again and again, ends. */
	absent[8] = hopeless[8] = true;
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x103000, buf, 1), -EAGAIN);
	CHECK(resolves > 3 && resolves < 100);
	/* One that is not there. */
	rec_fail(&vm.rec, REC_RESOLVE, 1, -EFAULT);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x103000, buf, 1), -EFAULT);
	end();
}

/* A page that the host takes away just now is not touched. */
static void p50_invalidation(void)
{
	uint8_t buf[2];

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 8, 5, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 0x108, 1, 5, CW_MEM_ALLONES), 0);
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 6 << 12, 7 << 12, true), 0);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x101000, buf, 1), -EAGAIN);
	CHECK_EQ(cw_ctx_write(&vm.ctx, 0x101fff, buf, 2), -EAGAIN);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x100fff, buf, 1), 0);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x102000, buf, 1), 0);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x108000, buf, 1), 0);
	CHECK_EQ(resolves, 0);
	cw_mmu_invalidate_end(&vm.mmu, 6 << 12, 7 << 12);
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x101000, buf, 1), 0);
	end();
}

/* A cached piece follows its slot: moved, deleted, made again, in its own space only. */
static void s4_cached_pieces_honour_space_and_generation(void)
{
	struct cw_gpa_cache c, s, across;
	uint8_t buf[16];

	begin();
	CHECK_EQ(cw_gpa_cache_init(&c, &vm.mmu, 2, 0, 8), -EINVAL);
	CHECK_EQ(cw_gpa_cache_init(&c, &vm.mmu, 0, 0, 0), -EINVAL);
	CHECK_EQ(cw_gpa_cache_init(&c, &vm.mmu, 0, ~0ull - 6, 8), -EINVAL);
	CHECK_EQ(cw_gpa_cache_init(&c, &vm.mmu, 0, 0x100100, 16), 0);
	CHECK_EQ(cw_gpa_cache_init(&s, &vm.mmu, 1, 0x100100, 16), 0);
	CHECK_EQ(cw_gpa_cache_init(&across, &vm.mmu, 0, 0x100ff8, 16), 0);
	CHECK_EQ(cw_gpa_cache_read(&c, 0, buf, 8), -EFAULT);
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 1, 5, 0), 0);
	CHECK_EQ(vm_slot(&vm, 1, 0x101, 1, 2, 0), 0);
	CHECK_EQ(vm_slot(&vm, SMM, 0x100, 1, 8, 0), 0);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ(cw_gpa_cache_read(&c, 4, buf, 8), 0);
		CHECK_EQ(memcmp(buf, &bytes[(5 << 12) + 0x104], 8), 0);
		CHECK_EQ(cw_gpa_cache_read(&s, 4, buf, 8), 0);
		CHECK_EQ(memcmp(buf, &bytes[(8 << 12) + 0x104], 8), 0);
		CHECK_EQ(cw_gpa_cache_read(&across, 0, buf, 16), 0);
		CHECK_EQ(memcmp(buf, &bytes[(5 << 12) + 0xff8], 8), 0);
		CHECK_EQ(memcmp(buf + 8, &bytes[2 << 12], 8), 0);
	}
	CHECK_EQ(cw_gpa_cache_read(&c, 9, buf, 8), -EINVAL);
	CHECK_EQ(cw_gpa_cache_read(&c, 17, buf, 0), -EINVAL);
	CHECK_EQ(cw_gpa_cache_write(&c, ~0ull, buf, 2), -EINVAL);
	/* Gone, and another in its place, in this space only. */
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 0, 0, 0), 0);
	CHECK_EQ(cw_gpa_cache_read(&c, 0, buf, 8), -EFAULT);
	CHECK_EQ(cw_gpa_cache_read(&s, 0, buf, 8), 0);
	CHECK_EQ(vm_slot(&vm, 7, 0x100, 1, 11, 0), 0);
	CHECK_EQ(cw_gpa_cache_write(&c, 0, "new slot", 8), 0);
	CHECK_EQ(memcmp(&bytes[(11 << 12) + 0x100], "new slot", 8), 0);
	/* Moved away. */
	CHECK_EQ(vm_slot(&vm, 7, 0x300, 1, 11, 0), 0);
	CHECK_EQ(cw_gpa_cache_read(&c, 0, buf, 8), -EFAULT);
	end();
}

/* The context remembers its last slot: the answer must not outlive it. */
static void last_used_slot_is_forgotten(void)
{
	uint8_t buf[1];

	begin();
	for (unsigned i = 0; i < 50; i++) {
		CHECK_EQ(vm_slot(&vm, 0, 0x100, 4, i, 0), 0);
		CHECK_EQ(cw_ctx_read(&vm.ctx, 0x101000, buf, 1), 0);
		CHECK_EQ(buf[0], bytes[(i + 1) << 12]);
		CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_FIXED);
		CHECK_EQ(vm_leaf(&vm, &vm.ctx, 0x102) & REC_ADDR, vm.rec.host_bus[i + 2]);
		CHECK_EQ(vm_slot(&vm, 0, 0x100, 0, 0, 0), 0);
		CHECK_EQ(cw_ctx_read(&vm.ctx, 0x101000, buf, 1), -EFAULT);
		CHECK_EQ(vm_fault(&vm, 0x102, WRITE), CW_PF_EMULATE);
	}
	end();
}

/* Host writes are logged in every mode, through every accessor, one mark per page touched. */
static void p51_writes_mark(void)
{
	static uint8_t zeros[3 * 4096];
	uint64_t map[1] = {0};
	struct cw_gpa_cache c;

	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT; mode++) {
		begin();
		CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, mode, 0), 0);
		CHECK_EQ(vm_slot(&vm, 0, 0x100, 40, 5, CW_MEM_LOG_DIRTY), 0);
		CHECK_EQ(vm_slot(&vm, 1, 0x128, 1, 50, 0), 0);
		CHECK_EQ(cw_mmu_write(&vm.mmu, 0, 0x101800, zeros, sizeof(zeros)), 0); /* 1..4 */
		CHECK_EQ(cw_ctx_write(&vm.ctx, 0x10a000, zeros, 1), 0);
		CHECK_EQ(cw_gpa_cache_init(&c, &vm.mmu, 0, 0x10cfff, 2), 0);
		CHECK_EQ(cw_gpa_cache_write(&c, 0, zeros, 2), 0); /* 12, 13 */
		cw_mutex_lock(&vm.mmu.lock);
		CHECK_EQ(cw_ctx_write_atomic(&vm.ctx, 0x127fff, zeros, 2), 0); /* 39, and beyond the slot */
		cw_mutex_unlock(&vm.mmu.lock);
		CHECK_EQ(cw_ctx_read(&vm.ctx, 0x114000, zeros, 1), 0);
		absent[5 + 30] = hopeless[5 + 30] = true;
		CHECK_EQ(cw_ctx_write(&vm.ctx, 0x11e000, zeros, 1), -EAGAIN);
		map[0] = 0;
		CHECK_EQ(cw_mmu_log_get(&vm.mmu, 0, map), 8);
		CHECK_EQ(map[0], 0x1eull | 1 << 10 | 3 << 12 | 1ull << 39);
		end();
	}
}

/* MS-5: while a slot is taken away, its memory is gone for accessors already. */
static int during;

static void read_during_flush(struct recorder *r)
{
	uint8_t buf[1];

	(void)r;
	during = cw_ctx_read(&vm.ctx, 0x100000, buf, 1);
}

static void ms_5_slots_on_their_way_out(void)
{
	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 1, 5, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x100, WRITE), CW_PF_FIXED);
	vm.rec.flush_hook = read_during_flush;
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 0, 5, 0), 0);
	CHECK_EQ(during, -EFAULT);
	vm.rec.flush_hook = NULL;
	end();
}

static void without_operations(void)
{
	uint8_t buf[1];

	begin();
	CHECK_EQ(vm_slot(&vm, 0, 0x100, 1, 5, 0), 0);
	ops.host_read = NULL;
	CHECK_EQ(cw_ctx_read(&vm.ctx, 0x100000, buf, 1), -EOPNOTSUPP);
	CHECK_EQ(cw_ctx_write(&vm.ctx, 0x100000, buf, 1), 0);
	ops.host_write = NULL;
	CHECK_EQ(cw_ctx_write(&vm.ctx, 0x100000, buf, 1), -EOPNOTSUPP);
	ops.host_cmpxchg = NULL;
	cw_mutex_lock(&vm.mmu.lock);
	CHECK_EQ(cw_ctx_cmpxchg_atomic(&vm.ctx, 0x100000, &(uint64_t){0}, 1, 8), -EOPNOTSUPP);
	cw_mutex_unlock(&vm.mmu.lock);
	end();
}

int main(void)
{
	RUN(ms_9_spaces_and_contexts, "MS-9 MS-12 T-MS-08");
	RUN(ms_17_pieces_of_ram_and_hole, "MS-14 MS-17");
	RUN(ms_13_writes, "MS-13");
	RUN(p50_compare_and_exchange);
	RUN(p50_sleeping_and_atomic);
	RUN(p50_invalidation);
	RUN(s4_cached_pieces_honour_space_and_generation);
	RUN(last_used_slot_is_forgotten, "T-MS-02");
	RUN(p51_writes_mark);
	RUN(ms_5_slots_on_their_way_out, "MS-5");
	RUN(without_operations);
	return CHECK_DONE("mmu_guest");
}
