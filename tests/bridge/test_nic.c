/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The sample NIC queue through the bridge, end to end: packets of any length at any address, faults, zaps, the dirty
 * log, errors. What it writes is compared byte for byte with what the contract says, and with what must not have
 * changed; what it reads it compares itself, and the test plants what it must find.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"

#include "check.h"

#define URI "sim:table-mem=ideal:4,host-mem=random:4-60,host-time=fixed:0,seed=5"
#define GPA (UINT64_C(7) << 32)
#define BYTES (UINT64_C(2) << 20)
#define RING_LOG2 8u
#define HEAD 0x3ff8u /* offsets in the memory: ring, head, packets */
#define FIRST 0x8000u
#define SEED UINT64_C(0x8123456789abcdef)
#define TIMEOUT_NS 20000000000ull
#define HALT_NS 5000000ull /* a queue that has nothing to do any more says so long before */

static struct cw_dev *dev;
static struct cw_vm *vm;
static struct cw_ctx *ctx;
static struct cw_mem mem;
static struct cw_nic_result res;
static uint64_t rng = 99;

static uint32_t below(uint32_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((rng >> 32) * n >> 32);
}

struct packet {
	uint32_t at, len;
	bool write;
};

static struct packet list[4096];
static uint8_t want[BYTES];

/* As the contract says it, byte by byte: rotl64(seed, a[8:3]) ^ {n, a[34:3]}. */
static uint8_t pattern(uint32_t n, uint64_t gpa)
{
	uint64_t v = SEED;

	for (unsigned i = 0; i < (gpa >> 3 & 63); i++)
		v = v << 1 | v >> 63;
	v ^= (uint64_t)n << 32 | ((gpa >> 3) & 0xffffffff);
	return (uint8_t)(v >> 8 * (gpa & 7));
}

static void set_up(unsigned flags)
{
	struct cw_vm_region r = {.gpa = GPA, .size = BYTES, .flags = flags};

	CHECK_EQ(cw_open(URI, &dev), 0);
	CHECK_EQ(cw_mem_alloc(dev, BYTES, &mem), 0);
	r.ptr = mem.ptr;
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.page_size = 4096}, &vm), 0);
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	CHECK_EQ(cw_ctx_create(vm, &(struct cw_ctx_params){.id = 3}, &ctx), 0);
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 3, 3), 0);
	for (uint64_t i = 0; i < BYTES; i++)
		((uint8_t *)mem.ptr)[i] = (uint8_t)(i * 7 ^ i >> 9);
}

static void start(uint64_t ring, uint64_t head)
{
	const struct cw_nic n = {
		.ctx = 3, .ring_log2 = RING_LOG2, .ring = ring, .head = head, .seed = SEED, .hist_shift = 4};

	CHECK_EQ(cw_nic_start(dev, &n), 0);
}

/* Packets first..first+n-1, from offset *at on, with gaps that must stay as they are. What is sent is written here. */
static void make(uint32_t first, uint32_t n, uint32_t longest, uint32_t *at)
{
	for (uint32_t i = first; i < first + n; i++) {
		struct packet *p = &list[i];

		p->at = *at + below(200);
		p->len = below(4) ? 1 + below(200) : 1 + below(longest);
		if (!below(3))
			p->at = (p->at + 63) & ~63u;
		p->write = below(2);
		*at = p->at + p->len;
		cw_nic_desc(mem.ptr, RING_LOG2, i, GPA + p->at, p->len, p->write);
		for (uint32_t b = 0; b < p->len && !p->write; b++)
			((uint8_t *)mem.ptr)[p->at + b] = pattern(i, GPA + p->at + b);
	}
}

/* `want` is memory before the run; packets may have changed only what they name. */
static void compare(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t b = 0; b < list[i].len && list[i].write; b++)
			want[list[i].at + b] = pattern(i, GPA + list[i].at + b);
	for (uint64_t i = FIRST; i < BYTES; i++) {
		if (want[i] == ((uint8_t *)mem.ptr)[i])
			continue;
		CHECK_EQ(((uint8_t *)mem.ptr)[i], want[i]);
		printf("at 0x%llx\n", (unsigned long long)i);
		return;
	}
	CHECK(1);
}

static void keep(void)
{
	memcpy(want, mem.ptr, BYTES);
}

static void check_head(uint32_t packets, uint32_t errors)
{
	uint32_t have[2];

	memcpy(have, (char *)mem.ptr + HEAD, sizeof(have));
	CHECK_EQ(have[0], packets);
	CHECK_EQ(have[1], errors);
}

static void tear_down(void)
{
	CHECK_EQ(cw_nic_stop(dev), 0);
	CHECK_EQ(dev->tr->check(dev->t), 0);
	cw_close(dev);
}

/* The library's word against the contract's. */
static void words_are_those_of_the_contract(void)
{
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t gpa = GPA + below(1 << 30), w = cw_nic_word(SEED, i, gpa & ~UINT64_C(7));

		CHECK_EQ((uint8_t)(w >> 8 * (gpa & 7)), pattern(i, gpa));
	}
}

