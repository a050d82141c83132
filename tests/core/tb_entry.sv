// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_entry against the table "Entries" of docs/walks.md: which bits of an entry may not be set, by flavour,
// level, leaf or table, and width of addresses; and which tables are beyond table memory (P43). Engines of several
// widths and memories see the same entries: each single bit and each pair of bits of an entry that is well-formed,
// each value of the fields whose values count, tables around the end of each memory, and entries at random.
module tb_entry;
  localparam int NE = 5;
  localparam int PA_BITS [NE] = '{52, 46, 39, 36, 32};
  localparam longint unsigned TABLE_BYTES [NE] = '{
    64'h1000_0000, 64'h10_0000_0000, 64'h4000_0000, 64'h20_0000, 64'h3000};

  logic [63:0]   entry = '0;
  logic [2:0]    level = 3'd1;
  logic          flavour = 1'b0;
  logic [NE-1:0] leaf, reserved, outside;
  for (genvar g = 0; g < NE; g++) begin : engine
    cw_entry #(.PA_BITS(PA_BITS[g]), .TABLE_BYTES(TABLE_BYTES[g])) dut (
      .entry, .level, .flavour, .leaf(leaf[g]), .reserved(reserved[g]), .outside(outside[g]));
  end

  `include "tb.svh"
  `include "tb_must.svh"

  // What was met: [flavour][level][leaf], good and bad; and by cause.
  int met_good [2][6][2], met_bad [2][6][2], n_in = 0, n_out = 0;
  int n_alone [string];

  function automatic logic [63:0] bits(input int high, input int low);    // ones at these places
    bits = '0;
    for (int b = low; b <= high; b++) bits[b] = 1'b1;
  endfunction

  // One reason of the table, for every engine: met, and whether it was the only one.
  int reasons;
  task automatic reason(input bit yes, input string name, inout string last);
    if (yes) begin
      reasons++;
      last = name;
    end
  endtask

  task automatic look();
    string why, where;
    bit    is_leaf;
    longint unsigned address;
    #1;
    is_leaf = level == 3'd1 || entry[cw_pkg::SPTE_PS];
    address = entry & bits(51, 12);
    for (int e = 0; e < NE; e++) begin
      reasons = 0;
      why     = "";
      reason((entry & bits(51, PA_BITS[e])) != '0, "address", why);
      if (flavour) reason((entry & bits(53, 52)) != '0, "type of the other flavour", why);
      else begin
        reason(entry[cw_pkg::SPTE_AD_DISABLED] && entry[cw_pkg::SPTE_AD_WRPROT], "A/D type", why);
        if (is_leaf) reason(entry[5:3] inside {3'd2, 3'd3, 3'd7}, "memory type", why);
        else reason((entry & bits(6, 3)) != '0, "type of a table", why);
      end
      if (is_leaf) begin
        if (level == 3'd2) reason((address & bits(20, 12)) != '0, "below 2 MiB", why);
        if (level == 3'd3) reason((address & bits(29, 12)) != '0, "below 1 GiB", why);
        if (level >= 3'd4) reason(1'b1, "no such size", why);
      end
      if (flavour) where = $sformatf("legacy, level %0d", level);
      else where = $sformatf("EPT, level %0d", level);
      must(leaf[e] == is_leaf, {where, ": leaf or table"});
      if (reasons != 0) must(reserved[e], {where, ": what may not be set is BAD_ENTRY (P43)"});
      else must(!reserved[e], {where, ": what may be set is taken (P43)"});
      if (!is_leaf && address > TABLE_BYTES[e] - 4096) begin
        must(outside[e], "a table beyond table memory is BAD_TABLE (P43)");
        n_out++;
      end else begin
        must(!outside[e], "a leaf anywhere and a table in table memory are not BAD_TABLE (P43)");
        n_in += int'(!is_leaf);
      end
      if (reasons == 1) n_alone[why]++;
      if (reasons != 0) met_bad[flavour][level][is_leaf]++;
      else met_good[flavour][level][is_leaf]++;
    end
  endtask

  function automatic logic [63:0] random();
    return {$urandom, $urandom};
  endfunction

  // Well-formed for every engine; what means nothing here is at random.
  function automatic logic [63:0] well_formed(input bit is_leaf);
    logic [63:0] e;
    e = random() & (bits(63, 54) | bits(11, 8) | bits(2, 0));
    if (is_leaf) begin
      e |= 64'($urandom) & bits(31, level == 3'd3 ? 30 : level == 3'd2 ? 21 : 12);
      e |= random() & bits(6, 6);
      if (flavour) e |= random() & bits(5, 3);
      else case ($urandom_range(4))
        0:       e[5:3] = 3'd0;
        1:       e[5:3] = 3'd1;
        2:       e[5:3] = 3'd4;
        3:       e[5:3] = 3'd5;
        default: e[5:3] = 3'd6;
      endcase
    end else if (flavour) e |= random() & bits(6, 3);
    if (!flavour && $urandom_range(1) != 0) e |= 64'd1 << $urandom_range(53, 52);
    e[cw_pkg::SPTE_PS] = is_leaf && (level != 3'd1 || $urandom_range(1) != 0);
    return e;
  endfunction

  task automatic run(input bit is_leaf);
    logic [63:0] base;
    repeat (20) begin
      base  = well_formed(is_leaf);
      entry = base;
      look();
      for (int a = 0; a < 64; a++)
        for (int b = a; b < 64; b++) begin
          entry = base ^ (64'd1 << a) ^ (a == b ? '0 : 64'd1 << b);
          look();
        end
      for (int v = 0; v < 64; v++) begin
        entry        = base;
        entry[6:3]   = 4'(v);
        entry[53:52] = 2'(v >> 4);
        look();
      end
      for (int e = 0; e < NE; e++)                       // pages around the end of table memory, and of addresses
        for (int d = -2; d <= 2; d++) begin
          entry = base & ~bits(51, 12) | (TABLE_BYTES[e] + 64'(d * 4096)) & bits(51, 12);
          look();
          entry = base & ~bits(51, 12) | ((64'd1 << PA_BITS[e]) + 64'(d * 4096)) & bits(51, 12);
          look();
        end
    end
    repeat (500) begin
      entry = random();
      look();
      entry = well_formed(is_leaf) | random() & random() & random() & random() & bits(51, 12);
      look();
    end
  endtask

  initial begin
    for (int f = 0; f < 2; f++)
      for (int l = 1; l <= 5; l++) begin
        flavour = 1'(f);
        level   = 3'(l);
        run(1'b1);
        if (l > 1) run(1'b0);
      end
    check_musts();
    for (int f = 0; f < 2; f++)
      for (int l = 1; l <= 5; l++) begin
        check(met_bad[f][l][1] > 10000 && (l > 3 || met_good[f][l][1] > 10000), "leaves, good and bad");
        if (l > 1) check(met_bad[f][l][0] > 10000 && met_good[f][l][0] > 10000, "entries of tables, good and bad");
      end
    check(n_in > 10000 && n_out > 10000, "tables in and beyond table memory");
    check(n_alone.size() == 8, "each reason of the table");
    foreach (n_alone[why]) check(n_alone[why] > 500, {"a reason alone: ", why});
    report("rtl_entry");
  end
endmodule
