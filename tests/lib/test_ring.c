/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Identity, rings, deadlines and the fault loop against a device that breaks rules. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "fake.h"

static struct fake *f;

static struct cw_dev *open_fake(void)
{
	struct cw_dev *dev = NULL;

	f = fake_new();
	CHECK_EQ(cw_open_transport(&fake_transport, f, "fake:", &dev), 0);
	return dev;
}

/* Opening must fail with err and a message that has `text` in it. */
static void refuses(uint32_t reg, uint32_t value, int err, const char *text)
{
	struct cw_dev *dev = NULL;

	f = fake_new();
	f->regs[reg / 4] = value;
	CHECK_EQ(cw_open_transport(&fake_transport, f, "fake:", &dev), err);
	CHECK(strstr(cw_last_error(), text) != NULL);
	CHECK(dev == NULL);
}

static void refuses_what_is_no_catwalk(void)
{
	refuses(CW_REG_ID, 0xffffffff, -ENODEV, "0xffffffff");
}

static void refuses_another_major_and_prints_both(void)
{
	refuses(CW_REG_VERSION, 7u << 16 | 3, -EPROTO, "7.3");
	CHECK(strstr(cw_last_error(), "1.0") != NULL);
}

static void refuses_another_contract_of_the_same_version(void)
{
	refuses(CW_REG_BUILD_HASH, 0x12345678, -EPROTO, "0x12345678");
}

static void refuses_dead_firmware(void)
{
	refuses(CW_REG_STATUS, 2, -EIO, "firmware");
	refuses(CW_REG_STATUS, 5, -EIO, "self test");
	refuses(CW_REG_STATUS, 0, -ETIMEDOUT, "firmware");
}

static void refuses_nonsense_capabilities(void)
{
	refuses(CW_REG_CAP_CLOCK, 0, -EIO, "capability");
	refuses(CW_REG_CAP_CONTEXTS, 0xffff, -EIO, "capability");
}

static void close_gives_all_memory_back(void)
{
	struct cw_dev *dev = open_fake();
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	struct cw_mem mem;

	CHECK_EQ(cw_mem_alloc(dev, 5000, &mem), 0);
	CHECK_EQ(cw_vm_create(dev, NULL, &vm), 0);
	CHECK_EQ(cw_ctx_create(vm, NULL, &ctx), 0);
	/* The leak checker looks after the rest. */
	cw_close(dev);
}

/* ---- memory of the caller ---- */

static unsigned unmapped, unmapped_early;
static bool still_attached;

static int t_map(void *t, void *ptr, size_t size, uint64_t *bus)
{
	(void)t;
	(void)size;
	*bus = (uintptr_t)ptr;
	return 0;
}

static void t_unmap(void *t, uint64_t bus)
{
	(void)t;
	(void)bus;
	unmapped++;
	unmapped_early += still_attached && f->regs[CW_REG_CONTROL / 4];
}

/* What the engine may still reach stays mapped as long as it may (I9, P40). */
static void close_unmaps_what_a_context_holds_after_its_dma(void)
{
	struct cw_transport tr = fake_transport;
	struct cw_dev *dev;
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	void *p = NULL;

	tr.mem_map = t_map;
	tr.mem_unmap = t_unmap;
	for (unsigned held = 0; held < 2; held++) {
		f = fake_new();
		unmapped = unmapped_early = 0;
		still_attached = held;
		CHECK_EQ(posix_memalign(&p, 4096, 4096), 0);
		CHECK_EQ(cw_open_transport(&tr, f, "fake:", &dev), 0);
		CHECK_EQ(cw_vm_create(dev, NULL, &vm), 0);
		CHECK_EQ(cw_vm_set_memory(vm, &(struct cw_vm_region){.size = 4096, .ptr = p}), 0);
		CHECK_EQ(cw_ctx_create(vm, NULL, &ctx), 0);
		f->fail_opcode = held ? CW_OP_CTX_DETACH : 0;
		f->fail_status = CW_ST_NOT_FLUSHED;
		cw_close(dev);
		CHECK_EQ(unmapped, 1);
		CHECK_EQ(unmapped_early, 0);
		free(p);
	}
}

static void phase_turns_with_each_lap(void)
{
	struct cw_dev *dev = open_fake();
	struct cw_cpl cpl;

	for (unsigned i = 0; i < 1000; i++) {
		if (!CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP, .arg0 = i}, &cpl), 0))
			break;
		CHECK_EQ(cpl.index, i);
	}
	CHECK_EQ(fake_count(f, CW_OP_NOP), 1000);
	for (unsigned i = 0; i < 70; i++)
		CHECK_EQ(cw_cmd(dev, CW_RING_COLD, &(struct cw_cmd){.opcode = CW_OP_STATS}, &cpl), 0);
	CHECK(!f->overrun);
	cw_close(dev);
}

