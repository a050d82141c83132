# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# What the engine costs on an UltraScale+ device, per module, by Yosys.

SYNTH_TOP ?= cw_top

.PHONY: synth run-synth
synth: setup
	+$(Q)$(SUBMAKE) run-synth

run-synth: $(CW_PKG) $(RTL_SRCS) $(PICORV32_V)
	$(call say,SYNTH,$(SYNTH_TOP))tools/synth.sh $(SYNTH_TOP) $(O)/synth $(O)/gen \
	  $(CW_PKG) $(RTL_SRCS) $(PICORV32_V)
