/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Host memory as the card sees it: bus addresses in front of the memory of this process. Accesses outside of every
 * region get resp 3 (DECERR); of a line that lies partly inside, the outside reads as 0 and is not written.
 */
#ifndef CW_SIM_HOSTMEM_H
#define CW_SIM_HOSTMEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cw_region {
	uint64_t bus, len;
	uint8_t *ptr;
	bool own;      /* allocated here: */
	void *mapping; /* by mmap(), if large; else by malloc() */
	size_t map_size;
};

/* Regions sorted by bus address; new ones always go to the end, because bus addresses are never used twice. */
struct cw_hostmem {
	struct cw_region *region;
	size_t n, room, last; /* last: where the last lookup ended */
	uint64_t next;
};

void cw_hostmem_init(struct cw_hostmem *h);
void cw_hostmem_exit(struct cw_hostmem *h);
/* ptr NULL: allocate zeroed memory. 0 or -errno. */
int cw_hostmem_add(struct cw_hostmem *h, void *ptr, size_t len, size_t align, uint64_t *bus, void **out);
int cw_hostmem_remove(struct cw_hostmem *h, uint64_t bus, bool own); /* -ENOENT */
void *cw_hostmem_ptr(struct cw_hostmem *h, uint64_t bus, size_t len);
uint8_t cw_hostmem_read(struct cw_hostmem *h, uint64_t bus, uint8_t *line);
uint8_t cw_hostmem_write(struct cw_hostmem *h, uint64_t bus, const uint8_t *piece, uint8_t strb);

#endif
