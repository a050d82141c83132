# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# What a context gets beside others that misbehave (P38); and two broken engines in which it gets too little.
$(eval $(call vl_variant,unfair-queue,-DCW_MUT_UNFAIR_QUEUE))
$(eval $(call vl_variant,no-park-quota,-DCW_MUT_NO_PARK_QUOTA))

TESTS += isolation isolation-unfair-queue isolation-no-park-quota
isolation_SRCS := tests/isolation/test_isolation.c
isolation_LIBS := lib
isolation_VL   := fail-none
isolation-unfair-queue_SRCS := tests/isolation/test_isolation.c
isolation-unfair-queue_LIBS := lib
isolation-unfair-queue_VL   := unfair-queue
isolation-unfair-queue_ARGS := --must-fail isolation-unfair-queue
isolation-no-park-quota_SRCS := tests/isolation/test_isolation.c
isolation-no-park-quota_LIBS := lib
isolation-no-park-quota_VL   := no-park-quota
isolation-no-park-quota_ARGS := --must-fail isolation-no-park-quota
