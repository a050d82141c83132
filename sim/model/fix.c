/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Fixer: which changes of an entry are the engine's own (P12), and their order (P22): PREPARE in the log, the swap, the
 * mark, and only then the end of the request's stamp.
 */
#include "internal.h"

typedef unsigned long long ull;

/* ---- what may change, said once more without the verdict function: bits that come, bits that go, and when ---- */
bool cw_model_fix_legal(bool x86, uint64_t old, uint64_t new)
{
	const uint64_t host = x86 ? CW_SPTE(X86_HOST_W) : CW_SPTE(HOST_W);
	const uint64_t mmu = x86 ? CW_SPTE(X86_MMU_W) : CW_SPTE(MMU_W);
	const uint64_t ad = x86 ? CW_SPTE(X86_A) | CW_SPTE(X86_D) : CW_SPTE(A) | CW_SPTE(D);
	const uint64_t saved = CW_SPTE(SAVED_R) | CW_SPTE(SAVED_X), rx = CW_SPTE(R) | CW_SPTE(X);
	unsigned int type = x86 ? 0 : old >> 52 & 3;
	uint64_t set = new & ~old, cleared = old & ~new;

	if (!(old & CW_SPTE(PRESENT)))
		return false;
	if ((set & CW_SPTE(W)) && (!(old & host) || !(old & mmu)))
		return false;
	if ((set & ad) && type != 0)
		return false;
	if ((set & rx) || cleared) {
		/* All at once: the saved bits go where they came from. */
		if (x86 || type != 1 || (old & (rx | CW_SPTE(W))) || cleared != (old & saved))
			return false;
		if (!(new &CW_SPTE(R)) != !(old & CW_SPTE(SAVED_R)) || !(new &CW_SPTE(X)) != !(old & CW_SPTE(SAVED_X)))
			return false;
	}
	return !(set & ~(CW_SPTE(W) | ad | rx));
}

/* ---- a request goes to the fixer ---- */
void cw_model_fix_take(struct cw_model *m, struct cw_model_req *r, const uint32_t *vec,
		       const struct cw_model_verdict *v, uint64_t entry, uint64_t entry_addr)
{
	struct cw_model_fix *f = &r->fix;
	bool again = r->state == CW_REQ_FIX;

	if (!again)
		*f = (struct cw_model_fix){.paid = f->paid};
	r->state = CW_REQ_FIX;
	f->step = v->verdict == CW_V_FIXED ? CW_FIX_SWAP : CW_FIX_MARK;
	f->addr = entry_addr;
	f->old = entry;
	f->new = v->fixed;
	f->mark = v->mark;
	f->log_status = 0;
	if ((bool)G(res_mark) != v->mark)
		cw_model_fail(m, "mark-wrong", "addr 0x%llx entry 0x%llx: mark %u, expected %u", (ull)r->addr,
			      (ull)entry, (unsigned int)G(res_mark), v->mark);
}

/* ---- the swap, complete ---- */
void cw_model_fix_swap(struct cw_model *m, const uint32_t *vec)
{
	unsigned int port = (unsigned int)G(euu_b_port), tag = (unsigned int)G(euu_b_tag);
	struct cw_model_req *r = cw_model_req_of(m, port, tag, "swap");
	struct cw_model_fix *f = &r->fix;
	uint64_t set;

	if (r->state != CW_REQ_FIX || f->step != CW_FIX_SWAP || f->addr != G(euu_b_addr)) {
		cw_model_fail(m, "fix-unknown", "entry 0x%llx changed for port %u tag %u, which did not ask for it",
			      (ull)G(euu_b_addr), port, tag);
		return;
	}
	f->now = G(euu_b_old);
	f->error = G(euu_b_error);
	f->step = CW_FIX_OUT;
	if (f->error)
		return;
	if (G(euu_b_mismatch)) {
		cw_model_count(m, CW_CTR_FIX_LOST_RACE);
		f->tries++;
		return;
	}
	f->now = m->euu_value;
	f->swapped = true;
	if (f->old != G(euu_b_old))
		cw_model_fail(m, "blind-swap", "entry 0x%llx was 0x%llx, the request had seen 0x%llx (P10)",
			      (ull)f->addr, (ull)G(euu_b_old), (ull)f->old);
	if (f->now != f->new)
		cw_model_fail(m, "fix-wrong", "entry 0x%llx: 0x%llx became 0x%llx, expected 0x%llx", (ull)f->addr,
			      (ull)f->old, (ull)f->now, (ull)f->new);
	cw_model_checked(m, 12);
	if (!cw_model_fix_legal(r->x86, G(euu_b_old), f->now))
		cw_model_fail(m, "fix-illegal", "entry 0x%llx: 0x%llx became 0x%llx (P12)", (ull)f->addr,
			      (ull)G(euu_b_old), (ull)f->now);
	if (f->mark && !f->prepared)
		cw_model_fail(m, "swap-unprepared", "entry 0x%llx: swapped before the log had room (P22)",
			      (ull)f->addr);
	if (f->mark) {
		f->step = CW_FIX_MARK;
		f->due = true;
	}
	set = f->now & ~f->old;
	m->counter[CW_CTR_FIXED_W] += (set & CW_SPTE(W)) != 0;
	m->counter[CW_CTR_FIXED_AT] += (set & CW_SPTE(R)) != 0;
	m->counter[CW_CTR_FIXED_A] += (set & (r->x86 ? CW_SPTE(X86_A) : CW_SPTE(A))) != 0;
	m->counter[CW_CTR_FIXED_D] += (set & (r->x86 ? CW_SPTE(X86_D) : CW_SPTE(D))) != 0;
}

