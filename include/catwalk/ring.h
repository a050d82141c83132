/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Ring entries as structs, little-endian; ring.def says what the fields mean and the asserts hold the layout to it. */
#ifndef CATWALK_RING_H
#define CATWALK_RING_H

#include <stddef.h>
#include <stdint.h>

#include <catwalk/contract.h>

/* Command, hot and cold ring. All padding is zero (P17). */
struct cw_cmd {
	uint8_t opcode, flags;
	uint16_t id;
	uint16_t space;
	uint8_t scope, leaf_only;
	uint64_t addr, arg0, arg1;
	uint8_t data[64];
	uint16_t ctx;
	uint8_t level, flavour, kind, enables;
	uint8_t pad0[26];
};

/* Completion. */
struct cw_cpl {
	uint64_t value, info;
	uint32_t index;
	uint8_t pad0[4];
	uint16_t id;
	uint8_t opcode, status, field;
	uint8_t pad1[2];
	uint8_t phase;
};

/* Fault record. */
struct cw_fault_record {
	uint64_t addr, entry, entry_addr, timestamp;
	uint32_t parked_id;
	uint16_t ctx, ctx_gen, domain, len;
	uint8_t pad0[4];
	uint64_t strobes;
	uint8_t port, tag, access, verdict, reason, level;
	uint8_t pad1[1];
	uint8_t phase;
};

/* Entry of a log directory. */
struct cw_log_dir {
	uint64_t leaf, summary;
};

/* What HARVEST writes: 2 MiB of guest memory. */
struct cw_log_record {
	uint64_t line[8];
	uint64_t index;
	uint8_t pad0[56];
};

/* Entry of a dirty ring; bit CW_DRING_PHASE of gfn is the phase. */
struct cw_dring_entry {
	uint16_t domain, ctx;
	uint8_t pad0[4];
	uint64_t gfn;
};

#define CW_DRING_PHASE (UINT64_C(1) << 63)
#define CW_DRING_GFN ((UINT64_C(1) << 45) - 1)

#ifndef __cplusplus
/* What C calls the records of ring.def. */
#define CW_REC_cmd struct cw_cmd
#define CW_REC_cpl struct cw_cpl
#define CW_REC_fault struct cw_fault_record
#define CW_REC_log_dir struct cw_log_dir
#define CW_REC_log_rec struct cw_log_record
#define CW_REC_dring struct cw_dring_entry

#define CW_STRUCT(rec, size, doc) _Static_assert(sizeof(CW_REC_##rec) == CW_##size, "size of cw_" #rec);
#define CW_FIELD(rec, field, type, count, offset, doc) \
	_Static_assert(offsetof(CW_REC_##rec, field) == (offset), #rec "." #field " is not where ring.def says"); \
	_Static_assert(sizeof(((CW_REC_##rec *)0)->field) == sizeof(type) * (count), "size of " #rec "." #field);
#include <catwalk/ring.def>
#undef CW_STRUCT
#undef CW_FIELD

/* Fields and padding fill each record, so that no field overlaps another and none is missing from ring.def. */
#define CW_STRUCT(rec, size, doc)
#define CW_FIELD(rec, field, type, count, offset, doc) CW_IN_##rec(sizeof(type) * (count))
#define CW_IN_log_dir(n)
#define CW_IN_log_rec(n)
#define CW_IN_dring(n)
#define CW_IN_cmd(n) +(n)
#define CW_IN_cpl(n)
#define CW_IN_fault(n)
_Static_assert(26 +
#include <catwalk/ring.def>
		       == sizeof(struct cw_cmd),
	       "ring.def and struct cw_cmd differ");
#undef CW_IN_cmd
#undef CW_IN_cpl
#define CW_IN_cmd(n)
#define CW_IN_cpl(n) +(n)
_Static_assert(4 + 2 +
#include <catwalk/ring.def>
		       == sizeof(struct cw_cpl),
	       "ring.def and struct cw_cpl differ");
#undef CW_IN_cpl
#undef CW_IN_fault
#define CW_IN_cpl(n)
#define CW_IN_fault(n) +(n)
_Static_assert(4 + 1 +
#include <catwalk/ring.def>
		       == sizeof(struct cw_fault_record),
	       "ring.def and struct cw_fault_record differ");
#undef CW_IN_cmd
#undef CW_IN_cpl
#undef CW_IN_fault
#undef CW_IN_log_dir
#undef CW_IN_log_rec
#undef CW_IN_dring
#undef CW_STRUCT
#undef CW_FIELD
#undef CW_REC_cmd
#undef CW_REC_cpl
#undef CW_REC_fault
#undef CW_REC_log_dir
#undef CW_REC_log_rec
#undef CW_REC_dring
#endif

/* parked_id: index and generation (P32). */
static inline uint16_t cw_parked_index(uint32_t parked_id)
{
	return (uint16_t)parked_id;
}

static inline uint16_t cw_parked_gen(uint32_t parked_id)
{
	return (uint16_t)(parked_id >> 16);
}

#endif
