/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Inside the library.
 *
 * Locks, in order of nesting: cw_dev.service, cw_mmu.slots_lock, cw_mmu.lock, cw_dev.lock. Functions named *_locked run
 * under cw_dev.lock.
 */
#ifndef CW_LIB_INTERNAL_H
#define CW_LIB_INTERNAL_H

#include <pthread.h>

#include <catwalk.h>
#include <catwalk/regs.h>

#include "mmu/mmu.h"
#include "ticket.h"
#include "transport.h"

/* How long a command is waited for before FLUSH_TIMEOUT is asked for how much longer it may take. */
#define CW_CMD_TIMEOUT_NS 50000000ull
/* How often the device is asked how it is, while something does not come. */
#define CW_HEALTH_NS 200000ull
#define CW_FAULTS_LOOK_NS 1000000ull
#define CW_BOOT_TIMEOUT_NS 50000000ull
#define CW_PROBE_TIMEOUT_NS 20000000ull

#define CW_MIB2 (UINT64_C(1) << 21)
#define CW_GIB (UINT64_C(1) << 30)

#define CW_HOT_LOG2 8
#define CW_COLD_LOG2 4
#define CW_FAULT_LOG2 7

/* Bits of register STATUS (regs.def). */
enum {
	CW_STATUS_FW_READY = 1 << 0,
	CW_STATUS_FW_DEAD = 1 << 1,
	CW_STATUS_FW_SELFTEST = 1 << 2,
	CW_STATUS_RING_ERROR = 1 << 6,
	CW_STATUS_NEEDS_FLR = 1 << 8,
};

/* A command under way, by slot number. The command ring is never fuller than the completion ring is large. */
struct cw_pending {
	enum {
		CW_PEND_FREE,
		CW_PEND_POSTED,
		CW_PEND_WAITED,
		CW_PEND_ABANDONED,
		CW_PEND_DONE,
		CW_PEND_LOST, /* with a reset; who waits for it frees it */
	} state;
	uint16_t id;	   /* slot in the low bits, a sequence number above: a stray completion matches nothing */
	struct cw_cmd cmd; /* to say it again after BUSY */
	struct cw_cpl cpl; /* state DONE */
	struct cw_vm *vm;  /* whom a failure of a posted command concerns, or NULL */
};

/* Command ring and its completion ring. All under cw_dev.lock. */
struct cw_ring {
	enum cw_ring_id which;
	unsigned log2;
	uint32_t reg_cmd, reg_cpl; /* offsets of the two register groups */
	struct cw_cmd *cmds;
	struct cw_cpl *cpls;
	uint64_t cmd_bus, cpl_bus;
	uint8_t *staging; /* hot: a page by slot, source of its LOAD */
	uint64_t staging_bus;
	struct cw_pending *pending; /* 1 << log2 */
	uint16_t *free;		    /* stack of free slots */
	unsigned nfree;
	uint32_t head, kicked; /* next command to write; doorbell as last written */
	uint32_t cpl_next, cpl_acked;
	uint16_t sequence;
};

/* Fault ring; the reader holds cw_dev.service and takes cw_dev.lock for the registers. */
struct cw_fault_ring {
	struct cw_fault_record *records;
	uint8_t *data; /* a line for each record (P34) */
	uint64_t bus, data_bus;
	uint32_t next, acked;
	uint64_t look; /* when to look for records that were lost, ns */
	uint64_t lost; /* and how many were */
};

/* Memory that the device reaches. */
struct cw_block {
	uint8_t *ptr;
	uint64_t bus;
	size_t size;
	unsigned users; /* slots that lie in it */
	bool mapped;	/* the caller's own memory, gone when the last slot goes */
};

/* What a root id stands for; users 0: nothing. */
struct cw_root {
	struct cw_vm *vm;
	uint64_t table;
	unsigned users; /* contexts */
};

/* One for each context, and one that a context is about to get. */
#define CW_NROOT (CW_NCTX + 1)

/* A parked fault that waits for the user. */
struct cw_waiting_event {
	bool used, delivered;
	uint32_t parked_id;
	uint64_t deadline; /* ns */
	struct cw_event ev;
};

