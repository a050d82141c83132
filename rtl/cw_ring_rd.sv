// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Command ring reader: fetches commands from a ring in host memory and hands them out in ring order.
//
// A command is fetched only with a completion slot reserved for it (P16): `cpl_take` pulses with the decision to fetch;
// `cpl_give` returns the slot of a command that was fetched but will never be executed. Up to four commands are under
// way or waiting, so that the rate is not one command per host latency. A command that has arrived is
// delivered, also when the ring is disabled meanwhile; what arrives later is dropped. Enabling resets the indices,
// after everything of the time before has gone. The doorbell must be 0 then.
// `index` is the consumer: slots below it have been read completely and may be written again.
// A read error stops the ring with `index` at the command that could not be read, until the ring is enabled again;
// a doorbell further from the fetch pointer than the ring is long is ignored. Both pulse `ev_error` once.
// Storage: 4 commands in LUT RAM.
module cw_ring_rd (
  input  logic          clk,
  input  logic          rst_n,

  input  logic          bme,
  input  logic [63:0]   base,
  input  logic [4:0]    size_log2,
  input  logic          enable,
  input  logic [31:0]   doorbell,
  output logic [31:0]   index,

  input  logic          cpl_space,
  output logic          cpl_take,
  output logic          cpl_give,

  output logic          cmd_valid,
  input  logic          cmd_ready,
  output logic [1023:0] cmd,
  output logic [31:0]   cmd_index,

  output logic          rd_valid,
  input  logic          rd_ready,
  output logic [63:0]   rd_addr,
  output logic [7:0]    rd_len,
  input  logic          rd_rvalid,
  output logic          rd_rready,
  input  logic [511:0]  rd_rdata,
  input  logic          rd_rerr,
  input  logic          rd_rlast,

  output logic          failed,         // a read failed since the ring was enabled: it stands
  output logic          ev_error
);

  localparam int unsigned LG = 2;
  localparam int unsigned CMD_LG = $clog2(cw_pkg::CMD_BYTES);
  localparam logic [4:0]  MIN_LG = 5'(cw_pkg::RING_LOG2_MIN);
  localparam logic [4:0]  MAX_LG = 5'(cw_pkg::RING_LOG2_MAX);

  logic        run_q;       // indices are reset, fetching is allowed
  logic [31:0] fetch_q;     // next command to ask for
  logic [31:0] index_q;     // next command to arrive
  logic [31:0] out_index_q; // next command to go out
  logic [LG:0] used_q;      // commands asked for and not yet gone out
  logic        fail_q;      // a read failed: nothing that arrives later counts
  logic        bad_lo_q;    // first half of the command that arrives was bad
  logic        bad_bell_q;
  logic        rd_valid_q;
  logic [31:0] rd_slot_q;

  logic [31:0] size;
  logic [31:0] mask;
  logic        size_ok;
  logic        bad_bell;
  logic        issue;
  logic        start;
  logic        arrive;      // last beat of a command
  logic        arrive_bad;
  logic        pop;

  logic         lo_valid;
  logic         hi_valid;
  logic         hi_bad;
  logic         lo_ready;
  logic         hi_ready;
  logic [511:0] lo_data;
  logic [511:0] hi_data;

  assign size     = 32'd1 << size_log2;
  assign mask     = size - 32'd1;
  assign size_ok  = size_log2 >= MIN_LG && size_log2 <= MAX_LG;
  assign bad_bell = run_q && (doorbell - fetch_q) > size;
  assign start    = enable && size_ok && !run_q && used_q == '0;

  assign issue = run_q && enable && bme && !fail_q && !bad_bell && doorbell != fetch_q && !used_q[LG] && cpl_space &&
                 (!rd_valid_q || rd_ready);
  assign cpl_take = issue;

  assign rd_valid = rd_valid_q;
  assign rd_addr  = {base[63:12], 12'd0} + ({32'd0, rd_slot_q} << CMD_LG);
  assign rd_len   = 8'(cw_pkg::CMD_BYTES / cw_pkg::LINE_BYTES - 1);

  // ---- arrival ----
  assign rd_rready  = 1'b1;
  assign arrive     = rd_rvalid && rd_rlast;
  assign arrive_bad = rd_rerr || bad_lo_q || fail_q;

  cw_fifo #(.W(512), .LG(LG)) u_lo (
    .clk, .rst_n, .in_valid(rd_rvalid && !rd_rlast), .in_ready(lo_ready), .in_data(rd_rdata),
    .out_valid(lo_valid), .out_ready(pop), .out_data(lo_data)
  );

  cw_fifo #(.W(513), .LG(LG)) u_hi (
    .clk, .rst_n, .in_valid(arrive), .in_ready(hi_ready), .in_data({arrive_bad, rd_rdata}),
    .out_valid(hi_valid), .out_ready(pop), .out_data({hi_bad, hi_data})
  );

  // ---- departure ----
  assign cmd_valid = hi_valid && lo_valid && !hi_bad;
  assign cmd       = {hi_data, lo_data};
  assign cmd_index = out_index_q;
  assign cpl_give  = hi_valid && lo_valid && hi_bad;
  assign pop       = (cmd_valid && cmd_ready) || cpl_give;

  assign failed = run_q && enable && fail_q;
  assign index = (enable && !run_q) ? '0 : index_q;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      run_q       <= 1'b0;
      fetch_q     <= '0;
      index_q     <= '0;
      out_index_q <= '0;
      used_q      <= '0;
      fail_q      <= 1'b0;
      bad_lo_q    <= 1'b0;
      bad_bell_q  <= 1'b0;
      rd_valid_q  <= 1'b0;
      ev_error    <= 1'b0;
    end else begin
      bad_bell_q <= bad_bell;
      ev_error   <= (bad_bell && !bad_bell_q) || (arrive && arrive_bad && !fail_q);

      if (!enable)
        run_q <= 1'b0;
      else if (start)
        run_q <= 1'b1;

      if (issue)
        rd_valid_q <= 1'b1;
      else if (rd_ready)
        rd_valid_q <= 1'b0;

      used_q <= used_q + (LG + 1)'(issue) - (LG + 1)'(pop);
      if (rd_rvalid)
        bad_lo_q <= rd_rerr && !rd_rlast;

      if (start) begin
        fetch_q     <= '0;
        index_q     <= '0;
        out_index_q <= '0;
        fail_q      <= 1'b0;
      end else begin
        if (issue)
          fetch_q <= fetch_q + 32'd1;
        if (arrive && !arrive_bad)
          index_q <= index_q + 32'd1;
        if ((arrive && arrive_bad) || !enable)
          fail_q <= 1'b1;
        if (pop)
          out_index_q <= out_index_q + 32'd1;
      end
    end
  end

  always_ff @(posedge clk) begin
    if (issue)
      rd_slot_q <= fetch_q & mask;
  end

  // A word arrives only for a command that holds one of the 2^LG places.
  always_ff @(posedge clk) begin
    if (rst_n && rd_rvalid)
      assert (rd_rlast ? hi_ready : lo_ready);
  end

  // The low bits of the base are zero by contract (P41).
  logic unused;
  assign unused = ^base[11:0];

endmodule
