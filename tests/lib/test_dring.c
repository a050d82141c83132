/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty rings on the simulated card, from the mark to the replica: migrations whose passes are get, reset, read (DL-7),
 * with small rings, writers that find them full, slots that move and a host that writes too; the last pass is one of
 * the bitmap, and then the replica is byte for byte what memory holds. In CAPTURE every write of an initiator is in a
 * ring, so that nothing but what the host wrote is left to the bitmap. Usage: [seed [migrations]]
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"
#include "log_io.h"

#define URI "sim:table-mem=random:4-60,host-mem=random:4-200,host-time=fixed:0,seed=%" PRIu64
#define SIZE (2 * CW_MIB2)
#define PAGES (SIZE / CW_PAGE_SIZE)

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct cw_vm *vm;
static struct cw_ctx *ctx[IO_PORTS];
static struct cw_mem mem;
static uint8_t *replica;
static struct io io;
static uint64_t seed = 1, to_copy[PAGES / 64], by_host[PAGES / 64];
static unsigned migrations = 12;
static unsigned long named, counted, waited, moves, met[CW_LOG_DIRTYBIT + 1];

static uint64_t rnd(uint64_t n)
{
	return io_random(&io, n);
}

static bool run(uint64_t ns)
{
	if (CHECK(io_run(dev, ns)))
		return true;
	printf("  %s\n", cw_last_error());
	return false;
}

static struct cw_ring_state state(unsigned i)
{
	struct cw_ring_state s = {0};

	CHECK_EQ(cw_ctx_ring_state(ctx[i], &s), 0);
	return s;
}

/* ---- passes ---- */
static void copy(void)
{
	for (uint64_t p = 0; p < PAGES; p++)
		if (to_copy[p / 64] >> p % 64 & 1)
			memcpy(replica + p * CW_PAGE_SIZE, (uint8_t *)mem.ptr + p * CW_PAGE_SIZE, CW_PAGE_SIZE);
	memset(to_copy, 0, sizeof(to_copy));
}

/* What a ring names, all or a part of it. */
static void harvest(unsigned i, bool all)
{
	struct cw_dirty_page page[40];
	ssize_t n;

	do {
		size_t want = 1 + rnd(40);

		n = cw_ctx_ring_get(ctx[i], page, want);
		if (!CHECK(n >= 0 && (size_t)n <= want))
			return;
		for (ssize_t k = 0; k < n; k++) {
			CHECK_EQ(page[k].slot, 0);
			CHECK_EQ(page[k].ctx, cw_ctx_id(ctx[i]));
			if (!CHECK(page[k].page < PAGES))
				return;
			to_copy[page[k].page / 64] |= UINT64_C(1) << page[k].page % 64;
		}
		named += (unsigned long)n;
	} while (n && (all || rnd(3)));
}

/* DL-8: what was harvested, whatever came meanwhile, and nothing that was not. */
static bool reset(void)
{
	uint32_t harvested = 0;
	int64_t r;

	for (unsigned i = 0; i < IO_PORTS; i++)
		harvested += state(i).harvested;
	r = cw_vm_ring_reset(vm, 0);
	if (!CHECK_EQ(r, harvested)) {
		printf("  %s\n", cw_last_error());
		return false;
	}
	for (unsigned i = 0; i < IO_PORTS; i++)
		CHECK_EQ(state(i).harvested, 0);
	counted += (unsigned long)r;
	return true;
}

static bool pass(bool all)
{
	for (unsigned i = 0; i < IO_PORTS; i++) {
		waited += state(i).waiting;
		harvest(i, all);
	}
	if (rnd(3) == 0 && !run(rnd(3000)))
		return false;
	if (check_bad || !reset() || (rnd(4) == 0 && !run(rnd(3000))))
		return false;
	copy();
	return true;
}

/* ---- disturbances ---- */
static bool host_write(void)
{
	uint64_t page = io.page[rnd(IO_PAGES)], data[16];

	for (unsigned i = 0; i < 16; i++)
		data[i] = ++io.counter;
	by_host[page / 64] |= UINT64_C(1) << page % 64;
	return CHECK_EQ(cw_vm_write(vm, 0, io.gpa + page * CW_PAGE_SIZE + rnd(3900), data, 128), 0);
}

