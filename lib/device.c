/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Open, identity, close; registers and waiting. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <catwalk/hash.h>

#include "internal.h"

enum { CONTROL_BUS_MASTER = 1 << 0 };

static const struct cw_transport *const transports[] = {&cw_transport_sim};

const char *cw_version(void)
{
	return CW_LIB_VERSION;
}

void cw_lock(struct cw_dev *dev)
{
	cw_ticket_lock(&dev->lock);
}

void cw_unlock(struct cw_dev *dev)
{
	cw_ticket_unlock(&dev->lock);
}

int cw_read_locked(struct cw_dev *dev, uint32_t offset, uint32_t *value)
{
	return dev->tr->reg_read(dev->t, offset, value);
}

int cw_write_locked(struct cw_dev *dev, uint32_t offset, uint32_t value)
{
	return dev->tr->reg_write(dev->t, offset, value);
}

int cw_read64_locked(struct cw_dev *dev, uint32_t offset, uint64_t *value)
{
	uint32_t lo = 0, hi = 0;
	int err = cw_read_locked(dev, offset, &lo);

	if (!err)
		err = cw_read_locked(dev, offset + 4, &hi);
	*value = (uint64_t)hi << 32 | lo;
	return err;
}

/* The high word takes both (P39). */
int cw_write64_locked(struct cw_dev *dev, uint32_t offset, uint64_t value)
{
	int err = cw_write_locked(dev, offset, (uint32_t)value);

	return err ? err : cw_write_locked(dev, offset + 4, (uint32_t)(value >> 32));
}

void cw_wait_locked(struct cw_dev *dev, uint64_t ns)
{
	dev->tr->wait(dev->t, ns);
	cw_unlock(dev);
	cw_lock(dev);
}

uint64_t cw_deadline_locked(struct cw_dev *dev, uint64_t ns)
{
	uint64_t now = dev->tr->now(dev->t);

	return ns > UINT64_MAX - now ? UINT64_MAX : now + ns;
}

bool cw_expired_locked(struct cw_dev *dev, uint64_t deadline)
{
	return dev->tr->now(dev->t) >= deadline;
}

static int check_identity(struct cw_dev *dev)
{
	struct cw_info *info = &dev->info;
	uint32_t id = 0, version = 0;
	int err = cw_read_locked(dev, CW_REG_ID, &id);

	if (!err)
		err = cw_read_locked(dev, CW_REG_VERSION, &version);
	if (!err)
		err = cw_read_locked(dev, CW_REG_BUILD_HASH, &info->build_hash);
	if (err)
		return err;
	if (id != CW_ID_MAGIC)
		return cw_error(-ENODEV, "no Catwalk device: its identity register reads 0x%08" PRIx32, id);
	info->version_major = (uint16_t)(version >> 16);
	info->version_minor = (uint16_t)version;
	if (info->version_major != CW_VERSION_MAJOR)
		return cw_error(-EPROTO, "the device speaks version %u.%u, this library %u.%u: the majors must agree",
				info->version_major, info->version_minor, CW_VERSION_MAJOR, CW_VERSION_MINOR);
	if (info->version_minor == CW_VERSION_MINOR && info->build_hash != cw_contract_hash())
		return cw_error(-EPROTO,
				"device and library were built from different contracts: 0x%08" PRIx32
				" and 0x%08" PRIx32,
				info->build_hash, cw_contract_hash());
	return 0;
}

static int read_capabilities(struct cw_dev *dev)
{
	struct cw_info *info = &dev->info;
	uint32_t ports = 0, contexts = 0, walk = 0, tlb = 0, park = 0;
	const struct {
		uint32_t reg, *value;
	} list[] = {
		{CW_REG_CAP_PORTS, &ports},
		{CW_REG_CAP_CONTEXTS, &contexts},
		{CW_REG_CAP_WALK, &walk},
		{CW_REG_CAP_TLB, &tlb},
		{CW_REG_CAP_PARK, &park},
		{CW_REG_CAP_HOT_OPS, &info->hot_ops},
		{CW_REG_CAP_CLOCK, &info->clock_khz},
		{CW_REG_STATUS, &info->status},
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		int err = cw_read_locked(dev, list[i].reg, list[i].value);

		if (err)
			return err;
	}
	info->stream_ports = ports & 0xff;
	info->ports = ports >> 8 & 0xff;
	info->tgen_port = ports >> 16 & 0xff;
	info->tag_bits = ports >> 24;
	info->contexts = contexts & 0xffff;
	info->domains = contexts >> 16;
	info->walk_slots = walk & 0xff;
	info->waiting = walk >> 8 & 0xffff;
	info->walk_cache_entries = walk >> 24;
	info->tlb_sets = tlb & 0xffff;
	info->tlb_ways = tlb >> 16 & 0xff;
	info->tlb_line = tlb >> 24;
	info->park_entries = park & 0xffff;
	info->flushes = park >> 16;
	if (!info->clock_khz || info->contexts > CW_NCTX || info->domains > CW_NDOM || !info->contexts ||
	    info->park_entries > CW_NPARK)
		return cw_error(-EIO, "the device's capability registers make no sense");
	return cw_read64_locked(dev, CW_REG_CAP_TABLE_SIZE, &info->table_bytes);
}

