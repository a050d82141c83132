// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_answer against a model of one port: which tags are in use, who waits for a walk or is parked, and the
// queue of answers in the order in which they were taken. The bench is lookup pipe, walker, park and initiator; it
// drives at the falling edge and looks half a cycle later. The pipe answers in 3 cycles and never waits; walks and
// parked requests hold their answer until it is taken; the initiator takes answers and releases as it likes, and
// releases what it does not hold as well (P6).
module tb_answer;
  localparam int NT       = int'(cw_pkg::NTAG);
  localparam int PATIENCE = 8;
  typedef logic [cw_pkg::TAG_W-1:0] tag_t;

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  logic       req_taken = 1'b0;
  logic       room, bubble, look_busy;
  tag_t       look_tag = '0, rel_tag = '0;
  logic       look_take = 1'b0, look_valid = 1'b0, look_free = 1'b0;
  logic       walk_valid = 1'b0, park_valid = 1'b0, ans_ready = 1'b0, rel_valid = 1'b0;
  logic       walk_ready, park_ready, ans_valid, rel_known, rel_epoch;
  cw_t::ans_t look_ans = '0, walk_ans = '0, park_ans = '0, ans;
  logic [3:0] ans_verdict;

  logic [cw_pkg::CTX_W-1:0] look_ctx = '0, hold_ctx;
  logic fenced = 1'b0, now_epoch = 1'b0, hold_valid;
  logic take_back = 1'b0, empty, own_rel;
  logic [cw_pkg::TAG_W-1:0] hold_tag;
  cw_answer #(.PATIENCE(PATIENCE)) dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  // ---- model ----
  typedef enum {FREE, WALKS, PARKED, RETRIES, ENDED, GRANTED} state_t;
  state_t     state [NT];
  logic       epoch [NT];
  int         owed = 0;                  // requests taken, answers not taken
  cw_t::ans_t out_q [$];                 // answers on their way, first one at the pins
  // Requests under way to their lookup cycle, 3 cycles: valid, retry, tag.
  logic       c_valid [4];
  logic       c_retry [4];
  tag_t       c_tag [4];
  int         passed_over = 0;           // how often the answer that waits was passed over in a row
  int         n [string];                // what was met
  // Chances in 100 of the phase.
  int         p_req, p_take, p_walk, p_rel;

  function automatic bit chance(input int percent);
    return $urandom_range(99) < percent;
  endfunction

  function automatic bit any(input state_t s, output tag_t t);
    int first = $urandom_range(NT - 1);
    for (int i = 0; i < NT; i++) begin
      t = tag_t'(first + i);
      if (state[t] == s) return 1'b1;
    end
    return 1'b0;
  endfunction

  function automatic cw_t::ans_t answer(input tag_t t, input logic [3:0] verdict);
    cw_t::ans_t a;
    a.tag     = t;
    a.verdict = verdict;
    a.reason  = $urandom;
    a.epoch   = 1'($urandom);
    a.pa      = {$urandom, $urandom};
    return a;
  endfunction

  function automatic logic [3:0] refusal();
    case ($urandom_range(3))
      0:       return cw_pkg::V_ABORT;
      1:       return cw_pkg::V_ONES;
      2:       return cw_pkg::V_EMULATED;
      default: return cw_pkg::V_RETRY_LATER;
    endcase
  endfunction

  function automatic logic [3:0] grant();
    return chance(50) ? cw_pkg::V_HIT : cw_pkg::V_FIXED;
  endfunction

  bit         in_use, hit;
  tag_t       t;
  cw_t::ans_t a;
  tag_t       w_tag, p_tag;
  int         pending;                   // answers of walks or park that wait in this cycle
  bit         walk_done = 1'b0, park_done = 1'b0;   // taken by the edge that comes

  task automatic drive();
    // the lookup cycle of what entered the pipe three cycles ago
    look_valid = 1'b0;
    look_take  = 1'b0;
    look_free  = 1'b0;
    look_tag   = c_tag[3];
    hit        = chance(50);
    if (c_valid[3]) begin
      in_use = state[c_tag[3]] != FREE;
      if (c_retry[3]) begin
        look_valid = chance(60);
        look_free  = 1'b1;
        look_take  = !look_valid || hit;
      end else if (in_use) begin
        look_valid = 1'b1;
        hit        = 1'b0;
      end else begin
        look_valid = chance(60);
        look_take  = !look_valid || hit;
      end
      look_ans = answer(c_tag[3], hit ? grant() : cw_pkg::V_ABORT);
    end
    // sources that wait keep their answer
    if (walk_done) walk_valid = 1'b0;
    if (park_done) park_valid = 1'b0;
    walk_done = 1'b0;
    park_done = 1'b0;
    if (!walk_valid && chance(p_walk) && any(WALKS, w_tag)) begin
      if (chance(30)) begin              // parked instead: no answer
        state[w_tag] = PARKED;
      end else begin
        walk_valid = 1'b1;
        walk_ans   = answer(w_tag, chance(70) ? grant() : refusal());
      end
    end
    if (!park_valid && chance(p_walk / 8) && any(PARKED, p_tag)) begin
      park_valid = 1'b1;
      park_ans   = answer(p_tag, refusal());
    end
    ans_ready = chance(p_take);
    // releases: of grants held, now and then of anything else
    rel_valid = 1'b0;
    if (chance(p_rel)) rel_valid = any(GRANTED, rel_tag);
    else if (chance(5)) begin
      rel_valid = 1'b1;
      rel_tag   = tag_t'($urandom);
    end
    // the pipe takes something new; room and bubble are registers, so they are known
    c_valid[0] = 1'b0;
    req_taken  = 1'b0;
    if (chance(10) && any(PARKED, t) && !(park_valid && t == park_ans.tag)) begin
      state[t]   = RETRIES;
      c_valid[0] = 1'b1;
      c_retry[0] = 1'b1;
      c_tag[0]   = t;
    end else if (room && !bubble && chance(p_req)) begin
      req_taken  = 1'b1;
      c_valid[0] = 1'b1;
      c_retry[0] = 1'b0;
      c_tag[0]   = tag_t'($urandom);
      if (chance(80) && any(FREE, t)) c_tag[0] = t;
    end
  endtask

  task automatic look();
    must(room == (owed < NT), "room counts every request whose answer was not taken");
    if (c_valid[3]) must(look_busy == (state[c_tag[3]] != FREE), "busy from the lookup to answer or release");
    // order of the sources
    must(walk_ready == !look_valid, "walks wait for the lookup pipe only");
    must(park_ready == (!look_valid && !walk_valid), "parked requests wait for both");
    must(!bubble || passed_over >= PATIENCE, "no bubble before the patience is over");
    must(bubble || passed_over <= PATIENCE, "a bubble after PATIENCE cycles");
    pending = int'(walk_valid && !walk_ready) + int'(park_valid && !park_ready);
    passed_over = pending != 0 ? passed_over + 1 : 0;
    if (bubble) n["bubble"]++;
    // the initiator's side
    must(ans_valid == (out_q.size() != 0), "an answer is at the pins one cycle after it was taken");
    if (ans_valid && out_q.size() != 0) begin
      must(ans == out_q[0] && ans_verdict == ans.verdict, "answers in order, unchanged");
    end
    // releases: what is held now, not what is being taken in this very cycle
    must(rel_known == (rel_valid && state[rel_tag] == GRANTED), "a release counts for a grant that was taken, once");
    if (rel_known) must(rel_epoch == epoch[rel_tag], "the stamp that is given back is the grant's");
    if (rel_valid) n[rel_known ? "release" : "bad release"]++;

    // ---- what the edge does ----
    if (rel_valid && state[rel_tag] == GRANTED) state[rel_tag] = FREE;
    if (ans_valid && ans_ready && out_q.size() != 0) begin
      a = out_q.pop_front();
      owed--;
      if (a.verdict == cw_pkg::V_HIT || a.verdict == cw_pkg::V_FIXED) begin
        state[a.tag] = GRANTED;
        epoch[a.tag] = a.epoch;
      end
    end
    if (c_valid[3]) begin
      if (look_valid) begin
        out_q.push_back(look_ans);
        if (hit) state[look_tag] = ENDED;
        else if (look_free) state[look_tag] = FREE;
        n[hit ? "hit" : look_free ? "retry refused" : "refused"]++;
      end else state[look_tag] = WALKS;
    end
    if (walk_valid && walk_ready) take(walk_ans);
    else if (park_valid && park_ready) begin
      take(park_ans);
      park_done = 1'b1;
    end
    walk_done = walk_ready;
    owed += int'(req_taken);
    for (int i = 3; i > 0; i--) begin
      c_valid[i] = c_valid[i-1];
      c_retry[i] = c_retry[i-1];
      c_tag[i]   = c_tag[i-1];
    end
    if (owed == NT) n["full"]++;
  endtask

  // An answer of a walk or of the park enters the queue.
  task automatic take(input cw_t::ans_t x);
    out_q.push_back(x);
    state[x.tag] = x.verdict == cw_pkg::V_HIT || x.verdict == cw_pkg::V_FIXED ? ENDED : FREE;
    n["late"]++;
  endtask

  initial begin
    for (int i = 0; i < NT; i++) state[i] = FREE;
    for (int i = 0; i < 4; i++) c_valid[i] = 1'b0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    @(negedge clk);
    for (int phase = 0; phase < 240; phase++) begin
      p_req  = phase % 3 == 0 ? 100 : $urandom_range(100);
      p_take = phase % 4 == 1 ? 0 : phase % 4 == 2 ? 100 : $urandom_range(100);
      p_walk = $urandom_range(100);
      p_rel  = phase % 5 == 0 ? 0 : $urandom_range(100);
      repeat (150) begin
        drive();
        #1 look();
        @(negedge clk);
      end
    end
    // everything ends
    p_req = 0; p_take = 100; p_walk = 100; p_rel = 100;
    repeat (1500) begin
      drive();
      #1 look();
      @(negedge clk);
    end
    must(owed == 0 && out_q.size() == 0 && room, "one answer for each request");
    t = '0;
    in_use = 1'b0;
    for (int i = 0; i < NT; i++) in_use |= state[i] != FREE;
    must(!in_use, "all tags are free in the end");
    check_musts();
    foreach (n[what]) $display("%s: %0d", what, n[what]);
    check(n["full"] > 100 && n["bubble"] > 100 && n["bad release"] > 100 && n["release"] > 1000 && n["hit"] > 1000 &&
          n["refused"] > 100 && n["retry refused"] > 100 && n["late"] > 1000, "all of it was met often");
    report("rtl_answer");
  end
endmodule
