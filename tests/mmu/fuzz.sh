#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Fuzz the MMU core by streams of operations (stream.h), from streams that the random suites draw. First the fuzzer must
# find an embedder that is broken. The corpus is kept in DIR/corpus, what fails in DIR/crash-*.
#
# usage: tests/mmu/fuzz.sh PROGRAM DIR SECONDS RUNS SUITE…     (RUNS -1: as many as there is time for)
set -uo pipefail

program=$1 dir=$2 seconds=$3 runs=$4
shift 4
passed=0
failed=0

result() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $2"
	fi
}

mkdir -p "$dir/corpus"
# A brief run begins from the same corpus each time.
[ "$runs" = -1 ] || rm -rf "$dir/corpus" "$dir"/again && mkdir -p "$dir/corpus"
for suite in "$@"; do
	"$suite" corpus "$dir/corpus" || failed=1
done
export ASAN_OPTIONS=detect_leaks=1:${ASAN_OPTIONS-} UBSAN_OPTIONS=print_stacktrace=1

CATWALK_FUZZ_BROKEN=1 "$program" -runs=0 -artifact_prefix="$dir/broken-" "$dir/corpus" >"$dir/broken.log" 2>&1
[ $? != 0 ] && grep -q 'deadly signal' "$dir/broken.log"
result $? "a broken embedder is not found"
rm -f "$dir"/broken-*

# A brief run is bounded by its runs alone, and takes its seeds in the order of their names: no clock and no directory
# has a say in it, and no address, which it would put into streams if it looked at what is compared. What it adds goes
# to an empty directory.
brief() {
	mkdir -p "$1"
	"$program" -seed=1 -runs="$runs" -shuffle=0 -reload=0 -use_cmp=0 -max_len=2564 -timeout=600 \
		-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$dir/" \
		-seed_inputs="$(printf '%s\n' "$dir/corpus"/* | sort | paste -sd,)" "$1" >"$dir/fuzz.log" 2>&1
}

if [ "$runs" = -1 ]; then
	"$program" -seed=1 -max_total_time="$seconds" -max_len=2564 -timeout=60 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$dir/" "$dir/corpus" >"$dir/fuzz.log" 2>&1
else
	brief "$dir/again/1"
fi
status=$?
[ $status = 0 ] || tail -n 60 "$dir/fuzz.log"
result $status "the fuzzer found something: $dir"

grep -E 'inline 8-bit counters|DONE|stat::' "$dir/fuzz.log"
echo "# corpus: $(find "$dir/corpus" -type f | wc -l) streams"
units=$(awk '/number_of_executed_units/ {print $2}' "$dir/fuzz.log")
[ "${units:-0}" -ge 500 ]
result $? "only ${units:-0} streams were run"
# The same once more: the same streams must be worth keeping.
if [ "$runs" != -1 ]; then
	brief "$dir/again/2"
	[ "$(ls "$dir/again/1" | sha256sum)" = "$(ls "$dir/again/2" | sha256sum)" ]
	result $? "two brief runs are not the same run"
	echo "# $(find "$dir/again/1" -type f | wc -l) streams were new, twice the same"
fi
echo "mmu_fuzz: $passed passed, $failed failed"
[ $failed = 0 ]
