// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_regs with cw_counters and cw_probe behind it: every register against the table of regs.def, the AXI4-Lite
// channels in every order, rings, interrupts, the counter snapshot, probes. The bench drives at the falling edge.
module tb_regs;
  import "DPI-C" function int tb_reg(input int i, output int unsigned offset, output int unsigned bits,
                                     output int unsigned access, output int unsigned count,
                                     output int unsigned stride, output longint unsigned rst);
  import "DPI-C" function int tb_reg_exists(input int unsigned offset);

  localparam int unsigned RO = 0;
  localparam int unsigned RW = 1;
  localparam int unsigned WO = 2;
  localparam int          N  = int'(cw_pkg::NCOUNTER);

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #1 clk = !clk;

  logic        s_awvalid = 1'b0, s_wvalid = 1'b0, s_bready = 1'b0, s_arvalid = 1'b0, s_rready = 1'b0;
  logic        s_awready, s_wready, s_bvalid, s_arready, s_rvalid;
  logic [15:0] s_awaddr = '0, s_araddr = '0;
  logic [31:0] s_wdata = '0, s_rdata;
  logic [3:0]  s_wstrb = 4'hf;
  logic [1:0]  s_bresp, s_rresp;
  logic        bme;
  logic [31:0] flush_timeout, fw_watchdog;
  logic [4:0]  dirty_period;
  logic        fw_ready = 1'b0, fw_dead = 1'b0, fw_test_failed = 1'b0, table_error = 1'b0, host_error = 1'b0;
  logic        ring_error = 1'b0;
  logic [cw_pkg::NPORT-1:0] fenced = '0;
  logic [cw_pkg::NPORT*32-1:0] holder = '0;
  cw_t::reset_set_t  reset_set;
  cw_t::reset_stat_t reset_stat = '0;
  logic [4:0]  ring_faults = '0;
  int seen_start, seen_ports;
  always @(posedge clk) begin
    if (reset_set.start) seen_start++;
    seen_ports += int'(reset_set.ports);
  end
  logic [31:0] fw_heartbeat = 32'd77, fw_version = 32'd0;
  logic [2:0]  ring_irq = 3'd0;
  logic        dring_irq = 1'b0;
  logic [3:0]  irq_enable;
  logic [4:0]  irq;
  cw_t::dring_bell_t dring_bell;
  logic [cw_pkg::CTX_W-1:0] dring_rd;
  logic [31:0] dring_index;
  logic [cw_pkg::NCTX-1:0] dring_soft = '0;
  logic [31:0] dring_base = '0;           // an index that says its context
  assign dring_index = dring_base == '0 ? '0 : dring_base + 32'(dring_rd);
  logic [2:0]  ev_interrupts;
  logic [63:0] hot_cmd_base, hot_cpl_base, cold_cmd_base, cold_cpl_base, fault_base;
  logic [4:0]  hot_cmd_size_log2, hot_cpl_size_log2, cold_cmd_size_log2, cold_cpl_size_log2, fault_size_log2;
  logic        hot_cmd_enable, hot_cpl_enable, cold_cmd_enable, cold_cpl_enable, fault_enable;
  logic [31:0] hot_cmd_doorbell, hot_cpl_doorbell, cold_cmd_doorbell, cold_cpl_doorbell, fault_doorbell;
  logic        hot_cpl_db_we, cold_cpl_db_we, fault_db_we;
  logic [31:0] hot_cmd_index = '0, hot_cpl_index = '0, cold_cmd_index = '0, cold_cpl_index = '0, fault_index = '0;
  logic        snap, snap_busy;
  logic [63:0] snap_cycle, ctr_data;
  logic [7:0]  ctr_idx;
  logic        probe_start, probe_write;
  logic [3:0]  probe_tag, probe_rd_tag;
  logic [15:0] probe_ctx;
  logic [63:0] probe_addr, probe_rd_pa;
  logic [31:0] probe_rd_result;
  logic        tgen_start, tgen_stop;
  logic [31:0] tgen_ctx, tgen_mode, tgen_pages, tgen_stride, tgen_count, tgen_outstanding, tgen_release_delay;
  logic [31:0] tgen_hist_shift, tgen_hist_index;
  logic [63:0] tgen_base, tgen_seed;
  logic        tgen_running = 1'b0, tgen_clearing = 1'b0;
  logic [31:0] tgen_done = '0, tgen_errors = '0, tgen_retries = '0, tgen_cycles = '0, tgen_lat_min = '0;
  logic [31:0] tgen_lat_max = '0, tgen_hist_data = '0, fwlog_head = '0, fwlog_addr, fwlog_data = '0;
  logic [31:0] bridge_quota, bridge_retry, bridge_ctrl;
  logic        bridge_quiet = 1'b0;
  cw_t::nic_set_t  nic_set;
  cw_t::nic_stat_t nic_stat = '0;
  logic [63:0] tgen_sum = '0, tgen_lat_sum = '0;
  logic [63:0] fault_data_base;

  cw_regs #(.NSLOT(16), .TLB_SETS(256), .TLB_WAYS(4), .WC_ENTRIES(12), .TABLE_BYTES(64'h2_4000_0000))
    dut (.bus_rst_n(rst_n), .*);

  logic [N*3-1:0] ev = '0;
  logic [63:0]    cycle;
  cw_counters u_counters (.clk, .clk_free(clk), .rst_n, .ev, .snap, .busy(snap_busy), .cycle, .cycle_any(), .snap_cycle,
                          .rd_idx(ctr_idx),
                          .rd_data(ctr_data));

  logic       req_valid, res_valid = 1'b0;
  logic       req_ready = 1'b0;
  cw_t::req_t req;
  logic [3:0] res_tag = '0, res_verdict = '0;
  logic [4:0] res_reason = '0;
  logic [2:0] res_level = '0;
  logic [cw_pkg::PA_W-1:0] res_pa = '0;
  cw_probe u_probe (.clk, .rst_n, .start(probe_start), .start_tag(probe_tag), .start_ctx(probe_ctx),
                    .start_write(probe_write), .start_addr(probe_addr), .rd_tag(probe_rd_tag),
                    .rd_result(probe_rd_result), .rd_pa(probe_rd_pa), .req_valid, .req_ready, .req, .res_valid,
                    .res_tag, .res_verdict, .res_reason, .res_level, .res_pa);

  // ---- checks ----
  `include "tb.svh"
  bit    ok;
  string test;

  task automatic must(input bit cond, input string what);
    if (!cond) begin
      if (ok) $display("%s: %s", test, what);
      ok = 1'b0;
    end
  endtask

  task automatic begin_test(input string name);
    test = name;
    ok   = 1'b1;
  endtask

  task automatic end_test;
    check(ok, test);
  endtask

  // ---- accesses; order 0 together, 1 address first, 2 data first; slow: the answer is not taken at once ----
  task automatic write_as(input int unsigned at, input logic [31:0] data, input logic [3:0] strb, input int order,
                          input int slow);
    int left;
    left = 200;
    @(negedge clk);
    s_awaddr  = 16'(at);
    s_wdata   = data;
    s_wstrb   = strb;
    s_awvalid = order != 2;
    s_wvalid  = order != 1;
    @(negedge clk);
    s_awvalid = order == 2;
    s_wvalid  = order == 1;
    @(negedge clk);
    s_awvalid = 1'b0;
    s_wvalid  = 1'b0;
    repeat (slow) @(negedge clk);
    s_bready = 1'b1;
    while (!s_bvalid && left > 0) begin
      @(negedge clk);
      left--;
    end
    must(s_bvalid && s_bresp == 2'b00, "write is not answered OKAY");
    @(negedge clk);
    s_bready = 1'b0;
    must(!s_bvalid, "one answer");
  endtask

  task automatic write(input int unsigned at, input logic [31:0] data);
    write_as(at, data, 4'hf, 0, 0);
  endtask

  logic [31:0] rd;
  task automatic read_slow(input int unsigned at, input int slow);
    int left;
    left = 200;
    @(negedge clk);
    s_araddr  = 16'(at);
    s_arvalid = 1'b1;
    @(negedge clk);
    s_arvalid = 1'b0;
    while (!s_rvalid && left > 0) begin
      @(negedge clk);
      left--;
    end
    must(s_rvalid && s_rresp == 2'b00, "read is not answered OKAY");
    repeat (slow) @(negedge clk);
    rd       = s_rdata;
    s_rready = 1'b1;
    @(negedge clk);
    s_rready = 1'b0;
    must(!s_rvalid, "one answer");
  endtask

  task automatic read(input int unsigned at);
    read_slow(at, 0);
  endtask

  task automatic expect_reg(input int unsigned at, input logic [31:0] value);
    read(at);
    must(rd == value, $sformatf("register %h reads %h, not %h", at, rd, value));
  endtask

  // ---- counters: what was counted, by adding up ----
  longint      total [0:N-1];
  longint      at_snap [0:N-1];
  bit          count_on = 1'b0;
  bit          full_speed = 1'b0;
  logic [2:0]  inc;

  always @(negedge clk) begin
    for (int i = 0; i < N; i++) begin
      inc = full_speed ? 3'd7 : ($urandom_range(0, 3) == 0) ? 3'($urandom_range(0, 7)) : 3'd0;
      if (!count_on) inc = 3'd0;
      ev[i*3 +: 3] = inc;
      total[i] += longint'(inc);
    end
  end

  int unsigned     offset, bits, access, count, stride;
  longint unsigned rst;
  int              i, regs, holes;
  logic [31:0]     lo, hi, was_lo, was_hi;
  bit              derived;
  longint          sum_now;
  int              pulses [0:4];
  int              bells, bell_ctx;
  logic [31:0]     bell_value;

  always @(posedge clk) for (int v = 0; v < 5; v++) if (irq[v]) pulses[v]++;
  always @(posedge clk) if (rst_n && dring_bell.valid) begin
    bells++;
    bell_ctx   = int'(dring_bell.ctx);
    bell_value = dring_bell.value;
  end

  initial begin
    for (int v = 0; v < N; v++) total[v] = 0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
    fw_heartbeat = 32'd0;

    begin_test("reset values of the table");
    for (i = 0; tb_reg(i, offset, bits, access, count, stride, rst) != 0; i++) begin
      derived = offset >= 32'(cw_pkg::REG_CAP_PORTS) && offset <= 32'(cw_pkg::REG_CAP_TABLE_SIZE) &&
                offset != 32'(cw_pkg::REG_CAP_CLOCK) || offset == 32'(cw_pkg::REG_CAP_ENTRY) ||
                offset == 32'(cw_pkg::REG_BUILD_HASH);
      for (int unsigned n = 0; n < count && !derived; n++) begin
        expect_reg(offset + n * stride, rst[31:0]);
        if (bits == 64) expect_reg(offset + 4, rst[63:32]);
      end
    end
    regs = i;
    must(regs > 60, "table");
    end_test();

    begin_test("capabilities");
    expect_reg(32'(cw_pkg::REG_CAP_PORTS), 32'h0602_0502);
    expect_reg(32'(cw_pkg::REG_CAP_CONTEXTS), 32'h0010_0040);
    expect_reg(32'(cw_pkg::REG_CAP_WALK), 32'h0c00_4010);
    expect_reg(32'(cw_pkg::REG_CAP_TLB), 32'h0804_0100);
    expect_reg(32'(cw_pkg::REG_CAP_PARK), 32'h0008_0040);
    expect_reg(32'(cw_pkg::REG_CAP_ENTRY), 32'h0000_1034);
    expect_reg(32'(cw_pkg::REG_CAP_TABLE_SIZE), 32'h4000_0000);
    expect_reg(32'(cw_pkg::REG_CAP_TABLE_SIZE) + 4, 32'h0000_0002);
    expect_reg(32'(cw_pkg::REG_CAP_HOT_OPS), 32'h0001_3f7f);
    read(32'(cw_pkg::REG_BUILD_HASH));
    must(rd != 0, "build hash");
    end_test();

    begin_test("RW keeps what is written, in every order of the channels");
    for (i = 0; tb_reg(i, offset, bits, access, count, stride, rst) != 0; i++) begin
      if (access != RW) continue;
      for (int k = 0; k < 3; k++) begin
        lo = (k == 0) ? 32'h5555_aaaa : (k == 1) ? 32'haaaa_5555 : $urandom;
        hi = (k == 0) ? 32'h0123_4567 : (k == 1) ? 32'hfedc_ba98 : $urandom;
        write_as(offset, lo, 4'hf, k, k * 3);
        if (bits == 64) write_as(offset + 4, hi, 4'hf, 2 - k, 0);
        read_slow(offset, k * 2);
        must(rd == lo, $sformatf("register %h reads %h, not %h", offset, rd, lo));
        if (bits == 64) expect_reg(offset + 4, hi);
      end
      write(offset, rst[31:0]);
      if (bits == 64) write(offset + 4, rst[63:32]);
    end
    end_test();

    begin_test("64-bit values are taken on the write of high (P39)");
    for (i = 0; tb_reg(i, offset, bits, access, count, stride, rst) != 0; i++) begin
      if (access != RW || bits != 64) continue;
      write(offset, 32'h1111_1000);
      write(offset + 4, 32'h2222_2222);
      write(offset, 32'h3333_3000);
      expect_reg(offset, 32'h1111_1000);
      expect_reg(offset + 4, 32'h2222_2222);
      write(offset + 4, 32'h4444_4444);
      expect_reg(offset, 32'h3333_3000);
      expect_reg(offset + 4, 32'h4444_4444);
    end
    must(hot_cmd_base == 64'h4444_4444_3333_3000 && hot_cpl_base == hot_cmd_base && cold_cmd_base == hot_cmd_base &&
          cold_cpl_base == hot_cmd_base && fault_base == hot_cmd_base && probe_addr == hot_cmd_base &&
          tgen_base == hot_cmd_base && tgen_seed == hot_cmd_base, "outputs");
    write(32'(cw_pkg::REG_FAULT_BASE), 32'h3333_3fff);
    write(32'(cw_pkg::REG_FAULT_BASE) + 4, 32'd0);
    must(fault_base == 64'h3333_3000, "a base is aligned (P41)");
    end_test();

    begin_test("RO and holes: writes are ignored; WO and holes read 0; all of 64 KiB answers");
    for (i = 0; tb_reg(i, offset, bits, access, count, stride, rst) != 0; i++) begin
      if (access == RO) begin
        read(offset);
        lo = rd;
        write(offset, ~lo);
        expect_reg(offset, lo);
      end else if (access == WO)
        expect_reg(offset, 32'd0);
    end
    holes = 0;
    for (int unsigned at = 0; at < 32'h1_0000; at += 4)
      if (tb_reg_exists(at) == 0 && (at < 32'h2000 || at % 1024 == 0)) begin
        holes++;
        write(at, 32'hffff_ffff);
        expect_reg(at, 32'd0);
      end
    must(holes > 1000, "holes");
    for (i = 0; tb_reg(i, offset, bits, access, count, stride, rst) != 0; i++)
      if (access == RW && bits == 32) expect_reg(offset, rst[31:0]);
    end_test();

    begin_test("partial strobes: the write is dropped");
    for (int s = 0; s < 15; s++) begin
      write_as(32'(cw_pkg::REG_TGEN_COUNT), 32'hdead_0000 + 32'(s), 4'(s), s % 3, 0);
      expect_reg(32'(cw_pkg::REG_TGEN_COUNT), 32'd0);
    end
    end_test();

    begin_test("rings: sizes, enable, doorbells");
    for (int s = 0; s < 32; s++) begin
      write(32'(cw_pkg::REG_HOT_CMD_CTRL), 32'h8000_0000 | 32'(s));
      must(hot_cmd_enable == (s >= 4 && s <= 16) && int'(hot_cmd_size_log2) == s, "enable by size");
      write(32'(cw_pkg::REG_HOT_CMD_CTRL), 32'd0);
    end
    begin
      int unsigned ctrl [0:4];
      ctrl[0] = 32'(cw_pkg::REG_HOT_CMD_CTRL);
      ctrl[1] = 32'(cw_pkg::REG_HOT_CPL_CTRL);
      ctrl[2] = 32'(cw_pkg::REG_COLD_CMD_CTRL);
      ctrl[3] = 32'(cw_pkg::REG_COLD_CPL_CTRL);
      ctrl[4] = 32'(cw_pkg::REG_FAULT_CTRL);
      for (int r = 0; r < 5; r++) begin
        write(ctrl[r] + 4, 32'd55);
        expect_reg(ctrl[r] + 4, 32'd55);
        write(ctrl[r], 32'h8000_0008);
        expect_reg(ctrl[r] + 4, 32'd0);
        write(ctrl[r] + 4, 32'd9);
        write(ctrl[r], 32'h8000_0008);
        expect_reg(ctrl[r] + 4, 32'd9);
      end
    end
    must(hot_cmd_enable && hot_cpl_enable && cold_cmd_enable && cold_cpl_enable && fault_enable, "enabled");
    must(hot_cmd_doorbell == 9 && hot_cpl_doorbell == 9 && cold_cmd_doorbell == 9 && cold_cpl_doorbell == 9 &&
          fault_doorbell == 9, "doorbells");
    hot_cmd_index = 32'd1; hot_cpl_index = 32'd2; cold_cmd_index = 32'd3; cold_cpl_index = 32'd4; fault_index = 32'd5;
    expect_reg(32'(cw_pkg::REG_HOT_CMD_INDEX), 32'd1);
    expect_reg(32'(cw_pkg::REG_HOT_CPL_INDEX), 32'd2);
    expect_reg(32'(cw_pkg::REG_COLD_CMD_INDEX), 32'd3);
    expect_reg(32'(cw_pkg::REG_COLD_CPL_INDEX), 32'd4);
    expect_reg(32'(cw_pkg::REG_FAULT_INDEX), 32'd5);
    end_test();

    begin_test("dirty rings: consumer and producer by context, soft limits (P27)");
    bells = 0;
    for (int c = 0; c < int'(cw_pkg::NCTX); c++) begin
      lo = $urandom;
      write(32'(cw_pkg::REG_DRING_DOORBELL) + 32'(8 * c), lo);
      repeat (2) @(negedge clk);
      must(bells == c + 1 && bell_ctx == c && bell_value == lo, "one bell per write, with its context (P27)");
    end
    write(32'(cw_pkg::REG_DRING_DOORBELL) - 32'd4, 32'd1);
    write(32'(cw_pkg::REG_DRING_INDEX), 32'd1);
    write(32'(cw_pkg::REG_DRING_DOORBELL) + 32'(8 * int'(cw_pkg::NCTX)), 32'd1);
    repeat (2) @(negedge clk);
    must(bells == int'(cw_pkg::NCTX), "no bell beside them");
    dring_base = 32'h4321_0000;
    for (int c = 0; c < int'(cw_pkg::NCTX); c++)
      expect_reg(32'(cw_pkg::REG_DRING_INDEX) + 32'(8 * c), 32'h4321_0000 + 32'(c));
    dring_base = '0;
    dring_soft = 64'h8000_0001_0000_0002;
    expect_reg(32'(cw_pkg::REG_DRING_SOFT), 32'd2);
    expect_reg(32'(cw_pkg::REG_DRING_SOFT) + 4, 32'h8000_0001);
    dring_soft = '0;
    end_test();

    begin_test("interrupts: enables, passed on, counted; one error interrupt per kind");
    for (int v = 0; v < 5; v++) pulses[v] = 0;
    must(irq_enable == 4'd0, "all off after reset");
    table_error = 1'b1;
    @(negedge clk);
    table_error = 1'b0;
    repeat (3) @(negedge clk);
    must(pulses[3] == 0, "errors are off after reset");
    write(32'(cw_pkg::REG_IRQ_ENABLE), 32'h1d);
    must(irq_enable == 4'b1101, "enables of the rings");
    for (int v = 0; v < 3; v++) begin
      ring_irq = 3'(1 << v);
      @(negedge clk);
      ring_irq = 3'd0;
      repeat (3) @(negedge clk);
      must(pulses[v] == 1, "a ring's pulse is passed on");
    end
    dring_irq = 1'b1;
    @(negedge clk);
    dring_irq = 1'b0;
    repeat (3) @(negedge clk);
    must(pulses[4] == 1 && pulses[3] == 0, "the pulse of the dirty rings is passed on as vector 4 (P27)");
    table_error = 1'b1;
    for (int k = 0; k < 3; k++) begin
      host_error = 1'b1;
      @(negedge clk);
      host_error = 1'b0;
      repeat (2) @(negedge clk);
    end
    must(pulses[3] == 1, "host error, first time only");
    expect_reg(32'(cw_pkg::REG_STATUS), 32'h18);
    ring_error = 1'b1;
    repeat (3) @(negedge clk);
    ring_error = 1'b0;
    repeat (3) @(negedge clk);
    must(pulses[3] == 2, "ring error, first time only");
    fw_dead = 1'b1;
    repeat (9) @(negedge clk);
    must(pulses[3] == 3, "dead firmware");
    fenced = 4'b0010;
    expect_reg(32'(cw_pkg::REG_FENCED), 32'd2);
    expect_reg(32'(cw_pkg::REG_STATUS), 32'hda);
    end_test();

    begin_test("a fence that stays is NEEDS_FLR, with one interrupt, and all is over with the fence (P21 P43)");
    write(32'(cw_pkg::REG_FLUSH_TIMEOUT), 32'd200);
    fenced = '0;
    @(negedge clk);
    fenced = 5'b00010;
    repeat (100) @(negedge clk);
    fenced = 5'b10010;
    repeat (80) @(negedge clk);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'd0);
    must(pulses[3] == 3, "a fence alone sends no interrupt");
    repeat (30) @(negedge clk);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'h2);
    repeat (80) @(negedge clk);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'h12);
    expect_reg(32'(cw_pkg::REG_STATUS), 32'h1da);
    must(pulses[3] == 4, "NEEDS_FLR sends one interrupt");
    fenced = 5'b00010;
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'h2);
    fenced = '0;
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'd0);
    expect_reg(32'(cw_pkg::REG_STATUS), 32'h5a);
    end_test();

    begin_test("fences of other ports that come and go put off no NEEDS_FLR; a reset of a fenced port has its whole time (P21)");
    fenced = 5'b00001;
    for (int k = 0; k < 12; k++) begin
      fenced[4] = !fenced[4];
      repeat (20) @(negedge clk);
    end
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'h1);
    reset_stat.ports = 5'b00001;
    repeat (5) @(negedge clk);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'd0);
    repeat (170) @(negedge clk);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'd0);
    fenced = '0;
    repeat (40) @(negedge clk);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'h1);
    reset_stat.ports = '0;
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'd0);
    end_test();

    begin_test("resets are pulses, their state is shown; silent buses and a reset that does not end are NEEDS_FLR (P43)");
    seen_start = 0;
    seen_ports = 0;
    write(32'(cw_pkg::REG_RESET), 32'd2);
    must(seen_start == 0, "another bit resets nothing");
    write(32'(cw_pkg::REG_RESET), 32'd1);
    must(seen_start == 1, "one pulse");
    write(32'(cw_pkg::REG_PORT_RESET), 32'h15);
    must(seen_ports == 21, "the ports that are named, for one cycle");
    reset_stat.ports = 5'h15;
    reset_stat.busy  = 1'b1;
    reset_stat.done  = 16'h1234;
    ring_faults      = 5'h13;
    expect_reg(32'(cw_pkg::REG_PORTS_IN_RESET), 32'h15);
    expect_reg(32'(cw_pkg::REG_RESET_STATUS), 32'h1234_0001);
    expect_reg(32'(cw_pkg::REG_RING_FAULTS), 32'h13);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'd0);
    repeat (220) @(negedge clk);
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'h15);
    reset_stat.ports = '0;
    expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'd0);
    for (int k = 0; k < 3; k++) begin
      pulses[3] = 0;
      if (k == 2) reset_stat.flr = 1'b1;
      else reset_stat.stuck[k] = 1'b1;
      expect_reg(32'(cw_pkg::REG_NEEDS_FLR), 32'h1_0000 << k);
      expect_reg(32'(cw_pkg::REG_STATUS), 32'h15a);
      must(pulses[3] == 1, "one interrupt");
      reset_stat.stuck = '0;
      reset_stat.flr   = 1'b0;
      expect_reg(32'(cw_pkg::REG_STATUS), 32'h5a);
    end
    reset_stat  = '0;
    ring_faults = '0;
    end_test();

    begin_test("registers that show the core's state: HOLDER, STATUS, bus master, FLUSH_TIMEOUT");
    for (int p = 0; p < int'(cw_pkg::NPORT); p++) holder[p*32 +: 32] = 32'h8001_0203 + 32'(p);
    for (int p = 0; p < int'(cw_pkg::NPORT); p++)
      expect_reg(32'(cw_pkg::REG_HOLDER) + 32'(p) * 4, 32'h8001_0203 + 32'(p));
    holder = '0;
    fw_ready = 1'b1;
    fw_test_failed = 1'b1;
    write(32'(cw_pkg::REG_CONTROL), 32'd1);
    expect_reg(32'(cw_pkg::REG_STATUS), 32'h7f);
    must(bme, "bus master");
    write(32'(cw_pkg::REG_FLUSH_TIMEOUT), 32'd0);
    must(flush_timeout == 32'd1, "timeout 0 is 1");
    end_test();

    begin_test("counters: no event is lost at any rate; the snapshot is coherent");
    for (int k = 0; k < 6; k++) begin
      count_on   = 1'b1;
      full_speed = k == 2;
      repeat (1000 + k * 37) @(negedge clk);
      if (k != 5) begin
        count_on = 1'b0;
        repeat (4) @(negedge clk);
      end
      for (int v = 0; v < N; v++) at_snap[v] = total[v];
      write(32'(cw_pkg::REG_SNAPSHOT), 32'd0);
      if (k % 2 == 1) write(32'(cw_pkg::REG_SNAPSHOT), 32'd0);
      for (int v = 0; v < N; v++) begin
        read(32'(cw_pkg::REG_COUNTER_LO) + 32'(v) * 8);
        lo = rd;
        read(32'(cw_pkg::REG_COUNTER_HI) + 32'(v) * 8);
        if (k != 5)
          must({rd, lo} == 64'(at_snap[v]), $sformatf("counter %0d is %0d, not %0d", v, {rd, lo}, at_snap[v]));
        else
          // Events go on: what is read later must not be newer than what was read first.
          must(64'(at_snap[v]) <= {rd, lo} && {rd, lo} <= 64'(at_snap[v]) + 7 * 120, "snapshot");
      end
    end
    count_on = 1'b0;
    read(32'(cw_pkg::REG_CYCLE));
    lo = rd;
    read(32'(cw_pkg::REG_CYCLE) + 4);
    must({rd, lo} == snap_cycle && snap_cycle < cycle && snap_cycle > 64'd1000, "cycle");
    expect_reg(32'(cw_pkg::REG_COUNTER_LO) + 32'(N) * 8, 32'd0);
    end_test();

    begin_test("probes: fields, order, one per tag, results (P7)");
    write(32'(cw_pkg::REG_PROBE_ADDR), 32'h89ab_cdef);
    write(32'(cw_pkg::REG_PROBE_ADDR) + 4, 32'h0123_4567);
    for (int k = 0; k < 16; k++)
      write(32'(cw_pkg::REG_PROBE_CMD), {7'd0, k[0], 4'd0, 4'(15 - k), 16'(k + 100)});
    write(32'(cw_pkg::REG_PROBE_CMD), {12'd0, 4'd3, 16'd9999});
    for (int k = 0; k < 16; k++) begin
      must(req_valid && req.tag == 6'(15 - k) && req.ctx == 16'(k + 100) && req.write == k[0] &&
            req.addr == 64'h0123_4567_89ab_cdef && req.len_m1 == 0, $sformatf("request %0d", k));
      req_ready = 1'b1;
      @(negedge clk);
      req_ready = 1'b0;
    end
    must(!req_valid, "a busy tag starts nothing");
    expect_reg(32'(cw_pkg::REG_PROBE_RESULT) + 32'd3 * 16, 32'd1);
    for (int k = 0; k < 16; k++) begin
      res_valid = 1'b1; res_tag = 4'(k); res_verdict = 4'(k); res_reason = 5'(31 - k); res_level = 3'd5;
      res_pa = 52'hf_0000_1234_0000 + 52'(k);
      @(negedge clk);
    end
    res_tag = 4'd4; res_verdict = 4'd15;
    @(negedge clk);
    res_valid = 1'b0;
    for (int k = 0; k < 16; k++) begin
      expect_reg(32'(cw_pkg::REG_PROBE_RESULT) + 32'(k) * 16, {16'd1, 3'd5, 5'(31 - k), 4'(k), 4'd0});
      expect_reg(32'(cw_pkg::REG_PROBE_PA_LO) + 32'(k) * 16, 32'h1234_0000 + 32'(k));
      expect_reg(32'(cw_pkg::REG_PROBE_PA_HI) + 32'(k) * 16, 32'h000f_0000);
    end
    write(32'(cw_pkg::REG_PROBE_CMD), {12'd0, 4'd3, 16'd7});
    must(req_valid && req.tag == 3 && req.ctx == 7, "the tag is free again");
    write(32'(cw_pkg::REG_PROBE_CMD), {12'd0, 4'd3, 16'd8});
    req_ready = 1'b1;
    @(negedge clk);
    req_ready = 1'b0;
    must(!req_valid, "a second probe with a busy tag is dropped");
    expect_reg(32'(cw_pkg::REG_PROBE_RESULT) + 32'd3 * 16, {16'd1, 3'd5, 5'd28, 4'd3, 4'd1});
    end_test();

    report("regs");
  end
endmodule
