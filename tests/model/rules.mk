# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TESTS += model
model_SRCS := tests/model/test_model.c
model_LIBS := model
