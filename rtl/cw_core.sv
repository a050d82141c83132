// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The core: a request from its port to its answer, in the order in which it flows. No logic of its own.
//
//   ports -> cw_lookup (with cw_tables, cw_tlb) -> cw_walker -> cw_resolve -> cw_park
//   answers of all of them -> cw_ports; what is in flight is counted in cw_epoch.
module cw_core #(
  parameter int unsigned NSLOT      = cw_pkg::NSLOT,
  parameter int unsigned TLB_SETS   = cw_pkg::TLB_SETS,
  parameter int unsigned TLB_WAYS   = cw_pkg::TLB_WAYS,
  parameter int unsigned TLB_LARGE  = cw_pkg::TLB_LARGE,
  parameter int unsigned WC_ENTRIES = cw_pkg::WC_ENTRIES,
  parameter int unsigned NFIX       = cw_pkg::NFIX,
  parameter int unsigned PA_BITS    = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000
) (
  input  logic                                  clk,
  input  logic                                  rst_n,
  output logic                                  awake,         // see cw_clkgate
  input  logic [63:0]                           cycle,
  input  logic [4:0]                            dirty_period,
  // initiators: bit or field p is port p; the host-submission port has no answers and releases
  input  logic [cw_pkg::NPORT-1:0]              req_valid,
  output logic [cw_pkg::NPORT-1:0]              req_ready,
  input  logic [cw_pkg::NPORT*cw_pkg::REQ_W-1:0]  req,
  output logic [cw_pkg::NPORT-1:0]              ans_valid,
  input  logic [cw_pkg::NPORT-1:0]              ans_ready,
  output logic [cw_pkg::NPORT*cw_pkg::ANS_W-1:0] ans,
  input  logic [cw_pkg::NPORT-1:0]              rel_valid,
  input  logic [cw_pkg::NPORT*cw_pkg::TAG_W-1:0] rel_tag,
  output logic [cw_pkg::NPORT*512-1:0]          emul_data,
  output logic                                  res_valid,
  output cw_t::ans_t                            res,
  output logic [2:0]                            res_level,
  // tables, from the firmware
  input  logic                                  ctxw_valid,
  input  logic [cw_pkg::CTX_W-1:0]              ctxw_idx,
  input  cw_t::ctx_t                            ctxw,
  input  logic                                  domw_valid,
  input  logic [cw_pkg::DOM_W-1:0]              domw_idx,
  input  cw_t::dom_t                            domw,
  input  logic                                  portw_valid,
  input  logic [cw_pkg::PORT_W-1:0]             portw_idx,
  input  cw_t::port_range_t                     portw,
  input  logic                                  abort_valid,
  input  logic [cw_pkg::CTX_W-1:0]              abort_ctx,
  output logic                                  abort_busy,
  // commands
  input  logic                                  inv_valid,
  output logic                                  inv_ready,
  input  cw_t::inv_t                            inv,
  input  logic                                  flush_valid,
  output logic                                  flush_ready,
  input  cw_t::flush_t                          flush,
  output logic                                  flush_full,
  input  logic [31:0]                           flush_timeout,
  input  logic [cw_pkg::DOM_W-1:0]              flush_dom,
  input  cw_t::scope_t                          drain_what,
  output logic [cw_pkg::NPORT-1:0]              flush_ports,
  output logic                                  drain_stopped,
  input  logic                                  stop_valid,
  output logic                                  stop_ready,
  input  cw_t::stop_t                           stop,
  input  logic                                  count_ask,
  input  cw_t::scope_t                          count_what,
  input  logic                                  count_take,
  output logic                                  count_done,
  output logic [cw_pkg::PARK_W:0]               count,
  output logic [cw_pkg::NPORT-1:0]              fenced,
  output logic [cw_pkg::NPORT*32-1:0]           holder,
  // dirty log
  output logic                                  log_valid,
  input  logic                                  log_ready,
  output logic                                  log_op,
  output logic                                  log_due,
  output logic [cw_pkg::CTX_W-1:0]              log_ctx,
  output logic [cw_pkg::DOM_W-1:0]              log_dom,
  output logic [44:0]                           log_gfn,
  output logic [2:0]                            log_id,
  input  logic                                  logr_valid,
  input  logic [2:0]                            logr_id,
  input  logic [1:0]                            logr_status,
  input  logic                                  log_flip,      // new log epoch: no hint counts any more
  input  logic [cw_pkg::DOM_W-1:0]              log_flip_dom,
  output logic                                  fdone_valid,
  input  logic                                  fdone_ready,
  output cw_t::flush_done_t                     fdone,
  input  logic                                  resume_valid,
  output logic                                  resume_ready,
  input  cw_t::resume_t                         resume,
  output logic [7:0]                            resume_status,
  // records that were lost; resets of ports
  input  logic                                  lost_valid,
  output logic                                  lost_ready,
  input  logic [31:0]                           lost_id,
  input  logic [31:0]                           data_id,
  output logic                                  data_open,
  input  logic [cw_pkg::NPORT-1:0]              port_reset,
  input  logic [cw_pkg::NPORT-1:0]              take_back,
  input  logic                                  swept,
  output logic [cw_pkg::NPORT-1:0]              empty,
  // fault records
  output logic                                  fr_valid,
  input  logic                                  fr_ready,
  output cw_t::fault_t                          fr,
  // table memory
  output logic                                  rd_valid,
  input  logic                                  rd_ready,
  output logic [cw_pkg::SLOT_W-1:0]             rd_slot,
  output logic [cw_pkg::PA_W-1:0]               rd_addr,
  input  logic                                  r_valid,
  input  logic [cw_pkg::SLOT_W-1:0]             r_slot,
  input  logic [511:0]                          r_data,
  input  logic                                  r_error,
  // entry-update unit, for the fixer
  output logic                                  fx_valid,
  input  logic                                  fx_ready,
  output cw_t::euu_req_t                        fx_req,
  input  logic                                  fx_done,
  input  cw_t::euu_rsp_t                        fx_rsp,
  input  logic                                  chg_valid,
  input  logic [cw_pkg::PA_W-1:6]               chg_line,
  input  logic                                  chg_any,
  // events of the core, at their counters' places; others zero
  output logic [cw_pkg::NCOUNTER*3-1:0]         ev,
  // monitor
  input  cw_t::dring_mon_t                      mon_dring,     // of the dirty rings
  input  cw_t::cmd_mon_t                        mon_cmd,       // of the hot ring
  input  logic                                  mon_fix,       // of the entry-update unit
  input  cw_t::protect_t                        mon_protect,
  input  logic [7:0]                            mon_changed,
  input  logic                                  mon_w_valid,
  input  logic [63:0]                           mon_w_addr,
  input  logic [63:0]                           mon_w_value,
  input  logic                                  mon_b_valid,
  input  logic [63:0]                           mon_b_addr,
  input  logic [63:0]                           mon_b_old,
  input  logic                                  mon_b_mismatch,
  input  logic                                  mon_b_error,
  input  logic                                  mon_on,   // else mon stays zero
  output cw_pkg::mon_t                          mon
);
  localparam int unsigned NP = cw_pkg::NPORT;
  localparam int unsigned NI = cw_pkg::PORT_HOST;

  // ---- lookup ----
  logic hold, look_empty, quiet;
  logic [NP-1:0] port_room, bubble;
  logic retry_valid, retry_ready;
  cw_t::look_t retry, look;
  logic tlb_valid, tlb_hit, tlb_hinted, hint_valid, c2_valid, inv_hits, tag_busy;
  logic [2:0] tlb_level;
  logic [cw_pkg::SPACE_W-1:0] hint_space;
  logic [56:12] hint_page;
  logic [63:12] tlb_page, c2_page, c3_page;
  logic [cw_pkg::SPACE_W-1:0] c2_space, c3_space;
  logic [63:0] tlb_entry;
  logic [cw_pkg::CTX_W-1:0] ctx_idx, res_ctx_idx;
  cw_t::ctx_t ctx_entry, look_ctx, res_ctx;
  logic [cw_pkg::PORT_W-1:0] range_port, tag_port;
  cw_t::port_range_t range;
  logic [cw_pkg::TAG_W-1:0] tag;
  logic miss, miss_room, miss_now, miss_over, look_valid, counted, answered;
  cw_t::verdict_t look_verdict;
  logic [cw_pkg::DOM_W-1:0] look_dom;
  logic [1:0] log_mode;
  logic log_epoch;

  logic [NP-1:0] asked;                // by ports that are not in reset
  assign asked = req_valid & ~port_reset;
  cw_lookup #(.PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_lookup (
    .clk, .rst_n, .hold, .empty(look_empty), .req_valid(asked), .req_ready, .req, .port_room, .bubble,
    .retry_valid, .retry_ready, .retry, .tlb_valid, .tlb_page, .c2_valid, .c2_space, .c2_page, .tlb_hit,
    .tlb_entry, .tlb_level, .tlb_hinted, .c3_space, .c3_page, .inv_hits, .ctx_idx, .ctx_entry,
    .dom_idx(look_dom), .log_mode, .over_budget(look_over),
    .range_port, .range, .look_stopped, .fenced, .port_reset, .tag_port, .tag, .tag_busy,
    .miss, .miss_room, .miss_now, .look, .look_ctx, .look_valid, .counted, .answered, .verdict(look_verdict));

  // ---- tables ----
  logic [cw_pkg::DOM_W-1:0] res_dom;
  logic [18:0] res_mmio_gen;
  logic mon_ctxw, mon_domw, mon_portw;
  logic [cw_pkg::CTX_W-1:0] mon_ctx_idx;
  cw_t::ctx_t mon_ctx;
  logic [cw_pkg::DOM_W-1:0] mon_dom_idx;
  cw_t::dom_t mon_dom;
  logic [cw_pkg::PORT_W-1:0] mon_port_idx;
  cw_t::port_range_t mon_range;
  logic look_stopped, retry_stopped, mon_stop;
  cw_t::stop_t mon_stop_what;
  cw_t::req_t retry_r;
  assign retry_r = retry.req;

  cw_tables u_tables (
    .clk, .rst_n, .ctxw_valid, .ctxw_idx, .ctxw, .domw_valid, .domw_idx, .domw, .portw_valid, .portw_idx, .portw,
    .hold, .quiet, .look_ctx(ctx_idx), .look_entry(ctx_entry), .look_port(range_port), .look_range(range),
    .res_ctx(res_ctx_idx), .res_entry(res_ctx), .res_dom, .res_mmio_gen, .log_dom(look_dom), .log_mode, .log_epoch,
    .stop_valid, .stop_ready, .stop, .look_stopped, .retry_ctx(retry_r.ctx[cw_pkg::CTX_W-1:0]),
    .retry_port(retry.port), .retry_stopped, .flush_dom, .drain_what, .flush_ports, .drain_stopped,
    .mon_ctxw, .mon_ctx_idx, .mon_ctx, .mon_domw, .mon_dom_idx, .mon_dom, .mon_stop, .mon_stop_what, .mon_portw,
    .mon_port_idx, .mon_range);
  assign quiet = look_empty;

  // ---- TLB ----
  logic fill_valid, fill_ready, fill_now, fill_large, fill_big, inv_new, ev_parity;
  logic [63:0] fill_entry;
  logic [cw_pkg::SPACE_W-1:0] fill_space;
  logic [56:15] fill_line;
  logic [7:0] fill_mask;
  logic [511:0] fill_data;
  cw_t::inv_t inv_now;

  cw_tlb #(.SETS(TLB_SETS), .WAYS(TLB_WAYS), .LARGE(TLB_LARGE)) u_tlb (
    .clk, .rst_n, .look_valid(tlb_valid), .look_page(tlb_page), .c2_valid, .c2_space, .c2_page, .hit(tlb_hit),
    .entry(tlb_entry), .level(tlb_level), .hinted(tlb_hinted), .hint_valid,
    .hint_space, .hint_page, .hint_clear(log_flip), .c3_space, .c3_page,
    .inv_hits, .fill_valid, .fill_ready, .fill_space,
    .fill_line, .fill_now, .fill_mask, .fill_data, .fill_large, .fill_big, .fill_entry,
    .inv_valid, .inv_ready, .inv, .inv_new, .inv_now, .ev_parity);

  // ---- walker ----
  logic [NP-1:0] epoch;
  logic walk_inc, walk_dec, walk_dec_epoch, resumed;
  logic [cw_pkg::PORT_W-1:0] walk_inc_port, walk_dec_port;
  logic w_valid, w_ready, w_error, w_faulted, w_fresh, w_fixing;
  logic [cw_pkg::SLOT_W-1:0] w_slot, mon_slot, mon_end_slot;
  cw_t::wait_t miss_req, w_req, mon_alloc_req;
  logic [63:0] w_entry, mon_r_entry, mon_pa;
  logic [56:12] w_gfn, mon_log_gfn;
  logic [cw_pkg::PA_W-1:0] w_entry_addr;
  logic [2:0] w_level, mon_level, mon_r_level;
  logic mon_alloc, mon_attach, mon_wc_fill, mon_last, mon_end;
  logic [51:12] mon_table;
  logic [7:0] mon_end_mask;
  logic ev_walk, ev_merge, ev_wc_hit, ev_fill, ev_fill_refused;
  logic [2:0] ev_poisoned;

  assign miss_req.port  = look.port;
  assign miss_req.epoch = epoch[look.port];
  assign miss_req.log_mode  = log_mode;
  assign miss_req.log_epoch = log_epoch;
  assign miss_req.req   = look.req;
  cw_walker #(.NSLOT(NSLOT), .WC_ENTRIES(WC_ENTRIES), .PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_walker (
    .clk, .rst_n, .ask(look_valid), .miss, .miss_room, .miss_now, .miss_over, .miss_req, .miss_ctx(look_ctx),
    .inv_new, .inv(inv_now), .no_merge(resumed), .epoch,
    .walk_inc, .walk_inc_port, .walk_dec, .walk_dec_port, .walk_dec_epoch,
    .rd_valid, .rd_ready, .rd_slot, .rd_addr, .r_valid, .r_slot, .r_data, .r_error,
    .out_valid(w_valid), .out_ready(w_ready), .out_slot(w_slot), .out_req(w_req), .out_entry(w_entry),
    .out_entry_addr(w_entry_addr), .out_level(w_level), .out_error(w_error), .out_gfn(w_gfn), .out_fresh(w_fresh),
    .out_faulted(w_faulted), .out_fixing(w_fixing), .chg_valid, .chg_line, .chg_any,
    .fill_valid, .fill_ready, .fill_space, .fill_line, .fill_now, .fill_mask, .fill_data, .fill_large, .fill_big,
    .fill_entry, .ev_walk, .ev_merge, .ev_wc_hit, .ev_fill, .ev_fill_refused, .ev_poisoned,
    .mon_alloc, .mon_alloc_req, .mon_attach, .mon_slot, .mon_level, .mon_table, .mon_wc_fill, .mon_last, .mon_r_level,
    .mon_r_entry, .mon_end, .mon_end_slot, .mon_end_mask);

  // ---- dirty budgets ----
  logic look_over, res_over, pay, refund, turn, ev_budget;
  cw_budget u_budget (
    .clk, .rst_n, .cycle, .period(dirty_period), .look_ask(c2_valid), .look_ctx(ctx_idx), .look_budget(ctx_entry.dirty),
    .look_over, .res_ask(w_valid || f_valid), .res_ctx(res_ctx_idx), .res_budget(res_ctx.dirty), .res_over, .pay,
    .refund, .turn);

  // ---- resolve ----
  logic [NP-1:0] wans_valid, wans_ready;
  cw_t::ans_t wans;
  logic [2:0] wans_level;
  logic park_valid, park_room, dec, dec_epoch;
  cw_t::look_t park_req;
  cw_t::fault_t park_fault;
  logic [cw_pkg::PORT_W-1:0] dec_port;
