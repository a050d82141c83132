/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The contract as tables (contract.c), and the writers that print them. */
#ifndef CW_GEN_H
#define CW_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <catwalk/contract.h>
#include <catwalk/hash.h>
#include <catwalk/regs.h>
#include <catwalk/ring.h>

struct gen_code {
	const char *name, *doc;
	unsigned code;
	const char *ring; /* opcodes: HOT or COLD */
	bool flag;	  /* opcodes: built; verdicts: stands in answers */
	const char *err;  /* status: errno name */
};

struct gen_field {
	const char *rec, *name, *type, *doc;
	unsigned count, offset, bytes;
};

struct gen_struct {
	const char *rec, *doc;
	unsigned bytes;
};

struct gen_mon {
	const char *event, *field;
	unsigned width;
};

struct gen_mutant {
	const char *name, *suites, *rules, *kinds, *what;
};

struct gen_required {
	const char *what, *mutants, *hosts, *models, *why;
};

#define GEN_TABLE(type, name) \
	extern const struct type gen_##name[]; \
	extern const size_t gen_n##name

GEN_TABLE(gen_code, params);
GEN_TABLE(gen_code, opcodes);
GEN_TABLE(gen_code, statuses);
GEN_TABLE(gen_code, cmdfields);
GEN_TABLE(gen_code, verdicts);
GEN_TABLE(gen_code, reasons);
GEN_TABLE(gen_code, resumes);
GEN_TABLE(gen_code, counters);
GEN_TABLE(gen_code, spte_bits);
GEN_TABLE(gen_code, spte_x86_bits);
GEN_TABLE(gen_field, fields);
GEN_TABLE(gen_struct, structs);
GEN_TABLE(gen_mon, mons);
GEN_TABLE(gen_mutant, mutants);
GEN_TABLE(gen_required, requireds);

void gen_sv(FILE *out);
void gen_params_svh(FILE *out);
void gen_md(FILE *out);
void gen_mutants_md(FILE *out);
bool gen_has_word(const char *words, const char *word);

#endif
