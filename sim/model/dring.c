/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Dirty rings (P27): room before anything is granted, an entry for each accepted mark, in order, with the mark's own
 * page; soft limit; consumer indices that the host writes. The entries in memory are the host's to read, and it tells
 * what it found (cw_model_dring_read).
 */
#include <stdlib.h>

#include "internal.h"

typedef unsigned long long ull;

static struct cw_model_dring *of(struct cw_model *m, uint64_t ctx)
{
	return &m->dring[ctx % CW_NCTX];
}

static uint32_t size(const struct cw_model_dring *d)
{
	return UINT32_C(1) << d->log2;
}

void cw_model_dring_set(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_dring *d = of(m, G(dset_ctx));

	cw_model_checked(m, 27);
	if (m->ctx[G(dset_ctx) % CW_NCTX].valid)
		cw_model_fail(m, "dring-set", "ctx %llu: its dirty ring is set while it is attached (P27)",
			      (ull)G(dset_ctx));
	cw_model_dring_told(m, (unsigned int)G(dset_ctx));
	m->dring_before[G(dset_ctx) % CW_NCTX] = *d;
	*d = (struct cw_model_dring){.log2 = (uint8_t)G(dset_log2), .limit = (uint32_t)G(dset_limit)};
	if (!d->log2)
		return;
	d->gfn = calloc(size(d), sizeof(*d->gfn));
	if (!d->gfn)
		abort();
}

/* Fewer free entries than there may be marks under way: nothing is let through. */
void cw_model_dring_ask(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_dring *d = of(m, G(dask_ctx));
	uint32_t room = size(d) - (d->made - d->consumer);
	bool full = room < CW_DRING_RESERVED;

	cw_model_checked(m, 27);
	if (!d->log2 || G(dask_full) != full)
		cw_model_fail(m, "dring-room", "ctx %llu: %s, with %u of %u entries free (P27)", (ull)G(dask_ctx),
			      G(dask_full) ? "refused" : "let through", room, size(d));
	if (!G(dask_full))
		return;
	m->dring_refused++;
	cw_model_count(m, CW_CTR_DRING_FULL);
}

/* The log has answered a request of this context. */
void cw_model_dring_log(struct cw_model *m, const struct cw_model_req *r, const uint32_t *vec)
{
	struct cw_model_dring *d = of(m, r->ctx);
	unsigned int status = (unsigned int)G(log_status);
	bool entry = d->log2 && G(log_mark) && status != 1 && status != 2, limited;

	if (status == 2) {
		if (!m->dring_refused)
			cw_model_fail(m, "dring-room", "ctx %u: refused as full, and did not ask (P27)", r->ctx);
		m->dring_refused -= m->dring_refused != 0;
	}
	if (G(log_entry) != entry)
		cw_model_fail(m, "dring-room", "ctx %u gfn 0x%llx: %s (P27)", r->ctx, (ull)r->gfn,
			      entry ? "marked, and no entry goes to its dirty ring" : "an entry without a mark");
	if (!entry)
		return;
	if (G(log_index) != d->made)
		cw_model_fail(m, "dring-entry", "ctx %u gfn 0x%llx: entry %llu, expected %u", r->ctx, (ull)r->gfn,
			      (ull)G(log_index), d->made);
	d->gfn[d->made++ & (size(d) - 1)] = r->gfn;
	d->domain = r->domain;
	cw_model_count(m, CW_CTR_DRING_ENTRIES);
	if (d->made - d->consumer > size(d))
		cw_model_fail(m, "dring-room", "ctx %u: entry %u overwrites %u (P27)", r->ctx, d->made - 1,
			      d->consumer);
	limited = !d->limited && d->made - d->consumer >= d->limit;
	if (G(log_soft) != limited)
		cw_model_fail(m, "dring-soft", "ctx %u: soft limit %s at %u entries, it is %u", r->ctx,
			      limited ? "not seen" : "seen", d->made - d->consumer, d->limit);
	if (!limited)
		return;
	d->limited = true;
	d->at_soft = d->made;
	cw_model_count(m, CW_CTR_DRING_SOFT);
}

/* A consumer index that frees what the host cannot have read is not taken. */
void cw_model_dring_bell(struct cw_model *m, const uint32_t *vec)
{
	struct cw_model_dring *d = of(m, G(dbell_ctx));
	uint32_t step = (uint32_t)G(dbell_value) - d->consumer;
	bool may = d->log2 && step <= d->made - d->consumer, must = d->log2 && step <= d->read - d->consumer;

	cw_model_checked(m, 27);
	if (G(dbell_ok) ? !may : must)
		cw_model_fail(m, "dring-consumer", "ctx %llu: consumer %llu is %s, it was %u of %u entries (P27)",
			      (ull)G(dbell_ctx), (ull)G(dbell_value), G(dbell_ok) ? "taken" : "refused", d->consumer,
			      d->made);
	if (!G(dbell_ok))
		return;
	d->consumer = (uint32_t)G(dbell_value);
	d->limited &= d->made - d->consumer >= d->limit;
}

void cw_model_dring_flip(struct cw_model *m, unsigned int domain)
{
	for (unsigned int c = 0; c < CW_NCTX; c++)
		if (m->dring[c].domain == domain)
			m->dring[c].at_flip = m->dring[c].made;
}

uint32_t cw_model_dring_made(const struct cw_model *m, unsigned int ctx)
{
	return m->dring[ctx % CW_NCTX].made;
}

uint32_t cw_model_dring_at_flip(const struct cw_model *m, unsigned int ctx)
{
	return m->dring[ctx % CW_NCTX].at_flip;
}

uint32_t cw_model_dring_at_soft(const struct cw_model *m, unsigned int ctx)
{
	return m->dring[ctx % CW_NCTX].at_soft;
}

/* Until it knows of the new ring the host reads the one before. */
void cw_model_dring_read(struct cw_model *m, unsigned int ctx, uint32_t index, uint16_t domain, uint64_t gfn)
{
	struct cw_model_dring *before = &m->dring_before[ctx % CW_NCTX], *d = before->gfn ? before : of(m, ctx);

	d->read = index + 1;
	if (!d->log2 || index - d->consumer >= d->made - d->consumer || domain != d->domain ||
	    gfn != d->gfn[index & (size(d) - 1)])
		cw_model_fail(m, "dring-entry", "ctx %u: entry %u is domain %u gfn 0x%llx; %u were made (P27)", ctx,
			      index, domain, (ull)gfn, d->made);
}

void cw_model_dring_skip(struct cw_model *m, unsigned int ctx, uint32_t index)
{
	of(m, ctx)->read = index;
}

void cw_model_dring_told(struct cw_model *m, unsigned int ctx)
{
	free(m->dring_before[ctx % CW_NCTX].gfn);
	m->dring_before[ctx % CW_NCTX].gfn = NULL;
}

void cw_model_dring_free(struct cw_model *m)
{
	for (unsigned int c = 0; c < CW_NCTX; c++) {
		cw_model_dring_told(m, c);
		free(m->dring[c].gfn);
	}
}
