/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Decoder of the monitor vector (mon.def, cw_pkg::mon_t): 32-bit words, bit 0 of the vector in bit 0 of word 0.
 * cw_mon_get(vec, MON_look_valid) is one field of up to 64 bits; cw_mon_get_word(vec, MON_r_line, i) is 64-bit word i
 * of a wider one. With a constant name both fold into shifts and masks.
 */
#ifndef CW_SIM_MON_H
#define CW_SIM_MON_H

#include <stdint.h>

/* Bits counted from the most significant end: the start of a field follows from the end of the field before. */
#define CW_MON(event, field, width, doc) \
	CW_MON_START_##event##_##field, CW_MON_END_##event##_##field = CW_MON_START_##event##_##field + (width)-1,
enum {
#include "mon.def"
	CW_MON_BITS
};
#undef CW_MON

enum { CW_MON_WORDS = (CW_MON_BITS + 31) / 32 };

/* Name of a field: its lowest bit, and its width in 31:16. */
#define CW_MON(event, field, width, doc) \
	MON_##event##_##field = (CW_MON_BITS - 1 - CW_MON_END_##event##_##field) | (width) << 16,
enum cw_mon_field {
#include "mon.def"
};
#undef CW_MON

static inline uint64_t cw_mon_bits(const uint32_t *vec, unsigned lsb, unsigned width)
{
	unsigned word = lsb / 32, shift = lsb % 32;
	uint64_t value = vec[word] >> shift;

	if (width > 32 - shift)
		value |= (uint64_t)vec[word + 1] << (32 - shift);
	if (width > 64 - shift)
		value |= (uint64_t)vec[word + 2] << (64 - shift);
	return width < 64 ? value & ((UINT64_C(1) << width) - 1) : value;
}

static inline uint64_t cw_mon_get(const uint32_t *vec, enum cw_mon_field name)
{
	return cw_mon_bits(vec, name & 0xffff, (unsigned)name >> 16);
}

static inline uint64_t cw_mon_get_word(const uint32_t *vec, enum cw_mon_field name, unsigned i)
{
	return cw_mon_bits(vec, (name & 0xffff) + 64 * i, 64);
}

#endif
