// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The engine, top to bottom in the order in which things flow; no logic here.
//
//   requests:  stream ports, traffic generator, probes -> cw_core -> answers        (docs/architecture.md)
//   faults:    cw_core -> fault ring -> host
//   commands:  host -> hot ring -> cw_cmd -> cw_core, entry-update unit, loader -> completion ring
//              host -> cold ring -> soft CPU (cw_soc), which may use hot commands itself -> completion ring
//   memories:  cw_table_bus (walks, entry updates, loads), cw_host_bus (rings, LOAD)
// One clock (P44), synchronous reset, active low: aresetn of the function, rst_n of what the host may reset (cw_reset).
module cw_top #(
  parameter int unsigned     NSLOT       = cw_pkg::NSLOT,
  parameter int unsigned     TLB_SETS    = cw_pkg::TLB_SETS,
  parameter int unsigned     TLB_WAYS    = cw_pkg::TLB_WAYS,
  parameter int unsigned     TLB_LARGE   = cw_pkg::TLB_LARGE,
  parameter int unsigned     WC_ENTRIES  = cw_pkg::WC_ENTRIES,
  parameter int unsigned     LOG_LINES   = cw_pkg::LOG_LINES,
  parameter int unsigned     LOG_ENTRIES = cw_pkg::LOG_ENTRIES,
  parameter int unsigned     NFIX        = cw_pkg::NFIX,
  parameter int unsigned     PA_BITS     = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000,
  parameter                  FW_HEX      = ""
) (
  input  logic                                     clk,
  input  logic                                     aresetn,
  // registers: AXI4-Lite slave
  input  logic                                     s_awvalid,
  output logic                                     s_awready,
  input  logic [15:0]                              s_awaddr,
  input  logic                                     s_wvalid,
  output logic                                     s_wready,
  input  logic [31:0]                              s_wdata,
  input  logic [3:0]                               s_wstrb,
  output logic                                     s_bvalid,
  input  logic                                     s_bready,
  output logic [1:0]                               s_bresp,
  input  logic                                     s_arvalid,
  output logic                                     s_arready,
  input  logic [15:0]                              s_araddr,
  output logic                                     s_rvalid,
  input  logic                                     s_rready,
  output logic [31:0]                              s_rdata,
  output logic [1:0]                               s_rresp,
  // stream ports: bit or field p is port p
  input  logic [cw_pkg::NPORT_STREAM-1:0]          p_req_valid,
  output logic [cw_pkg::NPORT_STREAM-1:0]          p_req_ready,
  input  logic [cw_pkg::NPORT_STREAM*cw_pkg::REQ_W-1:0] p_req,
  output logic [cw_pkg::NPORT_STREAM-1:0]          p_ans_valid,
  input  logic [cw_pkg::NPORT_STREAM-1:0]          p_ans_ready,
  output logic [cw_pkg::NPORT_STREAM*cw_pkg::ANS_W-1:0] p_ans,
  output logic [cw_pkg::NPORT_STREAM*512-1:0]      p_ans_data,
  input  logic [cw_pkg::NPORT_STREAM-1:0]          p_rel_valid,
  output logic [cw_pkg::NPORT_STREAM-1:0]          p_rel_ready,
  input  logic [cw_pkg::NPORT_STREAM*cw_pkg::TAG_W-1:0] p_rel_tag,
  output logic [cw_pkg::NPORT_STREAM-1:0]          p_reset,      // P21: stop, and confirm with p_quiet
  input  logic [cw_pkg::NPORT_STREAM-1:0]          p_quiet,
  // table memory: AXI4 master, 512 bits
  output logic                                     t_arvalid,
  input  logic                                     t_arready,
  output logic [5:0]                               t_arid,
  output logic [51:0]                              t_araddr,
  output logic [7:0]                               t_arlen,
  input  logic                                     t_rvalid,
  output logic                                     t_rready,
  input  logic [5:0]                               t_rid,
  input  logic [511:0]                             t_rdata,
  input  logic [1:0]                               t_rresp,
  input  logic                                     t_rlast,
  output logic                                     t_awvalid,
  input  logic                                     t_awready,
  output logic [5:0]                               t_awid,
  output logic [51:0]                              t_awaddr,
  output logic [7:0]                               t_awlen,
  output logic                                     t_wvalid,
  input  logic                                     t_wready,
  output logic [511:0]                             t_wdata,
  output logic [63:0]                              t_wstrb,
  output logic                                     t_wlast,
  input  logic                                     t_bvalid,
  output logic                                     t_bready,
  input  logic [5:0]                               t_bid,
  input  logic [1:0]                               t_bresp,
  // host memory: AXI4 master, 512 bits
  output logic                                     h_arvalid,
  input  logic                                     h_arready,
  output logic [2:0]                               h_arid,
  output logic [63:0]                              h_araddr,
  output logic [7:0]                               h_arlen,
  input  logic                                     h_rvalid,
  output logic                                     h_rready,
  input  logic [2:0]                               h_rid,
  input  logic [511:0]                             h_rdata,
  input  logic [1:0]                               h_rresp,
  input  logic                                     h_rlast,
  output logic                                     h_awvalid,
  input  logic                                     h_awready,
  output logic [2:0]                               h_awid,
  output logic [63:0]                              h_awaddr,
  output logic [7:0]                               h_awlen,
  output logic                                     h_wvalid,
  input  logic                                     h_wready,
  output logic [511:0]                             h_wdata,
  output logic [63:0]                              h_wstrb,
  output logic                                     h_wlast,
  input  logic                                     h_bvalid,
  output logic                                     h_bready,
  input  logic [2:0]                               h_bid,
  input  logic [1:0]                               h_bresp,
  // AXI4 bridge, slave: guest addresses, context in AxUSER; one bit of ID less: the NIC queue has the rest
  input  logic                                     b_awvalid,
  output logic                                     b_awready,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]           b_awid,
  input  logic [63:0]                              b_awaddr,
  input  logic [7:0]                               b_awlen,
  input  logic [2:0]                               b_awsize,
  input  logic [1:0]                               b_awburst,
  input  logic                                     b_awlock,
  input  logic [15:0]                              b_awuser,
  input  logic                                     b_wvalid,
  output logic                                     b_wready,
  input  logic [511:0]                             b_wdata,
  input  logic [63:0]                              b_wstrb,
  input  logic                                     b_wlast,
  output logic                                     b_bvalid,
  input  logic                                     b_bready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]           b_bid,
  output logic [1:0]                               b_bresp,
  input  logic                                     b_arvalid,
  output logic                                     b_arready,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]           b_arid,
  input  logic [63:0]                              b_araddr,
  input  logic [7:0]                               b_arlen,
  input  logic [2:0]                               b_arsize,
  input  logic [1:0]                               b_arburst,
  input  logic                                     b_arlock,
  input  logic [15:0]                              b_aruser,
  output logic                                     b_rvalid,
  input  logic                                     b_rready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]           b_rid,
  output logic [511:0]                             b_rdata,
  output logic [1:0]                               b_rresp,
  output logic                                     b_rlast,
  output logic                                     b_reset,      // initiators at the bridge are in reset, too
  // AXI4 bridge, master: bus addresses of guest memory
  output logic                                     g_arvalid,
  input  logic                                     g_arready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]           g_arid,
  output logic [63:0]                              g_araddr,
  output logic [7:0]                               g_arlen,
  input  logic                                     g_rvalid,
  output logic                                     g_rready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]           g_rid,
  input  logic [511:0]                             g_rdata,
  input  logic [1:0]                               g_rresp,
  input  logic                                     g_rlast,
  output logic                                     g_awvalid,
  input  logic                                     g_awready,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]           g_awid,
  output logic [63:0]                              g_awaddr,
  output logic [7:0]                               g_awlen,
  output logic                                     g_wvalid,
  input  logic                                     g_wready,
  output logic [511:0]                             g_wdata,
  output logic [63:0]                              g_wstrb,
  output logic                                     g_wlast,
  input  logic                                     g_bvalid,
  output logic                                     g_bready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]           g_bid,
  input  logic [1:0]                               g_bresp,
  // interrupts: one pulse per vector
  output logic [4:0]                               irq,
  // what happened in this cycle, for simulation; zero unless it is asked for
  input  logic                                     mon_on,
  output cw_pkg::mon_t                             mon
);
  localparam int unsigned NP = cw_pkg::NPORT;
  localparam int unsigned NS = cw_pkg::NPORT_STREAM;
  localparam int unsigned RW = cw_pkg::REQ_W;
  localparam int unsigned AW = cw_pkg::ANS_W;
  localparam int unsigned TW = cw_pkg::TAG_W;

  // ---- resets ----
  logic              rst_n, bridge_rst_n, tgen_rst_n, swept;
  logic [NP-1:0]     port_reset, take_back, empty;
  cw_t::reset_set_t  reset_set;
  cw_t::reset_stat_t reset_stat;
  cw_t::bus_gate_t   gate;
  cw_t::bus_stat_t   table_stat, host_stat;
  cw_reset u_reset (
    .clk(clk_any), .clk_free(clk), .aresetn, .set(reset_set), .stat(reset_stat), .timeout(flush_timeout),
    .quiet({bridge_quiet, 2'b11, p_quiet}), .empty, .port_reset, .take_back, .swept, .gate, .table_bus(table_stat),
    .host_bus(host_stat), .rst_n, .bridge_rst_n, .tgen_rst_n);
  assign p_reset = port_reset[NS-1:0];
  assign b_reset = port_reset[cw_pkg::PORT_BRIDGE];

  // ===================================================================================================================
  // Initiators: stream ports from outside, traffic generator, probes of the host
  // ===================================================================================================================
  logic [NP-1:0]     req_valid, req_ready;
  logic [NP*RW-1:0]  req;
  logic [NP-1:0]     ans_valid, ans_ready, rel_valid;
  logic [NP*AW-1:0]  ans;
  logic [NP*TW-1:0]  rel_tag;
  logic [NP*512-1:0] emul_data;
  logic              tgen_req_valid, tgen_ans_ready, tgen_rel_valid, probe_req_valid, res_valid;
  logic              bridge_req_valid, bridge_ans_ready, bridge_rel_valid;
  cw_t::req_t        tgen_req, probe_req, bridge_req;
  logic [TW-1:0]     tgen_rel_tag, bridge_rel_tag;
  cw_t::ans_t        res;
  logic [2:0]        res_level;

  assign req_valid   = {bridge_req_valid, probe_req_valid, tgen_req_valid, p_req_valid};
  assign req         = {bridge_req, probe_req, tgen_req, p_req};
  assign p_req_ready = req_ready[NS-1:0];
  assign p_ans_valid = ans_valid[NS-1:0] & ~p_reset;
  assign ans_ready   = {bridge_ans_ready, 1'b0, tgen_ans_ready, p_ans_ready} | port_reset;
  assign p_ans       = ans[NS*AW-1:0];
  assign p_ans_data  = emul_data[NS*512-1:0];
  assign rel_valid   = {bridge_rel_valid, 1'b0, tgen_rel_valid, p_rel_valid};
  assign rel_tag     = {bridge_rel_tag, {TW{1'b0}}, tgen_rel_tag, p_rel_tag};
  assign p_rel_ready = '1;

  logic        tgen_start, tgen_stop, tgen_running, tgen_clearing;
  logic [31:0] tgen_ctx, tgen_mode, tgen_pages, tgen_stride, tgen_count, tgen_outstanding, tgen_release_delay;
  logic [31:0] tgen_hist_shift, tgen_hist_index, tgen_done, tgen_errors, tgen_retries, tgen_cycles;
  logic [31:0] tgen_lat_min, tgen_lat_max, tgen_hist_data;
  logic [63:0] tgen_base, tgen_seed, tgen_sum, tgen_lat_sum, cycle, cycle_any;
  cw_tgen u_tgen (
    .clk(clk_tgen), .rst_n(tgen_rst_n), .cycle(cycle[31:0]), .awake(tgen_awake), .start(tgen_start), .stop(tgen_stop),
    .first_ctx(tgen_ctx[7:0]), .n_ctx_m1(tgen_ctx[15:8]), .pattern(tgen_mode[1:0]), .hold(tgen_mode[8]),
    .write_percent(tgen_mode[23:16]), .base(tgen_base),
    .pages(tgen_pages), .stride(tgen_stride), .count(tgen_count), .outstanding(tgen_outstanding),
    .release_delay(tgen_release_delay[7:0]), .seed(tgen_seed), .hist_shift(tgen_hist_shift[3:0]),
    .running(tgen_running), .clearing(tgen_clearing), .done(tgen_done), .errors(tgen_errors), .retries(tgen_retries),
    .cycles(tgen_cycles), .sum(tgen_sum), .lat_min(tgen_lat_min), .lat_max(tgen_lat_max), .lat_sum(tgen_lat_sum),
    .hist_index(tgen_hist_index[9:0]), .hist_data(tgen_hist_data),
    .req_valid(tgen_req_valid), .req_ready(req_ready[cw_pkg::PORT_TGEN]), .req(tgen_req),
    .ans_valid(ans_valid[cw_pkg::PORT_TGEN]), .ans_ready(tgen_ans_ready), .ans(ans[cw_pkg::PORT_TGEN*AW +: AW]),
    .rel_valid(tgen_rel_valid), .rel_tag(tgen_rel_tag));

  logic        bridge_quiet, ev_bridge_reads, ev_bridge_writes, ev_bridge_quota, ev_bridge_refused;
  logic        ev_bridge_emul_long, ev_bridge_retries, ev_bridge_gave_up;
  logic [1:0]  ev_bridge_malformed, ev_bridge_fenced, ev_bridge_bus_errors;
  logic [31:0] bridge_quota, bridge_retry, bridge_ctrl;
  logic        bridge_fence;
  logic [cw_pkg::BRIDGE_SLOT_W-1:0] look_slot;
  logic [511:0] look_data;
  logic [63:0]  look_strb;
  cw_t::nic_set_t  nic_set;
  cw_t::nic_stat_t nic_stat;
  cw_bridge_port u_bridge (
    .nic_set, .nic_stat, .look_slot, .look_data, .look_strb,
    .clk(clk_bridge), .rst_n(bridge_rst_n), .limit({bridge_quota[31], bridge_quota[6:0]}), .limit_we(ctxw_valid),
    .limit_ctx(ctxw_idx), .limit_own(ctxw.bursts), .backoff(bridge_retry[14:0]), .tries(bridge_retry[27:16]),
    .fence(bridge_fence), .quiet(bridge_quiet), .awake(bridge_awake),
    .s_awvalid(b_awvalid), .s_awready(b_awready), .s_awid(b_awid), .s_awaddr(b_awaddr), .s_awlen(b_awlen),
    .s_awsize(b_awsize), .s_awburst(b_awburst), .s_awlock(b_awlock), .s_awuser(b_awuser), .s_wvalid(b_wvalid),
    .s_wready(b_wready), .s_wdata(b_wdata), .s_wstrb(b_wstrb), .s_wlast(b_wlast), .s_bvalid(b_bvalid),
    .s_bready(b_bready), .s_bid(b_bid), .s_bresp(b_bresp), .s_arvalid(b_arvalid), .s_arready(b_arready),
    .s_arid(b_arid), .s_araddr(b_araddr), .s_arlen(b_arlen), .s_arsize(b_arsize), .s_arburst(b_arburst),
    .s_arlock(b_arlock), .s_aruser(b_aruser), .s_rvalid(b_rvalid), .s_rready(b_rready), .s_rid(b_rid),
    .s_rdata(b_rdata), .s_rresp(b_rresp), .s_rlast(b_rlast),
    .req_valid(bridge_req_valid), .req_ready(req_ready[cw_pkg::PORT_BRIDGE]), .req(bridge_req),
    .ans_valid(ans_valid[cw_pkg::PORT_BRIDGE]), .ans_ready(bridge_ans_ready),
    .ans(ans[cw_pkg::PORT_BRIDGE*AW +: AW]), .ans_data(emul_data[cw_pkg::PORT_BRIDGE*512 +: 512]),
    .rel_valid(bridge_rel_valid), .rel_tag(bridge_rel_tag),
    .m_awvalid(g_awvalid), .m_awready(g_awready), .m_awid(g_awid), .m_awaddr(g_awaddr), .m_awlen(g_awlen),
    .m_wvalid(g_wvalid), .m_wready(g_wready), .m_wdata(g_wdata), .m_wstrb(g_wstrb), .m_wlast(g_wlast),
    .m_bvalid(g_bvalid), .m_bready(g_bready), .m_bid(g_bid), .m_bresp(g_bresp), .m_arvalid(g_arvalid),
    .m_arready(g_arready), .m_arid(g_arid), .m_araddr(g_araddr), .m_arlen(g_arlen), .m_rvalid(g_rvalid),
    .m_rready(g_rready), .m_rid(g_rid), .m_rdata(g_rdata), .m_rresp(g_rresp), .m_rlast(g_rlast),
    .ev_reads(ev_bridge_reads), .ev_writes(ev_bridge_writes), .ev_malformed(ev_bridge_malformed),
    .ev_quota(ev_bridge_quota), .ev_refused(ev_bridge_refused), .ev_emul_long(ev_bridge_emul_long),
    .ev_retries(ev_bridge_retries), .ev_gave_up(ev_bridge_gave_up), .ev_fenced(ev_bridge_fenced),
    .ev_bus_errors(ev_bridge_bus_errors));

  logic        probe_start, probe_write;
  logic [3:0]  probe_tag, probe_rd_tag;
  logic [15:0] probe_ctx;
  logic [63:0] probe_addr, probe_rd_pa;
  logic [31:0] probe_rd_result;
  cw_probe u_probe (
    .clk(clk_any), .rst_n, .start(probe_start), .start_tag(probe_tag), .start_ctx(probe_ctx), .start_write(probe_write),
    .start_addr(probe_addr), .rd_tag(probe_rd_tag), .rd_result(probe_rd_result), .rd_pa(probe_rd_pa),
    .req_valid(probe_req_valid), .req_ready(req_ready[cw_pkg::PORT_HOST]), .req(probe_req),
    .res_valid, .res_tag(res.tag[3:0]), .res_verdict(res.verdict), .res_reason(res.reason),
    .res_level, .res_pa(res.pa));

  // ===================================================================================================================
  // Core: lookup, walks, verdicts, park, epochs
  // ===================================================================================================================
  logic                       ctxw_valid, domw_valid, portw_valid;
  logic [cw_pkg::CTX_W-1:0]   ctxw_idx, ctx_abort_idx;
  logic [cw_pkg::DOM_W-1:0]   domw_idx, flush_dom;
  logic [cw_pkg::PORT_W-1:0]  portw_idx;
  cw_t::ctx_t                 ctxw;
  cw_t::dom_t                 domw;
  cw_t::port_range_t          portw;
  logic                       ctx_abort_valid, ctx_abort_busy;
  logic                       log_valid, log_ready, log_op, log_due, logr_valid, log_flip, logw_valid, logw_busy;
  logic [cw_pkg::DOM_W-1:0]   log_dom, log_flip_dom;
  logic [44:0]                log_gfn;
  logic [cw_pkg::CTX_W-1:0]   log_ctx;
  logic [2:0]                 log_id, logr_id;
  logic [1:0]                 logr_status;
  cw_t::log_set_t             logw;
  logic                       inv_valid, inv_ready, flush_valid, flush_ready, flush_full, fdone_valid, fdone_ready;
  logic                       resume_valid, resume_ready, fr_valid, fr_ready;
  cw_t::inv_t                 inv;
  cw_t::flush_t               flush;
  cw_t::flush_done_t          fdone;
  cw_t::resume_t              resume;
  logic [7:0]                 resume_status;
  logic [NP-1:0]              flush_ports, fenced;
  logic [NP*32-1:0]           holder;
  logic                       bme;
  // by the host, or because a FLUSH waited for the bridge for too long
  assign bridge_fence = bridge_ctrl[0] || fenced[cw_pkg::PORT_BRIDGE] || b_reset || !bme;   // P21, P40
  logic                       drain_stopped, stop_valid, stop_ready, count_ask, count_take, count_done;
  cw_t::scope_t               drain_what, count_what;
  cw_t::stop_t                stop;
  logic [cw_pkg::PARK_W:0]    count;
  cw_t::fault_t               fr;
  logic                       rd_valid, rd_ready, wr_rvalid, wr_rerr;
  logic [cw_pkg::SLOT_W-1:0]  rd_slot, wr_rslot;
  logic [cw_pkg::PA_W-1:0]    rd_addr;
  logic [511:0]               wr_rdata;
  logic [31:0]                flush_timeout;
  logic [4:0]                 dirty_period;
  logic [cw_pkg::NCOUNTER*3-1:0] ev_core;
  logic                       fx_valid, fx_ready, fx_done, chg_valid, chg_any;
  cw_t::euu_req_t             fx_req;
  cw_t::euu_rsp_t             fx_rsp;
  logic [cw_pkg::PA_W-1:6]    chg_line;
  cw_t::protect_t             mon_protect;
  cw_t::cmd_mon_t             mon_cmd;
  logic [7:0]                 mon_changed;
  logic                       mon_fix, mon_w_valid, mon_b_valid, mon_b_mismatch, mon_b_error;
  logic [63:0]                mon_w_addr, mon_w_value, mon_b_addr, mon_b_old;
  cw_core #(.NSLOT(NSLOT), .TLB_SETS(TLB_SETS), .TLB_WAYS(TLB_WAYS), .TLB_LARGE(TLB_LARGE), .WC_ENTRIES(WC_ENTRIES),
            .NFIX(NFIX), .PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_core (
    .clk(clk_core), .rst_n, .awake(core_awake), .cycle(cycle_any), .dirty_period, .req_valid, .req_ready, .req,
    .ans_valid, .ans_ready, .ans, .rel_valid, .rel_tag,
    .emul_data, .res_valid, .res, .res_level,
    .ctxw_valid, .ctxw_idx, .ctxw, .domw_valid, .domw_idx, .domw, .portw_valid, .portw_idx, .portw,
    .abort_valid(ctx_abort_valid), .abort_ctx(ctx_abort_idx), .abort_busy(ctx_abort_busy),
    .inv_valid, .inv_ready, .inv, .flush_valid, .flush_ready, .flush, .flush_full, .flush_timeout, .flush_dom,
    .drain_what, .flush_ports, .drain_stopped, .stop_valid, .stop_ready, .stop, .count_ask, .count_what, .count_take,
    .count_done, .count, .fenced, .holder, .log_valid, .log_ready, .log_op, .log_due, .log_ctx, .log_dom, .log_gfn,
    .log_id, .logr_valid, .logr_id, .logr_status, .log_flip, .log_flip_dom,
    .fdone_valid, .fdone_ready, .fdone, .resume_valid, .resume_ready, .resume,
    .resume_status,
    .lost_valid, .lost_ready, .lost_id, .data_id, .data_open, .port_reset, .take_back, .swept, .empty,
    .fr_valid, .fr_ready, .fr, .rd_valid, .rd_ready, .rd_slot, .rd_addr,
    .r_valid(wr_rvalid), .r_slot(wr_rslot), .r_data(wr_rdata), .r_error(wr_rerr), .fx_valid, .fx_ready, .fx_req,
    .fx_done, .fx_rsp, .chg_valid, .chg_line, .chg_any, .ev(ev_core), .mon_dring, .mon_fix, .mon_protect, .mon_changed,
    .mon_w_valid, .mon_w_addr, .mon_w_value,
    .mon_b_valid, .mon_b_addr, .mon_b_old, .mon_b_mismatch, .mon_b_error, .mon_cmd, .mon_on, .mon);

  // ===================================================================================================================
  // Fault ring
  // ===================================================================================================================
  logic [2:0]   host_rd_valid, host_rd_ready, host_rd_rvalid, host_rd_rready;
  logic [191:0] host_rd_addr;
  logic [23:0]  host_rd_len;
  logic [511:0] host_rd_rdata;
  logic         host_rd_rerr, host_rd_rlast, host_wr_berr;
  logic [4:0]   host_wr_valid, host_wr_ready, host_wr_bvalid;
  logic [2:0]   ring_irq;
  logic [319:0] host_wr_addr, host_wr_strb;
  logic [2559:0] host_wr_data;
  logic [3:0]   irq_enable;
  logic         ev_fault_ring, lost_valid, lost_ready, data_open;
  logic [31:0]  lost_id, data_id;
  logic [4:0]   ring_faults;

  logic [63:0]  fault_base;
  logic [4:0]   fault_size_log2;
  logic         fault_enable, fault_db_we, fault_space;
  logic [31:0]  fault_doorbell, fault_index;
  logic [cw_pkg::FAULT_BITS-1:0] fault_rec, frw_rec;
  logic         frw_valid, frw_ready, frw_bvalid;
  logic [63:0]  frw_addr, fault_data_base;
  cw_fault_rec u_fault_rec (.fault(fr), .rec(fault_rec));
  cw_ring_wr #(.RECORD(cw_pkg::FAULT_BITS), .PHASE(cw_pkg::FAULT_PHASE_LSB), .RESERVED(1'b0),
               .LG(cw_pkg::PARK_W)) u_fault_ring (
    .clk(clk_cmd), .rst_n, .base(fault_base), .size_log2(fault_size_log2), .enable(fault_enable),
    .doorbell_we(fault_db_we),
    .doorbell(fault_doorbell), .index(fault_index), .space(fault_space), .take(1'b0), .give(1'b0),
    .rec_valid(fr_valid), .rec_ready(fr_ready), .rec(fault_rec),
    .wr_valid(frw_valid), .wr_ready(frw_ready), .wr_addr(frw_addr), .wr_data(frw_rec),
    .wr_strb(host_wr_strb[2*64 +: 64]), .wr_bvalid(frw_bvalid),
    .wr_berr(host_wr_berr), .irq_en(irq_enable[2]), .irq(ring_irq[2]),
    .lost(ring_faults[4]), .ev_error(ev_fault_ring));
  cw_fault_data u_fault_data (
    .clk(clk_cmd), .rst_n, .ring_base(fault_base), .data_base(fault_data_base), .r_valid(frw_valid),
    .r_ready(frw_ready), .r_addr(frw_addr), .r_rec(frw_rec), .r_bvalid(frw_bvalid), .lost_valid, .lost_ready, .lost_id,
    .look_slot, .look_data, .look_strb, .look_id(data_id), .look_open(data_open),
    .wr_valid(host_wr_valid[2]), .wr_ready(host_wr_ready[2]), .wr_addr(host_wr_addr[2*64 +: 64]),
    .wr_data(host_wr_data[2*512 +: 512]), .wr_bvalid(host_wr_bvalid[2]), .wr_berr(host_wr_berr));

  // ===================================================================================================================
  // Hot commands: ring, execution, completion ring
  // ===================================================================================================================
  logic [63:0]  hot_cmd_base, hot_cpl_base;
  logic [4:0]   hot_cmd_size_log2, hot_cpl_size_log2;
  logic         hot_cmd_enable, hot_cpl_enable, hot_cpl_db_we;
  logic [31:0]  hot_cmd_doorbell, hot_cmd_index, hot_cpl_doorbell, hot_cpl_index, hot_index;
  logic         hot_space, hot_take, hot_give, hot_valid, hot_ready, ev_hot_ring, ev_hot_cpl;
  logic [1023:0] hot_cmd;
  cw_ring_rd u_hot_ring (
    .clk(clk_cmd), .rst_n, .bme, .base(hot_cmd_base), .size_log2(hot_cmd_size_log2), .enable(hot_cmd_enable),
    .doorbell(hot_cmd_doorbell), .index(hot_cmd_index),
    .cpl_space(hot_space), .cpl_take(hot_take), .cpl_give(hot_give),
    .cmd_valid(hot_valid), .cmd_ready(hot_ready), .cmd(hot_cmd), .cmd_index(hot_index),
    .rd_valid(host_rd_valid[0]), .rd_ready(host_rd_ready[0]), .rd_addr(host_rd_addr[0 +: 64]),
    .rd_len(host_rd_len[0 +: 8]),
    .rd_rvalid(host_rd_rvalid[0]), .rd_rready(host_rd_rready[0]), .rd_rdata(host_rd_rdata), .rd_rerr(host_rd_rerr),
    .rd_rlast(host_rd_rlast), .failed(ring_faults[0]), .ev_error(ev_hot_ring));

  logic fwc_valid, fwc_ready, fwcpl_valid, hcpl_valid, hcpl_ready;
  logic [1023:0] fwc;
  cw_t::cpl_t fwcpl, hcpl;
  logic eu_req_valid, eu_req_ready, eu_rsp_valid, eu_rsp_ready;
  cw_t::euu_req_t eu_req;
  cw_t::euu_rsp_t eu_rsp;
  logic ld_req_valid, ld_req_ready, ld_req_fill, ld_rsp_valid, ld_rsp_ready, ld_rsp_error, ld_busy;
  logic [cw_pkg::PA_W-1:0] ld_req_addr;
  logic [63:0] ld_req_arg;
  logic [5:0] ld_req_len;
  logic ev_hot_cmds, ev_hot_errors, ev_invalidates, ev_flush_cmds, ev_resumes, ev_resumes_unknown;
  cw_cmd #(.TABLE_BYTES(TABLE_BYTES)) u_cmd (
    .clk(clk_cmd), .rst_n, .cmd_valid(hot_valid), .cmd_ready(hot_ready), .cmd(hot_cmd), .cmd_index(hot_index),
    .fwc_valid, .fwc_ready, .fwc, .cpl_valid(hcpl_valid), .cpl_ready(hcpl_ready), .cpl(hcpl), .fwcpl_valid, .fwcpl,
    .inv_valid, .inv_ready, .inv, .flush_valid, .flush_ready, .flush, .flush_full, .flush_dom, .drain_what,
    .flush_ports, .drain_stopped, .stop_valid, .stop_ready, .stop, .count_ask, .count_what, .count_take, .count_done,
    .count, .hc_valid, .hc_ready, .hc, .hp_valid, .hp_ready, .hp_cold, .hp, .hf_valid, .hf_ready, .hf,
    .fdone_valid, .fdone_ready, .fdone, .resume_valid, .resume_ready, .resume, .resume_status,
    .eu_req_valid, .eu_req_ready, .eu_req, .eu_rsp_valid, .eu_rsp_ready, .eu_rsp,
    .ld_req_valid, .ld_req_ready, .ld_req_fill, .ld_req_addr, .ld_req_arg, .ld_req_len, .ld_rsp_valid, .ld_rsp_ready,
    .ld_rsp_error, .ev_hot_cmds, .ev_cmd_errors(ev_hot_errors), .ev_invalidates, .ev_flush_cmds, .ev_resumes,
    .ev_resumes_unknown, .mon_cmd);

  logic [cw_pkg::CPL_BITS-1:0] hot_rec;
  cw_cpl_rec u_hot_rec (.cpl(hcpl), .rec(hot_rec));
  // Without bus mastering nothing leaves: there is room for every command that can be under way then (4 fetched, one in
  // execution, NFLUSH open, one on its way), so that the firmware's own commands never wait for the host.
  cw_ring_wr #(.RECORD(cw_pkg::CPL_BITS), .PHASE(cw_pkg::CPL_PHASE_LSB), .RESERVED(1'b1), .LG(4)) u_hot_cpl (
    .clk(clk_cmd), .rst_n, .base(hot_cpl_base), .size_log2(hot_cpl_size_log2), .enable(hot_cpl_enable),
    .doorbell_we(hot_cpl_db_we), .doorbell(hot_cpl_doorbell), .index(hot_cpl_index), .space(hot_space), .take(hot_take),
    .give(hot_give), .rec_valid(hcpl_valid), .rec_ready(hcpl_ready), .rec(hot_rec),
    .wr_valid(host_wr_valid[0]), .wr_ready(host_wr_ready[0]), .wr_addr(host_wr_addr[0 +: 64]),
    .wr_data(host_wr_data[0 +: 512]), .wr_strb(host_wr_strb[0 +: 64]), .wr_bvalid(host_wr_bvalid[0]),
    .wr_berr(host_wr_berr), .irq_en(irq_enable[0]), .irq(ring_irq[0]), .lost(ring_faults[1]), .ev_error(ev_hot_cpl));

  // ===================================================================================================================
  // Entry-update unit, loader, table memory
  // ===================================================================================================================
  logic eu_arvalid, eu_arready, eu_rvalid, eu_rerr, eu_awvalid, eu_awready, eu_wvalid, eu_wready, eu_bvalid, eu_berr;
  logic [cw_pkg::PA_W-1:0] eu_addr;
  logic [511:0] eu_rdata, eu_wdata;
  logic [63:0] eu_wstrb;
  logic ev_entry_updates, ev_cas_mismatch;
  cw_euu u_euu (
    .clk(clk_cmd), .rst_n, .req_valid(eu_req_valid), .req_ready(eu_req_ready), .req(eu_req), .rsp_valid(eu_rsp_valid),
    .rsp_ready(eu_rsp_ready), .rsp(eu_rsp), .fx_valid, .fx_ready, .fx_req, .fx_done, .fx_rsp, .chg_valid, .chg_line,
    .chg_any, .load_busy(ld_busy), .eu_arvalid, .eu_arready, .eu_addr, .eu_rvalid, .eu_rdata, .eu_rerr,
    .eu_awvalid, .eu_awready, .eu_wvalid, .eu_wready, .eu_wdata, .eu_wstrb, .eu_bvalid, .eu_berr,
    .mon_fix, .mon_protect, .mon_changed, .mon_w_valid, .mon_w_addr, .mon_w_value, .mon_b_valid, .mon_b_addr,
    .mon_b_old, .mon_b_mismatch, .mon_b_error, .ev_entry_updates, .ev_cas_mismatch);

  logic ld_awvalid, ld_awready, ld_wvalid, ld_wready, ld_wlast, ld_bvalid, ld_berr;
  logic [cw_pkg::PA_W-1:0] ld_awaddr;
  logic [7:0] ld_awlen;
  logic [511:0] ld_wdata;
  logic [63:0] ld_wstrb;
  cw_loader u_loader (
    .clk(clk_cmd), .rst_n, .bme, .req_valid(ld_req_valid), .req_ready(ld_req_ready), .req_fill(ld_req_fill),
    .req_addr(ld_req_addr), .req_arg(ld_req_arg), .req_len(ld_req_len), .rsp_valid(ld_rsp_valid),
    .rsp_ready(ld_rsp_ready), .rsp_error(ld_rsp_error), .busy(ld_busy),
    .rd_valid(host_rd_valid[2]), .rd_ready(host_rd_ready[2]), .rd_addr(host_rd_addr[2*64 +: 64]),
    .rd_len(host_rd_len[2*8 +: 8]), .rd_rvalid(host_rd_rvalid[2]), .rd_rready(host_rd_rready[2]),
    .rd_rdata(host_rd_rdata), .rd_rerr(host_rd_rerr),
    .ld_awvalid, .ld_awready, .ld_awaddr, .ld_awlen, .ld_wvalid, .ld_wready, .ld_wdata, .ld_wstrb, .ld_wlast,
    .ld_bvalid, .ld_berr);

  logic [2:0] ev_table_errors, ev_host_errors;
  cw_table_bus u_table_bus (
    .clk(clk_any), .rst_n, .gate, .stat(table_stat), .rd_valid, .rd_ready, .rd_slot, .rd_addr,
    .wr_rvalid, .wr_rslot, .wr_rdata, .wr_rerr,
    .eu_arvalid, .eu_arready, .eu_addr, .eu_rvalid, .eu_rdata, .eu_rerr, .eu_awvalid, .eu_awready, .eu_wvalid,
    .eu_wready, .eu_wdata, .eu_wstrb, .eu_bvalid, .eu_berr,
    .ld_awvalid, .ld_awready, .ld_awaddr, .ld_awlen, .ld_wvalid, .ld_wready, .ld_wdata, .ld_wstrb, .ld_wlast,
    .ld_bvalid, .ld_berr,
    .dl_arvalid, .dl_arready, .dl_arid, .dl_araddr, .dl_rvalid, .dl_rid, .dl_rdata, .dl_rerr, .dl_awvalid, .dl_awready,
    .dl_awid, .dl_awaddr, .dl_wvalid, .dl_wready, .dl_wdata, .dl_wstrb, .dl_bvalid, .dl_bid, .dl_berr,
    .t_arvalid, .t_arready, .t_arid, .t_araddr, .t_arlen, .t_rvalid, .t_rready, .t_rid, .t_rdata, .t_rresp, .t_rlast,
    .t_awvalid, .t_awready, .t_awid, .t_awaddr, .t_awlen, .t_wvalid, .t_wready, .t_wdata, .t_wstrb, .t_wlast,
    .t_bvalid, .t_bready, .t_bid, .t_bresp, .ev_table_errors);

  // ===================================================================================================================
  // Dirty log
  // ===================================================================================================================
  logic                        hc_valid, hc_ready, hp_valid, hp_ready, hp_cold, hf_valid, hf_ready;
  cw_t::harvest_t              hc, hf;
  cw_t::cpl_t                  hp;
  logic                        ev_mark, ev_missing, ev_evict, ev_entry, ev_full, ev_soft, ev_dring, log_busy;
  logic                        dringw_valid, dringw_busy, dring_irq;
  cw_t::dring_set_t            dringw;
  cw_t::dring_bell_t           dring_bell;
  cw_t::dring_mon_t            mon_dring;
  logic [cw_pkg::CTX_W-1:0]    dring_rd;
  logic [31:0]                 dring_index;
  logic [cw_pkg::NCTX-1:0]     dring_soft;
  logic                        dl_arvalid, dl_arready, dl_rvalid, dl_rerr, dl_awvalid, dl_awready, dl_wvalid;
  logic                        dl_wready, dl_bvalid, dl_berr;
  logic [1:0]                  dl_arid, dl_rid, dl_awid, dl_bid;
  logic [cw_pkg::PA_W-1:0]     dl_araddr, dl_awaddr;
  logic [511:0]                dl_rdata, dl_wdata;
  logic [63:0]                 dl_wstrb;
  cw_log #(.NL(LOG_LINES), .NE(LOG_ENTRIES)) u_log (
    .clk(clk_log), .rst_n, .bme, .busy(log_busy), .log_valid, .log_ready, .log_op, .log_due, .log_ctx, .log_dom,
    .log_gfn, .log_id, .logr_valid, .logr_id, .logr_status, .hc_valid, .hc_ready, .hc, .hp_valid, .hp_ready, .hp_cold,
    .hp, .hf_valid, .hf_ready, .hf, .flip(log_flip), .flip_dom(log_flip_dom), .fdone_valid, .fdone, .logw_valid, .logw,
    .logw_busy, .dringw_valid, .dringw, .dringw_busy, .dring_bell, .dring_rd, .dring_index, .dring_soft,
    .dring_irq_en(irq_enable[3]), .dring_irq,
    .dl_arvalid, .dl_arready, .dl_arid, .dl_araddr, .dl_rvalid, .dl_rid, .dl_rdata, .dl_rerr, .dl_awvalid, .dl_awready,
    .dl_awid, .dl_awaddr, .dl_wvalid, .dl_wready, .dl_wdata, .dl_wstrb, .dl_bvalid, .dl_bid, .dl_berr,
    .h_valid(host_wr_valid[4:3]), .h_ready(host_wr_ready[4:3]), .h_addr(host_wr_addr[3*64 +: 128]),
    .h_data(host_wr_data[3*512 +: 1024]), .h_strb(host_wr_strb[3*64 +: 128]), .h_bvalid(host_wr_bvalid[4:3]),
    .h_berr(host_wr_berr), .ev_mark, .ev_missing, .ev_evict, .ev_entry, .ev_full, .ev_soft, .ev_dring, .mon_dring);

  // ===================================================================================================================
  // Cold commands: ring, soft CPU, completion ring
  // ===================================================================================================================
  logic [63:0]  cold_cmd_base, cold_cpl_base;
  logic [4:0]   cold_cmd_size_log2, cold_cpl_size_log2;
  logic         cold_cmd_enable, cold_cpl_enable, cold_cpl_db_we;
  logic [31:0]  cold_cmd_doorbell, cold_cmd_index, cold_cpl_doorbell, cold_cpl_index, cold_index;
  logic         cold_space, cold_take, cold_give, cold_valid, cold_ready, ev_cold_ring, ev_cold_cpl;
  logic [1023:0] cold_cmd;
  cw_ring_rd u_cold_ring (
    .clk(clk_cmd), .rst_n, .bme, .base(cold_cmd_base), .size_log2(cold_cmd_size_log2), .enable(cold_cmd_enable),
    .doorbell(cold_cmd_doorbell), .index(cold_cmd_index),
    .cpl_space(cold_space), .cpl_take(cold_take), .cpl_give(cold_give),
    .cmd_valid(cold_valid), .cmd_ready(cold_ready), .cmd(cold_cmd), .cmd_index(cold_index),
    .rd_valid(host_rd_valid[1]), .rd_ready(host_rd_ready[1]), .rd_addr(host_rd_addr[64 +: 64]),
    .rd_len(host_rd_len[8 +: 8]),
    .rd_rvalid(host_rd_rvalid[1]), .rd_rready(host_rd_rready[1]), .rd_rdata(host_rd_rdata), .rd_rerr(host_rd_rerr),
    .rd_rlast(host_rd_rlast), .failed(ring_faults[2]), .ev_error(ev_cold_ring));

  logic [31:0] fw_watchdog, fw_heartbeat, fw_version, fwlog_head, fwlog_addr, fwlog_data;
  logic fw_ready, fw_dead, fw_test_failed, ccpl_valid, ccpl_ready, fw_snap, ev_cold_cmds, ev_cold_errors;
  logic snap, host_snap, snap_busy;
  logic [63:0] snap_cycle, ctr_data;
  cw_t::cpl_t ccpl;
  cw_soc #(.FW_HEX(FW_HEX), .TABLE_BYTES(TABLE_BYTES)) u_soc (
    .clk(clk_any), .clk_free(clk), .clk_cpu, .rst_n, .awake(cpu_awake), .watchdog(fw_watchdog), .flush_timeout,
    .ready(fw_ready), .dead(fw_dead), .test_failed(fw_test_failed), .heartbeat(fw_heartbeat), .version(fw_version),
    .log_head(fwlog_head), .log_addr(fwlog_addr), .log_data(fwlog_data),
    .cmd_valid(cold_valid), .cmd_ready(cold_ready), .cmd(cold_cmd), .cmd_index(cold_index),
    .cpl_valid(ccpl_valid), .cpl_ready(ccpl_ready), .cpl(ccpl),
    .fwc_valid, .fwc_ready, .fwc, .fwcpl_valid, .fwcpl,
    .ctxw_valid, .ctxw_idx, .ctxw, .domw_valid, .domw_idx, .domw, .portw_valid, .portw_idx, .portw,
    .ctx_abort_valid, .ctx_abort_idx, .ctx_abort_busy, .logw_valid, .logw, .logw_busy,
    .dringw_valid, .dringw, .dringw_busy,
    .cycle, .snap(fw_snap), .snap_busy, .snap_cycle, .ev_cold_cmds, .ev_cmd_errors(ev_cold_errors));

  logic [cw_pkg::CPL_BITS-1:0] cold_rec;
  cw_cpl_rec u_cold_rec (.cpl(ccpl), .rec(cold_rec));
  cw_ring_wr #(.RECORD(cw_pkg::CPL_BITS), .PHASE(cw_pkg::CPL_PHASE_LSB), .RESERVED(1'b1)) u_cold_cpl (
    .clk(clk_cmd), .rst_n, .base(cold_cpl_base), .size_log2(cold_cpl_size_log2), .enable(cold_cpl_enable),
    .doorbell_we(cold_cpl_db_we), .doorbell(cold_cpl_doorbell), .index(cold_cpl_index), .space(cold_space),
    .take(cold_take), .give(cold_give), .rec_valid(ccpl_valid), .rec_ready(ccpl_ready), .rec(cold_rec),
    .wr_valid(host_wr_valid[1]), .wr_ready(host_wr_ready[1]), .wr_addr(host_wr_addr[64 +: 64]),
    .wr_data(host_wr_data[512 +: 512]), .wr_strb(host_wr_strb[64 +: 64]), .wr_bvalid(host_wr_bvalid[1]),
    .wr_berr(host_wr_berr), .irq_en(irq_enable[1]), .irq(ring_irq[1]), .lost(ring_faults[3]), .ev_error(ev_cold_cpl));

  // ===================================================================================================================
  // Host memory, registers, counters
  // ===================================================================================================================
  cw_host_bus #(.NW(5)) u_host_bus (
    .clk(clk_cmd), .rst_n, .clk_any, .gate, .stat(host_stat), .bme, .rd_valid(host_rd_valid),
    .rd_ready(host_rd_ready), .rd_addr(host_rd_addr), .rd_len(host_rd_len), .rd_rvalid(host_rd_rvalid),
    .rd_rready(host_rd_rready), .rd_rdata(host_rd_rdata), .rd_rerr(host_rd_rerr),
    .rd_rlast(host_rd_rlast), .wr_valid(host_wr_valid), .wr_ready(host_wr_ready), .wr_addr(host_wr_addr),
    .wr_data(host_wr_data), .wr_strb(host_wr_strb), .wr_bvalid(host_wr_bvalid), .wr_berr(host_wr_berr),
    .h_arvalid, .h_arready, .h_arid, .h_araddr, .h_arlen, .h_rvalid, .h_rready, .h_rid, .h_rdata, .h_rresp, .h_rlast,
    .h_awvalid, .h_awready, .h_awid, .h_awaddr, .h_awlen, .h_wvalid, .h_wready, .h_wdata, .h_wstrb, .h_wlast,
    .h_bvalid, .h_bready, .h_bid, .h_bresp, .ev_host_errors);

  logic [7:0] ctr_idx;
  logic [2:0] ev_interrupts;
  cw_regs #(.NSLOT(NSLOT), .TLB_SETS(TLB_SETS), .TLB_WAYS(TLB_WAYS), .TLB_LARGE(TLB_LARGE), .WC_ENTRIES(WC_ENTRIES),
            .PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_regs (
    .clk(clk_regs), .rst_n, .bus_rst_n(aresetn), .s_awvalid, .s_awready, .s_awaddr, .s_wvalid, .s_wready, .s_wdata,
    .s_wstrb, .s_bvalid, .s_bready,
    .s_bresp, .s_arvalid, .s_arready, .s_araddr, .s_rvalid, .s_rready, .s_rdata, .s_rresp,
    .bme, .dirty_period, .flush_timeout, .fw_watchdog, .fw_ready, .fw_dead, .fw_test_failed, .fw_heartbeat, .fw_version,
    .table_error(|ev_table_errors), .host_error(|ev_host_errors),
    .ring_error(|ev_ring_errors), .fenced, .holder, .reset_set, .reset_stat, .ring_faults,
    .dring_bell, .dring_rd, .dring_index, .dring_soft, .dring_irq,
    .ring_irq, .irq_enable, .irq, .ev_interrupts,
    .hot_cmd_base, .hot_cmd_size_log2, .hot_cmd_enable, .hot_cmd_doorbell, .hot_cmd_index,
    .hot_cpl_base, .hot_cpl_size_log2, .hot_cpl_enable, .hot_cpl_doorbell, .hot_cpl_db_we, .hot_cpl_index,
    .cold_cmd_base, .cold_cmd_size_log2, .cold_cmd_enable, .cold_cmd_doorbell, .cold_cmd_index,
    .cold_cpl_base, .cold_cpl_size_log2, .cold_cpl_enable, .cold_cpl_doorbell, .cold_cpl_db_we, .cold_cpl_index,
    .fault_base, .fault_size_log2, .fault_enable, .fault_doorbell, .fault_db_we, .fault_index, .fault_data_base,
    .snap(host_snap), .snap_busy, .snap_cycle, .ctr_idx, .ctr_data,
    .probe_start, .probe_tag, .probe_ctx, .probe_write, .probe_addr, .probe_rd_tag, .probe_rd_result, .probe_rd_pa,
    .tgen_start, .tgen_stop, .tgen_ctx, .tgen_mode, .tgen_base, .tgen_pages, .tgen_stride, .tgen_count,
    .tgen_outstanding, .tgen_release_delay, .tgen_seed, .tgen_hist_shift, .tgen_hist_index, .tgen_running,
    .tgen_clearing, .tgen_done, .tgen_errors, .tgen_retries, .tgen_cycles, .tgen_sum, .tgen_lat_min, .tgen_lat_max,
    .tgen_lat_sum, .tgen_hist_data, .bridge_quota, .bridge_retry, .bridge_ctrl, .bridge_quiet, .nic_set, .nic_stat,
    .fwlog_head, .fwlog_addr, .fwlog_data);

  assign snap = host_snap || fw_snap;
  logic [5:0] ev_ring_errors;
  logic [2:0] n_ring_errors;
  assign ev_ring_errors = {ev_dring, ev_fault_ring, ev_hot_ring, ev_hot_cpl, ev_cold_ring, ev_cold_cpl};
  assign n_ring_errors = 3'($countones(ev_ring_errors));
  logic [cw_pkg::NCOUNTER*3-1:0] ev;
  always_comb begin
    ev = ev_core;
    ev[cw_pkg::CTR_RESUMES*3 +: 3]         = {2'd0, ev_resumes};
    ev[cw_pkg::CTR_RESUMES_UNKNOWN*3 +: 3] = {2'd0, ev_resumes_unknown};
    ev[cw_pkg::CTR_INVALIDATES*3 +: 3]     = {2'd0, ev_invalidates};
    ev[cw_pkg::CTR_FLUSH_CMDS*3 +: 3]      = {2'd0, ev_flush_cmds};
    ev[cw_pkg::CTR_ENTRY_UPDATES*3 +: 3]   = {2'd0, ev_entry_updates};
    ev[cw_pkg::CTR_CAS_MISMATCH*3 +: 3]    = {2'd0, ev_cas_mismatch};
    ev[cw_pkg::CTR_HOT_CMDS*3 +: 3]        = {2'd0, ev_hot_cmds};
    ev[cw_pkg::CTR_COLD_CMDS*3 +: 3]       = {2'd0, ev_cold_cmds};
    ev[cw_pkg::CTR_CMD_ERRORS*3 +: 3]      = {2'd0, ev_hot_errors} + {2'd0, ev_cold_errors};
    ev[cw_pkg::CTR_TABLE_ERRORS*3 +: 3]    = ev_table_errors;
    ev[cw_pkg::CTR_HOST_ERRORS*3 +: 3]     = ev_host_errors;
    ev[cw_pkg::CTR_INTERRUPTS*3 +: 3]      = ev_interrupts;
    ev[cw_pkg::CTR_RING_ERRORS*3 +: 3]     = n_ring_errors;
    ev[cw_pkg::CTR_BRIDGE_READS*3 +: 3]    = {2'd0, ev_bridge_reads};
    ev[cw_pkg::CTR_BRIDGE_WRITES*3 +: 3]   = {2'd0, ev_bridge_writes};
    ev[cw_pkg::CTR_BRIDGE_MALFORMED*3 +: 3] = {1'b0, ev_bridge_malformed};
    ev[cw_pkg::CTR_BRIDGE_QUOTA*3 +: 3]    = {2'd0, ev_bridge_quota};
    ev[cw_pkg::CTR_BRIDGE_REFUSED*3 +: 3]  = {2'd0, ev_bridge_refused};
    ev[cw_pkg::CTR_BRIDGE_EMUL_LONG*3 +: 3] = {2'd0, ev_bridge_emul_long};
    ev[cw_pkg::CTR_BRIDGE_RETRIES*3 +: 3]  = {2'd0, ev_bridge_retries};
    ev[cw_pkg::CTR_BRIDGE_GAVE_UP*3 +: 3]  = {2'd0, ev_bridge_gave_up};
    ev[cw_pkg::CTR_BRIDGE_FENCED*3 +: 3]   = {1'b0, ev_bridge_fenced};
    ev[cw_pkg::CTR_BRIDGE_BUS_ERRORS*3 +: 3] = {1'b0, ev_bridge_bus_errors};
    ev[cw_pkg::CTR_LOG_MARKS*3 +: 3]       = {2'd0, ev_mark};
    ev[cw_pkg::CTR_LOG_MISSES*3 +: 3]      = {2'd0, ev_missing};
    ev[cw_pkg::CTR_LOG_WRITEBACKS*3 +: 3]  = {2'd0, ev_evict};
    ev[cw_pkg::CTR_HARVESTS*3 +: 3]        = {2'd0, hc_valid};
    ev[cw_pkg::CTR_DRING_ENTRIES*3 +: 3]   = {2'd0, ev_entry};
    ev[cw_pkg::CTR_DRING_FULL*3 +: 3]      = {2'd0, ev_full};
    ev[cw_pkg::CTR_DRING_SOFT*3 +: 3]      = {2'd0, ev_soft};
  end
  cw_counters u_counters (.clk(clk_any), .clk_free(clk), .rst_n, .ev, .snap, .busy(snap_busy), .cycle, .cycle_any,
                          .snap_cycle, .rd_idx(ctr_idx), .rd_data(ctr_data));

  // ===================================================================================================================
  // Clocks: one, gated for what is at rest; a valid between two parts wakes both
  // ===================================================================================================================
  logic clk_core, clk_cmd, clk_cpu, clk_tgen, clk_bridge, clk_log, clk_regs, clk_any,
        core_awake, tgen_awake, bridge_awake, cpu_awake, reg_access, cpu_tables;
  logic [7:0] open;
  assign reg_access = s_awvalid || s_wvalid || s_bvalid || s_arvalid || s_rvalid;
  assign cpu_tables = ctxw_valid || domw_valid || portw_valid || ctx_abort_valid || logw_valid || dringw_valid;
  cw_clkgate #(.N(2)) u_clk_core (.clk, .rst_n, .awake({core_awake || log_busy, cpu_tables}), .gclk(clk_core),
    .open(open[0]));
  cw_clkgate #(.N(4)) u_clk_log (.clk, .rst_n, .gclk(clk_log), .open(open[1]), .awake({log_busy || log_valid,
    dring_bell.valid || logw_valid || dringw_valid, hc_valid || hf_valid || hp_valid, fdone_valid}));
  cw_clkgate #(.N(17)) u_clk_cmd (.clk, .rst_n, .gclk(clk_cmd), .open(open[2]),
    .awake({reg_access, host_rd_valid != '0, host_wr_valid != '0, h_arvalid || h_rvalid,
            h_awvalid || h_wvalid || h_bvalid || lost_valid, inv_valid || flush_valid || fdone_valid, resume_valid,
            fr_valid, hot_valid || hcpl_valid, cold_valid || ccpl_valid, fwc_valid || fwcpl_valid, eu_req_valid,
            eu_rsp_valid, fx_valid || hp_valid || hf_valid, eu_arvalid || eu_awvalid || eu_wvalid,
            eu_rvalid || eu_bvalid, ld_req_valid || ld_busy || ld_rsp_valid || ld_bvalid}));
  cw_clkgate #(.N(4)) u_clk_cpu (.clk, .rst_n, .gclk(clk_cpu), .open(open[3]),
    .awake({cpu_awake, cpu_tables || logw_busy || dringw_busy, cold_valid || ccpl_valid, fwc_valid || fwcpl_valid}));
  cw_clkgate #(.N(4)) u_clk_tgen (.clk, .rst_n, .gclk(clk_tgen), .open(open[4]),
    .awake({reg_access, tgen_awake, tgen_running && open[0], ans_valid[cw_pkg::PORT_TGEN]}));
  // A read waits for a snapshot; what comes by itself is an error, an interrupt, or a fence.
  cw_clkgate #(.N(6)) u_clk_regs (.clk, .rst_n, .gclk(clk_regs), .open(open[5]),
    .awake({reg_access || snap_busy, irq != '0 || ring_irq != '0 || dring_irq, fw_dead, fenced != '0,
            reset_stat.ports != '0 || reset_stat.stuck != '0 || reset_stat.flr,
            ev_table_errors != '0 || ev_host_errors != '0 || ev_ring_errors != '0}));
  cw_clkgate #(.N(2)) u_clk_bridge (.clk, .rst_n, .gclk(clk_bridge), .open(open[6]),
    .awake({reg_access || bridge_fence || ctxw_valid, bridge_awake}));
  // A reset keeps the core awake; the traffic generator needs nothing of what ticks here.
  cw_clkgate #(.N(2), .LINGER(4'd0)) u_clk_any (.clk, .rst_n, .gclk(clk_any), .open(open[7]),
    .awake({{open[6:5], open[3:0]} != '0, gate.tick}));

  cw_limits #(.NSLOT(NSLOT), .TLB_LARGE(TLB_LARGE), .PA_BITS(PA_BITS)) u_limits ();

  logic unused;
  assign unused = &{1'b0, open[7], open[4], fault_space, emul_data[cw_pkg::PORT_BRIDGE*512-1:NS*512],
                    ans_valid[cw_pkg::PORT_HOST], ans[cw_pkg::PORT_HOST*AW +: AW], bridge_quota, bridge_retry,
                    bridge_ctrl, res, tgen_ctx[31:16], tgen_mode, tgen_release_delay[31:8], tgen_hist_shift[31:4],
                    tgen_hist_index[31:10]};
endmodule
