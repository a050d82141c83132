# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
FW_SRCS := $(wildcard firmware/*.S firmware/*.c)

# The firmware but for what only the target has: unit tests run it against a model of the mailbox.
FW_HOST_SRCS := $(filter-out firmware/main.c firmware/io.c firmware/mem.c,$(filter %.c,$(FW_SRCS)))

# The mailbox's word numbers for the engine: a package, read first.
CW_MBOX  := $(O)/gen/cw_mbox.sv
RTL_SRCS := $(CW_MBOX) $(RTL_SRCS)

$(CW_MBOX): firmware/cw_mbox.sv.in firmware/mailbox.def
	$(call say,GEN,$@)mkdir -p $(@D)
	$(Q)$(CC) -E -P -C -nostdinc -undef -x assembler-with-cpp -o $@ $<
