/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The simulated card as a whole, around the real engine: registers, window, interrupts, memories, injection, poison,
 * ports, observers, reset, determinism, trace. What the engine itself must do is tested elsewhere; here it has to be
 * alive.
 */
#include "sim/mon.h"
#include "sim/sim.h"
#include "tests/unit/check.h"
#include <catwalk/regs.h>
#include <catwalk/ring.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RING_LOG2 4
#define RING (1u << RING_LOG2)

/* A card with a hot command ring and a page of host memory to load from. */
struct card {
	struct cw_sim *sim;
	struct cw_cmd *cmd;
	volatile struct cw_cpl *cpl;
	uint8_t *page;
	uint64_t cmd_bus, cpl_bus, page_bus;
	uint32_t produced, consumed;
};

static void write64(struct cw_sim *sim, uint32_t offset, uint64_t value)
{
	CHECK_EQ(cw_sim_reg_write(sim, offset, (uint32_t)value), 0);
	CHECK_EQ(cw_sim_reg_write(sim, offset + 4, (uint32_t)(value >> 32)), 0);
}

static uint32_t reg(struct cw_sim *sim, uint32_t offset)
{
	uint32_t value = 0xdeadbeef;

	CHECK_EQ(cw_sim_reg_read(sim, offset, &value), 0);
	return value;
}

static struct cw_sim *open_sim(const char *table, const char *host, uint64_t seed)
{
	struct cw_sim_config config = {.table_mem = table, .host_mem = host, .seed = seed};
	struct cw_sim *sim = NULL;

	if (cw_sim_open(&config, &sim)) {
		printf("cw_sim_open: %s\n", cw_sim_last_error());
		exit(1);
	}
	return sim;
}

static void make_rings(struct card *c)
{
	struct cw_sim *s = c->sim;

	c->cmd = cw_sim_mem_alloc(s, RING * sizeof(*c->cmd), 0, &c->cmd_bus);
	c->cpl = cw_sim_mem_alloc(s, RING * sizeof(*c->cpl), 0, &c->cpl_bus);
	c->page = cw_sim_mem_alloc(s, 4096, 0, &c->page_bus);
	c->produced = c->consumed = 0;
	CHECK(c->cmd && c->cpl && c->page);
	write64(s, CW_REG_HOT_CMD_BASE, c->cmd_bus);
	write64(s, CW_REG_HOT_CPL_BASE, c->cpl_bus);
	cw_sim_reg_write(s, CW_REG_CONTROL, 1);
	cw_sim_reg_write(s, CW_REG_IRQ_ENABLE, 0xf);
	cw_sim_reg_write(s, CW_REG_HOT_CPL_CTRL, 1u << 31 | RING_LOG2);
	cw_sim_reg_write(s, CW_REG_HOT_CMD_CTRL, 1u << 31 | RING_LOG2);
}

static struct card *open_card(const char *table, const char *host, uint64_t seed)
{
	struct card *c = calloc(1, sizeof(*c));

	if (!c)
		exit(1);
	c->sim = open_sim(table, host, seed);
	make_rings(c);
	return c;
}

static void close_card(struct card *c, uint64_t errors)
{
	if (!CHECK_EQ(cw_sim_errors(c->sim), errors))
		printf("%s\n", cw_sim_error_text(c->sim));
	cw_sim_close(c->sim);
	free(c);
}

static void submit(struct card *c, const struct cw_cmd *cmd)
{
	c->cmd[c->produced % RING] = *cmd;
	c->produced++;
	cw_sim_reg_write(c->sim, CW_REG_HOT_CMD_DOORBELL, c->produced);
}

static bool arrived(void *priv)
{
	struct card *c = priv;

	return (c->cpl[c->consumed % RING].phase & 1) == !(c->consumed / RING & 1);
}

/* The next completion, or status 0xff. */
static struct cw_cpl wait_cpl(struct card *c)
{
	struct cw_cpl cpl = {.status = 0xff};

	if (cw_sim_step_until(c->sim, arrived, c, 50000)) {
		cpl = *(struct cw_cpl *)&c->cpl[c->consumed % RING];
		c->consumed++;
		cw_sim_reg_write(c->sim, CW_REG_HOT_CPL_DOORBELL, c->consumed);
	}
	return cpl;
}

static struct cw_cpl run(struct card *c, uint8_t opcode, uint64_t addr, uint64_t arg0, uint64_t arg1)
{
	struct cw_cmd cmd = {
		.opcode = opcode, .id = (uint16_t)(c->produced + 7), .addr = addr, .arg0 = arg0, .arg1 = arg1};
	struct cw_cpl cpl;

