/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Lookups, walks, entry changes, INVALIDATE, FLUSH, parking, detach and fencing, as the engine is built: P4 P5 P8 P11 P18
 * P19 P20 P21 P32 P33 and I9.
 *
 * One 64-byte line of two leaf entries, one upper entry, which leads to table 1 or 2; two ports, NREQ requests (the last
 * one at port 1), NSLOT walk slots, a queue for requests without a slot, one walk-cache entry, two TLB entries, one park
 * entry. Memory shows old or new beside a write and only new after its acknowledgement. What is wrong shows as a DMA into
 * a page that the host has taken back, a read of a table page that the host has taken back, something stale left when
 * FLUSH completes, a request answered twice, or an end in which not all is done (a request lost, a deadlock).
 *
 * The lines that begin with `run` say what docs/model/run.sh does with this file: outcome, name, macros, rules.
 *
 * run pass leaf               NREQ=3                      P4 P5 P18 P19 P20
 * run pass table              TABLE                       P11 P18 P19 P20
 * run pass one-slot           TABLE NSLOT=1               P5 P18 P19
 * run pass faults             FAULTS                      P8 P32
 * run pass detach             DETACH NSLOT=1              P18 P33
 * run pass probe              TABLE NREQ=1 PROBE          P5 P7 P19
 * run pass other-domain       OTHER NREQ=3 P20
 * run pass detach-faults      DETACH FAULTS               P33
 * run pass time-out           HUNG                        P21
 * run fail stamp-at-grant     M_STAMP_AT_GRANT            P4
 * run fail merge-poisoned     M_MERGE_POISONED            P5
 * run fail fill-poisoned      M_FILL_POISONED             P18
 * run fail fill-poisoned-wc   M_FILL_POISONED_WC TABLE    P18
 * run fail invalidate-no-ack  M_INVALIDATE_NO_ACK         P11 P18
 * run fail lookup-slot-gap    M_LOOKUP_SLOT_GAP TABLE     P18
 * run fail leaf-only          M_LEAF_ONLY TABLE           P18
 * run fail no-invalidate      M_NO_INVALIDATE             P19
 * run fail second-flip        M_SECOND_FLIP TABLE         P20
 * run fail join-open-flip     M_JOIN_OPEN_FLIP TABLE      P20
 * run fail global-epoch       M_GLOBAL_EPOCH OTHER NREQ=3 P20
 * run fail wrong-ports        M_WRONG_PORTS               P20
 * run fail uncounted-walk     M_UNCOUNTED_WALK TABLE NREQ=1 PROBE P5
 * run fail park-with-stamp    M_PARK_WITH_STAMP FAULTS    P8
 * run fail stale-resume       M_STALE_RESUME FAULTS       P32
 * run fail detach-parks        M_DETACH_PARKS DETACH FAULTS P33
 * run fail detach-enabled    M_DETACH_ENABLED DETACH NSLOT=1 P33
 * run fail queue-after-inv    M_QUEUE_AFTER_INV DETACH NSLOT=1 P18 P33
 * run fail fence-clears       M_FENCE_CLEARS HUNG         P21
 */
#ifndef NREQ
#define NREQ 2
#endif
#ifndef NSLOT
#define NSLOT 2
#endif
#define NONE 0
#define FOREIGN 5 /* what the next owner of a table page lets it point to */

/* ---- table memory: acknowledged value, value under way ---- */
byte upper = 1, upper_new;
bit upper_busy;
byte leaf[4]; /* entry i of table t at 2 * (t - 1) + i: number of a page, or NONE */
byte leaf_new;
bit leaf_busy; /* entry 0 of table 1 only */
bit table_free[3], page_free[6];

inline read_upper(v)
{
	if
	:: v = upper
	:: upper_busy -> v = upper_new
	fi
}

inline read_leaf(t, w)
{
	if
	:: w_line[2 * w] = leaf[2 * (t - 1)]
	:: t == 1 && leaf_busy -> w_line[2 * w] = leaf_new
	fi;
	w_line[2 * w + 1] = leaf[2 * (t - 1) + 1]
}

