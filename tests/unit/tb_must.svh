// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// What must hold in every cycle, counted by its text: each is one check of the run, after tb.svh.
  int wrong [string];

  task automatic must(input bit ok, input string what);
    if (!wrong.exists(what)) wrong[what] = 0;
    if (!ok) begin
      if (wrong[what] == 0) $display("%0t: %s", $time, what);
      wrong[what]++;
    end
  endtask

  task automatic check_musts();
    foreach (wrong[what]) check(wrong[what] == 0, what);
  endtask
