# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The Verilated engine: $(O)/vl/<variant>/libsimlib.a. The variant "main" is the product's: fast, with FST trace.
# Other variants are asked for with vl_variant, see Makefile.

VERILATOR := verilator
VL_INC     = $(eval VL_INC := $(shell $(VERILATOR) --getenv VERILATOR_ROOT)/include)$(VL_INC)
VL_FLAGS  := --cc --lib-create simlib --top-module sim_lib -O3 --x-assign fast --x-initial fast --assert \
  --timescale 1ns/1ps -I$(O)/gen

PICORV32_V := $(O)/gen/picorv32.v
VL_WAIVER  := sim/verilator.vlt
VL_SRCS    := $(CW_PKG) $(RTL_SRCS) $(SIM_SV) $(PICORV32_V)

main_VLFLAGS := --trace-fst $(ENGINE)
# PGO=0 builds the product's variant as quickly as those of the tests; it simulates slower.
PGO          ?= 1
main_VLOPT   := $(if $(filter 0,$(PGO)),,fast)
VL_ALL       := main $(VL_VARIANTS)

VL_FAST      := -O3 -fprofile-use -Wno-missing-profile

# Unique symbols cannot be hidden, and an engine of other sizes must be (mk/product.mk).
VL_HIDE      := -fno-gnu-unique

# What differs between quick and fast variants. A broken design may well be odd to a linter; the product's may not. A
# quick one is compiled as one unit, for the headers cost more than the rest.
vl_warn = $(if $(filter main,$(1)),,-Wno-lint -Wno-style -Wno-fatal)
vl_opt  = $(if $($(1)_VLOPT),OPT_FAST='$(VL_FAST)' OPT_GLOBAL=-O3,OPT_FAST='-O1 $(VL_HIDE)' \
  OPT_SLOW='-O0 $(VL_HIDE)' OPT_GLOBAL='-O1 $(VL_HIDE)' VM_PARALLEL_BUILDS=0)

# A path that does not change with the version of Python.
$(PICORV32_V): $(VENV)/.ready
	$(Q)mkdir -p $(@D)
	$(Q)ln -sf $$(find $(abspath $(VENV))/ -path '*/pythondata_cpu_picorv32/*' -name picorv32.v | grep .) $@

$(VENV)/.ready: tools/setup.sh
	$(Q)tools/setup.sh $(VENV)

# Changes only if the flags do, so that a changed rules.mk rebuilds what it concerns.
$(VL_ALL:%=$(O)/vl/%/flags): $(O)/vl/%/flags: FORCE
	$(Q)mkdir -p $(@D); f="$(VL_FLAGS) $($*_VLFLAGS) $(call vl_opt,$*)"; \
	  echo "$$f" | cmp -s - $@ || echo "$$f" >$@

# Verilator leaves files alone whose content it would not change; their times must move nonetheless.
$(VL_ALL:%=$(O)/vl/%/Vsim_lib.mk): $(O)/vl/%/Vsim_lib.mk: $(O)/vl/%/flags $(VL_SRCS) $(VL_WAIVER)
	$(call say,VERILATE,$*)$(VERILATOR) $(VL_FLAGS) $($*_VLFLAGS) $(call vl_warn,$*) -Mdir $(@D) \
	  $(VL_WAIVER) $(VL_SRCS)
	$(Q)touch $@

vl_make = $(MAKE) $(if $(Q),-s) -f Vsim_lib.mk $(call vl_opt,$(1)) $(if $(Q),>/dev/null)

$(VL_ALL:%=$(O)/vl/%/libsimlib.a): $(O)/vl/%/libsimlib.a: $(O)/vl/%/Vsim_lib.mk
	+$(call say,VLCC,$*)$(vl_runtime_copy) $(call vl_runtime_keep,$(@D)) $(call vl_make,$*) -C $(@D) libsimlib.a
	$(Q)touch $@

# Verilator's makefile would compile its runtime again after each change of the RTL; only other flags ask for that.
vl_runtime_keep = for o in $(wildcard $(1)/verilated*.o); do [ $(1)/flags -nt $$o ] || touch $$o; done;

# Most of the time of a quick variant would go to Verilator's runtime, so those that share its flags share its objects.
VL_SHARING      := $(foreach v,$(VL_VARIANTS),$(if $($(v)_VLOPT)$(filter-out -D% -G%,$($(v)_VLFLAGS)),,$(v)))
VL_FIRST        := $(firstword $(VL_SHARING))
VL_RUNTIME      := verilated.o verilated_dpi.o verilated_threads.o
vl_runtime_copy  = $(if $(filter $*,$(VL_SHARING)),cp $(VL_RUNTIME:%=$(O)/vl/runtime/%) $(@D)/;)

$(VL_SHARING:%=$(O)/vl/%/libsimlib.a): $(O)/vl/runtime/done
$(O)/vl/runtime/done: mk/vl.mk | $(O)/vl/$(VL_FIRST)/Vsim_lib.mk
	+$(call say,VLCC,runtime)mkdir -p $(@D); $(call vl_make,$(VL_FIRST)) -C $(O)/vl/$(VL_FIRST) $(VL_RUNTIME)
	$(Q)cp $(VL_RUNTIME:%=$(O)/vl/$(VL_FIRST)/%) $(@D)/ && touch $@

# Sources of sim/ see the DPI prototypes that Verilator writes.
CFLAGS_sim = -I$(O)/vl/main -isystem $(VL_INC)/vltstd
$(call objs,$(SIM_SRCS)) $(call san_objs,$(SIM_SRCS)): | $(O)/vl/main/Vsim_lib.mk
