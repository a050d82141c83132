# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TOOL_SRCS := $(wildcard tools/*.c tools/core/*.c)
