/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Resets of ports under traffic (P21): of initiators on stream ports, which may have accesses under way for a while, of
 * the traffic generator, and of the bridge. What becomes of an initiator is in ports.c and bridge.c. In some runs the
 * whole engine is reset once (P43): commands under way are lost, accesses go on until their initiators are quiet and
 * are checked as ever. Then the host begins anew as the library does: firmware, registers, rings, ranges of ports,
 * logs, of which everything is dirty, contexts with empty tables. What was mapped before is freed at once: nobody may
 * touch it any more.
 */
#include "bench.h"

/* Its accesses last for a while yet. */
static void go_on(struct bench *b, unsigned int port)
{
	b->port[port].busy = true;
	cw_sim_port_busy(b->sim, port, true);
	cw_model_port_busy(b->model, port, true);
}

static void ask(struct bench *b, unsigned int port)
{
	if (port < CW_NPORT_STREAM && (b->port[port].by_sweep || rng_percent(&b->rng, 60)))
		go_on(b, port);
	if (port == CW_PORT_TGEN)
		b->tgen_at = cw_sim_cycle(b->sim) + 4000;
}

/* The sweeps of the park (cw_reset) come at any time of a reset, and in its last cycle, too. */
static uint32_t alone(struct bench *b)
{
	unsigned int n = rng_below(&b->rng, CW_NPORT_STREAM);

	if (b->port[n].busy || b->port[n].in_reset || cw_model_port_in_reset(b->model, n))
		return 0;
	b->port[n].by_sweep = true;
	return 1u << n;
}

void reset_cycle(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);
	uint32_t ports = 0;

	if (b->tgen_at && now >= b->tgen_at && !cw_model_port_in_reset(b->model, CW_PORT_TGEN)) {
		if (!b->quiet)
			cw_sim_reg_write(b->sim, CW_REG_TGEN_CTRL, 1);
		b->tgen_at = 0;
	}
	if (b->quiet || now < b->next_reset)
		return;
	if (b->next_reset)
		for (unsigned int p = 0; p < CW_NPORT; p++)
			if (p != CW_PORT_HOST && rng_percent(&b->rng, 35) && !cw_model_port_in_reset(b->model, p) &&
			    !(p < CW_NPORT_STREAM && (b->port[p].busy || b->port[p].in_reset)))
				ports |= 1u << p;
	if (b->next_reset && b->aims && rng_percent(&b->rng, 50))
		ports = alone(b);
	for (unsigned int p = 0; p < CW_NPORT; p++)
		if (ports >> p & 1)
			ask(b, p);
	if (ports)
		cw_sim_reg_write(b->sim, CW_REG_PORT_RESET, ports);
	b->reset_asked |= ports != 0;
	b->next_reset = now + 5000 + rng_below(&b->rng, 20000);
}

/* ---- the engine ---- */
enum {
	DEADLINE = 100000, /* cycles that the slowest initiator and the slowest memory need */
	DELAY = 300,	   /* from the write that it is to meet to a reset, at most */
	ROOM = 24,
};

/* The reset waits for initiators that have accesses under way; in the other runs for the buses. */
static bool long_accesses(const struct bench *b)
{
	return b->seed % 9 == 5 || b->seed % 2;
}

void reset_open(struct bench *b)
{
	if (b->seed % 9 == 5 || b->seed % 9 == 8 || b->broken == BROKEN_RESET)
		b->engine_goal = b->goal * (30 + rng_below(&b->rng, 40)) / 100;
}

/* Most of the time one waits for its acknowledgement. In the other runs the data is rather still on its way. */
static void slow_writes(struct bench *b, uint64_t page)
{
	const struct cw_sim_inject rule = {
		.mem = CW_SIM_TABLE, .lo = page, .hi = page + (64 << 12) - 1, .ops = CW_SIM_WRITE, .delay = 500};

	cw_sim_inject(b->sim, &rule);
}

/*
 * Not at any moment: requests walk, and commands write. Those come behind what was in the ring before, so that the
 * first of them that is seen at table memory says when; or the end of the run, if that memory is slow.
 */
bool reset_engine_due(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);

	if (b->engine_goal && b->requests >= b->engine_goal && ring_room(&b->hot) > ROOM) {
		b->engine_goal = 0;
		b->engine_page = host_fill(b);
		if (long_accesses(b))
			slow_writes(b, b->engine_page);
	} else if (b->engine_page && (b->engine_writes || 10 * b->requests > 9 * b->goal)) {
		b->engine_page = 0;
		b->engine_at = now + 1 + rng_below(&b->rng, DELAY);
		ports_hurry(b, now + 2 * DELAY);
	}
	return b->engine_at && now >= b->engine_at;
}

