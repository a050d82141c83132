/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Faults: each record is compared with what the model saw parked, repaired or not, and answered by RESUME of every
 * kind. */
#include <string.h>

#include "bench.h"

void host_fault(struct bench *b, const struct cw_fault_record *f)
{
	const struct cw_model_fault mf = {
		.addr = f->addr,
		.entry = f->entry,
		.entry_addr = f->entry_addr,
		.parked_id = f->parked_id,
		.ctx = f->ctx,
		.domain = f->domain,
		.len = f->len,
		.port = f->port,
		.tag = f->tag,
		.access = f->access,
		.verdict = f->verdict,
		.reason = f->reason,
		.level = f->level,
	};
	uint64_t use;

	use = cw_model_fault(b->model, &mf);
	if (f->ctx >= NCONTEXT) {
		bench_fail(b, "fault-record", "fault of context %u, which was never attached", f->ctx);
		return;
	}
	b->pf[b->npf++] = (struct pending_fault){
		.f = *f,
		.due = cw_sim_cycle(b->sim) + rng_below(&b->rng, rng_percent(&b->rng, 5) ? 4000 :
								 b->aims		 ? 800 :
											   200),
		.late = f->ctx_gen != b->ctx[f->ctx].gen,
		.times_down = b->ctx[f->ctx].times_down,
		.use = use,
	};
}

/*
 * P32: no RESUME may name a generation that can come back meanwhile. With 2^16 of them that goes without saying; of an
 * engine that has few the host knows by the model how many uses of the index are over. What is in the ring by then may
 * be overtaken nevertheless: such a RESUME ends what is parked under its id now, and the one that comes for that finds
 * nothing.
 */
static bool may_name(const struct bench *b, uint32_t id, uint64_t use)
{
	enum { GENERATIONS = 1 << CW_PARK_GEN_W };

	return cw_model_park_uses(b->model, cw_parked_index(id)) - use < GENERATIONS / 2;
}

void host_resume_runs(void *priv, unsigned int index, uint64_t use)
{
	struct bench *b = priv;
	struct submitted *s = &b->hot_slot[b->running % NHOT];

	if (!s->used || s->cmd.opcode != CW_OP_RESUME || cw_parked_index((uint32_t)s->cmd.arg0) != index)
		bench_fail(b, "bench", "RESUME of index %u, which command %u is not", index, b->running);
	s->came_round = use > s->use;
	if (s->came_round) {
		uint64_t data[8];

		b->taken_for[index] = use + 1;
		memcpy(data, s->cmd.data, sizeof(data));
		cw_model_resume_data(b->model, (uint16_t)index, cw_parked_gen((uint32_t)s->cmd.arg0), data);
	}
}

void host_resumed(struct bench *b, uint32_t id, uint64_t use)
{
	b->old_ids[b->nold++ % 64] = (struct old_id){id, use};
}

struct submitted *host_resume(struct bench *b, uint32_t id, unsigned int action, unsigned int status, unsigned int ctx,
			      unsigned int times_down, bool late)
{
	struct cw_cmd c = {.opcode = CW_OP_RESUME, .arg0 = id, .arg1 = action};
	struct submitted *s;

	for (unsigned int i = 0; i < sizeof(c.data); i++)
		c.data[i] = (uint8_t)(0xe0 | rng_below(&b->rng, 16)); /* bridge.c knows it by that */
	if (action == CW_RESUME_EMULATED && status == CW_ST_OK) {
		uint64_t data[8];

		memcpy(data, c.data, sizeof(data));
		cw_model_resume_data(b->model, cw_parked_index(id), cw_parked_gen(id), data);
	}
	s = host_hot(b, &c);
	s->status = (uint8_t)status;
	s->ctx = ctx;
	s->times_down = times_down;
	s->late = late;
	return s;
}

/* What the log has no leaf for: of a shadow context, what the companion of the entry says (P31). */
static uint64_t gfn_of(struct bench *b, const struct cw_fault_record *f)
{
	uint64_t page = world_page(f->addr), inside = BIT64(9 * (f->level - 1)) - 1;

	if (!world_shadow(world_domain(b, f->ctx)))
		return page;
	return (world_page(*world_mirror(b, f->entry_addr | CW_COMPANION)) & ~inside) | (page & inside);
}

