# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Bench of the AXI4 bridge, and the broken bridges that it must find. BRIDGE_SEED chooses the random numbers.
BRIDGE_SEED    ?= 1
BRIDGE_RTL     := $(addprefix rtl/cw_,t.sv fifo.sv arb.sv id_order.sv) $(wildcard rtl/cw_bridge*.sv)
BRIDGE_BENCHES := plain mutants

$(BRIDGE_BENCHES:%=$(O)/tests/bridge/%/bench): $(O)/tests/bridge/%/bench: tests/bridge/tb_bridge.sv \
  tests/bridge/tb_bridge_mem.svh tests/bridge/rules.mk $(BRIDGE_RTL) $(O)/gen/cw_pkg.sv
	$(call say,VLBENCH,bridge $*)mkdir -p $(@D)
	$(Q)$(VERILATOR) --binary --timing --assert -Wno-fatal -Wno-lint -Wno-style --x-assign unique \
	  --x-initial unique --unroll-count 2 -CFLAGS -O1 -I$(O)/gen -Itests/bridge \
	  $(if $(filter mutants,$*),-DCW_MUTANTS) --top-module tb_bridge --Mdir $(@D) -o bench \
	  $(O)/gen/cw_pkg.sv $(BRIDGE_RTL) $< >$(@D)/log 2>&1 || { cat $(@D)/log; exit 1; }

TESTS += rtl_bridge bridge-mutants
rtl_bridge_CMD     := $(O)/tests/bridge/plain/bench +verilator+seed+$(BRIDGE_SEED)
rtl_bridge_DEPS    := $(O)/tests/bridge/plain/bench
rtl_bridge_TIMEOUT := 120
bridge-mutants_CMD      = tests/bridge/mutants.sh $(O)/tests/bridge/mutants/bench $$($(CWGEN) mutants bridge-mutants)
bridge-mutants_DEPS    := $(O)/tests/bridge/mutants/bench
bridge-mutants_TIMEOUT := 300

# The sample NIC queue on the simulated card.
TESTS += nic
nic_SRCS := tests/bridge/test_nic.c
nic_LIBS := lib
