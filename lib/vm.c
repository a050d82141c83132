/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* VMs: the MMU core's effects as commands to the engine. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"
#include "mmu/spte.h"

/* ---- operations of the core ---- */

int cw_vm_broken(struct cw_vm *vm)
{
	return vm->failed ?
		       cw_error(-EIO,
				"an earlier change of the tables failed: cw_vm_recover() makes the VM usable again") :
		       0;
}

static int op_table_alloc(void *priv, uint64_t *addr)
{
	struct cw_vm *vm = priv;

	return cw_table_alloc(vm->dev, addr);
}

static void op_table_free(void *priv, uint64_t addr)
{
	struct cw_vm *vm = priv;

	cw_table_free(vm->dev, addr);
}

static int op_table_load(void *priv, uint64_t addr, const uint64_t *entries)
{
	struct cw_vm *vm = priv;
	int err;

	cw_lock(vm->dev);
	err = cw_post_load_locked(vm->dev, addr, entries, vm);
	cw_unlock(vm->dev);
	return err;
}

int cw_vm_post(struct cw_vm *vm, const struct cw_cmd *cmd)
{
	int err;

	cw_lock(vm->dev);
	err = cw_vm_broken(vm);
	if (!err)
		err = cw_post_locked(vm->dev, &vm->dev->hot, cmd, vm, false);
	cw_unlock(vm->dev);
	return err < 0 ? err : 0;
}

static int op_entry_write(void *priv, uint64_t entry_addr, uint64_t value)
{
	return cw_vm_post(priv, &(struct cw_cmd){.opcode = CW_OP_WRITE, .addr = entry_addr, .arg0 = value});
}

static int op_entry_xchg(void *priv, uint64_t entry_addr, uint64_t value, uint64_t *old)
{
	const struct cw_cmd cmd = {.opcode = CW_OP_XCHG, .addr = entry_addr, .arg0 = value};
	struct cw_vm *vm = priv;
	struct cw_cpl cpl = {0};
	int err;

	cw_lock(vm->dev);
	err = cw_exec_locked(vm->dev, &vm->dev->hot, &cmd, &cpl);
	cw_unlock(vm->dev);
	*old = cpl.value;
	return err;
}

static int op_invalidate(void *priv, unsigned space, uint64_t gfn, uint64_t npages, bool leaf_only)
{
	struct cw_vm *vm = priv;

	/* Without a domain there is no context, and nothing cached. */
	if (vm->domain[space] < 0)
		return 0;
	return cw_vm_post(vm, &(struct cw_cmd){.opcode = CW_OP_INVALIDATE,
					       .scope = CW_SCOPE_DOMAIN,
					       .space = (uint16_t)vm->domain[space],
					       .leaf_only = leaf_only,
					       .addr = npages ? gfn * CW_PAGE_SIZE : 0,
					       .arg0 = npages});
}

static int op_flush(void *priv, unsigned space)
{
	struct cw_vm *vm = priv;
	struct cw_cmd cmd = {.opcode = CW_OP_FLUSH, .scope = CW_SCOPE_DOMAIN};
	struct cw_cpl cpl;
	int err;

	if (vm->domain[space] < 0)
		return 0;
	cmd.space = (uint16_t)vm->domain[space];
	cw_lock(vm->dev);
	err = cw_exec_locked(vm->dev, &vm->dev->hot, &cmd, &cpl);
	/* Hot commands complete in order up to the FLUSH: what was posted before it has its result now. */
	if (!err)
		err = cw_vm_broken(vm);
	cw_unlock(vm->dev);
	return err;
}

static int domain_set(struct cw_vm *vm, int domain, uint32_t generation)
{
	const struct cw_cmd cmd = {.opcode = CW_OP_DOMAIN_SET, .space = (uint16_t)domain, .arg0 = generation};
	struct cw_cpl cpl;
	int err;

	cw_lock(vm->dev);
	err = cw_exec_locked(vm->dev, &vm->dev->cold, &cmd, &cpl);
	cw_unlock(vm->dev);
	return err;
}

static void op_mmio_generation(void *priv, unsigned space, uint32_t generation)
{
	struct cw_vm *vm = priv;

	/* An engine that keeps the old number sends MMIO accesses to the host: slower, not wrong. */
	if (vm->domain[space] >= 0)
		domain_set(vm, vm->domain[space], generation);
}

