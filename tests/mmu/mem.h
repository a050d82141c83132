/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Memory of a guest as an array, from address 0: for walks, and as the host memory of a recorder. */
#ifndef CW_TEST_MEM_H
#define CW_TEST_MEM_H

#include <errno.h>
#include <string.h>

#include "../unit/check.h"

#ifndef MEM_PAGES
#define MEM_PAGES 64u
#endif

static uint64_t mem[MEM_PAGES * 512];
static bool rom[MEM_PAGES]; /* no exchange changes these pages */

CHECK_UNUSED static int mem_read(void *priv, uint64_t addr, void *buf, size_t len)
{
	(void)priv;
	if (addr + len > sizeof(mem))
		return -EFAULT;
	memcpy(buf, (char *)mem + addr, len);
	return 0;
}

CHECK_UNUSED static int mem_write(void *priv, uint64_t addr, const void *buf, size_t len)
{
	(void)priv;
	if (addr + len > sizeof(mem))
		return -EFAULT;
	memcpy((char *)mem + addr, buf, len);
	return 0;
}

CHECK_UNUSED static int mem_cmpxchg(void *priv, uint64_t addr, uint64_t *old, uint64_t new, unsigned size)
{
	uint64_t now = 0;

	(void)priv;
	if (addr + size > sizeof(mem))
		return -EFAULT;
	if (rom[addr >> 12])
		return -EROFS;
	memcpy(&now, (char *)mem + addr, size);
	if (now != *old) {
		*old = now;
		return 1;
	}
	memcpy((char *)mem + addr, &new, size);
	return 0;
}

#endif
