/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Between the parts of the recorder: its tables, and what may be cached of them. */
#ifndef CW_TEST_REC_MODEL_H
#define CW_TEST_REC_MODEL_H

#include "recorder.h"

enum table_state { TABLE_FREED, TABLE_ALLOCATED, TABLE_LOADED };

struct rec_table {
	enum table_state state;
	uint64_t entry[512];
	bool reachable;		/* of the last snapshot */
	uint64_t reach;		/* the same by tag */
	unsigned level, domain; /* once it was reachable */
	/* Walk caches of each domain may know the table; dropped at this tick by an INVALIDATE, 0: not dropped. */
	bool cached[REC_TAGS];
	uint64_t dropped[REC_TAGS];
	unsigned space;	      /* shadow: the domain of the root */
	bool shadow;	      /* reachable by a shadow root: at any address, by any number of ways */
	uint64_t gfn, npages; /* span, once it was reachable */
	bool companion;	      /* of the table before it */
	uint64_t zapped[512]; /* tick at which an entry was taken away */
};

/* A translation that the TLB may hold. */
struct rec_cached {
	struct rec_cached *next;
	unsigned domain;
	uint64_t gfn, bus, npages;
	uint64_t to; /* shadow: gfn that the companion names */
	bool reachable;
	uint64_t dropped;
};

struct rec_table *rec_table_at(struct recorder *r, uint64_t addr);
bool rec_is_link(uint64_t entry);
/* What the engine could see now. */
void rec_snapshot(struct recorder *r);
/* An entry of a reachable table that is new. */
void rec_mark_entry(struct recorder *r, struct rec_table *t, unsigned i);
void rec_model_invalidate(struct recorder *r, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only);
/* A FLUSH that began at `tick` is complete. */
void rec_model_flushed(struct recorder *r, unsigned domain, uint64_t tick);
unsigned rec_tag_of(struct recorder *r, uint64_t root, unsigned domain);
/* Any tag may know the table. */
bool rec_is_cached(const struct rec_table *t);

#endif
