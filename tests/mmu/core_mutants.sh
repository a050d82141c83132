#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Faults planted in the core, one at a time. Streams of operations (stream.h) must find each, by the oracle that is
# there for it, and shrink it; those of suites that are no streams a test of the suite must find. A fault is a change of
# one line of a source file (core_mutants.list); the rest of the core is as it is, and passes the suites of these names.
#
# usage: tests/mmu/core_mutants.sh DIR LIST NAME…     (all of the list if no NAME is given)
# Environment: CC, MUTANT_FLAGS, MUTANT_LIBS; objects of the suites' own sources as MUTANT_OBJS_<suite>;
# MUTANT_STREAMS, the suites that are streams.
set -uo pipefail

dir=$1 list=$2
shift 2
passed=0
failed=0
mkdir -p "$dir"

result() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "passed: $2"
	else
		failed=$((failed + 1))
		echo "FAILED $2"
	fi
}

# One fault: name, file, suite, what finds it (a regular expression), rules, line, line instead.
mutant() {
	local name=$1 file=$2 suite=$3 by=$4 rules=$5 from=$6 to=$7 objs="MUTANT_OBJS_$3" ops
	local src="$dir/$name-$(basename "$file")" log="$dir/$name.log"

	FROM="$from" TO="$to" awk '
		BEGIN { from = ENVIRON["FROM"]; to = ENVIRON["TO"] }
		!done && (i = index($0, from)) {
			$0 = substr($0, 1, i - 1) to substr($0, i + length(from))
			done = 1
		}
		{ print }
		END { exit !done }' "$file" >"$src" || { result 1 "$name: $file has no line \"$from\""; return; }
	# shellcheck disable=SC2086
	if ! $CC $MUTANT_FLAGS -iquote "$(dirname "$file")" -c -o "$dir/$name.o" "$src" ||
	   ! $CC $MUTANT_FLAGS -o "$dir/$name" ${!objs} "$dir/$name.o" $MUTANT_LIBS; then
		result 1 "$name: does not build"
		return
	fi
	if [[ " $MUTANT_STREAMS " != *" $suite "* ]]; then
		{ ! timeout 120 "$dir/$name" >"$log" 2>&1; } 2>/dev/null && grep -v '^passed' "$log" | grep -E "$by" >/dev/null
		result $? "$name found by $by ($rules)"
		rm -f "$dir/$name" "$dir/$name.o" "$src"
		return
	fi
	if ! "$dir/$name" mutant >"$log" 2>&1; then
		result 1 "$name: not found"
		return
	fi
	ops=$(sed -n 's/.*: \([0-9]*\) operations are enough.*/\1/p' "$log")
	# What the last run of the shrunk stream says.
	sed '0,/operations are enough/d' "$log" | grep -E "$by" >/dev/null
	result $? "$name found by $by, shrunk to $ops operations ($rules)"
	rm -f "$dir/$name" "$dir/$name.o" "$src"
}

while IFS=@ read -r name file suite by rules from to; do
	case $name in '' | '#'*) continue ;; esac
	[ $# = 0 ] || [[ " $* " = *" $name "* ]] || continue
	mutant "$name" "$file" "$suite" "${by//;/|}" "$rules" "$from" "$to"
done <"$list"
echo "mmu_mutants: $passed passed, $failed failed"
[ $failed = 0 ]
