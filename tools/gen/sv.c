/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The SystemVerilog package. It keeps to what both Verilator and Yosys read. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "gen.h"

static void upper(char *to, size_t size, const char *from)
{
	size_t i = 0;

	for (; from[i] && i + 1 < size; i++)
		to[i] = (char)toupper((unsigned char)from[i]);
	to[i] = '\0';
}

static void codes(FILE *out, const char *prefix, unsigned bits, const struct gen_code *list, size_t n)
{
	fputc('\n', out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "  localparam logic [%u:0] %s_%s = %u'd%u;\n", bits - 1, prefix, list[i].name, bits,
			list[i].code);
}

static void ints(FILE *out, const char *prefix, const struct gen_code *list, size_t n)
{
	fputc('\n', out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "  localparam int unsigned %s%s = %u;\n", prefix, list[i].name, list[i].code);
}

/* A bit vector of `nbits` (a multiple of 32) from bytes, least significant first. */
static void vector(FILE *out, const char *name, const uint8_t *bytes, unsigned nbits)
{
	fprintf(out, "  localparam logic [%u:0] %s = {", nbits - 1, name);
	for (unsigned i = nbits / 8; i-- > 0;) {
		if (i % 4 == 3)
			fputs(i % 16 == 15 && nbits > 128 ? "\n    32'h" : "32'h", out);
		fprintf(out, "%02x", bytes[i]);
		if (i % 4 == 0 && i)
			fputs(i % 16 ? ", " : ",", out);
	}
	fputc('}', out);
	fputs(";\n", out);
}

static void opcodes(FILE *out)
{
	uint8_t hot[32] = {0}, cold[32] = {0}, built[32] = {0};

	codes(out, "OP", 8, gen_opcodes, gen_nopcodes);
	for (size_t i = 0; i < gen_nopcodes; i++) {
		const struct gen_code *op = &gen_opcodes[i];
		uint8_t *ring = strcmp(op->ring, "HOT") == 0 ? hot : cold;

		ring[op->code / 8] |= (uint8_t)(1u << op->code % 8);
		if (op->flag)
			built[op->code / 8] |= (uint8_t)(1u << op->code % 8);
	}
	fputs("\n  // By opcode: bit n is set if opcode n belongs to that ring, or is executed by this build.\n", out);
	vector(out, "OPS_HOT", hot, 256);
	vector(out, "OPS_COLD", cold, 256);
	vector(out, "OPS_BUILT", built, 256);
	for (unsigned i = 0; i < 4; i++)
		hot[i] &= built[i];
	vector(out, "CAP_HOT_OPS", hot, 32);
}

static void regs(FILE *out)
{
	uint32_t hash = cw_contract_hash();

	fprintf(out, "\n  localparam logic [31:0] BUILD_HASH = 32'h%08" PRIx32 ";\n", hash);
	for (size_t i = 0; i < CW_NREG; i++) {
		const struct cw_reg_info *r = &cw_reg_table[i];
		uint64_t reset = r->offset == CW_REG_BUILD_HASH ? hash : r->reset;

		fprintf(out, "  localparam logic [15:0] REG_%s = 16'h%04x;\n", r->name, r->offset);
		if (r->stride) {
			fprintf(out, "  localparam int unsigned REG_%s_COUNT = %u;\n", r->name, r->count);
			fprintf(out, "  localparam int unsigned REG_%s_STRIDE = %u;\n", r->name, r->stride);
			continue;
		}
		if (r->bits == 64)
			fprintf(out, "  localparam logic [15:0] REG_%s_HI = 16'h%04x;\n", r->name, r->offset + 4);
		fprintf(out, "  localparam logic [%u:0] RST_%s = %u'h%" PRIx64 ";\n", r->bits - 1u, r->name, r->bits,
			reset);
	}
}

