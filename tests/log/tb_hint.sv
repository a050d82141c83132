// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of the hints of CAPTURE: cw_fix asks, cw_log marks, and one HARVEST of everything follows the other. Log and
// directory have so few places that marks wait long for table memory while host memory is quick.
// The oracle knows hints, flips and reports: while a hint lasts, which is until the next flip, its page is written
// without a mark. So the page must be in a report that was still to come when the hint was given, else what is written
// is in no report (P24, P25). The harvest under way, if the hint comes after its flip, does not count: it has read.
module tb_hint;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam int LEAVES = 3, ROUNDS = 600;
  localparam longint unsigned ROOT = 64'h10_0000, LEAF0 = 64'h20_0000, BUF = 64'h1_0000_0000;
  localparam logic [3:0] DOM = 4'd5;

  `include "tb.svh"
  `include "tb_must.svh"

  // ---- fixer ----
  logic                       room, take = 1'b0, out_valid, out_ready = 1'b0, idle, eu_valid;
  logic                       eu_ready = 1'b0, eu_done = 1'b0;
  cw_t::wait_t                take_req = '0;
  cw_t::req_t                 ask = '0;
  logic [56:12]               take_gfn = '0;
  cw_t::fixed_t               out;
  cw_t::fix_t                 take_fix = '0;
  logic                       log_valid, log_ready, log_op, log_due, log_epoch, logr_valid, flip, hint_valid;
  logic [cw_pkg::CTX_W-1:0]   log_ctx;
  logic [cw_pkg::DOM_W-1:0]   log_dom;
  logic [44:0]                log_gfn;
  logic [2:0]                 log_id, logr_id;
  logic [1:0]                 logr_status;
  logic [cw_pkg::SPACE_W-1:0] hint_space;
  logic [56:12]               hint_page;
  cw_fix u_fix (
    .clk, .rst_n, .room, .take, .take_again(1'b0), .take_req, .take_entry('0), .take_addr('0), .take_level(3'd1),
    .take_fix, .take_mark(1'b1), .take_pay(1'b0), .turn(1'b0), .take_fresh(1'b0), .take_flavour(1'b0),
    .take_dom(DOM), .take_space(cw_pkg::SPACE_W'(DOM)), .take_gfn, .out_valid, .out_ready, .out, .idle, .eu_valid,
    .eu_ready, .eu_req(), .eu_done, .eu_rsp('0), .chg_valid(1'b0), .chg_line('0), .chg_any(1'b0),
    .log_valid, .log_ready, .log_op, .log_due, .log_ctx, .log_dom, .log_epoch, .log_gfn, .log_id, .logr_valid,
    .logr_id, .logr_status, .log_flip(flip), .hint_valid, .hint_space, .hint_page, .ev_fixed(), .ev_lost(),
    .mon_swap_req(), .mon_log(), .mon_log_op(), .mon_log_req(), .mon_log_gfn());

  // ---- log ----
  logic               hc_valid = 1'b0, hc_ready, hp_valid, hf_valid, hf_ready = 1'b0, fdone_valid = 1'b0;
  logic               logw_valid = 1'b0, logw_busy, h_bv = 1'b0;
  cw_t::harvest_t     hc = '0;
  cw_t::cpl_t         hp;
  cw_t::flush_done_t  fdone = '0;
  cw_t::cookie_t      cookie = '0;
  cw_t::log_set_t     logw = '0;
  logic               t_arvalid, t_arready, t_rvalid, t_awvalid, t_awready, t_wvalid, t_wready, t_bvalid;
  logic [1:0]         t_arid, t_rid, t_awid, t_bid, t_rresp, t_bresp, h_valid, h_ready;
  logic [51:0]        t_araddr, t_awaddr;
  logic [511:0]       t_rdata, t_wdata;
  logic [63:0]        t_wstrb;
  logic [127:0]       h_addr, h_strb;
  logic [1023:0]      h_data;
  logic               h_go = 1'b0;
  assign h_ready = {1'b0, h_go};
  cw_log #(.NL(8), .NE(1)) u_log (
    .clk, .rst_n, .bme(1'b1), .busy(), .log_valid, .log_ready, .log_op, .log_due, .log_ctx, .log_dom, .log_gfn,
    .log_id, .logr_valid, .logr_id, .logr_status, .hc_valid, .hc_ready, .hc, .hp_valid, .hp_ready(1'b1), .hp_cold(),
    .hp, .hf_valid, .hf_ready, .hf(), .flip, .flip_dom(), .fdone_valid, .fdone, .logw_valid, .logw, .logw_busy,
    .dringw_valid(1'b0), .dringw('0), .dringw_busy(), .dring_bell('0), .dring_rd('0), .dring_index(), .dring_soft(),
    .dring_irq_en(1'b0), .dring_irq(), .dl_arvalid(t_arvalid), .dl_arready(t_arready), .dl_arid(t_arid),
    .dl_araddr(t_araddr), .dl_rvalid(t_rvalid), .dl_rid(t_rid), .dl_rdata(t_rdata), .dl_rerr(t_rresp[1]),
    .dl_awvalid(t_awvalid), .dl_awready(t_awready), .dl_awid(t_awid), .dl_awaddr(t_awaddr), .dl_wvalid(t_wvalid),
    .dl_wready(t_wready), .dl_wdata(t_wdata), .dl_wstrb(t_wstrb), .dl_bvalid(t_bvalid), .dl_bid(t_bid),
    .dl_berr(t_bresp[1]), .h_valid, .h_ready, .h_addr, .h_data, .h_strb, .h_bvalid({1'b0, h_bv}), .h_berr(1'b0),
    .ev_mark(), .ev_missing(), .ev_evict(), .ev_entry(), .ev_full(), .ev_soft(), .ev_dring(), .mon_dring());
  tb_axi_mem #(.ID_W(2), .LAT(60)) u_table (
    .clk, .rst_n, .err_on(1'b0), .err_line('0), .hold_b(1'b0), .hold_r(1'b0),
    .arvalid(t_arvalid), .arready(t_arready), .arid(t_arid), .araddr(t_araddr), .arlen(8'd0),
    .rvalid(t_rvalid), .rready(1'b1), .rid(t_rid), .rdata(t_rdata), .rresp(t_rresp), .rlast(),
    .awvalid(t_awvalid), .awready(t_awready), .awid(t_awid), .awaddr(t_awaddr), .awlen(8'd0),
    .wvalid(t_wvalid), .wready(t_wready), .wdata(t_wdata), .wstrb(t_wstrb), .wlast(1'b1),
    .bvalid(t_bvalid), .bready(1'b1), .bid(t_bid), .bresp(t_bresp));

  // ---- what is known ----
  int           flips = 0;
  int           hinted [longint unsigned];        // page: flips before its hint
  int           asked [8];                        // flips before the log took the mark of this id
  bit           reported [longint unsigned];
  logic [511:0] low;                              // first half of a record
  bit           eu_busy = 1'b0;
  int           n_hint = 0, n_late = 0, n_lost = 0, n_pages = 0;

  always @(posedge clk) if (rst_n) begin
    // requests
    if (take) take <= 1'b0;
    if (!take && room && $urandom_range(3) == 0) begin
      logic [44:0] gfn = 45'($urandom_range(LEAVES - 1)) << 15 | 45'($urandom_range(31)) << 9 |
                          45'($urandom_range(511));
      take     <= 1'b1;
      take_gfn <= gfn;
      take_fix <= $urandom_range(7) != 0 ? 4'b0001 : 4'b0000;   // A, or the mark alone
      ask          = '0;
      ask.addr     = {7'd0, gfn, 12'd0};
      ask.write    = 1'b1;
      take_req.log_mode <= 2'(cw_pkg::LOG_CAPTURE);
      take_req.req <= ask;
    end
    out_ready <= $urandom_range(1) == 0;
    // swaps succeed after a while
    eu_ready <= $urandom_range(1) == 0;
    eu_done  <= 1'b0;
    if (eu_valid && eu_ready) eu_busy = 1'b1;
    else if (eu_busy && $urandom_range(7) == 0) begin
      eu_done <= 1'b1;
      eu_busy  = 1'b0;
    end
    // hints
    if (log_valid && log_ready) asked[log_id] = flips;
    if (logr_valid && logr_status == 2'd0) begin
      if (asked[logr_id] != flips) n_late++;
      if (hint_valid && !flip) begin
        hinted[64'(hint_page)] = flips;
        n_hint++;
      end
    end
    if (flip) flips++;
    // host memory
    h_go <= $urandom_range(1) == 0;
    h_bv <= h_valid[0] && h_go;
    if (h_valid[0] && h_go) begin
      if (!h_addr[6]) low = h_data[511:0];
      else
        for (int i = 0; i < 512; i++) if (low[i]) reported[{36'd0, h_data[18:0], 9'(i)}] = 1'b1;
    end
    // grant epochs close after a while
    hf_ready    <= $urandom_range(3) == 0;
    fdone_valid <= hf_valid && hf_ready;
  end

  task automatic harvest();
    longint unsigned over [$];
    @(negedge clk);
    reported.delete();
    hc.cookie = cookie;
    hc.dom    = DOM;
    hc.first  = '0;
    hc.count  = '0;
    hc.buffer = BUF;
    hc.room   = 32'd4096;
    while (!hc_ready) @(negedge clk);
    hc_valid  = 1'b1;
    @(negedge clk);
    hc_valid  = 1'b0;
    while (!hp_valid) @(negedge clk);
    must(hp.status == cw_pkg::ST_OK && hp.info[1:0] == 2'd0, "a HARVEST of everything, without an error");
    n_pages += reported.size();
    foreach (hinted[p]) begin                     // of the flips one is its own
      if (hinted[p] <= flips - 1 && reported.exists(p)) over.push_back(p);
      else if (hinted[p] <= flips - 2) begin
        n_lost++;
        over.push_back(p);
      end
    end
    foreach (over[i]) hinted.delete(over[i]);
  endtask

  initial begin
    for (int n = 0; n < LEAVES; n++)
      u_table.poke8(ROOT + 64'(n) * 16, (LEAF0 + 64'(n) * 4096) | 64'd1);
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    logw.dom       = DOM;
    logw.directory = 1'b1;
    logw.root      = 40'(ROOT >> 12);
    logw.size      = 14'(LEAVES);
    logw_valid     = 1'b1;
    @(negedge clk);
    logw_valid = 1'b0;
    cookie.harvest       = 1'b1;
    fdone.cookie         = cookie;
    fdone.status         = cw_pkg::ST_OK;
    do @(negedge clk); while (logw_busy);
    for (int r = 0; r < ROUNDS; r++) begin
      repeat ($urandom_range(6000)) @(negedge clk);
      harvest();
    end
    check_musts();
    check(n_lost == 0, "the page of each hint is in a report that was still to come (P24 P25)");
    check(n_hint > 200 && n_pages > 500, "hints, and pages reported");
    check(n_late > 10, "marks that the log answers in another epoch than it took them in");
    $display("%0d hints, %0d late marks, %0d pages, %0d lost", n_hint, n_late, n_pages, n_lost);
    report("rtl_hint");
  end

  initial begin
    repeat (3000000) @(negedge clk);
    check(1'b0, "deadline");
    report("rtl_hint");
  end
endmodule
