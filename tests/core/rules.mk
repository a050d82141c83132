# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Benches of the core's parts and of the core alone, without rings, firmware and memories.
$(eval $(call sv_bench,rtl_fault_rec,rtl/cw_fault_rec.sv $(O)/obj/tests/core/rec.o tests/unit/tb_rec.svh \
  tests/core/tb_fault_rec.sv))
$(eval $(call sv_bench,rtl_answer,rtl/cw_fifo.sv rtl/cw_answer.sv tests/unit/tb_must.svh \
  tests/core/tb_answer.sv))
$(eval $(call sv_bench,rtl_resolve,rtl/cw_entry.sv rtl/cw_verdict.sv rtl/cw_resolve.sv tests/unit/tb_must.svh \
  tests/core/tb_resolve.sv))
# Whatever the bench leaves open is zero, which is to say: not used.
$(eval $(call sv_bench,rtl_core,$(filter-out %/cw_t.sv %/cw_top.sv %/cw_soc.sv %/cw_mailbox.sv,$(RTL_SRCS)) \
  tests/unit/tb_must.svh tests/core/tb_core.sv,--x-initial 0 --unroll-count 64))
$(eval $(call sv_bench,rtl_entry,rtl/cw_entry.sv tests/unit/tb_must.svh tests/core/tb_entry.sv))