static void records(FILE *out)
{
	char rec[32], name[64];
	uint8_t used[256];

	for (size_t s = 0; s < gen_nstructs; s++) {
		const struct gen_struct *st = &gen_structs[s];

		memset(used, 0, sizeof(used));
		upper(rec, sizeof(rec), st->rec);
		fprintf(out, "\n  localparam int unsigned %s_BITS = %u;\n", rec, st->bytes * 8);
		for (size_t i = 0; i < gen_nfields; i++) {
			const struct gen_field *f = &gen_fields[i];

			if (strcmp(f->rec, st->rec) != 0)
				continue;
			upper(name, sizeof(name), f->name);
			fprintf(out, "  localparam int unsigned %s_%s_LSB = %u;\n", rec, name, f->offset * 8);
			fprintf(out, "  localparam int unsigned %s_%s_W = %u;\n", rec, name, f->bytes * 8);
			memset(used + f->offset, 0xff, f->bytes);
		}
		snprintf(name, sizeof(name), "%s_USED", rec);
		fputs("  // 1: a field covers the bit; the others are reserved (P17).\n", out);
		vector(out, name, used, st->bytes * 8);
	}
}

static void monitor(FILE *out)
{
	unsigned bits = 0;

	fputs("\n  typedef struct packed {\n", out);
	for (size_t i = 0; i < gen_nmons; i++) {
		const struct gen_mon *m = &gen_mons[i];

		bits += m->width;
		if (m->width == 1)
			fprintf(out, "    logic %s_%s;\n", m->event, m->field);
		else
			fprintf(out, "    logic [%u:0] %s_%s;\n", m->width - 1, m->event, m->field);
	}
	fprintf(out, "  } mon_t;\n  localparam int unsigned MON_W = %u;\n", bits);
}

/* Variables in a build that has all mutants, chosen by name when the run begins; else constants. */
static void mutants(FILE *out)
{
	fputs("\n`ifdef CW_MUTANTS\n", out);
	for (size_t i = 0; i < gen_nmutants; i++)
		fprintf(out, "  logic MUT_%s = 1'b0;\n", gen_mutants[i].name);
	fputs("  function automatic logic choose_mutant(input string name);\n", out);
	for (size_t i = 0; i < gen_nmutants; i++)
		fprintf(out, "    MUT_%s = name == \"%s\";\n", gen_mutants[i].name, gen_mutants[i].name);
	fputs("    choose_mutant = name == \"none\"", out);
	for (size_t i = 0; i < gen_nmutants; i++)
		fprintf(out, " ||\n      MUT_%s", gen_mutants[i].name);
	fputs(";\n  endfunction\n`else\n", out);
	for (size_t i = 0; i < gen_nmutants; i++)
		fprintf(out, "  localparam logic MUT_%s = 1'b0;\n", gen_mutants[i].name);
	fputs("`endif\n", out);
}

/* The sizes alone: Yosys does not look into another package from a package, so cw_t includes them. */
void gen_params_svh(FILE *out)
{
	fputs("// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
	      "// Copyright The Catwalk authors\n"
	      "//\n"
	      "// Generated by cwgen from include/catwalk/params.def: to be included inside a package.\n"
	      "/* verilator lint_off UNUSEDPARAM */\n",
	      out);
	ints(out, "", gen_params, gen_nparams);
	fputs("/* verilator lint_on UNUSEDPARAM */\n", out);
}

void gen_sv(FILE *out)
{
	fputs("// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
	      "// Copyright The Catwalk authors\n"
	      "//\n"
	      "// Generated by cwgen from include/catwalk/*.def, sim/mon.def and sim/mutants.def.\n"
	      "/* verilator lint_off UNUSEDPARAM */\n"
	      "package cw_pkg;\n",
	      out);
	ints(out, "", gen_params, gen_nparams);
	opcodes(out);
	codes(out, "ST", 8, gen_statuses, gen_nstatuses);
	codes(out, "FIELD", 8, gen_cmdfields, gen_ncmdfields);
	codes(out, "V", 4, gen_verdicts, gen_nverdicts);
	codes(out, "RSN", 5, gen_reasons, gen_nreasons);
	codes(out, "RESUME", 2, gen_resumes, gen_nresumes);
	ints(out, "CTR_", gen_counters, gen_ncounters);
	fprintf(out, "  localparam int unsigned NCOUNTER = %u;\n", (unsigned)CW_NCOUNTER);
	ints(out, "SPTE_", gen_spte_bits, gen_nspte_bits);
	ints(out, "SPTE_X86_", gen_spte_x86_bits, gen_nspte_x86_bits);
	regs(out);
	records(out);
	monitor(out);
	mutants(out);
	fputs("endpackage\n/* verilator lint_on UNUSEDPARAM */\n", out);
}
