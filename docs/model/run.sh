#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Run the models of the protocol: each line `run pass|fail NAME MACRO... RULE...` in the head of a .pml file is one
# search of all states. A `pass` must end without an error, a `fail` (a mutant, by a macro M_...) with a counterexample,
# kept as DIR/FILE-NAME/trail. For each that does, a line says which rules it stands for: `passed: flush/leaf (P4 P5)`.
#
# usage: docs/model/run.sh [-j JOBS] DIR [FILE/NAME…]
set -uo pipefail

export MODEL_SECONDS=${MODEL_SECONDS:-300} MODEL_MEGABYTES=${MODEL_MEGABYTES:-900}
here=$(cd "$(dirname "$0")" && pwd) || exit 2
jobs=2
[ "${1-}" != -j ] || { jobs=$2; shift 2; }
[ $# -ge 1 ] || { echo 'usage: docs/model/run.sh [-j JOBS] DIR [FILE/NAME…]' >&2; exit 2; }
mkdir -p "$1" && dir=$(cd "$1" && pwd) || exit 2
shift

# FILE WANT NAME MACRO… RULE…: a result line, and the lines of its rules.
one() {
	local file=$1 want=$2 name=$3 flags=() rules=() id what states seconds=$SECONDS
	shift 3
	id=${file%.pml}-$name
	for word in "$@"; do
		if [[ $word =~ ^P[0-9]+$ ]]; then rules+=("$word"); else flags+=("-D$word"); fi
	done
	rm -rf "${dir:?}/$id" && mkdir -p "$dir/$id" && cd "$dir/$id" || return
	cp "$here/$file" . || return
	if ! spin "${flags[@]}" -a "$file" >spin.log 2>&1 || grep -q 'Error' spin.log ||
		! gcc -O1 -w -DSAFETY -DCOLLAPSE -DMEMLIM="$MODEL_MEGABYTES" -o pan pan.c >gcc.log 2>&1; then
		what='does not compile'
	elif ! timeout "$MODEL_SECONDS" ./pan -m100000 -w22 >pan.log 2>&1; then
		what="no end within $MODEL_SECONDS s"
	elif grep -qE 'max search depth too small|Search not completed|out of memory' pan.log && [ ! -e "$file.trail" ]; then
		what='the search is not complete'
	elif grep -q 'errors: 0$' pan.log; then
		what=pass
	elif grep -qE 'pan:1: (assertion violated|invalid end state)' pan.log && [ -e "$file.trail" ]; then
		what=fail
		mv "$file.trail" trail
	else
		what='neither passes nor fails'
	fi
	states=$(awk '/states, stored/ {print $1; exit}' pan.log 2>/dev/null)
	seconds=$((SECONDS - seconds))
	rm -f pan pan.? pan.pre
	if [ "$what" = "$want" ]; then
		printf '  PASS     %s/%s: %s, %s states (%d s)\n' "${file%.pml}" "$name" \
			"$([ $want = pass ] && echo 'no error' || echo 'counterexample')" "$states" $seconds
		echo "passed: ${file%.pml}/$name (${rules[*]})"
	else
		printf '  FAIL     %s/%s: wanted %s, but: %s; see %s\n' "${file%.pml}" "$name" "$want" "$what" \
			"$dir/$id"
	fi
}
export -f one
export here dir

runs() {
	for file in "$here"/*.pml; do
		sed -n 's/^ \* run \(pass\|fail\) \+/\1 /p' "$file" | sed "s/^/$(basename "$file") /"
	done
}

failed=0
# A mutant that no run names would never be seen to fail.
for file in "$here"/*.pml; do
	for mutant in $(sed 's/^ \* run .*//' "$file" | grep -oE '\bM_[A-Z_]+' | sort -u); do
		grep -qE "^ \* run fail .*\b$mutant\b" "$file" && continue
		echo "  FAIL     $(basename "$file"): no run has $mutant"
		failed=$((failed + 1))
	done
done

list=$(runs)
if [ $# != 0 ]; then
	list=$(while read -r file want name rest; do
		for wish in "$@"; do
			[ "$wish" != "${file%.pml}/$name" ] || echo "$file $want $name $rest"
		done
	done <<<"$list")
fi
[ -n "$list" ] || { echo "docs/model/run.sh: there is no such run" >&2; exit 2; }
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
# One line is one job; lines of several jobs must not mix.
tr '\n' '\0' <<<"$list" | xargs -0 -P "$jobs" -I{} bash -c \
	'read -ra words <<<"$0"; [ ${#words[@]} != 0 ] || exit 0; text=$(one "${words[@]}"); echo "$text"' {} | tee "$out"
passed=$(grep -c '^  PASS' "$out")
total=$(grep -c . <<<"$list")
failed=$((failed + total - passed))
echo "model: $passed passed, $failed failed"
[ $failed = 0 ]
