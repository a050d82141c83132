#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# fence_fail.sh PROGRAM: bridge-fence with an engine that has all mutants must pass without one and fail with each that
# breaks what it guards.
passed=0 failed=0
judge() { # what, 0 if it is so
	if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "passed: $1"; else failed=$((failed + 1)); echo "FAILED $1"; fi
}
try() { # mutant, rules
	out=$(CATWALK_MUTANT=$1 timeout 100 "$program" 2>&1)
	grep -q '^bridge-fence: [0-9]* passed, [1-9][0-9]* failed' <<<"$out"
	judge "bridge-fence finds $1 ($2)" $?
}
program=$1
CATWALK_MUTANT=none timeout 100 "$program" >/dev/null 2>&1
judge "without a mutant it passes" $?
try FENCE_CLEARS P21
try RELEASE_AT_ISSUE P37
try DEAD_EPOCH P19
try DEAD_BRIDGE_ERROR P43
echo "bridge-fence-fail: $passed passed, $failed failed"
[ "$failed" = 0 ]
