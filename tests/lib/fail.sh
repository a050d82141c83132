#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# fail.sh SUITE PROGRAM MUTANT:RULES:TEST...: a suite of the library, linked with an engine that has all mutants, must
# pass without one, and with each that is named fail in that test.
passed=0 failed=0
judge() { # what, 0 if it is so
	if [ "$2" = 0 ]; then passed=$((passed + 1)); echo "passed: $1"; else failed=$((failed + 1)); echo "FAILED $1"; fi
}
suite=$1 program=$2
shift 2
CATWALK_MUTANT=none timeout 250 "$program" >/dev/null 2>&1
judge "without a mutant $suite passes" $?
for arg; do
	IFS=: read -r mutant rules name <<<"$arg"
	# The first check that fails will do: a broken engine may keep the test from its end.
	CATWALK_MUTANT=$mutant timeout 40 "$program" 2>&1 | grep -q ": $name: "
	judge "$suite finds $mutant by $name (${rules//,/ })" $?
done
echo "$suite-fail: $passed passed, $failed failed"
[ "$failed" = 0 ]
