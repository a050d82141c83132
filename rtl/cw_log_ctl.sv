// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Control of the dirty log: HARVEST commands, one at a time, and what the firmware asks for (LOG_SET).
//
// HARVEST (P25): the log is read and cleared, then the log epoch changes, which clears every hint, then the grant
// epochs of the domain's ports flip, and when they have closed the command completes. A page that was reported is
// thus not written any more under a mark or a hint that the harvest took. If an epoch does not end in time the
// completion says NOT_FLUSHED (P21): the records are there, but their pages may still be written.
// Last it waits until the entries of dirty rings that those marks made are in memory.
// `flip`: a new log epoch, from the next lookup on.
//
// Mutants: FLIP_BEFORE_CLEAR flips before the log is read; GRANT_EPOCH_FIRST changes the log epoch after the grant
// epochs; REPORT_BEFORE_FLUSH completes before these have closed.
module cw_log_ctl (
  input  logic                         clk,
  input  logic                         rst_n,
  // HARVEST
  input  logic                         hc_valid,
  output logic                         hc_ready,
  input  cw_t::harvest_t               hc,
  output logic                         hp_valid,     // completion
  input  logic                         hp_ready,
  output logic                         hp_cold,
  output cw_t::cpl_t                   hp,
  // firmware
  input  logic                         logw_valid,
  input  cw_t::log_set_t               logw,
  output logic                         logw_busy,
  // log
  output logic                         set_valid,
  input  logic                         set_done,
  output cw_t::log_set_t               set,
  output logic                         all_valid,    // all of the domain in `set` is dirty
  output logic                         hv_valid,
  input  logic                         hv_ready,
  output cw_t::harvest_t               hv,
  input  logic                         hvd_valid,
  output logic                         hvd_ready,
  input  logic [31:0]                  hvd_records,
  input  logic                         hvd_more,
  input  logic [cw_pkg::LOG_DIR_W-1:0] hvd_next,
  input  logic                         hvd_all,
  // dirty rings
  input  logic [15:0]                  dr_tail,      // entries made, and those in memory
  input  logic [15:0]                  dr_head,
  input  logic                         dr_lost,
  input  logic [cw_pkg::DOM_W-1:0]     dr_lost_dom,
  // epochs
  output logic                         flip,
  output logic [cw_pkg::DOM_W-1:0]     flip_dom,
  output logic                         fl_valid,     // flips the ports of domain hv.dom
  input  logic                         fl_ready,
  input  logic                         fd_valid,     // and they have closed
  input  logic [7:0]                   fd_status,
  input  logic [cw_pkg::NPORT-1:0]     fd_fenced
);
  typedef enum logic [2:0] {
    IDLE  = 3'd0,
    START = 3'd1,   // hands the command to the log
    READ  = 3'd2,   // waits for its end
    FLIP  = 3'd3,   // new log epoch
    FLUSH = 3'd4,   // flips the grant epochs
    WAIT  = 3'd5,   // waits until they have closed
    CPL   = 3'd6,
    RINGS = 3'd7    // waits for the entries of the marks that it took
  } state_t;

  state_t         state_q;
  cw_t::harvest_t hc_q;
  cw_t::cookie_t  cookie_q;
  logic           closed_q, more_q, all_q, lost_q;
  logic [15:0]    tail_q, left;
  logic [7:0]     status_q;
  logic [cw_pkg::NPORT-1:0] fenced_q;
  logic [31:0]    records_q;
  logic [cw_pkg::LOG_DIR_W-1:0] next_q;

  assign left = dr_head - tail_q;
  // The order of the steps.
  state_t first, after_read, after_flip, after_flush, after_wait;
  always_comb begin
    first       = START;
    after_read  = FLIP;
    after_flip  = FLUSH;
    after_flush = WAIT;
    after_wait  = cw_pkg::MUT_DRING_EARLY_REPORT ? CPL : RINGS;
    if (cw_pkg::MUT_FLIP_BEFORE_CLEAR) begin
      first       = FLIP;
      after_flush = START;
      after_read  = WAIT;
    end
    if (cw_pkg::MUT_GRANT_EPOCH_FIRST) begin
      after_read = FLUSH;
      after_wait = FLIP;
      after_flip = CPL;
    end
    if (cw_pkg::MUT_REPORT_BEFORE_FLUSH) after_flush = CPL;
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state_q  <= IDLE;
      closed_q <= 1'b0;
    end else if (hc_valid || state_q != IDLE) begin
      case (state_q)
        IDLE: if (hc_valid) state_q <= first;
        START: if (hv_ready) state_q <= READ;
        READ: if (hvd_valid) state_q <= after_read;
        FLIP: state_q <= after_flip;
        FLUSH: if (fl_ready) state_q <= after_flush;
        WAIT: if (closed_q) state_q <= after_wait;
        RINGS: if (!left[15]) state_q <= CPL;
        CPL: if (hp_ready) state_q <= IDLE;
        default: state_q <= IDLE;
      endcase
      if (state_q == IDLE) closed_q <= 1'b0;
      else if (fd_valid) closed_q <= 1'b1;
    end
    if (state_q == IDLE && hc_valid) begin
      hc_q     <= hc;
      status_q <= cw_pkg::ST_OK;
    end
    if (state_q != RINGS) tail_q <= dr_tail;
    if (state_q == IDLE) lost_q <= 1'b0;
    else if (dr_lost && dr_lost_dom == hc_q.dom) lost_q <= 1'b1;
    if (fd_valid) begin
      status_q <= fd_status;
      fenced_q <= fd_fenced;
    end
    if (hvd_valid && hvd_ready) begin
      records_q <= hvd_records;
      more_q    <= hvd_more;
      next_q    <= hvd_next;
      all_q     <= hvd_all;
    end
  end

  assign hc_ready  = state_q == IDLE;
  assign hv_valid  = state_q == START;
  assign hv        = hc_q;
  assign hvd_ready = state_q == READ;
  assign fl_valid  = state_q == FLUSH;
  assign hp_valid  = state_q == CPL;
  assign cookie_q  = hc_q.cookie;
  assign hp_cold   = cookie_q.cold;
  assign hp.value  = 64'(records_q);
  assign hp.info   = {24'd0, next_q, 11'd0, 8'(fenced_q), 6'd0, all_q || lost_q, more_q};
  assign hp.index  = cookie_q.index;
  assign hp.id     = cookie_q.id;
  assign hp.opcode = cw_pkg::OP_HARVEST;
  assign hp.status = status_q;
  assign hp.field  = cw_pkg::FIELD_NONE;

  // ---- what the firmware asks for: the directory first, then the rest ----
  logic           busy_q;
  cw_t::log_set_t set_q;
  always_ff @(posedge clk) begin
    if (!rst_n)
      busy_q <= 1'b0;
    else if (logw_valid && !busy_q)
      busy_q <= 1'b1;
    else if (busy_q && (!set_q.directory || set_done))
      busy_q <= 1'b0;
    if (logw_valid && !busy_q) set_q <= logw;
  end
  assign logw_busy = busy_q;
  assign set       = set_q;
  assign set_valid = busy_q && set_q.directory;
  assign all_valid = busy_q && set_q.all_dirty;
  assign flip_dom  = busy_q && set_q.flip ? set_q.dom : hc_q.dom;
  assign flip      = state_q == FLIP || (busy_q && set_q.flip);

  logic unused;
  assign unused = &{1'b0, cookie_q, left};
endmodule
