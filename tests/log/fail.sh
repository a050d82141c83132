#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# usage: fail.sh DIR MUTANT...: each mutant must make the bench in DIR fail, by a check of marks or
# records.
dir=$1
shift
passed=0
failed=0
for m; do
	if "$dir/bench" "+mutant=$m" +verilator+seed+1 >"$dir/$m.run" 2>&1; then
		echo "FAIL: $m survives"
		failed=$((failed + 1))
	elif grep -q '^FAIL: \(lost\|spurious\|overrun\)' "$dir/$m.run"; then
		passed=$((passed + 1))
		echo "$m: $(grep -m 1 '^FAIL: ' "$dir/$m.run")"
	else
		echo "FAIL: $m is found by something else"
		tail -n 5 "$dir/$m.run"
		failed=$((failed + 1))
	fi
done
echo "rtl_dlog-fail: $passed passed, $failed failed"
[ "$failed" = 0 ]
