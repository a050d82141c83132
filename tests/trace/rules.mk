# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TESTS += trace
trace_SRCS := tests/trace/test_trace.c
trace_ARGS := $(O)/bin/protocol-trace
trace_DEPS := $(O)/bin/protocol-trace
