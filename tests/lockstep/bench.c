/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The run: card, model and host brought up, stepped cycle by cycle, brought to rest, and compared at the end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "cube.h"

enum {
	BOOT_CYCLES = 4000000, /* for the firmware's self test */
	HANG_CYCLES = 400000,  /* nothing of the run may take longer */
	REST_CYCLES = 4000,    /* in which everything that is on its way arrives */
	DIRTY_PERIOD = 11,     /* log2 of the cycles of a period of dirty budgets */
	HASTY_TIMEOUT = 300,   /* FLUSH_TIMEOUT of runs in which many FLUSHes give up (P21) */
	RESUME_CYCLES = 2000,  /* a sweep of the park, and the answers before */
};

static const uint8_t commands[NCOMMAND] = {
	CW_OP_NOP,	  CW_OP_LOAD,	 CW_OP_FILL,	 CW_OP_WRITE,	   CW_OP_XCHG,	     CW_OP_CMPXCHG,
	CW_OP_INVALIDATE, CW_OP_FLUSH,	 CW_OP_RESUME,	 CW_OP_CTX_ATTACH, CW_OP_CTX_DETACH, CW_OP_DOMAIN_SET,
	CW_OP_PORT_SET,	  CW_OP_STATS,	 CW_OP_STOP,	 CW_OP_START,	   CW_OP_DRAIN,	     CW_OP_PROTECT,
	CW_OP_HARVEST,	  CW_OP_LOG_SET, CW_OP_CTX_ROOT,
};

unsigned int bench_under_way(const struct bench *b, unsigned int opcode)
{
	for (unsigned int i = 0; i < NCOMMAND; i++)
		if (commands[i] == opcode)
			return b->inflight[i];
	return 0;
}

void bench_fail(struct bench *b, const char *kind, const char *fmt, ...)
{
	va_list ap;

	/* The first one is the cause; what follows may be its wake. */
	if (b->failed)
		return;
	b->failed = true;
	snprintf(b->kind, sizeof(b->kind), "%s", kind);
	va_start(ap, fmt);
	vsnprintf(b->text, sizeof(b->text), fmt, ap);
	va_end(ap);
}

void bench_inflight(struct bench *b, unsigned int opcode, int change)
{
	for (unsigned int i = 0; i < NCOMMAND; i++)
		if (commands[i] == opcode)
			b->inflight[i] += (unsigned int)change;
}

/* ---- what the model asks and says ---- */
static void model_fail(void *priv, const char *kind, const char *text)
{
	struct bench *b = priv;

	if (!b->oracle)
		bench_fail(b, kind, "%s", text);
}

static bool table_ok(void *priv, uint64_t addr)
{
	const struct bench *b = priv;
	uint64_t index = (addr >> 12) - 16;

	return index >= NTABLE || b->table[index].state == PAGE_LIVE || b->table[index].state == PAGE_DYING;
}

static bool fault_ring_full(void *priv)
{
	return rings_fault_full(priv);
}

static int flush_domain(void *priv, uint32_t index)
{
	const struct bench *b = priv;
	const struct submitted *s = &b->hot_slot[index % NHOT];

	if (s->used && s->cmd.opcode == CW_OP_HARVEST)
		return s->cmd.space;
	if (!s->used || s->cmd.opcode != CW_OP_FLUSH) {
		bench_fail(priv, "flush-wrong", "FLUSH of index %u, which is none", index);
		return CW_MODEL_UNKNOWN;
	}
	if (s->cmd.scope == CW_SCOPE_ROOT)
		return (int)s->cmd.arg1;
	return s->cmd.scope == CW_SCOPE_DOMAIN ? s->cmd.space : CW_MODEL_EVERY_DOMAIN;
}

