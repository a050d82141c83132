/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts (docs/shadow.md): pairs of table pages, root ids, the guest's registers, another root while requests
 * are under way.
 *
 * A root id is the engine's tag of what it caches for a root (P1). The library gives one to a root when a context gets
 * it, and takes it back when the last context has another one or is detached, which ends with INVALIDATE and FLUSH. So
 * an id that is free has nothing cached, and a root without an id neither.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "internal.h"
#include "mmu/shadow.h"

/* ---- operations of the core ---- */

int cw_vm_op_pair_alloc(void *priv, uint64_t *addr)
{
	struct cw_vm *vm = priv;
	struct cw_dev *dev = vm->dev;
	int err;

	cw_lock(dev);
	err = cw_table_alloc_pair_locked(dev, addr);
	if (!err) {
		const struct cw_cmd fill = {.opcode = CW_OP_FILL, .addr = *addr | CW_COMPANION};

		err = cw_post_locked(dev, &dev->hot, &fill, vm, false);
		if (err < 0) {
			cw_table_free_locked(dev, *addr);
			cw_table_free_locked(dev, *addr | CW_COMPANION);
		}
	}
	cw_unlock(dev);
	return err < 0 ? err : 0;
}

static struct cw_root *root_find_locked(struct cw_vm *vm, uint64_t table)
{
	struct cw_root *roots = vm->dev->roots;

	for (unsigned i = 0; i < CW_NROOT; i++) {
		if (roots[i].users && roots[i].vm == vm && roots[i].table == table)
			return &roots[i];
	}
	return NULL;
}

int cw_vm_op_invalidate_root(void *priv, unsigned space, uint64_t root_table, bool leaf_only)
{
	struct cw_vm *vm = priv;
	struct cw_root *root;
	int id = -1;

	(void)space;
	cw_lock(vm->dev);
	root = root_find_locked(vm, root_table);
	if (root)
		id = (int)(root - vm->dev->roots);
	cw_unlock(vm->dev);
	if (id < 0)
		return 0;
	return cw_vm_post(vm, &(struct cw_cmd){.opcode = CW_OP_INVALIDATE,
					       .scope = CW_SCOPE_ROOT,
					       .space = (uint16_t)id,
					       .leaf_only = leaf_only});
}

/* ---- root ids ---- */

int cw_root_get_locked(struct cw_vm *vm, uint64_t table)
{
	struct cw_root *root = root_find_locked(vm, table), *roots = vm->dev->roots;

	for (unsigned i = 0; i < CW_NROOT && !root; i++) {
		if (!roots[i].users)
			root = &roots[i];
	}
	if (!root)
		return cw_error(-ENOSPC, "all %u root ids are in use", CW_NROOT);
	root->vm = vm;
	root->table = table;
	root->users++;
	return (int)(root - roots);
}

void cw_root_put_locked(struct cw_dev *dev, int id)
{
	if (id >= 0)
		dev->roots[id].users--;
}

void cw_roots_put_locked(struct cw_ctx *ctx)
{
	cw_root_put_locked(ctx->vm->dev, ctx->root_id);
	cw_root_put_locked(ctx->vm->dev, ctx->doubt_id);
	ctx->root_id = ctx->doubt_id = -1;
}

/* ---- registers of a guest ---- */

#define CR0_PE 1ull
#define EFER_LME (1ull << 8)
/* What processors have defined: others are reserved, and a guest that has one set has not loaded it. */
#define CR4_KNOWN 0x11bff7fffull
#define EFER_KNOWN 0x36fd01ull

static int bad_bits(const char *reg, uint64_t value, uint64_t known)
{
	return cw_error(-EINVAL, "%s 0x%" PRIx64 " has reserved bits: 0x%" PRIx64, reg, value, value & ~known);
}

