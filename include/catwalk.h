/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * libcatwalk: drive a Catwalk card, or its simulation, from C.
 *
 * Errors. Functions return 0 or a positive result, or a negative errno; cw_last_error() then has a sentence about it.
 *
 * Ownership. Handles are opaque. What X_create() or cw_open() gives is the caller's until X_destroy() or cw_close(), in
 * the reverse order: contexts, VMs, memory, device. Strings returned are the library's.
 *
 * Time. Timeouts are in nanoseconds of device time: of the wall clock for a card, of the simulated clock for `sim:`,
 * which runs only inside calls that wait. Every wait ends: a device that does not answer gives -ETIMEDOUT.
 *
 * Threads. All functions may be called from several threads at once, also on one handle; only the last use of a handle
 * must come before its destruction. One thread at a time handles faults (cw_service, cw_event_poll, cw_tgen_wait);
 * others wait for it. Calls on different devices do not disturb each other.
 *
 * Sizes and addresses are bytes. Guest addresses and bus addresses are uint64_t.
 */
#ifndef CATWALK_H
#define CATWALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <catwalk/contract.h>
#include <catwalk/ring.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cw_dev;
struct cw_vm;
struct cw_ctx;

/* ---- library and device ------------------------------------------------------------------------------------------ */

/* Version of the library, "MAJOR.MINOR.PATCH". */
const char *cw_version(void);

/* About the last error of this thread: one sentence, "" if there was none. Valid until the thread's next call. */
const char *cw_last_error(void);

/*
 * Open a device and bring it up: check its identity and contract version, start the rings, wait for the firmware.
 * `uri` is "sim:" with options, "sim:KEY=VALUE,KEY=VALUE…":
 *   table-mem=PRESET  table memory: ideal:N, ddr4, hbm, pcie, random:MIN-MAX (default ddr4)
 *   host-mem=PRESET   the same for the path to host memory (default pcie)
 *   seed=N            seed of everything random (default 1)
 *   host-time=MODE    what handling a batch of faults costs in simulated time: "fixed:NS", or "measured" for the time
 *                     that it really took (default measured)
 *   trace=FILE        write a waveform of the run (FST)
 *   firmware=FILE     hex file of the firmware (default: built in)
 *   slots=N           walk slots; likewise tlb-sets, tlb-ways, tlb-large, walk-cache (entries per level), log-lines,
 *                     log-entries and pa-bits. Sizes are fixed when the RTL is compiled: an engine that has all that
 *                     are given must be among those built, which the message for any other lists (default: the first)
 * -EINVAL: unknown scheme, option or value, the message lists the valid ones. -EPROTO: hardware of another major
 * version or of another contract. -EIO, -ETIMEDOUT: the device is there and does not work. -ENOMEM.
 */
int cw_open(const char *uri, struct cw_dev **dev);

/* Close. VMs and contexts that are left are destroyed. NULL is fine. */
void cw_close(struct cw_dev *dev);

/* What device and build can do. */
struct cw_info {
	char device[256]; /* the URI as opened */
	uint16_t version_major, version_minor;
	uint32_t build_hash;
	uint32_t clock_khz;
	uint32_t stream_ports, ports, tgen_port, tag_bits;
	uint32_t contexts, domains;
	uint32_t walk_slots, waiting, walk_cache_entries;
	uint32_t tlb_sets, tlb_ways, tlb_line;
	uint32_t park_entries, flushes;
	uint32_t hot_ops; /* bit n: hot opcode n is executed */
	uint32_t fw_version;
	uint32_t status; /* register STATUS */
	uint64_t table_bytes;
};

int cw_info(struct cw_dev *dev, struct cw_info *info);

/* Cycles of the engine clock since reset. Waits for a register read. */
int cw_cycles(struct cw_dev *dev, uint64_t *cycles);

/* Text that the firmware has logged from *pos on: number of bytes put into buf, *pos is moved behind them. Text that
 * was overwritten meanwhile is skipped. Start with *pos = 0. */
