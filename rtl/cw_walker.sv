// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Walker: NSLOT concurrent walks, each with one read outstanding; requests to the same line of leaf entries share one.
//
// A miss of the lookup cycle waits here (cw_wait_list). In that cycle, or later if no slot is free, it attaches to a
// walk of the same space and line (P5) or starts one; walk cache and slot are decided in one cycle (P18). Reads are
// whole 64-byte lines, answers may come in any order. A finished walk hands out its waiting requests one per cycle
// (`out_*`), then fills the TLB with what is present and did not fault (I7), then lingers until its slot is needed,
// so that requests that missed just before the fill still find it. INVALIDATE poisons every walk of its space (each
// used upper entries that the range may share): it takes no more requests and fills nothing. An INVALIDATE of a whole
// space also counts for requests that wait for a slot: their walks begin poisoned, or a detached context would fill
// what its tables said when nothing drops it any more (P33). A walk has a count of its own from start to last read
// (P5).
// A context has at most its quota of walks: slots that are busy with one that it began, and requests of it that wait
// for a slot (P38). The lookup cycle refuses what is more, unless it can attach; so a context that walks much takes
// neither slots nor waiting places from others. Without a quota nothing is counted.
//
// Shadow contexts (P31): a write that CAPTURE may have to mark needs the gfn of its leaf. Its walk reads once more, the
// line of the companion page at the same index, after the leaf has come: until the FLUSH after the zap of an entry its
// companion stands still, so leaf and gfn belong together. Such a write attaches only to walks that read it.
module cw_walker #(
  parameter int unsigned NSLOT = cw_pkg::NSLOT,
  parameter int unsigned WC_ENTRIES = cw_pkg::WC_ENTRIES,
  parameter int unsigned PA_BITS = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000
) (
  input  logic                       clk,
  input  logic                       rst_n,
  // misses of the lookup cycle; ask: a request is in it
  input  logic                       ask,
  input  logic                       miss,
  output logic                       miss_room,
  output logic                       miss_now,    // it would get its walk in this cycle
  output logic                       miss_over,   // no room because its context has its quota of walks
  input  cw_t::wait_t                miss_req,
  input  cw_t::ctx_t                 miss_ctx,
  // INVALIDATE, RESUME
  input  logic                       inv_new,
  input  cw_t::inv_t                 inv,
  input  logic                       no_merge,    // walks in flight take no more requests: entries may have changed
  // counts (P5)
  input  logic [cw_pkg::NPORT-1:0]   epoch,
  output logic                       walk_inc,
  output logic [cw_pkg::PORT_W-1:0]  walk_inc_port,
  output logic                       walk_dec,
  output logic [cw_pkg::PORT_W-1:0]  walk_dec_port,
  output logic                       walk_dec_epoch,
  // table memory
  output logic                       rd_valid,
  input  logic                       rd_ready,
  output logic [cw_pkg::SLOT_W-1:0]  rd_slot,
  output logic [cw_pkg::PA_W-1:0]    rd_addr,
  input  logic                       r_valid,
  input  logic [cw_pkg::SLOT_W-1:0]  r_slot,
  input  logic [511:0]               r_data,
  input  logic                       r_error,
  // requests with a result
  output logic                       out_valid,
  input  logic                       out_ready,
  output logic [cw_pkg::SLOT_W-1:0]  out_slot,
  output cw_t::wait_t                out_req,
  output logic [63:0]                out_entry,
  output logic [cw_pkg::PA_W-1:0]    out_entry_addr,
  output logic [2:0]                 out_level,
  output logic                       out_error,
  output logic [56:12]               out_gfn,       // of the page, for the log
  output logic                       out_fresh,     // nobody has changed its line since it was read
  // this one (in the cycle it is taken) faulted: its entry is not filled; or went to the fixer: the walk takes no more
  input  logic                       out_faulted,
  input  logic                       out_fixing,
  // changes of entries: a line that is being written, or any
  input  logic                       chg_valid,
  input  logic [cw_pkg::PA_W-1:6]    chg_line,
  input  logic                       chg_any,
  // TLB fill
  output logic                       fill_valid,
  input  logic                       fill_ready,
  output logic [cw_pkg::SPACE_W-1:0] fill_space,
  output logic [56:15]               fill_line,
  input  logic                       fill_now,
  output logic [7:0]                 fill_mask,
  output logic [511:0]               fill_data,
  output logic                       fill_large,  // or else this leaf of level 2, or 3 if big
  output logic                       fill_big,
  output logic [63:0]                fill_entry,
  // events and monitor
  output logic                       ev_walk,
  output logic                       ev_merge,
  output logic                       ev_wc_hit,
  output logic                       ev_fill,
  output logic                       ev_fill_refused,
  output logic [2:0]                 ev_poisoned,
  output logic                       mon_alloc,
  output cw_t::wait_t                mon_alloc_req,
  output logic                       mon_attach,
  output logic [cw_pkg::SLOT_W-1:0]  mon_slot,
  output logic [2:0]                 mon_level,
  output logic [51:12]               mon_table,
  output logic                       mon_wc_fill,
  output logic                       mon_last,
  output logic [2:0]                 mon_r_level,
  output logic [63:0]                mon_r_entry,
  output logic                       mon_end,
  output logic [cw_pkg::SLOT_W-1:0]  mon_end_slot,
  output logic [7:0]                 mon_end_mask
);
  localparam int unsigned NS  = NSLOT;
  localparam int unsigned SLW = cw_pkg::SLOT_W;
  localparam int unsigned SPW = cw_pkg::SPACE_W;
  localparam int unsigned IW  = cw_pkg::WAIT_W;
  localparam int unsigned LS  = $clog2(NSLOT);
  localparam int unsigned WREQ = cw_pkg::PORT_W + 4 + cw_pkg::REQ_W;  // wait_t
  localparam int unsigned WW  = 1 + WREQ + SPW + 2 + 40;            // plus limited; space, flavour, level5, root

  logic late;                            // mutant
  assign late = cw_pkg::MUT_LATE_COMPANION;

  typedef enum logic [2:0] {
    S_FREE   = 3'd0,
    S_READ   = 3'd1,   // wants a read
    S_WAIT   = 3'd2,   // read under way
    S_DONE   = 3'd3,   // result there; requests are handed out
    S_FILL   = 3'd4,   // wants to fill the TLB
    S_FILL1  = 3'd5,   // fill under way
    S_FILL2  = 3'd6,
    S_LINGER = 3'd7    // nothing to do; found by late requests until the slot is needed
  } state_e;

  // ---- slots ----
  logic [NS-1:0]     s_free, s_reads, s_out, s_fill, s_filling, s_linger, s_used;
  logic [NS-1:0]     poisoned, nomerge, waiting, in_pipe;
  logic [NS-1:0]     miss_match, queue_match;
  logic [SPW-1:0]    f_space [NS];
  logic [41:0]       f_line [NS];
  logic [2:0]        f_level [NS];
  logic [39:0]       f_table [NS];
  logic [cw_pkg::PORT_W-1:0] f_port [NS];
  logic [cw_pkg::CTX_W-1:0] f_ctx [NS];           // that began it
  logic [7:0]        f_fault [NS];     // entries of the line that some request faulted on
  logic [NS-1:0]     f_epoch, f_error, f_filled, f_flavour;
  // companion: is read by this walk; is the read at hand; is there; answered with an error. Leaf line is there.
  logic [NS-1:0]     f_comp, f_second, f_cthere, f_cerror, f_leaf;
  logic [NS-1:0]     poison_now;

  // Marks come of writes in CAPTURE only: nothing is fixed in a shadow context, so neither W nor D (FPF-4).
  function automatic logic needs(input logic shadow, input logic write, input logic [1:0] mode,
                                   input logic [cw_pkg::PORT_W-1:0] port);
    needs = shadow && write && mode == 2'(cw_pkg::LOG_CAPTURE) && port != cw_pkg::PORT_W'(cw_pkg::PORT_HOST);
  endfunction

  // ---- a request gets its walk: from the lookup cycle, else from the queue ----
  cw_t::req_t        miss_r, queue_r, cand_r;
  cw_t::wait_t       queue_req, cand_req;
  logic [SPW-1:0]    queue_space, cand_space;
  logic              queue_level5, cand_level5, queue_flavour, cand_flavour;
  logic [39:0]       queue_root, cand_root;
  logic              queue_limited;                        // counts for its context
  logic              miss_need, queue_need, cand_need;     // a companion
  logic              q_valid, q_marked, q_take, use_queue, cand_valid, attach, start, slot_avail;
  logic [NS-1:0]     match, match_first, slot_pick;
  logic [IW-1:0]     put_idx, q_idx;
  logic [WW-1:0]     q_data;
  logic [SLW-1:0]    match_slot, pick_slot;
  logic              link;
  logic [SLW-1:0]    link_slot;
  logic [2:0]        wc_level;
  logic [39:0]       wc_table;
  logic              wc_hit;

  assign miss_r    = miss_req.req;
  assign queue_limited = q_data[WW-1];
  assign queue_req    = q_data[WW-2 -: WREQ];
  assign queue_space  = q_data[42 +: SPW];
  assign queue_flavour = q_data[41];
  assign queue_level5 = q_data[40];
  assign queue_root   = q_data[39:0];
  assign queue_r   = queue_req.req;
  assign miss_need  = needs(miss_ctx.space[SPW-1], miss_r.write, miss_req.log_mode, miss_req.port);
  assign queue_need = needs(queue_space[SPW-1], queue_r.write, queue_req.log_mode, queue_req.port);
  assign cand_need  = use_queue ? queue_need : miss_need;
  // The queue goes first for a slot; the lookup cycle goes first for an attachment.
  assign use_queue  = q_valid && !(miss && miss_match != '0);
  assign cand_valid = use_queue || miss;
  assign cand_req   = use_queue ? queue_req : miss_req;
  assign cand_r     = cand_req.req;
  assign cand_space = use_queue ? queue_space : miss_ctx.space;
  assign cand_flavour = use_queue ? queue_flavour : miss_ctx.flavour;
  assign cand_level5 = use_queue ? queue_level5 : miss_ctx.level5;
  assign cand_root  = use_queue ? queue_root : miss_ctx.root;
  assign match      = use_queue ? queue_match : miss_match;
  assign match_first = match & (~match + 1'b1);
  assign attach     = cand_valid && match != '0;
  // free slots first, then lingering ones
  assign slot_pick  = (s_free != '0) ? s_free & (~s_free + 1'b1) : s_linger & (~s_linger + 1'b1);
  assign slot_avail = slot_pick != '0;
  assign start      = cand_valid && match == '0 && slot_avail;
  assign miss_now   = miss_match != '0 || (!q_valid && slot_avail);
  assign q_take     = use_queue && (attach || start);
  assign link       = attach || start;
  assign link_slot  = attach ? match_slot : pick_slot;

  always_comb begin
    match_slot = '0;
    pick_slot  = '0;
    for (int s = 0; s < NS; s++) begin
      if (match_first[s]) match_slot |= SLW'(s);
      if (slot_pick[s])   pick_slot  |= SLW'(s);
    end
  end

  // ---- quota of walks: busy slots and requests that wait for one ----
  logic                     list_room, limited, queue_in, queue_out;
  logic [cw_pkg::CTX_W-1:0] miss_c, queue_c;
  logic [NS-1:0]            s_own;
  logic [IW+1:0]            walks_of;
  logic [IW:0]              queued [cw_pkg::NCTX];
  assign miss_c    = miss_r.ctx[cw_pkg::CTX_W-1:0];
  assign queue_c   = queue_r.ctx[cw_pkg::CTX_W-1:0];
  assign limited   = miss_ctx.walks != '0;
  assign miss_room = list_room && !miss_over;
  assign queue_in  = miss && (use_queue || !link) && limited;
  assign queue_out = q_take && queue_limited && !(cw_pkg::MUT_WALK_CREDIT_LOST && attach);
  always_comb begin
    s_own     = '0;
    walks_of  = '0;
    miss_over = 1'b0;
    if (ask && limited) begin
      for (int s = 0; s < NS; s++) s_own[s] = s_used[s] && !s_linger[s] && f_ctx[s] == miss_c;
      walks_of  = (IW+2)'($countones(s_own)) + (IW+2)'(queued[miss_c]);
      miss_over = miss_match == '0 && !cw_pkg::MUT_NO_WALK_QUOTA &&
                  walks_of >= (IW+2)'(miss_ctx.walks) + (IW+2)'(cw_pkg::MUT_QUOTA_OFF_BY_ONE);
    end
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      for (int c = 0; c < cw_pkg::NCTX; c++) queued[c] <= '0;
    end else if (!(queue_in && queue_out && miss_c == queue_c)) begin
      if (queue_in)  queued[miss_c]  <= queued[miss_c] + 1'b1;
      if (queue_out) queued[queue_c] <= queued[queue_c] - 1'b1;
    end
  end

  logic pop;
  logic [SLW-1:0] pop_slot;
  logic [IW-1:0] pop_idx, r1_idx;
  logic r1_valid, r1_go;
  logic [WW-1:0] r1_data;
  cw_wait_list #(.NSLOT(NS), .W(WW)) u_list (
    .clk, .rst_n,
    .room(list_room), .put(miss), .put_idx,
    .put_data({limited, miss_req, miss_ctx.space, miss_ctx.flavour, miss_ctx.level5, miss_ctx.root}),
    .queue(use_queue || !link), .put_port(miss_req.port), .mark(inv_new && (inv.all || inv.whole)), .q_valid, .q_idx,
    .q_data, .q_marked, .q_take,
    .link, .link_slot, .link_idx(use_queue ? q_idx : put_idx),
    .waiting, .pop, .pop_slot, .pop_idx,
    .read_idx(r1_idx), .read_data(r1_data), .free(r1_go));

  // Requests that were in a queue when an INVALIDATE of a whole space came.
  logic born_poisoned;
  assign born_poisoned = !cw_pkg::MUT_QUEUE_AFTER_INV && use_queue &&
                         (q_marked || (inv_new && (inv.all || inv.whole)));

  // ---- walk cache ----
  logic wcf_valid;
  logic [2:0] r_level;
  logic [63:0] r_entry;
  logic [SPW-1:0] r_space;
  logic [41:0] r_line;
  cw_walk_cache #(.ENTRIES(WC_ENTRIES)) u_wc (
    .clk, .rst_n, .look(cand_valid), .space(cand_space), .addr(cand_r.addr[56:12]), .level5(cand_level5),
    .root(cand_root),
    .level(wc_level), .table_page(wc_table), .hit(wc_hit),
    .fill_valid(wcf_valid), .fill_space(r_space), .fill_addr({r_line, 3'd0}), .fill_level(r_level - 3'd1),
    .fill_table(r_entry[51:12]), .inv_new, .inv);

  // ---- a read came back ----
  logic [8:0] r_index;
  logic r_leaf, r_reserved, r_outside, r_down, r_poisoned;
  logic r_comp, r_second, r_more, r_early;
  logic [NS-1:0] r_here;
  assign r_level = f_level[r_slot[LS-1:0]];
  assign r_line  = f_line[r_slot[LS-1:0]];
  assign r_space = f_space[r_slot[LS-1:0]];
  always_comb begin                        // index in the table: nine address bits per level
    case (r_level)
      3'd2:    r_index = r_line[14:6];
      3'd3:    r_index = r_line[23:15];
      3'd4:    r_index = cw_pkg::MUT_DEAD_WALK ? '0 : r_line[32:24];
      3'd5:    r_index = r_line[41:33];
      default: r_index = '0;               // level 1: each request has its own entry of the line
    endcase
  end
  assign r_entry    = r_data[r_index[2:0]*64 +: 64];
  cw_entry #(.PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_entry (
    .entry(r_entry), .level(r_level), .flavour(f_flavour[r_slot[LS-1:0]]), .leaf(r_leaf), .reserved(r_reserved),
    .outside(r_outside));
  assign r_comp     = f_second[r_slot[LS-1:0]];
  assign r_down     = !r_error && !r_comp && r_entry[cw_pkg::SPTE_PRESENT] && !r_leaf && !r_reserved && !r_outside;
  // The companion is read for a leaf only, or a line of them with one that is present.
  always_comb begin
    r_second = r_level <= 3'd3 && r_entry[cw_pkg::SPTE_PRESENT] && r_leaf && !r_reserved;
    if (r_level == 3'd1) begin
      r_second = 1'b0;
      for (int e = 0; e < 8; e++) r_second |= r_data[e*64 + cw_pkg::SPTE_PRESENT];
    end
    r_second = r_second && !r_error && !r_comp && f_comp[r_slot[LS-1:0]] && !f_cthere[r_slot[LS-1:0]];
  end
  assign r_early    = late && r_comp && !f_leaf[r_slot[LS-1:0]];
  assign r_more     = r_down || r_second || r_early;
  assign r_poisoned = |(r_here & (poisoned | poison_now));
  assign wcf_valid  = r_valid && r_down && !cw_pkg::MUT_DEAD_WALK_CACHE &&
                      (!r_poisoned || cw_pkg::MUT_FILL_AFTER_INV_WC);
  assign mon_wc_fill = wcf_valid;
  assign mon_last   = !r_more;
  assign mon_r_level = r_level;
  assign mon_r_entry = r_entry;

  logic [511:0] lines [NS];                // result line of each slot
  logic [511:0] comps [NS];                // and of its companion
  always_ff @(posedge clk)
    if (r_valid) begin
      if (r_comp) comps[r_slot[LS-1:0]] <= r_data;
      else        lines[r_slot[LS-1:0]] <= r_data;
    end

  assign walk_dec       = r_valid && !r_more && !cw_pkg::MUT_UNCOUNTED_ORPHAN;
  assign walk_dec_port  = f_port[r_slot[LS-1:0]];
  assign walk_dec_epoch = f_epoch[r_slot[LS-1:0]];
  assign walk_inc       = start && !cw_pkg::MUT_UNCOUNTED_ORPHAN;
  assign walk_inc_port  = cand_req.port;

  // ---- slot state ----
  logic [2:0] out_sub;                     // entry of its line that the request at the outputs asks for
  logic [NS-1:0] ar_take, fill_take, fill_end;
  logic ar_first;                          // a walk starts and reads at once: no other slot wants to read
  logic [NS-1:0] open;                     // takes more requests
  assign open = s_used & ~nomerge & ~{NS{cw_pkg::MUT_DEAD_MERGE}} &
                (~(poisoned | poison_now | {NS{no_merge}}) | {NS{cw_pkg::MUT_MERGE_POISONED}});
  logic [SPW-1:0] wrong;                   // mutant: bits of the tag that are not compared
  assign wrong = SPW'(cw_pkg::MUT_WRONG_DOMAIN_TAG);
  always_comb begin
    poison_now  = '0;
    miss_match  = '0;
    queue_match = '0;
    if (inv_new)
      for (int s = 0; s < NS; s++) poison_now[s] = inv.all || inv.space == f_space[s];
    if (ask)
      for (int s = 0; s < NS; s++)
        miss_match[s] = open[s] && (f_space[s] | wrong) == (miss_ctx.space | wrong) &&
                        f_line[s] == miss_r.addr[56:15] && (f_comp[s] || !miss_need);
    if (q_valid)
      for (int s = 0; s < NS; s++)
        queue_match[s] = open[s] && (f_space[s] | wrong) == (queue_space | wrong) &&
                         f_line[s] == queue_r.addr[56:15] && (f_comp[s] || !queue_need);
  end

  always_ff @(posedge clk) begin
    if (start) begin
      f_space[pick_slot[LS-1:0]]  <= cand_space;
      f_line[pick_slot[LS-1:0]]   <= cand_r.addr[56:15];
      f_port[pick_slot[LS-1:0]]   <= cand_req.port;
      f_ctx[pick_slot[LS-1:0]]    <= cand_r.ctx[cw_pkg::CTX_W-1:0];
      f_epoch[pick_slot[LS-1:0]]  <= epoch[cand_req.port];
      f_flavour[pick_slot[LS-1:0]] <= cand_flavour;
      f_level[pick_slot[LS-1:0]]  <= wc_level;
      f_table[pick_slot[LS-1:0]]  <= wc_table;
      f_error[pick_slot[LS-1:0]]  <= 1'b0;
      f_comp[pick_slot[LS-1:0]]   <= cand_need;
      f_second[pick_slot[LS-1:0]] <= late && cand_need && wc_level == 3'd1;
      f_cthere[pick_slot[LS-1:0]] <= 1'b0;
      f_cerror[pick_slot[LS-1:0]] <= 1'b0;
      f_leaf[pick_slot[LS-1:0]]   <= 1'b0;
      f_fault[pick_slot[LS-1:0]]  <= '0;
      f_filled[pick_slot[LS-1:0]] <= 1'b0;
    end
    if (r_valid) begin
      f_second[r_slot[LS-1:0]] <= r_second ||
        (late && f_comp[r_slot[LS-1:0]] && r_down && r_level == 3'd2);
      if (r_comp) begin
        f_cthere[r_slot[LS-1:0]] <= 1'b1;
        f_cerror[r_slot[LS-1:0]] <= r_error;
      end else begin
        f_error[r_slot[LS-1:0]] <= r_error;
        f_leaf[r_slot[LS-1:0]]  <= !r_down;
      end
      if (r_down) begin
        f_level[r_slot[LS-1:0]] <= r_level - 3'd1;
        f_table[r_slot[LS-1:0]] <= r_entry[51:12];
      end
    end
    if (out_valid && out_ready && out_faulted) f_fault[out_slot[LS-1:0]][out_sub] <= 1'b1;
    if (fill_now) f_filled[f2_slot[LS-1:0]] <= 1'b1;
  end

  for (genvar s = 0; s < NS; s++) begin : g_slot
    state_e state, state_next;
    logic started;

    assign started     = start && slot_pick[s];
    assign r_here[s]   = r_slot == SLW'(s);
    always_comb begin
      state_next = state;
      unique case (state)
        S_FREE:   ;
        S_READ:   if (ar_take[s]) state_next = S_WAIT;
        S_WAIT:   if (r_valid && r_here[s]) state_next = r_more ? S_READ : S_DONE;
        S_DONE:   if (!waiting[s] && !in_pipe[s] && !(link && link_slot == SLW'(s)))
                    state_next = f_filled[s] ? S_LINGER : S_FILL;
        S_FILL:   if (fill_take[s]) state_next = S_FILL1;
        S_FILL1:  state_next = S_FILL2;
        S_FILL2:  if (fill_end[s]) state_next = S_LINGER;
        S_LINGER: if (waiting[s]) state_next = S_DONE;
                  else if (poisoned[s] || nomerge[s]) state_next = S_FREE;
      endcase
      if (started) state_next = ar_first ? S_WAIT : S_READ;
    end
    always_ff @(posedge clk) begin
      if (!rst_n) begin
        state <= S_FREE;
        poisoned[s] <= 1'b0;
        nomerge[s]  <= 1'b0;
      end else if (started || state != S_FREE) begin
        state <= state_next;
        if (started) begin
          poisoned[s] <= born_poisoned;
          nomerge[s]  <= 1'b0;
        end else begin
          if (poison_now[s]) poisoned[s] <= 1'b1;
          if (no_merge || (out_fixing && out_ready && out_slot == SLW'(s))) nomerge[s] <= 1'b1;
        end
      end
    end

    assign s_free[s]    = state == S_FREE;
    assign s_reads[s]   = state == S_READ;
    assign s_out[s]     = state == S_DONE && waiting[s];
    assign s_fill[s]    = state == S_FILL;
    assign s_filling[s] = state == S_FILL2;
    assign s_linger[s]  = state == S_LINGER && !waiting[s];
    assign s_used[s]    = state != S_FREE;
  end

  // ---- reads ----
  logic [NS-1:0] ar_pick;
  logic ar_free;
  logic [SLW-1:0] ar_slot;
  logic [2:0] ar_level;
  logic [41:0] ar_line;
  logic [39:0] ar_table;
  logic [5:0] ar_index;
  logic ar_comp;                           // the companion of table page P is page P | 1
  assign ar_free = !rd_valid || rd_ready;
  cw_arb #(.N(NS)) u_ar (.clk, .rst_n, .req(s_reads), .gnt(ar_pick), .take(ar_free));
  assign ar_take = ar_pick & {NS{ar_free}};
  always_comb begin
    ar_slot = '0;
    if (s_reads != '0)
      for (int s = 0; s < NS; s++) if (ar_pick[s]) ar_slot |= SLW'(s);
  end
  assign ar_first = start && s_reads == '0 && ar_free;
  assign ar_level = ar_first ? wc_level : f_level[ar_slot[LS-1:0]];
  assign ar_line  = ar_first ? cand_r.addr[56:15] : f_line[ar_slot[LS-1:0]];
  assign ar_table = ar_first ? wc_table : f_table[ar_slot[LS-1:0]];
  assign ar_comp  = ar_first ? late && cand_need && wc_level == 3'd1 : f_second[ar_slot[LS-1:0]];
  always_comb begin
    case (ar_level)
      3'd1:    ar_index = ar_line[5:0];
      3'd2:    ar_index = ar_line[14:9];
      3'd3:    ar_index = ar_line[23:18];
      3'd4:    ar_index = ar_line[32:27];
      default: ar_index = ar_line[41:36];
    endcase
  end
  always_ff @(posedge clk) begin
    if (!rst_n) rd_valid <= 1'b0;
    else if (ar_free) rd_valid <= |ar_pick || ar_first;
    if (ar_free) begin
      rd_slot <= ar_first ? pick_slot : ar_slot;
      rd_addr <= {ar_table[39:1], ar_table[0] || ar_comp, ar_index, 6'd0};
    end
  end

  // ---- hand out: pick a slot (0), read request and line (1), result at the outputs (2) ----
  logic [NS-1:0] out_pick;
  logic out_free, r1_free;
  logic [SLW-1:0] r1_slot;
  cw_t::wait_t r1_req;
  cw_t::req_t r1_r;
  logic [2:0] r1_level;
  logic [8:0] r1_index;
  logic [511:0] r1_line;
  logic [511:0] r1_comp;
  logic [63:0] r1_gfn;
  logic r1_need, r1_error;
  assign out_free = !out_valid || out_ready;
  assign r1_free  = !r1_valid || out_free;
  assign r1_go    = r1_valid && out_free;
  cw_arb #(.N(NS)) u_out (.clk, .rst_n, .req(s_out), .gnt(out_pick), .take(r1_free));
  assign pop      = |out_pick && r1_free;
  always_comb begin
    pop_slot = '0;
    if (s_out != '0)
      for (int s = 0; s < NS; s++) if (out_pick[s]) pop_slot |= SLW'(s);
  end
  assign r1_req   = r1_data[WW-2 -: WREQ];
  assign r1_r     = r1_req.req;
  assign r1_level = f_level[r1_slot[LS-1:0]];
  assign r1_line  = lines[r1_slot[LS-1:0]];
  assign r1_comp  = comps[r1_slot[LS-1:0]] & (cw_pkg::MUT_DEAD_COMPANION ? {8{64'hffff_ffff_ffe0_0fff}} : '1);
  assign r1_need  = needs(r1_data[41 + SPW], r1_r.write, r1_req.log_mode, r1_req.port);
  assign r1_gfn   = r1_comp[r1_index[2:0]*64 +: 64];
  assign r1_error = f_error[r1_slot[LS-1:0]] || (r1_need && f_cerror[r1_slot[LS-1:0]]);
  always_comb begin
    case (r1_level)
      3'd1:    r1_index = r1_r.addr[20:12];
      3'd2:    r1_index = r1_r.addr[29:21];
      3'd3:    r1_index = r1_r.addr[38:30];
      3'd4:    r1_index = r1_r.addr[47:39];
      default: r1_index = r1_r.addr[56:48];
    endcase
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      r1_valid  <= 1'b0;
      out_valid <= 1'b0;
    end else begin
      if (r1_free) r1_valid <= |out_pick;
      if (out_free) out_valid <= r1_valid;
    end
    if (r1_free) begin
      r1_slot <= pop_slot;
      r1_idx  <= pop_idx;
    end
    if (out_free) begin
      out_slot       <= r1_slot;
      out_req        <= r1_req;
      out_entry      <= r1_error ? '0 : r1_line[r1_index[2:0]*64 +: 64];
      out_entry_addr <= {f_table[r1_slot[LS-1:0]], r1_index, 3'd0};
      out_level      <= r1_level;
      out_error      <= r1_error;
      case (r1_level)                      // a larger leaf: its gfn, and the page in it
        3'd1:    out_gfn <= r1_gfn[56:12];
        3'd2:    out_gfn <= {r1_gfn[56:21], r1_r.addr[20:12]};
        default: out_gfn <= {r1_gfn[56:30], r1_r.addr[29:12]};
      endcase
      if (!r1_need) out_gfn <= r1_r.addr[56:12];
      out_sub        <= r1_r.addr[14:12];
    end
  end
  always_comb begin
    in_pipe = '0;
    if (r1_valid)  in_pipe[r1_slot[LS-1:0]]  = 1'b1;
    if (out_valid) in_pipe[out_slot[LS-1:0]] = 1'b1;
  end

  // ---- is a line still what memory holds? ----
  // From the cycle before the read of a leaf line: whether the entry-update unit or the loader had a write under way.
  // A slot whose read leaves in the cycle of its start has no address of its own yet: there any write counts.
  logic [NS-1:0] touched, touch_now, ar_now;
  assign ar_now = {NS{ar_first}} & slot_pick;
  always_comb begin
    touch_now = {NS{chg_any}};
    if (chg_valid)
      for (int s = 0; s < NS; s++) touch_now[s] = chg_any || chg_line == {f_table[s], f_line[s][5:0]};
  end
  always_ff @(posedge clk)
    if (!rst_n) touched <= '0;
    else if (ar_take != '0 || ar_now != '0 || touch_now != '0)
      touched <= (touched & ~((ar_take & ~f_second) | ar_now)) | touch_now | (ar_now & {NS{chg_valid}});
  assign out_fresh = !touched[out_slot[LS-1:0]] && !touch_now[out_slot[LS-1:0]];

  // ---- fill ----
  logic [NS-1:0] fill_pick;
  logic [SLW-1:0] fill_slot, f1_slot, f2_slot;
  logic [7:0] present;
  logic fill_poisoned;
  cw_arb #(.N(NS)) u_fill (.clk, .rst_n, .req(s_fill), .gnt(fill_pick), .take(fill_ready));
  assign fill_valid = |fill_pick;
  assign fill_take  = fill_pick & {NS{fill_ready}};
  always_comb begin
    fill_slot = '0;
    if (s_fill != '0)
      for (int s = 0; s < NS; s++) if (fill_pick[s]) fill_slot |= SLW'(s);
  end
  assign fill_space = f_space[fill_slot[LS-1:0]];
  assign fill_line  = f_line[fill_slot[LS-1:0]];
  always_ff @(posedge clk) begin
    f1_slot <= fill_slot;
    f2_slot <= f1_slot;
  end
  assign fill_data = lines[f2_slot[LS-1:0]];
  for (genvar e = 0; e < 8; e++) begin : g_present
    assign present[e] = fill_data[e*64 + cw_pkg::SPTE_PRESENT];
  end
  assign fill_poisoned = poisoned[f2_slot[LS-1:0]] || poison_now[f2_slot[LS-1:0]];
  always_comb begin
    fill_mask = present;
    if (!cw_pkg::MUT_FILL_FAULTING) fill_mask &= ~f_fault[f2_slot[LS-1:0]];
    if (f_level[f2_slot[LS-1:0]] != 3'd1 || f_error[f2_slot[LS-1:0]]) fill_mask = '0;
`ifdef CW_MUTANTS
    if (fill_poisoned)
      fill_mask &= (cw_pkg::MUT_FILL_AFTER_INV_PAGE ? asked[f2_slot*8 +: 8] : '0) |
                   (cw_pkg::MUT_FILL_AFTER_INV_NEIGHBOUR ? ~asked[f2_slot*8 +: 8] : '0);
`else
    if (fill_poisoned) fill_mask = '0;
`endif
  end
`ifdef CW_MUTANTS
  logic [NS*8-1:0] asked;              // entries that some request of the walk asked for
  for (genvar s = 0; s < NS; s++) begin : g_asked
    always_ff @(posedge clk) begin
      if (start && slot_pick[s]) asked[s*8 +: 8] <= '0;
      else if (out_valid && out_ready && out_slot == SLW'(s)) asked[s*8 + 32'(out_sub)] <= 1'b1;
    end
  end
`endif
  // A larger leaf is the same entry for all requests of the walk: none may have faulted on it (I7).
  logic [41:0] fl_line;
  logic [2:0]  fl_level, fl_sub;
  assign fl_line  = f_line[f2_slot[LS-1:0]];
  assign fl_level = f_level[f2_slot[LS-1:0]];
  assign fill_big = fl_level == 3'd3;
  assign fl_sub   = fill_big ? fl_line[17:15] : fl_line[8:6];
  always_comb begin
    fill_entry = '0;
    fill_large = 1'b0;
    if (fill_now && (fl_level == 3'd2 || fl_level == 3'd3)) begin
      fill_entry = fill_data[fl_sub*64 +: 64];
      fill_large = fill_entry[cw_pkg::SPTE_PRESENT] && !f_error[f2_slot[LS-1:0]]
                   && (f_fault[f2_slot[LS-1:0]] == '0 || cw_pkg::MUT_FILL_FAULTING)
                   && (!fill_poisoned || cw_pkg::MUT_FILL_AFTER_INV_LARGE);
    end
  end
  always_comb begin
    fill_end = '0;
    if (fill_now) fill_end[f2_slot[LS-1:0]] = 1'b1;
  end

  // ---- events, monitor ----
  logic [NS-1:0] newly;
  assign newly = s_used & poison_now & ~poisoned & ~s_linger;
  always_comb begin                       // at most 7 are counted in one cycle
    ev_poisoned = '0;
    if (inv_new)
      for (int s = 0; s < NS; s++) if (newly[s] && ev_poisoned != 3'd7) ev_poisoned = ev_poisoned + 3'd1;
  end
  assign ev_walk         = start;
  assign ev_merge        = attach;
  assign ev_wc_hit       = start && wc_hit;
  assign ev_fill         = fill_now && (fill_mask != '0 || fill_large);
  assign ev_fill_refused = fill_now && fill_poisoned && fill_mask == '0 && !fill_large;
  assign mon_alloc       = link;
  assign mon_alloc_req   = cand_req;
  assign mon_attach      = attach;
  assign mon_slot        = link_slot;
  assign mon_level       = wc_level;
  assign mon_table       = wc_table;
  assign mon_end         = fill_now;
  assign mon_end_slot    = f2_slot;
  assign mon_end_mask    = fill_mask;

  logic unused;
  assign unused = &{1'b0, s_filling, r_index[8:3], miss_ctx, cand_r, queue_r, miss_r, r1_data, ar_line, r1_r, fl_line,
                    r1_gfn};
endmodule
