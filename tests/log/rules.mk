# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Benches of the dirty log, with oracles of their own. The suites whose names end in -fail run them with one mutant
# after the other; each must make them fail by a check.
LOG_SRCS := $(addprefix rtl/cw_,arb.sv fifo.sv dlog_dir.sv dlog_cache.sv harvest.sv dlog.sv) \
  tests/queue/tb_axi_mem.sv tests/log/tb_dlog.sv

$(eval $(call sv_bench,rtl_dlog,$(LOG_SRCS)))

# The parts of the log alone.
$(eval $(call sv_bench,rtl_dlog_cache,rtl/cw_arb.sv rtl/cw_dlog_cache.sv tests/log/tb_dlog_cache.sv))
$(eval $(call sv_bench,rtl_dlog_dir,rtl/cw_dlog_dir.sv tests/log/tb_dlog_dir.sv))
$(eval $(call sv_bench,rtl_harvest,rtl/cw_fifo.sv rtl/cw_harvest.sv tests/log/tb_harvest.sv))

# Its dirty rings alone.
DRING_SRCS := rtl/cw_fifo.sv rtl/cw_dring.sv tests/log/tb_dring.sv
$(eval $(call sv_bench,rtl_dring,$(DRING_SRCS)))

$(eval $(call sv_fail,rtl_dlog-fail,$(LOG_SRCS),lost|spurious|overrun|a log that has ended))
$(eval $(call sv_fail,rtl_dring-fail,$(DRING_SRCS),room|entry|soft|consumer|interrupt))

# The control of the log alone.
$(eval $(call sv_bench,rtl_log_ctl,rtl/cw_log_ctl.sv tests/unit/tb_must.svh tests/log/tb_log_ctl.sv))

# Hints: the fixer on a log that is slow.
$(eval $(call sv_bench,rtl_hint,$(addprefix rtl/cw_,arb.sv fifo.sv dlog_dir.sv dlog_cache.sv harvest.sv dlog.sv \
  dring.sv log_ctl.sv log.sv fix.sv) tests/queue/tb_axi_mem.sv tests/unit/tb_must.svh \
  tests/log/tb_hint.sv,--unroll-count 64))
