# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The MMU core under libFuzzer: a brief run, always the same, as a suite; a long one by make fuzz FUZZ_SECONDS=…, whose
# corpus grows in $(O)/fuzz/long. Only the core is instrumented for coverage: branches of the tests and of validate.c
# are no news, and would take most of the time.
FUZZ_CC      ?= clang-14
FUZZ_SECONDS ?= 1800
FUZZ_FLAGS    = $(filter-out -MMD -MP,$(CFLAGS_ALL)) -Itests/unit -O1 -fno-omit-frame-pointer \
  -fsanitize=address,undefined -fno-sanitize-recover=all -MMD -MP
MMU_FUZZ     := $(O)/fuzz/mmu_fuzz
MMU_FUZZ_SRCS := $(addprefix tests/mmu/,fuzz.c stream.c world_direct.c world_shadow.c world_writes.c \
  engine.c recorder.c rec_model.c alloc.c refwalk.c)
mmu_fuzz_from := $(O)/tests/mmu_random $(O)/tests/mmu_shadow $(O)/tests/mmu_writes

$(O)/fuzz/lib/%.o: lib/%.c
	$(call say,CC,$< (fuzz))mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) $(if $(filter %/validate.c,$<),,-fsanitize=fuzzer-no-link) -c -o $@ $<

$(O)/fuzz/tests/%.o: tests/%.c
	$(call say,CC,$< (fuzz))mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -c -o $@ $<

MMU_FUZZ_OBJS := $(patsubst %.c,$(O)/fuzz/%.o,$(LIBMMU_SRCS) $(MMU_FUZZ_SRCS))
-include $(MMU_FUZZ_OBJS:.o=.d)
$(MMU_FUZZ): $(MMU_FUZZ_OBJS)
	$(call say,LD,$@)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -Wl,--wrap=calloc -o $@ $^ -lpthread

TESTS += mmu_fuzz
mmu_fuzz_CMD := tests/mmu/fuzz.sh $(MMU_FUZZ) $(O)/fuzz/brief 0 1000 $(mmu_fuzz_from)
mmu_fuzz_TIMEOUT := 900
mmu_fuzz_DEPS := $(MMU_FUZZ) $(mmu_fuzz_from)

.PHONY: fuzz
fuzz: setup
	+$(Q)$(SUBMAKE) build-mmu_fuzz
	$(Q)tests/mmu/fuzz.sh $(MMU_FUZZ) $(O)/fuzz/long $(FUZZ_SECONDS) -1 $(mmu_fuzz_from)
