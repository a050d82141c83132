// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_reset: resets of ports and of the engine at any time, initiators that are quiet late, buses that close
// and end late, and what must hold in every cycle (P21, P43; docs/errors.md).
module tb_reset;
  localparam int NP = cw_pkg::NPORT;
  localparam logic [NP-1:0] PROBE = NP'(1) << cw_pkg::PORT_HOST, BRIDGE = NP'(1) << cw_pkg::PORT_BRIDGE;
  localparam int TIMEOUT = 3000;

  logic clk = 1'b0, clk_free;
  logic aresetn = 1'b0;
  always #2 clk = !clk;
  assign clk_free = clk;

  cw_t::reset_set_t  set = '0;
  cw_t::reset_stat_t stat;
  logic [31:0]       timeout = 32'(TIMEOUT);
  logic [NP-1:0]     quiet = '1, empty = '1, port_reset, take_back;
  logic              swept, rst_n, bridge_rst_n, tgen_rst_n;
  cw_t::bus_gate_t   gate;
  cw_t::bus_stat_t   table_bus = '{closed: 1'b0, quiet: 1'b1, stuck: 1'b0};
  cw_t::bus_stat_t   host_bus  = '{closed: 1'b0, quiet: 1'b1, stuck: 1'b0};
  cw_reset dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  function automatic bit often(input int n);          // n times of 64
    return $urandom_range(63) < n;
  endfunction

  // ---- what is outside: quiet and empty for good only while in reset; a bus ends what it owes ----
  int            pace = 8;
  bit            silent = 1'b0;                        // nobody comes to rest
  int            n_ends = 0, n_engine = 0, n_swept = 0, n_last = 0, n_late = 0;
  logic [NP-1:0] reset_was = '0, still_was = '0, empty_was = '1;
  logic          swept_was = 1'b0, busy_was = 1'b0;
  int            since = 0, unswept = 0;

  task automatic drive();
    for (int p = 0; p < NP; p++) begin
      if (!port_reset[p]) {quiet[p], empty[p]} = {1'($urandom), 1'($urandom)};
      else if (!quiet[p]) quiet[p] = !silent && often(pace);
      else if (!empty[p]) empty[p] = often(pace);
    end
    if (!gate.close) begin
      table_bus = '{closed: 1'b0, quiet: 1'($urandom), stuck: 1'b0};
      host_bus  = '{closed: 1'b0, quiet: 1'($urandom), stuck: 1'b0};
    end else begin
      table_bus.closed |= often(pace);
      host_bus.closed  |= often(pace);
      if (table_bus.closed && !silent) table_bus.quiet |= often(pace);
      if (host_bus.closed && !silent)  host_bus.quiet  |= often(pace);
    end
    set = '0;
    if (often(1)) set.ports = NP'($urandom) & NP'($urandom);
    if (often(1) && often(4)) set.start = 1'b1;
  endtask

  // After the edge: against what was there before it.
  task automatic look();
    logic [NP-1:0] ended, could;
    ended = reset_was & ~port_reset;
    could = still_was & (empty_was | {NP{busy_was}});
    must(!(swept && swept_was), "a sweep is one cycle (P21)");
    must(!swept || reset_was != '0, "a sweep is for a port in reset (P21)");
    must((port_reset & PROBE) == '0, "the host's probes are never in reset");
    must((ended & ~could) == '0, "a port's reset is over when it is quiet and nothing of it is left (P21)");
    must((take_back & ~port_reset) == '0, "grants of ports in reset only are taken back (P21)");
    must((take_back & ~(quiet | BRIDGE)) == '0, "grants are taken back when the initiator is quiet (P21)");
    // a cycle longer than its port
    must(bridge_rst_n || stat.busy || reset_was[cw_pkg::PORT_BRIDGE], "the bridge is reset with its port");
    must(!stat.busy || gate.close, "the buses are shut as long as the engine is being reset (P43)");
    must(rst_n == !gate.absorb, "in reset, buses end what was announced (P43)");
    must(rst_n || (busy_was && stat.busy), "the engine is in reset only where it was asked for");
    must(tgen_rst_n == (rst_n && !port_reset[cw_pkg::PORT_TGEN]), "the generator is reset with its port");
    if (busy_was && !stat.busy) begin
      n_engine++;
      must(port_reset == '0, "after the engine's reset no port is in reset");
      must(table_bus.quiet && host_bus.quiet, "nothing is owed on a bus after the engine's reset (P43)");
      must((quiet | PROBE | BRIDGE) == '1, "all initiators are quiet after the engine's reset (P21)");
    end
    // sweeps come again and again
    unswept = port_reset == '0 || swept ? 0 : unswept + 1;
    must(unswept <= 256, "a port in reset is swept every 256 cycles (P21)");
    since = stat.busy ? since + 1 : 0;
    must(!stat.flr || since >= TIMEOUT, "no time-out before its time");
    must(since <= TIMEOUT + 20 || stat.flr || !silent, "a reset that does not come to rest is told: NEEDS_FLR (P43)");
    n_ends  += $countones(ended);
    n_swept += int'(swept);
    n_last  += int'(swept && port_reset == '0);
    n_late  += int'(stat.flr);
    reset_was = port_reset;
    still_was = take_back;
    empty_was = empty;
    swept_was = swept;
    busy_was  = stat.busy;
  endtask

  task automatic run(input int cycles);
    repeat (cycles) begin
      @(negedge clk);
      look();
      drive();
      #1;
      still_was = take_back;                           // as the next edge sees them
      empty_was = empty;
      reset_was = port_reset;
    end
  endtask

  initial begin
    repeat (4) @(negedge clk);
    aresetn = 1'b1;
    run(200000);
    pace = 2;
    run(200000);
    pace = 40;
    run(100000);
    silent = 1'b1;
    set = '0;
    run(20000);
    silent = 1'b0;
    run(20000);
    check_musts();
    check(n_ends > 1000 && n_engine > 100, "resets of ports and of the engine came to an end");
    check(n_swept > 500 && n_last > 10, "sweeps, also in the last cycle of a reset");
    check(n_late > 100, "a reset that waited for ever was told");
    report("rtl_reset");
  end
endmodule