/* P32: whatever else the park has to do, a sweep for a port in reset or an abort, it takes a RESUME soon. */
static void resumes(struct bench *b)
{
	uint32_t index = cw_mon_get(b->events, MON_cmd_index), done = cw_mon_get(b->events, MON_cmd_done_index);
	const struct cw_cmd *c = &b->hot_slot[index % NHOT].cmd;

	if (cw_mon_get(b->events, MON_engine_reset)) {
		b->resume_at = 0;
	} else if (cw_mon_get(b->events, MON_cmd_take) && c->opcode == CW_OP_RESUME && !(c->flags & CW_CMD_BARRIER)) {
		b->resume_at = b->events_at;
		b->resume = index;
	} else if (cw_mon_get(b->events, MON_cmd_done) && done == b->resume) {
		b->resume_at = 0;
	}
	if (b->resume_at && b->events_at - b->resume_at > RESUME_CYCLES) {
		bench_fail(b, "resume-late",
			   "RESUME of index %u is not complete %u cycles after the engine has begun with it", b->resume,
			   RESUME_CYCLES);
		b->resume_at = 0;
	}
}

/*
 * Events are judged after the pins of their cycle: an acknowledgement and what follows from it may share a cycle. The
 * harness shows the monitor first, the buses last.
 */
static void judge(struct bench *b)
{
	if (!b->have_events || b->events_at >= cw_sim_cycle(b->sim))
		return;
	b->have_events = false;
	if (cw_mon_get(b->events, MON_cmd_take))
		b->running = (uint32_t)cw_mon_get(b->events, MON_cmd_index);
	resumes(b);
	cube_before(b, b->events);
	cw_model_cycle(b->model, b->events_at, b->events);
	cube_after(b, b->events);
}

static void monitor(void *priv, uint64_t at, const uint32_t *vec)
{
	struct bench *b = priv;

	judge(b);
	b->digest = (b->digest ^ at) * UINT64_C(0x100000001b3);
	for (unsigned int i = 0; i < CW_MON_WORDS; i++)
		b->digest = (b->digest ^ vec[i]) * UINT64_C(0x100000001b3);
	memcpy(b->events, vec, sizeof(b->events));
	b->events_at = at;
	b->have_events = true;
}

static void hook(void *priv)
{
	judge(priv);
}

static void axi(void *priv, const struct cw_sim_axi *ev)
{
	struct bench *b = priv;
	enum { LOG_ID = 56, EUU_ID = 62, WALKS = 1 << CW_SLOT_W };

	if (ev->kind == CW_SIM_AR)
		b->owed[ev->mem] += ev->beats;
	else if (ev->kind == CW_SIM_W)
		b->owed[ev->mem]++;
	else if (ev->kind == CW_SIM_R || ev->kind == CW_SIM_B)
		b->owed[ev->mem]--;
	if (ev->mem == CW_SIM_HOST) {
		host_record_bus(b, ev);
		cube_bus(b, ev);
	}
	if (ev->mem != CW_SIM_TABLE)
		return;
	if (ev->id >= LOG_ID && ev->id < LOG_ID + 3) {
		b->bus_errors += ev->resp != 0 && (ev->kind == CW_SIM_R || ev->kind == CW_SIM_B);
		/* I4: the log writes nothing but itself. */
		if (ev->kind == CW_SIM_W && !log_area(ev->addr))
			bench_fail(priv, "log-wild", "the log writes 0x%llx", (unsigned long long)ev->addr);
		return;
	}
	b->walks_failed += ev->resp && ev->id < WALKS && world_table_index(ev->addr) < NTABLE;
	b->fixes_failed += ev->resp && ev->id == EUU_ID && (ev->kind == CW_SIM_R || ev->kind == CW_SIM_B);
	b->engine_writes |= b->engine_page && ev->kind == CW_SIM_W && ev->addr == b->engine_page;
	if (ev->kind == CW_SIM_W) {
		for (unsigned int i = 0; i < ev->beats; i++) {
			uint64_t data[8];

			memcpy(data, ev->data + 64 * i, sizeof(data));
			cw_model_table_write(b->model, ev->id, ev->addr + 64 * i, data, ev->strb[i],
					     i + 1u == ev->beats);
		}
	} else if (ev->kind == CW_SIM_B && ev->resp) {
		cw_model_table_lost(b->model, ev->id);
	} else if (ev->kind == CW_SIM_B) {
		cw_model_table_ack(b->model, ev->id);
	}
}