proctype Memory()
{
end:	do
	:: atomic { upper_busy -> upper = upper_new; upper_new = 0; upper_busy = 0 }
	:: atomic { leaf_busy -> leaf[0] = leaf_new; leaf_new = 0; leaf_busy = 0 }
	od
}

/* ---- epochs (P20) ---- */
bit epoch[2], flip_open[2];
byte count[4]; /* 2 * port + epoch */
byte flush_needs[2], flush_waits[2]; /* per FLUSH: bit per port */
bit flush_open[2], flush_done[2];

#ifdef M_GLOBAL_EPOCH
#define FLIP(p) epoch[0] = 1 - epoch[0]; epoch[1] = 1 - epoch[1]
#else
#define FLIP(p) epoch[p] = 1 - epoch[p]
#endif
#define GIVE_BACK(p, e) assert(count[2 * (p) + (e)] > 0); count[2 * (p) + (e)]--

#define WANTED(p) ((flush_needs[0] | flush_needs[1]) >> (p) & 1)
#ifdef M_SECOND_FLIP
#define MAY_FLIP(p) WANTED(p)
#else
#define MAY_FLIP(p) (WANTED(p) && !flip_open[p])
#endif

inline open_flip(p)
{
	FLIP(p);
	flip_open[p] = 1;
	flush_waits[0] = flush_waits[0] | (flush_needs[0] & (1 << p));
	flush_waits[1] = flush_waits[1] | (flush_needs[1] & (1 << p));
	flush_needs[0] = flush_needs[0] & ~(1 << p);
	flush_needs[1] = flush_needs[1] & ~(1 << p)
}

inline close_flip(p)
{
	flip_open[p] = 0;
	flush_waits[0] = flush_waits[0] & ~(1 << p);
	flush_waits[1] = flush_waits[1] & ~(1 << p)
}

#define OLD_COUNT(p) count[2 * (p) + 1 - epoch[p]]
#define COMPLETE(f) (flush_open[f] && !flush_needs[f] && !flush_waits[f])

proctype Epochs()
{
end:	do
	:: atomic { MAY_FLIP(0) -> open_flip(0) }
	:: atomic { MAY_FLIP(1) -> open_flip(1) }
	:: atomic { flip_open[0] && OLD_COUNT(0) == 0 -> close_flip(0) }
	:: atomic { flip_open[1] && OLD_COUNT(1) == 0 -> close_flip(1) }
	:: atomic { COMPLETE(0) -> flush_open[0] = 0; flush_done[0] = 1 }
	:: atomic { COMPLETE(1) -> flush_open[1] = 0; flush_done[1] = 1 }
	od
}

inline flush(f, ports)
{
	atomic {
		flush_open[f] = 1;
		flush_done[f] = 0;
#ifdef M_JOIN_OPEN_FLIP
		flush_waits[f] = (ports) & (flip_open[0] | flip_open[1] << 1);
		flush_needs[f] = (ports) & ~flush_waits[f]
#else
		flush_needs[f] = (ports)
#endif
	}
}

/* ---- cached translations and walks ---- */
byte tlb[2], walk_cache;
bit nonleaf_changed; /* since the last INVALIDATE without the hint leaf-only */

mtype = { FREE, UPPER, UPPER_READ, LEAF, LEAF_READ, RESULT, LINGER };
mtype w_state[2] = FREE;
byte w_table[2], w_line[4], w_waiters[2]; /* requests, bit each */
bit w_poisoned[2], w_epoch[2], w_port[2], w_counted[2];

/* ---- requests ---- */
mtype = { NEW, LOOKED, QUEUED, WALK, GRANTED, PARKED, ENDED };
mtype r_state[NREQ] = NEW;
bit r_epoch[NREQ], r_index[NREQ], r_stamped[NREQ];
byte r_page[NREQ], r_wc[NREQ];
#define PORT(r) ((r) == NREQ - 1)
bit ctx_on = 1;   /* the context */
byte stale_queue;  /* requests that were in the queue when an INVALIDATE of the whole space came */
bit hung, fenced;

