/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Bits of table entries: CW_SPTE_x_BIT, and CW_SPTE(x) as a mask. */
#ifndef CATWALK_SPTE_H
#define CATWALK_SPTE_H

#include <stdint.h>

#define CW_SPTE_BIT(name, bit, doc) CW_SPTE_##name##_BIT = (bit),
#define CW_SPTE_X86_BIT(name, bit, doc) CW_SPTE_X86_##name##_BIT = (bit),
enum cw_spte_bit {
#include <catwalk/spte.def>
};
#undef CW_SPTE_BIT
#undef CW_SPTE_X86_BIT

#define CW_SPTE(name) (UINT64_C(1) << CW_SPTE_##name##_BIT)

#endif
