/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "card.h"
#include "engine.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The firmware as text for $readmemh, "" if there is none. */
extern const char cw_firmware_hex[];

#define CW_SIM_LITE_LIMIT 20000 /* cycles for one register access at the pins */

static _Thread_local char last_error[512];

const char *cw_sim_last_error(void)
{
	return last_error;
}

__attribute__((format(printf, 2, 3))) static int fail(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(last_error, sizeof(last_error), fmt, ap);
	va_end(ap);
	return err;
}

void cw_sim_fail(struct cw_sim *sim, const char *fmt, ...)
{
	size_t used = strlen(sim->error_text);
	va_list ap;

	if (sim->errors++ >= 4 || used + 32 > sizeof(sim->error_text))
		return;
	used += (size_t)snprintf(sim->error_text + used, sizeof(sim->error_text) - used,
				 "%scycle %llu: ", used ? "; " : "", (unsigned long long)sim->cycle);
	if (used >= sizeof(sim->error_text))
		return;
	va_start(ap, fmt);
	vsnprintf(sim->error_text + used, sizeof(sim->error_text) - used, fmt, ap);
	va_end(ap);
}

uint64_t cw_sim_errors(const struct cw_sim *sim)
{
	return sim->errors;
}

const char *cw_sim_error_text(const struct cw_sim *sim)
{
	return sim->error_text;
}

/* ---- what stands behind the memory buses ---- */

static void touch(struct cw_sim *sim, enum cw_sim_mem mem, uint64_t addr, const char *who)
{
	if (!cw_poison_has(&sim->poison[mem], addr))
		return;
	sim->poison_hits++;
	cw_sim_fail(sim, "%s poisoned %s memory at 0x%llx", who, mem == CW_SIM_TABLE ? "table" : "host",
		    (unsigned long long)addr);
}

static uint8_t table_read(void *priv, uint64_t addr, uint8_t *line)
{
	struct cw_sim *sim = priv;

	touch(sim, CW_SIM_TABLE, addr, "engine reads");
	return cw_tablemem_read(&sim->table, addr, line);
}

static uint8_t table_write(void *priv, uint64_t addr, const uint8_t *piece, uint8_t strb)
{
	struct cw_sim *sim = priv;

	touch(sim, CW_SIM_TABLE, addr, "engine writes");
	return cw_tablemem_write(&sim->table, addr, piece, strb);
}

static uint8_t host_read(void *priv, uint64_t addr, uint8_t *line)
{
	struct cw_sim *sim = priv;

	touch(sim, CW_SIM_HOST, addr, "engine reads");
	return cw_hostmem_read(&sim->host, addr, line);
}

static uint8_t host_write(void *priv, uint64_t addr, const uint8_t *piece, uint8_t strb)
{
	struct cw_sim *sim = priv;

	touch(sim, CW_SIM_HOST, addr, "engine writes");
	return cw_hostmem_write(&sim->host, addr, piece, strb);
}

static uint8_t guest_read(void *priv, uint64_t addr, uint8_t *line)
{
	struct cw_sim *sim = priv;

	return sim->guest_read ? sim->guest_read(sim->guest_priv, addr, line) : host_read(sim, addr, line);
}

static uint8_t guest_write(void *priv, uint64_t addr, const uint8_t *piece, uint8_t strb)
{
	struct cw_sim *sim = priv;

	return sim->guest_write ? sim->guest_write(sim->guest_priv, addr, piece, strb) :
				  host_write(sim, addr, piece, strb);
}

void cw_sim_set_guest(struct cw_sim *sim, uint8_t (*read)(void *priv, uint64_t bus, uint8_t *line),
		      uint8_t (*write)(void *priv, uint64_t bus, const uint8_t *piece, uint8_t strb), void *priv)
{
	sim->guest_read = read;
	sim->guest_write = write;
	sim->guest_priv = priv;
}

static void table_error(void *priv, const char *what, uint64_t addr)
{
	cw_sim_fail(priv, "table bus: %s (0x%llx)", what, (unsigned long long)addr);
}

