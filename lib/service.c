/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * The fault loop: fault records, the core's slow path, and the commands that repair and resume, in one batch with one
 * doorbell. LOAD, WRITE and RESUME of a fault stand in the ring in this order, so nothing on the way waits.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define BATCH 64

void cw_resume(struct cw_dev *dev, uint32_t parked_id, unsigned action, const void *data, size_t len)
{
	struct cw_cmd cmd = {.opcode = CW_OP_RESUME, .arg0 = parked_id, .arg1 = action};

	if (len)
		memcpy(cmd.data, data, len);
	cw_lock(dev);
	/* If it cannot be posted the device is dead, which the next wait reports. */
	cw_post_locked(dev, &dev->hot, &cmd, NULL, false);
	cw_unlock(dev);
}

/* Where the data of a record lies until the doorbell lets its slot go (P34). */
static const uint8_t *line_of(const struct cw_dev *dev, uint32_t index)
{
	return dev->faults.data + (size_t)CW_LINE_BYTES * (index & ((1u << CW_FAULT_LOG2) - 1));
}

static void handle(struct cw_dev *dev, const struct cw_fault_record *rec, const uint8_t *line)
{
	struct cw_ctx *ctx = rec->ctx < CW_NCTX ? dev->ctx[rec->ctx] : NULL;
	enum cw_event_cause cause = CW_EVENT_MMIO;

	/* A context that is gone has taken its parked requests along; this one is stale (P33). */
	if (!ctx) {
		cw_resume(dev, rec->parked_id, CW_RESUME_ABORT, NULL, 0);
		return;
	}

	if (rec->reason == CW_RSN_LOG_FULL) {
		cw_dring_full(ctx, rec->parked_id);
		return;
	}

	struct cw_fault f = {.ctx = &ctx->mmu,
			     .gpa = rec->addr,
			     .write = rec->access == CW_ACCESS_WRITE,
			     .log_missing = rec->reason == CW_RSN_LOG_MISSING};
	int pf = cw_mmu_fault(&ctx->vm->worker, &f);

	switch (pf) {
	case CW_PF_RETRY:
	case CW_PF_FIXED:
	case CW_PF_SPURIOUS:
	case -EAGAIN:
		cw_resume(dev, rec->parked_id, CW_RESUME_RETRY, NULL, 0);
		break;
	case CW_PF_ONES:
		cw_resume(dev, rec->parked_id, CW_RESUME_ONES, NULL, 0);
		break;
	case CW_PF_EMULATE:
		if (f.have_slot)
			cause = f.slot.flags & CW_MEM_ALLONES ? CW_EVENT_ALLONES : CW_EVENT_READONLY;
		cw_event_add(ctx, rec, line, &f, cause);
		break;
	case CW_PF_GUEST:
		cw_event_add(ctx, rec, line, &f, CW_EVENT_GUEST_FAULT);
		break;
	case CW_PF_WRITE_PROTECTED:
		cw_event_add(ctx, rec, line, &f, CW_EVENT_TABLE_WRITE);
		break;
	default:
		cw_resume(dev, rec->parked_id, CW_RESUME_ABORT, NULL, 0);
	}
}

static int collect(struct cw_dev *dev, struct cw_fault_record *batch)
{
	struct cw_fault_ring *fr = &dev->faults;
	int n = 0;

	while (n < BATCH) {
		const struct cw_fault_record *at = &fr->records[fr->next & ((1u << CW_FAULT_LOG2) - 1)];
		uint8_t phase = fr->next >> CW_FAULT_LOG2 & 1 ? 0 : CW_PHASE;

		if ((__atomic_load_n(&at->phase, __ATOMIC_ACQUIRE) & CW_PHASE) != phase)
			break;
		memcpy(&batch[n++], at, sizeof(*at));
		fr->next++;
	}
	return n;
}

