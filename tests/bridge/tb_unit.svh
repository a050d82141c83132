// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// What the benches of the bridge's parts share: clock, counts, shapes of bursts.
//
// Inputs change at the falling edge, outputs are judged half a phase later, and what they then show is what the rising
// edge takes; so a bench sees each cycle as the module does.
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam int NS = 1 << cw_pkg::BRIDGE_SLOT_W, NID = 1 << cw_pkg::BRIDGE_ID_W;

  longint now = 0;
  `include "tb.svh"

  // Of what is judged in every cycle; what passes is counted by the check that ends the run.
  task automatic judge(input bit ok, input string what);
    if (!ok) begin
      failed++;
      if (failed < 20) $display("FAIL: %s (cycle %0d)", what, now);
    end
  endtask

  function automatic int rnd(input int n);
    return int'($urandom_range(n - 1));
  endfunction

  // n times of 8
  function automatic bit often(input int n);
    return $urandom_range(7) < n;
  endfunction

  // ---- INCR bursts, as AXI4 has them ----
  // First byte of beat i, and the one after its last.
  function automatic longint unsigned beat_from(input longint unsigned addr, input int size, input int i);
    return i == 0 ? addr : ((addr >> size) + longint'(i)) << size;
  endfunction

  function automatic longint unsigned beat_upto(input longint unsigned addr, input int size, input int i);
    return ((addr >> size) + longint'(i) + 1) << size;
  endfunction

  function automatic int burst_bytes(input longint unsigned addr, input int size, input int beats);
    return int'(beat_upto(addr, size, beats - 1) - addr);
  endfunction

  function automatic int burst_lines(input int offset, input int bytes);
    return (offset + bytes - 1) / 64 - offset / 64 + 1;
  endfunction

  // A legal one in a page: mostly short, sometimes as long as its page lets it be.
  task automatic pick_shape(output int offset, output int size, output int beats);
    int most;
    size   = often(3) ? 6 : rnd(7);
    offset = often(1) ? 4096 - 1 - rnd(130) : rnd(4096);
    if (often(4)) offset = offset & ~63;
    if (often(1)) begin                         // short, over the end of a line
      size   = rnd(4);
      offset = rnd(63) * 64 + 63 - rnd(8);
    end
    most   = (4096 >> size) - (offset >> size);
    if (most > 256) most = 256;
    case (rnd(8))
      0: beats = most;
      1: beats = 1 + rnd(most);
      2: beats = 1 + rnd(most > 16 ? 16 : most);
      default: beats = 1 + rnd(most > 4 ? 4 : most);
    endcase
  endtask
