/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The AXI memory model: exact latency, order, torn and late writes, injection, rules, determinism. */
#include "master.h"
#include "tests/unit/check.h"
#include <stdlib.h>

#define ALL UINT64_MAX

static void preset_names(void)
{
	static const char *const bad[] = {"",		"ideal",     "ideal:",	      "ideal:0",  "ideal:x",
					  "ideal:5x",	"ideal:-1",  "ddr5",	      "random:5", "random:0-4",
					  "random:9-3", "random:3-", "ideal:99999999"};
	static const char *const good[] = {"ideal:1", "ideal:1000000", "ddr4",	     "hbm",
					   "pcie",    "random:1-1",    "random:4-90"};
	struct cw_axi_cfg cfg;
	char err[200];

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err[0] = 0;
		CHECK_EQ(cw_axi_preset(bad[i], &cfg, err, sizeof(err)), -22);
		CHECK(strstr(err, "ideal:N") && strstr(err, "pcie"));
	}
	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_EQ(cw_axi_preset(good[i], &cfg, err, sizeof(err)), 0);
}

/* N cycles from the address to the data, and from the last data to the acknowledgement */
static void ideal_latency_is_exact(void)
{
	static const unsigned n[] = {1, 2, 3, 20, 50, 100, 1023, 1024, 1025, 5000};

	for (unsigned i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		char preset[20];
		struct master *m;

		snprintf(preset, sizeof(preset), "ideal:%u", n[i]);
		m = m_open(preset, CW_SIM_TABLE, 7 + i);
		m_read(m, 0x1000, 1, 3);
		CHECK(m_drain(m));
		CHECK_EQ(m->n_r, 1);
		CHECK_EQ(m->r[0].cycle - m->ar_cycle[0], n[i]);
		m_write(m, 0x2000, 1, 5, 1, ALL);
		m_write(m, 0x3000, 8, 5, 1, ALL);
		CHECK(m_drain(m));
		CHECK_EQ(m->n_b, 2);
		CHECK_EQ(m->b[0].cycle - m->w_cycle[0], n[i]);
		CHECK_EQ(m->b[1].cycle - m->w_cycle[1], n[i]);
		CHECK_EQ(m->errors, 0);
		m_close(m);
	}
}

static void ideal_gives_a_beat_per_cycle(void)
{
	struct master *m = m_open("ideal:30", CW_SIM_TABLE, 1);

	for (unsigned i = 0; i < 60; i++)
		m_read(m, 64 * i, 1, (uint8_t)i);
	CHECK(m_drain(m));
	CHECK_EQ(m->n_r, 60);
	for (unsigned i = 0; i < 60; i++) {
		CHECK_EQ(m->r[i].id, i);
		CHECK_EQ(m->r[i].cycle, m->ar_cycle[0] + 30 + i);
		CHECK_EQ(m->ar_cycle[i], m->ar_cycle[0] + i);
	}
	m_read(m, 0, 64, 1);
	CHECK(m_drain(m));
	CHECK_EQ(m->n_r, 124);
	CHECK_EQ(m->r[123].cycle, m->ar_cycle[60] + 30 + 63);
	CHECK(m->r[123].last && !m->r[122].last);
	m_close(m);
}

static void reads_of_one_id_stay_in_order(void)
{
	struct master *m = m_open("random:1-60", CW_SIM_HOST, 3);
	unsigned next[4] = {0};

	for (unsigned i = 0; i < 4096; i++)
		memcpy(m->bytes + 64 * i, &i, 4);
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 40; i++)
			m_read(m, 64 * (1000u * (i % 4) + round * 10 + i / 4), 1, (uint8_t)(i % 4));
		CHECK(m_drain(m));
	}
	CHECK_EQ(m->n_r, 800);
	for (unsigned i = 0; i < 800; i++) {
		unsigned id = m->r[i].id;

		CHECK_EQ(m_word(m->r[i].data, 0), 1000u * id + next[id]);
		next[id]++;
	}
	m_close(m);
}

static void reads_of_several_ids_overtake_and_mix(void)
{
	struct master *m = m_open("random:1-60", CW_SIM_HOST, 4);
	unsigned overtaken = 0, mixed = 0, beats[3] = {0};

	for (unsigned i = 0; i < 32; i++)
		m_read(m, 64 * i, 1, (uint8_t)i);
	CHECK(m_drain(m));
	for (unsigned i = 1; i < 32; i++)
		overtaken += m->r[i].id < m->r[i - 1].id;
	CHECK(overtaken > 3);
	m->n_r = 0;
	for (unsigned i = 0; i < 3; i++)
		m_read(m, 4096 * i, 32, (uint8_t)i);
	CHECK(m_drain(m));
	CHECK_EQ(m->n_r, 96);
	for (unsigned i = 0; i < 96; i++) {
		beats[m->r[i].id]++;
		CHECK_EQ(m->r[i].last, beats[m->r[i].id] == 32);
		mixed += i && m->r[i].id != m->r[i - 1].id;
	}
	CHECK(mixed > 5);
	m_close(m);
}

