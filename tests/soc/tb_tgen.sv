// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_tgen: the sequence, rate, tags, releases, latencies, sums and retries, against a model that knows only
// the register reference and the contract of a port. The bench drives at the falling edge.
module tb_tgen;
  localparam int NT = int'(cw_pkg::NTAG);

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #1 clk = !clk;

  logic        start = 1'b0;
  logic        stop = 1'b0;
  logic [7:0]  first_ctx, n_ctx_m1, write_percent, release_delay;
  logic [1:0]  pattern;
  logic        hold;
  logic [63:0] base, seed;
  logic [31:0] pages, stride, count, outstanding;
  logic [3:0]  hist_shift;
  logic        running, clearing;
  logic [31:0] done, errors, retries, cycles, lat_min, lat_max, hist_data;
  logic [63:0] sum, lat_sum;
  logic [9:0]  hist_index = '0;
  logic        req_valid, rel_valid;
  logic        req_ready = 1'b0;
  cw_t::req_t  req;
  logic        ans_valid = 1'b0;
  logic        ans_ready;
  cw_t::ans_t  ans = '0;
  logic [cw_pkg::TAG_W-1:0] rel_tag;

  // Its clock rests as in the engine, where it is open while registers may be used, when an answer comes and some
  // cycles before, and by its own `awake`.
  logic        awake, gclk, gate_open;
  bit          near = 1'b0;
  int          rests = 0;
  cw_clkgate #(.N(4)) u_gate (.clk, .rst_n, .awake({!running || start || stop, awake, near, ans_valid}), .gclk,
                              .open(gate_open));
  cw_tgen dut (.clk(gclk), .*);

  // ---- checks ----
  `include "tb.svh"
  bit    ok;
  string test;

  task automatic must(input bit cond, input string what);
    if (!cond) begin
      if (ok) $display("%s: %s", test, what);
      ok = 1'b0;
    end
  endtask

  task automatic end_test;
    check(ok, test);
  endtask

  // ---- expected sequence ----
  logic [63:0] x_state;
  longint      x_i;
  longint      x_page;
  logic [63:0] x_addr;
  logic [15:0] x_ctx;
  bit          x_write;

  task automatic expect_first;
    x_i     = 0;
    x_page  = 0;
    x_state = (seed == 0) ? 64'd1 : seed;
  endtask

  task automatic expect_next;
    longint np;
    np = (pages == 0) ? 1 : (pages > 32'h1000_0000) ? 64'h1000_0000 : longint'(pages);
    x_state ^= x_state << 13;
    x_state ^= x_state >> 7;
    x_state ^= x_state << 17;
    case (pattern)
      2'd1:    x_page = longint'((128'(x_state >> 32) * 128'(np)) >> 32);
      2'd2:    x_page = (x_i * longint'(stride)) % np;
      default: x_page = x_i % np;
    endcase
    x_write = int'(((x_state & 64'hffff) * 100) >> 16) < int'(write_percent);
    x_addr  = base + 64'(x_page) * 64'd4096;
    x_ctx   = 16'(first_ctx) + 16'(x_i % (longint'(n_ctx_m1) + 1));
    x_i++;
  endtask

  function automatic logic [51:0] pa_of(input logic [63:0] addr);
    pa_of = addr[51:0] ^ 52'h8_1234_5000;
  endfunction

  // ---- model of the engine ----
  int          latency = 4;           // cycles; 0: random
  bit          stall = 1'b0;          // ready at random
  int          bad_percent = 0;       // answers other than a grant
  int          later_percent = 0;
  bit          mute = 1'b0;           // no answers
  longint      now = 0;
  logic [31:0] cycle = '0;
  always_ff @(posedge clk) cycle <= cycle + 32'd1;
  bit          flying [0:NT-1];       // accepted, no answer
  bit          granted [0:NT-1];
  longint      due [0:NT-1];
  longint      born [0:NT-1];
  longint      grant_at [0:NT-1];
  bit          again [0:NT-1];        // answered RETRY_LATER, to come again
  cw_t::req_t  what [0:NT-1];
  int          open;                  // without their last answer
  int          most_open;
  int          m_done, m_errors, m_retries, m_new, m_rel;
  longint      m_lat_sum, m_lat_min, m_lat_max;
  longint      m_first, m_last;
  logic [63:0] m_sum;
  int          m_hist [0:cw_pkg::HIST_BUCKETS-1];
  longint      m_due;
  bit          exact_release;
  int          verdict;
  int          pick;
  longint      lat;
  int          t;

  task automatic model_reset;
    for (int i = 0; i < NT; i++) begin
      flying[i]  = 1'b0;
      granted[i] = 1'b0;
      again[i]   = 1'b0;
    end
    for (int i = 0; i < int'(cw_pkg::HIST_BUCKETS); i++)
      m_hist[i] = 0;
    open = 0; most_open = 0; m_done = 0; m_errors = 0; m_retries = 0; m_new = 0; m_rel = 0;
    m_lat_sum = 0; m_lat_min = 0; m_lat_max = 0; m_sum = 64'd0; m_first = -1; m_last = -1; m_due = 0;
    expect_first();
  endtask

  // Half a cycle before the rising edge: what is seen here is what the edge transfers.
  always @(negedge clk) if (rst_n) begin
    now++;
    // releases seen in this cycle
    #0.5;
    if (rel_valid) begin
      t = int'(rel_tag);
      must(granted[t], "release of a tag without a grant");
      if (exact_release)
        must(now - grant_at[t] == ((hold && release_delay > 1) ? longint'(release_delay) : 1), "release delay");
      granted[t] = 1'b0;
      m_rel++;
    end
    // request accepted at the coming edge
    if (req_valid && req_ready) begin
      t = int'(req.tag);
      must(!flying[t] && !granted[t], "tag in use");
      must(req.len_m1 == 12'd63, "length");
      if (again[t]) begin
        must(req == what[t], "another request came again");
        again[t] = 1'b0;
      end else begin
        expect_next();
        must(req.addr == x_addr, $sformatf("request %0d address %h, not %h", m_new, req.addr, x_addr));
        must(req.ctx == x_ctx && req.write == x_write, "context or write");
        m_new++;
        open++;
        born[t] = now;
        if (m_first < 0) m_first = now;
      end
      if (open > most_open) most_open = open;
      flying[t] = 1'b1;
      what[t]   = req;
      due[t]    = now + ((latency != 0) ? longint'(latency) : longint'($urandom_range(1, 120)));
    end
    // answer of the next cycle is set after the edge
  end

  always @(posedge clk) if (rst_n) begin
    #0.5;
    ans_valid = 1'b0;
    req_ready = stall ? ($urandom_range(0, 99) < 60) : 1'b1;
    pick = -1;
    for (int i = 0; i < NT; i++)
      if (flying[i] && due[i] <= now + 1 && (pick < 0 || due[i] < due[pick])) pick = i;
    if (pick >= 0 && !mute) begin
      verdict = int'(($urandom_range(0, 1) == 0) ? cw_pkg::V_HIT : cw_pkg::V_FIXED);
      if ($urandom_range(0, 99) < bad_percent)
        case ($urandom_range(0, 2))
          0: verdict = int'(cw_pkg::V_ABORT);
          1: verdict = int'(cw_pkg::V_ONES);
          default: verdict = int'(cw_pkg::V_EMULATED);
        endcase
      if ($urandom_range(0, 99) < later_percent) verdict = int'(cw_pkg::V_RETRY_LATER);
      ans_valid   = 1'b1;
      ans.tag     = cw_pkg::TAG_W'(pick);
      ans.verdict = 4'(verdict);
      ans.reason  = 5'd0;
      ans.pa      = pa_of(what[pick].addr);
      flying[pick] = 1'b0;
      if (verdict == int'(cw_pkg::V_RETRY_LATER)) begin
        m_retries++;
        again[pick] = 1'b1;
      end else begin
        open--;
        m_last = now + 1;
        if (verdict == int'(cw_pkg::V_HIT) || verdict == int'(cw_pkg::V_FIXED)) begin
          granted[pick]  = 1'b1;
          grant_at[pick] = now + 1;
          lat = now + 1 - born[pick];
          m_done++;
          m_lat_sum += lat;
          if (m_done == 1 || lat < m_lat_min) m_lat_min = lat;
          if (lat > m_lat_max) m_lat_max = lat;
          m_sum += (what[pick].addr ^ ((64'(ans.pa) << 17) | (64'(ans.pa) >> 47))) * 64'h9e37_79b9_7f4a_7c15;
          if ((lat >> hist_shift) > 1023) m_hist[1023]++;
          else m_hist[int'(lat >> hist_shift)]++;
        end else
          m_errors++;
      end
    end
    must(ans_ready, "an answer was not taken at once");
    near = 1'b0;
    for (int i = 0; i < NT; i++) if (flying[i] && due[i] <= now + 3) near = 1'b1;
    if (!gate_open) rests++;
  end

  // ---- one run ----
  task automatic defaults(input string name);
    test = name;
    ok   = 1'b1;
    first_ctx = 8'd3; n_ctx_m1 = 8'd0; write_percent = 8'd0; release_delay = 8'd0; pattern = 2'd0; hold = 1'b0;
    base = 64'h1_0000_0000; seed = 64'd1; pages = 32'd64; stride = 32'd1; count = 32'd1000; outstanding = 32'd64;
    hist_shift = 4'd0; latency = 4; stall = 1'b0; bad_percent = 0; later_percent = 0; mute = 1'b0;
    exact_release = 1'b1;
  endtask

  task automatic go;
    repeat (4) @(negedge clk);
    model_reset();
    start = 1'b1;
    @(negedge clk);
    start = 1'b0;
    @(negedge clk);
    must(running, "running after start");
  endtask

  task automatic finish(input int limit);
    int left;
    left = limit;
    while (running && left > 0) begin
      @(negedge clk);
      left--;
    end
    must(!running, "does not end");
    @(negedge clk);
  endtask

  task automatic compare;
    must(int'(done) == m_done, $sformatf("done %0d, not %0d", done, m_done));
    must(int'(errors) == m_errors, $sformatf("errors %0d, not %0d", errors, m_errors));
    must(int'(retries) == m_retries, $sformatf("retries %0d, not %0d", retries, m_retries));
    must(sum == m_sum, $sformatf("sum %h, not %h", sum, m_sum));
    must(longint'(lat_sum) == m_lat_sum, $sformatf("lat_sum %0d, not %0d", lat_sum, m_lat_sum));
    must(longint'(lat_min) == m_lat_min && longint'(lat_max) == m_lat_max, "lat_min, lat_max");
    must(m_first < 0 || longint'(cycles) == m_last - m_first + 1,
          $sformatf("cycles %0d, not %0d", cycles, m_last - m_first + 1));
    must(m_rel == m_done, "releases");
    for (int i = 0; i < int'(cw_pkg::HIST_BUCKETS); i++) begin
      hist_index = 10'(i);
      repeat (2) @(negedge clk);
      must(int'(hist_data) == m_hist[i], $sformatf("bucket %0d is %0d, not %0d", i, hist_data, m_hist[i]));
    end
  endtask

  initial begin
    repeat (4) @(negedge clk);
    defaults("reset: idle");
    model_reset();
    rst_n = 1'b1;
    repeat (10) @(negedge clk);
    must(!running && !clearing && !req_valid, "idle");
    end_test();

    defaults("rate: a request, an answer and a release every cycle");
    count = 32'd5000; n_ctx_m1 = 8'd4; write_percent = 8'd100;
    go();
    must(clearing, "clears first");
    finish(20000);
    compare();
    must(cycles == 32'd5004, $sformatf("%0d cycles for 5000 requests of latency 4", cycles));
    must(lat_min == 4 && lat_max == 4, "latency is the engine's");
    end_test();

    defaults("random pattern, writes by percent, seed 0 taken as 1");
    pattern = 2'd1; pages = 32'd1000003; write_percent = 8'd30; seed = 64'd0; count = 32'd3000; n_ctx_m1 = 8'd2;
    go(); finish(20000); compare();
    end_test();

    defaults("random pattern, other seed, largest range");
    pattern = 2'd1; pages = 32'hffff_ffff; seed = 64'hfeed_beef_1234_5678; count = 32'd2000; stall = 1'b1;
    go(); finish(20000); compare();
    end_test();

    defaults("stride pattern wraps");
    pattern = 2'd2; pages = 32'd1000; stride = 32'd513; count = 32'd3000; base = 64'h00ff_ffff_0000_0000;
    go(); finish(20000); compare();
    end_test();

    defaults("one outstanding request at a time");
    outstanding = 32'd0; count = 32'd200; latency = 30;
    go(); finish(20000); compare();
    must(most_open == 1, $sformatf("%0d open", most_open));
    end_test();

    defaults("outstanding limit holds under random latency, stalls, errors and RETRY_LATER");
    for (int s = 0; s < 4; s++) begin
      outstanding = 32'(7 + 25 * s); count = 32'd3000; latency = 0; stall = 1'b1; bad_percent = 10;
      later_percent = (s == 0) ? 0 : 5; exact_release = (s == 0);
      pattern = 2'd1; pages = 32'd77777; write_percent = 8'd50; hold = s[0]; release_delay = 8'd9;
      go(); finish(400000); compare();
      must(most_open <= int'(outstanding) && most_open > int'(outstanding) / 2, "limit");
      must(m_done + m_errors == 3000, "every request was answered");
    end
    end_test();

    defaults("release delay: 255, and 9");
    hold = 1'b1; release_delay = 8'd255; count = 32'd500;
    go(); finish(20000); compare();
    release_delay = 8'd9; outstanding = 32'd5;
    go(); finish(20000); compare();
    hold = 1'b0; release_delay = 8'd200;
    go(); finish(20000); compare();
    end_test();

    defaults("histogram: last bucket holds all above, shift widens");
    latency = 1500; count = 32'd100;
    go(); finish(40000); compare();
    must(m_hist[1023] == 100, "model");
    hist_shift = 4'd3;
    go(); finish(40000); compare();
    must(m_hist[187] == 100, "model");
    end_test();

    defaults("stop ends the issue; what waits for a retry is dropped");
    count = 32'd100000; later_percent = 30; exact_release = 1'b0;
    go();
    repeat (3000) @(negedge clk);
    stop = 1'b1;
    @(negedge clk);
    stop = 1'b0;
    finish(2000);
    must(m_done == int'(done) && m_rel == m_done && m_new < 100000 && m_new > 100, "stopped");
    for (int i = 0; i < NT; i++) must(!flying[i] && !granted[i], "nothing is left");
    end_test();

    defaults("a run after a stop, and a start while running is ignored");
    count = 32'd2000;
    go();
    repeat (1500) @(negedge clk);
    start = 1'b1;
    @(negedge clk);
    start = 1'b0;
    finish(20000); compare();
    must(done == 2000, "all");
    end_test();

    defaults("no answer: running stays");
    mute = 1'b1; count = 32'd10;
    go();
    repeat (5000) @(negedge clk);
    must(running && m_new == 10, "running");
    mute = 1'b0;
    finish(2000);
    must(lat_max > 3000, "latency counts the wait");
    end_test();

    defaults("count 0");
    count = 32'd0;
    go(); finish(2000); compare();
    end_test();

    test = "the clock rested";
    ok   = 1'b1;
    must(rests > 5000, $sformatf("%0d cycles only", rests));
    end_test();
    report("tgen");
  end
endmodule
