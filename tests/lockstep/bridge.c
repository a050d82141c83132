/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * An initiator behind the AXI4 bridge, and the guest memory behind its master. Every word of guest memory holds its own
 * address and domain: what the initiator writes must land in a page that has that address, what it reads must say
 * that it came from one; and no page may be touched after the FLUSH that freed it (P19, P37). Nothing here knows
 * bus addresses and addresses at once but the host's own tables.
 */
#include <string.h>

#include "bench.h"

enum { MALFORMED = 1, ROOTS = 1 }; /* cookie: a bit, and above it how many roots its context had had */

static uint64_t word(unsigned int domain, uint64_t addr)
{
	return (addr & (BIT64(57) - 8)) | domain;
}

static uint8_t byte(unsigned int domain, uint64_t addr)
{
	return (uint8_t)(word(domain, addr) >> 8 * (addr & 7));
}

/*
 * ---- contexts that get another root ----
 * What was on its way then was made for the one and comes to pages of the other, and its data say so.
 */
static bool same_root(const struct bench *b, const struct cw_sim_burst *u)
{
	return u->cookie >> ROOTS == b->ctx[u->ctx % NCONTEXT].roots;
}

static bool other_root(unsigned int a, unsigned int domain)
{
	return world_shadow(a) && world_shadow(domain) && world_owner(a) == world_owner(domain);
}

void bridge_root(struct bench *b, unsigned int ctx)
{
	b->bridge_stale += b->ctx[ctx].writes;
	b->ctx[ctx].writes = 0;
	b->ctx[ctx].roots++;
}

static bool stale_data(const struct bench *b, unsigned int domain, uint64_t addr, uint8_t have)
{
	for (unsigned int d = NDOMAIN; d < NSPACE && b->bridge_stale; d++)
		if (other_root(d, domain) && have == byte(d, addr))
			return true;
	return false;
}

/* ---- memory ---- */

/* The page that holds `bus`, which the bridge touches now; NULL: it may not. */
static const struct page *touched(struct bench *b, uint64_t bus, const char *what, uint64_t *addr)
{
	enum page_kind kind;
	uint64_t offset;
	const struct page *p = world_page_at(b, bus, &kind, &offset);

	if (!p || p->state == PAGE_FREE) {
		bench_fail(b, "dma-wild", "the bridge %s 0x%llx, where no page is", what, (unsigned long long)bus);
		return NULL;
	}
	if (p->state == PAGE_POISONED) {
		bench_fail(b, "dma-poison", "the bridge %s page 0x%llx, freed after a FLUSH", what,
			   (unsigned long long)bus);
		return NULL;
	}
	*addr = p->gpa + offset;
	return p;
}

static uint8_t memory_read(void *priv, uint64_t bus, uint8_t *line)
{
	uint64_t addr, data[8];
	const struct page *p = touched(priv, bus, "reads", &addr);

	if (!p)
		return 3;
	for (unsigned int i = 0; i < 8; i++)
		data[i] = word(p->domain, addr + 8 * i);
	memcpy(line, data, sizeof(data));
	return 0;
}

static uint8_t memory_write(void *priv, uint64_t bus, const uint8_t *piece, uint8_t strb)
{
	struct bench *b = priv;
	uint64_t addr;
	const struct page *p = touched(b, bus, "writes", &addr);

	if (!p)
		return 3;
	b->bridge_written++;
	log_landed(b, p, addr);
	for (unsigned int i = 0; i < 8; i++)
		if (strb >> i & 1 && piece[i] != byte(p->domain, addr + i) &&
		    !stale_data(b, p->domain, addr + i, piece[i]))
			bench_fail(b, "dma-owner",
				   "the bridge writes 0x%llx, of domain %u addr 0x%llx, with data of another",
				   (unsigned long long)bus, p->domain, (unsigned long long)(addr + i));
	if (p->read_only)
		bench_fail(b, "dma-protected", "the bridge writes page 0x%llx, protected before a FLUSH",
			   (unsigned long long)bus);
	return 0;
}

/* ---- initiator ---- */

static uint64_t first_byte(const struct cw_sim_burst *u, unsigned int beat)
{
	return beat ? (u->addr & ~(BIT64(u->size) - 1)) + ((uint64_t)beat << u->size) : u->addr;
}

static uint64_t last_byte(const struct cw_sim_burst *u, unsigned int beat)
{
	return (u->addr & ~(BIT64(u->size) - 1)) + ((uint64_t)(beat + 1) << u->size) - 1;
}

