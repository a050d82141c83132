/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Host memory regions, table memory, the set of poisoned pages, and the path to the host. */
#include "sim/hostmem.h"
#include "sim/pcie.h"
#include "sim/poison.h"
#include "sim/rng.h"
#include "sim/tablemem.h"
#include "tests/unit/check.h"
#include <stdlib.h>

static void host_regions(void)
{
	struct cw_hostmem h;
	uint64_t bus[3], odd;
	uint8_t mine[1000], line[64];
	void *p;

	cw_hostmem_init(&h);
	CHECK_EQ(cw_hostmem_add(&h, NULL, 8192, 0, &bus[0], &p), 0);
	CHECK_EQ(bus[0] & 4095, 0);
	CHECK_EQ((uintptr_t)p & 4095, 0);
	CHECK(bus[0] >> 32);
	CHECK_EQ(cw_hostmem_add(&h, NULL, 100, 1 << 21, &bus[1], &p), 0);
	CHECK_EQ(bus[1] & ((1 << 21) - 1), 0);
	CHECK_EQ((uintptr_t)p & ((1 << 21) - 1), 0);
	CHECK_EQ(cw_hostmem_add(&h, mine, sizeof(mine), 0, &bus[2], NULL), 0);
	CHECK_EQ(bus[2] & 4095, (uintptr_t)mine & 4095);
	CHECK(cw_hostmem_ptr(&h, bus[2] + 999, 1) == mine + 999);
	CHECK(!cw_hostmem_ptr(&h, bus[2] + 999, 2));
	CHECK(!cw_hostmem_ptr(&h, bus[0] + 8192, 1));
	CHECK(!cw_hostmem_ptr(&h, bus[0] - 1, 1));
	CHECK(!cw_hostmem_ptr(&h, 0, 1));
	CHECK(!cw_hostmem_ptr(&h, UINT64_MAX, 1));
	CHECK(cw_hostmem_ptr(&h, bus[0], 8192) != NULL);

	/* Lines at the edges of a region that is not made of lines. */
	for (unsigned i = 0; i < sizeof(mine); i++)
		mine[i] = (uint8_t)(i | 1);
	odd = (bus[2] + 999) & ~63ull;
	CHECK_EQ(cw_hostmem_read(&h, odd, line), 0);
	for (unsigned i = 0; i < 64; i++)
		CHECK_EQ(line[i], odd + i < bus[2] + 1000 ? (uint8_t)((odd + i - bus[2]) | 1) : 0);
	CHECK_EQ(cw_hostmem_read(&h, bus[0] + 8192, line), 3);
	CHECK_EQ(cw_hostmem_read(&h, 0x1000, line), 3);
	CHECK_EQ(cw_hostmem_write(&h, bus[0] + 8192, line, 0xff), 3);
	CHECK_EQ(cw_hostmem_write(&h, bus[0] + 8184, (const uint8_t *)"abcdefgh", 0x81), 0);
	p = cw_hostmem_ptr(&h, bus[0] + 8184, 8);
	CHECK(!memcmp(p, "a\0\0\0\0\0\0h", 8));

	CHECK_EQ(cw_hostmem_remove(&h, bus[0], false), -2);
	CHECK_EQ(cw_hostmem_remove(&h, bus[0] + 1, true), -2);
	CHECK_EQ(cw_hostmem_remove(&h, bus[0], true), 0);
	CHECK_EQ(cw_hostmem_remove(&h, bus[0], true), -2);
	CHECK_EQ(cw_hostmem_read(&h, bus[0], line), 3);
	CHECK(cw_hostmem_ptr(&h, bus[2], 1) == mine);
	CHECK_EQ(cw_hostmem_add(&h, NULL, 4096, 0, &odd, NULL), 0);
	CHECK(odd > bus[2]); /* never used twice */
	CHECK_EQ(cw_hostmem_add(&h, NULL, 0, 0, &odd, NULL), -22);
	CHECK_EQ(cw_hostmem_add(&h, NULL, 10, 3, &odd, NULL), -22);
	cw_hostmem_exit(&h);
}

