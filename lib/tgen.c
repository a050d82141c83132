/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Programs of the traffic generator. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Fields of the TGEN registers (regs.def). */
enum { TGEN_START = 1 << 0, TGEN_STOP = 1 << 1, TGEN_RUNNING = 1 << 0, TGEN_CLEARING = 1 << 1, TGEN_HOLD = 1 << 8 };

static int check(const struct cw_dev *dev, const struct cw_tgen *p)
{
	uint32_t contexts = p->contexts ? p->contexts : 1;

	if (p->pattern > CW_TGEN_STRIDE)
		return cw_error(-EINVAL, "no such pattern");
	if (p->first_ctx >= dev->info.contexts || contexts > dev->info.contexts - p->first_ctx || contexts > 256)
		return cw_error(-EINVAL, "contexts end at %u", dev->info.contexts - 1);
	if (p->base % CW_PAGE_SIZE)
		return cw_error(-EINVAL, "base must be a multiple of 4 KiB");
	if (!p->pages || p->pages > 1u << 28)
		return cw_error(-EINVAL, "pages must be 1..2^28");
	if (p->outstanding < 1 || p->outstanding > 1u << dev->info.tag_bits)
		return cw_error(-EINVAL, "outstanding must be 1..%u", 1u << dev->info.tag_bits);
	if (p->release_delay > 255 || p->write_percent > 100 || p->hist_shift > 15)
		return cw_error(-EINVAL, "release_delay must be 0..255, write_percent 0..100, hist_shift 0..15");
	return 0;
}

static int running_locked(struct cw_dev *dev)
{
	uint32_t status = 0;
	int err = cw_read_locked(dev, CW_REG_TGEN_STATUS, &status);

	return err ? err : (status & (TGEN_RUNNING | TGEN_CLEARING)) != 0;
}

int cw_tgen_start(struct cw_dev *dev, const struct cw_tgen *p)
{
	int err;

	if (!dev || !p)
		return cw_error(-EINVAL, "no device or no program");
	err = check(dev, p);
	if (err)
		return err;
	const struct {
		uint32_t reg, value;
	} list[] = {
		{CW_REG_TGEN_CTX, p->first_ctx | (p->contexts ? p->contexts - 1 : 0) << 8},
		{CW_REG_TGEN_MODE, p->pattern | (p->release_delay ? TGEN_HOLD : 0) | p->write_percent << 16},
		{CW_REG_TGEN_BASE, (uint32_t)p->base},
		{CW_REG_TGEN_BASE_HI, (uint32_t)(p->base >> 32)},
		{CW_REG_TGEN_PAGES, p->pages},
		{CW_REG_TGEN_STRIDE, p->stride},
		{CW_REG_TGEN_COUNT, p->count},
		{CW_REG_TGEN_OUTSTANDING, p->outstanding},
		{CW_REG_TGEN_RELEASE_DELAY, p->release_delay},
		{CW_REG_TGEN_SEED, (uint32_t)p->seed},
		{CW_REG_TGEN_SEED_HI, (uint32_t)(p->seed >> 32)},
		{CW_REG_TGEN_HIST_SHIFT, p->hist_shift},
		{CW_REG_TGEN_CTRL, TGEN_START},
	};

	cw_lock(dev);
	err = running_locked(dev);
	if (err > 0)
		err = cw_error(-EBUSY, "the traffic generator runs already");
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) && !err; i++)
		err = cw_write_locked(dev, list[i].reg, list[i].value);
	if (!err) {
		dev->tgen_busy = true;
		dev->tgen_shift = p->hist_shift;
	}
	cw_unlock(dev);
	return err;
}

int cw_tgen_stop(struct cw_dev *dev)
{
	int err;

	if (!dev)
		return cw_error(-EINVAL, "no device");
	cw_lock(dev);
	err = cw_write_locked(dev, CW_REG_TGEN_CTRL, TGEN_STOP);
	cw_unlock(dev);
	return err;
}

/* When to look at the status next: reading it takes host time that faults then miss, so look seldom while they come. */
struct watch {
	uint64_t begin, next;
};

static int finished(struct cw_dev *dev, void *priv, int handled)
{
	const uint64_t quiet = 2000, longest = 20000;
	struct watch *w = priv;
	uint64_t t, gap;
	int running = 1;

	cw_lock(dev);
	t = dev->tr->now(dev->t);
	if (handled) {
		w->next = t + quiet;
	} else if (t >= w->next) {
		running = running_locked(dev);
		t = dev->tr->now(dev->t);
		gap = (t - w->begin) / 8;
		w->next = t + (gap < quiet ? quiet : gap > longest ? longest : gap);
	}
	cw_unlock(dev);
	return running < 0 ? running : !running;
}

static int read_result(struct cw_dev *dev, struct cw_tgen_result *r)
{
	const struct {
		uint32_t reg, *value;
	} list[] = {
		{CW_REG_TGEN_DONE, &r->done},	    {CW_REG_TGEN_ERRORS, &r->errors},
		{CW_REG_TGEN_RETRIES, &r->retries}, {CW_REG_TGEN_CYCLES, &r->cycles},
		{CW_REG_TGEN_LAT_MIN, &r->lat_min}, {CW_REG_TGEN_LAT_MAX, &r->lat_max},
	};
	uint32_t first, last;
	int err = 0;

	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) && !err; i++)
		err = cw_read_locked(dev, list[i].reg, list[i].value);
	if (!err)
		err = cw_read64_locked(dev, CW_REG_TGEN_LAT_SUM, &r->lat_sum);
	if (!err)
		err = cw_read64_locked(dev, CW_REG_TGEN_SUM, &r->sum);
	if (err || !r->done)
		return err;
	/* All other buckets are empty. */
	first = r->lat_min >> dev->tgen_shift;
	last = r->lat_max >> dev->tgen_shift;
	if (first > CW_HIST_BUCKETS - 1)
		first = CW_HIST_BUCKETS - 1;
	if (last > CW_HIST_BUCKETS - 1)
		last = CW_HIST_BUCKETS - 1;
	for (uint32_t b = first; b <= last && !err; b++) {
		err = cw_write_locked(dev, CW_REG_TGEN_HIST_INDEX, b);
		if (!err)
			err = cw_read_locked(dev, CW_REG_TGEN_HIST_DATA, &r->histogram[b]);
	}
	return err;
}

int cw_tgen_wait(struct cw_dev *dev, uint64_t timeout_ns, struct cw_tgen_result *result)
{
	struct watch w;
	int err;

	if (!dev || !result)
		return cw_error(-EINVAL, "no device or no place for the result");
	cw_lock(dev);
	w.begin = dev->tr->now(dev->t);
	w.next = w.begin + 1000;
	cw_unlock(dev);
	err = cw_service_until(dev, timeout_ns, finished, &w);
	if (err < 0)
		return err;
	if (!err)
		return cw_error(-ETIMEDOUT, "the traffic generator still runs");
	cw_lock(dev);
	err = read_result(dev, result);
	dev->tgen_busy = false;
	cw_unlock(dev);
	return err;
}