static int check_eptp(const struct cw_vm *vm, const struct cw_guest_state *s)
{
	unsigned type = s->cr3 & 7, walk = (s->cr3 >> 3 & 7) + 1;

	if (s->cr0 || s->cr4 || s->efer)
		return cw_error(-EINVAL, "EPT takes no CR0, CR4 or EFER: leave them 0");
	if (walk != 4 && walk != 5)
		return cw_error(-EINVAL, "EPTP 0x%" PRIx64 ": walks of %u levels, not of 4 or 5", s->cr3, walk);
	if (type != 0 && type != 6)
		return cw_error(-EINVAL, "EPTP 0x%" PRIx64 ": memory type %u, not 0 or 6", s->cr3, type);
	if (s->cr3 & 0xf80 || s->cr3 >> vm->params.address_bits)
		return cw_error(-EINVAL, "EPTP 0x%" PRIx64 " has reserved bits", s->cr3);
	return 0;
}

static int check_control(const struct cw_vm *vm, const struct cw_ctx *ctx, const struct cw_guest_state *s)
{
	bool pg = s->cr0 & CW_CR0_PG, lma = s->efer & CW_EFER_LMA;

	if (s->cr0 >> 32)
		return bad_bits("CR0", s->cr0, UINT32_MAX);
	if (s->cr4 & ~CR4_KNOWN)
		return bad_bits("CR4", s->cr4, CR4_KNOWN);
	if (s->efer & ~EFER_KNOWN)
		return bad_bits("EFER", s->efer, EFER_KNOWN);
	if (pg && !(s->cr0 & CR0_PE))
		return cw_error(-EINVAL, "CR0 has PG without PE");
	if (lma && !pg)
		return cw_error(-EINVAL, "EFER has LMA, but CR0 has no PG");
	if (lma && !(s->cr4 & CW_CR4_PAE))
		return cw_error(-EINVAL, "EFER has LMA, but CR4 has no PAE: no long mode without it");
	if (pg && lma != !!(s->efer & EFER_LME))
		return cw_error(-EINVAL, "with CR0.PG, EFER.LMA must be what EFER.LME is");
	if (!pg && ctx->params.kind == CW_CTX_NESTED_NPT)
		return cw_error(-EINVAL, "nested tables of NPT are always in use: CR0 must have PG");
	if (s->cr3 >> vm->params.address_bits)
		return cw_error(-EINVAL, "CR3 0x%" PRIx64 " is wider than the guest's %u address bits", s->cr3,
				vm->params.address_bits);
	if (pg && !lma && s->cr3 >> 32)
		return cw_error(-EINVAL, "CR3 0x%" PRIx64 " outside of long mode is wider than 32 bits", s->cr3);
	return 0;
}

static int check_state(const struct cw_ctx *ctx, const struct cw_guest_state *s)
{
	bool ept = ctx->params.kind == CW_CTX_NESTED_EPT;
	struct cw_vm *vm = ctx->vm;
	struct cw_memslot slot;
	int err = ept ? check_eptp(vm, s) : check_control(vm, ctx, s);

	if (!err && s->execonly && !ept)
		err = cw_error(-EINVAL, "execute-only entries are EPT's");
	if (!err && (ept || s->cr0 & CW_CR0_PG) &&
	    cw_mmu_get_memslot(&vm->mmu, ctx->params.space, s->cr3 >> CW_PAGE_SHIFT, &slot))
		err = cw_error(-EFAULT, "the guest's root table at 0x%" PRIx64 " is in no slot",
			       s->cr3 & ~UINT64_C(4095));
	return err;
}

static struct cw_guest_regs regs_of(const struct cw_guest_state *s)
{
	return (struct cw_guest_regs){
		.cr0 = s->cr0, .cr4 = s->cr4, .efer = s->efer, .root = s->cr3, .execonly = s->execonly};
}

static int load_error(int err, const struct cw_guest_state *s)
{
	if (err == -EINVAL)
		return cw_error(err, "the PDPTEs at 0x%" PRIx64 " have reserved bits", s->cr3 & 0xffffffe0u);
	if (err == -EFAULT)
		return cw_error(err, "the PDPTEs at 0x%" PRIx64 " are in no slot", s->cr3 & 0xffffffe0u);
	return cw_error(err, "the guest's registers: %s", strerror(-err));
}

