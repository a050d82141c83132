// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The AXI4 bridge: the way in for initiators that are not trusted. Guest addresses at its slave, bus addresses at its
// master, and nothing reaches the master that the engine did not grant (docs/bridge.md).
//
//   slave AW, AR -> cw_bridge_in (checks, quotas, slots) -> cw_bridge_ask (engine port) -> cw_bridge_wr, cw_bridge_rd
//   (buffers, master, answers in the order of IDs)
// Contract: one answer per burst; order within an ID and direction; a stamp is held only while engine or memory have to
// act, never the initiator or the host (P37). `fence` stops new accesses of memory; `quiet` says that none is left.
module cw_bridge (
  input  logic                                clk,
  input  logic                                rst_n,
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
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      s_awid,
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
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      s_bid,
  output logic [1:0]                          s_bresp,
  input  logic                                s_arvalid,
  output logic                                s_arready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      s_arid,
  input  logic [63:0]                         s_araddr,
  input  logic [7:0]                          s_arlen,
  input  logic [2:0]                          s_arsize,
  input  logic [1:0]                          s_arburst,
  input  logic                                s_arlock,
  input  logic [15:0]                         s_aruser,
  output logic                                s_rvalid,
  input  logic                                s_rready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      s_rid,
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
  localparam int unsigned SW = cw_pkg::BRIDGE_SLOT_W;

  logic in_valid, in_write, in_bad, wfree, rfree, in_malformed, busy;
  logic [SW-1:0] in_slot, wfree_slot, rfree_slot;
  logic [cw_pkg::BRIDGE_ID_W-1:0] in_id;
  logic [15:0] in_ctx;
  logic [63:0] in_addr;
  logic [7:0] in_beats_m1;
  logic [2:0] in_size;
  logic [11:0] in_len_m1;
  cw_bridge_in u_in (
    .clk, .rst_n, .limit, .limit_we, .limit_ctx, .limit_own, .s_awvalid, .s_awready, .s_awid, .s_awaddr, .s_awlen,
    .s_awsize, .s_awburst,
    .s_awlock, .s_awuser, .s_arvalid, .s_arready, .s_arid, .s_araddr, .s_arlen, .s_arsize, .s_arburst, .s_arlock,
    .s_aruser, .in_valid, .in_write, .in_slot, .in_id, .in_ctx, .in_addr, .in_beats_m1, .in_size, .in_len_m1,
    .in_bad, .wfree, .wfree_slot, .rfree, .rfree_slot, .busy, .ev_malformed(in_malformed),
    .ev_quota);
  assign ev_reads  = in_valid && !in_write;
  assign ev_writes = in_valid && in_write;

  logic full_valid, full_bad, grant, finish, out_write, out_error, out_ones, emul, emul_busy, ask_fenced;
  logic [SW-1:0] full_slot, out_slot;
  logic [cw_pkg::PA_W-1:12] page;
  logic [5:0] emul_offset;
  cw_bridge_ask u_ask (
    .clk, .rst_n, .fence, .backoff, .tries, .in_valid, .in_write, .in_slot, .in_id, .in_ctx, .in_addr, .in_len_m1,
    .in_bad, .full_valid, .full_slot, .full_bad, .req_valid, .req_ready, .req, .ans_valid, .ans_ready, .ans,
    .out_write, .out_slot, .grant, .out_page(page), .finish, .out_error, .out_ones, .emul, .emul_offset, .emul_busy,
    .ev_refused, .ev_emul_long, .ev_retries, .ev_gave_up, .ev_fenced(ask_fenced));

  logic wback, rback, wback_go, rback_go, widle, ridle, werror, rerror, w_malformed, wdropped, rdropped;
  logic [SW-1:0] wback_slot, rback_slot;
  cw_bridge_wr u_wr (
    .clk, .rst_n, .fence, .in_valid(ev_writes), .in_slot, .in_id, .in_offset(in_addr[11:0]), .in_beats_m1, .in_size,
    .in_len_m1, .in_bad, .s_wvalid, .s_wready, .s_wdata, .s_wstrb, .s_wlast, .s_bvalid, .s_bready, .s_bid, .s_bresp,
    .full_valid, .full_slot, .full_bad, .grant(grant && out_write), .page, .finish(finish && out_write), .out_error,
    .out_slot, .m_awvalid, .m_awready, .m_awid, .m_awaddr, .m_awlen, .m_wvalid, .m_wready, .m_wdata, .m_wstrb,
    .m_wlast, .m_bvalid, .m_bid, .m_bresp, .back_valid(wback), .back_go(wback_go), .back_slot(wback_slot),
    .free(wfree), .free_slot(wfree_slot), .idle(widle), .ev_malformed(w_malformed), .ev_dropped(wdropped),
    .ev_bus_error(werror), .look_slot, .look_data, .look_strb);
  cw_bridge_rd u_rd (
    .clk, .rst_n, .fence, .in_valid(ev_reads), .in_slot, .in_id, .in_offset(in_addr[11:0]), .in_beats_m1, .in_size,
    .in_len_m1, .s_rvalid, .s_rready, .s_rid, .s_rdata, .s_rresp, .s_rlast, .grant(grant && !out_write), .page,
    .finish(finish && !out_write), .out_error, .out_ones, .emul, .emul_data(ans_data), .emul_offset, .emul_busy,
    .out_slot, .m_arvalid, .m_arready, .m_arid, .m_araddr, .m_arlen, .m_rvalid, .m_rready, .m_rid, .m_rdata,
    .m_rresp, .m_rlast, .back_valid(rback), .back_go(rback_go), .back_slot(rback_slot), .free(rfree),
    .free_slot(rfree_slot), .idle(ridle), .ev_dropped(rdropped), .ev_bus_error(rerror));

  // ---- one grant given back per cycle, in turn ----
  logic turn;
  assign wback_go  = !(rback && turn);
  assign rback_go  = !(wback && !turn);
  assign m_bready  = wback_go;
`ifdef CW_MUTANTS
  // RELEASE_AT_SLAVE: writes give back when the initiator takes its answer
  logic late_valid, late_ready, held, b_valid;
  logic [SW-1:0] late_slot, b_slot;
  logic [31:0] granted;
  always_ff @(posedge clk) begin
    if (wfree) begin
      held   <= granted[wfree_slot];
      b_slot <= wfree_slot;
    end
    if (!rst_n) granted <= '0;
    else begin
      if (ev_writes) granted[in_slot] <= 1'b0;
      if (wback && wback_go) granted[wback_slot] <= 1'b1;
    end
  end
  assign b_valid = cw_pkg::MUT_RELEASE_AT_SLAVE && s_bvalid && s_bready && held;
  cw_fifo #(.W(SW), .LG(SW)) u_late (.clk, .rst_n, .in_valid(b_valid), .in_ready(late_ready), .in_data(b_slot),
                                     .out_valid(late_valid), .out_ready(!(rback && rback_go)), .out_data(late_slot));
  // RELEASE_AT_ISSUE: as soon as there is a grant
  logic issue_valid;
  logic [SW:0] issue_tag;
  always_ff @(posedge clk) begin
    issue_valid <= rst_n && grant;
    issue_tag   <= {out_write, out_slot};
  end
  always_comb begin
    rel_valid = wback || rback;
    rel_tag   = wback && wback_go ? cw_pkg::TAG_W'({1'b1, wback_slot}) : cw_pkg::TAG_W'({1'b0, rback_slot});
    if (cw_pkg::MUT_RELEASE_AT_SLAVE) begin
      rel_valid = late_valid || (rback && rback_go);
      rel_tag   = rback && rback_go ? cw_pkg::TAG_W'({1'b0, rback_slot}) : cw_pkg::TAG_W'({1'b1, late_slot});
    end else if (cw_pkg::MUT_RELEASE_AT_ISSUE) begin
      rel_valid = issue_valid;
      rel_tag   = cw_pkg::TAG_W'(issue_tag);
    end
  end
`else
  assign rel_valid = wback || rback;
  assign rel_tag   = wback && wback_go ? cw_pkg::TAG_W'({1'b1, wback_slot}) : cw_pkg::TAG_W'({1'b0, rback_slot});
`endif
  always_ff @(posedge clk) begin
    if (!rst_n) turn <= 1'b0;
    else if (wback && rback) turn <= !turn;
  end

  // ---- counters, quiescence ----
  assign ev_malformed  = {1'b0, in_malformed} + {1'b0, w_malformed};
  assign ev_fenced     = {1'b0, ask_fenced} + {1'b0, wdropped || rdropped};
  assign ev_bus_errors = {1'b0, werror} + {1'b0, rerror};
  assign awake = busy || s_awvalid || s_wvalid || s_bvalid || s_arvalid || s_rvalid || ans_valid || m_bvalid ||
                 m_rvalid;
  always_ff @(posedge clk) quiet <= rst_n && fence && widle && ridle && !grant;
endmodule
