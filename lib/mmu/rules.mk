# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
LIBMMU_SRCS := $(wildcard lib/mmu/*.c)
