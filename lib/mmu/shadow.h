/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts: initiators that use addresses of the guest's own tables. Their translations are a TLB in the
 * architectural sense: each is what the guest's tables gave at some moment since the last invalidation that covers it,
 * or a fault (I10). What the guest's CPUs write is not seen; the guest's invalidations must come here.
 */
#ifndef CW_MMU_SHADOW_H
#define CW_MMU_SHADOW_H

#include "gpt.h"
#include "mmu.h"

#define CW_PREV_ROOTS 3u

struct cw_zap;

struct cw_shadow_params {
	unsigned as_id;
	unsigned level;		 /* 4 or 5: the least level of roots; a guest of 5 levels has 5 */
	enum cw_flavour flavour; /* EPT for CW_GUEST_EPT, legacy for CW_GUEST_NPT */
	enum cw_guest_kind kind;
	bool supervisor; /* CW_GUEST_VIRT: requests are the kernel's, not a program's */
};

/* A root that was in use before. */
struct cw_prev_root {
	struct cw_mmu_page *sp; /* counts as a root; NULL: none */
	uint64_t inval_seq;	/* when it went out of use */
};

/* What a shadow context has besides. mmu->lock, except that one thread at a time may load. */
struct cw_shadow {
	struct cw_shadow_params params; /* constant */
	struct cw_guest_regs regs;
	struct cw_gpt gpt; /* role.ext.valid: 0 before the first load, and after cw_ctx_forget_roles() */
	struct cw_gpt l2;  /* the mode of an L2 guest's own tables (nested.c) */
	union cw_role root_role;
	uint64_t pdpte[4];
	uint64_t epoch;	    /* raised by loads and invalidations: walks that began before are void */
	uint64_t inval_seq; /* raised by what invalidates everything */
	struct cw_prev_root prev[CW_PREV_ROOTS]; /* newest first */
};

/*
 * A context for these registers. 0, -EINVAL (no such mode), -EOPNOTSUPP (operations that it needs are missing),
 * -ENOMEM, or what an operation said. cw_mmu_ctx_destroy() ends it. Attach it with ctx->root_table and ctx->level; the
 * engine must refuse addresses that cw_gpt_canonical() refuses (P2), for which it needs the guest's width and not the
 * root's, and must not fix entries (FPF-4).
 */
int cw_shadow_ctx_create(struct cw_mmu *mmu, struct cw_mmu_ctx *ctx, const struct cw_shadow_params *params,
			 const struct cw_guest_regs *regs);

/*
 * Other registers: the mode, if it changed, and always the page directory (ROLE-14). keep: what was translated under
 * these registers before may be used again, as after a CR3 load that flushes nothing; else this invalidates everything.
 * 1: root_table or level is another one, the engine must get it; 0: they are the same. -EFAULT: PDPTEs cannot be read;
 * -EINVAL: they have reserved bits, or no such mode: nothing has changed. Or what an operation said: older translations
 * may be alive, and ctx->root_table may be another one; load again.
 */
int cw_ctx_load(struct cw_mmu_ctx *ctx, const struct cw_guest_regs *regs, bool keep);

/* The guest's CPUID changed: the next load computes everything anew (ROLE-15). */
void cw_ctx_forget_roles(struct cw_mmu_ctx *ctx);

/*
 * The guest invalidates pages of 4 KiB from addr on; npages 0: everything. Waits for a FLUSH. On an error older
 * translations may be alive: call it again.
 */
int cw_mmu_ctx_invalidate(struct cw_mmu_ctx *ctx, uint64_t addr, uint64_t npages);

/* The guest wrote to these bytes of its memory: for who traps writes to shadowed tables. Waits for a FLUSH. */
int cw_mmu_guest_write(struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, size_t len);

/* --- of the core --- */

/*
 * Compares with the guest's tables what a page and all below it map of page numbers first .. last (relative to the
 * page's own span), and takes away what they do not bear out (ZAP-12). Under mmu->lock.
 */
int cw_sync_pages(struct cw_zap *z, struct cw_mmu_ctx *ctx, struct cw_mmu_page *sp, uint64_t first, uint64_t last);

/* Bytes into the guest's table of the entry behind entry i. */
unsigned cw_gpte_offset(const struct cw_mmu_page *sp, unsigned i);

/* Such a mode exists. */
bool cw_guest_regs_legal(enum cw_guest_kind kind, const struct cw_guest_regs *regs);
/* Guest memory of a context, for walks; without mmu->lock. */
struct cw_gpt_mem cw_shadow_mem(struct cw_mmu_ctx *ctx);

/* Rights of a leaf for the requests of a context. access: of a read. */
bool cw_shadow_writable(const struct cw_gpt *g, unsigned acc, bool dirty, uint64_t access);
/* The access bits of a read by the context's requests. */
uint64_t cw_shadow_access(const struct cw_shadow_params *p);

#endif
