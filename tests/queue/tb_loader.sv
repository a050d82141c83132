// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_loader alone: LOAD and FILL one after the other, a host bus and a table bus that are slow and fail at
// times, bus-master enable that comes and goes. What an operation owes is known from its request, what was passed on
// from the handshakes at both buses (P11, P14, P40, P43).
//
// Inputs change at the falling edge; what the outputs show half a phase later is what the rising edge takes.
module tb_loader;
  localparam int LONG = 3000;                     // cycles that no operation needs

  logic clk = 1'b0, rst_n = 1'b0, bme = 1'b1;
  always #2 clk = !clk;

  logic                    req_valid = 1'b0, req_ready, req_fill = 1'b0, rsp_valid, rsp_ready = 1'b0, rsp_error, busy;
  logic [cw_pkg::PA_W-1:0] req_addr = '0, ld_awaddr;
  logic [63:0]             req_arg = '0, rd_addr, ld_wstrb;
  logic [5:0]              req_len = '0;
  logic                    rd_valid, rd_ready = 1'b0, rd_rvalid = 1'b0, rd_rready, rd_rerr = 1'b0;
  logic [7:0]              rd_len, ld_awlen;
  logic [511:0]            rd_rdata = '0, ld_wdata;
  logic                    ld_awvalid, ld_awready = 1'b0, ld_wvalid, ld_wready = 1'b0, ld_wlast;
  logic                    ld_bvalid = 1'b0, ld_berr = 1'b0;
  cw_loader dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  function automatic bit often(input int n);      // n times of 64
    return $urandom_range(63) < n;
  endfunction

  // ---- the operation, as its request says and as the buses have seen it ----
  bit              open = 1'b0, fill;             // from the request to the answer
  logic [cw_pkg::PA_W-1:0] addr;
  logic [63:0]     arg;
  int              beats;
  bit              asked, refused, addressed, acked, bad, met_data;
  int              given;                         // beats that the table bus has
  int              owed = 0;                      // beats that host memory owes
  int              age = 0;
  int              n_load = 0, n_fill = 0, n_host_error = 0, n_table_error = 0, n_refused = 0, n_late_bme = 0,
                   n_long = 0, n_one = 0, n_stall = 0, n_after = 0;
  int              p_host = 32, p_table = 32, p_rsp = 32;
  bit              took = 1'b0, rd_stalled = 1'b0, saw_error;
  // of the cycle before: what stood and was not taken
  bit              rd_stood = 1'b0, aw_stood = 1'b0, w_stood = 1'b0, rsp_stood = 1'b0, was_bme = 1'b1;
  logic [511:0]    w_was;

  task automatic drive();
    if (often(1) && often(4)) {p_host, p_table, p_rsp} = {$urandom_range(64, 2), $urandom_range(64, 2),
                                                          $urandom_range(64, 2)};
    if (often(1)) bme = often(48);
    if (!req_valid || took) begin
      req_valid = often(40);
      req_fill  = often(24);
      req_len   = often(12) ? 6'd0 : often(8) ? 6'd63 : 6'($urandom);
      req_addr  = {20'($urandom), $urandom} & ~52'd4095 | 52'($urandom_range(63 - int'(req_len)) * 64);
      req_arg   = {$urandom, $urandom};
      if (!req_fill) req_arg[11:0] = 12'($urandom_range(63 - int'(req_len)) * 64);
    end
    rsp_ready = often(p_rsp);
    rd_ready  = bme && often(p_host);             // as the host bus: nothing is taken without (P40)
    if (!rd_stalled) begin
      rd_rvalid = owed != 0 && often(p_host);
      rd_rerr   = often(saw_error ? 8 : 0);
      for (int i = 0; i < 16; i++) rd_rdata[32 * i +: 32] = $urandom;
    end
    ld_awready = often(p_table);
    ld_wready  = often(p_table);
    ld_bvalid  = open && given == beats && addressed && !acked && often(p_table);
    ld_berr    = often(8);
  endtask

  // What the edge that comes takes.
  task automatic look();
    bit beat, gone;
    must(req_ready == !open, "one operation at a time, and the next as soon as it is answered");
    must(busy == (open && !acked && !refused), "busy from the request to the acknowledgement of the writes (P14)");
    must(rsp_valid == (open && (acked || refused)), "the answer comes when the writes are acknowledged (P11)");
    must(!rsp_valid || rsp_error == bad, "an error of any beat or of the writes is told, nothing else (P43)");
    // host memory
    must(rd_valid == (open && !fill && !asked && !refused), "a LOAD asks host memory once, a FILL never");
    must(!rd_valid || (rd_addr == arg && int'(rd_len) == beats - 1), "the host is read where the request says");
    must(!rd_stood || rd_valid || (refused && !was_bme), "only without bus-master enable is a read withdrawn (P40)");
    must(!rd_rready || (owed != 0 && ld_wready), "a host beat is taken when table memory takes it");
    // table memory
    must(!ld_awvalid || (open && !addressed && (fill || met_data)), "the burst begins with the first host data");
    must(!ld_awvalid || (ld_awaddr == addr && int'(ld_awlen) == beats - 1), "the burst is where the request says (P14)");
    must(!ld_wvalid || (addressed && given < beats), "as many beats as announced, after their address (P14)");
    must(!ld_wvalid || ld_wlast == (given == beats - 1), "the last beat is marked, and no other (P14)");
    must(!ld_wvalid || fill || rd_rvalid, "a LOAD has no data of its own");
    must(!ld_wvalid || ld_wdata == (fill ? {8{arg}} : rd_rdata), "what is written is the pattern or the host's (P14)");
    must(!ld_wvalid || ld_wstrb == (!fill && rd_rerr ? '0 : '1), "a beat in error is not written, others whole (P43)");
    must((!aw_stood || ld_awvalid) && (!w_stood || (ld_wvalid && ld_wdata == w_was)), "what stands at the pins stays");
    must(!rsp_stood || rsp_valid, "an answer stays until it is taken");
    beat = ld_wvalid && ld_wready;
    must(fill || beat == (rd_rvalid && rd_rready), "beat for beat from host memory to table memory");
    age = open ? age + 1 : 0;
    must(age < LONG, "each operation ends");

    rd_stood   = rd_valid && !rd_ready;
    aw_stood   = ld_awvalid && !ld_awready;
    w_stood    = ld_wvalid && !ld_wready;
    w_was      = ld_wdata;
    rsp_stood  = rsp_valid && !rsp_ready;
    rd_stalled = rd_rvalid && !rd_rready;
    was_bme    = bme;
    n_stall   += int'(w_stood);
    n_late_bme += int'(open && asked && !bme && given < beats && rd_rvalid);
    took       = req_valid && req_ready;

    // ---- and what comes of it ----
    gone = rsp_valid && rsp_ready;
    if (rd_valid && rd_ready) begin
      asked = 1'b1;
      owed  = beats;
    end else if (rd_valid && !bme) begin
      refused = 1'b1;
      bad     = 1'b1;
      n_refused++;
    end
    if (ld_awvalid && ld_awready) addressed = 1'b1;
    met_data |= rd_rvalid;
    if (rd_rvalid && rd_rready) begin
      owed--;
      bad |= rd_rerr;
      n_host_error += int'(rd_rerr);
    end
    if (beat) given++;
    if (ld_bvalid) begin
      acked = 1'b1;
      bad  |= ld_berr;
      n_table_error += int'(ld_berr);
    end
    if (gone) begin
      n_after += int'(!bad && n_refused != 0);
      if (fill) n_fill++; else n_load++;
      n_long += int'(beats == 64 && acked);
      n_one  += int'(beats == 1 && acked);
      must(refused || (addressed && given == beats && owed == 0), "an answered operation is whole (P14)");
      open = 1'b0;
    end
    if (took) begin
      open  = 1'b1;
      fill  = req_fill;
      addr  = req_addr;
      arg   = req_arg;
      beats = int'(req_len) + 1;
      given = 0;
      {asked, refused, addressed, acked, bad, met_data} = '0;
      saw_error = often(16);                      // host memory fails in this one
    end
  endtask

  initial begin
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    repeat (600000) begin
      @(negedge clk);
      drive();
      #1 look();
    end
    check_musts();
    check(n_load > 1000 && n_fill > 1000, "LOAD and FILL");
    check(n_long > 100 && n_one > 100, "whole pages and single beats");
    check(n_host_error > 200 && n_table_error > 100, "errors of host memory and of table memory");
    check(n_refused > 20 && n_after > 500, "reads that bus-master enable refuses, and good ones after them");
    check(n_late_bme > 500, "bus-master enable that goes after the read was taken (P40)");
    check(n_stall > 10000, "beats that table memory does not take at once");
    $display("%0d LOAD %0d FILL %0d long %0d one %0d host errors %0d table errors %0d refused %0d late", n_load, n_fill,
             n_long, n_one, n_host_error, n_table_error, n_refused, n_late_bme);
    report("rtl_loader");
  end
endmodule
