// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Part of tb_cmd: every malformed field of the hot commands (P17).
  // Malformed commands and the fields to blame, submitted together by `run_bad`.
  logic [1023:0] bad_cmds [$];
  logic [7:0]    bad_fields [$];

  task automatic bad(input logic [1023:0] c, input logic [7:0] field);
    bad_cmds.push_back(c);
    bad_fields.push_back(field);
  endtask

  task automatic run_bad();
    while (bad_cmds.size() != 0) begin
      logic [7:0] op = bad_cmds[0][7:0];
      logic [7:0] field = bad_fields[0];
      logic [7:0] status = cw_pkg::ST_BAD_FIELD;
      if (field == cw_pkg::FIELD_OPCODE)
        status = cw_pkg::ST_BAD_OPCODE;
      submit(bad_cmds[0], status, field, 0);
      void'(bad_cmds.pop_front());
      void'(bad_fields.pop_front());
    end
  endtask

  localparam logic [7:0] LOAD = cw_pkg::OP_LOAD, FILL = cw_pkg::OP_FILL, WRITE = cw_pkg::OP_WRITE,
                         INV = cw_pkg::OP_INVALIDATE, FLUSH = cw_pkg::OP_FLUSH, RESUME = cw_pkg::OP_RESUME,
                         STOP = cw_pkg::OP_STOP, START = cw_pkg::OP_START, DRAIN = cw_pkg::OP_DRAIN,
                         PROTECT = cw_pkg::OP_PROTECT, HARVEST = cw_pkg::OP_HARVEST;

  function automatic logic [1023:0] with_bit(input logic [1023:0] c, input int b);
    c[b] = 1'b1;
    return c;
  endfunction

  task automatic malformed();
    int reads = u_table.n_ar;
    logic [7:0] bad_scopes [5] = '{1, 2, 5, 8'h80, 255};
    for (int op = 0; op < 256; op++) begin
      case (op)
        'h00, 'h01, 'h02, 'h03, 'h04, 'h05, 'h06, 'h08, 'h09, 'h0a, 'h0b, 'h0c, 'h0d, 'h10: ;
        default: bad(command(8'(op), 0, 0, 0, 0, 0, 0), cw_pkg::FIELD_OPCODE);
      endcase
    end
    for (int b = 9; b < 16; b++) bad(with_bit(command(WRITE, 0, 0, 1, 0, 0, 0), b), cw_pkg::FIELD_FLAGS);
    for (int b = 768; b < 1024; b++) bad(with_bit(command(WRITE, 0, 0, 1, 0, 0, 0), b), cw_pkg::FIELD_RESERVED);
    for (int b = 57; b < 64; b++) bad(with_bit(command(INV, 0, 0, 0, 0, 0, 0), b), cw_pkg::FIELD_RESERVED);
    bad(command(LOAD, 0, 32, BUFFER, 64, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(LOAD, 0, TABLE, BUFFER, 64, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(LOAD, 0, 64'hffff_ffff_ffff_ffc0, BUFFER, 64, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(LOAD, 0, 64'hfc0, BUFFER, 128, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(LOAD, 0, 0, BUFFER + 8, 64, 0, 0), cw_pkg::FIELD_ARG0);
    bad(command(LOAD, 0, 0, BUFFER + 64'hfc0, 128, 0, 0), cw_pkg::FIELD_ARG0);
    bad(command(LOAD, 0, 0, BUFFER + 64, 4096, 0, 0), cw_pkg::FIELD_ARG0);
    bad(command(LOAD, 0, 0, BUFFER, 0, 0, 0), cw_pkg::FIELD_ARG1);
    bad(command(LOAD, 0, 0, BUFFER, 63, 0, 0), cw_pkg::FIELD_ARG1);
    bad(command(LOAD, 0, 0, BUFFER, 4160, 0, 0), cw_pkg::FIELD_ARG1);
    bad(command(LOAD, 0, 0, BUFFER, 64'h1_0000_0040, 0, 0), cw_pkg::FIELD_ARG1);
    bad(command(FILL, 0, 64, 0, 0, 0, 0), cw_pkg::FIELD_ADDR);
    // space and scope are the last two
    bad(command(HARVEST, 0, 64'h0400_0000, BUFFER, 64'h1_0000_0000, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(HARVEST, 0, 64'h100_0000_0000, BUFFER, 64'h1_0000_0000, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(HARVEST, 0, 0, BUFFER + 64, 64'h1_0000_0000, 0, 0), cw_pkg::FIELD_ARG0);
    bad(command(HARVEST, 0, 0, BUFFER, 0, 0, 0), cw_pkg::FIELD_ARG1);
    bad(command(HARVEST, 0, 0, BUFFER, 64'h1_0000_2001, 0, 0), cw_pkg::FIELD_ARG1);
    bad(command(HARVEST, 0, 0, BUFFER, 64'h1_0000_0000, 16, 0), cw_pkg::FIELD_SPACE);
    bad(command(HARVEST, 0, 0, BUFFER, 64'h1_0000_0000, 0, 1), cw_pkg::FIELD_SCOPE);
    bad(command(FILL, 0, TABLE, 0, 0, 0, 0), cw_pkg::FIELD_ADDR);
    for (int op = int'(WRITE); op <= int'(cw_pkg::OP_CMPXCHG); op++) begin
      bad(command(8'(op), 0, 4, 1, 0, 0, 0), cw_pkg::FIELD_ADDR);
      bad(command(8'(op), 0, TABLE, 1, 0, 0, 0), cw_pkg::FIELD_ADDR);
      bad(command(8'(op), 0, 64'h8000_0000_0000_0000, 1, 0, 0, 0), cw_pkg::FIELD_ADDR);
    end
    bad(command(PROTECT, 0, 64, 0, 0, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(PROTECT, 0, TABLE, 0, 0, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(PROTECT, 0, 0, 1, 0, 0, 0), cw_pkg::FIELD_ARG0);
    for (int b = 2; b < 64; b++) bad(command(PROTECT, 0, 0, 0, 64'd1 << b, 0, 0), cw_pkg::FIELD_ARG1);
    bad(command(INV, 0, 0, 0, 0, 0, 3), cw_pkg::FIELD_SCOPE);
    bad(command(INV, 0, 0, 0, 0, 16, 0), cw_pkg::FIELD_SPACE);
    bad(command(INV, 0, 0, 0, 0, 4096, 1), cw_pkg::FIELD_SPACE);
    bad(command(INV, 0, 512, 1, 0, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(INV, 0, 64'h0200_0000_0000_0000, 0, 0, 0, 0), cw_pkg::FIELD_ADDR);
    bad(command(INV, 0, 64'h01ff_ffff_ffff_f000, 2, 0, 0, 0), cw_pkg::FIELD_ARG0);
    bad(command(INV, 0, 64'h1000, 64'hffff_ffff_ffff_ffff, 0, 0, 0), cw_pkg::FIELD_ARG0);
    bad(command(FLUSH, 0, 0, 0, 0, 0, 3), cw_pkg::FIELD_SCOPE);
    bad(command(FLUSH, 0, 0, 0, 0, 16, 0), cw_pkg::FIELD_SPACE);
    bad(command(FLUSH, 0, 0, 0, 0, 4096, 1), cw_pkg::FIELD_SPACE);
    bad(command(FLUSH, 0, 0, 0, 16, 0, 1), cw_pkg::FIELD_ARG1);
    for (int op = int'(STOP); op <= int'(DRAIN); op++) begin
      foreach (bad_scopes[i]) bad(command(8'(op), 0, 0, 0, 0, 0, bad_scopes[i]), cw_pkg::FIELD_SCOPE);
      bad(command(8'(op), 0, 0, 0, 0, 16, 0), cw_pkg::FIELD_SPACE);
      bad(command(8'(op), 0, 0, 0, 0, 64, 3), cw_pkg::FIELD_SPACE);
      bad(command(8'(op), 0, 0, 0, 0, 3, 4), cw_pkg::FIELD_SPACE);
    end
    bad(command(RESUME, 0, 0, 64'h1_0000_0000, 0, 0, 0), cw_pkg::FIELD_ARG0);
    bad(command(RESUME, 0, 0, 0, 4, 0, 0), cw_pkg::FIELD_ARG1);
    run_bad();
    drain();
    check(wrong == 0, "malformed commands: status and field");
    check(u_table.n_aw == 0 && n_inv == 0 && n_flush == 0 && n_resume == 0 && n_stop == 0 && n_upd == 0,
          "malformed commands change nothing");
    check(n_hot == int'(produced) && n_err == int'(produced), "malformed commands are counted");
    submit(command(cw_pkg::OP_NOP, 0, 0, 0, 0, 0, 0), cw_pkg::ST_OK, 0, 0);
    drain();
    check(wrong == 0 && completed == produced && reads != u_table.n_ar, "and stop nothing");
  endtask

  // HARVEST: its fields arrive, a BARRIER waits for it, its flip is a FLUSH of its ports.
  task automatic harvests();
    int flushes = n_harvest;
    submit(command(HARVEST, 0, 64'h800_0000, BUFFER, {32'd7, 32'd3}, 1, 0), cw_pkg::ST_OK, 0, 10);
    submit(with_bit(command(cw_pkg::OP_NOP, 0, 0, 0, 0, 0, 0), 8), cw_pkg::ST_OK, 0, 0);
    submit(command(HARVEST, 0, 64'h800_0000, BUFFER, {32'd9, 32'd0}, 1, 0), cw_pkg::ST_OK, 0, 9);
    drain();
    check(n_harvest == flushes + 2 && wrong == 0 && !harvesting, "HARVEST is handed over, flips and completes");
    // One of the ring flips while a command of the firmware was the last one: no BARRIER of the firmware waits for it;
    // one of the firmware, and then its BARRIER does.
    submit(command(HARVEST, 0, 64'h800_0000, BUFFER, {32'd7, 32'd3}, 1, 0), cw_pkg::ST_OK, 0, 10);
    while (!harvesting) @(negedge clk);
    firmware(command(cw_pkg::OP_NOP, 1, 0, 0, 0, 0, 0), cw_pkg::ST_OK, 0);
    drain();
    firmware(with_bit(command(cw_pkg::OP_NOP, 2, 0, 0, 0, 0, 0), 8), cw_pkg::ST_OK, 0);
    fwc       = command(HARVEST, 3, 64'h800_0000, BUFFER, {32'd7, 32'd3}, 1, 0);
    fwc_valid = 1'b1;
    do @(negedge clk); while (!fwc_ready);
    @(negedge clk);
    fwc = with_bit(command(cw_pkg::OP_NOP, 4, 0, 0, 0, 0, 0), 8);
    do @(negedge clk); while (!fwc_ready);
    check(n_harvest == flushes + 4 && wrong == 0 && !harvesting, "a BARRIER of the firmware waits for its HARVEST alone (P15)");
    @(negedge clk);
    fwc_valid = 1'b0;
    drain();
  endtask
