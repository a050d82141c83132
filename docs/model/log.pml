/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The dirty log: P8 P10 P22 P24 P25 P26 P27 P28 P29 P30 P51.
 *
 * MODE is 1 CAPTURE, 2 PROTECT, 3 DIRTYBIT. Two writers at one port, NPAGE pages behind 4 KiB entries, one TLB entry with
 * a hint, one line cache entry with its write-back buffer, two summaries, a host that starts the log under traffic, makes
 * at most PASSES passes and then the last one (STOP, DRAIN, HARVEST), a copier that copies what was reported, and a host
 * worker that maps pages, provides log leaves and, with ZAP, takes pages away at any time.
 *
 * Writers never stop by themselves, yet all is finite: stale[p] says only whether source and replica differ. The log is
 * right if nothing is stale when the host is done; and, with READONLY, if nothing is ever reported.
 * With QUIT a writer may cease for good, so that whoever waits for ever is found.
 *
 * run pass capture            MODE=1                      P24 P25 P26
 * run pass capture-two-pages  MODE=1 NPAGE=2 OWN_PAGE NO_EVICT PASSES=1     P24 P25
 * run pass capture-lines      MODE=1 NPAGE=2 LINES=2 WRITERS=1 PASSES=1 P26 P29
 * run pass capture-leaf       MODE=1 MISSING QUIT PASSES=1 P8 P27
 * run pass capture-merge      MODE=1 MERGE PASSES=1       P24
 * run pass protect            MODE=2                      P22 P28
 * run pass protect-zap        MODE=2 ZAP WRITERS=1 PASSES=1         P10 P22 P51
 * run pass protect-leaf       MODE=2 MISSING PASSES=1     P8 P22 P27
 * run pass protect-ring       MODE=2 RING QUIT PASSES=1   P8 P27
 * run pass protect-reads      MODE=2 READONLY ZAP WRITERS=1        P27
 * run pass dirtybit           MODE=3                      P22 P28
 * run pass dirtybit-zap       MODE=3 ZAP WRITERS=1 PASSES=1         P22 P51
 * run pass dirtybit-reads     MODE=3 READONLY ZAP WRITERS=1        P27
 * run fail hint-no-sweep      M_HINT_NO_SWEEP MODE=1      P24
 * run fail hint-no-tag        M_HINT_NO_TAG MODE=1 NPAGE=2 P24
 * run fail hint-before-mark   M_HINT_BEFORE_MARK MODE=1 MISSING P24
 * run fail hint-by-fill       M_HINT_BY_FILL MODE=1 READS P24
 * run fail merged-no-mark     M_MERGED_NO_MARK MODE=1 MERGE P24
 * run fail flip-before-clear  M_FLIP_BEFORE_CLEAR MODE=1  P25
 * run fail grant-epoch-first  M_GRANT_EPOCH_FIRST MODE=1  P25
 * run fail report-before-wait M_REPORT_BEFORE_WAIT MODE=1 P25
 * run fail summary-after-line M_SUMMARY_AFTER_LINE MODE=1 P26
 * run fail evict-vs-harvest   M_EVICT_VS_HARVEST MODE=1   P26
 * run fail lost-summary       M_LOST_SUMMARY MODE=1 NPAGE=2 LINES=2 P26 P29
 * run fail mark-before-swap   M_MARK_BEFORE_SWAP MODE=2   P22
 * run fail park-after-swap    M_PARK_AFTER_SWAP MODE=2 MISSING P22
 * run fail release-before-mark M_RELEASE_BEFORE_MARK MODE=2 P22
 * run fail release-mark-cap   M_RELEASE_BEFORE_MARK MODE=1 P22
 * run fail abort-drops-mark   M_ABORT_DROPS_MARK MODE=2   P22
 * run fail protect-fewer      M_PROTECT_FEWER MODE=2      P22
 * run fail no-invalidate      M_NO_INVALIDATE MODE=2      P22
 * run fail report-before-flush M_REPORT_BEFORE_FLUSH MODE=2 P22
 * run fail blind-swap         M_BLIND_SWAP MODE=2 ZAP WRITERS=1 PASSES=1 P10
 * run fail read-sets-w        M_READ_SETS_W MODE=2 READONLY ZAP P27
 * run fail start-no-flip      M_START_NO_FLIP MODE=2      P28
 * run fail start-no-protect   M_START_NO_PROTECT MODE=2   P28
 * run fail no-stop            M_NO_STOP MODE=1            P30
 * run fail no-drain           M_NO_DRAIN MODE=1           P30
 * run fail retry-while-stopped M_RETRY_WHILE_STOPPED MODE=1 MISSING P30
 * run fail host-mark-first    M_HOST_MARK_FIRST MODE=2 ZAP P51
 * run fail host-mark-last     M_HOST_MARK_LAST MODE=2 ZAP P51
 * run fail full-with-stamp    M_FULL_WITH_STAMP MODE=2 RING QUIT P8
 */
