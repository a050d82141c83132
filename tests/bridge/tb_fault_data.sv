// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_fault_data: a ring's writer that has up to four records under way and takes back what the bus has not got
// when it is switched off, a bridge whose slots change as soon as their request is no longer parked, and a bus that is
// slow and fails. What each write must be is known from the record and from the bridge's data at that time (P34).
module tb_fault_data;
  `include "tb_unit.svh"
  `include "tb_must.svh"

  logic [63:0]  ring_base = 64'h10_0000, data_base = '0, r_addr = '0, look_strb = '0, wr_addr;
  logic         r_valid = 1'b0, r_ready, r_bvalid, look_open = 1'b0, lost_valid, lost_ready = 1'b0;
  logic         wr_valid, wr_ready = 1'b0, wr_bvalid = 1'b0, wr_berr = 1'b0;
  logic [511:0] r_rec = '0, look_data = '0, wr_data;
  logic [31:0]  look_id, lost_id;
  logic [cw_pkg::BRIDGE_SLOT_W-1:0] look_slot;
  cw_fault_data dut (.*);

  localparam int SL = cw_pkg::FAULT_STROBES_LSB;

  // ---- the record that stands at the module, and its line ----
  typedef enum int {NONE, DUE, SENT, THERE} line_e;
  line_e        line = NONE;
  bit           want = 1'b0, held = 1'b0, shut = 1'b0, intact = 1'b0, failed_line = 1'b0;
  int           slot = 0, since = 0, pause = 0;
  logic [31:0]  id = 32'd1;
  logic [511:0] data = '0;
  logic [63:0]  strb = '0, line_at = '0;
  // the line of a record that was taken back may still go out
  bit           ghost = 1'b0, ghost_sent = 1'b0;
  logic [63:0]  ghost_at = '0;

  typedef struct {
    int          kind;                     // 0 record, 1 its line, 2 that of one taken back
    logic [31:0] id;
    longint      due;
  } write_t;
  write_t      bus [$];
  int          on_way = 0, slow = 0, quiet = 0, lag = 0;
  logic [31:0] lost [$];
  int n_plain = 0, n_data = 0, n_closed = 0, n_late = 0, n_bad_line = 0, n_lost = 0, n_back = 0, n_ghost = 0,
      n_again = 0, n_deep = 0, n_off = 0, n_hold = 0, n_long = 0, n_other = 0;

  function automatic logic [511:0] noise();
    for (int i = 0; i < 16; i++) noise[32*i +: 32] = $urandom;
  endfunction

  task automatic new_record();
    int kind, len;
    bit bridge, write;
    kind   = rnd(8);
    bridge = kind < 6;
    write  = kind < 5 || kind == 6;
    len    = kind == 4 ? 65 + rnd(4000) : often(2) ? 64 : 1 + rnd(64);
    id++;
    r_valid = 1'b1;
    r_rec   = noise();
    r_rec[cw_pkg::FAULT_PARKED_ID_LSB +: 32] = id;
    r_rec[cw_pkg::FAULT_PORT_LSB +: 8]   = bridge ? 8'(cw_pkg::PORT_BRIDGE) : 8'(rnd(4));
    r_rec[cw_pkg::FAULT_ACCESS_LSB +: 8] = write ? 8'd2 : often(4) ? 8'd1 : 8'd4;
    r_rec[cw_pkg::FAULT_LEN_LSB +: 16]   = 16'(len);
    r_addr  = ring_base + 64'(slot) * 64;
    line_at = data_base + 64'(slot) * 64;
    want    = data_base != '0 && bridge && write && len <= 64;
    n_long  += int'(bridge && write && len > 64);
    n_other += int'(!bridge && write && len <= 64);
    n_off   += int'(data_base == '0 && bridge && write && len <= 64);
    line    = want ? DUE : NONE;
    held    = !often(1);                   // parked as it comes; if not, its slot is another's
    shut    = !held;
    data    = noise();
    strb    = {$urandom, $urandom};
    since   = 0;
    {intact, failed_line} = '0;
  endtask

  task automatic drive(input bit taken);
    if (rnd(1000) == 0) slow = rnd(3);
    rst_n = rnd(10000) != 0;
    if (taken) begin
      r_valid = 1'b0;
      slot    = (slot + 1) % 64;
    end else if (r_valid && rnd(60) == 0) begin
      // switched off: it starts again when no record is under way, with whatever bases
      r_valid = 1'b0;
      pause   = 1 + rnd(6);
      slot    = (slot + 1) % 64;
      n_back++;
      if (want && line != THERE && !ghost) begin   // else its own had not begun
        n_again += int'(line == SENT);
        ghost      = 1'b1;
        ghost_sent = line == SENT;
        ghost_at   = line_at;
        foreach (bus[i]) if (bus[i].kind == 1) bus[i].kind = 2;
      end
    end
    if (!r_valid) begin
      line = NONE;
      if (pause == 0 && !taken && on_way == 0 && rnd(40) == 0) pause = 1;
      if (pause == 1 && on_way == 0) begin
        pause     = 0;
        ring_base = {$urandom & 32'hff, $urandom} & ~64'hfff;
        data_base = often(1) ? '0 : {$urandom & 32'hff, $urandom | 32'h1000} & ~64'hfff;
      end else if (pause > 1) pause--;
      else if (pause == 0 && on_way < 4 && often(6)) new_record();
    end
    if (!r_valid) r_rec = noise();
    if (r_valid && held && rnd(100) == 0) held = 1'b0;
    look_open = r_valid && held;
    look_data = look_open ? data : noise();
    look_strb = look_open ? strb : {$urandom, $urandom};
    wr_ready  = often(slow == 0 ? 7 : slow == 1 ? 3 : 1);
    wr_bvalid = bus.size() != 0 && bus[0].due <= now && often(slow == 0 ? 7 : 2);
    wr_berr   = wr_bvalid && lost.size() < 50 && often(1);
    lost_ready = rnd(slow == 2 ? 600 : 3) == 0;
  endtask

  task automatic send(input int kind);
    write_t w;
    w.kind = kind;
    w.id   = id;
    w.due  = now + 1 + longint'(rnd(slow == 2 ? 60 : 6));
    bus.push_back(w);
  endtask

  // What the edge takes.
  task automatic look(output bit taken);
    bit          take, own, ours;
    logic [63:0] mask;
    take  = wr_valid && wr_ready;
    taken = r_valid && r_ready;
    must(!r_valid || !want || (look_slot == r_rec[cw_pkg::FAULT_TAG_LSB +: cw_pkg::BRIDGE_SLOT_W] && look_id == id),
         "the bridge is asked for the slot of the record, the park for its request");
    if (!r_valid && ghost && !ghost_sent && !wr_valid) ghost = 1'b0;       // it had not begun
    must(r_valid || !wr_valid || ghost, "nothing is written without a record");
    if (r_valid && !want && !ghost) must(wr_valid && r_ready == wr_ready, "a record without data passes at once");
    if (taken) begin
      must(take && wr_addr == r_addr, "a record goes to the bus as it is taken, at its address");
      mask = wr_data[SL +: 64];
      must({wr_data[511:SL+64], wr_data[SL-1:0]} == {r_rec[511:SL+64], r_rec[SL-1:0]}, "a record keeps its fields");
      if (!want) must(mask == r_rec[SL +: 64], "nothing is added to a record without data (P34)");
      else begin
        must(line == THERE, "the line is acknowledged before its record is written (P34)");
        must(mask == '0 || (intact && mask == strb && !failed_line),
             "bytes that are told are there, and the request's own (P34)");
        if (shut) must(mask == '0, "a request that is not parked has no data (P34)");
        if (failed_line) must(mask == '0, "a line that met a bus error is not told (P34)");
        if (held && !failed_line) must(mask == strb, "the data of a parked write is told (P34)");
        n_closed   += int'(shut);
        n_late     += int'(!shut && !held);
        n_bad_line += int'(failed_line);
        n_data     += int'(mask != '0);
      end
      n_plain += int'(!want);
      send(0);
    end else if (take) begin
      ours = ghost && !ghost_sent && wr_addr == ghost_at;
      own  = r_valid && line == DUE && wr_addr == line_at;
      must(own || ours, "a line goes to the record's slot of the second area, once (P34)");
      must(on_way == 0, "a line is alone on its way");
      if (own && !ours) begin
        line   = SENT;
        intact = wr_data == data;
        must(intact || !held, "a line is what the bridge holds (P34)");
      end
      ghost_sent |= ours;
      n_ghost += int'(ours);
      send(ours ? 2 : 1);
    end
    // ---- acknowledgements ----
    must(r_bvalid == (wr_bvalid && bus[0].kind == 0), "a record's acknowledgement is shown, that of a line is not");
    n_deep += int'(on_way == 4);
    on_way += int'(taken);
    // ---- lost records ----
    lag = lost.size() == 0 || lost_valid ? 0 : lag + 1;
    must(lag < 3 && (!lost_valid || (lost.size() != 0 && lost_id == lost[0])),
         "a record that is lost is named, in order, and no other (I6)");
    if (lost_valid && lost_ready) void'(lost.pop_front());
    n_hold += int'(lost.size() > 4);
    if (wr_bvalid) begin
      if (bus[0].kind == 0) begin
        on_way--;
        if (wr_berr) lost.push_back(bus[0].id);
        n_lost += int'(wr_berr);
      end else if (bus[0].kind == 1) begin
        line        = THERE;
        failed_line = wr_berr;
      end else ghost = 1'b0;
      void'(bus.pop_front());
    end
    // ---- nobody waits for longer than the bus makes him ----
    quiet = r_valid && !taken && !wr_valid && bus.size() == 0 ? quiet + 1 : 0;
    must(quiet < 3, "no record stands where the bus is free");
    if (on_way != 0 && !held) shut = 1'b1;             // gone before its line could be taken
    if (!rst_n) begin
      {taken, r_valid, ghost, ghost_sent} = '0;
      on_way = 0;
      quiet  = 0;
      line   = NONE;
      bus    = {};
      lost   = {};
    end
  endtask

  initial begin
    bit taken = 1'b0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    repeat (300000) begin
      @(negedge clk);
      drive(taken);
      #1;
      look(taken);
      now++;
    end
    check_musts();
    check(n_plain > 5000 && n_deep > 1000, "records without data, four under way");
    check(n_long > 500 && n_other > 500 && n_off > 200, "of long writes, other ports, and without the second area");
    check(n_data > 3000 && n_closed > 200 && n_late > 50, "with data, and of requests that ended before and meanwhile");
    check(n_bad_line > 200 && n_lost > 500 && n_hold > 100, "lines and records that met bus errors");
    check(n_back > 1000 && n_ghost > 50 && n_again > 50, "records taken back, also with their line under way");
    $display("%0d plain, %0d deep, %0d long, %0d other, %0d off, %0d data, %0d closed, %0d late, %0d bad, %0d lost,",
             n_plain, n_deep, n_long, n_other, n_off, n_data, n_closed, n_late, n_bad_line, n_lost);
    $display("%0d held, %0d taken back, %0d before their line went, %0d behind it", n_hold, n_back, n_ghost, n_again);
    report("rtl_fault_data");
  end
endmodule
