// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bridge_port: who stands at the bridge, and what goes where. In place of the queue and of the bridge are
// two modules without any sense of their own that show what they get and give what the bench says, at random; between
// them is the real cw_bridge_mux. Order and owner of each burst are known from the addresses alone, as AXI4 has them.
`define TO_BRIDGE {limit, limit_we, limit_ctx, limit_own, backoff, tries, fence, req_ready, ans_valid, ans, ans_data, \
  look_slot, m_awready, m_wready, m_bvalid, m_bid, m_bresp, m_arready, m_rvalid, m_rid, m_rdata, m_rresp, m_rlast}
`define FROM_BRIDGE {quiet, req_valid, req, ans_ready, rel_valid, rel_tag, look_data, look_strb, m_awvalid, m_awid, \
  m_awaddr, m_awlen, m_wvalid, m_wdata, m_wstrb, m_wlast, m_bready, m_arvalid, m_arid, m_araddr, m_arlen, m_rready, \
  ev_reads, ev_writes, ev_malformed, ev_quota, ev_refused, ev_emul_long, ev_retries, ev_gave_up, ev_fenced, \
  ev_bus_errors}

package port_t;
  localparam int IW = cw_pkg::BRIDGE_ID_W;
  typedef struct packed {
    logic [IW-1:0] id;
    logic [63:0]   addr;
    logic [7:0]    len;
    logic [2:0]    size;
    logic [1:0]    burst;
    logic          lock;
    logic [15:0]   user;
  } burst_t;
  typedef struct packed {
    logic [511:0] data;
    logic [63:0]  strb;
    logic         last;
  } beat_t;
  typedef struct packed {
    logic          valid;
    logic [IW-1:0] id;
    logic [1:0]    resp;
    logic [511:0]  data;
    logic          last;
  } answer_t;
  typedef struct packed {
    logic   awvalid, wvalid, arvalid;
    burst_t aw, ar;
    beat_t  w;
  } side_t;
endpackage

