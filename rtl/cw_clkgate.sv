// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Clock gate of one part of the engine: its registers stand still while nothing of it would change.
//
// It serves the simulation: what does not tick need not be evaluated. Synthesis sees a wire, so that the engine has one
// clock (P44). `awake` must be set whenever a register of the part could change other than by what follows within
// LINGER cycles of a cycle with `awake`: on each valid that goes in, comes out or waits inside, and on running
// counters. What stands between the parts ticks when any of them does, by their `open`.
// That nothing is forgotten is checked: with and without -DCW_NO_CLKGATE the lock-step run gives the same digest of all
// events (tests/lockstep).
module cw_clkgate #(
  parameter int unsigned N      = 1,    // conditions
  parameter logic [3:0]  LINGER = 4'd15
) (
  input  logic         clk,
  input  logic         rst_n,
  input  logic [N-1:0] awake,
  output logic         gclk,
  output logic         open             // it ticks at the end of this cycle
);
`ifdef SYNTHESIS
  `define CW_NO_CLKGATE
`endif
`ifdef CW_NO_CLKGATE
  assign gclk = clk;
  assign open = 1'b1;
  logic unused;
  assign unused = &{1'b0, rst_n, awake};
`else
  logic [3:0] linger = LINGER;
  logic       enable;

  always_ff @(posedge clk) begin
    if (!rst_n || awake != '0) linger <= LINGER;
    else if (linger != '0)     linger <= linger - 4'd1;
  end
  // Open while the clock is low, so that the gated edge is the clock's own. A latch, and no register of the falling
  // edge: then nothing is evaluated at that edge.
  assign open = !rst_n || awake != '0 || linger != '0;
  always_latch if (!clk) enable = open;
  assign gclk = clk & enable;
`endif
endmodule
