/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Resets: of a port whose initiator does not give its grants back, and of the engine (P21, P43). The hardware absorbs
 * what is outstanding; here the device is brought up again and everything of before is made anew.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "internal.h"

/* Bits of RESET_STATUS (regs.def). */
enum { RESET_BUSY = 1 << 0, RESET_LATE = 1 << 1 };

/* The hardware gives up after FLUSH_TIMEOUT; who waits for it waits no longer than twice that, and the way there. */
static int flush_timeout(struct cw_dev *dev, uint64_t *ns)
{
	uint32_t cycles = 0;
	int err = cw_read_locked(dev, CW_REG_FLUSH_TIMEOUT, &cycles);

	*ns = 2 * (uint64_t)cycles * 1000000 / dev->info.clock_khz + 1000000;
	return err;
}

static int wait_port(struct cw_dev *dev, unsigned port)
{
	uint32_t busy = 0, late = 0;
	uint64_t ns, deadline;
	int err = flush_timeout(dev, &ns);

	deadline = cw_deadline_locked(dev, ns);
	if (!err)
		err = cw_write_locked(dev, CW_REG_PORT_RESET, 1u << port);
	while (!err) {
		err = cw_read_locked(dev, CW_REG_PORTS_IN_RESET, &busy);
		if (!err)
			err = cw_read_locked(dev, CW_REG_NEEDS_FLR, &late);
		if (err || !(busy >> port & 1))
			break;
		if (late >> port & 1 || cw_expired_locked(dev, deadline))
			err = cw_error(
				-ETIMEDOUT,
				"port %u: its initiator does not confirm that its accesses are over: only a reset of the "
				"function helps, unless it still does",
				port);
		else
			cw_wait_locked(dev, 1000);
	}
	return err;
}

int cw_port_reset(struct cw_dev *dev, unsigned port)
{
	int err;

	if (!dev || port >= dev->info.ports || port == CW_PORT_HOST)
		return cw_error(-EINVAL, "port %u cannot be reset", port);
	cw_lock(dev);
	err = wait_port(dev, port);
	cw_unlock(dev);
	return err;
}

static int wait_engine(struct cw_dev *dev)
{
	uint32_t status = 0;
	uint64_t ns, deadline;
	int err = flush_timeout(dev, &ns);

	deadline = cw_deadline_locked(dev, ns);
	if (!err)
		err = cw_write_locked(dev, CW_REG_RESET, 1);
	while (!err) {
		err = cw_read_locked(dev, CW_REG_RESET_STATUS, &status);
		if (err || !(status & RESET_BUSY))
			break;
		if (status & RESET_LATE || cw_expired_locked(dev, deadline))
			err = cw_error(-ETIMEDOUT,
				       "the device does not come to rest: something outside does not answer; only a "
				       "reset of the function helps, unless it still does");
		else
			cw_wait_locked(dev, 1000);
	}
	return err;
}

/* The engine knows nothing of this any more. */
static void forget(struct cw_dev *dev)
{
	for (unsigned i = 0; i < CW_NCTX; i++) {
		if (!dev->ctx[i])
			continue;
		if (dev->ctx[i]->attached)
			cw_roots_put_locked(dev->ctx[i]);
		dev->ctx[i]->attached = false;
		/* Their parked ids are those of other requests soon (P32). */
		dev->ctx[i]->ring.nwaiting = 0;
	}
	dev->tgen_busy = false;
}

static int renew(struct cw_dev *dev)
{
	int err = 0;

	for (unsigned i = 0; i < CW_NCTX; i++)
		cw_events_drop_ctx(dev, i);
	for (struct cw_vm *vm = dev->vms; vm && !err; vm = vm->next)
		err = cw_domains_renew(vm);
	for (struct cw_vm *vm = dev->vms; vm && !err; vm = vm->next)
		err = cw_vm_renew(vm);
	return err;
}

int cw_dev_reset(struct cw_dev *dev, unsigned flags)
{
	int err;

	if (!dev || flags & ~CW_RESET_FUNCTION)
		return cw_error(-EINVAL, "no device, or unknown flags");
	if (flags & CW_RESET_FUNCTION && !dev->tr->reset)
		return cw_error(-EOPNOTSUPP, "this transport cannot reset the function");
	cw_ticket_lock(&dev->service);
	cw_lock(dev);
	/* Whoever waits for a command hears of it at his next look; nothing is posted until the device is up again. */
	dev->dead = -EIO;
	dev->dead_why = "it is being reset";
	cw_rings_lost(dev);
	forget(dev);
	for (struct cw_vm *vm = dev->vms; vm; vm = vm->next)
		vm->failed = true;
	err = flags & CW_RESET_FUNCTION ? dev->tr->reset(dev->t) : wait_engine(dev);
	if (!err) {
		dev->dead = 0;
		dev->dead_why = NULL;
		err = cw_dev_start_locked(dev);
	}
	cw_unlock(dev);
	if (!err)
		err = renew(dev);
	cw_ticket_unlock(&dev->service);
	return err;
}
