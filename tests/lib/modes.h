/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#ifndef CW_TESTS_MODES_H
#define CW_TESTS_MODES_H

#include <catwalk.h>

/* Every change from a mode of the dirty log, or none, to another, once; it ends as it began. */
static const uint8_t circuit[] = {
	CW_LOG_OFF,	 CW_LOG_CAPTURE,  CW_LOG_OFF,	  CW_LOG_PROTECT, CW_LOG_OFF,
	CW_LOG_DIRTYBIT, CW_LOG_CAPTURE,  CW_LOG_PROTECT, CW_LOG_CAPTURE, CW_LOG_DIRTYBIT,
	CW_LOG_PROTECT,	 CW_LOG_DIRTYBIT, CW_LOG_OFF,
};

enum { CHANGES = sizeof(circuit) - 1 };

#endif
