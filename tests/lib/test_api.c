/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* URIs, options, and the validation of every argument, on the simulated card. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/internal.h"
#include "sim/sim.h"

#include "check.h"

#define FAST "sim:table-mem=ideal:4,host-mem=ideal:4,host-time=fixed:0"

static struct cw_dev *dev;

/* Opening must fail with -EINVAL and name what is valid. */
static void bad_uri(const char *uri, const char *names)
{
	struct cw_dev *d = NULL;
	int err = cw_open(uri, &d);

	CHECK_EQ(err, -EINVAL);
	if (!CHECK(strstr(cw_last_error(), names) != NULL))
		printf("  %s: %s\n", uri ? uri : "(null)", cw_last_error());
	if (!err)
		cw_close(d);
}

static void unknown_schemes_name_the_known_ones(void)
{
	bad_uri(NULL, "sim:");
	bad_uri("", "sim:");
	bad_uri("sim", "sim:");
	bad_uri("usb:1", "sim:");
	bad_uri("simx:", "sim:");
	bad_uri("si:", "sim:");
	CHECK_EQ(cw_open("sim:", NULL), -EINVAL);
}

static void unknown_options_name_the_known_ones(void)
{
	bad_uri("sim:tabel-mem=ddr4", "table-mem=PRESET");
	bad_uri("sim:seed", "seed=N");
	bad_uri("sim:,", "table-mem=PRESET");
	bad_uri("sim:seed=1,,", "table-mem=PRESET");
	bad_uri("sim:=", "table-mem=PRESET");
}

static void bad_values_name_the_good_ones(void)
{
	bad_uri("sim:table-mem=ddr9", "ideal:N, ddr4, hbm, pcie");
	bad_uri("sim:host-mem=ideal:", "ideal:N, ddr4, hbm, pcie");
	bad_uri("sim:host-mem=ideal:-4", "ideal:N, ddr4, hbm, pcie");
	bad_uri("sim:table-mem=", "table-mem");
	bad_uri("sim:host-time=often", "measured or fixed:NS");
	bad_uri("sim:host-time=fixed:", "measured or fixed:NS");
	bad_uri("sim:host-time=fixed:1x", "measured or fixed:NS");
	bad_uri("sim:seed=-1", "seed");
	bad_uri("sim:seed=x", "seed");
	bad_uri("sim:slots=x", "slots");
	bad_uri("sim:slots=5", "slots=8");
	bad_uri("sim:tlb-sets=127", "tlb-sets=128");
}

static void missing_firmware_file_is_an_error(void)
{
	struct cw_dev *d;

	CHECK(cw_open("sim:firmware=/nonexistent/firmware.hex", &d) < 0);
	CHECK(cw_last_error()[0] != '\0');
}

static void info_is_what_the_contract_says(void)
{
	struct cw_info i;
	struct cw_dev *d;

	CHECK_EQ(cw_open(FAST, &d), 0);
	CHECK_EQ(cw_info(d, &i), 0);
	CHECK_EQ(i.table_bytes, 256 << 20);
	CHECK_EQ(i.clock_khz, CW_CLOCK_KHZ);
	CHECK_EQ(i.contexts, CW_NCTX);
	CHECK_EQ(i.domains, CW_NDOM);
	CHECK_EQ(i.stream_ports, CW_NPORT_STREAM);
	CHECK_EQ(i.tgen_port, CW_PORT_TGEN);
	CHECK_EQ(i.park_entries, CW_NPARK);
	CHECK_EQ(i.version_major, CW_VERSION_MAJOR);
	CHECK(i.hot_ops & 1u << CW_OP_RESUME);
	CHECK_EQ(cw_info(NULL, &i), -EINVAL);
	CHECK_EQ(cw_info(d, NULL), -EINVAL);
	cw_close(d);
	cw_close(NULL);
}

static void memory_arguments(void)
{
	struct cw_mem a, b, copy;

	CHECK_EQ(cw_mem_alloc(dev, 0, &a), -EINVAL);
	CHECK_EQ(cw_mem_alloc(NULL, 1, &a), -EINVAL);
	CHECK_EQ(cw_mem_alloc(dev, SIZE_MAX, &a), -EINVAL);
	CHECK_EQ(cw_mem_alloc(dev, 100, &a), 0);
	CHECK_EQ(cw_mem_alloc(dev, 4u << 20, &b), 0);
	CHECK_EQ(a.bus % 4096, 0);
	CHECK_EQ((uintptr_t)a.ptr % 4096, 0);
	CHECK_EQ(b.bus % (2 << 20), 0);
	for (size_t i = 0; i < a.size; i++)
		CHECK_EQ(((uint8_t *)a.ptr)[i], 0);
	copy = a;
	copy.bus += 4096;
	CHECK_EQ(cw_mem_free(dev, &copy), -EINVAL);
	CHECK_EQ(cw_mem_free(dev, &a), 0);
	CHECK(a.ptr == NULL);
	CHECK_EQ(cw_mem_free(dev, &a), -EINVAL);
	CHECK_EQ(cw_mem_free(dev, &b), 0);
}

