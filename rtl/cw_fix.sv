// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Fixer: requests that need a change of their entry (P12), a mark in the dirty log, or both, before they are granted.
//
// NFIX entries, each with one request, which keeps its stamp. The order is P22's: log PREPARE (is there room for the
// mark?), compare-and-swap by the entry-update unit (P10), log MARK, and only then back to cw_resolve, where the
// verdict function judges the entry as it is now: the grant, or, after a lost race, another turn with the value found,
// the host, or an error. After NTRY lost races the request ends with LIVELOCK. A swap that succeeded is always marked,
// whatever INVALIDATE or detach does meanwhile. Nothing is filled: the next access walks.
// A swap without a mark takes, from the result of the walk to the answer at the pins, the time of the write and 5
// cycles, if nobody has changed the line since the walk read it (`take_fresh`), else that of a read more.
//
// Log port: an operation is taken with valid && ready; its response comes later, with its id. Status: 0 OK, 1 MISSING,
// 2 FULL, 3 ERROR; ERROR means that the log takes the whole domain as dirty, so the mark counts as made. A MARK that
// follows a PREPARE with OK does not end with MISSING or FULL; one without a swap may, and then nothing was marked.
module cw_fix #(
  parameter int unsigned NFIX = cw_pkg::NFIX,
  parameter int unsigned NTRY = cw_pkg::FIX_TRIES
) (
  input  logic                       clk,
  input  logic                       rst_n,
  // from resolve: a request is taken, a new one or the one that is at `out`
  output logic                       room,
  input  logic                       take,
  input  logic                       take_again,
  input  cw_t::wait_t                take_req,
  input  logic [63:0]                take_entry,
  input  logic [cw_pkg::PA_W-1:0]    take_addr,
  input  logic [2:0]                 take_level,   // above 1 only if nothing but a mark is needed
  input  cw_t::fix_t                 take_fix,
  input  logic                       take_mark,
  input  logic                       take_pay,     // it has a credit for its mark (cw_budget)
  input  logic                       turn,         // credits of before are void
  input  logic                       take_fresh,
  input  logic                       take_flavour,
  input  logic [cw_pkg::DOM_W-1:0]   take_dom,
  input  logic [cw_pkg::SPACE_W-1:0] take_space,
  input  logic [56:12]               take_gfn,     // of the page; a request that comes again keeps its own
  // back to resolve
  output logic                       out_valid,
  input  logic                       out_ready,
  output cw_t::fixed_t               out,
  output logic                       idle,
  // entry-update unit
  output logic                       eu_valid,
  input  logic                       eu_ready,
  output cw_t::euu_req_t             eu_req,
  input  logic                       eu_done,
  input  cw_t::euu_rsp_t             eu_rsp,
  input  logic                       chg_valid,    // as in cw_walker
  input  logic [cw_pkg::PA_W-1:6]    chg_line,
  input  logic                       chg_any,
  // dirty log
  output logic                       log_valid,
  input  logic                       log_ready,
  output logic                       log_op,       // 0 PREPARE, 1 MARK
  output logic                       log_due,      // a MARK of a swap that is done: it is not refused any more
  output logic [cw_pkg::CTX_W-1:0]   log_ctx,
  output logic [cw_pkg::DOM_W-1:0]   log_dom,
  output logic                       log_epoch,    // of the stamp
  output logic [44:0]                log_gfn,
  output logic [2:0]                 log_id,
  input  logic                       logr_valid,
  input  logic [2:0]                 logr_id,
  input  logic [1:0]                 logr_status,
  input  logic                       log_flip,     // a new log epoch
  output logic                       hint_valid,   // CAPTURE: a mark was accepted (P24)
  output logic [cw_pkg::SPACE_W-1:0] hint_space,
  output logic [56:12]               hint_page,
  // events of a swap that is done, and the monitor
  output cw_t::fix_t                 ev_fixed,
  output logic                       ev_lost,
  output cw_t::wait_t                mon_swap_req,
  output logic                       mon_log,
  output logic                       mon_log_op,
  output cw_t::wait_t                mon_log_req,
  output logic [56:12]               mon_log_gfn
);
  localparam int unsigned NF = NFIX;
  localparam int unsigned LF = (NFIX > 1) ? $clog2(NFIX) : 1;

  typedef enum logic [2:0] {
    F_FREE  = 3'd0,
    F_PREP  = 3'd1,   // asks the log for room
    F_PREPW = 3'd2,
    F_SWAP  = 3'd3,   // asks for the swap
    F_SWAPW = 3'd4,
    F_MARK  = 3'd5,   // asks the log for the mark
    F_MARKW = 3'd6,
    F_OUT   = 3'd7    // on its way to resolve
  } state_e;

  state_e                  state [NF];
  cw_t::wait_t             req [NF];
  logic [63:0]             entry [NF];     // expected, then what is there
  logic [cw_pkg::PA_W-1:0] addr [NF];
  logic [2:0]              level [NF];
  cw_t::fix_t              fix [NF];
  logic [cw_pkg::DOM_W-1:0] dom [NF];
  logic [cw_pkg::SPACE_W-1:0] space [NF];
  logic [56:12]            gfn [NF];
  logic [4:0]              tries [NF];
  logic [1:0]              status [NF];
  logic [NF-1:0]           mark, fresh, flavour, prepared, swapped, marked, failed, paid;
  logic [NF-1:0]           old;            // a log epoch has begun since the log took the mark

  // ---- who wants what ----
  logic [NF-1:0] s_free, s_swap, s_swapw, s_log, s_out, free_pick, swap_pick, log_pick, out_pick, take_pick;
  logic [LF-1:0] swap_idx, swapw_idx, log_idx, out_idx, logr_idx;
  for (genvar f = 0; f < NF; f++) begin : g_state
    assign s_free[f]  = state[f] == F_FREE;
    assign s_swap[f]  = state[f] == F_SWAP;
    assign s_swapw[f] = state[f] == F_SWAPW;
    assign s_log[f]   = state[f] == F_PREP || state[f] == F_MARK;
    assign s_out[f]   = state[f] == F_OUT;
  end
  assign idle      = &s_free;
  assign room      = s_free != '0;
  assign free_pick = s_free & (~s_free + 1'b1);
  assign take_pick = take_again ? out_pick : free_pick;

  cw_arb #(.N(NF)) u_swap (.clk, .rst_n, .req(s_swap), .gnt(swap_pick), .take(eu_valid && eu_ready));
  cw_arb #(.N(NF)) u_log  (.clk, .rst_n, .req(s_log), .gnt(log_pick), .take(log_valid && log_ready));
  cw_arb #(.N(NF)) u_out  (.clk, .rst_n, .req(s_out), .gnt(out_pick), .take(out_valid && out_ready));
  always_comb begin
    swap_idx  = '0;
    swapw_idx = '0;
    log_idx   = '0;
    out_idx   = '0;
    if (!idle)
      for (int f = 0; f < NF; f++) begin
        if (swap_pick[f]) swap_idx  |= LF'(f);
        if (s_swapw[f])   swapw_idx |= LF'(f);
        if (log_pick[f])  log_idx   |= LF'(f);
        if (out_pick[f])  out_idx   |= LF'(f);
      end
  end
  assign logr_idx = logr_id[LF-1:0];

  // ---- the entry with the change made ----
  // Asked for at the swap and once more when it is done.
  cw_t::fix_t  c_fix;
  logic [63:0] c_old, c_new;
  logic        c_x86;
  assign c_fix = fix[s_swapw != '0 ? swapw_idx : swap_idx];
  assign c_old = entry[s_swapw != '0 ? swapw_idx : swap_idx];
  assign c_x86 = flavour[s_swapw != '0 ? swapw_idx : swap_idx];
  always_comb begin
    c_new = c_old;
    if (c_fix.at) begin
      c_new[cw_pkg::SPTE_R] = c_old[cw_pkg::SPTE_SAVED_R];
      c_new[cw_pkg::SPTE_X] = c_old[cw_pkg::SPTE_SAVED_X];
      if (!cw_pkg::MUT_AT_KEEP_SAVED) begin
        c_new[cw_pkg::SPTE_SAVED_R] = 1'b0;
        c_new[cw_pkg::SPTE_SAVED_X] = 1'b0;
      end
    end
    if (c_fix.w) c_new[cw_pkg::SPTE_W] = 1'b1;
    if (c_fix.d) begin
      if (c_x86) c_new[cw_pkg::SPTE_X86_D] = 1'b1;
      else       c_new[cw_pkg::SPTE_D] = 1'b1;
    end
    if (c_fix.a) begin
      if (c_x86) c_new[cw_pkg::SPTE_X86_A] = 1'b1;
      else       c_new[cw_pkg::SPTE_A] = 1'b1;
    end
  end

  // ---- entry-update unit: one swap at a time ----
  logic swap_fresh, swap_ok;
  assign swap_fresh = fresh[swap_idx] || cw_pkg::MUT_BLIND_FIX;
  assign eu_valid          = s_swap != '0 && s_swapw == '0;
  assign eu_req.op         = swap_fresh ? 2'd3 : 2'd2;
  assign eu_req.addr       = addr[swap_idx];
  assign eu_req.expect_old = c_old;
  assign eu_req.value      = c_new;
  assign eu_req.protect    = '0;
  assign swap_ok           = eu_done && !eu_rsp.mismatch && (!eu_rsp.bus_error || cw_pkg::MUT_FIX_ERROR_GRANTS);
  assign ev_fixed          = swap_ok ? c_fix : '0;
  assign ev_lost           = eu_done && eu_rsp.mismatch;
  assign mon_swap_req      = req[swapw_idx];

  // ---- log ----
  assign log_valid   = s_log != '0;
  assign log_op      = state[log_idx] == F_MARK;
  assign log_due     = log_op && swapped[log_idx];
  assign log_dom     = dom[log_idx];
  assign log_id      = 3'(log_idx);
  assign mon_log_req = req[logr_idx];
  cw_t::req_t hint_r;
  assign hint_r      = mon_log_req.req;
  // A harvest may take the bit before the log answers, and begin a new epoch: no hint of that one then (P24, P25).
  assign hint_valid  = logr_valid && mon_log_op && logr_status == 2'd0 && !old[logr_idx] &&
                       mon_log_req.log_mode == 2'(cw_pkg::LOG_CAPTURE);
  assign hint_space  = space[logr_idx];
  assign hint_page   = hint_r.addr[56:12];
  assign mon_log     = logr_valid;
  assign mon_log_op  = state[logr_idx] == F_MARKW;
  assign mon_log_gfn = gfn[logr_idx];
  cw_t::wait_t log_w;
  cw_t::req_t  log_r;
  assign log_w     = req[log_idx];
  assign log_r     = log_w.req;
  assign log_ctx   = log_r.ctx[cw_pkg::CTX_W-1:0];
  assign log_gfn   = gfn[log_idx];
  assign log_epoch = log_w.log_epoch;

  // ---- out ----
  assign out_valid      = s_out != '0;
  assign out.req        = req[out_idx];
  assign out.entry      = entry[out_idx];
  assign out.entry_addr = addr[out_idx];
  assign out.level      = level[out_idx];
  assign out.bus_error  = failed[out_idx];
  assign out.swapped    = swapped[out_idx];
  assign out.marked     = marked[out_idx];
  assign out.paid       = paid[out_idx];
  assign out.last       = tries[out_idx] == 5'(NTRY);
  assign out.log_status = status[out_idx];

  // Mutant: a request is marked by the mark of another one, of the same page, that is under way.
  logic joins;
  cw_t::wait_t join_w;
  cw_t::req_t join_new, join_old;
  always_comb begin
    join_new = take_req.req;
    joins    = 1'b0;
    for (int f = 0; f < NF; f++) begin
      join_w   = req[f];
      join_old = join_w.req;
      if (cw_pkg::MUT_MERGED_NO_MARK && !take_again && (state[f] == F_MARK || state[f] == F_MARKW) &&
          dom[f] == take_dom && join_old.addr[56:12] == join_new.addr[56:12]) joins = 1'b1;
    end
  end

  // ---- states ----
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      for (int f = 0; f < NF; f++) state[f] <= F_FREE;
    end else if (take || !idle) begin
      for (int f = 0; f < NF; f++) begin
        case (state[f])
          F_PREP:  if (log_pick[f] && log_ready) state[f] <= F_PREPW;
          F_PREPW: if (logr_valid && logr_idx == LF'(f)) begin
            prepared[f] <= 1'b1;
            status[f]   <= logr_status == 2'd3 ? 2'd0 : logr_status;
            state[f]    <= (logr_status == 2'd1 || logr_status == 2'd2) ? F_OUT :
                           cw_pkg::MUT_MARK_BEFORE_SWAP ? F_MARK : F_SWAP;
          end
          F_SWAP:  if (swap_pick[f] && eu_valid && eu_ready) state[f] <= F_SWAPW;
          F_SWAPW: if (eu_done) begin
            state[f]   <= (swap_ok && mark[f] && !(cw_pkg::MUT_MARK_BEFORE_SWAP && marked[f]) &&
                           !cw_pkg::MUT_RELEASE_BEFORE_MARK) ? F_MARK : F_OUT;
            swapped[f] <= swap_ok;
            failed[f]  <= eu_rsp.bus_error && !cw_pkg::MUT_FIX_ERROR_GRANTS;
            entry[f]   <= swap_ok ? c_new : eu_rsp.old;
            fresh[f]   <= 1'b0;
            if (ev_lost) tries[f] <= tries[f] + 1'b1;
            if (cw_pkg::MUT_RELEASE_BEFORE_MARK && swap_ok) marked[f] <= mark[f];
          end
          F_MARK:  if (log_pick[f] && log_ready) state[f] <= F_MARKW;
          F_MARKW: if (logr_valid && logr_idx == LF'(f)) begin
            state[f]  <= cw_pkg::MUT_MARK_BEFORE_SWAP && fix[f] != '0 ? F_SWAP :
                         cw_pkg::MUT_RELEASE_BEFORE_MARK && swapped[f] ? F_FREE : F_OUT;
            marked[f] <= logr_status == 2'd0 || logr_status == 2'd3;
            if (logr_status == 2'd0 || logr_status == 2'd3) paid[f] <= 1'b0;
            prepared[f] <= 1'b0;      // the room that was asked for is used
            status[f] <= logr_status == 2'd3 ? 2'd0 : logr_status;
          end
          F_OUT:   if (out_pick[f] && out_ready && !(take && take_again))
            state[f] <= cw_pkg::MUT_RELEASE_BEFORE_MARK && swapped[f] && marked[f] ? F_MARK : F_FREE;
          default: ;
        endcase
        if (fresh[f] && (chg_any || (chg_valid && chg_line == addr[f][cw_pkg::PA_W-1:6]))) fresh[f] <= 1'b0;
        if (turn) paid[f] <= 1'b0;
        if (state[f] == F_MARK) old[f] <= 1'b0;
        else if (log_flip) old[f] <= 1'b1;
        if (take && take_pick[f]) begin
          paid[f]    <= take_pay || (take_again && paid[f] && !turn);
          state[f]   <= take_fix == '0 ? (joins ? F_OUT : F_MARK) :
                        (take_mark && !(take_again && prepared[f]) && !cw_pkg::MUT_PARK_AFTER_SWAP) ? F_PREP : F_SWAP;
          req[f]     <= take_req;
          entry[f]   <= take_entry;
          addr[f]    <= take_addr;
          level[f]   <= take_level;
          fix[f]     <= take_fix;
          dom[f]     <= take_dom;
          mark[f]    <= take_mark;
          flavour[f] <= take_flavour;
          fresh[f]   <= take_fresh && !take_again;
          failed[f]  <= 1'b0;
          swapped[f] <= take_again && swapped[f];
          marked[f]  <= joins;
          status[f]  <= '0;
          if (!take_again) begin
            tries[f]    <= '0;
            gfn[f]      <= take_gfn;
            space[f]    <= take_space;
            prepared[f] <= 1'b0;
          end
        end
      end
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk) if (rst_n) begin
    assert (NFIX <= 8 && NTRY < 32) else $error("parameters of the fixer");
    assert (!take || take_again || room) else $error("fixer full");
    // P22: the mark of a swap cannot be refused any more
    assert (cw_pkg::MUT_PARK_AFTER_SWAP || cw_pkg::MUT_DRING_LATE_ROOM ||
            !(logr_valid && mon_log_op && swapped[logr_idx] && (logr_status == 2'd1 || logr_status == 2'd2)))
      else $error("mark of a swap refused");
  end
`endif

  logic unused;
  assign unused = &{1'b0, logr_id, hint_r, join_w, join_new, join_old, log_w, log_r, addr[0][5:0], eu_rsp.changed};
endmodule