ssize_t cw_fwlog_read(struct cw_dev *dev, uint64_t *pos, char *buf, size_t size);

/* A reset of the function, as a surprise of the bus would make it, and not of the engine alone. */
#define CW_RESET_FUNCTION (1u << 0)

/*
 * Reset the device and make everything anew: contexts, tables, logs (everything that is logged is dirty), port ranges.
 * Dirty rings are empty afterwards, whatever was in them, harvested or not, and writes that waited for room have ended.
 * What they named is dirty in the bitmap, so a pass of cw_vm_log_get() must follow; rings go on from there.
 * Registers that were written by hand are as after power-up. All requests under way end with nothing or an error,
 * initiators are in reset meanwhile, commands under way give -EIO, events are gone. The way back after errors that
 * cw_vm_recover() does not mend: a dead firmware, a command ring that could not be read, a lost completion.
 * The engine is reset when all that is outstanding on its buses is answered and all initiators have confirmed that
 * their accesses are over. -ETIMEDOUT: that has not happened in the time of register FLUSH_TIMEOUT; try again, or with
 * CW_RESET_FUNCTION, which waits for nobody (-EOPNOTSUPP if the transport cannot). Any other error: try again. Not
 * beside other calls for this device but such that wait for a command.
 */
int cw_dev_reset(struct cw_dev *dev, unsigned flags);

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* Host memory that the device can reach. */
struct cw_mem {
	void *ptr;    /* for the CPU */
	uint64_t bus; /* for the device */
	size_t size;  /* as asked for */
};

/* Zeroed memory, contiguous for the device; aligned to 4 KiB, to 2 MiB from 2 MiB on, to 1 GiB from 1 GiB on. -ENOMEM,
 * -EINVAL for size 0. */
int cw_mem_alloc(struct cw_dev *dev, size_t size, struct cw_mem *mem);

/* Frees it. No slot may lie over it any more: -EBUSY. -EINVAL if it is not from cw_mem_alloc() of this device. */
int cw_mem_free(struct cw_dev *dev, struct cw_mem *mem);

/* ---- virtual machines -------------------------------------------------------------------------------------------- */

/* What ends a request that needs the user, if the user does not (cw_event_answer). */
enum cw_default_answer {
	CW_DEFAULT_ABORT, /* the initiator gets an error */
	CW_DEFAULT_DROP,  /* reads give zeros, writes go nowhere */
};

struct cw_vm_params {
	unsigned address_bits; /* guest-physical width, 32..52; 0: 48 */
	uint64_t page_size;    /* of the largest table entry: 4 KiB, 2 MiB or 1 GiB; 0: 1 GiB */
	enum cw_default_answer unanswered;
	bool events;		   /* false: the default answers at once, cw_event_poll() never shows it */
	uint64_t event_timeout_ns; /* until the default answers; 0: 1 s of device time */
	/*
	 * DMA writes to guest tables that are shadowed. false: the tables are forgotten and the write is done; only one
	 * to a root in use, or to the tables that it goes through itself, becomes an event. true: each becomes one.
	 * cw_vm_stat(): wt_unprotected, wt_denied, pf_write_protected.
	 */
	bool refuse_table_writes;
};

/* Guest-physical address space, normal and SMM. params NULL: all defaults. -EINVAL, -ENOMEM. */
int cw_vm_create(struct cw_dev *dev, const struct cw_vm_params *params, struct cw_vm **vm);

/* -EBUSY while it has contexts. Waits for a FLUSH. */
int cw_vm_destroy(struct cw_vm *vm);

#define CW_MEM_LOG_DIRTY (1u << 0)
#define CW_MEM_READONLY (1u << 1)
#define CW_MEM_ALLONES (1u << 3)

