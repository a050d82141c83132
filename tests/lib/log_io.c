/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <catwalk/contract.h>

#include "log_io.h"

#define PAGE 4096u

uint64_t io_random(struct io *io, uint64_t n)
{
	io->rng ^= io->rng << 13;
	io->rng ^= io->rng >> 7;
	io->rng ^= io->rng << 17;
	return io->rng % n;
}

__attribute__((format(printf, 2, 3))) static void broken(struct io *io, const char *fmt, ...)
{
	va_list ap;

	if (io->broken++)
		return;
	va_start(ap, fmt);
	vsnprintf(io->why, sizeof(io->why), fmt, ap);
	va_end(ap);
}

static bool excused(const struct io *io, uint32_t era)
{
	return io->excused || era != io->era;
}

static uint64_t pick_page(struct io *io)
{
	if (io->spread && io_random(io, 32))
		return io->page[8 * io_random(io, 48) + 3];
	if (!io->wide && io_random(io, 4))
		return io->page[io_random(io, 3) * 200 + io_random(io, 8)];
	return io->page[io_random(io, IO_PAGES)];
}

/* ---- stream ports ---- */
static void ask(struct io *io, unsigned port, unsigned tag)
{
	struct io_access *a = &io->access[port][tag];
	struct cw_sim_req q = {.ctx = io->ctx[port], .len_m1 = 7, .tag = (uint8_t)tag};

	a->page = pick_page(io);
	a->offset = 8 * io_random(io, 500);
	a->write = io_random(io, 100) < io->write_percent;
	a->era = io->era;
	q.addr = io->gpa + a->page * PAGE + a->offset;
	q.write = a->write;
	if (cw_sim_port_request(io->sim, port, &q) == 0)
		a->state = IO_ASKED;
}

static void end(struct io *io, unsigned port, unsigned tag)
{
	struct io_access *a = &io->access[port][tag];
	uint64_t data = ++io->counter;

	if (cw_sim_dma(io->sim, a->pa, &data, 8, a->write))
		broken(io, "port %u: page %lu cannot be reached at 0x%lx", port, (unsigned long)a->page,
		       (unsigned long)a->pa);
	if (a->write)
		io->writes++;
	else
		io->reads++;
	if (cw_sim_port_release(io->sim, port, (uint8_t)tag) == 0)
		a->state = IO_IDLE;
}

static void answer(struct io *io, unsigned port, const struct cw_sim_ans *ans)
{
	struct io_access *a = &io->access[port][ans->tag];
	uint64_t now = cw_sim_cycle(io->sim);

	a->state = IO_IDLE;
	a->until = now + 50;
	if (ans->verdict == CW_V_HIT || ans->verdict == CW_V_FIXED) {
		a->state = IO_GRANTED;
		a->pa = ans->pa;
		a->until = now + io_random(io, io_random(io, 8) ? 20 : io->hold);
		if (cw_sim_mem_ptr(io->sim, a->pa, 8) != io->memory + a->page * PAGE + a->offset)
			broken(io, "port %u: page %lu was translated to 0x%lx", port, (unsigned long)a->page,
			       (unsigned long)a->pa);
	} else if (ans->verdict == CW_V_RETRY_LATER) {
		io->refused++;
	} else if (ans->verdict == CW_V_ABORT && excused(io, a->era)) {
		io->moved++; /* the slot is elsewhere now */
	} else {
		broken(io, "port %u: page %lu: verdict %u reason %u", port, (unsigned long)a->page, ans->verdict,
		       ans->reason);
	}
}

static void port_cycle(struct io *io, unsigned port)
{
	unsigned tag = (unsigned)io_random(io, IO_TAGS);
	struct io_access *a = &io->access[port][tag];
	struct cw_sim_ans ans;

	while (cw_sim_port_answer(io->sim, port, &ans) == 1)
		answer(io, port, &ans);
	if (a->state == IO_ASKED || cw_sim_cycle(io->sim) < a->until)
		return;
	if (a->state == IO_GRANTED)
		end(io, port, tag);
	else if (!io->quiet && io_random(io, io->spread ? 2 : 8) == 0)
		ask(io, port, tag);
}

