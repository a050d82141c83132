// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bridge to engine: which burst asks for its translation when, and what its answer makes of it.
//
// A burst asks (and so takes its stamp) only when it needs nothing more of its initiator: a write has all of its data,
// a read its room; and only when all older bursts of its ID and direction have their grant and stand in the issue
// queue, which memory alone can hold up, or are answered (P37). Tag of a request: {write, slot}. RETRY_LATER: asked
// again after `backoff` cycles, `tries` times at most, for want of dirty budget any number of times, as that
// ends by itself. Latency: one cycle from readiness to the request, none from the
// answer to the issue queue. While `fence` is 1 a burst that wants to ask is refused instead (P21).
// Storage: context, address, length and ID of each slot; the orders of both directions.
module cw_bridge_ask (
  input  logic                                clk,
  input  logic                                rst_n,
  input  logic                                fence,
  input  logic [14:0]                         backoff,
  input  logic [11:0]                         tries,
  // new bursts
  input  logic                                in_valid,
  input  logic                                in_write,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    in_slot,
  input  logic [cw_pkg::BRIDGE_ID_W-1:0]      in_id,
  input  logic [15:0]                         in_ctx,
  input  logic [63:0]                         in_addr,
  input  logic [11:0]                         in_len_m1,
  input  logic                                in_bad,
  // write data complete
  input  logic                                full_valid,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    full_slot,
  input  logic                                full_bad,
  // engine port
  output logic                                req_valid,
  input  logic                                req_ready,
  output cw_t::req_t                          req,
  input  logic                                ans_valid,
  output logic                                ans_ready,
  input  cw_t::ans_t                          ans,
  // outcomes: at most one in a cycle
  output logic                                out_write,
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    out_slot,
  output logic                                grant,        // to out_page
  output logic [cw_pkg::PA_W-1:12]            out_page,
  output logic                                finish,       // without an access of memory
  output logic                                out_error,
  output logic                                out_ones,
  output logic                                emul,         // read: answered with the data of the answer
  output logic [5:0]                          emul_offset,
  input  logic                                emul_busy,
  output logic                                ev_refused,
  output logic                                ev_emul_long,
  output logic                                ev_retries,
  output logic                                ev_gave_up,
  output logic                                ev_fenced
);
  localparam int unsigned SW  = cw_pkg::BRIDGE_SLOT_W;
  localparam int unsigned IW  = cw_pkg::BRIDGE_ID_W;
  localparam int unsigned NS  = 1 << SW;
  localparam int unsigned NID = 1 << IW;
  localparam int unsigned W   = IW + 16 + 64 + 12;

  // ---- slots; index {write, slot} ----
  logic [W-1:0]    info [2*NS];
  logic [11:0]     asked_n [2*NS];
  logic [2*NS-1:0] full, asked, bad, fresh;   // fresh: not asked again yet, asked_n is that of another burst

  // ---- who asks next ----
  logic            wany, rany, want, pick_end, pick_write, load, out_pop;
  logic [NID-1:0]  wready, rready;
  logic [2*NID-1:0] gnt;
  logic [IW-1:0]   pick_id, pop_id;
  logic [SW-1:0]   wlook, rlook, pick_slot;
  logic [SW:0]     pick_tag;
  logic            take;
  logic [2*NS-1:0] may;

  assign may = full & ~asked;
  // Mutant: an order of its own for every second slot, so that bursts of one ID overtake each other.
  logic [IW-1:0] in_list;
  assign in_list = in_id ^ IW'(cw_pkg::MUT_ID_REORDER && in_slot[0]);
  cw_id_order u_worder (.clk, .rst_n, .push(in_valid && in_write), .push_id(in_list), .push_slot(in_slot),
                        .pop(out_pop && out_write), .pop_id, .look_id(pick_id), .look_slot(wlook), .any(wany),
                        .mark(may[2*NS-1:NS]), .ready(wready));
  cw_id_order u_rorder (.clk, .rst_n, .push(in_valid && !in_write), .push_id(in_list), .push_slot(in_slot),
                        .pop(out_pop && !out_write), .pop_id, .look_id(pick_id), .look_slot(rlook), .any(rany),
                        .mark(may[NS-1:0]), .ready(rready));
  assign want = wready != '0 || rready != '0;
  cw_arb #(.N(2*NID)) u_arb (.clk, .rst_n, .req({wready, rready}), .gnt, .take(load || pick_end));
  always_comb begin
    pick_id    = '0;
    pick_write = gnt[2*NID-1:NID] != '0;
    if (want)
      for (int unsigned i = 0; i < NID; i++)
        if (gnt[i] || gnt[NID+i]) pick_id = IW'(i);
  end
  assign pick_slot = pick_write ? wlook : rlook;
  assign pick_tag  = {pick_write, pick_slot};
  assign load      = want && !bad[pick_tag] && !fence && (!req_valid || req_ready);
  assign pick_end  = want && (bad[pick_tag] || fence) && !take;

  logic [W-1:0]  req_info;
  logic [SW:0]   req_tag;
  logic [IW-1:0] req_unused;
  always_ff @(posedge clk) begin
    if (!rst_n) req_valid <= 1'b0;
    else if (load) req_valid <= 1'b1;
    else if (req_ready) req_valid <= 1'b0;
    if (load) begin
      req_info <= info[pick_tag];
      req_tag  <= pick_tag;
    end
  end
  assign {req_unused, req.ctx, req.addr, req.len_m1} = req_info;
  assign req.write = req_tag[SW];
  assign req.tag   = cw_pkg::TAG_W'(req_tag);

  // ---- answers ----
  logic          hit, later, again, too_long, budget;
  logic [SW:0]   tag;
  logic [W-1:0]  ans_info;
  logic [IW-1:0] ans_id;
  logic [63:0]   ans_addr;
  logic [11:0]   ans_len;
  logic [15:0]   ans_ctx;
  logic [11:0]   times;
  assign ans_ready   = !emul_busy;
  assign take        = ans_valid && ans_ready;
  assign tag         = ans.tag[SW:0];
  assign ans_info    = info[tag];
  assign {ans_id, ans_ctx, ans_addr, ans_len} = ans_info;
  assign hit         = ans.verdict == cw_pkg::V_HIT || ans.verdict == cw_pkg::V_FIXED;
  assign later       = ans.verdict == cw_pkg::V_RETRY_LATER;
  assign times       = fresh[tag] ? '0 : asked_n[tag];
  assign budget      = ans.reason == cw_pkg::RSN_BUDGET;
  assign again       = later && (times != tries || budget);
  assign too_long    = (ans.verdict == cw_pkg::V_EMULATED && ans_len[11:6] != '0) ||
                       (ans.verdict == cw_pkg::V_ABORT && ans.reason == cw_pkg::RSN_EMUL_LONG);

  assign grant       = take && hit;
  assign emul        = take && ans.verdict == cw_pkg::V_EMULATED && !too_long && !tag[SW];
  assign finish      = pick_end || (take && !hit && !again && !emul);
  assign out_pop     = grant || emul || finish;
  assign out_write   = take ? tag[SW] : pick_write;
  assign out_slot    = take ? tag[SW-1:0] : pick_slot;
  assign out_page    = ans.pa[cw_pkg::PA_W-1:12];
  assign out_error   = !take || ans.verdict == cw_pkg::V_ABORT || later || too_long;
  assign out_ones    = take && ans.verdict == cw_pkg::V_ONES;
  assign emul_offset = ans_addr[5:0];
  assign pop_id      = take ? ans_id ^ IW'(cw_pkg::MUT_ID_REORDER && tag[0]) : pick_id;

  // ---- asked again, in the order in which they were told so: the wait is the same for all ----
  logic        l_valid, l_ready, l_out;
  logic [SW:0] l_tag;
  logic [15:0] l_due, l_left, now;
  cw_fifo #(.W(SW + 1 + 16), .LG(SW + 1)) u_later (
    .clk, .rst_n, .in_valid(take && again), .in_ready(l_ready), .in_data({tag, now + 16'(backoff)}),
    .out_valid(l_valid), .out_ready(l_out), .out_data({l_tag, l_due}));
  assign l_left = l_due - now;
  assign l_out  = l_valid && (l_left == '0 || l_left[15] || fence);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      full  <= '0;
      asked <= '0;
      bad   <= '0;
      fresh <= '0;
      now   <= '0;
    end else begin
      if (l_valid && !l_out) now <= now + 1'b1;
      if (in_valid) begin
        full[{in_write, in_slot}]  <= !in_write || cw_pkg::MUT_STAMP_EARLY;
        asked[{in_write, in_slot}] <= 1'b0;
        bad[{in_write, in_slot}]   <= in_bad;
        fresh[{in_write, in_slot}] <= 1'b1;
      end
      if (take && again) fresh[tag] <= 1'b0;
      if (full_valid) begin
        full[{1'b1, full_slot}] <= 1'b1;
        if (full_bad) bad[{1'b1, full_slot}] <= 1'b1;
      end
      if (load) asked[pick_tag] <= 1'b1;
      if (l_out) asked[l_tag] <= 1'b0;
    end
    if (in_valid) info[{in_write, in_slot}] <= {in_id, in_ctx, in_addr, in_len_m1};
    if (take && again) asked_n[tag] <= times + 12'(!budget);
  end

  assign ev_refused   = take && ans.verdict == cw_pkg::V_ABORT && !too_long;
  assign ev_emul_long = take && too_long;
  assign ev_retries   = take && again;
  assign ev_gave_up   = take && later && !again;
  assign ev_fenced    = pick_end && !bad[pick_tag];

  logic unused;
  assign unused = &{1'b0, wany, rany, l_ready, req_unused, ans_ctx, ans_addr[63:6], ans_len[5:0], ans.epoch,
                    ans.pa[11:0]};
endmodule
