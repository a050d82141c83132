/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Park: requests that wait for the host, without a stamp (P8). One record per context, page and access; what comes
 * later joins it (P32). An index comes back with another generation each time, until these begin again.
 */
#include <string.h>

#include <catwalk/ring.h>

#include "internal.h"

typedef unsigned long long ull;

unsigned int cw_model_parked(const struct cw_model *m)
{
	return m->parked + m->retrying;
}

void cw_model_park_left(struct cw_model *m, const struct cw_model_req *r)
{
	m->retrying--;
	m->parked_of[r->ctx % CW_NCTX]--;
	m->park_changed[r->ctx % CW_NCTX] = m->cycle;
}

/* The open record that a fault of this request belongs to; NULL: it needs one of its own. */
static struct cw_model_park *record_of(struct cw_model *m, const struct cw_model_req *r)
{
	for (unsigned int i = 0; i < CW_NPARK; i++) {
		struct cw_model_park *p = &m->park[i];

		if (p->used && p->head && !p->resumed && p->ctx == r->ctx && p->write == r->write &&
		    p->page == cw_model_page_number(r->addr))
			return p;
	}
	return NULL;
}

/* One of the requests of this record is of a port in reset (P21). */
static bool in_reset(const struct cw_model *m, const struct cw_model_park *head)
{
	for (unsigned int i = 0; i < CW_NPARK && m->in_reset; i++) {
		const struct cw_model_park *p = &m->park[i];

		if (p->used && (p == head || (!p->head && &m->park[p->first] == head)) &&
		    cw_model_resetting(m, p->port))
			return true;
	}
	return false;
}

/* P21: the record of a port in reset is on its way out from this cycle on, and nobody joins it any more. */
static bool swept(const struct cw_model *m, const struct cw_model_park *head, const uint32_t *vec)
{
	return head && G(unpark_valid) && head == &m->park[G(unpark_park) % CW_NPARK] && in_reset(m, head);
}

/* Must a fault of this request find room? */
bool cw_model_park_room(struct cw_model *m, const struct cw_model_req *r, const uint32_t *vec)
{
	const struct cw_model_park *first = record_of(m, r);

	if (cw_model_parked(m) >= CW_NPARK || m->parked_of[r->ctx % CW_NCTX] >= m->ctx[r->ctx % CW_NCTX].quota)
		return false;
	return (first && !swept(m, first, vec)) || !m->ops.fault_ring_full || !m->ops.fault_ring_full(m->ops.priv);
}

/* P32: it goes on by one with each use of its index, and begins again after the last one. */
static void check_generation(struct cw_model *m, unsigned int index, uint16_t gen)
{
	uint16_t want = (uint16_t)(m->uses[index] & ((1u << CW_PARK_GEN_W) - 1));

	if (gen != want)
		cw_model_fail(m, "park-gen", "park index %u has generation %u in its use %llu, not %u", index, gen,
			      (ull)m->uses[index], want);
}

uint64_t cw_model_park_uses(const struct cw_model *m, unsigned int index)
{
	return index < CW_NPARK ? m->uses[index] : 0;
}

void cw_model_park(struct cw_model *m, struct cw_model_req *r, const uint32_t *vec, const struct cw_model_fault *fault)
{
	unsigned int index = (unsigned int)G(res_park);
	struct cw_model_park *first = record_of(m, r), *p;
	bool joins = G(res_outcome) == 2;

	if (index >= CW_NPARK || m->park[index].used) {
		cw_model_fail(m, "park-wrong", "park index %u is in use or does not exist", index);
		return;
	}
	cw_model_checked(m, 8);
	cw_model_checked(m, 32);
	if (!joins && swept(m, first, vec))
		first = NULL;
	if (joins != (first != NULL))
		cw_model_fail(m, "park-wrong", "ctx %u addr 0x%llx: %s (P32)", r->ctx, (ull)r->addr,
			      joins ? "joined, but there is no such record" :
				      "a second record of this page and access");
	p = &m->park[index];
	*p = (struct cw_model_park){
		.used = true,
		.head = !joins,
		.port = fault->port,
		.tag = fault->tag,
		.first = (uint8_t)(joins && first ? first - m->park : (long)index),
		.gen = (uint16_t)G(res_gen),
		.ctx = r->ctx,
		.page = cw_model_page_number(r->addr),
		.write = r->write,
	};
	m->parked++;
	if (m->parked_of[r->ctx % CW_NCTX]++ >= 0u + m->ctx[r->ctx % CW_NCTX].quota + CW_MODEL_QUOTA_SLACK)
		cw_model_fail(m, "park-quota", "ctx %u: %u requests are parked (P38)", r->ctx,
			      m->parked_of[r->ctx % CW_NCTX]);
	m->park_changed[r->ctx % CW_NCTX] = m->cycle;
	r->state = CW_REQ_PARKED;
	r->park = (uint8_t)index;
	if (joins) {
		cw_model_count(m, CW_CTR_PARK_JOINED);
		return;
	}
	cw_model_count(m, CW_CTR_MISS_TO_HOST);
	check_generation(m, index, p->gen);
	m->record[m->nrecord % CW_MODEL_RECORDS] =
		(struct cw_model_record){.valid = true, .use = m->uses[index], .f = *fault};
	m->record[m->nrecord++ % CW_MODEL_RECORDS].f.parked_id = index | (uint32_t)p->gen << 16;
}

