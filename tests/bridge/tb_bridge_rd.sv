// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bridge_rd: bursts of all shapes, outcomes of an engine in any order between IDs, a memory that mixes IDs.
//
// Memory's bytes are a function of the bus address, so what a beat must show is known from the burst and its page.
// Judged in every cycle: accesses of memory are the grants in their order, none begins under the fence; the grant comes
// back with the last R, or with its drop (P37); beats of the slave have the order of their ID, none before all data is
// there; a slot is given back with its last beat.
module tb_bridge_rd;
  `include "tb_unit.svh"

  logic         fence = 0, in_valid = 0;
  logic [4:0]   in_slot = 0, in_id = 0;
  logic [11:0]  in_offset = 0, in_len_m1 = 0;
  logic [7:0]   in_beats_m1 = 0;
  logic [2:0]   in_size = 0;
  logic         s_rvalid, s_rready = 0, s_rlast;
  logic [4:0]   s_rid;
  logic [511:0] s_rdata;
  logic [1:0]   s_rresp;
  logic         grant = 0, finish = 0, out_error = 0, out_ones = 0, emul = 0, emul_busy;
  logic [51:12] page = 0;
  logic [511:0] emul_data = 0;
  logic [5:0]   emul_offset = 0;
  logic [4:0]   out_slot = 0;
  logic         m_arvalid, m_arready = 0, m_rvalid = 0, m_rready, m_rlast = 0;
  logic [4:0]   m_arid, m_rid = 0;
  logic [63:0]  m_araddr;
  logic [7:0]   m_arlen;
  logic [511:0] m_rdata = 0;
  logic [1:0]   m_rresp = 0;
  logic         back_valid, back_go = 0, free, idle, ev_dropped, ev_bus_error;
  logic [4:0]   back_slot, free_slot;
  cw_bridge_rd u_dut (.*);

  // ---- bursts, by slot ----
  typedef enum int { NONE, WAITS, GRANTED, MEMORY, DONE, ALL_SENT } state_t;
  typedef struct {
    state_t state;
    int     id, offset, size, beats, bytes, lines, sent;
    bit     legal, error, ones, emulated;
    longint unsigned page;
    int     line, fault;                        // of memory's data; beat that errs, -1: none
  } burst_t;
  burst_t b [NS];
  logic [511:0] emulated [NS];                  // its data, first byte lowest
  `include "tb_path.svh"
  int     plain = 4;
  bit     ar_was = 0, fence_was = 0, s_was = 0, free_was = 0, drop_due = 0;
  int     free_id = 0, fence_for = 0;
  logic [76:0]  ar_held;
  logic [519:0] s_held;
  longint last_r = 0, first_beat = 0;
  // what was met
  int n_beats = 0, n_ok = 0, n_err = 0, n_ones = 0, n_emul = 0, n_emul2 = 0, n_bus = 0,
      n_back = 0, n_lines = 0, n_wait_last = 0, n_narrow = 0, n_mixed = 0, n_exokay = 0,
      r_before = 0;

  function automatic byte unsigned mem_byte(input longint unsigned addr);
    return 8'((addr >> 12) * 7 ^ (addr >> 6) * 29 ^ addr * 3 ^ 64'h35);
  endfunction

  function automatic logic [511:0] mem_line(input longint unsigned line);
    for (int i = 0; i < 64; i++) mem_line[8*i +: 8] = mem_byte(line * 64 + longint'(i));
  endfunction

  task automatic drive();
    int k, s, x;
    // a new burst, in a slot that is free
    in_valid = 0;
    s = any_slot();
    if (run && s >= 0 && often(come)) begin
      pick_shape(b[s].offset, b[s].size, b[s].beats);
      b[s].legal = solid || shorts || !often(1);
      if (solid) begin b[s].offset = 0; b[s].size = 6; b[s].beats = 64; end
      if (shorts && !solid) begin b[s].size = 6; b[s].beats = 1; end
      if (!b[s].legal) begin b[s].beats = 1 + rnd(256); b[s].size = rnd(8); end   // is refused, whatever it is
      if (tiny && b[s].beats > 4) b[s].beats = 1 + rnd(4);
      b[s].id = rnd(NID);
      b[s].bytes = burst_bytes(64'(b[s].offset), b[s].size, b[s].beats);
      b[s].lines = burst_lines(b[s].offset, b[s].bytes);
      b[s].sent = 0;
      b[s].line = 0;
      b[s].error = 0;
      b[s].ones = 0;
      b[s].emulated = 0;
      b[s].fault = -1;
      {in_valid, in_slot, in_id, in_offset} = {1'b1, 5'(s), 5'(b[s].id), 12'(b[s].offset)};
      {in_beats_m1, in_size, in_len_m1} = {8'(b[s].beats - 1), 3'(b[s].size), 12'(b[s].bytes - 1)};
    end
    // an outcome for the oldest of some ID
    grant = 0; finish = 0; emul = 0;
    {out_error, out_ones, out_slot, page} = {1'($urandom), 1'($urandom), 5'($urandom), 40'({$urandom, $urandom})};
    emul_data = {16{$urandom}};
    emul_offset = 6'($urandom);
    k = rnd(NID);
    x = -1;
    for (int i = 0; i < NID && x < 0; i++) if (ask_q[(k + i) % NID].size() != 0) x = (k + i) % NID;
    if (x >= 0 && often(out)) begin
      s = ask_q[x][0];
      out_slot = 5'(s);
      if (!b[s].legal || (!solid && !often(plain) && often(4))) begin
        finish = 1;
        out_error = !b[s].legal || often(4);
        out_ones = !out_error;
      end else if (emul_busy) begin
        out_slot = 5'($urandom);                 // the engine's answers wait
      end else if (b[s].bytes <= 64 && !often(plain)) begin
        emul = 1;
        for (int i = 0; i < 64; i++) emul_data[8*i +: 8] = 8'($urandom);
        emul_offset = 6'(b[s].offset);
      end else begin
        grant = 1;
        page = 40'({$urandom, $urandom});
      end
    end
    // memory: a beat of any ID that has some; a beat that stands is held, as its last one needs back_go
    m_arready = often(ar < mem ? ar : mem);
    if (!m_rvalid) begin
      k = rnd(NID);
      x = -1;
      for (int i = 0; i < NID && x < 0; i++) if (mem_q[(k + i) % NID].size() != 0) x = (k + i) % NID;
      if (solid) begin                           // one after the other
        for (int i = 0; i < NID; i++) if (mem_q[i].size() != 0 && b[mem_q[i][0]].line != 0) x = i;
      end
      {m_rid, m_rresp, m_rlast, m_rdata} = {5'($urandom), 2'($urandom), 1'($urandom), {16{$urandom}}};
      if (x >= 0 && often(mem)) begin
        s = mem_q[x][0];
        m_rvalid = 1;
        m_rid = 5'(x);
        m_rlast = b[s].line == b[s].lines - 1;
        m_rresp = b[s].fault == b[s].line ? 2'(2 + rnd(2)) : 2'(int'(often(1)));   // EXOKAY is none of an error
        m_rdata = mem_line(b[s].page * 64 + longint'(b[s].offset / 64 + b[s].line));
        for (int i = 0; i < NID; i++) if (i != x && mem_q[i].size() != 0 && b[mem_q[i][0]].line != 0) begin
          n_mixed++;
          break;
        end
      end
    end
    s_rready = often(take);
    back_go = often(go_n);
  endtask

  task automatic judge_master();
    int s;
    judge(idle == (granted == 0), "idle: nothing is under way to memory");
    judge(!ar_was || (m_arvalid && {m_arid, m_araddr, m_arlen} == ar_held), "the address moved while valid && !ready");
    judge(!m_arvalid || ar_was || !fence_was, "an access begins under the fence");
    if (m_arvalid && !ar_was) begin
      judge(grant_q.size() != 0, "memory is asked without a grant");
      if (grant_q.size() != 0) begin
        s = grant_q.pop_front();
        judge(m_arid == 5'(b[s].id) && m_araddr == {12'd0, 40'(b[s].page), 6'(b[s].offset / 64), 6'd0} &&
              m_arlen == 8'(b[s].lines - 1), "addresses of memory are the grants, in their order");
        b[s].state = MEMORY;
        if (!m_arready) mem_pend = s;
        else mem_q[b[s].id].push_back(s);
      end
    end else if (m_arvalid && m_arready) mem_q[b[mem_pend].id].push_back(mem_pend);
    ar_was = m_arvalid && !m_arready;
    ar_held = {m_arid, m_araddr, m_arlen};
  endtask
  int mem_pend = 0;

  task automatic judge_back();
    int s;
    bit bus;
    judge(!(m_rvalid && m_rready && m_rlast) || (back_valid && back_go), "the grant comes back with the last R");
    if (m_rvalid && m_rlast && !back_go) begin
      n_wait_last++;
      judge(!m_rready, "the last R waits until the grant may come back");
    end
    bus = 0;
    if (m_rvalid && m_rready) begin
      s = mem_q[m_rid][0];
      n_lines++;
      if (m_rresp[1]) b[s].error = 1;
      if (m_rresp == 2'd1) n_exokay++;
      b[s].line++;
      if (m_rlast) begin
        judge(back_slot == 5'(s), "the grant that comes back is that of the last R");
        b[s].state = DONE;
        bus = b[s].error;
        void'(mem_q[m_rid].pop_front());
        granted--;
        last_r = now;
      end
    end
    judge(ev_bus_error == bus, "bus errors are counted once per burst");
    n_bus += int'(bus);
    if (back_valid && back_go) n_back++;
    if (back_valid && back_go && !(m_rvalid && m_rready && m_rlast)) begin
      judge_drop();
    end else judge(!ev_dropped, "dropped, but the grant does not come back");
  endtask

  task automatic judge_slave();
    int s, lo, at;
    longint unsigned from, upto;
    bit ok;
    judge(!s_was || (s_rvalid && {s_rid, s_rdata, s_rresp, s_rlast} == s_held), "R moved while valid && !ready");
    judge(!free_was || (s_rvalid && s_rlast && s_rid == 5'(free_id)), "a slot is free before its last beat is at the pins");
    if (s_rvalid && !s_was) begin
      if (order_q[s_rid].size() == 0) judge(0, "a beat without a burst");
      else begin
        s = order_q[s_rid][0];
        judge(b[s].state == DONE || b[s].state == ALL_SENT, "a burst leaves before all of it is there");
        if (b[s].sent == 0) first_beat = now;
        judge(s_rresp == (b[s].error ? 2'd2 : 2'd0), "SLVERR for the whole burst, or OKAY");
        judge(s_rlast == (b[s].sent == b[s].beats - 1), "RLAST in the last beat");
        judge(s_rlast == free_was, "a slot is given back with its last beat");
        n_beats++;
        if (b[s].error) judge(s_rdata == '0, "beats of an error are zeros");
        else if (b[s].ones) judge(s_rdata == '1, "ONES reads as ones");
        else begin
          from = beat_from(64'(b[s].offset), b[s].size, b[s].sent);
          upto = beat_upto(64'(b[s].offset), b[s].size, b[s].sent);
          if (b[s].emulated) begin
            ok = 1;
            for (longint unsigned a = from; a < upto; a++) begin
              lo = int'(a % 64);
              at = int'(a) - b[s].offset;
              if (s_rdata[8*lo +: 8] != emulated[s][8*at +: 8]) ok = 0;
            end
            judge(ok, "bytes of the answer, the first at AxADDR");
          end else judge(s_rdata == mem_line(b[s].page * 64 + from / 64), "the line in which the beat lies");
          if (b[s].size < 6) n_narrow++;
        end
        b[s].sent++;
        if (s_rlast) begin
          if (b[s].error) n_err++;
          else if (b[s].ones) n_ones++;
          else if (b[s].emulated) begin n_emul++; n_emul2 += int'(b[s].lines == 2); end
          else n_ok++;
          void'(order_q[s_rid].pop_front());
          b[s].state = NONE;
        end
      end
    end
    s_was = s_rvalid && !s_rready;
    s_held = {s_rid, s_rdata, s_rresp, s_rlast};
    free_was = free;
    if (free) begin
      n_free++;
      free_id = b[free_slot].id;
      judge(b[free_slot].state == DONE && b[free_slot].sent >= b[free_slot].beats - 2, "the slot is not at its end");
    end
  endtask

  // What was driven and is taken at the edge.
  task automatic take_inputs();
    if (in_valid) begin
      b[in_slot].state = WAITS;
      ask_q[in_id].push_back(int'(in_slot));
      order_q[in_id].push_back(int'(in_slot));
      n_in++;
    end
    if (grant || finish || emul) begin
      void'(ask_q[b[out_slot].id].pop_front());
      b[out_slot].state = grant ? GRANTED : DONE;
      b[out_slot].page = 64'(page);
      b[out_slot].error = finish && out_error;
      b[out_slot].ones = finish && out_ones;
      b[out_slot].emulated = emul;
      emulated[out_slot] = emul_data;
      if (grant) begin
        granted++;
        grant_q.push_back(int'(out_slot));
        if (often(1)) b[out_slot].fault = rnd(b[out_slot].lines);
      end
    end
    fence_was = fence;
    // the fence must come to an end, whatever the initiator does
    fence_for = fence ? fence_for + 1 : 0;
    if (m_rvalid && m_rready) m_rvalid <= #2 0;
  endtask

  always @(negedge clk) begin
    now++;
    if (rst_n) drive();
    #1 if (rst_n) begin
      judge_master();
      judge_back();
      judge_slave();
      take_inputs();
    end
  end

  initial begin
    int was, beats;
    begin_run();
    go(30000, 6, 6, 6, 6, 6);
    tiny = 1;
    go(8000, 6, 6, 6, 6, 6);
    tiny = 0;
    go(8000, 8, 8, 8, 2, 7);
    check(n_full > 1000, "an initiator that takes little: all slots in use");
    go(8000, 4, 4, 2, 8, 2);
    go(4000, 2, 8, 8, 8, 8);
    shorts = 1;
    go(4000, 8, 8, 7, 7, 4);
    shorts = 0;
    drain(6000);
    check(n_ok > 500 && n_narrow > 5000 && n_mixed > 500, "data of memory, narrow beats, IDs mixed");
    check(n_emul > 150 && n_emul2 > 20, "emulated reads, in one line and in two");
    check(n_ones > 100 && n_err > 300, "ones and errors");
    check(n_bus > 50 && n_exokay > 500, "an error in one beat is one of the burst (P37)");
    check(n_wait_last > 500 && n_drop == 0, "the last R waits while the grant may not come back (P37)");
    check(n_back > n_ok, "every grant comes back (P37)");
    // fences of random length; between them the grants pile up before a slow memory
    plain = 7;
    for (int i = 0; i < 120; i++) begin
      fence = 0;
      ar = rnd(3);                               // grants pile up before the memory
      go(100 + rnd(100), 8, 8, 6, 8, 1 + rnd(8));
      fence = 1;
      ar = 8;
      go(20 + rnd(100), 8, 8, 4, rnd(2) * 4, 1 + rnd(8));
    end
    check(n_drop > 100, "the fence drops grants (P21)");
    // nobody takes an answer: the fence ends all the same
    fence = 0;
    go(150, 8, 8, 2, 0, 8);
    fence = 1;
    go(2500, 0, 0, 8, 0, 8);
    check(idle && granted == 0, "the initiator does not hold up the fence (P21 P37)");
    fence = 0;
    drain(6000);
    // a line in and a beat out per cycle
    solid = 1;
    go(500, 8, 8, 8, 8, 8);
    was = n_lines;
    beats = n_beats;
    go(4000, 8, 8, 8, 8, 8);
    check(n_lines - was >= 3990 && n_beats - beats >= 3990,
          $sformatf("%0d lines in and %0d beats out in 4000 cycles", n_lines - was, n_beats - beats));
    drain(6000);
    solid = 0;
    // alone: from the last R to the first beat
    shorts = 1;
    plain = 8;
    was = 0;
    for (int i = 0; i < 20; i++) begin
      run = 1;
      r_before = n_in;
      for (int j = 0; j < 1000 && n_in == r_before; j++) go(1, 8, 8, 8, 8, 8);
      run = 0;
      go(40, 0, 8, 8, 8, 8);
      if (first_beat != last_r + 3) was++;
    end
    check(was == 0, "the first beat leaves three cycles after the last R");
    shorts = 0;
    check(failed == 0, "every cycle as the contract says (P36 P37)");
    report("rtl_bridge_rd");
  end
endmodule
