# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TESTS += lib-ring
lib-ring_SRCS := tests/lib/test_ring.c tests/lib/fake.c
lib-ring_LIBS := lib

TESTS += lib-nth
lib-nth_SRCS := tests/lib/test_nth.c tests/lib/fake.c
lib-nth_LIBS := lib
$(O)/tests/lib-nth: LDFLAGS += -Wl,--wrap=calloc,--wrap=realloc,--wrap=posix_memalign

TESTS += lib-api
lib-api_SRCS := tests/lib/test_api.c
lib-api_LIBS := lib

TESTS += lib-malformed
lib-malformed_SRCS := tests/lib/test_malformed.c
lib-malformed_LIBS := lib

TESTS += lib-large
lib-large_SRCS := tests/lib/test_large.c tools/bench_sum.c
lib-large_LIBS := lib

TESTS += lib-errors
lib-errors_SRCS := tests/lib/test_errors.c
lib-errors_LIBS := lib
lib-errors_VL   := mutants

TESTS += lib-log
lib-log_SRCS := tests/lib/test_log.c tests/lib/log_io.c
lib-log_LIBS := lib
lib-log_ARGS := 1 36

TESTS += lib-dring
lib-dring_SRCS := tests/lib/test_dring.c tests/lib/log_io.c
lib-dring_LIBS := lib

TESTS += lib-log-cmd
lib-log-cmd_SRCS := tests/lib/test_log_cmd.c tests/lib/fake.c
lib-log-cmd_LIBS := lib

TESTS += lib-recover
lib-recover_SRCS := tests/lib/test_recover.c tools/bench_sum.c
lib-recover_LIBS := lib

TESTS += lib-faulty
lib-faulty_SRCS := tests/lib/test_faulty.c tools/bench_sum.c
lib-faulty_LIBS := lib

TESTS += lib-reset
lib-reset_SRCS := tests/lib/test_reset.c tools/bench_sum.c
lib-reset_LIBS := lib

TESTS += lib-shadow
lib-shadow_SRCS := tests/lib/test_shadow.c tests/lib/shadow_io.c tests/lib/shadow_work.c tests/lib/guest.c
lib-shadow_LIBS := lib

TESTS += lib-shadow-log
lib-shadow-log_SRCS := tests/lib/test_shadow_log.c tests/lib/shadow_io.c tests/lib/shadow_work.c tests/lib/guest.c
lib-shadow-log_LIBS := lib

TESTS += lib-shadow-api
lib-shadow-api_SRCS := tests/lib/test_shadow_api.c tests/lib/guest.c tools/bench_sum.c
lib-shadow-api_LIBS := lib

# Several engines in one program: the table of all of them comes before the archive's, which has one.
$(O)/tests/lib-engines-bin: $(patsubst %.c,$(O)/san/%.o,tests/lib/test_engines.c tools/bench_sum.c) \
  $(SIM_ENGINES:%=$(O)/vl/%/engine.o) $(O)/obj/engines.o \
  $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) $(O)/vl/main/libsimlib.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(SYS_LIBS)
TESTS += lib-engines
lib-engines_CMD  := $(O)/tests/lib-engines-bin
lib-engines_DEPS := $(O)/tests/lib-engines-bin

# Migrations with broken engines, each of which the replica must find.
$(O)/tests/lib-log-mutants: $(patsubst %.c,$(O)/san/%.o,$(lib-log_SRCS) tests/cli/choose_mutant.c) \
  $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) $(O)/vl/mutants/libsimlib.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(SYS_LIBS)
TESTS += lib-log-fail
lib-log-fail_CMD  := tests/lib/log_fail.sh $(O)/tests/lib-log-mutants
lib-log-fail_DEPS := $(O)/tests/lib-log-mutants

# Suites that are run once more with broken engines, each of which they must find.
$(O)/tests/lib-reset-mutants: $(patsubst %.c,$(O)/san/%.o,$(lib-reset_SRCS))
$(O)/tests/lib-faulty-mutants: $(patsubst %.c,$(O)/san/%.o,$(lib-faulty_SRCS))
$(O)/tests/%-mutants: $(O)/san/tests/cli/choose_mutant.o $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) \
  $(O)/vl/mutants/libsimlib.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(SYS_LIBS)

TESTS += lib-reset-fail
lib-reset-fail_CMD  := tests/lib/fail.sh lib-reset $(O)/tests/lib-reset-mutants \
  PORT_RESET_EARLY:P21:no_grant_is_taken_back_before_the_initiator_is_quiet RESET_EARLY:P43:late_answers_are_absorbed
lib-reset-fail_DEPS := $(O)/tests/lib-reset-mutants

TESTS += lib-symbols
lib-symbols_CMD = tests/lib/symbols.sh include/catwalk.h $(LIB_SO)
lib-symbols_DEPS = $(LIB_SO)

TESTS += lib-faulty-fail
lib-faulty-fail_CMD  := tests/lib/fail.sh lib-faulty $(O)/tests/lib-faulty-mutants \
  LOST_RECORD:I6,P43:fault_records_that_are_lost DEAD_HOST_ERROR:P43:command_rings_that_cannot_be_read
lib-faulty-fail_DEPS := $(O)/tests/lib-faulty-mutants

TESTS += lib-shadow-cmd
lib-shadow-cmd_SRCS := tests/lib/test_shadow_cmd.c tests/lib/fake.c tests/lib/guest.c
lib-shadow-cmd_LIBS := lib
