/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The memory presets, in cycles of the 250 MHz engine clock (4 ns).
 *
 * Source of the read latencies: Shuhai (Wang, Huang, Zhang, Alonso, "Benchmarking High Bandwidth Memory on FPGAs",
 * arXiv 2005.04324, Alveo U280), random reads 73-107 ns on DDR4, 107-138 ns on HBM, at second hand: check them
 * in the paper before you quote them on. What is taken for the state between the ends, and all else here, is a choice:
 *
 * ddr4   row open 18, row closed 22, another row open 27 cycles. A bank is busy for 2 cycles by a hit, for 8 when it
 *        opens a row, for 12 (tRC about 46 ns) when it changes it. 16 banks, changing every 256 bytes. A channel gives
 *        19.2 GB/s, the 64-byte port at 250 MHz 16 GB/s: a beat per cycle. Refresh every 7.8 us for 350 ns.
 * hbm    27, 31, 34 cycles; a pseudo channel gives 14.4 GB/s: 18/16 of a cycle per beat; refresh: 3.9 us, 260 ns.
 * pcie   a read's round trip is about 900 ns: 225 cycles, plus or minus 13; one way is half of it. 12.8 GB/s: 20/16 of
 *        a cycle per beat; 64 read tags. A write is acknowledged when the host has it, later than a bridge would:
 *        the interrupt that follows the acknowledgement so cannot overtake the record (P41).
 * Writes to ddr4 and hbm are acknowledged a few cycles sooner than reads answer. Not modelled: activation windows,
 * turning the bus round, traffic of others.
 */
#include "axi_mem.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CW_PRESET_NAMES "ideal:N, ddr4, hbm, pcie, random:MIN-MAX"

static const struct {
	const char *name;
	struct cw_axi_cfg cfg;
} table[] = {
	{"ddr4",
	 {.rd_hit = 18,
	  .rd_closed = 22,
	  .rd_miss = 27,
	  .wr_hit = 14,
	  .wr_closed = 18,
	  .wr_miss = 23,
	  .busy_hit = 2,
	  .busy_closed = 8,
	  .busy_miss = 12,
	  .banks = 16,
	  .refresh_every = 1950,
	  .refresh_len = 88,
	  .rd_beat16 = 16,
	  .wr_beat16 = 16,
	  .rd_max = 64,
	  .wr_max = 32,
	  .path_min = 8,
	  .path_max = 12}},
	{"hbm",
	 {.rd_hit = 27,
	  .rd_closed = 31,
	  .rd_miss = 34,
	  .wr_hit = 20,
	  .wr_closed = 24,
	  .wr_miss = 27,
	  .busy_hit = 2,
	  .busy_closed = 8,
	  .busy_miss = 12,
	  .banks = 16,
	  .refresh_every = 975,
	  .refresh_len = 65,
	  .rd_beat16 = 18,
	  .wr_beat16 = 18,
	  .rd_max = 64,
	  .wr_max = 32,
	  .path_min = 8,
	  .path_max = 12}},
	{"pcie",
	 {.rd_hit = 212,
	  .rd_jitter = 26,
	  .wr_hit = 106,
	  .wr_jitter = 13,
	  .rd_beat16 = 20,
	  .wr_beat16 = 20,
	  .rd_max = 64,
	  .wr_max = 64,
	  .path_min = 106,
	  .path_max = 119}},
};

static bool number(const char **s, uint32_t *v)
{
	char *end;
	unsigned long n;

	if (**s < '0' || **s > '9')
		return false;
	errno = 0;
	n = strtoul(*s, &end, 10);
	if (errno || n > 1000000)
		return false;
	*v = (uint32_t)n;
	*s = end;
	return true;
}

int cw_axi_preset(const char *spec, struct cw_axi_cfg *cfg, char *err, size_t err_len)
{
	const char *s = spec;
	uint32_t lo, hi;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!strcmp(spec, table[i].name)) {
			*cfg = table[i].cfg;
			return 0;
		}
	}
	memset(cfg, 0, sizeof(*cfg));
	cfg->rd_beat16 = cfg->wr_beat16 = 16;
	cfg->rd_max = cfg->wr_max = 256;
	if (!strncmp(spec, "ideal:", 6)) {
		s = spec + 6;
		if (number(&s, &lo) && !*s && lo >= 1) {
			cfg->rd_hit = cfg->wr_hit = lo;
			cfg->path_min = cfg->path_max = 1;
			return 0;
		}
	} else if (!strncmp(spec, "random:", 7)) {
		s = spec + 7;
		if (number(&s, &lo) && *s++ == '-' && number(&s, &hi) && !*s && lo >= 1 && hi >= lo) {
			cfg->rd_hit = cfg->wr_hit = lo;
			cfg->rd_jitter = cfg->wr_jitter = hi - lo;
			cfg->stall = 20;
			cfg->interleave = 25;
			cfg->rd_max = 48;
			cfg->wr_max = 12;
			cfg->path_min = 1;
			cfg->path_max = 1 + hi;
			return 0;
		}
	}
	snprintf(err, err_len, "unknown memory preset '%s'; known are %s (cycles, N and MIN at least 1)", spec,
		 CW_PRESET_NAMES);
	return -EINVAL;
}