#ifndef PASSES
#define PASSES 2
#endif
#ifndef NPAGE
#define NPAGE 1
#endif
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef LINES
#define LINES 1
#endif
#define OFF 0
#define CAPTURE 1
#define PROTECT 2
#define DIRTYBIT 3
#define ALL ((1 << NPAGE) - 1)

#if LINES == 2
#define LINE(p) (p)
#define BIT(p) 1
#define PAGES(l, bits) ((bits) << (l))
#else
#define LINE(p) 0
#define BIT(p) (1 << (p))
#define PAGES(l, bits) (bits)
#endif

/* ---- entries, as table memory has them; what the replica lacks ---- */
bit present[2] = 1, writable[2] = 1, dirty[2] = 1;
bit stale[2];
#define ENTRY(p) (present[p] | writable[p] << 1 | dirty[p] << 2)

/* ---- epochs of the port and of the log ---- */
byte mode = OFF, count[2];
bit grant_epoch, log_epoch, flip_open;

inline flip(old) { atomic { !flip_open -> flip_open = 1; old = grant_epoch; grant_epoch = 1 - grant_epoch } }
inline wait_old(old) { atomic { count[old] == 0 -> flip_open = 0; old = 0 } }

/* ---- the TLB entry; hint: 0 none, 1 + log epoch of the mark ---- */
bit tlb_valid, tlb_page, tlb_w, tlb_d, poisoned[2];
byte hint;

inline fill(p, e)
{
	if
	:: !poisoned[i] ->
		tlb_valid = 1; tlb_page = p; tlb_w = (e) >> 1 & 1; tlb_d = (e) >> 2 & 1;
#ifdef M_HINT_BY_FILL
		hint = (s_mode == CAPTURE -> 1 + s_log : 0)
#else
		hint = 0
#endif
	:: else
	fi
}

inline invalidate(mask)
{
	atomic {
		if
		:: tlb_valid && (mask >> tlb_page & 1) ->
			tlb_valid = 0; tlb_page = 0; tlb_w = 0; tlb_d = 0; hint = 0
		:: else
		fi;
		poisoned[0] = 1;
		poisoned[1] = 1
	}
}

/* A hint of the epoch that comes next must be gone before it comes (P24). */
inline sweep()
{
#ifndef M_HINT_NO_SWEEP
	if
	:: hint == 1 + (1 - log_epoch) -> hint = 0
	:: else
	fi
#else
	skip
#endif
}

/* ---- the log: one cached line, its write-back buffer, memory; summaries of a line and of all ---- */
#define EMPTY 2
byte cache_line = EMPTY, cache_bits, back_line = EMPTY, back_bits, memory[2];
bit dir[2], top;
bit leaf_there[2] = 1;
byte ring_free = 1, ring_used, ring_bits;

proctype LineCache()
{
end:	do
	:: atomic { cache_line != EMPTY && back_line == EMPTY ->
		back_line = cache_line; back_bits = cache_bits; cache_line = EMPTY; cache_bits = 0 }
	:: atomic { back_line != EMPTY -> memory[back_line] = back_bits; back_line = EMPTY; back_bits = 0 }
	od
}

