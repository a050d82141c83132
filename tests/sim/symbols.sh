#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright The Catwalk authors
# The C++ functions that sim/trace.c names must be in the engine's library: symbols.sh sim/trace.c libsimlib.a
passed=0 failed=0
for s in $(sed -n 's/.*__asm__("\(_Z[A-Za-z0-9_]*\)").*/\1/p' "$1"); do
  # sc_time_stamp() is asked for by the library, all others are defined in it
  kind='[BTDVW]'
  [ "$s" = _Z13sc_time_stampv ] && kind='[Uw]'
  if nm "$2" 2>/dev/null | grep -q " $kind $s\$"; then
    passed=$((passed + 1))
  else
    echo "$2 has no $s ($kind)"
    failed=$((failed + 1))
  fi
done
[ $passed -gt 3 ] || failed=$((failed + 1))
echo "sim_symbols: $passed passed, $failed failed"
[ $failed -eq 0 ]
