/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* What the parts of the reference model share. Names are those of the RTL. */
#ifndef CW_MODEL_INTERNAL_H
#define CW_MODEL_INTERNAL_H

#include <stddef.h>

#include <catwalk/contract.h>
#include <catwalk/names.h>
#include <catwalk/spte.h>

#include "../mon.h"
#include "model.h"

enum {
	CW_MODEL_SLOTS = 1 << CW_SLOT_W,
	CW_MODEL_LEVELS = 6,	  /* levels 1..5 */
	CW_MODEL_GRACE = 8,	  /* cycles by which the end of a full wait list, or of a walk, may be felt later */
	CW_MODEL_DEADLINE = 64,	  /* cycles in which a flip or a close that nothing hinders must come */
	CW_MODEL_QUOTA_SLACK = 4, /* requests on their way from the park to their lookup */
	CW_MODEL_LOST = 20000,	  /* cycles in which the requests of a lost record must have ended */
	CW_MODEL_COUNTING = CW_NPARK + 16, /* cycles that a DRAIN may take to count what is parked */
};

/* ---- tables that the firmware writes (P1, P3) ---- */
struct cw_model_ctx {
	bool valid, level5, x86, shadow, ad, fix;
	uint16_t space, domain;
	uint8_t quota;	/* of parked requests (P38) */
	uint8_t walks;	/* most walks at a time, 0: no limit */
	uint16_t dirty; /* most marks in a period, 0: no limit */
	uint64_t root;
};

struct cw_model_dom {
	uint32_t mmio_gen;
	uint8_t ports;
	uint8_t log_mode;
};

struct cw_model_port {
	bool enable;
	uint16_t first, last;
};

/* ---- table memory (P11) ---- */
struct cw_model_pending {
	uint64_t addr;
	uint64_t data[8];
	uint8_t entries; /* bit per entry of the line */
	uint8_t id;
	bool last;
	bool fix; /* the fixer's: no command waits for it */
};

struct cw_model_page {
	struct cw_model_page *next;
	uint64_t addr;
	uint64_t v[512];
};

/* A walk's read under way: what each entry of the line may turn out to be. */
enum { CW_MODEL_CANDIDATES = 16 };
struct cw_model_read {
	bool busy;
	uint64_t addr;
	uint8_t n[8];
	uint64_t v[8][CW_MODEL_CANDIDATES];
};

/* ---- walker ---- */
struct cw_model_walk {
	bool used;
	bool filled;  /* its fill is done, or refused */
	bool counted; /* holds its own count (P5) */
	bool ended;   /* last read answered */
	bool error, x86;
	uint8_t port, epoch;
	uint8_t level; /* of the table to read next, or of the last entry */
	uint16_t space, domain, ctx;
	uint64_t page; /* page number that the walk was started for */
	uint64_t table;
	uint64_t entry;			/* last one read */
	uint64_t line[8];		/* leaf line, level 1 only */
	uint64_t born;			/* order among lookups and FLUSHes */
	bool stale;			/* an INVALIDATE since the lookup covers a page of the line (P18) */
	bool stale_at[CW_MODEL_LEVELS]; /* ... or the region of the entry that was read at this level */
	bool inv_any;			/* an INVALIDATE of its space came since the lookup */
	uint8_t asked;			/* entries of the line that some request asked for */
	uint8_t faulted;		/* entries of the line that some request could not use (I7) */
	/* P31: its companion is read too; by the read at hand; the answer was an error */
	bool comp, second, comp_error;
	uint64_t gfns[8];
	unsigned int waiters;
	uint64_t active; /* cycle in which a request of it ended last, or its fill */
	struct cw_model_read read;
};

/* ---- fixer (P22) ---- */
enum cw_model_step { CW_FIX_SWAP, CW_FIX_MARK, CW_FIX_OUT };

