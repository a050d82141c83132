/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The host's side of the rings, by the book (P15, P16, P41): phase bits, absolute indices, one doorbell per batch. */
#include <string.h>

#include "bench.h"

/* The registers of all rings lie alike: base, control, doorbell. */
enum {
	FAULT_DELAY = 400, /* cycles in which a register write has certainly arrived */
	CONTROL = CW_REG_HOT_CMD_CTRL - CW_REG_HOT_CMD_BASE,
	DOORBELL = CW_REG_HOT_CMD_DOORBELL - CW_REG_HOT_CMD_BASE,
};

static void open_ring(struct bench *b, uint32_t base_reg, uint64_t bus, unsigned int log2)
{
	cw_sim_reg_write(b->sim, base_reg, (uint32_t)bus);
	cw_sim_reg_write(b->sim, base_reg + 4, (uint32_t)(bus >> 32));
	cw_sim_reg_write(b->sim, base_reg + CONTROL, log2 | 1u << 31);
}

static void open_pair(struct bench *b, struct ring *r, unsigned int log2, unsigned int irq, uint32_t cmd_reg,
		      uint32_t cpl_reg, struct submitted *slot)
{
	*r = (struct ring){.log2 = log2, .cmd_reg = cmd_reg, .cpl_reg = cpl_reg, .irq = irq, .slot = slot};
	r->cmd = cw_sim_mem_alloc(b->sim, (size_t)CW_CMD_BYTES << log2, 0, &r->cmd_bus);
	r->cpl = cw_sim_mem_alloc(b->sim, (size_t)CW_CPL_BYTES << log2, 0, &r->cpl_bus);
	if (!r->cmd || !r->cpl) {
		bench_fail(b, "bench", "no host memory");
	}
}

static void start_pair(struct bench *b, const struct ring *r)
{
	open_ring(b, r->cpl_reg, r->cpl_bus, r->log2);
	open_ring(b, r->cmd_reg, r->cmd_bus, r->log2);
}

void rings_start(struct bench *b)
{
	start_pair(b, &b->hot);
	start_pair(b, &b->cold);
	cw_sim_reg_write(b->sim, CW_REG_FAULT_DATA_BASE, (uint32_t)b->fault_data_bus);
	cw_sim_reg_write(b->sim, CW_REG_FAULT_DATA_BASE_HI, (uint32_t)(b->fault_data_bus >> 32));
	open_ring(b, CW_REG_FAULT_BASE, b->fault_bus, FAULT_LOG2);
}

void rings_open(struct bench *b)
{
	open_pair(b, &b->hot, HOT_LOG2, CW_IRQ_HOT, CW_REG_HOT_CMD_BASE, CW_REG_HOT_CPL_BASE, b->hot_slot);
	open_pair(b, &b->cold, COLD_LOG2, CW_IRQ_COLD, CW_REG_COLD_CMD_BASE, CW_REG_COLD_CPL_BASE, b->cold_slot);
	b->fault = cw_sim_mem_alloc(b->sim, (size_t)CW_FAULT_BYTES << FAULT_LOG2, 0, &b->fault_bus);
	b->fault_data = cw_sim_mem_alloc(b->sim, (size_t)CW_LINE_BYTES << FAULT_LOG2, 4096, &b->fault_data_bus);
	b->buffer = cw_sim_mem_alloc(b->sim, (size_t)4096 * NHOT, 0, &b->buffer_bus);
	if (!b->fault || !b->fault_data || !b->buffer) {
		bench_fail(b, "bench", "no host memory");
		return;
	}
	rings_start(b);
}

static void forget(struct ring *r)
{
	memset(r->cmd, 0, (size_t)CW_CMD_BYTES << r->log2);
	memset(r->cpl, 0, (size_t)CW_CPL_BYTES << r->log2);
	memset(r->slot, 0, sizeof(*r->slot) << r->log2);
	r->producer = r->doorbell = r->consumer = r->oldest = 0;
}

/* The same memory: what came late would be taken for a record (P43). */
void rings_lost(struct bench *b)
{
	host_close(b); /* the jobs of the commands */
	forget(&b->hot);
	forget(&b->cold);
	memset(b->inflight, 0, sizeof(b->inflight));
	memset(b->fault, 0, (size_t)CW_FAULT_BYTES << FAULT_LOG2);
	memset(b->fault_hole, 0, sizeof(b->fault_hole));
	memset(b->fault_sent, 0, sizeof(b->fault_sent));
	b->fault_consumer = b->fault_doorbell = b->fault_seen[0] = b->fault_seen[1] = 0;
	b->fault_stuck = false;
}

unsigned int ring_room(const struct ring *r)
{
	return (1u << r->log2) - (r->producer - r->oldest);
}

struct submitted *ring_submit(struct bench *b, struct ring *r, const struct cw_cmd *cmd)
{
	unsigned int at = r->producer & ((1u << r->log2) - 1);
	struct submitted *s = &r->slot[at];

	if (!ring_room(r)) {
		bench_fail(b, "bench", "ring %u has no room", r->irq);
		return s;
	}
	*s = (struct submitted){.used = true, .cmd = *cmd, .status = CW_ST_OK, .cycle = cw_sim_cycle(b->sim)};
	s->cmd.id = (uint16_t)rng_next(&b->rng);
	memcpy(r->cmd + (size_t)CW_CMD_BYTES * at, &s->cmd, sizeof(s->cmd));
	r->producer++;
	bench_inflight(b, s->cmd.opcode, 1);
	return s;
}

