/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Live migration on the simulated card: initiators on stream ports and behind the AXI4 bridge read and write random
 * pages while passes copy what they report to a replica, translations are taken away, the slot moves, and the host
 * writes too. After STOP, DRAIN and the last pass the replica is byte for byte what memory holds, in every mode and
 * page size. Each migration has a device of its own, and its seed decides everything: a failure prints the command that
 * replays it. Modes that the device does not have must be refused. Usage: [seed [migrations [step]]], the seeds being
 * step apart: the rest by 18 is mode, page size and flavour.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"
#include "log_io.h"
#include "modes.h"

#define URI "sim:table-mem=random:4-60,host-mem=ideal:8,host-time=fixed:0,seed=%" PRIu64
#define SMALL (2 * CW_MIB2)
#define LOG_STATES (CW_LOG_DIRTYBIT + 1)
#define COMBINATIONS 18u /* of mode, page size and flavour */

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct cw_vm *vm;
static struct cw_ctx *ctx[IO_PORTS];
static struct cw_mem mem;
static uint8_t *replica;
static struct io io;
static uint64_t seed = 1;
static uint64_t size, pages; /* of the slot */
static uint64_t *bitmap, *to_copy;
static unsigned migrations = 6, step = 1, moves, met[LOG_STATES][4][2];
static unsigned long moved, bursts, reported, passes;
static bool manual;
static const char *self;

static const uint64_t page_sizes[3] = {CW_PAGE_SIZE, CW_MIB2, CW_GIB};
static const char *const size_name[3] = {"4k", "2m", "1g"};
static const char *const mode_name[LOG_STATES] = {"off", "capture", "protect", "dirtybit"};
static const struct cw_ctx_params shapes[2][IO_PORTS] = {
	{{.id = 3, .level = 4}, {.id = 4, .level = 5}},
	{{.id = 3, .level = 4, .flavour = CW_CTX_LEGACY}, {.id = 4, .level = 5, .flavour = CW_CTX_LEGACY}},
};

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

/* ---- a pass ---- */
/* Copy what was reported, at once or later; a page that is the same already needs no memory of its own. */
static void copy(void)
{
	for (uint64_t p = 0; p < pages; p++) {
		uint8_t *from = (uint8_t *)mem.ptr + p * CW_PAGE_SIZE, *to = replica + p * CW_PAGE_SIZE;

		if (!(to_copy[p / 64] >> p % 64 & 1))
			continue;
		if (memcmp(to, from, CW_PAGE_SIZE))
			memcpy(to, from, CW_PAGE_SIZE);
	}
	memset(to_copy, 0, pages / 8);
}

/* Forget them in pieces (CW_LOG_MANUAL): as many as there were. */
static bool clear(int64_t want)
{
	int64_t n = 0;

	for (uint64_t first = 0, part; first < pages; first += part) {
		int64_t r;

		part = 64 * (1 + rnd(pages / 64));
		if (part > pages - first)
			part = pages - first;
		r = cw_vm_log_clear(vm, 0, first, part, bitmap + first / 64);
		if (!CHECK(r >= 0))
			return false;
		n += r;
	}
	return CHECK_EQ(n, want);
}

static bool pass(void)
{
	int64_t r, n = 0;

	memset(bitmap, 0, pages / 8);
	r = cw_vm_log_get(vm, 0, bitmap);
	if (!CHECK(r >= 0)) {
		printf("  %s\n", cw_last_error());
		return false;
	}
	for (uint64_t w = 0; w < pages / 64; w++) {
		n += __builtin_popcountll(bitmap[w]);
		to_copy[w] |= bitmap[w];
	}
	if (!CHECK_EQ(n, r) || (manual && !clear(r)))
		return false;
	reported += (unsigned long)r;
	passes++;
	if (rnd(4) == 0 && !run(rnd(5000)))
		return false;
	copy();
	return true;
}

static bool host_write(void)
{
	uint64_t data[16];

	if (!io.write_percent)
		return true;
	for (unsigned i = 0; i < 16; i++)
		data[i] = ++io.counter;
	return CHECK_EQ(cw_vm_write(vm, 0, io.gpa + io.page[rnd(IO_PAGES)] * CW_PAGE_SIZE + rnd(3900), data, 128), 0);
}

