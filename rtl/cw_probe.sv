// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Copyright The Catwalk authors
//
// Host submission: turns PROBE register writes into probes on PORT_HOST; keeps the last result of every tag (P7).
//
// Order: probes are issued in the order of their starts; results may come in any order. A start whose tag is under way
// is dropped, so the queue of NPROBE places cannot overflow. A result whose tag is not under way is ignored. A probe
// names one byte. Storage: one queue, one LUT RAM of results.
module cw_probe (
  input  logic                       clk,
  input  logic                       rst_n,

  // registers
  input  logic                       start,
  input  logic [3:0]                 start_tag,
  input  logic [15:0]                start_ctx,
  input  logic                       start_write,
  input  logic [63:0]                start_addr,
  input  logic [3:0]                 rd_tag,
  output logic [31:0]                rd_result,    // as register PROBE_RESULT, same cycle
  output logic [63:0]                rd_pa,

  // engine
  output logic                       req_valid,
  input  logic                       req_ready,
  output cw_t::req_t                 req,
  input  logic                       res_valid,
  input  logic [3:0]                 res_tag,
  input  logic [3:0]                 res_verdict,
  input  logic [4:0]                 res_reason,
  input  logic [2:0]                 res_level,
  input  logic [cw_pkg::PA_W-1:0]    res_pa
);

  localparam int unsigned REQ_W = 4 + 16 + 1 + 64;
  localparam int unsigned RES_W = 3 * 4 + cw_pkg::PA_W;

  logic [cw_pkg::NPROBE-1:0]    busy_q;
  logic [cw_pkg::NPROBE-1:0]    seen_q;     // the tag has a result
  logic [cw_pkg::NPROBE*16-1:0] done_q;     // results of each tag
  logic [RES_W-1:0]             res_mem [0:cw_pkg::NPROBE-1];
  logic [RES_W-1:0]             res_rd;
  logic                         go;
  logic                         take;
  logic                         in_ready;
  logic [REQ_W-1:0]             head;

  assign go   = start && !busy_q[start_tag];
  assign take = res_valid && busy_q[res_tag];

  cw_fifo #(.W(REQ_W), .LG($clog2(cw_pkg::NPROBE))) u_queue (
    .clk       (clk),
    .rst_n     (rst_n),
    .in_valid  (go && in_ready),
    .in_ready  (in_ready),
    .in_data   ({start_tag, start_ctx, start_write, start_addr}),
    .out_valid (req_valid),
    .out_ready (req_ready),
    .out_data  (head)
  );

  assign req.ctx    = head[80:65];
  assign req.write  = head[64];
  assign req.addr   = head[63:0];
  assign req.tag    = cw_pkg::TAG_W'(head[84:81]);
  assign req.len_m1 = 12'd0;

  always_ff @(posedge clk) begin
    if (!rst_n) begin
      busy_q <= '0;
      seen_q <= '0;
      done_q <= '0;
    end else begin
      if (take) begin
        busy_q[res_tag] <= 1'b0;
        seen_q[res_tag] <= 1'b1;
        for (int unsigned i = 0; i < cw_pkg::NPROBE; i++)
          if (res_tag == 4'(i))
            done_q[i*16 +: 16] <= done_q[i*16 +: 16] + 16'd1;
      end
      if (go)
        busy_q[start_tag] <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (take)
      res_mem[res_tag] <= {res_verdict, res_reason, res_level, res_pa};
  end

  assign res_rd    = seen_q[rd_tag] ? res_mem[rd_tag] : '0;
  assign rd_result = {done_q[rd_tag*16 +: 16], res_rd[cw_pkg::PA_W +: 3], res_rd[cw_pkg::PA_W+3 +: 5],
                      res_rd[cw_pkg::PA_W+8 +: 4], 3'd0, busy_q[rd_tag]};
  assign rd_pa     = 64'(res_rd[cw_pkg::PA_W-1:0]);

endmodule
