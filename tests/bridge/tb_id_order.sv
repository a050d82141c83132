// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_id_order: slots that are free go to IDs at random, also all of them to one, and come back in any order of
// IDs; the marks come and go as they like, and resets come at any time. Its order is that of a queue per ID, which the
// bench keeps.
module tb_id_order;
  `include "tb_unit.svh"
  `include "tb_must.svh"

  localparam int LG = cw_pkg::BRIDGE_SLOT_W, IW = cw_pkg::BRIDGE_ID_W;

  logic          push = 1'b0, pop = 1'b0, any;
  logic [IW-1:0] push_id = '0, pop_id = '0, look_id = '0;
  logic [LG-1:0] push_slot = '0, look_slot;
  logic [NS-1:0] mark = '0;
  logic [NID-1:0] ready;
  cw_id_order dut (.*);

  logic [LG-1:0] q [NID][$];             // the order that must be
  bit [NS-1:0]   used = '0;              // slots that are in a queue
  int            want = NS / 2;          // how many of them this phase tends to
  int            only = -1;              // an ID that gets most
  int n_push = 0, n_pop = 0, n_same = 0, n_last = 0, n_swap = 0, n_full = 0, n_empty = 0, n_wrap = 0, n_back = 0,
      n_ready = 0, n_not = 0, n_reset = 0;
  int pushed [NID];

  function automatic int held();
    return $countones(used);
  endfunction

  function automatic int some_id();
    return only >= 0 ? only : rnd(NID);
  endfunction

  task automatic drive();
    int id, at;
    if (rnd(300) == 0) want = often(2) ? 0 : often(3) ? NS : rnd(NS);
    if (rnd(500) == 0) only = often(4) ? rnd(NID) : -1;
    rst_n   = rnd(4000) != 0;
    pop     = 1'b0;
    push    = 1'b0;
    id      = often(6) ? rnd(NID) : some_id();
    for (int i = 0; i < NID && q[id].size() == 0; i++) id = (id + 1) % NID;
    if (q[id].size() != 0 && often(held() > want ? 7 : 3)) begin
      pop    = 1'b1;
      pop_id = IW'(id);
    end else pop_id = IW'($urandom);
    // a free slot, or the one that is given back in this very cycle
    push_id   = pop && often(2) ? pop_id : IW'(some_id());
    at        = rnd(NS);
    for (int i = 0; i < NS && used[at]; i++) at = (at + 1) % NS;
    push_slot = LG'(at);
    if (pop && (used[at] || often(1))) push_slot = q[id][0];
    push      = (!used[at] || pop) && often(held() < want ? 7 : 3);
    look_id   = pop && often(4) ? pop_id : IW'($urandom);
    case (rnd(8))
      0: mark = '0;
      1: mark = '1;
      2, 3: mark = NS'(1) << rnd(NS);
      default: mark = NS'({$urandom, $urandom});
    endcase
  endtask

  // What is seen before the edge, of all that was pushed and popped before it.
  task automatic look();
    logic [NID-1:0] some, due;
    for (int i = 0; i < NID; i++) begin
      some[i] = q[i].size() != 0;
      due[i]  = some[i] && mark[q[i][0]];
    end
    must(any == (some != '0), "some FIFO is not empty: any says so, and only then");
    must((ready & ~some) == '0, "an ID of which nothing is there is not ready");
    must(ready == due, "ready are the IDs whose oldest slot is marked (P37)");
    must(!some[look_id] || look_slot == q[look_id][0], "first in, first out within an ID (P37)");
    must(!(pop && push && pop_id == push_id) || some[pop_id], "the bench pops what is there");
    n_ready += $countones(due);
    n_not   += $countones(some & ~due);
  endtask

  task automatic step();
    int p, o;
    p = int'(push_id);
    o = int'(pop_id);
    now++;
    if (!rst_n) begin
      n_reset += int'(used != '0);
      for (int i = 0; i < NID; i++) begin
        q[i] = {};
        pushed[i] = 0;
      end
      used = '0;
    end else begin
      n_same += int'(pop && push && p == o);
      n_swap += int'(pop && push && p == o && q[o].size() == 1);
      n_last += int'(pop && !(push && p == o) && q[o].size() == 1);
      n_back += int'(pop && push && q[o][0] == push_slot);
      if (pop) begin
        used[q[o][0]] = 1'b0;
        void'(q[o].pop_front());
        n_pop++;
      end
      if (push) begin
        q[p].push_back(push_slot);
        used[push_slot] = 1'b1;
        n_push++;
        pushed[p]++;
        n_wrap += int'(pushed[p] % NS == 0);
        n_full += int'(q[p].size() == NS);
      end
      n_empty += int'(used == '0 && pop);
    end
  endtask

  initial begin
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    repeat (200000) begin
      @(negedge clk);
      drive();
      #1;
      look();
      step();
    end
    check_musts();
    check(n_push > 50000 && n_pop > 50000 && n_wrap > 500, "slots came and went, over the ends of the FIFOs");
    check(n_same > 5000 && n_swap > 300, "one pushed and popped in a cycle, also where it was the only one");
    check(n_full > 100, "all slots in one FIFO");
    check(n_last > 3000 && n_empty > 200, "one and all of them empty again");
    check(n_back > 500, "a slot given back and pushed in one cycle");
    check(n_ready > 10000 && n_not > 10000, "heads marked and not");
    check(n_reset > 10, "a reset with slots in it");
    $display("%0d pushed, %0d popped, %0d laps, %0d same, %0d swaps, %0d full, %0d last, %0d empty, %0d back",
             n_push, n_pop, n_wrap, n_same, n_swap, n_full, n_last, n_empty, n_back);
    report("rtl_id_order");
  end
endmodule