/* A slot of guest memory, as KVM knows it. */
struct cw_vm_region {
	uint32_t slot;	/* 31:16 address space (0 normal, 1 SMM), 15:0 id */
	uint32_t flags; /* CW_MEM_LOG_DIRTY, CW_MEM_READONLY (writes become events), CW_MEM_ALLONES (reads give 0xff;
			   ptr may be NULL) */
	uint64_t gpa;	/* multiple of 4 KiB */
	uint64_t size;	/* multiple of 4 KiB; 0 deletes the slot */
	void *ptr;	/* host memory behind it, in one block of cw_mem_alloc(), or any memory if the device can */
};

/*
 * Create, change or delete a slot. When a delete or a move returns 0, no device access uses the old memory any more;
 * when it fails, the slot is as it was. Waits for a FLUSH then. -EINVAL, -EEXIST (overlap), -ENOMEM, -EOPNOTSUPP
 * (memory that the device cannot reach), -ETIMEDOUT (the device still uses it).
 */
int cw_vm_set_memory(struct cw_vm *vm, const struct cw_vm_region *region);

/* Take all translations of [gpa, gpa + size) away; they come back by faults. Waits for a FLUSH. -EINVAL, -ETIMEDOUT. */
int cw_vm_invalidate(struct cw_vm *vm, unsigned space, uint64_t gpa, uint64_t size);

/*
 * The way back of a VM whose calls answer -EIO because a change of its tables failed in the device (a bus error of
 * table memory, for instance): detach all contexts, which ends their requests with ABORT, begin all tables anew, attach
 * again. Slots, contexts and log modes stay; everything that is logged is dirty; events that waited are gone. On an
 * error the VM is as broken as before: call it again, or give up. Other VMs notice nothing. Works for a VM that is not
 * broken, too. Not beside other calls for this VM.
 */
int cw_vm_recover(struct cw_vm *vm);

/* A statistic of the host's side by its name, for instance "pf_fixed". -ENOENT: no such name. */
int cw_vm_stat(struct cw_vm *vm, const char *name, uint64_t *value);
/* Name of statistic i, NULL behind the last one. */
const char *cw_vm_stat_name(unsigned i);

#define CW_FAULT_BUCKETS 40u
/* Faults that the host handled, by the time that it took: bucket n has those of 2^n ns or more, but less than twice. */
int cw_vm_fault_latency(struct cw_vm *vm, uint64_t *buckets);

/* ---- dirty log ---------------------------------------------------------------------------------------------------
 *
 * What initiators write, and cw_vm_write(); not what the CPUs of the guest write, which is their hypervisor's to log.
 * Logged are the slots with CW_MEM_LOG_DIRTY of an address space whose log was started. Bitmaps have a bit per page of
 * 4 KiB, bit 0 of the first word for the first page, and are rounded up to 64-bit words.
 */

#define CW_LOG_MANUAL (1u << 0)	       /* cw_vm_log_get() copies only; cw_vm_log_clear() forgets */
#define CW_LOG_INITIALLY_SET (1u << 1) /* with MANUAL: everything is dirty at first, which makes the start cheap */
#define CW_LOG_SPLIT (1u << 2) /* PROTECT, DIRTYBIT: split large pages at once, and not by a fault of a write each */

/*
 * Start, or change the mode. mode: CW_LOG_CAPTURE (no faults, large pages stay), CW_LOG_PROTECT (write protection, as
 * KVM does it) or CW_LOG_DIRTYBIT (dirty bits of table entries). A start reports nothing: copy all memory after it; a
 * change reports everything once. Waits until accesses under the old mode are over. -EINVAL; -EOPNOTSUPP: the device
 * has no such log; -ENOMEM; -ETIMEDOUT. After an error the mode is as it was, or it is the new one and everything is
 * reported once.
 */
int cw_vm_log_start(struct cw_vm *vm, unsigned space, unsigned mode, unsigned flags);
int cw_vm_log_stop(struct cw_vm *vm, unsigned space);

/*
 * OR the pages of a slot that were written since the last time into bitmap, with atomics, and forget them. What is
 * written after it returned is reported by the next call; the last one must come after cw_vm_stop() and cw_vm_drain().
 * Number of pages, or an error: then take every page of the slot as dirty. -ENOENT: no such slot, or it does not log.
 */