int cw_shadow_create(struct cw_ctx *ctx)
{
	const struct cw_ctx_params *p = &ctx->params;
	const struct cw_guest_regs regs = regs_of(&p->guest);
	bool virtual = p->kind == CW_CTX_VIRTUAL;
	/*
	 * P2: the root has the guest's own levels, so that the engine's check of the sign is the guest's; addresses of
	 * L2 guests have none, and below a root of 5 levels none of theirs looks signed. What is beyond 32 or 48 bits
	 * beside that finds no entry, faults, and is refused by the core.
	 */
	const struct cw_shadow_params sp = {
		.as_id = p->space,
		.level = virtual ? 4 : 5,
		.flavour = p->flavour == CW_CTX_LEGACY ? CW_FLAVOUR_X86 : CW_FLAVOUR_EPT,
		.kind = virtual			     ? CW_GUEST_VIRT :
			p->kind == CW_CTX_NESTED_EPT ? CW_GUEST_EPT :
						       CW_GUEST_NPT,
		.supervisor = p->supervisor,
	};
	int err;

	if (p->level)
		return cw_error(-EINVAL, "a shadow context has the levels of its guest: leave level 0");
	if (p->kind == CW_CTX_NESTED_EPT && (p->flavour != CW_CTX_EPT || p->space))
		return cw_error(-EINVAL, "EPT of a guest goes with entries of that flavour, in the normal space");
	if (p->kind == CW_CTX_NESTED_NPT && p->flavour != CW_CTX_LEGACY)
		return cw_error(-EINVAL, "NPT of a guest goes with entries of the legacy flavour");
	if (p->supervisor && !virtual)
		return cw_error(-EINVAL, "requests of an L2 guest are neither the user's nor the supervisor's");
	err = check_state(ctx, &p->guest);
	if (err)
		return err;
	err = cw_shadow_ctx_create(&ctx->vm->mmu, &ctx->mmu, &sp, &regs);
	return err ? load_error(err, &p->guest) : 0;
}

/* ---- another root ---- */

static int hold(struct cw_ctx *ctx, uint8_t opcode)
{
	const struct cw_cmd cmd = {.opcode = opcode, .scope = CW_SCOPE_CTX, .space = (uint16_t)ctx->id};
	struct cw_cpl cpl;

	return cw_exec_locked(ctx->vm->dev, &ctx->vm->dev->hot, &cmd, &cpl);
}

/*
 * The engine gets the root that the core has. New requests wait meanwhile, faults stay parked, and what was looked up
 * with the old root ends first: its marks must not meet the new tag (P24).
 */
static int switch_root(struct cw_ctx *ctx)
{
	struct cw_dev *dev = ctx->vm->dev;
	struct cw_cmd cmd = {.opcode = CW_OP_CTX_ROOT,
			     .ctx = (uint16_t)ctx->id,
			     .addr = ctx->mmu.root_table,
			     .level = (uint8_t)ctx->mmu.level,
			     .kind = 1};
	struct cw_cpl cpl;
	bool sent = false;
	int err, id;

	cw_lock(dev);
	id = cw_root_get_locked(ctx->vm, ctx->mmu.root_table);
	err = id < 0 ? id : hold(ctx, CW_OP_STOP);
	if (!err) {
		int started;

		err = hold(ctx, CW_OP_DRAIN);
		cmd.arg1 = (uint64_t)id;
		sent = !err;
		if (!err)
			err = cw_exec_locked(dev, &dev->cold, &cmd, &cpl);
		started = hold(ctx, CW_OP_START);
		err = err ? err : started;
	}
	if (err) {
		/* The old root may be in use, and the core will let go of it some time: begin anew. */
		ctx->vm->failed = true;
		/* Or the new one is, where only the FLUSH behind it took too long: its id means nothing else (P1). */
		if (sent)
			ctx->doubt_id = id;
		else
			cw_root_put_locked(dev, id);
	} else {
		cw_root_put_locked(dev, ctx->root_id);
		ctx->root_id = id;
	}
	cw_unlock(dev);
	return err;
}

static bool has_root(struct cw_ctx *ctx)
{
	bool same;

	cw_lock(ctx->vm->dev);
	same = !ctx->attached || ctx->vm->dev->roots[ctx->root_id].table == ctx->mmu.root_table;
	cw_unlock(ctx->vm->dev);
	return same;
}

