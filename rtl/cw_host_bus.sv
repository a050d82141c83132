// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Host bus: the engine's masters of host memory share one AXI4 port.
//
// Read clients (id = number): 0 hot command ring, 1 cold command ring, 2 LOAD. Write clients: 0 hot completions, 1
// cold completions, 2 faults, 3 harvest, 4 dirty rings; a write is one beat. Round robin per channel. Each client's
// accesses keep their order, those of different clients do not. An access taken from a client stands in a register
// until the bus takes it: one cycle more, and clients may withdraw what was not taken.
// No access is taken before bus-master enable (P40); those already taken go on.
// Write data follows in the order of the addresses. Responses always find room: the clients count.
module cw_host_bus #(
  parameter int unsigned NW = 3     // write clients, 8 at most
) (
  input  logic         clk,
  input  logic         rst_n,
  input  logic         clk_any,      // of the gate, which also counts silence
  input  cw_t::bus_gate_t gate,
  output cw_t::bus_stat_t stat,

  input  logic         bme,

  input  logic [2:0]   rd_valid,
  output logic [2:0]   rd_ready,
  input  logic [191:0] rd_addr,      // 64 bits each, client 0 lowest
  input  logic [23:0]  rd_len,       // beats - 1, 8 bits each
  output logic [2:0]   rd_rvalid,
  input  logic [2:0]   rd_rready,
  output logic [511:0] rd_rdata,
  output logic         rd_rerr,
  output logic         rd_rlast,

  input  logic [NW-1:0] wr_valid,
  output logic [NW-1:0] wr_ready,
  input  logic [NW*64-1:0] wr_addr,
  input  logic [NW*512-1:0] wr_data, // 512 bits each
  input  logic [NW*64-1:0] wr_strb,  // 64 bits each
  output logic [NW-1:0] wr_bvalid,
  output logic          wr_berr,

  output logic         h_arvalid,
  input  logic         h_arready,
  output logic [2:0]   h_arid,
  output logic [63:0]  h_araddr,
  output logic [7:0]   h_arlen,
  input  logic         h_rvalid,
  output logic         h_rready,
  input  logic [2:0]   h_rid,
  input  logic [511:0] h_rdata,
  input  logic [1:0]   h_rresp,
  input  logic         h_rlast,
  output logic         h_awvalid,
  input  logic         h_awready,
  output logic [2:0]   h_awid,
  output logic [63:0]  h_awaddr,
  output logic [7:0]   h_awlen,
  output logic         h_wvalid,
  input  logic         h_wready,
  output logic [511:0] h_wdata,
  output logic [63:0]  h_wstrb,
  output logic         h_wlast,
  input  logic         h_bvalid,
  output logic         h_bready,
  input  logic [2:0]   h_bid,
  input  logic [1:0]   h_bresp,

  output logic [2:0]   ev_host_errors
);

  logic        ar_ready, r_ready, aw_ready, w_ready;
  cw_bus_gate u_gate (
    .clk(clk_any), .gate, .stat, .e_arvalid(ar_valid_q), .e_arready(ar_ready), .e_rready(r_ready),
    .e_awvalid(aw_valid_q), .e_awready(aw_ready), .e_awlen(h_awlen), .e_wvalid(w_valid_q), .e_wready(w_ready),
    .e_wlast(1'b1), .e_wstrb(w_strb_q), .e_bready(1'b1), .arvalid(h_arvalid), .arready(h_arready), .rvalid(h_rvalid),
    .rlast(h_rlast), .rready(h_rready), .awvalid(h_awvalid), .awready(h_awready), .wvalid(h_wvalid), .wready(h_wready),
    .wlast(h_wlast), .wstrb(h_wstrb), .bvalid(h_bvalid), .bready(h_bready));

  // ---- reads ----
  logic [2:0]  ar_gnt;
  logic        ar_room;
  logic        ar_take;
  logic [1:0]  ar_sel;
  logic        ar_valid_q;
  logic [1:0]  ar_id_q;
  logic [63:0] ar_addr_q;
  logic [7:0]  ar_len_q;

  assign ar_room  = bme && (!ar_valid_q || ar_ready);
  assign ar_take  = ar_room && rd_valid != '0;
  assign ar_sel   = {ar_gnt[2], ar_gnt[1]};
  assign rd_ready = ar_gnt & {3{ar_room}};

  cw_arb #(.N(3)) u_ar (.clk, .rst_n, .req(rd_valid), .gnt(ar_gnt), .take(ar_take));

  always_ff @(posedge clk) begin
    if (!rst_n)
      ar_valid_q <= 1'b0;
    else if (ar_take)
      ar_valid_q <= 1'b1;
    else if (ar_ready)
      ar_valid_q <= 1'b0;
  end

  always_ff @(posedge clk) begin
    if (ar_take) begin
      ar_id_q   <= ar_sel;
      ar_addr_q <= rd_addr[{ar_sel, 6'd0} +: 64];
      ar_len_q  <= rd_len[{ar_sel, 3'd0} +: 8];
    end
  end

  assign h_arid    = {1'b0, ar_id_q};
  assign h_araddr  = ar_addr_q;
  assign h_arlen   = ar_len_q;

  always_comb begin
    for (int i = 0; i < 3; i++)
      rd_rvalid[i] = h_rvalid && h_rid == 3'(i);
  end

  assign r_ready  = (rd_rvalid & ~rd_rready) == '0;
  assign rd_rdata = h_rdata;
  assign rd_rerr  = h_rresp[1] && !cw_pkg::MUT_DEAD_HOST_ERROR;
  assign rd_rlast = h_rlast;

  // ---- writes ----
  logic [NW-1:0] aw_gnt;
  logic         aw_room;
  logic         aw_take;
  logic [2:0]   aw_sel;
  logic         aw_valid_q;
  logic         w_valid_q;
  logic [2:0]   aw_id_q;
  logic [63:0]  aw_addr_q;
  logic [511:0] w_data_q;
  logic [63:0]  w_strb_q;

  assign aw_room  = bme && (!aw_valid_q || aw_ready) && (!w_valid_q || w_ready);
  assign aw_take  = aw_room && wr_valid != '0;
  assign wr_ready = aw_gnt & {NW{aw_room}};
  always_comb begin
    aw_sel = '0;
    for (int i = 0; i < NW; i++) if (aw_gnt[i]) aw_sel |= 3'(i);
  end

  cw_arb #(.N(NW)) u_aw (.clk, .rst_n, .req(wr_valid), .gnt(aw_gnt), .take(aw_take));

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      aw_valid_q <= 1'b0;
      w_valid_q  <= 1'b0;
    end else begin
      if (aw_take)
        aw_valid_q <= 1'b1;
      else if (aw_ready)
        aw_valid_q <= 1'b0;
      if (aw_take)
        w_valid_q <= 1'b1;
      else if (w_ready)
        w_valid_q <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (aw_take) begin
      aw_id_q   <= aw_sel;
      aw_addr_q <= {wr_addr[{aw_sel, 6'd0} + 6 +: 58], 6'd0};
      w_data_q  <= wr_data[{aw_sel, 9'd0} +: 512];
      w_strb_q  <= wr_strb[{aw_sel, 6'd0} +: 64];
    end
  end

  assign h_awid    = aw_id_q;
  assign h_awaddr  = aw_addr_q;
  assign h_awlen   = '0;
  assign h_wdata   = w_data_q;

  always_comb begin
    for (int i = 0; i < NW; i++)
      wr_bvalid[i] = h_bvalid && h_bid == 3'(i);
  end

  assign wr_berr  = h_bresp[1];

  assign ev_host_errors = {2'd0, h_rvalid && h_rready && h_rresp[1]} + {2'd0, h_bvalid && h_bresp[1]};

  // The low bits say OKAY or EXOKAY, SLVERR or DECERR: the same to the engine.
  logic unused;
  assign unused = h_rresp[0] ^ h_bresp[0];

endmodule
