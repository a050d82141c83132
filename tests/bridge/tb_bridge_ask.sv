// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bridge_ask: bursts of both directions, write data that is complete when it likes, an engine that answers
// out of order with every verdict.
//
// Judged: a burst asks only when its data is complete and its elders of the ID and direction have their outcome (P37);
// it has exactly one outcome, the one that docs/bridge.md has for its answer; RETRY_LATER is asked again after the
// pause and a limited number of times, for want of budget without limit; under the fence nobody begins to ask (P21).
module tb_bridge_ask;
  `include "tb_unit.svh"

  localparam int NTAG = 2 * NS;

  logic        fence = 0, in_valid = 0, in_write = 0, in_bad = 0, full_valid = 0, full_bad = 0;
  logic [14:0] backoff = 15'd20;
  logic [11:0] tries = 12'd3;
  logic [4:0]  in_slot = 0, in_id = 0, full_slot = 0;
  logic [15:0] in_ctx = 0;
  logic [63:0] in_addr = 0;
  logic [11:0] in_len_m1 = 0;
  logic        req_valid, req_ready = 0, ans_valid = 0, ans_ready;
  cw_t::req_t  req;
  cw_t::ans_t  ans;
  logic        out_write, grant, finish, out_error, out_ones, emul, emul_busy = 0;
  logic [4:0]  out_slot;
  logic [51:12] out_page;
  logic [5:0]  emul_offset;
  logic        ev_refused, ev_emul_long, ev_retries, ev_gave_up, ev_fenced;
  cw_bridge_ask u_dut (.*);

  // ---- bursts, by tag {write, slot} ----
  typedef enum int { NONE, FILLS, READY, REQ, ASKED, PAUSES } state_t;
  typedef struct {
    state_t state;
    int     id, ctx, len, asked;                // asked: RETRY_LATER that count
    bit     bad, stubborn;                      // stubborn: RETRY_LATER for ever
    longint unsigned addr;
    longint since, due;
  } burst_t;
  burst_t b [NTAG];
  int     order_q [2*NID][$];                   // no outcome yet; index {write, id}
  int     asked_q [$], pick = -1;
  bit     run = 0, was = 0, fence_was = 0, calm = 0, again_only = 0;
  int     come = 5, fill = 5, accept = 5, answer = 5, busy_n = 2, odd = 3;
  logic [$bits(cw_t::req_t)-1:0] held;
  // what was met
  int n_in = 0, n_out = 0, n_verdict [16], n_bad = 0, n_fenced = 0, n_retry = 0, n_budget = 0, n_gave_up = 0,
      n_long = 0, n_refused = 0, n_emul = 0, n_latency = 0, n_most = 0, n_stall = 0, n_elder = 0, n_pause = 0;

  task automatic drive();
    int k, t;
    in_valid = 0;
    k = rnd(NTAG);
    t = -1;
    for (int i = 0; i < NTAG && t < 0; i++) if (b[(k + i) % NTAG].state == NONE) t = (k + i) % NTAG;
    if (run && t >= 0 && often(come)) begin
      b[t].id = calm ? t % NID : often(4) ? rnd(3) : rnd(NID);
      b[t].ctx = int'(16'($urandom));
      b[t].addr = {$urandom, $urandom};
      b[t].len = calm ? 1 : often(4) ? 1 + rnd(64) : often(2) ? 64 + rnd(2) : 1 + rnd(4096);
      b[t].bad = !calm && often(1);
      b[t].stubborn = again_only || (!calm && often(1));
      b[t].asked = 0;
      {in_valid, in_write, in_slot} = {1'b1, 6'(t)};
      {in_id, in_ctx, in_addr, in_len_m1, in_bad} =
        {5'(b[t].id), 16'(b[t].ctx), b[t].addr, 12'(b[t].len - 1), b[t].bad};
    end
    // data complete, in any order
    full_valid = 0;
    full_slot = 5'($urandom);
    full_bad = 1'($urandom);
    k = rnd(NS);
    for (int i = 0; i < NS && !full_valid; i++) begin
      t = NS + (k + i) % NS;
      if (b[t].state == FILLS && often(fill)) begin
        full_valid = 1;
        full_slot = 5'(t);
        full_bad = b[t].bad || (!calm && often(1));
      end
    end
    // engine: accepts, and answers any of those that it has
    req_ready = often(accept);
    emul_busy = often(busy_n);
    if (!ans_valid) begin
      ans = {$urandom, $urandom, $urandom};
      pick = -1;
      if (asked_q.size() != 0 && often(answer)) begin
        k = rnd(asked_q.size());
        pick = asked_q[k];
        asked_q.delete(k);
        ans_valid = 1;
        ans.tag = 6'(pick);
        ans.reason = 5'(rnd(19));
        case (often(odd) ? rnd(8) : 8)
          0: ans.verdict = cw_pkg::V_FIXED;
          1: ans.verdict = cw_pkg::V_ONES;
          2: ans.verdict = cw_pkg::V_EMULATED;
          3: ans.verdict = cw_pkg::V_ABORT;
          4: begin ans.verdict = cw_pkg::V_ABORT; ans.reason = cw_pkg::RSN_EMUL_LONG; end
          5: ans.verdict = cw_pkg::V_RETRY_LATER;
          6: begin ans.verdict = cw_pkg::V_RETRY_LATER; ans.reason = cw_pkg::RSN_BUDGET; end
          default: ans.verdict = cw_pkg::V_HIT;
        endcase
        if (b[pick].stubborn) begin
          ans.verdict = cw_pkg::V_RETRY_LATER;
          ans.reason = often(2) ? cw_pkg::RSN_BUDGET : 5'(rnd(19));
        end
      end
    end
  endtask

  function automatic int line_of(input int t);
    return t / NS * NID + b[t].id;
  endfunction

  task automatic judge_req();
    int t;
    judge(!was || (req_valid && req == held), "the request moved while valid && !ready");
    if (req_valid && !was) begin
      t = int'(req.tag);
      judge(!fence_was, "a burst begins to ask under the fence");
      judge(b[t].state == READY || b[t].state == PAUSES, "asked while its data is incomplete, or twice");
      judge(!b[t].bad, "a bad burst asks");
      if (order_q[line_of(t)].size() == 0 || order_q[line_of(t)][0] != t) judge(0, "asked before an elder of its ID");
      if (order_q[line_of(t)].size() > 1) n_elder++;
      judge(req.ctx == 16'(b[t].ctx) && req.addr == b[t].addr && req.len_m1 == 12'(b[t].len - 1) &&
            req.write == (t >= NS), "fields of the request");
      if (b[t].state == PAUSES) begin
        judge(now >= b[t].due, "asked again before the pause is over");
        if (calm) begin
          judge(now <= b[t].due + 4, "the pause is too long");
          n_pause++;
        end
      end else if (calm) begin
        judge(now == b[t].since + 2, "one cycle from readiness to the request");
        n_latency++;
      end
      b[t].state = REQ;
    end
    if (req_valid && req_ready) begin
      b[req.tag].state = ASKED;
      asked_q.push_back(int'(req.tag));
    end
    if (req_valid && !req_ready) n_stall++;
    was = req_valid && !req_ready;
    held = req;
  endtask

  // The table of docs/bridge.md: an answer and what comes of it.
  task automatic judge_out();
    int t, v, outs;
    bit taken, again, long_one, e_grant, e_emul, e_finish, e_error, e_ones, counts;
    taken = ans_valid && ans_ready;
    judge(ans_ready == !emul_busy, "answers wait while an emulated read is put down, and only then");
    outs = int'(grant) + int'(finish) + int'(emul);
    judge(outs <= 1, "one outcome at most in a cycle");
    if (taken) begin
      t = int'(ans.tag);
      v = int'(ans.verdict);
      n_verdict[v]++;
      again = 0; long_one = 0; e_grant = 0; e_emul = 0; e_finish = 0; e_error = 0; e_ones = 0; counts = 0;
      case (ans.verdict)
        cw_pkg::V_HIT, cw_pkg::V_FIXED: e_grant = 1;
        cw_pkg::V_ONES: begin e_finish = 1; e_ones = 1; end
        cw_pkg::V_EMULATED: begin
          long_one = b[t].len > 64;
          e_emul = !long_one && t < NS;
          e_finish = !e_emul;
          e_error = long_one;
        end
        cw_pkg::V_ABORT: begin
          e_finish = 1;
          e_error = 1;
          long_one = ans.reason == cw_pkg::RSN_EMUL_LONG;
        end
        default: begin
          counts = ans.reason != cw_pkg::RSN_BUDGET;
          again = !counts || b[t].asked < int'(tries);
          e_finish = !again;
          e_error = !again;
        end
      endcase
      judge(grant == e_grant && emul == e_emul && finish == e_finish, "what comes of an answer");
      judge(again || (out_write == (t >= NS) && out_slot == 5'(t)), "the outcome is that of the answer's tag");
      if (e_grant) judge(out_page == ans.pa[51:12], "the page of the grant");
      if (e_emul) judge(emul_offset == 6'(b[t].addr), "offset of emulated data in its line");
      if (e_finish) judge(out_error == e_error && (t >= NS || out_ones == e_ones), "SLVERR, ones or OKAY");
      judge(ev_refused == (ans.verdict == cw_pkg::V_ABORT && !long_one), "ABORT is counted");
      judge(ev_emul_long == long_one, "emulated accesses that are too long are counted");
      judge(ev_retries == again, "what is asked again is counted");
      judge(ev_gave_up == (ans.verdict == cw_pkg::V_RETRY_LATER && !again), "what is given up is counted");
      judge(!ev_fenced, "fenced, and answered");
      n_long += int'(long_one);
      n_refused += int'(ev_refused);
      n_emul += int'(e_emul);
      n_retry += int'(again);
      n_gave_up += int'(ev_gave_up);
      if (again) begin
        b[t].state = PAUSES;
        b[t].asked += int'(counts);
        n_budget += int'(!counts);
        if (b[t].asked > n_most) n_most = b[t].asked;
        b[t].since = now;
        b[t].due = fence ? now : now + longint'(backoff);
      end else over(t);
    end else begin
      judge(!grant && !emul && !ev_refused && !ev_emul_long && !ev_retries && !ev_gave_up, "an outcome without an answer");
      judge(finish || !ev_fenced, "fenced without an outcome");
      if (finish) begin
        t = int'({out_write, out_slot});
        judge(b[t].bad || fence, "refused, though it may ask");
        judge(b[t].state == READY || b[t].state == PAUSES, "refused before its data is complete, or after it asked");
        judge(out_error, "what is refused ends with SLVERR");
        judge(ev_fenced == !b[t].bad, "what the fence refuses is counted");
        n_bad += int'(b[t].bad);
        n_fenced += int'(!b[t].bad);
        over(t);
      end
    end
  endtask

  task automatic over(input int t);
    n_out++;
    if (order_q[line_of(t)].size() == 0 || order_q[line_of(t)][0] != t) judge(0, "an outcome before an elder of its ID");
    else void'(order_q[line_of(t)].pop_front());
    b[t].state = NONE;
  endtask

  task automatic take_inputs();
    if (in_valid) begin
      b[{in_write, in_slot}].state = in_write ? FILLS : READY;
      b[{in_write, in_slot}].since = now;
      order_q[{in_write, in_id}].push_back(int'({in_write, in_slot}));
      n_in++;
    end
    if (full_valid) begin
      b[{1'b1, full_slot}].state = READY;
      b[{1'b1, full_slot}].bad = full_bad;
      b[{1'b1, full_slot}].since = now;
    end
    // the fence ends all pauses
    if (fence) for (int t = 0; t < NTAG; t++) b[t].due = 0;
    fence_was = fence;
    if (ans_valid && ans_ready) ans_valid <= #2 0;
  endtask

  // Bursts without an outcome.
  function automatic int left();
    left = 0;
    for (int t = 0; t < NTAG; t++) left += int'(b[t].state != NONE);
  endfunction

  always @(negedge clk) begin
    now++;
    if (rst_n) drive();
    #1 if (rst_n) begin
      judge_req();
      judge_out();
      take_inputs();
    end
  end

  task automatic go(input int cycles, input int come_n, input int fill_n, input int accept_n, input int answer_n);
    come = come_n; fill = fill_n; accept = accept_n; answer = answer_n;
    repeat (cycles) @(posedge clk);
    #1;
  endtask

  task automatic drain();
    run = 0;
    for (int i = 0; i < 60 && left() != 0; i++) go(1000, 0, 8, 8, 8);
    check(left() == 0 && n_out == n_in, "every burst has one outcome");
    run = 1;
  endtask

  initial begin
    int seen;
    for (int i = 0; i < NTAG; i++) b[i].state = NONE;
    repeat (4) @(posedge clk);
    #1 rst_n = 1;
    run = 1;
    go(15000, 5, 5, 5, 5);
    go(5000, 8, 1, 8, 8);
    go(5000, 8, 8, 2, 8);
    go(5000, 8, 8, 8, 2);
    drain();
    check(n_verdict[cw_pkg::V_HIT] > 1000 && n_verdict[cw_pkg::V_FIXED] > 100 && n_verdict[cw_pkg::V_ONES] > 100,
          "grants and ones");
    check(n_emul > 50 && n_long > 100 && n_refused > 100, "emulated, too long, aborted");
    check(n_bad > 300 && n_fenced == 0, "bad bursts end without a request (P36)");
    check(n_elder > 300 && n_stall > 1000, "a burst asks when its elders have their outcome (P37)");
    check(n_gave_up > 50 && n_most == 3 && n_budget > 100, "RETRY_LATER: asked again, given up; never for budget");
    // other numbers of tries, other pauses
    for (int i = 0; i < 6; i++) begin
      tries = 12'(i * i);
      backoff = 15'(1 + rnd(60));
      n_most = 0;
      seen = n_gave_up;
      go(3000, 6, 6, 7, 7);
      drain();
      check(n_gave_up > seen + 5 && n_most == i * i, $sformatf("asked again %0d times at most", i * i));
    end
    tries = 12'd5;
    backoff = 15'd200;
    // fences of random length
    for (int i = 0; i < 60; i++) begin
      fence = 0;
      go(100 + rnd(100), 6, 6, 6, 6);
      fence = 1;
      go(10 + rnd(100), 6, 6, 6, 6);
    end
    check(n_fenced > 300, "the fence refuses who wants to ask (P21)");
    fence = 0;
    backoff = 15'd20000;
    seen = n_retry;
    go(500, 6, 8, 8, 8);
    check(n_retry > seen, "somebody pauses for long");
    run = 0;
    fence = 1;
    go(1000, 0, 8, 8, 8);
    check(left() == 0, "under the fence no pause holds anybody up (P21)");
    backoff = 15'd200;
    fence = 0;
    run = 1;
    drain();
    // alone: cycles from readiness to the request
    calm = 1;
    odd = 0;
    busy_n = 0;
    for (int i = 0; i < 40; i++) begin
      run = 1;
      seen = n_in;
      for (int j = 0; j < 1000 && n_in == seen; j++) go(1, 8, 8, 8, 8);
      run = 0;
      go(20, 0, 8, 8, 8);
    end
    check(n_latency == 40, "one cycle from readiness to the request");
    again_only = 1;
    backoff = 15'd37;
    tries = 12'd9;
    for (int i = 0; i < 10; i++) begin
      run = 1;
      seen = n_in;
      for (int j = 0; j < 1000 && n_in == seen; j++) go(1, 8, 8, 8, 8);
      run = 0;
      go(1000, 0, 8, 8, 8);
    end
    check(n_pause >= 90, "asked again when the pause is over");
    check(failed == 0, "every cycle as the contract says (P36 P37)");
    report("rtl_bridge_ask");
  end
endmodule
