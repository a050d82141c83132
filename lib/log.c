/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty log: the engine's side of what the core does (lib/mmu/log.c). Per address space a directory and the leaves of
 * the engine's log in table memory, and a private buffer that HARVEST writes into (P29).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define LEAF_SHIFT 15 /* log2 of the pages of a leaf */
#define RECORDS 512u  /* of the harvest buffer */
#define NEEDED(mode) ((mode) == CW_LOG_CAPTURE ? 1u << CW_OP_HARVEST : 1u << CW_OP_HARVEST | 1u << CW_OP_PROTECT)

static uint64_t dir_pages(const struct cw_vm_log *log)
{
	return (log->entries * sizeof(struct cw_log_dir) + CW_PAGE_SIZE - 1) / CW_PAGE_SIZE;
}

static int log_set_locked(struct cw_vm *vm, unsigned space, unsigned mode)
{
	const struct cw_vm_log *log = &vm->log[space];
	struct cw_cmd cmd = {.opcode = CW_OP_LOG_SET, .space = (uint16_t)vm->domain[space], .arg0 = mode};
	struct cw_cpl cpl;

	if (mode) {
		cmd.addr = log->dir;
		cmd.arg1 = log->entries;
	}
	return cw_exec_locked(vm->dev, &vm->dev->cold, &cmd, &cpl);
}

/* The engine gives up what a start that failed has left with it. */
static int log_give_up_locked(struct cw_vm *vm, unsigned space)
{
	int err = vm->log[space].kept ? log_set_locked(vm, space, CW_LOG_OFF) : 0;

	if (!err)
		vm->log[space].kept = false;
	return err;
}

void cw_vm_log_free(struct cw_vm *vm, bool stopped)
{
	for (unsigned s = 0; s < CW_AS_MAX; s++) {
		struct cw_vm_log *log = &vm->log[s];
		bool ours;

		cw_lock(vm->dev);
		ours = stopped && !log_give_up_locked(vm, s);
		for (uint64_t i = 0; log->leaf && ours && i < log->entries; i++) {
			if (log->leaf[i])
				cw_table_free_locked(vm->dev, log->leaf[i]);
		}
		for (uint64_t i = 0; log->dir && ours && i < dir_pages(log); i++)
			cw_table_free_locked(vm->dev, log->dir + i * CW_PAGE_SIZE);
		if (log->records && ours)
			cw_dma_free_locked(vm->dev, log->records);
		cw_unlock(vm->dev);
		free(log->leaf);
		*log = (struct cw_vm_log){0};
	}
}

static int log_alloc(struct cw_vm *vm, struct cw_vm_log *log)
{
	unsigned bits = vm->params.address_bits - CW_PAGE_SHIFT;
	int err;

	if (log->dir)
		return 0;
	log->entries = bits <= LEAF_SHIFT ? 1 : UINT64_C(1) << (bits - LEAF_SHIFT);
	if (log->entries > CW_LOG_DIR)
		log->entries = CW_LOG_DIR;
	log->leaf = calloc(log->entries, sizeof(*log->leaf));
	if (!log->leaf)
		return cw_error(-ENOMEM, "no memory for a dirty log");
	log->records = cw_dma_alloc_locked(vm->dev, RECORDS * sizeof(*log->records), &log->records_bus);
	if (!log->records) {
		free(log->leaf);
		log->leaf = NULL;
		return cw_error(-ENOMEM, "no memory for harvests");
	}
	err = cw_table_alloc_run_locked(vm->dev, dir_pages(log), &log->dir);
	if (err) {
		cw_dma_free_locked(vm->dev, log->records);
		free(log->leaf);
		*log = (struct cw_vm_log){0};
	}
	return err;
}

static int fill_zero_locked(struct cw_vm *vm, uint64_t addr)
{
	const struct cw_cmd cmd = {.opcode = CW_OP_FILL, .addr = addr};
	int slot = cw_post_locked(vm->dev, &vm->dev->hot, &cmd, vm, false);

	return slot < 0 ? slot : 0;
}

/* An empty log: the engine uses neither directory nor leaves now. The leaves come back when they are missed. */
static int log_clear_locked(struct cw_vm *vm, struct cw_vm_log *log)
{
	struct cw_cpl cpl;
	int err = 0;

	for (uint64_t i = 0; i < log->entries; i++) {
		if (log->leaf[i])
			cw_table_free_locked(vm->dev, log->leaf[i]);
		log->leaf[i] = 0;
	}
	for (uint64_t i = 0; i < dir_pages(log) && !err; i++)
		err = fill_zero_locked(vm, log->dir + i * CW_PAGE_SIZE);
	/* LOG_SET is a cold command: nothing but a completion orders it behind hot ones. */
	return err ? err : cw_exec_locked(vm->dev, &vm->dev->hot, &(struct cw_cmd){.opcode = CW_OP_NOP}, &cpl);
}