static void long_mappings_keep_their_offset(void)
{
	struct cw_hostmem h;
	uint64_t bus;
	uint8_t *p = malloc(5u << 20);

	cw_hostmem_init(&h);
	CHECK_EQ(cw_hostmem_add(&h, p + 12345, 4u << 20, 0, &bus, NULL), 0);
	CHECK_EQ(bus & ((2u << 20) - 1), (uintptr_t)(p + 12345) & ((2u << 20) - 1));
	cw_hostmem_exit(&h);
	free(p);
}

static void many_regions(void)
{
	static uint64_t bus[500];
	static uint8_t *ptr[500];
	struct cw_hostmem h;

	cw_hostmem_init(&h);
	for (unsigned i = 0; i < 500; i++) {
		void *p;

		CHECK_EQ(cw_hostmem_add(&h, NULL, 64 + i, 0, &bus[i], &p), 0);
		ptr[i] = p;
	}
	for (unsigned i = 0; i < 500; i += 3)
		CHECK_EQ(cw_hostmem_remove(&h, bus[i], true), 0);
	for (unsigned k = 0; k < 1000; k++) {
		unsigned i = k * 7 % 500;

		CHECK(cw_hostmem_ptr(&h, bus[i] + 63, 1) == (i % 3 ? ptr[i] + 63 : NULL));
		CHECK(!cw_hostmem_ptr(&h, bus[i] + 64 + i, 1));
	}
	cw_hostmem_exit(&h);
}

static void table_is_sparse_and_bounded(void)
{
	struct cw_tablemem t;
	uint8_t line[64], buf[300];
	unsigned made = 0;

	CHECK_EQ(cw_tablemem_init(&t, 1000), -22);
	CHECK_EQ(cw_tablemem_init(&t, 0), -22);
	CHECK_EQ(cw_tablemem_init(&t, 1ull << 40), 0);
	CHECK_EQ(cw_tablemem_read(&t, (1ull << 40) - 64, line), 0);
	CHECK_EQ(cw_tablemem_read(&t, 1ull << 40, line), 3);
	CHECK_EQ(cw_tablemem_read(&t, UINT64_MAX - 63, line), 3);
	CHECK_EQ(cw_tablemem_write(&t, 1ull << 40, line, 0xff), 3);
	CHECK(!cw_tablemem_inside(&t, UINT64_MAX, 2));
	/* across two chunks */
	for (unsigned i = 0; i < 300; i++)
		buf[i] = (uint8_t)(i * 7 + 1);
	CHECK_EQ(cw_tablemem_put(&t, CW_TABLE_CHUNK - 100, buf, 300), 0);
	memset(buf, 0, sizeof(buf));
	cw_tablemem_get(&t, CW_TABLE_CHUNK - 100, buf, 300);
	for (unsigned i = 0; i < 300; i++)
		CHECK_EQ(buf[i], (uint8_t)(i * 7 + 1));
	CHECK_EQ(cw_tablemem_write(&t, 64, (const uint8_t *)"abcdefgh", 0x0f), 0);
	CHECK_EQ(cw_tablemem_read(&t, 64, line), 0);
	CHECK(!memcmp(line, "abcd\0\0\0\0", 8));
	for (uint64_t i = 0; i < t.size / CW_TABLE_CHUNK; i++)
		made += t.chunk[i] != NULL;
	CHECK_EQ(made, 2);
	cw_tablemem_exit(&t);
}

