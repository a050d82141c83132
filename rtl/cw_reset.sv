// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Resets that the host asks for: of a port, and of the engine (P21, P43). docs/errors.md has the states.
//
// Port: while its bit in `port_reset` is 1 its initiator is in reset and must confirm with `quiet` that none of its
// accesses is under way any more. Until then its grants stay counted; then they are taken back (`take_back`), and when
// nothing of the port is left in the engine (`empty`) its reset is over. A port that does not confirm stays in reset:
// NEEDS_FLR. The bridge is asked to fence itself and is reset once nothing of it is under way to memory; the traffic
// generator makes no accesses.
//
// Engine: all ports are put into reset, both buses are closed (cw_bus_gate); then the engine is held in reset until
// nothing is outstanding on any bus and all initiators are quiet, HOLD cycles more, and then everything starts anew.
// Only this module, the gates and the host's way to the registers live on meanwhile. What is not at rest after the
// cycles of FLUSH_TIMEOUT is `flr`; it goes on waiting.
//
// Mutants: PORT_RESET_EARLY takes grants back without asking the initiator; RESET_SWEEP_STAYS, RESET_TIME_LEFT.
module cw_reset (
  input  logic                     clk,           // ticks in resets, at gate.tick, and with any part
  input  logic                     clk_free,
  input  logic                     aresetn,
  input  cw_t::reset_set_t         set,
  output cw_t::reset_stat_t        stat,
  input  logic [31:0]              timeout,
  // ports
  input  logic [cw_pkg::NPORT-1:0] quiet,
  input  logic [cw_pkg::NPORT-1:0] empty,
  output logic [cw_pkg::NPORT-1:0] port_reset,
  output logic [cw_pkg::NPORT-1:0] take_back,
  output logic                     swept,         // again and again while a port is in reset
  // buses
  output cw_t::bus_gate_t          gate,
  input  cw_t::bus_stat_t          table_bus,
  input  cw_t::bus_stat_t          host_bus,
  // resets
  output logic                     rst_n,
  output logic                     bridge_rst_n,
  output logic                     tgen_rst_n
);
  localparam logic [4:0]               HOLD  = 5'd16;
  localparam logic [cw_pkg::NPORT-1:0] PROBE = cw_pkg::NPORT'(1) << cw_pkg::PORT_HOST;

  typedef enum logic [1:0] { R_RUN = 2'd0, R_CLOSE = 2'd1, R_ABSORB = 2'd2, R_HOLD = 2'd3 } state_t;
  state_t state;

  logic [cw_pkg::NPORT-1:0] asked, rest, still, ends;
  logic [7:0]  beat;
  logic [31:0] left;
  logic [4:0]  hold;
  logic [15:0] done;
  logic        flr, all_quiet, busy, bridge_off;

  assign busy      = state != R_RUN;
  assign rest      = quiet | PROBE | (cw_pkg::NPORT'(bridge_off) << cw_pkg::PORT_BRIDGE);
  assign still     = rest | {cw_pkg::NPORT{cw_pkg::MUT_PORT_RESET_EARLY}};
  assign all_quiet = rest == '1 && table_bus.quiet && host_bus.quiet;
  assign take_back = port_reset & still;
  assign ends      = take_back & empty;
  assign asked     = busy || set.start ? ~PROBE : set.ports & ~PROBE;

  always_ff @(posedge clk) begin
    if (!aresetn) begin
      port_reset <= '0;
      swept      <= 1'b0;
    end else if (busy || set.start || set.ports != '0 || port_reset != '0 ||
                 (swept && !cw_pkg::MUT_RESET_SWEEP_STAYS)) begin
      port_reset <= state == R_HOLD && hold == HOLD ? '0 : (port_reset & ~ends) | asked;
      swept      <= port_reset != '0 && beat == '0;
    end
  end

  always_ff @(posedge clk) begin
    if (!aresetn) begin
      state <= R_RUN;
      flr   <= 1'b0;
      done  <= '0;
      hold  <= '0;
      left  <= '0;
    end else if (busy || set.start) begin
      unique case (state)
        R_RUN: begin
          state <= R_CLOSE;
          hold  <= '0;
        end
        R_CLOSE: if (table_bus.closed && host_bus.closed) state <= R_ABSORB;
        R_ABSORB: if (all_quiet) state <= R_HOLD;
        default: begin
          hold <= hold + 1'b1;
          if (hold == HOLD) begin
            state <= R_RUN;
            done  <= done + 1'b1;
          end
        end
      endcase
      left <= !busy && (left == '0 || !cw_pkg::MUT_RESET_TIME_LEFT) ? timeout : left - 32'(left != '0);
      flr  <= state != R_HOLD && (flr || (left == 32'd1 && busy));
    end
  end

  // ---- the bridge, from when it is quiet until its port is free ----
  always_ff @(posedge clk) begin
    if (!aresetn) bridge_off <= 1'b0;
    else bridge_off <= port_reset[cw_pkg::PORT_BRIDGE] && (bridge_off || quiet[cw_pkg::PORT_BRIDGE]);
  end
  assign rst_n        = aresetn && state != R_ABSORB && state != R_HOLD;
  assign bridge_rst_n = aresetn && state != R_HOLD && !bridge_off;
  assign tgen_rst_n   = rst_n && !port_reset[cw_pkg::PORT_TGEN];

  always_ff @(posedge clk_free) beat <= aresetn ? beat + 1'b1 : '0;
  assign gate.rst_n   = aresetn;
  assign gate.close   = busy;
  assign gate.absorb  = state == R_ABSORB || state == R_HOLD;
  assign gate.tick    = beat == '0;
  assign gate.timeout = timeout > cw_pkg::BUS_SILENCE ? timeout : cw_pkg::BUS_SILENCE;

  assign stat.busy  = busy;
  assign stat.flr   = flr;
  assign stat.done  = done;
  assign stat.ports = port_reset;
  assign stat.stuck = {host_bus.stuck, table_bus.stuck};

  logic unused;
  assign unused = &{1'b0, stat};
endmodule
