// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Directory of the dirty log: which leaf page holds the bits of 128 MiB of guest memory, and which of its 64 lines
// are not zero; above it one bit per directory entry, the top summary, on the chip.
//
// One operation at a time, from `op_valid` (payload stable) to `op_done`: find the entry, OR `op_set` into its
// summary, or take the summary, that is, return and clear it. Each is one step for all who look: a summary and its
// bit in the top change in the same cycle (P26). A small cache holds enabled entries only: an entry that is not there
// yet is read afresh each time, so the host's WRITE that enables it needs nothing more. Of an entry the engine writes
// the summary and nothing else. An error loses the entry's summary: everything of the domain is dirty then (`lost`,
// P27). `set_*` gives a domain another directory (size 0: none) and forgets the old one, top summary included. From
// the edge behind `set_start` on nothing of the old one is read or written.
module cw_dlog_dir #(
  parameter int unsigned NE = cw_pkg::LOG_ENTRIES
) (
  input  logic                         clk,
  input  logic                         rst_n,
  // operations
  input  logic                         op_valid,
  input  logic [cw_pkg::DOM_W-1:0]     op_dom,
  input  logic [cw_pkg::LOG_DIR_W-1:0] op_idx,
  input  logic [63:0]                  op_set,
  input  logic                         op_take,
  output logic                         op_done,
  output logic [1:0]                   op_status,   // 0 OK, 1 MISSING, 3 ERROR
  output logic [cw_pkg::PA_W-13:0]     op_leaf,     // page number
  output logic [63:0]                  op_sum,      // summary before the operation
  // a domain's directory
  input  logic                         set_valid,
  input  logic [cw_pkg::DOM_W-1:0]     set_dom,
  input  logic [cw_pkg::PA_W-13:0]     set_root,
  input  logic [cw_pkg::LOG_DIR_W:0]   set_size,    // entries
  output logic                         set_start,   // pulse: from the next cycle on it is another one
  output logic                         set_busy,
  output logic                         set_done,
  // scan of the top summary: the word in the next cycle
  input  logic                         scan_valid,
  input  logic [cw_pkg::DOM_W-1:0]     scan_dom,
  input  logic [cw_pkg::LOG_DIR_W-7:0] scan_word,
  output logic [63:0]                  scan_bits,
  output logic [cw_pkg::LOG_DIR_W:0]   scan_size,   // of scan_dom, same cycle
  // table memory
  output logic                         rd_valid,
  input  logic                         rd_ready,
  output logic [cw_pkg::PA_W-1:0]      rd_addr,
  input  logic                         r_valid,
  input  logic [511:0]                 r_data,
  input  logic                         r_error,
  output logic                         wr_valid,
  input  logic                         wr_ready,
  output logic [cw_pkg::PA_W-1:0]      wr_addr,     // of the summary
  output logic [63:0]                  wr_data,
  input  logic                         b_valid,
  input  logic                         b_error,
  output logic                         lost,
  output logic [cw_pkg::DOM_W-1:0]     lost_dom
);
  localparam int unsigned IW = cw_pkg::LOG_DIR_W;
  localparam int unsigned KW = cw_pkg::DOM_W + IW;
  localparam int unsigned TW = KW - 6;               // address of a word of the top summary
  localparam int unsigned EW = (NE > 1) ? $clog2(NE) : 1;
  localparam int unsigned PW = cw_pkg::PA_W - 12;

  typedef enum logic [2:0] {
    IDLE  = 3'd0,   // looks the entry up
    TOP   = 3'd1,   // the word of the top summary is there: changes it and the entry
    SAVE  = 3'd2,   // writes the victim's summary
    SAVED = 3'd3,   // waits for the acknowledgement
    AR    = 3'd4,   // reads the entry's line
    R     = 3'd5,
    CLEAR = 3'd6    // clears a domain's top summary
  } state_t;

  state_t          state_q;
  logic [PW-1:0]   root [cw_pkg::NDOM];
  logic [IW:0]     size [cw_pkg::NDOM];
  logic [cw_pkg::NDOM-1:0] sized;        // root and size were set
  logic [63:0]     top [1 << TW];
  logic [63:0]     top_q;
  logic [IW-7:0]   clear_q;

  // ---- cached entries ----
  logic [NE-1:0] used, dirty, in_top;    // in_top: the bit in the top summary is known to be set
  logic [KW-1:0] key [NE];
  logic [PW-1:0] leaf [NE];
  logic [63:0]   sum [NE];
  logic [EW-1:0] victim_q;

  logic [KW-1:0] op_key;
  logic          hit;
  logic [EW-1:0] hit_idx;
  assign op_key = {op_dom, op_idx};
  always_comb begin
    hit     = 1'b0;
    hit_idx = '0;
    if (op_valid) begin
      for (int i = 0; i < NE; i++) begin
        if (used[i] && key[i] == op_key) begin
          hit     = 1'b1;
          hit_idx = EW'(i);
        end
      end
    end
  end

  // ---- the line that was read: four entries ----
  logic [127:0] entry;
  logic         enabled;
  assign entry   = r_data[{op_idx[1:0], 7'd0} +: 128];
  assign enabled = entry[cw_pkg::LOG_ENABLED];

  // ---- sequence ----
  logic beyond, change, install;
  assign beyond  = !sized[op_dom] || {1'b0, op_idx} >= size[op_dom];
  assign change  = op_take || (op_set != '0 && !in_top[hit_idx]);
  assign install = state_q == R && r_valid && !r_error && enabled;

  always_comb begin
    op_done   = 1'b0;
    op_status = 2'd0;
    if (state_q == IDLE && op_valid && !set_valid) begin
      op_done   = beyond || (hit && !change);
      op_status = beyond ? 2'd1 : 2'd0;
    end else if (state_q == TOP) begin
      op_done   = 1'b1;
    end else if (state_q == R && r_valid && !install) begin
      op_done   = 1'b1;
      op_status = r_error ? 2'd3 : 2'd1;
    end
  end
  assign op_leaf   = leaf[hit_idx];
  assign op_sum    = sum[hit_idx];
  assign set_start = state_q == IDLE && set_valid;
  assign set_busy  = state_q == CLEAR;
  assign set_done  = set_busy && clear_q == '1;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state_q  <= IDLE;
      used     <= '0;
      dirty    <= '0;
      in_top   <= '0;
      victim_q <= '0;
      clear_q  <= '0;
      sized    <= '0;
    end else begin
      case (state_q)
        IDLE: begin
          if (set_valid) begin
            state_q <= CLEAR;
            for (int i = 0; i < NE; i++)
              if (key[i][KW-1:IW] == set_dom) used[i] <= 1'b0;
            root[set_dom]  <= set_root;
            size[set_dom]  <= set_size;
            sized[set_dom] <= 1'b1;
          end else if (op_valid && !beyond) begin
            if (!hit)
              state_q <= used[victim_q] && dirty[victim_q] ? SAVE : AR;
            else if (change)
              state_q <= TOP;
            else if (op_set != '0) begin
              sum[hit_idx]   <= sum[hit_idx] | op_set;
              dirty[hit_idx] <= 1'b1;
            end
          end
        end
        TOP: begin
          sum[hit_idx]    <= op_take ? '0 : sum[hit_idx] | op_set;
          dirty[hit_idx]  <= 1'b1;
          in_top[hit_idx] <= !op_take;
          state_q         <= IDLE;
        end
        SAVE: if (wr_ready) state_q <= SAVED;
        SAVED: begin
          if (b_valid) begin
            dirty[victim_q] <= 1'b0;
            state_q         <= AR;
          end
        end
        AR: begin
          used[victim_q] <= 1'b0;
          if (rd_ready) state_q <= R;
        end
        R: begin
          if (r_valid) begin
            state_q <= IDLE;
            if (install) begin
              used[victim_q]   <= 1'b1;
              dirty[victim_q]  <= 1'b0;
              in_top[victim_q] <= 1'b0;
              key[victim_q]    <= op_key;
              leaf[victim_q]   <= entry[12 +: PW];
              sum[victim_q]    <= entry[127:64];
              victim_q         <= victim_q == EW'(NE - 1) ? '0 : victim_q + 1'b1;
            end
          end
        end
        CLEAR: begin
          clear_q <= clear_q + 1'b1;
          if (set_done) state_q <= IDLE;
        end
        default: state_q <= IDLE;
      endcase
    end
  end

  // ---- top summary: one port changes it, one is read by the scan ----
  logic          top_we;
  logic [TW-1:0] top_addr;
  logic [63:0]   top_bit, top_new;
  assign top_we   = state_q == TOP || state_q == CLEAR;
  assign top_addr = state_q == CLEAR ? {set_dom, clear_q} : op_key[KW-1:6];
  assign top_bit  = 64'd1 << op_idx[5:0];
  assign top_new  = state_q == CLEAR ? '0 : op_take ? top_q & ~top_bit : top_q | top_bit;
  always_ff @(posedge clk) begin
    if (top_we) top[top_addr] <= top_new;
    else if (op_valid) top_q <= top[top_addr];
  end
  always_ff @(posedge clk) if (scan_valid) scan_bits <= top[{scan_dom, scan_word}];
  assign scan_size = sized[scan_dom] ? size[scan_dom] : '0;

  // ---- table memory ----
  logic [KW-1:0] old_key;
  logic [PW-1:0] op_root, old_root;
  assign old_key  = key[victim_q];
  assign op_root  = root[op_dom];
  assign old_root = root[old_key[KW-1:IW]];
  assign rd_valid = state_q == AR;
  assign rd_addr  = {op_root, 12'd0} + (cw_pkg::PA_W'(op_idx[IW-1:2]) << 6);
  assign wr_valid = state_q == SAVE;
  assign wr_addr  = {old_root, 12'd0} + (cw_pkg::PA_W'(old_key[IW-1:0]) << 4) + cw_pkg::PA_W'(8);
  assign wr_data  = sum[victim_q];

  assign lost     = (state_q == SAVED && b_valid && b_error) || (state_q == R && r_valid && r_error);
  assign lost_dom = state_q == SAVED ? old_key[KW-1:IW] : op_dom;

  logic unused;
  assign unused = &{1'b0, entry[63:cw_pkg::PA_W], entry[11:1]};
endmodule
