/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A device that is nothing but a register file and two rings: it completes every command with OK and lets tests break
 * the rules that a real one keeps. Bus addresses are pointers. Time passes when the library waits.
 */
#ifndef CW_TEST_FAKE_H
#define CW_TEST_FAKE_H

#include "lib/internal.h"

#define FAKE_LOG 4096

struct fake {
	uint32_t regs[CW_REG_SPACE / 4];
	uint64_t now;
	unsigned blocks; /* allocated and not freed */

	/* Behaviour, for tests to set. */
	bool silent;			  /* completes nothing */
	uint64_t silent_until;		  /* nor before this time */
	unsigned hold;			  /* complete only when so many are under way, in reverse order */
	unsigned busy_resumes;		  /* answer so many RESUMEs with BUSY */
	uint8_t fail_opcode, fail_status; /* complete this opcode with that status */
	bool stray;			  /* the next completion carries a wrong id */
	/* May change a completion, and do what the command says; NULL: none. */
	void (*on_complete)(struct fake *f, const struct cw_cmd *cmd, struct cw_cpl *cpl);

	/* What it saw. */
	struct cw_cmd log[FAKE_LOG];
	unsigned nlog;
	unsigned doorbells; /* of the hot ring */
	bool overrun;	    /* more commands at a time than the ring is long */

	/* Rings by 0 hot, 1 cold. */
	uint32_t index[2], cpl_index[2];
	struct cw_cmd held[256];
	uint32_t held_index[256];
	unsigned nheld;
	uint32_t fault_index;
};

extern const struct cw_transport fake_transport;

/* The access to a register that fails, and all after it: counted down from here, 0: none. At 1, all do. */
extern unsigned fake_fail_access;

/* A fake with sane registers; the device that is opened on it frees it. */
struct fake *fake_new(void);
/* Put a fault record into the ring. */
void fake_fault(struct fake *f, struct cw_fault_record rec);
/* Commands of this opcode in the log. */
unsigned fake_count(const struct fake *f, unsigned opcode);

#endif