struct cw_dev {
	const struct cw_transport *tr; /* constant */
	void *t;		       /* calls under lock */
	struct cw_info info;	       /* constant after open */

	struct cw_ticket lock; /* transport, rings, memory, tables, registers used in steps */
	struct cw_ring hot, cold;
	struct cw_block *blocks; /* sorted by ptr */
	size_t nblocks, blocks_cap;
	uint64_t *table_map; /* a bit per page of table memory, 1: in use */
	uint64_t table_pages, table_hint;
	struct cw_root roots[CW_NROOT]; /* by root id */
	const char *dead_why;		/* NULL: as the error says */
	int dead;			/* 0, or the error that every command gets since the device stopped to answer */
	struct {
		bool set;
		uint32_t first, last;
	} range[CW_NPORT]; /* of contexts, by port, as cw_port_set() said */
	bool tgen_busy;	   /* a program was started and not waited for */
	uint32_t tgen_shift;
	uint32_t nic_shift;	    /* of that program */
	uint16_t probes[CW_NPROBE]; /* probes done by tag, as last read */

	struct cw_ticket service; /* fault ring, events, contexts, domains, VMs */
	struct cw_fault_ring faults;
	struct cw_ctx *ctx[CW_NCTX];
	struct cw_vm *domain[CW_NDOM];
	struct cw_vm *vms; /* list by vm->next */
	struct cw_waiting_event events[CW_NPARK];
	uint64_t event_next; /* id of the next event */
	uint64_t unanswered;
};

/* The engine's dirty log of one address space; cw_dev.lock. */
struct cw_vm_log {
	unsigned mode;		       /* CW_LOG_* */
	bool kept;		       /* a start failed, and the engine may still use directory and leaves */
	uint64_t dir;		       /* table address of the directory, 0: none yet */
	uint64_t entries;	       /* of the directory */
	uint64_t *leaf;		       /* table address by entry, 0: none */
	struct cw_log_record *records; /* buffer of harvests; read by who holds slots_lock */
	uint64_t records_bus;
};

struct cw_vm {
	struct cw_dev *dev;
	struct cw_vm *next;	    /* dev->service */
	struct cw_vm_params params; /* constant */
	struct cw_mmu mmu;
	struct cw_mmu_worker worker; /* dev->service */
	int domain[CW_AS_MAX];	     /* number in the engine, -1: none; written under dev->service and dev->lock */
	struct cw_vm_log log[CW_AS_MAX];
	unsigned contexts; /* dev->service */
	bool failed;	   /* a posted command failed: engine and mirror may differ; dev->lock */
};

#define CW_DRING_NO_SLOT UINT32_MAX

/* Dirty ring of a context; dev->service. log2 0: none. Indices are absolute. */
struct cw_dring {
	unsigned log2;
	struct cw_dring_entry *entry;
	uint64_t bus;
	struct cw_log_page *page;   /* of the entries freed .. got - 1; slot CW_DRING_NO_SLOT: of none */
	uint32_t got, freed;	    /* entries harvested, and given back */
	uint32_t sure;		    /* what is not there below this never comes */
	uint32_t waiting[CW_NPARK]; /* ids of parked requests that found it full */
	unsigned nwaiting;
	uint64_t deadline; /* of the first of them, ns */
	uint64_t lost, dropped;
};

struct cw_ctx {
	struct cw_vm *vm;
	struct cw_mmu_ctx mmu;
	struct cw_ctx_params params; /* constant */
	struct cw_ctx_limits limits; /* dev->lock */
	uint32_t id;
	bool attached; /* the engine knows it; dev->lock */
	int root_id;   /* of a shadow context that is attached; dev->lock */
	int doubt_id;  /* -1, or another that the engine has for it if a change of the root went half way */
	bool loading;  /* its registers change: the engine may have another root than the core; dev->lock */
	struct cw_dring ring;
};

/* ---- limits.c ---- */
/* As CTX_ATTACH and CTX_LIMITS have them in arg0. -EINVAL. */
int cw_limits_arg(const struct cw_ctx_limits *limits, uint64_t *arg);

