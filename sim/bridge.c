/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "bridge.h"
#include "card.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void push(struct cw_burstq *q, unsigned burst)
{
	q->e[(q->head + q->n++) % CW_SIM_BRIDGE_QUEUE] = (uint8_t)burst;
}

static unsigned pop(struct cw_burstq *q)
{
	unsigned burst = q->e[q->head];

	q->head = (q->head + 1) % CW_SIM_BRIDGE_QUEUE;
	q->n--;
	return burst;
}

void cw_bridge_init(struct cw_bridge *b, uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	cw_rng_init(&b->rng, seed, 300);
	for (unsigned i = 0; i < CW_SIM_BRIDGE_QUEUE; i++)
		push(&b->unused, i);
}

void cw_bridge_exit(struct cw_bridge *b)
{
	for (unsigned i = 0; i < CW_SIM_BRIDGE_QUEUE; i++) {
		free(b->burst[i].data);
		free(b->burst[i].strb);
	}
}

void cw_bridge_reset(struct cw_bridge *b)
{
	for (unsigned w = 0; w < 2; w++)
		for (unsigned i = 0; i < CW_BRIDGE_IDS; i++)
			while (b->wait[w][i].n)
				push(&b->unused, pop(&b->wait[w][i]));
	b->aw.n = b->w.n = b->ar.n = b->wbeat = b->open = 0;
	memset(b->beat, 0, sizeof(b->beat));
	memset(&b->pins, 0, sizeof(b->pins));
}

static void answered(struct cw_bridge *b, struct cw_burstq *wait, uint8_t resp, uint64_t now)
{
	struct cw_sim_burst *u = &b->burst[wait->e[wait->head]];

	if (resp > u->resp)
		u->resp = resp;
	u->cycle = now;
	push(&b->done, pop(wait));
	b->open--;
}

static const char *take_r(struct cw_bridge *b, const struct cw_bridge_out *o, uint64_t now)
{
	struct cw_burstq *wait = &b->wait[0][o->rid];
	struct cw_sim_burst *u = &b->burst[wait->e[wait->head]];
	unsigned beat;

	if (!wait->n)
		return "read data of an ID that waits for none";
	beat = b->beat[o->rid]++;
	memcpy(u->data + beat * 64, b->rdata, 64);
	if (o->rresp > u->resp)
		u->resp = o->rresp;
	if (!o->rlast != (beat < u->len))
		return "RLAST does not agree with ARLEN";
	if (!o->rlast)
		return NULL;
	b->beat[o->rid] = 0;
	answered(b, wait, o->rresp, now);
	return NULL;
}

const char *cw_bridge_tick(struct cw_bridge *b, const struct cw_bridge_out *o, uint64_t now)
{
	struct cw_bridge_in *p = &b->pins;
	const char *wrong = NULL;

	if (p->bready && o->bvalid) {
		if (b->wait[1][o->bid].n)
			answered(b, &b->wait[1][o->bid], o->bresp, now);
		else
			wrong = "B of an ID that waits for none";
	}
	if (p->rready && o->rvalid)
		wrong = take_r(b, o, now);
	if (p->awvalid && o->awready) {
		p->awvalid = 0;
		pop(&b->aw);
	}
	if (p->arvalid && o->arready) {
		p->arvalid = 0;
		pop(&b->ar);
	}
	if (p->wvalid && o->wready) {
		p->wvalid = 0;
		if (b->wbeat++ == b->burst[b->w.e[b->w.head]].len) {
			b->wbeat = 0;
			pop(&b->w);
		}
	}
	p->wfresh = 0;
	if (!p->awvalid && b->aw.n && !cw_rng_percent(&b->rng, b->stall_addr)) {
		p->awvalid = 1;
		p->aw = &b->burst[b->aw.e[b->aw.head]];
	}
	if (!p->arvalid && b->ar.n && !cw_rng_percent(&b->rng, b->stall_addr)) {
		p->arvalid = 1;
		p->ar = &b->burst[b->ar.e[b->ar.head]];
	}
	if (!p->wvalid && b->w.n && !cw_rng_percent(&b->rng, b->stall_data)) {
		const struct cw_sim_burst *u = &b->burst[b->w.e[b->w.head]];

		p->wvalid = p->wfresh = 1;
		p->wstrb = u->strb[b->wbeat];
		p->wdata = u->data + b->wbeat * 64;
		p->wlast = (b->wbeat == u->len) != ((int)b->wbeat == u->bad_last);
	}
	p->bready = !cw_rng_percent(&b->rng, b->stall_ans);
	p->rready = !cw_rng_percent(&b->rng, b->stall_ans);
	return wrong;
}

/* ---- as the user of a card calls it ---- */

struct cw_sim_burst *cw_sim_bridge_new(struct cw_sim *sim)
{
	struct cw_bridge *b = &sim->bridge;
	struct cw_sim_burst *u;

	if (!b->unused.n)
		return NULL;
	u = &b->burst[pop(&b->unused)];
	if (!u->data)
		u->data = malloc(CW_SIM_BURST_BYTES);
	if (!u->strb)
		u->strb = malloc(256 * sizeof(*u->strb));
	if (!u->data || !u->strb)
		abort();
	*u = (struct cw_sim_burst){.size = 6, .burst = 1, .bad_last = -1, .data = u->data, .strb = u->strb};
	return u;
}

void cw_sim_bridge_send(struct cw_sim *sim, struct cw_sim_burst *u)
{
	struct cw_bridge *b = &sim->bridge;
	unsigned i = (unsigned)(u - b->burst);

	push(u->write ? &b->aw : &b->ar, i);
	if (u->write)
		push(&b->w, i);
	push(&b->wait[u->write][u->id % CW_BRIDGE_IDS], i);
	b->open++;
}

struct cw_sim_burst *cw_sim_bridge_done(struct cw_sim *sim)
{
	struct cw_bridge *b = &sim->bridge;

	return b->done.n ? &b->burst[pop(&b->done)] : NULL;
}

void cw_sim_bridge_free(struct cw_sim *sim, struct cw_sim_burst *u)
{
	push(&sim->bridge.unused, (unsigned)(u - sim->bridge.burst));
}

size_t cw_sim_bridge_open(const struct cw_sim *sim)
{
	return sim->bridge.open;
}

size_t cw_sim_bridge_queued(const struct cw_sim *sim)
{
	return sim->bridge.aw.n + sim->bridge.ar.n;
}

int cw_sim_bridge_stall(struct cw_sim *sim, unsigned addr, unsigned data, unsigned ans)
{
	if (addr > 99 || data > 99 || ans > 100)
		return -EINVAL;
	sim->bridge.stall_addr = addr;
	sim->bridge.stall_data = data;
	sim->bridge.stall_ans = ans;
	return 0;
}