struct cw_model_fix {
	enum cw_model_step step; /* what comes next */
	uint64_t addr, old, new; /* of the entry */
	uint64_t now;		 /* what the swap found, or made of it */
	bool paid;		 /* has a credit of the dirty budget that it has not used (P38) */
	bool was_paid;		 /* ... and had one until the period that began in this cycle */
	bool mark;		 /* is needed */
	bool prepared, marked;
	bool due; /* the swap is done, its mark is not */
	bool swapped, error;
	uint8_t log_status;
	uint8_t level;	    /* of the entry's table */
	unsigned int tries; /* races lost */
};

/* ---- requests by port and tag ---- */
enum cw_model_state {
	CW_REQ_FREE,
	CW_REQ_QUEUED, /* waits for a walk to attach to or a slot; holds a stamp */
	CW_REQ_WALK,   /* waits for a walk; holds a stamp */
	CW_REQ_FIX,    /* in the fixer; holds a stamp */
	CW_REQ_PARKED,
	CW_REQ_RETRY,	/* left the park for a new lookup */
	CW_REQ_ENDED,	/* answered, no grant; the answer may still be on its way to the pins */
	CW_REQ_GRANTED, /* holds a stamp until its release */
};

struct cw_model_req {
	enum cw_model_state state;
	bool attached;	/* to the walk of another request */
	bool to_answer; /* the pins still owe the initiator an answer */
	bool write, level5, x86;
	bool shadow; /* of its context */
	bool epoch;
	uint8_t verdict, reason;
	uint8_t slot, park;
	uint8_t way, level; /* of the entry that it was judged by; enum cw_model_way */
	uint16_t ctx, len_m1, domain, space;
	uint8_t log_mode; /* of the stamp */
	uint64_t addr, pa, root;
	uint64_t gfn; /* of the page, by the walk that judged it (P31) */
	struct cw_model_fix fix;
	uint64_t born;	      /* order of its last lookup */
	uint64_t cycle;	      /* of its last lookup */
	unsigned int bad_tag; /* answers BAD_TAG owed beside its own */
	uint64_t data[8];
	bool has_data;
	bool inv_any, inv_here; /* an INVALIDATE of a whole space, of its own, came while it waited for a slot */
	bool limited;		/* its context has a quota of walks */
	bool over;		/* ... and had all of it at the lookup: it may attach at once, or not at all */
};

/* ---- park (P32) ---- */
struct cw_model_park {
	bool used;
	bool head;    /* has the record; others joined it */
	bool resumed; /* a RESUME took it; on its way out */
	uint8_t action;
	uint8_t port, tag;
	uint8_t first; /* index of the head that it joined */
	bool by_loss;  /* resumed, as host memory did not take the record */
	uint64_t lost; /* cycle in which it answered so; 0: it did not */
	uint16_t gen, ctx;
	uint64_t page;
	bool write;
	bool data_set;
	uint64_t data[8];
};

struct cw_model_record {
	bool valid;
	uint64_t use; /* of its index */
	struct cw_model_fault f;
};

/* ---- epochs (P20) ---- */
struct cw_model_epoch {
	bool bit, open;
	bool fenced; /* takes no new stamps (P21) */
	unsigned int count[2];
	uint64_t idle_since; /* old count zero while open; ~0: not so */
	uint64_t want_since; /* a FLUSH wants a flip while none is open; ~0: not so */
};

enum cw_model_need { CW_FLUSH_NONE, CW_FLUSH_WANTS, CW_FLUSH_WAITS };

struct cw_model_flush {
	bool used, cold, drain;
	uint32_t index;
	uint8_t ports;
	uint8_t scope; /* of a DRAIN, with its number */
	uint16_t id;
	enum cw_model_need need[CW_NPORT];
	uint64_t born, cycle;
	int domain;
};

/*
 * ---- dirty log: pages of which a mark was accepted, and in which log epoch of their domain (P24) ----
 * By space and address, as hints are.
 */
struct cw_model_marked {
	struct cw_model_marked *next;
	uint16_t space;
	uint64_t page;
	uint64_t log_epoch;
};

/* ---- dirty rings (P27); log2 0: none ---- */
struct cw_model_dring {
	uint8_t log2;
	bool limited; /* at its soft limit */
	uint16_t domain;
	uint32_t limit, made, consumer;
	uint32_t read;	  /* by the host */
	uint32_t at_flip; /* `made`, when the log epoch of the domain began */
	uint32_t at_soft; /* ... when it last reached its soft limit */
	uint64_t *gfn;	  /* of the entries */
};

