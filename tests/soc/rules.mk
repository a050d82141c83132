# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Benches of the soft CPU, the registers and the traffic generator.
$(eval $(call sv_bench,soc,$(CW_MBOX) rtl/cw_fifo.sv rtl/cw_mailbox.sv rtl/cw_soc.sv $(O)/gen/picorv32.v \
  $(O)/fw/firmware.hex tests/soc/tb_soc.sv,-GFW_HEX='"$(O)/fw/firmware.hex"'))
$(eval $(call sv_bench,regs,rtl/cw_fifo.sv rtl/cw_regs.sv rtl/cw_counters.sv rtl/cw_probe.sv \
  $(O)/obj/tests/soc/regtable.o tests/soc/tb_regs.sv))
$(eval $(call sv_bench,tgen,rtl/cw_clkgate.sv rtl/cw_fifo.sv rtl/cw_hist.sv rtl/cw_tgen.sv tests/soc/tb_tgen.sv))
$(eval $(call sv_bench,rtl_clkgate,rtl/cw_clkgate.sv tests/soc/tb_clkgate.sv))
$(eval $(call sv_bench,rtl_counters,rtl/cw_counters.sv tests/soc/tb_counters.sv))
RESET_SRCS := rtl/cw_reset.sv tests/unit/tb_must.svh tests/soc/tb_reset.sv
$(eval $(call sv_bench,rtl_reset,$(RESET_SRCS)))
$(eval $(call sv_fail,rtl_reset-fail,$(RESET_SRCS),a sweep|no time-out|a port in reset is swept))
$(eval $(call sv_bench,rtl_probe,rtl/cw_fifo.sv rtl/cw_probe.sv tests/unit/tb_must.svh tests/soc/tb_probe.sv))
$(eval $(call sv_bench,rtl_mailbox,$(CW_MBOX) rtl/cw_mailbox.sv tests/unit/tb_must.svh tests/soc/tb_mailbox.sv))
