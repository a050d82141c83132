/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Live migration on the simulated card: initiators at the stream ports read and write random pages while passes copy
 * what they report to a replica, translations are taken away, and the host writes too. After STOP, DRAIN and the last
 * pass the replica is byte for byte what memory holds, in every mode and page size.
 * Now and then the slot moves.
 * Each migration has a device of its own, and its seed decides everything: a failure prints the command that replays
 * it. Modes that the device does not have must be refused. Usage: [seed [migrations]]
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"

#define URI "sim:table-mem=random:4-60,host-mem=ideal:8,host-time=fixed:0,seed=%" PRIu64
#define GPA_A (3 * CW_GIB)
#define GPA_B (7 * CW_GIB + 5 * CW_MIB2)
#define GPA gpa
#define SIZE (2 * CW_MIB2)
#define PAGES (SIZE / CW_PAGE_SIZE)
#define TAGS 12u

/* What an initiator has under way, by tag. */
struct access {
	enum { IDLE, ASKED, GRANTED } state;
	uint64_t page, pa, gpa; /* gpa: of the slot when it was asked */
	uint64_t until;		/* cycle: ask again, or end the grant */
	bool write;
};

static struct cw_dev *dev;
static struct cw_sim *sim;
static struct cw_vm *vm;
static struct cw_ctx *ctx[2];
static struct cw_mem mem;
static uint8_t *replica;
static struct access access_of[CW_NPORT_STREAM][TAGS];
static uint64_t rng, seed = 1, counter, gpa = GPA_A;
static unsigned write_percent, migrations = 6, moves, moved;
static bool moving;
static const char *self;
static unsigned long writes, reads, refused, broken, reported, passes;