/* Level of the largest leaf that may map a page: the block that is aligned on the bus must lie in the memory (P49). */
static unsigned page_level(const struct cw_block *b, uint64_t bus)
{
	for (unsigned level = CW_LEVEL_LEAF_MAX; level > CW_LEVEL_4K; level--) {
		uint64_t size = cw_level_pages(level) << CW_PAGE_SHIFT, first = bus & ~(size - 1);

		if (first >= b->bus && first + size <= b->bus + b->size)
			return level;
	}
	return CW_LEVEL_4K;
}

static int op_resolve(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	uint64_t hva = cw_memslot_hva(slot, gfn);
	struct cw_vm *vm = priv;
	struct cw_block *b;
	int err = 0;

	(void)write;
	cw_lock(vm->dev);
	b = cw_block_find_locked(vm->dev, (const void *)(uintptr_t)hva, CW_PAGE_SIZE);
	if (b) {
		*out = (struct cw_hpage){.bus = b->bus + (hva - (uintptr_t)b->ptr), .writable = true};
		out->level = page_level(b, out->bus);
	} else {
		err = -EFAULT;
	}
	cw_unlock(vm->dev);
	return err;
}

/* For neighbours of a fault: blocks are in memory, and nobody holds the lock for long. */
static int op_resolve_atomic(void *priv, const struct cw_memslot *slot, uint64_t gfn, struct cw_hpage *out)
{
	return op_resolve(priv, slot, gfn, false, out);
}

static void op_release(void *priv, const struct cw_hpage *page, bool mapped)
{
	/* Blocks stay in place as long as a slot lies over them: there is no page to give back. */
	(void)priv;
	(void)page;
	(void)mapped;
}

/* Memory from cw_mem_alloc() is always there. */
static int op_host_read(void *priv, uint64_t hva, void *buf, size_t len)
{
	(void)priv;
	memcpy(buf, (const void *)(uintptr_t)hva, len);
	return 0;
}