static int set(struct cw_vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa, uint64_t size, void *ptr)
{
	return cw_vm_set_memory(
		vm, &(struct cw_vm_region){.slot = slot, .flags = flags, .gpa = gpa, .size = size, .ptr = ptr});
}

static void slot_arguments(void)
{
	struct cw_mem mem;
	struct cw_vm *vm;
	char *p;

	CHECK_EQ(cw_mem_alloc(dev, 1 << 20, &mem), 0);
	CHECK_EQ(cw_vm_create(dev, NULL, &vm), 0);
	p = mem.ptr;
	CHECK_EQ(cw_vm_set_memory(vm, NULL), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, 0x1000, 0x1000, NULL), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, 0x1000, 0x1000, p + 8), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, 0x1001, 0x1000, p), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, 0x1000, 0x1001, p), -EINVAL);
	CHECK_EQ(set(vm, 0, 1u << 9, 0x1000, 0x1000, p), -EINVAL);
	CHECK_EQ(set(vm, 2u << 16, 0, 0x1000, 0x1000, p), -EINVAL);
	CHECK_EQ(set(vm, 32766, 0, 0x1000, 0x1000, p), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, 1ull << 48, 0x1000, p), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, UINT64_MAX - 0xfff, 0x1000, p), -EINVAL);
	CHECK_EQ(set(vm, 7, 0, 0, 0, NULL), -EINVAL);
	CHECK_EQ(set(vm, 7, CW_MEM_ALLONES, 0x100000, 0x1000, NULL), 0);
	CHECK_EQ(set(vm, 7, 0, 0, 0, NULL), 0);
	/* Nothing of that holds the memory. */
	CHECK_EQ(set(vm, 0, 0, 0x10000, 0x10000, p), 0);
	CHECK_EQ(cw_mem_free(dev, &mem), -EBUSY);
	CHECK_EQ(set(vm, 1, 0, 0x18000, 0x10000, p), -EEXIST);
	CHECK_EQ(set(vm, 1 << 16, 0, 0x18000, 0x10000, p), 0);
	CHECK_EQ(set(vm, 0, 0, 0x10000, 0x10000, p), 0);
	CHECK_EQ(set(vm, 0, CW_MEM_READONLY, 0x10000, 0x10000, p), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, 0x10000, 0x8000, p), -EINVAL);
	CHECK_EQ(set(vm, 0, CW_MEM_LOG_DIRTY, 0x10000, 0x10000, p), 0);
	CHECK_EQ(set(vm, 0, 0, 0x40000, 0x10000, p), 0);
	CHECK_EQ(set(vm, 0, 0, 0, 0, NULL), 0);
	CHECK_EQ(cw_mem_free(dev, &mem), -EBUSY);
	CHECK_EQ(set(vm, 1 << 16, 0, 0, 0, NULL), 0);
	CHECK_EQ(cw_mem_free(dev, &mem), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	CHECK_EQ(cw_vm_destroy(NULL), 0);
}

/* P42: sim: reaches any memory. */
static void slots_over_memory_of_the_user(void)
{
	struct cw_vm *vm;
	char *own = aligned_alloc(4096, 0x10000);

	CHECK_EQ(cw_vm_create(dev, NULL, &vm), 0);
	CHECK_EQ(set(vm, 0, 0, 0x10000, 0x8000, own), 0);
	/* Beyond what was registered for slot 0, so it cannot be one block with it. */
	CHECK_EQ(set(vm, 1, 0, 0x20000, 0x10000, own), -EINVAL);
	CHECK_EQ(set(vm, 0, 0, 0, 0, NULL), 0);
	CHECK_EQ(set(vm, 1, 0, 0x20000, 0x10000, own), 0);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	free(own);
}