/* ---- cached translations ---- */
struct cw_model_cached {
	struct cw_model_cached *next;
	uint16_t space;
	uint8_t level;	/* 1: a TLB entry; 1+l: walk cache, a table of level l; LARGE+l: a TLB entry of level l */
	uint64_t key;	/* page number, or page number >> 9*l */
	uint64_t value; /* entry, or table address */
};

enum { CW_MODEL_LARGE = 8 };

enum { CW_MODEL_HASH = 4096, CW_MODEL_PENDING = 512, CW_MODEL_QUEUE = 256, CW_MODEL_RECORDS = 1024 };

/* What outlives a reset of the engine is named in reset.c. */
struct cw_model {
	struct cw_model_ops ops;
	struct cw_model_config config;
	uint64_t cycle;
	uint64_t order;

	struct cw_model_ctx ctx[CW_NCTX];
	struct cw_model_dom dom[CW_NDOM];
	struct cw_model_port port[CW_NPORT];
	bool stop_ctx[CW_NCTX], stop_dom[CW_NDOM], stop_port[CW_NPORT]; /* P30 */
	unsigned int parked_of[CW_NCTX]; /* entries of the park, until the lookup of a retry */
	uint64_t park_changed[CW_NCTX];	 /* cycle in which a request came or went */
	unsigned int queued_of[CW_NCTX]; /* requests with a quota that wait for a slot */
	unsigned int dirty_of[CW_NCTX];	 /* credits of the dirty budget taken in this period */
	uint64_t dirty_full[CW_NCTX];	 /* last cycle in which the budget was used up; 0: never */
	uint64_t turned;		 /* last cycle in which a period began */
	uint64_t counts_from;		 /* cycle of the first credit, or of the beginning, of the period that runs */

	struct cw_model_page *pages[CW_MODEL_HASH];
	struct cw_model_pending pending[CW_MODEL_PENDING];
	unsigned int npending;

	struct cw_model_cached *cached[CW_MODEL_HASH];
	struct cw_model_walk walk[CW_MODEL_SLOTS];
	unsigned int waiting;
	uint64_t waits_full;  /* last cycle in which the wait list was full; 0: never */
	uint64_t slots_short; /* and in which half of the walk slots were busy */

	struct cw_model_req req[CW_NPORT][CW_NTAG];
	struct cw_model_request queue[CW_NPORT][CW_MODEL_QUEUE]; /* at the pins, not looked up yet */
	unsigned int head[CW_NPORT], tail[CW_NPORT];

	struct cw_model_park park[CW_NPARK];
	struct cw_model_record record[CW_MODEL_RECORDS];
	uint64_t uses[CW_NPARK]; /* that are over */
	unsigned int nrecord;
	unsigned int parked;   /* entries of the park in use */
	unsigned int retrying; /* left it, not looked up yet */

	struct cw_model_marked *marked[CW_MODEL_HASH];
	uint64_t log_epoch[CW_NDOM];
	struct cw_model_dring dring[CW_NCTX], dring_before[CW_NCTX]; /* before: without gfn if the host is told */
	unsigned int dring_refused;				     /* answers FULL that are due */

	struct cw_model_epoch epoch[CW_NPORT];
	struct cw_model_flush flush[CW_NFLUSH];
	unsigned int open_flushes;

	uint64_t roots, roots_parked; /* other roots of contexts in use, and what was parked then */

	bool euu_lost; /* its write has met a bus error */
	uint64_t lost_records, lost_requests;
	uint8_t in_reset, busy; /* ports */
	uint64_t resets, taken_back;
	bool engine_in_reset, met_write;
	struct cw_model_engine_resets engine_resets;
	uint64_t began; /* cycle in which the engine began to count cycles, or a moment before */
	bool euu_wrote; /* since its last completion */
	uint64_t euu_addr, euu_value, euu_old;
	uint64_t euu_line[8]; /* before the write */

