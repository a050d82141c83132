// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Loader: fills table pages that are not yet reachable (P14), from host memory (LOAD) or with a pattern (FILL).
//
// One operation at a time, one burst of up to 4 KiB that crosses no 4 KiB boundary on either side. `busy` from the
// request to the acknowledgement of the last write; the answer comes after that (P11). The table burst begins with the
// first host data. A beat that host memory answers with an error is not written, the burst still ends as announced,
// and the answer is an error; so it is if bus-master enable is off when the host read is due (P40).
//
// Mutant: LOAD_BEFORE_ACK answers once the bus has taken the last data.
module cw_loader (
  input  logic                    clk,
  input  logic                    rst_n,

  input  logic                    bme,

  input  logic                    req_valid,
  output logic                    req_ready,
  input  logic                    req_fill,
  input  logic [cw_pkg::PA_W-1:0] req_addr,     // table
  input  logic [63:0]             req_arg,      // LOAD: host address, FILL: pattern
  input  logic [5:0]              req_len,      // beats - 1
  output logic                    rsp_valid,
  input  logic                    rsp_ready,
  output logic                    rsp_error,
  output logic                    busy,

  output logic                    rd_valid,
  input  logic                    rd_ready,
  output logic [63:0]             rd_addr,
  output logic [7:0]              rd_len,
  input  logic                    rd_rvalid,
  output logic                    rd_rready,
  input  logic [511:0]            rd_rdata,
  input  logic                    rd_rerr,

  output logic                    ld_awvalid,
  input  logic                    ld_awready,
  output logic [cw_pkg::PA_W-1:0] ld_awaddr,
  output logic [7:0]              ld_awlen,
  output logic                    ld_wvalid,
  input  logic                    ld_wready,
  output logic [511:0]            ld_wdata,
  output logic [63:0]             ld_wstrb,
  output logic                    ld_wlast,
  input  logic                    ld_bvalid,
  input  logic                    ld_berr
);

  typedef enum logic [2:0] {
    IDLE = 3'd0,   // takes an operation
    AR   = 3'd1,   // asks host memory
    HOST = 3'd2,   // waits for the first beat
    AW   = 3'd3,   // gives the table address
    W    = 3'd4,   // passes the beats on
    B    = 3'd5,   // waits for the acknowledgement
    RSP  = 3'd6    // answers
  } state_t;

  state_t                  state_q;
  state_t                  state_d;
  logic                    fill_q;
  logic [cw_pkg::PA_W-1:0] addr_q;
  logic [63:0]             arg_q;
  logic [5:0]              len_q;
  logic [5:0]              left_q;
  logic                    error_q;

  logic                    beat;

  assign beat = ld_wvalid && ld_wready;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      IDLE: if (req_valid) state_d = req_fill ? AW : AR;
      AR: begin
        if (rd_ready)
          state_d = HOST;
        else if (!bme)
          state_d = RSP;
      end
      HOST: if (rd_rvalid) state_d = AW;
      AW: if (ld_awready) state_d = W;
      W: if (beat && ld_wlast) state_d = cw_pkg::MUT_LOAD_BEFORE_ACK ? RSP : B;
      B: if (ld_bvalid) state_d = RSP;
      RSP: if (rsp_ready) state_d = IDLE;
      default: state_d = IDLE;
    endcase
  end

  always_ff @(posedge clk) begin
    if (!rst_n)
      state_q <= IDLE;
    else
      state_q <= state_d;
  end

  always_ff @(posedge clk) begin
    if (state_q == IDLE) begin
      fill_q  <= req_fill;
      addr_q  <= req_addr;
      arg_q   <= req_arg;
      len_q   <= req_len;
      left_q  <= req_len;
      error_q <= 1'b0;
    end else begin
      if (beat)
        left_q <= left_q - 6'd1;
      if ((state_q == AR && state_d == RSP) || (beat && !fill_q && rd_rerr) || (state_q == B && ld_bvalid && ld_berr))
        error_q <= 1'b1;
    end
  end

  assign req_ready = state_q == IDLE;
  assign busy      = state_q != IDLE && state_q != RSP;
  assign rsp_valid = state_q == RSP;
  assign rsp_error = error_q;

  assign rd_valid  = state_q == AR;
  assign rd_addr   = arg_q;
  assign rd_len    = {2'd0, len_q};
  assign rd_rready = state_q == W && !fill_q && ld_wready;

  assign ld_awvalid = state_q == AW;
  assign ld_awaddr  = addr_q;
  assign ld_awlen   = {2'd0, len_q};
  assign ld_wvalid  = state_q == W && (fill_q || rd_rvalid);
  always_comb begin
    ld_wdata = '0;
    if (ld_wvalid) begin
      if (fill_q) ld_wdata = {8{arg_q}};
      else        ld_wdata = cw_pkg::MUT_DEAD_LOADER ? '0 : rd_rdata;
    end
  end
  assign ld_wstrb   = {64{fill_q || !rd_rerr}};
  assign ld_wlast   = left_q == '0;

endmodule
