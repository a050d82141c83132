#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# mutants.sh BENCH MUTANT…: with two seeds the bench must find each broken bridge, first by judging its requests, then
# (+data) by what initiator, memory and host see alone; and by what is really wrong.
bench=$1
shift
passed=0
failed=0

expect() {	# mutant, plusarg
	case $1$2 in
	RELEASE_AT_SLAVE*) echo 'a FLUSH does not end' ;;
	BURST_CROSS) echo 'no legal burst asks for' ;;
	BURST_CROSS+data) echo 'without such a grant|must fail was answered OKAY' ;;
	BRIDGE_*) echo 'above its quota' ;;
	STAMP_EARLY) echo 'before its data was complete' ;;
	STAMP_EARLY+data) echo 'a FLUSH does not end|^FAIL: byte|must fail was answered OKAY' ;;
	ID_REORDER) echo "out of its ID's turn" ;;
	ID_REORDER+data) echo '^FAIL: byte' ;;
	*) echo 'no such mutant' ;;
	esac
}

for mutant; do
	for run in 1 '1 +data' 2 '2 +data'; do
		read -r seed mode <<<"$run"
		first=$(timeout 60 "$bench" "+mutant=$mutant" "+verilator+seed+$seed" $mode 2>&1 | grep -m1 '^FAIL')
		if grep -qE "$(expect "$mutant" "$mode")" <<<"$first"; then
			echo "$mutant${mode:+ $mode}: found: ${first#FAIL: }"
			passed=$((passed + 1))
		else
			echo "$mutant${mode:+ $mode}, seed $seed: NOT FOUND as expected: ${first:-nothing}"
			failed=$((failed + 1))
		fi
	done
done
echo "bridge-mutants: $passed passed, $failed failed"
[ "$failed" = 0 ]