/* ---- error.c ---- */
/* Sets the text of cw_last_error(), returns err. */
int cw_error(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- device.c ---- */
/* Bring a device up on a transport that is open already; the device owns it then, also on error. */
int cw_open_transport(const struct cw_transport *tr, void *t, const char *name, struct cw_dev **out);
/* The simulation of a `sim:` device, NULL for others; for tests. */
struct cw_sim *cw_dev_sim(struct cw_dev *dev);

void cw_lock(struct cw_dev *dev);
void cw_unlock(struct cw_dev *dev);
int cw_read_locked(struct cw_dev *dev, uint32_t offset, uint32_t *value);
int cw_write_locked(struct cw_dev *dev, uint32_t offset, uint32_t value);
int cw_read64_locked(struct cw_dev *dev, uint32_t offset, uint64_t *value);
int cw_write64_locked(struct cw_dev *dev, uint32_t offset, uint64_t value);
/* Let time pass, one slice of at most ns, letting other threads in. */
void cw_wait_locked(struct cw_dev *dev, uint64_t ns);
/* Device time after which a wait of ns ends. */
uint64_t cw_deadline_locked(struct cw_dev *dev, uint64_t ns);
bool cw_expired_locked(struct cw_dev *dev, uint64_t deadline);

/* After open and after a reset: rings, firmware, ports. */
int cw_dev_start_locked(struct cw_dev *dev);

/* ---- ring.c ---- */
int cw_rings_alloc(struct cw_dev *dev);
/* Empty rings, in memory and in the device. */
int cw_rings_start(struct cw_dev *dev);
/* All commands under way are lost. */
void cw_rings_lost(struct cw_dev *dev);
/* dev->dead with its text. */
int cw_dead_error(const struct cw_dev *dev);
/* -EIO, and the device counts as dead, if it says that it cannot go on. Reads a register. */
int cw_health_locked(struct cw_dev *dev, const struct cw_ring *ring);
void cw_rings_free(struct cw_dev *dev);
/* Put a command into the ring, without a doorbell; waits for a free slot. Slot number or error. */
int cw_post_locked(struct cw_dev *dev, struct cw_ring *ring, const struct cw_cmd *cmd, struct cw_vm *vm, bool waited);
/* LOAD of a page of 512 entries, posted. */
int cw_post_load_locked(struct cw_dev *dev, uint64_t addr, const uint64_t *entries, struct cw_vm *vm);
/* Ring the doorbells of what was posted. */
void cw_kick_locked(struct cw_dev *dev);
/* Take completions that are there. */
void cw_reap_locked(struct cw_dev *dev);
/* Post, wait, translate the status; says BUSY commands again. */
int cw_exec_locked(struct cw_dev *dev, struct cw_ring *ring, const struct cw_cmd *cmd, struct cw_cpl *cpl);
/* -errno of a completion, with its text. */
int cw_cpl_error(const struct cw_cpl *cpl);

/* ---- memory.c ---- */
/* Block around [ptr, ptr + size), or NULL. */
struct cw_block *cw_block_find_locked(struct cw_dev *dev, const void *ptr, size_t size);
int cw_block_get_locked(struct cw_dev *dev, void *ptr, size_t size); /* for a slot; maps it if it must */
void cw_block_put_locked(struct cw_dev *dev, const void *ptr);
/*
 * Zeroed memory that the engine writes to, for the library itself. What is not freed, because the engine could not be
 * told to let go of it, is freed by cw_close(), when there is no DMA any more.
 */
void *cw_dma_alloc_locked(struct cw_dev *dev, size_t size, uint64_t *bus);
void cw_dma_free_locked(struct cw_dev *dev, const void *ptr);
void cw_blocks_free(struct cw_dev *dev);
int cw_tables_init(struct cw_dev *dev);
int cw_table_alloc_locked(struct cw_dev *dev, uint64_t *addr);
/* Adjacent pages. */
int cw_table_alloc_run_locked(struct cw_dev *dev, uint64_t pages, uint64_t *addr);
/* Two, the first at an even page number. */
int cw_table_alloc_pair_locked(struct cw_dev *dev, uint64_t *addr);
void cw_table_free_locked(struct cw_dev *dev, uint64_t addr);

/* ---- vm.c, context.c ---- */
extern const struct cw_mmu_ops cw_vm_ops;
void cw_vm_free(struct cw_vm *vm); /* whatever the engine says */
int cw_domain_get(struct cw_vm *vm, unsigned space);
/* After a reset: what the engine knew of the VM's domains. */
int cw_domains_renew(struct cw_vm *vm);
/* -EIO if a change of its tables was lost. */
int cw_vm_broken(struct cw_vm *vm);
/* Posts a hot command whose failure breaks the VM. */
int cw_vm_post(struct cw_vm *vm, const struct cw_cmd *cmd);
/* Detach; force: free it even if the device does not answer. dev->service is held. */
int cw_ctx_attach(struct cw_ctx *ctx);
int cw_ctx_detach(struct cw_ctx *ctx);
int cw_ctx_remove(struct cw_ctx *ctx, bool force);

/* ---- recover.c ---- */
/* The engine knows nothing of the VM: all tables anew, all that is logged is dirty, contexts attached. */
int cw_vm_renew(struct cw_vm *vm);

/* ---- log.c: operations of the core, and life ---- */
int cw_vm_op_log_set(void *priv, unsigned space, unsigned mode);
int cw_vm_op_protect(void *priv, uint64_t table, const uint64_t *mask, unsigned flavour, bool dirty);
int cw_vm_op_harvest(void *priv, unsigned space, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits),
		     void *arg);
