/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * cwgen: makes from the contract files what C cannot include: the SystemVerilog package and the reference page. It
 * refuses a contract that contradicts itself, so that a slip stops the build here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

static int errors;

static void bad(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("cwgen: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	errors++;
}

static void check_codes(const char *what, const struct gen_code *list, size_t n, unsigned bits)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].code >> bits)
			bad("%s %s: code 0x%x does not fit %u bits", what, list[i].name, list[i].code, bits);
		for (size_t j = 0; j < i; j++) {
			if (list[i].code == list[j].code)
				bad("%s: %s and %s have one code", what, list[i].name, list[j].name);
		}
	}
}

static void check_regs(void)
{
	static const char *owner[CW_REG_SPACE / 4];

	for (size_t i = 0; i < CW_NREG; i++) {
		const struct cw_reg_info *r = &cw_reg_table[i];

		for (uint32_t n = 0; n < r->count; n++) {
			for (unsigned w = 0; w < r->bits / 32u; w++) {
				uint32_t at = r->offset + n * r->stride + 4 * w;

				if (at % 4 || at >= CW_REG_SPACE)
					bad("register %s: offset 0x%x", r->name, at);
				else if (owner[at / 4])
					bad("registers %s and %s overlap at 0x%x", r->name, owner[at / 4], at);
				else
					owner[at / 4] = r->name;
			}
		}
	}
}

static void check_fields(void)
{
	for (size_t i = 0; i < gen_nfields; i++) {
		const struct gen_field *f = &gen_fields[i], *g;

		for (size_t j = 0; j < i; j++) {
			g = &gen_fields[j];
			if (strcmp(f->rec, g->rec) == 0 && f->offset < g->offset + g->bytes &&
			    g->offset < f->offset + f->bytes)
				bad("fields %s.%s and %s.%s overlap", f->rec, f->name, g->rec, g->name);
		}
	}
}

/* For a script, fields with bars between: each mutant with its suites. */
static void mutant_suites(void)
{
	for (size_t i = 0; i < gen_nmutants; i++)
		printf("%s|%s\n", gen_mutants[i].name, gen_mutants[i].suites);
}

/* What must be found: mutants, hosts, models, and why not. */
static void required(void)
{
	for (size_t i = 0; i < gen_nrequireds; i++)
		printf("%s|%s|%s|%s|%s\n", gen_requireds[i].what, gen_requireds[i].mutants, gen_requireds[i].hosts,
		       gen_requireds[i].models, gen_requireds[i].why);
}

/* The mutants that a suite has to find. */
static void mutants_of(const char *suite)
{
	for (size_t i = 0; i < gen_nmutants; i++)
		if (gen_has_word(gen_mutants[i].suites, suite))
			puts(gen_mutants[i].name);
}

int main(int argc, char **argv)
{
	check_codes("opcode", gen_opcodes, gen_nopcodes, 8);
	check_codes("status", gen_statuses, gen_nstatuses, 8);
	check_codes("field", gen_cmdfields, gen_ncmdfields, 8);
	check_codes("verdict", gen_verdicts, gen_nverdicts, 4);
	check_codes("reason", gen_reasons, gen_nreasons, 5);
	check_codes("resume action", gen_resumes, gen_nresumes, 2);
	check_codes("entry bit", gen_spte_bits, gen_nspte_bits, 6);
	check_codes("legacy/NPT entry bit", gen_spte_x86_bits, gen_nspte_x86_bits, 6);
	check_regs();
	check_fields();
	if (errors)
		return 1;

	if (argc == 2 && strcmp(argv[1], "sv") == 0)
		gen_sv(stdout);
	else if (argc == 2 && strcmp(argv[1], "params-svh") == 0)
		gen_params_svh(stdout);
	else if (argc == 2 && strcmp(argv[1], "regs-md") == 0)
		gen_md(stdout);
	else if (argc == 2 && strcmp(argv[1], "mutants-md") == 0)
		gen_mutants_md(stdout);
	else if (argc == 2 && strcmp(argv[1], "mutant-suites") == 0)
		mutant_suites();
	else if (argc == 2 && strcmp(argv[1], "required") == 0)
		required();
	else if (argc == 3 && strcmp(argv[1], "mutants") == 0)
		mutants_of(argv[2]);
	else if (argc == 2 && strcmp(argv[1], "hash") == 0)
		printf("%08" PRIx32 "\n", cw_contract_hash());
	else {
		fputs("usage: cwgen sv | params-svh | regs-md | mutants-md | mutants SUITE | mutant-suites | required | hash\n",
		      stderr);
		return 2;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "cwgen: cannot write: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