/* P11: beside an unacknowledged write a read sees old or new, after the acknowledgement only new. */
static void reads_are_reordered_against_unacknowledged_writes(void)
{
	struct master *m = m_open("ideal:20", CW_SIM_TABLE, 5);
	unsigned old = 0, fresh = 0, early = 0;

	for (uint64_t i = 1; i <= 300; i++) {
		m_write(m, 0x4000, 1, 62, i, 0xff);
		for (unsigned k = 0; k < 4; k++)
			m_step(m);
		m_read(m, 0x4000, 1, 1); /* its address is taken after the data of the write, and before B */
		CHECK(m_drain(m));
		if (m_word(m->r[(m->n_r - 1) % M_LOG].data, 0) == i)
			fresh++;
		else
			old++;
		CHECK(m_word(m->r[(m->n_r - 1) % M_LOG].data, 0) + 1 >= i);
		m_read(m, 0x4000, 1, 1);
		CHECK(m_drain(m));
		CHECK_EQ(m_word(m->r[(m->n_r - 1) % M_LOG].data, 0), i);
	}
	CHECK(old > 30 && fresh > 30);
	/* A read whose address was taken before the write may see it, too. */
	for (uint64_t i = 1; i <= 300; i++) {
		m_read(m, 0x5000, 1, 1);
		m_step(m);
		m_write(m, 0x5000, 1, 62, i, 0xff);
		CHECK(m_drain(m));
		early += m_word(m->r[(m->n_r - 1) % M_LOG].data, 0) == i;
	}
	CHECK(early > 30 && early < 270);
	m_close(m);
}

/* P41: a record appears in pieces of 8 bytes, in ascending order; complete at the acknowledgement. */
static void records_are_torn_at_8_bytes(void)
{
	struct master *m = m_open("pcie", CW_SIM_HOST, 6);
	unsigned torn = 0;

	for (uint64_t i = 1; i <= 50; i++) {
		unsigned n_b = m->n_b;

		m_write(m, 0x6000, 1, 0, i, ALL);
		for (unsigned c = 0; c < 1000 && m->n_b == n_b; c++) {
			unsigned fresh = 0;

			m_step(m);
			while (fresh < 8 && m_word(m->bytes + 0x6000, fresh) == i)
				fresh++;
			for (unsigned k = fresh; k < 8; k++)
				CHECK_EQ(m_word(m->bytes + 0x6000, k), i - 1);
			torn += fresh && fresh < 8;
		}
		CHECK_EQ(m->n_b, n_b + 1);
		for (unsigned k = 0; k < 8; k++)
			CHECK_EQ(m_word(m->bytes + 0x6000, k), i);
	}
	CHECK(torn > 100);
	m_close(m);
}

static void strobes_and_bursts(void)
{
	struct master *m = m_open("random:1-30", CW_SIM_TABLE, 8);

	memset(m->bytes, 0xee, 0x4000);
	m_write(m, 0x1000, 64, 61, 0x1122334455667788, ALL);
	m_write(m, 0x2040, 1, 62, 0x99, 0xff00);
	m->hold_aw = 30; /* data beats come long before their address */
	CHECK(m_drain(m));
	CHECK_EQ(m->errors, 0);
	CHECK_EQ(m->n_b, 2);
	for (unsigned i = 0; i < 512; i++)
		CHECK_EQ(m_word(m->bytes + 0x1000, i), 0x1122334455667788);
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(m_word(m->bytes + 0x2040, i), i == 1 ? 0x99 : 0xeeeeeeeeeeeeeeee);
	CHECK_EQ(m->bytes[0x0fff], 0xee);
	CHECK_EQ(m->bytes[0x2000], 0xee);
	m_write(m, M_BYTES, 1, 62, 0, ALL);
	m_read(m, M_BYTES, 1, 1);
	CHECK(m_drain(m));
	CHECK_EQ(m->b[2].resp, 3);
	CHECK_EQ(m->r[0].resp, 3);
	m_close(m);
}

static void writes_to_one_place_keep_their_order(void)
{
	struct master *m = m_open("random:1-40", CW_SIM_TABLE, 9);
	uint64_t seen = 0;

	for (uint64_t i = 1; i <= 200; i++)
		m_write(m, 0x1000, 1, (uint8_t)(i % 7), i, 0xff);
	for (unsigned c = 0; c < 20000 && m->n_b < 200; c++) {
		m_step(m);
		CHECK(m_word(m->bytes + 0x1000, 0) >= seen);
		seen = m_word(m->bytes + 0x1000, 0);
	}
	CHECK_EQ(m->n_b, 200);
	CHECK_EQ(seen, 200);
	m_close(m);
}

