/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The host MMU core: memslots, roles, shadow pages and the slow path of one VM. It does no I/O; its effects go out
 * through struct cw_mmu_ops only. docs/mmu.md describes it.
 *
 * Return values: 0 or positive is success (for faults an enum cw_pf), negative is -errno.
 *
 * Locks, in order of nesting: cw_mmu.slots_lock, then cw_mmu.lock. Both may sleep.
 */
#ifndef CW_MMU_MMU_H
#define CW_MMU_MMU_H

#include <catwalk/contract.h>

#include "env.h"
#include "list.h"
#include "role.h"

#define CW_PAGE_SHIFT 12
#define CW_PAGE_SIZE 4096ull

#define CW_AS_MAX 2u		       /* 0 normal, 1 SMM */
#define CW_MEM_SLOTS 32767u	       /* ids of one address space */
#define CW_MEM_USER_SLOTS 32764u       /* ids that cw_mmu_set_memslot() accepts */
#define CW_MEM_MAX_PAGES 0x7fffffffull /* pages of one slot */

#define CW_MEM_LOG_DIRTY (1u << 0)
#define CW_MEM_READONLY (1u << 1)
#define CW_MEM_ALLONES (1u << 3)  /* reads give 0xff, writes go to the user, nothing is ever mapped */
#define CW_MEM_INVALID (1u << 16) /* internal: being deleted or moved (MS-4) */

#define CW_GEN_IN_PROGRESS (1ull << 63) /* of a memslot generation (MS-1) */

struct cw_mmu;
struct cw_mmu_page;
struct cw_rmap;
struct cw_cache_set;
struct cw_slot_log;
struct cw_shadow;

/* A range of guest memory. Immutable once it is in a set; replaced as a whole. */
struct cw_memslot {
	uint64_t base_gfn, npages;
	uint64_t hva;	/* of base_gfn */
	uint32_t flags; /* CW_MEM_* */
	uint16_t id;
	uint16_t as_id;
	struct cw_rmap *rmap;	 /* what maps it; shared by the copies of one slot; mmu->lock */
	struct cw_slot_log *log; /* dirty bitmap, while it has CW_MEM_LOG_DIRTY; shared likewise */

	/* Its place among the slots by hva (hva.c); mmu->lock. */
	struct cw_memslot *hva_left, *hva_right;
	uint64_t hva_max, hva_prio;
};

static inline uint64_t cw_memslot_hva(const struct cw_memslot *slot, uint64_t gfn)
{
	return slot->hva + ((gfn - slot->base_gfn) << CW_PAGE_SHIFT);
}

/* Argument of cw_mmu_set_memslot(). size 0 deletes. */
struct cw_memslot_region {
	uint32_t slot; /* 31:16 address space, 15:0 id */
	uint32_t flags;
	uint64_t gpa, size, hva; /* bytes */
};

/* A host page as the embedder resolved it. */
struct cw_hpage {
	uint64_t bus;  /* bus address, 4 KiB aligned */
	bool writable; /* the host mapping is writable */
	/*
	 * The largest leaf that may map the page (P49): the block of that size which is aligned on the bus around it is
	 * one piece of host memory and of the bus, with the same rights throughout. 0 is taken as 1.
	 */
	unsigned level;
	void *cookie; /* the embedder's own */
};

/* Trace points: KVM's names, and their three values. Those that CPUs alone have are left out. */
#define CW_MMU_TRACES(X) \
	X(kvm_page_fault, "address, write, result") \
	X(kvm_mmu_pagetable_walk, "address, access (error code), root") \
	X(kvm_mmu_paging_element, "guest entry, level, its address") \
	X(kvm_mmu_set_accessed_bit, "address of the guest entry, old, new") \
	X(kvm_mmu_set_dirty_bit, "address of the guest entry, old, new") \
	X(kvm_mmu_walker_error, "address, error code, level") \
	X(kvm_mmu_get_page, "gfn, role, created") \
	X(kvm_mmu_sync_page, "gfn, role, 0") \
	X(kvm_mmu_prepare_zap_page, "gfn, role, roots") \
	X(kvm_mmu_zap_all_fast, "generation, pages, 0") \
	X(kvm_mmu_set_spte, "level, gfn, entry") \
	X(kvm_mmu_spte_requested, "address, gfn, level") \
	X(kvm_mmu_split_huge_page, "gfn, level, result") \
	X(mark_mmio_spte, "address of the entry, gfn, generation") \
	X(check_mmio_spte, "gfn, generation of the entry, of the slots") \
	X(handle_mmio_page_fault, "address, gfn, write") \
	X(kvm_unmap_hva_range, "start, end, may block")

