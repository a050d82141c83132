/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * What a processor makes of its page tables, straight from the manuals (Intel SDM vol. 3, 4.3 to 4.7 and 29.3; AMD APM
 * vol. 2, 15.25), for one access at a time. It shares nothing with the core and is not fast.
 */
#ifndef CW_TEST_REFWALK_H
#define CW_TEST_REFWALK_H

#include <stdbool.h>
#include <stdint.h>

enum ref_kind { REF_VIRT, REF_EPT, REF_NPT };

struct ref_mode {
	enum ref_kind kind;
	bool pg, wp, pse, pae, la57, smep, smap, pke, nx, lma;
	unsigned ept_levels;
	bool ept_ad, execonly;
	unsigned phys; /* MAXPHYADDR */
};

struct ref_access {
	uint64_t addr;
	bool write, user, fetch;
	bool ac;
	uint32_t pkru;
};

struct ref_result {
	bool fault;
	bool beyond; /* the address is none that a processor could have: there is no code */
	uint64_t code;
	uint64_t gpa;
	unsigned page_bits; /* size of the page */
	bool dirty;	    /* the leaf is dirty, or its kind of table has no such bit */
	/* Entries used, in order, and the bits that the access sets in them. */
	unsigned n;
	uint64_t entry_gpa[5], entry[5], sets[5];
};

/* Reads `size` bytes of an entry; false: no memory there. */
typedef bool (*ref_read)(void *arg, uint64_t gpa, unsigned size, uint64_t *entry);

struct ref_result ref_walk(const struct ref_mode *m, ref_read read, void *arg, uint64_t root, const uint64_t *pdpte,
			   const struct ref_access *a);

/* Is this bit of an entry reserved, that is a fault if it is set? ps: bit 7 of the entry. */
bool ref_reserved(const struct ref_mode *m, unsigned level, bool ps, unsigned bit);

#endif