int64_t cw_vm_log_get(struct cw_vm *vm, uint32_t slot, uint64_t *bitmap);

/* CW_LOG_MANUAL: forget those of the pages first .. first + npages - 1 whose bit in bitmap (bit 0: page first) is set.
 * Multiples of 64, or up to the end of the slot. Copy them after that. Number of pages that were dirty, or an error. */
int64_t cw_vm_log_clear(struct cw_vm *vm, uint32_t slot, uint64_t first, uint64_t npages, const uint64_t *bitmap);

/* Read guest memory as initiators see it: 0xff from CW_MEM_ALLONES slots. -EFAULT: not all of it is in slots. */
int cw_vm_read(struct cw_vm *vm, unsigned space, uint64_t gpa, void *buf, size_t len);
/* Write guest memory from the host, so that the log knows of it. -EFAULT: outside of slots. -EROFS: in a slot that is
 * CW_MEM_READONLY or CW_MEM_ALLONES. What lies before is written. */
int cw_vm_write(struct cw_vm *vm, unsigned space, uint64_t gpa, const void *buf, size_t len);

/* New requests to the address space get RETRY_LATER, and faults that are repaired wait, until cw_vm_start(). -ENOENT:
 * it has no context. -EOPNOTSUPP. */
int cw_vm_stop(struct cw_vm *vm, unsigned space);
int cw_vm_start(struct cw_vm *vm, unsigned space);
/* After cw_vm_stop(): wait until nothing is under way. parked (may be NULL): faults that wait for cw_vm_start(). */
int cw_vm_drain(struct cw_vm *vm, unsigned space, uint32_t *parked);

/* ---- contexts and ports ------------------------------------------------------------------------------------------ */

#define CW_CTX_ANY UINT32_MAX

/* Format of the table entries. */
enum cw_ctx_flavour {
	CW_CTX_EPT,    /* as in Intel's extended page tables */
	CW_CTX_LEGACY, /* as in x86 page tables, and AMD's nested ones */
};

/*
 * What addresses a context translates. All but the first are shadow contexts: their translations combine tables of the
 * guest with the slots of the VM, and are a TLB in the architectural sense: each is what the tables gave at some moment
 * since the last invalidation that covers it, or a fault. What CPUs write to the tables is not seen.
 */
enum cw_ctx_kind {
	CW_CTX_DIRECT,	   /* guest-physical ones */
	CW_CTX_VIRTUAL,	   /* those of a program, or of the guest's kernel: PASID, SVA */
	CW_CTX_NESTED_EPT, /* guest-physical ones of an L2 guest; flavour EPT */
	CW_CTX_NESTED_NPT, /* the same; flavour LEGACY */
};

/* Registers that paging reads. For NESTED_NPT, those of the L1 hypervisor. */
struct cw_guest_state {
	uint64_t cr0, cr4, efer; /* NESTED_EPT: 0 */
	uint64_t cr3;		 /* or nCR3, or EPTP */
	bool execonly;		 /* NESTED_EPT: entries may be executable only */
};

/*
 * What a context may take of what all contexts share (P38), so that one that misbehaves leaves enough to the others.
 * 0: the engine's own limit. What is above one is answered RETRY_LATER, or as bursts_wait says, and no other context
 * notices. Which values to choose: docs/isolation.md.
 */
struct cw_ctx_limits {
	unsigned parked;  /* most requests of it that wait for the host: 1 .. 64; 0: 32 */
	unsigned walks;	  /* most walks of it at a time: 1 .. 32; 0: as many as there are slots */
	unsigned bursts;  /* most bursts of it in the bridge: 1 .. 64; 0: as register BRIDGE_QUOTA says */
	unsigned dirty;	  /* most marks in the dirty log that its writes cause in a period: 1 .. 65535; 0: any number */
	bool bursts_wait; /* above them a burst waits, and what is behind it at the pins; else it is answered SLVERR */
};