enum cw_trace_point {
#define CW_TRACE_POINT(name, doc) CW_TRACE_##name,
	CW_MMU_TRACES(CW_TRACE_POINT)
#undef CW_TRACE_POINT
		CW_NTRACE
};

/*
 * The embedder. Operations marked [L] are called under cw_mmu.lock and must not call back into the core; those marked
 * [S] may sleep for long and are called without it. An operation that returns an error has done nothing and will not
 * do it later, except entry_xchg and flush after -ETIMEDOUT. A domain is the address space (as_id) of this VM.
 */
struct cw_mmu_ops {
	/* A 4 KiB page of table memory at an engine-visible address. [S]; 0 or -ENOMEM. */
	int (*table_alloc)(void *priv, uint64_t *addr);
	/* No FLUSH is outstanding that this page needs (I9). With or without [L]. */
	void (*table_free)(void *priv, uint64_t addr);
	/*
	 * The same for a page of a shadow context: at an even page number, with its companion at address | CW_COMPANION
	 * (P31). The companion is filled with zeros, in order with later commands. Each goes by table_free(). NULL: no
	 * shadow contexts. [S]
	 */
	int (*pair_alloc)(void *priv, uint64_t *addr);
	/* Fills a page that nothing reachable points to, in order with later commands (P14). entries is copied. [L] */
	int (*table_load)(void *priv, uint64_t addr, const uint64_t *entries);
	/* Posted, in order. [L] */
	int (*entry_write)(void *priv, uint64_t entry_addr, uint64_t value);
	/* Waits for the old value. -ETIMEDOUT: it may or may not have been executed. [L] */
	int (*entry_xchg)(void *priv, uint64_t entry_addr, uint64_t value, uint64_t *old);
	/* Posted, in order. npages 0 means all of the domain. leaf_only is a hint (P18). [L] */
	int (*invalidate)(void *priv, unsigned domain, uint64_t gfn, uint64_t npages, bool leaf_only);
	/* The same for what is tagged with a root of a shadow context: all of it. NULL: no shadow contexts. [L] */
	int (*invalidate_root)(void *priv, unsigned domain, uint64_t root_table, bool leaf_only);
	/* Waits (P19), for roots of the domain too. -ETIMEDOUT: not flushed (P21). [S] */
	int (*flush)(void *priv, unsigned domain);
	/*
	 * The dirty log (P22-P30). All may be NULL: the engine has no log; protect: not for PROTECT and DIRTYBIT.
	 *
	 * Sets the mode of a domain, CW_LOG_*: flips log and grant epochs and waits for the older grants (P28). [S]
	 */
	int (*log_set)(void *priv, unsigned domain, unsigned mode);
	/*
	 * Clears W in the 4 KiB leaves of a table of this flavour (enum cw_flavour) that the 512-bit mask names; dirty:
	 * D instead, where the entry's A/D type is enabled (P13). [L]
	 */
	int (*protect)(void *priv, uint64_t table, const uint64_t *mask, unsigned flavour, bool dirty);
	/*
	 * Reads and clears the engine's log; line() gets each 512 pages that have dirty ones, gfn a multiple of 512. In
	 * CAPTURE the data of every write whose mark it took is in memory when it returns (P25). 0; 1: the engine has
	 * lost track, everything of the domain is dirty; after an error it counts as dirty too. [S], under slots_lock;
	 * line() takes mmu->lock.
	 */
	int (*harvest)(void *priv, unsigned domain, void (*line)(void *arg, uint64_t gfn, const uint64_t *bits),
		       void *arg);
	/* The engine's log has no leaf for a page, and a write waits for it (P27). [S] */
	int (*log_provide)(void *priv, unsigned domain, uint64_t gfn);
	/*
	 * Guest memory for the accessors (P50): bytes within one 4 KiB page of a plain slot. Must not sleep: -EAGAIN if
	 * the page is not in memory (the sleeping accessors then call resolve() and try again), -EFAULT if there is
	 * none. May be NULL: no such accessor. [L]
	 */
	int (*host_read)(void *priv, uint64_t hva, void *buf, size_t len);
	int (*host_write)(void *priv, uint64_t hva, const void *buf, size_t len);
	/* One atomic compare-and-exchange of 4 or 8 bytes. 0; 1: it was not *old, which is now what it was. [L] */
	int (*host_cmpxchg)(void *priv, uint64_t hva, uint64_t *old, uint64_t new, unsigned size);
	/*
	 * The generation that MMIO entries of the domain must carry to be current, 19 bits. [S]; may be NULL. Called
	 * last in a slot update; an engine that still has the old number sends an MMIO access to the host, no more.
	 */
	void (*mmio_generation)(void *priv, unsigned domain, uint32_t generation);
	/*
	 * Host page behind a gfn of the slot (a copy: valid during the call). [S]. -EAGAIN: try the fault again. write:
	 * the page must become writable; -EFAULT if its host mapping does not allow that.
	 */
	int (*resolve)(void *priv, const struct cw_memslot *slot, uint64_t gfn, bool write, struct cw_hpage *out);
	/*
	 * The same for a page that nobody asked for yet (prefetch), if that takes no wait: 0, or any error. What the
	 * host mapping allows without a change is enough. Ended by release() likewise. NULL: no prefetch. [L]
	 */
	int (*resolve_atomic)(void *priv, const struct cw_memslot *slot, uint64_t gfn, struct cw_hpage *out);
	/*
	 * Ends resolve(). mapped: an entry for the page was made or is in place; mark the page accessed, and dirty if
	 * its host mapping was writable (SPTE-18), with all of its block that a leaf may span. [L] if mapped, so that
	 * an invalidation cannot overtake it.
	 */
	void (*release)(void *priv, const struct cw_hpage *page, bool mapped);
	/* Nanoseconds of a clock that goes on, for the histogram of fault latencies; NULL: none. Any lock may be held.
	 */
	uint64_t (*clock_ns)(void *priv);
	/* A trace point was passed; NULL: nobody listens. Any lock may be held: it must not call back. */
	void (*trace)(void *priv, enum cw_trace_point point, uint64_t a, uint64_t b, uint64_t c);
	/* Between two batches of a long operation; may be NULL. [S] */
	void (*yield)(void *priv);
};

