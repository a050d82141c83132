/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty budgets (P8, P38): a credit is taken when a request that needs a mark goes to the fixer, used up by the mark,
 * and given back if there is none; all credits of a context are back when a period begins.
 */
#include "internal.h"

typedef unsigned long long ull;

enum { RESET = 32 }; /* cycles before the engine's own count begins, at most */

static bool over(const struct cw_model *m, unsigned int ctx)
{
	return m->ctx[ctx].dirty && m->dirty_of[ctx] >= m->ctx[ctx].dirty;
}

/* It is over, or was a moment ago. */
static bool lately(struct cw_model *m, unsigned int ctx)
{
	if (over(m, ctx))
		m->dirty_full[ctx] = m->cycle;
	return m->ctx[ctx].dirty && m->dirty_full[ctx] && m->cycle - m->dirty_full[ctx] <= CW_MODEL_GRACE;
}

void cw_model_budget_turn(struct cw_model *m)
{
	/* The end of a period lies between. */
	if ((m->cycle - m->began) >> m->config.dirty_period ==
	    (m->counts_from - m->began - RESET) >> m->config.dirty_period)
		cw_model_fail(m, "budget-turn",
			      "dirty budgets are whole again within their period, since cycle %llu (P38)",
			      (ull)m->counts_from);
	m->turned = m->counts_from = m->cycle;
	for (unsigned int c = 0; c < CW_NCTX; c++) {
		lately(m, c);
		m->dirty_of[c] = 0;
	}
	for (unsigned int p = 0; p < CW_NPORT; p++)
		for (unsigned int t = 0; t < CW_NTAG; t++) {
			m->req[p][t].fix.was_paid = m->req[p][t].fix.paid;
			m->req[p][t].fix.paid = false;
		}
}

bool cw_model_budget_broke(struct cw_model *m, struct cw_model_req *r, bool refused)
{
	unsigned int ctx = r->ctx % CW_NCTX, idle = 1;

	if (!m->ctx[ctx].dirty || r->fix.paid || (r->fix.was_paid && m->turned == m->cycle)) {
		if (refused)
			cw_model_fail(m, "budget-refused", "ctx %u addr 0x%llx: needs no credit (P38)", r->ctx,
				      (ull)r->addr);
		return refused;
	}
	cw_model_checked(m, 38);
	cw_model_checked(m, 8);
	if (refused) {
		cw_model_count(m, CW_CTR_DIRTY_BUDGET);
		/* in the cycle in which a period begins its budgets are not seen yet */
		if (!over(m, ctx) && m->turned != m->cycle)
			cw_model_fail(m, "budget-refused", "ctx %u: %u of %u marks in this period (P38)", r->ctx,
				      m->dirty_of[ctx], m->ctx[ctx].dirty);
		return true;
	}
	if (over(m, ctx))
		cw_model_fail(m, "budget-exceeded", "ctx %u: more than %u marks in a period (P38)", r->ctx,
			      m->ctx[ctx].dirty);
	for (unsigned int c = 0; c < CW_NCTX; c++)
		idle &= !m->dirty_of[c];
	/* The first credit of all begins to count with the period that runs. */
	if (idle && m->turned != m->cycle)
		m->counts_from = m->cycle;
	m->dirty_of[ctx]++;
	r->fix.paid = true;
	lately(m, ctx);
	return false;
}

void cw_model_budget_end(struct cw_model *m, struct cw_model_req *r)
{
	unsigned int ctx = r->ctx % CW_NCTX;

	if (!r->fix.paid)
		return;
	lately(m, ctx);
	r->fix.paid = false;
	if (m->dirty_of[ctx])
		m->dirty_of[ctx]--;
}

bool cw_model_budget_over(struct cw_model *m, const struct cw_model_req *r)
{
	if (!r->write || !r->log_mode || !lately(m, r->ctx % CW_NCTX))
		return false;
	cw_model_count(m, CW_CTR_DIRTY_BUDGET);
	cw_model_checked(m, 8);
	cw_model_checked(m, 38);
	return true;
}