struct cw_ctx_params {
	unsigned space;		     /* address space of the VM: 0 normal, 1 SMM */
	unsigned level;		     /* of the root: 4 or 5; 0: 4. Shadow contexts: 0 */
	uint32_t id;		     /* number that initiators name, or CW_CTX_ANY */
	enum cw_ctx_flavour flavour; /* the same in all direct contexts of a space */
	enum cw_ctx_kind kind;
	bool supervisor;	     /* CW_CTX_VIRTUAL: requests are those of the guest's kernel, not of a program */
	struct cw_guest_state guest; /* of a shadow context */
	struct cw_ctx_limits limits;
	/* Dirty ring, see below: entries, a power of two from 16 to 65536, 0: none; and the number of them from which
	 * on it counts as full, at most DRING_RESERVED (8) below, 0: half of them. */
	uint32_t dirty_ring, dirty_ring_soft;
};

/* What an initiator translates through. params NULL: normal space, 4 levels, any number. -EINVAL, -EEXIST (number in
 * use), -ENOSPC (no number or domain left), -ENOMEM, -EIO. */
int cw_ctx_create(struct cw_vm *vm, const struct cw_ctx_params *params, struct cw_ctx **ctx);

/* Other limits, for what comes later: what is parked or walks already stays. Nothing has to be stopped. -EINVAL:
 * nothing has changed; -EIO, -ETIMEDOUT. */
int cw_ctx_set_limits(struct cw_ctx *ctx, const struct cw_ctx_limits *limits);

/* Number of the context. */
uint32_t cw_ctx_id(const struct cw_ctx *ctx);

/* ---- dirty rings -------------------------------------------------------------------------------------------------
 *
 * While its address space logs, a context with a dirty ring names each page that it marks, in order. Entries are
 * harvested by cw_ctx_ring_get(), stay in the ring, and are given back by cw_vm_ring_reset(), which arms their pages
 * again; then read the pages:
 *
 *     get, reset, read; get, reset, read; ...; stop, drain, get, reset, read; cw_vm_log_get() of each slot, read
 *
 * The bitmap has all that is dirty and was not reset: what contexts without a ring and cw_vm_write() wrote, and what
 * was lost by an error. So the last pass is one of the bitmap (without CW_LOG_MANUAL), and nothing depends on rings.
 * cw_dev_reset() and cw_vm_recover() empty them and make all pages dirty in the bitmap: take that pass then, too. A
 * write that finds fewer than DRING_RESERVED entries free waits for a reset; if there is none for event_timeout_ns, the
 * entries are thrown away.
 */

struct cw_dirty_page {
	uint32_t slot; /* as in struct cw_vm_region */
	uint32_t ctx;  /* which context wrote */
	uint64_t page; /* of 4 KiB, from the begin of the slot */
};

/* The next n pages at most, in the order of their marks; pages of slots that are gone are left out. Number of pages; 0:
 * there are no more now. -EINVAL: it has no ring. */
ssize_t cw_ctx_ring_get(struct cw_ctx *ctx, struct cw_dirty_page *pages, size_t n);

/* Give back what was harvested from all rings of an address space, and nothing else, and arm these pages again. Read
 * them after it. Waits for a FLUSH. Number of entries. On an error they are harvested and dirty still: call it again.
 * -ENOENT: nothing is logged. */
int64_t cw_vm_ring_reset(struct cw_vm *vm, unsigned space);

struct cw_ring_state {
	uint32_t entries;	/* of the ring */
	uint32_t dirty;		/* made and not harvested */
	uint32_t harvested;	/* and not reset */
	bool soft_full;		/* both together have reached the soft limit */
	uint32_t waiting;	/* parked writes that wait for room */
	uint64_t lost, dropped; /* entries, by errors of the bus and for want of a reset */
};

/* Waits for register reads. */
int cw_ctx_ring_state(struct cw_ctx *ctx, struct cw_ring_state *state);

/* Handle faults until the ring is at its soft limit, or writes wait for room. 1, or 0 after the timeout, or an error.
 */
int cw_ctx_ring_wait(struct cw_ctx *ctx, uint64_t timeout_ns);

