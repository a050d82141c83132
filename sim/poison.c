/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "poison.h"
#include <errno.h>
#include <stdlib.h>

static size_t home(const struct cw_poison *p, uint64_t page)
{
	return (size_t)(((page + 1) * 0x9e3779b97f4a7c15ull) >> 32) & p->mask;
}

void cw_poison_exit(struct cw_poison *p)
{
	free(p->slot);
}

bool cw_poison_find(const struct cw_poison *p, uint64_t page)
{
	if (!p->n)
		return false;
	for (size_t i = home(p, page); p->slot[i]; i = (i + 1) & p->mask)
		if (p->slot[i] == page + 1)
			return true;
	return false;
}

static void insert(struct cw_poison *p, uint64_t page)
{
	size_t i = home(p, page);

	while (p->slot[i])
		i = (i + 1) & p->mask;
	p->slot[i] = page + 1;
	p->n++;
}

int cw_poison_add(struct cw_poison *p, uint64_t page)
{
	if (cw_poison_find(p, page))
		return 0;
	if (!p->slot || (p->n + 1) * 2 > p->mask + 1) {
		size_t room = p->slot ? (p->mask + 1) * 2 : 64;
		struct cw_poison old = *p;

		p->slot = calloc(room, sizeof(*p->slot));
		if (!p->slot) {
			*p = old;
			return -ENOMEM;
		}
		p->mask = room - 1;
		p->n = 0;
		for (size_t i = 0; old.slot && i <= old.mask; i++)
			if (old.slot[i])
				insert(p, old.slot[i] - 1);
		free(old.slot);
	}
	insert(p, page);
	return 0;
}

void cw_poison_remove(struct cw_poison *p, uint64_t page)
{
	size_t i;

	if (!cw_poison_find(p, page))
		return;
	for (i = home(p, page); p->slot[i] != page + 1;)
		i = (i + 1) & p->mask;
	p->slot[i] = 0;
	p->n--;
	/* Those behind it in the run may have been pushed past their place by it: put them in again. */
	for (i = (i + 1) & p->mask; p->slot[i]; i = (i + 1) & p->mask) {
		uint64_t moved = p->slot[i] - 1;

		p->slot[i] = 0;
		p->n--;
		insert(p, moved);
	}
}
