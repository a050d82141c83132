// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_fault_rec: each single bit of each field, then random records, against the record as the C compiler lays
// it out for the host.
module tb_fault_rec;
  localparam int NFIELD = 15;

  import "DPI-C" function void tb_fault(input longint unsigned v [NFIELD], output byte unsigned bytes [64]);

  `include "tb.svh"
  longint unsigned v [NFIELD];
  byte unsigned    bytes [64];
  cw_t::fault_t    fault;
  logic [cw_pkg::FAULT_BITS-1:0] rec, want;
  int              wrong = 0;

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
    if (rec !== want) begin
      wrong++;
      if (wrong == 1) $display("record %h, but must be %h", rec, want);
    end
  endtask

  task automatic check_records(input string what);
    if (wrong != 0) $display("%0d records differ", wrong);
    check(wrong == 0, what);
    wrong = 0;
  endtask

  initial begin
    for (int f = 0; f < NFIELD; f++) begin
      for (int b = 0; b < width(f); b++) begin
        for (int i = 0; i < NFIELD; i++) v[i] = 0;
        v[f] = 64'd1 << b;
        try_it();
      end
    end
    check_records("each bit of each field at its place, all else zero");
    repeat (2000) begin
      for (int f = 0; f < NFIELD; f++) v[f] = {$urandom, $urandom} >> (64 - width(f));
      try_it();
    end
    check_records("random records");
    report("rtl_fault_rec");
  end
endmodule