#ifdef M_STAMP_AT_GRANT
#define STAMP(r) skip
#define STAMP_GRANT(r) r_epoch[r] = epoch[PORT(r)]; count[2 * PORT(r) + r_epoch[r]]++; r_stamped[r] = 1
#else
#define STAMP(r) r_epoch[r] = epoch[PORT(r)]; count[2 * PORT(r) + r_epoch[r]]++; r_stamped[r] = 1
#define STAMP_GRANT(r) skip
#endif

inline unstamp(r)
{
	if
	:: r_stamped[r] -> GIVE_BACK(PORT(r), r_epoch[r]); r_stamped[r] = 0; r_epoch[r] = 0
	:: else
	fi
}

inline end_request(r)
{
	assert(r_state[r] != ENDED);
	r_state[r] = ENDED;
	r_page[r] = 0
}

#ifdef M_MERGE_POISONED
#define MERGES(w) (w_state[w] != FREE)
#else
#define MERGES(w) (w_state[w] != FREE && !w_poisoned[w])
#endif
#define IDLE(w) ((w) < NSLOT && (w_state[w] == FREE || (w_state[w] == LINGER && !w_waiters[w])))

inline clear_walk(w)
{
	w_state[w] = FREE;
	w_table[w] = 0;
	w_line[2 * w] = 0;
	w_line[2 * w + 1] = 0;
	w_waiters[w] = 0;
	w_poisoned[w] = 0
}

/* The walk holds a count of its own, from here to its last read (P5). */
inline start_walk(w, p, from)
{
	clear_walk(w);
	w_port[w] = p;
	w_epoch[w] = epoch[p];
#ifndef M_UNCOUNTED_WALK
	count[2 * p + epoch[p]]++;
	w_counted[w] = 1;
#endif
	w_table[w] = from;
	w_state[w] = (from -> LEAF : UPPER)
}

inline last_read(w)
{
	if
	:: w_counted[w] -> GIVE_BACK(w_port[w], w_epoch[w]); w_counted[w] = 0
	:: else
	fi;
	w_epoch[w] = 0;
	w_port[w] = 0
}

/* A request without a walk attaches to one or starts one: the test, walk cache and slot are one step (P18). */
inline find_walk(r, from)
{
	if
	:: MERGES(0) -> w_waiters[0] = w_waiters[0] | 1 << r; r_state[r] = WALK
	:: !MERGES(0) && MERGES(1) -> w_waiters[1] = w_waiters[1] | 1 << r; r_state[r] = WALK
	:: !MERGES(0) && !MERGES(1) && IDLE(0) ->
		start_walk(0, PORT(r), from); w_waiters[0] = 1 << r; r_state[r] = WALK;
		w_poisoned[0] = stale_queue >> r & 1
	:: !MERGES(0) && !MERGES(1) && !IDLE(0) && IDLE(1) ->
		start_walk(1, PORT(r), from); w_waiters[1] = 1 << r; r_state[r] = WALK;
		w_poisoned[1] = stale_queue >> r & 1
	:: else -> r_state[r] = QUEUED
	fi;
	if
	:: r_state[r] == WALK -> stale_queue = stale_queue & ~(1 << r)
	:: else
	fi
}
#define WALK_TO_HAVE (MERGES(0) || MERGES(1) || IDLE(0) || IDLE(1))

inline lookup(r)
{
	STAMP(r);
	if
#ifdef OTHER
	:: PORT(r) -> r_page[r] = 4; STAMP_GRANT(r); r_state[r] = GRANTED /* of another domain, by other tables */
#define OURS(r) !PORT(r) &&
#else
#define OURS(r)
#endif
	:: OURS(r) tlb[r_index[r]] -> r_page[r] = tlb[r_index[r]]; STAMP_GRANT(r); r_state[r] = GRANTED
#ifdef M_LOOKUP_SLOT_GAP
	:: OURS(r) !tlb[r_index[r]] -> r_wc[r] = walk_cache; r_state[r] = LOOKED
#else
	:: OURS(r) !tlb[r_index[r]] -> find_walk(r, walk_cache)
#endif
	fi
}