/* KVM's names where KVM has the counter. Relaxed: read them with cw_stat_read(). */
#define CW_MMU_STATS(X) \
	X(mmu_shadow_zapped, "shadow pages zapped") \
	X(mmu_cache_miss, "shadow pages created") \
	X(mmu_pages, "shadow pages in existence") \
	X(pages_4k, "present 4 KiB leaves") \
	X(pages_2m, "present 2 MiB leaves") \
	X(pages_1g, "present 1 GiB leaves") \
	X(max_mmu_rmap_size, "most entries that mapped one page") \
	X(max_mmu_page_hash_collisions, "longest search of a bucket for one page") \
	X(remote_tlb_flush, "FLUSH commands that completed") \
	X(remote_tlb_flush_requests, "flushes asked for") \
	X(flush_failed, "FLUSH commands that failed or timed out") \
	X(pf_taken, "faults, those that an MMIO entry answers excluded") \
	X(pf_fixed, "faults that made an entry") \
	X(pf_emulate, "faults that go to the user") \
	X(pf_spurious, "faults on entries that allow the access") \
	X(pf_retry, "faults to be tried again") \
	X(pf_ones, "reads of ALLONES slots") \
	X(pf_prefetched, "entries made beside that of a fault") \
	X(pf_error, "faults that ended with an error") \
	X(pf_mmio_spte_created, "MMIO entries made") \
	X(mmio_exits, "faults that a current MMIO entry answers") \
	X(pf_write_protected, "faults of writes to guest tables that were refused") \
	X(pf_guest, "faults that the guest's own tables refuse") \
	X(mmu_init, "paging modes of shadow contexts computed anew") \
	X(mmu_init_skipped, "loads that found the mode unchanged") \
	X(mmu_perm_built, "permission tables built") \
	X(mmu_root_kept, "loads that kept the root") \
	X(mmu_root_cached, "loads that took a previous root") \
	X(mmu_root_made, "loads that looked up or made a root") \
	X(mmu_shadowed, "shadow pages with guest entries") \
	X(mmu_sync, "shadow pages compared with the guest's") \
	X(mmu_sync_dropped, "entries that the guest's did not bear out") \
	X(invlpg, "invalidations of shadow contexts") \
	X(mmu_pte_write, "trapped writes to guest tables") \
	X(mmu_pde_zapped, "entries above level 1 that such writes took away") \
	X(mmu_flooded, "shadow pages zapped by odd or repeated writes") \
	X(mmu_split, "large leaves split before they were protected") \
	X(mmu_recycled, "shadow pages taken away for the page budget") \
	X(mmu_recycled_rmap, "pages with too many mappings, taken from all") \
	X(wt_unprotected, "DMA writes to guest tables: table forgotten, write tried again") \
	X(wt_denied, "DMA writes to guest tables that were refused")