/* P15: completions may come in any order. */
static void completions_out_of_order_find_their_command(void)
{
	struct cw_dev *dev = open_fake();
	struct cw_cpl cpl;
	int handle[8];

	f->hold = 8;
	for (unsigned i = 0; i < 8; i++)
		handle[i] = cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP, .arg0 = i});
	for (unsigned i = 0; i < 8; i++) {
		CHECK_EQ(cw_cmd_wait(dev, handle[i], &cpl, 1000000), 0);
		CHECK_EQ(cpl.index, i);
	}
	CHECK_EQ(cw_cmd_wait(dev, handle[3], &cpl, 1000000), -ENOENT);
	cw_close(dev);
}

static void full_ring_is_refused_and_recovers(void)
{
	struct cw_dev *dev = open_fake();
	unsigned n = 0;
	int handle = 0, first = 0;

	f->silent = true;
	while ((handle = cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP})) > 0 && n < 1000) {
		first = first ? first : handle;
		n++;
	}
	CHECK_EQ(handle, -EAGAIN);
	CHECK_EQ(n, 1u << CW_HOT_LOG2);
	f->silent = false;
	CHECK_EQ(cw_cmd_wait(dev, first, NULL, 1000000), 0);
	CHECK(cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP}) > 0);
	cw_run(dev, 10000);
	CHECK(!f->overrun);
	cw_close(dev);
}

static void silent_device_ends_every_wait(void)
{
	struct cw_dev *dev = open_fake();
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	int handle;

	CHECK_EQ(cw_vm_create(dev, NULL, &vm), 0);
	f->silent = true;
	handle = cw_cmd_submit(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP});
	CHECK_EQ(cw_cmd_wait(dev, handle, NULL, 5000), -ETIMEDOUT);
	CHECK_EQ(cw_cmd_wait(dev, handle, NULL, 5000), -ETIMEDOUT);
	CHECK_EQ(cw_ctx_create(vm, NULL, &ctx), -ETIMEDOUT);
	/* From then on it is dead, and says so at once. */
	uint64_t before = f->now;

	CHECK_EQ(cw_ctx_create(vm, NULL, &ctx), -ETIMEDOUT);
	CHECK(f->now - before < 1000000);
	CHECK(cw_service(dev, 1000) < 0);
	cw_close(dev);
}

/* P21: with a long FLUSH_TIMEOUT a command may take longer than the library's own deadline, but not for ever. */
static void long_flush_timeout_is_waited_for(void)
{
	static const struct cw_cmd nop = {.opcode = CW_OP_NOP};
	struct cw_dev *dev = open_fake();

	CHECK_EQ(cw_reg_write(dev, CW_REG_FLUSH_TIMEOUT, 100 * f->regs[CW_REG_CAP_CLOCK / 4]), 0); /* 100 ms */
	f->silent_until = f->now + 90000000;
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &nop, NULL), 0);
	CHECK(f->now >= f->silent_until);
	/* An explicit time is kept to. */
	f->silent_until = f->now + 90000000;
	CHECK_EQ(cw_cmd_wait(dev, cw_cmd_submit(dev, CW_RING_HOT, &nop), NULL, 60000000), -ETIMEDOUT);
	f->silent = true;
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &nop, NULL), -ETIMEDOUT);
	CHECK(f->now < f->silent_until + 20 * UINT64_C(100000000));
	cw_close(dev);
}

static void stray_completion_is_an_error(void)
{
	struct cw_dev *dev = open_fake();

	f->stray = true;
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_NOP}, NULL), -EIO);
	cw_close(dev);
}

static void status_becomes_errno(void)
{
	struct cw_dev *dev = open_fake();

	f->fail_opcode = CW_OP_FILL;
#define CW_STATUS(name, code, err, doc) \
	f->fail_status = code; \
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_FILL}, NULL), -(err));
#include <catwalk/status.def>
#undef CW_STATUS
	f->fail_status = 0xee;
	CHECK_EQ(cw_cmd(dev, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_FILL}, NULL), -EIO);
	cw_close(dev);
}

struct env {
	struct cw_dev *dev;
	struct cw_vm *vm;
	struct cw_ctx *ctx;
	struct cw_mem mem;
};

