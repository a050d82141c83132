// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The arbiter of the engine: round robin among N requests, grant in the same cycle.
//
// `gnt` is one-hot, or zero if nobody asks. `take` says that the granted one was served in this cycle: the turn passes
// to the next one after it. A grant that is not taken stays with the same request while that one asks, so that the
// payload behind it is stable (valid && !ready). Storage: 2 N bits.
module cw_arb #(
  parameter int unsigned N = 2
) (
  input  logic         clk,
  input  logic         rst_n,

  input  logic [N-1:0] req,
  output logic [N-1:0] gnt,
  input  logic         take
);

  logic [N-1:0] after_q;   // thermometer: ones at the places after the one served last
  logic [N-1:0] held_q;    // grant that was not taken
  logic [N-1:0] first;     // requests at those places
  logic [N-1:0] low_first;
  logic [N-1:0] low_any;

  assign first     = req & after_q;
  assign low_first = first & (~first + 1'b1);
  assign low_any   = req & (~req + 1'b1);

  always_comb begin
    if ((held_q & req) != '0)
      gnt = held_q & req;
    else if (first != '0)
      gnt = low_first;
    else
      gnt = low_any;
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      after_q <= '1;
      held_q  <= '0;
    end else begin
      held_q <= take ? '0 : gnt;
      if (take && gnt != '0)
        after_q <= ~(gnt | (gnt - 1'b1));
    end
  end

endmodule