struct cw_mmu_stats {
#define CW_STAT_FIELD(name, doc) uint64_t name;
	CW_MMU_STATS(CW_STAT_FIELD)
#undef CW_STAT_FIELD
};

#define CW_PF_NS_BUCKETS 40u

struct cw_mmu_params {
	unsigned address_bits;	  /* guest-physical width, 32..52: slots must end below it */
	unsigned max_level;	  /* of leaves: 1 (4 KiB), 2 (2 MiB) or 3 (1 GiB); 0: 3 */
	unsigned guest_phys_bits; /* MAXPHYADDR that guests see; 0: address_bits */
	uint64_t page_limit;	  /* see cw_mmu_set_page_limit() */
	bool refuse_table_writes; /* DMA to guest tables ends as CW_PF_WRITE_PROTECTED at once */
	bool prefetch_runs; /* neighbours only where they cost no command, or where the fault is beside an entry */
};

#define CW_SLOT_LEAF_MAX 128u
#define CW_SLOT_CHUNK_SIZES 4u

struct cw_slot_leaf {
	unsigned nr;
	uint64_t key[CW_SLOT_LEAF_MAX]; /* base gfns */
	struct cw_memslot *slot[CW_SLOT_LEAF_MAX];
};

/* All slots of one address space (slotset.c). */
struct cw_slot_set {
	unsigned nr; /* slots */

	/* In order of gfns. */
	unsigned nr_leaves, cap_leaves;
	uint64_t *first; /* base gfn of the first slot of each leaf */
	struct cw_slot_leaf **leaf;
	struct cw_slot_leaf *spare[2]; /* for two cw_slots_replace(); slots_lock */

	/* Hints, by open addressing. */
	uint64_t *chunk; /* 0: free; in lines of the cache */
	void *chunk_mem; /* what `chunk` stands in */
	unsigned chunk_bits;
	uint64_t nr_chunks, nr_of_size[CW_SLOT_CHUNK_SIZES];

	/* By chunks of 2 MiB from gfn 0 on: a slot of small chunks that touches it, or NULL. */
	struct cw_memslot **direct;
	uint64_t nr_direct;
};

/* Slots by host virtual address (hva.c). */
struct cw_hva_index {
	struct cw_memslot *root;
	uint64_t seed; /* of priorities */
};

/*
 * Two complete sets: readers use the active one under mmu->lock; an update changes the other one under slots_lock
 * alone, swaps, and repeats the change on what was active before.
 */
struct cw_slot_space {
	struct cw_slot_set set[2];  /* active: mmu->lock to read; the other: slots_lock */
	unsigned active;	    /* slots_lock and mmu->lock to change, either to read */
	uint64_t generation;	    /* as active (MS-1) */
	struct cw_memslot **by_id;  /* slots_lock */
	unsigned by_id_cap;	    /* slots_lock */
	struct cw_hva_index by_hva; /* of the active set; mmu->lock */
};

