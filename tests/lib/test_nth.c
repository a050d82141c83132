/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The life of a device, against one that only keeps a record of its commands, with each allocation failing in turn, and
 * each access to a register. Without memory a call says so, and the same call does its work when it is made again; with
 * a device that cannot be reached all calls end. Nothing is left over in either case.
 */
#include <errno.h>
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "fake.h"

#include "check.h"

#define GPA 0x100000ull
#define PAGES 256u
#define ENTRIES (1u << CW_RING_LOG2_MIN)
#define USED 12u /* of a ring */

void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
int __real_posix_memalign(void **p, size_t align, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
int __wrap_posix_memalign(void **p, size_t align, size_t size);

static unsigned to_go; /* allocations until one fails, 0: none does */
static bool failed;

static bool fails(void)
{
	bool now = to_go && --to_go == 0;

	failed |= now;
	return now;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

int __wrap_posix_memalign(void **p, size_t align, size_t size)
{
	return fails() ? ENOMEM : __real_posix_memalign(p, align, size);
}

static struct fake *f;
static struct cw_dev *dev;
static struct cw_vm *vm;
static struct cw_ctx *ctx[2];
static struct cw_mem mem;
static uint64_t map[PAGES / 64];
static struct cw_dirty_page page[ENTRIES];

/* ---- steps ---- */

static int64_t open_device(void)
{
	f = fake_new();
	f->regs[CW_REG_CAP_HOT_OPS / 4] = ~0u;
	return cw_open_transport(&fake_transport, f, "fake:", &dev);
}

static int64_t alloc_memory(void)
{
	return cw_mem_alloc(dev, PAGES * CW_PAGE_SIZE, &mem);
}

static int64_t create_vm(void)
{
	return cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 40, .events = true}, &vm);
}

static int64_t set_slot(void)
{
	return cw_vm_set_memory(
		vm, &(struct cw_vm_region){
			    .flags = CW_MEM_LOG_DIRTY, .gpa = GPA, .size = PAGES * CW_PAGE_SIZE, .ptr = mem.ptr});
}

static int64_t create_ctx(unsigned n)
{
	return cw_ctx_create(vm, &(struct cw_ctx_params){.id = n, .dirty_ring = ENTRIES}, &ctx[n]);
}

static int64_t create_first(void)
{
	return create_ctx(0);
}

static int64_t create_second(void)
{
	return create_ctx(1);
}

static int64_t start_log(void)
{
	return cw_vm_log_start(vm, 0, CW_LOG_PROTECT, 0);
}

/* A fault that finds no memory is answered too. */
static int64_t fault(void)
{
	unsigned before = fake_count(f, CW_OP_RESUME);
	int n;

	fake_fault(f, (struct cw_fault_record){.addr = GPA, .parked_id = 1, .access = CW_ACCESS_WRITE});
	n = cw_service(dev, 10000);
	if (n < 0)
		return n;
	cw_run(dev, 10000);
	CHECK_EQ(n, 1);
	CHECK(fake_fail_access == 1 || fake_count(f, CW_OP_RESUME) == before + 1);
	return 0;
}

static int64_t get_log(void)
{
	return cw_vm_log_get(vm, 0, map);
}

/* The second ring has entries. */
static int64_t get_ring(void)
{
	struct cw_dring_entry *e = ctx[1]->ring.entry;
	ssize_t n;

	for (unsigned i = 0; i < USED; i++)
		e[i].gfn = CW_DRING_PHASE | (GPA / CW_PAGE_SIZE + i);
	f->regs[(CW_REG_DRING_INDEX + CW_REG_DRING_DOORBELL_STRIDE) / 4] = USED;
	n = cw_ctx_ring_get(ctx[1], page, ENTRIES);
	if (n >= 0)
		CHECK_EQ(n, USED);
	return n;
}

static int64_t reset_rings(void)
{
	int64_t n = cw_vm_ring_reset(vm, 0);

	if (n >= 0)
		CHECK_EQ(n, USED);
	return n;
}

