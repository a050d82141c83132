// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Dirty budgets: how many marks a context may still cause in this period (P8, P38).
//
// A period is 2^`period` cycles, and begins where `cycle` is a multiple of that. A credit is taken (`pay`) when a
// request that needs a mark goes to the fixer, and given back (`refund`) if it ends without one in the same period. Who
// finds no credit is refused and holds nothing; the lookup cycle refuses at once what would find none, as far as it
// knows. A period that begins gives everybody all of its budget, `turn` says so; what is taken in that cycle counts for
// it. Contexts with budget 0 take no credits, and nothing moves here while nobody has a budget: periods are compared
// only while some context has taken a credit, and some request is there. Storage: a count and a bit per context, the
// number of the period.
module cw_budget (
  input  logic                      clk,
  input  logic                      rst_n,
  input  logic [63:0]               cycle,
  input  logic [4:0]                period,      // log2 of its cycles
  // lookup, cycle 2
  input  logic                      look_ask,
  input  logic [cw_pkg::CTX_W-1:0]  look_ctx,
  input  logic [15:0]               look_budget, // of that context; 0: no limit
  output logic                      look_over,
  // resolve: of the request there
  input  logic                      res_ask,
  input  logic [cw_pkg::CTX_W-1:0]  res_ctx,
  input  logic [15:0]               res_budget,
  output logic                      res_over,
  input  logic                      pay,
  input  logic                      refund,
  output logic                      turn
);
  logic [15:0]             used [cw_pkg::NCTX];
  logic [cw_pkg::NCTX-1:0] fresh;                // nothing used in this period
  logic [63:0]             now, seen;
  logic                    idle, take, give;

  assign idle = fresh == '1;
  assign turn = !idle && (look_ask || res_ask) && now != seen;
  assign take = pay && res_budget != '0;
  assign give = refund && !turn && !fresh[res_ctx] && !cw_pkg::MUT_BUDGET_CREDIT_LOST;
  always_comb begin
    now       = '0;
    look_over = 1'b0;
    res_over  = 1'b0;
    if ((!idle && (look_ask || res_ask)) || take) now = cycle >> period;
    if (!idle && look_ask && look_budget != '0)
      look_over = !fresh[look_ctx] && !turn && used[look_ctx] >= look_budget;
    if (!idle && res_ask && res_budget != '0)
      res_over = !fresh[res_ctx] && !cw_pkg::MUT_NO_BUDGET &&
                 17'(used[res_ctx]) >= 17'(res_budget) + 17'(cw_pkg::MUT_BUDGET_PLUS);
  end
  always_ff @(posedge clk) begin
    if (!rst_n) fresh <= '1;
    else begin
      if (turn) fresh <= '1;
      if (take) fresh[res_ctx] <= 1'b0;
    end
    if (turn || (idle && take)) seen <= now;
    if (take) used[res_ctx] <= (turn || fresh[res_ctx]) ? 16'd1 : used[res_ctx] + 16'd1;
    else if (give) used[res_ctx] <= used[res_ctx] - 16'd1;
  end
endmodule
