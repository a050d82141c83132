#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# Line and branch coverage of lib/mmu, per file and in all. Fails below the percentages given.
#
# Left out: validate.c, which runs in tests only and would have to find errors to be covered; assertions, which are
# compiled without their failure (CW_COVER in env.h), for no input may reach it.
#
# Not reached, and kept: what validators in dirty.c, hash.c, hva.c and slotset.c find, as there; the second count of
# bits in env.h, for processors without the instruction; in split.c the yield of a slot whose small leaves stand in 512
# places and more, which is that of all long zaps; in slotset.c a leaf that comes back as second spare, after an update
# that took two.
#
# usage: tests/cover/mmu.sh DIR LINES BRANCHES
set -euo pipefail

cd "$1"
gcov -b -c ./*.o 2>/dev/null | awk -v min_lines="$2" -v min_branches="$3" '
	/^$/ { file = "" }
	/^File/ { gsub(/\047/, ""); file = $2; next }
	file !~ /lib\/mmu\/[a-z]*\.[ch]$/ || file ~ /validate\.c$/ { next }
	/^Lines executed/ { split($2, p, /[:%]/); lines[file] = p[2]; nl[file] = $4 }
	/^Taken at least once/ { split($4, p, /[:%]/); br[file] = p[2]; nb[file] = $6 }
	END {
		for (f in lines) {
			name = f
			sub(/.*lib\/mmu\//, "", name)
			printf "  %-14s %6.2f %% of %5d lines  %6.2f %% of %5d branches\n", \
				name, lines[f], nl[f], br[f], nb[f] | "sort"
			l += lines[f] * nl[f]; tl += nl[f]; b += br[f] * nb[f]; tb += nb[f]
		}
		close("sort")
		if (!tl || !tb) { print "cover: no figures"; exit 1 }
		printf "cover: lib/mmu: %.2f %% of %d lines, %.2f %% of %d branches\n", l / tl, tl, b / tb, tb
		if (l / tl < min_lines || b / tb < min_branches) {
			printf "cover: below %d %% of lines or %d %% of branches\n", min_lines, min_branches
			exit 1
		}
	}'
