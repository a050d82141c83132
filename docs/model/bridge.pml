/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Write bursts through the AXI bridge: the order of P37, and why it is that order.
 *
 * Bursts 0 and 1 have one ID, burst 2 another. A burst stamps (its request is sent to the engine), is granted or parks,
 * is issued at the master side, is answered there (B), and its response goes to the initiator. The initiator sends the
 * data of a burst, and takes its response, when it likes; a withholding one sends the data of burst 1 only after the
 * response of burst 0, and takes the responses in the order in which it sent the bursts. The fault handler of the
 * host waits for a FLUSH before it answers. A stamp held by something that waits for one of these is a deadlock.
 *
 * run pass one-id                              P37
 * run pass withholding        WITHHOLD         P37
 * run pass all-fault          WITHHOLD FAULTS=3 P8 P37
 * run fail stamp-early        M_STAMP_EARLY    P37
 * run fail stamp-before-data  M_STAMP_BEFORE_DATA WITHHOLD P37
 * run fail release-at-slave   M_RELEASE_AT_SLAVE WITHHOLD P37
 * run fail id-reorder         M_ID_REORDER M_STAMP_EARLY P37
 * run fail release-at-issue   M_RELEASE_AT_ISSUE P37
 */
#ifndef FAULTS
#define FAULTS 1 /* bit per burst 0 and 1: its page is missing at first */
#endif

mtype = { ADDRESS, DATA, STAMPED, PARKED, GRANTED, ISSUED, ANSWERED, TAKEN };
mtype state[3] = ADDRESS;
bit epoch, stamp[3], held[3], missing[3];
byte count[2];
bit flip_open;

#define IS_ISSUED(b) (state[b] == ISSUED || state[b] == ANSWERED || state[b] == TAKEN)
#define IS_ANSWERED(b) (state[b] == ANSWERED || state[b] == TAKEN)

/* All older bursts of its ID have been issued or answered. */
#ifdef M_STAMP_EARLY
#define MAY_STAMP(b) 1
#else
#define MAY_STAMP(b) ((b) != 1 || IS_ISSUED(0))
#endif
#ifdef M_ID_REORDER
#define MAY_ISSUE(b) 1
#else
#define MAY_ISSUE(b) ((b) != 1 || IS_ISSUED(0))
#endif
#ifdef WITHHOLD
#define MAY_SEND(b) ((b) != 1 || state[0] == TAKEN)
#define MAY_TAKE(b) ((b) == 0 || state[(b) - 1] == TAKEN)
#else
#define MAY_SEND(b) 1
#define MAY_TAKE(b) 1
#endif

inline take_stamp(b)
{
	stamp[b] = epoch;
	held[b] = 1;
	count[epoch]++
}

inline give_back(b)
{
	if
	:: held[b] -> assert(count[stamp[b]] > 0); count[stamp[b]]--; held[b] = 0; stamp[b] = 0
	:: else
	fi
}

proctype Burst(byte b)
{
	do
#ifdef M_STAMP_BEFORE_DATA
	:: atomic { state[b] == ADDRESS && !held[b] && MAY_STAMP(b) -> take_stamp(b) }
	:: atomic { state[b] == ADDRESS && held[b] && MAY_SEND(b) -> state[b] = STAMPED }
#else
	:: atomic { state[b] == ADDRESS && MAY_SEND(b) -> state[b] = DATA } /* its data is complete */
	:: atomic { state[b] == DATA && MAY_STAMP(b) -> take_stamp(b); state[b] = STAMPED }
#endif
	:: atomic { state[b] == STAMPED && missing[b] -> give_back(b); state[b] = PARKED } /* P8 */
	:: atomic { state[b] == STAMPED && !missing[b] -> state[b] = GRANTED }
	:: atomic { state[b] == GRANTED && MAY_ISSUE(b) ->
		assert(b != 1 || IS_ISSUED(0)); /* the master side keeps the order of an ID */
#ifdef M_RELEASE_AT_ISSUE
		give_back(b);
#endif
		state[b] = ISSUED }
	:: atomic { state[b] == ISSUED && (b != 1 || IS_ANSWERED(0)) -> /* B */
#ifndef M_RELEASE_AT_SLAVE
		give_back(b);
#endif
		state[b] = ANSWERED }
	:: atomic { state[b] == ANSWERED && MAY_TAKE(b) -> give_back(b); state[b] = TAKEN; break }
	od
}

inline flush()
{
	atomic { !flip_open -> flip_open = 1; old = epoch; epoch = 1 - epoch };
	atomic { count[old] == 0 -> flip_open = 0 }
}

/* Zaps something else, waits for the FLUSH, repairs what faulted, and says RETRY. */
proctype Handler()
{
	bit old;

end:	do
	:: state[0] == PARKED -> flush(); atomic { missing[0] = 0; state[0] = DATA }
	:: state[1] == PARKED -> flush(); atomic { missing[1] = 0; state[1] = DATA }
	od
}

/* Takes a page away from under all that is in flight; whoever comes later gets another. */
proctype Zap()
{
	bit old;
	bit before[3];

	atomic { flip_open == 0 -> flip_open = 1; old = epoch; epoch = 1 - epoch;
		before[0] = held[0] && !missing[0]; before[1] = held[1] && !missing[1]; before[2] = held[2] };
	atomic { count[old] == 0 -> flip_open = 0;
		/* What was granted before the FLUSH has landed (P19). */
		assert(!(before[0] && state[0] == ISSUED) && !(before[1] && state[1] == ISSUED) &&
			!(before[2] && state[2] == ISSUED)) }
}

init {
	atomic {
		missing[0] = FAULTS & 1;
		missing[1] = FAULTS >> 1 & 1;
		run Burst(0);
		run Burst(1);
		run Burst(2);
		run Handler();
		run Zap()
	}
}
