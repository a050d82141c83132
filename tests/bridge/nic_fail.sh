#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# nic_fail.sh PROGRAM MUTANT…: the suite nic with an engine that has all mutants must pass without one and fail, by the
# test that is for it, with each broken NIC queue.
program=$1
shift
passed=0 failed=0

expect() { # mutant
	case $1 in
	NIC_NO_SPLIT | NIC_LAST_BYTE) echo packets_arrive_byte_for_byte ;;
	NIC_NO_COMPARE) echo wrong_bytes_are_counted ;;
	NIC_ERROR_LOST) echo a_packet_to_nowhere_fails_alone ;;
	NIC_NO_HALT) echo a_ring_that_cannot_be_read_halts ;;
	NIC_RUNS_ON) echo a_stop_leaves_nothing_behind ;;
	*) echo 'no such mutant' ;;
	esac
}

CATWALK_MUTANT=none timeout 120 "$program" >/dev/null 2>&1 && passed=1 || { failed=1; echo 'FAILED without a mutant'; }
for mutant; do
	if CATWALK_MUTANT=$mutant timeout 120 "$program" 2>&1 | grep -q "^FAILED $(expect "$mutant"):"; then
		echo "$mutant: $(expect "$mutant") fails"
		passed=$((passed + 1))
	else
		echo "$mutant: NOT FOUND as expected"
		failed=$((failed + 1))
	fi
done
echo "nic-fail: $passed passed, $failed failed"
[ "$failed" = 0 ]
