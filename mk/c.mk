# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# C: every source is compiled once for the product ($(O)/obj) and once with sanitizers for the tests ($(O)/san).
# A directory adds flags of its own as CFLAGS_<directory>, with _ for /: CFLAGS_lib_mmu.

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin LD),default)
LD := ld
endif
OBJCOPY ?= objcopy
ifeq ($(origin AR),default)
AR := ar
endif

WARN       := -Wall -Wextra -Wshadow -Werror -Wmissing-prototypes -Wstrict-prototypes
CFLAGS_ALL := -std=c11 -D_GNU_SOURCE -g $(WARN) -Iinclude -I$(O)/gen -I. -fPIC -MMD -MP $(CONTRACT)
OPT        := -O2
SAN        := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

cflags_of = $(CFLAGS_ALL) $(CFLAGS_$(subst /,_,$(patsubst %/,%,$(dir $<)))) $(CFLAGS)

$(O)/obj/%.o: %.c
	$(call say,CC,$<)mkdir -p $(@D)
	$(Q)$(CC) $(OPT) $(cflags_of) -c -o $@ $<

$(O)/san/%.o: %.c
	$(call say,CC,$< (san))mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(cflags_of) -Itests/unit -c -o $@ $<

# $(call objs,sources) and $(call san_objs,sources)
objs     = $(patsubst %.c,$(O)/obj/%.o,$(1))
san_objs = $(patsubst %.c,$(O)/san/%.o,$(1))

$(O)/%.a:
	$(call say,AR,$@)mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) qcs $@ $^

# Sanitized archives, which the tests link; see mk/test.mk.
$(O)/san/libmmu.a: $(call san_objs,$(LIBMMU_SRCS))
$(O)/san/libmodel.a: $(call san_objs,$(MODEL_SRCS))
$(O)/san/libsim.a: $(call san_objs,$(SIM_SRCS)) $(O)/san/engine_main.o $(O)/obj/firmware_hex.o
$(O)/san/libcatwalk.a: $(call san_objs,$(LIB_SRCS))

-include $(shell find $(O)/obj $(O)/san -name '*.d' 2>/dev/null)