static bool move_slot(void)
{
	struct cw_vm_region r = {.flags = CW_MEM_LOG_DIRTY,
				 .size = SIZE,
				 .ptr = mem.ptr,
				 .gpa = (3 + rnd(2) * 4) * CW_GIB + rnd(9) * SIZE};
	bool ok;

	io.excused = true;
	ok = CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	io.gpa = r.gpa;
	io.excused = false;
	io.era++;
	moves++;
	return ok;
}

/* ---- life ---- */
static void set_up(uint64_t s, unsigned sz, const uint32_t *entries, uint64_t timeout)
{
	struct cw_vm_region r = {.flags = CW_MEM_LOG_DIRTY, .gpa = 3 * CW_GIB, .size = SIZE};
	char uri[128];

	snprintf(uri, sizeof(uri), URI, s);
	if (!CHECK_EQ(cw_open(uri, &dev), 0)) {
		printf("  cannot open: %s\n", cw_last_error());
		exit(1);
	}
	sim = cw_dev_sim(dev);
	io = (struct io){.sim = sim, .rng = s * UINT64_C(0x9e3779b97f4a7c15) | 1, .write_percent = 60};
	io.gpa = r.gpa;
	io.wide = rnd(2) == 0;
	io.spread = rnd(3) == 0;
	io.bridge_permille = (unsigned)(20 + rnd(60));
	io.hold = rnd(2) ? 600 : 3000;
	CHECK_EQ(cw_mem_alloc(dev, SIZE, &mem), 0);
	r.ptr = io.memory = mem.ptr;
	for (unsigned i = 0; i < IO_PAGES; i++)
		io.page[i] = i;
	replica = calloc(1, SIZE);
	memset(by_host, 0, sizeof(by_host));
	CHECK_EQ(cw_vm_create(dev,
			      &(struct cw_vm_params){.address_bits = 36,
						     .page_size = sz ? CW_MIB2 : CW_PAGE_SIZE,
						     .event_timeout_ns = timeout},
			      &vm),
		 0);
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	for (unsigned i = 0; i < IO_PORTS; i++) {
		const struct cw_ctx_params p = {
			.id = 3 + i,
			.dirty_ring = entries[i],
			.dirty_ring_soft = entries[i] ? 1 + (uint32_t)rnd(entries[i] - CW_DRING_RESERVED) : 0};

		if (!CHECK_EQ(cw_ctx_create(vm, &p, &ctx[i]), 0)) {
			printf("  %s\n", cw_last_error());
			exit(1);
		}
		io.ctx[i] = (uint16_t)(3 + i);
		CHECK_EQ(cw_port_set(dev, i, 3 + i, 3 + i), 0);
	}
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 3, 4), 0);
	cw_sim_set_hook(sim, io_cycle, &io);
	run(10000);
	/* most is mapped, so that writes are marked by the engine and not by the host (P51) */
	for (unsigned i = 0; i < 40; i++) {
		uint64_t mapped = 0;

		CHECK_EQ(cw_vm_stat(vm, sz ? "pages_2m" : "pages_4k", &mapped), 0);
		if (mapped >= (sz ? 2 : 400))
			break;
		run(4000);
	}
}