/* What separates changes of entries from the FLUSH that ends them (I9, ZAP-9). All under mmu->lock. */
struct cw_mmu_domain {
	uint64_t zap_seq;	   /* raised by every change that takes a translation away */
	uint64_t flushed_seq;	   /* changes up to this one are covered by a completed FLUSH */
	bool inval_lost;	   /* an INVALIDATE could not be posted: the next flush begins with one of everything */
	struct cw_list quarantine; /* zapped pages whose tables await a FLUSH, in order of zap_seq */
	unsigned log_mode;	   /* CW_LOG_*; this and the flags: slots_lock and lock to change, either to read */
	unsigned log_flags;
};

/* MMU of one VM. */
struct cw_mmu {
	const struct cw_mmu_ops *ops; /* constant */
	void *priv;		      /* constant */
	struct cw_mmu_params params;  /* constant */

	struct cw_mutex slots_lock; /* memslot updates and whole-MMU zaps */
	bool wrap_pending;    /* slots_lock: MMIO entries of an earlier lap of the generation may be left (MS-3) */
	struct cw_mutex lock; /* everything below, except where said */

	struct cw_slot_space space[CW_AS_MAX];
	struct cw_mmu_domain domain[CW_AS_MAX];

	void *hash;	    /* of shadow pages, obsolete ones included: what the arrays below stand in (hash.c) */
	uint64_t *hash_key; /* 0: free */
	struct cw_mmu_page **hash_page; /* whose key it is */
	uint64_t *hash_more;		/* a bit each: pages of which this place is the home stand in others */
	unsigned hash_bits;
	uint64_t nr_pages;	 /* pages in the hash */
	uint64_t page_limit;	 /* 0: none (ZAP-4) */
	struct cw_list active;	 /* pages that are no root; newest first, hence obsolete ones last */
	struct cw_list roots;	 /* pages with root_count > 0; never obsolete */
	struct cw_list zapped;	 /* detached pages whose entries are not torn down yet */
	unsigned valid_gen;	 /* 0 or 1; pages of the other generation are obsolete (ZAP-1) */
	struct cw_list shadowed; /* pages with guest entries */
	uint64_t nr_shadow;	 /* pages of shadow contexts in the hash */
	uint64_t guest_epoch; /* raised by what makes older walks of guest tables void, but for those that hold still */
	unsigned xchg_timeouts; /* an exchange timed out once: entries may be gone already */

	/* Invalidations by host virtual address (ZAP-7). */
	uint64_t inval_seq;
	unsigned inval_in_progress;
	uint64_t inval_start, inval_end; /* union of those in progress */

	struct cw_mmu_stats stats;	  /* relaxed */
	uint64_t pf_ns[CW_PF_NS_BUCKETS]; /* relaxed; faults by latency: bucket n has those of 2^n ns and more */
};

/* The slot of the last lookup: most lookups want the same again. Zeroed at first. mmu->lock. */
struct cw_slot_last {
	const struct cw_slot_set *set; /* NULL: nothing is remembered */
	struct cw_memslot *slot;
	uint64_t generation; /* of the space, for which this holds */
};

/* What an initiator translates through. Owned by the embedder; fields are constant between create and destroy. */
struct cw_mmu_ctx {
	struct cw_mmu *mmu;
	unsigned as_id;
	struct cw_mmu_page *root;
	uint64_t root_table; /* engine-visible address of the root */
	unsigned level;	     /* 4 or 5 */
	enum cw_flavour flavour;
	struct cw_shadow *shadow; /* NULL: a direct context */
	struct cw_slot_last last; /* mmu->lock */
};

struct cw_mmu_ctx_params {
	unsigned as_id;
	unsigned level; /* 4 or 5 */
	enum cw_flavour flavour;
	bool ad_disabled; /* A/D type "disabled" in all entries; EPT flavour only */
};

/* Object caches of one thread that handles faults; used by one thread at a time. */
struct cw_mmu_worker {
	struct cw_mmu *mmu;
	struct cw_cache_set *cache;
};

