/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool four_bytes(const struct guest *g)
{
	return g->paging == GUEST_32 || g->paging == GUEST_32_PSE;
}

static unsigned levels(const struct guest *g)
{
	static const unsigned of[GUEST_NPAGING] = {2, 2, 3, 4, 5};

	return of[g->paging];
}

void *guest_at(const struct guest_ram *ram, uint64_t gpa)
{
	for (unsigned s = 0; s < GUEST_SLOTS; s++) {
		if (gpa >= ram->gpa[s] && gpa - ram->gpa[s] < ram->size[s])
			return ram->ptr[s] + (gpa - ram->gpa[s]);
	}
	return NULL;
}

uint64_t guest_table(struct guest_ram *ram)
{
	uint64_t gpa = ram->next_table;

	if (gpa + 4096 > ram->table_end) {
		printf("the test's guest has no room for more tables\n");
		exit(1);
	}
	ram->next_table += 4096;
	memset(guest_at(ram, gpa), 0, 4096);
	return gpa;
}

void guest_init(struct guest *g, struct guest_ram *ram, enum guest_paging paging)
{
	*g = (struct guest){.ram = ram, .paging = paging, .wp = true, .phys_bits = 40};
	g->cr3 = guest_table(ram);
	/* PDPTEs are registers: they must be there when CR3 is loaded. */
	for (unsigned i = 0; i < 4 && paging == GUEST_PAE; i++) {
		uint64_t pdpte = guest_table(ram) | GUEST_P;

		memcpy(guest_at(ram, g->cr3 + 8 * i), &pdpte, 8);
	}
}

unsigned guest_entry_size(const struct guest *g)
{
	return four_bytes(g) ? 4 : 8;
}

uint64_t guest_page_size(const struct guest *g, unsigned level)
{
	return level == 1 ? 4096 : four_bytes(g) ? 4 << 20 : 2 << 20;
}

void guest_set(const struct guest *g, uint64_t entry, uint64_t value)
{
	if (four_bytes(g))
		__atomic_store_n((uint32_t *)guest_at(g->ram, entry), (uint32_t)value, __ATOMIC_SEQ_CST);
	else
		__atomic_store_n((uint64_t *)guest_at(g->ram, entry), value, __ATOMIC_SEQ_CST);
}

uint64_t guest_get(const struct guest *g, uint64_t entry)
{
	if (four_bytes(g))
		return __atomic_load_n((uint32_t *)guest_at(g->ram, entry), __ATOMIC_SEQ_CST);
	return __atomic_load_n((uint64_t *)guest_at(g->ram, entry), __ATOMIC_SEQ_CST);
}

static uint64_t entry_in(const struct guest *g, uint64_t table, uint64_t va, unsigned level)
{
	if (four_bytes(g))
		return table + 4 * (va >> (12 + 10 * (level - 1)) & 1023);
	if (g->paging == GUEST_PAE && level == 3)
		return table + 8 * (va >> 30 & 3);
	return table + 8 * (va >> (12 + 9 * (level - 1)) & 511);
}

static uint64_t address(const struct guest *g, uint64_t entry)
{
	return entry & (four_bytes(g) ? 0xfffff000u : 0x000ffffffffff000u);
}

uint64_t guest_entry(struct guest *g, uint64_t va, unsigned level)
{
	uint64_t table = g->cr3, at;

	for (unsigned l = levels(g);; l--) {
		at = entry_in(g, table, va, l);
		if (l == level)
			return at;
		if (!(guest_get(g, at) & GUEST_P))
			guest_set(g, at, guest_table(g->ram) | GUEST_P | GUEST_W | GUEST_U);
		table = address(g, guest_get(g, at));
	}
}

uint64_t guest_leaf(const struct guest *g, unsigned level, uint64_t gpa, uint64_t bits)
{
	(void)g;
	return gpa | bits | (level > 1 ? GUEST_PS : 0);
}

struct guest_walk guest_walk(const struct guest *g, uint64_t va, bool write)
{
	uint64_t code = (write ? 2 : 0) | (g->supervisor ? 0 : 4), table = g->cr3, rights = GUEST_W | GUEST_U, e, size;
	bool large;

	for (unsigned l = levels(g);; l--) {
		e = guest_get(g, entry_in(g, table, va, l));
		if (!(e & GUEST_P))
			return (struct guest_walk){.error = code};
		if (!four_bytes(g) && e & ((UINT64_C(1) << 52) - (UINT64_C(1) << g->phys_bits)))
			return (struct guest_walk){.error = code | 1 | 8};
		if (!(g->paging == GUEST_PAE && l == 3))
			rights &= e;
		large = l == 2 && e & GUEST_PS && g->paging != GUEST_32;
		if (l > 1 && !large) {
			table = address(g, e);
			continue;
		}
		size = guest_page_size(g, l);
		if ((!g->supervisor && !(rights & GUEST_U)) ||
		    (write && !(rights & GUEST_W) && (!g->supervisor || g->wp)))
			return (struct guest_walk){.error = code | 1};
		return (struct guest_walk){
			.ok = true, .leaf = e, .gpa = (address(g, e) & ~(size - 1)) | (va & (size - 1))};
	}
}

struct cw_guest_state guest_state(const struct guest *g)
{
	struct cw_guest_state s = {.cr0 = UINT64_C(0x80000001) | (g->wp ? 1 << 16 : 0), .cr3 = g->cr3};

	if (g->paging == GUEST_32_PSE)
		s.cr4 = 1 << 4;
	if (!four_bytes(g))
		s.cr4 = 1 << 5;
	if (g->paging >= GUEST_L4)
		s.efer = 0x500;
	if (g->paging == GUEST_L5)
		s.cr4 |= 1 << 12;
	return s;
}
