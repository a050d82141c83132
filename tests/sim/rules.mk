# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
# The simulated card: its memory model at the pins, its stores, and the card as a whole around the real engine.
TESTS += sim_axi_mem
sim_axi_mem_SRCS := tests/sim/test_axi_mem.c tests/sim/master.c sim/axi_mem.c sim/presets.c
TESTS += sim_stores
sim_stores_SRCS := tests/sim/test_stores.c sim/hostmem.c sim/tablemem.c sim/poison.c sim/pcie.c
TESTS += sim_card
sim_card_SRCS := tests/sim/test_card.c
sim_card_LIBS := sim
TESTS += sim_symbols
sim_symbols_CMD = tests/sim/symbols.sh sim/trace.c $(O)/vl/main/libsimlib.a
sim_symbols_DEPS = $(O)/vl/main/libsimlib.a
