/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * An engine that logs: requests of initiators as state machines on the recorder's tables, in every order that the
 * protocol allows. A request is stamped at its lookup; it may use a cached copy of an entry until an INVALIDATE drops
 * it; it swaps, then marks, then writes, then releases; FLUSH and the flips wait for older stamps, no longer. Steps are
 * taken at random inside each operation of the core, so that they fall between any two of its commands.
 *
 * Guest memory is a number per host page that every write raises.
 */
#ifndef CW_TEST_ENGINE_H
#define CW_TEST_ENGINE_H

#include "recorder.h"

#define ENG_GFNS 8192u	     /* gfns are below */
#define ENG_LEAF_PAGES 1024u /* pages of a log leaf */
#define ENG_REQS 12u
#define ENG_TLB 48u
#define ENG_CTX 8u

enum eng_state { ENG_FREE, ENG_LOOKED, ENG_SWAP, ENG_MARK, ENG_GRANTED, ENG_PARKED };

struct eng_req {
	enum eng_state state;
	unsigned ctx;
	uint64_t gfn;
	bool write;
	uint64_t stamp;
	unsigned mode; /* of the stamp, as is the log epoch */
	uint64_t log_epoch;
	uint64_t entry, entry_addr; /* as read */
	unsigned level;
	int copy; /* TLB copy used, -1: walked */
	bool poisoned, marks, log_missing;
	bool taken;   /* parked, and its fault is being handled: a request is resumed once */
	uint64_t set; /* bits that the swap sets */
};

struct eng_copy {
	bool valid;
	unsigned ctx, level;
	uint64_t gfn, entry, entry_addr; /* first gfn of the entry */
	uint64_t hint;			 /* log epoch, 0: none */
};

/* Ways to break it: each must be found by the oracle. */
enum eng_broken {
	ENG_OK,
	ENG_INVALIDATE_LATE, /* copies live until the next FLUSH has completed */
	ENG_FLUSH_EARLY,     /* does not wait */
	ENG_MARK_FIRST,	     /* the mark comes before the swap */
	ENG_HINT_STAYS,	     /* hints outlive their log epoch */
	ENG_PROTECT_MISSES,  /* one bit of a mask is ignored */
	ENG_HARVEST_DROPS,   /* a line now and then */
	ENG_SET_NO_WAIT,     /* a change of mode does not wait for older requests */
	ENG_NBROKEN
};

struct engine {
	struct recorder rec; /* first: operations of the recorder get this pointer */
	enum eng_broken broken;
	const struct cw_mmu_ctx *ctx[ENG_CTX];
	struct eng_req req[ENG_REQS];
	struct eng_copy tlb[ENG_TLB];
	uint64_t tick; /* of stamps */
	struct {
		unsigned mode;
		uint64_t log_epoch;
		uint64_t log[ENG_GFNS / 64];
		bool leaf[ENG_GFNS / ENG_LEAF_PAGES];
	} dom[2];
	bool stopped;
	bool no_fix;	       /* W is the host's to give */
	bool d_with_w;	       /* D is set whenever it may be, not now and then */
	void (*traffic)(void); /* new requests, at any time; NULL: none */
	bool host_early;       /* host() before the command only, and always */
	void (*host)(void);    /* what another thread of the host may do while a command is waited for */
	uint64_t *memory;      /* by host page */
	uint64_t rng;
	uint64_t (*random)(uint64_t n); /* where decisions come from instead; below n */
	unsigned long grants, marks, fixes, lost_races, missing, hits;
};

extern const struct cw_mmu_ops eng_ops;

void eng_init(struct engine *e, struct cw_mmu *mmu, uint64_t host_pages, uint64_t seed);
void eng_destroy(struct engine *e);
uint64_t eng_rnd(struct engine *e, uint64_t n);
void eng_attach(struct engine *e, unsigned i, const struct cw_mmu_ctx *ctx);

/* A new request, if there is room and the engine is not stopped. */
void eng_request(struct engine *e, unsigned ctx, uint64_t gfn, bool write);
/* A few steps of random requests. */
void eng_run(struct engine *e);
/* A parked request that nobody handles yet, or NULL; and the end of its fault. */
struct eng_req *eng_parked(struct engine *e);
void eng_resume(struct engine *e, struct eng_req *q, bool retry);
/* New requests wait until eng_start(); drain: until nothing is in flight. */
void eng_stop_and_drain(struct engine *e);
void eng_start(struct engine *e);

#endif