static void injected_errors_and_delays(void)
{
	struct master *m = m_open("ideal:10", CW_SIM_TABLE, 10);

	m->inject_addr = 0x2010;
	m->inject_resp = 2;
	m->inject_delay = 3000;
	memset(m->bytes + 0x2000, 0x55, 64);
	m_read(m, 0x2000, 1, 1);
	m_read(m, 0x2040, 1, 2);
	CHECK(m_drain(m));
	CHECK_EQ(m->n_r, 2);
	CHECK_EQ(m->r[0].id, 2);
	CHECK_EQ(m->r[0].resp, 0);
	CHECK_EQ(m->r[1].resp, 2);
	CHECK_EQ(m->r[1].cycle - m->ar_cycle[0], 3010);
	CHECK(m->r[1].data[0] != 0x55);
	m_write(m, 0x2000, 1, 62, 7, ALL);
	CHECK(m_drain(m));
	CHECK_EQ(m->b[0].resp, 2);
	CHECK_EQ(m->b[0].cycle - m->w_cycle[0], 3010);
	CHECK_EQ(m->bytes[0x2000], 0x55);
	/* A later write of the same id must not be acknowledged before it, one of another id may. */
	m->n_b = 0;
	m_write(m, 0x2000, 1, 62, 8, ALL);
	m_write(m, 0x8000, 1, 62, 9, ALL);
	m_write(m, 0x9000, 1, 61, 9, ALL);
	CHECK(m_drain(m));
	CHECK_EQ(m->n_b, 3);
	CHECK_EQ(m->b[0].id, 61);
	CHECK_EQ(m->b[1].resp, 2);
	CHECK_EQ(m->b[2].resp, 0);
	m_close(m);
}

static void broken_rules_are_seen(void)
{
	struct master *m = m_open("ideal:4", CW_SIM_TABLE, 11);
	struct cw_axi_face *f = (struct cw_axi_face *)m->mem;

	m_read(m, 0xfc0, 2, 1); /* across 4 KiB */
	CHECK(m_drain(m));
	CHECK_EQ(m->errors, 1);
	m_read(m, 0x20, 1, 1); /* not a line */
	CHECK(m_drain(m));
	CHECK_EQ(m->errors, 2);
	m_write(m, 0xf80, 3, 1, 0, ALL);
	CHECK(m_drain(m));
	CHECK_EQ(m->errors, 3);
	m_write(m, 0x0, 2, 1, 0, ALL);
	m->w[m->w_head].last = true; /* WLAST too early */
	CHECK(m_drain(m));
	CHECK_EQ(m->errors, 4);
	m_read(m, 0x40, 1, 1);
	f->s.arready = 0;
	m_step(m);
	m->ar[m->ar_head].addr = 0x80; /* changed while it waited */
	CHECK(m_drain(m));
	CHECK_EQ(m->errors, 5);
	m_close(m);
}

/* What the presets promise (presets.c), seen at the pins. */
static void preset_figures(void)
{
	struct master *m = m_open("ddr4", CW_SIM_TABLE, 12);
	uint64_t lo = UINT64_MAX, hi = 0;

	m->now = 100; /* past the refresh that begins with cycle 0 */
	m_read(m, 0x0, 1, 1);
	CHECK(m_drain(m));
	CHECK_EQ(m->r[0].cycle - m->ar_cycle[0], 22); /* row closed */
	m->now += 20;
	m_read(m, 0x40, 1, 1);
	CHECK(m_drain(m));
	CHECK_EQ(m->r[1].cycle - m->ar_cycle[1], 18); /* row open */
	m->now += 20;
	m_read(m, 0x20000 + 0x100, 1, 1); /* same bank, other row */
	CHECK(m_drain(m));
	CHECK_EQ(m->r[2].cycle - m->ar_cycle[2], 27);
	m->now += 20;
	m_read(m, 0x40000 + 0x200, 1, 1); /* again, and a second one right behind it waits for the bank */
	m_read(m, 0x60000 + 0x300, 1, 2);
	CHECK(m_drain(m));
	CHECK_EQ(m->r[3].cycle - m->ar_cycle[3], 27);
	CHECK_EQ(m->r[4].cycle - m->ar_cycle[4], 27 + 11);
	m_close(m);

	m = m_open("pcie", CW_SIM_HOST, 13);
	for (unsigned i = 0; i < 300; i++) {
		m_read(m, 0, 1, 1);
		CHECK(m_drain(m));
		if (m->r[i].cycle - m->ar_cycle[i] < lo)
			lo = m->r[i].cycle - m->ar_cycle[i];
		if (m->r[i].cycle - m->ar_cycle[i] > hi)
			hi = m->r[i].cycle - m->ar_cycle[i];
	}
	CHECK_EQ(lo, 212);
	CHECK_EQ(hi, 238);
	m->n_r = 0;
	m_read(m, 0, 64, 1);
	CHECK(m_drain(m));
	CHECK_EQ(m->r[63].cycle - m->r[0].cycle, 63 * 20 / 16); /* bandwidth */
	m_close(m);
}