uint64_t cw_model_fault(struct cw_model *m, const struct cw_model_fault *f)
{
	/* oldest first: an id may have come back */
	for (unsigned int i = 0; i < CW_MODEL_RECORDS; i++) {
		struct cw_model_record *r = &m->record[(m->nrecord + i) % CW_MODEL_RECORDS];

		if (!r->valid || r->f.parked_id != f->parked_id)
			continue;
		r->valid = false;
		if (r->f.addr != f->addr || r->f.entry != f->entry || r->f.entry_addr != f->entry_addr ||
		    r->f.ctx != f->ctx || r->f.domain != f->domain || r->f.len != f->len || r->f.port != f->port ||
		    r->f.tag != f->tag || r->f.access != f->access || r->f.verdict != f->verdict ||
		    r->f.reason != f->reason || r->f.level != f->level)
			cw_model_fail(
				m, "fault-record",
				"record 0x%08x: ctx %u addr 0x%llx entry 0x%llx at 0x%llx level %u %s, parked: ctx %u "
				"addr 0x%llx entry 0x%llx at 0x%llx level %u %s",
				f->parked_id, f->ctx, (ull)f->addr, (ull)f->entry, (ull)f->entry_addr, f->level,
				cw_verdict_name(f->verdict), r->f.ctx, (ull)r->f.addr, (ull)r->f.entry,
				(ull)r->f.entry_addr, r->f.level, cw_verdict_name(r->f.verdict));
		return r->use;
	}
	cw_model_fail(m, "fault-record", "record 0x%08x: nothing was parked under this id", f->parked_id);
	return 0;
}

void cw_model_record_lost(struct cw_model *m, uint32_t parked_id)
{
	struct cw_model_park *p = &m->park[cw_parked_index(parked_id) % CW_NPARK];

	if (p->used && p->head && p->gen == cw_parked_gen(parked_id))
		p->lost = m->cycle;
	for (unsigned int i = 1; i <= CW_MODEL_RECORDS; i++) {
		struct cw_model_record *r = &m->record[(m->nrecord - i) % CW_MODEL_RECORDS];

		if (r->valid && r->f.parked_id == parked_id) {
			r->valid = false;
			break;
		}
	}
}

uint64_t cw_model_records_lost(const struct cw_model *m, uint64_t *requests)
{
	*requests = m->lost_requests;
	return m->lost_records;
}

void cw_model_park_deadlines(struct cw_model *m)
{
	for (unsigned int i = 0; i < CW_NPARK; i++) {
		struct cw_model_park *p = &m->park[i];
		const struct cw_model_park *head = &m->park[p->first];

		if (!p->used || !head->lost || m->cycle - head->lost < CW_MODEL_LOST)
			continue;
		if (p->head || (p->resumed && p->by_loss))
			cw_model_fail(m, "lost-late",
				      "port %u tag %u: its record was lost %u cycles ago, and it is parked still (I6)",
				      p->port, p->tag, CW_MODEL_LOST);
		p->lost = 0;
	}
}

/* All of a record, the one that has it and those that joined, are on their way out. */
static void end_record(struct cw_model *m, unsigned int index, unsigned int action, bool by_loss)
{
	for (unsigned int i = 0; i < CW_NPARK; i++) {
		struct cw_model_park *p = &m->park[i];

		if (!p->used || p->resumed || (i != index && (p->head || p->first != index)))
			continue;
		p->resumed = true;
		p->action = (uint8_t)action;
		p->by_loss = by_loss;
		m->lost_requests += by_loss;
	}
}

/* P43: the engine takes up a record that host memory did not take. Whoever was there first has ended it. */
static void lost(struct cw_model *m, const uint32_t *vec)
{
	unsigned int index = (unsigned int)G(lost_index);
	struct cw_model_park *head = &m->park[index % CW_NPARK];

	if (index >= CW_NPARK || !head->used || !head->head || head->resumed || head->gen != G(lost_gen))
		return;
	cw_model_checked(m, 43);
	m->lost_records++;
	if (!head->lost)
		cw_model_fail(m, "unpark-wrong", "park index %u counts as lost, and its record is not", index);
	end_record(m, index, CW_RESUME_ABORT, true);
}

bool cw_model_record_line(const struct cw_model *m, uint32_t parked_id, uint16_t *space, uint64_t *page)
{
	unsigned int index = cw_parked_index(parked_id);
	const struct cw_model_park *p = &m->park[index % CW_NPARK];

	if (index >= CW_NPARK || !p->used || !p->head || p->gen != cw_parked_gen(parked_id))
		return false;
	*space = m->ctx[p->ctx % CW_NCTX].space;
	*page = p->page;
	return true;
}