/* Results of a fault. The numbers up to SPURIOUS are KVM's; CONTINUE and INVALID never leave the core. */
enum cw_pf {
	CW_PF_CONTINUE,
	CW_PF_RETRY,	       /* resume the request: it walks again */
	CW_PF_EMULATE,	       /* the user answers: MMIO, or a write to a READONLY or ALLONES slot */
	CW_PF_WRITE_PROTECTED, /* a write to a write-tracked page */
	CW_PF_INVALID,
	CW_PF_FIXED,	/* an entry was made: resume the request */
	CW_PF_SPURIOUS, /* the entry allows the access already: resume the request */
	CW_PF_ONES,	/* a read of an ALLONES slot: answer ones */
	CW_PF_GUEST,	/* the guest's own tables refuse: fault.guest_error says why */
};

/* One fault. The first part is set by the caller, the rest by cw_mmu_fault(). */
struct cw_fault {
	struct cw_mmu_ctx *const ctx;
	const uint64_t gpa;
	const bool write;
	const bool log_missing; /* the engine may write, but has no place for the mark (P27) */

	uint64_t gfn;
	bool have_slot;
	struct cw_memslot slot; /* copy, if have_slot */
	uint64_t inval_seq;
	struct cw_hpage page;

	uint64_t spte;	     /* leaf or MMIO entry made or found; 0 if none */
	uint64_t entry_addr; /* its engine-visible address */
	unsigned level;	     /* of its table */

	/* Shadow contexts. */
	uint64_t guest_gpa;   /* what the guest's tables give */
	uint64_t guest_error; /* CW_PF_GUEST: the error code of its hardware */
};

/* --- life --- */

/* Prepares mmu. 0, -EINVAL, -ENOMEM. ops and priv must live until cw_mmu_destroy(). */
int cw_mmu_init(struct cw_mmu *mmu, const struct cw_mmu_ops *ops, void *priv, const struct cw_mmu_params *params);

/*
 * Frees everything; all contexts and workers must be gone. Returns the number of table pages that no completed FLUSH
 * covers: those are not given to table_free(), the engine may still read them until it is reset.
 */
unsigned cw_mmu_destroy(struct cw_mmu *mmu);

/*
 * Gets a root for the role that params give; contexts of the same role share it. 0, -EINVAL, -ENOMEM or what
 * table_alloc() and table_load() say. Attach the context to ctx->root_table after this.
 */
int cw_mmu_ctx_create(struct cw_mmu *mmu, struct cw_mmu_ctx *ctx, const struct cw_mmu_ctx_params *params);

/* Drops the root. The engine must have detached the context (P33), and no fault on it may run. Frees tables after a
 * FLUSH; if that fails they wait for the next one. Waits. */
void cw_mmu_ctx_destroy(struct cw_mmu_ctx *ctx);

int cw_mmu_worker_init(struct cw_mmu_worker *w, struct cw_mmu *mmu);
void cw_mmu_worker_destroy(struct cw_mmu_worker *w);
/*
 * Gets the memory that the next faults may need, where nobody waits for it: behind the answers to faults. A fault gets
 * what is missing itself, so that an error, -ENOMEM or what table_alloc() or pair_alloc() say, may be passed over.
 */
int cw_mmu_worker_refill(struct cw_mmu_worker *w);

/* --- faults --- */

/*
 * Handles one fault: enum cw_pf, or -EFAULT (address beyond the context's level, or no host page), -ENOMEM, -ENOSPC
 * (page budget), or what an operation said. What is emulated needs no memory. Posts commands, never waits for the
 * engine (except to repair an entry whose host page changed without an invalidation, where tables gave way to new ones,
 * and to get tables back that wait for a FLUSH when there are no others). May sleep in resolve().
 */
int cw_mmu_fault(struct cw_mmu_worker *w, struct cw_fault *f);

/*
 * Maps ahead what a direct context may use: makes the entries of *gpa .. *gpa + *size - 1, by reads or by writes, as
 * faults would. *gpa and *size shrink by what is mapped. 0: some of it, or all; else nothing was done: -EINVAL (not in
 * pages, or nothing), -EOPNOTSUPP (a shadow context), -ENOENT (no memory that can be mapped begins there: no slot, one
 * of ALLONES, a write to a READONLY one), -EAGAIN (a slot or its pages just change), or what a fault says.
 */
