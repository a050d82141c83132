// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Resolve: what the result of a walk means for one waiting request, by the same verdict function as a TLB hit (P35).
//
// One request per cycle at most; combinational from the walker's output to answer, park or refusal; waits while the
// answer path of its port is taken by a hit. What the engine cannot settle is parked and gives up its stamp (P8);
// without room in park space or fault ring the answer is RETRY_LATER. Probes get any verdict as their result and hold
// no stamp (P7).
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
  output logic                       faulted,       // its entry stays out of the TLB (I7)
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
`ifdef CW_MUT_STAMP_AT_GRANT
  input  logic [cw_pkg::NPORT-1:0]   epoch,
  output logic                       inc,
`endif
  output logic [63:0]                mon_pa
);
  cw_t::req_t r;
  cw_t::verdict_t v;
  logic probe, final_verdict, do_park, answered;

  assign r       = in_req.req;
  assign ctx_idx = r.ctx[cw_pkg::CTX_W-1:0];
  assign dom_idx = ctx_entry.domain;
  assign probe   = in_req.port == cw_pkg::PORT_W'(cw_pkg::PORT_HOST);

  cw_verdict #(.PA_BITS(PA_BITS), .TABLE_BYTES(TABLE_BYTES)) u_verdict (
    .entry(in_entry), .level(in_level), .flavour(ctx_entry.flavour), .offset(r.addr[11:0]),
    .page_offset(r.addr[29:12]), .write(r.write), .bus_error(in_error), .mmio_gen, .v);

  assign final_verdict = v.verdict == cw_pkg::V_HIT || v.verdict == cw_pkg::V_ABORT;
  assign faulted       = v.verdict != cw_pkg::V_HIT;
  assign do_park       = ctx_entry.valid && !final_verdict && !probe && park_room;
  assign answered      = in_valid && !do_park;

  always_comb begin
    ans.tag     = r.tag;
    ans.verdict = v.verdict;
    ans.reason  = v.reason;
    ans.epoch   = in_req.epoch;
    ans.pa      = v.pa;
`ifdef CW_MUT_STAMP_AT_GRANT
    ans.epoch   = epoch[in_req.port];
`endif
    if (!ctx_entry.valid) begin                      // P33: detached while it waited
      ans.verdict = cw_pkg::V_ABORT;
      ans.reason  = cw_pkg::RSN_DETACHED;
    end else if (!final_verdict && !probe) begin
      ans.verdict = cw_pkg::V_RETRY_LATER;
      ans.reason  = cw_pkg::RSN_NO_ROOM;
    end
    ans_valid = '0;
    ans_valid[in_req.port] = answered;
  end
  assign ans_level  = in_level;
  assign in_ready   = do_park || ans_ready[in_req.port];
  assign park_valid = in_valid && do_park;

  always_comb begin
    park_req.port  = in_req.port;
    park_req.retry = 1'b1;
    park_req.park  = '0;
    park_req.req   = r;
    park_fault            = '0;
    park_fault.addr       = r.addr;
    park_fault.entry      = in_entry;
    park_fault.entry_addr = {12'd0, in_entry_addr};
    park_fault.ctx        = r.ctx;
    park_fault.ctx_gen    = ctx_entry.gen;
    park_fault.domain     = 16'(ctx_entry.domain);
    park_fault.len        = {4'd0, r.len_m1} + 16'd1;
    park_fault.port       = 8'(in_req.port);
    park_fault.tag        = 8'(r.tag);
    park_fault.access     = r.write ? 8'd2 : 8'd1;
    park_fault.verdict    = {4'd0, v.verdict};
    park_fault.reason     = {3'd0, v.reason};
    park_fault.level      = {5'd0, in_level};
  end

  logic granted;
  assign granted   = ans.verdict == cw_pkg::V_HIT;
`ifdef CW_MUT_STAMP_AT_GRANT
  assign dec       = 1'b0;
  assign inc       = in_valid && in_ready && !probe && granted && !do_park;
`else
  assign dec       = in_valid && in_ready && !probe && (do_park || !granted);
`endif
  assign dec_port  = in_req.port;
  assign dec_epoch = in_req.epoch;
  assign mon_pa    = {12'd0, v.pa};

  logic unused;
  assign unused = &{1'b0, ctx_entry};
endmodule
