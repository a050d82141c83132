// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The dirty log as the engine sees it: control, dirty rings, log (docs/dirty-log.md).
module cw_log #(
  parameter int unsigned NL = cw_pkg::LOG_LINES,
  parameter int unsigned NE = cw_pkg::LOG_ENTRIES
) (
  input  logic                         clk,
  input  logic                         rst_n,
  input  logic                         bme,
  output logic                         busy,
  // marks
  input  logic                         log_valid,
  output logic                         log_ready,
  input  logic                         log_op,
  input  logic                         log_due,
  input  logic [cw_pkg::CTX_W-1:0]     log_ctx,
  input  logic [cw_pkg::DOM_W-1:0]     log_dom,
  input  logic [44:0]                  log_gfn,
  input  logic [2:0]                   log_id,
  output logic                         logr_valid,
  output logic [2:0]                   logr_id,
  output logic [1:0]                   logr_status,
  // HARVEST, as in cw_log_ctl
  input  logic                         hc_valid,
  output logic                         hc_ready,
  input  cw_t::harvest_t               hc,
  output logic                         hp_valid,
  input  logic                         hp_ready,
  output logic                         hp_cold,
  output cw_t::cpl_t                   hp,
  output logic                         hf_valid,
  input  logic                         hf_ready,
  output cw_t::harvest_t               hf,
  output logic                         flip,
  output logic [cw_pkg::DOM_W-1:0]     flip_dom,
  input  logic                         fdone_valid,
  input  cw_t::flush_done_t            fdone,
  // firmware
  input  logic                         logw_valid,
  input  cw_t::log_set_t               logw,
  output logic                         logw_busy,
  input  logic                         dringw_valid,
  input  cw_t::dring_set_t             dringw,
  output logic                         dringw_busy,
  // registers
  input  cw_t::dring_bell_t            dring_bell,
  input  logic [cw_pkg::CTX_W-1:0]     dring_rd,
  output logic [31:0]                  dring_index,
  output logic [cw_pkg::NCTX-1:0]      dring_soft,
  input  logic                         dring_irq_en,
  output logic                         dring_irq,
  // table memory
  output logic                         dl_arvalid,
  input  logic                         dl_arready,
  output logic [1:0]                   dl_arid,
  output logic [cw_pkg::PA_W-1:0]      dl_araddr,
  input  logic                         dl_rvalid,
  input  logic [1:0]                   dl_rid,
  input  logic [511:0]                 dl_rdata,
  input  logic                         dl_rerr,
  output logic                         dl_awvalid,
  input  logic                         dl_awready,
  output logic [1:0]                   dl_awid,
  output logic [cw_pkg::PA_W-1:0]      dl_awaddr,
  output logic                         dl_wvalid,
  input  logic                         dl_wready,
  output logic [511:0]                 dl_wdata,
  output logic [63:0]                  dl_wstrb,
  input  logic                         dl_bvalid,
  input  logic [1:0]                   dl_bid,
  input  logic                         dl_berr,
  // host memory: 0 records of a harvest, 1 entries of dirty rings
  output logic [1:0]                   h_valid,
  input  logic [1:0]                   h_ready,
  output logic [127:0]                 h_addr,
  output logic [1023:0]                h_data,
  output logic [127:0]                 h_strb,
  input  logic [1:0]                   h_bvalid,
  input  logic                         h_berr,
  output logic                         ev_mark,
  output logic                         ev_missing,
  output logic                         ev_evict,
  output logic                         ev_entry,
  output logic                         ev_full,
  output logic                         ev_soft,
  output logic                         ev_dring,     // an error
  output cw_t::dring_mon_t             mon_dring
);
  logic                        set_valid, set_done, all_valid, hv_valid, hv_ready, hvd_valid, hvd_ready, hvd_more;
  logic                        hvd_all, dlog_busy, dring_busy;
  logic [31:0]                 hvd_records;
  logic [cw_pkg::LOG_DIR_W-1:0] hvd_next;
  cw_t::log_set_t              log_set;
  cw_t::cookie_t               fd_cookie;
  logic [15:0]                 tail, head;
  logic                        lost;
  logic [cw_pkg::NDOM-1:0]     lost_q, lost_sel;     // domains of which an entry was lost, until the log knows
  logic [cw_pkg::DOM_W-1:0]    lost_dom, lost_idx;
  assign fd_cookie = fdone.cookie;
  cw_log_ctl u_ctl (
    .clk, .rst_n, .hc_valid, .hc_ready, .hc, .hp_valid, .hp_ready, .hp_cold, .hp, .logw_valid, .logw,
    .logw_busy, .set_valid, .set_done, .set(log_set), .all_valid, .hv_valid, .hv_ready, .hv(hf), .hvd_valid,
    .hvd_ready, .hvd_records, .hvd_more, .hvd_next, .hvd_all, .dr_tail(tail), .dr_head(head), .dr_lost(lost),
    .dr_lost_dom(lost_dom), .flip, .flip_dom, .fl_valid(hf_valid), .fl_ready(hf_ready),
    .fd_valid(fdone_valid && fd_cookie.harvest), .fd_status(fdone.status), .fd_fenced(fdone.fenced));

  logic       d_valid, d_ready, dr_valid;
  logic [2:0] dr_id;
  logic [1:0] dr_status;
  cw_dring u_dring (
    .clk, .rst_n, .bme, .busy(dring_busy), .f_valid(log_valid), .f_ready(log_ready), .f_op(log_op), .f_due(log_due),
    .f_dom(log_dom), .f_ctx(log_ctx), .f_gfn(log_gfn), .f_id(log_id), .fr_valid(logr_valid), .fr_id(logr_id),
    .fr_status(logr_status), .log_valid(d_valid), .log_ready(d_ready), .logr_valid(dr_valid), .logr_id(dr_id),
    .logr_status(dr_status), .lost, .lost_dom, .tail, .head, .set_valid(dringw_valid), .set(dringw),
    .set_busy(dringw_busy), .bell(dring_bell), .rd_ctx(dring_rd), .rd_index(dring_index), .limited(dring_soft),
    .irq_en(dring_irq_en), .irq(dring_irq), .h_valid(h_valid[1]), .h_ready(h_ready[1]), .h_addr(h_addr[127:64]),
    .h_data(h_data[1023:512]), .h_strb(h_strb[127:64]), .h_bvalid(h_bvalid[1]), .h_berr, .ev_entry, .ev_full,
    .ev_soft, .ev_error(ev_dring), .mon(mon_dring));

  // The log is told when the control says nothing of the kind itself.
  always_comb begin
    lost_sel = lost_q & (~lost_q + 1'b1);
    lost_idx = '0;
    if (lost_q != '0)
      for (int d = 0; d < cw_pkg::NDOM; d++) if (lost_sel[d]) lost_idx |= cw_pkg::DOM_W'(d);
  end
  always_ff @(posedge clk) begin
    if (!rst_n) lost_q <= '0;
    else if (lost || lost_q != '0) begin
      if (!all_valid) lost_q <= lost_q & ~lost_sel;
      if (lost) lost_q[lost_dom] <= 1'b1;
    end
  end

  cw_dlog #(.NL(NL), .NE(NE)) u_dlog (
    .clk, .rst_n, .bme, .log_valid(d_valid), .log_ready(d_ready), .log_op, .log_dom, .log_gfn, .log_id,
    .logr_valid(dr_valid), .logr_id(dr_id), .logr_status(dr_status), .set_valid, .set_done, .set_dom(log_set.dom),
    .set_root(log_set.root), .set_size(log_set.size), .all_valid(all_valid || lost_q != '0),
    .all_dom(all_valid ? log_set.dom : lost_idx), .hv_valid, .hv_ready, .hv_dom(hf.dom),
    .hv_first(hf.first), .hv_count(hf.count), .hv_buf(hf.buffer), .hv_room(hf.room), .hvd_valid, .hvd_ready,
    .hvd_records, .hvd_more, .hvd_next, .hvd_all,
    .dl_arvalid, .dl_arready, .dl_arid, .dl_araddr, .dl_rvalid, .dl_rid, .dl_rdata, .dl_rerr, .dl_awvalid, .dl_awready,
    .dl_awid, .dl_awaddr, .dl_wvalid, .dl_wready, .dl_wdata, .dl_wstrb, .dl_bvalid, .dl_bid, .dl_berr,
    .h_valid(h_valid[0]), .h_ready(h_ready[0]), .h_addr(h_addr[63:0]), .h_data(h_data[511:0]),
    .h_bvalid(h_bvalid[0]), .h_berr, .busy(dlog_busy), .ev_mark, .ev_missing, .ev_evict);
  assign h_strb[63:0] = '1;
  assign busy = dlog_busy || dring_busy || lost_q != '0;

  logic unused;
  assign unused = &{1'b0, log_set, fd_cookie, fdone};
endmodule
