// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The way out of all ports: one cw_answer per initiator port, and the plain result path of the host-submission port.
//
// `look_*` is the lookup pipe and never waits; `walk_*` and `park_*` name one port per cycle by a valid bit. Probe
// results have no queue: the host takes them at once (P7). Port numbers as in params.def.
module cw_ports (
  input  logic                                  clk,
  input  logic                                  rst_n,
  // requests taken by the lookup pipe
  input  logic [cw_pkg::NPORT-1:0]              taken,
  output logic [cw_pkg::NPORT-1:0]              room,
  output logic [cw_pkg::NPORT-1:0]              bubble,
  // lookup cycle
  input  logic [cw_pkg::PORT_W-1:0]             look_port,
  input  logic [cw_pkg::TAG_W-1:0]              look_tag,
  input  logic [cw_pkg::CTX_W-1:0]              look_ctx,
  output logic                                  look_busy,
  input  logic                                  look_take,    // the tag is in use from now on
  input  logic                                  look_valid,
  input  cw_t::ans_t                            look_ans,
  input  logic                                  look_free,
  // walks and parked requests
  input  logic [cw_pkg::NPORT-1:0]              walk_valid,
  output logic [cw_pkg::NPORT-1:0]              walk_ready,
  input  cw_t::ans_t                            walk_ans,
  input  logic [2:0]                            walk_level,
  input  logic [cw_pkg::NPORT-1:0]              park_valid,
  output logic [cw_pkg::NPORT-1:0]              park_ready,
  input  cw_t::ans_t                            park_ans,
  // initiators: bit or field p is port p; those of the host-submission port are not used
  output logic [cw_pkg::NPORT-1:0]              ans_valid,
  input  logic [cw_pkg::NPORT-1:0]              ans_ready,
  output logic [cw_pkg::NPORT*cw_pkg::ANS_W-1:0] ans,
  input  logic [cw_pkg::NPORT-1:0]              rel_valid,
  input  logic [cw_pkg::NPORT*cw_pkg::TAG_W-1:0] rel_tag,
  output logic [cw_pkg::NPORT-1:0]              rel_known,
  output logic [cw_pkg::NPORT-1:0]              rel_epoch,
  output logic [cw_pkg::NPORT-1:0]              emul_taken,
  // who holds up a fenced port, as register HOLDER says
  input  logic [cw_pkg::NPORT-1:0]              fenced,
  input  logic [cw_pkg::NPORT-1:0]              epoch,
  output logic [cw_pkg::NPORT*32-1:0]           holder,
  // resets of ports: what is given back in place of the initiator, and whether nothing of it is left
  input  logic [cw_pkg::NPORT-1:0]              take_back,
  output logic [cw_pkg::NPORT-1:0]              empty,
  output logic [cw_pkg::NPORT-1:0]              own_rel,
  output logic [cw_pkg::NPORT*cw_pkg::TAG_W-1:0] own_tag,
  // probe results
  output logic                                  res_valid,
  output cw_t::ans_t                            res,
  output logic [2:0]                            res_level,
  // answers that went out in this cycle, for the counters
  output logic [2:0]                            n_grant,
  output logic [2:0]                            n_abort,
  output logic [2:0]                            n_ones,
  output logic [2:0]                            n_emulated,
  output logic [2:0]                            n_retry_later
);
  localparam int unsigned NP = cw_pkg::NPORT;
  localparam int unsigned NI = cw_pkg::PORT_HOST;
  localparam int unsigned AW = cw_pkg::ANS_W;
  localparam int unsigned TW = cw_pkg::TAG_W;

  logic [NP-1:0] busy, grant, abort, ones, emulated, later;

  for (genvar p = 0; p < NP; p++) if (p != NI) begin : g_port
    logic [AW-1:0] out;
    logic [3:0] verdict;
    logic here, sent, hold_valid;
    logic [TW-1:0] hold_tag;
    logic [cw_pkg::CTX_W-1:0] hold_ctx;
    assign here = look_port == cw_pkg::PORT_W'(p);
    cw_answer u_answer (
      .clk, .rst_n, .req_taken(taken[p]), .room(room[p]), .bubble(bubble[p]),
      .look_tag, .look_busy(busy[p]), .look_take(look_take && here), .look_ctx,
      .fenced(fenced[p]), .now_epoch(epoch[p]), .hold_valid, .hold_tag, .hold_ctx,
      .take_back(take_back[p]), .empty(empty[p]), .own_rel(own_rel[p]),
      .look_valid(look_valid && here), .look_ans, .look_free,
      .walk_valid(walk_valid[p]), .walk_ready(walk_ready[p]), .walk_ans,
      .park_valid(park_valid[p]), .park_ready(park_ready[p]), .park_ans,
      .ans_valid(ans_valid[p]), .ans_ready(ans_ready[p]), .ans(out), .ans_verdict(verdict),
      .rel_valid(rel_valid[p]), .rel_tag(rel_tag[p*TW +: TW]), .rel_known(rel_known[p]), .rel_epoch(rel_epoch[p]));
    assign ans[p*AW +: AW] = out;
    assign own_tag[p*TW +: TW] = hold_tag;
    assign holder[p*32 +: 32] = hold_valid ? {8'h80, 8'(hold_tag), 16'(hold_ctx)} : '0;
    assign sent          = ans_valid[p] && ans_ready[p];
    assign grant[p]      = sent && (verdict == cw_pkg::V_HIT || verdict == cw_pkg::V_FIXED);
    assign abort[p]      = sent && verdict == cw_pkg::V_ABORT;
    assign ones[p]       = sent && verdict == cw_pkg::V_ONES;
    assign emulated[p]   = sent && verdict == cw_pkg::V_EMULATED;
    assign later[p]      = sent && verdict == cw_pkg::V_RETRY_LATER;
    assign emul_taken[p] = emulated[p];
  end

  // ---- host-submission port ----
  logic look_host;
  assign look_host              = look_valid && look_port == cw_pkg::PORT_W'(NI);
  assign holder[NI*32 +: 32]    = '0;
  assign empty[NI]              = 1'b1;
  assign own_rel[NI]            = 1'b0;
  assign own_tag[NI*TW +: TW]   = '0;
  assign room[NI]               = 1'b1;
  assign bubble[NI]             = 1'b0;
  assign walk_ready[NI]         = !look_host;
  assign park_ready[NI]         = 1'b1;
  assign rel_known[NI]          = 1'b0;
  assign rel_epoch[NI]          = 1'b0;
  assign emul_taken[NI]         = 1'b0;
  assign ans_valid[NI]          = 1'b0;
  assign ans[NI*AW +: AW]       = '0;
  assign busy[NI]               = 1'b0;
  assign grant[NI]              = 1'b0;
  assign abort[NI]              = 1'b0;
  assign ones[NI]               = 1'b0;
  assign emulated[NI]           = 1'b0;
  assign later[NI]              = 1'b0;
  assign res_valid              = look_host || walk_valid[NI];
  assign res                    = look_host ? look_ans : walk_ans;
  assign res_level              = look_host ? 3'd1 : walk_level;

  always_comb begin
    look_busy     = 1'b0;
    n_grant       = '0;
    n_abort       = '0;
    n_ones        = '0;
    n_emulated    = '0;
    n_retry_later = '0;
    for (int p = 0; p < NP; p++) begin
      if (look_port == cw_pkg::PORT_W'(p)) look_busy = busy[p];
      n_grant       += 3'(grant[p]);
      n_abort       += 3'(abort[p]);
      n_ones        += 3'(ones[p]);
      n_emulated    += 3'(emulated[p]);
      n_retry_later += 3'(later[p]);
    end
  end

  logic unused;
  assign unused = &{1'b0, taken[NI], park_valid[NI], ans_ready[NI], rel_valid[NI], rel_tag[NI*TW +: TW], fenced[NI],
                    epoch[NI], take_back[NI]};
endmodule