/* ---- bring-up ---- */
int bench_boot(struct bench *b)
{
	uint64_t from = cw_sim_cycle(b->sim);
	uint32_t status = 0;

	while (cw_sim_cycle(b->sim) - from < BOOT_CYCLES) {
		if (cw_sim_reg_read(b->sim, CW_REG_STATUS, &status))
			break;
		if (status & 1)
			return 0;
		cw_sim_step(b->sim, 500);
	}
	bench_fail(b, "bench", "firmware not ready, STATUS 0x%x", status);
	return -1;
}

static void start_tgen(struct bench *b)
{
	const uint32_t setting[][2] = {
		{CW_REG_TGEN_CTX, 0 | (NDOMAIN - 1) << 8},
		{CW_REG_TGEN_MODE, 1 | 1 << 8 | (b->reads ? 0 : 30) << 16},
		{CW_REG_TGEN_BASE, 0},
		{CW_REG_TGEN_BASE + 4, 0},
		{CW_REG_TGEN_PAGES, REGION_PAGES},
		{CW_REG_TGEN_COUNT, (uint32_t)((b->goal - b->requests) / 4)},
		{CW_REG_TGEN_OUTSTANDING, 1 + rng_below(&b->rng, 16)},
		{CW_REG_TGEN_RELEASE_DELAY, rng_below(&b->rng, 256)},
		{CW_REG_TGEN_SEED, (uint32_t)b->seed},
		{CW_REG_TGEN_SEED + 4, 1},
		{CW_REG_TGEN_CTRL, 1},
	};

	for (size_t i = 0; i < sizeof(setting) / sizeof(setting[0]); i++)
		cw_sim_reg_write(b->sim, setting[i][0], setting[i][1]);
}

void bench_registers(struct bench *b)
{
	cw_sim_reg_write(b->sim, CW_REG_CONTROL, 1);
	cw_sim_reg_write(b->sim, CW_REG_IRQ_ENABLE, 0x1f);
	cw_sim_reg_write(b->sim, CW_REG_FLUSH_TIMEOUT, b->hasty ? HASTY_TIMEOUT : CW_FLUSH_TIMEOUT);
	cw_sim_reg_write(b->sim, CW_REG_DIRTY_PERIOD, DIRTY_PERIOD);
}

int bench_open(struct bench *b, uint64_t seed, uint64_t requests, const char *trace, bool oracle, bool aims,
	       struct cube *cube)
{
	static const char *const memories[7][2] = {
		{"ddr4", "pcie"},
		{"random:2-60", "random:4-80"},
		{"ideal:4", "ideal:8"},
		{"hbm", "random:20-300"},
		{"random:10-200", "ideal:20"},
		{"ddr4", "random:4-40"},
		{"random:300-900", "random:4-40"},
	};
	/* slow memory holds grants for longer than a FLUSH takes that does not wait for them */
	static const char *const guest[4] = {"random:2-60", "random:400-4000", "ideal:8", "random:100-2000"};
	const char *const *mem = memories[seed % 7];
	const struct cw_sim_config config = {
		.table_mem = mem[0],
		.host_mem = mem[1],
		.guest_mem = guest[seed % 4],
		.trace = trace,
		.seed = seed,
		.table_bytes = TABLE_BYTES,
	};
	const struct cw_model_ops ops = {model_fail,  table_ok,	    fault_ring_full,  flush_domain,
					 cube_looked, cube_decided, host_resume_runs, b};
	struct cw_model_config mc = {.flush_timeout = CW_FLUSH_TIMEOUT, .dirty_period = DIRTY_PERIOD};
	uint32_t walk = 0, entry = 0, table[2] = {0};