/* ---- behind the bridge ---- */
/* One to a page of bytes in beats of any size, aligned or not; of a write some bytes only, now and then. */
static void send(struct io *io)
{
	struct cw_sim_burst *u = cw_sim_bridge_new(io->sim);
	unsigned bytes, beats;

	if (!u)
		return;
	u->cookie = io->era;
	u->ctx = io->ctx[io_random(io, IO_PORTS)];
	u->id = (uint8_t)io_random(io, 16);
	u->size = io_random(io, 4) ? 6 : (uint8_t)io_random(io, 7);
	u->burst = 1;
	u->lock = false;
	u->bad_last = -1;
	u->write = io_random(io, 100) < io->write_percent;
	u->addr = io->gpa + pick_page(io) * PAGE + io_random(io, PAGE);
	bytes = 1u << u->size;
	beats = (unsigned)((PAGE - (u->addr & (PAGE - 1) & -(uint64_t)bytes)) / bytes);
	if (beats > 256)
		beats = 256;
	if (io_random(io, 8))
		beats = 1 + (unsigned)io_random(io, beats < 8 ? beats : 8);
	u->len = (uint8_t)(beats - 1);
	for (unsigned i = 0; i < beats && u->write; i++) {
		uint64_t v = ++io->counter * UINT64_C(0x9e3779b97f4a7c15);

		for (unsigned w = 0; w < 64; w += 8, v = v << 9 | v >> 55)
			memcpy(u->data + 64 * i + w, &v, 8);
		u->strb[i] = io_random(io, 4) ? ~UINT64_C(0) : v;
	}
	cw_sim_bridge_send(io->sim, u);
}

/* Nobody writes in a run without writes, so that what was read must be there. */
static void compare(struct io *io, const struct cw_sim_burst *u)
{
	const uint64_t bytes = UINT64_C(1) << u->size, from = u->addr - io->gpa;

	for (unsigned i = 0; i <= u->len; i++) {
		uint64_t lo = i ? (from & -bytes) + i * bytes : from, hi = (from & -bytes) + (i + 1) * bytes;

		if (memcmp(u->data + 64 * i + (lo & 63), io->memory + lo, hi - lo)) {
			broken(io, "bridge: wrong data from offset 0x%lx", (unsigned long)lo);
			return;
		}
	}
}

static void bridge_cycle(struct io *io)
{
	struct cw_sim_burst *u;

	while ((u = cw_sim_bridge_done(io->sim))) {
		if (u->resp && !excused(io, u->cookie))
			broken(io, "bridge: response %u at 0x%lx", u->resp, (unsigned long)u->addr);
		else if (u->resp)
			io->moved++;
		else if (u->write)
			io->bursts_written++;
		else
			io->bursts_read++;
		if (!u->resp && !u->write && !io->write_percent && !excused(io, u->cookie))
			compare(io, u);
		cw_sim_bridge_free(io->sim, u);
	}
	if (!io->quiet && cw_sim_bridge_open(io->sim) < IO_BURSTS && io_random(io, 1000) < io->bridge_permille)
		send(io);
}

void io_cycle(void *priv)
{
	struct io *io = priv;

	for (unsigned port = 0; port < IO_PORTS; port++)
		port_cycle(io, port);
	bridge_cycle(io);
}

bool io_idle(const struct io *io)
{
	for (unsigned port = 0; port < IO_PORTS; port++)
		for (unsigned tag = 0; tag < IO_TAGS; tag++)
			if (io->access[port][tag].state != IO_IDLE)
				return false;
	return !cw_sim_bridge_open(io->sim);
}

bool io_run(struct cw_dev *dev, uint64_t ns)
{
	while (ns) {
		uint64_t slice = ns < 2000 ? ns : 2000;

		if (cw_service(dev, slice) < 0)
			return false;
		ns -= slice;
	}
	return true;
}
