/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* The sample NIC queue behind the AXI4 bridge. Its ring and packets are the caller's guest memory. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Fields of the NIC registers (regs.def). */
enum { NIC_ENABLE = 1 << 0, NIC_BUSY = 1 << 0, NIC_HALTED = 1 << 1 };

#define DESC_WRITE (UINT64_C(1) << 16)

uint64_t cw_nic_word(uint64_t seed, uint32_t packet, uint64_t gpa)
{
	unsigned turn = gpa >> 3 & 63;

	return (turn ? seed << turn | seed >> (64 - turn) : seed) ^ ((uint64_t)packet << 32 | (uint32_t)(gpa >> 3));
}

void cw_nic_desc(void *ring, unsigned ring_log2, uint32_t packet, uint64_t gpa, uint32_t len, bool write)
{
	const uint64_t desc[2] = {gpa, (uint64_t)(len - 1) | (write ? DESC_WRITE : 0)};

	_Static_assert(sizeof(desc) == CW_NIC_DESC_BYTES, "a descriptor");
	memcpy((char *)ring + (size_t)(packet & ((1u << ring_log2) - 1)) * sizeof(desc), desc, sizeof(desc));
}

static int status_locked(struct cw_dev *dev, uint32_t *status)
{
	return cw_read_locked(dev, CW_REG_NIC_STATUS, status);
}

int cw_nic_start(struct cw_dev *dev, const struct cw_nic *n)
{
	uint32_t status = 0;
	int err;

	if (!dev || !n)
		return cw_error(-EINVAL, "no device or no queue");
	if (n->ctx >= dev->info.contexts)
		return cw_error(-EINVAL, "contexts end at %u", dev->info.contexts - 1);
	if (n->ring_log2 <= CW_RING_LOG2_MIN || n->ring_log2 > CW_RING_LOG2_MAX || n->ring % CW_PAGE_SIZE)
		return cw_error(-EINVAL, "the ring must have 2^%u..2^%u descriptors and begin at a page",
				CW_RING_LOG2_MIN + 1, CW_RING_LOG2_MAX);
	if (n->head % 8 || n->hist_shift > 15)
		return cw_error(-EINVAL, "head must be a multiple of 8, hist_shift 0..15");
	const struct {
		uint32_t reg, value;
	} list[] = {
		{CW_REG_NIC_CTX, n->ctx},
		{CW_REG_NIC_SIZE, n->ring_log2},
		{CW_REG_NIC_BASE, (uint32_t)n->ring},
		{CW_REG_NIC_BASE_HI, (uint32_t)(n->ring >> 32)},
		{CW_REG_NIC_HEAD_ADDR, (uint32_t)n->head},
		{CW_REG_NIC_HEAD_ADDR_HI, (uint32_t)(n->head >> 32)},
		{CW_REG_NIC_SEED, (uint32_t)n->seed},
		{CW_REG_NIC_SEED_HI, (uint32_t)(n->seed >> 32)},
		{CW_REG_NIC_TAIL, 0},
		{CW_REG_NIC_HIST_SHIFT, n->hist_shift},
		{CW_REG_NIC_CTRL, NIC_ENABLE},
	};

	cw_lock(dev);
	err = cw_write_locked(dev, CW_REG_NIC_CTRL, 0);
	if (!err)
		err = status_locked(dev, &status);
	if (!err && status & NIC_BUSY)
		err = cw_error(-EBUSY, "the NIC queue still has bursts under way");
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) && !err; i++)
		err = cw_write_locked(dev, list[i].reg, list[i].value);
	if (!err)
		dev->nic_shift = n->hist_shift;
	cw_unlock(dev);
	return err;
}

int cw_nic_post(struct cw_dev *dev, uint32_t tail)
{
	int err;

	if (!dev)
		return cw_error(-EINVAL, "no device");
	cw_lock(dev);
	err = cw_write_locked(dev, CW_REG_NIC_TAIL, tail);
	cw_unlock(dev);
	return err;
}

int cw_nic_stop(struct cw_dev *dev)
{
	int err;

	if (!dev)
		return cw_error(-EINVAL, "no device");
	cw_lock(dev);
	err = cw_write_locked(dev, CW_REG_NIC_CTRL, 0);
	cw_unlock(dev);
	return err;
}

/* Reading the status takes host time that faults then miss, so look seldom while they come. */
static int finished(struct cw_dev *dev, void *priv, int handled)
{
	uint64_t *next = priv, now;
	uint32_t status = 0;
	int err = 0;
	bool over = false;

	cw_lock(dev);
	now = dev->tr->now(dev->t);
	if (handled) {
		*next = now + 2000;
	} else if (now >= *next) {
		err = status_locked(dev, &status);
		over = !(status & NIC_BUSY);
		*next = dev->tr->now(dev->t) + 2000;
	}
	cw_unlock(dev);
	return err ? err : over;
}

static int read_result(struct cw_dev *dev, struct cw_nic_result *r)
{
	const struct {
		uint32_t reg, *value;
	} list[] = {
		{CW_REG_NIC_HEAD, &r->packets},	       {CW_REG_NIC_ERRORS, &r->errors},
		{CW_REG_NIC_BAD_BYTES, &r->bad_bytes}, {CW_REG_NIC_BURSTS, &r->bursts},
		{CW_REG_NIC_WBEATS, &r->wbeats},       {CW_REG_NIC_RBEATS, &r->rbeats},
		{CW_REG_NIC_CYCLES, &r->cycles},       {CW_REG_NIC_LAT_MIN, &r->lat_min},
		{CW_REG_NIC_LAT_MAX, &r->lat_max},
	};
	uint32_t first, last, status = 0;
	int err = status_locked(dev, &status);

	memset(r, 0, sizeof(*r));
	r->halted = status & NIC_HALTED;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) && !err; i++)
		err = cw_read_locked(dev, list[i].reg, list[i].value);
	if (!err)
		err = cw_read64_locked(dev, CW_REG_NIC_LAT_SUM, &r->lat_sum);
	first = r->lat_min >> dev->nic_shift;
	last = r->lat_max >> dev->nic_shift;
	if (last > CW_HIST_BUCKETS - 1)
		last = CW_HIST_BUCKETS - 1;
	if (first > last)
		first = last;
	for (uint32_t b = first; b <= last && !err; b++) {
		err = cw_write_locked(dev, CW_REG_NIC_HIST_INDEX, b);
		if (!err)
			err = cw_read_locked(dev, CW_REG_NIC_HIST_DATA, &r->histogram[b]);
	}
	return err;
}

int cw_nic_wait(struct cw_dev *dev, uint64_t timeout_ns, struct cw_nic_result *result)
{
	uint64_t next = 0;
	int err;

	if (!dev || !result)
		return cw_error(-EINVAL, "no device or no place for the result");
	err = cw_service_until(dev, timeout_ns, finished, &next);
	if (err < 0)
		return err;
	if (!err)
		return cw_error(-ETIMEDOUT, "the NIC queue is still busy");
	cw_lock(dev);
	err = read_result(dev, result);
	cw_unlock(dev);
	return err;
}
