// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_fifo and cw_arb: random traffic against a queue; grants one-hot, held, and each request served in turn.
module tb_fifo_arb;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  `include "tb.svh"

  // ---- FIFO ----
  logic        in_valid = 1'b0;
  logic        in_ready;
  logic [15:0] in_data = '0;
  logic        out_valid;
  logic        out_ready = 1'b0;
  logic [15:0] out_data;
  logic [15:0] expect_q [$];
  int          wrong = 0;
  int          moved = 0;
  int          most = 0;
  int          bias = 1;

  cw_fifo #(.W(16), .LG(2)) u_fifo (.*);

  always @(posedge clk) if (rst_n) begin
    if (out_valid && out_ready) begin
      if (expect_q.size() == 0 || expect_q[0] != out_data) wrong++;
      else void'(expect_q.pop_front());
      moved++;
    end
    if (in_valid && in_ready) expect_q.push_back(in_data);
    if (expect_q.size() > most) most = expect_q.size();
    if (!in_valid || in_ready) begin
      in_valid <= $urandom_range(2) >= bias;
      in_data  <= 16'($urandom);
    end
    out_ready <= $urandom_range(2) >= 2 - bias;
  end

  // ---- arbiter ----
  logic [3:0] req = '0;
  logic [3:0] gnt;
  logic       take = 1'b0;
  int         served [4];
  int         waited [4];
  int         longest = 0;
  int         bad = 0;
  logic [3:0] last_gnt = '0;
  logic       last_take = 1'b0;

  cw_arb #(.N(4)) u_arb (.*);

  always @(posedge clk) if (rst_n) begin
    if ((gnt & (gnt - 4'd1)) != '0 || (gnt & ~req) != '0 || ((req != '0) != (gnt != '0))) bad++;
    if (!last_take && last_gnt != '0 && (last_gnt & req) != '0 && gnt != last_gnt) bad++;
    last_gnt  <= gnt;
    last_take <= take;
    for (int i = 0; i < 4; i++) begin
      if (req[i] && take && !gnt[i]) waited[i]++;
      if (gnt[i] && take) begin
        served[i]++;
        if (waited[i] > longest) longest = waited[i];
        waited[i] = 0;
      end
      if (!req[i] || (gnt[i] && take)) req[i] <= bias == 0 ? $urandom_range(15) == 0 : $urandom_range(3) != 0;
    end
    take <= $urandom_range(1) == 0;
  end

  initial begin
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (int i = 0; i < 3; i++) begin
      bias = i;
      repeat (3000) @(negedge clk);
    end
    check(wrong == 0 && moved > 2000, "FIFO order");
    check(most == 4, "FIFO holds 2^LG words and no more");
    check(bad == 0, "grant one-hot, to one that asks, and held until taken");
    check(longest <= 3, "no request waits for more than one turn of the others");
    check(served[0] > 500 && served[1] > 500 && served[2] > 500 && served[3] > 500, "all are served");
    report("rtl_fifo_arb");
  end
endmodule
