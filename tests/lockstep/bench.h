/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Lock-step run: one simulated card, the reference model beside it, initiators on the stream ports, and a host that
 * changes tables under their feet. bench.c holds it together, world.c the host's tables and pages, rings.c its rings,
 * host.c with change.c, fault.c and cold.c what it does with them, ports.c and bridge.c the initiators.
 */
#ifndef CW_LOCKSTEP_BENCH_H
#define CW_LOCKSTEP_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <catwalk/contract.h>
#include <catwalk/names.h>
#include <catwalk/regs.h>
#include <catwalk/ring.h>
#include <catwalk/spte.h>

#include "sim/model/model.h"
#include "sim/mon.h"
#include "sim/sim.h"

/* ---- random numbers ---- */
struct rng {
	uint64_t s;
};

static inline uint64_t rng_next(struct rng *r)
{
	r->s ^= r->s << 13;
	r->s ^= r->s >> 7;
	r->s ^= r->s << 17;
	return r->s * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static inline unsigned int rng_below(struct rng *r, unsigned int n)
{
	return (unsigned int)(rng_next(r) % n);
}

static inline bool rng_percent(struct rng *r, unsigned int percent)
{
	return rng_below(r, 100) < percent;
}

/* ---- the host's idea of tables and pages ---- */
enum {
	NDOMAIN = 4,   /* domains in use; 0 and 1 differ in the lowest bit of their tag only */
	NSPACE = 6,    /* address spaces: those of the domains, then of the roots of shadow contexts */
	NCONTEXT = 12, /* contexts in use */
	NTABLE = 512,  /* table pages */
	NSMALL = 4096,
	NBIG = 48,
	NHUGE = 16,
	NREGION = 5,	   /* 2 MiB regions of a domain that are used */
	REGION_PAGES = 64, /* and their first pages */
	TABLE_BYTES = 64 << 20,
};

enum page_kind { PAGE_SMALL, PAGE_BIG, PAGE_HUGE, PAGE_KINDS };
enum page_state { PAGE_FREE, PAGE_LIVE, PAGE_DYING, PAGE_POISONED };

struct page {
	unsigned int serial; /* counts changes of its rights */
	enum page_state state;
	bool read_only; /* protected, and the FLUSH after it is complete */
	uint8_t domain;
	uint64_t gpa;
	uint64_t gfn; /* of a shadow space, in which gpa is a virtual address: its first page in the log */
};

struct table {
	enum page_state state;
	uint8_t domain, level;
	bool x86;
	uint64_t base;	 /* page number of its first entry */
	bool indirect;	 /* of a shadow space; level COMPANION: a companion page */
	uint64_t v[512]; /* mirror: exact once all commands submitted so far have run */
};

enum { COMPANION = 9 };

/* An address space: domain is its number wherever that is not said otherwise. */
struct domain {
	bool alive;  /* has a root */
	bool fenced; /* being torn down: commands before `fence` must be done */
	bool x86;    /* flavour of its entries */
	uint32_t fence;
	uint8_t levels;
	uint16_t root; /* table page */
	uint32_t mmio_gen;
	unsigned int jobs;	  /* changes whose FLUSH is not complete */
	unsigned int contexts;	  /* attached, or being attached */
	uint64_t region[NREGION]; /* page number of the first page */
};

struct context {
	enum { CTX_DOWN, CTX_GOING_UP, CTX_UP, CTX_GOING_DOWN, CTX_STUCK } state;
	unsigned int times_down; /* raised when a detach begins and when it is done */
	uint16_t gen;
	uint8_t space;	     /* address space whose root it has, or is about to get */
	unsigned int roots;  /* how often it has got another one */
	unsigned int writes; /* bursts of it behind the bridge, sent since then */
};

/* ---- rings ---- */
enum {
	HOT_LOG2 = 7,
	COLD_LOG2 = 4,
	FAULT_LOG2 = 6,
	NHOT = 1 << HOT_LOG2,
	NCOLD = 1 << COLD_LOG2,
	NFAULT = 1 << FAULT_LOG2
};

enum { JOB_PAGES = NSPACE * 1024 };

enum job_kind { JOB_NONE, JOB_FREE_PAGES, JOB_READ_ONLY, JOB_LOG };

struct job {
	enum job_kind kind;
	unsigned int domain;
	uint64_t gpa; /* JOB_READ_ONLY: of its page, and its serial then */
	unsigned int serial;
	/* What dies when the FLUSH completes: pages by kind and index, table pages. */
	unsigned int npage, ntable;
	uint16_t page[JOB_PAGES];
	uint8_t page_kind[JOB_PAGES];
	uint16_t table[NTABLE];
};

enum { NPAUSE = 2 };

struct pause {
	enum { PAUSE_NONE, PAUSE_DRAINS, PAUSE_AGAIN, PAUSE_DRAINED, PAUSE_ROOT } state;
	unsigned int scope, id;
	unsigned int tries;	 /* of its DRAIN */
	unsigned int root;	 /* context that is to get another root meanwhile; NCONTEXT: none */
	unsigned int times_down; /* of the context, when STOP was sent */
	uint64_t until;
};

struct submitted {
	bool used, done;
	struct cw_cmd cmd;
	uint8_t status; /* expected */
	bool check_value;
	uint64_t value;
	bool fixable, x86;  /* the engine may have changed the entry meanwhile (P12) */
	bool either;	    /* a CMPXCHG that the engine may have forestalled */
	uint64_t must, may; /* PROTECT: lines that change for certain, and perhaps */
	struct job *job;    /* FLUSH: finish it */
	uint64_t cycle;
	unsigned int ctx, times_down; /* RESUME: of its context when the record came */
	bool late;		      /* ... which was of an earlier life of the context */
	uint64_t use;		      /* ... and of which use of its index */
	bool came_round;	      /* ... but it met a later one of the same generation */
	struct pause *pause;	      /* STOP, DRAIN, START */
	bool drains;		      /* the DRAIN that the pause waits for */
};

struct ring {
	unsigned int log2;
	uint32_t cmd_reg, cpl_reg; /* base registers */
	uint8_t *cmd, *cpl;
	uint64_t cmd_bus, cpl_bus;
	uint32_t producer, doorbell; /* commands written, and announced */
	uint32_t consumer;	     /* completions read */
	uint32_t oldest;	     /* oldest command not complete */
	unsigned int irq;
	struct submitted *slot;
};

/* ---- dirty log ---- */
enum {
	LOG_REGIONS = 4, /* those that a log directory covers */
	LOG_ROOM = 16,	 /* of a harvest, records */
};

struct log_page {
	unsigned int version, copied; /* of the page, and of its replica */
	unsigned int open;	      /* writes asked for that have not ended */
	bool host_mark;		      /* writable by the host's own hand (P51) */
	bool reported;		      /* to be copied when a report has been waited for */
	uint64_t active;	      /* when the last write ended */
	uint64_t mark_at;	      /* BROKEN_LATE_MARK: when its mark comes, _EARLY_: its write */
	/* by the dirty rings: in an entry, to be copied when this pass ends, of the replica */
	bool ring_seen, ring_due;
	unsigned int ring_copied;
};

struct log {
	bool on;	    /* is logging */
	uint8_t mode, want; /* CW_LOG_x, and the one of the last LOG_SET */
	uint8_t guard;	    /* mode for which the host marks */
	uint8_t turn;	    /* modes that were chosen */
	bool held;	    /* the engine may know its directory */
	bool again;	    /* LOG_SET ended with NOT_FLUSHED */
	bool changing;	    /* LOG_SET is under way, or the protection that follows it */
	bool all_due;	    /* everything is to be reported once: the mode has changed, or a bus failed */
	bool failing;	    /* the bus fails for this log */
	bool doubt;	    /* ... has failed: what is reported may be old */
	bool more;	    /* the last harvest left something from `next` on */
	bool host_left;	    /* ... or marks of the host */
	bool last, finished;
	uint8_t leaves;		/* enabled */
	uint16_t size;		/* of the directory, entries */
	unsigned int commands;	/* under way */
	uint64_t ring_before;	/* when the last pass of the whole log before this one began */
	uint64_t next, covered; /* covered: no report of a write that ended before */
	enum { LOG_REST, LOG_PROTECTS, LOG_PROTECTS_ALL, LOG_FLUSHES } step;
	bool whole; /* the harvest under way is of everything, since `began` */
	uint64_t began;
	bool all;	     /* of this pass: everything */
	bool unwaited;	     /* ... and it was not waited for (P21) */
	bool all_again;	     /* ... of one before */
	unsigned int cursor; /* table to be protected next */
	unsigned int records;
	struct cw_log_record record[LOG_ROOM];
	/* writes of shadow contexts: those that have not ended, and when the last one did; of what pages is not known
	 * before */
	unsigned int indirect;
	uint64_t indirect_active;
	struct log_page page[LOG_REGIONS][REGION_PAGES];
};

/* ---- dirty rings ---- */
enum rings { RINGS_NONE, RINGS_SOME, RINGS_ALL };
enum { RING_SOFTS = 8 };
enum ring_habit { RING_EAGER, RING_BY_IRQ, RING_LAZY, RING_HABITS }; /* lazy: reads when it is full */

struct dring {
	uint8_t log2, next_log2; /* 0: none */
	uint8_t habit;
	bool setting;			     /* DRING_SET is under way */
	struct cw_dring_entry *entry, *next; /* memory */
	uint64_t bus, next_bus;
	uint32_t seen, bell;  /* entries read, and given back */
	uint32_t made_before; /* of the old one, in all */
	/* entries up to its last soft limit, 0: none; up to those of which no interrupt has told, oldest first */
	uint32_t soft_last, soft[RING_SOFTS];
	unsigned int nsoft;
	uint64_t soft_since; /* since when the first of them waits */
	uint64_t missed;     /* since when the entry `missed_at` does not come that has to */
	uint32_t missed_at;
};

/* ---- initiators ---- */
/* Broken hosts, each of which must be found. */
enum broken {
	BROKEN_NOT,
	BROKEN_PROTECT,	   /* a pass protects fewer than were harvested (P22) */
	BROKEN_INVALIDATE, /* and invalidates nothing */
	BROKEN_REPORT,	   /* and copies before its FLUSH */
	BROKEN_START,	   /* a start protects nothing (P28) */
	BROKEN_MARK,	   /* what the host makes writable it does not mark (P51) */
	BROKEN_LATE_MARK,  /* or marks it when a pass may have been in between */
	BROKEN_EARLY_MARK, /* or marks first and writes when a pass may have been in between */
	BROKEN_RESET,	   /* after a reset of the engine nothing is copied (P43) */
};

enum tag_state { TAG_IDLE, TAG_ASKED, TAG_HELD, TAG_REST };

struct tag {
	enum tag_state state;
	bool write, dup;
	bool dropped; /* by a reset of its port: until that is over its page may still be marked */
	uint8_t domain;
	uint16_t ctx;
	uint64_t addr, pa;
	uint64_t since, until;
	struct log_page *page; /* of a write to a page that may be logged */
};

struct port {
	struct tag tag[CW_NTAG];
	bool in_reset, busy; /* its port is; its accesses go on until `quiet_at` */
	bool by_sweep;	     /* a reset of it alone, that ends about when the engine sweeps its park */
	uint64_t quiet_at;
	unsigned int idle;	  /* tags */
	unsigned int pattern;	  /* of the present phase */
	uint64_t phase_end, wait; /* wait: refused for now, asks again then */
	unsigned int rate, hold_max, write_percent;
	unsigned int seq_region, seq_page, focus;
	uint16_t focus_ctx;
	unsigned int last_domain; /* of the last well-formed request */
	uint64_t last_page;
};

enum { NCOMMAND = 21 };

/* A line where commands and requests meet. */
struct aim {
	bool on, barren;
	unsigned int space, level, entry, left;
	uint64_t page, until, next;
	unsigned int table; /* for LOAD and FILL: nothing ever leads to it */
	uint32_t loaded;
};

struct pending_fault {
	bool used;
	struct cw_fault_record f;
	uint64_t due;
	unsigned int times_down;
	bool late;
	uint64_t use; /* of its index */
};

struct old_id {
	uint32_t id;
	uint64_t use;
};

struct bench {
	struct cw_sim *sim;
	struct cw_model *model;
	uint32_t events[CW_MON_WORDS]; /* of this cycle */
	uint64_t events_at;
	bool have_events;
	struct rng rng;
	uint64_t seed;
	bool oracle;	 /* what the model finds does not count */
	bool by_irq;	 /* rings are looked at after interrupts only */
	bool flips;	 /* bits of TLB RAM are flipped: there must be parity errors, else none (P43) */
	bool hasty;	 /* FLUSHes give up soon */
	bool calm;	 /* changes are rare in the second half: what is wrong with the log is not mended by chance */
	uint8_t pa_bits; /* of an address in an entry */

	bool failed;
	char kind[40];
	char text[600];
	uint64_t last_report;

	struct domain dom[NSPACE];
	struct context ctx[NCONTEXT];
	struct table *table; /* NTABLE */
	struct page *page[PAGE_KINDS];
	unsigned int table_next, page_next[PAGE_KINDS];

	struct ring hot, cold;
	uint8_t *fault, *fault_data;
	uint64_t fault_bus, fault_data_bus;
	uint32_t fault_consumer, fault_doorbell;
	uint32_t fault_seen[2]; /* fault_doorbell at two moments before */
	unsigned int fault_age;
	uint32_t fault_sent[NFAULT]; /* parked ids of the records that the bus took */
	bool fault_hole[NFAULT];     /* ... and that met an error */
	bool record_errors;	     /* they do now and then (P43) */
	uint64_t next_record_error;
	bool fault_stuck; /* records left unread for want of room */
	struct submitted hot_slot[NHOT], cold_slot[NCOLD];
	uint8_t *buffer; /* LOAD source: one page per hot ring slot */
	uint64_t buffer_bus;

	struct pending_fault pf[256];
	unsigned int npf;
	struct old_id old_ids[64];    /* of RESUMEs sent, to be repeated */
	uint32_t running;	      /* command of the hot ring, as the engine says it */
	uint64_t taken_for[CW_NPARK]; /* use of an index + 1 that a RESUME of an earlier one has ended: see fault.c */
	unsigned int nold;
	struct job *again[NHOT]; /* FLUSHes answered BUSY */
	unsigned int nagain, jobs;
	struct submitted busy[64]; /* RESUMEs answered BUSY */
	unsigned int nbusy;
	struct pause pause[NPAUSE];
	uint64_t drained, drained_parked;
	unsigned int root_from; /* space that the context of a CTX_ROOT under way has left */
	bool root_again;	/* it ended with NOT_FLUSHED */
	uint64_t roots;
	uint64_t probe_busy[CW_NPROBE];
	uint64_t next_job, next_probe, next_cold;
	bool quiet;	  /* no new requests and no new changes */
	bool starting;	  /* contexts are being attached for the first time */
	bool range_again; /* a PORT_SET of range_port ended with NOT_FLUSHED */
	unsigned int range_port;
	bool open;		  /* a cold command is under way */
	unsigned int down_domain; /* domain being torn down, or NSPACE */

	uint64_t bridge_phase_end, bridge_fence_at, bridge_answers[2], bridge_written;
	uint64_t bridge_data; /* records with data */
	unsigned int bridge_rate;
	bool bridge_fenced;
	struct cw_sim_burst *burst[CW_SIM_BRIDGE_QUEUE]; /* sent and not answered */
	unsigned int nburst;
	bool bridge_reset;
	uint64_t next_reset, tgen_at, resets;
	bool reset_asked; /* some port was reset once */
	/* the engine: after so many requests, 0: never (again); after this table page was written; in this cycle */
	uint64_t engine_goal, engine_page, engine_at;
	bool engine_writes;
	uint64_t kept;		   /* entries that it has left as they were */
	unsigned int owed[3];	   /* beats of reads and answers to writes, by each memory */
	unsigned int bridge_stale; /* open bursts of writes whose context has got another root since */
	struct log log[NDOMAIN];
	uint8_t *harvest; /* its buffer */
	uint64_t harvest_bus, next_harvest;
	bool harvesting;
	unsigned int harvest_domain;
	uint16_t barren[NSPACE][6]; /* tables of world_barren(), by level */
	uint8_t no_companion;	    /* bit per space: its table without one has been made */
	unsigned int log_starts[CW_LOG_DIRTYBIT + 1], harvests, reported, host_marks, all_dirty;
	enum broken broken;
	bool marked;		 /* what the host writes now it has marked before (BROKEN_EARLY_MARK) */
	bool reads;		 /* nobody writes: no page may be reported (P27) */
	bool migration;		 /* long logs of one mode, slow DMA, few changes: what is lost stays so for a while */
	bool errors;		 /* the bus to the log fails now and then */
	bool walk_errors;	 /* reads of walks and of the fixer fail now and then (P43) */
	bool fix_due, fix_fails; /* a swap of the fixer is to fail; and now no command would meet it */
	uint64_t hush;		 /* until when the host gives none */
	uint64_t next_walk_error, walks_failed, fixes_failed;
	uint64_t next_error, bus_errors, compared, log_set_at[NDOMAIN];

	enum rings rings;
	struct dring dring[NCONTEXT];
	bool ring_irq;
	uint64_t soft_extra; /* until when limits that are told already may interrupt once more */
	uint64_t softs, soft_due, ring_entries, ring_full, ring_skips, ring_errors, ring_sets, ring_compared;

	struct port port[CW_NPORT_STREAM];
	uint64_t requests, goal;
	unsigned int inflight[NCOMMAND];
	uint64_t resume_at; /* when the engine has begun with a RESUME that is not complete, 0: none */
	uint32_t resume;
	uint64_t digest;   /* of all events and their cycles */
	struct cube *cube; /* of all seeds */
	bool aims;	   /* host and initiators meet on lines (aim.c) */
	struct aim aim;
	struct pause brief[NHOT]; /* of aim.c, by place in the ring */
	uint64_t dma, answers;
};

#define BIT64(n) (UINT64_C(1) << (n))

/* bench.c */
__attribute__((format(printf, 3, 4))) void bench_fail(struct bench *b, const char *kind, const char *fmt, ...);
int bench_open(struct bench *b, uint64_t seed, uint64_t requests, const char *trace, bool oracle, bool aims,
	       struct cube *cube);
void bench_run(struct bench *b);
void bench_step(struct bench *b);      /* one cycle, and what is judged of it */
int bench_boot(struct bench *b);       /* until the firmware is ready */
void bench_registers(struct bench *b); /* as they are in all of the run */
bool bench_as_mirrored(const struct table *t, unsigned int i, uint64_t value);
void bench_counters(struct bench *b); /* are they what the model has counted? */
void bench_close(struct bench *b);
void bench_inflight(struct bench *b, unsigned int opcode, int change);
unsigned int bench_under_way(const struct bench *b, unsigned int opcode);

/* world.c */
/* Of any context number, for contexts in use the right one: theirs now. */
unsigned int world_domain(const struct bench *b, unsigned int ctx);
void world_inject(struct bench *b);
void world_errors(struct bench *b);
bool world_shadow(unsigned int domain);
unsigned int world_owner(unsigned int domain); /* the domain of the engine that an address space belongs to */
unsigned int world_turn(unsigned int domain);  /* among those with any log mode */
unsigned int world_root_id(unsigned int domain);
/* From a page number to an address, canonical in a shadow space, and back (P2). */
uint64_t world_address(unsigned int domain, uint64_t page);
uint64_t world_page(uint64_t addr);
/* 204: the companion of the table that it leads to cannot be read. */
enum { NO_COMPANION = 204 };
/* Where walks end without a page, or at one that is read-only: page numbers that end at `level`, at entry `n` of eight
 * that share a line. */
uint64_t world_barren(const struct bench *b, unsigned int space, unsigned int level, unsigned int n, unsigned int page);
bool world_is_barren(const struct bench *b, unsigned int space, uint64_t page);
void world_open(struct bench *b);
void world_close(struct bench *b);
void world_build(struct bench *b, unsigned int domain);
unsigned int world_table_new(struct bench *b, unsigned int domain, unsigned int level); /* NTABLE: none left */
unsigned int world_page_new(struct bench *b, enum page_kind kind, unsigned int domain, uint64_t gpa); /* ~0u: none */
uint64_t world_page_pa(enum page_kind kind, unsigned int index);
struct page *world_page_at(struct bench *b, uint64_t pa, enum page_kind *kind, uint64_t *offset);
uint64_t world_table_addr(unsigned int index);
unsigned int world_table_index(uint64_t addr);
/* Table address of the entry of `level` for this page, 0: an upper entry is not present. */
uint64_t world_entry(struct bench *b, unsigned int domain, uint64_t page, unsigned int level);
uint64_t *world_mirror(struct bench *b, uint64_t entry_addr);
uint64_t world_leaf(struct bench *b, unsigned int domain, enum page_kind kind, unsigned int index, unsigned int rights);
uint64_t world_mmio(const struct domain *d, uint64_t page, uint32_t gen);
/* The same entry with a bit that may not be (P43); it leads where it did. */
uint64_t world_malformed(struct bench *b, unsigned int domain, uint64_t entry, unsigned int level);
uint64_t world_frame(uint64_t entry); /* the address in it */
uint64_t world_host_w(const struct domain *d);
uint64_t world_mmu_w(const struct domain *d);
/* Can the engine make a change of its own in this entry (P12)? */
bool world_fixable(const struct table *t, uint64_t entry);
struct table *world_table_at(struct bench *b, uint64_t entry_addr);
/* False: an entry that is malformed on purpose. */
bool world_known(struct bench *b, uint64_t entry, unsigned int level);
void world_collect(struct bench *b, uint64_t entry, unsigned int level, struct job *job); /* what dies with it */
void world_kill(struct bench *b, const struct job *job, enum page_state state);
void world_lost(struct bench *b); /* no page and no table is in use any more: empty roots */
void world_dma(struct bench *b, uint64_t pa, unsigned int domain, uint64_t addr, bool write, const char *when);

/* rings.c */
void rings_open(struct bench *b);
/* What was under way will not be completed, what was not read is nobody's any more; and they are used again. */
void rings_lost(struct bench *b);
void rings_start(struct bench *b);
void rings_poll(struct bench *b);
unsigned int ring_room(const struct ring *r);
struct submitted *ring_submit(struct bench *b, struct ring *r, const struct cw_cmd *cmd);
void rings_doorbell(struct bench *b);
bool rings_idle(const struct bench *b);
bool rings_fault_full(const struct bench *b);

/* host.c */
void host_cycle(struct bench *b);
void host_complete(struct bench *b, struct ring *r, struct submitted *s, const struct cw_cpl *cpl);
bool host_idle(const struct bench *b);
void host_close(struct bench *b);
void host_lost(struct bench *b); /* nothing that it has asked for will be done */

/* change.c */
struct submitted *host_hot(struct bench *b, const struct cw_cmd *cmd);
void host_flush(struct bench *b, unsigned int domain, struct job *job);
struct job *host_job(struct bench *b, enum job_kind kind, unsigned int domain);
struct submitted *host_protect(struct bench *b, uint64_t table, const uint8_t *mask, bool d);
/* Take a large leaf away, so that smaller ones come in its place. False: there is none. */
bool host_split(struct bench *b, unsigned int domain, uint64_t page);
void host_job_done(struct bench *b, struct job *j);
uint64_t host_link_entry(unsigned int table);
/* Some table pages that nothing leads to; the address of the first one. */
uint64_t host_fill(struct bench *b);
uint64_t host_pick_page(struct bench *b, unsigned int domain);
/* Make one more level of the way to this page present. False: it is all there, or no room. */
bool host_extend(struct bench *b, unsigned int domain, uint64_t page);
/* Give all rights to the leaf of this page. False: it has them, or there is none. */
bool host_unprotect(struct bench *b, unsigned int domain, uint64_t page);
void host_random_job(struct bench *b);
/* A change of what this page is mapped by. */
void host_job_at(struct bench *b, unsigned int domain, uint64_t page);
/* Writes what is there, or what is not present either. */
void host_rewrite(struct bench *b, uint64_t addr, uint64_t value);
void host_invalidate(struct bench *b, unsigned int domain, uint64_t page, uint64_t pages, bool leaf);

/* pause.c */
void pause_cycle(struct bench *b);
/* STOP and START at once, with a DRAIN in between or not, of this space, a context of it or a port. */
void pause_brief(struct bench *b, unsigned int space, bool drain);
bool pause_status_ok(const struct bench *b, const struct submitted *s, unsigned int status);
void pause_complete(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl);
void pause_grant(struct bench *b, unsigned int port, unsigned int ctx);
void pause_root_done(struct bench *b, const struct cw_cpl *cpl);

/* fault.c */
void host_fault(struct bench *b, const struct cw_fault_record *f);
void host_answer_faults(struct bench *b);
void host_record_errors(struct bench *b);
void host_record_bus(struct bench *b, const struct cw_sim_axi *ev);
struct submitted *host_resume(struct bench *b, uint32_t id, unsigned int action, unsigned int status, unsigned int ctx,
			      unsigned int times_down, bool late);
void host_resumed(struct bench *b, uint32_t id, uint64_t use); /* with anything but EMULATED, which may be BUSY */
void host_resume_runs(void *priv, unsigned int index, uint64_t use);

/* cold.c */
void host_attach_all(struct bench *b);
void host_next_cold(struct bench *b);
/* CTX_ROOT: the other root of its domain. False: there is none that it may get now. */
bool host_root(struct bench *b, unsigned int ctx, bool again);
void host_cold_complete(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl);

/* bridge.c */
void bridge_open(struct bench *b);
void bridge_start(struct bench *b);		     /* its registers */
void bridge_root(struct bench *b, unsigned int ctx); /* it gets another root now */
void bridge_fault_data(struct bench *b, const struct cw_fault_record *f, const uint8_t *line);
void bridge_cycle(struct bench *b);
bool bridge_idle(const struct bench *b);
/* log.c */
void log_open(struct bench *b);
bool log_area(uint64_t addr); /* of table memory */
void log_slow(struct bench *b);
unsigned int log_hold(struct bench *b, unsigned int domain);
void log_ask(struct bench *b, struct tag *t);
void log_end(struct bench *b, struct tag *t, bool landed);
void log_burst(struct bench *b, unsigned int domain, uint64_t addr, int change);
void log_grant(struct bench *b, struct tag *t);
void log_landed(struct bench *b, const struct page *page, uint64_t addr);
uint64_t log_random_gfn(struct bench *b, enum page_kind kind);
bool log_next_cold(struct bench *b, unsigned int domain, struct cw_cmd *c);
void log_lost(struct bench *b); /* the engine knows no log any more: everything of those that run is dirty */
bool log_renew(struct bench *b, unsigned int domain, struct cw_cmd *c); /* LOG_SET of one that runs */
void log_set_done(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl);
bool log_missing(struct bench *b, unsigned int domain, uint64_t page);
void log_cycle(struct bench *b);
void log_harvest_done(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl);
void log_write_done(struct bench *b, const struct submitted *s);
bool log_last_pass(struct bench *b);
void log_compare(struct bench *b);
struct log_page *log_page_at(struct bench *b, unsigned int domain, uint64_t page);
uint64_t log_page_number(unsigned int r, unsigned int i);
void log_started(struct bench *b, unsigned int domain); /* LOG_SET and what follows it are done */
void log_report(struct bench *b, unsigned int domain);	/* a pass is done */
void log_copy(struct bench *b, unsigned int domain);

/* pass.c */
void log_made(struct bench *b, unsigned int domain, uint64_t page, uint64_t entry);
bool log_early(struct bench *b, unsigned int domain, uint64_t page, uint64_t entry); /* the write comes later */
void log_pass_begin(struct bench *b, unsigned int domain, const struct cw_log_record *rec, unsigned int n, bool all);
void log_guard(struct bench *b, unsigned int domain, unsigned int mode);
void log_flushed(struct bench *b, unsigned int domain);
void log_pass_cycle(struct bench *b);
bool log_idle(const struct bench *b);
bool log_again(const struct bench *b);

/* dring.c */
void dring_open(struct bench *b);
void dring_lost(struct bench *b);
bool dring_next_cold(struct bench *b, unsigned int ctx, struct cw_cmd *c);
bool dring_refused(struct bench *b, unsigned int ctx, struct cw_cmd *c);
void dring_set_done(struct bench *b, const struct submitted *s, const struct cw_cpl *cpl);
void dring_pass_begin(struct bench *b, unsigned int domain);
void dring_all(struct bench *b, unsigned int domain); /* everything is dirty */
void dring_harvested(struct bench *b, unsigned int domain);
void dring_pass_end(struct bench *b, unsigned int domain);
void dring_last(struct bench *b, unsigned int domain);
void dring_full(struct bench *b, unsigned int ctx);
/* Let writes to a ring of this domain fail, if it has one, instead of what the rule says. */
void dring_fail_bus(struct bench *b, unsigned int domain, struct cw_sim_inject *rule);
void dring_cycle(struct bench *b, bool irq);

/* aim.c */
void aim_cycle(struct bench *b);
bool aim_page(struct bench *b, unsigned int space, uint64_t *page);

/* reset.c */
void reset_cycle(struct bench *b);
void reset_open(struct bench *b);
bool reset_engine_due(struct bench *b);
/* All of it, and the host's beginning anew but for what needs the firmware. False: it has failed. */
bool reset_engine(struct bench *b);

/* ports.c */
unsigned int ports_first(unsigned int port); /* of the eight contexts that a stream port owns at first */
void ports_open(struct bench *b);
void ports_cycle(struct bench *b);
void ports_hurry(struct bench *b, uint64_t until); /* many requests, few that hit, grants that last */
bool ports_idle(const struct bench *b);

#endif
