# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Bench of the dirty log: SystemVerilog alone, with an oracle of its own. LOG_SEED chooses the random numbers.
# rtl_dlog-fail runs it with one mutant after the other; each must make it fail by a check.
LOG_SEED    ?= 1
LOG_RTL     := $(addprefix rtl/cw_,t.sv arb.sv fifo.sv dlog_dir.sv dlog_cache.sv harvest.sv dlog.sv)
LOG_VL       = $(VERILATOR) --binary --timing --assert -Wno-fatal -Wno-lint -Wno-style --x-assign unique \
  --x-initial unique --unroll-count 2 -CFLAGS -O1 -I$(O)/gen --top-module tb_dlog -o bench

TESTS += rtl_dlog rtl_dlog-fail
rtl_dlog_CMD := $(O)/tests/log/plain/bench +verilator+seed+$(LOG_SEED)
rtl_dlog_DEPS := $(O)/tests/log/plain/bench
rtl_dlog-fail_CMD = tests/log/fail.sh $(O)/tests/log/mutants $$($(CWGEN) mutants rtl_dlog-fail)
rtl_dlog-fail_DEPS := $(O)/tests/log/mutants/bench tests/log/fail.sh

$(O)/tests/log/plain/bench $(O)/tests/log/mutants/bench: $(O)/tests/log/%/bench: tests/log/tb_dlog.sv \
  tests/queue/tb_axi_mem.sv tests/log/rules.mk $(LOG_RTL) $(O)/gen/cw_pkg.sv
	$(call say,VLBENCH,dlog $*)mkdir -p $(@D)
	$(Q)$(LOG_VL) $(if $(filter mutants,$*),-DCW_MUTANTS) --Mdir $(@D) $(O)/gen/cw_pkg.sv $(LOG_RTL) \
	  tests/queue/tb_axi_mem.sv $< >$(@D)/log 2>&1 || { cat $(@D)/log; exit 1; }
