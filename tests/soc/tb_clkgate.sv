// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_clkgate, one that lingers and one that does not: which edges of the clock come through, counted against
// what `awake` has been; that they are whole pulses of the clock; that reset opens.
module tb_clkgate;
  localparam int LINGER = 15;

  logic       clk = 1'b0, rst_n = 1'b0;
  logic [1:0] awake = '0;
  logic       gclk_l, gclk_0, open_l, open_0;
  always #2 clk = !clk;

  cw_clkgate #(.N(2)) u_linger (.clk, .rst_n, .awake, .gclk(gclk_l), .open(open_l));
  cw_clkgate #(.N(2), .LINGER(4'd0)) u_at_once (.clk, .rst_n, .awake, .gclk(gclk_0), .open(open_0));

  `include "tb.svh"

  // Edges seen since the last edge of the clock, which the falling edge judges.
  int rises_l = 0, rises_0 = 0, odd = 0;
  always @(posedge gclk_l) begin
    rises_l++;
    if (!clk) odd++;
  end
  always @(posedge gclk_0) begin
    rises_0++;
    if (!clk) odd++;
  end
  always @(negedge gclk_l) if (clk) odd++;
  always @(negedge gclk_0) if (clk) odd++;

  int since = 0;               // cycles since the last one with `awake`
  int missed_l = 0, missed_0 = 0, extra_l = 0, extra_0 = 0, told = 0, ticks_l = 0, ticks_0 = 0, cycles = 0;

  // One cycle: `awake` is set while the clock is low; what it was decides about the next rising edge.
  task automatic cycle(input logic [1:0] a, input bit glitch);
    bit want_l, want_0;
    @(negedge clk);
    #1 awake = a;
    since  = !rst_n || a != '0 ? 0 : since + 1;
    want_0 = !rst_n || a != '0;
    want_l = since <= LINGER;
    rises_l = 0;
    rises_0 = 0;
    #0.5 if (open_l != want_l || open_0 != want_0) told++;
    @(posedge clk);
    #1 if (glitch) awake = ~awake;         // registers change behind the edge: nothing of the pulse may follow
    #0.5 if (glitch) awake = a;
    if (want_l && rises_l != 1) missed_l++;
    if (want_0 && rises_0 != 1) missed_0++;
    if (!want_l && rises_l != 0) extra_l++;
    if (!want_0 && rises_0 != 0) extra_0++;
    ticks_l += rises_l;
    ticks_0 += rises_0;
    cycles++;
  endtask

  initial begin
    int rest;
    repeat (3) cycle('0, 0);
    check(ticks_l == 3 && ticks_0 == 3, "in reset every edge comes through");
    #0.2 rst_n = 1'b1;
    ticks_l = 0;
    ticks_0 = 0;
    cycle(2'b01, 0);
    for (int i = 0; i < 40; i++) cycle('0, 0);
    check(ticks_l == 1 + LINGER, "after one cycle of awake it ticks in that one and LINGER more");
    check(ticks_0 == 1, "without linger it ticks in that one alone");
    for (int i = 0; i < 4000; i++) begin
      cycle($urandom_range(3) == 0 ? 2'($urandom) : 2'b00, 1'b0);
      if ($urandom_range(30) == 0) begin
        rest = $urandom_range(25);
        repeat (rest) cycle('0, $urandom_range(3) == 0);
      end
    end
    check(missed_l == 0 && missed_0 == 0, "no edge is missing in a cycle that is awake or lingers");
    check(extra_l == 0 && extra_0 == 0, "no edge comes in a cycle of rest");
    check(odd == 0, "its edges are the clock's own");
    check(told == 0, "open tells which edges come");
    check(ticks_0 > 500 && ticks_l > ticks_0 && ticks_l < cycles, "it was open and shut often enough");
    report("rtl_clkgate");
  end
endmodule