/* Random traffic to random places, checked against a copy that is updated at each acknowledgement. */
static void random_traffic(const char *preset, uint64_t seed, uint64_t *hash)
{
	struct master *m = m_open(preset, CW_SIM_HOST, seed);
	struct cw_rng rng;
	static uint64_t was[256], is[256]; /* values of 256 words: acknowledged, and written last */
	unsigned n = 0;

	memset(was, 0, sizeof(was));
	memset(is, 0, sizeof(is));
	cw_rng_init(&rng, 99, 77); /* the traffic is always the same */
	for (unsigned c = 0; c < 30000; c++) {
		unsigned place = (unsigned)cw_rng_below(&rng, 256);

		/* One write at a time, so that the copy is exact; reads always. */
		if (n == m->n_b && !m->aw_n && cw_rng_percent(&rng, 30)) {
			memcpy(was, is, sizeof(was));
			is[place] = c;
			m_write(m, 64 * place, 1, (uint8_t)cw_rng_below(&rng, 3), c, ALL);
			n++;
		}
		if (m->ar_n < 4 && cw_rng_percent(&rng, 50))
			m_read(m, 64 * place, 1, (uint8_t)place);
		m->pins.rready = !cw_rng_percent(&rng, 20);
		m->pins.bready = !cw_rng_percent(&rng, 20);
		m_step(m);
		*hash = (*hash ^ m->n_r ^ m->n_b << 8 ^ (uint64_t)m->pins.arvalid << 40) * 0x100000001b3ull;
		while (m->n_r) {
			const struct m_r *r = &m->r[--m->n_r];
			uint64_t v = m_word(r->data, 0);

			CHECK_EQ(r->resp, 0);
			/* A read taken before the write before this one may still be under way. */
			CHECK(v == is[r->id] || v == was[r->id] || v < c);
			*hash = (*hash ^ v) * 0x100000001b3ull;
		}
	}
	m->pins.rready = m->pins.bready = 1;
	CHECK(m_drain(m));
	CHECK_EQ(m->n_b, n);
	CHECK_EQ(m->errors, 0);
	for (unsigned i = 0; i < 256; i++)
		CHECK_EQ(m_word(m->bytes + 64 * i, 3), is[i]);
	m_close(m);
}

static void same_seed_same_result(void)
{
	static const char *const preset[] = {"ideal:7", "ddr4", "hbm", "pcie", "random:1-80"};

	for (unsigned i = 0; i < 5; i++) {
		uint64_t a = 1, b = 1, c = 1;

		random_traffic(preset[i], 42, &a);
		random_traffic(preset[i], 42, &b);
		random_traffic(preset[i], 43, &c);
		CHECK_EQ(a, b);
		CHECK(a != c);
	}
}

static void reset_forgets(void)
{
	struct master *m = m_open("ideal:50", CW_SIM_TABLE, 15);

	m_read(m, 0, 1, 1);
	m_write(m, 0x40, 1, 1, 5, ALL);
	for (unsigned i = 0; i < 3; i++)
		m_step(m);
	cw_axi_reset(m->mem);
	for (unsigned i = 0; i < 200; i++)
		m_step(m);
	CHECK_EQ(m->n_r, 0);
	CHECK_EQ(m->n_b, 0);
	m_read(m, 0, 1, 1);
	CHECK(m_drain(m));
	CHECK_EQ(m->n_r, 1);
	CHECK_EQ(m->r[0].cycle - m->ar_cycle[1], 50);
	m_close(m);
}

int main(void)
{
	RUN(preset_names);
	RUN(ideal_latency_is_exact);
	RUN(ideal_gives_a_beat_per_cycle);
	RUN(reads_of_one_id_stay_in_order);
	RUN(reads_of_several_ids_overtake_and_mix);
	RUN(reads_are_reordered_against_unacknowledged_writes);
	RUN(records_are_torn_at_8_bytes);
	RUN(strobes_and_bursts);
	RUN(writes_to_one_place_keep_their_order);
	RUN(injected_errors_and_delays);
	RUN(broken_rules_are_seen);
	RUN(preset_figures);
	RUN(same_seed_same_result);
	RUN(reset_forgets);
	return CHECK_DONE("sim_axi_mem");
}
