/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Hints (P24): in CAPTURE a write may be granted from the TLB without a mark only if a mark of its page was accepted
 * since the domain's log epoch began. Which of those pages have a hint is the engine's own affair.
 */
#include <stdlib.h>

#include "internal.h"

static struct cw_model_marked **place(struct cw_model *m, unsigned int domain, uint64_t gfn)
{
	struct cw_model_marked **at = &m->marked[(gfn ^ domain * 0x9e37u) % CW_MODEL_HASH];

	while (*at && ((*at)->domain != domain || (*at)->gfn != gfn))
		at = &(*at)->next;
	return at;
}

void cw_model_log_mark(struct cw_model *m, unsigned int domain, uint64_t gfn)
{
	struct cw_model_marked **at = place(m, domain, gfn);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			abort();
		(*at)->domain = (uint16_t)domain;
		(*at)->gfn = gfn;
	}
	(*at)->log_epoch = m->log_epoch[domain];
	cw_model_count(m, CW_CTR_LOG_MARKS);
}

void cw_model_log_flip(struct cw_model *m, const uint32_t *vec)
{
	m->log_epoch[G(lflip_dom) % CW_NDOM]++;
}

bool cw_model_log_hinted(struct cw_model *m, unsigned int domain, uint64_t gfn)
{
	const struct cw_model_marked *marked = *place(m, domain, gfn);

	return marked && marked->log_epoch == m->log_epoch[domain];
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
