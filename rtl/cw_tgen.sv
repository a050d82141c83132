// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Traffic generator: issues a programmed sequence of requests on PORT_TGEN and measures every answer.
//
// Contract: one request, one answer and one release per cycle, all at once, without end. Answers are always taken at
// once and may come in any order. A tag is in use from its issue until its release (grants) or its answer (others).
// The latency of a request is counted from the cycle in which it was first accepted to the cycle of its last answer;
// RETRY_LATER is no last answer: the request is issued again, RETRY_GAP cycles after the reissue before it at the
// earliest, and stays among the outstanding ones. `running` falls when every request is answered, every grant released
// and every result final. A start while running is ignored. Stop ends the issue of new requests and drops those that
// wait to be issued again. The histogram is readable while not running.
//
// Request i = 0, 1, .. TGEN_COUNT - 1, in this order (software computes the same):
//   state(i) = xorshift64(state(i-1)), state(-1) = seed:  x ^= x << 13;  x ^= x >> 7;  x ^= x << 17  (64 bits)
//   page(i)  = sequential: i % pages
//              random:     ((state(i) >> 32) * pages) >> 32
//              stride:     0 for i = 0; else p = page(i-1) + stride, less pages if p >= pages, 0 if it still is
//   write(i) = (((state(i) & 0xffff) * 100) >> 16) < percent
//   ctx(i)   = first + i % n;  addr(i) = base + page(i) * 4096;  64 bytes
// Values out of range are taken as the nearest legal one: pages 1 .. 2^28, outstanding 1 .. NTAG, seed 0 as 1.
module cw_tgen (
  input  logic                       clk,
  input  logic                       rst_n,
  input  logic [31:0]                cycle,         // counts, also while clk rests

  // registers, stable while running
  input  logic                       start,
  input  logic                       stop,
  input  logic [7:0]                 first_ctx,
  input  logic [7:0]                 n_ctx_m1,
  input  logic [1:0]                 pattern,
  input  logic                       hold,
  input  logic [7:0]                 write_percent,
  input  logic [63:0]                base,
  input  logic [31:0]                pages,
  input  logic [31:0]                stride,
  input  logic [31:0]                count,
  input  logic [31:0]                outstanding,
  input  logic [7:0]                 release_delay,
  input  logic [63:0]                seed,
  input  logic [3:0]                 hist_shift,

  output logic                       running,
  output logic                       awake,         // something moves here by itself; see cw_clkgate
  output logic                       clearing,
  output logic [31:0]                done,
  output logic [31:0]                errors,
  output logic [31:0]                retries,
  output logic [31:0]                cycles,
  output logic [63:0]                sum,
  output logic [31:0]                lat_min,
  output logic [31:0]                lat_max,
  output logic [63:0]                lat_sum,
  input  logic [9:0]                 hist_index,
  output logic [31:0]                hist_data,     // one cycle after hist_index, while not running

  // engine
  output logic                       req_valid,
  input  logic                       req_ready,
  output cw_t::req_t                 req,
  input  logic                       ans_valid,
  output logic                       ans_ready,
  input  cw_t::ans_t                 ans,
  output logic                       rel_valid,
  output logic [cw_pkg::TAG_W-1:0]   rel_tag
);

  localparam int unsigned TW        = cw_pkg::TAG_W;
  localparam int unsigned NT        = cw_pkg::NTAG;
  localparam int unsigned RETRY_GAP = 32;
  localparam logic [28:0] PAGES_MAX = 29'h1000_0000;

  // ---- program, legal values ----
  logic [28:0] pages_q;
  logic [TW:0] limit_q;
  logic [31:0] stride_q;
  logic        begin_run;

  assign begin_run = start && !running;

  always_ff @(posedge clk) begin
    if (begin_run) begin
      pages_q  <= (pages == 32'd0) ? 29'd1 : (pages > 32'(PAGES_MAX)) ? PAGES_MAX : pages[28:0];
      limit_q  <= (outstanding == 32'd0) ? (TW+1)'(1) :
                  (outstanding > 32'(NT)) ? (TW+1)'(NT) : outstanding[TW:0];
      stride_q <= stride;
    end
  end

  // ---- sequence: three stages that move together ----
  logic        gen_adv;
  logic [31:0] todo_q;          // requests not yet in the first stage
  logic        g0_go;
  logic [63:0] state_q;
  logic [63:0] x1;
  logic [63:0] x2;
  logic [63:0] state_d;
  logic [28:0] seq_q;           // pages of patterns 0 and 2 for the request at the first stage
  logic [28:0] step_q;
  logic [32:0] stepped;
  logic [32:0] wrapped;
  logic [7:0]  turn_q;          // i % n

  logic        g1_valid_q;
  logic [28:0] g1_page_q;
  logic [15:0] g1_ctx_q;
  logic [60:0] prod;
  logic [22:0] share;
  logic [28:0] g1_rand_q;
  logic [6:0]  g1_share_q;
  logic        g2_valid_q;
  logic [28:0] g2_page_q;
  logic [15:0] g2_ctx_q;
  logic        g2_write_q;
  logic        gen_valid;
  logic        gen_take;
  logic [63:0] gen_addr_q;
  logic [15:0] gen_ctx_q;
  logic        gen_write_q;
  logic        gen_valid_q;

  assign x1      = state_q ^ (state_q << 13);
  assign x2      = x1 ^ (x1 >> 7);
  assign state_d = x2 ^ (x2 << 17);
  assign stepped = 33'(step_q) + 33'(stride_q);
  assign wrapped = stepped - 33'(pages_q);
  assign prod    = 61'(state_d[63:32]) * 61'(pages_q);
  assign share   = 23'(state_d[15:0]) * 23'd100;

  assign gen_valid = gen_valid_q;
  assign gen_adv   = !gen_valid_q || gen_take;
  assign g0_go     = todo_q != 32'd0 && running && !clearing;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      todo_q      <= 32'd0;
      g1_valid_q  <= 1'b0;
      g2_valid_q  <= 1'b0;
      gen_valid_q <= 1'b0;
    end else if (begin_run) begin
      todo_q      <= count;
      g1_valid_q  <= 1'b0;
      g2_valid_q  <= 1'b0;
      gen_valid_q <= 1'b0;
    end else if (stop) begin
      todo_q      <= 32'd0;
      g1_valid_q  <= 1'b0;
      g2_valid_q  <= 1'b0;
      gen_valid_q <= 1'b0;
    end else if (gen_adv) begin
      if (g0_go)
        todo_q <= todo_q - 32'd1;
      g1_valid_q  <= g0_go;
      g2_valid_q  <= g1_valid_q;
      gen_valid_q <= g2_valid_q;
    end
  end

  always_ff @(posedge clk) begin
    if (begin_run) begin
      state_q <= (seed == 64'd0) ? 64'd1 : seed;
      seq_q   <= 29'd0;
      step_q  <= 29'd0;
      turn_q  <= 8'd0;
    end else if (gen_adv && g0_go) begin
      state_q <= state_d;
      seq_q   <= (seq_q == pages_q - 29'd1) ? 29'd0 : seq_q + 29'd1;
      step_q  <= (stepped < 33'(pages_q)) ? stepped[28:0] : (wrapped < 33'(pages_q)) ? wrapped[28:0] : 29'd0;
      turn_q  <= (turn_q == n_ctx_m1) ? 8'd0 : turn_q + 8'd1;
    end
    if (gen_adv && running) begin
      g1_page_q   <= (pattern == 2'd2) ? step_q : seq_q;
      g1_ctx_q    <= 16'(first_ctx) + 16'(turn_q);
      g1_rand_q   <= prod[60:32];
      g1_share_q  <= share[22:16];
      g2_page_q   <= (pattern == 2'd1) ? g1_rand_q : g1_page_q;
      g2_ctx_q    <= g1_ctx_q;
      g2_write_q  <= 8'(g1_share_q) < write_percent;
      gen_addr_q  <= {base[63:12], 12'd0} + {23'd0, g2_page_q, 12'd0};
      gen_ctx_q   <= g2_ctx_q;
      gen_write_q <= g2_write_q;
    end
  end

  // ---- tags: fresh ones once, then those that came back ----
  logic [TW:0]   fresh_q;
  logic          freed_valid;
  logic          freed_pop;
  logic [TW-1:0] freed_tag;
  logic          back_valid;    // tag comes back
  logic [TW-1:0] back_tag;
  logic          freed_ready;
  logic          tag_valid;
  logic [TW-1:0] tag;

  cw_fifo #(.W(TW), .LG(TW)) u_freed (
    .clk       (clk),
    .rst_n     (rst_n),
    .in_valid  (back_valid),
    .in_ready  (freed_ready),
    .in_data   (back_tag),
    .out_valid (freed_valid),
    .out_ready (freed_pop),
    .out_data  (freed_tag)
  );

  assign tag_valid = !fresh_q[TW] || freed_valid;
  assign tag       = fresh_q[TW] ? freed_tag : fresh_q[TW-1:0];

  // ---- issue: one register in front of the engine ----
  logic          new_ok;
  logic          again_ok;
  logic          load;
  logic          load_new;
  logic          again_valid;
  logic          again_ready;
  logic [TW-1:0] again_tag;
  logic          again_drop;
  logic [5:0]    gap_q;
  logic [TW:0]   open_q;        // requests without their last answer
  logic          stopped_q;
  logic          out_valid_q;
  logic          out_new_q;     // first issue: the latency begins
  cw_t::req_t    out_q;
  logic          accept;

  logic [80:0]   what_mem [0:NT-1];    // ctx, write, address of each tag
  logic [80:0]   again_what;
  logic [31:0]   born_mem [0:NT-1];    // cycle of the first accept
  logic [31:0]   now_q;

  assign load       = !out_valid_q || req_ready;
  assign again_ok   = again_valid && gap_q == 6'd0 && !stopped_q;
  assign new_ok     = gen_valid && tag_valid && open_q < limit_q && !stop && !again_ok;
  assign load_new   = load && new_ok;
  assign gen_take   = load_new;
  assign freed_pop  = load_new && fresh_q[TW];
  assign again_what = what_mem[again_tag];
  assign req_valid  = out_valid_q;
  assign req        = out_q;
  assign accept     = out_valid_q && req_ready;
  assign awake      = clearing || out_valid_q || again_valid || w_valid || new_ok;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      out_valid_q <= 1'b0;
      fresh_q     <= '0;
      gap_q       <= '0;
      stopped_q   <= 1'b0;
    end else begin
      if (load)
        out_valid_q <= new_ok || again_ok;
      if (load_new && !fresh_q[TW])
        fresh_q <= fresh_q + 1'b1;
      if (load && again_ok)
        gap_q <= 6'(RETRY_GAP);
      else if (gap_q != 6'd0)
        gap_q <= gap_q - 6'd1;
      if (begin_run)
        stopped_q <= 1'b0;
      else if (stop)
        stopped_q <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (load && (new_ok || again_ok)) begin
      out_q.ctx    <= again_ok ? again_what[80:65] : gen_ctx_q;
      out_q.write  <= again_ok ? again_what[64] : gen_write_q;
      out_q.addr   <= again_ok ? again_what[63:0] : gen_addr_q;
      out_q.len_m1 <= 12'd63;
      out_q.tag    <= again_ok ? again_tag : tag;
      out_new_q    <= !again_ok;
    end
    if (load_new)
      what_mem[tag] <= {gen_ctx_q, gen_write_q, gen_addr_q};
    if (accept && out_new_q)
      born_mem[out_q.tag] <= now_q;
    now_q <= rst_n ? cycle + 32'd1 : 32'd0;
  end

  // ---- answers ----
  logic          a_grant;
  logic          a_later;
  logic          a_last;
  logic          drop;
  logic          d_valid;       // a tag enters the way back
  logic          d_grant;
  logic [TW-1:0] d_tag;
  logic          d_ready;

  assign ans_ready = 1'b1;
  assign a_grant   = ans_valid && (ans.verdict == cw_pkg::V_HIT || ans.verdict == cw_pkg::V_FIXED);
  assign a_later   = ans_valid && ans.verdict == cw_pkg::V_RETRY_LATER;
  assign a_last    = ans_valid && !a_later;

  cw_fifo #(.W(TW), .LG(TW)) u_again (
    .clk       (clk),
    .rst_n     (rst_n),
    .in_valid  (a_later),
    .in_ready  (again_ready),
    .in_data   (ans.tag),
    .out_valid (again_valid),
    .out_ready ((load && again_ok) || drop),
    .out_data  (again_tag)
  );

  assign again_drop = again_valid && stopped_q;
  assign drop       = again_drop && !a_last;
  assign d_valid    = a_last || drop;
  assign d_grant    = a_grant;
  assign d_tag      = a_last ? ans.tag : again_tag;

  always_ff @(posedge clk) begin
    if (!rst_n)
      open_q <= '0;
    else
      open_q <= open_q + (TW+1)'(load_new) - (TW+1)'(d_valid);
  end

  // ---- releases: in the order of the answers, each after its delay ----
  logic          w_valid;
  logic          w_grant;
  logic [TW-1:0] w_tag;
  logic [8:0]    w_due;
  logic [8:0]    age;
  logic [TW:0]   held_q;        // tags on the way back
  logic          w_go;

  cw_fifo #(.W(TW + 10), .LG(TW)) u_held (
    .clk       (clk),
    .rst_n     (rst_n),
    .in_valid  (d_valid),
    .in_ready  (d_ready),
    .in_data   ({d_grant, d_tag, now_q[8:0] + (hold ? 9'(release_delay) : 9'd0)}),
    .out_valid (w_valid),
    .out_ready (w_go),
    .out_data  ({w_grant, w_tag, w_due})
  );

  // Due when now - due is not negative in 9 bits: a tag waits 255 cycles at most, behind others not much longer.
  assign age  = now_q[8:0] - w_due;
  assign w_go = w_valid && !age[8];

  assign rel_valid  = w_go && w_grant;
  assign rel_tag    = w_tag;
  assign back_valid = w_go;
  assign back_tag   = w_tag;

  always_ff @(posedge clk) begin
    if (!rst_n)
      held_q <= '0;
    else
      held_q <= held_q + (TW+1)'(d_valid) - (TW+1)'(w_go);
  end

  // ---- measures, in a pipeline behind the answer ----
  logic        m0_valid_q;      // last answer of a request
  logic        m0_grant_q;
  logic [31:0] m0_lat_q;
  logic [63:0] m0_mix_q;
  logic [63:0] ans_pa;
  logic [80:0] ans_what;
  logic        m1_valid_q;
  logic [63:0] m1_ll_q;
  logic [31:0] m1_lh_q;
  logic [31:0] m1_hl_q;
  logic        m2_valid_q;
  logic [63:0] m2_q;
  logic        counting_q;
  logic [31:0] first_q;         // cycle of the first accept

  assign ans_pa   = 64'(ans.pa);
  assign ans_what = what_mem[ans.tag];

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      m0_valid_q <= 1'b0;
      m0_grant_q <= 1'b0;
      m1_valid_q <= 1'b0;
      m2_valid_q <= 1'b0;
    end else begin
      m0_valid_q <= a_last;
      m0_grant_q <= a_grant;
      m1_valid_q <= m0_grant_q;
      m2_valid_q <= m1_valid_q;
    end
  end

  always_ff @(posedge clk) begin
    if (ans_valid) begin
      m0_lat_q <= now_q - born_mem[ans.tag];
      m0_mix_q <= ans_what[63:0] ^ {ans_pa[46:0], ans_pa[63:47]};
    end
    if (m0_grant_q) begin
      m1_ll_q <= 64'(m0_mix_q[31:0]) * 64'h7f4a_7c15;
      m1_lh_q <= m0_mix_q[31:0] * 32'h9e37_79b9;
      m1_hl_q <= m0_mix_q[63:32] * 32'h7f4a_7c15;
    end
    if (m1_valid_q)
      m2_q <= m1_ll_q + {m1_lh_q + m1_hl_q, 32'd0};
  end

  always_ff @(posedge clk) begin
    if (!rst_n || begin_run) begin
      done       <= 32'd0;
      errors     <= 32'd0;
      retries    <= 32'd0;
      cycles     <= 32'd0;
      sum        <= 64'd0;
      lat_min    <= 32'd0;
      lat_max    <= 32'd0;
      lat_sum    <= 64'd0;
      counting_q <= 1'b0;
    end else begin
      if (accept)
        counting_q <= 1'b1;
      if (accept && !counting_q)
        first_q <= now_q;
      if (a_last)
        cycles <= now_q - first_q + 32'd1;
      if (a_later)
        retries <= retries + 32'd1;
      if (m0_valid_q && !m0_grant_q)
        errors <= errors + 32'd1;
      if (m0_grant_q) begin
        done    <= done + 32'd1;
        lat_sum <= lat_sum + 64'(m0_lat_q);
        if (done == 32'd0 || m0_lat_q < lat_min)
          lat_min <= m0_lat_q;
        if (m0_lat_q > lat_max)
          lat_max <= m0_lat_q;
      end
      if (m2_valid_q)
        sum <= sum + m2_q;
    end
  end

  // ---- histogram ----
  logic hist_busy;
  cw_hist u_hist (.clk, .rst_n, .clear(begin_run), .clearing, .busy(hist_busy), .valid(m0_grant_q), .value(m0_lat_q),
                  .shift(hist_shift), .index(hist_index), .data(hist_data));

  // ---- end of a run ----
  always_ff @(posedge clk) begin
    if (!rst_n)
      running <= 1'b0;
    else if (begin_run)
      running <= 1'b1;
    else if (!clearing && todo_q == 32'd0 && !g1_valid_q && !g2_valid_q && !gen_valid_q && open_q == '0 &&
             held_q == '0 && !m0_valid_q && !m1_valid_q && !m2_valid_q && !hist_busy)
      running <= 1'b0;
  end

  // The queues hold every tag there is, so they are never full when a tag comes.
  logic unused;
  assign unused = &{1'b0, freed_ready, again_ready, d_ready, pages[31:29], base[11:0], prod[31:0],
                     share[15:0], age[7:0], ans.epoch, ans.reason, ans_what[80:64]};

endmodule