static void tear_down(void)
{
	io.quiet = io.excused = true;
	for (unsigned i = 0; i < 60 && !io_idle(&io); i++)
		run(2000);
	CHECK(io_idle(&io));
	cw_sim_set_hook(sim, NULL, NULL);
	for (unsigned i = 0; i < IO_PORTS; i++)
		CHECK_EQ(cw_ctx_destroy(ctx[i]), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	CHECK_EQ(cw_mem_free(dev, &mem), 0);
	if (!CHECK_EQ(io.broken, 0))
		printf("  %s\n", io.why);
	if (!CHECK_EQ(cw_sim_errors(sim), 0))
		printf("  %s\n", cw_sim_error_text(sim));
	free(replica);
	cw_close(dev);
}

static void start(unsigned mode)
{
	if (!CHECK_EQ(cw_vm_log_start(vm, 0, mode, 0), 0))
		printf("  %s\n", cw_last_error());
	memset(to_copy, 0xff, sizeof(to_copy));
	copy();
}

/* STOP, DRAIN, the last passes of rings and bitmap: nothing differs. */
static void finish(bool rings_have_all)
{
	uint64_t bitmap[PAGES / 64] = {0}, strange = 0, differ = 0;

	io.excused = true;
	io.era++;
	CHECK_EQ(cw_vm_stop(vm, 0), 0);
	CHECK_EQ(cw_vm_drain(vm, 0, NULL), 0);
	/* Twice: the entries of the last marks are certain to be in memory when a reset is complete. */
	pass(true);
	pass(true);
	CHECK(cw_vm_log_get(vm, 0, bitmap) >= 0);
	for (unsigned w = 0; w < PAGES / 64; w++) {
		strange += (uint64_t)__builtin_popcountll(bitmap[w] & ~by_host[w]);
		to_copy[w] |= bitmap[w];
	}
	copy();
	if (rings_have_all && !CHECK_EQ(strange, 0))
		printf("  pages that no ring has named\n");
	for (uint64_t p = 0; p < PAGES; p++)
		differ += memcmp(replica + p * CW_PAGE_SIZE, (uint8_t *)mem.ptr + p * CW_PAGE_SIZE, CW_PAGE_SIZE) != 0;
	CHECK_EQ(differ, 0);
	CHECK_EQ(cw_vm_start(vm, 0), 0);
	io.excused = false;
	io.era++;
}

/* ---- tests ---- */
static void one_migration(uint64_t s)
{
	unsigned mode = CW_LOG_CAPTURE + (unsigned)(s % 3), sz = (unsigned)(s / 3 % 2), moved = 0;
	uint32_t entries[IO_PORTS];

	io.rng = s * UINT64_C(0xd1342543de82ef95) | 1;
	for (unsigned i = 0; i < IO_PORTS; i++)
		entries[i] = 16u << rnd(6);
	set_up(s, sz, entries, 0);
	named = counted = waited = 0;
	start(mode);
	for (unsigned i = 0; i < 8 && !check_bad; i++) {
		run(1000 + rnd(8000));
		if (rnd(2))
			host_write();
		if (rnd(8) == 0)
			moved += move_slot();
		if (rnd(6) == 0)
			CHECK_EQ(cw_vm_invalidate(vm, 0, io.gpa + rnd(SIZE - CW_PAGE_SIZE), 64 * CW_PAGE_SIZE), 0);
		pass(false);
	}
	finish(mode == CW_LOG_CAPTURE && !moved);
	printf("# %" PRIu64
	       ": mode %u, rings of %u and %u: %lu writes, bridge %lu, %lu pages named, %lu entries reset, "
	       "%lu times waited, %u moves\n",
	       s, mode, entries[0], entries[1], io.writes, io.bursts_written, named, counted, waited, moved);
	CHECK(io.writes > 30 && counted >= named);
	met[mode] += named;
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	run(4000);
	tear_down();
}

static void replica_is_identical(void)
{
	unsigned long full = 0;

	for (unsigned i = 0; i < migrations && !check_bad; i++) {
		one_migration(seed + i);
		full += waited;
		if (check_bad)
			printf("# replay: lib-dring %" PRIu64 " 1\n", seed + i);
	}
	for (unsigned m = CW_LOG_CAPTURE; m <= CW_LOG_DIRTYBIT; m++)
		CHECK(migrations < 12 || met[m] > 100);
	CHECK(migrations < 12 || (full && moves));
}

/* Until there is a reset a full ring holds back the writes of its own context, and nobody else's (DL-9, P27, P38). */
static void a_full_ring_waits_for_a_reset(void)
{
	const uint32_t entries[IO_PORTS] = {16, 0};
	uint64_t before, full = 0;
	struct cw_ring_state s;

	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT; mode++) {
		set_up(seed + mode, 0, entries, 0);
		start(mode);
		CHECK_EQ(cw_ctx_ring_wait(ctx[0], 1000000), 1);
		CHECK(state(0).soft_full || state(0).waiting);
		for (unsigned i = 0; i < 100 && !state(0).waiting; i++)
			run(2000);
		s = state(0);
		CHECK(s.waiting && s.soft_full && s.dirty > s.entries - CW_DRING_RESERVED - 8);
		before = io.writes;
		run(40000);
		CHECK(io.writes > before); /* of the other context, and reads go on in both */
		harvest(0, false);
		s = state(0);
		CHECK(s.waiting && s.harvested);
		CHECK_EQ(cw_vm_ring_reset(vm, 0), s.harvested);
		CHECK_EQ(state(0).waiting, 0);
		copy();
		CHECK_EQ(cw_ctx_ring_wait(ctx[0], 1000000), 1);
		CHECK_EQ(cw_counter_read(dev, "dring_full", &full), 0);
		CHECK(full);
		CHECK_EQ(state(0).dropped, 0);
		/* whoever waits when the log stops goes on */
		for (unsigned i = 0; i < 100 && !state(0).waiting; i++)
			run(2000);
		CHECK(state(0).waiting);
		CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
		CHECK_EQ(state(0).waiting, 0);
		tear_down();
	}
}