static void fill(struct bench *b, struct cw_sim_burst *u)
{
	unsigned int domain = world_domain(b, u->ctx);

	for (unsigned int beat = 0; beat <= u->len; beat++) {
		uint64_t addr = first_byte(u, beat), last = last_byte(u, beat);

		u->strb[beat] = 0;
		if ((addr & ~UINT64_C(63)) != (last & ~UINT64_C(63)))
			last = addr | 63; /* wider than the bus */
		for (; addr <= last; addr++) {
			u->data[64 * beat + (addr & 63)] = byte(domain, addr);
			u->strb[beat] |= BIT64(addr & 63);
		}
		if (rng_percent(&b->rng, 20))
			u->strb[beat] &= rng_next(&b->rng) << 16 ^ rng_next(&b->rng);
	}
}

/* Each must be answered SLVERR and reach nobody (P36). */
static void spoil(struct bench *b, struct cw_sim_burst *u)
{
	static const uint8_t bursts[3] = {0, 2, 3};

	u->cookie |= MALFORMED;
	switch (rng_below(&b->rng, 5)) {
	case 0:
		u->burst = bursts[rng_below(&b->rng, 3)];
		break;
	case 1:
		u->lock = true;
		break;
	case 2:
		u->size = 7;
		break;
	case 3:
		u->addr |= 4095;
		u->len = (uint8_t)(1 + rng_below(&b->rng, 8));
		break;
	default:
		if (u->write)
			u->bad_last = (int16_t)rng_below(&b->rng, u->len + 1u);
		else
			u->lock = true;
	}
}

static void ask(struct bench *b)
{
	struct cw_sim_burst *u = cw_sim_bridge_new(b->sim);
	const struct domain *d;
	unsigned int beats;

	if (!u)
		return;
	/* Port 4 owns contexts 2 to 9 (host_attach_all). */
	u->ctx = (uint16_t)(rng_percent(&b->rng, 98) ? 2 + rng_below(&b->rng, 8) : rng_below(&b->rng, 70));
	u->cookie = b->ctx[u->ctx % NCONTEXT].roots << ROOTS;
	d = &b->dom[world_domain(b, u->ctx)];
	u->id = (uint8_t)rng_below(&b->rng, 16);
	u->write = !b->reads && rng_percent(&b->rng, 50);
	u->size = (uint8_t)(rng_percent(&b->rng, 70) ? 6 : rng_below(&b->rng, 7));
	u->addr = world_address(world_domain(b, u->ctx),
				d->region[rng_below(&b->rng, NREGION)] + rng_below(&b->rng, REGION_PAGES));
	u->addr += rng_below(&b->rng, 4096);
	if (rng_percent(&b->rng, 70))
		u->addr &= ~(BIT64(u->size) - 1);
	beats = (unsigned int)((4096 - (u->addr & 4095 & ~(BIT64(u->size) - 1))) >> u->size);
	if (beats > 256)
		beats = 256;
	if (beats > 4 && !rng_percent(&b->rng, 5))
		beats = 4;
	u->len = (uint8_t)rng_below(&b->rng, beats);
	if (rng_percent(&b->rng, 2))
		spoil(b, u);
	if (u->write) {
		fill(b, u);
		log_burst(b, world_domain(b, u->ctx), u->addr, 1);
		b->ctx[u->ctx % NCONTEXT].writes++;
	}
	b->burst[b->nburst++] = u;
	cw_sim_bridge_send(b->sim, u);
}

/* Data of a read: of the address that was asked, or what a RESUME said: all ones, or bytes 0xe?. */
static bool data_right(const struct cw_sim_burst *u, unsigned int domain)
{
	bool right = true, ones = true, emulated = true;

	for (unsigned int beat = 0; beat <= u->len; beat++) {
		for (uint64_t addr = first_byte(u, beat); addr <= last_byte(u, beat); addr++) {
			uint8_t have = u->data[64 * beat + (addr & 63)];

			right &= have == byte(domain, addr);
			ones &= have == 0xff;
			emulated &= have >> 4 == 0xe;
		}
	}
	return right || ones || emulated;
}

static bool data_of_any_root(const struct bench *b, const struct cw_sim_burst *u)
{
	for (unsigned int d = NDOMAIN; d < NSPACE && !same_root(b, u); d++)
		if (other_root(d, world_domain(b, u->ctx)) && data_right(u, d))
			return true;
	return data_right(u, world_domain(b, u->ctx));
}

static void forget(struct bench *b, const struct cw_sim_burst *u)
{
	for (unsigned int i = 0; i < b->nburst; i++) {
		if (b->burst[i] != u)
			continue;
		b->burst[i] = b->burst[--b->nburst];
		break;
	}
	if (!u->write)
		return;
	log_burst(b, world_domain(b, u->ctx), u->addr, -1);
	*(same_root(b, u) ? &b->ctx[u->ctx % NCONTEXT].writes : &b->bridge_stale) -= 1;
}

