// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Part of tb_cmd: PROTECT (P13). Of the mask's entries those that are present and no large leaf lose W, or D where the
// A/D type is enabled.
  task automatic protects();
    for (int n = 0; n < 16; n++) begin
      logic [1023:0] c = command(PROTECT, 0, 64'h8000, 0, 64'(n % 4), 0, 0);
      logic [63:0]   lines = '0, info = '0, e, bits;
      for (int i = 0; i < 512; i++) begin
        e = {$urandom, $urandom} & ~64'h0030_0000_0000_0000;      // type: mostly enabled
        if (i % 3 == 0) e[52] = 1'b1;
        if (i % 5 == 0) e[53] = 1'b1;
        e[7] = $urandom_range(3) == 0;
        e[11] = $urandom_range(3) != 0;
        u_table.poke8(64'h8000 + 64'(i) * 8, e);
        c[256 + i] = n < 4 || ($urandom_range(15) == 0 && n < 12);
        bits = 64'd1 << (n % 4 == 0 || n % 4 == 2 ? 1 : n % 4 == 3 ? 6 : i % 3 != 0 && i % 5 != 0 ? 9 : 1);
        if (c[256 + i] && e[11] && !e[7] && (e & bits) != '0) begin
          info++;
          lines[i / 8] = 1'b1;
          e &= ~bits;
        end
        shadow[64'h8000 + 64'(i) * 8] = e;
      end
      submit(c, cw_pkg::ST_OK, 0, lines);
      x_info[produced - 1] = info;
      drain();
      compare();
    end
    check(wrong == 0, "PROTECT: lines and entries changed");
  endtask
