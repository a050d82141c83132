# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The engine in lock step with the reference model: 20 seeds in two suites, so that they run beside each other, of which
# the first aims at the cells of the cube (cube.h) and must meet it; and the
# smallest engine, which also has the fewest address bits and hardly a cache for the log, and the largest:
# sim/rules.mk has their sizes.
LOCKSTEP_SRCS := $(wildcard tests/lockstep/*.c)

TESTS += lockstep-a lockstep-b lockstep-small lockstep-large
lockstep-a_SRCS        := $(LOCKSTEP_SRCS)
lockstep-a_LIBS        := sim model
lockstep-a_ARGS        := --name lockstep-a --aim --seed 1 --seeds 10 --requests 200000 --cube $(O)/log/lockstep-a.cube
lockstep-a_TIMEOUT     := 1800
lockstep-b_CMD         := $(O)/tests/lockstep-a --name lockstep-b --seed 11 --seeds 10 --requests 100000
lockstep-b_DEPS        := $(O)/tests/lockstep-a
lockstep-b_TIMEOUT     := 900
lockstep-small_SRCS    := $(LOCKSTEP_SRCS)
lockstep-small_LIBS    := sim model
lockstep-small_VL      := small
lockstep-small_ARGS    := --name lockstep-small --seed 101 --seeds 12 --requests 120000
lockstep-small_TIMEOUT := 900
lockstep-large_SRCS    := $(LOCKSTEP_SRCS)
lockstep-large_LIBS    := sim model
lockstep-large_VL      := large
lockstep-large_ARGS    := --name lockstep-large --seed 201 --seeds 7 --requests 60000
lockstep-large_TIMEOUT := 900

# Nobody writes: no page may be reported as dirty (P27).
TESTS += lockstep-reads
lockstep-reads_CMD     := $(O)/tests/lockstep-a --name lockstep-reads \
  --seed 501 --seeds 5 --requests 30000 --no-cover --reads
lockstep-reads_DEPS    := $(O)/tests/lockstep-a
lockstep-reads_TIMEOUT := 300

# Gated clocks change nothing: the same events in the same cycles as without (rtl/cw_clkgate.sv).
$(eval $(call vl_variant,ungated,-DCW_NO_CLKGATE))
LOCKSTEP_SAME := --seed 301 --seeds 7 --requests 20000 --no-cover
TESTS += lockstep-ungated
lockstep-ungated_SRCS    := $(LOCKSTEP_SRCS)
lockstep-ungated_LIBS    := sim model
lockstep-ungated_VL      := ungated
lockstep-ungated_CMD      = tests/lockstep/same.sh $(O)/tests/lockstep-ungated $(O)/tests/lockstep-a $(LOCKSTEP_SAME)
lockstep-ungated_DEPS    := $(O)/tests/lockstep-a
lockstep-ungated_TIMEOUT := 600

# Bits of TLB RAM flip: only misses may come of it (P43). The engine with all mutants: tests/fail/.
TESTS += lockstep-flip
lockstep-flip_CMD     := $(O)/tests/lockstep-mutants --mutant TLB_FLIP --name lockstep-flip --seed 401 --seeds 4 \
  --requests 40000 --no-cover --flips
lockstep-flip_DEPS    := $(O)/tests/lockstep-mutants
lockstep-flip_TIMEOUT := 600

# An engine that wakes up with random contents; the first seed of a process begins with zeros.
$(eval $(call vl_variant,random-init,--x-initial unique --x-assign unique tests/cover/random_init.sv))
TESTS += lockstep-init
lockstep-init_SRCS    := $(LOCKSTEP_SRCS)
lockstep-init_LIBS    := sim model
lockstep-init_VL      := random-init
lockstep-init_ARGS    := --name lockstep-init --seed 301 --seeds 5 --requests 10000 --no-cover
lockstep-init_TIMEOUT := 300

# An engine whose sizes are drawn at random by a number (draw.sh), ports and generations of the park included, with all
# that shares them in a directory of its own. DRAW chooses it, and the suite's output begins with what was drawn. It has
# the mutants, for what can go wrong in few generations shows nowhere else.
DRAW  ?= 9
DRAWS ?= 1
DRAWN := $(shell seq $(DRAW) $$(($(DRAW) + $(DRAWS) - 1)))
# One of two bits of generation.
FEW   := 9
drawn  = $(O)/drawn/$(1)/tests/lockstep-a

$(foreach d,$(sort $(DRAWN) $(FEW)),$(call drawn,$(d))): $(O)/drawn/%/tests/lockstep-a: FORCE
	+$(call say,DRAWN,$*)eval "$(SUBMAKE) O=$(O)/drawn/$* VENV=$(abspath $(VENV)) PGO=0 \
	  $$(tests/lockstep/draw.sh $* -DCW_MUTANTS) $@"

TESTS += lockstep-drawn mutants-drawn
lockstep-drawn_CMD      = tests/lockstep/draw.sh $(DRAW) && $(call drawn,$(DRAW)) --name lockstep-drawn --seed 601 \
  --seeds 6 --requests 120000 --no-cover
lockstep-drawn_DEPS     = $(call drawn,$(DRAW))
lockstep-drawn_TIMEOUT := 900
mutants-drawn_CMD       = tests/lockstep/mutant.sh mutants-drawn $(call drawn,$(FEW)) GEN_STICKS park-gen P32
mutants-drawn_DEPS      = $(call drawn,$(FEW))

# Long runs of DRAWS different engines, from the one of DRAW on.
DRAWN_SEEDS    ?= 5
DRAWN_REQUESTS ?= 120000
.PHONY: soak-drawn $(DRAWN:%=soak-drawn-%)
soak-drawn: $(DRAWN:%=soak-drawn-%)
$(DRAWN:%=soak-drawn-%): soak-drawn-%: $(call drawn,%)
	$(Q)tests/lockstep/draw.sh $*
	$(Q)$< --name soak-drawn-$* --seed $*001 --seeds $(DRAWN_SEEDS) --requests $(DRAWN_REQUESTS) --no-cover
