# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Benches in SystemVerilog alone. Read before the rules.mk files, which call:
#
# $(eval $(call sv_bench,NAME,SOURCES,FLAGS)): a suite, $(O)/sv/NAME/bench. The last of SOURCES is the bench and its
# module has the file's name; objects of C (DPI) may stand among them, and .svh files, which are included. SV_SEED
# chooses the random numbers.
# $(eval $(call sv_build,NAME,SOURCES,FLAGS)): the bench alone, for a suite that runs it otherwise.
# $(eval $(call sv_fail,NAME,SOURCES,KINDS)): the bench with one mutant after the other, each of which it must find.
#
# $(NAME_OPT) is how it is optimised, -O0 if nothing is said: most benches are short, so that compiling them takes the
# time. Verilator's runtime is compiled once for all of them; one unit each, for its headers cost more than the rest.
# Localisation is off: with timing it drops writes to variables that several processes share.
SV_SEED    ?= 1
SV_VLFLAGS := --cc --exe --main --timing --assert -fno-localize -Wno-fatal -Wno-lint -Wno-style --timescale 1ns/1ps \
  --x-assign unique --x-initial unique --unroll-count 2 --prefix Vbench
SV_MAKE     = $(MAKE) -f Vbench.mk OPT_FAST=$(1) OPT_SLOW=-O0 OPT_GLOBAL=-O1 VM_PARALLEL_BUILDS=0
SV_RUNTIME := verilated.o verilated_timing.o verilated_threads.o verilated_dpi.o

define sv_build
SV_BUILT += $(1)
$(O)/sv/$(1)/Vbench.mk: $(O)/gen/cw_pkg.sv rtl/cw_t.sv mk/sv.mk tests/unit/tb.svh \
  $(filter %.sv %.svh %.v,$(2)) $(wildcard $(dir $(lastword $(2)))rules.mk)
	$$(call say,VLBENCH,$(1))mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) $$(SV_VLFLAGS) -I$(O)/gen -Itests/unit -I$(dir $(lastword $(2))) $$(SV_FLAGS) $(3) \
	  --Mdir $$(@D) -o bench \
	  $$(if $$(SV_COVER),$$(call cover_flags,$(basename $(notdir $(lastword $(2)))))) \
	  --top-module $(basename $(notdir $(lastword $(2)))) $(O)/gen/cw_pkg.sv rtl/cw_t.sv \
	  $(filter %.sv %.v,$(2)) $(abspath $(filter %.o,$(2))) >$$(@D)/log 2>&1 || { cat $$(@D)/log; exit 1; }
	$$(Q)touch $$@
$(O)/sv/$(1)/bench: $(filter-out %.sv %.svh %.v,$(2))
endef

define sv_bench
$(call sv_build,$(1),$(2),$(3))
TESTS += $(1)
SV_BENCHES += $(1)
$(1)_CMD := $(O)/sv/$(1)/bench +verilator+seed+$(SV_SEED)
$(1)_DEPS := $(O)/sv/$(1)/bench
$(1)_TIMEOUT := 120
endef

define sv_fail
$(call sv_build,$(1),$(2),-DCW_MUTANTS)
TESTS += $(1)
$(1)_CMD   = tests/unit/sv_fail.sh $(1) '$(3)' $$(O)/sv/$(1)/bench $$(LOG_DIR) $$$$($$(CWGEN) mutants $(1))
$(1)_DEPS := $(O)/sv/$(1)/bench
$(1)_OPT  := -O1
$(1)_TIMEOUT := 900
endef

# Rules of all benches; called once, when they are known.
define sv_rules
$(SV_BUILT:%=$(O)/sv/%/bench): $(O)/sv/%/bench: $(O)/sv/%/Vbench.mk $(O)/sv/runtime/done
	+$$(call say,VLCC,$$*)cp $(SV_RUNTIME:%=$(O)/sv/runtime/%) $$(@D)/; \
	  $$(call SV_MAKE,$$(or $$($$*_OPT),-O0)) -C $$(@D) bench >>$$(@D)/log 2>&1 || { cat $$(@D)/log; exit 1; }
	$$(Q)touch $$@

$(O)/sv/runtime/done: mk/sv.mk | $(O)/sv/$(firstword $(SV_BUILT))/Vbench.mk
	+$$(call say,VLCC,runtime of benches)mkdir -p $$(@D); \
	  $$(call SV_MAKE,-O0) -C $(O)/sv/$(firstword $(SV_BUILT)) $(SV_RUNTIME) >$$(@D)/log 2>&1 || \
	  { cat $$(@D)/log; exit 1; }
	$$(Q)cp $(SV_RUNTIME:%=$(O)/sv/$(firstword $(SV_BUILT))/%) $$(@D)/ && touch $$@
endef
