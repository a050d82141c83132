// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_ring_rd behind cw_host_bus: order and contents over many laps, reservations (P16), bus-master enable
// (P40), doorbells out of range, read errors, disabling under traffic.
module tb_ring_rd;
  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #2 clk = !clk;

  localparam longint unsigned BASE = 64'h12_3456_7000;
  localparam int LG = 4;

  `include "tb.svh"

  logic          bme = 1'b0;
  logic [63:0]   base = BASE;
  logic [4:0]    size_log2 = 5'(LG);
  logic          enable = 1'b0;
  logic [31:0]   doorbell = '0;
  logic [31:0]   index;
  logic          cpl_space = 1'b0;
  logic          cpl_take;
  logic          cpl_give;
  logic          cmd_valid;
  logic          cmd_ready = 1'b0;
  logic [1023:0] cmd;
  logic [31:0]   cmd_index;
  logic          ev_error;

  logic [2:0]   rd_valid, rd_ready, rd_rvalid, rd_rready;
  logic [191:0] rd_addr;
  logic [23:0]  rd_len;
  logic [511:0] rd_rdata;
  logic         rd_rerr, rd_rlast;
  logic [2:0]   wr_ready, wr_bvalid;
  logic         wr_berr;
  logic         h_arvalid, h_arready, h_rvalid, h_rready, h_rlast, h_awvalid, h_awready, h_wvalid, h_wready, h_wlast;
  logic         h_bvalid, h_bready;
  logic [2:0]   h_arid, h_rid, h_awid, h_bid;
  logic [63:0]  h_araddr, h_awaddr, h_wstrb;
  logic [7:0]   h_arlen, h_awlen;
  logic [511:0] h_rdata, h_wdata;
  logic [1:0]   h_rresp, h_bresp;
  logic [2:0]   ev_host_errors;
  logic         err_on = 1'b0;
  logic [63:0]  err_line = '0;
  logic         hold_r = 1'b0;

  assign rd_valid[2:1]   = '0;
  assign rd_addr[191:64] = '0;
  assign rd_len[23:8]    = '0;
  assign rd_rready[2:1]  = '1;

  cw_ring_rd u_dut (
    .rd_valid(rd_valid[0]), .rd_ready(rd_ready[0]), .rd_addr(rd_addr[63:0]), .rd_len(rd_len[7:0]),
    .rd_rvalid(rd_rvalid[0]), .rd_rready(rd_rready[0]), .failed(), .*
  );
  cw_host_bus u_bus (.clk_any(clk), .gate('0), .stat(), .wr_valid(3'd0), .wr_addr('0), .wr_data('0), .wr_strb('0), .*);
  tb_axi_mem #(.ID_W(3), .ADDR_W(64)) u_mem (
    .clk, .rst_n, .err_on, .err_line, .hold_b(1'b0), .hold_r,
    .arvalid(h_arvalid), .arready(h_arready), .arid(h_arid), .araddr(h_araddr), .arlen(h_arlen),
    .rvalid(h_rvalid), .rready(h_rready), .rid(h_rid), .rdata(h_rdata), .rresp(h_rresp), .rlast(h_rlast),
    .awvalid(h_awvalid), .awready(h_awready), .awid(h_awid), .awaddr(h_awaddr), .awlen(h_awlen),
    .wvalid(h_wvalid), .wready(h_wready), .wdata(h_wdata), .wstrb(h_wstrb), .wlast(h_wlast),
    .bvalid(h_bvalid), .bready(h_bready), .bid(h_bid), .bresp(h_bresp)
  );

  // The contents of command n of lap set `salt`, so that no two commands of the run are alike.
  function automatic logic [511:0] half(input int unsigned salt, input int unsigned n, input int unsigned h);
    logic [511:0] v;
    for (int unsigned i = 0; i < 16; i++)
      v[32 * i +: 32] = (n * 32'd2654435761) ^ (salt << 20) ^ (h << 16) ^ (i * 32'h01010101);
    return v;
  endfunction

  int unsigned salt = 0;
  int unsigned produced = 0;    // by the host
  int unsigned cleared = 0;     // slots that the host has filled with rubbish after the engine passed them
  int unsigned got = 0;
  int          wrong = 0;
  int          takes = 0;
  int          gives = 0;
  int          errors = 0;
  int          total = 0;
  bit          slow = 1'b0;

  task automatic clear_passed();
    while (enable && cleared < index && index <= produced) begin
      u_mem.poke(BASE + 64'(cleared % 16) * 128, '1);
      u_mem.poke(BASE + 64'(cleared % 16) * 128 + 64, '1);
      cleared++;
    end
  endtask

  task automatic submit(input int n);
    clear_passed();
    for (int i = 0; i < n; i++) begin
      u_mem.poke(BASE + 64'(produced % 16) * 128, half(salt, produced, 0));
      u_mem.poke(BASE + 64'(produced % 16) * 128 + 64, half(salt, produced, 1));
      produced++;
    end
    doorbell = produced;
  endtask

  always @(posedge clk) if (rst_n) begin
    if (cmd_valid && cmd_ready) begin
      if (cmd != {half(salt, got, 1), half(salt, got, 0)} || cmd_index != got) begin
        wrong++;
        $display("command %0d, index %0d", got, cmd_index);
      end
      got++;
      total++;
    end
    takes += int'(cpl_take);
    gives += int'(cpl_give);
    errors += int'(ev_error);
    cmd_ready <= slow ? $urandom_range(15) == 0 : 1'b1;
    clear_passed();
  end

  task automatic settle(input int cycles);
    repeat (cycles) @(negedge clk);
  endtask

  task automatic restart();
    enable = 1'b0;
    settle(200);
    salt++;
    produced = 0; cleared = 0; got = 0; takes = 0; gives = 0; errors = 0; total = 0;
    doorbell = '0;
    enable   = 1'b1;
    settle(10);
  endtask

  task automatic run(input int n);
    int limit = 0;
    int first = total;
    while (total - first < n && limit < 200000) begin
      int room = 16 - int'(produced - index);
      int left = n - (int'(produced) - first);
      if (room > 0 && left > 0 && $urandom_range(9) == 0) begin
        int k = 1 + int'($urandom_range(room - 1));
        submit(k > left ? left : k);
      end
      @(negedge clk);
      limit++;
    end
    check(limit < 200000, "all commands arrive");
  endtask

  initial begin
    int b4;
    int held_got;
    int late = 0;
    longint t;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    settle(4);

    enable = 1'b1;
    settle(4);
    submit(3);
    settle(100);
    check(u_mem.n_ar == 0, "no DMA before bus-master enable, no fetch without a completion slot (P16 P40)");
    cpl_space = 1'b1;
    settle(100);
    check(u_mem.n_ar == 0, "no DMA before bus-master enable (P40)");
    cpl_space = 1'b0;
    settle(2);
    takes = 0;
    bme = 1'b1;
    settle(200);
    b4 = int'(got);
    check(b4 <= 1, "no fetch without a completion slot (P16)");
    cpl_space = 1'b1;
    settle(200);
    check(got == 3 && index == 3, "held commands arrive");

    run(397);
    check(wrong == 0 && got == 400 && index == 400, "contents and order over 25 laps");
    slow = 1'b1;
    run(200);
    slow = 1'b0;
    check(wrong == 0 && got == 600, "contents and order with a slow taker");

    restart();
    submit(16);
    t = u_mem.now;
    settle(2);
    while (got < 16 && u_mem.now < t + 2000) @(negedge clk);
    check(got == 16 && u_mem.now - t < 16 * 20, "a command costs less than one latency");
    check(takes == 16 && gives == 0, "one reservation for each command (P16)");

    // doorbells out of range
    b4 = u_mem.n_ar;
    doorbell = 32'd16 + 32'd17;
    settle(100);
    check(u_mem.n_ar == b4 && errors == 1, "a doorbell beyond the ring fetches nothing, one error (P39)");
    doorbell = 32'd15;
    settle(100);
    check(u_mem.n_ar == b4 && got == 16, "a doorbell that went back fetches nothing");
    doorbell = 32'd16;
    settle(10);
    errors = 0;
    submit(2);
    settle(200);
    check(got == 18 && errors == 0, "a good doorbell after a bad one works");

    // read error at command 5 of a batch
    restart();
    err_line = BASE + 5 * 128 + 64;
    err_on   = 1'b1;
    submit(12);
    settle(400);
    check(got == 5 && index == 5 && errors == 1, "a read error stops the ring at its command");
    check(takes == 5 + gives && gives >= 1, "reservations of lost commands are given back");
    err_on = 1'b0;
    submit(1);
    settle(200);
    check(got == 5, "stopped until enabled again");
    restart();
    run(20);
    check(got == 20 && wrong == 0, "works after it was enabled again");

    // disabled with reads under way
    for (int i = 0; i < 20; i++) begin
      restart();
      hold_r = i[0];
      submit(8);
      settle(8 + i * 3);
      enable = 1'b0;
      settle(2);
      if (hold_r) held_got = int'(got);
      else held_got = -1;
      hold_r = 1'b0;
      settle(200);
      if (held_got >= 0 && int'(got) != held_got) late++;
      if (takes != int'(got) + gives || wrong != 0 || got > 8) break;
      restart();
      run(9);
    end
    check(late == 0, "what arrives after disabling is dropped");
    check(wrong == 0 && got == 9, "disabled under traffic: nothing stale after enabling");

    size_log2 = 5'd3;
    restart();
    b4 = u_mem.n_ar;
    submit(1);
    settle(100);
    check(u_mem.n_ar == b4, "a size out of range does not start");
    check(u_mem.n_bad == 0, "rules of the bus");
    report("rtl_ring_rd");
  end
endmodule
