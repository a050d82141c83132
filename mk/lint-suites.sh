#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# usage: lint-suites.sh SUITE...: each suite must be named in docs/ (* stands for anything), and what the table of
# docs/testing.md names must be a suite.
set -f
bad=0
name='`[a-z][A-Za-z0-9_*-]*`'
quoted=$(cd docs && grep -ohE "$name" testing.md mmu.md isolation.md errors.md | tr -d '`' | sort -u)
table=$(sed -n '/^| part | suite/,/^$/p' docs/testing.md | cut -d '|' -f 3 | grep -oE "$name" | tr -d '`')

# $1 is matched by one of the patterns in $2.
matched() {
	for pattern in $2; do
		# shellcheck disable=SC2254 # a pattern it is
		case $1 in $pattern) return 0 ;; esac
	done
	return 1
}

for suite; do
	matched "$suite" "$quoted" && continue
	echo "suite $suite is not in docs/testing.md"
	bad=1
done
for pattern in $table; do
	hit=
	for suite; do
		matched "$suite" "$pattern" && hit=1
	done
	[ "$hit" ] && continue
	echo "docs/testing.md: there is no suite $pattern"
	bad=1
done
exit $bad
