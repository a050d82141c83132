#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# usage: sv_fail.sh NAME KINDS BENCH DIR MUTANT...: each mutant must make the bench fail with each of three seeds, by a
# check whose text begins with one of KINDS. Output: DIR.
name=$1
kinds=$2
bench=$3
dir=$4
shift 4
passed=0
failed=0
for m; do
	for seed in 1 2 3; do
		out=$dir/$name-$m-$seed.run
		if "$bench" "+mutant=$m" "+verilator+seed+$seed" >"$out" 2>&1; then
			echo "FAIL: $m survives with seed $seed"
			failed=$((failed + 1))
		elif grep -qE "^FAIL: ($kinds)" "$out"; then
			passed=$((passed + 1))
			echo "$m: $(grep -m 1 -E "^FAIL: ($kinds)" "$out")"
		else
			echo "FAIL: $m is found by something else with seed $seed"
			tail -n 5 "$out"
			failed=$((failed + 1))
		fi
	done
done
echo "$name: $passed passed, $failed failed"
[ "$failed" = 0 ]