static bool disturb(void)
{
	switch (rnd(4)) {
	case 0:
		return CHECK_EQ(cw_vm_invalidate(vm, 0, io.gpa + rnd(size - CW_PAGE_SIZE), 1 + rnd(64 * CW_PAGE_SIZE)),
				0);
	case 1:
		return host_write();
	default:
		return true;
	}
}

/* Addresses at which the slot may lie: all its leaves are as large as may be, or not. */
static uint64_t other_gpa(void)
{
	const uint64_t at[4] = {3 * CW_GIB, 9 * CW_GIB, 7 * CW_GIB + 5 * CW_MIB2, 20 * CW_GIB + 3 * CW_PAGE_SIZE};
	uint64_t gpa;

	do {
		gpa = at[rnd(4)];
	} while (gpa == io.gpa);
	return gpa;
}

/* Under traffic: the slot takes its bits along, those of the engine included. Where it was, requests end with ABORT. */
static bool move_slot(void)
{
	struct cw_vm_region r = {.flags = CW_MEM_LOG_DIRTY, .size = size, .ptr = mem.ptr, .gpa = other_gpa()};
	bool ok;

	io.excused = true;
	ok = CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	io.gpa = r.gpa;
	io.excused = false;
	io.era++;
	moves++;
	return ok;
}

/* STOP, DRAIN, last pass: nothing differs. */
static bool finish(void)
{
	uint64_t differ = 0, first = 0;

	CHECK_EQ(cw_vm_drain(vm, 0, NULL), -EPERM);
	/* the bridge may give up a burst that is refused for too long */
	io.excused = true;
	io.era++;
	if (!CHECK_EQ(cw_vm_stop(vm, 0), 0) || !CHECK_EQ(cw_vm_drain(vm, 0, NULL), 0) || !pass())
		return false;
	for (uint64_t p = 0; p < pages; p++)
		if (memcmp(replica + p * CW_PAGE_SIZE, (uint8_t *)mem.ptr + p * CW_PAGE_SIZE, CW_PAGE_SIZE)) {
			first = differ ? first : p;
			differ++;
		}
	if (!CHECK_EQ(differ, 0))
		printf("  the replica differs, first in page %" PRIu64 "\n", first);
	if (!CHECK_EQ(cw_vm_start(vm, 0), 0))
		return false;
	io.excused = false;
	io.era++;
	return differ == 0;
}

/* A mode that the device lacks is refused; true if it has it. */
static bool has(unsigned mode)
{
	uint32_t need = mode == CW_LOG_CAPTURE ? 1u << CW_OP_HARVEST : 1u << CW_OP_HARVEST | 1u << CW_OP_PROTECT;
	struct cw_info info;

	CHECK_EQ(cw_info(dev, &info), 0);
	if ((info.hot_ops & need) == need)
		return true;
	CHECK_EQ(cw_vm_log_start(vm, 0, mode, 0), -EOPNOTSUPP);
	printf("# the device has no mode %u\n", mode);
	return false;
}

/* All of it, after a start. */
static void copy_all(void)
{
	memset(to_copy, 0xff, pages / 8);
	copy();
}

static void passes_and_disturbances(unsigned n)
{
	for (unsigned i = 0; i < n && !check_bad; i++) {
		if (!run(1000 + rnd(10000)) || !disturb())
			return;
		if (rnd(6) == 0 && (!move_slot() || !run(rnd(6000))))
			return;
		if (!pass())
			return;
	}
}

static void migrate(unsigned mode)
{
	manual = rnd(4) == 0;
	if (!CHECK_EQ(cw_vm_log_start(vm, 0, mode, manual ? CW_LOG_MANUAL : 0), 0)) {
		printf("  %s\n", cw_last_error());
		return;
	}
	copy_all();
	passes_and_disturbances(6);
	if (check_bad || !finish())
		return;
	/* On with another mode at once: everything that it must report is reported. */
	if (rnd(2) && has(CW_LOG_DIRTYBIT)) {
		CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE + mode % 3, manual ? CW_LOG_MANUAL : 0), 0);
		passes_and_disturbances(1);
		if (check_bad || !finish())
			return;
	}
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	run(4000);
}

