/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Memory, poison and stream ports as the user of a card calls them. */
#include "card.h"
#include <errno.h>
#include <string.h>

/* ---- memory ---- */

void *cw_sim_mem_alloc(struct cw_sim *sim, size_t len, size_t align, uint64_t *bus)
{
	void *ptr;

	return cw_hostmem_add(&sim->host, NULL, len, align, bus, &ptr) ? NULL : ptr;
}

int cw_sim_mem_free(struct cw_sim *sim, uint64_t bus)
{
	return cw_hostmem_remove(&sim->host, bus, true);
}

int cw_sim_mem_map(struct cw_sim *sim, void *ptr, size_t len, uint64_t *bus)
{
	return ptr ? cw_hostmem_add(&sim->host, ptr, len, 0, bus, NULL) : -EINVAL;
}

int cw_sim_mem_unmap(struct cw_sim *sim, uint64_t bus)
{
	return cw_hostmem_remove(&sim->host, bus, false);
}

void *cw_sim_mem_ptr(struct cw_sim *sim, uint64_t bus, size_t len)
{
	return cw_hostmem_ptr(&sim->host, bus, len);
}

int cw_sim_dma(struct cw_sim *sim, uint64_t bus, void *buf, size_t len, bool write)
{
	uint8_t *p;

	if (!len)
		return 0;
	for (uint64_t page = bus >> 12; page <= (bus + len - 1) >> 12; page++) {
		if (!cw_poison_has(&sim->poison[CW_SIM_HOST], page << 12))
			continue;
		sim->poison_hits++;
		cw_sim_fail(sim, "initiator %s poisoned host memory at 0x%llx", write ? "writes" : "reads",
			    (unsigned long long)bus);
		return -EACCES;
	}
	p = cw_hostmem_ptr(&sim->host, bus, len);
	if (!p)
		return -EFAULT;
	if (write)
		memcpy(p, buf, len);
	else
		memcpy(buf, p, len);
	return 0;
}

int cw_sim_table_peek(struct cw_sim *sim, uint64_t addr, void *buf, size_t len)
{
	if (!cw_tablemem_inside(&sim->table, addr, len))
		return -EINVAL;
	cw_tablemem_get(&sim->table, addr, buf, len);
	return 0;
}

int cw_sim_table_poke(struct cw_sim *sim, uint64_t addr, const void *buf, size_t len)
{
	if (!cw_tablemem_inside(&sim->table, addr, len))
		return -EINVAL;
	return cw_tablemem_put(&sim->table, addr, buf, len);
}

/* ---- poison ---- */

int cw_sim_poison(struct cw_sim *sim, enum cw_sim_mem mem, uint64_t addr, uint64_t len)
{
	if (addr & 4095 || len & 4095)
		return -EINVAL;
	for (uint64_t page = addr >> 12; page < (addr + len) >> 12; page++) {
		int ret = cw_poison_add(&sim->poison[mem], page);

		if (ret)
			return ret;
	}
	return 0;
}

int cw_sim_unpoison(struct cw_sim *sim, enum cw_sim_mem mem, uint64_t addr, uint64_t len)
{
	if (addr & 4095 || len & 4095)
		return -EINVAL;
	for (uint64_t page = addr >> 12; page < (addr + len) >> 12; page++)
		cw_poison_remove(&sim->poison[mem], page);
	return 0;
}

uint64_t cw_sim_poison_hits(const struct cw_sim *sim)
{
	return sim->poison_hits;
}

/* ---- stream ports ---- */

int cw_sim_port_request(struct cw_sim *sim, unsigned port, const struct cw_sim_req *req)
{
	struct cw_port *p = &sim->port[port];

	if (port >= CW_NPORT_STREAM || req->tag >= CW_NTAG || req->len_m1 > 4095)
		return -EINVAL;
	if (p->req_n == CW_PORT_QUEUE)
		return -EAGAIN;
	p->req[(p->req_head + p->req_n++) % CW_PORT_QUEUE] = *req;
	return 0;
}

size_t cw_sim_port_queued(const struct cw_sim *sim, unsigned port)
{
	return port < CW_NPORT_STREAM ? sim->port[port].req_n : 0;
}

int cw_sim_port_answer(struct cw_sim *sim, unsigned port, struct cw_sim_ans *ans)
{
	struct cw_port *p = &sim->port[port];

	if (port >= CW_NPORT_STREAM)
		return -EINVAL;
	if (!p->ans_n)
		return 0;
	*ans = p->ans[p->ans_head];
	p->ans_head = (p->ans_head + 1) % CW_PORT_QUEUE;
	p->ans_n--;
	return 1;
}

int cw_sim_port_release(struct cw_sim *sim, unsigned port, uint8_t tag)
{
	struct cw_port *p = &sim->port[port];

	if (port >= CW_NPORT_STREAM || tag >= CW_NTAG)
		return -EINVAL;
	if (p->rel_n == CW_PORT_QUEUE)
		return -EAGAIN;
	p->rel[(p->rel_head + p->rel_n++) % CW_PORT_QUEUE] = tag;
	return 0;
}

int cw_sim_port_stall(struct cw_sim *sim, unsigned port, unsigned req, unsigned ans, unsigned rel)
{
	struct cw_port *p = &sim->port[port];

	/* 100 would be a port that never moves */
	if (port >= CW_NPORT_STREAM || req > 99 || ans > 99 || rel > 99)
		return -EINVAL;
	p->stall_req = req;
	p->stall_ans = ans;
	p->stall_rel = rel;
	return 0;
}

bool cw_sim_bridge_in_reset(const struct cw_sim *sim)
{
	return sim->bridge.in_reset;
}

bool cw_sim_port_in_reset(const struct cw_sim *sim, unsigned port)
{
	return port < CW_NPORT_STREAM && sim->port[port].in_reset;
}

void cw_sim_port_busy(struct cw_sim *sim, unsigned port, bool busy)
{
	if (port < CW_NPORT_STREAM)
		sim->port[port].busy = busy;
}
