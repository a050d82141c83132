/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The reference model as a whole: one cycle's events in the order of mon.def, counters, and the end of a run. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

struct cw_model *cw_model_create(const struct cw_model_config *config, const struct cw_model_ops *ops)
{
	struct cw_model *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->config = *config;
	m->ops = *ops;
	if (!m->config.nslot || m->config.nslot > CW_MODEL_SLOTS)
		m->config.nslot = CW_NSLOT;
	if (!m->config.pa_bits)
		m->config.pa_bits = CW_PA_BITS;
	if (!m->config.table_bytes)
		m->config.table_bytes = UINT64_C(1) << m->config.pa_bits;
	if (!m->config.dirty_period)
		m->config.dirty_period = CW_DIRTY_PERIOD;
	if (!m->config.flush_timeout)
		m->config.flush_timeout = CW_FLUSH_TIMEOUT;
	for (unsigned int p = 0; p < CW_NPORT; p++) {
		m->epoch[p].idle_since = ~UINT64_C(0);
		m->epoch[p].want_since = ~UINT64_C(0);
	}
	return m;
}

void cw_model_destroy(struct cw_model *m)
{
	if (!m)
		return;
	cw_model_tlb_free(m);
	cw_model_pages_free(m);
	cw_model_log_free(m);
	cw_model_dring_free(m);
	free(m);
}

void cw_model_fail(struct cw_model *m, const char *kind, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	n = snprintf(text, sizeof(text), "cycle %llu: ", (unsigned long long)m->cycle);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	m->ops.fail(m->ops.priv, kind, text);
}

void cw_model_cycle(struct cw_model *m, uint64_t cycle, const uint32_t *vec)
{
	m->cycle = cycle;
	if (cw_model_engine(m, vec))
		return;
	cw_model_resets(m, vec);
	cw_model_euu_whose(m, vec);
	cw_model_tables(m, vec);
	if (G(budget_turn))
		cw_model_budget_turn(m);
	if (G(inv_valid))
		cw_model_inv(m, vec);
	if (G(r_valid))
		cw_model_r(m, vec);
	if (G(res_valid))
		cw_model_res(m, vec);
	if (G(fill_valid))
		cw_model_fill(m, vec);
	if (G(look_valid))
		cw_model_look(m, vec);
	if (G(alloc_valid))
		cw_model_alloc(m, vec);
	if (G(ar_valid))
		cw_model_ar(m, vec);
	cw_model_resumes(m, vec);
	if (G(rel_valid))
		cw_model_releases(m, vec);
	cw_model_flushes(m, vec);
	if (G(dset_valid))
		cw_model_dring_set(m, vec);
	if (G(dask_valid))
		cw_model_dring_ask(m, vec);
	if (G(log_valid))
		cw_model_fix_log(m, vec);
	if (G(dbell_valid))
		cw_model_dring_bell(m, vec);
	if (G(lflip_valid))
		cw_model_log_flip(m, vec);
	cw_model_euu(m, vec);
	cw_model_deadlines(m);
}

void cw_model_idle(struct cw_model *m, uint64_t cycle)
{
	m->cycle = cycle;
	cw_model_deadlines(m);
}

static const char *state_name(enum cw_model_state s)
{
	static const char *const name[] = {"free",   "queued for a walk",     "in a walk", "in the fixer",
					   "parked", "to be looked up again", "ended",	   "granted"};

	return name[s];
}

void cw_model_check_quiet(struct cw_model *m)
{
	for (unsigned int p = 0; p < CW_NPORT; p++) {
		for (unsigned int t = 0; t < CW_NTAG; t++) {
			const struct cw_model_req *r = &m->req[p][t];

			if (r->state != CW_REQ_FREE || r->to_answer || r->bad_tag)
				cw_model_fail(m, "request-lost", "port %u tag %u addr 0x%llx is %s at the end (I6)", p,
					      t, (unsigned long long)r->addr, state_name(r->state));
		}
		if (m->head[p] != m->tail[p])
			cw_model_fail(m, "request-lost", "port %u: %u requests were never looked up", p,
				      m->tail[p] - m->head[p]);
		if (m->epoch[p].count[0] || m->epoch[p].count[1])
			cw_model_fail(m, "count-wrong", "port %u: counts %u and %u at the end", p, m->epoch[p].count[0],
				      m->epoch[p].count[1]);
	}
	if (m->waiting || cw_model_parked(m) || m->open_flushes || m->npending || cw_model_busy_slots(m))
		cw_model_fail(m, "not-quiet", "%u waiting, %u parked, %u FLUSHes, %u table writes, %u walks at the end",
			      m->waiting, cw_model_parked(m), m->open_flushes, m->npending, cw_model_busy_slots(m));
}

uint64_t cw_model_roots(const struct cw_model *m, uint64_t *parked)
{
	*parked = m->roots_parked;
	return m->roots;
}

uint64_t cw_model_checks(const struct cw_model *m, unsigned int rule)
{
	return rule < CW_MODEL_RULES ? m->checks[rule] : 0;
}

bool cw_model_counter(const struct cw_model *m, unsigned int counter, uint64_t *value)
{
	switch (counter) {
	case CW_CTR_POISONED:	       /* the engine may poison more than it must (P18) */
	case CW_CTR_FLUSH_WAIT_CYCLES: /* time is not modelled */
	case CW_CTR_HOT_CMDS:	       /* the rings are the host's to judge */
	case CW_CTR_COLD_CMDS:
	case CW_CTR_CMD_ERRORS:
	case CW_CTR_HOST_ERRORS:
	case CW_CTR_HARVESTS:
	case CW_CTR_LOG_WRITEBACKS: /* the log's cache is not modelled */
	case CW_CTR_INTERRUPTS:
	case CW_CTR_RING_ERRORS:
	case CW_CTR_PARK_QUOTA: /* room may be back some cycles before it is seen */
	case CW_CTR_WALK_QUOTA:
	case CW_CTR_BRIDGE_READS: /* what becomes of bursts is the initiator's to judge */
	case CW_CTR_BRIDGE_WRITES:
	case CW_CTR_BRIDGE_MALFORMED:
	case CW_CTR_BRIDGE_QUOTA:
	case CW_CTR_BRIDGE_REFUSED:
	case CW_CTR_BRIDGE_EMUL_LONG:
	case CW_CTR_BRIDGE_RETRIES:
	case CW_CTR_BRIDGE_GAVE_UP:
	case CW_CTR_BRIDGE_FENCED:
	case CW_CTR_BRIDGE_BUS_ERRORS:
		return false;
	default:
		*value = m->counter[counter];
		return true;
	}
}
