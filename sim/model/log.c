/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Hints (P24): in CAPTURE a write may be granted from the TLB without a mark only if a mark of its page was accepted
 * since the domain's log epoch began, and in a shadow context since the last INVALIDATE of it, as the gfn may be
 * another one then (P31). Which of those pages have a hint is the engine's own affair.
 */
#include <stdlib.h>

#include "internal.h"

static struct cw_model_marked **place(struct cw_model *m, uint16_t space, uint64_t page)
{
	struct cw_model_marked **at = &m->marked[(page ^ space * 0x9e37u) % CW_MODEL_HASH];

	while (*at && ((*at)->space != space || (*at)->page != page))
		at = &(*at)->next;
	return at;
}

void cw_model_log_mark(struct cw_model *m, const struct cw_model_req *r)
{
	uint64_t page = cw_model_page_number(r->addr);
	struct cw_model_marked **at = place(m, r->space, page);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			abort();
		(*at)->space = r->space;
		(*at)->page = page;
	}
	(*at)->log_epoch = m->log_epoch[r->domain];
	cw_model_count(m, CW_CTR_LOG_MARKS);
}

void cw_model_log_flip(struct cw_model *m, const uint32_t *vec)
{
	m->log_epoch[G(lflip_dom) % CW_NDOM]++;
	cw_model_dring_flip(m, (unsigned int)G(lflip_dom));
}

bool cw_model_log_hinted(struct cw_model *m, const struct cw_model_req *r)
{
	const struct cw_model_marked *marked = *place(m, r->space, cw_model_page_number(r->addr));

	return marked && marked->log_epoch == m->log_epoch[r->domain];
}

void cw_model_log_inv(struct cw_model *m, bool all, bool whole, uint16_t space, uint64_t lo, uint64_t hi)
{
	/* The gfn of a page of a direct context is its address for ever. */
	if (!all && !(space >> (CW_SPACE_W - 1)))
		return;
	for (unsigned int i = 0; i < CW_MODEL_HASH; i++)
		for (struct cw_model_marked *k = m->marked[i]; k; k = k->next)
			if (k->space >> (CW_SPACE_W - 1) && (all || k->space == space) &&
			    (all || whole || (k->page >= lo && k->page <= hi)))
				k->log_epoch = ~UINT64_C(0);
}

void cw_model_log_free(struct cw_model *m)
{
	for (unsigned int i = 0; i < CW_MODEL_HASH; i++) {
		while (m->marked[i]) {
			struct cw_model_marked *next = m->marked[i]->next;

			free(m->marked[i]);
			m->marked[i] = next;
		}
	}
}