/* ---- the world of a migration ---- */
/* Of a slot of a gigabyte 64 of its lines of 2 MiB are used, each at its begin and anywhere. */
static void pick_pages(void)
{
	for (unsigned i = 0; i < IO_PAGES; i++) {
		static uint32_t line;

		if (i % 16 == 0)
			line = (uint32_t)rnd(pages / 512);
		io.page[i] = pages == IO_PAGES ? i : i % 16 < 8 ? line * 512 + i % 16 : line * 512 + (uint32_t)rnd(512);
	}
	for (unsigned i = 0; i < IO_PAGES; i++)
		for (unsigned w = 0; w < 512; w++)
			((uint64_t *)mem.ptr)[io.page[i] * UINT64_C(512) + w] = (uint64_t)io.page[i] << 32 | w;
}

static uint64_t stat(const char *name)
{
	uint64_t v = 0;

	CHECK_EQ(cw_vm_stat(vm, name, &v), 0);
	return v;
}

/* A device of its own, so that its seed replays it. */
static void open_device(uint64_t s)
{
	char uri[128];

	snprintf(uri, sizeof(uri), URI, s);
	if (dev)
		cw_close(dev);
	if (!CHECK_EQ(cw_open(uri, &dev), 0)) {
		printf("  cannot open: %s\n", cw_last_error());
		exit(1);
	}
	sim = cw_dev_sim(dev);
}

static bool set_up(uint64_t s, unsigned shape, unsigned sz, unsigned write_percent)
{
	struct cw_vm_region r = {.flags = CW_MEM_LOG_DIRTY};

	open_device(s);
	io = (struct io){.sim = sim, .rng = s * UINT64_C(0x9e3779b97f4a7c15) | 1, .write_percent = write_percent};
	reported = passes = 0;
	manual = false;
	size = page_sizes[sz] == CW_GIB ? CW_GIB : SMALL;
	pages = size / CW_PAGE_SIZE;
	io.gpa = 3 * CW_GIB;
	io.spread = rnd(3) == 0;
	io.wide = rnd(2) == 0;
	io.bridge_permille = (unsigned)(20 + rnd(100));
	io.hold = rnd(2) ? 600 : 3000;
	if (!CHECK_EQ(cw_mem_alloc(dev, size, &mem), 0))
		return false;
	io.memory = mem.ptr;
	replica = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	bitmap = calloc(1, pages / 8);
	to_copy = calloc(1, pages / 8);
	if (!CHECK(replica != MAP_FAILED && bitmap && to_copy))
		exit(1);
	pick_pages();
	r.gpa = io.gpa;
	r.size = size;
	r.ptr = mem.ptr;
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 36, .page_size = page_sizes[sz]}, &vm), 0);
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	for (unsigned i = 0; i < IO_PORTS; i++) {
		if (!CHECK_EQ(cw_ctx_create(vm, &shapes[shape][i], &ctx[i]), 0))
			exit(1);
		io.ctx[i] = (uint16_t)cw_ctx_id(ctx[i]);
		CHECK_EQ(cw_port_set(dev, i, shapes[shape][i].id, shapes[shape][i].id), 0);
	}
	CHECK_EQ(cw_port_set(dev, CW_PORT_BRIDGE, 3, 4), 0);
	cw_sim_set_hook(sim, io_cycle, &io);
	if (!run(10000 + rnd(6000)))
		return false;
	/* most are mapped, so that what follows is traffic and not faults */
	for (unsigned i = 0; i < 60 && sz == 0 && stat("pages_4k") < (io.spread ? 300 : 700); i++)
		if (!run(4000))
			return false;
	/* The memory is mapped by what it should be, as long as nothing is logged. */
	return CHECK(stat(sz == 0 ? "pages_4k" : sz == 1 ? "pages_2m" : "pages_1g") > 0);
}

/* Initiators end what they have under way, and begin nothing. */
static void tear_down(void)
{
	io.quiet = io.excused = true;
	for (unsigned i = 0; i < 40 && !io_idle(&io); i++)
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
	munmap(replica, size);
	free(bitmap);
	free(to_copy);
}