/*
 * A record that host memory did not take leaves a hole, and what comes after it would never be seen. Its requests have
 * ended (P43). The phase is put right, or the hole would be taken for a record in the lap after next.
 */
static void skip_lost(struct cw_dev *dev)
{
	struct cw_fault_ring *fr = &dev->faults;
	uint32_t faults = 0, index = 0, first = fr->next;

	if (!cw_expired_locked(dev, fr->look))
		return;
	fr->look = cw_deadline_locked(dev, CW_FAULTS_LOOK_NS);
	if (cw_read_locked(dev, CW_REG_RING_FAULTS, &faults) || !(faults >> 4 & 1) ||
	    cw_read_locked(dev, CW_REG_FAULT_INDEX, &index))
		return;
	while ((int32_t)(index - fr->next) > 0) {
		struct cw_fault_record *at = &fr->records[fr->next & ((1u << CW_FAULT_LOG2) - 1)];
		uint8_t phase = fr->next >> CW_FAULT_LOG2 & 1 ? 0 : CW_PHASE;

		if ((__atomic_load_n(&at->phase, __ATOMIC_ACQUIRE) & CW_PHASE) == phase)
			break;
		at->phase = phase;
		fr->next++;
		fr->lost++;
	}
	if (fr->next != first && cw_write_locked(dev, CW_REG_FAULT_DOORBELL, fr->next) == 0)
		fr->acked = fr->next;
}

int cw_service_once(struct cw_dev *dev)
{
	struct cw_fault_record batch[BATCH];
	uint32_t first;
	int n, err;

	cw_lock(dev);
	cw_reap_locked(dev);
	first = dev->faults.next;
	n = collect(dev, batch);
	if (n)
		dev->tr->host_begin(dev->t);
	else
		skip_lost(dev);
	cw_unlock(dev);

	for (int i = 0; i < n; i++)
		handle(dev, &batch[i], line_of(dev, first + (uint32_t)i));
	cw_events_expire(dev);
	cw_drings_expire(dev);

	cw_lock(dev);
	if (n)
		dev->tr->host_end(dev->t);
	cw_kick_locked(dev);
	if (n && cw_write_locked(dev, CW_REG_FAULT_DOORBELL, dev->faults.next) == 0)
		dev->faults.acked = dev->faults.next;
	err = dev->dead;
	if (err)
		cw_dead_error(dev);
	else if (dev->tr->check)
		err = dev->dead = dev->tr->check(dev->t);
	cw_unlock(dev);
	/* All is answered: now there is time to get memory for the next ones. If there is none, a fault says so. */
	for (struct cw_vm *vm = dev->vms; vm && n; vm = vm->next)
		cw_mmu_worker_refill(&vm->worker);
	return err ? err : n;
}

/* Runs the loop until done() says so (1), the time is over (0) or the device fails. */
int cw_service_until(struct cw_dev *dev, uint64_t timeout_ns, int (*done)(struct cw_dev *dev, void *priv, int handled),
		     void *priv)
{
	uint64_t deadline;
	int n, result;

	cw_lock(dev);
	deadline = cw_deadline_locked(dev, timeout_ns);
	cw_unlock(dev);
	for (;;) {
		bool over;

		cw_ticket_lock(&dev->service);
		n = cw_service_once(dev);
		result = n < 0 ? n : done(dev, priv, n);
		cw_ticket_unlock(&dev->service);
		if (result)
			return result;
		cw_lock(dev);
		over = cw_expired_locked(dev, deadline);
		if (!over)
			cw_wait_locked(dev, timeout_ns);
		cw_unlock(dev);
		if (over)
			return 0;
	}
}

static int any(struct cw_dev *dev, void *priv, int handled)
{
	(void)dev;
	(void)priv;
	return handled;
}

int cw_service(struct cw_dev *dev, uint64_t timeout_ns)
{
	if (!dev)
		return cw_error(-EINVAL, "no device");
	return cw_service_until(dev, timeout_ns, any, NULL);
}