module tb_bridge_port;
  `include "tb_unit.svh"
  `include "tb_must.svh"
  import port_t::*;
  cw_t::nic_set_t nic_set;
  cw_t::nic_stat_t nic_stat;
  logic [7:0] limit;
  logic limit_we;
  logic [cw_pkg::CTX_W-1:0] limit_ctx;
  logic [7:0] limit_own;
  logic [14:0] backoff;
  logic [11:0] tries;
  logic fence, quiet, awake, s_awvalid, s_awready;
  logic [cw_pkg::BRIDGE_ID_W-2:0] s_awid;
  logic [63:0] s_awaddr;
  logic [7:0] s_awlen;
  logic [2:0] s_awsize;
  logic [1:0] s_awburst;
  logic s_awlock;
  logic [15:0] s_awuser;
  logic s_wvalid, s_wready;
  logic [511:0] s_wdata;
  logic [63:0] s_wstrb;
  logic s_wlast, s_bvalid, s_bready;
  logic [cw_pkg::BRIDGE_ID_W-2:0] s_bid;
  logic [1:0] s_bresp;
  logic s_arvalid, s_arready;
  logic [cw_pkg::BRIDGE_ID_W-2:0] s_arid;
  logic [63:0] s_araddr;
  logic [7:0] s_arlen;
  logic [2:0] s_arsize;
  logic [1:0] s_arburst;
  logic s_arlock;
  logic [15:0] s_aruser;
  logic s_rvalid, s_rready;
  logic [cw_pkg::BRIDGE_ID_W-2:0] s_rid;
  logic [511:0] s_rdata;
  logic [1:0] s_rresp;
  logic s_rlast, req_valid, req_ready;
  cw_t::req_t req;
  logic ans_valid, ans_ready;
  cw_t::ans_t ans;
  logic [511:0] ans_data;
  logic rel_valid;
  logic [cw_pkg::TAG_W-1:0] rel_tag;
  logic [cw_pkg::BRIDGE_SLOT_W-1:0] look_slot;
  logic [511:0] look_data;
  logic [63:0] look_strb;
  logic m_awvalid, m_awready;
  logic [cw_pkg::BRIDGE_ID_W-1:0] m_awid;
  logic [63:0] m_awaddr;
  logic [7:0] m_awlen;
  logic m_wvalid, m_wready;
  logic [511:0] m_wdata;
  logic [63:0] m_wstrb;
  logic m_wlast, m_bvalid, m_bready;
  logic [cw_pkg::BRIDGE_ID_W-1:0] m_bid;
  logic [1:0] m_bresp;
  logic m_arvalid, m_arready;
  logic [cw_pkg::BRIDGE_ID_W-1:0] m_arid;
  logic [63:0] m_araddr;
  logic [7:0] m_arlen;
  logic m_rvalid, m_rready;
  logic [cw_pkg::BRIDGE_ID_W-1:0] m_rid;
  logic [511:0] m_rdata;
  logic [1:0] m_rresp;
  logic m_rlast, ev_reads, ev_writes;
  logic [1:0] ev_malformed;
  logic ev_quota, ev_refused, ev_emul_long, ev_retries, ev_gave_up;
  logic [1:0] ev_fenced, ev_bus_errors;
  cw_bridge_port dut (.*);

  localparam int TW = $bits(`TO_BRIDGE), FW = $bits(`FROM_BRIDGE);
  side_t [1:0] side = '0;                // outside, and the queue
  answer_t b = '0, r = '0;               // from the bridge
  logic [2:0] ready = '0;                // of the bridge: aw, w, ar
  logic [TW-1:0] to_bridge = '0;
  logic [FW-1:0] from_bridge = '0;
  logic [1:0]    awake_in = '0;
  cw_t::nic_stat_t stat = '0;


  // ---- order of the write data: owner and beats of each burst whose address the bridge has taken ----
  bit own [$];
  int len [$];
  int n_aw [2], n_w [2], n_ar [2], n_b [2], n_r [2];
  int beat = 0, n_held = 0, n_stood = 0, n_both = 0, bias = 4;
  bit aw_go, w_go, ar_go, b_go, r_go, at;

  function automatic logic [4095:0] noise(input int words);
    noise = '0;
    for (int i = 0; i < words; i++) noise[32*i +: 32] = $urandom;
  endfunction

  // The burst as the bridge must see it: the queue's are whole lines, INCR, of its context, without lock.
  function automatic burst_t seen(input burst_t x, input bit nic);
    seen = x;
    seen.id[IW-1] = nic;
    if (nic) {seen.size, seen.burst, seen.lock, seen.user} = {3'd6, 2'b01, 1'b0, nic_set.ctx[15:0]};
  endfunction

  task automatic drive();
    for (int i = 0; i < 2; i++) begin    // what stands stays (AXI4)
      if (!side[i].awvalid || (aw_go && at == 1'(i))) begin
        side[i].awvalid = often(bias);
        side[i].aw      = burst_t'(noise(4));
        side[i].aw.len  = rnd(60) == 0 ? 8'($urandom) : 8'(rnd(3));
      end
      if (!side[i].wvalid || n_taken[i]) begin
        side[i].wvalid = often(8 - bias);
        side[i].w      = beat_t'(noise(19));
      end
      if (!side[i].arvalid || r_taken[i]) begin
        side[i].arvalid = often(bias);
        side[i].ar      = burst_t'(noise(4));
      end
    end
    if (!b.valid || b_go) b = answer_t'({often(4), 520'(noise(17))});
    if (!r.valid || r_go) r = answer_t'({often(4), 520'(noise(17))});
    ready       = {often(bias), often(4), often(bias)};
    to_bridge   = TW'(noise((TW + 31) / 32));
    from_bridge = FW'(noise((FW + 31) / 32));
    awake_in    = 2'($urandom);
    stat        = cw_t::nic_stat_t'(noise(13));
    if (rnd(50) == 0) nic_set = cw_t::nic_set_t'(noise(13));
    s_bready    = often(4);
    s_rready    = often(4);
    `TO_BRIDGE = to_bridge;
    {s_awvalid, s_wvalid, s_arvalid} = {side[0].awvalid, side[0].wvalid, side[0].arvalid};
    {s_awid, s_awaddr, s_awlen, s_awsize, s_awburst, s_awlock, s_awuser} = side[0].aw[$bits(burst_t)-2:0];
    {s_arid, s_araddr, s_arlen, s_arsize, s_arburst, s_arlock, s_aruser} = side[0].ar[$bits(burst_t)-2:0];
    {s_wdata, s_wstrb, s_wlast} = side[0].w;
    dut.u_nic.from    = side[1];
    dut.u_nic.on      = awake_in[1];
    dut.u_nic.show    = stat;
    dut.u_bridge.on   = awake_in[0];
    dut.u_bridge.b    = b;
    dut.u_bridge.r    = r;
    dut.u_bridge.rdy  = ready;
    dut.u_bridge.from = from_bridge;
  endtask

  bit [1:0] n_taken = '0, r_taken = '0;   // write data, read addresses

  task automatic look();
    logic [1:0] hand;
    // ---- addresses ----
    hand  = {side[1].awvalid && dut.u_nic.awready, s_awvalid && s_awready};
    aw_go = dut.u_bridge.s_awvalid && ready[2];
    at    = hand[1];
    must($countones(hand) == int'(aw_go), "the bridge takes the address of a write of one side, and from that side");
    if (aw_go) begin
      must(dut.u_bridge.aw == seen(side[at].aw, at), "a write at the bridge: fields and ID of its side");
      n_both += int'(side[0].awvalid && side[1].awvalid);
      n_aw[at]++;
    end
    r_taken = {side[1].arvalid && dut.u_nic.arready, s_arvalid && s_arready};
    ar_go   = dut.u_bridge.s_arvalid && ready[0];
    must($countones(r_taken) == int'(ar_go), "the bridge takes the address of a read of one side, and from that side");
    if (ar_go) begin
      must(dut.u_bridge.ar == seen(side[r_taken[1]].ar, r_taken[1]),
           "a read at the bridge: fields and ID of its side");
      n_ar[r_taken[1]]++;
    end
    must(dut.u_bridge.s_arvalid == (side[0].arvalid || side[1].arvalid), "reads wait for nothing but the bridge");
    // ---- data: of the oldest burst that waits for some ----
    n_taken = {side[1].wvalid && dut.u_nic.wready, s_wvalid && s_wready};
    w_go    = dut.u_bridge.s_wvalid && ready[1];
    must($countones(n_taken) == int'(w_go), "the bridge takes a beat of one side, and from that side");
    if (own.size() == 0) must(!w_go, "no data before its address");
    else begin
      must(dut.u_bridge.s_wvalid == side[own[0]].wvalid, "data that is due is at the bridge at once");
      if (w_go) begin
        must(n_taken[own[0]], "data comes in the order of the addresses");
        must(dut.u_bridge.w == side[own[0]].w, "beats at the bridge are those of the side");
        n_w[own[0]]++;
        beat++;
        if (beat > len[0]) begin
          beat = 0;
          void'(own.pop_front());
          void'(len.pop_front());
        end
      end else n_held += int'(side[!own[0]].wvalid);
    end
    if (aw_go) begin
      own.push_back(at);
      len.push_back(int'(side[at].aw.len));
    end
    // ---- answers: to the side that the highest bit of the ID says; the queue takes its own at once ----
    b_go = b.valid && dut.u_bridge.s_bready;
    r_go = r.valid && dut.u_bridge.s_rready;
    must(s_bvalid == (b.valid && !b.id[IW-1]) && dut.u_nic.bvalid == (b.valid && b.id[IW-1]) &&
         s_rvalid == (r.valid && !r.id[IW-1]) && dut.u_nic.rvalid == (r.valid && r.id[IW-1]),
         "an answer is for the side that its ID names, and for no other");
    must((!b.valid || dut.u_bridge.s_bready == (b.id[IW-1] || s_bready)) &&
         (!r.valid || dut.u_bridge.s_rready == (r.id[IW-1] || s_rready)),
         "an answer is taken when its side takes it; the queue does so at once");
    must(!s_bvalid || {s_bid, s_bresp} == {b.id[IW-2:0], b.resp}, "answers of writes, outside");
    must(!s_rvalid || {s_rid, s_rresp, s_rdata, s_rlast} == {r.id[IW-2:0], r.resp, r.data, r.last},
         "beats of reads, outside");
    must(!dut.u_nic.bvalid || {dut.u_nic.bid, dut.u_nic.bresp} == {b.id[IW-2:0], b.resp}, "answers of writes, queue");
    must(!dut.u_nic.rvalid || {dut.u_nic.rid, dut.u_nic.rresp, dut.u_nic.rdata, dut.u_nic.rlast} ==
         {r.id[IW-2:0], r.resp, r.data, r.last}, "beats of reads, the queue");
    n_b[b.id[IW-1]] += int'(b_go);
    n_r[r.id[IW-1]] += int'(r_go);
    n_stood += int'(b.valid && !b_go) + int'(r.valid && !r_go);
    // ---- all the rest is as the bridge, or the queue, has it ----
    must(dut.u_bridge.got == to_bridge, "settings, fence, engine and memory reach the bridge");
    must(`FROM_BRIDGE == from_bridge, "requests, memory and counters are those of the bridge");
    must(dut.u_nic.set == nic_set && nic_stat == stat, "registers of the queue");
    must(awake == (awake_in != '0), "awake as long as one of both is");
    must(dut.u_nic.rst_n == rst_n && dut.u_bridge.rst_n == rst_n, "one reset for both");
  endtask

  initial begin
    nic_set = '0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (int i = 0; i < 60000; i++) begin
      @(negedge clk);
      if (i % 500 == 0) bias = 2 + rnd(5);
      drive();
      #1;
      look();
      now++;
    end
    check_musts();
    for (int i = 0; i < 2; i++)
      check(n_aw[i] > 1000 && n_w[i] > 5000 && n_ar[i] > 5000 && n_b[i] > 5000 && n_r[i] > 5000,
            i == 0 ? "all of that from outside" : "all of that from the queue");
    check(n_both > 1000 && n_held > 1000, "both at once; data of one side waited for that of the other");
    check(n_stood > 5000, "answers waited for who takes them");
    $display("aw %0d %0d, w %0d %0d, ar %0d %0d, b %0d %0d, r %0d %0d, both %0d, held %0d, stood %0d", n_aw[0], n_aw[1],
             n_w[0], n_w[1], n_ar[0], n_ar[1], n_b[0], n_b[1], n_r[0], n_r[1], n_both, n_held, n_stood);
    report("rtl_bridge_port");
  end
endmodule

// In the place of the queue.
module cw_nic (
  input  logic                                clk,
  input  logic                                rst_n,
  input  cw_t::nic_set_t                      set,
  output cw_t::nic_stat_t                     stat,
  output logic                                awake,
  output logic                                awvalid,
  input  logic                                awready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]      awid,
  output logic [63:0]                         awaddr,
  output logic [7:0]                          awlen,
  output logic                                wvalid,
  input  logic                                wready,
  output logic [511:0]                        wdata,
  output logic [63:0]                         wstrb,
  output logic                                wlast,
  input  logic                                bvalid,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]      bid,
  input  logic [1:0]                          bresp,
  output logic                                arvalid,
  input  logic                                arready,
  output logic [cw_pkg::BRIDGE_ID_W-2:0]      arid,
  output logic [63:0]                         araddr,
  output logic [7:0]                          arlen,
  input  logic                                rvalid,
  input  logic [cw_pkg::BRIDGE_ID_W-2:0]      rid,
  input  logic [511:0]                        rdata,
  input  logic [1:0]                          rresp,
  input  logic                                rlast
);
  port_t::side_t   from = '0;
  logic            on = 1'b0;
  cw_t::nic_stat_t show = '0;
  assign {stat, awake} = {show, on};
  assign {awvalid, awid, awaddr, awlen} = {from.awvalid, from.aw.id[port_t::IW-2:0], from.aw.addr, from.aw.len};
  assign {arvalid, arid, araddr, arlen} = {from.arvalid, from.ar.id[port_t::IW-2:0], from.ar.addr, from.ar.len};
  assign {wvalid, wdata, wstrb, wlast} = {from.wvalid, from.w};
