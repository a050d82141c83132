// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// What the sizes of an engine may be, and that params.def agrees with the structs of cw_t: errors of the build.
module cw_limits #(
  parameter int unsigned NSLOT     = cw_pkg::NSLOT,
  parameter int unsigned TLB_LARGE = cw_pkg::TLB_LARGE,
  parameter int unsigned PA_BITS   = cw_pkg::PA_BITS
);
`ifndef SYNTHESIS
  if ($bits(cw_t::req_t) != cw_pkg::REQ_W || $bits(cw_t::ans_t) != cw_pkg::ANS_W ||
      $bits(cw_t::cookie_t) != cw_pkg::COOKIE_W) begin : g_widths
    $error("a width in params.def does not match its struct in cw_t");
  end
  if (NSLOT < 2 || NSLOT > (1 << cw_pkg::SLOT_W)) begin : g_slots
    $error("NSLOT must be 2..32");
  end
  if (TLB_LARGE < 1 || TLB_LARGE > 255) begin : g_large
    $error("TLB_LARGE must be 1..255");
  end
  if (PA_BITS < 32 || PA_BITS > cw_pkg::PA_W) begin : g_pa
    $error("PA_BITS must be 32..52");
  end
`endif
endmodule
