// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// TLB: set-associative, one line of eight neighbouring 4 KiB entries per way, and a fully associative part for the
// entries of 2 MiB and 1 GiB pages; whole entries as the walk read them.
//
// Lookup, fully pipelined: `look_*` in cycle 0, RAM in cycle 1, compare in cycle 2, `hit` and `entry` registered in
// cycle 3. Whether the hit may be used is decided there, by `inv_hits` (P18): an INVALIDATE masks from the cycle in
// which it takes effect, the sweep of the sets follows in the background, and the mask stays until sweep and pipe are
// through. Fill: three steps; the slot's poison is asked in the very cycle of the write (P18). A line is tagged by
// space (P1). INVALIDATE: `inv_ready` while no sweep runs; one page sweeps one set, anything else all sets. A large
// entry goes, at once, and is masked, if the range touches any page of it. Tags and entries in RAM have a parity bit
// each: a line with an error is no hit and is dropped; a sweep, which could not tell whose it is, drops it too (P43).
module cw_tlb #(
  parameter int unsigned SETS = cw_pkg::TLB_SETS,
  parameter int unsigned WAYS = cw_pkg::TLB_WAYS,
  parameter int unsigned LARGE = cw_pkg::TLB_LARGE
) (
  input  logic                       clk,
  input  logic                       rst_n,
  // lookup, cycle 0 and (space and address again) cycle 2
  input  logic                       look_valid,
  input  logic [63:12]               look_page,
  input  logic                       c2_valid,
  input  logic [cw_pkg::SPACE_W-1:0] c2_space,
  input  logic [63:12]               c2_page,
  // cycle 3
  output logic                       hit,
  output logic [63:0]                entry,
  output logic [2:0]                 level,
  input  logic [cw_pkg::SPACE_W-1:0] c3_space,
  input  logic [63:12]               c3_page,
  output logic                       inv_hits,   // an INVALIDATE covers the entry that hits in cycle 3
  output logic                       hinted,     // the page was marked in this log epoch (P24)
  // hints: a mark was accepted; a new log epoch
  input  logic                       hint_valid,
  input  logic [cw_pkg::SPACE_W-1:0] hint_space,
  input  logic [56:12]               hint_page,
  input  logic                       hint_clear,
  // fill
  input  logic                       fill_valid,
  output logic                       fill_ready,
  input  logic [cw_pkg::SPACE_W-1:0] fill_space,
  input  logic [56:15]               fill_line,
  output logic                       fill_now,   // two cycles after the handshake: the write, with the data below
  input  logic [7:0]                 fill_mask,  // entries to fill; zero: none
  input  logic [511:0]               fill_data,
  input  logic                       fill_large, // in the same cycle: this entry of a 2 MiB page
  input  logic                       fill_big,   // or of a 1 GiB page
  input  logic [63:0]                fill_entry,
  // INVALIDATE
  input  logic                       inv_valid,
  output logic                       inv_ready,
  input  cw_t::inv_t                 inv,
  output logic                       inv_new,    // first cycle in which the INVALIDATE is in effect
  output cw_t::inv_t                 inv_now,
  output logic                       ev_parity
);
  localparam int unsigned SW = $clog2(SETS);
  localparam int unsigned WW = (WAYS > 1) ? $clog2(WAYS) : 1;
  localparam int unsigned TW = cw_pkg::SPACE_W + 42 + 8;

  // ---- INVALIDATE: one range in effect, swept in the background ----
  logic          inv_active, sweeping, one_set;
  logic [SW-1:0] sweep_set, sweep_last, sw1_set;
  logic          sw1_valid;
  logic [1:0]    tail;                 // cycles until every lookup that saw swept lines is past cycle 3

  assign inv_ready = !inv_active;

  // ---- RAMs: tags twice (lookup; fill and sweep), data once; valid bits in flops, sampled with the RAMs ----
  logic [SETS*WAYS-1:0] line_valid;
  logic                 b_valid;       // port B reads this cycle
  logic [SW-1:0]        look_set, fill_set, b_set, f1_set, f2_set;
  logic                 f1_valid, f2_valid;
  logic [SW-1:0]        hint_set, h1_set;
  logic                 h1_valid, h1_take;       // the line of a hint is compared, and written if nothing came between
  logic [cw_pkg::SPACE_W-1:0] h1_space;
  logic [56:12]         h1_page;
  logic [WAYS-1:0]      way_hinted;
  logic [cw_pkg::SPACE_W-1:0] f1_space, f2_space;
  logic [56:15]         f1_line, f2_line;
  logic [WAYS-1:0]      f1_match, f1_free, f1_way, f2_way, victim;
  logic [WAYS-1:0]      sweep_match;
  logic [WAYS-1:0]      way_hit, way_bad;
  logic [SW-1:0]        c1_set, c2_set;
  logic [WAYS*64-1:0]   way_entry;

  assign look_set = look_page[15 +: SW] ^ look_page[15+SW +: SW];
  assign fill_set = fill_line[15 +: SW] ^ fill_line[15+SW +: SW];
  assign fill_ready = !sweeping;
  assign hint_set = hint_page[15 +: SW] ^ hint_page[15+SW +: SW];
  assign b_valid  = sweeping || fill_valid || hint_valid;
  assign b_set    = sweeping ? sweep_set : fill_valid ? fill_set : hint_set;

  assign ev_parity = |way_bad;
  always_ff @(posedge clk) begin
    if (look_valid) c1_set <= look_set;
    c2_set <= c1_set;
  end

  // Faults for tests: of every four lines that are written, three have one wrong bit.
  logic [TW:0]  flip_a, flip_b;
  logic [511:0] flip_data;
