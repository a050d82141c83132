// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Fault record as it stands in the ring, from the struct; combinational. The phase and reserved bytes are zero.
module cw_fault_rec (
  input  cw_t::fault_t                  fault,
  output logic [cw_pkg::FAULT_BITS-1:0] rec
);

  always_comb begin
    rec = '0;
    rec[cw_pkg::FAULT_ADDR_LSB +: cw_pkg::FAULT_ADDR_W]             = fault.addr;
    rec[cw_pkg::FAULT_ENTRY_LSB +: cw_pkg::FAULT_ENTRY_W]           = fault.entry;
    rec[cw_pkg::FAULT_ENTRY_ADDR_LSB +: cw_pkg::FAULT_ENTRY_ADDR_W] = fault.entry_addr;
    rec[cw_pkg::FAULT_TIMESTAMP_LSB +: cw_pkg::FAULT_TIMESTAMP_W]   = fault.timestamp;
    rec[cw_pkg::FAULT_PARKED_ID_LSB +: cw_pkg::FAULT_PARKED_ID_W]   = fault.parked_id;
    rec[cw_pkg::FAULT_CTX_LSB +: cw_pkg::FAULT_CTX_W]               = fault.ctx;
    rec[cw_pkg::FAULT_CTX_GEN_LSB +: cw_pkg::FAULT_CTX_GEN_W]       = fault.ctx_gen;
    rec[cw_pkg::FAULT_DOMAIN_LSB +: cw_pkg::FAULT_DOMAIN_W]         = fault.domain;
    rec[cw_pkg::FAULT_LEN_LSB +: cw_pkg::FAULT_LEN_W]               = fault.len;
    rec[cw_pkg::FAULT_PORT_LSB +: cw_pkg::FAULT_PORT_W]             = fault.port;
    rec[cw_pkg::FAULT_TAG_LSB +: cw_pkg::FAULT_TAG_W]               = fault.tag;
    rec[cw_pkg::FAULT_ACCESS_LSB +: cw_pkg::FAULT_ACCESS_W]         = fault.access;
    rec[cw_pkg::FAULT_VERDICT_LSB +: cw_pkg::FAULT_VERDICT_W]       = fault.verdict;
    rec[cw_pkg::FAULT_REASON_LSB +: cw_pkg::FAULT_REASON_W]         = fault.reason;
    rec[cw_pkg::FAULT_LEVEL_LSB +: cw_pkg::FAULT_LEVEL_W]           = fault.level;
  end

endmodule
