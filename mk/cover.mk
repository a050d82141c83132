# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Line coverage of the RTL (make cover-rtl) and long runs (make soak). Read after all suites are known.

COVER_SRCS := $(wildcard tests/lockstep/*.c)

# ---- soak: requests of each seed, seeds, first seed; the poison oracles are always on. The second half of the seeds
# aims at the cells of the cube (tests/lockstep/aim.c), of which more may be met than in lockstep-a ----
SOAK_REQUESTS ?= 500000
SOAK_SEEDS    ?= 20
SOAK_SEED     ?= 1000
SOAK_AIMED    ?= $(shell expr $(SOAK_SEEDS) / 2)
SOAK_PLAIN     = $(shell expr $(SOAK_SEEDS) - $(SOAK_AIMED))
.PHONY: soak
soak: setup
	+$(Q)$(SUBMAKE) build-lockstep-a
	$(Q)[ $(SOAK_PLAIN) = 0 ] || $(O)/tests/lockstep-a --name soak --seed $(SOAK_SEED) --seeds $(SOAK_PLAIN) \
	  --requests $(SOAK_REQUESTS)
	$(Q)[ $(SOAK_AIMED) = 0 ] || $(O)/tests/lockstep-a --name soak-aimed --aim --long \
	  --seed $$(($(SOAK_SEED) + $(SOAK_PLAIN))) --seeds $(SOAK_AIMED) --requests $(SOAK_REQUESTS)

# ---- coverage: the lock-step run of some seeds, and every bench, in an output directory of their own ----
COVER_MIN      ?= 95
COVER_SEEDS    ?= 1 2 3 4
COVER_REQUESTS ?= 30000
COVER_DIR      := $(O)/cover
# Of the NIC queue, which the lock-step run does not have, and of the log under load; one card to a process.
COVER_SCENARIOS := bridge-write bridge-read harvest-dirty
# Verilator 5.006 cannot count in a class, of which rtl_cmd_check is made; rtl_cmd has the module, too.
COVER_BENCHES   = $(filter-out rtl_cmd_check,$(SV_BENCHES))
COVER_RUNS      = $(COVER_SCENARIOS:%=$(COVER_DIR)/scenario-%.dat) $(COVER_SEEDS:%=$(COVER_DIR)/lockstep-%.dat) \
  $(COVER_BENCHES:%=$(COVER_DIR)/%.dat)

cover_flags = --coverage-line -DCW_COVER_TOP=$(1) tests/cover/cover_point.sv
$(eval $(call vl_variant,cover,$(call cover_flags,sim_lib)))

$(COVER_DIR)/lockstep: $(patsubst %.c,$(O)/san/%.o,$(COVER_SRCS)) $(O)/vl/cover/libsimlib.a $(O)/san/libsim.a \
  $(O)/san/libmodel.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) \
	  -Wl,--end-group $(SYS_LIBS)

$(COVER_SEEDS:%=$(COVER_DIR)/lockstep-%.dat): $(COVER_DIR)/lockstep-%.dat: $(COVER_DIR)/lockstep
	$(call say,COVER,lockstep seed $*)CW_COVER_FILE=$@ $< --seed $* \
	  --requests $(COVER_REQUESTS) --no-cover >$@.log || \
	  { tail $@.log; exit 1; }

$(COVER_DIR)/catwalk: $(patsubst %.c,$(O)/san/%.o,$(TOOL_SRCS)) $(addprefix $(O)/san/,libcatwalk.a libsim.a libmmu.a) \
  $(O)/vl/cover/libsimlib.a
	$(call say,LD,$@)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	  $(TOOL_LIBS) $(SYS_LIBS)

$(COVER_SCENARIOS:%=$(COVER_DIR)/scenario-%.dat): $(COVER_DIR)/scenario-%.dat: $(COVER_DIR)/catwalk
	$(call say,COVER,scenario $*)CW_COVER_FILE=$@ $< bench fault-latency --scenario $* --iterations 1 >$@.log || \
	  { tail $@.log; exit 1; }

# The same recipes as the suites', with other flags, hence elsewhere; all by one make, for they share what is generated.
$(COVER_DIR)/benches: FORCE
	$(call say,COVER,benches)mkdir -p $(@D)
	+$(Q)$(MAKE) O=$(COVER_DIR)/o VENV=$(abspath $(VENV)) SV_COVER=1 $(COVER_BENCHES:%=$(COVER_DIR)/o/sv/%/bench)

$(COVER_BENCHES:%=$(COVER_DIR)/%.dat): $(COVER_DIR)/%.dat: $(COVER_DIR)/benches
	$(Q)CW_COVER_FILE=$@ $(COVER_DIR)/o/sv/$*/bench +verilator+seed+$(SV_SEED) >$@.log || { tail $@.log; exit 1; }

.PHONY: cover-rtl
cover-rtl: setup
	+$(Q)$(SUBMAKE) $(COVER_RUNS)
	$(Q)tests/cover/report.sh $(COVER_MIN) $(COVER_RUNS)