proctype Request(byte r)
{
	do
	:: atomic { r_state[r] == NEW && ctx_on && !(fenced && PORT(r)) -> lookup(r) }
	:: atomic { r_state[r] == NEW && !ctx_on -> end_request(r) }
	:: atomic { r_state[r] == NEW && fenced && PORT(r) -> end_request(r) }
#ifdef M_LOOKUP_SLOT_GAP
	:: atomic { r_state[r] == LOOKED && WALK_TO_HAVE -> find_walk(r, r_wc[r]); r_wc[r] = 0 }
#endif
	:: atomic { r_state[r] == QUEUED && WALK_TO_HAVE -> find_walk(r, walk_cache) }
	:: atomic { r_state[r] == GRANTED && !(hung && PORT(r)) -> /* the last beat of its DMA, then its release */
		assert(!page_free[r_page[r]]);
		unstamp(r);
		end_request(r) }
	:: atomic { r_state[r] == ENDED -> break }
	od
}

/* ---- parked faults: one record, with a generation (P32) ---- */
byte park_who; /* requests, bit each */
bit park_gen, park_asked;

/* The stamp is given up (P8). */
inline park(r)
{
#ifndef M_PARK_WITH_STAMP
	unstamp(r);
#endif
	r_state[r] = PARKED;
	park_who = park_who | 1 << r
}

inline resume(gen, ends)
{
	atomic {
		if
#ifdef M_STALE_RESUME
		:: park_who ->
#else
		:: park_who && park_gen == gen ->
#endif
			assert(park_gen == gen); /* the answer reaches the record that it was meant for */
			k = 0;
			do
			:: k < NREQ && (park_who >> k & 1) ->
				unstamp(k);
				if
				:: ends -> end_request(k)
				:: else -> r_state[k] = NEW
				fi;
				k++
			:: k < NREQ && !(park_who >> k & 1) -> k++
			:: k == NREQ -> break
			od;
			k = 0;
			park_who = 0;
			park_gen = 1 - park_gen;
			park_asked = 0
		:: else /* UNKNOWN_ID */
		fi
	}
}

/* ---- walks ---- */
inline judge(w)
{
	q = 0;
	do
	:: q < NREQ && (w_waiters[w] >> q & 1) ->
		if
#ifndef M_DETACH_PARKS
		:: !ctx_on -> unstamp(q); end_request(q) /* P33 */
#define MAYBE ctx_on &&
#else
#define MAYBE
#endif
		:: MAYBE w_line[2 * w + r_index[q]] ->
			r_page[q] = w_line[2 * w + r_index[q]];
			STAMP_GRANT(q);
			r_state[q] = GRANTED
		:: MAYBE !w_line[2 * w + r_index[q]] -> park(q)
		fi;
		q++
	:: q < NREQ && !(w_waiters[w] >> q & 1) -> q++
	:: q == NREQ -> break
	od;
	q = 0;
	w_waiters[w] = 0
}

#ifdef M_FILL_POISONED
#define FILLS(w) 1
#else
#define FILLS(w) (!w_poisoned[w])
#endif
#ifdef M_FILL_POISONED_WC
#define FILLS_WC(w) 1
#else
#define FILLS_WC(w) (!w_poisoned[w])
#endif

proctype Walk(bit w)
{
	byte q, v;
end:	do
	:: atomic { w_state[w] == UPPER -> read_upper(v); w_table[w] = v; v = 0; w_state[w] = UPPER_READ }
	:: atomic { w_state[w] == UPPER_READ && w_table[w] ->
		if
		:: FILLS_WC(w) -> walk_cache = w_table[w]
		:: else
		fi;
		w_state[w] = LEAF }
	:: atomic { w_state[w] == UPPER_READ && !w_table[w] -> last_read(w); w_state[w] = RESULT }
	:: atomic { w_state[w] == LEAF ->
		assert(!table_free[w_table[w]]); /* I9 */
		read_leaf(w_table[w], w);
		w_state[w] = LEAF_READ }
	:: atomic { w_state[w] == LEAF_READ -> last_read(w); w_state[w] = RESULT }
	:: atomic { (w_state[w] == RESULT || w_state[w] == LINGER) && w_waiters[w] -> judge(w) }
	:: atomic { w_state[w] == RESULT && !w_waiters[w] -> /* the test and the fill are one step */
		if
		:: FILLS(w) && w_line[2 * w] -> tlb[0] = w_line[2 * w]
		:: else
		fi;
		if
		:: FILLS(w) && w_line[2 * w + 1] -> tlb[1] = w_line[2 * w + 1]
		:: else
		fi;
		w_state[w] = LINGER }
	:: atomic { w_state[w] == LINGER && !w_waiters[w] && w_poisoned[w] -> clear_walk(w) }
	od
}

