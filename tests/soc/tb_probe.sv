// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_probe alone: starts at any time, also of tags under way, an engine that takes slowly and answers in any
// order, answers that nobody waits for, and registers read in every cycle (P7; docs/registers.md, PROBE_CMD and
// PROBE_RESULT).
//
// Inputs change at the falling edge; what the outputs show then is what the rising edge takes.
module tb_probe;
  localparam int N = int'(cw_pkg::NPROBE);

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  logic                    start = 1'b0, start_write = 1'b0, req_valid, req_ready = 1'b0, res_valid = 1'b0;
  logic [3:0]              start_tag = '0, rd_tag = '0, res_tag = '0, res_verdict = '0;
  logic [15:0]             start_ctx = '0;
  logic [63:0]             start_addr = '0, rd_pa;
  logic [31:0]             rd_result;
  cw_t::req_t              req;
  logic [4:0]              res_reason = '0;
  logic [2:0]              res_level = '0;
  logic [cw_pkg::PA_W-1:0] res_pa = '0;
  cw_probe dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction

  // ---- what is known of each tag ----
  typedef struct packed {
    logic [3:0]  tag;
    logic [15:0] ctx;
    logic        write;
    logic [63:0] addr;
  } probe_t;
  probe_t                  queue [$];             // started, and not with the engine
  bit                      busy [N], there [N];   // under way; with the engine
  int                      count [N];             // done since the reset
  logic [31:0]             last [N];              // bits 15:4 of its result
  logic [cw_pkg::PA_W-1:0] pa [N];
  int  pace = 16, only = -1, waits = 0;
  bit  valid_was = 1'b0;
  int  n_start = 0, n_drop = 0, n_done = 0, n_stray = 0, n_full = 0, n_turn = 0, n_meet = 0, n_wrap = 0, newest = -1;

  task automatic drive();
    int t;
    start       = often(only >= 0 ? 60 : pace);
    start_tag   = only >= 0 ? 4'(only) : 4'($urandom);
    start_ctx   = 16'($urandom);
    start_write = 1'($urandom);
    start_addr  = {$urandom, $urandom};
    req_ready   = often(only >= 0 ? 60 : pace);
    rd_tag      = often(32) ? start_tag : 4'($urandom);
    // of one that the engine has, or of one that nobody waits for
    t           = only >= 0 ? only : int'($urandom_range(N - 1));
    res_valid   = there[t] ? often(only >= 0 ? 60 : pace) : !busy[t] && often(4);
    res_tag     = 4'(t);
    res_verdict = 4'($urandom);
    res_reason  = 5'($urandom);
    res_level   = 3'($urandom);
    res_pa      = cw_pkg::PA_W'({$urandom, $urandom});
  endtask

  // Before the edge, with what is known until then.
  task automatic look();
    int t, r;
    bit was;
    t = int'(rd_tag);
    must(rd_result[0] == busy[t], "bit 0 of PROBE_RESULT: its tag is under way (P7)");
    must(rd_result[31:16] == 16'(count[t]), "each probe of a tag is counted once (P7)");
    must(rd_result[15:4] == last[t][15:4] && rd_result[3:1] == '0, "verdict, reason and level are of the last (P7)");
    must(rd_pa == 64'(pa[t]), "the address is that of the last (P7)");
    must(!req_valid || queue.size() != 0, "no probe that nobody started (P7)");
    must(!valid_was || req_valid, "a probe is asked until it is taken");
    if (req_valid && queue.size() != 0) begin
      must(req.tag == cw_pkg::TAG_W'(queue[0].tag), "probes in the order of their starts (P7)");
      must(req.ctx == queue[0].ctx && req.write == queue[0].write && req.addr == queue[0].addr,
           "a probe as started (P7)");
      must(req.len_m1 == '0, "a probe is one byte");
    end
    waits = queue.size() != 0 && !req_valid ? waits + 1 : 0;
    must(waits < 4, "a probe is asked at once");
    n_full += int'(queue.size() == N);

    // ---- the edge ----
    valid_was = req_valid && !req_ready;
    t   = int'(start_tag);
    r   = int'(res_tag);
    was = busy[t];
    if (res_valid && !busy[r]) begin
      n_stray++;
    end else if (res_valid) begin
      n_turn += int'(r != newest && there[r]);
      n_meet += int'(start && t == r);
      busy[r]  = 1'b0;
      there[r] = 1'b0;
      count[r]++;
      n_done++;
      n_wrap += int'(count[r] == 65536);
      last[r] = {16'd0, res_level, res_reason, res_verdict, 4'd0};
      pa[r]   = res_pa;
    end
    if (req_valid && req_ready && queue.size() != 0) begin
      newest = int'(queue[0].tag);
      there[newest] = 1'b1;
      void'(queue.pop_front());
    end
    if (start && !was) begin
      queue.push_back({start_tag, start_ctx, start_write, start_addr});
      busy[t] = 1'b1;
      n_start++;
    end
    n_drop += int'(start && was);
  endtask

  task automatic run(input int cycles);
    repeat (cycles) begin
      @(negedge clk);
      drive();
      #1;
      look();
    end
  endtask

  task automatic reset();
    @(negedge clk);
    rst_n = 1'b0;
    {start, res_valid, req_ready} = '0;
    queue.delete();
    for (int i = 0; i < N; i++) begin
      {busy[i], there[i]} = '0;
      count[i] = 0;
      last[i]  = '0;
      pa[i]    = '0;
    end
    valid_was = 1'b0;
    repeat (2) @(negedge clk);
    rst_n = 1'b1;
  endtask

  initial begin
    for (int i = 0; i < 30; i++) begin
      // an engine that takes nothing: all tags are started
      pace = 0;
      reset();
      repeat (200) begin
        @(negedge clk);
        drive();
        start = 1'b1;
        #1;
        look();
      end
      pace = i % 3 == 0 ? 3 : i % 3 == 1 ? 24 : 60;
      run(8000);
    end
    only = 5;
    reset();
    run(260000);
    check_musts();
    check(n_start > 20000 && n_done > 20000, "probes were started and done");
    check(n_drop > 5000 && n_meet > 500, "starts of tags under way are dropped, also in the cycle of the result (P7)");
    check(n_stray > 5000, "results of tags not under way change nothing");
    check(n_full > 1000 && n_turn > 5000, "all tags waited; results came in another order");
    check(n_wrap > 0, "a tag's count went round");
    $display("%0d started, %0d dropped, %0d done (%0d in another order), %0d strays, %0d cycles full, %0d with a start",
             n_start, n_drop, n_done, n_turn, n_stray, n_full, n_meet);
    report("rtl_probe");
  end
endmodule
