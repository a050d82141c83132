/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Access to the mailbox. The target reads and writes the bus; the unit tests put a model of the mailbox here. All
 * other code is the same in both.
 */
#ifndef CW_FW_IO_H
#define CW_FW_IO_H

#include <stdint.h>

struct cw_region;

/* `word` counts 32-bit words from the start of the region. */
uint32_t cw_read32(struct cw_region *r, uint32_t word);
void cw_write32(struct cw_region *r, uint32_t word, uint32_t value);

#endif
