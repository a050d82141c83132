# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Models of the protocol, docs/model/*.pml: all states of small scenarios, searched by Spin. MODELS="flush/leaf" runs some.

.PHONY: model
model: setup
	$(Q)mkdir -p $(LOG_DIR); set -o pipefail; docs/model/run.sh -j $(JOBS) $(O)/model $(MODELS) | \
	  tee $(LOG_DIR)/model.log

# Which rule is held by which assertion, by what `make check` and `make model` left in $(LOG_DIR).
TRACE := $(O)/bin/protocol-trace
$(TRACE): $(O)/obj/tools/trace/trace.o
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

comma := ,
blank := $(subst ,, )
trace_of = $(1)=$(subst $(blank),$(comma),$(strip $(if $($(1)_SRCS),$(O)/tests/$(1)) $($(1)_DEPS)))

.PHONY: protocol-trace
protocol-trace: $(TRACE)
	$(Q)$(TRACE) docs/protocol.md $(LOG_DIR) $(foreach t,$(TESTS),$(call trace_of,$(t))) \
	  $(subst $(blank),$(comma),model=$(wildcard docs/model/*.pml))

# The same for the rules and scenarios of the MMU core.
.PHONY: spec-trace
spec-trace: $(TRACE)
	$(Q)$(TRACE) -s docs/mmu-rules.md $(LOG_DIR) $(foreach t,$(TESTS),$(call trace_of,$(t))) \
	  $(subst $(blank),$(comma),model=$(wildcard docs/model/*.pml))
