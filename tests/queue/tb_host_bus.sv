// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_host_bus alone, with five write clients as in the engine: clients that ask at random, withdraw what was
// not taken and read at their own pace, a bus that is slow, answers the ids in any order and fails at times, and
// bus-master enable that comes and goes. What the bus may see is what was taken from the clients, each client's in its
// order (P40); what a client gets is what the bus gave for it. The gate is open; it has a bench of its own.
//
// Inputs change at the falling edge; what the outputs show half a phase later is what the rising edge takes.
module tb_host_bus;
  localparam int NR = 3, NW = 5, FLY = 12;          // FLY: bursts of a client that the bus has at most

  logic clk = 1'b0, clk_any, rst_n = 1'b0, bme = 1'b0;
  always #2 clk = !clk;
  assign clk_any = clk;

  cw_t::bus_gate_t   gate = '0;
  cw_t::bus_stat_t   stat;
  logic [NR-1:0]     rd_valid = '0, rd_ready, rd_rvalid, rd_rready = '0;
  logic [NR*64-1:0]  rd_addr = '0;
  logic [NR*8-1:0]   rd_len = '0;
  logic [511:0]      rd_rdata, h_rdata = '0, h_wdata;
  logic              rd_rerr, rd_rlast, wr_berr;
  logic [NW-1:0]     wr_valid = '0, wr_ready, wr_bvalid;
  logic [NW*64-1:0]  wr_addr = '0, wr_strb = '0;
  logic [NW*512-1:0] wr_data = '0;
  logic              h_arvalid, h_arready = 1'b0, h_rvalid = 1'b0, h_rready, h_rlast = 1'b0, h_awvalid;
  logic              h_wvalid, h_wlast, h_awready = 1'b0, h_wready = 1'b0, h_bvalid = 1'b0, h_bready;
  logic [2:0]        h_arid, h_rid = '0, h_awid, h_bid = '0, ev_host_errors;
  logic [63:0]       h_araddr, h_awaddr, h_wstrb;
  logic [7:0]        h_arlen, h_awlen;
  logic [1:0]        h_rresp = '0, h_bresp = '0;
  cw_host_bus #(.NW(NW)) dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  function automatic bit often(input int n);        // n times of 64
    return $urandom_range(63) < n;
  endfunction

  // ---- what was taken and is not at the bus yet; what the bus owes ----
  typedef struct packed {
    int           client, beats;
    logic [63:0]  addr, strb;
    logic [511:0] data;
  } access_t;
  access_t ar_due [$], aw_due [$], w_due [$];
  int      r_owed [4][$];                           // beats of each burst, by client
  // addresses, data and answers of each client, in all; others that were served while this one asked
  int      aw_had [NW] = '{default: 0}, w_had [NW] = '{default: 0}, b_had [NW] = '{default: 0};
  int      rd_over [NR] = '{default: 0}, wr_over [NW] = '{default: 0};
  int      p_ask = 32, p_bus = 32, p_client = 32;
  bit      r_stood = 1'b0, b_stood = 1'b0;
  bit      ar_stood = 1'b0, aw_stood = 1'b0, w_stood = 1'b0;
  bit      quiet = 1'b0;
  bit [NR-1:0] rd_taken = '0;
  bit [NW-1:0] wr_taken = '0;
  int      n_read [NR] = '{default: 0}, n_write [NW] = '{default: 0};
  int      n_withdrawn = 0, n_off = 0, n_went_on = 0, n_r_error = 0, n_b_error = 0,
           n_both = 0, n_row = 0, n_blocked = 0, n_data_first = 0, n_mixed = 0;

  function automatic int fly_w(input int c);
    return (aw_had[c] > w_had[c] ? aw_had[c] : w_had[c]) - b_had[c];
  endfunction

  function automatic logic [511:0] data();
    for (int k = 0; k < 16; k++) data[32 * k +: 32] = $urandom;
  endfunction

  // What the ports get, all at once: Verilator 5.006 may not see that an input changed if a loop writes it in parts.
  logic [NR-1:0]     rv = '0;
  logic [NR*64-1:0]  ra = '0;
  logic [NR*8-1:0]   rl = '0;
  logic [NW-1:0]     wv = '0;
  logic [NW*64-1:0]  wa = '0, ws = '0;
  logic [NW*512-1:0] wd = '0;

  task automatic drive();
    int c;
    if (often(1) && often(8)) {p_ask, p_bus, p_client} = {$urandom_range(64, 1), $urandom_range(64, 1),
                                                          $urandom_range(64, 4)};
    if (quiet) p_bus = 32;
    if (often(1)) bme = quiet || often(40);
    for (int i = 0; i < NR; i++) begin
      if (!rd_valid[i] || rd_taken[i] || often(2)) begin
        n_withdrawn += int'(rd_valid[i] && !rd_taken[i]);
        rv[i] = !quiet && r_owed[i].size() < FLY && often(p_ask);
        ra[64 * i +: 64] = {$urandom, $urandom};
        rl[8 * i +: 8]   = often(16) ? 8'd63 : 8'($urandom_range(7));
      end
    end
    for (int i = 0; i < NW; i++) begin
      if (!wr_valid[i] || wr_taken[i] || often(2)) begin
        n_withdrawn += int'(wr_valid[i] && !wr_taken[i]);
        wv[i] = !quiet && fly_w(i) < FLY && often(p_ask);
        wa[64 * i +: 64] = {$urandom, $urandom};
        ws[64 * i +: 64] = {$urandom, $urandom};
        wd[512 * i +: 512] = data();
      end
    end
    {rd_valid, rd_addr, rd_len} = {rv, ra, rl};
    {wr_valid, wr_addr, wr_strb} = {wv, wa, ws};
    wr_data   = wd;
    rd_rready = NR'($urandom) | NR'($urandom) | {NR{often(p_client)}};
    {h_arready, h_awready, h_wready} = {often(p_bus), often(p_bus), often(p_bus)};
    if (!r_stood) begin
      c        = int'($urandom_range(NR - 1));
      h_rvalid = r_owed[c].size() != 0 && often(p_bus);
      h_rid    = 3'(c);
      h_rlast  = r_owed[c].size() != 0 && r_owed[c][0] == 1;
      h_rresp  = often(8) ? 2'($urandom_range(3)) : 2'd0;
      h_rdata  = data();
    end
    if (!b_stood) begin
      c        = int'($urandom_range(NW - 1));
      h_bvalid = b_had[c] < aw_had[c] && b_had[c] < w_had[c] && often(p_bus);
      h_bid    = 3'(c);
      h_bresp  = often(8) ? 2'($urandom_range(3)) : 2'd0;
    end
  endtask

  task automatic look();
    access_t a;
    bit      ar_go, aw_go, w_go, r_go, b_go;
    int      outstanding;
    ar_go = h_arvalid && h_arready;
    aw_go = h_awvalid && h_awready;
    w_go  = h_wvalid && h_wready;
    r_go  = h_rvalid && h_rready;
    b_go  = h_bvalid && h_bready;
    rd_taken = rd_valid & rd_ready;
    wr_taken = wr_valid & wr_ready;

    // ---- addresses and data at the bus ----
    must(h_arvalid == (ar_due.size() != 0), "each read that was taken stands at the bus, no other does (P40)");
    must(h_awvalid == (aw_due.size() != 0), "each write that was taken stands at the bus, no other does (P40)");
    must(h_wvalid == (w_due.size() != 0), "data stands at the bus for each write that was taken, and for no other");
    if (h_arvalid && ar_due.size() != 0) begin
      a = ar_due[0];
      must(int'(h_arid) == a.client && h_araddr == a.addr && int'(h_arlen) == a.beats - 1, "a read is as it was asked");
    end
    if (h_awvalid && aw_due.size() != 0) begin
      a = aw_due[0];
      must(int'(h_awid) == a.client && h_awaddr == a.addr && h_awlen == '0, "a write is one beat, where it was asked");
    end
    if (h_wvalid && w_due.size() != 0) begin
      a = w_due[0];
      must(h_wdata == a.data && h_wstrb == a.strb && h_wlast, "data comes in the order of the addresses, whole");
    end
    must(!(ar_stood && !h_arvalid) && !(aw_stood && !h_awvalid) && !(w_stood && !h_wvalid),
         "what stands at the bus stays until it is taken");

    // ---- who is taken ----
    must($countones(rd_ready) <= 1 && $countones(wr_ready) <= 1, "one client in a cycle and channel");
    must((rd_ready & ~rd_valid) == '0 && (wr_ready & ~wr_valid) == '0, "only who asks is taken");
    must(bme || (rd_ready == '0 && wr_ready == '0), "nothing is taken without bus-master enable (P40)");
    must(!bme || rd_valid == '0 || (ar_due.size() != 0 && !h_arready) ||
         rd_taken != '0, "a read that has room is taken");
    must(!bme || wr_valid == '0 || (aw_due.size() != 0 && !h_awready) || (w_due.size() != 0 && !h_wready) ||
         wr_taken != '0, "a write that has room is taken");
    n_off      += int'(!bme && (rd_valid != '0 || wr_valid != '0));
    n_went_on  += int'(!bme && (ar_go || aw_go || w_go));
    n_row      += int'(rd_taken != '0 && ar_go) + int'(wr_taken != '0 && aw_go && w_go);
    n_data_first += int'(w_go && aw_due.size() != 0 && !aw_go);
    for (int i = 0; i < NR; i++) begin
      rd_over[i] = !rd_valid[i] || rd_taken[i] ? 0 : rd_over[i] + int'(rd_taken != '0);
      must(rd_over[i] < NR, "round robin: a client that asks waits for two reads of others at most");
    end
    for (int i = 0; i < NW; i++) begin
      wr_over[i] = !wr_valid[i] || wr_taken[i] ? 0 : wr_over[i] + int'(wr_taken != '0);
      must(wr_over[i] < NW, "round robin: a client that asks waits for four writes of others at most");
    end

    // ---- answers ----
    must(rd_rvalid == (h_rvalid ? NR'(1) << h_rid : '0), "a beat is given to the client that it is for, alone");
    must(!h_rvalid || (rd_rdata == h_rdata && rd_rlast == h_rlast), "a client gets what the bus gave");
    must(!h_rvalid || rd_rerr == (h_rresp inside {2'd2, 2'd3}), "SLVERR and DECERR are errors of the beat (P43)");
    must(!h_rvalid || h_rready == rd_rready[h_rid[1:0]], "a beat is taken when its client takes it");
    must(wr_bvalid == (h_bvalid ? NW'(1) << h_bid : '0), "an acknowledgement goes to the client that it is for, alone");
    must(!h_bvalid || wr_berr == (h_bresp inside {2'd2, 2'd3}), "SLVERR and DECERR are errors of the write (P43)");
    must(h_bready, "acknowledgements always find room");
    must(int'(ev_host_errors) == int'(r_go && h_rresp >= 2'd2) + int'(b_go && h_bresp >= 2'd2),
         "each answer in error is counted, once (P43)");
    n_r_error += int'(r_go && h_rresp >= 2'd2);
    n_b_error += int'(b_go && h_bresp >= 2'd2);
    n_both    += int'(ev_host_errors == 3'd2);
    n_blocked += int'(h_rvalid && !h_rready);
    outstanding = 0;
    for (int i = 0; i < NR; i++) outstanding += r_owed[i].size();
    n_mixed += int'(r_go && outstanding > r_owed[h_rid[1:0]].size());
    for (int i = 0; i < NW; i++) outstanding += aw_had[i] - b_had[i];
    must(!stat.quiet || outstanding == 0, "the bus is not quiet as long as it owes an answer (P43)");

    // ---- what the edge takes ----
    ar_stood = h_arvalid && !h_arready;
    aw_stood = h_awvalid && !h_awready;
    w_stood  = h_wvalid && !h_wready;
    r_stood  = h_rvalid && !h_rready;
    b_stood  = h_bvalid && !h_bready;
    if (r_go) begin
      r_owed[h_rid[1:0]][0]--;
      if (h_rlast) begin
        void'(r_owed[h_rid[1:0]].pop_front());
        n_read[h_rid[1:0]]++;
      end
    end
    if (b_go) begin
      b_had[h_bid]++;
      n_write[h_bid]++;
    end
    if (ar_go && ar_due.size() != 0) begin
      a = ar_due.pop_front();
      r_owed[a.client].push_back(a.beats);
    end
    if (aw_go && aw_due.size() != 0) begin
      a = aw_due.pop_front();
      aw_had[a.client]++;
    end
    if (w_go && w_due.size() != 0) begin
      a = w_due.pop_front();
      w_had[a.client]++;
    end
    for (int i = 0; i < NR; i++) if (rd_taken[i]) begin
      a.client = i;
      a.addr   = rd_addr[64 * i +: 64];
      a.beats  = int'(rd_len[8 * i +: 8]) + 1;
      ar_due.push_back(a);
    end
    for (int i = 0; i < NW; i++) if (wr_taken[i]) begin
      a.client = i;
      a.addr   = wr_addr[64 * i +: 64] & ~64'd63;
      a.data   = wr_data[512 * i +: 512];
      a.strb   = wr_strb[64 * i +: 64];
      aw_due.push_back(a);
      w_due.push_back(a);
    end
  endtask

  bit done;
  initial begin
    repeat (4) @(negedge clk);
    gate.rst_n = 1'b1;
    rst_n      = 1'b1;
    for (int t = 0; t < 140000; t++) begin
      quiet = t > 120000;
      @(negedge clk);
      drive();
      #1 look();
    end
    check_musts();
    done = stat.quiet && ar_due.size() == 0 && aw_due.size() == 0 && w_due.size() == 0;
    for (int i = 0; i < NR; i++) done &= r_owed[i].size() == 0;
    for (int i = 0; i < NW; i++) done &= aw_had[i] == b_had[i] && w_had[i] == b_had[i];
    check(done, "what was taken is at the bus and answered in the end (P40)");
    for (int i = 0; i < NR; i++) check(n_read[i] > 500, "reads of each client");
    for (int i = 0; i < NW; i++) check(n_write[i] > 500, "writes of each client");
    check(n_withdrawn > 1000, "accesses withdrawn before they were taken");
    check(n_off > 5000 && n_went_on > 200, "what was taken goes on without bus-master enable, nothing else (P40)");
    check(n_r_error > 500 && n_b_error > 200 && n_both > 5, "errors of beats and of writes, in one cycle as well");
    check(n_row > 1000 && n_blocked > 1000, "accesses without a gap, beats that wait for their client");
    check(n_data_first > 500 && n_mixed > 1000, "data before its address, beats beside bursts of other clients");
    $display("%0d withdrawn %0d off %0d on %0d r errors %0d b errors %0d both %0d row %0d blocked %0d first %0d mixed",
             n_withdrawn, n_off, n_went_on, n_r_error, n_b_error, n_both, n_row, n_blocked, n_data_first, n_mixed);
    report("rtl_host_bus");
  end
endmodule
