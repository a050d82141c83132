// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_dring alone: eight clients of the fixer (PREPARE, then the MARK of a swap that succeeded or none; a MARK
// alone), a log that answers out of order, hosts that read early, late or not at all and write wrong consumer indices,
// a bus that is slow, fails or is switched off, and a firmware that gives rings to contexts of which nothing is under
// way. What must come of a cycle is known from what went in and from the bytes in memory, not from the ring's state.
//
// Inputs change at the falling edge; what the outputs show half a phase later is what the rising edge takes.
module tb_dring;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam int NC = 6;                          // contexts in use, the last has no ring
  localparam int FLY = 16 + 8;                    // entries on their way at most
  localparam logic [1:0] OK = 2'd0, MISSING = 2'd1, FULL = 2'd2, ERROR = 2'd3;

  `include "tb.svh"
  longint now = 0;

  task automatic judge(input bit ok, input string what);
    if (!ok) begin
      failed++;
      if (failed < 20) $display("FAIL: %s (cycle %0d)", what, now);
    end
  endtask
  function automatic int rnd(input int n);
    return int'($urandom_range(n - 1));
  endfunction
  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction

  logic                     bme = 1'b1, busy, f_valid = 1'b0, f_ready, f_op = 1'b0, f_due = 1'b0;
  logic [cw_pkg::DOM_W-1:0] f_dom = '0, lost_dom;
  logic [cw_pkg::CTX_W-1:0] f_ctx = '0, rd_ctx = '0;
  logic [44:0]              f_gfn = '0;
  logic [2:0]               f_id = '0, fr_id, logr_id = '0;
  logic [1:0]               fr_status, logr_status = '0;
  logic                     fr_valid, log_valid, log_ready = 1'b0, logr_valid = 1'b0, lost, set_valid = 1'b0, set_busy;
  logic [15:0]              tail, head;
  cw_t::dring_set_t         set = '0;
  cw_t::dring_bell_t        bell = '0;
  logic [31:0]              rd_index;
  logic [cw_pkg::NCTX-1:0]  limited;
  logic                     irq_en = 1'b1, irq, h_valid, h_ready = 1'b0, h_bvalid = 1'b0, h_berr = 1'b0;
  logic [63:0]              h_addr, h_strb;
  logic [511:0]             h_data;
  logic                     ev_entry, ev_full, ev_soft, ev_error;
  cw_t::dring_mon_t         mon;

  cw_dring u_dring (.*);

  // ---- what is known of a ring ----
  int              size [NC], limit [NC];         // size 0: none
  longint unsigned base [NC];
  int unsigned     made [NC], given [NC], cons [NC];   // marks accepted, entries on the bus, consumer
  bit              at_limit [NC];
  bit              holds [NC][1 << 7];            // slots that hold an entry which was not given back
  int              users [NC];                    // requests of the context that are under way
  int              habit [NC];                    // 0 eager, 1 after interrupts, 2 when full, 3 not at all

  typedef struct {
    int ctx, dom, slot;
    bit phase;
    longint unsigned gfn;
    longint due;
    bit dropped;
  } entry_t;
  entry_t to_bus [$], on_bus [$];                 // accepted; taken by the bus
  int unsigned accepted = 0, settled = 0;         // entries, in all: and in memory or lost

  // crossings of soft limits: entry by number, and when that was in memory
  typedef struct {
    int unsigned at;
    longint there;
    longint since;                                // may be told from then on: it is there and interrupts are on
  } soft_t;
  soft_t softs [$];
  longint told_at = -10;
  int unsigned seen_in_mem [NC];

  // ---- clients ----
  typedef enum int {REST, ASK, WAIT} phase_e;
  phase_e          c_phase [8];
  bit              c_op [8], c_due [8], c_full [8];
  int              c_ctx [8], c_dom [8];
  longint unsigned c_gfn [8];
  longint          c_at [8];
  int              asking = -1;
  int              hold_log = 0;

  // ---- counts of what the run has seen ----
  int n_full = 0, n_lap = 0, n_soft = 0, n_irq = 0, n_wrong = 0, n_right = 0, n_lost = 0, n_drop = 0, n_set = 0,
      n_due = 0, n_beside = 0, n_busy_set = 0, n_behind = 0;

  int slow, setting = -1;
  int unsigned set_tail;
  bit quiet = 1'b0, good;
  longint set_since;
  int unsigned given_before [NC];

  initial begin
    for (int c = 0; c < NC; c++) begin
      size[c] = 0;
      users[c] = 0;
      habit[c] = c % 4;
    end
    for (int i = 0; i < 8; i++) c_phase[i] = REST;
  end

  task automatic drive();
    int c;
    // clients: one of them at the port, stable until it is taken
    if (asking < 0 && !quiet) begin
      c = rnd(8);
      if (c_phase[c] == REST && now >= c_at[c]) begin
        c_ctx[c] = rnd(4) == 0 ? rnd(NC) : c % NC;
        c_dom[c] = c_ctx[c] / 2;
        c_gfn[c] = {$urandom, $urandom} & 64'h1fff_ffff_ffff;
        c_op[c]  = often(24);                     // a MARK that no swap goes before, or a PREPARE
        c_due[c] = 1'b0;
        if (setting != c_ctx[c]) begin
          c_phase[c] = ASK;
          users[c_ctx[c]]++;
        end
      end
    end
    if (asking < 0) begin
      c = rnd(8);
      if (c_phase[c] == ASK && now >= c_at[c]) asking = c;
    end
    f_valid = asking >= 0;
    if (f_valid) begin
      f_op  = c_op[asking];
      f_due = c_due[asking];
      f_dom = 4'(c_dom[asking]);
      f_ctx = 6'(c_ctx[asking]);
      f_gfn = c_gfn[asking][44:0];
      f_id  = 3'(asking);
    end
    // the log: ready at times; one answer in a cycle
    if (often(1)) hold_log = rnd(60);
    if (hold_log != 0) hold_log--;
    log_ready  = hold_log == 0 && often(48);
    logr_valid = 1'b0;
    c = rnd(8);
    if (c_phase[c] == WAIT && !c_full[c] && now >= c_at[c]) begin
      logr_valid  = 1'b1;
      logr_id     = 3'(c);
      logr_status = often(4) ? ERROR : !c_due[c] && often(6) ? MISSING : OK;
    end
    // firmware: another ring for a context of which nothing is under way
    set_valid = 1'b0;
    c = rnd(NC);
    if (setting < 0 && users[c] == 0 && !quiet && rnd(150) == 0) begin
      setting   = c;
      set_valid = 1'b1;
      set.ctx   = 6'(c);
      set.log2  = c == NC - 1 || often(4) ? '0 : 5'(4 + rnd(4));
      set.base  = 52'(64'h10_0000 + {$urandom} % 64'h1000);
      set.limit = 17'(1 + rnd((1 << set.log2) > 8 ? (1 << set.log2) - 8 : 1));
      set_tail  = accepted;
    end
    // the host
    bell = '0;
    c = rnd(NC);
    rd_ctx = 6'(c);
    bell.ctx = 6'(c);
    if (c != setting && often(1)) begin           // wrong ones: back, or beyond what the bus has
      bell.valid = 1'b1;
      bell.value = often(32) ? cons[c] - 1 - 32'(rnd(100)) : given[c] + 1 + 32'(rnd(100));
    end else if (c != setting && given[c] != cons[c] &&
                 (habit[c] == 0 ? often(24) : habit[c] == 1 ? n_irq % 2 == 0 && often(2) : often(quiet ? 8 : 1))) begin
      bell.valid = 1'b1;
      bell.value = cons[c] + (often(16) ? 1 : given[c] - cons[c]);
    end
    if (often(1) && rnd(60) == 0) habit[rnd(NC)] = rnd(4);
    if (rnd(4000) == 0) irq_en = 1'b0;
    if (rnd(400) == 0 || quiet) irq_en = 1'b1;
    // the bus
    if (rnd(6000) == 0) slow = rnd(3);
    if (rnd(5000) == 0) bme = 1'b0;
    if (rnd(100) == 0 || quiet) bme = 1'b1;
    h_ready  = often(slow == 2 ? 3 : slow == 1 ? 16 : 60);
    h_bvalid = on_bus.size() != 0 && on_bus[0].due <= now && often(slow == 2 ? 2 : 50);
    h_berr   = h_bvalid && often(1);
  endtask

  // An entry is in memory, or will never be.
  task automatic settle();
    settled++;
    for (int i = 0; i < softs.size(); i++) begin
      if (softs[i].at == settled) begin
        softs[i].there = now;
        softs[i].since = now;
      end
    end
  endtask

  task automatic sample();
    int c, room, i;
    bit full, ask_ok, want, bell_ok, crossed;
    entry_t e;
    soft_t s;
    longint unsigned slot;

    // ---- room, asked before anything is granted (P22, P27) ----
    crossed = 1'b0;
    c    = int'(f_ctx);
    room = f_valid && size[c] != 0 ? size[c] - int'(made[c] - cons[c]) : 1000;
    full = room < int'(cw_pkg::DRING_RESERVED) && !(f_op && f_due);
    judge(!log_valid || f_valid, "a request to the log that nobody made");
    judge(!(f_valid && full && log_valid), "room: let through with a full ring");
    judge(ev_full == (f_valid && full && f_ready), "room: the count of full rings");
    if (f_valid && f_ready) begin
      judge(log_valid == !full && (full || log_ready), "room: taken, and neither refused nor given to the log");
      c_phase[asking] = WAIT;
      c_full[asking]  = full;
      c_at[asking]    = now + longint'(rnd(slow == 2 ? 40 : 12));
      n_full += int'(full);
      n_due  += int'(f_op && f_due && room < int'(cw_pkg::DRING_RESERVED));
      n_beside += int'(size[c] == 0);
      asking = -1;
    end else if (f_valid && !full) begin
      judge(!(log_valid && log_ready), "taken by the log, and not from the fixer");
    end

    // ---- answers to the fixer ----
    if (fr_valid) begin
      i = int'(fr_id);
      if (logr_valid) judge(fr_id == logr_id && fr_status == logr_status, "answer of the log");
      else judge(c_phase[i] == WAIT && c_full[i] && fr_status == FULL, "answer: refused, and nobody was");
      c = c_ctx[i];
      want = logr_valid && c_op[i] && size[c] != 0 && (logr_status == OK || logr_status == ERROR);
      c_at[i] = now + longint'(rnd(20));
      c_phase[i] = REST;
      if (logr_valid && !c_op[i] && fr_status == OK && often(50)) begin
        c_phase[i] = ASK;                         // the swap has succeeded: this mark cannot be refused any more
        c_op[i]  = 1'b1;
        c_due[i] = 1'b1;
      end else begin
        users[c]--;
      end
      judge(ev_entry == want, "entry: one for each accepted mark, and for nothing else");
      if (want) begin
        e.ctx     = c;
        e.dom     = c_dom[i];
        e.slot    = int'(made[c] % size[c]);
        e.phase   = !(made[c] / size[c] % 2);
        e.gfn     = c_gfn[i];
        to_bus.push_back(e);
        judge(!holds[c][e.slot], "room: an entry over one that was not read");
        holds[c][e.slot] = 1'b1;
        made[c]++;
        accepted++;
        n_lap += int'(e.slot == size[c] - 1);
        crossed = !at_limit[c] && int'(made[c] - cons[c]) >= limit[c];
        if (crossed) begin
          n_soft++;
          n_behind += int'(softs.size() != 0);
          s.at    = accepted;
          s.there = 0;
          s.since = 0;
          softs.push_back(s);
        end
      end
    end else begin
      judge(!logr_valid, "answer of the log lost");
      judge(!ev_entry, "entry: without an answer");
    end
    judge(ev_soft == crossed, "soft: limit");

    // ---- entries on the bus, in order (P41) ----
    judge(tail - head == 16'(accepted - settled - unsigned'(int'(ev_entry))), "entry: tail and head");
    if (h_valid && h_ready) begin
      if (to_bus.size() == 0) judge(1'b0, "entry: one that nobody made");
      else begin
        e    = to_bus.pop_front();
        slot = base[e.ctx] + 16 * longint'(e.slot);
        judge(h_addr == slot && h_strb == 64'hffff << (slot % 64), "entry: address");
        judge(h_data[128 * (slot / 16 % 4) +: 128] ==
              {!e.phase ? 1'b0 : 1'b1, 18'd0, 45'(e.gfn), 32'd0, 16'(e.ctx), 16'(e.dom)}, "entry: content");
        given[e.ctx]++;
        e.due = now + 1 + longint'(rnd(slow == 2 ? 300 : slow == 1 ? 60 : 10));
        on_bus.push_back(e);
        judge(bme, "entry without bus-master enable");
      end
    end
    // without bus-master enable entries are thrown away in their turn, and their domain is dirty (P27)
    if (!h_bvalid && lost) begin
      judge(!bme && to_bus.size() != 0 && on_bus.size() == 0, "lost: for no reason");
      if (to_bus.size() != 0) begin
        e = to_bus.pop_front();
        judge(lost_dom == 4'(e.dom), "lost: of which domain");
        given[e.ctx]++;
        n_drop++;
        settle();
      end
    end
    if (h_bvalid) begin
      e = on_bus.pop_front();
      judge(lost == h_berr && (!h_berr || lost_dom == 4'(e.dom)), "lost: a write that failed");
      n_lost += int'(h_berr);
      settle();
    end

    // ---- consumer ----
    bell_ok = 1'b0;
    if (bell.valid) begin
      c = int'(bell.ctx);
      bell_ok = size[c] != 0 && bell.value - cons[c] <= given_before[c] - cons[c];
      judge(ev_error == (!bell_ok || lost), "consumer: a wrong index must be said, and no other");
      n_wrong += int'(!bell_ok);
      n_right += int'(bell_ok);
      if (bell_ok) begin
        while (cons[c] != bell.value) begin
          holds[c][cons[c] % size[c]] = 1'b0;
          cons[c]++;
        end
      end
    end else begin
      judge(ev_error == lost, "consumer: an error without an index");
    end
    for (int k = 0; k < NC; k++) at_limit[k] = size[k] != 0 && int'(made[k] - cons[k]) >= limit[k];
    sample_irq();
    sample_set();
  endtask

  // Interrupts: after the entry, and for no limit too late (P27, P41).
  task automatic sample_irq();
    bit one = 1'b0;
    if (irq) begin
      n_irq++;
      judge(irq_en, "interrupt: although they are off");
      for (int k = 0; k < softs.size(); k++) one |= softs[k].there != 0 && softs[k].there < now;
      judge(one, "interrupt: before the entry that reached the limit");
      // what is there since two cycles may have one of its own on the way
      while (softs.size() != 0 && softs[0].there != 0 && softs[0].there < now - 1) void'(softs.pop_front());
      told_at = now;
    end
    // the one that it shares an interrupt with is at most as far away as the queue is long
    for (int k = 0; k < softs.size(); k++) begin
      if (softs[k].there != 0) begin
        if (!irq_en) softs[k].since = now;
        judge(settled - softs[k].at <= FLY || now - softs[k].since < 8, "interrupt: put off");
      end
    end
    // told with the last one, and nothing came of its own
    if (softs.size() != 0 && softs[0].there != 0 && softs[0].there <= told_at && now > told_at + 2)
      void'(softs.pop_front());
    // ... and for the last of them when nothing is on its way any more
    if (accepted == settled && softs.size() != 0)
      judge(now - softs[softs.size() - 1].since < 8, "interrupt: none");
  endtask

  // A ring is set when all entries before are in memory.
  task automatic sample_set();
    int c;
    if (setting >= 0 && !set_valid && !set_busy) begin
      judge(settled >= set_tail, "set: before the entries of the old ring are in memory");
      c = setting;
      size[c]  = set.log2 != '0 ? 1 << set.log2 : 0;
      base[c]  = {set.base, 12'd0};
      limit[c] = int'(set.limit);
      made[c]  = 0;
      given[c] = 0;
      cons[c]  = 0;
      at_limit[c] = 1'b0;
      for (int k = 0; k < 128; k++) holds[c][k] = 1'b0;
      setting = -1;
      n_set++;
    end else if (set_busy) begin
      judge(now - set_since < 60000, "set: never done");
      n_busy_set += int'(accepted != settled);
    end
    if (set_valid) set_since = now;
  endtask

  initial begin
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (longint t = 0; t < 400000; t++) begin
      @(negedge clk);
      now++;
      if (now > 380000) quiet = 1'b1;
      drive();
      for (int c = 0; c < NC; c++) given_before[c] = given[c];
      #1;
      // of this cycle's start
      judge(busy || (accepted == settled && !irq), "busy: entries on their way");
      if (setting != int'(rd_ctx)) begin
        judge(rd_index == (size[int'(rd_ctx)] != 0 ? given[int'(rd_ctx)] : 0), "index that the host reads");
        judge(limited[rd_ctx] == at_limit[int'(rd_ctx)], "soft: who is at its limit");
      end
      sample();
      if (failed > 40) break;
    end
    good = failed == 0;
    for (int i = 0; i < 8; i++) check(c_phase[i] == REST, "each request is answered");
    check(to_bus.size() == 0 && on_bus.size() == 0 && accepted == settled, "each entry is in memory or lost (P27)");
    check(softs.size() == 0, "each soft limit is told (P27 P41)");
    check(good && n_full > 300, "a ring without room refuses what may be refused, nothing else (P22 P27)");
    check(good && n_due > 5, "a mark after its swap has room in a full ring (P22)");
    check(good && n_lap > 150, "entries in order, phases right over the ends of rings (P27 P41)");
    check(good && n_behind > 30 && n_irq > 100, "no soft limit puts off the interrupt of another (P27)");
    check(good && n_wrong > 100 && n_right > 1000, "wrong consumer indices change nothing (P27)");
    check(good && n_lost > 20 && n_drop > 20, "what the bus loses makes its domain dirty (P27)");
    check(good && n_set > 50 && n_busy_set > 10, "rings are set when the old entries are in memory (P27)");
    check(n_beside > 100, "contexts without a ring pass through");
    $display("%0d entries, %0d full, %0d due, %0d laps, %0d limits (%0d behind others), %0d interrupts, %0d sets",
             accepted, n_full, n_due, n_lap, n_soft, n_behind, n_irq, n_set);
    report("rtl_dring");
  end
endmodule
