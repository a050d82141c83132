// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_bus_gate: an engine that reads and writes at random, as the host bus does (address and data together, one
// beat) or as the table bus does (bursts, data after their address), before a bus that is slow, reorders its channels,
// and now and then falls silent. Each round closes the gate amid the traffic, takes the engine away and waits until
// the bus is quiet (P43). What is outstanding is counted by the bus, which knows its bursts.
module tb_bus_gate;
  logic clk = 1'b0;
  always #2 clk = !clk;

  `include "tb.svh"

  cw_t::bus_gate_t gate;
  logic        rst_n = 1'b0, close = 1'b0, absorb = 1'b0, tick = 1'b0;
  logic [31:0] timeout = 32'd1000;
  bit          go = 1'b0, shuts = 1'b0, away = 1'b0;   // what the rounds want, from the next edge on
  int          limit = 1000;
  assign gate = '{rst_n: rst_n, close: close, absorb: absorb, tick: tick, timeout: timeout};
  cw_t::bus_stat_t stat;
  logic        e_arvalid = 1'b0, e_arready, e_rready = 1'b0, e_awvalid = 1'b0, e_awready, e_wvalid = 1'b0, e_wready;
  logic        e_wlast = 1'b0, e_bready = 1'b0;
  logic [7:0]  e_awlen = '0;
  logic [63:0] e_wstrb = '0;
  logic        arvalid, arready = 1'b0, rvalid = 1'b0, rlast = 1'b0, rready, awvalid, awready = 1'b0, wvalid;
  logic        wready = 1'b0, wlast, bvalid = 1'b0, bready;
  logic [63:0] wstrb;

  cw_bus_gate u_gate (.*);

  // ---- engine ----
  bit host_kind = 1'b0;          // one beat, data together with its address
  bit sends = 1'b1;              // begins new accesses
  int e_beats = 0;               // of the burst, not given
  int e_bias = 1;

  always @(posedge clk) begin
    logic aw_took, w_took;
    aw_took = e_awvalid && e_awready;
    w_took  = e_wvalid && e_wready;
    if (!gate.rst_n || gate.absorb) begin
      e_arvalid <= 1'b0;
      e_awvalid <= 1'b0;
      e_wvalid  <= 1'b0;
      e_rready  <= 1'b0;
      e_bready  <= 1'b0;
      e_beats    = 0;
    end else begin
      if (!e_arvalid || e_arready) e_arvalid <= sends && $urandom_range(3) <= e_bias;
      e_rready <= $urandom_range(3) != 0;
      e_bready <= $urandom_range(3) != 0;
      if (aw_took) e_awvalid <= 1'b0;
      if (aw_took && !host_kind) e_beats = int'(e_awlen) + 1;
      if (w_took) begin
        e_beats--;
        e_wvalid <= 1'b0;
      end
      if (host_kind) begin
        if ((!e_awvalid || aw_took) && (!e_wvalid || w_took) && sends && $urandom_range(3) <= e_bias) begin
          e_awvalid <= 1'b1;
          e_awlen   <= '0;
          e_wvalid  <= 1'b1;
          e_wlast   <= 1'b1;
          e_wstrb   <= {$urandom, $urandom} | 64'd1;
        end
      end else begin
        if ((!e_wvalid || w_took) && e_beats > 0 && $urandom_range(3) != 0) begin
          e_wvalid <= 1'b1;
          e_wlast  <= e_beats == 1;
          e_wstrb  <= {$urandom, $urandom} | 64'd1;
        end
        if (!e_awvalid && e_beats == 0 && sends && $urandom_range(3) <= e_bias) begin
          e_awvalid <= 1'b1;
          e_awlen   <= $urandom_range(2) == 0 ? 8'd63 : 8'($urandom_range(5));
        end
      end
    end
  end

  // ---- bus ----
  bit dead = 1'b0;               // gives no sign
  int slow = 1;
  int aw_len [$];                // taken, data not yet whole
  bit w_last [$];                // data taken, not yet given to a burst
  int r_left [$];                // beats of each read that is not answered
  int b_owed = 0;                // bursts whole and not acknowledged
  int n_reads = 0, n_writes = 0; // addresses taken and not answered
  int bad_last = 0, extra = 0, n_first = 0;

  function automatic bit luck();
    return !dead && $urandom_range(slow) == 0;
  endfunction

  // ---- what must hold in each cycle ----
  int  bad_open = 0, bad_stay = 0, bad_pass = 0, bad_shut = 0, bad_closed = 0, bad_absorb = 0, bad_quiet = 0;
  int  early = 0, late = 0, n_stuck = 0, n_absorbed = 0, n_answers = 0, n_went = 0, n_stood = 0;
  int  silent = 0;               // cycles in which the bus owed a sign and gave none, up to now
  bit  was_stuck = 1'b0;
  logic [2:0] shut = '0, stood = '0;   // ar, aw, w
  logic       closing = 1'b0;          // close of the cycle before

  always @(posedge clk) begin
    logic [2:0] v, r, ev, er;
    logic       r_go, b_go, sign;
    v    = {wvalid, awvalid, arvalid};
    r    = {wready, awready, arready};
    ev   = {e_wvalid, e_awvalid, e_arvalid};
    er   = {e_wready, e_awready, e_arready};
    r_go = rvalid && rready;
    b_go = bvalid && bready;
    sign = (v & r) != '0 || r_go || b_go;
    if (gate.rst_n) begin
      // open: the gate is not there. It opens in the cycle after `close` has gone.
      if (!gate.close && !closing &&
          (v != ev || er != r || wlast != e_wlast || wstrb != e_wstrb || rready != e_rready || bready != e_bready))
        bad_open++;
      // AXI4: what stands stays until it is taken; but data that the engine offered may become data without strobes
      if ((stood & ~v) != '0) bad_stay++;
      // what goes at the pins goes at the engine, unless the engine is away; then all answers are taken
      if (!gate.absorb && (((v & r) != (ev & er)) || rready != e_rready || bready != e_bready)) bad_pass++;
      if (gate.absorb && ((ev & er) != '0 || v[1:0] != '0 || (wvalid && wstrb != '0) || !rready || !bready))
        bad_absorb++;
      // shut: nothing new
      if ((v[1:0] & shut[1:0]) != '0 || (wvalid && shut[2] && !gate.absorb) || (shut & er) != '0) bad_shut++;
      if (stat.closed != (shut == '1)) bad_closed++;
      if (gate.close && !gate.absorb && (stood & v & r) != '0) n_stood++;
      // quiet, also not while data is ahead of its address
      if (stat.quiet != (n_reads == 0 && n_writes == 0 && w_last.size() == 0)) bad_quiet++;
      // silence, known to two ticks
      if (stat.stuck && silent < int'(gate.timeout)) early++;
      if (!stat.stuck && silent > int'(gate.timeout) + 2 * int'(cw_t::TICK)) late++;
      if (stat.stuck && !was_stuck) n_stuck++;
      was_stuck = stat.stuck;
      silent = !sign && (n_reads != 0 || n_writes != 0 || v != '0) ? silent + 1 : 0;

      if (r_go || b_go) n_answers += shut == '1 ? 1 : 0;
      if (wvalid && wready && gate.absorb) n_absorbed++;
      if (arvalid && arready) begin
        n_reads++;
        r_left.push_back($urandom_range(1) == 0 ? 1 : $urandom_range(5, 1));
        n_went++;
      end
      if (awvalid && awready) begin
        n_writes++;
        aw_len.push_back(int'(e_awlen) + 1);
        if (w_last.size() != 0) n_first++;
      end
      if (wvalid && wready) w_last.push_back(wlast);
      if (aw_len.size() != 0 && w_last.size() >= aw_len[0]) begin
        for (int i = 1; i <= aw_len[0]; i++) begin
          if (w_last[0] != (i == aw_len[0])) bad_last++;
          void'(w_last.pop_front());
        end
        void'(aw_len.pop_front());
        b_owed++;
      end
      if (gate.absorb && aw_len.size() == 0 && w_last.size() != 0) extra++;
      if (r_go) begin
        r_left[0]--;
        if (rlast) begin
          n_reads--;
          void'(r_left.pop_front());
        end
      end
      if (b_go) begin
        n_writes--;
        b_owed--;
      end
    end
    closing = gate.close;
    stood   = gate.rst_n ? v & ~r : '0;
    if (!gate.rst_n || !gate.close) shut = '0;
    else shut |= ~(v & ~r);

    arready <= luck();
    awready <= luck();
    wready  <= luck();
    if (!rvalid || r_go) begin
      rvalid <= r_left.size() != 0 && luck();
      rlast  <= r_left.size() != 0 && r_left[0] == 1;
    end
    if (!bvalid || b_go) bvalid <= b_owed != 0 && luck();
  end

  logic [7:0] beat = '0;
  always @(posedge clk) begin
    beat    <= beat + 1'b1;
    tick    <= beat == '0;
    rst_n   <= go;
    close   <= shuts;
    absorb  <= away;
    timeout <= 32'(limit);
  end

  task automatic cycles(input int n);
    repeat (n) @(negedge clk);
  endtask

  int never_closed = 0, never_quiet = 0, n_busy = 0, opened = 0;

  initial begin
    limit = 1000;
    cycles(4);
    go = 1'b1;
    for (int round = 0; round < 400; round++) begin
      int n = 0;
      bit hangs;
      hangs     = round % 8 == 0;
      host_kind = $urandom_range(1) == 0;
      e_bias    = $urandom_range(3);
      slow      = $urandom_range(5);
      limit     = int'($urandom_range(1500, 300));
      opened = n_went;
      cycles(int'($urandom_range(150, 20)));
      if (hangs) begin
        if ($urandom_range(1) == 0) begin   // an idle bus falls silent at the first access
          sends = 1'b0;
          cycles(600);
          dead = 1'b1;
          cycles(int'($urandom_range(300)));
          sends = 1'b1;
        end
        dead = 1'b1;
        cycles(limit + 700);
        dead = 1'b0;
        cycles(50);
      end
      if (n_went == opened) n_busy--;
      shuts = 1'b1;
      cycles(2);
      if (hangs && $urandom_range(1) == 0) begin
        dead = 1'b1;
        cycles(limit + 700);
        dead = 1'b0;
      end
      while (!stat.closed && n < 2000) begin
        cycles(1);
        n++;
      end
      if (!stat.closed) never_closed++;
      if (!stat.quiet) n_busy++;
      cycles(int'($urandom_range(20)));
      away = 1'b1;
      cycles(2);
      for (n = 0; !stat.quiet && n < 5000; n++) cycles(1);
      if (n_reads != 0 || n_writes != 0 || aw_len.size() != 0) never_quiet++;
      cycles(int'($urandom_range(40)));
      away = 1'b0;
      shuts  = 1'b0;
    end
    check(bad_open == 0 && n_went > 5000, "open, it lets everything pass in the same cycle");
    check(bad_stay == 0 && n_stood > 50, "what stands at the pins stays until it is taken, also while it closes");
    check(bad_pass == 0, "what goes at the pins goes at the engine, and nothing else");
    check(bad_shut == 0 && bad_closed == 0 && never_closed == 0,
          "a channel shuts as soon as nothing stands at it, and nothing new goes out (P43)");
    check(bad_quiet == 0 && never_quiet == 0 && n_busy > 200,
          "quiet exactly when all that was taken is answered (P43)");
    check(bad_absorb == 0 && n_absorbed > 200 && n_answers > 200,
          "the engine away: data without strobes, all answers taken (P43)");
    check(bad_last == 0 && extra == 0 && n_first > 50, "each burst gets its beats, the last one marked");
    check(early == 0, "no silence is told that was shorter than the timeout");
    check(late == 0 && n_stuck > 40, "and each that was longer");
    if (failed != 0)
      $display("open %0d stay %0d pass %0d shut %0d closed %0d never %0d quiet %0d never %0d absorb %0d",
               bad_open, bad_stay, bad_pass, bad_shut, bad_closed, never_closed, bad_quiet, never_quiet, bad_absorb);
    if (failed != 0) $display("last %0d extra %0d early %0d late %0d", bad_last, extra, early, late);
    if (failed != 0)
      $display("went %0d stood %0d busy %0d absorbed %0d answers %0d data first %0d stuck %0d", n_went, n_stood, n_busy,
               n_absorbed, n_answers, n_first, n_stuck);
    report("rtl_bus_gate");
  end
endmodule
