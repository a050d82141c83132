// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_harvest alone: directory, line cache, table memory and host memory are the bench. Marks go on all the
// while, in the order of P26 (line, then summaries), lines are written back where nothing is held, the room is mostly
// too small, memories are slow, in one harvest of three they fail, and bus-master enable goes off. What must be
// reported is known from the marks; what may be read, cleared and written, from what was taken before.
module tb_harvest;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #10 clk = !clk;

  localparam int NF = 9, NQ = NF * 64;            // leaves in use, and their lines
  localparam int PW = cw_pkg::PA_W - 12, IW = cw_pkg::LOG_DIR_W;

  `include "tb.svh"
  `include "tb_must.svh"
  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction
  function automatic int rnd(input int n);
    return int'($urandom_range(n - 1));
  endfunction

  logic                     bme = 1'b1, req_valid = 1'b0, req_ready, rsp_valid, rsp_ready = 1'b0, rsp_more, busy;
  logic [cw_pkg::DOM_W-1:0] req_dom = '0, dom;
  logic [IW-1:0]            req_first = '0, rsp_next, op_idx;
  logic [IW:0]              req_count = '0, scan_size = '0;
  logic [63:0]              req_buf = '0, scan_bits = '0, op_set, op_sum = '0, h_addr;
  logic [31:0]              req_room = 32'd1, rsp_records;
  logic [IW-7:0]            scan_word;
  logic                     scan_valid, op_valid, op_take, op_done = 1'b0, take_valid, hold_valid, hold_wait = 1'b0;
  logic [1:0]               op_status = '0;
  logic [PW-1:0]            op_leaf = '0;
  logic [5:0]               take_line;
  logic [511:0]             take_data = '0, r_data = '0, h_data;
  logic                     rd_valid, rd_ready = 1'b0, r_valid = 1'b0, r_error = 1'b0, wr_valid, wr_ready = 1'b0;
  logic                     b_valid = 1'b0, b_error = 1'b0, h_valid, h_ready = 1'b0, h_bvalid = 1'b0, h_berr = 1'b0;
  logic                     lost;
  logic [PW+11:0]           rd_addr, wr_addr;

  cw_harvest u_harvest (.*);

  function automatic int idx_of(input int l);
    int t [NF];
    t = '{0, 1, 62, 63, 64, 65, 700, 8190, 8191};
    return t[l];
  endfunction
  function automatic int find(input int idx);
    for (int l = 0; l < NF; l++) if (idx_of(l) == idx) return l;
    return -1;
  endfunction
  function automatic logic [511:0] noise();
    for (int i = 0; i < 16; i++) noise[32 * i +: 32] = $urandom;
  endfunction

  // ---- the log around it ----
  logic [PW-1:0] page [NF];
  logic [63:0]   sum [NF];
  bit            top [NF];
  logic [511:0]  mem [NQ], cache [NQ];
  logic [511:0]  may [NQ], due [NQ], old [NQ];    // marked; accepted; accepted before the harvest: none reported yet
  typedef struct { int q, b; bit only; } mark_t;
  mark_t         marks [$];                       // line marked, summaries not yet
  bit            wb = 1'b0;
  int            wb_q = 0, wb_left = 0;
  logic [511:0]  wb_bits;

  // ---- what is under way ----
  typedef struct packed { int q; logic [511:0] data; bit error; } line_t;
  typedef struct packed { logic [63:0] addr; logic [511:0] data; } beat_t;
  int            reads [$], clears [$], to_clear [$];
  line_t         came [$];
  beat_t         beats [$];
  int            unacked = 0, cur = -1, records = 0, last = 0, took = 0, done_n = 0, length = 0;
  logic [63:0]   left = '0, word = '0;            // of the leaf that was taken; of the last scan
  int            word_no = 0;
  bit            scanned = 1'b0, running = 1'b0, any_lost = 1'b0, errs = 1'b0, gave_back = 1'b0, ended = 1'b0;
  int            pace = 20;
  int n_rec = 0, n_zero = 0, n_more = 0, n_back = 0, n_full = 0, n_clear = 0, n_wait = 0, n_lost = 0, n_bme = 0,
      n_amid = 0, n_empty = 0, n_sure = 0, n_status = 0;

  task automatic drive();
    mark_t m;
    int q;
    // marks
    if (often(pace / 2)) begin
      m.q    = rnd(NF) * 64 + (often(48) ? rnd(8) * 9 : rnd(64));
      if (cur >= 0 && often(32)) m.q = cur * 64 + m.q % 64;
      m.b    = rnd(512);
      m.only = often(8);                          // a summary whose line is zero
      if (!m.only) begin
        cache[m.q][m.b] = 1'b1;
        may[m.q][m.b]   = 1'b1;
        n_amid += int'(m.q / 64 == cur);
      end
      marks.push_back(m);
    end
    if (marks.size() != 0 && often(24)) begin
      m = marks.pop_front();
      sum[m.q / 64][m.q % 64] = 1'b1;
      top[m.q / 64] = 1'b1;
      if (!m.only && may[m.q][m.b]) due[m.q][m.b] = 1'b1;
    end
    // write-back, but of the leaf that is held
    q = rnd(NQ);
    if (wb && wb_left == 0) begin
      mem[wb_q] |= wb_bits;
      wb = 1'b0;
    end else if (wb) begin
      wb_left--;
    end else if (cache[q] != '0 && !(hold_valid && idx_of(q / 64) == int'(op_idx))) begin
      wb        = 1'b1;
      wb_q      = q;
      wb_bits   = cache[q];
      wb_left   = rnd(60);
      cache[q]  = '0;
    end
    hold_wait = wb && idx_of(wb_q / 64) == int'(op_idx);
    // command
    if (!running && !req_valid && often(2)) begin
      req_valid = 1'b1;
      req_dom   = 4'($urandom);
      req_first = IW'(often(24) ? 0 : often(48) ? idx_of(rnd(NF)) : rnd(8192));
      req_count = often(32) ? '0 : (IW+1)'(often(32) ? 1 + rnd(66) : 1 + rnd(8192));
      req_buf   = {$urandom, $urandom} >> 4 << 7;
      req_room  = often(24) ? 1 + rnd(6) : often(40) ? 1 + rnd(40) : 1000;
      scan_size = (IW+1)'(often(48) ? 8192 : often(32) ? 64 : often(32) ? rnd(300) : 8191);
      q         = rnd(NF);
      if (often(8) && sum[q] != '0) begin         // exactly the room of one leaf
        req_first = IW'(idx_of(q));
        req_count = 14'd1;
        req_room  = $countones(sum[q]);
        scan_size = 14'd8192;
      end
      errs      = rnd(3) == 0;
    end
    rsp_ready = often(20);
    // directory
    scan_bits = scanned ? word : {$urandom, $urandom};
    op_done   = op_valid && often(pace);
    op_status = op_done && errs && rnd(16) == 0 ? (often(32) ? 2'd1 : 2'd3) : 2'd0;
    q         = find(int'(op_idx));
    op_leaf   = op_done && q >= 0 ? page[q] : PW'({$urandom, $urandom});
    op_sum    = op_done && q >= 0 && op_status == 2'd0 ? sum[q] : {$urandom, $urandom};
    // memories
    rd_ready = often(pace);
    wr_ready = often(pace);
    h_ready  = often(pace);
    r_valid  = reads.size() != 0 && often(pace);
    r_data   = r_valid ? mem[reads[0]] : noise();
    r_error  = !r_valid || (errs && rnd(100) == 0);
    b_valid  = clears.size() != 0 && often(pace);
    b_error  = !b_valid || (errs && rnd(100) == 0);
    h_bvalid = unacked != 0 && often(pace);
    h_berr   = !h_bvalid || (errs && rnd(100) == 0);
    if (errs && rnd(100) == 0) bme = 1'b0;
    if (!errs || rnd(20) == 0) bme = 1'b1;
    #1;
    take_data = take_valid && cur >= 0 ? cache[cur * 64 + int'(take_line)] : noise();
    #1;
  endtask

  // What the outputs show, and what the edge will make of it.
  task automatic look();
    line_t x;
    beat_t t;
    logic [511:0] got;
    bit gone, is_lost;
    int q;
    gone    = 1'b0;
    is_lost = (b_valid && b_error) || (h_bvalid && h_berr);
    must(busy == running && req_ready == !running, "busy from the command to its result");
    // top, summary: nothing before its turn
    if (scan_valid) must(running && int'(scan_word) >= int'(req_first) / 64 && int'(scan_word) <= last / 64,
                         "no word of the top summary is read beyond the range");
    if (op_valid && op_take) begin
      must(op_set == '0 && int'(op_idx) / 64 == word_no && word[op_idx[5:0]], "a leaf whose top bit was set is taken");
      must(int'(op_idx) >= int'(req_first) && int'(op_idx) <= last, "no leaf beyond the range is taken");
      must(records < int'(req_room), "no summary is cleared without room (P29)");
      must(cur < 0 || (left == '0 && to_clear.size() == 0), "one leaf after the other");
    end
    if (op_valid) must(hold_valid && reads.size() == 0 && came.size() == 0 && clears.size() == 0,
                       "a summary is changed when nothing of a leaf is on its way (P26)");
    if (op_valid && !op_take) must(cur >= 0 && op_set == left && left != '0 && records == int'(req_room),
                                   "lines that were not taken get their summaries back, all of them (P26 P29)");
    if (reads.size() + came.size() + clears.size() + to_clear.size() != 0)
      must(hold_valid && int'(op_idx) == idx_of(cur), "a leaf is held until its lines are taken and cleared (P26)");
    // lines
    if (rd_valid) begin
      must(cur >= 0 && rd_addr[5:0] == '0 && rd_addr[PW+11:12] == page[cur < 0 ? 0 : cur] && left[rd_addr[11:6]],
           "a line is read once, when the summary that names it was taken (P26)");
      must(!hold_wait, "no line is read while one of its leaf is written back (P26)");
      must(records + reads.size() + came.size() < int'(req_room), "no line is read without room (P29)");
      must(reads.size() + came.size() < 16, "no more lines are read ahead than have a place");
    end
    n_wait += int'(hold_wait && hold_valid && left != '0);
    // host: two beats for each record, in order
    if (h_valid) begin
      must(bme && beats.size() != 0, "host memory is written for records only, with bus-master enable");
      t = beats.size() != 0 ? beats[0] : '0;
      must(h_addr == t.addr && h_data == t.data, "a record as it must be (P29)");
    end
    if (beats.size() != 0 && ((h_valid && h_ready) || !bme)) begin
      void'(beats.pop_front());
      if (bme) unacked++;
      is_lost |= !bme;
      n_bme   += int'(!bme);
    end
    if (h_bvalid) unacked--;
    // clears
    if (wr_valid) begin
      must(to_clear.size() != 0 && wr_addr == {page[cur], 6'(to_clear[0]), 6'd0}, "what was read is cleared (P26)");
      if (wr_ready && to_clear.size() != 0) begin
        clears.push_back(to_clear.pop_front());
        n_clear++;
      end
    end
    if (b_valid) begin
      q = clears.pop_front();
      if (b_error) may[q] |= mem[q];
      else mem[q] = '0;
    end
    if (take_valid) begin
      must(came.size() != 0, "no line is taken that was not read (P26)");
      must(to_clear.size() == 0 && beats.size() == 0, "one line after the other");
      if (came.size() != 0) begin
        x   = came.pop_front();
        must(cur * 64 + int'(take_line) == x.q, "a line is taken when it was read (P26)");
        got = x.data | take_data;
        cache[x.q] = '0;
        if (!x.error) begin
          must((got & ~may[x.q]) == '0, "nothing is reported that was not marked");
          may[x.q] = '0;
          due[x.q] &= ~got;
          old[x.q] &= ~got;
          if (x.data != '0) to_clear.push_back(x.q);
          if (got != '0) begin
            t.addr = req_buf + 64'(records) * 128;
            t.data = got;
            beats.push_back(t);
            t.addr = t.addr + 64;
            t.data = 512'(idx_of(x.q / 64) * 64 + x.q % 64);
            beats.push_back(t);
            records++;
            n_rec++;
          end else begin
            n_zero++;
          end
        end else begin                          // reported as part of all, marks on their way too (P25)
          for (int i = 0; i < marks.size(); i++) if (marks[i].q == x.q) marks[i].only = 1'b1;
        end
        is_lost |= x.error;
      end
    end
    if (r_valid) begin
      q       = reads.pop_front();
      x.q     = q;
      x.data  = r_data;
      x.error = r_error;
      came.push_back(x);
    end
    if (rd_valid && rd_ready && cur >= 0) begin
      reads.push_back(cur * 64 + int'(rd_addr[11:6]));
      left[rd_addr[11:6]] = 1'b0;
    end
    if (op_done) begin
      q = find(int'(op_idx));
      is_lost  |= op_status == 2'd1 || (op_status == 2'd3 && !op_take);
      any_lost |= op_status != 2'd0;              // the directory says so itself
      n_status += int'(op_status != 2'd0);
      if (op_take) begin
        cur  = op_status == 2'd0 ? q : -1;
        left = op_status == 2'd0 ? op_sum : '0;
        took = int'(op_idx);
        word[op_idx[5:0]] = 1'b0;
      end else begin
        gave_back = 1'b1;
        n_back++;
      end
      if (q >= 0 && op_status == 2'd0) begin
        sum[q] = op_take ? '0 : sum[q] | op_set;
        top[q] = !op_take;
      end
    end
    must(lost == is_lost, "what fails is lost, and told; nothing else is (P27)");
    any_lost |= is_lost;
    n_lost   += int'(is_lost);
    scanned = scan_valid;
    if (scan_valid) begin
      word_no = int'(scan_word);
      word    = '0;
      for (int l = 0; l < NF; l++) if (idx_of(l) / 64 == word_no) word[idx_of(l) % 64] = top[l];
    end
    length = running ? length + 1 : 0;
    must(length < 100000, "a harvest comes to an end");
    result();
    if (req_valid && req_ready) begin
      running   = 1'b1;
      records   = 0;
      cur       = -1;
      left      = '0;
      any_lost  = 1'b0;
      gave_back = 1'b0;
      old       = due;
      last      = req_count == '0 ? 8191 : int'(req_first) + int'(req_count) - 1;
      if (last >= int'(scan_size)) last = int'(scan_size) - 1;
      ended     = 1'b1;                           // the command goes after the edge
    end
  endtask

  task automatic result();
    bit all = 1'b1;
    if (rsp_valid) begin
      must(unacked == 0 && beats.size() == 0 && clears.size() == 0 && to_clear.size() == 0,
           "the result comes when every record is acknowledged (P29)");
      must(int'(rsp_records) == records && records <= int'(req_room), "as many records as there was room for (P29)");
      must(dom == req_dom, "the domain is that of the command");
      must(!rsp_more || records == int'(req_room), "there is more only for want of room (P29)");
      must(rsp_more || left == '0, "what is left is continued (P29)");
      must(!gave_back || int'(rsp_next) == took, "the next one begins at the leaf with lines left (P29)");
      must(!rsp_more || (int'(rsp_next) >= int'(req_first) && int'(rsp_next) <= last), "more is in the range (P29)");
      if (rsp_ready) begin
        for (int q = 0; q < NQ; q++)
          if (idx_of(q / 64) >= int'(req_first) && idx_of(q / 64) <= last &&
              (!rsp_more || idx_of(q / 64) < int'(rsp_next))) all &= old[q] == '0;
        must(all || any_lost, "what was accepted before is in the report (P26)");
        n_sure  += int'(!any_lost && records != 0);
        n_more  += int'(rsp_more);
        n_full  += int'(!rsp_more && records == int'(req_room));
        n_empty += int'(records == 0);
        running = 1'b0;
        done_n++;
        if (any_lost) due = '{default: '0};       // everything counts as dirty
      end
    end
  endtask

  initial begin
    for (int l = 0; l < NF; l++) page[l] = PW'({$urandom, $urandom});
    for (int l = 0; l < NF; l++) {sum[l], top[l]} = '0;
    for (int q = 0; q < NQ; q++) {mem[q], cache[q], may[q], due[q], old[q]} = '0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (int t = 0; t < 300000; t++) begin
      if (t % 10000 == 0) pace = t / 10000 % 3 == 0 ? 20 : t / 10000 % 3 == 1 ? 62 : 6;
      drive();
      look();
      @(negedge clk);
      if (ended) req_valid = 1'b0;
      ended = 1'b0;
    end
    check_musts();
    check(done_n > 500 && n_sure > 200 && n_empty > 20, "harvests, with records and without");
    check(n_rec > 5000 && n_zero > 500 && n_clear > 2000, "records, lines that were zero, lines cleared");
    check(n_more > 50 && n_back > 50 && n_full > 5, "harvests without room, summaries given back");
    check(n_amid > 500 && n_wait > 500, "marks of the leaf under harvest, lines that were waited for");
    check(n_lost > 100 && n_bme > 30 && n_status > 30, "errors, and records without bus-master enable");
    $display("%0d harvests, %0d sure, %0d empty, %0d records, %0d zero, %0d cleared, %0d more, %0d back, %0d just full",
             done_n, n_sure, n_empty, n_rec, n_zero, n_clear, n_more, n_back, n_full);
    $display("%0d amid, %0d waits, %0d lost, %0d without bus, %0d statuses", n_amid, n_wait, n_lost, n_bme, n_status);
    report("rtl_harvest");
  end
endmodule