static void poison_is_a_set(void)
{
	struct cw_poison p = {0};
	static bool in[3000];
	struct cw_rng rng;
	unsigned n = 0;

	cw_rng_init(&rng, 1, 2);
	CHECK(!cw_poison_has(&p, 0));
	for (unsigned k = 0; k < 20000; k++) {
		uint64_t page = cw_rng_below(&rng, 3000);

		if (cw_rng_percent(&rng, 55)) {
			CHECK_EQ(cw_poison_add(&p, page << 20), 0);
			n += !in[page];
			in[page] = true;
		} else {
			cw_poison_remove(&p, page << 20);
			n -= in[page];
			in[page] = false;
		}
		CHECK_EQ(p.n, n);
	}
	for (uint64_t page = 0; page < 3000; page++) {
		CHECK_EQ(cw_poison_has(&p, page << 32 | 0xfff), in[page]);
		CHECK(!cw_poison_has(&p, (page << 20 | 1) << 12));
	}
	cw_poison_exit(&p);
}

struct arrivals {
	uint64_t now, last, n, first;
	uint8_t mem[4096];
};

static int arrive(void *priv, uint64_t addr, const void *buf, size_t len)
{
	struct arrivals *a = priv;

	memcpy(a->mem + addr, buf, len);
	if (!a->n++)
		a->first = a->now;
	a->last = a->now;
	return 0;
}

/* P14, P41: each path keeps its order, the two overtake each other, and nothing arrives before its time. */
static void paths_keep_order_and_overtake(void)
{
	unsigned reg_first = 0, win_first = 0;

	for (uint64_t seed = 0; seed < 40; seed++) {
		struct cw_lite_out pins = {.awready = 1, .wready = 1};
		struct arrivals a = {0};
		struct cw_pcie p;
		uint64_t reg_at = 0;
		uint32_t next = 0;

		cw_pcie_init(&p, 100, 120, seed);
		p.window = arrive;
		p.priv = &a;
		CHECK_EQ(cw_pcie_window(&p, 0, 10, "0123456789", 10), 0);
		for (uint32_t i = 0; i < 200; i++)
			CHECK_EQ(cw_pcie_reg(&p, 0, false, 4 * i, i), 0);
		CHECK_EQ(cw_pcie_window(&p, 0, 60, "abcdefghij", 10), 0);
		for (a.now = 0; a.now < 1500; a.now++) {
			/* The slave takes address and data at once and answers a cycle later. */
			pins.bvalid = p.lite.bready && !p.lite.awvalid;
			if (p.lite.awvalid) {
				CHECK_EQ(p.lite.awaddr, 4 * next);
				CHECK_EQ(p.lite.wdata, next);
				reg_at = next++ ? reg_at : a.now;
			}
			cw_pcie_tick(&p, &pins, 0, a.now);
		}
		CHECK_EQ(next, 200);
		CHECK(reg_at >= 100 && reg_at <= 120);
		CHECK_EQ(a.n, 3); /* the second one crosses a line */
		CHECK(a.first >= 100 && a.last <= 120);
		CHECK(!memcmp(a.mem + 10, "0123456789", 10) && !memcmp(a.mem + 60, "abcdefghij", 10));
		reg_first += reg_at < a.first;
		win_first += reg_at > a.first;
		cw_pcie_exit(&p);
	}
	CHECK(reg_first > 5 && win_first > 5);
}

static void interrupts_arrive_late_and_all(void)
{
	struct cw_lite_out pins = {0};
	struct cw_pcie p;
	uint32_t seen = 0;

	cw_pcie_init(&p, 30, 60, 5);
	for (uint64_t now = 0; now < 400; now++) {
		cw_pcie_tick(&p, &pins, now < 100 ? 1 : now == 150 ? 8 : 0, now);
		CHECK(now >= 30 || !p.irq);
		CHECK(now >= 180 || !(p.irq & 8));
		seen |= p.irq;
		if (now == 220)
			CHECK_EQ(p.irq & 8, 8);
	}
	CHECK_EQ(seen, 9);
	cw_pcie_exit(&p);
}

int main(void)
{
	RUN(host_regions);
	RUN(long_mappings_keep_their_offset);
	RUN(many_regions);
	RUN(table_is_sparse_and_bounded);
	RUN(poison_is_a_set);
	RUN(paths_keep_order_and_overtake);
	RUN(interrupts_arrive_late_and_all);
	return CHECK_DONE("sim_stores");
}
