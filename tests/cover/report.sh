#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Line coverage of rtl/: of each point the largest count over all runs and all instances of a module. What is never
# met is listed, unless tests/cover/exclude gives a reason for it; the percentage leaves those out.
#
# usage: tests/cover/report.sh MIN FILE.dat…
set -euo pipefail
min=$1
shift

# A point is "C '<key><name><key><value>…' count", keys in \001, values behind \002: f file, l line, n column, o what.
cat "$@" | LC_ALL=C awk -v min="$min" '
function key(name,    i, rest) {
	i = index($0, "\001" name "\002")
	if (!i)
		return ""
	rest = substr($0, i + 3)
	match(rest, /^[^\001\047]*/)
	return substr(rest, 1, RLENGTH)
}
BEGIN {
	while ((getline line < "tests/cover/exclude") > 0) {
		if (line ~ /^#/ || split(line, part, "\t") != 3)
			continue
		ex_file[++nex] = part[1]
		ex_text[nex] = part[2]
		ex_why[nex] = part[3]
	}
}
/^C / {
	file = key("f")
	if (file !~ /^rtl\/.*\.sv$/)
		next
	k = file SUBSEP key("l") SUBSEP key("n") SUBSEP key("o")
	count = $NF + 0
	if (!(k in hit) || count > hit[k])
		hit[k] = count
}
function source(file, no,    line) {
	if (!((file, 1) in text)) {
		n = 0
		while ((getline line < file) > 0)
			text[file, ++n] = line
		close(file)
	}
	line = text[file, no]
	sub(/^[ \t]+/, "", line)
	return line
}
END {
	for (k in hit) {
		split(k, p, SUBSEP)
		total[p[1]]++
		all++
		if (hit[k]) {
			met[p[1]]++
			some++
			continue
		}
		line = source(p[1], p[2])
		why = ""
		for (i = 1; i <= nex && why == ""; i++)
			if (p[1] == ex_file[i] && index(line, ex_text[i])) {
				why = ex_why[i]
				used[i] = 1
			}
		if (why == "")
			missed[++nmissed] = sprintf("%s:%s: %s: %s", p[1], p[2], p[4], line)
		else {
			excluded[++nexcluded] = sprintf("%s:%s: %s", p[1], p[2], why)
			out[p[1]]++
		}
	}
	if (!all) {
		print "no points of rtl/ in the files"
		exit 1
	}
	for (f in total)
		printf "%-24s %5d of %5d points\n", f, met[f], total[f] - out[f] | "sort"
	close("sort")
	for (i = 1; i <= nexcluded; i++)
		print "excluded: " excluded[i] | "sort"
	close("sort")
	for (i = 1; i <= nmissed; i++)
		print "missed: " missed[i] | "sort"
	close("sort")
	stale = 0
	for (i = 1; i <= nex; i++)
		if (!used[i]) {
			printf "exclusion without use: %s: %s\n", ex_file[i], ex_text[i]
			stale = 1
		}
	percent = 100 * some / (all - nexcluded)
	printf "line coverage of rtl/: %.1f %% (%d of %d points, %d excluded)\n", percent, some, all - nexcluded, nexcluded
	if (percent < min)
		print "that is less than " min " %"
	exit percent < min || stale
}'
