/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Emulated memory through the bridge (P34): what the user sees of a burst, and what the initiator sees of the answer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"

#define URI "sim:table-mem=ideal:4,host-mem=random:4-60,host-time=fixed:0,seed=3"
#define GPA (UINT64_C(5) << 32)
#define CTX 6u
#define WAIT_NS 2000000ull

static struct cw_dev *dev;
static struct cw_vm *vm;
static struct cw_sim *sim;
static uint64_t rng = 7;

static uint32_t below(uint32_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((rng >> 32) * n >> 32);
}

static void set_up(enum cw_default_answer unanswered)
{
	const struct cw_vm_params p = {.events = true, .event_timeout_ns = 100000, .unanswered = unanswered};
	struct cw_ctx *ctx;

	CHECK_EQ(cw_open(URI, &dev), 0);
	CHECK_EQ(cw_vm_create(dev, &p, &vm), 0);
	CHECK_EQ(cw_ctx_create(vm, &(struct cw_ctx_params){.id = CTX}, &ctx), 0);
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, CTX, CTX), 0);
	sim = cw_transport_sim_handle(dev->t);
}

static void tear_down(void)
{
	CHECK_EQ(dev->tr->check(dev->t), 0);
	cw_close(dev);
}

/* A burst of 2^size bytes a beat over `len` bytes; every fifth byte is not written. */
static struct cw_sim_burst *burst(bool write, uint64_t addr, unsigned len, unsigned size)
{
	struct cw_sim_burst *u = cw_sim_bridge_new(sim);
	uint64_t first = addr & ~((UINT64_C(1) << size) - 1);

	u->addr = addr;
	u->ctx = CTX;
	u->id = (uint8_t)below(16);
	u->size = (uint8_t)size;
	u->burst = 1;
	u->write = write;
	u->len = (uint8_t)((addr + len - 1 - first) >> size);
	u->bad_last = -1;
	u->lock = false;
	memset(u->strb, 0, 256 * sizeof(*u->strb));
	for (unsigned i = 0; i < len && write; i++) {
		unsigned beat = (unsigned)((addr + i - first) >> size);

		u->data[64 * beat + (addr + i) % 64] = (uint8_t)(0x30 + 7 * i);
		if ((addr + i) % 5)
			u->strb[beat] |= UINT64_C(1) << (addr + i) % 64;
	}
	cw_sim_bridge_send(sim, u);
	return u;
}

static struct cw_sim_burst *answered(void)
{
	struct cw_sim_burst *u = NULL;

	for (unsigned i = 0; i < 2000 && !u; i++) {
		CHECK(cw_service(dev, 1000) >= 0);
		u = cw_sim_bridge_done(sim);
	}
	CHECK(u != NULL);
	return u;
}

/* Widest size at which `len` bytes from addr on are a legal burst that ends there. */
static unsigned size_for(uint64_t addr, unsigned len)
{
	unsigned size = below(7);

	while (size && (addr + len) & ((1u << size) - 1))
		size--;
	return size;
}

static void writes_show_their_bytes(void)
{
	struct cw_event ev;
	unsigned two = 0;

	set_up(CW_DEFAULT_ABORT);
	for (unsigned i = 0; i < 300; i++) {
		unsigned len = 1 + below(64), at = below(4096 - len), bad = 0;
		uint64_t addr = GPA + 4096 * (uint64_t)below(3) + at;
		struct cw_sim_burst *u;

		burst(true, addr, len, size_for(addr, len));
		two += at / 64 != (at + len - 1) / 64;
		if (!CHECK_EQ(cw_event_poll(dev, &ev, WAIT_NS), 1))
			break;
		CHECK_EQ(ev.gpa, addr);
		CHECK_EQ(ev.len, len);
		CHECK(ev.write);
		for (unsigned k = 0; k < 64; k++) {
			bool has = k < len && (addr + k) % 5;

			bad += (ev.written >> k & 1) != has || (has && ev.data[k] != (uint8_t)(0x30 + 7 * k));
		}
		CHECK_EQ(bad, 0);
		CHECK_EQ(cw_event_answer(dev, ev.id, CW_ANSWER_EMULATED, NULL, 0), 0);
		u = answered();
		if (!u)
			break;
		CHECK_EQ(u->resp, 0);
		cw_sim_bridge_free(sim, u);
	}
	CHECK(two > 20);
	tear_down();
}

