// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Completion as it stands in a ring, from the struct; combinational. The phase and reserved bytes are zero.
module cw_cpl_rec (
  input  cw_t::cpl_t                  cpl,
  output logic [cw_pkg::CPL_BITS-1:0] rec
);

  always_comb begin
    rec = '0;
    rec[cw_pkg::CPL_VALUE_LSB +: cw_pkg::CPL_VALUE_W]   = cpl.value;
    rec[cw_pkg::CPL_INFO_LSB +: cw_pkg::CPL_INFO_W]     = cpl.info;
    rec[cw_pkg::CPL_INDEX_LSB +: cw_pkg::CPL_INDEX_W]   = cpl.index;
    rec[cw_pkg::CPL_ID_LSB +: cw_pkg::CPL_ID_W]         = cpl.id;
    rec[cw_pkg::CPL_OPCODE_LSB +: cw_pkg::CPL_OPCODE_W] = cpl.opcode;
    rec[cw_pkg::CPL_STATUS_LSB +: cw_pkg::CPL_STATUS_W] = cpl.status;
    rec[cw_pkg::CPL_FIELD_LSB +: cw_pkg::CPL_FIELD_W]   = cpl.field;
  end

endmodule
