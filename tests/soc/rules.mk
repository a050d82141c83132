# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Benches in SystemVerilog of the soft CPU, the registers and the traffic generator, each with the modules it names.
# Localisation is off: with timing it drops writes to variables that several processes share.
define soc_bench
TESTS += $(1)
$(1)_CMD := $(O)/tests/soc/$(1)/tb
$(1)_DEPS := $(O)/tests/soc/$(1)/tb
$(1)_TIMEOUT := 120
$(O)/tests/soc/$(1)/tb: tests/soc/tb_$(1).sv $(O)/gen/cw_pkg.sv $(CW_MBOX) rtl/cw_t.sv rtl/cw_fifo.sv $(2)
	$$(call say,BENCH,$(1))mkdir -p $$(@D); verilator --binary --timing -fno-localize -Wno-lint -Wno-style \
	  --timescale 1ns/1ps --x-initial unique --x-assign unique \
	  -MAKEFLAGS "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0" -I$(O)/gen $(3) -Mdir $$(@D) \
	  -o tb --top-module tb_$(1) \
	  $(O)/gen/cw_pkg.sv $(CW_MBOX) rtl/cw_t.sv rtl/cw_fifo.sv $(filter %.sv %.v,$(2)) \
	  $(abspath $(filter %.o,$(2))) tests/soc/tb_$(1).sv >$$(@D).log 2>&1 || { cat $$(@D).log; false; }
endef

$(eval $(call soc_bench,soc,rtl/cw_mailbox.sv rtl/cw_soc.sv $(O)/gen/picorv32.v $(O)/fw/firmware.hex,\
  -GFW_HEX='"$(O)/fw/firmware.hex"'))
$(eval $(call soc_bench,regs,rtl/cw_regs.sv rtl/cw_counters.sv rtl/cw_probe.sv $(O)/obj/tests/soc/regtable.o))
$(eval $(call soc_bench,tgen,rtl/cw_tgen.sv))