	submit(c, &cmd);
	cpl = wait_cpl(c);
	CHECK_EQ(cpl.index, c->produced - 1);
	CHECK_EQ(cpl.id, cmd.id);
	CHECK_EQ(cpl.opcode, opcode);
	return cpl;
}

static void bad_configurations(void)
{
	struct cw_sim_config bad[] = {
		{.table_mem = "sram"},
		{.host_mem = "ideal:0"},
		{.firmware = "/nonexistent.hex"},
		{.table_bytes = 4097},
	};
	static const char *const word[] = {"sram", "ideal:0", "nonexistent", "2 MiB"};

	for (unsigned i = 0; i < 4; i++) {
		struct cw_sim *sim = (void *)1;

		CHECK(cw_sim_open(&bad[i], &sim) < 0);
		CHECK(!sim);
		CHECK(strstr(cw_sim_last_error(), word[i]));
	}
	cw_sim_close(NULL);
}

static void registers(void)
{
	static const char *const host[] = {"ideal:5", "pcie", "random:1-40"};

	for (unsigned i = 0; i < 3; i++) {
		struct cw_sim *s = open_sim("ideal:5", host[i], i);
		uint64_t t = cw_sim_cycle(s);
		uint32_t v;

		CHECK_EQ(reg(s, CW_REG_ID), CW_ID_MAGIC);
		t = cw_sim_cycle(s) - t;
		CHECK(i != 1 || (t >= 212 && t <= 250)); /* a round trip of the path */
		CHECK(i != 0 || t < 12);
		for (uint32_t k = 0; k < 50; k++) /* posted, in order, and before the read */
			cw_sim_reg_write(s, CW_REG_TGEN_STRIDE, k + 100);
		CHECK_EQ(reg(s, CW_REG_TGEN_STRIDE), 149);
		CHECK_EQ(cw_sim_reg_read(s, 0x10000, &v), -EINVAL);
		CHECK_EQ(cw_sim_reg_read(s, 0x12, &v), -EINVAL);
		CHECK_EQ(cw_sim_reg_write(s, 0x11, 0), -EINVAL);
		CHECK_EQ(cw_sim_errors(s), 0);
		cw_sim_close(s);
	}
}

static void window(void)
{
	struct cw_sim *s = open_sim("ideal:5", "pcie", 3);
	uint64_t size = reg(s, CW_REG_CAP_TABLE_SIZE) | (uint64_t)reg(s, CW_REG_CAP_TABLE_SIZE_HI) << 32, t;
	uint8_t in[200], out[200];

	for (unsigned i = 0; i < 200; i++)
		in[i] = (uint8_t)(i * 3 + 1);
	CHECK_EQ(cw_sim_window_write(s, 0x1fffe4, in, 200), 0);
	CHECK_EQ(cw_sim_table_peek(s, 0x1fffe4, out, 200), 0);
	CHECK(out[0] == 0 && out[199] == 0); /* still on its way */
	t = cw_sim_cycle(s);
	CHECK_EQ(cw_sim_window_read(s, 0x1fffe4, out, 200), 0);
	CHECK(!memcmp(in, out, 200));
	CHECK(cw_sim_cycle(s) - t >= 212);
	CHECK_EQ(cw_sim_window_write(s, size - 100, in, 101), -EINVAL);
	CHECK_EQ(cw_sim_window_write(s, size - 101, in, 101), 0);
	CHECK_EQ(cw_sim_window_read(s, size, out, 1), -EINVAL);
	CHECK_EQ(cw_sim_table_poke(s, UINT64_MAX, in, 2), -EINVAL);
	CHECK_EQ(cw_sim_errors(s), 0);
	cw_sim_close(s);
}