int cw_vm_op_log_provide(void *priv, unsigned space, uint64_t gfn);
int cw_vm_op_host_write(void *priv, uint64_t hva, const void *buf, size_t len);
/* The mode of a space whose domain the engine knows only now. Under dev->lock. */
int cw_vm_log_attach_locked(struct cw_vm *vm, unsigned space);
/* stopped: the engine is off it. Else its memory stays. */
void cw_vm_log_free(struct cw_vm *vm, bool stopped);

/* ---- dring.c: dev->service is held, but for cw_drings_stopped() ---- */
int cw_dring_check(const struct cw_ctx_params *p);
int cw_dring_create(struct cw_ctx *ctx);
/* Tell the engine, before the context is attached; the ring begins empty. */
int cw_dring_attach_locked(struct cw_ctx *ctx);
void cw_dring_destroy(struct cw_ctx *ctx);
void cw_dring_full(struct cw_ctx *ctx, uint32_t parked_id);
void cw_drings_expire(struct cw_dev *dev);
void cw_drings_stopped(struct cw_vm *vm, unsigned space);

/* ---- shadow.c ---- */
int cw_vm_op_pair_alloc(void *priv, uint64_t *addr);
int cw_vm_op_invalidate_root(void *priv, unsigned space, uint64_t root_table, bool leaf_only);
/* Id of a root for one more context; -ENOSPC. */
int cw_root_get_locked(struct cw_vm *vm, uint64_t table);
void cw_root_put_locked(struct cw_dev *dev, int id);
/* Those of a context that the engine has let go of. */
void cw_roots_put_locked(struct cw_ctx *ctx);
/* ctx->mmu by ctx->params. */
int cw_shadow_create(struct cw_ctx *ctx);

/* ---- probe.c ---- */
int cw_probes_init_locked(struct cw_dev *dev);

/* ---- service.c, event.c: dev->service is held ---- */
int cw_service_once(struct cw_dev *dev);
int cw_service_until(struct cw_dev *dev, uint64_t timeout_ns, int (*done)(struct cw_dev *dev, void *priv, int handled),
		     void *priv); /* takes dev->service itself */
void cw_resume(struct cw_dev *dev, uint32_t parked_id, unsigned action, const void *data, size_t len);
void cw_event_add(struct cw_ctx *ctx, const struct cw_fault_record *rec, const uint8_t *line, const struct cw_fault *f,
		  enum cw_event_cause cause);
void cw_events_expire(struct cw_dev *dev);
void cw_events_drop_ctx(struct cw_dev *dev, uint32_t ctx);

#endif
