/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
/* Names of statistics, trace points with their values, and the histogram of fault latencies (ST-4; mmu-spec 7). */
#include "guestmem.h"

static struct vm vm;
static unsigned seen[CW_NTRACE];
static uint64_t last[CW_NTRACE][3];
static uint64_t clock_now, clock_step;

static void trace(void *priv, enum cw_trace_point point, uint64_t a, uint64_t b, uint64_t c)
{
	(void)priv;
	if (!CHECK(point < CW_NTRACE))
		return;
	seen[point]++;
	last[point][0] = a;
	last[point][1] = b;
	last[point][2] = c;
}

static uint64_t clock_ns(void *priv)
{
	(void)priv;
	clock_now += clock_step;
	return clock_now - clock_step;
}

static void begin(void)
{
	struct cw_mmu_params p = {.address_bits = 48};

	gm_begin(&vm, &p);
	gm_ops.resolve_atomic = NULL;
	gm_ops.trace = trace;
	CHECK_EQ(vm_slot(&vm, 0, 0, MEM_PAGES, 0, CW_MEM_LOG_DIRTY), 0);
	memset(seen, 0, sizeof(seen));
}

/* What the last call of a trace point had, and how many there were since the last look at it. */
static bool was(enum cw_trace_point p, unsigned n, uint64_t a, uint64_t b, uint64_t c)
{
	bool ok = CHECK_EQ(seen[p], n) && CHECK_EQ(last[p][0], a) && CHECK_EQ(last[p][1], b) && CHECK_EQ(last[p][2], c);

	seen[p] = 0;
	return ok;
}

static void names_of_kvm(void)
{
	/* Of the specification; those of CPUs, PML and NX huge pages have nothing to count here, and there is no
	 * unsync. */
	static const char *const kvm[] = {"mmu_shadow_zapped",
					  "mmu_pte_write",
					  "mmu_pde_zapped",
					  "mmu_flooded",
					  "mmu_recycled",
					  "mmu_cache_miss",
					  "pages_4k",
					  "pages_2m",
					  "pages_1g",
					  "max_mmu_rmap_size",
					  "max_mmu_page_hash_collisions",
					  "remote_tlb_flush",
					  "remote_tlb_flush_requests",
					  "pf_taken",
					  "pf_fixed",
					  "pf_emulate",
					  "pf_spurious",
					  "pf_mmio_spte_created",
					  "pf_guest",
					  "invlpg",
					  "mmio_exits",
					  "wt_denied"};
	static const char *const have[] = {
#define NAME(name, doc) #name,
		CW_MMU_STATS(NAME)
#undef NAME
	};

	for (unsigned i = 0; i < sizeof(kvm) / sizeof(kvm[0]); i++) {
		bool found = false;

		for (unsigned k = 0; k < sizeof(have) / sizeof(have[0]); k++)
			found |= !strcmp(kvm[i], have[k]);
		if (!CHECK(found))
			printf("# no statistic %s\n", kvm[i]);
	}
}