void rings_doorbell(struct bench *b)
{
	struct ring *const rings[2] = {&b->hot, &b->cold};

	for (unsigned int i = 0; i < 2; i++) {
		struct ring *r = rings[i];

		if (r->producer == r->doorbell)
			continue;
		cw_sim_reg_write(b->sim, r->cmd_reg + DOORBELL, r->producer);
		r->doorbell = r->producer;
	}
}

static void complete(struct bench *b, struct ring *r, const struct cw_cpl *c)
{
	struct submitted *s = &r->slot[c->index & ((1u << r->log2) - 1)];

	if (c->index - r->oldest >= r->doorbell - r->oldest || !s->used || s->done) {
		bench_fail(b, "completion-wrong", "ring %u: completion of index %u, which is not under way", r->irq,
			   c->index);
		return;
	}
	if (c->id != s->cmd.id || c->opcode != s->cmd.opcode) {
		bench_fail(b, "completion-wrong", "ring %u index %u: id 0x%x opcode %u, expected 0x%x %u", r->irq,
			   c->index, c->id, c->opcode, s->cmd.id, s->cmd.opcode);
		return;
	}
	s->done = true;
	bench_inflight(b, s->cmd.opcode, -1);
	host_complete(b, r, s, c);
	while (r->oldest != r->producer && r->slot[r->oldest & ((1u << r->log2) - 1)].done) {
		r->slot[r->oldest & ((1u << r->log2) - 1)].used = false;
		r->oldest++;
	}
}

static bool phase_ok(uint8_t phase, uint32_t index, unsigned int log2)
{
	return (phase & CW_PHASE) == !(index >> log2 & 1);
}

static void poll_completions(struct bench *b, struct ring *r)
{
	uint32_t before = r->consumer;

	for (;;) {
		struct cw_cpl c;

		memcpy(&c, r->cpl + (size_t)CW_CPL_BYTES * (r->consumer & ((1u << r->log2) - 1)), sizeof(c));
		if (!phase_ok(c.phase, r->consumer, r->log2))
			break;
		r->consumer++;
		complete(b, r, &c);
	}
	if (r->consumer != before)
		cw_sim_reg_write(b->sim, r->cpl_reg + DOORBELL, r->consumer);
}

static void poll_faults(struct bench *b)
{
	for (;;) {
		struct cw_fault_record f;

		memcpy(&f, b->fault + (size_t)CW_FAULT_BYTES * (b->fault_consumer % NFAULT), sizeof(f));
		if (!phase_ok(f.phase, b->fault_consumer, FAULT_LOG2)) {
			if (!b->fault_hole[b->fault_consumer % NFAULT])
				break;
			/* lost: the phase is put right, or it would be taken for a record in the next lap */
			f.phase ^= CW_PHASE;
			memcpy(b->fault + (size_t)CW_FAULT_BYTES * (b->fault_consumer % NFAULT), &f, sizeof(f));
			b->fault_hole[b->fault_consumer++ % NFAULT] = false;
			continue;
		}
		if (b->npf == sizeof(b->pf) / sizeof(b->pf[0]))
			break;
		if (f.ctx < NCONTEXT)
			bridge_fault_data(b, &f, b->fault_data + (size_t)CW_LINE_BYTES * (b->fault_consumer % NFAULT));
		b->fault_consumer++;
		host_fault(b, &f);
	}
	/* A lazy consumer fills the ring now and then: then faults are answered RETRY_LATER. */
	if (b->fault_consumer != b->fault_doorbell && (b->by_irq || rng_percent(&b->rng, 2) || b->quiet)) {
		b->fault_doorbell = b->fault_consumer;
		cw_sim_reg_write(b->sim, CW_REG_FAULT_DOORBELL, b->fault_doorbell);
	}
}

void rings_poll(struct bench *b)
{
	uint32_t irq = cw_sim_irq_take(b->sim, 0x1f);

	if (++b->fault_age == FAULT_DELAY) {
		b->fault_age = 0;
		b->fault_seen[0] = b->fault_seen[1];
		b->fault_seen[1] = b->fault_doorbell;
	}
	if (!b->by_irq || irq & 1u << CW_IRQ_HOT)
		poll_completions(b, &b->hot);
	if (!b->by_irq || irq & 1u << CW_IRQ_COLD)
		poll_completions(b, &b->cold);
	if (!b->by_irq || irq & 1u << CW_IRQ_FAULT || b->fault_stuck)
		poll_faults(b);
	dring_cycle(b, irq >> CW_IRQ_DRING & 1);
	b->fault_stuck = b->npf == sizeof(b->pf) / sizeof(b->pf[0]);
}

bool rings_idle(const struct bench *b)
{
	return b->hot.oldest == b->hot.producer && b->cold.oldest == b->cold.producer;
}

/*
 * Room in the fault ring as the engine may see it: the consumer index that the host wrote travels for a while, so an
 * old one is taken.
 */
bool rings_fault_full(const struct bench *b)
{
	uint64_t records = 0;

	cw_model_counter(b->model, CW_CTR_MISS_TO_HOST, &records);
	return (uint32_t)records - b->fault_seen[0] + 2 >= NFAULT;
}
