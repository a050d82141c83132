// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bridge_in: random bursts, malformed ones too, limits that change, and slots that come back at random.
//
// What a burst is, is said when it is made, from the bytes that its beats touch; a count of each context's bursts says
// who is above its quota. In every cycle: a burst gets its slot if and only if one may, in the order of its channel,
// reads and writes in turn; the slot was free; its fields are its own; it is bad, and counted, for the right reason.
module tb_bridge_in;
  `include "tb_unit.svh"

  localparam int NCTX = int'(cw_pkg::NCTX), WORDS = 2;

  logic [7:0]  limit = '0, limit_own = '0;
  logic        limit_we = 1'b0;
  logic [cw_pkg::CTX_W-1:0] limit_ctx = '0;
  logic        s_awvalid = 0, s_awready, s_awlock = 0, s_arvalid = 0, s_arready, s_arlock = 0;
  logic [4:0]  s_awid = 0, s_arid = 0;
  logic [63:0] s_awaddr = 0, s_araddr = 0;
  logic [7:0]  s_awlen = 0, s_arlen = 0;
  logic [2:0]  s_awsize = 0, s_arsize = 0;
  logic [1:0]  s_awburst = 0, s_arburst = 0;
  logic [15:0] s_awuser = 0, s_aruser = 0;
  logic        in_valid, in_write, in_bad;
  logic [4:0]  in_slot, in_id;
  logic [15:0] in_ctx;
  logic [63:0] in_addr;
  logic [7:0]  in_beats_m1;
  logic [2:0]  in_size;
  logic [11:0] in_len_m1;
  logic        wfree = 0, rfree = 0, busy, ev_malformed, ev_quota;
  logic [4:0]  wfree_slot = 0, rfree_slot = 0;
  cw_bridge_in u_dut (.*);

  typedef struct {
    longint unsigned addr;
    int id, beats, size, burst, lock, ctx, bytes;
    bit malformed;
    int kind;                                   // what is wrong with it, 0: nothing
  } burst_t;
  burst_t pin [2], q [2][$];                    // [1]: writes
  burst_t held [2][NS];
  bit     used [2][NS], counts [2][NS];
  int     count [NCTX], own [NCTX];             // bursts, limits
  bit     run = 0, was_write = 0, was_any = 0;
  int     come = 4, leave = 4, contexts = 4, spoil = 2;
  // what was met
  int     n_in [2], n_kind [6], n_quota = 0, n_wait = 0, n_full [2], n_stand [2], n_turn = 0, n_alien = 0, n_both = 0,
          n_unlimited = 0, n_own_over = 0;

  task automatic make(input int w);
    burst_t b;
    int offset;
    pick_shape(offset, b.size, b.beats);
    b.addr = {$urandom, $urandom} & ~64'hfff | longint'(offset);
    if (often(1)) b.addr = b.addr | ~64'hfff;                     // the last page: what crosses it begins at 0 again
    if (b.addr[63:12] == '1) b.addr = {52'hf_ffff_ffff_ffff, 12'(offset)};
    b.id = rnd(NID);
    b.ctx = often(1) ? NCTX + rnd(contexts) + (often(4) ? 0 : NCTX * rnd(1000)) : rnd(contexts);
    b.burst = 1;
    b.lock = 0;
    b.kind = often(spoil) ? 1 + rnd(5) : 0;
    case (b.kind)
      1: b.beats = (4096 >> b.size) - (offset >> b.size) + 1;     // one beat over the end of the page
      2: b.size = 7;
      3: b.burst = often(4) ? 0 : 2 + rnd(2);
      4: b.lock = 1;
      5: begin b.beats = 1 + rnd(256); b.size = rnd(8); end       // anything
      default: ;
    endcase
    if (b.beats > 256) begin b.beats = 256; b.kind = 5; end
    b.bytes = burst_bytes(b.addr, b.size, b.beats);
    b.malformed = b.burst != 1 || b.lock != 0 || b.size == 7 || (b.addr & 64'hfff) + longint'(b.bytes) > 4096;
    pin[w] = b;
  endtask

  // In every cycle what is at the pins, before the edge that takes it.
  function automatic int limit_of(input int ctx);
    return own[ctx % NCTX] != 0 ? own[ctx % NCTX] : int'(limit);
  endfunction

  function automatic bit above(input burst_t b);
    int l = limit_of(b.ctx);
    return b.ctx < NCTX && l % 128 != 0 && count[b.ctx] >= l % 128;
  endfunction

  function automatic int in_use(input int w);
    int n = 0;
    for (int i = 0; i < NS; i++) n += int'(used[w][i]);
    return n;
  endfunction

  task automatic drive();
    int k;
    if (run && !s_awvalid && often(come)) begin make(1); s_awvalid = 1; end
    if (run && !s_arvalid && often(come)) begin make(0); s_arvalid = 1; end
    {s_awid, s_awaddr, s_awlen} = {5'(pin[1].id), pin[1].addr, 8'(pin[1].beats - 1)};
    {s_awsize, s_awburst, s_awlock, s_awuser} = {3'(pin[1].size), 2'(pin[1].burst), 1'(pin[1].lock), 16'(pin[1].ctx)};
    {s_arid, s_araddr, s_arlen} = {5'(pin[0].id), pin[0].addr, 8'(pin[0].beats - 1)};
    {s_arsize, s_arburst, s_arlock, s_aruser} = {3'(pin[0].size), 2'(pin[0].burst), 1'(pin[0].lock), 16'(pin[0].ctx)};
    k = rnd(NS);
    wfree = 0;
    rfree = 0;
    if (often(leave))
      for (int i = 0; i < NS; i++) if (used[1][(k + i) % NS]) begin wfree = 1; wfree_slot = 5'((k + i) % NS); break; end
    k = rnd(NS);
    if (often(leave))
      for (int i = 0; i < NS; i++) if (used[0][(k + i) % NS]) begin rfree = 1; rfree_slot = 5'((k + i) % NS); break; end
  endtask

  task automatic judge_cycle();
    burst_t b;
    bit can [2], stands [2], over;
    int w, slot;
    for (int c = 0; c < 2; c++) begin
      stands[c] = 0;
      can[c]    = 0;
      if (q[c].size() != 0) begin
        stands[c] = above(q[c][0]) && limit_of(q[c][0].ctx) >= 128;
        can[c]    = in_use(c) < NS && !stands[c];
        if (in_use(c) == NS) n_full[c]++;
        if (stands[c]) n_stand[c]++;
      end
    end
    judge(s_awready == (q[1].size() < WORDS) && s_arready == (q[0].size() < WORDS), "two words per channel, no more");
    judge(busy == (q[0].size() + q[1].size() + in_use(0) + in_use(1) != 0), "busy: a burst is in the bridge");
    judge(in_valid == (can[0] || can[1]), "a burst gets its slot if and only if one may");
    if (in_valid) begin
      w = int'(in_write);
      slot = int'(in_slot);
      judge(can[w], "a burst goes that may not");
      if (can[0] && can[1] && was_any) begin
        n_turn++;
        judge(in_write != was_write, "reads and writes in turn");
      end
      was_any = 1;
      was_write = in_write;
      if (q[w].size() != 0) begin
        b = q[w].pop_front();
        over = above(b);
        n_in[w]++;
        judge(in_id == 5'(b.id) && in_ctx == 16'(b.ctx) && in_addr == b.addr && in_beats_m1 == 8'(b.beats - 1) &&
              in_size == 3'(b.size), "fields of the oldest burst of its channel");
        judge(!used[w][slot], "the slot was free");
        judge(in_bad == (b.malformed || over), "bad: what the bridge does not take, and nothing else");
        judge(ev_malformed == b.malformed, "malformed bursts are counted");
        judge(ev_quota == (!b.malformed && over), "bursts above the quota are counted");
        if (!b.malformed) judge(in_len_m1 == 12'(b.bytes - 1), "length in bytes");
        if (b.malformed) n_kind[b.kind]++;
        if (!b.malformed && over) begin n_quota++; n_own_over += int'(own[b.ctx] != 0); end
        if (b.ctx >= NCTX) n_alien++;
        if (b.ctx < NCTX && limit_of(b.ctx) == 128) n_unlimited++;
        used[w][slot]   = 1;
        held[w][slot]   = b;
        counts[w][slot] = !b.malformed && !over && b.ctx < NCTX;
        if (counts[w][slot]) begin
          count[b.ctx]++;
          if (wfree && rfree && b.ctx == held[1][wfree_slot].ctx) n_both++;
        end
      end
    end else judge(!ev_malformed && !ev_quota, "counted without a burst");
    if (wfree) give(1, int'(wfree_slot));
    if (rfree) give(0, int'(rfree_slot));
    if (limit_we) own[limit_ctx] = int'(limit_own);
    if (s_awvalid && s_awready) begin q[1].push_back(pin[1]); s_awvalid <= #2 0; end
    if (s_arvalid && s_arready) begin q[0].push_back(pin[0]); s_arvalid <= #2 0; end
  endtask

  task automatic give(input int w, input int slot);
    used[w][slot] = 0;
    if (counts[w][slot]) count[held[w][slot].ctx]--;
  endtask

  always @(negedge clk) begin
    now++;
    if (rst_n) drive();
    #1 if (rst_n) judge_cycle();
  end

  task automatic set_own(input int ctx, input int l);
    limit_ctx = 6'(ctx);
    limit_own = 8'(l);
    limit_we  = 1;
    @(posedge clk) #1 limit_we = 0;
  endtask

  task automatic go(input int cycles, input int come_n, input int leave_n, input int contexts_n, input int spoil_n);
    come = come_n; leave = leave_n; contexts = contexts_n; spoil = spoil_n;
    repeat (cycles) @(posedge clk);
    #1;
  endtask

  // All given back: every count is zero again, or the next phase would find bursts refused.
  task automatic drain();
    run = 0;
    go(200, 0, 8, 4, 0);
    check(!busy && in_use(0) + in_use(1) == 0, "the bridge is empty again");
    run = 1;
  endtask

  initial begin
    int was;
    repeat (4) @(posedge clk);
    #1;
    for (int i = 0; i < NCTX; i++) set_own(i, 0);
    rst_n = 1;
    run = 1;
    // no limits: the slots are the limit
    go(3000, 8, 8, 64, 0);
    check(n_in[0] + n_in[1] > 2990 && n_turn > 2900, "one burst per cycle in all, reads and writes in turn");
    go(3000, 8, 1, 64, 2);
    check(n_full[0] > 500 && n_full[1] > 500, "all slots in use: the channel stands");
    go(2000, 1, 8, 64, 2);
    go(6000, 3, 3, 64, 6);
    check(n_kind[1] > 300 && n_kind[2] > 300 && n_kind[3] > 300 && n_kind[4] > 300 && n_kind[5] > 300,
          "bursts of every malformed kind are refused and counted (P36)");
    check(n_quota == 0 && n_stand[0] + n_stand[1] == 0, "0 is no limit (P38)");
    drain();
    // the common quota
    limit = 8'h05;
    go(5000, 6, 2, 6, 2);
    check(n_quota > 500, "above the common quota a burst is refused, and counted (P38)");
    drain();
    was = n_quota;
    limit = 8'h83;
    go(5000, 6, 3, 6, 2);
    check(n_quota == was && n_stand[0] > 200 && n_stand[1] > 200, "above a quota that says so a burst waits (P38)");
    drain();
    // quotas of contexts beside it, changed while bursts are under way
    for (int i = 0; i < 80; i++) begin
      limit = 8'(often(2) ? 0 : rnd(8) + (often(4) ? 128 : 0));
      set_own(rnd(6), often(3) ? 0 : rnd(12) + (often(4) ? 128 : 0));
      go(250, 7, 1 + rnd(6), 6, 1);
    end
    check(n_own_over > 100 && n_unlimited > 100, "a context's own quota replaces the common one (P38)");
    check(n_alien > 500, "a context that no table can hold counts for nobody (P38)");
    check(n_both > 20, "two leave and one comes in one cycle");
    drain();
    // a reset of the port: the slots are free, limits stay
    for (int i = 0; i < 6; i++) set_own(i, 2);
    limit = 8'h00;
    go(300, 8, 0, 6, 0);
    rst_n = 0;
    for (int c = 0; c < 2; c++) begin
      q[c].delete();
      for (int i = 0; i < NS; i++) used[c][i] = 0;
    end
    for (int i = 0; i < NCTX; i++) count[i] = 0;
    was_any = 0;
    s_awvalid = 0;
    s_arvalid = 0;
    wfree = 0;
    rfree = 0;
    repeat (3) @(posedge clk);
    #1 rst_n = 1;
    was = n_quota;
    go(2000, 8, 3, 6, 0);
    check(n_quota > was + 500, "a reset leaves the limits and empties the slots");
    check(failed == 0, "every cycle as the contract says (P36 P38)");
    report("rtl_bridge_in");
  end
endmodule