	memset(b, 0, sizeof(*b));
	b->seed = seed;
	b->goal = requests;
	b->oracle = oracle;
	b->aims = aims;
	b->cube = cube;
	cube_open(cube);
	b->rng.s = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	b->by_irq = seed / 7 % 2;
	b->hasty = seed % 4 == 3;
	b->errors = seed % 5 == 4;
	b->walk_errors = (seed % 7 == 5 && seed > 7) || seed % 5 == 2;
	b->record_errors = seed % 3 == 1;
	b->calm = seed % 3 == 0;
	b->down_domain = NSPACE;
	if (cw_sim_open(&config, &b->sim)) {
		bench_fail(b, "bench", "no simulation: %s", cw_sim_last_error());
		return -1;
	}
	if (bench_boot(b) || cw_sim_reg_read(b->sim, CW_REG_CAP_WALK, &walk) ||
	    cw_sim_reg_read(b->sim, CW_REG_CAP_ENTRY, &entry) ||
	    cw_sim_reg_read(b->sim, CW_REG_CAP_TABLE_SIZE, &table[0]) ||
	    cw_sim_reg_read(b->sim, CW_REG_CAP_TABLE_SIZE + 4, &table[1]))
		return -1;
	mc.nslot = walk & 0xff;
	mc.pa_bits = entry & 0xff;
	mc.table_bytes = (uint64_t)table[1] << 32 | table[0];
	b->pa_bits = (uint8_t)mc.pa_bits;
	if (b->hasty)
		mc.flush_timeout = HASTY_TIMEOUT;
	b->model = cw_model_create(&mc, &ops);
	if (!b->model) {
		bench_fail(b, "bench", "no memory for the model");
		return -1;
	}
	cw_sim_set_monitor(b->sim, monitor, b);
	cw_sim_set_hook(b->sim, hook, b);
	cw_sim_set_axi_observer(b->sim, axi, b);
	bench_registers(b);
	world_open(b);
	rings_open(b);
	ports_open(b);
	bridge_open(b);
	log_open(b);
	dring_open(b);
	return b->failed ? -1 : 0;
}

void bench_close(struct bench *b)
{
	cw_sim_close(b->sim);
	cw_model_destroy(b->model);
	host_close(b);
	world_close(b);
}

/* ---- the run ---- */
void bench_step(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);

	cw_sim_step(b->sim, 1);
	judge(b);
	if (now % 64 == 0) {
		cw_model_idle(b->model, now);
		if (cw_sim_errors(b->sim))
			bench_fail(b, "sim", "%s", cw_sim_error_text(b->sim));
	}
}

static void cycle(struct bench *b)
{
	rings_poll(b);
	host_cycle(b);
	world_errors(b);
	host_record_errors(b);
	reset_cycle(b);
	ports_cycle(b);
	bridge_cycle(b);
	bench_step(b);
}

static uint64_t progress(const struct bench *b)
{
	return b->answers + b->hot.consumer + b->cold.consumer + b->requests;
}

/* False: failed, or nothing has moved for too long. */
static bool step(struct bench *b, uint64_t *last, uint64_t *since)
{
	uint64_t now;

	cycle(b);
	now = cw_sim_cycle(b->sim);
	if (progress(b) != *last) {
		*last = progress(b);
		*since = now;
	} else if (now - *since > HANG_CYCLES) {
		bench_fail(b, "hang",
			   "nothing moves: %u hot and %u cold commands, %u faults, %u parked, port 0 %u port %u %u "
			   "tags in use",
			   b->hot.producer - b->hot.oldest, b->cold.producer - b->cold.oldest, b->npf,
			   cw_model_parked(b->model), CW_NTAG - b->port[0].idle, CW_NPORT_STREAM - 1,
			   CW_NTAG - b->port[CW_NPORT_STREAM - 1].idle);
	}
	return !b->failed;
}

static bool all_up(const struct bench *b)
{
	for (unsigned int c = 0; c < NCONTEXT; c++)
		if (b->ctx[c].state != CTX_UP)
			return false;
	return true;
}

/* I11: after everything has come to rest the counters agree with the model's own count. */
void bench_counters(struct bench *b)
{
	cw_sim_reg_write(b->sim, CW_REG_SNAPSHOT, 1);
	for (unsigned int c = 0; c < CW_NCOUNTER; c++) {
		uint32_t lo = 0, hi = 0;
		uint64_t want = 0, have;

		if (!cw_model_counter(b->model, c, &want))
			continue;
		cw_sim_reg_read(b->sim, CW_REG_COUNTER_LO + c * CW_REG_COUNTER_LO_STRIDE, &lo);
		cw_sim_reg_read(b->sim, CW_REG_COUNTER_HI + c * CW_REG_COUNTER_HI_STRIDE, &hi);
		have = (uint64_t)hi << 32 | lo;
		if (c == CW_CTR_TLB_PARITY && b->flips) {
			if (!have)
				bench_fail(b, "counter",
					   "no parity error, although bits of the TLB were flipped (P43)");
			continue;
		}
		if (c == CW_CTR_TABLE_ERRORS) /* those of the log the model does not see */
			want += b->bus_errors;
		if (have != want)
			bench_fail(b, "counter", "%s is %llu, the model counted %llu (I11)", cw_counter_name(c),
				   (unsigned long long)have, (unsigned long long)want);
	}
}

