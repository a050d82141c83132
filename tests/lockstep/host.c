/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The host's main loop: what it expects of a completion it knows from its mirror, what it does next is random. */
#include <stdlib.h>

#include "bench.h"

/* By the RESUME of an earlier use of its index, whose generations have begun again (fault.c). */
static bool taken(const struct bench *b, const struct submitted *s)
{
	return b->taken_for[cw_parked_index((uint32_t)s->cmd.arg0) % CW_NPARK] == s->use + 1;
}

static bool status_ok(const struct bench *b, const struct submitted *s, const struct cw_cpl *cpl)
{
	if (cpl->status == s->status)
		return true;
	if (s->cmd.opcode == CW_OP_RESUME && s->came_round)
		return cpl->status == CW_ST_OK;
	if (s->either)
		return cpl->status == CW_ST_MISMATCH && cpl->value != s->value;
	if (s->cmd.opcode == CW_OP_RESUME && s->status == CW_ST_OK) {
		/* its context has gone since, or the data of another EMULATED still waits for its answer */
		if (cpl->status == CW_ST_UNKNOWN_ID)
			/* P21: nor do the records of a port outlive its reset */
			return b->reset_asked || taken(b, s) || s->late || s->times_down % 2 ||
			       b->ctx[s->ctx].times_down != s->times_down;
		return cpl->status == CW_ST_BUSY && s->cmd.arg1 == CW_RESUME_EMULATED;
	}
	if (s->cmd.opcode == CW_OP_DRAIN)
		return pause_status_ok(b, s, cpl->status);
	if (s->cmd.opcode == CW_OP_FLUSH)
		return cpl->status == CW_ST_BUSY || (b->hasty && cpl->status == CW_ST_NOT_FLUSHED);
	return (s->cmd.opcode == CW_OP_CTX_DETACH || s->cmd.opcode == CW_OP_PORT_SET ||
		s->cmd.opcode == CW_OP_CTX_ROOT || s->cmd.opcode == CW_OP_LOG_SET || s->cmd.opcode == CW_OP_HARVEST) &&
	       b->hasty && cpl->status == CW_ST_NOT_FLUSHED;
}

static void check_barrier(struct bench *b, const struct submitted *s, uint32_t index)
{
	if (!(s->cmd.flags & CW_CMD_BARRIER))
		return;
	/* P15: when a command with BARRIER is done, no earlier FLUSH may be left. */
	for (uint32_t i = b->hot.oldest; i != index; i++) {
		const struct submitted *o = &b->hot_slot[i % NHOT];

		if (o->used && !o->done && (o->cmd.opcode == CW_OP_FLUSH || o->cmd.opcode == CW_OP_DRAIN))
			bench_fail(b, "barrier", "index %u completes with BARRIER before FLUSH or DRAIN %u", index, i);
	}
}

void host_complete(struct bench *b, struct ring *r, struct submitted *s, const struct cw_cpl *cpl)
{
	if (!status_ok(b, s, cpl))
		bench_fail(b, "completion-wrong", "%s addr 0x%llx arg0 0x%llx: %s field %u, expected %s",
			   cw_opcode_name(s->cmd.opcode), (unsigned long long)s->cmd.addr,
			   (unsigned long long)s->cmd.arg0, cw_status_name(cpl->status), cpl->field,
			   cw_status_name(s->status));
	if (s->check_value && cpl->value != s->value &&
	    !(s->fixable && cw_model_fix_legal(s->x86, s->value, cpl->value)))
		bench_fail(b, "completion-value", "%s addr 0x%llx: found 0x%llx, the host had put 0x%llx there",
			   cw_opcode_name(s->cmd.opcode), (unsigned long long)s->cmd.addr,
			   (unsigned long long)cpl->value, (unsigned long long)s->value);
	if (s->cmd.opcode == CW_OP_PROTECT &&
	    ((s->must & ~cpl->value) || (cpl->value & ~s->may) || !cpl->info != !cpl->value))
		bench_fail(b, "completion-value",
			   "PROTECT addr 0x%llx: lines 0x%llx, %llu entries; expected 0x%llx to 0x%llx",
			   (unsigned long long)s->cmd.addr, (unsigned long long)cpl->value,
			   (unsigned long long)cpl->info, (unsigned long long)s->must, (unsigned long long)s->may);
	if (r == &b->cold) {
		host_cold_complete(b, s, cpl);
		return;
	}
	check_barrier(b, s, cpl->index);
	if (s->cmd.opcode == CW_OP_HARVEST)
		log_harvest_done(b, s, cpl);
	else if (s->cmd.opcode == CW_OP_WRITE)
		log_write_done(b, s);
	if (s->pause)
		pause_complete(b, s, cpl);
	if (s->cmd.opcode == CW_OP_FLUSH && cpl->status != CW_ST_OK) {
		/* BUSY or NOT_FLUSHED (P21): the pages stay what they are until a FLUSH succeeds */
		if (s->job)
			b->again[b->nagain++] = s->job;
	} else if (s->job) {
		host_job_done(b, s->job);
	}
	if (s->cmd.opcode == CW_OP_RESUME && cpl->status == CW_ST_BUSY)
		b->busy[b->nbusy++ % 64] = *s;
}

