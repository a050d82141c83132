# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TESTS += cli
cli_SRCS := tests/cli/test_cli.c
cli_LIBS := -ljansson
cli_ARGS := $(O)/san/bin/catwalk
cli_DEPS := $(O)/san/bin/catwalk
cli_TIMEOUT := 900

TESTS += bench-sum
bench-sum_SRCS := tests/cli/test_bench_sum.c tools/bench_sum.c tools/bench_hist.c

# The command with the engine that has all mutants; the environment chooses one.
$(O)/tests/catwalk-mutants: $(patsubst %.c,$(O)/san/%.o,$(TOOL_SRCS) tests/cli/choose_mutant.c) \
  $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) $(O)/vl/mutants/libsimlib.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  -ljansson $(SYS_LIBS)

TESTS += selftest-mutants
selftest-mutants_SRCS    := tests/cli/test_selftest_mutants.c
selftest-mutants_LIBS    := -ljansson
selftest-mutants_ARGS    := $(O)/tests/catwalk-mutants
selftest-mutants_DEPS    := $(O)/tests/catwalk-mutants
selftest-mutants_TIMEOUT := 900