	uint64_t counter[CW_NCOUNTER];
	uint64_t checks[CW_MODEL_RULES]; /* by number of the rule */
};

#define G(field) cw_mon_get(vec, MON_##field)

__attribute__((format(printf, 3, 4))) void cw_model_fail(struct cw_model *m, const char *kind, const char *fmt, ...);

static inline void cw_model_count(struct cw_model *m, enum cw_counter c)
{
	m->counter[c]++;
}

static inline struct cw_model_format cw_model_format(const struct cw_model *m, bool x86)
{
	return (struct cw_model_format){.x86 = x86, .pa_bits = m->config.pa_bits, .table_bytes = m->config.table_bytes};
}

/* For a request's verdict: with what its context and its stamp say too. */
static inline struct cw_model_format cw_model_rules(const struct cw_model *m, const struct cw_model_req *r)
{
	struct cw_model_format f = cw_model_format(m, r->x86);
	const struct cw_model_ctx *c = &m->ctx[r->ctx % CW_NCTX];

	/* FPF-4 */
	f.ad = c->ad && !c->shadow;
	f.fix = c->fix && !c->shadow;
	f.shadow = c->shadow;
	f.log_mode = r->log_mode;
	return f;
}

/* A check of this rule is made now, with something at stake. */
static inline void cw_model_checked(struct cw_model *m, unsigned int rule)
{
	m->checks[rule]++;
}

/* Of the 57 bits that count: those above say nothing of their own (P2). */
static inline uint64_t cw_model_page_number(uint64_t addr)
{
	return addr >> 12 & ((UINT64_C(1) << 45) - 1);
}

/* P31: does this write need the gfn of its leaf? Probes mark nothing (P7). */
static inline bool cw_model_needs_gfn(const struct cw_model_req *r, unsigned int port)
{
	return r->shadow && r->write && r->log_mode == CW_LOG_CAPTURE && port != CW_PORT_HOST;
}

/* lookup.c */
void cw_model_tables(struct cw_model *m, const uint32_t *vec);
void cw_model_look(struct cw_model *m, const uint32_t *vec);
/* Is this request held back by a STOP (P30)? */
bool cw_model_stopped(const struct cw_model *m, unsigned int port, unsigned int ctx);
/* How a request ended, at its lookup or at its walk. */
void cw_model_end(struct cw_model *m, struct cw_model_req *r, unsigned int port, unsigned int verdict,
		  unsigned int reason, uint64_t pa);
/* This is what becomes of it. */
void cw_model_decided(const struct cw_model *m, const struct cw_model_req *r, unsigned int verdict);
/* reset.c */
void cw_model_resets(struct cw_model *m, const uint32_t *vec);
/* The whole engine; true: it is in reset, and nothing else happens. */
bool cw_model_engine(struct cw_model *m, const uint32_t *vec);
static inline bool cw_model_resetting(const struct cw_model *m, unsigned int port)
{
	return m->in_reset >> port & 1;
}
/* tag.c */
struct cw_model_req *cw_model_req_of(struct cw_model *m, uint64_t port, uint64_t tag, const char *where);
void cw_model_releases(struct cw_model *m, const uint32_t *vec);
/* tlb.c: cached translations and the walk cache */
void cw_model_inv(struct cw_model *m, const uint32_t *vec);
void cw_model_tlb_fill(struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t entry);
bool cw_model_tlb_has(const struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t entry);
void cw_model_wc_fill(struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t table);
bool cw_model_wc_has(const struct cw_model *m, uint16_t space, unsigned int level, uint64_t page, uint64_t table);
void cw_model_tlb_free(struct cw_model *m);
/* May anything be cached for a space that no valid context translates through? */
bool cw_model_tlb_orphans(const struct cw_model *m, uint16_t *space);
/* walker.c */
void cw_model_alloc(struct cw_model *m, const uint32_t *vec);
/* P38: has the context its quota of walks; may it, by what the engine knows some cycles later? */
bool cw_model_walks_over(const struct cw_model *m, unsigned int ctx, unsigned int grace);
void cw_model_walk_inv(struct cw_model *m, bool all, bool whole, uint16_t space, uint64_t lo, uint64_t hi);
void cw_model_ar(struct cw_model *m, const uint32_t *vec);
void cw_model_r(struct cw_model *m, const uint32_t *vec);
void cw_model_res(struct cw_model *m, const uint32_t *vec);
void cw_model_fill(struct cw_model *m, const uint32_t *vec);
/* fix.c */
void cw_model_fix_take(struct cw_model *m, struct cw_model_req *r, const uint32_t *vec,
		       const struct cw_model_verdict *v, uint64_t entry, uint64_t entry_addr);