/* Line first, then directory, then top (P26); accepted with the last of them, and the hint with it (P24). */
inline mark(p)
{
	atomic {
		cache_line == LINE(p) || (cache_line == EMPTY && back_line != LINE(p)) ->
		if
		:: cache_line == EMPTY -> cache_line = LINE(p); cache_bits = memory[LINE(p)]
		:: else
		fi;
		cache_bits = cache_bits | BIT(p)
	};
	dir[LINE(p)] = 1;
	atomic {
		top = 1;
		if
#ifdef M_HINT_NO_TAG
		:: s_mode == CAPTURE && tlb_valid -> hint = 1 + s_log
#else
		:: s_mode == CAPTURE && tlb_valid && tlb_page == p -> hint = 1 + s_log
#endif
		:: else
		fi
	}
}

inline take_line(l, got)
{
	if
	:: dir[l] ->
#ifndef M_SUMMARY_AFTER_LINE
		dir[l] = 0;
#endif
		atomic {
#ifndef M_EVICT_VS_HARVEST
			back_line != l ->
#endif
			if
			:: cache_line == l -> got = got | PAGES(l, cache_bits); cache_bits = 0
			:: cache_line != l -> got = got | PAGES(l, memory[l]); memory[l] = 0
			fi
		};
#ifdef M_SUMMARY_AFTER_LINE
		dir[l] = 0;
#endif
		skip
	:: else
	fi
}

/* Log epoch and grant epoch in one cycle (P25). */
inline flip_both(old)
{
	sweep();
#ifdef M_GRANT_EPOCH_FIRST
	atomic { !flip_open -> flip_open = 1; old = grant_epoch; grant_epoch = 1 - grant_epoch };
	log_epoch = 1 - log_epoch
#else
	atomic { !flip_open -> flip_open = 1; old = grant_epoch; grant_epoch = 1 - grant_epoch;
		log_epoch = 1 - log_epoch }
#endif
}

/* One HARVEST: top, directory, line; what it leaves, it says in the top summary again (P26, P29). */
inline harvest(got, more)
{
	got = 0;
	more = 0;
#ifdef M_FLIP_BEFORE_CLEAR
	if
	:: mode == CAPTURE -> flip_both(old); wait_old(old)
	:: else
	fi;
#endif
#ifdef RING
	atomic { got = ring_bits; used = ring_used; ring_bits = 0; ring_used = 0 };
#endif
	if
	:: top ->
#ifndef M_SUMMARY_AFTER_LINE
		top = 0;
#endif
		take_line(0, got);
#if LINES == 2
		if
		:: take_line(1, got)
		:: dir[1] -> more = 1; /* no room in the buffer */
#ifndef M_LOST_SUMMARY
			top = 1
#endif
		fi;
#endif
#ifdef M_SUMMARY_AFTER_LINE
		top = 0;
#endif
		skip
	:: else
	fi;
#ifndef M_FLIP_BEFORE_CLEAR
	if
	:: mode == CAPTURE -> flip_both(old);
#ifdef M_REPORT_BEFORE_WAIT
		report(got);
		got = 0;
#endif
		wait_old(old)
	:: else
	fi
#endif
}

/* ---- initiators ---- */
mtype = { NOT, MISS, LOG_MISSING, LOG_FULL };
mtype parked[2] = NOT;
bit parked_page[2], parked_write[2];
bit stopped, over;
bit walking[2];
byte line_read[2]; /* what a walk read: both entries */

inline give_back() { assert(count[s_grant] > 0); count[s_grant]-- }
inline park(why) { parked[i] = why; parked_page[i] = page; parked_write[i] = write }
#define AS_READ(p) (seen >> 3 * (p) & 7)
#define SEEN_P (AS_READ(page) & 1)
#define SEEN_W (AS_READ(page) >> 1 & 1)
#define SEEN_D (AS_READ(page) >> 2 & 1)
#define NEEDS_SWAP (write && (!SEEN_W || (s_mode == DIRTYBIT && !SEEN_D)))

