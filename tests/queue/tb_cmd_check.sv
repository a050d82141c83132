// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_cmd_check (P17): the table below says for each hot opcode which values of its fields are legal, at the
// edge, one below and one above, as docs/registers.md has them. Each value is tried alone; each pair of wrong values
// must blame the field that stands first in the order opcode, flags, reserved, scope, space, addr, arg0, arg1. What an
// opcode does not use is full of random bits all the while.
module tb_cmd_check;
  localparam logic [63:0] TABLE = 64'h0123_4000;     // table memory of the bench, no power of two
  localparam logic [63:0] GUEST = 64'd1 << 57;       // end of the largest address space
  localparam logic [63:0] TOP   = 64'd1 << 63;
  localparam logic [7:0]  END = 8'hff;                // instead of a status: the end of one table

  `include "tb.svh"
  int wrong = 0;
  int tried = 0;

  logic [1023:0] cmd;
  logic [7:0]    status, field;
  cw_cmd_check #(.TABLE_BYTES(TABLE)) u_check (.*);

  // The table, which gathers commands and what they must give. Its tasks are of a class: a task of a module
  // is copied into each call, which made 77 MB of C++.
  class cases;
  logic [1023:0] todo_cmd [$];
  logic [7:0]    todo_st [$], todo_f [$];
  string         todo_what [$];

  // ---- the layout, bytes as in ring.def ----
  localparam int OPCODE = 0, FLAGS = 1, ID = 2, SPACE = 4, SCOPE = 6, LEAF_ONLY = 7, ADDR = 8, ARG0 = 16, ARG1 = 24,
                 DATA = 32, COLD = 96;
  function automatic int width(input int f);
    return f == ADDR || f == ARG0 || f == ARG1 ? 64 : f == SPACE ? 16 : 8;
  endfunction
  logic [1023:0] w;              // the command that is being made
  task automatic clear();         // on its own: Verilator would take w for 0 after the calls that follow, too
    w = '0;
  endtask
  task automatic put(input int f, input logic [63:0] v);
    for (int i = 0; i < width(f); i++) w[8 * f + i] = v[i];
  endtask

  // ---- blame, and the order of it: codes of cmdfield.def ----
  function automatic logic [7:0] code(input int f);
    case (f)
      OPCODE: return 8'd1;
      FLAGS:  return 8'd2;
      SPACE:  return 8'd3;
      SCOPE:  return 8'd4;
      ADDR:   return 8'd5;
      ARG0:   return 8'd6;
      ARG1:   return 8'd7;
      default: return 8'd8;
    endcase
  endfunction
  function automatic int rank(input int f);
    case (f)
      SCOPE:  return 1;
      SPACE:  return 2;
      ADDR:   return 3;
      ARG0:   return 4;
      default: return 5;
    endcase
  endfunction

  task automatic expect_of(input logic [1023:0] c, input logic [7:0] st, input logic [7:0] f, input string what);
    todo_cmd.push_back(c);
    todo_st.push_back(st);
    todo_f.push_back(f);
    todo_what.push_back(what);
  endtask
  task automatic good(input logic [1023:0] c, input string what);
    expect_of(c, 8'd0, 8'd0, what);
  endtask
  task automatic blamed(input logic [1023:0] c, input int f, input string what);
    expect_of(c, 8'd3, code(f), what);
  endtask


  // ---- a command and its table ----
  string         name;
  logic [1023:0] legal;
  bit [31:0]     uses;           // fields that it uses, by byte
  int            bad_f [$];
  logic [63:0]   bad_v [$];

  // Unused fields, id, BARRIER, leaf_only and data say nothing.
  task automatic noise();
    put(FLAGS, 64'($urandom_range(1)));
    put(LEAF_ONLY, 64'($urandom_range(1)));
    for (int i = 0; i < 2; i++) w[8 * ID + 8 * i +: 8] = 8'($urandom);
    for (int i = DATA; i < COLD; i++) w[8 * i +: 8] = 8'($urandom);
    if (!uses[SPACE]) put(SPACE, {$urandom, $urandom});
    if (!uses[SCOPE]) put(SCOPE, {$urandom, $urandom});
    if (!uses[ADDR]) put(ADDR, {$urandom, $urandom});
    if (!uses[ARG0]) put(ARG0, {$urandom, $urandom});
    if (!uses[ARG1]) put(ARG1, {$urandom, $urandom});
  endtask

  task automatic of(input string what, input logic [7:0] op, input bit [31:0] used, input int scope, input int space,
                    input logic [63:0] addr, input logic [63:0] arg0, input logic [63:0] arg1);
    name  = what;
    uses  = used;
    clear();
    put(OPCODE, 64'(op));
    put(SCOPE, 64'(scope));
    put(SPACE, 64'(space));
    put(ADDR, addr);
    put(ARG0, arg0);
    put(ARG1, arg1);
    legal = w;
    repeat (200) begin
      noise();
      good(w, name);
    end
  endtask
  task automatic ok(input int f, input logic [63:0] v);
    w = legal;
    put(f, v);
    noise();
    good(w, name);
  endtask
  task automatic no(input int f, input logic [63:0] v);
    w = legal;
    put(f, v);
    noise();
    blamed(w, f, name);
    bad_f.push_back(f);
    bad_v.push_back(v);
  endtask
  // Two fields together, both legal alone.
  task automatic ok2(input int f, input logic [63:0] v, input int g, input logic [63:0] u);
    w = legal;
    put(f, v);
    put(g, u);
    noise();
    good(w, name);
  endtask
  task automatic no2(input int f, input logic [63:0] v, input int g, input logic [63:0] u, input int blame);
    w = legal;
    put(f, v);
    put(g, u);
    noise();
    blamed(w, blame, name);
  endtask
  // Single bits lo to hi, each wrong.
  task automatic no_bits(input int f, input int lo, input int hi);
    for (int b = lo; b <= hi; b++) no(f, 64'd1 << b);
  endtask

  // What holds of every hot command, then all pairs of wrong values.
  task automatic done();
    for (int b = 1; b < 8; b++) begin
      w = legal;
      noise();
      w[8 * FLAGS + b] = 1'b1;
      blamed(w, FLAGS, name);
      w[8 * COLD + $urandom_range(255)] = 1'b1;        // and a reserved one: flags come first
      blamed(w, FLAGS, name);
    end
    for (int b = 8 * LEAF_ONLY + 1; b < 1024; b++) begin
      if (b == 8 * ADDR) b = 8 * COLD;
      w = legal;
      noise();
      w[b] = 1'b1;
      blamed(w, 255, name);
      for (int i = 0; i < bad_f.size(); i += 7) begin
        put(bad_f[i], bad_v[i]);
        blamed(w, 255, name);
      end
    end
    foreach (bad_f[i]) begin
      for (int j = 0; j < i; j++) begin
        if (bad_f[i] != bad_f[j]) begin
          w = legal;
          put(bad_f[i], bad_v[i]);
          put(bad_f[j], bad_v[j]);
          noise();
          blamed(w, rank(bad_f[i]) < rank(bad_f[j]) ? bad_f[i] : bad_f[j], name);
        end
      end
    end
    bad_f.delete();
    bad_v.delete();
    expect_of('0, END, 8'd0, name);
  endtask

  localparam bit [31:0] U_ADDR = 32'd1 << ADDR, U_ARG0 = 32'd1 << ARG0, U_ARG1 = 32'd1 << ARG1,
                        U_SPACE = 32'd1 << SPACE, U_SCOPE = 32'd1 << SCOPE;

  task automatic scopes(input bit three);              // 0 domain, 1 root, 2 all; or 0 domain, 3 context, 4 port
    if (three) no(SCOPE, 3); else begin
      no(SCOPE, 1);
      no(SCOPE, 2);
    end
    if (three) no(SCOPE, 4); else no(SCOPE, 5);
    no(SCOPE, 8);
    no(SCOPE, 16);
    no(SCOPE, 128);
    no(SCOPE, 255);
  endtask
  task automatic domains();                            // 0 to 15
    ok(SPACE, 0);
    ok(SPACE, 15);
    no(SPACE, 16);
    no_bits(SPACE, 5, 15);
    no(SPACE, 16'hffff);
  endtask
  task automatic roots();                              // 12 bits
    ok(SPACE, 0);
    ok(SPACE, 16);
    ok(SPACE, 4095);
    no_bits(SPACE, 12, 15);
    no(SPACE, 16'hffff);
  endtask
  task automatic table_pages();                        // FILL, PROTECT: 4 KiB, inside table memory
    ok(ADDR, 0);
    ok(ADDR, TABLE - 4096);
    no(ADDR, TABLE);
    no(ADDR, TABLE - 4095);
    no(ADDR, TABLE - 4097);
    no_bits(ADDR, 0, 11);
    no_bits(ADDR, 25, 63);
  endtask
  task automatic guest_range();                        // pages of an address space of 57 bits, INVALIDATE
    ok(ADDR, 0);
    ok(ADDR, 4096);
    ok2(ADDR, GUEST - 4096, ARG0, 0);
    ok2(ADDR, GUEST - 4096, ARG0, 1);
    no2(ADDR, GUEST - 4096, ARG0, 2, ARG0);
    no2(ADDR, GUEST - 4096, ARG0, '1, ARG0);
    ok2(ADDR, GUEST - 8192, ARG0, 2);
    no2(ADDR, GUEST - 8192, ARG0, 3, ARG0);
    ok2(ADDR, 0, ARG0, 64'd1 << 45);
    no2(ADDR, 0, ARG0, (64'd1 << 45) + 1, ARG0);
    ok2(ADDR, 4096, ARG0, (64'd1 << 45) - 1);
    no2(ADDR, 4096, ARG0, 64'd1 << 45, ARG0);
    no_bits(ADDR, 0, 11);
    no(ADDR, 4095);
    no(ADDR, 4097);
    no(ADDR, GUEST);
    no(ADDR, GUEST + 4096);
    no_bits(ADDR, 58, 63);
    no(ADDR, 64'hffff_ffff_ffff_f000);
    no_bits(ARG0, 46, 63);
    no(ARG0, '1);
  endtask

  task automatic copies();                             // LOAD
    of("LOAD", 8'h01, U_ADDR | U_ARG0 | U_ARG1, 0, 0, 64'h1000, 64'h5_0000_0000, 64);
    ok(ADDR, 0);
    ok(ADDR, 64);
    ok(ADDR, TABLE - 64);
    no(ADDR, TABLE);
    no(ADDR, TABLE - 63);
    no(ADDR, TABLE - 65);
    no_bits(ADDR, 0, 5);
    no_bits(ADDR, 25, 63);
    ok(ARG0, 0);
    ok(ARG0, 64);
    ok(ARG0, 64'hffff_ffff_ffff_ffc0);
    no_bits(ARG0, 0, 5);
    no(ARG0, 64'hffff_ffff_ffff_ffff);
    for (int n = 64; n <= 4096; n += 64) ok(ARG1, 64'(n));
    no(ARG1, 0);
    no_bits(ARG1, 0, 5);
    no(ARG1, 63);
    no(ARG1, 65);
    no(ARG1, 4095);
    no(ARG1, 4097);
    no(ARG1, 4160);
    no_bits(ARG1, 13, 63);
    no(ARG1, TOP | 64);
    for (int n = 64; n <= 4096; n += 64) begin         // neither side crosses 4 KiB
      ok2(ADDR, 64'h2000 - 64'(n), ARG1, 64'(n));
      ok2(ARG0, TOP - 64'(n), ARG1, 64'(n));
      if (n > 64) begin
        no2(ADDR, 64'h2000 - 64'(n) + 64, ARG1, 64'(n), ADDR);
        no2(ADDR, 64'h1fc0, ARG1, 64'(n), ADDR);
        no2(ARG0, TOP - 64'(n) + 64, ARG1, 64'(n), ARG0);
        no2(ARG0, 64'h3fc0, ARG1, 64'(n), ARG0);
      end
    end
    ok2(ADDR, TABLE - 4096, ARG1, 4096);
    done();
  endtask

  task automatic entries(input string what, input logic [7:0] op, input bit [31:0] used);
    of(what, op, used, 0, 0, 64'h1008, 0, 0);
    ok(ADDR, 0);
    ok(ADDR, 8);
    ok(ADDR, TABLE - 8);
    no(ADDR, TABLE);
    no(ADDR, TABLE + 8);
    no(ADDR, TABLE - 7);
    no(ADDR, TABLE - 9);
    no_bits(ADDR, 0, 2);
    no_bits(ADDR, 25, 63);
    done();
  endtask

  task automatic stops(input string what, input logic [7:0] op);
    of({what, " of a domain"}, op, U_SCOPE | U_SPACE, 0, 5, 0, 0, 0);
    scopes(1'b0);
    domains();
    done();
    of({what, " of a context"}, op, U_SCOPE | U_SPACE, 3, 5, 0, 0, 0);
    scopes(1'b0);
    ok(SPACE, 0);
    ok(SPACE, 16);
    ok(SPACE, 63);
    no(SPACE, 64);
    no_bits(SPACE, 7, 15);
    done();
    of({what, " of a port"}, op, U_SCOPE | U_SPACE, 4, 1, 0, 0, 0);
    scopes(1'b0);
    for (int p = 0; p < 5; p++) if (p != 3) ok(SPACE, 64'(p));
    no(SPACE, 3);                                      // the host's: probes only (P7)
    for (int p = 5; p < 20; p++) no(SPACE, 64'(p));
    no_bits(SPACE, 5, 15);
    done();
  endtask

  task automatic opcodes();
    bit hot [256];
    foreach (hot[i]) hot[i] = 1'b0;
    for (int i = 0; i <= 6; i++) hot[i] = 1'b1;        // NOP to PROTECT
    for (int i = 8; i <= 13; i++) hot[i] = 1'b1;       // INVALIDATE to DRAIN
    hot[16] = 1'b1;                                    // RESUME
    for (int i = 0; i < 256; i++) begin
      if (!hot[i]) begin                               // unknown, or one of the cold ring: whatever else is wrong
        expect_of(1024'(i), 8'd1, code(OPCODE), "no hot opcode");
        repeat (8) begin
          for (int n = 0; n < 32; n++) w[32 * n +: 32] = $urandom;
          put(OPCODE, 64'(i));
          expect_of(w, 8'd1, code(OPCODE), "no hot opcode");
        end
      end
    end
    expect_of('0, END, 8'd0, "no hot opcode");
  endtask

  task automatic all();
    opcodes();
    of("NOP", 8'h00, '0, 0, 0, 0, 0, 0);
    done();
    copies();
    of("FILL", 8'h02, U_ADDR, 0, 0, 64'h1000, 0, 0);
    table_pages();
    done();
    entries("WRITE", 8'h03, U_ADDR);
    entries("XCHG", 8'h04, U_ADDR);
    entries("CMPXCHG", 8'h05, U_ADDR);
    of("PROTECT", 8'h06, U_ADDR | U_ARG0 | U_ARG1, 0, 0, 64'h1000, 0, 0);
    table_pages();
    no_bits(ARG0, 0, 63);
    for (int i = 0; i < 4; i++) ok(ARG1, 64'(i));
    no_bits(ARG1, 2, 63);
    done();
    of("INVALIDATE of a domain", 8'h08, U_SCOPE | U_SPACE | U_ADDR | U_ARG0, 0, 3, 64'h1000, 5, 0);
    scopes(1'b1);
    domains();
    guest_range();
    done();
    of("INVALIDATE of a root", 8'h08, U_SCOPE | U_SPACE | U_ADDR | U_ARG0, 1, 300, 64'h1000, 5, 0);
    scopes(1'b1);
    roots();
    guest_range();
    done();
    of("INVALIDATE of everything", 8'h08, U_SCOPE | U_ADDR | U_ARG0, 2, 0, 64'h1000, 5, 0);
    scopes(1'b1);
    guest_range();
    done();
    of("FLUSH of a domain", 8'h09, U_SCOPE | U_SPACE, 0, 3, 0, 0, 0);
    scopes(1'b1);
    domains();
    done();
    of("FLUSH of a root", 8'h09, U_SCOPE | U_SPACE | U_ARG1, 1, 300, 0, 0, 3);
    scopes(1'b1);
    roots();
    ok(ARG1, 0);
    ok(ARG1, 15);
    no(ARG1, 16);
    no_bits(ARG1, 5, 63);
    done();
    of("FLUSH of everything", 8'h09, U_SCOPE, 2, 0, 0, 0, 0);
    scopes(1'b1);
    done();
    of("HARVEST", 8'h0a, U_SCOPE | U_SPACE | U_ADDR | U_ARG0 | U_ARG1, 0, 3, 64'h800_0000, 128, {32'd1, 32'd0});
    for (int i = 1; i < 6; i++) no(SCOPE, 64'(i));
    no_bits(SCOPE, 3, 7);
    domains();
    ok(ADDR, 0);
    ok(ADDR, (64'd1 << 40) - (64'd1 << 27));           // the last leaf
    no(ADDR, 64'd1 << 40);
    no_bits(ADDR, 0, 26);
    no_bits(ADDR, 41, 63);
    ok(ARG0, 0);
    ok(ARG0, 64'hffff_ffff_ffff_ff80);
    no_bits(ARG0, 0, 6);
    no(ARG0, 127);
    no(ARG0, 129);
    ok(ARG1, {32'd1, 32'd1});
    ok(ARG1, {32'd1, 32'd8192});
    ok(ARG1, {32'hffff_ffff, 32'd8192});
    no(ARG1, {32'd1, 32'd8193});
    for (int b = 14; b < 32; b++) no(ARG1, {32'd1, 32'd1 << b});
    no(ARG1, 0);                                       // room for nothing
    no(ARG1, 8192);
    done();
    stops("STOP", 8'h0b);
    stops("START", 8'h0c);
    stops("DRAIN", 8'h0d);
    of("RESUME", 8'h10, U_ARG0 | U_ARG1, 0, 0, 0, 64'h0001_0002, 0);
    ok(ARG0, 0);
    ok(ARG0, 64'hffff_ffff);
    no_bits(ARG0, 32, 63);
    no(ARG0, '1);
    for (int i = 0; i < 4; i++) ok(ARG1, 64'(i));      // resume.def
    no(ARG1, 4);
    no_bits(ARG1, 3, 63);
    done();
  endtask
  endclass

  cases t;

  initial begin
    logic [1023:0] c;
    logic [7:0]    st, f;
    string         what;
    t = new;
    t.all();
    while (t.todo_cmd.size() != 0) begin
      c    = t.todo_cmd.pop_front();
      st   = t.todo_st.pop_front();
      f    = t.todo_f.pop_front();
      what = t.todo_what.pop_front();
      if (st == END) begin                             // of one table
        if (wrong != 0) $display("%0d of %0d are wrong", wrong, tried);
        check(wrong == 0 && tried > 450, {what, " (P17)"});
        wrong = 0;
        tried = 0;
      end else begin
        cmd = c;
        #1;
        tried++;
        if (status !== st || field !== f) begin
          wrong++;
          if (wrong < 10)
            $display("%s: status %0d field %0d, but must be %0d %0d (%h)", what, status, field, st, f, c[255:0]);
        end
      end
    end
    report("rtl_cmd_check");
  end
endmodule