static void one_migration(uint64_t s)
{
	unsigned mode = CW_LOG_CAPTURE + (unsigned)(s % 3), sz = (unsigned)(s / 3 % 3), shape = (unsigned)(s / 9 % 2);

	if (!set_up(s, shape, sz, 60))
		return;
	if (has(mode)) {
		migrate(mode);
		printf("# %" PRIu64 ": %s %s %s%s%s: %lu writes, %lu reads, bridge %lu writes, %lu reads, %lu refused, "
		       "%lu passes, %lu pages reported\n",
		       s, mode_name[mode], size_name[sz], shape ? "legacy" : "ept",
		       io.spread ? " spread" :
		       io.wide	 ? " wide" :
				   " hot",
		       manual ? " manual" : "", io.writes, io.reads, io.bursts_written, io.bursts_read, io.refused,
		       passes, reported);
		CHECK(io.writes > 60 && io.bursts_written > 20 && reported > 20);
		met[mode][sz][shape]++;
	}
	bursts += io.bursts_written;
	moved += io.moved;
	tear_down();
}

static void replica_is_identical(void)
{
	for (unsigned i = 0; i < migrations; i++) {
		one_migration(seed + (uint64_t)i * step);
		if (check_bad) {
			printf("# replay: %s %" PRIu64 " 1\n", self, seed + (uint64_t)i * step);
			return;
		}
	}
	printf("# %u migrations from seed %" PRIu64 " on, %u moves of the slot, %lu requests to where it was, "
	       "%lu bursts written\n",
	       migrations, seed, moves, moved, bursts);
	CHECK(migrations < 6 || (moves > 0 && moved > 0));
	for (unsigned i = 0; i < COMBINATIONS && migrations >= COMBINATIONS && step == 1; i++)
		CHECK(met[CW_LOG_CAPTURE + i % 3][i / 3 % 3][i / 9]);
}

/* P27: reads alone report nothing, in any mode and page size, through stream ports and through the bridge. */
static void reads_report_nothing(void)
{
	for (unsigned i = 0; i < COMBINATIONS && i < 3 * migrations; i++) {
		unsigned mode = CW_LOG_CAPTURE + i % 3, sz = i / 3 % 3, shape = i / 9;

		if (!set_up(seed + i, shape, sz, 0))
			return;
		if (has(mode) && CHECK_EQ(cw_vm_log_start(vm, 0, mode, 0), 0)) {
			for (unsigned k = 0; k < 4; k++) {
				run(3000 + rnd(4000));
				pass();
				disturb();
			}
			CHECK_EQ(cw_vm_stop(vm, 0), 0);
			io.excused = true;
			CHECK_EQ(cw_vm_drain(vm, 0, NULL), 0);
			pass();
			CHECK_EQ(cw_vm_start(vm, 0), 0);
			if (!CHECK_EQ(reported, 0))
				printf("  %s %s\n", mode_name[mode], size_name[sz]);
			CHECK(io.reads > 60 && io.bursts_read > 10);
		}
		tear_down();
		if (check_bad)
			return;
	}
}

/* ---- modes ---- */
static void every_change_is_there(void)
{
	uint32_t seen = 0;

	for (unsigned i = 0; i < CHANGES; i++)
		seen |= 1u << (circuit[i] * LOG_STATES + circuit[i + 1]);
	CHECK_EQ(__builtin_popcount(seen), LOG_STATES * (LOG_STATES - 1));
	CHECK_EQ(CHANGES, LOG_STATES * (LOG_STATES - 1));
}

/* Under traffic. What begins to log is copied as a whole, and never again: passes must do. */
static bool change_mode(unsigned from, unsigned to)
{
	manual = rnd(3) == 0;
	if (to == CW_LOG_OFF)
		return CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	if (!CHECK_EQ(cw_vm_log_start(vm, 0, to, manual ? CW_LOG_MANUAL : 0), 0)) {
		printf("  %s\n", cw_last_error());
		return false;
	}
	if (from == CW_LOG_OFF)
		copy_all();
	return true;
}

/* Nobody writes: what begins to log reports nothing, what goes on in another mode everything once and then nothing. */
static bool reads_in_this_mode(bool began)
{
	if (!run(rnd(3000)) || !pass())
		return false;
	if (!began)
		reported = 0;
	for (unsigned k = 0; k < 2; k++) {
		if (!disturb() || !run(2000 + rnd(3000)) || !pass())
			return false;
	}
	return CHECK_EQ(reported, 0);
}

