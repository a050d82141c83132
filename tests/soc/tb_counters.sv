// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_counters by itself, its clock at rest now and then as in the engine: totals of a snapshot against sums of
// the events, snapshots asked for while one is under way, the two cycle counters.
module tb_counters;
  localparam int N = int'(cw_pkg::NCOUNTER);

  logic            clk_free = 1'b0, clk = 1'b0, on = 1'b1, rst_n = 1'b0;
  logic [N*3-1:0]  ev = '0;
  logic            snap = 1'b0, busy;
  logic [63:0]     cycle, cycle_any, snap_cycle, rd_data;
  logic [7:0]      rd_idx = '0;

  cw_counters dut (.*);

  // Both clocks rise together; `on` is decided while they are low.
  always begin
    #2 clk_free = 1'b1;
    clk = on;
    #2 clk_free = 1'b0;
    clk = 1'b0;
  end

  `include "tb.svh"

  longint sum [N];             // events of all edges so far
  longint was [1024][N];       // what it was when a cycle began, of the last ones
  longint edges = 0;
  bit     ticked = 0;
  int     wrong_cycle = 0, wrong_any = 0, rests = 0;

  function automatic logic [2:0] some(input int mode);
    return mode == 2 ? 3'd7 : mode == 1 ? 3'($urandom) : $urandom_range(7) == 0 ? 3'($urandom) : 3'd0;
  endfunction

  // One cycle with events as `mode` says (3: none), at rest or not.
  task automatic run(input int mode, input bit rest, input bit ask);
    @(negedge clk_free);
    if (rst_n) begin
      if (cycle != 64'(edges)) wrong_cycle++;
      if (ticked && cycle_any != cycle) wrong_any++;
    end
    on   = !rest;
    snap = ask;
    was[edges % 1024] = sum;
    for (int i = 0; i < N; i++) begin
      ev[i*3 +: 3] = rest || mode == 3 ? 3'd0 : some(mode);
      if (rst_n) sum[i] += longint'(ev[i*3 +: 3]);
    end
    ticked = !rest;
    if (rest) rests++;
    if (rst_n) edges++;
  endtask

  // A snapshot shows the events of all cycles before the one in which it was taken, which snap_cycle names: that of
  // `snap`, or a later one if it was asked for `late`, while another was being made.
  task automatic snapshot(input int mode, input bit late);
    int     waited = 0, wrong = 0;
    longint asked;
    run(mode, 0, 1);
    asked = edges - 1;
    run(mode, 0, 0);
    check(busy, "busy while the snapshot is made");
    while (busy && waited < 4 * N) begin
      run(mode, 0, late && waited == N / 2);
      if (late && waited == N / 2) asked = edges - 1;
      waited++;
    end
    check(!busy && waited <= 2 * N + 2, "a snapshot ends within its laps");
    run(3, 1, 0);
    check(late ? snap_cycle > 64'(asked) : snap_cycle == 64'(asked), "snap_cycle is the cycle in which it was taken");
    for (int i = 0; i < N; i++) begin
      rd_idx = 8'(i);
      #0.001 if (rd_data != 64'(was[snap_cycle % 1024][i])) wrong++;
    end
    check(wrong == 0, "every total is the sum of its events");
    wrong = 0;
    for (int i = N; i < 256; i++) begin
      rd_idx = 8'(i);
      #0.001 if (rd_data != '0) wrong++;
    end
    check(wrong == 0, "above the last counter 0 is read");
  endtask

  task automatic reset();
    int wrong = 0;
    rst_n = 1'b0;
    run(3, 0, 0);
    run(3, 0, 0);
    @(negedge clk_free) rst_n = 1'b1;      // the cycle that begins counts, and has no events
    edges = 1;
    foreach (sum[i]) sum[i] = 0;
    for (int i = 0; i < N; i++) begin
      rd_idx = 8'(i);
      #0.001 if (rd_data != '0) wrong++;
    end
    check(wrong == 0 && !busy, "0 is read before the first snapshot");
  endtask

  initial begin
    reset();
    snapshot(3, 0);
    for (int round = 0; round < 12; round++) begin
      for (int i = 0; i < 700; i++) run(round % 3, round > 2 && $urandom_range(2) == 0, 0);
      snapshot(round % 4, 0);
    end
    for (int i = 0; i < 3; i++) snapshot(1, 1);
    // A full house in every cycle for a whole lap and more: no accumulator may run over.
    for (int i = 0; i < 5 * N; i++) run(2, 0, 0);
    snapshot(2, 0);
    reset();
    snapshot(1, 0);
    check(wrong_cycle == 0, "cycle counts every cycle since the reset");
    check(wrong_any == 0, "cycle_any is the same wherever the clock has just ticked");
    check(rests > 1000, "the clock rested");
    report("rtl_counters");
  end
endmodule