/* P12: the mirror may be behind in what the engine changes itself. */
bool bench_as_mirrored(const struct table *t, unsigned int i, uint64_t value)
{
	return value == t->v[i] || (world_fixable(t, t->v[i]) && cw_model_fix_legal(t->x86, t->v[i], value));
}

/* Table memory, the host's mirror and the model agree. */
static void compare_tables(struct bench *b)
{
	for (unsigned int t = 0; t < NTABLE; t++) {
		uint64_t v[512];

		if (b->table[t].state != PAGE_LIVE)
			continue;
		cw_sim_table_peek(b->sim, world_table_addr(t), v, sizeof(v));
		for (unsigned int i = 0; i < 512; i++) {
			uint64_t at = world_table_addr(t) + 8 * i;

			if (!bench_as_mirrored(&b->table[t], i, v[i]) || v[i] != cw_model_table_get(b->model, at))
				bench_fail(b, "table-content", "0x%llx: memory 0x%llx, host 0x%llx, model 0x%llx",
					   (unsigned long long)at, (unsigned long long)v[i],
					   (unsigned long long)b->table[t].v[i],
					   (unsigned long long)cw_model_table_get(b->model, at));
		}
	}
}

/* Contexts, and everything else that the firmware has to do before there is traffic. */
static bool bring_up(struct bench *b)
{
	uint64_t last = 0, since = cw_sim_cycle(b->sim);

	host_attach_all(b);
	b->quiet = true;
	b->starting = true;
	while (!all_up(b))
		if (!step(b, &last, &since))
			return false;
	b->quiet = b->starting = false;
	return true;
}

void bench_run(struct bench *b)
{
	uint64_t last = 0, since, end;

	reset_open(b);
	if (!bring_up(b))
		return;
	log_slow(b);
	start_tgen(b);
	since = cw_sim_cycle(b->sim);
	while (b->requests < b->goal) {
		if (!step(b, &last, &since))
			return;
		if (!reset_engine_due(b))
			continue;
		if (!reset_engine(b) || !bring_up(b))
			return;
		start_tgen(b);
		since = cw_sim_cycle(b->sim);
	}
	b->quiet = true;
	cw_sim_reg_write(b->sim, CW_REG_TGEN_CTRL, 2);
	while (!ports_idle(b) || !bridge_idle(b) || !host_idle(b) || cw_model_parked(b->model) ||
	       b->down_domain < NSPACE)
		if (!step(b, &last, &since))
			return;
	/* The generator's last requests may fault yet. */
	for (end = cw_sim_cycle(b->sim) + REST_CYCLES; cw_sim_cycle(b->sim) < end || !host_idle(b);)
		if (!step(b, &last, &since))
			return;
	while (log_last_pass(b) || !host_idle(b))
		if (!step(b, &last, &since))
			return;
	log_compare(b);
	cw_model_check_quiet(b->model);
	if (!b->oracle)
		bench_counters(b);
	compare_tables(b);
	/* with slow memory, and a host in a hurry, a STOP of the bridge's port may last for most of a short run */
	if (b->goal >= (b->hasty && b->seed % 7 == 6 ? 100000u : 20000u) &&
	    (!b->bridge_answers[0] || !b->bridge_answers[1] || (!b->reads && !b->bridge_written)))
		bench_fail(b, "bench", "the bridge was not used");
	if (b->goal >= 20000 && b->walk_errors && !b->walks_failed)
		bench_fail(b, "bench", "no read of a walk has failed");
	if (b->goal >= 100000 && !b->bridge_data)
		bench_fail(b, "bench", "no fault record carried data");
	if (cw_sim_errors(b->sim))
		bench_fail(b, "sim", "%s", cw_sim_error_text(b->sim));
}
