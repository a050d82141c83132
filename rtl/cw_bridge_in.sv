// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Way into the bridge: AXI addresses are checked (P36), counted against their context's quota (P38) and given a slot.
//
// Order: that of each channel; one burst per cycle in all, reads and writes in turn. A burst that the bridge does not
// take gets a slot like any other, marked bad: its data is absorbed and it is answered in the order of its ID. A
// channel stands while its slots are all in use, or while its first burst is above the quota and is to wait there.
// Storage: two words per channel; a bit, and the context, of each slot; two counters and a limit per context.
module cw_bridge_in (
  input  logic                                clk,
  input  logic                                rst_n,
  // {stall, quota}: bursts of a context at most, 0: no limit; above it: wait, else SLVERR. `limit` is that of contexts
  // without one of their own, `limit_own` that of `limit_ctx`; 0: none of its own.
  input  logic [7:0]                          limit,
  input  logic                                limit_we,
  input  logic [cw_pkg::CTX_W-1:0]            limit_ctx,
  input  logic [7:0]                          limit_own,
  // AXI4 slave, address channels
  input  logic                                s_awvalid,
  output logic                                s_awready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      s_awid,
  input  logic [63:0]                         s_awaddr,
  input  logic [7:0]                          s_awlen,
  input  logic [2:0]                          s_awsize,
  input  logic [1:0]                          s_awburst,
  input  logic                                s_awlock,
  input  logic [15:0]                         s_awuser,
  input  logic                                s_arvalid,
  output logic                                s_arready,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      s_arid,
  input  logic [63:0]                         s_araddr,
  input  logic [7:0]                          s_arlen,
  input  logic [2:0]                          s_arsize,
  input  logic [1:0]                          s_arburst,
  input  logic                                s_arlock,
  input  logic [15:0]                         s_aruser,
  // a burst has its slot
  output logic                                in_valid,
  output logic                                in_write,
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    in_slot,
  output logic [cw_pkg::BRIDGE_ID_W-1:0]      in_id,
  output logic [15:0]                         in_ctx,
  output logic [63:0]                         in_addr,
  output logic [7:0]                          in_beats_m1,
  output logic [2:0]                          in_size,
  output logic [11:0]                         in_len_m1,    // bytes - 1
  output logic                                in_bad,
  // slots given back
  input  logic                                wfree,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    wfree_slot,
  input  logic                                rfree,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    rfree_slot,
  output logic                                busy,         // a burst is in the bridge
  output logic                                ev_malformed,
  output logic                                ev_quota
);
  localparam int unsigned SW = cw_pkg::BRIDGE_SLOT_W;
  localparam int unsigned NS = 1 << SW;
  localparam int unsigned QW = SW + 1;
  localparam int unsigned CW = cw_pkg::CTX_W;
  localparam int unsigned W  = cw_pkg::BRIDGE_ID_W + 64 + 8 + 3 + 2 + 1 + 16;

  // ---- two words of each channel: ready does not depend on what stands behind ----
  logic aw_valid, aw_take, ar_valid, ar_take;
  logic [W-1:0] aw, ar, sel;
  cw_fifo #(.W(W), .LG(1)) u_aw (
    .clk, .rst_n, .in_valid(s_awvalid), .in_ready(s_awready),
    .in_data({s_awid, s_awaddr, s_awlen, s_awsize, s_awburst, s_awlock, s_awuser}),
    .out_valid(aw_valid), .out_ready(aw_take), .out_data(aw));
  cw_fifo #(.W(W), .LG(1)) u_ar (
    .clk, .rst_n, .in_valid(s_arvalid), .in_ready(s_arready),
    .in_data({s_arid, s_araddr, s_arlen, s_arsize, s_arburst, s_arlock, s_aruser}),
    .out_valid(ar_valid), .out_ready(ar_take), .out_data(ar));

  // ---- slots and quotas ----
  logic [NS-1:0] wused, rused, wlow, rlow;
  logic [SW-1:0] wslot, rslot;
  logic [CW-1:0] wctx [NS];
  logic [CW-1:0] rctx [NS];
  logic [NS-1:0] wheld, rheld;                          // the slot counts for its context
  logic [cw_pkg::NCTX*QW-1:0] wcount, rcount;
  logic aw_over, ar_over;

  assign wlow = ~wused & (wused + 1'b1);
  assign rlow = ~rused & (rused + 1'b1);
  always_comb begin
    wslot = '0;
    rslot = '0;
    for (int unsigned i = 0; i < NS; i++) begin
      if (aw_valid && wlow[i]) wslot |= SW'(i);
      if (ar_valid && rlow[i]) rslot |= SW'(i);
    end
  end

  // A context that no table can hold is refused by the engine; it must not count for another one.
  function automatic logic known(input logic [15:0] ctx);
    known = ctx < 16'(cw_pkg::NCTX);
  endfunction
  // The firmware writes them for all contexts when it boots; a reset of the port leaves them, as it leaves contexts.
  logic [7:0] limits [cw_pkg::NCTX];
  logic [7:0] aw_own, ar_own, aw_limit, ar_limit;
  always_ff @(posedge clk) if (limit_we) limits[limit_ctx] <= limit_own;
  assign aw_own   = cw_pkg::MUT_BRIDGE_ONE_QUOTA ? '0 : limits[aw[CW-1:0]];
  assign ar_own   = cw_pkg::MUT_BRIDGE_ONE_QUOTA ? '0 : limits[ar[CW-1:0]];
  assign aw_limit = aw_own != '0 ? aw_own : limit;
  assign ar_limit = ar_own != '0 ? ar_own : limit;

  // Mutant: one burst more.
  logic [QW:0] aw_count, ar_count;
  assign aw_count = (QW+1)'(wcount[aw[CW-1:0]*QW +: QW]) + (QW+1)'(rcount[aw[CW-1:0]*QW +: QW]);
  assign ar_count = (QW+1)'(wcount[ar[CW-1:0]*QW +: QW]) + (QW+1)'(rcount[ar[CW-1:0]*QW +: QW]);
  assign aw_over  = aw_limit[6:0] != '0 && known(aw[15:0]) &&
                    aw_count >= aw_limit[6:0] + 7'(cw_pkg::MUT_BRIDGE_QUOTA_PLUS);
  assign ar_over  = ar_limit[6:0] != '0 && known(ar[15:0]) &&
                    ar_count >= ar_limit[6:0] + 7'(cw_pkg::MUT_BRIDGE_QUOTA_PLUS);

  // ---- one burst per cycle ----
  logic aw_ask, ar_ask, turn, over;
  assign aw_ask   = aw_valid && wused != '1 && !(aw_over && aw_limit[7]);
  assign ar_ask   = ar_valid && rused != '1 && !(ar_over && ar_limit[7]);
  assign aw_take  = aw_ask && (!ar_ask || turn);
  assign ar_take  = ar_ask && !aw_take;
  assign sel      = aw_take ? aw : ar;
  assign over     = aw_take ? aw_over : ar_over;
  assign in_valid = aw_ask || ar_ask;
  assign in_write = aw_take;
  assign in_slot  = aw_take ? wslot : rslot;

  // ---- what is asked, and whether it may be ----
  logic [1:0]  burst;
  logic        lock, wrong;
  logic [14:0] span;                                    // bytes from the aligned start to the end
  logic [6:0]  into;                                    // bytes of the first beat before the start
  logic [15:0] last;                                    // offset in the page of the last byte
  assign {in_id, in_addr, in_beats_m1, in_size, burst, lock, in_ctx} = sel;
  assign into      = in_addr[6:0] & ((7'd1 << in_size) - 7'd1);
  assign span      = (15'(in_beats_m1) + 15'd1) << in_size;
  assign last      = 16'(in_addr[11:0]) + 16'(span) - 16'(into) - 16'd1;
  logic crosses;
  assign crosses     = last[15:12] != '0;
  assign in_len_m1 = cw_pkg::MUT_BURST_CROSS && crosses ? ~in_addr[11:0] : 12'(span - 15'(into) - 15'd1);
  assign wrong     = burst != 2'b01 || lock || in_size == 3'd7 || (!cw_pkg::MUT_BURST_CROSS && crosses);
  assign in_bad       = wrong || over;
  assign ev_malformed = in_valid && wrong;
  assign ev_quota     = in_valid && !wrong && over;

  assign busy = aw_valid || ar_valid || wused != '0 || rused != '0;

  logic wcount_up, rcount_up, wcount_down, rcount_down;
  assign wcount_up   = aw_take && !in_bad && known(in_ctx);
  assign rcount_up   = ar_take && !in_bad && known(in_ctx);
  assign wcount_down = wfree && wheld[wfree_slot];
  assign rcount_down = rfree && rheld[rfree_slot];
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      wused <= '0;
      rused <= '0;
      wheld <= '0;
      rheld <= '0;
      turn  <= 1'b0;
      wcount <= '0;
      rcount <= '0;
    end else begin
      if (wfree) wused[wfree_slot] <= 1'b0;
      if (rfree) rused[rfree_slot] <= 1'b0;
      if (in_valid) turn <= ar_take;
      if (aw_take) begin
        wused[wslot] <= 1'b1;
        wheld[wslot] <= wcount_up;
      end
      if (ar_take) begin
        rused[rslot] <= 1'b1;
        rheld[rslot] <= rcount_up;
      end
      if (!(wcount_up && wcount_down && wctx[wfree_slot] == in_ctx[CW-1:0])) begin
        if (wcount_up) wcount[in_ctx[CW-1:0]*QW +: QW] <= wcount[in_ctx[CW-1:0]*QW +: QW] + 1'b1;
        if (wcount_down) wcount[wctx[wfree_slot]*QW +: QW] <= wcount[wctx[wfree_slot]*QW +: QW] - 1'b1;
      end
      if (!(rcount_up && rcount_down && rctx[rfree_slot] == in_ctx[CW-1:0])) begin
        if (rcount_up) rcount[in_ctx[CW-1:0]*QW +: QW] <= rcount[in_ctx[CW-1:0]*QW +: QW] + 1'b1;
        if (rcount_down) rcount[rctx[rfree_slot]*QW +: QW] <= rcount[rctx[rfree_slot]*QW +: QW] - 1'b1;
      end
    end
    if (aw_take) wctx[wslot] <= in_ctx[CW-1:0];
    if (ar_take) rctx[rslot] <= in_ctx[CW-1:0];
  end

  logic unused;
  assign unused = &{1'b0, last[11:0]};
endmodule
