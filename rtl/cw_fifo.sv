// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The FIFO of the engine: 2^LG words of W bits, first word shown at the output.
//
// Order: first in, first out. Latency: a word is at the output one cycle after it went in. A full FIFO takes nothing,
// also in a cycle in which a word leaves, so that neither ready depends on the other side.
// Storage: W * 2^LG bits without reset (LUT RAM), two pointers of LG + 1 bits.
module cw_fifo #(
  parameter int unsigned W = 8,
  parameter int unsigned LG = 2
) (
  input  logic         clk,
  input  logic         rst_n,

  input  logic         in_valid,
  output logic         in_ready,
  input  logic [W-1:0] in_data,

  output logic         out_valid,
  input  logic         out_ready,
  output logic [W-1:0] out_data
);

  logic [W-1:0] mem [0:(1 << LG) - 1];
  logic [LG:0]  wptr_q;
  logic [LG:0]  rptr_q;

  assign in_ready  = wptr_q != {~rptr_q[LG], rptr_q[LG-1:0]};
  assign out_valid = wptr_q != rptr_q;
  assign out_data  = mem[rptr_q[LG-1:0]];

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      wptr_q <= '0;
      rptr_q <= '0;
    end else begin
      if (in_valid && in_ready)
        wptr_q <= wptr_q + 1'b1;
      if (out_valid && out_ready)
        rptr_q <= rptr_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (in_valid && in_ready)
      mem[wptr_q[LG-1:0]] <= in_data;
  end

endmodule
