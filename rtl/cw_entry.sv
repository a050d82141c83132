// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// What a present entry is, whatever the access: leaf or table, well-formed or not. Combinational; `level` is that of
// the table that holds it. Walker and verdict function ask the same question here, so a walk goes on exactly if nothing
// is wrong, and the verdict on an entry at which it stopped says what is.
//
//   reserved              EPT                       legacy/NPT
//   all                   address above PA_BITS     address above PA_BITS
//                         53:52 = 3: no A/D type    53:52: A/D types are EPT's
//   leaf                  5:3 = 2, 3, 7: memory type
//   leaf, level 2, 3      address below the page size, both flavours
//   leaf, level 4, 5      always: there is no such page size
//   table                 6:3
module cw_entry #(
  parameter int unsigned     PA_BITS     = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000
) (
  input  logic [63:0] entry,
  input  logic [2:0]  level,
  input  logic        flavour,    // 0 EPT, 1 legacy/NPT
  output logic        leaf,
  output logic        reserved,   // a bit is set that may not be
  output logic        outside     // leads to a table outside of table memory
);
  logic bad_type, bad_bits, bad_address;

  assign leaf        = level == 3'd1 || entry[cw_pkg::SPTE_PS];
  assign bad_type    = leaf ? entry[4:3] == 2'd3 || entry[5:3] == 3'd2 : entry[6:3] != '0;
  assign bad_bits    = flavour ? entry[53:52] != '0 : entry[53:52] == 2'd3 || bad_type;
  assign bad_address = {12'd0, entry[51:12], 12'd0} >> PA_BITS != '0 ||
                       (leaf && ((level == 3'd2 && entry[20:12] != '0) || (level == 3'd3 && entry[29:12] != '0)));
  assign reserved    = (!cw_pkg::MUT_RESERVED_IGNORED && (bad_bits || bad_address)) || (leaf && level > 3'd3);
  assign outside     = !cw_pkg::MUT_TABLE_ANYWHERE && !leaf && {12'd0, entry[51:12], 12'd0} >= TABLE_BYTES;

  logic unused;
  assign unused = &{1'b0, entry[63:54], entry[11:8], entry[2:0]};
endmodule
