# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# What a context gets beside others that misbehave (P38); and broken engines in which it gets too little.
TESTS += isolation isolation-bridge
TESTS += isolation-budget
isolation-budget_SRCS := tests/isolation/test_budget.c
isolation-budget_LIBS := lib
isolation-budget_VL   := mutants
isolation_SRCS        := tests/isolation/test_isolation.c
isolation_LIBS        := lib
isolation_VL          := mutants
isolation-bridge_SRCS := tests/isolation/test_bridge.c
isolation-bridge_LIBS := lib
isolation-bridge_VL   := mutants

# $(call isolation_mutant,suite that must find it,end of the name,mutant)
define isolation_mutant
TESTS += $(1)-$(2)
$(1)-$(2)_CMD  := $(O)/tests/$(1) --mutant $(3) $(1)-$(2)
$(1)-$(2)_DEPS := $(O)/tests/$(1)
endef
$(eval $(call isolation_mutant,isolation,unfair-queue,UNFAIR_QUEUE))
$(eval $(call isolation_mutant,isolation,no-park-quota,NO_PARK_QUOTA))
$(eval $(call isolation_mutant,isolation,no-walk-quota,NO_WALK_QUOTA))
$(eval $(call isolation_mutant,isolation-budget,none,NO_BUDGET))
$(eval $(call isolation_mutant,isolation-budget,plus,BUDGET_PLUS))
$(eval $(call isolation_mutant,isolation-budget,holds-stamp,BUDGET_HOLDS_STAMP))
$(eval $(call isolation_mutant,isolation-bridge,one-quota,BRIDGE_ONE_QUOTA))
$(eval $(call isolation_mutant,isolation-bridge,unfair-queue,UNFAIR_QUEUE))
$(eval $(call isolation_mutant,isolation-bridge,no-park-quota,NO_PARK_QUOTA))
$(eval $(call isolation_mutant,isolation-bridge,park-holds,PARK_HOLDS_STAMP))
$(eval $(call isolation_mutant,isolation-bridge,holds-stamps,RELEASE_AT_SLAVE))
