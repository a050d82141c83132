/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Names of the contract's numbers, for messages: never NULL, "?" for a number that has none. */
#ifndef CATWALK_NAMES_H
#define CATWALK_NAMES_H

#include <catwalk/contract.h>

static inline const char *cw_status_name(unsigned code)
{
#define CW_STATUS(name, code, err, doc) \
	case code: \
		return #name;
	switch (code) {
#include <catwalk/status.def>
	default:
		return "?";
	}
#undef CW_STATUS
}

static inline const char *cw_opcode_name(unsigned code)
{
#define CW_OPCODE(name, code, ring, built, doc) \
	case code: \
		return #name;
	switch (code) {
#include <catwalk/opcode.def>
	default:
		return "?";
	}
#undef CW_OPCODE
}

static inline const char *cw_cmdfield_name(unsigned code)
{
#define CW_CMDFIELD(name, code, doc) \
	case code: \
		return #name;
	switch (code) {
#include <catwalk/cmdfield.def>
	default:
		return "?";
	}
#undef CW_CMDFIELD
}

static inline const char *cw_verdict_name(unsigned code)
{
#define CW_VERDICT(name, code, answer, doc) \
	case code: \
		return #name;
	switch (code) {
#include <catwalk/verdict.def>
	default:
		return "?";
	}
#undef CW_VERDICT
}

static inline const char *cw_reason_name(unsigned code)
{
#define CW_REASON(name, code, doc) \
	case code: \
		return #name;
	switch (code) {
#include <catwalk/reason.def>
	default:
		return "?";
	}
#undef CW_REASON
}

static inline const char *cw_counter_name(unsigned code)
{
#define CW_COUNTER(name, doc) \
	case CW_CTR_##name: \
		return #name;
	switch (code) {
#include <catwalk/counters.def>
	default:
		return "?";
	}
#undef CW_COUNTER
}

#endif
