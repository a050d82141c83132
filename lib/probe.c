/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Probes through the host-submission port (P7), as many at a time as there are tags. */
#include <errno.h>

#include "internal.h"

/* Fields of PROBE_CMD and PROBE_RESULT (regs.def). */
static uint32_t probe_cmd(uint32_t ctx, unsigned tag, bool write)
{
	return ctx | tag << 16 | (uint32_t)write << 24;
}

static uint32_t result_reg(unsigned tag)
{
	return CW_REG_PROBE_RESULT + tag * CW_REG_PROBE_RESULT_STRIDE;
}

int cw_probes_init_locked(struct cw_dev *dev)
{
	for (unsigned tag = 0; tag < CW_NPROBE; tag++) {
		uint32_t value = 0;
		int err = cw_read_locked(dev, result_reg(tag), &value);

		if (err)
			return err;
		dev->probes[tag] = (uint16_t)(value >> 16);
	}
	return 0;
}

static int probe_start(struct cw_dev *dev, uint32_t ctx, bool write, uint64_t gpa, unsigned tag)
{
	int err = cw_write64_locked(dev, CW_REG_PROBE_ADDR, gpa);

	return err ? err : cw_write_locked(dev, CW_REG_PROBE_CMD, probe_cmd(ctx, tag, write));
}

static int probe_finish(struct cw_dev *dev, unsigned tag, uint64_t deadline, struct cw_probe_result *out)
{
	uint16_t want = (uint16_t)(dev->probes[tag] + 1);
	uint32_t value = 0, lo = 0, hi = 0;
	int err;

	for (;;) {
		err = cw_read_locked(dev, result_reg(tag), &value);
		if (err)
			return err;
		if (!(value & 1) && (uint16_t)(value >> 16) == want)
			break;
		if (cw_expired_locked(dev, deadline))
			return dev->dead = cw_error(-ETIMEDOUT, "a probe was not answered in time");
		/* Not through cw_wait_locked(): the tags are ours until all are answered. */
		dev->tr->wait(dev->t, 1000);
	}
	dev->probes[tag] = want;
	*out = (struct cw_probe_result){
		.verdict = value >> 4 & 15, .reason = value >> 8 & 31, .level = value >> 13 & 7};
	if (out->verdict != CW_V_HIT)
		return 0;
	err = cw_read_locked(dev, CW_REG_PROBE_PA_LO + tag * CW_REG_PROBE_PA_LO_STRIDE, &lo);
	if (!err)
		err = cw_read_locked(dev, CW_REG_PROBE_PA_HI + tag * CW_REG_PROBE_PA_HI_STRIDE, &hi);
	out->pa = (uint64_t)hi << 32 | lo;
	return err;
}

int cw_probe(struct cw_dev *dev, uint32_t ctx, bool write, const uint64_t *gpa, size_t n,
	     struct cw_probe_result *results)
{
	int err = 0;

	if (!dev || ctx > UINT16_MAX || (n && (!gpa || !results)))
		return cw_error(-EINVAL, "no device, no such context or no place for the results");
	for (size_t i = 0; i < n && !err; i += CW_NPROBE) {
		unsigned batch = n - i < CW_NPROBE ? (unsigned)(n - i) : CW_NPROBE;
		uint64_t deadline;

		cw_lock(dev);
		if (dev->dead)
			err = cw_error(dev->dead, "the device does not work any more");
		deadline = cw_deadline_locked(dev, CW_PROBE_TIMEOUT_NS);
		for (unsigned tag = 0; tag < batch && !err; tag++)
			err = probe_start(dev, ctx, write, gpa[i + tag], tag);
		for (unsigned tag = 0; tag < batch && !err; tag++)
			err = probe_finish(dev, tag, deadline, &results[i + tag]);
		cw_unlock(dev);
	}
	return err;
}
