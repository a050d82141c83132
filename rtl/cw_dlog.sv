// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The dirty log: takes marks from the fixer, gives them to the host by harvest (docs/dirty-log.md).
//
// A client asks PREPARE, which says whether the leaf of a gfn is there (P27), and later MARK; both answer with the
// client's id, not in order. A mark is accepted, and answered, when the line's bit and both summaries are set (P22,
// P26). Answers: OK; MISSING, nothing was done; ERROR, all of the domain counts as dirty, the access included, so
// that the client may go on as after OK. A leaf that is enabled stays so while its domain logs: after a PREPARE that
// said OK no MARK is MISSING.
// A request whose line is in the cache is answered two cycles after it was taken, one each cycle; others go one at a
// time by a slow path, which those do not wait for. Table memory: ids 0 directory, 1 write-back, 2 harvest.
// `set_*` gives a domain another directory, or none (P28). Until that begins no mark is taken, so it waits for what is
// under way only; when it is done, nothing of the old directory and its leaves is read or written any more (I9).
module cw_dlog #(
  parameter int unsigned NL = cw_pkg::LOG_LINES,
  parameter int unsigned NE = cw_pkg::LOG_ENTRIES
) (
  input  logic                         clk,
  input  logic                         rst_n,
  input  logic                         bme,
  // marks
  input  logic                         log_valid,
  output logic                         log_ready,
  input  logic                         log_op,        // 0 PREPARE, 1 MARK
  input  logic [cw_pkg::DOM_W-1:0]     log_dom,
  input  logic [44:0]                  log_gfn,
  input  logic [2:0]                   log_id,
  output logic                         logr_valid,
  output logic [2:0]                   logr_id,
  output logic [1:0]                   logr_status,   // 0 OK, 1 MISSING, 2 FULL, 3 ERROR
  output logic                         busy,          // something moves
  // a domain's directory: held until done; nothing of the domain may be marked or harvested meanwhile
  input  logic                         set_valid,
  output logic                         set_done,
  input  logic [cw_pkg::DOM_W-1:0]     set_dom,
  input  logic [cw_pkg::PA_W-13:0]     set_root,
  input  logic [cw_pkg::LOG_DIR_W:0]   set_size,
  input  logic                         all_valid,     // everything of the domain is dirty
  input  logic [cw_pkg::DOM_W-1:0]     all_dom,
  // harvest
  input  logic                         hv_valid,
  output logic                         hv_ready,
  input  logic [cw_pkg::DOM_W-1:0]     hv_dom,
  input  logic [cw_pkg::LOG_DIR_W-1:0] hv_first,
  input  logic [cw_pkg::LOG_DIR_W:0]   hv_count,
  input  logic [63:0]                  hv_buf,
  input  logic [31:0]                  hv_room,
  output logic                         hvd_valid,
  input  logic                         hvd_ready,
  output logic [31:0]                  hvd_records,
  output logic                         hvd_more,
  output logic [cw_pkg::LOG_DIR_W-1:0] hvd_next,
  output logic                         hvd_all,       // everything of the domain counts as dirty
  // table memory
  output logic                         dl_arvalid,
  input  logic                         dl_arready,
  output logic [1:0]                   dl_arid,
  output logic [cw_pkg::PA_W-1:0]      dl_araddr,
  input  logic                         dl_rvalid,
  input  logic [1:0]                   dl_rid,
  input  logic [511:0]                 dl_rdata,
  input  logic                         dl_rerr,
  output logic                         dl_awvalid,
  input  logic                         dl_awready,
  output logic [1:0]                   dl_awid,
  output logic [cw_pkg::PA_W-1:0]      dl_awaddr,
  output logic                         dl_wvalid,
  input  logic                         dl_wready,
  output logic [511:0]                 dl_wdata,
  output logic [63:0]                  dl_wstrb,
  input  logic                         dl_bvalid,
  input  logic [1:0]                   dl_bid,
  input  logic                         dl_berr,
  // host memory
  output logic                         h_valid,
  input  logic                         h_ready,
  output logic [63:0]                  h_addr,
  output logic [511:0]                 h_data,
  input  logic                         h_bvalid,
  input  logic                         h_berr,
  output logic                         ev_mark,
  output logic                         ev_missing,
  output logic                         ev_evict
);
  localparam int unsigned DW = cw_pkg::DOM_W;
  localparam int unsigned IW = cw_pkg::LOG_DIR_W;
  localparam int unsigned KW = cw_pkg::LOG_KEY_W;
  localparam int unsigned PW = cw_pkg::PA_W - 12;
  localparam logic [1:0] OK = 2'd0, MISSING = 2'd1, ERROR = 2'd3;

  // ===================================================================================================================
  // Marks: one stage that answers what hits, one slow path
  // ===================================================================================================================
  typedef enum logic [2:0] {
    IDLE  = 3'd0,
    LOOK  = 3'd1,   // looks again, marks if the line is there
    DIR   = 3'd2,   // asks the directory for the leaf
    ALLOC = 3'd3,   // waits for a free line, and takes it with the mark
    SUM   = 3'd4,   // sets the summaries
    RSP   = 3'd5
  } slow_t;

  logic          s1_valid, s1_op, s1_done, s1_fast, s1_move;
  logic [DW-1:0] s1_dom;
  logic [44:0]   s1_gfn;
  logic [2:0]    s1_id;
  slow_t         sl_q;
  logic          sl_op, sl_beyond, sl_look;
  logic [KW-1:0] sl_key;
  logic [8:0]    sl_bit;
  logic [2:0]    sl_id;
  logic [1:0]    sl_status;
  logic [PW-1:0] sl_leaf;

  logic          look_ready, hit, summed, mark, alloc, free, sum_done, s1_beyond;
  logic          mop_valid, mop_done, set_busy, set_hold, drop;
  logic [1:0]    op_status;
  logic [PW-1:0] op_leaf;
  logic [63:0]   op_sum;

  assign s1_beyond = s1_gfn[44:IW+15] != '0;
  assign sl_look   = sl_q == LOOK || sl_q == ALLOC;
  // The slow path looks first; its answer takes the place of one of the fast stage.
  assign s1_fast   = s1_valid && !sl_look && sl_q != RSP && look_ready && hit && !s1_beyond && (!s1_op || summed);
  assign s1_move   = s1_valid && !s1_fast && sl_q == IDLE && look_ready;
  assign s1_done   = s1_fast || s1_move;
  assign log_ready = (!s1_valid || s1_done) && !set_hold;

  assign mark      = sl_q == LOOK ? sl_op && !sl_beyond : s1_fast && s1_op;
  assign alloc     = sl_q == ALLOC;
  assign mop_valid = sl_q == DIR || sl_q == SUM;
  assign sum_done  = sl_q == SUM && mop_done;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      s1_valid   <= 1'b0;
      sl_q       <= IDLE;
      logr_valid <= 1'b0;
    end else begin
      if (!s1_valid || s1_done) s1_valid <= log_valid && !set_hold;
      logr_valid <= s1_fast || sl_q == RSP;
      case (sl_q)
        IDLE: if (s1_move) sl_q <= LOOK;
        LOOK: begin
          if (sl_beyond) sl_q <= RSP;
          else if (look_ready) sl_q <= !hit ? DIR : sl_op && !summed ? SUM : RSP;
        end
        DIR: if (mop_done) sl_q <= op_status == OK ? ALLOC : RSP;
        ALLOC: if (look_ready && free) sl_q <= sl_op ? SUM : RSP;
        SUM: if (mop_done) sl_q <= RSP;
        RSP: sl_q <= IDLE;
        default: sl_q <= IDLE;
      endcase
    end
    if (log_valid && log_ready) begin
      s1_op  <= log_op;
      s1_dom <= log_dom;
      s1_gfn <= log_gfn;
      s1_id  <= log_id;
    end
    if (s1_move) begin
      sl_op     <= s1_op;
      sl_beyond <= s1_beyond;
      sl_key    <= {s1_dom, s1_gfn[IW+14:9]};
      sl_bit    <= s1_gfn[8:0];
      sl_id     <= s1_id;
      sl_status <= s1_beyond ? MISSING : OK;
    end
    if (mop_done) begin
      sl_leaf   <= op_leaf;
      sl_status <= op_status == MISSING && sl_q == SUM ? ERROR : op_status;
    end
    if (s1_fast || sl_q == RSP) begin
      logr_id     <= sl_q == RSP ? sl_id : s1_id;
      logr_status <= sl_q == RSP ? sl_status : OK;
    end
  end

  // ===================================================================================================================
  // Directory, lines, harvest
  // ===================================================================================================================
  logic [1:0]    op_req, op_gnt;       // 0 marks, 1 harvest
  logic          op_valid, op_take, op_done, hop_valid, hop_take;
  logic [DW-1:0] op_dom, harvest_dom;
  logic [IW-1:0] op_idx, hop_idx;
  logic [63:0]   op_set, hop_set;
  logic          hv_idle, scan_valid, harvest_busy, set_go, set_start;
  logic [IW-7:0] scan_word;
  logic [63:0]   scan_bits;
  logic [IW:0]   scan_size;
  logic          wb_busy, take_valid, hold_valid, hold_wait;
  logic [5:0]    take_line;
  logic [511:0]  take_data;
  logic [2:0]    rd_valid, rd_ready, r_valid, wr_valid, wr_ready, b_valid, lost;
  logic [PW+11:0] dir_rd_addr, wb_rd_addr, hv_rd_addr, dir_wr_addr, wb_wr_addr, hv_wr_addr;
  logic [63:0]   dir_wr_data;
  logic [511:0]  wb_wr_data;
  logic [DW-1:0] dir_lost_dom, wb_lost_dom;

  assign op_req   = {hop_valid, mop_valid};
  cw_arb #(.N(2)) u_op (.clk, .rst_n, .req(op_req), .gnt(op_gnt), .take(op_done));
  assign op_valid = op_gnt != '0;
  assign op_dom   = op_gnt[1] ? harvest_dom : sl_key[KW-1 -: DW];
  assign op_idx   = op_gnt[1] ? hop_idx : sl_key[KW-DW-1:6];
  assign op_set   = op_gnt[1] ? hop_set : sl_q == SUM ? 64'd1 << sl_key[5:0] : '0;
  assign op_take  = op_gnt[1] && hop_take;
  assign mop_done = op_done && op_gnt[0];

  // A domain gets another directory when nothing of the old one is on its way: nothing new is taken until then, or
  // marks of others could put it off for ever. Its lines go at once, so that none of them is written back meanwhile.
  assign set_go   = set_valid && !harvest_busy && !wb_busy && sl_q == IDLE && !s1_valid;
  assign set_hold = set_valid && !set_busy;
