// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Resolve: what the result of a walk means for one waiting request, by the same verdict function as a TLB hit (P35).
//
// One request per cycle at most; combinational from the walker's output, or the fixer's, which goes first, to answer,
// fixer, park or refusal; waits while the answer path of its port is taken by a hit, or while the fixer is full. What
// the engine cannot settle is parked and gives up its stamp (P8); without room in park space or fault ring the answer
// is RETRY_LATER. Probes get any verdict as their result and hold no stamp (P7).
module cw_resolve #(
  parameter int unsigned     PA_BITS     = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000
) (
  // from the walker
  input  logic                       in_valid,
  output logic                       in_ready,
  input  cw_t::wait_t                in_req,
  input  logic [63:0]                in_entry,
  input  logic [cw_pkg::PA_W-1:0]    in_entry_addr,
  input  logic [2:0]                 in_level,
  input  logic                       in_error,
  input  logic                       in_fresh,
  output logic                       faulted,       // its entry stays out of the TLB (I7)
  output logic                       fixing,        // its entry is about to change
  // from the fixer
  input  logic                       fx_valid,
  output logic                       fx_ready,
  input  cw_t::fixed_t               fx,
  // to the fixer
  input  logic                       fix_room,
  output logic                       fix_take,
  output logic                       fix_again,
  output cw_t::wait_t                fix_req,
  output logic [63:0]                fix_entry,
  output logic [cw_pkg::PA_W-1:0]    fix_addr,
  output logic [2:0]                 fix_level,
  output cw_t::fix_t                 fix_what,
  output logic                       fix_mark,
  output logic                       fix_fresh,
  // dirty budget of the context (cw_budget)
  input  logic                       over_budget,
  output logic                       pay,
  output logic                       refund,
  output logic                       ev_budget,
  // tables
  output logic [cw_pkg::CTX_W-1:0]   ctx_idx,
  input  cw_t::ctx_t                 ctx_entry,
  output logic [cw_pkg::DOM_W-1:0]   dom_idx,
  input  logic [18:0]                mmio_gen,
  // answer
  output logic [cw_pkg::NPORT-1:0]   ans_valid,
  input  logic [cw_pkg::NPORT-1:0]   ans_ready,
  output cw_t::ans_t                 ans,
  output logic [2:0]                 ans_level,     // for probes
  // park
  output logic                       park_valid,
  input  logic                       park_room,
  output cw_t::look_t                park_req,
  output cw_t::fault_t               park_fault,    // without parked id and time
  // stamp given back
  output logic                       dec,
  output logic [cw_pkg::PORT_W-1:0]  dec_port,
  output logic                       dec_epoch,
`ifdef CW_MUTANTS
  input  logic [cw_pkg::NPORT-1:0]   epoch,
  output logic                       inc,
`endif
  output logic                       ev_livelock,
  output logic [63:0]                mon_pa
);
  cw_t::wait_t w;
  cw_t::req_t r;
  cw_t::verdict_t v;
  logic valid, ready, probe, final_verdict, do_park, do_fix, answered, refused, livelock, error;
  logic need_fix, credit, broke;
  logic [63:0] entry;
  logic [cw_pkg::PA_W-1:0] entry_addr;
  logic [2:0] level;

  assign valid      = fx_valid || in_valid;
  assign w          = fx_valid ? fx.req : in_req;
  assign entry      = fx_valid ? (fx.bus_error ? '0 : fx.entry) : in_entry;
  assign entry_addr = fx_valid ? fx.entry_addr : in_entry_addr;
  assign level      = fx_valid ? fx.level : in_level;
  assign error      = fx_valid ? fx.bus_error : in_error;
  assign fx_ready   = ready;
  assign in_ready   = ready && !fx_valid;
  assign r          = w.req;
  assign ctx_idx = r.ctx[cw_pkg::CTX_W-1:0];
  assign dom_idx = ctx_entry.domain;
  assign probe   = w.port == cw_pkg::PORT_W'(cw_pkg::PORT_HOST);

  cw_verdict #(.PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_verdict (
    .entry, .level, .flavour(ctx_entry.flavour), .offset(r.addr[11:0]), .page_offset(r.addr[29:12]), .write(r.write),
    .bus_error(error), .ad(ctx_entry.ad), .fix(ctx_entry.fix), .shadow(ctx_entry.shadow),
    .log_mode(w.log_mode), .mmio_gen, .v);

  // P27: the log has no room for the mark; nothing has changed yet
  assign refused       = fx_valid && fx.log_status != '0;
  assign livelock      = fx_valid && fx.last && v.verdict == cw_pkg::V_FIXED && !refused;
  assign need_fix      = ctx_entry.valid && !probe && !refused && !livelock &&
                         (v.verdict == cw_pkg::V_FIXED ||
                          (v.verdict == cw_pkg::V_HIT && v.mark && !(fx_valid && fx.marked)));
  // P8: without a credit for its mark it gives up its stamp and comes again; nothing has changed for it yet.
  assign credit        = need_fix && v.mark && !(fx_valid && fx.paid);
  assign broke         = credit && over_budget;
  assign do_fix        = need_fix && !broke;
  assign pay           = fix_take && credit;
  assign refund        = valid && ready && !do_fix && fx_valid && fx.paid;
  assign ev_budget     = valid && ready && broke;
  assign final_verdict = (v.verdict == cw_pkg::V_HIT || v.verdict == cw_pkg::V_ABORT || livelock) && !refused;
  assign faulted       = v.verdict != cw_pkg::V_HIT;
  assign fixing        = do_fix && v.verdict == cw_pkg::V_FIXED;
  assign do_park       = ctx_entry.valid && !need_fix && !final_verdict && !probe && park_room;
  assign answered      = valid && !do_park && !do_fix && !(broke && cw_pkg::MUT_BUDGET_HOLDS_STAMP);

  assign fix_take  = valid && do_fix && (fx_valid || fix_room);
  assign fix_again = fx_valid;
  assign fix_req   = w;
  assign fix_entry = entry;
  assign fix_addr  = entry_addr;
  assign fix_level = level;
  assign fix_what  = v.verdict == cw_pkg::V_FIXED ? v.fix : '0;
  assign fix_mark  = v.mark;
  assign fix_fresh = in_fresh && !fx_valid;

  always_comb begin
    ans.tag     = r.tag;
    ans.verdict = (fx_valid && fx.swapped && v.verdict == cw_pkg::V_HIT) ? 4'(cw_pkg::V_FIXED) : v.verdict;
    ans.reason  = v.reason;
    ans.epoch   = w.epoch;
    ans.pa      = v.pa;