/* Nothing waits for ever: entries that nobody resets are thrown away in the end, and their pages are in the bitmap. */
static void nobody_resets(void)
{
	const uint32_t entries[IO_PORTS] = {16, 32};

	set_up(seed, 0, entries, 50000);
	start(CW_LOG_CAPTURE);
	for (unsigned i = 0; i < 100 && !(state(0).dropped && state(1).dropped); i++)
		run(4000);
	CHECK(state(0).dropped && state(1).dropped);
	finish(false);
	tear_down();
}

/* An entry that the bus has lost: everything is dirty, and the ring goes on behind it (P27). */
static void a_lost_entry(void)
{
	const uint32_t entries[IO_PORTS] = {64, 64};
	uint64_t bitmap[PAGES / 64] = {0};
	const struct cw_sim_inject loss = {.mem = CW_SIM_HOST, .ops = CW_SIM_WRITE, .resp = 2, .skip = 3, .count = 2};
	struct cw_sim_inject rule = loss;

	set_up(seed, 0, entries, 0);
	start(CW_LOG_CAPTURE);
	rule.lo = ctx[0]->ring.bus;
	rule.hi = rule.lo + 64 * CW_DRING_BYTES - 1;
	CHECK_EQ(cw_sim_inject(sim, &rule), 0);
	for (unsigned i = 0; i < 100 && cw_sim_inject_hits(sim) < 2; i++)
		run(2000);
	CHECK_EQ(cw_sim_inject_hits(sim), 2);
	run(4000);
	for (unsigned i = 0; i < 3; i++)
		pass(true);
	CHECK_EQ(state(0).lost, 2);
	CHECK(cw_vm_log_get(vm, 0, bitmap) >= 0);
	for (unsigned w = 0; w < PAGES / 64; w++) {
		CHECK(__builtin_popcountll(bitmap[w]) >
		      20); /* of all that was dirty only what rings named is missing */
		to_copy[w] |= bitmap[w];
	}
	copy();
	cw_sim_inject_clear(sim);
	for (unsigned i = 0; i < 4; i++) {
		run(6000);
		pass(true);
	}
	CHECK_EQ(state(0).lost, 2);
	finish(true);
	tear_down();
}

/* After a recovery the rings begin anew, and all that is logged is dirty. */
static void recovery(void)
{
	const uint32_t entries[IO_PORTS] = {32, 16};

	set_up(seed, 0, entries, 0);
	start(CW_LOG_PROTECT);
	run(20000);
	pass(false);
	io.excused = true;
	io.era++;
	CHECK_EQ(cw_vm_recover(vm), 0);
	io.excused = false;
	io.era++;
	CHECK_EQ(state(0).harvested, 0);
	for (unsigned i = 0; i < 4; i++) {
		run(6000);
		pass(false);
	}
	finish(false);
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	tear_down();
}

/*
 * A reset of the device, while rings have entries of each kind and writes wait for room: all rings are empty after it,
 * every page is in the bitmap, and what is written from then on is named again.
 */
