# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The generator turns the contract (include/catwalk/*.def) into what C cannot include.

CWGEN    := $(O)/bin/cwgen
GEN_SRCS := $(wildcard tools/gen/*.c)
CW_PKG   := $(O)/gen/cw_pkg.sv

$(CWGEN): $(GEN_SRCS:%.c=$(O)/obj/%.o)
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

# Sizes for packages of their own; found with -I$(O)/gen, by Verilator and Yosys.
CW_PARAMS := $(O)/gen/cw_params.svh
$(CW_PARAMS): $(CWGEN)
	$(call say,GEN,$@)mkdir -p $(@D)
	$(Q)$(CWGEN) params-svh >$@

$(CW_PKG): $(CWGEN) $(CW_PARAMS)
	$(call say,GEN,$@)mkdir -p $(@D)
	$(Q)$(CWGEN) sv >$@

.PHONY: docs
docs: $(CWGEN)
	$(Q)$(CWGEN) regs-md >docs/registers.md
	$(Q)$(CWGEN) mutants-md >docs/mutants.md
