/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The numbers of the contract as C constants. Freestanding: firmware includes it too.
 *
 *   params.def    CW_NPORT …            opcode.def  CW_OP_LOAD …      status.def  CW_ST_OK …
 *   cmdfield.def  CW_FIELD_OPCODE …     verdict.def CW_V_HIT …        reason.def  CW_RSN_MMIO …
 *   resume.def    CW_RESUME_RETRY …     counters.def CW_CTR_WALKS …, CW_NCOUNTER
 */
#ifndef CATWALK_CONTRACT_H
#define CATWALK_CONTRACT_H

#define CW_PARAM(name, value, doc) CW_##name = (value),
enum cw_param {
#include <catwalk/params.def>
};
#undef CW_PARAM

#define CW_OPCODE(name, code, ring, built, doc) CW_OP_##name = (code),
enum cw_opcode {
#include <catwalk/opcode.def>
};
#undef CW_OPCODE

#define CW_STATUS(name, code, err, doc) CW_ST_##name = (code),
enum cw_status {
#include <catwalk/status.def>
};
#undef CW_STATUS

#define CW_CMDFIELD(name, code, doc) CW_FIELD_##name = (code),
enum cw_cmdfield {
#include <catwalk/cmdfield.def>
};
#undef CW_CMDFIELD

#define CW_VERDICT(name, code, answer, doc) CW_V_##name = (code),
enum cw_verdict {
#include <catwalk/verdict.def>
};
#undef CW_VERDICT

#define CW_REASON(name, code, doc) CW_RSN_##name = (code),
enum cw_reason {
#include <catwalk/reason.def>
};
#undef CW_REASON

#define CW_RESUME(name, code, doc) CW_RESUME_##name = (code),
enum cw_resume_action {
#include <catwalk/resume.def>
};
#undef CW_RESUME

#define CW_COUNTER(name, doc) CW_CTR_##name,
enum cw_counter {
#include <catwalk/counters.def>
	CW_NCOUNTER
};
#undef CW_COUNTER

/* Flag bits of commands, bits of registers: meanings that ring.def and regs.def describe in words. */
enum {
	CW_CMD_BARRIER = CW_CMD_FLAG_BARRIER, /* cmd.flags (P15) */

	CW_ACCESS_READ = 1, /* fault.access */
	CW_ACCESS_WRITE = 2,

	CW_PHASE = 1, /* cpl.phase, fault.phase (P41) */

	CW_IRQ_HOT = 0,
	CW_IRQ_COLD = 1,
	CW_IRQ_FAULT = 2,
	CW_IRQ_ERROR = 3,
	CW_IRQ_DRING = 4, /* a dirty ring has reached its soft limit */
	CW_NIRQ = 5,
};

#endif
