/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "tablemem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE 64

int cw_tablemem_init(struct cw_tablemem *t, uint64_t size)
{
	t->size = size;
	t->chunk = NULL;
	if (!size || size % CW_TABLE_CHUNK || size > 1ull << 46)
		return -EINVAL;
	t->chunk = calloc(size / CW_TABLE_CHUNK, sizeof(*t->chunk));
	return t->chunk ? 0 : -ENOMEM;
}

void cw_tablemem_exit(struct cw_tablemem *t)
{
	for (uint64_t i = 0; t->chunk && i < t->size / CW_TABLE_CHUNK; i++)
		free(t->chunk[i]);
	free(t->chunk);
}

bool cw_tablemem_inside(const struct cw_tablemem *t, uint64_t addr, uint64_t len)
{
	return addr <= t->size && len <= t->size - addr;
}

/* The place of `addr`, NULL if nothing was ever written near it. */
static uint8_t *place(const struct cw_tablemem *t, uint64_t addr)
{
	uint8_t *chunk = t->chunk[addr / CW_TABLE_CHUNK];

	return chunk ? chunk + addr % CW_TABLE_CHUNK : NULL;
}

static uint8_t *make_place(struct cw_tablemem *t, uint64_t addr)
{
	uint8_t **chunk = &t->chunk[addr / CW_TABLE_CHUNK];

	if (!*chunk)
		*chunk = calloc(1, CW_TABLE_CHUNK);
	return *chunk ? *chunk + addr % CW_TABLE_CHUNK : NULL;
}

static size_t in_chunk(uint64_t addr, size_t len)
{
	uint64_t left = CW_TABLE_CHUNK - addr % CW_TABLE_CHUNK;

	return len < left ? len : left;
}

void cw_tablemem_get(const struct cw_tablemem *t, uint64_t addr, void *buf, size_t len)
{
	uint8_t *out = buf;

	while (len) {
		size_t n = in_chunk(addr, len);
		const uint8_t *p = place(t, addr);

		if (p)
			memcpy(out, p, n);
		else
			memset(out, 0, n);
		addr += n;
		out += n;
		len -= n;
	}
}

int cw_tablemem_put(struct cw_tablemem *t, uint64_t addr, const void *buf, size_t len)
{
	const uint8_t *in = buf;

	while (len) {
		size_t n = in_chunk(addr, len);
		uint8_t *p = make_place(t, addr);

		if (!p)
			return -ENOMEM;
		memcpy(p, in, n);
		addr += n;
		in += n;
		len -= n;
	}
	return 0;
}

uint8_t cw_tablemem_read(struct cw_tablemem *t, uint64_t addr, uint8_t *line)
{
	const uint8_t *p;

	if (!cw_tablemem_inside(t, addr, LINE))
		return 3;
	p = place(t, addr);
	if (p)
		memcpy(line, p, LINE);
	else
		memset(line, 0, LINE);
	return 0;
}

uint8_t cw_tablemem_write(struct cw_tablemem *t, uint64_t addr, const uint8_t *piece, uint8_t strb)
{
	uint8_t *p = cw_tablemem_inside(t, addr, 8) ? make_place(t, addr) : NULL;

	if (!p)
		return 3;
	for (unsigned i = 0; i < 8; i++)
		if (strb >> i & 1)
			p[i] = piece[i];
	return 0;
}
