// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Bound to a bench or to sim_lib of a coverage build: writes the counts to $CW_COVER_FILE at the end.
module cover_point;
  final $c("if (getenv(\"CW_COVER_FILE\"))",
           "  Verilated::threadContextp()->coveragep()->write(getenv(\"CW_COVER_FILE\"));");
endmodule

bind `CW_COVER_TOP cover_point u_cover_point();
