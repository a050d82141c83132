/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* An operation that is made to fail at each point where it can. */
#ifndef CW_TEST_NTH_OP_H
#define CW_TEST_NTH_OP_H

#include "nth_world.h"

struct nth_op {
	const char *name, *what;
	const char *fails;	   /* where it can: a (allocation), c (command), m (guest memory); nowhere else */
	unsigned mode, flags;	   /* of the log when it begins */
	void (*before)(void);	   /* may be NULL */
	int64_t (*call)(void);	   /* 0 or positive, or the error */
	void (*failed)(int64_t r); /* what must hold after an error, before it is called again; NULL: nothing changed */
	void (*after)(void);	   /* what must hold when it has succeeded; may be NULL */
};

static unsigned op_nth; /* which one fails */
static bool op_failed;	/* the first call said so */

#endif
