/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Register offsets CW_REG_x (the high word of a 64-bit register is CW_REG_x_HI), and the map as a table. */
#ifndef CATWALK_REGS_H
#define CATWALK_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <catwalk/contract.h>

#define CW_REG_SPACE 0x10000u /* the control block, bytes (P39) */

#define CW_REG(name, offset, access, reset, doc) CW_REG_##name = (offset),
#define CW_REG64(name, offset, access, reset, doc) CW_REG_##name = (offset), CW_REG_##name##_HI = (offset) + 4,
#define CW_REGBANK(name, offset, count, stride, access, doc) \
	CW_REG_##name = (offset), CW_REG_##name##_COUNT = (count), CW_REG_##name##_STRIDE = (stride),
enum cw_reg_offset {
#include <catwalk/regs.def>
};
#undef CW_REG
#undef CW_REG64
#undef CW_REGBANK

/* All offsets are aligned, behind the first 16 bytes and inside the block (P39). */
#define CW_REG(name, offset, access, reset, doc) \
	_Static_assert((offset) >= 0x10 && (offset) % 4 == 0 && (offset) + 4u <= CW_REG_SPACE, #name);
#define CW_REG64(name, offset, access, reset, doc) \
	_Static_assert((offset) >= 0x10 && (offset) % 8 == 0 && (offset) + 8u <= CW_REG_SPACE, #name);
#define CW_REGBANK(name, offset, count, stride, access, doc) \
	_Static_assert((offset) >= 0x10 && (offset) % 4 == 0 && (stride) % 4 == 0 && \
			       (offset) + (count) * (stride) <= CW_REG_SPACE + ((offset) % (stride)), \
		       #name);
#include <catwalk/regs.def>
#undef CW_REG
#undef CW_REG64
#undef CW_REGBANK

enum cw_reg_access { CW_REG_RO, CW_REG_RW, CW_REG_WO };

struct cw_reg_info {
	const char *name;
	const char *doc;
	uint64_t reset; /* of the contract; capabilities and BUILD_HASH come from the build */
	uint32_t offset;
	uint32_t count, stride; /* of a bank; 1 and 0 otherwise */
	uint8_t bits;		/* 32 or 64 */
	uint8_t access;		/* enum cw_reg_access */
};

#define CW_BUILD_HASH 0
#define CW_REG(name, offset, access, reset, doc) {#name, doc, reset, offset, 1, 0, 32, CW_REG_##access},
#define CW_REG64(name, offset, access, reset, doc) {#name, doc, reset, offset, 1, 0, 64, CW_REG_##access},
#define CW_REGBANK(name, offset, count, stride, access, doc) \
	{#name, doc, 0, offset, count, stride, 32, CW_REG_##access},
static const struct cw_reg_info cw_reg_table[] = {
#include <catwalk/regs.def>
};
#undef CW_REG
#undef CW_REG64
#undef CW_REGBANK
#undef CW_BUILD_HASH

#define CW_NREG (sizeof(cw_reg_table) / sizeof(cw_reg_table[0]))

/* Two registers at one offset do not compile: their cases collide. (Banks interleave; cwgen checks those.) */
#define CW_REG(name, offset, access, reset, doc) case offset:
#define CW_REG64(name, offset, access, reset, doc) \
	case offset: \
	case (offset) + 4:
#define CW_REGBANK(name, offset, count, stride, access, doc) case offset:
static inline bool cw_reg_exists(uint32_t at)
{
	switch (at) {
#include <catwalk/regs.def>
		return true;
	default:
		for (size_t i = 0; i < CW_NREG; i++) {
			const struct cw_reg_info *r = &cw_reg_table[i];

			if (r->stride && at >= r->offset && (at - r->offset) % r->stride == 0 &&
			    (at - r->offset) / r->stride < r->count)
				return true;
		}
		return false;
	}
}
#undef CW_REG
#undef CW_REG64
#undef CW_REGBANK

#endif
