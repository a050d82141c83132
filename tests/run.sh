#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Run suites, each under its timeout, with its output in LOGDIR/NAME.log, and add up what they print. A suite that
# prints no count, exits non-zero, tests nothing or runs out of time has at least one failure.
#
# usage: tests/run.sh [-j JOBS] [-b BUILD_STATUS] LOGDIR NAME…
# LOGDIR/NAME.cmd holds the seconds in its first line and the command in the rest.
set -uo pipefail

export ASAN_OPTIONS=${ASAN_OPTIONS-detect_leaks=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1}

# Print a suite's result at once, whole, also when several run side by side.
run_one() {
	local log=$1 name=$2 limit cmd start status line passed=0 failed=0 note=
	limit=$(head -n 1 "$log/$name.cmd")
	cmd=$(tail -n +2 "$log/$name.cmd")
	start=$SECONDS
	timeout -k 10 "$limit" /bin/bash -c "$cmd" >"$log/$name.log" 2>&1 </dev/null
	status=$?
	line=$(grep -aE "^$name: [0-9]+ passed, [0-9]+ failed\$" "$log/$name.log" | tail -n 1)
	if [ -n "$line" ]; then
		passed=$(awk '{print $2}' <<<"$line")
		failed=$(awk '{print $4}' <<<"$line")
	fi
	if [ $status = 124 ] || [ $status = 137 ]; then
		note="no end after $limit s"
	elif [ $status != 0 ]; then
		note="exit status $status"
	elif [ -z "$line" ]; then
		note="printed no count"
	elif [ "$((passed + failed))" = 0 ]; then
		note="tested nothing"
	elif [ "$failed" != 0 ]; then
		note="exit status 0 in spite of failures"
	fi
	[ -z "$note" ] || [ "$failed" != 0 ] || failed=1
	echo "$passed $failed" >"$log/$name.result"
	{
		flock 9
		if [ -z "$note" ]; then
			printf '  %-9s%s (%d s)\n' PASS "$line" $((SECONDS - start))
		else
			printf '  %-9s%s: %d passed, %d failed (%s)\n' FAIL "$name" "$passed" "$failed" "$note"
			tail -n 40 "$log/$name.log" | sed 's/^/           /'
			printf '           all of it: %s\n' "$log/$name.log"
		fi
	} 9>"$log/.lock"
}

jobs=2
build=0
while getopts j:b: opt; do
	case $opt in
	j) jobs=$OPTARG ;;
	b) build=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || { echo 'usage: tests/run.sh [-j JOBS] [-b BUILD_STATUS] LOGDIR NAME…' >&2; exit 2; }
log=$1
shift

mkdir -p "$log"
for name in "$@"; do
	rm -f "$log/$name.result"
done
export -f run_one
[ $# = 0 ] || printf '%s\0' "$@" | xargs -0 -P "$jobs" -n 1 bash -c 'run_one "$0" "$1"' "$log"

passed=0
failed=0
for name in "$@"; do
	if read -r p f <"$log/$name.result"; then
		passed=$((passed + p))
		failed=$((failed + f))
	else
		failed=$((failed + 1))
	fi
done
if [ "$build" != 0 ]; then
	echo '  FAIL     the build, see above'
	failed=$((failed + 1))
fi
if [ $# = 0 ]; then
	echo '  FAIL     there are no suites'
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
