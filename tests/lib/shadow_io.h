/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Initiators with guest-virtual addresses, and a model of what they do. Two address spaces of one guest: the first has
 * a context for stream port 0 and one for the bridge, the second one for port 1. Each virtual page has pages of its own
 * in guest memory that it may be mapped to, so that data tells where an access went.
 */
#ifndef CW_TEST_SHADOW_IO_H
#define CW_TEST_SHADOW_IO_H

#include "guest.h"

#define SIO_PAGES 24u
#define SIO_CANDIDATES 3u
#define SIO_NONE 7u /* not mapped */

/* A virtual page. */
struct sio_page {
	uint64_t va, bits;
	unsigned level, candidates, now; /* now: candidate in the guest's tables, or SIO_NONE */
	uint64_t gpa[SIO_CANDIDATES];
	unsigned may;	    /* bit per candidate: what the tables gave since the last invalidation */
	bool aborted[2];    /* by the test, answering a fault: reads, writes */
	bool bridge, busy;  /* whose it is; a burst is under way */
	bool came;	    /* mapped by the answer to a fault */
	bool moved;	    /* its table is another one, and no invalidation has covered it since */
	bool read, written; /* some access was done */
	uint64_t asked[16]; /* bit per 4 KiB page: a write was asked for */
};

struct sio_space {
	struct guest g;
	struct sio_page page[SIO_PAGES];
	struct cw_ctx *ctx[2];
	unsigned contexts;
};

struct sio {
	struct cw_dev *dev;
	struct cw_sim *sim;
	struct cw_vm *vm;
	struct guest_ram ram;
	struct cw_mem mem[GUEST_SLOTS];
	uint8_t *model[GUEST_SLOTS];
	struct sio_space space[2];
	unsigned write_percent;
	unsigned long reads, writes, bursts_read, bursts_written, refused, guest_faults, aborts;
	unsigned bad; /* checks that failed */
};

extern struct sio sio;

void sio_seed(uint64_t seed);
uint64_t sio_rnd(uint64_t n);
bool sio_open(const char *uri);
void sio_close(void);
/* A VM with both address spaces, everything mapped, initiators at work. slot_flags: CW_MEM_LOG_DIRTY or 0. */
bool sio_set_up(enum guest_paging a, enum guest_paging b, uint32_t slot_flags);
/* Lets them run for so long, and answers faults of the guest, whose error codes are compared. */
void sio_run(uint64_t ns);
/* Ends all accesses and compares memory with the model. */
void sio_finish(void);
void sio_tear_down(void);
/* The guest changes something of its tables, and mostly says so; or the host takes something away. */
void sio_work(struct sio_space *s);

#endif
