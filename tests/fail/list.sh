#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# list.sh CWGEN SUITE...: everything that sim/required.def names is there: mutants have a suite, suites exist, hosts are
# in tests/fail/mutants.c, runs of models must fail; and every mutant has a suite.
cwgen=$1
shift
passed=0 failed=0
judge() { # what, 0 if it is so
	if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $1"; fi
}
suites=" $* oracle aim "
while IFS='|' read -r name in; do
	[ -n "$in" ]
	judge "$name: no suite finds it" $?
	for suite in $in; do
		[[ $suites = *" $suite "* ]]
		judge "$name: there is no suite $suite" $?
	done
done < <("$cwgen" mutant-suites)
while IFS='|' read -r what mutants hosts models why; do
	[ -n "$mutants$hosts$why" ]
	judge "$what: no random test finds it, for no reason" $?
	for m in $mutants; do
		"$cwgen" mutant-suites | grep -q "^$m|."
		judge "$what: no mutant $m" $?
	done
	for h in $hosts; do
		grep -q "{\"$h\"," tests/fail/mutants.c
		judge "$what: no host $h" $?
	done
	for r in $models; do
		grep -qE "^ \* run fail ${r#*/} " "docs/model/${r%/*}.pml"
		judge "$what: no run $r of a model" $?
	done
done < <("$cwgen" required)
echo "mutants-list: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 200 ]