/* ---- the log's answer ---- */
void cw_model_fix_log(struct cw_model *m, const uint32_t *vec)
{
	unsigned int port = (unsigned int)G(log_port), tag = (unsigned int)G(log_tag);
	unsigned int status = (unsigned int)G(log_status);
	struct cw_model_req *r = cw_model_req_of(m, port, tag, "log");
	struct cw_model_fix *f = &r->fix;
	bool refused = status == 1 || status == 2;

	if (r->state != CW_REQ_FIX || !f->mark) {
		cw_model_fail(m, "mark-unknown", "port %u tag %u needs no mark", port, tag);
		return;
	}
	cw_model_dring_log(m, r, vec);
	if (r->shadow)
		cw_model_checked(m, 31);
	if (G(log_gfn) != r->gfn)
		cw_model_fail(m, "mark-wrong",
			      "port %u tag %u addr 0x%llx: gfn 0x%llx in the log, 0x%llx is its own (P31)", port, tag,
			      (ull)r->addr, (ull)G(log_gfn), (ull)r->gfn);
	if (!G(log_mark)) {
		f->prepared = !refused;
	} else {
		if (f->step != CW_FIX_MARK)
			cw_model_fail(m, "mark-before-swap", "addr 0x%llx: marked before its entry was changed (P22)",
				      (ull)r->addr);
		if (refused && f->due)
			cw_model_fail(m, "mark-lost", "addr 0x%llx: no mark for a swap that is done (P22)",
				      (ull)r->addr);
		f->marked = !refused;
		f->paid = f->paid && refused;
		if (f->marked)
			cw_model_log_mark(m, r);
		f->due = false;
	}
	if (refused)
		f->log_status = (uint8_t)status;
	if (status == 1)
		cw_model_count(m, CW_CTR_LOG_MISSES);
	if (refused || G(log_mark))
		f->step = CW_FIX_OUT;
}

/* ---- it comes back ---- */
bool cw_model_fix_back(struct cw_model *m, const struct cw_model_req *r, uint64_t *entry)
{
	const struct cw_model_fix *f = &r->fix;

	if (r->state != CW_REQ_FIX) {
		cw_model_fail(m, "result-unknown", "addr 0x%llx comes back from the fixer and was not there",
			      (ull)r->addr);
		return false;
	}
	if (f->step != CW_FIX_OUT)
		cw_model_fail(m, "fix-early", "addr 0x%llx comes back from the fixer before it is done (P22)",
			      (ull)r->addr);
	*entry = f->error ? 0 : f->swapped || f->tries ? f->now : f->old;
	return true;
}

/* The stamp of this request ends: its mark must have been made (P22). */
void cw_model_fix_end(struct cw_model *m, const struct cw_model_req *r)
{
	if (r->fix.due)
		cw_model_fail(m, "release-before-mark", "addr 0x%llx: the stamp ends before the mark is made (P22)",
			      (ull)r->addr);
}