proctype Writer(bit i)
{
	bit page, write, s_grant, s_log, set_w, set_d, needs_mark, merged, slot;
	byte s_mode, seen;

end:
idle:
	atomic {
		!stopped && parked[i] == NOT && !over ->
#ifdef QUIT
		if
		:: skip
		:: goto quit
		fi;
#endif
#ifdef OWN_PAGE
		page = i;
#elif NPAGE == 2
		if
		:: page = 0
		:: page = 1
		fi;
#endif
#if defined(READONLY)
		write = 0;
#elif defined(READS)
		if
		:: write = 0
		:: write = 1
		fi;
#else
		write = 1;
#endif
#if defined(RING) && !defined(M_FULL_WITH_STAMP)
		if
		:: mode == PROTECT && ring_free == 0 -> park(LOG_FULL); page = 0; write = 0; goto idle
		:: mode == PROTECT && ring_free != 0 -> ring_free--; slot = 1
		:: mode != PROTECT
		fi;
#endif
		s_grant = grant_epoch; s_log = log_epoch; s_mode = mode; /* the stamp (P4) */
		count[s_grant]++;
		if
		:: tlb_valid && tlb_page == page && (!write || (tlb_w && (s_mode != DIRTYBIT || tlb_d))) ->
			needs_mark = write && s_mode == CAPTURE && hint != 1 + s_log;
			if
			:: needs_mark -> goto prepare
			:: else -> goto grant
			fi
		:: else
		fi
	};
walk:
	atomic {
		if
		:: seen = ENTRY(0) | ENTRY(1) << 3
#ifdef MERGE
		:: walking[1 - i] && !poisoned[1 - i] -> seen = line_read[1 - i]; merged = 1
#endif
		fi;
#ifdef MERGE
		walking[i] = 1; line_read[i] = seen;
#endif
		if
		:: !SEEN_P -> give_back(); park(MISS); goto out
		:: else
		fi
	};
prepare:
#ifdef M_HINT_BEFORE_MARK
	atomic {
		if
		:: write && s_mode == CAPTURE -> fill(page, AS_READ(page)); hint = (tlb_valid && tlb_page == page -> 1 + s_log : 0)
		:: else
		fi
	};
#endif
	/* The log leaf is there and the slot reserved, or the stamp is given up: before the swap (P8, P22). */
#ifndef M_PARK_AFTER_SWAP
	atomic {
		if
		:: write && s_mode != OFF && !leaf_there[LINE(page)] -> give_back(); park(LOG_MISSING); goto out
		:: else
		fi
	};
#endif
	if
	:: needs_mark -> goto marking
	:: else
	fi;
#ifdef M_MARK_BEFORE_SWAP
	if
	:: NEEDS_SWAP && s_mode >= PROTECT -> mark(page)
	:: else
	fi;
#endif
	atomic {
		if
#ifdef M_BLIND_SWAP
		:: NEEDS_SWAP -> present[page] = 1;
#else
		:: NEEDS_SWAP && ENTRY(page) != AS_READ(page) -> /* the race is lost: look again (P10) */
			walking[i] = 0; line_read[i] = 0; merged = 0; goto walk
		:: NEEDS_SWAP && ENTRY(page) == AS_READ(page) ->
#endif
			set_w = !SEEN_W; writable[page] = 1;
			if
			:: s_mode == DIRTYBIT -> set_d = !SEEN_D; dirty[page] = 1; seen = seen | 4 << 3 * page
			:: else
			fi;
			seen = seen | 2 << 3 * page
#ifdef M_READ_SETS_W
		:: !write && !SEEN_W && ENTRY(page) == AS_READ(page) ->
			set_w = 1; writable[page] = 1; seen = seen | 2 << 3 * page
		:: !NEEDS_SWAP && (write || SEEN_W || ENTRY(page) != AS_READ(page))
#else
		:: !NEEDS_SWAP
#endif
		fi;
		needs_mark = (s_mode == CAPTURE && write) || (s_mode >= PROTECT && (set_w || set_d));
#ifdef M_MARK_BEFORE_SWAP
		needs_mark = needs_mark && s_mode == CAPTURE;
#endif
#ifdef M_MERGED_NO_MARK
		needs_mark = needs_mark && !merged;
#endif
		walking[i] = 0; line_read[i] = 0
	};
#ifdef M_ABORT_DROPS_MARK
	if
	:: set_w || set_d -> goto release /* an ABORT or a detach comes */
	:: skip
	fi;
#endif
	atomic {
		if
		:: fill(page, AS_READ(page))
		:: skip
		fi
	};
marking:
#ifdef M_PARK_AFTER_SWAP
	atomic {
		if
		:: needs_mark && !leaf_there[LINE(page)] -> give_back(); park(LOG_MISSING); goto out
		:: else
		fi
	};
#endif
#ifndef M_RELEASE_BEFORE_MARK
	if
#ifdef RING
	:: needs_mark && s_mode == PROTECT ->
#ifdef M_FULL_WITH_STAMP
		ring_free > 0; ring_free--; slot = 1;
#endif
		atomic { ring_bits = ring_bits | 1 << page; ring_used++; slot = 0 }
	:: needs_mark && s_mode != PROTECT -> mark(page)
#else
	:: needs_mark -> mark(page)
#endif
	:: else
	fi;
#endif
grant:
	if
	:: write -> stale[page] = 1 /* the data lands, as late as it likes */
	:: else
	fi;
release:
	atomic { give_back(); ring_free = ring_free + slot; slot = 0 };
#ifdef M_RELEASE_BEFORE_MARK
	if
	:: needs_mark -> mark(page)
	:: else
	fi;
#endif
out:
	atomic {
		page = 0; write = 0; s_grant = 0; s_log = 0; s_mode = 0; set_w = 0; set_d = 0; needs_mark = 0; merged = 0;
		seen = 0; ring_free = ring_free + slot; slot = 0; poisoned[i] = 0; walking[i] = 0; line_read[i] = 0
	};
	goto idle;
#ifdef QUIT
end_quit:
quit:	false
#else
	skip
#endif
}

