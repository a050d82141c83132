# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# One engine with all mutants of sim/mutants.def, of which a run chooses one; those that are for the suite "mutants"
# must be found by the lock-step run.
$(eval $(call vl_variant,mutants,-DCW_MUTANTS))

$(O)/tests/lockstep-mutants: $(O)/vl/mutants/libsimlib.a \
  $(patsubst %.c,$(O)/san/%.o,$(wildcard tests/lockstep/*.c)) $(O)/san/libsim.a $(O)/san/libmodel.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) \
	  -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(SYS_LIBS)

TESTS += mutants mutants-log mutants-list
mutants-list_CMD     = tests/fail/list.sh $(CWGEN) $(TESTS)
mutants-list_DEPS    = $(CWGEN)
mutants-log_CMD     := $(O)/tests/mutants --log $(O)/tests/lockstep-mutants
mutants-log_DEPS    := $(O)/tests/mutants $(O)/tests/lockstep-mutants
mutants-log_TIMEOUT := 1200
mutants_SRCS    := tests/fail/mutants.c
mutants_ARGS    := $(O)/tests/lockstep-mutants
mutants_DEPS    := $(O)/tests/lockstep-mutants
mutants_TIMEOUT := 2400
