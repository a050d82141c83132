// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bench of cw_cpl_rec: each single bit of each field, all fields at once, then random completions, against the record
// as the C compiler lays it out for the host. Bytes of no field, and the phase, are zero.
module tb_cpl_rec;
  localparam int NFIELD = 7;

  import "DPI-C" function void tb_cpl(input longint unsigned v [NFIELD], output byte unsigned bytes [32]);

  `include "tb.svh"
  `include "tb_rec.svh"
  byte unsigned    bytes [32];
  cw_t::cpl_t      cpl;
  logic [cw_pkg::CPL_BITS-1:0] rec, want;
  int              holes = 0;

  cw_cpl_rec u_rec (.cpl, .rec);

  // Widths of the fields, in the order of ring.def.
  function automatic int width(input int f);
    return f < 2 ? 64 : f == 2 ? 32 : f == 3 ? 16 : 8;
  endfunction

  task automatic try_it();
    cpl        = '0;
    cpl.value  = v[0];
    cpl.info   = v[1];
    cpl.index  = v[2][31:0];
    cpl.id     = v[3][15:0];
    cpl.opcode = v[4][7:0];
    cpl.status = v[5][7:0];
    cpl.field  = v[6][7:0];
    #1;
    tb_cpl(v, bytes);
    for (int i = 0; i < 32; i++) want[8*i +: 8] = bytes[i];
    compare(rec === want);
    // ring.def: 20 to 23, 29 and 30 belong to no field; 31 is the phase, which the ring adds (P41)
    if (rec[191:160] !== '0 || rec[255:232] !== '0) holes++;
  endtask

  initial begin
    try_each_bit();
    check_records(tried == 200, "each bit of each field at its place, all else zero");
    for (int i = 0; i < NFIELD; i++) v[i] = '1;
    try_it();
    check_records(holes == 0, "all fields full: reserved bytes and the phase stay zero");
    try_random(2000);
    check_records(holes == 0, "random completions");
    report("rtl_cpl_rec");
  end
endmodule
