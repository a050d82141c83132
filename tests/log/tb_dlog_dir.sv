// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_dlog_dir alone: look-ups, sets and takes of the summaries of three domains (and of one that has no
// directory) with a cache of three entries, scans of the top summary at any time, a host that enables entries late and
// exchanges directories, a table memory that is slow and fails. What an entry and its bit in the top summary must be is
// known from the operations alone.
module tb_dlog_dir;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam int ND = 3, NI = 14;                 // domains, entries of each that are used
  localparam int PW = cw_pkg::PA_W - 12, IW = cw_pkg::LOG_DIR_W;
  localparam logic [1:0] OK = 2'd0, MISSING = 2'd1, ERROR = 2'd3;

  `include "tb.svh"
  `include "tb_must.svh"
  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction
  function automatic int rnd(input int n);
    return int'($urandom_range(n - 1));
  endfunction

  logic                     op_valid = 1'b0, op_take = 1'b0, op_done, scan_valid = 1'b0;
  logic                     set_valid = 1'b0, set_start, set_busy, set_done;
  logic [cw_pkg::DOM_W-1:0] op_dom = '0, set_dom = '0, scan_dom = '0, lost_dom;
  logic [IW-1:0]            op_idx = '0;
  logic [63:0]              op_set = '0, op_sum, scan_bits, wr_data;
  logic [1:0]               op_status;
  logic [PW-1:0]            op_leaf, set_root = '0;
  logic [IW:0]              set_size = '0, scan_size;
  logic [IW-7:0]            scan_word = '0;
  logic                     rd_valid, rd_ready = 1'b0, r_valid = 1'b0, r_error = 1'b0, wr_valid, wr_ready = 1'b0;
  logic                     b_valid = 1'b0, b_error = 1'b0, lost;
  logic [PW+11:0]           rd_addr, wr_addr;
  logic [511:0]             r_data = '0;

  cw_dlog_dir #(.NE(3)) u_dir (.*);

  function automatic int dom_of(input int d);     // the fourth has no directory
    return d == 0 ? 0 : d == 1 ? 7 : d == 2 ? 15 : 4;
  endfunction
  function automatic int idx_of(input int n);     // of one line, of one word of the top summary, and of others
    int t [NI];
    t = '{0, 1, 2, 3, 4, 7, 63, 64, 65, 127, 4095, 4096, 8190, 8191};
    return t[n];
  endfunction
  function automatic int find(input int idx);
    for (int n = 0; n < NI; n++) if (idx_of(n) == idx) return n;
    return -1;
  endfunction

  // ---- what is known ----
  logic [PW-1:0] root [ND], leaf [ND][NI];
  int            size [4];
  bit            enabled [ND][NI], top [ND][NI];
  logic [63:0]   sum [ND][NI], mem [ND][NI];      // as it must be; in memory
  typedef enum int {NONE, DATA, ACK} bus_e;
  bus_e          bus = NONE;
  int            reads = 0, writes = 0, wr_d = 0, wr_n = 0, o_d = 0, o_n = 0, s_d = 0, since = 0, setting = 0;
  int            last_d = -1, last_n = -1;        // used by the operation before
  logic [63:0]   wr_was, scan_want = '0;
  bit            scanned = 1'b0, begun = 1'b0;    // begun: the exchange of a directory
  int            pace = 20;
  int n_ok = 0, n_miss = 0, n_beyond = 0, n_error = 0, n_wr_error = 0, n_write = 0, n_set = 0, n_scan = 0, n_take = 0,
      n_sum = 0, n_late = 0, n_again = 0, n_waits = 0;

  function automatic logic [63:0] word_of(input int d, input int w);
    word_of = '0;
    for (int n = 0; n < NI; n++) if (idx_of(n) / 64 == w && top[d][n]) word_of[idx_of(n) % 64] = 1'b1;
  endfunction

  // A directory of its own place, with entries that are enabled or not, and no summaries.
  task automatic fresh(input int d);
    root[d] = PW'({$urandom, $urandom}) >> 1;
    case (rnd(8))
      0: size[d] = 0;
      1: size[d] = 1;
      2: size[d] = 65;
      3: size[d] = 4096;
      4: size[d] = 8191;
      default: size[d] = 8192;
    endcase
    for (int n = 0; n < NI; n++) begin
      enabled[d][n] = often(48);
      leaf[d][n]    = PW'({$urandom, $urandom});
      sum[d][n]     = '0;
      mem[d][n]     = '0;
      top[d][n]     = 1'b0;
    end
    if (last_d == d) last_d = -1;
  endtask

  task automatic drive();
    int n;
    // operations: stable until they are done; a directory is exchanged while none is under way
    if (!op_valid && often(pace)) begin
      op_valid = 1'b1;
      o_d      = often(4) ? 3 : rnd(ND);
      o_n      = often(4) ? -1 : often(32) ? rnd(NI) : rnd(4);
      if (often(16) && last_d >= 0) begin
        o_d = last_d;
        o_n = last_n;
      end
      op_dom  = 4'(dom_of(o_d));
      op_idx  = IW'(rnd(8192));
      if (o_n >= 0) op_idx = IW'(idx_of(o_n));
      else o_n = find(int'(op_idx));
      op_take = often(16);
      op_set  = op_take || often(16) ? '0 : often(32) ? 64'd1 << rnd(64) : {$urandom, $urandom};
      reads   = 0;
      writes  = 0;
      since   = 0;
    end else if (!op_valid && !set_valid && bus == NONE && rnd(100) == 0) begin
      s_d = rnd(ND);
      fresh(s_d);
      set_valid = 1'b1;
      setting   = 0;
      set_dom   = 4'(dom_of(s_d));
      set_root  = root[s_d];
      set_size  = (IW+1)'(size[s_d]);
    end
    // the host enables an entry
    n = rnd(NI);
    if (often(1)) begin
      n_late += int'(!enabled[n % ND][n]);
      enabled[n % ND][n] = 1'b1;
    end
    // scans
    n          = rnd(4);
    scan_valid = often(40);
    scan_dom   = 4'(dom_of(n));
    scan_word  = 7'(often(48) ? idx_of(rnd(NI)) / 64 : rnd(128));
    if (op_valid && often(32)) begin
      n         = o_d;
      scan_dom  = op_dom;
      scan_word = op_idx[IW-1:6];
    end
    scanned    = scan_valid && n < ND && !(set_valid && n == s_d);
    scan_want  = n < ND ? word_of(n, int'(scan_word)) : '0;
    // memory
    rd_ready = often(pace);
    wr_ready = often(pace);
    r_valid  = bus == DATA && often(pace);
    b_valid  = bus == ACK && often(pace);
    r_error  = often(4);
    b_error  = often(4);
    for (int i = 0; i < 16; i++) r_data[32 * i +: 32] = $urandom;
    for (int i = 0; i < 4; i++) begin
      n = find(int'({op_idx[IW-1:2], 2'(i)}));
      r_data[128 * i] = 1'b0;
      if (r_valid && n >= 0 && o_d < ND) r_data[128 * i +: 128] = {mem[o_d][n], 12'd0, leaf[o_d][n], 11'd0,
                                                                   enabled[o_d][n]};
    end
    #1;
    n = int'(scan_dom) == 0 ? 0 : int'(scan_dom) == 7 ? 1 : int'(scan_dom) == 15 ? 2 : 3;
    if (!(set_valid && n == s_d)) must(int'(scan_size) == size[n], "the size of a directory is the one that was set");
  endtask

  task automatic look();
    bit beyond, on;
    beyond = o_d == 3 || int'(op_idx) >= size[o_d];
    on     = !beyond && o_n >= 0 && enabled[o_d][o_n];
    must(!op_done || op_valid, "nothing is done that was not asked for");
    must(!op_done || !(rd_valid || wr_valid), "nothing stands at memory when it is done");
    must(!(rd_valid || wr_valid) || op_valid, "memory is used for operations only");
    must(!(rd_valid || wr_valid) || !beyond, "no entry beyond the directory is looked for (P27)");
    must(!(rd_valid || wr_valid) || o_d != last_d || o_n != last_n, "an entry that was just used is still there");
    must(lost == ((r_valid && r_error) || (b_valid && b_error)), "a bus error loses a summary, nothing else (P27)");
    if (lost) must(int'(lost_dom) == dom_of(b_valid ? wr_d : o_d), "and the domain of its entry is told (P27)");
    if (rd_valid) begin
      must(bus == NONE && reads == 0, "an entry is read once");
      must(o_d < ND && rd_addr == {root[o_d % ND], 12'd0} + (PW+12)'(op_idx) / 4 * 64, "the read is of the entry");
    end
    if (wr_valid) begin
      must(bus == NONE && reads == 0 && writes == 0, "a summary is written before the read that takes its place");
      wr_d = -1;
      for (int d = 0; d < ND; d++) begin
        for (int n = 0; n < NI; n++) begin
          if (wr_addr == {root[d], 12'd0} + (PW+12)'(16 * idx_of(n) + 8) && enabled[d][n] && idx_of(n) < size[d]) begin
            wr_d = d;
            wr_n = n;
          end
        end
      end
      must(wr_d >= 0, "only summaries of enabled entries are written (P26)");
      if (wr_d < 0) wr_d = 0;
      must(wr_data == sum[wr_d][wr_n], "the summary that is written has all that was set (P26)");
    end
    if (op_done) begin
      must(!set_valid, "no operation while a directory is exchanged");
      if (beyond) must(op_status == MISSING, "an entry beyond the directory is MISSING (P27)");
      else if (r_valid && r_error) must(op_status == ERROR, "an entry that cannot be read is ERROR (P27)");
      else if (!on) must(op_status == MISSING && r_valid, "an entry that is not enabled is MISSING, and read (P27)");
      else begin
        must(op_status == OK, "an enabled entry is found, also one that came late (P27)");
        must(op_leaf == leaf[o_d][o_n], "its leaf is the host's");
        must(op_sum == sum[o_d][o_n], "its summary is what was set since it was taken (P26)");
      end
    end
    since = op_valid && !set_valid && bus == NONE && !rd_valid && !wr_valid ? since + 1 : 0;
    must(since <= 4, "an operation needs no more than memory");
    setting = set_valid ? setting + 1 : 0;
    must(setting <= 140, "a directory is exchanged in the time of its top summary");
    must(!set_done || set_valid, "no directory is exchanged unasked");
    must(!set_start || (set_valid && !begun && !op_done), "an exchange begins once, amid no operation");
    must(set_busy == begun, "and is under way from then until it is done");
    begun = set_start || (begun && !set_done);
    n_waits += int'(set_valid && op_valid);
  endtask

  // What the edge did.
  task automatic step();
    bit done, ok, set_was;
    done    = op_done;
    ok      = op_done && op_status == OK;
    set_was = set_done;
    case (bus)
      NONE: begin
        if (rd_valid && rd_ready) begin
          bus = DATA;
          reads++;
        end else if (wr_valid && wr_ready) begin
          bus = ACK;
          wr_was = wr_data;
          writes++;
          n_write++;
        end
      end
      DATA: if (r_valid) bus = NONE;
      ACK: begin
        if (b_valid) begin
          bus = NONE;
          if (b_error) sum[wr_d][wr_n] = mem[wr_d][wr_n];   // lost
          else mem[wr_d][wr_n] = wr_was;
          n_wr_error += int'(b_error);
        end
      end
      default: ;
    endcase
    if (done) begin
      n_ok     += int'(ok);
      n_error  += int'(op_status == ERROR);
      n_miss   += int'(op_status == MISSING && reads != 0);
      n_beyond += int'(op_status == MISSING && reads == 0);
      n_again  += int'(ok && last_d == o_d && last_n == o_n);
      if (reads != 0 || ok) last_d = -1;
      if (ok && o_d < ND && o_n >= 0) begin
        last_d  = o_d;
        last_n  = o_n;
        n_take += int'(op_take && sum[o_d][o_n] != '0);
        n_sum  += int'(op_set != '0);
        // summary and top in one step
        sum[o_d][o_n] = op_take ? '0 : sum[o_d][o_n] | op_set;
        top[o_d][o_n] = !op_take && (op_set != '0 || top[o_d][o_n]);
      end
      op_done_q = 1'b1;
    end
    set_done_q = set_was;
  endtask
  bit op_done_q = 1'b0, set_done_q = 1'b0;

  initial begin
    for (int d = 0; d < 4; d++) size[d] = 0;
    for (int d = 0; d < ND; d++) fresh(d);
    for (int d = 0; d < 4; d++) size[d] = 0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (s_d = 0; s_d < ND; s_d++) begin          // the top summary of a domain means nothing before
      fresh(s_d);
      set_dom   = 4'(dom_of(s_d));
      set_root  = root[s_d];
      set_size  = (IW+1)'(size[s_d]);
      set_valid = 1'b1;
      do begin
        #1 set_done_q = set_done;
        @(negedge clk);
      end while (!set_done_q);
      set_valid = 1'b0;
    end
    set_done_q = 1'b0;
    for (int t = 0; t < 250000; t++) begin
      if (t % 10000 == 0) pace = t / 10000 % 3 == 0 ? 20 : t / 10000 % 3 == 1 ? 62 : 6;
      drive();
      look();
      step();                                     // inputs are kept until the edge
      @(negedge clk);
      if (scanned) begin
        must(scan_bits == scan_want, "the top summary says which summaries may be set, in the same cycle (P26)");
        n_scan += int'(scan_want != '0);
      end
      if (op_done_q) op_valid = 1'b0;
      if (set_done_q) begin
        set_valid = 1'b0;
        n_set++;
      end
      {op_done_q, set_done_q} = '0;
    end
    check_musts();
    check(n_ok > 10000 && n_again > 1000 && n_write > 2000, "entries found, kept, and written to make room");
    check(n_sum > 3000 && n_take > 1000 && n_scan > 10000, "summaries set, taken and scanned");
    check(n_miss > 300 && n_beyond > 300 && n_late > 100, "entries that were missing, and that came late");
    check(n_error > 100 && n_wr_error > 100, "reads and writes that failed");
    check(n_set > 100 && n_waits > 1000, "directories exchanged, operations that waited for it");
    $display("%0d found, %0d kept, %0d written, %0d set, %0d taken, %0d scans, %0d missing, %0d beyond, %0d late", n_ok,
             n_again, n_write, n_sum, n_take, n_scan, n_miss, n_beyond, n_late);
    $display("%0d + %0d errors, %0d exchanged, %0d waits", n_error, n_wr_error, n_set, n_waits);
    report("rtl_dlog_dir");
  end
endmodule