static int64_t stop_log(void)
{
	return cw_vm_log_stop(vm, 0);
}

static int64_t destroy_first(void)
{
	return cw_ctx_destroy(ctx[0]);
}

static int64_t destroy_second(void)
{
	return cw_ctx_destroy(ctx[1]);
}

static int64_t destroy_vm(void)
{
	return cw_vm_destroy(vm);
}

static int64_t free_memory(void)
{
	return cw_mem_free(dev, &mem);
}

static const struct {
	const char *name;
	int64_t (*fn)(void);
} steps[] = {
	{"open", open_device},
	{"cw_mem_alloc", alloc_memory},
	{"cw_vm_create", create_vm},
	{"cw_vm_set_memory", set_slot},
	{"cw_ctx_create", create_first},
	{"cw_ctx_create", create_second},
	{"cw_vm_log_start", start_log},
	{"fault", fault},
	{"cw_vm_log_get", get_log},
	{"cw_ctx_ring_get", get_ring},
	{"cw_vm_ring_reset", reset_rings},
	{"cw_vm_log_stop", stop_log},
	{"cw_ctx_destroy", destroy_first},
	{"cw_ctx_destroy", destroy_second},
	{"cw_vm_destroy", destroy_vm},
	{"cw_mem_free", free_memory},
};

enum { NSTEPS = sizeof(steps) / sizeof(steps[0]) };

/* All steps up to `end`; one that is out of memory is made again. Number of the step that failed. */
static unsigned live(unsigned end, int64_t *err)
{
	unsigned i;

	dev = NULL;
	for (i = 0; i < end; i++) {
		*err = steps[i].fn();
		if (*err == -ENOMEM && failed)
			*err = steps[i].fn();
		if (*err < 0)
			break;
	}
	cw_close(dev);
	return i;
}

static bool nothing_is_left(const char *what, unsigned n)
{
	if (CHECK_EQ(__lsan_do_recoverable_leak_check(), 0))
		return true;
	printf("  %s %u\n", what, n);
	return false;
}

static void no_allocation_may_fail_and_be_felt_later(void)
{
	unsigned n = 0;

	do {
		int64_t err = 0;
		unsigned at;

		failed = false;
		/* The fake is none of the library's. */
		to_go = n + 2;
		at = live(NSTEPS, &err);
		to_go = 0;
		if (!CHECK_EQ(at, NSTEPS) || !CHECK(err >= 0))
			printf("  %s: %lld after allocation %u had failed\n", steps[at % NSTEPS].name, (long long)err,
			       n);
		if (!nothing_is_left("allocation", n))
			return;
		n++;
	} while (failed && !check_bad);
	printf("# %u allocations\n", n - 1);
	CHECK(n > 30);
}

/* A life that ends early, too: the device is closed with all that it has. */
static void a_device_may_be_closed_at_any_time(void)
{
	for (unsigned end = 1; end <= NSTEPS; end++) {
		int64_t err = 0;

		CHECK_EQ(live(end, &err), end);
		nothing_is_left("closed after step", end);
	}
}

static void registers_that_fail_end_every_call(void)
{
	bool all = false;

	for (unsigned n = 1; !all && !check_bad; n++) {
		int64_t err = 0;
		unsigned at;

		fake_fail_access = n + 1;
		at = live(NSTEPS, &err);
		all = fake_fail_access > 1;
		fake_fail_access = 0;
		CHECK(err < 0 || at == NSTEPS);
		if (!nothing_is_left("register access", n))
			return;
		if (all)
			printf("# %u accesses\n", n - 1);
	}
}

int main(void)
{
	RUN(a_device_may_be_closed_at_any_time);
	RUN(no_allocation_may_fail_and_be_felt_later);
	RUN(registers_that_fail_end_every_call);
	return CHECK_DONE("lib-nth");
}
