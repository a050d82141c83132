/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A command ring and its completion ring: reservation of slots, interrupts and their re-arm, phase bit after data: P16 P41.
 *
 * The engine fetches a command when a completion slot is reserved, writes
 * record and phase bit, and sends one interrupt per ring that became non-empty since the last consumer write, and another
 * if it is ahead at that write. The host sleeps until an interrupt, takes all that it sees, writes the consumer index, and
 * sleeps again. A lost interrupt is a deadlock; a record that is overwritten or seen too early is an assertion.
 *
 * run pass interrupts                        P16
 * run pass small-ring        SLOTS=1         P16
 * run fail no-rearm          M_NO_REARM      P16
 * run fail no-reservation    M_NO_RESERVATION SLOTS=1 P16
 * run fail record-before-data M_RECORD_BEFORE_DATA P41
 * run fail interrupt-first   M_INTERRUPT_FIRST P41
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#define COMMANDS 4

byte fetched, written, consumed; /* absolute indices */
byte engine_consumed;            /* as the engine knows it by the register write */
byte data[SLOTS];                /* record: 1 + command, 0 old */
byte phase[SLOTS];               /* lap in which the slot was written */
bit interrupt, armed = 1;
byte in_flight;

#define RESERVED (fetched - engine_consumed)
#ifdef M_NO_RESERVATION
#define MAY_FETCH (fetched < COMMANDS)
#else
#define MAY_FETCH (fetched < COMMANDS && RESERVED < SLOTS)
#endif

proctype Engine()
{
	byte slot;

	do
	:: atomic { MAY_FETCH -> fetched++; in_flight++ }
	:: atomic { in_flight > 0 -> in_flight--; slot = written % SLOTS;
		assert(written - consumed < SLOTS) }; /* never over a record that the host has not read */
#ifdef M_RECORD_BEFORE_DATA
		phase[slot] = 1 + written / SLOTS;
		data[slot] = 1 + written;
#else
		data[slot] = 1 + written;
#ifdef M_INTERRUPT_FIRST
		atomic {
			if
			:: armed -> armed = 0; interrupt = 1
			:: else
			fi
		};
#endif
		phase[slot] = 1 + written / SLOTS;
#endif
		atomic {
			written++;
#ifndef M_INTERRUPT_FIRST
			if
			:: armed -> armed = 0; interrupt = 1
			:: else
			fi
#endif
		}
	:: written == COMMANDS -> break
	od
}

/* The register write of the consumer index; it may arrive late, never out of order. */
chan doorbell = [2] of { byte };
proctype Doorbell()
{
	byte index;

end:	do
	:: atomic { doorbell?index -> engine_consumed = index; armed = 1;
#ifndef M_NO_REARM
		if
		:: written != index -> armed = 0; interrupt = 1
		:: else
		fi;
#endif
		index = 0 }
	od
}

proctype Host()
{
	do
	:: consumed == COMMANDS -> break
	:: consumed < COMMANDS ->
		atomic { interrupt -> interrupt = 0 };
		do
		:: consumed < COMMANDS && phase[consumed % SLOTS] == 1 + consumed / SLOTS ->
			atomic { assert(data[consumed % SLOTS] == 1 + consumed); consumed++ }
		:: else -> break
		od;
		doorbell!consumed
	od
}

init {
	atomic {
		run Engine();
		run Doorbell();
		run Host()
	}
}
