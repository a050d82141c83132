# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
# Suites of the MMU core. The recorder makes allocations fail by wrapping calloc(), which is what cw_zalloc() calls.
MMU_TESTS := spte memslot fault large zap nth random threads
define mmu_test
TESTS += mmu_$(1)
mmu_$(1)_SRCS := tests/mmu/test_$(1).c tests/mmu/recorder.c
mmu_$(1)_LIBS := mmu
$(O)/tests/mmu_$(1): LDFLAGS += -Wl,--wrap=calloc
endef
$(foreach t,$(MMU_TESTS),$(eval $(call mmu_test,$(t))))
