// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* The firmware's log: lines of text in a ring at the end of RAM, read by the host. */
#include <stdarg.h>

#include "fw.h"

static void put(struct cw_fw *fw, char c)
{
	struct cw_fw_log *log = &fw->log;

	log->text[log->head % CW_FW_LOG_BYTES] = c;
	log->head++;
}

static void put_digits(struct cw_fw *fw, uint32_t value, int shift)
{
	for (; shift >= 0; shift -= 4)
		put(fw, "0123456789abcdef"[value >> shift & 15]);
}

static void put_hex(struct cw_fw *fw, uint64_t value)
{
	uint32_t high = (uint32_t)(value >> 32);
	uint32_t first = high ? high : (uint32_t)value;
	int shift = 28;

	while (shift && !(first >> shift))
		shift -= 4;
	put_digits(fw, first, shift);
	if (high)
		put_digits(fw, (uint32_t)value, 28);
}

static void put_dec(struct cw_fw *fw, uint32_t value)
{
	char digits[10];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while ((value /= 10));
	while (n)
		put(fw, digits[--n]);
}

void cw_fw_log(struct cw_fw *fw, const char *format, ...)
{
	va_list ap;

	put(fw, '[');
	put_hex(fw, cw_fw_cycle(fw));
	put(fw, ']');
	put(fw, ' ');
	va_start(ap, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(fw, *format);
			continue;
		}
		switch (*++format) {
		case 'u':
			put_dec(fw, va_arg(ap, uint32_t));
			break;
		case 'x':
			put_hex(fw, va_arg(ap, uint32_t));
			break;
		case 'X':
			put_hex(fw, va_arg(ap, uint64_t));
			break;
		case 's':
			for (const char *s = va_arg(ap, const char *); *s; s++)
				put(fw, *s);
			break;
		default:
			put(fw, '?');
			break;
		}
	}
	va_end(ap);
	put(fw, '\n');
	cw_write32(fw->mbox, CW_MBOX_LOG_HEAD, fw->log.head);
}
