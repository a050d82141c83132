#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# The sizes of an engine, drawn at random by a number: one line, CONTRACT='…' ENGINE='…', for make; FLAGs are added to
# ENGINE. The same number draws the same engine. Each size is drawn among those that differ in what they make of RTL:
# one, two, no power of two, the default, large ones; the small ones more often, for what is scarce is fought for.
#
# usage: draw.sh NUMBER [FLAG...]
set -euo pipefail

[[ ${1-} =~ ^[0-9]+$ ]] || { echo 'usage: draw.sh NUMBER [FLAG...]' >&2; exit 2; }
state=$(($1 * 2654435761 + 88172645463325252))
shift
pick() { # one of these values, in $picked
	state=$((state ^ state << 13))
	state=$((state ^ (state >> 7 & 0x1ffffffffffffff)))
	state=$((state ^ state << 17))
	local values=("$@")
	picked=${values[(state >> 20 & 0x7fffffff) % $#]}
}
for _ in 1 2 3 4 5 6 7 8; do
	pick 0
done

engine=
for size in \
	'NSLOT 2 3 4 5 8 12 16 32' \
	'TLB_SETS 2 4 8 16 32 128 256' \
	'TLB_WAYS 1 1 2 3 4 8' \
	'TLB_LARGE 1 1 2 5 16 64' \
	'WC_ENTRIES 1 1 2 3 8 16' \
	'LOG_LINES 1 2 3 4 16 32' \
	'LOG_ENTRIES 1 1 2 3 8' \
	'NFIX 1 2 3 4 8' \
	'PA_BITS 36 37 40 46 47 51 52'; do
	read -r -a values <<<"$size"
	pick "${values[@]:1}"
	engine+=" -G${values[0]}=$picked"
done
contract=
for size in \
	'STREAM_PORTS 1 1 2 3 4 5' \
	'WAIT_W 3 4 5 6 6' \
	'PARK_W 3 4 5 6' \
	'PARK_GEN_W 2 2 3 4 8 16' \
	'NFLUSH 2 3 4 8'; do
	read -r -a values <<<"$size"
	pick "${values[@]:1}"
	contract+=" -DCW_SET_${values[0]}=$picked"
done
for flag in "$@"; do
	engine+=" $flag"
done
echo "CONTRACT='${contract# }' ENGINE='${engine# }'"
