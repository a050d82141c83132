// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bridge_wr: bursts of all shapes with strobes and WLAST at random, outcomes of an engine in any order
// between IDs, a memory that answers IDs as it likes.
//
// An initiator's bytes go into a picture of the page's lines, which memory must be sent. Judged in every cycle: data is
// complete with the beat that AWLEN says, and bad if a WLAST disagrees (P36); accesses of memory are the grants in
// their order, none begins under the fence; the grant comes back with B or with its drop (P37); answers have the order
// of their ID; what can be looked at is the burst's data (P34).
module tb_bridge_wr;
  `include "tb_unit.svh"

  logic         fence = 0, in_valid = 0, in_bad = 0;
  logic [4:0]   in_slot = 0, in_id = 0;
  logic [11:0]  in_offset = 0, in_len_m1 = 0;
  logic [7:0]   in_beats_m1 = 0;
  logic [2:0]   in_size = 0;
  logic         s_wvalid = 0, s_wready, s_wlast = 0, s_bvalid, s_bready = 0;
  logic [511:0] s_wdata = 0;
  logic [63:0]  s_wstrb = 0;
  logic [4:0]   s_bid;
  logic [1:0]   s_bresp;
  logic         full_valid, full_bad, grant = 0, finish = 0, out_error = 0;
  logic [4:0]   full_slot, out_slot = 0;
  logic [51:12] page = 0;
  logic         m_awvalid, m_awready = 0, m_wvalid, m_wready = 0, m_wlast, m_bvalid = 0;
  logic [4:0]   m_awid, m_bid = 0;
  logic [63:0]  m_awaddr, m_wstrb;
  logic [7:0]   m_awlen;
  logic [511:0] m_wdata;
  logic [1:0]   m_bresp = 0;
  logic         back_valid, back_go = 0, free, idle, ev_malformed, ev_dropped, ev_bus_error;
  logic [4:0]   back_slot, free_slot, look_slot = 0;
  logic [511:0] look_data;
  logic [63:0]  look_strb;
  cw_bridge_wr u_dut (.*);

  // ---- bursts, by slot ----
  typedef enum int { NONE, FILLS, WAITS, GRANTED, MEMORY, DONE } state_t;
  typedef struct {
    state_t state;
    int     id, offset, size, beats, bytes, lines, sent;
    bit     in_bad, bad, error;
    int     last_at;                            // beat with a WLAST that disagrees, -1: none
    longint unsigned page;
    bit     aw_done;
    int     wsent;
  } burst_t;
  burst_t b [NS];
  byte unsigned data [NS * 4096];               // by slot and offset in the page
  bit     strb [NS * 4096];
  `include "tb_path.svh"
  int     fill_q [$], data_q [$];
  int     b_free = 0, aw_pend = 0;
  int     feed = 6, plain = 6;
  bit     aw_was = 0, w_was = 0, s_was = 0, fence_was = 0, free_was = 0;
  int     free_id = 0;
  logic [76:0]  aw_held;
  logic [576:0] w_held;
  logic [6:0]   s_held;
  longint last_b = 0, first_answer = 0;
  // what was met
  int n_wbeats = 0, n_mbeats = 0, n_ok = 0, n_err = 0, n_bus = 0, n_back = 0,
      n_wlast = 0, n_look = 0, n_look2 = 0, n_wait_b = 0, n_narrow = 0, n_early = 0, n_exokay = 0,
      n_finish = 0;

  task automatic drive();
    int k, s, x, lo;
    // a new burst
    in_valid = 0;
    s = any_slot();
    if (run && s >= 0 && often(come)) begin
      pick_shape(b[s].offset, b[s].size, b[s].beats);
      b[s].in_bad = !solid && !shorts && often(1);
      b[s].last_at = -1;
      if (solid) begin b[s].offset = 0; b[s].size = 6; b[s].beats = 64; end
      if (shorts) begin b[s].size = 6; b[s].beats = 1; end
      if (b[s].in_bad) begin b[s].beats = 1 + rnd(256); b[s].size = rnd(8); end
      if (tiny && b[s].beats > 4) b[s].beats = 1 + rnd(4);
      if (!solid && !shorts && often(1)) b[s].last_at = often(4) ? b[s].beats - 1 : rnd(b[s].beats);
      b[s].id = rnd(NID);
      b[s].bytes = burst_bytes(64'(b[s].offset), b[s].size, b[s].beats);
      b[s].lines = burst_lines(b[s].offset, b[s].bytes);
      b[s].sent = 0;
      b[s].wsent = 0;
      b[s].aw_done = 0;
      b[s].error = 0;
      for (int i = 0; i < 4096; i++) strb[s * 4096 + i] = 0;
      {in_valid, in_slot, in_id, in_offset, in_bad} = {1'b1, 5'(s), 5'(b[s].id), 12'(b[s].offset), b[s].in_bad};
      {in_beats_m1, in_size, in_len_m1} = {8'(b[s].beats - 1), 3'(b[s].size), 12'(b[s].bytes - 1)};
    end
    // data, in the order of the addresses; sometimes there before its address is
    if (!s_wvalid && (fill_q.size() != 0 || in_valid) && often(feed)) begin
      s = fill_q.size() != 0 ? fill_q[0] : int'(in_slot);
      n_early += int'(fill_q.size() == 0);
      s_wvalid = 1;
      for (int i = 0; i < 16; i++) s_wdata[32*i +: 32] = $urandom;
      s_wstrb = often(4) || solid ? '1 : {$urandom, $urandom};
      if (often(1) && !solid) s_wstrb = '0;
      s_wlast = (b[s].sent == b[s].beats - 1) != (b[s].sent == b[s].last_at);
    end
    // an outcome for the oldest of some ID, when its data is complete
    grant = 0;
    finish = 0;
    {out_error, out_slot, page} = {1'($urandom), 5'($urandom), 40'({$urandom, $urandom})};
    k = rnd(NID);
    x = -1;
    for (int i = 0; i < NID && x < 0; i++)
      if (ask_q[(k + i) % NID].size() != 0 && b[ask_q[(k + i) % NID][0]].state == WAITS) x = (k + i) % NID;
    if (x >= 0 && often(out)) begin
      out_slot = 5'(ask_q[x][0]);
      finish = b[out_slot].bad || !often(plain);
      grant = !finish;
      if (finish) out_error = b[out_slot].bad || often(4);
    end
    // memory
    m_awready = often(ar < mem ? ar : mem);
    m_wready = often(mem);
    if (!m_bvalid) begin
      {m_bid, m_bresp} = 7'($urandom);
      k = rnd(NID);
      x = -1;
      for (int i = 0; i < NID && x < 0; i++)
        if (mem_q[(k + i) % NID].size() != 0 && b[mem_q[(k + i) % NID][0]].wsent == b[mem_q[(k + i) % NID][0]].lines)
          x = (k + i) % NID;
      if (x >= 0 && often(mem)) begin
        m_bvalid = 1;
        m_bid = 5'(x);
        m_bresp = solid ? 2'd0 : often(1) ? 2'(2 + rnd(2)) : 2'(int'(often(1)));
      end
    end
    s_bready = often(take);
    back_go = often(go_n);
    look_slot = 5'($urandom);
  endtask

  task automatic judge_fill();
    int s, lo;
    longint unsigned from, upto;
    bit ends;
    judge(s_wready == (fill_q.size() != 0), "data is taken when its address is there");
    ends = 0;
    if (s_wvalid && s_wready) begin
      s = fill_q[0];
      n_wbeats++;
      n_narrow += int'(b[s].size < 6);
      from = beat_from(64'(b[s].offset), b[s].size, b[s].sent);
      upto = beat_upto(64'(b[s].offset), b[s].size, b[s].sent);
      if (!b[s].in_bad)
        for (longint unsigned a = from; a < upto; a++) begin
          lo = int'(a % 64);
          if (s_wstrb[lo]) begin
            data[s * 4096 + int'(a)] = s_wdata[8*lo +: 8];
            strb[s * 4096 + int'(a)] = 1;
          end
        end
      b[s].sent++;
      ends = b[s].sent == b[s].beats;
      if (ends) begin
        b[s].bad = b[s].in_bad || b[s].last_at >= 0;
        judge(full_valid && full_slot == 5'(s), "data is complete with the beat that AWLEN says");
        judge(full_bad == b[s].bad, "a WLAST that disagrees makes a burst bad, and nothing else");
        judge(ev_malformed == (b[s].last_at >= 0 && !b[s].in_bad), "a wrong WLAST is counted");
        if (b[s].last_at >= 0 && !b[s].in_bad) n_wlast++;
        b[s].state = WAITS;
        void'(fill_q.pop_front());
      end
    end
    judge(full_valid == ends && (ends || !ev_malformed), "complete, or counted, before the last beat");
  endtask

  // The line's strobes and bytes as the initiator sent them.
  function automatic bit line_is(input int s, input int line, input logic [511:0] d, input logic [63:0] m);
    line_is = 1;
    for (int i = 0; i < 64; i++) begin
      if (m[i] != strb[s * 4096 + line * 64 + i]) line_is = 0;
      if (m[i] && d[8*i +: 8] != data[s * 4096 + line * 64 + i]) line_is = 0;
    end
  endfunction

  // A state of the cycle's beginning: a burst that is complete at this edge can be looked at from the next cycle on.
  task automatic judge_look();
    int s, first, at;
    bit ok;
    s = int'(look_slot);
    if (b[s].state < WAITS || b[s].state == NONE || b[s].bad || b[s].bytes > 64) return;
    first = b[s].offset / 64;
    ok = 1;
    for (int i = 0; i < 64; i++) begin
      at = s * 4096 + first * 64 + i;
      if (i < b[s].offset % 64) at += 64;
      if (i < b[s].offset % 64 && b[s].lines == 1) begin
        if (look_strb[i]) ok = 0;
      end else if (look_strb[i] != strb[at] || (look_strb[i] && look_data[8*i +: 8] != data[at])) ok = 0;
    end
    n_look++;
    n_look2 += int'(b[s].lines == 2);
    judge(ok, "the data of a short burst can be looked at, by address modulo 64");
  endtask

  task automatic judge_master();
    int s;
    judge(idle == (granted == 0), "idle: nothing is under way to memory");
    judge(!aw_was || (m_awvalid && {m_awid, m_awaddr, m_awlen} == aw_held), "AW moved while valid && !ready");
    judge(!w_was || (m_wvalid && {m_wdata, m_wstrb, m_wlast} == w_held), "W moved while valid && !ready");
    judge(!m_awvalid || aw_was || !fence_was, "an access begins under the fence");
    if (m_awvalid && !aw_was) begin
      judge(grant_q.size() != 0, "memory is written without a grant");
      if (grant_q.size() != 0) begin
        s = grant_q.pop_front();
        judge(m_awid == 5'(b[s].id) && m_awaddr == {12'd0, 40'(b[s].page), 6'(b[s].offset / 64), 6'd0} &&
              m_awlen == 8'(b[s].lines - 1), "addresses of memory are the grants, in their order");
        b[s].state = MEMORY;
        aw_pend = s;
        data_q.push_back(s);
      end
    end
    if (m_awvalid && m_awready) mem_q[b[aw_pend].id].push_back(aw_pend);
    if (m_wvalid && !w_was) begin
      judge(data_q.size() != 0, "data without an address");
      if (data_q.size() != 0) begin
        s = data_q[0];
        judge(line_is(s, b[s].offset / 64 + w_at, m_wdata, m_wstrb), "lines with strobes, as the initiator sent them");
        judge(m_wlast == (w_at == b[s].lines - 1), "WLAST in the last line");
      end
    end
    if (m_wvalid && m_wready && data_q.size() != 0) begin
      s = data_q[0];
      n_mbeats++;
      w_at++;
      b[s].wsent = w_at;
      if (w_at == b[s].lines) begin
        void'(data_q.pop_front());
        w_at = 0;
      end
    end
    aw_was = m_awvalid && !m_awready;
    aw_held = {m_awid, m_awaddr, m_awlen};
    w_was = m_wvalid && !m_wready;
    w_held = {m_wdata, m_wstrb, m_wlast};
  endtask
  int w_at = 0;

  task automatic judge_back();
    int s;
    bit taken;
    taken = m_bvalid && back_go;
    judge(!m_bvalid || back_valid, "the grant comes back with B");
    if (m_bvalid && !back_go) n_wait_b++;
    judge(ev_bus_error == (taken && m_bresp[1]), "bus errors are counted");
    if (back_valid && back_go) n_back++;
    if (taken) begin
      s = mem_q[m_bid].pop_front();
      judge(back_slot == 5'(s), "the grant that comes back is that of B");
      b[s].state = DONE;
      b[s].error = m_bresp[1];
      n_bus += int'(m_bresp[1]);
      n_exokay += int'(m_bresp == 2'd1);
      granted--;
      last_b = now;
      judge(!ev_dropped, "dropped, but another grant comes back");
    end else if (back_valid && back_go) begin
      judge_drop();
    end else judge(!ev_dropped, "dropped, but the grant does not come back");
  endtask

  task automatic judge_slave();
    judge(!s_was || (s_bvalid && {s_bid, s_bresp} == s_held), "B moved while valid && !ready");
    judge(s_was || s_bvalid == free_was, "a slot is free when its answer goes to the pins");
    if (s_bvalid && !s_was) begin
      first_answer = now;
      judge(s_bid == 5'(free_id), "the answer is that of the free slot");
    end
    s_was = s_bvalid && !s_bready;
    s_held = {s_bid, s_bresp};
    if (free_was) judge(s_bresp == (free_error ? 2'd2 : 2'd0), "SLVERR or OKAY");
    free_was = free;
    if (free) begin
      n_free++;
      free_id = b[free_slot].id;
      free_error = b[free_slot].error;
      if (order_q[free_id].size() == 0 || order_q[free_id][0] != int'(free_slot))
        judge(0, "answers in the order of their ID");
      else void'(order_q[free_id].pop_front());
      judge(was_done[free_slot], "an answer before the outcome");
      if (b[free_slot].error) n_err++; else n_ok++;
      b[free_slot].state = NONE;
    end
    for (int i = 0; i < NS; i++) was_done[i] = b[i].state == DONE;
  endtask
  bit free_error = 0;
  bit was_done [NS];

  task automatic take_inputs();
    if (in_valid) begin
      b[in_slot].state = FILLS;
      fill_q.push_back(int'(in_slot));
      ask_q[in_id].push_back(int'(in_slot));
      order_q[in_id].push_back(int'(in_slot));
      n_in++;
    end
    n_finish += int'(finish);
    if (grant || finish) begin
      void'(ask_q[b[out_slot].id].pop_front());
      b[out_slot].state = grant ? GRANTED : DONE;
      was_done[out_slot] = finish;
      b[out_slot].page = 64'(page);
      b[out_slot].error = finish && out_error;
      if (grant) begin
        granted++;
        grant_q.push_back(int'(out_slot));
      end
    end
    fence_was = fence;
    if (s_wvalid && s_wready) s_wvalid <= #2 0;
    if (m_bvalid && back_go) m_bvalid <= #2 0;
  endtask

  always @(negedge clk) begin
    now++;
    if (rst_n) drive();
    #1 if (rst_n) begin
      judge_look();
      judge_fill();
      judge_master();
      judge_back();
      judge_slave();
      take_inputs();
    end
  end

  initial begin
    int was, lines;
    begin_run();
    go(20000, 6, 6, 6, 6, 6);
    feed = 8;
    go(8000, 8, 8, 8, 1, 7);
    go(8000, 4, 4, 2, 8, 2);
    feed = 3;
    go(6000, 2, 8, 8, 8, 8);
    feed = 8;
    go(8000, 8, 8, 8, 8, 8);
    tiny = 1;
    go(8000, 6, 6, 6, 6, 6);
    go(2000, 1, 8, 8, 8, 8);
    tiny = 0;
    feed = 8;
    drain(8000);
    check(n_ok > 500 && n_narrow > 5000 && n_early > 10, "whole lines of narrow beats, data before its address");
    check(n_wlast > 50 && n_err > 200, "a WLAST too early, too late or none is refused and counted (P36)");
    check(n_look > 500 && n_look2 > 30, "data of writes can be looked at (P34)");
    check(n_bus > 40 && n_exokay > 40, "errors of memory are answered SLVERR, EXOKAY is none");
    check(n_wait_b > 200 && n_back == n_in - n_finish, "every grant comes back with B (P37)");
    // fences of random length; between them grants pile up before a slow memory
    plain = 8;
    for (int i = 0; i < 200; i++) begin
      fence = 0;
      ar = rnd(2);
      shorts = i % 2 == 0;
      go(60 + rnd(60), 8, 8, 6, 8, 1 + rnd(8));
      fence = 1;
      ar = 8;
      go(20 + rnd(60), 8, 8, 4, rnd(2) * 4, 1 + rnd(8));
    end
    check(n_drop > 100, "the fence drops grants (P21)");
    // an initiator that neither sends data nor takes an answer
    shorts = 0;
    fence = 0;
    go(150, 8, 8, 2, 0, 8);
    feed = 0;
    fence = 1;
    go(2500, 0, 0, 8, 0, 8);
    check(idle && granted == 0, "the initiator does not hold up the fence (P21 P37)");
    fence = 0;
    feed = 8;
    drain(8000);
    // a beat in and a line out per cycle
    solid = 1;
    go(500, 8, 8, 8, 8, 8);
    was = n_wbeats;
    lines = n_mbeats;
    go(4000, 8, 8, 8, 8, 8);
    check(n_wbeats - was >= 3990 && n_mbeats - lines >= 3990,
          $sformatf("%0d beats in and %0d lines out in 4000 cycles", n_wbeats - was, n_mbeats - lines));
    feed = 8;
    drain(8000);
    solid = 0;
    // alone: from B of memory to B
    shorts = 1;
    was = 0;
    for (int i = 0; i < 20; i++) begin
      lines = n_in;
      run = 1;
      for (int j = 0; j < 1000 && n_in == lines; j++) go(1, 8, 8, 8, 8, 8);
      run = 0;
      go(40, 0, 8, 8, 8, 8);
      if (first_answer != last_b + 2) was++;
    end
    check(was == 0, "B leaves two cycles after that of memory");
    check(failed == 0, "every cycle as the contract says (P36 P37)");
    report("rtl_bridge_wr");
  end
endmodule