int cw_vm_op_log_set(void *priv, unsigned space, unsigned mode)
{
	struct cw_vm *vm = priv;
	struct cw_vm_log *log = &vm->log[space];
	int err = 0;

	if (mode && (vm->dev->info.hot_ops & NEEDED(mode)) != NEEDED(mode))
		return cw_error(-EOPNOTSUPP, "this device has no dirty log of that mode");
	cw_lock(vm->dev);
	if (mode)
		err = log_alloc(vm, log);
	if (!err)
		err = log_give_up_locked(vm, space);
	if (!err && mode && !log->mode)
		err = log_clear_locked(vm, log);
	/* Without a domain nothing writes yet; cw_domain_get() makes up for it. */
	if (!err && vm->domain[space] >= 0) {
		err = log_set_locked(vm, space, mode);
		/*
		 * Older requests did not end in time, and the new mode holds: say that it does not (P28). A log that
		 * stops so keeps its directory, whose leaves the engine may write until it has given it up (I9).
		 */
		if (err && !log->mode)
			log->kept = true;
		if (err == -ETIMEDOUT && !vm->dev->dead && log_set_locked(vm, space, log->mode) == 0)
			log->kept = false;
	}
	if (!err)
		log->mode = mode;
	cw_unlock(vm->dev);
	return err;
}

int cw_vm_log_attach_locked(struct cw_vm *vm, unsigned space)
{
	return vm->log[space].mode ? log_set_locked(vm, space, vm->log[space].mode) : 0;
}

int cw_vm_op_protect(void *priv, uint64_t table, const uint64_t *mask, unsigned flavour, bool dirty)
{
	struct cw_cmd cmd = {.opcode = CW_OP_PROTECT, .addr = table, .arg1 = dirty | (flavour ? 2 : 0)};

	memcpy(cmd.data, mask, sizeof(cmd.data));
	return cw_vm_post(priv, &cmd);
}

int cw_vm_op_log_provide(void *priv, unsigned space, uint64_t gfn)
{
	struct cw_vm *vm = priv;
	struct cw_vm_log *log = &vm->log[space];
	uint64_t i = gfn >> LEAF_SHIFT;
	int err = 0;

	if (i >= log->entries)
		return cw_error(-EOPNOTSUPP, "the dirty log ends at guest address 0x%llx",
				(unsigned long long)log->entries << (LEAF_SHIFT + CW_PAGE_SHIFT));
	cw_lock(vm->dev);
	/* Several faults may wait for the same leaf. */
	if (!log->leaf[i]) {
		uint64_t leaf;

		err = cw_table_alloc_locked(vm->dev, &leaf);
		if (!err) {
			const struct cw_cmd enable = {.opcode = CW_OP_WRITE,
						      .addr = log->dir + i * sizeof(struct cw_log_dir),
						      .arg0 = leaf | 1u << CW_LOG_ENABLED};
			int slot;

			log->leaf[i] = leaf;
			err = fill_zero_locked(vm, leaf);
			slot = err ? err : cw_post_locked(vm->dev, &vm->dev->hot, &enable, vm, false);
			err = slot < 0 ? slot : 0;
		}
	}
	cw_unlock(vm->dev);
	return err;
}

/* Of a completion's info. */
enum { HARVEST_MORE = 1 << 0, HARVEST_ALL = 1 << 1 };

int cw_vm_op_harvest(void *priv, unsigned space, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits), void *arg)
{
	struct cw_vm *vm = priv;
	struct cw_vm_log *log = &vm->log[space];
	struct cw_cmd cmd = {.opcode = CW_OP_HARVEST, .arg0 = log->records_bus, .arg1 = (uint64_t)RECORDS << 32};
	struct cw_cpl cpl;
	bool all = false;
	int err;

	if (vm->domain[space] < 0)
		return 0;
	cmd.space = (uint16_t)vm->domain[space];
	do {
		cw_lock(vm->dev);
		err = cw_exec_locked(vm->dev, &vm->dev->hot, &cmd, &cpl);
		if (!err && cpl.value > RECORDS)
			err = cw_error(-EIO, "HARVEST wrote more records than there is room for");
		cw_unlock(vm->dev);
		for (uint64_t i = 0; !err && i < cpl.value; i++)
			line(arg, log->records[i].index * 512, log->records[i].line);
		all |= !err && (cpl.info & HARVEST_ALL);
		cmd.addr = cpl.info & ~((UINT64_C(1) << (LEAF_SHIFT + CW_PAGE_SHIFT)) - 1);
	} while (!err && (cpl.info & HARVEST_MORE));
	return err ? err : all;
}