static void vm_and_context_arguments(void)
{
	struct cw_ctx_params p = {.id = CW_CTX_ANY};
	struct cw_ctx *ctx, *other, *many[CW_NCTX];
	struct cw_vm *vm, *vms[CW_NDOM];
	uint64_t v;

	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 31}, &vm), -EINVAL);
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.address_bits = 53}, &vm), -EINVAL);
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.unanswered = (enum cw_default_answer)5}, &vm), -EINVAL);
	CHECK_EQ(cw_vm_create(dev, &(struct cw_vm_params){.page_size = 8192}, &vm), -EINVAL);
	CHECK_EQ(cw_vm_create(dev, NULL, NULL), -EINVAL);
	CHECK_EQ(cw_vm_create(dev, NULL, &vm), 0);
	p.level = 3;
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.level = 6;
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.level = 5;
	p.space = 2;
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.space = 1;
	p.id = CW_NCTX;
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.id = 5;
	p.limits.parked = CW_NPARK + 1;
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.limits = (struct cw_ctx_limits){.walks = 33};
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.limits = (struct cw_ctx_limits){.bursts = 65};
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.limits = (struct cw_ctx_limits){.bursts_wait = true};
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.limits = (struct cw_ctx_limits){.dirty = 65536};
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), -EINVAL);
	p.limits = (struct cw_ctx_limits){.walks = 32, .dirty = 65535, .bursts = 64, .bursts_wait = true};
	CHECK_EQ(cw_ctx_create(vm, &p, &ctx), 0);
	CHECK_EQ(cw_ctx_id(ctx), 5);
	CHECK_EQ(cw_ctx_set_limits(ctx, NULL), -EINVAL);
	CHECK_EQ(cw_ctx_set_limits(NULL, &p.limits), -EINVAL);
	CHECK_EQ(cw_ctx_set_limits(ctx, &(struct cw_ctx_limits){.walks = 33}), -EINVAL);
	CHECK_EQ(cw_ctx_set_limits(ctx, &(struct cw_ctx_limits){.parked = CW_NPARK, .walks = 1}), 0);
	CHECK_EQ(cw_ctx_create(vm, &p, &other), -EEXIST);
	CHECK_EQ(cw_vm_destroy(vm), -EBUSY);
	CHECK_EQ(cw_ctx_destroy(ctx), 0);
	CHECK_EQ(cw_ctx_destroy(NULL), 0);
	for (unsigned i = 0; i < CW_NCTX; i++)
		CHECK_EQ(cw_ctx_create(vm, NULL, &many[i]), 0);
	CHECK_EQ(cw_ctx_create(vm, NULL, &other), -ENOSPC);
	for (unsigned i = 0; i < CW_NCTX; i++)
		CHECK_EQ(cw_ctx_destroy(many[i]), 0);
	/* vm holds two domains: those of its two spaces. */
	for (unsigned i = 0; i < CW_NDOM - 2; i++) {
		CHECK_EQ(cw_vm_create(dev, NULL, &vms[i]), 0);
		CHECK_EQ(cw_ctx_create(vms[i], NULL, &many[i]), 0);
	}
	CHECK_EQ(cw_vm_create(dev, NULL, &vms[CW_NDOM - 2]), 0);
	CHECK_EQ(cw_ctx_create(vms[CW_NDOM - 2], NULL, &other), -ENOSPC);
	CHECK_EQ(cw_vm_destroy(vm), 0);
	CHECK_EQ(cw_ctx_create(vms[CW_NDOM - 2], NULL, &other), 0);
	CHECK_EQ(cw_ctx_destroy(other), 0);
	CHECK_EQ(cw_vm_stat(vms[0], "pf_taken", &v), 0);
	CHECK_EQ(v, 0);
	CHECK_EQ(cw_vm_stat(vms[0], "nonsense", &v), -ENOENT);
	for (unsigned i = 0; i < CW_NDOM - 2; i++)
		CHECK_EQ(cw_ctx_destroy(many[i]), 0);
	for (unsigned i = 0; i < CW_NDOM - 1; i++)
		CHECK_EQ(cw_vm_destroy(vms[i]), 0);
}

