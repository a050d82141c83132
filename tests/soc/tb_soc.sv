// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_soc with the real firmware: boot, each cold command, the order of a detach (P33), ownership of domains
// by ports (P20), the log, the watchdog. The engine is a small model: it takes hot commands and completes them.
module tb_soc;
  parameter FW_HEX = "";

  localparam logic [63:0] TABLE_BYTES = 64'h0010_0000;

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  always #1 clk = !clk;

  logic [31:0]   watchdog = 32'd200_000;
  logic [31:0]   flush_timeout = 32'd5_000;
  logic          ready, dead, test_failed;
  logic [31:0]   heartbeat, version, log_head, log_data;
  logic [31:0]   log_addr = 32'd0;
  logic          cmd_valid = 1'b0;
  logic          cmd_ready;
  logic [1023:0] cmd = '0;
  logic [31:0]   cmd_index = 32'd0;
  logic          cpl_valid;
  logic          cpl_ready = 1'b0;
  cw_t::cpl_t    cpl;
  logic          fwc_valid;
  logic          fwc_ready = 1'b0;
  logic [1023:0] fwc;
  logic          fwcpl_valid = 1'b0;
  cw_t::cpl_t    fwcpl = '0;
  logic          ctxw_valid, domw_valid, portw_valid, ctx_abort_valid;
  logic [cw_pkg::CTX_W-1:0]  ctxw_idx, ctx_abort_idx;
  logic [cw_pkg::DOM_W-1:0]  domw_idx;
  logic [cw_pkg::PORT_W-1:0] portw_idx;
  cw_t::ctx_t        ctxw;
  cw_t::dom_t        domw;
  cw_t::port_range_t portw;
  logic          ctx_abort_busy = 1'b0;
  logic          logw_valid, logw_busy = 1'b0;
  cw_t::log_set_t logw;
  logic          dringw_valid, dringw_busy = 1'b0;
  cw_t::dring_set_t dringw;
  logic [63:0]   cycle = 64'd0;
  logic          snap;
  logic          snap_busy = 1'b0;
  logic [63:0]   snap_cycle = 64'd0;
  logic          ev_cold_cmds, ev_cmd_errors;

  cw_soc #(.FW_HEX(FW_HEX), .TABLE_BYTES(TABLE_BYTES)) dut (.clk_free(clk), .clk_cpu(clk), .awake(), .*);

  // ---- model of the engine ----
  // What happened, one letter an event: c context disabled, C enabled, I INVALIDATE, A abort, F FLUSH complete,
  // d domain written, p port written, N NOP, S snapshot.
  string         trail = "";
  logic [7:0]    flush_status = cw_pkg::ST_OK;
  int            busy_times = 0;         // FLUSHes to refuse with BUSY first
  int            flush_cycles = 300;
  int            nop_cycles = 20;
  logic [7:0]    nop_status = cw_pkg::ST_OK;
  bit            mute = 1'b0;            // never completes
  int            wait_q = -1;
  logic [7:0]    op_q;
  int            abort_left = 0;
  int            snap_left = 0;
  logic [15:0]   hot_domain;
  logic [3:0]    dom_ports [0:cw_pkg::NDOM-1];
  logic [18:0]   dom_gen [0:cw_pkg::NDOM-1];
  cw_t::ctx_t    ctx_last;
  int            ctx_last_idx;
  cw_t::port_range_t port_last [0:cw_pkg::NPORT-1];
  int            errors_counted = 0;
  int            colds_counted = 0;

  always @(posedge clk) begin
    cycle       <= cycle + 64'd1;
    fwc_ready   <= 1'b0;
    fwcpl_valid <= 1'b0;
    if (fwc_valid && !fwc_ready && wait_q < 0 && !mute) begin
      fwc_ready   <= 1'b1;
      op_q        <= fwc[cw_pkg::CMD_OPCODE_LSB +: 8];
      fwcpl.id    <= fwc[cw_pkg::CMD_ID_LSB +: 16];
      fwcpl.value <= 64'd0;
      fwcpl.status <= cw_pkg::ST_OK;
      hot_domain  <= fwc[cw_pkg::CMD_SPACE_LSB +: 16];
      wait_q      <= 20;
      case (fwc[cw_pkg::CMD_OPCODE_LSB +: 8])
        cw_pkg::OP_NOP: begin
          trail        = {trail, "N"};
          wait_q       <= nop_cycles;
          fwcpl.status <= nop_status;
        end
        cw_pkg::OP_INVALIDATE: trail = {trail, "I"};
        cw_pkg::OP_FLUSH: begin
          if (busy_times > 0) begin
            busy_times   <= busy_times - 1;
            fwcpl.status <= cw_pkg::ST_BUSY;
          end else begin
            wait_q       <= flush_cycles;
            fwcpl.status <= flush_status;
          end
        end
        default: trail = {trail, "?"};
      endcase
      if (fwc[1023:256] != '0 || fwc[cw_pkg::CMD_SCOPE_LSB +: 8] != 8'd0)
        trail = {trail, "!"};
    end else if (wait_q > 0)
      wait_q <= wait_q - 1;
    else if (wait_q == 0) begin
      wait_q      <= -1;
      fwcpl_valid <= 1'b1;
      if (op_q == cw_pkg::OP_FLUSH)
        trail = {trail, (fwcpl.status == cw_pkg::ST_OK) ? "F" : "f"};
    end

    if (ctxw_valid && rst_n) begin
      if (ready) trail = {trail, ctxw.valid ? "C" : "c"};
      ctx_last     <= ctxw;
      ctx_last_idx <= int'(ctxw_idx);
    end
    if (domw_valid) begin
      if (ready) trail = {trail, "d"};
      dom_ports[domw_idx] <= domw.ports;
      dom_gen[domw_idx]   <= domw.mmio_gen;
    end
    if (portw_valid) begin
      if (ready) trail = {trail, "p"};
      port_last[portw_idx] <= portw;
    end
    if (ctx_abort_valid) begin
      trail      = {trail, "A"};
      abort_left <= 500;
    end else if (abort_left > 0)
      abort_left <= abort_left - 1;
    ctx_abort_busy <= ctx_abort_valid || abort_left > 1;
    if (snap) begin
      trail      = {trail, "S"};
      snap_left  <= 70;
      snap_cycle <= cycle;
    end else if (snap_left > 0)
      snap_left <= snap_left - 1;
    snap_busy <= snap || snap_left > 1;
    if (ev_cold_cmds) colds_counted <= colds_counted + 1;
    if (ev_cmd_errors) errors_counted <= errors_counted + 1;
  end

  // ---- checks ----
  `include "tb.svh"
  bit    ok;
  string test;

  task automatic must(input bit cond, input string what);
    if (!cond) begin
      $display("%s: %s", test, what);
      ok = 1'b0;
    end
  endtask

  task automatic begin_test(input string name);
    test  = name;
    ok    = 1'b1;
    trail = "";
  endtask

  task automatic end_test;
    if (!ok) $display("trail: %s", trail);
    check(ok, test);
  endtask

  // ---- one cold command; the bench drives at the falling edge ----
  logic [15:0] next_id = 16'h1234;
  cw_t::cpl_t  got;
  bit          answered;
  int          limit = 400_000;     // cycles until a command must be complete

  task automatic run(input logic [1023:0] c);
    int left;
    left     = limit;
    answered = 1'b0;
    next_id  = next_id + 16'd1;
    @(negedge clk);
    cmd       = c;
    cmd[cw_pkg::CMD_ID_LSB +: 16] = next_id;
    cmd_valid = 1'b1;
    cmd_index = cmd_index + 32'd1;
    do begin
      @(negedge clk);
      left--;
    end while (!cmd_ready && left > 0);
    @(negedge clk);
    cmd_valid = 1'b0;
    cmd       = {32{32'hdead_beef}};    // what the ring shows after the command was taken is not ours
    cpl_ready = 1'b1;
    do begin
      @(negedge clk);
      left--;
      if (cpl_valid) begin
        got      = cpl;
        answered = 1'b1;
      end
    end while (!answered && left > 0);
    @(negedge clk);
    cpl_ready = 1'b0;
    must(answered, "no completion");
    must(got.id == next_id, "id");
    must(got.index == cmd_index, "index");
    must(got.opcode == c[cw_pkg::CMD_OPCODE_LSB +: 8], "opcode");
    @(negedge clk);
  endtask

  task automatic expect_result(input logic [7:0] status, input logic [7:0] field);
    must(got.status == status, $sformatf("status %0d, not %0d", got.status, status));
    must(got.field == field, $sformatf("field %0d, not %0d", got.field, field));
  endtask

  function automatic logic [1023:0] attach(input int ctx, input int dom, input logic [63:0] root, input int level);
    attach = '0;
    attach[cw_pkg::CMD_OPCODE_LSB +: 8] = cw_pkg::OP_CTX_ATTACH;
    attach[cw_pkg::CMD_CTX_LSB +: 16]   = 16'(ctx);
    attach[cw_pkg::CMD_SPACE_LSB +: 16] = 16'(dom);
    attach[cw_pkg::CMD_ADDR_LSB +: 64]  = root;
    attach[cw_pkg::CMD_LEVEL_LSB +: 8]  = 8'(level);
  endfunction

  function automatic logic [1023:0] plain(input logic [7:0] op, input int ctx, input int space,
                                          input logic [63:0] addr, input logic [63:0] arg0);
    plain = '0;
    plain[cw_pkg::CMD_OPCODE_LSB +: 8] = op;
    plain[cw_pkg::CMD_CTX_LSB +: 16]   = 16'(ctx);
    plain[cw_pkg::CMD_SPACE_LSB +: 16] = 16'(space);
    plain[cw_pkg::CMD_ADDR_LSB +: 64]  = addr;
    plain[cw_pkg::CMD_ARG0_LSB +: 64]  = arg0;
  endfunction

  task automatic wait_ready;
    int left;
    left = 400_000;
    do begin
      @(negedge clk);
      left--;
    end while (!ready && !dead && left > 0);
  endtask

  task automatic reset;
    rst_n = 1'b0;
    cmd_valid = 1'b0;
    repeat (4) @(negedge clk);
    rst_n = 1'b1;
  endtask

  logic [1023:0] c;
  logic [31:0]   beats;
  string         line;
  int            boot_cycles;
  longint        began;

  initial begin
    reset();

    begin_test("boot: self test passes, tables are cleared, ready");
    wait_ready();
    boot_cycles = int'(cycle);
    must(ready && !dead && !test_failed, "ready, alive, self test passed");
    must(trail == "N", "the self test sends one hot NOP");
    must(version == 32'h0001_0000, "version");
    must(log_head != 0, "log written");
    must(boot_cycles < 100_000, $sformatf("boot takes %0d cycles", boot_cycles));
    end_test();

    begin_test("log: first line readable through the host's port");
    line = "";
    for (int i = 0; i < 48; i += 4) begin
      log_addr = 32'(i);
      repeat (3) @(negedge clk);
      for (int b = 0; b < 4; b++)
        line = {line, string'(log_data[b*8 +: 8])};
    end
    must(line.substr(0, 0) == "[", "starts with the cycle");
    for (int i = 0; i < 30; i++)
      if (line.substr(i, i + 15) == "catwalk firmware") answered = 1'b1;
    must(answered, {"no banner in ", line});
    answered = 1'b0;
    end_test();

    begin_test("PORT_SET: ranges reach the engine (P3)");
    run(plain(cw_pkg::OP_PORT_SET, 0, 3, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    run(plain(cw_pkg::OP_PORT_SET, 2, 63, 64'd2, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(port_last[0].enable && port_last[0].first == 0 && port_last[0].last == 3, "port 0");
    must(port_last[2].enable && port_last[2].first == 2 && port_last[2].last == 63, "port 2");
    must(!port_last[1].enable && !port_last[3].enable, "others off");
    must(trail == "pp", "no FLUSH without contexts");
    end_test();

    begin_test("CTX_ATTACH: domain knows its ports before the context is valid (P20)");
    began = longint'(cycle);
    run(attach(2, 5, 64'h4_3000, 4));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    began = longint'(cycle) - began;
    must(began < 20_000, $sformatf("attach takes %0d cycles", began));
    must(got.value == 64'd1, "generation 1");
    must(trail == "dC", "order");
    must(ctx_last_idx == 2 && ctx_last.valid && !ctx_last.level5 && ctx_last.domain == 5 && ctx_last.space == 5 &&
          ctx_last.root == 40'h43 && ctx_last.gen == 1 && ctx_last.quota == 7'(cw_pkg::PARK_QUOTA) && !ctx_last.shadow && !ctx_last.flavour, "table entry");
    must(dom_ports[5] == 4'b0101, "ports 0 and 2 own context 2");
    end_test();

    begin_test("CTX_ATTACH: level 5, second context of the domain");
    c = attach(40, 5, 64'hf_f000, 5);
    c[cw_pkg::CMD_ARG0_LSB +: 64] = 64'd64;
    run(c);
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(ctx_last.level5 && ctx_last.root == 40'hff && ctx_last.quota == 7'd64, "table entry");
    must(trail == "C", "port 2 is known already");
    end_test();

    begin_test("CTX_ATTACH: malformed fields are named and change nothing (P17)");
    run(attach(64, 5, 64'h4_3000, 4));
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_CTX);
    run(attach(3, 16, 64'h4_3000, 4));
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_SPACE);
    run(attach(3, 5, 64'h4_3008, 4));
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_ADDR);
    run(attach(3, 5, TABLE_BYTES, 4));
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_ADDR);
    run(attach(3, 5, 64'h4_3000, 3));
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_LEVEL);
    c = attach(3, 5, 64'h4_3000, 4);
    c[cw_pkg::CMD_KIND_LSB +: 8] = 8'd2;
    run(c);
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_KIND);
    c = attach(3, 5, 64'h4_3000, 4);
    c[1023 -: 8] = 8'd1;
    run(c);
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_RESERVED);
    c = attach(3, 5, 64'h4_3000, 4);
    c[cw_pkg::CMD_FLAGS_LSB +: 8] = 8'h02;
    run(c);
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_FLAGS);
    run(attach(2, 5, 64'h4_3000, 4));
    expect_result(cw_pkg::ST_IN_USE, cw_pkg::FIELD_NONE);
    run(plain(cw_pkg::OP_WRITE, 0, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_BAD_OPCODE, cw_pkg::FIELD_OPCODE);
    must(trail == "", "nothing changed");
    @(negedge clk);
    must(errors_counted == 10, $sformatf("%0d errors counted", errors_counted));
    end_test();

    begin_test("DOMAIN_SET: MMIO generation, ports kept");
    run(plain(cw_pkg::OP_DOMAIN_SET, 0, 5, 64'd0, 64'h7_ffff));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(dom_gen[5] == 19'h7_ffff && dom_ports[5] == 4'b0101, "domain 5");
    run(plain(cw_pkg::OP_DOMAIN_SET, 0, 5, 64'd0, 64'h8_0000));
    expect_result(cw_pkg::ST_BAD_FIELD, cw_pkg::FIELD_ARG0);
    end_test();

    begin_test("CTX_DETACH: disable, INVALIDATE, ABORT, FLUSH, complete (P33)");
    run(plain(cw_pkg::OP_CTX_DETACH, 2, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(trail == "cIAFd", "order");
    must(hot_domain == 16'd5, "domain");
    must(dom_ports[5] == 4'b0100, "port 0 owns nothing of domain 5 any more");
    run(plain(cw_pkg::OP_CTX_DETACH, 2, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_NO_CONTEXT, cw_pkg::FIELD_NONE);
    end_test();

    begin_test("CTX_DETACH: BUSY is tried again; a long FLUSH keeps the heartbeat");
    beats        = heartbeat;
    busy_times   = 3;
    flush_cycles = 60_000;
    run(plain(cw_pkg::OP_CTX_DETACH, 40, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(trail == "cIAfffFd", "order");
    must(heartbeat - beats > 10, "heartbeat");
    flush_cycles = 300;
    end_test();

    begin_test("CTX_DETACH: NOT_FLUSHED keeps the context from reuse until a repeat succeeds (P21)");
    run(attach(1, 7, 64'h1000, 4));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    flush_status = cw_pkg::ST_NOT_FLUSHED;
    run(plain(cw_pkg::OP_CTX_DETACH, 1, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_NOT_FLUSHED, cw_pkg::FIELD_NONE);
    run(attach(1, 7, 64'h1000, 4));
    expect_result(cw_pkg::ST_IN_USE, cw_pkg::FIELD_NONE);
    must(dom_ports[7] == 4'b0001, "the port stays in the mask");
    flush_status = cw_pkg::ST_OK;
    run(plain(cw_pkg::OP_CTX_DETACH, 1, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(dom_ports[7] == 4'b0000, "the port is gone");
    run(attach(1, 7, 64'h1000, 4));
    must(got.value == 64'd2, "generation 2 (P32)");
    end_test();

    begin_test("PORT_SET: a shrinking range leaves the mask only after a FLUSH (P20)");
    run(plain(cw_pkg::OP_PORT_SET, 2, 3, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(trail == "pFd", "order");
    must(dom_ports[7] == 4'b0000, "mask");
    run(plain(cw_pkg::OP_PORT_SET, 1, 1, 64'd1, 64'd0));
    must(trail == "pFddp", "a growing range enters the mask first");
    must(dom_ports[7] == 4'b0010, "mask");
    run(plain(cw_pkg::OP_PORT_SET, 1, 0, 64'd1, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(!port_last[1].enable, "first > last: off");
    end_test();

    begin_test("STATS: cycle of the snapshot");
    run(plain(cw_pkg::OP_STATS, 0, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(trail == "S" && got.value == snap_cycle && snap_cycle != 64'd0, "snapshot");
    end_test();

    begin_test("SELFTEST on request");
    run(plain(cw_pkg::OP_SELFTEST, 0, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_OK, cw_pkg::FIELD_NONE);
    must(got.value == 64'd0 && trail == "N", "passes");
    end_test();

    begin_test("a command that leaves its ring while it is copied is not executed");
    colds_counted = 0;
    @(negedge clk);
    cmd       = plain(cw_pkg::OP_STATS, 0, 0, 64'd0, 64'd0);
    cmd_valid = 1'b1;
    repeat (10) @(negedge clk);
    cmd_valid = 1'b0;
    repeat (20_000) @(negedge clk);
    must(colds_counted == 0 && trail == "" && !cpl_valid, "nothing happened");
    end_test();

    begin_test("a hot command that never completes ends by its deadline, alive");
    mute = 1'b1;
    flush_timeout = 32'd100;
    watchdog = 32'd3_000_000;
    limit = 3_000_000;
    run(plain(cw_pkg::OP_SELFTEST, 0, 0, 64'd0, 64'd0));
    must(got.status == cw_pkg::ST_OK && got.value == 64'd8, "self test names the hot path");
    must(!dead, "alive");
    end_test();

    begin_test("a completion after the deadline is not taken for that of the next command");
    mute       = 1'b0;
    repeat (1000) @(negedge clk);
    nop_cycles = 1_200_000;
    nop_status = cw_pkg::ST_BUS_ERROR;
    run(plain(cw_pkg::OP_SELFTEST, 0, 0, 64'd0, 64'd0));
    must(got.value == 64'd8, "too late");
    nop_cycles = 20;
    nop_status = cw_pkg::ST_OK;
    run(plain(cw_pkg::OP_SELFTEST, 0, 0, 64'd0, 64'd0));
    must(got.value == 64'd0, "the late one was taken");
    end_test();

    begin_test("watchdog: dead without a heartbeat, cold commands end with FW_FAULT");
    watchdog = 32'd100;
    repeat (10_000) @(negedge clk);
    must(dead, "dead");
    beats = heartbeat;
    run(plain(cw_pkg::OP_STATS, 0, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_FW_FAULT, cw_pkg::FIELD_NONE);
    run(plain(cw_pkg::OP_NOP, 0, 0, 64'd0, 64'd0));
    expect_result(cw_pkg::ST_FW_FAULT, cw_pkg::FIELD_NONE);
    must(trail == "", "the firmware touches nothing");
    watchdog = 32'd200_000;
    repeat (5_000) @(negedge clk);
    must(dead && heartbeat == beats, "dead until reset");
    end_test();

    $display("soc: boot %0d cycles, attach %0d cycles", boot_cycles, began);
    report("soc");
  end
endmodule
