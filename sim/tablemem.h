/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Table memory: addresses 0 .. size - 1, zero until written, allocated in chunks of 2 MiB when written. Beyond:
 * DECERR.
 */
#ifndef CW_SIM_TABLEMEM_H
#define CW_SIM_TABLEMEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CW_TABLE_CHUNK (2ull << 20)

struct cw_tablemem {
	uint8_t **chunk;
	uint64_t size;
};

int cw_tablemem_init(struct cw_tablemem *t, uint64_t size);
void cw_tablemem_exit(struct cw_tablemem *t);
bool cw_tablemem_inside(const struct cw_tablemem *t, uint64_t addr, uint64_t len);
/* Any length; the caller has checked cw_tablemem_inside(). put: -ENOMEM possible. */
void cw_tablemem_get(const struct cw_tablemem *t, uint64_t addr, void *buf, size_t len);
int cw_tablemem_put(struct cw_tablemem *t, uint64_t addr, const void *buf, size_t len);
uint8_t cw_tablemem_read(struct cw_tablemem *t, uint64_t addr, uint8_t *line);
uint8_t cw_tablemem_write(struct cw_tablemem *t, uint64_t addr, const uint8_t *piece, uint8_t strb);

#endif
