/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The walk in two dimensions: cw_gpt_walk() of L2's tables, in a memory that is behind L1's. Each access to that memory
 * is a walk of its own, which can fault: then nothing is said to L2.
 *
 * How a processor treats its accesses to L2's tables:
 * - NPT: as writes of a user, always.
 * - EPT with A/D: as writes that also read; without: as reads, but for the setting of A and D.
 * L2's A and D are set when both dimensions allow the access, those of L1 by each walk that went through.
 */
#include "nested.h"
#include "internal.h"
#include "shadow.h"

struct nested {
	const struct cw_l1_tables *l1;
	const struct cw_gpt_mem *mem;
	struct cw_l2_walk *w;
	bool faulted;	/* by L1's tables */
	uint64_t final; /* where the page is */
};

/* What cw_gpt_walk() gives back; `faulted` says what it means. */
#define FAULTED (-EIO)

static uint64_t of_table(const struct cw_gpt *l1, bool write)
{
	if (l1->kind == CW_GUEST_NPT || cw_gpt_has_ad(l1))
		return CW_PFEC_U | CW_PFEC_W;
	return CW_PFEC_U | (write ? CW_PFEC_W : 0);
}

static uint64_t of_page(const struct cw_gpt *l1, uint64_t access)
{
	access &= CW_PFEC_W | CW_PFEC_FETCH;
	if (l1->kind == CW_GUEST_NPT)
		return access | CW_PFEC_U;
	return access ? access : CW_PFEC_U;
}

/* Through L1's tables. 0: *gpa; or FAULTED, or an error. */
static int through(struct nested *n, uint64_t l2_gpa, uint64_t access, uint64_t what, uint64_t *gpa)
{
	struct cw_gpt_walk w = {.addr = l2_gpa, .access = access, .root = n->l1->root, .pdpte = n->l1->pdpte};
	int r = cw_gpt_walk(n->l1->gpt, n->mem, &w);

	if (!r)
		*gpa = w.gfn << CW_PAGE_SHIFT | (l2_gpa & (CW_PAGE_SIZE - 1));
	if (r != 1)
		return r;
	n->faulted = true;
	n->w->fault_gpa = l2_gpa;
	n->w->fault_level = w.fault_level;
	n->w->error = w.error & ~CW_PFEC_FINAL;
	if (n->l1->gpt->kind == CW_GUEST_NPT || !(w.error & CW_PFEC_RSVD))
		n->w->error |= what;
	return FAULTED;
}

static int l2_read(void *priv, uint64_t gpa, void *buf, size_t len)
{
	struct nested *n = priv;
	uint64_t at;
	int r = through(n, gpa, of_table(n->l1->gpt, false), CW_PFEC_PAGE, &at);

	return r ? r : n->mem->read(n->mem->priv, at, buf, len);
}

static int l2_cmpxchg(void *priv, uint64_t gpa, uint64_t *old, uint64_t new, unsigned size)
{
	struct nested *n = priv;
	uint64_t at;
	int r = through(n, gpa, of_table(n->l1->gpt, true), CW_PFEC_PAGE, &at);

	return r ? r : n->mem->cmpxchg(n->mem->priv, at, old, new, size);
}

static int l2_page(void *priv, const struct cw_gpt_walk *w)
{
	struct nested *n = priv;

	n->w->l2_gpa = w->gfn << CW_PAGE_SHIFT | (w->addr & (CW_PAGE_SIZE - 1));
	return through(n, n->w->l2_gpa, of_page(n->l1->gpt, w->access), CW_PFEC_FINAL, &n->w->gpa);
}

int cw_nested_walk(const struct cw_gpt *l2, const struct cw_l1_tables *l1, const struct cw_gpt_mem *mem,
		   struct cw_l2_walk *w)
{
	struct nested n = {.l1 = l1, .mem = mem, .w = w};
	const struct cw_gpt_mem l2_mem = {.read = l2_read, .cmpxchg = l2_cmpxchg, .page = l2_page, .priv = &n};
	struct cw_gpt_walk walk = {
		.addr = w->addr, .access = w->access, .root = w->regs.root, .pdpte = w->pdpte, .pkru = w->pkru};
	int r = cw_gpt_walk(l2, &l2_mem, &walk);

	if (n.faulted)
		return CW_L2_NESTED;
	if (r == 1) {
		w->error = walk.error;
		w->fault_level = walk.fault_level;
		return CW_L2_FAULT;
	}
	return r ? r : CW_L2_OK;
}

int cw_ctx_l2_walk(struct cw_mmu_ctx *ctx, struct cw_l2_walk *w)
{
	struct cw_gpt_mem mem = cw_shadow_mem(ctx);
	struct cw_shadow *s = ctx->shadow;
	uint64_t pdpte[4];
	struct cw_gpt l1, l2;
	struct cw_l1_tables tables = {.gpt = &l1, .pdpte = pdpte};
	union cw_cpu_role cpu;

	if (!s || (s->params.kind != CW_GUEST_EPT && s->params.kind != CW_GUEST_NPT) ||
	    !cw_guest_regs_legal(CW_GUEST_VIRT, &w->regs))
		return -EINVAL;
	cpu = cw_role_cpu(CW_GUEST_VIRT, &w->regs, ctx->as_id);
	cpu.base.guest_mode = 1;
	cw_mutex_lock(&ctx->mmu->lock);
	if (s->l2.role.as_u64 != cpu.as_u64)
		cw_gpt_set(&s->l2, CW_GUEST_VIRT, cpu, ctx->mmu->params.guest_phys_bits);
	l2 = s->l2;
	l1 = s->gpt;
	tables.root = s->regs.root;
	cw_memcpy(pdpte, s->pdpte, sizeof(pdpte));
	cw_mutex_unlock(&ctx->mmu->lock);
	return cw_nested_walk(&l2, &tables, &mem, w);
}