static void device_reset(unsigned mode, unsigned flags)
{
	const uint32_t entries[IO_PORTS] = {16, 64};
	uint64_t bitmap[PAGES / 64] = {0}, pages = 0;
	struct cw_dirty_page page[4];

	set_up(seed + mode, 0, entries, 0);
	io.bridge_permille = 0; /* the queue's own bursts do not outlive a reset of the function */
	for (unsigned i = 0; i < 60; i++)
		run(500);
	start(mode);
	for (unsigned i = 0; i < 100 && !(state(0).waiting && state(1).dirty > 4); i++)
		run(2000);
	for (unsigned i = 0; i < IO_PORTS; i++) {
		CHECK_EQ(cw_ctx_ring_get(ctx[i], page, 4), 4);
		CHECK(state(i).harvested >= 4 && state(i).dirty);
	}
	CHECK(state(0).waiting);
	cw_sim_set_hook(sim, NULL, NULL);
	if (!CHECK_EQ(cw_dev_reset(dev, flags), 0))
		printf("  %s\n", cw_last_error());
	memset(io.access, 0, sizeof(io.access));
	for (unsigned i = 0; i < IO_PORTS; i++) {
		const struct cw_ring_state s = state(i);

		CHECK_EQ(s.entries, entries[i]);
		CHECK(!s.dirty && !s.harvested && !s.waiting && !s.soft_full && !s.lost && !s.dropped);
		CHECK_EQ(cw_ctx_ring_get(ctx[i], page, 4), 0);
	}
	CHECK_EQ(cw_vm_ring_reset(vm, 0), 0);
	CHECK(cw_vm_log_get(vm, 0, bitmap) == (int64_t)PAGES);
	for (unsigned w = 0; w < PAGES / 64; w++) {
		pages += (uint64_t)__builtin_popcountll(bitmap[w]);
		to_copy[w] |= bitmap[w];
	}
	CHECK_EQ(pages, PAGES);
	copy();
	io.era++;
	cw_sim_set_hook(sim, io_cycle, &io);
	named = 0;
	for (unsigned i = 0; i < 6 && !check_bad; i++) {
		run(6000);
		/* What a fault has made writable is in the bitmap (P51): a pass of that arms it. */
		memset(bitmap, 0, sizeof(bitmap));
		CHECK(cw_vm_log_get(vm, 0, bitmap) >= 0);
		for (unsigned w = 0; w < PAGES / 64; w++)
			to_copy[w] |= bitmap[w];
		run(3000);
		pass(false);
	}
	CHECK(named > 20);
	finish(mode == CW_LOG_CAPTURE);
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	tear_down();
}

static void a_device_reset(void)
{
	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT && !check_bad; mode++)
		device_reset(mode, mode == CW_LOG_PROTECT ? CW_RESET_FUNCTION : 0);
	device_reset(CW_LOG_CAPTURE, CW_RESET_FUNCTION);
}

static void arguments(void)
{
	static const uint32_t bad[][2] = {{0, 1}, {8, 1}, {24, 1}, {131072, 1}, {16, 9}, {1024, 1017}};
	const uint32_t entries[IO_PORTS] = {16, 0};
	struct cw_dirty_page page;
	struct cw_ring_state s;
	struct cw_ctx *other;

	set_up(seed, 0, entries, 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct cw_ctx_params p = {
			.id = CW_CTX_ANY, .dirty_ring = bad[i][0], .dirty_ring_soft = bad[i][1]};

		CHECK_EQ(cw_ctx_create(vm, &p, &other), -EINVAL);
	}
	CHECK_EQ(cw_ctx_ring_get(NULL, &page, 1), -EINVAL);
	CHECK_EQ(cw_ctx_ring_get(ctx[1], &page, 1), -EINVAL);
	CHECK_EQ(cw_ctx_ring_get(ctx[0], NULL, 1), -EINVAL);
	CHECK_EQ(cw_ctx_ring_get(ctx[0], &page, 1), 0);
	CHECK_EQ(cw_ctx_ring_state(ctx[1], &s), -EINVAL);
	CHECK_EQ(cw_ctx_ring_state(ctx[0], NULL), -EINVAL);
	CHECK_EQ(cw_ctx_ring_wait(ctx[1], 1), -EINVAL);
	CHECK_EQ(cw_vm_ring_reset(NULL, 0), -EINVAL);
	CHECK_EQ(cw_vm_ring_reset(vm, 2), -EINVAL);
	CHECK_EQ(cw_vm_ring_reset(vm, 0), -ENOENT);
	CHECK_EQ(cw_ctx_ring_wait(ctx[0], 10000), 0);
	CHECK_EQ(state(0).entries, 16);
	tear_down();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		migrations = (unsigned)strtoul(argv[2], NULL, 0);
	if (migrations > 1)
		RUN(arguments);
	RUN(replica_is_identical, "P22 P27 DL-7 DL-8 DL-9");
	if (migrations > 1) {
		RUN(a_full_ring_waits_for_a_reset, "P27 P38 DL-9");
		RUN(nobody_resets, "P27");
		RUN(a_lost_entry, "P27");
		RUN(recovery, "P43");
		RUN(a_device_reset, "P27 P32 P43");
	}
	return CHECK_DONE("lib-dring");
}
