/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "gen.h"

#define TABLE_END(name) const size_t gen_n##name = sizeof(gen_##name) / sizeof(gen_##name[0])

#define CW_PARAM(n, value, d) {.name = #n, .doc = d, .code = (value)},
const struct gen_code gen_params[] = {
#include <catwalk/params.def>
};
TABLE_END(params);

#define CW_OPCODE(n, value, r, built, d) {.name = #n, .doc = d, .code = (value), .ring = #r, .flag = (built)},
const struct gen_code gen_opcodes[] = {
#include <catwalk/opcode.def>
};
TABLE_END(opcodes);

#define CW_STATUS(n, value, e, d) {.name = #n, .doc = d, .code = (value), .err = #e},
const struct gen_code gen_statuses[] = {
#include <catwalk/status.def>
};
TABLE_END(statuses);

#define CW_CMDFIELD(n, value, d) {.name = #n, .doc = d, .code = (value)},
const struct gen_code gen_cmdfields[] = {
#include <catwalk/cmdfield.def>
};
TABLE_END(cmdfields);

#define CW_VERDICT(n, value, answer, d) {.name = #n, .doc = d, .code = (value), .flag = (answer)},
const struct gen_code gen_verdicts[] = {
#include <catwalk/verdict.def>
};
TABLE_END(verdicts);

#define CW_REASON(n, value, d) {.name = #n, .doc = d, .code = (value)},
const struct gen_code gen_reasons[] = {
#include <catwalk/reason.def>
};
TABLE_END(reasons);

#define CW_RESUME(n, value, d) {.name = #n, .doc = d, .code = (value)},
const struct gen_code gen_resumes[] = {
#include <catwalk/resume.def>
};
TABLE_END(resumes);

#define CW_COUNTER(n, d) {.name = #n, .doc = d, .code = CW_CTR_##n},
const struct gen_code gen_counters[] = {
#include <catwalk/counters.def>
};
TABLE_END(counters);

#define CW_SPTE_BIT(n, bit, d) {.name = #n, .doc = d, .code = (bit)},
#define CW_SPTE_X86_BIT(n, bit, d)
const struct gen_code gen_spte_bits[] = {
#include <catwalk/spte.def>
};
TABLE_END(spte_bits);
#undef CW_SPTE_BIT
#undef CW_SPTE_X86_BIT

#define CW_SPTE_BIT(n, bit, d)
#define CW_SPTE_X86_BIT(n, bit, d) {.name = #n, .doc = d, .code = (bit)},
const struct gen_code gen_spte_x86_bits[] = {
#include <catwalk/spte.def>
};
TABLE_END(spte_x86_bits);

#define CW_STRUCT(r, size, d)
#define CW_FIELD(r, n, t, c, at, d) \
	{.rec = #r, .name = #n, .type = #t, .doc = d, .count = (c), .offset = (at), .bytes = sizeof(t) * (c)},
const struct gen_field gen_fields[] = {
#include <catwalk/ring.def>
};
TABLE_END(fields);
#undef CW_STRUCT
#undef CW_FIELD

#define CW_STRUCT(r, size, d) {.rec = #r, .doc = d, .bytes = CW_##size},
#define CW_FIELD(r, n, t, c, at, d)
const struct gen_struct gen_structs[] = {
#include <catwalk/ring.def>
};
TABLE_END(structs);

#define CW_MON(e, f, w, d) {.event = #e, .field = #f, .width = (w)},
const struct gen_mon gen_mons[] = {
#include "../../sim/mon.def"
};
TABLE_END(mons);

#define CW_MUTANT(n, s, r, k, w) {.name = #n, .suites = s, .rules = r, .kinds = k, .what = w},
const struct gen_mutant gen_mutants[] = {
#include "../../sim/mutants.def"
};
TABLE_END(mutants);

#define CW_REQUIRED(w, m, h, r, y) {.what = w, .mutants = m, .hosts = h, .models = r, .why = y},
const struct gen_required gen_requireds[] = {
#include "../../sim/required.def"
};
TABLE_END(requireds);