/* ---- the host ---- */
bit mmu_lock;
byte reported, host_marks;

proctype Copier()
{
end:	do
	:: atomic { reported & 1 -> stale[0] = 0; reported = reported & 2 }
	:: atomic { reported & 2 -> stale[1] = 0; reported = reported & 1 }
	od
}

inline lock() { atomic { !mmu_lock -> mmu_lock = 1 } }
/* After STOP a RESUME keeps its request parked (P30). */
inline retry(w)
{
	atomic {
#ifndef M_RETRY_WHILE_STOPPED
		if
		:: !stopped -> parked[w] = NOT; parked_page[w] = 0; parked_write[w] = 0
		:: else -> parked_page[w] = 0; parked_write[w] = 0; goto end
		fi
#else
		parked[w] = NOT; late_write[w] = stopped
#endif
	}
}

/* Maps what faulted, provides log leaves, zaps. A page that it makes writable is marked in the host's own bitmap under the
 * lock that also covers the exchange and the PROTECT of a pass (P51). */
#ifdef M_RETRY_WHILE_STOPPED
bit late_write[2];
proctype LateWriter(bit i)
{
end:	do
	:: atomic { late_write[i] -> late_write[i] = 0; stale[parked_page[i]] = 1 }
	od
}
#endif

inline map(p, w)
{
	atomic {
		if
		:: present[p]
		:: !present[p] -> present[p] = 1; writable[p] = 0; dirty[p] = 0
#if !defined(M_HOST_MARK_FIRST) && !defined(M_HOST_MARK_LAST)
		:: !present[p] && w ->
			present[p] = 1; writable[p] = 1; dirty[p] = 1;
			if
			:: mode >= PROTECT -> host_marks = host_marks | 1 << p
			:: else
			fi
#endif
		fi
	}
}

proctype Worker()
{
	bit page, write, old, who;

end:	do
	:: atomic { !over && !stopped && parked[0] == MISS -> who = 0; page = parked_page[0]; write = parked_write[0] };
serve:
#ifdef M_HOST_MARK_FIRST
		if
		:: write && mode >= PROTECT -> host_marks = host_marks | 1 << page;
			atomic { present[page] = 1; writable[page] = 1; dirty[page] = 1 }
		:: else
		fi;
#endif
#ifdef M_HOST_MARK_LAST
		if
		:: write && mode >= PROTECT -> atomic { present[page] = 1; writable[page] = 1; dirty[page] = 1 };
			host_marks = host_marks | 1 << page
		:: else
		fi;
#endif
		lock();
		map(page, write);
		mmu_lock = 0;
		retry(who)
	:: atomic { !over && !stopped && parked[1] == MISS -> who = 1; page = parked_page[1]; write = parked_write[1] };
		goto serve
	:: atomic { !over && parked[0] == LOG_MISSING -> leaf_there[LINE(parked_page[0])] = 1 }; retry(0)
	:: atomic { !over && parked[1] == LOG_MISSING -> leaf_there[LINE(parked_page[1])] = 1 }; retry(1)
#ifdef ZAP
	:: atomic { !over && !mmu_lock && present[0] -> mmu_lock = 1 };
		atomic { present[0] = 0; writable[0] = 0; dirty[0] = 0 };
		invalidate(1);
		flip(old);
		wait_old(old);
		assert(!present[0]); /* nobody writes an entry back that the host has taken away (P10) */
		mmu_lock = 0
#endif
	od
}

