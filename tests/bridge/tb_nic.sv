// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_nic alone before a memory of bytes that is slow and answers bursts in any order of their IDs: packets of
// random place, length and direction. What is written, byte for byte and no byte beside it, what is counted as bad or
// failed, and the head in memory are known from the descriptors. Last the queue is taken away amid reads of wrong data
// and enabled again at once: nothing of before counts then.
module tb_nic;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam int IW = int'(cw_pkg::BRIDGE_ID_W) - 1;
  localparam longint unsigned RING = 64'h10_0000, HEAD = 64'h20_0008, ROOM = 64'h100_0000;

  `include "tb.svh"
  `include "tb_must.svh"

  cw_t::nic_set_t  set = '0;
  cw_t::nic_stat_t stat;
  logic            awake, awvalid, awready = 1'b0, wvalid, wready = 1'b0, wlast, bvalid = 1'b0, arvalid, arready = 1'b0;
  logic            rvalid = 1'b0, rlast = 1'b0;
  logic [IW-1:0]   awid, bid = '0, arid, rid = '0;
  logic [63:0]     awaddr, araddr, wstrb;
  logic [7:0]      awlen, arlen;
  logic [511:0]    wdata, rdata = '0;
  logic [1:0]      bresp = '0, rresp = '0;
  cw_nic dut (.*);

  // ---- memory ----
  byte unsigned mem [longint unsigned];
  bit           fails [longint unsigned];         // lines that answer with an error
  typedef struct {
    logic [IW-1:0]   id;
    longint unsigned line;
    int              beats, next;
    longint          due;
    bit              error;
  } burst_t;
  burst_t reads [$], writes [$], done [$];
  longint now = 0;
  int     serving = -1, stray = 0, n_beats = 0;
  bit     hold = 1'b0;                            // answers no read
  bit     mine [longint unsigned];                // bytes that the packets write

  function automatic byte unsigned get(input longint unsigned at);
    return mem.exists(at) ? mem[at] : 8'h00;
  endfunction
  function automatic bit first_of_id(input bit of_reads, input int i);
    for (int j = 0; j < i; j++)
      if (of_reads ? reads[j].id == reads[i].id : done[j].id == done[i].id) return 1'b0;
    return 1'b1;
  endfunction

  always @(posedge clk) if (rst_n) begin
    burst_t b;
    now++;
    if (arvalid && arready) begin
      b.id = arid; b.line = araddr >> 6; b.beats = int'(arlen) + 1; b.next = 0; b.error = 1'b0;
      b.due = now + 10 + longint'($urandom_range(60));
      must((araddr & 4095) + 64'(arlen) * 64 < 4096, "no burst crosses a page");
      reads.push_back(b);
    end
    if (awvalid && awready) begin
      b.id = awid; b.line = awaddr >> 6; b.beats = int'(awlen) + 1; b.next = 0; b.error = 1'b0; b.due = 0;
      writes.push_back(b);
    end
    if (wvalid && wready) begin
      longint unsigned line = writes[0].line + longint'(writes[0].next);
      for (int i = 0; i < 64; i++)
        if (wstrb[i]) begin
          if (!mine.exists(line * 64 + 64'(i))) stray++;
          mem[line * 64 + 64'(i)] = wdata[8*i +: 8];
        end
      if (fails.exists(line)) writes[0].error = 1'b1;
      writes[0].next++;
      must(wlast == (writes[0].next == writes[0].beats), "WLAST at the end of its burst");
      if (wlast) begin
        b = writes.pop_front();
        b.due = now + longint'($urandom_range(60));
        done.push_back(b);
      end
    end
    bvalid <= 1'b0;
    for (int i = 0; i < done.size(); i++)
      if (done[i].due <= now && first_of_id(1'b0, i)) begin
        bvalid <= 1'b1;
        bid    <= done[i].id;
        bresp  <= {done[i].error, 1'b0};
        done.delete(i);
        break;
      end
    rvalid <= 1'b0;
    if (serving < 0 && !hold)
      for (int i = 0; i < reads.size(); i++)
        if (reads[i].due <= now && first_of_id(1'b1, i)) begin
          serving = i;
          break;
        end
    if (serving >= 0 && $urandom_range(3) != 0) begin
      longint unsigned line = reads[serving].line + longint'(reads[serving].next);
      for (int i = 0; i < 64; i++) rdata[8*i +: 8] <= get(line * 64 + 64'(i));
      reads[serving].next++;
      n_beats++;
      rvalid <= 1'b1;
      rid    <= reads[serving].id;
      rresp  <= {fails.exists(line), 1'b0};
      rlast  <= reads[serving].next == reads[serving].beats;
      if (reads[serving].next == reads[serving].beats) begin
        reads.delete(serving);
        serving = -1;
      end
    end
    arready <= $urandom_range(2) != 0;
    awready <= $urandom_range(2) != 0;
    wready  <= writes.size() != 0 && $urandom_range(2) != 0 && !(wvalid && wready && writes.size() == 1);
  end

  // ---- packets ----
  logic [63:0] seed = 64'h0123_4567_89ab_cdef;
  function automatic byte unsigned want(input int n, input longint unsigned at);
    logic [127:0] two = {seed, seed} << at[8:3];
    logic [63:0]  word = two[127:64] ^ {32'(n), at[34:3]};
    return word[{at[2:0], 3'd0} +: 8];
  endfunction

  int               packets, bad, failed_packets;
  longint unsigned  at_of [1024];
  int               len_of [1024];
  bit               write_of [1024];
  task automatic make(input int n, input int wrong_of_64, input int fail_of_64);
    mem.delete();
    mine.delete();
    fails.delete();
    stray = 0;
    bad = 0;
    failed_packets = 0;
    packets = n;
    for (int p = 0; p < n; p++) begin
      longint unsigned at = ROOM + longint'(p) * 64'h4000 + longint'($urandom_range(4095));
      int len = 1 + ($urandom_range(3) == 0 ? $urandom_range(8000) : $urandom_range(200));
      bit write = 1'($urandom);
      logic [127:0] d = {47'd0, write, 16'(len - 1), at};
      at_of[p] = at;
      len_of[p] = len;
      write_of[p] = write;
      for (int i = 0; i < 16; i++) mem[RING + 64'(p) * 16 + 64'(i)] = d[8*i +: 8];
      for (int i = 0; i < len; i++) begin
        if (write) mine[at + 64'(i)] = 1'b1;
        else begin
          bit wrong = $urandom_range(63) < wrong_of_64;
          mem[at + 64'(i)] = want(p, at + 64'(i)) ^ (wrong ? 8'h10 : 8'h00);
          bad += int'(wrong);
        end
      end
      if ($urandom_range(63) < fail_of_64) begin
        fails[(at + 64'(len) - 1) >> 6] = 1'b1;
        failed_packets++;
      end
    end
    for (int i = 0; i < 8; i++) mine[HEAD + 64'(i)] = 1'b1;
  endtask
  task automatic enable(input int tail);
    @(negedge clk);
    set.ctrl      = 32'd1;
    set.base      = RING;
    set.size      = 32'd10;
    set.tail      = 32'(tail);
    set.head_addr = HEAD;
    set.seed      = seed;
    @(negedge clk);
  endtask
  task automatic off();
    int limit = 0;
    set.ctrl = '0;
    while (stat.busy && limit < 200000) begin
      @(negedge clk);
      limit++;
    end
    must(limit < 200000, "a queue that is switched off comes to rest");
    @(negedge clk);
  endtask
  task automatic finish();
    int limit = 0;
    while (stat.busy && limit < 500000) begin
      @(negedge clk);
      limit++;
    end
    must(limit < 500000, "all packets are over");
  endtask

  initial begin
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    for (int r = 0; r < 3; r++) begin
      bit same = 1'b1;
      logic [63:0] head;
      make(200, r == 1 ? 3 : 0, r == 2 ? 16 : 0);
      enable(200);
      finish();
      for (int p = 0; p < packets; p++)
        if (write_of[p])
          for (int i = 0; i < len_of[p]; i++)
            if (get(at_of[p] + 64'(i)) != want(p, at_of[p] + 64'(i))) same = 1'b0;
      for (int i = 0; i < 8; i++) head[8*i +: 8] = get(HEAD + 64'(i));
      must(same && stray == 0, "packets are written, and nothing beside them");
      must(stat.head == 32'd200 && head == {stat.errors, stat.head}, "the head, in the register and in memory");
      must(stat.errors == 32'(failed_packets), "a packet of which a burst failed counts once");
      if (r != 2) must(stat.bad_bytes == 32'(bad), "bytes that are not as they should be are counted");
      must(!stat.halted, "a ring that can be read does not halt the queue");
      off();
    end
    check_musts();
    check(n_beats > 3000, "data read");

    // Taken away amid reads of which each byte is wrong, and enabled again at once.
    for (int r = 0; r < 20; r++) begin
      int at = $urandom_range(2000);
      make(100, 64, 0);
      enable(100);
      repeat (200 + at) @(negedge clk);
      set.ctrl = '0;
      repeat ($urandom_range(3) + 1) @(negedge clk);
      enable(0);
      finish();
      repeat (20) @(negedge clk);
      must(stat.bad_bytes == '0 && stat.head == '0 && stat.errors == '0 && stat.lat_sum == '0,
           "what was before the enabling does not count");
      off();
    end
    check(wrong["what was before the enabling does not count"] == 0, "what was before the enabling does not count");
    report("rtl_nic");
  end

  initial begin
    repeat (3000000) @(negedge clk);
    check(1'b0, "deadline");
    report("rtl_nic");
  end
endmodule
