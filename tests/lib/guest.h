/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * A guest as a test sees it: memory, page tables in it, and the walk of a processor, from the manual and not from the
 * code under test. One user of its memory at a time.
 */
#ifndef CW_TEST_GUEST_H
#define CW_TEST_GUEST_H

#include <catwalk.h>

#define GUEST_SLOTS 2

enum guest_paging { GUEST_32, GUEST_32_PSE, GUEST_PAE, GUEST_L4, GUEST_L5, GUEST_NPAGING };

/* Bits of entries that all kinds have in common. */
enum { GUEST_P = 1, GUEST_W = 2, GUEST_U = 4, GUEST_A = 0x20, GUEST_D = 0x40, GUEST_PS = 0x80 };

/* Guest-physical memory; the first slot begins with the tables. */
struct guest_ram {
	uint8_t *ptr[GUEST_SLOTS];
	uint64_t gpa[GUEST_SLOTS], size[GUEST_SLOTS];
	uint64_t next_table, table_end; /* guest-physical */
};

/* One address space. */
struct guest {
	struct guest_ram *ram;
	enum guest_paging paging;
	bool supervisor, wp; /* of its requests; CR0.WP */
	unsigned phys_bits;
	uint64_t cr3;
};

struct guest_walk {
	bool ok;
	uint64_t gpa;	/* if ok */
	uint64_t error; /* else: the error code of a page fault */
	uint64_t leaf;	/* if ok: its entry */
};

/* The bytes at a guest-physical address, all in one slot. */
void *guest_at(const struct guest_ram *ram, uint64_t gpa);
/* An empty table page. */
uint64_t guest_table(struct guest_ram *ram);
/* An empty address space. */
void guest_init(struct guest *g, struct guest_ram *ram, enum guest_paging paging);
/* Bytes of an entry, and of the page that a leaf of level 1 or 2 maps. */
unsigned guest_entry_size(const struct guest *g);
uint64_t guest_page_size(const struct guest *g, unsigned level);
/* Guest-physical address of the entry of a level for va; makes the tables above it, with all rights. */
uint64_t guest_entry(struct guest *g, uint64_t va, unsigned level);
void guest_set(const struct guest *g, uint64_t entry, uint64_t value);
uint64_t guest_get(const struct guest *g, uint64_t entry);
/* Value of a leaf. */
uint64_t guest_leaf(const struct guest *g, unsigned level, uint64_t gpa, uint64_t bits);
/* What a processor makes of an access; it changes nothing. */
struct guest_walk guest_walk(const struct guest *g, uint64_t va, bool write);
struct cw_guest_state guest_state(const struct guest *g);

#endif
