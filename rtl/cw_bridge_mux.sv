// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// In front of the bridge: initiators outside and the sample NIC queue share its slave. The NIC's IDs have their highest
// bit set, those from outside have not, so answers find their way and no order is shared.
//
// Order: that of each side. Addresses are taken in turn. Write data comes in the order of the addresses and is counted
// by AWLEN, as the bridge does: a wrong WLAST moves nothing to the other side. Whoever withholds its write data holds
// up that of the other, for AXI4 has one order of write data; reads do not notice. Data waits for its address.
module cw_bridge_mux (
  input  logic                                clk,
  input  logic                                rst_n,
  // side 0 and side 1 (IDs with the highest bit set)
  input  logic [1:0]                          awvalid,
  output logic [1:0]                          awready,
  input  logic [15:0]                         awlen,
  output logic                                aw_side,
  input  logic [1:0]                          wvalid,
  output logic [1:0]                          wready,
  output logic                                w_side,
  input  logic [1:0]                          arvalid,
  output logic [1:0]                          arready,
  output logic                                ar_side,
  // the bridge
  output logic                                s_awvalid,
  input  logic                                s_awready,
  output logic                                s_wvalid,
  input  logic                                s_wready,
  output logic                                s_arvalid,
  input  logic                                s_arready
);
  logic       aw_turn, ar_turn, o_ready, o_valid, o_pop;
  logic [7:0] o_len, beat_q;

  assign aw_side   = awvalid[1] && (!awvalid[0] || aw_turn);
  assign s_awvalid = awvalid != '0 && o_ready;
  assign awready   = {s_awready && o_ready && aw_side, s_awready && o_ready && !aw_side};
  cw_fifo #(.W(9), .LG(3)) u_order (
    .clk, .rst_n, .in_valid(s_awvalid && s_awready), .in_ready(o_ready),
    .in_data({aw_side, aw_side ? awlen[15:8] : awlen[7:0]}),
    .out_valid(o_valid), .out_ready(o_pop), .out_data({w_side, o_len}));
  assign s_wvalid  = o_valid && wvalid[w_side];
  assign wready    = {s_wready && o_valid && w_side, s_wready && o_valid && !w_side};
  assign o_pop     = s_wvalid && s_wready && beat_q == o_len;
  assign ar_side   = arvalid[1] && (!arvalid[0] || ar_turn);
  assign s_arvalid = arvalid != '0;
  assign arready   = {s_arready && ar_side, s_arready && !ar_side};

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      aw_turn <= 1'b0;
      ar_turn <= 1'b0;
      beat_q  <= '0;
    end else begin
      if (s_awvalid && s_awready) aw_turn <= !aw_side;
      if (s_arvalid && s_arready) ar_turn <= !ar_side;
      if (s_wvalid && s_wready) beat_q <= o_pop ? '0 : beat_q + 1'b1;
    end
  end
endmodule
