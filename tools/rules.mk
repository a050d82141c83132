# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TOOL_SRCS := $(wildcard tools/*.c tools/core/*.c)
# Loops of a few instructions are compared: none shall win by where the linker puts it.
CFLAGS_tools_core += -falign-functions=64 -falign-loops=64
