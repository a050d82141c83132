// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Order of the bridge: one FIFO of slot numbers per AXI ID, and which of their heads is marked.
//
// Order: first in, first out within an ID; none between IDs. A slot is in one place of one FIFO at most, so none can be
// full. `ready` names the IDs whose head has its bit in `mark` set. One push and one pop per cycle, also of the same
// ID. Storage: a LUT RAM of slots per ID, a head and two pointers each.
module cw_id_order #(
  parameter int unsigned NID = 1 << cw_pkg::BRIDGE_ID_W
) (
  input  logic                                clk,
  input  logic                                rst_n,
  input  logic                                push,
  input  logic [$clog2(NID)-1:0]              push_id,
  input  logic [cw_pkg::BRIDGE_SLOT_W-1:0]    push_slot,
  input  logic                                pop,
  input  logic [$clog2(NID)-1:0]              pop_id,
  input  logic [$clog2(NID)-1:0]              look_id,
  output logic [cw_pkg::BRIDGE_SLOT_W-1:0]    look_slot,    // head of look_id
  output logic                                any,          // some FIFO is not empty
  input  logic [(1<<cw_pkg::BRIDGE_SLOT_W)-1:0] mark,
  output logic [NID-1:0]                      ready
);
  localparam int unsigned LG = cw_pkg::BRIDGE_SLOT_W;

  logic [LG-1:0]  mem [NID << LG];
  logic [LG-1:0]  head [NID];
  logic [NID*LG-1:0] wptr, rptr;
  logic [NID-1:0] some;
  logic [LG-1:0]  push_wptr, pop_next;
  logic           last;       // the popped one is the only one

  assign push_wptr = wptr[push_id*LG +: LG];
  assign pop_next  = rptr[pop_id*LG +: LG] + 1'b1;
  assign last      = pop_next == wptr[pop_id*LG +: LG];
  assign any       = some != '0;
  assign look_slot = head[look_id];

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      some <= '0;
      wptr <= '0;
      rptr <= '0;
    end else begin
      if (pop) begin
        rptr[pop_id*LG +: LG] <= pop_next;
        if (last) some[pop_id] <= 1'b0;
      end
      if (push) begin
        wptr[push_id*LG +: LG] <= push_wptr + 1'b1;
        some[push_id] <= 1'b1;
      end
    end
    if (pop && !last) head[pop_id] <= mem[{pop_id, pop_next}];
    if (push) begin
      mem[{push_id, push_wptr}] <= push_slot;
      if (!some[push_id] || (pop && last && pop_id == push_id)) head[push_id] <= push_slot;
    end
  end

  always_comb begin
    ready = '0;
    if (any)
      for (int unsigned i = 0; i < NID; i++) ready[i] = some[i] && mark[head[i]];
  end
endmodule