`ifdef CW_MUTANTS
  assign drop = cw_pkg::MUT_DROP_LATE ? set_done : set_start;
`else
  assign drop = set_start;
`endif

  cw_dlog_dir #(.NE(NE)) u_dir (
    .clk, .rst_n, .op_valid, .op_dom, .op_idx, .op_set, .op_take, .op_done, .op_status, .op_leaf, .op_sum,
    .set_valid(set_go), .set_dom, .set_root, .set_size, .set_start, .set_busy, .set_done,
    .scan_valid, .scan_dom(harvest_dom), .scan_word, .scan_bits, .scan_size,
    .rd_valid(rd_valid[0]), .rd_ready(rd_ready[0]), .rd_addr(dir_rd_addr), .r_valid(r_valid[0]), .r_data(dl_rdata),
    .r_error(dl_rerr), .wr_valid(wr_valid[0]), .wr_ready(wr_ready[0]), .wr_addr(dir_wr_addr), .wr_data(dir_wr_data),
    .b_valid(b_valid[0]), .b_error(dl_berr), .lost(lost[0]), .lost_dom(dir_lost_dom));

  cw_dlog_cache #(.NL(NL)) u_cache (
    .clk, .rst_n, .look_valid(sl_look || s1_valid), .look_ready,
    .look_key(sl_look ? sl_key : {s1_dom, s1_gfn[IW+14:9]}), .hit, .summed, .bit_no(sl_look ? sl_bit : s1_gfn[8:0]),
    .mark, .alloc, .alloc_leaf(sl_leaf), .alloc_mark(sl_op), .free, .sum_done,
    .take_valid, .take_key({harvest_dom, hop_idx, take_line}), .take_data, .hold_valid,
    .hold_leaf({harvest_dom, hop_idx}), .hold_wait, .drop_valid(drop), .drop_dom(set_dom), .wb_busy,
    .rd_valid(rd_valid[1]), .rd_ready(rd_ready[1]), .rd_addr(wb_rd_addr), .r_valid(r_valid[1]), .r_data(dl_rdata),
    .r_error(dl_rerr), .wr_valid(wr_valid[1]), .wr_ready(wr_ready[1]), .wr_addr(wb_wr_addr), .wr_data(wb_wr_data),
    .b_valid(b_valid[1]), .b_error(dl_berr), .lost(lost[1]), .lost_dom(wb_lost_dom), .ev_evict);

  cw_harvest u_harvest (
    .clk, .rst_n, .bme, .req_valid(hv_valid && hv_ready), .req_ready(hv_idle), .req_dom(hv_dom),
    .req_first(hv_first), .req_count(hv_count), .req_buf(hv_buf), .req_room(hv_room),
    .rsp_valid(hvd_valid), .rsp_ready(hvd_ready), .rsp_records(hvd_records), .rsp_more(hvd_more), .rsp_next(hvd_next),
    .dom(harvest_dom), .busy(harvest_busy), .scan_valid, .scan_word, .scan_bits, .scan_size,
    .op_valid(hop_valid), .op_idx(hop_idx), .op_set(hop_set), .op_take(hop_take), .op_done(op_done && op_gnt[1]),
    .op_status, .op_leaf, .op_sum, .take_valid, .take_line, .take_data, .hold_valid, .hold_wait,
    .rd_valid(rd_valid[2]), .rd_ready(rd_ready[2]), .rd_addr(hv_rd_addr), .r_valid(r_valid[2]), .r_data(dl_rdata),
    .r_error(dl_rerr), .wr_valid(wr_valid[2]), .wr_ready(wr_ready[2]), .wr_addr(hv_wr_addr), .b_valid(b_valid[2]),
    .b_error(dl_berr), .h_valid, .h_ready, .h_addr, .h_data, .h_bvalid, .h_berr, .lost(lost[2]));
  assign hv_ready = hv_idle && !set_valid;

  assign busy = s1_valid || sl_q != IDLE || logr_valid || harvest_busy || wb_busy || set_valid || all_valid ||
                hv_valid || w_valid_q;

  // ---- domains of which everything counts as dirty (P27), until a harvest has said so ----
  logic [cw_pkg::NDOM-1:0] all_q;
  logic                    no_sum;     // a mark whose summaries could not be set
  assign no_sum  = sum_done && op_status != OK;
  assign hvd_all = all_q[harvest_dom];
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      all_q <= '0;
    end else begin
      if (set_done) all_q[set_dom] <= 1'b0;
      if (hvd_valid && hvd_ready) all_q[harvest_dom] <= 1'b0;
      if (lost[0]) all_q[dir_lost_dom] <= 1'b1;
      if (lost[1]) all_q[wb_lost_dom] <= 1'b1;
      if (lost[2]) all_q[harvest_dom] <= 1'b1;
      if (no_sum) all_q[sl_key[KW-1 -: DW]] <= 1'b1;
      if (all_valid) all_q[all_dom] <= 1'b1;
    end
  end

  // ===================================================================================================================
  // Table memory: one read address a cycle; one write at a time stands in a register
  // ===================================================================================================================
  logic [2:0] ar_gnt, aw_gnt;
  logic       w_valid_q;
  cw_arb #(.N(3)) u_ar (.clk, .rst_n, .req(rd_valid), .gnt(ar_gnt), .take(dl_arvalid && dl_arready));
  assign dl_arvalid = ar_gnt != '0;
  assign dl_arid    = {ar_gnt[2], ar_gnt[1]};
  assign dl_araddr  = ar_gnt[2] ? hv_rd_addr : ar_gnt[1] ? wb_rd_addr : dir_rd_addr;
  assign rd_ready   = ar_gnt & {3{dl_arready}};

  cw_arb #(.N(3)) u_aw (.clk, .rst_n, .req(wr_valid & {3{!w_valid_q}}), .gnt(aw_gnt), .take(dl_awvalid && dl_awready));
  assign dl_awvalid = aw_gnt != '0;
  assign dl_awid    = {aw_gnt[2], aw_gnt[1]};
  assign dl_awaddr  = aw_gnt[2] ? hv_wr_addr : aw_gnt[1] ? wb_wr_addr : {dir_wr_addr[PW+11:6], 6'd0};
  assign wr_ready   = aw_gnt & {3{dl_awready}};
  assign dl_wvalid  = w_valid_q;
  always_ff @(posedge clk) begin
    if (!rst_n) w_valid_q <= 1'b0;
    else if (dl_awvalid && dl_awready) w_valid_q <= 1'b1;
    else if (dl_wready) w_valid_q <= 1'b0;
    if (dl_awvalid && dl_awready) begin
      dl_wdata <= aw_gnt[2] ? '0 : aw_gnt[1] ? wb_wr_data : {8{dir_wr_data}};
      dl_wstrb <= aw_gnt[0] ? 64'hff << dir_wr_addr[5:0] : '1;
    end
  end

  always_comb begin
    r_valid = '0;
    b_valid = '0;
    if (dl_rvalid) r_valid[dl_rid] = 1'b1;
    if (dl_bvalid) b_valid[dl_bid] = 1'b1;
  end

  assign ev_mark    = (s1_fast && s1_op) || (sl_q == RSP && sl_op && sl_status != MISSING);
  assign ev_missing = sl_q == RSP && sl_status == MISSING;
endmodule
