#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# A mutant that shows in engines of some sizes only must be found by a lock-step run of one, and as what it is.
#
# usage: mutant.sh SUITE LOCKSTEP MUTANT KIND RULE
set -euo pipefail

suite=$1 run=$2 mutant=$3 kind=$4 rule=$5
found=$("$run" --mutant "$mutant" --seed 1 --seeds 5 --requests 20000 --no-cover --stop |
	sed -n '/^FAIL kind: /,/replay/p' || true)
if [ "$(head -n 1 <<<"$found")" = "FAIL kind: $kind" ]; then
	echo "$found" | sed 's/^FAIL/found by/'
	echo "passed: $mutant found by $kind ($rule)"
	echo "$suite: 1 passed, 0 failed"
else
	echo "NOT FOUND as expected: $mutant, $kind"
	echo "$found"
	echo "$suite: 0 passed, 1 failed"
	exit 1
fi
