#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Two builds of the lock-step run must give the same run, seed by seed, the digest of all events included.
#
# usage: same.sh ONE OTHER ARGUMENTS...
set -euo pipefail

name=$(basename "$1")
passed=0
failed=0
seeds() { "$@" | sed -n 's/^\(seed.*digest [0-9a-f]*\).*/\1/p'; }
one=$(seeds "$1" "${@:3}" || true)
other=$(seeds "$2" "${@:3}" || true)
while IFS= read -r line; do
	if [ -n "$line" ] && grep -qxF "$line" <<<"$other"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL only $1: $line"
	fi
done <<<"$one"
echo "$name: $passed passed, $failed failed"
[ "$failed" = 0 ]