`ifdef CW_MUTANTS
  logic res_inc;
`endif
  logic f_valid, f_ready, f_room, f_take, f_again, f_mark, f_fresh, fix_idle, ev_lost, ev_livelock;
  cw_t::fixed_t f_out;
  cw_t::wait_t f_req, mon_swap_req, mon_log_req;
  logic [63:0] f_entry;
  logic [cw_pkg::PA_W-1:0] f_addr;
  logic [2:0] f_level;
  cw_t::fix_t f_what, ev_fixed;
  cw_resolve #(.PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_resolve (
    .in_valid(w_valid), .in_ready(w_ready), .in_req(w_req), .in_entry(w_entry), .in_entry_addr(w_entry_addr),
    .in_level(w_level), .in_error(w_error), .in_fresh(w_fresh), .faulted(w_faulted), .fixing(w_fixing),
    .fx_valid(f_valid), .fx_ready(f_ready), .fx(f_out), .fix_room(f_room), .fix_take(f_take), .fix_again(f_again),
    .fix_req(f_req), .fix_entry(f_entry), .fix_addr(f_addr), .fix_level(f_level),
    .fix_what(f_what), .fix_mark(f_mark), .fix_fresh(f_fresh),
    .over_budget(res_over), .pay, .refund, .ev_budget, .ctx_idx(res_ctx_idx), .ctx_entry(res_ctx),
    .dom_idx(res_dom), .mmio_gen(res_mmio_gen), .ans_valid(wans_valid), .ans_ready(wans_ready), .ans(wans),
    .ans_level(wans_level), .park_valid, .park_room, .park_req, .park_fault, .dec, .dec_port, .dec_epoch,
