// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bridge_mux: two sides that ask at random, with data early, late or withheld, before a slave that holds
// back at random. Which side each address and each beat may be of is known from the order of the addresses alone.
module tb_bridge_mux;
  logic clk = 1'b0, rst_n = 1'b0;
  always #2 clk = !clk;

  logic [1:0]  awvalid = '0, awready, wvalid = '0, wready, arvalid = '0, arready;
  logic [15:0] awlen = '0;
  logic        aw_side, w_side, ar_side;
  logic        s_awvalid, s_awready = 1'b0, s_wvalid, s_wready = 1'b0, s_arvalid, s_arready = 1'b0;

  cw_bridge_mux dut (.*);

  `include "tb.svh"

  // ---- what both sides asked for, in the order in which the slave took the addresses ----
  bit          side_q [$];
  int          len_q [$];
  int          beat = 0;
  logic [1:0]  withhold = '0;            // gives no data
  int          bias = 1;
  int          aws [2], ars [2], beats [2];
  int          wrong_hand = 0, wrong_turn = 0, wrong_side = 0, early = 0, stalled = 0, both = 0;
  int          last_aw = -1, last_ar = -1;

  function automatic logic rnd();
    return $urandom_range(2) >= bias;
  endfunction

  always @(posedge clk) if (rst_n) begin
    // A handshake is one on both sides or none, of the side that is named.
    if ((awvalid & awready) != (s_awvalid && s_awready ? 2'b01 << aw_side : 2'b00)) wrong_hand++;
    if ((arvalid & arready) != (s_arvalid && s_arready ? 2'b01 << ar_side : 2'b00)) wrong_hand++;
    if ((wvalid & wready) != (s_wvalid && s_wready ? 2'b01 << w_side : 2'b00)) wrong_hand++;
    if (s_awvalid && !awvalid[aw_side] || s_arvalid && !arvalid[ar_side] || s_wvalid && !wvalid[w_side]) wrong_hand++;
    if (arvalid != '0 && !s_arvalid) stalled++;

    // data first: what is taken in this cycle waits for an address of an earlier one
    if (s_wvalid && s_wready) begin
      if (side_q.size() == 0) early++;
      else begin
        if (side_q[0] != w_side) wrong_side++;
        if (beat == len_q[0]) begin
          beat = 0;
          void'(side_q.pop_front());
          void'(len_q.pop_front());
        end else beat++;
      end
      beats[w_side]++;
    end
    if (s_awvalid && s_awready) begin
      if (awvalid == 2'b11 && last_aw == int'(aw_side)) wrong_turn++;
      if (awvalid == 2'b11) both++;
      last_aw = int'(aw_side);
      side_q.push_back(aw_side);
      len_q.push_back(int'(awlen[aw_side*8 +: 8]));
      aws[aw_side]++;
    end
    if (s_arvalid && s_arready) begin
      if (arvalid == 2'b11 && last_ar == int'(ar_side)) wrong_turn++;
      last_ar = int'(ar_side);
      ars[ar_side]++;
    end

    for (int i = 0; i < 2; i++) begin
      if (!awvalid[i] || awready[i]) begin
        awvalid[i]       <= rnd();
        awlen[i*8 +: 8]  <= $urandom_range(31) == 0 ? 8'($urandom_range(255)) : 8'($urandom_range(3));
      end
      if (!wvalid[i] || wready[i]) wvalid[i] <= rnd() && !withhold[i];
      if (!arvalid[i] || arready[i]) arvalid[i] <= rnd();
    end
    s_awready <= rnd();
    s_wready  <= $urandom_range(2) >= 2 - bias;
    s_arready <= rnd();
  end

  initial begin
    int was_ar, was_w;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (int i = 0; i < 3; i++) begin
      bias = i;
      repeat (20000) @(negedge clk);
    end
    check(wrong_hand == 0, "a handshake is one of the side that is named, and of that one alone");
    check(wrong_turn == 0 && both > 200, "addresses are taken in turn where both sides ask");
    check(wrong_side == 0, "data comes in the order of the addresses, counted by their lengths");
    check(early == 0, "no data passes before its address");
    check(stalled == 0, "a read waits for nothing but the slave");
    check(aws[0] > 200 && aws[1] > 200 && ars[0] > 1000 && ars[1] > 1000 && beats[0] > 2000 && beats[1] > 2000,
          "all was used");
    // Who withholds data holds up writes, not reads.
    bias = 0;
    withhold = 2'b01;
    repeat (4000) @(negedge clk);
    was_ar = ars[0] + ars[1];
    was_w  = beats[0] + beats[1];
    repeat (1000) @(negedge clk);
    check(beats[0] + beats[1] == was_w && ars[0] + ars[1] > was_ar + 500, "writes wait for withheld data, reads do not");
    withhold = 2'b00;
    repeat (1000) @(negedge clk);
    check(beats[0] + beats[1] > was_w + 200, "and go on when it comes");
    check(wrong_hand == 0 && wrong_side == 0 && early == 0, "all that in order");
    report("rtl_bridge_mux");
  end
endmodule