static void all_changes(uint64_t s, unsigned shape, unsigned sz, unsigned write_percent)
{
	if (!set_up(s, shape, sz, write_percent) || !has(CW_LOG_DIRTYBIT))
		return;
	for (unsigned i = 0; i < CHANGES && !check_bad; i++) {
		unsigned from = circuit[i], to = circuit[i + 1];

		reported = 0;
		if (run(rnd(4000)) && change_mode(from, to) && to != CW_LOG_OFF) {
			if (!write_percent)
				reads_in_this_mode(from == CW_LOG_OFF);
			else if (passes_and_disturbances(1), !check_bad)
				finish();
		}
		if (check_bad)
			printf("  from %s to %s, %s %s\n", mode_name[from], mode_name[to], size_name[sz],
			       shape ? "legacy" : "ept");
	}
	printf("# %" PRIu64 ": %u changes of mode, %s %s: %lu writes, %lu reads, bridge %lu writes, %lu reads\n", s,
	       CHANGES, size_name[sz], shape ? "legacy" : "ept", io.writes, io.reads, io.bursts_written,
	       io.bursts_read);
	CHECK(io.reads > 60 && io.bursts_read > 10 && (!write_percent || (io.writes > 60 && io.bursts_written > 20)));
	tear_down();
}

static void modes_change_in_every_order(void)
{
	every_change_is_there();
	for (unsigned i = 0; i < 4 && !check_bad; i++)
		all_changes(seed + 1000 + i, i / 2, i == 3 ? 2 : i % 2, 60);
}

static void reads_report_nothing_in_any_order(void)
{
	for (unsigned i = 0; i < 3 && !check_bad; i++)
		all_changes(seed + 2000 + i, i % 2, i, 0);
}

static void arguments(void)
{
	uint64_t map[SMALL / CW_PAGE_SIZE / 64] = {0};

	if (!set_up(seed, 0, 0, 0))
		return;
	CHECK_EQ(cw_vm_log_start(NULL, 0, CW_LOG_CAPTURE, 0), -EINVAL);
	CHECK_EQ(cw_vm_log_start(vm, 2, CW_LOG_CAPTURE, 0), -EINVAL);
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_OFF, 0), -EINVAL);
	CHECK_EQ(cw_vm_log_start(vm, 0, 4, 0), -EINVAL);
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, CW_LOG_INITIALLY_SET), -EINVAL);
	CHECK_EQ(cw_vm_log_get(vm, 0, map), -ENOENT);
	CHECK_EQ(cw_vm_log_get(vm, 0, NULL), -EINVAL);
	CHECK_EQ(cw_vm_stop(vm, 1), -ENOENT);
	CHECK_EQ(cw_vm_start(vm, 2), -EINVAL);
	CHECK_EQ(cw_vm_write(vm, 0, io.gpa - 4, map, 8), -EFAULT);
	CHECK_EQ(cw_vm_write(vm, 0, io.gpa, NULL, 8), -EINVAL);
	if (!has(CW_LOG_CAPTURE)) {
		tear_down();
		return;
	}
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET), 0);
	/* It was flagged before: it begins dirty all the same. */
	CHECK_EQ(cw_vm_log_get(vm, 0, map), pages);
	CHECK_EQ(cw_vm_log_get(vm, 1, map), -ENOENT);
	CHECK_EQ(cw_vm_log_clear(vm, 0, 1, 64, map), -EINVAL);
	CHECK_EQ(cw_vm_log_clear(vm, 0, 0, pages, map), pages);
	CHECK_EQ(cw_vm_log_get(vm, 0, map), 0);
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	tear_down();
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		migrations = (unsigned)strtoul(argv[2], NULL, 0);
	if (argc > 3)
		step = (unsigned)strtoul(argv[3], NULL, 0);
	if (migrations > 1 && step == 1)
		RUN(arguments);
	RUN(replica_is_identical, "P22 P24 P28");
	if (migrations > 1 && step == 1) {
		RUN(reads_report_nothing, "P27");
		RUN(modes_change_in_every_order, "P22 P24 P28");
		RUN(reads_report_nothing_in_any_order, "P27 P28");
	}
	cw_close(dev);
	return CHECK_DONE("lib-log");
}