/* Command, LOAD, entry update, completion, interrupt: both buses with all kinds of bursts. */
static void commands_go_round(const char *table, const char *host)
{
	struct card *c = open_card(table, host, 11);
	uint8_t back[4096];
	uint64_t entry;

	/* The interrupt comes although nobody looks at the ring; the record is there before it (P41). */
	submit(c, &(struct cw_cmd){.opcode = CW_OP_NOP});
	CHECK_EQ(cw_sim_step_irq(c->sim, 1, 2000), 1);
	CHECK(arrived(c));
	CHECK_EQ(wait_cpl(c).status, CW_ST_OK);
	CHECK_EQ(cw_sim_irq_take(c->sim, 0xf), 1);
	CHECK_EQ(cw_sim_irq_pending(c->sim), 0);
	for (unsigned i = 0; i < 4096; i++)
		c->page[i] = (uint8_t)(i * 11 + 5);
	CHECK_EQ(run(c, CW_OP_LOAD, 0x5000, c->page_bus, 4096).status, CW_ST_OK);
	CHECK_EQ(cw_sim_table_peek(c->sim, 0x5000, back, 4096), 0);
	CHECK(!memcmp(back, c->page, 4096));
	CHECK_EQ(run(c, CW_OP_FILL, 0x6000, 0x0123456789abcdef, 0).status, CW_ST_OK);
	CHECK_EQ(run(c, CW_OP_XCHG, 0x6808, 42, 0).value, 0x0123456789abcdef);
	CHECK_EQ(run(c, CW_OP_CMPXCHG, 0x6808, 43, 41).status, CW_ST_MISMATCH);
	CHECK_EQ(run(c, CW_OP_CMPXCHG, 0x6808, 43, 42).status, CW_ST_OK);
	cw_sim_table_peek(c->sim, 0x6808, &entry, 8);
	CHECK_EQ(entry, 43);
	for (unsigned i = 0; i < 3 * RING; i++) /* several laps */
		CHECK_EQ(run(c, CW_OP_WRITE, 0x7000 + 8 * i, i, 0).status, CW_ST_OK);
	close_card(c, 0);
}

static void commands_go_round_in_all_memories(void)
{
	static const char *const preset[] = {"ideal:1", "ideal:50", "ddr4", "hbm", "pcie", "random:1-60"};

	for (unsigned i = 0; i < 6; i++)
		for (unsigned k = 0; k < 6; k++)
			commands_go_round(preset[i], preset[k]);
}

static void errors_are_injected(void)
{
	struct card *c = open_card("ideal:5", "ideal:5", 1);
	struct cw_sim_inject rule = {.mem = CW_SIM_HOST,
				     .lo = c->page_bus,
				     .hi = c->page_bus + 4095,
				     .ops = CW_SIM_READ,
				     .resp = 2,
				     .skip = 1,
				     .count = 1};
	uint64_t t[3];

	CHECK_EQ(cw_sim_inject(c->sim, &rule), 0);
	CHECK_EQ(run(c, CW_OP_LOAD, 0x5000, c->page_bus, 4096).status, CW_ST_OK);
	CHECK_EQ(run(c, CW_OP_LOAD, 0x5000, c->page_bus, 4096).status, CW_ST_BUS_ERROR);
	CHECK_EQ(run(c, CW_OP_LOAD, 0x5000, c->page_bus, 4096).status, CW_ST_OK);
	CHECK_EQ(cw_sim_inject_hits(c->sim), 1);
	cw_sim_inject_clear(c->sim);
	rule = (struct cw_sim_inject){
		.mem = CW_SIM_TABLE, .lo = 0x5000, .hi = 0x5007, .ops = CW_SIM_WRITE, .delay = 777};
	CHECK_EQ(cw_sim_inject(c->sim, &rule), 0);
	for (unsigned i = 0; i < 3; i++) {
		t[i] = cw_sim_cycle(c->sim);
		CHECK_EQ(run(c, CW_OP_WRITE, i == 1 ? 0x5000 : 0x5040, 1, 0).status, CW_ST_OK);
		t[i] = cw_sim_cycle(c->sim) - t[i];
	}
	CHECK(t[1] > t[0] + 700 && t[1] > t[2] + 700 && t[1] < t[0] + 850);
	rule.resp = 1;
	CHECK_EQ(cw_sim_inject(c->sim, &rule), -EINVAL);
	close_card(c, 0);
}

static void host_memory_that_is_gone_answers_decerr(void)
{
	struct card *c = open_card("ideal:5", "ideal:5", 1);

	CHECK_EQ(run(c, CW_OP_LOAD, 0x5000, c->page_bus, 4096).status, CW_ST_OK);
	CHECK_EQ(cw_sim_mem_free(c->sim, c->page_bus), 0);
	CHECK_EQ(cw_sim_mem_free(c->sim, c->page_bus), -ENOENT);
	CHECK_EQ(run(c, CW_OP_LOAD, 0x5000, c->page_bus, 4096).status, CW_ST_BUS_ERROR);
	close_card(c, 0);
}

