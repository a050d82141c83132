// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Histogram of latencies in block RAM: one value per cycle, bucket = value >> shift, the last one holds all above.
//
// Read, add one, write: three cycles, the write before is forwarded. `busy` while a value is on its way, or while the
// buckets are cleared: HIST_BUCKETS cycles, in which no value may come. `data` follows `index` by one cycle while not
// busy.
module cw_hist (
  input  logic        clk,
  input  logic        rst_n,
  input  logic        clear,
  output logic        clearing,
  output logic        busy,
  input  logic        valid,
  input  logic [31:0] value,
  input  logic [3:0]  shift,
  input  logic [9:0]  index,
  output logic [31:0] data
);
  logic [31:0] mem [0:cw_pkg::HIST_BUCKETS-1];
  logic [31:0] read_q, shifted, h1_new, h2_data_q;
  logic [9:0]  bucket, h1_bucket_q, h2_bucket_q, clear_q;
  logic        h1_valid_q, h2_valid_q;

  assign shifted = value >> shift;
  assign bucket  = (shifted >= cw_pkg::HIST_BUCKETS - 1) ? 10'(cw_pkg::HIST_BUCKETS - 1) : shifted[9:0];
  assign h1_new  = ((h2_valid_q && h2_bucket_q == h1_bucket_q) ? h2_data_q : read_q) + 32'd1;
  assign busy    = clearing || h1_valid_q;
  assign data    = read_q;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      h1_valid_q <= 1'b0;
      h2_valid_q <= 1'b0;
      clearing   <= 1'b0;
      clear_q    <= '0;
    end else begin
      h1_valid_q <= valid;
      h2_valid_q <= h1_valid_q;
      if (clear) clearing <= 1'b1;
      else if (clear_q == '1) clearing <= 1'b0;
      if (clearing) clear_q <= clear_q + 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    read_q      <= mem[valid ? bucket : index];
    h1_bucket_q <= bucket;
    h2_bucket_q <= h1_bucket_q;
    h2_data_q   <= h1_new;
    if (clearing || h1_valid_q) mem[clearing ? clear_q : h1_bucket_q] <= clearing ? 32'd0 : h1_new;
  end
endmodule
