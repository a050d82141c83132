# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TESTS += cli
cli_SRCS := tests/cli/test_cli.c
cli_LIBS := -ljansson
cli_ARGS := $(O)/san/bin/catwalk
cli_DEPS := $(O)/san/bin/catwalk

TESTS += bench-sum
bench-sum_SRCS := tests/cli/test_bench_sum.c tools/bench_sum.c tools/bench_hist.c
