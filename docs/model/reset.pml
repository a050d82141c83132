/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Resets as built (docs/errors.md): of a port whose initiator holds on to its grants (P21), and of the engine while buses
 * owe it answers and it owes them data (P43).
 *
 * One port with two tags, its two epoch counts, one parked record with a generation. The initiator asks, is granted, and
 * makes its last access late; in reset it forgets its grants, but what it has begun still ends. One write and one read of
 * table memory. What is wrong shows as an access to a page that the host has taken back, a tag that is in use twice, an
 * answer to a record of before, a write that lands after the reset, an answer that the engine takes for another's, or an
 * end in which something is left.
 *
 * run pass port                            P21
 * run fail port-early     M_EARLY          P21
 * run fail port-leak      M_LEAK           P21
 * run fail port-no-stamp  M_NO_STAMP       P21
 * run fail port-no-sweep  M_NO_SWEEP       P21
 * run fail port-same-gen  M_SAME_GEN       P21 P32
 * run pass engine         ENGINE           P43
 * run fail engine-early   ENGINE M_NOT_QUIET P43
 * run fail engine-writes  ENGINE M_NO_WRITES P43
 * run fail engine-reads   ENGINE M_NO_READS P43
 * run fail engine-strobes ENGINE M_STROBES P43
 * run fail engine-no-data ENGINE M_NO_DATA P43
 * run fail engine-ids     ENGINE M_KEEPS_IDS P32 P43
 */
#define TAGS 2
#define ASKS 2 /* times that each tag is used */

/* Page 1 is where the table leads until the host changes it to page 2; 0: to nowhere. */
byte map = 1, page_free;

/* ---- epochs (P20): one port ---- */
bit epoch, flip_open, flush_open, flush_needs;
byte count[2];

proctype Epochs()
{
end:	do
	:: atomic { flush_needs && !flip_open -> epoch = 1 - epoch; flip_open = 1; flush_needs = 0 }
	:: atomic { flip_open && count[1 - epoch] == 0 -> flip_open = 0;
		if
		:: !flush_needs -> flush_open = 0
		:: else
		fi }
	od
}

/* ---- the port and the initiator behind it ---- */
mtype = { IDLE, PIPE, WAIT, PARKED, GRANTED };
mtype r[TAGS] = IDLE;
bit stamp[TAGS], stamped[TAGS];
byte page[TAGS];  /* what the request found */
bit deaf[TAGS];   /* asked before the reset: nobody hears of it */
byte acc[TAGS];   /* page of the access under way */
bit uses[TAGS];   /* the tag is in use, as the initiator sees it */
byte asks[TAGS];
bit in_reset, fenced, holds_on;
byte gen, record; /* what is parked: its generation in the engine, and one that no reset begins anew */

#ifdef M_EARLY
#define QUIET 1
#else
#define QUIET (!acc[0] && !acc[1])
#endif
#ifdef M_LEAK
#define EMPTY 1
#else
#define EMPTY (r[0] == IDLE && r[1] == IDLE)
#endif

inline unstamp(i)
{
	if
	:: stamped[i] -> assert(count[stamp[i]] > 0); count[stamp[i]]--; stamped[i] = 0; stamp[i] = 0
	:: else
	fi
}

inline answer(i)
{
	r[i] = IDLE;
	page[i] = 0;
	if
	:: deaf[i] -> deaf[i] = 0
	:: else -> uses[i] = 0
	fi
}

proctype Initiator(byte i)
{
end:	do
	:: atomic { !in_reset && !uses[i] && asks[i] < ASKS -> asks[i]++; uses[i] = 1;
		assert(r[i] == IDLE); /* P6: the engine has no request of this tag */
		r[i] = PIPE }
	:: atomic { acc[i] && in_reset -> assert(acc[i] != page_free); acc[i] = 0 }
	:: atomic { acc[i] && !in_reset && !holds_on -> /* the last beat, and the release */
		assert(acc[i] != page_free);
		acc[i] = 0;
		unstamp(i);
		answer(i) }
	od
}

proctype Request(byte i)
{
end:	do
	:: atomic { r[i] == PIPE && (in_reset || fenced || !map) -> answer(i) }
	:: atomic { r[i] == PIPE && !in_reset && !fenced && map ->
		stamp[i] = epoch; stamped[i] = 1; count[epoch]++; page[i] = map; r[i] = WAIT }
	:: atomic { r[i] == WAIT ->
		r[i] = GRANTED;
		if
		:: !deaf[i] -> acc[i] = page[i]
		:: else
		fi }
	:: atomic { r[i] == WAIT && i == 0 -> unstamp(i); record++; r[i] = PARKED }
	:: atomic { in_reset && QUIET && r[i] == GRANTED ->
#ifndef M_NO_STAMP
		unstamp(i);
#else
		stamped[i] = 0;
#endif
		answer(i) }
	od
}

/* ---- the record of tag 0 (P32) ---- */
byte answers;
bit host_life; /* of the rings, as the host knows it */

proctype Handler()
{
	byte seen, which;
	bit from;

end:	do
	/* Who waits for a reset answers nothing. */
	:: atomic { !in_reset && r[0] == PARKED && answers < 2 -> answers++; seen = gen; which = record; from = host_life };
		/* whatever happens meanwhile */
		atomic {
			!in_reset;
			if
#ifndef M_KEEPS_IDS
			:: r[0] == PARKED && gen == seen && from == host_life ->
#else
			:: r[0] == PARKED && gen == seen ->
#endif
				assert(record == which);
				gen++;
				r[0] = PIPE
			:: else /* UNKNOWN_ID, or dropped by the host */
			fi;
			seen = 0;
			which = 0;
			from = 0
		}
	:: atomic { !in_reset && r[0] == PARKED && answers == 2 -> gen++; answer(0) }
	od
}