static void host_error(void *priv, const char *what, uint64_t addr)
{
	cw_sim_fail(priv, "host bus: %s (0x%llx)", what, (unsigned long long)addr);
}

static uint8_t inject(struct cw_sim *sim, enum cw_sim_mem mem, unsigned op, uint8_t id, uint64_t addr, uint64_t len,
		      uint64_t *delay)
{
	uint8_t resp = 0;

	for (unsigned i = 0; i < sim->nrule; i++) {
		struct cw_sim_rule *e = &sim->rule[i];

		if (e->r.mem != mem || !(e->r.ops & op) || addr > e->r.hi || addr + len - 1 < e->r.lo ||
		    (e->r.ids && !(e->r.ids >> (id & 63) & 1)))
			continue;
		if (e->seen++ < e->r.skip || (e->r.count && e->seen > e->r.skip + e->r.count))
			continue;
		sim->inject_hits++;
		if (e->r.resp > resp)
			resp = e->r.resp;
		*delay += e->r.delay;
	}
	return resp;
}

static uint8_t table_inject(void *priv, unsigned op, uint8_t id, uint64_t addr, uint64_t len, uint64_t *delay)
{
	return inject(priv, CW_SIM_TABLE, op, id, addr, len, delay);
}

static uint8_t host_inject(void *priv, unsigned op, uint8_t id, uint64_t addr, uint64_t len, uint64_t *delay)
{
	return inject(priv, CW_SIM_HOST, op, id, addr, len, delay);
}

static uint8_t guest_inject(void *priv, unsigned op, uint8_t id, uint64_t addr, uint64_t len, uint64_t *delay)
{
	return inject(priv, CW_SIM_GUEST, op, id, addr, len, delay);
}

static void guest_error(void *priv, const char *what, uint64_t addr)
{
	cw_sim_fail(priv, "guest bus: %s (0x%llx)", what, (unsigned long long)addr);
}

static void hook_inject(struct cw_sim *sim)
{
	cw_axi_store(sim->axi[CW_SIM_TABLE])->inject = sim->nrule ? table_inject : NULL;
	cw_axi_store(sim->axi[CW_SIM_HOST])->inject = sim->nrule ? host_inject : NULL;
	cw_axi_store(sim->axi[CW_SIM_GUEST])->inject = sim->nrule ? guest_inject : NULL;
}

int cw_sim_inject(struct cw_sim *sim, const struct cw_sim_inject *rule)
{
	if (rule->resp == 1 || rule->resp > 3 || !rule->ops || rule->lo > rule->hi)
		return fail(-EINVAL, "injection: resp 0, 2 or 3, some of the operations, lo <= hi");
	if (sim->nrule == CW_SIM_NINJECT)
		return fail(-ENOSPC, "injection: %d rules at most", CW_SIM_NINJECT);
	sim->rule[sim->nrule++] = (struct cw_sim_rule){.r = *rule};
	hook_inject(sim);
	return 0;
}

void cw_sim_inject_clear(struct cw_sim *sim)
{
	sim->nrule = 0;
	hook_inject(sim);
}

uint64_t cw_sim_inject_hits(const struct cw_sim *sim)
{
	return sim->inject_hits;
}

/* ---- open and close ---- */

static int make_memories(struct cw_sim *sim, const struct cw_sim_config *config)
{
	struct cw_axi_store store[3] = {
		[CW_SIM_TABLE] = {.read = table_read, .write = table_write, .error = table_error, .priv = sim},
		[CW_SIM_HOST] = {.read = host_read, .write = host_write, .error = host_error, .priv = sim},
		[CW_SIM_GUEST] = {.read = guest_read, .write = guest_write, .error = guest_error, .priv = sim},
	};
	const char *host = config->host_mem ? config->host_mem : "pcie";
	const char *spec[3] = {config->table_mem ? config->table_mem : "ddr4", host,
			       config->guest_mem ? config->guest_mem : host};
	struct cw_axi_cfg cfg;
	int ret;

	for (int i = 0; i < 3; i++) {
		ret = cw_axi_preset(spec[i], &cfg, last_error, sizeof(last_error));
		if (ret)
			return ret;
		sim->axi[i] = cw_axi_new(&cfg, &store[i], (enum cw_sim_mem)i, config->seed);
		if (!sim->axi[i])
			return fail(-ENOMEM, "no memory for the memory models");
		if (i == CW_SIM_HOST) /* the path to the host is as long */
			cw_pcie_init(&sim->pcie, cfg.path_min, cfg.path_max, config->seed);
	}
	return 0;
}

