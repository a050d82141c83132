# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Broken engines that the lock-step run must find out, one each in $(O)/fail/NAME; and "none", which is not broken, to
# show that it is not the way of building that fails.
MUTANTS := STAMP_AT_GRANT MERGE_POISONED FILL_AFTER_INV_PAGE FILL_AFTER_INV_NEIGHBOUR FILL_AFTER_INV_WC \
  INVALIDATE_BEFORE_ACK COMPLETE_BEFORE_ACK SECOND_FLIP_EARLY JOIN_OPEN_FLIP LOOKUP_SLOT_GAP UNCOUNTED_ORPHAN \
  BLIND_SWAP STALE_RESUME FILL_FAULTING WRONG_DOMAIN_TAG LOST_MERGE RECORD_BEFORE_DATA GLOBAL_EPOCH LOAD_BEFORE_ACK \
  QUEUE_AFTER_INV RESERVED_IGNORED TABLE_ANYWHERE STOP_LEAKS_RETRY DRAIN_EARLY FENCE_CLEARS LARGE_INV_CONTAIN \
  FILL_AFTER_INV_LARGE PARITY_IGNORED PARITY_SWEEP \
  BLIND_FIX FIX_LARGE FIX_HOST_RO AT_KEEP_SAVED PROTECT_ON_MMIO NO_PARK_QUOTA \
  RELEASE_AT_ISSUE BURST_CROSS
FAIL_RUNS := $(O)/fail/none $(MUTANTS:%=$(O)/fail/%)

$(eval $(call vl_variant,fail-none,))
$(foreach m,$(MUTANTS),$(eval $(call vl_variant,fail-$(m),-DCW_MUT_$(m))))

$(FAIL_RUNS): $(O)/fail/%: $(O)/vl/fail-%/libsimlib.a \
  $(patsubst %.c,$(O)/san/%.o,$(wildcard tests/lockstep/*.c)) $(O)/san/libsim.a $(O)/san/libmodel.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) \
	  -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(SYS_LIBS)

TESTS += mutants
mutants_SRCS    := tests/fail/mutants.c
mutants_ARGS    := $(O)/fail
mutants_DEPS    := $(FAIL_RUNS)
mutants_TIMEOUT := 1200
