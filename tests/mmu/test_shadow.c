/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/*
 * Shadow contexts: random streams of operations (stream.h) against the oracle of world_shadow.c, and everything that
 * can fail, failing once.
 * Usage: [seed [operations]] | replay HEX | corpus DIRECTORY
 */
#include "world_shadow.c"

static const char *program;
static uint64_t first_seed = 1;
static unsigned nr_ops = 2000;

/* Kinds of guests go by the seed, modulo 4 (begin_stream()). */
static void streams(uint64_t from, uint64_t stride, unsigned n, unsigned opts)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t seed = from + i * stride;
		struct stream s;

		stream_draw(&s, seed, opts, nr_ops);
		if (!CHECK(stream_test(&shadow_world, program, &s)))
			printf("  seed %" PRIu64 ", options %u\n", seed, opts);
		free(s.byte);
	}
}

static void translations_are_of_guest_tables(void)
{
	streams(4 * first_seed, 4, 3, 0);
	streams(4 * first_seed + 1, 4, 3, 0);
}

static void translations_of_nested_guests(void)
{
	streams(4 * first_seed + 2, 4, 2, 0);
	streams(4 * first_seed + 3, 4, 2, 0);
}

static void allocations_fail(void)
{
	streams(4 * first_seed + 101, 1, 4, STREAM_ALLOC_FAILS);
}

static void invalidations_at_every_yield_point(void)
{
	streams(4 * first_seed + 201, 1, 4, STREAM_YIELDS);
}

/* Without INVALIDATE these tests fail. */
static void a_broken_embedder_is_found_and_shrunk(void)
{
	struct stream s;
	unsigned at;

	stream_draw(&s, 1, STREAM_BROKEN, 400);
	CHECK(!stream_run(&shadow_world, &s, true, 0, &at));
	stream_shrink(&shadow_world, &s, 60);
	printf("# shrunk to %u operations\n", stream_ops(&s));
	CHECK(stream_ops(&s) && stream_ops(&s) <= 400 / 20);
	CHECK(!stream_run(&shadow_world, &s, true, 0, &at));
	free(s.byte);
}

/* --- every allocation and every operation fails once --- */

static void nth_fails(unsigned n, bool allocation)
{
	struct sctx *s = &sctx[0];
	unsigned failing = 0;

	stream_take((const uint8_t[STREAM_OP]){7});
	four_byte = false;
	options = 0;
	begin();
	vm.rec.resolve_hook = NULL;
	vm.rec.flush_hook = NULL;
	for (unsigned c = 0; c < NCTX; c++)
		attach(&sctx[c], CW_GUEST_VIRT);
	detach(s);
	stream_take((const uint8_t[STREAM_OP]){77, n % 5});
	if (allocation)
		alloc_fail(n);
	else
		vm.rec.fail_any = n;
	memset(s, 0, sizeof(*s));
	s->params = (struct cw_shadow_params){.level = 5, .kind = CW_GUEST_VIRT, .flavour = CW_FLAVOUR_EPT};
	do {
		random_mode(s);
	} while (cw_shadow_ctx_create(&vm.mmu, &s->ctx, &s->params, &s->regs) && ++failing < 50);
	s->all = now;
	memcpy(s->pdpte, s->ctx.shadow->pdpte, sizeof(s->pdpte));
	rec_attach(&vm.rec, &s->ctx);
	s->live = true;
	for (unsigned round = 0; round < 3; round++) {
		uint64_t before = now;
		int r;

		for (unsigned i = 0; i < NVA; i++) {
			struct cw_fault f = {.ctx = &sctx[i % NCTX].ctx, .gpa = va[i], .write = i & 1};

			cw_mmu_fault(&vm.worker, &f);
			vm_check(&vm);
		}
		poke(1 + round, 8, round % 3, random_gpte(rnd, 8, false, TABLES, GUEST_PAGES));
		cw_mmu_guest_write(&vm.mmu, 0, (uint64_t)(1 + round) << 12, 8);
		before = now;
		if (!cw_mmu_ctx_invalidate(&s->ctx, 0, 0))
			s->all = before;
		check_all();
		rec_detach(&vm.rec, &s->ctx);
		do {
			before = now;
			random_mode(s);
			r = cw_ctx_load(&s->ctx, &s->regs, false);
		} while (r < 0);
		rec_attach(&vm.rec, &s->ctx);
		s->all = before;
		memcpy(s->pdpte, s->ctx.shadow->pdpte, sizeof(s->pdpte));
		vm_check(&vm);
		check_all();
	}
	alloc_fail(0);
	vm.rec.fail_any = 0;
	for (unsigned c = 0; c < NCTX; c++)
		detach(&sctx[c]);
	cw_mmu_worker_destroy(&other);
	vm_destroy(&vm);
}

static void any_failure_leaves_all_consistent(void)
{
	kinds[0] = kinds[1] = kinds[2] = CW_GUEST_VIRT;
	for (unsigned n = 1; n < 120 && !check_bad; n += 1) {
		nth_fails(n, true);
		nth_fails(n, false);
		if (check_bad)
			printf("  n %u\n", n);
	}
}

int main(int argc, char **argv)
{
	int status;

	program = argv[0];
	if (stream_command(&shadow_world, argc, argv, &status))
		return status;
	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		nr_ops = (unsigned)strtoul(argv[2], NULL, 0);
	RUN(translations_are_of_guest_tables, "I10 P31 ROLE-6 ROLE-9 ROLE-20 ZAP-5 ZAP-12");
	RUN(translations_of_nested_guests, "I10 ROLE-4 ROLE-5");
	RUN(allocations_fail, "I10 MS-16");
	RUN(invalidations_at_every_yield_point, "I10");
	RUN(a_broken_embedder_is_found_and_shrunk);
	RUN(any_failure_leaves_all_consistent, "I9 I10 MS-16");
	return CHECK_DONE("mmu_shadow");
}
