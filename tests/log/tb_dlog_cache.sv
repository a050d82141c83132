// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_dlog_cache alone: marks and allocations of 16 lines in a cache of 6, summaries that are slow, a harvest
// that reads memory, takes lines and clears, domains that are forgotten, a table memory that is slow and fails.
// Which line goes when no one is free is the cache's choice, and seen by looking: after each edge each of the 16 keys
// is looked for. What a line holds, and what memory must hold, is known from the marks alone.
module tb_dlog_cache;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #20 clk = !clk;

  localparam int NL = 6, NK = 16;                 // keys: {domain, leaf, line}, 2 * 2 * 4 of them
  localparam int PW = cw_pkg::PA_W - 12, KW = cw_pkg::LOG_KEY_W;

  `include "tb.svh"
  `include "tb_must.svh"
  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction

  logic                     look_valid = 1'b0, look_ready, hit, summed, mark = 1'b0, alloc = 1'b0, alloc_mark = 1'b0;
  logic                     free, sum_done = 1'b0, take_valid = 1'b0, hold_valid = 1'b0, hold_wait, drop_valid = 1'b0;
  logic [KW-1:0]            look_key = '0, take_key = '0;
  logic [KW-7:0]            hold_leaf = '0;
  logic [8:0]               bit_no = '0;
  logic [PW-1:0]            alloc_leaf = '0;
  logic [511:0]             take_data, r_data = '0, wr_data;
  logic [cw_pkg::DOM_W-1:0] drop_dom = '0, lost_dom;
  logic                     wb_busy, rd_valid, rd_ready = 1'b0, r_valid = 1'b0, r_error = 1'b0, wr_valid;
  logic                     wr_ready = 1'b0, b_valid = 1'b0, b_error = 1'b0, lost, ev_evict;
  logic [PW+11:0]           rd_addr, wr_addr;

  cw_dlog_cache #(.NL(NL)) u_cache (.*);

  // Keys that are alike but for one part.
  function automatic logic [3:0] dom_of(input int k);
    return k < 8 ? 4'd1 : 4'd3;
  endfunction
  function automatic logic [5:0] line_of(input int k);
    return k % 4 == 0 ? 6'd0 : k % 4 == 1 ? 6'd1 : k % 4 == 2 ? 6'd33 : 6'd63;
  endfunction
  function automatic logic [KW-1:0] key_of(input int k);
    return {dom_of(k), k / 4 % 2 == 0 ? 13'd5 : 13'd4101, line_of(k)};
  endfunction

  // ---- what is known: of each key, and of the one that is written back ----
  bit            here [NK], marked [NK], covered [NK];
  logic [511:0]  bits [NK], mem [NK], due [NK];   // in the line; in memory; marked and in no report yet
  logic [PW-1:0] page [4], at [NK];               // where the leaf is; was when the line came in
  typedef enum int {NONE, READ, DATA, WRITE, ACK} wb_e;
  wb_e           wb = NONE;
  int            wb_k = 0, sum_k = -1, evicted = -1;   // -1: nothing on its way to the summaries
  logic [511:0]  wb_bits, snap;
  logic [PW-1:0] wb_at;
  bit            may [NK], wants, ev_was, free_was, wait_was;

  // ---- harvest: hold, then of each line read, take and clear ----
  int hv = -1, hv_line = 0, hv_rest = 0;          // leaf
  bit hv_read = 1'b0;
  int k_now, pace = 20;
  int n_mark = 0, n_evict = 0, n_silent = 0, n_held = 0, n_wait = 0, n_lost_r = 0, n_lost_b = 0, n_take = 0,
      n_report = 0, n_drop = 0, n_unsummed = 0, n_amid = 0, n_full = 0, n_taken_sum = 0, n_both = 0;

  initial begin
    for (int k = 0; k < NK; k++) begin
      {here[k], marked[k], covered[k]} = '0;
      {bits[k], mem[k], due[k]} = '0;
      at[k] = '0;
    end
    for (int l = 0; l < 4; l++) page[l] = PW'({$urandom, $urandom});
  end

  task automatic drive();
    k_now      = int'($urandom_range(NK - 1));
    if (hv >= 0 && often(20)) k_now = hv * 4 + k_now % 4;
    look_valid = often(50);
    look_key   = key_of(k_now);
    bit_no     = often(8) ? (often(32) ? '0 : '1) : 9'($urandom);
    mark       = look_valid && often(40) && (covered[k_now] || sum_k < 0) && here[k_now];
    if (!here[k_now] && sum_k < 0) mark = look_valid && often(20);   // without a line: nothing happens
    alloc      = look_valid && !here[k_now] && !mark && sum_k < 0 && often(40);
    alloc_mark = often(40);
    alloc_leaf = alloc ? page[k_now / 4] : PW'({$urandom, $urandom});
    sum_done   = sum_k >= 0 && often(pace);
    // harvest
    take_valid = 1'b0;
    take_key   = key_of(int'($urandom_range(NK - 1)));
    hv_rest    = hv_rest != 0 ? hv_rest - 1 : 0;
    if (hv < 0 && hv_rest == 0 && often(4)) begin
      hv      = int'($urandom_range(3));
      hv_line = 0;
      hv_read = 1'b0;
    end else if (hv >= 0 && hv_read && hv_rest == 0 && often(pace)) begin
      take_valid = 1'b1;
      take_key   = key_of(hv * 4 + hv_line);
    end
    hold_valid = hv >= 0;
    hold_leaf  = hold_valid ? key_of(hv * 4) >> 6 : key_of(int'($urandom_range(NK - 1))) >> 6;
    // a domain is forgotten when nothing of it is on its way
    drop_valid = hv < 0 && wb == NONE && sum_k < 0 && !alloc && rst_n && $urandom_range(50) == 0;
    drop_dom   = often(32) ? 4'd1 : 4'd3;
    // memory
    rd_ready = often(pace);
    wr_ready = often(pace);
    r_valid  = wb == DATA && often(pace);
    b_valid  = wb == ACK && often(pace);
    r_error  = often(6);
    b_error  = often(6);
    for (int i = 0; i < 16; i++) r_data[32 * i +: 32] = $urandom;
    if (r_valid) r_data = mem[wb_k];
  endtask

  task automatic look();
    int n, k;
    bit held;
    n = 0;
    held = 1'b0;
    for (int i = 0; i < NK; i++) n += int'(here[i]);
    wants = 1'b0;
    for (int i = 0; i < NK; i++) begin
      may[i] = n == NL && wb == NONE && here[i] && (covered[i] || !marked[i]);
      n_unsummed += int'(n == NL && wb == NONE && here[i] && !may[i]);
      held  |= may[i] && hv == i / 4;
      may[i] = may[i] && hv != i / 4;
      wants |= may[i];
    end
    n_held += int'(held);
    n_both += int'(wants && (take_valid || drop_valid));
    n_full += int'(n == NL && !wants);
    wants = wants && !take_valid && !drop_valid;
    must(free == (n < NL), "a line is free when fewer than all are used, and then only");
    must(look_ready == !(take_valid || drop_valid || wants),
         "a look waits for harvest, eviction and a forgotten domain, and for nothing else");
    must(!take_valid || !hit, "a take is no hit of the look");
    if (look_valid && !take_valid) must(hit == here[k_now], "a look finds the line of its key and no other");
    must(wants || !ev_evict, "a line is evicted only when none is free (P26)");
    ev_was   = ev_evict;                          // before the edge
    free_was = free;
    wait_was = hold_wait;
    if (take_valid) begin
      k = hv * 4 + hv_line;
      must(take_data == (here[k] ? bits[k] : '0), "take: the bits marked since the line came in (P26)");
      must((snap | take_data) == due[k], "each mark is in the line or in memory when the harvest takes it (P26)");
      n_report += int'(due[k] != '0);
    end
    must(!hold_valid || hold_wait == (wb != NONE && wb_k / 4 == hv), "a harvest waits for a line of its leaf (P26)");
    n_wait += int'(hold_valid && hold_wait);
    // write-back: one read, then the write of both
    must(wb_busy == (wb != NONE), "the write-back is busy as long as it owns a line (P26)");
    must(rd_valid == (wb == READ), "one read for each line that is evicted with bits");
    must(wr_valid == (wb == WRITE), "one write after its read");
    if (wb == READ) must(rd_addr == {wb_at, line_of(wb_k), 6'd0}, "the read is of the line");
    if (wb == WRITE) begin
      must(wr_addr == {wb_at, line_of(wb_k), 6'd0}, "the write is of the line");
      must(wr_data == (wb_bits | mem[wb_k]), "a write-back adds the bits to what memory holds (P26)");
    end
    must(lost == ((r_valid && r_error) || (b_valid && b_error)), "a bus error loses the line, nothing else does (P27)");
    if (lost) must(lost_dom == dom_of(wb_k), "and its domain is told (P27)");
  endtask

  // What the edge did.
  task automatic step();
    if (sum_done && sum_k >= 0) begin
      if (here[sum_k]) covered[sum_k] = 1'b1;
      sum_k = -1;
    end
    if (mark && here[k_now] && !take_valid && !drop_valid && !wants) begin
      bits[k_now][bit_no] = 1'b1;
      due[k_now][bit_no]  = 1'b1;
      marked[k_now] = 1'b1;
      if (!covered[k_now]) sum_k = k_now;
      n_mark++;
      n_amid += int'(k_now / 4 == hv);
    end
    if (alloc && free_was && !take_valid && !drop_valid && !wants) begin
      here[k_now]    = 1'b1;
      marked[k_now]  = alloc_mark;
      covered[k_now] = 1'b0;
      at[k_now]      = page[k_now / 4];
      bits[k_now]    = alloc_mark ? 512'd1 << bit_no : '0;
      if (alloc_mark) begin
        due[k_now][bit_no] = 1'b1;
        sum_k = k_now;
      end
    end
    if (take_valid) begin
      n_take      += int'(here[hv * 4 + hv_line]);
      n_taken_sum += int'(hv * 4 + hv_line == sum_k);
      here[hv * 4 + hv_line] = 1'b0;
      due[hv * 4 + hv_line]  = '0;
      mem[hv * 4 + hv_line]  = '0;
      hv_read = 1'b0;
      hv_line++;
      if (hv_line == 4) begin
        hv = -1;
        hv_rest = int'($urandom_range(150));
      end
    end else if (hv >= 0 && !hv_read && !wait_was && often(32)) begin
      snap    = mem[hv * 4 + hv_line];            // memory is read before the line is taken
      hv_read = 1'b1;
      hv_rest = int'($urandom_range(30));
    end
    if (drop_valid) begin
      n_drop++;
      for (int k = 0; k < NK; k++) begin
        if (dom_of(k) == drop_dom) begin
          here[k] = 1'b0;
          mem[k]  = '0;
          due[k]  = '0;
          page[k / 4] = PW'({$urandom, $urandom});
        end
      end
    end
    case (wb)
      READ: if (rd_ready) wb = DATA;
      DATA: if (r_valid) wb = r_error ? NONE : WRITE;
      WRITE: if (wr_ready) wb = ACK;
      ACK: if (b_valid) wb = NONE;
      default: ;
    endcase
    n_lost_r += int'(r_valid && r_error);
    n_lost_b += int'(b_valid && b_error);
    if ((r_valid && r_error) || (b_valid && b_error)) due[wb_k] = mem[wb_k] | (here[wb_k] ? bits[wb_k] : '0);
    else if (b_valid) mem[wb_k] = mem[wb_k] | wb_bits;
  endtask

  // After the edge: which lines are there, and if one had to go, which one went.
  task automatic probe();
    evicted = -1;
    take_valid = 1'b0;
    look_valid = 1'b1;
    for (int k = 0; k < NK; k++) begin
      look_key = key_of(k);
      #1;
      if (wants && evicted < 0 && here[k] && !hit) begin
        evicted = k;
        must(may[k], "no line under harvest or without its summaries is evicted (P26)");
        must(marked[k] == ev_was, "what has bits is written back, nothing else (P26)");
        here[k] = 1'b0;
      end
      must(hit == here[k], "a line goes when it is taken, evicted or forgotten, and stays otherwise (P26)");
      if (here[k]) must(summed == covered[k], "summed: when the summaries cover the line (P26)");
    end
    must(!wants || evicted >= 0, "a line is evicted when none is free");
    if (evicted >= 0) begin
      n_evict  += int'(ev_was);
      n_silent += int'(!ev_was);
      if (ev_was) begin
        wb      = READ;
        wb_k    = evicted;
        wb_bits = bits[evicted];
        wb_at   = at[evicted];
      end
    end
  endtask

  initial begin
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (int t = 0; t < 60000; t++) begin
      if (t % 5000 == 0) pace = (t / 5000) % 3 == 0 ? 20 : (t / 5000) % 3 == 1 ? 60 : 4;
      drive();
      #1;
      look();
      @(posedge clk);
      #1;
      step();
      probe();
      @(negedge clk);
      if (failed != 0) break;
    end
    check_musts();
    check(n_mark > 5000 && n_evict > 500 && n_silent > 300, "marks, and lines evicted with bits and without");
    check(n_take > 500 && n_report > 500 && n_amid > 300 && n_taken_sum > 5, "lines taken, marks amid the harvest");
    check(n_held > 500 && n_wait > 300 && n_unsummed > 500 && n_full > 1000 && n_both > 20, "evictions that wait");
    check(n_lost_r > 30 && n_lost_b > 30 && n_drop > 30, "bus errors, and domains that were forgotten");
    $display("%0d marks, %0d amid, %0d evicted, %0d silent, %0d taken, %0d reports, %0d with summaries on the way",
             n_mark, n_amid, n_evict, n_silent, n_take, n_report, n_taken_sum);
    $display("%0d held, %0d wait, %0d unsummed, %0d full, %0d both, %0d + %0d lost, %0d forgotten", n_held, n_wait,
             n_unsummed, n_full, n_both, n_lost_r, n_lost_b, n_drop);
    report("rtl_dlog_cache");
  end
endmodule
