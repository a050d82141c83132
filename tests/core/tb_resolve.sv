// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_resolve: random results of walks against the contract, in what the initiator and the host see. Entries
// are made from what they shall mean (kind), so the expected verdict is known without looking at bits; contexts have no
// fixer and no A/D updates, so nothing goes to the fixer, and nothing comes back. Random back-pressure of the answer
// paths and of the park.
module tb_resolve;
  localparam int NP = int'(cw_pkg::NPORT);

  typedef enum {ABSENT, MMIO_NOW, MMIO_OLD, READ_ONLY, TRACKED, WRITABLE, BAD_LEAF, BUS} kind_t;

  logic                       in_valid = 1'b0, in_ready, in_error = 1'b0, faulted;
  cw_t::wait_t                in_req = '0;
  logic [63:0]                in_entry = '0;
  logic [cw_pkg::PA_W-1:0]    in_entry_addr = '0;
  logic [2:0]                 in_level = '0, ans_level;
  logic [cw_pkg::CTX_W-1:0]   ctx_idx;
  cw_t::ctx_t                 ctx_entry = '0;
  logic [cw_pkg::DOM_W-1:0]   dom_idx;
  logic [18:0]                mmio_gen = '0;
  logic [NP-1:0]              ans_valid, ans_ready = '0;
  cw_t::ans_t                 ans;
  logic                       park_valid, park_room = 1'b0, dec, dec_epoch;
  cw_t::look_t                park_req;
  cw_t::fault_t               park_fault;
  logic [cw_pkg::PORT_W-1:0]  dec_port;
  logic [63:0]                mon_pa;

  // ---- fixer ----
  logic                       in_fresh = 1'b0, fixing, fx_valid = 1'b0, fx_ready, fix_room = 1'b1, fix_take, fix_again;
  logic                       fix_mark, fix_fresh, ev_livelock;
  logic                       over_budget = 1'b0, pay, refund, ev_budget;   // budgets: in lock step
  cw_t::fixed_t               fx = '0;
  cw_t::wait_t                fix_req;
  logic [63:0]                fix_entry;
  logic [cw_pkg::PA_W-1:0]    fix_addr;
  logic [2:0]                 fix_level;
  cw_t::fix_t                 fix_what;

  cw_resolve dut (.*);

  `include "tb.svh"
  `include "tb_must.svh"

  cw_t::req_t  r;
  kind_t       kind;
  int          met [kind_t];
  logic [51:0] frame, pa;
  bit          probe, host, grants, parks, goes;
  logic [7:0]  verdict, reason;

  // An entry of the kind asked for, in a table of this level.
  function automatic logic [63:0] entry(input kind_t k, input int level);
    logic [63:0] e;
    logic [18:0] g;
    int          i;
    e = 64'(frame);
    e[cw_pkg::SPTE_PRESENT] = 1'b1;
    e[cw_pkg::SPTE_R]       = 1'b1;
    e[cw_pkg::SPTE_PS]      = level > 1;
    e[cw_pkg::SPTE_X]       = 1'($urandom);
    case (k)
      WRITABLE: begin
        e[cw_pkg::SPTE_W]      = 1'b1;
        e[cw_pkg::SPTE_HOST_W] = 1'b1;
        e[cw_pkg::SPTE_MMU_W]  = 1'b1;
      end
      READ_ONLY: begin                                   // backing read-only, or protected for the log
        e[cw_pkg::SPTE_HOST_W] = 1'($urandom);
        e[cw_pkg::SPTE_MMU_W]  = e[cw_pkg::SPTE_HOST_W];
      end
      TRACKED:  e[cw_pkg::SPTE_HOST_W] = 1'b1;
      BAD_LEAF: e[cw_pkg::SPTE_PS] = level > 3;          // above 1 GiB, or none where one must be
      ABSENT:   e = 64'(1'b1) << cw_pkg::SPTE_SUPPRESS_VE;
      default: begin                                     // MMIO: W and X alone, the generation in 62:52 and 10:3
        e = '0;
        e[cw_pkg::SPTE_W] = 1'b1;
        e[cw_pkg::SPTE_X] = 1'b1;
        g = mmio_gen;
        i = $urandom_range(18);
        if (k == MMIO_OLD) g[i] = !g[i];
        {e[62:52], e[10:3]} = g;
        e[51:12] = r.addr[51:12];
      end
    endcase
    return e;
  endfunction

  task automatic draw();
    kind          = kind_t'($urandom_range(7));
    mmio_gen      = 19'($urandom);
    r.ctx         = 16'($urandom_range(int'(cw_pkg::NCTX) - 1));
    r.addr        = {16'd0, 16'($urandom), $urandom};
    r.len_m1      = 12'($urandom_range(4095 - int'(r.addr[11:0])));
    r.write       = 1'($urandom);
    r.tag         = cw_pkg::TAG_W'($urandom);
    in_req        = {cw_pkg::PORT_W'($urandom_range(NP - 1)), 1'($urandom), 3'd0, r};   // port, stamp, request
    in_level      = kind == BAD_LEAF ? 3'($urandom_range(5, 2)) : 3'($urandom_range(3, 1));
    frame         = {20'($urandom), $urandom} & ~(52'd4095) & ~((52'd1 << (12 + 9 * (int'(in_level) - 1))) - 1);
    if (kind == BAD_LEAF) frame = '0;
    in_entry      = entry(kind, int'(in_level));
    in_entry_addr = {20'($urandom), $urandom} & ~52'd7;
    in_error      = kind == BUS;
    ctx_entry        = '0;
    ctx_entry.valid  = $urandom_range(9) != 0;
    ctx_entry.domain = cw_pkg::DOM_W'($urandom);
    ctx_entry.gen    = cw_pkg::GEN_W'($urandom);
    ctx_entry.shadow = 1'($urandom);                    // whose enables mean nothing (FPF-4)
    ctx_entry.ad     = ctx_entry.shadow && 1'($urandom);
    ctx_entry.fix    = ctx_entry.shadow && 1'($urandom);
    ans_ready     = NP'($urandom);
    park_room     = $urandom_range(3) != 0;
    in_valid      = $urandom_range(7) != 0;
  endtask

  // What shall come of it.
  task automatic expected();
    probe = in_req.port == cw_pkg::PORT_W'(cw_pkg::PORT_HOST);
    case (kind)
      BUS:      begin verdict = cw_pkg::V_ABORT; reason = cw_pkg::RSN_BUS_ERROR; end
      BAD_LEAF: begin verdict = cw_pkg::V_ABORT; reason = cw_pkg::RSN_BAD_ENTRY; end
      MMIO_NOW: begin verdict = cw_pkg::V_MMIO; reason = cw_pkg::RSN_MMIO; end
      ABSENT, MMIO_OLD: begin verdict = cw_pkg::V_MISS; reason = cw_pkg::RSN_NOT_PRESENT; end
      default: begin
        verdict = cw_pkg::V_HIT;
        reason  = cw_pkg::RSN_NONE;
        if (r.write && kind != WRITABLE) begin
          verdict = kind == TRACKED ? cw_pkg::V_WRITE_TRACKED : cw_pkg::V_WRITE_PROTECTED;
          reason  = cw_pkg::RSN_PROTECTED;
        end
      end
    endcase
    pa     = frame | (r.addr[51:0] & ((52'd1 << (12 + 9 * (int'(in_level) - 1))) - 1));
    grants = verdict == cw_pkg::V_HIT;
    host   = !grants && verdict != cw_pkg::V_ABORT;      // only the host can settle it
    parks  = ctx_entry.valid && host && !probe && park_room;
    goes   = parks || ans_ready[in_req.port];
  endtask

  task automatic look();
    must(ctx_idx == r.ctx[cw_pkg::CTX_W-1:0] && dom_idx == ctx_entry.domain, "the request's context and its domain");
    if (!in_valid) begin
      must(ans_valid == '0 && !park_valid && !dec, "nothing comes of nothing");
      return;
    end
    met[kind]++;
    must(!fix_take && !fixing && !ev_livelock, "the fixer is left alone");
    must(in_ready == goes, "taken when parked, or when its own answer path is free");
    must(park_valid == parks, "parked if only the host can settle it, and if there is room");
    must(ans_valid == (parks ? '0 : NP'(1) << in_req.port), "else answered at its own port");
    if (ctx_entry.valid) must(faulted == !grants, "what faults stays out of the TLB (I7)");
    must(dec == (goes && !probe && !(grants && ctx_entry.valid)), "the stamp is given back unless granted (P8, P7)");
    if (dec) must(dec_port == in_req.port && dec_epoch == in_req.epoch, "and it is the request's own stamp (P4)");
    if (parks) begin
      must(park_req.port == in_req.port && park_req.req == in_req.req && park_req.retry, "parked as it is");
      must(park_fault.addr == r.addr && park_fault.len == 16'(r.len_m1) + 16'd1 && park_fault.ctx == r.ctx &&
           park_fault.tag == 8'(r.tag) && park_fault.port == 8'(in_req.port) &&
           park_fault.access == (r.write ? 8'd2 : 8'd1), "record: the request");
      must(park_fault.entry == in_entry && park_fault.entry_addr == 64'(in_entry_addr) &&
           park_fault.level == 8'(in_level), "record: what the walk saw");
      must(park_fault.verdict == 8'(verdict) && park_fault.reason == 8'(reason), "record: verdict and reason");
      must(park_fault.ctx_gen == ctx_entry.gen && park_fault.domain == 16'(ctx_entry.domain),
           "record: generation (P32) and domain");
    end else begin
      must(ans.tag == r.tag && ans.epoch == in_req.epoch, "answer: tag and stamp");
      must(ans_level == in_level, "answer: level");
      if (!ctx_entry.valid)
        must(ans.verdict == cw_pkg::V_ABORT && ans.reason == cw_pkg::RSN_DETACHED, "detached: ABORT (P33)");
      else if (host && !probe)
        must(ans.verdict == cw_pkg::V_RETRY_LATER && ans.reason == cw_pkg::RSN_NO_ROOM, "no room: RETRY_LATER");
      else begin
        must(ans.verdict == verdict && ans.reason == reason, "verdict and reason by the entry (P35)");
        if (grants) must(ans.pa == pa, "address by page size");
      end
    end
  endtask

  initial begin
    repeat (40000) begin
      draw();
      expected();
      #1 look();
      #1;
    end
    check_musts();
    foreach (met[k]) check(met[k] >= 1000, $sformatf("kind %0d was met often", k));
    report("rtl_resolve");
  end
endmodule
