// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Requests that wait for walks: NWAIT entries, one list per walk slot, and per port a queue of those that have no slot
// yet. The ports' queues get slots in turn, so that a port with many misses does not keep the others waiting (P38).
//
// One entry in per cycle, one link to a slot's list per cycle, one entry out per cycle. Order within a slot's list is
// the order of linking. Storage: the requests in LUT RAM, heads and tails in flops.
module cw_wait_list #(
  parameter int unsigned NSLOT = cw_pkg::NSLOT,
  parameter int unsigned W = 8
) (
  input  logic                      clk,
  input  logic                      rst_n,
  // in
  output logic                      room,
  input  logic                      put,
  input  logic [W-1:0]              put_data,
  output logic [cw_pkg::WAIT_W-1:0] put_idx,
  // the queue of those without a slot
  input  logic                      queue,      // the entry put in this cycle goes there
  input  logic [cw_pkg::PORT_W-1:0] put_port,
  input  logic                      mark,       // those in the queues now are marked
  output logic                      q_valid,
  output logic [cw_pkg::WAIT_W-1:0] q_idx,
  output logic [W-1:0]              q_data,
  output logic                      q_marked,   // the shown entry was in its queue at a mark
  input  logic                      q_take,
  // link an entry to a slot's list
  input  logic                      link,
  input  logic [cw_pkg::SLOT_W-1:0] link_slot,
  input  logic [cw_pkg::WAIT_W-1:0] link_idx,
  // take the head of a slot's list
  output logic [NSLOT-1:0]          waiting,    // slots whose list is not empty
  input  logic                      pop,
  input  logic [cw_pkg::SLOT_W-1:0] pop_slot,
  output logic [cw_pkg::WAIT_W-1:0] pop_idx,
  // read and free
  input  logic [cw_pkg::WAIT_W-1:0] read_idx,
  output logic [W-1:0]              read_data,
  input  logic                      free
);
  localparam int unsigned NW = cw_pkg::NWAIT;
  localparam int unsigned IW = cw_pkg::WAIT_W;
  localparam int unsigned LS = $clog2(NSLOT);

  logic [W-1:0]  data [NW];
  logic [IW-1:0] next [NW];
  logic [NSLOT*IW-1:0] head, tail;
  logic [IW-1:0] link_tail, pop_next;
  logic          pop_last, link_first;

  // free entries: never used ones first, then those given back, in order
  logic [IW:0] fresh;
  logic f_valid, f_ready;
  logic [IW-1:0] f_idx;
  assign room    = !fresh[IW] || f_valid;
  assign put_idx = fresh[IW] ? f_idx : fresh[IW-1:0];
  cw_fifo #(.W(IW), .LG(IW)) u_free (.clk, .rst_n, .in_valid(free), .in_ready(f_ready), .in_data(read_idx),
                                     .out_valid(f_valid), .out_ready(put && fresh[IW]), .out_data(f_idx));
  always_ff @(posedge clk) begin
    if (!rst_n) fresh <= '0;
    else if (put && !fresh[IW]) fresh <= fresh + 1'b1;
  end

  // the queue
  localparam int unsigned NP = cw_pkg::NPORT;
  logic [NP-1:0] q_ready, q_any, q_pick;
  logic [NP*IW-1:0] q_first;
  logic [NW-1:0] marked;
  for (genvar p = 0; p < NP; p++) begin : g_queue
    cw_fifo #(.W(IW), .LG(IW)) u_queue (
      .clk, .rst_n, .in_valid(put && queue && put_port == cw_pkg::PORT_W'(p)), .in_ready(q_ready[p]),
      .in_data(put_idx), .out_valid(q_any[p]), .out_ready(q_take && q_pick[p]), .out_data(q_first[p*IW +: IW]));
  end
  logic [NP-1:0] q_turn, q_last;
  cw_arb #(.N(NP)) u_turn (.clk, .rst_n, .req(q_any), .gnt(q_turn), .take(q_take));
  always_comb begin
    q_last = '0;
    for (int p = 0; p < NP; p++) if (q_any[p]) q_last = NP'(1) << p;
  end
  assign q_pick  = cw_pkg::MUT_UNFAIR_QUEUE ? q_last : q_turn;    // the last port first
  assign q_valid  = q_any != '0;
  assign q_marked = marked[q_idx];
  always_comb begin
    q_idx = '0;
    if (q_valid)
      for (int p = 0; p < NP; p++) if (q_pick[p]) q_idx |= q_first[p*IW +: IW];
  end
  always_ff @(posedge clk) begin
    if (mark) marked <= '1;
    if (put) marked[put_idx] <= 1'b0;
  end

  // lists
  assign pop_idx    = head[pop_slot*IW +: IW];
  assign link_tail  = tail[link_slot*IW +: IW];
  assign pop_next   = next[pop_idx];
  assign pop_last   = pop_idx == tail[pop_slot*IW +: IW];
  assign link_first = !waiting[link_slot[LS-1:0]] ||
                      (!cw_pkg::MUT_LOST_MERGE && pop && pop_slot == link_slot && pop_last);
  always_ff @(posedge clk) begin
    if (!rst_n) waiting <= '0;
    else begin
      if (pop && pop_last) waiting[pop_slot[LS-1:0]] <= 1'b0;
      if (link) waiting[link_slot[LS-1:0]] <= 1'b1;
    end
    if (pop && !pop_last) head[pop_slot*IW +: IW] <= pop_next;
    if (link) begin
      if (link_first) head[link_slot*IW +: IW] <= link_idx;
      else            next[link_tail] <= link_idx;
      tail[link_slot*IW +: IW] <= link_idx;
    end
    if (put) data[put_idx] <= put_data;
  end
  assign q_data    = data[q_idx];
  assign read_data = data[read_idx];

  logic unused;
  assign unused = &{1'b0, f_ready, q_ready};
endmodule
