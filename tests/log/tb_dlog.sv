// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_dlog between a table memory and a host memory that reorder: clients mark random pages of three domains
// while harvests run over random ranges with too little room. The oracle knows pages and reports only:
//   lost      a mark accepted before a harvest of its page began is not in the reports that follow
//   spurious  a page is reported that nobody marked
//   overrun   a record beyond the room, or memory written outside of log and buffer
// Leaves come late (MISSING, P27), buses fail (everything dirty, P27), directories are exchanged.
module tb_dlog;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam int NDOMS = 3;                       // the third has leaves that come late
  localparam int LEAVES = 12;
  localparam int NCLIENT = 4;
  localparam longint unsigned ROOT0 = 64'h10_0000, LEAF0 = 64'h20_0000, BUF = 64'h1_0000_0000;
  localparam longint unsigned SIZE = 8192;

  `include "tb.svh"
  task automatic fail(input string what);
    failed++;
    if (failed < 20) $display("FAIL: %s", what);
  endtask

  // ---- the log ----
  logic        log_valid = 1'b0, log_ready, log_op, logr_valid;
  logic [cw_pkg::DOM_W-1:0] log_dom, set_dom = '0, all_dom = '0, hv_dom = '0;
  logic [44:0] log_gfn;
  logic [2:0]  log_id, logr_id;
  logic [1:0]  logr_status;
  logic        set_valid = 1'b0, set_done, all_valid = 1'b0, hv_valid = 1'b0, hv_ready, hvd_valid, hvd_ready = 1'b0;
  logic [cw_pkg::PA_W-13:0] set_root = '0;
  logic [13:0] set_size = '0, hv_count = '0;
  logic [12:0] hv_first = '0, hvd_next;
  logic [63:0] hv_buf = BUF;
  logic [31:0] hv_room = '0, hvd_records;
  logic        hvd_more, hvd_all, idle, busy, ev_mark, ev_missing, ev_evict;

  logic         dl_arvalid, dl_arready, dl_rvalid, dl_rerr, dl_awvalid, dl_awready, dl_wvalid, dl_wready;
  logic         dl_bvalid, dl_berr;
  logic [1:0]   dl_arid, dl_rid, dl_awid, dl_bid, t_rresp, t_bresp;
  logic [51:0]  dl_araddr, dl_awaddr;
  logic [511:0] dl_rdata, dl_wdata;
  logic [63:0]  dl_wstrb;
  assign dl_rerr = t_rresp[1];
  assign dl_berr = t_bresp[1];
  logic         h_valid, h_ready, h_bvalid, h_berr, h_w = 1'b0;
  logic [63:0]  h_addr, h_addr_q;
  logic [511:0] h_data, h_data_q;
  logic         bme = 1'b1;

  cw_dlog #(.NL(8), .NE(4)) u_log (.*);

  logic        t_err = 1'b0, h_err = 1'b0;
  logic [63:0] t_err_line = '0;
  bit          ending = 1'b0, held;               // memory answers nothing while a directory is exchanged
  assign held = ending && u_log.set_busy;
  tb_axi_mem #(.ID_W(2)) u_table (
    .clk, .rst_n, .err_on(t_err), .err_line(t_err_line), .hold_b(held), .hold_r(held),
    .arvalid(dl_arvalid), .arready(dl_arready), .arid(dl_arid), .araddr(dl_araddr), .arlen(8'd0),
    .rvalid(dl_rvalid), .rready(1'b1), .rid(dl_rid), .rdata(dl_rdata), .rresp(t_rresp), .rlast(),
    .awvalid(dl_awvalid), .awready(dl_awready), .awid(dl_awid), .awaddr(dl_awaddr), .awlen(8'd0),
    .wvalid(dl_wvalid), .wready(dl_wready), .wdata(dl_wdata), .wstrb(dl_wstrb), .wlast(1'b1),
    .bvalid(dl_bvalid), .bready(1'b1), .bid(dl_bid), .bresp(t_bresp));

  // host memory: what the engine hands over is written as it was taken, acknowledged later
  longint h_due [$];
  longint now = 0;
  logic [511:0] host [longint unsigned];
  int host_limit;                                 // beats that have room
  bit host_slow = 1'b0;
  always @(posedge clk) begin
    now <= now + 1;
    h_bvalid <= 1'b0;
    h_ready <= rst_n && $urandom_range(host_slow ? 15 : 2) == 0;
    if (h_valid && h_ready) begin
      host[h_addr >> 6] = h_data;
      if (h_addr < BUF || h_addr >= BUF + 64 * longint'(host_limit)) fail("overrun of the buffer");
      h_due.push_back(now + 5 + longint'($urandom_range(60)));
    end
    if (h_due.size() != 0 && h_due[0] <= now) begin
      void'(h_due.pop_front());
      h_bvalid <= 1'b1;
      h_berr <= h_err;
    end
  end

  // ---- where the log lies ----
  function automatic longint unsigned root_of(input int d);
    return ROOT0 + longint'(d) * 64'h2_0000;
  endfunction
  // Leaves in use lie all over the directory; those of one word of the top summary and those of others.
  function automatic int dir_of(input int n);
    case (n % 12)
      0: return 0;
      1: return 1;
      2: return 3;
      3: return 62;
      4: return 63;
      5: return 64;
      6: return 65;
      7: return 700;
      8: return 4095;
      9: return 4096;
      10: return 8190;
      default: return 8191;
    endcase
  endfunction
  function automatic longint unsigned leaf_of(input int d, input int n);
    return LEAF0 + longint'(d * LEAVES + n) * 4096;
  endfunction
  task automatic enable_leaf(input int d, input int n, input bit on);
    for (int i = 0; i < 64; i++) u_table.poke(leaf_of(d, n) + 64'(i) * 64, '0);
    u_table.poke8(root_of(d) + 64'(dir_of(n)) * 16 + 8, '0);
    u_table.poke8(root_of(d) + 64'(dir_of(n)) * 16, on ? leaf_of(d, n) | 64'd1 : leaf_of(d, n));
  endtask

  // ---- oracle ----
  typedef longint unsigned page_t;                // {domain, gfn}
  bit      must [page_t];                         // accepted and not reported
  int      flight [page_t];                       // marks asked for, not answered
  bit      amid [page_t];                         // asked or answered while a harvest ran: its report is ambiguous
  bit      maybe [page_t];                        // asked for since the last report
  bit      enabled [NDOMS][LEAVES];
  bit      everything [NDOMS];                    // an error was planted: marks may be lost, if the harvest says so
  bit      harvesting = 1'b0;
  int      hv_domain;

  function automatic page_t page(input int d, input longint unsigned gfn);
    return (longint'(d) << 40) | gfn;
  endfunction

  // ---- clients: PREPARE, then MARK, of hot and of random pages ----
  typedef enum int {REST, ASK, WAIT} phase_t;
  phase_t          c_phase [NCLIENT];
  bit              c_op [NCLIENT];
  int              c_dom [NCLIENT], c_leaf [NCLIENT];
  longint unsigned c_gfn [NCLIENT];
  longint unsigned c_far [NCLIENT];               // bits beyond any directory, up to those of 5 levels
  longint          c_since [NCLIENT];
  bit              running = 1'b0;
  int              only_dom = -1, but_dom = -1;   // the only one that is marked; the only one that is not
  int              spread = 8;                    // lines per leaf
  int              n_marks = 0, n_missing = 0, n_far = 0, n_error = 0;
  longint          wait_max = 0;

  initial for (int c = 0; c < NCLIENT; c++) c_phase[c] = REST;

  task automatic pick(input int c);
    int d = $urandom_range(NDOMS - 1);
    int n = $urandom_range(LEAVES - 1);
    if (d == but_dom) d = (d + 1) % NDOMS;
    c_dom[c]  = only_dom >= 0 ? only_dom : d;
    if ($urandom_range(1) == 0) n = n % 2;
    c_leaf[c] = n;
    c_gfn[c]  = (longint'(dir_of(n)) << 15) | (longint'($urandom_range(spread - 1) * (64 / spread)) << 9) |
                longint'($urandom_range(3) == 0 ? $urandom_range(511) : $urandom_range(3) * 170);
    c_op[c]   = $urandom_range(3) == 0;           // a MARK alone: no swap goes before it
    c_far[c]  = $urandom_range(15) == 0 ? 64'd1 << $urandom_range(44, 28) : 64'd0;
  endtask

  int sending = -1;
  always @(posedge clk) if (rst_n) begin
    if (log_valid && log_ready) begin
      c_phase[sending] = WAIT;
      log_valid <= 1'b0;
      sending = -1;
    end
    if (logr_valid) begin
      int c = int'(logr_id);
      page_t p = page(c_dom[c], c_gfn[c]);
      if (c >= NCLIENT || c_phase[c] != WAIT) fail("answer to nobody");
      else begin
        if (now - c_since[c] > wait_max) wait_max = now - c_since[c];
        if (c_far[c] != 0) begin
          n_far++;
          if (logr_status != 2'd1) fail("beyond any directory, and not MISSING");
        end else if (logr_status == 2'd1) begin
          n_missing++;
          if (enabled[c_dom[c]][c_leaf[c]] && now - en_time[c_dom[c]][c_leaf[c]] > 300)
            fail("MISSING of a leaf that is there");
        end else if (logr_status == 2'd3) begin
          n_error++;
          if (!everything[c_dom[c]]) fail("ERROR without an error");
        end else if (logr_status == 2'd0) begin
          if (!enabled[c_dom[c]][c_leaf[c]]) fail("OK without a leaf");
        end else fail("status");
        if (c_op[c] && c_far[c] == 0) begin
          flight[p]--;
          if (logr_status != 2'd1) begin
            n_marks++;
            if (harvesting && c_dom[c] == hv_domain) amid[p] = 1'b1;
            must[p] = 1'b1;
          end
        end
        if (!c_op[c] && logr_status != 2'd1) begin
          c_op[c]    = 1'b1;
          c_phase[c] = ASK;
        end else begin
          c_phase[c] = REST;
        end
      end
    end
    if (sending < 0) begin
      int c = $urandom_range(NCLIENT - 1);
      if (c_phase[c] == REST && running) begin
        pick(c);
        c_phase[c] = ASK;
      end
      if (c_phase[c] == ASK) begin
        sending = c;
        c_since[c] = now;
        log_valid <= 1'b1;
        log_op    <= c_op[c];
        log_dom   <= 4'(c_dom[c]);
        log_gfn   <= 45'(c_gfn[c] | c_far[c]);
        log_id    <= 3'(c);
        if (c_op[c] && c_far[c] == 0) begin
          page_t p = page(c_dom[c], c_gfn[c]);
          flight[p]++;
          maybe[p] = 1'b1;
          if (harvesting && c_dom[c] == hv_domain) amid[p] = 1'b1;
        end
      end
    end
  end
  longint en_time [NDOMS][LEAVES];

  // ---- harvest: returns after its report was judged ----
  int n_harvest = 0, n_more = 0, n_records = 0, n_all = 0;
  task automatic harvest(input int d, input int first, input int count, input int room, output bit more,
                         output int next, output longint took);
    page_t  earlier [$];
    longint start;
    earlier.delete();
    foreach (must[p]) if (must[p] && int'(p >> 40) == d) begin
      int dir = int'((p & 64'hff_ffff_ffff) >> 15);
      if (dir >= first && (count == 0 || dir < first + count)) earlier.push_back(p);
    end
    foreach (flight[p]) if (flight[p] > 0 && int'(p >> 40) == d) amid[p] = 1'b1;
    @(negedge clk);
    host_limit = room * 2;
    hv_domain = d;
    harvesting = 1'b1;
    hv_dom = 4'(d); hv_first = 13'(first); hv_count = 14'(count); hv_room = 32'(room); hv_valid = 1'b1;
    while (!hv_ready) @(negedge clk);
    start = now;
    @(negedge clk);
    hv_valid = 1'b0;
    while (!hvd_valid) @(negedge clk);
    took = now - start;
    harvesting = 1'b0;
    n_harvest++;
    more = hvd_more;
    next = int'(hvd_next);
    if (more) n_more++;
    if (hvd_records > 32'(room)) fail("overrun: more records than room");
    n_records += int'(hvd_records);
    for (int r = 0; r < int'(hvd_records); r++) begin
      logic [511:0] line = host[(BUF >> 6) + 64'(r) * 2];
      logic [511:0] rest = host[(BUF >> 6) + 64'(r) * 2 + 1];
      longint unsigned index = rest[63:0];
      if (line == '0) fail("an empty record");
      if (rest[511:64] != '0) fail("a record's reserved bytes");
      if (index >> 6 < 64'(first) || (count != 0 && index >> 6 >= 64'(first + count)))
        fail("spurious: out of the range");
      for (int b = 0; b < 512; b++) if (line[b]) begin
        page_t p = page(d, (index << 9) | longint'(b));
        // A line that could not be cleared comes again; its domain was said to be dirty.
        if ((!maybe.exists(p) || !maybe[p]) && !everything[d]) fail($sformatf("spurious: page %x", p));
        must[p] = 1'b0;
        // It may have been marked again behind the harvest: then it is still there, and may come once more.
        if (!amid.exists(p) || !amid[p]) maybe[p] = 1'b0;
      end
    end
    if (hvd_all) begin
      n_all++;
      if (!everything[d]) fail("everything dirty without a reason");
      everything[d] = t_err || h_err;             // while the bus fails it will be so again
      foreach (must[p]) if (int'(p >> 40) == d) must[p] = 1'b0;
    end else if (!more) begin
      foreach (earlier[i]) if (must[earlier[i]] && !everything[d]) begin
        fail($sformatf("lost: page %x", earlier[i]));
        must[earlier[i]] = 1'b0;
      end
    end
    foreach (amid[p]) if (amid[p] && int'(p >> 40) == d && flight.exists(p) && flight[p] == 0) amid[p] = 1'b0;
    hvd_ready = 1'b1;
    @(negedge clk);
    hvd_ready = 1'b0;
  endtask

  task automatic settle();
    running = 1'b0;
    for (int i = 0; i < 20000; i++) begin
      bit idle = sending < 0;
      for (int c = 0; c < NCLIENT; c++) if (c_phase[c] == ASK) idle = 1'b0; else if (c_phase[c] == WAIT) idle = 1'b0;
      if (idle) break;
      @(negedge clk);
      if (i == 19999) fail("hang");
    end
    repeat (10) @(negedge clk);
  endtask

  // All of a domain, twice: after that nothing may be left.
  task automatic harvest_all(input int d);
    bit more;
    int next;
    longint took;
    int at = 0;
    do begin
      harvest(d, at, 0, 500, more, next, took);
      at = next;
    end while (more);
    foreach (must[p]) if (must[p] && int'(p >> 40) == d && !everything[d]) begin
      fail($sformatf("lost: page %x at the end", p));
      must[p] = 1'b0;
    end
    harvest(d, 0, 0, 500, more, next, took);
    foreach (maybe[p]) if (int'(p >> 40) == d) maybe[p] = 1'b0;
  endtask

  task automatic set_domain(input int d, input longint unsigned root, input int size);
    @(negedge clk);
    set_valid = 1'b1; set_dom = 4'(d); set_root = 40'(root >> 12); set_size = 14'(size);
    while (!set_done) @(negedge clk);
    @(negedge clk);
    set_valid = 1'b0;
  endtask

  // ---- a domain whose log has ended: its memory is the host's (I9) ----
  bit gone [NDOMS];
  int fly [4] = '{-1, -1, -1, -1};                // by id of the bus: whose line is being written
  int n_gone = 0;
  function automatic int owner(input logic [51:0] addr);
    if (64'(addr) >= LEAF0) return int'((64'(addr) - LEAF0) / (LEAVES * 4096));
    return int'((64'(addr) - ROOT0) / 64'h2_0000);
  endfunction
  always @(posedge clk) if (rst_n) begin
    if (ending && set_done) gone[set_dom] = 1'b1;
    if (dl_bvalid) fly[dl_bid] = -1;
    if (dl_awvalid && dl_awready) fly[dl_awid] = owner(dl_awaddr);
    for (int i = 0; i < 4; i++) if (fly[i] >= 0 && gone[fly[i]]) fail("a log that has ended is written");
    if (dl_arvalid && dl_arready && gone[owner(dl_araddr)]) fail("a log that has ended is read");
  end

  // It ends with lines in the cache, while the others mark and make them give way.
  task automatic end_amid(input int d);
    but_dom = -1;
    spread = 64;
    running = 1'b1;
    repeat ($urandom_range(400, 1200)) @(negedge clk);
    but_dom = d;
    for (bit idle = 1'b0; !idle;) begin
      @(negedge clk);
      idle = 1'b1;
      for (int c = 0; c < NCLIENT; c++) if (c_phase[c] != REST && c_dom[c] == d) idle = 1'b0;
    end
    ending = 1'b1;
    set_domain(d, root_of(d), 0);
    repeat (300) @(negedge clk);
    ending = 1'b0;
    gone[d] = 1'b0;
    n_gone++;
    for (int n = 0; n < LEAVES; n++) enable_leaf(d, n, enabled[d][n]);
    set_domain(d, root_of(d), 8192);
    foreach (must[p]) if (int'(p >> 40) == d) must[p] = 1'b0;
    foreach (maybe[p]) if (int'(p >> 40) == d) maybe[p] = 1'b0;
    but_dom = -1;
  endtask

  // Nothing but directories and leaves is ever written.
  task automatic check_memory(input string what);
    bit ok = 1'b1;
    foreach (u_table.mem[a]) begin
      longint unsigned addr = a << 6;
      bit in_dir = addr >= ROOT0 && addr < ROOT0 + NDOMS * 64'h2_0000;
      bit in_leaf = addr >= LEAF0 && addr < LEAF0 + NDOMS * LEAVES * 4096;
      if (!in_dir && !in_leaf) ok = 1'b0;
    end
    for (int d = 0; d < NDOMS; d++) for (int n = 0; n < LEAVES; n++)
      if (u_table.peek8(root_of(d) + 64'(dir_of(n)) * 16) != (leaf_of(d, n) | 64'(enabled[d][n]))) ok = 1'b0;
    check(ok, {"overrun: ", what});
  endtask

  bit          more;
  int          next;
  longint      took;
  initial begin
    for (int d = 0; d < NDOMS; d++) begin
      for (int n = 0; n < LEAVES; n++) begin
        enabled[d][n] = d < 2;
        enable_leaf(d, n, d < 2);
      end
    end
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    repeat (10) @(negedge clk);

    // no directory: everything is MISSING
    running = 1'b1;
    for (int n = 0; n < LEAVES; n++) for (int d = 0; d < 2; d++) begin
      enabled[d][n] = 1'b0;
    end
    repeat (500) @(negedge clk);
    settle();
    check(n_missing > 5 && n_marks == 0, "without a directory every page is MISSING (P27)");
    for (int n = 0; n < LEAVES; n++) for (int d = 0; d < 2; d++) enabled[d][n] = 1'b1;
    for (int d = 0; d < NDOMS; d++) set_domain(d, root_of(d), 8192);
    harvest(0, 0, 0, 4, more, next, took);
    check(hvd_records == 0 && !more, "nothing dirty");
    check(took <= 3 * 20 + 500, $sformatf("a harvest of 1 TiB without a dirty page takes 3L + 500 cycles (%0d)", took));

    // beyond the directory
    set_domain(1, root_of(1), 64);
    n_missing = 0;
    for (int n = 5; n < LEAVES; n++) enabled[1][n] = 1'b0;
    only_dom = 1;
    running = 1'b1;
    repeat (1500) @(negedge clk);
    settle();
    check(n_missing > 10 && n_marks > 10, "beyond the size of the directory is MISSING");
    harvest_all(1);
    set_domain(1, root_of(1), 8192);
    for (int n = 5; n < LEAVES; n++) enabled[1][n] = 1'b1;
    only_dom = -1;

    // marks and harvests at once; leaves of the third domain come one after the other
    for (int round = 0; round < 60; round++) begin
      spread = 1 << $urandom_range(6);
      host_slow = $urandom_range(3) == 0;
      running = 1'b1;
      if (round % 4 == 3 && round / 4 < LEAVES) begin
        en_time[2][round / 4] = now;
        u_table.poke8(root_of(2) + 64'(dir_of(round / 4)) * 16, leaf_of(2, round / 4) | 64'd1);
        enabled[2][round / 4] = 1'b1;
      end
      repeat ($urandom_range(1500)) @(negedge clk);
      for (int h = 0; h < 6; h++) begin
        int d = $urandom_range(NDOMS - 1);
        int at = $urandom_range(2) == 0 ? dir_of($urandom_range(LEAVES - 1)) : 0;
        int cnt = at == 0 && $urandom_range(1) == 0 ? 0 : $urandom_range(1, 8192 - at);
        int room = $urandom_range(1) == 0 ? $urandom_range(1, 20) : 500;
        int last = at + (cnt == 0 ? 8192 : cnt);
        harvest(d, at, cnt, room, more, next, took);
        for (int k = 0; k < 40 && more; k++) begin
          at = next;
          harvest(d, at, cnt == 0 ? 0 : last - at, room, more, next, took);
        end
        repeat ($urandom_range(300)) @(negedge clk);
      end
      if (round % 10 == 9) begin
        settle();
        for (int d = 0; d < NDOMS; d++) harvest_all(d);
      end
    end
    check(n_more > 20 && n_records > 500 && n_marks > 5000,
          $sformatf("%0d marks, %0d harvests, %0d continuations, %0d records", n_marks, n_harvest, n_more, n_records));
    check_memory("memory outside of the log");

    // a sparse stop and start: nothing of the old log comes back
    spread = 64;
    running = 1'b1;
    repeat (3000) @(negedge clk);
    settle();
    for (int d = 0; d < NDOMS; d++) begin
      set_domain(d, root_of(d), 0);
      for (int n = 0; n < LEAVES; n++) enable_leaf(d, n, enabled[d][n]);
      set_domain(d, root_of(d), 8192);
      foreach (must[p]) if (int'(p >> 40) == d) must[p] = 1'b0;
      foreach (maybe[p]) if (int'(p >> 40) == d) maybe[p] = 1'b0;
      harvest(d, 0, 0, 500, more, next, took);
      check(hvd_records == 0 && !more, "a new directory is empty");
    end
    running = 1'b1;
    repeat (3000) @(negedge clk);
    settle();
    for (int d = 0; d < NDOMS; d++) harvest_all(d);

    for (int round = 0; round < 60; round++) end_amid(round % NDOMS);
    settle();
    for (int d = 0; d < NDOMS; d++) harvest_all(d);
    check(n_gone == 60, "a log that ends amid the marks of others leaves its memory alone (P28)");

    // the host asks that everything counts as dirty
    everything[1] = 1'b1;
    @(negedge clk);
    all_valid = 1'b1; all_dom = 4'd1;
    @(negedge clk);
    all_valid = 1'b0;
    n_all = 0;
    harvest(1, 0, 0, 500, more, next, took);
    harvest(0, 0, 0, 500, more, next, took);
    check(n_all == 1, "everything dirty is said once, for its domain (P27 P43)");

    // bus errors: of a leaf line, of a directory line, of host memory; each makes its domain dirty, and passes
    for (int round = 0; round < 12; round++) begin
      int d = round % 2;
      n_all = 0;
      everything[d] = 1'b1;
      only_dom = d;
      t_err_line = round % 4 < 2 ? leaf_of(d, 0) : root_of(d) + 64'(dir_of(0)) * 16;
      t_err = round < 8;
      h_err = round >= 8;
      spread = round % 4 < 2 ? 2 : 64;
      running = 1'b1;
      repeat (2000) @(negedge clk);
      for (int k = 0; k < 6 && n_all == 0; k++) begin
        harvest(d, 0, 0, 500, more, next, took);
        repeat (500) @(negedge clk);
      end
      check(n_all > 0, $sformatf("an error makes everything dirty (%0d)", round));
      settle();
      t_err = 1'b0;
      h_err = 1'b0;
      // What an error left behind is found clean or reported: pages that were lost may stay away, none may be made up.
      everything[d] = 1'b1;
      repeat (200) @(negedge clk);
      harvest(d, 0, 0, 500, more, next, took);
      harvest(d, 0, 0, 500, more, next, took);
      set_domain(d, root_of(d), 0);
      for (int n = 0; n < LEAVES; n++) enable_leaf(d, n, 1'b1);
      set_domain(d, root_of(d), 8192);
      everything[d] = 1'b0;
      foreach (must[p]) if (int'(p >> 40) == d) must[p] = 1'b0;
      foreach (maybe[p]) if (int'(p >> 40) == d) maybe[p] = 1'b0;
      running = 1'b1;
      repeat (1000) @(negedge clk);
      settle();
      harvest_all(d);
    end
    only_dom = -1;
    check(n_error > 0, "ERROR was seen");
    check(n_far > 100, "gfns beyond any directory, of 5 levels, are MISSING (P27)");

    // bus-master enable off: records are lost, the harvest ends and says so
    running = 1'b1;
    repeat (1000) @(negedge clk);
    settle();
    bme = 1'b0;
    n_all = 0;
    everything[0] = 1'b1;
    harvest(0, 0, 0, 500, more, next, took);
    check(n_all == 1, "without bus-master enable a harvest loses everything and says so");
    bme = 1'b1;

    check(u_table.n_bad == 0, "rules of the bus");
    check_memory("memory outside of the log, at the end");
    check(failed == 0, "marks, reports and answers (P26 P29)");
    $display("longest wait for an answer: %0d cycles", wait_max);
    report("rtl_dlog");
  end

  initial begin
    repeat (3_000_000) @(negedge clk);
    $display("FAIL: hang of the bench");
    $fatal(1);
  end
endmodule
