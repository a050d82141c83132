# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
TESTS += fw
fw_SRCS := tests/fw/test_fw.c tests/fw/fake.c $(FW_HOST_SRCS)
fw_TIMEOUT := 60

TESTS += fw-shadow
fw-shadow_SRCS := tests/fw/test_shadow.c tests/fw/fake.c $(FW_HOST_SRCS)
fw-shadow_TIMEOUT := 60

TESTS += fw-limits
fw-limits_SRCS := tests/fw/test_limits.c tests/fw/fake.c $(FW_HOST_SRCS)
fw-limits_TIMEOUT := 60