`ifdef CW_MUTANTS
  logic flip;
  logic [31:0] lfsr;
  assign flip = cw_pkg::MUT_TLB_FLIP || cw_pkg::MUT_PARITY_IGNORED || cw_pkg::MUT_PARITY_SWEEP ||
                cw_pkg::MUT_PARITY_HINT;
  always_ff @(posedge clk) begin
    if (!rst_n) lfsr <= 32'h1;
    else        lfsr <= {lfsr[30:0], lfsr[31] ^ lfsr[21] ^ lfsr[1] ^ lfsr[0]};
  end
  assign flip_a    = flip && lfsr[1:0] == 2'd1 ? (TW+1)'(1) << (32'(lfsr[18:10]) % (TW + 1)) : '0;
  // PARITY_HINT: a bit of the space, so that it becomes the line of another one at the same address
  assign flip_b    = flip && lfsr[1:0] == 2'd2 ? (TW+1)'(1) << (cw_pkg::MUT_PARITY_HINT ? 32'd50 + 32'(lfsr[10]) :
                                                                32'(lfsr[18:10]) % (TW + 1)) : '0;
  assign flip_data = flip && lfsr[1:0] == 2'd3 ? 512'(1) << lfsr[18:10] : '0;
`else
  assign flip_a    = '0;
  assign flip_b    = '0;
  assign flip_data = '0;
