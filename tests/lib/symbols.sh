#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
# Every function of the header is in the shared library, and nothing else is: symbols.sh include/catwalk.h libcatwalk.so
set -euo pipefail

declared=$(sed -n 's/^[a-z].*[ *]\(cw_[a-z0-9_]*\)(.*/\1/p' "$1" | sort -u)
exported=$(nm -D --defined-only "$2" | sed -n 's/.* [TBDR] \(cw_[a-z0-9_]*\).*/\1/p' | sort -u)
passed=$(comm -12 <(echo "$declared") <(echo "$exported") | wc -l)
failed=0
for s in $(comm -3 <(echo "$declared") <(echo "$exported")); do
  echo "$s is in one of header and library only"
  failed=$((failed + 1))
done
[ "$passed" -gt 40 ] || failed=$((failed + 1))
echo "lib-symbols: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