static void set_up(struct env *e, const struct cw_vm_params *p)
{
	e->dev = open_fake();
	CHECK_EQ(cw_mem_alloc(e->dev, 1 << 20, &e->mem), 0);
	CHECK_EQ(cw_vm_create(e->dev, p, &e->vm), 0);
	CHECK_EQ(cw_vm_set_memory(e->vm, &(struct cw_vm_region){.gpa = 0x100000, .size = 1 << 20, .ptr = e->mem.ptr}),
		 0);
	CHECK_EQ(cw_ctx_create(e->vm, NULL, &e->ctx), 0);
	f->nlog = 0;
	f->doorbells = 0;
}

static struct cw_fault_record fault(const struct env *e, uint64_t gpa, uint32_t id, bool write)
{
	return (struct cw_fault_record){.addr = gpa,
					.parked_id = id,
					.ctx = (uint16_t)cw_ctx_id(e->ctx),
					.len = 64,
					.access = write ? CW_ACCESS_WRITE : CW_ACCESS_READ,
					.verdict = CW_V_MISS};
}

/* Leaf entry that the commands in the log give to gpa; 0 if none. */
static uint64_t leaf_in_log(uint64_t bus)
{
	uint64_t found = 0;

	for (unsigned i = 0; i < f->nlog; i++) {
		if (f->log[i].opcode == CW_OP_WRITE && (f->log[i].arg0 & 0xffffffffff000) == bus)
			found = f->log[i].arg0;
		if (f->log[i].opcode == CW_OP_LOAD) {
			const uint64_t *e = (const uint64_t *)(uintptr_t)f->log[i].arg0;

			for (unsigned k = 0; k < 512; k++) {
				if ((e[k] & 0xffffffffff000) == bus)
					found = e[k];
			}
		}
	}
	return found;
}

static void batch_of_faults_has_one_doorbell(void)
{
	struct env e;

	set_up(&e, NULL);
	for (uint32_t i = 0; i < 20; i++)
		fake_fault(f, fault(&e, 0x100000 + i * 4096, 0x70000 + i, true));
	CHECK_EQ(cw_service(e.dev, 1000), 20);
	CHECK_EQ(f->doorbells, 1);
	CHECK_EQ(f->regs[CW_REG_FAULT_DOORBELL / 4], 20);
	cw_run(e.dev, 10000);
	CHECK_EQ(fake_count(f, CW_OP_RESUME), 20);
	for (uint32_t i = 0; i < 20; i++)
		CHECK(leaf_in_log(e.mem.bus + i * 4096) & 1);
	/* The repair stands before the RESUME of its fault. */
	CHECK_EQ(f->log[f->nlog - 1].opcode, CW_OP_RESUME);
	CHECK(f->log[0].opcode != CW_OP_RESUME);
	CHECK_EQ(cw_service(e.dev, 1000), 0);
	cw_close(e.dev);
}

static void fault_ring_wraps(void)
{
	struct env e;
	unsigned handled = 0;

	set_up(&e, NULL);
	for (uint32_t i = 0; i < 500; i++) {
		fake_fault(f, fault(&e, 0x100000 + (i % 200) * 4096, i, false));
		handled += (unsigned)cw_service(e.dev, 1000);
	}
	CHECK_EQ(handled, 500);
	cw_run(e.dev, 10000);
	CHECK_EQ(fake_count(f, CW_OP_RESUME), 500);
	CHECK(!f->overrun);
	cw_close(e.dev);
}

static void busy_resume_is_said_again(void)
{
	struct env e;

	set_up(&e, NULL);
	f->busy_resumes = 3;
	fake_fault(f, fault(&e, 0x100000, 5, false));
	CHECK_EQ(cw_service(e.dev, 1000), 1);
	for (unsigned i = 0; i < 10; i++)
		cw_service(e.dev, 2000);
	CHECK_EQ(fake_count(f, CW_OP_RESUME), 4);
	CHECK_EQ(f->busy_resumes, 0);
	for (unsigned i = 0; i < f->nlog; i++) {
		if (f->log[i].opcode == CW_OP_RESUME)
			CHECK_EQ(f->log[i].arg0, 5);
	}
	cw_close(e.dev);
}

static const struct cw_cmd *last_resume(void)
{
	for (unsigned i = f->nlog; i-- > 0;) {
		if (f->log[i].opcode == CW_OP_RESUME)
			return &f->log[i];
	}
	return NULL;
}

