// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Counters: 64-bit totals of all events and one coherent snapshot of them, and the engine's cycle counter.
//
// `ev` brings an increment of 0..7 for every counter in every cycle. A small accumulator per counter takes it; one
// accumulator a cycle, in turn, is emptied into the total in LUT RAM. `snap` copies all accumulators at once; during
// the next lap each total, before its accumulator is emptied, is added to that copy: the snapshot shows every counter
// as of the cycle of `snap`, two cycles behind the events. A `snap` during a lap is remembered and taken after it.
// `busy` is 1 from `snap` until the snapshot can be read: at most 2 * NCOUNTER + 2 cycles.
// Storage: 2 * NCOUNTER accumulators, 2 LUT RAMs of 64 bits.
module cw_counters (
  input  logic                           clk,          // ticks whenever there may be an event
  input  logic                           clk_free,
  input  logic                           rst_n,

  input  logic [cw_pkg::NCOUNTER*3-1:0]  ev,
  input  logic                           snap,
  output logic                           busy,
  output logic [63:0]                    cycle,        // since reset
  output logic [63:0]                    cycle_any,    // the same for what ticks by clk; after a rest late by a cycle
  output logic [63:0]                    snap_cycle,   // of the last snapshot

  input  logic [7:0]                     rd_idx,       // counter number; above the last one reads 0
  output logic [63:0]                    rd_data       // of the last snapshot, same cycle
);

  localparam int unsigned N  = cw_pkg::NCOUNTER;
  localparam int unsigned IW = $clog2(N);
  localparam int unsigned AW = $clog2(7 * N + 1);      // an accumulator waits N cycles for its turn
  localparam int unsigned GW = 8 * 3;                  // eight counters: most of them rest most of the time
  localparam int unsigned NG = (N + 7) / 8;
  localparam logic [IW-1:0] LAST = IW'(N - 1);

  logic [NG*GW-1:0] ev_q;
  logic [N*AW-1:0] acc_q;
  logic [N*AW-1:0] acc_d;
  logic [N*AW-1:0] copy_q;
  logic [IW-1:0]   idx_q;
  logic            zeroed_q;   // the first lap after reset is over: totals hold values
  logic            want_q;
  logic            lap_q;
  logic [IW-1:0]   left_q;     // turns of the snapshot's lap still to come, less one
  logic            have_q;
  logic            take;

  logic [63:0] total_mem [0:N-1];
  logic [63:0] snap_mem  [0:N-1];
  logic [63:0] total;

  // ---- accumulators ----
  always_comb begin
    acc_d = acc_q;
    acc_d[idx_q*AW +: AW] = '0;
    for (int unsigned g = 0; g < NG; g++)
      if (ev_q[g*GW +: GW] != '0)
        for (int unsigned i = 8 * g; i < N && i < 8 * g + 8; i++)
          acc_d[i*AW +: AW] = acc_d[i*AW +: AW] + AW'(ev_q[i*3 +: 3]);
  end

  assign take = (want_q || snap) && !lap_q;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      ev_q  <= '0;
      acc_q <= '0;
    end else begin
      ev_q  <= (NG*GW)'(ev);
      acc_q <= acc_d;
    end
    if (take)
      copy_q <= acc_d;
  end

  // ---- turns and laps ----
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      idx_q    <= '0;
      zeroed_q <= 1'b0;
      want_q   <= 1'b0;
      lap_q    <= 1'b0;
      left_q   <= '0;
      have_q   <= 1'b0;
    end else begin
      idx_q <= (idx_q == LAST) ? '0 : idx_q + 1'b1;
      if (idx_q == LAST)
        zeroed_q <= 1'b1;

      if (take) begin
        want_q <= 1'b0;
        lap_q  <= 1'b1;
        left_q <= LAST;
      end else begin
        if (snap)
          want_q <= 1'b1;
        if (lap_q) begin
          left_q <= left_q - 1'b1;
          if (left_q == '0) begin
            lap_q  <= 1'b0;
            have_q <= 1'b1;
          end
        end
      end
    end
  end

  // ---- totals and snapshot ----
  assign total = zeroed_q ? total_mem[idx_q] : 64'd0;

  always_ff @(posedge clk) begin
    if (rst_n) begin
      total_mem[idx_q] <= total + 64'(acc_q[idx_q*AW +: AW]);
      if (lap_q)
        snap_mem[idx_q] <= total + 64'(copy_q[idx_q*AW +: AW]);
    end
  end

  assign busy    = want_q || lap_q;
  assign rd_data = (have_q && rd_idx < 8'(N)) ? snap_mem[rd_idx[IW-1:0]] : 64'd0;

  // ---- cycles ----
  always_ff @(posedge clk_free) cycle <= rst_n ? cycle + 64'd1 : 64'd0;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      cycle_any  <= 64'd0;
      snap_cycle <= 64'd0;
    end else begin
      cycle_any <= cycle + 64'd1;
      if (take)
        snap_cycle <= cycle;
    end
  end

endmodule