endmodule

// In the place of the bridge.
module cw_bridge (
  input  logic                                clk,
  input  logic                                rst_n,
  input  logic [7:0]                          limit,
  input  logic                                limit_we,
  input  logic [cw_pkg::CTX_W-1:0]            limit_ctx,
  input  logic [7:0]                          limit_own,
  input  logic [14:0]                         backoff,
  input  logic [11:0]                         tries,
  input  logic                                fence,
  output logic                                quiet,
  output logic                                awake,
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
  output logic                                req_valid,
  input  logic                                req_ready,
  output cw_t::req_t                          req,
  input  logic                                ans_valid,
  output logic                                ans_ready,
  input  cw_t::ans_t                          ans,
  input  logic [511:0]                        ans_data,
  output logic                                rel_valid,
  output logic [cw_pkg::TAG_W-1:0]            rel_tag,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    look_slot,
  output logic [511:0]                        look_data,
  output logic [63:0]                         look_strb,
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
  logic [$bits(`TO_BRIDGE)-1:0]   got;
  logic [$bits(`FROM_BRIDGE)-1:0] from = '0;
  logic                           on = 1'b0;
  logic [2:0]                     rdy = '0;
  port_t::answer_t                b = '0, r = '0;
  port_t::burst_t                 aw, ar;
  port_t::beat_t                  w;
  assign got = `TO_BRIDGE;
  assign `FROM_BRIDGE = from;
  assign awake = on;
  assign {s_awready, s_wready, s_arready} = rdy;
  assign {s_bvalid, s_bid, s_bresp} = {b.valid, b.id, b.resp};
  assign {s_rvalid, s_rid, s_rresp, s_rdata, s_rlast} = r;
  assign aw = {s_awid, s_awaddr, s_awlen, s_awsize, s_awburst, s_awlock, s_awuser};
  assign ar = {s_arid, s_araddr, s_arlen, s_arsize, s_arburst, s_arlock, s_aruser};
  assign w  = {s_wdata, s_wstrb, s_wlast};
endmodule
