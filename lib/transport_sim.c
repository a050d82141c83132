/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Transport `sim:`: the engine in this process. Simulated time passes only while somebody waits. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <catwalk/contract.h>

#include "../sim/sim.h"
#include "internal.h"

/* A host that waits looks at its rings this often. */
#define POLL_CYCLES 8

struct sim_transport {
	struct cw_sim *sim;
	bool measured; /* host time as it was, else fixed_ns */
	uint64_t fixed_ns;
	uint64_t begin_ns;   /* wall clock at host_begin */
	uint64_t outside_ns; /* wall time that the simulator took since then */
	bool in_host;
};

#define KHZ ((uint64_t)CW_CLOCK_KHZ)

static uint64_t to_cycles(uint64_t ns)
{
	/* Round up: a time that is asked for has passed. Split so that no 64-bit time overflows. */
	return ns / 1000000 * KHZ + (ns % 1000000 * KHZ + 999999) / 1000000;
}

static uint64_t to_ns(uint64_t cycles)
{
	return cycles / KHZ * 1000000 + cycles % KHZ * 1000000 / KHZ;
}

static uint64_t wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int sim_error(int err)
{
	return cw_error(err, "%s", cw_sim_last_error());
}

/* ---- options ---- */

struct options {
	struct cw_sim_config config;
	char table_mem[64], host_mem[64], trace[512], firmware[512];
	bool measured;
	uint64_t fixed_ns;
};

static int parse_number(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	return errno || *end ? -EINVAL : 0;
}

static int copy(char *to, size_t size, const char *from)
{
	if (!*from || strlen(from) >= size)
		return -EINVAL;
	memcpy(to, from, strlen(from) + 1);
	return 0;
}

static int set_option(struct options *o, const char *key, const char *value)
{
	uint32_t *size = cw_sim_size(&o->config.sizes, key);
	uint64_t number;

	if (size) {
		int err = parse_number(value, &number);

		*size = (uint32_t)number;
		return err || !number || number > UINT32_MAX ? -EINVAL : 0;
	}
	if (strcmp(key, "table-mem") == 0)
		return copy(o->table_mem, sizeof(o->table_mem), value);
	if (strcmp(key, "host-mem") == 0)
		return copy(o->host_mem, sizeof(o->host_mem), value);
	if (strcmp(key, "trace") == 0)
		return copy(o->trace, sizeof(o->trace), value);
	if (strcmp(key, "firmware") == 0)
		return copy(o->firmware, sizeof(o->firmware), value);
	if (strcmp(key, "seed") == 0)
		return parse_number(value, &o->config.seed);
	if (strcmp(key, "host-time") == 0) {
		o->measured = strcmp(value, "measured") == 0;
		if (o->measured)
			return 0;
		return strncmp(value, "fixed:", 6) == 0 ? parse_number(value + 6, &o->fixed_ns) : -EINVAL;
	}
	return -ENOENT;
}

static int unknown_option(const char *item)
{
	char sizes[160] = "";

	for (unsigned int n = 0; cw_sim_size_option(n); n++) {
		strcat(sizes, ", ");
		strcat(sizes, cw_sim_size_option(n));
		strcat(sizes, "=N");
	}
	return cw_error(-EINVAL,
			"unknown option '%s' of sim:; the options are table-mem=PRESET, host-mem=PRESET, seed=N, "
			"host-time=measured|fixed:NS, trace=FILE, firmware=FILE%s",
			item, sizes);
}

static int parse_options(const char *text, struct options *o)
{
	char item[600];

	*o = (struct options){.measured = true, .config = {.seed = 1}};
	while (*text) {
		size_t len = strcspn(text, ",");
		char *eq;
		int err;

		if (len >= sizeof(item))
			return cw_error(-EINVAL, "an option of sim: is too long");
		memcpy(item, text, len);
		item[len] = '\0';
		text += len + (text[len] == ',');
		eq = strchr(item, '=');
		if (eq)
			*eq = '\0';
		err = eq ? set_option(o, item, eq + 1) : -ENOENT;
		if (err == -ENOENT)
			return unknown_option(item);
		if (err && strcmp(item, "host-time") == 0)
			return cw_error(-EINVAL, "host-time is '%s', but must be measured or fixed:NS", eq + 1);
		if (err)
			return cw_error(-EINVAL, "'%s' is no value for the option %s of sim:", eq + 1, item);
	}
	o->config.table_mem = *o->table_mem ? o->table_mem : NULL;
	o->config.host_mem = *o->host_mem ? o->host_mem : NULL;
	o->config.trace = *o->trace ? o->trace : NULL;
	o->config.firmware = *o->firmware ? o->firmware : NULL;
	return 0;
}

/* ---- transport ---- */

