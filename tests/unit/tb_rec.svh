// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Records against those that the C compiler lays out for the host, behind tb.svh. The bench says NFIELD, how wide each
// field is, and in try_it() what becomes of the values v; it hands both records to compare().
  longint unsigned v [NFIELD];
  int              wrong = 0, tried = 0;

  task automatic compare(input bit same);
    tried++;
    wrong += int'(!same);
  endtask

  task automatic check_records(input bit ok, input string what);
    if (wrong != 0) $display("%0d records differ", wrong);
    check(ok && wrong == 0, what);
    wrong = 0;
  endtask

  task automatic try_each_bit();
    for (int f = 0; f < NFIELD; f++) begin
      for (int b = 0; b < width(f); b++) begin
        for (int i = 0; i < NFIELD; i++) v[i] = 0;
        v[f] = 64'd1 << b;
        try_it();
      end
    end
  endtask

  task automatic try_random(input int times);
    repeat (times) begin
      for (int f = 0; f < NFIELD; f++) v[f] = {$urandom, $urandom} >> (64 - width(f));
      try_it();
    end
  endtask