int cw_mmu_prefault(struct cw_mmu_worker *w, struct cw_mmu_ctx *ctx, uint64_t *gpa, uint64_t *size, bool write);

/* --- memslots --- */

/*
 * Creates, deletes, moves a slot or changes its flags; identical parameters change nothing. 0, -EINVAL, -EEXIST,
 * -ENOMEM; or, for delete and move, what the engine said: whoever needs the memory unmapped must then reset the engine,
 * call cw_mmu_engine_lost() and try again (P45). After an error all slots are what they were, with what was dirty in
 * them; translations of the slot may be gone, which faults make again, and the generation may be a later one. A slot
 * that gets CW_MEM_LOG_DIRTY logs whatever the engine says: if it could not be protected, all of it is dirty. Waits for
 * a FLUSH.
 */
int cw_mmu_set_memslot(struct cw_mmu *mmu, const struct cw_memslot_region *r);

/* Copies the slot of a gfn. 0, or -ENOENT if there is none that is valid. */
int cw_mmu_get_memslot(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, struct cw_memslot *out);

/* --- dirty log: slots with CW_MEM_LOG_DIRTY, while their address space logs --- */

#define CW_LOG_MANUAL (1u << 0)	       /* get only copies; clear takes, protects and flushes (DL-4) */
#define CW_LOG_INITIALLY_SET (1u << 1) /* with MANUAL: slots begin dirty, nothing is protected at once (DL-1) */
#define CW_LOG_SPLIT (1u << 2) /* large leaves are split before they are protected, not by writes (DL-2, DL-5) */

/*
 * Starts logging in CW_LOG_CAPTURE, CW_LOG_PROTECT or CW_LOG_DIRTYBIT, or changes the mode (P28). A start reports
 * nothing: copy everything after it. A change into PROTECT or DIRTYBIT reports everything once. 0, -EINVAL,
 * -EOPNOTSUPP, or what the engine said: if log_set() failed the mode is as before, else it is the new one and
 * everything is dirty: the next pass over each slot reports all of it.
 */
int cw_mmu_log_start(struct cw_mmu *mmu, unsigned as_id, unsigned mode, unsigned flags);

/* Stops it; small leaves give way to large ones by faults. 0, or an error: it logs still. */
int cw_mmu_log_stop(struct cw_mmu *mmu, unsigned as_id);

/*
 * One pass over a slot: ORs its dirty pages into bitmap by atomics (bit 0 is its first page; 64-bit words, rounded up)
 * and forgets them, unless the log is MANUAL. A write after it is reported next time. Number of pages; -EINVAL;
 * -ENOENT if the slot does not exist or does not log; or what the engine said: then every page of the slot must be
 * taken as dirty; what was dirty is so still. The last pass comes after STOP and DRAIN (P30).
 */
int64_t cw_mmu_log_get(struct cw_mmu *mmu, uint32_t slot, uint64_t *bitmap);

/*
 * Forgets those pages of first .. first + npages - 1 whose bits are set in bitmap (bit 0 is page first). Both numbers
 * are multiples of 64, unless the range ends with the slot. Results as above.
 */
int64_t cw_mmu_log_clear(struct cw_mmu *mmu, uint32_t slot, uint64_t first, uint64_t npages, const uint64_t *bitmap);

/* --- dirty rings: the same pages, in the order of their marks --- */

/* Page `page` of a slot (31:16 address space, 15:0 id). */
struct cw_log_page {
	uint32_t slot;
	uint64_t page;
};

/* The slot that logs a page which an entry names. -ENOENT: none, the entry means nothing any more. */
int cw_mmu_log_place(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, struct cw_log_page *page);

/*
 * Forgets these pages of an address space and arms them again; those of slots that are gone mean nothing. Read them
 * after it (DL-7). 0; -EINVAL; -ENOENT: nothing logs; or what the engine said: then all of them are dirty still.
 */