static uint64_t rnd(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

/* --- initiators: called once a cycle --- */

static void ask(unsigned port, unsigned tag, struct access *a)
{
	struct cw_sim_req q = {.addr = GPA + a->page * CW_PAGE_SIZE + 8 * rnd(500),
			       .ctx = (uint16_t)cw_ctx_id(ctx[port]),
			       .len_m1 = 7,
			       .tag = (uint8_t)tag,
			       .write = a->write};

	a->gpa = GPA;
	if (cw_sim_port_request(sim, port, &q) == 0)
		a->state = ASKED;
}

static void end_access(unsigned port, unsigned tag, struct access *a)
{
	uint64_t data = ++counter;

	if (cw_sim_dma(sim, a->pa, &data, 8, a->write))
		broken++;
	if (a->write)
		writes++;
	else
		reads++;
	if (cw_sim_port_release(sim, port, (uint8_t)tag) == 0)
		a->state = IDLE;
}

static void initiators(void *priv)
{
	uint64_t now = cw_sim_cycle(sim);

	(void)priv;
	for (unsigned port = 0; port < CW_NPORT_STREAM; port++) {
		struct cw_sim_ans ans;
		unsigned tag = (unsigned)rnd(TAGS);
		struct access *a = &access_of[port][tag];

		while (cw_sim_port_answer(sim, port, &ans) == 1) {
			struct access *b = &access_of[port][ans.tag];

			b->state = IDLE;
			b->until = now + 50;
			if (ans.verdict == CW_V_HIT || ans.verdict == CW_V_FIXED) {
				b->state = GRANTED;
				b->pa = ans.pa;
				b->until = now + rnd(rnd(8) ? 20 : 600);
			} else if (ans.verdict == CW_V_RETRY_LATER) {
				refused++;
			} else if ((moving || b->gpa != GPA) && ans.verdict == CW_V_ABORT) {
				moved++; /* the slot is elsewhere now */
			} else {
				broken++;
			}
		}
		if (a->state == ASKED || now < a->until)
			continue;
		if (a->state == GRANTED) {
			end_access(port, tag, a);
		} else if (rnd(8) == 0) {
			a->page = rnd(4) ? rnd(3) * 200 + rnd(8) : rnd(PAGES);
			a->write = rnd(100) < write_percent;
			ask(port, tag, a);
		}
	}
}

/* --- host --- */

static bool run(uint64_t ns)
{
	uint64_t left = ns;

	while (left) {
		uint64_t slice = left < 2000 ? left : 2000;

		if (!CHECK(cw_service(dev, slice) >= 0)) {
			printf("  %s\n", cw_last_error());
			return false;
		}
		left -= slice;
	}
	return true;
}

static bool pass(void)
{
	uint64_t map[PAGES / 64] = {0};
	int64_t r = cw_vm_log_get(vm, 0, map), n = 0;

	if (!CHECK(r >= 0)) {
		printf("  %s\n", cw_last_error());
		return false;
	}
	for (uint64_t p = 0; p < PAGES; p++) {
		if (!(map[p / 64] >> p % 64 & 1))
			continue;
		memcpy(replica + p * CW_PAGE_SIZE, (uint8_t *)mem.ptr + p * CW_PAGE_SIZE, CW_PAGE_SIZE);
		n++;
	}
	CHECK_EQ(n, r);
	reported += (unsigned long)r;
	passes++;
	return true;
}

static void disturb(void)
{
	uint64_t data[16];

	switch (rnd(4)) {
	case 0:
		CHECK_EQ(cw_vm_invalidate(vm, 0, GPA + rnd(SIZE - CW_PAGE_SIZE), 1 + rnd(64 * CW_PAGE_SIZE)), 0);
		break;
	case 1:
		for (unsigned i = 0; i < 16 && write_percent; i++)
			data[i] = ++counter;
		if (write_percent)
			CHECK_EQ(cw_vm_write(vm, 0, GPA + rnd(SIZE - 128), data, 128), 0);
		break;
	default:
		break;
	}
}

/* Under traffic: the slot takes its bits along, those of the engine included. Where it was, requests end with ABORT. */
static bool move_slot(void)
{
	struct cw_vm_region r = {.flags = CW_MEM_LOG_DIRTY, .size = SIZE, .ptr = mem.ptr};
	bool ok;

	r.gpa = gpa == GPA_A ? GPA_B : GPA_A;
	moving = true;
	ok = CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	moving = false;
	gpa = r.gpa;
	moves++;
	return ok;
}

/* STOP, DRAIN, last pass: nothing differs. */
static bool finish(void)
{
	unsigned differ = 0;

	CHECK_EQ(cw_vm_drain(vm, 0, NULL), -EPERM);
	if (!CHECK_EQ(cw_vm_stop(vm, 0), 0) || !CHECK_EQ(cw_vm_drain(vm, 0, NULL), 0) || !pass())
		return false;
	for (uint64_t p = 0; p < PAGES; p++)
		differ += memcmp(replica + p * CW_PAGE_SIZE, (uint8_t *)mem.ptr + p * CW_PAGE_SIZE, CW_PAGE_SIZE) != 0;
	CHECK_EQ(differ, 0);
	return CHECK_EQ(cw_vm_start(vm, 0), 0);
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

static void migrate(unsigned mode)
{
	if (!CHECK_EQ(cw_vm_log_start(vm, 0, mode, 0), 0)) {
		printf("  %s\n", cw_last_error());
		return;
	}
	memcpy(replica, mem.ptr, SIZE);
	for (unsigned i = 0; i < 6; i++) {
		if (!run(4000 + rnd(8000)) || !pass())
			return;
		disturb();
		if (rnd(6) == 0 && (!run(rnd(6000)) || !move_slot()))
			return;
	}
	if (!finish())
		return;
	/* On with another mode at once: everything that it must report is reported. */
	if (rnd(2) && has(CW_LOG_DIRTYBIT)) {
		CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE + mode % 3, 0), 0);
		if (!run(8000) || !pass() || !finish())
			return;
	}
	CHECK_EQ(cw_vm_log_stop(vm, 0), 0);
	run(4000);
}

static bool set_up(const struct cw_ctx_params *params, uint64_t page_size)
{
	struct cw_vm_region r = {.flags = CW_MEM_LOG_DIRTY, .gpa = GPA_A, .size = SIZE};

	memset(access_of, 0, sizeof(access_of));
	gpa = GPA_A;
	CHECK_EQ(cw_mem_alloc(dev, SIZE, &mem), 0);
	r.ptr = mem.ptr;
	replica = malloc(SIZE);
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 36, .page_size = page_size}, &vm), 0);
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	for (unsigned i = 0; i < 2; i++) {
		if (!CHECK_EQ(cw_ctx_create(vm, &params[i], &ctx[i]), 0))
			exit(1);
		CHECK_EQ(cw_port_set(dev, i, params[i].id, params[i].id), 0);
	}
	cw_sim_set_hook(sim, initiators, NULL);
	return run(10000);
}

/* Initiators end what they have under way, and begin nothing. */
static void quiesce(void *priv)
{
	for (unsigned port = 0; port < CW_NPORT_STREAM; port++)
		for (unsigned tag = 0; tag < TAGS; tag++)
			if (access_of[port][tag].state == IDLE)
				access_of[port][tag].until = UINT64_MAX;
	initiators(priv);
}