#ifndef ENGINE
inline begin_reset()
{
	in_reset = 1;
	if
	:: r[0] != IDLE -> deaf[0] = 1
	:: else
	fi;
	if
	:: r[1] != IDLE -> deaf[1] = 1
	:: else
	fi;
	uses[0] = 0;
	uses[1] = 0
}

proctype Reset()
{
end:	do
#ifndef M_NO_SWEEP
	:: atomic { in_reset && r[0] == PARKED ->
#ifndef M_SAME_GEN
		gen++;
#endif
		r[0] = PIPE }
#endif
	:: atomic { in_reset && QUIET && EMPTY -> in_reset = 0; holds_on = 0 }
	od
}

proctype Host()
{
	map = 2; /* written, acknowledged, invalidated */
	atomic { flush_open = 1; flush_needs = 1 };
	if
	:: !flush_open
	:: atomic { flush_open && holds_on -> fenced = 1; flush_open = 0; flush_needs = 0 };
		atomic { begin_reset() };
		!in_reset;
		atomic { flush_open = 1; flush_needs = 1 };
		!flush_open;
		fenced = 0
	fi;
	page_free = 1;
	/* The port works: all that it still asks is answered. */
	asks[0] == ASKS && asks[1] == ASKS && r[0] == IDLE && r[1] == IDLE && !uses[0] && !uses[1];
	assert(count[0] == 0 && count[1] == 0)
}

#else
/* ---- a write and a read of table memory; the gate before them (cw_bus_gate) ---- */
byte word = 1;      /* 1 before, 2 by the write before the reset, 3 by the host after it, 4 what never was */
bit life;           /* of the engine */
bit aw_stands, ar_stands, shut;
byte announced, beats, owed;  /* writes: taken addresses; beats not given; answers owed */
byte data;          /* of the beat that is with memory */
bit strobes, read_owed, read_life;
mtype = { RUN, CLOSE, ABSORB, HOLD };
mtype state = RUN;

proctype Memory()
{
end:	do
	:: atomic { aw_stands -> aw_stands = 0; announced++; beats++; owed++ }
	:: atomic { ar_stands -> ar_stands = 0; read_owed = 1; read_life = life }
	:: atomic { data ->
		if
		:: strobes -> word = data
		:: else
		fi;
		data = 0; strobes = 0; announced--; owed-- }
	:: atomic { read_owed -> read_owed = 0; assert(read_life == life || state != RUN) }
	od
}

#ifdef M_NO_READS
#define READS_QUIET 1
#else
#define READS_QUIET (!read_owed && !ar_stands)
#endif
#ifdef M_NO_WRITES
#define WRITES_QUIET (beats == 0)
#elif defined(M_NO_DATA)
#define WRITES_QUIET 1
#else
#define WRITES_QUIET (beats == 0 && owed == 0)
#endif
#ifdef M_NOT_QUIET
#define PORTS_QUIET 1
#else
#define PORTS_QUIET QUIET
#endif

proctype Engine()
{
	byte begun;

end:	do
	:: atomic { state == RUN && life == 0 && begun == 0 && !shut -> begun = 1; aw_stands = 1 }
	:: atomic { state == RUN && beats && !data && !shut -> beats--; data = 2; strobes = 1 }
	:: atomic { state == RUN && !ar_stands && !read_owed && begun < 2 && !shut -> begun = 2; ar_stands = 1 }
	/* In reset: what was announced goes out, and changes nothing. */
	:: atomic { state == ABSORB && beats && !data ->
#ifndef M_NO_DATA
		beats--; data = 4;
#ifdef M_STROBES
		strobes = 1
#else
		strobes = 0
#endif
#else
		beats--
#endif
		}
	:: atomic { state == CLOSE && !aw_stands && !ar_stands -> shut = 1; state = ABSORB }
	:: atomic { state == ABSORB && READS_QUIET && WRITES_QUIET && PORTS_QUIET ->
		state = HOLD;
		r[0] = IDLE; r[1] = IDLE; page[0] = 0; page[1] = 0; deaf[0] = 0; deaf[1] = 0;
		stamped[0] = 0; stamped[1] = 0; stamp[0] = 0; stamp[1] = 0;
		gen = 0; host_life = 1; map = 0; /* no context is attached */
		count[0] = 0; count[1] = 0; epoch = 0; flip_open = 0; flush_open = 0; flush_needs = 0 }
	:: atomic { state == HOLD -> state = RUN; life = 1; shut = 0; in_reset = 0; holds_on = 0; begun = 0 }
	od
}

proctype Host()
{
	atomic { state = CLOSE; in_reset = 1; uses[0] = 0; uses[1] = 0; deaf[0] = r[0] != IDLE; deaf[1] = r[1] != IDLE };
	atomic { state == RUN && life == 1 -> assert(word == 1 || word == 2); map = 2; page_free = 1 };
	/* Tables are made anew; nothing of before may change them. */
	word = 3;
	atomic { asks[0] == ASKS && asks[1] == ASKS && r[0] == IDLE && r[1] == IDLE && !uses[0] && !uses[1] ->
		assert(word == 3 && owed == 0 && announced == 0 && count[0] == 0 && count[1] == 0) }
}
#endif

/* An initiator that does not release for some time. */
proctype Holder()
{
	if
	:: holds_on = 1; holds_on = 0
	:: skip
	fi
}

init {
	atomic {
		run Initiator(0);
		run Initiator(1);
		run Request(0);
		run Request(1);
		run Epochs();
		run Handler();
		run Holder();
#ifdef ENGINE
		run Memory();
		run Engine();
#else
		run Reset();
#endif
		run Host()
	}
}
