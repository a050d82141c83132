// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bound to sim_lib: from the second engine of a process on, every register and RAM begins with a random value, another
// one in each engine. What is read before it was reset or written then shows.
module random_init;
  initial $c("if (Verilated::threadContextp()->randReset() != 2) {",
             "  Verilated::threadContextp()->randReset(2);",
             "  Verilated::threadContextp()->randSeed(1);",
             "}");
endmodule

bind sim_lib random_init u_random_init();