static void fault_of_a_context_that_is_gone_is_aborted(void)
{
	struct env e;
	struct cw_fault_record rec;

	set_up(&e, NULL);
	rec = fault(&e, 0x100000, 9, false);
	CHECK_EQ(cw_ctx_destroy(e.ctx), 0);
	fake_fault(f, rec);
	rec.ctx = 0xffff;
	fake_fault(f, rec);
	CHECK_EQ(cw_service(e.dev, 1000), 2);
	cw_run(e.dev, 5000);
	CHECK_EQ(fake_count(f, CW_OP_RESUME), 2);
	CHECK_EQ(last_resume()->arg1, CW_RESUME_ABORT);
	cw_close(e.dev);
}

static void unwanted_event_gets_the_default(void)
{
	const struct cw_vm_params drop = {.unanswered = CW_DEFAULT_DROP};
	struct cw_event ev;
	struct env e;

	set_up(&e, NULL);
	fake_fault(f, fault(&e, 0x9000000, 1, false));
	CHECK_EQ(cw_event_poll(e.dev, &ev, 10000), 0);
	CHECK_EQ(last_resume()->arg1, CW_RESUME_ABORT);
	CHECK_EQ(cw_events_unanswered(e.dev), 1);
	cw_close(e.dev);

	set_up(&e, &drop);
	fake_fault(f, fault(&e, 0x9000000, 1, true));
	CHECK_EQ(cw_event_poll(e.dev, &ev, 10000), 0);
	CHECK_EQ(last_resume()->arg1, CW_RESUME_EMULATED);
	cw_close(e.dev);
}

/* P34 */
static void event_goes_to_the_user_and_back(void)
{
	const struct cw_vm_params params = {.events = true, .event_timeout_ns = 1000000};
	struct cw_event ev;
	struct env e;

	set_up(&e, &params);
	fake_fault(f, fault(&e, 0x9000040, 0x30001, true));
	CHECK_EQ(cw_event_poll(e.dev, &ev, 10000), 1);
	CHECK_EQ(ev.gpa, 0x9000040);
	CHECK(ev.write && ev.len == 64 && ev.vm == e.vm && ev.cause == CW_EVENT_MMIO);
	CHECK_EQ(cw_event_poll(e.dev, &(struct cw_event){0}, 10000), 0);
	CHECK_EQ(cw_event_answer(e.dev, ev.id + 1, CW_ANSWER_ABORT, NULL, 0), -ENOENT);
	CHECK_EQ(cw_event_answer(e.dev, ev.id, CW_ANSWER_ABORT, "x", 1), -EINVAL);
	CHECK_EQ(cw_event_answer(e.dev, ev.id, CW_ANSWER_EMULATED, "x", 65), -EINVAL);
	CHECK_EQ(cw_event_answer(e.dev, ev.id, (enum cw_answer)9, NULL, 0), -EINVAL);
	CHECK_EQ(cw_event_answer(e.dev, ev.id, CW_ANSWER_EMULATED, "hello", 5), 0);
	CHECK_EQ(cw_event_answer(e.dev, ev.id, CW_ANSWER_EMULATED, "hello", 5), -ENOENT);
	cw_run(e.dev, 5000);
	CHECK_EQ(last_resume()->arg0, 0x30001);
	CHECK_EQ(last_resume()->arg1, CW_RESUME_EMULATED);
	CHECK(memcmp(last_resume()->data, "hello\0\0", 7) == 0);
	cw_close(e.dev);
}

static void event_that_nobody_answers_ends(void)
{
	const struct cw_vm_params params = {.events = true, .event_timeout_ns = 50000};
	struct cw_event ev;
	struct env e;

	set_up(&e, &params);
	fake_fault(f, fault(&e, 0x9000000, 4, false));
	CHECK_EQ(cw_event_poll(e.dev, &ev, 10000), 1);
	cw_service(e.dev, 100000);
	CHECK_EQ(cw_events_unanswered(e.dev), 1);
	CHECK_EQ(cw_event_answer(e.dev, ev.id, CW_ANSWER_ONES, NULL, 0), -ENOENT);
	cw_run(e.dev, 5000);
	CHECK_EQ(last_resume()->arg1, CW_RESUME_ABORT);
	cw_close(e.dev);
}