static void other_arguments(void)
{
	struct cw_tgen ok = {.pages = 1, .count = 1, .outstanding = 1}, t;
	struct cw_probe_result r;
	uint64_t gpa = 0, v[CW_NCOUNTER];
	uint32_t word;

	CHECK_EQ(cw_port_set(dev, CW_NPORT, 0, 0), -EINVAL);
	CHECK_EQ(cw_port_set(dev, 0, 0, CW_NCTX), -EINVAL);
	CHECK_EQ(cw_port_set(dev, 0, 3, 9), 0);
	CHECK_EQ(cw_port_set(dev, 0, 1, 0), 0);
	CHECK_EQ(cw_reg_read(dev, 2, &word), -EINVAL);
	CHECK_EQ(cw_reg_read(dev, 0x10000, &word), -EINVAL);
	CHECK_EQ(cw_reg_read(dev, 0xfffc, &word), 0);
	CHECK_EQ(word, 0);
	CHECK_EQ(cw_counters(dev, NULL, NULL), -EINVAL);
	CHECK_EQ(cw_counter_read(dev, "nonsense", v), -ENOENT);
	CHECK_EQ(cw_counter_read(dev, "interrupts", v), 0);
	CHECK_STR(cw_counter_label(CW_CTR_TLB_HITS), "tlb_hits");
	CHECK(cw_counter_label(CW_NCOUNTER) == NULL);
	CHECK_EQ(cw_probe(dev, 0x10000, false, &gpa, 1, &r), -EINVAL);
	CHECK_EQ(cw_probe(dev, 0, false, NULL, 1, &r), -EINVAL);
	CHECK_EQ(cw_probe(dev, 0, false, NULL, 0, NULL), 0);
	CHECK_EQ(cw_probe(dev, 0xffff, false, &gpa, 1, &r), 0);
	CHECK_EQ(r.verdict, CW_V_ABORT);
	CHECK_EQ(r.reason, CW_RSN_BAD_CONTEXT);
	CHECK_EQ(cw_table_read(dev, 256 << 20, v, 8), -EINVAL);
	CHECK_EQ(cw_table_read(dev, (256 << 20) - 4, v, 8), -EINVAL);
	CHECK_EQ(cw_table_read(dev, (256 << 20) - 8, v, 8), 0);
	CHECK_EQ(cw_cmd_submit(dev, (enum cw_ring_id)2, &(struct cw_cmd){0}), -EINVAL);
	CHECK_EQ(cw_cmd_wait(dev, 0, NULL, 0), -EINVAL);
	CHECK_EQ(cw_cmd_wait(dev, 200, NULL, 0), -ENOENT);
	CHECK_EQ(cw_cmd_wait(dev, 0x10000 + 17, NULL, 0), -ENOENT);
#define BAD(field, value) \
	t = ok; \
	t.field = value; \
	CHECK_EQ(cw_tgen_start(dev, &t), -EINVAL)
	BAD(pattern, 3);
	BAD(first_ctx, CW_NCTX);
	BAD(contexts, CW_NCTX + 1);
	BAD(base, 0x800);
	BAD(pages, 0);
	BAD(pages, (1u << 28) + 1);
	BAD(outstanding, 0);
	BAD(outstanding, CW_NTAG + 1);
	BAD(release_delay, 256);
	BAD(write_percent, 101);
	BAD(hist_shift, 16);
#undef BAD
}

static void firmware_log_is_text(void)
{
	char buf[CW_FW_LOG_BYTES + 1];
	uint64_t pos = 0, again;
	ssize_t n = cw_fwlog_read(dev, &pos, buf, sizeof(buf) - 1);

	if (!CHECK(n > 0))
		return;
	/* Older text was overwritten. */
	CHECK(pos >= (uint64_t)n);
	for (ssize_t i = 0; i < n; i++)
		CHECK(buf[i] == '\n' || (buf[i] >= ' ' && buf[i] <= '~'));
	again = pos;
	CHECK_EQ(cw_fwlog_read(dev, &again, buf, sizeof(buf)), 0);
}

/* ---- two at once ---- */

static void *busy(void *arg)
{
	uint64_t seed = (uintptr_t)arg;
	struct cw_tgen_result *r = calloc(1, sizeof(*r));
	struct cw_tgen t = {.pattern = CW_TGEN_RANDOM,
			    .base = 1 << 20,
			    .pages = 256,
			    .count = 2000,
			    .outstanding = 16,
			    .write_percent = 50,
			    .seed = seed};
	uintptr_t errors = 0;
	struct cw_ctx *ctx;
	struct cw_mem mem;
	struct cw_dev *d;
	struct cw_vm *vm;
	uint64_t sum;

	if (cw_open(FAST, &d))
		return (void *)1;
	errors += cw_mem_alloc(d, 1 << 20, &mem) != 0;
	errors += cw_vm_create(d, NULL, &vm) != 0;
	errors += set(vm, 0, 0, 1 << 20, 1 << 20, mem.ptr) != 0;
	errors += cw_ctx_create(vm, NULL, &ctx) != 0;
	errors += cw_tgen_start(d, &t) != 0;
	errors += cw_tgen_wait(d, 1000000000, r) != 0;
	errors += r->done != t.count;
	sum = r->sum;
	/* Mapped now: the same answers again. */
	errors += cw_tgen_start(d, &t) != 0;
	errors += cw_tgen_wait(d, 1000000000, r) != 0;
	errors += r->done != t.count || r->sum != sum || !sum;
	cw_close(d);
	free(r);
	return (void *)errors;
}

