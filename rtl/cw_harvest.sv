// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Harvest: reads and clears the dirty log of a range of one domain, and writes what it found to host memory, a record
// of 128 bytes per line that is not zero (P29). Marks go on meanwhile.
//
// Top summary, directory summary, lines: each is cleared before the next is read (P26), so that a mark that comes in
// between is found by this harvest or leaves its summaries set for the next. Of a leaf the lines are read in a
// stream; the bits that the line cache holds are added as each comes back, and memory is cleared once it was read.
// Nothing is cleared that has no room in the buffer: the lines that were not taken get their summaries back, and the
// result says where to continue. The result comes when every record is acknowledged.
// Errors: a line or an entry that cannot be read or cleared, or a record that cannot be written, is lost, and all of
// the domain counts as dirty (P27).
//
// Mutants: SUMMARY_AFTER_LINE clears the summaries of a leaf after its lines; LOST_SUMMARY_CONT does not give summaries
// back; HARVEST_CLEAR_NO_ROOM clears what has no room.
module cw_harvest #(
  parameter int unsigned LG_READS = 4               // 2^LG_READS lines are read ahead
) (
  input  logic                         clk,
  input  logic                         rst_n,
  input  logic                         bme,
  // command
  input  logic                         req_valid,
  output logic                         req_ready,
  input  logic [cw_pkg::DOM_W-1:0]     req_dom,
  input  logic [cw_pkg::LOG_DIR_W-1:0] req_first,    // first leaf
  input  logic [cw_pkg::LOG_DIR_W:0]   req_count,    // leaves; 0: to the end
  input  logic [63:0]                  req_buf,
  input  logic [31:0]                  req_room,     // records, at least 1
  output logic                         rsp_valid,
  input  logic                         rsp_ready,
  output logic [31:0]                  rsp_records,
  output logic                         rsp_more,
  output logic [cw_pkg::LOG_DIR_W-1:0] rsp_next,     // leaf at which to continue
  output logic [cw_pkg::DOM_W-1:0]     dom,
  output logic                         busy,
  // directory
  output logic                         scan_valid,
  output logic [cw_pkg::LOG_DIR_W-7:0] scan_word,
  input  logic [63:0]                  scan_bits,
  input  logic [cw_pkg::LOG_DIR_W:0]   scan_size,
  output logic                         op_valid,
  output logic [cw_pkg::LOG_DIR_W-1:0] op_idx,
  output logic [63:0]                  op_set,
  output logic                         op_take,
  input  logic                         op_done,
  input  logic [1:0]                   op_status,
  input  logic [cw_pkg::PA_W-13:0]     op_leaf,
  input  logic [63:0]                  op_sum,
  // line cache
  output logic                         take_valid,
  output logic [5:0]                   take_line,
  input  logic [511:0]                 take_data,
  output logic                         hold_valid,
  input  logic                         hold_wait,
  // table memory
  output logic                         rd_valid,
  input  logic                         rd_ready,
  output logic [cw_pkg::PA_W-1:0]      rd_addr,
  input  logic                         r_valid,
  input  logic [511:0]                 r_data,
  input  logic                         r_error,
  output logic                         wr_valid,     // of zeros
  input  logic                         wr_ready,
  output logic [cw_pkg::PA_W-1:0]      wr_addr,
  input  logic                         b_valid,
  input  logic                         b_error,
  // host memory, one beat at a time
  output logic                         h_valid,
  input  logic                         h_ready,
  output logic [63:0]                  h_addr,
  output logic [511:0]                 h_data,
  input  logic                         h_bvalid,
  input  logic                         h_berr,
  output logic                         lost
);
  localparam int unsigned IW = cw_pkg::LOG_DIR_W;

  typedef enum logic [3:0] {
    IDLE   = 4'd0,
    START  = 4'd1,   // cuts the range to the size of the directory
    SCAN   = 4'd2,   // reads a word of the top summary
    PICK   = 4'd3,   // takes its next set bit
    TAKE   = 4'd4,   // takes the summary of that leaf
    LINES  = 4'd5,   // reads and clears its lines
    BACK   = 4'd6,   // sets the summaries of the lines that were not taken
    FINISH = 4'd7,   // waits for the acknowledgements of host memory
    DONE   = 4'd8
`ifdef CW_MUTANTS
    , LATE = 4'd9
`endif
  } state_t;

  state_t        state_q;
  logic [IW-1:0] first_q, last_q, dir_q;
  logic [IW:0]   count_q;
  logic [IW-7:0] word_q;
  logic          fresh_q;        // the word of the scan has come in
  logic [63:0]   tops_q;         // its bits not yet visited
  logic [63:0]   left_q;         // lines of the leaf not yet read
  logic [cw_pkg::PA_W-13:0] leaf_q;
  logic [31:0]   room_q;         // records not written and not promised to a line that is read
  logic [31:0]   records_q;
  logic [63:0]   buf_q;

  // ---- range of leaves, and the part of a word that lies in it ----
  logic [63:0] in_range;
  always_comb begin
    in_range = '1;
    if (word_q == first_q[IW-1:6]) in_range = in_range & ('1 << first_q[5:0]);
    if (word_q == last_q[IW-1:6]) in_range = in_range & ~(64'hffff_ffff_ffff_fffe << last_q[5:0]);
  end

  // ---- lowest set bits ----
  logic [63:0] bits;
  logic [5:0]  lowest;
  assign bits = state_q == PICK ? tops_q : left_q;
  always_comb begin
    lowest = '0;
    if (busy)
      for (int i = 63; i >= 0; i--) if (bits[i]) lowest = 6'(i);
  end

  // ---- lines being read: numbers in order, data as it comes ----
  logic         n_ready, n_valid, d_valid, d_ready, d_error, room;
  logic [5:0]   n_line;
  logic [511:0] d_data;
  logic [LG_READS:0] flight_q;   // read and not yet popped: all of them have room in the queue of data
  logic         issue, pop;

  cw_fifo #(.W(6), .LG(LG_READS)) u_numbers (
    .clk, .rst_n, .in_valid(issue), .in_ready(n_ready), .in_data(lowest), .out_valid(n_valid), .out_ready(pop),
    .out_data(n_line));
  cw_fifo #(.W(513), .LG(LG_READS)) u_data (
    .clk, .rst_n, .in_valid(r_valid), .in_ready(d_ready), .in_data({r_error, r_data}), .out_valid(d_valid),
    .out_ready(pop), .out_data({d_error, d_data}));

  assign room = room_q != '0 || cw_pkg::MUT_HARVEST_CLEAR_NO_ROOM;
  assign rd_valid = state_q == LINES && left_q != '0 && room && !hold_wait && !flight_q[LG_READS];
  assign rd_addr  = {leaf_q, lowest, 6'd0};
  assign issue    = rd_valid && rd_ready;

  // ---- one line at a time is written: a record of two beats, and zeros where memory was not zero ----
  logic [511:0] merged, out_q;
  logic [5:0]   out_line_q;
  logic         out_lo_q, out_hi_q, out_zero_q, full;
  logic [2:0]   unacked_q;       // host beats
  logic [6:0]   zeros_q;         // clears not acknowledged
  logic         beat, wrote;

  assign full       = out_lo_q || out_hi_q || out_zero_q;
  assign pop        = d_valid && !full && zeros_q[6:5] == '0;
  assign take_valid = pop;
  assign take_line  = n_line;
  assign merged     = d_data | take_data;
  assign h_valid    = (out_lo_q || out_hi_q) && bme && unacked_q != '1;
  assign h_addr     = buf_q + {25'd0, records_q, 7'd0} + (out_lo_q ? 64'd0 : 64'd64);
  assign h_data     = out_lo_q ? out_q : {448'd0, 64'({dir_q, out_line_q})};
  assign beat       = (h_valid && h_ready) || ((out_lo_q || out_hi_q) && !bme);
  assign wr_valid   = out_zero_q;
  assign wr_addr    = {leaf_q, out_line_q, 6'd0};
  assign wrote      = beat && !out_lo_q;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      out_lo_q   <= 1'b0;
      out_hi_q   <= 1'b0;
      out_zero_q <= 1'b0;
      unacked_q  <= '0;
      zeros_q    <= '0;
      flight_q   <= '0;
    end else if (busy) begin
      flight_q  <= flight_q + (LG_READS+1)'(issue) - (LG_READS+1)'(pop);
      unacked_q <= unacked_q + 3'(h_valid && h_ready) - 3'(h_bvalid);
      zeros_q   <= zeros_q + 7'(wr_valid && wr_ready) - 7'(b_valid);
      if (pop) begin
        out_lo_q   <= merged != '0 && !d_error;
        out_hi_q   <= merged != '0 && !d_error;
        out_zero_q <= d_data != '0 && !d_error;
      end else begin
        if (beat) begin
          if (out_lo_q) out_lo_q <= 1'b0;
          else out_hi_q <= 1'b0;
        end
        if (wr_ready) out_zero_q <= 1'b0;
      end
    end
    if (pop) begin
      out_q      <= merged;
      out_line_q <= n_line;
    end
  end

  // ---- sequence ----
  logic leaf_done, settled;
  assign settled   = !n_valid && !full && zeros_q == '0;
  assign leaf_done = state_q == LINES && settled && (left_q == '0 || !room);

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      state_q <= IDLE;
      fresh_q <= 1'b0;
    end else if (busy || req_valid) begin
      case (state_q)
        IDLE: begin
          if (req_valid) begin
            state_q   <= START;
            dom       <= req_dom;
            first_q   <= req_first;
            count_q   <= req_count;
            word_q    <= req_first[IW-1:6];
            buf_q     <= req_buf;
            records_q <= '0;
            rsp_more  <= 1'b0;
            rsp_next  <= '0;
          end
        end
        START: begin
          fresh_q <= 1'b0;
          last_q  <= count_q == '0 || {1'b0, first_q} + count_q > scan_size ? IW'(scan_size - 1'b1) :
                     first_q + IW'(count_q) - 1'b1;
          state_q <= {1'b0, first_q} < scan_size ? SCAN : FINISH;
        end
        SCAN: begin
          fresh_q <= 1'b1;
          if (fresh_q) begin
            fresh_q <= 1'b0;
            tops_q  <= scan_bits & in_range;
            if ((scan_bits & in_range) != '0) state_q <= PICK;
            else if (word_q == last_q[IW-1:6]) state_q <= FINISH;
            else word_q <= word_q + 1'b1;
          end
        end
        PICK: begin
          dir_q <= {word_q, lowest};
          if (tops_q == '0) begin
            word_q  <= word_q + 1'b1;
            state_q <= word_q == last_q[IW-1:6] ? FINISH : SCAN;
          end else if (!room) begin
            rsp_more <= 1'b1;
            rsp_next <= {word_q, lowest};
            state_q  <= FINISH;
          end else begin
            tops_q  <= tops_q & (tops_q - 1'b1);
            state_q <= TAKE;
          end
        end
        TAKE: begin
          if (op_done) begin
            leaf_q  <= op_leaf;
            left_q  <= op_sum;
            state_q <= op_status == 2'd0 ? LINES : PICK;
          end
        end
        LINES: begin
          if (issue) left_q <= left_q & (left_q - 1'b1);
          if (leaf_done) state_q <= left_q == '0 ? PICK : BACK;
`ifdef CW_MUTANTS
          if (leaf_done && cw_pkg::MUT_LOST_SUMMARY_CONT) begin
            rsp_more <= left_q != '0;
            rsp_next <= dir_q;
            state_q  <= left_q == '0 ? PICK : FINISH;
          end
          if (leaf_done && cw_pkg::MUT_SUMMARY_AFTER_LINE) state_q <= LATE;
`endif
        end
`ifdef CW_MUTANTS
        LATE: if (op_done) state_q <= left_q == '0 ? PICK : BACK;
`endif
        BACK: begin
          rsp_more <= 1'b1;
          rsp_next <= dir_q;
          if (op_done) state_q <= FINISH;
        end
        FINISH: if (unacked_q == '0) state_q <= DONE;
        DONE: if (rsp_ready) state_q <= IDLE;
        default: state_q <= IDLE;
      endcase
    end
  end

  // A line that turns out to be zero gives its record back.
  always_ff @(posedge clk) begin
    if (state_q == IDLE) begin
      if (req_valid) room_q <= req_room;
    end else if (busy) begin
      room_q <= room_q - 32'(issue) + 32'(pop && (merged == '0 || d_error));
      if (wrote) records_q <= records_q + 1'b1;
    end
  end

  assign req_ready   = state_q == IDLE;
  assign busy        = state_q != IDLE;
  assign rsp_valid   = state_q == DONE;
  assign rsp_records = records_q;
  assign scan_valid  = state_q == SCAN && !fresh_q;
  assign scan_word   = word_q;
  assign op_idx      = dir_q;
  assign op_set      = state_q == BACK ? left_q : '0;
`ifdef CW_MUTANTS
  // SUMMARY_AFTER_LINE reads with a set of nothing, and takes when the lines are clear.
  assign op_valid    = state_q == TAKE || state_q == BACK || state_q == LATE;
  assign op_take     = state_q == (cw_pkg::MUT_SUMMARY_AFTER_LINE ? LATE : TAKE);
`else
  assign op_valid    = state_q == TAKE || state_q == BACK;
  assign op_take     = state_q == TAKE;
`endif
  assign hold_valid  = state_q == TAKE || state_q == LINES || state_q == BACK;
  assign lost        = (pop && d_error) || (b_valid && b_error) || (h_bvalid && h_berr) ||
                       ((out_lo_q || out_hi_q) && !bme) || (state_q == BACK && op_done && op_status != 2'd0) ||
                       (state_q == TAKE && op_done && op_status == 2'd1);

  logic unused;
  assign unused = &{1'b0, n_ready, d_ready};
endmodule