`ifdef CW_MUTANTS
    .epoch, .inc(res_inc),
`endif
    .ev_livelock, .mon_pa);

  // ---- fixer ----
  logic log_stamp, mon_log, mon_log_op;
  cw_fix #(.NFIX(NFIX)) u_fix (
    .clk, .rst_n, .room(f_room), .take(f_take), .take_again(f_again), .take_req(f_req), .take_entry(f_entry),
    .take_addr(f_addr), .take_level(f_level), .take_fix(f_what), .take_mark(f_mark),
    .take_pay(pay && res_ctx.dirty != '0), .turn, .take_fresh(f_fresh),
    .take_flavour(res_ctx.flavour),
    .take_dom(res_ctx.domain), .take_space(res_ctx.space), .take_gfn(w_gfn),
    .out_valid(f_valid), .out_ready(f_ready), .out(f_out), .idle(fix_idle),
    .eu_valid(fx_valid), .eu_ready(fx_ready), .eu_req(fx_req), .eu_done(fx_done), .eu_rsp(fx_rsp),
    .chg_valid, .chg_line, .chg_any,
    .log_valid, .log_ready, .log_op, .log_due, .log_ctx, .log_dom, .log_epoch(log_stamp), .log_gfn, .log_id,
    .logr_valid, .logr_id,
    .logr_status, .log_flip, .hint_valid, .hint_space, .hint_page, .ev_fixed, .ev_lost,
    .mon_swap_req, .mon_log, .mon_log_op, .mon_log_req, .mon_log_gfn);

  // ---- park ----
  logic joined, mon_unpark, mon_unpark_retry, park_busy, over_quota;
  logic [cw_pkg::PARK_W-1:0] mon_park, mon_unpark_idx;
  logic [cw_pkg::GEN_W-1:0] mon_gen;
  cw_t::look_t mon_unpark_req;
  logic [NP-1:0] pans_valid, pans_ready, emul_taken;
  cw_t::ans_t pans;

  cw_park u_park (
    .clk, .rst_n, .cycle, .park_ask(w_valid || f_valid), .park_valid, .park_room, .park_req, .park_fault,
    .park_quota(res_ctx.quota), .over_quota, .fr_valid, .fr_ready, .fr,
    .resume_valid, .resume_ready, .resume, .resume_status, .resumed, .abort_valid, .abort_ctx, .abort_busy,
    .lost_valid, .lost_ready, .lost_gen(lost_id[16 +: cw_pkg::GEN_W]), .lost_index(lost_id[cw_pkg::PARK_W-1:0]), .swept,
    .data_gen(data_id[16 +: cw_pkg::GEN_W]), .data_index(data_id[cw_pkg::PARK_W-1:0]), .data_open,
    .port_reset,
    .retry_valid, .retry_ready, .retry, .retry_stopped, .started(stop_ready && !stop.stop), .busy(park_busy),
    .count_ask,
    .count_what, .count_take, .count_done, .count, .ans_valid(pans_valid), .ans_ready(pans_ready), .ans(pans),
    .emul_taken, .emul_data, .joined, .mon_park, .mon_gen, .mon_unpark, .mon_unpark_retry, .mon_unpark_idx,
    .mon_unpark_req);

  // ---- answers ----
  cw_t::ans_t look_ans;
  cw_t::req_t look_req;
  logic [NP-1:0] rel_known, rel_epoch;
  logic [2:0] n_grant, n_abort, n_ones, n_emulated, n_retry_later;

  assign look_req         = look.req;
  assign look_ans.tag     = look_req.tag;
  assign look_ans.verdict = look_verdict.verdict;
  assign look_ans.reason  = look_verdict.reason;
  assign look_ans.epoch   = epoch[look.port];
  assign look_ans.pa      = look_verdict.pa;
  // In a reset of its port it is the engine that gives grants back.
  logic [NP-1:0] own_rel, rel_v;
  logic [NP*cw_pkg::TAG_W-1:0] own_tag, rel_t;
  assign rel_v = own_rel | (rel_valid & ~port_reset);
  always_comb begin
    rel_t = rel_tag;
    if (port_reset != '0)
      for (int p = 0; p < NP; p++)
        if (own_rel[p]) rel_t[p*cw_pkg::TAG_W +: cw_pkg::TAG_W] = own_tag[p*cw_pkg::TAG_W +: cw_pkg::TAG_W];
  end
  cw_ports u_ports (
    .clk, .rst_n, .taken(asked & req_ready), .room(port_room), .bubble, .look_port(tag_port), .look_tag(tag),
    .look_ctx(look_req.ctx[cw_pkg::CTX_W-1:0]), .fenced, .epoch, .holder,
    .look_busy(tag_busy), .look_take(counted), .look_valid(answered), .look_ans, .look_free(look.retry),
    .walk_valid(wans_valid), .walk_ready(wans_ready), .walk_ans(wans), .walk_level(wans_level),
    .park_valid(pans_valid), .park_ready(pans_ready), .park_ans(pans),
    .ans_valid, .ans_ready, .ans, .rel_valid(rel_v), .rel_tag(rel_t), .rel_known, .rel_epoch, .emul_taken,
    .take_back, .empty, .own_rel, .own_tag,
    .res_valid, .res, .res_level, .n_grant, .n_abort, .n_ones, .n_emulated, .n_retry_later);

  // ---- epochs ----
  logic flush_open;
  logic [NP-1:0] mon_flip, mon_close;
  cw_epoch u_epoch (
    .clk, .rst_n, .epoch,
    .look_inc(counted && (answered || !cw_pkg::MUT_STAMP_AT_GRANT)),
`ifdef CW_MUTANTS
    .res_inc, .res_inc_port(dec_port),
`endif
    .look_port(look.port), .walk_inc, .walk_inc_port, .walk_dec, .walk_dec_port, .walk_dec_epoch,
    .res_dec(dec), .res_dec_port(dec_port), .res_dec_epoch(dec_epoch),
    .rel_dec(rel_known & ~(own_rel & {NP{cw_pkg::MUT_PORT_RESET_NO_STAMP}})), .rel_epoch,
    .timeout(flush_timeout), .flush_valid, .flush_ready, .flush, .flush_full, .fdone_valid, .fdone_ready, .fdone,
    .busy(flush_open), .fenced, .mon_flip, .mon_close);

  // ---- clock ----
  // Every valid at the ports and inside, and what runs by itself: else a part of the core would be left behind.
  assign awake = req_valid != '0 || retry_valid || !look_empty || hold || abort_busy || w_valid || !fix_idle ||
                 ans_valid != '0 || rel_valid != '0 || rd_valid || r_valid || fill_valid || inv_valid || !inv_ready ||
                 flush_valid || flush_open || fdone_valid || resume_valid || pans_valid != '0 || fr_valid ||
                 mon_alloc || mon_unpark || mon_end || park_busy || fenced != '0 || chg_valid || chg_any || log_flip ||
                 port_reset != '0 || lost_valid;

  // ---- counters ----
  logic probe;
  assign probe = look.port == cw_pkg::PORT_W'(NI);
  always_comb begin
    ev = '0;
    ev[cw_pkg::CTR_REQUESTS*3 +: 3]          = 3'(look_valid && !look.retry && !probe);
    ev[cw_pkg::CTR_PROBES*3 +: 3]            = 3'(look_valid && probe);
    ev[cw_pkg::CTR_TLB_HITS*3 +: 3]          = 3'(counted && answered);
    ev[cw_pkg::CTR_WALKS*3 +: 3]             = 3'(ev_walk);
    ev[cw_pkg::CTR_MERGES*3 +: 3]            = 3'(ev_merge);
    ev[cw_pkg::CTR_WALK_READS*3 +: 3]        = 3'(rd_valid && rd_ready);
    ev[cw_pkg::CTR_WC_HITS*3 +: 3]           = 3'(ev_wc_hit);
    ev[cw_pkg::CTR_FILLS*3 +: 3]             = 3'(ev_fill);
    ev[cw_pkg::CTR_FILLS_REFUSED*3 +: 3]     = 3'(ev_fill_refused);
    ev[cw_pkg::CTR_POISONED*3 +: 3]          = ev_poisoned;
    ev[cw_pkg::CTR_GRANTS*3 +: 3]            = n_grant;
    ev[cw_pkg::CTR_ABORTS*3 +: 3]            = n_abort;
    ev[cw_pkg::CTR_ONES*3 +: 3]              = n_ones;
    ev[cw_pkg::CTR_EMULATED*3 +: 3]          = n_emulated;
    ev[cw_pkg::CTR_RETRY_LATER*3 +: 3]       = n_retry_later;
    if (rel_v != '0)
      for (int p = 0; p < NP; p++) begin
        ev[cw_pkg::CTR_RELEASES*3 +: 3]      = ev[cw_pkg::CTR_RELEASES*3 +: 3] +
                                               3'(rel_known[p] && !cw_pkg::MUT_DEAD_COUNTER);
        ev[cw_pkg::CTR_BAD_RELEASES*3 +: 3]  = ev[cw_pkg::CTR_BAD_RELEASES*3 +: 3] + 3'(rel_v[p] && !rel_known[p]);
      end
    ev[cw_pkg::CTR_FIXED_W*3 +: 3]           = 3'(ev_fixed.w);
    ev[cw_pkg::CTR_FIXED_A*3 +: 3]           = 3'(ev_fixed.a);
    ev[cw_pkg::CTR_FIXED_D*3 +: 3]           = 3'(ev_fixed.d);
    ev[cw_pkg::CTR_FIXED_AT*3 +: 3]          = 3'(ev_fixed.at);
    ev[cw_pkg::CTR_FIX_LOST_RACE*3 +: 3]     = 3'(ev_lost);
    ev[cw_pkg::CTR_LIVELOCK*3 +: 3]          = 3'(ev_livelock);
    ev[cw_pkg::CTR_MISS_TO_HOST*3 +: 3]      = 3'(fr_valid);
    ev[cw_pkg::CTR_PARK_JOINED*3 +: 3]       = 3'(park_valid && joined);
    ev[cw_pkg::CTR_RETRIES*3 +: 3]           = 3'(look_valid && look.retry);
    ev[cw_pkg::CTR_PARK_QUOTA*3 +: 3]        = 3'((w_valid && w_ready || f_valid && f_ready) && !park_valid &&
                                                  over_quota && wans.verdict == cw_pkg::V_RETRY_LATER);
    ev[cw_pkg::CTR_WALK_QUOTA*3 +: 3]        = 3'(answered && miss_over && look_verdict.reason == cw_pkg::RSN_NO_ROOM);
    ev[cw_pkg::CTR_DIRTY_BUDGET*3 +: 3]      = 3'(ev_budget) +
                                               3'(answered && look_verdict.reason == cw_pkg::RSN_BUDGET);
    ev[cw_pkg::CTR_FENCES*3 +: 3]            = fdone_valid && fdone_ready ? 3'($countones(fdone.fenced)) : 3'd0;
    ev[cw_pkg::CTR_FLUSH_WAIT_CYCLES*3 +: 3] = 3'(flush_open);
    ev[cw_pkg::CTR_TLB_PARITY*3 +: 3]        = 3'(ev_parity);
    ev[cw_pkg::CTR_NOT_FLUSHED*3 +: 3]       = 3'(fdone_valid && fdone_ready && fdone.status != cw_pkg::ST_OK);
  end

  // ---- monitor ----
  cw_t::req_t w_r, alloc_r, unpark_r, swap_r, log_r;
  cw_t::wait_t r_req;
  assign r_req    = f_valid ? f_out.req : w_req;
  assign w_r      = r_req.req;
  assign swap_r   = mon_swap_req.req;
  assign log_r    = mon_log_req.req;
  assign alloc_r  = mon_alloc_req.req;
  assign unpark_r = mon_unpark_req.req;
  // Nothing to tell in most cycles: the wide vector is put together only when there is.
  logic mon_any, mon_was_reset;
  always_ff @(posedge clk) mon_was_reset <= !rst_n;
  assign mon_any = !rst_n || mon_was_reset || mon_ctxw || mon_stop || mon_domw || mon_portw || inv_new || r_valid ||
                   w_valid || f_valid || mon_log || turn || mon_dring.ask || mon_dring.bell || mon_dring.ring_set ||
                   mon_end || look_valid || mon_alloc || rd_valid || resume_valid || lost_valid || port_reset != '0 ||
                   mon_unpark || (rel_v != '0) || mon_cmd.take || mon_cmd.done ||
                   flush_valid || (mon_flip != '0) || (mon_close != '0) || fdone_valid || mon_w_valid || mon_b_valid;
  always_comb begin
    mon = '0;
    if (mon_on && mon_any) begin
      mon.reset_ports    = 8'(port_reset);
      mon.engine_reset   = !rst_n;
      mon.engine_over    = rst_n && mon_was_reset;
      mon.cmd_take       = mon_cmd.take;
      mon.cmd_index      = mon_cmd.index;
      mon.cmd_done       = mon_cmd.done;
      mon.cmd_done_index = mon_cmd.done_index;
      mon.ctxw_valid     = mon_ctxw;
      mon.ctxw_idx       = 16'(mon_ctx_idx);
      mon.ctxw_enable    = mon_ctx.valid;
      mon.ctxw_level5    = mon_ctx.level5;
      mon.ctxw_flavour   = mon_ctx.flavour;
      mon.ctxw_ad        = mon_ctx.ad;
      mon.ctxw_fix       = mon_ctx.fix;
      mon.ctxw_shadow    = mon_ctx.shadow;
      mon.ctxw_space     = 16'(mon_ctx.space);
      mon.ctxw_domain    = 16'(mon_ctx.domain);
      mon.ctxw_quota     = 8'(mon_ctx.quota);
      mon.ctxw_walks     = 8'(mon_ctx.walks);
      mon.ctxw_dirty     = mon_ctx.dirty;
      mon.budget_turn    = turn;
      mon.ctxw_root      = {12'd0, mon_ctx.root, 12'd0};
      mon.domw_valid     = mon_domw;
      mon.domw_idx       = 16'(mon_dom_idx);
      mon.domw_mmio_gen  = 32'(mon_dom.mmio_gen);
      mon.domw_ports     = 8'(mon_dom.ports);
      mon.domw_log_mode  = 8'(mon_dom.log_mode);
      mon.domw_log_epoch = mon_dom.log_epoch;
      mon.portw_valid    = mon_portw;
      mon.portw_idx      = 8'(mon_port_idx);
      mon.portw_enable   = mon_range.enable;
      mon.portw_first    = mon_range.first;
      mon.portw_last     = mon_range.last;
      mon.stop_valid     = mon_stop;
      mon.stop_on        = mon_stop_what.stop;
      mon.stop_scope     = mon_stop_what.what.scope;
      mon.stop_id        = mon_stop_what.what.id;
      mon.inv_valid      = inv_new;
      mon.inv_all        = inv_now.all;
      mon.inv_whole      = inv_now.whole;
      mon.inv_space      = 16'(inv_now.space);
      mon.inv_lo         = {12'd0, inv_now.lo};
      mon.inv_hi         = {12'd0, inv_now.hi};
      mon.r_valid        = r_valid;
      mon.r_slot         = 8'(r_slot);
      mon.r_error        = r_error;
      mon.r_wcfill       = mon_wc_fill;
      mon.r_last         = mon_last;
      mon.r_level        = 8'(mon_r_level);
      mon.r_entry        = mon_r_entry;
      mon.r_line         = r_data;
      mon.res_valid      = (w_valid && w_ready) || (f_valid && f_ready);
      mon.res_fixer      = f_valid;
      mon.res_slot       = 8'(w_slot);
      mon.res_port       = 8'(r_req.port);
      mon.res_tag        = 8'(w_r.tag);
      mon.res_outcome    = f_take ? 8'd3 : !park_valid ? 8'd0 : joined ? 8'd2 : 8'd1;
      mon.res_verdict    = park_valid ? park_fault.verdict : 8'(wans.verdict);
      mon.res_reason     = park_valid ? park_fault.reason : 8'(wans.reason);
      mon.res_epoch      = wans.epoch;
      mon.res_entry      = f_entry;
      mon.res_mark       = f_take && f_mark;
      mon.res_pa         = mon_pa;
      mon.res_park       = 8'(mon_park);
      mon.res_gen        = mon_gen;
      mon.fill_valid     = mon_end;
      mon.fill_slot      = 8'(mon_end_slot);
      mon.fill_mask      = mon_end_mask;
      mon.fill_large     = fill_large;
      mon.look_valid     = look_valid;
      mon.look_port      = 8'(look.port);
      mon.look_retry     = look.retry;
      mon.look_park      = 8'(look.park);
      mon.look_ctx       = look_req.ctx;
      mon.look_addr      = look_req.addr;
      mon.look_len_m1    = {4'd0, look_req.len_m1};
      mon.look_write     = look_req.write;
      mon.look_tag       = 8'(look_req.tag);
      mon.look_epoch     = epoch[look.port];
      mon.look_outcome   = miss ? 8'd1 : look_verdict.verdict == cw_pkg::V_HIT ? 8'd0 : 8'd3;
      mon.look_verdict   = 8'(look_verdict.verdict);
      mon.look_reason    = 8'(look_verdict.reason);
      mon.look_entry     = tlb_entry;
      mon.look_level     = 8'(tlb_level);
      mon.look_pa        = {12'd0, look_verdict.pa};
      mon.alloc_valid    = mon_alloc;
      mon.alloc_port     = 8'(mon_alloc_req.port);
      mon.alloc_tag      = 8'(alloc_r.tag);
      mon.alloc_attach   = mon_attach;
      mon.alloc_slot     = 8'(mon_slot);
      mon.alloc_epoch    = epoch[mon_alloc_req.port];
      mon.alloc_level    = 8'(mon_level);
      mon.alloc_table    = {12'd0, mon_table, 12'd0};
      mon.ar_valid       = rd_valid && rd_ready;
      mon.ar_slot        = 8'(rd_slot);
      mon.ar_addr        = {12'd0, rd_addr};
      mon.resume_valid   = resume_valid && resume_ready;
      mon.resume_index   = resume.index;
      mon.resume_gen     = resume.gen;
      mon.resume_action  = 8'(resume.action);
      mon.resume_status  = resume_status;
      mon.lost_valid     = lost_valid && lost_ready;
      mon.lost_index     = lost_id[15:0];
      mon.lost_gen       = lost_id[31:16];
      mon.unpark_valid   = mon_unpark;
      mon.unpark_park    = 8'(mon_unpark_idx);
      mon.unpark_port    = 8'(mon_unpark_req.port);
      mon.unpark_tag     = 8'(unpark_r.tag);
      mon.unpark_retry   = mon_unpark_retry;
      mon.unpark_verdict = 8'(pans.verdict);
      mon.rel_valid      = 8'(rel_v);
      mon.rel_known      = 8'(rel_known);
      for (int p = 0; p < NP; p++) mon.rel_tag[p*8 +: 8] = 8'(rel_t[p*cw_pkg::TAG_W +: cw_pkg::TAG_W]);
      mon.flush_valid    = flush_valid && flush_ready;
      mon.flush_index    = flush.cookie.index;
      mon.flush_cold     = flush.cookie.cold;
      mon.flush_harvest  = flush.cookie.harvest;
      mon.flush_ports    = 8'(flush.ports);
      mon.flush_drain    = flush.drain;
      mon.flush_scope    = flush.what.scope;
      mon.flush_id       = flush.what.id;
      mon.flip_ports     = 8'(mon_flip);
      mon.close_ports    = 8'(mon_close);
      mon.fdone_valid    = fdone_valid && fdone_ready;
      mon.fdone_index    = fdone.cookie.index;
      mon.fdone_cold     = fdone.cookie.cold;
      mon.fdone_status   = fdone.status;
      mon.fdone_fenced   = 8'(fdone.fenced);
      mon.fdone_parked   = 8'(count);
      mon.log_valid      = mon_log;
      mon.log_mark       = mon_log_op;
      mon.log_port       = 8'(mon_log_req.port);
      mon.log_tag        = 8'(log_r.tag);
      mon.log_status     = 8'(logr_status);
      mon.log_gfn        = 64'(mon_log_gfn);
      mon.log_entry      = mon_dring.push;
      mon.log_index      = mon_dring.index;
      mon.log_soft       = mon_dring.limited;
      mon.dset_valid     = mon_dring.ring_set;
      mon.dset_ctx       = 16'(mon_dring.set_ctx);
      mon.dset_log2      = 8'(mon_dring.set_log2);
      mon.dset_limit     = 32'(mon_dring.set_limit);
      mon.dask_valid     = mon_dring.ask;
      mon.dask_ctx       = 16'(mon_dring.ask_ctx);
      mon.dask_full      = mon_dring.ask_full;
      mon.dbell_valid    = mon_dring.bell;
      mon.dbell_ctx      = 16'(mon_dring.bell_ctx);
      mon.dbell_value    = mon_dring.bell_value;
      mon.dbell_ok       = mon_dring.bell_ok;
      mon.lflip_valid    = log_flip;
      mon.lflip_dom      = 8'(log_flip_dom);
      mon.euu_w_valid    = mon_w_valid;
      mon.euu_w_fix      = mon_fix;
      mon.euu_w_addr     = mon_w_addr;
      mon.euu_w_value    = mon_w_value;
      mon.euu_b_valid    = mon_b_valid;
      mon.euu_b_fix      = mon_fix;
      mon.euu_b_protect  = mon_protect.on;
      mon.euu_b_d        = mon_protect.d;
      mon.euu_b_x86      = mon_protect.x86;
      mon.euu_b_mask     = mon_protect.mask;
      mon.euu_b_changed  = mon_changed;
      mon.euu_b_port     = 8'(mon_swap_req.port);
      mon.euu_b_tag      = 8'(swap_r.tag);
      mon.euu_b_addr     = mon_b_addr;
      mon.euu_b_old      = mon_b_old;
      mon.euu_b_mismatch = mon_b_mismatch;
      mon.euu_b_error    = mon_b_error;
    end
  end

  logic unused;
  assign unused = &{1'b0, data_id, mon_ctx, lost_id, look_verdict, look_ctx, look_req, w_r, alloc_r, unpark_r,
                    mon_alloc_req, mon_unpark_req, w_req, r_req, log_stamp, mon_swap_req, mon_log_req, swap_r, log_r,
                    f_out, retry_r, flush.cookie.id, fdone.cookie.id};
endmodule
