// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Epochs: per port one epoch bit, two counters of what is in flight, one open flip (P20); and the FLUSHes that wait.
// Contract: a count raised in the cycle of a flip belongs to the old epoch. A FLUSH needs, on each of its ports, a flip
// that opens after its arrival; those that wait share the next one. An idle FLUSH completes 4 cycles after acceptance.
// A DRAIN (P30) is the same, and waits until the log is idle as well.
// What is older than `timeout` cycles completes with NOT_FLUSHED and fences the ports whose open flip has not ended
// (P21): they take no new stamps. Counters fall by releases only; the fence of a port ends with its open flip.
//
// Mutants: FENCE_CLEARS takes the stamps of a fenced port for given back; DRAIN_EARLY completes a DRAIN when its ports
// have flipped.
module cw_epoch (
  input  logic                      clk,
  input  logic                      rst_n,
  output logic [cw_pkg::NPORT-1:0]  epoch,       // the stamp of a lookup in this cycle (P4)
  // counts: requests at their lookup, walks at their start
  input  logic                      look_inc,
  input  logic [cw_pkg::PORT_W-1:0] look_port,
  input  logic                      walk_inc,
  input  logic [cw_pkg::PORT_W-1:0] walk_inc_port,
  // given back: last read of a walk, park or refusal of a stamped request, release of a grant
  input  logic                      walk_dec,
  input  logic [cw_pkg::PORT_W-1:0] walk_dec_port,
  input  logic                      walk_dec_epoch,
  input  logic                      res_dec,
  input  logic [cw_pkg::PORT_W-1:0] res_dec_port,
  input  logic                      res_dec_epoch,
  input  logic [cw_pkg::NPORT-1:0]  rel_dec,
  input  logic [cw_pkg::NPORT-1:0]  rel_epoch,
`ifdef CW_MUTANTS
  input  logic                      res_inc,
  input  logic [cw_pkg::PORT_W-1:0] res_inc_port,
`endif
  // FLUSH
  input  logic [31:0]               timeout,
  input  logic                      flush_valid,
  output logic                      flush_ready,
  input  cw_t::flush_t              flush,
  output logic                      flush_full,
  output logic                      fdone_valid,
  input  logic                      fdone_ready,
  output cw_t::flush_done_t         fdone,
  output logic                      busy,        // a FLUSH is open
  output logic [cw_pkg::NPORT-1:0]  fenced,
  output logic [cw_pkg::NPORT-1:0]  mon_flip,
  output logic [cw_pkg::NPORT-1:0]  mon_close
);
  localparam int unsigned NP = cw_pkg::NPORT;
  localparam int unsigned NF = cw_pkg::NFLUSH;
  localparam int unsigned CW = cw_pkg::EPOCH_CNT_W;

  logic [NP-1:0] open;                 // a flip is open: the old count has not reached zero yet
  logic [NP-1:0] flip, close, wanted;
  logic [NF-1:0] used, expired, done;
  logic [NF*NP-1:0] need, waits;       // per FLUSH and port: needs a flip, waits for the open one
  logic [NF-1:0] done_pick, free_pick, late;

  // ---- counters ----
  logic [CW-1:0] cnt0 [NP];
  logic [CW-1:0] cnt1 [NP];
  logic [NP-1:0] look_here, walk_here, wdec_here, rdec_here;
  logic moved;
  assign moved = look_inc || walk_inc || walk_dec || res_dec || rel_dec != '0 || cw_pkg::MUT_STAMP_AT_GRANT;
`ifdef CW_MUTANTS
  logic [NP-1:0] rinc_here;
`endif
  always_comb begin
    look_here = '0;
    walk_here = '0;
    wdec_here = '0;
    rdec_here = '0;
    if (look_inc) look_here[look_port]     = 1'b1;
    if (walk_inc) walk_here[walk_inc_port] = 1'b1;
    if (walk_dec) wdec_here[walk_dec_port] = 1'b1;
    if (res_dec)  rdec_here[res_dec_port]  = 1'b1;
`ifdef CW_MUTANTS
    rinc_here = '0;
    if (res_inc) rinc_here[res_inc_port] = 1'b1;
`endif
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      for (int p = 0; p < NP; p++) begin
        cnt0[p] <= cw_pkg::MUT_RESET_KEEPS_STAMPS ? cnt0[p] : '0;
        cnt1[p] <= cw_pkg::MUT_RESET_KEEPS_STAMPS ? cnt1[p] : '0;
      end
    end else if (moved) begin
      for (int p = 0; p < NP; p++) begin
        cnt0[p] <= cnt0[p] + CW'(look_here[p] && !epoch[p]) + CW'(walk_here[p] && !epoch[p])
`ifdef CW_MUTANTS
                   + CW'(rinc_here[p] && !epoch[p])
`endif
                   - CW'(wdec_here[p] && !walk_dec_epoch) - CW'(rdec_here[p] && !res_dec_epoch)
                   - CW'(rel_dec[p] && !rel_epoch[p]);
        cnt1[p] <= cnt1[p] + CW'(look_here[p] && epoch[p]) + CW'(walk_here[p] && epoch[p])