static void set_loading(struct cw_ctx *ctx, bool loading)
{
	cw_lock(ctx->vm->dev);
	ctx->loading = loading;
	cw_unlock(ctx->vm->dev);
}

static int load(struct cw_ctx *ctx, const struct cw_guest_state *s, bool keep)
{
	const struct cw_guest_regs regs = regs_of(s);
	int err = check_state(ctx, s), r;

	if (err)
		return err;
	set_loading(ctx, true);
	err = cw_ctx_load(&ctx->mmu, &regs, keep);
	/* After an error the root may be another one all the same. */
	r = has_root(ctx) ? 0 : switch_root(ctx);
	set_loading(ctx, false);
	return err < 0 ? load_error(err, s) : r;
}

/* ---- API ---- */

static int shadow_only(const struct cw_ctx *ctx)
{
	if (!ctx)
		return cw_error(-EINVAL, "no context");
	return ctx->params.kind == CW_CTX_DIRECT ?
		       cw_error(-EINVAL, "context %u translates guest-physical addresses", ctx->id) :
		       0;
}

int cw_ctx_set_guest(struct cw_ctx *ctx, const struct cw_guest_state *state, unsigned flags)
{
	int err = shadow_only(ctx);

	if (err)
		return err;
	if (!state || flags & ~CW_GUEST_KEEP)
		return cw_error(-EINVAL, "no registers, or unknown flags");
	cw_ticket_lock(&ctx->vm->dev->service);
	err = cw_vm_broken(ctx->vm);
	if (!err)
		err = load(ctx, state, flags & CW_GUEST_KEEP);
	cw_ticket_unlock(&ctx->vm->dev->service);
	return err;
}

/*
 * An invalidation compares the root that the core has. While a load is under way the engine may have the old one still:
 * until that is over older translations are in use. Where it went wrong they are for good.
 */
static int await_root(struct cw_ctx *ctx)
{
	struct cw_dev *dev = ctx->vm->dev;
	bool loading;
	int err;

	cw_lock(dev);
	loading = ctx->loading;
	cw_unlock(dev);
	if (loading) {
		cw_ticket_lock(&dev->service);
		cw_ticket_unlock(&dev->service);
	}
	cw_lock(dev);
	err = cw_vm_broken(ctx->vm);
	cw_unlock(dev);
	return err;
}

int cw_ctx_invalidate(struct cw_ctx *ctx, uint64_t addr, uint64_t size)
{
	uint64_t first = addr / CW_PAGE_SIZE, last = (addr + (size - 1)) / CW_PAGE_SIZE;
	int err = shadow_only(ctx);

	if (err)
		return err;
	if (size && addr + (size - 1) < addr)
		return cw_error(-EINVAL, "not a range of addresses");
	err = cw_mmu_ctx_invalidate(&ctx->mmu, addr, size ? last - first + 1 : 0);
	if (!err)
		err = await_root(ctx);
	return err ? cw_error(err, "older translations may be left: %s", strerror(-err)) : 0;
}

int cw_vm_invalidate_guest(struct cw_vm *vm, unsigned space)
{
	int err = 0;

	if (!vm || space >= CW_AS_MAX)
		return cw_error(-EINVAL, "no VM, or no such address space");
	cw_ticket_lock(&vm->dev->service);
	for (unsigned i = 0; i < CW_NCTX; i++) {
		struct cw_ctx *ctx = vm->dev->ctx[i];
		int r = 0;

		if (ctx && ctx->vm == vm && ctx->params.kind != CW_CTX_DIRECT && ctx->params.space == space)
			r = cw_ctx_invalidate(ctx, 0, 0);
		err = err ? err : r;
	}
	cw_ticket_unlock(&vm->dev->service);
	return err;
}

int cw_vm_guest_write(struct cw_vm *vm, unsigned space, uint64_t gpa, size_t len)
{
	int err;

	if (!vm || space >= CW_AS_MAX || gpa + len < gpa)
		return cw_error(-EINVAL, "no VM, no such address space, or not a range of addresses");
	err = cw_mmu_guest_write(&vm->mmu, space, gpa, len);
	return err ? cw_error(err, "older translations may be left: %s", strerror(-err)) : 0;
}