`endif

  for (genvar w = 0; w < WAYS; w++) begin : g_way
    logic [TW:0]    tag_a [SETS];      // with parity
    logic [TW:0]    tag_b [SETS];
    logic [511:0]   data [SETS];
    logic [7:0]     parity [SETS];     // of each entry
    logic [TW:0]    a1_tag, a2_tag, b1_tag, new_tag;
    logic [511:0]   a1_data;
    logic [7:0]     a1_parity, new_parity;
    logic [63:0]    a2_entry;
    logic           a2_parity, a2_tag_bad, a2_bad, b1_bad, b1_tag_bad, same;
    logic           a1_valid, a2_valid, b1_valid, write, match;
    logic [2:0]     c1_sub, c2_sub;
    logic [SETS-1:0] valid;            // of this way
    logic [7:0]     sub_valid;
    logic [SETS*8-1:0] hints;          // of this way, by set and entry
    logic [7:0]     a1_hints, b1_subs;
    logic           a2_hint;

    // port A: lookup
    always_ff @(posedge clk) begin
      if (look_valid) begin
        a1_tag   <= tag_a[look_set];
        a1_data  <= data[look_set];
        a1_parity <= parity[look_set];
        a1_valid <= valid[look_set];
        a1_hints <= hints[{look_set, 3'd0} +: 8];
        c1_sub   <= look_page[14:12];
      end
      a2_tag   <= a1_tag;
      a2_entry <= a1_data[c1_sub*64 +: 64];
      a2_parity <= a1_parity[c1_sub];
      a2_valid <= a1_valid;
      c2_sub   <= c1_sub;
      a2_hint  <= a1_hints[c1_sub];
      if (hint_clear) begin
        a1_hints <= '0;
        a2_hint  <= 1'b0;
      end
    end
    assign sub_valid = a2_tag[7:0];
    assign same  = a2_valid && a2_tag[8 +: 42] == c2_page[56:15] && sub_valid[c2_sub]
                   && a2_tag[TW-1:51] == c2_space[cw_pkg::SPACE_W-1:1]
                   && (a2_tag[50] == c2_space[0] || cw_pkg::MUT_WRONG_DOMAIN_TAG);
    assign a2_tag_bad = !cw_pkg::MUT_PARITY_IGNORED && a2_valid && ^a2_tag;
    assign a2_bad     = a2_tag_bad || (!cw_pkg::MUT_PARITY_IGNORED && same && ^a2_entry != a2_parity);
    assign b1_tag_bad = !cw_pkg::MUT_PARITY_IGNORED && b1_valid && ^b1_tag;
    assign b1_bad     = b1_tag_bad && !cw_pkg::MUT_PARITY_SWEEP;
    assign match                  = same && !a2_bad;
    assign way_bad[w]             = c2_valid && a2_bad;
    assign way_hit[w]             = match;
    assign way_hinted[w]          = match && a2_hint;
    assign way_entry[w*64 +: 64]  = match ? a2_entry : '0;

    // port B: fill and sweep read tags
    always_ff @(posedge clk) begin
      if (b_valid) begin
        b1_tag   <= tag_b[b_set];
        b1_valid <= valid[b_set];
      end
    end
    assign f1_match[w] = b1_valid && b1_tag[8 +: 42] == f1_line && b1_tag[TW-1:50] == f1_space;
    assign f1_free[w]  = !b1_valid || b1_bad;  // it may be this line: not twice
    assign sweep_match[w] = sw1_valid && (inv_now.all || b1_bad || (b1_tag[TW-1:50] == inv_now.space &&
                            (inv_now.whole || ({10'd0, b1_tag[8 +: 42]} >= {3'd0, inv_now.lo[51:3]} &&
                                               {10'd0, b1_tag[8 +: 42]} <= {3'd0, inv_now.hi[51:3]}))));


    // hints: written with the tag compared, which must be whole, or another page would go unmarked (P43); all gone with
    // a fill, and with a new log epoch
    assign b1_subs = b1_tag[7:0];
    always_ff @(posedge clk) begin
      if (!rst_n) hints <= '0;
      else if (hint_clear && !cw_pkg::MUT_HINT_NO_SWEEP) hints <= '0;
      else if (write) hints[{f2_set, 3'd0} +: 8] <= '0;
      else if (h1_take && b1_valid && (!b1_tag_bad || cw_pkg::MUT_PARITY_HINT) &&
               (cw_pkg::MUT_HINT_NO_TAG || (b1_subs[h1_page[14:12]] &&
               b1_tag[8 +: 42] == h1_page[56:15] && b1_tag[TW-1:50] == h1_space)))
        hints[{h1_set, h1_page[14:12]}] <= 1'b1;
    end

    // write
    assign write   = f2_valid && f2_way[w] && fill_mask != '0;
    assign new_tag = {^{f2_space, f2_line, fill_mask}, f2_space, f2_line, fill_mask};
    always_comb begin
      new_parity = '0;
      if (write)
        for (int e = 0; e < 8; e++) new_parity[e] = ^fill_data[e*64 +: 64];
    end
    always_ff @(posedge clk) begin
      if (write) begin
        tag_a[f2_set]  <= new_tag ^ flip_a;
        tag_b[f2_set]  <= new_tag ^ flip_b;
        data[f2_set]   <= fill_data ^ flip_data;
        parity[f2_set] <= new_parity;
      end
    end
    always_ff @(posedge clk) begin
      if (!rst_n) valid <= cw_pkg::MUT_RESET_KEEPS_TLB ? valid : '0;
      else begin
        if (way_bad[w]) valid[c2_set] <= 1'b0;
        if (write) valid[f2_set] <= 1'b1;
        if (sweep_match[w]) valid[sw1_set] <= 1'b0;
      end
    end
    assign line_valid[w*SETS +: SETS] = valid;
  end

  // ---- large entries: compared in cycle 2; dropped in the first cycle of an INVALIDATE ----
  localparam int unsigned LW = (LARGE > 1) ? $clog2(LARGE) : 1;
  localparam int unsigned KW = cw_pkg::SPACE_W + 36;
  logic [LARGE-1:0] l_valid, l_big, l_match, l_first, l_drop, l_same;
  logic [KW-1:0]    l_key [LARGE];     // space, address bits 56:21; those below 30 are zero in a 1 GiB entry
  logic [63:0]      l_entry [LARGE];
  logic [63:0]      l_found;
  logic             l_found_big;
  logic [KW-1:0]    c2_key, l_fill_key;
  logic [LW-1:0]    l_rotor, l_at;
  logic [51:0]      l_lo, l_hi;

  assign c2_key = {c2_space, c2_page[56:21]};
  always_comb begin
    l_match     = '0;
    l_first     = '0;
    l_found     = '0;
    l_found_big = 1'b0;
    if (c2_valid && l_valid != '0) begin
      for (int e = 0; e < LARGE; e++)
        l_match[e] = l_valid[e] && l_key[e] == {c2_key[KW-1:9], l_big[e] ? 9'd0 : c2_key[8:0]};
      l_first = l_match & (~l_match + 1'b1);
      for (int e = 0; e < LARGE; e++)
        if (l_first[e]) begin
          l_found     |= l_entry[e];
          l_found_big |= l_big[e];
        end
    end
  end
  always_comb begin
    l_drop = '0;
    l_lo   = '0;
    l_hi   = '0;
    if (inv_new && l_valid != '0)
      for (int e = 0; e < LARGE; e++) begin
        l_lo = {7'd0, l_key[e][35:0], 9'd0};
        l_hi = l_lo | (l_big[e] ? 52'h3ffff : 52'h1ff);
        l_drop[e] = inv_now.all || (l_key[e][KW-1:36] == inv_now.space && (inv_now.whole ||
                    ((cw_pkg::MUT_LARGE_INV_CONTAIN ? l_lo : l_hi) >= inv_now.lo &&
                     (cw_pkg::MUT_LARGE_INV_CONTAIN ? l_hi : l_lo) <= inv_now.hi)));
      end
  end
  // The same page again replaces its entry; otherwise in turn.
  assign l_fill_key = {f2_space, f2_line[56:30], fill_big ? 9'd0 : f2_line[29:21]};
  always_comb begin
    l_same = '0;
    l_at   = l_rotor;
    if (fill_large)
      for (int e = 0; e < LARGE; e++)
        if (l_valid[e] && l_big[e] == fill_big && l_key[e] == l_fill_key) begin
          l_same[e] = 1'b1;
          l_at      = LW'(e);
        end
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      l_valid <= '0;
      l_rotor <= '0;
    end else begin
      if (inv_new) l_valid <= l_valid & ~l_drop;
      if (fill_large) begin
        l_valid[l_at] <= 1'b1;
        if (l_same == '0) l_rotor <= (l_rotor == LW'(LARGE - 1)) ? '0 : l_rotor + 1'b1;
      end
    end
    if (fill_large) begin
      l_big[l_at]   <= fill_big;
      l_key[l_at]   <= l_fill_key;
      l_entry[l_at] <= fill_entry;
    end
  end

  // ---- lookup, cycle 3 ----
  always_ff @(posedge clk) begin
    if (!rst_n) hit <= 1'b0;
    else        hit <= (|way_hit || |l_match) && !cw_pkg::MUT_DEAD_TLB;
    if (c2_valid) level <= |way_hit ? 3'd1 : l_found_big ? 3'd3 : 3'd2;
  end
  always_ff @(posedge clk) hinted <= |way_hinted && !hint_clear;

  // A hint that meets a fill, a sweep or a new log epoch on its way is dropped: the next write marks again.
  assign h1_take = h1_valid && !f2_valid && !hint_clear;
  always_ff @(posedge clk) begin
    if (!rst_n) h1_valid <= 1'b0;
    else h1_valid <= hint_valid && !sweeping && !fill_valid && !f2_valid && !hint_clear;
    if (hint_valid) begin
      h1_set   <= hint_set;
      h1_space <= hint_space;
      h1_page  <= hint_page;
    end
  end
  logic [63:0] entry_or;
  logic [WAYS-1:0] way_first;
  assign way_first = way_hit & (~way_hit + 1'b1);
  always_comb begin
    entry_or = '0;
    for (int w = 0; w < WAYS; w++) if (way_first[w]) entry_or |= way_entry[w*64 +: 64];
  end
  always_ff @(posedge clk) entry <= |way_hit ? entry_or : l_found;

  logic [51:0] c3_inside;                // page bits that are inside of the entry's page
  assign c3_inside = cw_pkg::MUT_LARGE_INV_CONTAIN ? '0 : level == 3'd3 ? 52'h3ffff : level == 3'd2 ? 52'h1ff : '0;
  assign inv_hits = inv_active && (inv_now.all || (c3_space == inv_now.space &&
                    (inv_now.whole || ((c3_page | c3_inside) >= inv_now.lo && (c3_page & ~c3_inside) <= inv_now.hi))));

  // ---- fill pipe ----
  logic [WW-1:0] rotor;                // way to replace when none matches and none is free
  always_comb begin
    victim = '0;
    victim[rotor] = 1'b1;
  end
  assign f1_way   = (f1_match != '0) ? f1_match & (~f1_match + 1'b1)
                  : (f1_free != '0)  ? f1_free & (~f1_free + 1'b1) : victim;
  assign fill_now = f2_valid;
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      f1_valid <= 1'b0;
      f2_valid <= 1'b0;
      rotor    <= '0;
    end else begin
      f1_valid <= fill_valid && fill_ready;
      f2_valid <= f1_valid;
      if (f1_valid) rotor <= (rotor == WW'(WAYS - 1)) ? '0 : rotor + 1'b1;
    end
    f1_space <= fill_space;
    f1_line  <= fill_line;
    f1_set   <= fill_set;
    f2_space <= f1_space;
    f2_line  <= f1_line;
    f2_set   <= f1_set;
    f2_way   <= f1_way;
  end

  // ---- INVALIDATE ----
  // A space is swept whole or by range; one page lies in one set.
  assign one_set = !inv.all && !inv.whole && (inv.lo[51:3] == inv.hi[51:3] || cw_pkg::MUT_DEAD_RANGE);
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      inv_active <= 1'b0;
      inv_new    <= 1'b0;
      sweeping   <= 1'b0;
      sw1_valid  <= 1'b0;
      sweep_set  <= '0;
      sweep_last <= '0;
      tail       <= '0;
      inv_now    <= '0;
    end else begin
      inv_new   <= 1'b0;
      sw1_valid <= sweeping;
      if (inv_valid && inv_ready) begin
        inv_active <= 1'b1;
        inv_new    <= 1'b1;
        inv_now    <= inv;
        sweeping   <= !cw_pkg::MUT_DEAD_INVALIDATE;
        sweep_set  <= one_set ? inv.lo[3 +: SW] ^ inv.lo[3+SW +: SW] : '0;
        sweep_last <= one_set ? inv.lo[3 +: SW] ^ inv.lo[3+SW +: SW] : '1;
        tail       <= 2'd3;            // lookups that sampled a line before its bit fell, to cycle 3
      end else if (sweeping) begin
        sweep_set <= sweep_set + 1'b1;
        if (sweep_set == sweep_last) sweeping <= 1'b0;
      end else if (tail != '0) begin
        tail <= tail - 1'b1;
      end else begin
        inv_active <= 1'b0;
      end
    end
    sw1_set <= sweep_set;
  end

  logic unused;
  assign unused = &{1'b0, line_valid, look_page[63:15+2*SW], c2_page[63:57], c2_page[14:12]};
endmodule