/* A simulation sees what hardware cannot: an access to memory that nobody may touch. */
static void broken_rule_fails_the_run(void)
{
	uint64_t table, cycles;
	struct cw_mem mem;
	struct cw_dev *d;

	CHECK_EQ(cw_open(FAST, &d), 0);
	CHECK_EQ(cw_mem_alloc(d, 4096, &mem), 0);
	CHECK_EQ(cw_table_alloc(d, &table), 0);
	CHECK_EQ(cw_cycles(d, &cycles), 0);
	CHECK_EQ(cw_sim_poison(cw_dev_sim(d), CW_SIM_HOST, mem.bus, 4096), 0);
	cw_cmd(d, CW_RING_HOT, &(struct cw_cmd){.opcode = CW_OP_LOAD, .addr = table, .arg0 = mem.bus, .arg1 = 4096},
	       NULL);
	CHECK_EQ(cw_cycles(d, &cycles), -EIO);
	CHECK_EQ(cw_service(d, 1000), -EIO);
	cw_close(d);
}

static void two_devices_work_at_once(void)
{
	pthread_t a, b;
	void *ra, *rb;

	pthread_create(&a, NULL, busy, (void *)3);
	pthread_create(&b, NULL, busy, (void *)4);
	pthread_join(a, &ra);
	pthread_join(b, &rb);
	CHECK_EQ((uintptr_t)ra, 0);
	CHECK_EQ((uintptr_t)rb, 0);
}

struct shared {
	struct cw_vm *vm;
	struct cw_mem mem;
	int stop;
	unsigned rounds, errors;
};

static void *changer(void *arg)
{
	struct shared *s = arg;
	uint64_t v[CW_NCOUNTER];

	while (!__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
		s->errors += set(s->vm, 1, 0, 8 << 20, 1 << 20, s->mem.ptr) != 0;
		s->errors += cw_vm_invalidate(s->vm, 0, 1 << 20, 1 << 19) != 0;
		s->errors += set(s->vm, 1, 0, 0, 0, NULL) != 0;
		s->errors += cw_counters(dev, v, NULL) != 0;
		s->rounds++;
	}
	return NULL;
}

/* A thread waits for the generator and handles its faults while another one changes slots and takes pages away. */
static void one_device_many_threads(void)
{
	struct cw_tgen_result *r = calloc(1, sizeof(*r));
	struct cw_tgen t = {.pattern = CW_TGEN_RANDOM,
			    .base = 1 << 20,
			    .pages = 256,
			    .count = 20000,
			    .outstanding = 8,
			    .write_percent = 50,
			    .seed = 9};
	struct shared s = {0};
	struct cw_ctx *ctx;
	pthread_t thread;

	CHECK_EQ(cw_mem_alloc(dev, 1 << 20, &s.mem), 0);
	CHECK_EQ(cw_vm_create(dev, NULL, &s.vm), 0);
	CHECK_EQ(set(s.vm, 0, 0, 1 << 20, 1 << 20, s.mem.ptr), 0);
	CHECK_EQ(cw_ctx_create(s.vm, NULL, &ctx), 0);
	t.first_ctx = cw_ctx_id(ctx);
	pthread_create(&thread, NULL, changer, &s);
	CHECK_EQ(cw_tgen_start(dev, &t), 0);
	CHECK_EQ(cw_tgen_wait(dev, 1000000000, r), 0);
	CHECK_EQ(r->done, t.count);
	CHECK_EQ(r->errors, 0);
	__atomic_store_n(&s.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	CHECK_EQ(s.errors, 0);
	CHECK(s.rounds > 2);
	CHECK_EQ(cw_ctx_destroy(ctx), 0);
	CHECK_EQ(cw_vm_destroy(s.vm), 0);
	CHECK_EQ(cw_mem_free(dev, &s.mem), 0);
	free(r);
}

int main(void)
{
	RUN(unknown_schemes_name_the_known_ones);
	RUN(unknown_options_name_the_known_ones);
	RUN(bad_values_name_the_good_ones);
	RUN(missing_firmware_file_is_an_error);
	RUN(info_is_what_the_contract_says);
	if (cw_open(FAST, &dev)) {
		printf("cannot open: %s\n", cw_last_error());
		return 1;
	}
	RUN(memory_arguments);
	RUN(slot_arguments);
	RUN(slots_over_memory_of_the_user, "P42");
	RUN(vm_and_context_arguments);
	RUN(other_arguments);
	RUN(firmware_log_is_text);
	RUN(one_device_many_threads);
	cw_close(dev);
	RUN(broken_rule_fails_the_run);
	RUN(two_devices_work_at_once);
	return CHECK_DONE("lib-api");
}
