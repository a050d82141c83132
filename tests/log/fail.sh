#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# usage: fail.sh BENCH DIR MUTANT...: each mutant must make the bench fail, by a check of marks or records. Output: DIR.
bench=$1
dir=$2
shift 2
passed=0
failed=0
for m; do
	if "$bench" "+mutant=$m" +verilator+seed+1 >"$dir/rtl_dlog-$m.run" 2>&1; then
		echo "FAIL: $m survives"
		failed=$((failed + 1))
	elif grep -q '^FAIL: \(lost\|spurious\|overrun\)' "$dir/rtl_dlog-$m.run"; then
		passed=$((passed + 1))
		echo "$m: $(grep -m 1 '^FAIL: ' "$dir/rtl_dlog-$m.run")"
	else
		echo "FAIL: $m is found by something else"
		tail -n 5 "$dir/rtl_dlog-$m.run"
		failed=$((failed + 1))
	fi
done
echo "rtl_dlog-fail: $passed passed, $failed failed"
[ "$failed" = 0 ]
