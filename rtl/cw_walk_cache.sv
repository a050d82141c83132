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
  // lookup
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
  localparam int unsigned EW = (ENTRIES > 1) ? $clog2(ENTRIES) : 1;

  logic [4:1] lv_hit;
  logic [4*40-1:0] lv_page;
  logic inv_narrow, inv_space_here;

  assign inv_narrow = !inv.all && !inv.whole && inv.lo[51:9] == inv.hi[51:9];
`ifdef CW_MUT_LOOKUP_SLOT_GAP
  assign inv_space_here = 1'b0;
`else
  assign inv_space_here = inv_new && (inv.all || inv.space == space);
`endif

  for (genvar l = 1; l <= 4; l++) begin : g_level
    localparam int unsigned LSB = 12 + 9*l;      // a table of level l covers 2^LSB bytes
    localparam int unsigned TAGW = 57 - LSB;
    logic [ENTRIES-1:0] valid, match, same, drop;
    logic [ENTRIES*40-1:0] pages;
    logic [EW-1:0] rotor;
    logic fill_here;
    logic [39:0] page_or;

    assign fill_here = fill_valid && fill_level == 3'(l);
    for (genvar e = 0; e < ENTRIES; e++) begin : g_entry
      logic [TAGW-1:0] tag;
      logic [cw_pkg::SPACE_W-1:0] tag_space;
      logic [39:0] page;
      logic inv_same;
`ifdef CW_MUT_WRONG_DOMAIN_TAG
      assign match[e] = valid[e] && tag == addr[56:LSB] && tag_space[cw_pkg::SPACE_W-1:1] == space[cw_pkg::SPACE_W-1:1];
`else
      assign match[e] = valid[e] && tag == addr[56:LSB] && tag_space == space;
`endif
      assign same[e]  = valid[e] && tag == fill_addr[56:LSB] && tag_space == fill_space;
      assign inv_same = tag == inv.lo[44:LSB-12];
      assign drop[e]  = inv_new && (inv.all || (tag_space == inv.space && (!inv_narrow || inv_same)));
      assign pages[e*40 +: 40] = match[e] ? page : '0;
      always_ff @(posedge clk) begin
        if (!rst_n) valid[e] <= 1'b0;
        else if (fill_here && (same[e] || (same == '0 && rotor == EW'(e)))) begin
          valid[e]  <= 1'b1;
          tag       <= fill_addr[56:LSB];
          tag_space <= fill_space;
          page      <= fill_table;
        end else if (drop[e]) valid[e] <= 1'b0;
      end
    end
    always_ff @(posedge clk) begin
      if (!rst_n) rotor <= '0;
      else if (fill_here && same == '0) rotor <= (rotor == EW'(ENTRIES - 1)) ? '0 : rotor + 1'b1;
    end
    always_comb begin
      page_or = '0;
      for (int e = 0; e < ENTRIES; e++) page_or |= pages[e*40 +: 40];
    end
    assign lv_hit[l] = |match && !inv_space_here && (l < 4 || level5);
    assign lv_page[(l-1)*40 +: 40] = page_or;
  end

  always_comb begin
    hit        = 1'b1;
    level      = 3'd1;
    table_page = lv_page[0 +: 40];
    if (lv_hit[1]) begin
      level      = 3'd1;
    end else if (lv_hit[2]) begin
      level      = 3'd2;
      table_page = lv_page[40 +: 40];
    end else if (lv_hit[3]) begin
      level      = 3'd3;
      table_page = lv_page[80 +: 40];
    end else if (lv_hit[4]) begin
      level      = 3'd4;
      table_page = lv_page[120 +: 40];
    end else begin
      hit        = 1'b0;
      level      = level5 ? 3'd5 : 3'd4;
      table_page = root;
    end
  end

  logic unused;
  assign unused = &{1'b0, addr[20:12], fill_addr[20:12], inv.lo[51:45], inv.hi[8:0], inv.lo[8:0]};
endmodule
