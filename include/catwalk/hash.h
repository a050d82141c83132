/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The hash in register BUILD_HASH: 32-bit FNV-1a over the contract as text, descriptions left out. Generator and
 * library compute it from the same text, so hardware and software of one contract agree, wherever they were built.
 */
#ifndef CATWALK_HASH_H
#define CATWALK_HASH_H

#include <stddef.h>
#include <stdint.h>

#define CW_HASH_TEXT(value) #value
#define CW_PARAM(name, value, doc) "P " #name " " CW_HASH_TEXT(value) "\n" /* a value may be chosen by the build */
#define CW_OPCODE(name, code, ring, built, doc) "O " #name " " #code " " #ring " " #built "\n"
#define CW_STATUS(name, code, err, doc) "S " #name " " #code "\n"
#define CW_CMDFIELD(name, code, doc) "F " #name " " #code "\n"
#define CW_VERDICT(name, code, answer, doc) "V " #name " " #code " " #answer "\n"
#define CW_REASON(name, code, doc) "R " #name " " #code "\n"
#define CW_RESUME(name, code, doc) "A " #name " " #code "\n"
#define CW_COUNTER(name, doc) "C " #name "\n"
#define CW_SPTE_BIT(name, bit, doc) "E " #name " " #bit "\n"
#define CW_SPTE_X86_BIT(name, bit, doc) "X " #name " " #bit "\n"
#define CW_REG(name, offset, access, reset, doc) "G " #name " " #offset " " #access " " #reset "\n"
#define CW_REG64(name, offset, access, reset, doc) "H " #name " " #offset " " #access " " #reset "\n"
#define CW_REGBANK(name, offset, count, stride, access, doc) \
	"B " #name " " #offset " " #count " " #stride " " #access "\n"
#define CW_STRUCT(rec, size, doc) "T " #rec " " #size "\n"
#define CW_FIELD(rec, field, type, count, offset, doc) "D " #rec " " #field " " #type " " #count " " #offset "\n"

static inline uint32_t cw_contract_hash(void)
{
	static const char text[] = {
#include <catwalk/params.def>
#include <catwalk/opcode.def>
#include <catwalk/status.def>
#include <catwalk/cmdfield.def>
#include <catwalk/verdict.def>
#include <catwalk/reason.def>
#include <catwalk/resume.def>
#include <catwalk/counters.def>
#include <catwalk/spte.def>
#include <catwalk/regs.def>
#include <catwalk/ring.def>
	};
	uint32_t hash = 0x811c9dc5u;

	for (size_t i = 0; i + 1 < sizeof(text); i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x01000193u;
	return hash;
}

#undef CW_PARAM
#undef CW_HASH_TEXT
#undef CW_OPCODE
#undef CW_STATUS
#undef CW_CMDFIELD
#undef CW_VERDICT
#undef CW_REASON
#undef CW_RESUME
#undef CW_COUNTER
#undef CW_SPTE_BIT
#undef CW_SPTE_X86_BIT
#undef CW_REG
#undef CW_REG64
#undef CW_REGBANK
#undef CW_STRUCT
#undef CW_FIELD

#endif
