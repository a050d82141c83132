# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Checks that need no run. Each is a target of its own, so that `make -k lint` shows all that is wrong.

LINTS   := lint-rtl lint-yosys lint-format lint-text lint-suites lint-man lint-docs
# The soft CPU is read for its ports; its own warnings are waived by file in sim/verilator.vlt.
VL_LINT := $(VERILATOR) --lint-only -Wall --timescale 1ns/1ps -I$(O)/gen $(VL_WAIVER)
FMT_C    = $(shell git ls-files '*.c' '*.h')

.PHONY: lint format $(LINTS) $(RTL_TOPS:%=lint-rtl-%)
lint: setup
	+$(Q)$(SUBMAKE) -k $(LINTS)
	@echo 'lint: clean'

# The shell of the simulation is linted by its build: C types are wider than pins, which -Wall would call unused bits.
lint-rtl: $(RTL_TOPS:%=lint-rtl-%)

$(RTL_TOPS:%=lint-rtl-%): lint-rtl-%: $(CW_PKG) $(RTL_SRCS) $(PICORV32_V) $(VL_WAIVER)
	$(call say,LINT,$*)$(VL_LINT) --top-module $* $(CW_PKG) $(RTL_SRCS) $(PICORV32_V)

YOSYS_TOPS = $(foreach t,$(RTL_TOPS),; design -save all; hierarchy -check -top $t; design -load all)

lint-yosys: $(CW_PKG) $(RTL_SRCS) $(PICORV32_V)
	$(call say,YOSYS,rtl)yosys -q -p "read_verilog -sv -I$(O)/gen $(filter %.sv %.v,$^)$(YOSYS_TOPS)"

lint-format:
	$(call say,FORMAT,C)clang-format --dry-run -Werror $(FMT_C)

format:
	$(Q)clang-format -i $(FMT_C)

lint-text:
	$(call say,TEXT,all files)mk/lint-text.sh

lint-suites:
	$(call say,SUITES,docs/testing.md)mk/lint-suites.sh $(TESTS)

lint-man:
	$(call say,MAN,docs/man)set -e; $(if $(MAN_PAGES),mandoc -T lint -W error $(MAN_PAGES))

lint-docs: $(CWGEN)
	$(call say,DOCS,docs/registers.md docs/mutants.md)$(CWGEN) regs-md | diff -u docs/registers.md - && \
	  $(CWGEN) mutants-md | diff -u docs/mutants.md - || \
	  { echo 'a generated page is not what its source says: run make docs'; exit 1; }
