# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Line and branch coverage of lib/mmu by its suites (make cover). Built apart, without sanitizers. What is left out, and
# why, stands in tests/cover/mmu.sh.

COVER_MMU     := $(O)/cover-mmu
COVER_LINES   ?= 95
COVER_BRANCHES ?= 85
COVER_MMU_FLAGS = $(filter-out -MMD -MP,$(CFLAGS_ALL)) -Itests/unit -O0 --coverage -DCW_COVER

$(COVER_MMU)/%.o: lib/mmu/%.c FORCE
	$(call say,CC,$< (cover))mkdir -p $(@D)
	$(Q)$(CC) $(COVER_MMU_FLAGS) -c -o $@ $<

$(MMU_TESTS:%=$(COVER_MMU)/test_%): $(COVER_MMU)/test_%: tests/mmu/test_%.c \
  $(LIBMMU_SRCS:lib/mmu/%.c=$(COVER_MMU)/%.o)
	$(call say,COVER,mmu_$*)$(CC) $(filter-out --coverage,$(COVER_MMU_FLAGS)) -Wl,--wrap=calloc -o $@ $< \
	  $(filter-out tests/mmu/test_$*.c,$(mmu_$*_SRCS)) $(filter %.o,$^) --coverage -lpthread
	$(Q)$@ >$@.log 2>&1 || { tail $@.log; exit 1; }

.PHONY: cover
cover: setup
	$(Q)rm -rf $(COVER_MMU)
	+$(Q)$(SUBMAKE) $(MMU_TESTS:%=$(COVER_MMU)/test_%)
	$(Q)tests/cover/mmu.sh $(COVER_MMU) $(COVER_LINES) $(COVER_BRANCHES)
