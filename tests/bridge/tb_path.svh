// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// What the benches of the bridge's read and write path share, behind the type of a burst and the bursts b by slot: who
// waits for what, how often each side moves (n times of 8), and what becomes of grants under the fence.
  int     ask_q [NID][$], order_q [NID][$];     // no outcome yet; not all beats sent, or not answered
  int     grant_q [$], mem_q [NID][$];          // not yet at memory, at memory
  int     granted = 0;                          // grants not given back
  bit     run = 0, solid = 0, shorts = 0, tiny = 0;       // solid: whole pages, nothing waits
  int     come = 6, out = 6, mem = 6, ar = 8, take = 6, go_n = 6;
  int     n_in = 0, n_full = 0, n_free = 0, n_drop = 0;   // what was met

  // Any slot that is free, or -1.
  function automatic int any_slot();
    int k = rnd(NS);
    for (int i = 0; i < NS; i++) if (b[(k + i) % NS].state == NONE) return (k + i) % NS;
    n_full++;
    return -1;
  endfunction

  task automatic judge_drop();
    int s;
    judge(fence && ev_dropped, "a grant comes back without an answer of memory or the fence");
    judge(grant_q.size() != 0 && back_slot == 5'(grant_q[0]), "the fence drops the grants in their order");
    if (grant_q.size() != 0) begin
      s = grant_q.pop_front();
      b[s].state = DONE;
      b[s].error = 1;
      granted--;
      n_drop++;
    end
  endtask

  task automatic begin_run();
    for (int i = 0; i < NS; i++) b[i].state = NONE;
    repeat (4) @(posedge clk);
    #1 rst_n = 1;
    run = 1;
  endtask

  task automatic go(input int cycles, input int come_n, input int out_n, input int mem_n, input int take_n,
                    input int g);
    come = come_n; out = out_n; mem = mem_n; take = take_n; go_n = g;
    repeat (cycles) @(posedge clk);
    #1;
  endtask

  task automatic drain(input int cycles);
    int left = 0;
    run = 0;
    go(cycles, 0, 8, 8, 8, 8);
    for (int i = 0; i < NS; i++) left += int'(b[i].state != NONE);
    check(left == 0 && idle && n_free == n_in, "every burst is answered, its slot free");
    run = 1;
  endtask
