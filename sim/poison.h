/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* A set of 4 KiB page numbers: those that nobody may touch any more. An empty set costs a test. */
#ifndef CW_SIM_POISON_H
#define CW_SIM_POISON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Open addressing, at most half full; slot = page number + 1, 0 free */
struct cw_poison {
	uint64_t *slot;
	size_t n, mask;
};

void cw_poison_exit(struct cw_poison *p);
int cw_poison_add(struct cw_poison *p, uint64_t page); /* -ENOMEM */
void cw_poison_remove(struct cw_poison *p, uint64_t page);
bool cw_poison_find(const struct cw_poison *p, uint64_t page);

static inline bool cw_poison_has(const struct cw_poison *p, uint64_t addr)
{
	return p->n && cw_poison_find(p, addr >> 12);
}

#endif