void cw_model_resume_data(struct cw_model *m, uint16_t index, uint16_t gen, const uint64_t data[8])
{
	struct cw_model_park *p = &m->park[index % CW_NPARK];

	if (index >= CW_NPARK || !p->used || !p->head || p->gen != gen)
		return;
	p->data_set = true;
	memcpy(p->data, data, sizeof(p->data));
}

static void resume(struct cw_model *m, const uint32_t *vec)
{
	unsigned int index = (unsigned int)G(resume_index), status = (unsigned int)G(resume_status);
	struct cw_model_park *head;
	bool known;

	head = &m->park[index % CW_NPARK];
	known = index < CW_NPARK && head->used && head->head && !head->resumed && head->gen == G(resume_gen);
	if (!known) {
		cw_model_count(m, CW_CTR_RESUMES_UNKNOWN);
		cw_model_checked(m, 32);
		if (status != CW_ST_UNKNOWN_ID)
			cw_model_fail(m, "stale-resume",
				      "RESUME of index %u generation %llu: %s, expected UNKNOWN_ID (P32)", index,
				      (ull)G(resume_gen), cw_status_name(status));
		return;
	}
	/* Data of EMULATED has one place per port: BUSY until the answer before is taken. */
	if (status == CW_ST_BUSY && G(resume_action) == CW_RESUME_EMULATED)
		return;
	if (status != CW_ST_OK) {
		cw_model_fail(m, "resume-lost", "RESUME of index %u generation %llu: %s, expected OK", index,
			      (ull)G(resume_gen), cw_status_name(status));
		return;
	}
	cw_model_count(m, CW_CTR_RESUMES);
	if (m->ops.resumed)
		m->ops.resumed(m->ops.priv, index, m->uses[index]);
	end_record(m, index, (unsigned int)G(resume_action), false);
}

/* What a request that leaves the park must become. */
static void unpark(struct cw_model *m, const uint32_t *vec)
{
	unsigned int index = (unsigned int)G(unpark_park), verdict = (unsigned int)G(unpark_verdict);
	unsigned int port = (unsigned int)G(unpark_port), tag = (unsigned int)G(unpark_tag);
	struct cw_model_park *p = &m->park[index % CW_NPARK];
	struct cw_model_req *r = cw_model_req_of(m, port, tag, "unpark");
	unsigned int want = CW_V_ABORT, reason = CW_RSN_BY_HOST;
	bool retry = false;

	if (index >= CW_NPARK || !p->used || p->port != port || p->tag != tag || r->state != CW_REQ_PARKED) {
		cw_model_fail(m, "unpark-wrong", "park index %u port %u tag %u is not parked", index, port, tag);
		return;
	}
	if (!p->resumed && p->head && G(unpark_retry) && in_reset(m, p))
		end_record(m, index, CW_RESUME_RETRY, false);
	if (!p->resumed) {
		/* without a RESUME only the end of its context takes it out (P33) */
		reason = CW_RSN_DETACHED;
		if (m->ctx[p->ctx % CW_NCTX].valid)
			cw_model_fail(m, "unpark-wrong", "park index %u left the park without RESUME", index);
	} else if (p->by_loss) {
		reason = CW_RSN_BUS_ERROR;
	} else if (p->action == CW_RESUME_RETRY || (p->action == CW_RESUME_EMULATED && !p->head)) {
		/* EMULATED carries the data of the first request only; others have other offsets (P34). */
		retry = true;
	} else if (p->action == CW_RESUME_ONES) {
		want = CW_V_ONES;
		reason = CW_RSN_NONE;
	} else if (p->action == CW_RESUME_EMULATED && r->len_m1 > 63) {
		/* more than the answer has data (P34) */
		reason = CW_RSN_EMUL_LONG;
	} else if (p->action == CW_RESUME_EMULATED) {
		want = CW_V_EMULATED;
		reason = CW_RSN_NONE;
	}
	p->used = false;
	m->uses[index]++;
	m->parked--;
	m->park_changed[r->ctx % CW_NCTX] = m->cycle;
	if (retry != (bool)G(unpark_retry) || (!retry && verdict != want))
		cw_model_fail(m, "unpark-wrong", "port %u tag %u: %s, expected %s", port, tag,
			      G(unpark_retry) ? "new lookup" : cw_verdict_name(verdict),
			      retry ? "new lookup" : cw_verdict_name(want));
	if (G(unpark_retry)) {
		r->state = CW_REQ_RETRY;
		r->park = (uint8_t)index;
		m->retrying++;
		return;
	}
	m->parked_of[r->ctx % CW_NCTX]--;
	cw_model_decided(m, r, verdict);
	cw_model_end(m, r, port, verdict, reason, 0);
	if (verdict == CW_V_EMULATED && p->data_set) {
		r->has_data = true;
		memcpy(r->data, p->data, sizeof(r->data));
	}
}

void cw_model_resumes(struct cw_model *m, const uint32_t *vec)
{
	if (G(resume_valid))
		resume(m, vec);
	if (G(lost_valid))
		lost(m, vec);
	if (G(unpark_valid))
		unpark(m, vec);
}
