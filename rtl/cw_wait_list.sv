// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Requests that wait for walks: NWAIT entries, one list per walk slot, and a queue of those that have no slot yet.
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
  output logic                      q_valid,
  output logic [cw_pkg::WAIT_W-1:0] q_idx,
  output logic [W-1:0]              q_data,
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
  logic q_ready;
  cw_fifo #(.W(IW), .LG(IW)) u_queue (.clk, .rst_n, .in_valid(put && queue), .in_ready(q_ready), .in_data(put_idx),
                                      .out_valid(q_valid), .out_ready(q_take), .out_data(q_idx));

  // lists
  assign pop_idx    = head[pop_slot*IW +: IW];
  assign link_tail  = tail[link_slot*IW +: IW];
  assign pop_next   = next[pop_idx];
  assign pop_last   = pop_idx == tail[pop_slot*IW +: IW];
`ifdef CW_MUT_LOST_MERGE
  assign link_first = !waiting[link_slot[LS-1:0]];
`else
  assign link_first = !waiting[link_slot[LS-1:0]] || (pop && pop_slot == link_slot && pop_last);
`endif
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
