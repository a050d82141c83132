# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# What a context gets beside others that misbehave (P38); and broken engines in which it gets too little.
ISOLATION_MUTANTS := isolation-unfair-queue isolation-no-park-quota isolation-no-walk-quota
TESTS += isolation $(ISOLATION_MUTANTS)
isolation_SRCS := tests/isolation/test_isolation.c
isolation_LIBS := lib
isolation_VL   := mutants
isolation-unfair-queue_CMD  := $(O)/tests/isolation --mutant UNFAIR_QUEUE isolation-unfair-queue
isolation-no-park-quota_CMD := $(O)/tests/isolation --mutant NO_PARK_QUOTA isolation-no-park-quota
isolation-no-walk-quota_CMD := $(O)/tests/isolation --mutant NO_WALK_QUOTA isolation-no-walk-quota
$(foreach t,$(ISOLATION_MUTANTS),$(eval $(t)_DEPS := $(O)/tests/isolation))