int cw_vm_op_host_write(void *priv, uint64_t hva, const void *buf, size_t len)
{
	(void)priv;
	memcpy((void *)(uintptr_t)hva, buf, len);
	return 0;
}

/* ---- API ---- */

static int bad_space(const struct cw_vm *vm, unsigned space)
{
	return vm && space < CW_AS_MAX ? 0 : cw_error(-EINVAL, "no VM, or no such address space");
}

int cw_vm_log_start(struct cw_vm *vm, unsigned space, unsigned mode, unsigned flags)
{
	int err = bad_space(vm, space);

	if (err)
		return err;
	if (mode < CW_LOG_CAPTURE || mode > CW_LOG_DIRTYBIT)
		return cw_error(-EINVAL, "no such mode of the dirty log");
	if (flags & ~(CW_LOG_MANUAL | CW_LOG_INITIALLY_SET | CW_LOG_SPLIT) ||
	    (flags & (CW_LOG_MANUAL | CW_LOG_INITIALLY_SET)) == CW_LOG_INITIALLY_SET)
		return cw_error(-EINVAL, "bad flags: INITIALLY_SET goes with MANUAL only");
	return cw_mmu_log_start(&vm->mmu, space, mode, flags);
}

int cw_vm_log_stop(struct cw_vm *vm, unsigned space)
{
	int err = bad_space(vm, space);

	if (!err)
		err = cw_mmu_log_stop(&vm->mmu, space);
	if (!err)
		cw_drings_stopped(vm, space);
	return err;
}

static int64_t result(int64_t r, const char *what)
{
	if (r == -ENOENT)
		return cw_error(-ENOENT, "no such slot, or it does not log");
	if (r == -EINVAL)
		return cw_error(-EINVAL, "not a range of the slot by words of 64 pages");
	return r < 0 ? cw_error((int)r, "%s failed, take everything as dirty: %s", what, strerror((int)-r)) : r;
}

int64_t cw_vm_log_get(struct cw_vm *vm, uint32_t slot, uint64_t *bitmap)
{
	if (!vm || !bitmap)
		return cw_error(-EINVAL, "no VM or no bitmap");
	return result(cw_mmu_log_get(&vm->mmu, slot, bitmap), "the pass");
}

int64_t cw_vm_log_clear(struct cw_vm *vm, uint32_t slot, uint64_t first, uint64_t npages, const uint64_t *bitmap)
{
	if (!vm || !bitmap)
		return cw_error(-EINVAL, "no VM or no bitmap");
	return result(cw_mmu_log_clear(&vm->mmu, slot, first, npages, bitmap), "clearing");
}

int cw_vm_write(struct cw_vm *vm, unsigned space, uint64_t gpa, const void *buf, size_t len)
{
	int err = bad_space(vm, space);

	if (err || (!buf && len))
		return err ? err : cw_error(-EINVAL, "no data");
	err = cw_mmu_write(&vm->mmu, space, gpa, buf, len);
	return err ? cw_error(err, "guest memory at 0x%llx: %s", (unsigned long long)gpa, strerror(-err)) : 0;
}

static int hold(struct cw_vm *vm, unsigned space, uint8_t opcode, struct cw_cpl *cpl)
{
	struct cw_cmd cmd = {.opcode = opcode, .scope = CW_SCOPE_DOMAIN};
	int err = bad_space(vm, space);

	if (err)
		return err;
	if (!(vm->dev->info.hot_ops & 1u << opcode))
		return cw_error(-EOPNOTSUPP, "this device cannot hold requests");
	cw_lock(vm->dev);
	if (vm->domain[space] < 0) {
		err = cw_error(-ENOENT, "the address space has no context");
	} else {
		cmd.space = (uint16_t)vm->domain[space];
		err = cw_exec_locked(vm->dev, &vm->dev->hot, &cmd, cpl);
	}
	cw_unlock(vm->dev);
	return err;
}

int cw_vm_stop(struct cw_vm *vm, unsigned space)
{
	return hold(vm, space, CW_OP_STOP, &(struct cw_cpl){0});
}

int cw_vm_start(struct cw_vm *vm, unsigned space)
{
	return hold(vm, space, CW_OP_START, &(struct cw_cpl){0});
}

int cw_vm_drain(struct cw_vm *vm, unsigned space, uint32_t *parked)
{
	struct cw_cpl cpl = {0};
	int err = hold(vm, space, CW_OP_DRAIN, &cpl);

	if (!err && parked)
		*parked = (uint32_t)cpl.value;
	return err;
}