static int t_open(const char *text, void **out)
{
	struct options o;
	struct sim_transport *t;
	int err = parse_options(text, &o);

	if (err)
		return err;
	t = calloc(1, sizeof(*t));
	if (!t)
		return cw_error(-ENOMEM, "no memory");
	t->measured = o.measured;
	t->fixed_ns = o.fixed_ns;
	err = cw_sim_open(&o.config, &t->sim);
	if (err) {
		free(t);
		return sim_error(err);
	}
	*out = t;
	return 0;
}

static void t_close(void *priv)
{
	struct sim_transport *t = priv;

	cw_sim_close(t->sim);
	free(t);
}

/* Time that the simulator takes is not time that the host software takes. */
static uint64_t sim_enter(const struct sim_transport *t)
{
	return t->in_host && t->measured ? wall() : 0;
}

static void sim_leave(struct sim_transport *t, uint64_t entered)
{
	if (entered)
		t->outside_ns += wall() - entered;
}

static int t_reg_read(void *priv, uint32_t offset, uint32_t *value)
{
	struct sim_transport *t = priv;
	uint64_t entered = sim_enter(t);
	int err = cw_sim_reg_read(t->sim, offset, value);

	sim_leave(t, entered);
	return err ? sim_error(err) : 0;
}

static int t_reg_write(void *priv, uint32_t offset, uint32_t value)
{
	struct sim_transport *t = priv;
	uint64_t entered = sim_enter(t);
	int err = cw_sim_reg_write(t->sim, offset, value);

	sim_leave(t, entered);
	return err ? sim_error(err) : 0;
}

static void *t_mem_alloc(void *priv, size_t size, size_t align, uint64_t *bus)
{
	struct sim_transport *t = priv;

	return cw_sim_mem_alloc(t->sim, size, align, bus);
}

static void t_mem_free(void *priv, uint64_t bus)
{
	struct sim_transport *t = priv;

	cw_sim_mem_free(t->sim, bus);
}

static int t_mem_map(void *priv, void *ptr, size_t size, uint64_t *bus)
{
	struct sim_transport *t = priv;
	int err = cw_sim_mem_map(t->sim, ptr, size, bus);

	return err ? sim_error(err) : 0;
}

static void t_mem_unmap(void *priv, uint64_t bus)
{
	struct sim_transport *t = priv;

	cw_sim_mem_unmap(t->sim, bus);
}

static int t_table_read(void *priv, uint64_t addr, void *buf, size_t len)
{
	struct sim_transport *t = priv;
	uint64_t entered = sim_enter(t);
	int err = cw_sim_window_read(t->sim, addr, buf, len);

	sim_leave(t, entered);
	return err ? sim_error(err) : 0;
}

static int t_table_write(void *priv, uint64_t addr, const void *buf, size_t len)
{
	struct sim_transport *t = priv;
	int err = cw_sim_window_write(t->sim, addr, buf, len);

	return err ? sim_error(err) : 0;
}

static uint64_t t_now(void *priv)
{
	struct sim_transport *t = priv;

	return to_ns(cw_sim_cycle(t->sim));
}

static void t_wait(void *priv, uint64_t ns)
{
	struct sim_transport *t = priv;
	uint64_t entered = sim_enter(t), cycles = to_cycles(ns < 1000000 ? ns : 1000000);

	cw_sim_step(t->sim, cycles < 1 ? 1 : cycles < POLL_CYCLES ? cycles : POLL_CYCLES);
	sim_leave(t, entered);
}

static int t_reset(void *priv)
{
	struct sim_transport *t = priv;

	cw_sim_reset(t->sim);
	return 0;
}

static int t_check(void *priv)
{
	struct sim_transport *t = priv;

	return cw_sim_errors(t->sim) ? cw_error(-EIO, "the simulation found an error: %s", cw_sim_error_text(t->sim)) :
				       0;
}

static void t_host_begin(void *priv)
{
	struct sim_transport *t = priv;

	t->in_host = true;
	t->outside_ns = 0;
	t->begin_ns = t->measured ? wall() : 0;
}

static void t_host_end(void *priv)
{
	struct sim_transport *t = priv;
	uint64_t ns = t->measured ? wall() - t->begin_ns - t->outside_ns : t->fixed_ns;

	t->in_host = false;
	if (ns)
		cw_sim_step(t->sim, to_cycles(ns));
}

const struct cw_transport cw_transport_sim = {
	.scheme = "sim",
	.open = t_open,
	.close = t_close,
	.reg_read = t_reg_read,
	.reg_write = t_reg_write,
	.mem_alloc = t_mem_alloc,
	.mem_free = t_mem_free,
	.mem_map = t_mem_map,
	.mem_unmap = t_mem_unmap,
	.table_read = t_table_read,
	.table_write = t_table_write,
	.now = t_now,
	.wait = t_wait,
	.reset = t_reset,
	.check = t_check,
	.host_begin = t_host_begin,
	.host_end = t_host_end,
};

struct cw_sim *cw_transport_sim_handle(void *priv)
{
	return ((struct sim_transport *)priv)->sim;
}
