#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Synthesise a module and what is below it for UltraScale+, and say what each module costs: its own cells, without those
# of the modules inside it, over all its instances. The hierarchy is kept, so the sum is a little above what a flattened
# design needs.
#
# usage: tools/synth.sh TOP OUT_DIR INCLUDE_DIR FILE…
set -euo pipefail

[ $# -ge 4 ] || { echo "usage: tools/synth.sh TOP OUT_DIR INCLUDE_DIR FILE…" >&2; exit 2; }
top=$1
out=$2
include=$3
shift 3
mkdir -p "$out"

if ! timeout -k 10 "${SYNTH_TIMEOUT:-3000}" yosys -q -l "$out/$top.log" -p "read_verilog -sv -I$include $*
synth_xilinx -family xcup -top $top -noiopad -noclkbuf
tee -q -o $out/$top.stat stat" >/dev/null 2>&1; then
	echo "synth: yosys failed or took too long; the end of $out/$top.log:" >&2
	tail -n 5 "$out/$top.log" >&2
	exit 1
fi

# A distributed RAM occupies as many LUTs as its name says: columns of 32 or 64 bits, eight to a slice.
awk -v top="$top" '
# $paramod$HASH\NAME and $paramod\NAME\PARAMETER=VALUE are instances of NAME with parameters.
function base(name) {
	sub(/^\$paramod(\$[0-9a-f]+)?\\/, "", name)
	sub(/\\.*$/, "", name)
	return name
}
function visit(m, n,    list, i, k) {
	times[m] += n
	k = split(children[m], list, " ")
	for (i = 1; i < k; i += 2)
		visit(list[i], n * list[i + 1])
}
BEGIN {
	lut["RAM32M16"] = lut["RAM64M8"] = lut["RAM256X1D"] = lut["RAM512X1S"] = 8
	lut["RAM32M"] = lut["RAM64M"] = lut["RAM128X1D"] = lut["RAM256X1S"] = 4
	lut["RAM32X1D"] = lut["RAM64X1D"] = lut["RAM128X1S"] = 2
	lut["RAM32X1S"] = lut["RAM64X1S"] = lut["SRL16E"] = lut["SRLC32E"] = 1
}
/^===/ {
	m = $2
	if (m == "design")
		exit
	seen[m] = 1
	next
}
/Number of/ || NF != 2 { next }
$1 ~ /^LUT[1-6]$/ || ($1 in lut) { luts[m] += $2 * (($1 in lut) ? lut[$1] : 1); next }
$1 ~ /^FD[A-Z]+(_1)?$/ { ffs[m] += $2; next }
$1 ~ /^RAMB36/ { brams[m] += $2; next }
$1 ~ /^RAMB18/ { brams[m] += $2 / 2; next }
$1 ~ /^URAM/ { urams[m] += $2; next }
$1 ~ /^DSP/ { dsps[m] += $2; next }
{ children[m] = children[m] $1 " " $2 " " }
END {
	for (m in seen) {
		if (base(m) == top)
			root = m
		k = split(children[m], list, " ")
		kept = ""
		for (i = 1; i < k; i += 2)
			if (list[i] in seen)
				kept = kept list[i] " " list[i + 1] " "
		children[m] = kept
	}
	if (root == "") {
		print "synth: no " top " in the statistics"
		exit 1
	}
	visit(root, 1)
	for (m in seen) {
		b = base(m)
		N[b] += times[m]; L[b] += times[m] * luts[m]; F[b] += times[m] * ffs[m]
		B[b] += times[m] * brams[m]; U[b] += times[m] * urams[m]; D[b] += times[m] * dsps[m]
	}
	format = "%-24s %9s %8s %8s %8s %6s %5s\n"
	printf format, "module", "instances", "LUT", "FF", "RAMB36", "URAM", "DSP"
	for (b in N) {
		printf format, b, N[b], L[b] + 0, F[b] + 0, B[b] + 0, U[b] + 0, D[b] + 0 | "sort -k3,3nr -k1,1"
		l += L[b]; f += F[b]; r += B[b]; u += U[b]; d += D[b]
	}
	close("sort -k3,3nr -k1,1")
	printf format, "sum", "", l + 0, f + 0, r + 0, u + 0, d + 0
}' "$out/$top.stat" | tee "$out/$top.txt"
