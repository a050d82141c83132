/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Addresses of programs in an L2 guest: its own page tables, whose addresses, as that of the page in the end, go
 * through the tables that L1 has made for it. A walk for software (a VMM that emulates an instruction of L2, a
 * debugger); what DMA of an L2 guest uses are its guest-physical addresses, for which there are contexts.
 */
#ifndef CW_MMU_NESTED_H
#define CW_MMU_NESTED_H

#include "gpt.h"
#include "mmu.h"

struct cw_l2_walk {
	/* Set by the caller. */
	struct cw_guest_regs regs; /* of L2 */
	uint64_t pdpte[4];	   /* of L2, if it has PAE without long mode: what its processor loaded */
	uint64_t addr;
	uint64_t access; /* CW_PFEC_W, U (of a program), RSVD (EFLAGS.AC), FETCH */
	uint32_t pkru;

	/* Of a walk that went through. */
	uint64_t l2_gpa, gpa; /* guest-physical for L2, and for L1 */

	/* Of a fault. */
	uint64_t error;	    /* L2: of its page fault; nested: CW_PFEC_*, with FINAL or PAGE unless misconfigured */
	uint64_t fault_gpa; /* nested: guest-physical for L2 */
	unsigned fault_level;
};

enum cw_l2_result {
	CW_L2_OK,
	CW_L2_FAULT,  /* L2's own tables refuse: a page fault in L2 */
	CW_L2_NESTED, /* L1's refuse, for the page or for a table of L2: an exit to L1 */
};

/* The tables of L1. */
struct cw_l1_tables {
	const struct cw_gpt *gpt; /* CW_GUEST_EPT or CW_GUEST_NPT */
	uint64_t root;
	const uint64_t *pdpte;
};

/*
 * Walks both, sets A and D in both by compare-and-exchange (P50). enum cw_l2_result, or -EAGAIN: the tables did not
 * hold still, or what the operations of memory said. l2: made from w->regs.
 */
int cw_nested_walk(const struct cw_gpt *l2, const struct cw_l1_tables *l1, const struct cw_gpt_mem *mem,
		   struct cw_l2_walk *w);

/*
 * The same for the tables of a context of CW_GUEST_EPT or CW_GUEST_NPT, as they are now: nothing is cached, and none of
 * it is the engine's. -EINVAL: another context, or no such mode of L2. The mode is computed anew if the registers
 * changed it (ROLE-12).
 */
int cw_ctx_l2_walk(struct cw_mmu_ctx *ctx, struct cw_l2_walk *w);

#endif