`ifdef CW_MUTANTS
                   + CW'(rinc_here[p] && epoch[p])
`endif
                   - CW'(wdec_here[p] && walk_dec_epoch) - CW'(rdec_here[p] && res_dec_epoch)
                   - CW'(rel_dec[p] && rel_epoch[p]);
      end
    end
  end
  always_comb begin
    close = '0;
    if (open != '0)
      for (int p = 0; p < NP; p++)
        close[p] = open[p] && ((epoch[p] ? cnt0[p] == '0 : cnt1[p] == '0)
                               || (cw_pkg::MUT_FENCE_CLEARS && fenced[p]) || cw_pkg::MUT_DEAD_EPOCH);
  end
  assign flip = wanted & ~(cw_pkg::MUT_SECOND_FLIP_EARLY ? '0 : open);

  logic [NP-1:0] joined;      // mutant: open flips that a new FLUSH joins
  assign joined = cw_pkg::MUT_JOIN_OPEN_FLIP ? open & ~close : '0;

  always_comb begin
    wanted = '0;
    if (busy)
      for (int f = 0; f < NF; f++) if (used[f]) wanted |= need[f*NP +: NP];
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      epoch <= '0;
      open  <= '0;
    end else begin
      epoch <= epoch ^ (cw_pkg::MUT_GLOBAL_EPOCH ? {NP{|flip}} : flip);
      open  <= (open & ~close) | flip;
    end
  end

  // ---- fences ----
  logic [NP-1:0] fence_now;
  always_ff @(posedge clk) begin
    if (!rst_n) fenced <= '0;
    else if (fenced != '0 || fence_now != '0) fenced <= (fenced | fence_now) & open & ~close;
  end

  // ---- FLUSH table ----
  assign flush_full  = &used;
  assign flush_ready = !(&used);
  assign free_pick   = ~used & (used + 1'b1);       // lowest free entry, one-hot
  assign fdone_valid = |done;
  assign busy        = |used;
  assign mon_flip    = flip;
  assign mon_close   = close;

  cw_arb #(.N(NF)) u_done (.clk, .rst_n, .req(done), .gnt(done_pick), .take(fdone_valid && fdone_ready));

  logic [31:0] age [NF];
  logic [cw_pkg::COOKIE_W-1:0] cookie [NF];
  logic [23:0]   what [NF];
  logic [NF-1:0] drain;
  always_comb begin
    expired = '0;
    done    = '0;
    late    = '0;
    for (int f = 0; f < NF; f++) begin
      if (used[f]) begin
        late[f]    = need[f*NP +: NP] != '0 || (waits[f*NP +: NP] != '0 && !(cw_pkg::MUT_DRAIN_EARLY && drain[f]));
        expired[f] = age[f] >= timeout;
        done[f]    = !late[f] || expired[f];
      end
    end
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      used  <= '0;
      need  <= '0;
      waits <= '0;
    end else if (flush_valid || busy) begin
      for (int f = 0; f < NF; f++) begin
        if (flush_valid && flush_ready && free_pick[f]) begin
          used[f]           <= 1'b1;
          age[f]            <= '0;
          cookie[f]         <= flush.cookie;
          drain[f]          <= flush.drain;
          what[f]           <= flush.what;
          need[f*NP +: NP]  <= flush.ports & ~joined;
          waits[f*NP +: NP] <= flush.ports & joined;
        end else begin
          if (fdone_valid && fdone_ready && done_pick[f]) used[f] <= 1'b0;
          if (used[f] && !expired[f]) age[f] <= age[f] + 1'b1;
          need[f*NP +: NP]  <= need[f*NP +: NP] & ~flip;
          waits[f*NP +: NP] <= (waits[f*NP +: NP] & ~close) | (need[f*NP +: NP] & flip);
        end
      end
    end
  end
  logic [cw_pkg::COOKIE_W-1:0] cookie_done;
  logic [23:0] what_done;
  logic [NP-1:0] late_ports;
  always_comb begin
    cookie_done = '0;
    what_done   = '0;
    late_ports  = '0;
    if (fdone_valid)
      for (int f = 0; f < NF; f++)
        if (done_pick[f]) begin
          cookie_done |= cookie[f];
          what_done   |= what[f];
          if (late[f]) late_ports |= need[f*NP +: NP] | waits[f*NP +: NP];
        end
  end
  assign fdone.cookie = cookie_done;
  assign fdone.drain  = |(done_pick & drain);
  assign fdone.what   = what_done;
  assign fdone.fenced = late_ports & open & ~close;
  assign fdone.status = |(done_pick & late) ? cw_pkg::ST_NOT_FLUSHED : cw_pkg::ST_OK;
  assign fence_now    = fdone_valid && fdone_ready ? fdone.fenced : '0;
endmodule
