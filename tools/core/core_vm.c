/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* A VM whose engine takes every command and does nothing. */
#include "core.h"

static int table_alloc(void *priv, uint64_t *addr)
{
	struct core_vm *vm = priv;

	*addr = vm->next_table += CW_PAGE_SIZE;
	return 0;
}

static void table_free(void *priv, uint64_t addr)
{
	(void)priv;
	(void)addr;
}

static int table_load(void *priv, uint64_t addr, const uint64_t *entries)
{
	struct core_vm *vm = priv;

	(void)addr;
	(void)entries;
	vm->commands++;
	return 0;
}

static int entry_write(void *priv, uint64_t entry_addr, uint64_t value)
{
	struct core_vm *vm = priv;

	(void)entry_addr;
	(void)value;
	vm->commands++;
	return 0;
}

/* The fixer sets nothing here: the old value is what a fixer that did not come by has left. */
static int entry_xchg(void *priv, uint64_t entry_addr, uint64_t value, uint64_t *old)
{
	struct core_vm *vm = priv;
	uint64_t table = entry_addr & ~(CW_PAGE_SIZE - 1);

	(void)value;
	for (uint64_t i = 0; i < 1ull << vm->mmu.hash_bits; i++) {
		const struct cw_mmu_page *sp = vm->mmu.hash_page[i];

		if (sp && sp->table == table)
			*old = sp->spte[(entry_addr - table) / 8];
	}
	vm->commands++;
	return 0;
}

static int invalidate(void *priv, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only)
{
	struct core_vm *vm = priv;

	(void)domain;
	(void)gfn;
	(void)npages;
	(void)leaf_only;
	vm->commands++;
	return 0;
}

static int flush(void *priv, unsigned domain)
{
	struct core_vm *vm = priv;

	(void)domain;
	vm->commands++;
	return 0;
}

static int log_set(void *priv, unsigned domain, unsigned mode)
{
	(void)mode;
	return flush(priv, domain);
}

static int protect(void *priv, uint64_t table, const uint64_t *mask, unsigned flavour, bool dirty)
{
	(void)mask;
	(void)flavour;
	(void)dirty;
	return entry_write(priv, table, 0);
}

static int harvest(void *priv, unsigned domain, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits), void *arg)
{
	(void)line;
	(void)arg;
	return flush(priv, domain);
}

static int resolve(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out)
{
	(void)priv;
	(void)write;
	*out = (struct cw_hpage){.bus = cw_memslot_hva(slot, gfn), .writable = true, .level = 1};
	return 0;
}

static void release(void *priv, const struct cw_hpage *page, bool mapped)
{
	(void)priv;
	(void)page;
	(void)mapped;
}

static const struct cw_mmu_ops ops = {
	.table_alloc = table_alloc,
	.table_free = table_free,
	.table_load = table_load,
	.entry_write = entry_write,
	.entry_xchg = entry_xchg,
	.invalidate = invalidate,
	.flush = flush,
	.log_set = log_set,
	.protect = protect,
	.harvest = harvest,
	.resolve = resolve,
	.release = release,
};

void core_vm_init(struct core_vm *vm)
{
	const struct cw_mmu_params p = {.address_bits = 52};
	const struct cw_mmu_ctx_params c = {.level = 5};

	*vm = (struct core_vm){.next_table = 1ull << 44};
	if (cw_mmu_init(&vm->mmu, &ops, vm, &p) || cw_mmu_worker_init(&vm->worker, &vm->mmu) ||
	    cw_mmu_ctx_create(&vm->mmu, &vm->ctx, &c)) {
		fprintf(stderr, "catwalk: no memory\n");
		exit(1);
	}
}

void core_vm_destroy(struct core_vm *vm)
{
	cw_mmu_ctx_destroy(&vm->ctx);
	cw_mmu_worker_destroy(&vm->worker);
	cw_mmu_destroy(&vm->mmu);
}

int core_slot(struct core_vm *vm, uint32_t id, uint64_t gfn, uint64_t npages, uint32_t flags)
{
	const struct cw_memslot_region r = {
		.slot = id,
		.flags = flags,
		.gpa = gfn << CW_PAGE_SHIFT,
		.size = npages << CW_PAGE_SHIFT,
		.hva = (gfn + 0x1000) << CW_PAGE_SHIFT,
	};

	return cw_mmu_set_memslot(&vm->mmu, &r);
}
