/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "hostmem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_BUS 0x100000000ull /* above 32 bits, so that a lost high word shows */
#define GUARD 0x1000ull		 /* never mapped, between two regions */
#define LINE 64
#define LARGE (2u << 20) /* from here on memory costs only where it is touched */

void cw_hostmem_init(struct cw_hostmem *h)
{
	memset(h, 0, sizeof(*h));
	h->next = FIRST_BUS;
}

static void drop(struct cw_region *r)
{
	if (r->mapping)
		munmap(r->mapping, r->map_size);
	else if (r->own)
		free(r->ptr);
}

void cw_hostmem_exit(struct cw_hostmem *h)
{
	for (size_t i = 0; i < h->n; i++)
		drop(&h->region[i]);
	free(h->region);
}

static int allocate(struct cw_region *r, size_t align)
{
	if (r->len < LARGE) {
		if (posix_memalign((void **)&r->ptr, align, r->len))
			return -ENOMEM;
		memset(r->ptr, 0, r->len);
		return 0;
	}
	r->map_size = r->len + align;
	r->mapping =
		mmap(NULL, r->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->mapping == MAP_FAILED)
		return -ENOMEM;
	r->ptr = (uint8_t *)r->mapping + (-(uintptr_t)r->mapping & (align - 1));
	return 0;
}

/* Keep the offset of a long mapping within 2 MiB and 1 GiB, so that large leaves can cover it. */
static uint64_t congruent(size_t len)
{
	return len >= 1u << 30 ? 1u << 30 : len >= 2u << 20 ? 2u << 20 : 4096;
}

int cw_hostmem_add(struct cw_hostmem *h, void *ptr, size_t len, size_t align, uint64_t *bus, void **out)
{
	struct cw_region new = {.len = len, .ptr = ptr, .own = !ptr}, *r;
	uint64_t base, offset = 0;

	if (!align)
		align = 4096;
	if (!len || len > 1ull << 46 || (align & (align - 1)) || align > 1ull << 40)
		return -EINVAL;
	if (h->n == h->room) {
		size_t room = h->room ? h->room * 2 : 16;

		r = realloc(h->region, room * sizeof(*r));
		if (!r)
			return -ENOMEM;
		h->region = r;
		h->room = room;
	}
	if (align < 4096)
		align = 4096;
	if (new.own) {
		int err = allocate(&new, align);

		if (err)
			return err;
	} else {
		align = congruent(len);
		offset = (uintptr_t)ptr & (align - 1);
	}
	base = (h->next + align - 1) & ~(uint64_t)(align - 1);
	new.bus = base + offset;
	r = &h->region[h->n++];
	*r = new;
	h->next = (r->bus + len + GUARD + 4095) & ~4095ull;
	*bus = r->bus;
	if (out)
		*out = r->ptr;
	return 0;
}

/* The region that holds `bus`, or the first one above it, or NULL. */
static struct cw_region *find(struct cw_hostmem *h, uint64_t bus)
{
	size_t lo = 0, hi = h->n;

	if (h->last < h->n && bus - h->region[h->last].bus < h->region[h->last].len)
		return &h->region[h->last];
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (h->region[mid].bus + h->region[mid].len <= bus)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == h->n)
		return NULL;
	h->last = lo;
	return &h->region[lo];
}

int cw_hostmem_remove(struct cw_hostmem *h, uint64_t bus, bool own)
{
	struct cw_region *r = find(h, bus);

	if (!r || r->bus != bus || r->own != own)
		return -ENOENT;
	drop(r);
	h->n--;
	memmove(r, r + 1, (size_t)(h->region + h->n - r) * sizeof(*r));
	return 0;
}

void *cw_hostmem_ptr(struct cw_hostmem *h, uint64_t bus, size_t len)
{
	struct cw_region *r = find(h, bus);

	if (!r || bus < r->bus || len > r->len - (bus - r->bus))
		return NULL;
	return r->ptr + (bus - r->bus);
}

uint8_t cw_hostmem_read(struct cw_hostmem *h, uint64_t bus, uint8_t *line)
{
	struct cw_region *r = find(h, bus);
	uint64_t lo, hi;

	if (r && bus >= r->bus && r->len - (bus - r->bus) >= LINE) {
		memcpy(line, r->ptr + (bus - r->bus), LINE);
		return 0;
	}
	/* Two regions never share a line: there is a guard page between them. */
	if (!r || r->bus >= bus + LINE)
		return 3;
	lo = r->bus > bus ? r->bus : bus;
	hi = r->bus + r->len < bus + LINE ? r->bus + r->len : bus + LINE;
	memset(line, 0, LINE);
	memcpy(line + (lo - bus), r->ptr + (lo - r->bus), hi - lo);
	return 0;
}

uint8_t cw_hostmem_write(struct cw_hostmem *h, uint64_t bus, const uint8_t *piece, uint8_t strb)
{
	struct cw_region *r = find(h, bus);
	uint8_t resp = 0;

	/* One store for a whole piece: a reader in another thread sees no less than 8 bytes. */
	if (strb == 0xff && r && bus >= r->bus && r->len - (bus - r->bus) >= 8 && !((uintptr_t)r->ptr & 7)) {
		uint64_t v;

		memcpy(&v, piece, 8);
		if ((bus - r->bus) % 8 == 0) {
			__atomic_store_n((uint64_t *)(void *)(r->ptr + (bus - r->bus)), v, __ATOMIC_RELEASE);
			return 0;
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		if (!(strb >> i & 1))
			continue;
		if (r && bus + i - r->bus < r->len)
			r->ptr[bus + i - r->bus] = piece[i];
		else
			resp = 3;
	}
	return resp;
}
