// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Lines of the dirty log: the single owner of every line, its write-back buffer included (P26).
//
// A cached line holds the bits marked since it came in, not what memory holds: a mark never waits for a read, and the
// write-back ORs the bits into memory. Lines are found by domain and guest address, not by table address, so a line
// that is here needs no look into the directory. `summed` says that both summaries cover it.
// One use per cycle: take (harvest) before eviction before look. Eviction begins when no line is free; it leaves
// alone the lines of the leaf under harvest, whose memory the harvest reads and clears at that time, and the line
// whose mark is on its way to the summaries. A bus error loses a line: `lost` (P27).
//
// Mutant: EVICT_VS_HARVEST lets lines of the leaf under harvest be written back meanwhile.
module cw_dlog_cache #(
  parameter int unsigned NL = cw_pkg::LOG_LINES
) (
  input  logic                           clk,
  input  logic                           rst_n,
  // look: key {domain, directory index, line of the leaf}; the changes are made in the cycle of the look
  input  logic                           look_valid,
  output logic                           look_ready,
  input  logic [cw_pkg::LOG_KEY_W-1:0]   look_key,
  output logic                           hit,
  output logic                           summed,
  input  logic [8:0]                     bit_no,
  input  logic                           mark,        // set the bit in the line that was hit
  input  logic                           alloc,       // take a free line for the key, which missed
  input  logic [cw_pkg::PA_W-13:0]       alloc_leaf,
  input  logic                           alloc_mark,  // with the bit set
  output logic                           free,        // there is a free line
  input  logic                           sum_done,    // the summaries cover the line that was marked without them
  // harvest: the bits of a line, which is free then
  input  logic                           take_valid,
  input  logic [cw_pkg::LOG_KEY_W-1:0]   take_key,
  output logic [511:0]                   take_data,
  input  logic                           hold_valid,  // a leaf is under harvest
  input  logic [cw_pkg::LOG_KEY_W-7:0]   hold_leaf,
  output logic                           hold_wait,   // and a line of it is being written back
  // forget a domain
  input  logic                           drop_valid,
  input  logic [cw_pkg::DOM_W-1:0]       drop_dom,
  output logic                           wb_busy,
  // table memory
  output logic                           rd_valid,
  input  logic                           rd_ready,
  output logic [cw_pkg::PA_W-1:0]        rd_addr,
  input  logic                           r_valid,
  input  logic [511:0]                   r_data,
  input  logic                           r_error,
  output logic                           wr_valid,
  input  logic                           wr_ready,
  output logic [cw_pkg::PA_W-1:0]        wr_addr,
  output logic [511:0]                   wr_data,
  input  logic                           b_valid,
  input  logic                           b_error,
  output logic                           lost,
  output logic [cw_pkg::DOM_W-1:0]       lost_dom,
  output logic                           ev_evict
);
  localparam int unsigned KW = cw_pkg::LOG_KEY_W;
  localparam int unsigned PW = cw_pkg::PA_W - 12;
  localparam int unsigned LW = (NL > 1) ? $clog2(NL) : 1;

  typedef enum logic [2:0] {
    IDLE = 3'd0,
    AR   = 3'd1,   // reads the line
    R    = 3'd2,
    AW   = 3'd3,   // writes it with the bits added
    B    = 3'd4    // waits for the acknowledgement
  } state_t;

  logic [NL-1:0] used, marked, sums;
  logic [KW-1:0] key [NL];
  logic [PW-1:0] leaf [NL];
  logic [511:0]  data [NL];
  logic [LW-1:0] sum_idx_q;       // whose summaries are under way: one line at a time

  state_t        wb_q;
  logic [KW-1:0] wb_key_q;
  logic [PW-1:0] wb_leaf_q;
  logic [511:0]  wb_data_q;

  // ---- find ----
  logic [KW-1:0] find_key;
  logic [NL-1:0] match;
  logic          found;
  logic [LW-1:0] idx;
  assign find_key = take_valid ? take_key : look_key;
  always_comb begin
    match = '0;
    idx   = '0;
    if (take_valid || look_valid) begin
      for (int i = 0; i < NL; i++) begin
        if (used[i] && key[i] == find_key) begin
          match[i] = 1'b1;
          idx      = LW'(i);
        end
      end
    end
  end
  assign found  = match != '0;
  assign hit    = found && !take_valid;
  assign summed = (match & sums) != '0;

  // ---- eviction: round robin ----
  logic          evict;
  logic [NL-1:0] may, victim;
  logic [LW-1:0] victim_idx;
  assign free = used != '1;
  always_comb begin
    may = '0;
    if (!free && wb_q == IDLE) begin
      for (int i = 0; i < NL; i++) begin
        may[i] = (sums[i] || !marked[i]) &&
                 !(hold_valid && key[i][KW-1:6] == hold_leaf && !cw_pkg::MUT_EVICT_VS_HARVEST);
      end
    end
  end
  assign evict = may != '0 && !take_valid && !drop_valid;
  cw_arb #(.N(NL)) u_victim (.clk, .rst_n, .req(may), .gnt(victim), .take(evict));
  always_comb begin
    victim_idx = '0;
    if (may != '0)
      for (int i = 0; i < NL; i++) if (victim[i]) victim_idx |= LW'(i);
  end
  assign look_ready = !take_valid && !evict && !drop_valid;
  assign ev_evict   = evict && (marked & victim) != '0;

  // ---- change ----
  logic [511:0]  line;
  logic [LW-1:0] free_idx;
  logic          do_mark, do_alloc;
  assign line     = data[evict ? victim_idx : idx];
  assign do_mark  = mark && look_ready && hit;
  assign do_alloc = alloc && look_ready && free;
  always_comb begin
    free_idx = '0;
    if (do_alloc)
      for (int i = NL - 1; i >= 0; i--) if (!used[i]) free_idx = LW'(i);
  end
  assign take_data = found && marked[idx] ? line : '0;

  always_ff @(posedge clk) begin
    if (do_mark)
      data[idx] <= line | (cw_pkg::MUT_DEAD_MARK ? '0 : 512'd1 << bit_no);
    else if (do_alloc)
      data[free_idx] <= alloc_mark && !cw_pkg::MUT_DEAD_MARK ? 512'd1 << bit_no : '0;
  end

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      used   <= '0;
      marked <= '0;
      sums   <= '0;
    end else begin
      if (take_valid) used <= used & ~match;
      if (evict) used <= used & ~victim;
      if (do_mark) marked[idx] <= 1'b1;
      if (do_alloc) begin
        used[free_idx]   <= 1'b1;
        marked[free_idx] <= alloc_mark;
        sums[free_idx]   <= 1'b0;
        key[free_idx]    <= look_key;
        leaf[free_idx]   <= alloc_leaf;
      end
      if (sum_done) sums[sum_idx_q] <= 1'b1;
      if (drop_valid)
        for (int i = 0; i < NL; i++) if (key[i][KW-1 -: cw_pkg::DOM_W] == drop_dom) used[i] <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (do_alloc) sum_idx_q <= free_idx;
    else if (do_mark && !summed) sum_idx_q <= idx;
  end

  // ---- write-back ----
  assign wb_busy   = wb_q != IDLE;
  assign hold_wait = wb_busy && wb_key_q[KW-1:6] == hold_leaf && !cw_pkg::MUT_EVICT_VS_HARVEST;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      wb_q <= IDLE;
    end else begin
      case (wb_q)
        IDLE: if (ev_evict) wb_q <= AR;
        AR: if (rd_ready) wb_q <= R;
        R: if (r_valid) wb_q <= r_error ? IDLE : AW;
        AW: if (wr_ready) wb_q <= B;
        B: if (b_valid) wb_q <= IDLE;
        default: wb_q <= IDLE;
      endcase
    end
    if (ev_evict) begin
      wb_key_q  <= key[victim_idx];
      wb_leaf_q <= leaf[victim_idx];
      wb_data_q <= line;
    end else if (wb_q == R && r_valid) begin
      wb_data_q <= wb_data_q | r_data;
    end
  end
  assign rd_valid = wb_q == AR;
  assign rd_addr  = {wb_leaf_q, wb_key_q[5:0], 6'd0};
  assign wr_valid = wb_q == AW;
  assign wr_addr  = rd_addr;
  assign wr_data  = wb_data_q;
  assign lost     = (wb_q == R && r_valid && r_error) || (wb_q == B && b_valid && b_error);
  assign lost_dom = wb_key_q[KW-1 -: cw_pkg::DOM_W];
endmodule