static void answer_fault(struct bench *b, const struct pending_fault *p)
{
	unsigned int domain = world_domain(b, p->f.ctx), action = CW_RESUME_RETRY, r = rng_below(&b->rng, 100);
	uint64_t page = world_page(p->f.addr);

	if (p->f.reason == CW_RSN_LOG_MISSING)
		action = log_missing(b, world_owner(domain), gfn_of(b, &p->f)) ? CW_RESUME_RETRY : CW_RESUME_ABORT;
	else if (p->f.reason == CW_RSN_LOG_FULL)
		dring_full(b, p->f.ctx);
	else if (p->f.verdict == CW_V_MMIO && r < 70)
		action = r < 45 ? CW_RESUME_EMULATED : CW_RESUME_ONES;
	else if (r < 4)
		action = CW_RESUME_ABORT;
	else if (r < 7)
		action = CW_RESUME_ONES;
	else if (r < 12)
		action = CW_RESUME_EMULATED;
	else if (world_is_barren(b, domain, page)) /* and remains so */
		action = r < 40 ? CW_RESUME_EMULATED :
			 r < 60 ? CW_RESUME_ONES :
			 r < 80 ? CW_RESUME_RETRY :
				  CW_RESUME_ABORT;
	else if (b->aims && p->f.verdict != CW_V_MISS &&
		 r < 50) /* nothing is repaired: the next write meets the same */
		action = CW_RESUME_RETRY;
	else if (r < 92 && b->dom[domain].alive && b->down_domain != domain) {
		/* Repair what it met; a retry alone may fault again. */
		if (p->f.access == CW_ACCESS_WRITE && p->f.reason == CW_RSN_PROTECTED && p->f.level > 1 &&
		    b->log[world_owner(domain)].want >= CW_LOG_PROTECT)
			host_split(b, domain, page);
		if (!(p->f.access == CW_ACCESS_WRITE && host_unprotect(b, domain, page)))
			while (ring_room(&b->hot) > 16 && host_extend(b, domain, page))
				;
		if (p->f.access == CW_ACCESS_READ && p->f.verdict == CW_V_MISS)
			host_unprotect(b, domain, page);
	} else if (r < 96) {
		action = CW_RESUME_ABORT;
	}
	host_resume(b, p->f.parked_id, action, CW_ST_OK, p->f.ctx, p->times_down, p->late)->use = p->use;
	/* EMULATED may be answered BUSY, and is then sent again */
	if (action != CW_RESUME_EMULATED)
		host_resumed(b, p->f.parked_id, p->use);
}

/*
 * P43: the bus does not take a record, or the data that goes before it. The host sees a hole in its ring then and never
 * learns of the fault; all that have joined it end.
 */
void host_record_errors(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);
	struct cw_sim_inject rule = {.mem = CW_SIM_HOST,
				     .lo = b->fault_bus,
				     .hi = b->fault_bus + NFAULT * CW_FAULT_BYTES - 1,
				     .ops = CW_SIM_WRITE,
				     .resp = (uint8_t)(2 + now % 2),
				     .skip = now % 5,
				     .count = 1 + now % 3};

	if (!b->record_errors || b->quiet || now < b->next_record_error)
		return;
	b->next_record_error = now + 1000 + rng_below(&b->rng, 8000);
	if (rng_percent(&b->rng, 20)) {
		rule.lo = b->fault_data_bus;
		rule.hi = b->fault_data_bus + NFAULT * CW_LINE_BYTES - 1;
	}
	cw_sim_inject_clear(b->sim);
	world_inject(b);
	cw_sim_inject(b->sim, &rule);
}

void host_record_bus(struct bench *b, const struct cw_sim_axi *ev)
{
	uint64_t slot = (ev->addr - b->fault_bus) / CW_FAULT_BYTES;
	struct cw_fault_record f;

	if (slot >= NFAULT)
		return;
	if (ev->kind == CW_SIM_W) {
		memcpy(&f, ev->data + (ev->addr & 63), sizeof(f));
		b->fault_sent[slot] = f.parked_id;
	} else if (ev->kind == CW_SIM_B && ev->resp) {
		b->fault_hole[slot] = true;
		cw_model_record_lost(b->model, b->fault_sent[slot]);
	}
}

void host_answer_faults(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);

	for (unsigned int i = 0; i < b->npf; i++) {
		struct pending_fault p = b->pf[i];

		if (p.due > now || ring_room(&b->hot) < 24)
			continue;
		b->pf[i--] = b->pf[--b->npf];
		if (!may_name(b, p.f.parked_id, p.use)) /* it has ended otherwise */
			continue;
		answer_fault(b, &p);
		/* P32: an id whose RESUME was sent before is stale, however soon its index is used again. */
		if (b->nold && rng_percent(&b->rng, 15)) {
			unsigned int n = b->nold < 64 ? b->nold : 64;
			const struct old_id *old = &b->old_ids[rng_below(&b->rng, n)];
			uint32_t id = old->id;
			bool may = may_name(b, id, old->use);

			if (rng_percent(&b->rng, 10)) {
				id = 64 + rng_below(&b->rng, 60000);
				may = true;
			}
			if (may)
				host_resume(b, id, rng_below(&b->rng, 4), CW_ST_UNKNOWN_ID, NCONTEXT, 0, false)->use =
					old->use;
		}
		return;
	}
}
