#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# log_fail.sh PROGRAM: migrations of lib-log with an engine that has all mutants. Without one they pass; with each that
# loses pages the replica of one of them differs. Of the seeds, a step of 9 apart, the mode and page size are those that
# the mutant needs: from 9 on CAPTURE with 4 KiB, from 6 on CAPTURE with 1 GiB, from 1 on PROTECT.
passed=0 failed=0
judge() { # what, 0 if it is so
	if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "passed: $1"; else failed=$((failed + 1)); echo "FAILED $1"; fi
}
try() { # mutant, rules, first seed
	out=$(CATWALK_MUTANT=$1 timeout 200 "$program" "$3" 16 9 2>&1)
	grep 'replay' <<<"$out"
	grep -q 'the replica differs' <<<"$out"
	judge "a migration finds $1 ($2)" $?
}
program=$1
for first in 9 6 1; do
	CATWALK_MUTANT=none timeout 200 "$program" $first 2 9 >/dev/null 2>&1
	judge "without a mutant migrations from $first on pass" $?
done
try FLIP_BEFORE_CLEAR P25 6
try GRANT_EPOCH_FIRST P25 9
try REPORT_BEFORE_FLUSH P25 9
try HINT_NO_SWEEP P24 9
try SUMMARY_AFTER_LINE P26 6
try EVICT_VS_HARVEST P26 6
try PARK_AFTER_SWAP P22 1
try DEAD_PROTECT P22 1
echo "lib-log-fail: $passed passed, $failed failed"
[ "$failed" = 0 ]
