#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# usage: fail.sh BENCH DIR MUTANT...: each mutant must make the bench fail with each of three seeds, by a check of marks
# or records. Output: DIR.
bench=$1
dir=$2
shift 2
passed=0
failed=0
for m; do
	for seed in 1 2 3; do
		out=$dir/rtl_dlog-$m-$seed.run
		if "$bench" "+mutant=$m" "+verilator+seed+$seed" >"$out" 2>&1; then
			echo "FAIL: $m survives with seed $seed"
			failed=$((failed + 1))
		elif grep -q '^FAIL: \(lost\|spurious\|overrun\)' "$out"; then
			passed=$((passed + 1))
			echo "$m: $(grep -m 1 '^FAIL: ' "$out")"
		else
			echo "FAIL: $m is found by something else with seed $seed"
			tail -n 5 "$out"
			failed=$((failed + 1))
		fi
	done
done
echo "rtl_dlog-fail: $passed passed, $failed failed"
[ "$failed" = 0 ]