static void reads_get_the_data_of_the_answer(void)
{
	uint8_t data[64];
	struct cw_event ev;

	set_up(CW_DEFAULT_ABORT);
	for (unsigned i = 0; i < 100; i++) {
		unsigned len = 1 + below(64), bad = 0;
		uint64_t addr = GPA + below(4096 - len), first;
		unsigned size = size_for(addr, len);
		struct cw_sim_burst *u;

		first = addr & ~((UINT64_C(1) << size) - 1);
		burst(false, addr, len, size);
		if (!CHECK_EQ(cw_event_poll(dev, &ev, WAIT_NS), 1))
			break;
		CHECK_EQ(ev.gpa, addr);
		CHECK_EQ(ev.len, len);
		CHECK(!ev.write && !ev.written);
		for (unsigned k = 0; k < 64; k++)
			data[k] = (uint8_t)below(256);
		CHECK_EQ(cw_event_answer(dev, ev.id, CW_ANSWER_EMULATED, data, len), 0);
		u = answered();
		if (!u)
			break;
		CHECK_EQ(u->resp, 0);
		for (unsigned k = 0; k < len; k++)
			bad += u->data[64 * ((addr + k - first) >> size) + (addr + k) % 64] != data[k];
		CHECK_EQ(bad, 0);
		cw_sim_bridge_free(sim, u);
	}
	tear_down();
}

static uint64_t counter(unsigned which)
{
	uint64_t v[CW_NCOUNTER];

	CHECK_EQ(cw_counters(dev, v, NULL), 0);
	return v[which];
}

/* The user may say EMULATED; the initiator gets an error that is counted as what it is. */
static void long_bursts_are_aborted(void)
{
	set_up(CW_DEFAULT_ABORT);
	for (unsigned i = 0; i < 20; i++) {
		bool write = i & 1;
		unsigned len = i < 4 ? 68 : 68 + 4 * below(200);
		struct cw_sim_burst *u;
		struct cw_event ev;

		burst(write, GPA + 128, len, 2);
		if (!CHECK_EQ(cw_event_poll(dev, &ev, WAIT_NS), 1))
			break;
		CHECK_EQ(ev.written, 0);
		CHECK_EQ(cw_event_answer(dev, ev.id, CW_ANSWER_EMULATED, NULL, 0), 0);
		u = answered();
		if (!u)
			break;
		CHECK_EQ(u->resp, 2);
		cw_sim_bridge_free(sim, u);
	}
	CHECK_EQ(counter(CW_CTR_BRIDGE_EMUL_LONG), 20);
	CHECK_EQ(counter(CW_CTR_BRIDGE_REFUSED), 0);
	CHECK_EQ(counter(CW_CTR_ABORTS), 20);
	tear_down();
}

/* Nobody answers: the VM's default does, in bounded time. */
static void the_default_answers(void)
{
	struct cw_sim_burst *u;
	struct cw_event ev;

	for (unsigned drop = 0; drop < 2; drop++) {
		set_up(drop ? CW_DEFAULT_DROP : CW_DEFAULT_ABORT);
		burst(true, GPA + 64, 32, 5);
		CHECK_EQ(cw_event_poll(dev, &ev, WAIT_NS), 1);
		u = answered();
		CHECK_EQ(u->resp, drop ? 0 : 2);
		cw_sim_bridge_free(sim, u);
		CHECK_EQ(cw_event_answer(dev, ev.id, CW_ANSWER_EMULATED, NULL, 0), -ENOENT);
		tear_down();
	}
}

int main(void)
{
	RUN(writes_show_their_bytes, "P34 P41");
	RUN(reads_get_the_data_of_the_answer, "P34");
	RUN(long_bursts_are_aborted, "P34");
	RUN(the_default_answers, "P34");
	return CHECK_DONE("bridge-emul");
}
