// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
/* memcpy and memset of the target, by words where both sides allow: the library's small ones go byte by byte. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word;

/* Else the compiler sees that the loops are memcpy and memset, and makes them call themselves. */
#define PLAIN __attribute__((optimize("no-tree-loop-distribute-patterns")))

PLAIN void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	const char *s = from;
	char *d = to;

	if (((uintptr_t)d | (uintptr_t)s) % sizeof(word) == 0) {
		for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word), s += sizeof(word))
			*(word *)d = *(const word *)s;
	}
	while (n--)
		*d++ = *s++;
	return to;
}

PLAIN void *memset(void *to, int value, size_t n)
{
	word fill = (uint8_t)value * 0x01010101u;
	char *d = to;

	if ((uintptr_t)d % sizeof(word) == 0) {
		for (; n >= sizeof(word); n -= sizeof(word), d += sizeof(word))
			*(word *)d = fill;
	}
	while (n--)
		*d++ = (char)value;
	return to;
}