static void trace_points_of_direct_contexts(void)
{
	unsigned level;
	uint64_t e, gpa = 100 << 12 | 0x123;

	begin();
	CHECK_EQ(vm_fault(&vm, 100, WRITE), CW_PF_FIXED);
	e = vm_leaf(&vm, &vm.ctx, 100);
	was(CW_TRACE_kvm_page_fault, 1, gpa, WRITE, CW_PF_FIXED);
	was(CW_TRACE_kvm_mmu_spte_requested, 1, gpa, 100, 1);
	was(CW_TRACE_kvm_mmu_set_spte, 1, 1, 100, e);
	/* Three tables were made; the last that is told is the uppermost. */
	CHECK_EQ(seen[CW_TRACE_kvm_mmu_get_page], 3);
	CHECK_EQ(last[CW_TRACE_kvm_mmu_get_page][2], 1);
	CHECK_EQ(vm_fault(&vm, 100, WRITE), CW_PF_SPURIOUS);
	was(CW_TRACE_kvm_page_fault, 1, gpa, WRITE, CW_PF_SPURIOUS);
	CHECK_EQ(seen[CW_TRACE_kvm_mmu_set_spte], 0);
	/* Beyond the width. */
	CHECK_EQ(vm_fault(&vm, 1ull << 36, READ), -EFAULT);
	was(CW_TRACE_kvm_page_fault, 1, 1ull << 48 | 0x123, READ, (uint64_t)-EFAULT);
	/* MMIO: made, then found; and stale after a change of slots. */
	CHECK_EQ(vm_fault(&vm, 0x9000, READ), CW_PF_EMULATE);
	rec_walk_at(&vm.rec, &vm.ctx, 0x9000, &level, &e);
	was(CW_TRACE_mark_mmio_spte, 1, e, 0x9000, vm.rec.mmio_gen[0]);
	CHECK_EQ(seen[CW_TRACE_check_mmio_spte] + seen[CW_TRACE_handle_mmio_page_fault], 0);
	CHECK_EQ(vm_fault(&vm, 0x9000, WRITE), CW_PF_EMULATE);
	was(CW_TRACE_check_mmio_spte, 1, 0x9000, vm.rec.mmio_gen[0], vm.rec.mmio_gen[0]);
	was(CW_TRACE_handle_mmio_page_fault, 1, 0x9000ull << 12 | 0x123, 0x9000, WRITE);
	CHECK_EQ(vm_slot(&vm, 1, 0xa000, 1, 0, 0), 0);
	CHECK_EQ(vm_fault(&vm, 0x9000, READ), CW_PF_EMULATE);
	was(CW_TRACE_check_mmio_spte, 1, 0x9000, vm.rec.mmio_gen[0] - 2, vm.rec.mmio_gen[0]);
	CHECK_EQ(seen[CW_TRACE_handle_mmio_page_fault], 0);
	/* The host's invalidation, and what it empties. */
	CHECK_EQ(cw_mmu_invalidate_begin(&vm.mmu, 100 << 12, 101 << 12, true), 0);
	cw_mmu_invalidate_end(&vm.mmu, 100 << 12, 101 << 12);
	was(CW_TRACE_kvm_unmap_hva_range, 1, 100 << 12, 101 << 12, true);
	CHECK_EQ(vm.mmu.nr_pages, 5);
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 0, 512), 0);
	seen[CW_TRACE_kvm_mmu_prepare_zap_page] = 0;
	CHECK_EQ(cw_mmu_zap_all(&vm.mmu), 0);
	was(CW_TRACE_kvm_mmu_zap_all_fast, 1, 0, 5, 0);
	CHECK_EQ(seen[CW_TRACE_kvm_mmu_prepare_zap_page], 4);
	/* A large leaf, split. */
	vm_host_level(&vm, 512, 512, 2);
	CHECK_EQ(vm_fault(&vm, 700, WRITE), CW_PF_FIXED);
	CHECK_EQ(last[CW_TRACE_kvm_mmu_set_spte][0], 2);
	CHECK_EQ(last[CW_TRACE_kvm_mmu_set_spte][1], 512);
	CHECK_EQ(cw_mmu_log_start(&vm.mmu, 0, CW_LOG_PROTECT, CW_LOG_SPLIT), 0);
	was(CW_TRACE_kvm_mmu_split_huge_page, 1, 512, 2, 0);
	vm_check(&vm);
	vm_destroy(&vm);
}

