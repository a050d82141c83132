// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Entry-update unit: the only one that changes reachable entries (P10).
//
// Two clients in turn, commands and the fixer; one operation at a time, which is its lock: read the entry, compare
// (CMPXCHG), write eight bytes, wait for the acknowledgement, answer (P11). WRITE and XCHG also return the old entry.
// PROTECT does so with a whole line: W, or D, goes in each entry of the mask that is present and no larger leaf (P13).
// No operation begins while LOAD or FILL writes. The fixer's answer comes in the cycle of the acknowledgement.
// The fixer may know the entry: a walk has read it, and `chg_*`, the lines that this unit writes and whether LOAD or
// FILL does, has not named it since. Then the compare was made by that (op 3), and the write begins at once.
// A read error or a difference ends the operation without a write; after a write error the entry is unknown.
// The monitor shows when the bus has taken the write and when the operation is complete.
//
// Mutants: BLIND_SWAP writes whatever the entry was; COMPLETE_BEFORE_ACK answers once the bus has taken the data;
// FIX_ERROR_SILENT takes a write of the fixer that met an error for done.
module cw_euu (
  input  logic                    clk,
  input  logic                    rst_n,

  input  logic                    req_valid,
  output logic                    req_ready,
  input  cw_t::euu_req_t          req,
  output logic                    rsp_valid,
  input  logic                    rsp_ready,
  output cw_t::euu_rsp_t          rsp,

  input  logic                    fx_valid,
  output logic                    fx_ready,
  input  cw_t::euu_req_t          fx_req,
  output logic                    fx_done,
  output cw_t::euu_rsp_t          fx_rsp,

  output logic                    chg_valid,
  output logic [cw_pkg::PA_W-1:6] chg_line,
  output logic                    chg_any,

  input  logic                    load_busy,

  output logic                    eu_arvalid,
  input  logic                    eu_arready,
  output logic [cw_pkg::PA_W-1:0] eu_addr,
  input  logic                    eu_rvalid,
  input  logic [511:0]            eu_rdata,
  input  logic                    eu_rerr,
  output logic                    eu_awvalid,
  input  logic                    eu_awready,
  output logic                    eu_wvalid,
  input  logic                    eu_wready,
  output logic [511:0]            eu_wdata,
  output logic [63:0]             eu_wstrb,
  input  logic                    eu_bvalid,
  input  logic                    eu_berr,

  output logic                    mon_fix,        // the operation is the fixer's
  output cw_t::protect_t          mon_protect,
  output logic [7:0]              mon_changed,
  output logic                    mon_w_valid,
  output logic [63:0]             mon_w_addr,
  output logic [63:0]             mon_w_value,
  output logic                    mon_b_valid,
  output logic [63:0]             mon_b_addr,
  output logic [63:0]             mon_b_old,
  output logic                    mon_b_mismatch,
  output logic                    mon_b_error,

  output logic                    ev_entry_updates,
  output logic                    ev_cas_mismatch
);

  localparam logic [1:0] OP_CMPXCHG = 2'd2;
  localparam logic [1:0] OP_KNOWN   = 2'd3;

  typedef enum logic [2:0] {
    IDLE = 3'd0,   // takes an operation
    AR   = 3'd1,   // asks for the line
    R    = 3'd2,   // waits for it, compares
    AW   = 3'd3,   // gives the write address
    W    = 3'd4,   // gives the data
    B    = 3'd5,   // waits for the acknowledgement
    RSP  = 3'd6    // answers
  } state_t;

  state_t         state_q;
  state_t         state_d;
  cw_t::euu_req_t req_q;
  logic [63:0]    old_q;
  logic           mismatch_q;
  logic           error_q;

  logic           fix_q;       // the operation is the fixer's
  logic [1:0]     gnt;
  logic           take;
  cw_t::euu_req_t take_req;

  assign take     = state_q == IDLE && !load_busy && (req_valid || fx_valid);
  assign take_req = gnt[1] ? fx_req : req;
  cw_arb #(.N(2)) u_arb (.clk, .rst_n, .req({fx_valid, req_valid}), .gnt, .take);

  logic [63:0]    found;
  logic           differs;
  logic           finish;      // the operation is complete in this cycle
  logic           finish_mis;
  logic           finish_err;

  always_comb begin
    found = '0;
    for (int i = 0; i < 8; i++) begin
      if (req_q.addr[5:3] == 3'(i))
        found = eu_rdata[64 * i +: 64];
    end
  end

  assign differs = !cw_pkg::MUT_BLIND_SWAP && req_q.op == OP_CMPXCHG && !prot.on && found != req_q.expect_old;

  // ---- PROTECT ----
  cw_t::protect_t prot;
  logic [7:0]     changes;     // entries of the line that was read
  logic [7:0]     changed_q;
  logic [511:0]   line;        // with the changes made
  logic [511:0]   line_q;
  logic           use_d;
  logic [63:0]    e;

  assign prot = req_q.protect;
  always_comb begin
    changes = '0;
    line    = eu_rdata;
    use_d   = 1'b0;
    e       = '0;
    if (prot.on && eu_rvalid)
      for (int i = 0; i < 8; i++) begin
        e     = eu_rdata[64 * i +: 64];
        use_d = prot.d && (prot.x86 || !(e[cw_pkg::SPTE_AD_DISABLED] || e[cw_pkg::SPTE_AD_WRPROT]));
        if (prot.mask[i] && ((e[cw_pkg::SPTE_PRESENT] && !e[cw_pkg::SPTE_PS]) || cw_pkg::MUT_PROTECT_ON_MMIO)) begin
          changes[i] = !use_d ? e[cw_pkg::SPTE_W] : prot.x86 ? e[cw_pkg::SPTE_X86_D] : e[cw_pkg::SPTE_D];
          if (!use_d)        e[cw_pkg::SPTE_W] = cw_pkg::MUT_DEAD_PROTECT && e[cw_pkg::SPTE_W];
          else if (prot.x86) e[cw_pkg::SPTE_X86_D] = 1'b0;
          else               e[cw_pkg::SPTE_D] = 1'b0;
          line[64 * i +: 64] = e;
        end
      end
  end
  always_ff @(posedge clk) begin
    if (state_q == R && eu_rvalid && prot.on) begin
      line_q    <= line;
      changed_q <= eu_rerr ? '0 : changes;
    end
  end

  always_comb begin
    state_d    = state_q;
    finish     = 1'b0;
    finish_mis = 1'b0;
    finish_err = 1'b0;
    unique case (state_q)
      IDLE: if (take) state_d = take_req.op == OP_KNOWN ? AW : AR;
      AR: if (eu_arready) state_d = R;
      R: begin
        if (eu_rvalid) begin
          if (eu_rerr || differs || (prot.on && changes == '0)) begin
            state_d    = RSP;
            finish     = 1'b1;
            finish_mis = !eu_rerr && !prot.on;
            finish_err = eu_rerr;
          end else begin
            state_d = AW;
          end
        end
      end
      AW: if (eu_awready) state_d = W;
      W: if (eu_wready) begin
        state_d = cw_pkg::MUT_COMPLETE_BEFORE_ACK ? RSP : B;
        finish  = cw_pkg::MUT_COMPLETE_BEFORE_ACK;
      end
      B: begin
        if (eu_bvalid) begin
          state_d    = RSP;
          finish     = 1'b1;
          finish_err = eu_berr && !(cw_pkg::MUT_FIX_ERROR_SILENT && fix_q);
        end
      end
      RSP: if (rsp_ready) state_d = IDLE;
      default: state_d = IDLE;
    endcase
    if (finish && fix_q) state_d = IDLE;
  end

  always_ff @(posedge clk) begin
    if (!rst_n)
      state_q <= IDLE;
    else
      state_q <= state_d;
  end

  always_ff @(posedge clk) begin
    if (take) begin
      req_q <= take_req;
      fix_q <= gnt[1];
      old_q <= take_req.expect_old;
    end
    if (state_q == R && eu_rvalid)
      old_q <= found;
    if (finish) begin
      mismatch_q <= finish_mis;
      error_q    <= finish_err;
    end
  end

  assign req_ready     = state_q == IDLE && !load_busy && gnt[0];
  assign fx_ready      = state_q == IDLE && !load_busy && gnt[1];
  assign rsp_valid     = state_q == RSP;
  assign rsp.old       = old_q;
  assign rsp.changed   = changed_q;
  assign rsp.mismatch  = mismatch_q;
  assign rsp.bus_error = error_q;

  assign fx_done          = finish && fix_q;
  assign fx_rsp.old       = mon_b_old;
  assign fx_rsp.changed   = '0;
  assign fx_rsp.mismatch  = finish_mis;
  assign fx_rsp.bus_error = finish_err;

  assign chg_valid = state_q == AW || state_q == W || state_q == B;
  assign chg_line  = req_q.addr[cw_pkg::PA_W-1:6];
  assign chg_any   = load_busy;

  assign eu_addr    = {req_q.addr[cw_pkg::PA_W-1:6], 6'd0};
  assign eu_arvalid = state_q == AR;
  assign eu_awvalid = state_q == AW;
  assign eu_wvalid  = state_q == W;
  always_comb begin
    eu_wdata = '0;
    if (eu_wvalid) begin
      if (prot.on) eu_wdata = line_q;
      else         eu_wdata = {8{req_q.value}};
    end
  end
  always_comb begin
    eu_wstrb = 64'hff << {req_q.addr[5:3], 3'd0};
    if (prot.on)
      for (int i = 0; i < 8; i++) eu_wstrb[8 * i +: 8] = {8{changed_q[i]}};
  end

  assign mon_fix        = fix_q;
  assign mon_protect    = prot;
  assign mon_changed    = state_q == R ? '0 : changed_q;
  assign mon_w_valid    = state_q == W && eu_wready;
  assign mon_w_addr     = 64'(req_q.addr);
  assign mon_w_value    = req_q.value;
  assign mon_b_valid    = finish;
  assign mon_b_addr     = 64'(req_q.addr);
  assign mon_b_old      = state_q == R ? found : old_q;
  assign mon_b_mismatch = finish_mis;
  assign mon_b_error    = finish_err;

  assign ev_entry_updates = finish && !finish_mis && !finish_err && !fix_q && !(prot.on && state_q == R);
  assign ev_cas_mismatch  = finish_mis && !fix_q;

endmodule
