# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The one Makefile. Each directory says in its rules.mk what it holds; mk/ says how it is built; `make help` lists what
# can be asked for. Everything that is made goes to $(O), which may lie anywhere.

VERSION   := 0.1.0
SOVERSION := 0

O       ?= build
V       ?= 0
VENV    ?= .venv
JOBS    ?= 2
PREFIX  ?= /usr/local
DESTDIR ?=
# Sizes of the engine: those that all parts share, -DCW_SET_x=N (include/catwalk/params.def), and parameters of cw_top,
# -Gx=N. What is built with other shared sizes is another contract, and needs an $(O) of its own.
CONTRACT ?=
ENGINE   ?=

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory -r
SHELL := /bin/bash

ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
say  = @printf '  %-9s%s\n' '$(1)' '$(2)';
endif
# Parts of a recipe that start make again; the jobs of an outer -j are shared, else there are $(JOBS).
SUBMAKE = $(MAKE) $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# ---- what a rules.mk may call ----
# $(eval $(call vl_variant,NAME,FLAGS)): one more build of the engine, $(O)/vl/NAME/libsimlib.a. FLAGS are those of
# Verilator, as -DCW_MUTANTS or -GPARAM=3. Quick to build, no trace: for tests. With a third argument, "fast", it is
# optimised as the product's is: for measurements.
define vl_variant
VL_VARIANTS += $(1)
$(1)_VLFLAGS := $(2)
$(1)_VLOPT := $(3)
endef

# $(eval $(call sim_engine,NAME,-GPARAM=N …)): an engine of other sizes that the product's `sim:` has, too. NAME is one
# of C, and the parameters are those in sim/sizes.def.
define sim_engine
$(call vl_variant,$(1),$(2))
SIM_ENGINES += $(1)
endef

include mk/sv.mk

# ---- what there is ----
include $(wildcard rtl/rules.mk firmware/rules.mk include/rules.mk lib/mmu/rules.mk lib/rules.mk sim/rules.mk \
  tools/rules.mk docs/rules.mk)
include $(sort $(wildcard tests/rules.mk tests/*/rules.mk))
$(eval $(call sv_rules))

# ---- how it is built ----
include mk/cover.mk mk/gen.mk mk/c.mk mk/fuzz.mk mk/fw.mk mk/vl.mk mk/product.mk mk/test.mk mk/model.mk mk/lint.mk
include mk/synth.mk mk/cover-mmu.mk

ifneq ($(strip $(CONTRACT)),$(strip $(file <$(O)/contract)))
$(if $(wildcard $(O)/gen),$(error $(O) was built with CONTRACT="$(file <$(O)/contract)": say O=DIRECTORY for another))
$(shell mkdir -p $(O))$(file >$(O)/contract,$(CONTRACT))
endif

.PHONY: all setup demo bench clean help FORCE
all: product

setup:
	$(Q)tools/setup.sh $(VENV)

demo: setup
	+$(Q)$(SUBMAKE) product
	$(Q)$(O)/bin/catwalk bench fault-latency

bench: setup
	+$(Q)$(SUBMAKE) product
	$(Q)mkdir -p $(O)/bench
	$(Q)set -o pipefail; $(O)/bin/catwalk bench fault-latency $(BENCH_ARGS) | tee $(O)/bench/fault-latency.txt

clean:
	$(Q)rm -rf $(O)

help:
	@echo 'make demo     set up, build, and run the main job: catwalk bench fault-latency'
	@echo 'make setup    install what is missing (Debian packages; PicoRV32 from PyPI, into $$VENV)'
	@echo 'make          build the command, the library and the firmware into $$O'
	@echo 'make check    set up, build, and run all test suites; T="NAME…" for some of them'
	@echo 'make model    search the models of the protocol (docs/model) with Spin'
	@echo 'make protocol-trace  which assertions hold which rule, after make check and make model'
	@echo 'make spec-trace  the same for the rules of the MMU core (docs/mmu-rules.md)'
	@echo 'make lint     RTL, C format, manual pages, licences, generated papers'
	@echo 'make format   rewrite C to the project'"'"'s format'
	@echo 'make bench    the fault-latency benchmark, kept in $$O/bench (BENCH_ARGS="…")'
	@echo 'make fuzz     the MMU core under libFuzzer for FUZZ_SECONDS (1800); corpus and findings in $$O/fuzz/long'
	@echo 'make cover    line and branch coverage of lib/mmu by its suites (COVER_LINES, COVER_BRANCHES)'
	@echo 'make cover-rtl  line coverage of rtl/ (COVER_SEEDS, COVER_REQUESTS, COVER_MIN)'
	@echo 'make soak     long lock-step runs (SOAK_SEED, SOAK_SEEDS, SOAK_REQUESTS)'
	@echo 'make soak-drawn  the same of engines of random sizes (DRAW, DRAWS, DRAWN_SEEDS, DRAWN_REQUESTS)'
	@echo 'make synth    LUT, FF and RAM per module for UltraScale+ (SYNTH_TOP=module)'
	@echo 'make docs     rewrite docs/registers.md and docs/mutants.md from the .def files'
	@echo 'make install  to $$DESTDIR$$PREFIX'
	@echo 'make clean    remove $$O'
	@echo 'Variables: O=build V=1 JOBS=2 VENV=.venv PREFIX=/usr/local DESTDIR='
	@echo '           PGO=1 (0: quick to build, slow to run)'
	@echo '           CONTRACT= ENGINE= (sizes of the engine, see Makefile)'
