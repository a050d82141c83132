# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
# How a suite is added: mk/test.mk. Directories below have a rules.mk of their own.
