/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Command rings: commands are posted into ring memory and take effect with a doorbell for the whole batch; completions
 * are matched by id, since they may come out of order (P15).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <catwalk/names.h>

#include "internal.h"

/* Register groups differ by their base only. */
enum {
	GROUP_CTRL = CW_REG_HOT_CMD_CTRL - CW_REG_HOT_CMD_BASE,
	GROUP_DOORBELL = CW_REG_HOT_CMD_DOORBELL - CW_REG_HOT_CMD_BASE,
	GROUP_INDEX = CW_REG_HOT_CMD_INDEX - CW_REG_HOT_CMD_BASE,
};

#define SAME_GROUP(name) \
	_Static_assert((int)CW_REG_##name##_CTRL - (int)CW_REG_##name##_BASE == GROUP_CTRL && \
			       (int)CW_REG_##name##_DOORBELL - (int)CW_REG_##name##_BASE == GROUP_DOORBELL && \
			       (int)CW_REG_##name##_INDEX - (int)CW_REG_##name##_BASE == GROUP_INDEX, \
		       "register group " #name)
SAME_GROUP(HOT_CPL);
SAME_GROUP(COLD_CMD);
SAME_GROUP(COLD_CPL);
SAME_GROUP(FAULT);

#define RING_ENABLE (1u << 31)

int cw_dead_error(const struct cw_dev *dev)
{
	return cw_error(dev->dead, "the device does not work any more: %s",
			dev->dead_why ? dev->dead_why : strerror(-dev->dead));
}

static int dies(struct cw_dev *dev, const char *why)
{
	dev->dead = -EIO;
	dev->dead_why = why;
	return dev->dead;
}

static unsigned ring_size(const struct cw_ring *ring)
{
	return 1u << ring->log2;
}

static int ring_enable(struct cw_dev *dev, uint32_t group, uint64_t bus, unsigned log2)
{
	int err = cw_write_locked(dev, group + GROUP_CTRL, 0);

	if (!err)
		err = cw_write64_locked(dev, group, bus);
	return err ? err : cw_write_locked(dev, group + GROUP_CTRL, RING_ENABLE | log2);
}

static int ring_alloc(struct cw_dev *dev, struct cw_ring *ring)
{
	unsigned n = ring_size(ring);

	ring->pending = calloc(n, sizeof(*ring->pending));
	ring->free = calloc(n, sizeof(*ring->free));
	ring->cmds = dev->tr->mem_alloc(dev->t, n * sizeof(struct cw_cmd), CW_PAGE_SIZE, &ring->cmd_bus);
	ring->cpls = dev->tr->mem_alloc(dev->t, n * sizeof(struct cw_cpl), CW_PAGE_SIZE, &ring->cpl_bus);
	if (!ring->pending || !ring->free || !ring->cmds || !ring->cpls)
		return cw_error(-ENOMEM, "no memory for the rings");
	while (ring->nfree < n) {
		ring->free[ring->nfree] = (uint16_t)(n - 1 - ring->nfree);
		ring->nfree++;
	}
	if (ring->which == CW_RING_HOT) {
		ring->staging = dev->tr->mem_alloc(dev->t, n * CW_PAGE_SIZE, CW_PAGE_SIZE, &ring->staging_bus);
		if (!ring->staging)
			return cw_error(-ENOMEM, "no memory for table pages");
	}
	return 0;
}

static int ring_start(struct cw_dev *dev, struct cw_ring *ring)
{
	int err;

	memset(ring->cpls, 0, ring_size(ring) * sizeof(struct cw_cpl));
	ring->head = ring->kicked = ring->cpl_next = ring->cpl_acked = 0;
	err = ring_enable(dev, ring->reg_cpl, ring->cpl_bus, ring->log2);
	return err ? err : ring_enable(dev, ring->reg_cmd, ring->cmd_bus, ring->log2);
}

int cw_rings_alloc(struct cw_dev *dev)
{
	struct cw_fault_ring *fr = &dev->faults;
	int err;

	dev->hot = (struct cw_ring){.which = CW_RING_HOT,
				    .log2 = CW_HOT_LOG2,
				    .reg_cmd = CW_REG_HOT_CMD_BASE,
				    .reg_cpl = CW_REG_HOT_CPL_BASE};
	dev->cold = (struct cw_ring){.which = CW_RING_COLD,
				     .log2 = CW_COLD_LOG2,
				     .reg_cmd = CW_REG_COLD_CMD_BASE,
				     .reg_cpl = CW_REG_COLD_CPL_BASE};
	fr->records = dev->tr->mem_alloc(dev->t, sizeof(*fr->records) << CW_FAULT_LOG2, CW_PAGE_SIZE, &fr->bus);
	if (!fr->records)
		return cw_error(-ENOMEM, "no memory for the fault ring");
	fr->data = dev->tr->mem_alloc(dev->t, (size_t)CW_LINE_BYTES << CW_FAULT_LOG2, CW_PAGE_SIZE, &fr->data_bus);
	if (!fr->data)
		return cw_error(-ENOMEM, "no memory for the data of faults");
	err = ring_alloc(dev, &dev->hot);
	return err ? err : ring_alloc(dev, &dev->cold);
}

int cw_rings_start(struct cw_dev *dev)
{
	struct cw_fault_ring *fr = &dev->faults;
	int err;

	memset(fr->records, 0, sizeof(*fr->records) << CW_FAULT_LOG2);
	fr->next = fr->acked = 0;
	err = cw_write_locked(dev, CW_REG_FAULT_DATA_BASE, (uint32_t)fr->data_bus);
	if (!err)
		err = cw_write_locked(dev, CW_REG_FAULT_DATA_BASE_HI, (uint32_t)(fr->data_bus >> 32));
	if (!err)
		err = ring_enable(dev, CW_REG_FAULT_BASE, fr->bus, CW_FAULT_LOG2);
	if (!err)
		err = ring_start(dev, &dev->hot);
	return err ? err : ring_start(dev, &dev->cold);
}

static void ring_lost(struct cw_ring *ring)
{
	unsigned n = ring->pending ? ring_size(ring) : 0;

	ring->nfree = 0;
	for (unsigned i = n; i-- > 0;) {
		struct cw_pending *p = &ring->pending[i];

		if (p->state == CW_PEND_WAITED)
			p->state = CW_PEND_LOST;
		else if (p->state != CW_PEND_DONE && p->state != CW_PEND_LOST)
			p->state = CW_PEND_FREE;
		if (p->state == CW_PEND_FREE)
			ring->free[ring->nfree++] = (uint16_t)i;
	}
}

void cw_rings_lost(struct cw_dev *dev)
{
	ring_lost(&dev->hot);
	ring_lost(&dev->cold);
}

static void ring_free(struct cw_dev *dev, struct cw_ring *ring)
{
	if (ring->cmds)
		dev->tr->mem_free(dev->t, ring->cmd_bus);
	if (ring->cpls)
		dev->tr->mem_free(dev->t, ring->cpl_bus);
	if (ring->staging)
		dev->tr->mem_free(dev->t, ring->staging_bus);
	free(ring->pending);
	free(ring->free);
	*ring = (struct cw_ring){0};
}

void cw_rings_free(struct cw_dev *dev)
{
	ring_free(dev, &dev->hot);
	ring_free(dev, &dev->cold);
	if (dev->faults.records)
		dev->tr->mem_free(dev->t, dev->faults.bus);
	if (dev->faults.data)
		dev->tr->mem_free(dev->t, dev->faults.data_bus);
	dev->faults.data = NULL;
	dev->faults.records = NULL;
}

static void ring_kick(struct cw_dev *dev, struct cw_ring *ring)
{
	if (ring->head == ring->kicked)
		return;
	/* The commands must be in memory before the device can see the doorbell. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	if (cw_write_locked(dev, ring->reg_cmd + GROUP_DOORBELL, ring->head) == 0)
		ring->kicked = ring->head;
}

void cw_kick_locked(struct cw_dev *dev)
{
	ring_kick(dev, &dev->hot);
	ring_kick(dev, &dev->cold);
}

/* Put the command of a slot at the head. No more are under way than the ring has entries, so there is room. */
static void publish(struct cw_ring *ring, unsigned slot)
{
	ring->cmds[ring->head++ % ring_size(ring)] = ring->pending[slot].cmd;
}

static void slot_free(struct cw_ring *ring, unsigned slot)
{
	ring->pending[slot].state = CW_PEND_FREE;
	ring->free[ring->nfree++] = (uint16_t)slot;
}

static void complete(struct cw_dev *dev, struct cw_ring *ring, const struct cw_cpl *cpl)
{
	unsigned slot = cpl->id % ring_size(ring);
	struct cw_pending *p = &ring->pending[slot];

	if (p->state == CW_PEND_FREE || p->state == CW_PEND_DONE || p->state == CW_PEND_LOST || p->id != cpl->id) {
		dev->dead = cw_error(-EIO, "completion of a command that is not under way (id 0x%x)", cpl->id);
		return;
	}
	switch (p->state) {
	case CW_PEND_WAITED:
		p->state = CW_PEND_DONE;
		p->cpl = *cpl;
		return;
	case CW_PEND_POSTED:
		/* BUSY has changed nothing: what a RESUME ends stays parked until it is said again. */
		if (cpl->status == CW_ST_BUSY) {
			publish(ring, slot);
			return;
		}
		/* A RESUME of a fault that a detach has ended meanwhile is no failure (P32). */
		if (cpl->status != CW_ST_OK && p->cmd.opcode != CW_OP_RESUME && p->vm)
			p->vm->failed = true;
		break;
	default:
		break;
	}
	slot_free(ring, slot);
}

static void ring_reap(struct cw_dev *dev, struct cw_ring *ring)
{
	unsigned n = ring_size(ring);

	for (;;) {
		const struct cw_cpl *at = &ring->cpls[ring->cpl_next % n];
		uint8_t phase = ring->cpl_next >> ring->log2 & 1 ? 0 : CW_PHASE;
		struct cw_cpl cpl;

		if ((__atomic_load_n(&at->phase, __ATOMIC_ACQUIRE) & CW_PHASE) != phase)
			break;
		memcpy(&cpl, at, sizeof(cpl));
		ring->cpl_next++;
		complete(dev, ring, &cpl);
	}
	/* Late enough not to cost a write for each, early enough that the engine never runs out of slots. */
	if (ring->cpl_next - ring->cpl_acked >= n / 4 &&
	    cw_write_locked(dev, ring->reg_cpl + GROUP_DOORBELL, ring->cpl_next) == 0)
		ring->cpl_acked = ring->cpl_next;
}

void cw_reap_locked(struct cw_dev *dev)
{
	ring_reap(dev, &dev->hot);
	ring_reap(dev, &dev->cold);
}

int cw_health_locked(struct cw_dev *dev, const struct cw_ring *ring)
{
	uint32_t status = 0, silent = 0, faults = 0;
	unsigned at = ring->which == CW_RING_COLD ? 2 : 0;

	if (cw_read_locked(dev, CW_REG_STATUS, &status))
		return 0;
	if (status & CW_STATUS_NEEDS_FLR && cw_read_locked(dev, CW_REG_NEEDS_FLR, &silent) == 0 && silent & 3u << 16)
		return dies(dev, silent & 1u << 16 ?
					 "table memory does not answer it; once it does, or after a reset of the "
					 "function, it can be used again (cw_dev_reset)" :
					 "host memory does not answer it; once it does, or after a reset of the "
					 "function, it can be used again (cw_dev_reset)");
	if (status & CW_STATUS_RING_ERROR && cw_read_locked(dev, CW_REG_RING_FAULTS, &faults) == 0 && faults >> at & 3)
		return dies(dev, faults >> at & 1 ? "it could not read its command ring (cw_dev_reset)" :
						    "host memory did not take a completion (cw_dev_reset)");
	return 0;
}

/*
 * A FLUSH ends when FLUSH_TIMEOUT is over (P21), whoever set it and however long; a command may stand behind all that
 * can be open, and the firmware repeats its own. The register is read only when the usual time is over: reads are slow.
 */
struct patience {
	uint64_t ns, deadline;
	uint64_t look; /* when to ask the device how it is */
	bool extended;
};

static struct patience patience(struct cw_dev *dev, uint64_t ns)
{
	return (struct patience){
		.ns = ns, .deadline = cw_deadline_locked(dev, ns), .look = cw_deadline_locked(dev, CW_HEALTH_NS)};
}

static bool exhausted(struct cw_dev *dev, const struct cw_ring *ring, struct patience *p)
{
	uint32_t cycles = 0;

	if (cw_expired_locked(dev, p->look)) {
		p->look = cw_deadline_locked(dev, CW_HEALTH_NS);
		if (cw_health_locked(dev, ring))
			return false;
	}
	if (!cw_expired_locked(dev, p->deadline))
		return false;
	if (p->extended || cw_read_locked(dev, CW_REG_FLUSH_TIMEOUT, &cycles))
		return true;
	p->extended = true;
	p->deadline += (2 * CW_NFLUSH + 2) * (uint64_t)cycles * 1000000 / dev->info.clock_khz;
	return cw_expired_locked(dev, p->deadline);
}

/* Take a free slot, waiting for one if must be. Its staging page, if it has one, is free too. */
static int slot_take(struct cw_dev *dev, struct cw_ring *ring)
{
	struct patience patient = patience(dev, CW_CMD_TIMEOUT_NS);

	if (!ring->nfree)
		cw_reap_locked(dev);
	while (!ring->nfree && !dev->dead) {
		if (exhausted(dev, ring, &patient)) {
			dev->dead = -ETIMEDOUT;
			break;
		}
		cw_kick_locked(dev);
		cw_wait_locked(dev, CW_CMD_TIMEOUT_NS);
		cw_reap_locked(dev);
	}
	if (dev->dead)
		return cw_dead_error(dev);
	return ring->free[--ring->nfree];
}

static void slot_post(struct cw_ring *ring, unsigned slot, const struct cw_cmd *cmd, struct cw_vm *vm, bool waited)
{
	struct cw_pending *p = &ring->pending[slot];

	p->state = waited ? CW_PEND_WAITED : CW_PEND_POSTED;
	p->vm = vm;
	p->cmd = *cmd;
	p->id = (uint16_t)((uint32_t)ring->sequence++ << ring->log2 | slot);
	p->cmd.id = p->id;
	publish(ring, slot);
}

int cw_post_locked(struct cw_dev *dev, struct cw_ring *ring, const struct cw_cmd *cmd, struct cw_vm *vm, bool waited)
{
	int slot = slot_take(dev, ring);

	if (slot >= 0)
		slot_post(ring, (unsigned)slot, cmd, vm, waited);
	return slot;
}

int cw_post_load_locked(struct cw_dev *dev, uint64_t addr, const uint64_t *entries, struct cw_vm *vm)
{
	struct cw_ring *ring = &dev->hot;
	int slot = slot_take(dev, ring);

	if (slot < 0)
		return slot;
	memcpy(ring->staging + (size_t)slot * CW_PAGE_SIZE, entries, CW_PAGE_SIZE);
	slot_post(ring, (unsigned)slot,
		  &(struct cw_cmd){.opcode = CW_OP_LOAD,
				   .addr = addr,
				   .arg0 = ring->staging_bus + (uint64_t)slot * CW_PAGE_SIZE,
				   .arg1 = CW_PAGE_SIZE},
		  vm, false);
	return 0;
}

static int finish(struct cw_dev *dev, struct cw_ring *ring, int slot, struct cw_cpl *cpl, struct patience *patient)
{
	struct cw_pending *p = &ring->pending[slot];

	cw_kick_locked(dev);
	for (;;) {
		cw_reap_locked(dev);
		if (p->state == CW_PEND_DONE)
			break;
		if (p->state == CW_PEND_LOST) {
			slot_free(ring, (unsigned)slot);
			return cw_error(-EIO, "%s was lost with a reset of the device", cw_opcode_name(p->cmd.opcode));
		}
		if (dev->dead)
			return cw_dead_error(dev);
		if (exhausted(dev, ring, patient))
			return cw_error(-ETIMEDOUT, "%s was not completed in time", cw_opcode_name(p->cmd.opcode));
		/* A BUSY command may have been said again. */
		cw_kick_locked(dev);
		cw_wait_locked(dev, patient->ns);
	}
	*cpl = p->cpl;
	slot_free(ring, (unsigned)slot);
	return 0;
}

int cw_exec_locked(struct cw_dev *dev, struct cw_ring *ring, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	uint64_t deadline = cw_deadline_locked(dev, CW_CMD_TIMEOUT_NS);

	do {
		struct patience patient = patience(dev, CW_CMD_TIMEOUT_NS);
		int slot = cw_post_locked(dev, ring, cmd, NULL, true), err;

		if (slot < 0)
			return slot;
		err = finish(dev, ring, slot, cpl, &patient);
		if (err) {
			/* Nobody will look at it: its late completion frees the slot. */
			if (ring->pending[slot].state == CW_PEND_WAITED) {
				ring->pending[slot].state = CW_PEND_ABANDONED;
				dev->dead = dev->dead ? dev->dead : err;
			}
			return err;
		}
	} while (cpl->status == CW_ST_BUSY && !cw_expired_locked(dev, deadline));
	return cw_cpl_error(cpl);
}

int cw_cpl_error(const struct cw_cpl *cpl)
{
	int err = 0;

	switch (cpl->status) {
#define CW_STATUS(name, code, e, doc) \
	case CW_ST_##name: \
		err = e; \
		break;
#include <catwalk/status.def>
#undef CW_STATUS
	default:
		err = EIO;
	}
	if (err && cpl->field)
		cw_error(-err, "%s: status %s, field %s", cw_opcode_name(cpl->opcode), cw_status_name(cpl->status),
			 cw_cmdfield_name(cpl->field));
	else if (err)
		cw_error(-err, "%s: status %s", cw_opcode_name(cpl->opcode), cw_status_name(cpl->status));
	return -err;
}

/* ---- raw commands ---- */

static struct cw_ring *ring_by_id(struct cw_dev *dev, enum cw_ring_id which)
{
	return which == CW_RING_HOT ? &dev->hot : which == CW_RING_COLD ? &dev->cold : NULL;
}

/* Handle: slot + 1, ring in bit 16. */
int cw_cmd_submit(struct cw_dev *dev, enum cw_ring_id which, const struct cw_cmd *cmd)
{
	struct cw_ring *ring;
	int slot;

	if (!dev || !cmd || !ring_by_id(dev, which))
		return cw_error(-EINVAL, "no such ring");
	cw_lock(dev);
	ring = ring_by_id(dev, which);
	cw_reap_locked(dev);
	if (dev->dead) {
		slot = cw_dead_error(dev);
	} else if (!ring->nfree) {
		slot = cw_error(-EAGAIN, "the command ring is full");
	} else {
		slot = cw_post_locked(dev, ring, cmd, NULL, true);
		cw_kick_locked(dev);
	}
	cw_unlock(dev);
	return slot < 0 ? slot : (slot + 1) | (int)which << 16;
}

static int wait_for(struct cw_dev *dev, int handle, struct cw_cpl *cpl, uint64_t timeout_ns, bool patient)
{
	struct cw_cpl ignored;
	struct cw_ring *ring;
	int slot = (handle & 0xffff) - 1, err;
	struct patience p;

	if (!dev || handle <= 0)
		return cw_error(-EINVAL, "not a handle of a command");
	ring = ring_by_id(dev, (enum cw_ring_id)(handle >> 16));
	if (!ring || slot < 0 || slot >= 1 << ring->log2)
		return cw_error(-ENOENT, "no such command");
	cw_lock(dev);
	p = patience(dev, timeout_ns);
	p.extended = !patient;
	if (ring->pending[slot].state == CW_PEND_FREE || ring->pending[slot].state == CW_PEND_POSTED ||
	    ring->pending[slot].state == CW_PEND_ABANDONED)
		err = cw_error(-ENOENT, "no such command");
	else
		err = finish(dev, ring, slot, cpl ? cpl : &ignored, &p);
	cw_unlock(dev);
	return err;
}

int cw_cmd_wait(struct cw_dev *dev, int handle, struct cw_cpl *cpl, uint64_t timeout_ns)
{
	return wait_for(dev, handle, cpl, timeout_ns, false);
}

int cw_cmd(struct cw_dev *dev, enum cw_ring_id which, const struct cw_cmd *cmd, struct cw_cpl *cpl)
{
	struct cw_cpl own;
	int handle, err;

	if (!cpl)
		cpl = &own;
	handle = cw_cmd_submit(dev, which, cmd);
	if (handle < 0)
		return handle;
	err = wait_for(dev, handle, cpl, CW_CMD_TIMEOUT_NS, true);
	return err ? err : cw_cpl_error(cpl);
}