void cw_model_fix_swap(struct cw_model *m, const uint32_t *vec);
void cw_model_fix_log(struct cw_model *m, const uint32_t *vec);
/* Dirty budgets: a period begins; is there a credit for this request's mark (it has to give up otherwise); it ends. */
void cw_model_budget_turn(struct cw_model *m);
bool cw_model_budget_broke(struct cw_model *m, struct cw_model_req *r, bool refused);
void cw_model_budget_end(struct cw_model *m, struct cw_model_req *r);
/* May the lookup of a write be refused for want of budget? */
bool cw_model_budget_over(struct cw_model *m, const struct cw_model_req *r);
bool cw_model_fix_back(struct cw_model *m, const struct cw_model_req *r, uint64_t *entry);
void cw_model_fix_end(struct cw_model *m, const struct cw_model_req *r);
/* log.c */
void cw_model_log_mark(struct cw_model *m, const struct cw_model_req *r);
void cw_model_log_flip(struct cw_model *m, const uint32_t *vec);
bool cw_model_log_hinted(struct cw_model *m, const struct cw_model_req *r);
/* What stands for a page of a shadow context may be another one after this. */
void cw_model_log_inv(struct cw_model *m, bool all, bool whole, uint16_t space, uint64_t lo, uint64_t hi);
void cw_model_log_free(struct cw_model *m);
/* dring.c */
void cw_model_dring_set(struct cw_model *m, const uint32_t *vec);
void cw_model_dring_ask(struct cw_model *m, const uint32_t *vec);
void cw_model_dring_log(struct cw_model *m, const struct cw_model_req *r, const uint32_t *vec);
void cw_model_dring_bell(struct cw_model *m, const uint32_t *vec);
void cw_model_dring_flip(struct cw_model *m, unsigned int domain);
void cw_model_dring_free(struct cw_model *m);
/* epoch.c */
void cw_model_stamp(struct cw_model *m, unsigned int port, bool bit);
void cw_model_unstamp(struct cw_model *m, unsigned int port, bool bit, const char *who);
void cw_model_flushes(struct cw_model *m, const uint32_t *vec);
void cw_model_deadlines(struct cw_model *m);
/* park.c */
void cw_model_park(struct cw_model *m, struct cw_model_req *r, const uint32_t *vec, const struct cw_model_fault *fault);
/* Records that were lost and whose requests do not end. */
void cw_model_park_deadlines(struct cw_model *m);
/* A request from the park has its lookup. */
void cw_model_park_left(struct cw_model *m, const struct cw_model_req *r);
bool cw_model_park_room(struct cw_model *m, const struct cw_model_req *r, const uint32_t *vec);
void cw_model_resumes(struct cw_model *m, const uint32_t *vec);
/* euu.c: table memory and the entry-update unit */
void cw_model_euu(struct cw_model *m, const uint32_t *vec);
void cw_model_euu_whose(struct cw_model *m, const uint32_t *vec);
/* Writes by commands that table memory has not acknowledged. */
unsigned int cw_model_unacked(const struct cw_model *m);
void cw_model_read_begin(struct cw_model *m, struct cw_model_read *r, uint64_t addr);
bool cw_model_read_may_be(const struct cw_model_read *r, unsigned int i, uint64_t value);
void cw_model_pages_free(struct cw_model *m);

/* Half of the walk slots are busy: a probe finds no room. */
bool cw_model_slots_short(const struct cw_model *m);
void cw_model_slots_seen(struct cw_model *m);

#endif
