// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Walk cache: per level 1..4 a small fully associative part that knows the table page of that level for a range of
// addresses. Lookup is combinational in the cycle in which a walk gets its slot, and INVALIDATE masks it in that same
// cycle, so there is no gap between lookup and slot (P18). Fills and INVALIDATE take effect at the end of the cycle.
// An INVALIDATE inside one 2 MiB region drops what leads to that region, a larger one everything of the space; the
// leaf-only hint is ignored, which P18 allows.
module cw_walk_cache #(
  parameter int unsigned ENTRIES = cw_pkg::WC_ENTRIES
) (
  input  logic                       clk,
  input  logic                       rst_n,
  // lookup, while `look`
  input  logic                       look,
  input  logic [cw_pkg::SPACE_W-1:0] space,
  input  logic [56:12]               addr,
  input  logic                       level5,
  input  logic [51:12]               root,
  output logic [2:0]                 level,    // of the first table to read
  output logic [51:12]               table_page,
  output logic                       hit,      // below the root
  // fill: `fill_table` is the table of `fill_level` for that address
  input  logic                       fill_valid,
  input  logic [cw_pkg::SPACE_W-1:0] fill_space,
  input  logic [56:12]               fill_addr,
  input  logic [2:0]                 fill_level,
  input  logic [51:12]               fill_table,
  // INVALIDATE in effect from this cycle on
  input  logic                       inv_new,
  input  cw_t::inv_t                 inv
);
  localparam int unsigned SPW = cw_pkg::SPACE_W;
  localparam int unsigned EW = (ENTRIES > 1) ? $clog2(ENTRIES) : 1;

  logic [4:1] lv_hit;
  logic [39:0] lv_page [1:4];
  logic inv_narrow, inv_space_here, kept;

  assign inv_narrow = !inv.all && !inv.whole && inv.lo[51:9] == inv.hi[51:9];
  // Mutant: the leaf-only hint is trusted.
`ifdef CW_MUTANTS
  assign kept = cw_pkg::MUT_LEAF_ONLY_TRUSTED && inv.leaf;
`else
  assign kept = 1'b0;
`endif
  assign inv_space_here = !cw_pkg::MUT_LOOKUP_SLOT_GAP && inv_new && !kept && (inv.all || inv.space == space);

  for (genvar l = 1; l <= 4; l++) begin : g_level
    localparam int unsigned LSB = 12 + 9*l;      // a table of level l covers 2^LSB bytes
    localparam int unsigned TAGW = 57 - LSB;
    localparam int unsigned KW = SPW + TAGW;
    logic [KW-1:0] WRONG;
    assign WRONG = KW'(cw_pkg::MUT_WRONG_DOMAIN_TAG) << TAGW;
    logic [KW-1:0] key [ENTRIES];
    logic [39:0] page [ENTRIES];
    logic [ENTRIES-1:0] valid, match, same, drop;
    logic [EW-1:0] rotor, fill_at;
    logic [KW-1:0] look_key, fill_key, inv_key;
    logic fill_here;
    logic [39:0] page_or;

    assign look_key  = {space, addr[56:LSB]};
    assign fill_key  = {fill_space, fill_addr[56:LSB]};
    assign inv_key   = {inv.space, inv.lo[44:LSB-12]};
    assign fill_here = fill_valid && fill_level == 3'(l);
    always_comb begin
      match   = '0;
      page_or = '0;
      if (look)
        for (int e = 0; e < ENTRIES; e++)
          if (valid[e] && (key[e] | WRONG) == (look_key | WRONG)) begin
            match[e] = 1'b1;
            page_or |= page[e];
          end
      same    = '0;
      fill_at = rotor;
      if (fill_here)
        for (int e = 0; e < ENTRIES; e++)
          if (valid[e] && key[e] == fill_key) begin
            same[e] = 1'b1;
            fill_at = EW'(e);
          end
      drop    = '0;
      if (inv_new)
        for (int e = 0; e < ENTRIES; e++)
          drop[e] = !kept && (inv.all || (inv_narrow ? key[e] == inv_key : key[e][KW-1:TAGW] == inv.space));
    end
    always_ff @(posedge clk) begin
      if (!rst_n) begin
        valid <= '0;
        rotor <= '0;
      end else begin
        if (inv_new) valid <= valid & ~drop;
        if (fill_here) begin
          valid[fill_at] <= 1'b1;
          if (same == '0) rotor <= (rotor == EW'(ENTRIES - 1)) ? '0 : rotor + 1'b1;
        end
      end
      if (fill_here) begin
        key[fill_at]  <= fill_key;
        page[fill_at] <= fill_table;
      end
    end
    assign lv_hit[l] = |match && !inv_space_here && (l < 4 || level5);
    assign lv_page[l] = page_or;
  end

  always_comb begin
    hit        = 1'b1;
    level      = 3'd1;
    table_page = lv_page[1];
    if (lv_hit[1]) begin
      level      = 3'd1;
    end else if (lv_hit[2]) begin
      level      = 3'd2;
      table_page = lv_page[2];
    end else if (lv_hit[3]) begin
      level      = 3'd3;
      table_page = lv_page[3];
    end else if (lv_hit[4]) begin
      level      = 3'd4;
      table_page = lv_page[4];
    end else begin
      hit        = 1'b0;
      level      = level5 && !cw_pkg::MUT_DEAD_LEVEL5 ? 3'd5 : 3'd4;
      table_page = root;
    end
  end

  logic unused;
  assign unused = &{1'b0, addr[20:12], fill_addr[20:12], inv.lo[51:45], inv.hi[8:0], inv.lo[8:0]};
endmodule