/* The ring wraps, the memory is faulted in, packets cross pages; everything is taken away again and again. */
static void packets_arrive_byte_for_byte(void)
{
	uint32_t at, n = 0;

	set_up(0);
	start(GPA, GPA + HEAD);
	while (n < 700) {
		uint32_t batch = 1 + below(200);

		at = FIRST + below(5000);
		make(n, batch, 9000, &at);
		keep();
		n += batch;
		CHECK_EQ(cw_nic_post(dev, n), 0);
		for (unsigned i = 0; i < 4; i++) {
			CHECK_EQ(cw_run(dev, 2000), 0);
			CHECK_EQ(cw_vm_invalidate(vm, 0, GPA, BYTES), 0);
		}
		CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
		CHECK_EQ(res.packets, n);
		CHECK_EQ(res.errors, 0);
		CHECK_EQ(res.bad_bytes, 0);
		CHECK(!res.halted);
		check_head(n, 0);
		/* Only this batch has buffers of its own; those before are what `want` began with. */
		for (uint32_t i = 0; i < n - batch; i++)
			list[i].write = false;
		compare(n);
	}
	tear_down();
}

static void samples(uint32_t packets)
{
	uint64_t n = 0;

	for (unsigned b = 0; b < CW_HIST_BUCKETS; b++)
		n += res.histogram[b];
	CHECK_EQ(n, packets);
	CHECK(res.lat_min > 0 && res.lat_min <= res.lat_max);
	CHECK(res.lat_sum >= (uint64_t)packets * res.lat_min && res.lat_sum <= (uint64_t)packets * res.lat_max);
}

/* Whoever sees the head sees the data of the packets that it counts. */
static void the_head_comes_behind_its_data(void)
{
	uint32_t at = FIRST, seen = 0, steps = 0;

	set_up(0);
	memset((char *)mem.ptr + HEAD, 0, 8);
	make(0, 150, 5000, &at);
	for (unsigned i = 0; i < 150; i++) {
		list[i].write = true;
		cw_nic_desc(mem.ptr, RING_LOG2, i, GPA + list[i].at, list[i].len, true);
		memset((char *)mem.ptr + list[i].at, 0, list[i].len);
	}
	start(GPA, GPA + HEAD);
	CHECK_EQ(cw_nic_post(dev, 150), 0);
	for (uint32_t head = 0; head < 150 && steps < 100000 && !check_bad; steps++) {
		CHECK(cw_service(dev, 200) >= 0);
		memcpy(&head, (char *)mem.ptr + HEAD, sizeof(head));
		for (; seen < head && seen < 150; seen++)
			for (uint32_t b = 0; b < list[seen].len && !check_bad; b++)
				CHECK_EQ(((uint8_t *)mem.ptr)[list[seen].at + b],
					 pattern(seen, GPA + list[seen].at + b));
	}
	CHECK_EQ(seen, 150);
	CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
	tear_down();
}

static void wrong_bytes_are_counted(void)
{
	uint32_t at = FIRST;

	set_up(0);
	make(0, 100, 3000, &at);
	for (unsigned i = 0; i < 100; i++)
		list[i].write = false;
	at = FIRST;
	for (unsigned i = 0; i < 100; i++) {
		cw_nic_desc(mem.ptr, RING_LOG2, i, GPA + list[i].at, list[i].len, false);
		for (uint32_t b = 0; b < list[i].len; b++)
			((uint8_t *)mem.ptr)[list[i].at + b] = pattern(i, GPA + list[i].at + b);
	}
	/* First, last and one other byte; the bytes before and behind a packet do not count. */
	((uint8_t *)mem.ptr)[list[40].at] ^= 0x10;
	((uint8_t *)mem.ptr)[list[41].at + list[41].len - 1] ^= 1;
	((uint8_t *)mem.ptr)[list[42].at + list[42].len / 2] ^= 0x80;
	((uint8_t *)mem.ptr)[list[0].at - 1] ^= 0xff;
	start(GPA, 0);
	CHECK_EQ(cw_nic_post(dev, 100), 0);
	CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
	CHECK_EQ(res.packets, 100);
	CHECK_EQ(res.bad_bytes, 3);
	CHECK_EQ(res.errors, 0);
	samples(100);
	tear_down();
}

/* Where no slot is: SLVERR, and nobody else notices. */
static void a_packet_to_nowhere_fails_alone(void)
{
	uint32_t at = FIRST;

	set_up(0);
	make(0, 60, 5000, &at);
	for (unsigned i = 10; i < 60; i += 10) {
		list[i].write = i % 20 != 0;
		cw_nic_desc(mem.ptr, RING_LOG2, i, GPA + BYTES - (i == 50 ? 100 : 0), 5000, list[i].write);
		list[i].len = i == 50 ? 100 : 0; /* the part inside is written */
		list[i].at = BYTES - 100;
	}
	keep();
	start(GPA, GPA + HEAD);
	CHECK_EQ(cw_nic_post(dev, 60), 0);
	CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
	CHECK_EQ(res.packets, 60);
	CHECK_EQ(res.errors, 5);
	CHECK_EQ(res.bad_bytes, 0);
	check_head(60, 5);
	compare(60);
	samples(60);
	tear_down();
}