/* Detach: requests of the context end with ABORT. When it returns 0, no device access uses it any more. On -ETIMEDOUT
 * and -EIO the context exists still. */
int cw_ctx_destroy(struct cw_ctx *ctx);

/* With cw_ctx_set_guest(): what was translated under these registers before may be used again, as after a CR3 load that
 * flushes nothing. */
#define CW_GUEST_KEEP (1u << 0)

/*
 * The guest has loaded other registers, or the same again (a CR3 load, which reads PDPTEs). Requests go on: those under
 * way end with the old tables, later ones and those that wait for faults use the new ones. Waits for a FLUSH.
 * -EINVAL: reserved bits or no such mode, nothing has changed; -EFAULT: the root table is in no slot, likewise. -EIO,
 * -ETIMEDOUT: cw_vm_recover() makes the VM usable again.
 */
int cw_ctx_set_guest(struct cw_ctx *ctx, const struct cw_guest_state *state, unsigned flags);

/*
 * The guest invalidates addresses addr .. addr + size - 1 of a shadow context, or all for size 0 (INVLPG, INVPCID, a
 * request of its virtual IOMMU). When it returns 0, no older translation of them is in use. Waits for a FLUSH. On an
 * error some may be: call it again.
 */
int cw_ctx_invalidate(struct cw_ctx *ctx, uint64_t addr, uint64_t size);
/* All of all shadow contexts of an address space. */
int cw_vm_invalidate_guest(struct cw_vm *vm, unsigned space);

/* The guest's CPU has written to these bytes: for who traps writes to tables. It takes effect at once, without an
 * invalidation, in what these bytes have given; what another table gave before stays until there is one. Waits for a
 * FLUSH. */
int cw_vm_guest_write(struct cw_vm *vm, unsigned space, uint64_t gpa, size_t len);

/* The contexts first..last that a port may name; first > last: none. The traffic generator and the probes of the host
 * may name all. -EINVAL. */
int cw_port_set(struct cw_dev *dev, unsigned port, uint32_t first, uint32_t last);

/*
 * Reset a port whose initiator does not give grants back: it is asked to stop, its requests end with nothing, and when
 * it has confirmed that none of its accesses is under way its grants are taken back, so that FLUSHes end (P21). The
 * AXI4 bridge confirms when memory has answered. -ETIMEDOUT: not in the time of register FLUSH_TIMEOUT. Others notice
 * nothing.
 */
int cw_port_reset(struct cw_dev *dev, unsigned port);

/* ---- faults and events ------------------------------------------------------------------------------------------- */

/* Handle the faults that there are; if there are none, wait for one up to timeout_ns. Number of faults handled, 0 after
 * the timeout, or an error of the device. Faults are also handled by cw_event_poll() and cw_tgen_wait(). */
int cw_service(struct cw_dev *dev, uint64_t timeout_ns);

/* Why a request needs the user. */
enum cw_event_cause {
	CW_EVENT_MMIO,	      /* address in no slot */
	CW_EVENT_READONLY,    /* write to a CW_MEM_READONLY slot */
	CW_EVENT_ALLONES,     /* write to a CW_MEM_ALLONES slot */
	CW_EVENT_GUEST_FAULT, /* shadow context: the guest's own tables do not allow it; error_code says why */
	CW_EVENT_TABLE_WRITE, /* write to a table of the guest that is in use (refuse_table_writes) */
};

struct cw_event {
	uint64_t id; /* for cw_event_answer() */
	struct cw_vm *vm;
	uint64_t gpa;	     /* GUEST_FAULT: 0 */
	uint64_t addr;	     /* as the initiator named it: of a shadow context, the guest-virtual one */
	uint64_t error_code; /* GUEST_FAULT: of the guest's own hardware, for who injects it; else 0 */
	uint32_t len;	     /* bytes, 1..4096, in one 4 KiB page */
	uint32_t ctx;	     /* number of the context */
	bool write;
	enum cw_event_cause cause;
	uint8_t port, tag;  /* of the request */
	uint64_t timestamp; /* engine cycle of the fault */
	/* A write of 64 bytes at most through the AXI4 bridge: bit i: byte i is written, and is data[i]. Else 0: the
	 * initiator keeps its data. */
	uint64_t written;
	uint8_t data[64];
};