static int wait_firmware(struct cw_dev *dev)
{
	uint64_t deadline = cw_deadline_locked(dev, CW_BOOT_TIMEOUT_NS);
	uint32_t status = 0;

	for (;;) {
		int err = cw_read_locked(dev, CW_REG_STATUS, &status);

		if (err)
			return err;
		if (status & CW_STATUS_FW_DEAD)
			return cw_error(-EIO, "the firmware does not run");
		if (status & CW_STATUS_FW_SELFTEST)
			return cw_error(-EIO, "the firmware failed its self test");
		if (status & CW_STATUS_FW_READY)
			break;
		if (cw_expired_locked(dev, deadline))
			return cw_error(-ETIMEDOUT, "the firmware did not come up (status 0x%" PRIx32 ")", status);
		cw_wait_locked(dev, 1000);
	}
	return cw_read_locked(dev, CW_REG_FW_VERSION, &dev->info.fw_version);
}

static int port_set_locked(struct cw_dev *dev, unsigned port, uint32_t first, uint32_t last)
{
	const struct cw_cmd cmd = {
		.opcode = CW_OP_PORT_SET, .ctx = (uint16_t)first, .space = (uint16_t)last, .addr = port};
	struct cw_cpl cpl;

	return cw_exec_locked(dev, &dev->cold, &cmd, &cpl);
}

int cw_dev_start_locked(struct cw_dev *dev)
{
	int err = cw_write_locked(dev, CW_REG_CONTROL, CONTROL_BUS_MASTER);

	if (!err)
		err = cw_rings_start(dev);
	if (!err)
		err = wait_firmware(dev);
	if (!err)
		err = cw_probes_init_locked(dev);
	if (!err)
		err = port_set_locked(dev, CW_PORT_HOST, 0, dev->info.contexts - 1);
	if (!err)
		err = port_set_locked(dev, dev->info.tgen_port, 0, dev->info.contexts - 1);
	for (unsigned p = 0; p < CW_NPORT && !err; p++) {
		if (dev->range[p].set)
			err = port_set_locked(dev, p, dev->range[p].first, dev->range[p].last);
	}
	return err;
}

static int bring_up(struct cw_dev *dev)
{
	int err = check_identity(dev);

	if (!err)
		err = read_capabilities(dev);
	if (!err)
		err = cw_tables_init(dev);
	if (!err)
		err = cw_rings_alloc(dev);
	return err ? err : cw_dev_start_locked(dev);
}

int cw_open_transport(const struct cw_transport *tr, void *t, const char *name, struct cw_dev **out)
{
	struct cw_dev *dev = calloc(1, sizeof(*dev));
	int err;

	if (!dev) {
		tr->close(t);
		return cw_error(-ENOMEM, "no memory");
	}
	dev->tr = tr;
	dev->t = t;
	dev->event_next = 1;
	snprintf(dev->info.device, sizeof(dev->info.device), "%s", name);
	cw_ticket_init(&dev->lock);
	cw_ticket_init(&dev->service);
	cw_lock(dev);
	err = bring_up(dev);
	cw_unlock(dev);
	if (err) {
		cw_close(dev);
		return err;
	}
	*out = dev;
	return 0;
}

int cw_open(const char *uri, struct cw_dev **out)
{
	const char *colon = uri ? strchr(uri, ':') : NULL;

	if (!out)
		return cw_error(-EINVAL, "no place for the handle");
	for (size_t i = 0; colon && i < sizeof(transports) / sizeof(transports[0]); i++) {
		const struct cw_transport *tr = transports[i];
		void *t;
		int err;

		if (strlen(tr->scheme) != (size_t)(colon - uri) || strncmp(uri, tr->scheme, (size_t)(colon - uri)) != 0)
			continue;
		err = tr->open(colon + 1, &t);
		return err ? err : cw_open_transport(tr, t, uri, out);
	}
	return cw_error(-EINVAL, "unknown device '%s'; this build has: sim:[OPTION=VALUE,...]", uri ? uri : "");
}

/* No DMA from here on (P40). The read comes back behind the write. */
static void stop_dma(struct cw_dev *dev)
{
	cw_lock(dev);
	if (cw_write_locked(dev, CW_REG_CONTROL, 0) == 0)
		cw_read_locked(dev, CW_REG_STATUS, &(uint32_t){0});
	cw_unlock(dev);
}

