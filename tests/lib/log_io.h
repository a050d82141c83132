/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Initiators of a migration: two on stream ports, one behind the AXI4 bridge, which read and write random pages of the
 * slot once a cycle or less. They know where the slot lies and what memory is behind it, and nothing of the log.
 */
#ifndef CW_TESTS_LOG_IO_H
#define CW_TESTS_LOG_IO_H

#include <stdbool.h>
#include <stdint.h>

#include <catwalk.h>

#include "sim/sim.h"

enum { IO_TAGS = 12, IO_PORTS = 2, IO_BURSTS = 10, IO_PAGES = 1024 };

/* What an initiator has under way, by tag. */
struct io_access {
	enum { IO_IDLE, IO_ASKED, IO_GRANTED } state;
	uint64_t page, pa, offset;
	uint64_t until; /* cycle: ask again, or end the grant */
	uint32_t era;
	bool write;
};

struct io {
	struct cw_sim *sim;
	uint64_t rng, counter;
	uint64_t gpa;		 /* where the slot lies now */
	uint8_t *memory;	 /* behind it */
	uint32_t page[IO_PAGES]; /* those that are used */
	bool spread, wide;	 /* a page of each line of the TLB; all alike; else some lines are hot */
	uint16_t ctx[IO_PORTS];	 /* of each stream port; the bridge has all of them */
	unsigned write_percent, bridge_permille;
	unsigned hold; /* cycles at most */
	bool quiet;    /* begin nothing more */
	/* Changes when the slot moves and when requests are stopped: an access of another era may be refused. */
	uint32_t era;
	bool excused; /* and now all may */
	struct io_access access[IO_PORTS][IO_TAGS];
	unsigned long writes, reads, bursts_written, bursts_read, refused, moved;
	unsigned long broken; /* answers that cannot be right */
	char why[160];	      /* the first of them */
};

uint64_t io_random(struct io *io, uint64_t n);
/* The hook of the simulation: cw_sim_set_hook(sim, io_cycle, &io). */
void io_cycle(void *io);
/* Nothing is under way. */
bool io_idle(const struct io *io);

/* Faults are handled and the initiators go on for so long; false: the device has failed, as cw_last_error() says. */
bool io_run(struct cw_dev *dev, uint64_t ns);

#endif
