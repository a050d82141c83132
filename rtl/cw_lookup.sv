// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// The lookup pipe: one request per cycle from the ports and from the retry queue to its lookup cycle.
//
// Cycle 0 picks (retries first, then the ports in turn) and reads the TLB RAM; 1 waits for the RAM; 2 reads context
// and port range and compares tags; 3 is the lookup cycle of the rules: everything that decides is judged there, in
// one cycle. The pipe never stalls: a request is taken only if its answer has room (`port_room`), so cycle 3 always
// has an outcome: granted, refused, or waiting for a walk. `hold` lets it run empty; `bubble` skips one port so that
// answers of walks get a turn on its answer path. Requests of a stopped scope (P30) and of a fenced port (P21) are
// refused with RETRY_LATER; those that were parked do not come here while their scope is stopped. Probes always pass.
// Those of a port in reset end with ABORT.
module cw_lookup #(
  parameter int unsigned     PA_BITS     = cw_pkg::PA_BITS,
  parameter longint unsigned TABLE_BYTES = 64'h1000_0000
) (
  input  logic                           clk,
  input  logic                           rst_n,
  input  logic                           hold,
  output logic                           empty,
  // ports
  input  logic [cw_pkg::NPORT-1:0]       req_valid,
  output logic [cw_pkg::NPORT-1:0]       req_ready,
  input  logic [cw_pkg::NPORT*cw_pkg::REQ_W-1:0] req,
  input  logic [cw_pkg::NPORT-1:0]       port_room,
  input  logic [cw_pkg::NPORT-1:0]       bubble,
  // parked requests that are looked up again
  input  logic                           retry_valid,
  output logic                           retry_ready,
  input  cw_t::look_t                    retry,
  // TLB
  output logic                           tlb_valid,
  output logic [63:12]                   tlb_page,
  output logic                           c2_valid,
  output logic [cw_pkg::SPACE_W-1:0]     c2_space,
  output logic [63:12]                   c2_page,
  input  logic                           tlb_hit,
  input  logic [63:0]                    tlb_entry,
  input  logic [2:0]                     tlb_level,
  input  logic                           tlb_hinted,
  output logic [cw_pkg::SPACE_W-1:0]     c3_space,
  output logic [63:12]                   c3_page,
  input  logic                           inv_hits,
  // tables
  output logic [cw_pkg::CTX_W-1:0]       ctx_idx,
  input  cw_t::ctx_t                     ctx_entry,
  output logic [cw_pkg::DOM_W-1:0]       dom_idx,       // cycle 3
  input  logic [1:0]                     log_mode,
  input  logic                           over_budget,   // of ctx_idx: no dirty budget left
  output logic [cw_pkg::PORT_W-1:0]      range_port,
  input  cw_t::port_range_t              range,
  input  logic                           look_stopped,
  input  logic [cw_pkg::NPORT-1:0]       fenced,
  input  logic [cw_pkg::NPORT-1:0]       port_reset,
  // tags in use
  output logic [cw_pkg::PORT_W-1:0]      tag_port,
  output logic [cw_pkg::TAG_W-1:0]       tag,
  input  logic                           tag_busy,
  // walker
  output logic                           miss,        // cycle 3: the request wants to wait for a walk
  input  logic                           miss_room,   // and may
  input  logic                           miss_now,    // and would have its walk in this very cycle
  output cw_t::look_t                    look,        // cycle 3, whatever the outcome
  output cw_t::ctx_t                     look_ctx,
  // outcome
  output logic                           look_valid,
  output logic                           counted,     // takes a stamp (P4, P7)
  output logic                           answered,
  output cw_t::verdict_t                 verdict
);
  localparam int unsigned NP = cw_pkg::NPORT;
  localparam int unsigned RW = cw_pkg::REQ_W;

  // ---- cycle 0: pick ----
  logic [NP-1:0] ask, pick;
  logic pick_any;
  logic [RW-1:0] port_req;
  logic [cw_pkg::PORT_W-1:0] port_no;
  cw_t::look_t c0, c1, c2, c3;
  cw_t::ctx_t c2_ctx;
  cw_t::req_t c0_req, c2_req, c3_req;
  logic c0_valid, c1_valid;

  assign ask         = req_valid & port_room & ~bubble & {NP{!hold && !retry_valid}};
  cw_arb #(.N(NP)) u_arb (.clk, .rst_n, .req(ask), .gnt(pick), .take(pick_any));
  assign pick_any    = |pick;
  assign req_ready   = pick;
  assign retry_ready = !hold;

  always_comb begin
    port_req = '0;
    port_no  = '0;
    for (int p = 0; p < NP; p++) begin
      if (pick[p]) begin
        port_req |= req[p*RW +: RW];
        port_no  |= cw_pkg::PORT_W'(p);
      end
    end
  end
  always_comb begin
    c0       = retry;
    c0.retry = 1'b1;
    if (!retry_valid) begin
      c0.port  = port_no;
      c0.retry = 1'b0;
      c0.park  = '0;
      c0.req   = port_req;
    end
  end
  assign c0_valid  = !hold && (retry_valid || pick_any);
  assign c0_req    = c0.req;
  assign tlb_valid = c0_valid;
  // Bits above 57 are checked, and of no account otherwise: copies of bit 56 in a shadow context (P2).
  assign tlb_page  = {7'd0, c0_req.addr[56:12]};

  // ---- cycles 1 and 2 ----
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      c1_valid   <= 1'b0;
      c2_valid   <= 1'b0;
      look_valid <= 1'b0;
    end else begin
      c1_valid   <= c0_valid;
      c2_valid   <= c1_valid;
      look_valid <= c2_valid;
    end
    if (c0_valid) c1 <= c0;
    if (c1_valid) c2 <= c1;
    if (c2_valid) c3 <= c2;
  end
  assign empty      = !c1_valid && !c2_valid && !look_valid;
  assign c2_req     = c2.req;
  assign ctx_idx    = c2_req.ctx[cw_pkg::CTX_W-1:0];
  assign range_port = c2.port;
  assign c2_space   = c2_ctx.space;
  assign c2_page    = {7'd0, c2_req.addr[56:12]};
  // Mutant: the roots of a domain have one tag.
  always_comb begin
    c2_ctx = ctx_entry;
    if (cw_pkg::MUT_SHADOW_TAG && ctx_entry.shadow)
      c2_ctx.space[cw_pkg::SPACE_W-2:0] = (cw_pkg::SPACE_W - 1)'(ctx_entry.domain);
  end

  // ---- checks of P2, P3, P6, registered into cycle 3 ----
  logic bad_ctx, bad_addr, bad_len, stopped, over;
  logic [12:0] last_byte;
  cw_t::ctx_t c3_ctx;
  logic ext4, ext5;                    // what the bits above the address must be
  assign ext5 = ctx_entry.shadow && c2_req.addr[56];
  assign ext4 = ctx_entry.shadow && c2_req.addr[47] && !cw_pkg::MUT_DEAD_CANONICAL;
  assign last_byte = {1'b0, c2_req.addr[11:0]} + {1'b0, c2_req.len_m1};
  always_ff @(posedge clk) begin
    c3_ctx   <= c2_ctx;
    bad_ctx  <= !ctx_entry.valid || !(range.enable || cw_pkg::MUT_DEAD_RANGE_CHECK) ||
                ((c2_req.ctx < range.first || c2_req.ctx > range.last) && !cw_pkg::MUT_DEAD_RANGE_CHECK) ||
                c2_req.ctx >= 16'(cw_pkg::NCTX);
    bad_addr <= c2_req.addr[63:57] != {7{ext5}} || (!ctx_entry.level5 && c2_req.addr[63:48] != {16{ext4}});
    bad_len  <= last_byte[12];
    over     <= over_budget && c2_req.write && c2.port != cw_pkg::PORT_W'(cw_pkg::PORT_HOST);
    stopped  <= look_stopped && !c2.retry && c2.port != cw_pkg::PORT_W'(cw_pkg::PORT_HOST);
  end

  // ---- cycle 3: the lookup cycle ----
  logic probe, tlb_ok;
  cw_t::verdict_t tlb_verdict;
  assign c3_req   = c3.req;
  assign look     = c3;
  assign look_ctx = c3_ctx;
  assign dom_idx  = c3_ctx.domain;
  assign c3_space = c3_ctx.space;
  assign c3_page  = {7'd0, c3_req.addr[56:12]};
  assign tag_port = c3.port;
  assign tag      = c3_req.tag;
  assign probe    = c3.port == cw_pkg::PORT_W'(cw_pkg::PORT_HOST);

  cw_verdict #(.PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_verdict (
    .entry(tlb_entry), .level(tlb_level), .flavour(c3_ctx.flavour), .offset(c3_req.addr[11:0]),
    .page_offset(c3_req.addr[29:12]), .write(c3_req.write), .bus_error(1'b0),
    .ad(c3_ctx.ad), .fix(c3_ctx.fix), .shadow(c3_ctx.shadow), .log_mode, .mmio_gen('0), .v(tlb_verdict));
  // An entry that does not allow the access is looked up afresh by a walk: the TLB may be behind. What has to be fixed
  // or marked goes that way too; in CAPTURE a page that was marked in this log epoch needs no other mark (P24).
  assign tlb_ok = tlb_hit && !inv_hits && tlb_verdict.verdict == cw_pkg::V_HIT &&
                  (!tlb_verdict.mark || tlb_hinted || probe);

  always_comb begin
    miss       = 1'b0;
    answered   = look_valid;
    counted    = 1'b0;
    verdict    = tlb_verdict;
    verdict.verdict = cw_pkg::V_ABORT;
    if (tag_busy && !c3.retry && !probe) begin
      verdict.reason = cw_pkg::RSN_BAD_TAG;
    end else if (port_reset[c3.port]) begin
      verdict.reason = cw_pkg::RSN_RESET;
    end else if (bad_ctx) begin
      verdict.reason = c3.retry ? cw_pkg::RSN_DETACHED : cw_pkg::RSN_BAD_CONTEXT;
    end else if (bad_addr) begin
      verdict.reason = cw_pkg::RSN_BAD_ADDRESS;
    end else if (bad_len) begin
      verdict.reason = cw_pkg::RSN_BAD_LENGTH;
    end else if (fenced[c3.port] && !probe) begin
      verdict.verdict = cw_pkg::V_RETRY_LATER;
      verdict.reason = cw_pkg::RSN_FENCED;
    end else if (stopped) begin
      verdict.verdict = cw_pkg::V_RETRY_LATER;
      verdict.reason = cw_pkg::RSN_STOPPED;
    end else if (tlb_ok) begin
      counted        = look_valid && !probe;
      verdict        = tlb_verdict;
    end else if (over && log_mode != 2'(cw_pkg::LOG_OFF)) begin   // it would hold its stamp in vain (P8)
      verdict.verdict = cw_pkg::V_RETRY_LATER;
      verdict.reason = cw_pkg::RSN_BUDGET;
    end else if (!miss_room || (probe && !miss_now)) begin  // a probe may not wait: it holds no stamp (P7)
      verdict.verdict = cw_pkg::V_RETRY_LATER;
      verdict.reason = cw_pkg::RSN_NO_ROOM;
    end else begin
      answered       = 1'b0;
      miss           = look_valid;
      counted        = look_valid && !probe;
    end
  end

  logic unused;
  assign unused = &{1'b0, c0_req, c2_req, c3_req, last_byte[11:0]};
endmodule
