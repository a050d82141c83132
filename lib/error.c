/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

static _Thread_local char text[512];

const char *cw_last_error(void)
{
	return text;
}

int cw_error(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err;
}