/* Clears D where the mode counts on it, else W (P13). */
inline protect(mask)
{
	atomic {
		if
		:: (mask & 1) && present[0] && mode == DIRTYBIT -> dirty[0] = 0
		:: (mask & 1) && present[0] && mode != DIRTYBIT -> writable[0] = 0
		:: else
		fi;
		if
		:: (mask & 2) && present[1] && mode == DIRTYBIT -> dirty[1] = 0
		:: (mask & 2) && present[1] && mode != DIRTYBIT -> writable[1] = 0
		:: else
		fi
	}
}

inline report(pages)
{
	atomic {
		reported == 0 -> reported = pages;
#ifdef READONLY
		assert(pages == 0)
#endif
	}
}

proctype Host()
{
	byte got, n, used;
	bit old, more;

	/* Start under traffic (P28). */
#ifdef M_START_NO_FLIP
	mode = MODE;
#else
	atomic { !flip_open -> flip_open = 1; mode = MODE; old = grant_epoch; grant_epoch = 1 - grant_epoch;
		log_epoch = 1 - log_epoch };
	wait_old(old);
#endif
#if MODE != CAPTURE && !defined(M_START_NO_PROTECT)
	lock();
	protect(ALL);
	mmu_lock = 0;
	invalidate(ALL);
	flip(old);
	wait_old(old);
#endif
#ifndef READONLY
	report(ALL); /* the caller copies everything once */
#endif
	do
	:: n < PASSES ->
		n++;
		harvest(got, more);
#if MODE != CAPTURE
		lock();
		atomic { got = got | host_marks; host_marks = 0 };
#ifdef M_REPORT_BEFORE_FLUSH
		report(got);
#endif
#ifndef M_PROTECT_FEWER
		protect(got);
#endif
		mmu_lock = 0;
#ifndef M_NO_INVALIDATE
		invalidate(got);
#endif
		flip(old);
		wait_old(old);
#ifdef RING
		atomic { ring_free = ring_free + used; used = 0 };
#endif
#endif
#if !defined(M_REPORT_BEFORE_FLUSH)
		report(got);
#endif
#ifdef RING
		atomic {
			if
			:: parked[0] == LOG_FULL -> parked[0] = NOT
			:: else
			fi;
			if
			:: parked[1] == LOG_FULL -> parked[1] = NOT
			:: else
			fi
		};
#endif
		got = 0
	:: break
	od;
	n = 0;
	/* The last pass: STOP, DRAIN, HARVEST until it is complete (P30). */
#ifndef M_NO_STOP
	stopped = 1;
#endif
#ifndef M_NO_DRAIN
	flip(old);
	wait_old(old);
#endif
	do
	:: harvest(got, more);
		lock();
		atomic { got = got | host_marks; host_marks = 0; mmu_lock = 0 };
		report(got);
		if
		:: more
		:: !more -> break
		fi
	od;
	atomic { reported == 0 -> over = 1 };
	assert(!stale[0] && !stale[1])
}

init {
	atomic {
#ifdef MISSING
		leaf_there[0] = 0;
		leaf_there[1] = 0;
#endif
#if NPAGE == 1
		present[1] = 0;
		writable[1] = 0;
		dirty[1] = 0;
#endif
#ifdef M_RETRY_WHILE_STOPPED
		run LateWriter(0);
		run LateWriter(1);
#endif
		run Writer(0);
#if WRITERS == 2
		run Writer(1);
#endif
#ifndef NO_EVICT
		run LineCache();
#endif
		run Copier();
		run Worker();
		run Host()
	}
}
