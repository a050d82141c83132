/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A model of the mailbox and of the engine behind it, for tests of the firmware on the host. It keeps a trail of what
 * reached the engine, one letter an event, so that a test can say which order it expects:
 *   c context disabled, C enabled, d domain, p port, I INVALIDATE, A abort, F FLUSH done, f FLUSH not done, N NOP,
 *   S snapshot, E completion, r dirty ring
 */
#ifndef CW_TEST_FW_FAKE_H
#define CW_TEST_FW_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/fw.h"

struct fake_ctx {
	bool valid, level5, flavour, shadow, ad, fix;
	uint32_t domain, space, gen, quota, walks, bursts, dirty;
	uint64_t root;
};

struct fake {
	/* what the engine holds */
	struct fake_ctx ctx[CW_NCTX];
	uint32_t dom_gen[CW_NDOM], dom_ports[CW_NDOM], dom_log[CW_NDOM];
	uint64_t log_root[CW_NDOM];
	uint32_t log_size[CW_NDOM];
	bool log_hangs; /* a LOG_COMMIT never ends */
	struct {
		uint32_t log2, limit;
		uint64_t base;
	} dring[CW_NCTX];
	bool dring_hangs; /* a DRING_COMMIT never ends */
	uint32_t port_range[CW_NPORT];
	bool port_on[CW_NPORT];
	uint8_t inv_scope; /* of the last INVALIDATE */
	uint16_t inv_space;
	char trail[4096];
	unsigned trail_len;
	unsigned heartbeats, sleeps;
	uint64_t beat, silence; /* the last heartbeat; longest time without one, to it or to a completion */

	/* how it behaves */
	uint64_t cycle, table_size;
	uint32_t flush_timeout;
	uint8_t hot_status;	 /* of every hot command but FLUSH */
	uint8_t flush_status;	 /* of FLUSH */
	unsigned flush_busy;	 /* so many FLUSHes are refused with BUSY first */
	uint64_t flush_cycles;	 /* until FLUSH completes */
	bool hot_deaf, hot_mute; /* a hot command is never taken, never completed */
	bool abort_hangs, snap_hangs, cpl_hangs;
	bool scratch_stuck, clock_stands;
	bool wrong_id; /* completions of hot commands carry another id */

	/* mailbox */
	uint32_t word[128];
	bool cmd_held, hot_sent, hot_done, cpl_waits;
	uint64_t hot_due, abort_due, snap_due;
	uint8_t hot_result;
	uint32_t cpl_status, cpl_field;
	uint64_t cpl_value;
};

void fake_init(struct fake *f);
struct cw_region *fake_region(struct fake *f);

/* Puts a command into the mailbox. */
void fake_command(struct fake *f, const struct cw_cmd *cmd);
void fake_trail_clear(struct fake *f);

#endif
