// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* Mailbox access of the target: a region is its first word. */
#include "io.h"

static volatile uint32_t *words(struct cw_region *r)
{
	return (volatile uint32_t *)r;
}

uint32_t cw_read32(struct cw_region *r, uint32_t word)
{
	return words(r)[word];
}

void cw_write32(struct cw_region *r, uint32_t word, uint32_t value)
{
	words(r)[word] = value;
}