`ifdef CW_MUTANTS
    if (cw_pkg::MUT_STAMP_AT_GRANT) ans.epoch = epoch[w.port];
`endif
    if (!ctx_entry.valid) begin                      // P33: detached while it waited
      ans.verdict = cw_pkg::V_ABORT;
      ans.reason  = cw_pkg::RSN_DETACHED;
    end else if (livelock) begin
      ans.verdict = cw_pkg::V_ABORT;
      ans.reason  = cw_pkg::RSN_LIVELOCK;
    end else if (broke) begin
      ans.verdict = cw_pkg::V_RETRY_LATER;
      ans.reason  = cw_pkg::RSN_BUDGET;
    end else if (!final_verdict && !probe) begin
      ans.verdict = cw_pkg::V_RETRY_LATER;
      ans.reason  = cw_pkg::RSN_NO_ROOM;
    end
    ans_valid = '0;
    ans_valid[w.port] = answered;
  end
  assign ans_level   = level;
  assign ready       = do_park || (do_fix ? fx_valid || fix_room :
                                 ans_ready[w.port] && !(broke && cw_pkg::MUT_BUDGET_HOLDS_STAMP));
  assign park_valid  = valid && do_park;
  assign ev_livelock = valid && ready && livelock && ctx_entry.valid;

  always_comb begin
    park_req.port  = w.port;
    park_req.retry = 1'b1;
    park_req.park  = '0;
    park_req.req   = r;
    park_fault            = '0;
    park_fault.addr       = r.addr;
    park_fault.entry      = entry;
    park_fault.entry_addr = {12'd0, entry_addr};
    park_fault.ctx        = r.ctx;
    park_fault.ctx_gen    = ctx_entry.gen;
    park_fault.domain     = 16'(ctx_entry.domain);
    park_fault.len        = {4'd0, r.len_m1} + 16'd1;
    park_fault.port       = 8'(w.port);
    park_fault.tag        = 8'(r.tag);
    park_fault.access     = r.write ? 8'd2 : 8'd1;
    park_fault.verdict    = refused ? 8'(cw_pkg::V_WRITE_PROTECTED) : 8'(v.verdict);
    park_fault.reason     = !refused ? 8'(v.reason) : fx.log_status == 2'd1 ? 8'(cw_pkg::RSN_LOG_MISSING) :
                            8'(cw_pkg::RSN_LOG_FULL);
    park_fault.level      = {5'd0, level};
  end

  logic granted;
  assign granted   = ans.verdict == cw_pkg::V_HIT || ans.verdict == cw_pkg::V_FIXED;
  assign dec       = !cw_pkg::MUT_STAMP_AT_GRANT && valid && ready && !probe && !do_fix &&
                     (do_park ? !cw_pkg::MUT_PARK_HOLDS_STAMP : !granted);
`ifdef CW_MUTANTS
  assign inc       = cw_pkg::MUT_STAMP_AT_GRANT && valid && ready && !probe && granted && !do_park && !do_fix;
`endif
  assign dec_port  = w.port;
  assign dec_epoch = w.epoch;
  assign mon_pa    = {12'd0, v.pa};

  logic unused;
  assign unused = &{1'b0, ctx_entry};
endmodule
