/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The simulated card: the Verilated engine with its clock, its two memories and the path to the host. Many cards may
 * live in one process. A card is not thread safe: the caller serialises all calls on one card. Nothing here waits for
 * wall time; simulated time passes only inside cw_sim_step*(), cw_sim_reg_read() and cw_sim_window_read().
 *
 * Functions return 0 (or a positive result) or a negative errno; cw_sim_last_error() then has a sentence about it.
 * Same configuration, same seed, same calls: same result, bit for bit.
 */
#ifndef CW_SIM_H
#define CW_SIM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cw_sim;

enum cw_sim_mem {
	CW_SIM_TABLE, /* table memory, addresses 0 .. table_bytes - 1 */
	CW_SIM_HOST,  /* host memory, bus addresses */
	CW_SIM_GUEST, /* host memory as the master of the AXI4 bridge reaches it: observed and injected on its own */
};

/*
 * Presets of both memories: "ideal:N", "ddr4", "hbm", "pcie", "random:MIN-MAX" (see presets.c for the figures). The
 * preset of host memory also sets the delay of register accesses, window accesses and interrupts.
 */
/*
 * Sizes of the engine by the names of its parameters (include/catwalk/params.def); 0: any. They are chosen when the
 * RTL is compiled, so only those that were built can be had (sim/rules.mk).
 */
struct cw_sim_sizes {
#define CW_SIM_SIZE(param, option) uint32_t param;
#include "sizes.def"
#undef CW_SIM_SIZE
};

uint32_t *cw_sim_size(struct cw_sim_sizes *sizes, const char *option); /* NULL: no such option of `sim:` */
const char *cw_sim_size_option(unsigned int n);			       /* NULL after the last one */
/* What was built, in words: the default engine in full, of the others what differs. */
void cw_sim_engines(char *buf, size_t size);

struct cw_sim_config {
	const char *table_mem; /* NULL: "ddr4" */
	const char *host_mem;  /* NULL: "pcie" */
	const char *guest_mem; /* NULL: as host_mem */
	const char *firmware;  /* hex file of the soft CPU; NULL: the one that is built in, if any */
	const char *trace;     /* FST file; NULL: no trace. One traced card per process */
	uint64_t trace_start;  /* cycle in which the trace begins */
	uint64_t seed;
	uint64_t table_bytes; /* 0: what the engine was built for; multiple of 2 MiB */
	struct cw_sim_sizes sizes;
};

/* Build the card and take it through reset. `*out` is the caller's until cw_sim_close(). */
int cw_sim_open(const struct cw_sim_config *config, struct cw_sim **out);
void cw_sim_close(struct cw_sim *sim); /* NULL is fine */
const char *cw_sim_last_error(void);   /* of this thread; "" if none */

/* ---- time ---- */
uint64_t cw_sim_cycle(const struct cw_sim *sim); /* engine cycles since cw_sim_open() began */
void cw_sim_step(struct cw_sim *sim, uint64_t cycles);
/* Step until done() is true, looked at before each cycle: 1; or until `max` cycles have passed: 0. */
int cw_sim_step_until(struct cw_sim *sim, bool (*done)(void *priv), void *priv, uint64_t max);
/* Step until an interrupt of `mask` (bit per vector) has arrived: those pending; or 0 after `max` cycles. */
uint32_t cw_sim_step_irq(struct cw_sim *sim, uint32_t mask, uint64_t max);
/* Hold reset for 8 cycles: what was under way in the buses is gone, memories keep their content. */
void cw_sim_reset(struct cw_sim *sim);

/* ---- host side: registers, window, interrupts ---- */
/* Posted: returns at once, arrives later, in order among register writes. */
int cw_sim_reg_write(struct cw_sim *sim, uint32_t offset, uint32_t value);
/* Round trip behind all earlier register writes. -ETIMEDOUT if the card does not answer. */
int cw_sim_reg_read(struct cw_sim *sim, uint32_t offset, uint32_t *value);
/*
 * Table memory through the window. A write is posted and travels on a path of its own: register writes may overtake
 * it, and it them (P14, P41). A read is a round trip behind all earlier window writes.
 */
int cw_sim_window_write(struct cw_sim *sim, uint64_t addr, const void *buf, size_t len);
int cw_sim_window_read(struct cw_sim *sim, uint64_t addr, void *buf, size_t len);
/* Interrupts that have reached the host, bit per vector; take: and forget them. */
uint32_t cw_sim_irq_pending(const struct cw_sim *sim);
uint32_t cw_sim_irq_take(struct cw_sim *sim, uint32_t mask);

