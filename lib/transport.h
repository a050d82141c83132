/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * What a transport does for the library: registers, memory, time. Calls on one transport are serialised by the device's
 * lock. All that can fail returns a negative errno and says why through cw_error().
 */
#ifndef CW_LIB_TRANSPORT_H
#define CW_LIB_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

struct cw_sim;

struct cw_transport {
	const char *scheme; /* of the URI, without the colon */

	/* `options` is what follows the colon. */
	int (*open)(const char *options, void **t);
	void (*close)(void *t);

	/* Registers: 32 bits. Writes may be posted, in order; a read comes behind them. */
	int (*reg_read)(void *t, uint32_t offset, uint32_t *value);
	int (*reg_write)(void *t, uint32_t offset, uint32_t value);

	/* Zeroed host memory that the device reaches, aligned for CPU and device. */
	void *(*mem_alloc)(void *t, size_t size, size_t align, uint64_t *bus);
	void (*mem_free)(void *t, uint64_t bus);
	/* Memory of the caller; both NULL if the transport cannot (P42). */
	int (*mem_map)(void *t, void *ptr, size_t size, uint64_t *bus);
	void (*mem_unmap)(void *t, uint64_t bus);

	/* Table memory through the window (P14). */
	int (*table_read)(void *t, uint64_t addr, void *buf, size_t len);
	int (*table_write)(void *t, uint64_t addr, const void *buf, size_t len);

	/* Device time, ns. */
	uint64_t (*now)(void *t);
	/* Let time pass until something may have changed: at least a little, at most `ns`. */
	void (*wait)(void *t, uint64_t ns);

	/* Reset of the function: everything but memories begins anew. NULL if the transport cannot. */
	int (*reset)(void *t);

	/* -EIO if the device broke a rule of its buses, which a simulation can see; NULL if the transport cannot. */
	int (*check)(void *t);

	/* Around the handling of a batch of faults: what it costs in device time. */
	void (*host_begin)(void *t);
	void (*host_end)(void *t);
};

extern const struct cw_transport cw_transport_sim;

/* The simulation behind a transport of cw_transport_sim. */
struct cw_sim *cw_transport_sim_handle(void *t);

#endif