#ifdef PROBE
/* The host's probe: a walk that no request waits for and that holds no stamp (P7). */
proctype Probe()
{
	if
	:: atomic { ctx_on && IDLE(0) -> start_walk(0, 0, walk_cache) }
	:: skip
	fi
}
#endif

/* ---- the command ring: each command after the one before it is complete ---- */
inline change_leaf(v)
{
	atomic { leaf_new = v; leaf_busy = 1 };
#ifndef M_INVALIDATE_NO_ACK
	!leaf_busy
#else
	skip
#endif
}

inline change_upper(v)
{
	atomic { upper_new = v; upper_busy = 1; nonleaf_changed = 1 };
#ifndef M_INVALIDATE_NO_ACK
	!upper_busy
#else
	skip
#endif
}

/* Takes effect in one cycle. The hint is obeyed by the mutant only. */
inline invalidate(leaf_only)
{
#ifdef M_NO_INVALIDATE
	skip
#else
	atomic {
		tlb[0] = 0;
		tlb[1] = 0;
#ifdef M_LEAF_ONLY
		if
		:: leaf_only
		:: else -> walk_cache = 0
		fi;
#else
		walk_cache = 0;
#endif
		nonleaf_changed = 0;
		if
		:: w_state[0] != FREE -> w_poisoned[0] = 1
		:: else
		fi;
		if
		:: w_state[1] != FREE -> w_poisoned[1] = 1
		:: else
		fi;
#ifndef M_QUEUE_AFTER_INV
		k = 0;
		do
		:: k < NREQ && r_state[k] == QUEUED -> stale_queue = stale_queue | 1 << k; k++
		:: k < NREQ && r_state[k] != QUEUED -> k++
		:: k == NREQ -> break
		od;
		k = 0
#endif
	}
#endif
}

/* Nothing older than a completed FLUSH remains (P19). */
#define NO_OLD_PAGE assert(tlb[0] != 1 && \
	!(w_state[0] != FREE && !w_poisoned[0] && w_line[0] == 1) && \
	!(w_state[1] != FREE && !w_poisoned[1] && w_line[2] == 1))
#define NO_OLD_TABLE assert(walk_cache != 1 && tlb[0] != 1 && tlb[0] != 3 && tlb[1] != 2 && \
	!((w_state[0] == LEAF || w_state[0] == UPPER_READ) && w_table[0] == 1) && \
	!((w_state[1] == LEAF || w_state[1] == UPPER_READ) && w_table[1] == 1))

#ifdef M_WRONG_PORTS
#define PORTS 1
#elif defined(OTHER)
#define PORTS 1 /* the domain whose tables change has contexts at port 0 only */
#else
#define PORTS 3
#endif

#if defined(DETACH)
proctype Host()
{
	byte k;

	change_leaf(3); /* an earlier zap, whose INVALIDATE leaves a walk that nobody may attach to */
	invalidate(1);
#ifndef M_DETACH_ENABLED
	ctx_on = 0;
#endif
	invalidate(0);
	resume(park_gen, 1);
	flush(0, 3);
	flush_done[0];
	atomic {
		assert(!tlb[0] && !tlb[1] && !walk_cache && !park_who);
		table_free[1] = 1;
		table_free[2] = 1;
		leaf[0] = FOREIGN;
		leaf[1] = FOREIGN;
		page_free[1] = 1;
		page_free[2] = 1;
		page_free[3] = 1
	}
#ifdef M_DETACH_ENABLED
	ctx_on = 0
#endif
}
#elif defined(HUNG)
/* A port whose initiator does not release: FLUSH gives up, the port is fenced, the page is kept; after the initiator is
 * known to be quiet, FLUSH is repeated, and only then the page is free (P21). */
