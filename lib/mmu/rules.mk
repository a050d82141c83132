# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
LIBMMU_SRCS := $(addprefix lib/mmu/,cache.c fault.c inval.c log.c memslot.c mmu.c page.c rmap.c spte.c validate.c zap.c)