static void poison_is_noticed(void)
{
	struct card *c = open_card("ideal:5", "ideal:5", 1);
	uint8_t b = 1;

	CHECK_EQ(cw_sim_dma(c->sim, c->page_bus + 4095, &b, 1, true), 0);
	CHECK_EQ(c->page[4095], 1);
	CHECK_EQ(cw_sim_dma(c->sim, c->page_bus + 4095, &b, 2, true), -EFAULT);
	CHECK_EQ(cw_sim_poison(c->sim, CW_SIM_HOST, c->page_bus, 4096), 0);
	CHECK_EQ(cw_sim_poison(c->sim, CW_SIM_TABLE, 0x9000, 4096), 0);
	CHECK_EQ(cw_sim_poison(c->sim, CW_SIM_TABLE, 0x9010, 4096), -EINVAL);
	CHECK_EQ(run(c, CW_OP_WRITE, 0x8ff8, 1, 0).status, CW_ST_OK);
	CHECK_EQ(run(c, CW_OP_WRITE, 0xa000, 1, 0).status, CW_ST_OK);
	CHECK_EQ(cw_sim_poison_hits(c->sim), 0);
	CHECK_EQ(cw_sim_dma(c->sim, c->page_bus - 1, &b, 2, false), -EACCES);
	CHECK_EQ(cw_sim_poison_hits(c->sim), 1);
	run(c, CW_OP_WRITE, 0x9ff8, 1, 0); /* one read and one write */
	CHECK_EQ(cw_sim_poison_hits(c->sim), 3);
	CHECK_EQ(cw_sim_unpoison(c->sim, CW_SIM_HOST, c->page_bus, 4096), 0);
	CHECK_EQ(cw_sim_dma(c->sim, c->page_bus, &b, 1, false), 0);
	CHECK(strstr(cw_sim_error_text(c->sim), "poisoned table memory at 0x9"));
	close_card(c, 3);
}

struct seen {
	struct card *c;
	uint64_t last_mon, hooks;
	unsigned euu_w, euu_b, ar, r, w, v, b;
	uint8_t line[64];
	unsigned order; /* of W, V, B of the watched write */
	bool stepped;
};

static void on_mon(void *priv, uint64_t cycle, const uint32_t *vec)
{
	struct seen *s = priv;

	CHECK_EQ(cycle, cw_sim_cycle(s->c->sim));
	s->last_mon = cycle;
	if (cw_mon_get(vec, MON_euu_w_valid)) {
		s->euu_w++;
		CHECK_EQ(cw_mon_get(vec, MON_euu_w_addr), 0xb008);
		CHECK_EQ(cw_mon_get(vec, MON_euu_w_value), 0x1122334455667788);
	}
	s->euu_b += cw_mon_get(vec, MON_euu_b_valid) != 0;
}

static void on_axi(void *priv, const struct cw_sim_axi *ev)
{
	struct seen *s = priv;

	if (ev->mem != CW_SIM_TABLE || ev->addr != 0xb000)
		return;
	s->ar += ev->kind == CW_SIM_AR;
	if (ev->kind == CW_SIM_R) {
		s->r++;
		memcpy(s->line, ev->data, 64);
	}
	if (ev->kind == CW_SIM_W) {
		s->w += s->order == 0;
		s->order = 1;
		CHECK_EQ(ev->strb[0], 0xff00);
		CHECK_EQ(ev->data[8], 0x88);
		CHECK_EQ(ev->beats, 1);
	}
	if (ev->kind == CW_SIM_V) {
		s->v += s->order == 1;
		s->order = 2;
	}
	if (ev->kind == CW_SIM_B) {
		s->b += s->order == 2;
		s->order = 3;
	}
}

static void on_hook(void *priv)
{
	struct seen *s = priv;

	s->hooks++;
	if (s->stepped)
		cw_sim_step(s->c->sim, 1);
	s->stepped = false;
}

