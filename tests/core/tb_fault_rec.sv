// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_fault_rec: each single bit of each field, then random records, against the record as the C compiler lays
// it out for the host.
module tb_fault_rec;
  localparam int NFIELD = 15;

  import "DPI-C" function void tb_fault(input longint unsigned v [NFIELD], output byte unsigned bytes [64]);

  `include "tb.svh"
  `include "tb_rec.svh"
  byte unsigned    bytes [64];
  cw_t::fault_t    fault;
  logic [cw_pkg::FAULT_BITS-1:0] rec, want;

  cw_fault_rec u_rec (.fault, .rec);

  // Widths of the fields, in the order of ring.def.
  function automatic int width(input int f);
    return f < 4 ? 64 : f == 4 ? 32 : f < 9 ? 16 : 8;
  endfunction

  task automatic try_it();
    fault            = '0;
    fault.addr       = v[0];
    fault.entry      = v[1];
    fault.entry_addr = v[2];
    fault.timestamp  = v[3];
    fault.parked_id  = v[4][31:0];
    fault.ctx        = v[5][15:0];
    fault.ctx_gen    = v[6][15:0];
    fault.domain     = v[7][15:0];
    fault.len        = v[8][15:0];
    fault.port       = v[9][7:0];
    fault.tag        = v[10][7:0];
    fault.access     = v[11][7:0];
    fault.verdict    = v[12][7:0];
    fault.reason     = v[13][7:0];
    fault.level      = v[14][7:0];
    #1;
    tb_fault(v, bytes);
    for (int i = 0; i < 64; i++) want[8*i +: 8] = bytes[i];
    compare(rec === want);
  endtask

  initial begin
    try_each_bit();
    check_records(tried == 400, "each bit of each field at its place, all else zero");
    try_random(2000);
    check_records(1'b1, "random records");
    report("rtl_fault_rec");
  end
endmodule
