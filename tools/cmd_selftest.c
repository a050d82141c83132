/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright The Catwalk authors */
#include "tool.h"
int cmd_selftest(int argc, char **argv) { (void)argc; (void)argv; return TOOL_OK; }
