# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Bench of the dirty log, with an oracle of its own. rtl_dlog-fail runs it with one mutant after the other; each must
# make it fail by a check.
LOG_SRCS := $(addprefix rtl/cw_,arb.sv fifo.sv dlog_dir.sv dlog_cache.sv harvest.sv dlog.sv) \
  tests/queue/tb_axi_mem.sv tests/log/tb_dlog.sv

$(eval $(call sv_bench,rtl_dlog,$(LOG_SRCS)))
$(eval $(call sv_build,rtl_dlog-fail,$(LOG_SRCS),-DCW_MUTANTS))

TESTS += rtl_dlog-fail
rtl_dlog-fail_CMD   = tests/log/fail.sh $(O)/sv/rtl_dlog-fail/bench $(LOG_DIR) $$($(CWGEN) mutants rtl_dlog-fail)
rtl_dlog-fail_DEPS := $(O)/sv/rtl_dlog-fail/bench
rtl_dlog-fail_OPT  := -O1
rtl_dlog-fail_TIMEOUT := 900
