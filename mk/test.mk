# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Suites. A rules.mk adds one with
#   TESTS += NAME
#   NAME_SRCS := …      its C sources, compiled with sanitizers and linked to $(O)/tests/NAME
#   NAME_LIBS := …      of: lib sim model mmu, or -lX: what it links (lib brings sim and mmu)
#   NAME_VL := …        with sim: the variant of the engine, default main
#   NAME_ARGS := …      arguments
#   NAME_CMD := …       instead of NAME_SRCS: a shell command to run
#   NAME_DEPS := …      files that must be built before it runs
#   NAME_TIMEOUT := …   seconds, default 300
# A suite prints "NAME: N passed, M failed" at its end and exits non-zero if M is not 0.

T       ?= $(TESTS)
LOG_DIR := $(O)/log

test_words    = $(if $(filter lib,$($(1)_LIBS)),lib sim mmu) $($(1)_LIBS)
test_archives = $(foreach w,lib sim model mmu,$(if $(filter $(w),$(test_words)),$(O)/san/$(san_$(w)))) \
  $(if $(filter sim,$(test_words)),$(O)/vl/$(or $($(1)_VL),main)/libsimlib.a)
san_lib   := libcatwalk.a
san_sim   := libsim.a
san_model := libmodel.a
san_mmu   := libmmu.a

define test_rules
.PHONY: run-$(1)
run-$(1): build-$(1)
	$$(Q)$$(call test_cmd,$(1))
	$$(Q)tests/run.sh -j 1 $$(LOG_DIR) $(1)
.PHONY: build-$(1)
ifneq ($($(1)_SRCS),)
build-$(1): $(O)/tests/$(1) $($(1)_DEPS)
$(O)/tests/$(1): $(call san_objs,$($(1)_SRCS)) $(call test_archives,$(1))
	$$(call say,LD,$$@)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(SAN) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) \
	  -Wl,--end-group $$(filter -l%,$($(1)_LIBS)) $$(SYS_LIBS)
else
build-$(1): $($(1)_DEPS)
endif
endef
$(foreach t,$(TESTS),$(if $(filter $(or $($(t)_VL),main),$(VL_ALL)),,\
  $(error suite $(t): no variant $($(t)_VL) of the engine)))
$(foreach t,$(TESTS),$(eval $(call test_rules,$(t))))

# The runner reads what to run from $(LOG_DIR)/NAME.cmd: seconds, then the command.
define newline


endef
test_cmd = $(shell mkdir -p $(LOG_DIR))$(file >$(LOG_DIR)/$(1).cmd,$(or $($(1)_TIMEOUT),300)$(newline)$(or \
  $($(1)_CMD),$(O)/tests/$(1) $($(1)_ARGS)))

# A suite that does not build must not keep the others from running, nor pass unseen: it counts as failed.
.PHONY: check run-check build-check
check: setup
	+$(Q)$(SUBMAKE) -k build-check; $(MAKE) run-check BUILD_STATUS=$$?

build-check: product $(T:%=build-%)

run-check:
	$(Q)$(foreach t,$(T),$(call test_cmd,$(t)))tests/run.sh -j $(JOBS) -b $(or $(BUILD_STATUS),0) $(LOG_DIR) $(T)