/* Initiators go on until they hear of it; the host does nothing. */
static void absorb(struct bench *b)
{
	uint64_t from = cw_sim_cycle(b->sim), over = cw_model_engine_resets(b->model).over;

	for (unsigned int p = 0; p < CW_NPORT_STREAM; p++)
		if (long_accesses(b) && !b->port[p].in_reset)
			go_on(b, p);
	b->bridge_fence_at = ~UINT64_C(0);
	cw_sim_reg_write(b->sim, CW_REG_RESET, 1);
	while (!b->failed && cw_model_engine_resets(b->model).over == over) {
		ports_cycle(b);
		bridge_cycle(b);
		bench_step(b);
		if (cw_sim_cycle(b->sim) - from > DEADLINE)
			bench_fail(b, "hang", "the reset of the engine is not over after %u cycles", DEADLINE);
	}
	for (unsigned int m = 0; m < 3; m++)
		if (b->owed[m])
			bench_fail(b, "reset-early", "the reset of the engine is over, memory %u owes %u answers", m,
				   b->owed[m]);
	b->quiet = b->starting = true;
	ports_cycle(b);
	bridge_cycle(b);
	if (!ports_idle(b) || !bridge_idle(b))
		bench_fail(b, "reset-left", "a port is in reset although that of the engine is over (P21)");
}

/* A command that has not completed names an entry or the whole of this page. */
static bool changing(const struct bench *b, unsigned int table)
{
	for (uint32_t i = b->hot.oldest; i != b->hot.producer; i++) {
		const struct submitted *s = &b->hot_slot[i % NHOT];

		if (s->used && !s->done && world_table_index(s->cmd.addr) == table)
			return true;
	}
	return false;
}

/*
 * What was acknowledged is there, and nothing else. By the host's own account: what has completed is, in pages that no
 * other command is about to change.
 */
static void check_memory(struct bench *b)
{
	for (unsigned int t = 0; t < NTABLE; t++) {
		bool exact = b->table[t].state == PAGE_LIVE && !changing(b, t);
		uint64_t v[512];

		if (b->table[t].state != PAGE_LIVE && b->table[t].state != PAGE_DYING)
			continue;
		cw_sim_table_peek(b->sim, world_table_addr(t), v, sizeof(v));
		for (unsigned int i = 0; i < 512; i++) {
			uint64_t at = world_table_addr(t) + 8 * i;

			if (v[i] != cw_model_table_get(b->model, at) ||
			    (exact && !bench_as_mirrored(&b->table[t], i, v[i])))
				bench_fail(b, "table-content",
					   "0x%llx after a reset: memory 0x%llx, host 0x%llx, model 0x%llx",
					   (unsigned long long)at, (unsigned long long)v[i],
					   (unsigned long long)b->table[t].v[i],
					   (unsigned long long)cw_model_table_get(b->model, at));
			b->kept += exact && v[i] != 0;
		}
	}
}

static void check_register(struct bench *b, uint32_t reg, uint32_t want)
{
	uint32_t have = ~want;

	cw_sim_reg_read(b->sim, reg, &have);
	if (have != want)
		bench_fail(b, "reset-left", "register 0x%04x is 0x%x after a reset of the engine, not 0x%x (P43)", reg,
			   have, want);
}

static void check_registers(struct bench *b)
{
	static const uint32_t zero[] = {
		CW_REG_CONTROL,	       CW_REG_IRQ_ENABLE,     CW_REG_FENCED,	    CW_REG_NEEDS_FLR,
		CW_REG_PORTS_IN_RESET, CW_REG_RING_FAULTS,    CW_REG_HOT_CMD_CTRL,  CW_REG_HOT_CMD_INDEX,
		CW_REG_HOT_CPL_CTRL,   CW_REG_HOT_CPL_INDEX,  CW_REG_COLD_CMD_CTRL, CW_REG_COLD_CMD_INDEX,
		CW_REG_COLD_CPL_CTRL,  CW_REG_COLD_CPL_INDEX, CW_REG_FAULT_CTRL,    CW_REG_FAULT_INDEX,
		CW_REG_BRIDGE_CTRL,
	};

	check_register(b, CW_REG_RESET_STATUS, 1u << 16);
	check_register(b, CW_REG_FLUSH_TIMEOUT, CW_FLUSH_TIMEOUT);
	for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		check_register(b, zero[i], 0);
	for (unsigned int c = 0; c < NCONTEXT; c++)
		check_register(b, CW_REG_DRING_INDEX + c * CW_REG_DRING_INDEX_STRIDE, 0);
}

bool reset_engine(struct bench *b)
{
	b->engine_at = 0;
	absorb(b);
	check_memory(b);
	if (b->failed)
		return false;
	cw_sim_inject_clear(b->sim);
	b->fix_due = b->fix_fails = false;
	b->hush = b->bus_errors = b->tgen_at = 0;
	world_inject(b);
	rings_lost(b);
	host_lost(b);
	world_lost(b);
	dring_lost(b);
	check_registers(b);
	if (b->failed || bench_boot(b))
		return false;
	log_lost(b);
	if (!b->oracle && !b->flips)
		bench_counters(b);
	cw_sim_irq_take(b->sim, 0x1f);
	bench_registers(b);
	rings_start(b);
	bridge_start(b);
	return !b->failed;
}