/* ---- host memory ---- */
/*
 * Zeroed memory that the card can reach. `align` is a power of two (0: 4096) that holds for bus address and pointer
 * alike. The CPU reads and writes it through the pointer; writes of the card appear in it in pieces of 8 bytes. Bus
 * addresses are never used twice.
 */
void *cw_sim_mem_alloc(struct cw_sim *sim, size_t len, size_t align, uint64_t *bus);
int cw_sim_mem_free(struct cw_sim *sim, uint64_t bus);
/* Let the card reach [ptr, ptr + len), the caller's. Offsets in 4 KiB (2 MiB, 1 GiB if long enough) agree. */
int cw_sim_mem_map(struct cw_sim *sim, void *ptr, size_t len, uint64_t *bus);
int cw_sim_mem_unmap(struct cw_sim *sim, uint64_t bus);
void *cw_sim_mem_ptr(struct cw_sim *sim, uint64_t bus, size_t len); /* NULL: not reachable as a whole */
/* What an initiator does with a grant: immediate. -EFAULT: not mapped; -EACCES: poisoned. */
int cw_sim_dma(struct cw_sim *sim, uint64_t bus, void *buf, size_t len, bool write);
/* Immediate access to table memory for tests, bypassing every delay. -EINVAL: out of range. */
int cw_sim_table_peek(struct cw_sim *sim, uint64_t addr, void *buf, size_t len);
int cw_sim_table_poke(struct cw_sim *sim, uint64_t addr, const void *buf, size_t len);

/* ---- poison: memory that nobody may touch any more (4 KiB pages) ---- */
int cw_sim_poison(struct cw_sim *sim, enum cw_sim_mem mem, uint64_t addr, uint64_t len);
int cw_sim_unpoison(struct cw_sim *sim, enum cw_sim_mem mem, uint64_t addr, uint64_t len);
/* Accesses to poisoned pages so far. A hit also counts as an error of the run. */
uint64_t cw_sim_poison_hits(const struct cw_sim *sim);

/* ---- injection ---- */
enum { CW_SIM_READ = 1, CW_SIM_WRITE = 2 };

struct cw_sim_inject {
	enum cw_sim_mem mem;
	uint64_t lo, hi; /* bursts that touch a byte of lo .. hi */
	uint64_t ids;	 /* bit per AXI ID; 0: any */
	uint8_t ops;	 /* CW_SIM_READ | CW_SIM_WRITE */
	uint8_t resp;	 /* 0 OKAY, 2 SLVERR, 3 DECERR; an error read carries rubbish, an error write is lost */
	uint64_t skip;	 /* let so many of them pass first */
	uint64_t count;	 /* then hit so many; 0: all */
	uint64_t delay;	 /* cycles more than usual */
};

int cw_sim_inject(struct cw_sim *sim, const struct cw_sim_inject *rule); /* -ENOSPC after 16 */
void cw_sim_inject_clear(struct cw_sim *sim);
uint64_t cw_sim_inject_hits(const struct cw_sim *sim);

/* ---- stream ports: the initiator's side ---- */
struct cw_sim_req {
	uint64_t addr;
	uint16_t ctx;
	uint16_t len_m1; /* bytes - 1 */
	uint8_t tag;
	bool write;
};

struct cw_sim_ans {
	uint64_t pa;
	uint64_t cycle;	    /* in which the answer was taken at the pins */
	uint64_t req_cycle; /* in which the last request with this tag was taken */
	uint8_t tag, verdict, reason, epoch;
	uint8_t data[64]; /* verdict EMULATED */
};

/* Queue a request; -EAGAIN when 1024 wait. Requests of a port are offered in order. */
int cw_sim_port_request(struct cw_sim *sim, unsigned port, const struct cw_sim_req *req);
size_t cw_sim_port_queued(const struct cw_sim *sim, unsigned port); /* requests not yet taken by the engine */
/* 1 and the oldest answer not yet taken, or 0. When 1024 wait, the port's ans_ready falls. */
int cw_sim_port_answer(struct cw_sim *sim, unsigned port, struct cw_sim_ans *ans);
int cw_sim_port_release(struct cw_sim *sim, unsigned port, uint8_t tag); /* -EAGAIN when 1024 wait */
/*
 * In a reset of its port (register PORT_RESET) the initiator forgets everything: what was queued and what was not yet
 * looked at. It confirms at once, as if none of its accesses were under way; not while it is `busy`.
 */
bool cw_sim_port_in_reset(const struct cw_sim *sim, unsigned port);
bool cw_sim_bridge_in_reset(
	const struct cw_sim *sim); /* likewise the initiator at the AXI4 bridge, which is quiet at once */
