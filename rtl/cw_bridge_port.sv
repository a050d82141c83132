// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The bridge's port with all that stands at it: initiators outside (IDs with the highest bit clear) and the sample NIC
// queue (set) in front of the AXI4 bridge. No logic here.
module cw_bridge_port (
  input  logic                                clk,
  input  logic                                rst_n,
  // the sample NIC queue
  input  cw_t::nic_set_t                      nic_set,
  output cw_t::nic_stat_t                     nic_stat,
  // settings and fence
  input  logic [7:0]                          limit,        // as cw_bridge_in has them
  input  logic                                limit_we,
  input  logic [cw_pkg::CTX_W-1:0]            limit_ctx,
  input  logic [7:0]                          limit_own,
  input  logic [14:0]                         backoff,
  input  logic [11:0]                         tries,
  input  logic                                fence,
  output logic                                quiet,
  output logic                                awake,        // see cw_clkgate
  // AXI4 slave: guest addresses, context in AxUSER
  input  logic                                s_awvalid,
  output logic                                s_awready,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]      s_awid,
  input  logic [63:0]                         s_awaddr,
  input  logic [7:0]                          s_awlen,
  input  logic [2:0]                          s_awsize,
  input  logic [1:0]                          s_awburst,
  input  logic                                s_awlock,
  input  logic [15:0]                         s_awuser,
  input  logic                                s_wvalid,
  output logic                                s_wready,
  input  logic [511:0]                        s_wdata,
  input  logic [63:0]                         s_wstrb,
  input  logic                                s_wlast,
  output logic                                s_bvalid,
  input  logic                                s_bready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]      s_bid,
  output logic [1:0]                          s_bresp,
  input  logic                                s_arvalid,
  output logic                                s_arready,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]      s_arid,
  input  logic [63:0]                         s_araddr,
  input  logic [7:0]                          s_arlen,
  input  logic [2:0]                          s_arsize,
  input  logic [1:0]                          s_arburst,
  input  logic                                s_arlock,
  input  logic [15:0]                         s_aruser,
  output logic                                s_rvalid,
  input  logic                                s_rready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]      s_rid,
  output logic [511:0]                        s_rdata,
  output logic [1:0]                          s_rresp,
  output logic                                s_rlast,
  // engine port
  output logic                                req_valid,
  input  logic                                req_ready,
  output cw_t::req_t                          req,
  input  logic                                ans_valid,
  output logic                                ans_ready,
  input  cw_t::ans_t                          ans,
  input  logic [511:0]                        ans_data,
  output logic                                rel_valid,
  output logic [cw_pkg::TAG_W-1:0]            rel_tag,
  // data of a write of 64 bytes at most that waits for an answer (P34)
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    look_slot,
  output logic [511:0]                        look_data,
  output logic [63:0]                         look_strb,
  // AXI4 master: bus addresses, whole lines, INCR
  output logic                                m_awvalid,
  input  logic                                m_awready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      m_awid,
  output logic [63:0]                         m_awaddr,
  output logic [7:0]                          m_awlen,
  output logic                                m_wvalid,
  input  logic                                m_wready,
  output logic [511:0]                        m_wdata,
  output logic [63:0]                         m_wstrb,
  output logic                                m_wlast,
  input  logic                                m_bvalid,
  output logic                                m_bready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      m_bid,
  input  logic [1:0]                          m_bresp,
  output logic                                m_arvalid,
  input  logic                                m_arready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      m_arid,
  output logic [63:0]                         m_araddr,
  output logic [7:0]                          m_arlen,
  input  logic                                m_rvalid,
  output logic                                m_rready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      m_rid,
  input  logic [511:0]                        m_rdata,
  input  logic [1:0]                          m_rresp,
  input  logic                                m_rlast,
  // counters
  output logic                                ev_reads,
  output logic                                ev_writes,
  output logic [1:0]                          ev_malformed,
  output logic                                ev_quota,
  output logic                                ev_refused,
  output logic                                ev_emul_long,
  output logic                                ev_retries,
  output logic                                ev_gave_up,
  output logic [1:0]                          ev_fenced,
  output logic [1:0]                          ev_bus_errors
);
  localparam int unsigned IW = cw_pkg::BRIDGE_ID_W - 1;

  logic          n_awvalid, n_awready, n_wvalid, n_wready, n_wlast, n_arvalid, n_arready, n_bvalid, n_rvalid;
  logic [IW-1:0] n_awid, n_arid;
  logic [63:0]   n_awaddr, n_araddr, n_wstrb;
  logic [7:0]    n_awlen, n_arlen;
  logic [511:0]  n_wdata;
  logic          aw_side, w_side, ar_side, i_awvalid, i_awready, i_wvalid, i_wready, i_arvalid, i_arready;
  logic          i_bvalid, i_rvalid, bridge_awake, nic_awake;
  logic [IW:0]   i_bid, i_rid;
  logic [1:0]    i_bresp, i_rresp;
  logic [511:0]  i_rdata;
  logic          i_rlast;

  cw_nic u_nic (
    .clk, .rst_n, .set(nic_set), .stat(nic_stat), .awake(nic_awake), .awvalid(n_awvalid), .awready(n_awready),
    .awid(n_awid), .awaddr(n_awaddr), .awlen(n_awlen), .wvalid(n_wvalid), .wready(n_wready), .wdata(n_wdata),
    .wstrb(n_wstrb), .wlast(n_wlast), .bvalid(n_bvalid), .bid(i_bid[IW-1:0]), .bresp(i_bresp), .arvalid(n_arvalid),
    .arready(n_arready), .arid(n_arid), .araddr(n_araddr), .arlen(n_arlen), .rvalid(n_rvalid), .rid(i_rid[IW-1:0]),
    .rdata(i_rdata), .rresp(i_rresp), .rlast(i_rlast));

  cw_bridge_mux u_mux (
    .clk, .rst_n, .awvalid({n_awvalid, s_awvalid}), .awready({n_awready, s_awready}), .awlen({n_awlen, s_awlen}),
    .aw_side, .wvalid({n_wvalid, s_wvalid}), .wready({n_wready, s_wready}), .w_side,
    .arvalid({n_arvalid, s_arvalid}), .arready({n_arready, s_arready}), .ar_side, .s_awvalid(i_awvalid),
    .s_awready(i_awready), .s_wvalid(i_wvalid), .s_wready(i_wready), .s_arvalid(i_arvalid), .s_arready(i_arready));

  assign n_bvalid = i_bvalid && i_bid[IW];
  assign n_rvalid = i_rvalid && i_rid[IW];
  assign s_bvalid = i_bvalid && !i_bid[IW];
  assign s_bid    = i_bid[IW-1:0];
  assign s_bresp  = i_bresp;
  assign s_rvalid = i_rvalid && !i_rid[IW];
  assign s_rid    = i_rid[IW-1:0];
  assign s_rdata  = i_rdata;
  assign s_rresp  = i_rresp;
  assign s_rlast  = i_rlast;

  cw_bridge u_bridge (
    .clk, .rst_n, .limit, .limit_we, .limit_ctx, .limit_own, .backoff, .tries, .fence, .quiet, .awake(bridge_awake),
    .s_awvalid(i_awvalid), .s_awready(i_awready), .s_awid({aw_side, aw_side ? n_awid : s_awid}),
    .s_awaddr(aw_side ? n_awaddr : s_awaddr), .s_awlen(aw_side ? n_awlen : s_awlen),
    .s_awsize(aw_side ? 3'd6 : s_awsize), .s_awburst(aw_side ? 2'b01 : s_awburst),
    .s_awlock(!aw_side && s_awlock), .s_awuser(aw_side ? nic_set.ctx[15:0] : s_awuser),
    .s_wvalid(i_wvalid), .s_wready(i_wready), .s_wdata(w_side ? n_wdata : s_wdata),
    .s_wstrb(w_side ? n_wstrb : s_wstrb), .s_wlast(w_side ? n_wlast : s_wlast),
    .s_bvalid(i_bvalid), .s_bready(i_bid[IW] || s_bready), .s_bid(i_bid), .s_bresp(i_bresp),
    .s_arvalid(i_arvalid), .s_arready(i_arready), .s_arid({ar_side, ar_side ? n_arid : s_arid}),
    .s_araddr(ar_side ? n_araddr : s_araddr), .s_arlen(ar_side ? n_arlen : s_arlen),
    .s_arsize(ar_side ? 3'd6 : s_arsize), .s_arburst(ar_side ? 2'b01 : s_arburst),
    .s_arlock(!ar_side && s_arlock), .s_aruser(ar_side ? nic_set.ctx[15:0] : s_aruser),
    .s_rvalid(i_rvalid), .s_rready(i_rid[IW] || s_rready), .s_rid(i_rid), .s_rdata(i_rdata), .s_rresp(i_rresp),
    .s_rlast(i_rlast),
    .req_valid, .req_ready, .req, .ans_valid, .ans_ready, .ans, .ans_data, .rel_valid, .rel_tag,
    .look_slot, .look_data, .look_strb,
    .m_awvalid, .m_awready, .m_awid, .m_awaddr, .m_awlen, .m_wvalid, .m_wready, .m_wdata, .m_wstrb, .m_wlast,
    .m_bvalid, .m_bready, .m_bid, .m_bresp, .m_arvalid, .m_arready, .m_arid, .m_araddr, .m_arlen, .m_rvalid,
    .m_rready, .m_rid, .m_rdata, .m_rresp, .m_rlast,
    .ev_reads, .ev_writes, .ev_malformed, .ev_quota, .ev_refused, .ev_emul_long, .ev_retries, .ev_gave_up, .ev_fenced,
    .ev_bus_errors);
  assign awake = bridge_awake || nic_awake;
endmodule