static void tear_down(void)
{
	cw_sim_set_hook(sim, quiesce, NULL);
	run(20000);
	cw_sim_set_hook(sim, NULL, NULL);
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ(cw_ctx_destroy(ctx[i]), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	CHECK_EQ(cw_mem_free(dev, &mem), 0);
	CHECK_EQ(broken, 0);
	CHECK_EQ(cw_sim_errors(sim), 0);
	if (cw_sim_errors(sim))
		printf("  %s\n", cw_sim_error_text(sim));
	free(replica);
	broken = 0;
}

static const struct cw_ctx_params shapes[2][2] = {
	{{.id = 3, .level = 4}, {.id = 4, .level = 5}},
	{{.id = 3, .level = 4, .flavour = CW_CTX_LEGACY}, {.id = 4, .level = 5, .flavour = CW_CTX_LEGACY}},
};

/* A device of its own, so that its seed replays it. */
static bool open_device(uint64_t s)
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
	return true;
}

static void replica_is_identical(void)
{
	static const char *const name[] = {"", "capture", "protect", "dirtybit"};

	for (unsigned i = 0; i < migrations && !check_bad; i++) {
		const uint64_t s = seed + i;
		unsigned mode = CW_LOG_CAPTURE + (unsigned)(s % 3), shape = (unsigned)(s / 3 % 2);

		open_device(s);
		rng = s * 0x9e3779b97f4a7c15 | 1;
		counter = 0;
		write_percent = 60;
		writes = reads = refused = reported = passes = 0;
		if (!set_up(shapes[shape], shape ? CW_PAGE_SIZE : CW_MIB2))
			return;
		if (!has(mode)) {
			tear_down();
			continue;
		}
		migrate(mode);
		printf("# %s: %lu writes, %lu reads, %lu refused, %lu passes, %lu pages reported\n", name[mode], writes,
		       reads, refused, passes, reported);
		CHECK(writes > 100 && reported > 20);
		tear_down();
		if (check_bad)
			printf("# replay: %s %" PRIu64 " 1\n", self, s);
	}
	printf("# %u migrations from seed %" PRIu64 " on, %u moves of the slot, %u requests to where it was\n",
	       migrations, seed, moves, moved);
	CHECK(migrations < 6 || moves > 0);
}

/* P27: reads alone report nothing. */
static void reads_report_nothing(void)
{
	for (unsigned mode = CW_LOG_CAPTURE; mode <= CW_LOG_DIRTYBIT; mode++) {
		rng = (seed + mode) * 0x9e3779b97f4a7c15 | 1;
		write_percent = 0;
		reads = reported = 0;
		if (!set_up(shapes[0], CW_MIB2))
			return;
		if (!has(mode) || !CHECK_EQ(cw_vm_log_start(vm, 0, mode, 0), 0)) {
			tear_down();
			continue;
		}
		for (unsigned i = 0; i < 3; i++) {
			run(5000);
			pass();
			disturb();
		}
		CHECK_EQ(reported, 0);
		CHECK(reads > 50);
		tear_down();
	}
}

static void arguments(void)
{
	uint64_t map[PAGES / 64] = {0};

	write_percent = 0;
	rng = 1;
	if (!set_up(shapes[0], 0))
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
	CHECK_EQ(cw_vm_write(vm, 0, GPA - 4, map, 8), -EFAULT);
	CHECK_EQ(cw_vm_write(vm, 0, GPA, NULL, 8), -EINVAL);
	if (!has(CW_LOG_CAPTURE)) {
		tear_down();
		return;
	}
	CHECK_EQ(cw_vm_log_start(vm, 0, CW_LOG_CAPTURE, CW_LOG_MANUAL | CW_LOG_INITIALLY_SET), 0);
	/* It was flagged before: it begins dirty all the same. */
	CHECK_EQ(cw_vm_log_get(vm, 0, map), PAGES);
	CHECK_EQ(cw_vm_log_get(vm, 1, map), -ENOENT);
	CHECK_EQ(cw_vm_log_clear(vm, 0, 1, 64, map), -EINVAL);
	CHECK_EQ(cw_vm_log_clear(vm, 0, 0, PAGES, map), PAGES);
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
	open_device(seed);
	RUN(arguments);
	RUN(replica_is_identical);
	RUN(reads_report_nothing);
	cw_close(dev);
	return CHECK_DONE("lib-log");
}
