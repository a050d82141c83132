# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The engine, in the order in which it is read: packages first.
RTL_SRCS := $(filter-out rtl/cw_t.sv,$(sort $(wildcard rtl/*.sv)))
RTL_SRCS := $(wildcard rtl/cw_t.sv) $(RTL_SRCS)
# Modules that nothing in rtl/ instantiates; lint elaborates each.
RTL_TOPS := $(patsubst rtl/%.sv,%,$(wildcard rtl/cw_top.sv))
