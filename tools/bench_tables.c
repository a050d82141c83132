/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <catwalk/spte.h>

#include "bench.h"

#define PAGE 4096ull
#define ENTRIES 512u
#define BATCH 64u
/* Aligned to the largest page; the addresses differ in all their bits, so that none is taken for the other. */
#define GPA (1ull << 38)
#define BUS (1ull << 40)

/* Pages of table content on their way into table memory. */
struct loader {
	struct bench *b;
	struct cw_mem mem; /* BATCH pages */
	int handle[BATCH];
	unsigned n;
};

static int loader_wait(struct loader *l)
{
	int err = 0;

	for (unsigned i = 0; i < l->n && !err; i++) {
		struct cw_cpl cpl;

		err = cw_cmd_wait(l->b->dev, l->handle[i], &cpl, 1000000000);
		if (!err && cpl.status != CW_ST_OK)
			err = -EIO;
	}
	l->n = 0;
	return err;
}

static int new_table(struct bench *b, uint64_t *addr)
{
	if (b->tables == b->tables_max) {
		size_t max = b->tables_max ? 2 * b->tables_max : 64;
		uint64_t *more = realloc(b->table, max * sizeof(*more));

		if (!more)
			return -ENOMEM;
		b->table = more;
		b->tables_max = max;
	}
	int err = cw_table_alloc(b->dev, addr);

	if (!err)
		b->table[b->tables++] = *addr;
	return err;
}

static unsigned shift_of(unsigned level)
{
	return 12 + 9 * (level - 1);
}

/* The table of this level that holds gpa, and all below it; its address. */
static int build(struct loader *l, unsigned level, uint64_t gpa, uint64_t *addr)
{
	const struct bench *b = l->b;
	uint64_t entry[ENTRIES], size = 1ull << shift_of(level), first = gpa & ~(size * ENTRIES - 1);
	const uint64_t leaf = CW_SPTE(R) | CW_SPTE(X) | CW_SPTE(A) | CW_SPTE(HOST_W) | CW_SPTE(MMU_W) |
			      CW_SPTE(PRESENT) | (level > 1 ? CW_SPTE(PS) : 0) |
			      /* What makes the first write be marked (P28). */
			      (b->p->log == CW_LOG_PROTECT ? 0 : CW_SPTE(W)) |
			      (b->p->log == CW_LOG_DIRTYBIT ? 0 : CW_SPTE(D));
	int err = new_table(l->b, addr);

	for (unsigned i = 0; i < ENTRIES && !err; i++) {
		uint64_t at = first + i * size;

		entry[i] = CW_SPTE(SUPPRESS_VE);
		if (at + size <= b->gpa || at >= b->gpa + b->p->span)
			continue;
		if (level == b->p->page_level) {
			entry[i] = leaf | (at - b->gpa + b->bus);
		} else {
			err = build(l, level - 1, at > b->gpa ? at : b->gpa, &entry[i]);
			entry[i] |= CW_SPTE(R) | CW_SPTE(W) | CW_SPTE(X) | CW_SPTE(PRESENT);
		}
	}
	if (!err && l->n == BATCH)
		err = loader_wait(l);
	if (err)
		return err;
	memcpy((char *)l->mem.ptr + l->n * PAGE, entry, PAGE);
	l->handle[l->n] = cw_cmd_submit(
		b->dev, CW_RING_HOT,
		&(struct cw_cmd){.opcode = CW_OP_LOAD, .addr = *addr, .arg0 = l->mem.bus + l->n * PAGE, .arg1 = PAGE});
	return l->handle[l->n] < 0 ? l->handle[l->n] : (l->n++, 0);
}

int bench_tables(struct bench *b)
{
	const uint16_t domain = (uint16_t)(b->info.domains - 1);
	struct loader l = {.b = b};
	uint64_t root = 0;
	int err = cw_mem_alloc(b->dev, BATCH * PAGE, &l.mem);

	b->gpa = GPA;
	b->bus = BUS;
	if (!err)
		err = build(&l, (unsigned)b->p->levels, b->gpa, &root);
	if (!err)
		err = loader_wait(&l);
	if (!err)
		err = cw_cmd(b->dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_DOMAIN_SET, .space = domain}, NULL);
	for (unsigned i = 0; i < b->p->contexts && !err; i++)
		err = cw_cmd(b->dev, CW_RING_COLD,
			     &(struct cw_cmd){.opcode = CW_OP_CTX_ATTACH,
					      .ctx = (uint16_t)i,
					      .space = domain,
					      .addr = root,
					      .level = (uint8_t)b->p->levels,
					      .enables = b->p->log >= CW_LOG_PROTECT ? CW_CMD_ENABLE_FIX : 0},
			     NULL);
	if (!err)
		err = cw_mem_free(b->dev, &l.mem);
	return err;
}

/* Detached first: no walk may see a page that is used for something else. */
void bench_tables_free(struct bench *b)
{
	int err = 0;

	for (unsigned i = 0; b->table && i < b->p->contexts && !err; i++)
		err = cw_cmd(b->dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_CTX_DETACH, .ctx = (uint16_t)i},
			     NULL);
	for (size_t i = 0; i < b->tables && !err; i++)
		cw_table_free(b->dev, b->table[i]);
	free(b->table);
	b->table = NULL;
}