static void trace_points_of_shadow_contexts(void)
{
	struct cw_mmu_ctx ctx;
	uint64_t error;

	begin();
	gm_tables();
	gm_set(1, 0, 2 << 12 | G_RWU);
	gm_set(4, 7, 100 << 12 | G_RWU);
	gm_set(4, 8, 100 << 12 | G_P | G_U | G_A);
	gm_attach(&vm, &ctx, true);
	memset(seen, 0, sizeof(seen));
	CHECK_EQ(gm_fault(&vm, &ctx, 0x7123, WRITE, NULL), CW_PF_FIXED);
	was(CW_TRACE_kvm_mmu_pagetable_walk, 1, 0x7123, CW_PFEC_U | CW_PFEC_W, 1 << 12);
	/* The leaf's entry comes last, as it is now. */
	was(CW_TRACE_kvm_mmu_paging_element, 4, 100 << 12 | G_DONE, 1, 4 << 12 | 7 * 8);
	/* A of the uppermost entry and of the leaf, D of the leaf. */
	was(CW_TRACE_kvm_mmu_set_accessed_bit, 2, 4 << 12 | 7 * 8, 100 << 12 | G_RWU, 100 << 12 | G_DONE);
	was(CW_TRACE_kvm_mmu_set_dirty_bit, 1, 4 << 12 | 7 * 8, 100 << 12 | G_RWU, 100 << 12 | G_DONE);
	was(CW_TRACE_kvm_page_fault, 1, 0x7123, WRITE, CW_PF_FIXED);
	was(CW_TRACE_kvm_mmu_spte_requested, 1, 0x7123, 100, 1);
	CHECK_EQ(gm_fault(&vm, &ctx, 0x8000, WRITE, &error), CW_PF_GUEST);
	was(CW_TRACE_kvm_mmu_walker_error, 1, 0x8000, CW_PFEC_P | CW_PFEC_W | CW_PFEC_U, 1);
	CHECK_EQ(seen[CW_TRACE_kvm_mmu_paging_element], 0);
	/* Pages of levels 4 to 1 are compared. */
	CHECK_EQ(cw_mmu_ctx_invalidate(&ctx, 0x7000, 1), 0);
	CHECK_EQ(seen[CW_TRACE_kvm_mmu_sync_page], 4);
	CHECK_EQ(last[CW_TRACE_kvm_mmu_sync_page][0], 4);
	/* A trapped write to an entry of level 3, then to one of level 1. */
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, 4 << 12 | 7 * 8, 8), 0);
	CHECK_EQ(vm.mmu.stats.mmu_pde_zapped, 0);
	CHECK_EQ(cw_mmu_guest_write(&vm.mmu, 0, 2 << 12, 8), 0);
	CHECK_EQ(vm.mmu.stats.mmu_pde_zapped, 1);
	CHECK_EQ(vm.mmu.stats.mmu_pte_write, 2);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

/* The peak is that of one page; what goes does not lower it. */
static void peak_of_mappings(void)
{
	struct cw_mmu_ctx ctx;

	begin();
	gm_tables();
	for (unsigned i = 0; i < 40; i++)
		gm_set(4, i, (i < 30 ? 100ull : 101ull) << 12 | G_DONE);
	gm_attach(&vm, &ctx, true);
	for (unsigned i = 0; i < 40; i++) {
		CHECK_EQ(gm_fault(&vm, &ctx, (uint64_t)i << 12, READ, NULL), CW_PF_FIXED);
		CHECK_EQ(vm.mmu.stats.max_mmu_rmap_size, i < 30 ? i + 1 : 30);
	}
	CHECK_EQ(cw_mmu_zap_range(&vm.mmu, 0, 100, 1), 0);
	CHECK_EQ(vm.mmu.stats.max_mmu_rmap_size, 30);
	vm_check(&vm);
	vm_detach(&vm, &ctx);
	vm_destroy(&vm);
}

static void histogram_of_fault_latencies(void)
{
	static const struct {
		uint64_t ns;
		unsigned bucket;
	} t[] = {{0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 2}, {1023, 9}, {1024, 10}, {~0ull >> 1, CW_PF_NS_BUCKETS - 1}};
	uint64_t want[CW_PF_NS_BUCKETS] = {0};

	begin();
	CHECK_EQ(vm_fault(&vm, 3, READ), CW_PF_FIXED);
	for (unsigned n = 0; n < CW_PF_NS_BUCKETS; n++)
		CHECK_EQ(vm.mmu.pf_ns[n], 0);
	gm_ops.clock_ns = clock_ns;
	for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		clock_now = 0;
		clock_step = t[i].ns;
		CHECK(vm_fault(&vm, i, READ) > 0);
		want[t[i].bucket]++;
		for (unsigned n = 0; n < CW_PF_NS_BUCKETS; n++)
			CHECK_EQ(vm.mmu.pf_ns[n], want[n]);
	}
	vm_check(&vm);
	vm_destroy(&vm);
}

int main(void)
{
	RUN(names_of_kvm, "ST-4");
	RUN(trace_points_of_direct_contexts, "ST-4");
	RUN(trace_points_of_shadow_contexts, "ST-4");
	RUN(peak_of_mappings, "ST-4");
	RUN(histogram_of_fault_latencies, "ST-4");
	return CHECK_DONE("mmu_stats");
}
