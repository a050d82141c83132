// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Context, domain and port tables. The firmware writes them, one at a time: a write is taken at once, held, and applied
// when `quiet` says that no request is between its table read and its lookup cycle, so a request sees either all of an
// entry or none of it. `hold` asks the lookup pipe to run empty. That pipe never stalls, so a write is applied within 4
// cycles; two stores of the soft CPU are further apart (each is fetched and answered in two cycles or more). Reads are
// combinational.
//
// Here too stands what is stopped (P30): a bit per context, domain and port. STOP and START wait for `quiet` like table
// writes, so that no request is between its read and its lookup cycle: when STOP is done, every later lookup of the
// scope is refused and no parked request of it is looked up. The bit of a context goes with its detach.
//
// Mutant: ROOT_KEEPS_TAG, a context that gets another root keeps the tag of the old one.
module cw_tables (
  input  logic                      clk,
  input  logic                      rst_n,
  // writes from the firmware: one-cycle pulses; `busy` until the last one is applied
  input  logic                      ctxw_valid,
  input  logic [cw_pkg::CTX_W-1:0]  ctxw_idx,
  input  cw_t::ctx_t                ctxw,
  input  logic                      domw_valid,
  input  logic [cw_pkg::DOM_W-1:0]  domw_idx,
  input  cw_t::dom_t                domw,
  input  logic                      portw_valid,
  input  logic [cw_pkg::PORT_W-1:0] portw_idx,
  input  cw_t::port_range_t         portw,
  output logic                      hold,
  input  logic                      quiet,
  // reads
  input  logic [cw_pkg::CTX_W-1:0]  look_ctx,
  output cw_t::ctx_t                look_entry,
  input  logic [cw_pkg::PORT_W-1:0] look_port,
  output cw_t::port_range_t         look_range,
  input  logic [cw_pkg::CTX_W-1:0]  res_ctx,
  output cw_t::ctx_t                res_entry,
  input  logic [cw_pkg::DOM_W-1:0]  res_dom,
  output logic [18:0]               res_mmio_gen,
  // STOP and START
  input  logic                      stop_valid,
  output logic                      stop_ready,
  input  cw_t::stop_t               stop,
  output logic                      look_stopped,     // of look_ctx and look_port
  input  logic [cw_pkg::CTX_W-1:0]  retry_ctx,
  input  logic [cw_pkg::PORT_W-1:0] retry_port,
  output logic                      retry_stopped,    // a detached context is not: its requests must end (P33)
  // FLUSH and DRAIN: ports that own contexts of the domain; is it stopped?
  input  logic [cw_pkg::DOM_W-1:0]  log_dom,
  output logic [1:0]                log_mode,
  output logic                      log_epoch,
  input  logic [cw_pkg::DOM_W-1:0]  flush_dom,
  input  cw_t::scope_t              drain_what,
  output logic [cw_pkg::NPORT-1:0]  flush_ports,
  output logic                      drain_stopped,
  // monitor: the cycle from which on the new entry holds
  output logic                      mon_ctxw,
  output logic [cw_pkg::CTX_W-1:0]  mon_ctx_idx,
  output cw_t::ctx_t                mon_ctx,
  output logic                      mon_domw,
  output logic [cw_pkg::DOM_W-1:0]  mon_dom_idx,
  output cw_t::dom_t                mon_dom,
  output logic                      mon_stop,
  output cw_t::stop_t               mon_stop_what,
  output logic                      mon_portw,
  output logic [cw_pkg::PORT_W-1:0] mon_port_idx,
  output cw_t::port_range_t         mon_range
);
  localparam int unsigned NC = cw_pkg::NCTX;
  localparam int unsigned ND = cw_pkg::NDOM;
  localparam int unsigned NP = cw_pkg::NPORT;

  cw_t::ctx_t        ctx_mem [NC];
  logic [NC-1:0]     ctx_valid;
  cw_t::dom_t        dom_mem [ND];
  logic [ND-1:0]     dom_valid;
  cw_t::port_range_t ranges [NP];
  logic              ctx_held, dom_held, port_held, apply;
  logic [cw_pkg::CTX_W-1:0]  ctx_idx;
  logic [cw_pkg::DOM_W-1:0]  dom_idx;
  logic [cw_pkg::PORT_W-1:0] port_idx;
  cw_t::ctx_t        ctx_new;
  cw_t::dom_t        dom_new;
  cw_t::port_range_t port_new;

  cw_t::ctx_t ctx_was, ctx_put;
  always_comb begin
    ctx_was = '0;
    ctx_put = ctx_new;
    if (cw_pkg::MUT_ROOT_KEEPS_TAG && ctx_new.valid && ctx_valid[ctx_idx]) begin
      ctx_was       = ctx_mem[ctx_idx];
      ctx_put.space = ctx_was.space;
    end
  end

  assign hold  = ctx_held || dom_held || port_held || stop_valid;
  assign apply = (ctx_held || dom_held || port_held) && quiet;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      ctx_held  <= 1'b0;
      dom_held  <= 1'b0;
      port_held <= 1'b0;
      ctx_valid <= '0;
      dom_valid <= '0;
      mon_ctxw  <= 1'b0;
      mon_domw  <= 1'b0;
      mon_portw <= 1'b0;
      for (int p = 0; p < NP; p++) ranges[p] <= '0;
    end else begin
      mon_ctxw  <= apply && ctx_held;
      mon_domw  <= apply && dom_held;
      mon_portw <= apply && port_held;
      if (apply) begin
        ctx_held  <= 1'b0;
        dom_held  <= 1'b0;
        port_held <= 1'b0;
        if (ctx_held) ctx_valid[ctx_idx] <= ctx_new.valid || (cw_pkg::MUT_DEAD_DETACH && ctx_valid[ctx_idx]);
        if (dom_held) dom_valid[dom_idx] <= 1'b1;
        if (port_held) ranges[port_idx] <= port_new;
      end
      if (ctxw_valid) ctx_held <= 1'b1;
      if (domw_valid) dom_held <= 1'b1;
      if (portw_valid) port_held <= 1'b1;
    end
    if (apply && ctx_held) ctx_mem[ctx_idx] <= ctx_put;
    if (apply && dom_held) dom_mem[dom_idx] <= dom_new;
    if (ctxw_valid) begin
      ctx_idx <= ctxw_idx;
      ctx_new <= ctxw;
    end
    if (domw_valid) begin
      dom_idx <= domw_idx;
      dom_new <= domw;
    end
    if (portw_valid) begin
      port_idx <= portw_idx;
      port_new <= portw;
    end
    mon_ctx_idx  <= ctx_idx;
    mon_ctx      <= ctx_new;
    mon_dom_idx  <= dom_idx;
    mon_dom      <= dom_new;
    mon_port_idx <= port_idx;
    mon_range    <= port_new;
  end

  always_comb begin
    look_entry       = ctx_mem[look_ctx];
    look_entry.valid = ctx_valid[look_ctx];
    res_entry        = ctx_mem[res_ctx];
    res_entry.valid  = ctx_valid[res_ctx];
  end
  assign look_range = ranges[look_port];

  // ---- STOP ----
  logic [NC-1:0] stop_ctx;
  logic [ND-1:0] stop_dom;
  logic [NP-1:0] stop_port;
  logic          stop_any;

  assign stop_ready = stop_valid && quiet;
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      stop_ctx  <= '0;
      stop_dom  <= '0;
      stop_port <= '0;
      stop_any  <= 1'b0;
      mon_stop  <= 1'b0;
    end else begin
      mon_stop <= stop_ready;
      if (stop_ready) begin
        stop_any <= 1'b1;
        case (stop.what.scope)
          8'(cw_pkg::SCOPE_CTX):  stop_ctx[stop.what.id[cw_pkg::CTX_W-1:0]]   <= stop.stop && !cw_pkg::MUT_DEAD_STOP;
          8'(cw_pkg::SCOPE_PORT): stop_port[stop.what.id[cw_pkg::PORT_W-1:0]] <= stop.stop;
          default:            stop_dom[stop.what.id[cw_pkg::DOM_W-1:0]]   <= stop.stop;
        endcase
      end else if (stop_any) stop_any <= {stop_ctx, stop_dom, stop_port} != '0;
      if (apply && ctx_held && !ctx_new.valid) stop_ctx[ctx_idx] <= 1'b0;
    end
    if (stop_ready) mon_stop_what <= stop;
  end

  cw_t::ctx_t retry_entry, drain_entry;
  always_comb begin
    look_stopped  = 1'b0;
    retry_stopped = 1'b0;
    retry_entry   = '0;
    if (stop_any) begin
      look_stopped  = stop_ctx[look_ctx] || stop_dom[look_entry.domain] || stop_port[look_port];
      retry_entry   = ctx_mem[retry_ctx];
      retry_stopped = ctx_valid[retry_ctx] &&
                      (stop_ctx[retry_ctx] || stop_dom[retry_entry.domain] || stop_port[retry_port]);
    end
  end

  logic [cw_pkg::DOM_W-1:0] of_dom;
  assign drain_entry   = ctx_mem[drain_what.id[cw_pkg::CTX_W-1:0]];
  assign of_dom        = drain_what.scope == 8'(cw_pkg::SCOPE_CTX) ? drain_entry.domain : flush_dom;
  always_comb begin
    flush_ports   = dom_valid[of_dom] ? flush_dom_entry.ports : '0;
    drain_stopped = stop_dom[of_dom];
    if (drain_what.scope == 8'(cw_pkg::SCOPE_CTX)) begin
      drain_stopped = stop_dom[of_dom] || stop_ctx[drain_what.id[cw_pkg::CTX_W-1:0]];
    end else if (drain_what.scope == 8'(cw_pkg::SCOPE_PORT)) begin
      flush_ports   = NP'(1) << drain_what.id[cw_pkg::PORT_W-1:0];
      drain_stopped = stop_port[drain_what.id[cw_pkg::PORT_W-1:0]];
    end
  end

  cw_t::dom_t res_dom_entry, flush_dom_entry, log_dom_entry;
  assign res_dom_entry   = dom_mem[res_dom];
  assign flush_dom_entry = dom_mem[of_dom];
  assign res_mmio_gen    = res_dom_entry.mmio_gen;
  assign log_dom_entry   = dom_mem[log_dom];
  assign log_mode        = dom_valid[log_dom] ? log_dom_entry.log_mode : '0;
  assign log_epoch       = log_dom_entry.log_epoch;

`ifndef SYNTHESIS
  always @(posedge clk) if (rst_n)
    assert (!(ctx_held || dom_held || port_held) || !(ctxw_valid || domw_valid || portw_valid))
    else $error("table write before the last one was applied");
`endif

  logic unused;
  assign unused = &{1'b0, ctx_was, res_dom_entry, flush_dom_entry, log_dom_entry, retry_entry, drain_entry, drain_what,
                    stop};
endmodule
