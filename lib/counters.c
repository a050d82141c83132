/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <catwalk/names.h>

#include "internal.h"

static char labels[CW_NCOUNTER][32];
static pthread_once_t labels_once = PTHREAD_ONCE_INIT;

static void make_labels(void)
{
	for (unsigned i = 0; i < CW_NCOUNTER; i++) {
		const char *name = cw_counter_name(i);

		for (size_t j = 0; name[j] && j + 1 < sizeof(labels[i]); j++)
			labels[i][j] = (char)tolower((unsigned char)name[j]);
	}
}

const char *cw_counter_label(unsigned i)
{
	pthread_once(&labels_once, make_labels);
	return i < CW_NCOUNTER ? labels[i] : NULL;
}

int cw_counters(struct cw_dev *dev, uint64_t *values, uint64_t *cycle)
{
	int err;

	if (!dev || !values)
		return cw_error(-EINVAL, "no device or no place for the counters");
	cw_lock(dev);
	err = cw_write_locked(dev, CW_REG_SNAPSHOT, 1);
	if (!err && cycle)
		err = cw_read64_locked(dev, CW_REG_CYCLE, cycle);
	for (unsigned i = 0; i < CW_NCOUNTER && !err; i++)
		err = cw_read64_locked(dev, CW_REG_COUNTER_LO + i * CW_REG_COUNTER_LO_STRIDE, &values[i]);
	cw_unlock(dev);
	return err;
}

int cw_counter_read(struct cw_dev *dev, const char *name, uint64_t *value)
{
	if (!dev || !name || !value)
		return cw_error(-EINVAL, "no device, no name or no place for the value");
	for (unsigned i = 0; i < CW_NCOUNTER; i++) {
		if (strcmp(cw_counter_label(i), name) == 0) {
			int err;

			cw_lock(dev);
			err = cw_write_locked(dev, CW_REG_SNAPSHOT, 1);
			if (!err)
				err = cw_read64_locked(dev, CW_REG_COUNTER_LO + i * CW_REG_COUNTER_LO_STRIDE, value);
			cw_unlock(dev);
			return err;
		}
	}
	return cw_error(-ENOENT, "no counter '%s'", name);
}