static void a_ring_that_cannot_be_read_halts(void)
{
	uint32_t at = FIRST;

	set_up(0);
	make(0, 20, 500, &at);
	keep();
	start(GPA + BYTES, GPA + HEAD);
	CHECK_EQ(cw_nic_post(dev, 20), 0);
	if (!CHECK_EQ(cw_nic_wait(dev, HALT_NS, &res), 0)) {
		tear_down();
		return;
	}
	CHECK(res.halted);
	CHECK_EQ(res.packets, 0);
	CHECK_EQ(memcmp(want, mem.ptr, BYTES), 0);
	CHECK_EQ(cw_nic_stop(dev), 0);
	start(GPA, GPA + HEAD);
	CHECK_EQ(cw_nic_post(dev, 20), 0);
	CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
	CHECK(!res.halted);
	CHECK_EQ(res.packets, 20);
	compare(20);
	tear_down();
}

/* What is under way is absorbed; then the memory is nobody's. */
static void a_stop_leaves_nothing_behind(void)
{
	uint32_t at = FIRST;

	set_up(0);
	make(0, 200, 9000, &at);
	start(GPA, GPA + HEAD);
	CHECK_EQ(cw_nic_post(dev, 200), 0);
	for (unsigned i = 0; i < 40; i++)
		CHECK(cw_service(dev, 500) >= 0);
	CHECK_EQ(cw_nic_stop(dev), 0);
	CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
	if (!CHECK(res.packets > 0 && res.packets < 200)) {
		tear_down();
		return;
	}
	keep();
	CHECK_EQ(cw_run(dev, 100000), 0);
	CHECK_EQ(memcmp(want, mem.ptr, BYTES), 0);
	start(GPA, GPA + HEAD);
	CHECK_EQ(cw_nic_post(dev, 200), 0);
	CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
	CHECK_EQ(res.packets, 200);
	CHECK_EQ(res.bad_bytes, 0);
	compare(200);
	tear_down();
}

/* Exactly the pages that were written, the head's among them. */
static void the_log_has_the_pages(void)
{
	static uint64_t bitmap[BYTES / 4096 / 64], marked[BYTES / 4096 / 64];
	uint32_t at = FIRST;

	set_up(CW_MEM_LOG_DIRTY);
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, 0), 0);
	memset(marked, 0, sizeof(marked));
	memset(bitmap, 0, sizeof(bitmap));
	make(0, 90, 9000, &at);
	start(GPA, GPA + HEAD);
	CHECK_EQ(cw_nic_post(dev, 90), 0);
	CHECK_EQ(cw_nic_wait(dev, TIMEOUT_NS, &res), 0);
	CHECK_EQ(res.packets, 90);
	marked[0] |= UINT64_C(1) << HEAD / 4096;
	for (unsigned i = 0; i < 90; i++)
		for (uint32_t p = list[i].at / 4096; list[i].write && p <= (list[i].at + list[i].len - 1) / 4096; p++)
			marked[p / 64] |= UINT64_C(1) << p % 64;
	CHECK_EQ(cw_vm_stop(vm, 0), 0);
	CHECK_EQ(cw_vm_drain(vm, 0, NULL), 0);
	CHECK(cw_vm_log_get(vm, 0, bitmap) > 0);
	CHECK_EQ(memcmp(bitmap, marked, sizeof(bitmap)), 0);
	CHECK_EQ(cw_vm_start(vm, 0), 0);
	tear_down();
}

static void arguments(void)
{
	struct cw_nic n = {.ctx = 3, .ring_log2 = RING_LOG2, .ring = GPA, .seed = 1};

	set_up(0);
	CHECK_EQ(cw_nic_start(NULL, &n), -EINVAL);
	n.ctx = CW_NCTX;
	CHECK_EQ(cw_nic_start(dev, &n), -EINVAL);
	n.ctx = 3;
	n.ring_log2 = 4;
	CHECK_EQ(cw_nic_start(dev, &n), -EINVAL);
	n.ring_log2 = 17;
	CHECK_EQ(cw_nic_start(dev, &n), -EINVAL);
	n.ring_log2 = RING_LOG2;
	n.ring = GPA + 64;
	CHECK_EQ(cw_nic_start(dev, &n), -EINVAL);
	n.ring = GPA;
	n.head = 4;
	CHECK_EQ(cw_nic_start(dev, &n), -EINVAL);
	tear_down();
}

int main(void)
{
	RUN(words_are_those_of_the_contract);
	/* first, as they are short: the broken queues that they find (nic-fail) run until then */
	RUN(a_stop_leaves_nothing_behind);
	RUN(a_ring_that_cannot_be_read_halts);
	RUN(packets_arrive_byte_for_byte, "P36 P37");
	RUN(the_head_comes_behind_its_data);
	RUN(wrong_bytes_are_counted);
	RUN(a_packet_to_nowhere_fails_alone, "P9");
	RUN(the_log_has_the_pages, "P24");
	RUN(arguments);
	return CHECK_DONE("nic");
}
