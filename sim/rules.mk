# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
SIM_SRCS   := $(wildcard sim/*.c)
MODEL_SRCS := $(wildcard sim/model/*.c)
SIM_SV     := $(wildcard sim/*.sv)
