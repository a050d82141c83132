/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The way back of a VM whose tables engine and host may see differently, because a posted change failed. The engine
 * lets go of everything of the VM, all tables begin anew, and what is logged is dirty (P43).
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Each context of the VM in turn; stops at the first error. */
static int each_ctx(struct cw_vm *vm, int (*fn)(struct cw_ctx *ctx))
{
	int err = 0;

	for (unsigned i = 0; i < CW_NCTX && !err; i++) {
		if (vm->dev->ctx[i] && vm->dev->ctx[i]->vm == vm)
			err = fn(vm->dev->ctx[i]);
	}
	return err;
}

/* The log begins anew as well: its lines may be those that were lost. The core knows that all is dirty. */
static int restart_logs(struct cw_vm *vm)
{
	int err = 0;

	for (unsigned s = 0; s < CW_AS_MAX && !err; s++) {
		unsigned mode = vm->log[s].mode;

		if (!mode)
			continue;
		err = cw_vm_op_log_set(vm, s, CW_LOG_OFF);
		if (!err)
			err = cw_vm_op_log_set(vm, s, mode);
		/* What is tried again starts it again. */
		if (err)
			vm->log[s].mode = mode;
	}
	return err;
}

int cw_vm_renew(struct cw_vm *vm)
{
	struct cw_cpl cpl;
	int err;

	/* What was posted before has its result when this has. */
	cw_lock(vm->dev);
	err = cw_exec_locked(vm->dev, &vm->dev->hot, &(struct cw_cmd){.opcode = CW_OP_NOP}, &cpl);
	if (!err)
		vm->failed = false;
	cw_unlock(vm->dev);
	if (!err)
		err = cw_mmu_engine_lost(&vm->mmu);
	if (!err)
		err = restart_logs(vm);
	return err ? err : each_ctx(vm, cw_ctx_attach);
}

static int recover(struct cw_vm *vm)
{
	int err = each_ctx(vm, cw_ctx_detach);

	return err ? err : cw_vm_renew(vm);
}

int cw_vm_recover(struct cw_vm *vm)
{
	int err;

	if (!vm)
		return cw_error(-EINVAL, "no VM");
	cw_ticket_lock(&vm->dev->service);
	err = recover(vm);
	if (err) {
		cw_lock(vm->dev);
		vm->failed = true;
		cw_unlock(vm->dev);
	}
	cw_ticket_unlock(&vm->dev->service);
	return err;
}
