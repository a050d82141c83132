# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The engine in lock step with the reference model: 20 seeds in two suites, so that they run beside each other.
LOCKSTEP_SRCS := $(wildcard tests/lockstep/*.c)

TESTS += lockstep-a lockstep-b
lockstep-a_SRCS    := $(LOCKSTEP_SRCS)
lockstep-a_LIBS    := sim model
lockstep-a_ARGS    := --name lockstep-a --seed 1 --seeds 10 --requests 52000
lockstep-a_TIMEOUT := 900
lockstep-b_CMD     := $(O)/tests/lockstep-a --name lockstep-b --seed 11 --seeds 10 --requests 52000
lockstep-b_DEPS    := $(O)/tests/lockstep-a
lockstep-b_TIMEOUT := 900
