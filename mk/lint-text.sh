#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
#
# What can be said of a file without knowing its language. Looks at all files that git knows.
set -uo pipefail
export LC_ALL=C.UTF-8

bad=0
say() {
	echo "$*" >&2
	bad=1
}

licence='SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause'
# Words of work that is not finished; in brackets so that this file does not name itself.
unfinished='\b(T[O]DO|F[I]XME|X[X]X)\b|not [i]mplemented'

while read -r file; do
	[ -f "$file" ] || continue
	case $file in
	LICENSES/*) continue ;;
	*.cpp | *.cc | *.cxx | *.hpp | *.py) say "$file: the project is C, SystemVerilog and shell" ;;
	esac
	head -n 3 "$file" | grep -qF "$licence" || say "$file: no licence line at its beginning"
	grep -nHiE "$unfinished" "$file" && say "$file: says that it is not finished"
	grep -nH '[[:blank:]]$' "$file" && say "$file: blanks at the end of a line"
	[ -z "$(tail -c 1 "$file")" ] || say "$file: no newline at its end"
	case $file in
	*.c | *.h | *.S | *.sv | *.svh | *.sh | *.mk | */Makefile | Makefile)
		# Text that a program prints is not broken: it must be found by searching for it.
		expand -t 8 "$file" | grep -nE '^.{121}' | grep -v '"' | sed "s|^|$file:|" | grep . &&
			say "$file: longer than 120 columns"
		[ "$(wc -l <"$file")" -le 700 ] || say "$file: more than 700 lines"
		;;
	esac
done < <(git ls-files)

exit $bad