proctype Host()
{
	byte k;

	change_leaf(3);
	invalidate(1);
	flush(0, 3);
	if
	:: flush_done[0]
	:: atomic { flush_open[0] && !flush_done[0] && hung -> /* the time is up */
		flush_open[0] = 0;
		flush_needs[0] = 0;
		flush_waits[0] = 0;
		fenced = 1 };
#ifdef M_FENCE_CLEARS
		atomic { count[2] = 0; count[3] = 0; r_stamped[NREQ - 1] = 0; w_counted[0] = w_counted[0] && !w_port[0];
			w_counted[1] = w_counted[1] && !w_port[1] };
#endif
		flush(0, 3);
		flush_done[0]
	fi;
	atomic { NO_OLD_PAGE; page_free[1] = 1 }
}
proctype Initiator()
{
	hung = 1;
	hung = 0 /* its last beat comes late, but comes */
}
#else
proctype Host()
{
	byte k;

	change_leaf(3);
	invalidate(1);
	flush(0, PORTS);
#ifdef TABLE
	/* A table is unlinked while the first FLUSH is open or not; then its page has another owner, and another is linked. */
	if
	:: atomic { flush_done[0] -> NO_OLD_PAGE; page_free[1] = 1 }
	:: skip
	fi;
	change_upper(NONE);
	invalidate(1);
	flush(1, PORTS);
	do
	:: atomic { flush_done[0] && !page_free[1] -> NO_OLD_PAGE; page_free[1] = 1 }
	:: atomic { flush_done[1] -> NO_OLD_TABLE; table_free[1] = 1; leaf[0] = FOREIGN; leaf[1] = FOREIGN;
		page_free[2] = 1; page_free[3] = 1; break }
	od;
	change_upper(2);
	flush_done[0];
	atomic { NO_OLD_PAGE; page_free[1] = 1 }
#else
	atomic { flush_done[0] -> NO_OLD_PAGE; page_free[1] = 1 }
#endif
}
#endif

#ifdef OTHER
/* FLUSHes of a domain that uses both ports. */
proctype Other()
{
	flush(1, 2);
	flush_done[1];
	flush(1, 2);
	flush_done[1]
}
#endif

/* ---- the host's fault handler ---- */
proctype Handler()
{
	byte k, tries;
	bit gen;
	bit late = 0, late_gen;

end:	do
	:: atomic { park_who && !park_asked && ctx_on -> park_asked = 1; gen = park_gen };
#ifdef FAULTS
		/* It changes tables for the fault, and may wait for a FLUSH before it answers. */
		if
		:: !flush_open[1] -> flush(1, 3); flush_done[1]
		:: skip
		fi;
		if
		:: !late -> late = 1; late_gen = gen
		:: skip
		fi;
#endif
		if
		:: tries < 2 -> tries++; resume(gen, 0)
		:: resume(gen, 1)
		fi
#ifdef FAULTS
	:: late && tries < 3 -> tries = 3; resume(late_gen, 0) /* an answer a second time, late */
#endif
	od
}

init {
	byte r;

	atomic {
		leaf[0] = 1;
		leaf[1] = 2;
		leaf[2] = 4;
		leaf[3] = 4;
#ifdef FAULTS
		leaf[0] = NONE;
#endif
		page_free[FOREIGN] = 1;
		do
		:: r < NREQ ->
			if
			:: r_index[r] = 0
			:: r > 0 -> r_index[r] = 1
			fi;
			run Request(r);
			r++
		:: else -> break
		od;
		r = 0;
		run Walk(0);
		run Walk(1);
		run Memory();
		run Epochs();
		run Handler();
#ifdef PROBE
		run Probe();
#endif
#ifdef HUNG
		run Initiator();
#endif
#ifdef OTHER
		run Other();
#endif
		run Host()
	}
}