static void observers(void)
{
	struct card *c = open_card("ideal:20", "ideal:5", 1);
	struct seen s = {.c = c};
	uint64_t t;

	cw_sim_table_poke(c->sim, 0xb008, "zyxwvuts", 8);
	cw_sim_set_monitor(c->sim, on_mon, &s);
	cw_sim_set_axi_observer(c->sim, on_axi, &s);
	cw_sim_step(c->sim, 2);
	cw_sim_set_hook(c->sim, on_hook, &s);
	t = cw_sim_cycle(c->sim);
	CHECK_EQ(run(c, CW_OP_WRITE, 0xb008, 0x1122334455667788, 0).status, CW_ST_OK);
	CHECK_EQ(s.hooks, cw_sim_cycle(c->sim) - t);
	CHECK(s.euu_w == 1 && s.euu_b == 1);
	CHECK(s.ar == 1 && s.r == 1 && s.w == 1 && s.v == 1 && s.b == 1);
	CHECK(!memcmp(s.line + 8, "zyxwvuts", 8));
	cw_sim_set_monitor(c->sim, NULL, NULL);
	cw_sim_set_axi_observer(c->sim, NULL, NULL);
	s.stepped = true; /* time must not pass from inside */
	t = cw_sim_cycle(c->sim);
	cw_sim_step(c->sim, 3);
	CHECK_EQ(cw_sim_cycle(c->sim) - t, 3);
	close_card(c, 1);
}

/* Nothing is attached: every request must be refused, whatever stalls. */
static void ports(void)
{
	struct cw_sim *s = open_sim("ideal:5", "ideal:5", 4);

	for (unsigned round = 0; round < 2; round++) {
		for (unsigned p = 0; p < CW_NPORT_STREAM; p++) {
			struct cw_sim_req q = {.ctx = 60, .addr = 0x1234567000, .len_m1 = 63};
			unsigned got = 0;

			if (round)
				CHECK_EQ(cw_sim_port_stall(s, p, 50, 70, 30), 0);
			for (unsigned i = 0; i < 64; i++) {
				q.tag = (uint8_t)i;
				CHECK_EQ(cw_sim_port_request(s, p, &q), 0);
			}
			CHECK_EQ(cw_sim_port_queued(s, p), 64);
			for (unsigned c = 0; c < 2000 && got < 64; c++) {
				struct cw_sim_ans a = {0};

				cw_sim_step(s, 1);
				if (!cw_sim_port_answer(s, p, &a))
					continue;
				CHECK_EQ(a.tag, got++);
				CHECK_EQ(a.verdict, CW_V_ABORT);
				CHECK(a.cycle > a.req_cycle && a.cycle + 1 == cw_sim_cycle(s));
				CHECK(round || a.cycle - a.req_cycle == 4);
			}
			CHECK_EQ(got, 64);
			CHECK_EQ(cw_sim_port_queued(s, p), 0);
		}
	}
	for (unsigned i = 0; i < 1024; i++)
		CHECK_EQ(cw_sim_port_request(s, 0, &(struct cw_sim_req){.tag = 1}), 0);
	CHECK_EQ(cw_sim_port_request(s, 0, &(struct cw_sim_req){.tag = 1}), -EAGAIN);
	CHECK_EQ(cw_sim_port_request(s, 2, &(struct cw_sim_req){.tag = 1}), -EINVAL);
	CHECK_EQ(cw_sim_port_request(s, 0, &(struct cw_sim_req){.tag = CW_NTAG}), -EINVAL);
	CHECK_EQ(cw_sim_port_release(s, 0, CW_NTAG), -EINVAL);
	CHECK_EQ(cw_sim_port_stall(s, 0, 100, 0, 0), -EINVAL);
	CHECK_EQ(cw_sim_errors(s), 0);
	cw_sim_close(s);
}

static void on_release(void *priv, uint64_t cycle, const uint32_t *vec)
{
	uint8_t **next = priv;

	(void)cycle;
	if (cw_mon_get(vec, MON_rel_valid) & 1)
		*(*next)++ = (uint8_t)cw_mon_get(vec, MON_rel_tag);
	CHECK_EQ(cw_mon_get(vec, MON_rel_known) & 1, 0);
}

/* Queues: answers wait until they are taken, releases reach the engine in order. */
static void answers_and_releases_queue(void)
{
	struct cw_sim *s = open_sim("ideal:5", "ideal:5", 4);
	struct cw_sim_ans a;
	uint8_t rel[64], *next = rel;

	for (unsigned i = 0; i < 40; i++)
		CHECK_EQ(cw_sim_port_request(s, 0, &(struct cw_sim_req){.ctx = 60, .tag = (uint8_t)(63 - i)}), 0);
	cw_sim_step(s, 200);
	for (unsigned i = 0; i < 40; i++) {
		CHECK_EQ(cw_sim_port_answer(s, 0, &a), 1);
		CHECK_EQ(a.tag, 63 - i);
	}
	CHECK_EQ(cw_sim_port_answer(s, 0, &a), 0);
	CHECK_EQ(cw_sim_port_answer(s, 1, &a), 0);
	cw_sim_set_monitor(s, on_release, &next);
	for (unsigned i = 0; i < 20; i++)
		CHECK_EQ(cw_sim_port_release(s, 0, (uint8_t)(i * 3)), 0);
	cw_sim_step(s, 100);
	CHECK_EQ(next - rel, 20);
	for (unsigned i = 0; i < 20; i++)
		CHECK_EQ(rel[i], i * 3);
	CHECK_EQ(cw_sim_errors(s), 0);
	cw_sim_close(s);
}