/* Next event, oldest first; handles faults meanwhile. 1, or 0 after the timeout, or an error. */
int cw_event_poll(struct cw_dev *dev, struct cw_event *event, uint64_t timeout_ns);

enum cw_answer {
	CW_ANSWER_ABORT,    /* an error */
	CW_ANSWER_ONES,	    /* read as all ones */
	CW_ANSWER_EMULATED, /* read: data; write: done */
	CW_ANSWER_RETRY,    /* look it up again */
};

/* Answer an event. data: up to 64 bytes for EMULATED, else NULL and 0. -ENOENT: no such event, or its time is over.
 * -EINVAL. */
int cw_event_answer(struct cw_dev *dev, uint64_t id, enum cw_answer answer, const void *data, size_t len);

/* Events that the default has answered. */
uint64_t cw_events_unanswered(struct cw_dev *dev);

/* ---- probes ------------------------------------------------------------------------------------------------------ */

struct cw_probe_result {
	uint64_t pa;	 /* translated address, if verdict is HIT */
	uint8_t verdict; /* enum cw_verdict */
	uint8_t reason;	 /* enum cw_reason */
	uint8_t level;	 /* of the table in which the walk ended; 1 from the TLB, too */
};

/* Ask the engine how it would translate n addresses; changes nothing and makes no faults. 0 or an error. */
int cw_probe(struct cw_dev *dev, uint32_t ctx, bool write, const uint64_t *gpa, size_t n,
	     struct cw_probe_result *results);

/* ---- counters ---------------------------------------------------------------------------------------------------- */

/* Name of counter i (enum cw_counter) in lower case, NULL behind the last one. */
const char *cw_counter_label(unsigned i);

/* All counters of one moment; values has CW_NCOUNTER elements. cycle may be NULL. */
int cw_counters(struct cw_dev *dev, uint64_t *values, uint64_t *cycle);

/* One counter by name. -ENOENT. */
int cw_counter_read(struct cw_dev *dev, const char *name, uint64_t *value);

/* ---- traffic generator ------------------------------------------------------------------------------------------- */

enum cw_tgen_pattern { CW_TGEN_SEQUENTIAL, CW_TGEN_RANDOM, CW_TGEN_STRIDE };

struct cw_tgen {
	enum cw_tgen_pattern pattern;
	uint32_t first_ctx, contexts; /* used in turn; contexts 0: 1 */
	uint64_t base;		      /* guest address, multiple of 4 KiB */
	uint32_t pages;		      /* of the range, 1..2^28 */
	uint32_t stride;	      /* pages, for CW_TGEN_STRIDE */
	uint32_t count;		      /* requests */
	uint32_t outstanding;	      /* at most, 1..tags */
	uint32_t release_delay;	      /* cycles that a grant is held, 0..255 */
	uint32_t write_percent;
	uint32_t hist_shift; /* bucket = latency >> hist_shift */
	uint64_t seed;	     /* 0: 1 */
};

struct cw_tgen_result {
	uint32_t done, errors, retries;
	uint32_t cycles; /* from the first request accepted to the last answer */
	uint32_t lat_min, lat_max;
	uint64_t lat_sum;
	uint64_t sum; /* as register TGEN_SUM says */
	uint32_t histogram[CW_HIST_BUCKETS];
};

/* Start. -EINVAL, -EBUSY while it runs. */
int cw_tgen_start(struct cw_dev *dev, const struct cw_tgen *program);

/* Wait for the end, handling faults meanwhile. -ETIMEDOUT: it still runs; call cw_tgen_stop(), then wait again. */
int cw_tgen_wait(struct cw_dev *dev, uint64_t timeout_ns, struct cw_tgen_result *result);

