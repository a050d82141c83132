/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What the steps with tables of their own share: selftest_engine.c, selftest_raw.c. */
#ifndef CW_SELFTEST_RAW_H
#define CW_SELFTEST_RAW_H

#include "selftest.h"

/* The tables of the engine steps: one entry in each leads to GPA. */
#define PAGE 4096ull
#define LEVELS 4
#define GPA 0x7f8040201000ull /* entry 255, 1, 1, 1 */
#define PA 0x123456789000ull

unsigned selftest_index(uint64_t gpa, unsigned level);
bool selftest_hot(struct selftest *s, const struct cw_cmd *cmd, struct cw_cpl *cpl);
bool selftest_cold(struct selftest *s, const struct cw_cmd *cmd, struct cw_cpl *cpl);
/* Change the entry for GPA in the table of this level; INVALIDATE, FLUSH. */
bool selftest_set_entry(struct selftest *s, unsigned level, uint64_t value);
uint64_t selftest_to_table(const struct selftest *s, unsigned level);

#endif
