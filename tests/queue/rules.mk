# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Benches of FIFO, arbiter, rings, hot commands, their check and their completions, and buses.
QUEUE_RTL := $(addprefix rtl/cw_,fifo.sv arb.sv ring_rd.sv ring_wr.sv bus_gate.sv host_bus.sv table_bus.sv \
  euu.sv loader.sv cmd_check.sv cmd.sv cpl_rec.sv) tests/queue/tb_axi_mem.sv $(wildcard tests/queue/*.svh)

$(foreach b,fifo_arb ring_rd ring_wr cmd,$(eval $(call sv_bench,rtl_$b,$(QUEUE_RTL) tests/queue/tb_$b.sv)))
$(eval $(call sv_bench,rtl_bus_gate,rtl/cw_bus_gate.sv tests/queue/tb_bus_gate.sv))
$(eval $(call sv_bench,rtl_cpl_rec,rtl/cw_cpl_rec.sv $(O)/obj/tests/queue/cpl.o tests/unit/tb_rec.svh \
  tests/queue/tb_cpl_rec.sv))
$(eval $(call sv_bench,rtl_cmd_check,rtl/cw_cmd_check.sv tests/queue/tb_cmd_check.sv))
$(eval $(call sv_bench,rtl_loader,rtl/cw_loader.sv tests/unit/tb_must.svh tests/queue/tb_loader.sv))
$(eval $(call sv_bench,rtl_host_bus,$(addprefix rtl/cw_,arb.sv bus_gate.sv host_bus.sv) tests/unit/tb_must.svh \
  tests/queue/tb_host_bus.sv))
$(eval $(call sv_bench,rtl_table_bus,$(addprefix rtl/cw_,arb.sv bus_gate.sv table_bus.sv) tests/queue/tb_axi_mem.sv \
  tests/unit/tb_must.svh tests/queue/tb_table_bus.sv))