int cw_mmu_log_reset(struct cw_mmu *mmu, unsigned as_id, const struct cw_log_page *pages, size_t n);

/* --- guest memory --- */

/*
 * Reads and writes guest memory of an address space, or of the space of a context, piece by piece of a page. Reads of
 * ALLONES slots give 0xff; writes mark the log (P51). 0; -EFAULT: not all of it is in slots; -EROFS: a write to a
 * READONLY or ALLONES slot; -EAGAIN: the host takes the page away just now; -EINVAL; -EOPNOTSUPP: no such operation. On
 * an error the pieces before are done. May sleep in resolve().
 */
int cw_mmu_read(struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, void *buf, size_t len);
int cw_mmu_write(struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, const void *buf, size_t len);
int cw_ctx_read(struct cw_mmu_ctx *ctx, uint64_t gpa, void *buf, size_t len);
int cw_ctx_write(struct cw_mmu_ctx *ctx, uint64_t gpa, const void *buf, size_t len);

/* A piece of guest memory that is accessed often. It stays right across slot updates: what it remembers holds for one
 * generation of its address space. Used by one thread at a time. */
struct cw_gpa_cache {
	struct cw_mmu *mmu;
	unsigned as_id;
	uint64_t gpa;
	size_t len;
	struct cw_slot_last last; /* mmu->lock */
};

/* 0 or -EINVAL. No memory need be there yet. */
int cw_gpa_cache_init(struct cw_gpa_cache *c, struct cw_mmu *mmu, unsigned as_id, uint64_t gpa, size_t len);
/* As cw_mmu_read() and cw_mmu_write() at gpa + offset; -EINVAL beyond the piece. */
int cw_gpa_cache_read(struct cw_gpa_cache *c, size_t offset, void *buf, size_t len);
int cw_gpa_cache_write(struct cw_gpa_cache *c, size_t offset, const void *buf, size_t len);

/* --- zapping --- */

/* Takes away all translations of a range of gfns, and waits for the FLUSH. On error some may be left. */
int cw_mmu_zap_range(struct cw_mmu *mmu, unsigned as_id, uint64_t gfn, uint64_t npages);

/* Takes away all translations and frees all tables below the roots, which stay (ZAP-1). As above. */
int cw_mmu_zap_all(struct cw_mmu *mmu);

/*
 * At most so many shadow pages, tables that is, but for three in excess (ZAP-4); 0: no limit. Less than 64 is taken as
 * 64. The oldest give way to new ones, and at once if there are too many. Roots never do: a fault or a new root for
 * which there is no room then ends with -ENOSPC. 0, or what an operation said: it may be above the limit still.
 */
int cw_mmu_set_page_limit(struct cw_mmu *mmu, uint64_t limit);

/* Waits until no change made so far has an older translation alive, and frees what waited for that. 0 or an error:
 * then assume that nothing is unmapped and everything is dirty. */
int cw_mmu_flush(struct cw_mmu *mmu);

/*
 * The host takes pages start .. end (host virtual, bytes, end exclusive) away (ZAP-7). When begin returns 0, no
 * translation of them is alive and none is made until end. May be nested and overlap; calls pair up, also if begin
 * returned an error other than -EAGAIN: then the engine must be reset before the pages go (P45).
 * may_block false: -EAGAIN if it would have to wait for the engine (P47); that begin has no end.
 */
int cw_mmu_invalidate_begin(struct cw_mmu *mmu, uint64_t start, uint64_t end, bool may_block);
void cw_mmu_invalidate_end(struct cw_mmu *mmu, uint64_t start, uint64_t end);

/*
 * The engine was reset: it holds no translation, reaches no table and does nothing until contexts are attached again.
 * Drops all pages without a command, frees tables in quarantine, and loads empty roots. 0, or the first error of
 * table_load(): then do not attach, call it again. Every logged page is dirty (P43); the engine must get the log mode
 * of each domain again before a context is attached.
 */
int cw_mmu_engine_lost(struct cw_mmu *mmu);

/* --- for tests --- */

/* Checks every structure; NULL, or what is wrong first. Call it when no other thread is in the core. */
const char *cw_mmu_validate(struct cw_mmu *mmu);

#endif