static int op_host_cmpxchg(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size)
{
	uint32_t old32 = (uint32_t)*old;
	bool same;

	(void)priv;
	if (size == 8)
		return !__atomic_compare_exchange_n((uint64_t *)(uintptr_t)hva, old, new, false, __ATOMIC_SEQ_CST,
						    __ATOMIC_SEQ_CST);
	same = __atomic_compare_exchange_n((uint32_t *)(uintptr_t)hva, &old32, (uint32_t) new, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
	*old = old32;
	return !same;
}

static uint64_t op_clock_ns(void *priv)
{
	struct timespec t;

	(void)priv;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

const struct cw_mmu_ops cw_vm_ops = {
	.table_alloc = op_table_alloc,
	.pair_alloc = cw_vm_op_pair_alloc,
	.table_free = op_table_free,
	.table_load = op_table_load,
	.entry_write = op_entry_write,
	.entry_xchg = op_entry_xchg,
	.invalidate = op_invalidate,
	.invalidate_root = cw_vm_op_invalidate_root,
	.flush = op_flush,
	.log_set = cw_vm_op_log_set,
	.protect = cw_vm_op_protect,
	.harvest = cw_vm_op_harvest,
	.log_provide = cw_vm_op_log_provide,
	.host_read = op_host_read,
	.host_write = cw_vm_op_host_write,
	.host_cmpxchg = op_host_cmpxchg,
	.mmio_generation = op_mmio_generation,
	.resolve = op_resolve,
	.resolve_atomic = op_resolve_atomic,
	.release = op_release,
	.clock_ns = op_clock_ns,
};

/* ---- life ---- */

int cw_vm_create(struct cw_dev *dev, const struct cw_vm_params *params, struct cw_vm **out)
{
	struct cw_mmu_params mp = {.max_level = CW_LEVEL_LEAF_MAX};
	struct cw_vm *vm;
	int err;

	if (!dev || !out)
		return cw_error(-EINVAL, "no device or no place for the handle");
	if (params && params->address_bits && (params->address_bits < 32 || params->address_bits > 52))
		return cw_error(-EINVAL, "address_bits must be 32..52, not %u", params->address_bits);
	if (params && params->unanswered != CW_DEFAULT_ABORT && params->unanswered != CW_DEFAULT_DROP)
		return cw_error(-EINVAL, "no such default answer");
	if (params && params->page_size) {
		while (mp.max_level && cw_level_pages(mp.max_level) << CW_PAGE_SHIFT != params->page_size)
			mp.max_level--;
		if (!mp.max_level)
			return cw_error(-EINVAL, "page_size must be 4 KiB, 2 MiB or 1 GiB");
	}
	vm = calloc(1, sizeof(*vm));
	if (!vm)
		return cw_error(-ENOMEM, "no memory");
	vm->dev = dev;
	if (params)
		vm->params = *params;
	if (!vm->params.address_bits)
		vm->params.address_bits = 48;
	if (!vm->params.event_timeout_ns)
		vm->params.event_timeout_ns = 1000000000;
	for (unsigned i = 0; i < CW_AS_MAX; i++)
		vm->domain[i] = -1;
	mp.address_bits = vm->params.address_bits;
	mp.refuse_table_writes = vm->params.refuse_table_writes;
	/* Seven WRITEs more delay a page that is alone by half a fault. */
	mp.prefetch_runs = true;
	err = cw_mmu_init(&vm->mmu, &cw_vm_ops, vm, &mp);
	if (err) {
		free(vm);
		return cw_error(err, "cannot make a VM: %s", strerror(-err));
	}
	err = cw_mmu_worker_init(&vm->worker, &vm->mmu);
	if (err) {
		cw_mmu_destroy(&vm->mmu);
		free(vm);
		return cw_error(err, "cannot make a VM: %s", strerror(-err));
	}
	cw_ticket_lock(&dev->service);
	vm->next = dev->vms;
	dev->vms = vm;
	cw_ticket_unlock(&dev->service);
	*out = vm;
	return 0;
}

void cw_vm_free(struct cw_vm *vm)
{
	struct cw_dev *dev = vm->dev;
	struct cw_vm **at;
	int err = 0;

	for (at = &dev->vms; *at && *at != vm; at = &(*at)->next)
		;
	if (*at)
		*at = vm->next;
	cw_mmu_worker_destroy(&vm->worker);
	/* If the engine does not let go of its log, the pages stay with it. */
	for (unsigned s = 0; s < CW_AS_MAX; s++)
		err = cw_mmu_log_stop(&vm->mmu, s) ? -EIO : err;
	cw_vm_log_free(vm, !err);
	for (unsigned i = 0; i < CW_NDOM; i++) {
		if (dev->domain[i] == vm)
			dev->domain[i] = NULL;
	}
	cw_lock(dev);
	for (unsigned s = 0; s < CW_AS_MAX; s++) {
		const struct cw_slot_space *space = &vm->mmu.space[s];

		for (unsigned i = 0; i < space->by_id_cap; i++) {
			if (space->by_id[i])
				cw_block_put_locked(dev, (const void *)(uintptr_t)space->by_id[i]->hva);
		}
	}
	/* Commands under way may still name the VM. */
	for (unsigned i = 0; dev->hot.pending && i < 1u << dev->hot.log2; i++) {
		if (dev->hot.pending[i].vm == vm)
			dev->hot.pending[i].vm = NULL;
	}
	cw_unlock(dev);
	cw_mmu_destroy(&vm->mmu);
	free(vm);
}

int cw_vm_destroy(struct cw_vm *vm)
{
	struct cw_dev *dev;
	int err = 0;

	if (!vm)
		return 0;
	dev = vm->dev;
	cw_ticket_lock(&dev->service);
	if (vm->contexts)
		err = cw_error(-EBUSY, "the VM has %u contexts", vm->contexts);
	else
		cw_vm_free(vm);
	cw_ticket_unlock(&dev->service);
	return err;
}

int cw_domain_get(struct cw_vm *vm, unsigned space)
{
	struct cw_dev *dev = vm->dev;
	unsigned d = 0;
	int err;

	if (vm->domain[space] >= 0)
		return 0;
	while (d < dev->info.domains && dev->domain[d])
		d++;
	if (d == dev->info.domains)
		return cw_error(-ENOSPC, "all %u domains are in use", d);
	err = domain_set(vm, (int)d, (uint32_t)(vm->mmu.space[space].generation & CW_MMIO_GEN_MASK));
	if (err)
		return err;
	dev->domain[d] = vm;
	cw_lock(dev);
	vm->domain[space] = (int)d;
	err = cw_vm_log_attach_locked(vm, space);
	if (err)
		vm->domain[space] = -1;
	cw_unlock(dev);
	if (err)
		dev->domain[d] = NULL;
	return err;
}

int cw_domains_renew(struct cw_vm *vm)
{
	int err = 0;

	for (unsigned s = 0; s < CW_AS_MAX && !err; s++) {
		if (vm->domain[s] >= 0)
			err = domain_set(vm, vm->domain[s], (uint32_t)(vm->mmu.space[s].generation & CW_MMIO_GEN_MASK));
	}
	return err;
}

/* The slot as it is. Slots change under dev->service only. */
static bool find_slot(struct cw_vm *vm, uint32_t slot, struct cw_memslot *out)
{
	unsigned space = slot >> 16, id = slot & 0xffff;

	if (space >= CW_AS_MAX || id >= vm->mmu.space[space].by_id_cap || !vm->mmu.space[space].by_id[id])
		return false;
	*out = *vm->mmu.space[space].by_id[id];
	return true;
}

int cw_vm_set_memory(struct cw_vm *vm, const struct cw_vm_region *r)
{
	struct cw_memslot old;
	bool had = false, backed;
	int err = 0;

	if (!vm || !r)
		return cw_error(-EINVAL, "no VM or no region");
	/* Nothing of an all-ones slot is ever mapped (MS-13). */
	backed = r->size && !(r->flags & CW_MEM_ALLONES && !r->ptr);
	if (backed && (!r->ptr || (uintptr_t)r->ptr % CW_PAGE_SIZE))
		return cw_error(-EINVAL, "the memory of a slot must be aligned to 4 KiB");
	/* Serialise with other changes, so that the block of the old slot is the right one. */
	cw_ticket_lock(&vm->dev->service);
	cw_lock(vm->dev);
	if (backed)
		err = cw_block_get_locked(vm->dev, r->ptr, r->size);
	cw_unlock(vm->dev);
	if (!err) {
		had = find_slot(vm, r->slot, &old);
		err = cw_mmu_set_memslot(&vm->mmu, &(struct cw_memslot_region){.slot = r->slot,
									       .flags = r->flags,
									       .gpa = r->gpa,
									       .size = r->size,
									       .hva = (uintptr_t)r->ptr});
		if (err)
			cw_error(err, "slot 0x%x: %s", r->slot, strerror(-err));
		cw_lock(vm->dev);
		if (err && backed)
			cw_block_put_locked(vm->dev, r->ptr);
		else if (!err && had)
			cw_block_put_locked(vm->dev, (const void *)(uintptr_t)old.hva);
		cw_unlock(vm->dev);
	}
	cw_ticket_unlock(&vm->dev->service);
	return err;
}

int cw_vm_invalidate(struct cw_vm *vm, unsigned space, uint64_t gpa, uint64_t size)
{
	uint64_t first = gpa / CW_PAGE_SIZE, last;
	int err;

	if (!vm || space >= CW_AS_MAX || !size || gpa + (size - 1) < gpa)
		return cw_error(-EINVAL, "not a range of guest addresses");
	last = (gpa + (size - 1)) / CW_PAGE_SIZE;
	err = cw_mmu_zap_range(&vm->mmu, space, first, last - first + 1);
	return err ? cw_error(err, "translations may be left: %s", strerror(-err)) : 0;
}

int cw_vm_read(struct cw_vm *vm, unsigned space, uint64_t gpa, void *buf, size_t len)
{
	int err;

	if (!vm || space >= CW_AS_MAX || (!buf && len))
		return cw_error(-EINVAL, "no VM, no such address space, or no place for the data");
	err = cw_mmu_read(&vm->mmu, space, gpa, buf, len);
	return err ? cw_error(err, "guest memory at 0x%llx: %s", (unsigned long long)gpa, strerror(-err)) : 0;
}

/* ---- statistics ---- */

static const struct {
	const char *name;
	size_t offset;
} stats[] = {
#define STAT(n, doc) {#n, offsetof(struct cw_mmu_stats, n)},
	CW_MMU_STATS(STAT)
#undef STAT
};

const char *cw_vm_stat_name(unsigned i)
{
	return i < sizeof(stats) / sizeof(stats[0]) ? stats[i].name : NULL;
}

int cw_vm_stat(struct cw_vm *vm, const char *name, uint64_t *value)
{
	if (!vm || !name || !value)
		return cw_error(-EINVAL, "no VM, no name or no place for the value");
	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		if (strcmp(stats[i].name, name) == 0) {
			*value = cw_stat_read((const uint64_t *)((const char *)&vm->mmu.stats + stats[i].offset));
			return 0;
		}
	}
	return cw_error(-ENOENT, "no statistic '%s'", name);
}

int cw_vm_fault_latency(struct cw_vm *vm, uint64_t *buckets)
{
	_Static_assert(CW_FAULT_BUCKETS == CW_PF_NS_BUCKETS, "the same histogram");
	if (!vm || !buckets)
		return cw_error(-EINVAL, "no VM or no place for the histogram");
	for (unsigned i = 0; i < CW_FAULT_BUCKETS; i++)
		buckets[i] = cw_stat_read(&vm->mmu.pf_ns[i]);
	return 0;
}
