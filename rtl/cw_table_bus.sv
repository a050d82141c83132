// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Table bus: walker, entry-update unit, loader and dirty log share the AXI4 port of table memory.
//
// Reads: the walker with id = slot, one 64-byte beat, no cycle added in either direction and no back-pressure on its
// answers; the entry-update unit with id 62; the dirty log with ids 56 to 58. Writes: the entry-update unit with id
// 62 and the dirty log with ids 56 to 58, one beat, and the loader with id 61, bursts up to 4 KiB. Round robin where
// both ask. A burst's address goes first, its data follows whole before the next address. Reads and writes are not
// ordered against each other: whoever needs that waits for the acknowledgement (P11).
module cw_table_bus (
  input  logic                      clk,
  input  logic                      rst_n,
  input  cw_t::bus_gate_t           gate,
  output cw_t::bus_stat_t           stat,

  input  logic                      rd_valid,
  output logic                      rd_ready,
  input  logic [cw_pkg::SLOT_W-1:0] rd_slot,
  input  logic [cw_pkg::PA_W-1:0]   rd_addr,    // line aligned
  output logic                      wr_rvalid,
  output logic [cw_pkg::SLOT_W-1:0] wr_rslot,
  output logic [511:0]              wr_rdata,
  output logic                      wr_rerr,

  input  logic                      eu_arvalid,
  output logic                      eu_arready,
  input  logic [cw_pkg::PA_W-1:0]   eu_addr,    // of its read and its write, line aligned
  output logic                      eu_rvalid,
  output logic [511:0]              eu_rdata,
  output logic                      eu_rerr,
  input  logic                      eu_awvalid,
  output logic                      eu_awready,
  input  logic                      eu_wvalid,
  output logic                      eu_wready,
  input  logic [511:0]              eu_wdata,
  input  logic [63:0]               eu_wstrb,
  output logic                      eu_bvalid,
  output logic                      eu_berr,

  input  logic                      ld_awvalid,
  output logic                      ld_awready,
  input  logic [cw_pkg::PA_W-1:0]   ld_awaddr,
  input  logic [7:0]                ld_awlen,
  input  logic                      ld_wvalid,
  output logic                      ld_wready,
  input  logic [511:0]              ld_wdata,
  input  logic [63:0]               ld_wstrb,
  input  logic                      ld_wlast,
  output logic                      ld_bvalid,
  output logic                      ld_berr,

  input  logic                      dl_arvalid,
  output logic                      dl_arready,
  input  logic [1:0]                dl_arid,
  input  logic [cw_pkg::PA_W-1:0]   dl_araddr,
  output logic                      dl_rvalid,
  output logic [1:0]                dl_rid,
  output logic [511:0]              dl_rdata,
  output logic                      dl_rerr,
  input  logic                      dl_awvalid,
  output logic                      dl_awready,
  input  logic [1:0]                dl_awid,
  input  logic [cw_pkg::PA_W-1:0]   dl_awaddr,
  input  logic                      dl_wvalid,
  output logic                      dl_wready,
  input  logic [511:0]              dl_wdata,
  input  logic [63:0]               dl_wstrb,
  output logic                      dl_bvalid,
  output logic [1:0]                dl_bid,
  output logic                      dl_berr,

  output logic                      t_arvalid,
  input  logic                      t_arready,
  output logic [5:0]                t_arid,
  output logic [51:0]               t_araddr,
  output logic [7:0]                t_arlen,
  input  logic                      t_rvalid,
  output logic                      t_rready,
  input  logic [5:0]                t_rid,
  input  logic [511:0]              t_rdata,
  input  logic [1:0]                t_rresp,
  input  logic                      t_rlast,
  output logic                      t_awvalid,
  input  logic                      t_awready,
  output logic [5:0]                t_awid,
  output logic [51:0]               t_awaddr,
  output logic [7:0]                t_awlen,
  output logic                      t_wvalid,
  input  logic                      t_wready,
  output logic [511:0]              t_wdata,
  output logic [63:0]               t_wstrb,
  output logic                      t_wlast,
  input  logic                      t_bvalid,
  output logic                      t_bready,
  input  logic [5:0]                t_bid,
  input  logic [1:0]                t_bresp,

  output logic [2:0]                ev_table_errors
);

  logic       ar_valid, ar_ready, aw_valid, aw_ready, w_valid, w_ready, w_last;
  logic [63:0] w_strb;
  cw_bus_gate u_gate (
    .clk, .gate, .stat, .e_arvalid(ar_valid), .e_arready(ar_ready), .e_rready(1'b1), .e_awvalid(aw_valid),
    .e_awready(aw_ready), .e_awlen(t_awlen), .e_wvalid(w_valid), .e_wready(w_ready), .e_wlast(w_last), .e_wstrb(w_strb),
    .e_bready(1'b1), .arvalid(t_arvalid), .arready(t_arready), .rvalid(t_rvalid), .rlast(t_rlast), .rready(t_rready),
    .awvalid(t_awvalid), .awready(t_awready), .wvalid(t_wvalid), .wready(t_wready), .wlast(t_wlast), .wstrb(t_wstrb),
    .bvalid(t_bvalid), .bready(t_bready));

  localparam logic [5:0] ID_EUU  = 6'd62;
  localparam logic [5:0] ID_LOAD = 6'd61;
  localparam logic [3:0] ID_LOG  = 4'b1110;   // and two bits of the dirty log's own

  // ---- reads: 0 walker, 1 entry-update unit, 2 dirty log ----
  logic [2:0] ar_gnt;

  cw_arb #(.N(3)) u_ar (
    .clk, .rst_n, .req({dl_arvalid, eu_arvalid, rd_valid}), .gnt(ar_gnt), .take(ar_valid && ar_ready)
  );

  assign ar_valid   = ar_gnt != '0;
  assign t_arid     = ar_gnt[2] ? {ID_LOG, dl_arid} : ar_gnt[1] ? ID_EUU : {1'b0, rd_slot};
  assign t_araddr   = ar_gnt[2] ? dl_araddr : ar_gnt[1] ? eu_addr : rd_addr;
  assign t_arlen    = '0;
  assign rd_ready   = ar_gnt[0] && ar_ready;
  assign eu_arready = ar_gnt[1] && ar_ready;
  assign dl_arready = ar_gnt[2] && ar_ready;

  assign wr_rvalid = t_rvalid && !t_rid[5];
  assign wr_rslot  = t_rid[cw_pkg::SLOT_W-1:0];
  assign wr_rdata  = t_rdata;
  assign wr_rerr   = t_rresp[1] && !cw_pkg::MUT_WALK_ERROR_IGNORED;
  assign eu_rvalid = t_rvalid && t_rid == ID_EUU;
  assign eu_rdata  = t_rdata;
  assign eu_rerr   = t_rresp[1];
  assign dl_rvalid = t_rvalid && t_rid[5:2] == ID_LOG;
  assign dl_rid    = t_rid[1:0];
  assign dl_rdata  = t_rdata;
  assign dl_rerr   = t_rresp[1];

  // ---- writes: 0 entry-update unit, 1 loader, 2 dirty log ----
  logic [2:0] aw_gnt;
  logic       data_q;   // an address is out, its data follows
  logic       load_q;   // it is the loader's
  logic       log_q;    // it is the dirty log's

  cw_arb #(.N(3)) u_aw (
    .clk, .rst_n, .req({dl_awvalid, ld_awvalid, eu_awvalid} & {3{!data_q}}), .gnt(aw_gnt), .take(aw_valid && aw_ready)
  );

  assign aw_valid   = aw_gnt != '0;
  assign t_awid     = aw_gnt[2] ? {ID_LOG, dl_awid} : aw_gnt[1] ? ID_LOAD : ID_EUU;
  assign t_awaddr   = aw_gnt[2] ? dl_awaddr : aw_gnt[1] ? ld_awaddr : eu_addr;
  assign t_awlen    = aw_gnt[1] ? ld_awlen : '0;
  assign eu_awready = aw_gnt[0] && aw_ready;
  assign ld_awready = aw_gnt[1] && aw_ready;
  assign dl_awready = aw_gnt[2] && aw_ready;

  assign w_valid   = data_q && (log_q ? dl_wvalid : load_q ? ld_wvalid : eu_wvalid);
  // Wide and seldom used: zero in between, which simulates faster. So it is with the data that come in here.
  // In a reset they are zero from its first cycle on, in which clients still have theirs: what stands untaken stays.
  always_comb begin
    t_wdata = '0;
    if (w_valid && !gate.absorb) begin
      if (log_q)       t_wdata = dl_wdata;
      else if (load_q) t_wdata = ld_wdata;
      else             t_wdata = eu_wdata;
    end
  end
  assign w_strb    = log_q ? dl_wstrb : load_q ? ld_wstrb : eu_wstrb;
  assign w_last    = load_q ? ld_wlast : 1'b1;
  assign eu_wready = data_q && !load_q && !log_q && w_ready;
  assign dl_wready = data_q && log_q && w_ready;
  assign ld_wready = data_q && load_q && w_ready;

  always_ff @(posedge clk) begin
    if (!rst_n)
      data_q <= 1'b0;
    else if (aw_valid && aw_ready)
      data_q <= 1'b1;
    else if (w_valid && w_ready && w_last)
      data_q <= 1'b0;
  end

  always_ff @(posedge clk) begin
    if (aw_valid && aw_ready) begin
      load_q <= aw_gnt[1];
      log_q  <= aw_gnt[2];
    end
  end

  assign eu_bvalid = t_bvalid && t_bid == ID_EUU;
  assign ld_bvalid = t_bvalid && t_bid == ID_LOAD;
  assign eu_berr   = t_bresp[1];
  assign ld_berr   = t_bresp[1];
  assign dl_bvalid = t_bvalid && t_bid[5:2] == ID_LOG;
  assign dl_bid    = t_bid[1:0];
  assign dl_berr   = t_bresp[1];

  assign ev_table_errors = {2'd0, t_rvalid && t_rresp[1]} + {2'd0, t_bvalid && t_bresp[1]};

  // Reads are single beats; the low response bits make no difference to the engine.
  logic unused;
  assign unused = t_rresp[0] ^ t_bresp[0];

endmodule
