// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// What every bench counts and prints, and the fault that +mutant=NAME plants: include it in the bench's module.
  int passed = 0, failed = 0;

  task automatic check(input bit ok, input string what);
    if (ok) begin
      passed++;
      if (what.getc(what.len() - 1) == ")") $display("passed: %s", what);  // names rules: make protocol-trace
    end else begin
      failed++;
      $display("FAIL: %s", what);
    end
  endtask

  task automatic report(input string name);
    $display("%s: %0d passed, %0d failed", name, passed, failed);
    if (failed != 0) $fatal(1);
    $finish;
  endtask

`ifdef CW_MUTANTS
  string mutant = "none";
  initial begin
    if ($value$plusargs("mutant=%s", mutant)) begin end
    if (!cw_pkg::choose_mutant(mutant)) $fatal(1, "no such mutant");
  end
`endif