/* ---- each cycle ---- */
static void try_again(struct bench *b)
{
	if (b->nagain && ring_room(&b->hot) > 8) {
		struct job *j = b->again[--b->nagain];

		host_flush(b, j->domain, j);
	}
	if (b->nbusy && ring_room(&b->hot) > 8) {
		const struct submitted s = b->busy[--b->nbusy];

		host_resume(b, (uint32_t)s.cmd.arg0, CW_RESUME_RETRY, CW_ST_OK, s.ctx, s.times_down, s.late)->use =
			s.use;
		host_resumed(b, (uint32_t)s.cmd.arg0, s.use);
	}
}

static void probe(struct bench *b)
{
	unsigned int tag = rng_below(&b->rng, CW_NPROBE), ctx = rng_below(&b->rng, NCONTEXT);
	uint64_t addr = world_address(world_domain(b, ctx), host_pick_page(b, world_domain(b, ctx)));

	if (b->probe_busy[tag] > cw_sim_cycle(b->sim) || !cw_model_tag_free(b->model, CW_PORT_HOST, tag))
		return;
	/* two probes that pass each other on the way would be one too many for the tag */
	b->probe_busy[tag] = cw_sim_cycle(b->sim) + 600;
	cw_sim_reg_write(b->sim, CW_REG_PROBE_ADDR, (uint32_t)addr);
	cw_sim_reg_write(b->sim, CW_REG_PROBE_ADDR + 4, (uint32_t)(addr >> 32));
	cw_sim_reg_write(b->sim, CW_REG_PROBE_CMD, ctx | tag << 16 | (rng_percent(&b->rng, 30) ? 1u << 24 : 0));
}

void host_cycle(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);

	if (now >= b->hush)
		host_answer_faults(b);
	try_again(b);
	log_cycle(b);
	aim_cycle(b);
	pause_cycle(b);
	if (!b->quiet && now >= b->next_job && now >= b->hush) {
		host_random_job(b);
		b->next_job = now + rng_below(&b->rng, b->migration			    ? 16000 :
						       b->calm && 2 * b->requests > b->goal ? 2000 :
						       rng_percent(&b->rng, 5)		    ? 1000 :
											      50);
	}
	if (!b->quiet && now >= b->next_probe) {
		probe(b);
		b->next_probe = now + rng_below(&b->rng, 160);
	}
	if (!b->open && !b->root_again && now >= b->next_cold &&
	    (!b->quiet || b->starting || b->down_domain < NSPACE || log_again(b))) {
		host_next_cold(b);
		b->next_cold = now + (b->starting ? 0 : rng_below(&b->rng, b->aims ? 1000 : 2000));
	}
	if (rng_percent(&b->rng, 20))
		rings_doorbell(b);
}

bool host_idle(const struct bench *b)
{
	for (unsigned int i = 0; i < NPAUSE; i++)
		if (b->pause[i].state != PAUSE_NONE)
			return false;
	return log_idle(b) && !b->npf && !b->nagain && !b->nbusy && !b->jobs && !b->open && rings_idle(b);
}

void host_lost(struct bench *b)
{
	b->npf = b->nold = b->nagain = b->nbusy = b->jobs = 0;
	for (unsigned int i = 0; i < NPAUSE; i++)
		b->pause[i] = (struct pause){.state = PAUSE_NONE};
	for (unsigned int c = 0; c < NCONTEXT; c++)
		b->ctx[c] = (struct context){.state = CTX_DOWN, .space = b->ctx[c].space};
	b->bridge_stale = 0;
	for (unsigned int t = 0; t < CW_NPROBE; t++)
		b->probe_busy[t] = 0;
	for (unsigned int i = 0; i < CW_NPARK; i++)
		b->taken_for[i] = 0;
	b->root_again = b->range_again = b->open = b->harvesting = false;
	b->down_domain = NSPACE;
}

void host_close(struct bench *b)
{
	/* jobs of a run that was broken off */
	for (unsigned int i = 0; i < NHOT; i++)
		if (b->hot_slot[i].used && !b->hot_slot[i].done)
			free(b->hot_slot[i].job);
	for (unsigned int i = 0; i < b->nagain; i++)
		free(b->again[i]);
}