void cw_close(struct cw_dev *dev)
{
	bool held = false;

	if (!dev)
		return;
	cw_ticket_lock(&dev->service);
	if (dev->tgen_busy) {
		cw_lock(dev);
		cw_write_locked(dev, CW_REG_TGEN_CTRL, 2);
		cw_unlock(dev);
	}
	for (unsigned i = 0; i < CW_NCTX; i++) {
		if (dev->ctx[i] && cw_ctx_remove(dev->ctx[i], true))
			held = true;
	}
	/* A context that could not be detached may still use the memory of its VM, which goes with that. */
	if (held) {
		stop_dma(dev);
		/* Nor does it read commands then. */
		dev->dead = dev->dead ? dev->dead : -EIO;
	}
	while (dev->vms)
		cw_vm_free(dev->vms);
	cw_ticket_unlock(&dev->service);

	stop_dma(dev);
	cw_lock(dev);
	cw_rings_free(dev);
	cw_blocks_free(dev);
	cw_unlock(dev);
	dev->tr->close(dev->t);
	free(dev->table_map);
	cw_ticket_destroy(&dev->service);
	cw_ticket_destroy(&dev->lock);
	free(dev);
}

struct cw_sim *cw_dev_sim(struct cw_dev *dev)
{
	return dev->tr == &cw_transport_sim ? cw_transport_sim_handle(dev->t) : NULL;
}

int cw_info(struct cw_dev *dev, struct cw_info *info)
{
	int err;

	if (!dev || !info)
		return cw_error(-EINVAL, "no device or no place for the answer");
	cw_lock(dev);
	err = cw_read_locked(dev, CW_REG_STATUS, &dev->info.status);
	*info = dev->info;
	cw_unlock(dev);
	return err;
}

int cw_port_set(struct cw_dev *dev, unsigned port, uint32_t first, uint32_t last)
{
	int err;

	if (!dev || port >= dev->info.ports)
		return cw_error(-EINVAL, "port %u does not exist", port);
	/* One encoding for "none". */
	if (first > last) {
		first = 1;
		last = 0;
	} else if (last >= dev->info.contexts) {
		return cw_error(-EINVAL, "contexts end at %u", dev->info.contexts - 1);
	}
	cw_lock(dev);
	err = port_set_locked(dev, port, first, last);
	/* NOT_FLUSHED: the new range holds. */
	if (port < CW_NPORT && (!err || err == -ETIMEDOUT)) {
		dev->range[port].set = true;
		dev->range[port].first = first;
		dev->range[port].last = last;
	}
	cw_unlock(dev);
	return err;
}

int cw_reg_read(struct cw_dev *dev, uint32_t offset, uint32_t *value)
{
	int err;

	if (!dev || !value || offset % 4 || offset >= CW_REG_SPACE)
		return cw_error(-EINVAL, "not a register: 0x%" PRIx32, offset);
	cw_lock(dev);
	err = cw_read_locked(dev, offset, value);
	cw_unlock(dev);
	return err;
}

int cw_reg_write(struct cw_dev *dev, uint32_t offset, uint32_t value)
{
	int err;

	if (!dev || offset % 4 || offset >= CW_REG_SPACE)
		return cw_error(-EINVAL, "not a register: 0x%" PRIx32, offset);
	cw_lock(dev);
	err = cw_write_locked(dev, offset, value);
	cw_unlock(dev);
	return err;
}

int cw_cycles(struct cw_dev *dev, uint64_t *cycles)
{
	int err;

	if (!dev || !cycles)
		return cw_error(-EINVAL, "no device or no place for the answer");
	cw_lock(dev);
	err = cw_write_locked(dev, CW_REG_SNAPSHOT, 1);
	if (!err)
		err = cw_read64_locked(dev, CW_REG_CYCLE, cycles);
	if (!err && dev->tr->check)
		err = dev->tr->check(dev->t);
	cw_unlock(dev);
	return err;
}

int cw_run(struct cw_dev *dev, uint64_t ns)
{
	uint64_t deadline;

	if (!dev)
		return cw_error(-EINVAL, "no device");
	cw_lock(dev);
	deadline = cw_deadline_locked(dev, ns);
	while (!cw_expired_locked(dev, deadline))
		cw_wait_locked(dev, deadline - dev->tr->now(dev->t));
	cw_unlock(dev);
	return 0;
}

ssize_t cw_fwlog_read(struct cw_dev *dev, uint64_t *pos, char *buf, size_t size)
{
	uint32_t head = 0, word = 0;
	size_t n = 0;
	int err;

	if (!dev || !pos || (!buf && size))
		return cw_error(-EINVAL, "no device or no place for the text");
	cw_lock(dev);
	err = cw_read_locked(dev, CW_REG_FWLOG_HEAD, &head);
	if (!err && head > CW_FW_LOG_BYTES && *pos < head - CW_FW_LOG_BYTES)
		*pos = head - CW_FW_LOG_BYTES;
	while (!err && *pos < head && n < size) {
		uint32_t at = *pos % CW_FW_LOG_BYTES;

		if (n == 0 || at % 4 == 0) {
			err = cw_write_locked(dev, CW_REG_FWLOG_ADDR, at & ~3u);
			if (!err)
				err = cw_read_locked(dev, CW_REG_FWLOG_DATA, &word);
		}
		if (!err)
			buf[n++] = (char)(word >> 8 * (at % 4));
		(*pos)++;
	}
	cw_unlock(dev);
	return err ? err : (ssize_t)n;
}
