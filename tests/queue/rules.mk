# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Benches of FIFO, arbiter, rings, hot commands and buses: SystemVerilog alone, one program each. QUEUE_SEED chooses the
# random numbers; QUEUE_FLAGS=-DCW_MUT_x plants a mutant.
QUEUE_SEED ?= 1
QUEUE_RTL  := $(addprefix rtl/cw_,t.sv fifo.sv arb.sv ring_rd.sv ring_wr.sv host_bus.sv table_bus.sv euu.sv loader.sv \
  cmd_check.sv cmd.sv cpl_rec.sv)
QUEUE_BENCHES := fifo_arb ring_rd ring_wr cmd

define queue_bench
TESTS += rtl_$(1)
rtl_$(1)_CMD := $(O)/tests/queue/$(1)/bench +verilator+seed+$(QUEUE_SEED)
rtl_$(1)_DEPS := $(O)/tests/queue/$(1)/bench
rtl_$(1)_TIMEOUT := 120
endef
$(foreach b,$(QUEUE_BENCHES),$(eval $(call queue_bench,$(b))))

$(QUEUE_BENCHES:%=$(O)/tests/queue/%/bench): $(O)/tests/queue/%/bench: tests/queue/tb_%.sv \
  tests/queue/tb_axi_mem.sv tests/queue/rules.mk $(QUEUE_RTL) $(O)/gen/cw_pkg.sv
	$(call say,VLBENCH,$*)mkdir -p $(@D)
	$(Q)$(VERILATOR) --binary --timing --assert -Wno-fatal -Wno-lint -Wno-style --x-assign unique \
	  --x-initial unique --unroll-count 2 -CFLAGS -O0 -I$(O)/gen $(QUEUE_FLAGS) --top-module tb_$* --Mdir $(@D) \
	  -o bench $(O)/gen/cw_pkg.sv $(QUEUE_RTL) tests/queue/tb_axi_mem.sv $< >$(@D)/log 2>&1 || \
	  { cat $(@D)/log; exit 1; }