/* MS-13..16, MS-7 */
static void slot_flags_decide_the_answer(void)
{
	const struct cw_vm_params params = {.events = true, .event_timeout_ns = 1000000};
	struct cw_event ev;
	struct env e;

	set_up(&e, &params);
	CHECK_EQ(cw_vm_set_memory(
			 e.vm,
			 &(struct cw_vm_region){
				 .slot = 1, .flags = CW_MEM_ALLONES, .gpa = 0x4000000, .size = 4096, .ptr = e.mem.ptr}),
		 0);
	CHECK_EQ(cw_vm_set_memory(e.vm, &(struct cw_vm_region){.slot = 2,
							       .flags = CW_MEM_READONLY,
							       .gpa = 0x5000000,
							       .size = 4096,
							       .ptr = e.mem.ptr}),
		 0);
	fake_fault(f, fault(&e, 0x4000000, 1, false));
	CHECK_EQ(cw_service(e.dev, 1000), 1);
	cw_run(e.dev, 5000);
	CHECK_EQ(last_resume()->arg1, CW_RESUME_ONES);
	fake_fault(f, fault(&e, 0x4000000, 2, true));
	CHECK_EQ(cw_event_poll(e.dev, &ev, 5000), 1);
	CHECK_EQ(ev.cause, CW_EVENT_ALLONES);
	fake_fault(f, fault(&e, 0x5000000, 3, true));
	CHECK_EQ(cw_event_poll(e.dev, &ev, 5000), 1);
	CHECK_EQ(ev.cause, CW_EVENT_READONLY);
	fake_fault(f, fault(&e, 0x5000000, 4, false));
	CHECK_EQ(cw_service(e.dev, 1000), 1);
	cw_run(e.dev, 5000);
	CHECK_EQ(last_resume()->arg1, CW_RESUME_RETRY);
	CHECK_EQ(leaf_in_log(e.mem.bus) & 3, 1);
	cw_close(e.dev);
}

/* A table write that failed must not end in a FLUSH that claims success. */
static void failed_post_breaks_the_vm_loudly(void)
{
	struct env e;

	set_up(&e, NULL);
	f->fail_opcode = CW_OP_LOAD;
	f->fail_status = CW_ST_BUS_ERROR;
	fake_fault(f, fault(&e, 0x100000, 1, false));
	CHECK_EQ(cw_service(e.dev, 1000), 1);
	cw_run(e.dev, 5000);
	CHECK(cw_vm_invalidate(e.vm, 0, 0x100000, 4096) < 0);
	cw_close(e.dev);
}

/* P21 */
static void flush_that_times_out_is_reported(void)
{
	struct env e;

	set_up(&e, NULL);
	fake_fault(f, fault(&e, 0x100000, 1, false));
	CHECK_EQ(cw_service(e.dev, 1000), 1);
	f->fail_opcode = CW_OP_FLUSH;
	f->fail_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(cw_vm_invalidate(e.vm, 0, 0x100000, 4096), -ETIMEDOUT);
	CHECK_EQ(cw_vm_set_memory(e.vm, &(struct cw_vm_region){.slot = 0}), -ETIMEDOUT);
	CHECK_EQ(cw_mem_free(e.dev, &e.mem), -EBUSY);
	f->fail_opcode = 0;
	CHECK_EQ(cw_vm_set_memory(e.vm, &(struct cw_vm_region){.slot = 0}), 0);
	CHECK_EQ(cw_mem_free(e.dev, &e.mem), 0);
	cw_close(e.dev);
}

int main(void)
{
	RUN(refuses_what_is_no_catwalk);
	RUN(refuses_another_major_and_prints_both);
	RUN(refuses_another_contract_of_the_same_version);
	RUN(refuses_dead_firmware);
	RUN(refuses_nonsense_capabilities);
	RUN(close_gives_all_memory_back);
	RUN(close_unmaps_what_a_context_holds_after_its_dma);
	RUN(phase_turns_with_each_lap, "P41");
	RUN(completions_out_of_order_find_their_command, "P15");
	RUN(full_ring_is_refused_and_recovers, "P16");
	RUN(silent_device_ends_every_wait);
	RUN(long_flush_timeout_is_waited_for);
	RUN(stray_completion_is_an_error);
	RUN(status_becomes_errno);
	RUN(batch_of_faults_has_one_doorbell);
	RUN(fault_ring_wraps);
	RUN(busy_resume_is_said_again);
	RUN(fault_of_a_context_that_is_gone_is_aborted, "P32");
	RUN(unwanted_event_gets_the_default, "P34");
	RUN(event_goes_to_the_user_and_back, "P34");
	RUN(event_that_nobody_answers_ends, "P34");
	RUN(slot_flags_decide_the_answer);
	RUN(failed_post_breaks_the_vm_loudly);
	RUN(flush_that_times_out_is_reported, "P21");
	return CHECK_DONE("lib-ring");
}
