# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
# Suites of the MMU core. The recorder makes allocations fail by wrapping calloc(), which is what cw_zalloc() calls.
MMU_TESTS := role spte hash memslot slotset hva guest fault large zap dirty log nth nth_ops random threads

# Guest tables and shadow pages.
MMU_TESTS += gpt nested load shadow companion mmio track threads_shadow threads_all lost rare

# Random streams of operations, and what they work on.
mmu_stream := tests/mmu/stream.c tests/mmu/stream_shrink.c
mmu_random_more := $(mmu_stream) tests/mmu/world_direct.c
mmu_shadow_more := $(mmu_stream)

# Guest memory as the host and the engine write it.
MMU_TESTS += writes
mmu_writes_more := $(mmu_stream) tests/mmu/world_writes.c
mmu_writes_TIMEOUT := 900

# What both have.
# What others do meanwhile.
MMU_TESTS += between sync shadow_leaf

MMU_TESTS += prefetch policy special budget split prefault perf paths stages stats

# What bench core says about its baselines, and counts.
MMU_TESTS += bench
mmu_bench_more := tools/core/core_check.c

define mmu_test
TESTS += mmu_$(1)
mmu_$(1)_SRCS := tests/mmu/test_$(1).c tests/mmu/recorder.c tests/mmu/rec_model.c tests/mmu/alloc.c \
		     tests/mmu/engine.c tests/mmu/refwalk.c $$(mmu_$(1)_more)
mmu_$(1)_LIBS := mmu
$(O)/tests/mmu_$(1): LDFLAGS += -Wl,--wrap=calloc
endef
$(foreach t,$(MMU_TESTS),$(eval $(call mmu_test,$(t))))

# The threads under the thread sanitizer, which cannot be combined with the others.
MMU_TSAN_SRCS := tests/mmu/recorder.c tests/mmu/rec_model.c tests/mmu/alloc.c $(LIBMMU_SRCS)
TESTS += mmu_tsan mmu_tsan_shadow mmu_tsan_stages mmu_tsan_all
mmu_tsan_CMD := $(O)/tests/mmu_tsan 1000
mmu_tsan_DEPS := $(O)/tests/mmu_tsan
mmu_threads_shadow_ARGS := 800
mmu_tsan_shadow_CMD := $(O)/tests/mmu_tsan_shadow 400
mmu_tsan_shadow_DEPS := $(O)/tests/mmu_tsan_shadow
mmu_tsan_all_CMD := $(O)/tests/mmu_tsan_all 400
mmu_tsan_all_DEPS := $(O)/tests/mmu_tsan_all
mmu_tsan_stages_CMD := $(O)/tests/mmu_tsan_stages 2
mmu_tsan_stages_DEPS := $(O)/tests/mmu_tsan_stages
$(O)/tests/mmu_tsan: tests/mmu/test_threads.c
$(O)/tests/mmu_tsan_shadow: tests/mmu/test_threads_shadow.c
$(O)/tests/mmu_tsan_stages: tests/mmu/test_stages.c
$(O)/tests/mmu_tsan_all: tests/mmu/test_threads_all.c
$(O)/tests/mmu_tsan $(O)/tests/mmu_tsan_shadow $(O)/tests/mmu_tsan_stages $(O)/tests/mmu_tsan_all: $(MMU_TSAN_SRCS) \
  $(wildcard lib/mmu/*.h tests/mmu/*.h include/catwalk/*)
	$(call say,CC,$@)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CFLAGS_ALL)) -Itests/unit -O1 -fsanitize=thread -Wl,--wrap=calloc \
	  -o $@ $(filter %.c,$^)

# Faults planted in the core, which the streams must find, or tests of the suites that are none.
mmu_mutant_streams := writes random
mmu_mutant_suites := $(mmu_mutant_streams) zap lost track nth nth_ops rare slotset split
MUTANT_ENV = CC='$(CC)' MUTANT_FLAGS='$(filter-out -MMD -MP,$(CFLAGS_ALL)) $(SAN) $(LDFLAGS) -Wl,--wrap=calloc' \
  MUTANT_LIBS='$(O)/san/libmmu.a -lpthread' MUTANT_STREAMS='$(mmu_mutant_streams)' \
  $(foreach s,$(mmu_mutant_suites),MUTANT_OBJS_$(s)='$(patsubst %.c,$(O)/san/%.o,$(mmu_$(s)_SRCS))')
TESTS += mmu_mutants
mmu_mutants_CMD = $(MUTANT_ENV) tests/mmu/core_mutants.sh $(O)/mutants tests/mmu/core_mutants.list
mmu_mutants_DEPS := tests/mmu/core_mutants.sh tests/mmu/core_mutants.list $(mmu_mutant_suites:%=$(O)/tests/mmu_%)
mmu_mutants_TIMEOUT := 1200
