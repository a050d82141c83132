/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Events: parked requests that only the user can answer (P34). There are never more than the engine can park. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static uint64_t now(struct cw_dev *dev)
{
	uint64_t t;

	cw_lock(dev);
	t = dev->tr->now(dev->t);
	cw_unlock(dev);
	return t;
}

/* DROP is for emulated memory: neither a write to a table of the guest nor what its tables forbid is done silently. */
static void answer_default(struct cw_dev *dev, const struct cw_vm *vm, uint32_t parked_id, enum cw_event_cause cause)
{
	bool drop = vm->params.unanswered == CW_DEFAULT_DROP && cause != CW_EVENT_GUEST_FAULT &&
		    cause != CW_EVENT_TABLE_WRITE;

	cw_resume(dev, parked_id, drop ? CW_RESUME_EMULATED : CW_RESUME_ABORT, NULL, 0);
	dev->unanswered++;
}

void cw_event_add(struct cw_ctx *ctx, const struct cw_fault_record *rec, const uint8_t *line, const struct cw_fault *f,
		  enum cw_event_cause cause)
{
	struct cw_vm *vm = ctx->vm;
	struct cw_dev *dev = vm->dev;
	struct cw_waiting_event *e = NULL;

	for (unsigned i = 0; i < CW_NPARK && vm->params.events && !e; i++) {
		if (!dev->events[i].used)
			e = &dev->events[i];
	}
	if (!e) {
		answer_default(dev, vm, rec->parked_id, cause);
		return;
	}
	*e = (struct cw_waiting_event){
		.used = true,
		.parked_id = rec->parked_id,
		.deadline = now(dev) + vm->params.event_timeout_ns,
		.ev = {.id = dev->event_next++,
		       .vm = vm,
		       .gpa = ctx->params.kind == CW_CTX_DIRECT ? rec->addr : f->guest_gpa,
		       .addr = rec->addr,
		       .error_code = f->guest_error,
		       .len = rec->len,
		       .ctx = ctx->id,
		       .write = rec->access == CW_ACCESS_WRITE,
		       .cause = cause,
		       .port = rec->port,
		       .tag = rec->tag,
		       .timestamp = rec->timestamp},
	};
	/* The line has each byte where its address says; the user has them from the first one on (P34). */
	for (unsigned i = 0; rec->strobes && i < rec->len && i < CW_LINE_BYTES; i++) {
		unsigned lane = (rec->addr + i) % CW_LINE_BYTES;

		if (!(rec->strobes >> lane & 1))
			continue;
		e->ev.written |= UINT64_C(1) << i;
		e->ev.data[i] = line[lane];
	}
}

void cw_events_expire(struct cw_dev *dev)
{
	for (unsigned i = 0; i < CW_NPARK; i++) {
		struct cw_waiting_event *e = &dev->events[i];

		if (e->used && now(dev) >= e->deadline) {
			answer_default(dev, e->ev.vm, e->parked_id, e->ev.cause);
			e->used = false;
		}
	}
}

/* The detach has aborted what was parked. */
void cw_events_drop_ctx(struct cw_dev *dev, uint32_t ctx)
{
	for (unsigned i = 0; i < CW_NPARK; i++) {
		if (dev->events[i].used && dev->events[i].ev.ctx == ctx)
			dev->events[i].used = false;
	}
}

static int oldest(struct cw_dev *dev, void *priv, int handled)
{
	struct cw_event *out = priv;
	struct cw_waiting_event *first = NULL;

	(void)handled;
	for (unsigned i = 0; i < CW_NPARK; i++) {
		struct cw_waiting_event *e = &dev->events[i];

		if (e->used && !e->delivered && (!first || e->ev.id < first->ev.id))
			first = e;
	}
	if (!first)
		return 0;
	first->delivered = true;
	*out = first->ev;
	return 1;
}

int cw_event_poll(struct cw_dev *dev, struct cw_event *event, uint64_t timeout_ns)
{
	if (!dev || !event)
		return cw_error(-EINVAL, "no device or no place for the event");
	return cw_service_until(dev, timeout_ns, oldest, event);
}

int cw_event_answer(struct cw_dev *dev, uint64_t id, enum cw_answer answer, const void *data, size_t len)
{
	static const uint8_t actions[] = {
		[CW_ANSWER_ABORT] = CW_RESUME_ABORT,
		[CW_ANSWER_ONES] = CW_RESUME_ONES,
		[CW_ANSWER_EMULATED] = CW_RESUME_EMULATED,
		[CW_ANSWER_RETRY] = CW_RESUME_RETRY,
	};
	struct cw_waiting_event *e = NULL;

	if (!dev || (unsigned)answer >= sizeof(actions))
		return cw_error(-EINVAL, "no such answer");
	if (len && (answer != CW_ANSWER_EMULATED || !data || len > sizeof(((struct cw_cmd *)0)->data)))
		return cw_error(-EINVAL, "only EMULATED takes data, 64 bytes at most");
	cw_ticket_lock(&dev->service);
	for (unsigned i = 0; i < CW_NPARK && !e; i++) {
		if (dev->events[i].used && dev->events[i].ev.id == id)
			e = &dev->events[i];
	}
	if (e) {
		e->used = false;
		cw_resume(dev, e->parked_id, actions[answer], data, len);
		cw_lock(dev);
		cw_kick_locked(dev);
		cw_unlock(dev);
	}
	cw_ticket_unlock(&dev->service);
	return e ? 0 : cw_error(-ENOENT, "no such event, or its time is over");
}

uint64_t cw_events_unanswered(struct cw_dev *dev)
{
	uint64_t n;

	cw_ticket_lock(&dev->service);
	n = dev->unanswered;
	cw_ticket_unlock(&dev->service);
	return n;
}