void cw_sim_port_busy(struct cw_sim *sim, unsigned port, bool busy);
/* Percent of cycles with a gap before a request, without ans_ready, with a gap before a release. */
int cw_sim_port_stall(struct cw_sim *sim, unsigned port, unsigned req, unsigned ans, unsigned rel);

/* ---- AXI4 bridge: the initiator's side ---- */
enum { CW_SIM_BURST_BYTES = 256 * 64, CW_SIM_BRIDGE_QUEUE = 128 };

/* Beats stand in their lanes, 64 bytes each. A burst may be malformed in any way; bad_last: a beat with a wrong WLAST.
 */
struct cw_sim_burst {
	uint64_t addr;
	uint32_t cookie; /* the initiator's */
	uint16_t ctx;
	uint8_t id, len, size, burst; /* len: beats - 1, size: log2 of bytes; burst: 1 INCR */
	bool write, lock;
	int16_t bad_last; /* -1: none */
	/* result */
	uint8_t resp;	/* of a read: the worst of its beats */
	uint64_t cycle; /* of the answer */
	uint8_t *data;	/* CW_SIM_BURST_BYTES: to be written, or as read; the card's */
	uint64_t *strb; /* 256 */
};

/* A burst to fill in and give to cw_sim_bridge_send(), or NULL: all of them are under way. */
struct cw_sim_burst *cw_sim_bridge_new(struct cw_sim *sim);
void cw_sim_bridge_send(struct cw_sim *sim, struct cw_sim_burst *b);
/* The oldest burst that was answered, or NULL; it is the caller's until cw_sim_bridge_free(). */
struct cw_sim_burst *cw_sim_bridge_done(struct cw_sim *sim);
void cw_sim_bridge_free(struct cw_sim *sim, struct cw_sim_burst *b);
size_t cw_sim_bridge_open(const struct cw_sim *sim);   /* sent and not answered */
size_t cw_sim_bridge_queued(const struct cw_sim *sim); /* sent, address not yet taken */
/*
 * Another memory behind the master of the bridge than host memory: a line, a piece of 8 bytes; 0 or a response of AXI.
 */
void cw_sim_set_guest(struct cw_sim *sim, uint8_t (*read)(void *priv, uint64_t bus, uint8_t *line),
		      uint8_t (*write)(void *priv, uint64_t bus, const uint8_t *piece, uint8_t strb), void *priv);
/* Percent of cycles with a gap before an address, before data, without ready for answers. */
int cw_sim_bridge_stall(struct cw_sim *sim, unsigned addr, unsigned data, unsigned ans);

/* ---- observers; called inside a step, so they must not step, read registers or read the window ---- */
/* Once per cycle: after the answers of this cycle, before the requests of the next are chosen. NULL: off. */
void cw_sim_set_hook(struct cw_sim *sim, void (*hook)(void *priv), void *priv);
/* Cycles with an event in sim/mon.def, before the hook and the pins of that cycle are looked at. */
void cw_sim_set_monitor(struct cw_sim *sim, void (*mon)(void *priv, uint64_t cycle, const uint32_t *vec), void *priv);

enum cw_sim_axi_kind {
	CW_SIM_AR, /* read address taken */
	CW_SIM_R,  /* data of a read taken from the memory: the moment that decides old or new */
	CW_SIM_W,  /* address and all data of a write taken */
	CW_SIM_V,  /* the last piece of a write became visible */
	CW_SIM_B,  /* acknowledgement taken by the engine */
};

struct cw_sim_axi {
	enum cw_sim_mem mem;
	enum cw_sim_axi_kind kind;
	uint8_t id, resp;
	uint16_t beats;
	uint64_t addr;
	const uint8_t *data;  /* W, V: all beats; R of a single beat: the line; else NULL */
	const uint64_t *strb; /* W, V: per beat; else NULL */
};

void cw_sim_set_axi_observer(struct cw_sim *sim, void (*fn)(void *priv, const struct cw_sim_axi *ev), void *priv);

/* ---- what must stay 0 in every run: broken AXI or stream rules, poison hits; the first ones are described ---- */
uint64_t cw_sim_errors(const struct cw_sim *sim);
const char *cw_sim_error_text(const struct cw_sim *sim);

/* ---- mutants (sim/mutants.def) ---- */
/*
 * Cards that are opened from now on have this fault, "none" by default; -EINVAL: no such mutant. cw_sim_open() then
 * gives -EOPNOTSUPP if the engine was built without mutants. For tests; not thread safe.
 */
int cw_sim_set_mutant(const char *name);
const char *cw_sim_mutant_name(unsigned int n); /* NULL after the last one */

#endif