/* P21: no answer comes any more; what was written is there when the reset is over. */
static bool in_reset(struct bench *b)
{
	bool reset = cw_sim_bridge_in_reset(b->sim);

	while (b->bridge_reset && !reset && b->nburst)
		forget(b, b->burst[0]);
	b->bridge_reset = reset;
	return reset;
}

static void answered(struct bench *b, const struct cw_sim_burst *u)
{
	if (u->resp == 0 && u->cookie & MALFORMED)
		bench_fail(b, "bridge-malformed", "a malformed burst at 0x%llx was answered OKAY (P36)",
			   (unsigned long long)u->addr);
	else if (u->resp == 0 && !u->write && !data_of_any_root(b, u))
		bench_fail(b, "bridge-data", "ID %u context %u: wrong data for 0x%llx, %u beats of %u bytes", u->id,
			   u->ctx, (unsigned long long)u->addr, u->len + 1u, 1u << u->size);
	forget(b, u);
	b->bridge_answers[u->resp != 0]++;
}

/* The fence falls and rises at any time: nobody hangs, nothing is touched (P21). */
static void fence(struct bench *b, uint64_t now)
{
	b->bridge_fenced = !b->bridge_fenced && !b->quiet;
	cw_sim_reg_write(b->sim, CW_REG_BRIDGE_CTRL, b->bridge_fenced);
	b->bridge_fence_at =
		now + (b->bridge_fenced ? 200 + rng_below(&b->rng, 800) : 20000 + rng_below(&b->rng, 40000));
}

/*
 * What a record says about the data of a write (P34), of contexts whose root is the first one still. A record whose
 * request has ended before it went out, by a detach or a reset, has no data: the slot may be another burst's.
 */
void bridge_fault_data(struct bench *b, const struct cw_fault_record *f, const uint8_t *line)
{
	unsigned int domain = world_domain(b, f->ctx);
	uint64_t named = 0;

	if (!f->strobes || b->ctx[f->ctx].roots)
		return;
	for (unsigned int i = 0; i < f->len && i < 64; i++) {
		unsigned int lane = (f->addr + i) & 63;

		named |= BIT64(lane);
		if (f->strobes >> lane & 1 && line[lane] != byte(domain, f->addr + i))
			bench_fail(b, "fault-data",
				   "the record of a write to 0x%llx carries 0x%02x for byte %u, not 0x%02x",
				   (unsigned long long)f->addr, line[lane], i, byte(domain, f->addr + i));
	}
	if (f->port != CW_PORT_BRIDGE || f->access != CW_ACCESS_WRITE || f->len > 64 || f->strobes & ~named)
		bench_fail(b, "fault-data", "port %u, access %u, %u bytes at 0x%llx: data for lanes 0x%llx", f->port,
			   f->access, f->len, (unsigned long long)f->addr, (unsigned long long)f->strobes);
	b->bridge_data++;
}

void bridge_cycle(struct bench *b)
{
	uint64_t now = cw_sim_cycle(b->sim);
	struct cw_sim_burst *u;

	while ((u = cw_sim_bridge_done(b->sim))) {
		answered(b, u);
		cw_sim_bridge_free(b->sim, u);
	}
	if (in_reset(b) || b->starting)
		return;
	if (now >= b->bridge_phase_end) {
		static const uint8_t rates[4] = {1, 3, 10, 40};

		b->bridge_phase_end = now + 500 + rng_below(&b->rng, 4000);
		b->bridge_rate = rates[rng_below(&b->rng, 4)];
		cw_sim_bridge_stall(b->sim, rng_below(&b->rng, 2) * 50, rng_below(&b->rng, 3) * 30,
				    rng_below(&b->rng, 3) * 40);
	}
	if (now >= b->bridge_fence_at)
		fence(b, now);
	if (!b->quiet && cw_sim_bridge_open(b->sim) < 80 && rng_percent(&b->rng, b->bridge_rate))
		ask(b);
}

bool bridge_idle(const struct bench *b)
{
	return !cw_sim_bridge_open(b->sim) && !b->bridge_fenced && !b->bridge_reset;
}

void bridge_start(struct bench *b)
{
	static const uint32_t quotas[4] = {0, 3, BIT64(31) | 3, 12};

	cw_sim_reg_write(b->sim, CW_REG_BRIDGE_QUOTA, quotas[b->seed % 4]);
	cw_sim_reg_write(b->sim, CW_REG_BRIDGE_RETRY, 200 << 16 | 50);
	b->bridge_fenced = false;
	b->bridge_fence_at = cw_sim_cycle(b->sim) + 30000;
}

void bridge_open(struct bench *b)
{
	cw_sim_set_guest(b->sim, memory_read, memory_write, b);
	bridge_start(b);
	b->bridge_fence_at = 30000;
}