void cw_sim_table_size(struct cw_sim *sim, uint64_t bytes)
{
	if (!sim->table.size)
		sim->table.size = bytes;
}

static int window_arrives(void *priv, uint64_t addr, const void *buf, size_t len)
{
	struct cw_sim *sim = priv;

	touch(sim, CW_SIM_TABLE, addr, "window writes");
	return cw_tablemem_put(&sim->table, addr, buf, len);
}

/* Give the RAM of the soft CPU a file to read: the caller's, or the text that is built in. */
static int find_firmware(struct cw_sim *sim, const char *path)
{
	size_t len = strlen(cw_firmware_hex);
	char name[32];

	sim->firmware_fd = -1;
	if (path) {
		sim->firmware_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (sim->firmware_fd < 0)
			return fail(-errno, "firmware %s: %s", path, strerror(errno));
	} else if (len) {
		sim->firmware_fd = memfd_create("firmware", MFD_CLOEXEC);
		if (sim->firmware_fd < 0 || write(sim->firmware_fd, cw_firmware_hex, len) != (ssize_t)len)
			return fail(-EIO, "firmware: %s", strerror(errno));
	} else {
		return 0;
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", sim->firmware_fd);
	sim->firmware = strdup(name);
	return sim->firmware ? 0 : fail(-ENOMEM, "no memory for the firmware's name");
}

static int find_engine(struct cw_sim *sim, const struct cw_sim_config *config)
{
	char built[400];

	sim->engine = cw_engine_find(&config->sizes);
	if (!sim->engine) {
		cw_sim_engines(built, sizeof(built));
		return fail(-EINVAL,
			    "no engine of these sizes was built; there are: %s (one more is a line in sim/rules.mk)",
			    built);
	}
	if (config->trace && sim->engine != cw_engines)
		return fail(-EOPNOTSUPP, "trace: only the engine of the default sizes can write one");
	return 0;
}

int cw_sim_open(const struct cw_sim_config *config, struct cw_sim **out)
{
	struct cw_sim *sim = calloc(1, sizeof(*sim));
	uint64_t self = (uintptr_t)sim;
	uint32_t ctx[2] = {(uint32_t)self, (uint32_t)(self >> 32)};
	int ret;

	*out = NULL;
	last_error[0] = 0;
	if (!sim)
		return fail(-ENOMEM, "no memory for a card");
	cw_hostmem_init(&sim->host);
	sim->firmware_fd = -1;
	ret = find_engine(sim, config);
	if (ret)
		goto err;
	ret = make_memories(sim, config);
	if (ret)
		goto err;
	sim->pcie.window = window_arrives;
	sim->pcie.priv = sim;
	for (unsigned p = 0; p < CW_NPORT_STREAM; p++)
		cw_port_init(&sim->port[p], config->seed, p);
	cw_bridge_init(&sim->bridge, config->seed);
	sim->table.size = config->table_bytes;
	sim->reset_left = CW_SIM_RESET_CYCLES;
	sim->trace_start = config->trace_start;
	ret = find_firmware(sim, config->firmware);
	if (ret)
		goto err;
	if (config->trace) {
		sim->trace_copy = strdup(config->trace);
		sim->trace_file = sim->trace_copy;
		ret = sim->trace_copy ? cw_trace_open(sim) : -ENOMEM;
		if (ret) {
			sim->trace_file = NULL;
			fail(ret, ret == -EBUSY	 ? "trace: another card of this process is being traced" :
				  ret == -ENOMEM ? "no memory for the trace's name" :
						   "trace: this build of the card has none");
			goto err;
		}
	}
	sim->model = sim->engine->create("card");
	if (sim->trace_file)
		cw_trace_ever_on();
	sim->engine->combo_update(sim->model, ctx);
	sim->engine->seq_update(sim->model, 1); /* a cycle begins; step() ends one and begins the next */
	if (cw_mutant_wanted() && !sim->mutant_taken) {
		ret = fail(-EOPNOTSUPP, "mutant: this build of the engine has none");
		goto err;
	}
	ret = cw_tablemem_init(&sim->table, sim->table.size);
	if (ret) {
		fail(ret, ret == -EINVAL ? "table_bytes: a multiple of 2 MiB, at most 64 TiB" :
					   "no memory for table memory");
		goto err;
	}
	cw_sim_step(sim, CW_SIM_RESET_CYCLES + 2);
	*out = sim;
	return 0;
err:
	cw_sim_close(sim);
	return ret;
}

void cw_sim_close(struct cw_sim *sim)
{
	if (!sim)
		return;
	if (sim->model)
		sim->engine->final(sim->model);
	if (sim->trace_file)
		cw_trace_close(sim);
	cw_axi_free(sim->axi[0]);
	cw_axi_free(sim->axi[1]);
	cw_axi_free(sim->axi[2]);
	cw_bridge_exit(&sim->bridge);
	cw_pcie_exit(&sim->pcie);
	cw_hostmem_exit(&sim->host);
	cw_tablemem_exit(&sim->table);
	cw_poison_exit(&sim->poison[0]);
	cw_poison_exit(&sim->poison[1]);
	free(sim->trace_copy);
	if (sim->firmware_fd >= 0)
		close(sim->firmware_fd);
	free(sim->firmware);
	free(sim);
}

/* ---- time ---- */

uint64_t cw_sim_cycle(const struct cw_sim *sim)
{
	return sim->cycle;
}

static void step(struct cw_sim *sim)
{
	if (sim->trace_file)
		cw_trace_time(sim, 1);
	sim->engine->seq_update(sim->model, 0);
	if (sim->trace_file)
		cw_trace_time(sim, 0);
	sim->engine->seq_update(sim->model, 1);
}

/* Stepping from inside a step would run the model within itself. */
static bool inside(struct cw_sim *sim)
{
	if (sim->stepping)
		cw_sim_fail(sim, "an observer tried to let time pass");
	return sim->stepping;
}

void cw_sim_step(struct cw_sim *sim, uint64_t cycles)
{
	if (inside(sim))
		return;
	sim->stepping = true;
	while (cycles--)
		step(sim);
	sim->stepping = false;
}

int cw_sim_step_until(struct cw_sim *sim, bool (*done)(void *priv), void *priv, uint64_t max)
{
	for (uint64_t i = 0; !done(priv); i++) {
		if (i == max || sim->stepping)
			return 0;
		cw_sim_step(sim, 1);
	}
	return 1;
}

uint32_t cw_sim_step_irq(struct cw_sim *sim, uint32_t mask, uint64_t max)
{
	if (inside(sim))
		return 0;
	sim->stepping = true;
	while (!(sim->pcie.irq & mask) && max--)
		step(sim);
	sim->stepping = false;
	return sim->pcie.irq & mask;
}

void cw_sim_reset(struct cw_sim *sim)
{
	sim->reset_left = CW_SIM_RESET_CYCLES;
	cw_pcie_reset(&sim->pcie);
	for (unsigned p = 0; p < CW_NPORT_STREAM; p++)
		cw_port_forget(&sim->port[p]);
	cw_axi_reset(sim->axi[0]);
	cw_axi_reset(sim->axi[1]);
	cw_axi_reset(sim->axi[2]);
	cw_bridge_reset(&sim->bridge);
	cw_sim_step(sim, CW_SIM_RESET_CYCLES + 2);
}

/* ---- registers, window, interrupts ---- */

int cw_sim_reg_write(struct cw_sim *sim, uint32_t offset, uint32_t value)
{
	if (offset > 0xfffc || offset & 3)
		return fail(-EINVAL, "register offset 0x%x", offset);
	return cw_pcie_reg(&sim->pcie, sim->cycle, false, offset, value);
}

int cw_sim_reg_read(struct cw_sim *sim, uint32_t offset, uint32_t *value)
{
	struct cw_pcie *p = &sim->pcie;
	uint64_t limit;
	int ret;

	if (offset > 0xfffc || offset & 3)
		return fail(-EINVAL, "register offset 0x%x", offset);
	if (inside(sim))
		return fail(-EDEADLK, "register read inside a step");
	ret = cw_pcie_reg(p, sim->cycle, true, offset, 0);
	if (ret)
		return fail(ret, "no memory for a register read");
	/* Every access ahead may take its time at the pins, and the path its own. */
	limit = sim->cycle + 2ull * p->path_max + CW_SIM_LITE_LIMIT * p->reg.n;
	while (!p->read_done || sim->cycle < p->read_due) {
		if (sim->cycle > limit && !p->read_done) {
			cw_pcie_reset(p);
			return fail(-ETIMEDOUT, "register 0x%x: no answer in %d cycles", offset, CW_SIM_LITE_LIMIT);
		}
		cw_sim_step(sim, 1);
	}
	*value = p->read_value;
	return 0;
}

int cw_sim_window_write(struct cw_sim *sim, uint64_t addr, const void *buf, size_t len)
{
	int ret;

	if (!cw_tablemem_inside(&sim->table, addr, len))
		return fail(-EINVAL, "window write beyond table memory");
	ret = cw_pcie_window(&sim->pcie, sim->cycle, addr, buf, len);
	return ret ? fail(ret, "no memory for a window write") : 0;
}

int cw_sim_window_read(struct cw_sim *sim, uint64_t addr, void *buf, size_t len)
{
	struct cw_pcie *p = &sim->pcie;
	uint64_t there;

	if (!cw_tablemem_inside(&sim->table, addr, len))
		return fail(-EINVAL, "window read beyond table memory");
	if (inside(sim))
		return fail(-EDEADLK, "window read inside a step");
	there = sim->cycle + cw_pcie_way(p);
	if (p->win.n && there <= p->win.last)
		there = p->win.last + 1;
	cw_sim_step(sim, there - sim->cycle);
	for (uint64_t page = addr >> 12; len && page <= (addr + len - 1) >> 12; page++)
		touch(sim, CW_SIM_TABLE, page << 12, "window reads");
	cw_tablemem_get(&sim->table, addr, buf, len);
	cw_sim_step(sim, cw_pcie_way(p));
	return 0;
}

uint32_t cw_sim_irq_pending(const struct cw_sim *sim)
{
	return sim->pcie.irq;
}

uint32_t cw_sim_irq_take(struct cw_sim *sim, uint32_t mask)
{
	uint32_t got = sim->pcie.irq & mask;

	sim->pcie.irq &= ~mask;
	return got;
}

/* ---- observers ---- */

void cw_sim_set_hook(struct cw_sim *sim, void (*hook)(void *priv), void *priv)
{
	sim->hook = hook;
	sim->hook_priv = priv;
}

void cw_sim_set_monitor(struct cw_sim *sim, void (*mon)(void *priv, uint64_t cycle, const uint32_t *vec), void *priv)
{
	sim->mon = mon;
	sim->mon_priv = priv;
}

static void observed(void *priv, const struct cw_sim_axi *ev)
{
	struct cw_sim *sim = priv;

	sim->observe(sim->observe_priv, ev);
}

void cw_sim_set_axi_observer(struct cw_sim *sim, void (*fn)(void *priv, const struct cw_sim_axi *ev), void *priv)
{
	sim->observe = fn;
	sim->observe_priv = priv;
	cw_axi_store(sim->axi[0])->observe = fn ? observed : NULL;
	cw_axi_store(sim->axi[1])->observe = fn ? observed : NULL;
	cw_axi_store(sim->axi[2])->observe = fn ? observed : NULL;
}
