/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Shadow contexts against a device that only keeps a record of commands: what other threads do between two of them. */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "fake.h"
#include "guest.h"

#include "check.h"

#define TABLES 0x10000000ull
#define ALL_OPS \
	(1u << CW_OP_HARVEST | 1u << CW_OP_PROTECT | 1u << CW_OP_STOP | 1u << CW_OP_DRAIN | 1u << CW_OP_START | \
	 1u << CW_OP_FILL)

static struct fake *f;
static struct cw_dev *dev;
static struct cw_vm *vm;
static struct cw_ctx *ctx;
static struct cw_mem mem;
static struct guest_ram ram;
static struct guest g[2];

static void begin(void)
{
	struct cw_vm_region r = {.gpa = TABLES, .size = 1 << 20};
	struct cw_ctx_params p = {.id = CW_CTX_ANY, .kind = CW_CTX_VIRTUAL};

	f = fake_new();
	f->regs[CW_REG_CAP_HOT_OPS / 4] = ALL_OPS;
	CHECK_EQ(cw_open_transport(&fake_transport, f, "fake:", &dev), 0);
	CHECK_EQ(cw_mem_alloc(dev, r.size, &mem), 0);
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 40}, &vm), 0);
	r.ptr = mem.ptr;
	CHECK_EQ(cw_vm_set_memory(vm, &r), 0);
	ram = (struct guest_ram){.ptr = {mem.ptr}, .gpa = {TABLES}, .size = {r.size}, .next_table = TABLES};
	ram.table_end = TABLES + r.size;
	for (unsigned i = 0; i < 2; i++)
		guest_init(&g[i], &ram, GUEST_L4);
	p.guest = guest_state(&g[0]);
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), 0);
}

static void end(void)
{
	f->on_complete = NULL;
	CHECK_EQ(cw_ctx_destroy(ctx), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	CHECK_EQ(cw_mem_free(dev, &mem), 0);
	cw_close(dev);
}

/* Root id of the last command of this opcode. */
static uint64_t id_of(unsigned opcode)
{
	for (unsigned i = f->nlog; i--;) {
		if (f->log[i].opcode == opcode)
			return f->log[i].arg1;
	}
	return UINT64_MAX;
}

/* ---- an invalidation while another root is on its way to the engine ---- */

static pthread_t thread;
static int invalidated, has_new_root, too_early;

static void *invalidate(void *arg)
{
	(void)arg;
	CHECK_EQ(cw_ctx_invalidate(ctx, 0, 0), 0);
	too_early = !__atomic_load_n(&has_new_root, __ATOMIC_SEQ_CST);
	__atomic_store_n(&invalidated, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void while_switching(struct fake *fake, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	(void)fake;
	(void)cpl;
	if (cmd->opcode == CW_OP_STOP) {
		CHECK_EQ(pthread_create(&thread, NULL, invalidate, NULL), 0);
		/* Time enough for an invalidation that waits for nothing. */
		for (unsigned i = 0; i < 100 && !__atomic_load_n(&invalidated, __ATOMIC_SEQ_CST); i++)
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	if (cmd->opcode == CW_OP_CTX_ROOT)
		__atomic_store_n(&has_new_root, 1, __ATOMIC_SEQ_CST);
}

/*
 * The core has the new root, which it compares with the guest's tables; the engine has the old one, where nothing was
 * compared: until it has the new one, older translations are in use.
 */
static void i10_an_invalidation_waits_for_the_new_root(void)
{
	struct cw_guest_state s;

	begin();
	s = guest_state(&g[1]);
	CHECK_EQ(cw_ctx_invalidate(ctx, 0, 0), 0);
	invalidated = has_new_root = too_early = 0;
	f->on_complete = while_switching;
	CHECK_EQ(cw_ctx_set_guest(ctx, &s, CW_GUEST_KEEP), 0);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK(invalidated && has_new_root && !too_early);
	end();
}

/* The engine has an old root, and nobody knows which: an invalidation cannot say that nothing older is in use. */
static void i10_an_invalidation_fails_where_the_root_was_not_switched(void)
{
	struct cw_guest_state s;

	begin();
	s = guest_state(&g[1]);
	f->fail_opcode = CW_OP_CTX_ROOT;
	f->fail_status = CW_ST_BAD_FIELD;
	CHECK(cw_ctx_set_guest(ctx, &s, CW_GUEST_KEEP) < 0);
	f->fail_opcode = 0;
	CHECK_EQ(cw_ctx_invalidate(ctx, 0, 0), -EIO);
	CHECK_EQ(cw_vm_recover(vm), 0);
	CHECK_EQ(cw_ctx_invalidate(ctx, 0, 0), 0);
	end();
}

/*
 * The engine has the new root, and a FLUSH behind it has failed: its id stands for that root until the engine has let
 * go of it. For another root it would be the tag of translations that are not its own.
 */
static void p1_a_root_id_in_doubt_is_given_to_nobody(void)
{
	struct cw_ctx_params p = {.id = CW_CTX_ANY, .kind = CW_CTX_VIRTUAL};
	struct cw_guest_state s;
	struct cw_ctx *other;
	uint64_t doubt, own, id;

	begin();
	own = id_of(CW_OP_CTX_ATTACH);
	s = guest_state(&g[1]);
	f->fail_opcode = CW_OP_CTX_ROOT;
	f->fail_status = CW_ST_NOT_FLUSHED;
	CHECK_EQ(cw_ctx_set_guest(ctx, &s, 0), -ETIMEDOUT);
	f->fail_opcode = 0;
	doubt = id_of(CW_OP_CTX_ROOT);
	CHECK(doubt != own);
	for (unsigned again = 0; again < 2; again++) {
		struct cw_vm *second;

		CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 40}, &second), 0);
		CHECK_EQ(cw_vm_set_memory(second,
					  &(struct cw_vm_region){.gpa = TABLES, .size = 1 << 20, .ptr = mem.ptr}),
			 0);
		p.guest = guest_state(&g[1]);
		CHECK_EQ(cw_ctx_create(second, &p, &other), 0);
		id = id_of(CW_OP_CTX_ATTACH);
		CHECK(id != own);
		/* Free again once nothing of it is cached, and not before: the lowest free one is given. */
		CHECK_EQ(id == doubt, again);
		CHECK_EQ(cw_ctx_destroy(other), 0);
		CHECK_EQ(cw_vm_destroy(second), 0);
		if (!again) {
			CHECK_EQ(cw_vm_recover(vm), 0);
			own = id_of(CW_OP_CTX_ATTACH);
		}
	}
	end();
}

int main(void)
{
	RUN(i10_an_invalidation_waits_for_the_new_root, "I10");
	RUN(i10_an_invalidation_fails_where_the_root_was_not_switched, "I10 P43");
	RUN(p1_a_root_id_in_doubt_is_given_to_nobody, "P1 P43");
	return CHECK_DONE("lib-shadow-cmd");
}
