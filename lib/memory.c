/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Host memory that the device reaches, and pages of table memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Index of the first block that ends behind ptr. */
static size_t block_after(struct cw_dev *dev, const uint8_t *ptr)
{
	size_t lo = 0, hi = dev->nblocks;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (dev->blocks[mid].ptr + dev->blocks[mid].size <= ptr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct cw_block *cw_block_find_locked(struct cw_dev *dev, const void *ptr, size_t size)
{
	const uint8_t *p = ptr;
	size_t i = block_after(dev, p);
	struct cw_block *b = &dev->blocks[i];

	if (i == dev->nblocks || p < b->ptr || size > b->size - (size_t)(p - b->ptr))
		return NULL;
	return b;
}

static int block_reserve(struct cw_dev *dev)
{
	size_t cap = dev->blocks_cap ? dev->blocks_cap * 2 : 16;
	struct cw_block *grown;

	if (dev->nblocks < dev->blocks_cap)
		return 0;
	grown = realloc(dev->blocks, cap * sizeof(*grown));
	if (!grown)
		return cw_error(-ENOMEM, "no memory");
	dev->blocks = grown;
	dev->blocks_cap = cap;
	return 0;
}

static void block_insert(struct cw_dev *dev, const struct cw_block *b)
{
	size_t i = block_after(dev, b->ptr);

	memmove(&dev->blocks[i + 1], &dev->blocks[i], (dev->nblocks - i) * sizeof(*b));
	dev->blocks[i] = *b;
	dev->nblocks++;
}

static void block_remove(struct cw_dev *dev, struct cw_block *b)
{
	size_t i = (size_t)(b - dev->blocks);

	if (b->mapped)
		dev->tr->mem_unmap(dev->t, b->bus);
	else
		dev->tr->mem_free(dev->t, b->bus);
	dev->nblocks--;
	memmove(b, b + 1, (dev->nblocks - i) * sizeof(*b));
}

static int alloc_locked(struct cw_dev *dev, size_t size, struct cw_block *b)
{
	const size_t align = size >= CW_GIB ? CW_GIB : size >= CW_MIB2 ? CW_MIB2 : CW_PAGE_SIZE;
	int err = block_reserve(dev);

	if (err)
		return err;
	*b = (struct cw_block){.size = size};
	b->ptr = dev->tr->mem_alloc(dev->t, size, align, &b->bus);
	if (!b->ptr)
		return cw_error(-ENOMEM, "no memory for %zu bytes that the device reaches", size);
	block_insert(dev, b);
	return 0;
}

int cw_mem_alloc(struct cw_dev *dev, size_t size, struct cw_mem *mem)
{
	struct cw_block b;
	int err;

	if (!dev || !mem || !size || size > SIZE_MAX / 2)
		return cw_error(-EINVAL, "cannot allocate %zu bytes", size);
	cw_lock(dev);
	err = alloc_locked(dev, size, &b);
	if (!err)
		*mem = (struct cw_mem){.ptr = b.ptr, .bus = b.bus, .size = size};
	cw_unlock(dev);
	return err;
}

void *cw_dma_alloc_locked(struct cw_dev *dev, size_t size, uint64_t *bus)
{
	struct cw_block b;

	if (alloc_locked(dev, size, &b))
		return NULL;
	*bus = b.bus;
	return b.ptr;
}

void cw_dma_free_locked(struct cw_dev *dev, const void *ptr)
{
	block_remove(dev, cw_block_find_locked(dev, ptr, 1));
}

int cw_mem_free(struct cw_dev *dev, struct cw_mem *mem)
{
	struct cw_block *b;
	int err = 0;

	if (!dev || !mem)
		return cw_error(-EINVAL, "no memory given");
	cw_lock(dev);
	b = mem->ptr ? cw_block_find_locked(dev, mem->ptr, 1) : NULL;
	if (!b || b->ptr != mem->ptr || b->bus != mem->bus || b->mapped)
		err = cw_error(-EINVAL, "not a block of cw_mem_alloc() of this device");
	else if (b->users)
		err = cw_error(-EBUSY, "%u memory slots lie over this block", b->users);
	else
		block_remove(dev, b);
	cw_unlock(dev);
	if (!err)
		*mem = (struct cw_mem){0};
	return err;
}

int cw_block_get_locked(struct cw_dev *dev, void *ptr, size_t size)
{
	struct cw_block *b = cw_block_find_locked(dev, ptr, size), own = {.ptr = ptr, .size = size, .mapped = true};
	size_t i;
	int err;

	if (!b) {
		if (!dev->tr->mem_map)
			return cw_error(-EOPNOTSUPP, "this device reaches memory of cw_mem_alloc() only");
		i = block_after(dev, ptr);
		if (i < dev->nblocks && dev->blocks[i].ptr < (uint8_t *)ptr + size)
			return cw_error(-EINVAL, "the memory reaches over the end of a block that the device knows");
		err = block_reserve(dev);
		if (!err)
			err = dev->tr->mem_map(dev->t, ptr, size, &own.bus);
		if (err)
			return err;
		block_insert(dev, &own);
		b = cw_block_find_locked(dev, ptr, size);
	}
	b->users++;
	return 0;
}

void cw_block_put_locked(struct cw_dev *dev, const void *ptr)
{
	struct cw_block *b = cw_block_find_locked(dev, ptr, 1);

	if (b && --b->users == 0 && b->mapped)
		block_remove(dev, b);
}

void cw_blocks_free(struct cw_dev *dev)
{
	while (dev->nblocks)
		block_remove(dev, &dev->blocks[dev->nblocks - 1]);
	free(dev->blocks);
	dev->blocks = NULL;
}

/* ---- table memory ---- */

int cw_tables_init(struct cw_dev *dev)
{
	dev->table_pages = dev->info.table_bytes / CW_PAGE_SIZE;
	if (dev->table_pages < 2)
		return cw_error(-EIO, "the device has no table memory");
	dev->table_map = calloc(dev->table_pages / 64 + 1, sizeof(uint64_t));
	if (!dev->table_map)
		return cw_error(-ENOMEM, "no memory");
	/* Page 0 stays free, so that no table has address 0; bits behind the end are in use for ever. */
	dev->table_map[0] = 1;
	dev->table_map[dev->table_pages / 64] |= ~UINT64_C(0) << dev->table_pages % 64;
	return 0;
}

int cw_table_alloc_locked(struct cw_dev *dev, uint64_t *addr)
{
	uint64_t words = dev->table_pages / 64 + 1;

	for (uint64_t i = 0; i < words; i++) {
		uint64_t w = (dev->table_hint + i) % words, free_bits = ~dev->table_map[w];

		if (free_bits) {
			unsigned bit = (unsigned)__builtin_ctzll(free_bits);

			dev->table_map[w] |= UINT64_C(1) << bit;
			dev->table_hint = w;
			*addr = (w * 64 + bit) * CW_PAGE_SIZE;
			return 0;
		}
	}
	return cw_error(-ENOMEM, "table memory is full (%llu pages)", (unsigned long long)dev->table_pages);
}

int cw_table_alloc_run_locked(struct cw_dev *dev, uint64_t pages, uint64_t *addr)
{
	uint64_t run = 0;

	for (uint64_t p = 0; p < dev->table_pages; p++) {
		run = dev->table_map[p / 64] >> p % 64 & 1 ? 0 : run + 1;
		if (run < pages)
			continue;
		*addr = (p + 1 - pages) * CW_PAGE_SIZE;
		for (uint64_t i = p + 1 - pages; i <= p; i++)
			dev->table_map[i / 64] |= UINT64_C(1) << i % 64;
		return 0;
	}
	return cw_error(-ENOMEM, "no %llu adjacent pages in table memory", (unsigned long long)pages);
}

int cw_table_alloc_pair_locked(struct cw_dev *dev, uint64_t *addr)
{
	uint64_t words = dev->table_pages / 64 + 1;

	for (uint64_t i = 0; i < words; i++) {
		uint64_t w = (dev->table_hint + i) % words, map = dev->table_map[w];
		uint64_t pairs = ~(map | map >> 1) & UINT64_C(0x5555555555555555);

		if (pairs) {
			unsigned bit = (unsigned)__builtin_ctzll(pairs);

			dev->table_map[w] |= UINT64_C(3) << bit;
			*addr = (w * 64 + bit) * CW_PAGE_SIZE;
			return 0;
		}
	}
	return cw_error(-ENOMEM, "no two adjacent pages in table memory");
}

void cw_table_free_locked(struct cw_dev *dev, uint64_t addr)
{
	uint64_t page = addr / CW_PAGE_SIZE;

	if (page && page < dev->table_pages)
		dev->table_map[page / 64] &= ~(UINT64_C(1) << page % 64);
}

int cw_table_alloc(struct cw_dev *dev, uint64_t *addr)
{
	int err;

	cw_lock(dev);
	err = cw_table_alloc_locked(dev, addr);
	cw_unlock(dev);
	return err;
}

void cw_table_free(struct cw_dev *dev, uint64_t addr)
{
	cw_lock(dev);
	cw_table_free_locked(dev, addr);
	cw_unlock(dev);
}

static int table_range(struct cw_dev *dev, uint64_t addr, size_t len)
{
	if (addr > dev->info.table_bytes || len > dev->info.table_bytes - addr)
		return cw_error(-EINVAL, "outside of table memory");
	return 0;
}

int cw_table_read(struct cw_dev *dev, uint64_t addr, void *buf, size_t len)
{
	int err = table_range(dev, addr, len);

	if (err)
		return err;
	cw_lock(dev);
	err = dev->tr->table_read(dev->t, addr, buf, len);
	cw_unlock(dev);
	return err;
}

int cw_table_write(struct cw_dev *dev, uint64_t addr, const void *buf, size_t len)
{
	int err = table_range(dev, addr, len);

	if (err)
		return err;
	cw_lock(dev);
	err = dev->tr->table_write(dev->t, addr, buf, len);
	cw_unlock(dev);
	return err;
}
