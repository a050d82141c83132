// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Dirty rings: one per context, in host memory; an entry for each mark that the log accepts (docs/dirty-log.md).
//
// Stands between the fixer and the log. Room is asked for before anything is granted (P22, P27): PREPARE, and a MARK
// that no swap went before (`!f_due`), are answered FULL when fewer than DRING_RESERVED entries are free. The fixer has
// no more requests than that, each with one mark after it was let through, so there is room for every mark that
// cannot be refused any more, and no reservation has to be given back.
// Accepted marks go in order through a queue to the bus, 16 bytes in one beat, phase in the last 8 (P41). `tail` counts
// them in, `head` out of memory: who waits until `head` has reached a `tail` knows the entries before to be there.
// An entry that is lost, by a bus error or without bus-master enable, makes everything of its domain dirty (P27).
// A consumer index that is not between the old one and what was given to the bus is ignored and pulses `ev_error`.
// Soft limit: an interrupt when the entries in use reach it and are in memory (P41); the next one after the consumer
// has gone below it. A limit that is reached while the interrupt of another one waits for its entry has the next one:
// it may not put that off, or contexts that are read without interrupts keep the others from theirs for ever.
// A ring is set while its context is not attached: nothing of it can be on its way but entries, which are waited for.
// While no ring is set nothing here changes.
module cw_dring (
  input  logic                       clk,
  input  logic                       rst_n,
  input  logic                       bme,
  output logic                       busy,
  // marks from the fixer, as in cw_fix
  input  logic                       f_valid,
  output logic                       f_ready,
  input  logic                       f_op,
  input  logic                       f_due,         // a MARK of a swap that is done
  input  logic [cw_pkg::DOM_W-1:0]   f_dom,
  input  logic [cw_pkg::CTX_W-1:0]   f_ctx,
  input  logic [44:0]                f_gfn,
  input  logic [2:0]                 f_id,
  output logic                       fr_valid,
  output logic [2:0]                 fr_id,
  output logic [1:0]                 fr_status,
  // and on to the log
  output logic                       log_valid,
  input  logic                       log_ready,
  input  logic                       logr_valid,
  input  logic [2:0]                 logr_id,
  input  logic [1:0]                 logr_status,
  output logic                       lost,          // pulse
  output logic [cw_pkg::DOM_W-1:0]   lost_dom,
  output logic [15:0]                tail,
  output logic [15:0]                head,
  // firmware
  input  logic                       set_valid,
  input  cw_t::dring_set_t           set,
  output logic                       set_busy,
  // registers
  input  cw_t::dring_bell_t          bell,
  input  logic [cw_pkg::CTX_W-1:0]   rd_ctx,
  output logic [31:0]                rd_index,
  output logic [cw_pkg::NCTX-1:0]    limited,
  input  logic                       irq_en,
  output logic                       irq,
  // host memory
  output logic                       h_valid,
  input  logic                       h_ready,
  output logic [63:0]                h_addr,
  output logic [511:0]               h_data,
  output logic [63:0]                h_strb,
  input  logic                       h_bvalid,
  input  logic                       h_berr,
  output logic                       ev_entry,
  output logic                       ev_full,
  output logic                       ev_soft,
  output logic                       ev_error,
  output cw_t::dring_mon_t           mon
);
  localparam int unsigned CW = cw_pkg::CTX_W;
  localparam int unsigned DW = cw_pkg::DOM_W;
  localparam int unsigned NC = cw_pkg::NCTX;
  localparam int unsigned QL = 4;                    // log2 of the marks and entries on their way
  localparam int unsigned QW = DW + CW + 45 + 17;
  localparam logic [1:0] OK = 2'd0, FULL = 2'd2, ERROR = 2'd3;

  // ---- rings ----
  logic [NC-1:0] on;
  logic [4:0]    lg [NC];
  logic [63:12]  base [NC];
  logic [16:0]   limit [NC];
  logic [31:0]   prod [NC];                          // marks accepted
  logic [31:0]   sent [NC];                          // entries given to the bus
  logic [31:0]   cons [NC];
  function automatic logic [31:0] size_of(input logic [4:0] log2);
    size_of = 32'd1 << log2;
  endfunction

  // ---- is there room? ----
  logic        active, f_on, want, full, room, refuse_q, take, refuse;
  logic [2:0]  refuse_id;
  logic [31:0] free;
  logic [QL:0] credit_q;                             // room in the queue, marks on their way taken off
  assign active    = on != '0;
  assign f_on      = active && on[f_ctx];
  assign want      = f_on && f_op;                   // an entry may come of it
  always_comb begin
    free = '1;
    if (f_on) free = size_of(lg[f_ctx]) - (prod[f_ctx] - cons[f_ctx]);
  end
  assign full      = free < cw_pkg::DRING_RESERVED && !cw_pkg::MUT_DRING_FULL_DROPS &&
                     (cw_pkg::MUT_DRING_LATE_ROOM ? f_op : !(f_op && f_due));
  assign room      = !want || credit_q != '0;
  assign log_valid = f_valid && !full && room;
  assign f_ready   = full ? !refuse_q : log_ready && room;
  assign take      = log_valid && log_ready;
  assign refuse    = f_valid && full && !refuse_q;

  // ---- the log's answer, by the fixer's id ----
  logic [7:0]    wanted;
  logic [DW-1:0] dom [8];
  logic [CW-1:0] ctx [8];
  logic [44:0]   gfn [8];
  logic [CW-1:0] p_ctx;
  logic          marked, push;
  logic [31:0]   p_index, p_used;
  assign fr_valid  = logr_valid || refuse_q;
  assign fr_id     = logr_valid ? logr_id : refuse_id;
  assign fr_status = logr_valid ? logr_status : FULL;
  assign marked    = logr_valid && wanted[logr_id];
  always_comb begin
    p_ctx   = '0;
    p_index = '0;
    p_used  = '0;
    push    = 1'b0;
    if (marked) begin
      p_ctx   = ctx[logr_id];
      p_index = prod[p_ctx];
      p_used  = p_index + 32'd1 - cons[p_ctx];
      push    = (logr_status == OK || logr_status == ERROR) &&
                !(cw_pkg::MUT_DRING_FULL_DROPS && p_used + cw_pkg::DRING_RESERVED > size_of(lg[p_ctx]));
    end
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      refuse_q <= 1'b0;
      wanted   <= '0;
    end else begin
      if (refuse) refuse_q <= 1'b1;
      else if (!logr_valid) refuse_q <= 1'b0;
      if (marked) wanted[logr_id] <= 1'b0;
      if (take && want) wanted[f_id] <= 1'b1;
    end
    if (refuse) refuse_id <= f_id;
    if (take && want) begin
      dom[f_id] <= f_dom;
      ctx[f_id] <= f_ctx;
      gfn[f_id] <= f_gfn;
    end
  end

  // ---- entries to the bus ----
  logic          q_valid, q_gone, q_room, fly_room, fly_valid, drop, skip, at_end;
  logic [QW-1:0] q;
  logic [DW-1:0] q_dom, fly_dom;
  logic [CW-1:0] q_ctx;
  logic [44:0]   q_gfn;
  logic [16:0]   q_index;
  logic [31:0]   slot, q_size;
  logic [127:0]  entry;
  cw_fifo #(.W(QW), .LG(QL)) u_queue (
    .clk, .rst_n, .in_valid(push), .in_ready(q_room), .in_data({dom[logr_id], p_ctx, gfn[logr_id], p_index[16:0]}),
    .out_valid(q_valid), .out_ready(q_gone), .out_data(q));
  cw_fifo #(.W(DW), .LG(3)) u_fly (
    .clk, .rst_n, .in_valid(h_valid && h_ready), .in_ready(fly_room), .in_data(q_dom),
    .out_valid(fly_valid), .out_ready(h_bvalid), .out_data(fly_dom));
  assign {q_dom, q_ctx, q_gfn, q_index} = q;
  assign q_size  = size_of(lg[q_ctx]);
  assign slot    = {15'd0, q_index} & (q_size - 32'd1);
  assign at_end  = slot == q_size - 32'd1;
  assign skip    = cw_pkg::MUT_DRING_WRAP && q_valid && at_end && !fly_valid;
  assign drop    = q_valid && !bme && !fly_valid;    // in order, for `head`
  assign h_valid = q_valid && bme && fly_room && !(cw_pkg::MUT_DRING_WRAP && at_end);
  assign q_gone  = (h_valid && h_ready) || drop || skip;
  assign h_addr  = {base[q_ctx], 12'd0} + {28'd0, slot, 4'd0};
  always_comb begin                                  // zero in between: cheaper to simulate
    entry  = '0;
    h_strb = '0;
    if (q_valid) begin
      entry[cw_pkg::DRING_DOMAIN_LSB +: 16] = 16'(q_dom);
      entry[cw_pkg::DRING_CTX_LSB +: 16]    = 16'(q_ctx);
      entry[cw_pkg::DRING_GFN_LSB +: 64]    = {~|({15'd0, q_index} & q_size), 18'd0, q_gfn};
      h_strb                                = 64'hffff << {slot[1:0], 4'd0};
    end
  end
  assign h_data   = {4{entry}};
  assign lost     = drop || (h_bvalid && h_berr);
  assign lost_dom = drop ? q_dom : fly_dom;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      credit_q <= (QL + 1)'(1 << QL);
      tail     <= '0;
      head     <= '0;
    end else begin
      credit_q <= credit_q - (QL + 1)'(take && want) + (QL + 1)'(marked && !push) + (QL + 1)'(q_gone);
      tail     <= tail + 16'(push);
      head     <= head + 16'(h_bvalid) + 16'(drop || skip);
    end
  end

  // ---- consumer, soft limit ----
  logic        b_ok, reached, below;
  logic [31:0] b_cons, b_prod;
  logic        soft_q, more_q, due_q, there, defer;
  logic [15:0] soft_tail, more_tail, soft_left;      // with the entry that reached a limit
  assign b_cons  = cons[bell.ctx];
  assign b_prod  = prod[bell.ctx] + 32'(push && p_ctx == bell.ctx);
  assign b_ok    = bell.valid && on[bell.ctx] &&
                   (bell.value - b_cons <= sent[bell.ctx] - b_cons || cw_pkg::MUT_DRING_ANY_CONSUMER);
  assign below   = b_ok && b_prod - bell.value < {15'd0, limit[bell.ctx]};
  assign reached = push && !limited[p_ctx] &&
                   (cw_pkg::MUT_DRING_SOFT_LATE ? p_used > {15'd0, limit[p_ctx]} : p_used >= {15'd0, limit[p_ctx]});
  assign soft_left = head - soft_tail;
  assign there     = soft_q && (!soft_left[15] || cw_pkg::MUT_DRING_IRQ_EARLY);
  assign defer     = reached && soft_q && (!there || more_q) && !cw_pkg::MUT_DRING_SOFT_MOVES;
  assign irq       = due_q && irq_en;

  // ---- a ring is set when the entries before are in memory ----
  logic        set_go, set_q;
  logic [15:0] set_tail, set_left;
  cw_t::dring_set_t what;
  assign set_left = head - set_tail;
  assign set_go   = set_q && !set_left[15];
  assign set_busy = set_q;
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      on       <= '0;
      limited  <= '0;
      set_q    <= 1'b0;
      soft_q   <= 1'b0;
      more_q   <= 1'b0;
      due_q    <= 1'b0;
    end else begin
      if (reached) limited[p_ctx] <= 1'b1;
      if (below) limited[bell.ctx] <= 1'b0;
      if (reached) soft_q <= 1'b1;
      else if (there) soft_q <= more_q;
      if (defer) more_q <= 1'b1;
      else if (there) more_q <= 1'b0;
      if (there) due_q <= 1'b1;
      else if (irq) due_q <= 1'b0;
      if (set_valid && !set_q) set_q <= 1'b1;
      else if (set_go) set_q <= 1'b0;
      if (set_go) begin
        on[what.ctx]   <= what.log2 != '0;
        limited[what.ctx] <= 1'b0;
      end
    end
    if (reached && !defer) soft_tail <= tail + 16'd1;
    else if (there) soft_tail <= more_tail;
    if (defer) more_tail <= tail + 16'd1;
    if (set_valid && !set_q) begin
      what     <= set;
      set_tail <= tail;
    end
    if (push) prod[p_ctx] <= p_index + 32'd1;
    if (q_gone) sent[q_ctx] <= sent[q_ctx] + 32'd1;
    if (b_ok) cons[bell.ctx] <= bell.value;
    if (set_go) begin
      lg[what.ctx]    <= what.log2;
      base[what.ctx]  <= what.base;
      limit[what.ctx] <= what.limit;
      prod[what.ctx]  <= '0;
      sent[what.ctx]  <= '0;
      cons[what.ctx]  <= '0;
    end
  end
  assign rd_index = on[rd_ctx] ? sent[rd_ctx] : '0;
  assign busy     = q_valid || fly_valid || refuse_q || set_valid || set_q || bell.valid || soft_q || irq;
  assign ev_entry = push;
  assign ev_full  = refuse;
  assign ev_soft  = reached;
  assign ev_error = (bell.valid && !b_ok) || lost;

  // ---- monitor ----
  always_comb begin
    mon = '0;
    mon.ask        = f_on && (take || refuse) && !(f_op && f_due);
    mon.ask_ctx    = f_ctx;
    mon.ask_full   = refuse;
    mon.push       = push;
    mon.index      = p_index;
    mon.limited    = reached;
    mon.bell       = bell.valid;
    mon.bell_ok    = b_ok;
    mon.bell_ctx   = bell.ctx;
    mon.bell_value = bell.value;
    mon.ring_set   = set_go;
    mon.set_ctx    = what.ctx;
    mon.set_log2   = what.log2;
    mon.set_limit  = what.limit;
  end

`ifndef SYNTHESIS
  always @(posedge clk) if (rst_n) begin
    assert (!push || q_room) else $error("queue of dirty ring entries full");
    assert (cw_pkg::MUT_DRING_FULL_DROPS || cw_pkg::MUT_DRING_LATE_ROOM || cw_pkg::MUT_DRING_ANY_CONSUMER ||
            !push || p_used <= size_of(lg[p_ctx])) else $error("dirty ring overrun (P27)");
  end
`endif

  logic unused;
  assign unused = &{1'b0, set_left, soft_left, q_room, entry, h_addr[3:0]};
endmodule
