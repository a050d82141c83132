/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * What the cube holds, and whether each cell without a hit has its reason (cube.def): a cell that cannot be met was
 * not, and one that can be met was, or is known to be rare. The first rule that matches a cell counts.
 */
#include <stdio.h>

#include "cube.h"

#define V(name) (1u << CW_V_##name)
#define L(n) (1u << (n))
#define M(name) (1u << CW_LOG_##name)
#define W(name) (1u << CW_MODEL_##name)
#define C(name) (1u << CUBE_##name)
#define EPT 1u
#define X86 2u
#define ANY (~0u)

enum kind { CANNOT, IS_MET, IS_RARE };

struct rule {
	enum kind kind;
	unsigned int most; /* IS_RARE: empty cells */
	unsigned int verdicts, levels, flavours, modes, ways, commands;
	const char *reason;
};

static const struct rule rules[] = {
#define IMPOSSIBLE(...) {CANNOT, 0, __VA_ARGS__},
#define MET(...) {IS_MET, 0, __VA_ARGS__},
#define RARE(most, ...) {IS_RARE, most, __VA_ARGS__},
#include "cube.def"
#undef IMPOSSIBLE
#undef MET
#undef RARE
};

enum { NRULE = sizeof(rules) / sizeof(rules[0]) };

static const char *const kind_name[] = {"impossible", "met", "rare"};
static const char *const mode_name[CUBE_MODES] = {"off", "CAPTURE", "PROTECT", "DIRTYBIT"};
static const char *const way_name[CW_MODEL_WAYS] = {"hit", "miss", "merge", "-"};
static const char *const command_name[CUBE_COLUMNS] = {
#define CUBE_NAME(name) #name,
	CUBE_COMMANDS(CUBE_NAME)
#undef CUBE_NAME
		[CUBE_NONE] = "none",
};

struct cell {
	unsigned int v, l, f, m, w, c;
};

static uint64_t hits(const struct cube *cube, const struct cell *at)
{
	return cube->n[at->v][at->l][at->f][at->m][at->w][at->c];
}

/* NRULE: none. */
static unsigned int rule_of(const struct cell *at)
{
	unsigned int i = 0;

	while (i < NRULE && !((rules[i].verdicts >> at->v & 1) && (rules[i].levels >> at->l & 1) &&
			      (rules[i].flavours >> at->f & 1) && (rules[i].modes >> at->m & 1) &&
			      (rules[i].ways >> at->w & 1) && (rules[i].commands >> at->c & 1)))
		i++;
	return i;
}

static bool next(struct cell *at)
{
	if (++at->c < CUBE_COLUMNS)
		return true;
	at->c = 0;
	if (++at->w < CW_MODEL_WAYS)
		return true;
	at->w = 0;
	if (++at->m < CUBE_MODES)
		return true;
	at->m = 0;
	if (++at->f < CUBE_FLAVOURS)
		return true;
	at->f = 0;
	if (++at->l < CUBE_LEVELS)
		return true;
	at->l = 0;
	return ++at->v < CUBE_VERDICTS;
}

static void print_cell(FILE *out, const struct cell *at)
{
	fprintf(out, "%-16s level %u %-4s %-8s %-6s %-11s", cw_verdict_name(at->v), at->l, at->f ? "x86" : "EPT",
		mode_name[at->m], way_name[at->w], command_name[at->c]);
}

struct sums {
	unsigned int cells, met, impossible, rare, wrong, bare;
	unsigned int empty[NRULE], full[NRULE]; /* cells of each rule */
};

static void list(FILE *out, const struct cell *at, uint64_t n, unsigned int rule)
{
	print_cell(out, at);
	fprintf(out, " %10llu", (unsigned long long)n);
	if (rule < NRULE)
		fprintf(out, "  %s: %s", kind_name[rules[rule].kind], rules[rule].reason);
	fprintf(out, "\n");
}

static void judge(struct sums *s, const struct cell *at, uint64_t n, bool empty)
{
	unsigned int rule = rule_of(at);
	bool rare = rule < NRULE && rules[rule].kind == IS_RARE,
	     impossible = rule < NRULE && rules[rule].kind == CANNOT;

	s->cells++;
	s->met += n != 0;
	s->impossible += impossible;
	if (rule < NRULE) {
		s->rare += rare && !n;
		s->empty[rule] += !n;
		s->full[rule] += n != 0;
	}
	if (impossible && n) {
		printf("FAIL kind: cube-impossible\n     ");
		print_cell(stdout, at);
		printf(" was met %llu times: %s\n", (unsigned long long)n, rules[rule].reason);
		s->wrong++;
	} else if (empty && !n && !rare && !impossible) {
		printf("FAIL kind: cube-empty\n     ");
		print_cell(stdout, at);
		printf(" was never met: %s\n", rule < NRULE ? rules[rule].reason : "no rule says why");
		s->bare++;
	}
}

bool cube_report(const struct cube *c, enum cube_judge level, const char *file)
{
	FILE *out = file ? fopen(file, "w") : NULL;
	struct sums s = {0};
	struct cell at = {0};

	if (file && !out)
		perror(file);
	do {
		judge(&s, &at, hits(c, &at), level != CUBE_MET);
		if (out)
			list(out, &at, hits(c, &at), rule_of(&at));
	} while (next(&at));
	for (unsigned int i = 0; i < NRULE; i++) {
		if (level != CUBE_MET)
			printf("%6u empty, %5u met  %s: %s\n", s.empty[i], s.full[i], kind_name[rules[i].kind],
			       rules[i].reason);
		if (level != CUBE_MET && rules[i].kind == IS_RARE && s.empty[i] > rules[i].most) {
			printf("FAIL kind: cube-thin\n     at most %u may be empty\n", rules[i].most);
			s.bare++;
		}
		if (level == CUBE_ALL && rules[i].kind != IS_MET && !s.empty[i]) {
			printf("FAIL kind: cube-rule\n     this rule explains no empty cell\n");
			s.bare++;
		}
	}
	printf("cube: %u cells, %u cannot be met; of the %u others %u were met, %.1f %%, and %u of the empty ones are rare\n",
	       s.cells, s.impossible, s.cells - s.impossible, s.met - s.wrong,
	       100.0 * (s.met - s.wrong) / (s.cells - s.impossible), s.rare);
	printf("cube: %llu decisions\n", (unsigned long long)c->decided);
	if (out && fclose(out))
		perror(file);
	return (!file || out) && !s.wrong && !s.bare;
}