static void reset_keeps_memory_only(void)
{
	struct card *c = open_card("ddr4", "pcie", 1);
	uint64_t entry = 0;

	CHECK_EQ(run(c, CW_OP_WRITE, 0x5000, 99, 0).status, CW_ST_OK);
	submit(c, &(struct cw_cmd){.opcode = CW_OP_NOP});
	cw_sim_reg_write(c->sim, CW_REG_TGEN_STRIDE, 5);
	cw_sim_step(c->sim, 150); /* in the middle of the ring fetch */
	cw_sim_reset(c->sim);
	CHECK_EQ(reg(c->sim, CW_REG_TGEN_STRIDE), 1);
	CHECK_EQ(reg(c->sim, CW_REG_HOT_CMD_CTRL), 0);
	cw_sim_table_peek(c->sim, 0x5000, &entry, 8);
	CHECK_EQ(entry, 99);
	make_rings(c);
	CHECK_EQ(run(c, CW_OP_XCHG, 0x5000, 1, 0).value, 99);
	close_card(c, 0);
}

/* Every event of both memories, hashed with its cycle. */
static void on_axi_hash(void *priv, const struct cw_sim_axi *ev)
{
	uint64_t *h = priv;

	*h = (*h ^ ev->addr ^ (uint64_t)ev->kind << 50 ^ (uint64_t)ev->mem << 60) * 0x100000001b3ull;
}

static uint64_t history(struct card *c, unsigned n)
{
	uint64_t h = 0xcbf29ce484222325ull;

	cw_sim_set_axi_observer(c->sim, on_axi_hash, &h);
	for (unsigned i = 0; i < n; i++)
		h = (h ^ run(c, CW_OP_XCHG, 0x5000 + 8 * (i % 7), i, 0).value ^ cw_sim_cycle(c->sim) << 20) *
		    0x100000001b3ull;
	cw_sim_set_axi_observer(c->sim, NULL, NULL);
	return h;
}

static void same_seed_same_history(void)
{
	struct card *a = open_card("random:1-50", "random:1-50", 5);
	struct card *b = open_card("random:1-50", "random:1-50", 5); /* two at once, not in step */
	struct card *d = open_card("random:1-50", "random:1-50", 6);
	uint64_t ha, hb, hd;

	ha = history(a, 40);
	hd = history(d, 40);
	hb = history(b, 40);
	CHECK_EQ(ha, hb);
	CHECK(ha != hd);
	close_card(a, 0);
	close_card(b, 0);
	close_card(d, 0);
}

static void trace_begins_late(void)
{
	char name[] = "/tmp/cw-trace-XXXXXX";
	struct cw_sim_config config = {
		.table_mem = "ideal:5", .host_mem = "ideal:5", .trace = name, .trace_start = 1000};
	struct cw_sim *sim, *other;
	struct stat st;
	int fd = mkstemp(name);

	if (!CHECK(fd >= 0))
		return;
	close(fd);
	if (CHECK_EQ(cw_sim_open(&config, &sim), 0)) {
		CHECK_EQ(cw_sim_open(&config, &other), -EBUSY);
		cw_sim_step(sim, 900);
		cw_sim_close(sim);
		CHECK(!stat(name, &st) && st.st_size == 0); /* closed before it began */
		CHECK_EQ(cw_sim_open(&config, &sim), 0);
		cw_sim_step(sim, 1100);
		cw_sim_close(sim);
		CHECK(!stat(name, &st) && st.st_size > 1000);
	}
	unlink(name);
}

int main(void)
{
	RUN(bad_configurations);
	RUN(registers);
	RUN(window);
	RUN(commands_go_round_in_all_memories);
	RUN(errors_are_injected);
	RUN(host_memory_that_is_gone_answers_decerr);
	RUN(poison_is_noticed);
	RUN(observers);
	RUN(ports);
	RUN(answers_and_releases_queue);
	RUN(reset_keeps_memory_only);
	RUN(same_seed_same_history);
	RUN(trace_begins_late);
	return CHECK_DONE("sim_card");
}
