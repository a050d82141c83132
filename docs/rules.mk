# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
# Pages that are made from the contract are listed in mk/gen.mk.