/* Issue no more requests. */
int cw_tgen_stop(struct cw_dev *dev);

/* ---- sample NIC queue --------------------------------------------------------------------------------------------
 *
 * A descriptor ring in guest memory behind the AXI4 bridge: packets that the device writes to guest memory, or reads
 * from it and compares byte for byte. Its port must own the context (CW_PORT_BRIDGE, cw_port_set).
 */

struct cw_nic {
	uint32_t ctx;
	unsigned ring_log2; /* descriptors, 5..16 */
	uint64_t ring;	    /* guest address, multiple of 4 KiB */
	uint64_t head;	    /* guest address where the device writes how many packets are over (32 bits) and how many of
			       them failed (32 bits); 0: nowhere */
	uint64_t seed;
	uint32_t hist_shift; /* bucket = latency >> hist_shift */
};

struct cw_nic_result {
	bool halted; /* the ring could not be read */
	uint32_t packets, errors, bad_bytes;
	uint32_t bursts, wbeats, rbeats, cycles;
	uint32_t lat_min, lat_max; /* of a packet, cycles */
	uint64_t lat_sum;
	uint32_t histogram[CW_HIST_BUCKETS];
};

/* The 8 bytes at gpa, a multiple of 8, of a packet. */
uint64_t cw_nic_word(uint64_t seed, uint32_t packet, uint64_t gpa);
/* Put the descriptor of a packet of 1..65536 bytes into the ring, whose memory is at `ring`. */
void cw_nic_desc(void *ring, unsigned ring_log2, uint32_t packet, uint64_t gpa, uint32_t len, bool write);

/* Start with packet 0. -EINVAL; -EBUSY: bursts of the time before are still under way. */
int cw_nic_start(struct cw_dev *dev, const struct cw_nic *nic);
/* Packets below `tail` are ready, counted from the start. */
int cw_nic_post(struct cw_dev *dev, uint32_t tail);
/* Wait until they are over, handling faults meanwhile. -ETIMEDOUT. */
int cw_nic_wait(struct cw_dev *dev, uint64_t timeout_ns, struct cw_nic_result *result);
/* No burst begins any more; cw_nic_wait() waits for those that are under way. */
int cw_nic_stop(struct cw_dev *dev);

/* ---- raw access, for tests and tools ------------------------------------------------------------------------------
 */

enum cw_ring_id { CW_RING_HOT, CW_RING_COLD };

/* Put a command into a ring as it is (only `id` is replaced) and ring the doorbell. Handle > 0 for cw_cmd_wait(), or
 * -EAGAIN: the ring is full. Commands that change what the library manages break it. */
int cw_cmd_submit(struct cw_dev *dev, enum cw_ring_id ring, const struct cw_cmd *cmd);

/* Wait for the completion. -ENOENT: no such handle. -ETIMEDOUT: the handle is good for another wait. */
int cw_cmd_wait(struct cw_dev *dev, int handle, struct cw_cpl *cpl, uint64_t timeout_ns);

/* Both; 0, or what the completion's status means as an errno. cpl may be NULL. */
int cw_cmd(struct cw_dev *dev, enum cw_ring_id ring, const struct cw_cmd *cmd, struct cw_cpl *cpl);

int cw_reg_read(struct cw_dev *dev, uint32_t offset, uint32_t *value);
int cw_reg_write(struct cw_dev *dev, uint32_t offset, uint32_t value);

/* Table memory through the window. Write only where no table points to (P14). */
int cw_table_read(struct cw_dev *dev, uint64_t addr, void *buf, size_t len);
int cw_table_write(struct cw_dev *dev, uint64_t addr, const void *buf, size_t len);
/* A page of table memory that the library leaves alone. -ENOMEM. */
int cw_table_alloc(struct cw_dev *dev, uint64_t *addr);
void cw_table_free(struct cw_dev *dev, uint64_t addr);

/* Let the device run for so many nanoseconds of device time. */
int cw_run(struct cw_dev *dev, uint64_t ns);

#ifdef __cplusplus
}
#endif
#endif
