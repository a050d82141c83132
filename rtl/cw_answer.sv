// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// One port's way out: the answer queue, the state of the port's tags, and releases.
//
// Three sources in fixed order: the lookup pipe (never waits, so hits keep their latency), walks, parked requests. A
// request is taken by the pipe only while `room` is 1, which counts every request whose answer the initiator has not
// taken yet; so the queue cannot overflow. A walk or parked answer that was passed over PATIENCE times asks for a
// bubble in the pipe. A tag is busy from the lookup to its answer or, for a grant, to its release; a grant can be
// released once the initiator has taken it (P6), and only then gives back its stamp.
// While the port is fenced, `hold_*` names one grant of the old epoch that it has not given back (P45): the tags are
// looked through, one per cycle.
// In a reset of the port all grants are given back in its place (`take_back`), again one tag per cycle, and releases of
// the initiator count for nothing; `empty`: no answer is owed, no grant held.
//
// Mutant: PORT_RESET_LEAK does not look at the grants.
module cw_answer #(
  parameter int unsigned PATIENCE = 8
) (
  input  logic                      clk,
  input  logic                      rst_n,
  // requests of this port
  input  logic                      req_taken,
  output logic                      room,
  output logic                      bubble,
  // tag state at the lookup cycle
  input  logic [cw_pkg::TAG_W-1:0]  look_tag,
  output logic                      look_busy,
  input  logic                      look_take,    // the tag becomes busy
  input  logic [cw_pkg::CTX_W-1:0]  look_ctx,
  // who holds up a fenced port
  input  logic                      fenced,
  input  logic                      now_epoch,
  output logic                      hold_valid,
  output logic [cw_pkg::TAG_W-1:0]  hold_tag,
  output logic [cw_pkg::CTX_W-1:0]  hold_ctx,
  // reset of the port
  input  logic                      take_back,
  output logic                      empty,
  output logic                      own_rel,      // with the tag in hold_tag
  // sources
  input  logic                      look_valid,
  input  cw_t::ans_t                look_ans,
  input  logic                      look_free,    // this answer ends a busy tag
  input  logic                      walk_valid,
  output logic                      walk_ready,
  input  cw_t::ans_t                walk_ans,
  input  logic                      park_valid,
  output logic                      park_ready,
  input  cw_t::ans_t                park_ans,
  // the initiator
  output logic                      ans_valid,
  input  logic                      ans_ready,
  output cw_t::ans_t                ans,
  output logic [3:0]                ans_verdict,
  input  logic                      rel_valid,
  input  logic [cw_pkg::TAG_W-1:0]  rel_tag,
  output logic                      rel_known,    // the tag held a grant: its stamp is given back
  output logic                      rel_epoch
);
  localparam int unsigned NT = cw_pkg::NTAG;

  logic [NT-1:0] busy, granted, epoch;
  logic [cw_pkg::TAG_W:0] owed;                   // requests taken, answers not yet taken
  logic [3:0] waited;
  logic q_valid, q_ready, in_grant, out_grant;
  cw_t::ans_t q_in;
  logic q_end;                                    // the answer ends the tag: anything but a grant
  logic [cw_pkg::ANS_W-1:0] q_out;

  assign walk_ready = !look_valid;
  assign park_ready = !look_valid && !walk_valid;
  assign q_valid    = look_valid || walk_valid || park_valid;
  assign q_in       = look_valid ? look_ans : walk_valid ? walk_ans : park_ans;
  assign in_grant   = q_in.verdict == cw_pkg::V_HIT || q_in.verdict == cw_pkg::V_FIXED;
  assign q_end      = q_valid && !in_grant && (!look_valid || look_free);

  // first word through: a hit is at the pins one cycle after its lookup cycle
  logic f_ready, f_valid;
  logic [cw_pkg::ANS_W-1:0] f_data;
  logic out_free;
  assign out_free = !ans_valid || ans_ready;
  assign q_ready  = f_ready;
  cw_fifo #(.W(cw_pkg::ANS_W), .LG(cw_pkg::TAG_W)) u_fifo (
    .clk, .rst_n,
    .in_valid(q_valid && (f_valid || !out_free)), .in_ready(f_ready), .in_data(q_in),
    .out_valid(f_valid), .out_ready(out_free), .out_data(f_data));
  always_ff @(posedge clk) begin
    if (!rst_n) ans_valid <= 1'b0;
    else if (out_free) ans_valid <= f_valid || q_valid;
    if (out_free) q_out <= f_valid ? f_data : q_in;
  end
  assign ans       = q_out;
  assign ans_verdict = ans.verdict;
  assign out_grant = ans_valid && ans_ready && (ans.verdict == cw_pkg::V_HIT || ans.verdict == cw_pkg::V_FIXED);

  // room and bubbles
  assign room   = owed < (cw_pkg::TAG_W+1)'(NT);
  assign bubble = waited == 4'(PATIENCE);
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      owed   <= '0;
      waited <= '0;
    end else begin
      owed <= owed + (cw_pkg::TAG_W+1)'(req_taken) - (cw_pkg::TAG_W+1)'(ans_valid && ans_ready);
      if ((walk_valid && !walk_ready) || (park_valid && !park_ready)) begin
        if (!bubble) waited <= waited + 1'b1;
      end else waited <= '0;
    end
  end

  // tags
  assign look_busy = busy[look_tag];
  assign rel_known = rel_valid && granted[rel_tag];
  assign rel_epoch = epoch[rel_tag];
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      busy    <= '0;
      granted <= '0;
      epoch   <= '0;
    end else begin
      if (rel_known) begin
        busy[rel_tag]    <= 1'b0;
        granted[rel_tag] <= 1'b0;
      end
      if (out_grant) begin
        granted[ans.tag] <= 1'b1;
        epoch[ans.tag]   <= ans.epoch;
      end
      if (q_end) busy[q_in.tag] <= 1'b0;
      if (look_take) busy[look_tag] <= 1'b1;
    end
  end

  // who holds up a fenced port
  logic [cw_pkg::CTX_W-1:0] ctx_of [NT];
  assign hold_valid = fenced && granted[hold_tag] && epoch[hold_tag] != now_epoch;
  assign hold_ctx   = ctx_of[hold_tag];
  assign own_rel    = take_back && granted[hold_tag];
  assign empty      = take_back && owed == '0 && (granted == '0 || cw_pkg::MUT_PORT_RESET_LEAK);
  always_ff @(posedge clk) begin
    if (look_take) ctx_of[look_tag] <= look_ctx;
    if (!rst_n) hold_tag <= '0;
    else if ((fenced && !hold_valid) || take_back) hold_tag <= hold_tag + 1'b1;
  end

`ifndef SYNTHESIS
  always @(posedge clk) if (rst_n) assert (!q_valid || q_ready) else $error("answer queue overflow");
`endif
endmodule
