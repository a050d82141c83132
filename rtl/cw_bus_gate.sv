// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Between one AXI4 master of the engine and its pins: what is outstanding, and how it ends when the engine is
// reset (P43).
//
// As long as `close` is 0 everything passes in the same cycle. With `close` each channel shuts as soon as nothing
// stands at it untaken, for what stands must stay (AXI4): from then on no address and no data goes out, and
// answers still come. `closed`: all are shut, so that the engine may be reset. With `absorb` it is: data that was
// announced goes out without strobes, which changes nothing, and all answers are taken. `quiet`: every address that was
// taken is answered. `stuck`: the bus has given no sign for `timeout` cycles although it owes one;
// looked at every `tick`.
// Bursts that are announced are written one after the other, or have one beat. It is not reset with the engine.
//
// Mutants: RESET_EARLY takes a bus for quiet while answers are outstanding; RESET_TORN writes what it has instead of
// nothing.
module cw_bus_gate (
  input  logic            clk,
  input  cw_t::bus_gate_t gate,
  output cw_t::bus_stat_t stat,
  // engine
  input  logic            e_arvalid,
  output logic            e_arready,
  input  logic            e_rready,
  input  logic            e_awvalid,
  output logic            e_awready,
  input  logic [7:0]      e_awlen,
  input  logic            e_wvalid,
  output logic            e_wready,
  input  logic            e_wlast,
  input  logic [63:0]     e_wstrb,
  input  logic            e_bready,
  // pins
  output logic            arvalid,
  input  logic            arready,
  input  logic            rvalid,
  input  logic            rlast,
  output logic            rready,
  output logic            awvalid,
  input  logic            awready,
  output logic            wvalid,
  input  logic            wready,
  output logic            wlast,
  output logic [63:0]     wstrb,
  input  logic            bvalid,
  output logic            bready
);
  logic       ar_shut, aw_shut, w_shut, own, sign, owes, seen;
  logic       ar_go, r_go, aw_go, w_go, b_go;
  logic [9:0] reads, writes, beats;      // beats: announced and not given
  logic [31:0] silent;
  logic       stuck;

  assign own       = gate.absorb;
  assign arvalid   = e_arvalid && !ar_shut;
  assign e_arready = arready && !ar_shut;
  assign awvalid   = e_awvalid && !aw_shut;
  assign e_awready = awready && !aw_shut;
  assign wvalid    = own ? beats != '0 : e_wvalid && !w_shut;
  assign e_wready  = wready && !w_shut;
  assign wlast     = own ? beats == 10'd1 : e_wlast;
  assign wstrb     = own ? {64{cw_pkg::MUT_RESET_TORN}} : e_wstrb;
  assign rready    = e_rready || own;
  assign bready    = e_bready || own;

  assign ar_go = arvalid && arready;
  assign r_go  = rvalid && rready;
  assign aw_go = awvalid && awready;
  assign w_go  = wvalid && wready;
  assign b_go  = bvalid && bready;
  assign sign  = ar_go || r_go || aw_go || w_go || b_go;
  assign owes  = reads != '0 || writes != '0 || arvalid || awvalid || wvalid;

  always_ff @(posedge clk) begin
    if (!gate.rst_n) begin
      reads  <= '0;
      writes <= '0;
      beats  <= '0;
    end else if (sign) begin
      reads  <= reads + 10'(ar_go) - 10'(r_go && rlast);
      writes <= writes + 10'(aw_go) - 10'(b_go);
      beats  <= beats + (aw_go ? 10'(e_awlen) + 10'd1 : 10'd0) - 10'(w_go);
    end
  end

  always_ff @(posedge clk) begin
    if (!gate.rst_n || !gate.close) begin
      ar_shut <= 1'b0;
      aw_shut <= 1'b0;
      w_shut  <= 1'b0;
    end else begin
      if (!arvalid || arready) ar_shut <= 1'b1;
      if (!awvalid || awready) aw_shut <= 1'b1;
      if (!wvalid || wready)   w_shut  <= 1'b1;
    end
  end
  assign stat.closed = ar_shut && aw_shut && w_shut;
  assign stat.stuck  = stuck;
  assign stat.quiet  = (reads == '0 && writes == '0 && beats == '0) || cw_pkg::MUT_RESET_EARLY;

  // ---- silence ----
  always_ff @(posedge clk) begin
    if (!gate.rst_n) begin
      seen       <= 1'b0;
      silent     <= '0;
      stuck      <= 1'b0;
    end else if (gate.tick) begin
      silent <= !owes || seen || sign ? '0 : stuck ? silent : silent + cw_t::TICK;
      stuck  <= owes && !seen && !sign && (stuck || silent + cw_t::TICK >= gate.timeout);
      seen   <= !owes;         // the silence of a bus that owes nothing does not count
    end else if (sign && !seen) begin
      seen  <= 1'b1;
      stuck <= 1'b0;
    end
  end
endmodule
