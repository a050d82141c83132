/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The firmware's state and its parts. One thread, no interrupts, nothing allocated: everything stands in struct cw_fw.
 * Functions that can fail return a struct cw_result, which becomes the completion.
 */
#ifndef CW_FW_FW_H
#define CW_FW_FW_H

#include <stdbool.h>
#include <stdint.h>

#include <catwalk/ring.h>

#include "io.h"
#include "mailbox.h"

#define CW_FW_VERSION 0x00010000u /* 31:16 major, 15:0 minor */

/* Bits of the self test's result. */
enum {
	CW_SELFTEST_RAM = 1 << 0,     /* a word of RAM did not keep its value */
	CW_SELFTEST_MAILBOX = 1 << 1, /* a mailbox word did not keep its value */
	CW_SELFTEST_CLOCK = 1 << 2,   /* the cycle counter stands still */
	CW_SELFTEST_HOT = 1 << 3,     /* a hot NOP did not come back OK */
};

struct cw_result {
	uint8_t status; /* enum cw_status */
	uint8_t field;	/* enum cw_cmdfield */
	uint64_t value;
	uint64_t info;
};

enum cw_ctx_state {
	CW_CTX_FREE,
	CW_CTX_ATTACHED,
	CW_CTX_DETACHING, /* disabled, but a FLUSH has not yet confirmed that nothing of it is left (P33) */
};

enum { CW_FW_SHADOW = 1 << (CW_SPACE_W - 1) };

struct cw_fw_ctx {
	uint8_t state; /* enum cw_ctx_state */
	uint8_t domain;
	uint8_t flavour;			     /* of its entries: 0 EPT, 1 legacy/NPT */
	uint8_t level;				     /* of the root: 4 or 5 */
	uint8_t park_quota, walk_quota, burst_quota; /* P38; burst_quota as in arg0 */
	uint16_t dirty_budget;
	uint8_t enables; /* CW_CMD_ENABLE_x */
	uint16_t gen;	 /* of the last attach (P32) */
	uint16_t space;	 /* tag of its cached translations (P1): the domain, or CW_FW_SHADOW and the root id */
	uint64_t root;
};

struct cw_fw_port {
	bool enable;
	uint16_t first, last;
};

struct cw_fw_domain {
	uint32_t mmio_gen;
	uint8_t log_mode;  /* CW_LOG_x */
	uint16_t log_size; /* entries of the log directory; 0: none */
	uint64_t log_root;
	uint32_t ports; /* as the engine has it now: the ports that FLUSH waits for (P20) */
};

struct cw_fw_log {
	char *text; /* CW_FW_LOG_BYTES, a ring */
	uint32_t head;
};

struct cw_fw {
	struct cw_region *mbox;
	struct cw_fw_ctx ctx[CW_NCTX];
	struct cw_fw_port port[CW_NPORT];
	struct cw_fw_domain dom[CW_NDOM];
	struct cw_fw_log log;
	uint16_t hot_id; /* of the hot command sent last */
};

/* Sets up `fw`, which is all zero, and the engine tables: no context, no port range. `log` holds CW_FW_LOG_BYTES bytes
 * and outlives `fw`. */
void cw_fw_init(struct cw_fw *fw, struct cw_region *mbox, char *log);

/* Runs the self test, tells the host the outcome and that commands are taken. */
void cw_fw_boot(struct cw_fw *fw);

/* One turn of the main loop: sleeps until there is a command, or a tick at most, and executes what came. */
void cw_fw_turn(struct cw_fw *fw);

/* ---- clock.c ---- */

uint64_t cw_fw_cycle(struct cw_fw *fw);

/* Waits until one of `events` is 1, with heartbeats; false if it is not within `cycles`. */
bool cw_fw_wait(struct cw_fw *fw, uint32_t events, uint64_t cycles);

/* ---- log.c ---- */

/* Appends one line with the cycle in front. Knows %u, %x (uint32_t), %X (uint64_t), %s. */
void cw_fw_log(struct cw_fw *fw, const char *format, ...);

/* ---- hot.c: commands that the engine executes for the firmware, one at a time ---- */

struct cw_result cw_hot_nop(struct cw_fw *fw);
struct cw_result cw_hot_invalidate_space(struct cw_fw *fw, unsigned space);
struct cw_result cw_hot_flush_domain(struct cw_fw *fw, unsigned domain);

/* ---- table.c: engine tables ---- */

void cw_table_ctx(struct cw_fw *fw, unsigned ctx, bool valid);
void cw_table_domain(struct cw_fw *fw, unsigned domain);
void cw_table_port(struct cw_fw *fw, unsigned port);
void cw_table_clear(struct cw_fw *fw);	  /* no context, no domain has ports */
uint64_t cw_table_size(struct cw_fw *fw); /* bytes of table memory */

/* What LOG_COMMIT does (CW_MBOX_LOG_x), with the domain's directory; false if it does not end. */
bool cw_table_log(struct cw_fw *fw, unsigned domain, uint32_t what);

/* ---- owner.c: which ports a FLUSH of a domain has to wait for (P20) ---- */

/* Adds the ports that now own contexts of a domain: before a context or a range becomes valid. */
void cw_owner_grow(struct cw_fw *fw);

/*
 * Takes ports away from domains that they no longer own contexts of, each after a FLUSH of the domain: grants of the
 * time before may still be held. On an error the ports stay, so that a later FLUSH still waits for them.
 */
struct cw_result cw_owner_shrink(struct cw_fw *fw);

/* The same for one domain, of which a FLUSH has just completed. */
void cw_owner_flushed(struct cw_fw *fw, unsigned domain);

/* ---- commands, one file each ---- */

struct cw_result cw_cmd_execute(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_ctx_attach(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_ctx_detach(struct cw_fw *fw, const struct cw_cmd *cmd);
/* Limits as CTX_ATTACH and CTX_LIMITS have them in arg0. */
bool cw_limits_fit(uint64_t arg0);
void cw_limits_take(struct cw_fw_ctx *c, uint64_t arg0);
struct cw_result cw_cmd_ctx_limits(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_ctx_root(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_domain_set(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_port_set(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_log_set(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_dring_set(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_stats(struct cw_fw *fw, const struct cw_cmd *cmd);
struct cw_result cw_cmd_selftest(struct cw_fw *fw, const struct cw_cmd *cmd);

uint32_t cw_selftest(struct cw_fw *fw);

/* ---- results ---- */

static inline struct cw_result cw_ok(void)
{
	return (struct cw_result){.status = CW_ST_OK, .field = CW_FIELD_NONE};
}

static inline struct cw_result cw_fail(enum cw_status status)
{
	return (struct cw_result){.status = (uint8_t)status, .field = CW_FIELD_NONE};
}

static inline struct cw_result cw_bad(enum cw_cmdfield field)
{
	return (struct cw_result){.status = CW_ST_BAD_FIELD, .field = (uint8_t)field};
}

#endif
